use proptest::prelude::*;

use super::*;
use crate::text::{Source, apply_edits};

/// A layer as a container or notation would decode it, small enough to be seen through.
#[derive(Clone, Copy, Debug)]
enum Layer {
    Lines(&'static str),
    ShellSingle,
    ShellDouble,
    JsonString,
}

impl Layer {
    fn write(self, text: &str) -> String {
        match self {
            Self::Lines(prefix) => {
                format!("```\n{prefix}{}\n```", text.replace('\n', &format!("\n{prefix}")))
            }
            Self::ShellSingle => format!("curl -d '{}' x", Encoding::ShellSingle.encode(text, "")),
            Self::ShellDouble => format!("curl -d \"{}\" x", Encoding::ShellDouble.encode(text, "")),
            Self::JsonString => format!("{{\"a\":\"{}\"}}", Encoding::JsonString.encode(text, "")),
        }
    }

    fn read<'s>(self, outer: &Fragment<'s>) -> Fragment<'s> {
        let text = outer.text();
        match self {
            Self::Lines(prefix) => {
                let mut builder = Builder::new(outer);
                builder.set_prefix(prefix);
                let mut at = 4;
                let body = &text[4..text.len() - 4];
                for line in body.split_inclusive('\n').chain(body.ends_with('\n').then_some("")) {
                    builder
                        .copy(Span::new(at + prefix.len().min(line.len()), at + line.len()), Encoding::Lines);
                    if line.ends_with('\n') {
                        builder.glue();
                    }
                    at += line.len();
                }
                builder.finish(4, Encoding::Lines)
            }
            Self::ShellSingle => {
                let mut builder = Builder::new(outer);
                let (mut at, end) = (9, text.len() - 3);
                while at < end {
                    let run = text[at..end].find('\'').map_or(end, |quote| at + quote);
                    builder.copy(Span::new(at, run), Encoding::ShellSingle);
                    at = run;
                    if at < end {
                        builder.decoded(Span::new(at, at + 4), "'", Encoding::ShellSingle);
                        at += 4;
                    }
                }
                builder.finish(9, Encoding::ShellSingle)
            }
            Self::ShellDouble => read_escaped(outer, 9, text.len() - 3, Encoding::ShellDouble),
            Self::JsonString => read_escaped(outer, 6, text.len() - 2, Encoding::JsonString),
        }
    }
}

fn read_escaped<'s>(outer: &Fragment<'s>, start: usize, end: usize, encoding: Encoding) -> Fragment<'s> {
    let text = outer.text();
    let mut builder = Builder::new(outer);
    let mut at = start;
    while at < end {
        let c = text[at..].chars().next().unwrap();
        if c == '\\' {
            let next = text[at + 1..].chars().next().unwrap();
            let (len, becomes) = match (encoding, next) {
                (Encoding::JsonString, 'n') => (2, '\n'),
                (Encoding::JsonString, 'r') => (2, '\r'),
                (Encoding::JsonString, 't') => (2, '\t'),
                (_, other) => (1 + other.len_utf8(), other),
            };
            builder.decoded(Span::new(at, at + len), becomes.encode_utf8(&mut [0; 4]), encoding);
            at += len;
        } else {
            builder.copy(Span::new(at, at + c.len_utf8()), encoding);
            at += c.len_utf8();
        }
    }
    builder.finish(start as u32, encoding)
}

fn layer() -> impl Strategy<Value = Layer> {
    prop_oneof![
        Just(Layer::Lines("   > ")),
        Just(Layer::Lines("")),
        Just(Layer::ShellSingle),
        Just(Layer::ShellDouble),
        Just(Layer::JsonString)
    ]
}

/// Prefixed lines are what fences in lists and quotes are: they hold quoted text, not the reverse.
fn outer_lines(mut layers: Vec<Layer>) -> Vec<Layer> {
    layers.sort_by_key(|layer| !matches!(layer, Layer::Lines(_)));
    layers
}

fn read<'s>(source: &'s Source, layers: &[Layer]) -> Fragment<'s> {
    layers.iter().fold(source.fragment(), |outer, layer| layer.read(&outer))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    /// Decoding the edited file gives the edited text.
    #[test]
    fn an_edit_survives_every_nesting(
        text in "[a-c'\"$\\\\`é\n]{0,12}",
        inserted in "[x-z'\"$\\\\`ü\n]{0,6}",
        layers in prop::collection::vec(layer(), 0..4).prop_map(outer_lines),
        from in 0usize..13,
        len in 0usize..13,
    ) {
        let file = layers.iter().rev().fold(text.clone(), |inner, layer| layer.write(&inner));
        let source = Source::new("x", file);
        let fragment = read(&source, &layers);
        prop_assert_eq!(fragment.text(), text.as_str());
        let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let start = boundaries[from % boundaries.len()];
        let end = boundaries[(from % boundaries.len() + len).min(boundaries.len() - 1)];
        let span = Span::new(start, end);
        let mut wanted = text.clone();
        wanted.replace_range(start..end, &inserted);
        let Some(edits) = fragment.edit(span, &inserted) else {
            // Only the last line's break can neither go nor be followed.
            prop_assert!(end == text.len() && text.ends_with('\n'));
            return Ok(());
        };
        let edited = Source::new("x", apply_edits(source.text(), &edits).unwrap());
        let again = read(&edited, &layers);
        prop_assert_eq!(again.text(), wanted.as_str(), "{:?} in {:?}", edits, source.text());
    }

    /// A span of the text and its span of the file name the same characters.
    #[test]
    fn a_span_maps_to_what_it_stands_for(text in "[a-c'\"\n]{1,12}", layers in prop::collection::vec(layer(), 0..4).prop_map(outer_lines)) {
        let file = layers.iter().rev().fold(text.clone(), |inner, layer| layer.write(&inner));
        let source = Source::new("x", file);
        let fragment = read(&source, &layers);
        for (at, c) in text.char_indices().filter(|(_, c)| c.is_alphabetic()) {
            let file = fragment.to_file(Span::new(at, at + 1));
            prop_assert_eq!(&source.text()[file.range()], c.to_string());
            prop_assert_eq!(fragment.offset_of(file.start), Some(at as u32));
        }
    }
}

#[test]
fn quotes_between_pieces_stay_when_text_across_them_goes() {
    // 'ab'"cd" read as one word
    let source = Source::new("x", "'ab'\"cd\"");
    let root = source.fragment();
    let mut builder = Builder::new(&root);
    builder.copy(Span::new(1, 3), Encoding::ShellSingle);
    builder.copy(Span::new(5, 7), Encoding::ShellDouble);
    let word = builder.finish(1, Encoding::ShellSingle);
    assert_eq!(word.text(), "abcd");
    let edits = word.edit(Span::new(1, 3), "'$").unwrap();
    assert_eq!(apply_edits(source.text(), &edits).unwrap(), "'a'\\''$'\"d\"");
}

#[test]
fn what_stands_apart_can_be_read_as_one() {
    let source = Source::new("x", "b='\"it''s' a");
    let root = source.fragment();
    let mut value = Builder::new(&root);
    value.copy(Span::new(3, 6), Encoding::PowerShellSingle);
    value.decoded(Span::new(6, 8), "'", Encoding::PowerShellSingle);
    value.copy(Span::new(8, 9), Encoding::PowerShellSingle);
    let value = value.finish(3, Encoding::PowerShellSingle);
    let mut whole = Builder::new(&root);
    whole.append(&root.slice(Span::new(11, 12)));
    whole.append(&root.slice(Span::new(0, 1)));
    whole.decoded(Span::new(1, 3), ": ", Encoding::Plain);
    whole.append(&value);
    let whole = whole.finish(0, Encoding::Plain);
    assert_eq!(whole.text(), "ab: \"it's");
    assert_eq!(whole.to_file(Span::new(0, 1)), Span::new(11, 12));
    assert_eq!(whole.to_file(Span::new(7, 8)), Span::new(6, 8));
    let edits = whole.edit(Span::new(5, 7), "'").unwrap();
    assert_eq!(apply_edits(source.text(), &edits).unwrap(), "b='\"''''s' a");
}

#[test]
fn crlf_text_gets_crlf() {
    let source = Source::new("x", "a\r\nb");
    let edits = source.fragment().edit(Span::at(0), "c\n").unwrap();
    assert_eq!(apply_edits(source.text(), &edits).unwrap(), "c\r\na\r\nb");
}
