//! Operators and casts.

use std::rc::Rc;

use super::text::{PIECE, cost};
use super::{Evaluator, Faults, Item, ObjectKind, Text, Value, gathered, segments, truth, unrolled};
use crate::notation::powershell::fault;
use crate::notation::powershell::syntax::{Expression, ExpressionKind, Operator};
use crate::text::{Builder, Encoding, Fragment, Span};

/// A number of a range that is longer than this is not listed.
const MAX_RANGE: i64 = 100;
/// Bytes of memory that an item of a list takes.
pub(super) const ITEM: usize = 200;

impl<'s> Evaluator<'_, 's> {
    /// `a + b + c`
    pub(super) fn sum(&mut self, span: Span, operands: &[Expression]) -> Item<'s> {
        let items: Vec<Item<'s>> = operands.iter().map(|operand| self.expression(operand)).collect();
        let mut faults = gathered(items.iter().flat_map(|item| item.faults().iter().cloned()));
        let secure = items.iter().zip(operands).filter(|(item, _)| matches!(item.value, Value::Secure));
        for (_, operand) in secure {
            let fault = fault::secure_token(self.file(operand.span), self.source(operand.span));
            faults.push(Rc::new(fault));
        }
        let Some(first) = items.first() else { return self.unknown(span) };
        match &first.value {
            Value::Number(_) => {
                let mut sum = 0_i64;
                for item in &items {
                    let Value::Number(value) = &item.value else { return self.unknown_with(span, faults) };
                    let Some(next) = value.parse::<i64>().ok().and_then(|value| sum.checked_add(value))
                    else {
                        return self.unknown_with(span, faults);
                    };
                    sum = next;
                }
                Item::new(Value::Number(sum.to_string().into()), self.file(span))
            }
            Value::List(_) => {
                let mut all = Vec::new();
                for item in &items {
                    match &item.value {
                        Value::List(inner) if self.room(8 * inner.len()) => {
                            all.extend(inner.iter().cloned());
                        }
                        Value::List(_) | Value::Unknown(_) => return self.unknown_with(span, faults),
                        _ => all.push(item.clone()),
                    }
                }
                Item::new(Value::List(all.into()), self.file(span))
            }
            // Something unknown and a text are a text, if the first is one; every URL begins so.
            Value::Text(_) | Value::Unknown(_) | Value::Null => {
                let is_text = items.iter().any(|item| matches!(item.value, Value::Text(_)));
                if !is_text {
                    return self.unknown_with(span, faults);
                }
                let unit = Rc::clone(&self.unit);
                let mut builder = Builder::new(&unit.code);
                for (at, (item, operand)) in items.iter().zip(operands).enumerate() {
                    let place = (operand.span, variable_name(operand));
                    self.embed_before(&mut builder, item, place, items.get(at + 1));
                }
                self.text_item(builder.finish(span.start, Encoding::Plain), faults, span)
            }
            _ => self.unknown_with(span, faults),
        }
    }

    pub(super) fn binary(
        &mut self,
        span: Span,
        operator: Operator,
        left: &Expression,
        right: &Expression,
    ) -> Item<'s> {
        let first = self.expression(left);
        if operator == Operator::Coalesce {
            return match &first.value {
                Value::Null => self.expression(right),
                Value::Unknown(_) => {
                    self.expression(right);
                    self.unknown(span)
                }
                _ => first,
            };
        }
        let second = self.expression(right);
        let faults = || gathered(first.faults().iter().chain(second.faults()).cloned());
        let read = match operator {
            Operator::Format => self.format(span, &first, &second, right),
            Operator::Join => self.join_items(span, &first, Some((&second, right)), left),
            Operator::Replace | Operator::ReplaceCase => {
                self.replace(&first, &second, right, operator == Operator::ReplaceCase)
            }
            Operator::Split => self.split(span, &first, &second),
            Operator::Equal | Operator::NotEqual => {
                let equal = equal(&first, &second);
                equal.map(|it| Item::new(Value::Bool(it == (operator == Operator::Equal)), self.file(span)))
            }
            Operator::And | Operator::Or => {
                let value = match (truth(&first), truth(&second), operator) {
                    (Some(a), Some(b), Operator::And) => Some(a && b),
                    (Some(a), Some(b), _) => Some(a || b),
                    (Some(false), None, Operator::And) | (None, Some(false), Operator::And) => Some(false),
                    (Some(true), None, Operator::Or) | (None, Some(true), Operator::Or) => Some(true),
                    _ => None,
                };
                value.map(|value| Item::new(Value::Bool(value), self.file(span)))
            }
            Operator::Range => self.range(span, &first, &second),
            Operator::Subtract | Operator::Multiply => {
                let number = |item: &Item<'_>| match &item.value {
                    Value::Number(value) => value.parse::<i64>().ok(),
                    _ => None,
                };
                let value = match (number(&first), number(&second)) {
                    (Some(a), Some(b)) if operator == Operator::Subtract => a.checked_sub(b),
                    (Some(a), Some(b)) => a.checked_mul(b),
                    _ => None,
                };
                value.map(|value| Item::new(Value::Number(value.to_string().into()), self.file(span)))
            }
            _ => None,
        };
        read.unwrap_or_else(|| self.unknown_with(span, faults()))
    }

    pub(super) fn unary(&mut self, span: Span, operator: Operator, operand: &Expression) -> Item<'s> {
        let item = self.expression(operand);
        let read = match operator {
            Operator::Join => self.join_items(span, &item, None, operand),
            Operator::Not => truth(&item).map(|value| Item::new(Value::Bool(!value), self.file(span))),
            Operator::Add if matches!(item.value, Value::Number(_)) => Some(item.clone()),
            _ => None,
        };
        read.unwrap_or_else(|| self.unknown_with(span, item.faults().to_vec()))
    }

    /// `a..b`
    fn range(&self, span: Span, first: &Item<'s>, last: &Item<'s>) -> Option<Item<'s>> {
        let (Value::Number(first), Value::Number(last)) = (&first.value, &last.value) else { return None };
        let (first, last): (i64, i64) = (first.parse().ok()?, last.parse().ok()?);
        if first.checked_sub(last)?.abs() > MAX_RANGE {
            return None;
        }
        let at = self.file(span);
        let numbers: Vec<i64> =
            if first <= last { (first..=last).collect() } else { (last..=first).rev().collect() };
        let items: Vec<Item<'s>> =
            numbers.iter().map(|it| Item::new(Value::Number(it.to_string().into()), at)).collect();
        Some(Item::new(Value::List(items.into()), at))
    }

    /// `'…{0}…' -f a, b`
    fn format(
        &mut self,
        span: Span,
        format: &Item<'s>,
        values: &Item<'s>,
        right: &Expression,
    ) -> Option<Item<'s>> {
        let Value::Text(format) = &format.value else { return None };
        let places: Vec<(Item<'s>, Span)> = match (&values.value, &right.kind) {
            (Value::List(items), ExpressionKind::List(written)) => {
                items.iter().cloned().zip(written.iter().map(|it| it.span)).collect()
            }
            (Value::List(items), _) => items.iter().map(|item| (item.clone(), right.span)).collect(),
            _ => vec![(values.clone(), right.span)],
        };
        let names = variable_names(right);
        Some(self.formatted(span, format, &places, &names))
    }

    /// A format string with `places` put in.
    pub(super) fn formatted(
        &mut self,
        span: Span,
        format: &Text<'s>,
        places: &[(Item<'s>, Span)],
        names: &[String],
    ) -> Item<'s> {
        let fragment = Rc::clone(&format.fragment);
        let text = fragment.text();
        let bytes = text.as_bytes();
        let of_places = places.iter().flat_map(|(item, _)| item.faults());
        let mut faults = gathered(format.faults.iter().chain(of_places).cloned());
        if !self.spend(text.len()) {
            return self.unknown_with(span, faults);
        }
        let mut builder = Builder::new(&fragment);
        let mut run = 0;
        let mut at = 0;
        let mut wrong = Vec::new();
        // JSON whose braces are its own: then doubled ones are two of them.
        let is_json = has_lone_braces(bytes);
        while let Some(brace) = memchr::memchr2(b'{', b'}', &bytes[at..]).map(|len| at + len) {
            let doubled = !is_json && bytes.get(brace + 1) == Some(&bytes[brace]);
            if doubled {
                copy(&mut builder, run, brace, Encoding::Format);
                builder.decoded(Span::new(brace, brace + 2), &text[brace..=brace], Encoding::Format);
                at = brace + 2;
                run = at;
                continue;
            }
            let Some((len, index, plain)) = item_len(&bytes[brace..]) else {
                wrong.push(brace);
                at = brace + 1;
                continue;
            };
            copy(&mut builder, run, brace, Encoding::Format);
            at = brace + len;
            run = at;
            let place = Span::new(brace, at);
            match places.get(index) {
                Some((item, _)) if plain && !matches!(item.value, Value::Unknown(_)) => {
                    let file = fragment.to_file(place);
                    let secret = names.get(index).is_some_and(|name| super::text::is_secret(name));
                    let parts: Vec<(String, bool)> = segments(&item.value, &self.scope.powershell)
                        .into_iter()
                        .map(|(text, open)| (text.into_owned(), open))
                        .collect();
                    let len = cost(parts.iter().map(|(text, _)| text.as_str()));
                    if secret || !self.spend(len) {
                        builder.placed(file, &text[place.range()], true);
                    } else {
                        for (text, open) in parts {
                            builder.placed(file, &text, open);
                        }
                    }
                }
                Some((Item { value: Value::Unknown(unknown), .. }, _))
                    if !unknown.shown.text().is_empty() =>
                {
                    let shown = super::text::shown_before(unknown.shown.text(), &text[at..]);
                    builder.placed(fragment.to_file(place), &shown, true);
                }
                _ => builder.expansion(place, Encoding::Format),
            }
        }
        copy(&mut builder, run, text.len(), Encoding::Format);
        let read = builder.finish(0, Encoding::Format);
        if !wrong.is_empty() && format.is_known() {
            faults.push(Rc::new(fault::format_braces(&fragment, &wrong)));
        }
        self.text_item(read, faults, span)
    }

    /// `list -join ','`, `-join list`
    fn join_items(
        &mut self,
        span: Span,
        list: &Item<'s>,
        separator: Option<(&Item<'s>, &Expression)>,
        written: &Expression,
    ) -> Option<Item<'s>> {
        let items = match &list.value {
            Value::List(items) => Rc::clone(items),
            Value::Text(_) | Value::Number(_) => vec![list.clone()].into(),
            _ => return None,
        };
        let mut faults = Faults::new();
        let between = match separator {
            None => String::new(),
            Some((Item { value: Value::Text(text), .. }, _)) if text.is_known() => text.as_str().to_owned(),
            Some(_) => return None,
        };
        let places = item_spans(written, items.len());
        let unit = Rc::clone(&self.unit);
        let mut builder = Builder::new(&unit.code);
        for (index, item) in items.iter().enumerate() {
            if index > 0 && !between.is_empty() {
                let at = separator.map_or(span, |(_, expression)| expression.span);
                builder.placed(self.file(at), &between, false);
            }
            faults.extend(item.faults().iter().take(super::MAX_FAULTS - faults.len()).cloned());
            let place = places.get(index).copied().unwrap_or(written.span);
            self.embed(&mut builder, item, place, "");
        }
        Some(self.text_item(builder.finish(span.start, Encoding::Plain), faults, span))
    }

    /// `text -replace pattern, by`
    fn replace(
        &mut self,
        text: &Item<'s>,
        by: &Item<'s>,
        right: &Expression,
        case: bool,
    ) -> Option<Item<'s>> {
        let Value::Text(text_of) = &text.value else { return None };
        let (pattern, replacement) = match &by.value {
            Value::List(items) if items.len() == 2 => (items[0].clone(), Some(items[1].clone())),
            Value::Text(_) => (by.clone(), None),
            _ => return None,
        };
        let Value::Text(pattern) = &pattern.value else { return None };
        let place = match &right.kind {
            ExpressionKind::List(written) => written.get(1).map_or(right.span, |it| it.span),
            _ => right.span,
        };
        let pattern = Pattern::read(pattern.as_str(), case)?;
        let by = match &replacement {
            None => Vec::new(),
            Some(item) => {
                if !matches!(item.value, Value::Text(_) | Value::Number(_) | Value::Unknown(_) | Value::Null)
                {
                    return None;
                }
                let parts: Vec<(String, bool)> = segments(&item.value, &self.scope.powershell)
                    .into_iter()
                    .map(|(text, open)| (text.replace("$$", "$"), open))
                    .collect();
                let groups = |(text, open): &(String, bool)| {
                    !open
                        && text.match_indices('$').any(|(at, _)| {
                            text[at + 1..].starts_with(|c: char| {
                                c.is_ascii_digit() || matches!(c, '{' | '&' | '`' | '\'' | '+' | '_')
                            })
                        })
                };
                if parts.iter().any(groups) {
                    return None;
                }
                parts
            }
        };
        let faults = replacement.iter().flat_map(|it| it.faults().iter().cloned()).collect();
        self.substituted(text_of, text.at, |text| pattern.find_all(text), &by, place, faults)
    }

    /// `text` with what `find` finds in it replaced; `place` says where `by` stands.
    pub(super) fn substituted(
        &mut self,
        text: &Text<'s>,
        at: Span,
        find: impl FnOnce(&str) -> Vec<Span>,
        by: &[(String, bool)],
        place: Span,
        more: Faults,
    ) -> Option<Item<'s>> {
        let fragment = Rc::clone(&text.fragment);
        if !self.spend(fragment.weight()) {
            return None;
        }
        let found = find(fragment.text());
        let len = cost(by.iter().map(|(text, _)| text.as_str())).saturating_add(PIECE);
        if !self.spend(len.saturating_mul(found.len())) {
            return None;
        }
        let mut builder = Builder::new(&fragment);
        let mut run = 0;
        let _ = place;
        for span in found {
            // What only a run knows is not looked into.
            if fragment.has_expansion(span) {
                continue;
            }
            copy(&mut builder, run, span.start as usize, Encoding::Plain);
            let file = fragment.to_file(span);
            for (text, open) in by {
                builder.placed(file, text, *open);
            }
            run = span.end as usize;
        }
        copy(&mut builder, run, fragment.text().len(), Encoding::Plain);
        let anchor = 0;
        let read = builder.finish(anchor, Encoding::Plain);
        let faults = gathered(text.faults.iter().cloned().chain(more));
        Some(Item::new(Value::Text(Text { fragment: Rc::new(read), faults }), at))
    }

    /// `text -split pattern`
    fn split(&mut self, span: Span, text: &Item<'s>, by: &Item<'s>) -> Option<Item<'s>> {
        let (Value::Text(text), Value::Text(by)) = (&text.value, &by.value) else { return None };
        let pattern = Pattern::read(by.as_str(), false)?;
        if !text.is_known() || !self.spend(text.as_str().len()) {
            return None;
        }
        let found = pattern.find_all(text.as_str());
        if !self.room(ITEM * found.len()) {
            return None;
        }
        let mut parts = Vec::new();
        let mut from = 0;
        let at = self.file(span);
        let mut push = |from: usize, to: usize| {
            let part = text.fragment.slice(Span::new(from, to));
            parts.push(Item::new(Value::Text(Text::new(part)), at));
        };
        for found in found {
            push(from, found.start as usize);
            from = found.end as usize;
        }
        push(from, text.as_str().len());
        Some(Item::new(Value::List(parts.into()), at))
    }

    /// `[type] operand`
    pub(super) fn cast(&mut self, span: Span, name: &str, operand: &Expression) -> Item<'s> {
        let name = name.strip_prefix("system.").unwrap_or(name);
        if let ExpressionKind::Table(entries) = &operand.kind {
            let kind = match name {
                "ordered" | "collections.specialized.ordereddictionary" => ObjectKind::Ordered,
                "pscustomobject" | "psobject" | "management.automation.pscustomobject" => ObjectKind::Custom,
                "hashtable" | "object" | "collections.hashtable" | "collections.idictionary" => {
                    ObjectKind::Hashtable
                }
                _ => return self.unknown(span),
            };
            let value = self.table(entries, kind);
            return Item::new(value, self.file(operand.span));
        }
        let item = self.expression(operand);
        match (name, &item.value) {
            (
                "string",
                Value::Number(_) | Value::Bool(_) | Value::List(_) | Value::Object(_) | Value::Null,
            ) => {
                let unit = Rc::clone(&self.unit);
                let mut builder = Builder::new(&unit.code);
                self.embed(&mut builder, &item, operand.span, "");
                self.text_item(builder.finish(span.start, Encoding::Plain), Faults::new(), span)
            }
            ("int" | "int32" | "int64" | "long" | "double" | "decimal", Value::Number(_))
            | ("bool" | "boolean" | "switch", Value::Bool(_))
            | ("string" | "uri" | "guid" | "version", Value::Text(_))
            | ("hashtable" | "ordered", Value::Object(_))
            | ("object" | "psobject" | "void", _) => item,
            ("int" | "int32" | "int64" | "long", Value::Text(text))
                if text.is_known() && text.as_str().parse::<i64>().is_ok() =>
            {
                Item::new(Value::Number(text.as_str().into()), self.file(span))
            }
            ("uribuilder", Value::Text(_)) => {
                let at = item.at;
                let read = self.new_builder(&[item], std::slice::from_ref(operand));
                read.map_or_else(|| self.unknown(span), |read| Item::new(read.value, at))
            }
            ("pscustomobject", Value::Object(index)) => {
                let Some(object) = self.scope.powershell.objects.get(*index).cloned() else {
                    return self.unknown(span);
                };
                let value = self.scope.powershell.add(object.of_kind(ObjectKind::Custom));
                Item::new(value, item.at)
            }
            ("array" | "string[]" | "object[]" | "collections.arraylist", _) => {
                if let Value::Unknown(_) = &item.value {
                    self.unknown_with(span, item.faults().to_vec())
                } else {
                    let at = item.at;
                    Item::new(Value::List(unrolled(item).into()), at)
                }
            }
            _ => self.unknown_with(span, item.faults().to_vec()),
        }
    }
}

/// Copies what is not empty.
pub(super) fn copy(builder: &mut Builder<'_, '_>, from: usize, to: usize, encoding: Encoding) {
    if from < to {
        builder.copy(Span::new(from, to), encoding);
    }
}

/// The name of the variable that an expression is.
pub(super) fn variable_name(expression: &Expression) -> &str {
    match &expression.kind {
        ExpressionKind::Variable(variable) => &variable.name,
        _ => "",
    }
}

fn variable_names(expression: &Expression) -> Vec<String> {
    match &expression.kind {
        ExpressionKind::List(items) => items.iter().map(|item| variable_name(item).to_owned()).collect(),
        ExpressionKind::Paren(_) => Vec::new(),
        _ => vec![variable_name(expression).to_owned()],
    }
}

/// Where the items of a list stand that is spelt out in brackets or without.
fn item_spans(expression: &Expression, count: usize) -> Vec<Span> {
    use crate::notation::powershell::syntax::{Element, Statement};
    let mut inner = expression;
    for _ in 0..8 {
        let statements = match &inner.kind {
            ExpressionKind::List(items) if items.len() == count => {
                return items.iter().map(|item| item.span).collect();
            }
            ExpressionKind::Paren(statement) => std::slice::from_ref(&**statement),
            ExpressionKind::Array(block) => {
                let lone = |statement: &Statement| match statement {
                    Statement::Pipeline(pipeline) => match pipeline.elements.as_slice() {
                        [Element::Expression(expression)] => Some(expression.span),
                        _ => None,
                    },
                    _ => None,
                };
                if block.statements.len() == count && count > 1 {
                    return block.statements.iter().filter_map(lone).collect();
                }
                block.statements.as_slice()
            }
            _ => break,
        };
        let [Statement::Pipeline(pipeline)] = statements else { break };
        let [Element::Expression(next)] = pipeline.elements.as_slice() else { break };
        inner = next;
    }
    Vec::new()
}

fn equal(a: &Item<'_>, b: &Item<'_>) -> Option<bool> {
    match (&a.value, &b.value) {
        (Value::Text(a), Value::Text(b)) if a.is_known() && b.is_known() => {
            Some(a.as_str().to_lowercase() == b.as_str().to_lowercase())
        }
        (Value::Number(a), Value::Number(b)) => Some(a == b),
        (Value::Bool(a), Value::Bool(b)) => Some(a == b),
        (Value::Null, Value::Null) => Some(true),
        (Value::Null, Value::Text(_) | Value::Number(_) | Value::Object(_))
        | (Value::Text(_) | Value::Number(_) | Value::Object(_), Value::Null) => Some(false),
        _ => None,
    }
}

/// True if a format string has a brace that is neither doubled nor part of an item: it cannot be formatted.
fn has_lone_braces(bytes: &[u8]) -> bool {
    let mut at = 0;
    while let Some(brace) = memchr::memchr2(b'{', b'}', &bytes[at..]).map(|len| at + len) {
        if bytes.get(brace + 1) == Some(&bytes[brace]) {
            at = brace + 2;
        } else if let Some((len, ..)) = item_len(&bytes[brace..]) {
            at = brace + len;
        } else {
            return true;
        }
    }
    false
}

/// The length of the `{0}` or `{0:d2}` that `bytes` begin with, its number, and whether it is filled in as it is.
fn item_len(bytes: &[u8]) -> Option<(usize, usize, bool)> {
    if bytes.first() != Some(&b'{') {
        return None;
    }
    let digits = bytes[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || digits > 3 {
        return None;
    }
    let index = bytes[1..=digits].iter().fold(0, |sum, byte| sum * 10 + usize::from(byte - b'0'));
    let close = bytes[1 + digits..].iter().take(20).position(|byte| *byte == b'}')? + 1 + digits;
    let plain = close == 1 + digits;
    (plain || matches!(bytes[1 + digits], b':' | b',')).then_some((close + 1, index, plain))
}

/// A regular expression, as far as it is one that anybody reads the same: characters, `.`, classes by letter, ends.
struct Pattern {
    units: Vec<Unit>,
    start: bool,
    end: bool,
    case: bool,
}

#[derive(Clone, Copy)]
enum Unit {
    Char(char),
    Any,
    Space,
    Digit,
    Word,
}

impl Pattern {
    /// `None` for what is more than that.
    fn read(text: &str, case: bool) -> Option<Self> {
        let mut units = Vec::new();
        let mut start = false;
        let mut end = false;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if end {
                return None;
            }
            match c {
                '^' if units.is_empty() => start = true,
                '$' if chars.peek().is_none() => end = true,
                '\\' => match chars.next()? {
                    's' => units.push(Unit::Space),
                    'd' => units.push(Unit::Digit),
                    'w' => units.push(Unit::Word),
                    'n' => units.push(Unit::Char('\n')),
                    't' => units.push(Unit::Char('\t')),
                    'r' => units.push(Unit::Char('\r')),
                    c if c.is_alphanumeric() => return None,
                    c => units.push(Unit::Char(c)),
                },
                '.' => units.push(Unit::Any),
                '^' | '$' | '*' | '+' | '?' | '(' | ')' | '[' | '|' => return None,
                '{' if chars.peek().is_some_and(char::is_ascii_digit) => return None,
                c => units.push(Unit::Char(c)),
            }
        }
        (!units.is_empty() && units.len() <= 200).then_some(Self { units, start, end, case })
    }

    /// Where it matches, one match behind the other.
    fn find_all(&self, text: &str) -> Vec<Span> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.len() {
            match self.match_len(&text[at..]).filter(|len| !self.end || at + len == text.len()) {
                Some(len) => {
                    found.push(Span::new(at, at + len));
                    at += len;
                }
                None => at += text[at..].chars().next().map_or(1, char::len_utf8),
            }
            if self.start {
                break;
            }
        }
        found
    }

    fn match_len(&self, text: &str) -> Option<usize> {
        let mut len = 0;
        let mut chars = text.chars();
        for unit in &self.units {
            let c = chars.next()?;
            let fits = match unit {
                Unit::Any => c != '\n',
                Unit::Space => c.is_whitespace(),
                Unit::Digit => c.is_numeric(),
                Unit::Word => c.is_alphanumeric() || c == '_',
                Unit::Char(wanted) if self.case => c == *wanted,
                Unit::Char(wanted) => c == *wanted || c.to_lowercase().eq(wanted.to_lowercase()),
            };
            if !fits {
                return None;
            }
            len += c.len_utf8();
        }
        Some(len)
    }
}

/// A text that is a slice of another.
pub(super) fn part_of<'s>(fragment: &Fragment<'s>, from: usize, to: usize) -> Fragment<'s> {
    fragment.slice(Span::new(from, to))
}
