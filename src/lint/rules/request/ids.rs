//! The resource ids that a call says: in its URL and in the strings of its body.

use std::collections::BTreeMap;

use crate::arm::{Segment, find_placeholders, is_real_guid};
use crate::json::{Kind, Node};
use crate::lint::Subject;
use crate::text::{Fragment, Span};

/// The subscription of an id, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(in crate::lint) struct Subscription<'a> {
    /// The part of the call that it stands in.
    pub(in crate::lint) part: &'a Fragment<'a>,
    /// Its bytes there.
    pub(in crate::lint) span: Span,
    /// What it says.
    pub(in crate::lint) text: &'a str,
}

impl Subscription<'_> {
    /// Its bytes in the file.
    pub(in crate::lint) fn in_file(&self) -> Span {
        self.part.to_file(self.span)
    }
}

/// Those of the subscriptions that ids of the call name which look like somebody's own.
pub(in crate::lint) fn real_subscriptions<'a>(
    subject: &Subject<'a>,
) -> impl Iterator<Item = Subscription<'a>> {
    let all = if may_name_real(subject) { subscriptions(subject) } else { Vec::new() };
    all.into_iter().filter(|one| is_real_guid(one.text))
}

/// False if no subscription that the call names looks like somebody's own, of what stands where an id has one: seen
/// sooner than string by string.
fn may_name_real(subject: &Subject<'_>) -> bool {
    const GUID: usize = 36;
    let in_url =
        subject.url.and_then(|url| url.subscription).is_some_and(|segment| is_real_guid(segment.text));
    let in_body = |body: &Fragment<'_>| {
        let text = &body.text()[subject.stretch().range()];
        behind_marks(text).any(|at| text.get(at..at + GUID).is_some_and(is_real_guid))
    };
    in_url || subject.body.is_some_and(in_body)
}

/// Every subscription that ids of the call name, the URL's first.
pub(in crate::lint) fn subscriptions<'a>(subject: &Subject<'a>) -> Vec<Subscription<'a>> {
    let mut found = Vec::new();
    if let (Some(part), Some(segment)) =
        (subject.call.url.as_ref(), subject.url.and_then(|url| url.subscription))
    {
        found.push(of_url(part, segment));
    }
    let (Some(body), Some(root)) = (subject.body, subject.resource) else { return found };
    let stretch = subject.stretch();
    let within = behind_marks(&body.text()[stretch.range()]);
    let marks: Vec<usize> = within.map(|mark| stretch.start as usize + mark).collect();
    if !marks.is_empty() {
        let marked = strings(root).filter(|node| {
            let span = node.span();
            let first = marks.partition_point(|&mark| mark < span.start as usize);
            marks.get(first).is_some_and(|&mark| mark < span.end as usize)
        });
        found.extend(marked.filter_map(|node| in_string(body, node)));
    }
    found
}

/// Where what stands behind each `/subscriptions/` of a text begins.
fn behind_marks(text: &str) -> impl Iterator<Item = usize> {
    const MARK: &[u8] = b"subscriptions/";
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'/', bytes)
        .map(|slash| slash + 1)
        .filter(|&at| bytes[at..].get(..MARK.len()).is_some_and(|found| found.eq_ignore_ascii_case(MARK)))
        .map(|at| at + MARK.len())
}

fn of_url<'a>(part: &'a Fragment<'a>, segment: Segment<'a>) -> Subscription<'a> {
    Subscription { part, span: segment.span().into(), text: segment.text }
}

/// The subscription that the resource id in a string names. The id may stand behind something else: a host, or
/// the beginning of a template's expression.
pub(super) fn in_string<'a>(body: &'a Fragment<'a>, node: Node<'_>) -> Option<Subscription<'a>> {
    let content = node.content_span();
    let text = body.text().get(content.range())?;
    let start = behind_marks(text).next()?;
    let rest = &text[start..];
    let placeholder = find_placeholders(rest).next().filter(|found| found.range.start == 0);
    let end = match placeholder {
        Some(found) => found.range.end,
        None => rest.find(['/', '\'', '"', '?', '\\', ' ']).unwrap_or(rest.len()),
    };
    let span = Span::new(start, start + end).shift(content.start as usize);
    (end > 0).then(|| Subscription { part: body, span, text: &rest[..end] })
}

/// Every string below `root`, names included, in the order of the text.
pub(in crate::lint) fn strings(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    root.within().filter(|node| node.kind() == Kind::String)
}

/// The subscriptions by what they say, without regard to case.
pub(in crate::lint) fn by_text<'a>(
    all: impl IntoIterator<Item = Subscription<'a>>,
) -> Vec<Vec<Subscription<'a>>> {
    let mut groups: Vec<Vec<Subscription<'a>>> = Vec::new();
    let mut index: BTreeMap<String, usize> = BTreeMap::new();
    for one in all {
        let at = *index.entry(one.text.to_ascii_lowercase()).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}
