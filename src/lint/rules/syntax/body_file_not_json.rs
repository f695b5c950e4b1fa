#![doc = include_str!("../../../../docs/rules/body-file-not-json.md")]

use crate::lint::rule::rule;
use crate::lint::{Check, Finding, Severity};
use crate::text::{Source, Span, odd};

rule!("body-file-not-json", Syntax, Note, Never, "a call sends a file that is not JSON", Check::Engine);

/// The one finding about a file that a call sends and that does not begin as JSON. Nothing of its text is shown: whoever
/// wrote the call chose the file.
pub(in crate::lint) fn finding() -> Finding {
    Finding::of_file(
        &RULE,
        Severity::Note,
        Span::default(),
        "a call sends this file, and it is not JSON; it was not looked at",
        "a body begins with `{`",
    )
}

/// True if the text means to be JSON: behind comments it begins with an object or an array, or there is none.
pub(in crate::lint) fn is_json(source: &Source) -> bool {
    let mut text = odd::trim_start(source.text());
    loop {
        let rest = if let Some(comment) = text.strip_prefix("//") {
            comment.split_once('\n').map(|(_, rest)| rest)
        } else if let Some(comment) = text.strip_prefix("/*") {
            comment.split_once("*/").map(|(_, rest)| rest)
        } else {
            return text.is_empty() || text.starts_with(['{', '[']);
        };
        let Some(rest) = rest else { return false };
        text = odd::trim_start(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_told_by_how_it_begins() {
        for text in ["{", " \u{feff}[1]", "", "\u{2028}// a\n/* b */ {\"a\": 1}", "{not json"] {
            assert!(is_json(&Source::new("x", text)), "{text}");
        }
        for text in ["A=1", "// a", "/* a", "// {", "\"a\"", "-----BEGIN PRIVATE KEY-----", "\\{"] {
            assert!(!is_json(&Source::new("x", text)), "{text}");
        }
    }
}
