//! The table of rules: one line a rule, in the order in which they look.

use super::Rule;

mod identity;
mod request;
mod schema;
mod secret;
mod syntax;
mod template;

pub(super) use schema::problems;
pub(super) use secret::is_secret_property;
pub(super) use syntax::bad_encoding;
pub use syntax::too_large::finding as too_large;

/// Every rule, by family.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    syntax::RULES
        .iter()
        .chain(schema::RULES)
        .chain(identity::RULES)
        .chain(request::RULES)
        .chain(secret::RULES)
        .chain(template::RULES)
        .copied()
}

/// The rule called `name`.
pub fn find_rule(name: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.name == name)
}
