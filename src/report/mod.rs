//! Findings for people and for programs: one file a format.
//!
//! A [`Report`] is written file by file, in the order in which they are given, so that memory holds one at a
//! time; each format says how a file's findings stand in it and what begins and ends the whole.

mod azure_pipelines;
mod concise;
mod diff;
mod excerpt;
mod github;
mod gitlab;
mod json;
mod junit;
mod mask;
mod pipeline;
mod place;
mod rdjson;
mod root;
mod sarif;
mod text;

pub use diff::unified;
#[cfg(feature = "lsp")]
pub(crate) use diff::{changes, lines};
pub use github::command as github_command;
pub use json::findings_in_a_line;
pub use mask::Mask;
pub use pipeline::Pipeline;
pub use place::page_of;
pub use root::Root;

use std::borrow::{Borrow, Cow};
use std::io;
use std::str::FromStr;

use rayon::prelude::*;

use crate::lint::{Finding, Rule, Severity};
use crate::shown;
use crate::text::{Shown, Source};

/// The table of formats: a name in code, what it is for, and the file that writes it.
macro_rules! formats {
    ($($(#[$meta:meta])* $variant:ident => $module:ident,)*) => {
        /// How findings are written.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum Format {
            $($(#[$meta])* $variant,)*
        }

        impl Format {
            /// The formats by name.
            pub const NAMES: [(&'static str, Self); [$(stringify!($variant)),*].len()] =
                [$(($module::ROW.name, Self::$variant)),*];

            fn row(self) -> &'static Row {
                match self {
                    $(Self::$variant => &const { $module::ROW },)*
                }
            }
        }
    };
}

formats! {
    /// Frames with the source line, for reading.
    #[default]
    Text => text,
    /// A line a finding.
    Concise => concise,
    /// One JSON array.
    Json => json,
    /// SARIF 2.1.0, for code scanning.
    Sarif => sarif,
    /// Workflow commands of `GitHub` Actions, which make annotations.
    GitHub => github,
    /// Logging commands of Azure Pipelines, which make issues.
    AzurePipelines => azure_pipelines,
    /// The XML of `JUnit`, for whatever shows test results.
    JUnit => junit,
    /// `GitLab`'s Code Quality report.
    GitLab => gitlab,
    /// Reviewdog's diagnostics.
    RdJson => rdjson,
}

/// A format: how a file's findings stand in it, and what begins and ends the whole.
struct Row {
    /// What people call it.
    name: &'static str,
    /// It is for people: colours, lines to skim.
    is_for_reading: bool,
    /// The variables that name the root of a platform's checkout, at which paths begin; `None` where they begin at the
    /// folder of the run.
    roots: Option<&'static [&'static str]>,
    /// What stands before the first file.
    begin: &'static str,
    /// What stands between two files.
    between: &'static str,
    /// It has a beginning whether anything was found or not.
    is_document: bool,
    /// What stands for a file.
    render: fn(&Page<'_>) -> Shown,
    /// What ends it; true if something was written before.
    end: fn(&Summary, bool) -> Shown,
    /// True for a text that an earlier run may have written.
    is_begun_by: fn(&str) -> bool,
}

/// A file that is to be shown, and how. [`each`] masks its secrets.
struct Page<'p> {
    file: Checked<'p>,
    /// The findings that the baseline has.
    known: &'p [Finding],
    /// As the format has paths.
    path: &'p str,
    styled: bool,
    /// The severity from which a finding fails the run.
    fail_on: Severity,
}

impl Format {
    /// True if `text` begins as a report in this format does.
    pub fn is_begun_by(self, text: &str) -> bool {
        (self.row().is_begun_by)(text)
    }

    /// True if it is for people: colours, lines to skim.
    pub fn is_for_reading(self) -> bool {
        self.row().is_for_reading
    }

    /// True if it tells of findings that the baseline has.
    pub fn has_known(self) -> bool {
        self == Self::Sarif
    }
}

/// The first line of a text with anything on it.
fn first_line(text: &str) -> &str {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default()
}

fn is_severity(word: &str) -> bool {
    word.parse::<Severity>().is_ok()
}

/// True for an array of JSON that is empty or whose first object has a member called `name`.
fn is_array_of(text: &str, name: &str) -> bool {
    serde_json::from_str::<Vec<serde_json::Value>>(text)
        .is_ok_and(|all| all.first().is_none_or(|one| one.get(name).is_some()))
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
    /// What tells this run from others of the same code, where there are several: SARIF's `automationDetails`.
    pub category: Option<String>,
    /// The run of Azure Pipelines that this is.
    pub pipeline: Option<Pipeline>,
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

/// Parts that are shown side by side, before they stand in the report.
const WAVE: usize = 16;

/// What `show` makes of each of `findings`, which are of `file`, and its index, one after the other; their secrets are
/// masked. Many are shown side by side.
fn each<F: Borrow<Finding> + Sync>(
    file: Checked<'_>,
    findings: &[F],
    between: &'static str,
    show: impl Fn(usize, &Finding) -> Shown + Sync,
) -> Shown {
    let part = |(number, findings): (usize, &[F])| {
        let masked = findings.iter().map(|finding| file.mask.finding(file.source, finding.borrow()));
        let shown = masked.zip(number * PART..).map(|(finding, at)| show(at, &finding));
        Shown::joined(shown, between)
    };
    if findings.len() <= PART {
        return part((0, findings));
    }
    let waves = findings.chunks(PART * WAVE).enumerate().flat_map(|(wave, findings)| {
        let numbered = findings.par_chunks(PART).enumerate();
        numbered.map(|(number, findings)| part((wave * WAVE + number, findings))).collect::<Vec<_>>()
    });
    Shown::joined(waves, between)
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
        let name = file.source.name();
        let path = place::slashes(self.root.map_or(Cow::Borrowed(name), |root| root.path(name)));
        let (styled, fail_on) = (self.styled, self.fail_on);
        (self.format.row().render)(&Page { file, known, path: &path, styled, fail_on })
    }

    /// Writes what [`Report::render`] made.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&mut self, rendered: &Shown, out: &mut Out<'_>) -> io::Result<()> {
        if rendered.is_empty() {
            return Ok(());
        }
        let before = if self.begun { shown!("{}", self.format.row().between) } else { self.beginning() };
        self.begun = true;
        out(&before)?;
        out(rendered)
    }

    /// Writes what the format ends with.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(self, summary: &Summary, out: &mut Out<'_>) -> io::Result<()> {
        if !self.begun && self.format.row().is_document {
            out(&self.beginning())?;
        }
        out(&(self.format.row().end)(summary, self.begun))
    }

    fn beginning(self) -> Shown {
        shown!("{}", self.format.row().begin)
    }
}
