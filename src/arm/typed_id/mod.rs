//! The id of a resource whose type is known beforehand: what a body gives for a user-assigned identity.

use std::hash::{Hash, Hasher};
use std::ops::Range;

use super::guid::looks_like_guid;
use super::id_error::{ResourceIdError, ResourceIdErrorKind as Kind, Slips};
use super::placeholder::{PlaceholderStyle, is_placeholder, placeholder_at};
use super::resource_type::ResourceType;
use super::segment::{self, Marks, Segment};
use super::text::{hash_without_case, starts_without_case};
use crate::text::suggest::is_misspelling_of;

/// The id of a resource in a resource group, of the type that was asked for.
///
/// Compared and hashed without ASCII case. Any segment, or the whole, may be a placeholder.
#[derive(Debug, Clone)]
pub struct TypedResourceId<'a> {
    /// The id as written.
    pub text: &'a str,
    /// The subscription; `None` when a placeholder stands for more than it.
    pub subscription: Option<Segment<'a>>,
    /// The resource group; `None` when a placeholder stands for more than it.
    pub resource_group: Option<Segment<'a>>,
    /// The resource's name; `None` when a placeholder stands for the whole.
    pub name: Option<Segment<'a>>,
    /// Literal segments written in another case than Azure Resource Manager's own; it does not care.
    pub case_deviations: Vec<CaseDeviation>,
}

/// The id of a user-assigned identity.
pub type UserAssignedIdentityId<'a> = TypedResourceId<'a>;

/// A literal segment that is right but for its case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseDeviation {
    /// Where it stands in the id.
    pub span: Range<usize>,
    /// How Azure Resource Manager writes it.
    pub right: &'static str,
}

impl PartialEq for TypedResourceId<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text.eq_ignore_ascii_case(other.text)
    }
}

impl Eq for TypedResourceId<'_> {}

impl Hash for TypedResourceId<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_without_case(self.text, state);
    }
}

/// Reads the id of a user-assigned identity:
/// `/subscriptions/{}/resourceGroups/{}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{}`.
///
/// A placeholder may stand for any segment, for the whole, or for the beginning (`$SCOPE/providers/…`); an
/// ellipsis for any number of segments.
///
/// # Errors
/// [`ResourceIdError`] names the mistake, where it is, and the fixed id where there is one reading.
pub fn parse_user_assigned(text: &str) -> Result<UserAssignedIdentityId<'_>, ResourceIdError> {
    let identity = ResourceType::UserAssignedIdentity;
    parse_id_of(text, identity.namespace(), identity.type_segment())
}

/// Reads the id of a resource in a resource group, of one type (`Microsoft.Network`, `networkInterfaces`).
///
/// # Errors
/// As [`parse_user_assigned`].
pub fn parse_id_of<'a>(
    text: &'a str,
    namespace: &'static str,
    type_segment: &'static str,
) -> Result<TypedResourceId<'a>, ResourceIdError> {
    let reader = Reader::read(text, namespace, type_segment);
    let Some(mut error) = reader.slips.into_error(text) else {
        return Ok(TypedResourceId {
            text,
            subscription: reader.values[SUBSCRIPTION],
            resource_group: reader.values[RESOURCE_GROUP],
            name: reader.values[NAME],
            case_deviations: reader.case_deviations,
        });
    };
    // What is offered as an id is one: a text with several slips may need more than the edits of each.
    error.suggestion =
        error.suggestion.filter(|fixed| Reader::read(fixed, namespace, type_segment).slips.is_empty());
    Err(error)
}

#[derive(Clone, Copy)]
enum Slot {
    Literal(&'static str),
    Value(&'static str),
}

const SUBSCRIPTION: usize = 1;
const RESOURCE_GROUP: usize = 3;
const PROVIDERS: usize = 4;
const NAMESPACE: usize = 5;
const TYPE: usize = 6;
const NAME: usize = 7;

/// Lays the segments of a text against the eight slots of an id.
struct Reader<'a> {
    text: &'a str,
    slots: [Slot; 8],
    values: [Option<Segment<'a>>; 8],
    segments: Vec<Segment<'a>>,
    slips: Slips,
    case_deviations: Vec<CaseDeviation>,
}

impl<'a> Reader<'a> {
    fn read(text: &'a str, namespace: &'static str, type_segment: &'static str) -> Self {
        let mut reader = Self {
            text,
            slots: [
                Slot::Literal("subscriptions"),
                Slot::Value("subscription id"),
                Slot::Literal("resourceGroups"),
                Slot::Value("resource group's name"),
                Slot::Literal("providers"),
                Slot::Literal(namespace),
                Slot::Literal(type_segment),
                Slot::Value("resource's name"),
            ],
            values: [None; 8],
            segments: Vec::new(),
            slips: Slips::default(),
            case_deviations: Vec::new(),
        };
        reader.read_text();
        reader
    }

    fn read_text(&mut self) {
        if self.text.trim().is_empty() {
            self.slips.add(Kind::Empty, 0..self.text.len());
            return;
        }
        if is_placeholder(self.text) {
            return;
        }
        let path = self.path();
        self.take_segments(path);
        if let [only] = self.segments[..]
            && !only.is("subscriptions")
        {
            let kind = if looks_like_guid(only.text) { Kind::GuidAlone } else { Kind::BareName };
            self.slips.0.clear();
            self.slips.add(kind, only.span());
            return;
        }
        self.lay();
    }

    /// The part of the text that is the path, without what surrounds it.
    fn path(&mut self) -> Range<usize> {
        let start = self.text.len() - self.text.trim_start().len();
        let end = self.text.trim_end().len();
        if start > 0 {
            self.slips.fix(Kind::Whitespace, 0..start, 0..start, "");
        }
        if end < self.text.len() {
            self.slips.fix(Kind::Whitespace, end..self.text.len(), end..self.text.len(), "");
        }
        let trimmed = &self.text[start..end];
        let Some(scheme) =
            ["https://", "http://"].into_iter().find(|scheme| starts_without_case(trimmed, scheme))
        else {
            return start..end;
        };
        let host_end = segment::find_outside(self.text, start + scheme.len(), Marks::SLASH)
            .map_or(end, |at| at.min(end));
        self.slips.fix(Kind::Url, start..host_end, start..host_end, "");
        let query = segment::find_outside(self.text, host_end, Marks::QUESTION).map_or(end, |at| at.min(end));
        if query < end {
            self.slips.fix(Kind::Url, query..end, query..end, "");
        }
        host_end..query
    }

    /// Divides the path, noting slashes that are missing or too many.
    fn take_segments(&mut self, path: Range<usize>) {
        let mut segments = segment::split(self.text, path.clone()).into_iter();
        let mut first = segments.next();
        if first.is_some_and(|segment| segment.text.is_empty()) {
            first = segments.next();
        } else if first.is_some_and(|segment| !segment.is_placeholder()) {
            self.slips.fix(Kind::MissingLeadingSlash, path.start..path.start, path.start..path.start, "/");
        }
        for segment in first.into_iter().chain(segments) {
            if segment.text.is_empty() {
                // The slash before it goes.
                let slash = segment.start - 1..segment.start;
                let trailing = segment.start == path.end;
                let kind = if trailing { Kind::TrailingSlash } else { Kind::EmptySegment };
                self.slips.fix(kind, slash.clone(), slash, "");
            } else {
                self.note_white_space(segment);
                self.segments.push(segment);
            }
        }
    }

    fn note_white_space(&mut self, segment: Segment<'a>) {
        let whole = &self.text[..segment.end()];
        if let Some(at) = segment::find_outside(whole, segment.start, Marks::SPACE) {
            let run = whole[at..].bytes().take_while(|&byte| Marks::SPACE.contain(byte)).count();
            self.slips.add(Kind::Whitespace, at..at + run);
        }
    }

    fn lay(&mut self) {
        let (mut slot, mut at) = (0, 0);
        if let Some(jump) = self.stands_for_the_beginning() {
            (slot, at) = (jump, 1);
        }
        while slot < self.slots.len() {
            let Some(segment) = self.segments.get(at).copied() else {
                let end = self.segments.last().map_or(self.text.len(), Segment::end);
                let kind = match self.slots[slot] {
                    Slot::Literal(expected) => Kind::MissingSegment { expected },
                    Slot::Value(of) => Kind::MissingValue { of },
                };
                self.slips.add(kind, end..end);
                return;
            };
            if is_ellipsis(segment) {
                at += 1;
                slot = self.slot_of(at, slot).unwrap_or(slot + 1);
                continue;
            }
            let step = match self.slots[slot] {
                Slot::Literal(literal) => self.literal(slot, literal, at, segment),
                Slot::Value(of) => self.value(slot, of, segment),
            };
            match step {
                Step::Taken => at += 1,
                Step::Missing => {}
                Step::Lost => return,
            }
            slot += 1;
        }
        if let (Some(first), Some(last)) = (self.segments.get(at), self.segments.last()) {
            self.slips.add(Kind::ExtraSegments, first.start..last.end());
        }
    }

    /// The slot that the second segment has when the first is a placeholder for all before it.
    fn stands_for_the_beginning(&self) -> Option<usize> {
        let first = self.segments.first()?;
        if !first.is_placeholder() {
            return None;
        }
        match self.slot_of(1, 0) {
            // `/<subscriptions>/…` is a segment of its own, and so is `{name}` after the type.
            Some(slot) if slot != 1 => Some(slot),
            _ => (self.segments.len() == 2 && !self.text.starts_with('/')).then_some(NAME),
        }
    }

    /// The slot from `from` on that a segment fills by its wording.
    fn slot_of(&self, at: usize, from: usize) -> Option<usize> {
        let segment = self.segments.get(at)?;
        self.slots.iter().enumerate().skip(from).find_map(|(slot, kind)| match kind {
            Slot::Literal(literal) if segment.is(literal) || is_misspelling_of(segment.text, literal) => {
                Some(slot)
            }
            _ => None,
        })
    }

    fn literal(&mut self, slot: usize, literal: &'static str, at: usize, segment: Segment<'a>) -> Step {
        if segment.is(literal) {
            if segment.text != literal {
                self.case_deviations.push(CaseDeviation { span: segment.span(), right: literal });
            }
            return Step::Taken;
        }
        let found = || segment.text.to_owned();
        let without_vendor =
            slot == NAMESPACE && literal.split_once('.').is_some_and(|(_, name)| segment.is(name));
        if without_vendor || is_misspelling_of(segment.text, literal) {
            let kind = match slot {
                NAMESPACE => Kind::MisspeltNamespace { found: found(), right: literal },
                TYPE => Kind::MisspeltType { found: found(), right: literal },
                _ => Kind::MisspeltSegment { found: found(), right: literal },
            };
            self.slips.fix(kind, segment.span(), segment.span(), literal);
            return Step::Taken;
        }
        let before = segment.start..segment.start;
        let missing = Kind::MissingSegment { expected: literal };
        if self.is_later_literal(slot, segment) {
            // `providers` where `resourceGroups` is due: what should stand between is missing too, but for
            // the namespace and what leads to it, which have no value between them.
            if slot >= PROVIDERS {
                self.slips.fix(missing, before.clone(), before, format!("{literal}/"));
            } else {
                self.slips.add(missing, before);
            }
            return Step::Missing;
        }
        let next_follows = match slot {
            TYPE => at + 1 == self.segments.len(),
            PROVIDERS | NAMESPACE => false,
            _ => self.segments.get(at + 1).is_some_and(|next| {
                matches!(self.slots.get(slot + 2), Some(Slot::Literal(following)) if next.is(following))
            }),
        };
        if next_follows {
            self.slips.fix(missing, before.clone(), before, format!("{literal}/"));
            return Step::Missing;
        }
        if segment.is_placeholder() {
            return Step::Taken;
        }
        let (found, expected) = (found(), literal);
        self.slips.add(
            match slot {
                NAMESPACE => Kind::OtherNamespace { found, expected },
                TYPE => Kind::OtherType { found, expected },
                _ => Kind::UnexpectedSegment { found, expected },
            },
            segment.span(),
        );
        Step::Lost
    }

    fn value(&mut self, slot: usize, of: &'static str, segment: Segment<'a>) -> Step {
        let next_is_here =
            matches!(self.slots.get(slot + 1), Some(Slot::Literal(literal)) if segment.is(literal));
        if next_is_here {
            self.slips.add(Kind::MissingValue { of }, segment.start..segment.start);
            return Step::Missing;
        }
        self.values[slot] = Some(segment);
        Step::Taken
    }

    fn is_later_literal(&self, slot: usize, segment: Segment<'a>) -> bool {
        self.slots[slot + 1..]
            .iter()
            .any(|later| matches!(later, Slot::Literal(literal) if segment.is(literal)))
    }
}

enum Step {
    /// The segment fills the slot.
    Taken,
    /// The slot is empty, and the segment belongs to a later one.
    Missing,
    /// The segment makes no sense, and so will those after it.
    Lost,
}

fn is_ellipsis(segment: Segment<'_>) -> bool {
    placeholder_at(segment.text, 0)
        .is_some_and(|(length, style)| length == segment.text.len() && style == PlaceholderStyle::Ellipsis)
}

#[cfg(test)]
mod tests;
