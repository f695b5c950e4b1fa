//! What a template is refused for, as findings.

use super::rules::rule_of_cause;
use super::{ArmAnswer, Finding, Severity};
use crate::json::{Tree, string_fragment};
use crate::template::{Cause, Phase, Refusal, shortened};
use crate::text::{Source, Span};

/// A refusal as a finding of the text that it is about: the template, or a file of parameters. `tree` is that of the
/// source's [`Source::fragment`].
pub fn refused(source: &Source, tree: &Tree<'_>, refusal: &Refusal) -> Finding {
    let rule = rule_of_cause(refusal.cause);
    let is_arm = refusal.cause != Cause::Budget;
    let when = match refusal.phase {
        Phase::Deploy => " (found while it is deployed)",
        Phase::Parse | Phase::Validate => "",
    };
    let message = format!("{}{when}", shortened(first_sentence(&refusal.message)));
    let arm = is_arm.then(|| {
        Box::new(ArmAnswer {
            code: refusal.code.to_owned(),
            message: shortened(&refusal.full_message()).into_owned(),
        })
    });
    Finding { arm, ..Finding::new(rule, Severity::Error, span(source, tree, refusal), message) }
}

/// ARM's message without where it sends its readers.
fn first_sentence(message: &str) -> &str {
    let end = message.find(" Please see http").unwrap_or(message.len());
    message[..end].trim_end_matches('.')
}

/// The characters of the file: those of the expression that are to blame, else the whole value.
fn span(source: &Source, tree: &Tree<'_>, refusal: &Refusal) -> Span {
    let node = refusal.place.and_then(|place| tree.node(place.node));
    let Some(node) = node else { return Span::default() };
    let fragment = source.fragment();
    let inner = refusal.span.and_then(|span| {
        let text = string_fragment(&fragment, node)?;
        (span.end as usize <= text.text().len() && !span.is_empty()).then(|| text.to_file(span))
    });
    inner.unwrap_or_else(|| fragment.to_file(node.span()))
}
