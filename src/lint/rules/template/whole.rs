//! Which templates of a text are whole, and what in them is for others than ARM to read.

use crate::arm::{contains_placeholder, find_placeholders, placeholder::PlaceholderStyle};
use crate::json::{MistakeKind, Node, Tree};
use crate::lint::Subject;
use crate::lint::evidence::Extent;
use crate::notation::template::{Template, is_template};

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
pub(in crate::lint) fn examined<'t>(subject: &Subject<'_>, template: &Template<'t>) -> Vec<Node<'t>> {
    let is_whole = subject.evidence.extent == Extent::Whole && subject.tree.is_some_and(is_read);
    let whole = subject.tree.and_then(Tree::root).map(Node::index);
    // A template within another text that escapes its expressions is finished by what reads that text.
    let is_escaped = |root: &Node<'_>| whole != Some(root.index()) && root.source().contains("\"[[");
    let roots = template.roots.iter().copied();
    roots.filter(|root| is_whole && is_template(*root) && !is_escaped(root)).collect()
}

/// True if what does not parse is for somebody to fill in: documents have words in brackets for that, too.
pub(super) fn is_left_to_the_reader(subject: &Subject<'_>, text: &str) -> bool {
    if subject.in_document() {
        return contains_placeholder(text);
    }
    find_placeholders(text)
        .any(|found| found.style.is_bracketed() && found.style != PlaceholderStyle::Bracket)
}

/// Functions that the policy engine has beside those of templates.
/// (<https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule#policy-functions>)
const OF_POLICIES: [&str; 6] = ["addDays", "current", "field", "ipRangeContains", "policy", "requestContext"];

/// True if a function is one of the policy engine's, and the template that calls it is a policy's: built-in policies
/// have been deployed with such for years.
pub(super) fn is_of_policy(subject: &Subject<'_>, node: Node<'_>, name: &str) -> bool {
    if !OF_POLICIES.iter().any(|it| it.eq_ignore_ascii_case(name)) {
        return false;
    }
    let mut around = subject.tree.and_then(Tree::root);
    while let Some(outer) = around {
        // What stands within another template is evaluated with it.
        if is_template(outer) {
            return false;
        }
        if outer.member("policyRule").is_some_and(|(_, rule)| rule.span().contains(node.span())) {
            return true;
        }
        let holds = |inner: &Node<'_>| inner.span().contains(node.span());
        around = outer.members().map(|(_, value)| value).chain(outer.elements()).find(holds);
    }
    false
}
