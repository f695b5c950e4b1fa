//! `armbody rule`: the rules, and one rule's page.

use std::fmt::Write as _;
use std::str::FromStr;

use armbody::lint::{Fixable, Rule, find_rule, nearest_rule, rules, since};
use armbody::report::page_of;
use armbody::shown;
use armbody::text::Shown;
use serde::Serialize;

use super::{Status, Terminal};

/// List the rules; explain one.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The rule to explain; all are listed without it.
    name: Option<String>,
    /// text, or json for programs.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// List the rules that came after VERSION.
    #[arg(long, value_name = "VERSION", conflicts_with = "name")]
    since: Option<Version>,
}

/// How rules are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For reading.
    Text,
    /// An object a rule; all are one array.
    Json,
}

/// A version of the program: numbers between dots.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version(Vec<u32>);

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.strip_prefix('v').unwrap_or(text).split('.').map(str::parse);
        match numbers.collect::<Result<Vec<u32>, _>>() {
            Ok(numbers) if numbers.len() == 3 => Ok(Self(numbers)),
            _ => Err(format!("`{text}` is not a version; write it as 0.1.0")),
        }
    }
}

/// A rule as data.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    family: String,
    severity: &'static str,
    fix: &'static str,
    summary: &'static str,
    since: &'static str,
    url: String,
    page: &'static str,
    /// The names that it had before.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    former_names: &'static [&'static str],
}

impl Row {
    fn of(rule: &'static Rule) -> Self {
        Self {
            name: rule.name,
            family: rule.family.to_string(),
            severity: rule.severity.as_str(),
            fix: match rule.fixable {
                Fixable::Never => "never",
                Fixable::Sometimes => "sometimes",
                Fixable::Always => "always",
            },
            summary: rule.summary,
            since: since(rule),
            url: page_of(rule),
            page: rule.page(),
            former_names: rule.former_names(),
        }
    }
}

pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> anyhow::Result<Status> {
    if let Some(name) = &args.name {
        let rule = lookup(name)?;
        if rule.name != name {
            terminal.say(&shown!("`{}` is called `{}` now\n", Shown::line(name), rule.name));
        }
        terminal.print(&match args.format {
            Format::Text => Shown::lines(rule.page()),
            Format::Json => shown!("{}\n", Shown::json(&Row::of(rule))),
        })?;
        return Ok(Status::Clean);
    }
    let is_later = |rule: &&'static Rule| {
        args.since.as_ref().is_none_or(|version| since(rule).parse().is_ok_and(|own: Version| own > *version))
    };
    let wanted: Vec<&'static Rule> = rules().filter(is_later).collect();
    terminal.print(&match args.format {
        Format::Text => Shown::lines(&list(&wanted)),
        Format::Json => {
            let rows: Vec<Row> = wanted.into_iter().map(Row::of).collect();
            shown!("{}\n", Shown::json(&rows))
        }
    })?;
    Ok(Status::Clean)
}

/// The rule called `name`.
///
/// # Errors
/// An unknown name, with the nearest right one.
pub(crate) fn lookup(name: &str) -> anyhow::Result<&'static Rule> {
    find_rule(name).ok_or_else(|| {
        let hint = nearest_rule(name)
            .map_or("`armbody rule` lists them".to_owned(), |near| format!("did you mean `{}`?", near.name));
        anyhow::anyhow!("there is no rule `{name}`; {hint}")
    })
}

fn list(wanted: &[&Rule]) -> String {
    let width = wanted.iter().map(|rule| rule.name.len()).max().unwrap_or_default();
    let mut out = String::new();
    let mut family = None;
    for rule in wanted {
        if family != Some(rule.family) {
            if family.is_some() {
                out.push('\n');
            }
            let _ = writeln!(out, "{}", rule.family);
            family = Some(rule.family);
        }
        let fix = match rule.fixable {
            Fixable::Never => "     ",
            Fixable::Sometimes => "fix? ",
            Fixable::Always => "fix  ",
        };
        let _ = writeln!(out, "  {:width$}  {:7}  {fix} {}", rule.name, rule.severity, rule.summary);
    }
    out
}
