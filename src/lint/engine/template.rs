//! A template: one text, many resources.

use std::cell::OnceCell;

use super::{Look, Options, check_mistakes, check_resource, evaluated, judge, parameters, withheld};
use crate::arm::Method;
use crate::json::{self, Dialect, Mistake, MistakeKind, Tree};
use crate::lint::anchor::Anchors;
use crate::lint::evaluation::Evaluation;
use crate::lint::evidence::Evidence;
use crate::lint::rules::{self, in_order, of_template};
use crate::lint::{Check, Findings, Secret, Sink, Styles, Subject, Target, policy, resolve, secrets};
use crate::notation::template::{self, Resource, Template};
use crate::notation::{Call, Place};
use crate::schema::Validators;
use crate::text::Source;

/// Checks every resource of a known type. False if the text is not a template, or one without such resources, and
/// nothing was looked at.
pub(super) fn check(
    (source, styles): (&Source, &Styles),
    call: &Call<'_>,
    (options, look): (&Options, Look),
    validators: &Validators,
    findings: &mut Findings,
    secrets: &mut Vec<Secret>,
) -> bool {
    let Some(body) = call.body.text() else { return false };
    let mut whole_evidence = resolve::whole(call);
    let dialect = resolve::dialect(source, call);
    let tree = parse(body.text(), dialect, call.context.place, &whole_evidence);
    secrets::of_template(&tree, body, secrets);
    let template = template::read(&tree);
    whole_evidence.deploys = tree.root().map_or(whole_evidence.deploys, resolve::deploys);
    let known: Vec<_> = template
        .resources
        .iter()
        .filter(|resource| !resource.is_existing)
        .filter_map(|it| {
            let (target, evidence, standing) =
                resolve::resource(call, &template, it, validators, &whole_evidence)?;
            (target.resource_type.is_some() || standing.is_some()).then_some((it, target, evidence, standing))
        })
        .collect();
    // What the user says of a body holds for a text that is not a whole template.
    if template.is_snippet && !options.given.is_empty() {
        return false;
    }
    let is_broken = !tree.mistakes().is_empty() && template::seems_to_hold_resources(body.text());
    if template.roots.is_empty() && !is_broken {
        return false;
    }

    let whole = Subject {
        source,
        call,
        url: None,
        evidence: whole_evidence.clone(),
        body: Some(body),
        tree: Some(&tree),
        target: Target { method: Some(Method::Put), ..Target::default() },
        resource: tree.root(),
        declared: None,
        validators,
        standing: None,
        secret_members: OnceCell::new(),
        identity_facts: OnceCell::new(),
        info: OnceCell::new(),
        anchors: Anchors::default(),
        block: OnceCell::new(),
        styles,
    };
    withheld::of_call(&whole, secrets);
    let subjects: Vec<Subject<'_>> = known
        .into_iter()
        .map(|it| whole.of_resource((whole.body, whole.tree), it.0, (it.1, it.2, it.3)))
        .collect();

    for subject in &subjects {
        withheld::of_types(subject, secrets);
    }
    let evaluations = || {
        let values = (options.deployment.as_deref(), !options.beside.is_empty());
        Evaluation::all(&whole.evidence, &tree, &template, values)
    };
    if look == Look::Secrets {
        evaluated::secrets(&whole, &template, &evaluations(), secrets);
        return true;
    }
    let mut of_text = findings.beside();
    let mut sink = Sink::new(&mut of_text);
    let mistakes: Vec<Mistake> = tree.mistakes().iter().filter(|it| !is_taken(it)).cloned().collect();
    check_mistakes(&mistakes, |mistake| around(&subjects, mistake).unwrap_or(&whole), &mut sink);
    check_text(&whole, &template, &mut sink);
    // Whose an extension is only its name says, and it does not.
    let is_extension = |it: &Resource<'_>| {
        it.type_name.as_ref().is_some_and(|name| name.types().any(|it| it == "providers"))
    };
    let is_of_nobody = |it: &&Resource<'_>| !it.is_existing && !it.is_excerpt && !is_extension(it);
    for resource in template.resources.iter().filter(is_of_nobody) {
        if let Some(name) = resource.type_name.as_ref().filter(|name| !validators.knows(name.as_str())) {
            let span = resource.node.member("type").map_or(resource.node.span(), |(_, value)| value.span());
            sink.push(rules::type_not_described(&whole, span, name));
        }
    }
    // What is sent as a template whole is refused as one.
    for answer in of_text.list.iter_mut().filter_map(|it| it.arm.as_mut()).filter(|_| call.is_bare()) {
        if answer.code == "InvalidRequestContent" {
            "InvalidTemplate".clone_into(&mut answer.code);
            "Deployment template parse failed".clone_into(&mut answer.message);
        }
    }
    of_text.list.sort_by_key(|finding| finding.span.start);

    let first = findings.list.len();
    // What was found out of each is not kept beside what the template evaluates to.
    for subject in subjects {
        let mut own = findings.beside();
        check_resource(&subject, &mut Sink::new(&mut own));
        judge(&subject, &mut own, 0);
        findings.append(own);
    }
    let mut of_names = findings.beside();
    let mut sink = Sink::new(&mut of_names);
    // One mistake, one finding: what another rule has said is not said again.
    let said = findings.list.get(first..).unwrap_or_default();
    said.iter().chain(&of_text.list).for_each(|finding| sink.explain(finding));
    let evaluations = evaluations();
    of_template(&whole, &evaluations, &mut sink);
    let with_files = parameters::of_template(source, &tree, &evaluations, &options.beside, &mut sink);
    policy::judge(&whole.evidence, &mut of_text, 0);
    findings.append(of_text);
    for finding in with_files {
        of_names.push(finding);
    }
    policy::judge(&whole.evidence, &mut of_names, 0);
    findings.append(of_names);
    let mut of_values = findings.beside();
    let said = findings.list.get(first..).unwrap_or_default();
    evaluated::check(&whole, &template, &evaluations, said, &mut of_values, secrets);
    findings.append(of_values);
    drop_repeated(findings, first);
    true
}

/// The template that `text` is, as well as it can be read.
pub(in crate::lint) fn parse<'t>(
    text: &'t str,
    dialect: Dialect,
    place: Place,
    evidence: &Evidence,
) -> Tree<'t> {
    let tree = Tree::parse(text, dialect);
    if evidence.extent.is_cut() {
        return tree;
    }
    let in_document = place == Place::Document;
    if !tree.mistakes().is_empty() && (in_document || template::seems_to_hold_resources(text)) {
        return best_reading(tree, dialect);
    }
    tree
}

/// The reading of a broken text that makes the best sense. Strings may run over lines in a template, so that one
/// quote too many or too few turns the rest of the text inside out: where strings that end with their lines leave
/// less to explain, they do.
fn best_reading(tree: Tree<'_>, dialect: Dialect) -> Tree<'_> {
    let read = |tree, dialect| json::best_reading(tree, dialect, &|_| None);
    let count = |tree: &Tree<'_>| tree.mistakes().iter().filter(|it| !is_taken(it)).count();
    let dialect_of_lines = Dialect { multiline_strings: false, ..dialect };
    let by_lines = read(Tree::parse(tree.text(), dialect_of_lines), dialect_of_lines);
    let tree = read(tree, dialect);
    if count(&by_lines) < count(&tree) { by_lines } else { tree }
}

/// True for what the parser names and ARM takes in a template: a line break in a string.
fn is_taken(mistake: &Mistake) -> bool {
    mistake.kind == MistakeKind::ControlCharacter
}

fn check_text(whole: &Subject<'_>, template: &Template<'_>, sink: &mut Sink<'_>) {
    for rule in in_order() {
        if let Check::Template(check) = rule.check {
            check(whole, template, sink);
        }
    }
}

/// The innermost resource that a mistake stands in.
fn around<'s, 'a>(subjects: &'s [Subject<'a>], mistake: &Mistake) -> Option<&'s Subject<'a>> {
    let holds = |subject: &&Subject<'_>| {
        subject.resource.is_some_and(|node| {
            let span = node.span();
            span.start <= mistake.span.start && mistake.span.end <= span.end
        })
    };
    subjects.iter().rev().find(holds)
}

/// A rule that looks at the whole call finds the same at each resource.
fn drop_repeated(findings: &mut Findings, first: usize) {
    let mut seen = std::collections::HashSet::new();
    let mut index = 0;
    findings.list.retain(|finding| {
        index += 1;
        index <= first || seen.insert((finding.span, finding.rule.name, finding.message.clone()))
    });
}
