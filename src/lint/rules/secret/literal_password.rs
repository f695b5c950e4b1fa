#![doc = include_str!("../../../../docs/rules/literal-password.md")]

use super::{is_secret_property, literals};
use crate::arm::{SECRET_WORDS, has_word_for_secret};
use crate::lint::evidence::Doubt;
use crate::lint::rule::rule;
use crate::lint::rules::request::style::{self, Stands};
use crate::lint::{Check, Sink, Subject};

rule!("literal-password", Secret, Warning, Sometimes, "a password stands in the text", Check::Call(check));

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let Some(body) = subject.body.filter(|_| subject.is_arm()) else { return };
    for (name, value) in literals(subject) {
        let span = value.content_span();
        let name = name.as_str().unwrap_or_default();
        let draft = subject
            .at_file(&RULE, body.to_file(value.span()), format!("`{name}` has its value in the text"))
            .help("readers copy it as it is: write a placeholder");
        let draft = if tells_nothing(subject, &name, &value.as_str().unwrap_or_default()) {
            draft.doubt(Doubt::TellsNothing)
        } else {
            draft
        };
        sink.push(match style::fill(subject, body, span, Stands::Password) {
            Some(edits) => draft.unsafe_fix("write a placeholder", &edits),
            None => draft,
        });
    }
}

/// True if a value says what belongs there (`"some_password"`, `"storage account key"`), or if the types call an address
/// or an id sensitive and the value holds nothing that lets anybody in.
fn tells_nothing(subject: &Subject<'_>, name: &str, value: &str) -> bool {
    let is_address = || !names_secret(name) && is_address(value);
    is_description(value)
        || is_filler(value)
        || subject.evidence.is_described && (is_address() || names_what_is_public(name))
}

/// True for a property whose value others see anyway, though the types call it sensitive.
fn names_what_is_public(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["thumbprint", "email", "algorithm", "path"].iter().any(|end| name.ends_with(end))
}

/// True for one character again and again, as those write who take a secret out.
fn is_filler(value: &str) -> bool {
    let value = value.trim_end_matches('=');
    value.len() >= 8 && value.chars().all(|it| value.starts_with(it))
}

/// Words of which descriptions of secrets are made, beside those for secrets.
const WORDS: [&str; 52] = [
    "a",
    "access",
    "account",
    "ad",
    "admin",
    "app",
    "application",
    "auth",
    "authorization",
    "cert",
    "certificate",
    "channel",
    "client",
    "code",
    "configuration",
    "connection",
    "database",
    "db",
    "default",
    "domain",
    "example",
    "facebook",
    "for",
    "git",
    "github",
    "hub",
    "identity",
    "my",
    "new",
    "of",
    "old",
    "policy",
    "principal",
    "private",
    "proxy",
    "replace",
    "sample",
    "server",
    "service",
    "shared",
    "some",
    "sql",
    "storage",
    "test",
    "the",
    "updated",
    "user",
    "value",
    "vm",
    "with",
    "your",
    "string",
];

/// Words that are for secrets in a description, beside those that are so in a name.
const DESCRIBED: [&str; 2] = ["key", "string"];

/// The longest description: what is longer was written by a machine.
const LONGEST: usize = 64;

/// True if a value is words about a secret, and nothing else stands in it.
fn is_description(value: &str) -> bool {
    let value = value.trim_matches('*');
    let words = || value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let plain = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_between = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.');
    let is_sentence = words().count() > 2 && value.contains(' ');
    value.len() <= LONGEST
        && value.chars().all(is_between)
        && words().all(|word| plain(word) && (is_sentence || is_made_of_words(word)))
        && words().any(|word| is_made_of_words(word) && names_secret(word))
}

/// True if a word is one of the list, or several without anything between: `newpassword`, `clientSecret`.
fn is_made_of_words(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let mut reached = vec![false; word.len() + 1];
    reached[0] = true;
    for at in 0..word.len() {
        if !reached[at] {
            continue;
        }
        for known in WORDS
            .iter()
            .chain(&SECRET_WORDS)
            .chain(&DESCRIBED)
            .filter(|known| word[at..].starts_with(**known))
        {
            reached[at + known.len()] = true;
        }
    }
    reached[word.len()]
}

fn names_secret(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    is_secret_property(&word) || has_word_for_secret(&word) || DESCRIBED.iter().any(|it| word.contains(it))
}

/// True for a URL, a path or a resource's id without a query, user or fragment: who reads it can only ask.
fn is_address(value: &str) -> bool {
    let starts = |start: &str| value.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start));
    let is_path = value.as_bytes().get(1..3) == Some(b":\\") || starts("/subscriptions/");
    (is_path || starts("http://") || starts("https://")) && !value.contains(['?', '@', '#', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_told_from_passwords() {
        for value in [
            "password",
            "myPassword",
            "some_password",
            "private key password",
            "The password of the new user",
            "client-secret",
        ] {
            assert!(is_description(value), "{value}");
        }
        for value in [
            "password123",
            "P@ssw0rd",
            "correct horse battery staple",
            "hunter",
            "test",
            "Winter",
            "key=abc",
            "rosebudsecret",
            "",
        ] {
            assert!(!is_description(value), "{value}");
        }
        assert!(is_filler("aaaaaaaaaaaa") && is_filler("AAAAAAAAAAAA==") && !is_filler("aaa"));
        assert!(is_address("https://hook.example.com/a") && is_address(r"C:\disk.vhd"));
        assert!(!is_address("https://hook.example.com/a?sig=b") && !is_address("https://a:b@example.com"));
    }
}
