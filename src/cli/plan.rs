//! `armbody plan`: the request that takes a machine from the identities it has to those wanted.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use armbody::arm::{
    self, Dropped, Identity, IdentityBlock, IdentityId, Method, NameKind, ResourceType, newest_stable,
};
use armbody::container::Kind;
use armbody::lint::{Options, secrets_of};
use armbody::notation;
use armbody::report::Mask;
use armbody::scenario::{Current, Names, SystemWish, Wishes, change_request, say, short_names};
use armbody::shown;
use armbody::text::{Shown, Source};

use super::common::{Fill, Output, Target, write_files};
use super::{Status, Terminal};

/// Write the request that takes a VM from the identity it has to the one wanted.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What GET or `az vm show` returned: the whole resource, or its `identity`; - is standard input.
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
    /// What to print: the request, or the states before and after.
    #[arg(long, value_name = "WHAT", default_value = "request")]
    show: Show,
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
}

pub(crate) fn run(args: &Args, terminal: &mut Terminal) -> anyhow::Result<Status> {
    let text = read(&args.current, args.output.max_size)?;
    write_plan(&text, args, terminal).map_err(|error| without_secrets(text, &error))
}

/// What went wrong, without what the answer says that is secret.
fn without_secrets(text: String, error: &anyhow::Error) -> anyhow::Error {
    let source = Source::new("", text);
    let mut secrets = secrets_of(&source, Kind::Json, &Options::default());
    secrets.retain(|secret| !secret.is_subscription());
    let said = format!("{error:#}");
    anyhow::anyhow!(Mask::new(&source, secrets).hide(&said).into_owned())
}

fn write_plan(text: &str, args: &Args, terminal: &mut Terminal) -> anyhow::Result<Status> {
    let current = Current::read(text).with_context(|| format!("--current {}", args.current.display()))?;
    let resource_type = resource_type(args, &current)?;
    let names = names_of(args, &current, resource_type)?;
    let wishes = wishes(args);
    let wanted = wishes.wanted(&current.identity, &names)?;
    if current.is_flexible && resource_type == ResourceType::VirtualMachineScaleSet && wanted.system_assigned
    {
        bail!(
            "--current {} is a Flexible scale set, and ARM refuses a system-assigned identity on one; \
             --add ID gives it a user-assigned one",
            args.current.display()
        );
    }
    let settings = args.output.settings()?;
    let style = settings.placeholders;
    let ids: Vec<String> = wanted.user_assigned.iter().map(|id| id.as_str().to_owned()).collect();
    names.check_style(&ids, style)?;
    let writer = args.output.writer()?;

    let asked = args.target.api_version()?.or_else(|| settings.api_version(resource_type));
    let version = asked.unwrap_or_else(|| newest_stable(resource_type));
    let method = args.target.method.unwrap_or(Method::Patch);
    let planned = arm::plan(&current.identity, &wanted, resource_type, version, method);
    let block = match planned {
        Ok(Some(block)) => block,
        Ok(None) => {
            say_nothing_to_do(&wishes, &current.identity, terminal);
            return Ok(Status::Clean);
        }
        Err(error) => {
            let put = method == Method::Patch
                && arm::plan(&current.identity, &wanted, resource_type, version, Method::Put).is_ok();
            bail!("{error}{}", if put { "; --method PUT can in this one" } else { "" });
        }
    };
    let request = change_request(resource_type, &names, asked, method, &block)?;
    let gone = arm::dropped(&current.identity, Some(&block), resource_type, version, method)?;
    let text = match args.show {
        Show::States => states(&current.identity, &wanted),
        Show::Request => notation::write(args.output.form()?, &request, &settings.layout())? + "\n",
    };
    match (&args.output.folder, args.show) {
        (Some(folder), Show::Request) => {
            write_files(folder, &[(format!("plan.{}", writer.extension()), text)], terminal)?;
        }
        _ => terminal.print(&if args.show == Show::Request {
            args.output.form.shown(&text)
        } else {
            Shown::lines(&text)
        })?,
    }
    for line in warnings(&gone, args, &block) {
        terminal.say(&Shown::line(&line));
    }
    Ok(Status::Clean)
}

fn read(path: &Path, limit: u64) -> anyhow::Result<String> {
    let source = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().take(limit + 1).read_to_end(&mut bytes).context("--current -")?;
        anyhow::ensure!(bytes.len() as u64 <= limit, "--current -: larger than {limit} bytes");
        Source::from_bytes("-", bytes)
    } else {
        Source::read(path, limit).map_err(|error| anyhow::anyhow!("--current {error}"))?
    };
    source.into_text().map_err(|error| anyhow::anyhow!("--current {error}"))
}

/// The type: what the text says, what the flags say, else a virtual machine.
fn resource_type(args: &Args, current: &Current) -> anyhow::Result<ResourceType> {
    let said = args.target.resource_type.or(args.fill.machine());
    match (current.resource_type, said) {
        (_, Some(ResourceType::UserAssignedIdentity)) => {
            bail!("--type identity: identities have no identities; --type is vm or vmss")
        }
        (Some(has), Some(said)) if has != said => bail!(
            "--current {} is a {}, and the flags say {}",
            args.current.display(),
            has.noun(),
            said.noun()
        ),
        (has, said) => Ok(has.or(said).unwrap_or(ResourceType::VirtualMachine)),
    }
}

/// The names: what the flags say, else what the text says, else the defaults.
fn names_of(args: &Args, current: &Current, resource_type: ResourceType) -> anyhow::Result<Names> {
    let machine = match resource_type {
        ResourceType::VirtualMachineScaleSet => NameKind::VirtualMachineScaleSet,
        _ => NameKind::VirtualMachine,
    };
    let mut names = Names::default();
    let said = [
        (NameKind::Subscription, &current.subscription),
        (NameKind::ResourceGroup, &current.resource_group),
        (machine, &current.name),
        (NameKind::Location, &current.location),
    ];
    for (kind, text) in said {
        if let Some(text) = text {
            names.take(kind, text);
        }
    }
    args.fill.fill(&mut names)?;
    Ok(names)
}

fn wishes(args: &Args) -> Wishes {
    Wishes {
        system: match args.system {
            System::On => SystemWish::On,
            System::Off => SystemWish::Off,
            System::Keep => SystemWish::Keep,
        },
        add: args.add.clone(),
        remove: args.remove.clone(),
        only: args.only.clone(),
        none: args.none,
    }
}

fn say_nothing_to_do(wishes: &Wishes, current: &Identity, terminal: &mut Terminal) {
    let has = Shown::line(&say(current));
    if wishes.is_empty() {
        terminal.say(&shown!(
            "nothing to do: --system, --add, --remove, --only or --none say what is wanted (it has: {})",
            has
        ));
    } else {
        terminal.say(&shown!("nothing to do: it has what is wanted ({})", has));
    }
}

/// A line for each identity that the request takes away, and by which wish.
fn warnings(gone: &Dropped, args: &Args, block: &IdentityBlock) -> Vec<String> {
    let mut lines = Vec::new();
    if gone.system_assigned {
        let why = if args.none { "--none" } else { "--system off" };
        lines.push(format!(
            "warning: takes away the system-assigned identity, and with it every role assignment that it has ({why})"
        ));
    }
    let why = match () {
        () if args.none => "--none",
        () if !args.only.is_empty() => "not among --only",
        () => "--remove",
    };
    for id in &gone.user_assigned {
        lines.push(format!("warning: takes away {id} ({why})"));
    }
    if !lines.is_empty() && block.identity_type == arm::IdentityType::None {
        lines.push("warning: no identity is left".to_owned());
    }
    lines
}

/// Before and after, side by side: a row for each identity.
fn states(before: &Identity, after: &Identity) -> String {
    let mut rows: Vec<[String; 3]> = Vec::new();
    let dash = "-".to_owned();
    let mut row = |name: &str, had: bool, has: bool| {
        let cell = |there: bool| if there { name.to_owned() } else { dash.clone() };
        let mark = match (had, has) {
            (true, true) => "stays",
            (true, false) => "goes",
            (false, _) => "comes",
        };
        rows.push([cell(had), cell(has), mark.to_owned()]);
    };
    if before.system_assigned || after.system_assigned {
        row("system-assigned", before.system_assigned, after.system_assigned);
    }
    let coming = after.user_assigned.iter().filter(|id| !before.user_assigned.contains(id));
    let ids: Vec<&IdentityId> = before.user_assigned.iter().chain(coming).collect();
    for (id, name) in ids.iter().zip(short_names(ids.iter().copied())) {
        row(&name, before.user_assigned.contains(id), after.user_assigned.contains(id));
    }
    let head = [
        format!("before: {}", before.identity_type()),
        format!("after: {}", after.identity_type()),
        String::new(),
    ];
    rows.insert(0, head);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let (left, right) = (width(0), width(1));
    let mut out = String::new();
    for [before, after, mark] in &rows {
        let line = format!("{before:left$}  {after:right$}  {mark}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}
