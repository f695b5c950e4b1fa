//! What `variables('…')` and `parameters('…')` stand for in a template.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;

use crate::arm::{Evaluation, Expression, expression};
use crate::json::{Kind, Node};

/// Names that lead to names: more of them than any author writes.
const MAX_STEPS: usize = 16;

/// The templates of a text, each with what it defines.
#[derive(Default)]
pub(super) struct Scopes<'t> {
    scopes: Vec<Scope<'t>>,
}

/// One template.
struct Scope<'t> {
    template: Node<'t>,
    /// The template around it.
    outer: Option<usize>,
    /// Its expressions are evaluated in the template around it, whose names they use.
    evaluated_outside: bool,
    /// The values that a deployment gives its parameters.
    given: Option<Node<'t>>,
    variables: OnceCell<Names<'t>>,
    parameters: OnceCell<Names<'t>>,
    arguments: OnceCell<Names<'t>>,
}

/// True if the resources of a template have symbolic names.
pub(crate) fn has_symbolic_names(template: Node<'_>) -> bool {
    let member = |name: &str| template.member(name).map(|(_, value)| value);
    member("languageVersion").is_some_and(|it| it.kind() != Kind::Null)
        || member("resources").is_some_and(|it| it.kind() == Kind::Object)
}

/// Whose names the template uses that a nested deployment has in its `properties`; `is_symbolic` is of the template
/// around it.
pub(crate) fn evaluation(properties: Node<'_>, is_symbolic: bool) -> Evaluation {
    let scope = properties
        .member("expressionEvaluationOptions")
        .and_then(|(_, options)| options.member("scope"))
        .and_then(|(_, scope)| scope.as_str());
    Evaluation::of(scope.as_deref(), is_symbolic)
}

/// Names in lower case and their values.
type Names<'t> = HashMap<String, Node<'t>>;

impl<'t> Scopes<'t> {
    /// Enters a template that stands in `outer`; `beside` is the object that holds it as `template`.
    pub(super) fn enter(
        &mut self,
        template: Node<'t>,
        outer: Option<usize>,
        beside: Option<Node<'t>>,
    ) -> usize {
        let member = |name: &str| beside?.member(name).map(|(_, value)| value);
        let is_symbolic = outer.is_some_and(|outer| has_symbolic_names(self.scopes[outer].template));
        let is_inner = beside.is_some_and(|it| evaluation(it, is_symbolic) == Evaluation::Inner);
        self.scopes.push(Scope {
            template,
            outer,
            evaluated_outside: outer.is_some() && !is_inner,
            given: member("parameters"),
            variables: OnceCell::new(),
            parameters: OnceCell::new(),
            arguments: OnceCell::new(),
        });
        self.scopes.len() - 1
    }

    /// True if an API profile stands for the versions of the template's resources.
    pub(super) fn has_profile(&self, scope: Option<usize>) -> bool {
        scope.is_some_and(|scope| self.scopes[scope].template.member("apiProfile").is_some())
    }

    /// False for a resource of an extension other than that for Azure Resource Manager: a Kubernetes object, a
    /// group of Microsoft Graph.
    pub(super) fn deploys_to_arm(&self, resource: Node<'t>, scope: Option<usize>) -> bool {
        let alias = ["extension", "import"].into_iter().find_map(|name| resource.member(name)?.1.as_str());
        let Some(alias) = alias else { return true };
        let declared = scope.map(|scope| self.scopes[scope].template).and_then(|template| {
            [("extensions", "name"), ("imports", "provider")]
                .into_iter()
                .find_map(|(list, name)| template.member(list)?.1.member(&alias)?.1.member(name)?.1.as_str())
        });
        match declared {
            Some(name) => name.eq_ignore_ascii_case("AzureResourceManager"),
            None => alias.eq_ignore_ascii_case("az"),
        }
    }

    /// The text that `value` stands for and the node that spells it: itself, or the end of the variables and
    /// parameters that it names. `None` if only a deployment can tell.
    pub(super) fn resolve(&self, value: Node<'t>, scope: Option<usize>) -> Option<(Cow<'t, str>, Node<'t>)> {
        let (mut value, mut scope) = (value, scope);
        for _ in 0..MAX_STEPS {
            let text = value.as_str()?;
            let text = match text.strip_prefix('[') {
                // The template of a policy that is itself deployed by a template.
                Some(inner) if expression::is_escaped_expression(&text) => inner.to_owned(),
                _ if expression::is_expression(&text) => text.into_owned(),
                _ => return Some((text, value)),
            };
            let parsed = Expression::parse(&text).ok()?;
            if let Some(literal) = parsed.as_text() {
                return Some((Cow::Owned(literal), value));
            }
            let call = parsed.as_call()?;
            let name = call.text(0)?.to_ascii_lowercase();
            (value, scope) = if call.is("variables") {
                self.variable(&name, scope?)?
            } else if call.is("parameters") {
                self.parameter(&name, scope?)?
            } else {
                return None;
            };
        }
        None
    }

    fn variable(&self, name: &str, scope: usize) -> Option<(Node<'t>, Option<usize>)> {
        let scope = self.evaluating(scope);
        let here = &self.scopes[scope];
        let value = here.variables.get_or_init(|| names(here.template.member("variables"))).get(name)?;
        Some((*value, Some(scope)))
    }

    fn parameter(&self, name: &str, scope: usize) -> Option<(Node<'t>, Option<usize>)> {
        let scope = self.evaluating(scope);
        let here = &self.scopes[scope];
        let given = here
            .arguments
            .get_or_init(|| here.given.into_iter().flat_map(Node::members).filter_map(entry).collect());
        if let Some(argument) = given.get(name) {
            return Some((argument.member("value")?.1, here.outer));
        }
        let parameter =
            here.parameters.get_or_init(|| names(here.template.member("parameters"))).get(name)?;
        Some((parameter.member("defaultValue")?.1, Some(scope)))
    }

    /// The template whose names the expressions of `scope` use.
    fn evaluating(&self, mut scope: usize) -> usize {
        while let Some(outer) = self.scopes[scope].outer.filter(|_| self.scopes[scope].evaluated_outside) {
            scope = outer;
        }
        scope
    }
}

fn names<'t>(member: Option<(Node<'t>, Node<'t>)>) -> Names<'t> {
    member
        .filter(|(_, value)| value.kind() == Kind::Object)
        .into_iter()
        .flat_map(|(_, value)| value.members())
        .filter_map(entry)
        .collect()
}

fn entry<'t>((name, value): (Node<'t>, Node<'t>)) -> Option<(String, Node<'t>)> {
    Some((name.as_str()?.to_ascii_lowercase(), value))
}
