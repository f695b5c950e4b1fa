use proptest::prelude::*;

use super::{Marker, Snippet, Synced, sync};
use crate::text::Source;

fn code(text: &str) -> Snippet {
    Snippet::Code { text: text.to_owned(), language: "bash" }
}

/// `x` writes two lines, `ticks` a fence in the code, `md` Markdown, `none` nothing, `bad` cannot be written.
fn write(marker: &Marker) -> Result<Snippet, String> {
    match marker.words.first().map(String::as_str) {
        Some("x") => Ok(code("one\n\n  two\n")),
        Some("ticks") => Ok(code("cat <<'E'\n```json\n{}\n```\nE")),
        Some("md") => Ok(Snippet::Markdown("## Head\n\n```sh\na\n```\n\n- b".to_owned())),
        Some("none") => Ok(code("")),
        _ => Err("cannot".to_owned()),
    }
}

fn synced(text: &str) -> (String, Synced) {
    let source = Source::new("x.md", text);
    let synced = sync(&source, write);
    let new = String::from_utf8(source.edited(&synced.edits).unwrap().into_owned()).unwrap();
    (new, synced)
}

/// What a text becomes; a second run leaves it alone, and so it goes with CR LF.
#[track_caller]
fn expect(text: &str, expected: &str) {
    let (new, synced) = synced(text);
    assert_eq!(synced.problems, [], "{text}");
    assert_eq!(new, expected);
    assert_eq!(self::synced(&new).1.edits, [], "{new}");
    let (new, _) = self::synced(&text.replace('\n', "\r\n"));
    assert_eq!(new, expected.replace('\n', "\r\n"));
}

/// The lines and messages of what is wrong; nothing is changed then.
fn wrong(text: &str) -> Vec<String> {
    let source = Source::new("x.md", text);
    let synced = sync(&source, write);
    assert_eq!(synced.edits, [], "{text}");
    let line = |offset| source.position(offset).line;
    synced.problems.iter().map(|it| format!("{}: {}", line(it.offset), it.message)).collect()
}

#[test]
fn the_fence_stays_and_its_content_goes() {
    expect(
        "a\n\n<!-- armbody: render x -->\n```azurecli {cmd=true}\nold\nolder\n```\n<!-- armbody: end -->\nb\n",
        "a\n\n<!-- armbody: render x -->\n```azurecli {cmd=true}\none\n\n  two\n```\n<!-- armbody: end -->\nb\n",
    );
    expect(
        "<!--armbody:render x-->\nSome words.\n\n~~~~\n~~~~\n\nMore.\n<!-- armbody: end -->",
        "<!--armbody:render x-->\nSome words.\n\n~~~~\none\n\n  two\n~~~~\n\nMore.\n<!-- armbody: end -->",
    );
    expect(
        "<!-- armbody: render\n  none -->\n  ```\n  old\n  ```\n<!-- armbody: end -->\n",
        "<!-- armbody: render\n  none -->\n  ```\n  ```\n<!-- armbody: end -->\n",
    );
}

#[test]
fn indentation_and_quote_marks_stay() {
    expect(
        "1. a\n   <!-- armbody: render x -->\n   ```sh\n   old\n   ```\n   <!-- armbody: end -->\n2. b\n",
        "1. a\n   <!-- armbody: render x -->\n   ```sh\n   one\n\n     two\n   ```\n   <!-- armbody: end -->\n2. b\n",
    );
    expect(
        "> - <!-- armbody: render x -->\n>   ```sh\n>   ```\n>   <!-- armbody: end -->\n",
        "> - <!-- armbody: render x -->\n>   ```sh\n>   one\n>\n>     two\n>   ```\n>   <!-- armbody: end -->\n",
    );
    // A closer that is not indented like its opener still closes.
    expect(
        "1. a\n   <!-- armbody: render x -->\n   ```sh\n   old\n ```\n   <!-- armbody: end -->\n",
        "1. a\n   <!-- armbody: render x -->\n   ```sh\n   one\n\n     two\n ```\n   <!-- armbody: end -->\n",
    );
}

#[test]
fn a_fence_is_made_where_none_is() {
    expect(
        "<!-- armbody: render x -->\n<!-- armbody: end -->\n",
        "<!-- armbody: render x -->\n```bash\none\n\n  two\n```\n<!-- armbody: end -->\n",
    );
    expect(
        "- a\n\n  > <!-- armbody: render x -->\n  >\n  > <!-- armbody: end -->\n",
        "- a\n\n  > <!-- armbody: render x -->\n  > ```bash\n  > one\n  >\n  >   two\n  > ```\n  > <!-- armbody: end -->\n",
    );
    // Below a tag Markdown goes on being HTML up to a blank line.
    expect(
        "<details>\n<!-- armbody: render x -->\n<!-- armbody: end -->\n</details>\n\n<!-- armbody: render x -->\n<!-- armbody: end -->\n",
        "<details>\n<!-- armbody: render x -->\n\n```bash\none\n\n  two\n```\n\n<!-- armbody: end -->\n</details>\n\n<!-- armbody: render x -->\n```bash\none\n\n  two\n```\n<!-- armbody: end -->\n",
    );
}

#[test]
fn a_fence_grows_where_the_code_has_one() {
    expect(
        "<!-- armbody: render ticks -->\n```sh\n```\n<!-- armbody: end -->\n",
        "<!-- armbody: render ticks -->\n````sh\ncat <<'E'\n```json\n{}\n```\nE\n````\n<!-- armbody: end -->\n",
    );
    expect(
        "<!-- armbody: render ticks -->\n<!-- armbody: end -->\n",
        "<!-- armbody: render ticks -->\n````bash\ncat <<'E'\n```json\n{}\n```\nE\n````\n<!-- armbody: end -->\n",
    );
    expect(
        "<!-- armbody: render ticks -->\n~~~sh\n~~~\n<!-- armbody: end -->\n",
        "<!-- armbody: render ticks -->\n~~~sh\ncat <<'E'\n```json\n{}\n```\nE\n~~~\n<!-- armbody: end -->\n",
    );
}

#[test]
fn markdown_takes_the_whole_place() {
    expect(
        "> <!-- armbody: render md -->\n> old\n> <!-- armbody: end -->\n",
        "> <!-- armbody: render md -->\n>\n> ## Head\n>\n> ```sh\n> a\n> ```\n>\n> - b\n>\n> <!-- armbody: end -->\n",
    );
}

#[test]
fn what_is_no_comment_is_no_marker() {
    for text in [
        "```md\n<!-- armbody: render bad -->\n<!-- armbody: end -->\n```\n",
        "    <!-- armbody: render bad -->\n",
        "`<!-- armbody: render bad -->`\n",
        "<!-- see armbody: render bad -->\n",
        "<!--\n<!-- armbody: render bad -->\n",
        "armbody: render bad\n",
        "<!-- armbody-ignore extra-comma -->\n",
        "---\na: <!-- armbody: render bad -->\n---\n",
    ] {
        assert_eq!(synced(text), (text.to_owned(), Synced::default()));
    }
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let end = "<!-- armbody: end -->\n";
    for (text, expected) in [
        ("a\n\n<!-- armbody: render bad -->\n<!-- armbody: end -->\n", &["3: cannot"][..]),
        ("<!-- armbody: render x -->\n", &["1: no `<!-- armbody: end -->` follows this marker"]),
        (
            "\n<!-- armbody: render x -->\n```sh\nold\n<!-- armbody: end -->\n",
            &[
                "2: no `<!-- armbody: end -->` follows this marker; the fence of line 3 has swallowed one: it is not closed",
            ],
        ),
        (end, &["1: an `end` without a marker above it"]),
        (
            "<!-- armbody: render x -->\n\n<!-- armbody: render x -->\n<!-- armbody: end -->\n",
            &["3: a marker inside the one of line 1, which has no `<!-- armbody: end -->`"],
        ),
        (
            "<!-- armbody: rendr x -->\n",
            &["1: `armbody: rendr x` is not a marker; there are `render …` and `end`"],
        ),
        ("<!-- armbody: render 'x -->\n<!-- armbody: end -->\n", &["1: the quote ' is never closed"]),
        (
            "a <!-- armbody: render x -->\n\n<!-- armbody: end -->\n",
            &["1: a marker stands on a line of its own"],
        ),
        (
            "<!-- armbody: render x -->\nwords\n<!-- armbody: end -->\n",
            &["1: text but no fence stands between this marker and its end; nothing is written over it"],
        ),
        (
            "<!-- armbody: render x -->\n```\n```\n```\n```\n<!-- armbody: end -->\n",
            &["1: several fences stand below this marker, the second in line 4; one is written"],
        ),
        (
            "- <!-- armbody: render x -->\n  ```\n  a\n\n<!-- armbody: end -->\n",
            &["1: the fence of line 2 is not closed before the marker's end"],
        ),
    ] {
        assert_eq!(wrong(text), expected, "{text}");
    }
    // One that is wrong keeps the others from being written.
    let both = format!("<!-- armbody: render x -->\n{end}\n<!-- armbody: render bad -->\n{end}");
    assert_eq!(wrong(&both), ["4: cannot"]);
}

#[test]
fn bytes_that_are_no_text_stay() {
    let source = Source::from_bytes(
        "x.md",
        b"\xff\n\n<!-- armbody: render none -->\n```\n\xfe\n```\n<!-- armbody: end -->\n\xff".to_vec(),
    );
    let synced = sync(&source, write);
    let new = source.edited(&synced.edits).unwrap().into_owned();
    assert_eq!(new, b"\xff\n\n<!-- armbody: render none -->\n```\n```\n<!-- armbody: end -->\n\xff");
}

/// A line of a document, or several.
fn piece() -> impl Strategy<Value = String> {
    let marker = prop_oneof![Just("x"), Just("ticks"), Just("md"), Just("none")];
    let fence = prop_oneof![
        Just(String::new()),
        "[ ]{0,5}(`{3,5}|~{3,4})[a-z]{0,3}".prop_flat_map(|open| {
            let marks: String = open.chars().filter(|c| matches!(c, '`' | '~')).collect();
            ("[ ]{0,3}", prop::collection::vec(line(), 0..4))
                .prop_map(move |(indent, lines)| format!("{open}\n{}{indent}{marks}\n", lines.concat()))
        }),
    ];
    let pair = (marker, fence, "\n?", "[ ]{0,4}").prop_map(|(marker, fence, blank, indent)| {
        format!("{indent}<!-- armbody: render {marker} -->\n{blank}{fence}{indent}<!-- armbody: end -->\n")
    });
    prop_oneof![4 => pair, 3 => line(), 1 => Just("<!-- armbody: render x -->\n".to_owned()), 1 => Just("<!-- armbody: end -->\n".to_owned())]
}

fn line() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just(""),
        Just("words"),
        Just("- item"),
        Just("1. item"),
        Just("> quote"),
        Just("    code"),
        Just("<div>"),
        Just("</div>"),
        Just("<!-- other -->"),
        Just("# Heading"),
        Just("```"),
        Just("| a |\n|---|"),
        Just("---"),
    ];
    line.prop_map(|line| format!("{line}\n"))
}

fn document() -> impl Strategy<Value = String> {
    let container = prop_oneof![Just(""), Just("> "), Just("- "), Just("12. "), Just("> * "), Just("\t")];
    let block = (container, prop::collection::vec(piece(), 0..4)).prop_map(|(container, pieces)| {
        let rest: String = container.chars().map(|c| if c == '>' { '>' } else { ' ' }).collect();
        let mut out = String::new();
        for (at, line) in pieces.concat().lines().enumerate() {
            out.push_str(if at == 0 { container } else { &rest });
            out.push_str(line);
            out.push('\n');
        }
        out
    });
    (prop::collection::vec(block, 0..4), any::<bool>(), any::<bool>()).prop_map(|(blocks, crlf, bom)| {
        let text = blocks.join("\n");
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        if bom { format!("\u{feff}{text}") } else { text }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_was_brought_up_to_date_is(text in document()) {
        let (new, first) = synced(&text);
        let (again, second) = synced(&new);
        prop_assert_eq!(&again, &new);
        if first.problems.is_empty() {
            prop_assert_eq!(second.problems, []);
            prop_assert_eq!(second.changed, []);
            prop_assert_eq!(second.markers, first.markers);
        } else {
            prop_assert_eq!(&new, &text);
        }
        // Line endings are all of one kind, as they were.
        if text.contains("\r\n") {
            prop_assert_eq!(new.matches('\n').count(), new.matches("\r\n").count());
        } else {
            prop_assert!(!new.contains('\r'));
        }
    }
}
