#![doc = include_str!("../../../../docs/rules/bad-encoding.md")]

use super::unreadable;
use crate::container::Kind;
use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Finding, Severity, Sink, Subject};
use crate::notation::Call;
use crate::text::{Source, SourceProblem, Span};

rule!(
    "bad-encoding",
    Syntax,
    Error,
    Sometimes,
    "a character looks like a space and is none, or the file is not UTF-8",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    if mistake.kind != MistakeKind::BadEncoding {
        return;
    }
    let places = mistake.repair.as_ref().map_or(1, |repair| repair.edits.len());
    let c = subject.written(mistake.span).chars().next().unwrap_or(' ');
    let what = match c {
        '\u{a0}' | '\u{202f}' => "a non-breaking space".to_owned(),
        '\u{200b}' => "a zero-width space".to_owned(),
        '\u{feff}' => "a byte order mark".to_owned(),
        c => format!("the invisible character U+{:04X}", u32::from(c)),
    };
    let message = match places {
        1 => format!("{what} stands between tokens"),
        _ => format!("{what} stands between tokens, here and at {} other places", places - 1),
    };
    let mut draft = subject.at(&RULE, mistake.span, message).help("write a plain space, or nothing");
    if let Some(repair) = &mistake.repair {
        draft = draft.fix_if(repair.safe, "write plain spaces", &repair.edits);
    }
    sink.push(unreadable(draft));
}

/// True if the file is text, or nearly: there may be calls in it.
pub(in crate::lint) fn is_readable(source: &Source) -> bool {
    !matches!(source.problem(), Some(SourceProblem::Utf16 | SourceProblem::Binary))
}

/// What keeps the file from being UTF-8 text: one finding, however many bytes it is about.
pub(in crate::lint) fn finding(source: &Source, kind: Kind, calls: &[Call<'_>]) -> Option<Finding> {
    let (span, message, severity) = match source.problem()? {
        SourceProblem::Utf16 => {
            (Span::new(0, 2), "the file is UTF-16, and was not read".to_owned(), Severity::Error)
        }
        SourceProblem::Binary => {
            (Span::default(), "the file is no text: it has NUL bytes".to_owned(), Severity::Error)
        }
        SourceProblem::NotUtf8(places) => {
            let called = |place: &&Span| calls.iter().any(|call| call.span.overlaps(**place));
            let in_call = places.iter().find(called);
            let first = in_call.or(places.first()).copied()?;
            let bytes: usize = places.iter().map(|place| place.len()).sum();
            let message = match bytes {
                1 => "this byte is not UTF-8".to_owned(),
                _ => format!("{bytes} bytes of the file are not UTF-8, the first of them here"),
            };
            // Prose in an old encoding harms nobody; a body in it is refused.
            let harm = in_call.is_some() || kind == Kind::Json;
            (first, message, if harm { Severity::Error } else { Severity::Note })
        }
    };
    Some(Finding {
        rule: &RULE,
        severity,
        message,
        span,
        labels: Vec::new(),
        help: Some("save the file as UTF-8".to_owned()),
        fix: None,
        arm: None,
        request: None,
    })
}
