//! The parser of expressions: a stack of what is open, one byte after the other.

use super::{Expression, Term, is_expression};
use crate::text::Span;

/// Why a text is not an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError {
    /// What is wrong.
    pub kind: ExpressionErrorKind,
    /// The bytes of the text to show.
    pub span: Span,
}

/// The ways in which an expression can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExpressionErrorKind {
    /// Nothing between the brackets.
    Empty,
    /// A `(` that nothing closes.
    UnclosedParenthesis,
    /// A `[` of an index that nothing closes.
    UnclosedIndex,
    /// A `'` that nothing closes.
    UnclosedText,
    /// A closing bracket that closes nothing, or the wrong kind.
    ExtraBracket,
    /// A comma that separates no arguments.
    ExtraComma,
    /// Two values without a comma between them.
    MissingComma,
    /// A comma, bracket or dot where a value is due.
    MissingValue,
    /// A name that is not a call: functions are followed by parentheses.
    NoCall,
    /// Something that no expression holds, `"` or an operator for instance.
    UnexpectedCharacter,
    /// Something follows the end of the expression: ARM reads one expression, from the first bracket to the
    /// last.
    TextAfterEnd,
}

/// What is open.
enum Frame {
    Call { name: Span, arguments: Vec<u32>, opener: usize },
    Index { base: u32, opener: usize },
}

struct Parser<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// Where the closing bracket of the expression stands.
    end: usize,
    terms: Vec<Term>,
    frames: Vec<Frame>,
}

pub(super) fn parse(text: &str) -> Result<Expression<'_>, ExpressionError> {
    if !is_expression(text) {
        return Err(error(ExpressionErrorKind::UnexpectedCharacter, 0, text.len()));
    }
    let end = text.len() - 1;
    let mut parser =
        Parser { text, bytes: text.as_bytes(), at: 1, end, terms: Vec::new(), frames: Vec::new() };
    let root = parser.run()?;
    Ok(Expression { text, terms: parser.terms, root })
}

fn error(kind: ExpressionErrorKind, start: usize, end: usize) -> ExpressionError {
    ExpressionError { kind, span: Span::new(start, end) }
}

impl Parser<'_> {
    fn run(&mut self) -> Result<u32, ExpressionError> {
        loop {
            let Some(mut value) = self.value()? else { continue };
            // What follows a value: its parts, or the end of what it stands in.
            loop {
                self.skip_space();
                match (self.peek(), self.frames.last_mut()) {
                    (None, None) => return Ok(value),
                    (None, Some(_)) => return Err(self.unclosed()),
                    (Some(b'.'), _) => value = self.member(value)?,
                    (Some(b'['), _) => {
                        self.frames.push(Frame::Index { base: value, opener: self.at });
                        self.at += 1;
                        self.at += usize::from(self.peek() == Some(b'?'));
                        break;
                    }
                    (Some(b','), Some(Frame::Call { arguments, .. })) => {
                        arguments.push(value);
                        self.at += 1;
                        break;
                    }
                    (Some(b')'), Some(Frame::Call { arguments, .. })) => {
                        arguments.push(value);
                        value = self.close_call();
                    }
                    (Some(b']'), Some(Frame::Index { base, .. })) => {
                        let base = *base;
                        let name = match self.terms.get(value as usize) {
                            Some(Term::Text(text)) => Some(Span { start: text.start + 1, end: text.end - 1 }),
                            _ => None,
                        };
                        self.frames.pop();
                        self.at += 1;
                        value = self.push(Term::Part { base, name, key: Some(value) });
                    }
                    (Some(byte), _) => return Err(self.unexpected(byte)),
                }
            }
        }
    }

    /// Reads a value. `None` if a call was opened whose arguments come first.
    fn value(&mut self) -> Result<Option<u32>, ExpressionError> {
        self.skip_space();
        let start = self.at;
        let Some(byte) = self.peek() else {
            return Err(match self.frames.last() {
                None => error(ExpressionErrorKind::Empty, 0, self.text.len()),
                Some(_) => self.unclosed(),
            });
        };
        match byte {
            b'\'' => self.literal().map(Some),
            b'0'..=b'9' | b'-' | b'+' => {
                self.at += 1;
                self.skip_while(|byte| byte.is_ascii_alphanumeric());
                if self.at == start + 1 && !byte.is_ascii_digit() {
                    return Err(error(ExpressionErrorKind::UnexpectedCharacter, start, self.at));
                }
                Ok(Some(self.push(Term::Number(Span::new(start, self.at)))))
            }
            _ if is_name_start(byte) => self.call_or_word(),
            b')' | b']' | b',' | b'.' => Err(error(ExpressionErrorKind::MissingValue, start, start + 1)),
            _ => Err(self.bad_character()),
        }
    }

    fn literal(&mut self) -> Result<u32, ExpressionError> {
        let start = self.at;
        self.at += 1;
        loop {
            match memchr::memchr(b'\'', &self.bytes[self.at..self.end]) {
                None => return Err(error(ExpressionErrorKind::UnclosedText, start, self.end)),
                Some(len) if self.bytes[self.at + len + 1] == b'\'' && self.at + len + 1 < self.end => {
                    self.at += len + 2;
                }
                Some(len) => {
                    self.at += len + 1;
                    return Ok(self.push(Term::Text(Span::new(start, self.at))));
                }
            }
        }
    }

    /// `name(`, `namespace.name(`, or one of the words that stand for themselves.
    fn call_or_word(&mut self) -> Result<Option<u32>, ExpressionError> {
        let start = self.at;
        self.skip_while(is_name);
        while self.peek() == Some(b'.') && self.bytes.get(self.at + 1).copied().is_some_and(is_name_start) {
            self.at += 1;
            self.skip_while(is_name);
        }
        let name = Span::new(start, self.at);
        self.skip_space();
        if self.peek() == Some(b'(') {
            self.frames.push(Frame::Call { name, arguments: Vec::new(), opener: self.at });
            self.at += 1;
            self.skip_space();
            return Ok((self.peek() == Some(b')')).then(|| self.close_call()));
        }
        let word = &self.text[name.range()];
        if ["true", "false", "null"].iter().any(|known| word.eq_ignore_ascii_case(known)) {
            return Ok(Some(self.push(Term::Word(name))));
        }
        Err(ExpressionError { kind: ExpressionErrorKind::NoCall, span: name })
    }

    /// `.name` behind a value, also `.?name`.
    fn member(&mut self, base: u32) -> Result<u32, ExpressionError> {
        let dot = self.at;
        self.at += 1;
        self.at += usize::from(self.peek() == Some(b'?'));
        self.skip_space();
        let start = self.at;
        self.skip_while(|byte| is_name(byte) || byte == b'-');
        if self.at == start {
            return Err(error(ExpressionErrorKind::MissingValue, dot, dot + 1));
        }
        Ok(self.push(Term::Part { base, name: Some(Span::new(start, self.at)), key: None }))
    }

    /// Closes the innermost frame, which is a call's; its parenthesis stands here.
    fn close_call(&mut self) -> u32 {
        self.at += 1;
        match self.frames.pop() {
            Some(Frame::Call { name, arguments, .. }) => self.push(Term::Call { name, arguments }),
            Some(Frame::Index { .. }) | None => self.push(Term::Word(Span::default())),
        }
    }

    fn push(&mut self, term: Term) -> u32 {
        self.terms.push(term);
        self.terms.len() as u32 - 1
    }

    /// The expression ends and something is open.
    fn unclosed(&self) -> ExpressionError {
        match self.frames.last() {
            Some(Frame::Call { opener, .. }) => {
                error(ExpressionErrorKind::UnclosedParenthesis, *opener, opener + 1)
            }
            Some(Frame::Index { opener, .. }) => {
                error(ExpressionErrorKind::UnclosedIndex, *opener, opener + 1)
            }
            None => error(ExpressionErrorKind::Empty, 0, self.text.len()),
        }
    }

    /// What stands behind a value and cannot.
    fn unexpected(&self, byte: u8) -> ExpressionError {
        let at = self.at;
        let starts_value = byte == b'\'' || is_name_start(byte) || byte.is_ascii_digit();
        match byte {
            b']' if self.frames.is_empty() => error(ExpressionErrorKind::TextAfterEnd, at, self.text.len()),
            b']' if matches!(self.frames.last(), Some(Frame::Call { .. })) => {
                // `[concat('a', variables('b'] …`: the call is what is open.
                self.unclosed()
            }
            b')' | b']' => error(ExpressionErrorKind::ExtraBracket, at, at + 1),
            b',' => error(ExpressionErrorKind::ExtraComma, at, at + 1),
            _ if starts_value && matches!(self.frames.last(), Some(Frame::Call { .. })) => {
                error(ExpressionErrorKind::MissingComma, at, at + 1)
            }
            _ => self.bad_character(),
        }
    }

    fn bad_character(&self) -> ExpressionError {
        let len = self.text[self.at..].chars().next().map_or(1, char::len_utf8);
        error(ExpressionErrorKind::UnexpectedCharacter, self.at, self.at + len)
    }

    fn peek(&self) -> Option<u8> {
        (self.at < self.end).then(|| self.bytes[self.at])
    }

    /// ARM skips whatever Unicode calls white space: published policies have narrow no-break spaces.
    fn skip_space(&mut self) {
        self.skip_while(|byte| byte.is_ascii_whitespace() || byte == b'\x0b');
        if self.peek().is_some_and(|byte| !byte.is_ascii()) {
            let rest = self.text.get(self.at..self.end).unwrap_or_default();
            self.at += rest.len() - rest.trim_start().len();
        }
    }

    fn skip_while(&mut self, belongs: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&belongs) {
            self.at += 1;
        }
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')
}
