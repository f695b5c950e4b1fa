//! What there is: for lists, and for the pages of the manual.

use armbody::arm::ResourceType;
use armbody::lint::{Fixable, rules};
use armbody::scenario::scenarios;
use serde_json::{Value, json};

pub(crate) fn about() -> Value {
    let rules: Vec<Value> = rules()
        .map(|rule| {
            json!({
                "name": rule.name,
                "family": rule.family.to_string(),
                "severity": rule.severity.as_str(),
                "fixable": match rule.fixable {
                    Fixable::Never => "never",
                    Fixable::Sometimes => "sometimes",
                    Fixable::Always => "always",
                },
                "summary": rule.summary,
            })
        })
        .collect();
    let scenarios: Vec<Value> = scenarios()
        .iter()
        .map(|scenario| {
            json!({
                "name": scenario.name,
                "method": scenario.method().map(armbody::arm::Method::as_str),
                "says": scenario.says(ResourceType::VirtualMachine),
                "usesIdentities": scenario.uses_identities(),
            })
        })
        .collect();
    json!({ "version": env!("CARGO_PKG_VERSION"), "rules": rules, "scenarios": scenarios })
}
