use std::path::PathBuf;

use super::*;
use crate::notation::{Payload, Place, QuotingKind};

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
        assert_eq!(call.quoting, []);
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

const CALL: &str = "curl -X PATCH 'https://x' -d '{\"a\": 1}'";
const BODY: &str = "{\"a\": 1}";

#[test]
fn fences_of_every_shape_are_read() {
    let cases = [
        "```bash\nCALL\n```\n",
        "```bash   \nCALL\n```\n",
        "``` {.bash}\nCALL\n```\n",
        "```\nCALL\n```",
        "~~~sh\nCALL\n~~~\n",
        "````console\n$ CALL\n````\n",
        "   ```CURL\n   CALL\n   ```\n",
        "1. Step\n\n    ```azurecli-interactive\n    CALL\n    ```\n",
        "1. Step\n   ```bash\n    CALL\n   ```\n",
        "- ```bash\n  CALL\n  ```\n",
        "> [!NOTE]\n> ```bash\n> CALL\n> ```\n",
        "* a\n  > b\n  > ```\n  > CALL\n  > ```\n",
        "\tCALL\n",
        "para\n\n    CALL\n\npara\n",
        "Run `CALL` now.\n",
        "Run ``CALL`` now.\n",
        "| a | b |\n|---|---|\n| `CALL` | c |\n",
        "> Run `curl -X PATCH 'https://x'\n> -d '{\"a\": 1}'` now.\n",
        "<pre>\nCALL\n</pre>\n",
        "<pre><code class=\"x\">curl -X PATCH 'https://x' -d '{&quot;a&quot;: 1}'</code></pre>\n",
        "Run <code>CALL</code> now.\n",
        "::: zone pivot=\"rest\"\n```bash\nCALL\n```\n::: zone-end\n",
        ":::zone pivot=\"rest\"\n\n```bash\nCALL\n```\n\n:::zone-end\n",
        "<Tabs>\n<TabItem value=\"a\">\n```bash\nCALL\n```\n</TabItem>\n</Tabs>\n",
        "<details>\n\n```bash\nCALL\n```\n\n</details>\n",
        "---\ntitle: curl it's\n---\n\n```bash\nCALL\n```\n",
        "\u{feff}```bash\nCALL\n```\n",
    ];
    for case in cases {
        for text in [case.replace("CALL", CALL), case.replace("CALL", CALL).replace('\n', "\r\n")] {
            let source = markdown(&text);
            let found = bodies(&source);
            assert_eq!(found, [BODY], "{text}");
            let calls = calls(&source, Kind::Markdown);
            assert_eq!(calls[0].quoting, [], "{text}");
            let body = calls[0].body.text().unwrap();
            let at = body.text().find('1').unwrap();
            let file = body.to_file(Span::new(at, at + 1));
            assert_eq!(&source.text()[file.range()], "1", "{text}");
        }
    }
}

#[test]
fn rules_in_prose_hide_nothing() {
    let text = "---\ntitle: a\n---\n\n# One\n\n---\n## Two\n\n```\nCALL\n```\n\n---\n\nThree `CALL`\n";
    let source = markdown(&text.replace("CALL", CALL));
    assert_eq!(bodies(&source), [BODY, BODY]);
    assert_eq!(calls(&source, Kind::Markdown)[0].context.heading, Some("Two"));
}

#[test]
fn what_a_comment_hides_is_no_call() {
    for text in ["<!--\n```bash\nCALL\n```\n-->\n", "<!-- `CALL` -->\n", "a CALL b\n", "Use `curl -d @-`.\n"]
    {
        assert_eq!(urls(&markdown(&text.replace("CALL", CALL))), [""; 0], "{text}");
    }
}

/// Fences that `CommonMark` sees otherwise than their author: what follows is not part of the block, and the
/// calls below are still found.
#[test]
fn fences_are_fixed() {
    let cases = [
        // A closer that is too far in.
        "```bash\nCALL\n    ```\nDon't.\n\n```bash\nCALL\n```\n",
        "1. a\n   ```bash\n   CALL\n       ```\n   Don't.\n\n2. b\n   ```bash\n   CALL\n   ```\n",
        // A closer or the code left of its list item.
        "1.  a\n    ```bash\n    CALL\n```\nDon't.\n\n1.  b\n    ```bash\n    CALL\n    ```\n",
        "1.  a\n\n    ```bash\nCALL\n    ```\n\n    Don't.\n\n1.  b\n\n    ```bash\n    CALL\n    ```\n",
        // No closer at all before the next opener.
        "```bash\nCALL\n\nDon't.\n\n```bash\nCALL\n```\n",
        // A closer without the quote's mark.
        "> ```bash\n> CALL\n```\nDon't.\n\n```bash\nCALL\n```\n",
        // An opener that is too far in: indented code, or a code span of the paragraph above.
        "a\n\n      ```bash\n      CALL\n      ```\n\nDon't.\n\n```bash\nCALL\n```\n",
        "a\n     ```bash\n     CALL\n     ```\n\nDon't.\n\n```bash\nCALL\n```\n",
        // Tabs here, blanks there.
        "1. a\n\n\t```bash\n\tCALL\n    ```\n\tDon't.\n\n2. b\n\n\t```bash\n\tCALL\n\t```\n",
    ];
    for case in cases {
        for text in [case.replace("CALL", CALL), case.replace("CALL", CALL).replace('\n', "\r\n")] {
            let source = markdown(&text);
            assert_eq!(bodies(&source), [BODY, BODY], "{text}");
            for call in calls(&source, Kind::Markdown) {
                assert_eq!(call.quoting, [], "{text}");
                assert_eq!(&source.text()[call.span.range()], CALL, "{text}");
            }
        }
    }
}

#[test]
fn a_body_over_lines_keeps_its_place() {
    let text = "1. a\n\n   > ```bash\n   > curl -X PUT https://x -d '{\n   >   \"a\": 1,\n   >   \"b\": 2\n   > }'\n   > ```\n";
    for text in [text.to_owned(), text.replace('\n', "\r\n")] {
        let source = markdown(&text);
        let calls = calls(&source, Kind::Markdown);
        let body = calls[0].body.text().unwrap();
        assert_eq!(body.text(), "{\n  \"a\": 1,\n  \"b\": 2\n}");
        let at = body.text().find("\n  \"b\"").unwrap();
        let gone = body.edit(Span::new(at - 1, at + "\n  \"b\": 2".len()), "").unwrap();
        let edited = crate::text::apply_edits(source.text(), &gone).unwrap();
        assert_eq!(bodies(&markdown(&edited)), ["{\n  \"a\": 1\n}"]);
        let more = body.edit(Span::at(at), "\n  \"c\": \"it's\",").unwrap();
        let edited = crate::text::apply_edits(source.text(), &more).unwrap();
        assert_eq!(bodies(&markdown(&edited)), ["{\n  \"a\": 1,\n  \"c\": \"it's\",\n  \"b\": 2\n}"]);
    }
}

#[test]
fn a_call_knows_its_section() {
    let text = "# One\n\nintro\n\n## Two *b* ##\n\nfirst\n\n```bash\ncurl https://a\n```\n\nsecond `curl https://b`\n\nThree\n=====\n\n`curl https://c`\n";
    let source = markdown(text);
    let found: Vec<_> = calls(&source, Kind::Markdown)
        .iter()
        .map(|call| (call.context.heading, call.context.before))
        .collect();
    assert_eq!(
        found,
        [
            (Some("Two *b*"), "## Two *b* ##\n\nfirst\n\n```bash\n"),
            (Some("Two *b*"), "\n```\n\nsecond `"),
            (Some("Three"), "Three\n=====\n\n`"),
        ]
    );
}

#[test]
fn a_script_and_a_body_are_files() {
    let source = Source::new(
        "x.sh",
        "#!/bin/sh\r\nbody='{}'\r\ncurl -X PUT \\\r\n  -d '{\r\n}' https://x\r\n# curl https://y\r\n",
    );
    let found = calls(&source, Kind::Shell);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].body.text().unwrap().text(), "{\n}");
    assert_eq!((found[0].quoting.len(), found[0].context.place), (0, Place::File));

    let source = Source::new("x.json", "\u{feff} {\"a\": 1}\n");
    let found = calls(&source, Kind::Json);
    assert_eq!(found[0].body.text().unwrap().text(), BODY);
    assert_eq!(found[0].span, Span::new(4, 12));
}

#[test]
fn an_open_quote_is_told_at_its_place() {
    let source = markdown(
        "a\n\n```bash\ncurl -X PUT https://x -d '{\"a\": 1}\n\ncurl -X PUT https://y -d '{\"a\": 1}'\n```\n\n`curl https://z`\n",
    );
    let found = calls(&source, Kind::Markdown);
    assert_eq!(bodies(&source), [BODY, BODY, ""]);
    let quote = source.text().find('\'').unwrap();
    assert_eq!(
        found[0].quoting.iter().map(|it| (it.kind, it.span)).collect::<Vec<_>>(),
        [(QuotingKind::UnterminatedQuote, Span::new(quote, quote + 1))]
    );
    assert_eq!(found[1].quoting, []);
}

#[test]
fn kinds_are_told_by_the_extension() {
    assert_eq!(Kind::of(Path::new("a/B.MD")), Some(Kind::Markdown));
    assert_eq!(Kind::of(Path::new("a.azcli")), Some(Kind::Shell));
    assert_eq!(Kind::of(Path::new("a.JsonC")), Some(Kind::Json));
    assert_eq!(Kind::of(Path::new("a.exe")), None);
    assert_eq!(Kind::of(Path::new("md")), None);
}

/// Thirty-two times the input must cost nothing like a thousand times as much.
#[test]
fn hopeless_documents_are_read_in_linear_time() {
    let units = [
        "```\n",
        "   ```curl\n",
        "> ",
        "- ",
        "`curl ",
        "<pre>curl ",
        "```a\n ```\n",
        "&lt;<code>",
        "\t```\n",
        "1. ```x\n",
    ];
    for unit in units {
        let time = |count: usize| {
            let source = markdown(&(unit.repeat(count) + "curl https://x"));
            let once = || {
                let start = std::time::Instant::now();
                calls(&source, Kind::Markdown);
                start.elapsed().as_nanos()
            };
            (0..3).map(|_| once()).min().unwrap_or(0)
        };
        let (short, long) = (time(500), time(16_000));
        assert!(long < 500 * short.max(100_000), "{unit:?}: {short} ns, {long} ns");
    }
}
