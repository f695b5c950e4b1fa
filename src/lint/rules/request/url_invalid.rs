#![doc = include_str!("../../../../docs/rules/url-invalid.md")]

use crate::arm::{UrlProblem, UrlProblemKind as Kind, is_quote};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::notation::programs::Host;
use crate::text::{Edit, Fragment, Span};

rule!(
    "url-invalid",
    Request,
    Error,
    Sometimes,
    "the URL is none that Azure Resource Manager answers on",
    Check::Call(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (Some(url), Some(part)) = (subject.url, subject.call.url.as_ref()) else { return };
    if !subject.is_arm() {
        return;
    }
    let gaps: Vec<&UrlProblem> = url.problems.iter().filter(|it| it.kind == Kind::Whitespace).collect();
    let query = url.query.map_or(part.text().len(), |query| query.start);
    let of_query = &gaps[gaps.partition_point(|gap| gap.span.start < query)..];
    let encodes = encodes_queries(subject);
    for problem in &url.problems {
        // A word that a line break parts is not misspelt as well.
        let span = Span::from(problem.span.clone());
        let gap = gaps.get(gaps.partition_point(|gap| gap.span.start < problem.span.start));
        if problem.kind != Kind::Whitespace && gap.is_some_and(|gap| span.contains(gap.span.clone().into())) {
            continue;
        }
        // `$filter=name eq 'x'` is one slip, however many words it has.
        let is_first = of_query.first().is_some_and(|first| std::ptr::eq(*first, problem));
        if problem.kind == Kind::Whitespace && problem.span.start >= query && (encodes || !is_first) {
            continue;
        }
        if problem.kind == Kind::Whitespace
            && (is_of_parameter(subject, part, span) || part.has_expansion(span))
        {
            continue;
        }
        let Some((message, help)) = describe(subject, &problem.kind) else { continue };
        let mut draft = subject.at_part(&RULE, part, span, message);
        if let Some(help) = help {
            draft = draft.help(help);
        }
        if problem.kind == Kind::Quote {
            sink.push(draft.fix("take the quotes out", &without_quotes(part.text())));
            continue;
        }
        let mended = if is_first { of_query } else { &[problem] };
        let edits: Vec<Edit> = mended.iter().filter_map(|it| edit_of(it, part)).collect();
        if !edits.is_empty() {
            draft = draft.fix("fix the URL", &edits);
        }
        sink.push(draft);
    }
}

/// What a problem is mended by, if that has one reading.
fn edit_of(problem: &UrlProblem, part: &Fragment<'_>) -> Option<Edit> {
    let span = Span::from(problem.span.clone());
    match &problem.edit {
        Some((range, text)) => Some(Edit::replace(range.clone().into(), text.clone())),
        // Whoever breaks a line in the middle of a URL means nothing by it.
        None if problem.kind == Kind::Whitespace && part.text()[span.range()].contains('\n') => {
            Some(Edit::delete(span))
        }
        None => None,
    }
}

/// The edits that take the quotes out of a URL.
fn without_quotes(url: &str) -> Vec<Edit> {
    let quotes = url.match_indices(is_quote);
    quotes.map(|(at, quote)| Edit::delete(Span::new(at, at + quote.len()))).collect()
}

/// True if the text at `span` belongs to a parameter that the client makes a segment of the URL of
/// (`-ResourceGroupName 'My group'`): the slash before it does not stand in the file.
fn is_of_parameter(subject: &Subject<'_>, part: &Fragment<'_>, span: Span) -> bool {
    let Some(slash) = part.text().get(..span.start as usize).and_then(|before| before.rfind('/')) else {
        return false;
    };
    let written = subject.source.text().get(part.to_file(Span::new(slash, slash + 1)).range());
    written.is_some_and(|written| !written.contains('/'))
}

/// True if the client writes the blanks of a query as `%20` itself, or the text shows what it sends to readers.
fn encodes_queries(subject: &Subject<'_>) -> bool {
    let client = subject.call.client;
    client.encodes_queries || (client.is_wire() && subject.in_document())
}

/// The message and what would be right; nothing for what is another rule's or the client's own way.
fn describe(subject: &Subject<'_>, kind: &Kind) -> Option<(String, Option<&'static str>)> {
    let (message, help) = match kind {
        Kind::InsecureScheme => return None,
        // It puts the host before whatever it is given.
        Kind::MissingLeadingSlash if subject.call.client.host == Host::Always => return None,
        Kind::Whitespace => ("white space stands in the URL", Some("take it out, or write it as `%20`")),
        Kind::Quote => ("a quote stands in the URL", Some("take the quotes out")),
        Kind::DoubledScheme => ("the scheme stands twice", None),
        Kind::MisspeltScheme => ("the scheme is misspelt", Some("write `https://`")),
        Kind::MissingLeadingSlash => ("the path has no slash before it", None),
        Kind::EmptySegment => ("two slashes stand in a row: a segment of the path is empty", None),
        Kind::MissingQuestionMark => {
            ("the query begins with `&`", Some("write `?` before the first parameter"))
        }
        Kind::DoubledQuestionMark => ("the query has a second `?`", Some("write `&` between parameters")),
        Kind::DoubledApiVersion => ("`api-version` stands twice", Some("keep one")),
        Kind::Path(path) => return Some((format!("the path is not one: {path}"), None)),
    };
    Some((message.to_owned(), help))
}
