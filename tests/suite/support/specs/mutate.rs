//! One mistake, planted in a body that is right.

use std::collections::HashMap;
use std::fmt::Write as _;

use armbody::schema::paths::paths;
use armbody::schema::{Document, Schemas};
use serde_json::{Map, Value, json};

use super::bodies::Body;

/// A small generator of numbers that are the same everywhere (`xorshift64*`).
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 33).expect("31 bits") % limit.max(1)
    }

    pub(crate) fn pick<'i, T>(&mut self, items: &'i [T]) -> Option<&'i T> {
        if items.is_empty() { None } else { Some(&items[self.below(items.len())]) }
    }
}

/// The mistakes that are planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutation {
    RequiredDeleted,
    WrongType,
    Misspelt,
    Unknown,
    WrongEnum,
    EnumCase,
    NameCase,
    ReadOnly,
    LaterVersion,
    OutOfRange,
}

impl Mutation {
    pub(crate) const ALL: [Self; 10] = [
        Self::RequiredDeleted,
        Self::WrongType,
        Self::Misspelt,
        Self::Unknown,
        Self::WrongEnum,
        Self::EnumCase,
        Self::NameCase,
        Self::ReadOnly,
        Self::LaterVersion,
        Self::OutOfRange,
    ];

    /// The rule that must find it.
    pub(crate) fn rule(self) -> &'static str {
        match self {
            Self::RequiredDeleted => "missing-property",
            Self::WrongType => "wrong-type",
            Self::Misspelt | Self::Unknown => "unknown-property",
            Self::WrongEnum | Self::OutOfRange => "invalid-value",
            Self::EnumCase => "value-case",
            Self::NameCase => "name-case",
            Self::ReadOnly => "read-only-property",
            Self::LaterVersion => "property-not-in-version",
        }
    }
}

/// A body with a mistake.
#[derive(Clone, Debug)]
pub(crate) struct Mutant {
    pub(crate) value: Value,
    /// JSON pointer of the value, or of the object that lacks something.
    pub(crate) pointer: String,
    /// True if the mistake is to be shown at the name.
    pub(crate) at_name: bool,
    /// The name that was misspelt.
    pub(crate) meant: String,
}

/// What a schema says of a place, in a form that outlives it.
#[derive(Clone, Debug)]
struct Fact {
    path: String,
    kind: String,
    required: bool,
    read_only: bool,
    allowed: Vec<String>,
    known: Vec<String>,
    minimum: Option<i64>,
    maximum: Option<i64>,
}

/// What there is to know of the bodies of a request.
#[derive(Debug)]
pub(crate) struct Facts {
    by_path: HashMap<String, Fact>,
    all: Vec<Fact>,
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

impl Facts {
    pub(crate) fn of(schemas: &Schemas, body: &Body) -> Self {
        let document =
            schemas.open(&body.resource_type, body.version).expect("it opens").expect("it is there");
        Self::read(&document, body)
    }

    fn read(document: &Document, body: &Body) -> Self {
        let all: Vec<Fact> = paths(document, &body.resource_type, body.method)
            .iter()
            .map(|it| Fact {
                path: it.path.clone(),
                kind: it.kind().unwrap_or_default().to_owned(),
                required: it.required,
                read_only: it.read_only,
                allowed: strings(&it.target["enum"]),
                known: strings(&it.target["x-armbody-known-values"]),
                minimum: it.target["minimum"].as_i64(),
                maximum: it.target["maximum"].as_i64(),
            })
            .collect();
        Self { by_path: all.iter().map(|it| (it.path.clone(), it.clone())).collect(), all }
    }

    /// The properties of the object at a path.
    fn children<'f>(&'f self, path: &'f str) -> impl Iterator<Item = (&'f Fact, &'f str)> {
        self.all.iter().filter_map(move |it| {
            let rest = it.path.strip_prefix(path)?;
            let name = if path.is_empty() { rest } else { rest.strip_prefix('.')? };
            (!name.is_empty() && !name.contains(['.', '[', '{'])).then_some((it, name))
        })
    }
}

/// A place in a body: its pointer, its path in the schema.
#[derive(Clone, Debug)]
struct Spot {
    pointer: String,
    path: String,
}

fn spots(facts: &Facts, value: &Value) -> Vec<Spot> {
    let mut out = Vec::new();
    let mut open = vec![(Spot { pointer: String::new(), path: String::new() }, value)];
    while let Some((spot, value)) = open.pop() {
        match value {
            Value::Object(members) => {
                for (name, inner) in members {
                    let dot = if spot.path.is_empty() { "" } else { "." };
                    let own = format!("{}{dot}{name}", spot.path);
                    let path =
                        if facts.by_path.contains_key(&own) { own } else { format!("{}{{}}", spot.path) };
                    let token = name.replace('~', "~0").replace('/', "~1");
                    open.push((Spot { pointer: format!("{}/{token}", spot.pointer), path }, inner));
                }
            }
            Value::Array(elements) => {
                for (index, inner) in elements.iter().enumerate() {
                    let pointer = format!("{}/{index}", spot.pointer);
                    open.push((Spot { pointer, path: format!("{}[]", spot.path) }, inner));
                }
            }
            _ => {}
        }
        out.push(spot);
    }
    out
}

/// The values of an identity block are another family's business.
fn is_identity(path: &str) -> bool {
    path.starts_with("identity.") || path == "identity"
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn is_name(path: &str) -> bool {
    !path.is_empty() && !path.ends_with([']', '}'])
}

fn parent(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |it| it.0)
}

fn object<'v>(value: &'v mut Value, pointer: &str) -> Option<&'v mut Map<String, Value>> {
    value.pointer_mut(pointer)?.as_object_mut()
}

fn set(value: &Value, pointer: &str, new: Value) -> Option<Value> {
    let mut value = value.clone();
    *value.pointer_mut(pointer)? = new;
    Some(value)
}

fn rename(value: &Value, pointer: &str, new: &str) -> Option<Value> {
    let mut value = value.clone();
    let old = pointer.rsplit('/').next()?.replace("~1", "/").replace("~0", "~");
    let members = object(&mut value, parent(pointer))?;
    let renamed: Map<String, Value> = std::mem::take(members)
        .into_iter()
        .map(|(name, inner)| (if name == old { new.to_owned() } else { name }, inner))
        .collect();
    *members = renamed;
    Some(value)
}

fn insert(value: &Value, pointer: &str, name: &str, new: Value) -> Option<Value> {
    let mut value = value.clone();
    object(&mut value, pointer)?.insert(name.to_owned(), new);
    Some(value)
}

fn other_case(text: &str) -> String {
    let flip = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    let mut chars = text.chars();
    let first = chars.next().map(flip);
    first.into_iter().chain(chars).collect()
}

/// A word with two letters exchanged, one left out, one too many or one wrong.
fn slip(random: &mut Random, word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = random.below(letters.len());
    let letter = char::from(b'a' + u8::try_from(random.below(26)).expect("a letter"));
    match random.below(4) {
        0 if letters.len() > 1 => letters.swap(at.min(word.len() - 2), at.min(word.len() - 2) + 1),
        1 if letters.len() > 1 => {
            letters.remove(at);
        }
        2 => letters.insert(at, letter),
        _ => letters[at] = letter,
    }
    letters.into_iter().collect()
}

fn example(kind: &str) -> Value {
    match kind {
        "boolean" => json!(true),
        "integer" | "number" => json!(1),
        "array" => json!([]),
        "object" => json!({}),
        _ => json!("text"),
    }
}

/// Plants a mistake at a place of its choice; `None` if the body has no such place, or the choice was none.
pub(crate) fn mutate(
    mutation: Mutation,
    body: &Body,
    schemas: &Schemas,
    facts: &Facts,
    random: &mut Random,
) -> Option<Mutant> {
    let value = &body.value;
    let spots = spots(facts, value);
    let fact = |spot: &Spot| facts.by_path.get(&spot.path);
    let among = |random: &mut Random, wanted: &dyn Fn(&Spot, &Fact) -> bool| -> Option<(Spot, Fact)> {
        let found: Vec<(Spot, Fact)> = spots
            .iter()
            .filter_map(|spot| Some((spot.clone(), fact(spot)?.clone())))
            .filter(|(spot, fact)| wanted(spot, fact))
            .collect();
        random.pick(&found).cloned()
    };
    let objects = |random: &mut Random| -> Option<Spot> {
        let found: Vec<&Spot> = spots
            .iter()
            .filter(|spot| value.pointer(&spot.pointer).is_some_and(Value::is_object))
            .filter(|spot| facts.children(&spot.path).next().is_some())
            .collect();
        random.pick(&found).map(|spot| (*spot).clone())
    };
    let mutant = |value: Value, pointer: &str, at_name: bool| {
        Some(Mutant { value, pointer: pointer.to_owned(), at_name, meant: String::new() })
    };
    match mutation {
        Mutation::RequiredDeleted => {
            let (spot, _) = among(random, &|spot, fact| fact.required && !is_identity(&spot.path))?;
            let mut value = value.clone();
            let name = spot.pointer.rsplit('/').next()?;
            object(&mut value, parent(&spot.pointer))?.remove(name)?;
            mutant(value, parent(&spot.pointer), true)
        }
        Mutation::WrongType => {
            let (spot, fact) = among(random, &|spot, fact| {
                !is_identity(&spot.path) && !fact.kind.is_empty() && !fact.read_only
            })?;
            let wrong: &[Value] = match fact.kind.as_str() {
                "boolean" => &[json!("maybe"), json!(1), json!([])],
                "integer" => &[json!("many"), json!(true), json!(1.5), json!({})],
                "string" => &[json!(5), json!(false), json!(["a"]), json!({"a": "b"})],
                "array" => &[json!({}), json!("a"), json!(3)],
                _ => &[json!("a"), json!([]), json!(true), json!(7)],
            };
            mutant(set(value, &spot.pointer, random.pick(wrong)?.clone())?, &spot.pointer, false)
        }
        Mutation::Misspelt | Mutation::NameCase => {
            let (spot, _) = among(random, &|spot, fact| {
                is_name(&spot.path) && !(fact.read_only && spot.pointer.matches('/').count() > 1)
            })?;
            let meant = last(&spot.path).to_owned();
            let wrong =
                if mutation == Mutation::NameCase { other_case(&meant) } else { slip(random, &meant) };
            let siblings = spot.path.rsplit_once('.').map_or("", |it| it.0);
            let known = facts.children(siblings).any(|(_, name)| name.eq_ignore_ascii_case(&wrong));
            if wrong == meant || wrong.is_empty() || (known && mutation == Mutation::Misspelt) {
                return None;
            }
            let pointer = format!("{}/{wrong}", parent(&spot.pointer));
            let value = rename(value, &spot.pointer, &wrong)?;
            Some(Mutant { value, pointer, at_name: true, meant })
        }
        Mutation::Unknown => {
            let spot = objects(random)?;
            let mut name = "nonsense".to_owned();
            let _ = write!(name, "{}", random.below(1000));
            let new = random.pick(&[json!(1), json!("x"), json!({"a": [1]}), json!(null)])?.clone();
            mutant(insert(value, &spot.pointer, &name, new)?, &format!("{}/{name}", spot.pointer), true)
        }
        Mutation::WrongEnum => {
            let (spot, _) =
                among(random, &|spot, fact| !fact.allowed.is_empty() && !is_identity(&spot.path))?;
            mutant(set(value, &spot.pointer, json!("Nonsense"))?, &spot.pointer, false)
        }
        Mutation::EnumCase => {
            let (spot, fact) = among(random, &|spot, fact| {
                (!fact.allowed.is_empty() || !fact.known.is_empty()) && !is_identity(&spot.path)
            })?;
            let own = value.pointer(&spot.pointer)?.as_str()?;
            let listed = fact.allowed.iter().chain(&fact.known).any(|it| it == own);
            let wrong = other_case(own);
            if !listed || wrong == own {
                return None;
            }
            mutant(set(value, &spot.pointer, json!(wrong))?, &spot.pointer, false)
        }
        Mutation::ReadOnly => {
            let spot = objects(random)?;
            let found: Vec<_> = facts
                .children(&spot.path)
                .filter(|(fact, name)| {
                    fact.read_only && !(spot.path.is_empty() && ["id", "name", "type"].contains(name))
                })
                .collect();
            let (fact, name) = random.pick(&found)?;
            let pointer = format!("{}/{name}", spot.pointer);
            if spot.path.starts_with("identity.") || value.pointer(&pointer).is_some() {
                return None;
            }
            mutant(insert(value, &spot.pointer, name, example(&fact.kind))?, &pointer, true)
        }
        Mutation::LaterVersion => {
            let later: Vec<_> = schemas
                .versions(&body.resource_type)
                .filter(|it| it.version > body.version && it.methods.contains(&body.method))
                .map(|it| it.version)
                .collect();
            let later = Facts::of(schemas, &Body { version: *random.pick(&later)?, ..body.clone() });
            let spot = objects(random)?;
            let found: Vec<_> = later
                .children(&spot.path)
                .filter(|(fact, _)| {
                    !facts.all.iter().any(|own| own.path.eq_ignore_ascii_case(&fact.path))
                        && !is_identity(&fact.path)
                })
                .collect();
            let (fact, name) = random.pick(&found)?;
            let pointer = format!("{}/{name}", spot.pointer);
            mutant(insert(value, &spot.pointer, name, example(&fact.kind))?, &pointer, true)
        }
        Mutation::OutOfRange => {
            let ranged = |spot: &Spot| -> Vec<(Fact, String)> {
                facts
                    .children(&spot.path)
                    .filter(|(fact, _)| fact.minimum.is_some() || fact.maximum.is_some())
                    .map(|(fact, name)| (fact.clone(), name.to_owned()))
                    .collect()
            };
            let holders: Vec<&Spot> = spots
                .iter()
                .filter(|spot| value.pointer(&spot.pointer).is_some_and(Value::is_object))
                .filter(|spot| !ranged(spot).is_empty())
                .collect();
            let spot = (*random.pick(&holders)?).clone();
            let found = ranged(&spot);
            let (fact, name) = random.pick(&found)?;
            let wrong = match (fact.minimum, fact.maximum) {
                (Some(minimum), _) if random.below(2) == 0 => minimum - 1,
                (_, Some(maximum)) => maximum + 1,
                (Some(minimum), None) => minimum - 1,
                (None, None) => return None,
            };
            let pointer = format!("{}/{name}", spot.pointer);
            mutant(insert(value, &spot.pointer, name, json!(wrong))?, &pointer, false)
        }
    }
}
