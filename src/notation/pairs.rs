//! Names and values as options of `az` take them: `name=value`, or one JSON object.

use crate::json::{Dialect, Kind, Tree};
use crate::text::{Builder, Encoding, Fragment, Span};

/// Each pair of `values` as one text with `between` name and value; what is not a pair stands as it is.
pub(super) fn pairs<'s>(values: &[Fragment<'s>], between: &str) -> Vec<Fragment<'s>> {
    values.iter().flat_map(|value| of_value(value, between)).collect()
}

fn of_value<'s>(value: &Fragment<'s>, between: &str) -> Vec<Fragment<'s>> {
    let text = value.text();
    if text.trim_start().starts_with('{')
        && let Some(pairs) = of_json(value, between)
    {
        return pairs;
    }
    let Some(equals) = text.find('=').filter(|&at| text[..at].bytes().all(is_name)) else {
        return vec![value.clone()];
    };
    let mut builder = Builder::new(value);
    builder.copy(Span::new(0, equals), Encoding::Plain);
    builder.decoded(Span::new(equals, equals + 1), between, Encoding::Plain);
    if equals + 1 < text.len() {
        builder.copy(Span::new(equals + 1, text.len()), Encoding::Plain);
    }
    vec![builder.finish(0, Encoding::Plain)]
}

fn of_json<'s>(value: &Fragment<'s>, between: &str) -> Option<Vec<Fragment<'s>>> {
    let tree = Tree::parse(value.text(), Dialect::STRICT);
    let root = tree.root().filter(|root| root.kind() == Kind::Object)?;
    let pairs = root.members().map(|(name, member)| {
        let (name, member) = (name.content_span(), member.content_span());
        let mut builder = Builder::new(value);
        builder.copy(name, Encoding::JsonString);
        let gap = Span { start: name.end, end: member.start.max(name.end) };
        builder.decoded(gap, between, Encoding::Plain);
        builder.copy(member, Encoding::JsonString);
        builder.finish(name.start, Encoding::JsonString)
    });
    Some(pairs.collect())
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'$' | b'.')
}
