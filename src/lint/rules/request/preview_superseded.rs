#![doc = include_str!("../../../../docs/rules/preview-superseded.md")]

use super::api_version_unknown::at_version;
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};

rule!(
    "preview-superseded",
    Request,
    Note,
    Never,
    "the API version is a preview that a stable version follows",
    Check::Call(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (Some(name), Some(version)) = (&subject.target.type_name, subject.target.api_version) else { return };
    if !version.is_preview() {
        return;
    }
    let described = subject.validators.schemas().described(name.as_str());
    let Some(described) = described.filter(|it| it.version(version).is_some()) else { return };
    let Some(stable) = described.successor(version) else { return };
    let message = format!("{version} is a preview of {}, and {stable} is stable", described.name());
    sink.push(at_version(subject, message, &RULE).help("previews change, and go after a year or so"));
}
