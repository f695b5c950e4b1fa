//! The patterns of JSON Schema, which are ECMAScript's, for an engine that takes time linear in the text.

use regex::Regex;

/// The pattern as the engine takes it; nothing for one that needs more than one look at a letter (look-around,
/// references back).
pub(super) fn compile(pattern: &str) -> Option<Regex> {
    Regex::new(&translated(pattern)).ok()
}

/// `\d`, `\w` and their opposites are ASCII's, and within brackets `[`, `&` and `~` are letters like any other.
fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    let mut is_class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('d') => out.push_str("[0-9]"),
                Some('D') => out.push_str("[^0-9]"),
                Some('w') => out.push_str("[0-9A-Za-z_]"),
                Some('W') => out.push_str("[^0-9A-Za-z_]"),
                Some(next) => out.extend([c, next]),
                None => out.push(c),
            },
            '[' if is_class => out.push_str("\\["),
            '&' | '~' if is_class => out.extend(['\\', c]),
            '[' => {
                is_class = true;
                out.push(c);
            }
            ']' => {
                is_class = false;
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_ascii_s_and_brackets_hold_letters() {
        let matches = |pattern: &str, text: &str| compile(pattern).expect("it compiles").is_match(text);
        assert!(matches(r"^\d+$", "12") && !matches(r"^\d+$", "\u{0661}"));
        assert!(matches(r"^[\w-]+$", "a-b_1") && !matches(r"^[^\W]+$", "\u{e9}"));
        assert!(matches("^[[&~]+$", "[&~") && matches(r"^a\/b$", "a/b"));
        assert!(compile("(?=a)").is_none() && compile(r"(a)\1").is_none());
    }
}
