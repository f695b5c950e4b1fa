//! What the secrets of a file say, in all their writings, and where a text says it.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, MatchKind};

use super::step;
use crate::lint::Secret;
use crate::text::{Encoding, Source};

/// A secret of this many letters and nothing else may be a word of the language as well.
const LONGEST_WORD: usize = 12;

/// A secret shorter than this is looked for as a word of its own, one of digits alone not at all.
const SHORTEST_TELLING: usize = 8;

/// A secret shorter than this says nothing where it does not stand.
const SHORTEST_WORD: usize = 4;

/// Bytes of secrets in all their writings that are looked for anywhere in a file, and in a large one the share of it.
/// What looks for them takes some forty times as much.
const MAX_WORDS: usize = 1 << 20;
const MAX_SHARE: usize = 4;

/// Of a secret with more bytes than this so many are looked for: what follows is compared.
const ANCHOR: usize = 64;

/// Bytes of secrets in all their writings that are kept for that, beside twice those of the file.
const MAX_KEPT: usize = 1 << 20;

/// Bytes that are compared for each byte of a text where what was found overlaps.
const MAX_COMPARED: usize = 8;

/// The ways in which what is said of a secret, or written into the file, may be quoted.
const WRITTEN: [Encoding; 5] = [
    Encoding::JsonString,
    Encoding::ShellSingle,
    Encoding::ShellDouble,
    Encoding::PowerShellSingle,
    Encoding::PowerShellDouble,
];

/// What the secrets say.
#[derive(Clone, Debug, Default)]
pub(super) enum Words {
    #[default]
    None,
    Known(Box<Known>),
}

/// The writings of the secrets, and what finds them in a text.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// In order.
    words: Vec<Word>,
    /// Those that are found anywhere; of long ones the first bytes.
    telling: Option<Finder>,
    /// Those that may be something else: words, numbers, a few letters.
    shy: Option<Finder>,
    /// By their first bytes the long ones, which follow each other in `words`.
    long: HashMap<String, Range<usize>>,
    /// Those that are too many to be found anywhere: they are found where they are a word, or stand in quotes.
    rest: HashSet<String>,
}

/// A writing of a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    text: String,
    /// It goes on: the rest was not kept.
    is_cut: bool,
}

impl Words {
    pub(super) fn with(&self, source: &Source, secrets: &[Secret]) -> Self {
        let before: &[Word] = match self {
            Self::None => &[],
            Self::Known(known) => &known.words,
        };
        let mut words = Kept::new(source.text().len());
        for word in before {
            words.keep(word.clone());
        }
        // What the file says itself first: writings that it does not have are the first to go.
        for secret in secrets {
            let said = source.text().get(secret.span.range()).into_iter();
            let said = said.chain(secret.readings.iter().map(String::as_str));
            said.filter(|it| secret.is_looked_for(it)).for_each(|it| words.add(it));
        }
        for secret in secrets {
            for reading in secret.readings.iter().filter(|it| secret.is_looked_for(it)) {
                for inner in [Cow::Borrowed(reading.as_str()), Encoding::JsonString.encode(reading, "")] {
                    for outer in WRITTEN {
                        if let Cow::Owned(written) = outer.encode(&inner, "") {
                            words.add(&written);
                        }
                    }
                    words.add(&inner);
                }
                if let Some(written) = percent_encoded(reading) {
                    words.add(&written);
                }
            }
        }
        Known::of(words).map_or(Self::None, |known| Self::Known(Box::new(known)))
    }
}

/// The writings that are collected, as long as they are not too many.
struct Kept {
    words: BTreeSet<Word>,
    /// Bytes that may still be kept.
    left: usize,
    /// Bytes that may still be looked for anywhere.
    found_anywhere: usize,
    rest: HashSet<String>,
}

impl Kept {
    fn new(text: usize) -> Self {
        Self {
            words: BTreeSet::new(),
            left: 2 * text + MAX_KEPT,
            found_anywhere: MAX_WORDS.max(text / MAX_SHARE),
            rest: HashSet::new(),
        }
    }

    fn add(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let kept = text.floor_char_boundary(self.left.max(ANCHOR));
        self.keep(Word { text: text[..kept].to_owned(), is_cut: kept < text.len() });
    }

    fn keep(&mut self, word: Word) {
        if self.words.contains(&word) {
            return;
        }
        let looked_for = word.text.len().min(ANCHOR);
        let Some(found_anywhere) = self.found_anywhere.checked_sub(looked_for) else {
            if self.left > word.text.len() {
                self.left -= word.text.len();
                self.rest.insert(word.text);
            }
            return;
        };
        self.found_anywhere = found_anywhere;
        self.left = self.left.saturating_sub(word.text.len());
        self.words.insert(word);
    }
}

/// Finds every place of a set of words in one pass, whatever lies within or across others.
#[derive(Clone, Debug)]
struct Finder(NFA);

impl Finder {
    fn new(words: &[&str]) -> Result<Option<Self>, aho_corasick::BuildError> {
        if words.is_empty() {
            return Ok(None);
        }
        let built = NFA::builder().match_kind(MatchKind::Standard).prefilter(false).build(words)?;
        Ok(Some(Self(built)))
    }

    /// The places of words in `text`, in the order of their ends. `all` of those that end at one byte, else the
    /// longest: it covers the others.
    fn each(&self, text: &str, all: bool, mut found: impl FnMut(Range<usize>)) {
        let Ok(mut state) = self.0.start_state(Anchored::No) else { return };
        step(text.len());
        for (at, &byte) in text.as_bytes().iter().enumerate() {
            state = self.0.next_state(Anchored::No, state, byte);
            if self.0.is_special(state) && self.0.is_match(state) {
                // The state's own word is first, then those that end it.
                let count = if all { self.0.match_len(state) } else { 1 };
                for index in 0..count {
                    let len = self.0.pattern_len(self.0.match_pattern(state, index));
                    found(at + 1 - len..at + 1);
                }
            }
        }
    }
}

impl Known {
    /// `None` if there is nothing to look for.
    fn of(kept: Kept) -> Option<Self> {
        let Kept { words, mut rest, .. } = kept;
        let words: Vec<Word> = words.into_iter().collect();
        let mut long: HashMap<String, Range<usize>> = HashMap::new();
        let (mut telling, mut shy) = (Vec::new(), Vec::new());
        for (at, word) in words.iter().enumerate() {
            let text = word.text.as_str();
            if text.len() > ANCHOR {
                let anchor = anchor(text);
                if let Some(range) = long.get_mut(anchor) {
                    range.end = at + 1;
                } else {
                    long.insert(anchor.to_owned(), at..at + 1);
                    telling.push(anchor);
                }
            } else if is_telling(text) {
                telling.push(text);
            } else {
                shy.push(text);
            }
        }
        if words.is_empty() && rest.is_empty() {
            return None;
        }
        let mut finder = |list: &[&str]| {
            Finder::new(list).unwrap_or_else(|_| {
                rest.extend(list.iter().map(|it| (*it).to_owned()));
                None
            })
        };
        let (telling, shy) = (finder(&telling), finder(&shy));
        Some(Self { words, telling, shy, long, rest })
    }

    /// Where a text says a secret. `spoken`: it is said of the file, and is not the file.
    pub(super) fn each(&self, text: &str, spoken: bool, mut found: impl FnMut(Range<usize>)) {
        if let Some(telling) = &self.telling {
            let mut reached = Reached { end: 0, left: MAX_COMPARED * text.len() };
            telling.each(text, !self.long.is_empty(), |range| {
                let end = self.end_of(text, &range, &mut reached);
                found(range.start..end);
            });
        }
        if let Some(shy) = &self.shy {
            shy.each(text, true, |range| {
                let says = if is_plain(&text[range.clone()]) {
                    spoken && !is_prose(text, &range)
                } else {
                    is_word(text, &range)
                };
                if says {
                    found(range);
                }
            });
        }
        if !self.rest.is_empty() {
            self.each_of_rest(text, found);
        }
    }

    /// How far the secret is said whose first bytes stand in `range`.
    fn end_of(&self, text: &str, range: &Range<usize>, reached: &mut Reached) -> usize {
        let words = text.get(range.clone()).and_then(|anchor| self.long.get(anchor));
        let Some(words) = words.and_then(|words| self.words.get(words.clone())) else { return range.end };
        let overlaps = range.start < reached.end;
        if overlaps && reached.left == 0 {
            return range.end;
        }
        let said = &text[range.start..];
        // Of all that begin so, one of the two that it would stand between has most in common with it.
        let at = words.partition_point(|word| word.text.as_str() < said);
        let near = words[at.saturating_sub(1)..words.len().min(at + 1)].iter();
        let common = |word: &Word| {
            let same = word.text.bytes().zip(said.bytes()).take_while(|(a, b)| a == b).count();
            let end = text.ceil_char_boundary(range.start + same);
            let goes_on = word.is_cut && same == word.text.len();
            let line = || memchr::memchr(b'\n', &text.as_bytes()[end..]).map_or(text.len(), |len| end + len);
            if goes_on { line() } else { end }
        };
        let end = near.map(common).max().unwrap_or(range.end).max(range.end);
        step(end - range.start);
        if overlaps {
            reached.left = reached.left.saturating_sub(end - range.start);
        }
        reached.end = reached.end.max(end);
        end
    }

    /// As [`Known::each`] for what is too much to be found within words.
    fn each_of_rest(&self, text: &str, mut found: impl FnMut(Range<usize>)) {
        let is_quote = |c: char| matches!(c, '"' | '\'' | '`' | '\n' | '\r');
        let parts: [&dyn Fn(char) -> bool; 3] = [&is_quote, &|c| is_quote(c) || c.is_whitespace(), &|c| {
            is_quote(c) || c.is_whitespace() || c.is_ascii_punctuation() && !matches!(c, '-' | '_')
        }];
        for is_between in parts {
            step(text.len());
            for part in text.split(is_between).map(str::trim).filter(|it| self.rest.contains(*it)) {
                let start = part.as_ptr() as usize - text.as_ptr() as usize;
                found(start..start + part.len());
            }
        }
    }
}

/// How far secrets were said so far, and what may still be compared where they overlap.
struct Reached {
    end: usize,
    left: usize,
}

/// The first bytes of a long secret.
fn anchor(text: &str) -> &str {
    &text[..text.floor_char_boundary(ANCHOR)]
}

/// `%21` and the like for all but letters, digits and `-_.~`; `None` if there is nothing else.
fn percent_encoded(text: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    if text.bytes().all(is_plain) {
        return None;
    }
    let hex = |value: u8| char::from(b"0123456789ABCDEF"[usize::from(value)]);
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if is_plain(byte) {
            out.push(char::from(byte));
        } else {
            out.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    Some(out)
}

/// True if nobody writes such a word without meaning the secret.
fn is_telling(word: &str) -> bool {
    word.len() >= SHORTEST_TELLING && !is_plain(word) && !word.chars().all(char::is_alphabetic)
}

/// True if a secret may be a word or a number, or a part of one.
fn is_plain(word: &str) -> bool {
    word.len() < SHORTEST_WORD
        || (word.len() <= LONGEST_WORD && word.chars().all(char::is_alphabetic))
        || (word.len() < SHORTEST_TELLING && word.bytes().all(|byte| byte.is_ascii_digit()))
}

/// True if what is found is the language's own word or number: part of a longer one, or with spaces around it.
fn is_prose(text: &str, found: &Range<usize>) -> bool {
    let before = text[..found.start].chars().next_back();
    let behind = text[found.end..].chars().next();
    let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
    !is_word(text, found) || (is_space(before) && is_space(behind) && (before, behind) != (None, None))
}

/// True if what is found is not part of a longer word, version or name.
fn is_word(text: &str, found: &Range<usize>) -> bool {
    let joins = |c: Option<char>, next: Option<char>| {
        c.is_some_and(|c| {
            c.is_alphanumeric()
                || c == '_'
                || matches!(c, '-' | '.') && next.is_some_and(char::is_alphanumeric)
        })
    };
    let mut before = text[..found.start].chars().rev();
    let mut behind = text[found.end..].chars();
    !joins(before.next(), before.next()) && !joins(behind.next(), behind.next())
}
