//! Cmdlets of Azure PowerShell that make their requests of parameters: `Update-AzVM`, `New-AzResource`.
//!
//! What each sends is read from the source of the modules. None says an API version: that of the module's own SDK, or
//! for the cmdlets of any resource the provider's, is not known to the text.

mod given;

use std::rc::Rc;

use self::given::Given;
use super::command::Argument;
use super::{Evaluator, Faults, Item, Value};
use crate::arm::{IdentityType, Level, ResourceType, ResourceTypeName};
use crate::notation::made::{Assembly, Made};
use crate::notation::powershell::syntax::Command;
use crate::notation::powershell::value::Unit;
use crate::notation::{Call, Notation, Payload};
use crate::text::{Fragment, Span};

/// What a cmdlet sends.
#[derive(Clone, Copy)]
struct Sent {
    method: &'static str,
    about: About,
}

#[derive(Clone, Copy)]
enum About {
    /// A machine or scale set, and an action of it.
    Machine(ResourceType, &'static str),
    /// A machine or scale set and the identities that it is given.
    Identities(ResourceType),
    /// A user-assigned identity.
    Identity,
    /// A resource of any type.
    Resource,
    /// An action of a resource.
    ResourceAction,
    /// A deployment and an action of it.
    Deployment(Level, &'static str),
}

/// What the cmdlet `name` sends, in small letters: `new-azvm`, or as it was called before, `new-azurermvm`.
fn sent(name: &str) -> Option<Sent> {
    let (verb, noun) = name.split_once('-')?;
    let noun = noun.strip_prefix("azurerm").or_else(|| noun.strip_prefix("az"))?;
    let about = match noun {
        "vm" | "vmss" | "vmssinstance" => {
            let resource_type = ResourceType::of_machines(noun != "vm");
            match (verb, noun) {
                ("update", "vmssinstance") => About::Machine(resource_type, "/manualupgrade"),
                (_, "vmssinstance") => return None,
                ("new" | "update", _) => About::Identities(resource_type),
                ("start", _) => About::Machine(resource_type, "/start"),
                ("restart", _) => About::Machine(resource_type, "/restart"),
                ("stop", _) => About::Machine(resource_type, "/deallocate"),
                ("remove", _) => About::Machine(resource_type, ""),
                _ => return None,
            }
        }
        "userassignedidentity" => About::Identity,
        "resource" => About::Resource,
        "resourceaction" => About::ResourceAction,
        _ => {
            let (noun, action) = match (verb, noun.strip_suffix("whatifresult")) {
                ("get", Some(noun)) => (noun, "/whatIf"),
                ("test", _) => (noun, "/validate"),
                _ => (noun, ""),
            };
            let level = match noun.strip_suffix("deployment")? {
                "resourcegroup" => Level::Group,
                "" | "subscription" => Level::Subscription,
                "managementgroup" => Level::ManagementGroup,
                "tenant" => Level::Tenant,
                _ => return None,
            };
            About::Deployment(level, action)
        }
    };
    let method = match (verb, about) {
        ("new", _) | ("update", About::Identities(_)) | ("set", About::Resource) => "PUT",
        ("update", About::Identity) => "PATCH",
        ("get", About::Deployment(_, action)) if !action.is_empty() => "POST",
        ("get", _) => "GET",
        ("remove", _) => "DELETE",
        ("start" | "stop" | "restart" | "update" | "test" | "invoke", _) => "POST",
        _ => return None,
    };
    Some(Sent { method, about })
}

impl<'s> Evaluator<'_, 's> {
    /// Reads a cmdlet that makes its request of parameters; `name` is in small letters.
    pub(super) fn azure_cmdlet(
        &mut self,
        name: &str,
        command: &Command,
        arguments: &[Argument<'s>],
        input: Option<&[Item<'s>]>,
    ) {
        let Some(mut sent) = sent(name) else { return };
        // `[-Name <String>]` stands in a description of the parameters.
        if arguments.iter().any(|argument| self.source(argument.span).starts_with("[-")) {
            return;
        }
        let given = self.given(arguments);
        let is_prose = !given.any && given.positional.is_empty() && input.is_none();
        if is_prose && sent.method != "GET" {
            return;
        }
        let unit = Rc::clone(&self.unit);
        let span = self.file(command.span);
        let mut call = Call::new(Notation::Cmdlet, span);
        let mut made = Made { has_options: !is_prose, ..Made::default() };
        let mut faults = Faults::new();
        for (_, item, _) in &given.named {
            faults.extend(item.faults().iter().cloned());
        }
        if matches!(sent.about, About::Deployment(_, "")) && sent.method == "PUT" && given.has("WhatIf") {
            sent = Sent { method: "POST", about: with_action(sent.about, "/whatIf") };
        }
        let url = self.azure_url(&unit, sent, &given, span, &mut made);
        sent.method = self.azure_body(&unit, name, sent, &given, &mut call, &mut made);
        let mut method = Assembly::new(&unit.code, span.start);
        method.at(self.file(command.words.first().map_or(command.span, |word| word.span)), sent.method);
        call.method = Some(method.finish());
        call.url = url;
        call.default_content_type =
            call.client.default_content_type(None).filter(|_| !matches!(call.body, Payload::None));
        call.made = Some(Box::new(made));
        self.record(call, faults, command.span);
    }

    /// The text of a parameter's value.
    fn text_given(&mut self, value: Option<&(&'static str, Item<'s>, Span)>) -> Option<(Fragment<'s>, Span)> {
        let (_, item, span) = value?;
        let text = self.text_of(item, *span);
        let fragment =
            if text.as_str().is_empty() { (*self.shown(*span)).clone() } else { (*text.fragment).clone() };
        Some((fragment, item.at))
    }

    fn text_at(&mut self, value: Option<&(Item<'s>, Span)>) -> Option<(Fragment<'s>, Span)> {
        let (item, span) = value?;
        self.text_given(Some(&("", item.clone(), *span)))
    }

    // -- URLs -------------------------------------------------------------------------------------------

    fn azure_url(
        &mut self,
        unit: &Rc<Unit<'s>>,
        sent: Sent,
        given: &Given<'s>,
        span: Span,
        made: &mut Made,
    ) -> Option<Fragment<'s>> {
        let mut url = Assembly::new(&unit.code, span.start);
        let version = self.text_given(given.get("ApiVersion"));
        let id = given.first(&["ResourceId", "Id"]);
        let action = match sent.about {
            About::Machine(_, "/deallocate") if given.has("StayProvisioned") => "/powerOff",
            About::Machine(_, action) | About::Deployment(_, action) => action,
            _ => "",
        };
        if let (Some((id, _)), false) =
            (self.text_given(id), matches!(sent.about, About::Deployment(..)) && given.get("Id").is_none())
        {
            made.by_id = true;
            url.part(&id);
            made.resource_type = of_about(sent.about);
            self.finish_url(&mut url, sent.about, action, given, version.as_ref());
            let is_id = id.text().starts_with('/') || id.expansions().next().is_some_and(|it| it.start == 0);
            return is_id.then(|| url.finish());
        }
        match sent.about {
            About::Machine(resource_type, _) | About::Identities(resource_type) => {
                self.machine_path(&mut url, resource_type, given);
            }
            About::Identity => {
                let is_list = sent.method == "GET" && given.get("Name").is_none();
                let group = self.text_given(given.get("ResourceGroupName"));
                scope(&mut url, self.text_given(given.get("SubscriptionId")), group, !is_list);
                url.own("/providers/Microsoft.ManagedIdentity/userAssignedIdentities");
                if !is_list {
                    let name = self.text_given(given.get("Name"));
                    segment(&mut url, name, "{name}");
                }
            }
            About::Resource | About::ResourceAction => self.resource_path(&mut url, sent.method, given)?,
            About::Deployment(at, _) => self.deployment_path(&mut url, at, sent.method, given),
        }
        made.resource_type = of_about(sent.about).or_else(|| {
            let (_, item, _) = given.get("ResourceType")?;
            let Value::Text(text) = &item.value else { return None };
            text.is_known().then(|| ResourceTypeName::parse(text.as_str()))?
        });
        self.finish_url(&mut url, sent.about, action, given, version.as_ref());
        Some(url.finish())
    }

    fn finish_url(
        &mut self,
        url: &mut Assembly<'_, 's>,
        about: About,
        action: &str,
        given: &Given<'s>,
        version: Option<&(Fragment<'s>, Span)>,
    ) {
        url.own(action);
        if let (About::ResourceAction, Some((action, _))) = (about, self.text_given(given.get("Action"))) {
            url.own("/");
            url.part(&action);
        }
        if let Some((version, _)) = version {
            url.own("?api-version=");
            url.part(version);
        }
    }

    fn machine_path(&mut self, url: &mut Assembly<'_, 's>, resource_type: ResourceType, given: &Given<'s>) {
        let object = given.first(&["VM", "VirtualMachineScaleSet"]);
        let named = given.first(&["VMScaleSetName", "VMName", "Name"]).or(object);
        let by_name = given.get("ResourceGroupName").is_some();
        let group = self.text_given(given.get("ResourceGroupName"));
        let group = group.or_else(|| self.text_at(given.positional.first()));
        let name = self.text_given(named);
        let name = name.or_else(|| self.text_at(given.positional.get(usize::from(!by_name))));
        scope(url, self.text_given(given.get("SubscriptionId")), group, true);
        url.own(&format!("/providers/{}", resource_type.full_name()));
        segment(url, name, "{name}");
    }

    fn resource_path(&mut self, url: &mut Assembly<'_, 's>, method: &str, given: &Given<'s>) -> Option<()> {
        let name = self.text_given(given.first(&["ResourceName", "Name"]));
        let types = self.text_given(given.get("ResourceType"));
        let group = self.text_given(given.get("ResourceGroupName"));
        scope(url, None, group, false);
        if method == "GET" && (name.is_none() || types.is_none()) {
            // All resources, which are then chosen from.
            url.own("/resources");
            return Some(());
        }
        let ((name, _), (types, _)) = (name?, types?);
        url.own("/providers/");
        let types = types.split('/');
        let (namespace, types) = types.split_first()?;
        url.part(namespace);
        if let Some((parent, _)) = self.text_given(given.get("ParentResource")) {
            url.own("/");
            url.part(&parent);
        }
        let names = name.split('/');
        let is_pairs = names.len() == types.len();
        for (at, kind) in types.iter().enumerate() {
            url.own("/");
            url.part(kind);
            if let Some(name) = names.get(at).filter(|_| is_pairs) {
                url.own("/");
                url.part(name);
            }
        }
        if !is_pairs {
            url.own("/");
            url.part(&name);
        }
        Some(())
    }

    fn deployment_path(&mut self, url: &mut Assembly<'_, 's>, at: Level, method: &str, given: &Given<'s>) {
        match at {
            Level::Group => scope(url, None, self.text_given(given.get("ResourceGroupName")), true),
            Level::Subscription => scope(url, None, None, false),
            Level::ManagementGroup => {
                url.own("/providers/Microsoft.Management/managementGroups");
                let group = self.text_given(given.get("ManagementGroupId"));
                segment(url, group, "{managementGroupId}");
            }
            Level::Tenant => {}
        }
        url.own("/providers/Microsoft.Resources/deployments");
        let name = self.text_given(given.first(&["Name", "DeploymentName"]));
        if method == "GET" && name.is_none() {
            return;
        }
        // The name of the template's file is that of the deployment, if none is given.
        let file =
            self.text_given(given.get("TemplateFile")).filter(|(file, _)| file.expansions().next().is_none());
        let stem = file.and_then(|(file, place)| {
            let text = file.text();
            let start = text.rfind(['/', '\\']).map_or(0, |at| at + 1);
            let len = text[start..].rfind('.').unwrap_or(text.len() - start);
            (len > 0).then(|| (file.slice(Span::new(start, start + len)), place))
        });
        segment(url, name.or(stem), "{deploymentName}");
    }

    // -- Bodies -----------------------------------------------------------------------------------------

    /// The body as far as the parameters say it; gives the method, which may depend on them.
    fn azure_body(
        &mut self,
        unit: &Rc<Unit<'s>>,
        name: &str,
        sent: Sent,
        given: &Given<'s>,
        call: &mut Call<'s>,
        made: &mut Made,
    ) -> &'static str {
        let span = call.span;
        let unknown = || Payload::Unknown(unit.code.slice(Span::at(0)));
        match sent.about {
            About::Identities(resource_type) => {
                return self.identities(unit, name, resource_type, given, call, made);
            }
            About::Identity => {
                if matches!(sent.method, "PUT" | "PATCH") {
                    let mut body = Assembly::new(&unit.code, span.start);
                    self.members(&mut body, given, &["Location", "Tag"], made);
                    call.body = Payload::Text(body.finish());
                    if given.get("Location").is_none() && sent.method == "PUT" {
                        made.lacks = Some("the cmdlet fills in the location".to_owned());
                    }
                }
            }
            About::ResourceAction => {
                if let Some((_, item, _)) = given.first(&["Parameters", "Object"]) {
                    call.body = match self.json(&item.clone(), None) {
                        Some(json) => Payload::Text((*json.text.fragment).clone()),
                        None => unknown(),
                    };
                }
            }
            About::Resource if sent.method == "PUT" => return self.resource(unit, name, given, call, made),
            About::Machine(..) | About::Resource => {}
            About::Deployment(..) => {
                if matches!(sent.method, "PUT" | "POST") {
                    let file =
                        self.text_given(given.first(&["TemplateFile", "TemplateUri", "TemplateSpecId"]));
                    let place = file.map_or_else(|| "a file".to_owned(), |(text, _)| text.text().to_owned());
                    made.lacks = Some(format!("the template is in {place}"));
                    call.body = unknown();
                }
            }
        }
        sent.method
    }

    fn identities(
        &mut self,
        unit: &Rc<Unit<'s>>,
        name: &str,
        resource_type: ResourceType,
        given: &Given<'s>,
        call: &mut Call<'s>,
        made: &mut Made,
    ) -> &'static str {
        let is_new = name.starts_with("new");
        let object = given.first(&["VM", "VirtualMachineScaleSet"]);
        // Update-AzVmss without an object sends what it is told and nothing else.
        let patches = !is_new && object.is_none() && resource_type.is_set();
        let mut ids: Vec<(Fragment<'s>, Span)> = Vec::new();
        let mut is_open = false;
        if let Some((_, item, place)) = given.first(&["IdentityId", "UserAssignedIdentity"]) {
            let items = match &item.value {
                Value::List(items) => items.to_vec(),
                _ => vec![item.clone()],
            };
            for item in items {
                is_open |= matches!(item.value, Value::Unknown(_) | Value::Object(_));
                let text = self.text_of(&item, *place);
                if !text.as_str().is_empty() {
                    ids.push(((*text.fragment).clone(), item.at));
                }
            }
        }
        let mut body = Assembly::new(&unit.code, call.span.start);
        body.own("{");
        let kind = given.get("IdentityType").cloned();
        let system = given.has("SystemAssignedIdentity");
        let has_identity = kind.is_some() || system || !ids.is_empty();
        if has_identity {
            body.own("\"identity\":{");
            let mut comma = "";
            if let Some((_, item, place)) = &kind {
                let text = self.text_of(item, *place);
                body.own("\"type\":");
                match wire_type(text.as_str()) {
                    Some(known) => body.at(item.at, &format!("\"{known}\"")),
                    None => body.string(&text.fragment, item.at),
                }
                made.whole.push(item.at);
                comma = ",";
            } else if is_new {
                let known = IdentityType::of(system, !ids.is_empty());
                body.own("\"type\":");
                let switch = given.place_of("SystemAssignedIdentity").map(|place| self.file(place));
                let place = switch.or(ids.first().map(|(_, place)| *place)).unwrap_or(call.span);
                body.at(place, &format!("\"{known}\""));
                comma = ",";
            }
            if !ids.is_empty() {
                body.own(&format!("{comma}\"userAssignedIdentities\":{{"));
                for (index, (id, place)) in ids.iter().enumerate() {
                    if index > 0 {
                        body.own(",");
                    }
                    body.string(id, *place);
                    body.own(":{}");
                    made.whole.push(*place);
                }
                body.own("}");
            }
            body.own("}");
        }
        let mode = self.text_given(given.get("OrchestrationMode"));
        if let Some((mode, place)) = mode.filter(|_| is_new) {
            body.own(if has_identity {
                ",\"properties\":{\"orchestrationMode\":"
            } else {
                "\"properties\":{\"orchestrationMode\":"
            });
            body.string(&mode, place);
            body.own("}");
        }
        body.own("}");
        // A list that only a run knows may be empty, or more.
        if is_open {
            made.whole.clear();
        }
        let others = given.named.iter().any(|(name, ..)| {
            !["ResourceGroupName", "Name", "VMScaleSetName", "IdentityType", "IdentityId"].contains(name)
        });
        let noun = resource_type.noun();
        let object = self.text_given(object).map(|(text, _)| text.text().to_owned());
        made.lacks = match (is_new, object) {
            (false, None) if patches && given.others == 0 && !others => None,
            (false, Some(object)) => Some(format!("the rest of the {noun} is what {object} holds")),
            _ => Some(format!("the cmdlet writes the rest of the {noun}")),
        };
        call.body = if has_identity {
            Payload::Text(body.finish())
        } else if patches && given.others == 0 && !others {
            Payload::None
        } else {
            Payload::Unknown(unit.code.slice(Span::at(0)))
        };
        if patches { "PATCH" } else { "PUT" }
    }

    /// Writes an object of the parameters that are given, as members of the same names.
    fn members(&mut self, body: &mut Assembly<'_, 's>, given: &Given<'s>, names: &[&str], made: &mut Made) {
        body.own("{");
        let mut comma = "";
        for name in names {
            let Some((_, item, place)) = given.get(name).cloned() else { continue };
            let member = match *name {
                "PropertyObject" | "Properties" => "properties".to_owned(),
                "Tag" => "tags".to_owned(),
                _ => name.to_ascii_lowercase(),
            };
            let json = match &item.value {
                Value::Object(_) | Value::List(_) => self.json(&item, None),
                _ => None,
            };
            if let Some(json) = json {
                body.own(&format!("{comma}\"{member}\":"));
                body.part(&json.text.fragment);
                made.whole.push(item.at);
            } else if matches!(*name, "Location" | "Kind") {
                body.own(&format!("{comma}\"{member}\":"));
                let text = self.text_of(&item, place);
                body.string(&text.fragment, item.at);
            } else {
                made.lacks = Some(format!("only a run of the script knows -{name}"));
                continue;
            }
            comma = ",";
        }
        body.own("}");
    }

    fn resource(
        &mut self,
        unit: &Rc<Unit<'s>>,
        name: &str,
        given: &Given<'s>,
        call: &mut Call<'s>,
        made: &mut Made,
    ) -> &'static str {
        let properties = given.first(&["Properties", "PropertyObject"]).cloned();
        if name.starts_with("new") && given.has("IsFullObject") {
            let json = properties.as_ref().and_then(|(_, item, _)| self.json(item, None));
            call.body = match json {
                Some(json) => Payload::Text((*json.text.fragment).clone()),
                None => Payload::Unknown(unit.code.slice(Span::at(0))),
            };
            return "PUT";
        }
        let mut body = Assembly::new(&unit.code, call.span.start);
        let names = ["Location", "Kind", "Plan", "Sku", "Tag", "Properties", "PropertyObject"];
        self.members(&mut body, given, &names, made);
        call.body = Payload::Text(body.finish());
        if name.starts_with("new") {
            return "PUT";
        }
        let only_tags = properties.is_none()
            && given.first(&["Tag", "Sku"]).is_some()
            && given.first(&["Location", "Kind", "Plan"]).is_none();
        if given.has("UsePatchSemantics") || only_tags {
            return "PATCH";
        }
        made.lacks =
            Some("the cmdlet reads the resource first and sends the rest of it but its identity".to_owned());
        "PUT"
    }
}

fn with_action(about: About, action: &'static str) -> About {
    match about {
        About::Deployment(level, _) => About::Deployment(level, action),
        other => other,
    }
}

/// The type that a cmdlet is about.
fn of_about(about: About) -> Option<ResourceTypeName> {
    Some(match about {
        About::Machine(known, _) | About::Identities(known) => known.into(),
        About::Identity => ResourceType::UserAssignedIdentity.into(),
        About::Deployment(..) => ResourceTypeName::parse("Microsoft.Resources/deployments")?,
        About::Resource | About::ResourceAction => return None,
    })
}

/// Begins a path with the subscription, and with the group if one is said or `wanted`.
fn scope<'s>(
    url: &mut Assembly<'_, 's>,
    subscription: Option<(Fragment<'s>, Span)>,
    group: Option<(Fragment<'s>, Span)>,
    wanted: bool,
) {
    url.own("/subscriptions");
    segment(url, subscription, "{subscriptionId}");
    if group.is_some() || wanted {
        url.own("/resourceGroups");
        segment(url, group, "{resourceGroup}");
    }
}

fn segment<'s>(url: &mut Assembly<'_, 's>, text: Option<(Fragment<'s>, Span)>, otherwise: &str) {
    url.own("/");
    match text {
        Some((text, _)) => url.part(&text),
        None => url.own(otherwise),
    }
}

/// What is sent for a kind of identity as the cmdlets call it.
fn wire_type(word: &str) -> Option<IdentityType> {
    let name = |known: &IdentityType| known.as_str().replace(", ", "");
    IdentityType::ALL.into_iter().find(|known| name(known).eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::container::{Kind, calls};
    use crate::lint::{Options, check, inventory};
    use crate::notation::programs;
    use crate::text::Source;

    const GROUP: &str = "/subscriptions/{subscriptionId}/resourceGroups/rg/providers/";

    /// Method, URL, and the body or why it is not known, of the one request in a script.
    fn one(text: &str) -> (String, String, Result<Option<serde_json::Value>, String>) {
        let source = Source::new("x.ps1", text.to_owned());
        let calls = calls(&source, Kind::PowerShell);
        assert_eq!(calls.len(), 1, "{text}");
        let listed = inventory(&source, &calls[0]).swap_remove(0);
        let method = listed.target.method.map(|method| method.to_string()).unwrap_or_default();
        let url = calls[0].url.as_ref().map(|url| url.text().replacen(GROUP, "", 1)).unwrap_or_default();
        (method, url, listed.reason.map_or(Ok(listed.value), Err))
    }

    fn rules(text: &str) -> Vec<&'static str> {
        let source = Source::new("x.ps1", text.to_owned());
        check(&source, Kind::PowerShell, &Options::default())
            .iter()
            .map(|finding| finding.rule.name)
            .collect()
    }

    #[test]
    fn every_cmdlet_of_the_table_sends_something() {
        let cmdlets = programs::PROGRAMS.iter().filter(|program| program.notation == Notation::Cmdlet);
        for (name, _) in cmdlets.flat_map(|program| program.names) {
            assert!(sent(name).is_some(), "{name}");
        }
        assert!(sent("get-azvm").is_none() && sent("add-azvmssinstance").is_none());
    }

    #[test]
    fn parameters_make_the_request() {
        let vm = "Microsoft.Compute/virtualMachines/vm";
        let sites = "Microsoft.Web/sites/a";
        for (text, method, url) in [
            ("restart-azvm -ResourceGroup rg -Name:vm -AsJob", "POST", format!("{vm}/restart")),
            ("Stop-AzVM rg vm -Force", "POST", format!("{vm}/deallocate")),
            ("Stop-AzVM -ResourceGroupName rg -Name vm -StayProvisioned", "POST", format!("{vm}/powerOff")),
            ("Az.Compute\\Remove-AzVM -ResourceGroupName rg -Name vm", "DELETE", vm.to_owned()),
            (
                "Update-AzVM -ResourceGroupName rg -VM $vm",
                "PUT",
                "Microsoft.Compute/virtualMachines/$vm".to_owned(),
            ),
            (
                "$vm | Update-AzVM -ResourceGroupName rg",
                "PUT",
                "Microsoft.Compute/virtualMachines/{name}".to_owned(),
            ),
            (
                "Update-AzVmss -ResourceGroupName rg -VMScaleSetName s -IdentityType None",
                "PATCH",
                "Microsoft.Compute/virtualMachineScaleSets/s".to_owned(),
            ),
            (
                "Update-AzVmss -ResourceGroupName rg -VMScaleSetName s -VirtualMachineScaleSet $s",
                "PUT",
                "Microsoft.Compute/virtualMachineScaleSets/s".to_owned(),
            ),
            (
                "Get-AzUserAssignedIdentity -ResourceGroupName rg",
                "GET",
                "Microsoft.ManagedIdentity/userAssignedIdentities".to_owned(),
            ),
            (
                "Get-AzResource -ResourceGroupName rg -Name a -ResourceType Microsoft.Web/sites -ApiVersion 2024-04-01",
                "GET",
                format!("{sites}?api-version=2024-04-01"),
            ),
            (
                "Get-AzResource -ResourceGroupName rg",
                "GET",
                "/subscriptions/{subscriptionId}/resourceGroups/rg/resources".to_owned(),
            ),
            (
                "Get-AzResource -ResourceGroupName rg -Name a/b -ResourceType Microsoft.Web/sites/slots",
                "GET",
                format!("{sites}/slots/b"),
            ),
            (
                "Invoke-AzResourceAction -ResourceGroupName rg -ResourceName a -ResourceType Microsoft.Web/sites -Action restart -Force",
                "POST",
                format!("{sites}/restart"),
            ),
            ("Invoke-AzResourceAction -ResourceId $a.Id -Action restart", "POST", "$a.Id/restart".to_owned()),
            (
                "$p = @{ ResourceGroupName = 'rg'; TemplateFile = './x/main.bicep' }\nNew-AzResourceGroupDeployment @p",
                "PUT",
                "Microsoft.Resources/deployments/main".to_owned(),
            ),
            (
                "New-AzResourceGroupDeployment -ResourceGroupName rg -Name d -TemplateFile x -WhatIf",
                "POST",
                "Microsoft.Resources/deployments/d/whatIf".to_owned(),
            ),
            (
                "Test-AzSubscriptionDeployment -Location x -Name d -TemplateFile x",
                "POST",
                "/subscriptions/{subscriptionId}/providers/Microsoft.Resources/deployments/d/validate"
                    .to_owned(),
            ),
            (
                "Get-AzTenantDeploymentWhatIfResult -Location x -Name d -TemplateFile x",
                "POST",
                "/providers/Microsoft.Resources/deployments/d/whatIf".to_owned(),
            ),
            (
                "New-AzureRmResourceGroupDeployment -ResourceGroupName rg -TemplateUri https://x",
                "PUT",
                "Microsoft.Resources/deployments/{deploymentName}".to_owned(),
            ),
        ] {
            let (found, at, _) = one(text);
            assert_eq!((found.as_str(), &at), (method, &url), "{text}");
        }
    }

    #[test]
    fn a_body_is_known_as_far_as_the_parameters_say_it() {
        for (text, body) in [
            (
                "Update-AzVmss -ResourceGroupName rg -Name s -IdentityType SystemAssignedUserAssigned -IdentityId '/a', '/b'",
                json!({"identity": {
                    "type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {"/a": {}, "/b": {}}
                }}),
            ),
            (
                "New-AzUserAssignedIdentity -ResourceGroupName rg -Name i -Location westus -Tag @{ a = 'b\"c' }",
                json!({"location": "westus", "tags": {"a": "b\"c"}}),
            ),
            (
                "$p = @{ a = 1; b = @('c') }\nNew-AzResource -ResourceId '/subscriptions/S' -Location x -Properties $p -Force",
                json!({"location": "x", "properties": {"a": 1, "b": ["c"]}}),
            ),
            (
                "New-AzResource -ResourceId '/subscriptions/S' -IsFullObject -PropertyObject @{ location = 'x' }",
                json!({"location": "x"}),
            ),
            (
                "Set-AzResource -ResourceId '/subscriptions/S' -Tag @{ a = 'b' } -Force",
                json!({"tags": {"a": "b"}}),
            ),
            (
                "Set-AzResource -ResourceId '/subscriptions/S' -UsePatchSemantics -Properties @{ a = $true }",
                json!({"properties": {"a": true}}),
            ),
            (
                "Invoke-AzResourceAction -ResourceId '/subscriptions/S' -Action a -Parameters @{ b = 1 }",
                json!({"b": 1}),
            ),
        ] {
            assert_eq!(one(text).2, Ok(Some(body)), "{text}");
        }
        for (text, why) in [
            (
                "Update-AzVM -ResourceGroupName rg -VM $vm -IdentityType None",
                "the rest of the virtual machine is what $vm holds",
            ),
            (
                "New-AzResource -ResourceId '/subscriptions/S' -Properties $p",
                "only a run of the script knows -Properties",
            ),
            (
                "Set-AzResource -ResourceId '/subscriptions/S' -Properties @{ a = 1 }",
                "the cmdlet reads the resource first and sends the rest of it but its identity",
            ),
            (
                "New-AzResourceGroupDeployment -ResourceGroupName rg -TemplateFile a.json",
                "the template is in a.json",
            ),
        ] {
            assert_eq!(one(text).2.unwrap_err(), why, "{text}");
        }
    }

    #[test]
    fn rules_speak_of_what_the_parameters_say() {
        let id = "/subscriptions/$s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";
        for text in [
            "Update-AzVM -ResourceGroupName rg -VM $vm -IdentityType SystemAssigned".to_owned(),
            "Update-AzVM -ResourceGroupName rg -VM $vm -IdentityType UserAssigned -IdentityId $ids"
                .to_owned(),
            format!(
                "Update-AzVM -ResourceGroupName rg -VM $vm -IdentityType UserAssigned -IdentityId \"{id}\""
            ),
            "New-AzVM -ResourceGroupName rg -Name vm -SystemAssignedIdentity".to_owned(),
            "New-AzVmss -ResourceGroupName rg -VMScaleSetName s -SystemAssignedIdentity".to_owned(),
            "Get-AzResource -ResourceGroupName rg -ResourceType Microsoft.Compute/virtualMachines -Name vm"
                .to_owned(),
            "write-host \"\n  New-AzResourceGroupDeployment -Name $n ``\n    -ResourceGroupName $rg\n\""
                .to_owned(),
        ] {
            assert_eq!(rules(&text), [""; 0], "{text}");
        }
        for (text, found) in [
            ("Update-AzVM -ResourceGroupName rg -VM $vm -IdentityType UserAssigned".to_owned(), "identity-ids-missing"),
            (
                format!("Update-AzVM -ResourceGroupName rg -VM $vm -IdentityType UserAssigned -IdentityId \"{}\"", &id[1..]),
                "identity-id-invalid",
            ),
            ("Update-AzVM -ResourceGroupName rg -VM $vm -IdentityType System".to_owned(), "identity-type-invalid"),
            (
                "New-AzVmss -ResourceGroupName rg -VMScaleSetName s -OrchestrationMode Flexible -SystemAssignedIdentity".to_owned(),
                "identity-not-for-flexible",
            ),
            (
                "New-AzResource -ResourceGroupName rg -ResourceType Microsoft.Compute/virtualMachines -Name a -ApiVersion 2024-07-01 \
                 -Location x -Properties @{ hardwareProfile = @{ vmSiz = 'Standard_D2s_v3' } }"
                    .to_owned(),
                "unknown-property",
            ),
        ] {
            assert_eq!(rules(&text), [found], "{text}");
        }
    }
}
