#![doc = include_str!("../../../../docs/rules/identity-type-spelling.md")]

use super::questions::lack;
use crate::arm::{IdentityTypeReading, parse_identity_type};
use crate::json::Node;
use crate::lint::rule::rule;
use crate::lint::{Block, Check, Severity, Sink, Subject};
use crate::schema::types::IdentityFacts;
use crate::text::Edit;

rule!(
    "identity-type-spelling",
    Identity,
    Warning,
    Always,
    "`identity.type` is read by ARM, but not spelt as documented",
    Check::Identity(check)
);

fn check(subject: &Subject<'_>, block: &Block<'_>, sink: &mut Sink<'_>) {
    let Some((_, value)) = block.kind.filter(|(_, value)| !value.is_repaired()) else { return };
    let Some(text) = value.as_str() else { return };
    if let Some(facts) = subject.identity_facts() {
        of_described(subject, facts, value, &text, sink);
        return;
    }
    let IdentityTypeReading::Accepted(meant) = parse_identity_type(&text) else { return };
    if lack(subject, block).is_some() || sink.explained(subject, value) {
        return;
    }
    let right = meant.to_string();
    let edit = Edit::replace(value.content_span(), right.clone());
    let draft = subject
        .at_node(&RULE, value, format!("`{text}` is documented as `{right}`"))
        .help("ARM reads it without regard to case, space and order; tools that compare text do not")
        .fix(format!("write `{right}`"), &[edit]);
    // Azure's own command line sends it so.
    let is_usual = text == "SystemAssigned,UserAssigned";
    sink.push(if is_usual { draft.severity(Severity::Note) } else { draft });
}

/// Of a type that only Bicep's types describe: each has a spelling of its own, some two over the years.
fn of_described(
    subject: &Subject<'_>,
    facts: &IdentityFacts<'_>,
    value: Node<'_>,
    text: &str,
    sink: &mut Sink<'_>,
) {
    let Some(right) = facts.find(text).filter(|right| *right != text) else { return };
    if sink.explained(subject, value) {
        return;
    }
    let draft = subject
        .at_node(&RULE, value, format!("`{}` is documented as `{right}` for this type", text.escape_debug()))
        .help("ARM reads it without regard to case, space and order; not every service and tool does")
        .fix(format!("write `{right}`"), &[Edit::replace(value.content_span(), right)]);
    let is_case_only = right.eq_ignore_ascii_case(text);
    sink.push(if is_case_only || facts.is_open { draft.severity(Severity::Note) } else { draft });
}
