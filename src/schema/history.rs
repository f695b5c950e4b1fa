//! Since when, and until when, a property exists.
//!
//! `history.tsv` of a provider has a line for every path; it is made by the importer, so that the question needs no
//! schema to be opened.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};

use super::document::Document;
use super::paths::{Step, matches, paths};
use crate::arm::{ApiVersion, Method};

/// Versions of a type that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionRange {
    /// The first version.
    pub since: ApiVersion,
    /// The last one; `None` when the newest known version is still in the range.
    pub until: Option<ApiVersion>,
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..", self.since)?;
        self.until.map_or(Ok(()), |until| write!(f, "{until}"))
    }
}

impl VersionRange {
    fn parse(text: &str) -> Option<Self> {
        let (since, until) = text.split_once("..")?;
        let until = if until.is_empty() { None } else { Some(until.parse().ok()?) };
        Some(Self { since: since.parse().ok()?, until })
    }

    /// Whether `version` is neither earlier nor later.
    pub fn contains(&self, version: ApiVersion) -> bool {
        self.since <= version && self.until.is_none_or(|until| version <= until)
    }
}

/// The versions for which `has` holds, as ranges of `versions`, which are in order.
pub(super) fn ranges(versions: &[ApiVersion], has: impl Fn(ApiVersion) -> bool) -> Vec<VersionRange> {
    let mut out = Vec::new();
    let mut open: Option<(ApiVersion, ApiVersion)> = None;
    for &version in versions {
        open = match (open, has(version)) {
            (Some((since, _)), true) => Some((since, version)),
            (None, true) => Some((version, version)),
            (Some((since, until)), false) => {
                out.push(VersionRange { since, until: Some(until) });
                None
            }
            (None, false) => None,
        };
    }
    out.extend(open.map(|(since, _)| VersionRange { since, until: None }));
    out
}

/// The text of `history.tsv` for each provider among the documents.
pub(super) fn tables(documents: &[Document]) -> BTreeMap<String, String> {
    type Rows<'d> = BTreeMap<(&'d str, &'d str, Method), BTreeMap<String, BTreeSet<ApiVersion>>>;
    let mut known: Rows<'_> = BTreeMap::new();
    let mut listed: Rows<'_> = BTreeMap::new();
    let mut versions: BTreeMap<(&str, Method), Vec<ApiVersion>> = BTreeMap::new();
    for document in documents {
        for (resource_type, methods) in document.operations() {
            for &method in methods {
                versions.entry((resource_type, method)).or_default().push(document.version());
                let key = (document.provider(), resource_type, method);
                let rows = known.entry(key).or_default();
                let values = listed.entry(key).or_default();
                for property in paths(document, resource_type, method) {
                    for value in property.values() {
                        let path = value_path(&property.path, value);
                        values.entry(path).or_default().insert(document.version());
                    }
                    rows.entry(property.path).or_default().insert(document.version());
                }
            }
        }
    }
    let mut out = BTreeMap::new();
    for ((provider, resource_type, method), mut rows) in known {
        // A value that every version has which has the property says nothing.
        for (path, has) in listed.remove(&(provider, resource_type, method)).unwrap_or_default() {
            let property = path.rsplit_once('=').map_or("", |(property, _)| property);
            let of_property = rows.get(property).or_else(|| rows.get(&format!("{property}[]")));
            if of_property != Some(&has) {
                rows.insert(path, has);
            }
        }
        let text: &mut String = out
            .entry(provider.to_owned())
            .or_insert_with(|| "resource_type\tmethod\tpath\tapi_versions\n".to_owned());
        let mut versions = versions.remove(&(resource_type, method)).unwrap_or_default();
        versions.sort();
        for (path, has) in rows {
            let ranges: Vec<String> =
                ranges(&versions, |v| has.contains(&v)).iter().map(ToString::to_string).collect();
            let _ = writeln!(text, "{resource_type}\t{method}\t{path}\t{}", ranges.join(","));
        }
    }
    out
}

/// The path of a value that a property lists. That of an array's elements stands with the array.
fn value_path(path: &str, value: &str) -> String {
    format!("{}={value}", path.trim_end_matches("[]"))
}

/// A `history.tsv`, its lines findable by the names that their paths end with.
pub(super) struct Table {
    text: String,
    /// The key of a path's end and where its line begins; sorted.
    lines: Vec<(u32, u32)>,
}

impl Table {
    pub(super) fn new(text: String) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            if let Some(path) = line.split('\t').nth(2) {
                lines.push((key(path), start));
            }
            start += line.len() as u32;
        }
        lines.sort_unstable();
        Self { text, lines }
    }

    /// The ranges of a path. They may overlap: a property whose name changed only in case has a line for each spelling,
    /// and is one property to ARM.
    pub(super) fn look_up(
        &self,
        resource_type: &str,
        method: Method,
        steps: &[Step<'_>],
    ) -> Vec<VersionRange> {
        let row = |start: u32| -> Option<Vec<VersionRange>> {
            let mut columns = self.text[start as usize..].lines().next()?.split('\t');
            let found = columns.next()?.eq_ignore_ascii_case(resource_type)
                && columns.next()? == method.as_str()
                && matches(columns.next()?, steps);
            found
                .then(|| columns.next())?
                .map(|ranges| ranges.split(',').filter_map(VersionRange::parse).collect())
        };
        // Any name may be that of a map's value.
        let ends = match steps.last() {
            Some(Step::Name(name)) => [Some(*name), Some("{}")],
            Some(Step::Element) => [Some("[]"), None],
            None => [None, None],
        };
        let mut starts: Vec<u32> = ends.into_iter().flatten().flat_map(|end| self.ending(key(end))).collect();
        starts.sort_unstable();
        starts.dedup();
        starts.into_iter().filter_map(row).flatten().collect()
    }

    fn ending(&self, key: u32) -> impl Iterator<Item = u32> + '_ {
        let first = self.lines.partition_point(|(it, _)| *it < key);
        self.lines[first..].iter().take_while(move |(it, _)| *it == key).map(|(_, start)| *start)
    }
}

/// What stands behind the last dot of a path (`[]` and `{}` where it ends with one), hashed without case (FNV-1a).
fn key(path: &str) -> u32 {
    let end = match path.get(path.len().saturating_sub(2)..) {
        Some(end @ ("[]" | "{}")) => end,
        _ => path.rsplit('.').next().unwrap_or_default(),
    };
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193);
    end.bytes().fold(0x811c_9dc5, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(texts: &[&str]) -> Vec<ApiVersion> {
        texts.iter().map(|text| text.parse().expect("a version")).collect()
    }

    #[test]
    fn ranges_have_an_end_only_when_something_follows() {
        let all = versions(&["2020-01-01", "2021-01-01-preview", "2021-01-01", "2022-01-01"]);
        let text = |has: &[usize]| {
            let found = ranges(&all, |v| has.iter().any(|&index| all[index] == v));
            for range in &found {
                assert_eq!(VersionRange::parse(&range.to_string()).as_ref(), Some(range));
            }
            found.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
        };
        assert_eq!(text(&[0, 1]), "2020-01-01..2021-01-01-preview");
        assert_eq!(text(&[1, 2, 3]), "2021-01-01-preview..");
        assert_eq!(text(&[0, 3]), "2020-01-01..2020-01-01,2022-01-01..");
        assert_eq!(text(&[]), "");
    }

    #[test]
    fn a_row_is_found_without_regard_to_case() {
        let table = Table::new(
            "N/a\tPUT\tover\t2020-01-01..2020-01-01\nN/a\tPUT\toVer\t2021-01-01..\nN/a\tPATCH\tover\t2020-01-01..\n\
             N/a\tPUT\tmap{}\t2020-01-01..\nN/a\tPUT\tmap{}.@a.b\t2020-01-01..\nN/a\tPUT\tlist[]\t2020-01-01..\n"
                .to_owned(),
        );
        let count =
            |resource_type, steps: &[Step<'_>]| table.look_up(resource_type, Method::Put, steps).len();
        let name = Step::Name;
        assert_eq!(count("n/A", &[name("OVER")]), 2);
        assert_eq!(count("N/a", &[name("other")]), 0);
        assert_eq!(count("N/b", &[name("over")]), 0);
        assert_eq!(count("N/a", &[name("map"), name("anything.at.all")]), 1);
        assert_eq!(count("N/a", &[name("map"), name("x"), name("@A.b")]), 1);
        assert_eq!(count("N/a", &[name("list"), Step::Element]), 1);
    }
}
