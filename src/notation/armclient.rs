//! `armclient VERB URL [BODY]`.

use super::command::Command;
use super::{Call, Notation, is_url_like, payload};

/// The request that `command`, which runs armclient, makes: none without a verb of HTTP.
pub fn read<'s>(command: &Command<'s>, input: Option<&Command<'s>>) -> Option<Call<'s>> {
    let program = command.program()?;
    let words = &command.words[program..];
    let verb = words.get(1).filter(|word| is_verb(word.text.text()))?;
    let url = words.get(2).filter(|word| is_url_like(&word.text) || word.text.text().contains('='))?;
    let mut last = url;
    let mut call = Call::new(Notation::ArmClient, words.first()?.span.cover(url.span));
    let rest = words[3..].iter().filter(|word| {
        let text = word.text.text();
        !(text.starts_with('-') && text[1..].starts_with(|c: char| c.is_ascii_alphabetic()))
    });
    if let Some(body) = rest.clone().next() {
        call.body = payload::of_option(&body.text, command, input);
        call.default_content_type = call.client.default_content_type(None);
    }
    if let Some(word) = words.last() {
        last = word;
    }
    call.span = call.span.cover(last.span);
    call.method = Some(verb.text.clone());
    call.url = Some(url.text.clone());
    call.quoting.clone_from(&command.quoting);
    Some(call)
}

fn is_verb(word: &str) -> bool {
    ["get", "put", "patch", "post", "delete", "head"].iter().any(|verb| word.eq_ignore_ascii_case(verb))
}
