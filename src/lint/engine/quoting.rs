//! What the quoting of a call's shell leaves to say of it.

use std::borrow::Cow;

use crate::lint::rules::syntax::wrong_quotes;
use crate::lint::{Check, Draft, Family, Findings, Rule, Severity, Sink, Subject, rules};
use crate::notation::{Effect, PowerShell, Quoting, QuotingKind, Versions, Weight};
use crate::text::Span;

/// If the words of the call are cut, the one finding that says so.
pub(super) fn cut<'a>(subject: &Subject<'a>) -> Option<Draft<'a>> {
    draft(subject, subject.call.cut()?)
}

/// Adds what the call's quoting does to it to the `findings` from `from` on, which are the call's, and takes those
/// from them that it explains.
pub(super) fn report(subject: &Subject<'_>, from: usize, findings: &mut Findings) {
    let quoting = &subject.call.quoting;
    if quoting.is_empty() {
        return;
    }
    let is_of_url = |it: &Quoting, url: Span| {
        it.effect == Effect::Url || it.kind == QuotingKind::MemberInText && it.span.overlaps(url)
    };
    if let Some(url) = subject.call.url.as_ref().map(|url| url.to_file(url.span()))
        && quoting.iter().any(|it| is_of_url(it, url))
    {
        let mut at = 0;
        findings.list.retain(|finding| {
            at += 1;
            at <= from || finding.rule.family != Family::Request || !finding.span.overlaps(url)
        });
    }
    let mut sink = Sink::new(findings);
    for draft in quoting.iter().filter_map(|it| draft(subject, it)) {
        sink.push(draft);
    }
}

fn draft<'a>(subject: &Subject<'a>, quoting: &Quoting) -> Option<Draft<'a>> {
    let rule = rule(quoting.kind)?;
    let message = in_versions(quoting, subject.evidence.powershell)?;
    let is_sure = subject.evidence.powershell.is_some_and(|it| it < PowerShell::V7_4);
    let weight = match quoting.versions {
        // Then the program gets no JSON, and nothing else is known to happen.
        Versions::Old | Versions::OldOrBatch if is_sure && quoting.kind == QuotingKind::QuotesStripped => {
            Weight::Error
        }
        _ => quoting.weight,
    };
    let mut draft = subject.at_file(rule, quoting.span, message);
    draft = match weight {
        Weight::Own => draft,
        Weight::Note => draft.severity(Severity::Note),
        Weight::Error => draft.severity(Severity::Error),
    };
    if let Some(help) = &quoting.help {
        draft = draft.help(help.clone());
    }
    if let Some(offer) = &quoting.offer {
        draft = draft.fix_if(offer.safe, offer.title.clone(), &offer.edits);
    }
    Some(draft)
}

/// What is said of it, if the PowerShell that the project's scripts are for does it.
fn in_versions(quoting: &Quoting, powershell: Option<PowerShell>) -> Option<Cow<'static, str>> {
    let message = quoting.message.clone();
    let of = |version: PowerShell, what: &str| Some(format!("{} {what}", version.name()).into());
    match (quoting.versions, powershell) {
        (Versions::New, None | Some(PowerShell::V5_1 | PowerShell::V7_2)) => None,
        (Versions::All | Versions::New, _) | (_, None) => Some(message),
        // A text that says that an older one runs it knows better than what is said of all.
        (Versions::Old, Some(PowerShell::V7_4)) => (quoting.weight == Weight::Error).then_some(message),
        (Versions::OldOrBatch, Some(PowerShell::V7_4)) if quoting.weight == Weight::Error => Some(message),
        (Versions::OldOrBatch, Some(PowerShell::V7_4)) => Some(
            "on Windows `az` is a batch file, and the quotes are taken off: it gets no JSON there".into(),
        ),
        (_, Some(version)) if quoting.kind == QuotingKind::CharsetMissing => {
            of(version, "sends `?` for this letter: the content type names no charset")
        }
        (_, Some(version)) => of(version, "takes the quotes off: the program gets no JSON"),
    }
}

/// The rule that reports `kind`.
fn rule(kind: QuotingKind) -> Option<&'static Rule> {
    if kind == QuotingKind::TypographicQuotes {
        return Some(&wrong_quotes::RULE);
    }
    rules().find(|rule| matches!(rule.check, Check::Quoting(own) if own == kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::Kind;
    use crate::lint::{Options, check};
    use crate::text::Source;

    #[test]
    fn a_kind_is_reported_by_the_rule_of_its_name() {
        for kind in QuotingKind::ALL {
            assert!(rule(kind).is_some(), "{kind:?}");
        }
    }

    /// What is found of quoting with each PowerShell that a project says, and with none.
    fn found(text: &str, rule: &str) -> [Option<Severity>; 4] {
        let source = Source::new("x.ps1", text);
        [None, Some(PowerShell::V5_1), Some(PowerShell::V7_2), Some(PowerShell::V7_4)].map(|powershell| {
            let options = Options { powershell, ..Options::default() };
            let findings = check(&source, Kind::PowerShell, &options);
            findings.iter().find(|it| it.rule.name == rule).map(|it| it.severity)
        })
    }

    #[test]
    fn versions_of_powershell_are_told_apart() {
        use Severity::{Error, Note};
        const URL: &str = "https://management.azure.com/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2023-09-01";
        let az = |body: &str| format!("az rest --method patch --url '{URL}' --body '{body}'\n");
        let curl = |body: &str| {
            format!(
                "curl.exe -X PATCH '{URL}' -H 'Content-Type: application/json' -H \"Authorization: Bearer $t\" -d '{body}'\n"
            )
        };
        let plain = r#"{"tags":{"a":"b"}}"#;
        let escaped = r#"{\"tags\":{\"a\":\"b\"}}"#;
        // A batch file on Windows, whatever the version.
        assert_eq!(found(&az(plain), "quotes-stripped"), [Some(Note), Some(Error), Some(Error), Some(Note)]);
        assert_eq!(found(&curl(plain), "quotes-stripped"), [Some(Note), Some(Error), Some(Error), None]);
        assert_eq!(found(&az(escaped), "quotes-stripped"), [None; 4]);
        assert_eq!(found(&curl(escaped), "quotes-stripped"), [None, None, None, Some(Error)]);
        // What a text says of itself holds.
        let required = format!("#Requires -Version 5.1\n{}", curl(plain));
        assert_eq!(found(&required, "quotes-stripped"), [Some(Error); 4]);
        let letters = format!(
            "Invoke-RestMethod -Method Patch -Uri '{URL}' -Headers $h -ContentType 'application/json' -Body '{{\"tags\":{{\"a\":\"é\"}}}}'\n"
        );
        assert_eq!(found(&letters, "charset-missing"), [Some(Note), Some(Note), Some(Note), None]);
    }
}
