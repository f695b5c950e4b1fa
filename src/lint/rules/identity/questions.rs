//! What the rules of the family ask about a call and its block; each answers "unknown" rather than guess.

use std::borrow::Cow;

use crate::arm::expression::is_computed;
use crate::arm::versions::supports;
use crate::arm::{
    ApiVersion, IdentityForm, IdentityType, IdentityTypeReading, Method, Refusal, RefusalKind,
    contains_placeholder, is_placeholder, parse_identity_type,
};
use crate::json::{Kind, Node};
use crate::lint::{Block, Draft, Subject};
use crate::schema::types::IdentityIdsForm;
use crate::text::Fragment;
use crate::text::suggest::is_misspelling_of;

/// The version that the call names. A body alone in a file has the newest one unless the user says another;
/// a call whose version cannot be read has none.
pub(super) fn version(subject: &Subject<'_>) -> Option<ApiVersion> {
    let assumed = || subject.target.version().filter(|_| subject.call.is_bare() && !subject.in_template());
    subject.target.api_version.or(subject.target.checked_as).or_else(assumed)
}

/// How the version writes user-assigned identities; `None` where the version is unknown.
pub(super) fn form(subject: &Subject<'_>) -> Option<IdentityForm> {
    if let Some(facts) = subject.identity_facts() {
        return (facts.ids == IdentityIdsForm::Map).then_some(IdentityForm::Map);
    }
    let resource_type = subject.target.resource_type.filter(|it| it.has_identity())?;
    Some(crate::arm::identity_form(resource_type, version(subject)?))
}

/// True if the version of a type that only Bicep's types describe has no map of ids: what a block says of them is the
/// schema's business.
pub(super) fn has_no_map(subject: &Subject<'_>) -> bool {
    subject.identity_facts().is_some_and(|facts| facts.ids != IdentityIdsForm::Map)
}

/// The method, unless only a run of the script knows it. A template's resource is put.
pub(super) fn method(subject: &Subject<'_>) -> Option<Method> {
    let call = subject.call;
    if call.is_template() {
        return Some(Method::Put);
    }
    let is_unknown = call.method.is_some() && call.sent_method().is_none();
    subject.target.method.filter(|_| !is_unknown)
}

/// What a block's `type` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// There is none.
    Nothing,
    /// Something that is filled in later, or was fixed or cannot be read.
    Unknown,
    /// A text that ARM does not take, and what it was meant to be if there is one reading.
    Invalid(Option<IdentityType>),
    /// This.
    Type(IdentityType),
}

impl Says {
    /// The type, where ARM takes it.
    pub(super) fn identity_type(self) -> Option<IdentityType> {
        match self {
            Self::Type(identity_type) => Some(identity_type),
            Self::Nothing | Self::Unknown | Self::Invalid(_) => None,
        }
    }
}

/// Reads the `type` of `block`.
pub(super) fn says(subject: &Subject<'_>, block: &Block<'_>) -> Says {
    let Some((name, value)) = block.kind else { return Says::Nothing };
    if name.is_repaired() || is_open(subject, value) {
        return Says::Unknown;
    }
    let Some(text) = value.as_str() else {
        return match value.kind() {
            // The same as none.
            Kind::Null => Says::Nothing,
            Kind::True | Kind::False | Kind::Number | Kind::Array | Kind::Object => Says::Invalid(None),
            Kind::String | Kind::Placeholder | Kind::Unknown => Says::Unknown,
        };
    };
    match parse_identity_type(&text) {
        IdentityTypeReading::Exact(it) | IdentityTypeReading::Accepted(it) => Says::Type(it),
        // A few types have a spelling of their own.
        IdentityTypeReading::Invalid { near } if is_listed(subject, &text) => {
            near.map_or(Says::Unknown, Says::Type)
        }
        IdentityTypeReading::Invalid { .. } if contains_placeholder(&text) => Says::Unknown,
        IdentityTypeReading::Invalid { near } => Says::Invalid(near),
    }
}

/// A type of identity as the resource type spells it.
pub(super) fn spelt<'a>(subject: &Subject<'a>, identity_type: IdentityType) -> &'a str {
    let own = subject.identity_facts().and_then(|facts| facts.find(identity_type.as_str()));
    own.unwrap_or(identity_type.as_str())
}

fn is_listed(subject: &Subject<'_>, text: &str) -> bool {
    subject.identity_facts().is_some_and(|facts| facts.find(text).is_some())
}

/// The parts of a body that only a run of the script knows.
#[derive(Debug)]
pub(super) struct Expansions<'a>(Option<&'a Fragment<'a>>);

impl<'a> Expansions<'a> {
    /// Those of the body.
    pub(super) fn of(subject: &Subject<'a>) -> Self {
        Self(subject.body)
    }

    /// True if one of them is part of `node`.
    pub(super) fn meet(&self, node: Node<'_>) -> bool {
        self.0.is_some_and(|body| body.has_expansion(node.span()))
    }

    /// True if nothing can be said of a value: it is a placeholder, an expression, the result of a run, was
    /// fixed or cannot be read.
    pub(super) fn leave_open(&self, subject: &Subject<'_>, node: Node<'_>) -> bool {
        leaves_open(subject, node, || self.meet(node))
    }
}

fn leaves_open(subject: &Subject<'_>, node: Node<'_>, meets: impl FnOnce() -> bool) -> bool {
    if node.is_unknown() || node.is_repaired() {
        return true;
    }
    match node.as_str() {
        Some(text) => is_filled_in(subject, &text) || !text.contains('/') && meets(),
        None => false,
    }
}

/// [`Expansions::leave_open`], for one value of a block.
pub(super) fn is_open(subject: &Subject<'_>, node: Node<'_>) -> bool {
    leaves_open(subject, node, || node.kind() == Kind::String && has_expansion(subject, node))
}

/// True if a text is filled in later as a whole: a placeholder or, in a template, an expression.
pub(super) fn is_filled_in(subject: &Subject<'_>, text: &str) -> bool {
    let is_expression = || subject.in_template() && is_computed(text);
    is_expression() || is_placeholder(text)
}

/// True if only a run of the script knows part of a node.
pub(in crate::lint::rules) fn has_expansion(subject: &Subject<'_>, node: Node<'_>) -> bool {
    subject.body.is_some_and(|body| body.has_expansion(node.span()))
}

/// True if what `block` lacks may stand there after all: something in it cannot be read or is left out
/// (`...`), it is part of another block, or a name in it is `wanted` with a slip.
pub(super) fn may_have(subject: &Subject<'_>, block: &Block<'_>, wanted: &[&str]) -> bool {
    let span = block.value.span();
    let disturbed =
        || subject.tree.is_some_and(|tree| tree.mistakes().iter().any(|mistake| span.contains(mistake.span)));
    let is_slip = |name: Node<'_>| {
        name.as_str().is_some_and(|name| wanted.iter().any(|wanted| is_misspelling_of(&name, wanted)))
    };
    let parent = subject.resource.and_then(Block::of).filter(|outer| outer.name != block.name);
    let is_part = || parent.is_some_and(|outer| outer.value.span().contains(span) && outer.kind.is_some());
    disturbed() || is_part() || block.value.members().any(|(name, _)| is_slip(name))
}

/// What a version has no words for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    /// Identities.
    Identity,
    /// Anything but `SystemAssigned`.
    UserAssigned,
    /// PATCH.
    Patch,
}

/// What of `block` the version has no words for.
pub(super) fn lack(subject: &Subject<'_>, block: &Block<'_>) -> Option<Lack> {
    let resource_type = subject.target.resource_type?;
    let form = form(subject)?;
    let type_says_more = says(subject, block)
        .identity_type()
        .is_some_and(|it| it.has_user_assigned() || !it.has_system_assigned());
    if form == IdentityForm::None {
        Some(Lack::Identity)
    } else if form == IdentityForm::SystemOnly && (type_says_more || block.has_ids()) {
        Some(Lack::UserAssigned)
    } else if method(subject) == Some(Method::Patch)
        && !supports(resource_type, version(subject)?, Method::Patch)
    {
        Some(Lack::Patch)
    } else {
        None
    }
}

/// The member that holds the ids under the name of another version, or of another tool.
pub(super) fn wrong_property<'a>(
    subject: &Subject<'_>,
    block: &Block<'a>,
) -> Option<(Node<'a>, Node<'a>, IdentityForm)> {
    let form = form(subject)?;
    let (name, value) = match form {
        IdentityForm::Map => block.ids.or(block.foreign)?,
        IdentityForm::Ids => block.map.or(block.foreign)?,
        IdentityForm::None | IdentityForm::SystemOnly => return None,
    };
    (!name.is_repaired()).then_some((name, value, form))
}

/// The member that holds the ids under the right name, or under either if the version is unknown; `null` is
/// the same as none.
pub(super) fn ids_member<'a>(
    subject: &Subject<'_>,
    block: &Block<'a>,
) -> Option<(Node<'a>, Node<'a>, IdentityForm)> {
    let list = || block.ids.map(|(name, value)| (name, value, IdentityForm::Ids));
    let map = || block.map.map(|(name, value)| (name, value, IdentityForm::Map));
    let member = match form(subject) {
        Some(IdentityForm::Ids) => list(),
        Some(IdentityForm::Map) => map(),
        Some(IdentityForm::None | IdentityForm::SystemOnly) => None,
        None => map().or_else(list),
    };
    member.filter(|(_, value, _)| value.kind() != Kind::Null)
}

/// The element of a property `copy` that makes the ids of a template's block: an array, whatever it is called.
pub(super) fn copied_ids<'a>(subject: &Subject<'_>, block: &Block<'a>) -> Option<Node<'a>> {
    if !subject.in_template() {
        return None;
    }
    let (_, copies) = block.value.member("copy")?;
    copies.elements().find(|copy| {
        let name = copy.member("name").and_then(|(_, name)| name.as_str());
        name.is_some_and(|name| {
            ["userAssignedIdentities", "identityIds"].iter().any(|ids| ids.eq_ignore_ascii_case(&name))
        })
    })
}

/// An id as the block has it.
#[derive(Clone, Debug)]
pub(super) struct Id<'a> {
    /// The string: an array's element or a map's name.
    pub(super) node: Node<'a>,
    /// Its text.
    pub(super) text: Cow<'a, str>,
    /// What the map says of it.
    pub(super) value: Option<Node<'a>>,
    /// The property that it stands in.
    pub(super) property: IdentityForm,
    /// Part of it is known only when the script runs.
    pub(super) has_expansion: bool,
}

/// True if `type` says that there are no user-assigned identities: ids beside it are one mistake, whatever they
/// look like.
pub(super) fn denies_ids(subject: &Subject<'_>, block: &Block<'_>) -> bool {
    says(subject, block).identity_type().is_some_and(|it| !it.has_user_assigned())
}

/// The ids of `block` in either property and shape, without those that nothing can be said of.
pub(super) fn ids<'a>(subject: &Subject<'_>, block: &Block<'a>) -> impl Iterator<Item = Id<'a>> {
    let expansions = Expansions::of(subject);
    let members = [(block.ids, IdentityForm::Ids), (block.map, IdentityForm::Map)];
    let members = if denies_ids(subject, block) { None } else { Some(members) };
    let members = members.into_iter().flatten().filter_map(|(member, property)| {
        let (_, holder) = member.filter(|(name, value)| !name.is_repaired() && !is_id_object(*value))?;
        Some((holder, property))
    });
    let written = members.flat_map(|(holder, property)| {
        let lone = (holder.kind() == Kind::String).then_some((holder, None));
        let element = |node: Node<'a>| match node.kind() {
            Kind::Object => inner_id(node),
            _ => Some(node),
        };
        let elements = holder.elements().filter_map(element).map(|id| (id, None));
        let names = holder.members().map(|(name, value)| (name, Some(value)));
        lone.into_iter().chain(elements).chain(names).map(move |(id, value)| (id, value, property))
    });
    written.filter_map(move |(node, value, property)| {
        if expansions.leave_open(subject, node) {
            return None;
        }
        let has_expansion = expansions.meet(node);
        node.as_str().map(|text| Id { node, text, value, property, has_expansion })
    })
}

/// True if an id stands in the body without escapes, so that its offsets are the string's own.
pub(super) fn is_verbatim(id: &Id<'_>) -> bool {
    id.node.tree().text()[id.node.content_span().range()] == id.text
}

/// True if a value is `{"id": "…"}`: an object around one id where the id itself is due.
pub(super) fn is_id_object(node: Node<'_>) -> bool {
    inner_id(node).is_some()
}

/// The id in `{"id": "…"}` or `{"resourceId": "…"}`.
pub(super) fn inner_id(node: Node<'_>) -> Option<Node<'_>> {
    let (_, value) = node.member("id").or_else(|| node.member("resourceId"))?;
    (value.kind() == Kind::String).then_some(value)
}

/// With ARM's published answer to a block of that kind; a code that was not published is empty.
pub(super) fn answered(draft: Draft<'_>, kind: RefusalKind) -> Draft<'_> {
    let refusal = Refusal::from(kind);
    if refusal.is_published() { draft.arm(refusal.code.unwrap_or_default(), refusal.message) } else { draft }
}

/// What a sentence calls one resource of the call's type.
pub(super) fn noun(subject: &Subject<'_>) -> &'static str {
    subject.target.resource_type.map_or("resource", crate::arm::ResourceType::noun)
}
