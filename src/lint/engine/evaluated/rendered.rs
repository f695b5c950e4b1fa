//! A request as a text that maps to the template which made it.

use std::collections::HashMap;
use std::ops::Range;

use crate::arm::expression::is_expression;
use crate::json::{Kind, Node, Tree};
use crate::lint::evaluation::Evaluation;
use crate::template::{Data, Member, Of, Place, PlannedRequest, Value};
use crate::text::{Builder, Encoding, Fragment, Span};

/// What requests of one expansion are written with.
pub(super) struct Rendering<'v, 'a> {
    tree: &'v Tree<'a>,
    body: &'v Fragment<'a>,
    /// Fixes may be written into variables: nothing else than them made the values.
    is_sure: bool,
    /// The nodes of each variable of the template, in their order, and whether one expression alone uses it.
    variables: Vec<(Range<u32>, bool)>,
}

/// Bytes of a request: what is larger no service takes.
const MAX_BODY: u64 = 4 << 20;

impl<'v, 'a> Rendering<'v, 'a> {
    pub(super) fn new(
        tree: &'v Tree<'a>,
        body: &'v Fragment<'a>,
        evaluation: &'v Evaluation<'a>,
        is_sure: bool,
    ) -> Self {
        let mut uses: HashMap<String, u32> = HashMap::new();
        for it in evaluation.survey.uses.iter().filter(|it| it.of == Of::Variable) {
            *uses.entry(it.name.to_lowercase()).or_default() += 1;
        }
        let declared = evaluation.root.member("variables").map(|(_, declared)| declared);
        let variables = declared.iter().flat_map(|it| it.members()).map(|(name, value)| {
            let name = name.as_str().unwrap_or_default().to_lowercase();
            (value.index()..value.end(), uses.get(&name) == Some(&1))
        });
        Self { tree, body, variables: variables.collect(), is_sure }
    }

    /// The resource that makes a request; `None` if it has no place, or is too large.
    pub(super) fn of(&self, request: &PlannedRequest) -> Option<Fragment<'a>> {
        let place = request.place.filter(|it| it.document == 0)?;
        let node = self.tree.node(place.node)?;
        let members = request.body.as_object()?;
        if request.body.weight() > MAX_BODY {
            return None;
        }
        let mut text = Text {
            rendering: self,
            builder: Builder::new(self.body),
            can_edit: self.is_sure && request.turn.is_none(),
        };
        let around = self.body.to_file(node.span());
        text.put(self.body.to_file(node.opening()), "{");
        let own = |name: &str| node.member(name).map_or(around, |(_, it)| self.body.to_file(it.span()));
        text.quoted(own("type"), "type");
        text.put(own("type"), ":");
        text.quoted(own("type"), &request.resource_type);
        for (name, value) in [("apiVersion", &request.api_version), ("name", &request.name)] {
            text.put(own(name), ",");
            text.quoted(own(name), name);
            text.put(own(name), ":");
            text.value(value, own(name));
        }
        for member in members.members() {
            text.member(member, around, ",");
        }
        text.put(self.body.to_file(node.closing()), "}");
        Some(text.builder.finish(0, Encoding::JsonString))
    }

    fn node(&self, place: Option<Place>) -> Option<Node<'_>> {
        self.tree.node(place.filter(|it| it.document == 0)?.node)
    }

    /// True if a literal stands in a variable that one expression uses: another value there has no other effect.
    fn is_used_once(&self, node: Node<'_>) -> bool {
        let behind = self.variables.partition_point(|(nodes, _)| nodes.start <= node.index());
        let holder = behind.checked_sub(1).and_then(|at| self.variables.get(at));
        holder.is_some_and(|(nodes, is_once)| *is_once && nodes.contains(&node.index()))
    }
}

/// A text in the making.
struct Text<'t, 'v, 'a> {
    rendering: &'t Rendering<'v, 'a>,
    builder: Builder<'v, 'a>,
    can_edit: bool,
}

impl Text<'_, '_, '_> {
    fn put(&mut self, place: Span, text: &str) {
        self.builder.placed(place, text, false);
    }

    fn quoted(&mut self, place: Span, text: &str) {
        let quoted = serde_json::Value::from(text).to_string();
        self.put(place, &quoted);
    }

    fn member(&mut self, member: &Member, around: Span, before: &str) {
        let name = self.rendering.node(member.place);
        let place = name.map_or(around, |it| self.rendering.body.to_file(it.span()));
        self.put(Span::at(place.start as usize), before);
        match name.filter(|it| self.can_edit(*it, &member.name)) {
            Some(name) => self.builder.append(&self.rendering.body.slice(name.span())),
            None => self.quoted(place, &member.name),
        }
        self.put(Span::at(place.end as usize), ":");
        self.value(&member.value, place);
    }

    /// Where the brackets of a container stand: its own, if it is written as one, or all that makes it.
    fn marks(&self, node: Option<Node<'_>>, place: Span) -> (Span, Span) {
        let body = self.rendering.body;
        node.map_or((place, place), |it| (body.to_file(it.opening()), body.to_file(it.closing())))
    }

    /// A value. No deeper than values are.
    fn value(&mut self, value: &Value, around: Span) {
        let node = self.rendering.node(value.place);
        let place = node.map_or(around, |it| self.rendering.body.to_file(it.span()));
        match &value.data {
            Data::Text(text) => self.text(text, node, place),
            Data::Open(open) => self.quoted(place, &format!("[{}]", open.text)),
            Data::Array(_) => {
                let (start, end) = self.marks(node.filter(|it| it.kind() == Kind::Array), place);
                self.put(start, "[");
                for (at, item) in value.as_array().unwrap_or_default().iter().enumerate() {
                    if at > 0 {
                        self.put(end, ",");
                    }
                    self.value(item, place);
                }
                self.put(end, "]");
            }
            Data::Object(object) => {
                // A deployment may know more members than these.
                if let Some(rest) = object.rest() {
                    self.quoted(place, &format!("[{rest}]"));
                    return;
                }
                let (start, end) = self.marks(node.filter(|it| it.kind() == Kind::Object), place);
                self.put(start, "{");
                for (at, member) in object.members().iter().enumerate() {
                    self.member(member, place, if at == 0 { "" } else { "," });
                }
                self.put(end, "}");
            }
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Float(_) => {
                self.put(place, &value.to_json().to_string());
            }
        }
    }

    fn text(&mut self, text: &str, node: Option<Node<'_>>, place: Span) {
        if is_expression(text) {
            // What looks like an expression was one, or is a text that only looks so.
            self.quoted(place, &format!("[{text}"));
            return;
        }
        // How expressions leave a property out: services take an empty text for none.
        if text.is_empty()
            && let Some(expression) = node.and_then(Node::as_str).filter(|it| is_expression(it))
        {
            self.quoted(place, &expression);
            return;
        }
        match node.filter(|it| self.can_edit(*it, text)) {
            Some(node) => self.builder.append(&self.rendering.body.slice(node.span())),
            None => self.quoted(place, text),
        }
    }

    /// True for a literal that may be written otherwise: it has no other effect.
    fn can_edit(&self, node: Node<'_>, text: &str) -> bool {
        self.can_edit
            && node.kind() == Kind::String
            && node.as_str().as_deref() == Some(text)
            && is_plain(node)
            && self.rendering.is_used_once(node)
    }
}

/// True for a string that strict JSON reads as it stands.
fn is_plain(node: Node<'_>) -> bool {
    let source = node.source();
    source.len() >= 2
        && source.starts_with('"')
        && source.ends_with('"')
        && !source.contains(['\\', '\n', '\r', '\t'])
}
