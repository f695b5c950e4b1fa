//! The tree of a body as the `jsonschema` crate reads it: in place, nothing copied.
//!
//! A member that is misspelt, but means a property of its object, is read under the property's name once that
//! is known ([`Reading`]): its value is then checked as what it is meant to be.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, JsonNumber, Node as JsonNode, NodeIdentity, Object, cmp, unique};
use serde_json::{Number, Value};

use crate::json::{Elements, Kind, Members, Node, Tree};

/// Errors that one pass over a body may find before it stops looking.
const MAX_ERRORS: u32 = 200;

/// Our tree as a representation of JSON.
#[derive(Debug)]
pub(super) struct Body;

/// How a body is read: what its misspelt members are meant to be.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// By the index of the name's node.
    names: HashMap<u32, String>,
    /// A text with more errors than can be shown is not looked through to its end.
    errors: Cell<u32>,
}

impl Reading {
    /// Reads the member called by the node `name` as the property `meant`.
    pub(super) fn rename(&mut self, name: Node<'_>, meant: &str) {
        self.names.insert(name.index(), meant.to_owned());
    }

    /// The name as it is read.
    pub(super) fn name<'a>(&'a self, name: Node<'a>) -> Cow<'a, str> {
        match self.names.get(&name.index()) {
            Some(meant) => Cow::Borrowed(meant),
            None => name.as_str().unwrap_or_default(),
        }
    }

    /// Begins another pass.
    pub(super) fn restart(&self) {
        self.errors.set(0);
    }

    fn is_done(&self) -> bool {
        self.errors.get() >= MAX_ERRORS
    }
}

/// A node on its way through the validator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instance<'a> {
    node: Node<'a>,
    reading: Option<&'a Reading>,
}

impl<'a> Instance<'a> {
    /// The node as it is written.
    pub(super) fn written(node: Node<'a>) -> Self {
        Self { node, reading: None }
    }

    /// The node as it is read.
    pub(super) fn read(node: Node<'a>, reading: &'a Reading) -> Self {
        Self { node, reading: Some(reading) }
    }

    /// The node itself.
    pub(super) fn node(self) -> Node<'a> {
        self.node
    }

    fn name_of(self, name: Node<'a>) -> Cow<'a, str> {
        match self.reading {
            Some(reading) => reading.name(name),
            None => name.as_str().unwrap_or_default(),
        }
    }

    fn is_done(self) -> bool {
        self.reading.is_some_and(Reading::is_done)
    }
}

impl Json for Body {
    type Node<'a> = Instance<'a>;
    type PreparedKey = Box<str>;
    type StringBuffer = Option<Tree<'static>>;

    // A lookup walks through the members: one walk serves better than several.
    const KEYS_PER_LOOKUP: usize = 16;
    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>(
        buffer: &mut Self::StringBuffer,
        string: &str,
        f: impl FnOnce(Instance<'_>) -> T,
    ) -> T {
        let tree = buffer.insert(Tree::of_string(string));
        f(Instance { node: tree.only(), reading: None })
    }
}

impl<'a> JsonNode<'a, Body> for Instance<'a> {
    type Object = Self;
    type Array = Self;
    type Number = Digits<'a>;

    fn as_object(&self) -> Option<Self> {
        (self.node.kind() == Kind::Object).then_some(*self)
    }

    fn as_array(&self) -> Option<Self> {
        (self.node.kind() == Kind::Array).then_some(*self)
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        self.node.as_str()
    }

    fn as_number(&self) -> Option<Digits<'a>> {
        self.node.number().map(Digits)
    }

    fn is_number(&self) -> bool {
        self.node.kind() == Kind::Number
    }

    fn as_boolean(&self) -> Option<bool> {
        self.node.as_bool()
    }

    fn is_null(&self) -> bool {
        self.json_type() == JsonType::Null
    }

    fn json_type(&self) -> JsonType {
        match self.node.kind() {
            // Nothing is said of an unknown value, whatever its type: see `validate`.
            Kind::Null | Kind::Placeholder | Kind::Unknown => JsonType::Null,
            Kind::True | Kind::False => JsonType::Boolean,
            Kind::Number => JsonType::Number,
            Kind::String => JsonType::String,
            Kind::Array => JsonType::Array,
            Kind::Object => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (self.node.kind(), expected) {
            (Kind::String, Value::String(text)) => self.node.as_str().is_some_and(|own| own == *text),
            (Kind::String, _) | (_, Value::String(_)) => false,
            _ => cmp::equal(&self.node.to_value(), expected),
        }
    }

    /// In a [`Reading`] not the value, but which node it is: errors carry this, and it is all that is asked of
    /// them. Without one, the value.
    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(match self.reading {
            Some(reading) => {
                reading.errors.set(reading.errors.get() + 1);
                Value::from(self.node.index())
            }
            None => self.node.to_value(),
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        let tree: *const Tree<'_> = self.node.tree();
        Some(NodeIdentity::tagged(tree as usize, self.node.index()))
    }
}

impl<'a> Object<'a, Body> for Instance<'a> {
    type Node = Self;
    type MemberName = Cow<'a, str>;
    type MembersIter = NamedViews<'a>;

    fn len(&self) -> usize {
        self.node.members().count()
    }

    fn is_empty(&self) -> bool {
        self.node.members().next().is_none()
    }

    fn get(&self, key: &Box<str>) -> Option<Self> {
        let found = match self.reading {
            None => self.node.get(key),
            Some(reading) => {
                self.node.members().find(|(name, _)| reading.name(*name) == **key).map(|(_, value)| value)
            }
        };
        found.map(|node| Self { node, ..*self })
    }

    fn members(&self) -> NamedViews<'a> {
        NamedViews { object: *self, members: self.node.members() }
    }
}

impl<'a> Array<'a, Body> for Instance<'a> {
    type Node = Self;
    type ElementsIter = Views<'a>;

    fn len(&self) -> usize {
        self.node.elements().count()
    }

    fn elements(&self) -> Views<'a> {
        Views { array: *self, elements: self.node.elements() }
    }

    fn is_unique(&self) -> bool {
        let values: Vec<Cow<'_, Value>> =
            self.node.elements().map(|element| Cow::Owned(element.to_value())).collect();
        unique::is_unique(&values)
    }
}

/// The members of an object.
#[derive(Debug)]
pub(super) struct NamedViews<'a> {
    object: Instance<'a>,
    members: Members<'a>,
}

impl<'a> Iterator for NamedViews<'a> {
    type Item = (Cow<'a, str>, Instance<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.object.is_done() {
            return None;
        }
        let (name, node) = self.members.next()?;
        Some((self.object.name_of(name), Instance { node, ..self.object }))
    }
}

/// The elements of an array.
#[derive(Debug)]
pub(super) struct Views<'a> {
    array: Instance<'a>,
    elements: Elements<'a>,
}

impl<'a> Iterator for Views<'a> {
    type Item = Instance<'a>;

    fn next(&mut self) -> Option<Instance<'a>> {
        if self.array.is_done() {
            return None;
        }
        self.elements.next().map(|node| Instance { node, ..self.array })
    }
}

/// A number as it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digits<'a>(&'a str);

impl JsonNumber for Digits<'_> {
    fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    fn as_f64(&self) -> Option<f64> {
        self.0.parse().ok()
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }

    fn to_number(&self) -> Cow<'_, Number> {
        // A number that is out of range is the largest one, on the side that it is on.
        let largest = if self.0.starts_with('-') { f64::MIN } else { f64::MAX };
        let number = self.0.parse().ok().or_else(|| Number::from_f64(largest));
        Cow::Owned(number.unwrap_or_else(|| Number::from(0)))
    }

    fn is_integer(&self) -> bool {
        let digits = self.0.strip_prefix('-').unwrap_or(self.0);
        digits.bytes().all(|byte| byte.is_ascii_digit())
            || self.as_f64().is_some_and(|number| number.is_finite() && number.fract() == 0.0)
    }
}

#[cfg(test)]
mod tests {
    use jsonschema::json::conformance::{assert_conformance, document};
    use proptest::prelude::*;

    use super::*;
    use crate::json::Dialect;

    #[test]
    fn it_is_what_the_validator_takes_for_json() {
        let text = document().to_string();
        let tree = Tree::parse(&text, Dialect::STRICT);
        let root = tree.root().expect("a value");
        assert_conformance::<Body>(&Instance::written(root));
    }

    #[test]
    fn a_member_is_found_under_the_name_that_is_meant() {
        let tree = Tree::parse(r#"{"Locaton": "westus"}"#, Dialect::STRICT);
        let root = tree.root().expect("a value");
        let mut reading = Reading::default();
        let (name, _) = root.members().next().expect("a member");
        reading.rename(name, "location");
        let instance = Instance::read(root, &reading);
        assert!(Object::get(&instance, &Body::prepare_key("location")).is_some());
        assert!(Object::get(&instance, &Body::prepare_key("Locaton")).is_none());
        let names: Vec<_> = Object::members(&instance).map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["location"]);
    }

    #[test]
    fn a_number_out_of_range_is_the_largest_on_its_side() {
        let number = |text| Digits(text).to_number().as_f64();
        assert_eq!(number("1e999"), Some(f64::MAX));
        assert_eq!(number("-1e999"), Some(f64::MIN));
        assert!(Digits("1.0").is_integer() && Digits("1e2").is_integer() && !Digits("1.5").is_integer());
        assert!(Digits("123456789012345678901234567890").is_integer());
    }

    proptest! {
        #[test]
        fn any_value_equals_itself_and_itself_only(left in value(), right in value()) {
            let (one, other) = (left.to_string(), right.to_string());
            let tree = Tree::parse(&one, Dialect::STRICT);
            let instance = Instance::written(tree.root().expect("a value"));
            prop_assert!(instance.equals_value(&left));
            prop_assert_eq!(instance.equals_value(&right), cmp::equal(&left, &right), "{} {}", one, other);
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            (-5_i64..5).prop_map(Value::from),
            "[a-c\"\\\\é]{0,3}".prop_map(Value::String),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                prop::collection::vec(("[a-c]{1,2}", inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }
}
