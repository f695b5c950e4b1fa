//! `az deployment group|sub|mg|tenant …`, and `az group deployment …` as it was called before.

use super::{Invocation, Names};
use crate::arm::ResourceTypeName;
use crate::notation::command::Command;
use crate::notation::made::{Assembly, PARAMETERS};
use crate::notation::{Call, Notation, Payload, payload};
use crate::text::Span;

const NAMES: &Names = &[
    ("resource-group", Some("g")),
    ("name", Some("n")),
    ("subscription", None),
    ("template-file", Some("f")),
    ("template-uri", Some("u")),
    ("template-spec", Some("s")),
    ("parameters", Some("p")),
    ("location", Some("l")),
    ("management-group-id", Some("m")),
    ("mode", None),
    ("query-string", Some("q")),
    ("what-if", Some("w")),
    ("confirm-with-what-if", Some("c")),
    ("what-if-result-format", Some("r")),
    ("what-if-exclude-change-types", Some("x")),
    ("result-format", None),
    ("exclude-change-types", None),
    ("no-prompt", None),
    ("no-wait", None),
    ("rollback-on-error", None),
    ("handle-extended-json-format", Some("j")),
    ("aux-subs", None),
    ("aux-tenants", None),
    ("proceed-if-no-change", None),
    ("validation-level", None),
    ("output", Some("o")),
    ("query", None),
];

/// The commands, their methods and the action behind the deployment.
const COMMANDS: [(&str, &str, &str); 8] = [
    ("create", "PUT", ""),
    ("validate", "POST", "/validate"),
    ("what-if", "POST", "/whatIf"),
    ("show", "GET", ""),
    ("list", "GET", ""),
    ("delete", "DELETE", ""),
    ("cancel", "POST", "/cancel"),
    ("export", "POST", "/exportTemplate"),
];

/// What azure-cli 2.91.0 sends with the first three.
const VERSION: &str = "2025-04-01";

/// What a deployment is made to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Group,
    Subscription,
    ManagementGroup,
    Tenant,
}

/// The request of `command`, which runs `az deployment` or `az group`; `input` is the command whose output it reads.
pub fn read<'s>(command: &Command<'s>, input: Option<&Command<'s>>) -> Vec<Call<'s>> {
    let Some(az) = Invocation::of(command, NAMES) else { return Vec::new() };
    let (scope, name, is_old) = match az.group[..] {
        ["deployment", "group", name] => (Scope::Group, name, false),
        ["deployment", "sub", name] => (Scope::Subscription, name, false),
        ["deployment", "mg", name] => (Scope::ManagementGroup, name, false),
        ["deployment", "tenant", name] => (Scope::Tenant, name, false),
        ["group", "deployment", name] => (Scope::Group, name, true),
        ["deployment", name] => (Scope::Subscription, name, true),
        _ => return Vec::new(),
    };
    let Some((_, method, action)) = COMMANDS.iter().find(|(known, ..)| *known == name) else {
        return Vec::new();
    };
    let names = ["name", "resource-group", "template-file", "template-uri", "template-spec", "parameters"];
    let is_spoken_of = !names.iter().any(|name| az.has(name));
    if is_spoken_of && (name != "list" || scope == Scope::Group) {
        return Vec::new();
    }
    let previews = name == "create" && az.has("what-if");
    let (method, action) = if previews { ("POST", "/whatIf") } else { (*method, *action) };
    let mut call = az.call(Notation::AzDeployment, method);
    if ["create", "validate", "what-if"].contains(&name) {
        body(&az, command, input, &mut call);
    }
    if let Some(made) = call.made.as_mut() {
        made.resource_type = ResourceTypeName::from_parts("Microsoft.Resources", ["deployments"]);
    }
    let mut url = az.assembly();
    begin(&az, scope, &mut url);
    url.own("/providers/Microsoft.Resources/deployments");
    if name != "list" {
        url.own("/");
        deployment(&az, &mut url);
    }
    url.own(action);
    let is_recorded = !is_old && ["create", "validate", "what-if"].contains(&name);
    super::version(&mut url, is_recorded.then_some(VERSION));
    call.url = Some(url.finish());
    vec![call]
}

fn begin<'s>(az: &Invocation<'_, 's>, scope: Scope, url: &mut Assembly<'_, 's>) {
    match scope {
        Scope::Group => az.group_scope(url),
        Scope::Subscription => az.subscription(url),
        Scope::ManagementGroup => {
            url.own("/providers/Microsoft.Management/managementGroups/");
            match az.value("management-group-id") {
                Some(group) => url.part(&group.text),
                None => url.own("{managementGroupId}"),
            }
        }
        Scope::Tenant => {}
    }
}

/// The deployment's name: az takes that of the template's file if none is given.
fn deployment<'s>(az: &Invocation<'_, 's>, url: &mut Assembly<'_, 's>) {
    if let Some(name) = az.value("name") {
        return url.part(&name.text);
    }
    let file = az.value("template-file").filter(|file| file.text.expansions().next().is_none());
    let stem = file.and_then(|file| {
        let text = file.text.text();
        let start = text.rfind(['/', '\\']).map_or(0, |at| at + 1);
        let len = text[start..].rfind('.').unwrap_or(text.len() - start);
        (len > 0).then(|| file.text.slice(Span::new(start, start + len)))
    });
    match stem {
        Some(stem) => url.part(&stem),
        None => url.own("{deploymentName}"),
    }
}

/// The body as far as the command has it: the parameters that are written out as JSON.
fn body<'s>(
    az: &Invocation<'_, 's>,
    command: &Command<'s>,
    input: Option<&Command<'s>>,
    call: &mut Call<'s>,
) {
    let template = ["template-file", "template-uri", "template-spec"]
        .iter()
        .find_map(|name| az.value(name))
        .map_or_else(|| "a file".to_owned(), |value| value.text.text().to_owned());
    let all = az.options.iter().filter(|option| option.name == "parameters").flat_map(|it| &it.values);
    let mut written = all.filter(|value| value.text.text().trim_start().starts_with('{'));
    call.default_content_type = call.client.default_content_type(None);
    call.body = match written.next() {
        Some(value) => payload::of_option(&value.text, command, input),
        None => Payload::Unknown(az.outer.slice(Span::at(0))),
    };
    if let Some(made) = call.made.as_mut() {
        made.lacks = Some(format!("the template is in {template}"));
        if matches!(call.body, Payload::Text(_)) {
            made.around = Some(PARAMETERS);
            // What the template declares decides what parameters may be.
            made.is_opaque = true;
        }
    }
}
