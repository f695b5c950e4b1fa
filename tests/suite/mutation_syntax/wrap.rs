//! The texts that a body can stand in.

use std::ops::Range;

use armbody::container::Kind;
use armbody::lint::Options;
use armbody::text::{Source, Span};

use super::bodies::Body;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrap {
    /// A file.
    Raw,
    /// `-d '…'` in a fence.
    Single,
    /// `-d "…"` in a fence.
    Double,
    /// `-d '…'` in a fence within a list item.
    List,
}

pub(crate) const WRAPS: [Wrap; 4] = [Wrap::Raw, Wrap::Single, Wrap::Double, Wrap::List];

/// A file with a body in it, and where each byte of the body came to stand.
pub(crate) struct Wrapped {
    pub(crate) source: Source,
    pub(crate) kind: Kind,
    pub(crate) options: Options,
    places: Vec<usize>,
}

impl Wrapped {
    pub(crate) fn new(wrap: Wrap, body: &Body, text: &str) -> Self {
        let mut options = Options::default();
        if wrap == Wrap::Raw {
            options.given.resource_type = Some(body.resource_type.parse().unwrap());
            options.given.method = Some(body.method.parse().unwrap());
            options.given.api_version = Some(body.version.parse().unwrap());
            let places = (0..=text.len()).collect();
            return Self { source: Source::new("body.json", text), kind: Kind::Json, options, places };
        }
        let (quote, indent) = match wrap {
            Wrap::Double => ('"', ""),
            Wrap::List => ('\'', "   "),
            Wrap::Raw | Wrap::Single => ('\'', ""),
        };
        let url = format!(
            "https://management.azure.com/subscriptions/{{subscription-id}}/resourceGroups/myResourceGroup/\
             providers/{}/myResource?api-version={}",
            body.resource_type, body.version
        );
        let mut file = String::from(if indent.is_empty() { "# Title\n\n" } else { "1. Do this:\n\n" });
        file += &format!("{indent}```bash\n{indent}curl '{url}' -X {} -d {quote}", body.method);
        let mut places = Vec::new();
        for c in text.chars() {
            let start = file.len();
            match (quote, c) {
                (_, '\n') => file += &format!("\n{indent}"),
                ('\'', '\'') => file += "'\\''",
                ('"', '"' | '\\' | '$' | '`') => file.extend(['\\', c]),
                _ => file.push(c),
            }
            places.extend(std::iter::repeat_n(start, c.len_utf8()));
        }
        places.push(file.len());
        file += &format!("{quote} -H 'Content-Type: application/json'\n{indent}```\n");
        Self { source: Source::new("page.md", file), kind: Kind::Markdown, options, places }
    }

    /// True if a span of the file touches a range of the body, with the token beside it.
    pub(crate) fn touches(&self, span: Span, range: &Range<usize>) -> bool {
        let last = self.places.len() - 1;
        let start = self.places[range.start.saturating_sub(1).min(last)];
        let end = self.places[(range.end + 1).min(last)];
        span.start as usize <= end && start <= span.end as usize
    }
}

/// The body of the first call of a file.
pub(crate) fn body_of(source: &Source, kind: Kind) -> Option<String> {
    let calls = armbody::container::calls(source, kind);
    Some(calls.first()?.body.text()?.text().to_owned())
}
