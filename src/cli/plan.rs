//! `armbody plan`: the request that takes a machine from the identities it has to those wanted.

mod report;

use std::cell::OnceCell;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use armbody::arm::{Blank, BlankStyle, ResourceTypeName};
use armbody::container::Kind;
use armbody::lint::{Options, Secret, secrets_of};
use armbody::notation::{Form, IdentityChange, RoleStep, Shell, write_roles};
use armbody::report::Mask;
use armbody::scenario::{
    Answer, Assignment, Change, Current, Planner, RoleWish, SystemWish, Wishes, answer_text, say,
};
use armbody::shown;
use armbody::text::{Shown, Source};

use self::report::{Outcome, Planned, file_names, records, rights, states, table};
use super::common::{As, Fill, Output, PlanAs, Settings, Target, write_files};
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
    let name = args.current.display();
    let bytes = read(&args.current, args.output.max_size)?;
    let text = answer_text(bytes).with_context(|| format!("--current {name}"))?;
    let mask = Secrets::of(&text);
    plan_all(&text, args, &mask, terminal).map_err(|error| anyhow::anyhow!(mask.hide(&format!("{error:#}"))))
}

/// The secrets of an answer: a user's data may hold some, and no message repeats them.
struct Secrets {
    source: Source,
    /// Looked for when there is something to say.
    found: OnceCell<Vec<Secret>>,
}

impl Secrets {
    fn of(text: &str) -> Self {
        Self { source: Source::new("", text), found: OnceCell::new() }
    }

    fn hide(&self, text: &str) -> String {
        let secrets = self.found.get_or_init(|| {
            let mut secrets = secrets_of(&self.source, Kind::Json, &Options::default());
            secrets.retain(|secret| !secret.is_subscription());
            secrets
        });
        Mask::new(&self.source, secrets.clone()).hide(text).into_owned()
    }
}

fn read(path: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    if path != Path::new("-") {
        let source = Source::read(path, limit).map_err(|error| anyhow::anyhow!("--current {error}"))?;
        return Ok(source.bytes().to_vec());
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(limit + 1).read_to_end(&mut bytes).context("--current -")?;
    anyhow::ensure!(bytes.len() as u64 <= limit, "--current -: larger than {limit} bytes");
    Ok(bytes)
}

fn plan_all(text: &str, args: &Args, mask: &Secrets, terminal: &mut Terminal) -> anyhow::Result<Status> {
    let name = args.current.display();
    let answer = Answer::read(text).with_context(|| format!("--current {name}"))?;
    let wishes = wishes(args);
    wishes.check()?;
    if args.form.0 == As::Markdown {
        bail!("`--as markdown` is for `armbody render`");
    }
    args.output.check(args.form.0)?;
    let settings = args.output.settings()?;
    let planner = planner(args, &wishes, &settings)?;
    if answer.machines.len() > 1 && args.form.0.stands_alone() && args.output.folder.is_none() && !args.check
    {
        bail!("each --as {} is a document of its own: -o DIR writes a file each", args.form);
    }
    if answer.is_list && answer.machines.len() > 1 && planner.given.name.is_some() {
        let count = answer.machines.len();
        bail!("--vm and --vmss name one machine, and --current {name} is a list of {count}");
    }
    let names = {
        let machines = answer.machines.iter().map(|machine| {
            let id = machine.current.as_ref().ok().and_then(|current| current.id.as_deref());
            (machine.label.as_str(), id)
        });
        if answer.is_list { file_names(machines) } else { vec!["plan".to_owned()] }
    };
    let mut all = Vec::with_capacity(answer.machines.len());
    for (machine, name_of_file) in answer.machines.into_iter().zip(names) {
        let id = machine.current.as_ref().ok().and_then(|current| current.id.clone());
        let outcome = match machine.current {
            Ok(current) => planned(&planner, &current, &name_of_file, args, &settings),
            Err(error) if answer.is_list => Err(error.into()),
            Err(error) => return Err(anyhow::Error::new(error).context(format!("--current {name}"))),
        };
        let outcome = match outcome {
            Ok(planned) => Outcome::Planned(Box::new(planned)),
            Err(error) if answer.is_list => Outcome::Refused(mask.hide(&format!("{error:#}"))),
            Err(error) => return Err(error),
        };
        all.push((machine.label, id, outcome));
    }
    let status = status(&all, args.check);
    if !args.check {
        print(&all, answer.is_list, args, &settings, terminal)?;
    }
    for (label, _, outcome) in &all {
        let Outcome::Planned(planned) = outcome else { continue };
        let change = &planned.change;
        let head = if answer.is_list { format!("{label}: ") } else { String::new() };
        for line in change.warnings(&wishes, args.undo) {
            terminal.say(&Shown::line(&format!("warning: {head}{line}")));
        }
        for line in change.notes() {
            terminal.say(&Shown::line(&format!("note: {head}{line}")));
        }
        if change.is_whole {
            let version = change.version;
            terminal.say(&Shown::line(&format!(
                "note: {head}the ids that stay are in the request: {} in API version {version} takes all of them",
                change.method
            )));
        }
        if !args.check && args.show == Show::Request {
            not_said(change, args, &head, terminal);
        }
        if change.is_nothing() && !answer.is_list && args.role.is_none() {
            say_nothing_to_do(&wishes, change, terminal);
        }
    }
    if answer.is_list {
        terminal.say(&Shown::lines(&table(&all)));
    }
    if answer.has_more {
        terminal.say(&Shown::line(
            "warning: the list goes on on another page of the answer, which is not in --current",
        ));
    }
    Ok(status)
}

fn planner<'w>(args: &Args, wishes: &'w Wishes, settings: &Settings) -> anyhow::Result<Planner<'w>> {
    let machine = args.target.resource_type.clone().or(args.fill.machine().map(Into::into));
    if let Some(known) =
        machine.as_ref().and_then(ResourceTypeName::known).filter(|known| !known.has_identity())
    {
        bail!(
            "--type {}: identities have no identities; --type is vm or vmss, or the full name of a type that has some",
            known.short_name()
        );
    }
    Ok(Planner {
        wishes,
        given: args.fill.place()?,
        machine,
        method: args.target.method,
        api_version: args.target.api_version()?,
        usual_version: settings.api_version,
        cloud: args.output.cloud.clone(),
        minimal: args.minimal,
        undo: args.undo,
    })
}

/// The plan for a machine, and the files that are written of it; none where nothing is to be done.
fn planned(
    planner: &Planner<'_>,
    current: &Current,
    name: &str,
    args: &Args,
    settings: &Settings,
) -> anyhow::Result<Planned> {
    let change = planner.plan(current)?;
    let mut files = Vec::new();
    if args.show == Show::Request && !args.check && args.format == Format::Text {
        let file = format!("{name}.{}", settings.extension(args.form.0));
        let form = match args.form.0 {
            As::Form(form) => form,
            As::Script | As::Markdown => {
                let roles = match role(args)? {
                    Some(role) => role.assignments(planner, current, &change)?,
                    None => Vec::new(),
                };
                let steps = roles.iter().map(Assignment::step).collect();
                let script = change.script(planner, current, steps, &file, &settings.layout())?;
                files.extend(script.map(|text| (file, text + "\n")));
                return Ok(Planned { files, change });
            }
        };
        if let Some(role) = role(args)? {
            let assignments = role.assignments(planner, current, &change)?;
            let steps: Vec<RoleStep<'_>> = assignments.iter().map(Assignment::step).collect();
            let states = IdentityChange { before: &change.before, after: &change.after };
            let layout = settings.layout();
            if let Some(text) = write_roles(form, change.request().as_ref(), states, &steps, &layout)? {
                files.push((file, text + "\n"));
                return Ok(Planned { files, change });
            }
            let mut parts: Vec<String> = Vec::new();
            if let Some(request) = change.request() {
                parts.push(settings.write(form, &request, None, None)?.text);
            }
            for assignment in &assignments {
                parts.extend(assigned(assignment, form, settings)?);
            }
            let joint = match form {
                Form::Json => "\n",
                Form::Http => "\n\n###\n\n",
                _ => "\n\n",
            };
            files.push((file, parts.join(joint) + "\n"));
            return Ok(Planned { files, change });
        }
        if let Some(request) = change.request() {
            let beside = args.output.folder.is_some().then_some(name);
            let states = IdentityChange { before: &change.before, after: &change.after };
            let written = settings.write(form, &request, Some(states), beside)?;
            files.push((file, written.text + "\n"));
            files.extend(written.body);
        }
    }
    Ok(Planned { files, change })
}

fn role(args: &Args) -> anyhow::Result<Option<RoleWish>> {
    let (Some(role), Some(scope)) = (&args.role, &args.scope) else { return Ok(None) };
    Ok(Some(RoleWish::parse(role, scope)?))
}

/// The requests that give a role: what reads the principal's id into a variable, where a shell has some, and what uses
/// it.
fn assigned(assignment: &Assignment, form: Form, settings: &Settings) -> anyhow::Result<Vec<String>> {
    let put = settings.write(form, &assignment.put, None, None)?.text;
    if form == Form::Json {
        // Nothing but bodies, and the one that reads has none.
        return Ok(vec![put]);
    }
    let path = assignment.principal;
    let is_shell = settings.placeholders == BlankStyle::Shell && settings.shell != Shell::Cmd;
    let read = settings.write(form, &assignment.read, None, None)?.text;
    // The call is the last line, behind those that guard its variables.
    let (guards, call) =
        match read.rfind("\ncurl").or_else(|| read.rfind("\naz ")).or_else(|| read.rfind("\nInvoke-")) {
            Some(at) => read.split_at(at + 1),
            None => ("", read.as_str()),
        };
    let read = match (form, settings.shell) {
        (Form::Curl, Shell::Bash) if is_shell => {
            format!("{guards}PRINCIPAL_ID=$({call} | jq -r '.{path} // empty')")
        }
        (Form::Az, Shell::Bash) if is_shell => {
            format!("{guards}PRINCIPAL_ID=$({call} --query {path} --output tsv)")
        }
        (Form::Az, Shell::PowerShell) if is_shell => {
            format!(
                "$env:PRINCIPAL_ID = {} --query {path} --output tsv",
                call.lines().next().unwrap_or_default()
            )
        }
        (Form::PowerShell, _) if is_shell => {
            format!("{guards}$env:PRINCIPAL_ID = (({call}).Content | ConvertFrom-Json).{path}")
        }
        (_, Shell::Cmd) if settings.placeholders == BlankStyle::Shell => {
            format!("@rem Its {path} is the variable {} below.\n{read}", Blank::PrincipalId.variable())
        }
        _ => {
            let spelt = Blank::PrincipalId.spelling(settings.placeholders);
            let mark = if settings.shell == Shell::Cmd { "@rem" } else { "#" };
            format!("{mark} Its {path} is {spelt} below.\n{read}")
        }
    };
    Ok(vec![read, put])
}

fn status(all: &[(String, Option<String>, Outcome)], check: bool) -> Status {
    let refused = all.iter().any(|(.., outcome)| matches!(outcome, Outcome::Refused(_)));
    let changes =
        all.iter().any(|(.., outcome)| matches!(outcome, Outcome::Planned(it) if !it.change.is_nothing()));
    match () {
        () if refused => Status::Failed,
        () if check && changes => Status::Findings,
        () => Status::Clean,
    }
}

fn print(
    all: &[(String, Option<String>, Outcome)],
    is_list: bool,
    args: &Args,
    settings: &Settings,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    if args.format == Format::Json {
        let text = records(all)?;
        return Ok(terminal.print(&Shown::json_text(&text))?);
    }
    let planned = || {
        all.iter().filter_map(|(label, id, outcome)| match outcome {
            Outcome::Planned(it) => Some((label, id, it)),
            Outcome::Refused(_) => None,
        })
    };
    if args.show != Show::Request {
        for (at, (label, _, it)) in planned().enumerate() {
            let text =
                if args.show == Show::States { states(&it.change) } else { rights(&it.change.rights()) };
            let head = match (is_list, at) {
                (false, _) => String::new(),
                (true, 0) => format!("{label}\n"),
                (true, _) => format!("\n{label}\n"),
            };
            terminal.print(&Shown::lines(&format!("{head}{text}")))?;
        }
        return Ok(());
    }
    if let Some(folder) = &args.output.folder {
        let files: Vec<(String, String)> = planned().flat_map(|(.., it)| it.files.iter().cloned()).collect();
        if !files.is_empty() {
            write_files(folder, &files, terminal)?;
        }
        return Ok(());
    }
    let texts = planned().flat_map(|(label, _, it)| it.files.iter().map(move |(_, text)| (label, text)));
    for (at, (label, text)) in texts.enumerate() {
        if is_list && let Some(heading) = settings.heading(args.form.0, &Shown::line(label).to_string()) {
            let blank = if at == 0 { "" } else { "\n" };
            terminal.print(&Shown::lines(&format!("{blank}{heading}\n")))?;
        }
        terminal.print(&args.form.0.shown(text))?;
    }
    Ok(())
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
        ignore_missing: args.ignore_missing,
    }
}

/// A line on what is left blank, because neither the answer nor a flag says it.
fn not_said(change: &Change, args: &Args, head: &str, terminal: &mut Terminal) {
    let open = change.not_said(args.form.0 == As::Form(Form::Json));
    if change.is_nothing() || open.is_empty() {
        return;
    }
    let list = |words: Vec<&str>| words.join(", ");
    terminal.say(&Shown::line(&format!(
        "note: {head}neither --current nor the flags say the machine's {}: fill it in, or give {}",
        list(open.iter().map(|(what, _)| *what).collect()),
        list(open.iter().map(|(_, flag)| *flag).collect()),
    )));
}

fn say_nothing_to_do(wishes: &Wishes, change: &Change, terminal: &mut Terminal) {
    let has = Shown::line(&say(&change.before));
    if wishes.is_empty() {
        terminal.say(&shown!(
            "nothing to do: --system, --add, --remove, --only or --none say what is wanted (it has: {})",
            has
        ));
    } else {
        terminal.say(&shown!("nothing to do: it has what is wanted ({})", has));
    }
}
