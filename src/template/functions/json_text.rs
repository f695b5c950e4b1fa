//! JSON as ARM's library writes it, and as it reads it: with much that is not JSON.

use crate::template::value::{Data, Member, Value, float_json};

/// Writes a value without blanks; `quote` is `"`, or `'` as `format()` has it.
pub(in crate::template) fn write(value: &Value, quote: char, out: &mut String) {
    match &value.data {
        Data::Null => out.push_str("null"),
        Data::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Data::Int(value) => out.push_str(&value.to_string()),
        Data::Float(value) => out.push_str(&float_json(*value)),
        Data::Text(text) => write_text(text, quote, out),
        Data::Array(_) => {
            out.push('[');
            for (index, item) in value.as_array().unwrap_or_default().iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, quote, out);
            }
            out.push(']');
        }
        Data::Object(object) => {
            out.push('{');
            for (index, member) in object.members().iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(&member.name, quote, out);
                out.push(':');
                write(&member.value, quote, out);
            }
            out.push('}');
        }
        Data::Open(open) => write_text(&format!("[{}]", open.text), quote, out),
    }
}

fn write_text(text: &str, quote: char, out: &mut String) {
    out.push(quote);
    for char in text.chars() {
        match char {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            char if char == quote => {
                out.push('\\');
                out.push(char);
            }
            char if char < ' ' || matches!(char, '\u{85}' | '\u{2028}' | '\u{2029}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(char)));
            }
            char => out.push(char),
        }
    }
    out.push(quote);
}

/// Containers within containers that are read.
const MAX_DEPTH: usize = 128;

/// What `json()` makes of a text; `None` if it makes nothing of it.
pub(in crate::template) fn read(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text, depth: 0 };
    reader.skip_space()?;
    if reader.rest.is_empty() {
        return None;
    }
    // What follows the first value is not looked at.
    reader.value()
}

struct Reader<'t> {
    rest: &'t str,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn eat(&mut self, wanted: &str) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Blanks and comments; `None` if a comment does not end.
    fn skip_space(&mut self) -> Option<()> {
        loop {
            self.rest = self.rest.trim_start_matches(char::is_whitespace);
            if self.eat("//") {
                self.rest = self.rest.find(['\n', '\r']).map_or("", |at| &self.rest[at..]);
            } else if self.eat("/*") {
                let end = self.rest.find("*/")?;
                self.rest = &self.rest[end + 2..];
            } else {
                return Some(());
            }
        }
    }

    fn value(&mut self) -> Option<Value> {
        match self.peek()? {
            '{' => self.nested(Self::object),
            '[' => self.nested(Self::array),
            '"' | '\'' => self.string().map(Value::from),
            '-' | '.' | '0'..='9' => self.number(),
            _ => {
                let end = self.rest.find(|it: char| !it.is_alphanumeric()).unwrap_or(self.rest.len());
                let (word, rest) = self.rest.split_at(end);
                let value = match word {
                    "true" => true.into(),
                    "false" => false.into(),
                    "null" | "undefined" => Value::NULL,
                    "NaN" | "Infinity" => Value::from(word),
                    _ => return None,
                };
                self.rest = rest;
                Some(value)
            }
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Option<Value>) -> Option<Value> {
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Option<Value> {
        self.eat("[");
        let mut items = Vec::new();
        loop {
            self.skip_space()?;
            if self.eat("]") {
                return Some(Value::array(items));
            }
            if self.eat(",") {
                items.push(Value::NULL);
                continue;
            }
            items.push(self.value()?);
            self.skip_space()?;
            if !self.eat(",") && self.peek() != Some(']') {
                return None;
            }
        }
    }

    fn object(&mut self) -> Option<Value> {
        self.eat("{");
        let mut members: Vec<Member> = Vec::new();
        let mut seen: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
        loop {
            self.skip_space()?;
            if self.eat("}") {
                return Some(Value::object(members));
            }
            let name = match self.peek()? {
                '"' | '\'' => self.string()?,
                _ => {
                    let is_name = |it: char| it.is_alphanumeric() || matches!(it, '_' | '$');
                    let end = self.rest.find(|it| !is_name(it)).unwrap_or(self.rest.len());
                    let (name, rest) = self.rest.split_at(end);
                    if name.is_empty() {
                        return None;
                    }
                    self.rest = rest;
                    name.to_owned()
                }
            };
            self.skip_space()?;
            if !self.eat(":") {
                return None;
            }
            self.skip_space()?;
            let value = self.value()?;
            if let Some(&at) = seen.get(&name) {
                members[at].value = value;
            } else {
                seen.insert(name.clone(), members.len());
                members.push(Member::new(name, value));
            }
            self.skip_space()?;
            if !self.eat(",") && self.peek() != Some('}') {
                return None;
            }
        }
    }

    fn number(&mut self) -> Option<Value> {
        if self.eat("-Infinity") {
            return Some("-Infinity".into());
        }
        let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '+' | '-');
        let end = self.rest.find(|it| !is_part(it)).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        let digits = text.strip_prefix('-').unwrap_or(text);
        let sign = if digits.len() < text.len() { -1 } else { 1 };
        if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
            return i64::from_str_radix(hex, 16).ok().map(|value| (sign * value).into());
        }
        let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_whole && digits.len() > 1 && digits.starts_with('0') {
            return i64::from_str_radix(digits, 8).ok().map(|value| (sign * value).into());
        }
        if is_whole && !digits.is_empty() {
            return Some(crate::template::value::number(text).into());
        }
        let is_decimal = digits.starts_with(|it: char| it.is_ascii_digit() || it == '.');
        let value: f64 = if is_decimal { text.parse().ok()? } else { return None };
        Some(Data::Float(value).into())
    }

    fn string(&mut self) -> Option<String> {
        let quote = self.peek()?;
        self.rest = &self.rest[1..];
        let mut text = String::new();
        let mut units: Vec<u16> = Vec::new();
        loop {
            let char = self.peek()?;
            self.rest = &self.rest[char.len_utf8()..];
            if char != '\\' {
                flush(&mut units, &mut text);
                if char == quote {
                    return Some(text);
                }
                text.push(char);
                continue;
            }
            let escape = self.peek()?;
            self.rest = &self.rest[escape.len_utf8()..];
            if escape == 'u' {
                let unit = u16::from_str_radix(self.rest.get(..4)?, 16).ok()?;
                self.rest = &self.rest[4..];
                units.push(unit);
                continue;
            }
            flush(&mut units, &mut text);
            text.push(match escape {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '\\' | '/' | '"' | '\'' => escape,
                _ => return None,
            });
        }
    }
}

/// Half a pair of surrogates becomes the replacement character.
fn flush(units: &mut Vec<u16>, text: &mut String) {
    text.extend(char::decode_utf16(units.drain(..)).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)));
}
