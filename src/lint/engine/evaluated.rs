//! The requests that a deployment of a template makes, looked at by the rules that look at what the template writes:
//! `identity.type` may come from `if(…)`, an id from `format(…)`, a version from a parameter.
//!
//! Each request is written as the resource that would make it ([`rendered`]), a text that maps to the characters which
//! made each value, so that rules, spans and fixes work on it as on any other body. Where the values come from says
//! how sure a finding is: what holds whatever the parameters are is as sure as what is written; what hangs on the
//! default of a parameter is a warning at most, for whoever deploys may give another value.

mod rendered;

use std::collections::HashSet;

use super::{check_some, judge, withheld};
use crate::arm::ResourceTypeName;
use crate::json::{Dialect, Kind, Tree};
use crate::lint::evaluation::Evaluation;
use crate::lint::evidence::{Evidence, Values};
use crate::lint::rules::{api_version_unknown, preview_superseded};
use crate::lint::{Family, Finding, Findings, Rule, Secret, Severity, Subject, resolve};
use crate::notation::template::{Resource, Template, Version};
use crate::template::{Expansion, PlannedRequest};
use crate::text::{Fragment, Span};
use rendered::Rendering;

/// True if two findings are about one mistake.
fn is_same(known: &Finding, new: &Finding, text: &str) -> bool {
    if known.rule == new.rule {
        return known.span == new.span || known.span.overlaps(new.span) && !is_container(new, text);
    }
    // What is said of a string explains what comes of it; what is said of an object, only that.
    known.severity > Severity::Note
        && (known.span == new.span
            || known.span.overlaps(new.span) && !is_container(known, text) && !is_container(new, text))
}

fn is_container(finding: &Finding, text: &str) -> bool {
    text.get(finding.span.range()).is_some_and(|it| it.starts_with(['{', '[']))
}

/// Checks the requests of `evaluations`.
pub(super) fn check<'a>(
    whole: &Subject<'a>,
    template: &Template<'_>,
    evaluations: &[Evaluation<'a>],
    said: &[Finding],
    findings: &mut Findings,
    secrets: &mut Vec<Secret>,
) {
    for evaluation in evaluations {
        let run = Run { whole, template, evaluation };
        if evaluation.is_deployed {
            let text = whole.source.text();
            let mut found = run.found(&evaluation.expansion, Values::Given, findings, secrets);
            found.retain(|new| !said.iter().any(|known| is_same(known, new, text)));
            for mut finding in found {
                add_help(&mut finding, "so it is with the values of this deployment");
                findings.push(finding);
            }
            continue;
        }
        let mut with_defaults = run.found(&evaluation.expansion, Values::OfDefaults, findings, secrets);
        let text = whole.source.text();
        let is_said = |new: &Finding| said.iter().any(|known| is_same(known, new, text));
        with_defaults.retain(|it| !is_said(it));
        // What conditions leave out is there with other values.
        if with_defaults.is_empty() && evaluation.expansion.unreached.is_empty() {
            continue;
        }
        let mut sure = run.found(evaluation.whatever(), Values::Computed, findings, secrets);
        sure.retain(|it| !is_said(it));
        with_defaults.retain(|it| !sure.iter().any(|known| is_same(known, it, text)));
        for finding in &mut with_defaults {
            add_help(finding, "so it is with the defaults of the parameters");
        }
        sure.append(&mut with_defaults);
        let mut seen: HashSet<(&'static str, Span)> = HashSet::new();
        sure.retain(|it| seen.insert((it.rule.name, it.span)));
        for finding in sure {
            findings.push(finding);
        }
    }
}

/// The values of the requests of `evaluations` that their types say are secrets, wherever they are written.
pub(super) fn secrets<'a>(
    whole: &Subject<'a>,
    template: &Template<'_>,
    evaluations: &[Evaluation<'a>],
    secrets: &mut Vec<Secret>,
) {
    for evaluation in evaluations {
        let run = Run { whole, template, evaluation };
        let (Some(tree), Some(body)) = (whole.tree, whole.body) else { return };
        let rendering = Rendering::new(tree, body, evaluation, false);
        let values = if evaluation.is_deployed { Values::Given } else { Values::OfDefaults };
        for request in &evaluation.expansion.requests {
            let Some(text) = rendering.of(request) else { continue };
            run.with_rendering(request, &text, values, |rendering| withheld::of_types(rendering, secrets));
        }
    }
}

fn add_help(finding: &mut Finding, more: &str) {
    finding.help = Some(finding.help.take().map_or_else(|| more.to_owned(), |it| format!("{it}; {more}")));
}

/// True for the rules that look at what a request says.
fn is_asked(rule: &Rule) -> bool {
    matches!(rule.family, Family::Identity | Family::Schema)
        || *rule == api_version_unknown::RULE
        || *rule == preview_superseded::RULE
}

struct Run<'r, 'a> {
    whole: &'r Subject<'a>,
    template: &'r Template<'r>,
    evaluation: &'r Evaluation<'a>,
}

impl Run<'_, '_> {
    /// What the rules find in the requests of `expansion`.
    fn found(
        &self,
        expansion: &Expansion,
        values: Values,
        findings: &Findings,
        secrets: &mut Vec<Secret>,
    ) -> Vec<Finding> {
        let (Some(tree), Some(body)) = (self.whole.tree, self.whole.body) else { return Vec::new() };
        let rendering = Rendering::new(tree, body, self.evaluation, values == Values::Computed);
        let mut found = Vec::new();
        let mut seen: HashSet<(&'static str, Span)> = HashSet::new();
        for request in &expansion.requests {
            let Some(text) = rendering.of(request) else { continue };
            for finding in self.of_request(request, &text, values, findings, secrets) {
                if seen.insert((finding.rule.name, finding.span)) {
                    found.push(finding);
                }
            }
        }
        found
    }

    /// What the rules find in one request, of which `text` is the resource.
    fn of_request(
        &self,
        request: &PlannedRequest,
        text: &Fragment<'_>,
        values: Values,
        findings: &Findings,
        secrets: &mut Vec<Secret>,
    ) -> Vec<Finding> {
        let found = self.with_rendering(request, text, values, |rendering| {
            let mut own = findings.beside();
            check_some(rendering, &mut crate::lint::Sink::new(&mut own), is_asked);
            judge(rendering, &mut own, 0);
            if !own.list.is_empty() {
                withheld::of_types(rendering, secrets);
            }
            own.list
        });
        found.map_or_else(Vec::new, |found| self.explained(request, found))
    }

    /// Looks at the resource `text`, which makes the request; `None` if nothing is known of its type.
    fn with_rendering<T>(
        &self,
        request: &PlannedRequest,
        text: &Fragment<'_>,
        values: Values,
        look: impl FnOnce(&Subject<'_>) -> T,
    ) -> Option<T> {
        let whole = self.whole;
        let tree = Tree::parse(text.text(), Dialect::STRICT);
        let root = tree.root().filter(|it| it.kind() == Kind::Object)?;
        let version = root.member("apiVersion").map(|(_, node)| node);
        let version = match version.and_then(|node| Some((node.as_str()?, node))) {
            Some((text, node)) if request.api_version.as_str().is_some() => Version::Named { text, node },
            _ => Version::Open,
        };
        let resource = Resource {
            node: root,
            type_name: ResourceTypeName::parse(&request.resource_type),
            version,
            is_excerpt: false,
            level: None,
            is_existing: false,
        };
        let evidence = Evidence { values, ..whole.evidence.clone() };
        let (target, evidence, standing) =
            resolve::resource(whole.call, self.template, &resource, whole.validators, &evidence)?;
        if target.resource_type.is_none() && standing.is_none() {
            return None;
        }
        Some(look(&whole.of_resource((Some(text), Some(&tree)), &resource, (target, evidence, standing))))
    }

    /// Says of what is wrong elsewhere which resource it is sent for.
    fn explained(&self, request: &PlannedRequest, mut found: Vec<Finding>) -> Vec<Finding> {
        let (Some(tree), Some(body)) = (self.whole.tree, self.whole.body) else { return found };
        let Some(node) = request.place.and_then(|it| tree.node(it.node)) else { return found };
        let around = body.to_file(node.span());
        let kind = node.member("type").map_or(node, |(_, kind)| kind);
        for finding in found.iter_mut().filter(|it| !around.contains(it.span)) {
            let label = crate::lint::Label {
                message: "it is sent for this resource".to_owned(),
                span: body.to_file(kind.span()),
            };
            finding.labels.push(label);
        }
        found
    }
}
