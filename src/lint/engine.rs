//! From a source to its findings.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

mod evaluated;
mod parameters;
mod quoting;
pub(super) mod template;
mod withheld;

use super::anchor::Anchors;
use super::baseline::{Known, Left};
use super::evidence::Doubt;
use super::policy;
use super::resolve::{self, Asked, Resolved};
use super::rules::{bad_encoding, body_file_not_json, expansion_too_large, too_many_findings};
use super::secrets::{self, Secret};
use super::suppress::{self, Day, IgnoredPlace};
use super::{
    Block, Check, Family, Finding, Findings, MAX_FINDINGS, Rule, Severity, Sink, Styles, Subject, Wanted,
};
use crate::arm::{ApiVersion, Method, ResourceType, ResourceTypeName, Service};
use crate::container::{self, Kind};
use crate::json::{Mistake, Tree};
use crate::notation::template::may_hold_resources;
use crate::notation::{Call, LeftOut, Notation, Payload, PowerShell, QuotingKind};
use crate::schema::Validators;
use crate::text::{DEFAULT_MAX_SIZE, Source, Span};

pub use super::rules::{internal_error, too_large};
pub use parameters::given_secrets;

/// What the user says of bodies that stand alone in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// The resource type.
    pub resource_type: Option<ResourceType>,
    /// The method.
    pub method: Option<Method>,
    /// The API version.
    pub api_version: Option<ApiVersion>,
}

impl Given {
    /// True if nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What to check and how: the default, with what is said otherwise.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// What bodies that stand alone are for.
    pub given: Given,
    /// The type of bodies that stand alone, where it is one that only `schemas` knows.
    pub type_name: Option<ResourceTypeName>,
    /// The schemas; those in the program if none are named.
    pub schemas: Option<Arc<Validators>>,
    /// The rules to run; all if empty.
    pub select: Vec<&'static Rule>,
    /// Rules that are left out.
    pub ignore: Vec<&'static Rule>,
    /// Severities other than the rules' own.
    pub severity: Vec<(&'static Rule, Severity)>,
    /// The size in bytes beyond which a file is not looked at; [`crate::text::DEFAULT_MAX_SIZE`] if not said.
    pub max_size: Option<u64>,
    /// Places of the file where rules are left out.
    pub ignored_places: Vec<IgnoredPlace>,
    /// Findings that are known already and not told again.
    pub known: Option<Arc<Known>>,
    /// The day on which markers' last days are past or not; the system's clock says it if this does not.
    pub today: Option<Day>,
    /// The severity below which findings are not told.
    pub min_severity: Option<Severity>,
    /// The PowerShell that scripts are for, where versions differ in what is sent.
    pub powershell: Option<PowerShell>,
    /// The file is one that a call sends: whoever wrote the call chose it. Text that is not JSON is not looked at.
    pub is_sent: bool,
    /// What stands beside the file: the template of a file of parameters, the files of parameters of a template.
    pub beside: Vec<Arc<Source>>,
    /// The deployment that the file is the template of, if one is meant: its requests are checked with its values.
    pub deployment: Option<Arc<crate::template::Options>>,
}

impl Options {
    /// Has what fails a run be told whatever [`Options::min_severity`] says: `fail_on` is the severity from which a
    /// finding does.
    pub fn tell_what_fails(&mut self, fail_on: Severity) {
        self.min_severity = self.min_severity.map(|min| min.min(fail_on));
    }

    /// What of the findings is asked for.
    fn wanted(&self) -> Wanted {
        let Self { select, ignore, severity, .. } = self;
        Wanted { select: select.clone(), ignore: ignore.clone(), severity: severity.clone() }
    }

    pub(super) fn admits(&self, rule: &'static Rule) -> bool {
        (self.select.is_empty() || self.select.contains(&rule)) && !self.ignore.contains(&rule)
    }
}

/// Everything that is wrong with the calls in `source`, in the order of the text.
pub fn check(source: &Source, kind: Kind, options: &Options) -> Vec<Finding> {
    inspect(source, kind, options).0
}

/// [`check`], and what must not be shown of `source`.
pub fn inspect(source: &Source, kind: Kind, options: &Options) -> (Vec<Finding>, Vec<Secret>) {
    let Inspection { findings, secrets, .. } = examine(source, kind, options);
    (findings, secrets)
}

/// What must not be shown of `source`, whether anything is wrong with it or not.
pub fn secrets_of(source: &Source, kind: Kind, options: &Options) -> Vec<Secret> {
    let limit = options.max_size.unwrap_or(DEFAULT_MAX_SIZE);
    let is_readable = source.bytes().len() as u64 <= limit && bad_encoding::is_readable(source);
    let calls = if is_readable { container::calls(source, kind) } else { Vec::new() };
    let mut secrets = check_calls(source, &calls, options, 0, Look::Secrets).secrets;
    if is_readable && !options.beside.is_empty() && parameters::is_file(source) {
        parameters::check(source, options, &mut secrets);
    }
    secrets::of_text(source, &mut secrets);
    secrets
}

/// What there is to say of a file.
#[derive(Debug, Default)]
pub struct Inspection {
    /// Everything that is wrong, in the order of the text.
    pub findings: Vec<Finding>,
    /// What must not be shown of it where a finding is; [`secrets_of`] has all where there is none.
    pub secrets: Vec<Secret>,
    /// The number of findings that were known and are gone.
    pub stale: usize,
    /// The number of findings that were known and are left out.
    pub known: usize,
    /// Those, in the order of the text.
    pub known_findings: Vec<Finding>,
    /// What is known of those that were known, without those that are gone.
    pub still_known: Known,
    /// The number of findings that are left out because they are below the severity asked for.
    pub below: usize,
    /// The number of calls to Azure Resource Manager whose body only a run of the script knows.
    pub unread_bodies: usize,
    /// The number of calls to Azure Resource Manager whose body is in a file of its own.
    pub body_files: usize,
    /// True for JSON in which no request is recognized: nothing was checked.
    pub is_left_alone: bool,
    /// True if none of the text may be shown: a finding is about the file.
    pub is_private: bool,
}

/// Checks `source`: runs the rules over its calls, leaves out what is suppressed or known.
pub fn examine(source: &Source, kind: Kind, options: &Options) -> Inspection {
    let limit = options.max_size.unwrap_or(DEFAULT_MAX_SIZE);
    let is_large = source.bytes().len() as u64 > limit;
    if options.is_sent && !is_large && !body_file_not_json::is_json(source) {
        let mut findings = vec![body_file_not_json::finding()];
        apply_options(&mut findings, options);
        return Inspection { findings, is_left_alone: true, is_private: true, ..Inspection::default() };
    }
    let readable = !is_large && bad_encoding::is_readable(source);
    let calls = if readable { container::calls(source, kind) } else { Vec::new() };
    let of_file = if is_large { Some(too_large(limit)) } else { bad_encoding::finding(source, kind, &calls) };
    let Share { findings: Findings { list: mut findings, mut dropped, .. }, mut secrets, owners, left_alone } =
        check_calls(source, &calls, options, usize::from(of_file.is_some()), Look::Rules);
    findings.extend(of_file);
    findings.extend(expansion_too_large::finding(&calls));
    let of_parameters = if readable && !options.beside.is_empty() && parameters::is_file(source) {
        parameters::check(source, options, &mut secrets)
    } else {
        None
    };
    let is_of_template = of_parameters.is_some();
    findings.extend(of_parameters.into_iter().flatten());
    if readable {
        suppress::apply(source, kind, &owners, options, &mut findings);
    }
    apply_options(&mut findings, options);
    findings.sort_by(|a, b| (a.span, a.rule.name).cmp(&(b.span, b.rule.name)));
    say_once(&mut findings);
    // Two calls may send one text: what is wrong with it is said once.
    findings.dedup_by(|a, b| (a.span, a.rule.name, &a.message) == (b.span, b.rule.name, &b.message));
    for finding in findings.drain(findings.len().min(MAX_FINDINGS)..) {
        dropped[finding.severity as usize] += 1;
    }
    findings.extend(too_many_findings::finding(source, dropped).filter(|it| options.admits(it.rule)));
    // Where nothing is said of a file nothing of it is shown.
    if !findings.is_empty() {
        secrets::of_text(source, &mut secrets);
    }
    let all = findings.len();
    let Left { stale, found: known_findings, known: still_known } = options
        .known
        .as_ref()
        .map_or_else(Left::default, |known| known.leave_out(source, &secrets, options, &mut findings));
    let new = findings.len();
    if let Some(min) = options.min_severity {
        findings.retain(|finding| finding.severity >= min);
    }
    let of_arm = |is_meant: fn(&Payload<'_>) -> bool| {
        calls.iter().filter(|call| is_meant(&call.body) && call.made.is_none() && call.is_arm()).count()
    };
    Inspection {
        known: all - new,
        known_findings,
        still_known,
        below: new - findings.len(),
        unread_bodies: of_arm(|body| matches!(body, Payload::Unknown(_))),
        body_files: of_arm(|body| matches!(body, Payload::File(_))),
        is_private: false,
        is_left_alone: kind == Kind::Json && left_alone > 0 && findings.is_empty() && !is_of_template,
        findings,
        secrets,
        stale,
    }
}

/// Of what is not described a file has one note of each kind, at the first place; the others are counted.
fn say_once(findings: &mut Vec<Finding>) {
    for rule in super::rules::of_what_is_not_described() {
        let is_such = |it: &Finding| it.rule == rule && it.doubt == Some(Doubt::NotDescribed);
        let more = findings.iter().filter(|it| is_such(it)).count().saturating_sub(1);
        if more == 0 {
            continue;
        }
        let mut is_first = true;
        findings.retain_mut(|finding| {
            if !is_such(finding) {
                return true;
            }
            if !std::mem::take(&mut is_first) {
                return false;
            }
            let help = finding.help.take().map_or_else(String::new, |help| format!("{help}; "));
            finding.help = Some(format!(
                "{help}so it is in {more} more place{} of this file",
                if more == 1 { "" } else { "s" }
            ));
            true
        });
    }
}

/// Leaves out what the options do not ask for, and gives the rest the severities that they say.
fn apply_options(findings: &mut Vec<Finding>, options: &Options) {
    findings.retain(|finding| options.admits(finding.rule));
    for finding in findings {
        if let Some((_, severity)) = options.severity.iter().find(|(rule, _)| *rule == finding.rule) {
            finding.severity = (*severity).min(finding.ceiling);
        }
    }
}

/// What a file is looked through for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// What the rules say, and the secrets of what they say it of.
    Rules,
    /// All secrets; no rule is asked.
    Secrets,
}

/// What the rules say of some of a file's calls.
#[derive(Default)]
struct Share {
    findings: Findings,
    secrets: Vec<Secret>,
    /// Each call, and which of the findings are its own.
    owners: Vec<(Span, Range<usize>)>,
    /// The bodies of which nothing is known.
    left_alone: usize,
}

/// Calls that are worth the trouble of handing them to another thread.
const SHARE: usize = 64;
/// Shares whose findings are held before it is known whether they are too many.
const WAVE: usize = 32;

/// What the rules say of all calls; `before` is the number of findings there are already.
fn check_calls(source: &Source, calls: &[Call<'_>], options: &Options, before: usize, look: Look) -> Share {
    let wanted = Arc::new(options.wanted());
    let styles = Styles::default();
    let check = |calls: &[Call<'_>], before: usize| {
        let mut share = Share { findings: Findings::new(before, Arc::clone(&wanted)), ..Share::default() };
        for call in calls {
            let from = share.findings.list.len();
            let is_checked =
                check_call((source, &styles), call, (options, look), &mut share.findings, &mut share.secrets);
            for finding in &mut share.findings.list[from..] {
                finding.call = Some(call.span);
            }
            share.left_alone += usize::from(!is_checked);
            share.owners.push((call.span, from..share.findings.list.len()));
        }
        share
    };
    let mut all = Share { findings: Findings::new(before, Arc::clone(&wanted)), ..Share::default() };
    for wave in calls.chunks(SHARE * WAVE) {
        let kept = all.findings.kept();
        let shares: Vec<Share> = if wave.len() < 2 * SHARE {
            vec![check(wave, kept)]
        } else {
            wave.par_chunks(SHARE).map(|calls| check(calls, kept)).collect()
        };
        for share in shares {
            let from = all.findings.list.len();
            all.findings.append(share.findings);
            let end = all.findings.list.len();
            let in_file = |(span, found): (Span, Range<usize>)| {
                (span, (from + found.start).min(end)..(from + found.end).min(end))
            };
            all.owners.extend(share.owners.into_iter().map(in_file));
            all.secrets.extend(share.secrets);
            all.left_alone += share.left_alone;
        }
    }
    all
}

/// Checks a call; false for a body of which nothing is known.
fn check_call(
    (source, styles): (&Source, &Styles),
    call: &Call<'_>,
    (options, look): (&Options, Look),
    findings: &mut Findings,
    secrets: &mut Vec<Secret>,
) -> bool {
    let embedded;
    let validators = if let Some(validators) = &options.schemas {
        validators
    } else {
        embedded = Validators::embedded();
        &embedded
    };
    let as_body;
    let mut call = call;
    if call.is_template() {
        if template::check((source, styles), call, (options, look), validators, findings, secrets) {
            return true;
        }
        as_body = resolve::as_body(call);
        call = &as_body;
    }
    // The template that a client writes itself.
    if let Some(body) = call.body.text().filter(|_| call.made.is_some())
        && may_hold_resources(body.text())
        && call.cut().is_none()
    {
        let as_template = Call { notation: Notation::Template, ..call.clone() };
        return template::check(
            (source, styles),
            &as_template,
            (options, look),
            validators,
            findings,
            secrets,
        );
    }
    let asked = Asked { given: options.given, type_name: options.type_name.as_ref(), validators };
    let Some(resolved) = resolve::resolve(source, call, asked) else { return false };
    let Resolved { url, target, tree, standing, mut evidence } = resolved;
    evidence.powershell = options.powershell;
    let tree = tree.as_ref();
    let subject = Subject {
        source,
        call,
        url: url.as_ref(),
        evidence,
        body: call.body.text(),
        tree,
        target,
        resource: tree.and_then(Tree::root),
        declared: None,
        validators,
        standing,
        secret_members: OnceCell::new(),
        identity_facts: OnceCell::new(),
        info: OnceCell::new(),
        anchors: Anchors::default(),
        block: OnceCell::new(),
        styles,
    };
    withheld::of_call(&subject, secrets);
    // The body of a deployment, or a policy: the template in it is judged as one, once it can be read.
    let holds_template = !call.is_bare()
        && subject.body.is_some_and(|body| may_hold_resources(body.text()))
        && tree.is_some_and(|tree| tree.mistakes().is_empty());
    let template_in_body = |findings: &mut Findings, secrets: &mut Vec<Secret>| {
        if holds_template {
            let call = Call { notation: Notation::Template, ..call.clone() };
            template::check((source, styles), &call, (options, look), validators, findings, secrets);
        }
    };
    if look == Look::Secrets {
        template_in_body(findings, secrets);
        return true;
    }
    if subject.call.left_out == LeftOut::Request {
        quoting::report(&subject, findings.list.len(), findings);
        return true;
    }
    // An object that was put into the host makes another of it.
    let of_quoting = subject.call.quoting.iter().any(|it| it.kind == QuotingKind::MemberInText)
        && subject.call.looks_like_arm();
    let arm = !subject.call.quoting.is_empty() && (of_quoting || subject.call.speaks_of_arm(source.text()));
    if subject.call.left_out == LeftOut::Words {
        return true;
    }
    let from = findings.list.len();
    let mut sink = Sink::new(findings);
    if subject.call.cut().is_some() {
        if let Some(draft) = quoting::cut(&subject).filter(|_| arm) {
            sink.push(draft);
        }
        return true;
    }
    if subject.evidence.service == Service::Other {
        if of_quoting {
            quoting::report(&subject, from, findings);
        }
        return true;
    }
    // What a call sends to Resource Manager has to be JSON, whatever it is for.
    let is_sent = !subject.call.is_bare() && subject.call.is_arm();
    if let Some(tree) = tree.filter(|_| is_sent || is_known(&subject)) {
        check_mistakes(tree.mistakes(), |_| &subject, &mut sink);
        if let Some(draft) = super::rules::of_python(&subject).filter(|_| subject.evidence.is_python) {
            sink.push(draft);
        }
    }
    check_resource(&subject, &mut sink);
    if arm {
        quoting::report(&subject, from, findings);
    }
    judge(&subject, findings, from);
    template_in_body(findings, secrets);
    true
}

/// Lets the policy judge what was found of `subject`, the findings from `from` on.
fn judge(subject: &Subject<'_>, findings: &mut Findings, from: usize) {
    let verdict = policy::judge(&subject.evidence, findings, from);
    // Said once: it holds for all of them.
    let is_schema = |it: &&mut Finding| it.rule.family == Family::Schema && it.severity > Severity::Note;
    let found = findings.list.get_mut(from..).unwrap_or_default();
    if let Some(finding) = found.iter_mut().find(is_schema)
        && let Some(why) = super::rules::because(subject)
    {
        let help = finding.help.take().map_or_else(String::new, |help| format!("{help}; "));
        finding.help = Some(help + &why);
    }
    if verdict.is_silenced {
        Sink::new(findings).push(super::rules::type_guessed(subject));
    }
}

/// True if the resource type is one whose bodies are known, or has a schema of the user's.
fn is_known(subject: &Subject<'_>) -> bool {
    subject.target.resource_type.is_some() || subject.standing.is_some()
}

/// What the parser found, each with the subject that it is part of.
fn check_mistakes<'s, 'a: 's>(
    mistakes: &[Mistake],
    subject: impl Fn(&Mistake) -> &'s Subject<'a>,
    sink: &mut Sink<'_>,
) {
    if mistakes.is_empty() {
        return;
    }
    for rule in super::rules::in_order() {
        if let Check::Mistake(check) | Check::MistakeOrIdentity(check, _) = rule.check {
            for mistake in mistakes {
                check(subject(mistake), mistake, sink);
            }
        }
    }
}

/// The resource and the call around it.
fn check_resource(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    check_some(subject, sink, |_| true);
}

/// [`check_resource`] by some of the rules.
fn check_some(subject: &Subject<'_>, sink: &mut Sink<'_>, is_asked: impl Fn(&Rule) -> bool) {
    let has_body = is_known(subject) && subject.tree.is_some();
    let identities = blocks(subject);
    let problems = super::rules::problems(subject);
    let is_elsewhere = |check: &Check| {
        matches!(check, Check::Mistake(_) | Check::Template(_) | Check::Quoting(_) | Check::Engine)
    };
    let is_heard = |rule: &&'static Rule| {
        !is_elsewhere(&rule.check) && !policy::silences(&subject.evidence, rule) && is_asked(rule)
    };
    for rule in super::rules::in_order().iter().copied().filter(is_heard) {
        match rule.check {
            Check::Identity(check) | Check::MistakeOrIdentity(_, check) => {
                for block in &identities {
                    check(subject, block, sink);
                }
            }
            Check::Problem(check) => problems.iter().for_each(|problem| check(subject, problem, sink)),
            Check::Body(check) if has_body => check(subject, sink),
            Check::Call(check) => check(subject, sink),
            Check::Mistake(_) | Check::Body(_) | Check::Template(_) | Check::Quoting(_) | Check::Engine => {}
        }
    }
}

/// The identity blocks of a resource whose type takes one: where ARM looks for it, and where authors misplace it.
fn blocks<'a>(subject: &Subject<'a>) -> Vec<Block<'a>> {
    let Some(resource) = subject.resource else { return Vec::new() };
    let holds = |object: crate::json::Node<'_>| object.member("identity").is_some();
    if !holds(resource) && !resource.member("properties").is_some_and(|(_, it)| holds(it)) {
        return Vec::new();
    }
    let described = subject.identity_facts().filter(|facts| !facts.is_read_only);
    if subject.identity_form().is_none() && described.is_none() {
        return Vec::new();
    }
    let mut blocks = Vec::new();
    if let Some((name, value)) = resource.member("identity") {
        match value.member("identity") {
            Some((inner_name, inner)) => blocks.push(Block::read(inner_name, inner)),
            None => blocks.push(Block::read(name, value)),
        }
    }
    // Of other types `properties` may have an `identity` of its own.
    if let Some((name, value)) = resource.member("properties").and_then(|(_, it)| it.member("identity"))
        && described.is_none()
    {
        blocks.push(Block::read(name, value));
    }
    blocks
}
