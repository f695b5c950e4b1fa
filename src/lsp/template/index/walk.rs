//! The walk through a template: what it declares, and the strings that are evaluated.

use std::sync::Arc;

use super::{Index, Scope, Symbol, Text, What, member, text};
use crate::arm::{self, Evaluation, is_expression};
use crate::json::{Kind, Node};
use crate::notation::template::{evaluation, has_symbolic_names};
use crate::text::Span;

/// What everything in a part of a template has in common.
#[derive(Clone)]
pub(super) struct Around {
    own: u32,
    names: u32,
    resource: Option<u32>,
    loops: Vec<Arc<str>>,
    is_default: bool,
}

impl Around {
    pub(super) fn of(scope: u32) -> Self {
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

#[derive(Default)]
pub(super) struct Walk<'t> {
    pub(super) index: Index,
    open: Vec<Open<'t>>,
}

impl<'t> Walk<'t> {
    pub(super) fn run(&mut self) {
        while let Some(open) = self.open.pop() {
            self.look(open);
        }
    }

    fn symbol(&mut self, what: What, name: String, scope: u32, node: Node<'_>, value: Node<'_>) {
        self.index.symbols.push(Symbol { what, name, scope, node: node.index(), value: value.index() });
    }

    /// A scope with what a template declares.
    pub(super) fn declare(&mut self, template: Node<'t>, around: Option<u32>) -> u32 {
        let scope = self.index.scopes.len() as u32;
        let is_symbolic = has_symbolic_names(template);
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
    pub(super) fn enter(&mut self, template: Node<'t>, around: &Around) {
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
            arm::is_deployment(name)
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
        let is_symbolic = self.index.scopes.get(around.own as usize).is_some_and(|it| it.is_symbolic);
        let is_inner = evaluation(properties, is_symbolic) == Evaluation::Inner;
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
