//! Bodies that show a format and not a request.

use crate::json::{Kind, Node};

const KINDS: [&str; 8] = ["string", "int", "integer", "number", "bool", "boolean", "object", "array"];
/// The longest of them, with its quotes, in bytes.
const LONGEST: usize = 9;
/// Fewer may be values.
const ENOUGH: usize = 5;

/// True for a body that shows a format, as references do: the names of several kinds stand in the place of values
/// (`"name": "string"`, `"zoneBalance": "bool"`).
pub(super) fn names_kinds(resource: Node<'_>) -> bool {
    // A template's own declarations name kinds as well.
    if resource.member("parameters").is_some() || resource.member("contentVersion").is_some() {
        return false;
    }
    let (mut count, mut kinds, mut open) = (0, 0u8, vec![resource]);
    while let Some(node) = open.pop() {
        if node.kind() == Kind::String && node.span().len() <= LONGEST {
            let text = node.as_str();
            if let Some(kind) = text.and_then(|text| KINDS.iter().position(|it| *it == text)) {
                count += 1;
                kinds |= 1 << kind;
            }
            if count >= ENOUGH && kinds.count_ones() > 1 {
                return true;
            }
        }
        // Resources within it are looked at by themselves.
        let members = node.members().filter(|(name, _)| name.as_str().as_deref() != Some("resources"));
        open.extend(members.map(|(_, value)| value).chain(node.elements()));
    }
    false
}
