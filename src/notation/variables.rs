//! What a script or document has assigned so far: variables and files whose text is literal.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::alternatives::{self, MAX_CHOICES};
use super::{Call, LeftOut, Payload};
use crate::text::{Builder, Encoding, Fragment, Span};

/// Variables within the values of variables that are followed.
const MAX_DEPTH: u8 = 4;
/// An id longer than this, in bytes, is not one.
const MAX_ID: usize = 1024;
/// Variables of a body that are looked up.
const MAX_IDS: usize = 256;
/// A URL longer than this, in bytes, is not put together from variables.
const MAX_URL: usize = 8 << 10;

/// What has been assigned, in the order of the text: what is looked up is what was assigned last.
#[derive(Debug, Default)]
pub struct Assigned<'s> {
    variables: HashMap<String, Value<'s>>,
    files: HashMap<String, Fragment<'s>>,
    /// Branches that are open.
    open: Vec<Fork<'s>>,
    /// Those that lie too deep to be followed.
    too_deep: usize,
    /// Where branches went apart so far.
    forks: usize,
    /// The branch that is looked at, of branches of which one was run.
    chosen: Cell<Option<(usize, usize)>>,
    /// The branches on which a variable depends that was used.
    met: RefCell<Vec<Rc<Choices<'s>>>>,
    expansion: Rc<Expansion>,
}

/// Bytes that the variables and files of one document may come to in all the places where they are used, however
/// small the document.
pub(super) const MIN_EXPANSION: usize = 1 << 20;

/// What the variables of a document have come to: a long one that many calls use is a copy for each.
#[derive(Debug)]
struct Expansion {
    limit: usize,
    spent: Cell<usize>,
    /// Uses that were left out.
    refused: Cell<usize>,
    /// Those of them that a call speaks of.
    told: Cell<usize>,
}

impl Default for Expansion {
    fn default() -> Self {
        Self { limit: MIN_EXPANSION, spent: Cell::new(0), refused: Cell::new(0), told: Cell::new(0) }
    }
}

impl Expansion {
    /// True if `len` bytes more are not too much.
    fn takes(&self, len: usize) -> bool {
        let sum = self.spent.get().saturating_add(len);
        if sum > self.limit {
            self.refused.set(self.refused.get() + 1);
            return false;
        }
        self.spent.set(sum);
        true
    }
}

/// The value of a variable.
#[derive(Clone, Debug)]
pub(super) enum Value<'s> {
    /// Text that the script spells out; parts of it may be variables.
    Text(Fragment<'s>),
    /// What this file holds.
    File(Fragment<'s>),
    /// The words of a shell's array.
    Items(Vec<Fragment<'s>>),
    /// One thing behind one branch, another behind another.
    Choices(Rc<Choices<'s>>),
    /// Known only when the script runs.
    Unknown,
}

/// What a variable is behind each of the branches of which one was run; nothing where it is not known.
pub(super) type Choices<'s> = alternatives::Choices<Rc<Value<'s>>>;

/// What goes apart into branches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Branching {
    If,
    Case,
}

/// Branches that are being read.
#[derive(Debug)]
struct Fork<'s> {
    kind: Branching,
    /// What the variables were that a branch sets.
    before: HashMap<String, Option<Rc<Value<'s>>>>,
    /// What each branch made of them; `None` for one behind which nothing goes on.
    branches: Vec<Option<HashMap<String, Rc<Value<'s>>>>>,
    /// The variables that the branch sets which is being read.
    set: Option<BTreeSet<String>>,
    leaves: bool,
    /// One of the branches is run in any case.
    is_exhaustive: bool,
}

/// Branches within branches are followed so far.
const MAX_FORKS: usize = 32;

/// Whose variables are meant. PowerShell's are values of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Shell,
    Http,
}

impl Language {
    fn key(self, name: &str) -> String {
        match self {
            Self::Shell => format!("${name}"),
            Self::Http => format!("{{{name}"),
        }
    }

    /// The name of the variable that `text` is the use of, and nothing else.
    pub(super) fn variable(self, text: &str) -> Option<&str> {
        let text = text.trim();
        if self == Self::Http {
            return text.strip_prefix("{{")?.strip_suffix("}}").map(str::trim);
        }
        let mut name = text.strip_prefix('$')?;
        if let Some(inner) = name.strip_prefix('{') {
            name = inner.strip_suffix('}')?;
        }
        let named = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        (!name.is_empty() && name.bytes().all(named)).then_some(name)
    }
}

impl<'s> Assigned<'s> {
    /// For a document of `len` bytes: its variables may come to twice of that, and to 1 MiB in any case.
    pub fn of(len: usize) -> Self {
        let limit = len.saturating_mul(2).max(MIN_EXPANSION);
        Self { expansion: Rc::new(Expansion { limit, ..Expansion::default() }), ..Self::default() }
    }

    /// One in which nothing is assigned, of the same document.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self { expansion: Rc::clone(&self.expansion), ..Self::default() }
    }

    pub(super) fn assign(&mut self, language: Language, name: &str, value: Value<'s>) {
        self.set(language.key(name), value);
    }

    fn set(&mut self, key: String, value: Value<'s>) {
        if let Some(fork) = self.open.last_mut()
            && let Some(set) = &mut fork.set
        {
            if !fork.before.contains_key(&key) {
                fork.before.insert(key.clone(), self.variables.get(&key).cloned().map(Rc::new));
            }
            set.insert(key.clone());
        }
        self.variables.insert(key, value);
    }

    /// Begins what goes apart into branches.
    pub(super) fn branch_out(&mut self, kind: Branching) {
        if self.open.len() == MAX_FORKS {
            self.too_deep += 1;
            return;
        }
        self.open.push(Fork {
            kind,
            before: HashMap::new(),
            branches: Vec::new(),
            set: None,
            leaves: false,
            is_exhaustive: false,
        });
    }

    fn fork(&mut self, kind: Branching) -> Option<&mut Fork<'s>> {
        let is_followed = self.too_deep == 0;
        self.open.last_mut().filter(|fork| is_followed && fork.kind == kind)
    }

    /// Begins a branch, `is_rest` if it is run where no other is.
    pub(super) fn begin_branch(&mut self, kind: Branching, is_rest: bool) {
        self.end_branch(kind);
        if let Some(fork) = self.fork(kind) {
            fork.set = Some(BTreeSet::new());
            fork.leaves = false;
            fork.is_exhaustive |= is_rest;
        }
    }

    /// Ends the branch that is being read: the next one knows nothing of what it set.
    pub(super) fn end_branch(&mut self, kind: Branching) {
        let Some(fork) = self.fork(kind) else { return };
        let Some(set) = fork.set.take() else { return };
        let leaves = fork.leaves;
        let mut branch = HashMap::new();
        for key in set {
            let before = self.open.last().and_then(|fork| fork.before.get(&key)).cloned().flatten();
            let after = match before {
                Some(before) => self.variables.insert(key.clone(), (*before).clone()),
                None => self.variables.remove(&key),
            };
            if let Some(after) = after {
                branch.insert(key, Rc::new(after));
            }
        }
        if let Some(fork) = self.open.last_mut() {
            fork.branches.push((!leaves).then_some(branch));
        }
    }

    /// Nothing behind the branching is run after this branch.
    pub(super) fn leave(&mut self) {
        if let Some(fork) = self.open.last_mut() {
            fork.leaves = true;
        }
    }

    /// Ends the branches: a variable is what one of them made of it.
    pub(super) fn join(&mut self, kind: Branching) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        self.end_branch(kind);
        if self.fork(kind).is_none() {
            return;
        }
        let Some(fork) = self.open.pop() else { return };
        self.forks += 1;
        let of = self.forks;
        let is_small = fork.branches.len() < MAX_CHOICES;
        for (key, before) in fork.before {
            let mut items: Vec<Option<Rc<Value<'s>>>> = Vec::new();
            for branch in fork.branches.iter().filter(|_| is_small) {
                items.push(
                    branch.as_ref().and_then(|branch| branch.get(&key).cloned().or_else(|| before.clone())),
                );
            }
            if !fork.is_exhaustive {
                items.push(before);
            }
            let value = if is_small { self.either(items, of) } else { Value::Unknown };
            self.set(key, value);
        }
    }

    /// What is one of `items`, behind the branches `of`.
    fn either(&mut self, items: Vec<Option<Rc<Value<'s>>>>, of: usize) -> Value<'s> {
        let mut flat: Vec<Option<Rc<Value<'s>>>> = Vec::new();
        let mut is_nested = false;
        for item in items {
            match item.as_deref() {
                Some(Value::Choices(inner)) => {
                    is_nested = true;
                    flat.extend(inner.items.iter().cloned());
                }
                Some(Value::Unknown) => flat.push(None),
                _ => flat.push(item),
            }
        }
        if flat.len() > MAX_CHOICES || flat.iter().all(Option::is_none) {
            return Value::Unknown;
        }
        if is_nested {
            self.forks += 1;
        }
        let of = if is_nested { self.forks } else { of };
        Value::Choices(Rc::new(Choices { of, items: flat }))
    }

    /// The branches on which what was read since the last look depends.
    pub(super) fn take_met(&self) -> Vec<Rc<Choices<'s>>> {
        std::mem::take(&mut *self.met.borrow_mut())
    }

    /// Reads something as it is behind one branch.
    pub(super) fn choose<T>(&self, chosen: (usize, usize), read: impl FnOnce() -> T) -> T {
        self.chosen.set(Some(chosen));
        let value = read();
        self.chosen.set(None);
        value
    }

    /// What `choices` are behind the branch that is looked at; if there is none, they are noted.
    fn in_branch<'c>(&self, choices: &'c Rc<Choices<'s>>) -> &'c Value<'s> {
        let chosen = self.chosen.get();
        if chosen.is_none() {
            choices.note_in(&mut self.met.borrow_mut());
        }
        let branch = chosen.filter(|(of, _)| *of == choices.of).map(|(_, branch)| branch);
        let item = branch.and_then(|branch| choices.items.get(branch)).and_then(Option::as_deref);
        item.unwrap_or(&Value::Unknown)
    }

    /// What the variable is, unless the variables of the document have come to too much.
    pub(super) fn value(&self, language: Language, name: &str) -> Option<&Value<'s>> {
        let mut value = self.variables.get(&language.key(name))?;
        if let Value::Choices(choices) = value {
            value = self.in_branch(choices);
        }
        let len = match value {
            Value::Text(text) | Value::File(text) => text.text().len(),
            Value::Items(items) => items.iter().map(|item| item.text().len()).sum(),
            Value::Choices(_) | Value::Unknown => 0,
        };
        self.expansion.takes(len).then_some(value)
    }

    /// The text of the variable that `text` is the use of.
    pub(super) fn text(&self, language: Language, text: &str) -> Option<&Fragment<'s>> {
        match self.value(language, language.variable(text)?)? {
            Value::Text(text) => Some(text),
            Value::File(_) | Value::Items(_) | Value::Choices(_) | Value::Unknown => None,
        }
    }

    /// What a file holds that the script has written.
    pub(super) fn file(&self, name: &str) -> Option<&Fragment<'s>> {
        self.files.get(&file_key(name))
    }

    /// Says what a file holds that the script writes.
    pub(crate) fn write_file(&mut self, name: &str, text: Fragment<'s>) {
        self.files.insert(file_key(name), text);
    }

    /// Puts the texts of variables and files that are known in the place of their names.
    pub(super) fn resolve(&self, language: Language, call: &mut Call<'s>) {
        let mut body = std::mem::take(&mut call.body);
        if let Payload::Unknown(name) = &body {
            let value = language.variable(name.text()).and_then(|name| self.value(language, name));
            if let Some(Value::File(file)) = value {
                body = Payload::File(file.clone());
            } else if let Some(text) = self.text(language, name.text()) {
                body = match text.text().strip_prefix('@') {
                    Some(file) => Payload::File(text.slice(Span::new(1, 1 + file.len()))),
                    None => Payload::Text(text.clone()),
                };
            }
        }
        if let Payload::File(name) = &body
            && let Some(text) = self.files.get(&file_key(name.text()))
            && self.expansion.takes(text.text().len())
        {
            body = Payload::Text(text.clone());
        }
        call.body = body;
        if let Some(url) = &call.url {
            call.url = Some(self.url(language, url, 0));
        }
        if let Some(method) = &call.method
            && let Some(text) = self.text(language, method.text())
        {
            call.method = Some(text.clone());
        }
        self.tell(call);
    }

    /// Puts the ids of resources that variables hold in the place of the variables within the body, so that they are
    /// looked at as well.
    pub(super) fn fill_ids(&self, language: Language, call: &mut Call<'s>) {
        let Payload::Text(body) = &call.body else { return };
        let is_id = |text: &str| {
            let start = text.get(..15).unwrap_or("");
            start.eq_ignore_ascii_case("/subscriptions/")
                && text.len() <= MAX_ID
                && !text.contains(['"', '\\', '\n', '\''])
        };
        let uses: Vec<(Span, &Fragment<'s>)> = body
            .expansions()
            .take(MAX_IDS)
            .filter_map(|span| Some((span, self.text(language, &body.text()[span.range()])?)))
            .filter(|(_, value)| is_id(value.text()))
            .collect();
        if uses.is_empty() {
            return;
        }
        let mut builder = Builder::new(body);
        let mut done = 0;
        for (span, value) in uses {
            if done < span.start {
                builder.append(&body.slice(Span { start: done, end: span.start }));
            }
            builder.append(value);
            done = span.end;
        }
        let end = body.text().len() as u32;
        if done < end {
            builder.append(&body.slice(Span { start: done, end }));
        }
        call.body = Payload::Text(builder.finish(0, body.encoding_at(0)));
    }

    /// Leaves out a body that stands elsewhere than the call, if those have come to too much.
    pub(super) fn bound(&self, call: &mut Call<'s>) {
        if let Payload::Text(text) = &call.body {
            let is_elsewhere = !call.span.overlaps(text.to_file(text.span()));
            if is_elsewhere && !self.expansion.takes(text.text().len()) {
                call.body = Payload::Unknown(text.slice(Span::at(0)));
            }
        }
        self.tell(call);
    }

    /// Notes that something was left out.
    pub(super) fn refuse(&self) {
        self.expansion.refused.set(self.expansion.refused.get() + 1);
    }

    /// Marks the first call behind a use that was left out.
    pub(super) fn tell(&self, call: &mut Call<'s>) {
        let refused = self.expansion.refused.get();
        let is_first = self.expansion.told.replace(refused) < refused;
        call.left_out = if is_first { LeftOut::Variables } else { LeftOut::Nothing };
    }

    /// The URL with the variables replaced that say what it addresses: hosts, paths, API versions. Names and
    /// subscriptions stay variables, which is what they are to whoever reads the document.
    pub(super) fn url(&self, language: Language, url: &Fragment<'s>, depth: u8) -> Fragment<'s> {
        if depth == MAX_DEPTH || url.text().len() > MAX_URL {
            return url.clone();
        }
        if let Some(text) = self.text(language, url.text()) {
            return self.url(language, text, depth + 1);
        }
        let uses: Vec<Span> = match language {
            Language::Http => braced(url.text()),
            Language::Shell => url.expansions().flat_map(|span| side_by_side(url.text(), span)).collect(),
        };
        if uses.is_empty() {
            return url.clone();
        }
        let mut builder = Builder::new(url);
        let mut done = 0;
        for span in uses {
            let Some(value) = self.text(language, &url.text()[span.range()]) else { continue };
            let value = self.url(language, value, depth + 1);
            if !says_target(value.text()) || builder.len() + value.text().len() > MAX_URL {
                continue;
            }
            if done < span.start {
                builder.copy(Span { start: done, end: span.start }, Encoding::Plain);
            }
            builder.decoded(span, value.text(), Encoding::Plain);
            done = span.end;
        }
        let end = url.text().len() as u32;
        if done < end {
            builder.copy(Span { start: done, end }, Encoding::Plain);
        }
        builder.finish(0, Encoding::Plain)
    }
}

/// True for a part of a URL that is more than a name.
fn says_target(value: &str) -> bool {
    let version = value.len() >= 10
        && value.as_bytes().iter().take(10).enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let provider = value.len() > 10
        && value.is_char_boundary(10)
        && value[..10].eq_ignore_ascii_case("microsoft.")
        && value[10..].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    (version || provider || value.contains(['/', '?', '='])) && !value.contains('\n')
}

/// The variables that stand next to each other in `span` of `text`: `$HOST${ID}`.
fn side_by_side(text: &str, span: Span) -> Vec<Span> {
    let Some(inner) = text.get(span.range()) else { return Vec::new() };
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = inner.as_bytes().get(at + 1..).filter(|_| inner.as_bytes()[at] == b'$') {
        let len = if rest.first() == Some(&b'{') {
            rest.iter().position(|byte| *byte == b'}').map_or(rest.len(), |len| len + 1)
        } else {
            rest.iter().take_while(|byte| is_name(byte)).count()
        };
        found.push(Span::new(at, at + 1 + len).shift(span.start as usize));
        at += 1 + len;
    }
    // What is not a row of variables is left as it is.
    if at < inner.len() { vec![span] } else { found }
}

/// The `{{name}}` in `text`.
fn braced(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find("{{").map(|len| at + len) {
        let Some(close) = text[open..].find("}}").map(|len| open + len + 2) else { break };
        found.push(Span::new(open, close));
        at = close;
    }
    found
}

/// Two ways of naming one file are one name.
fn file_key(name: &str) -> String {
    let name = name.trim().replace('\\', "/");
    name.trim_start_matches("./").to_owned()
}
