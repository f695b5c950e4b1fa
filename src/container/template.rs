//! ARM templates, as files and in the code blocks of documents.

use crate::arm::is_expression;
use crate::json::{Dialect, Node, Tree, string_fragment};
use crate::notation::template::{may_hold_resources, read, seems_to_hold_resources};
use crate::notation::{Call, Notation, Payload, Scope, mentions_call, powershell, shell};
use crate::text::Fragment;

/// What a template may have beyond JSON.
const DIALECT: Dialect = Dialect {
    comments: true,
    trailing_commas: true,
    multiline_strings: true,
    bare_members: true,
    ..Dialect::STRICT
};

/// The template that `text` may be: one call, which stands for those of all its resources. Whether it is one
/// is seen when it is parsed.
pub(super) fn call<'s>(text: &Fragment<'s>) -> Option<Call<'s>> {
    if !may_hold_resources(text.text()) {
        return None;
    }
    let body = text.slice_trimmed(text.span());
    let mut call = Call::new(Notation::Template, body.to_file(body.span()));
    call.body = Payload::Text(body);
    Some(call)
}

/// The template that a block of a document is. What only holds one is left to the call before it that waits for a
/// body, if there `is_awaited` one: the body of a deployment has its template within it.
pub(super) fn call_in_block<'s>(text: &Fragment<'s>, is_awaited: bool) -> Option<Call<'s>> {
    let call = call(text)?;
    let body = call.body.text()?.text();
    let tree = Tree::parse(body, DIALECT);
    let template = read(&tree);
    let is_one = if is_awaited {
        let is_whole = |node: &Node<'_>| tree.root().is_some_and(|whole| whole.index() == node.index());
        template.roots.iter().any(is_whole)
    } else {
        !template.roots.is_empty()
            || !template.resources.is_empty()
            || (!tree.mistakes().is_empty() && seems_to_hold_resources(body))
    };
    is_one.then_some(call)
}

/// The calls that the scripts of a template's `deploymentScripts` make.
pub(super) fn script_calls<'s>(call: &Call<'s>) -> Vec<Call<'s>> {
    let Some(body) = call.body.text().filter(|_| call.is_template()) else { return Vec::new() };
    if memchr::memmem::find(body.text().as_bytes(), b"criptContent").is_none() {
        return Vec::new();
    }
    let tree = Tree::parse(body.text(), DIALECT);
    let template = read(&tree);
    let mut calls = Vec::new();
    for resource in &template.resources {
        let is_script = resource
            .type_name
            .as_ref()
            .is_some_and(|name| name.as_str().eq_ignore_ascii_case("Microsoft.Resources/deploymentScripts"));
        let content = || resource.node.member("properties")?.1.member("scriptContent").map(|(_, it)| it);
        let Some(content) = content().filter(|_| is_script) else { continue };
        // What is computed is known only when it is deployed.
        if content.as_str().is_none_or(|text| is_expression(&text)) {
            continue;
        }
        let Some(script) = string_fragment(body, content).filter(|it| mentions_call(it.text())) else {
            continue;
        };
        let mut scope = Scope::of(script.text().len());
        let kind = resource.node.member("kind").and_then(|(_, kind)| kind.as_str());
        calls.extend(if kind.is_some_and(|kind| kind.eq_ignore_ascii_case("AzurePowerShell")) {
            powershell::calls(&script, false, &mut scope)
        } else {
            shell::calls(&script, shell::Dialect::default(), &mut scope)
        });
    }
    calls
}
