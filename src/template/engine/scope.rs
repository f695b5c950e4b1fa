//! What the names of a template come to, and the scope that it is deployed to.

use std::sync::Arc;

use super::calls::{kind_of, left_open};
use super::deployment::{Deployment, Function, FunctionParameter, State, is_secure};
use super::options::Opens;
use super::state::{Engine, Site, Stand};
use crate::arm::Level;
use crate::template::functions::ids;
use crate::template::refusal::{Cause, Outcome, Refusal};
use crate::template::value::{Data, Member, Object, Reason, Value};

impl Engine<'_> {
    pub(super) fn deployment(&self, site: Site<'_>) -> &Deployment {
        &self.deployments[site.deployment as usize]
    }

    pub(super) fn function(&self, deployment: u32, lower: &str) -> Option<Arc<Function>> {
        self.deployments[deployment as usize].functions.get(lower).cloned()
    }

    /// `parameters('name')`.
    pub(super) fn parameter(&mut self, deployment: u32, name: &str) -> Outcome<Value> {
        let table = &mut self.deployments[deployment as usize].parameters;
        let Some(at) = table.find(name) else {
            return Err(Refusal::new(
                Cause::UndefinedParameter,
                format!(
                    "The template parameter '{name}' is not found. Please see https://aka.ms/arm-syntax-parameters \
                     for usage details."
                ),
            ));
        };
        let parameter = &mut table.items[at];
        match &parameter.state {
            State::Done(value) => return value.clone(),
            State::Busy => {
                let name = Arc::clone(&parameter.name);
                return Err(ring(&name));
            }
            State::New => parameter.state = State::Busy,
        }
        let value = self.parameter_value(deployment, at);
        self.deployments[deployment as usize].parameters.items[at].state = State::Done(value.clone());
        value
    }

    fn parameter_value(&mut self, deployment: u32, at: usize) -> Outcome<Value> {
        let parameter = &self.deployments[deployment as usize].parameters.items[at];
        let (name, declaration) = (Arc::clone(&parameter.name), parameter.declaration.clone());
        let place = parameter.place;
        let is_nullable = self.is_nullable(deployment, &declaration);
        let default = declaration.get("defaultValue").filter(|it| !it.is_null()).cloned();
        let given =
            parameter.given.clone().filter(|it| !it.value.is_null() || is_nullable || default.is_none());
        if let Some(given) = given.filter(|it| !it.value.is_null() || is_nullable) {
            self.check_parameter(deployment, &name, &declaration, &given.value)
                .map_err(|refusal| refusal.at(given.value.place.or(given.place).or(place)))?;
            let is_hidden = deployment == 0 || self.options.hides_secure;
            if is_secure(&declaration) && is_hidden && !given.value.is_open() {
                let quoted = name.replace('\'', "''");
                return Ok(
                    Value::open(format!("parameters('{quoted}')"), Reason::Secure).at(given.value.place)
                );
            }
            return Ok(given.value);
        }
        if let Some(default) = default {
            let site = Site::new(deployment, Stand::Default);
            let value = self.value(site, &default).map_err(|refusal| refusal.at(default.place))?;
            self.check_parameter(deployment, &name, &declaration, &value).map_err(|refusal| {
                let mut refusal = refusal.at(default.place);
                refusal.cause = match refusal.cause {
                    Cause::ParameterFile => Cause::DefaultValueKind,
                    other => other,
                };
                refusal
            })?;
            if deployment == 0 && self.options.opens.takes(&value) {
                let quoted = name.replace('\'', "''");
                return Ok(Value::open(format!("parameters('{quoted}')"), Reason::Parameter).at(place));
            }
            if is_secure(&declaration) && (self.options.finds_all || self.options.hides_secure) {
                let quoted = name.replace('\'', "''");
                return Ok(Value::open(format!("parameters('{quoted}')"), Reason::Secure).at(value.place));
            }
            return Ok(value);
        }
        if is_nullable && (deployment != 0 || self.options.opens == Opens::Nothing) {
            return Ok(Value::NULL.at(place));
        }
        if is_nullable {
            let quoted = name.replace('\'', "''");
            return Ok(Value::open(format!("parameters('{quoted}')"), Reason::Parameter).at(place));
        }
        if self.options.is_lenient && deployment == 0 {
            self.missing.push(Arc::clone(&name));
            let quoted = name.replace('\'', "''");
            return Ok(Value::open(format!("parameters('{quoted}')"), Reason::Parameter).at(place));
        }
        Err(Refusal::new(
            Cause::MissingParameterValue,
            format!(
                "The value for the template parameter '{name}' is not provided. Please see \
                 https://aka.ms/arm-create-parameter-file for usage details."
            ),
        )
        .at(place))
    }

    /// `variables('name')`.
    pub(super) fn variable(&mut self, deployment: u32, name: &str) -> Outcome<Value> {
        let table = &mut self.deployments[deployment as usize].variables;
        let Some(at) = table.find(name) else {
            return Err(Refusal::new(
                Cause::UndefinedVariable,
                format!(
                    "The template variable '{name}' is not found. Please see https://aka.ms/arm-syntax-variables for \
                     usage details."
                ),
            ));
        };
        let variable = &mut table.items[at];
        match &variable.state {
            State::Done(value) => return value.clone(),
            State::Busy => {
                let name = Arc::clone(&variable.name);
                return Err(ring(&name));
            }
            State::New => variable.state = State::Busy,
        }
        let (name, raw, is_loop) = (Arc::clone(&variable.name), variable.raw.clone(), variable.is_loop);
        let site = Site { has_loops: true, ..Site::new(deployment, Stand::Variable) };
        let value = if is_loop { self.array_of(site, &raw, Some(&name)) } else { self.value(site, &raw) };
        let value = value.map_err(|refusal| {
            let refusal = refusal.at(raw.place);
            match refusal.cause {
                Cause::UndefinedParameter | Cause::UndefinedVariable | Cause::CircularDependency => refusal,
                _ => refusal.within(|| format!("The template variable '{name}' is not valid")),
            }
        });
        self.deployments[deployment as usize].variables.items[at].state = State::Done(value.clone());
        value
    }

    /// True if a scope function may be called where a template is deployed to.
    pub(super) fn scope_has(&self, site: Site<'_>, function: &str) -> bool {
        let level = self.deployment(site).scope.level;
        match function {
            "resourcegroup" => level == Level::Group,
            "subscription" => matches!(level, Level::Group | Level::Subscription),
            "managementgroup" => level == Level::ManagementGroup,
            _ => true,
        }
    }

    /// What the functions give that say where a template is deployed to.
    pub(super) fn of_scope(&mut self, site: Site<'_>, name: &str, lower: &str) -> Outcome<Value> {
        let deployment = self.deployment(site);
        let scope = &deployment.scope;
        let call = format!("{name}()");
        let open = |member: &str| Value::open(format!("{call}.{member}"), Reason::Deployment);
        let known =
            |member: &str, value: Option<Value>| Member::new(member, value.unwrap_or_else(|| open(member)));
        let tenant_id = scope.tenant.clone();
        let subscription_path = scope.subscription.as_ref().and_then(Value::as_str);
        Ok(match lower {
            "resourcegroup" => {
                let group = scope.group.as_ref().and_then(Value::as_str);
                let id = subscription_path
                    .zip(group)
                    .map(|(it, group)| format!("/subscriptions/{it}/resourceGroups/{group}").into());
                Value::object(vec![
                    known("id", id),
                    known("name", scope.group.clone()),
                    Member::new("type", "Microsoft.Resources/resourceGroups"),
                    known("location", scope.location.clone()),
                    known("tags", None),
                    known("managedBy", None),
                    known("properties", None),
                ])
            }
            "subscription" => Value::object(vec![
                known("id", subscription_path.map(|it| format!("/subscriptions/{it}").into())),
                known("subscriptionId", scope.subscription.clone()),
                // As the library spells it: the subscription's tenant is the one that is asked.
                Member::new(
                    "tenantId",
                    tenant_id.unwrap_or_else(|| Value::open("tenant().tenantId", Reason::Deployment)),
                ),
                known("displayName", None),
            ]),
            "tenant" => Value::object(vec![
                known("countryCode", None),
                known("displayName", None),
                known(
                    "id",
                    tenant_id.as_ref().and_then(Value::as_str).map(|it| format!("/tenants/{it}").into()),
                ),
                known("tenantId", tenant_id.clone()),
            ]),
            "managementgroup" => {
                let group = scope.management_group.clone();
                let id = group
                    .as_ref()
                    .and_then(Value::as_str)
                    .map(|it| format!("/providers/Microsoft.Management/managementGroups/{it}").into());
                Value::object(vec![
                    known("id", id),
                    known("name", group),
                    Member::new("type", "Microsoft.Management/managementGroups"),
                    known("properties", None),
                ])
            }
            "deployment" => {
                let version = deployment.template.get("contentVersion").cloned().unwrap_or(Value::NULL);
                let template = Object::partial(
                    vec![Member::new("contentVersion", version)],
                    &format!("{call}.properties.template"),
                );
                let properties = Object::partial(
                    vec![Member::new("template", Value::from(Data::Object(Arc::new(template))))],
                    &format!("{call}.properties"),
                );
                let mut members = vec![known("name", deployment.name.clone())];
                if scope.level != Level::Group {
                    members.push(known("location", scope.location.clone()));
                }
                members.push(Member::new("properties", Value::from(Data::Object(Arc::new(properties)))));
                Value::object(members)
            }
            _ => match &self.options.cloud {
                Some(cloud) => cloud.clone(),
                None => Value::open(call, Reason::Deployment),
            },
        })
    }

    /// `resourceId` and its kin.
    pub(super) fn resource_id(
        &mut self,
        site: Site<'_>,
        name: &str,
        lower: &str,
        args: &[Value],
    ) -> Outcome<Value> {
        let of_type = |it: &Value| it.as_str().is_some_and(|it| it.contains('/'));
        let Some(at) = args.iter().position(of_type) else {
            if args.iter().any(Value::has_open) {
                return Ok(left_open(name, args, Reason::Parameter));
            }
            let texts = ids::texts(name, args)?;
            let (type_name, names) = texts.split_last().map_or(("", &[][..]), |(_, rest)| {
                (rest.first().copied().unwrap_or_default(), rest.get(1..).unwrap_or_default())
            });
            ids::resource_path(name, type_name, names)?;
            return Ok(Value::NULL);
        };
        let (prefix, rest) = args.split_at(at);
        for (index, value) in args.iter().enumerate() {
            if value.as_str().is_none() && !value.is_open() {
                return Err(kind_of(name, args, index, "String"));
            }
        }
        let type_name = rest[0].as_str().unwrap_or_default();
        let count = type_name.trim_end_matches('/').split('/').count() - 1;
        if count != rest.len() - 1 {
            // Says what is wrong.
            ids::resource_path(name, type_name, &vec![""; rest.len() - 1])?;
        }
        let scope = &self.deployment(site).scope;
        let unknown = |text: &str| Value::open(text, Reason::Deployment);
        let subscription =
            || scope.subscription.clone().unwrap_or_else(|| unknown("subscription().subscriptionId"));
        let group = || scope.group.clone().unwrap_or_else(|| unknown("resourceGroup().name"));
        let most = if lower == "resourceid" { 2 } else { 1 };
        if prefix.len() > most {
            return Err(crate::template::functions::invalid(format!(
                "Unable to evaluate template language function '{name}': too many arguments stand before the type \
                 '{type_name}'. {}",
                crate::template::functions::SEE
            )));
        }
        // What the id begins with, as texts between which the values stand.
        let heads: Vec<(&str, Value)> = match lower {
            "subscriptionresourceid" => {
                let id = prefix.first().cloned().unwrap_or_else(subscription);
                vec![("/subscriptions/", id)]
            }
            "managementgroupresourceid" => {
                let own =
                    || scope.management_group.clone().unwrap_or_else(|| unknown("managementGroup().name"));
                vec![(
                    "/providers/Microsoft.Management/managementGroups/",
                    prefix.first().cloned().unwrap_or_else(own),
                )]
            }
            _ => match (prefix, scope.level) {
                ([], Level::Subscription) => vec![("/subscriptions/", subscription())],
                ([], Level::ManagementGroup) => {
                    let own =
                        scope.management_group.clone().unwrap_or_else(|| unknown("managementGroup().name"));
                    vec![("/providers/Microsoft.Management/managementGroups/", own)]
                }
                ([], Level::Tenant) => Vec::new(),
                ([], Level::Group) => {
                    vec![("/subscriptions/", subscription()), ("/resourceGroups/", group())]
                }
                ([only], Level::Subscription) if only.as_str().is_some_and(crate::arm::looks_like_guid) => {
                    vec![("/subscriptions/", only.clone())]
                }
                ([group], _) => {
                    vec![("/subscriptions/", subscription()), ("/resourceGroups/", group.clone())]
                }
                ([subscription, group, ..], _) => {
                    vec![("/subscriptions/", subscription.clone()), ("/resourceGroups/", group.clone())]
                }
            },
        };
        if let (Some(first), true) = (prefix.first().and_then(Value::as_str), prefix.len() == 2) {
            ids::check_subscription(first)?;
        }
        let is_open = heads.iter().any(|(_, it)| it.is_open()) || rest.iter().any(Value::is_open);
        if is_open {
            let is_own = |it: &&(&str, Value)| {
                it.1.as_open().is_some_and(|open| {
                    matches!(
                        open.text.as_str(),
                        "subscription().subscriptionId" | "resourceGroup().name" | "managementGroup().name"
                    )
                })
            };
            let mut shown: Vec<Value> = Vec::new();
            if !heads.iter().all(|it| is_own(&it)) {
                shown.extend(heads.iter().map(|(_, value)| value.clone()));
            }
            shown.extend_from_slice(rest);
            return Ok(left_open(name, &shown, Reason::Deployment));
        }
        let names = ids::texts(name, &rest[1..])?;
        let path = ids::resource_path(name, type_name, &names)?;
        let mut text = String::new();
        for (before, value) in &heads {
            text.push_str(before);
            text.push_str(value.as_str().unwrap_or_default());
        }
        text.push('/');
        let is_group = type_name.eq_ignore_ascii_case("Microsoft.Resources/resourceGroups");
        match path.strip_prefix("providers/Microsoft.Resources/").filter(|_| is_group && heads.len() == 1) {
            Some(path) => text.push_str(path),
            None => text.push_str(&path),
        }
        Ok(text.into())
    }

    /// That an argument of a user-defined function is of its parameter's type.
    pub(super) fn check_argument(
        &mut self,
        deployment: u32,
        function: &str,
        parameter: &FunctionParameter,
        value: &Value,
    ) -> Outcome<()> {
        let what = format!("'{}' parameter of the user-defined function '{function}'", parameter.name);
        self.check_type(deployment, &parameter.declaration, value, &what).map_err(|mut refusal| {
            refusal.cause = Cause::UserFunction;
            refusal
        })
    }

    /// That the result of a user-defined function is of its type.
    pub(super) fn check_result(
        &mut self,
        deployment: u32,
        function: &Function,
        value: &Value,
    ) -> Outcome<()> {
        let what = format!("output of the user-defined function '{}'", function.name);
        let check = self.check_type(deployment, &function.output_type, value, &what);
        check.map_err(|mut refusal| {
            refusal.cause = Cause::UserFunction;
            refusal.at(function.place)
        })
    }
}

/// A name whose value is its own.
fn ring(name: &str) -> Box<Refusal> {
    Refusal::new(
        Cause::CircularDependency,
        format!("The '{name}' symbol's definition cycles back to itself ({name} -> {name})."),
    )
}
