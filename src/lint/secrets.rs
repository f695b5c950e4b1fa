//! What must not be shown of a file: passwords in bodies, credentials of calls, tokens anywhere.

use super::Subject;
use crate::arm::is_placeholder;
use crate::json::{Kind, Node};
use crate::text::{Fragment, Source, Span};

/// Names whose values are secret in the schemas (`x-ms-secret`), in lower case, and what such names end with.
const NAMES: [&str; 4] = ["customdata", "userdata", "protectedsettings", "content"];
const ENDINGS: [&str; 5] = ["password", "secret", "token", "sastoken", "accesskey"];

/// The secrets of one call, as bytes of its file.
pub(super) fn of_call(subject: &Subject<'_>, secrets: &mut Vec<Span>) {
    let call = subject.call;
    for header in &call.headers {
        secrets.extend(authorization(header));
    }
    if let Some(credentials) = call.credentials.as_ref().filter(|it| !is_open(it.text())) {
        secrets.push(credentials.to_file(credentials.span()));
    }
    let (Some(body), Some(root)) = (subject.body, subject.resource) else { return };
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        for (name, value) in node.members() {
            if name.as_str().is_some_and(|name| is_secret_name(&name)) {
                secrets.extend(strings(value).into_iter().map(|span| body.to_file(span)));
            }
            open.push(value);
        }
        open.extend(node.elements());
    }
}

/// JSON web tokens, wherever they stand in the file.
pub(super) fn tokens(source: &Source, secrets: &mut Vec<Span>) {
    let text = source.text().as_bytes();
    for at in memchr::memmem::find_iter(text, b"eyJ") {
        if at > 0 && is_token_byte(text[at - 1]) {
            continue;
        }
        let len = text[at..].iter().take_while(|&&byte| is_token_byte(byte) || byte == b'.').count();
        let dots = text[at..at + len].iter().filter(|&&byte| byte == b'.').count();
        if len > 40 && dots >= 1 {
            secrets.push(Span::new(at, at + len));
        }
    }
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=')
}

/// True if a property of this name holds a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.contains(&name.as_str()) || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// True if a value is one that the reader fills in, or that is computed.
fn is_open(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || is_placeholder(text) || (text.starts_with('[') && text.ends_with(']'))
}

fn strings(value: Node<'_>) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut open = vec![value];
    while let Some(node) = open.pop() {
        if node.kind() == Kind::String && node.as_str().is_some_and(|text| !is_open(&text)) {
            spans.push(node.content_span());
        }
        open.extend(node.members().map(|(_, value)| value));
        open.extend(node.elements());
    }
    spans
}

/// What follows the scheme in an `Authorization` header.
fn authorization(header: &Fragment<'_>) -> Option<Span> {
    let text = header.text();
    let (name, value) = text.split_once(':')?;
    if !name.trim().eq_ignore_ascii_case("authorization") {
        return None;
    }
    let value = value.trim();
    let credentials = value.split_once(' ').map_or(value, |(_, credentials)| credentials.trim());
    if is_open(credentials) || credentials.contains(['$', '<', '{']) {
        return None;
    }
    let start = credentials.as_ptr() as usize - text.as_ptr() as usize;
    Some(header.to_file(Span::new(start, start + credentials.len())))
}
