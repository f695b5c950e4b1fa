//! What should not be published.

use crate::arm::{PlaceholderStyle, find_placeholders, is_placeholder};
use crate::json::{Kind, Node};
use crate::lint::secrets::{is_blank, is_reference, is_word_for_it};
use crate::lint::{Rule, Subject};

pub(in crate::lint) mod literal_password;
pub(in crate::lint) mod literal_subscription_id;
pub(in crate::lint) mod literal_token;
pub(in crate::lint) mod weak_password;

/// The family, in the order of the catalogue.
pub(in crate::lint) static RULES: &[&Rule] =
    &[&literal_token::RULE, &literal_password::RULE, &literal_subscription_id::RULE, &weak_password::RULE];

/// Properties that Azure's `OpenAPI` files mark as secret (`x-ms-secret`): those of the embedded schemas, and the
/// ones that other resource types have most.
const PROPERTIES: [&str; 10] = [
    "adminPassword",
    "administratorLoginPassword",
    "administratorPassword",
    "password",
    "clientSecret",
    "secret",
    "sharedKey",
    "accessKey",
    "accountKey",
    "storageAccountKey",
];

/// The last four bytes of names, in lower case.
pub(in crate::lint) const fn tails<const N: usize>(names: &[&str; N]) -> [[u8; 4]; N] {
    let mut tails = [[0; 4]; N];
    let mut at = 0;
    while at < N {
        let name = names[at].as_bytes();
        let mut back = 0;
        while back < 4 {
            tails[at][back] = name[name.len() - 4 + back].to_ascii_lowercase();
            back += 1;
        }
        at += 1;
    }
    tails
}

/// True if a property of this name is a secret.
pub(in crate::lint) fn is_secret_property(name: &str) -> bool {
    PROPERTIES.iter().any(|property| property.eq_ignore_ascii_case(name))
}

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

    /// Every property that the schemas mark is in the list.
    #[test]
    fn the_list_has_what_the_schemas_mark() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        let mut marked = std::collections::BTreeSet::new();
        let mut open = vec![folder];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            } else if path.extension().is_some_and(|it| it == "json") {
                let schema: serde_json::Value =
                    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
                collect(&schema, &mut marked);
            }
        }
        assert!(marked.contains("adminPassword"), "the schemas mark nothing: {marked:?}");
        for name in marked {
            assert!(is_secret_property(&name), "{name} is marked in schemas/ and not in the list");
        }
    }

    fn collect(value: &serde_json::Value, marked: &mut std::collections::BTreeSet<String>) {
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match value {
                serde_json::Value::Object(members) => {
                    for (name, value) in members {
                        if value.get("x-ms-secret").is_some_and(|flag| flag == true) {
                            marked.insert(name.clone());
                        }
                        open.push(value);
                    }
                }
                serde_json::Value::Array(elements) => open.extend(elements),
                _ => {}
            }
        }
    }
}
