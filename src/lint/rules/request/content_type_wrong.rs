#![doc = include_str!("../../../../docs/rules/content-type-wrong.md")]

use crate::arm::{JSON_CONTENT_TYPE, contains_placeholder};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::notation::Payload;
use crate::text::{Edit, Span};

rule!(
    "content-type-wrong",
    Request,
    Error,
    Always,
    "a header says that the body is not JSON",
    Check::Call(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    if matches!(subject.call.body, Payload::None) || !subject.is_arm() {
        return;
    }
    for header in &subject.call.headers {
        let Some((name, value)) = header.text().split_once(':') else { continue };
        let media = value.split(';').next().unwrap_or_default();
        let span = Span::new(name.len() + 1, name.len() + 1 + media.len());
        let is_open = contains_placeholder(media) || header.has_expansion(span) || media.contains('$');
        let media = media.trim();
        if !name.trim().eq_ignore_ascii_case("content-type") || media.is_empty() || is_open || is_json(media)
        {
            continue;
        }
        let start = name.len() + 1 + value.len() - value.trim_start().len();
        let span = Span::new(start, start + media.len());
        if subject.call.is_default(header.to_file(span)) {
            continue;
        }
        let draft = subject
            .at_part(&RULE, header, span, format!("the header says `{media}`, and the body is JSON"))
            .help(format!("Azure Resource Manager takes `{JSON_CONTENT_TYPE}`"))
            .arm(
                "UnsupportedMediaType",
                format!(
                    "The content media type '{media}' is not supported. Only 'application/json' is supported."
                ),
            );
        sink.push(
            draft.fix(format!("write `{JSON_CONTENT_TYPE}`"), &[Edit::replace(span, JSON_CONTENT_TYPE)]),
        );
    }
}

/// True for JSON and what is written in it (`application/merge-patch+json`): whether Azure Resource Manager takes all
/// of those is not known.
fn is_json(media: &str) -> bool {
    let media = media.to_ascii_lowercase();
    media == JSON_CONTENT_TYPE || media == "text/json" || media.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_json_is_known() {
        for media in ["application/json", "Application/JSON", "text/json", "application/merge-patch+json"] {
            assert!(is_json(media), "{media}");
        }
        for media in ["text/plain", "application/x-www-form-urlencoded", "json", "applicaton/json"] {
            assert!(!is_json(media), "{media}");
        }
    }
}
