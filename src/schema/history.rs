//! Since when, and until when, a property exists.
//!
//! `history.tsv` of a provider has a line for every path; it is made by the importer, so that the question needs no
//! schema to be opened.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::document::Document;
use super::paths::{Step, matches, paths};

/// Versions of a type that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange {
    /// The first version.
    pub since: String,
    /// The last one; `None` when the newest known version is still in the range.
    pub until: Option<String>,
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.since, self.until.as_deref().unwrap_or_default())
    }
}

impl VersionRange {
    fn parse(text: &str) -> Option<Self> {
        let (since, until) = text.split_once("..")?;
        Some(Self { since: since.to_owned(), until: (!until.is_empty()).then(|| until.to_owned()) })
    }

    /// Whether `version` is in the range, in the order of [`version_key`].
    pub fn contains(&self, version: &str) -> bool {
        let key = version_key(version);
        version_key(&self.since) <= key && self.until.as_deref().is_none_or(|until| key <= version_key(until))
    }
}

/// A key that sorts API versions: by date, and a preview before the stable version of the same day.
pub fn version_key(version: &str) -> (&str, bool, &str) {
    let (date, rest) = version.split_at_checked(10).unwrap_or((version, ""));
    (date, rest.is_empty(), rest)
}

/// The versions for which `has` holds, as ranges of `versions`, which are in order.
pub(super) fn ranges<'a>(versions: &[&'a str], has: impl Fn(&str) -> bool) -> Vec<VersionRange> {
    let mut out = Vec::new();
    let mut open: Option<(&'a str, &'a str)> = None;
    for version in versions {
        open = match (open, has(version)) {
            (Some((since, _)), true) => Some((since, version)),
            (None, true) => Some((version, version)),
            (Some((since, until)), false) => {
                out.push(VersionRange { since: since.to_owned(), until: Some(until.to_owned()) });
                None
            }
            (None, false) => None,
        };
    }
    out.extend(open.map(|(since, _)| VersionRange { since: since.to_owned(), until: None }));
    out
}

/// The text of `history.tsv` for each provider among the documents.
pub(super) fn tables(documents: &[Document]) -> BTreeMap<String, String> {
    let mut known: BTreeMap<(&str, &str, &str), BTreeMap<String, BTreeSet<&str>>> = BTreeMap::new();
    let mut versions: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for document in documents {
        for (resource_type, methods) in document.operations() {
            for method in methods {
                versions.entry((resource_type, method)).or_default().push(document.version());
                let rows = known.entry((document.provider(), resource_type, method)).or_default();
                for property in paths(document, resource_type, method) {
                    rows.entry(property.path).or_default().insert(document.version());
                }
            }
        }
    }
    for list in versions.values_mut() {
        list.sort_by_key(|version| version_key(version));
    }
    let mut out = BTreeMap::new();
    for ((provider, resource_type, method), rows) in known {
        let text: &mut String = out
            .entry(provider.to_owned())
            .or_insert_with(|| "resource_type\tmethod\tpath\tapi_versions\n".to_owned());
        let versions = versions.get(&(resource_type, method)).map_or(&[][..], Vec::as_slice);
        for (path, has) in rows {
            let ranges: Vec<String> =
                ranges(versions, |v| has.contains(v)).iter().map(ToString::to_string).collect();
            text.push_str(&format!("{resource_type}\t{method}\t{path}\t{}\n", ranges.join(",")));
        }
    }
    out
}

/// The ranges of a path in a `history.tsv`.
pub(super) fn look_up(
    table: &str,
    resource_type: &str,
    method: &str,
    steps: &[Step<'_>],
) -> Option<Vec<VersionRange>> {
    table.lines().find_map(|line| {
        let mut columns = line.split('\t');
        let (found_type, found_method, path, ranges) =
            (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
        let found = found_type.eq_ignore_ascii_case(resource_type)
            && found_method.eq_ignore_ascii_case(method)
            && matches(path, steps);
        found.then(|| ranges.split(',').filter_map(VersionRange::parse).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_comes_before_the_stable_version_of_its_day() {
        let mut versions = ["2021-01-01", "2020-12-01", "2021-01-01-preview", "2020-12-01-beta"];
        versions.sort_by_key(|version| version_key(version));
        assert_eq!(versions, ["2020-12-01-beta", "2020-12-01", "2021-01-01-preview", "2021-01-01"]);
    }

    #[test]
    fn ranges_have_an_end_only_when_something_follows() {
        let versions = ["a", "b", "c", "d"];
        let text = |has: &[&str]| {
            let has: Vec<&str> = has.to_vec();
            ranges(&versions, |v| has.contains(&v))
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(",")
        };
        assert_eq!(text(&["a", "b"]), "a..b");
        assert_eq!(text(&["b", "c", "d"]), "b..");
        assert_eq!(text(&["a", "d"]), "a..a,d..");
        assert_eq!(text(&[]), "");
    }
}
