//! How much two texts have in common, told from a few bytes of each: enough to see that a file has another name now.

use std::collections::BTreeSet;

use super::hash::short;
use crate::text::{Source, Span};

/// Hashes that are kept of a text. Of those of two texts together the smallest are a fair sample of all.
const KEPT: usize = 16;

/// The smallest hashes of a text's pairs of neighbouring words. Secrets are no words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Likeness(BTreeSet<u32>);

impl Likeness {
    /// Of a text whose `secrets`, sorted, do not count.
    pub(super) fn of(source: &Source, secrets: &[Span]) -> Self {
        let text = source.text().as_bytes();
        let mut kept = BTreeSet::new();
        let mut last = 0;
        let mut at = 0;
        let mut hidden = secrets.iter().peekable();
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte >= 0x80;
        while at < text.len() {
            if !is_word(&text[at]) {
                at += 1;
                continue;
            }
            let end = at + text[at..].iter().position(|byte| !is_word(byte)).unwrap_or(text.len() - at);
            while hidden.peek().is_some_and(|secret| secret.end as usize <= at) {
                hidden.next();
            }
            let is_secret = hidden.peek().is_some_and(|secret| (secret.start as usize) < end);
            let word = if is_secret { 0 } else { short(&text[at..end], 0) };
            let pair = short(&word.to_le_bytes(), last);
            last = word;
            at = end;
            if kept.len() < KEPT || kept.last().is_some_and(|most| pair < *most) {
                kept.insert(pair);
                if kept.len() > KEPT {
                    kept.pop_last();
                }
            }
        }
        Self(kept)
    }

    /// The part that two texts have in common, in sixteenths.
    pub(super) fn with(&self, other: &Self) -> usize {
        let sample: Vec<&u32> = self.0.union(&other.0).take(KEPT).collect();
        let both = sample.iter().filter(|hash| self.0.contains(hash) && other.0.contains(hash)).count();
        if sample.is_empty() { KEPT } else { both * KEPT / sample.len() }
    }

    /// Reads what [`Likeness::to_text`] wrote; nothing if it is something else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if !text.len().is_multiple_of(8) || text.len() > 8 * KEPT || !text.is_ascii() {
            return None;
        }
        let hashes = (0..text.len() / 8).map(|at| u32::from_str_radix(&text[8 * at..8 * at + 8], 16).ok());
        hashes.collect::<Option<_>>().map(Self)
    }

    pub(super) fn to_text(&self) -> String {
        use std::fmt::Write as _;
        self.0.iter().fold(String::new(), |mut text, hash| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{hash:08x}");
            text
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Likeness {
        Likeness::of(&Source::new("x", text), &[])
    }

    #[test]
    fn an_edit_leaves_most_of_a_text() {
        let lines = |line: &dyn Fn(usize) -> String| (0..200).map(line).collect::<Vec<_>>().concat();
        let text = lines(&|n| format!("line {} of the text, number {n}\n", n * 7));
        let edited = text.replace("line 350 ", "another ");
        assert_eq!(of(&text).with(&of(&text)), KEPT);
        assert!(of(&text).with(&of(&edited)) > KEPT / 2);
        let other = lines(&|n| format!("nothing {} alike, {}\n", n * 11, n + 3000));
        assert!(of(&text).with(&of(&other)) < KEPT / 4);
        let again = Likeness::parse(&of(&text).to_text()).unwrap();
        assert_eq!(again, of(&text));
        assert_eq!(Likeness::parse("0011223"), None);
        assert_eq!(Likeness::parse("zzzzzzzz"), None);
    }

    #[test]
    fn a_secret_is_no_word() {
        let at = |secret: &str| {
            let text = format!("password {secret} end");
            let span = Span::new(9, 9 + secret.len());
            Likeness::of(&Source::new("x", text), &[span])
        };
        assert_eq!(at("one"), at("another"));
    }
}
