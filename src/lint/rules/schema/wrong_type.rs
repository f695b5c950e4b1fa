#![doc = include_str!("../../../../docs/rules/wrong-type.md")]

use super::called;
use crate::json::{Kind, Node};
use crate::lint::rule::rule;
use crate::lint::{Check, Doubt, Sink, Subject};
use crate::schema::{Problem, ProblemKind, found_in_words, type_in_words};
use crate::text::Edit;

rule!(
    "wrong-type",
    Schema,
    Error,
    Sometimes,
    "the value has another type than the property",
    Check::Problem(check)
);

fn check(subject: &Subject<'_>, problem: &Problem<'_>, sink: &mut Sink<'_>) {
    let ProblemKind::WrongType { expected, fits_quoted } = &problem.kind else { return };
    let node = problem.node;
    let is_leaf = !matches!(node.kind(), Kind::Object | Kind::Array);
    if is_leaf && sink.explained(subject, node) {
        return;
    }
    let takes = |kind: &str| expected.iter().any(|it| it == kind);
    let wanted: Vec<&str> = expected.iter().map(|kind| type_in_words(kind)).collect();
    let found = match node.kind() {
        Kind::Number if takes("integer") => "a number with a fraction",
        _ => found_in_words(node),
    };
    let message = format!("{} takes {}, not {found}", called(subject, &problem.place), wanted.join(" or "));
    let mut found = subject.at(&RULE, node.span(), message);
    if let Some(right) = unquoted(node, &takes, !subject.evidence.is_described) {
        found = found
            .doubt(Doubt::QuotedScalar)
            .help("ARM reads it; the schema and other readers do not")
            .fix(format!("write {right}"), &[Edit::replace(node.span(), right)]);
    } else if takes("string") && matches!(node.kind(), Kind::Number | Kind::True | Kind::False) {
        let right = format!("\"{}\"", node.source());
        found = found.doubt(Doubt::OtherScalar);
        // Of a type that is only described the service reads it, and no other version says otherwise.
        if *fits_quoted {
            found = found.fix_if(
                subject.evidence.is_described,
                format!("write {right}"),
                &[Edit::replace(node.span(), right)],
            );
        }
    } else if is_read_as(node, &takes) {
        found = found.doubt(Doubt::OtherScalar);
    } else if node.as_str().is_some_and(|text| text.is_empty()) {
        found = found.doubt(Doubt::Blank);
    } else if takes("array") && node.kind() != Kind::Null {
        found = found.help("put it between `[` and `]`");
    }
    sink.push(found);
}

/// True for a fraction in quotes where a number is due, and for 0 and 1 where a boolean is.
fn is_read_as(node: Node<'_>, takes: &impl Fn(&str) -> bool) -> bool {
    let is_number = |text: &str| text.trim().parse::<serde_json::Number>().is_ok();
    (takes("integer") || takes("number")) && node.as_str().is_some_and(|text| is_number(&text))
        || takes("boolean") && matches!(node.number(), Some("0" | "1"))
}

/// What stands between the quotes, if it is of the type that is due. A fraction is one only where the schema tells
/// integers from other numbers: Bicep and templates know no fractions, and write them so.
fn unquoted(node: Node<'_>, takes: &impl Fn(&str) -> bool, fractions: bool) -> Option<String> {
    let text = node.as_str()?;
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    if takes("boolean") && matches!(lower.as_str(), "true" | "false") {
        return Some(lower);
    }
    let number: serde_json::Number = text.parse().ok()?;
    let is_whole = number.is_i64() || number.is_u64();
    let fits = takes("number") && (fractions || is_whole) || takes("integer") && is_whole;
    fits.then(|| number.to_string())
}
