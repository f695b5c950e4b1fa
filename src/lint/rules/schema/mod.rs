//! It is JSON, but not this resource: the schema names the mistake, these rules report it.

use crate::arm::Method;
use crate::json::Node;
use crate::lint::{Certainty, Rule, Subject, VersionEvidence};
use crate::schema::types::IdentityIdsForm;
use crate::schema::{Place, Problem, ProblemKind, Request, Standing};
use crate::text::Edit;

pub(in crate::lint) mod invalid_value;
pub(in crate::lint) mod missing_property;
mod moves;
pub(in crate::lint) mod name_case;
pub(in crate::lint) mod null_removes_nothing;
pub(in crate::lint) mod property_not_in_version;
pub(in crate::lint) mod read_only_property;
pub(in crate::lint) mod type_guessed;
pub(in crate::lint) mod type_not_described;
pub(in crate::lint) mod unknown_property;
pub(in crate::lint) mod unlisted_value;
pub(in crate::lint) mod value_case;
pub(in crate::lint) mod value_not_in_version;
pub(in crate::lint) mod wrong_type;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] = &[
    &unknown_property::RULE,
    &property_not_in_version::RULE,
    &name_case::RULE,
    &missing_property::RULE,
    &wrong_type::RULE,
    &invalid_value::RULE,
    &value_case::RULE,
    &value_not_in_version::RULE,
    &unlisted_value::RULE,
    &read_only_property::RULE,
    &null_removes_nothing::RULE,
    &type_guessed::RULE,
    &type_not_described::RULE,
];

/// What the schema finds in the body of a call, without what another family says.
pub(in crate::lint) fn problems<'a>(subject: &Subject<'a>) -> Vec<Problem<'a>> {
    let template = subject.in_template();
    let method = if template { Method::Put } else { subject.method() };
    let (Some(resource), Some(type_name), Some(standing)) =
        (subject.resource, subject.target.type_name.as_ref(), subject.standing)
    else {
        return Vec::new();
    };
    if !method.needs_body() {
        return Vec::new();
    }
    if matches!(standing, Standing::NotDescribed { .. }) {
        return Vec::new();
    }
    let name = subject.last_name();
    let request = Request {
        resource_type: type_name.as_str(),
        method,
        version: standing.serves(),
        template,
        name: name.as_deref(),
    };
    let mut problems = subject.validators.problems(request, resource);
    problems.retain(|problem| !is_of_identity_family(subject, problem) && !is_taken(problem));
    problems
}

/// Why the body was compared with the schema that it was compared with, where the text does not say so, and how to say
/// otherwise.
pub(in crate::lint) fn because(subject: &Subject<'_>) -> Option<String> {
    let evidence = &subject.evidence;
    let name = subject.target.type_name.as_ref()?;
    let noun = subject.target.resource_type.map_or(name.as_str(), |known| known.noun());
    let by_members = evidence.target == Certainty::Decided;
    let version = subject.standing.map(Standing::serves);
    let newest = version.filter(|_| evidence.version == VersionEvidence::NotSaid);
    let how = if subject.in_document() { "its URL" } else { "`--type` or a `[[target]]`" };
    match (by_members, newest) {
        (true, Some(version)) => Some(format!(
            "it was taken for a {noun} by its members and compared with {version}, the newest version: {how} says \
             otherwise"
        )),
        (true, None) => Some(format!("it was taken for a {noun} by its members: {how} says otherwise")),
        (false, Some(version)) if subject.call.is_bare() && !subject.in_template() => Some(format!(
            "no API version is said, so it was compared with {version}, the newest: `--api-version` says otherwise"
        )),
        _ => None,
    }
}

/// What GET returns beside the properties: ARM takes it back in any body, though PATCH's schema has no place for it.
fn is_taken(problem: &Problem<'_>) -> bool {
    matches!(problem.kind, ProblemKind::UnknownProperty { .. })
        && ["id", "name", "type"].iter().any(|name| problem.place.is(&[name]))
}

/// What stands in an identity block is the identity family's business, but for its names, and what the service
/// sets.
fn is_of_identity_family(subject: &Subject<'_>, problem: &Problem<'_>) -> bool {
    let place = &problem.place;
    match subject.target.resource_type.map(crate::arm::ResourceType::has_identity) {
        None => return place.starts_with(&["identity"]) && is_judged(subject, problem),
        Some(false) => return place.starts_with(&["identity"]),
        Some(true) => {}
    }
    if place.is(&["properties", "identity"]) || place.is(&["identity", "identity"]) {
        return true;
    }
    if !place.starts_with(&["identity"]) {
        return false;
    }
    let is_ids = || {
        let last = place.steps.last().and_then(Option::as_deref).unwrap_or_default();
        ["identityIds", "userAssignedIdentities"].iter().any(|ids| ids.eq_ignore_ascii_case(last))
            || crate::lint::subject::is_foreign(last)
    };
    match &problem.kind {
        ProblemKind::NameCase { .. } => place.steps.len() > 2,
        // In versions before identities.
        ProblemKind::UnknownProperty { .. } | ProblemKind::NotInVersion { .. } => {
            place.steps.len() != 2 || is_ids()
        }
        ProblemKind::WrongType { .. } => place.steps.len() > 1,
        ProblemKind::ReadOnly => place.steps.len() != 2,
        _ => true,
    }
}

/// True if the identity family says what is wrong in the block of a type that only Bicep's types describe.
fn is_judged(subject: &Subject<'_>, problem: &Problem<'_>) -> bool {
    let place = &problem.place;
    let facts = subject.identity_facts();
    if place.is(&["identity"]) {
        let is_of_block = match &problem.kind {
            ProblemKind::UnknownProperty { .. } => facts.is_none(),
            ProblemKind::ReadOnly => facts.is_some_and(|facts| facts.is_read_only),
            _ => false,
        };
        let name = subject.target.type_name.as_ref().map_or("", |name| name.as_str());
        return is_of_block && subject.validators.never_has_identity(name);
    }
    let Some(facts) = facts.filter(|facts| !facts.is_read_only) else { return false };
    if place.is(&["identity", "type"]) {
        let is_other =
            matches!(problem.kind, ProblemKind::NameCase { .. } | ProblemKind::ValueNotInVersion { .. });
        return facts.has_type && !is_other;
    }
    if facts.ids != IdentityIdsForm::Map {
        return false;
    }
    let member = place.steps.get(1).and_then(Option::as_deref).unwrap_or_default();
    let is_map = member.eq_ignore_ascii_case("userAssignedIdentities");
    let is_other_name =
        member.eq_ignore_ascii_case("identityIds") || crate::lint::subject::is_foreign(member);
    match &problem.kind {
        ProblemKind::UnknownProperty { .. } | ProblemKind::NotInVersion { .. } if place.steps.len() == 2 => {
            is_other_name
        }
        ProblemKind::NameCase { .. } => false,
        _ => is_map && place.steps.len() >= 2,
    }
}

/// What a sentence calls the thing at a place.
fn called(subject: &Subject<'_>, place: &Place) -> String {
    match place.steps.last() {
        Some(Some(name)) => format!("`{name}`"),
        Some(None) => {
            let list = place.steps.iter().rev().find_map(Option::as_deref).unwrap_or_default();
            format!("an element of `{list}`")
        }
        None => match (subject.target.resource_type, &subject.target.type_name) {
            (Some(known), _) => format!("a {}", known.noun()),
            (None, Some(name)) => name.to_string(),
            (None, None) => "the body".to_owned(),
        },
    }
}

/// Writes another name, in the quotes that are there.
fn rename(name: Node<'_>, right: &str) -> Edit {
    if name.content_span() == name.span() {
        Edit::replace(name.span(), format!("\"{right}\""))
    } else {
        Edit::replace(name.content_span(), right)
    }
}
