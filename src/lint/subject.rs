//! What the rules look at: one call, its body as a tree, and what is known of the request.

mod block;
mod findings;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::{Arc, OnceLock};

pub(crate) use self::block::Block;
pub(super) use self::block::is_foreign;
pub use self::findings::MAX_FINDINGS;
pub(super) use self::findings::Wanted;
pub(crate) use self::findings::{Findings, Sink};
use super::anchor::{Anchors, Of, Spot};
use super::evidence::{Doubt, Evidence};
use super::{ArmAnswer, Finding, Fix, Label, RequestInfo, Rule, Severity};
use crate::arm::{
    ApiVersion, IdentityForm, Method, RequestUrl, ResourceType, ResourceTypeName, Service, identity_form,
};
use crate::json::{Node, Tree};
use crate::notation::template::Resource;
use crate::notation::{Call, Place};
use crate::schema::types::IdentityFacts;
use crate::schema::{Request, Standing, Validators};
use crate::text::{Edit, Fragment, Source, Span, cut, merged};

/// What is known of the request that a body is for.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// The resource type, if it is one whose bodies are known.
    pub resource_type: Option<ResourceType>,
    /// The name of the resource type, also of others.
    pub type_name: Option<ResourceTypeName>,
    /// The API version that the text or the user names.
    pub api_version: Option<ApiVersion>,
    /// The published version that stands in for a named one that is malformed.
    pub checked_as: Option<ApiVersion>,
    /// The method; a body alone in a file may be for PUT or PATCH.
    pub method: Option<Method>,
    /// What is asked of the resource, or of its provider where there is no type: `start`, `instanceView`.
    pub action: Option<String>,
}

impl Target {
    /// The version whose rules hold: the one named, else the newest stable one of the type.
    pub fn version(&self) -> Option<ApiVersion> {
        self.api_version.or(self.checked_as).or_else(|| self.resource_type.map(crate::arm::newest_stable))
    }
}

/// One call as the rules see it.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    /// The file.
    pub(crate) source: &'a Source,
    /// The call.
    pub(crate) call: &'a Call<'a>,
    /// The URL, taken apart.
    pub(crate) url: Option<&'a RequestUrl<'a>>,
    /// How well what is known of the request is known.
    pub(crate) evidence: Evidence,
    /// The body's text, where the document has it.
    pub(crate) body: Option<&'a Fragment<'a>>,
    /// The body.
    pub(crate) tree: Option<&'a Tree<'a>>,
    /// What is known of the request.
    pub(crate) target: Target,
    /// The resource within the body: the root, or in a template one of its resources.
    pub(crate) resource: Option<Node<'a>>,
    /// The resource as a template declares it.
    pub(crate) declared: Option<&'a Resource<'a>>,
    /// The schemas.
    pub(crate) validators: &'a Validators,
    /// What the schemas know of the API version; of the newest stable one where none is named. `None` for a
    /// type without a schema.
    pub(crate) standing: Option<Standing>,
    /// The members whose names say that they are secret, once they were looked for.
    pub(super) secret_members: OnceCell<Vec<(Node<'a>, Node<'a>)>>,
    /// What Bicep's types say of the `identity` block, once they were asked.
    pub(super) identity_facts: OnceCell<Option<IdentityFacts<'a>>>,
    /// The request as its findings carry it.
    pub(super) info: OnceCell<Arc<RequestInfo>>,
    /// What its findings are known by.
    pub(super) anchors: Anchors,
    /// The identity block of the resource, once it was looked for.
    pub(super) block: OnceCell<Option<Block<'a>>>,
    /// How the file writes placeholders.
    pub(super) styles: &'a Styles,
}

/// The placeholders that a file uses for each thing that one can stand for, looked for once.
#[derive(Debug, Default)]
pub(super) struct Styles([OnceLock<Option<String>>; 3]);

impl Styles {
    /// The placeholder for the thing with this number; `find` looks for it.
    pub(super) fn of(&self, number: usize, find: impl FnOnce() -> Option<String>) -> Option<&str> {
        self.0.get(number)?.get_or_init(find).as_deref()
    }
}

impl<'a> Subject<'a> {
    /// A resource of the template that this is, in `body` that reads as `tree`.
    pub(super) fn of_resource<'b>(
        &self,
        (body, tree): (Option<&'b Fragment<'b>>, Option<&'b Tree<'b>>),
        resource: &'b Resource<'b>,
        (target, evidence, standing): (Target, Evidence, Option<Standing>),
    ) -> Subject<'b>
    where
        'a: 'b,
    {
        Subject {
            target,
            evidence,
            standing,
            resource: Some(resource.node),
            declared: Some(resource),
            secret_members: OnceCell::new(),
            identity_facts: OnceCell::new(),
            info: OnceCell::new(),
            anchors: Anchors::default(),
            block: OnceCell::new(),
            styles: self.styles,
            source: self.source,
            call: self.call,
            url: self.url,
            body,
            tree,
            validators: self.validators,
        }
    }

    /// The members of the body whose names or types say that they are secret, in the order of the text.
    pub(super) fn secret_members(&self) -> &[(Node<'a>, Node<'a>)] {
        self.secret_members.get_or_init(|| {
            let mut members = self.resource.map(super::secrets::members).unwrap_or_default();
            let more = self.sensitive();
            if !more.is_empty() {
                members.extend(more);
                members.sort_unstable_by_key(|(name, _)| name.index());
                members.dedup_by_key(|(name, _)| name.index());
            }
            members
        })
    }

    /// The members of the body that the published type says are secret; of a type that has no schema of its own.
    pub(super) fn sensitive(&self) -> Vec<(Node<'a>, Node<'a>)> {
        let (Some(resource), Some(name), Some(standing)) =
            (self.resource, self.target.type_name.as_ref(), self.standing)
        else {
            return Vec::new();
        };
        if !self.evidence.is_described || matches!(standing, Standing::NotDescribed { .. }) {
            return Vec::new();
        }
        let last_name = self.last_name();
        let request = Request {
            resource_type: name.as_str(),
            method: self.method(),
            version: standing.serves(),
            template: self.in_template(),
            name: last_name.as_deref(),
        };
        self.validators.sensitive(request, resource)
    }

    /// The part of the body that is about the resource: all of it, but in a template, whose resources are looked at
    /// one by one.
    pub(super) fn stretch(&self) -> Span {
        match (self.declared, self.resource, self.body) {
            (Some(_), Some(resource), _) => resource.span(),
            (_, _, Some(body)) => body.span(),
            _ => Span::default(),
        }
    }

    /// True if the call goes to Azure Resource Manager, as far as the text says.
    pub(crate) fn is_arm(&self) -> bool {
        match self.url {
            Some(_) => self.evidence.service == Service::ResourceManager,
            None => self.target.type_name.is_some(),
        }
    }

    /// The method; GET where nothing is said.
    pub(crate) fn method(&self) -> Method {
        self.target.method.unwrap_or(Method::Get)
    }

    /// The last name of the resource, where the text says it.
    pub(crate) fn last_name(&self) -> Option<Cow<'a, str>> {
        if let Some(declared) = self.declared {
            return declared.last_name().map(Cow::Owned);
        }
        let name = self.url?.name()?.text;
        (!crate::arm::contains_placeholder(name)).then_some(Cow::Borrowed(name))
    }

    /// The way that the resource's identity is written in this version; `None` for a type without identities
    /// or an unknown one.
    pub(crate) fn identity_form(&self) -> Option<IdentityForm> {
        let resource_type = self.target.resource_type.filter(|it| it.has_identity())?;
        Some(identity_form(resource_type, self.target.version()?))
    }

    /// What Bicep's types say of the `identity` block of the type and version; `None` for a type with a schema of its
    /// own, without such a block, or in a version that is not described.
    pub(super) fn identity_facts(&self) -> Option<&IdentityFacts<'a>> {
        let find = || {
            let name = self.target.type_name.as_ref().filter(|_| self.evidence.is_described)?;
            let version = match self.standing? {
                Standing::NotDescribed { .. } => return None,
                standing => standing.serves(),
            };
            self.validators.identity(name.as_str(), version)
        };
        self.identity_facts.get_or_init(find).as_ref()
    }

    /// True if the body is part of a deployment template: expressions stand for values there.
    pub(crate) fn in_template(&self) -> bool {
        self.call.is_template()
    }

    /// True if the text is prose that shows calls: placeholders belong there.
    pub(crate) fn in_document(&self) -> bool {
        self.call.context.place == Place::Document
    }

    /// The identity block of the resource, where ARM looks for it.
    pub(crate) fn identity(&self) -> Option<Block<'a>> {
        *self.block.get_or_init(|| self.resource.and_then(Block::of))
    }

    /// A finding of `rule` at `span` of the body.
    pub(crate) fn at(&self, rule: &'static Rule, span: Span, message: impl Into<String>) -> Draft<'a> {
        let place = self.body.map_or(self.call.span, |body| body.to_file(span));
        self.draft(self.body, rule, place, message.into(), Spot::Body(span.start))
    }

    /// A finding of `rule` at `node` of the body.
    pub(crate) fn at_node(
        &self,
        rule: &'static Rule,
        node: Node<'_>,
        message: impl Into<String>,
    ) -> Draft<'a> {
        self.at(rule, node.span(), message)
    }

    /// A finding of `rule` at `span` of another part of the call: its URL, a header.
    pub(crate) fn at_part(
        &self,
        rule: &'static Rule,
        part: &'a Fragment<'a>,
        span: Span,
        message: impl Into<String>,
    ) -> Draft<'a> {
        self.draft(Some(part), rule, part.to_file(span), message.into(), Spot::Part(part))
    }

    /// A finding of `rule` at bytes of the file.
    pub(crate) fn at_file(&self, rule: &'static Rule, span: Span, message: impl Into<String>) -> Draft<'a> {
        self.draft(None, rule, span, message.into(), Spot::File(span))
    }

    fn draft(
        &self,
        part: Option<&'a Fragment<'a>>,
        rule: &'static Rule,
        span: Span,
        message: String,
        spot: Spot<'_>,
    ) -> Draft<'a> {
        let of = Of {
            call: self.call,
            target: &self.target,
            evidence: &self.evidence,
            body: self.body,
            resource: self.resource,
            method: self.method(),
        };
        let anchor = self.anchors.of(&of, spot);
        let request = Arc::clone(self.info.get_or_init(|| {
            Arc::new(RequestInfo {
                method: self.method(),
                resource_type: self.target.type_name.as_ref().map(|name| name.as_str().to_owned()),
                api_version: self.target.api_version,
                url: self.call.url.as_ref().map(|url| shown(url.text())),
            })
        }));
        let single_quotes = self.call.client.reads_python && part.is_some_and(is_single_quoted);
        Draft {
            part,
            single_quotes,
            finding: Finding {
                request: Some(request),
                anchor,
                ..Finding::new(rule, rule.severity, span, message)
            },
        }
    }
}

/// A URL as findings carry it: no URL that is sent is longer than [`MAX_URL`].
fn shown(url: &str) -> String {
    let shown = cut(url, 0..MAX_URL);
    if shown.len() < url.len() { format!("{shown}…") } else { url.to_owned() }
}

/// In bytes. Every finding shows it.
const MAX_URL: usize = 2048;

/// A finding in the making: spans and edits are those of the part of the call that it is about.
#[derive(Debug)]
#[must_use = "a draft is not a finding until it is pushed"]
pub(crate) struct Draft<'a> {
    part: Option<&'a Fragment<'a>>,
    /// JSON that is written in `'…'`, as its client takes it: what is added is written so too.
    single_quotes: bool,
    finding: Finding,
}

impl Draft<'_> {
    /// With another severity than the rule's own.
    pub(crate) fn severity(mut self, severity: Severity) -> Self {
        self.finding.severity = severity;
        self
    }

    /// With what the rule itself doubts; what follows from that, the policy says.
    pub(crate) fn doubt(mut self, doubt: Doubt) -> Self {
        self.finding.doubt = Some(doubt);
        self
    }

    /// With the most that the configuration may make of it.
    pub(super) fn ceiling(mut self, severity: Severity) -> Self {
        self.finding.ceiling = severity;
        self
    }

    /// With what it is about where its text does not say so.
    pub(super) fn about(mut self, subject: &str) -> Self {
        self.finding.subject = Some(subject.into());
        self
    }

    /// With another place that explains it.
    pub(crate) fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        let span = self.part.map_or(span, |part| part.to_file(span));
        self.finding.labels.push(Label { message: message.into(), span });
        self
    }

    /// With what would be right.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.finding.help = Some(help.into());
        self
    }

    /// With something that helps, beside what does already.
    pub(crate) fn more_help(mut self, more: &str) -> Self {
        let help = self.finding.help.take();
        self.finding.help = Some(help.map_or_else(|| more.to_owned(), |help| format!("{help}; {more}")));
        self
    }

    /// With ARM's answer.
    pub(crate) fn arm(mut self, code: &str, message: impl Into<String>) -> Self {
        self.finding.arm = Some(Box::new(ArmAnswer { code: code.to_owned(), message: message.into() }));
        self
    }

    /// With edits that leave ARM's reading as it is, or give text that was not JSON its one reading.
    pub(crate) fn fix(self, title: impl Into<String>, edits: &[Edit]) -> Self {
        self.with_edits(title.into(), true, edits)
    }

    /// With edits that are a guess, or change what ARM reads.
    pub(crate) fn unsafe_fix(self, title: impl Into<String>, edits: &[Edit]) -> Self {
        self.with_edits(title.into(), false, edits)
    }

    /// With edits whose safety is known only now.
    pub(crate) fn fix_if(self, safe: bool, title: impl Into<String>, edits: &[Edit]) -> Self {
        self.with_edits(title.into(), safe, edits)
    }

    fn with_edits(mut self, title: String, safe: bool, edits: &[Edit]) -> Self {
        let outward = match self.part {
            None => Some(edits.to_vec()),
            // A place that cannot be written through its quoting leaves the finding without a fix.
            Some(part) => edits.iter().try_fold(Vec::new(), |mut all, edit| {
                let text = if self.single_quotes && !edit.text.contains('\'') {
                    Cow::Owned(edit.text.replace('"', "'"))
                } else {
                    Cow::Borrowed(edit.text.as_str())
                };
                all.extend(part.edit(edit.span, &text)?);
                Some(all)
            }),
        };
        self.finding.fix = outward
            .filter(|edits| !edits.is_empty())
            .map(|edits| Box::new(Fix { title, safe, edits: merged(edits) }));
        self
    }
}

/// True if the first string in `part` stands in `'…'`.
fn is_single_quoted(part: &Fragment<'_>) -> bool {
    let text = part.text();
    text.trim_start().starts_with('{')
        && memchr::memchr2(b'\'', b'"', text.as_bytes()).is_some_and(|at| text.as_bytes()[at] == b'\'')
}
