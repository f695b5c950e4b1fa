//! Ids that an expression computes: what its literals say of the provider and type, whatever the rest stands for.

use super::{Expression, Term};
use crate::arm::id_error::ResourceIdErrorKind as Kind;
use crate::arm::typed_id::parse_user_assigned;
use crate::text::Span;

/// Why an expression gives no id of a user-assigned identity.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdSlip {
    /// It gives the GUID of the identity's service principal: `reference(…).principalId`.
    Guid {
        /// The member's name.
        span: Span,
    },
    /// A literal is wrong.
    Literal {
        /// What is wrong with it.
        kind: Kind,
        /// Where in the expression.
        span: Span,
        /// What should stand there, where there is one reading.
        right: Option<&'static str>,
    },
}

/// A part of a text that an expression makes.
#[derive(Clone, Debug)]
enum Piece<'t> {
    /// Text, and where it stands in the expression if it does.
    Known { text: &'t str, at: Option<u32> },
    /// What only a deployment knows.
    Open,
}

/// What stands for the parts that are not known.
const OPEN: &str = "<unknown>";
/// More pieces than any author joins: `format` can repeat its arguments.
const MAX_PIECES: usize = 64;

/// What an expression or a part of it gives.
enum Value<'t> {
    Text(Vec<Piece<'t>>),
    /// What `reference` returns, or a member of that.
    Reference,
    /// The GUID of an identity.
    Guid(Span),
}

impl Value<'_> {
    fn open() -> Self {
        Value::Text(vec![Piece::Open])
    }
}

impl Expression<'_> {
    /// What is wrong with the id of a user-assigned identity that the expression computes, as far as its literals
    /// tell: the arguments of `resourceId`, `concat` and `format`, a member of a `reference` that is not an id.
    pub fn identity_slip(&self) -> Option<IdSlip> {
        let pieces = match self.id_value() {
            Value::Guid(span) => return Some(IdSlip::Guid { span }),
            Value::Reference => return None,
            Value::Text(pieces) => pieces,
        };
        let mut whole = String::new();
        let mut places = Vec::with_capacity(pieces.len());
        for piece in &pieces {
            let start = whole.len();
            let (text, at) = match piece {
                Piece::Known { text, at } => (*text, *at),
                Piece::Open => (OPEN, None),
            };
            whole.push_str(text);
            places.push((start..whole.len(), at));
        }
        let error = parse_user_assigned(&whole).err()?;
        let (right, is_certain) = match &error.kind {
            Kind::MisspeltSegment { right, .. }
            | Kind::MisspeltNamespace { right, .. }
            | Kind::MisspeltType { right, .. } => (Some(*right), true),
            Kind::OtherNamespace { .. } | Kind::OtherType { .. } => (None, true),
            // The rest may be fixed by what is not known.
            _ => (None, false),
        };
        let (place, at) = places
            .iter()
            .find(|(place, _)| place.start <= error.span.start && error.span.end <= place.end)?;
        let start = (*at)? + (error.span.start - place.start) as u32;
        let span = Span { start, end: start + error.span.len() as u32 };
        is_certain.then_some(IdSlip::Literal { kind: error.kind, span, right })
    }

    /// What the whole expression gives. Arguments come before their calls.
    fn id_value(&self) -> Value<'_> {
        let mut values: Vec<Option<Value<'_>>> = Vec::with_capacity(self.terms.len());
        for term in &self.terms {
            let mut take = |index: u32| {
                values.get_mut(index as usize).and_then(Option::take).unwrap_or_else(Value::open)
            };
            let value = match term {
                Term::Text(span) => Value::Text(vec![self.piece(*span)]),
                Term::Call { name, arguments } => {
                    let arguments = arguments.iter().map(|argument| take(*argument)).collect();
                    called(&self.text[name.range()], arguments)
                }
                Term::Part { base, name, .. } => match (take(*base), name) {
                    (Value::Reference, Some(name)) => self.member(*name),
                    (Value::Reference, None) => Value::Reference,
                    _ => Value::open(),
                },
                Term::Number(_) | Term::Word(_) => Value::open(),
            };
            values.push(Some(value));
        }
        values.get_mut(self.root as usize).and_then(Option::take).unwrap_or_else(Value::open)
    }

    fn piece(&self, span: Span) -> Piece<'_> {
        let content = Span { start: span.start + 1, end: span.end - 1 };
        match self.text.get(content.range()) {
            // A doubled quote stands for one; no id has any.
            Some(text) if !text.contains('\'') => Piece::Known { text, at: Some(content.start) },
            _ => Piece::Open,
        }
    }

    fn member(&self, name: Span) -> Value<'_> {
        let text = self.text.get(name.range()).unwrap_or_default();
        match text.to_ascii_lowercase().as_str() {
            "principalid" | "clientid" => Value::Guid(name),
            // With `'Full'` what is asked for stands among the properties; an output of a deployment is anything.
            "properties" => Value::Reference,
            _ => Value::open(),
        }
    }
}

fn called<'t>(name: &str, arguments: Vec<Value<'t>>) -> Value<'t> {
    let text = |value| match value {
        Value::Text(pieces) => pieces,
        Value::Reference | Value::Guid(_) => vec![Piece::Open],
    };
    let pieces = match name.to_ascii_lowercase().as_str() {
        "reference" => return Value::Reference,
        "concat" => arguments.into_iter().flat_map(text).collect(),
        "format" => formatted(&arguments.into_iter().map(text).collect::<Vec<_>>()),
        "resourceid" => resource_id(&arguments.into_iter().map(text).collect::<Vec<_>>()),
        _ => return Value::open(),
    };
    if pieces.is_empty() || pieces.len() > MAX_PIECES { Value::open() } else { Value::Text(pieces) }
}

/// `format('{0}/x', …)`.
fn formatted<'t>(arguments: &[Vec<Piece<'t>>]) -> Vec<Piece<'t>> {
    let Some(([Piece::Known { text, at }], rest)) = arguments.split_first().map(|(it, rest)| (&it[..], rest))
    else {
        return vec![Piece::Open];
    };
    let mut pieces = Vec::new();
    let mut done = 0;
    while let Some(open) = text[done..].find(['{', '}']).map(|it| done + it) {
        let argument = text[open..].find('}').map(|len| open + len).and_then(|close| {
            let index: usize = text.get(open + 1..close)?.parse().ok()?;
            Some((close, rest.get(index)?))
        });
        // Doubled braces, alignments: seen in no id.
        let Some((close, argument)) = argument else { return vec![Piece::Open] };
        if done < open {
            pieces.push(Piece::Known { text: &text[done..open], at: at.map(|at| at + done as u32) });
        }
        pieces.extend(argument.iter().cloned());
        if pieces.len() > MAX_PIECES {
            return vec![Piece::Open];
        }
        done = close + 1;
    }
    if done < text.len() {
        pieces.push(Piece::Known { text: &text[done..], at: at.map(|at| at + done as u32) });
    }
    pieces
}

/// `resourceId([subscription], [group], 'Namespace/type', name)`, of a type without parents.
fn resource_id<'t>(arguments: &[Vec<Piece<'t>>]) -> Vec<Piece<'t>> {
    let known = |text| Piece::Known { text, at: None };
    let kind = arguments.iter().enumerate().find_map(|(index, argument)| match argument[..] {
        [Piece::Known { text, at }] if text.contains('/') => Some((index, text, at)),
        _ => None,
    });
    let Some((index, text, at)) = kind else { return vec![Piece::Open] };
    // A slash too many at either end is taken.
    let trimmed = text.trim_start_matches('/');
    let at = at.map(|at| at + (text.len() - trimmed.len()) as u32);
    let trimmed = trimmed.trim_end_matches('/');
    if trimmed.matches('/').count() != 1 || arguments.len() != index + 2 {
        return vec![Piece::Open];
    }
    vec![
        known("/subscriptions/"),
        Piece::Open,
        known("/resourceGroups/"),
        Piece::Open,
        known("/providers/"),
        Piece::Known { text: trimmed, at },
        known("/"),
        Piece::Open,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slip(text: &str) -> Option<String> {
        let expression = Expression::parse(text).unwrap();
        expression.identity_slip().map(|slip| match slip {
            IdSlip::Guid { span } => format!("guid {}", &text[span.range()]),
            IdSlip::Literal { span, right, .. } => {
                format!("{} -> {}", &text[span.range()], right.unwrap_or("?"))
            }
        })
    }

    #[test]
    fn literals_of_computed_ids_are_looked_at() {
        for (text, wanted) in [
            (
                "[resourceID('Micrososft.ManagedIdentity/userAssignedIdentities/',variables('ID1'))]",
                "Micrososft.ManagedIdentity -> Microsoft.ManagedIdentity",
            ),
            (
                "[resourceId(parameters('s'), 'rg', 'Microsoft.ManagedIdentity/userAssignedIdentites', 'a')]",
                "userAssignedIdentites -> userAssignedIdentities",
            ),
            ("[resourceId('Microsoft.Compute/virtualMachines', 'a')]", "Microsoft.Compute -> ?"),
            (
                "[format('{0}', resourceId('Microsoft.ManagedIdentity/userAssignedIdentity', 'a'))]",
                "userAssignedIdentity -> userAssignedIdentities",
            ),
            (
                "[concat('/subscriptions/', subscription().subscriptionId, '/resourceGroup/', parameters('g'), '/providers/Microsoft.ManagedIdentity/userAssignedIdentities/x')]",
                "resourceGroup -> resourceGroups",
            ),
            (
                "[concat(resourceGroup().id, '/providers/Microsoft.ManagedIdentiy/userAssignedIdentities/', 'x')]",
                "Microsoft.ManagedIdentiy -> Microsoft.ManagedIdentity",
            ),
            (
                "[format('/subscriptions/{0}/resourceGroups/{1}/provider/Microsoft.ManagedIdentity/userAssignedIdentities/{2}', 'a', 'b', 'c')]",
                "provider -> providers",
            ),
            (
                "[reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'a'), '2018-11-30').principalId]",
                "guid principalId",
            ),
            ("[reference(variables('id'), '2018-11-30', 'Full').properties['clientId']]", "guid clientId"),
            ("[format('{0}', reference('uami').clientId)]", ""),
        ] {
            assert_eq!(slip(text).unwrap_or_default(), wanted, "{text}");
        }
    }

    #[test]
    fn what_a_deployment_may_make_right_is_left_alone() {
        for text in [
            "[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'a')]",
            "[resourceId('MICROSOFT.ManagedIdentity/userassignedidentities/', 'a')]",
            "[resourceId(variables('type'), 'a')]",
            "[resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'a', 'b')]",
            "[variables('id')]",
            "[concat(variables('id'))]",
            "[concat(parameters('prefix'), parameters('name'))]",
            "[concat(parameters('prefix'), '/userAssignedIdentities/', parameters('name'))]",
            "[concat('/subscriptions/', variables('rest'))]",
            "[concat(variables('a'), 'x')]",
            "[format('{0}{1}', variables('a'), variables('b'))]",
            "[reference('deployment').outputs.identityId.value]",
            "[reference('deployment').outputs.principalId.value]",
            "[if(true(), 'a', 'b')]",
            "[concat()]",
            "[concat('it''s', 1)]",
        ] {
            assert_eq!(slip(text), None, "{text}");
        }
        let mut text = "variables('a')".to_owned();
        for _ in 0..40 {
            text = format!("format('{{0}}{{0}}{{0}}', {text})");
        }
        assert_eq!(slip(&format!("[{text}]")), None);
    }
}
