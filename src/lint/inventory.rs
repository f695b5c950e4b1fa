//! The requests of a text, as an inventory has them: of every resource type, with nothing judged.

use serde_json::Value;

use super::engine::template;
use super::resolve::{self, belongs, dialect};
use super::{Options, Target};
use crate::json::{Mistake, MistakeKind, Node, Tree, Unclosed};
use crate::notation::template::{may_hold_resources, read};
use crate::notation::{Call, LeftOut, Notation, Payload, QuotingKind};
use crate::schema::{Standing, Validators};
use crate::text::{Fragment, Source, Span};

/// One request.
#[derive(Clone, Debug)]
pub struct Listed {
    /// How it is written.
    pub notation: Notation,
    /// The bytes of the file that it takes: the call, or a resource of a template.
    pub span: Span,
    /// What it is for.
    pub target: Target,
    /// A template's resource that is only referred to.
    pub is_existing: bool,
    /// The program has this version of the type.
    pub is_known: bool,
    /// The bytes of the file that hold the body.
    pub body: Option<Span>,
    /// The body as it is sent, as far as the text says; expressions of a template stay as they are.
    pub value: Option<Value>,
    /// Why there is a body and no value.
    pub reason: Option<String>,
    /// The text breaks off before the request does.
    pub is_truncated: bool,
}

/// The requests that `call` stands for: itself, or one for each resource of a template. The resources of templates in
/// a request's body follow it.
pub fn inventory(source: &Source, call: &Call<'_>) -> Vec<Listed> {
    let validators = Validators::embedded();
    let mut listed = Vec::new();
    if call.left_out == LeftOut::Request {
        return listed;
    }
    if call.is_template() {
        if let Some(body) = call.body.text() {
            resources(source, call, body, &validators, &mut listed);
        }
        if listed.is_empty() {
            let as_body = resolve::as_body(call);
            listed.extend(of_call(source, &as_body, &validators));
        }
        return listed;
    }
    let Some(request) = of_call(source, call, &validators) else { return listed };
    listed.push(request);
    if let Some(body) = call.body.text().filter(|body| may_hold_resources(body.text())) {
        resources(source, call, body, &validators, &mut listed);
    }
    listed
}

/// The body of a call that may hold templates, read as the linter reads it.
pub fn template_tree<'c>(source: &Source, call: &'c Call<'_>) -> Option<Tree<'c>> {
    let body = call.body.text()?;
    let whole = resolve::whole(call);
    Some(template::parse(body.text(), dialect(source, call), call.context.place, &whole))
}

fn of_call(source: &Source, call: &Call<'_>, validators: &Validators) -> Option<Listed> {
    let target = resolve::target(source, call, &Options::default())?;
    let is_open = call.quoting.iter().any(|it| it.kind == QuotingKind::UnterminatedQuote);
    // What is sent is not what the body was meant to be.
    let changes = [QuotingKind::JsonDepth, QuotingKind::ObjectAsBody, QuotingKind::FormatBraces];
    let cut = call.quoting.iter().find(|it| it.cuts() || changes.contains(&it.kind));
    let mut listed = Listed {
        notation: call.notation,
        span: call.span,
        is_known: is_known(&target, validators),
        target,
        is_existing: false,
        body: None,
        value: None,
        reason: None,
        is_truncated: is_open,
    };
    let lacks = call.made.as_ref().and_then(|made| made.lacks.as_ref());
    match &call.body {
        Payload::None => {}
        Payload::File(_) | Payload::Unknown(_) if lacks.is_some() => listed.reason = lacks.cloned(),
        Payload::Text(body) => {
            listed.body = place_of(call, body);
            let tree = Tree::parse(body.text(), dialect(source, call));
            match (cut, tree.mistakes().iter().find(|mistake| hides_value(mistake))) {
                (Some(cut), _) => {
                    listed.reason =
                        Some(format!("the shell sends something else ({})", cut.kind.rule_name()));
                }
                (None, Some(mistake)) => listed.reason = Some(not_json(source, body, mistake)),
                (None, None) if lacks.is_some() => listed.reason = lacks.cloned(),
                (None, None) if body.expansions().next().is_some() => {
                    listed.reason = Some("only a run of the script knows a part of it".to_owned());
                }
                (None, None) => listed.value = tree.root().map(Node::to_value),
            }
            let breaks_off = |it: &Mistake| match it.kind {
                MistakeKind::Ellipsis => true,
                MistakeKind::UnclosedBracket(opened) => opened != Unclosed::Body,
                _ => false,
            };
            listed.is_truncated |= tree.mistakes().iter().any(breaks_off);
        }
        Payload::File(name) => listed.reason = Some(format!("it is in the file {}", name.text())),
        Payload::Unknown(_) => listed.reason = Some("only a run of the script knows it".to_owned()),
    }
    Some(listed)
}

/// The bytes of the file that hold `body`. Of one that the client writes, those of the words that it is made of.
fn place_of(call: &Call<'_>, body: &Fragment<'_>) -> Option<Span> {
    if call.made.is_none() {
        return Some(body.to_file(body.span()));
    }
    body.origins().filter(|span| !span.is_empty()).reduce(Span::cover)
}

/// The resources of the templates in `body`.
fn resources(
    source: &Source,
    call: &Call<'_>,
    body: &Fragment<'_>,
    validators: &Validators,
    listed: &mut Vec<Listed>,
) {
    let whole = resolve::whole(call);
    let tree = template::parse(body.text(), dialect(source, call), call.context.place, &whole);
    let mistakes: Vec<&Mistake> = tree.mistakes().iter().filter(|mistake| hides_value(mistake)).collect();
    let template = read(&tree);
    for resource in template.resources.iter().filter(|it| belongs(call, it)) {
        let target = resolve::resource(call, &template, resource, validators, &whole)
            .map_or_else(|| resolve::of_resource(resource), |(target, ..)| target);
        let place = resource.node.span();
        let mistake = mistakes.iter().find(|mistake| place.contains(mistake.span));
        let span = body.to_file(place);
        let lacks = call.made.as_ref().and_then(|made| made.lacks.clone());
        listed.push(Listed {
            notation: Notation::Template,
            span,
            is_known: is_known(&target, validators),
            target,
            is_existing: resource.is_existing,
            body: Some(span).filter(|span| !span.is_empty()),
            value: (mistake.is_none() && lacks.is_none()).then(|| resource.body()),
            reason: mistake.map(|mistake| not_json(source, body, mistake)).or(lacks),
            is_truncated: false,
        });
    }
}

/// True if the program has the version that the request names of its type.
fn is_known(target: &Target, validators: &Validators) -> bool {
    let (Some(name), Some(version)) = (&target.type_name, target.api_version) else { return false };
    matches!(validators.standing(name.as_str(), Some(version)), Some(Standing::Published(_)))
}

/// False for what readers of JSON let pass: of two members of one name the last counts.
fn hides_value(mistake: &Mistake) -> bool {
    !matches!(mistake.kind, MistakeKind::DuplicateName | MistakeKind::ControlCharacter)
}

fn not_json(source: &Source, body: &Fragment<'_>, mistake: &Mistake) -> String {
    let at = source.position(body.to_file(mistake.span).start);
    format!("it is not JSON at line {}, column {}", at.line, at.column)
}
