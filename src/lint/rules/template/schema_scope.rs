#![doc = include_str!("../../../../docs/rules/schema-scope.md")]

use crate::arm::{Method, Scopes};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "schema-scope",
    Template,
    Warning,
    Never,
    "the resource cannot be deployed at the template's scope",
    Check::Call(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (Some(name), Some(resource)) = (&subject.target.type_name, subject.resource) else { return };
    let is_put = subject.in_template() || subject.target.method == Some(Method::Put);
    if !is_put || subject.target.action.is_some() {
        return;
    }
    let schemas = subject.validators.schemas();
    let version = subject.standing.map(crate::schema::Standing::serves);
    let Some(described) = version.and_then(|version| schemas.described_in(name.as_str(), version)) else {
        return;
    };
    let writable = described.writable();
    let (message, help) = if writable.is_empty() {
        (
            format!(
                "{} {} is described as one that can be read, not deployed",
                described.described().name(),
                described.version()
            ),
            "the service may set it up with the resource that it belongs to",
        )
    } else {
        // What says its own scope is not deployed to that of the template.
        let level = subject.declared.filter(|_| resource.member("scope").is_none()).and_then(|it| it.level);
        let Some(level) = level.filter(|level| !writable.meets(*level) && !writable.meets(Scopes::EXTENSION))
        else {
            return;
        };
        (
            format!(
                "{} {} is deployed to {}, and the template is one for {}",
                described.described().name(),
                described.version(),
                writable.described(),
                level.described()
            ),
            "a nested deployment can have another scope",
        )
    };
    let of_template = resource.member("type").filter(|_| subject.declared.is_some());
    let draft = if let Some((_, value)) = of_template {
        subject.at_node(&RULE, value, message)
    } else if let Some(part) = &subject.call.url {
        subject.at_part(&RULE, part, part.span(), message)
    } else {
        subject.at(&RULE, resource.opening(), message)
    };
    sink.push(draft.help(help));
}
