//! Cmdlets of Azure PowerShell that make their requests of parameters: `Update-AzVM`, `New-AzResource`.
//!
//! What each sends is read from the source of the modules. None says an API version: that of the module's own SDK, or
//! for the cmdlets of any resource the provider's, is not known to the text.

mod given;
mod sends;
mod url;

use std::rc::Rc;

use self::given::Given;
use self::sends::{About, Sent, sent, with_action};
use super::command::Argument;
use super::{Evaluator, Faults, Item, Value};
use crate::arm::{IdentityType, ResourceType};
use crate::notation::made::{Assembly, Made};
use crate::notation::powershell::syntax::Command;
use crate::notation::powershell::value::Unit;
use crate::notation::{Call, Notation, Payload};
use crate::text::{Fragment, Span};

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

/// What is sent for a kind of identity as the cmdlets call it.
fn wire_type(word: &str) -> Option<IdentityType> {
    let name = |known: &IdentityType| known.as_str().replace(", ", "");
    IdentityType::ALL.into_iter().find(|known| name(known).eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
