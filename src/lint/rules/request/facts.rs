//! What the rules of this family ask of a call.

use crate::arm::{Method, PlaceholderStyle, RequestUrl, UrlTarget, contains_placeholder, find_placeholders};
use crate::lint::Subject;
use crate::notation::programs::Headers;
use crate::notation::{Call, Payload};
use crate::text::{Edit, Encoding, Fragment, Span};

/// True if the text may not have all of the URL: prose cut it short, or a variable may hold the rest.
pub(super) fn is_cut_short(url: &RequestUrl<'_>) -> bool {
    use PlaceholderStyle as S;
    let Some(path) = url.path else { return true };
    let trimmed = path.text.trim_matches('/');
    let is_elided = |text| find_placeholders(text).any(|found| found.style == S::Ellipsis);
    // `?$PARAMETERS`
    let query = url.query.map_or("", |query| query.text);
    let open_query =
        query.split('&').any(|parameter| !parameter.contains('=') && contains_placeholder(parameter));
    // `/myVM$PARAMETERS`, and a path that is nothing but a variable.
    let last = find_placeholders(trimmed).last().filter(|found| found.range.end == trimmed.len());
    let open_end = last.is_some_and(|found| {
        let is_whole = trimmed[..found.range.start].ends_with('/');
        !is_whole && !matches!(found.style, S::Angle | S::DoubledAngle | S::Your | S::Exes)
    });
    trimmed.is_empty() || is_elided(path.text) || open_query || open_end
}

/// What is known of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// It is there.
    Present,
    /// A header or an option is known only when the script runs; it may be this one.
    Unknown,
    /// It is not.
    Absent,
}

/// Looks for a header by its name in lower case.
pub(super) fn header(subject: &Subject<'_>, name: &str) -> Header {
    let mut open = false;
    for header in &subject.call.headers {
        match header.text().split_once(':') {
            Some((found, _)) if found.trim().eq_ignore_ascii_case(name) => return Header::Present,
            Some((found, _)) if !contains_placeholder(found) => {}
            _ => open = true,
        }
    }
    if open || may_hide_options(subject) { Header::Unknown } else { Header::Absent }
}

/// True if some words of the call are options that the text does not show: `"${OPTIONS[@]}"`, `-K file`.
fn may_hide_options(subject: &Subject<'_>) -> bool {
    let call = subject.call;
    let Some(text) = subject.source.text().get(call.span.range()) else { return true };
    match call.client.headers {
        Headers::Option => {}
        Headers::Parameter => return hides_parameters(text),
        Headers::Lines | Headers::Other => return false,
    }
    let body = match &call.body {
        Payload::Text(part) | Payload::File(part) | Payload::Unknown(part) => Some(part),
        Payload::None => None,
    };
    let mut parts: Vec<Span> = call
        .url
        .iter()
        .chain(&call.method)
        .chain(&call.headers)
        .chain(call.credentials.as_deref())
        .chain(body)
        .map(|part| part.to_file(part.span()))
        .collect();
    parts.sort_unstable();
    let mut previous = "";
    for word in text.split_ascii_whitespace() {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let span = Span::new(start, start + word.len()).shift(call.span.start as usize);
        let part = parts.get(parts.partition_point(|part| part.end <= span.start));
        let is_part = part.is_some_and(|part| part.overlaps(span));
        let bare = word.trim_start_matches(['"', '\'']);
        if !is_part {
            let is_value = previous.starts_with('-') && !previous.contains('=');
            if (bare.starts_with('$') || bare.starts_with('@')) && !is_value {
                return true;
            }
            if word == "--config" || (word.starts_with("-K") && !word.starts_with("--")) {
                return true;
            }
        }
        previous = if is_part { "" } else { word };
    }
    false
}

/// PowerShell's `@parameters` and `-Headers $headers`.
fn hides_parameters(text: &str) -> bool {
    let mut words = text.split_ascii_whitespace().peekable();
    while let Some(word) = words.next() {
        let splat = word.strip_prefix('@').is_some_and(|name| name.starts_with(|c: char| c.is_alphabetic()));
        let headers = word.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("-head"));
        if splat || (headers && words.peek().is_some_and(|value| !value.starts_with("@{"))) {
            return true;
        }
    }
    false
}

/// True if the call is for one resource as a whole: not a collection, not an action.
pub(super) fn is_for_resource(subject: &Subject<'_>) -> bool {
    subject.url.is_some_and(|url| url.target == UrlTarget::Resource)
}

/// True if the text names no method and the client would send POST.
pub(super) fn posts_by_default(subject: &Subject<'_>) -> bool {
    subject.call.method.is_none() && subject.call.sent_method() == Some(Method::Post)
}

/// The part of the call that shows how its words are quoted.
fn sample<'a>(call: &'a Call<'a>) -> Option<&'a Fragment<'a>> {
    call.headers.last().or(call.url.as_ref()).or_else(|| call.body.text())
}

/// True if what is written into `part` meets only the innermost quotes: the call does not stand in a string.
pub(super) fn is_directly_quoted(part: &Fragment<'_>) -> bool {
    const PROBE: &str = "'\"\\$`";
    let written = part.edit(Span::at(0), PROBE);
    written.is_some_and(|edits| {
        edits.len() == 1 && edits[0].text == part.encoding_at(0).encode(PROBE, "").as_ref()
    })
}

/// The edits that add a header, written as the call's own notation writes one. `None` where that takes a
/// person.
pub(super) fn add_header(subject: &Subject<'_>, name: &str, value: &str) -> Option<Vec<Edit>> {
    let call = subject.call;
    match call.client.headers {
        Headers::Option => {
            sample(call).filter(|part| is_directly_quoted(part))?;
            let single = |part: &Fragment<'_>| part.encoding_at(0) == Encoding::ShellSingle;
            let is_single = call.headers.last().is_some_and(single) && !value.contains('$');
            let quote = if is_single { '\'' } else { '"' };
            let written = format!(" -H {quote}{name}: {value}{quote}");
            Some(vec![Edit::insert(call.span.end, written)])
        }
        Headers::Lines => {
            let last = call.headers.last()?;
            let end = Span::at(last.text().len());
            last.edit(end, &format!("\n{name}: {value}"))
        }
        Headers::Parameter if name == "Content-Type" => {
            sample(call).filter(|part| is_directly_quoted(part))?;
            Some(vec![Edit::insert(call.span.end, format!(" -ContentType '{value}'"))])
        }
        Headers::Parameter | Headers::Other => None,
    }
}
