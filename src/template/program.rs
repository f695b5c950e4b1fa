//! Expressions made ready for evaluation.

use std::sync::Arc;

use super::refusal::{Cause, Outcome, Refusal};
use super::value::Value;
use crate::arm::expression::{Expression, ExpressionError, ExpressionErrorKind, Part};
use crate::text::Span;

/// The longest expression, between its brackets.
pub const MAX_EXPRESSION: usize = 81_920;

/// A parsed expression that owns its text. Parts come after what they are made of.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) parts: Vec<Op>,
    pub(super) spans: Vec<Span>,
    pub(super) root: u32,
}

/// A part of an expression.
#[derive(Debug)]
pub(super) enum Op {
    /// A literal.
    Literal(Value),
    /// A call; its name as it is written and in lower case.
    Call { name: Arc<str>, lower: Box<str>, arguments: Vec<u32> },
    /// `base.name`.
    Member { base: u32, name: Arc<str> },
    /// `base[key]`.
    Element { base: u32, key: u32 },
}

impl Program {
    /// Reads an expression with its brackets.
    ///
    /// # Errors
    ///
    /// If it is too long or does not parse.
    pub(super) fn read(text: &str) -> Outcome<Self> {
        let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        let len = inner.encode_utf16().count();
        if len > MAX_EXPRESSION {
            return Err(Refusal::new(
                Cause::TemplateLimits,
                format!(
                    "The language expression length limit exceeded. Limit: '{MAX_EXPRESSION}' and actual: '{len}'."
                ),
            ));
        }
        let expression = Expression::parse(text).map_err(|error| broken(inner, &error))?;
        let count = expression.parts().len();
        let (mut parts, mut spans) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for (part, span) in expression.parts() {
            parts.push(match part {
                Part::Text(text) => Op::Literal(text.into()),
                Part::Number(number) => match number.parse::<i64>() {
                    Ok(number) => Op::Literal(number.into()),
                    Err(_) => {
                        return Err(Refusal::new(
                            Cause::ExpressionInvalid,
                            format!(
                                "The language expression '{inner}' is not valid: the value '{number}' at position \
                                 '{}' cannot be converted to an integer.",
                                span.start.saturating_sub(1)
                            ),
                        )
                        .of(span));
                    }
                },
                Part::Word(word) => {
                    return Err(Refusal::new(
                        Cause::ExpressionInvalid,
                        format!(
                            "Unable to parse language expression '{inner}': expected token 'LeftParenthesis' and \
                             actual 'EndOfData'. `{word}` alone is no value: write `{word}()`."
                        ),
                    )
                    .of(span));
                }
                Part::Call { name, arguments } => Op::Call {
                    name: name.into(),
                    lower: name.to_ascii_lowercase().into(),
                    arguments: arguments.to_vec(),
                },
                Part::Member { base, name } => Op::Member { base, name: name.into() },
                Part::Element { base, key } => Op::Element { base, key },
            });
            spans.push(span);
        }
        Ok(Self { parts, spans, root: expression.root() })
    }

    /// Every call's name, in lower case, with its place.
    pub(super) fn calls(&self) -> impl Iterator<Item = (&str, &str, Span)> {
        self.parts.iter().zip(&self.spans).filter_map(|(op, span)| match op {
            Op::Call { name, lower, .. } => Some((&**lower, &**name, *span)),
            _ => None,
        })
    }

    /// A part as text, written as ARM's library writes expressions.
    pub(super) fn print(&self, part: u32) -> String {
        enum Item<'p> {
            Part(u32),
            Text(&'p str),
        }
        let mut out = String::new();
        let mut open = vec![Item::Part(part)];
        while let Some(item) = open.pop() {
            let part = match item {
                Item::Text(text) => {
                    out.push_str(text);
                    continue;
                }
                Item::Part(part) => part,
            };
            match self.parts.get(part as usize) {
                Some(Op::Literal(value)) => value.write_expression(&mut out),
                Some(Op::Call { name, arguments, .. }) => {
                    out.push_str(name);
                    out.push('(');
                    open.push(Item::Text(")"));
                    for (at, argument) in arguments.iter().enumerate().rev() {
                        open.push(Item::Part(*argument));
                        if at > 0 {
                            open.push(Item::Text(", "));
                        }
                    }
                }
                Some(Op::Member { base, name }) => {
                    open.push(Item::Text(name));
                    open.push(Item::Text("."));
                    open.push(Item::Part(*base));
                }
                Some(Op::Element { base, key }) => {
                    open.push(Item::Text("]"));
                    open.push(Item::Part(*key));
                    open.push(Item::Text("["));
                    open.push(Item::Part(*base));
                }
                None => {}
            }
        }
        out
    }
}

/// Why ARM refuses an expression by itself, with its brackets; `None` if it parses.
pub fn expression_refusal(text: &str) -> Option<Refusal> {
    Program::read(text).err().map(|refusal| *refusal)
}

fn broken(inner: &str, error: &ExpressionError) -> Box<Refusal> {
    let expected = |wanted: &str, found: &str| {
        format!(
            "Unable to parse language expression '{inner}': expected token '{wanted}' and actual '{found}'."
        )
    };
    let at = error.span.start.saturating_sub(1);
    let message = match error.kind {
        ExpressionErrorKind::Empty => expected("Identifier", "EndOfData"),
        ExpressionErrorKind::UnclosedParenthesis => expected("RightParenthesis", "EndOfData"),
        ExpressionErrorKind::UnclosedIndex => expected("RightSquareBracket", "EndOfData"),
        ExpressionErrorKind::UnclosedText => format!(
            "The language expression '{inner}' is not valid: the string constant at position '{at}' is not terminated."
        ),
        ExpressionErrorKind::ExtraBracket | ExpressionErrorKind::TextAfterEnd => {
            expected("EndOfData", "RightParenthesis")
        }
        ExpressionErrorKind::ExtraComma => expected("EndOfData", "Comma"),
        ExpressionErrorKind::MissingComma => expected("RightParenthesis", "Identifier"),
        ExpressionErrorKind::MissingValue => expected("Identifier", "RightParenthesis"),
        ExpressionErrorKind::NoCall => expected("LeftParenthesis", "EndOfData"),
        ExpressionErrorKind::UnexpectedCharacter => format!(
            "The language expression '{inner}' is not valid: the string character at position '{at}' is not expected."
        ),
    };
    Refusal::new(Cause::ExpressionInvalid, message).of(error.span)
}

#[cfg(test)]
mod tests {
    use super::Program;

    /// What is printed reads as the same expression.
    #[test]
    fn what_is_printed_is_read_as_the_same() {
        for text in [
            "[concat('it''s', 1, -2)]",
            "[parameters('a').b['c d'][0].e]",
            "[if(equals(variables('x'), true()), null(), createArray(1, 'a'))]",
            "[ns.f(copyIndex('loop', 1))]",
            "['a']",
        ] {
            let program = Program::read(text).expect("reads");
            assert_eq!(format!("[{}]", program.print(program.root)), text);
        }
    }

    /// No depth of an expression costs a stack.
    #[test]
    fn deep_expressions_are_printed_without_recursion() {
        let text = format!("[{}true(){}]", "not(".repeat(15_000), ")".repeat(15_000));
        let program = Program::read(&text).expect("reads");
        assert_eq!(format!("[{}]", program.print(program.root)), text);
    }
}
