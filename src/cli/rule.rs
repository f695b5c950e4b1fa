//! `armbody rule`: the rules, and one rule's page.

use std::fmt::Write as _;

use armbody::lint::{Fixable, find_rule, nearest_rule, rules};
use armbody::text::Shown;

use super::{Status, Terminal};

/// List the rules; explain one.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The rule to explain; all are listed without it.
    name: Option<String>,
}

pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> anyhow::Result<Status> {
    let Some(name) = &args.name else {
        terminal.print(&Shown::lines(&list()))?;
        return Ok(Status::Clean);
    };
    let rule = lookup(name)?;
    terminal.print(&Shown::lines(rule.page))?;
    Ok(Status::Clean)
}

/// The rule called `name`.
///
/// # Errors
/// An unknown name, with the nearest right one.
pub(crate) fn lookup(name: &str) -> anyhow::Result<&'static armbody::lint::Rule> {
    find_rule(name).ok_or_else(|| {
        let hint = nearest_rule(name)
            .map_or("`armbody rule` lists them".to_owned(), |near| format!("did you mean `{}`?", near.name));
        anyhow::anyhow!("there is no rule `{name}`; {hint}")
    })
}

fn list() -> String {
    let width = rules().map(|rule| rule.name.len()).max().unwrap_or_default();
    let mut out = String::new();
    let mut family = None;
    for rule in rules() {
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
