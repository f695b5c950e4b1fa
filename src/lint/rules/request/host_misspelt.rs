#![doc = include_str!("../../../../docs/rules/host-misspelt.md")]

use crate::arm::{Cloud, contains_placeholder};
use crate::lint::rule::rule;
use crate::lint::{Check, Sink, Subject};
use crate::text::{Edit, Span};

rule!(
    "host-misspelt",
    Request,
    Error,
    Always,
    "the host is a letter away from the one that answers",
    Check::Call(check)
);

fn check(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let (Some(url), Some(part)) = (subject.url, subject.call.url.as_ref()) else { return };
    let Some(host) = url.host.filter(|host| !contains_placeholder(host.text)) else { return };
    let begins = host.text.rfind('@').map_or(0, |at| at + 1);
    let Some((start, len, cloud)) = slip(&host.text[begins..]) else { return };
    let start = begins + start;
    let right = cloud.host();
    let span = Span::new(host.start + start, host.start + start + len);
    let message = format!("nothing answers at `{}`", &host.text[start..start + len]);
    let draft = subject
        .at_part(&RULE, part, span, message)
        .help(format!("Azure Resource Manager is at `{right}`; whoever owns the other name gets the token"));
    sink.push(draft.fix(format!("write `{right}`"), &[Edit::replace(span, right)]));
}

/// Where in a host a cloud's name stands with a slip, its length, and the cloud: the whole, or what is behind a region.
fn slip(host: &str) -> Option<(usize, usize, Cloud)> {
    let name = host.split(':').next().unwrap_or_default().trim_end_matches('.');
    let right = |name: &str| Cloud::ALL.into_iter().any(|cloud| cloud.host().eq_ignore_ascii_case(name));
    let behind = name.split_once('.').map_or("", |(_, rest)| rest);
    if right(name) || right(behind) {
        return None;
    }
    let near = |name: &str| (!name.is_empty()).then(|| Cloud::nearest(name)).flatten();
    let whole = near(name).map(|cloud| (0, name.len(), cloud));
    whole.or_else(|| near(behind).map(|cloud| (name.len() - behind.len(), behind.len(), cloud)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_more_less_or_out_of_place_is_a_slip() {
        let found = |host: &'static str| {
            slip(host).map(|(start, len, cloud)| (&host[start..start + len], cloud.host().to_owned()))
        };
        for (host, part) in [
            ("managment.azure.com", Some("managment.azure.com")),
            ("manaegment.azure.com", Some("manaegment.azure.com")),
            ("Management.azur.com:443", Some("Management.azur.com")),
            ("westus.managment.azure.com", Some("managment.azure.com")),
            ("management.azure.com", None),
            ("MANAGEMENT.AZURE.COM", None),
            ("westus.management.azure.com", None),
            ("management.core.windows.net", None),
            ("management.example.com", None),
            ("localhost:8080", None),
            ("", None),
        ] {
            assert_eq!(found(host).map(|(part, _)| part), part, "{host}");
        }
        assert_eq!(found("management.chinacloudapi.com"), None, "two letters are more than a slip");
        assert_eq!(found("management.usgovcloudapi.ne").unwrap().1, "management.usgovcloudapi.net");
    }
}
