//! `az resource …`: resources of any type, as azure-cli 2.91.0 was recorded to send their requests.

use super::{Invocation, Names, Value};
use crate::arm::ResourceTypeName;
use crate::json::{Dialect, Tree};
use crate::notation::command::Command;
use crate::notation::made::{Assembly, PROPERTIES};
use crate::notation::{Call, Notation, Payload, payload};
use crate::text::{Fragment, Span};

const NAMES: &Names = &[
    ("resource-group", Some("g")),
    ("name", Some("n")),
    ("ids", None),
    ("subscription", None),
    ("resource-type", None),
    ("namespace", None),
    ("parent", None),
    ("api-version", None),
    ("properties", Some("p")),
    ("is-full-object", None),
    ("location", Some("l")),
    ("set", None),
    ("add", None),
    ("remove", None),
    ("force-string", None),
    ("tags", None),
    ("is-incremental", Some("i")),
    ("action", None),
    ("request-body", None),
    ("latest-include-preview", Some("v")),
    ("include-response-body", None),
    ("no-wait", None),
    ("output", Some("o")),
    ("query", None),
];

/// The commands that send a request about one resource, and its method.
const COMMANDS: [(&str, &str); 7] = [
    ("show", "GET"),
    ("create", "PUT"),
    ("update", "PUT"),
    ("patch", "PATCH"),
    ("delete", "DELETE"),
    ("invoke-action", "POST"),
    ("tag", "PUT"),
];

/// The requests of `command`, which runs `az resource`; `input` is the command whose output it reads.
pub fn read<'s>(command: &Command<'s>, input: Option<&Command<'s>>) -> Vec<Call<'s>> {
    let Some(az) = Invocation::of(command, NAMES) else { return Vec::new() };
    let known = COMMANDS.iter().find(|(name, _)| az.runs(&["resource", name]));
    let Some((name, method)) = known.filter(|_| az.value("ids").is_some() || az.value("name").is_some())
    else {
        return Vec::new();
    };
    let mut call = az.call(Notation::AzResource, method);
    let lacks = match *name {
        "create" => create(&az, command, input, &mut call),
        "update" => Some(update(&az, &mut call)),
        "patch" => {
            properties(&az, command, input, &mut call);
            None
        }
        "tag" => {
            call.body = Payload::Unknown(az.outer.slice(Span::at(0)));
            Some("az reads the resource and sends all of it with the tags".to_owned())
        }
        "invoke-action" => {
            if let Some(body) = az.value("request-body") {
                call.body = payload::of_option(&body.text, command, input);
            }
            None
        }
        _ => None,
    };
    if let Some(made) = call.made.as_mut() {
        made.lacks = lacks;
        made.resource_type = resource_type(&az);
        made.whole.extend(json_place(&az));
    }
    call.default_content_type =
        call.client.default_content_type(None).filter(|_| !matches!(call.body, Payload::None));
    let behind = |url: &mut Assembly<'_, 's>| {
        if let Some(action) = az.value("action").filter(|_| *name == "invoke-action") {
            url.own("/");
            url.part(&action.text);
        }
        if let Some(version) = az.value("api-version") {
            url.own("?api-version=");
            url.part(&version.text);
        }
    };
    az.calls(&call, |url| target(&az, url), behind)
}

/// The place of the JSON that an option gives, with a byte before it: what is wrong with its first bracket is said
/// too.
fn json_place(az: &Invocation<'_, '_>) -> Option<Span> {
    let value = az.value("properties").or(az.value("request-body"))?;
    Some(Span { start: value.span.start.saturating_sub(1), end: value.span.end })
}

/// The type, if the options spell it out.
fn resource_type(az: &Invocation<'_, '_>) -> Option<ResourceTypeName> {
    let plain = |name: &str| {
        let value = az.value(name)?;
        value.text.expansions().next().is_none().then(|| value.text.text().trim_matches('/'))
    };
    let types = plain("resource-type")?;
    let (namespace, types) = match plain("namespace") {
        Some(namespace) => (namespace, types),
        None => types.split_once('/')?,
    };
    let parent: Vec<&str> = plain("parent").map(|it| it.split('/').step_by(2).collect()).unwrap_or_default();
    ResourceTypeName::from_parts(namespace, parent.into_iter().chain(types.split('/')))
}

/// Writes the path of what the names say. `Microsoft.Sql/servers/databases` has a name for each of its types.
fn target<'s>(az: &Invocation<'_, 's>, url: &mut Assembly<'_, 's>) {
    // Without a group it is a resource of the subscription.
    if az.value("resource-group").is_some() {
        az.group_scope(url);
    } else {
        az.subscription(url);
    }
    url.own("/providers");
    let part = |url: &mut Assembly<'_, 's>, value: Option<&Value<'s>>| {
        if let Some(value) = value {
            url.own("/");
            url.part(&value.text);
        }
    };
    part(url, az.value("namespace"));
    let Some(types) = az.value("resource-type") else {
        part(url, az.value("parent"));
        return part(url, az.value("name"));
    };
    let text = types.text.text();
    let (Some(slash), true) = (text.find('/'), az.value("namespace").is_none()) else {
        part(url, az.value("parent"));
        part(url, Some(types));
        return part(url, az.value("name"));
    };
    url.own("/");
    url.part(&types.text.slice(Span::new(0, slash)));
    part(url, az.value("parent"));
    let name = az.value("name");
    let types = types.text.slice(Span::new(slash + 1, text.len())).split('/');
    let names = name.map(|name| name.text.split('/')).unwrap_or_default();
    if types.len() == names.len() {
        for (kind, name) in types.iter().zip(&names) {
            for piece in [kind, name] {
                url.own("/");
                url.part(piece);
            }
        }
        return;
    }
    for kind in &types {
        url.own("/");
        url.part(kind);
    }
    part(url, name);
}

/// The body that `--properties` gives: the properties, or with `--is-full-object` all of it.
fn properties<'s>(
    az: &Invocation<'_, 's>,
    command: &Command<'s>,
    input: Option<&Command<'s>>,
    call: &mut Call<'s>,
) {
    let Some(value) = az.value("properties") else { return };
    call.body = payload::of_option(&value.text, command, input);
    if let Some(made) = call.made.as_mut().filter(|_| !az.has("is-full-object")) {
        made.around = Some(PROPERTIES);
    }
}

fn create<'s>(
    az: &Invocation<'_, 's>,
    command: &Command<'s>,
    input: Option<&Command<'s>>,
    call: &mut Call<'s>,
) -> Option<String> {
    properties(az, command, input, call);
    let is_full = az.has("is-full-object");
    (!is_full).then(|| match az.value("location") {
        Some(location) => format!("az adds the location {}", location.text.text()),
        None => "az adds the location of the resource group".to_owned(),
    })
}

// -- Members that are set ---------------------------------------------------------------------------------------

/// A member that is set, or what is set within it.
enum Member<'s> {
    Object(Vec<(Fragment<'s>, Member<'s>)>),
    /// The value, where it stands, and whether it is JSON.
    Value(Fragment<'s>, Span, bool),
}

/// Paths have no more members than this.
const MAX_DEPTH: usize = 32;
/// No more members of one object are told apart.
const MAX_MEMBERS: usize = 256;

/// What `--set` changes; the rest of the resource is sent as it was read.
fn update<'s>(az: &Invocation<'_, 's>, call: &mut Call<'s>) -> String {
    let mut root: Vec<(Fragment<'s>, Member<'s>)> = Vec::new();
    let mut whole = Vec::new();
    let sets = az.options.iter().filter(|option| option.name == "set").flat_map(|option| &option.values);
    let is_text = az.has("force-string");
    for value in sets {
        // What is an object itself is all of that.
        if set(&mut root, value, is_text) && value.text.text().contains("={") {
            whole.push(value.span);
        }
    }
    let mut body = az.assembly();
    write(&mut body, &root);
    call.body = Payload::Text(body.finish());
    if let Some(made) = call.made.as_mut() {
        made.whole = whole;
    }
    let names: Vec<&str> = az
        .options
        .iter()
        .filter(|option| matches!(option.name, "set" | "add" | "remove"))
        .flat_map(|option| option.values.iter().take(if option.name == "set" { MAX_MEMBERS } else { 1 }))
        .map(|value| value.text.text().split('=').next().unwrap_or_default())
        .collect();
    let changes = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    format!("az reads the resource and sends all of it; it changes {changes}")
}

/// Sets what `value` says: `a.b=c`. False for a path that is more than names.
fn set<'s>(root: &mut Vec<(Fragment<'s>, Member<'s>)>, value: &Value<'s>, is_text: bool) -> bool {
    let text = value.text.text();
    let Some(equals) = text.find('=') else { return false };
    let path = &text[..equals];
    let is_name = |name: &str| !name.is_empty() && !name.contains(['[', ']', '"', '\'', '\\', '/']);
    let names: Vec<&str> = path.split('.').collect();
    if names.len() > MAX_DEPTH || !names.iter().all(|name| is_name(name)) {
        return false;
    }
    let mut from = 0;
    let mut members = root;
    for (index, name) in names.iter().enumerate() {
        let span = Span::new(from, from + name.len());
        from += name.len() + 1;
        let known = members.iter().position(|(it, _)| it.text() == *name);
        let at = known.unwrap_or(members.len());
        if known.is_none() {
            if members.len() >= MAX_MEMBERS {
                return false;
            }
            members.push((value.text.slice(span), Member::Object(Vec::new())));
        }
        if index + 1 == names.len() {
            let given = value.text.slice(Span::new(equals + 1, text.len()));
            let place = given.to_file(given.span());
            let is_json = !is_text && is_json(given.text());
            members[at].1 = Member::Value(given, place, is_json);
            return true;
        }
        let (_, member) = &mut members[at];
        if matches!(member, Member::Value(..)) {
            *member = Member::Object(Vec::new());
        }
        let Member::Object(inner) = member else { return false };
        members = inner;
    }
    false
}

/// True for what az takes for JSON and not for a text.
fn is_json(text: &str) -> bool {
    let tree = Tree::parse(text, Dialect::STRICT);
    !text.trim().is_empty()
        && tree.mistakes().is_empty()
        && tree.root().is_some_and(|root| !root.is_unknown())
}

/// Writes an object; no deeper than [`MAX_DEPTH`].
fn write<'s>(body: &mut Assembly<'_, 's>, members: &[(Fragment<'s>, Member<'s>)]) {
    body.own("{");
    for (index, (name, member)) in members.iter().enumerate() {
        if index > 0 {
            body.own(",");
        }
        body.string(name, name.to_file(name.span()));
        body.own(":");
        match member {
            Member::Object(inner) => write(body, inner),
            Member::Value(text, _, true) => body.part(text),
            Member::Value(text, place, false) => body.string(text, *place),
        }
    }
    body.own("}");
}
