//! How well a tree fits the published schema: enough to tell readings of a text with a wrong bracket apart.

use serde_json::Value;

use super::Target;
use crate::json::{Kind, Node, Tree};
use crate::schema::Schemas;

/// `$ref`s that are followed from one place; Azure's schemas have no chain of more than two.
const MAX_REFERENCES: usize = 8;

/// What does not belong where it stands: unknown and missing properties, objects where arrays are due and the
/// like. `None` if there is no schema for such a request.
pub(super) fn misfits(tree: &Tree<'_>, target: &Target, schemas: &Schemas) -> Option<usize> {
    let (resource_type, method) = (target.resource_type?, target.method?);
    let document = schemas.open(resource_type.full_name(), target.version()?).ok()??;
    let entry = document.entry(resource_type.full_name(), method)?;
    let Some(root) = tree.root() else { return Some(1) };

    let mut misfits = 0;
    let mut open: Vec<(Node<'_>, &Value)> = vec![(root, entry)];
    while let Some((node, mut schema)) = open.pop() {
        for _ in 0..MAX_REFERENCES {
            let Some(next) = schema.get("$ref").and_then(Value::as_str) else { break };
            let Some(next) = document.definition(next) else { break };
            schema = next;
        }
        misfits += usize::from(!admits(schema, node.kind()));
        match node.kind() {
            Kind::Object => {
                let known = schema.get("properties").and_then(Value::as_object);
                let other = schema.get("additionalProperties");
                for (name, value) in node.members() {
                    let name = name.as_str().unwrap_or_default();
                    let property = known.and_then(|known| {
                        known.get(&*name).or_else(|| {
                            known
                                .iter()
                                .find(|(it, _)| it.eq_ignore_ascii_case(&name))
                                .map(|(_, schema)| schema)
                        })
                    });
                    match property.or(other) {
                        Some(Value::Bool(false)) => misfits += 1,
                        Some(schema) => open.push((value, schema)),
                        None => {}
                    }
                }
                let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
                misfits +=
                    required.filter_map(Value::as_str).filter(|name| node.member(name).is_none()).count();
            }
            Kind::Array => {
                if let Some(items) = schema.get("items") {
                    open.extend(node.elements().map(|element| (element, items)));
                }
            }
            _ => {}
        }
    }
    Some(misfits)
}

/// True if a value of this kind may stand where `schema` holds, its content aside. Text in the place of a number
/// says nothing of brackets.
fn admits(schema: &Value, kind: Kind) -> bool {
    let name = match kind {
        Kind::Object => "object",
        Kind::Array => "array",
        Kind::Unknown | Kind::Placeholder | Kind::Null => return true,
        Kind::True | Kind::False | Kind::Number | Kind::String => "",
    };
    let is =
        |wanted: &str| if name.is_empty() { wanted != "object" && wanted != "array" } else { wanted == name };
    match schema.get("type") {
        Some(Value::String(wanted)) => is(wanted),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}
