//! What in a template is for others than ARM to read.

use crate::arm::{find_placeholders, placeholder::PlaceholderStyle};
use crate::json::{Node, Tree};
use crate::lint::Subject;
use crate::notation::template::is_template;

/// True if what does not parse is for somebody to fill in: documents have words in brackets for that, too.
pub(super) fn is_left_to_the_reader(subject: &Subject<'_>, text: &str) -> bool {
    let in_document = subject.in_document();
    find_placeholders(text).any(|found| {
        let is_one = in_document || found.style.is_bracketed() && found.style != PlaceholderStyle::Bracket;
        is_one && !is_hole(text, found.range)
    })
}

/// True for a hole that `format` fills: `{0}`, `{1:D2}`.
fn is_hole(text: &str, range: std::ops::Range<usize>) -> bool {
    let inner = text.get(range).and_then(|it| it.strip_prefix('{')).and_then(|it| it.strip_suffix('}'));
    let number = inner.and_then(|it| it.split([':', ',']).next());
    number.is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()))
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
