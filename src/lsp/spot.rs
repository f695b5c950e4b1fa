//! Where a cursor is in JSON that somebody is typing.
//!
//! The parser makes sense of a finished text; here the text is known to be unfinished, and the place where it is, is
//! known too. So the text is only scanned: brackets, names, strings, and what is written at the cursor.

use std::borrow::Cow;

use crate::json::decode_string;
use crate::schema::Step;
use crate::text::{Span, previous_boundary};

/// A cursor's place.
#[derive(Debug)]
pub(super) struct Spot<'t> {
    text: &'t str,
    /// The objects and arrays around it, outermost first. The first is not a bracket but the text itself.
    pub(super) levels: Vec<Level>,
    /// What may stand there.
    pub(super) role: Role,
    /// What does stand there.
    pub(super) word: Word,
}

/// What a place is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A member's name.
    Name,
    /// The value of the member with this name.
    Value(Span),
    /// An element of an array.
    Element,
    /// Nothing that could be said: behind a name without a colon, in a comment.
    Nothing,
}

/// What is written at the cursor; empty where nothing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// All of it, with its quotes.
    pub(super) span: Span,
    /// Between the quotes.
    pub(super) content: Span,
    /// It begins with this quote.
    pub(super) quote: Option<u8>,
    /// It ends with its quote, or has none.
    pub(super) is_closed: bool,
    /// A colon follows.
    pub(super) has_colon: bool,
}

/// An object or an array.
#[derive(Debug)]
pub(super) struct Level {
    /// Its opening bracket.
    pub(super) start: u32,
    is_array: bool,
    /// The name of the member that it is the value of.
    name: Option<Span>,
    /// The names of its members.
    members: Vec<Span>,
    expected: Expected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Name,
    Colon(Span),
    Value(Span),
    /// A comma or the end.
    Next,
}

impl<'t> Spot<'t> {
    /// The place at `cursor`, a byte of `text`.
    pub(super) fn find(text: &'t str, cursor: u32) -> Self {
        Scan::new(text, cursor as usize).run()
    }

    /// The characters between the quotes of what stands there.
    pub(super) fn typed(&self) -> Cow<'t, str> {
        self.decoded(self.word.content)
    }

    fn decoded(&self, span: Span) -> Cow<'t, str> {
        let text = &self.text[span.range()];
        if text.contains('\\') { decode_string(text) } else { Cow::Borrowed(text) }
    }

    /// The names on the way to the innermost object or array around the place, from the level at `from` on.
    fn way(&self, from: usize) -> Vec<Option<Cow<'t, str>>> {
        let mut way = Vec::new();
        for pair in self.levels[from..].windows(2) {
            match (pair[1].name, pair[0].is_array) {
                (Some(name), _) => way.push(Some(self.decoded(name))),
                (None, true) => way.push(None),
                // The value of the text itself, or an object that stands where a name is due.
                (None, false) => {}
            }
        }
        way
    }

    /// The way to the innermost object or array, from the one that begins at `start`; from the outermost if none does.
    pub(super) fn parent(&self, start: Option<u32>) -> Way<'t> {
        let from = start
            .and_then(|start| self.levels.iter().skip(1).position(|it| it.start == start))
            .map(|at| at + 1);
        Way(self.way(from.unwrap_or(0)))
    }

    /// The way to the member or element itself.
    pub(super) fn own(&self, start: Option<u32>) -> Option<Way<'t>> {
        let mut way = self.parent(start);
        way.0.push(match self.role {
            Role::Name => Some(self.typed()),
            Role::Value(name) => Some(self.decoded(name)),
            Role::Element => None,
            Role::Nothing => return None,
        });
        Some(way)
    }

    /// The text that a member has of the object that is so many steps below the one at `start`; `None` where it is no
    /// text, or not there.
    pub(super) fn said(&self, start: Option<u32>, depth: usize, name: &str) -> Option<String> {
        let from = start.and_then(|start| self.levels.iter().position(|it| it.start == start));
        // Without a resource the outermost object is the body, unless its members stand bare.
        let bare = usize::from(self.levels.len() > 1 && self.levels.first()?.members.is_empty());
        self.said_at(from.unwrap_or(bare) + depth, name)
    }

    /// The text that a member has of the object that is a level.
    pub(super) fn said_at(&self, level: usize, name: &str) -> Option<String> {
        let level = self.levels.get(level)?;
        let member = level.members.iter().find(|it| self.decoded(**it).eq_ignore_ascii_case(name))?;
        let rest = self.text.get(member.end as usize..)?;
        let rest = rest.trim_start_matches(['"', '\'']).trim_start().strip_prefix(':')?.trim_start();
        let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        rest.get(1..)?.split([quote, '\n', '\\']).next().map(str::to_owned)
    }

    /// The names of the members that stand beside the place.
    pub(super) fn siblings(&self) -> impl Iterator<Item = Cow<'t, str>> + '_ {
        let members = self.levels.last().into_iter().flat_map(|level| &level.members);
        members.filter(|name| **name != self.word.content).map(|name| self.decoded(*name))
    }

    /// True if the outermost object has a member of this name.
    pub(super) fn has_at_top(&self, name: &str) -> bool {
        let mut top = self.levels.iter().take(2).flat_map(|level| &level.members);
        top.any(|it| self.decoded(*it).eq_ignore_ascii_case(name))
    }
}

/// Names and elements on the way from an object to a place in it.
#[derive(Debug)]
pub(super) struct Way<'t>(Vec<Option<Cow<'t, str>>>);

impl Way<'_> {
    /// As the schemas have it.
    pub(super) fn steps(&self) -> Vec<Step<'_>> {
        self.0.iter().map(|step| step.as_deref().map_or(Step::Element, Step::Name)).collect()
    }
}

/// The scanner.
struct Scan<'t> {
    text: &'t str,
    at: usize,
    cursor: usize,
    /// Every level that was opened; those that are open, by index.
    levels: Vec<Level>,
    open: Vec<usize>,
    /// The levels around the cursor and what it is at, once it is passed.
    found: Option<(Vec<usize>, Role, Word)>,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str, cursor: usize) -> Self {
        let outside =
            Level { start: 0, is_array: false, name: None, members: Vec::new(), expected: Expected::Name };
        let cursor = previous_boundary(text, cursor);
        Self { text, at: 0, cursor, levels: vec![outside], open: vec![0], found: None }
    }

    fn run(mut self) -> Spot<'t> {
        while let Some(byte) = self.text.as_bytes().get(self.at).copied() {
            let start = self.at;
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'/' if self.rest().starts_with("//") || self.rest().starts_with("/*") => self.comment(),
                _ => {
                    let is_sign = matches!(byte, b'{' | b'[' | b'}' | b']' | b',' | b':');
                    if self.cursor < start || (self.cursor == start && is_sign) {
                        self.pass_cursor();
                    }
                    match byte {
                        b'{' | b'[' => self.enter(byte == b'['),
                        b'}' | b']' => self.leave(byte == b']'),
                        b',' => {
                            self.at += 1;
                            self.level().expected = Expected::Name;
                        }
                        b':' => {
                            self.at += 1;
                            if let Expected::Colon(name) = self.level().expected {
                                self.level().expected = Expected::Value(name);
                            }
                        }
                        b'"' | b'\'' => self.string(byte),
                        _ => self.bare_word(),
                    }
                }
            }
        }
        if self.found.is_none() {
            self.pass_cursor();
        }
        let (path, role, word) = self.found.unwrap_or((Vec::new(), Role::Nothing, Word::default()));
        let mut levels: Vec<Option<Level>> = self.levels.into_iter().map(Some).collect();
        let levels = path.into_iter().filter_map(|index| levels[index].take()).collect();
        Spot { text: self.text, levels, role, word }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// The innermost open level; the text itself is never closed.
    fn level(&mut self) -> &mut Level {
        let index = self.open.last().copied().unwrap_or(0);
        &mut self.levels[index]
    }

    fn role(&mut self) -> Role {
        let level = self.level();
        match level.expected {
            _ if level.is_array => Role::Element,
            Expected::Name | Expected::Next => Role::Name,
            Expected::Value(name) => Role::Value(name),
            Expected::Colon(_) => Role::Nothing,
        }
    }

    /// The cursor was among spaces, or before a bracket or comma.
    fn pass_cursor(&mut self) {
        if self.found.is_none() {
            let behind = self.text[..self.cursor].chars().next_back();
            let role = match self.role() {
                // Right behind a value only a comma or the end can follow.
                Role::Name
                    if self.level().expected == Expected::Next
                        && !behind.is_some_and(char::is_whitespace) =>
                {
                    Role::Nothing
                }
                role => role,
            };
            let here = Span::at(self.cursor);
            let word = Word { span: here, content: here, is_closed: true, ..Word::default() };
            self.found = Some((self.open.clone(), role, word));
        }
    }

    fn comment(&mut self) {
        let start = self.at;
        let rest = self.rest();
        let (mark, length) = if rest.starts_with("//") { ("\n", 0) } else { ("*/", 2) };
        self.at = rest[2..].find(mark).map_or(self.text.len(), |at| start + 2 + at + length);
        if start < self.cursor && self.cursor < self.at {
            self.found.get_or_insert((self.open.clone(), Role::Nothing, Word::default()));
        }
    }

    fn enter(&mut self, is_array: bool) {
        let level = self.level();
        let name = match level.expected {
            Expected::Value(name) | Expected::Colon(name) if !level.is_array => Some(name),
            _ => None,
        };
        self.level().expected = Expected::Next;
        self.remember(name);
        self.open.push(self.levels.len());
        let start = self.at as u32;
        self.levels.push(Level { start, is_array, name, members: Vec::new(), expected: Expected::Name });
        self.at += 1;
    }

    /// A bracket of the wrong kind closes what stands between it and its opener too; without an opener, nothing.
    fn leave(&mut self, is_array: bool) {
        self.at += 1;
        let opener = self.open[1..].iter().rposition(|&index| self.levels[index].is_array == is_array);
        if let Some(depth) = opener {
            self.open.truncate(depth + 1);
        }
    }

    fn remember(&mut self, name: Option<Span>) {
        self.level().members.extend(name);
    }

    fn string(&mut self, quote: u8) {
        let start = self.at;
        let holds_cursor = start < self.cursor;
        let (content_end, is_closed) = self.string_end(quote, holds_cursor && self.found.is_none());
        self.at = content_end + usize::from(is_closed);
        let word = Word {
            span: Span::new(start, self.at),
            content: Span::new(start + 1, content_end),
            quote: Some(quote),
            is_closed,
            has_colon: false,
        };
        self.take(word, self.cursor <= content_end);
    }

    /// Where the content of the string ends, and whether a quote ends it.
    fn string_end(&self, quote: u8, may_be_open: bool) -> (usize, bool) {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let line = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at);
        // In a template an expression may run over lines.
        let limit = if bytes[start..].starts_with(b"[") { bytes.len() } else { line };
        let mut at = start;
        let mut end = None;
        while at < limit {
            match bytes[at] {
                b'\\' => at += 1,
                byte if byte == quote => {
                    end = Some(at);
                    break;
                }
                _ => {}
            }
            at += 1;
        }
        let is_here = may_be_open && self.cursor <= end.unwrap_or(line);
        match end {
            Some(end) if !is_here || self.ends_there(end + 1) => (end, true),
            // What is being typed ends with the word that the cursor is in: the next quote begins another string.
            _ if is_here => (self.word_end(self.cursor), false),
            _ => (start + self.text[start..line].trim_end().len(), false),
        }
    }

    /// True if what follows a string follows at `at`.
    fn ends_there(&self, at: usize) -> bool {
        let rest = self.text[at..].trim_start_matches([' ', '\t', '\r']);
        rest.is_empty() || rest.starts_with([':', ',', '}', ']', '\n'])
    }

    fn word_end(&self, from: usize) -> usize {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        from + self.text[from..].find(|c| !is_part(c)).unwrap_or(self.text.len() - from)
    }

    fn bare_word(&mut self) {
        let start = self.at;
        let ends = |c: char| c.is_whitespace() || "{}[],:\"'".contains(c);
        let length = self.rest().find(ends).unwrap_or(self.rest().len());
        // A character that ends a word and is none of those that `run` knows: a space that JSON has not.
        let length = if length == 0 { self.rest().chars().next().map_or(1, char::len_utf8) } else { length };
        self.at = start + length;
        let span = Span::new(start, self.at);
        let word = Word { span, content: span, quote: None, is_closed: true, has_colon: false };
        self.take(word, self.cursor <= self.at);
    }

    /// Takes a string or another word as what is due. `before_end`: the cursor is not behind it.
    fn take(&mut self, mut word: Word, before_end: bool) {
        word.has_colon = self.rest().trim_start().starts_with(':');
        let is_here = (word.span.start as usize) <= self.cursor && before_end && self.found.is_none();
        let mut role = self.role();
        let level = self.level();
        if !level.is_array && (word.has_colon || role == Role::Nothing) {
            // A value was left out, or a comma: what a colon follows is a name.
            role = Role::Name;
        }
        if is_here {
            self.found = Some((self.open.clone(), role, word));
        }
        let level = self.level();
        match role {
            Role::Name => level.expected = Expected::Colon(word.content),
            Role::Value(name) => {
                level.expected = Expected::Next;
                self.remember(Some(name));
            }
            Role::Element | Role::Nothing => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The place at `|`: the way to it, its role, what is typed.
    fn at(text: &str) -> (String, &'static str, String) {
        let cursor = text.find('|').expect("a cursor");
        let text = text.replacen('|', "", 1);
        let spot = Spot::find(&text, cursor as u32);
        let role = match spot.role {
            Role::Name => "name",
            Role::Value(_) => "value",
            Role::Element => "element",
            Role::Nothing => "nothing",
        };
        let way = if role == "value" { spot.own(None).expect("a way") } else { spot.parent(None) };
        let way = way.0.iter().map(|step| step.as_deref().unwrap_or("[]")).collect::<Vec<_>>().join(".");
        (way, role, spot.typed().into_owned())
    }

    #[track_caller]
    fn expect(text: &str, way: &str, role: &str, typed: &str) {
        let (found_way, found_role, found) = at(text);
        assert_eq!((found_way.as_str(), found_role, found.as_str()), (way, role, typed), "{text}");
    }

    #[test]
    fn a_finished_text() {
        expect(r#"{"identity": {"ty|pe": "None"}}"#, "identity", "name", "type");
        expect(r#"{"identity": {"type": "No|ne"}}"#, "identity.type", "value", "None");
        expect(
            r#"{"identity": {"type": "SystemAssigned, Us|erAssigned"}}"#,
            "identity.type",
            "value",
            "SystemAssigned, UserAssigned",
        );
        expect(r#"{"a": [{"b": tr|ue}]}"#, "a.[].b", "value", "true");
        expect(r#"{"a": [ "x|" ]}"#, "a", "element", "x");
        expect(r#"{"a": 1, | }"#, "", "name", "");
        expect(r#"{"a": "b"|}"#, "", "nothing", "");
        expect(r#"{"a": {}|}"#, "", "nothing", "");
        expect("'identity': {|}", "identity", "name", "");
        expect(
            "{ // a|b
 }",
            "",
            "nothing",
            "",
        );
    }

    #[test]
    fn a_half_typed_text() {
        expect(r#"{"identity": {"ty|"#, "identity", "name", "ty");
        expect(r#"{"identity": {"|"#, "identity", "name", "");
        expect(r#"{"identity":{"ty|},"tags":{}}"#, "identity", "name", "ty");
        expect(r#"{"identity":{"type":"|},"tags":{}}"#, "identity.type", "value", "");
        expect(r#"{"identity":{"type":"Sys|"}}"#, "identity.type", "value", "Sys");
        expect(r#"{"identity":{"type":|}}"#, "identity.type", "value", "");
        expect("{\n  'identity': {\n    ty|\n  },\n  'tags': {}\n}", "identity", "name", "ty");
        expect("{\n  'location': 'westus'\n  'ta|\n}", "", "name", "ta");
        expect("{\n  'location': 'westus\n  'ta|\n}", "", "name", "ta");
        expect("{'identity' {'|", "identity", "name", "");
        expect("{'name':'v',{'identity':{'|'}}", "identity", "name", "");
    }

    #[test]
    fn neighbours_stand_on_both_sides() {
        let text = r#"{"location":"x","identity":{"userAssignedIdentities":{},"","type":"None"},"tags":{}}"#;
        let spot = Spot::find(text, text.find(r#""","#).expect("it is there") as u32 + 1);
        assert_eq!(spot.siblings().collect::<Vec<_>>(), ["userAssignedIdentities", "type"]);
        assert!(spot.has_at_top("Location") && spot.has_at_top("tags") && !spot.has_at_top("type"));
    }

    #[test]
    fn a_way_may_begin_at_an_object_within() {
        let text = r#"{"resources":[{"identity":{"type":""}}]}"#;
        let spot = Spot::find(text, text.find(r#""""#).expect("it is there") as u32 + 1);
        let start = text.find(r#"{"identity"#).expect("it is there") as u32;
        let own = spot.own(Some(start)).expect("a way");
        assert_eq!(own.steps(), [Step::Name("identity"), Step::Name("type")]);
    }

    proptest! {
        #[test]
        fn any_text_has_a_place(text in r#"[{}\[\],:"'a\
    /*é-]{0,60}"#, cursor in 0_u32..70) {
            let spot = Spot::find(&text, cursor);
            let _ = (spot.typed(), spot.own(None).map(|way| way.steps().len()), spot.siblings().count());
            prop_assert!(!spot.levels.is_empty());
            prop_assert!(spot.word.span.contains(spot.word.content));
        }
    }
}
