//! Functions whose values depend on where they are called.

use crate::template::engine::calls::{kind_of, left_open, unknown_function};
use crate::template::engine::resource::Turn;
use crate::template::engine::state::{Engine, Site};
use crate::template::functions::{self, SEE, invalid};
use crate::template::refusal::{Cause, Outcome, Refusal};
use crate::template::value::{Reason, Value, same_name};

impl Engine<'_> {
    /// Functions that depend on where they are called.
    pub(super) fn contextual(
        &mut self,
        site: Site<'_>,
        name: &str,
        lower: &str,
        args: &[Value],
    ) -> Outcome<Option<Value>> {
        let one_text = |args: &[Value]| match args {
            [only] => Ok(only.as_str().map(str::to_owned)),
            _ => Err(invalid(format!(
                "The template language function '{name}' must have only one parameter. {SEE}"
            ))),
        };
        let value = match lower {
            "parameters" => match one_text(args)? {
                Some(key) => self.parameters_call(site, &key)?,
                None if args[0].is_open() => return Ok(Some(left_open(name, args, Reason::Parameter))),
                None => return Err(kind_of(name, args, 0, "String")),
            },
            "variables" => match one_text(args)? {
                Some(key) => self.variable(site.deployment, &key)?,
                None if args[0].is_open() => return Ok(Some(left_open(name, args, Reason::Parameter))),
                None => return Err(kind_of(name, args, 0, "String")),
            },
            "lambdavariables" => {
                let key = one_text(args)?;
                let mut scope = site.lambdas;
                let mut found = None;
                while let (Some(lambdas), Some(key), None) = (scope, &key, &found) {
                    let at = lambdas.names.iter().position(|it| same_name(it, key));
                    found = at.and_then(|at| lambdas.values.get(at)).cloned();
                    scope = lambdas.outer;
                }
                found.ok_or_else(|| unknown_function(name))?
            }
            "copyindex" => Self::copy_index(site, name, args)?,
            "reference" => self.reference(site, name, args)?,
            "references" => self.references(site, name, args)?,
            "resourceinfo" => self.resource_info(site, name, args)?,
            "resourceid" | "subscriptionresourceid" | "managementgroupresourceid" => {
                self.resource_id(site, name, lower, args)?
            }
            "resourcegroup" | "subscription" | "tenant" | "managementgroup" | "deployment"
            | "environment"
                if args.is_empty() =>
            {
                self.of_scope(site, name, lower)?
            }
            "resourcegroup" | "subscription" | "managementgroup" => {
                if let Some(at) = args.iter().position(|it| it.as_str().is_none() && !it.is_open()) {
                    return Err(kind_of(name, args, at, "String"));
                }
                left_open(name, args, Reason::Deployment)
            }
            "utcnow" => self.utc_now(name, args)?,
            "tenantresourceid" | "extensionresourceid" => return Ok(None),
            _ if lower.starts_with("list") => self.list(site, name, args)?,
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    fn copy_index(site: Site<'_>, name: &str, args: &[Value]) -> Outcome<Value> {
        let (key, offset) = match args {
            [] => (None, None),
            [only] if only.as_str().is_none() => (None, Some(only)),
            [key] => (Some(key), None),
            [key, offset, ..] => (Some(key), Some(offset)),
        };
        if args.iter().any(Value::is_open) {
            return Ok(left_open(name, args, Reason::Parameter));
        }
        let turn = match key {
            None => site.turns.iter().rev().find(|turn| turn.is_default).ok_or_else(|| {
                Refusal::new(
                    Cause::CopyIndexOutside,
                    "The template function 'copyIndex' is not expected at this location. The function can only be \
                     used in a resource with copy specified. Please see https://aka.ms/arm-resource-loops for usage \
                     details.",
                )
            })?,
            Some(key) => {
                let key = key.as_str().ok_or_else(|| kind_of(name, args, 0, "String"))?;
                let is = |turn: &&Turn| turn.name.as_ref().is_some_and(|it| same_name(it, key));
                site.turns.iter().rev().find(is).ok_or_else(|| {
                    Refusal::new(
                        Cause::CopyIndexOutside,
                        format!(
                            "The template language function 'copyIndex' has an invalid argument. The provided copy \
                             name '{key}' doesn't exist in the resource. Please see \
                             https://aka.ms/arm-resource-loops for usage details."
                        ),
                    )
                })?
            }
        };
        let Some(offset) = offset else { return Ok(turn.index.clone()) };
        let offset = offset.as_int().ok_or_else(|| kind_of(name, args, args.len() - 1, "Integer"))?;
        match turn.index.as_int() {
            Some(index) => index
                .checked_add(offset)
                .map(Value::from)
                .ok_or_else(|| invalid(format!("The template language function '{name}' overflowed."))),
            None => Ok(left_open(name, args, Reason::Index)),
        }
    }

    fn utc_now(&mut self, name: &str, args: &[Value]) -> Outcome<Value> {
        let Some(now) = self.options.now else { return Ok(left_open(name, args, Reason::Deployment)) };
        match args.first().map(|it| (it.as_str(), it.is_open())) {
            None => functions::utc_now(now, None),
            Some((Some(format), _)) => functions::utc_now(now, Some(format)),
            Some((None, true)) => Ok(left_open(name, args, Reason::Deployment)),
            Some((None, false)) => Err(kind_of(name, args, 0, "String")),
        }
    }

    /// `parameters('key')`: an argument of the function around, or a parameter of the template.
    fn parameters_call(&mut self, site: Site<'_>, key: &str) -> Outcome<Value> {
        let Some(frame) = site.frame else { return self.parameter(site.deployment, key) };
        match frame.arguments.iter().find(|(name, _)| same_name(name, key)) {
            Some((_, value)) => Ok(value.clone()),
            None => Err(Refusal::new(
                Cause::UserFunction,
                format!(
                    "The parameter '{key}' is not found in template function '{}'. Please see \
                     https://aka.ms/arm-syntax-functions for usage details.",
                    frame.function
                ),
            )),
        }
    }
}
