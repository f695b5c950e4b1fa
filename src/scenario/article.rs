//! The how-to: scenarios as a page for readers, each with what it needs and changes, its call and its body.

use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

use super::catalogue::{Scenario, scenarios};
use super::needs::{Role, preparations, token};
use super::request::{ScenarioError, Spec, version_of};
use super::short::short_names;
use crate::arm::versions::{IdentityForm, effective, is_published, published};
use crate::arm::{ApiVersion, Blank, BlankStyle, Identity, Method, ResourceType};
use crate::notation::{Form, Layout, TemplateError, WriteError, write};

/// A page, or parts of one.
#[derive(Debug, Clone)]
pub struct Article<'t> {
    /// What is asked of every scenario; its version is not looked at.
    pub spec: Spec,
    /// The API versions that stand side by side; the newest stable one if there are none. One that a scenario's
    /// type does not have is meant for the others.
    pub versions: Vec<ApiVersion>,
    /// How calls are laid out.
    pub layout: Layout<'t>,
}

/// A page that cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArticleError {
    /// A request cannot be made.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// A request cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A template fails.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

/// The parts of the page, with the names of their scenarios.
const GROUPS: [(&str, &[&str]); 5] = [
    ("create", &["create-system-assigned", "create-user-assigned", "create-both"]),
    (
        "system-assigned",
        &[
            "enable-system-assigned",
            "enable-system-assigned-keep",
            "disable-system-assigned",
            "disable-system-assigned-keep",
        ],
    ),
    (
        "user-assigned",
        &[
            "assign-user-assigned",
            "add-user-assigned-keep",
            "remove-user-assigned-keep",
            "remove-all-user-assigned",
            "remove-all",
        ],
    ),
    ("look", &["list"]),
    ("identities", &["create-identity", "list-identities", "delete-identity"]),
];

#[derive(Serialize)]
struct Group {
    name: &'static str,
    sections: Vec<Section>,
}

#[derive(Serialize)]
struct Section {
    name: &'static str,
    method: &'static str,
    type_name: &'static str,
    /// The first version that can, if any.
    since: Option<String>,
    roles: Vec<&'static str>,
    /// The states before and after; nothing before where something is made, nothing after where nothing changes.
    before: Option<State>,
    after: Option<State>,
    comes: Vec<String>,
    keeps: Vec<String>,
    goes: Vec<String>,
    /// The user-assigned identities that its body can name.
    named: Vec<String>,
    /// Whether the state afterwards has user-assigned identities.
    user_assigned: bool,
    calls: Vec<Call>,
    gaps: Vec<Gap>,
}

#[derive(Serialize)]
struct State {
    system_assigned: bool,
    user_assigned: Vec<String>,
}

#[derive(Serialize)]
struct Call {
    version: String,
    form: &'static str,
    command: String,
    body: Option<String>,
}

#[derive(Serialize)]
struct Gap {
    version: String,
    why: String,
}

impl Article<'_> {
    /// The whole page, with a line break at its end.
    ///
    /// # Errors
    /// [`ArticleError`] says what stands in the way. What a version cannot do is said in the page.
    pub fn whole(&self) -> Result<String, ArticleError> {
        let mut groups = Vec::new();
        for (name, members) in GROUPS {
            let scenarios = scenarios().iter().filter(|scenario| members.contains(&scenario.name));
            let sections = scenarios.map(|it| self.section(it)).collect::<Result<Vec<_>, _>>()?;
            let sections: Vec<Section> = sections.into_iter().flatten().collect();
            if !sections.is_empty() {
                groups.push(Group { name, sections });
            }
        }
        let page = context! { groups => Value::from(Serde(&groups)), level => "##", whole => true, ..self.context() };
        self.render("article/article.md.j2", page)
    }

    /// Some scenarios, each under its heading, with a line break at the end.
    ///
    /// # Errors
    /// As for the whole page.
    pub fn parts(&self, scenarios: &[&'static Scenario]) -> Result<String, ArticleError> {
        let mut parts = Vec::new();
        for scenario in scenarios {
            let Some(_) = scenario.method() else {
                parts.push(self.render(
                    "article/before.md.j2",
                    context! { level => "##", whole => false, ..self.context() },
                )?);
                continue;
            };
            let Some(section) = self.section(scenario)? else { continue };
            let section = Value::from(Serde(&section));
            let context = context! { section, level => "##", whole => false, ..self.context() };
            parts.push(self.render("article/scenario.md.j2", context)?);
        }
        Ok(parts.join("\n"))
    }

    fn render(&self, template: &str, context: Value) -> Result<String, ArticleError> {
        let text = self.layout.templates.render(template, context)?;
        Ok(tidied(&text))
    }

    /// What every part of the page can speak of.
    fn context(&self) -> Value {
        let machine = self.spec.machine;
        let names = &self.spec.names;
        let style = self.layout.blanks;
        let scale_set = machine.is_set();
        let versions: Vec<String> = self.asked().iter().map(ToString::to_string).collect();
        context! {
            noun => machine.noun(),
            short => if scale_set { "scale set" } else { "VM" },
            is_scale_set => scale_set,
            type_name => machine.full_name(),
            asked => versions.len(),
            versions,
            forms => Value::from(Serde(forms(machine))),
            roles => Value::from(Serde(roles(if scale_set { "scale sets" } else { "VMs" }))),
            preparations => preparations(machine, names, style).trim_end(),
            token => token(names, style).trim_end(),
            blanks => Value::from(Serde(self.blanks())),
            examples => Value::from(Serde(self.examples())),
        }
    }

    /// The versions asked for, or the newest stable one.
    fn asked(&self) -> Vec<ApiVersion> {
        if self.versions.is_empty() {
            return version_of(self.spec.machine, None).into_iter().collect();
        }
        self.versions.clone()
    }

    /// What the page says of a scenario; nothing if it cannot be made with the method that is asked for.
    fn section(&self, scenario: &'static Scenario) -> Result<Option<Section>, ArticleError> {
        let own = scenario.method().ok_or(ScenarioError::NoRequest(scenario.name))?;
        let method = self.spec.method.unwrap_or(own);
        if !scenario.takes(method) {
            return Ok(None);
        }
        let resource_type = scenario.resource_type(self.spec.machine);
        let ids = scenario.ids(&self.spec).map_err(ScenarioError::from)?;
        let states = scenario.states(&ids);
        let after = states.as_ref().map(|(_, after)| after);
        // What is made has no state before.
        let before = states.as_ref().map(|(before, _)| before).filter(|_| own != Method::Put);
        let mut section = Section {
            name: scenario.name,
            method: method.as_str(),
            type_name: resource_type.full_name(),
            since: scenario.first_version(self.spec.machine, method).map(|version| version.to_string()),
            roles: scenario.roles().iter().map(|role| role.name()).collect(),
            before: before.map(state),
            after: after.map(state),
            comes: after.map(|after| apart(after, before)).unwrap_or_default(),
            keeps: before.zip(after).map(|(before, after)| shared(before, after)).unwrap_or_default(),
            goes: before.map(|before| apart(before, after)).unwrap_or_default(),
            named: after.map(|after| in_code(&after.user_assigned)).unwrap_or_default(),
            user_assigned: after.is_some_and(|after| !after.user_assigned.is_empty()),
            calls: Vec::new(),
            gaps: Vec::new(),
        };
        let mut shown = Vec::new();
        for asked in self.asked() {
            let version =
                version_of(resource_type, Some(asked).filter(|it| self.is_meant(*it, resource_type)))?;
            if !shown.contains(&version) {
                shown.push(version);
                self.call(scenario, version, &mut section)?;
            }
        }
        Ok(Some(section))
    }

    /// A version that the type does not have is meant for the machines, if they have it.
    fn is_meant(&self, version: ApiVersion, resource_type: ResourceType) -> bool {
        is_published(resource_type, version) || !is_published(self.spec.machine, version)
    }

    /// Adds the call of one version, or why there is none.
    fn call(
        &self,
        scenario: &'static Scenario,
        version: ApiVersion,
        section: &mut Section,
    ) -> Result<(), ArticleError> {
        let mut spec = self.spec.clone();
        spec.api_version = Some(version);
        let request = match scenario.request(&spec, self.layout.templates) {
            Ok(request) => request,
            Err(ScenarioError::Plan { error, .. }) => {
                section.gaps.push(Gap { version: version.to_string(), why: error.to_string() });
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let pretty = Layout { pretty: true, ..self.layout };
        let body = match request.method {
            Method::Put | Method::Patch => Some(write(Form::Json, &request, &pretty)?),
            _ => None,
        };
        let resource_type = scenario.resource_type(spec.machine);
        section.calls.push(Call {
            version: version.to_string(),
            form: effective(resource_type, version).map_or("none", |row| form_name(row.identity)),
            command: write(Form::Curl, &request, &Layout { multiline: true, ..self.layout })?,
            body,
        });
        Ok(())
    }

    /// The blanks that the requests have, as they are spelt, and what they stand for.
    fn blanks(&self) -> Vec<Fill> {
        let style = self.layout.blanks;
        let secret = match self.spec.image {
            super::Image::Windows => {
                (Blank::AdminPassword, "a password for the administrator of a new machine")
            }
            super::Image::Linux => (Blank::SshPublicKey, "your SSH public key, for a new machine"),
        };
        let all = [
            (Blank::SubscriptionId, "the id of your subscription: `az account show --query id --output tsv`"),
            (Blank::AccessToken, "the token from above, never to be written into a file that others see"),
            secret,
        ];
        let given = self.spec.names.subscription() != Blank::SubscriptionId.spelling(BlankStyle::Angle);
        let open = all.into_iter().filter(|(blank, _)| !(given && *blank == Blank::SubscriptionId));
        open.map(|(blank, meaning)| Fill { spelling: blank.spelling(style), meaning }).collect()
    }

    /// The names that readers have to replace.
    fn examples(&self) -> Vec<String> {
        let names = &self.spec.names;
        let machine = names.machine(self.spec.machine);
        let nic = (self.spec.machine == ResourceType::VirtualMachine).then(|| names.nic(self.spec.machine));
        let mut all: Vec<String> =
            [Some(names.resource_group()), Some(machine), nic.as_deref(), Some(names.location())]
                .into_iter()
                .flatten()
                .map(|name| format!("`{name}`"))
                .collect();
        if self.spec.identities.is_empty() {
            all.extend(["`ID1`".to_owned(), "`ID2`".to_owned()]);
        }
        all
    }
}

#[derive(Serialize)]
struct Fill {
    spelling: &'static str,
    meaning: &'static str,
}

#[derive(Serialize)]
struct FormRow {
    form: &'static str,
    range: String,
}

/// The ways in which versions of a type say identities, and which versions those are.
fn forms(machine: ResourceType) -> Vec<FormRow> {
    let rows = published(machine);
    let newest = rows.last().map(|row| row.version);
    [IdentityForm::SystemOnly, IdentityForm::Ids, IdentityForm::Map]
        .into_iter()
        .filter_map(|form| {
            let mut of_form = rows.iter().filter(|row| row.identity == form).map(|row| row.version);
            let first = of_form.next()?;
            let last = of_form.next_back().unwrap_or(first);
            let range = if Some(last) == newest {
                format!("{first} and later")
            } else if first == last {
                first.to_string()
            } else {
                format!("{first} to {last}")
            };
            Some(FormRow { form: form_name(form), range })
        })
        .collect()
}

fn form_name(form: IdentityForm) -> &'static str {
    match form {
        IdentityForm::None => "none",
        IdentityForm::SystemOnly => "system",
        IdentityForm::Ids => "ids",
        IdentityForm::Map => "map",
    }
}

#[derive(Serialize)]
struct RoleRow {
    name: &'static str,
    lets: String,
}

fn roles(machines: &str) -> Vec<RoleRow> {
    let row = |role: Role, lets: String| RoleRow { name: role.name(), lets };
    vec![
        row(Role::VirtualMachineContributor, format!("create {machines} and change them")),
        row(
            Role::ManagedIdentityOperator,
            format!("list user-assigned identities and assign them to {machines}"),
        ),
        row(Role::ManagedIdentityContributor, "create user-assigned identities and delete them".to_owned()),
        row(Role::Reader, format!("look at {machines}")),
    ]
}

fn state(identity: &Identity) -> State {
    State { system_assigned: identity.system_assigned, user_assigned: in_code(&identity.user_assigned) }
}

fn in_code(ids: &crate::arm::IdentityIds) -> Vec<String> {
    short_names(ids.iter()).into_iter().map(|name| format!("`{name}`")).collect()
}

/// What `one` has and `other` has not.
fn apart(one: &Identity, other: Option<&Identity>) -> Vec<String> {
    let has = |id: &crate::arm::IdentityId| other.is_some_and(|other| other.user_assigned.contains(id));
    let system = one.system_assigned && !other.is_some_and(|other| other.system_assigned);
    say(system, one, |id| !has(id))
}

/// What both have.
fn shared(one: &Identity, other: &Identity) -> Vec<String> {
    say(one.system_assigned && other.system_assigned, one, |id| other.user_assigned.contains(id))
}

fn say(system: bool, of: &Identity, is_meant: impl Fn(&crate::arm::IdentityId) -> bool) -> Vec<String> {
    let system = system.then(|| "the system-assigned identity".to_owned());
    let names = in_code(&of.user_assigned);
    let meant = of.user_assigned.iter().zip(names).filter(|(id, _)| is_meant(id));
    system.into_iter().chain(meant.map(|(_, name)| name)).collect()
}

/// The text with one blank line where a template leaves several, outside of code, and one break at its end.
fn tidied(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_code, mut blank) = (false, true);
    for line in text.lines().map(str::trim_end) {
        in_code ^= line.starts_with("```");
        if line.is_empty() && blank && !in_code {
            continue;
        }
        blank = line.is_empty();
        out.push_str(line);
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}
