//! The run itself: what the linter has to say about being told what not to say.

use crate::lint::Rule;

pub(in crate::lint) mod expired_suppression;
pub(in crate::lint) mod suppression_not_read;
pub(in crate::lint) mod unknown_rule_in_suppression;
pub(in crate::lint) mod useless_suppression;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] = &[
    &useless_suppression::RULE,
    &unknown_rule_in_suppression::RULE,
    &expired_suppression::RULE,
    &suppression_not_read::RULE,
];
