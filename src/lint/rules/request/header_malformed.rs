#![doc = include_str!("../../../../docs/rules/header-malformed.md")]

use crate::arm::find_placeholders;
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::notation::programs::Headers;
use crate::text::{Edit, Fragment, Span};

rule!("header-malformed", Request, Error, Sometimes, "a header has no colon", Check::Call(check));

/// Headers of requests to Azure Resource Manager whose values begin with one of a few words, in lower case.
const KNOWN: [(&str, &[&str]); 4] = [
    ("authorization", &["bearer ", "basic "]),
    ("content-type", &["application/", "text/"]),
    ("accept", &["application/", "text/", "*/*"]),
    ("if-match", &["\"", "*", "w/"]),
];

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    // Elsewhere a header is not a text with a colon of the author's own.
    if !matches!(subject.call.client.headers, Headers::Option | Headers::Lines) || !subject.is_arm() {
        return;
    }
    for header in subject.call.headers.iter().filter(|header| is_malformed(header)) {
        let draft = subject
            .at_part(&RULE, header, header.span(), "a header has no colon between its name and its value")
            .help("what has none is not sent, or refused by the client");
        sink.push(match fixed(header.text()) {
            Some((span, name)) => draft.fix(format!("write `{name}: …`"), &[Edit::replace(span, ": ")]),
            None => draft,
        });
    }
}

/// True if a header has no colon, and is nothing that has none: a file of headers, an empty header of curl (`Name;`), a
/// variable.
fn is_malformed(header: &Fragment<'_>) -> bool {
    let text = header.text().trim();
    let begins_open = find_placeholders(text).any(|found| found.range.start == 0)
        || header.expansions().any(|span| span.start == 0);
    !text.is_empty()
        && !text.contains(':')
        && !text.starts_with(['@', '$', '{', '%'])
        && !text.ends_with(';')
        && !begins_open
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// What stands where the colon is due, and the name before it; `None` where it is not certain that it is one.
fn fixed(text: &str) -> Option<(Span, &str)> {
    let name = &text[..text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-')?];
    let (_, values) = KNOWN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    let rest = &text[name.len()..];
    let value = rest.trim_start_matches([' ', '\t', '=', ';', '：']);
    let between = rest.len() - value.len();
    let begins = |start: &&str| value.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start));
    (between > 0 && values.iter().any(begins)).then(|| (Span::new(name.len(), name.len() + between), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_header_has_its_colon_put_in() {
        let after = |text: &str| {
            fixed(text)
                .map(|(span, _)| format!("{}: {}", &text[..span.start as usize], &text[span.end as usize..]))
        };
        assert_eq!(after("Authorization Bearer $T").as_deref(), Some("Authorization: Bearer $T"));
        assert_eq!(after("Authorization=Bearer x").as_deref(), Some("Authorization: Bearer x"));
        assert_eq!(after("Content-Type application/json").as_deref(), Some("Content-Type: application/json"));
        assert_eq!(after("Authorization"), None);
        assert_eq!(after("X-Mine value"), None);
        assert_eq!(after("Authorization $T"), None, "the value may be anything");
    }
}
