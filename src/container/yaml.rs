//! Pipelines and workflows: the scripts of their steps.
//!
//! Read line by line, by the indentation, which is all that tells where a step begins and a script ends; what
//! else YAML has is no concern here.

mod scalar;

use crate::notation::shell::Dialect;
use crate::notation::{Call, Scope, mentions_call, powershell, shell};
use crate::text::{Fragment, Source, Span};

/// Keys whose value is a script, in small letters.
const SCRIPT_KEYS: [&str; 7] = ["run", "script", "inlinescript", "inline", "bash", "pwsh", "powershell"];

/// More open mappings than this are no pipeline.
const MAX_DEPTH: usize = 64;

/// The calls of every script in the file.
pub(super) fn calls(source: &Source) -> Vec<Call<'_>> {
    if !mentions_call(source.text()) {
        return Vec::new();
    }
    let text = super::with_plain_line_breaks(&source.fragment());
    super::with_context(source, calls_in(&text))
}

/// The calls of every script in a text.
pub(super) fn calls_in<'s>(text: &Fragment<'s>) -> Vec<Call<'s>> {
    let mut scripts = Scanner::new(text).run();
    scripts.sort_by_key(|(code, _)| code.to_file(code.span()).start);
    let mut calls = Vec::new();
    for (code, language) in scripts.iter().filter(|(code, _)| mentions_call(code.text())) {
        let mut scope = Scope::default();
        let powershell = match language {
            Some(language) => *language == Language::PowerShell,
            None => powershell::is_likely(code.text()),
        };
        calls.extend(if powershell {
            powershell::calls(code, false, &mut scope)
        } else {
            let command_prompt = *language == Some(Language::CommandPrompt);
            shell::calls(code, Dialect { prompts: false, command_prompt }, &mut scope)
        });
    }
    calls
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Shell,
    CommandPrompt,
    PowerShell,
}

impl Language {
    /// What `key: value` says of the language of the scripts beside it.
    fn of(key: &str, value: &str) -> Option<Self> {
        let value = value.trim_matches(['"', '\'']).to_ascii_lowercase();
        let named = |text: &str| match text {
            "pwsh" | "powershell" | "pscore" | "ps" => Some(Self::PowerShell),
            "bash" | "sh" => Some(Self::Shell),
            "cmd" | "batch" => Some(Self::CommandPrompt),
            _ => None,
        };
        match key {
            "shell" | "scripttype" => named(value.split(' ').next().unwrap_or("")),
            "task" | "uses" if value.contains("powershell") => Some(Self::PowerShell),
            "task" if value.starts_with("bash") => Some(Self::Shell),
            "pwsh" | "powershell" | "bash" => named(key),
            _ => None,
        }
    }
}

/// A mapping that is being read.
struct Mapping<'s> {
    /// Where its keys begin.
    column: usize,
    /// It is an item of a list: a step, a job.
    is_item: bool,
    /// The key that it is the value of.
    key: String,
    language: Option<Language>,
    /// Its scripts, and those of mappings in it, whose language is not known yet.
    scripts: Vec<Fragment<'s>>,
}

struct Scanner<'f, 's> {
    text: &'f Fragment<'s>,
    lines: Vec<Span>,
    open: Vec<Mapping<'s>>,
    last_key: String,
    /// What `defaults: run: shell:` says.
    default: Option<Language>,
    found: Vec<(Fragment<'s>, Option<Language>)>,
}

impl<'f, 's> Scanner<'f, 's> {
    fn new(text: &'f Fragment<'s>) -> Self {
        let mut start = 0;
        let mut lines = Vec::new();
        for line in text.text().split_inclusive('\n') {
            lines.push(Span::new(start, start + line.len()));
            start += line.len();
        }
        Self { text, lines, open: Vec::new(), last_key: String::new(), default: None, found: Vec::new() }
    }

    fn run(mut self) -> Vec<(Fragment<'s>, Option<Language>)> {
        let mut index = 0;
        while index < self.lines.len() {
            index = self.line(index);
        }
        self.close(0);
        let default = self.default;
        for (_, language) in &mut self.found {
            *language = language.or(default);
        }
        self.found
    }

    /// Reads the line and what belongs to its value; gives the next line.
    fn line(&mut self, index: usize) -> usize {
        let span = self.lines[index];
        let whole = self.text.text();
        let line = whole[span.range()].trim_end();
        let mut rest = line.trim_start_matches(' ');
        let mut column = line.len() - rest.len();
        if rest.is_empty() || rest.starts_with('#') {
            return index + 1;
        }
        let mut is_item = false;
        while let Some(item) = rest.strip_prefix('-').filter(|rest| rest.starts_with(' ') || rest.is_empty())
        {
            self.close(column + 1);
            is_item = true;
            rest = item.trim_start_matches(' ');
            column = line.len() - rest.len();
        }
        self.close(column + 1);
        let Some((key, value)) = key_and_value(rest) else { return index + 1 };
        if (is_item || self.open.last().is_none_or(|open| open.column < column))
            && self.open.len() < MAX_DEPTH
        {
            let key = std::mem::take(&mut self.last_key);
            self.open.push(Mapping { column, is_item, key, language: None, scripts: Vec::new() });
        }
        let key = key.to_ascii_lowercase();
        if let Some(language) = Language::of(&key, value) {
            let Some(open) = self.open.last_mut() else { return index + 1 };
            // `scriptType` says more than the task's name.
            if open.language.is_none() || key != "task" {
                open.language = Some(language);
            }
            if key == "shell" && open.key == "run" {
                self.default = Some(language);
            }
        }
        let mut next = index + 1;
        if SCRIPT_KEYS.contains(&key.as_str()) && !value.is_empty() {
            let start = span.start as usize + line.len() - value.len();
            let (script, behind) = scalar::read(self.text, &self.lines, index, start, column);
            next = behind;
            if let Some(open) = self.open.last_mut() {
                open.scripts.push(script);
            }
        } else if value.starts_with(['|', '>']) {
            // Another text: nothing in it is a key.
            next = scalar::block_end(self.text, &self.lines, index + 1, column);
        }
        self.last_key = key;
        next
    }

    /// Ends the mappings whose keys stand at `column` or to the right of it.
    fn close(&mut self, column: usize) {
        while let Some(mapping) = self.open.pop_if(|open| open.column >= column) {
            match (mapping.language, self.open.last_mut()) {
                (None, Some(parent)) if !mapping.is_item => parent.scripts.extend(mapping.scripts),
                (language, _) => {
                    self.found.extend(mapping.scripts.into_iter().map(|script| (script, language)));
                }
            }
        }
    }
}

/// The key and the value of `key: value`.
fn key_and_value(text: &str) -> Option<(&str, &str)> {
    let colon = memchr::memchr_iter(b':', text.as_bytes())
        .find(|&at| text[at + 1..].is_empty() || text[at + 1..].starts_with([' ', '\t']))?;
    let key = text[..colon].trim().trim_matches(['"', '\'']);
    (!key.is_empty() && key.len() < 100).then(|| (key, text[colon + 1..].trim_start()))
}
