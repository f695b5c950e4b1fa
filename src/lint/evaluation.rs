//! Templates of a text, evaluated once for all who ask.

use std::cell::OnceCell;

use super::evidence::{Deploys, Evidence, Extent};
use crate::arm::contains_placeholder;
use crate::json::{Node, Tree};
use crate::notation::Place as Source;
use crate::notation::template::{Template, is_read, is_template};
use crate::template::{Data, Expansion, Opens, Options, Reason, Survey, Value, expand};

/// A template and what a deployment of it makes.
pub(super) struct Evaluation<'a> {
    /// The template.
    pub(super) root: Node<'a>,
    pub(super) value: Value,
    /// The names that it declares and uses.
    pub(super) survey: Survey,
    /// With the defaults of its parameters, or with the values of the deployment that is meant.
    pub(super) expansion: Expansion,
    /// It is that of one deployment.
    pub(super) is_deployed: bool,
    /// Parameters that get values which nobody knows.
    given: Vec<String>,
    whatever: OnceCell<Expansion>,
    /// It is a whole file, each parameter has a default, and no file beside it gives another value.
    is_complete: bool,
    filled_in: OnceCell<Expansion>,
}

impl<'a> Evaluation<'a> {
    /// Those of a text that are whole enough.
    pub(super) fn all(
        evidence: &Evidence,
        tree: &'a Tree<'a>,
        template: &Template<'_>,
        (deployment, has_values_beside): (Option<&Options>, bool),
    ) -> Vec<Self> {
        let whole = tree.root().map(Node::index);
        examined(evidence, tree, template)
            .iter()
            .filter_map(|it| tree.node(it.index()))
            .map(|root| {
                if let Some(deployment) = deployment.filter(|_| whole == Some(root.index())) {
                    return Self::deployed(root, deployment);
                }
                let by_policy = evidence.deploys == Deploys::ByPolicy;
                let mut own =
                    Self::of(root, if by_policy { given_by_policy(tree, root) } else { Vec::new() });
                let is_alone = whole == Some(root.index()) && evidence.source == Source::File;
                own.is_complete = is_alone && !has_values_beside && has_all_values(&own.survey);
                own
            })
            .collect()
    }

    /// That of one, with parameters that get values which nobody knows.
    pub(super) fn of(root: Node<'a>, given: Vec<String>) -> Self {
        let options = options(&given);
        Self { given, ..Self::with(root, &options) }
    }

    /// That of one, with all that a deployment gives it.
    fn deployed(root: Node<'a>, deployment: &Options) -> Self {
        let mut options = deployment.clone();
        (options.finds_all, options.hides_secure, options.keeps_nested) = (true, true, false);
        Self { is_deployed: true, ..Self::with(root, &options) }
    }

    fn with(root: Node<'a>, options: &Options) -> Self {
        let value = Value::from_node(root, 0);
        Self {
            root,
            survey: Survey::of(&value),
            expansion: expand(value.clone(), options),
            value,
            is_deployed: false,
            given: Vec::new(),
            whatever: OnceCell::new(),
            is_complete: false,
            filled_in: OnceCell::new(),
        }
    }

    /// Whatever values the parameters get: a default is one value among many. Where they have their values, with those.
    pub(super) fn whatever(&self) -> &Expansion {
        if self.is_deployed || self.has_no_parameters() {
            return &self.expansion;
        }
        self.whatever.get_or_init(|| {
            let mut options = options(&self.given);
            options.opens = Opens::All;
            expand(self.value.clone(), &options)
        })
    }

    /// True if no value can be given to it: there is one expansion.
    fn has_no_parameters(&self) -> bool {
        self.survey.scopes.first().is_some_and(|it| it.parameters.is_empty())
    }

    /// As it stands: with its defaults, but for those that say nothing. `None` if values are to be given to it, so that
    /// its defaults are some among many: by a file beside it, by a deployment around it, for a parameter that has no
    /// default.
    pub(super) fn as_it_stands(&self) -> Option<&Expansion> {
        self.is_complete.then(|| self.filled_in())
    }

    /// With its defaults, but for those that say nothing: a parameter whose default is empty is meant to be given a
    /// value. Where the parameters have their values, with those.
    pub(super) fn filled_in(&self) -> &Expansion {
        if self.is_deployed || self.has_no_parameters() {
            return &self.expansion;
        }
        self.filled_in.get_or_init(|| {
            let mut options = options(&self.given);
            options.opens = Opens::Blank;
            expand(self.value.clone(), &options)
        })
    }
}

impl Evaluation<'_> {
    /// With the values of a file of parameters, as far as they are said; `None` if it gives none.
    pub(super) fn given(&self, file: &Value, admits: fn(&Value) -> bool) -> Option<Expansion> {
        let mut options = options(&[]);
        options.give_file(file, |it| is_said(it) && admits(it)).ok()?;
        Some(expand(self.value.clone(), &options))
    }
}

/// True if each parameter of a template has a default.
fn has_all_values(survey: &Survey) -> bool {
    let declared = survey.scopes.first().map(|it| it.parameters.as_slice()).unwrap_or_default();
    declared.iter().all(|it| it.value.get("defaultValue").is_some())
}

/// True for a value that nobody is to fill in first.
fn is_said(value: &Value) -> bool {
    match &value.data {
        Data::Text(text) => {
            !contains_placeholder(text) && !text.starts_with(GENERATED) && !is_put_in_later(text)
        }
        Data::Array(_) => value.as_array().unwrap_or_default().iter().all(is_said),
        Data::Object(object) => object.members().iter().all(|it| is_said(&it.value)),
        _ => true,
    }
}

/// `changeme`, and the tokens that a pipeline replaces: `#location#`.
fn is_put_in_later(text: &str) -> bool {
    let is_token = text.len() > 2 && text.starts_with('#') && text.ends_with('#');
    is_token || text.eq_ignore_ascii_case("changeme")
}

/// What the pipeline of Azure's quickstart templates fills in: `GEN-UNIQUE`, `GEN-PASSWORD`.
/// (<https://github.com/Azure/azure-quickstart-templates/blob/master/1-CONTRIBUTION-GUIDE/README.md>)
pub(super) const GENERATED: &str = "GEN-";

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
