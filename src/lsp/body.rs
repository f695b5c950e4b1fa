//! The body that a cursor is in: of which request, and where in it.

use std::sync::Arc;

use super::document::Document;
use super::spot::{Role, Spot};
use crate::arm::{ApiVersion, Method, ResourceType, ResourceTypeName};
use crate::container;
use crate::lint::{Options, Target, secrets_of, targets};
use crate::notation::{Call, Notation};
use crate::report::Mask;
use crate::schema::Validators;
use crate::schema::paths::{Property, members_at, properties_at};
use crate::schema::{Document as Schema, Schemas, Step, VersionRange};
use crate::text::{Fragment, Source, Span, apply_edits};

/// A cursor in a body of a known type.
#[derive(Debug)]
pub(super) struct Body<'t> {
    /// The text of the body.
    pub(super) text: &'t Fragment<'t>,
    /// Where in it.
    pub(super) spot: Spot<'t>,
    /// What the request is about, as far as the text says.
    pub(super) request: Request,
    /// Where in the text the resource begins, if it is one of a template.
    pub(super) resource: Option<u32>,
}

/// The request of a body.
#[derive(Debug)]
pub(super) struct Request {
    /// The resource type.
    pub(super) type_name: ResourceTypeName,
    /// The method.
    pub(super) method: Method,
    /// The version whose schema holds.
    pub(super) version: ApiVersion,
    /// The schema.
    schema: Arc<Schema>,
}

/// The calls of a document.
pub(super) fn calls(document: &Document) -> Vec<Call<'_>> {
    document.kind().map_or_else(Vec::new, |kind| container::calls(document.source(), kind))
}

/// What may not be shown of a document.
pub(super) fn secrets(document: &Document, options: &Options) -> Mask {
    let source = document.source();
    document.kind().map_or_else(Mask::default, |kind| Mask::new(source, secrets_of(source, kind, options)))
}

/// The schemas that hold for a document.
pub(super) fn validators(options: &Options) -> Arc<Validators> {
    options.schemas.clone().unwrap_or_else(Validators::embedded)
}

impl<'t> Body<'t> {
    /// The body at a byte of a document whose calls are `calls`; `None` if there is none, or one of a type without a
    /// schema.
    pub(super) fn at(
        document: &'t Document,
        calls: &'t [Call<'t>],
        options: &Options,
        validators: &Validators,
        cursor: u32,
    ) -> Option<Self> {
        let (call, text, offset) = around(document.source(), calls, cursor)?;
        let spot = Spot::find(text.text(), offset);
        let (target, start) = target(document, call, text, &spot, options, cursor)?;
        let resource = start.filter(|_| call.notation == Notation::Template);
        let type_name = target.type_name?;
        let method = target
            .method
            .unwrap_or_else(|| if spot.has_at_top("location") { Method::Put } else { Method::Patch });
        // One that was never published is read as another, as `lint` does.
        let version = validators.standing(type_name.as_str(), target.api_version)?.serves();
        let schema = validators.schemas().open(type_name.as_str(), version).ok()??;
        Some(Self { text, spot, request: Request { type_name, method, version, schema }, resource })
    }

    /// True if the cursor is among the members of a template's resource itself.
    pub(super) fn is_in_declaration(&self) -> bool {
        self.resource.is_some() && self.spot.levels.last().map(|level| level.start) == self.resource
    }

    /// The known type, if it is one.
    pub(super) fn known_type(&self) -> Option<ResourceType> {
        self.request.type_name.known()
    }

    /// The properties of the object around the cursor.
    pub(super) fn properties(&self) -> Vec<Property<'_>> {
        let way = self.spot.parent(self.resource);
        let Request { type_name, method, schema, .. } = &self.request;
        let decided = |depth: usize, name: &str| self.spot.said(self.resource, depth, name);
        let mut all = members_at(schema, type_name.as_str(), *method, &way.steps(), &decided);
        all.retain(|property| property.name().is_some());
        all
    }

    /// The property at the cursor, with the versions that have it.
    pub(super) fn property(&self, schemas: &Schemas) -> (Option<Property<'_>>, Vec<VersionRange>) {
        let ranges = self.spot.own(self.resource).map_or_else(Vec::new, |way| {
            schemas.history(self.request.type_name.as_str(), self.request.method, &way.steps())
        });
        (self.property_here(), ranges)
    }

    /// The property at the cursor.
    pub(super) fn property_here(&self) -> Option<Property<'_>> {
        let way = self.spot.own(self.resource)?;
        let Request { type_name, method, schema, .. } = &self.request;
        let decided = |depth: usize, name: &str| self.spot.said(self.resource, depth, name);
        let found = properties_at(schema, type_name.as_str(), *method, &way.steps(), &decided);
        found.into_iter().next()
    }

    /// True if the value at the cursor is the `type` of the identity.
    pub(super) fn is_identity_type(&self) -> bool {
        let has_identity = self.known_type().is_some_and(ResourceType::has_identity);
        has_identity && self.is_at(&["identity", "type"]) && matches!(self.spot.role, Role::Value(_))
    }

    /// True if the way to the cursor has these names.
    pub(super) fn is_at(&self, names: &[&str]) -> bool {
        let Some(way) = self.spot.own(self.resource) else { return false };
        let steps = way.steps();
        steps.len() == names.len()
            && steps
                .iter()
                .zip(names)
                .all(|(step, name)| matches!(step, Step::Name(it) if it.eq_ignore_ascii_case(name)))
    }
}

/// The call whose body holds the cursor, and the cursor's place in the body.
pub(super) fn around<'t>(
    source: &Source,
    calls: &'t [Call<'t>],
    cursor: u32,
) -> Option<(&'t Call<'t>, &'t Fragment<'t>, u32)> {
    let bodies = || calls.iter().filter_map(|call| Some((call, call.body.text()?)));
    let before = cursor.checked_sub(1);
    for (call, body) in bodies() {
        let inside = body
            .offset_of(cursor)
            .or_else(|| Some(body.offset_of(before?)? + 1))
            .filter(|&offset| body.text().is_char_boundary(offset as usize));
        if let Some(offset) = inside {
            return Some((call, body, offset));
        }
    }
    // Behind a body that is not closed yet come the spaces that are being typed.
    let (call, body) = bodies().rfind(|(_, body)| body.to_file(body.span()).end <= cursor)?;
    let between = source.text().get(body.to_file(body.span()).end as usize..cursor as usize)?;
    between.trim().is_empty().then_some((call, body, body.span().end))
}

/// The request that the cursor is in, and where in the body its resource begins. What is half typed is left out of
/// the text before that is read; where that leaves open what the body is, an identity that is being typed is read as
/// one that is finished.
fn target(
    document: &Document,
    call: &Call<'_>,
    text: &Fragment<'_>,
    spot: &Spot<'_>,
    options: &Options,
    cursor: u32,
) -> Option<(Target, Option<u32>)> {
    let word = spot.word;
    let is_string = word.quote.is_some() && word.is_closed;
    let is_half_typed = !word.span.is_empty() && !is_string;
    let found = if is_half_typed {
        target_with(document, text, word.span, "", options, cursor)
    } else {
        innermost(document.source(), call, text, options, cursor)
    };
    found.or_else(|| {
        let way = spot.parent(None);
        let is_identity =
            matches!(way.steps()[..], [Step::Name(name)] if name.eq_ignore_ascii_case("identity"));
        let finished = match spot.role {
            Role::Name if is_identity && !word.has_colon => r#""type":"None""#,
            Role::Value(name) if is_identity && text.text()[name.range()].eq_ignore_ascii_case("type") => {
                r#""None""#
            }
            _ => return None,
        };
        target_with(document, text, word.span, finished, options, cursor)
    })
}

/// The request that the cursor would be in if `new` stood in the place of `span` of the body.
fn target_with(
    document: &Document,
    text: &Fragment<'_>,
    span: Span,
    new: &str,
    options: &Options,
    cursor: u32,
) -> Option<(Target, Option<u32>)> {
    let edits = text.edit(span, new)?;
    let at = edits.first().map_or(cursor, |edit| edit.span.start);
    let fixed = apply_edits(document.source().text(), &edits).ok()?;
    let fixed = Source::new(document.source().name().to_owned(), fixed);
    let calls = container::calls(&fixed, document.kind()?);
    let (call, text, _) = around(&fixed, &calls, at)?;
    innermost(&fixed, call, text, options, at)
}

fn innermost(
    source: &Source,
    call: &Call<'_>,
    text: &Fragment<'_>,
    options: &Options,
    cursor: u32,
) -> Option<(Target, Option<u32>)> {
    let all = targets(source, call, options);
    let whole = text.to_file(text.span());
    let holds = |start: u32, end: u32| start <= cursor && (cursor <= end || end == whole.end);
    let (span, target) =
        all.into_iter().filter(|(span, _)| holds(span.start, span.end)).min_by_key(|(span, _)| span.len())?;
    Some((target, text.offset_of(span.start)))
}
