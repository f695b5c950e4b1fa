//! The outline of a template: parameters, variables, functions, resources within each other, outputs.

use lsp_types::{DocumentSymbol, SymbolKind};

use super::index::{member, text};
use super::values::{cut, heading_of, place};
use super::view::View;
use crate::json::{Kind, Node};
use crate::lsp::document::Document;
use crate::template::{Answers, Options, Value};
use crate::text::{Shown, Span};

/// Templates within templates that are shown; more than anybody reads.
const MAX_DEPTH: usize = 16;

/// The outline of every template of a text. `hide` takes the secrets out of what is shown.
pub(crate) fn outline(
    view: &View<'_>,
    document: &Document,
    hide: &dyn Fn(&str) -> String,
) -> Vec<DocumentSymbol> {
    let mut options = Options::default();
    (options.is_lenient, options.finds_all, options.hides_secure) = (true, true, true);
    let mut found = Vec::new();
    for scope in view.index.scopes.iter().filter(|it| it.is_outermost) {
        let Some(template) = view.tree.node(scope.node) else { continue };
        let mut writer =
            Writer { view, document, hide, answers: Answers::new(Value::from_node(template, 0), &options) };
        found.extend(writer.template(template, 0));
    }
    found
}

struct Writer<'w, 't, 'o> {
    view: &'w View<'t>,
    document: &'w Document,
    hide: &'w dyn Fn(&str) -> String,
    answers: Answers<'o>,
}

impl Writer<'_, '_, '_> {
    fn template(&mut self, template: Node<'_>, depth: usize) -> Vec<DocumentSymbol> {
        let mut found = Vec::new();
        if depth > MAX_DEPTH {
            return found;
        }
        for (name, value) in template.members() {
            let Some(section) = name.as_str() else { continue };
            let section = section.to_ascii_lowercase();
            let children = match section.as_str() {
                "parameters" => self.members(value, SymbolKind::VARIABLE, "parameter"),
                "variables" => self.variables(value),
                "definitions" => self.members(value, SymbolKind::STRUCT, "definition"),
                "outputs" => self.members(value, SymbolKind::PROPERTY, "output"),
                "functions" => {
                    let mut all = Vec::new();
                    for space in value.elements() {
                        let Some(namespace) = text(space, "namespace") else { continue };
                        for (name, function) in member(space, "members").into_iter().flat_map(Node::members) {
                            let label = format!("{namespace}.{}", name.as_str().unwrap_or_default());
                            let detail = super::signature::of_function(label.clone(), function).line();
                            all.extend(self.symbol(
                                &label,
                                &detail,
                                SymbolKind::FUNCTION,
                                (name, function),
                                Vec::new(),
                            ));
                        }
                    }
                    all
                }
                "resources" => self.resources(value, template.index(), depth),
                _ => continue,
            };
            let detail = children.len().to_string();
            found.extend(self.symbol(&section, &detail, SymbolKind::NAMESPACE, (name, value), children));
        }
        found
    }

    fn members(&self, section: Node<'_>, kind: SymbolKind, word: &str) -> Vec<DocumentSymbol> {
        let member = |(name, value): (Node<'_>, Node<'_>)| {
            let label = name.as_str()?.into_owned();
            self.symbol(&label, &heading_of(word, value), kind, (name, value), Vec::new())
        };
        section.members().filter_map(member).collect()
    }

    fn variables(&self, section: Node<'_>) -> Vec<DocumentSymbol> {
        let mut all = Vec::new();
        for (name, value) in section.members() {
            let Some(label) = name.as_str() else { continue };
            if label.eq_ignore_ascii_case("copy") && value.kind() == Kind::Array {
                for item in value.elements() {
                    let Some(name) = member(item, "name") else { continue };
                    let label = name.as_str().unwrap_or_default();
                    all.extend(self.symbol_in(&label, "loop", SymbolKind::VARIABLE, name, item, Vec::new()));
                }
                continue;
            }
            all.extend(self.symbol(&label, "", SymbolKind::VARIABLE, (name, value), Vec::new()));
        }
        all
    }

    fn resources(&mut self, section: Node<'_>, template: u32, depth: usize) -> Vec<DocumentSymbol> {
        if depth > MAX_DEPTH {
            return Vec::new();
        }
        let named: Vec<(Option<Node<'_>>, Node<'_>)> = if section.kind() == Kind::Object {
            section.members().map(|(name, value)| (Some(name), value)).collect()
        } else {
            section.elements().map(|it| (None, it)).collect()
        };
        let mut all = Vec::new();
        for (symbol, resource) in named {
            if resource.kind() != Kind::Object {
                continue;
            }
            let mut children = Vec::new();
            if let Some(within) = member(resource, "resources") {
                children.extend(self.resources(within, template, depth + 1));
            }
            let nested = member(resource, "properties").and_then(|it| member(it, "template"));
            if let Some(nested) = nested.filter(|it| it.kind() == Kind::Object) {
                children.extend(self.template(nested, depth + 1));
            }
            let name = member(resource, "name");
            let known = self.answers.resource(place(template), place(resource.index()));
            let written = || name.and_then(Node::as_str).map(std::borrow::Cow::into_owned);
            let known_name = known.as_ref().and_then(|(_, name)| name.as_str().map(str::to_owned));
            let label = symbol.and_then(Node::as_str).map(std::borrow::Cow::into_owned);
            let label = label.or(known_name).or_else(written).unwrap_or_default();
            let detail = known.map(|(name, _)| name.to_string());
            let detail = detail.or_else(|| text(resource, "type").map(std::borrow::Cow::into_owned));
            let at = symbol.or(name).unwrap_or(resource);
            let detail = detail.unwrap_or_default();
            all.extend(self.symbol_in(&label, &detail, SymbolKind::OBJECT, at, resource, children));
        }
        all
    }

    /// A member with its value.
    fn symbol(
        &self,
        label: &str,
        detail: &str,
        kind: SymbolKind,
        (name, value): (Node<'_>, Node<'_>),
        children: Vec<DocumentSymbol>,
    ) -> Option<DocumentSymbol> {
        let own = self.view.place_of(name.index())?;
        let whole = self.view.place_of(value.index()).map_or(own, |it| own.cover(it));
        Some(self.made(label, detail, kind, (own, whole), children))
    }

    /// An object that has its name within it, or before it.
    fn symbol_in(
        &self,
        label: &str,
        detail: &str,
        kind: SymbolKind,
        name: Node<'_>,
        object: Node<'_>,
        children: Vec<DocumentSymbol>,
    ) -> Option<DocumentSymbol> {
        let own = self.view.place_of(name.index())?;
        let whole = self.view.place_of(object.index())?.cover(own);
        Some(self.made(label, detail, kind, (own, whole), children))
    }

    fn made(
        &self,
        label: &str,
        detail: &str,
        kind: SymbolKind,
        (own, whole): (Span, Span),
        children: Vec<DocumentSymbol>,
    ) -> DocumentSymbol {
        let name: String = Shown::line(&cut(&(self.hide)(label))).into();
        let detail: String = Shown::line(&cut(&(self.hide)(detail))).into();
        let range = self.document.range(whole);
        let selection_range = self.document.range(own);
        #[expect(deprecated, reason = "the field has to be there, and is not used")]
        let symbol = DocumentSymbol {
            // The protocol wants a name that is not empty.
            name: if name.trim().is_empty() { "(no name)".to_owned() } else { name },
            detail: (!detail.is_empty()).then_some(detail),
            kind,
            tags: None,
            deprecated: None,
            range,
            selection_range,
            children: (!children.is_empty()).then_some(children),
        };
        symbol
    }
}
