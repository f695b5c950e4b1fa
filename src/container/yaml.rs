//! Pipelines and workflows: the scripts of their steps.
//!
//! Read line by line, by the indentation, which is all that tells where a step begins and a script ends; what
//! else YAML has is not a concern here.

mod scalar;

use crate::notation::shell::Dialect;
use crate::notation::{Call, Scope, may_set, mentions_call, powershell, shell};
use crate::text::{Fragment, Source, Span};

/// Keys whose value is a script, in small letters.
const SCRIPT_KEYS: [&str; 9] =
    ["run", "script", "inlinescript", "inline", "bash", "pwsh", "powershell", "command", "cmd"];
/// Keys whose value is a list of scripts that run one after the other, in small letters.
const LIST_KEYS: [&str; 5] = ["script", "before_script", "after_script", "commands", "cmds"];

/// More open mappings than this are not a pipeline.
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
    scripts.sort_by_key(|script| script.code.to_file(script.code.span()).start);
    let mut calls = Vec::new();
    let mut session = None;
    let mut scope = Scope::of(text.text().len());
    for Script { code, language, session: own } in &scripts {
        if own.is_none() || *own != session {
            scope = scope.beside();
            session = *own;
        }
        // What a session's earlier scripts set, its later ones may use.
        let matters = mentions_call(code.text()) || (own.is_some() && may_set(code.text()));
        if !matters {
            continue;
        }
        let powershell = match language {
            Some(language) => *language == Language::PowerShell,
            None => powershell::is_likely(code.text()),
        };
        calls.extend(if powershell {
            powershell::calls(code, false, &mut scope)
        } else {
            let command_prompt = *language == Some(Language::CommandPrompt);
            shell::calls(code, Dialect { prompts: false, command_prompt, unsaid: false }, &mut scope)
        });
    }
    calls
}

/// A script of a step.
struct Script<'s> {
    code: Fragment<'s>,
    language: Option<Language>,
    /// The mapping whose lists of scripts run in one session; none for a script that runs alone.
    session: Option<usize>,
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
    scripts: Vec<Script<'s>>,
    /// Its number among all mappings.
    number: usize,
}

struct Scanner<'f, 's> {
    text: &'f Fragment<'s>,
    lines: Vec<Span>,
    open: Vec<Mapping<'s>>,
    last_key: String,
    /// What `defaults: run: shell:` says.
    default: Option<Language>,
    found: Vec<Script<'s>>,
    mappings: usize,
}

impl<'f, 's> Scanner<'f, 's> {
    fn new(text: &'f Fragment<'s>) -> Self {
        let mut start = 0;
        let mut lines = Vec::new();
        for line in text.text().split_inclusive('\n') {
            lines.push(Span::new(start, start + line.len()));
            start += line.len();
        }
        Self {
            text,
            lines,
            open: Vec::new(),
            last_key: String::new(),
            default: None,
            found: Vec::new(),
            mappings: 0,
        }
    }

    fn run(mut self) -> Vec<Script<'s>> {
        let mut index = 0;
        while index < self.lines.len() {
            index = self.line(index);
        }
        self.close(0);
        let default = self.default;
        for script in &mut self.found {
            script.language = script.language.or(default);
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
        let mut mark = column;
        while let Some(item) = rest.strip_prefix('-').filter(|rest| rest.starts_with(' ') || rest.is_empty())
        {
            self.close(column + 1);
            is_item = true;
            mark = column;
            rest = item.trim_start_matches(' ');
            column = line.len() - rest.len();
        }
        self.close(column + 1);
        if is_item && LIST_KEYS.contains(&self.last_key.as_str()) {
            let value = without_anchor(rest);
            let quoted = value.starts_with(['"', '\'', '|', '>']);
            if quoted || !value.is_empty() && key_and_value(value).is_none() {
                return self.item(index, span.start as usize + line.len() - value.len(), mark);
            }
        }
        let Some((key, value)) = key_and_value(rest) else { return index + 1 };
        if (is_item || self.open.last().is_none_or(|open| open.column < column))
            && self.open.len() < MAX_DEPTH
        {
            let key = std::mem::take(&mut self.last_key);
            let number = self.mappings;
            self.mappings += 1;
            self.open.push(Mapping { column, is_item, key, language: None, scripts: Vec::new(), number });
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
                open.scripts.push(Script { code: script, language: None, session: None });
            }
        } else if value.starts_with(['|', '>']) {
            // Another text: nothing in it is a key.
            next = scalar::block_end(self.text, &self.lines, index + 1, column);
        }
        self.last_key = key;
        next
    }

    /// Reads an item of a list of scripts, whose text begins at `start`, behind the mark at `column`.
    fn item(&mut self, index: usize, start: usize, column: usize) -> usize {
        let (code, next) = scalar::read(self.text, &self.lines, index, start, column);
        if let Some(open) = self.open.last_mut() {
            open.scripts.push(Script { code, language: None, session: Some(open.number) });
        }
        next
    }

    /// Ends the mappings whose keys stand at `column` or to the right of it.
    fn close(&mut self, column: usize) {
        while let Some(mapping) = self.open.pop_if(|open| open.column >= column) {
            match (mapping.language, self.open.last_mut()) {
                (None, Some(parent)) if !mapping.is_item => parent.scripts.extend(mapping.scripts),
                (language, _) => {
                    let known =
                        |script: Script<'s>| Script { language: script.language.or(language), ..script };
                    self.found.extend(mapping.scripts.into_iter().map(known));
                }
            }
        }
    }
}

/// A value without the anchor or tag before it.
fn without_anchor(value: &str) -> &str {
    let mut value = value;
    while value.starts_with(['&', '!']) {
        let Some((_, rest)) = value.split_once(' ') else { break };
        value = rest.trim_start();
    }
    value
}

/// The key and the value of `key: value`.
fn key_and_value(text: &str) -> Option<(&str, &str)> {
    let colon = memchr::memchr_iter(b':', text.as_bytes())
        .find(|&at| text[at + 1..].is_empty() || text[at + 1..].starts_with([' ', '\t']))?;
    let key = text[..colon].trim().trim_matches(['"', '\'']);
    (!key.is_empty() && key.len() < 100).then(|| (key, text[colon + 1..].trim_start()))
}
