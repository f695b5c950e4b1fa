//! What must not be shown of a file: passwords in bodies, credentials of calls, tokens anywhere, and whose
//! subscriptions it names.

use std::ops::Range;

use super::Subject;
use super::rules::{is_arm, is_secret_property, real_subscriptions, tails};
use crate::arm::is_placeholder;
use crate::json::{Kind, Node};
use crate::text::{Fragment, Source, Span};

/// Bytes of a file that must not be shown, and what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// The bytes of the file, quotes and escapes within them included.
    pub span: Span,
    /// The secret as each layer of quoting reads it, where that is not what the bytes say.
    pub readings: Vec<String>,
    /// True if it is a subscription's id: it lets nobody in, is not to be published, and yet belongs into a request.
    pub is_subscription: bool,
}

impl From<Span> for Secret {
    fn from(span: Span) -> Self {
        Self { span, readings: Vec::new(), is_subscription: false }
    }
}

/// Names whose values may hold a secret, in lower case, beside those that the schemas mark.
const NAMES: [&str; 4] = ["customdata", "userdata", "protectedsettings", "content"];
/// What the names of secrets end with, in lower case.
const ENDINGS: [&str; 9] = [
    "password",
    "passwd",
    "secret",
    "token",
    "accesskey",
    "sharedkey",
    "accountkey",
    "connectionstring",
    "apikey",
];
/// More bytes than this before a `=` are no name of these.
const MAX_NAME: usize = 32;
/// What all of these end with, and those that the schemas mark: few names of a body do.
const NAME_TAILS: [[u8; 4]; NAMES.len()] = tails(&NAMES);
const ENDING_TAILS: [[u8; 4]; ENDINGS.len()] = tails(&ENDINGS);
/// What parts the parameters of a URL or a form.
const PARTS: [u8; 3] = *b"?&#";
/// Parameters of a URL or a form whose values are secrets, in lower case.
const PARAMETERS: [&str; 12] = [
    "access_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "id_token",
    "password",
    "refresh_token",
    "sig",
    "subscription-key",
    "sas",
    "token",
];

/// The secrets of one call.
pub(super) fn of_call(subject: &Subject<'_>, secrets: &mut Vec<Secret>) {
    let call = subject.call;
    for header in &call.headers {
        secrets.extend(in_header(header).map(|span| of_part(header, span)));
    }
    if let Some(credentials) = call.credentials.as_deref().filter(|it| !is_open(it.text())) {
        secrets.push(of_part(credentials, credentials.span()));
    }
    if let Some(url) = &call.url {
        secrets.extend(in_parameters(url.text()).map(|span| of_part(url, span)));
    }
    if call.is_template() || is_arm(subject) {
        let named = real_subscriptions(subject);
        secrets.extend(named.map(|one| Secret { is_subscription: true, ..of_part(one.part, one.span) }));
    }
    let Some(body) = subject.body else { return };
    if subject.resource.is_none_or(|root| !matches!(root.kind(), Kind::Object | Kind::Array)) {
        secrets.extend(in_parameters(body.text()).map(|span| of_part(body, span)));
    }
    let mut done = 0;
    for (_, value) in subject.secret_members() {
        // What is within a secret is one already.
        if value.index() >= done {
            done = value.end();
            secrets.extend(values(*value).filter_map(|node| of_string(body, node)));
        }
    }
}

/// The members within `root` whose names say that they are secret, in the order of the text.
pub(super) fn members(root: Node<'_>) -> Vec<(Node<'_>, Node<'_>)> {
    let may_be = |tail: [u8; 4]| ENDING_TAILS.contains(&tail) || NAME_TAILS.contains(&tail);
    let mut found: Vec<_> = root
        .members_within()
        .filter(|(name, _)| {
            name.tail().is_none_or(may_be) && name.as_str().is_some_and(|name| is_secret_name(&name))
        })
        .collect();
    found.sort_unstable_by_key(|(name, _)| name.index());
    found
}

/// The strings within `root` that are no names.
fn values(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let mut open = vec![root];
    std::iter::from_fn(move || {
        loop {
            let node = open.pop()?;
            open.extend(node.members().map(|(_, value)| value).chain(node.elements()));
            if node.kind() == Kind::String {
                return Some(node);
            }
        }
    })
}

/// JSON web tokens, wherever they stand in the file.
pub(super) fn tokens(source: &Source, secrets: &mut Vec<Secret>) {
    secrets.extend(web_tokens(source.text()).map(|range| Secret::from(Span::from(range))));
}

/// The JSON web tokens of a text, whole or cut short.
pub(super) fn web_tokens(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut done = 0;
    memchr::memmem::find_iter(bytes, b"eyJ").filter_map(move |at| {
        if at < done || (at > 0 && is_token_byte(bytes[at - 1])) {
            return None;
        }
        let len = bytes[at..].iter().take_while(|&&byte| is_token_byte(byte) || byte == b'.').count();
        let token = text[at..at + len].trim_end_matches('.');
        done = at + len;
        (token.len() > 40 && token.contains('.')).then_some(at..at + token.len())
    })
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=')
}

/// True if a property of this name holds a secret.
fn is_secret_name(name: &str) -> bool {
    let ends = |ending: &str| {
        let start = name.len().checked_sub(ending.len());
        start.and_then(|start| name.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    is_secret_property(name)
        || NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
        || ENDINGS.iter().any(|ending| ends(ending))
}

/// True if a value is one that the reader fills in, or that is computed.
fn is_open(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || is_placeholder(text) || (text.starts_with('[') && text.ends_with(']'))
}

/// A secret in `span` of a part of the call.
fn of_part(part: &Fragment<'_>, span: Span) -> Secret {
    let readings = vec![part.text()[span.range()].to_owned()];
    Secret { span: part.to_file(span), readings, is_subscription: false }
}

/// A secret that is a string of the body.
fn of_string(body: &Fragment<'_>, node: Node<'_>) -> Option<Secret> {
    let text = node.as_str().filter(|text| !is_open(text))?;
    let mut secret = of_part(body, node.content_span());
    secret.readings.push(text.into_owned());
    Some(secret)
}

/// Where the secret of a header stands: behind the scheme of `Authorization`, or the whole value of a header
/// that is named after one.
fn in_header(header: &Fragment<'_>) -> Option<Span> {
    let text = header.text();
    let (name, value) = text.split_once(':')?;
    let name = name.trim().to_ascii_lowercase();
    let is_authorization = name.ends_with("authorization");
    let is_key =
        name == "cookie" || ["-key", "apikey", "token", "secret"].iter().any(|end| name.ends_with(end));
    if !is_authorization && !is_key {
        return None;
    }
    let value = value.trim();
    let secret = match value.split_once(char::is_whitespace) {
        Some((_, credentials)) if is_authorization => credentials.trim(),
        _ => value,
    };
    if is_open(secret) || header_is_filled_in(secret) {
        return None;
    }
    let start = secret.as_ptr() as usize - text.as_ptr() as usize;
    Some(Span::new(start, start + secret.len()))
}

/// True if a header's value has a part that stands for the secret.
fn header_is_filled_in(value: &str) -> bool {
    value.contains(['$', '<', '{'])
}

/// The values of parameters that are secrets, in the query of a URL or in a form.
fn in_parameters(text: &str) -> impl Iterator<Item = Span> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'=', bytes).filter_map(move |equals| {
        let from = equals.saturating_sub(MAX_NAME);
        let part = bytes[from..equals].iter().rposition(|byte| PARTS.contains(byte));
        let start = part.map_or((from == 0).then_some(0), |at| Some(from + at + 1))?;
        let name = &text[start..equals];
        if !PARAMETERS.iter().any(|parameter| parameter.eq_ignore_ascii_case(name.trim())) {
            return None;
        }
        let from = equals + 1;
        let end = memchr::memchr3(PARTS[0], PARTS[1], PARTS[2], &bytes[from..])
            .map_or(text.len(), |len| from + len);
        let value = &text[from..end];
        let open = is_open(value) || header_is_filled_in(value);
        (!open).then(|| Span::new(from, end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_whole_and_cut_short() {
        let token = format!("eyJ{}.eyJ{}.{}", "a".repeat(40), "b".repeat(40), "c_-9".repeat(10));
        let text = format!("x {token} y {}... heyJ{}", &token[..60], "d".repeat(50));
        let found: Vec<_> = web_tokens(&text).map(|range| text[range].to_owned()).collect();
        assert_eq!(found, [token.clone(), token[..60].to_owned()]);
    }

    #[test]
    fn values_of_secret_parameters_are_found() {
        let found =
            |text: &str| in_parameters(text).map(|span| text[span.range()].to_owned()).collect::<Vec<_>>();
        assert_eq!(found("https://h/p?sv=1&sig=ab%2Fc&x=1"), ["ab%2Fc"]);
        assert_eq!(found("grant_type=x&client_secret=s3cret&code=<CODE>"), ["s3cret"]);
        assert_eq!(found("https://h/p?api-version=2018-06-01"), [""; 0]);
        assert_eq!(found(&format!("{}&sig=ab=&sig=cd", "=".repeat(1000))), ["ab=", "cd"]);
    }

    #[test]
    fn what_the_schemas_mark_ends_as_the_other_names_do() {
        let marked = ["adminPassword", "clientSecret", "sharedKey", "accessKey", "accountKey"];
        for name in marked.iter().chain(&NAMES).chain(&ENDINGS) {
            let tail = tails(&[name])[0];
            assert!(NAME_TAILS.contains(&tail) || ENDING_TAILS.contains(&tail), "{name}");
        }
    }
}
