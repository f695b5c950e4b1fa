//! Commands: a name and its arguments, as words.

use super::{
    Command, ErrorKind, Expression, ExpressionKind, FlawKind, Parser, Part, PartKind, Quote, Text, Word,
    WordKind, is_dash, is_double_quote, is_single_quote, name_len,
};
use crate::notation::powershell::known::placeholder_len;
use crate::text::{Span, next_boundary};

impl Parser<'_> {
    /// The command whose name stands here.
    pub(super) fn command(&mut self) -> Command {
        let start = self.at;
        let mut command = Command::default();
        let name = match self.peek() {
            Some(c) if matches!(c, '$' | '(' | '{') || is_single_quote(c) || is_double_quote(c) => {
                self.primary(true)
            }
            Some('<') if placeholder_len(self.rest()).is_none() || !self.mode.lenient => {
                self.error(ErrorKind::RedirectionNotSupported, self.at, self.at + 1);
                self.bump();
                self.bare()
            }
            _ => self.bare_word(),
        };
        self.push(&mut command, name.span, WordKind::Argument(name), false);
        loop {
            let before = self.at;
            self.blanks();
            let touches = before == self.at;
            let Some(c) = self.peek() else { break };
            match c {
                '\n' => {
                    if !self.goes_on() {
                        self.at = before.max(self.at);
                        break;
                    }
                }
                ';' | '|' | ')' | '}' | '&' => break,
                ',' => {
                    self.error(ErrorKind::MissingExpression, self.at, self.at + 1);
                    self.at += 1;
                }
                _ if self.redirects(&mut command) => {}
                '<' if placeholder_len(self.rest()).is_none() || !self.mode.lenient => {
                    self.error(ErrorKind::RedirectionNotSupported, self.at, self.at + 1);
                    self.at += 1;
                }
                '-' if self.starts_with("--%") => {
                    let end = self.verbatim_end();
                    let span = Span::new(self.at, end);
                    self.at = end;
                    self.push(&mut command, span, WordKind::Verbatim, touches);
                }
                _ if is_dash(c) && self.parameter_name().is_some() => self.parameter(&mut command, touches),
                _ => {
                    let argument = self.argument_list();
                    if self.at == before {
                        self.bump();
                    }
                    match argument {
                        Ok(argument) => {
                            self.push(&mut command, argument.span, WordKind::Argument(argument), touches);
                        }
                        Err((span, name)) => self.push(&mut command, span, WordKind::Splat(name), touches),
                    }
                }
            }
        }
        let end = command.words.last().map_or(start, |word| word.span.end as usize);
        let end = command.redirects.last().map_or(end, |last| end.max(last.span.end as usize));
        command.span = Span::new(start, end);
        command
    }

    fn push(&mut self, command: &mut Command, span: Span, kind: WordKind, touches: bool) {
        self.node();
        // A word that goes on as it was meant says now how far.
        for flaw in self.script.flaws.iter_mut().rev().take(8) {
            if flaw.span.is_empty() && flaw.span.start >= span.start && flaw.span.start < span.end {
                flaw.span = Span { start: flaw.span.start, end: span.end };
            }
        }
        command.words.push(Word { span, kind, touches });
    }

    /// A word that certainly is one.
    fn bare_word(&mut self) -> Expression {
        let start = self.at;
        let word = self.bare();
        if self.at == start {
            self.bump();
        }
        Expression { span: Span::new(start, self.at), ..word }
    }

    /// At the end of a line: true if the next one begins with a parameter, as no statement does, and was passed to.
    fn goes_on(&mut self) -> bool {
        if !self.mode.lenient {
            return false;
        }
        let end = self.at;
        let rest = &self.text[end + 1..self.end];
        let line = rest.trim_start_matches([' ', '\t']);
        let mut chars = line.chars();
        let begins = chars.next().is_some_and(|c| is_dash(c) || matches!(c, '\u{2010}'..='\u{2015}'))
            && chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '-')
            && !line.starts_with("---");
        let word = line
            .get(1..)
            .map_or("", |rest| rest.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or(""));
        let operates = ["join", "not", "split", "bnot"].iter().any(|it| it.eq_ignore_ascii_case(word));
        if !begins || operates {
            return false;
        }
        self.flaw(FlawKind::ContinuationMissing, end, end + 1);
        self.at = self.end - line.len();
        true
    }

    /// `> file`, `2>&1`
    pub(super) fn redirects(&mut self, command: &mut Command) -> bool {
        let rest = self.rest().as_bytes();
        let stream = usize::from(matches!(rest.first(), Some(b'1'..=b'6' | b'*')));
        if rest.get(stream) != Some(&b'>') {
            return false;
        }
        self.at += stream + 1;
        if self.byte(0) == Some(b'>') {
            self.at += 1;
        }
        if self.byte(0) == Some(b'&') {
            self.at = next_boundary(self.text, self.at + 2.min(self.end - self.at));
            return true;
        }
        self.blanks();
        if self.peek().is_some_and(|c| !matches!(c, '\n' | ';' | '|' | ')' | '}' | '&')) {
            let before = self.at;
            if let Ok(file) = self.argument() {
                command.redirects.push(file);
            }
            if self.at == before {
                self.bump();
            }
        }
        true
    }

    /// What `--%` reaches to.
    fn verbatim_end(&self) -> usize {
        let line = &self.text[self.at..self.line_end()];
        let mut quoted = false;
        for (at, byte) in line.bytes().enumerate() {
            match byte {
                b'"' => quoted = !quoted,
                b'|' if !quoted => return self.at + at,
                _ => {}
            }
        }
        self.at + line.trim_end().len()
    }

    /// The length of the `-Name` that stands here, dash and all.
    fn parameter_name(&self) -> Option<usize> {
        let rest = self.rest();
        let mut chars = rest.char_indices().skip(1);
        let (_, first) = chars.next()?;
        if !(first.is_alphabetic() || matches!(first, '_' | '?')) {
            return None;
        }
        for (at, c) in chars {
            if c.is_whitespace()
                || matches!(c, '{' | '}' | '(' | ')' | ';' | ',' | '|' | '&' | '.' | '[' | ':')
            {
                return Some(at);
            }
            if is_single_quote(c) || is_double_quote(c) {
                return None;
            }
        }
        Some(rest.len())
    }

    fn parameter(&mut self, command: &mut Command, touches: bool) {
        let start = self.at;
        let len = self.parameter_name().unwrap_or(1);
        let dash = self.peek().map_or(1, char::len_utf8);
        let name = Span::new(start + dash, start + len);
        self.at += len;
        let mut argument = None;
        if self.byte(0) == Some(b':') {
            self.at += 1;
            self.blanks();
            if self.peek().is_some_and(|c| !matches!(c, '\n' | ';' | '|' | ')' | '}' | '&' | ',')) {
                let before = self.at;
                argument = self.argument_list().ok().map(Box::new);
                if self.at == before {
                    self.bump();
                }
            }
        }
        let span = Span::new(start, self.at);
        self.push(command, span, WordKind::Parameter { name, argument }, touches);
    }

    /// An argument, or several with commas between; or `@name`: where it stands, and the name.
    fn argument_list(&mut self) -> Result<Expression, (Span, String)> {
        let first = self.argument()?;
        let mut items = Vec::new();
        loop {
            let before = self.at;
            self.blanks();
            if self.byte(0) != Some(b',') {
                self.at = before;
                break;
            }
            self.at += 1;
            self.lines();
            if self.peek().is_none_or(|c| matches!(c, ';' | '|' | ')' | '}' | '&' | ',')) {
                self.error(ErrorKind::MissingExpression, self.at, self.at);
                break;
            }
            if items.is_empty() {
                items.push(first.clone());
            }
            let start = self.at;
            match self.argument() {
                Ok(item) => items.push(item),
                Err(_) => break,
            }
            if self.at == start {
                self.bump();
                break;
            }
        }
        match items.last() {
            None => Ok(first),
            Some(last) => {
                let span = first.span.cover(last.span);
                Ok(Expression { span, kind: ExpressionKind::List(items) })
            }
        }
    }

    fn argument(&mut self) -> Result<Expression, (Span, String)> {
        let start = self.at;
        let Some(c) = self.peek() else {
            return Ok(Expression { span: Span::at(start), kind: ExpressionKind::Missing });
        };
        Ok(match c {
            '$' if self.is_variable_argument() => self.primary(true),
            '$' => self.bare_word(),
            '(' | '{' => self.nested_primary(),
            '@' => return self.at_argument(),
            '0'..='9' | '.' => match self.number_argument() {
                Some((len, value)) => {
                    self.at += len;
                    Expression { span: Span::new(start, self.at), kind: ExpressionKind::Number(value) }
                }
                None => self.bare_word(),
            },
            _ if is_single_quote(c) || is_double_quote(c) => self.nested_primary(),
            _ if is_dash(c) => {
                self.at += c.len_utf8();
                let number = self.number_argument();
                match number {
                    Some((len, value)) if self.at > start => {
                        self.at += len;
                        let kind = ExpressionKind::Number(format!("-{value}"));
                        Expression { span: Span::new(start, self.at), kind }
                    }
                    _ => {
                        self.at = start;
                        self.bare_word()
                    }
                }
            }
            _ => self.bare_word(),
        })
    }

    fn nested_primary(&mut self) -> Expression {
        let start = self.at;
        if let Some(read) = self.nested(|it| it.primary(true)) {
            read
        } else {
            self.bump();
            Expression { span: Span::new(start, self.at), kind: ExpressionKind::Missing }
        }
    }

    /// A number with nothing behind it that would make it a word.
    fn number_argument(&self) -> Option<(usize, String)> {
        let (len, value) = self.number()?;
        let next = self.text[self.at + len..self.end].chars().next();
        let ends = next
            .is_none_or(|c| c.is_whitespace() || matches!(c, ';' | ',' | '|' | '&' | '(' | ')' | '{' | '}'));
        ends.then_some((len, value))
    }

    /// True if the variable that stands here is the argument, and not the beginning of a word.
    fn is_variable_argument(&self) -> bool {
        let rest = self.rest();
        let len = if rest.starts_with("$(") {
            return true;
        } else if rest.starts_with("${{") {
            match rest.find("}}") {
                Some(len) => len + 2,
                None => return false,
            }
        } else if rest.starts_with("${") {
            match rest.find('}') {
                Some(len) => len + 1,
                None => return false,
            }
        } else {
            match name_len(&rest[1..]) {
                Some((len, _)) => len + 1,
                None => return false,
            }
        };
        let mut chars = rest[len..].chars();
        match chars.next() {
            None | Some(';' | ',' | '|' | '&' | '(' | ')' | '{' | '}' | '[') => true,
            Some(c) if c.is_whitespace() => true,
            Some(':') => chars.next() == Some(':'),
            Some('.') => chars.next().is_some_and(|c| {
                c.is_alphabetic() || matches!(c, '_' | '$' | '(') || is_single_quote(c) || is_double_quote(c)
            }),
            Some('?') => matches!(chars.next(), Some('.' | '[')),
            Some(_) => false,
        }
    }

    /// `@name`, `@{…}`, `@(…)`, a here-string, or a word that begins with `@`.
    fn at_argument(&mut self) -> Result<Expression, (Span, String)> {
        let start = self.at;
        let next = self.text[start + 1..self.end].chars().next();
        match next {
            Some('{' | '(') => return Ok(self.nested_primary()),
            Some(c) if is_single_quote(c) || is_double_quote(c) => {
                if let Some(here) = self.here() {
                    return Ok(self.members(here));
                }
                if self.mode.lenient {
                    self.at = start + 1;
                    let inner = self.quoted();
                    self.flaw(FlawKind::SplattedFile, start, self.at);
                    let copy =
                        Part { span: Span::new(start, start + 1), quote: Quote::Bare, kind: PartKind::Copy };
                    let mut parts = vec![copy];
                    if let ExpressionKind::Text(text) = inner.kind {
                        parts.extend(text.parts);
                    }
                    let span = Span::new(start, self.at);
                    let text = Text { quote: Quote::Bare, content: span, parts };
                    return Ok(Expression { span, kind: ExpressionKind::Text(text) });
                }
                return Ok(Expression { span: Span::new(start, self.at), kind: ExpressionKind::Missing });
            }
            _ => {}
        }
        let rest = &self.rest()[1..];
        let named = rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let len = if named { name_len(rest).map_or(0, |(len, _)| len) } else { 0 };
        let behind = rest[len..].chars().next();
        let ends = behind
            .is_none_or(|c| c.is_whitespace() || matches!(c, ';' | ',' | '|' | '&' | '(' | ')' | '{' | '}'));
        if len > 0 && ends {
            self.at += 1 + len;
            return Err((Span::new(start, self.at), rest[..len].to_owned()));
        }
        if len > 0 && !matches!(behind, Some('.' | '[')) {
            // `@my-body.json` is a word.
            return Ok(self.bare_word());
        }
        let kind = if len > 0 { ErrorKind::SplattingNotPermitted } else { ErrorKind::UnrecognizedToken };
        self.error(kind, start, start + 1 + len);
        if self.mode.lenient {
            self.at += 1;
            let word = self.bare();
            let span = Span::new(start, self.at);
            self.flaw(FlawKind::SplattedFile, start, self.at);
            let ExpressionKind::Text(mut text) = word.kind else { return Ok(word) };
            let at = Part { span: Span::new(start, start + 1), quote: Quote::Bare, kind: PartKind::Copy };
            text.parts.insert(0, at);
            text.content = span;
            return Ok(Expression { span, kind: ExpressionKind::Text(text) });
        }
        self.at += 1 + len;
        if len > 0 {
            let object = Expression { span: Span::new(start, self.at), kind: ExpressionKind::Missing };
            return Ok(self.members(object));
        }
        Ok(Expression { span: Span::new(start, self.at), kind: ExpressionKind::Missing })
    }
}
