//! The closer look at a body that is not right: which mistakes, at which nodes.
//!
//! The body is read pass by pass: a name that is misspelt, but means a property, is read as that property in the next
//! pass, so that its value is checked and nothing is said to be missing that is only misspelt.

use std::collections::HashSet;
use std::sync::OnceLock;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Fault};
use serde_json::Value;

use super::Schemas;
use super::compile::Compiled;
use super::consequences::drop_consequences;
use super::document::KNOWN_VALUES;
use super::node::{Instance, Reading};
use super::paths::{Property, matches, paths};
use super::problem::{Constraint, Place, Problem, ProblemKind};
use super::request::Request;
use super::wording::must;
use crate::arm::expression::is_computed;
use crate::arm::{Method, contains_placeholder, is_placeholder};
use crate::json::{Kind, MistakeKind, Node, Tree, Unclosed};
use crate::text::suggest::nearest;

/// Passes over a body whose misspelt names hide more misspelt names.
const MAX_PASSES: usize = 16;

/// Mistakes that are named of one body. A body with more is not one with mistakes.
const MAX_PROBLEMS: usize = 200;

/// Places that are named where a property belongs elsewhere.
const MAX_PLACES: usize = 3;

/// A validator and what is asked of its schema now and then.
pub(super) struct Ready {
    pub(super) compiled: Compiled,
    /// The places of all properties that a request may set, shortest first: for those that stand elsewhere.
    pub(super) places: OnceLock<Vec<String>>,
    /// The places of those that the objects around them require.
    pub(super) required: OnceLock<Vec<String>>,
}

/// The closer look at one body.
pub(super) struct Diagnosis<'v, 't> {
    schemas: &'v Schemas,
    ready: &'v Ready,
    request: Request<'v>,
    body: Node<'t>,
    /// The names that were looked at, by their nodes.
    judged: HashSet<u32>,
    problems: Vec<Problem<'t>>,
}

/// An error of the validator: the keyword's location in the schema, the node, the fault.
struct Found<'t> {
    pointer: String,
    node: Node<'t>,
    fault: Fault,
}

impl<'v, 't> Diagnosis<'v, 't> {
    pub(super) fn new(schemas: &'v Schemas, ready: &'v Ready, request: Request<'v>, body: Node<'t>) -> Self {
        Self { schemas, ready, request, body, judged: HashSet::new(), problems: Vec::new() }
    }

    /// What is wrong, in the order of the text.
    pub(super) fn run(mut self) -> Vec<Problem<'t>> {
        let mut reading = Reading::default();
        let mut found = self.errors(&reading);
        for _ in 0..MAX_PASSES {
            let mut meant = Vec::new();
            for error in &found {
                if let Some(unexpected) = unexpected(&error.fault) {
                    self.names(error, unexpected, &reading, &mut meant);
                }
            }
            if meant.is_empty() {
                break;
            }
            for (name, property) in meant {
                reading.rename(name, &property);
            }
            reading.restart();
            found = self.errors(&reading);
        }
        for error in found {
            self.value(error, &reading);
        }
        drop_consequences(&mut self.problems);
        self.problems
    }

    fn errors(&self, reading: &Reading) -> Vec<Found<'t>> {
        let mut found = Vec::new();
        let mut open: Vec<ValidationError<'static>> = self
            .ready
            .compiled
            .validator
            .iter_errors(Instance::read(self.body, reading))
            .map(ValidationError::to_owned)
            .collect();
        while let Some(error) = open.pop() {
            let parts = error.into_parts();
            let index = parts.instance.as_u64().and_then(|index| u32::try_from(index).ok());
            let Some(node) = index.and_then(|index| self.body.tree().node(index)) else { continue };
            match parts.kind {
                Fault::AnyOf { context } | Fault::OneOfNotValid { context }
                    if context.iter().any(|errors| !errors.is_empty()) =>
                {
                    open.extend(nearest_branch(context, index));
                }
                fault => found.push(Found { pointer: parts.schema_path.to_string(), node, fault }),
            }
        }
        found.sort_by_key(|it| it.node.index());
        found
    }

    /// Judges the names that an object should not have; what they mean goes to `meant`.
    fn names(
        &mut self,
        error: &Found<'t>,
        unexpected: &[String],
        reading: &Reading,
        meant: &mut Vec<(Node<'t>, String)>,
    ) {
        let schema = &self.ready.compiled.schema;
        let object = error.pointer.rsplit_once('/').and_then(|(parent, _)| schema.pointer(parent));
        let known: Vec<&str> = object
            .and_then(|it| it["properties"].as_object())
            .map_or_else(Vec::new, |it| it.keys().map(String::as_str).collect());
        let unexpected: HashSet<&str> = unexpected.iter().map(String::as_str).collect();
        let mut taken: HashSet<String> = HashSet::new();
        let members: Vec<(Node<'t>, Node<'t>, String)> = error
            .node
            .members()
            .map(|(name, value)| (name, value, reading.name(name).into_owned()))
            .collect();
        for (_, _, text) in &members {
            if !unexpected.contains(text.as_str()) {
                taken.insert(text.to_ascii_lowercase());
            }
        }
        let place = self.place(error.node, reading);
        let object_is_open = self.is_open(error.node);
        for (name, value, text) in members {
            if !unexpected.contains(text.as_str()) || !self.judged.insert(name.index()) {
                continue;
            }
            let copy = self.request.template && text.eq_ignore_ascii_case("copy");
            if name.is_repaired() || self.stands_for_any(name) || object_is_open || copy {
                continue;
            }
            if self.problems.len() >= MAX_PROBLEMS {
                return;
            }
            let here = place.member(&text);
            let kind = match known.iter().find(|it| it.eq_ignore_ascii_case(&text)) {
                Some(right) => {
                    // The same name twice is the parser's mistake.
                    if !taken.insert(text.to_ascii_lowercase()) {
                        continue;
                    }
                    meant.push((name, (*right).to_owned()));
                    ProblemKind::NameCase { right: (*right).to_owned(), is_elsewhere: false }
                }
                None => self.unknown(&text, &here, &known, &mut taken, name, meant),
            };
            self.problems.push(Problem { kind, node: value, name: Some(name), place: here });
        }
    }

    /// What a name is that the object does not have.
    fn unknown(
        &self,
        text: &str,
        here: &Place,
        known: &[&str],
        taken: &mut HashSet<String>,
        name: Node<'t>,
        meant: &mut Vec<(Node<'t>, String)>,
    ) -> ProblemKind {
        let Request { resource_type, method, version, .. } = self.request;
        let schemas = self.schemas;
        let ranges = schemas.history(resource_type, method, &here.steps());
        if !ranges.is_empty() {
            return ProblemKind::NotInVersion { ranges };
        }
        let absent: Vec<&str> =
            known.iter().filter(|it| !taken.contains(&it.to_ascii_lowercase())).copied().collect();
        let mut near = nearest(text, absent);
        let present = near.is_empty();
        if present {
            near = nearest(text, known.iter().copied());
        } else if let [one] = near[..] {
            taken.insert(one.to_ascii_lowercase());
            meant.push((name, one.to_owned()));
        }
        let near: Vec<String> = near.into_iter().map(str::to_owned).collect();
        let other = if method == Method::Patch { Method::Put } else { Method::Patch };
        let elsewhere = near.is_empty()
            && schemas.history(resource_type, other, &here.steps()).iter().any(|it| it.contains(version));
        let places = if near.is_empty() { self.places(text, here) } else { Vec::new() };
        ProblemKind::UnknownProperty {
            present: present && !near.is_empty(),
            near,
            places,
            other_method: elsewhere.then_some(other),
        }
    }

    /// Where a property of this name stands in the body; the shortest paths.
    fn places(&self, name: &str, here: &Place) -> Vec<String> {
        let Request { resource_type, method, version, .. } = self.request;
        let all = self.ready.places.get_or_init(|| {
            let document = self.schemas.open(resource_type, version).ok().flatten();
            let mut all: Vec<String> =
                document.map_or_else(Vec::new, |it| settable(&paths(&it, resource_type, method)));
            all.sort_by_key(|path| (path.matches(['.', '[', '{']).count(), path.len()));
            all
        });
        let last = |path: &str| path.rsplit('.').next().is_some_and(|it| it.eq_ignore_ascii_case(name));
        let places: Vec<String> =
            all.iter().filter(|path| last(path)).take(MAX_PLACES + 1).cloned().collect();
        // `id` and `name` belong to everything: to name some places would be no help. One below or above the
        // object where the property stands is likelier than the rest.
        let near = |path: &&String| {
            let own = here.parent().dotted();
            let parent = path.rsplit_once('.').map_or("", |(parent, _)| parent);
            parent.starts_with(&own) || own.starts_with(parent)
        };
        match places.len() {
            0..=MAX_PLACES => places,
            _ => all.iter().filter(|path| last(path)).filter(near).take(1).cloned().collect(),
        }
    }

    /// What an error about a value is.
    fn value(&mut self, error: Found<'t>, reading: &Reading) {
        let Found { pointer, node, fault } = error;
        if self.problems.len() >= MAX_PROBLEMS || unexpected(&fault).is_some() || self.is_open(node) {
            return;
        }
        let part = matches!(&node.as_str(), Some(text) if contains_placeholder(text));
        if node.kind() == Kind::Null && self.name_of(node).is_some() {
            return self.null(node, reading);
        }
        let kind = match fault {
            Fault::Required { property } => {
                let property = property.as_str().unwrap_or_default();
                if self.may_have_more(node, property) {
                    return;
                }
                ProblemKind::Missing { property: property.to_owned() }
            }
            Fault::Type { kind } => ProblemKind::WrongType {
                expected: match kind {
                    TypeKind::Single(kind) => vec![kind.to_string()],
                    TypeKind::Multiple(kinds) => kinds.iter().map(|kind| kind.to_string()).collect(),
                },
                fits_quoted: self.lists(&pointer, node.source()),
            },
            Fault::Custom { message, .. } if message == KNOWN_VALUES => {
                if part {
                    return;
                }
                let known = self.known_values(&pointer);
                let text = node.as_str().unwrap_or_default();
                match known.iter().find(|value| value.eq_ignore_ascii_case(&text)) {
                    Some(right) => ProblemKind::ValueCase { right: (*right).to_owned(), is_elsewhere: false },
                    None => ProblemKind::Unlisted {
                        near: nearest(&text, known.iter().copied()).into_iter().map(str::to_owned).collect(),
                        known: known.len(),
                    },
                }
            }
            Fault::Custom { .. } => ProblemKind::ReadOnly,
            _ if part => return,
            Fault::Enum { options } => one_of(node, options.as_array().map_or(&[][..], Vec::as_slice)),
            Fault::Constant { expected_value } => one_of(node, std::slice::from_ref(&*expected_value)),
            fault => ProblemKind::InvalidValue(Constraint::Words(must(&fault))),
        };
        let place = self.place(node, reading);
        let name = self.name_of(node);
        let kind = self.of_other_versions(&kind, node, &place).unwrap_or(kind);
        self.problems.push(Problem { kind, node, name, place });
    }

    /// What a value that the list has not is, if other versions list it: no slip of the pen.
    fn of_other_versions(&self, kind: &ProblemKind, node: Node<'t>, place: &Place) -> Option<ProblemKind> {
        let is_open = match kind {
            ProblemKind::InvalidValue(Constraint::OneOf { .. }) => false,
            ProblemKind::Unlisted { .. } => true,
            _ => return None,
        };
        let Request { resource_type, method, .. } = self.request;
        let ranges = self.schemas.value_history(resource_type, method, &place.steps(), &node.as_str()?);
        (!ranges.is_empty()).then_some(ProblemKind::ValueNotInVersion { ranges, is_open })
    }

    /// `null` for a member is absence, which matters only where the member has to be there.
    fn null(&mut self, node: Node<'t>, reading: &Reading) {
        let place = self.place(node, reading);
        let Some(Some(property)) = place.steps.last().cloned() else { return };
        if !self.is_required(&place) {
            return;
        }
        let (mut object, mut at) = (self.body, self.body);
        while at != node {
            let Some((_, next)) = child_towards(at, node) else { return };
            (object, at) = (at, next);
        }
        let name = self.name_of(object);
        let kind = ProblemKind::Missing { property };
        self.problems.push(Problem { kind, node: object, name, place: place.parent() });
    }

    /// Whether the object that a place is in requires it.
    fn is_required(&self, place: &Place) -> bool {
        let Request { resource_type, method, version, .. } = self.request;
        let required = self.ready.required.get_or_init(|| {
            let document = self.schemas.open(resource_type, version).ok().flatten();
            let all = document.as_ref().map_or_else(Vec::new, |it| paths(it, resource_type, method));
            all.into_iter().filter(|it| it.required).map(|it| it.path).collect()
        });
        let steps = place.steps();
        required.iter().any(|path| matches(path, &steps))
    }

    fn known_values(&self, pointer: &str) -> Vec<&str> {
        let values = self.ready.compiled.schema.pointer(pointer).and_then(Value::as_array);
        values.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// True if the values of a property, of which `pointer` leads to one of the keywords, are not listed, or `text` is
    /// one of them.
    fn lists(&self, pointer: &str, text: &str) -> bool {
        let around = pointer.rsplit_once('/').map_or("", |(around, _)| around);
        ["enum", KNOWN_VALUES].into_iter().all(|keyword| {
            let known = self.known_values(&format!("{around}/{keyword}"));
            known.is_empty() || known.contains(&text)
        })
    }

    /// The names from the body to a node.
    fn place(&self, node: Node<'t>, reading: &Reading) -> Place {
        let mut steps = Vec::new();
        let mut at = self.body;
        while at != node {
            let Some((name, next)) = child_towards(at, node) else { break };
            steps.push(name.map(|name| reading.name(name).into_owned()));
            at = next;
        }
        Place { steps }
    }

    fn name_of(&self, node: Node<'t>) -> Option<Node<'t>> {
        let mut at = self.body;
        let mut name = None;
        while at != node {
            (name, at) = child_towards(at, node)?;
        }
        name
    }

    /// True if the node, or one around it, is not what the text says, or stands for something else.
    fn is_open(&self, node: Node<'t>) -> bool {
        let mut at = self.body;
        loop {
            if at.is_repaired() || at.is_unknown() || self.stands_for_any(at) {
                return true;
            }
            match child_towards(at, node) {
                Some((_, next)) if at != node => at = next,
                _ => return false,
            }
        }
    }

    /// True for a string that somebody fills in: the reader of a document, or ARM with what an expression says.
    fn stands_for_any(&self, node: Node<'_>) -> bool {
        let Some(text) = node.as_str() else { return false };
        is_placeholder(&text) || (self.request.template && is_computed(&text))
    }

    /// True if an object may have the property, though the text does not show it.
    fn may_have_more(&self, object: Node<'t>, property: &str) -> bool {
        if self.request.template && has_copy_of(object, property) {
            return true;
        }
        let span = object.span();
        let tree: &Tree<'_> = object.tree();
        object.members().any(|(name, _)| self.stands_for_any(name))
            || tree.mistakes().iter().any(|mistake| {
                let hides = matches!(
                    mistake.kind,
                    MistakeKind::Ellipsis
                        | MistakeKind::ValueWithoutName
                        | MistakeKind::TooDeep
                        | MistakeKind::ExtraBracket { .. }
                        | MistakeKind::UnclosedBracket(Unclosed::Object | Unclosed::Array | Unclosed::String)
                );
                hides && span.start <= mistake.span.start && mistake.span.end <= span.end
            })
    }
}

/// The paths of the properties that a request may set.
fn settable(properties: &[Property<'_>]) -> Vec<String> {
    let closed: Vec<&str> = properties.iter().filter(|it| it.read_only).map(|it| it.path.as_str()).collect();
    let within = |path: &str, above: &str| {
        path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[', '{']))
    };
    properties
        .iter()
        .filter(|it| it.name().is_some() && !closed.iter().any(|above| within(&it.path, above)))
        .map(|it| it.path.clone())
        .collect()
}

/// In a template `copy` gives an object the property that it repeats.
fn has_copy_of(object: Node<'_>, property: &str) -> bool {
    object.member("copy").is_some_and(|(_, copy)| {
        copy.elements().any(|it| {
            let name = it.member("name").and_then(|(_, name)| name.as_str());
            name.is_some_and(|name| name.eq_ignore_ascii_case(property))
        })
    })
}

/// The child of a container that is `node` or holds it, and the child's name.
fn child_towards<'t>(container: Node<'t>, node: Node<'t>) -> Option<(Option<Node<'t>>, Node<'t>)> {
    let holds = |child: Node<'t>| child.index() <= node.index() && node.index() < child.end();
    match container.kind() {
        Kind::Object => {
            container.members().find(|(_, value)| holds(*value)).map(|(name, value)| (Some(name), value))
        }
        Kind::Array => container.elements().find(|it| holds(*it)).map(|it| (None, it)),
        _ => None,
    }
}

fn unexpected(fault: &Fault) -> Option<&[String]> {
    match fault {
        Fault::AdditionalProperties { unexpected } | Fault::UnevaluatedProperties { unexpected } => {
            Some(unexpected)
        }
        _ => None,
    }
}

/// Of the branches that a value does not fit, the one that it comes nearest to: not another type, and the
/// fewest errors.
fn nearest_branch(
    context: Vec<Vec<ValidationError<'static>>>,
    index: Option<u32>,
) -> Vec<ValidationError<'static>> {
    let here = |error: &ValidationError<'_>| error.instance().as_u64() == index.map(u64::from);
    let other_type = |error: &ValidationError<'_>| {
        here(error) && matches!(error.kind(), Fault::Type { .. } | Fault::Constant { .. })
    };
    context
        .into_iter()
        .filter(|errors| !errors.is_empty())
        .min_by_key(|errors| (errors.iter().any(other_type), errors.len()))
        .unwrap_or_default()
}

fn one_of(node: Node<'_>, options: &[Value]) -> ProblemKind {
    let strings: Vec<&str> = options.iter().filter_map(Value::as_str).collect();
    let text = node.as_str();
    if let Some(text) = &text
        && let Some(right) = strings.iter().find(|value| value.eq_ignore_ascii_case(text))
    {
        return ProblemKind::ValueCase { right: (*right).to_owned(), is_elsewhere: false };
    }
    let near = text.map_or_else(Vec::new, |text| nearest(&text, strings));
    ProblemKind::InvalidValue(Constraint::OneOf {
        near: near.into_iter().map(str::to_owned).collect(),
        allowed: options.iter().map(ToString::to_string).collect(),
    })
}
