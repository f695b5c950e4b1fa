//! What expressions evaluate to, and what a script has set so far.

use std::collections::HashMap;
use std::rc::Rc;

use super::syntax::{Block, Function, Script};
use crate::notation::Quoting;
use crate::text::{Fragment, Span};

/// What quoting does to a text on its way.
pub(super) type Faults = Vec<Rc<Quoting>>;

/// A script and the text that it was read from.
#[derive(Debug)]
pub(super) struct Unit<'s> {
    pub(super) code: Rc<Fragment<'s>>,
    pub(super) script: Script,
    /// It is part of a document, in which placeholders belong.
    pub(super) in_document: bool,
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
}

impl<'s> Item<'s> {
    pub(super) fn new(value: Value<'s>, at: Span) -> Self {
        Self { value, at }
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
    pub(super) entries: Rc<Vec<Entry<'s>>>,
    /// Something was done to it that is not followed.
    pub(super) open: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Entry<'s> {
    pub(super) name: Text<'s>,
    pub(super) name_at: Span,
    pub(super) item: Item<'s>,
}

impl<'s> Object<'s> {
    /// The entry `name`, in any case.
    pub(super) fn get(&self, name: &str) -> Option<&Entry<'s>> {
        self.entries.iter().rev().find(|entry| entry.name.as_str().eq_ignore_ascii_case(name))
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
    pub(super) called: Vec<String>,
    /// Where the defaults of parameters stand that nobody gives.
    pub(super) defaults: Vec<Span>,
    pub(super) undo: Vec<Undo<'s>>,
    /// How many branches are open that may not be taken.
    pub(super) branches: usize,
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
        let before = self.frames[frame].insert(name.clone(), item);
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
        if self.branches > 0 {
            self.undo.push(Undo::Object { index, before: object.clone() });
        }
        change(object);
    }

    /// Sets the entry `name`, which may be there already.
    pub(super) fn set_entry(&mut self, index: usize, entry: Entry<'s>) {
        self.change(index, |object| {
            let entries = Rc::make_mut(&mut object.entries);
            let name = entry.name.as_str();
            match entries.iter_mut().find(|it| it.name.as_str().eq_ignore_ascii_case(name)) {
                Some(place) => *place = entry,
                None => entries.push(entry),
            }
        });
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
