//! The functions of the template language as a person reads them: what they take, what they give, what for.
//!
//! The kinds and counts are those of Microsoft's reference of template functions and of the evaluator.

use lsp_types::{Documentation, ParameterInformation, ParameterLabel, SignatureHelp, SignatureInformation};

use super::index::{What, member, text};
use super::view::View;
use crate::json::Node;

/// A function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    /// With its namespace, if it is a template's own.
    pub(crate) name: String,
    /// What it takes, each as `name: kind`; `?` for what may be left out, `…` for what may be repeated.
    pub(crate) parameters: Vec<String>,
    /// What it gives.
    pub(crate) result: String,
    /// What it is for.
    pub(crate) says: String,
}

/// A line a function: name, arguments, result, what it is for.
const TABLE: &str = include_str!("signatures.tsv");

/// Every function that ARM has.
pub(crate) fn signatures() -> impl Iterator<Item = Signature> {
    TABLE.lines().filter_map(|line| {
        let mut cells = line.split('\t');
        let (name, arguments) = (cells.next()?, cells.next()?);
        let (result, says) = (cells.next()?, cells.next()?);
        let parameter = |it: &str| {
            let (kind, name) = it.trim().split_once(' ')?;
            Some(format!("{name}: {kind}"))
        };
        Some(Signature {
            name: name.to_owned(),
            parameters: arguments.split(',').filter_map(parameter).collect(),
            result: result.to_owned(),
            says: says.to_owned(),
        })
    })
}

/// The function that ARM calls `name`, in any case.
pub(crate) fn signature(name: &str) -> Option<Signature> {
    let is_list = name.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("list"));
    let found = signatures().find(|it| it.name.eq_ignore_ascii_case(name));
    found.or_else(|| {
        let list = signatures().find(|it| is_list && it.name == "list…")?;
        Some(Signature { name: name.to_owned(), ..list })
    })
}

/// The user-defined function of a template, seen from a scope.
pub(crate) fn own(view: &View<'_>, scope: u32, name: &str) -> Option<Signature> {
    let symbol = view.index.find(What::Function, scope, name)?;
    let symbol = view.index.symbols.get(symbol)?;
    Some(of_function(symbol.name.clone(), view.tree.node(symbol.value)?))
}

/// A user-defined function by its declaration.
pub(crate) fn of_function(name: String, declaration: Node<'_>) -> Signature {
    let kind =
        |node: Node<'_>| text(node, "type").map_or_else(|| "any".to_owned(), std::borrow::Cow::into_owned);
    let parameters = member(declaration, "parameters").into_iter().flat_map(Node::elements);
    let output = member(declaration, "output");
    Signature {
        name,
        parameters: parameters
            .map(|it| format!("{}: {}", text(it, "name").unwrap_or_default(), kind(it)))
            .collect(),
        result: output.map_or_else(|| "any".to_owned(), kind),
        says: described(declaration).unwrap_or_else(|| "a function of this template".to_owned()),
    }
}

/// What a declaration says of itself.
pub(crate) fn described(declaration: Node<'_>) -> Option<String> {
    Some(text(member(declaration, "metadata")?, "description")?.into_owned())
}

impl Signature {
    /// On one line.
    pub(crate) fn line(&self) -> String {
        format!("{}({}): {}", self.name, self.parameters.join(", "), self.result)
    }

    /// With the argument at `at` marked.
    pub(crate) fn help(&self, at: usize) -> SignatureHelp {
        let repeated =
            self.parameters.iter().rposition(|it| it.split(':').next().unwrap_or("").ends_with('…'));
        // Behind what may be repeated, it is repeated.
        let active = if at < self.parameters.len() { Some(at) } else { repeated };
        let active = active.map(|it| it as u32);
        let parameters = self.parameters.iter().map(|it| ParameterInformation {
            label: ParameterLabel::Simple(it.clone()),
            documentation: None,
        });
        let signature = SignatureInformation {
            label: self.line(),
            documentation: Some(Documentation::String(self.says.clone())),
            parameters: Some(parameters.collect()),
            active_parameter: active,
        };
        SignatureHelp { signatures: vec![signature], active_signature: Some(0), active_parameter: active }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::expression::FUNCTIONS;

    /// The table has every function of the language, no other, and as many arguments as each takes.
    #[test]
    fn every_function_is_described() {
        let all: Vec<Signature> = signatures().collect();
        // `list…` stands for many.
        assert_eq!(all.len(), FUNCTIONS.len() + 1);
        for function in FUNCTIONS {
            let found = all.iter().find(|it| it.name == function.name);
            let found = found.unwrap_or_else(|| panic!("{} is not described", function.name));
            let name = |it: &&String| it.split(':').next().unwrap_or_default().to_owned();
            let least = found.parameters.iter().filter(|it| !name(it).ends_with(['?', '…'])).count();
            let is_open = found.parameters.iter().any(|it| name(&it).ends_with('…'));
            let most = (!is_open).then_some(found.parameters.len());
            let arguments = (usize::from(function.arguments.least), function.arguments.most.map(usize::from));
            assert_eq!((least, most), arguments, "{}", function.name);
        }
    }

    #[test]
    fn the_argument_at_the_cursor_is_marked() {
        let of = |name: &str, at| signature(name).and_then(|it| it.help(at).active_parameter);
        assert_eq!(of("concat", 7), Some(0));
        assert_eq!(of("IF", 2), Some(2));
        assert_eq!(of("if", 3), None);
        assert_eq!(
            signature("listKeys").map(|it| it.line()).as_deref(),
            Some("listKeys(resource: string, apiVersion: string, body?: object): any")
        );
        assert_eq!(signature("nothing"), None);
    }
}
