//! Secrets are shown to nobody: not in a frame, not in a message, not in an edit.
//!
//! A secret is hidden where it stands and wherever it is said again, in whatever quotes. How far it is looked for
//! depends on how much it tells:
//!
//! - eight bytes or more that are not letters alone: wherever they stand, also within something longer;
//! - more than twelve letters, and four bytes or more with more than letters or digits in them: where they stand as a
//!   word of their own;
//! - what may be a word of the language or a number (letters alone up to twelve, digits alone up to seven) and
//!   whatever is shorter than four bytes: where the secret stands, and in what is said of the file where it stands
//!   in quotes or beside a sign. Else a password `a` or `2024` would leave nothing of a report;
//! - an address or a version that stands in a place for secrets: where it stands only.
//!
//! A long secret, such as a script, is looked for by its first bytes and hidden as far as it is said; what is beyond
//! the memory that this may take is looked for as a word or in quotes.

mod words;

use std::borrow::Cow;
use std::sync::Arc;

use self::words::Words;
use crate::lint::{Finding, Secret};
use crate::text::{Source, Span};

/// Hidden places around a finding whose parts its message may say, and bytes of each that are compared.
const MAX_NEAR: usize = 8;
const MAX_NEAR_BYTES: usize = 4096;

/// What stands in the place of a secret, however long it is.
pub(super) const HIDDEN: &str = "***";

/// The secrets of one file.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    /// In order, none touching another but at the end of a line: each is on one line.
    spans: Vec<Span>,
    words: Words,
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
        let text = source.text();
        let mut spans: Vec<Span> = secrets.into_iter().map(|secret| secret.span).collect();
        if let Words::Known(known) = &words {
            known.each(text, false, |found| spans.push(Span::from(found)));
        }
        Self { spans: by_line(text, &merged(spans)), words }
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
        let Words::Known(known) = &self.words else { return Cow::Borrowed(text) };
        let mut found = Vec::new();
        known.each(text, true, |range| found.push(Span::from(range)));
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for span in merged(found) {
            out.push_str(&text[done..span.start as usize]);
            out.push_str(HIDDEN);
            done = span.end as usize;
        }
        out.push_str(&text[done..]);
        Cow::Owned(out)
    }

    /// A finding of the file without its secrets, in its edits too: what a report says of it.
    pub fn finding<'f>(&self, source: &Source, finding: &'f Finding) -> Cow<'f, Finding> {
        if matches!(self.words, Words::None) {
            return Cow::Borrowed(finding);
        }
        let near = self.hidden_beside(source, finding);
        let hide = |text: &str| self.hide_with(&near, text).into_owned();
        let mut masked = finding.clone();
        masked.message = hide(&finding.message);
        masked.help = finding.help.as_deref().map(hide);
        for label in &mut masked.labels {
            label.message = hide(&label.message);
        }
        if let Some(fix) = &mut masked.fix {
            fix.title = hide(&fix.title);
            for edit in &mut fix.edits {
                edit.text = self.hide(&edit.text).into_owned();
            }
        }
        if let Some(arm) = &mut masked.arm {
            arm.message = hide(&arm.message);
        }
        let hides = |text: &Option<String>| {
            text.as_deref().is_some_and(|text| matches!(self.hide(text), Cow::Owned(_)))
        };
        // The findings of a call share what is said of it.
        if let Some(shared) = masked.request.as_mut().filter(|it| hides(&it.url) || hides(&it.resource_type))
        {
            let request = Arc::make_mut(shared);
            request.url = request.url.as_deref().map(|url| self.hide(url).into_owned());
            request.resource_type = request.resource_type.as_deref().map(|it| self.hide(it).into_owned());
        }
        Cow::Owned(masked)
    }

    /// `text`, which `finding` says, without secrets or parts of those that it stands at: what broken quotes cut a
    /// secret into is not the secret, and tells it.
    pub fn hide_of<'t>(&self, source: &Source, finding: &Finding, text: &'t str) -> Cow<'t, str> {
        self.hide_with(&self.hidden_beside(source, finding), text)
    }

    fn hide_with<'t>(&self, near: &[&str], text: &'t str) -> Cow<'t, str> {
        let hidden = self.hide(text);
        if near.is_empty() || !hidden.contains('`') {
            return hidden;
        }
        let is_part = |excerpt: &str| {
            let excerpt = excerpt.trim_matches(['…', '"', '\'', ' ', ',', ':', '{', '}', '[', ']']);
            excerpt.len() >= 3 && near.iter().any(|secret| secret.contains(excerpt))
        };
        let mut out = String::with_capacity(hidden.len());
        for (number, part) in hidden.split('`').enumerate() {
            if number > 0 {
                out.push('`');
            }
            out.push_str(if number % 2 == 1 && is_part(part) { HIDDEN } else { part });
        }
        if out == *hidden { hidden } else { Cow::Owned(out) }
    }

    /// What is hidden where a finding stands.
    fn hidden_beside<'s>(&self, source: &'s Source, finding: &Finding) -> Vec<&'s str> {
        let edits = finding.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span));
        let labels = finding.labels.iter().map(|label| label.span);
        let mut near: Vec<&str> = Vec::new();
        for span in std::iter::once(finding.span).chain(labels).chain(edits).take(MAX_NEAR) {
            let first = self.spans.partition_point(|secret| secret.end < span.start);
            let hidden = self.spans[first..].iter().take_while(|secret| secret.start <= span.end);
            for secret in hidden.take(MAX_NEAR.saturating_sub(near.len())) {
                let text = &source.text()[secret.range()];
                let end = text.floor_char_boundary(MAX_NEAR_BYTES);
                near.push(&text[..end]);
            }
        }
        near
    }

    /// The bytes of the file in `span`, each secret as `***`, one in each line that it stands in: its length is
    /// nobody's business either.
    pub fn cover<'t>(&self, source: &'t Source, span: Span) -> Cow<'t, str> {
        let text = source.text();
        let pieces: Vec<Piece> = self.pieces(span).collect();
        if pieces.iter().all(|piece| !piece.hidden) {
            return Cow::Borrowed(&text[span.range()]);
        }
        let shown = pieces.iter().map(|piece| if piece.hidden { HIDDEN } else { &text[piece.span.range()] });
        Cow::Owned(shown.collect())
    }

    /// `span` in parts that are shown and parts that are not, in order; of a secret that goes over several lines the
    /// breaks are shown.
    pub(super) fn pieces(&self, span: Span) -> impl Iterator<Item = Piece> + '_ {
        let mut at = span.start;
        let mut next = self.spans.partition_point(|secret| secret.end <= span.start);
        std::iter::from_fn(move || {
            if at >= span.end {
                return None;
            }
            let secret = self.spans.get(next).filter(|secret| secret.start < span.end);
            let (end, hidden) = match secret {
                Some(secret) if secret.start <= at => (secret.end.min(span.end), true),
                Some(secret) => (secret.start, false),
                None => (span.end, false),
            };
            next += usize::from(hidden);
            let piece = Piece { span: Span { start: at, end }, hidden };
            step(1);
            at = end;
            Some(piece)
        })
    }

    /// As [`Mask::pieces`], from the end of `span` on backwards.
    pub(super) fn pieces_back(&self, span: Span) -> impl Iterator<Item = Piece> + '_ {
        let mut at = span.end;
        let mut behind = self.spans.partition_point(|secret| secret.start < span.end);
        std::iter::from_fn(move || {
            if at <= span.start {
                return None;
            }
            let secret = behind.checked_sub(1).map(|last| self.spans[last]).filter(|it| it.end > span.start);
            let (start, hidden) = match secret {
                Some(secret) if secret.end >= at => (secret.start.max(span.start), true),
                Some(secret) => (secret.end, false),
                None => (span.start, false),
            };
            behind -= usize::from(hidden);
            let piece = Piece { span: Span { start, end: at }, hidden };
            step(1);
            at = start;
            Some(piece)
        })
    }
}

/// Part of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) span: Span,
    pub(super) hidden: bool,
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

/// The spans, each cut where lines end.
fn by_line(text: &str, spans: &[Span]) -> Vec<Span> {
    let mut cut = Vec::with_capacity(spans.len());
    for span in spans {
        let mut start = span.start;
        for at in memchr::memchr2_iter(b'\n', b'\r', &text.as_bytes()[span.range()]) {
            let end = span.start + at as u32;
            if start < end {
                cut.push(Span { start, end });
            }
            start = end + 1;
        }
        if start < span.end {
            cut.push(Span { start, end: span.end });
        }
    }
    cut
}

#[cfg(test)]
thread_local! {
    /// Pieces of lines and bytes of texts that were looked at.
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts work, where tests ask how much there was.
fn step(count: usize) {
    #[cfg(test)]
    STEPS.set(STEPS.get() + count);
    #[cfg(not(test))]
    let _ = count;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::SecretKind;

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
            kind: SecretKind::Property,
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

    /// Every finding's frame shows the line that all passwords are on; they must not be gone through each time.
    #[test]
    fn reports_are_linear_in_the_number_of_passwords() {
        use crate::container::Kind;
        use crate::lint::{Options, examine};
        use crate::report::{Checked, Format, Report};

        let count = |number: usize, separator: &str| {
            let one = |at: usize| {
                format!(
                    r#"{{"type":"Microsoft.Compute/virtualMachines","apiVersion":"2024-07-01","name":"v{at}","location":"w","identity":{{"type":"systemAssigned"}},"properties":{{"osProfile":{{"adminPassword":"pw-{at}-Xy7"}}}}}}"#
                )
            };
            let all: Vec<String> = (0..number).map(one).collect();
            let text = format!(
                r#"{{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","contentVersion":"1.0.0.0","resources":[{}]}}"#,
                all.join(separator)
            );
            let source = Source::new("x.json", text);
            let found = examine(&source, Kind::Json, &Options::default());
            assert!(found.findings.len() >= number && found.secrets.len() >= number);
            STEPS.set(0);
            let mask = Mask::new(&source, found.secrets);
            for (_, format) in Format::NAMES {
                let file = Checked { source: &source, findings: &found.findings, mask: &mask };
                Report::new(format, false).render(file);
            }
            STEPS.get()
        };
        for separator in [",", ",\n"] {
            let counts: Vec<usize> = (0..5).map(|power| count(16 << power, separator)).collect();
            for pair in counts.windows(2) {
                assert!(pair[1] <= pair[0] * 23 / 10, "{counts:?}");
            }
        }
    }

    /// Words that begin within others, end them or lie across them are all hidden.
    #[test]
    fn words_within_and_across_others_are_hidden() {
        let source = Source::new("x", "abcdefgh1 defgh1jkl9 fgh1jkl9m");
        let mask = mask(&source, &[Span::new(0, 9), Span::new(10, 20), Span::new(21, 30)]);
        for said in ["abcdefgh1jkl9m", "defgh1jkl9m", "xabcdefgh1jkl9y"] {
            let hidden = mask.hide(said).into_owned();
            assert!(hidden.trim_matches(['x', 'y']) == "***", "{said}: {hidden}");
        }
    }

    /// A text of `len` bytes, of which no two begin alike.
    fn script(seed: u64, len: usize) -> String {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            b"abcdefghijklmnopqrstuvwxyz0123456789 .-"[(state >> 33) as usize % 39]
        };
        let mut text = format!("s{seed}-");
        while text.len() < len {
            text.push(char::from(next()));
        }
        text.push('z');
        text
    }

    /// Secrets of more bytes than are looked for: each is hidden where it stands and where it is said again, and
    /// nothing else is.
    #[test]
    fn long_secrets_leave_the_rest_of_a_file() {
        for (count, len) in [(1, 2 << 20), (40, 100_000), (3, 500)] {
            let all: Vec<String> = (0..count).map(|seed| script(seed, len)).collect();
            let mut text = String::from("\"name\": \"open\",\n");
            let mut spans = Vec::new();
            for secret in &all {
                text.push_str("\"scriptContent\": \"");
                spans.push(Span::new(text.len(), text.len() + secret.len()));
                text.push_str(secret);
                text.push_str("\",\n");
            }
            let again = text.len();
            text = [text, format!("again: {}\nbegins: {} and is open\n", all[0], &all[0][..80])].concat();
            let source = Source::new("x", text);
            let mask = mask(&source, &spans);
            let shown = mask.cover(&source, Span::new(0, source.text().len()));
            assert!(shown.starts_with("\"name\": \"open\",\n\"scriptContent\": \"***\",\n"), "{count} {len}");
            let end = mask.cover(&source, Span::new(again, source.text().len()));
            assert_eq!(end, "again: ***\nbegins: *** and is open\n", "{count} {len}");
            assert_eq!(
                mask.hide(&format!("`{}` is long, `open` is not", all[0])),
                "`***` is long, `open` is not"
            );
        }
    }

    /// More short secrets than are found within words are found as words and in quotes.
    #[test]
    fn very_many_secrets_are_found_as_words() {
        let all: Vec<String> = (0..60_000).map(|at| format!("Vx7q-{at:06}-Lw93-hzRt-{at:08}")).collect();
        let mut text = String::new();
        let mut spans = Vec::new();
        for secret in &all {
            spans.push(Span::new(text.len(), text.len() + secret.len()));
            text.push_str(secret);
            text.push('\n');
        }
        let from = text.len();
        let (first, last) = (&all[0], &all[all.len() - 1]);
        text = [text, format!("a: \"{first}\" b: {last}, c: open\n")].concat();
        let source = Source::new("x", text);
        let mask = mask(&source, &spans);
        let end = mask.cover(&source, Span::new(from, source.text().len()));
        assert_eq!(end, "a: \"***\" b: ***, c: open\n");
    }

    /// Secrets that say the same again and again, in a text that does so.
    #[test]
    fn long_secrets_take_time_linear_in_the_text() {
        let count = |power: u32| {
            let secret = "ab".repeat(500 << power);
            let text = format!("{secret}\n{}\n{}\n", "ab".repeat(700 << power), "ba ".repeat(300 << power));
            let source = Source::new("x", text);
            STEPS.set(0);
            let mask = mask(&source, &[Span::new(0, secret.len())]);
            assert!(mask.cover(&source, Span::new(0, source.text().len())).starts_with("***\n***"));
            STEPS.get()
        };
        let counts: Vec<usize> = (0..5).map(count).collect();
        for pair in counts.windows(2) {
            assert!(pair[1] <= pair[0] * 23 / 10, "{counts:?}");
        }
    }

    #[test]
    fn an_address_is_hidden_where_it_stands_only() {
        let source = Source::new("x", "uri: https://a.example.com key: geheim-9x at https://a.example.com");
        let mask = mask(&source, &[Span::new(5, 26), Span::new(32, 41)]);
        assert_eq!(
            mask.cover(&source, Span::new(0, source.text().len())),
            "uri: *** key: *** at https://a.example.com"
        );
        assert_eq!(mask.hide("see https://a.example.com/help"), "see https://a.example.com/help");
    }

    #[test]
    fn short_secrets_do_not_blank_out_a_report() {
        let source = Source::new("x", "a 2024 ab1 pw-1x the api-version 2024-07-01 of pw-1x in xpw-1x");
        let mask = mask(&source, &[Span::new(0, 1), Span::new(2, 6), Span::new(7, 10), Span::new(11, 16)]);
        let shown = mask.cover(&source, Span::new(0, source.text().len()));
        assert_eq!(shown, "*** *** *** *** the api-version 2024-07-01 of *** in xpw-1x");
        assert_eq!(
            mask.hide("a version 2024-07-01 of a VM, `2024`, \"ab1\""),
            "a version 2024-07-01 of a VM, `***`, \"***\""
        );
    }
}
