//! Expressions.

mod operand;

use super::{
    ErrorKind, Expression, ExpressionKind, Operator, Parser, is_dash, is_double_quote, is_single_quote,
};
use crate::text::{Span, next_boundary};

/// Operators of one chain that are followed.
const MAX_CHAIN: u8 = 60;

/// Binary operators of letters: how tightly they bind.
const OPERATORS: [(&str, Operator, u8); 46] = [
    ("and", Operator::And, 1),
    ("or", Operator::Or, 1),
    ("xor", Operator::Other, 1),
    ("band", Operator::Other, 2),
    ("bor", Operator::Other, 2),
    ("bxor", Operator::Other, 2),
    ("eq", Operator::Equal, 3),
    ("ieq", Operator::Equal, 3),
    ("ceq", Operator::Equal, 3),
    ("ne", Operator::NotEqual, 3),
    ("ine", Operator::NotEqual, 3),
    ("cne", Operator::NotEqual, 3),
    ("match", Operator::Match, 3),
    ("imatch", Operator::Match, 3),
    ("cmatch", Operator::Match, 3),
    ("replace", Operator::Replace, 3),
    ("ireplace", Operator::Replace, 3),
    ("creplace", Operator::ReplaceCase, 3),
    ("join", Operator::Join, 3),
    ("split", Operator::Split, 3),
    ("isplit", Operator::Split, 3),
    ("csplit", Operator::Split, 3),
    ("as", Operator::As, 3),
    ("gt", Operator::Other, 3),
    ("ge", Operator::Other, 3),
    ("lt", Operator::Other, 3),
    ("le", Operator::Other, 3),
    ("igt", Operator::Other, 3),
    ("ige", Operator::Other, 3),
    ("ilt", Operator::Other, 3),
    ("ile", Operator::Other, 3),
    ("like", Operator::Other, 3),
    ("ilike", Operator::Other, 3),
    ("clike", Operator::Other, 3),
    ("notlike", Operator::Other, 3),
    ("inotlike", Operator::Other, 3),
    ("notmatch", Operator::Other, 3),
    ("inotmatch", Operator::Other, 3),
    ("contains", Operator::Other, 3),
    ("notcontains", Operator::Other, 3),
    ("in", Operator::Other, 3),
    ("notin", Operator::Other, 3),
    ("is", Operator::Other, 3),
    ("isnot", Operator::Other, 3),
    ("f", Operator::Format, 6),
    ("shl", Operator::Other, 3),
];

/// Operators of letters that stand before their operand.
const UNARY: [(&str, Operator); 6] = [
    ("not", Operator::Not),
    ("bnot", Operator::Other),
    ("join", Operator::Join),
    ("split", Operator::Split),
    ("csplit", Operator::Split),
    ("isplit", Operator::Split),
];

impl Parser<'_> {
    /// True if what stands here begins an expression and not a command.
    pub(super) fn begins_expression(&self) -> bool {
        let Some(c) = self.peek() else { return false };
        match c {
            '$' | '(' | '{' | '[' | '!' | ',' => true,
            '@' => matches!(self.byte(1), Some(b'{' | b'(' | b'\'' | b'"')) || self.here_mark(),
            '+' => matches!(self.byte(1), Some(b'+')) || self.byte(1).is_some_and(|b| b.is_ascii_digit()),
            '.' => self.byte(1).is_some_and(|byte| byte.is_ascii_digit()),
            '0'..='9' => self.number_ends().is_some(),
            _ if is_single_quote(c) || is_double_quote(c) => true,
            _ if is_dash(c) => {
                self.unary_word().is_some() || {
                    let next = self.text[self.at + c.len_utf8()..self.end].chars().next();
                    next.is_some_and(|c| {
                        c.is_ascii_digit() || matches!(c, '$' | '(' | '.' | '-' | '\'' | '"')
                    }) && !(next == Some('-')
                        && self.text[self.at..self.end].chars().nth(2).is_some_and(char::is_alphabetic))
                }
            }
            _ => false,
        }
    }

    fn here_mark(&self) -> bool {
        self.text[self.at + 1..self.end]
            .chars()
            .next()
            .is_some_and(|c| is_single_quote(c) || is_double_quote(c))
    }

    /// The number that stands here, if nothing that would make a word of it follows.
    fn number_ends(&self) -> Option<(usize, String)> {
        let (len, value) = self.number()?;
        let next = self.text[self.at + len..self.end].chars().next();
        let ends = next.is_none_or(|c| {
            c.is_whitespace()
                || is_dash(c)
                || matches!(
                    c,
                    ';' | ','
                        | '|'
                        | '&'
                        | '('
                        | ')'
                        | '{'
                        | '}'
                        | '['
                        | ']'
                        | '+'
                        | '*'
                        | '/'
                        | '%'
                        | '.'
                        | '='
                        | '<'
                        | '>'
                        | '!'
                )
        });
        ends.then_some((len, value))
    }

    fn unary_word(&self) -> Option<(usize, Operator)> {
        let (len, word) = self.dashed_word()?;
        UNARY.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, operator)| (len, *operator))
    }

    /// `-word` here: its length, and the word.
    fn dashed_word(&self) -> Option<(usize, &str)> {
        let dash = self.peek().filter(|c| is_dash(*c))?.len_utf8();
        let rest = &self.text[self.at + dash..self.end];
        let len = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let goes_on = rest.as_bytes().get(len).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'_');
        (len > 0 && !goes_on).then(|| (dash + len, &rest[..len]))
    }

    /// An expression, `? :` and all.
    pub(super) fn expression(&mut self) -> Expression {
        let start = self.at;
        let read = self.nested(|it| {
            let condition = it.binary(0);
            it.blanks();
            if it.byte(0) == Some(b'?')
                && it.byte(1).is_some_and(|byte| {
                    byte.is_ascii_whitespace() || matches!(byte, b'\'' | b'"' | b'$' | b'(')
                })
            {
                return it.ternary(condition);
            }
            condition
        });
        read.unwrap_or_else(|| self.missing(start))
    }

    fn ternary(&mut self, condition: Expression) -> Expression {
        self.at += 1;
        self.lines();
        let then = self.binary(0);
        self.lines();
        if self.byte(0) != Some(b':') {
            self.error(ErrorKind::UnexpectedToken, self.at, self.at);
            let span = condition.span.cover(then.span);
            return Expression { span, kind: ExpressionKind::Missing };
        }
        self.at += 1;
        self.lines();
        let otherwise = self.expression();
        let span = condition.span.cover(otherwise.span);
        let kind = ExpressionKind::Ternary {
            condition: Box::new(condition),
            then: Box::new(then),
            otherwise: Box::new(otherwise),
        };
        Expression { span, kind }
    }

    /// Nothing that is an expression: one character is passed over at most.
    fn missing(&mut self, start: usize) -> Expression {
        if self.at == start && self.at < self.end {
            self.bump();
        }
        Expression { span: Span::new(start, self.at), kind: ExpressionKind::Missing }
    }

    /// Operands joined by operators that bind at least as tightly as `least`.
    fn binary(&mut self, least: u8) -> Expression {
        let mut left = self.list();
        // Each operator but `+` makes the tree one deeper.
        let mut count = 0_u8;
        loop {
            let before = self.at;
            self.blanks();
            let Some((len, operator, binds)) = self.operator().filter(|(.., binds)| *binds >= least) else {
                // Blanks stay: what follows may touch or not.
                self.at = before;
                return left;
            };
            self.at += len;
            self.lines();
            let right = self.nested(|it| it.binary(binds + 1));
            let right = right
                .unwrap_or_else(|| Expression { span: Span::at(self.at), kind: ExpressionKind::Missing });
            let span = left.span.cover(right.span);
            if operator == Operator::Add {
                let mut operands = match left.kind {
                    ExpressionKind::Sum(operands) => operands,
                    kind => vec![Expression { span: left.span, kind }],
                };
                operands.push(right);
                left = Expression { span, kind: ExpressionKind::Sum(operands) };
                continue;
            }
            count = count.saturating_add(1);
            if count > MAX_CHAIN {
                left = Expression { span, kind: ExpressionKind::Missing };
                continue;
            }
            let kind = ExpressionKind::Binary { operator, left: Box::new(left), right: Box::new(right) };
            left = Expression { span, kind };
        }
    }

    /// The binary operator that stands here: its length, and how tightly it binds.
    fn operator(&self) -> Option<(usize, Operator, u8)> {
        let assigns = self.byte(1) == Some(b'=');
        match self.peek()? {
            '+' if !assigns && self.byte(1) != Some(b'+') => Some((1, Operator::Add, 4)),
            '*' if !assigns => Some((1, Operator::Multiply, 5)),
            '/' if !assigns => Some((1, Operator::Divide, 5)),
            '%' if !assigns => Some((1, Operator::Remainder, 5)),
            '?' if self.byte(1) == Some(b'?') && self.byte(2) != Some(b'=') => {
                Some((2, Operator::Coalesce, 3))
            }
            '.' if self.byte(1) == Some(b'.') => Some((2, Operator::Range, 7)),
            c if is_dash(c) => {
                if let Some((len, word)) = self.dashed_word() {
                    let known = OPERATORS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(word))?;
                    return Some((len, known.1, known.2));
                }
                let next = self.text[self.at + c.len_utf8()..self.end].chars().next();
                let minus = !next.is_some_and(|c| c == '=' || is_dash(c) || c.is_alphabetic());
                minus.then_some((c.len_utf8(), Operator::Subtract, 4))
            }
            _ => None,
        }
    }

    /// `a, b, c`, or one operand.
    fn list(&mut self) -> Expression {
        if self.byte(0) == Some(b',') {
            let start = self.at;
            self.at += 1;
            self.lines();
            let item = self.unary();
            let span = Span::new(start, item.span.end as usize);
            return Expression { span, kind: ExpressionKind::List(vec![item]) };
        }
        let first = self.unary();
        let mut items = Vec::new();
        loop {
            let before = self.at;
            self.blanks();
            if self.byte(0) != Some(b',') || self.in_arguments() {
                self.at = before;
                break;
            }
            self.at += 1;
            self.lines();
            if items.is_empty() {
                items.push(first.clone());
            }
            let item = self.unary();
            items.push(item);
        }
        if items.is_empty() {
            return first;
        }
        let end = items.last().map_or(first.span, |last| last.span);
        Expression { span: first.span.cover(end), kind: ExpressionKind::List(items) }
    }

    /// True directly within the parentheses of a method's arguments, where a comma separates these.
    fn in_arguments(&self) -> bool {
        self.closers.last() == Some(&b',')
    }

    /// An operand with what stands before it.
    fn unary(&mut self) -> Expression {
        let start = self.at;
        let operator = match self.peek() {
            Some('!') => Some((1, Operator::Not)),
            Some('+') => Some((if self.byte(1) == Some(b'+') { 2 } else { 1 }, Operator::Add)),
            Some(c) if is_dash(c) => {
                let doubled = self.text[self.at + c.len_utf8()..self.end].chars().next().is_some_and(is_dash);
                self.unary_word().or(Some((if doubled { 2 } else { c.len_utf8() }, Operator::Subtract)))
            }
            _ => None,
        };
        if let Some((len, operator)) = operator {
            self.at = next_boundary(self.text, (self.at + len).min(self.end));
            self.blanks();
            let operand = self.nested(Self::unary).unwrap_or_else(|| self.missing(start));
            let span = Span::new(start, operand.span.end.max(start as u32) as usize);
            if let (Operator::Subtract, ExpressionKind::Number(value)) = (operator, &operand.kind) {
                return Expression { span, kind: ExpressionKind::Number(format!("-{value}")) };
            }
            return Expression { span, kind: ExpressionKind::Unary { operator, operand: Box::new(operand) } };
        }
        if self.byte(0) == Some(b'[') {
            return self.typed();
        }
        self.primary(false)
    }

    /// `[type]` and what it is a type of, or a static member.
    fn typed(&mut self) -> Expression {
        let start = self.at;
        let Some(name) = self.type_name() else {
            self.error(ErrorKind::MissingExpression, start, start + 1);
            return self.missing(start);
        };
        let span = Span::new(start, self.at);
        if self.starts_with("::") {
            return self.members(Expression { span, kind: ExpressionKind::Type(name) });
        }
        let before = self.at;
        self.blanks();
        let goes_on = self.peek().is_some_and(|c| {
            matches!(c, '$' | '(' | '[' | '{')
                || is_single_quote(c)
                || is_double_quote(c)
                || c.is_ascii_digit()
                || (c == '@' && self.begins_expression())
                || (is_dash(c) && self.byte(1).is_some_and(|byte| byte.is_ascii_digit()))
        });
        if !goes_on {
            self.at = before;
            return self.members(Expression { span, kind: ExpressionKind::Type(name) });
        }
        let operand = self.nested(Self::unary).unwrap_or_else(|| self.missing(start));
        let span = Span::new(start, operand.span.end.max(start as u32) as usize);
        Expression { span, kind: ExpressionKind::Cast { name, operand: Box::new(operand) } }
    }

    /// `[System.Uri]` here: the name in small letters without blanks. What stands in an attribute's parentheses is
    /// passed over.
    pub(super) fn type_name(&mut self) -> Option<String> {
        let rest = self.rest();
        let mut depth = 0_u8;
        let mut len = None;
        let mut quote = None;
        for (at, c) in rest.char_indices().take(400) {
            match (quote, c) {
                (Some(mark), c) if c == mark => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') if depth > 1 => quote = Some(c),
                (None, '[' | '(') => depth = depth.saturating_add(1),
                (None, ']' | ')') => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        len = Some(at + 1);
                        break;
                    }
                }
                (None, c) if c.is_alphanumeric() || c.is_whitespace() => {}
                (
                    None,
                    '.' | '_' | ',' | '+' | '`' | '$' | '=' | '-' | '{' | '}' | '|' | '\'' | '"' | '^' | '\\'
                    | '*' | '?' | ':' | '/' | '@' | '<' | '>',
                ) if depth > 1 || matches!(c, '.' | '_' | ',' | '+' | '`') => {}
                (None, _) => return None,
            }
        }
        let len = len?;
        let name = rest[1..len - 1].split('(').next().unwrap_or("");
        let name: String = name.chars().filter(|c| !c.is_whitespace()).collect();
        if name.is_empty() || !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return None;
        }
        self.at += len;
        Some(name.to_ascii_lowercase())
    }
}
