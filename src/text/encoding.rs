//! How a character is written inside each kind of text that can hold another.

use std::borrow::Cow;

/// One layer of writing: what a character becomes in the text around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// As it is.
    #[default]
    Plain,
    /// Lines that each carry a prefix (a list's indentation, quote marks, a YAML block's indentation).
    Lines,
    /// `'…'` in a POSIX shell: everything literal; `'` becomes `'\''`.
    ShellSingle,
    /// `"…"` in a POSIX shell: `$`, backtick, `"` and `\` take a backslash.
    ShellDouble,
    /// `$'…'` in bash: `\` and `'` take a backslash.
    ShellAnsiC,
    /// An unquoted shell word: whatever a shell would read as more than itself takes a backslash.
    ShellBare,
    /// A here-document whose delimiter is not quoted: `$`, backtick and `\` take a backslash.
    ShellHeredoc,
    /// `'…'` in PowerShell: `'` is doubled.
    PowerShellSingle,
    /// `"…"` in PowerShell: `"`, `$` and the backtick take a backtick.
    PowerShellDouble,
    /// `@"…"@` in PowerShell: `$` and the backtick take a backtick.
    PowerShellHereDouble,
    /// `"…"` in the Windows command prompt's argument rules: `"` takes a backslash, and so do backslashes before it.
    CommandDouble,
    /// A JSON string's characters.
    JsonString,
    /// `'…'` in YAML: `'` is doubled.
    YamlSingle,
    /// `"…"` in YAML: written as JSON writes it.
    YamlDouble,
    /// A format string, whose `{0}` are filled in: a brace is doubled.
    Format,
    /// The characters of a string that another language's rules make JSON of: what JSON would escape cannot
    /// be put there.
    Unescaped,
}

impl Encoding {
    /// Writes `text` in this layer. `prefix` is what [`Encoding::Lines`] puts after each line break.
    pub fn encode<'t>(self, text: &'t str, prefix: &str) -> Cow<'t, str> {
        match self {
            Self::Plain | Self::Unescaped => Cow::Borrowed(text),
            Self::Lines if prefix.is_empty() || !text.contains('\n') => Cow::Borrowed(text),
            Self::Lines => Cow::Owned(text.replace('\n', &format!("\n{prefix}"))),
            Self::ShellSingle => replace_each(text, |c| (c == '\'').then_some(r"'\''")),
            Self::PowerShellSingle | Self::YamlSingle => replace_each(text, |c| (c == '\'').then_some("''")),
            Self::ShellDouble => escape(text, '\\', |c| matches!(c, '$' | '`' | '"' | '\\')),
            Self::ShellHeredoc => escape(text, '\\', |c| matches!(c, '$' | '`' | '\\')),
            Self::ShellAnsiC => escape(text, '\\', |c| matches!(c, '\'' | '\\')),
            Self::CommandDouble => encode_argument(text),
            Self::PowerShellDouble => {
                escape(text, '`', |c| matches!(c, '"' | '$' | '`' | '\u{201c}'..='\u{201e}'))
            }
            Self::PowerShellHereDouble => escape(text, '`', |c| matches!(c, '$' | '`')),
            Self::ShellBare => encode_bare(text),
            Self::JsonString | Self::YamlDouble => encode_json(text),
            Self::Format => replace_each(text, |c| match c {
                '{' => Some("{{"),
                '}' => Some("}}"),
                _ => None,
            }),
        }
    }
}

/// The layers between a text and its file, innermost first. Four are the most that nest in practice (a JSON
/// string in a shell word in a YAML block in a fence); a fifth is dropped and makes the text read-only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    layers: [Encoding; 4],
    overflow: bool,
}

impl Chain {
    /// The chain with one more layer inside the others.
    #[must_use]
    pub fn inside(self, inner: Encoding) -> Self {
        // Prefixed lines within prefixed lines are one layer with the longer prefix.
        if inner == Encoding::Plain || (inner == Encoding::Lines && self.has(Encoding::Lines)) {
            return self;
        }
        let [a, b, c, d] = self.layers;
        Self { layers: [inner, a, b, c], overflow: self.overflow || d != Encoding::Plain }
    }

    /// Writes `text` through every layer, or `None` if there were more layers than a chain holds, or one of them
    /// cannot hold it.
    pub fn encode(self, text: &str, prefix: &str) -> Option<String> {
        if self.overflow {
            return None;
        }
        let mut out = text.to_owned();
        for layer in self.layers {
            if layer == Encoding::Unescaped && out.contains(|c: char| c < ' ' || matches!(c, '"' | '\\')) {
                return None;
            }
            if let Cow::Owned(encoded) = layer.encode(&out, prefix) {
                out = encoded;
            }
        }
        Some(out)
    }

    /// True if one of the layers is `encoding`.
    pub fn has(self, encoding: Encoding) -> bool {
        self.layers.contains(&encoding)
    }

    /// The innermost layer that is more than line prefixes.
    pub fn innermost(self) -> Encoding {
        self.layers[0]
    }
}

/// A quote takes a backslash, and each backslash right before it another.
fn encode_argument(text: &str) -> Cow<'_, str> {
    if !text.contains('"') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut backslashes = 0;
    for c in text.chars() {
        if c == '"' {
            out.extend(std::iter::repeat_n('\\', backslashes + 1));
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
        out.push(c);
    }
    Cow::Owned(out)
}

fn replace_each(text: &str, becomes: impl Fn(char) -> Option<&'static str>) -> Cow<'_, str> {
    if !text.chars().any(|c| becomes(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match becomes(c) {
            Some(replacement) => out.push_str(replacement),
            None => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn escape(text: &str, with: char, special: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&special) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if special(c) {
            out.push(with);
        }
        out.push(c);
    }
    Cow::Owned(out)
}

fn encode_bare(text: &str) -> Cow<'_, str> {
    let safe = |c: char| {
        c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '=' | ',' | '+' | '@' | '%')
    };
    if text.chars().all(safe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if c == '\n' {
            // A backslash before a line break joins lines, so the break needs quotes.
            out.push_str("'\n'");
        } else {
            if !safe(c) {
                out.push('\\');
            }
            out.push(c);
        }
    }
    Cow::Owned(out)
}

fn encode_json(text: &str) -> Cow<'_, str> {
    if !text.contains(|c: char| c == '"' || c == '\\' || c < ' ') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                use std::fmt::Write as _;
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_layer_escapes_its_own() {
        let text = "a'b\"c$d\\e`f\ng";
        assert_eq!(Encoding::ShellSingle.encode(text, ""), "a'\\''b\"c$d\\e`f\ng");
        assert_eq!(Encoding::ShellDouble.encode(text, ""), "a'b\\\"c\\$d\\\\e\\`f\ng");
        assert_eq!(Encoding::PowerShellSingle.encode(text, ""), "a''b\"c$d\\e`f\ng");
        assert_eq!(Encoding::PowerShellDouble.encode(text, ""), "a'b`\"c`$d\\e``f\ng");
        assert_eq!(Encoding::JsonString.encode(text, ""), "a'b\\\"c$d\\\\e`f\\ng");
        assert_eq!(Encoding::Lines.encode(text, "  "), "a'b\"c$d\\e`f\n  g");
    }

    #[test]
    fn a_chain_writes_from_the_inside_out() {
        let chain = Chain::default()
            .inside(Encoding::Lines)
            .inside(Encoding::ShellDouble)
            .inside(Encoding::JsonString);
        assert_eq!(chain.encode("\"\n", "> ").as_deref(), Some("\\\\\\\"\\\\n"));
    }

    #[test]
    fn a_fifth_layer_cannot_be_written() {
        let mut chain = Chain::default();
        for _ in 0..4 {
            chain = chain.inside(Encoding::JsonString);
        }
        assert!(chain.encode("x", "").is_some());
        assert_eq!(chain.inside(Encoding::JsonString).encode("x", ""), None);
    }
}
