//! `az vm …`, `az vmss …` and `az identity …`: machines and the identities that they have.
//!
//! Requests and versions are those that azure-cli 2.91.0 was recorded to send; where only the command's own manual
//! tells of a request, no version is said.

use super::{Invocation, Names, Value, version};
use crate::arm::{IdentityType, ResourceType, ResourceTypeName};
use crate::notation::command::Command;
use crate::notation::made::{Asked, Assembly};
use crate::notation::{Call, Notation, Payload};
use crate::text::{Fragment, Span};

/// The options that say something of the request; those of the same beginning that do not keep others from being
/// abbreviations of them.
const NAMES: &Names = &[
    ("resource-group", Some("g")),
    ("name", Some("n")),
    ("ids", None),
    ("subscription", None),
    ("identities", None),
    ("identity-name", None),
    ("instance-ids", None),
    ("assign-identity", None),
    ("orchestration-mode", None),
    ("location", Some("l")),
    ("tags", None),
    ("set", None),
    ("add", None),
    ("remove", None),
    ("role", None),
    ("scope", None),
    ("image", None),
    ("output", Some("o")),
    ("query", None),
    ("no-wait", None),
    ("nics", None),
    ("nsg", None),
    ("nic-delete-option", None),
    ("instance-count", None),
    ("assign-identities", None),
    ("issuer", None),
    ("subject", None),
    ("audiences", None),
    ("show-details", Some("d")),
];

/// A command that sends one request about a machine or an identity.
struct Row {
    /// The words behind `vm`, `vmss` or `identity`.
    words: &'static [&'static str],
    method: &'static str,
    about: About,
    version: Option<&'static str>,
}

/// What a command is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    /// The resource.
    Resource,
    /// All of a resource group, or of the subscription.
    All,
    /// An action of the resource.
    Action(&'static str),
    /// The identities of a machine, which are assigned.
    Assign,
    /// The identities of a machine, which are taken away.
    Remove,
    /// A new machine.
    Create,
    /// Members of the resource, which is read and sent as a whole.
    Update,
    /// A new identity.
    CreateIdentity,
    /// A federated credential of an identity.
    Credential,
    /// All federated credentials of an identity.
    Credentials,
}

const READ: Option<&str> = Some("2026-04-01");
const WRITE: Option<&str> = Some("2024-11-01");

/// What machines and scale sets have in common. `show` and `list`, by which scripts look up ids and names, are left
/// out: they would be most of an inventory.
const OF_MACHINES: &[Row] = &[
    Row { words: &["identity", "show"], method: "GET", about: About::Resource, version: READ },
    Row { words: &["identity", "assign"], method: "PATCH", about: About::Assign, version: WRITE },
    Row { words: &["identity", "remove"], method: "PATCH", about: About::Remove, version: WRITE },
    Row { words: &["delete"], method: "DELETE", about: About::Resource, version: WRITE },
    Row { words: &["create"], method: "PUT", about: About::Create, version: WRITE },
    Row { words: &["update"], method: "PUT", about: About::Update, version: READ },
    Row { words: &["start"], method: "POST", about: About::Action("start"), version: None },
    Row { words: &["stop"], method: "POST", about: About::Action("powerOff"), version: None },
    Row { words: &["restart"], method: "POST", about: About::Action("restart"), version: None },
    Row { words: &["deallocate"], method: "POST", about: About::Action("deallocate"), version: None },
];

const OF_VM: &[Row] = &[
    Row { words: &["redeploy"], method: "POST", about: About::Action("redeploy"), version: None },
    Row { words: &["generalize"], method: "POST", about: About::Action("generalize"), version: None },
];

const OF_VMSS: &[Row] = &[
    Row {
        words: &["update-instances"],
        method: "POST",
        about: About::Action("manualupgrade"),
        version: WRITE,
    },
    Row { words: &["reimage"], method: "POST", about: About::Action("reimage"), version: None },
];

const IDENTITY: Option<&str> = Some("2025-05-31-preview");
const CREDENTIAL: Option<&str> = Some("2025-01-31-preview");

const OF_IDENTITY: &[Row] = &[
    Row { words: &["show"], method: "GET", about: About::Resource, version: IDENTITY },
    Row { words: &["list"], method: "GET", about: About::All, version: IDENTITY },
    Row { words: &["delete"], method: "DELETE", about: About::Resource, version: IDENTITY },
    Row { words: &["create"], method: "PUT", about: About::CreateIdentity, version: IDENTITY },
    Row { words: &["update"], method: "PATCH", about: About::Update, version: IDENTITY },
    Row {
        words: &["federated-credential", "create"],
        method: "PUT",
        about: About::Credential,
        version: CREDENTIAL,
    },
    Row {
        words: &["federated-credential", "update"],
        method: "PUT",
        about: About::Credential,
        version: CREDENTIAL,
    },
    Row {
        words: &["federated-credential", "show"],
        method: "GET",
        about: About::Credential,
        version: CREDENTIAL,
    },
    Row {
        words: &["federated-credential", "delete"],
        method: "DELETE",
        about: About::Credential,
        version: CREDENTIAL,
    },
    Row {
        words: &["federated-credential", "list"],
        method: "GET",
        about: About::Credentials,
        version: CREDENTIAL,
    },
];

/// The requests of `command`, which runs `az vm`, `az vmss` or `az identity`: none for a command that is not known
/// or names nothing.
pub fn read<'s>(command: &Command<'s>) -> Vec<Call<'s>> {
    let Some(az) = Invocation::of(command, NAMES) else { return Vec::new() };
    let of_group = |group: &&&str| ResourceType::ALL.into_iter().find(|known| known.short_name() == **group);
    let Some(resource_type) = az.group.first().and_then(|group| of_group(&group)) else { return Vec::new() };
    let tables: &[&[Row]] = match (resource_type.has_identity(), resource_type.is_set()) {
        (true, false) => &[OF_MACHINES, OF_VM],
        (true, true) => &[OF_MACHINES, OF_VMSS],
        (false, _) => &[OF_IDENTITY],
    };
    let words = &az.group[1..];
    let Some(row) = tables.iter().copied().flatten().find(|row| row.words == words) else {
        return Vec::new();
    };
    let names_one = az.value("name").is_some() || az.value("ids").is_some();
    if !names_one && row.about != About::All && row.about != About::Credentials {
        return Vec::new();
    }
    Reader { az: &az, row, resource_type }.calls()
}

struct Reader<'r, 'c, 's> {
    az: &'r Invocation<'c, 's>,
    row: &'static Row,
    resource_type: ResourceType,
}

impl<'c, 's> Reader<'_, 'c, 's> {
    fn calls(&self) -> Vec<Call<'s>> {
        let az = self.az;
        let mut call = az.call(Notation::AzVm, self.row.method);
        let mut resource_type = ResourceTypeName::from(self.resource_type);
        match self.row.about {
            About::Assign => self.assign(&mut call),
            About::Remove => self.remove(&mut call),
            About::Create => {
                self.create(&mut call);
                let url = |url: &mut Assembly<'c, 's>| {
                    az.group_scope(url);
                    let kind = self.resource_type.short_name();
                    url.own(&format!("/providers/Microsoft.Resources/deployments/{kind}_deploy_{{random}}"));
                    version(url, self.row.version);
                };
                let mut text = az.assembly();
                url(&mut text);
                call.url = Some(text.finish());
                return vec![call];
            }
            About::Update => self.update(&mut call),
            About::CreateIdentity => self.create_identity(&mut call),
            About::Action(action) => self.act(action, &mut call),
            About::Credential | About::Credentials => {
                let segment = "federatedIdentityCredentials";
                let types = resource_type.types().map(str::to_owned).chain([segment.to_owned()]);
                let types: Vec<String> = types.collect();
                let name =
                    ResourceTypeName::from_parts(resource_type.namespace(), types.iter().map(String::as_str));
                resource_type = name.unwrap_or(resource_type);
                if self.row.method == "PUT" {
                    self.credential(&mut call);
                }
            }
            About::Resource | About::All => {}
        }
        if let Some(made) = call.made.as_mut() {
            made.resource_type = Some(resource_type);
        }
        call.default_content_type =
            call.client.default_content_type(None).filter(|_| !matches!(call.body, Payload::None));
        az.calls(
            &call,
            |url| self.target(url),
            |url| {
                if let About::Action(action) = self.row.about {
                    url.own("/");
                    url.own(action);
                }
                version(url, self.row.version);
            },
        )
    }

    /// Writes the path of what the names say.
    fn target(&self, url: &mut Assembly<'c, 's>) {
        let az = self.az;
        if self.row.about == About::All && az.value("resource-group").is_none() {
            az.subscription(url);
        } else {
            az.group_scope(url);
        }
        url.own(&format!("/providers/{}", self.resource_type.full_name()));
        let (of_resource, child) = match self.row.about {
            About::All => return,
            About::Credential => ("identity-name", Some(az.value("name"))),
            About::Credentials => ("identity-name", Some(None)),
            _ => ("name", None),
        };
        url.own("/");
        match az.value(of_resource) {
            Some(name) => url.part(&name.text),
            None => url.own("{name}"),
        }
        if let Some(name) = child {
            url.own("/federatedIdentityCredentials");
            if let Some(name) = name {
                url.own("/");
                url.part(&name.text);
            }
        }
    }

    fn body(call: &mut Call<'s>, body: Assembly<'_, 's>, lacks: Option<String>) {
        call.body = Payload::Text(body.finish());
        if let Some(made) = call.made.as_mut() {
            made.lacks = lacks;
        }
    }

    // -- Identities -------------------------------------------------------------------------------------

    /// `[system]` among the values, and the ids.
    fn identities<'v>(values: &'v [Value<'s>]) -> (bool, Vec<&'v Value<'s>>) {
        let is_system = |value: &&Value<'s>| value.text.text().trim().eq_ignore_ascii_case("[system]");
        let system = values.iter().any(|value| is_system(&value));
        (system, values.iter().filter(|value| !is_system(value) && !value.text.text().is_empty()).collect())
    }

    /// The members of `userAssignedIdentities`: a name is one of the same resource group.
    fn map(&self, body: &mut Assembly<'c, 's>, ids: &[&Value<'s>], value: &str) {
        body.own("\"userAssignedIdentities\":{");
        for (index, id) in ids.iter().enumerate() {
            if index > 0 {
                body.own(",");
            }
            self.id(body, id);
            body.own(":");
            body.own(value);
        }
        body.own("}");
    }

    fn id(&self, body: &mut Assembly<'c, 's>, id: &Value<'s>) {
        match self.completed(id) {
            Some(whole) => {
                body.string(&whole, Span { start: self.az.span.start, end: self.az.span.start });
            }
            None => body.string(&id.text, id.span),
        }
    }

    /// The id of an identity that is given by its name. `None` for an id, and for a variable, which may be either.
    fn completed(&self, id: &Value<'s>) -> Option<Fragment<'s>> {
        if id.text.text().contains('/') || id.text.expansions().next().is_some() {
            return None;
        }
        let mut whole = self.az.assembly();
        self.az.group_scope(&mut whole);
        whole.own("/providers/Microsoft.ManagedIdentity/userAssignedIdentities/");
        whole.part(&id.text);
        Some(whole.finish())
    }

    fn asks(&self, call: &mut Call<'s>, removes: bool, system: bool, ids: &[&Value<'s>]) {
        let id = |id: &&Value<'s>| {
            self.completed(id).map_or_else(|| id.text.text().to_owned(), |id| id.text().to_owned())
        };
        if let Some(made) = call.made.as_mut() {
            made.asks = Some(Asked { removes, system, ids: ids.iter().map(id).collect() });
        }
    }

    /// What is said of the identities that are named.
    fn say(system: bool, ids: &[&Value<'s>]) -> String {
        let system = system.then(|| "the system-assigned identity".to_owned());
        let short = |id: &&Value<'s>| {
            let text = id.text.text();
            text.rsplit('/').next().unwrap_or(text).to_owned()
        };
        system.into_iter().chain(ids.iter().map(short)).collect::<Vec<_>>().join(", ")
    }

    fn assign(&self, call: &mut Call<'s>) {
        let values = self.az.option("identities").map_or(&[][..], |given| &given.values);
        let (system, ids) = Self::identities(values);
        let system = system || ids.is_empty();
        let mut body = self.az.assembly();
        body.own("{\"identity\":{");
        if !ids.is_empty() {
            self.map(&mut body, &ids, "{}");
        }
        body.own("}}");
        let lacks =
            format!("az reads what the machine has and sends it too; it adds {}", Self::say(system, &ids));
        Self::body(call, body, Some(lacks));
        self.asks(call, false, system, &ids);
    }

    fn remove(&self, call: &mut Call<'s>) {
        let values = self.az.option("identities").map_or(&[][..], |given| &given.values);
        let (system, ids) = Self::identities(values);
        let system = system || ids.is_empty();
        let mut body = self.az.assembly();
        body.own("{\"identity\":{");
        if !ids.is_empty() {
            self.map(&mut body, &ids, "null");
        }
        body.own("}}");
        let lacks = format!(
            "what az sends depends on what the machine has; it takes {} away",
            Self::say(system, &ids)
        );
        Self::body(call, body, Some(lacks));
        self.asks(call, true, system, &ids);
    }

    // -- Machines ---------------------------------------------------------------------------------------

    /// A machine is created by a deployment, whose template az writes.
    fn create(&self, call: &mut Call<'s>) {
        let az = self.az;
        let mut body = az.assembly();
        body.own(
            "{\"properties\":{\"template\":{\"$schema\":\"https://schema.management.azure.com/schemas/2015-01-01/\
             deploymentTemplate.json#\",\"contentVersion\":\"1.0.0.0\",\"resources\":[{\"apiVersion\":\"2026-04-01\",\
             \"type\":\"",
        );
        body.own(self.resource_type.full_name());
        body.own("\",\"name\":");
        match az.value("name") {
            Some(name) => body.string(&name.text, name.span),
            None => body.own("\"{name}\""),
        }
        let mut whole = Vec::new();
        if let Some(given) = az.option("assign-identity").or_else(|| az.option("assign-identities")) {
            let (system, ids) = Self::identities(&given.values);
            let system = system || ids.is_empty();
            let kind = IdentityType::of(system, !ids.is_empty());
            body.own(",\"identity\":{\"type\":");
            body.at(given.at, &format!("\"{kind}\""));
            if !ids.is_empty() {
                body.own(",");
                self.map(&mut body, &ids, "{}");
            }
            body.own("}");
            whole.extend(az.place_of(given.name));
        }
        if self.resource_type.is_set() {
            body.own(",\"properties\":{\"orchestrationMode\":");
            match az.value("orchestration-mode") {
                // az takes its modes in any case.
                Some(mode) => {
                    match ["Flexible", "Uniform"].iter().find(|it| it.eq_ignore_ascii_case(mode.text.text()))
                    {
                        Some(known) => body.at(mode.span, &format!("\"{known}\"")),
                        None => body.string(&mode.text, mode.span),
                    }
                }
                // What az sends if nothing is said.
                None => body.at(az.at, "\"Flexible\""),
            }
            body.own("}");
        }
        body.own("}]},\"mode\":\"incremental\"}}");
        let noun = self.resource_type.noun();
        Self::body(call, body, Some(format!("az writes a template for the {noun} and what it needs")));
        if let Some(made) = call.made.as_mut() {
            made.whole = whole;
        }
        call.default_content_type = call.client.default_content_type(None);
    }

    /// Members are named as az has them, which is not how they are sent.
    fn update(&self, call: &mut Call<'s>) {
        let noun = self.resource_type.noun();
        let lacks = if self.resource_type == ResourceType::UserAssignedIdentity {
            "az reads the identity first, and sends all of its tags".to_owned()
        } else {
            format!("az reads the {noun}, changes it and sends all of it but its identity")
        };
        call.body = Payload::Unknown(self.anchor());
        if let Some(made) = call.made.as_mut() {
            made.lacks = Some(lacks);
        }
    }

    fn anchor(&self) -> Fragment<'s> {
        self.az.outer.slice(Span::at(0))
    }

    fn act(&self, action: &str, call: &mut Call<'s>) {
        let Some(ids) = self.az.option("instance-ids").filter(|_| action == "manualupgrade") else { return };
        let mut body = self.az.assembly();
        body.own("{\"instanceIds\":[");
        for (index, id) in ids.values.iter().enumerate() {
            if index > 0 {
                body.own(",");
            }
            body.string(&id.text, id.span);
        }
        body.own("]}");
        Self::body(call, body, None);
    }

    // -- Identities of their own ------------------------------------------------------------------------

    fn create_identity(&self, call: &mut Call<'s>) {
        let az = self.az;
        let mut body = az.assembly();
        body.own("{");
        let location = az.value("location");
        if let Some(location) = location {
            body.own("\"location\":");
            body.string(&location.text, location.span);
        }
        if let Some(tags) = az.option("tags").filter(|tags| !tags.values.is_empty()) {
            body.own(if location.is_some() { ",\"tags\":{" } else { "\"tags\":{" });
            for (index, tag) in tags.values.iter().enumerate() {
                if index > 0 {
                    body.own(",");
                }
                let text = tag.text.text();
                let (name, from) =
                    text.split_once('=').map_or((text, text.len()), |(name, _)| (name, name.len() + 1));
                body.string(&tag.text.slice(Span::new(0, name.len())), tag.span);
                body.own(":");
                body.string(&tag.text.slice(Span::new(from, text.len())), tag.span);
            }
            body.own("}");
        }
        body.own("}");
        let lacks = location.is_none().then(|| "az takes the location from the resource group".to_owned());
        Self::body(call, body, lacks);
    }

    fn credential(&self, call: &mut Call<'s>) {
        let az = self.az;
        let mut body = az.assembly();
        body.own("{\"properties\":{");
        let mut comma = "";
        for name in ["issuer", "subject"] {
            if let Some(value) = az.value(name) {
                body.own(&format!("{comma}\"{name}\":"));
                body.string(&value.text, value.span);
                comma = ",";
            }
        }
        if let Some(audiences) = az.option("audiences") {
            body.own(&format!("{comma}\"audiences\":["));
            for (index, value) in audiences.values.iter().enumerate() {
                if index > 0 {
                    body.own(",");
                }
                body.string(&value.text, value.span);
            }
            body.own("]");
        }
        body.own("}}");
        let is_update = self.row.words.last() == Some(&"update");
        let lacks = match (is_update, az.has("audiences")) {
            (true, _) => Some("az reads the credential first and sends what is not said as it is".to_owned()),
            (false, false) => Some("az fills in the audience".to_owned()),
            (false, true) => None,
        };
        Self::body(call, body, lacks);
    }
}
