//! What is a secret by its form alone, wherever it stands: nothing around it has to be understood.

use std::ops::Range;

use super::SecretKind;
use crate::text::{cut, tail};

/// Letters of a token that is signed; shorter ones say nothing.
const SHORTEST_TOKEN: usize = 40;
/// Letters behind `Bearer` that are more than a word of the language; they have a digit among them.
const SHORTEST_BEARER: usize = 10;
/// Letters of a key of 64 bytes in base64, before its `==`: what storage accounts and Cosmos DB have.
const ACCOUNT_KEY: usize = 86;
/// Letters before and behind the `Q~` of a client secret of Microsoft Entra.
const BEFORE_MARK: usize = 4;
const BEHIND_MARK: Range<usize> = 31..41;
/// Where keys of Azure's services that say what they are have this mark, and how long they are.
const KEY_MARK: &[u8] = b"JQQJ99";
const KEY_BEFORE_MARK: usize = 52;
const KEY_LENGTH: usize = 84;

/// Every secret that its form gives away, in no order.
pub(super) fn all(text: &str, mut found: impl FnMut(SecretKind, Range<usize>)) {
    web_tokens(text).for_each(|range| found(SecretKind::WebToken, range));
    account_keys(text).for_each(|range| found(SecretKind::AccountKey, range));
    marked_keys(text).for_each(|range| found(SecretKind::AccountKey, range));
    client_secrets(text).for_each(|range| found(SecretKind::ClientSecret, range));
    bearers(text).for_each(|range| found(SecretKind::Header, range));
    private_keys(text).for_each(|range| found(SecretKind::PrivateKey, range));
}

/// The JSON web tokens of a text, whole or cut short.
pub(crate) fn web_tokens(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut done = 0;
    memchr::memmem::find_iter(bytes, b"eyJ").filter_map(move |at| {
        if at < done || (at > 0 && is_token_byte(bytes[at - 1])) {
            return None;
        }
        let len = bytes[at..].iter().take_while(|&&byte| is_token_byte(byte) || byte == b'.').count();
        let token = cut(text, at..at + len).trim_end_matches('.');
        done = at + len;
        (token.len() > SHORTEST_TOKEN && token.contains('.')).then_some(at..at + token.len())
    })
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'=')
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// 64 bytes in base64, also with `\/` and `%3D` as JSON and URLs write them.
fn account_keys(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let plain = memchr::memmem::find_iter(bytes, b"==").map(|at| at..at + 2);
    let encoded = memchr::memmem::find_iter(bytes, b"%3D%3D").map(|at| at..at + 6);
    plain.chain(encoded).filter_map(move |padding| {
        let mut at = padding.start;
        let mut letters = 0;
        while letters < ACCOUNT_KEY {
            let (before, last) = (at.checked_sub(1)?, &bytes[..at]);
            let is_escape = last.ends_with(b"%2B") || last.ends_with(b"%2F");
            at = if is_escape {
                at - 3
            } else if last.ends_with(b"\\/") {
                at - 2
            } else if is_base64(bytes[before]) {
                before
            } else {
                return None;
            };
            letters += 1;
        }
        // One letter more, and it is something longer.
        let longer = at > 0 && is_base64(bytes[at - 1]) && bytes.get(padding.end) != Some(&b';');
        (!longer).then_some(at..padding.end)
    })
}

/// Keys that carry the mark of Azure's services.
fn marked_keys(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(bytes, KEY_MARK).filter_map(move |at| {
        let start = at.checked_sub(KEY_BEFORE_MARK)?;
        let key = bytes.get(start..start + KEY_LENGTH)?;
        key.iter().all(u8::is_ascii_alphanumeric).then_some(start..start + KEY_LENGTH)
    })
}

/// `abc8Q~…`: client secrets of Microsoft Entra, 40 letters with `Q~` as the fifth and sixth.
fn client_secrets(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    memchr::memmem::find_iter(bytes, b"Q~").filter_map(move |at| {
        let start = at.checked_sub(BEFORE_MARK)?;
        let before = &bytes[start..at];
        if !before.iter().all(is_letter) || !bytes[at - 1].is_ascii_digit() {
            return None;
        }
        let behind = bytes[at + 2..].iter().take(BEHIND_MARK.end).take_while(|byte| is_letter(byte)).count();
        BEHIND_MARK.contains(&behind).then_some(start..at + 2 + behind)
    })
}

/// What stands behind `Bearer` or `Basic`, wherever that is: a header without its colon, an argument of `Add`.
fn bearers(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let is_letter = |byte: &&u8| {
        byte.is_ascii_alphanumeric() || matches!(**byte, b'-' | b'_' | b'.' | b'~' | b'+' | b'/' | b'=')
    };
    ["Bearer ", "bearer ", "Basic "].into_iter().flat_map(move |scheme| {
        memchr::memmem::find_iter(bytes, scheme).filter_map(move |at| {
            let from = at + scheme.len();
            let len = bytes[from..].iter().take_while(is_letter).count();
            let word = &bytes[from..from + len];
            let is_telling = len >= SHORTEST_BEARER && word.iter().any(u8::is_ascii_digit);
            is_telling.then_some(from..from + len)
        })
    })
}

/// The text between `-----BEGIN … PRIVATE KEY-----` and its end; to the end of the text if there is none.
fn private_keys(text: &str) -> impl Iterator<Item = Range<usize>> {
    const MARK: &str = "PRIVATE KEY";
    const DASHES: &str = "-----";
    let mut done = 0;
    memchr::memmem::find_iter(text.as_bytes(), MARK).filter_map(move |at| {
        if at < done || !tail(text, at + MARK.len()).trim_start_matches(" BLOCK").starts_with(DASHES) {
            return None;
        }
        // `BEGIN RSA `, `BEGIN ENCRYPTED `: a few letters on the same line.
        if !cut(text, at.saturating_sub(40)..at).contains("-----BEGIN") {
            return None;
        }
        let from = at + MARK.len() + DASHES.len();
        let end =
            memchr::memmem::find(&text.as_bytes()[from..], b"-----END").map_or(text.len(), |len| from + len);
        done = end;
        (from < end).then_some(from..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(SecretKind, String)> {
        let mut all_of_them = Vec::new();
        all(text, |kind, range| all_of_them.push((kind, text[range].to_owned())));
        all_of_them
    }

    #[test]
    fn tokens_are_found_whole_and_cut_short() {
        let token = format!("eyJ{}.eyJ{}.{}", "a".repeat(40), "b".repeat(40), "c_-9".repeat(10));
        let text = format!("x {token} y {}... heyJ{}", &token[..60], "d".repeat(50));
        let found: Vec<_> = web_tokens(&text).map(|range| text[range].to_owned()).collect();
        assert_eq!(found, [token.clone(), token[..60].to_owned()]);
    }

    #[test]
    fn keys_are_found_by_their_form() {
        let key = format!("{}==", "aB3+/xYz90".repeat(9).split_at(86).0);
        let url = key.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        let json = key.replace('/', "\\/");
        for key in [&key, &url, &json] {
            assert_eq!(found(&format!("the key: {key} is one")), [(SecretKind::AccountKey, key.clone())]);
            assert_eq!(found(&format!("a{key}")), [], "longer");
        }
        let marked = format!("{}JQQJ99{}", "a1B2".repeat(13), "C3d4".repeat(6) + "XX");
        assert_eq!(found(&format!("'{marked}'")), [(SecretKind::AccountKey, marked)]);
        let secret = format!("x~_8Q~{}", "aB-c".repeat(8) + "zz");
        assert_eq!(found(&format!("({secret})")), [(SecretKind::ClientSecret, secret)]);
        let pem = "-----BEGIN RSA PRIVATE KEY-----\\nMIIE\\nabc\\n-----END RSA PRIVATE KEY-----";
        assert_eq!(found(pem), [(SecretKind::PrivateKey, "\\nMIIE\\nabc\\n".to_owned())]);
        assert_eq!(found("-----BEGIN PUBLIC KEY-----\nMIIE\n-----END PUBLIC KEY-----"), []);
    }
}
