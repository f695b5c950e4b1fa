//! PowerShell as people write it in documents and scripts: the cmdlets that make requests, and the programs
//! that are called from it.
//!
//! Text becomes tokens (`lexer`), tokens statements: assignments, which are remembered in the [`Scope`], and
//! commands, of which those that make requests are read. Nothing is run, and nothing recurses into brackets:
//! each knows its partner, and the commands within are met on the way.

mod cmdlets;
mod data;
mod decode;
mod known;
mod lexer;
mod table;
mod write;

use std::ops::Range;

use self::data::Data;
use self::known::Program;
use self::lexer::{Bracket, Kind, Token, Tokens};
pub(super) use self::table::Table;
use super::shell::{Command, Word};
use super::variables::{Language, Value};
use super::{Call, Scope, curl, programs};
use crate::text::{Fragment, Marks, Span};

pub use self::write::InvokeAzRestMethod;

/// A value of more tokens than this is not looked into.
const MAX_TOKENS: usize = 4096;
/// How deep commands are looked for inside the substitutions of strings.
const MAX_NESTING: u8 = 4;

/// The calls that a PowerShell text makes, in the order in which they stand; `scope` is what was assigned
/// before, and is added to. With `prompts`, lines may begin with `PS C:\>`.
pub fn calls<'s>(code: &Fragment<'s>, prompts: bool, scope: &mut Scope<'s>) -> Vec<Call<'s>> {
    let mut found = Vec::new();
    read_nested(code, code.span(), prompts, 0, scope, &mut found);
    found.sort_by_key(|call: &Call<'_>| (call.span.start, call.span.end));
    found.dedup_by_key(|call| call.span);
    found
}

/// True if `text` is more likely PowerShell than a POSIX shell's, whatever its author called it.
pub fn is_likely(text: &str) -> bool {
    if begins_as_posix(text) || !has_marks(text) {
        return false;
    }
    let goes_on = |mark: &str| text.lines().any(|line| line.ends_with(mark));
    !goes_on(" \\") || goes_on(" `")
}

/// True if the text has words or signs that only PowerShell has.
fn has_marks(text: &str) -> bool {
    static MARKS: Marks = Marks::new(&["@{", "ConvertTo-"]);
    MARKS.are_in(text)
        || programs::mentions_cmdlet(text)
        || text.lines().any(|line| {
            let line = line[known::line_prompt(line)..].trim_start();
            let Some(rest) = line.strip_prefix('$') else {
                return line.starts_with("@'") || line.starts_with("@\"");
            };
            let name = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
            name > 0 && rest[name..].trim_start().starts_with('=')
        })
}

/// True if the first command is one that only a POSIX shell reads so: `NAME=…`, or curl or az with nothing of
/// PowerShell's outside quotes. What stands in its quotes says nothing of the language.
fn begins_as_posix(text: &str) -> bool {
    static PARAMETERS: Marks = Marks::new(&[" -Uri", " -Method", " -Headers", " -Body"]);
    let commands = text.lines().map(|line| line[known::line_prompt(line)..].trim_start());
    let Some(first) = commands.into_iter().find(|line| !line.is_empty() && !line.starts_with('#')) else {
        return false;
    };
    let name = first.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let assigns = name > 0 && first[name..].starts_with('=') && !first.as_bytes()[0].is_ascii_digit();
    let calls_curl = first.starts_with("curl ") && !PARAMETERS.are_in(text);
    assigns || calls_curl || (first.starts_with("az ") && !has_marks(&without_quoted(text)))
}

/// The text without what stands in quotes, as far as shells agree on that.
fn without_quoted(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut at = 0;
    let mut unclosed = [false; 2];
    while let Some(open) = memchr::memchr2(b'\'', b'"', &bytes[at..]).map(|len| at + len) {
        out.push_str(&text[at..=open]);
        let which = usize::from(bytes[open] == b'"');
        let mut close = open + 1;
        while close < bytes.len() && !unclosed[which] {
            if which == 0 && bytes[close..].starts_with(br"'\''") {
                // How a POSIX shell writes `'` in quotes, and nobody else.
                close += 4;
            } else if bytes[close] == bytes[open] {
                break;
            } else {
                // In either language a backslash or backtick before `"` keeps the text open.
                close += if which == 1 && matches!(bytes[close], b'\\' | b'`') { 2 } else { 1 };
            }
        }
        unclosed[which] |= close >= bytes.len();
        at = if unclosed[which] { open + 1 } else { close + 1 };
    }
    out.push_str(&text[at..]);
    out
}

/// Recurses at most [`MAX_NESTING`] deep.
fn read_nested<'s>(
    code: &Fragment<'s>,
    span: Span,
    prompts: bool,
    depth: u8,
    scope: &mut Scope<'s>,
    found: &mut Vec<Call<'s>>,
) {
    let tokens = lexer::tokens(code, span, prompts);
    Reader { code, tokens: &tokens, scope, found }.run();
    if depth == MAX_NESTING {
        return;
    }
    for inner in &tokens.nested {
        if super::mentions_call(&code.text()[inner.range()]) {
            read_nested(code, *inner, false, depth + 1, scope, found);
        }
    }
}

struct Reader<'r, 's> {
    code: &'r Fragment<'s>,
    tokens: &'r Tokens,
    scope: &'r mut Scope<'s>,
    found: &'r mut Vec<Call<'s>>,
}

impl<'s> Reader<'_, 's> {
    fn run(&mut self) {
        let list = &self.tokens.list;
        let mut begins = true;
        let mut index = 0;
        // What is piped into the next command.
        let mut piped: Option<Range<usize>> = None;
        // Where the pipeline begins, and those around the brackets that are open.
        let mut start = 0;
        let mut around = Vec::new();
        while let Some(token) = list.get(index) {
            if begins {
                if let Some(value) = self.assigned_at(index) {
                    self.assign(index, value);
                    index = value;
                    start = value;
                    continue;
                }
                self.touched(index);
                let piped = piped.take();
                start = piped.as_ref().map_or(index, |piped| piped.start);
                self.command(index, piped);
            }
            if token.kind == Kind::Comma {
                // `param([string] $a = '…', [string] $b = '…')`
                if let Some(value) = self.assigned_at(index + 1) {
                    self.assign(index + 1, value);
                }
            }
            match token.kind {
                Kind::Open(_) => around.push(start),
                Kind::Close => start = around.pop().unwrap_or(start),
                _ => {}
            }
            begins = match token.kind {
                Kind::Pipe => {
                    piped = Some(start..index);
                    true
                }
                Kind::Separator
                | Kind::Open(Bracket::Paren | Bracket::Array | Bracket::Substitution | Bracket::Brace) => {
                    true
                }
                // `& curl …`
                Kind::Word => begins && matches!(self.text_of(token), "&" | "." | "return"),
                _ => false,
            };
            index += 1;
        }
    }

    fn text_of(&self, token: &Token) -> &str {
        &self.code.text()[token.span.range()]
    }

    /// The index of the first token of the value, if a variable is assigned at `index`.
    fn assigned_at(&self, index: usize) -> Option<usize> {
        let list = &self.tokens.list;
        let mut index = index;
        // `[string]$body = …`
        if list.get(index)?.kind == Kind::Word && self.text_of(&list[index]).starts_with('[') {
            index += 1;
        }
        let variable = list.get(index)?.kind == Kind::Variable;
        let set = matches!(list.get(index + 1)?.kind, Kind::Assign | Kind::Change);
        (variable && set).then_some(index + 2)
    }

    /// Remembers what is assigned; `value` is the first token of it.
    fn assign(&mut self, index: usize, value: usize) {
        self.touched(value - 2);
        let list = &self.tokens.list;
        let name = self.text_of(&list[value - 2]).rsplit(']').next().unwrap_or("");
        let changed = list[value - 1].kind == Kind::Change;
        debug_assert!(index < value);
        // `$a = $b = 1`: the last one has the value, and is met next.
        let end = if self.assigned_at(value).is_some() { value } else { self.level_end(value) };
        let (variable, member) = match name.split_once('.') {
            Some((variable, member)) => (variable, Some(member)),
            None => (name, None),
        };
        let Some(variable) = Language::PowerShell.variable(variable).map(str::to_owned) else { return };
        let whole = list.get(end).is_none_or(|token| token.kind != Kind::Pipe);
        let read = if changed {
            Value::Unknown
        } else if whole {
            self.value(value..end)
        } else {
            let json = self.data().converted(value..self.statement_end(value));
            json.map_or(Value::Unknown, Value::Text)
        };
        let Some(member) = member.map(str::to_owned) else {
            self.scope.assign(Language::PowerShell, &variable, read);
            return;
        };
        if let Some(Value::Table(table)) = self.scope.value(Language::PowerShell, &variable) {
            let mut table = table.clone();
            table.set(&member, read);
            self.scope.assign(Language::PowerShell, &variable, Value::Table(table));
        }
    }

    /// The value that the tokens in `range` stand for.
    fn value(&self, range: Range<usize>) -> Value<'s> {
        let list = &self.tokens.list;
        let Some(first) = list.get(range.start) else { return Value::Unknown };
        if range.is_empty() || range.len() > MAX_TOKENS {
            return Value::Unknown;
        }
        if let Some(json) = self.data().converted(range.clone()) {
            return Value::Text(json);
        }
        let cast = usize::from(first.kind == Kind::Word && self.text_of(first).starts_with('['));
        if let Some(open) = list.get(range.start + cast).filter(|_| range.len() > cast)
            && open.kind == Kind::Open(Bracket::Table)
            && open.partner.saturating_add(1) >= range.end
        {
            return Value::Table(table::read(self.data(), range.start + cast));
        }
        if let Some(name) = self.file_content(range.clone()) {
            return Value::File(name);
        }
        let is_text = list[range.clone()].iter().any(|token| matches!(token.kind, Kind::Text(_)));
        match decode::joined(self.code, list, range).filter(|_| is_text) {
            Some(text) => Value::Text(text),
            None => Value::Unknown,
        }
    }

    /// The file that `Get-Content` reads, if that is what the tokens in `range` do.
    fn file_content(&self, range: Range<usize>) -> Option<Fragment<'s>> {
        let list = &self.tokens.list;
        let mut range = range;
        while list.get(range.start)?.kind == Kind::Open(Bracket::Paren) {
            range = range.start + 1..list[range.start].partner.min(range.end);
        }
        let name = self.text_of(list.get(range.start).filter(|_| !range.is_empty())?);
        if !["get-content", "gc", "cat", "type"].iter().any(|it| it.eq_ignore_ascii_case(name)) {
            return None;
        }
        let arguments = self.arguments(range.start + 1);
        let is_option = |argument: &Range<usize>| self.text_of(&list[argument.start]).starts_with('-');
        let file =
            arguments.iter().take_while(|argument| argument.end <= range.end).find(|it| !is_option(it))?;
        // Whatever is piped on is another text, but for a string made of it.
        let pipe = (file.end..range.end).find(|&at| list[at].kind == Kind::Pipe);
        let to_string = pipe.is_none_or(|at| {
            list.get(at + 1).is_some_and(|token| self.text_of(token).eq_ignore_ascii_case("out-string"))
        });
        to_string.then(|| decode::argument(self.code, list, file.clone()))
    }

    /// The index of the token that ends the statement or pipe element that `from` is in.
    fn level_end(&self, from: usize) -> usize {
        let list = &self.tokens.list;
        let mut index = from;
        while let Some(token) = list.get(index) {
            match token.kind {
                Kind::Separator | Kind::Pipe | Kind::Close => break,
                Kind::Open(_) => index = token.partner.max(index),
                _ => {}
            }
            index += 1;
        }
        index.min(list.len())
    }

    /// The index of the token that ends the statement that `from` is in.
    fn statement_end(&self, from: usize) -> usize {
        let list = &self.tokens.list;
        let mut end = self.level_end(from);
        while list.get(end).is_some_and(|token| token.kind == Kind::Pipe) {
            end = self.level_end(end + 1);
        }
        end
    }

    fn data(&self) -> Data<'_, 's> {
        Data { code: self.code, list: &self.tokens.list, scope: self.scope }
    }

    /// `$body.Add(…)`, `$body['x'] = …`: whatever is done to a variable at `index`, it is not what was written.
    fn touched(&mut self, index: usize) {
        let list = &self.tokens.list;
        let Some(token) = list.get(index).filter(|token| token.kind == Kind::Variable) else { return };
        let ends = list
            .get(index + 1)
            .is_none_or(|next| matches!(next.kind, Kind::Pipe | Kind::Separator | Kind::Close));
        let whole = self.text_of(token);
        let name = whole.split(['.', '[']).next().unwrap_or(whole);
        let Some(name) = Language::PowerShell.variable(name).filter(|_| !ends).map(str::to_owned) else {
            return;
        };
        if let Some(Value::Table(table)) = self.scope.value(Language::PowerShell, &name) {
            let mut table = table.clone();
            table.changed();
            self.scope.assign(Language::PowerShell, &name, Value::Table(table));
        }
    }

    /// The arguments from `from` to the end of the command: tokens that touch each other are one.
    fn arguments(&self, from: usize) -> Vec<Range<usize>> {
        let list = &self.tokens.list;
        let end = self.level_end(from);
        let mut arguments: Vec<Range<usize>> = Vec::new();
        let mut index = from;
        while index < end {
            let token = &list[index];
            let next = if let Kind::Open(_) = token.kind { token.partner.max(index) + 1 } else { index + 1 };
            let next = next.min(end);
            match arguments.last_mut() {
                Some(last) if list[last.end - 1].span.end == token.span.start && last.end == index => {
                    last.end = next;
                }
                _ if token.kind == Kind::Comma => {}
                _ => arguments.push(index..next),
            }
            index = next;
        }
        arguments
    }

    /// Reads the command at `index` if it makes a request, or writes a file.
    fn command(&mut self, index: usize, piped: Option<Range<usize>>) {
        let list = &self.tokens.list;
        let Some(word) = list.get(index) else { return };
        if !matches!(word.kind, Kind::Word | Kind::Text(_)) {
            return;
        }
        let name = &self.code.text()[word.content.range()];
        let Some(program) = Program::of(name) else {
            self.write_file(index, piped);
            return;
        };
        let arguments = self.arguments(index + 1);
        // `[-Method <String>]` stands in a description of the parameters.
        if arguments.iter().any(|argument| self.text_of(&list[argument.start]).starts_with("[-")) {
            return;
        }
        let end = arguments.last().map_or(index, |last| last.end - 1);
        let span = self.code.to_file(word.span.cover(list[end].span));
        let is_cmdlet = program != Program::Native || {
            let text = |argument: &Range<usize>| self.text_of(&list[argument.start]);
            Program::of(name) == Some(Program::Native)
                && name.eq_ignore_ascii_case("curl")
                && arguments.iter().any(|argument| curl::is_powershell_parameter(text(argument)))
        };
        let mut calls: Vec<Call<'s>> = if is_cmdlet {
            let program = if program == Program::Native { Program::RestMethod } else { program };
            let cmdlet = cmdlets::Cmdlet { code: self.code, list, scope: self.scope, program };
            cmdlet.read(span, &arguments, piped.as_ref()).into_iter().collect()
        } else {
            self.native(index, &arguments)
        };
        let quoting = self.tokens.quoting.iter().filter(|(at, _)| (index..=end).contains(at));
        for call in &mut calls {
            call.quoting = quoting.clone().map(|(_, quoting)| quoting.clone()).collect();
            self.scope.resolve(Language::PowerShell, call);
        }
        self.found.append(&mut calls);
    }

    /// The requests of a program that is no cmdlet.
    fn native(&self, index: usize, arguments: &[Range<usize>]) -> Vec<Call<'s>> {
        let list = &self.tokens.list;
        let mut words = Vec::with_capacity(arguments.len() + 1);
        for range in std::iter::once(index..index + 1).chain(arguments.iter().cloned()) {
            let span = self.code.to_file(list[range.start].span.cover(list[range.end - 1].span));
            words.push(Word { text: decode::native(&decode::argument(self.code, list, range)), span });
        }
        let command = Command { words, ..Command::default() };
        let name = command.program_name();
        name.map(|name| programs::calls_of(&name, &command, None)).unwrap_or_default()
    }

    /// `'…' | Out-File body.json`, `Set-Content -Path body.json -Value '…'`
    fn write_file(&mut self, index: usize, piped: Option<Range<usize>>) {
        let list = &self.tokens.list;
        let name = self.text_of(&list[index]).to_ascii_lowercase();
        if !super::FILE_WRITERS.contains(&name.as_str()) {
            return;
        }
        let mut path = None;
        let mut value = piped;
        let arguments = self.arguments(index + 1);
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let text = self.text_of(&list[argument.start]).to_ascii_lowercase();
            match text.as_str() {
                "-path" | "-filepath" | "-literalpath" => path = rest.next().cloned(),
                "-value" => value = rest.next().cloned(),
                "-encoding" | "-width" => {
                    rest.next();
                }
                _ if text.starts_with('-') => {}
                _ if path.is_none() => path = Some(argument.clone()),
                _ if value.is_none() => value = Some(argument.clone()),
                _ => {}
            }
        }
        let (Some(path), Some(value)) = (path, value) else { return };
        let path = decode::argument(self.code, list, path);
        let text = match self.value(value.clone()) {
            Value::Text(text) => Some(text),
            _ => self.scope.text(Language::PowerShell, self.text_of(&list[value.start])).cloned(),
        };
        if let Some(text) = text {
            self.scope.write_file(path.text(), text);
        }
    }
}

#[cfg(test)]
mod tests;
