//! What of one call must not be shown: what its rules know of it says which parts are secret.

use crate::json::Kind;
use crate::lint::rules::real_subscriptions;
use crate::lint::secrets::{in_header, in_parameters, is_open, of_part, of_value, values};
use crate::lint::{Secret, SecretKind, Subject};
use crate::text::Span;

/// The secrets of one call.
pub(in crate::lint) fn of_call(subject: &Subject<'_>, secrets: &mut Vec<Secret>) {
    let call = subject.call;
    for header in &call.headers {
        secrets.extend(in_header(header).map(|span| of_part(header, span, SecretKind::Header)));
    }
    if let Some(credentials) = call.credentials.as_deref().filter(|it| !is_open(it.text())) {
        let text = credentials.text();
        let start = text.split_once(':').filter(|(_, password)| !password.is_empty());
        let start = start.map_or(0, |(user, _)| user.len() + 1);
        let span = Span::new(start, text.len());
        if !is_open(&text[start..]) {
            secrets.push(of_part(credentials, span, SecretKind::Option));
        }
    }
    if let Some(url) = &call.url {
        secrets.extend(in_parameters(url.text()).map(|span| of_part(url, span, SecretKind::Parameter)));
    }
    if call.is_template() || subject.is_arm() {
        let named = real_subscriptions(subject);
        secrets.extend(named.map(|one| of_part(one.part, one.span, SecretKind::Subscription)));
    }
    let Some(body) = subject.body else { return };
    if subject.resource.is_none_or(|root| !matches!(root.kind(), Kind::Object | Kind::Array)) {
        secrets.extend(in_parameters(body.text()).map(|span| of_part(body, span, SecretKind::Parameter)));
    }
    let mut done = 0;
    for (_, value) in subject.secret_members() {
        // What is within a secret is one already.
        if value.index() >= done {
            done = value.end();
            secrets.extend(values(*value).filter_map(|node| of_value(body, node, SecretKind::Property)));
        }
    }
}

/// The values of a template's resource that its type says are secrets.
pub(in crate::lint) fn of_types(subject: &Subject<'_>, secrets: &mut Vec<Secret>) {
    let Some(body) = subject.body else { return };
    for (_, value) in subject.sensitive() {
        secrets.extend(values(value).filter_map(|node| of_value(body, node, SecretKind::Property)));
    }
}
