//! What a schema asks for, in words.

use super::problem::type_of;
use crate::json::Node;

/// The type of a value in words, with its article.
pub fn type_in_words(kind: &str) -> &'static str {
    match kind {
        "null" => "null",
        "boolean" => "a boolean",
        "integer" => "an integer",
        "number" => "a number",
        "string" => "a string",
        "array" => "an array",
        "object" => "an object",
        _ => "a value",
    }
}

/// The type of a node in words, with its article.
pub fn found_in_words(node: Node<'_>) -> &'static str {
    type_in_words(type_of(node))
}
