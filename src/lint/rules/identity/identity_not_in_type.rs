#![doc = include_str!("../../../../docs/rules/identity-not-in-type.md")]

use crate::arm::ResourceType;
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "identity-not-in-type",
    Identity,
    Error,
    Never,
    "an `identity` on a type whose resources have none",
    Check::Body(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let Some(known) = subject.target.resource_type.filter(|known| !known.has_identity()) else { return };
    let Some((name, _)) = subject.resource.and_then(|resource| resource.member("identity")) else { return };
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
