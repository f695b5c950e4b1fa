#![doc = include_str!("../../../../docs/rules/expression-invalid.md")]

use super::whole::{is_left_to_the_reader, is_of_policy};
use super::{undefined_function, wrong_argument_count};
use crate::arm::expression::{
    Expression, ExpressionError, ExpressionErrorKind, Slip, SlipKind, is_expression,
};
use crate::json::{Kind, Node, string_fragment};
use crate::lint::evaluation::examined;
use crate::lint::rule::rule;
use crate::lint::{Check, Draft, Severity, Sink, Subject};
use crate::notation::template::Template;
use crate::template::expression_refusal;
use crate::text::Span;

rule!(
    "expression-invalid",
    Template,
    Error,
    Never,
    "a template expression does not parse",
    Check::Template(check)
);

/// Members whose text is for people, or must be literal.
const NOT_EVALUATED: [&str; 5] = ["metadata", "description", "comments", "allowedValues", "$schema"];

fn check(subject: &Subject<'_>, template: &Template<'_>, sink: &mut Sink<'_>) {
    // Calls in what can be evaluated are looked at with everything that it declares.
    let of_tree = |tree| examined(&subject.evidence, tree, template);
    let examined: Vec<Span> =
        subject.tree.map(of_tree).unwrap_or_default().iter().map(|it| it.span()).collect();
    let mut open: Vec<Node<'_>> = template.roots.clone();
    while let Some(node) = open.pop() {
        let has_slips = !examined.iter().any(|it| it.contains(node.span()));
        look(subject, node, has_slips, sink);
        for (name, value) in node.members() {
            let skipped = name
                .as_str()
                .is_some_and(|name| NOT_EVALUATED.iter().any(|it| it.eq_ignore_ascii_case(&name)));
            if !skipped {
                look(subject, name, has_slips, sink);
                open.push(value);
            }
        }
        open.extend(node.elements());
    }
}

/// Looks at a string, a value's or a name's.
fn look(subject: &Subject<'_>, node: Node<'_>, has_slips: bool, sink: &mut Sink<'_>) {
    if node.kind() != Kind::String || node.is_repaired() || !node.source().starts_with("\"[") {
        return;
    }
    let Some(text) = node.as_str() else { return };
    if text.starts_with("[[") || sink.explained(subject, node) {
        return;
    }
    let Some(fragment) = subject.body.and_then(|body| string_fragment(body, node)) else { return };
    let of = |rule, span: Span, message: String| subject.at_file(rule, fragment.to_file(span), message);
    let at = |span: Span, message: String| of(&RULE, span, message);
    if !is_expression(&text) {
        if let Some(span) = left_open(&text) {
            sink.push(
                at(span, "the expression does not end where the string ends".to_owned())
                    .severity(Severity::Warning)
                    .help("ARM evaluates a string only from a `[` at its start to a `]` at its end; it takes this one as it is"),
            );
        }
        return;
    }
    match Expression::parse(&text) {
        Ok(expression) if has_slips => {
            for slip in expression.slips() {
                if is_of_policy(subject, node, &text[slip.span.range()]) {
                    continue;
                }
                let rule = match slip.kind {
                    SlipKind::UnknownFunction { .. } => &undefined_function::RULE,
                    SlipKind::Arguments { .. } => &wrong_argument_count::RULE,
                };
                let draft = of(rule, slip.span, message_of(&slip, &text));
                sink.push(of_slip(draft, &slip, &text));
            }
        }
        Ok(_) => {}
        Err(_) if is_left_to_the_reader(subject, &text) => {}
        Err(error) => sink.push(of_error(at(error.span, what(&error, &text)), &error, &text)),
    }
}

/// A string that is an expression but for its end: where that should be.
fn left_open(text: &str) -> Option<Span> {
    let closed = format!("{text}]");
    match Expression::parse(&closed) {
        Ok(expression) => is_meant(&expression).then(|| Span::new(0, text.len())),
        Err(ExpressionError { kind: ExpressionErrorKind::TextAfterEnd, span }) => {
            let head = &closed[..=span.start as usize];
            let meant = Expression::parse(head).is_ok_and(|expression| is_meant(&expression));
            meant.then(|| Span::new(span.start as usize + 1, text.len()))
        }
        Err(_) => None,
    }
}

/// True if it calls functions that exist: text in brackets for people does not.
fn is_meant(expression: &Expression<'_>) -> bool {
    expression.calls().next().is_some() && expression.slips().is_empty()
}

/// ARM's error code for all of these.
const CODE: &str = "InvalidTemplate";

fn what(error: &ExpressionError, text: &str) -> String {
    let shown = &text[error.span.range()];
    match error.kind {
        ExpressionErrorKind::Empty => "an expression holds nothing".to_owned(),
        ExpressionErrorKind::UnclosedParenthesis => {
            "this parenthesis of an expression is never closed".to_owned()
        }
        ExpressionErrorKind::UnclosedIndex => "this bracket within an expression is never closed".to_owned(),
        ExpressionErrorKind::UnclosedText => "this quote within an expression is never closed".to_owned(),
        ExpressionErrorKind::ExtraBracket => format!("`{shown}` closes nothing in the expression"),
        ExpressionErrorKind::ExtraComma => "this comma separates no arguments".to_owned(),
        ExpressionErrorKind::MissingComma => "a comma is missing before this argument".to_owned(),
        ExpressionErrorKind::MissingValue => {
            format!("a value is missing in the expression, `{shown}` stands in its place")
        }
        ExpressionErrorKind::NoCall => format!("`{shown}` is not a function call"),
        ExpressionErrorKind::UnexpectedCharacter => format!("`{shown}` has no meaning in an expression"),
        ExpressionErrorKind::TextAfterEnd => "something follows the end of the expression".to_owned(),
    }
}

fn of_error<'a>(draft: Draft<'a>, error: &ExpressionError, text: &str) -> Draft<'a> {
    let inner = &text[1..text.len() - 1];
    let refused = |wanted: &str, found: &str| {
        format!(
            "Deployment template language expression evaluation failed: 'Unable to parse language expression \
             '{inner}': expected token '{wanted}' and actual '{found}'.'"
        )
    };
    let draft = match expression_refusal(text) {
        Some(refusal) => draft.arm(CODE, refusal.message),
        None => draft,
    };
    match error.kind {
        ExpressionErrorKind::Empty => draft
            .help("write the text `[]` as `[[]`; an empty list as an array")
            .arm(CODE, refused("Identifier", "EndOfData")),
        ExpressionErrorKind::UnclosedParenthesis if !inner.trim_end().ends_with(']') => {
            draft.arm(CODE, refused("RightParenthesis", "EndOfData"))
        }
        ExpressionErrorKind::NoCall => draft.help(
            "texts stand in single quotes, parameters and variables are read by `parameters('…')` and \
             `variables('…')`; a string that begins with `[` and is none is written `[[`",
        ),
        ExpressionErrorKind::UnexpectedCharacter if text[error.span.range()].starts_with('"') => {
            draft.help("texts within an expression stand in single quotes")
        }
        ExpressionErrorKind::UnexpectedCharacter => draft
            .help("an expression is made of function calls; a string that begins with `[` and is none is written `[[`"),
        ExpressionErrorKind::UnclosedText => draft.help("a quote within a text is written twice: `''`"),
        ExpressionErrorKind::TextAfterEnd => {
            draft.help("ARM evaluates the whole string as one expression; join several with `concat` or `format`")
        }
        _ => draft,
    }
}

fn message_of(slip: &Slip, text: &str) -> String {
    let name = &text[slip.span.range()];
    match &slip.kind {
        SlipKind::UnknownFunction { .. } => format!("`{name}` is not a function of ARM templates"),
        SlipKind::Arguments { function, given } => {
            format!("`{name}` takes {}, not {given}", function.arguments)
        }
    }
}

fn of_slip<'a>(draft: Draft<'a>, slip: &Slip, text: &str) -> Draft<'a> {
    match slip.kind {
        SlipKind::UnknownFunction { near } => {
            let name = &text[slip.span.range()];
            let draft = draft.arm(CODE, format!("The template function '{name}' is not valid."));
            match near {
                Some(near) => draft.help(format!("did you mean `{near}`?")),
                None => draft,
            }
        }
        SlipKind::Arguments { .. } => draft,
    }
}
