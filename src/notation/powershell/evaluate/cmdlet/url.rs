//! The URLs that cmdlets make of their parameters.

use std::rc::Rc;

use super::super::{Evaluator, Value};
use super::given::Given;
use super::sends::{About, Sent, of_about};
use crate::arm::{Level, ResourceType, ResourceTypeName};
use crate::notation::made::{Assembly, Made};
use crate::notation::powershell::value::Unit;
use crate::text::{Fragment, Span};

impl<'s> Evaluator<'_, 's> {
    pub(super) fn azure_url(
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
}

/// Begins a path with the subscription, and with the group if one is said or `wanted`.
pub(super) fn scope<'s>(
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
