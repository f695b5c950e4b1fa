#![doc = include_str!("../../../../docs/rules/identity-null-in-put.md")]

use super::questions::{answered, denies_ids, ids_member, lack, method};
use crate::arm::{IdentityForm, Method, RefusalKind};
use crate::json::Kind;
use crate::lint::rule::rule;
use crate::lint::{Block, Check, Severity, Sink, Subject};

rule!(
    "identity-null-in-put",
    Identity,
    Error,
    Never,
    "`null` removes an identity in PATCH only",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    let Some((_, map, IdentityForm::Map)) = ids_member(subject, block) else { return };
    if method(subject) != Some(Method::Put) || lack(subject, block).is_some() || denies_ids(subject, block) {
        return;
    }
    for (name, value) in map.members().filter(|(_, value)| value.kind() == Kind::Null) {
        let draft = subject
            .at_node(&RULE, value, "`null` removes an identity in PATCH only")
            .help("a PUT names what is there afterwards: leave the id out, or send a PATCH");
        let id = name.as_str().unwrap_or_default().into_owned();
        // Other services take it for what it means.
        let draft = if subject.evidence.is_described { draft.severity(Severity::Note) } else { draft };
        sink.push(answered(draft, RefusalKind::NullInPut(id)));
    }
}
