//! Names with a value behind them: members, settings given as name and value, names that a comma splits.

use std::collections::HashMap;

use super::{MAX_BETWEEN, Name, Scan, Value, is_of_connection};
use crate::lint::secrets::SecretKind;
use crate::lint::secrets::names::{Class, MAX_NAME, class_of};

impl<'t> Scan<'t> {
    /// `name: value`, `name=value`.
    pub(super) fn pair(&mut self, at: usize, to: usize, depth: u8) -> Option<usize> {
        let name = self.name_before(at)?;
        let separator = self.bytes[at];
        if name.text.eq_ignore_ascii_case("name") {
            return self.setting(at, to, separator, &name, depth);
        }
        let class = class_of(name.text).or_else(|| self.split_name(&name, separator))?;
        if class == Class::Parameter
            && !(separator == b'=' && matches!(name.before, Some(b'?' | b'&' | b';' | b'"' | b'\'')))
        {
            return None;
        }
        let in_url = matches!(name.before, Some(b'?' | b'&')) || class == Class::Parameter;
        let kind = match class {
            Class::Authorization | Class::Header => SecretKind::Header,
            Class::Misspelt => SecretKind::Misspelt,
            Class::CustomData => SecretKind::CustomData,
            Class::Parameter => SecretKind::Parameter,
            Class::Property if in_url => SecretKind::Parameter,
            Class::Property if is_of_connection(name.text) && separator == b'=' => {
                SecretKind::ConnectionString
            }
            Class::Property => SecretKind::Property,
        };
        let value = self.value(at + 1, to, separator, &name, class);
        self.take(value, kind, class, to, depth)
    }

    /// `{"name": "DB_PASSWORD", "value": "…"}`, and the same in YAML.
    pub(super) fn setting(
        &mut self,
        at: usize,
        to: usize,
        separator: u8,
        name: &Name<'t>,
        depth: u8,
    ) -> Option<usize> {
        let Value::Text { content, end } = self.value(at + 1, to, separator, name, Class::Property) else {
            return None;
        };
        let class = class_of(self.text.get(content)?.trim())?;
        let kind = match class {
            Class::Property => SecretKind::Property,
            Class::Authorization | Class::Header => SecretKind::Header,
            Class::Misspelt | Class::Parameter | Class::CustomData => return None,
        };
        let value = self.setting_value(end, to, class)?;
        self.take(value, kind, class, to, depth)
    }

    /// The value behind the name of a setting that ends at `end`.
    pub(super) fn setting_value(&mut self, end: usize, to: usize, class: Class) -> Option<Value> {
        let window = &self.bytes[end..to.min(end + MAX_BETWEEN)];
        let next = window.iter().position(|byte| matches!(byte, b':' | b'='))?;
        let separator = window[next];
        let named = self.name_before(end + next).filter(|named| {
            ["value", "secureValue", "defaultValue"].iter().any(|it| it.eq_ignore_ascii_case(named.text))
        })?;
        Some(self.value(end + next + 1, to, separator, &named, class))
    }

    /// The value of a setting whose name is one of `names`.
    pub(super) fn named_setting(
        &mut self,
        at: usize,
        to: usize,
        name: &Name<'t>,
        names: &HashMap<String, Class>,
    ) {
        let Value::Text { content, end } = self.value(at + 1, to, self.bytes[at], name, Class::Property)
        else {
            return;
        };
        let named = self.text.get(content).map(|named| named.trim().to_ascii_lowercase());
        let Some(&class) = named.and_then(|named| names.get(&named)) else { return };
        if let Some(Value::Text { content, .. }) = self.setting_value(end, to, class) {
            self.consider(SecretKind::Variable, class, content);
        }
    }

    /// `"adminPassword", "…"`: a comma for a colon.
    pub(super) fn comma(&mut self, at: usize, to: usize, depth: u8) -> Option<usize> {
        let is_blank = |byte: &&u8| !matches!(**byte, b' ' | b'\t');
        let before = self.bytes[..at].iter().rev().take(8).find(is_blank)?;
        let behind = self.bytes[at + 1..to].iter().take(8).find(is_blank)?;
        if !matches!(behind, b'"' | b'\'' | b'\\') {
            return None;
        }
        let name = self.name_before(at)?;
        // `"adminPassword;"…"`
        let is_slip = self.bytes[at] == b';' && name.before == Some(b'"') && *behind == b'"';
        let is_argument =
            name.start >= 2 && self.bytes[name.start - 2] == b'(' && matches!(before, b'"' | b'\'');
        if !is_slip && !is_argument && (self.bytes[at] == b';' || *before != b'"') {
            return None;
        }
        let class = class_of(name.text).filter(|class| match class {
            Class::Property | Class::Misspelt | Class::CustomData => true,
            // `$headers.Add('Authorization', '…')`
            Class::Authorization | Class::Header => is_argument,
            Class::Parameter => false,
        })?;
        let value = self.value(at + 1, to, b':', &name, class);
        let Value::Text { end, .. } = &value else { return None };
        // A list of names, or the next member's name.
        let next = self.bytes[*end..to].iter().take(64).find(|byte| !byte.is_ascii_whitespace());
        if matches!(next, Some(b']' | b':')) {
            return None;
        }
        let kind = match class {
            Class::Authorization | Class::Header => SecretKind::Header,
            _ => SecretKind::Misspelt,
        };
        self.take(value, kind, class, to, depth)
    }

    /// `"adminPass", "word": "…"`: a comma within the name.
    pub(super) fn split_name(&self, name: &Name<'t>, separator: u8) -> Option<Class> {
        if !name.quoted || separator != b':' || name.before != Some(b'"') {
            return None;
        }
        let mut at = name.start.checked_sub(1)?;
        let comma = self.bytes[..at].iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'\\'))?;
        if self.bytes[comma] != b',' {
            return None;
        }
        at = comma;
        let first = self.name_before(at).filter(|first| first.quoted)?;
        let class = class_of(&format!("{}{}", first.text, name.text));
        class.filter(|class| *class == Class::Property).map(|_| Class::Misspelt)
    }

    pub(super) fn name_before(&self, at: usize) -> Option<Name<'t>> {
        let mut end = at;
        let mut blanks = 0;
        while blanks < 16 && end > 0 && matches!(self.bytes[end - 1], b' ' | b'\t') {
            end -= 1;
            blanks += 1;
        }
        let mut quoted = false;
        let mut marks = 0;
        while marks < 20
            && end > 0
            && matches!(self.bytes[end - 1], b'"' | b'\'' | b'\\' | b']' | b'}' | b'*' | b'`')
        {
            quoted |= matches!(self.bytes[end - 1], b'"' | b'\'');
            end -= 1;
            marks += 1;
        }
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let mut start = end;
        while start > 0 && end - start <= MAX_NAME && is_name(self.bytes[start - 1]) {
            start -= 1;
        }
        if start == end || end - start > MAX_NAME {
            return None;
        }
        let before = start.checked_sub(1).map(|at| self.bytes[at]);
        // `--admin-password=…`
        let text = self.text.get(start..end)?;
        Some(Name { text: text.trim_start_matches('-'), start, before, quoted, apart: blanks > 0 })
    }
}
