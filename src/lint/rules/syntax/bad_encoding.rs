#![doc = include_str!("../../../../docs/rules/bad-encoding.md")]

use super::unreadable;
use crate::container::Kind;
use crate::json::{Mistake, MistakeKind};
use crate::lint::rule::rule;
use crate::lint::{Check, Finding, Severity, Sink, Subject};
use crate::notation::Call;
use crate::text::odd::describe;
use crate::text::{Source, SourceProblem, Span};

rule!(
    "bad-encoding",
    Syntax,
    Error,
    Sometimes,
    "a character looks like a space or bracket and is none, or the file is not UTF-8",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    let is_bracket = match mistake.kind {
        MistakeKind::BadEncoding => false,
        MistakeKind::OddBracket => true,
        _ => return,
    };
    let places = mistake.repair.as_ref().map_or(1, |repair| repair.edits.len());
    let c = subject.written(mistake.span).chars().next().unwrap_or(' ');
    let stands = if is_bracket { "stands for a bracket" } else { "stands between tokens" };
    let message = match places {
        0 | 1 => format!("{} {stands}", describe(c)),
        2 => format!("{} {stands}, here and at another place", describe(c)),
        _ => format!("{} {stands}, here and at {} other places", describe(c), places - 1),
    };
    let (help, title) = if is_bracket {
        ("write the bracket that JSON has", "write JSON's brackets")
    } else {
        ("write a plain space, or nothing", "write plain spaces")
    };
    let mut draft = subject.at(&RULE, mistake.span, message).help(help);
    if let Some(repair) = &mistake.repair {
        draft = draft.fix_if(repair.safe, title, &repair.edits);
    }
    sink.push(unreadable(draft));
}

/// True if the file is text, or nearly: there may be calls in it.
pub(in crate::lint) fn is_readable(source: &Source) -> bool {
    !matches!(source.problem(), Some(SourceProblem::BrokenUtf16 | SourceProblem::Binary))
}

/// What keeps the file from being UTF-8 text: one finding, however many bytes it is about.
pub(in crate::lint) fn finding(source: &Source, kind: Kind, calls: &[Call<'_>]) -> Option<Finding> {
    let (span, message, severity) = match source.problem()? {
        SourceProblem::BrokenUtf16 => {
            let message = "the file begins as UTF-16 and is not valid UTF-16; it was not read";
            (Span::new(0, 2), message.to_owned(), Severity::Error)
        }
        SourceProblem::Binary => {
            // What is no script and no JSON may be anybody's data: it is said that it was not read.
            let severity = if kind == Kind::Markdown { Severity::Note } else { Severity::Error };
            (Span::default(), "the file is not text: it has NUL bytes".to_owned(), severity)
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
    Some(Finding::of_file(&RULE, severity, span, message, "save the file as UTF-8"))
}
