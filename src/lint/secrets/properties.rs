//! The properties whose values are secrets, by their names.

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
pub(super) const fn tails<const N: usize>(names: &[&str; N]) -> [[u8; 4]; N] {
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

#[cfg(test)]
mod tests {
    use super::*;

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
