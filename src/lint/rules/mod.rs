//! The table of rules: one line a rule, in the order in which they look.

use super::Rule;
use crate::text::suggest::did_you_mean;

pub(super) mod identity;
mod layout;
mod quoting;
pub(super) mod request;
mod run;
pub(super) mod schema;
pub(super) mod secret;
mod since;
pub(super) mod syntax;
pub(super) mod template;

pub(super) use request::ids::real_subscriptions;
pub(super) use request::{api_version_unknown, preview_superseded};
pub(super) use run::{
    expired_suppression, suppression_not_read, unknown_rule_in_suppression, useless_suppression,
};
pub(super) use schema::because;
pub(super) use schema::problems;
pub(super) use schema::type_guessed::draft as type_guessed;
pub(super) use schema::type_not_described::draft as type_not_described;
pub use since::since;
pub use syntax::internal_error::finding as internal_error;
pub use syntax::too_large::finding as too_large;
pub(super) use syntax::wrong_quotes::of_python;
pub(super) use syntax::{bad_encoding, body_file_not_json, expansion_too_large, too_many_findings};
pub(super) use template::{report as of_template, rule_of_cause};

/// Every rule, by family.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    syntax::RULES
        .iter()
        .chain(schema::RULES)
        .chain(identity::RULES)
        .chain(request::RULES)
        .chain(quoting::RULES)
        .chain(secret::RULES)
        .chain(template::RULES)
        .chain(run::RULES)
        .copied()
}

/// The rules that tell of types and versions that are not described.
pub(super) fn of_what_is_not_described() -> [&'static Rule; 2] {
    [&schema::type_not_described::RULE, &request::api_version_unknown::RULE]
}

/// The rule called `name`.
pub fn find_rule(name: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.name == name)
}

/// The rule that whoever wrote `name` most likely means.
pub fn nearest_rule(name: &str) -> Option<&'static Rule> {
    did_you_mean(name, rules().map(|rule| rule.name)).and_then(find_rule)
}
