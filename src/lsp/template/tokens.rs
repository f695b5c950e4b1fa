//! The words of an expression, finished or not.
//!
//! [`crate::arm::expression`] reads expressions as ARM does: one that is half typed is none. Here each word stands for
//! itself, so that names are found on both sides of what is missing.

use crate::text::Span;

/// A word of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Its bytes; of a text those between its quotes.
    pub(super) span: Span,
}

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A function's name, a namespace, a member.
    Name,
    /// A literal; whether a quote ends it.
    Text(bool),
    /// Digits.
    Number,
    /// One of `( ) [ ] , .`, or any other character.
    Sign(u8),
}

/// The words of `text`, an expression with its brackets or the beginning of one.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 1.min(bytes.len());
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        let run = |is: fn(&u8) -> bool| bytes[start..].iter().take_while(|byte| is(byte)).count();
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
            }
            b'\'' => {
                let (end, is_closed) = text_end(bytes, start + 1);
                found.push(Token { kind: Kind::Text(is_closed), span: Span::new(start + 1, end) });
                at = end + usize::from(is_closed);
            }
            b'0'..=b'9' => {
                at += run(u8::is_ascii_digit);
                found.push(Token { kind: Kind::Number, span: Span::new(start, at) });
            }
            byte if is_part(byte) => {
                at += run(|byte| is_part(*byte));
                found.push(Token { kind: Kind::Name, span: Span::new(start, at) });
            }
            byte => {
                at += 1;
                found.push(Token { kind: Kind::Sign(byte), span: Span::new(start, at) });
            }
        }
    }
    found
}

/// True for what names are made of.
pub(super) fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

fn text_end(bytes: &[u8], from: usize) -> (usize, bool) {
    let mut at = from;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr(b'\'', rest)) {
        at += found;
        if bytes.get(at + 1) != Some(&b'\'') {
            return (at, true);
        }
        at += 2;
    }
    (bytes.len(), false)
}

/// A call that a place of an expression is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Around<'t> {
    /// The function, with its namespace.
    pub(super) name: &'t str,
    /// Which argument, from 0.
    pub(super) argument: usize,
    /// The bytes of the name.
    pub(super) span: Span,
}

/// What stands before a place of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Before<'t> {
    /// The calls around it, outermost first.
    pub(super) calls: Vec<Around<'t>>,
    /// What is being typed.
    pub(super) typed: Typed<'t>,
}

/// What is being typed at a place of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed<'t> {
    /// A literal: what of it stands before the place, with the byte at which it begins, and what of it follows.
    Text { start: u32, before: &'t str },
    /// A name: what of it stands before the place, with the byte at which it begins.
    Name { start: u32, before: &'t str },
    /// A member: of what, as it is written, and the name so far.
    Member { base: &'t str, start: u32, before: &'t str },
    /// Nothing that could be said: behind a closing bracket, in a number.
    Nothing,
}

/// What stands before `cursor`, a byte of an expression.
pub(super) fn before(text: &str, cursor: u32) -> Before<'_> {
    let cursor = (0..=(cursor as usize).min(text.len())).rev().find(|&at| text.is_char_boundary(at));
    let head = text.get(..cursor.unwrap_or(0)).unwrap_or_default();
    let all = tokens(head);
    let mut calls: Vec<Option<Around<'_>>> = Vec::new();
    for (at, token) in all.iter().enumerate() {
        match token.kind {
            Kind::Sign(b'(') => calls.push(called(head, &all, at)),
            // An index has no name.
            Kind::Sign(b'[') => calls.push(None),
            Kind::Sign(b')' | b']') => {
                calls.pop();
            }
            Kind::Sign(b',') => {
                if let Some(Some(call)) = calls.last_mut() {
                    call.argument += 1;
                }
            }
            _ => {}
        }
    }
    let calls = calls.into_iter().flatten().collect();
    let typed = match all.last() {
        Some(Token { kind: Kind::Text(false), span }) => {
            Typed::Text { start: span.start, before: head.get(span.range()).unwrap_or_default() }
        }
        Some(Token { kind: Kind::Name, span }) if span.end as usize == head.len() => {
            let name = head.get(span.range()).unwrap_or_default();
            match base(head, &all, all.len() - 1) {
                Some(base) => Typed::Member { base, start: span.start, before: name },
                None => Typed::Name { start: span.start, before: name },
            }
        }
        Some(Token { kind: Kind::Sign(b'.'), .. }) => match base(head, &all, all.len()) {
            Some(base) => Typed::Member { base, start: head.len() as u32, before: "" },
            None => Typed::Nothing,
        },
        None | Some(Token { kind: Kind::Sign(b'(' | b',' | b'['), .. }) => {
            Typed::Name { start: head.len() as u32, before: "" }
        }
        Some(_) => Typed::Nothing,
    };
    Before { calls, typed }
}

/// The call whose parenthesis is the token at `open`.
fn called<'t>(text: &'t str, all: &[Token], open: usize) -> Option<Around<'t>> {
    let name = all.get(open.checked_sub(1)?).filter(|it| it.kind == Kind::Name)?;
    let mut start = name.span.start;
    let space = || {
        let dot = all.get(open.checked_sub(2)?).filter(|it| it.kind == Kind::Sign(b'.'))?;
        let space = all.get(open.checked_sub(3)?).filter(|it| it.kind == Kind::Name)?;
        (space.span.end == dot.span.start && dot.span.end == name.span.start).then_some(space.span.start)
    };
    if let Some(space) = space() {
        start = space;
    }
    let span = Span { start, end: name.span.end };
    Some(Around { name: text.get(span.range())?, argument: 0, span })
}

/// What the member whose name is the token at `name` is a member of: `parameters('a').b` of `.c`.
fn base<'t>(text: &'t str, all: &[Token], name: usize) -> Option<&'t str> {
    let dot = name.checked_sub(1)?;
    if all.get(dot)?.kind != Kind::Sign(b'.') {
        return None;
    }
    let end = all.get(dot)?.span.start;
    let mut depth = 0_usize;
    let mut start = None;
    for at in (0..dot).rev() {
        let token = all.get(at)?;
        match token.kind {
            Kind::Sign(b')' | b']') => depth += 1,
            Kind::Sign(b'(' | b'[' | b',') if depth == 0 => break,
            Kind::Sign(b'(' | b'[') => depth -= 1,
            _ => {}
        }
        start = Some(token.span.start - u32::from(matches!(token.kind, Kind::Text(_))));
    }
    text.get(start? as usize..end as usize)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn at(text: &str) -> (Vec<(String, usize)>, String) {
        let cursor = text.find('|').expect("a cursor");
        let text = text.replacen('|', "", 1);
        let found = before(&text, cursor as u32);
        let calls = found.calls.iter().map(|it| (it.name.to_owned(), it.argument)).collect();
        let typed = match found.typed {
            Typed::Text { before, .. } => format!("text {before}"),
            Typed::Name { before, .. } => format!("name {before}"),
            Typed::Member { base, before, .. } => format!("member {before} of {base}"),
            Typed::Nothing => "nothing".to_owned(),
        };
        (calls, typed)
    }

    #[test]
    fn what_is_typed_is_known_from_what_stands_before() {
        let call = |name: &str, at| (name.to_owned(), at);
        assert_eq!(at("[|]"), (vec![], "name ".to_owned()));
        assert_eq!(at("[par|]"), (vec![], "name par".to_owned()));
        assert_eq!(at("[parameters('a|')]"), (vec![call("parameters", 0)], "text a".to_owned()));
        assert_eq!(
            at("[concat('x, (', ns.f(1, par|"),
            (vec![call("concat", 1), call("ns.f", 1)], "name par".to_owned())
        );
        assert_eq!(
            at("[concat(variables('a')[0].b.c|"),
            (vec![call("concat", 0)], "member c of variables('a')[0].b".to_owned())
        );
        assert_eq!(at("[resourceGroup().|]"), (vec![], "member  of resourceGroup()".to_owned()));
        assert_eq!(at("[f('it''s |"), (vec![call("f", 0)], "text it''s ".to_owned()));
        assert_eq!(at("[f('a')|]").1, "nothing");
        assert_eq!(at("[f(1|").1, "nothing");
    }

    proptest! {
        #[test]
        fn any_text_has_words(text in r"\[[a-c.,()\[\]' é1]{0,40}", cursor in 0_u32..50) {
            for token in tokens(&text) {
                prop_assert!(text.get(token.span.range()).is_some());
            }
            let found = before(&text, cursor);
            prop_assert!(found.calls.iter().all(|it| text.contains(it.name)));
        }
    }
}
