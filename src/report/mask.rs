//! Secrets are shown to nobody: not in a frame, not in a message, not in an edit.

use std::borrow::Cow;

use crate::text::{Source, Span};

/// A secret shorter than this is hidden where it stands, but not wherever its letters recur in a message.
const SHORTEST: usize = 4;

/// The secrets of one file.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    spans: Vec<Span>,
    words: Vec<String>,
}

impl Mask {
    /// Hides the bytes of `spans` of the file, and whatever they say wherever it is said again.
    pub fn new(source: &Source, mut spans: Vec<Span>) -> Self {
        spans.sort_unstable();
        let mut words: Vec<String> = spans
            .iter()
            .filter_map(|span| source.text().get(span.range()))
            .filter(|word| word.len() >= SHORTEST)
            .map(str::to_owned)
            .collect();
        words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
        words.dedup();
        Self { spans, words }
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
        let mut out = Cow::Borrowed(text);
        for word in &self.words {
            if out.contains(word.as_str()) {
                out = Cow::Owned(out.replace(word.as_str(), "***"));
            }
        }
        out
    }

    /// The bytes of the file in `span` with each character of a secret as `*`.
    pub fn cover<'t>(&self, source: &'t Source, span: Span) -> Cow<'t, str> {
        let text = &source.text()[span.range()];
        let first = self.spans.partition_point(|secret| secret.end <= span.start);
        if self.spans.get(first).is_none_or(|secret| secret.start >= span.end) {
            return Cow::Borrowed(text);
        }
        let mut secrets = self.spans[first..].iter().peekable();
        let mut out = String::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            let at = span.start + at as u32;
            while secrets.peek().is_some_and(|secret| secret.end <= at) {
                secrets.next();
            }
            let hidden = secrets.peek().is_some_and(|secret| secret.start <= at) && c != '\n' && c != '\r';
            out.push(if hidden { '*' } else { c });
        }
        Cow::Owned(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_hidden_where_it_stands_and_where_it_is_said_again() {
        let source = Source::new("x", "a: geheim9 b: é c");
        let mask = Mask::new(&source, vec![Span::new(3, 10), Span::new(14, 16)]);
        assert_eq!(mask.cover(&source, Span::new(0, source.text().len())), "a: ******* b: * c");
        assert_eq!(mask.hide("`geheim9` is weak"), "`***` is weak");
        assert_eq!(mask.cover(&source, Span::new(0, 3)), "a: ");
    }
}
