//! `BodyValue`: the JSON of a body, with blanks in its strings and names.

use super::blank::BlankStyle;
use super::text::{Part, Text};
use crate::arm::{IdentityType, published_identity_type};

/// A JSON value whose strings and names may have blanks in them. Members keep their order.
#[derive(Debug, Clone, PartialEq)]
pub enum BodyValue {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// A string.
    String(Text),
    /// An array.
    Array(Vec<BodyValue>),
    /// An object.
    Object(Vec<(Text, BodyValue)>),
}

impl BodyValue {
    /// The member of this name, if it is an object that has one.
    pub fn member(&self, name: &str) -> Option<&BodyValue> {
        let Self::Object(members) = self else { return None };
        let name = Text::new(name);
        members.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The type that `identity` of this body says; `None` without one, or if no type takes it.
    pub fn identity_type(&self) -> Option<IdentityType> {
        let Self::String(kind) = self.member("identity")?.member("type")? else { return None };
        published_identity_type(&kind.spell(BlankStyle::Angle))
    }

    /// The value as JSON text: compact, or with two spaces a level.
    ///
    /// Literals are escaped. Blanks stand in strings as they are: what fills them in must not need escaping, or
    /// be escaped by whoever fills them in.
    pub fn to_text(&self, pretty: bool) -> Text {
        let mut writer = Writer { parts: Vec::new(), literal: String::new(), pretty };
        writer.value(self, 0);
        writer.flush();
        // Literal JSON cannot spell a blank: a string that does has become one.
        Text::from_parts(writer.parts)
    }
}

impl From<serde_json::Value> for BodyValue {
    /// As deep as `serde_json` reads: 128 levels at most.
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value as V;
        match value {
            V::Null => Self::Null,
            V::Bool(value) => Self::Bool(value),
            V::Number(number) => Self::Number(number),
            V::String(text) => Self::String(Text::new(&text)),
            V::Array(elements) => Self::Array(elements.into_iter().map(Self::from).collect()),
            V::Object(members) => {
                let members = members.into_iter().map(|(name, value)| (Text::new(&name), Self::from(value)));
                Self::Object(members.collect())
            }
        }
    }
}

struct Writer {
    parts: Vec<Part>,
    literal: String,
    pretty: bool,
}

impl Writer {
    fn value(&mut self, value: &BodyValue, depth: usize) {
        match value {
            BodyValue::Null => self.literal.push_str("null"),
            BodyValue::Bool(value) => self.literal.push_str(if *value { "true" } else { "false" }),
            BodyValue::Number(number) => self.literal.push_str(&number.to_string()),
            BodyValue::String(text) => self.string(text),
            BodyValue::Array(elements) => {
                self.list('[', ']', elements, depth, |writer, element| writer.value(element, depth + 1));
            }
            BodyValue::Object(members) => {
                self.list('{', '}', members, depth, |writer, (name, value)| {
                    writer.string(name);
                    writer.literal.push_str(if writer.pretty { ": " } else { ":" });
                    writer.value(value, depth + 1);
                });
            }
        }
    }

    fn list<T>(&mut self, open: char, close: char, items: &[T], depth: usize, item: impl Fn(&mut Self, &T)) {
        self.literal.push(open);
        for (at, one) in items.iter().enumerate() {
            if at > 0 {
                self.literal.push(',');
            }
            self.line(depth + 1);
            item(self, one);
        }
        if !items.is_empty() {
            self.line(depth);
        }
        self.literal.push(close);
    }

    fn line(&mut self, depth: usize) {
        if self.pretty {
            self.literal.push('\n');
            self.literal.extend(std::iter::repeat_n("  ", depth));
        }
    }

    fn string(&mut self, text: &Text) {
        self.literal.push('"');
        for part in text.parts() {
            match part {
                Part::Literal(literal) => self.literal.push_str(&escape(literal)),
                Part::Blank(_) => {
                    self.flush();
                    self.parts.push(part.clone());
                }
            }
        }
        self.literal.push('"');
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.parts.push(Part::Literal(std::mem::take(&mut self.literal)));
        }
    }
}

/// What stands for a text between the quotes of a JSON string.
fn escape(literal: &str) -> String {
    let quoted = serde_json::Value::from(literal).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::{Blank, BlankStyle};
    use serde_json::json;

    #[test]
    fn blanks_stand_in_strings_and_names() {
        let value = BodyValue::from(json!({"<VM NAME>": ["a\"{vmName}", 1, null, {}, []]}));
        let text = value.to_text(false);
        assert_eq!(text.spell(BlankStyle::Angle), r#"{"<VM NAME>":["a\"<VM NAME>",1,null,{},[]]}"#);
        assert_eq!(text.blanks().collect::<Vec<_>>(), [Blank::VmName; 2]);
        assert_eq!(
            value.to_text(true).spell(BlankStyle::Shell),
            "{\n  \"$VM_NAME\": [\n    \"a\\\"$VM_NAME\",\n    1,\n    null,\n    {},\n    []\n  ]\n}"
        );
        assert_eq!(value.member("{vmName}"), value.member("<VM NAME>"));
    }
}
