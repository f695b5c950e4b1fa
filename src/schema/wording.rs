//! What a schema asks for, in words.

use jsonschema::error::ValidationErrorKind as Fault;

use super::problem::type_of;
use crate::json::Node;

/// What a value must be, in words that follow `must`.
pub(super) fn must(fault: &Fault) -> String {
    let counted = |limit: u64, one: &str| format!("{limit} {one}{}", if limit == 1 { "" } else { "s" });
    match fault {
        Fault::Minimum { limit } => format!("be at least {limit}"),
        Fault::Maximum { limit } => format!("be at most {limit}"),
        Fault::ExclusiveMinimum { limit } => format!("be more than {limit}"),
        Fault::ExclusiveMaximum { limit } => format!("be less than {limit}"),
        Fault::MultipleOf { multiple_of } => format!("be a multiple of {multiple_of}"),
        Fault::MinLength { limit } => format!("have at least {}", counted(*limit, "character")),
        Fault::MaxLength { limit } => format!("have at most {}", counted(*limit, "character")),
        Fault::MinItems { limit } => format!("have at least {}", counted(*limit, "element")),
        Fault::MaxItems { limit } => format!("have at most {}", counted(*limit, "element")),
        Fault::MinProperties { limit } => format!("have at least {}", counted(*limit, "member")),
        Fault::MaxProperties { limit } => format!("have at most {}", counted(*limit, "member")),
        Fault::UniqueItems => "have no element twice".to_owned(),
        Fault::Pattern { pattern } => format!("match the pattern `{pattern}`"),
        Fault::Format { format } => format!("be of the format `{format}`"),
        Fault::FalseSchema => "not be there".to_owned(),
        Fault::OneOfMultipleValid { .. } => "be one of the alternatives, not several".to_owned(),
        other => format!("satisfy `{}` of the schema", other.keyword()),
    }
}

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
