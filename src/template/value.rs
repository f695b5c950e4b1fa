//! What expressions give: JSON's kinds, and expressions that only a deployment can finish.

mod read;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use self::read::Reading;
use crate::json::Node;

/// Containers within containers; nothing in a template that anybody wrote is half as deep.
pub const MAX_DEPTH: u16 = 200;

/// Which text a value was written in: 0 is the template that was read, others are parameter files and linked
/// templates in the order in which they were added.
pub type Document = u16;

/// Where in a text a value was written: a node of the tree that was read. For what an expression computes, the string
/// that holds the expression; for what it only hands on (`parameters`, `variables`, a member of one, a branch of
/// `if`), the value that was handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The text.
    pub document: Document,
    /// The node's [`Node::index`].
    pub node: u32,
}

/// A value with the place at which it was written.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// Where the text has it; `None` for what only the program made, as the scope's names.
    pub place: Option<Place>,
}

/// What a value is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Data {
    /// `null`.
    Null,
    /// A Boolean.
    Bool(bool),
    /// An integer of 64 bits, as ARM has them.
    Int(i64),
    /// A number with a fraction or exponent, or too large for an integer.
    Float(f64),
    /// A text.
    Text(Arc<str>),
    /// An array.
    Array(Arc<Array>),
    /// An object.
    Object(Arc<Object>),
    /// What only a deployment knows, as the expression that is left of it.
    Open(Arc<Open>),
}

/// The elements of an array.
#[derive(Debug, Default)]
pub struct Array {
    items: Vec<Value>,
    weight: u64,
    depth: u16,
    is_open: bool,
    has_brackets: bool,
    /// It stands for any number of elements like those: the count of the loop that makes them is not known.
    has_more: bool,
}

/// The members of an object, in order. Names are compared without regard to case when a member is looked up, as ARM
/// does, and letter for letter when one is added by `createObject`.
#[derive(Debug, Default)]
pub struct Object {
    members: Vec<Member>,
    weight: u64,
    depth: u16,
    is_open: bool,
    has_brackets: bool,
    /// Members that it lacks here and may have in a deployment: the expression that stands for the object.
    pub(super) rest: Option<Arc<str>>,
    by_name: OnceLock<HashMap<String, u32>>,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name.
    pub name: Arc<str>,
    /// Where the name is written.
    pub place: Option<Place>,
    /// Its value.
    pub value: Value,
}

/// What is left of an expression, everything known folded into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The expression without the brackets around it.
    pub text: String,
    /// Why it cannot be finished.
    pub reason: Reason,
    /// The resource of the template that it stands for: `reference('x')`.
    pub(super) reference: Option<Reference>,
}

/// A `reference()` to a resource of the same deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) deployment: u32,
    pub(super) instance: u32,
    /// `reference(…, …, 'Full')`: the resource, not only its properties.
    pub(super) is_full: bool,
}

/// Why an expression is left over. Ordered: what depends on both a parameter and the deployment is the deployment's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A parameter without a default has no value yet.
    Parameter,
    /// A loop whose count is not known stands once; its index.
    Index,
    /// It is secret: what a secure parameter was given.
    Secure,
    /// Only a deployment knows it.
    Deployment,
}

/// The kinds of values, named as ARM's messages name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ValueKind {
    /// `null`
    Null,
    /// A Boolean.
    Boolean,
    /// An integer.
    Integer,
    /// Any other number.
    Float,
    /// A text.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
    /// Not known.
    Open,
}

impl ValueKind {
    /// The word that ARM's messages have for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Null => "Null",
            Self::Boolean => "Boolean",
            Self::Integer => "Integer",
            Self::Float => "Float",
            Self::String => "String",
            Self::Array => "Array",
            Self::Object => "Object",
            Self::Open => "Function",
        }
    }
}

impl From<Data> for Value {
    fn from(data: Data) -> Self {
        Self { data, place: None }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Data::Text(text.into()).into()
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Data::Text(text.into()).into()
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Data::Bool(value).into()
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Data::Int(value).into()
    }
}

impl Value {
    /// `null`, written nowhere.
    pub const NULL: Self = Self { data: Data::Null, place: None };

    /// An array of these.
    pub fn array(items: Vec<Value>) -> Self {
        Data::Array(Arc::new(Array::new(items))).into()
    }

    /// An array that stands for any number of elements like these.
    pub(super) fn array_of_more(items: Vec<Value>) -> Self {
        Data::Array(Arc::new(Array { is_open: true, has_more: true, ..Array::new(items) })).into()
    }

    /// True for an array of which only a deployment knows how many elements it has.
    pub(super) fn has_more(&self) -> bool {
        matches!(&self.data, Data::Array(array) if array.has_more)
    }

    /// An object of these.
    pub fn object(members: Vec<Member>) -> Self {
        Data::Object(Arc::new(Object::new(members))).into()
    }

    /// What is left of an expression.
    pub fn open(text: impl Into<String>, reason: Reason) -> Self {
        Data::Open(Arc::new(Open { text: text.into(), reason, reference: None })).into()
    }

    /// The same value, written at `place`.
    #[must_use]
    pub fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    /// The same value; written at `place` if it was written nowhere.
    #[must_use]
    pub fn or_at(mut self, place: Option<Place>) -> Self {
        self.place = self.place.or(place);
        self
    }

    /// The same value, of which a deployment may know more: `rest` is the expression for it.
    #[must_use]
    pub(super) fn with_rest(self, rest: &str) -> Self {
        let data = match &self.data {
            Data::Object(object) if object.rest.is_none() => {
                // A null leaves it to the service.
                let members = object.members.iter().filter(|it| !it.value.is_null()).cloned().collect();
                Data::Object(Arc::new(Object::partial(members, rest)))
            }
            Data::Array(array) => {
                let item = |(at, it): (usize, &Value)| it.clone().with_rest(&format!("{rest}[{at}]"));
                Data::Array(Arc::new(Array::new(array.items.iter().enumerate().map(item).collect())))
            }
            _ => return self,
        };
        Self { data, place: self.place }
    }

    /// The same value, written nowhere.
    #[must_use]
    pub fn unplaced(self) -> Self {
        let data = match self.data {
            Data::Array(array) => {
                return Value::array(array.items.iter().cloned().map(Value::unplaced).collect());
            }
            Data::Object(object) => {
                let member = |it: &Member| Member {
                    name: Arc::clone(&it.name),
                    place: None,
                    value: it.value.clone().unplaced(),
                };
                return Value::object(object.members.iter().map(member).collect());
            }
            data => data,
        };
        Self { data, place: None }
    }

    /// Calls `see` with each expression in it that is left over.
    pub fn each_open(&self, see: &mut dyn FnMut(&Open)) {
        match &self.data {
            Data::Open(open) => see(open),
            Data::Array(array) if array.is_open => array.items.iter().for_each(|it| it.each_open(see)),
            Data::Object(object) if object.is_open => {
                object.members.iter().for_each(|it| it.value.each_open(see));
            }
            _ => {}
        }
    }

    /// What kind it is of.
    pub fn kind(&self) -> ValueKind {
        match &self.data {
            Data::Null => ValueKind::Null,
            Data::Bool(_) => ValueKind::Boolean,
            Data::Int(_) => ValueKind::Integer,
            Data::Float(_) => ValueKind::Float,
            Data::Text(_) => ValueKind::String,
            Data::Array(_) => ValueKind::Array,
            Data::Object(_) => ValueKind::Object,
            Data::Open(_) => ValueKind::Open,
        }
    }

    /// A text.
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// An integer.
    pub fn as_int(&self) -> Option<i64> {
        match self.data {
            Data::Int(value) => Some(value),
            _ => None,
        }
    }

    /// A Boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// An array's elements.
    pub fn as_array(&self) -> Option<&[Value]> {
        match &self.data {
            Data::Array(array) => Some(&array.items),
            _ => None,
        }
    }

    /// An object.
    pub fn as_object(&self) -> Option<&Object> {
        match &self.data {
            Data::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The member of an object, its name compared without regard to case.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_object()?.get(name)
    }

    /// What is left of an expression.
    pub fn as_open(&self) -> Option<&Open> {
        match &self.data {
            Data::Open(open) => Some(open),
            _ => None,
        }
    }

    /// True for `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// True if nothing of it is known.
    pub fn is_open(&self) -> bool {
        matches!(self.data, Data::Open(_))
    }

    /// True if it or anything in it is not known.
    pub fn has_open(&self) -> bool {
        match &self.data {
            Data::Open(_) => true,
            Data::Array(array) => array.is_open,
            Data::Object(object) => object.is_open,
            _ => false,
        }
    }

    fn has_brackets(&self) -> bool {
        match &self.data {
            Data::Text(text) => text.starts_with('['),
            Data::Array(array) => array.has_brackets,
            Data::Object(object) => object.has_brackets,
            _ => false,
        }
    }

    /// Why it is not known, if anything in it is not: the gravest reason.
    pub fn reason(&self) -> Option<Reason> {
        match &self.data {
            Data::Open(open) => Some(open.reason),
            Data::Array(array) if array.is_open => {
                let own = array.has_more.then_some(Reason::Index);
                array.items.iter().filter_map(Value::reason).max().max(own)
            }
            Data::Object(object) if object.is_open => {
                let rest = object.rest.as_ref().map(|_| Reason::Deployment);
                object.members.iter().filter_map(|it| it.value.reason()).max().max(rest)
            }
            _ => None,
        }
    }

    /// About how many bytes it takes as JSON; saturates.
    pub fn weight(&self) -> u64 {
        match &self.data {
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Float(_) => 8,
            Data::Text(text) => text.len() as u64 + 4,
            Data::Array(array) => array.weight,
            Data::Object(object) => object.weight,
            Data::Open(open) => open.text.len() as u64 + 4,
        }
    }

    /// Containers within it, itself included.
    pub fn depth(&self) -> u16 {
        match &self.data {
            Data::Array(array) => array.depth,
            Data::Object(object) => object.depth,
            _ => 0,
        }
    }

    /// True if both are the same JSON: kinds count, the order of members does not, names mind case. What is not known
    /// equals what is written the same. Ends at any depth: values are not deeper than [`MAX_DEPTH`].
    pub fn same(&self, other: &Value) -> bool {
        match (&self.data, &other.data) {
            (Data::Null, Data::Null) => true,
            (Data::Bool(a), Data::Bool(b)) => a == b,
            (Data::Int(a), Data::Int(b)) => a == b,
            #[expect(clippy::float_cmp, reason = "as the library compares them")]
            (Data::Float(a), Data::Float(b)) => a == b,
            (Data::Text(a), Data::Text(b)) => a == b,
            (Data::Array(a), Data::Array(b)) => {
                Arc::ptr_eq(a, b)
                    || a.weight == b.weight
                        && a.items.len() == b.items.len()
                        && a.items.iter().zip(&b.items).all(|(a, b)| a.same(b))
            }
            (Data::Object(a), Data::Object(b)) => {
                Arc::ptr_eq(a, b)
                    || a.weight == b.weight
                        && a.members.len() == b.members.len()
                        && a.members
                            .iter()
                            .all(|it| b.exact(&it.name).is_some_and(|value| it.value.same(value)))
            }
            (Data::Open(a), Data::Open(b)) => a.text == b.text,
            _ => false,
        }
    }

    /// JSON; what is not known as the text `[expression]`. Texts that look so are not told apart: a body has them as
    /// they are sent.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.data {
            Data::Null => Json::Null,
            Data::Bool(value) => Json::Bool(*value),
            Data::Int(value) => Json::from(*value),
            Data::Float(value) => serde_json::Number::from_f64(*value).map_or(Json::Null, Json::Number),
            Data::Text(text) => Json::String(text.to_string()),
            Data::Array(array) => Json::Array(array.items.iter().map(Value::to_json).collect()),
            Data::Object(object) => Json::Object(
                object.members.iter().map(|it| (it.name.to_string(), it.value.to_json())).collect(),
            ),
            Data::Open(open) => Json::String(format!("[{}]", open.text)),
        }
    }

    /// The value as an expression writes it, without brackets: `createArray('a', 1)`.
    pub fn write_expression(&self, out: &mut String) {
        match &self.data {
            Data::Null => out.push_str("null()"),
            Data::Bool(value) => out.push_str(if *value { "true()" } else { "false()" }),
            Data::Int(value) => out.push_str(&value.to_string()),
            Data::Float(value) => {
                out.push_str("json('");
                out.push_str(&float_json(*value));
                out.push_str("')");
            }
            Data::Text(text) => write_literal(text, out),
            Data::Array(array) => {
                out.push_str("createArray(");
                for (index, item) in array.items.iter().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    item.write_expression(out);
                }
                out.push(')');
            }
            Data::Object(object) => {
                if let Some(rest) = &object.rest {
                    out.push_str(rest);
                    return;
                }
                out.push_str("createObject(");
                for (index, member) in object.members.iter().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    write_literal(&member.name, out);
                    out.push_str(", ");
                    member.value.write_expression(out);
                }
                out.push(')');
            }
            Data::Open(open) => out.push_str(&open.text),
        }
    }

    /// The value that a node writes, nothing in it evaluated.
    pub fn from_node(node: Node<'_>, document: Document) -> Self {
        Reading::of(document).value(node)
    }
}

/// A number as JSON writes it. Integers beyond 64 bits are kept as floats.
pub(super) fn number(text: &str) -> Data {
    match text.parse::<i64>() {
        Ok(value) => Data::Int(value),
        Err(_) => text.parse::<f64>().map_or(Data::Null, Data::Float),
    }
}

/// A float as ARM's library writes it in JSON: with a fraction or an exponent.
pub(super) fn float_json(value: f64) -> String {
    let text = super::number_format::shortest(value);
    if text.contains(['.', 'E', 'N', 'I']) { text } else { format!("{text}.0") }
}

fn write_literal(text: &str, out: &mut String) {
    out.push('\'');
    out.push_str(&text.replace('\'', "''"));
    out.push('\'');
}

impl Array {
    fn new(items: Vec<Value>) -> Self {
        let weight = items.iter().fold(2, |sum: u64, it| sum.saturating_add(it.weight()));
        let depth = items.iter().map(Value::depth).max().unwrap_or_default().saturating_add(1);
        let is_open = items.iter().any(Value::has_open);
        let has_brackets = items.iter().any(Value::has_brackets);
        Self { items, weight, depth, is_open, has_brackets, has_more: false }
    }

    /// True if anything in it may be an expression or a loop.
    pub(super) fn has_brackets(&self) -> bool {
        self.has_brackets
    }
}

/// More members than are looked through one by one.
const FEW: usize = 12;

impl Object {
    fn new(members: Vec<Member>) -> Self {
        let sum = |sum: u64, it: &Member| sum.saturating_add(it.name.len() as u64 + 4 + it.value.weight());
        let weight = members.iter().fold(2, sum);
        let depth = members.iter().map(|it| it.value.depth()).max().unwrap_or_default().saturating_add(1);
        let is_open = members.iter().any(|it| it.value.has_open());
        let may_evaluate =
            |it: &Member| it.name.starts_with('[') || same_name(&it.name, "copy") || it.value.has_brackets();
        let has_brackets = members.iter().any(may_evaluate);
        Self { members, weight, depth, is_open, has_brackets, rest: None, by_name: OnceLock::new() }
    }

    /// True if anything in it may be an expression or a loop.
    pub(super) fn has_brackets(&self) -> bool {
        self.has_brackets
    }

    /// An object that a deployment may know more members of; `rest` is the expression for it.
    pub(super) fn partial(members: Vec<Member>, rest: &str) -> Self {
        Self { rest: Some(rest.into()), is_open: true, ..Self::new(members) }
    }

    /// The expression for members that only a deployment knows, if there may be such.
    pub fn rest(&self) -> Option<&str> {
        self.rest.as_deref()
    }

    /// The members in order.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// True if it has no members.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// How many members it has.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// The value of the member called `name`, without regard to case; one spelt so exactly comes first.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.member(name).map(|member| &member.value)
    }

    /// The member called `name`, likewise.
    pub fn member(&self, name: &str) -> Option<&Member> {
        if self.members.len() <= FEW {
            return self
                .members
                .iter()
                .find(|it| *it.name == *name)
                .or_else(|| self.members.iter().find(|it| same_name(&it.name, name)));
        }
        let index = self.names().get(&name.to_lowercase())?;
        self.members.get(*index as usize)
    }

    /// The value of the member called `name`, letter for letter.
    pub fn exact(&self, name: &str) -> Option<&Value> {
        match self.member(name) {
            Some(member) if *member.name == *name => Some(&member.value),
            Some(_) => self.members.iter().find(|it| *it.name == *name).map(|it| &it.value),
            None => None,
        }
    }

    fn names(&self) -> &HashMap<String, u32> {
        self.by_name.get_or_init(|| {
            self.members
                .iter()
                .enumerate()
                .rev()
                .map(|(at, it)| (it.name.to_lowercase(), at as u32))
                .collect()
        })
    }
}

/// True if two names are the same to ARM, which does not regard case.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || (!a.is_ascii() && a.to_lowercase() == b.to_lowercase())
}

impl Member {
    /// A member that is written nowhere.
    pub fn new(name: impl Into<Arc<str>>, value: impl Into<Value>) -> Self {
        Self { name: name.into(), place: None, value: value.into() }
    }
}
