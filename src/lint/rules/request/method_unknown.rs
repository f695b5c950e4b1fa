#![doc = include_str!("../../../../docs/rules/method-unknown.md")]

use crate::arm::{Method, contains_placeholder};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::text::suggest::is_one_slip;

rule!("method-unknown", Request, Error, Never, "HTTP has no method of this name", Check::Call(check));

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let Some(part) = subject.call.method.as_ref().filter(|_| subject.is_arm()) else { return };
    let text = part.text().trim();
    // `DEFAULT` is PowerShell's word for GET; HTTP has three more that ARM has no use for.
    let is_known = text.parse::<Method>().is_ok()
        || ["TRACE", "CONNECT", "DEFAULT", "MERGE"].iter().any(|known| known.eq_ignore_ascii_case(text));
    let is_open = text.is_empty() || contains_placeholder(text) || part.expansions().next().is_some();
    if is_known || is_open || text.contains(['$', '|', '/', '(', '[', '<', '{']) {
        return;
    }
    let all: Vec<&str> = Method::ALL.iter().map(|method| method.as_str()).collect();
    let help = match meant(text) {
        _ if text.eq_ignore_ascii_case("LIST") => "a collection is read with GET".to_owned(),
        Some(method) => format!("{method} is one"),
        None => format!("there are {}", all.join(", ")),
    };
    sink.push(
        subject.at_part(&RULE, part, part.span(), format!("`{text}` is not a method of HTTP")).help(help),
    );
}

/// The method that is meant, where one is near: of two words that are the same, it.
fn meant(text: &str) -> Option<Method> {
    let mut words = text.split_whitespace();
    let first = words.next()?;
    if words.clone().next().is_some() && words.all(|word| word.eq_ignore_ascii_case(first)) {
        return first.parse().ok();
    }
    let mut found = Method::ALL.into_iter().filter(|method| is_one_slip(text, method.as_str()));
    found.next().filter(|_| found.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_told() {
        assert_eq!(meant("GET GET"), Some(Method::Get));
        assert_eq!(meant("PTACH"), Some(Method::Patch));
        assert_eq!(meant("delte"), Some(Method::Delete));
        assert_eq!(meant("PUST"), None, "PUT and POST are as near");
        assert_eq!(meant("FETCH"), None);
    }
}
