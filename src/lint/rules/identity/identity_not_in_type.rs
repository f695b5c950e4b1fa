#![doc = include_str!("../../../../docs/rules/identity-not-in-type.md")]

use crate::arm::ResourceType;
use crate::arm::expression::is_expression;
use crate::json::{Kind, Node};
use crate::lint::rule::rule;
use crate::lint::{Check, Severity, Sink, Subject};
use crate::schema::Standing;

rule!(
    "identity-not-in-type",
    Identity,
    Error,
    Never,
    "an `identity` on a type whose resources have none",
    Check::Body(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    if subject.evidence.is_described {
        of_described(subject, sink);
        return;
    }
    let Some(known) = subject.target.resource_type.filter(|known| !known.has_identity()) else { return };
    let Some(name) = said(subject) else { return };
    let help = match known {
        ResourceType::UserAssignedIdentity => {
            "it is an identity itself; the resource that is to use it names it in an `identity` of its own"
        }
        _ => "leave it out",
    };
    sink.push(subject.at_node(&RULE, name, format!("a {} has no `identity`", known.noun())).help(help).arm(
        "InvalidRequestContent",
        "The request content was invalid and could not be deserialized: 'Could not find member 'identity' on object \
         of type '…'. Path 'identity', line …, position ….'.",
    ));
}

/// The name of the identity block: `null` is none, and an expression may give that.
fn said<'a>(subject: &Subject<'a>) -> Option<Node<'a>> {
    let (name, value) = subject.resource?.member("identity")?;
    let may_be_none = value.kind() == Kind::Null
        || subject.in_template() && value.as_str().is_some_and(|text| is_expression(&text));
    (!may_be_none).then_some(name)
}

/// Of a type that only Bicep's types describe. What only some versions lack is a matter of the version.
fn of_described(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (Some(name), Some(resource_type)) = (said(subject), &subject.target.type_name) else { return };
    let facts = subject.identity_facts();
    if facts.is_some_and(|facts| !facts.is_read_only) {
        return;
    }
    let is_described = !matches!(subject.standing, None | Some(Standing::NotDescribed { .. }));
    if !is_described || !subject.validators.never_has_identity(resource_type.as_str()) {
        return;
    }
    let draft = if facts.is_some() {
        let message = format!("the `identity` of {resource_type} is set by the service, not by a request");
        subject.at_node(&RULE, name, message).help("leave it out").severity(Severity::Note)
    } else {
        let message = format!("{resource_type} has no `identity` in any version that is described");
        subject.at_node(&RULE, name, message).help("leave it out").severity(Severity::Warning)
    };
    sink.push(draft);
}
