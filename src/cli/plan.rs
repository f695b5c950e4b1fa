//! `armbody plan`: the request that takes a machine from the identities it has to those wanted.

use std::path::PathBuf;

use armbody::command::{self, Plan};
use armbody::scenario::{SystemWish, Wishes};

use super::common::{Fill, Output, PlanAs, Target, finish, read};
use super::{Status, Terminal};

/// Write the request that takes a VM from the identity it has to the one wanted.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that is there or not")]
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What GET, `az vm show`, `az vm list`, `az graph query` or `Get-AzVM | ConvertTo-Json -Depth 10
    /// -EnumsAsStrings` returned, of one machine or many; - is standard input.
    #[arg(long, value_name = "FILE")]
    current: PathBuf,
    /// The system-assigned identity.
    #[arg(long, value_name = "on|off|keep", default_value = "keep")]
    system: System,
    /// Assign an identity; the others stay.
    #[arg(long, value_name = "ID-OR-NAME", num_args = 1..)]
    add: Vec<String>,
    /// Take an identity away; the others stay.
    #[arg(long, value_name = "ID-OR-NAME", num_args = 1..)]
    remove: Vec<String>,
    /// Have these user-assigned identities and no others.
    #[arg(long, value_name = "ID-OR-NAME", num_args = 1..)]
    only: Vec<String>,
    /// Have no identity at all.
    #[arg(long)]
    none: bool,
    /// Pass over identities in --remove that the machine does not have.
    #[arg(long)]
    ignore_missing: bool,
    /// Leave out the ids that stay, where the API version merges what a PATCH says.
    #[arg(long)]
    minimal: bool,
    /// Write the way back: from what is wanted to what the machine has now.
    #[arg(long)]
    undo: bool,
    /// Give a role, by name or by the GUID of its definition, to the identity that --system on or --add gives.
    #[arg(long, value_name = "GUID-OR-NAME", requires = "scope", conflicts_with_all = ["undo", "check", "show", "format"])]
    role: Option<String>,
    /// Where the role is given: the id of a resource, resource group, subscription or management group.
    #[arg(long, value_name = "ID", requires = "role")]
    scope: Option<String>,
    /// Write nothing; exit with 1 if something is to be done, with 0 if not.
    #[arg(long, conflicts_with_all = ["folder", "show", "format"])]
    check: bool,
    /// What to print: the request, the states before and after, or the rights that the request takes.
    #[arg(long, value_name = "WHAT", default_value = "request")]
    show: Show,
    /// text, or json: one array with an object for each machine.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// What to write: the body alone, a call, or the whole procedure (json, curl, az, http, powershell,
    /// template, az-vm, bicep, terraform, script).
    #[arg(long = "as", value_name = "FORM", default_value = "json")]
    form: PlanAs,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    fill: Fill,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum System {
    /// Have one.
    On,
    /// Have none.
    Off,
    /// As it is.
    Keep,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Show {
    /// The request.
    Request,
    /// The states before and after, side by side.
    States,
    /// The rights that it takes to make the change.
    Rights,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people and shells.
    Text,
    /// For programs.
    Json,
}

pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> anyhow::Result<Status> {
    let answer = read(&args.current, "-", args.output.max_size)
        .map_err(|error| anyhow::anyhow!("--current {error}"))?;
    let outcome = args.asked().run(answer.bytes().to_vec(), &args.output.settings()?)?;
    finish(&outcome, args.output.folder.as_deref(), terminal)
}

impl Args {
    fn asked(&self) -> Plan {
        Plan {
            name: self.current.display().to_string(),
            wishes: Wishes {
                system: match self.system {
                    System::On => SystemWish::On,
                    System::Off => SystemWish::Off,
                    System::Keep => SystemWish::Keep,
                },
                add: self.add.clone(),
                remove: self.remove.clone(),
                only: self.only.clone(),
                none: self.none,
                ignore_missing: self.ignore_missing,
            },
            minimal: self.minimal,
            undo: self.undo,
            role: self.role.clone(),
            scope: self.scope.clone(),
            check: self.check,
            show: match self.show {
                Show::Request => command::Show::Request,
                Show::States => command::Show::States,
                Show::Rights => command::Show::Rights,
            },
            format: match self.format {
                Format::Text => command::PlanFormat::Text,
                Format::Json => command::PlanFormat::Json,
            },
            form: self.form.0,
            target: self.target.asked(),
            output: self.output.asked(),
            fill: self.fill.asked(),
        }
    }
}
