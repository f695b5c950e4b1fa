//! Templates of a text, evaluated once for all who ask.

use std::cell::OnceCell;

use super::evidence::{Deploys, Evidence, Extent};
use crate::arm::contains_placeholder;
use crate::json::{MistakeKind, Node, Tree};
use crate::notation::template::{Template, is_template};
use crate::template::{Data, Expansion, Options, Reason, Survey, Value, expand};

/// A template and what a deployment of it makes.
pub(super) struct Evaluation<'a> {
    /// The template.
    pub(super) root: Node<'a>,
    pub(super) value: Value,
    /// The names that it declares and uses.
    pub(super) survey: Survey,
    /// With the defaults of its parameters.
    pub(super) expansion: Expansion,
    /// Parameters that get values which nobody knows.
    given: Vec<String>,
    whatever: OnceCell<Expansion>,
}

impl<'a> Evaluation<'a> {
    /// Those of a text that are whole enough.
    pub(super) fn all(evidence: &Evidence, tree: &'a Tree<'a>, template: &Template<'_>) -> Vec<Self> {
        examined(evidence, tree, template)
            .iter()
            .filter_map(|it| tree.node(it.index()))
            .map(|root| {
                let by_policy = evidence.deploys == Deploys::ByPolicy;
                Self::of(root, if by_policy { given_by_policy(tree, root) } else { Vec::new() })
            })
            .collect()
    }

    /// That of one, with parameters that get values which nobody knows.
    pub(super) fn of(root: Node<'a>, given: Vec<String>) -> Self {
        let value = Value::from_node(root, 0);
        let survey = Survey::of(&value);
        let expansion = expand(value.clone(), &options(&given));
        Self { root, value, survey, expansion, given, whatever: OnceCell::new() }
    }

    /// Whatever values the parameters get: a default is one value among many.
    pub(super) fn whatever(&self) -> &Expansion {
        self.whatever.get_or_init(|| {
            let mut options = options(&self.given);
            options.opens_defaults = true;
            expand(self.value.clone(), &options)
        })
    }
}

impl Evaluation<'_> {
    /// With the values of a file of parameters, as far as they are said; `None` if it gives none.
    pub(super) fn given(&self, file: &Value) -> Option<Expansion> {
        let mut options = options(&[]);
        options.give_file(file, is_said).ok()?;
        Some(expand(self.value.clone(), &options))
    }
}

/// True for a value that nobody is to fill in first.
fn is_said(value: &Value) -> bool {
    match &value.data {
        Data::Text(text) => !contains_placeholder(text) && !text.starts_with(GENERATED),
        Data::Array(_) => value.as_array().unwrap_or_default().iter().all(is_said),
        Data::Object(object) => object.members().iter().all(|it| is_said(&it.value)),
        _ => true,
    }
}

/// What the pipeline of Azure's quickstart templates fills in: `GEN-UNIQUE`, `GEN-PASSWORD`.
/// (<https://github.com/Azure/azure-quickstart-templates/blob/master/1-CONTRIBUTION-GUIDE/README.md>)
const GENERATED: &str = "GEN-";

fn options(given: &[String]) -> Options {
    let mut options = Options::default();
    options.is_lenient = true;
    options.finds_all = true;
    for name in given {
        let text = format!("parameters('{}')", name.replace('\'', "''"));
        options.give(name, Value::open(text, Reason::Parameter), None);
    }
    options
}

/// The parameters of a policy's template that the policy has values for, whatever they are.
fn given_by_policy(tree: &Tree<'_>, root: Node<'_>) -> Vec<String> {
    let mut around = tree.root();
    while let Some(outer) = around {
        if outer.member("template").is_some_and(|(_, it)| it.index() == root.index()) {
            let given = outer.member("parameters");
            let names = given.iter().flat_map(|(_, given)| given.members());
            return names.filter_map(|(name, _)| name.as_str().map(Into::into)).collect();
        }
        let holds = |inner: &Node<'_>| inner.span().contains(root.span());
        around = outer.members().map(|(_, it)| it).chain(outer.elements()).find(holds);
    }
    Vec::new()
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
