//! What holds for any input, asked by the fuzz targets and, for a minute, by `tests/suite/fuzz_short.rs`.
//!
//! Each property takes bytes. The first one chooses among the ways of reading, the rest is the text; bytes that are
//! no UTF-8 are replaced where a text is asked for.
#![allow(dead_code, reason = "each fuzz target uses one of them")]

use std::borrow::Cow;

use armbody::arm::{Expression, is_expression};
use armbody::container::{self, Kind};
use armbody::json::{self, Dialect, MAX_DEPTH, MistakeKind, Node, Tree};
use armbody::lint::{self, Family, Finding, Fixed, Options, Severity, check, inspect};
use armbody::notation::shell;
use armbody::notation::{Call, Payload, Scope, powershell};
use armbody::report::{Checked, Format, Mask, Report, unified};
use armbody::template;
use armbody::text::{Fragment, Source, Span, apply_edits};

/// The tree's spans lie in the text, repairs can be applied, and what has no mistakes is what another parser reads.
pub(crate) fn json(data: &[u8]) {
    let Some((choice, text)) = read(data) else { return };
    let dialect = Dialect {
        comments: choice & 1 != 0,
        trailing_commas: choice & 2 != 0,
        multiline_strings: choice & 4 != 0,
        stand_ins: choice & 8 != 0,
        bare_members: choice & 16 != 0,
        single_quotes: choice & 32 != 0,
        joins: |name, _, _| name == "type",
        ..Dialect::STRICT
    };
    let tree = Tree::parse(&text, dialect);
    inspect_tree(&tree, &text);
    let steps = tree.steps();
    let allowed = 64 * text.len() as u64 + 4096;
    assert!(steps <= allowed, "{steps} steps for {} bytes", text.len());
    let settled = json::best_reading(tree, dialect, &|tree| Some(tree.len() % 3));
    inspect_tree(&settled, &text);

    let strict = Tree::parse(&text, Dialect::STRICT);
    let kinds: Vec<&MistakeKind> = strict.mistakes().iter().map(|mistake| &mistake.kind).collect();
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(value) => {
            // What JSON allows and ARM does not.
            let beyond =
                |kind: &&&MistakeKind| !matches!(kind, MistakeKind::DuplicateName | MistakeKind::TooDeep);
            assert_eq!(kinds.iter().find(beyond), None, "{text:?} is JSON");
            if kinds.is_empty() {
                let ours = strict.root().map(Node::to_value);
                assert_eq!(ours, Some(value), "{text:?}");
            }
        }
        Err(error) => {
            let said = error.to_string();
            // Its limits are not the language's: half a surrogate pair is written as any other escape.
            let limited = said.contains("recursion limit")
                || said.contains("number out of range")
                || text.to_ascii_lowercase().contains("\\ud");
            let blank = strict.has_bare_members() || has_blank(&strict);
            assert!(!kinds.is_empty() || limited || blank, "{text:?} is not JSON: {said}");
        }
    }
}

/// True if a placeholder without quotes stands for a value.
fn has_blank(tree: &Tree<'_>) -> bool {
    let mut open: Vec<Node<'_>> = tree.root().into_iter().collect();
    while let Some(node) = open.pop() {
        if node.kind() == json::Kind::Placeholder {
            return true;
        }
        open.extend(node.members().map(|(_, value)| value).chain(node.elements()));
    }
    false
}

fn inspect_tree(tree: &Tree<'_>, text: &str) {
    for mistake in tree.mistakes() {
        assert_within(text, mistake.span);
        if let Some(related) = mistake.related {
            assert_within(text, related);
        }
        if let Some(repair) = &mistake.repair {
            apply_edits(text, &repair.edits)
                .unwrap_or_else(|error| panic!("{error} in {mistake:?} of {text:?}"));
        }
    }
    let mut open: Vec<(Node<'_>, usize)> = tree.root().map(|root| (root, 1)).into_iter().collect();
    let mut seen = 0;
    while let Some((node, depth)) = open.pop() {
        seen += 1;
        assert!(depth <= MAX_DEPTH + 1, "{depth} deep");
        assert_within(text, node.span());
        assert_within(text, node.content_span());
        let _ = (node.as_str(), node.number(), node.source(), node.get("type"));
        for (name, value) in node.members() {
            assert_within(text, name.span());
            open.push((value, depth + 1));
        }
        open.extend(node.elements().map(|element| (element, depth + 1)));
    }
    assert!(seen <= tree.len().max(1), "{seen} of {} nodes", tree.len());
}

/// Words and calls stand where they say.
pub(crate) fn shell(data: &[u8]) {
    let Some((choice, text)) = read(data) else { return };
    let dialect =
        shell::Dialect { prompts: choice & 1 != 0, command_prompt: choice & 2 != 0, unsaid: choice & 8 != 0 };
    let source = Source::new("x.sh", text);
    let code = source.fragment();
    for command in shell::commands(&code, dialect) {
        for word in &command.words {
            assert_within(source.text(), word.span);
            assert_fragment(&source, &word.text);
        }
        for assignment in &command.assignments {
            assert_fragment(&source, &assignment.value);
        }
        for redirect in &command.redirects {
            assert_fragment(&source, &redirect.text);
        }
        let _ = command.program_name();
    }
    for call in shell::calls(&code, dialect, &mut Scope::default()) {
        assert_call(&source, &call);
    }
}

/// As [`shell`], of PowerShell.
pub(crate) fn powershell(data: &[u8]) {
    let Some((choice, text)) = read(data) else { return };
    let source = Source::new("x.ps1", text);
    let _ = powershell::is_likely(source.text());
    for call in powershell::calls(&source.fragment(), choice & 1 != 0, &mut Scope::default()) {
        assert_call(&source, &call);
    }
}

/// As [`shell`], of documents and whatever else holds calls.
pub(crate) fn markdown(data: &[u8]) {
    let Some((choice, text)) = read(data) else { return };
    // Mostly documents: the others are simple.
    let kind = match choice % 16 {
        0 => Kind::Yaml,
        1 => Kind::Http,
        2 => Kind::Json,
        _ => Kind::Markdown,
    };
    let source = Source::new("x", text);
    for call in container::calls(&source, kind) {
        assert_call(&source, &call);
    }
}

/// Parts of expressions stand where they say; what is wrong is said of a place in the text.
pub(crate) fn expression(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let text = if is_expression(text) { Cow::Borrowed(text) } else { Cow::Owned(format!("[{text}]")) };
    if !is_expression(&text) {
        return;
    }
    match Expression::parse(&text) {
        Ok(expression) => {
            for call in expression.calls() {
                assert_eq!(call.name(), &text[call.span().range()]);
                for argument in 0..call.len() {
                    let _ = call.text(argument);
                }
            }
            for slip in expression.slips() {
                assert_within(&text, slip.span);
            }
            let _ = expression.as_text();
            let counted = expression.evaluate(&|_| 1_u64, &|_, values| Some(values.iter().sum::<u64>() + 1));
            assert!(counted.is_none_or(|count| count <= text.len() as u64));
        }
        Err(error) => {
            assert_within(&text, error.span);
        }
    }
}

/// An expansion ends, says the same again, and points at what there is; what is found in the template stands in it.
/// A text that is no object is taken for expressions, one a line.
pub(crate) fn template(data: &[u8]) {
    let Some((choice, text)) = read(data) else { return };
    let text = if text.trim_start().starts_with('{') { text.into_owned() } else { of_expressions(&text) };
    let tree = Tree::parse(&text, Dialect { comments: true, trailing_commas: true, ..Dialect::STRICT });
    let Some(root) = tree.root() else { return };
    let mut options = template::Options::default();
    options.is_lenient = choice & 1 == 0;
    options.finds_all = choice & 2 == 0;
    options.opens = if choice & 8 == 0 {
        template::Opens::Nothing
    } else if choice & 16 == 0 {
        template::Opens::Blank
    } else {
        template::Opens::All
    };
    if choice & 4 == 0 {
        options.target = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g"
            .parse()
            .unwrap_or_default();
    }
    let expansion = template::expand(template::Value::from_node(root, 0), &options);
    for refusal in &expansion.refusals {
        let Some(place) = refusal.place else { continue };
        assert!(tree.node(place.node).is_some(), "{refusal:?}");
    }
    let shown = |expansion: &template::Expansion| -> Vec<String> {
        let requests = expansion.requests.iter().map(|it| format!("{} {}", it.url(), it.body.to_json()));
        let outputs = expansion.outputs.iter().map(|it| format!("{} {}", it.name, it.value.to_json()));
        requests.chain(outputs).collect()
    };
    for request in &expansion.requests {
        assert!(request.after.iter().all(|it| (*it as usize) < expansion.requests.len()));
        let _ = request.to_request(armbody::arm::Cloud::Public);
    }
    let again = template::expand(template::Value::from_node(root, 0), &options);
    assert_eq!(shown(&expansion), shown(&again));
    let source = Source::new("t.json", text.as_str());
    for finding in check(&source, Kind::Json, &Options::default()) {
        assert_within(source.text(), finding.span);
    }
}

/// A template with an expression in every place that takes one.
fn of_expressions(text: &str) -> String {
    let lines: Vec<String> = text.lines().take(16).map(|it| format!("[{it}]")).collect();
    let at = |index: usize| lines.get(index % lines.len().max(1)).cloned().unwrap_or_default();
    let members = |from: usize, word: &str| -> serde_json::Value {
        (from..lines.len())
            .step_by(3)
            .map(|it| (format!("{word}{it}"), serde_json::Value::from(at(it))))
            .collect()
    };
    serde_json::json!({
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"p": {"type": "string", "defaultValue": "text"}, "n": {"type": "int"}, "o": {"type": "object", "defaultValue": {"a": [1, "b", null]}}},
        "variables": members(0, "v"),
        "resources": [
            {
                "type": "Microsoft.Compute/virtualMachines", "apiVersion": "2024-07-01", "name": "[concat('x', copyIndex())]",
                "copy": {"name": "all", "count": 3}, "condition": at(1), "identity": {"type": at(2)},
                "properties": members(1, "p"), "dependsOn": [at(0)]
            },
            {"type": "Microsoft.Network/virtualNetworks", "apiVersion": at(3), "name": at(4), "tags": at(5), "properties": {}}
        ],
        "outputs": {"o": {"type": "object", "value": members(2, "o")}}
    })
    .to_string()
}

/// After the safe fixes no syntax error with a safe fix is left, no error was added, and fixing again changes
/// nothing. Every report of what is left can be written.
pub(crate) fn fix(data: &[u8]) {
    let Some((&choice, bytes)) = data.split_first() else { return };
    let kind = match choice % 8 {
        0 => Kind::Markdown,
        1 => Kind::Shell,
        2 => Kind::PowerShell,
        3 => Kind::Http,
        4 => Kind::Yaml,
        _ => Kind::Json,
    };
    let options = Options::default();
    let source = || Source::from_bytes("x", bytes.to_vec());
    let before = check(&source(), kind, &options);
    for finding in &before {
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        for span in edits.map(|edit| edit.span).chain(finding.labels.iter().map(|label| label.span)) {
            assert_within(source().text(), span);
        }
        assert_within(source().text(), finding.span);
    }
    // What a template says is evaluated once it is JSON: what was wrong in it before a repair was not looked at.
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let was_broken = before.iter().filter(is_error).any(|finding| finding.rule.family == Family::Syntax);
    let counts = |finding: &&Finding| !(was_broken && finding.rule.family == Family::Template);
    let errors = |findings: &[Finding]| findings.iter().filter(is_error).filter(counts).count();
    let once = fixed(source(), kind, &options);
    let left: Vec<_> = once
        .findings
        .iter()
        .filter(|finding| finding.rule.family == Family::Syntax && finding.severity == Severity::Error)
        .filter(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safe))
        .collect();
    assert!(left.is_empty(), "left of {:?}: {left:#?}\nin {:?}", source().text(), once.source.text());
    assert!(errors(&once.findings) <= errors(&before), "errors added to {:?}", source().text());
    let bytes = once.source.bytes().to_vec();
    let again = fixed(Source::from_bytes("x", bytes.clone()), kind, &options);
    assert!(
        again.source.bytes() == bytes,
        "fixed again: {:?}\n{:?}\n{:?}",
        source().text(),
        once.source.text(),
        again.source.text()
    );
    let (findings, secrets) = inspect(&once.source, kind, &options);
    let mask = Mask::new(&once.source, secrets);
    let file = Checked { source: &once.source, findings: &findings, mask: &mask };
    for (_, format) in Format::NAMES {
        let _ = Report::new(format, false).render(file);
    }
    let first = source();
    let covered = Mask::new(&first, inspect(&first, kind, &options).1);
    let _ = unified((&first, &covered), (&once.source, &mask));
}

fn fixed(source: Source, kind: Kind, options: &Options) -> Fixed {
    lint::fix(source, kind, options, false)
}

/// The first byte, and the text behind it.
fn read(data: &[u8]) -> Option<(u8, Cow<'_, str>)> {
    let (&choice, text) = data.split_first()?;
    Some((choice, String::from_utf8_lossy(text)))
}

fn assert_call(source: &Source, call: &Call<'_>) {
    assert_within(source.text(), call.span);
    let parts = call.method.iter().chain(&call.url).chain(&call.headers).chain(call.credentials.as_deref());
    for part in parts {
        assert_fragment(source, part);
    }
    match &call.body {
        Payload::None => {}
        Payload::Text(text) | Payload::File(text) | Payload::Unknown(text) => assert_fragment(source, text),
    }
    for span in call.quoting.iter().map(|it| &it.span) {
        assert_within(source.text(), *span);
    }
    let _ = (call.is_arm(), call.sent_method());
}

/// Each part of it, and all of it, stands for bytes of the file, and can be written there or says that it cannot.
fn assert_fragment(source: &Source, fragment: &Fragment<'_>) {
    let text = fragment.text();
    let file = source.text();
    assert_within(file, fragment.to_file(fragment.span()));
    let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).take(64).collect();
    for pair in boundaries.windows(2) {
        assert_within(file, fragment.to_file(Span::new(pair[0], pair[1])));
        assert_within(file, fragment.to_file(Span::at(pair[0])));
    }
    for part in [fragment.span(), Span::at(text.len() / 2)] {
        if !text.is_char_boundary(part.start as usize) {
            continue;
        }
        if let Some(edits) = fragment.edit(part, "a'\"\\`$\né") {
            apply_edits(file, &edits).unwrap_or_else(|error| panic!("{error}: {edits:?} in {file:?}"));
        }
    }
}

fn assert_within(text: &str, span: Span) {
    assert!(text.get(span.range()).is_some(), "{span:?} is not part of {} bytes: {text:?}", text.len());
}
