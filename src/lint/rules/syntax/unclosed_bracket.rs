#![doc = include_str!("../../../../docs/rules/unclosed-bracket.md")]

use super::{short, unreadable};
use crate::json::{Mistake, MistakeKind, Unclosed};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "unclosed-bracket",
    Syntax,
    Error,
    Sometimes,
    "a brace, bracket or quote is never closed",
    Check::Mistake(check)
);

fn check(subject: &Subject<'_>, mistake: &Mistake, sink: &mut Sink<'_>) {
    let MistakeKind::UnclosedBracket(what) = mistake.kind else { return };
    let (thing, mark) = match what {
        Unclosed::Object => ("object", "}"),
        Unclosed::Array => ("array", "]"),
        Unclosed::String => ("string", "\""),
        Unclosed::Body => ("object", "{"),
    };
    let owner = subject.member_of(mistake.span.start).map(|name| short(&name).into_owned());
    let lacks = mistake.repair.as_ref().and_then(|it| it.edits.last()).map_or(mark, |it| it.text.as_str());
    let is_cut = what == Unclosed::String && lacks.len() > mark.len();
    let message = match (what, owner) {
        (_, Some(name)) if is_cut => format!("the text ends within the string of `{name}`"),
        (_, None) if is_cut => "the text ends within this string".to_owned(),
        (Unclosed::Body, _) => "these members have no braces around them".to_owned(),
        (_, Some(name)) => format!("the {thing} of `{name}` is never closed"),
        (_, None) => format!("the {thing} that begins here is never closed"),
    };
    let mut draft = subject.at(&RULE, mistake.span, message);
    draft = match (what, mistake.related) {
        (Unclosed::Body, _) => draft.help("write `{` before the first and `}` behind the last"),
        (_, Some(place)) if is_cut => draft
            .label(place, format!("`{lacks}` belongs before this"))
            .help("write the rest of it, and close what is open"),
        (_, Some(place)) => {
            draft.label(place, format!("`{mark}` belongs before this")).help(match mistake.repair {
                Some(_) => format!("write `{mark}` where its content ends"),
                None => format!("write `{mark}` where its content ends: more than one place is possible"),
            })
        }
        (_, None) => draft.help(format!("write `{mark}` where its content ends")),
    };
    if let Some(repair) = &mistake.repair {
        let title = match what {
            Unclosed::Body => "write the braces".to_owned(),
            _ if is_cut => format!("write the missing `{lacks}`"),
            _ => format!("write the missing `{mark}`"),
        };
        draft = draft.fix_if(repair.safe, title, &repair.edits);
    }
    sink.push(unreadable(draft));
}
