//! The requests of scenarios.

use std::fmt::Write as _;

use anyhow::{Context as _, bail};

use super::form::{As, heading};
use super::output::in_columns;
use super::{Fill, Outcome, Output, Settings, Target};
use crate::arm::versions::is_published;
use crate::arm::{Method, NameKind, ResourceType, ResourceTypeName};
use crate::notation::{Form, IdentityChange, Shell, WriteError};
use crate::scenario::{
    Article, Image, Names, OtherResource, Scenario, ScenarioError, Spec, assumption, find_scenario,
    prerequisites, say, scenarios,
};
use crate::sync::Snippet;
use crate::text::Shown;

/// What is asked of `render`.
#[derive(Clone, Debug, Default)]
pub struct Render {
    /// The scenarios, by name.
    pub scenarios: Vec<String>,
    /// Every scenario.
    pub all: bool,
    /// What to write.
    pub form: As,
    /// The type, the method and the version.
    pub target: Target,
    /// How to write it.
    pub output: Output,
    /// The names in it.
    pub fill: Fill,
    /// The network interface of a new machine.
    pub nic: Option<String>,
    /// User-assigned identities, as ids or as names in the same resource group.
    pub identities: Vec<String>,
    /// Where a resource of another type is that does not live in a resource group.
    pub scope: Option<String>,
    /// What a new machine runs.
    pub image: Image,
}

impl Render {
    /// The table of scenarios.
    ///
    /// # Errors
    /// What is asked for contradicts itself.
    pub fn list(&self) -> anyhow::Result<Shown> {
        Ok(Shown::lines(&list(self, machine(self)?, other(self)?.as_ref())))
    }

    /// The requests: one text, or files.
    ///
    /// # Errors
    /// What is asked for is not there, contradicts itself or cannot be written.
    pub fn run(&self, settings: Settings) -> anyhow::Result<Outcome> {
        self.output.check(self.form)?;
        let headings = Headings::of(self, &settings);
        let (rendered, notes) = self.rendered(settings)?;
        let mut outcome = Outcome::default();
        if self.output.to_files {
            let files = rendered.into_iter().flat_map(|one| {
                let call = (format!("{}.{}", one.name, one.extension), format!("{}\n", one.text));
                std::iter::once(call).chain(one.body)
            });
            outcome.files = Some(files.collect());
        } else {
            outcome.out.push(self.form.shown(&joined(&rendered, &headings)));
        }
        outcome.notes.extend(notes.iter().map(|note| Shown::line(note)));
        Ok(outcome)
    }

    /// The requests as they stand in a document, and what is to be said of them.
    ///
    /// # Errors
    /// As [`Render::run`].
    pub fn snippet(&self, settings: Settings) -> anyhow::Result<(Snippet, Vec<String>)> {
        self.output.check(self.form)?;
        let headings = Headings::of(self, &settings);
        let (rendered, notes) = self.rendered(settings)?;
        let text = joined(&rendered, &headings);
        if self.form == As::Markdown {
            return Ok((Snippet::Markdown(text), notes));
        }
        let language = rendered.first().map_or("", |first| match (self.form, first.extension) {
            (As::Form(Form::Az | Form::AzVm), "sh") => "azurecli",
            (_, "tf") => "terraform",
            (_, "sh") => "bash",
            (_, "ps1") => "powershell",
            (_, other) => other,
        });
        Ok((Snippet::Code { text, language }, notes))
    }

    fn rendered(&self, settings: Settings) -> anyhow::Result<(Vec<Rendered>, Vec<String>)> {
        if self.form == As::Markdown { page(self, &settings) } else { rendered(self, settings) }
    }
}

/// What is written, and what is to be said of it.
fn rendered(args: &Render, settings: Settings) -> anyhow::Result<(Vec<Rendered>, Vec<String>)> {
    let (asked, mut spec) = asked(args)?;
    spec.api_version = args.target.api_version()?;
    let count = if args.all { 2 } else { asked.len() };
    if args.form.stands_alone() && count > 1 && !args.output.to_files {
        bail!("each --as {} is a document of its own: -o DIR writes a file each", args.form);
    }
    let assumed = spec.other.as_ref().map(|other| format!("note: {}", assumption(&other.resource_type())));
    let job = Job { args, spec, settings };
    if !args.all {
        let (rendered, mut notes) = job.named(&asked)?;
        notes.extend(assumed.filter(|_| asked.iter().any(|it| it.is_about_machines())));
        return Ok((rendered, notes));
    }
    let (rendered, left_out) = job.all()?;
    if rendered.is_empty() {
        bail!("nothing can be written: {}", left_out.lines().join("; "));
    }
    let notes = left_out.lines().into_iter().map(|line| format!("left out: {line}"));
    Ok((rendered, notes.chain(assumed).collect()))
}

/// The page about scenarios: all of it, or those that are named.
fn page(args: &Render, settings: &Settings) -> anyhow::Result<(Vec<Rendered>, Vec<String>)> {
    let (asked, spec) = asked(args)?;
    if let Some(other) = &spec.other {
        bail!(
            "--as markdown is a page about virtual machines or scale sets, not about {}",
            other.resource_type()
        );
    }
    for scenario in asked.iter().copied().chain(scenarios()) {
        spec.names.check_style(&scenario.ids(&spec)?, settings.placeholders)?;
    }
    for version in &args.target.api_version {
        let mut types = vec![spec.machine];
        types.extend(asked.iter().map(|scenario| scenario.resource_type(spec.machine)));
        if !types.iter().any(|it| is_published(*it, *version)) {
            // Whichever scenario it is, its words for it are the same.
            let spec = Spec { api_version: Some(*version), ..spec.clone() };
            find_scenario("list")?.request(&spec, &settings.templates)?;
        }
    }
    let machine = spec.machine;
    let mut versions = args.target.api_version.clone();
    if versions.is_empty() {
        versions.extend(settings.api_version(machine));
    }
    let article = Article { spec, versions, layout: settings.layout() };
    let text = if args.all { article.whole()? } else { article.parts(&asked)? };
    let scale_set = machine.is_set();
    let name = if scale_set { "scale-sets" } else { "virtual-machines" };
    let text = text.trim_end().to_owned();
    Ok((vec![Rendered { name, extension: "md", text, body: None }], Vec::new()))
}

/// The scenarios that are named, and what is asked of each but the version.
fn asked(args: &Render) -> anyhow::Result<(Vec<&'static Scenario>, Spec)> {
    let machine = machine(args)?;
    let (asked, identities) = chosen(args)?;
    let other = other(args)?;
    let mut names = Names::default();
    args.fill.fill(&mut names)?;
    if let Some(nic) = &args.nic {
        names.set(NameKind::NetworkInterface, nic).context("--nic")?;
    }
    if let (None, Some(name)) = (&other, &args.fill.name) {
        names.set(machine.name_kind(), name).context("--name")?;
    }
    let method = args.target.method;
    let cloud = args.output.cloud.clone();
    Ok((
        asked,
        Spec { machine, method, api_version: None, names, identities, image: args.image, cloud, other },
    ))
}

/// The resource in the place of the machine, if the type is none of those that are known in every detail.
fn other(args: &Render) -> anyhow::Result<Option<OtherResource>> {
    let asked = args.target.resource_type.as_ref().filter(|it| it.known().is_none());
    let Some(asked) = asked else {
        anyhow::ensure!(
            args.scope.is_none(),
            "--scope is for types that do not live in a resource group; machines and identities do"
        );
        return Ok(None);
    };
    if let Some(named) = args.fill.machine() {
        bail!("--type {asked} and {} contradict each other: --name names the resource", named.name_flag());
    }
    Ok(Some(OtherResource::new(asked, args.fill.name.as_deref(), args.scope.as_deref())?))
}

/// The type of the machines.
fn machine(args: &Render) -> anyhow::Result<ResourceType> {
    let asked = args.target.resource_type.as_ref().and_then(ResourceTypeName::known);
    match (asked.filter(|it| it.has_identity()), args.fill.machine()) {
        (Some(asked), Some(named)) if asked != named => {
            bail!("--type {} and {} contradict each other", asked.short_name(), named.name_flag())
        }
        (asked, named) => Ok(asked.or(named).unwrap_or(ResourceType::VirtualMachine)),
    }
}

/// The scenarios that are named, and the identities. `--identity ID1 SCENARIO` takes the scenario for an identity:
/// where no other scenario is named, it is put back.
fn chosen(args: &Render) -> anyhow::Result<(Vec<&'static Scenario>, Vec<String>)> {
    let mut identities = args.identities.clone();
    let mut named = args.scenarios.clone();
    if named.is_empty() && !args.all {
        let first = identities.iter().rposition(|name| find_scenario(name).is_err()).map_or(0, |at| at + 1);
        named = identities.split_off(first);
    }
    if named.is_empty() && !args.all {
        bail!("no scenario is named: `armbody render --list` shows them, --all takes every one");
    }
    let mut found = Vec::new();
    for name in &named {
        let scenario = find_scenario(name)?;
        if !args.target.resource_type.as_ref().is_none_or(|asked| belongs(scenario, asked)) {
            bail!("`{}` is about machines: --type is vm or vmss", scenario.name);
        }
        found.push(scenario);
    }
    Ok((found, identities))
}

/// Whether a scenario is one for a resource type. Identities are made for machines of either type.
fn belongs(scenario: &Scenario, asked: &ResourceTypeName) -> bool {
    asked.known().is_none_or(ResourceType::has_identity) || !scenario.is_about_machines()
}

/// One thing that is written.
struct Rendered {
    name: &'static str,
    extension: &'static str,
    text: String,
    /// The name and text of the file of its body, if that has one.
    body: Option<(String, String)>,
}

/// The scenarios that are left out, by what stands in the way.
#[derive(Default)]
struct LeftOut(Vec<(String, Vec<&'static str>)>);

impl LeftOut {
    fn add(&mut self, why: &str, scenario: &'static Scenario) {
        match self.0.iter_mut().find(|(known, _)| known == why) {
            Some((_, names)) => names.push(scenario.name),
            None => self.0.push((why.to_owned(), vec![scenario.name])),
        }
    }

    fn lines(&self) -> Vec<String> {
        self.0.iter().map(|(why, names)| format!("{} ({why})", names.join(", "))).collect()
    }
}

struct Job<'a> {
    args: &'a Render,
    spec: Spec,
    settings: Settings,
}

impl Job<'_> {
    /// The scenarios that are named, and notes on them; whatever is wrong with one is an error.
    fn named(&self, scenarios: &[&'static Scenario]) -> anyhow::Result<(Vec<Rendered>, Vec<String>)> {
        let (mut rendered, mut notes) = (Vec::new(), Vec::new());
        for scenario in scenarios {
            if !self.spec.identities.is_empty() && !scenario.uses_identities() {
                notes.push(format!("note: `{}` is about no user-assigned identity", scenario.name));
            }
            rendered.push(self.render(scenario, &self.spec_of(scenario, scenarios))?);
        }
        Ok((rendered, notes))
    }

    /// Every scenario that can be written, and those that cannot.
    fn all(&self) -> anyhow::Result<(Vec<Rendered>, LeftOut)> {
        let asked = self.args.target.resource_type.as_ref();
        let all: Vec<&'static Scenario> = scenarios()
            .iter()
            .filter(|it| asked.is_none_or(|asked| belongs(it, asked)) && self.is_meant(it))
            .collect();
        let (mut rendered, mut left_out) = (Vec::new(), LeftOut::default());
        for scenario in &all {
            let has_body = matches!(scenario.method(), Some(Method::Put | Method::Patch));
            if self.args.form == As::Form(Form::Json) && !has_body {
                left_out.add("no body, which is all that `--as json` writes; try `--as curl`", scenario);
                continue;
            }
            let spec = self.spec_of(scenario, &all);
            match self.render(scenario, &spec) {
                Ok(one) => rendered.push(one),
                Err(error) if error.downcast_ref() == Some(&NoChange(scenario.name)) => {
                    left_out.add("no change of a machine, which is what a script makes", scenario);
                }
                Err(error) if matches!(error.downcast_ref(), Some(WriteError::NotDeployed(_))) => {
                    left_out.add("a deployment does not make such a request", scenario);
                }
                Err(error) if matches!(error.downcast_ref(), Some(WriteError::NoEquivalent { .. })) => {
                    if let Some(WriteError::NoEquivalent { why, .. }) = error.downcast_ref() {
                        left_out.add(why, scenario);
                    }
                }
                Err(error) => match error.downcast_ref::<ScenarioError>() {
                    // What this version or method cannot do; anything else is wrong with all of them.
                    Some(ScenarioError::Plan { error, .. }) => left_out.add(&error.to_string(), scenario),
                    Some(ScenarioError::NeedsCurrent(..)) => left_out.add(&error.to_string(), scenario),
                    Some(ScenarioError::Method { asked, .. }) => {
                        left_out.add(&format!("no {asked}"), scenario);
                    }
                    _ => return Err(error),
                },
            }
        }
        Ok((rendered, left_out))
    }

    /// What comes before a request is told of machines alone.
    fn is_meant(&self, scenario: &Scenario) -> bool {
        self.spec.other.is_none() || scenario.method().is_some()
    }

    /// What is asked of one scenario among others. A version that one of their types does not have is meant for
    /// the others.
    fn spec_of(&self, scenario: &Scenario, among: &[&Scenario]) -> Spec {
        let mut spec = self.spec.clone();
        if let Some(other) = spec.other.as_ref().filter(|_| scenario.is_about_machines()) {
            // The configuration's version counts for the types that have it.
            let usual = self.settings.api_version.filter(|version| other.has_version(*version));
            spec.api_version = spec.api_version.or(usual);
            return spec;
        }
        let Some(version) = spec.api_version else {
            spec.api_version = self.settings.api_version(scenario.resource_type(spec.machine));
            return spec;
        };
        let has = |it: &Scenario| match &spec.other {
            Some(other) if it.is_about_machines() => other.has_version(version),
            _ => is_published(it.resource_type(spec.machine), version),
        };
        if !has(scenario) && among.iter().any(|other| has(other)) {
            spec.api_version = None;
        }
        spec
    }

    fn render(&self, scenario: &'static Scenario, spec: &Spec) -> anyhow::Result<Rendered> {
        let style = self.settings.placeholders;
        if let (None, Some(other)) = (scenario.method(), &spec.other) {
            bail!("`{}` is about machines, not about {}", scenario.name, other.resource_type());
        }
        if scenario.method().is_none() {
            spec.names.check_style(&[], style)?;
            let text = prerequisites(spec.machine, &spec.names, style);
            let text = text.trim_end().to_owned();
            return Ok(Rendered { name: scenario.name, extension: "sh", text, body: None });
        }
        spec.names.check_style(&scenario.ids(spec)?, style)?;
        let name = scenario.name;
        let extension = self.settings.extension(self.args.form);
        let request = scenario.request(spec, &self.settings.templates)?;
        let As::Form(form) = self.args.form else {
            let file = format!("{name}.{extension}");
            let text = scenario.script(spec, &file, &self.settings.layout())?.ok_or(NoChange(name))?;
            return Ok(Rendered { name, extension, text, body: None });
        };
        let beside = self.args.output.to_files.then_some(name);
        let states = scenario.states(&scenario.ids(spec)?);
        let states = states.as_ref().map(|(before, after)| IdentityChange { before, after });
        let written = self.settings.write(form, &request, states, beside)?;
        Ok(Rendered { name, extension, text: written.text, body: written.body })
    }
}

/// A scenario that changes no machine, and has no script.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("`{0}` changes no machine that is there, which is what --as script does; --as curl writes the call")]
struct NoChange(&'static str);

/// What goes before each of several texts.
struct Headings {
    form: As,
    shell: Shell,
    extension: &'static str,
}

impl Headings {
    fn of(args: &Render, settings: &Settings) -> Self {
        Self { form: args.form, shell: settings.shell, extension: settings.extension(args.form) }
    }
}

/// Several texts in a row: calls under their names, bodies a line each. Commands among calls that are none are
/// comments.
fn joined(rendered: &[Rendered], headings: &Headings) -> String {
    let are_several = rendered.len() > 1;
    let mut out = String::new();
    for (at, one) in rendered.iter().enumerate() {
        let heading = if are_several { heading(headings.form, headings.shell, one.name) } else { None };
        let is_foreign = heading.is_some() && headings.extension != one.extension;
        if let Some(heading) = heading {
            let blank = if at == 0 { "" } else { "\n" };
            let _ = writeln!(out, "{blank}{heading}");
        }
        if is_foreign {
            for line in one.text.lines() {
                let mark = if line.is_empty() || line.starts_with('#') { "" } else { "# " };
                let _ = writeln!(out, "{mark}{line}");
            }
        } else {
            let _ = writeln!(out, "{}", one.text);
        }
    }
    out
}

/// The table of scenarios.
fn list(args: &Render, machine: ResourceType, other: Option<&OtherResource>) -> String {
    let mut rows = vec![["SCENARIO", "METHOD", "BEFORE", "AFTER", "SINCE"].map(str::to_owned)];
    let chosen = scenarios().iter().filter(|scenario| {
        let of_type = args.target.resource_type.as_ref().is_none_or(|asked| belongs(scenario, asked));
        let is_meant = other.is_none() || scenario.method().is_some();
        of_type && is_meant && args.target.method.is_none_or(|method| scenario.takes(method))
    });
    for scenario in chosen {
        let ids: Vec<String> = scenario.default_identities().iter().map(|id| (*id).to_owned()).collect();
        let states = scenario.states(&ids);
        let creates = scenario.method() == Some(Method::Put);
        let dash = || "-".to_owned();
        let before =
            states.as_ref().map_or_else(dash, |(before, _)| if creates { dash() } else { say(before) });
        let after = states.as_ref().map_or_else(dash, |(_, after)| say(after));
        let method = args.target.method.or(scenario.method());
        let since = method.and_then(|method| match other.filter(|_| scenario.is_about_machines()) {
            Some(other) => scenario.first_version_for(other, method),
            None => scenario.first_version(machine, method),
        });
        rows.push([
            scenario.name.to_owned(),
            method.map_or_else(dash, |method| method.to_string()),
            before,
            after,
            since.map_or_else(dash, |version| version.to_string()),
        ]);
    }
    in_columns(&rows)
}
