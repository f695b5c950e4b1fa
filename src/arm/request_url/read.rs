//! Taking a URL apart.

use std::ops::Range;

use super::{ApiVersionParameter, Cloud, RequestUrl, UrlProblem, UrlProblemKind, UrlTarget};
use crate::arm::actions::{self, Last};
use crate::arm::id_error::ResourceIdErrorKind;
use crate::arm::method::Method;
use crate::arm::path::{PathReading, ProviderPart, read_path};
use crate::arm::placeholder::{
    PlaceholderStyle, contains_placeholder, find_placeholders, is_open_version, is_placeholder,
    placeholder_at,
};
use crate::arm::segment::{self, Marks, Segment};
use crate::arm::text::starts_without_case;
use crate::text::suggest::is_misspelling_of;

/// Takes a URL apart.
pub(super) fn read(text: &str, method: Option<Method>) -> RequestUrl<'_> {
    let url = RequestUrl {
        text,
        scheme: None,
        host: None,
        path: None,
        query: None,
        subscription: None,
        resource_group: None,
        providers: Vec::new(),
        target: UrlTarget::Unknown,
        api_version: ApiVersionParameter::Missing,
        problems: Vec::new(),
    };
    let mut reader = Reader { url, method };
    reader.read();
    reader.url.problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
    reader.url
}

/// Fills in the parts of a URL, from left to right.
struct Reader<'a> {
    url: RequestUrl<'a>,
    method: Option<Method>,
}

impl<'a> Reader<'a> {
    fn read(&mut self) {
        let text = self.url.text;
        self.note_white_space();
        let start = text.len() - text.trim_start().len();
        let end = text.trim_end().len().max(start);
        let has = |byte| memchr::memchr(byte, text.as_bytes()).is_some();
        let fragment = has(b'#').then(|| segment::find_outside(&text[..end], start, Marks::HASH)).flatten();
        let end = fragment.unwrap_or(end);
        let query = segment::find_outside(&text[..end], start, Marks::QUESTION);
        let before_query = &text[..query.unwrap_or(end)];
        let ampersand =
            has(b'&').then(|| segment::find_outside(before_query, start, Marks::AMPERSAND)).flatten();
        let path_end = match (query, ampersand) {
            (_, Some(at)) => {
                self.fix(UrlProblemKind::MissingQuestionMark, at..at + 1, at..at + 1, "?");
                at
            }
            (Some(at), None) => at,
            (None, None) => end,
        };
        self.note_quote(start..path_end);
        let before_path = self.read_scheme(start, path_end);
        self.read_path(before_path, path_end);
        if path_end < end {
            self.url.query = Some(self.part(path_end + 1..end));
            self.read_query(path_end + 1, end);
        }
    }

    fn part(&self, range: Range<usize>) -> Segment<'a> {
        Segment { text: &self.url.text[range.clone()], start: range.start }
    }

    fn add(&mut self, kind: UrlProblemKind, span: Range<usize>) {
        self.url.problems.push(UrlProblem { kind, span, edit: None });
    }

    fn fix(&mut self, kind: UrlProblemKind, span: Range<usize>, range: Range<usize>, text: &str) {
        self.url.problems.push(UrlProblem { kind, span, edit: Some((range, text.to_owned())) });
    }

    fn note_white_space(&mut self) {
        let text = self.url.text;
        let mut from = 0;
        while let Some(at) = segment::find_outside(text, from, Marks::SPACE) {
            let run = at + text[at..].bytes().take_while(|&byte| Marks::SPACE.contain(byte)).count();
            // Removing a space has one reading where nothing but a joint of the URL is beside it.
            let joint = |byte: Option<&u8>| byte.is_none_or(|byte| matches!(byte, b'/' | b'?' | b'&' | b'='));
            let bytes = text.as_bytes();
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            if joint(before) || joint(bytes.get(run)) {
                self.fix(UrlProblemKind::Whitespace, at..run, at..run, "");
            } else {
                self.add(UrlProblemKind::Whitespace, at..run);
            }
            from = run;
        }
    }

    /// The first quote of `range` that was copied along: however many there are, it is one problem.
    fn note_quote(&mut self, range: Range<usize>) {
        let text = &self.url.text[range.clone()];
        let Some((at, quote)) = text.match_indices(is_quote).next() else { return };
        let is_noted = self.url.problems.iter().any(|problem| problem.kind == UrlProblemKind::Quote);
        if !is_noted && !find_placeholders(text).any(|found| found.range.contains(&at)) {
            let start = range.start + at;
            self.add(UrlProblemKind::Quote, start..start + quote.len());
        }
    }

    /// Reads scheme and host; returns where the path begins.
    fn read_scheme(&mut self, start: usize, end: usize) -> usize {
        let text = &self.url.text[..end];
        let mut at = start;
        while let Some((name, after)) = scheme_at(text, at) {
            let whole = at..after;
            let (scheme, slashes) = (self.part(at..at + name), &text[at + name..after]);
            if self.url.scheme.is_some() {
                self.fix(UrlProblemKind::DoubledScheme, whole.clone(), whole, "");
            } else {
                if scheme.is("http") && slashes == "://" {
                    if !is_loopback(&text[after..]) {
                        self.fix(UrlProblemKind::InsecureScheme, scheme.span(), scheme.span(), "https");
                    }
                } else if !scheme.is("https") || slashes != "://" {
                    self.fix(UrlProblemKind::MisspeltScheme, whole.clone(), whole, "https://");
                }
                self.url.scheme = Some(scheme);
            }
            at = after;
        }
        if self.url.scheme.is_some() {
            let mut host_end = segment::find_outside(text, at, Marks::SLASH).unwrap_or(end);
            // `https://management.azure.com$ID`: the placeholder is the path.
            let host = &text[at..host_end];
            if let Some(known) =
                Cloud::ALL.iter().map(Cloud::host).find(|known| starts_without_case(host, known))
                && placeholder_at(text, at + known.len())
                    .is_some_and(|(_, style)| style.is_bracketed() || style == PlaceholderStyle::Variable)
            {
                host_end = at + known.len();
            }
            let host = text[at..host_end].trim_end();
            if !host.is_empty() {
                self.url.host = Some(Segment { text: host, start: at });
            }
            return host_end;
        }
        self.bare_host(at, end)
    }

    /// A host without a scheme, or a placeholder for both.
    fn bare_host(&mut self, start: usize, end: usize) -> usize {
        let text = &self.url.text[..end];
        if text[start..].starts_with('/') {
            return start;
        }
        if let Some((length, style)) = placeholder_at(text, start) {
            let after = start + length;
            // `$answer.Headers.Location` has all of the URL.
            if style == PlaceholderStyle::Variable && is_member(&text[after..]) {
                return end;
            }
            // Alone, it stands for the path as well.
            if after < end {
                self.url.host = Some(self.part(start..after));
                return after;
            }
            return start;
        }
        let first_end = segment::find_outside(text, start, Marks::SLASH).unwrap_or(end);
        let first = &text[start..first_end];
        if first.contains('.') || starts_without_case(first, "localhost") {
            self.url.host = Some(self.part(start..first_end));
            return first_end;
        }
        start
    }

    fn read_path(&mut self, start: usize, end: usize) {
        if start >= end {
            return;
        }
        let text = self.url.text;
        let path = self.part(start..end);
        self.url.path = Some(path);
        if is_placeholder(path.text) {
            return;
        }
        let mut segments = segment::split(text, start..end);
        let unslashed = !segments[0].text.is_empty();
        // `https://host$SCOPE/providers/…`
        let scope = unslashed && segments[0].is_placeholder();
        if !unslashed || scope {
            segments.remove(0);
        }
        // `https://host//subscriptions` is taken; so is a slash at the end.
        let inner = segments.iter().skip_while(|segment| segment.text.is_empty());
        let empty: Vec<_> =
            inner.filter(|segment| segment.text.is_empty() && segment.start < end).copied().collect();
        segments.retain(|segment| !segment.text.is_empty());
        // White space and quotes around a segment are named already.
        for segment in &mut segments {
            let is_named = |c: char| c.is_whitespace() || is_quote(c);
            let trimmed = segment.text.trim_start_matches(is_named);
            segment.start += segment.text.len() - trimmed.len();
            segment.text = trimmed.trim_end_matches(is_named);
        }
        segments.retain(|segment| !segment.text.is_empty());
        self.part_subscriptions(&mut segments);
        let prefixed = scope || self.url.host.is_some_and(|host| is_placeholder(host.text));
        let reading = read_path(&segments, prefixed, end);
        let understood = reading.subscription.is_some() || !reading.providers.is_empty();
        if !understood && self.is_foreign() {
            self.url.problems.clear();
            return;
        }
        if understood && unslashed && !scope && self.url.host.is_none() {
            self.fix(UrlProblemKind::MissingLeadingSlash, start..start, start..start, "/");
        }
        for segment in empty {
            let slash = segment.start - 1..segment.start;
            self.add(UrlProblemKind::EmptySegment, slash);
        }
        let lost = reading.rest.filter(|rest| {
            !understood && segments.first() == Some(rest) && !rest.is_placeholder() && !prefixed
        });
        if let Some(rest) = lost
            && (self.url.cloud().is_some() || self.url.host.is_none())
            && !SCOPES.iter().any(|scope| rest.is(scope))
        {
            let found = rest.text.to_owned();
            let kind = ResourceIdErrorKind::UnexpectedSegment { found, expected: "subscriptions" };
            self.add(UrlProblemKind::Path(kind), rest.span());
        }
        self.take(reading, &segments);
    }

    /// `/subscriptions{id}/…`: the slash between the two is missing.
    fn part_subscriptions(&mut self, segments: &mut Vec<Segment<'a>>) {
        const WORD: &str = "subscriptions";
        let Some(first) = segments.first().copied().filter(|it| starts_without_case(it.text, WORD)) else {
            return;
        };
        let Some((word, rest)) = first.text.split_at_checked(WORD.len()).filter(|(_, it)| is_placeholder(it))
        else {
            return;
        };
        let at = first.start + word.len();
        let found = first.text.to_owned();
        let kind = ResourceIdErrorKind::UnexpectedSegment { found, expected: WORD };
        self.fix(UrlProblemKind::Path(kind), first.span(), at..at, "/");
        segments.splice(..1, [Segment { text: word, start: first.start }, Segment { text: rest, start: at }]);
    }

    /// Whether the host is that of another service.
    fn is_foreign(&self) -> bool {
        let literal = self.url.host.is_some_and(|host| !contains_placeholder(host.text));
        literal && self.url.cloud().is_none() && !self.url.is_regional()
    }

    fn take(&mut self, mut reading: PathReading<'a>, segments: &[Segment<'a>]) {
        self.url.target = target(&mut reading, segments, self.method);
        self.url.subscription = reading.subscription;
        self.url.resource_group = reading.resource_group;
        self.url.providers = reading.providers;
        self.url.problems.extend(reading.slips.0.into_iter().map(|slip| UrlProblem {
            kind: UrlProblemKind::Path(slip.kind),
            span: slip.span,
            edit: slip.edit,
        }));
    }

    fn read_query(&mut self, start: usize, end: usize) {
        let text = &self.url.text[..end];
        let mut at = start;
        while at < end {
            let stop = segment::find_outside(text, at, Marks::QUERY).unwrap_or(end);
            self.parameter(at..stop);
            if text[stop..].starts_with('?') {
                self.fix(UrlProblemKind::DoubledQuestionMark, stop..stop + 1, stop..stop + 1, "&");
            }
            at = stop + 1;
            // `&amp;`, as HTML has it.
            if starts_without_case(&text[stop..], "&amp;") {
                at = stop + 5;
            }
        }
    }

    fn parameter(&mut self, range: Range<usize>) {
        let trimmed = |range: Range<usize>| {
            let text = &self.url.text[range.clone()];
            let start = range.start + text.len() - text.trim_start().len();
            start..start + text.trim().len()
        };
        let text = self.url.text;
        let Some(equals) = text[range.clone()].find('=').map(|at| range.start + at) else {
            let span = trimmed(range);
            if let (ApiVersionParameter::Missing, Ok(version)) =
                (&self.url.api_version, text[span.clone()].parse())
            {
                self.url.api_version = ApiVersionParameter::NameMissing { span, version };
            } else if text[span.clone()].eq_ignore_ascii_case("api-version") {
                self.url.api_version = ApiVersionParameter::Empty { span: span.end..span.end };
            }
            return;
        };
        let name = trimmed(range.start..equals);
        let value = trimmed(equals + 1..range.end);
        let written = &text[name.clone()];
        if !written.eq_ignore_ascii_case("api-version") {
            let close = is_misspelling_of(written, "api-version") || written.eq_ignore_ascii_case("version");
            if close && self.url.api_version == ApiVersionParameter::Missing {
                self.url.api_version = ApiVersionParameter::NameMisspelt { span: name };
            }
            return;
        }
        if !matches!(
            self.url.api_version,
            ApiVersionParameter::Missing
                | ApiVersionParameter::NameMissing { .. }
                | ApiVersionParameter::NameMisspelt { .. }
        ) {
            self.add(UrlProblemKind::DoubledApiVersion, name.start..value.end);
            return;
        }
        let written = &text[value.clone()];
        self.note_quote(value.clone());
        let bare = written.trim_start_matches(is_quote);
        let start = value.start + written.len() - bare.len();
        let value = start..start + bare.trim_end_matches(is_quote).len();
        let segment = self.part(value.clone());
        self.url.api_version = if segment.text.is_empty() {
            ApiVersionParameter::Empty { span: value }
        } else if segment.is_placeholder() || is_open_version(segment.text) {
            ApiVersionParameter::Placeholder { span: value }
        } else {
            match segment.text.parse() {
                Ok(version) => ApiVersionParameter::Given { span: value, version },
                Err(error) => ApiVersionParameter::Invalid { span: value, error },
            }
        };
    }
}

/// True for the way to a member of an object: `.Headers.Location`, `.Headers['Location'][0]`.
fn is_member(text: &str) -> bool {
    text.starts_with(['.', '['])
        && !text.ends_with('.')
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'[' | b']' | b'\'' | b'"' | b'-')
        })
}

/// True for a quote, straight or typographic, which no URL has.
pub fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}')
}

/// First segments of paths that are not resource ids and yet Azure Resource Manager's.
const SCOPES: [&str; 5] = ["subscriptions", "tenants", "providers", "batch", "metadata"];

/// The lengths of a scheme's name, and where what follows its slashes begins.
fn scheme_at(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = &text[at..];
    let name = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let after = &rest[name..];
    let slashes = ["://", ":/", "//", ":\\\\"].into_iter().find(|slashes| after.starts_with(slashes))?;
    let (scheme, https) = (&rest[..name], "https");
    let is_one = scheme.eq_ignore_ascii_case("http")
        || scheme.eq_ignore_ascii_case(https)
        || (slashes == "://" && is_misspelling_of(scheme, https));
    is_one.then_some((name, at + name + slashes.len()))
}

/// Whether a host is this machine, where `http` is what test servers speak.
fn is_loopback(host: &str) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].into_iter().any(|name| starts_without_case(host, name))
}

/// What the parts of a path address. Takes an action off the types. The method decides where a word is both an action
/// and a type; where it is not known, a word that is an action is one.
fn target<'a>(
    reading: &mut PathReading<'a>,
    segments: &[Segment<'a>],
    method: Option<Method>,
) -> UrlTarget<'a> {
    if reading.rest.is_some() {
        return UrlTarget::Unknown;
    }
    let Some(part) = reading.providers.last_mut() else {
        let scope =
            reading.subscription.is_some() || segments.first().is_some_and(|first| first.is("subscriptions"));
        return if scope { UrlTarget::Scope } else { UrlTarget::Unknown };
    };
    let posts = method.is_none_or(|method| method == Method::Post);
    match part.types.last().copied() {
        None => UrlTarget::Unknown,
        Some((resource_type, Some(name))) => {
            // `…/rollingUpgrades/cancel`: what looks like a name is a word.
            let is_action = || {
                part.type_name()
                    .is_some_and(|parent| actions::is_behind_collection(parent.as_str(), name.text))
            };
            if !posts || !is_action() {
                return UrlTarget::Resource;
            }
            part.types.pop();
            part.types.push((resource_type, None));
            UrlTarget::Action(name)
        }
        Some((last, None)) => {
            let is_action = match part.parent_name().as_deref() {
                None if last.is_placeholder() => return UrlTarget::Unknown,
                // Some type of some provider: only POST can tell.
                None => method == Some(Method::Post),
                Some(parent) => match actions::behind_resource(parent, last.text) {
                    Some(Last::ActionOrChild) => posts,
                    // Providers list what is read right behind them (`Microsoft.Insights/metrics`) as types.
                    Some(Last::Action) => posts || parent.contains('/'),
                    Some(Last::View) => parent.contains('/'),
                    // `$testall` is a word of the service, other variables may stand for anything.
                    None if last.is_placeholder() => return UrlTarget::Unknown,
                    // Nothing can be posted to a list of child resources; what stands right behind a provider
                    // may be a type.
                    None if method != Some(Method::Post) => false,
                    None => parent.contains('/') || !is_type(part),
                },
            };
            if !is_action {
                return UrlTarget::Collection;
            }
            part.types.pop();
            UrlTarget::Action(last)
        }
    }
}

/// True if the only word behind a namespace is known as a type.
fn is_type(part: &ProviderPart<'_>) -> bool {
    part.type_name().is_some_and(|name| name.known().is_some() || actions::knows_type(name.as_str()))
}
