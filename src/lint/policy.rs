//! How loud a rule may be: what is known of a request caps severity and fix of every finding about it.
//!
//! A rule drafts what it sees with its full severity and fix. A new kind of doubt is a row here, not a condition in
//! thirty rules. The rows are those of the catalogue's first section.

use super::evidence::{Certainty, Doubt, Evidence, Extent, UrlEvidence, VersionEvidence};
use super::{Family, Finding, Rule, Severity};
use crate::arm::Service;
use crate::notation::{Language, Place};

/// What follows from a doubt for the findings that it is about.
struct Row {
    /// Whether the evidence is such.
    holds: fn(&Evidence) -> bool,
    /// The rules whose findings are about it.
    rules: Rules,
    /// Which of their findings; all if not said.
    only: Option<fn(&Evidence, &Finding) -> bool>,
    /// The most that is said; nothing if none.
    most: Option<Severity>,
    /// Whether a fix stays.
    fix: Fixes,
    /// Whether the configuration may say otherwise.
    is_firm: bool,
}

/// Some of the rules.
#[derive(Clone, Copy)]
enum Rules {
    All,
    Of(Family),
    Named(&'static [&'static str]),
    OfAndNamed(Family, &'static [&'static str]),
}

impl Rules {
    fn have(self, rule: &Rule) -> bool {
        match self {
            Self::All => true,
            Self::Of(family) => rule.family == family,
            Self::Named(names) => names.contains(&rule.name),
            Self::OfAndNamed(family, names) => rule.family == family || names.contains(&rule.name),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fixes {
    Stay,
    Go,
}

use Fixes::{Go, Stay};
use Severity::{Note, Warning};

/// The table.
static ROWS: [Row; 17] = [
    // The request goes to another service.
    Row {
        holds: |it| it.service == Service::Other,
        rules: Rules::All,
        only: None,
        most: None,
        fix: Go,
        is_firm: true,
    },
    // What the client fills in by itself has no bytes in the text.
    Row {
        holds: |it| it.url != UrlEvidence::Written,
        rules: Rules::All,
        only: Some(|_, finding| finding.span.is_empty()),
        most: None,
        fix: Go,
        is_firm: true,
    },
    // The client writes the URL, and puts a version in it that is right for the cloud.
    Row {
        holds: |it| it.url != UrlEvidence::Written,
        rules: Rules::Named(OF_WRITTEN_URLS),
        only: None,
        most: None,
        fix: Go,
        is_firm: true,
    },
    // Names are encoded by the client, and their subscription is the one that is signed in to.
    Row {
        holds: |it| it.url == UrlEvidence::OfNames,
        rules: Rules::Named(&["url-invalid", "resource-mismatch"]),
        only: None,
        most: None,
        fix: Go,
        is_firm: true,
    },
    // The outer edge of an excerpt.
    Row {
        holds: |it| it.extent != Extent::Whole,
        rules: Rules::Named(EDGE),
        only: Some(|it, finding| !is_within(it, finding)),
        most: None,
        fix: Go,
        is_firm: true,
    },
    // A resource without its template is shown in part.
    Row {
        holds: |it| it.is_fragment,
        rules: Rules::Named(&["missing-property"]),
        only: None,
        most: None,
        fix: Go,
        is_firm: true,
    },
    // The block is of another language.
    Row {
        holds: |it| it.language == Language::Other,
        rules: Rules::Of(Family::Syntax),
        only: None,
        most: None,
        fix: Go,
        is_firm: true,
    },
    // And what else is found in such a block is said, but never mended.
    Row {
        holds: |it| it.language == Language::Other,
        rules: Rules::All,
        only: None,
        most: Some(Severity::Error),
        fix: Go,
        is_firm: false,
    },
    // The client reads literals of Python.
    Row {
        holds: |it| it.is_python,
        rules: Rules::Of(Family::Syntax),
        only: Some(|_, finding| finding.doubt != Some(Doubt::ReadOtherwise)),
        most: Some(Warning),
        fix: Stay,
        is_firm: false,
    },
    // The resource type is guessed or not known.
    Row {
        holds: |it| matches!(it.target, Certainty::Guessed | Certainty::Unknown),
        rules: Rules::Of(Family::Schema),
        only: None,
        most: None,
        fix: Go,
        is_firm: true,
    },
    // The version is not said: others take it.
    Row {
        holds: |it| it.version == VersionEvidence::NotSaid,
        rules: Rules::Named(OF_OTHER_VERSIONS),
        only: None,
        most: Some(Warning),
        fix: Go,
        is_firm: false,
    },
    // The method is not said: another takes it.
    Row {
        holds: |it| it.method != Certainty::Stated,
        rules: Rules::All,
        only: Some(|_, finding| finding.doubt == Some(Doubt::OtherMethod)),
        most: Some(Warning),
        fix: Go,
        is_firm: false,
    },
    // No schema is of the version.
    Row {
        holds: |it| it.version == VersionEvidence::NotPublished,
        rules: Rules::OfAndNamed(Family::Schema, OF_VERSION),
        only: None,
        most: Some(Warning),
        fix: Stay,
        is_firm: false,
    },
    // Only the quotes are too many.
    Row {
        holds: |_| true,
        rules: Rules::All,
        only: Some(|_, finding| finding.doubt == Some(Doubt::QuotedScalar)),
        most: Some(Warning),
        fix: Stay,
        is_firm: false,
    },
    // Documents leave things out.
    Row {
        holds: |it| it.source == Place::Document,
        rules: Rules::Named(&["ellipsis"]),
        only: None,
        most: Some(Note),
        fix: Stay,
        is_firm: false,
    },
    // Placeholders belong in a document.
    Row {
        holds: |it| it.source == Place::Document,
        rules: Rules::Named(&["placeholder-left"]),
        only: None,
        most: None,
        fix: Go,
        is_firm: true,
    },
    // What is in a file is not published yet.
    Row {
        holds: |it| it.source == Place::File,
        rules: Rules::Named(&["literal-subscription-id"]),
        only: None,
        most: Some(Note),
        fix: Stay,
        is_firm: false,
    },
];

/// Rules about brackets and commas, and about what is not there.
const EDGE: &[&str] = &[
    "unclosed-bracket",
    "extra-bracket",
    "extra-comma",
    "missing-comma",
    "unnamed-object",
    "value-without-name",
    "name-without-value",
    "text-after-body",
    "missing-property",
    "identity-type-missing",
    "identity-ids-missing",
    "api-version-missing",
    "duplicate-name",
];

/// Rules about what only who writes the URL can leave out.
const OF_WRITTEN_URLS: &[&str] = &["api-version-missing", "insecure-url", "host-misspelt"];

/// Rules whose findings another published version may not have.
const OF_OTHER_VERSIONS: &[&str] =
    &["property-not-in-version", "value-not-in-version", "identity-ids-wrong-property"];

/// Rules beside the schema's that depend on the version.
const OF_VERSION: &[&str] = &[
    "identity-ids-wrong-property",
    "identity-ids-shape",
    "identity-not-in-version",
    "identity-ids-missing",
    "identity-value-not-empty",
    "identity-type-invalid",
    "method-not-supported",
];

impl Row {
    fn concerns(&self, evidence: &Evidence, finding: &Finding) -> bool {
        self.rules.have(finding.rule) && self.only.is_none_or(|only| only(evidence, finding))
    }
}

/// True if nothing that `rule` finds would be said, so that it need not look.
pub(super) fn silences(evidence: &Evidence, rule: &Rule) -> bool {
    let drops = |row: &Row| row.most.is_none() && row.only.is_none() && row.rules.have(rule);
    // Of what the schema would say, at least that is told: that it is not said.
    rule.family != Family::Schema && ROWS.iter().any(|row| drops(row) && (row.holds)(evidence))
}

/// True if the finding stands within brackets that the text both opens and closes.
fn is_within(evidence: &Evidence, finding: &Finding) -> bool {
    let Extent::Excerpt { whole, .. } = &evidence.extent else { return true };
    let next = whole.partition_point(|span| span.end <= finding.span.start);
    // What is said of a bracket or comma at the edge of a piece is said of what joins it to the rest.
    let is_structure = finding.rule.family == Family::Syntax;
    whole
        .get(next)
        .is_some_and(|span| span.contains(finding.span) && (!is_structure || finding.span.start > span.start))
}

/// What became of the findings about one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Some of the schema's were dropped, for it is not certain what the body is for.
    pub(super) is_silenced: bool,
}

/// Lowers or drops the findings from `from` on, which are all about the request that `evidence` is of.
pub(super) fn apply(evidence: &Evidence, findings: &mut Vec<Finding>, from: usize) -> Verdict {
    let rows: Vec<&Row> = ROWS.iter().filter(|row| (row.holds)(evidence)).collect();
    let mut verdict = Verdict::default();
    let mut own = findings.split_off(from.min(findings.len()));
    own.retain_mut(|finding| {
        for row in &rows {
            if !row.concerns(evidence, finding) {
                continue;
            }
            let Some(most) = row.most else {
                let guessed = matches!(evidence.target, Certainty::Guessed);
                let is_loud = finding.severity > Note;
                verdict.is_silenced |= guessed && is_loud && finding.rule.family == Family::Schema;
                return false;
            };
            finding.severity = finding.severity.min(most);
            if row.is_firm {
                finding.ceiling = finding.ceiling.min(most);
            }
            if row.fix == Go {
                finding.fix = None;
            }
        }
        true
    });
    findings.append(&mut own);
    verdict
}
