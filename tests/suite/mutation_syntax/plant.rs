//! The mistakes: each function takes a body's text and puts one into it.

use std::ops::Range;

use crate::support::random::Random;

/// A body with one mistake in it.
pub(crate) struct Planted {
    /// The text that was meant.
    pub(crate) meant: String,
    /// The text with the mistake.
    pub(crate) text: String,
    /// Where the mistake is, in the text with it.
    pub(crate) place: Range<usize>,
}

/// A mistake and the rule that names it.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) rule: &'static str,
    pub(crate) plant: fn(&Text, &mut Random) -> Option<Planted>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Open,
    Close,
    Comma,
    Colon,
    Name,
    String,
    Number,
    Literal,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) role: Role,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// It stands among the elements of an array.
    pub(crate) in_array: bool,
}

/// A JSON text and its tokens.
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) tokens: Vec<Token>,
}

impl Text {
    pub(crate) fn new(text: String) -> Self {
        let bytes = text.as_bytes();
        let mut tokens = Vec::new();
        let mut stack: Vec<u8> = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            let start = at;
            at += 1;
            let role = match bytes[start] {
                b' ' | b'\n' | b'\r' | b'\t' => continue,
                open @ (b'{' | b'[') => {
                    tokens.push(Token {
                        role: Role::Open,
                        start,
                        end: at,
                        in_array: stack.last() == Some(&b'['),
                    });
                    stack.push(open);
                    continue;
                }
                b'}' | b']' => {
                    stack.pop();
                    Role::Close
                }
                b',' => Role::Comma,
                b':' => Role::Colon,
                b'"' => {
                    while bytes[at] != b'"' {
                        at += if bytes[at] == b'\\' { 2 } else { 1 };
                    }
                    at += 1;
                    if text[at..].trim_start().starts_with(':') { Role::Name } else { Role::String }
                }
                first => {
                    while at < bytes.len() && !b",}] \n\r\t".contains(&bytes[at]) {
                        at += 1;
                    }
                    if first.is_ascii_alphabetic() { Role::Literal } else { Role::Number }
                }
            };
            tokens.push(Token { role, start, end: at, in_array: stack.last() == Some(&b'[') });
        }
        Self { text, tokens }
    }

    fn some(&self, random: &mut Random, wanted: impl Fn(&Token) -> bool) -> Option<Token> {
        let fitting: Vec<Token> = self.tokens.iter().copied().filter(wanted).collect();
        random.pick(&fitting).copied()
    }

    fn index(&self, token: Token) -> usize {
        self.tokens.iter().position(|it| it.start == token.start).unwrap()
    }

    fn content(&self, token: Token) -> &str {
        &self.text[token.start + 1..token.end - 1]
    }

    /// The text with `new` in the place of `range`, which is the mistake.
    fn put(&self, range: Range<usize>, new: &str) -> Option<Planted> {
        Some(Self::put_in(&self.text, range, new))
    }

    fn put_in(meant: &str, range: Range<usize>, new: &str) -> Planted {
        let mut text = meant.to_owned();
        text.replace_range(range.clone(), new);
        let end = range.start + new.len();
        Planted { meant: meant.to_owned(), text, place: range.start..end }
    }

    /// The text with two replacements: one is meant, the other is written.
    fn put_both(&self, range: Range<usize>, meant: &str, written: &str) -> Option<Planted> {
        let mut right = self.text.clone();
        right.replace_range(range.clone(), meant);
        let Planted { text, place, .. } = Self::put_in(&self.text, range, written);
        Some(Planted { meant: right, text, place })
    }

    /// The end of the value that begins at the token with this index.
    fn value_end(&self, index: usize) -> usize {
        let mut depth = 0;
        for (at, token) in self.tokens.iter().enumerate().skip(index) {
            match token.role {
                Role::Open => depth += 1,
                Role::Close => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return at;
            }
        }
        self.tokens.len() - 1
    }
}

fn delete(text: &Text, random: &mut Random, role: Role) -> Option<Planted> {
    let token = text.some(random, |it| it.role == role)?;
    text.put(token.start..token.end, "")
}

fn is(text: &Text, token: &Token, bracket: &str) -> bool {
    &text.text[token.start..token.end] == bracket
}

fn delete_bracket(text: &Text, random: &mut Random, bracket: &str) -> Option<Planted> {
    let token =
        text.some(random, |it| is(text, it, bracket) && matches!(it.role, Role::Open | Role::Close))?;
    text.put(token.start..token.end, "")
}

fn delete_quote(text: &Text, random: &mut Random, role: Role, open: bool) -> Option<Planted> {
    let token = text.some(random, |it| it.role == role && it.end - it.start > 3)?;
    let at = if open { token.start } else { token.end - 1 };
    text.put(at..at + 1, "")
}

fn requote(text: &Text, random: &mut Random, open: &str, close: &str, all: bool) -> Option<Planted> {
    let fitting = |it: &Token| {
        matches!(it.role, Role::Name | Role::String)
            && !text.content(*it).contains(['\\', '\'', '"', '“', '”', '`'])
    };
    let chosen = text.some(random, fitting)?;
    let mut out = text.text.clone();
    let mut place = 0..0;
    for token in text.tokens.iter().rev().filter(|it| fitting(it) && (all || it.start == chosen.start)) {
        let new = format!("{open}{}{close}", text.content(*token));
        out.replace_range(token.start..token.end, &new);
        place = token.start..token.start + new.len();
    }
    Some(Planted { meant: text.text.clone(), text: out, place })
}

/// A place before or behind a token where white space may stand.
fn gap(text: &Text, random: &mut Random) -> Option<usize> {
    text.some(random, |it| it.start > 0).map(|token| token.start)
}

/// A member's place: behind an opening brace, with the comma that then follows.
fn member(text: &Text, random: &mut Random, member: &str) -> Option<Planted> {
    let token = text.some(random, |it| is(text, it, "{"))?;
    let next = text.tokens[text.index(token) + 1];
    if next.role == Role::Close {
        return text.put(token.end..token.end, member);
    }
    if random.below(2) == 0 {
        let planted = text.put(token.end..token.end, &format!("{member},"))?;
        return Some(Planted { place: token.end..token.end + member.len(), ..planted });
    }
    // Behind the object's first member.
    let value = text.tokens[text.value_end(text.index(next) + 2)];
    let planted = text.put(value.end..value.end, &format!(",{member}"))?;
    Some(Planted { place: value.end + 1..value.end + 1 + member.len(), ..planted })
}

fn scalar(text: &Text, random: &mut Random) -> Option<Token> {
    text.some(random, |it| {
        matches!(it.role, Role::Number | Role::Literal) || (it.role == Role::String && !it.in_array)
    })
}

fn word(text: &Text, token: &Token) -> bool {
    let content = text.content(*token);
    content.starts_with(|c: char| c.is_ascii_alphabetic())
        && content.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && !content.chars().all(|c| matches!(c, 'x' | 'X' | '-'))
        && !matches!(content, "true" | "false" | "null")
}

fn identity_type(text: &Text) -> Option<Token> {
    let at = text
        .tokens
        .iter()
        .position(|it| it.role == Role::Name && text.content(*it) == "type")
        .filter(|_| true)?;
    text.tokens
        .get(at + 2..)?
        .iter()
        .copied()
        .chain(text.tokens.iter().copied())
        .find(|it| it.role == Role::String && text.content(*it) == "SystemAssigned, UserAssigned")
}

fn in_string(text: &Text, random: &mut Random, meant: &str, written: &str) -> Option<Planted> {
    let token = text.some(random, |it| it.role == Role::String && it.end - it.start > 3)?;
    let content = text.content(token);
    let at = token.start
        + 1
        + content.char_indices().map(|(at, _)| at).filter(|&at| !content[..at].ends_with('\\')).nth(1)?;
    text.put_both(at..at, meant, written)
}

fn number(text: &Text, random: &mut Random, meant: &str, written: &str) -> Option<Planted> {
    let token = scalar(text, random)?;
    text.put_both(token.start..token.end, meant, written)
}

fn unnamed(text: &Text, random: &mut Random, members: usize) -> Option<Planted> {
    let name = text.some(random, |it| it.role == Role::Name)?;
    let first = text.index(name);
    let mut last = text.value_end(first + 2);
    for _ in 1..members {
        if text.tokens.get(last + 1)?.role != Role::Comma {
            break;
        }
        last = text.value_end(last + 4);
    }
    let (start, end) = (name.start, text.tokens[last].end);
    let new = format!("{{{}}}", &text.text[start..end]);
    Some(Planted { place: start..start + 1, ..text.put(start..end, &new)? })
}

fn conflict(text: &Text, random: &mut Random) -> Option<Planted> {
    let lines: Vec<usize> = text.text.match_indices('\n').map(|(at, _)| at + 1).collect();
    let start = *random.pick(&lines)?;
    let end = text.text[start..].find('\n').map(|at| start + at + 1)?;
    let line = &text.text[start..end];
    let new = format!("<<<<<<< HEAD\n{line}=======\n{line}>>>>>>> other\n");
    Some(Planted { place: start..start + 12, ..text.put(start..end, &new)? })
}

macro_rules! kinds {
    ($($name:literal, $rule:literal, |$text:ident, $random:ident| $plant:expr;)*) => {
        pub(crate) static KINDS: &[Kind] = &[$(Kind {
            name: $name,
            rule: $rule,
            plant: |$text, $random| $plant,
        }),*];
    };
}

kinds! {
    "comma deleted", "missing-comma", |t, r| delete(t, r, Role::Comma);
    "semicolon for a comma", "missing-comma", |t, r| {
        let token = t.some(r, |it| it.role == Role::Comma)?;
        t.put(token.start..token.end, ";")
    };
    "full-width comma", "missing-comma", |t, r| {
        let token = t.some(r, |it| it.role == Role::Comma)?;
        t.put(token.start..token.end, "\u{ff0c}")
    };
    "full-width colon", "missing-colon", |t, r| {
        let token = t.some(r, |it| it.role == Role::Colon)?;
        t.put(token.start..token.end, "\u{ff1a}")
    };
    "full-width bracket", "bad-encoding", |t, r| {
        let token = t.some(r, |it| it.start > 0 && matches!(it.role, Role::Open | Role::Close))?;
        let wide = match &t.text[token.start..token.end] {
            "{" => "\u{ff5b}",
            "}" => "\u{ff5d}",
            "[" => "\u{ff3b}",
            _ => "\u{ff3d}",
        };
        t.put(token.start..token.end, wide)
    };
    "colon deleted", "missing-colon", |t, r| delete(t, r, Role::Colon);
    "colon doubled", "missing-colon", |t, r| {
        let token = t.some(r, |it| it.role == Role::Colon)?;
        t.put(token.end..token.end, ":")
    };
    "colon inside the quotes", "missing-colon", |t, r| {
        let token = t.some(r, |it| it.role == Role::Name && !t.content(*it).is_empty())?;
        let colon = t.tokens[t.index(token) + 1];
        t.put(token.end - 1..colon.end, ":\"")
    };
    "equals sign for a colon", "missing-colon", |t, r| {
        let token = t.some(r, |it| it.role == Role::Colon)?;
        t.put(token.start..token.end, "=")
    };
    "} deleted", "unclosed-bracket", |t, r| delete_bracket(t, r, "}");
    "] deleted", "unclosed-bracket", |t, r| delete_bracket(t, r, "]");
    "{ deleted", "extra-bracket", |t, r| delete_bracket(t, r, "{");
    "[ deleted", "extra-bracket", |t, r| delete_bracket(t, r, "[");
    "closer of the other kind", "extra-bracket", |t, r| {
        let token = t.some(r, |it| it.role == Role::Close)?;
        let other = if is(t, &token, "}") { "]" } else { "}" };
        t.put(token.start..token.end, other)
    };
    "closer doubled", "extra-bracket", |t, r| {
        let token = t.some(r, |it| it.role == Role::Close)?;
        t.put(token.end..token.end, &t.text[token.start..token.end])
    };
    "} behind a value", "extra-bracket", |t, r| {
        let token = t.some(r, |it| matches!(it.role, Role::String | Role::Number | Role::Literal))?;
        t.put(token.end..token.end, "}")
    };
    "] behind a value", "extra-bracket", |t, r| {
        let token = t.some(r, |it| matches!(it.role, Role::String | Role::Number | Role::Literal))?;
        t.put(token.end..token.end, "]")
    };
    "opening quote of a name deleted", "unquoted-name", |t, r| delete_quote(t, r, Role::Name, true);
    "closing quote of a name deleted", "unclosed-bracket", |t, r| delete_quote(t, r, Role::Name, false);
    "opening quote of a value deleted", "unquoted-value", |t, r| delete_quote(t, r, Role::String, true);
    "closing quote of a value deleted", "unclosed-bracket", |t, r| delete_quote(t, r, Role::String, false);
    "comma before a closer", "extra-comma", |t, r| {
        let token = t.some(r, |it| it.role == Role::Close)?;
        let before = t.tokens[t.index(token) - 1];
        if before.role == Role::Open { return None; }
        t.put(before.end..before.end, ",")
    };
    "comma doubled", "extra-comma", |t, r| {
        let token = t.some(r, |it| it.role == Role::Comma)?;
        t.put(token.end..token.end, ",")
    };
    "comma behind an opener", "extra-comma", |t, r| {
        let token = t.some(r, |it| it.role == Role::Open)?;
        t.put(token.end..token.end, ",")
    };
    "comma behind the body", "extra-comma", |t, r| { let _ = r; t.put(t.text.len()..t.text.len(), ",") };
    "single quotes everywhere", "wrong-quotes", |t, r| requote(t, r, "'", "'", true);
    "single quotes once", "wrong-quotes", |t, r| requote(t, r, "'", "'", false);
    "typographic quotes everywhere", "wrong-quotes", |t, r| requote(t, r, "“", "”", true);
    "typographic quotes once", "wrong-quotes", |t, r| requote(t, r, "“", "”", false);
    "typographic closing quote", "wrong-quotes", |t, r| requote(t, r, "\"", "”", false);
    "typographic opening quote", "wrong-quotes", |t, r| requote(t, r, "“", "\"", false);
    "escaped quotes everywhere", "wrong-quotes", |t, r| requote(t, r, "\\\"", "\\\"", true);
    "escaped quotes once", "wrong-quotes", |t, r| requote(t, r, "\\\"", "\\\"", false);
    "name without quotes", "unquoted-name", |t, r| {
        let token = t.some(r, |it| it.role == Role::Name && word(t, it))?;
        t.put(token.start..token.end, t.content(token))
    };
    "value without quotes", "unquoted-value", |t, r| {
        let token = t.some(r, |it| it.role == Role::String && word(t, it))?;
        t.put(token.start..token.end, t.content(token))
    };
    "True", "unquoted-value", |t, r| { let s = scalar(t, r)?; t.put_both(s.start..s.end, "true", "True") };
    "None", "unquoted-value", |t, r| {
        // In the place of a string it may be one: `"type": None`.
        let s = t.some(r, |it| matches!(it.role, Role::Number | Role::Literal))?;
        t.put_both(s.start..s.end, "null", "None")
    };
    "undefined", "unquoted-value", |t, r| { let s = scalar(t, r)?; t.put_both(s.start..s.end, "null", "undefined") };
    "description for a value", "unquoted-value", |t, r| {
        let s = scalar(t, r)?; t.put(s.start..s.end, "{double between 0 and 100}")
    };
    "conflict marks", "unquoted-value", |t, r| conflict(t, r);
    "// comment", "comment", |t, r| { let at = gap(t, r)?; t.put(at..at, " // see \"above\", {here}\n") };
    "/* comment */", "comment", |t, r| { let at = gap(t, r)?; t.put(at..at, "/* it is: \"x\" */") };
    "# comment", "comment", |t, r| { let at = gap(t, r)?; t.put(at..at, " # note\n") };
    "... for a member", "ellipsis", |t, r| member(t, r, "...");
    "… for a member", "ellipsis", |t, r| member(t, r, "…");
    "... for a value", "ellipsis", |t, r| { let s = scalar(t, r)?; t.put(s.start..s.end, "...") };
    "... behind the last element", "ellipsis", |t, r| {
        let token = t.some(r, |it| it.role == Role::Close)?;
        let before = t.tokens[t.index(token) - 1];
        t.put(before.end..before.end, if before.role == Role::Open { "..." } else { ", ..." })
    };
    "name twice", "duplicate-name", |t, r| {
        // Ids that stand twice have a rule of their own.
        let name = t.some(r, |it| it.role == Role::Name && !t.content(*it).contains("/userAssignedIdentities/"))?;
        let value = t.tokens[t.value_end(t.index(name) + 2)];
        let new = format!(",\"{}\":1", t.content(name).to_uppercase());
        if t.content(name).contains('\\') || !t.content(name).is_ascii() { return None; }
        t.put(value.end..value.end, &new)
    };
    "\\' in a string", "bad-escape", |t, r| in_string(t, r, "'", "\\'");
    "\\U in a string", "bad-escape", |t, r| in_string(t, r, "\\\\U", "\\U");
    "\\x41 in a string", "bad-escape", |t, r| in_string(t, r, "A", "\\x41");
    "quotes in a string", "bad-escape", |t, r| in_string(t, r, "\\\"x\\\"", "\"x\"");
    "01", "bad-number", |t, r| number(t, r, "1", "01");
    ".5", "bad-number", |t, r| number(t, r, "0.5", ".5");
    "5.", "bad-number", |t, r| number(t, r, "5.0", "5.");
    "+1", "bad-number", |t, r| number(t, r, "1", "+1");
    "0x1F", "bad-number", |t, r| number(t, r, "31", "0x1F");
    "line break in a string", "control-character", |t, r| in_string(t, r, "\\n", "\n");
    "tab in a string", "control-character", |t, r| in_string(t, r, "\\t", "\t");
    "non-breaking space", "bad-encoding", |t, r| { let at = gap(t, r)?; t.put(at..at, "\u{a0}") };
    "zero-width space", "bad-encoding", |t, r| { let at = gap(t, r)?; t.put(at..at, "\u{200b}") };
    "line separator", "bad-encoding", |t, r| { let at = gap(t, r)?; t.put(at..at, "\u{2028}") };
    "next line", "bad-encoding", |t, r| { let at = gap(t, r)?; t.put(at..at, "\u{85}\u{1680}") };
    "right-to-left override", "bad-encoding", |t, r| { let at = gap(t, r)?; t.put(at..at, "\u{202e}") };
    "byte order mark", "bad-encoding", |t, r| { let at = gap(t, r)?; t.put(at..at, "\u{feff}") };
    "word behind the body", "text-after-body", |t, r| { let _ = r; t.put(t.text.len()..t.text.len(), " done") };
    "second body", "text-after-body", |t, r| { let _ = r; t.put(t.text.len()..t.text.len(), "\n{\"a\":1}") };
    "two strings for type", "identity-type-split", |t, r| {
        let _ = r;
        let token = identity_type(t)?;
        t.put(token.start..token.end, "\"SystemAssigned\",\"UserAssigned\"")
    };
    "two strings without a comma", "identity-type-split", |t, r| {
        let _ = r;
        let token = identity_type(t)?;
        t.put(token.start..token.end, "\"SystemAssigned\" \"UserAssigned\"")
    };
    "array for type", "identity-type-split", |t, r| {
        let _ = r;
        let token = identity_type(t)?;
        t.put(token.start..token.end, "[\"SystemAssigned\", \"UserAssigned\"]")
    };
    "member in braces", "unnamed-object", |t, r| unnamed(t, r, 1);
    "members in braces", "unnamed-object", |t, r| unnamed(t, r, 3);
    "lone number", "value-without-name", |t, r| member(t, r, "5");
    "lone string", "value-without-name", |t, r| member(t, r, "\"West US\"");
    "lone array", "value-without-name", |t, r| member(t, r, "[\"1\",{\"a\":2}]");
    "lone name", "name-without-value", |t, r| member(t, r, "\"computerName\"");
    "name and colon", "name-without-value", |t, r| member(t, r, "\"computerName\":");
    "value deleted", "name-without-value", |t, r| {
        let name = t.some(r, |it| it.role == Role::Name)?;
        let at = t.index(name);
        let value = t.tokens[t.value_end(at + 2)];
        let planted = t.put(t.tokens[at + 1].end..value.end, "")?;
        Some(Planted { place: name.start..name.end, ..planted })
    };
}
