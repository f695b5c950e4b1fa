//! What a template declares, and where it is used: of a finished template and of one that is being typed.
//!
//! [`crate::template::Survey`] knows the same of a template whose expressions parse; tests hold the two against each
//! other. Here a name is found in an expression that is half typed too, and resources, definitions, loops and the
//! parameters that nested deployments are given are names as well.

use std::collections::HashMap;
use std::sync::Arc;

use super::tokens::{Kind as TokenKind, Token, tokens};
use crate::arm::is_expression;
use crate::json::{Kind, Node, Tree, string_fragment};
use crate::lint::template_tree;
use crate::notation::Call;
use crate::notation::template::{is_template, may_hold_resources, read};
use crate::text::{Fragment, Source, Span};

/// A text with templates, and what is known of their names.
#[derive(Debug)]
pub(crate) struct View<'t> {
    /// The text.
    pub(crate) body: &'t Fragment<'t>,
    pub(crate) tree: Tree<'t>,
    pub(crate) index: Index,
}

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

/// What the cursor is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hit {
    /// The declaration of a symbol.
    Declared(usize),
    /// A use, by its place in [`Index::uses`].
    Used(usize),
}

impl<'t> View<'t> {
    /// Every text with templates among the calls of a document.
    pub(crate) fn all(source: &Source, calls: &'t [Call<'t>]) -> Vec<Self> {
        calls.iter().filter_map(|call| Self::of(source, call)).collect()
    }

    /// The text of one call.
    pub(crate) fn of(source: &Source, call: &'t Call<'t>) -> Option<Self> {
        let body = call.body.text().filter(|body| may_hold_resources(body.text()))?;
        let tree = template_tree(source, call)?;
        let index = Index::of(&tree);
        (!index.scopes.is_empty()).then_some(Self { body, tree, index })
    }

    /// True if the byte of the file is in the text.
    pub(crate) fn holds(&self, cursor: u32) -> bool {
        let whole = self.body.to_file(self.body.span());
        whole.start <= cursor && cursor <= whole.end
    }

    /// The bytes of the file of a part of a string.
    pub(crate) fn place(&self, node: u32, span: Span) -> Option<Span> {
        let node = self.tree.node(node)?;
        let fragment = string_fragment(self.body, node)?;
        (span.end as usize <= fragment.text().len()).then(|| fragment.to_file(span))
    }

    /// The bytes of the file of a whole node.
    pub(crate) fn place_of(&self, node: u32) -> Option<Span> {
        Some(self.body.to_file(self.tree.node(node)?.span()))
    }

    /// The bytes of a name in the file: of a string without its quotes.
    pub(crate) fn name_place(&self, node: u32) -> Option<Span> {
        let text = self.tree.node(node)?;
        let span = text.content_span();
        Some(self.body.to_file(span))
    }

    /// The string at a byte of the file, and the byte in its characters.
    pub(crate) fn string_at(&self, cursor: u32) -> Option<(u32, u32)> {
        let inside =
            |at: u32| self.body.offset_of(at).filter(|at| self.body.text().is_char_boundary(*at as usize));
        let offset = inside(cursor).or_else(|| Some(inside(cursor.checked_sub(1)?)? + 1))?;
        let root = self.tree.root()?;
        let node = root.within().find(|node| {
            let content = node.content_span();
            node.kind() == Kind::String
                && node.span() != content
                && content.start <= offset
                && offset <= content.end
        })?;
        let fragment = string_fragment(self.body, node)?;
        let at = fragment
            .offset_of(cursor)
            .or_else(|| Some(fragment.offset_of(cursor.checked_sub(1)?)? + 1))
            .unwrap_or_default();
        Some((node.index(), at))
    }

    /// The name at a byte of the file.
    pub(crate) fn hit(&self, cursor: u32) -> Option<Hit> {
        let (node, at) = self.string_at(cursor)?;
        let from = self.index.uses.partition_point(|it| it.node < node);
        let here = self.index.uses[from..].iter().take_while(|it| it.node == node);
        let on = |span: Span| span.start <= at && at <= span.end;
        if let Some(at) = here.into_iter().position(|it| on(it.span)) {
            return Some(Hit::Used(from + at));
        }
        self.index.symbols.iter().position(|it| it.node == node).map(Hit::Declared)
    }

    /// The symbol that the cursor is on.
    pub(crate) fn symbol_at(&self, cursor: u32) -> Option<usize> {
        match self.hit(cursor)? {
            Hit::Declared(symbol) => Some(symbol),
            Hit::Used(at) => self.index.symbol_of(&self.index.uses[at]),
        }
    }

    /// The evaluated string that is a node.
    pub(crate) fn text_of(&self, node: u32) -> Option<&Text> {
        let at = self.index.texts.binary_search_by_key(&node, |it| it.node).ok()?;
        self.index.texts.get(at)
    }
}

impl Index {
    /// Reads the names of every template of a tree.
    pub(crate) fn of(tree: &Tree<'_>) -> Self {
        let mut walk = Walk { index: Self::default(), open: Vec::new() };
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

/// What everything in a part of a template has in common.
#[derive(Clone)]
struct Around {
    own: u32,
    names: u32,
    resource: Option<u32>,
    loops: Vec<Arc<str>>,
    is_default: bool,
}

impl Around {
    fn of(scope: u32) -> Self {
        Self { own: scope, names: scope, resource: None, loops: Vec::new(), is_default: false }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Plain,
    /// Declarations: texts in them may refer to definitions.
    Declared,
    Dependencies,
    Resources,
    Resource,
    /// The properties of a nested deployment.
    Deployment,
}

struct Open<'t> {
    node: Node<'t>,
    role: Role,
    around: Around,
}

struct Walk<'t> {
    index: Index,
    open: Vec<Open<'t>>,
}

/// The member called `name` of an object.
pub(crate) fn member<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.member(name).map(|(_, value)| value)
}

/// The characters of a string member.
pub(crate) fn text<'t>(node: Node<'t>, name: &str) -> Option<std::borrow::Cow<'t, str>> {
    member(node, name)?.as_str()
}

impl<'t> Walk<'t> {
    fn run(&mut self) {
        while let Some(open) = self.open.pop() {
            self.look(open);
        }
    }

    fn symbol(&mut self, what: What, name: String, scope: u32, node: Node<'_>, value: Node<'_>) {
        self.index.symbols.push(Symbol { what, name, scope, node: node.index(), value: value.index() });
    }

    /// A scope with what a template declares.
    fn declare(&mut self, template: Node<'t>, around: Option<u32>) -> u32 {
        let scope = self.index.scopes.len() as u32;
        let is_symbolic = member(template, "languageVersion").is_some()
            || member(template, "resources").is_some_and(|it| it.kind() == Kind::Object);
        self.index.scopes.push(Scope {
            node: template.index(),
            around,
            is_symbolic,
            computes: [false; 2],
            is_outermost: false,
            is_outer: false,
        });
        for (section, what) in [
            ("parameters", What::Parameter),
            ("variables", What::Variable),
            ("definitions", What::Definition),
            ("outputs", What::Output),
        ] {
            for (name, value) in member(template, section).into_iter().flat_map(Node::members) {
                let Some(text) = name.as_str() else { continue };
                if what == What::Variable && text.eq_ignore_ascii_case("copy") && value.kind() == Kind::Array
                {
                    for item in value.elements() {
                        if let Some(name) = member(item, "name")
                            && let Some(text) = name.as_str()
                        {
                            self.symbol(what, text.into_owned(), scope, name, item);
                        }
                    }
                    continue;
                }
                self.symbol(what, text.into_owned(), scope, name, value);
            }
        }
        for space in member(template, "functions").into_iter().flat_map(Node::elements) {
            let Some(namespace) = text(space, "namespace") else { continue };
            for (name, value) in member(space, "members").into_iter().flat_map(Node::members) {
                let Some(text) = name.as_str() else { continue };
                self.symbol(What::Function, format!("{namespace}.{text}"), scope, name, value);
            }
        }
        scope
    }

    /// Opens what a template holds.
    fn enter(&mut self, template: Node<'t>, around: &Around) {
        let open = |node: Node<'t>, role: Role, around: Around| Open { node, role, around };
        for (section, value) in template.members() {
            let Some(section) = section.as_str() else { continue };
            match section.to_ascii_lowercase().as_str() {
                "parameters" => {
                    for (_, declaration) in value.members() {
                        for (name, value) in declaration.members() {
                            let is_default = name.is_named("defaultValue");
                            let around = Around { is_default, ..around.clone() };
                            self.reference(name, value, &around);
                            self.open.push(open(value, Role::Declared, around));
                        }
                    }
                }
                "definitions" => self.open.push(open(value, Role::Declared, around.clone())),
                "outputs" => {
                    for (_, output) in value.members() {
                        let around = looped(member(output, "copy"), "", around);
                        self.open.push(open(output, Role::Declared, around));
                    }
                }
                "functions" => {
                    for space in value.elements() {
                        for (_, function) in member(space, "members").into_iter().flat_map(Node::members) {
                            self.function(function, around);
                        }
                    }
                }
                "resources" => self.open.push(open(value, Role::Resources, around.clone())),
                _ => self.open.push(open(value, Role::Plain, around.clone())),
            }
        }
    }

    fn function(&mut self, function: Node<'t>, around: &Around) {
        let scope = self.index.scopes.len() as u32;
        self.index.scopes.push(Scope {
            node: function.index(),
            around: Some(around.names),
            is_symbolic: false,
            computes: [false; 2],
            is_outermost: false,
            is_outer: false,
        });
        for parameter in member(function, "parameters").into_iter().flat_map(Node::elements) {
            if let Some(name) = member(parameter, "name")
                && let Some(text) = name.as_str()
            {
                self.symbol(What::Parameter, text.into_owned(), scope, name, parameter);
            }
            self.open.push(Open { node: parameter, role: Role::Declared, around: around.clone() });
        }
        if let Some(output) = member(function, "output") {
            let around = Around { names: scope, resource: None, ..around.clone() };
            self.open.push(Open { node: output, role: Role::Declared, around });
        }
    }

    fn look(&mut self, Open { node, role, around }: Open<'t>) {
        match node.kind() {
            Kind::String => self.string(node, role == Role::Dependencies, &around),
            Kind::Array => {
                let role = match role {
                    Role::Resources => Role::Resource,
                    Role::Declared | Role::Dependencies => role,
                    _ => Role::Plain,
                };
                let elements = node.elements().map(|node| Open { node, role, around: around.clone() });
                self.open.extend(elements);
            }
            Kind::Object => match role {
                Role::Resources => {
                    for (name, value) in node.members() {
                        if let Some(text) = name.as_str() {
                            self.symbol(What::Resource, text.into_owned(), around.own, name, value);
                        }
                        self.open.push(Open { node: value, role: Role::Resource, around: around.clone() });
                    }
                }
                Role::Resource => self.resource(node, &around),
                Role::Deployment => self.deployment(node, &around),
                Role::Plain | Role::Declared | Role::Dependencies => {
                    for (name, value) in node.members() {
                        self.string(name, false, &around);
                        if role == Role::Declared {
                            self.reference(name, value, &around);
                        }
                        let is_copy = name.as_str().is_some_and(|it| it.eq_ignore_ascii_case("copy"));
                        if is_copy && value.kind() == Kind::Array {
                            for item in value.elements() {
                                let name = text(item, "name").unwrap_or_default();
                                let around = looped(Some(item), &name, &around);
                                self.open.push(Open { node: item, role: Role::Plain, around });
                            }
                            continue;
                        }
                        self.open.push(Open { node: value, role, around: around.clone() });
                    }
                }
            },
            _ => {}
        }
    }

    fn resource(&mut self, node: Node<'t>, around: &Around) {
        let is_own = around.own == around.names;
        let around =
            Around { resource: if is_own { Some(node.index()) } else { around.resource }, ..around.clone() };
        let of_deployments = text(node, "type").is_some_and(|it| {
            let name = it.split('@').next().unwrap_or_default();
            name.eq_ignore_ascii_case("Microsoft.Resources/deployments")
        });
        for (name, value) in node.members() {
            let Some(member_name) = name.as_str() else { continue };
            let role = match member_name.to_ascii_lowercase().as_str() {
                "resources" => Role::Resources,
                "dependson" => Role::Dependencies,
                "properties" if of_deployments => Role::Deployment,
                "copy" => {
                    if let Some(name) = member(value, "name")
                        && let Some(text) = name.as_str().filter(|it| !is_expression(it))
                    {
                        self.symbol(What::Loop, text.into_owned(), around.own, name, value);
                    }
                    Role::Plain
                }
                _ => Role::Plain,
            };
            self.string(name, false, &around);
            self.open.push(Open { node: value, role, around: around.clone() });
        }
    }

    fn deployment(&mut self, properties: Node<'t>, around: &Around) {
        let scope = member(properties, "expressionEvaluationOptions").and_then(|it| member(it, "scope"));
        let is_inner = scope.and_then(Node::as_str).is_some_and(|it| it.eq_ignore_ascii_case("inner"));
        let mut inner = None;
        if let Some(template) = member(properties, "template").filter(|it| it.kind() == Kind::Object) {
            let scope = self.declare(template, None);
            self.index.scopes[scope as usize].is_outer = !is_inner;
            let within = if is_inner { Around::of(scope) } else { Around { own: scope, ..around.clone() } };
            self.enter(template, &within);
            inner = is_inner.then_some(scope);
        }
        for (name, value) in properties.members() {
            if name.is_named("template") && value.kind() == Kind::Object {
                continue;
            }
            if name.is_named("parameters") {
                for (name, _) in value.members() {
                    if let (Some(scope), Some(text)) = (inner, name.as_str()) {
                        let span = Span::new(0, text.len());
                        self.index.add(What::Parameter, text.into_owned(), scope, name.index(), span);
                    }
                }
            }
            self.open.push(Open { node: value, role: Role::Plain, around: around.clone() });
        }
    }

    /// A string that is evaluated.
    fn string(&mut self, node: Node<'t>, is_dependency: bool, around: &Around) {
        let source = node.source();
        let is_bracketed = source.get(1..2) == Some("[") || source.get(1..3) == Some("\\u");
        if node.is_repaired() || node.kind() != Kind::String || !(is_dependency || is_bracketed) {
            return;
        }
        self.index.texts.push(Text {
            node: node.index(),
            names: around.names,
            own: around.own,
            resource: around.resource,
            loops: around.loops.clone(),
            is_default: around.is_default,
            is_dependency,
        });
    }

    /// `"$ref": "#/definitions/name"`
    fn reference(&mut self, name: Node<'t>, value: Node<'t>, around: &Around) {
        const BEFORE: &str = "#/definitions/";
        if !name.is_named("$ref") || value.is_repaired() {
            return;
        }
        let Some(text) = value.as_str() else { return };
        let Some(defined) = text.strip_prefix(BEFORE) else { return };
        let span = Span::new(BEFORE.len(), text.len());
        self.index.add(What::Definition, defined.to_owned(), around.names, value.index(), span);
    }
}

/// `around` within a loop of a property, a variable or an output.
fn looped(item: Option<Node<'_>>, name: &str, around: &Around) -> Around {
    let mut around = around.clone();
    if item.is_some() {
        around.loops.push(name.into());
    }
    around
}
