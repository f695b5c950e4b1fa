#![doc = include_str!("../../../../docs/rules/property-not-in-version.md")]

use super::called;
use crate::arm::ApiVersion;
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::schema::{Problem, ProblemKind, Standing, VersionRange};

rule!(
    "property-not-in-version",
    Schema,
    Error,
    Never,
    "other API versions have the property, this one does not",
    Check::Problem(check)
);

fn check(subject: &Subject<'_>, problem: &Problem<'_>, sink: &mut Sink<'_>) {
    let ProblemKind::NotInVersion { ranges } = &problem.kind else { return };
    let (Some(name), Some(standing), Some(type_name)) =
        (problem.name, subject.standing, subject.target.type_name.as_ref())
    else {
        return;
    };
    // Between two versions either may be the one that is meant.
    let between = matches!(standing, Standing::Unpublished { later: Some(later), .. }
        if ranges.iter().any(|range| range.contains(later)));
    if between || sink.explained(subject, name) {
        return;
    }
    let version = standing.serves();
    let first = subject.validators.schemas().known_versions(type_name.as_str()).first().copied();
    let known: Vec<String> = ranges.iter().map(|range| described(*range, first)).collect();
    let text = name.as_str().unwrap_or_default();
    let message = format!("{} has no `{text}` in {version}", called(subject, &problem.place.parent()));
    let when = format!("`{text}` is known {}", known.join(" and "));
    let help = match nearest(ranges, version) {
        Some(other) => format!("{when}: use api-version {other}, or leave it out"),
        None => when,
    };
    sink.push(subject.at(&RULE, name.span(), message).help(help));
}

/// `since 2019-03-01`, `until 2018-04-01`, `from 2018-06-01 to 2019-12-01`.
pub(super) fn described(range: VersionRange, first: Option<ApiVersion>) -> String {
    match (range.until, first == Some(range.since)) {
        (None, _) => format!("since {}", range.since),
        (Some(until), true) => format!("until {until}"),
        (Some(until), false) if until == range.since => format!("in {until}"),
        (Some(until), false) => format!("from {} to {until}", range.since),
    }
}

/// The version nearest to `version` that has the property: the first later one, else the last before it.
pub(super) fn nearest(ranges: &[VersionRange], version: ApiVersion) -> Option<ApiVersion> {
    let later = ranges.iter().map(|range| range.since).filter(|since| *since > version).min();
    later.or_else(|| ranges.iter().filter_map(|range| range.until).max())
}
