//! Words that are looked for together.

use std::borrow::Cow;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind, packed};

/// A set of words and one pass over a text that finds all of them, made when it is first needed.
#[derive(Debug)]
pub(crate) struct Marks {
    words: &'static [&'static str],
    has_case: bool,
    finder: OnceLock<Finder>,
}

#[derive(Debug)]
enum Finder {
    /// With the processor's vectors, and made in no time.
    Packed(packed::Searcher),
    /// For a processor that has none, or more words than they hold.
    Plain(AhoCorasick),
}

impl Marks {
    /// A set of words, none of which is empty.
    pub(crate) const fn new(words: &'static [&'static str]) -> Self {
        Self { words, has_case: true, finder: OnceLock::new() }
    }

    /// The same, whatever the case of ASCII letters; the words are in lower case.
    pub(crate) const fn without_case(words: &'static [&'static str]) -> Self {
        Self { words, has_case: false, finder: OnceLock::new() }
    }

    /// The words that stand in `text`, by their index, and where each begins; none inside another.
    pub(crate) fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
        let text = if self.has_case { Cow::Borrowed(text) } else { Cow::Owned(text.to_ascii_lowercase()) };
        let finder = self.finder();
        let mut at = 0;
        std::iter::from_fn(move || {
            let (word, span) = finder.first(&text, at)?;
            at = span.end;
            Some((word, span.start))
        })
    }

    /// True if one of the words stands in `text`.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        self.find(text).next().is_some()
    }

    fn finder(&self) -> &Finder {
        self.finder.get_or_init(|| {
            let packed = packed::Config::new()
                .match_kind(packed::MatchKind::LeftmostFirst)
                .builder()
                .extend(self.words)
                .build();
            packed.map_or_else(|| Finder::plain(self.words), Finder::Packed)
        })
    }
}

impl Finder {
    fn plain(words: &[&str]) -> Self {
        let built = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .kind(Some(AhoCorasickKind::NoncontiguousNFA))
            .build(words);
        Self::Plain(built.expect("a list of words is small enough to be looked for"))
    }

    /// The first word from `at` on.
    fn first(&self, text: &str, at: usize) -> Option<(usize, std::ops::Range<usize>)> {
        let found = match self {
            Self::Packed(finder) => finder.find_in(text, (at..text.len()).into()),
            Self::Plain(finder) => finder.find(Input::new(text).span(at..text.len())),
        }?;
        Some((found.pattern().as_usize(), found.range()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static WORDS: [&str; 3] = ["url", "URL", "az rest"];

    #[test]
    fn words_are_found_in_the_order_of_the_text() {
        let marks = Marks::new(&WORDS);
        let text = "az rest, curl, CURL and caz  rest, and what else there is to say of curls and of az rest";
        let found: Vec<_> = marks.find(text).collect();
        assert_eq!(found, [(2, 0), (0, 10), (1, 16), (0, 69), (2, 81)]);
        let mut plain = Vec::new();
        let mut at = 0;
        while let Some((word, span)) = Finder::plain(&WORDS).first(text, at) {
            at = span.end;
            plain.push((word, span.start));
        }
        assert_eq!(plain, found);
        assert!(marks.are_in(text));
        assert!(!marks.are_in("uRl az Rest"));
        assert!(Marks::without_case(&["url"]).are_in("a uRl"));
    }
}
