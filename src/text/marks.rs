//! Words that are looked for together.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind, packed};

/// A set of words and one pass over a text that finds all of them, made when it is first needed.
#[derive(Debug)]
pub(crate) struct Marks {
    words: &'static [&'static str],
    has_case: bool,
    finder: OnceLock<Finder>,
    /// The length of the longest word; only where case does not count.
    longest: usize,
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
        Self { words, has_case: true, finder: OnceLock::new(), longest: 0 }
    }

    /// The same, whatever the case of ASCII letters; the words are in lower case.
    pub(crate) const fn without_case(words: &'static [&'static str]) -> Self {
        let (mut longest, mut index) = (0, 0);
        while index < words.len() {
            if words[index].len() > longest {
                longest = words[index].len();
            }
            index += 1;
        }
        Self { words, has_case: false, finder: OnceLock::new(), longest }
    }

    /// A set of words that is known only now, whatever the case of ASCII letters; the words are in lower case.
    pub(crate) fn of(words: &[Vec<u8>]) -> Self {
        let longest = words.iter().map(Vec::len).max().unwrap_or(0);
        Self { words: &[], has_case: false, finder: OnceLock::from(Finder::new(words)), longest }
    }

    /// The words that stand in `text`, by their index, and where each begins; none inside another.
    pub(crate) fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
        let finder = self.finder();
        let bytes = text.as_bytes();
        let mut lower = Window { from: 0, to: 0, bytes: Vec::new() };
        let mut at = 0;
        std::iter::from_fn(move || {
            if self.has_case {
                let (word, span) = finder.first(bytes, at)?;
                at = span.end;
                return Some((word, span.start));
            }
            loop {
                if at >= lower.to {
                    lower.fill(bytes, at);
                }
                // A longer word may begin at the end of the window.
                let whole = lower.to == bytes.len();
                let sure = if whole { lower.to } else { lower.to.saturating_sub(self.longest) };
                match finder.first(&lower.bytes, at - lower.from) {
                    Some((word, span)) if whole || lower.from + span.start <= sure => {
                        at = lower.from + span.end;
                        return Some((word, lower.from + span.start));
                    }
                    _ if whole => return None,
                    _ => {
                        at = sure.max(at);
                        lower.fill(bytes, at);
                    }
                }
            }
        })
    }

    /// True if one of the words stands in `text`.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        super::steps::count(text.len());
        self.find(text).next().is_some()
    }

    fn finder(&self) -> &Finder {
        self.finder.get_or_init(|| Finder::new(self.words))
    }
}

/// A part of a text in lower case: a whole text would have to be copied.
#[derive(Debug)]
struct Window {
    from: usize,
    to: usize,
    bytes: Vec<u8>,
}

impl Window {
    /// Much longer than any word, and short enough to stay near the processor.
    const LEN: usize = 16 << 10;

    fn fill(&mut self, text: &[u8], from: usize) {
        self.from = from;
        self.to = text.len().min(from + Self::LEN);
        self.bytes.clear();
        self.bytes.extend_from_slice(&text[from..self.to]);
        self.bytes.make_ascii_lowercase();
    }
}

impl Finder {
    fn new<W: AsRef<[u8]>>(words: &[W]) -> Self {
        let packed = packed::Config::new()
            .match_kind(packed::MatchKind::LeftmostFirst)
            .builder()
            .extend(words)
            .build();
        packed.map_or_else(|| Self::plain(words), Self::Packed)
    }

    fn plain<W: AsRef<[u8]>>(words: &[W]) -> Self {
        let built = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .kind(Some(AhoCorasickKind::NoncontiguousNFA))
            .build(words);
        Self::Plain(built.expect("a list of words is small enough to be looked for"))
    }

    /// The first word from `at` on.
    fn first(&self, text: &[u8], at: usize) -> Option<(usize, std::ops::Range<usize>)> {
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
        while let Some((word, span)) = Finder::plain(&WORDS).first(text.as_bytes(), at) {
            at = span.end;
            plain.push((word, span.start));
        }
        assert_eq!(plain, found);
        assert!(marks.are_in(text));
        assert!(!marks.are_in("uRl az Rest"));
        assert!(Marks::without_case(&["url"]).are_in("a uRl"));
    }

    #[test]
    fn words_are_found_wherever_a_window_ends() {
        let marks = Marks::without_case(&["needle", "needles", "le"]);
        for before in (Window::LEN - 16..Window::LEN + 2).chain(2 * Window::LEN - 24..2 * Window::LEN + 2) {
            let text = format!("{}NeedLes, lE{}", "x".repeat(before), "x".repeat(20));
            let found: Vec<_> = marks.find(&text).collect();
            assert_eq!(found, [(0, before), (2, before + 9)], "{before}");
            assert_eq!(Marks::of(&[b"nothing".to_vec()]).find(&text).count(), 0);
        }
        assert_eq!(marks.find("").count(), 0);
    }
}
