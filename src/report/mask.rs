//! Secrets are shown to nobody: not in a frame, not in a message, not in an edit.

use std::borrow::Cow;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::lint::Secret;
use crate::text::{Encoding, Source, Span};

/// A secret of this many letters and nothing else may be a word of the language as well.
const LONGEST_WORD: usize = 12;

/// A secret shorter than this is not looked for in the rest of its file.
const SHORTEST_TELLING: usize = 8;

/// What stands in the place of a secret, however long it is.
pub(super) const HIDDEN: &str = "***";

/// The ways in which what is said of a secret, or written into the file, may be quoted.
const WRITTEN: [Encoding; 5] = [
    Encoding::JsonString,
    Encoding::ShellSingle,
    Encoding::ShellDouble,
    Encoding::PowerShellSingle,
    Encoding::PowerShellDouble,
];

/// The secrets of one file.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    /// In order, none touching another.
    spans: Vec<Span>,
    words: Words,
}

/// What the secrets say.
#[derive(Clone, Debug, Default)]
enum Words {
    #[default]
    None,
    /// What finds them in a text, and the ways in which they may be written.
    Known(AhoCorasick, Vec<String>),
    /// More than can be looked for: no text is shown.
    TooMany,
}

impl Mask {
    /// Hides the bytes of `secrets` in the file, and whatever they say wherever it is said again, in whatever
    /// quotes.
    pub fn new(source: &Source, secrets: Vec<Secret>) -> Self {
        Self::after(source, secrets, &Self::default())
    }

    /// As [`Mask::new`] of a file that was changed: what was a secret `before` stays one, wherever it is still said.
    pub fn after(source: &Source, secrets: Vec<Secret>, before: &Mask) -> Self {
        let words = before.words.with(source, &secrets);
        let mut spans: Vec<Span> = secrets.into_iter().map(|secret| secret.span).collect();
        match &words {
            Words::None => {}
            Words::TooMany => spans.push(Span::new(0, source.text().len())),
            Words::Known(finder, _) => {
                let text = source.text();
                let again = finder.find_iter(text).filter(|found| is_telling(&text[found.range()]));
                spans.extend(again.map(|found| Span::from(found.range())));
            }
        }
        Self { spans: merged(spans), words }
    }

    /// True if there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The bytes of the file that hold secrets, in order.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// `text`, which speaks of the file, without its secrets.
    pub fn hide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let finder = match &self.words {
            Words::None => return Cow::Borrowed(text),
            Words::TooMany => return Cow::Borrowed(HIDDEN),
            Words::Known(finder, _) => finder,
        };
        let mut out = String::new();
        let mut done = 0;
        for found in finder.find_iter(text).filter(|found| !is_prose(text, found.range())) {
            out.push_str(&text[done..found.start()]);
            out.push_str(HIDDEN);
            done = found.end();
        }
        if done == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[done..]);
        Cow::Owned(out)
    }

    /// The bytes of the file in `span`, each secret as `***`, one in each line that it stands in: its length is
    /// nobody's business either.
    pub fn cover<'t>(&self, source: &'t Source, span: Span) -> Cow<'t, str> {
        let text = source.text();
        let pieces = self.pieces(source, span);
        if pieces.iter().all(|piece| !piece.hidden) {
            return Cow::Borrowed(&text[span.range()]);
        }
        let shown = pieces.iter().map(|piece| if piece.hidden { HIDDEN } else { &text[piece.span.range()] });
        Cow::Owned(shown.collect())
    }

    /// `span` in parts that are shown and parts that are not, in order; of a secret that goes over several lines the
    /// breaks are shown.
    pub(super) fn pieces(&self, source: &Source, span: Span) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut push = |start: u32, end: u32, hidden: bool| {
            if start < end {
                pieces.push(Piece { span: Span { start, end }, hidden });
            }
        };
        let mut at = span.start;
        let first = self.spans.partition_point(|secret| secret.end <= span.start);
        for secret in self.spans[first..].iter().take_while(|secret| secret.start < span.end) {
            let start = secret.start.max(span.start);
            let end = secret.end.min(span.end);
            push(at, start, false);
            at = start;
            for line in source.text()[start as usize..end as usize].split_inclusive(['\n', '\r']) {
                let said = line.trim_end_matches(['\n', '\r']).len() as u32;
                push(at, at + said, true);
                push(at + said, at + line.len() as u32, false);
                at += line.len() as u32;
            }
        }
        push(at, span.end, false);
        pieces
    }
}

/// Part of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) span: Span,
    pub(super) hidden: bool,
}

impl Words {
    fn with(&self, source: &Source, secrets: &[Secret]) -> Self {
        let mut words: Vec<String> = match self {
            Self::None => Vec::new(),
            Self::Known(_, words) => words.clone(),
            Self::TooMany => return Self::TooMany,
        };
        for secret in secrets {
            words.extend(source.text().get(secret.span.range()).map(str::to_owned));
            for reading in &secret.readings {
                for inner in [Cow::Borrowed(reading.as_str()), Encoding::JsonString.encode(reading, "")] {
                    words.extend(WRITTEN.iter().map(|outer| outer.encode(&inner, "").into_owned()));
                    words.push(inner.into_owned());
                }
            }
        }
        words.retain(|word| !word.is_empty());
        words.sort_unstable();
        words.dedup();
        if words.is_empty() {
            return Self::None;
        }
        let finder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&words);
        finder.map_or(Self::TooMany, |finder| Self::Known(finder, words))
    }
}

/// True if nobody writes such a word without meaning the secret.
fn is_telling(word: &str) -> bool {
    word.len() >= SHORTEST_TELLING && !is_plain(word)
}

/// True if a secret may be a word or a part of one.
fn is_plain(word: &str) -> bool {
    word.len() < 4 || (word.len() <= LONGEST_WORD && word.chars().all(char::is_alphabetic))
}

/// True if what is found is the language's own word: part of a longer one, or with spaces around it.
fn is_prose(text: &str, found: Range<usize>) -> bool {
    if !is_plain(&text[found.clone()]) {
        return false;
    }
    let before = text[..found.start].chars().next_back();
    let behind = text[found.end..].chars().next();
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
    is_letter(before)
        || is_letter(behind)
        || (is_space(before) && is_space(behind) && (before, behind) != (None, None))
}

/// The spans in order, those that overlap or touch made one.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(source: &Source, spans: &[Span]) -> Mask {
        Mask::new(source, spans.iter().copied().map(Secret::from).collect())
    }

    #[test]
    fn a_secret_is_hidden_where_it_stands_and_where_it_is_said_again() {
        let source = Source::new("x", "a: geheim9 b: é c");
        let mask = mask(&source, &[Span::new(3, 10), Span::new(14, 16)]);
        assert_eq!(mask.cover(&source, Span::new(0, source.text().len())), "a: *** b: *** c");
        assert_eq!(mask.hide("`geheim9` is weak"), "`***` is weak");
        assert_eq!(mask.cover(&source, Span::new(0, 3)), "a: ");
    }

    #[test]
    fn a_secret_within_another_hides_nothing_less() {
        let source = Source::new("x", "0123456789");
        let mask = mask(&source, &[Span::new(1, 9), Span::new(2, 4), Span::new(9, 10)]);
        assert_eq!(mask.cover(&source, Span::new(0, 10)), "0***");
        assert_eq!(mask.cover(&source, Span::new(5, 10)), "***");
    }

    #[test]
    fn a_secret_of_several_lines_keeps_them() {
        let source = Source::new("x", "a: geheim\r\n  9x\n\nb");
        let mask = mask(&source, &[Span::new(3, 17)]);
        assert_eq!(mask.cover(&source, Span::new(0, source.text().len())), "a: ***\r\n***\n\nb");
    }

    #[test]
    fn every_reading_and_writing_of_a_secret_is_hidden() {
        let source = Source::new("x", r#""a\"b'\''$c""#);
        let secret = Secret {
            span: Span::new(1, 11),
            readings: vec![r#"a\"b'$c"#.to_owned(), "a\"b'$c".to_owned()],
            is_subscription: false,
        };
        let mask = Mask::new(&source, vec![secret]);
        for said in [r#"a\"b'\''$c"#, "a\"b'$c", r#"a\"b'$c"#, r#"a\"b'\$c"#, r#"a\\\"b'\$c"#, "a\"b''$c"] {
            assert_eq!(mask.hide(&format!("it is {said}.")), "it is ***.", "{said}");
        }
    }

    #[test]
    fn what_was_a_secret_stays_one() {
        let source = Source::new("x", "a: geheim-9x; it is geheim-9x");
        let before = mask(&source, &[Span::new(3, 12)]);
        let changed = Source::new("x", "a: <PASSWORD>; it is geheim-9x");
        let after = Mask::after(&changed, Vec::new(), &before);
        assert_eq!(after.cover(&changed, Span::new(0, changed.text().len())), "a: <PASSWORD>; it is ***");
        assert_eq!(after.hide("geheim-9x"), "***");
    }

    #[test]
    fn a_secret_that_is_a_word_leaves_prose_alone() {
        let source = Source::new("x", "abc password");
        let mask = mask(&source, &[Span::new(0, 3), Span::new(4, 12)]);
        assert_eq!(mask.hide("`abc` is in abcess"), "`***` is in abcess");
        assert_eq!(
            mask.hide("the password is \"password\", adminpassword=password"),
            "the password is \"***\", adminpassword=***"
        );
        assert_eq!(mask.hide("password"), "***");
    }

    #[test]
    fn a_secret_is_hidden_wherever_the_file_says_it() {
        let source = Source::new("x", "\"geheim-9x\"\nIt is geheim-9x.");
        let mask = mask(&source, &[Span::new(1, 10)]);
        assert_eq!(mask.cover(&source, Span::new(0, source.text().len())), "\"***\"\nIt is ***.");
    }
}
