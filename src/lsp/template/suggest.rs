//! What may stand at the cursor in an expression, in `dependsOn`, in `$ref`.

use lsp_types::{CompletionItemKind, SignatureHelp};

use super::index::{Text, What, member, text};
use super::signature::{Signature, described, of_function, own, signature, signatures};
use super::tokens::{Before, Kind as TokenKind, Typed, before, is_part, tokens};
use super::values::{Given, Setting, asked, cut, heading, outermost, shown};
use super::view::View;
use crate::container;
use crate::json::{Node, decode_string};
use crate::lsp::choice::Choice;
use crate::lsp::document::Document;
use crate::lsp::spot::{Role, Spot};
use crate::schema::Step;
use crate::template::{Answers, Value};
use crate::text::{Edit, Fragment, Source, Span, apply_edits};

/// A cursor in a string of a template.
struct Cursor<'t> {
    body: &'t Fragment<'t>,
    spot: Spot<'t>,
    /// The cursor in the body.
    at: u32,
}

impl<'t> Cursor<'t> {
    fn find(body: &'t Fragment<'t>, cursor: u32) -> Option<Self> {
        let before = cursor.checked_sub(1);
        let at = body
            .offset_of(cursor)
            .or_else(|| Some(body.offset_of(before?)? + 1))
            .filter(|&at| body.text().is_char_boundary(at as usize))?;
        let spot = Spot::find(body.text(), at);
        let word = spot.word;
        (word.quote.is_some() && word.content.start <= at).then_some(Self { body, spot, at })
    }

    /// What stands in the string before the cursor.
    fn head(&self) -> String {
        let start = self.spot.word.content.start as usize;
        decode_string(self.body.text().get(start..self.at as usize).unwrap_or_default()).into_owned()
    }

    /// What stands on the line behind the cursor.
    fn rest(&self) -> &'t str {
        let rest = self.body.text().get(self.at as usize..).unwrap_or_default();
        rest.split(['\n', '\r']).next().unwrap_or_default()
    }

    /// The edit that writes `text` in the place of what is typed, `before` of it before the cursor; `None` where that
    /// is escaped.
    fn edit(&self, before: &str, after: usize, text: &str) -> Option<Edit> {
        let start = (self.at as usize).checked_sub(before.len())?;
        if self.body.text().get(start..self.at as usize)? != before {
            return None;
        }
        let mut edits = self.body.edit(Span::new(start, self.at as usize + after), text)?;
        let edit = edits.pop()?;
        (edits.is_empty() && !edit.text.contains('\n')).then_some(edit)
    }
}

/// The text of a body, read as if the string at the cursor were finished.
struct Fixed {
    source: Source,
    /// A byte within the string.
    at: u32,
}

fn fixed(document: &Document, cursor: &Cursor<'_>, new: &str) -> Option<Fixed> {
    let word = cursor.spot.word;
    let quote = char::from(word.quote?);
    let edits = cursor.body.edit(word.span, &format!("{quote}{new}{quote}"))?;
    let at = edits.first()?.span.start;
    let text = apply_edits(document.source().text(), &edits).ok()?;
    Some(Fixed { source: Source::new(document.source().name().to_owned(), text), at: at + 1 })
}

/// True if the cursor is in a string that is evaluated, or where one names another part of the template: what is
/// offered there is offered here.
pub(crate) fn suggest(
    document: &Document,
    bodies: &[&Fragment<'_>],
    setting: Setting<'_>,
    cursor: u32,
) -> Option<Vec<Choice>> {
    let body = bodies.iter().find(|body| {
        let whole = body.to_file(body.span());
        whole.start <= cursor && cursor <= whole.end
    })?;
    let place = Cursor::find(body, cursor)?;
    let head = place.head();
    let way = place.spot.own(None)?;
    let steps = way.steps();
    let is_named = |at: usize, name: &str| {
        let step = steps.len().checked_sub(at).and_then(|at| steps.get(at));
        matches!(step, Some(Step::Name(it)) if it.eq_ignore_ascii_case(name))
    };
    let is_dependency = place.spot.role == Role::Element && is_named(2, "dependsOn");
    let is_reference = matches!(place.spot.role, Role::Value(_)) && is_named(1, "$ref");
    let is_expression = head.starts_with('[') && !head.starts_with("[[");
    if !(is_expression || is_dependency || is_reference) {
        return None;
    }
    let stand_in = if is_reference { "" } else { "[x()]" };
    let fixed = fixed(document, &place, stand_in)?;
    let calls = container::calls(&fixed.source, document.kind()?);
    let views = View::all(&fixed.source, &calls);
    let view = views.iter().find(|view| view.holds(fixed.at))?;
    if is_reference {
        let scope = view.index.scopes.iter().position(|it| it.is_outermost)? as u32;
        return Some(definitions(view, &place, scope, &head));
    }
    let (node, _) = view.string_at(fixed.at)?;
    let text = view.text_of(node)?;
    let mut found = Vec::new();
    let before = before(&head, head.len() as u32);
    if is_dependency {
        found.extend(dependencies(view, &place, text, &head, &before, is_expression));
    }
    if is_expression {
        let maker = Maker { view, place: &place, text, node, setting };
        found.extend(maker.offered(&head, &before));
    }
    Some(found)
}

fn definitions(view: &View<'_>, place: &Cursor<'_>, scope: u32, head: &str) -> Vec<Choice> {
    let all = view.index.visible(What::Definition, scope);
    all.filter_map(|symbol| {
        let label = format!("#/definitions/{}", symbol.name);
        let after = place.rest().find('"').unwrap_or(0);
        let edit = place.edit(head, after, &label)?;
        let detail = view.tree.node(symbol.value).map(|it| heading(symbol, it)).unwrap_or_default();
        Some(Choice::new(label, CompletionItemKind::STRUCT, detail, edit))
    })
    .collect()
}

/// The resources that one may wait for.
fn dependencies(
    view: &View<'_>,
    place: &Cursor<'_>,
    text: &Text,
    head: &str,
    before: &Before<'_>,
    is_expression: bool,
) -> Vec<Choice> {
    let Some(scope) = view.index.scopes.get(text.own as usize) else { return Vec::new() };
    let kind = CompletionItemKind::REFERENCE;
    let own = text.resource.filter(|_| text.own == text.names);
    let after = place.rest().find('"').unwrap_or(0);
    if scope.is_symbolic {
        if is_expression {
            return Vec::new();
        }
        let all = view.index.visible(What::Resource, text.own).filter(|it| Some(it.value) != own);
        return all
            .filter_map(|symbol| {
                let detail = view.tree.node(symbol.value).map(|it| heading(symbol, it)).unwrap_or_default();
                let edit = place.edit(head, after, &symbol.name)?;
                Some(Choice::new(symbol.name.clone(), kind, detail, edit))
            })
            .collect();
    }
    // Within the brackets only where an expression begins.
    let typed = match &before.typed {
        Typed::Name { before: typed, .. } if is_expression && before.calls.is_empty() => Some(*typed),
        _ if is_expression => return Vec::new(),
        _ => None,
    };
    let Some(template) = view.tree.node(scope.node) else { return Vec::new() };
    let mut found = Vec::new();
    for (id, resource) in ids(template) {
        if Some(resource.index()) == own {
            continue;
        }
        let name = self::text(resource, "name").unwrap_or_default().into_owned();
        let (written, before, after) = match typed {
            Some(typed) => (id, typed, place.rest().bytes().take_while(|it| is_part(*it)).count()),
            None => (format!("[{id}]"), head, after),
        };
        if let Some(edit) = place.edit(before, after, &written) {
            found.push(Choice::new(written, kind, cut(&name), edit));
        }
    }
    if typed.is_none() {
        for symbol in view.index.visible(What::Loop, text.own) {
            if let Some(edit) = place.edit(head, after, &symbol.name) {
                found.push(Choice::new(symbol.name.clone(), kind, "all turns of a loop".to_owned(), edit));
            }
        }
    }
    found
}

/// The call that gives the id of each resource of a template, as far as the names are parts of one.
fn ids<'t>(template: Node<'t>) -> Vec<(String, Node<'t>)> {
    let mut found = Vec::new();
    let mut open: Vec<(Node<'t>, String, Vec<String>)> = member(template, "resources")
        .into_iter()
        .flat_map(Node::elements)
        .map(|it| (it, String::new(), Vec::new()))
        .collect();
    open.reverse();
    while let Some((resource, above, names)) = open.pop() {
        let (Some(kind), Some(name)) = (text(resource, "type"), text(resource, "name")) else { continue };
        let is_child = !above.is_empty() && !kind.contains('.');
        let kind = if is_child { format!("{above}/{kind}") } else { kind.into_owned() };
        let wanted = kind.matches('/').count();
        let mut all = if is_child { names.clone() } else { Vec::new() };
        match name.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            Some(expression) if !name.starts_with("[[") => all.push(expression.to_owned()),
            _ => all.extend(name.split('/').map(|part| format!("'{}'", part.replace('\'', "''")))),
        }
        if all.len() == wanted {
            found.push((format!("resourceId('{kind}', {})", all.join(", ")), resource));
        }
        let mut children: Vec<_> = member(resource, "resources")
            .into_iter()
            .flat_map(Node::elements)
            .map(|it| (it, kind.clone(), all.clone()))
            .collect();
        children.reverse();
        open.extend(children);
    }
    found
}

/// What is offered in one expression.
struct Maker<'m, 't> {
    view: &'m View<'t>,
    place: &'m Cursor<'m>,
    text: &'m Text,
    node: u32,
    setting: Setting<'m>,
}

impl Maker<'_, '_> {
    fn offered(&self, head: &str, before: &Before<'_>) -> Vec<Choice> {
        match &before.typed {
            Typed::Text { before: typed, .. } => {
                let call = before.calls.last();
                let Some(call) = call else { return Vec::new() };
                self.literals(head, &call.name.to_ascii_lowercase(), call.argument, typed)
            }
            Typed::Name { before: typed, .. } => self.names(typed),
            Typed::Member { base, before: typed, .. } => self.members(base, typed),
            Typed::Nothing => Vec::new(),
        }
    }

    /// The text of a literal, and what closes it where that is not there.
    fn literal(&self, name: &str, typed: &str, closes: &str) -> Option<Edit> {
        let rest = self.place.rest();
        let end = |c: char| matches!(c, '\'' | '"' | '(' | ')' | '[' | ']' | ',' | ' ');
        let after = rest.find(end).unwrap_or(rest.len());
        let behind = rest.get(after..).unwrap_or_default();
        let mut new = name.replace('\'', "''");
        if !behind.starts_with('\'') {
            new.push('\'');
            if !behind.trim_start().starts_with(')') {
                new.push_str(closes);
            }
        }
        self.place.edit(typed, after, &new)
    }

    fn symbols(&self, what: What, scope: u32, typed: &str, closes: &str) -> Vec<Choice> {
        let kind = match what {
            What::Parameter | What::Variable => CompletionItemKind::VARIABLE,
            _ => CompletionItemKind::REFERENCE,
        };
        let all = self.view.index.visible(what, scope);
        all.filter_map(|symbol| {
            let declaration = self.view.tree.node(symbol.value)?;
            let edit = self.literal(&symbol.name, typed, closes)?;
            let choice = Choice::new(symbol.name.clone(), kind, heading(symbol, declaration), edit);
            Some(Choice { documentation: described(declaration), ..choice })
        })
        .collect()
    }

    /// Names between quotes.
    fn literals(&self, head: &str, function: &str, argument: usize, typed: &str) -> Vec<Choice> {
        let (own, names) = (self.text.own, self.text.names);
        match (function, argument) {
            ("parameters", 0) => self.symbols(What::Parameter, names, typed, ")"),
            ("variables", 0) => self.symbols(What::Variable, names, typed, ")"),
            ("copyindex", 0) => self.symbols(What::Loop, own, typed, ")"),
            ("lambdavariables", 0) => {
                let kind = CompletionItemKind::VARIABLE;
                let item = |name: String| {
                    let edit = self.literal(&name, typed, ")")?;
                    Some(Choice::new(name, kind, "a variable of the lambda".to_owned(), edit))
                };
                lambda_names(head).into_iter().filter_map(item).collect()
            }
            ("reference" | "references" | "resourceinfo", 0) => self.symbols(What::Resource, own, typed, ")"),
            (name, 0) if name.starts_with("list") => self.symbols(What::Resource, own, typed, ""),
            (name, _) if name.ends_with("resourceid") => self.of_resource_id(head, typed),
            _ => Vec::new(),
        }
    }

    /// Types and names of the template's resources, for `resourceId` and its kin.
    fn of_resource_id(&self, head: &str, typed: &str) -> Vec<Choice> {
        let Some(template) =
            self.view.index.scopes.get(self.text.own as usize).and_then(|it| self.view.tree.node(it.node))
        else {
            return Vec::new();
        };
        // The last literal with a slash before the cursor is the type that the names are of.
        let all = tokens(head);
        let open = head.rfind('(').unwrap_or(0);
        let literals: Vec<&str> = all
            .iter()
            .filter(|it| it.kind == TokenKind::Text(true) && it.span.start as usize > open)
            .filter_map(|it| head.get(it.span.range()))
            .collect();
        let of = literals.iter().rposition(|it| it.contains('/'));
        let kind = CompletionItemKind::REFERENCE;
        let mut found: Vec<Choice> = Vec::new();
        for (id, resource) in ids(template) {
            let parts: Vec<&str> = id
                .strip_prefix("resourceId(")
                .and_then(|it| it.strip_suffix(')'))
                .map_or_else(Vec::new, |it| it.split(", ").collect());
            let inner =
                |part: &&str| part.strip_prefix('\'').and_then(|it| it.strip_suffix('\'')).map(str::to_owned);
            let label = match of {
                None => parts.first().and_then(inner),
                Some(of)
                    if parts
                        .first()
                        .and_then(inner)
                        .is_some_and(|it| it.eq_ignore_ascii_case(literals[of])) =>
                {
                    parts.get(literals.len() - of).and_then(inner)
                }
                Some(_) => None,
            };
            let Some(label) = label.filter(|label| !found.iter().any(|it| it.label == *label)) else {
                continue;
            };
            let name = text(resource, "name").unwrap_or_default().into_owned();
            if let Some(edit) = self.literal(&label, typed, "") {
                found.push(Choice::new(label, kind, cut(&name), edit));
            }
        }
        found
    }

    /// Functions, and whole calls of what the template declares.
    fn names(&self, typed: &str) -> Vec<Choice> {
        let rest = self.place.rest();
        let after = rest.bytes().take_while(|byte| is_part(*byte)).count();
        let is_called = rest.get(after..).is_some_and(|it| it.starts_with('('));
        let mut found = Vec::new();
        if !is_called {
            for (what, function) in [(What::Parameter, "parameters"), (What::Variable, "variables")] {
                for symbol in self.view.index.visible(what, self.text.names) {
                    let Some(declaration) = self.view.tree.node(symbol.value) else { continue };
                    let label = format!("{function}('{}')", symbol.name.replace('\'', "''"));
                    let Some(edit) = self.place.edit(typed, after, &label) else { continue };
                    let kind = CompletionItemKind::VARIABLE;
                    let choice = Choice::new(label, kind, heading(symbol, declaration), edit);
                    found.push(Choice { documentation: described(declaration), ..choice });
                }
            }
        }
        let own =
            self.view.index.visible(What::Function, self.text.names).filter_map(|symbol| {
                Some(of_function(symbol.name.clone(), self.view.tree.node(symbol.value)?))
            });
        found.extend(own.chain(signatures()).filter_map(|it| self.function(&it, typed, after, is_called)));
        found
    }

    fn function(&self, it: &Signature, typed: &str, after: usize, is_called: bool) -> Option<Choice> {
        let name = it.name.trim_end_matches('…');
        let new = match (is_called, it.parameters.is_empty(), it.name.ends_with('…')) {
            (true, ..) | (_, _, true) => name.to_owned(),
            (false, true, _) => format!("{name}()"),
            // What closes it stands there already in most editors, once it is typed.
            (false, false, _) => format!("{name}("),
        };
        let edit = self.place.edit(typed, after, &new)?;
        let choice = Choice::new(name.to_owned(), CompletionItemKind::FUNCTION, it.line(), edit);
        Some(Choice { documentation: Some(it.says.clone()), ..choice })
    }

    /// What a value has, and the functions of a namespace.
    fn members(&self, base: &str, typed: &str) -> Vec<Choice> {
        let rest = self.place.rest();
        let after = rest.bytes().take_while(|byte| is_part(*byte)).count();
        let is_called = rest.get(after..).is_some_and(|it| it.starts_with('('));
        let space = format!("{}.", base.to_lowercase());
        let own: Vec<Choice> = self
            .view
            .index
            .visible(What::Function, self.text.names)
            .filter(|it| it.name.to_lowercase().starts_with(&space))
            .filter_map(|symbol| {
                let whole = of_function(symbol.name.clone(), self.view.tree.node(symbol.value)?);
                let name = symbol.name.get(space.len()..)?.to_owned();
                let choice = self.function(&Signature { name, ..whole.clone() }, typed, after, is_called)?;
                Some(Choice { detail: whole.line(), ..choice })
            })
            .collect();
        if !own.is_empty() {
            return own;
        }
        let value = || {
            let given = Given::beside(self.setting, self.view);
            let options = given.options((!given.sheets.is_empty()).then_some(0));
            let root = outermost(self.view, self.node)?;
            let mut answers = Answers::new(Value::from_node(root, 0), &options);
            let whole = format!("[{base}]");
            let value = answers.value(asked(self.view, self.text, &whole)?)?;
            let object = value.as_object()?;
            let kind = CompletionItemKind::FIELD;
            let choice = |member: &crate::template::Member| {
                let is_plain = member.name.bytes().all(is_part) && !member.name.is_empty();
                let edit = self.place.edit(typed, after, &member.name).filter(|_| is_plain)?;
                let detail = given.hide(self.setting.mask, &shown(&member.value));
                Some(Choice::new(member.name.to_string(), kind, detail, edit))
            };
            Some(object.members().iter().filter_map(choice).collect::<Vec<_>>())
        };
        value().unwrap_or_default()
    }
}

/// The names that the lambdas of an expression give their variables.
fn lambda_names(head: &str) -> Vec<String> {
    let all = tokens(head);
    let mut found = Vec::new();
    for (at, token) in all.iter().enumerate() {
        let is_lambda = token.kind == TokenKind::Name
            && head.get(token.span.range()).is_some_and(|it| it.eq_ignore_ascii_case("lambda"))
            && all.get(at + 1).is_some_and(|it| it.kind == TokenKind::Sign(b'('));
        if !is_lambda {
            continue;
        }
        let mut next = at + 2;
        while let (Some(name), Some(comma)) = (all.get(next), all.get(next + 1)) {
            if name.kind != TokenKind::Text(true) || comma.kind != TokenKind::Sign(b',') {
                break;
            }
            found.extend(head.get(name.span.range()).map(str::to_owned));
            next += 2;
        }
    }
    found.dedup();
    found
}

/// The call that the cursor is in, with its arguments.
pub(crate) fn help(document: &Document, bodies: &[&Fragment<'_>], cursor: u32) -> Option<SignatureHelp> {
    let body = bodies.iter().find(|body| {
        let whole = body.to_file(body.span());
        whole.start <= cursor && cursor <= whole.end
    })?;
    let place = Cursor::find(body, cursor)?;
    let head = place.head();
    if !head.starts_with('[') || head.starts_with("[[") {
        return None;
    }
    let before = before(&head, head.len() as u32);
    let call = before.calls.last()?;
    if let Some(signature) = signature(call.name) {
        return Some(signature.help(call.argument));
    }
    let fixed = fixed(document, &place, "[x()]")?;
    let calls = container::calls(&fixed.source, document.kind()?);
    let views = View::all(&fixed.source, &calls);
    let view = views.iter().find(|view| view.holds(fixed.at))?;
    let (node, _) = view.string_at(fixed.at)?;
    let text = view.text_of(node)?;
    Some(own(view, text.names, call.name)?.help(call.argument))
}
