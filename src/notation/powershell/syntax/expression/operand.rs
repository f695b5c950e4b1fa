//! What stands between operators: texts, hashtables, parentheses, script blocks, and the members that are read of them.

use std::rc::Rc;

use super::super::{
    Block, Entry, ErrorKind, Expression, ExpressionKind, FlawKind, Parser, Part, PartKind, Quote, Statement,
    Text, Variable, is_dash, is_double_quote, is_single_quote,
};
use crate::text::Span;

impl Parser<'_> {
    /// An operand and the members that are read of it. In a command's arguments what is neither is a word.
    pub(in crate::notation::powershell::syntax) fn primary(&mut self, argument: bool) -> Expression {
        self.node();
        let start = self.at;
        let Some(c) = self.peek() else {
            self.error(ErrorKind::MissingExpression, start, start);
            return Expression { span: Span::at(start), kind: ExpressionKind::Missing };
        };
        let first = match c {
            '$' => self.dollar_expression(),
            '@' => self.at_expression(),
            '(' => self.parenthesis(),
            '{' => return self.script_block(),
            _ if is_single_quote(c) || is_double_quote(c) => Some(self.quoted_or_meant(argument)),
            _ => self.number_ends().map(|(len, value)| {
                self.at += len;
                Expression { span: Span::new(start, self.at), kind: ExpressionKind::Number(value) }
            }),
        };
        if let Some(first) = first {
            self.members(first)
        } else {
            self.error(ErrorKind::MissingExpression, start, start + 1);
            self.missing(start)
        }
    }

    /// A text in quotes; or what it was meant to be, if its own quotes end it.
    fn quoted_or_meant(&mut self, argument: bool) -> Expression {
        let open = self.at;
        let text = self.quoted();
        let Some(next) = self.peek() else { return text };
        let ends = next.is_whitespace() || matches!(next, ')' | '}' | ';' | '|' | ',' | '&' | ']');
        let operates =
            matches!(next, '.' | '[') || (!argument && (is_dash(next) || matches!(next, '+' | '*' | '=')));
        let errors = self.script.errors.len();
        if operates || (ends && !self.is_broken(open, next)) {
            return text;
        }
        match self.meant(open) {
            Some(meant) => {
                let broken = Span::new(text.span.end as usize, text.span.end as usize);
                self.script.errors.truncate(errors);
                self.error(ErrorKind::UnexpectedToken, broken.start as usize, broken.end as usize);
                meant
            }
            None => text,
        }
    }

    /// True if the text that begins at `open` and ended here looks as if one of its own quotes had ended it:
    /// `"{ "identity"…`.
    fn is_broken(&self, open: usize, next: char) -> bool {
        let text = &self.text[open..self.at];
        let content = text.get(1..text.len().saturating_sub(1)).unwrap_or("").trim();
        let first = content.chars().next();
        let opens = matches!(first, Some('{' | '['));
        // `"{ "` with a word behind it.
        opens
            && (content.ends_with(['{', '[', ':', ',']))
            && (next.is_whitespace() || matches!(next, '}' | ']' | ','))
            && content.matches('{').count() > content.matches('}').count()
    }

    fn dollar_expression(&mut self) -> Option<Expression> {
        let start = self.at;
        match self.byte(1)? {
            b'(' => {
                self.at += 2;
                let block = self.nested(|it| it.statements(Some(b')')))?;
                self.close(b')', start);
                Some(Expression {
                    span: Span::new(start, self.at),
                    kind: ExpressionKind::Substitution(block),
                })
            }
            b'{' => {
                let rest = self.rest();
                let head = &rest.as_bytes()[..rest.len().min(512)];
                let doubled = head.get(2) == Some(&b'{');
                let close = head.iter().position(|byte| matches!(byte, b'}' | b'\n'));
                let close = close.filter(|&at| head[at] == b'}' && at > 2)?;
                self.at += close + 1 + usize::from(doubled && head.get(close + 1) == Some(&b'}'));
                let name = rest[2..close].replace('`', "");
                // A workflow's own value: no name of a variable is like it.
                let name = if doubled { format!("{{{name}}}") } else { name };
                let variable = Variable { name, braced: true };
                Some(Expression { span: Span::new(start, self.at), kind: ExpressionKind::Variable(variable) })
            }
            _ => {
                let variable = self.plain_variable()?;
                Some(Expression { span: Span::new(start, self.at), kind: ExpressionKind::Variable(variable) })
            }
        }
    }

    fn at_expression(&mut self) -> Option<Expression> {
        let start = self.at;
        match self.byte(1)? {
            b'(' => {
                self.at += 2;
                let block = self.nested(|it| it.statements(Some(b')')))?;
                self.close(b')', start);
                Some(Expression { span: Span::new(start, self.at), kind: ExpressionKind::Array(block) })
            }
            b'{' => {
                self.at += 2;
                let entries = self.nested(Self::entries)?;
                self.close(b'}', start);
                Some(Expression { span: Span::new(start, self.at), kind: ExpressionKind::Table(entries) })
            }
            _ if self.here_mark() => self.here(),
            _ => None,
        }
    }

    /// `key = value` up to the brace that closes the table.
    fn entries(&mut self) -> Vec<Entry> {
        self.closers.push(b'}');
        let mut entries = Vec::new();
        loop {
            self.lines();
            if self.byte(0) == Some(b';') {
                self.at += 1;
                continue;
            }
            let Some(c) = self.peek().filter(|c| *c != '}') else { break };
            // A bracket that is waited for further out: this one was forgotten.
            if c == ')' && self.closers.iter().rev().skip(1).any(|&it| it == b')') {
                break;
            }
            let start = self.at;
            let key = self.key();
            self.blanks();
            if self.byte(0) != Some(b'=') || matches!(key.kind, ExpressionKind::Missing) {
                self.error(ErrorKind::MissingEqualsInHashLiteral, self.at, self.at);
                if self.at == start {
                    self.bump();
                }
                self.skip_entry();
                let span = Span::new(start, self.at);
                let missing = Expression { span, kind: ExpressionKind::Missing };
                let value = Statement::Block(Block::default());
                entries.push(Entry { key: missing, equals: Span::at(start), value });
                continue;
            }
            let equals = Span::new(self.at, self.at + 1);
            self.at += 1;
            self.lines();
            let value = self.statement();
            self.blanks();
            if !matches!(self.peek(), None | Some('\n' | ';' | '}')) {
                self.error(ErrorKind::UnexpectedToken, self.at, self.at);
                self.skip_entry();
            }
            entries.push(Entry { key, equals, value });
        }
        self.closers.pop();
        entries
    }

    /// Up to the end of a line, or the brace that closes the table.
    fn skip_entry(&mut self) {
        while let Some(c) = self.peek() {
            match c {
                '\n' | ';' | '}' => return,
                _ if is_single_quote(c) || is_double_quote(c) => {
                    self.quoted();
                }
                _ => self.bump(),
            }
        }
    }

    /// The name of an entry: a bare word is a text.
    fn key(&mut self) -> Expression {
        let start = self.at;
        let rest = self.rest();
        let len: usize =
            rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum();
        if len > 0 && !rest.as_bytes()[0].is_ascii_digit() {
            self.at += len;
            let content = Span::new(start, self.at);
            let part = Part { span: content, quote: Quote::Bare, kind: PartKind::Copy };
            let text = Text { quote: Quote::Bare, content, parts: vec![part] };
            return Expression { span: content, kind: ExpressionKind::Text(text) };
        }
        self.nested(|it| it.primary(false)).unwrap_or_else(|| self.missing(start))
    }

    fn parenthesis(&mut self) -> Option<Expression> {
        let start = self.at;
        self.at += 1;
        self.closers.push(b')');
        let statement = self.nested(|it| {
            it.lines();
            if it.byte(0) == Some(b')') {
                return Statement::Block(Block::default());
            }
            it.statement()
        });
        self.closers.pop();
        let statement = statement?;
        self.lines();
        if self.byte(0) != Some(b')') && self.mode.lenient {
            self.skip_to_close();
        }
        self.close(b')', start);
        Some(Expression { span: Span::new(start, self.at), kind: ExpressionKind::Paren(Box::new(statement)) })
    }

    /// What stands between here and a `)` on the same line is not understood.
    fn skip_to_close(&mut self) {
        let line = &self.bytes[self.at..self.line_end()];
        if let Some(len) = memchr::memchr(b')', line) {
            self.error(ErrorKind::UnexpectedToken, self.at, self.at + len);
            self.at += len;
        }
    }

    /// The bracket that closes what began at `open`.
    pub(in crate::notation::powershell::syntax) fn close(&mut self, closer: u8, open: usize) {
        if self.byte(0) == Some(closer) {
            self.at += 1;
        } else {
            let kind = if closer == b')' {
                ErrorKind::MissingEndParenthesis
            } else {
                ErrorKind::MissingEndCurlyBrace
            };
            self.error(kind, open, open + 1);
        }
    }

    fn script_block(&mut self) -> Expression {
        let start = self.at;
        self.at += 1;
        // `{"a":…`, `{\"a\":…`
        let inner = self.rest().trim_start().trim_start_matches('\\');
        let named = inner.strip_prefix('"').and_then(|inner| inner.find('"').map(|len| &inner[len + 1..]));
        let json = self.mode.lenient && named.is_some_and(|rest| rest.trim_start().starts_with(':'));
        if json && let Some(end) = json_end(&self.bytes[..self.end], start) {
            self.flaw(FlawKind::BareJson, start, end);
            self.at = end;
            let content = Span::new(start, end);
            let part = Part { span: content, quote: Quote::Bare, kind: PartKind::Copy };
            let text = Text { quote: Quote::Bare, content, parts: vec![part] };
            return Expression { span: content, kind: ExpressionKind::Text(text) };
        }
        let block = self.nested(|it| it.body(start));
        match block {
            Some(block) => Expression {
                span: Span::new(start, self.at),
                kind: ExpressionKind::ScriptBlock(Rc::new(block)),
            },
            None => self.missing(start),
        }
    }

    /// `.name`, `.name(…)`, `::name`, `[index]` behind an operand.
    pub(in crate::notation::powershell::syntax) fn members(&mut self, first: Expression) -> Expression {
        let mut object = first;
        let mut count = 0;
        while let Some(byte) = self.byte(0) {
            // A long chain nests as deep as it is long.
            count += 1;
            if count > 64 {
                break;
            }
            let start = object.span.start as usize;
            let conditional = byte == b'?' && matches!(self.byte(1), Some(b'.' | b'['));
            let at = usize::from(conditional);
            match self.byte(at) {
                Some(b'[') => {
                    self.at += at + 1;
                    self.closers.push(b']');
                    self.lines();
                    let index = self.expression();
                    self.closers.pop();
                    self.lines();
                    if self.byte(0) == Some(b']') {
                        self.at += 1;
                    } else {
                        self.error(ErrorKind::UnexpectedToken, self.at, self.at);
                    }
                    let kind = ExpressionKind::Index { object: Box::new(object), index: Box::new(index) };
                    object = Expression { span: Span::new(start, self.at), kind };
                }
                Some(b'.') if self.byte(at + 1) != Some(b'.') => {
                    if !self.begins_member(at + 1) {
                        break;
                    }
                    self.at += at + 1;
                    object = self.member(object, false);
                }
                Some(b':') if self.byte(1) == Some(b':') && self.begins_member(2) => {
                    self.at += 2;
                    object = self.member(object, true);
                }
                _ => break,
            }
        }
        object
    }

    fn begins_member(&self, ahead: usize) -> bool {
        self.text[(self.at + ahead).min(self.end)..self.end].chars().next().is_some_and(|c| {
            c.is_alphabetic() || matches!(c, '_' | '$' | '(') || is_single_quote(c) || is_double_quote(c)
        })
    }

    pub(super) fn member(&mut self, object: Expression, is_static: bool) -> Expression {
        let start = object.span.start as usize;
        let from = self.at;
        let first = self.peek();
        let name = match first {
            Some(c) if c.is_alphabetic() || c == '_' => {
                let rest = self.rest();
                let len: usize =
                    rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum();
                self.at += len;
                let content = Span::new(from, self.at);
                let part = Part { span: content, quote: Quote::Bare, kind: PartKind::Copy };
                let text = Text { quote: Quote::Bare, content, parts: vec![part] };
                Expression { span: content, kind: ExpressionKind::Text(text) }
            }
            Some('$') => self.dollar_expression().unwrap_or_else(|| self.missing(from)),
            Some('(') => self.parenthesis().unwrap_or_else(|| self.missing(from)),
            _ => self.quoted(),
        };
        let arguments = (self.byte(0) == Some(b'(')).then(|| self.arguments());
        let kind =
            ExpressionKind::Member { object: Box::new(object), name: Box::new(name), is_static, arguments };
        Expression { span: Span::new(start, self.at), kind }
    }

    /// `(a, b)` behind a method's name.
    pub(super) fn arguments(&mut self) -> Vec<Expression> {
        let open = self.at;
        self.at += 1;
        self.closers.push(b',');
        let mut arguments = Vec::new();
        loop {
            self.lines();
            match self.byte(0) {
                None | Some(b')') => break,
                Some(b',') => self.at += 1,
                _ => {
                    let before = self.at;
                    let argument = self.expression();
                    arguments.push(argument);
                    self.lines();
                    if !matches!(self.byte(0), None | Some(b')' | b',')) {
                        self.error(ErrorKind::UnexpectedToken, self.at, self.at);
                        if self.at == before {
                            self.bump();
                        }
                        // Whatever stands here is not an argument.
                        if matches!(self.byte(0), Some(b'}' | b'\n' | b';' | b'|')) {
                            break;
                        }
                    }
                }
            }
        }
        self.closers.pop();
        self.close(b')', open);
        arguments
    }
}

/// Where JSON without quotes around it ends that begins at `open`, if it is JSON: every brace closed.
fn json_end(bytes: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let bytes = &bytes[..bytes.len().min(open + (16 << 10))];
    let mut at = open;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}
