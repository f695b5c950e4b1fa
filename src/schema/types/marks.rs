//! The members that one type alone has: what a body without a type is recognised by.

use super::code::{PackError, Reader, Writer};
use super::{Described, InVersion, Pack, Shape};

/// Where a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MarkPlace {
    /// At the top of the body.
    Top,
    /// In its `properties`.
    Properties,
}

impl MarkPlace {
    fn code(self) -> u8 {
        match self {
            Self::Top => b't',
            Self::Properties => b'p',
        }
    }
}

/// A member as the index has it: its place, and its name without case.
pub(super) fn key(place: MarkPlace, name: &str) -> Vec<u8> {
    std::iter::once(place.code()).chain(name.bytes().map(|byte| byte.to_ascii_lowercase())).collect()
}

/// A member and the type that has it: the numbers of its namespace, and of the type among those of the namespace.
pub(super) type Mark = (Vec<u8>, (u32, u32));

/// Writes marks that are sorted by their keys.
pub(super) fn write(marks: &[Mark]) -> Vec<u8> {
    let mut columns: [Writer; 4] = Default::default();
    let mut before: &[u8] = &[];
    for (key, (namespace, kind)) in marks {
        let shared = before.iter().zip(key).take_while(|(a, b)| a == b).count();
        columns[0].number(shared as u64);
        columns[1].bytes(&key[shared..]);
        columns[2].number(u64::from(*namespace));
        columns[3].number(u64::from(*kind));
        before = key;
    }
    let mut out = Writer::default();
    out.number(marks.len() as u64);
    for column in columns {
        out.bytes(&column.0);
    }
    out.0
}

/// The marks of a pack.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<Mark>);

impl Marks {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, PackError> {
        let mut reader = Reader(bytes);
        let count = reader.count(bytes.len())?;
        let mut columns = [Reader(&[]); 4];
        for column in &mut columns {
            *column = Reader(reader.bytes()?);
        }
        let [shared, rest, namespaces, kinds] = &mut columns;
        let mut marks: Vec<Mark> = Vec::with_capacity(count);
        for _ in 0..count {
            let before = marks.last().map_or(&[][..], |(key, _)| key);
            let shared = before.get(..shared.small()? as usize);
            let mut key = shared.ok_or(PackError::Damaged("a member is missing"))?.to_vec();
            key.extend_from_slice(rest.bytes()?);
            marks.push((key, (namespaces.small()?, kinds.small()?)));
        }
        Ok(Self(marks))
    }

    fn find(&self, place: MarkPlace, name: &str) -> Option<(u32, u32)> {
        let key = key(place, name);
        let at = self.0.binary_search_by(|(own, _)| own.as_slice().cmp(&key)).ok()?;
        Some(self.0[at].1)
    }
}

/// Members of a type that no other has, for a body to be taken for one of the type.
const ENOUGH: usize = 2;

impl Pack {
    /// The one type that a body with these members can be of: two of them at least are members of this type alone, none
    /// is one of another type alone, and most of them are members of it. What is read-only is no mark.
    pub fn recognise(&self, members: &[(MarkPlace, &str)]) -> Option<Described<'_>> {
        let marks = self.marks()?;
        let mut found = None;
        let mut count = 0;
        for (place, name) in members {
            match (marks.find(*place, name), found) {
                (None, _) => {}
                (Some(mark), Some(known)) if mark != known => return None,
                (Some(mark), _) => {
                    found = Some(mark);
                    count += 1;
                }
            }
        }
        let (namespace, kind) = found.filter(|_| count >= ENOUGH)?;
        let namespace = self.namespaces.get(namespace as usize)?;
        let record = self.types_of(namespace).ok()?.get(kind as usize)?;
        let described = Described { pack: self, namespace, record };
        let versions: Vec<Shape<'_>> = described.versions().map(InVersion::shape).collect();
        let has = |place: MarkPlace, name: &str| {
            versions.iter().any(|body| match place {
                MarkPlace::Top => has_member(*body, name),
                MarkPlace::Properties => {
                    let properties =
                        body.objects().into_iter().filter_map(|object| object.property("properties"));
                    properties.into_iter().any(|property| has_member(property.shape(), name))
                }
            })
        };
        let known = members.iter().filter(|(place, name)| has(*place, name)).count();
        (known * 2 > members.len()).then_some(described)
    }
}

fn has_member(shape: Shape<'_>, name: &str) -> bool {
    shape.objects().into_iter().any(|object| object.property(name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_type_alone_has_tells_it() {
        use MarkPlace::{Properties as P, Top as T};
        let of = |members: &[(MarkPlace, &str)]| Pack::embedded().recognise(members).map(Described::name);
        assert_eq!(
            of(&[
                (T, "location"),
                (P, "enableRbacAuthorization"),
                (P, "enabledForDeployment"),
                (P, "accessPolicies")
            ]),
            Some("Microsoft.KeyVault/vaults")
        );
        assert_eq!(of(&[(T, "location"), (P, "accessPolicies")]), None);
        assert_eq!(of(&[(T, "name"), (P, "version"), (P, "description")]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn what_is_written_is_read() {
        let marks = vec![(key(MarkPlace::Properties, "aBc"), (1, 2)), (key(MarkPlace::Top, "abd"), (300, 4))];
        let read = Marks::read(&write(&marks)).expect("marks");
        assert_eq!(read.0, marks);
        assert_eq!(read.find(MarkPlace::Top, "ABD"), Some((300, 4)));
        for len in 0..write(&marks).len() {
            assert!(Marks::read(&write(&marks)[..len]).is_err(), "{len}");
        }
    }
}
