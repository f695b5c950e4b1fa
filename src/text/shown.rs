//! Text that is shown: paths, values and messages made harmless.
//!
//! What is read was written by somebody else, and what is shown is read by a terminal and often by the program that
//! runs a pipeline. A file name with an escape sequence moves the cursor, one with a mark for right-to-left text
//! reads as another name, and a line `::add-mask::…` or `##vso[…]` is a command to the runner, whoever wrote it.
//! [`Shown`] is text in which none of that is left; the commands' writers take nothing else, and [`shown!`] makes it
//! of literals, numbers and other [`Shown`] texts only.
//!
//! Sources: `ActionCommand.cs` of `actions/runner` (`::name …::` at the start of a line behind white space, the older
//! `##[name …]` anywhere in it) and `Command.cs` of `microsoft/azure-pipelines-agent` (`##vso[…]` anywhere in a line).

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;

use memchr::memmem;
use serde::Serialize;

use super::odd::{Odd, odd};

/// The longest word between `##` and `[` that is taken for the name of a runner.
const LONGEST_RUNNER: usize = 16;

/// A piece of code within a message or Markdown, on one line, whatever is in it.
pub(crate) fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// Text that may be shown as it is: no control character but line breaks and tabs, none that has no width or turns
/// the direction, and no line that a runner takes for a command.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shown(String);

/// What [`shown!`](crate::shown!) takes: numbers, literals and [`Shown`] texts.
pub trait Show: fmt::Display {}

impl Show for Shown {}
impl Show for &'static str {}
impl<T: Show> Show for &T {}

macro_rules! numbers {
    ($($number:ty)*) => { $(impl Show for $number {})* };
}
numbers!(u8 u16 u32 u64 u128 usize i32 i64 isize f64);

/// Formats text that is shown. The arguments are [`Show`]: text that was read goes through [`Shown::line`] or
/// [`Shown::lines`] first, or it does not compile.
///
/// ```
/// use armbody::shown;
/// use armbody::text::Shown;
///
/// let path = Shown::line("a\u{1b}[2J.md");
/// assert_eq!(shown!("{}:{}: not current", path, 3).as_str(), r"a\u{1b}[2J.md:3: not current");
/// ```
///
/// ```compile_fail
/// armbody::shown!("{}: not current", std::env::args().next().unwrap_or_default());
/// ```
///
/// ```compile_fail
/// let path = std::env::args().next().unwrap_or_default();
/// armbody::shown!("{path}: not current");
/// ```
#[macro_export]
macro_rules! shown {
    // A format string that comes from a macro can capture nothing.
    ($format:literal $(, $argument:expr)* $(,)?) => {
        $crate::text::Shown::composed(::std::format_args!(
            ::std::concat!($format) $(, $crate::text::Shown::checked(&$argument))*
        ))
    };
}

impl Shown {
    /// `text` in one line: line breaks and tabs are written as escapes, too.
    pub fn line(text: &str) -> Self {
        Self(harmless(text, Layout::Line).into_owned())
    }

    /// `text` with its lines and tabs. A carriage return stays where it is part of a line's end.
    pub fn lines(text: &str) -> Self {
        Self(harmless(text, Layout::Lines).into_owned())
    }

    /// As [`Shown::lines`], but colours stay: sequences of a terminal that change nothing else.
    pub fn colored(text: &str) -> Self {
        Self(harmless(text, Layout::Colored).into_owned())
    }

    /// JSON text, whose strings keep their values: what would do harm is written in JSON's own escapes.
    pub fn json_text(text: &str) -> Self {
        let text = json_escaped(text);
        // JSON has no line that begins with a colon; what only claims to be JSON may have.
        Self(without_commands(&text).into_owned())
    }

    /// A value as JSON in one line, as [`Shown::json_text`]. Empty if the value has no JSON: a map whose keys are not
    /// strings.
    pub fn json(value: &impl Serialize) -> Self {
        let text = serde_json::to_string(value).unwrap_or_default();
        Self(match json_escaped(&text) {
            Cow::Owned(escaped) => escaped,
            Cow::Borrowed(_) => text,
        })
    }

    /// What [`shown!`] makes.
    #[doc(hidden)]
    pub fn composed(arguments: fmt::Arguments<'_>) -> Self {
        let text = fmt::format(arguments);
        // Parts that are harmless may be a command together.
        Self(match without_commands(&text) {
            Cow::Owned(broken) => broken,
            Cow::Borrowed(_) => text,
        })
    }

    #[doc(hidden)]
    pub fn checked<T: Show>(argument: &T) -> &T {
        argument
    }

    /// A command to a runner, which is ours: of parts that the runner's own escapes have made harmless.
    pub(crate) fn command(text: String) -> Self {
        Self(text)
    }

    /// Texts one after the other, each a line or ended by `between`.
    pub fn joined(parts: impl IntoIterator<Item = Self>, between: &'static str) -> Self {
        let mut parts = parts.into_iter();
        let Self(mut text) = parts.next().unwrap_or_default();
        for part in parts {
            text.push_str(between);
            text.push_str(&part.0);
        }
        Self(text)
    }

    /// Adds a text behind this one.
    pub fn push(&mut self, behind: &Self) {
        if self.0.is_empty() || self.0.ends_with('\n') {
            self.0.push_str(&behind.0);
            return;
        }
        // Parts of a line that are harmless may be a command together.
        let last = self.0.split_off(self.0.rfind('\n').map_or(0, |at| at + 1)) + &behind.0;
        self.0.push_str(&without_commands(&last));
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text without the line breaks and blanks that it ends with.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        self.0.truncate(self.0.trim_end().len());
        self
    }

    /// True if there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<Shown> for String {
    fn from(shown: Shown) -> Self {
        shown.0
    }
}

/// True if a character cannot be seen, or changes what others look like: control and format characters, the
/// separators of lines and paragraphs, letters without a glyph. Not the selectors of a character's variant, which
/// emoji are written with.
pub fn is_hidden(c: char) -> bool {
    match c {
        ' '..='~' | '\u{fe00}'..='\u{fe0f}' => false,
        '\0'..='\u{9f}' | '\u{2028}' | '\u{2029}' => true,
        c => odd(c) == Some(Odd::Invisible),
    }
}

/// What a hidden character is shown as. U+001A stands for a byte that is not UTF-8 and is shown as what does so
/// everywhere.
pub fn visible(c: char) -> impl fmt::Display {
    match c {
        '\n' => Visible::Text("\\n"),
        '\r' => Visible::Text("\\r"),
        '\t' => Visible::Text("\\t"),
        '\u{1a}' => Visible::Text("\u{fffd}"),
        c => Visible::Number(c as u32),
    }
}

enum Visible {
    Text(&'static str),
    Number(u32),
}

impl fmt::Display for Visible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "\\u{{{number:x}}}"),
        }
    }
}

/// What stays as it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// Nothing that moves the cursor.
    Line,
    /// Line breaks and tabs.
    Lines,
    /// The same, and colours.
    Colored,
}

fn harmless(text: &str, layout: Layout) -> Cow<'_, str> {
    let Some(first) = first_odd(text) else { return without_commands(text) };
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(c) = rest.chars().next() {
        let kept = match (c, layout) {
            ('\n' | '\t', Layout::Lines | Layout::Colored) => 1,
            ('\r', Layout::Lines | Layout::Colored) if rest.starts_with("\r\n") => 2,
            ('\u{1b}', Layout::Colored) => color(rest),
            _ if is_hidden(c) => 0,
            _ => c.len_utf8(),
        };
        if kept > 0 {
            out.push_str(&rest[..kept]);
            rest = &rest[kept..];
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "{}", visible(c));
            rest = &rest[c.len_utf8()..];
        }
    }
    match without_commands(&out) {
        Cow::Owned(broken) => Cow::Owned(broken),
        Cow::Borrowed(_) => Cow::Owned(out),
    }
}

/// The first byte that is not printable ASCII and may have to be written otherwise.
fn first_odd(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte);
    let mut at = 0;
    for chunk in bytes.chunks(64) {
        // Without an early end the compiler takes many bytes at a time.
        if !chunk.iter().fold(true, |plain, &byte| plain & is_plain(byte)) {
            let within = text.get(at..).unwrap_or_default();
            let odd = within.char_indices().find(|&(_, c)| is_hidden(c));
            return odd.map(|(offset, _)| at + offset);
        }
        at += chunk.len();
    }
    None
}

/// The length of a sequence that sets colours, at the start of `text`; 0 if there is none.
fn color(text: &str) -> usize {
    let Some(behind) = text.strip_prefix("\u{1b}[") else { return 0 };
    let numbers = behind.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b';').count();
    if behind.as_bytes().get(numbers) == Some(&b'm') { "\u{1b}[".len() + numbers + 1 } else { 0 }
}

/// `text` with a blank in whatever a runner would take for a command: `# #[error]…`, `: :error::…`.
fn without_commands(text: &str) -> Cow<'_, str> {
    let mut cuts = hashes(text);
    cuts.extend(colons(text));
    if cuts.is_empty() {
        return Cow::Borrowed(text);
    }
    cuts.sort_unstable();
    let mut out = String::with_capacity(text.len() + cuts.len());
    let mut done = 0;
    for cut in cuts {
        out.push_str(&text[done..cut]);
        out.push(' ');
        done = cut;
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// Where the second `#` of each `##[` and `##name[` is.
fn hashes(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = memmem::find(&bytes[at..], b"##") {
        at += next + 1;
        let behind = &bytes[at + 1..];
        let name = behind.iter().take(LONGEST_RUNNER).take_while(|byte| byte.is_ascii_alphabetic()).count();
        if behind.get(name) == Some(&b'[') {
            found.push(at);
        }
    }
    found
}

/// Where the second `:` of each `::` at the start of a line is.
fn colons(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut done = 0;
    for at in memmem::find_iter(text.as_bytes(), b"::") {
        let before = &text[done..at];
        let blank = &before[before.trim_end().len()..];
        if blank.contains(['\n', '\r']) || (done == 0 && blank.len() == at) {
            found.push(at + 1);
        }
        done = at + 2;
    }
    found
}

fn json_escaped(text: &str) -> Cow<'_, str> {
    let hashes = hashes(text);
    let first = match (first_odd_of_json(text), hashes.first()) {
        (None, None) => return Cow::Borrowed(text),
        (odd, hash) => odd.into_iter().chain(hash.map(|hash| hash - 1)).min().unwrap_or(0),
    };
    let mut hashes = hashes.into_iter().map(|hash| hash - 1).peekable();
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    for (offset, c) in text[first..].char_indices() {
        let is_hash = hashes.next_if_eq(&(first + offset)).is_some();
        if !is_hash && (matches!(c, '\n' | '\r' | '\t') || !is_hidden(c)) {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    Cow::Owned(out)
}

/// [`first_odd`], but for the line breaks and the indentation between JSON's tokens.
fn first_odd_of_json(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += first_odd(&text[at..])?;
        if !text[at..].starts_with(['\n', '\r', '\t']) {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        Shown::line(text).into()
    }

    fn lines(text: &str) -> String {
        Shown::lines(text).into()
    }

    #[test]
    fn what_cannot_be_seen_is_written_as_an_escape() {
        assert_eq!(line("docs/Übersicht 1.md"), "docs/Übersicht 1.md");
        assert_eq!(line("a\u{1b}[2Jb\u{7f}\u{9b}c"), r"a\u{1b}[2Jb\u{7f}\u{9b}c");
        assert_eq!(line("a\nb\r\nc\td"), r"a\nb\r\nc\td");
        assert_eq!(line("a\u{202e}b\u{200b}c\u{2028}d\u{feff}"), r"a\u{202e}b\u{200b}c\u{2028}d\u{feff}");
        assert_eq!(line("\u{e0041}x\u{ad}"), r"\u{e0041}x\u{ad}");
        assert_eq!(line("\u{26a0}\u{fe0f} \u{1f600}"), "\u{26a0}\u{fe0f} \u{1f600}");
        assert_eq!(lines("a\r\n\tb\rc\n\u{1b}[31md"), "a\r\n\tb\\rc\n\\u{1b}[31md");
        let long = "x".repeat(200) + "é\u{85}";
        assert_eq!(line(&long), "x".repeat(200) + "é\\u{85}");
    }

    #[test]
    fn colours_stay_and_nothing_else_does() {
        let shown = Shown::colored("\u{1b}[1m\u{1b}[38;5;9merror\u{1b}[0m \u{1b}[2J \u{1b}]0;t\u{7}\u{1b}[1");
        assert_eq!(
            shown.as_str(),
            "\u{1b}[1m\u{1b}[38;5;9merror\u{1b}[0m \\u{1b}[2J \\u{1b}]0;t\\u{7}\\u{1b}[1"
        );
    }

    #[test]
    fn no_line_is_a_command() {
        assert_eq!(line("::error::x"), ": :error::x");
        assert_eq!(line(" \u{a0}::error::x"), " \u{a0}: :error::x");
        assert_eq!(lines("a::b::\n:::x\r\n \t ::add-mask::y"), "a::b::\n: ::x\r\n \t : :add-mask::y");
        assert_eq!(
            line("x ##vso[task.x]##[error] ###[a] ##VSO[b]"),
            "x # #vso[task.x]# #[error] ## #[a] # #VSO[b]"
        );
        assert_eq!(line("## Heading [a](b) a::b #[x] ##é[ "), "## Heading [a](b) a::b #[x] ##é[ ");
        // Parts that are harmless, together.
        assert_eq!(shown!("{}{}{}", "##", Shown::line("vso"), Shown::line("[x]")).as_str(), "# #vso[x]");
        assert_eq!(shown!("{}{}", Shown::line(":"), Shown::line(":error::")).as_str(), ": :error::");
    }

    #[test]
    fn json_keeps_its_values() {
        for value in
            ["a\u{202e}b", "##vso[x]", "###[\u{1b}\u{7f}é", "\u{e0041}\n\t\\##[", "::error::", "plain"]
        {
            let shown = Shown::json(&value);
            assert_eq!(serde_json::from_str::<String>(shown.as_str()).unwrap(), value, "{shown}");
            assert!(!shown.as_str().contains("##["), "{shown}");
            assert!(!shown.as_str().contains("##vso["), "{shown}");
            assert!(!shown.as_str().chars().any(is_hidden), "{shown}");
        }
        assert_eq!(Shown::json_text("{\n\t\"a\": 1\r\n}\n").as_str(), "{\n\t\"a\": 1\r\n}\n");
    }

    #[test]
    fn what_is_harmless_is_left_alone() {
        for text in ["\u{1b}a\n::b::##[c", "x ##vso[y", "\u{202e}", ":::::", "\u{1a}"] {
            for shown in [Shown::line(text), Shown::lines(text), Shown::colored(text), Shown::json_text(text)]
            {
                assert_eq!(Shown::lines(shown.as_str()), shown);
                assert_eq!(shown!("{}", shown), shown);
            }
        }
    }

    /// Unicode's own categories, as another crate has them.
    #[test]
    fn every_control_and_format_character_is_hidden() {
        let odd = regex::Regex::new(r"^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]$").unwrap();
        for c in '\0'..=char::MAX {
            if odd.is_match(c.encode_utf8(&mut [0; 4])) {
                assert!(is_hidden(c), "U+{:04X}", c as u32);
            }
        }
        for c in " aé~ß中\u{a0}\u{3000}\u{fe0f}\u{301}\u{1f600}".chars() {
            assert!(!is_hidden(c), "U+{:04X}", c as u32);
        }
    }
}
