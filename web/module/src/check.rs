//! Findings and fixes.

use std::path::Path;

use armbody::arm::{ResourceType, ResourceTypeName};
use armbody::container::Kind;
use armbody::lint::{self, Day, Given, Inspection, Options, examine, given_secrets, secrets_of};
use armbody::lsp;
use armbody::report::{Checked, Mask, findings_in_a_line, unified};
use armbody::schema::Validators;
use armbody::text::{Source, Span};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::ask::parsed;
use crate::project::Project;
use crate::told;

/// What is said of a body that stands alone, and of the day.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Check {
    r#type: Option<String>,
    method: Option<String>,
    api_version: Option<String>,
    /// Seconds since the first of January 1970: a marker may have a last day.
    now: Option<u64>,
    /// What the project says.
    project: Project,
}

/// Which fixes.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Fix {
    check: Check,
    /// The finding, as [`check()`] counts them; all safe ones if none is named.
    index: Option<usize>,
    /// With those that are not safe.
    r#unsafe: bool,
}

/// Which place.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Hover {
    check: Check,
    /// The byte of the text.
    offset: u32,
}

impl Check {
    /// The options for the text that is called `name`; `None` if the configuration leaves it out.
    fn options(&self, name: &str) -> Result<Option<Options>, String> {
        let mut options = Options::default();
        options.given = Given {
            method: parsed("method", self.method.as_deref())?,
            api_version: parsed("api_version", self.api_version.as_deref())?,
            ..Given::default()
        };
        if let Some(word) = self.r#type.as_deref().map(str::trim).filter(|word| !word.is_empty()) {
            match word.parse::<ResourceType>() {
                Ok(known) => options.given.resource_type = Some(known),
                Err(error) => {
                    options.type_name = Some(described(word).ok_or_else(|| format!("type: {error}"))?);
                }
            }
        }
        options.today = self.now.and_then(Day::of_seconds);
        self.project.options(name, options)
    }
}

/// A type that only the schemas know.
fn described(word: &str) -> Option<ResourceTypeName> {
    let (namespace, types) = word.split_once('/')?;
    let name = ResourceTypeName::from_parts(namespace, types.split('/'))?;
    Validators::embedded().knows(name.as_str()).then_some(name)
}

fn kind(name: &str) -> Result<Kind, String> {
    Kind::of(Path::new(name)).ok_or_else(|| format!("{name}: of no known kind"))
}

pub(crate) fn check(name: &str, text: &str, asked: &Check) -> Result<Value, String> {
    let kind = kind(name)?;
    let Some(options) = asked.options(name)? else {
        return Ok(json!({ "findings": [], "leftAlone": false, "isExcluded": true, "fixable": 0 }));
    };
    let source = Source::new(name, text);
    let Inspection { findings, secrets, is_left_alone, is_private, .. } = examine(&source, kind, &options);
    let source = if is_private { Source::new(name, "") } else { source };
    let mask = Mask::new(&source, secrets);
    let array = findings_in_a_line(Checked { source: &source, findings: &findings, mask: &mask });
    let array: Value = serde_json::from_str(array.as_str()).map_err(told)?;
    let fixable = findings.iter().filter(|it| it.fix.as_ref().is_some_and(|fix| fix.safe)).count();
    Ok(json!({ "findings": array, "leftAlone": is_left_alone, "isExcluded": false, "fixable": fixable }))
}

pub(crate) fn fix(name: &str, text: &str, asked: &Fix) -> Result<Value, String> {
    let kind = kind(name)?;
    let Some(options) = asked.check.options(name)? else {
        return Ok(json!({ "text": text, "diff": "", "applied": 0 }));
    };
    let source = Source::new(name, text);
    let old = Mask::new(&source, secrets_of(&source, kind, &options));
    let (fixed, applied) = match asked.index {
        Some(index) => {
            let findings = lint::check(&source, kind, &options);
            let fix = findings.get(index).and_then(|finding| finding.fix.as_ref());
            let fix = fix.ok_or_else(|| format!("finding {index} has no fix"))?;
            let bytes = source.edited(&fix.edits).map_err(told)?.into_owned();
            (source.with_bytes(bytes), 1)
        }
        None => {
            let copy = source.with_bytes(source.bytes().to_vec());
            let fixed = lint::fix(copy, kind, &options, asked.r#unsafe);
            (fixed.source, fixed.applied)
        }
    };
    let new = Mask::after(&fixed, secrets_of(&fixed, kind, &options), &old);
    let diff = unified((&source, &old), (&fixed, &new));
    // The text is the user's own and goes back into the editor as it is; what is shown of it is masked.
    Ok(json!({ "text": fixed.text(), "diff": diff.as_str(), "applied": applied }))
}

pub(crate) fn hover(name: &str, text: &str, asked: &Hover) -> Result<Value, String> {
    let kind = kind(name)?;
    let options = asked.check.options(name)?;
    let said = options
        .and_then(|options| lsp::hover(Source::new(name, text), kind, &options, &[], asked.offset))
        .map(|it| json!({ "markdown": it.markdown, "start": it.span.start, "end": it.span.end }));
    Ok(json!({ "said": said }))
}

/// `template` says which of the values are secret, where the text is a file of parameters.
pub(crate) fn masked(name: &str, text: &str, template: &str) -> Result<Value, String> {
    let source = Source::new(name, text);
    let mut secrets = secrets_of(&source, kind(name)?, &Options::default());
    secrets.extend(given_secrets(&source, &Source::new("template.json", template)));
    let mask = Mask::new(&source, secrets);
    let hidden = mask.cover(&source, Span::new(0, source.text().len()));
    Ok(json!({ "text": hidden, "secrets": mask.spans().len() }))
}
