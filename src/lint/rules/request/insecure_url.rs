#![doc = include_str!("../../../../docs/rules/insecure-url.md")]

use crate::arm::{UrlProblemKind, contains_placeholder};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::text::Edit;

rule!("insecure-url", Request, Error, Always, "`http://` sends the token unencrypted", Check::Call(check));

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (Some(url), Some(part)) = (subject.url, subject.call.url.as_ref()) else { return };
    let is_literal = url.host.is_some_and(|host| !contains_placeholder(host.text));
    if !is_literal || !subject.is_arm() {
        return;
    }
    for problem in url.problems.iter().filter(|it| it.kind == UrlProblemKind::InsecureScheme) {
        let draft = subject
            .at_part(&RULE, part, problem.span.clone().into(), "`http` sends the token unencrypted")
            .help("Azure Resource Manager speaks `https` only");
        let Some((range, text)) = &problem.edit else {
            sink.push(draft);
            continue;
        };
        sink.push(draft.fix("write `https`", &[Edit::replace(range.clone().into(), text.clone())]));
    }
}
