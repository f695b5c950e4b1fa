//! Which variant of an object a body means, and the values that are secrets in the one that it means.

use std::borrow::Cow;

use super::super::{Form, InVersion, Object, Property, Variants};
use super::Asked;
use crate::arm::contains_placeholder;
use crate::arm::expression::is_computed;
use crate::json::{Kind, Node};

/// The members of `body` whose values are secrets, with their names, in the order of the text.
pub(in crate::schema) fn sensitive<'t>(
    described: InVersion<'_>,
    asked: Asked<'_>,
    body: Node<'t>,
) -> Vec<(Node<'t>, Node<'t>)> {
    let mut found = Vec::new();
    let mut open = vec![(body, described.shape(), true)];
    while let Some((node, shape, is_root)) = open.pop() {
        match (node.kind(), shape.form()) {
            (Kind::Array, Form::List { item, .. }) => {
                open.extend(node.elements().map(|element| (element, item, false)));
            }
            (Kind::Object, Form::Object(_) | Form::Variants(_)) => {
                let objects = match shape.form() {
                    Form::Variants(variants) => {
                        match chosen(variants, node, asked.name.filter(|_| is_root)) {
                            Choice::Variant(_, object) => vec![object, variants.base()],
                            _ => vec![variants.base()],
                        }
                    }
                    _ => shape.objects(),
                };
                for (name, value) in node.members() {
                    let Some(text) = name.as_str() else { continue };
                    let property = objects.iter().find_map(|it| it.property(&text)).map(Property::shape);
                    let Some(shape) = property.or_else(|| objects.first().and_then(|it| it.others())) else {
                        continue;
                    };
                    if shape.is_sensitive() {
                        found.push((name, value));
                    } else {
                        open.push((value, shape, false));
                    }
                }
            }
            _ => {}
        }
    }
    found.sort_by_key(|(name, _)| name.index());
    found
}

/// Which variant of an object is meant.
pub(super) enum Choice<'p, 't> {
    /// This one, with the value as it was published.
    Variant(&'p str, Object<'p>),
    /// The text leaves it open, or no variant is described.
    Open,
    /// There is no discriminator.
    Missing,
    /// There is no such variant.
    Unknown(Option<Node<'t>>),
}

pub(super) fn chosen<'p, 't>(variants: Variants<'p>, node: Node<'t>, name: Option<&str>) -> Choice<'p, 't> {
    if variants.keys().is_empty() {
        return Choice::Open;
    }
    let member = node.member(variants.discriminator()).map(|(_, value)| value);
    let said = match (name, member) {
        (Some(name), _) => Cow::Borrowed(name),
        (None, Some(value)) if value.kind() == Kind::Null => return Choice::Missing,
        (None, Some(value)) => match value.as_str() {
            Some(text) if !value.is_repaired() && !contains_placeholder(&text) && !is_computed(&text) => text,
            Some(_) => return Choice::Open,
            None if value.is_unknown() => return Choice::Open,
            None => return Choice::Unknown(Some(value)),
        },
        (None, None) => return Choice::Missing,
    };
    match variants.variant(&said).map(|(right, shape)| (right, shape.form())) {
        Some((right, Form::Object(object))) => Choice::Variant(right, object),
        Some(_) => Choice::Open,
        None => Choice::Unknown(member.filter(|_| name.is_none())),
    }
}
