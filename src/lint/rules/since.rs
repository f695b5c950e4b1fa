//! Which version a rule came with.

use super::Rule;

/// The version that is being worked on.
const NEXT: &str = "0.2.0";

/// The rules of version 0.1.0. Whatever is not here came later; a version that is published gets a list of its own.
const FIRST: &[&str] = &[
    "api-version-missing",
    "api-version-unknown",
    "authorization-missing",
    "bad-encoding",
    "bad-escape",
    "bad-number",
    "body-with-get",
    "body-without-method",
    "comment",
    "content-type-missing",
    "control-character",
    "duplicate-name",
    "ellipsis",
    "empty-body",
    "expression-invalid",
    "extra-bracket",
    "extra-comma",
    "identity-drops",
    "identity-id-case",
    "identity-id-duplicate",
    "identity-id-invalid",
    "identity-ids-missing",
    "identity-ids-shape",
    "identity-ids-unexpected",
    "identity-ids-wrong-property",
    "identity-misplaced",
    "identity-not-in-version",
    "identity-null-in-put",
    "identity-removes-nothing",
    "identity-type-invalid",
    "identity-type-missing",
    "identity-type-spelling",
    "identity-type-split",
    "identity-value-not-empty",
    "insecure-url",
    "invalid-value",
    "literal-password",
    "literal-subscription-id",
    "literal-token",
    "method-not-supported",
    "missing-colon",
    "missing-comma",
    "missing-property",
    "name-case",
    "name-mismatch",
    "name-without-value",
    "placeholder-doubled",
    "placeholder-left",
    "property-not-in-version",
    "read-only-property",
    "resource-mismatch",
    "text-after-body",
    "too-deep",
    "too-large",
    "unclosed-bracket",
    "unknown-property",
    "unknown-rule-in-suppression",
    "unlisted-value",
    "unnamed-object",
    "unquoted-name",
    "unquoted-value",
    "unterminated-quote",
    "url-invalid",
    "useless-suppression",
    "value-case",
    "value-without-name",
    "weak-password",
    "wrong-quotes",
    "wrong-type",
];

/// The version that a rule came with.
pub fn since(rule: &Rule) -> &'static str {
    if FIRST.contains(&rule.first_name()) { "0.1.0" } else { NEXT }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::find_rule;

    #[test]
    fn no_rule_is_lost() {
        for name in FIRST {
            assert!(
                find_rule(name).is_some(),
                "{name} is gone: say so in the change log, and what became of it"
            );
        }
    }
}
