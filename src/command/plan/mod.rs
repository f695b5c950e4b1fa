//! The request that takes a machine from the identities it has to those wanted.

mod report;

use std::cell::OnceCell;

use anyhow::{Context as _, bail};

use self::report::{Outcome as Became, Planned, file_names, records, rights, states, table};
use super::form::As;
use super::{Fill, Outcome, Output, Settings, Status, Target};
use crate::arm::{Blank, BlankStyle, ResourceTypeName};
use crate::container::Kind;
use crate::lint::{Options, Secret, secrets_of};
use crate::notation::{Form, IdentityChange, RoleStep, Shell, write_roles};
use crate::report::Mask;
use crate::scenario::{Answer, Assignment, Change, Current, Planner, RoleWish, Wishes, answer_text, say};
use crate::shown;
use crate::text::{Shown, Source};

/// What is asked of `plan`.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What the answer is called in messages.
    pub name: String,
    /// The identities that are wanted.
    pub wishes: Wishes,
    /// The ids that stay are left out, where the API version merges what a PATCH says.
    pub minimal: bool,
    /// The way back.
    pub undo: bool,
    /// A role for the identity that is given, by name or by the GUID of its definition.
    pub role: Option<String>,
    /// Where the role is given.
    pub scope: Option<String>,
    /// Nothing is written; the status says whether something is to be done.
    pub check: bool,
    /// What to print.
    pub show: Show,
    /// For people or for programs.
    pub format: PlanFormat,
    /// What to write.
    pub form: As,
    /// The type, the method and the version.
    pub target: Target,
    /// How to write it.
    pub output: Output,
    /// Where the machine is, as far as that is known.
    pub fill: Fill,
}

/// What of a plan is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Show {
    /// The request.
    #[default]
    Request,
    /// The states before and after, side by side.
    States,
    /// The rights that it takes to make the change.
    Rights,
}

/// Whom a plan is printed for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PlanFormat {
    /// For people and shells.
    #[default]
    Text,
    /// For programs: one array with an object for each machine.
    Json,
}

impl Plan {
    /// The requests for the machines of an answer of Azure Resource Manager or of its clients.
    ///
    /// # Errors
    /// The answer is not one, or what is wanted contradicts it or itself.
    pub fn run(&self, answer: Vec<u8>, settings: &Settings) -> anyhow::Result<Outcome> {
        let text = answer_text(answer).with_context(|| format!("--current {}", self.name))?;
        let mask = Secrets::of(&text);
        plan_all(&text, self, &mask, settings)
            .map_err(|error| anyhow::anyhow!(mask.hide(&format!("{error:#}"))))
    }
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

fn plan_all(text: &str, args: &Plan, mask: &Secrets, settings: &Settings) -> anyhow::Result<Outcome> {
    let name = &args.name;
    let answer = Answer::read(text).with_context(|| format!("--current {name}"))?;
    let wishes = &args.wishes;
    wishes.check()?;
    if args.form == As::Markdown {
        bail!("`--as markdown` is for `armbody render`");
    }
    args.output.check(args.form)?;
    let planner = planner(args, settings)?;
    if answer.machines.len() > 1 && args.form.stands_alone() && !args.output.to_files && !args.check {
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
        let became = match machine.current {
            Ok(current) => planned(&planner, &current, &name_of_file, args, settings),
            Err(error) if answer.is_list => Err(error.into()),
            Err(error) => return Err(anyhow::Error::new(error).context(format!("--current {name}"))),
        };
        let became = match became {
            Ok(planned) => Became::Planned(Box::new(planned)),
            Err(error) if answer.is_list => Became::Refused(mask.hide(&format!("{error:#}"))),
            Err(error) => return Err(error),
        };
        all.push((machine.label, id, became));
    }
    let mut outcome = Outcome { status: status(&all, args.check), ..Outcome::default() };
    if !args.check {
        print(&all, answer.is_list, args, settings, &mut outcome)?;
    }
    for (label, _, became) in &all {
        let Became::Planned(planned) = became else { continue };
        let change = &planned.change;
        let head = if answer.is_list { format!("{label}: ") } else { String::new() };
        for line in change.warnings(wishes, args.undo) {
            outcome.notes.push(Shown::line(&format!("warning: {head}{line}")));
        }
        for line in change.notes() {
            outcome.notes.push(Shown::line(&format!("note: {head}{line}")));
        }
        if change.is_whole {
            let version = change.version;
            outcome.notes.push(Shown::line(&format!(
                "note: {head}the ids that stay are in the request: {} in API version {version} takes all of them",
                change.method
            )));
        }
        if !args.check && args.show == Show::Request {
            not_said(change, args, &head, &mut outcome);
        }
        if change.is_nothing() && !answer.is_list && args.role.is_none() {
            say_nothing_to_do(wishes, change, &mut outcome);
        }
    }
    if answer.is_list {
        outcome.notes.push(Shown::lines(&table(&all)));
    }
    if answer.has_more {
        outcome.notes.push(Shown::line(
            "warning: the list goes on on another page of the answer, which is not in --current",
        ));
    }
    Ok(outcome)
}

fn planner<'w>(args: &'w Plan, settings: &Settings) -> anyhow::Result<Planner<'w>> {
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
        wishes: &args.wishes,
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
    args: &Plan,
    settings: &Settings,
) -> anyhow::Result<Planned> {
    let change = planner.plan(current)?;
    let mut files = Vec::new();
    if args.show == Show::Request && !args.check && args.format == PlanFormat::Text {
        let file = format!("{name}.{}", settings.extension(args.form));
        let form = match args.form {
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
            let beside = args.output.to_files.then_some(name);
            let states = IdentityChange { before: &change.before, after: &change.after };
            let written = settings.write(form, &request, Some(states), beside)?;
            files.push((file, written.text + "\n"));
            files.extend(written.body);
        }
    }
    Ok(Planned { files, change })
}

fn role(args: &Plan) -> anyhow::Result<Option<RoleWish>> {
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

fn status(all: &[(String, Option<String>, Became)], check: bool) -> Status {
    let refused = all.iter().any(|(.., became)| matches!(became, Became::Refused(_)));
    let changes =
        all.iter().any(|(.., became)| matches!(became, Became::Planned(it) if !it.change.is_nothing()));
    match () {
        () if refused => Status::Failed,
        () if check && changes => Status::Findings,
        () => Status::Clean,
    }
}

fn print(
    all: &[(String, Option<String>, Became)],
    is_list: bool,
    args: &Plan,
    settings: &Settings,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    if args.format == PlanFormat::Json {
        let text = records(all)?;
        outcome.out.push(Shown::json_text(&text));
        return Ok(());
    }
    let planned = || {
        all.iter().filter_map(|(label, id, became)| match became {
            Became::Planned(it) => Some((label, id, it)),
            Became::Refused(_) => None,
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
            outcome.out.push(Shown::lines(&format!("{head}{text}")));
        }
        return Ok(());
    }
    if args.output.to_files {
        let files: Vec<(String, String)> = planned().flat_map(|(.., it)| it.files.iter().cloned()).collect();
        outcome.files = (!files.is_empty()).then_some(files);
        return Ok(());
    }
    let texts = planned().flat_map(|(label, _, it)| it.files.iter().map(move |(_, text)| (label, text)));
    for (at, (label, text)) in texts.enumerate() {
        if is_list && let Some(heading) = settings.heading(args.form, &Shown::line(label).to_string()) {
            let blank = if at == 0 { "" } else { "\n" };
            outcome.out.push(Shown::lines(&format!("{blank}{heading}\n")));
        }
        outcome.out.push(args.form.shown(text));
    }
    Ok(())
}

/// A line on what is left blank, because neither the answer nor a flag says it.
fn not_said(change: &Change, args: &Plan, head: &str, outcome: &mut Outcome) {
    let open = change.not_said(args.form == As::Form(Form::Json));
    if change.is_nothing() || open.is_empty() {
        return;
    }
    let list = |words: Vec<&str>| words.join(", ");
    outcome.notes.push(Shown::line(&format!(
        "note: {head}neither --current nor the flags say the machine's {}: fill it in, or give {}",
        list(open.iter().map(|(what, _)| *what).collect()),
        list(open.iter().map(|(_, flag)| *flag).collect()),
    )));
}

fn say_nothing_to_do(wishes: &Wishes, change: &Change, outcome: &mut Outcome) {
    let has = Shown::line(&say(&change.before));
    if wishes.is_empty() {
        outcome.notes.push(shown!(
            "nothing to do: --system, --add, --remove, --only or --none say what is wanted (it has: {})",
            has
        ));
    } else {
        outcome.notes.push(shown!("nothing to do: it has what is wanted ({})", has));
    }
}
