use std::path::PathBuf;

use super::*;
use crate::notation::{CallMistake, Payload, Place};

/// The folder of the real documents, if it is there.
fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("ARMBODY_SHARED")
        .map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").into(), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no {}", folder.display());
    None
}

fn markdown(text: &str) -> Source {
    Source::new("x.md", text)
}

/// The bodies of the calls, checked to stand in the file where they say they do.
fn bodies(source: &Source) -> Vec<String> {
    calls(source, Kind::Markdown)
        .iter()
        .map(|call| match &call.body {
            Payload::Text(body) => body.text().to_owned(),
            Payload::File(name) => format!("@{}", name.text()),
            Payload::Unknown(text) => format!("?{}", text.text()),
            Payload::None => String::new(),
        })
        .collect()
}

fn urls(source: &Source) -> Vec<String> {
    calls(source, Kind::Markdown)
        .iter()
        .map(|call| call.url.as_ref().map_or_else(String::new, |url| url.text().to_owned()))
        .collect()
}

#[test]
fn the_article_has_ten_bodies_and_four_reads() {
    let Some(shared) = shared() else { return };
    let path = shared.join("seed/how-to-configure-vm-identity-rest.md");
    let source = Source::read(&path, 1 << 20).unwrap();
    let calls = calls(&source, Kind::Markdown);
    let lines = |with_body: bool| -> Vec<u32> {
        calls
            .iter()
            .filter(|call| call.body.text().is_some() == with_body)
            .map(|call| source.position(call.span.start).line)
            .collect()
    };
    assert_eq!(lines(true), [74, 93, 101, 120, 154, 180, 188, 210, 216, 222]);
    assert_eq!(lines(false), [90, 117, 170, 202]);
    for call in &calls {
        assert!(call.looks_like_arm());
        assert_eq!(call.mistakes, []);
        assert_eq!(call.context.place, Place::Document);
        assert!(call.context.heading.is_some());
        assert!(source.text()[call.span.range()].starts_with("curl "));
        if let Payload::Text(body) = &call.body {
            assert_eq!(&source.text()[body.to_file(body.span()).range()], body.text());
            assert!(body.text().starts_with('{') && body.text().ends_with('}'));
            assert!(call.method.is_some());
        }
    }
    let in_code_spans = calls.iter().filter(|call| source.text()[..call.span.start as usize].ends_with('`'));
    assert_eq!(in_code_spans.count(), 2);
}
