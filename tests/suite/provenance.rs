//! What is found in a file stands in the file where it says it does, and what is changed there reads back as
//! it was meant, whatever the file holds around it.

use crate::support::needs::shared;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use armbody::container::{Kind, calls};
use armbody::notation::{Call, Notation, Payload, QuotingKind};
use armbody::text::{Encoding, Fragment, Source, Span, apply_edits};
use proptest::prelude::*;

/// How a body stands in a curl call.
#[derive(Clone, Copy, Debug)]
enum Word {
    Single,
    Double,
    AnsiC,
    Heredoc,
    QuotedHeredoc,
}

/// What the call stands in.
#[derive(Clone, Copy, Debug)]
enum Holder {
    Fence(&'static str),
    ListItem(&'static str),
    Quote,
    Note,
}

impl Word {
    fn write(self, body: &str) -> String {
        match self {
            Self::Single => format!("curl -X PUT -d '{}' https://x", Encoding::ShellSingle.encode(body, "")),
            Self::Double => {
                format!("curl -X PUT -d \"{}\" https://x", Encoding::ShellDouble.encode(body, ""))
            }
            Self::AnsiC => format!("curl -X PUT -d $'{}' https://x", Encoding::ShellAnsiC.encode(body, "")),
            Self::Heredoc => {
                format!("curl -X PUT https://x -d @- <<EOF\n{}\nEOF", Encoding::ShellHeredoc.encode(body, ""))
            }
            Self::QuotedHeredoc => format!("curl -X PUT https://x -d @- <<'EOF'\n{body}\nEOF"),
        }
    }
}

impl Holder {
    fn write(self, text: &str) -> String {
        match self {
            Self::Fence(info) => format!("```{info}\n{text}\n```\n"),
            Self::ListItem(marker) => {
                let indent = " ".repeat(marker.len());
                let mut out = format!("{marker}Step\n\n");
                for line in text.lines() {
                    let _ = writeln!(out, "{indent}{line}");
                }
                out
            }
            Self::Quote => text.lines().fold(String::new(), |out, line| out + "> " + line + "\n"),
            Self::Note => {
                text.lines().fold(String::from("> [!NOTE]\n"), |out, line| out + "> " + line + "\n")
            }
        }
    }
}

fn body_of(source: &Source) -> Option<Fragment<'_>> {
    let mut found = calls(source, Kind::Markdown);
    assert!(found.len() <= 1, "{found:#?}");
    match found.pop()?.body {
        Payload::Text(body) => Some(body),
        _ => None,
    }
}

fn words() -> impl Strategy<Value = Word> {
    prop_oneof![
        Just(Word::Single),
        Just(Word::Double),
        Just(Word::AnsiC),
        Just(Word::Heredoc),
        Just(Word::QuotedHeredoc)
    ]
}

fn holders() -> impl Strategy<Value = Vec<Holder>> {
    let holder = prop_oneof![
        Just(Holder::ListItem("1.  ")),
        Just(Holder::ListItem("- ")),
        Just(Holder::Quote),
        Just(Holder::Note)
    ];
    let info = prop_oneof![Just("bash"), Just(""), Just("azurecli-interactive"), Just("CURL   ")];
    (info, prop::collection::vec(holder, 0..3)).prop_map(|(info, mut holders)| {
        holders.insert(0, Holder::Fence(info));
        holders
    })
}

/// Text as bodies have it, more often broken than whole.
fn bodies() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{"),
        Just("}"),
        Just("\"a\""),
        Just(": "),
        Just("'"),
        Just("\\"),
        Just("\\\""),
        Just("$"),
        Just("`"),
        Just("é"),
        Just("\n"),
        Just("\n  "),
        Just(" "),
        Just("<ID>"),
        Just("<<ID>>"),
        Just("#"),
        Just("!"),
        Just("%"),
        Just("&"),
        Just("|"),
        Just("1"),
        Just("\\n"),
        Just("x y"),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| format!("{{{}}}", pieces.concat()))
}

/// True if the first quote of a body has a backslash.
fn is_escaped(body: &str) -> bool {
    body.trim_start().trim_start_matches(['{', '[']).trim_start().starts_with("\\\"")
}

/// What PowerShell and a program on Windows make of a body whose quotes are escaped.
fn unescaped(body: &str) -> String {
    let mut text = String::new();
    let mut backslashes = 0_usize;
    for c in body.chars() {
        if c == '"' && backslashes > 0 {
            // Every second one shields the other, and one that is left the quote.
            text.truncate(text.len() - backslashes.div_ceil(2));
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
        text.push(c);
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    /// Decoding the edited file gives the edited text.
    #[test]
    fn an_edit_survives_every_nesting(
        body in bodies(),
        inserted in bodies(),
        word in words(),
        holders in holders(),
        crlf in any::<bool>(),
        from in 1usize..40,
        len in 0usize..20,
    ) {
        // Where nobody says which shell it is, a body whose first quote is `\"` is one for PowerShell.
        let is_open = !matches!(holders[0], Holder::Fence("bash")) && matches!(word, Word::Single);
        let as_read = |text: &str| if is_open && is_escaped(text) { unescaped(text) } else { text.to_owned() };
        // It would end the fence around it.
        let ends_fence = |text: &str| text.lines().any(|line| line.trim_start().starts_with("```"));
        prop_assume!(!ends_fence(&body));
        let text = holders.iter().fold(word.write(&body), |inner, holder| holder.write(&inner));
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let source = Source::new("x.md", text);
        let read = body_of(&source);
        prop_assert!(read.is_some(), "{}", source.text());
        let read = read.unwrap();
        let for_powershell = is_open && is_escaped(&body);
        let body = as_read(&body);
        prop_assert_eq!(read.text(), body.as_str(), "{}", source.text());

        // The braces at the ends stay: a body does not begin or end with blanks that a container would eat.
        let boundaries: Vec<usize> = body.char_indices().map(|(at, _)| at).skip(1).collect();
        let start = boundaries[from % boundaries.len()];
        // What says which shell it is stays as well.
        let start = if for_powershell { start.max(body.find('"').map_or(0, |quote| quote + 1)) } else { start };
        prop_assume!(start < body.len());
        let end = boundaries[(from % boundaries.len() + len).min(boundaries.len() - 1)].max(start);
        // Backslashes and the quote behind them are one: nothing is written between them.
        let parts_escape = |at: usize| {
            body[..at].ends_with('\\') && body[at..].trim_start_matches('\\').starts_with('"')
        };
        prop_assume!(!for_powershell || !parts_escape(start) && !parts_escape(end));
        let mut wanted = body.clone();
        wanted.replace_range(start..end, &inserted);
        prop_assume!(!ends_fence(&wanted));
        let edits = read.edit(Span::new(start, end), &inserted);
        prop_assert!(edits.is_some(), "{}..{} of {}", start, end, source.text());
        let edited = Source::new("x.md", apply_edits(source.text(), &edits.unwrap()).unwrap());
        let again = body_of(&edited);
        prop_assert!(again.is_some(), "{}", edited.text());
        let again = again.unwrap();
        let wanted = if for_powershell { wanted } else { as_read(&wanted) };
        prop_assert_eq!(again.text(), wanted.as_str(), "{}\n{}", source.text(), edited.text());
    }
}

/// Every file below `folder`, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// Reads `bytes` as every kind of file and asks each part of each call where it stands.
fn look_at(bytes: Vec<u8>) {
    let source = Source::from_bytes("x", bytes);
    for kind in [Kind::Markdown, Kind::Shell, Kind::Json] {
        for call in calls(&source, kind) {
            assert!(call.span.end as usize <= source.text().len());
            let body = match &call.body {
                Payload::None => None,
                Payload::Text(text) | Payload::File(text) | Payload::Unknown(text) => Some(text),
            };
            let parts =
                call.method.iter().chain(&call.url).chain(&call.headers).chain(call.credentials.as_deref());
            for part in parts.chain(body) {
                let at = part.to_file(part.span());
                assert!(source.text().get(at.range()).is_some(), "{at:?} cuts a character");
                let _ = part.edit(part.span(), "'x\n");
            }
            for quoting in &call.quoting {
                assert!(source.text().get(quoting.span.range()).is_some());
                // One bare quote, or the escape that stands for one in a script within quotes.
                assert!(quoting.kind != QuotingKind::UnterminatedQuote || quoting.span.len() <= 6);
            }
        }
    }
}

/// A small generator of numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// What damage is made of.
const SIGNS: &[u8] = b"'\"`$<>(){}[]\\\n\r\t &|;#-=~*: \xff\xc3";

#[test]
#[ignore = "needs the shared cases"]
fn no_damage_to_a_real_file_brings_a_panic() {
    let mut dice = Dice(1);
    for path in files(&shared("corpus")) {
        let bytes = std::fs::read(&path).unwrap();
        look_at(bytes.clone());
        for _ in 0..20 {
            look_at(bytes[..dice.below(bytes.len())].to_vec());
        }
        for _ in 0..20 {
            let mut damaged = bytes.clone();
            for _ in 0..3 {
                let at = dice.below(damaged.len());
                let sign = SIGNS[dice.below(SIGNS.len())];
                match dice.below(3) {
                    0 => damaged.insert(at, sign),
                    1 if at < damaged.len() => {
                        damaged.remove(at);
                    }
                    _ if at < damaged.len() => damaged[at] = sign,
                    _ => {}
                }
            }
            look_at(damaged);
        }
    }
}

/// Every file with calls in it, and how many of them have a body, are for ARM, have an open quote.
#[test]
#[ignore = "needs the shared cases"]
fn the_corpus_has_the_calls_that_were_counted() {
    let mut report = String::new();
    let mut total = (0, 0, 0);
    for path in files(&shared("corpus")) {
        let Some(kind) = Kind::of(&path).filter(|&kind| kind != Kind::Json) else { continue };
        let source = Source::read(&path, 1 << 26).unwrap();
        let mut found = calls(&source, kind);
        found.retain(|call| call.notation == Notation::Curl);
        let arm: Vec<&Call<'_>> = found.iter().filter(|call| call.looks_like_arm()).collect();
        let bodies = found.iter().filter(|call| call.body.text().is_some()).count();
        let open = found.iter().filter(|call| !call.quoting.is_empty()).count();
        if !found.is_empty() {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let _ = writeln!(report, "{:4} {:4} {bodies:4} {open:4}  {name}", found.len(), arm.len());
        }
        total = (total.0 + found.len(), total.1 + arm.len(), total.2 + bodies);
    }
    println!("calls  ARM body open\n{report}");
    // Counted by hand: every `curl` that is a command, in 19 files.
    assert_eq!(total, (125, 63, 57), "{report}");
}
