//! A text with templates as an editor looks at it: what is at a byte, and where in the file a name stands.

use super::index::{Index, Text};
use crate::json::{Kind, Tree, string_fragment};
use crate::lint::template_tree;
use crate::lsp::body::calls;
use crate::lsp::document::Document;
use crate::notation::Call;
use crate::notation::template::may_hold_resources;
use crate::text::{Fragment, Source, Span};

/// A text with templates, and what is known of their names.
#[derive(Debug)]
pub(crate) struct View<'t> {
    /// The text.
    pub(crate) body: &'t Fragment<'t>,
    pub(crate) tree: Tree<'t>,
    pub(crate) index: Index,
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

/// Gives the template that holds a byte of a document to `question`.
pub(crate) fn with_view<R>(
    document: &Document,
    cursor: u32,
    question: impl FnOnce(&View<'_>) -> R,
) -> Option<R> {
    let calls = calls(document);
    let views = View::all(document.source(), &calls);
    let view = views.iter().find(|view| view.holds(cursor))?;
    Some(question(view))
}
