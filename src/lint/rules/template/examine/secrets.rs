//! Secrets of a template: what is declared so, and where it is shown.

use std::collections::HashSet;

use super::super::{secret_in_command, secure_default, secure_output, secure_to_deployment};
use super::Examination;
use crate::arm::expression::{Expression, Part, is_expression};
use crate::arm::is_secure_type;
use crate::json::{Kind, Node};
use crate::lint::evaluation::GENERATED;
use crate::lint::secrets::{is_open, members};
use crate::lint::{Rule, Severity, Sink};
use crate::template::{Data, Declared, Of, Survey, UseIn, Value};
use crate::text::Span;

impl<'a> Examination<'_, 'a> {
    /// True if a value is that of a parameter which is secret: it is not shown.
    pub(super) fn is_secret_parameter(&self, node: Node<'a>) -> bool {
        let all = self.secure.get_or_init(|| secure_declarations(self.root));
        let span = node.span();
        let behind = all.partition_point(|it| it.start <= span.start);
        behind.checked_sub(1).and_then(|at| all.get(at)).is_some_and(|it| it.contains(span))
    }

    /// True for an object of which no member is called a secret: sizes, names, what is to be installed.
    fn names_no_secret(&self, default: &Value) -> bool {
        let node = default.place.and_then(|place| self.node(place));
        node.is_some_and(|it| it.kind() == Kind::Object && members(it).is_empty())
    }

    pub(super) fn tell_secrets(&self, survey: &Survey, sink: &mut Sink<'_>) {
        for names in &survey.scopes {
            for Declared { name, value, .. } in names.parameters.iter().filter(|it| is_secure(&it.value)) {
                let Some(default) = value.get("defaultValue").filter(|it| is_literal(it)) else { continue };
                let Some(place) = default.place else { continue };
                // A blank, or what says what belongs there, is nobody's secret; it is sent all the same.
                let is_blank = says_no_secret(default) || self.names_no_secret(default);
                let message = if is_blank {
                    format!(
                        "the default of the secure parameter `{name}` is no secret: it is sent where none is given"
                    )
                } else {
                    format!("the secure parameter `{name}` has a default that everyone can read")
                };
                if let Some((_, _, draft)) = self.draft(&secure_default::RULE, place, None, message) {
                    let draft = draft.help("leave the default out, or make it empty");
                    sink.push(if is_blank { draft.severity(Severity::Note) } else { draft });
                }
            }
        }
        // A command shows a parameter once, however many parts of it.
        let mut shown: HashSet<(Span, Option<String>)> = HashSet::new();
        for used in &survey.uses {
            let (rule, where_to): (&'static Rule, &str) = match used.stand {
                UseIn::Output => (&secure_output::RULE, "the output shows"),
                UseIn::OuterTemplate => {
                    (&secure_to_deployment::RULE, "the history of the nested deployment shows")
                }
                UseIn::PlainParameter => {
                    (&secure_to_deployment::RULE, "a parameter that is not secure is given")
                }
                UseIn::Command => (&secret_in_command::RULE, "the command shows"),
                UseIn::Elsewhere | UseIn::Variable(_) => continue,
            };
            let is_keys = || used.of == Of::Function && lists_secrets(&used.name);
            let is_secret = || {
                used.of == Of::Parameter
                    && survey.scopes.get(used.scope as usize).is_some_and(|names| {
                        let is = |it: &&Declared| it.name.eq_ignore_ascii_case(&used.name);
                        names.parameters.iter().find(is).is_some_and(|it| is_secure(&it.value))
                    })
            };
            let what = if is_secret() {
                format!("the secure parameter `{}`", used.name)
            } else if is_keys() && used.stand != UseIn::OuterTemplate {
                format!("what `{}` gives", used.name)
            } else {
                continue;
            };
            let message = format!("{where_to} {what}");
            if let Some((node, span, draft)) = self.draft(rule, used.place, Some(used.span), message)
                && !sink.explained_at(span)
                && (used.stand != UseIn::Command
                    || shown.insert((
                        node.span(),
                        (used.of == Of::Parameter).then(|| used.name.to_ascii_lowercase()),
                    )))
            {
                if used.of == Of::Function && reads_user_name(node, used.span) {
                    continue;
                }
                // Which members of a secure object are secret nobody says.
                let is_member = used.of == Of::Parameter
                    && *rule != secret_in_command::RULE
                    && reads_member(node, used.span);
                sink.push(if is_member { draft.severity(Severity::Note) } else { draft });
            }
        }
    }
}

/// The outermost objects whose `type` says that they are secret.
fn secure_declarations(root: Node<'_>) -> Vec<Span> {
    let is_secret = |node: &Node<'_>| {
        let kind = node.member("type").and_then(|(_, kind)| kind.as_str());
        kind.is_some_and(|it| is_secure_type(&it))
    };
    let (mut found, mut open) = (Vec::new(), vec![root]);
    while let Some(node) = open.pop() {
        if is_secret(&node) {
            found.push(node.span());
        } else {
            open.extend(node.members().map(|(_, it)| it).chain(node.elements()));
        }
    }
    found.sort_unstable_by_key(|it| it.start);
    found
}

fn is_secure(declaration: &Value) -> bool {
    declaration.get("type").and_then(Value::as_str).is_some_and(is_secure_type)
}

/// True if a member is read of the parameter whose name stands at `name` of a string: `parameters('a').b`,
/// `tryGet(parameters('a'), 'b')`.
fn reads_member(node: Node<'_>, name: Span) -> bool {
    let Some(text) = node.as_str() else { return false };
    let behind = text.get(name.end as usize..).and_then(|it| it.strip_prefix('\''));
    let behind = behind.and_then(|it| it.trim_start().strip_prefix(')')).unwrap_or_default();
    let before = text.get(..name.start as usize).unwrap_or_default().trim_end_matches(['\'', '(', ' ']);
    let around = before.get(..before.len().saturating_sub("parameters".len())).unwrap_or_default();
    let is_tried = around.trim_end().to_ascii_lowercase().ends_with("tryget(");
    is_tried || behind.trim_start().starts_with(['.', '['])
}

/// True for a function that asks a service for what lets its callers in: `listKeys`, `listAccountSas`, `list` of
/// settings. Others list packages, usages, versions.
fn lists_secrets(name: &str) -> bool {
    const WHAT: [&str; 15] = [
        "key",
        "secret",
        "credential",
        "token",
        "password",
        "sas",
        "connectionstring",
        "callback",
        "config",
        "setting",
        "publish",
        "auth",
        "value",
        "cert",
        "cookie",
    ];
    let lower = name.to_ascii_lowercase();
    let Some(what) = lower.strip_prefix("list") else { return false };
    what.is_empty() || WHAT.iter().any(|it| what.contains(it))
}

/// True if the user's name is read of what the function at `name` of a string gives: `listCredentials(…).username`.
fn reads_user_name(node: Node<'_>, name: Span) -> bool {
    let Some(text) = node.as_str() else { return false };
    let Ok(expression) = Expression::parse(&text) else { return false };
    let parts: Vec<(Part<'_>, Span)> = expression.parts().collect();
    parts.iter().any(|(part, _)| match part {
        Part::Member { base, name: member } => {
            let of = parts.get(*base as usize);
            member.eq_ignore_ascii_case("username") && of.is_some_and(|(_, place)| *place == name)
        }
        _ => false,
    })
}

/// True for a default that stands for what is to be given: a blank, `NOT_SPECIFIED`, `none`, `GEN-PASSWORD`.
fn says_no_secret(value: &Value) -> bool {
    match &value.data {
        Data::Text(text) => {
            is_public(text)
                || text.starts_with(GENERATED)
                || text.eq_ignore_ascii_case("none")
                || is_open(text)
                || is_sentence(text)
        }
        Data::Object(object) => object.members().iter().all(|it| says_no_secret(&it.value)),
        Data::Array(_) => value.as_array().unwrap_or_default().iter().all(says_no_secret),
        Data::Int(_) | Data::Float(_) => false,
        Data::Null | Data::Open(_) | Data::Bool(_) => true,
    }
}

/// True for what lets nobody in: an address without a query or a user, a public key, settings without values.
fn is_public(text: &str) -> bool {
    let text = text.trim();
    let is_address = (text.starts_with("https://") || text.starts_with("http://"))
        && !text.contains(['?', '@', ' ', '&', '=']);
    let is_key = ["ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-"].iter().any(|it| text.starts_with(it));
    let mut settings = text.split(';').map(str::trim).filter(|it| !it.is_empty()).peekable();
    let is_blank = settings.peek().is_some() && settings.all(|it| it.len() > 1 && it.ends_with('='));
    is_address || is_key || is_blank && !text.ends_with("==")
}

/// True for a sentence that says what belongs there, or when: words with those between them that no passphrase has.
fn is_sentence(text: &str) -> bool {
    const BETWEEN: [&str; 18] = [
        "a", "an", "are", "be", "for", "if", "in", "is", "must", "not", "of", "only", "or", "the", "to",
        "used", "when", "your",
    ];
    let words = || text.split_whitespace().map(|it| it.trim_end_matches(['.', ',', ':', ';', '!']));
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\''));
    let between = words().filter(|word| BETWEEN.iter().any(|it| word.eq_ignore_ascii_case(it))).count();
    words().count() > 3 && between > 1 && words().all(is_word)
}

/// True for a value that may be a secret and is written out. A switch is none.
fn is_literal(value: &Value) -> bool {
    match &value.data {
        Data::Text(text) => !matches!(text.as_ref(), "" | "{}" | "[]") && !is_expression(text),
        Data::Object(object) => object.members().iter().any(|it| is_literal(&it.value)),
        Data::Array(_) => value.as_array().unwrap_or_default().iter().any(is_literal),
        Data::Int(_) | Data::Float(_) => true,
        Data::Null | Data::Open(_) | Data::Bool(_) => false,
    }
}
