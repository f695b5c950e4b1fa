//! What expressions evaluate to, and what a script has set so far.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Deref;
use std::rc::Rc;

use super::syntax::{Block, Flaw, Function};
use crate::notation::{Quoting, alternatives};
use crate::text::{Fragment, Span};

/// What quoting does to a text on its way.
pub(super) type Faults = Vec<Rc<Quoting>>;

/// A text and how it was read.
#[derive(Debug)]
pub(super) struct Unit<'s> {
    pub(super) code: Rc<Fragment<'s>>,
    /// What is not read as it is meant, in the order of the text.
    pub(super) flaws: Vec<Flaw>,
    /// It is part of a document, in which placeholders belong.
    pub(super) in_document: bool,
    /// Where the text has `@'`, and where a line begins with `'@`.
    here: Rc<OnceCell<[Vec<usize>; 2]>>,
}

impl<'s> Unit<'s> {
    pub(super) fn new(code: Rc<Fragment<'s>>, in_document: bool) -> Self {
        Self { code, flaws: Vec::new(), in_document, here: Rc::default() }
    }

    /// The same text where it has these flaws.
    pub(super) fn with(&self, flaws: Vec<Flaw>) -> Self {
        Self { code: Rc::clone(&self.code), flaws, here: Rc::clone(&self.here), ..*self }
    }

    /// True if the line with the byte at `offset` is one of a here-string in single quotes.
    pub(super) fn is_in_here_string(&self, offset: usize) -> bool {
        let text = self.code.text();
        let [opens, closes] = self
            .here
            .get_or_init(|| ["@'", "\n'@"].map(|mark| text.match_indices(mark).map(|(at, _)| at).collect()));
        let Some(line) = text[..offset].rfind('\n') else { return false };
        let Some(&open) = opens[..opens.partition_point(|at| at + 2 <= line + 1)].last() else {
            return false;
        };
        let close = closes.get(closes.partition_point(|at| *at < open + 2));
        text[open..].starts_with("@'\n") && close.is_none_or(|close| close + 3 > offset)
    }
}

/// A text and what is wrong with the way in which it was made.
#[derive(Clone, Debug)]
pub(super) struct Text<'s> {
    pub(super) fragment: Rc<Fragment<'s>>,
    pub(super) faults: Faults,
}

impl<'s> Text<'s> {
    pub(super) fn new(fragment: Fragment<'s>) -> Self {
        Self { fragment: Rc::new(fragment), faults: Faults::new() }
    }

    pub(super) fn as_str(&self) -> &str {
        self.fragment.text()
    }

    /// True if all of it is known.
    pub(super) fn is_known(&self) -> bool {
        self.fragment.expansions().next().is_none()
    }
}

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value<'s> {
    Null,
    Bool(bool),
    /// As JSON has it.
    Number(Rc<str>),
    Text(Text<'s>),
    List(Rc<[Item<'s>]>),
    /// The index of an [`Object`].
    Object(usize),
    Block(Rc<Unit<'s>>, Rc<Block>),
    /// What this file holds.
    File(Text<'s>),
    /// The bytes of a text.
    Bytes(Text<'s>),
    /// A `SecureString`, as newer modules give a token.
    Secure,
    /// Known only when the script runs; shown as the script writes it.
    Unknown(Unknown<'s>),
}

#[derive(Clone, Debug)]
pub(super) struct Unknown<'s> {
    pub(super) shown: Rc<Fragment<'s>>,
    pub(super) faults: Faults,
    /// What a command gave that gives objects.
    pub(super) origin: Origin,
}

/// What is known of a value that is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Nothing.
    Nowhere,
    /// It is an object: its text is not that of a member.
    Object,
    /// What `Get-AzAccessToken` gives.
    AccessToken,
}

/// A value and the bytes of the file where it stands.
#[derive(Clone, Debug)]
pub(super) struct Item<'s> {
    pub(super) value: Value<'s>,
    pub(super) at: Span,
    /// What it is behind one branch or another, where that is not the same.
    pub(super) choices: Option<Rc<Choices<'s>>>,
}

/// What a value is behind each of the branches of which one was run.
pub(super) type Choices<'s> = alternatives::Choices<Item<'s>>;

impl<'s> Item<'s> {
    pub(super) fn new(value: Value<'s>, at: Span) -> Self {
        Self { value, at, choices: None }
    }

    /// What quoting did to it.
    pub(super) fn faults(&self) -> &[Rc<Quoting>] {
        match &self.value {
            Value::Text(text) | Value::File(text) | Value::Bytes(text) => &text.faults,
            Value::Unknown(unknown) => &unknown.faults,
            _ => &[],
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ObjectKind {
    Hashtable,
    Ordered,
    /// `[pscustomobject]`, what `ConvertFrom-Json` gives.
    Custom,
    /// `[System.UriBuilder]`: its parts are entries.
    UriBuilder,
}

/// A hashtable or an object.
#[derive(Clone, Debug)]
pub(super) struct Object<'s> {
    pub(super) kind: ObjectKind,
    pub(super) entries: Rc<Entries<'s>>,
    /// Something was done to it that is not followed.
    pub(super) open: bool,
    /// The entry of [`World::undo`] that last kept what it was.
    saved: Option<usize>,
}

/// Entries in the order in which they were made; those of large tables are found by name without being gone through.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries<'s> {
    list: Vec<Entry<'s>>,
    /// Names in small letters, and the last entry with each. Empty for small tables.
    places: HashMap<Box<str>, usize>,
}

/// Tables with more entries than this are looked up in an index.
const INDEXED: usize = 16;

impl<'s> Entries<'s> {
    fn place(&self, name: &str) -> Option<usize> {
        if self.list.len() > INDEXED {
            return self.places.get(name.to_ascii_lowercase().as_str()).copied();
        }
        self.list.iter().rposition(|entry| entry.name.as_str().eq_ignore_ascii_case(name))
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Entry<'s>> {
        let place = self.place(name)?;
        self.list.get_mut(place)
    }

    fn set(&mut self, entry: Entry<'s>) {
        if let Some(place) = self.get_mut(entry.name.as_str()) {
            *place = entry;
            return;
        }
        self.list.push(entry);
        let from = match self.list.len() {
            len if len <= INDEXED => return,
            len if len == INDEXED + 1 => 0,
            len => len - 1,
        };
        self.index(from);
    }

    fn index(&mut self, from: usize) {
        for (at, entry) in self.list.iter().enumerate().skip(from) {
            self.places.insert(entry.name.as_str().to_ascii_lowercase().into(), at);
        }
    }

    fn remove(&mut self, name: &str) {
        self.list.retain(|entry| !entry.name.as_str().eq_ignore_ascii_case(name));
        self.places.clear();
        if self.list.len() > INDEXED {
            self.index(0);
        }
    }
}

impl<'s> From<Vec<Entry<'s>>> for Entries<'s> {
    fn from(list: Vec<Entry<'s>>) -> Self {
        let mut entries = Self { list, places: HashMap::new() };
        if entries.list.len() > INDEXED {
            entries.index(0);
        }
        entries
    }
}

impl<'s> Deref for Entries<'s> {
    type Target = [Entry<'s>];

    fn deref(&self) -> &Self::Target {
        &self.list
    }
}

#[derive(Clone, Debug)]
pub(super) struct Entry<'s> {
    pub(super) name: Text<'s>,
    pub(super) name_at: Span,
    pub(super) item: Item<'s>,
}

impl<'s> Object<'s> {
    pub(super) fn new(kind: ObjectKind, entries: Vec<Entry<'s>>) -> Self {
        Self { kind, entries: Rc::new(entries.into()), open: false, saved: None }
    }

    /// The entry `name`, in any case.
    pub(super) fn get(&self, name: &str) -> Option<&Entry<'s>> {
        self.entries.list.get(self.entries.place(name)?)
    }

    /// The same entries as another object.
    pub(super) fn of_kind(&self, kind: ObjectKind) -> Self {
        Self { kind, saved: None, ..self.clone() }
    }

    /// Nothing is known of its entries any more.
    pub(super) fn lose(&mut self) {
        self.open = true;
        self.entries = Rc::default();
    }
}

/// What was there before a branch that may not be taken.
#[derive(Debug)]
pub(super) enum Undo<'s> {
    Variable { frame: usize, name: String, before: Option<Item<'s>> },
    Object { index: usize, before: Object<'s> },
}

/// What a script or document has set so far.
#[derive(Debug, Default)]
pub(in crate::notation) struct World<'s> {
    /// The variables of the script, then those of the functions that are being run. Names are in small letters.
    pub(super) frames: Vec<HashMap<String, Item<'s>>>,
    pub(super) objects: Vec<Object<'s>>,
    pub(super) functions: HashMap<String, (Rc<Unit<'s>>, Rc<Function>)>,
    /// The functions that were run.
    pub(super) called: HashSet<String>,
    /// Where the defaults of parameters stand that nobody gives.
    pub(super) defaults: BTreeSet<Span>,
    pub(super) undo: Vec<Undo<'s>>,
    /// Where branches went apart so far.
    pub(super) forks: usize,
    /// How many branches are open that may not be taken.
    pub(super) branches: usize,
    /// How many undos there were when the innermost of them began.
    pub(super) mark: usize,
    /// Entries that may still be copied because a branch changes their table.
    pub(super) copies: usize,
    /// A table was not followed further because of that.
    pub(super) is_cut_short: bool,
}

impl<'s> World<'s> {
    /// The value of a variable, in whichever frame it is.
    pub(super) fn get(&self, name: &str) -> Option<&Item<'s>> {
        let (scope, name) = key(name);
        if scope == Some("script") || scope == Some("global") {
            return self.frames.first()?.get(&name);
        }
        self.frames.iter().rev().find_map(|frame| frame.get(&name))
    }

    pub(super) fn set(&mut self, name: &str, item: Item<'s>) {
        let (scope, name) = key(name);
        if self.frames.is_empty() {
            self.frames.push(HashMap::new());
        }
        let frame = match scope {
            Some("script" | "global") => 0,
            _ => self.frames.len() - 1,
        };
        self.set_in(frame, name, item);
    }

    /// Sets a variable of one frame.
    pub(super) fn set_in(&mut self, frame: usize, name: String, item: Item<'s>) {
        let Some(variables) = self.frames.get_mut(frame) else { return };
        let before = variables.insert(name.clone(), item);
        if self.branches > 0 {
            self.undo.push(Undo::Variable { frame, name, before });
        }
    }

    pub(super) fn add(&mut self, object: Object<'s>) -> Value<'s> {
        self.objects.push(object);
        Value::Object(self.objects.len() - 1)
    }

    pub(super) fn change(&mut self, index: usize, change: impl FnOnce(&mut Object<'s>)) {
        let Some(object) = self.objects.get_mut(index) else { return };
        // What it was before the branch is kept once.
        let is_saved = object.saved.is_some_and(|at| at >= self.mark);
        if self.branches > 0 && !is_saved {
            self.undo.push(Undo::Object { index, before: object.clone() });
            object.saved = Some(self.undo.len() - 1);
            if let Some(left) = self.copies.checked_sub(object.entries.len()) {
                self.copies = left;
            } else {
                object.lose();
                self.is_cut_short = true;
            }
        }
        change(object);
    }

    /// Sets the entry `name`, which may be there already.
    pub(super) fn set_entry(&mut self, index: usize, entry: Entry<'s>) {
        self.change(index, |object| {
            Rc::make_mut(&mut object.entries).set(entry);
        });
    }

    /// Takes the entry `name` out.
    pub(super) fn remove_entry(&mut self, index: usize, name: &str) {
        self.change(index, |object| Rc::make_mut(&mut object.entries).remove(name));
    }
}

/// The scope that a variable's name says, and the name in small letters: `env:` is part of it.
fn key(name: &str) -> (Option<&'static str>, String) {
    let lower = name.to_lowercase();
    for scope in ["script", "global", "local", "private", "using", "variable"] {
        if let Some(rest) = lower.strip_prefix(scope).and_then(|rest| rest.strip_prefix(':')) {
            return (Some(scope), rest.to_owned());
        }
    }
    (None, lower)
}
