//! What holds at every place of every template.

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::super::template::View;
use super::super::{Client, Columns};
use super::{FILE, SYMBOLIC, WHOLE, position};
use crate::container::{Kind, calls};
use crate::lsp::document::Document;
use crate::template::{self, Of, Survey};
use crate::text::{Source, Span};

/// Everything that can be asked about a place.
fn ask_all(client: &mut Client, uri: &str, at: &Value) {
    let of = |more: Value| {
        let mut params = json!({ "textDocument": { "uri": uri }, "position": at });
        if let (Some(params), Some(more)) = (params.as_object_mut(), more.as_object()) {
            params.extend(more.clone());
        }
        params
    };
    for (method, more) in [
        ("textDocument/hover", json!({})),
        ("textDocument/completion", json!({})),
        ("textDocument/signatureHelp", json!({})),
        ("textDocument/definition", json!({})),
        ("textDocument/documentHighlight", json!({})),
        ("textDocument/references", json!({ "context": { "includeDeclaration": true } })),
        (
            "textDocument/codeAction",
            json!({ "range": { "start": at, "end": at }, "context": { "diagnostics": [] } }),
        ),
    ] {
        let answer = client.ask(method, of(more));
        assert!(answer["code"].as_i64().is_none_or(|it| it >= 0), "{method}: {answer}");
    }
    // What cannot be renamed is refused in words, which is no fault of the server.
    for method in ["textDocument/prepareRename", "textDocument/rename"] {
        let answer = client.ask(method, of(json!({ "newName": "brandNew" })));
        assert!(answer["code"].as_i64().is_none_or(|it| it == -32803), "{method}: {answer}");
    }
}

/// Each use leads to its declaration, from wherever it is asked, and the other way round.
#[test]
fn uses_and_declarations_lead_to_each_other() {
    for text in [WHOLE, SYMBOLIC] {
        let source = Source::new("a.json", text);
        let calls = calls(&source, Kind::Json);
        let views = View::all(&source, &calls);
        let view = &views[0];
        let mut count = 0;
        for used in &view.index.uses {
            let Some(symbol) = view.index.symbol_of(used) else { continue };
            let place = view.place(used.node, used.span).expect("a place");
            for at in place.start..=place.end {
                assert_eq!(view.symbol_at(at), Some(symbol), "{} at {at}", used.name);
            }
            let declared = view.name_place(view.index.symbols[symbol].node).expect("a place");
            assert_eq!(view.symbol_at(declared.start), Some(symbol), "{}", used.name);
            assert!(view.index.uses_of(symbol).any(|it| std::ptr::eq(it, used)));
            count += 1;
        }
        assert!(count > 4, "{count}");
    }
}

/// What the evaluator's survey of names knows is known here, too: the same names at the same places.
#[test]
fn the_names_are_those_of_the_survey() {
    for text in [WHOLE, SYMBOLIC] {
        let source = Source::new("a.json", text);
        let calls = calls(&source, Kind::Json);
        let views = View::all(&source, &calls);
        let view = &views[0];
        let root = view.tree.root().expect("a value");
        let survey = Survey::of(&template::Value::from_node(root, 0));
        let mut count = 0;
        for used in survey.uses.iter().filter(|it| it.of != Of::Function) {
            let here = |it: &&crate::lsp::template::Use| {
                let name = used.span.end;
                it.node == used.place.node && it.span.end == name
            };
            let own = view.index.uses.iter().find(here).unwrap_or_else(|| panic!("{used:?}"));
            assert_eq!(own.name, &*used.name);
            count += 1;
        }
        assert!(count > 0);
    }
}

/// Every place of both templates.
#[test]
#[ignore = "some minutes: run it by its name after a change"]
fn every_place_can_be_asked_about() {
    for text in [WHOLE, SYMBOLIC] {
        let (mut client, _) = Client::new(&json!({}));
        client.open(FILE, text);
        for (at, _) in text.char_indices() {
            ask_all(&mut client, FILE, &position(text, at));
        }
    }
}

#[test]
fn columns_are_counted_as_the_client_counts_them() {
    for columns in [Columns::Utf8, Columns::Utf16] {
        let text = WHOLE.replacen("\"nic\": \"", "\"nic😀é\": \"", 1);
        let uri = FILE.parse().expect("a URI");
        let document = Document::new(uri, "", 1, text.clone(), columns);
        let all = crate::container::calls(document.source(), Kind::Json);
        let views = View::all(document.source(), &all);
        let symbol = views[0].index.symbols.iter().find(|it| it.name == "nic😀é").expect("it is declared");
        let place = views[0].name_place(symbol.node).expect("a place");
        let range = document.range(place);
        assert_eq!(range.end.character - range.start.character, if columns == Columns::Utf8 { 9 } else { 6 });
        assert_eq!(
            document.span(range),
            Span::new(text.find("nic😀é").expect("there"), text.find("nic😀é").expect("there") + 9)
        );
    }
}

/// What the survey finds in real templates is found here too, and every use of a name leads to a declaration.
#[test]
#[ignore = "needs ../shared/templates"]
fn real_templates_have_the_names_of_the_survey() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/templates/valid");
    let (mut files, mut count, mut lost) = (0, 0, Vec::new());
    for entry in std::fs::read_dir(folder).expect("../shared/templates/valid is there") {
        let path = entry.expect("an entry").path();
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        // The largest take their time unoptimized and have nothing that others have not.
        if path.extension().is_none_or(|it| it != "json") || text.len() > 200_000 {
            continue;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let source = Source::new(name.clone(), text);
        let calls = calls(&source, Kind::Json);
        let Some(view) = calls.iter().find_map(|call| View::of(&source, call)) else { continue };
        files += 1;
        let root = view.tree.root().expect("a value");
        let survey = Survey::of(&template::Value::from_node(root, 0));
        for used in survey.uses.iter().filter(|it| it.of != Of::Function) {
            count += 1;
            let own = view.index.uses.iter().find(|it| {
                it.node == used.place.node && it.span.end == used.span.end && it.name == *used.name
            });
            if own.and_then(|it| view.index.symbol_of(it)).is_none() {
                lost.push(format!("{name}: {:?} {}", used.of, used.name));
            }
        }
    }
    eprintln!("{count} uses in {files} templates, {} lost", lost.len());
    assert!(lost.is_empty() && count > 3000, "{count} {lost:?}");
}

proptest! {
    /// A place in a template, whole or broken: every request about it is answered.
    #[test]
    fn every_place_of_a_broken_template_can_be_asked_about(
        which in 0_usize..2,
        at in 0_usize..8000,
        cut in 0_usize..8000,
        len in 0_usize..40,
        new in prop::sample::select(vec!["", "\"", "'", "[", "{", "}", "(", ",", "\\", "\n", "é😀", "[parameters('", "\"x\": \"["]),
    ) {
        let mut text = [WHOLE, SYMBOLIC][which].to_owned();
        let floor = |text: &str, at: usize| (0..=at % (text.len() + 1)).rev().find(|&it| text.is_char_boundary(it)).unwrap_or(0);
        let from = floor(&text, cut);
        let to = floor(&text, (from + len).min(text.len())).max(from);
        text.replace_range(from..to, new);
        let (mut client, _) = Client::new(&json!({}));
        client.open(FILE, &text);
        for at in [floor(&text, at), from, from + new.len()] {
            ask_all(&mut client, FILE, &position(&text, at));
        }
        let of = json!({ "textDocument": { "uri": FILE } });
        for method in ["textDocument/documentSymbol", "textDocument/codeLens"] {
            let answer = client.ask(method, of.clone());
            prop_assert!(answer.is_array(), "{}: {}", method, answer);
        }
    }
}
