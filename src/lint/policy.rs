//! How loud a rule may be: what is known of a request caps severity and fix of every finding about it.
//!
//! A rule drafts what it sees with its full severity and fix. A new kind of doubt is a row here, not a condition in
//! thirty rules. The rows are those of the catalogue's first section.

use super::evidence::{Certainty, Deploys, Doubt, Evidence, Extent, UrlEvidence, Values, VersionEvidence};
use super::rules::{identity, request, schema, secret, syntax, template};
use super::{Family, Finding, Findings, Rule, Severity};
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
    Named(&'static [&'static Rule]),
    OfAndNamed(Family, &'static [&'static Rule]),
}

impl Rules {
    fn have(self, rule: &Rule) -> bool {
        match self {
            Self::All => true,
            Self::Of(family) => rule.family == family,
            Self::Named(rules) => rules.contains(&rule),
            Self::OfAndNamed(family, rules) => rule.family == family || rules.contains(&rule),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fixes {
    Stay,
    /// It stays, and is not safe.
    Guess,
    Go,
}

use Fixes::{Go, Guess, Stay};
use Severity::{Note, Warning};

/// The table.
static ROWS: [Row; 36] = [
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
        rules: Rules::Named(&[&request::url_invalid::RULE, &request::resource_mismatch::RULE]),
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
        rules: Rules::Named(&[&schema::missing_property::RULE]),
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
    // And what else is found in such a block is said, but never fixed.
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
    // A format is shown, and no value of it is meant.
    Row {
        holds: |it| it.values == Values::Kinds,
        rules: Rules::Of(Family::Schema),
        only: None,
        most: Some(Note),
        fix: Go,
        is_firm: false,
    },
    Row {
        holds: |it| it.values == Values::Kinds,
        rules: Rules::Of(Family::Identity),
        only: None,
        most: Some(Note),
        fix: Go,
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
    // Whoever runs the script may say another method.
    Row {
        holds: |it| it.method == Certainty::Guessed,
        rules: Rules::Named(&[&request::body_with_get::RULE, &request::method_not_supported::RULE]),
        only: None,
        most: None,
        fix: Go,
        is_firm: true,
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
    // Bicep's types are wrong now and then, and know less than the service.
    Row {
        holds: |it| it.is_described,
        rules: Rules::Of(Family::Schema),
        only: None,
        most: Some(Warning),
        fix: Stay,
        is_firm: false,
    },
    // That the block behaves as ARM's contract says is assumed where only Bicep's types describe it.
    Row {
        holds: |it| it.is_described,
        rules: Rules::Of(Family::Identity),
        only: None,
        most: Some(Warning),
        fix: Stay,
        is_firm: false,
    },
    // So they are about where a type can be deployed.
    Row {
        holds: |it| it.is_described,
        rules: Rules::Named(&[&template::schema_scope::RULE]),
        only: None,
        most: Some(Note),
        fix: Stay,
        is_firm: false,
    },
    // What the service may well take.
    Row {
        holds: |it| it.is_described,
        rules: Rules::Named(OFTEN_TAKEN),
        only: None,
        most: Some(Note),
        fix: Stay,
        is_firm: false,
    },
    // So it may what is only not described, or read as what is due.
    Row {
        holds: |it| it.is_described,
        rules: Rules::Of(Family::Schema),
        only: Some(|_, finding| matches!(finding.doubt, Some(Doubt::NotDescribed | Doubt::OtherScalar))),
        most: Some(Note),
        fix: Stay,
        is_firm: false,
    },
    // What a name means that is not described is a guess.
    Row {
        holds: |it| it.is_described,
        rules: Rules::Named(&[&schema::unknown_property::RULE, &schema::property_not_in_version::RULE]),
        only: None,
        most: Some(Warning),
        fix: Guess,
        is_firm: false,
    },
    // Other parameters than the defaults make other values.
    Row {
        holds: |it| it.values == Values::OfDefaults,
        rules: Rules::All,
        only: None,
        most: Some(Warning),
        fix: Go,
        is_firm: false,
    },
    // What stands in the place that the schema describes is an expression; the value was written for another.
    Row {
        holds: |it| it.values != Values::Written,
        rules: Rules::Of(Family::Schema),
        only: None,
        most: Some(Warning),
        fix: Stay,
        is_firm: false,
    },
    // Services read a number where a text is due; who computes one, `zones` from `copyIndex()`, relies on it.
    Row {
        holds: |it| it.values != Values::Written,
        rules: Rules::Of(Family::Schema),
        only: Some(|_, finding| finding.doubt == Some(Doubt::OtherScalar)),
        most: Some(Note),
        fix: Stay,
        is_firm: false,
    },
    // A template that passes on what it was not given passes on an empty text, and services read it as absence.
    Row {
        holds: |it| it.is_described && it.values != Values::Written,
        rules: Rules::Of(Family::Schema),
        only: Some(|_, finding| finding.doubt == Some(Doubt::Blank)),
        most: Some(Note),
        fix: Stay,
        is_firm: false,
    },
    // So a default outside of the limits: `-1` for what is not set.
    Row {
        holds: |it| it.is_described && it.values == Values::OfDefaults,
        rules: Rules::Named(&[&schema::invalid_value::RULE]),
        only: None,
        most: Some(Note),
        fix: Stay,
        is_firm: false,
    },
    // ARM takes what holds a template without a look at it, and reads it when it is deployed.
    Row {
        holds: |it| it.deploys != Deploys::AtOnce,
        rules: Rules::Of(Family::Template),
        only: None,
        most: Some(Warning),
        fix: Stay,
        is_firm: false,
    },
    // That what no template can hold stops the deployment the library says, and policies in use have such.
    Row {
        holds: |it| it.deploys == Deploys::ByPolicy,
        rules: Rules::Named(&[&template::unknown_template_member::RULE, &template::template_structure::RULE]),
        only: None,
        most: Some(Note),
        fix: Stay,
        is_firm: false,
    },
    // Built-in policies have members that no type describes, and deploy all the same.
    Row {
        holds: |it| it.deploys == Deploys::ByPolicy && it.is_described,
        rules: Rules::Of(Family::Schema),
        only: Some(|_, finding| finding.doubt != Some(Doubt::QuotedScalar)),
        most: Some(Note),
        fix: Stay,
        is_firm: false,
    },
    // A value that says what belongs there, or an address: official examples are full of them.
    Row {
        holds: |_| true,
        rules: Rules::Named(&[&secret::literal_password::RULE]),
        only: Some(|_, finding| finding.doubt == Some(Doubt::TellsNothing)),
        most: Some(Note),
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
        rules: Rules::Named(&[&syntax::ellipsis::RULE]),
        only: None,
        most: Some(Note),
        fix: Stay,
        is_firm: false,
    },
    // And what opens an object with them.
    Row {
        holds: |_| true,
        rules: Rules::Named(&[&schema::unknown_property::RULE]),
        only: Some(|_, finding| finding.doubt == Some(Doubt::LeftOut)),
        most: Some(Note),
        fix: Go,
        is_firm: false,
    },
    // Placeholders belong in a document.
    Row {
        holds: |it| it.source == Place::Document,
        rules: Rules::Named(&[&request::placeholder_left::RULE]),
        only: None,
        most: None,
        fix: Go,
        is_firm: true,
    },
    // What is in a file is not published yet.
    Row {
        holds: |it| it.source == Place::File,
        rules: Rules::Named(&[&secret::literal_subscription_id::RULE]),
        only: None,
        most: Some(Note),
        fix: Stay,
        is_firm: false,
    },
];

/// Rules about brackets and commas, and about what is not there.
static EDGE: &[&Rule] = &[
    &syntax::unclosed_bracket::RULE,
    &syntax::extra_bracket::RULE,
    &syntax::extra_comma::RULE,
    &syntax::missing_comma::RULE,
    &syntax::unnamed_object::RULE,
    &syntax::value_without_name::RULE,
    &syntax::name_without_value::RULE,
    &syntax::text_after_body::RULE,
    &schema::missing_property::RULE,
    &identity::identity_type_missing::RULE,
    &identity::identity_ids_missing::RULE,
    &request::api_version_missing::RULE,
    &syntax::duplicate_name::RULE,
];

/// Rules about what only who writes the URL can leave out.
static OF_WRITTEN_URLS: &[&Rule] =
    &[&request::api_version_missing::RULE, &request::insecure_url::RULE, &request::host_misspelt::RULE];

/// Rules about which Bicep's types are stricter than services are.
static OFTEN_TAKEN: &[&Rule] = &[
    &schema::missing_property::RULE,
    &schema::property_not_in_version::RULE,
    &schema::value_not_in_version::RULE,
    &schema::unlisted_value::RULE,
    &schema::name_case::RULE,
    &schema::value_case::RULE,
    &schema::read_only_property::RULE,
];

/// Rules whose findings another published version may not have.
static OF_OTHER_VERSIONS: &[&Rule] = &[
    &schema::property_not_in_version::RULE,
    &schema::value_not_in_version::RULE,
    &identity::identity_ids_wrong_property::RULE,
];

/// Rules beside the schema's that depend on the version.
static OF_VERSION: &[&Rule] = &[
    &identity::identity_ids_wrong_property::RULE,
    &identity::identity_ids_shape::RULE,
    &identity::identity_not_in_version::RULE,
    &identity::identity_ids_missing::RULE,
    &identity::identity_value_not_empty::RULE,
    &identity::identity_type_invalid::RULE,
    &request::method_not_supported::RULE,
];

/// Rules about what Azure Resource Manager's contract for `identity` says, whatever the type lists.
static OF_CONTRACT: &[&Rule] = &[
    &identity::identity_drops::RULE,
    &identity::identity_id_duplicate::RULE,
    &identity::identity_id_invalid::RULE,
    &identity::identity_ids_missing::RULE,
    &identity::identity_ids_shape::RULE,
    &identity::identity_ids_unexpected::RULE,
    &identity::identity_ids_wrong_property::RULE,
    &identity::identity_null_in_put::RULE,
    &identity::identity_type_missing::RULE,
    &identity::identity_value_not_empty::RULE,
];

/// What a finding of them says where Bicep's types alone describe the type.
const ASSUMED: &str = "; it is assumed that the type keeps Azure Resource Manager's contract for `identity`";

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
pub(super) fn judge(evidence: &Evidence, findings: &mut Findings, from: usize) -> Verdict {
    let mut verdict = apply(evidence, &mut findings.list, from);
    for (finding, count) in findings.take_beyond() {
        let mut left = vec![finding];
        verdict.is_silenced |= apply(evidence, &mut left, 0).is_silenced;
        findings.drop_all(left.first().map(|finding| (finding, count)));
    }
    verdict
}

fn apply(evidence: &Evidence, findings: &mut Vec<Finding>, from: usize) -> Verdict {
    let rows: Vec<&Row> = ROWS.iter().filter(|row| (row.holds)(evidence)).collect();
    let mut verdict = Verdict::default();
    let mut own = findings.split_off(from.min(findings.len()));
    own.retain_mut(|finding| {
        if evidence.is_described && OF_CONTRACT.contains(&finding.rule) && !finding.message.ends_with(ASSUMED)
        {
            finding.message.push_str(ASSUMED);
        }
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
            match (row.fix, &mut finding.fix) {
                (Go, fix) => *fix = None,
                (Guess, Some(fix)) => fix.safe = false,
                (Guess, None) | (Stay, _) => {}
            }
        }
        true
    });
    findings.append(&mut own);
    verdict
}
