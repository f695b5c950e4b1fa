//! POSIX shell text as people write it in documents and scripts: commands made of words.
//!
//! What a shell would reject is read as what was meant: `<SUBSCRIPTION ID>` is part of a word, an unquoted URL
//! keeps its `&`, a prompt is not a command, and a quote that is never closed ends where the next request
//! begins. Each word is a [`Fragment`]: decoded, and able to say where in the file each of its bytes stands.

mod braces;
mod branches;
mod calls;
mod judge;
mod lexer;
mod meant;
mod prompt;
mod quoted;
mod starts;

use super::Quoting;
use super::programs::mentions;
use crate::text::{Fragment, Span};

pub use super::command::{Assignment, Command, Redirect, RedirectKind, Word, program_name};
pub use calls::calls;

/// How deep commands are looked for inside the substitutions, scripts and heredocs of other commands.
const MAX_NESTING: u8 = 6;

/// What a text may hold besides what a POSIX shell reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dialect {
    /// Lines may begin with a prompt (`$ curl`, `# curl`, `PS C:\> curl`), as in a document.
    pub prompts: bool,
    /// The Windows command prompt's quoting: in `"…"` only `\"` is an escape and `$` is nothing special.
    pub command_prompt: bool,
    /// Nobody says which shell it is: the marks at the ends of lines may be another one's.
    pub unsaid: bool,
}

impl Dialect {
    /// A block of a document, by the language that its author gave it.
    pub fn of_block(language: &str) -> Self {
        let command_prompt =
            ["cmd", "bat", "batch", "dos", "doscon"].iter().any(|name| language.eq_ignore_ascii_case(name));
        let said = ["bash", "sh", "shell", "zsh", "ksh", "dash", "posix", "bsh"];
        let unsaid = !said.iter().any(|name| language.eq_ignore_ascii_case(name));
        Self { prompts: true, command_prompt, unsaid: unsaid && !command_prompt }
    }

    /// The same, or the Windows command prompt if nobody says which shell it is and the lines of `text` go on as
    /// they do there.
    fn for_text(self, text: &str) -> Self {
        let goes_on = |mark: char| text.lines().any(|line| line.trim_end().ends_with(mark));
        let is_batch = || text.lines().any(|line| begins_batch(line.trim_start()));
        let command_prompt =
            self.command_prompt || (self.unsaid && !goes_on('\\') && (goes_on('^') || is_batch()));
        Self { command_prompt, ..self }
    }
}

/// True for a line that only the Windows command prompt takes: `for /f %i in (…)`, `@echo off`, `set "a=b"`.
fn begins_batch(line: &str) -> bool {
    ["for /", "for %", "@echo ", "@for ", "@set ", "setlocal", "set \""]
        .iter()
        .any(|begin| line.get(..begin.len()).is_some_and(|head| head.eq_ignore_ascii_case(begin)))
}

impl<'s> Command<'s> {
    fn is_empty(&self) -> bool {
        self.words.is_empty() && self.assignments.is_empty() && self.redirects.is_empty()
    }

    /// The texts that are scripts themselves: `bash -c '…'`, `ssh host '…'`, a heredoc with commands in it.
    fn scripts(&self) -> impl Iterator<Item = &Fragment<'s>> {
        let requests = self.program_name().is_some_and(|name| starts::is_known(&name));
        let words = self.words.iter().map(|word| &word.text).filter(move |_| !requests);
        let texts_of = |it: &&Assignment<'s>| it.items.is_none();
        let values = self.assignments.iter().filter(texts_of).map(|assignment| &assignment.value);
        let texts = self.redirects.iter().filter(|redirect| redirect.kind == RedirectKind::HereDocument);
        words
            .chain(values)
            .chain(texts.map(|redirect| &redirect.text))
            .filter(|text| text.text().contains([' ', '\n']) && mentions_known_outside_expansions(text))
    }
}

/// The name of the parameter of `OData` or of a JSON schema that `text`, which begins with `$`, is: no variable.
pub(in crate::notation) fn odata_name(text: &str) -> Option<&str> {
    const NAMES: [&str; 11] = [
        "filter",
        "expand",
        "top",
        "select",
        "skip",
        "skipToken",
        "orderby",
        "count",
        "search",
        "schema",
        "ref",
    ];
    let name = text.strip_prefix('$')?;
    let len = name.bytes().take(16).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let name = &name[..len];
    NAMES.iter().any(|it| it.eq_ignore_ascii_case(name)).then_some(name)
}

/// Where the first line of a text begins that certainly begins a request, a prompt before it or not.
pub fn first_request(text: &str) -> Option<usize> {
    starts::starts(text, 0, true).first().map(|start| start.line)
}

/// The commands of a text in the order in which they stand, those inside `$(…)`, backticks and quoted scripts
/// after the ones around them. Takes time linear in the text.
pub fn commands<'s>(code: &Fragment<'s>, dialect: Dialect) -> Vec<Command<'s>> {
    let mut found = Vec::new();
    read_nested(code, code.span(), dialect, 0, &mut found);
    found
}

/// The commands of a text, some lines at a time: no command has to do with those of another stretch, but for the
/// variables and files that those have set.
struct Stretches<'f, 's> {
    code: &'f Fragment<'s>,
    dialect: Dialect,
    reader: Reader<'f, 's>,
}

enum Reader<'f, 's> {
    Posix(Box<lexer::Lexer<'f, 's>>),
    Prompt(Box<prompt::Reader<'f, 's>>),
}

impl<'f, 's> Stretches<'f, 's> {
    fn of(code: &'f Fragment<'s>, dialect: Dialect) -> Self {
        let reader = if dialect.command_prompt {
            Reader::Prompt(Box::new(prompt::Reader::new(code, code.span(), dialect)))
        } else {
            Reader::Posix(Box::new(lexer::Lexer::new(code, code.span(), dialect)))
        };
        Self { code, dialect, reader }
    }
}

impl Stretches<'_, '_> {
    /// What is to be said of a prompt before a command, once all have been read.
    fn copied_prompt(&self, prompt: Span) -> Option<Quoting> {
        match &self.reader {
            Reader::Posix(lexer) if lexer.tells_prompts() => Some(lexer.copied_prompt(prompt)),
            Reader::Posix(_) | Reader::Prompt(_) => None,
        }
    }
}

impl<'s> Iterator for Stretches<'_, 's> {
    type Item = Vec<Command<'s>>;

    fn next(&mut self) -> Option<Self::Item> {
        let (commands, substitutions) = match &mut self.reader {
            Reader::Posix(lexer) => lexer.read_on()?,
            Reader::Prompt(reader) => (reader.read_on()?, Vec::new()),
        };
        let mut found = Vec::new();
        add(self.code, commands, substitutions, self.dialect, 0, &mut found);
        Some(found)
    }
}

/// Recurses at most [`MAX_NESTING`] deep.
fn read_nested<'s>(
    code: &Fragment<'s>,
    span: Span,
    dialect: Dialect,
    depth: u8,
    found: &mut Vec<Command<'s>>,
) {
    if dialect.command_prompt {
        return add(code, prompt::commands(code, span, dialect), Vec::new(), dialect, depth, found);
    }
    let mut lexer = lexer::Lexer::new(code, span, dialect);
    let from = found.len();
    while let Some((commands, substitutions)) = lexer.read_on() {
        add(code, commands, substitutions, dialect, depth, found);
    }
    let copied = lexer.tells_prompts();
    for command in &mut found[from..] {
        let prompt = command.prompt.take().filter(|_| copied);
        command.quoting.extend(prompt.map(|prompt| lexer.copied_prompt(prompt)));
    }
}

/// Adds commands, and those within them.
fn add<'s>(
    code: &Fragment<'s>,
    mut commands: Vec<Command<'s>>,
    substitutions: Vec<Span>,
    dialect: Dialect,
    depth: u8,
    found: &mut Vec<Command<'s>>,
) {
    let scripts: Vec<Fragment<'s>> =
        commands.iter().flat_map(Command::scripts).filter(|_| depth < MAX_NESTING).cloned().collect();
    // The words of an array are a command's as they stand: line breaks part them as blanks do.
    let is_command = |items: &&Vec<Word<'s>>| {
        items.first().is_some_and(|first| starts::is_known(&program_name(first.text.text())))
    };
    let arrays = commands.iter().flat_map(|it| &it.assignments).filter_map(|it| it.items.as_ref());
    let mut arrays: Vec<Command<'s>> = arrays
        .filter(is_command)
        .map(|items| Command { words: items.clone(), ..Command::default() })
        .collect();
    let before = found.len();
    for command in &mut commands {
        command.input = command.input.map(|index| index + before);
    }
    found.append(&mut commands);
    found.append(&mut arrays);
    if depth == MAX_NESTING {
        return;
    }
    for inner in substitutions {
        let text = &code.text()[inner.range()];
        // What it writes may be the body of a call.
        let writes = text.contains("<<") || text.starts_with("echo ") || text.starts_with("printf ");
        if writes || mentions(text) {
            read_nested(code, inner, dialect, depth + 1, found);
        }
    }
    for script in scripts {
        read_nested(&script, script.span(), Dialect { prompts: false, ..dialect }, depth + 1, found);
    }
}

/// Expansions were looked into where they stand.
fn mentions_known_outside_expansions(text: &Fragment<'_>) -> bool {
    let mut done = 0;
    let gap = text.expansions().any(|span| {
        let gap = done..span.start as usize;
        done = span.end as usize;
        mentions(&text.text()[gap])
    });
    gap || mentions(&text.text()[done..])
}

#[cfg(test)]
mod tests;
