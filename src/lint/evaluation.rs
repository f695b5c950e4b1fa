//! Templates of a text, evaluated once for all who ask.

use std::cell::OnceCell;

use super::evidence::{Evidence, Extent};
use crate::json::{MistakeKind, Node, Tree};
use crate::notation::template::{Template, is_template};
use crate::template::{Expansion, Options, Survey, Value, expand};

/// A template and what a deployment of it makes.
pub(super) struct Evaluation<'a> {
    /// The template.
    pub(super) root: Node<'a>,
    pub(super) value: Value,
    /// The names that it declares and uses.
    pub(super) survey: Survey,
    /// With the defaults of its parameters.
    pub(super) expansion: Expansion,
    whatever: OnceCell<Expansion>,
}

impl<'a> Evaluation<'a> {
    /// Those of a text that are whole enough.
    pub(super) fn all(evidence: &Evidence, tree: &'a Tree<'a>, template: &Template<'_>) -> Vec<Self> {
        examined(evidence, tree, template)
            .iter()
            .filter_map(|it| tree.node(it.index()))
            .map(Self::of)
            .collect()
    }

    fn of(root: Node<'a>) -> Self {
        let value = Value::from_node(root, 0);
        let survey = Survey::of(&value);
        let expansion = expand(value.clone(), &options());
        Self { root, value, survey, expansion, whatever: OnceCell::new() }
    }

    /// Whatever values the parameters get: a default is one value among many.
    pub(super) fn whatever(&self) -> &Expansion {
        self.whatever.get_or_init(|| {
            let mut options = options();
            options.opens_defaults = true;
            expand(self.value.clone(), &options)
        })
    }
}

fn options() -> Options {
    let mut options = Options::default();
    options.is_lenient = true;
    options.finds_all = true;
    options
}

/// True if ARM reads a text in spite of what is no JSON in it.
fn is_read(tree: &Tree<'_>) -> bool {
    tree.mistakes().iter().all(|mistake| {
        matches!(
            mistake.kind,
            MistakeKind::ControlCharacter
                | MistakeKind::Comment
                | MistakeKind::ExtraComma
                | MistakeKind::WrongQuotes { .. }
                | MistakeKind::UnquotedName
                | MistakeKind::DuplicateName
        )
    })
}

/// The templates of a text that are whole enough to be evaluated.
pub(in crate::lint) fn examined<'t>(
    evidence: &Evidence,
    tree: &Tree<'_>,
    template: &Template<'t>,
) -> Vec<Node<'t>> {
    let is_whole = evidence.extent == Extent::Whole && is_read(tree);
    let whole = tree.root().map(Node::index);
    // A template within another text that escapes its expressions is finished by what reads that text.
    let is_escaped = |root: &Node<'_>| whole != Some(root.index()) && root.source().contains("\"[[");
    let roots = template.roots.iter().copied();
    roots.filter(|root| is_whole && is_template(*root) && !is_escaped(root)).collect()
}
