//! One `types.json`: an array of nodes that refer to each other by their places in it.
//!
//! The format is that of Azure/bicep-types (`src/bicep-types/src/types.ts`). What it may have and is not asked for
//! here is skipped; a kind that is not known is open to anything.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// A node as it is written.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Raw<'a> {
    #[serde(rename = "$type", borrow)]
    pub(super) kind: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(super) value: Literal<'a>,
    #[serde(borrow, default)]
    pub(super) properties: Members<'a, Property>,
    #[serde(borrow, default)]
    pub(super) base_properties: Members<'a, Property>,
    #[serde(default)]
    pub(super) additional_properties: Option<Reference>,
    #[serde(borrow, default)]
    pub(super) elements: Elements<'a>,
    #[serde(default)]
    pub(super) item_type: Option<Reference>,
    #[serde(borrow, default)]
    pub(super) discriminator: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(super) sensitive: Option<bool>,
    #[serde(default)]
    pub(super) min_length: Option<Number>,
    #[serde(default)]
    pub(super) max_length: Option<Number>,
    #[serde(default)]
    pub(super) min_value: Option<Number>,
    #[serde(default)]
    pub(super) max_value: Option<Number>,
    #[serde(borrow, default)]
    pub(super) pattern: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(super) body: Option<Reference>,
    #[serde(default)]
    pub(super) readable_scopes: Option<u8>,
    #[serde(default)]
    pub(super) writable_scopes: Option<u8>,
    /// What older files have in place of the two.
    #[serde(default)]
    pub(super) scope_type: Option<u8>,
}

/// `{"$ref": "#/12"}`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference(pub(super) u32);

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Written<'a> {
            #[serde(rename = "$ref", borrow)]
            target: Cow<'a, str>,
        }
        let written = Written::deserialize(deserializer)?;
        let index = written.target.strip_prefix("#/").and_then(|index| index.parse().ok());
        index.map(Self).ok_or_else(|| {
            D::Error::custom(format!("{:?} is not a reference to a node of the file", written.target))
        })
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Property {
    #[serde(rename = "type")]
    pub(super) target: Reference,
    #[serde(default)]
    pub(super) flags: u8,
}

/// Members in the order of the file; a map would sort them or hash them.
pub(super) struct Members<'a, T>(pub(super) Vec<(Cow<'a, str>, T)>);

impl<T> Default for Members<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// A name that is borrowed from the file where it has no escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Members<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<'a, T>(std::marker::PhantomData<(&'a (), T)>);
        impl<'de: 'a, 'a, T: Deserialize<'de>> Visitor<'de> for Object<'a, T> {
            type Value = Members<'a, T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    all.push((name, value));
                }
                Ok(Members(all))
            }
        }
        deserializer.deserialize_map(Object(std::marker::PhantomData))
    }
}

/// The `elements` of a union (a list) or of a discriminated object (by the discriminator's value).
#[derive(Default)]
pub(super) struct Elements<'a>(pub(super) Vec<(Option<Cow<'a, str>>, Reference)>);

impl<'de: 'a, 'a> Deserialize<'de> for Elements<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<'a>(std::marker::PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Either<'a> {
            type Value = Elements<'a>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list or an object of references")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(reference) = list.next_element()? {
                    all.push((None, reference));
                }
                Ok(Elements(all))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some((Name(key), reference)) = map.next_entry()? {
                    all.push((Some(key), reference));
                }
                Ok(Elements(all))
            }
        }
        deserializer.deserialize_any(Either(std::marker::PhantomData))
    }
}

/// The value of a literal: a text; of other kinds anything.
#[derive(Default)]
pub(super) struct Literal<'a>(pub(super) Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Literal<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<'a>(std::marker::PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Text<'a> {
            type Value = Literal<'a>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Literal(Some(Cow::Borrowed(text))))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Literal(Some(Cow::Owned(text.to_owned()))))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Literal(Some(Cow::Owned(value.to_string()))))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
                Ok(Literal(Some(Cow::Owned(value.to_string()))))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
                Ok(Literal(Some(Cow::Owned(value.to_string()))))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
                Ok(Literal(Some(Cow::Owned(value.to_string()))))
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Literal(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Literal(None))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Literal(None))
            }
        }
        deserializer.deserialize_any(Text(std::marker::PhantomData))
    }
}

/// A fault of a file: the JSON pointer and what is wrong there.
pub(super) type Fault = (String, String);

/// The nodes of a file.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Raw<'_>>, Fault> {
    serde_json::from_slice(bytes).map_err(|error| explain(bytes, &error))
}

/// Where a file that is no list of nodes is wrong. Slow, which matters little: nothing else is done then.
fn explain(bytes: &[u8], error: &serde_json::Error) -> Fault {
    let whole: Value = match serde_json::from_slice(bytes) {
        Ok(whole) => whole,
        Err(error) => return (String::new(), format!("not JSON: {error}")),
    };
    let Value::Array(nodes) = whole else {
        return (String::new(), "not a types.json: a list of nodes is expected".to_owned());
    };
    for (index, node) in nodes.iter().enumerate() {
        let text = node.to_string();
        if !node.is_object() {
            return (format!("/{index}"), "not a types.json: a node is an object with a `$type`".to_owned());
        }
        if let Err(error) = serde_json::from_str::<Raw<'_>>(&text) {
            let members = node.as_object().into_iter().flatten();
            // The member alone is wrong as well, if one is.
            let member = members.map(|(name, _)| name).find(|name| {
                let alone = serde_json::json!({"$type": "", (*name).clone(): node[name.as_str()].clone()});
                serde_json::from_str::<Raw<'_>>(&alone.to_string()).is_err()
            });
            let pointer =
                member.map_or_else(String::new, |name| format!("/{}", crate::schema::pointer::escape(name)));
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            return (format!("/{index}{pointer}"), message.to_owned());
        }
    }
    (String::new(), error.to_string())
}
