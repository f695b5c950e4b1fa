//! What the author of a file wants to hear nothing of: markers in the text, places that the configuration names.
//!
//! A marker is a comment, `armbody-ignore RULE…: reason`. Where it stands decides how far it reaches; that is for
//! [`markers`] to find out. Here findings are compared with that reach, and a marker without an effect is told.

mod brackets;
mod markers;

use std::collections::HashMap;
use std::ops::Range;

use memchr::memmem;

use self::markers::{MARK, Marker};
use super::rules::{unknown_rule_in_suppression, useless_suppression};
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
    let markers = if marked { markers::find(source, kind) } else { Vec::new() };
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
            let rules = marker.names.iter().map(|name| find_rule(&source.text()[name.range()]));
            rules.map(|rule| rule.map(|rule| wish(rule, marker.reach))).collect()
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
    let mut suppressed = Vec::with_capacity(findings.len());
    for (finding, owner) in findings.iter().zip(owner) {
        let mut hit = false;
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
            tell(source, marker, &named, &wishes, options, findings);
        }
    }
    for (pointer, wish) in placed {
        let Wish { rule, used } = wishes[wish];
        if !used && options.admits(rule) {
            let message = format!("`{}` is left out at `{pointer}`, where it finds nothing", rule.name);
            findings.push(useless_suppression::finding(Span::at(source.bom_len()), message, None));
        }
    }
}

/// What is wrong with a marker.
fn tell(
    source: &Source,
    marker: &Marker,
    named: &[Option<usize>],
    wishes: &[Wish],
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
    let useless = |wish: &Option<usize>| {
        wish.is_some_and(|wish| !wishes[wish].used && options.admits(wishes[wish].rule))
    };
    let all = named.iter().all(useless);
    for (index, (name, wish)) in marker.names.iter().zip(named).enumerate() {
        let word = &text[name.range()];
        if wish.is_none() {
            findings.push(unknown_rule_in_suppression::finding(*name, word));
        } else if useless(wish) {
            let message = format!("`{word}` finds nothing in what follows");
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
