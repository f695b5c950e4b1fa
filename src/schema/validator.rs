//! JSON Schema 2020-12 on our own tree: a body is validated in place, nothing is copied, and an error names its node.
//!
//! What a schema cannot be asked for (references out of its own definitions, `$dynamicRef`, patterns that need more than
//! one look at a letter) is refused when it is compiled, never passed over. `format` is a note, as the dialect has it.
//! The tests hold this against the `jsonschema` crate.

use std::collections::{HashMap, HashSet};

use percent_encoding::percent_decode_str;
use regex::Regex;
use serde_json::Value;

use super::node::{Reading, equals, is_integer, is_multiple, order, unique_form};
use super::pattern;
use crate::json::{Kind, Node};

/// A keyword of ours and JSON Schema's: the service sets the property.
pub(super) const READ_ONLY: &str = "readOnly";

/// The values of an open enum.
pub(super) const KNOWN_VALUES: &str = "x-armbody-known-values";

/// Errors of one pass over a body: one with more is not looked through to its end.
const MAX_ERRORS: usize = 200;
/// Schemas within each other at one value, and values within each other: past it nothing more is said.
const MAX_DEPTH: usize = 600;

/// A compiled schema.
pub(super) struct Validator {
    schemas: Vec<Schema>,
}

/// What cannot be compiled: the JSON pointer of a keyword, and what is wrong with it.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) pointer: String,
    pub(super) message: String,
}

/// An error of a body: the keyword's place in the schema, the node, the fault.
pub(super) struct Found<'v, 't> {
    pub(super) pointer: String,
    pub(super) node: Node<'t>,
    pub(super) fault: Fault<'v>,
}

/// What is wrong with a value.
pub(super) enum Fault<'v> {
    /// Members that the object should not have.
    Unexpected(Vec<String>),
    /// A member that it lacks.
    Required(&'v str),
    /// It is not of one of these types.
    Type(&'v [&'static str]),
    /// It is none of these values.
    Enum(&'v [Value]),
    /// It is not this value.
    Constant(&'v Value),
    /// It is not among those that are known.
    Unlisted,
    /// It is there, and the service sets it.
    ReadOnly,
    /// Something else, in words that follow `must`.
    Words(String),
}

#[derive(Default)]
struct Schema {
    pointer: String,
    keywords: Vec<Keyword>,
}

enum Keyword {
    /// `false`
    Never,
    Ref(usize),
    Type(Vec<&'static str>),
    Enum(Vec<Value>),
    Constant(Value),
    Known(Vec<String>),
    ReadOnly,
    /// The keyword, and the limit as it is written.
    Limit(Limit, String),
    /// The keyword, and the number.
    Count(Count, u64),
    MultipleOf(String),
    Pattern(Regex, String),
    UniqueItems,
    Object(Box<Object>),
    Required(Vec<String>),
    DependentRequired(Vec<(String, Vec<String>)>),
    DependentSchemas(Vec<(String, usize)>),
    PropertyNames(usize),
    Array {
        first: Vec<usize>,
        rest: Option<usize>,
    },
    Contains {
        schema: usize,
        least: u64,
        most: Option<u64>,
    },
    All(Vec<usize>),
    Any(Vec<usize>),
    One(Vec<usize>),
    Not(usize),
    If {
        condition: usize,
        then: Option<usize>,
        other: Option<usize>,
    },
    UnevaluatedProperties(usize),
    UnevaluatedItems(usize),
}

#[derive(Clone, Copy)]
enum Limit {
    Minimum,
    Maximum,
    ExclusiveMinimum,
    ExclusiveMaximum,
}

#[derive(Clone, Copy)]
enum Count {
    MinLength,
    MaxLength,
    MinItems,
    MaxItems,
    MinProperties,
    MaxProperties,
}

/// `properties`, `patternProperties` and `additionalProperties`, which speak of each other.
#[derive(Default)]
struct Object {
    named: HashMap<String, usize>,
    like: Vec<(Regex, usize)>,
    others: Option<usize>,
    is_closed: bool,
}

impl Object {
    /// The schemas of a member, or those of all others.
    fn of<'o>(&'o self, name: &'o str) -> (impl Iterator<Item = usize> + 'o, bool) {
        let named = self.named.get(name).copied();
        let like =
            self.like.iter().filter(move |(pattern, _)| pattern.is_match(name)).map(|(_, schema)| *schema);
        let is_other = named.is_none() && !self.like.iter().any(|(pattern, _)| pattern.is_match(name));
        (named.into_iter().chain(like), is_other)
    }
}

impl Validator {
    /// Compiles a schema, whose references lead to its own definitions.
    pub(super) fn new(schema: &Value) -> Result<Self, Refused> {
        let mut compiler =
            Compiler { root: schema, places: HashMap::new(), schemas: Vec::new(), open: Vec::new() };
        compiler.at(String::new(), schema);
        while let Some((index, value)) = compiler.open.pop() {
            let pointer = compiler.schemas[index].pointer.clone();
            compiler.schemas[index].keywords = compiler.keywords(&pointer, value)?;
        }
        let this = Self { schemas: compiler.schemas };
        match this.circle() {
            Some(pointer) => Err(Refused {
                pointer,
                message: "the schema leads back to itself at the same value".to_owned(),
            }),
            None => Ok(this),
        }
    }

    /// A schema that asks itself whether a value fits.
    fn circle(&self) -> Option<String> {
        // 0: not met, 1: what it leads to is being looked at, 2: done.
        let mut marks = vec![0_u8; self.schemas.len()];
        for start in 0..self.schemas.len() {
            let mut path = vec![(start, false)];
            while let Some((index, is_left)) = path.pop() {
                if is_left {
                    marks[index] = 2;
                    continue;
                }
                if marks[index] != 0 {
                    continue;
                }
                marks[index] = 1;
                path.push((index, true));
                for next in self.schemas[index].keywords.iter().flat_map(Keyword::at_the_same_value) {
                    match marks[next] {
                        0 => path.push((next, false)),
                        1 => return Some(self.schemas[next].pointer.clone()),
                        _ => {}
                    }
                }
            }
        }
        None
    }

    /// True if a body has no error.
    pub(super) fn is_valid(&self, body: Node<'_>) -> bool {
        let reading = Reading::default();
        Run { validator: self, reading: &reading, errors: 0, depth: 0 }.check(0, body, None)
    }

    /// The errors of a body as it is read, in the order of the text; not more than some 200.
    pub(super) fn errors<'v, 't>(&'v self, body: Node<'t>, reading: &Reading) -> Vec<Found<'v, 't>> {
        let mut found = Vec::new();
        Run { validator: self, reading, errors: 0, depth: 0 }.check(0, body, Some(&mut found));
        found.sort_by_key(|it| it.node.index());
        found
    }
}

impl Keyword {
    /// The schemas that are asked of the same value.
    fn at_the_same_value(&self) -> Vec<usize> {
        match self {
            Self::Ref(schema) | Self::Not(schema) => vec![*schema],
            Self::All(all) | Self::Any(all) | Self::One(all) => all.clone(),
            Self::If { condition, then, other } => {
                std::iter::once(*condition).chain(*then).chain(*other).collect()
            }
            Self::DependentSchemas(all) => all.iter().map(|(_, schema)| *schema).collect(),
            _ => Vec::new(),
        }
    }
}

struct Compiler<'s> {
    root: &'s Value,
    /// Schemas by their JSON pointers.
    places: HashMap<String, usize>,
    schemas: Vec<Schema>,
    /// Those whose keywords are not read yet.
    open: Vec<(usize, &'s Value)>,
}

impl<'s> Compiler<'s> {
    fn at(&mut self, pointer: String, schema: &'s Value) -> usize {
        if let Some(index) = self.places.get(&pointer) {
            return *index;
        }
        let index = self.schemas.len();
        self.places.insert(pointer.clone(), index);
        self.schemas.push(Schema { pointer, keywords: Vec::new() });
        self.open.push((index, schema));
        index
    }

    fn below(&mut self, pointer: &str, keyword: &str, schema: &'s Value) -> usize {
        self.at(format!("{pointer}/{keyword}"), schema)
    }

    fn named(
        &mut self,
        pointer: &str,
        keyword: &str,
        value: &'s Value,
    ) -> Result<Vec<(String, usize)>, Refused> {
        let members =
            value.as_object().ok_or_else(|| refused(pointer, keyword, "an object is expected here"))?;
        let of = |(name, schema): (&'s String, &'s Value)| {
            let pointer = format!("{pointer}/{keyword}/{}", name.replace('~', "~0").replace('/', "~1"));
            (name.clone(), self.at(pointer, schema))
        };
        Ok(members.iter().map(of).collect())
    }

    fn list(&mut self, pointer: &str, keyword: &str, value: &'s Value) -> Result<Vec<usize>, Refused> {
        let elements =
            value.as_array().ok_or_else(|| refused(pointer, keyword, "an array is expected here"))?;
        let of =
            |(index, schema): (usize, &'s Value)| self.at(format!("{pointer}/{keyword}/{index}"), schema);
        Ok(elements.iter().enumerate().map(of).collect())
    }

    fn keywords(&mut self, pointer: &str, schema: &'s Value) -> Result<Vec<Keyword>, Refused> {
        let members = match schema {
            Value::Bool(true) => return Ok(Vec::new()),
            Value::Bool(false) => return Ok(vec![Keyword::Never]),
            Value::Object(members) => members,
            _ => {
                let message = "a schema is an object, `true` or `false`".to_owned();
                return Err(Refused { pointer: pointer.to_owned(), message });
            }
        };
        let mut keywords = Vec::new();
        let mut last = Vec::new();
        let mut object = Object::default();
        for (name, value) in members {
            let name = name.as_str();
            keywords.push(match name {
                "$ref" => Keyword::Ref(self.reference(pointer, value)?),
                "type" => Keyword::Type(types(pointer, value)?),
                "enum" => match value {
                    Value::Array(values) => Keyword::Enum(values.clone()),
                    _ => return Err(refused(pointer, name, "an array is expected here")),
                },
                "const" => Keyword::Constant(value.clone()),
                KNOWN_VALUES => Keyword::Known(strings(value)),
                READ_ONLY if *value == Value::Bool(true) => Keyword::ReadOnly,
                "minimum" => Keyword::Limit(Limit::Minimum, number(pointer, name, value)?),
                "maximum" => Keyword::Limit(Limit::Maximum, number(pointer, name, value)?),
                "exclusiveMinimum" => Keyword::Limit(Limit::ExclusiveMinimum, number(pointer, name, value)?),
                "exclusiveMaximum" => Keyword::Limit(Limit::ExclusiveMaximum, number(pointer, name, value)?),
                "multipleOf" => Keyword::MultipleOf(number(pointer, name, value)?),
                "minLength" => Keyword::Count(Count::MinLength, count(pointer, name, value)?),
                "maxLength" => Keyword::Count(Count::MaxLength, count(pointer, name, value)?),
                "minItems" => Keyword::Count(Count::MinItems, count(pointer, name, value)?),
                "maxItems" => Keyword::Count(Count::MaxItems, count(pointer, name, value)?),
                "minProperties" => Keyword::Count(Count::MinProperties, count(pointer, name, value)?),
                "maxProperties" => Keyword::Count(Count::MaxProperties, count(pointer, name, value)?),
                "uniqueItems" if *value == Value::Bool(true) => Keyword::UniqueItems,
                "pattern" => {
                    let text = value.as_str().unwrap_or_default();
                    Keyword::Pattern(regex(pointer, name, text)?, text.to_owned())
                }
                "properties" => {
                    object.named = self.named(pointer, name, value)?.into_iter().collect();
                    continue;
                }
                "patternProperties" => {
                    for (text, schema) in self.named(pointer, name, value)? {
                        object.like.push((regex(pointer, name, &text)?, schema));
                    }
                    continue;
                }
                "additionalProperties" => {
                    object.is_closed = *value == Value::Bool(false);
                    object.others = (!object.is_closed).then(|| self.below(pointer, name, value));
                    continue;
                }
                "required" => Keyword::Required(strings(value)),
                "dependentRequired" => {
                    let members = value.as_object().into_iter().flatten();
                    Keyword::DependentRequired(
                        members.map(|(name, it)| (name.clone(), strings(it))).collect(),
                    )
                }
                "dependentSchemas" => Keyword::DependentSchemas(self.named(pointer, name, value)?),
                "propertyNames" => Keyword::PropertyNames(self.below(pointer, name, value)),
                "contains" => Keyword::Contains {
                    schema: self.below(pointer, name, value),
                    least: members.get("minContains").and_then(Value::as_u64).unwrap_or(1),
                    most: members.get("maxContains").and_then(Value::as_u64),
                },
                "allOf" => Keyword::All(self.list(pointer, name, value)?),
                "anyOf" => Keyword::Any(self.list(pointer, name, value)?),
                "oneOf" => Keyword::One(self.list(pointer, name, value)?),
                "not" => Keyword::Not(self.below(pointer, name, value)),
                "if" => Keyword::If {
                    condition: self.below(pointer, name, value),
                    then: members.get("then").map(|it| self.below(pointer, "then", it)),
                    other: members.get("else").map(|it| self.below(pointer, "else", it)),
                },
                // They ask what the others have looked at.
                "unevaluatedProperties" => {
                    last.push(Keyword::UnevaluatedProperties(self.below(pointer, name, value)));
                    continue;
                }
                "unevaluatedItems" => {
                    last.push(Keyword::UnevaluatedItems(self.below(pointer, name, value)));
                    continue;
                }
                "$dynamicRef" | "$recursiveRef" => {
                    return Err(refused(
                        pointer,
                        name,
                        "only a `$ref` to a definition of the same file is followed",
                    ));
                }
                _ => continue,
            });
        }
        if !object.named.is_empty() || !object.like.is_empty() || object.others.is_some() || object.is_closed
        {
            keywords.push(Keyword::Object(Box::new(object)));
        }
        let first = match members.get("prefixItems") {
            Some(value) => self.list(pointer, "prefixItems", value)?,
            None => Vec::new(),
        };
        let rest = members.get("items").map(|it| self.below(pointer, "items", it));
        if rest.is_some() || !first.is_empty() {
            keywords.push(Keyword::Array { first, rest });
        }
        keywords.extend(last);
        Ok(keywords)
    }

    fn reference(&mut self, pointer: &str, value: &Value) -> Result<usize, Refused> {
        let text = value.as_str().unwrap_or_default();
        let target = text.strip_prefix('#').map(|it| percent_decode_str(it).decode_utf8_lossy().into_owned());
        let found = target.and_then(|target| Some((self.root.pointer(&target)?, target)));
        match found {
            Some((schema, target)) => Ok(self.at(target, schema)),
            None => Err(refused(pointer, "$ref", &format!("`{text}` leads to nothing in this file"))),
        }
    }
}

fn refused(pointer: &str, keyword: &str, message: &str) -> Refused {
    Refused { pointer: format!("{pointer}/{keyword}"), message: message.to_owned() }
}

fn regex(pointer: &str, keyword: &str, text: &str) -> Result<Regex, Refused> {
    let message = || format!("the pattern `{text}` cannot be looked for in one pass");
    pattern::compile(text).ok_or_else(|| refused(pointer, keyword, &message()))
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn number(pointer: &str, keyword: &str, value: &Value) -> Result<String, Refused> {
    match value {
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(refused(pointer, keyword, "a number is expected here")),
    }
}

fn count(pointer: &str, keyword: &str, value: &Value) -> Result<u64, Refused> {
    let whole = value.as_f64().filter(|it| it.fract() == 0.0 && (0.0..9e15).contains(it));
    #[expect(clippy::cast_sign_loss, reason = "it is not negative")]
    whole.map(|it| it as u64).ok_or_else(|| refused(pointer, keyword, "a number of things is expected here"))
}

fn types(pointer: &str, value: &Value) -> Result<Vec<&'static str>, Refused> {
    const TYPES: [&str; 7] = ["null", "boolean", "object", "array", "number", "integer", "string"];
    let names = match value {
        Value::Array(names) => names.as_slice(),
        name => std::slice::from_ref(name),
    };
    let known = |name: &Value| TYPES.into_iter().find(|it| name.as_str() == Some(it));
    let all: Option<Vec<&'static str>> = names.iter().map(known).collect();
    all.ok_or_else(|| refused(pointer, "type", "one of JSON Schema's types is expected here"))
}

/// Where errors are written, if anybody asks for them.
type Out<'o, 'v, 't> = Option<&'o mut Vec<Found<'v, 't>>>;

/// One pass over a body.
struct Run<'v, 'r> {
    validator: &'v Validator,
    reading: &'r Reading,
    errors: usize,
    depth: usize,
}

impl<'v> Run<'v, '_> {
    /// Whether a value fits a schema. With `out`, every error of it is written there; without, the first ends it.
    fn check<'t>(&mut self, schema: usize, node: Node<'t>, mut out: Out<'_, 'v, 't>) -> bool {
        if self.depth >= MAX_DEPTH {
            return true;
        }
        self.depth += 1;
        let schema = &self.validator.schemas[schema];
        let mut fits = true;
        for keyword in &schema.keywords {
            if self.errors >= MAX_ERRORS || !fits && out.is_none() {
                break;
            }
            // What leads on is apart from the rest, for it is within itself.
            fits &= match keyword {
                Keyword::Ref(target) => self.check(*target, node, out.as_deref_mut()),
                Keyword::Object(object) => self.object(schema, object, node, out.as_deref_mut()),
                Keyword::Array { first, rest } => self.array(first, *rest, node, out.as_deref_mut()),
                Keyword::All(all) => self.all(all, node, out.as_deref_mut()),
                Keyword::Any(all) => {
                    self.fitting(all, node, 1) == 1
                        || self.branches(schema, "anyOf", all, node, out.as_deref_mut())
                }
                Keyword::One(all) => self.one(schema, all, node, out.as_deref_mut()),
                Keyword::If { condition, then, other } => {
                    let chosen = if self.check(*condition, node, None) { then } else { other };
                    chosen.is_none_or(|target| self.check(target, node, out.as_deref_mut()))
                }
                Keyword::DependentSchemas(all) => {
                    let targets = all.iter().filter(|(name, _)| self.has(node, name));
                    let targets: Vec<usize> = targets.map(|(_, target)| *target).collect();
                    self.all(&targets, node, out.as_deref_mut())
                }
                other => self.keyword(schema, other, node, out.as_deref_mut()),
            };
        }
        self.depth -= 1;
        fits
    }

    fn all<'t>(&mut self, all: &[usize], node: Node<'t>, mut out: Out<'_, 'v, 't>) -> bool {
        let mut fits = true;
        for target in all {
            fits &= self.check(*target, node, out.as_deref_mut());
            if !fits && out.is_none() {
                break;
            }
        }
        fits
    }

    /// How many of the schemas a value fits; counted up to `most`.
    fn fitting(&mut self, all: &[usize], node: Node<'_>, most: usize) -> usize {
        all.iter().filter(|target| self.check(**target, node, None)).take(most).count()
    }

    fn one<'t>(&mut self, schema: &Schema, all: &[usize], node: Node<'t>, out: Out<'_, 'v, 't>) -> bool {
        match self.fitting(all, node, 2) {
            1 => true,
            0 => self.branches(schema, "oneOf", all, node, out),
            _ => {
                let several = Fault::Words("be one of the alternatives, not several".to_owned());
                self.wrong(schema, "oneOf", node, several, out)
            }
        }
    }

    fn array<'t>(
        &mut self,
        first: &[usize],
        rest: Option<usize>,
        node: Node<'t>,
        mut out: Out<'_, 'v, 't>,
    ) -> bool {
        let mut fits = true;
        for (index, element) in node.elements().enumerate() {
            let Some(target) = first.get(index).copied().or(rest) else { break };
            fits &= self.check(target, element, out.as_deref_mut());
            if !fits && out.is_none() || self.errors >= MAX_ERRORS {
                break;
            }
        }
        fits
    }

    /// Notes an error; false, for that is what it makes of the value.
    fn wrong<'t>(
        &mut self,
        schema: &Schema,
        keyword: &str,
        node: Node<'t>,
        fault: Fault<'v>,
        out: Out<'_, 'v, 't>,
    ) -> bool {
        if let Some(out) = out {
            self.errors += 1;
            let pointer = match keyword {
                "" => schema.pointer.clone(),
                _ => format!("{}/{keyword}", schema.pointer),
            };
            out.push(Found { pointer, node, fault });
        }
        false
    }

    fn keyword<'t>(
        &mut self,
        schema: &'v Schema,
        keyword: &'v Keyword,
        node: Node<'t>,
        mut out: Out<'_, 'v, 't>,
    ) -> bool {
        let words = |text: &str| Fault::Words(text.to_owned());
        match keyword {
            Keyword::Never => self.wrong(schema, "", node, words("not be there"), out),
            Keyword::Type(types) => {
                types.iter().any(|name| is_of_type(node, name))
                    || self.wrong(schema, "type", node, Fault::Type(types), out)
            }
            Keyword::Enum(values) => {
                values.iter().any(|value| equals(node, value))
                    || self.wrong(schema, "enum", node, Fault::Enum(values), out)
            }
            Keyword::Constant(value) => {
                equals(node, value) || self.wrong(schema, "const", node, Fault::Constant(value), out)
            }
            Keyword::Known(values) => {
                let fits = node.kind() != Kind::String || values.iter().any(|value| node.is_named(value));
                fits || self.wrong(schema, KNOWN_VALUES, node, Fault::Unlisted, out)
            }
            Keyword::ReadOnly => self.wrong(schema, READ_ONLY, node, Fault::ReadOnly, out),
            Keyword::Limit(limit, value) => {
                let Some(order) = node.number().and_then(|number| order(number, value)) else { return true };
                let (keyword, fits, words) = match limit {
                    Limit::Minimum => ("minimum", order.is_ge(), "at least"),
                    Limit::Maximum => ("maximum", order.is_le(), "at most"),
                    Limit::ExclusiveMinimum => ("exclusiveMinimum", order.is_gt(), "more than"),
                    Limit::ExclusiveMaximum => ("exclusiveMaximum", order.is_lt(), "less than"),
                };
                fits || self.wrong(schema, keyword, node, Fault::Words(format!("be {words} {value}")), out)
            }
            Keyword::MultipleOf(value) => {
                node.number().is_none_or(|number| is_multiple(number, value))
                    || self.wrong(
                        schema,
                        "multipleOf",
                        node,
                        Fault::Words(format!("be a multiple of {value}")),
                        out,
                    )
            }
            Keyword::Count(count, limit) => self.count(schema, (*count, *limit), node, out),
            Keyword::Pattern(pattern, text) => {
                node.as_str().is_none_or(|value| pattern.is_match(&value))
                    || self.wrong(
                        schema,
                        "pattern",
                        node,
                        Fault::Words(format!("match the pattern `{text}`")),
                        out,
                    )
            }
            Keyword::UniqueItems => {
                let mut seen = HashSet::new();
                node.elements().all(|element| seen.insert(unique_form(&element.to_value())))
                    || self.wrong(schema, "uniqueItems", node, words("have no element twice"), out)
            }
            Keyword::Required(names) => self.required(schema, names, node, out),
            Keyword::DependentRequired(all) => {
                let mut fits = true;
                for (name, names) in all {
                    if self.has(node, name) {
                        fits &= self.required(schema, names, node, out.as_deref_mut());
                    }
                }
                fits
            }
            Keyword::PropertyNames(target) => {
                node.members().all(|(name, _)| self.check(*target, name, None))
                    || self.wrong(schema, "propertyNames", node, not("propertyNames"), out)
            }
            Keyword::Contains { schema: target, least, most } => {
                if node.kind() != Kind::Array {
                    return true;
                }
                let count =
                    node.elements().filter(|element| self.check(*target, *element, None)).count() as u64;
                let fits = count >= *least && most.is_none_or(|most| count <= most);
                fits || self.wrong(schema, "contains", node, not("contains"), out)
            }
            Keyword::Not(target) => {
                !self.check(*target, node, None) || self.wrong(schema, "not", node, not("not"), out)
            }
            Keyword::UnevaluatedProperties(target) => {
                let mut known = HashSet::new();
                self.evaluated(schema, false, node, &mut known);
                let rest: Vec<(Node<'t>, Node<'t>)> =
                    node.members().filter(|(name, _)| !known.contains(&name.index())).collect();
                self.rest(schema, "unevaluatedProperties", *target, rest, node, out)
            }
            Keyword::UnevaluatedItems(target) => {
                let mut known = HashSet::new();
                self.evaluated(schema, false, node, &mut known);
                let mut fits = true;
                for element in node.elements().filter(|it| !known.contains(&it.index())) {
                    fits &= self.check(*target, element, out.as_deref_mut());
                }
                fits
            }
            // Those that lead on: see `check`.
            _ => true,
        }
    }

    fn count<'t>(
        &mut self,
        schema: &Schema,
        (count, limit): (Count, u64),
        node: Node<'t>,
        out: Out<'_, 'v, 't>,
    ) -> bool {
        let (keyword, kind, is_least, one) = match count {
            Count::MinLength => ("minLength", Kind::String, true, "character"),
            Count::MaxLength => ("maxLength", Kind::String, false, "character"),
            Count::MinItems => ("minItems", Kind::Array, true, "element"),
            Count::MaxItems => ("maxItems", Kind::Array, false, "element"),
            Count::MinProperties => ("minProperties", Kind::Object, true, "member"),
            Count::MaxProperties => ("maxProperties", Kind::Object, false, "member"),
        };
        if node.kind() != kind {
            return true;
        }
        let found = match kind {
            Kind::String => node.as_str().map_or(0, |text| text.chars().count()),
            Kind::Array => node.elements().count(),
            _ => node.members().count(),
        } as u64;
        let fits = if is_least { found >= limit } else { found <= limit };
        let words = || {
            let most = if is_least { "least" } else { "most" };
            Fault::Words(format!("have at {most} {limit} {one}{}", if limit == 1 { "" } else { "s" }))
        };
        fits || self.wrong(schema, keyword, node, words(), out)
    }

    fn has(&self, node: Node<'_>, wanted: &str) -> bool {
        node.members().any(|(name, _)| self.reading.name(name) == wanted)
    }

    fn required<'t>(
        &mut self,
        schema: &Schema,
        names: &'v [String],
        node: Node<'t>,
        mut out: Out<'_, 'v, 't>,
    ) -> bool {
        if node.kind() != Kind::Object {
            return true;
        }
        // Many names of many members: each is looked up once.
        let there: HashSet<String> =
            node.members().map(|(name, _)| self.reading.name(name).into_owned()).collect();
        let mut fits = true;
        for name in names.iter().filter(|name| !there.contains(*name)) {
            fits = self.wrong(schema, "required", node, Fault::Required(name), out.as_deref_mut());
        }
        fits
    }

    fn object<'t>(
        &mut self,
        schema: &Schema,
        object: &'v Object,
        node: Node<'t>,
        mut out: Out<'_, 'v, 't>,
    ) -> bool {
        let mut fits = true;
        let mut unexpected = Vec::new();
        for (name, value) in node.members() {
            let name = self.reading.name(name);
            let (schemas, is_other) = object.of(&name);
            for target in schemas.chain(object.others.filter(|_| is_other)) {
                fits &= self.check(target, value, out.as_deref_mut());
            }
            if is_other && object.is_closed {
                fits = false;
                if out.is_some() {
                    unexpected.push(name.into_owned());
                }
            }
            if !fits && out.is_none() || self.errors >= MAX_ERRORS {
                break;
            }
        }
        if !unexpected.is_empty() {
            self.wrong(schema, "additionalProperties", node, Fault::Unexpected(unexpected), out);
        }
        fits
    }

    /// The members that nothing else has looked at.
    fn rest<'t>(
        &mut self,
        schema: &Schema,
        keyword: &str,
        target: usize,
        rest: Vec<(Node<'t>, Node<'t>)>,
        node: Node<'t>,
        mut out: Out<'_, 'v, 't>,
    ) -> bool {
        let is_closed = matches!(self.validator.schemas[target].keywords[..], [Keyword::Never]);
        if is_closed {
            let names = rest.iter().map(|(name, _)| self.reading.name(*name).into_owned());
            let names: Vec<String> = names.collect();
            return names.is_empty() || self.wrong(schema, keyword, node, Fault::Unexpected(names), out);
        }
        let mut fits = true;
        for (_, value) in rest {
            fits &= self.check(target, value, out.as_deref_mut());
        }
        fits
    }

    /// Of the branches that a value does not fit, the errors of the one that it comes nearest to: not another type, and
    /// the fewest.
    fn branches<'t>(
        &mut self,
        schema: &Schema,
        keyword: &'static str,
        all: &[usize],
        node: Node<'t>,
        out: Out<'_, 'v, 't>,
    ) -> bool {
        let Some(out) = out else { return false };
        let mut nearest: Option<((bool, usize), Vec<Found<'v, 't>>)> = None;
        for target in all {
            let mut errors = Vec::new();
            self.check(*target, node, Some(&mut errors));
            let is_other_type = errors.iter().any(|error| {
                error.node == node && matches!(error.fault, Fault::Type(_) | Fault::Constant(_))
            });
            let distance = (is_other_type, errors.len());
            if !errors.is_empty() && nearest.as_ref().is_none_or(|(least, _)| distance < *least) {
                nearest = Some((distance, errors));
            }
        }
        match nearest {
            Some((_, errors)) => out.extend(errors),
            None => return self.wrong(schema, keyword, node, not(keyword), Some(out)),
        }
        false
    }

    /// The names of members, and the elements, that a schema speaks of: but for what its own keywords leave to
    /// themselves, unless it `is_inner` to another.
    fn evaluated(&mut self, schema: &'v Schema, is_inner: bool, node: Node<'_>, known: &mut HashSet<u32>) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        for keyword in &schema.keywords {
            match keyword {
                Keyword::Object(object) => {
                    let is_open = object.others.is_some() || object.is_closed;
                    known.extend(node.members().map(|(name, _)| name).filter_map(|name| {
                        let name_as_read = self.reading.name(name);
                        let (_, is_other) = object.of(&name_as_read);
                        (!is_other || is_open).then(|| name.index())
                    }));
                }
                Keyword::Array { first, rest } => {
                    let count = if rest.is_some() { usize::MAX } else { first.len() };
                    known.extend(node.elements().take(count).map(Node::index));
                }
                Keyword::Contains { schema, .. } => {
                    for element in node.elements() {
                        if self.check(*schema, element, None) {
                            known.insert(element.index());
                        }
                    }
                }
                Keyword::UnevaluatedProperties(_) | Keyword::UnevaluatedItems(_) if !is_inner => {}
                Keyword::UnevaluatedProperties(_) => {
                    known.extend(node.members().map(|(name, _)| name.index()));
                }
                Keyword::UnevaluatedItems(_) => known.extend(node.elements().map(Node::index)),
                Keyword::If { condition, then, other } => {
                    let fits = self.check(*condition, node, None);
                    let chosen = if fits { *then } else { *other };
                    for target in fits.then_some(*condition).into_iter().chain(chosen) {
                        self.evaluated(&self.validator.schemas[target], true, node, known);
                    }
                }
                Keyword::Not(_) => {}
                Keyword::DependentSchemas(all) => {
                    for (name, target) in all {
                        if self.has(node, name) {
                            self.evaluated(&self.validator.schemas[*target], true, node, known);
                        }
                    }
                }
                other => {
                    for target in other.at_the_same_value() {
                        if self.check(target, node, None) {
                            self.evaluated(&self.validator.schemas[target], true, node, known);
                        }
                    }
                }
            }
        }
        self.depth -= 1;
    }
}

/// What is said of a keyword that has no words of its own.
fn not(keyword: &str) -> Fault<'static> {
    Fault::Words(format!("satisfy `{keyword}` of the schema"))
}

fn is_of_type(node: Node<'_>, name: &str) -> bool {
    match node.kind() {
        // Nothing is said of an unknown value, whatever its type.
        Kind::Null | Kind::Placeholder | Kind::Unknown => name == "null",
        Kind::True | Kind::False => name == "boolean",
        Kind::Number => name == "number" || name == "integer" && node.number().is_some_and(is_integer),
        Kind::String => name == "string",
        Kind::Array => name == "array",
        Kind::Object => name == "object",
    }
}

#[cfg(test)]
mod tests;
