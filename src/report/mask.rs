//! Secrets are shown to nobody: not in a frame, not in a message, not in an edit.

use std::borrow::Cow;

use crate::lint::Secret;
use crate::text::{Encoding, Source, Span};

/// A secret shorter than this is hidden in a text only where quotes show that it is meant: its letters recur
/// in other words.
const SHORTEST: usize = 4;

/// Quotes around what a message takes from the file.
const QUOTES: [char; 3] = ['`', '"', '\''];

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
    words: Vec<String>,
}

impl Mask {
    /// Hides the bytes of `secrets` in the file, and whatever they say wherever it is said again, in whatever
    /// quotes.
    pub fn new(source: &Source, secrets: Vec<Secret>) -> Self {
        let mut words: Vec<String> = Vec::new();
        for secret in &secrets {
            words.extend(source.text().get(secret.span.range()).map(str::to_owned));
            for reading in &secret.readings {
                for inner in [Cow::Borrowed(reading.as_str()), Encoding::JsonString.encode(reading, "")] {
                    words.extend(WRITTEN.iter().map(|outer| outer.encode(&inner, "").into_owned()));
                    words.push(inner.into_owned());
                }
            }
        }
        words.retain(|word| !word.is_empty());
        words.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        words.dedup();
        Self { spans: merged(secrets.into_iter().map(|secret| secret.span).collect()), words }
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
            if !out.contains(word.as_str()) {
                continue;
            }
            if word.len() >= SHORTEST {
                out = Cow::Owned(out.replace(word.as_str(), "***"));
            } else {
                for quote in QUOTES {
                    out = Cow::Owned(
                        out.replace(&format!("{quote}{word}{quote}"), &format!("{quote}***{quote}")),
                    );
                }
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
        assert_eq!(mask.cover(&source, Span::new(0, source.text().len())), "a: ******* b: * c");
        assert_eq!(mask.hide("`geheim9` is weak"), "`***` is weak");
        assert_eq!(mask.cover(&source, Span::new(0, 3)), "a: ");
    }

    #[test]
    fn a_secret_within_another_hides_nothing_less() {
        let source = Source::new("x", "0123456789");
        let mask = mask(&source, &[Span::new(1, 9), Span::new(2, 4), Span::new(9, 10)]);
        assert_eq!(mask.cover(&source, Span::new(0, 10)), "0*********");
        assert_eq!(mask.cover(&source, Span::new(5, 10)), "*****");
    }

    #[test]
    fn every_reading_and_writing_of_a_secret_is_hidden() {
        let source = Source::new("x", r#""a\"b'\''$c""#);
        let secret =
            Secret { span: Span::new(1, 11), readings: vec![r#"a\"b'$c"#.to_owned(), "a\"b'$c".to_owned()] };
        let mask = Mask::new(&source, vec![secret]);
        for said in [r#"a\"b'\''$c"#, "a\"b'$c", r#"a\"b'$c"#, r#"a\"b'\$c"#, r#"a\\\"b'\$c"#, "a\"b''$c"] {
            assert_eq!(mask.hide(&format!("it is {said}.")), "it is ***.", "{said}");
        }
    }

    #[test]
    fn a_short_secret_is_hidden_in_quotes_only() {
        let source = Source::new("x", "abc");
        let mask = mask(&source, &[Span::new(0, 3)]);
        assert_eq!(mask.hide("`abc` is in abcess"), "`***` is in abcess");
    }
}
