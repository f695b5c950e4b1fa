//! Writing a request as a template: the deployment of one resource.
//!
//! What a request names becomes a parameter with the name as its default, what it leaves blank one without;
//! ids become `resourceId(…)`, so that the template works in whatever group it is deployed to.

use minijinja::{Value, context};

use crate::arm::expression::is_computed;
use crate::arm::{
    Blank, BlankStyle, BodyValue, IdentityType, Level, Method, Part, Request, RequestTarget, ResourceType,
    Text, newest_stable,
};
use crate::notation::layout::Layout;
use crate::notation::level::level_of;
use crate::notation::writer::{IdentityChange, RoleStep, WriteError, Writer};

/// Writes a request that creates a resource as a deployment template.
#[derive(Debug)]
pub(in crate::notation) struct DeploymentTemplate;

impl Writer for DeploymentTemplate {
    fn write(&self, request: &Request, layout: &Layout<'_>) -> Result<String, WriteError> {
        deployment(request, &[], layout)
    }

    fn write_roles(
        &self,
        request: Option<&Request>,
        _change: IdentityChange<'_>,
        roles: &[RoleStep<'_>],
        layout: &Layout<'_>,
    ) -> Result<Option<String>, WriteError> {
        let Some(request) = request else {
            return Err(no_role("no identity is to be changed, and a template declares the machine"));
        };
        deployment(request, roles, layout).map(Some)
    }

    fn extension(&self) -> &'static str {
        "json"
    }

    fn heading(&self, _name: &str) -> Option<String> {
        None
    }
}

fn no_role(why: &str) -> WriteError {
    WriteError::NoEquivalent { form: "template", why: why.to_owned(), instead: "--as script" }
}

fn deployment(request: &Request, roles: &[RoleStep<'_>], layout: &Layout<'_>) -> Result<String, WriteError> {
    let Some(BodyValue::Object(body)) = request.body.as_ref().filter(|_| request.method == Method::Put)
    else {
        return Err(WriteError::NotDeployed(request.method));
    };
    let level = level_of(&request.target).map_err(|why| WriteError::NoEquivalent {
        form: "template",
        why: why.to_owned(),
        instead: "--as curl",
    })?;
    let mut parameters = Parameters::of(request);
    let target = &request.target;
    let name = parameters.name(target);

    let mut resource = vec![
        (Text::new("type"), string(target.resource_type.as_str())),
        (Text::new("apiVersion"), string(&target.api_version.to_string())),
        (Text::new("name"), string(&format!("[{name}]"))),
    ];
    for (member, value) in body {
        let value = match (member.parts(), value) {
            ([Part::Literal(member)], _) if OWN.iter().any(|own| own.eq_ignore_ascii_case(member)) => {
                continue;
            }
            ([Part::Literal(member)], BodyValue::String(text)) if member == "location" => {
                string(&format!("[{}]", parameters.role("location", text)))
            }
            _ => parameters.value(value),
        };
        resource.push((parameters.text(member), value));
    }
    let own = parameters.own_id(target, level);
    let outputs = outputs(request, &own, &mut parameters);
    let mut resources = vec![BodyValue::Object(resource)];
    for role in roles {
        resources.push(assignment(role, request, &own, &mut parameters)?);
    }

    let text = |value: &BodyValue| Value::from(value.to_text(true).spell(layout.blanks));
    let context = context! {
        schema => level.template_schema(),
        parameters => text(&parameters.to_value()),
        resources => resources.iter().map(text).collect::<Vec<_>>(),
        outputs => text(&BodyValue::Object(outputs)),
    };
    let written = layout.templates.render("notations/template.json.j2", context)?;
    Ok(written.trim_end().to_owned())
}

/// A role assignment as a resource: of the deployment's group, or of a resource in it.
fn assignment(
    role: &RoleStep<'_>,
    request: &Request,
    machine: &str,
    parameters: &mut Parameters,
) -> Result<BodyValue, WriteError> {
    let Some((own, definition, scope)) = role.parts() else {
        return Err(no_role("the role assignment has no name, role or scope"));
    };
    let target = &request.target;
    let read = &role.read.target;
    let principal = if read.resource_type == ResourceType::UserAssignedIdentity {
        let id = read.path();
        let id = parameters.resource_id(&id).unwrap_or_else(|| parameters.expression(&id));
        format!("reference({id}, '{}').principalId", read.api_version)
    } else {
        format!("reference({machine}, '{}', 'Full').identity.principalId", target.api_version)
    };
    let mut members = vec![
        (Text::new("type"), string(role.put.target.resource_type.as_str())),
        (Text::new("apiVersion"), string(&role.put.target.api_version.to_string())),
        (Text::new("name"), BodyValue::String(own.clone())),
    ];
    // A deployment to a group reaches what is in it.
    let outer = |text: &Text| {
        segments(text).into_iter().take(5).map(|it| it.spell(BlankStyle::Angle)).collect::<Vec<_>>()
    };
    let (own, here) = (outer(scope).join("/"), outer(&target.path()).join("/"));
    if !own.eq_ignore_ascii_case(&here) {
        return Err(no_role("a role outside of the machine's resource group takes a deployment of its own"));
    }
    if segments(scope).len() > 5 {
        // Its case is the machine's where it differs, or the group would be taken for another.
        let rest = segments(scope).split_off(5);
        let mut parts = segments(&target.path());
        parts.truncate(5);
        parts.extend(rest);
        let slash = || Part::Literal("/".to_owned());
        let id = parts
            .iter()
            .enumerate()
            .flat_map(|(at, part)| (at > 0).then(slash).into_iter().chain(part.parts().iter().cloned()));
        let Some(id) = parameters.resource_id(&Text::from_parts(id)) else {
            return Err(no_role("--scope is not the id of a resource of the machine's group"));
        };
        members.push((Text::new("scope"), string(&format!("[{id}]"))));
    }
    let depends = BodyValue::Array(vec![string(&format!("[{machine}]"))]);
    members.push((Text::new("dependsOn"), depends));
    let definition = parameters.expression(&definition);
    let definition =
        format!("[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', {definition})]");
    let properties = vec![
        (Text::new("roleDefinitionId"), string(&definition)),
        (Text::new("principalId"), string(&format!("[{principal}]"))),
        (Text::new("principalType"), string("ServicePrincipal")),
    ];
    members.push((Text::new("properties"), BodyValue::Object(properties)));
    Ok(BodyValue::Object(members))
}

/// Members of a resource that the template has for itself.
const OWN: [&str; 3] = ["type", "apiVersion", "name"];

/// The ids of the service principals that the deployment makes or uses: what roles are assigned to.
fn outputs(request: &Request, own: &str, parameters: &mut Parameters) -> Vec<(Text, BodyValue)> {
    let target = &request.target;
    let version = target.api_version;
    let mut found: Vec<(String, String)> = Vec::new();
    if target.resource_type == ResourceType::UserAssignedIdentity {
        found.push(("principalId".to_owned(), format!("reference({own}, '{version}').principalId")));
        found.push(("clientId".to_owned(), format!("reference({own}, '{version}').clientId")));
    }
    let identity = request.body.as_ref().and_then(|body| body.member("identity"));
    let member = |name: &str| identity.and_then(|identity| identity.member(name));
    let kind = request.body.as_ref().and_then(BodyValue::identity_type);
    if kind.is_some_and(IdentityType::has_system_assigned) {
        let value = format!("reference({own}, '{version}', 'Full').identity.principalId");
        found.push(("principalId".to_owned(), value));
    }
    let ids: Vec<Text> = match (member("userAssignedIdentities"), member("identityIds")) {
        (Some(BodyValue::Object(map)), _) => map.iter().map(|(id, _)| id.clone()).collect(),
        (_, Some(BodyValue::Array(list))) => {
            let text = |value: &BodyValue| {
                if let BodyValue::String(text) = value { Some(text.clone()) } else { None }
            };
            list.iter().filter_map(text).collect()
        }
        _ => Vec::new(),
    };
    let version = newest_stable(ResourceType::UserAssignedIdentity);
    for (index, id) in ids.into_iter().enumerate() {
        let id = parameters.resource_id(&id).unwrap_or_else(|| parameters.expression(&id));
        let value = format!("reference({id}, '{version}').principalId");
        found.push((numbered("identityPrincipalId", index), value));
    }
    let output = |value: &str| {
        BodyValue::Object(vec![
            (Text::new("type"), string("string")),
            (Text::new("value"), string(&format!("[{value}]"))),
        ])
    };
    found.iter().map(|(name, value)| (Text::new(name), output(value))).collect()
}

/// `name`, `name2`, `name3`, …
fn numbered(name: &str, index: usize) -> String {
    if index == 0 { name.to_owned() } else { format!("{name}{}", index + 1) }
}

fn string(text: &str) -> BodyValue {
    BodyValue::String(Text::new(text))
}

/// A text within an expression.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The parameter that a blank becomes.
pub(in crate::notation) fn parameter_of(blank: Blank) -> &'static str {
    match blank {
        Blank::SubscriptionId => "subscriptionId",
        Blank::AccessToken => "accessToken",
        Blank::AdminPassword => "adminPassword",
        Blank::SshPublicKey => "sshPublicKey",
        Blank::StorageAccount => "storageAccountName",
        Blank::ResourceGroup => "resourceGroupName",
        Blank::VmName => "vmName",
        Blank::VmssName => "vmssName",
        Blank::Location => "location",
        Blank::NicName => "nicName",
        Blank::IdentityName => "identityName",
        Blank::PrincipalId => "principalId",
    }
}

/// The parameters that the names of a resource become, by the type of the resource.
fn roles(resource_type: &str) -> &'static [&'static str] {
    match resource_type {
        "Microsoft.Compute/virtualMachines" => &["vmName"],
        "Microsoft.Compute/virtualMachineScaleSets" => &["vmssName"],
        "Microsoft.ManagedIdentity/userAssignedIdentities" => &["identityName"],
        "Microsoft.Network/networkInterfaces" => &["nicName"],
        "Microsoft.Network/virtualNetworks/subnets" => &["virtualNetworkName", "subnetName"],
        _ => &[],
    }
}

/// The parameters of a template in the making.
struct Parameters<'r> {
    target: &'r RequestTarget,
    /// Names that blanks have; a name with a default is another.
    blanks: Vec<Blank>,
    declared: Vec<Parameter>,
}

struct Parameter {
    name: String,
    default: Option<String>,
    is_secret: bool,
}

impl<'r> Parameters<'r> {
    fn of(request: &'r Request) -> Self {
        Self { target: &request.target, blanks: request.blanks(), declared: Vec::new() }
    }

    /// The expression of the resource's own name.
    fn name(&mut self, target: &RequestTarget) -> String {
        let names = self.names(target);
        match &names[..] {
            [one] => one.clone(),
            _ => format!("concat({})", names.join(", '/', ")),
        }
    }

    /// The call that makes the resource's own id.
    fn own_id(&mut self, target: &RequestTarget, level: Level) -> String {
        let names = self.names(target).join(", ");
        // The group's own id is said by what it is deployed to.
        let call = match level {
            Level::ManagementGroup => "extensionResourceId(managementGroup().id, ".to_owned(),
            level => format!("{}(", level.id_function()),
        };
        format!("{call}'{}', {names})", target.resource_type.as_str())
    }

    /// The expressions of the names that the resource's own is made of, outermost first.
    fn names(&mut self, target: &RequestTarget) -> Vec<String> {
        let known = roles(target.resource_type.as_str());
        let own = target.resource_type.singulars().enumerate().map(|(at, singular)| {
            let known = known.get(at).map(|known| (*known).to_owned());
            known.unwrap_or_else(|| format!("{singular}Name"))
        });
        let roles: Vec<String> = own.collect();
        target.names.iter().zip(&roles).map(|(name, role)| self.role(role, name)).collect()
    }

    /// The expression of a name: a parameter that has it by default.
    fn role(&mut self, role: &str, text: &Text) -> String {
        let [Part::Literal(literal)] = text.parts() else { return self.expression(text) };
        let mut index = 0;
        loop {
            let name = numbered(role, index);
            index += 1;
            let known = self.declared.iter().find(|parameter| parameter.name == name);
            if known.is_some_and(|known| known.default.as_ref() == Some(literal)) {
                return format!("parameters('{name}')");
            }
            if known.is_none() && !self.blanks.iter().any(|blank| parameter_of(*blank) == name) {
                self.declared.push(Parameter {
                    name: name.clone(),
                    default: Some(literal.clone()),
                    is_secret: false,
                });
                return format!("parameters('{name}')");
            }
        }
    }

    /// A text as part of an expression.
    fn expression(&mut self, text: &Text) -> String {
        let parts: Vec<String> = text
            .parts()
            .iter()
            .map(|part| match part {
                Part::Literal(literal) => quoted(literal),
                Part::Blank(blank) => self.blank(*blank),
            })
            .collect();
        match &parts[..] {
            [] => "''".to_owned(),
            [one] => one.clone(),
            _ => format!("concat({})", parts.join(", ")),
        }
    }

    fn blank(&mut self, blank: Blank) -> String {
        let name = parameter_of(blank);
        if !self.declared.iter().any(|parameter| parameter.name == name) {
            let is_secret = matches!(blank, Blank::AccessToken | Blank::AdminPassword | Blank::SshPublicKey);
            self.declared.push(Parameter { name: name.to_owned(), default: None, is_secret });
        }
        format!("parameters('{name}')")
    }

    fn value(&mut self, value: &BodyValue) -> BodyValue {
        match value {
            BodyValue::String(text) => BodyValue::String(self.text(text)),
            BodyValue::Array(elements) => {
                BodyValue::Array(elements.iter().map(|it| self.value(it)).collect())
            }
            BodyValue::Object(members) => BodyValue::Object(
                members.iter().map(|(name, value)| (self.text(name), self.value(value))).collect(),
            ),
            BodyValue::Null | BodyValue::Bool(_) | BodyValue::Number(_) => value.clone(),
        }
    }

    /// A string of the body as a string of the template.
    fn text(&mut self, text: &Text) -> Text {
        if let Some(call) = self.resource_id(text) {
            return Text::new(&format!("[{call}]"));
        }
        match text.parts() {
            [Part::Literal(literal)] if is_computed(literal) => Text::new(&format!("[{literal}")),
            [] | [Part::Literal(_)] => text.clone(),
            _ => Text::new(&format!("[{}]", self.expression(text))),
        }
    }

    /// The call that makes an id of a resource group's resource. `None` if the text is no such id.
    fn resource_id(&mut self, text: &Text) -> Option<String> {
        let segments = segments(text);
        let [empty, subscriptions, subscription, groups, group, providers, namespace, rest @ ..] =
            &segments[..]
        else {
            return None;
        };
        let is = |text: &Text, word: &str| matches!(text.parts(), [Part::Literal(it)] if it == word);
        let right = empty.is_empty()
            && is(subscriptions, "subscriptions")
            && is(groups, "resourceGroups")
            && is(providers, "providers")
            && !rest.is_empty()
            && rest.len() % 2 == 0
            && segments[1..].iter().all(|segment| !segment.is_empty());
        if !right {
            return None;
        }
        let mut resource_type = plain(namespace).filter(|it| it.contains('.'))?.to_owned();
        for pair in rest.chunks_exact(2) {
            resource_type.push('/');
            resource_type.push_str(plain(&pair[0])?);
        }

        let mut arguments = Vec::new();
        let same_subscription = self.target.scope.is_none() && *subscription == self.target.subscription;
        if !same_subscription {
            arguments.push(self.expression(subscription));
        }
        if !same_subscription || self.target.resource_group.as_ref() != Some(group) {
            arguments.push(self.expression(group));
        }
        arguments.push(quoted(&resource_type));
        let roles = roles(&resource_type);
        for (index, pair) in rest.chunks_exact(2).enumerate() {
            arguments.push(match roles.get(index) {
                Some(role) => self.role(role, &pair[1]),
                None => self.expression(&pair[1]),
            });
        }
        Some(format!("resourceId({})", arguments.join(", ")))
    }

    fn to_value(&self) -> BodyValue {
        let parameter = |parameter: &Parameter| {
            let kind = if parameter.is_secret { "securestring" } else { "string" };
            let mut members = vec![(Text::new("type"), string(kind))];
            if let Some(default) = &parameter.default {
                let escape = if is_computed(default) { "[" } else { "" };
                members.push((Text::new("defaultValue"), string(&format!("{escape}{default}"))));
            }
            (Text::new(&parameter.name), BodyValue::Object(members))
        };
        BodyValue::Object(self.declared.iter().map(parameter).collect())
    }
}

/// A literal that is a part of a type's name.
fn plain(text: &Text) -> Option<&str> {
    match text.parts() {
        [Part::Literal(word)] if word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.') => {
            Some(word)
        }
        _ => None,
    }
}

/// The text cut at each `/`.
fn segments(text: &Text) -> Vec<Text> {
    let mut segments: Vec<Vec<Part>> = vec![Vec::new()];
    for part in text.parts() {
        let Part::Literal(literal) = part else {
            if let Some(last) = segments.last_mut() {
                last.push(part.clone());
            }
            continue;
        };
        for (index, piece) in literal.split('/').enumerate() {
            if index > 0 {
                segments.push(Vec::new());
            }
            if let Some(last) = segments.last_mut().filter(|_| !piece.is_empty()) {
                last.push(Part::Literal(piece.to_owned()));
            }
        }
    }
    segments.into_iter().map(Text::from_parts).collect()
}
