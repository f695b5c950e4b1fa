//! Files of parameters, and the templates that they are for.
//!
//! Either is checked with the other where both are there: the file for what its template refuses of it, the template
//! for what is refused once it has those values. What is wrong with the template alone is told of the template alone.

use std::sync::Arc;

use super::Options;
use crate::arm::is_secure_type;
use crate::json::{Node, Tree};
use crate::lint::evaluation::Evaluation;
use crate::lint::{Finding, Secret, Severity, Sink, all_of, refused, secrets};
use crate::notation::template::{self, holds_parameters};
use crate::template::{Cause, Data, Place, Refusal, Value};
use crate::text::Source;

/// The number of the text that is looked at beside the one that is checked.
const BESIDE: u16 = 1;

/// True for a text that is a file of parameters.
pub(super) fn is_file(source: &Source) -> bool {
    let text = source.text();
    memchr::memmem::find(text.as_bytes(), b"\"parameters\"").is_some()
        && template::parse(source).root().is_some_and(holds_parameters)
}

/// What must not be shown of a file of parameters: what it gives to those that `template` declares as secret.
pub fn given_secrets(file: &Source, template: &Source) -> Vec<Secret> {
    let (own, other) = (template::parse(file), template::parse(template));
    let mut found = Vec::new();
    if let (Some(own), Some(root)) = (own.root(), other.root()) {
        secrets::of_parameters(file, own, |name| is_secure(root, name), &mut found);
    }
    found
}

/// What the template beside a file of parameters refuses of it; `None` if there is none that can be read.
pub(super) fn check(source: &Source, options: &Options, secrets: &mut Vec<Secret>) -> Option<Vec<Finding>> {
    let template = options.beside.first()?;
    let (own, other) = (template::parse(source), template::parse(template));
    if !template::is_read(&own) || !template::is_read(&other) {
        return None;
    }
    let root = other.root().filter(|it| template::is_template(*it))?;
    let file = own.root()?;
    secrets::of_parameters(source, file, |name| is_secure(root, name), secrets);
    let evaluation = Evaluation::of(root, Vec::new());
    let given = Value::from_node(file, BESIDE);
    let expansion = evaluation.given(&given, |_| true)?;
    let (_, entries) = file.member("parameters")?;
    let mut findings = Vec::new();
    // One finding for all: they are mended at one place. Whoever deploys may give them on the command line: names that
    // differ from run to run, and a secret has no better place.
    let missing = expansion.missing.iter().map(|it| &**it).filter(|name| !is_of_artifacts(name));
    let (secure, open): (Vec<&str>, Vec<&str>) = missing.partition(|name| is_secure(root, name));
    for (names, severity) in [(open, Severity::Error), (secure, Severity::Note)] {
        let Some(first) = names.first() else { continue };
        let refusal = *Refusal::new(
            Cause::MissingParameterValue,
            format!(
                "The value for the template parameter '{first}' is not provided. Please see \
                 https://aka.ms/arm-create-parameter-file for usage details."
            ),
        )
        .at(Some(Place { document: BESIDE, node: entries.index() }));
        let mut finding = refused(source, &own, &refusal);
        finding.span = source.fragment().to_file(entries.opening());
        let (noun, has, them) =
            if names.len() == 1 { ("parameter", "has", "it") } else { ("parameters", "have", "each") };
        finding.message = format!(
            "the template's {noun} {} {has} no value here, and no default",
            all_of(names.iter().copied())
        );
        finding.severity = severity;
        finding.help = Some(format!("give {them} one, or `--parameters {first}=…` when it is deployed"));
        findings.push(finding);
    }
    for refusal in &expansion.refusals {
        let Some(place) = refusal.place.filter(|it| it.document == BESIDE) else { continue };
        let mut finding = refused(source, &own, refusal);
        let name = entries.members().find(|(name, value)| {
            let holds =
                |it: &Node<'_>| own.node(place.node).is_some_and(|node| it.span().contains(node.span()));
            holds(name) || holds(value)
        });
        // What is empty is to be filled in, perhaps.
        let is_empty =
            name.and_then(|(_, entry)| entry.member("value")).and_then(|(_, value)| value.as_str());
        if is_empty.is_some_and(|it| it.trim().is_empty()) {
            finding.severity = Severity::Note;
        }
        let name = name.and_then(|(name, _)| name.as_str()).unwrap_or_default();
        // What a name leads to is a matter of the template.
        if is_of_names(refusal.cause) {
            finding.severity = Severity::Note;
        }
        if is_secure(root, &name) {
            finding.message = format!("the template does not take this value of `{name}`");
            finding.arm = None;
        }
        findings.push(finding);
    }
    Some(findings)
}

/// What is refused of a template with the values of the files of parameters beside it, and with no others.
pub(super) fn of_template(
    source: &Source,
    tree: &Tree<'_>,
    evaluations: &[Evaluation<'_>],
    files: &[Arc<Source>],
    sink: &mut Sink<'_>,
) -> Vec<Finding> {
    let whole = tree.root().map(Node::index);
    let mut findings: Vec<Finding> = Vec::new();
    let Some(evaluation) = evaluations.iter().find(|it| Some(it.root.index()) == whole) else {
        return findings;
    };
    let known = |it: &Refusal| {
        let is_same = |other: &Refusal| (other.place, other.cause) == (it.place, it.cause);
        evaluation.expansion.refusals.iter().any(is_same)
    };
    for file in files {
        let parsed = template::parse(file);
        let Some(root) = parsed.root().filter(|it| template::is_read(&parsed) && holds_parameters(*it))
        else {
            continue;
        };
        let given = Value::from_node(root, BESIDE);
        let Some(expansion) = evaluation.given(&given, |_| true) else { continue };
        // What is empty there is to be filled in, perhaps.
        let has_refusals = !expansion.refusals.is_empty();
        let filled = has_refusals.then(|| evaluation.given(&given, |it| !says_nothing(it))).flatten();
        let filled = filled.map(|it| it.refusals).unwrap_or_default();
        for refusal in &expansion.refusals {
            if refusal.place.is_none_or(|it| it.document != 0) || known(refusal) {
                continue;
            }
            let mut finding = refused(source, tree, refusal);
            if sink.explained_at(finding.span) || findings.iter().any(|it| it.span == finding.span) {
                continue;
            }
            // An empty name is refused as it stands; what else an empty value leads to, another one fixes.
            let is_sure = filled.iter().any(|it| (it.place, it.cause) == (refusal.place, refusal.cause));
            if !is_sure && refusal.cause != Cause::NameSegments {
                finding.severity = Severity::Note;
            }
            finding.help = Some(format!("so it is with the values of `{}`", short(file.name())));
            findings.push(finding);
        }
    }
    findings
}

fn says_nothing(value: &Value) -> bool {
    match &value.data {
        Data::Null => true,
        Data::Text(text) => text.trim().is_empty(),
        Data::Array(_) => value.as_array().unwrap_or_default().iter().all(says_nothing),
        Data::Object(object) => object.members().iter().all(|it| says_nothing(&it.value)),
        _ => false,
    }
}

/// True for what is refused because of a name that the template uses elsewhere.
fn is_of_names(cause: Cause) -> bool {
    matches!(cause, Cause::DuplicateResource | Cause::DependsOnUnknown | Cause::CircularDependency)
}

/// A file's own name.
fn short(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// True if a template declares a parameter as secret.
fn is_secure(template: Node<'_>, name: &str) -> bool {
    let declared = template.member("parameters").and_then(|(_, all)| all.member(name));
    let kind = declared.and_then(|(_, it)| it.member("type")).and_then(|(_, kind)| kind.as_str());
    kind.is_some_and(|it| is_secure_type(&it))
}

/// What Azure's deployment scripts and pipelines give by themselves: where the files beside the template are.
/// (<https://github.com/Azure/azure-quickstart-templates/blob/master/1-CONTRIBUTION-GUIDE/best-practices.md>)
fn is_of_artifacts(name: &str) -> bool {
    name.eq_ignore_ascii_case("_artifactsLocation") || name.eq_ignore_ascii_case("_artifactsLocationSasToken")
}
