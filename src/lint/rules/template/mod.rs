//! ARM templates.

use crate::lint::Rule;
use crate::template::Cause;

mod expression_invalid;
pub(in crate::lint) mod schema_scope;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] = &[&expression_invalid::RULE, &schema_scope::RULE];

/// The rule that tells of a cause for which ARM refuses a template.
pub(in crate::lint) fn rule_of_cause(cause: Cause) -> &'static Rule {
    match cause {
        Cause::ExpressionInvalid | Cause::UndefinedFunction | Cause::ArgumentCount => {
            &expression_invalid::RULE
        }
        _ => RULES.first().copied().unwrap_or(&expression_invalid::RULE),
    }
}
