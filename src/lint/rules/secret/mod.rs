//! What should not be published.

use crate::arm::{PlaceholderStyle, find_placeholders, is_placeholder};
use crate::json::{Kind, Node};
use crate::lint::secrets::{is_blank, is_reference, is_secret_property, is_word_for_it};
use crate::lint::{Rule, Subject};

pub(in crate::lint) mod literal_password;
pub(in crate::lint) mod literal_subscription_id;
pub(in crate::lint) mod literal_token;
pub(in crate::lint) mod weak_password;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] =
    &[&literal_token::RULE, &literal_password::RULE, &literal_subscription_id::RULE, &weak_password::RULE];

/// The secret properties of the body whose values are there to be read, in the order of the text.
fn literals<'a>(subject: &Subject<'a>) -> Vec<(Node<'a>, Node<'a>)> {
    let Some(body) = subject.body else { return Vec::new() };
    let marked: Vec<u32> = subject.sensitive().iter().map(|(name, _)| name.index()).collect();
    let is_secret = |(name, value): &(Node<'_>, Node<'_>)| {
        (name.as_str().is_some_and(|name| is_secret_property(&name)) || marked.contains(&name.index()))
            && is_literal(*value)
            && !body.has_expansion(value.span())
    };
    subject.secret_members().iter().copied().filter(is_secret).collect()
}

/// True if a value is a string that says the secret itself: no placeholder, no expression, no row of stars.
fn is_literal(value: Node<'_>) -> bool {
    let Some(text) = value.as_str().filter(|_| value.kind() == Kind::String) else { return false };
    let text = text.trim();
    let is_computed = text.starts_with('[') && text.ends_with(']');
    let has_placeholder = find_placeholders(text)
        .any(|found| matches!(found.style, PlaceholderStyle::Angle | PlaceholderStyle::DoubledAngle));
    !(is_blank(text)
        || is_computed
        || has_placeholder
        || is_placeholder(text)
        || is_reference(text)
        || is_word_for_it(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Dialect, Tree};

    #[test]
    fn literals_are_told_from_what_stands_for_them() {
        let literal = |text: &str| {
            let tree = Tree::parse(text, Dialect::STRICT);
            is_literal(tree.root().unwrap())
        };
        for text in [r#""myPassword12""#, r#""P@$$w0rd""#, r#""secret""#, r#""a[b]""#] {
            assert!(literal(text), "{text}");
        }
        for text in [
            r#""<PASSWORD>""#,
            r#""my<PASSWORD>""#,
            r#""{adminPassword}""#,
            r#""$ADMIN_PASSWORD""#,
            r#""your-password""#,
            r#""********""#,
            r#""REDACTED""#,
            r#""PrivateSettingsRef:AdminPassword""#,
            r#""MGMT_PLACEHOLDER""#,
            r#""ADMIN_PASSWORD""#,
            r#""[parameters('adminPassword')]""#,
            r#""""#,
            "null",
            r#"{"reference":{}}"#,
        ] {
            assert!(!literal(text), "{text}");
        }
    }
}
