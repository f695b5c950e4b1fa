//! What the author of a file wants to hear nothing of: markers in the text, places that the configuration names.
//!
//! A marker is a comment, `armbody-ignore RULE…: reason`, perhaps with a last day. Where it stands decides how far it reaches; that is for
//! [`markers`] to find out. Here findings are compared with that reach, and a marker without an effect is told.

mod brackets;
mod day;
mod here;
mod markers;

pub use day::{Day, NotADay};
pub use here::ignore_here;

use std::collections::HashMap;
use std::ops::Range;

use memchr::memmem;

use self::markers::{Found, MARK, Marker, Unread};
use super::rules::{
    expired_suppression, suppression_not_read, unknown_rule_in_suppression, useless_suppression,
};
use super::{Finding, Options, Rule, find_rule};
use crate::container::Kind;
use crate::json::{Dialect, Tree};
use crate::text::{Edit, Source, Span};

/// A place of a JSON file where rules are left out.
#[derive(Clone, Debug)]
pub struct IgnoredPlace {
    /// The JSON pointer (RFC 6901); names as they are written.
    pub pointer: String,
    /// The rules.
    pub rules: Vec<&'static Rule>,
}

/// A stretch of the file where a rule is left out, and which of the wishes it comes from.
struct Reach {
    span: Span,
    wish: usize,
}

/// One rule of one marker, or of one place of the configuration.
struct Wish {
    rule: &'static Rule,
    used: bool,
}

/// Takes those of `findings` away that are suppressed, and adds what there is to say of markers. `calls` are the
/// spans of the file's calls, each with its findings.
pub(super) fn apply(
    source: &Source,
    kind: Kind,
    calls: &[(Span, Range<usize>)],
    options: &Options,
    findings: &mut Vec<Finding>,
) {
    let marked = memmem::find(source.text().as_bytes(), MARK.as_bytes()).is_some();
    if !marked && options.ignored_places.is_empty() {
        return;
    }
    let Found { markers, unread } =
        if marked { markers::find(source, kind, calls) } else { Found::default() };
    let today =
        markers.iter().any(|marker| marker.until.is_some()).then(|| options.today.or_else(Day::today));
    let today = today.flatten();
    let mut wishes = Vec::new();
    let mut reaches: HashMap<&'static str, Vec<Reach>> = HashMap::new();
    let mut wish = |rule: &'static Rule, span: Span| {
        reaches.entry(rule.name).or_default().push(Reach { span, wish: wishes.len() });
        wishes.push(Wish { rule, used: false });
        wishes.len() - 1
    };
    // The wish of each name of each marker, where a rule has that name.
    let named: Vec<Vec<Option<usize>>> = markers
        .iter()
        .map(|marker| {
            let reach = if holds(marker, today) { marker.reach } else { Span::at(marker.reach.end as usize) };
            let rules = marker.names.iter().map(|name| find_rule(&source.text()[name.range()]));
            rules.map(|rule| rule.map(|rule| wish(rule, reach))).collect()
        })
        .collect();
    let placed = places(source, &options.ignored_places, &mut wish);

    let reaches: HashMap<_, _> = reaches.into_iter().map(|(name, list)| (name, Reaches::new(list))).collect();
    // A template is one call from end to end: only the places of its findings say what they are about.
    let by_call = kind != Kind::Json;
    let mut owner = vec![None; findings.len()];
    for (span, range) in calls.iter().filter(|_| by_call) {
        owner[range.clone()].fill(Some(span.start));
    }
    let is_marker = Comments::new(&markers, &unread);
    let mut suppressed = Vec::with_capacity(findings.len());
    for (finding, owner) in findings.iter_mut().zip(owner) {
        // A marker is not itself a mistake, and no fix takes it away.
        let mut hit = is_marker.hold(finding.span);
        if finding.fix.as_ref().is_some_and(|fix| fix.edits.iter().any(|edit| is_marker.meet(edit.span))) {
            finding.fix = None;
        }
        if let Some(reaches) = reaches.get(finding.rule.name) {
            for at in std::iter::once(finding.span.start).chain(owner) {
                reaches.at(at, |wish| {
                    wishes[wish].used = true;
                    hit = true;
                });
            }
        }
        suppressed.push(hit);
    }
    let mut suppressed = suppressed.into_iter();
    findings.retain(|_| !suppressed.next().unwrap_or(false));

    for (marker, named) in markers.iter().zip(named) {
        let starts_call = || {
            let next = calls.partition_point(|(span, _)| span.start < marker.reach.start);
            calls.get(next).is_some_and(|(span, _)| span.start < marker.reach.end)
        };
        let used = named.iter().flatten().any(|&wish| wishes[wish].used);
        // A snippet in a document may show a marker to people; it is one if a call follows it.
        if !marker.in_code || used || starts_call() {
            tell(source, marker, &named, &wishes, today, options, findings);
        }
    }
    for Unread { span, help } in unread {
        findings.push(suppression_not_read::finding(span, "this comment suppresses nothing", help));
    }
    for (pointer, wish) in placed {
        let Wish { rule, used } = wishes[wish];
        if !used && options.admits(rule) {
            let message = format!("`{}` is left out at `{pointer}`, where it finds nothing", rule.name);
            findings.push(useless_suppression::finding(Span::at(source.bom_len()), message, None));
        }
    }
}

/// True if a marker suppresses anything: its last day is not past, and is a day.
fn holds(marker: &Marker, today: Option<Day>) -> bool {
    marker.until.is_none_or(|until| until.day.is_some_and(|day| today.is_none_or(|today| today <= day)))
}

/// The bytes of markers and of what looks like one.
struct Comments(Vec<Span>);

impl Comments {
    fn new(markers: &[Marker], unread: &[Unread]) -> Self {
        let mut spans: Vec<Span> = markers.iter().map(|marker| marker.span).collect();
        spans.extend(unread.iter().map(|it| it.span));
        spans.sort_unstable();
        spans.dedup_by(|next, last| {
            let touches = next.start <= last.end;
            if touches {
                *last = last.cover(*next);
            }
            touches
        });
        Self(spans)
    }

    fn next(&self, span: Span) -> Option<Span> {
        let next = self.0.partition_point(|it| it.end <= span.start);
        self.0.get(next).copied()
    }

    /// True if one of them holds all of `span`.
    fn hold(&self, span: Span) -> bool {
        // A sign may stand before what looks like a marker.
        !span.is_empty() && self.next(span).is_some_and(|it| it.contains(span) || is_just_before(span, it))
    }

    /// True if one of them shares bytes with `span`, or `span` is a place within it.
    fn meet(&self, span: Span) -> bool {
        self.next(span).is_some_and(|it| it.overlaps(span) || (span.is_empty() && it.start < span.start))
    }
}

/// True for a comment that begins some bytes before its mark and ends where that does.
fn is_just_before(comment: Span, mark: Span) -> bool {
    comment.start <= mark.start
        && mark.start <= comment.start + 8
        && comment.end >= mark.end
        && comment.end <= mark.end + 4
}

/// What is wrong with a marker.
fn tell(
    source: &Source,
    marker: &Marker,
    named: &[Option<usize>],
    wishes: &[Wish],
    today: Option<Day>,
    options: &Options,
    findings: &mut Vec<Finding>,
) {
    let text = source.text();
    if marker.names.is_empty() {
        let message = "the marker names no rule".to_owned();
        let edit = Edit::delete(marker.line);
        findings.push(useless_suppression::finding(marker.span, message, Some(edit)));
        return;
    }
    if marker.of_file && marker.reach.is_empty() {
        let (message, help) =
            ("this marker suppresses nothing", "a marker for the whole file stands in its first 20 lines");
        findings.push(suppression_not_read::finding(marker.span, message, help));
        return;
    }
    for (name, _) in marker.names.iter().zip(named).filter(|(_, wish)| wish.is_none()) {
        findings.push(unknown_rule_in_suppression::finding(*name, &text[name.range()]));
    }
    if let Some(until) = marker.until
        && !holds(marker, today)
    {
        findings.push(if let Some(day) = until.day {
            expired_suppression::finding(until.span, &day.to_string())
        } else {
            let help = "its last day is written `until 2027-01-31`, before the colon";
            suppression_not_read::finding(until.span, "this marker suppresses nothing", help)
        });
        return;
    }
    let useless = |wish: &Option<usize>| {
        wish.is_some_and(|wish| !wishes[wish].used && options.admits(wishes[wish].rule))
    };
    let all = named.iter().all(useless);
    for (index, (name, wish)) in marker.names.iter().zip(named).enumerate() {
        if useless(wish) {
            let word = &text[name.range()];
            let place = if marker.of_file {
                "this file"
            } else if marker.reach.start < marker.span.start {
                "what stands before it"
            } else {
                "what follows"
            };
            let message = format!("`{word}` finds nothing in {place}");
            let edit = if all { marker.line } else { without(marker, index) };
            findings.push(useless_suppression::finding(*name, message, Some(Edit::delete(edit))));
        }
    }
}

/// A name with what stands between it and its neighbour.
fn without(marker: &Marker, index: usize) -> Span {
    let name = marker.names[index];
    match (marker.names.get(index + 1), index.checked_sub(1).map(|before| marker.names[before])) {
        (Some(next), _) => Span { start: name.start, end: next.start },
        (None, Some(before)) => Span { start: before.end, end: name.end },
        (None, None) => name,
    }
}

/// The wishes of the places, each with its pointer: the member at the pointer, name and value.
fn places<'o>(
    source: &Source,
    places: &'o [IgnoredPlace],
    wish: &mut impl FnMut(&'static Rule, Span) -> usize,
) -> Vec<(&'o str, usize)> {
    if places.is_empty() {
        return Vec::new();
    }
    let offset = source.bom_len();
    let dialect =
        Dialect { comments: true, trailing_commas: true, multiline_strings: true, ..Dialect::STRICT };
    let tree = Tree::parse(&source.text()[offset..], dialect);
    let mut wished = Vec::new();
    for place in places {
        // Where there is no such place, nothing is left out.
        let span =
            member(&tree, &place.pointer).map_or(Span::at(source.text().len()), |span| span.shift(offset));
        wished.extend(place.rules.iter().map(|rule| (place.pointer.as_str(), wish(rule, span))));
    }
    wished
}

fn member(tree: &Tree<'_>, pointer: &str) -> Option<Span> {
    let value = tree.pointer(pointer)?;
    let parent = pointer.rsplit_once('/').and_then(|(parent, _)| tree.pointer(parent));
    let name = parent.and_then(|parent| parent.members().find(|(_, it)| *it == value));
    Some(name.map_or(value.span(), |(name, _)| name.span().cover(value.span())))
}

/// The reaches of one rule, to be asked which of them hold an offset.
struct Reaches {
    sorted: Vec<Reach>,
    /// The farthest end of the reaches up to each.
    ends: Vec<u32>,
}

impl Reaches {
    fn new(mut sorted: Vec<Reach>) -> Self {
        sorted.sort_by_key(|reach| reach.span);
        let mut far = 0;
        let ends = sorted.iter().map(|reach| {
            far = far.max(reach.span.end);
            far
        });
        Self { ends: ends.collect(), sorted }
    }

    fn at(&self, offset: u32, mut hit: impl FnMut(usize)) {
        let mut index = self.sorted.partition_point(|reach| reach.span.start <= offset);
        while index > 0 && self.ends[index - 1] > offset {
            index -= 1;
            if self.sorted[index].span.end > offset {
                hit(self.sorted[index].wish);
            }
        }
    }
}

#[cfg(test)]
mod tests;
