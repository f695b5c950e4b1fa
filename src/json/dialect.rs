//! What a text may have beyond JSON, and what the parser is told about names and values.

/// The JSON that is expected.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a freedom of its own, in any combination")]
pub struct Dialect {
    /// Comments are taken, as ARM does in templates.
    pub comments: bool,
    /// A comma before a closing bracket is taken.
    pub trailing_commas: bool,
    /// A line break inside a string is taken.
    pub multiline_strings: bool,
    /// U+001A stands for a byte that is not UTF-8, which whoever read the text has named already.
    pub stand_ins: bool,
    /// Members may stand without the braces around them, as documents show part of a body.
    pub bare_members: bool,
    /// Strings may stand in single quotes, as programs take them that read more than JSON.
    pub single_quotes: bool,
    /// True if `second` after `first`, as values of `name`, are two halves of one value:
    /// `"type": "SystemAssigned", "UserAssigned"`.
    pub joins: fn(name: &str, first: &str, second: &str) -> bool,
    /// True if `word`, which stands without quotes as the value of `name`, is one of the values that it takes:
    /// `"type": None`.
    pub takes: fn(name: &str, word: &str) -> bool,
    /// True if a string that stands alone among members is a name whose value is missing, false if it is a
    /// value whose name is.
    pub is_name: fn(&str) -> bool,
}

impl Dialect {
    /// JSON as its standard has it, nothing known of names.
    pub const STRICT: Self = Self {
        comments: false,
        trailing_commas: false,
        multiline_strings: false,
        stand_ins: false,
        bare_members: false,
        single_quotes: false,
        joins: |_, _, _| false,
        takes: |_, _| false,
        is_name: looks_like_name,
    };
}

impl Default for Dialect {
    fn default() -> Self {
        Self::STRICT
    }
}

/// Names in JSON are identifiers that begin with a small letter; values rarely are.
fn looks_like_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_' || c == '$')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '-' | '.' | ':'))
}
