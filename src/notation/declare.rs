//! What Bicep and Terraform have in common: a body as a value of a language that declares resources.

use super::layout::Layout;
use super::template::parameter_of;
use super::writer::{IdentityChange, RoleStep, WriteError, Writer};
use crate::arm::{Blank, BlankStyle, BodyValue, Part, Request, Text};

/// Files that declare resources: what their writers have in common.
pub(super) trait Declarations: Sync {
    /// The extension of files, without the dot.
    const EXTENSION: &'static str;
    /// What begins a comment.
    const COMMENT: &'static str;

    /// The declaration that makes the request, or the change that it is made for.
    ///
    /// # Errors
    /// As [`Writer::write`].
    fn declare(
        request: &Request,
        change: Option<IdentityChange<'_>>,
        layout: &Layout<'_>,
    ) -> Result<String, WriteError>;

    /// [`Declarations::declare`] with roles that identities get.
    ///
    /// # Errors
    /// As [`Writer::write`].
    fn declare_roles(
        request: Option<&Request>,
        change: IdentityChange<'_>,
        roles: &[RoleStep<'_>],
        layout: &Layout<'_>,
    ) -> Result<String, WriteError>;
}

impl<D: Declarations> Writer for D {
    fn write(&self, request: &Request, layout: &Layout<'_>) -> Result<String, WriteError> {
        D::declare(request, None, layout)
    }

    fn write_change(
        &self,
        request: &Request,
        change: IdentityChange<'_>,
        layout: &Layout<'_>,
    ) -> Result<String, WriteError> {
        D::declare(request, Some(change), layout)
    }

    fn write_roles(
        &self,
        request: Option<&Request>,
        change: IdentityChange<'_>,
        roles: &[RoleStep<'_>],
        layout: &Layout<'_>,
    ) -> Result<Option<String>, WriteError> {
        D::declare_roles(request, change, roles, layout).map(Some)
    }

    fn extension(&self) -> &'static str {
        D::EXTENSION
    }

    fn heading(&self, name: &str) -> Option<String> {
        Some(format!("{} {name}", D::COMMENT))
    }
}

/// Members of a body that the declaration has elsewhere.
pub(super) const OWN: [&str; 4] = ["type", "apiVersion", "name", "id"];

/// How a language writes values.
pub(super) trait Language {
    /// What stands between a name and a value.
    const BETWEEN: &'static str;
    /// What ends an element of a list.
    const END_OF_ELEMENT: &'static str;

    /// A literal within quotes; `joins` if what is filled in follows it.
    fn escaped(literal: &str, joins: bool) -> String;

    /// What fills in a blank within quotes.
    fn filled(parameter: &str) -> String;

    /// A text that is nothing but a parameter.
    fn alone(parameter: &str) -> String;

    /// The quotes around a text.
    const QUOTE: char;
    /// Values of members that follow each other stand below each other, as its formatter has them.
    const ALIGNS: bool;

    /// True if a member's name needs no quotes.
    fn is_bare(name: &str) -> bool;

    /// A number: not every one is one of the language's own.
    fn number(number: &serde_json::Number) -> String;

    /// The name of the parameter that a blank becomes.
    fn parameter(blank: Blank) -> String {
        parameter_of(blank).to_owned()
    }
}

/// Values in the making, and the blanks that became parameters.
pub(super) struct Values {
    style: BlankStyle,
    pub(super) blanks: Vec<Blank>,
}

impl Values {
    pub(super) fn new(style: BlankStyle) -> Self {
        Self { style, blanks: Vec::new() }
    }

    /// A blank that is spelt stays for people to fill in; a secret never stands in a declaration.
    fn is_parameter(&self, blank: Blank) -> bool {
        self.style == BlankStyle::Shell || is_secret(blank)
    }

    /// A text in quotes.
    pub(super) fn text<L: Language>(&mut self, text: &Text) -> String {
        let mut parts: Vec<Result<String, Blank>> = Vec::new();
        for part in text.parts() {
            let spelt = match part {
                Part::Literal(literal) => literal.as_str(),
                Part::Blank(blank) if self.is_parameter(*blank) => {
                    if !self.blanks.contains(blank) {
                        self.blanks.push(*blank);
                    }
                    parts.push(Err(*blank));
                    continue;
                }
                Part::Blank(blank) => blank.spelling(self.style),
            };
            // What stands side by side is escaped together: `$` and `{` mean something only so.
            match parts.last_mut() {
                Some(Ok(last)) => last.push_str(spelt),
                _ => parts.push(Ok(spelt.to_owned())),
            }
        }
        if let [Err(blank)] = parts[..] {
            return L::alone(&L::parameter(blank));
        }
        let mut out = String::from(L::QUOTE);
        for (at, part) in parts.iter().enumerate() {
            match part {
                Ok(literal) => out.push_str(&L::escaped(literal, at + 1 < parts.len())),
                Err(blank) => out.push_str(&L::filled(&L::parameter(*blank))),
            }
        }
        out.push(L::QUOTE);
        out
    }

    /// A value whose first line is indented already; `depth` counts the levels around it.
    pub(super) fn value<L: Language>(&mut self, value: &BodyValue, depth: usize) -> String {
        match value {
            BodyValue::Null => "null".to_owned(),
            BodyValue::Bool(value) => value.to_string(),
            BodyValue::Number(number) => L::number(number),
            BodyValue::String(text) => self.text::<L>(text),
            BodyValue::Array(elements) if elements.is_empty() => "[]".to_owned(),
            BodyValue::Object(members) if members.is_empty() => "{}".to_owned(),
            BodyValue::Array(elements) => {
                let mut out = String::from("[\n");
                for element in elements {
                    let written = self.value::<L>(element, depth + 1);
                    line(&mut out, depth + 1, &format!("{written}{}", L::END_OF_ELEMENT));
                }
                out + &"  ".repeat(depth) + "]"
            }
            BodyValue::Object(members) => {
                let members: Vec<(String, String)> = members
                    .iter()
                    .map(|(name, value)| (self.name_of::<L>(name), self.value::<L>(value, depth + 1)))
                    .collect();
                let mut out = String::from("{\n");
                for written in aligned::<L>(&members) {
                    line(&mut out, depth + 1, &written);
                }
                out + &"  ".repeat(depth) + "}"
            }
        }
    }

    /// A member of an object.
    pub(super) fn member<L: Language>(&mut self, name: &Text, value: &BodyValue, depth: usize) -> String {
        format!("{}{}{}", self.name_of::<L>(name), L::BETWEEN, self.value::<L>(value, depth))
    }

    fn name_of<L: Language>(&mut self, name: &Text) -> String {
        match name.parts() {
            [Part::Literal(literal)] if L::is_bare(literal) => literal.clone(),
            _ => self.name::<L>(name),
        }
    }

    /// A name that is computed stands in quotes, or it would be taken for itself.
    fn name<L: Language>(&mut self, name: &Text) -> String {
        match name.parts() {
            [Part::Blank(blank)] if self.is_parameter(*blank) => {
                if !self.blanks.contains(blank) {
                    self.blanks.push(*blank);
                }
                format!("{0}{1}{0}", L::QUOTE, L::filled(&L::parameter(*blank)))
            }
            _ => self.text::<L>(name),
        }
    }
}

/// Members as lines: those of one line that follow each other have their values below each other.
pub(super) fn aligned<L: Language>(members: &[(String, String)]) -> Vec<String> {
    let is_line = |(_, value): &(String, String)| L::ALIGNS && !value.contains('\n');
    let mut out = Vec::new();
    for run in members.chunk_by(|one, next| is_line(one) == is_line(next)) {
        let lengths = run.iter().filter(|member| is_line(member)).map(|(name, _)| name.chars().count());
        let width = lengths.max().unwrap_or_default();
        out.extend(run.iter().map(|(name, value)| format!("{name:width$}{}{value}", L::BETWEEN)));
    }
    out
}

fn line(out: &mut String, depth: usize, text: &str) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(text);
    out.push('\n');
}

/// True for what no text should show.
pub(super) fn is_secret(blank: Blank) -> bool {
    matches!(blank, Blank::AccessToken | Blank::AdminPassword)
}

/// A text as part of a comment, which ends with its line.
pub(super) fn in_comment(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect()
}

/// The body without `null`s in the map of identities: nothing that is declared takes something away.
pub(super) fn without_removals(identity: &BodyValue) -> BodyValue {
    let BodyValue::Object(members) = identity else { return identity.clone() };
    let members = members.iter().map(|(name, value)| {
        let kept = match value {
            BodyValue::Object(ids) => BodyValue::Object(
                ids.iter().filter(|(_, value)| *value != BodyValue::Null).cloned().collect(),
            ),
            other => other.clone(),
        };
        (name.clone(), kept)
    });
    let is_empty = |value: &BodyValue| matches!(value, BodyValue::Object(ids) if ids.is_empty());
    BodyValue::Object(members.filter(|(_, value)| !is_empty(value)).collect())
}

/// The identities that a resource is to have, as it declares them.
pub(super) fn declared(after: &crate::arm::Identity) -> BodyValue {
    let string = |text: &str| BodyValue::String(Text::new(text));
    let mut members = vec![(Text::new("type"), string(&after.identity_type().to_string()))];
    if after.user_assigned.iter().len() > 0 {
        let ids =
            after.user_assigned.iter().map(|id| (Text::new(id.as_str()), BodyValue::Object(Vec::new())));
        members.push((Text::new("userAssignedIdentities"), BodyValue::Object(ids.collect())));
    }
    BodyValue::Object(members)
}

/// Whether a request for a machine says all of it: a PUT with its properties.
pub(super) fn is_whole(body: &BodyValue) -> bool {
    body.member("properties").is_some()
}
