//! `armbody render`: the requests of scenarios.

pub(super) mod snippet;

use armbody::command::{As, Render};
use armbody::scenario::Image;

use super::common::{Fill, Output, Target, finish};
use super::{Status, Terminal};

/// Write the requests of identity scenarios.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The scenarios, by name.
    #[arg(value_name = "SCENARIO", conflicts_with_all = ["list", "all"])]
    scenarios: Vec<String>,
    /// List the scenarios.
    #[arg(long, conflicts_with = "all")]
    list: bool,
    /// Every scenario.
    #[arg(long)]
    all: bool,
    /// What to write: the body alone, a call, the whole procedure, or a page about it (json, curl, az, http, powershell,
    /// template, az-vm, bicep, terraform, script, markdown).
    #[arg(long = "as", value_name = "FORM", default_value = "json")]
    form: As,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    fill: Fill,
    /// The network interface of a new machine.
    #[arg(long, value_name = "NAME")]
    nic: Option<String>,
    /// User-assigned identities, as ids or as names in the same resource group. In add- and remove- scenarios, the
    /// last one is the one added or removed.
    #[arg(long = "identity", value_name = "ID-OR-NAME", num_args = 1..)]
    identities: Vec<String>,
    /// Where a resource of another type is that does not live in a resource group: the id of a subscription, a
    /// management group or another resource, or / for the tenant.
    #[arg(long, value_name = "ID")]
    scope: Option<String>,
    /// What a new machine runs: windows or linux.
    #[arg(long, value_name = "OS", default_value = "windows")]
    image: Image,
}

pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> anyhow::Result<Status> {
    let render = args.asked();
    if args.list {
        terminal.print(&render.list()?)?;
        return Ok(Status::Clean);
    }
    render.output.check(render.form)?;
    finish(&render.run(args.output.settings()?)?, args.output.folder.as_deref(), terminal)
}

impl Args {
    fn asked(&self) -> Render {
        Render {
            scenarios: self.scenarios.clone(),
            all: self.all,
            form: self.form,
            target: self.target.asked(),
            output: self.output.asked(),
            fill: self.fill.asked(),
            nic: self.nic.clone(),
            identities: self.identities.clone(),
            scope: self.scope.clone(),
            image: self.image,
        }
    }
}
