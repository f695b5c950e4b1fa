//! `armbody completions`: what a shell needs to complete the command line.

use armbody::notation::Form;
use armbody::report::Format;
use armbody::scenario::scenarios;
use clap::Command;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;

use super::{Status, Terminal};

/// Write a script that completes the command line in a shell.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// bash, zsh, fish, powershell or elvish.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(crate) fn run(args: &Args, mut command: Command, terminal: &mut Terminal) -> anyhow::Result<Status> {
    // Subcommands have no arguments before.
    command.build();
    let mut command = with_values(command);
    let name = command.get_name().to_owned();
    // The generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    terminal.pass(&script)?;
    Ok(Status::Clean)
}

/// The command with the words that stand for each value: when a call is read, it is the values that are read.
fn with_values(command: Command) -> Command {
    let subcommands: Vec<String> =
        command.get_subcommands().map(|subcommand| subcommand.get_name().to_owned()).collect();
    let command = subcommands.iter().fold(command, |command, name| command.mut_subcommand(name, with_values));
    let arguments: Vec<String> = command.get_arguments().map(|it| it.get_id().to_string()).collect();
    arguments.iter().fold(command, |command, id| match words(command.get_name(), id) {
        Some(words) => {
            command.mut_arg(id, |argument| argument.value_parser(PossibleValuesParser::new(words)))
        }
        None => command,
    })
}

/// The words that an argument of a subcommand can have.
fn words(command: &str, argument: &str) -> Option<Vec<&'static str>> {
    Some(match (command, argument) {
        ("render", "scenarios") => scenarios().iter().map(|scenario| scenario.name).collect(),
        ("rule", "name") | ("lint", "select" | "ignore") => {
            armbody::lint::rules().map(|rule| rule.name).collect()
        }
        (command, "form") => {
            let page = (command == "render").then_some("markdown");
            Form::ALL.into_iter().map(Form::as_str).chain(page).collect()
        }
        (_, "placeholders") => vec!["angle", "shell", "braces"],
        (_, "resource_type") => vec!["vm", "vmss", "identity"],
        (_, "method") => vec!["PUT", "PATCH", "GET", "DELETE"],
        ("render", "image") => vec!["windows", "linux"],
        ("lint", "format") => Format::NAMES.iter().map(|(name, _)| *name).collect(),
        ("lint", "fail_on") => vec!["error", "warning"],
        ("lint", "min_severity") => vec!["note", "warning", "error"],
        _ => return None,
    })
}
