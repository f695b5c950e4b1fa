//! The parameters that a cmdlet is given.

use crate::notation::powershell::evaluate::command::{Argument, ArgumentKind};
use crate::notation::powershell::evaluate::{Evaluator, Item, Value};
use crate::text::Span;

/// Parameters that a value follows and that say something of a request.
const PARAMETERS: [&str; 34] = [
    "ResourceGroupName",
    "Name",
    "VMName",
    "VMScaleSetName",
    "VM",
    "VirtualMachineScaleSet",
    "Id",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ParentResource",
    "ApiVersion",
    "SubscriptionId",
    "IdentityType",
    "IdentityId",
    "IdentityID",
    "UserAssignedIdentity",
    "OrchestrationMode",
    "InstanceId",
    "Properties",
    "PropertyObject",
    "Location",
    "Kind",
    "Sku",
    "Plan",
    "Tag",
    "Action",
    "Parameters",
    "DeploymentName",
    "TemplateFile",
    "TemplateUri",
    "TemplateSpecId",
    "ManagementGroupId",
    "Object",
];
/// Parameters that none follows.
const SWITCHES: [&str; 22] = [
    "SystemAssignedIdentity",
    "IsFullObject",
    "UsePatchSemantics",
    "StayProvisioned",
    "Force",
    "WhatIf",
    "Confirm",
    "AsJob",
    "NoWait",
    "PassThru",
    "Verbose",
    "Debug",
    "Pre",
    "Status",
    "ExpandProperties",
    "SkipTemplateParameterPrompt",
    "ProceedIfNoChange",
    "EnableUltraSSD",
    "EnableVtpm",
    "EnableSecureBoot",
    "DisableBginfoExtension",
    "Hibernate",
];

/// What was given, by the names of the parameters.
pub(super) struct Given<'s> {
    pub(super) named: Vec<(&'static str, Item<'s>, Span)>,
    pub(super) switches: Vec<(&'static str, Span)>,
    /// Values without a name, in order.
    pub(super) positional: Vec<(Item<'s>, Span)>,
    /// Parameters of which nothing is known here.
    pub(super) others: usize,
    /// There were parameters at all.
    pub(super) any: bool,
}

impl<'s> Given<'s> {
    pub(super) fn get(&self, name: &str) -> Option<&(&'static str, Item<'s>, Span)> {
        self.named.iter().rev().find(|(it, ..)| it.eq_ignore_ascii_case(name))
    }

    pub(super) fn first(&self, names: &[&str]) -> Option<&(&'static str, Item<'s>, Span)> {
        names.iter().find_map(|name| self.get(name))
    }

    pub(super) fn has(&self, switch: &str) -> bool {
        self.place_of(switch).is_some()
    }

    /// Where a switch stands in the code.
    pub(super) fn place_of(&self, switch: &str) -> Option<Span> {
        self.switches.iter().find(|(name, _)| *name == switch).map(|(_, place)| *place)
    }
}

/// The parameter that `name` is, or begins in one way only, and whether a value follows it.
fn parameter(name: &str) -> (Option<&'static str>, bool) {
    let is = |it: &&&'static str| it.eq_ignore_ascii_case(name);
    if let Some(exact) = PARAMETERS.iter().find(is) {
        return (Some(exact), true);
    }
    if let Some(exact) = SWITCHES.iter().find(is) {
        return (Some(exact), false);
    }
    let begins =
        |it: &&&'static str| it.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
    let mut known = PARAMETERS.iter().filter(begins).map(|it| (*it, true));
    let mut switches = SWITCHES.iter().filter(begins).map(|it| (*it, false));
    match (known.next(), known.next(), switches.next()) {
        (Some((only, _)), None, None) => (Some(only), true),
        (None, None, Some((only, _))) => (Some(only), false),
        // What nobody knows has a value if one follows.
        _ => (None, true),
    }
}

impl<'s> Evaluator<'_, 's> {
    pub(super) fn given(&mut self, arguments: &[Argument<'s>]) -> Given<'s> {
        let mut given =
            Given { named: Vec::new(), switches: Vec::new(), positional: Vec::new(), others: 0, any: false };
        let mut at = 0;
        while let Some(argument) = arguments.get(at) {
            at += 1;
            match &argument.kind {
                ArgumentKind::Parameter(name, attached) => {
                    given.any = true;
                    let (known, takes_value) = parameter(name);
                    let next = arguments.get(at).filter(|_| takes_value && attached.is_none());
                    let next = next.and_then(|next| Some((next.value()?.clone(), next.span)));
                    at += usize::from(next.is_some());
                    let value = attached.clone().map(|item| (item, argument.value_span)).or(next);
                    match (known, value) {
                        (Some(name), Some((item, span))) if takes_value => {
                            given.named.push((name, item, span));
                        }
                        (Some(name), value) if !takes_value => {
                            // `-Force:$false`
                            if !matches!(value, Some((Item { value: Value::Bool(false), .. }, _))) {
                                given.switches.push((name, argument.span));
                            }
                        }
                        _ => given.others += 1,
                    }
                }
                ArgumentKind::Value(item) => given.positional.push((item.clone(), argument.span)),
                ArgumentKind::Splat(name) => {
                    given.any = true;
                    let item = self.scope.powershell.get(name).cloned().map(|item| self.in_branch(item));
                    let Some(Item { value: Value::Object(index), .. }) = item else {
                        given.others += 1;
                        continue;
                    };
                    let Some(object) = self.scope.powershell.objects.get(index).cloned() else { continue };
                    if !self.look(8 * object.entries.len()) {
                        continue;
                    }
                    given.others += usize::from(object.open);
                    for entry in object.entries.iter() {
                        match parameter(entry.name.as_str()) {
                            (Some(name), true) => {
                                let item = self.in_branch(entry.item.clone());
                                given.named.push((name, item, argument.span));
                            }
                            (Some(name), false) => {
                                if !matches!(entry.item.value, Value::Bool(false)) {
                                    given.switches.push((name, argument.span));
                                }
                            }
                            (None, _) => given.others += 1,
                        }
                    }
                }
                ArgumentKind::Verbatim => {}
            }
        }
        given
    }
}
