//! The command line: one file a command. Commands talk to people and leave the domain to the library.

mod common;
mod completions;
mod expand;
mod later;
mod lint;
#[cfg(feature = "lsp")]
mod lsp;
mod man;
mod plan;
mod render;
mod requests;
mod rule;
mod schema;
mod sync;
mod terminal;

use std::process::ExitCode;

pub(crate) use armbody::command::Status;
use armbody::text::Shown;
use armbody::{fault, shown};
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser, Subcommand};

use later::Later;
pub(crate) use terminal::{ColorChoice, Terminal};

const STATUS: &str = "Exit status: 0 nothing found, 1 findings or something would change, 2 the call or a file could not be handled.";

/// Write and check the request bodies that manage virtual machines' identities through Azure Resource Manager.
#[derive(Debug, Parser)]
#[command(name = "armbody", version, max_term_width = 100, after_help = STATUS)]
struct Cli {
    /// When to use colours.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the requests of identity scenarios.
    Render(Later<render::Args>),
    /// Write the request that takes a VM from the identity it has to the one wanted.
    Plan(Later<plan::Args>),
    /// Find what is wrong in bodies, documents, scripts and templates; --fix corrects it.
    Lint(Later<lint::Args>),
    /// List every ARM call found in documents, scripts and templates.
    Requests(Later<requests::Args>),
    /// Write the requests that a deployment of a template makes.
    Expand(Later<expand::Args>),
    /// Keep snippets in documents equal to what render writes.
    Sync(Later<sync::Args>),
    /// List the rules; explain one.
    Rule(Later<rule::Args>),
    /// The embedded schemas; make them from Azure's `OpenAPI` files.
    #[command(subcommand)]
    Schema(schema::Command),
    /// A language server on standard input and output, for editors.
    #[cfg(feature = "lsp")]
    Lsp(Later<lsp::Args>),
    /// Write a script that completes the command line in a shell.
    Completions(Later<completions::Args>),
    /// Write the manual page; with -o, one page for each command.
    Man(Later<man::Args>),
}

/// Runs the command that the arguments name. A fault of the program ends with the status of what could not be handled.
pub(crate) fn run() -> ExitCode {
    fault::tell(|line| Terminal::tell(&shown!("armbody: {}", Shown::line(line))));
    fault::isolated(command).unwrap_or(Status::Failed.into())
}

fn command() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    let mut terminal = Terminal::new(cli.color);
    let outcome = match cli.command {
        // Its exit status is the protocol's.
        #[cfg(feature = "lsp")]
        Command::Lsp(args) => return end(lsp::run(&args.0, &mut terminal), &mut terminal),
        Command::Render(args) => render::run(&args.0, &mut terminal),
        Command::Plan(args) => plan::run(&args.0, &mut terminal),
        Command::Lint(args) => lint::run(&args.0, &mut terminal),
        Command::Requests(args) => requests::run(&args.0, &mut terminal),
        Command::Expand(args) => expand::run(&args.0, &mut terminal),
        Command::Sync(args) => sync::run(&args.0, &mut terminal),
        Command::Rule(args) => rule::run(&args.0, &mut terminal),
        Command::Schema(command) => schema::run(&command, &mut terminal),
        Command::Completions(args) => completions::run(&args.0, Cli::command(), &mut terminal),
        Command::Man(args) => man::run(&args.0, Cli::command(), &mut terminal),
    };
    let outcome = outcome.and_then(|status| terminal.flush().map(|()| status.into()).map_err(Into::into));
    end(outcome, &mut terminal)
}

fn end(outcome: anyhow::Result<ExitCode>, terminal: &mut Terminal) -> ExitCode {
    match outcome {
        Ok(status) => status,
        // Whoever reads has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            terminal.say(&shown!("armbody: {}", Shown::line(&format!("{error:#}"))));
            Status::Failed.into()
        }
    }
}

/// Help and version are what was asked for; anything else is one line on stderr.
fn refuse(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // Nothing is left to do about a standard output that cannot be written.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
        return Status::Failed.into();
    }
    let line = Shown::line(&in_one_line(&error.render().to_string()));
    Terminal::new(ColorChoice::Never).say(&shown!("armbody: {}", line));
    Status::Failed.into()
}

/// What clap says in several lines, without the usage that it ends with.
pub(crate) fn in_one_line(text: &str) -> String {
    let parts = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let parts = parts.filter(|line| !line.is_empty() && !line.starts_with("For more information"));
    let mut line = String::new();
    for part in parts {
        if !line.is_empty() {
            line.push_str(if line.ends_with(':') { " " } else { "; " });
        }
        line.push_str(part.strip_prefix("error: ").unwrap_or(part));
    }
    line
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
