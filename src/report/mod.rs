//! Findings for people and for programs: one file a format.
//!
//! A [`Report`] is written file by file, in the order in which they are given, so that memory holds one at a
//! time; each format says how a file's findings stand in it and what begins and ends the whole.

mod azure_pipelines;
mod concise;
mod diff;
mod github;
mod gitlab;
mod json;
mod junit;
mod mask;
mod place;
mod root;
mod sarif;
mod text;
mod view;

pub use diff::unified;
#[cfg(feature = "lsp")]
pub(crate) use diff::{changes, lines};
pub use json::findings_in_a_line;
pub use mask::Mask;
pub use root::Root;

use std::borrow::Cow;
use std::io;
use std::str::FromStr;

use rayon::prelude::*;

use crate::lint::{Finding, Rule, Severity};
use crate::shown;
use crate::text::{Shown, Source};

/// How findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Frames with the source line, for reading.
    #[default]
    Text,
    /// A line a finding.
    Concise,
    /// One JSON array.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of `GitHub` Actions, which make annotations.
    GitHub,
    /// Logging commands of Azure Pipelines, which make issues.
    AzurePipelines,
    /// The XML of `JUnit`, for whatever shows test results.
    JUnit,
    /// `GitLab`'s Code Quality report.
    GitLab,
}

impl Format {
    /// The formats by name.
    pub const NAMES: [(&'static str, Self); 8] = [
        ("text", Self::Text),
        ("concise", Self::Concise),
        ("json", Self::Json),
        ("sarif", Self::Sarif),
        ("github", Self::GitHub),
        ("azure-pipelines", Self::AzurePipelines),
        ("junit", Self::JUnit),
        ("gitlab", Self::GitLab),
    ];

    /// True if `text` begins as a report in this format does.
    pub fn is_begun_by(self, text: &str) -> bool {
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let is_severity = |word: &str| word.parse::<Severity>().is_ok();
        match self {
            // `error[rule]: …`
            Self::Text => first.split_once('[').is_some_and(|(word, _)| is_severity(word)),
            // `path:line:column: severity rule: …`
            Self::Concise => {
                first.split(": ").nth(1).and_then(|it| it.split(' ').next()).is_some_and(is_severity)
            }
            Self::GitHub => first.starts_with("::"),
            Self::AzurePipelines => first.starts_with("##vso["),
            Self::JUnit => text.get(..512.min(text.len())).unwrap_or(text).contains("<testsuites"),
            Self::Sarif => serde_json::from_str::<serde_json::Value>(text)
                .is_ok_and(|log| log["runs"][0]["tool"]["driver"]["name"] == "armbody"),
            Self::Json | Self::GitLab => {
                let name = if self == Self::Json { "rule" } else { "check_name" };
                serde_json::from_str::<Vec<serde_json::Value>>(text)
                    .is_ok_and(|all| all.first().is_none_or(|one| one.get(name).is_some()))
            }
        }
    }

    /// True if it is for people: colours, lines to skim.
    pub fn is_for_reading(self) -> bool {
        matches!(self, Self::Text | Self::Concise)
    }
}

/// A word that is not a format.
#[derive(Debug, thiserror::Error)]
#[error("unknown format `{0}`; there are {1}")]
pub struct UnknownFormat(String, String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::NAMES
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, format)| *format)
            .ok_or_else(|| UnknownFormat(text.to_owned(), Self::NAMES.map(|(name, _)| name).join(", ")))
    }
}

/// A file and what was found in it.
#[derive(Clone, Copy, Debug)]
pub struct Checked<'a> {
    /// The file.
    pub source: &'a Source,
    /// Its findings, in the order of the text.
    pub findings: &'a [Finding],
    /// What must not be shown of it.
    pub mask: &'a Mask,
}

/// What a report ends with.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// True if the run fails: something at or above what is asked for, or a file that could not be handled.
    pub fails: bool,
    /// The worst finding.
    pub worst: Option<Severity>,
    /// The rules of the findings, in the order of the table.
    pub rules: Vec<&'static Rule>,
    /// Files that could not be handled and why, a line each.
    pub problems: Vec<String>,
    /// True if a fault of the program ended the check of a file.
    pub faulty: bool,
    /// What was looked at.
    pub coverage: Coverage,
}

/// What a run looked at, and what it did not.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// The files that were checked.
    pub checked: usize,
    /// The files that were not, by reason.
    pub skipped: Vec<(&'static str, usize)>,
    /// The findings that the baseline has.
    pub in_baseline: usize,
    /// The findings below the severity that is shown.
    pub below: usize,
    /// The calls whose body is neither in the file nor in one that was read.
    pub unread_bodies: usize,
}

/// Findings from which the trouble of handing them to another thread is worth it.
const PART: usize = 256;

/// What `show` makes of each finding and its index, one after the other. Many are shown side by side.
fn each(
    findings: &[Finding],
    between: &'static str,
    show: impl Fn(usize, &Finding) -> Shown + Sync,
) -> Shown {
    let part = |(number, findings): (usize, &[Finding])| {
        let shown = findings.iter().zip(number * PART..).map(|(finding, at)| show(at, finding));
        Shown::joined(shown, between)
    };
    if findings.len() <= PART {
        return part((0, findings));
    }
    Shown::joined(findings.par_chunks(PART).enumerate().map(part).collect::<Vec<_>>(), between)
}

/// Where a report is written to.
pub type Out<'o> = dyn FnMut(&Shown) -> io::Result<()> + 'o;

/// Writes findings in one format.
#[derive(Clone, Copy, Debug)]
pub struct Report<'r> {
    format: Format,
    styled: bool,
    fail_on: Severity,
    root: Option<&'r Root>,
    begun: bool,
}

impl<'r> Report<'r> {
    /// A report in `format`; `styled` puts colours where the format is for people.
    pub fn new(format: Format, styled: bool) -> Self {
        Self { format, styled, fail_on: Severity::Error, root: None, begun: false }
    }

    /// With another severity from which a finding fails the run: formats of test results tell those from others.
    #[must_use]
    pub fn failing_on(self, fail_on: Severity) -> Self {
        Self { fail_on, ..self }
    }

    /// Without colours.
    #[must_use]
    pub fn plain(self) -> Self {
        Self { styled: false, ..self }
    }

    /// The format.
    pub fn format(self) -> Format {
        self.format
    }

    /// True if what [`Report::render`] makes is what `other` makes.
    pub fn renders_as(self, other: Report<'_>) -> bool {
        let is_styled = self.format == Format::Text && self.styled != other.styled;
        self.format == other.format && self.fail_on == other.fail_on && self.root == other.root && !is_styled
    }

    /// With paths from a root: those of a platform.
    #[must_use]
    pub fn below(self, root: Option<&'r Root>) -> Self {
        Self { root, ..self }
    }

    /// What stands for `file` in the report: made apart from the writing, so that files can be rendered side by
    /// side and written in order.
    pub fn render(self, file: Checked<'_>) -> Shown {
        self.render_with(file, &[])
    }

    /// [`Report::render`], with the findings that the baseline has: SARIF tells of those too, as suppressed.
    pub fn render_with(self, file: Checked<'_>, known: &[Finding]) -> Shown {
        let findings = file.mask.findings(file.source, file.findings);
        let file = Checked { findings: &findings, ..file };
        let name = file.source.name();
        let path = place::slashes(self.root.map_or(Cow::Borrowed(name), |root| root.path(name)));
        match self.format {
            Format::Text => text::render(file, self.styled),
            Format::Concise => concise::render(file),
            Format::Json => json::render(file),
            Format::Sarif => sarif::render(file, &file.mask.findings(file.source, known), &path),
            Format::GitHub => github::render(file, &path),
            Format::AzurePipelines => azure_pipelines::render(file, &path),
            Format::JUnit => junit::render(file, &path, self.fail_on),
            Format::GitLab => gitlab::render(file, &path),
        }
    }

    /// Writes what [`Report::render`] made.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, rendered: &Shown, out: &mut Out<'_>) -> io::Result<()> {
        if rendered.is_empty() {
            return Ok(());
        }
        let before = match (self.format, self.begun) {
            (Format::Json | Format::GitLab | Format::Sarif, true) => ",\n",
            (_, true) => "",
            (_, false) => self.beginning(),
        };
        self.begun = true;
        out(&shown!("{}", before))?;
        out(rendered)
    }

    /// Writes what the format ends with.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(self, summary: &Summary, out: &mut Out<'_>) -> io::Result<()> {
        if !self.begun && matches!(self.format, Format::Sarif | Format::JUnit) {
            out(&shown!("{}", self.beginning()))?;
        }
        out(&match self.format {
            Format::Text | Format::Concise => Shown::default(),
            Format::Json | Format::GitLab => shown!("{}", if self.begun { "\n]\n" } else { "[]\n" }),
            Format::Sarif => sarif::end(summary),
            Format::JUnit => junit::end(summary),
            Format::GitHub => github::end(summary),
            Format::AzurePipelines => azure_pipelines::end(summary),
        })
    }

    fn beginning(self) -> &'static str {
        match self.format {
            Format::Json | Format::GitLab => "[\n",
            Format::Sarif => sarif::BEGIN,
            Format::JUnit => junit::BEGIN,
            Format::Text | Format::Concise | Format::GitHub | Format::AzurePipelines => "",
        }
    }
}
