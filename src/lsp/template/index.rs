//! What a template declares, and where it is used: of a finished template and of one that is being typed.
//!
//! [`crate::template::Survey`] knows the same of a template whose expressions parse; tests hold the two against each
//! other. Here a name is found in an expression that is half typed too, and resources, definitions, loops and the
//! parameters that nested deployments are given are names as well.

mod walk;

use std::collections::HashMap;
use std::sync::Arc;

use self::walk::{Around, Walk};
use super::tokens::{Kind as TokenKind, Token, tokens};
use crate::json::{Node, Tree};
use crate::notation::template::{is_template, read};
use crate::text::Span;

/// Names, where they are declared and where they are used.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) scopes: Vec<Scope>,
    pub(crate) symbols: Vec<Symbol>,
    /// In the order of the text.
    pub(crate) uses: Vec<Use>,
    /// The strings that are evaluated, in the order of the text.
    pub(crate) texts: Vec<Text>,
    by_name: HashMap<(What, u32, String), usize>,
}

/// Where names belong.
#[derive(Debug)]
pub(crate) struct Scope {
    /// The object of the template or of the user-defined function.
    pub(crate) node: u32,
    /// The scope around a user-defined function: all but its parameters is looked for there.
    pub(crate) around: Option<u32>,
    /// Resources have symbolic names.
    pub(crate) is_symbolic: bool,
    /// A name of a parameter is computed somewhere; one of a variable.
    pub(crate) computes: [bool; 2],
    /// The whole text is the template, or it is a template at the outermost level.
    pub(crate) is_outermost: bool,
    /// It is evaluated with the names of the template around it.
    pub(crate) is_outer: bool,
}

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum What {
    Parameter,
    Variable,
    /// `namespace.member`
    Function,
    /// A resource's symbolic name.
    Resource,
    Definition,
    Output,
    /// A loop of a resource.
    Loop,
}

impl What {
    /// The word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Parameter => "parameter",
            Self::Variable => "variable",
            Self::Function => "function",
            Self::Resource => "resource",
            Self::Definition => "definition",
            Self::Output => "output",
            Self::Loop => "loop",
        }
    }
}

/// A name that is declared.
#[derive(Debug)]
pub(crate) struct Symbol {
    pub(crate) what: What,
    pub(crate) name: String,
    pub(crate) scope: u32,
    /// The string with the name.
    pub(crate) node: u32,
    /// What it stands for.
    pub(crate) value: u32,
}

/// A name that is used.
#[derive(Debug)]
pub(crate) struct Use {
    pub(crate) what: What,
    pub(crate) name: String,
    pub(crate) scope: u32,
    /// The string that it stands in.
    pub(crate) node: u32,
    /// The name in the characters of the string; of a function without its namespace.
    pub(crate) span: Span,
}

/// A string that is evaluated.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) node: u32,
    /// Whose parameters and variables it uses.
    pub(crate) names: u32,
    /// The template in which it stands.
    pub(crate) own: u32,
    /// The resource that it is part of, of the template whose names it uses.
    pub(crate) resource: Option<u32>,
    /// The loops of properties, variables and outputs around it.
    pub(crate) loops: Vec<Arc<str>>,
    pub(crate) is_default: bool,
    /// It says what its resource waits for.
    pub(crate) is_dependency: bool,
}

impl Index {
    /// Reads the names of every template of a tree.
    pub(crate) fn of(tree: &Tree<'_>) -> Self {
        let mut walk = Walk::default();
        for root in read(tree).roots {
            if is_template(root) {
                let scope = walk.declare(root, None);
                walk.index.scopes[scope as usize].is_outermost = true;
                walk.enter(root, &Around::of(scope));
                walk.run();
            }
        }
        let mut index = walk.index;
        index.texts.sort_by_key(|it| it.node);
        index.texts.dedup_by_key(|it| it.node);
        for (at, symbol) in index.symbols.iter().enumerate() {
            // Of two of one name the last counts.
            index.by_name.insert((symbol.what, symbol.scope, key(symbol.what, &symbol.name)), at);
        }
        let texts = std::mem::take(&mut index.texts);
        for text in &texts {
            index.read(tree, text);
        }
        index.texts = texts;
        index.uses.sort_by_key(|it| (it.node, it.span.start));
        index
    }

    /// The symbol of a name in a scope, or in the one around it.
    pub(crate) fn find(&self, what: What, scope: u32, name: &str) -> Option<usize> {
        let home = self.home(what, scope)?;
        self.by_name.get(&(what, home, key(what, name))).copied()
    }

    /// The scope that has names of a kind.
    fn home(&self, what: What, scope: u32) -> Option<u32> {
        match self.scopes.get(scope as usize)?.around {
            Some(around) if what != What::Parameter => Some(around),
            _ => Some(scope),
        }
    }

    /// The symbols of a kind that a scope sees, those that count.
    pub(crate) fn visible(&self, what: What, scope: u32) -> impl Iterator<Item = &Symbol> {
        let home = self.home(what, scope);
        self.symbols
            .iter()
            .enumerate()
            .filter(move |(at, it)| {
                it.what == what
                    && Some(it.scope) == home
                    && self.by_name.get(&(what, it.scope, key(what, &it.name))) == Some(at)
            })
            .map(|(_, it)| it)
    }

    /// The symbol that a use names.
    pub(crate) fn symbol_of(&self, used: &Use) -> Option<usize> {
        self.find(used.what, used.scope, &used.name)
    }

    /// Every use of a symbol.
    pub(crate) fn uses_of(&self, symbol: usize) -> impl Iterator<Item = &Use> {
        let what = self.symbols.get(symbol).map(|it| it.what);
        self.uses.iter().filter(move |it| Some(it.what) == what && self.symbol_of(it) == Some(symbol))
    }

    /// The names that a string uses.
    fn read(&mut self, tree: &Tree<'_>, text: &Text) {
        let Some(characters) = tree.node(text.node).and_then(Node::as_str) else { return };
        if !characters.starts_with('[') {
            if text.is_dependency {
                self.depend(text, &characters, Span::new(0, characters.len()));
            }
            return;
        }
        if characters.starts_with("[[") {
            return;
        }
        let all = tokens(&characters);
        let word = |token: &Token| characters.get(token.span.range()).unwrap_or_default();
        for (at, token) in all.iter().enumerate() {
            let is_call = all.get(at + 1).is_some_and(|it| it.kind == TokenKind::Sign(b'('));
            if token.kind != TokenKind::Name || !is_call {
                continue;
            }
            let name = word(token);
            let space = at.checked_sub(2).and_then(|space| {
                let joined = all.get(space + 1)?.kind == TokenKind::Sign(b'.');
                all.get(space).filter(|it| joined && it.kind == TokenKind::Name)
            });
            if let Some(space) = space {
                let name = format!("{}.{name}", word(space));
                self.add(What::Function, name, text.names, text.node, token.span);
                continue;
            }
            let argument = all.get(at + 2);
            let literal = argument.filter(|it| matches!(it.kind, TokenKind::Text(_)));
            let ends = |at: usize| {
                all.get(at).is_none_or(|it| matches!(it.kind, TokenKind::Sign(b')' | b']' | b',')))
            };
            let lower = name.to_ascii_lowercase();
            let what = match lower.as_str() {
                "parameters" => What::Parameter,
                "variables" => What::Variable,
                "copyindex" => What::Loop,
                "reference" | "references" | "resourceinfo" => What::Resource,
                _ if lower.starts_with("list") => What::Resource,
                _ => continue,
            };
            match literal.filter(|_| ends(at + 3)) {
                Some(literal) if what == What::Resource => {
                    self.depend(text, &characters, literal.span);
                }
                Some(literal) if what == What::Loop => {
                    let name = word(literal).replace("''", "'");
                    let own = self.find(what, text.own, &name).is_some();
                    let scope = if own { text.own } else { text.names };
                    self.add(what, name, scope, text.node, literal.span);
                }
                Some(literal) => {
                    let name = word(literal).replace("''", "'");
                    self.add(what, name, text.names, text.node, literal.span);
                }
                None if argument.is_some_and(|it| it.kind != TokenKind::Sign(b')')) => {
                    self.computed(what, text.names);
                }
                None => {}
            }
        }
    }

    /// A name that a resource may have: its own if it is symbolic, or that of its loop.
    fn depend(&mut self, text: &Text, characters: &str, span: Span) {
        let name = characters.get(span.range()).unwrap_or_default().replace("''", "'");
        for scope in [text.own, text.names] {
            let is_symbolic = self.scopes.get(scope as usize).is_some_and(|it| it.is_symbolic);
            let what = if is_symbolic { What::Resource } else { What::Loop };
            if self.find(what, scope, &name).is_some() {
                self.add(what, name, scope, text.node, span);
                return;
            }
        }
    }

    fn computed(&mut self, what: What, scope: u32) {
        let at = match what {
            What::Parameter => 0,
            What::Variable => 1,
            _ => return,
        };
        if let Some(home) = self.home(what, scope)
            && let Some(scope) = self.scopes.get_mut(home as usize)
        {
            scope.computes[at] = true;
        }
    }

    fn add(&mut self, what: What, name: String, scope: u32, node: u32, span: Span) {
        self.uses.push(Use { what, name, scope, node, span });
    }
}

/// How a name is compared: without regard to case, but for symbolic names.
fn key(what: What, name: &str) -> String {
    if what == What::Resource { name.to_owned() } else { name.to_lowercase() }
}

/// The member called `name` of an object.
pub(crate) fn member<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.member(name).map(|(_, value)| value)
}

/// The characters of a string member.
pub(crate) fn text<'t>(node: Node<'t>, name: &str) -> Option<std::borrow::Cow<'t, str>> {
    member(node, name)?.as_str()
}
