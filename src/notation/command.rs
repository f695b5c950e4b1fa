//! A command of a shell: its words, what it sets, where it reads from and writes to.

use std::borrow::Cow;

use super::Quoting;
use crate::text::{Fragment, Span};

/// Words that may stand before the program that a command runs.
pub(super) const BEFORE: [&str; 22] = [
    "sudo", "time", "env", "exec", "nohup", "command", "builtin", "eval", "xargs", "watch", "if", "then",
    "else", "elif", "while", "until", "do", "!", "{", "&", "$", "%",
];

/// More words than this do not stand before a program's name.
const MAX_BEFORE: usize = 16;

/// One word and where it stands.
#[derive(Clone, Debug)]
pub struct Word<'s> {
    /// The word without its quotes.
    pub text: Fragment<'s>,
    /// Its bytes in the file, quotes included.
    pub span: Span,
}

impl Word<'_> {
    /// True for `[--name]`, which stands in a description of options. In quotes it is a value.
    pub(super) fn is_optional(&self) -> bool {
        let bytes = (self.span.end - self.span.start) as usize;
        self.text.text().starts_with("[-") && bytes == self.text.text().len()
    }
}

/// `NAME=value` before a command, alone, or after `export`.
#[derive(Clone, Debug)]
pub struct Assignment<'s> {
    /// The variable.
    pub name: String,
    /// Its value, without quotes.
    pub value: Fragment<'s>,
    /// The value is added to the one that the variable has: `NAME+=value`.
    pub appends: bool,
    /// The words of an array: `NAME=(a b)`.
    pub items: Option<Vec<Word<'s>>>,
}

/// What a redirection does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedirectKind {
    /// `< file`
    Input,
    /// `> file`, `>> file`, `2> file`, `>&1`
    Output,
    /// `<<< text`
    HereString,
    /// `<<EOF` and the lines up to `EOF`
    HereDocument,
}

/// A redirection and the file that it names, or the text that it gives.
#[derive(Clone, Debug)]
pub struct Redirect<'s> {
    /// What it does.
    pub kind: RedirectKind,
    /// The file's name, the string or the lines of the heredoc without the last line break.
    pub text: Fragment<'s>,
}

/// A simple command.
#[derive(Clone, Debug, Default)]
pub struct Command<'s> {
    /// Its words, from the program's name (and whatever stands before it: `sudo`, `if`) on.
    pub words: Vec<Word<'s>>,
    /// The variables that it sets.
    pub assignments: Vec<Assignment<'s>>,
    /// Its redirections and heredocs.
    pub redirects: Vec<Redirect<'s>>,
    /// The index, among the commands of the same text, of the command whose output it reads.
    pub input: Option<usize>,
    /// It is a pattern of `case`, behind which a branch begins.
    pub is_pattern: bool,
    /// What its quoting does to it.
    pub quoting: Vec<Quoting>,
    /// The prompt before it, if whoever copies the line may copy that too.
    pub(in crate::notation) prompt: Option<Span>,
    /// It has more words, or pieces of words, than are kept: it is not read whole.
    pub is_cut_short: bool,
}

impl Command<'_> {
    /// The index of the word that names the program: behind `sudo`, `env`, `time`, `if` and their like.
    pub fn program(&self) -> Option<usize> {
        program(self.words.iter().map(|word| word.text.text()))
    }

    /// The program's name without its folder and without `.exe`, in small letters.
    pub fn program_name(&self) -> Option<Cow<'_, str>> {
        self.program().map(|index| program_name(self.words[index].text.text()))
    }
}

/// The name of a program without its folder and without `.exe`, in small letters.
pub fn program_name(word: &str) -> Cow<'_, str> {
    let name = &word[memchr::memrchr2(b'/', b'\\', word.as_bytes()).map_or(0, |at| at + 1)..];
    let len = name.len().saturating_sub(4);
    let is_program = name.get(len..).is_some_and(|end| end.eq_ignore_ascii_case(".exe"));
    let name = if is_program { &name[..len] } else { name };
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// The index of the word that names the program.
fn program<'w>(words: impl Iterator<Item = &'w str>) -> Option<usize> {
    let mut prefixed = false;
    let mut value_of_option = false;
    for (index, word) in words.take(MAX_BEFORE).enumerate() {
        if value_of_option {
            value_of_option = false;
        } else if prefixed && word.starts_with('-') {
            value_of_option = matches!(word, "-u" | "-g" | "-n" | "-I" | "-S" | "-h");
        } else if BEFORE.contains(&word) {
            prefixed = true;
        } else if !(prefixed && word.starts_with(|c: char| c.is_ascii_digit())) {
            return Some(index);
        }
    }
    None
}
