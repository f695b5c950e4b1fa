//! Members: of objects, of texts, of types.

use std::rc::Rc;

use super::operator::part_of;
use super::{Entry, Evaluator, Faults, Item, Object, ObjectKind, Origin, Text, Value, gathered, segments};
use crate::notation::powershell::syntax::{Expression, ExpressionKind};
use crate::text::{Builder, Encoding, Span};

impl<'s> Evaluator<'_, 's> {
    /// A member's name, if it is spelt out or known.
    fn member_name(&mut self, name: &Expression) -> Option<String> {
        match &self.expression(name).value {
            Value::Text(text) if text.is_known() => Some(text.as_str().to_ascii_lowercase()),
            _ => None,
        }
    }

    pub(super) fn member(
        &mut self,
        span: Span,
        object: &Expression,
        name: &Expression,
        is_static: bool,
        arguments: Option<&[Expression]>,
    ) -> Item<'s> {
        let name_of = self.member_name(name);
        if let (true, ExpressionKind::Type(type_name)) = (is_static, &object.kind) {
            let type_name = type_name.strip_prefix("system.").unwrap_or(type_name).to_owned();
            return self.static_member(span, &type_name, name_of.as_deref(), arguments.unwrap_or_default());
        }
        let item = self.expression(object);
        let arguments = arguments.map(|arguments| {
            arguments.iter().map(|argument| (self.expression(argument), argument.span)).collect::<Vec<_>>()
        });
        let Some(name) = name_of else {
            self.lose(&item);
            return self.unknown_with(span, item.faults().to_vec());
        };
        let argument = arguments.iter().flatten().next().map(|(item, _)| item);
        if let Some(bytes) = Self::bytes_of(object, &name, argument) {
            return Item::new(bytes, self.file(span));
        }
        let read = match &arguments {
            None => self.property(span, &item, &name),
            Some(arguments) => self.method(span, &item, &name, arguments),
        };
        read.unwrap_or_else(|| {
            if arguments.is_some()
                && !matches!(name.as_str(), "tostring" | "contains" | "containskey" | "gettype" | "equals")
            {
                self.lose(&item);
            }
            let of_arguments = arguments.iter().flatten().flat_map(|(item, _)| item.faults());
            self.unknown_with(span, gathered(item.faults().iter().chain(of_arguments).cloned()))
        })
    }

    /// Something is done to an object that is not followed.
    pub(super) fn lose(&mut self, item: &Item<'s>) {
        if let Value::Object(index) = item.value {
            self.scope.powershell.change(index, |object| {
                object.lose();
            });
        }
    }

    fn property(&mut self, span: Span, item: &Item<'s>, name: &str) -> Option<Item<'s>> {
        match &item.value {
            Value::Object(index) => {
                let object = self.scope.powershell.objects.get(*index)?;
                if object.kind == ObjectKind::UriBuilder && matches!(name, "uri" | "absoluteuri") {
                    return self.builder_uri(span, *index);
                }
                if let Some(entry) = object.get(name) {
                    let mut item = entry.item.clone();
                    if let Value::Unknown(unknown) = &mut item.value {
                        unknown.shown = self.shown(span);
                    }
                    return Some(item);
                }
                match name {
                    "count" if !object.open && object.kind != ObjectKind::Custom => {
                        let count = object.entries.len().to_string();
                        Some(Item::new(Value::Number(count.into()), self.file(span)))
                    }
                    "keys" | "values" | "count" | "length" => None,
                    _ if object.open || object.kind == ObjectKind::UriBuilder => None,
                    _ => Some(self.null(span)),
                }
            }
            Value::List(items) if matches!(name, "count" | "length") => {
                Some(Item::new(Value::Number(items.len().to_string().into()), self.file(span)))
            }
            Value::Text(text) => match name {
                "absoluteuri" | "originalstring" | "uri" | "value" => Some(item.clone()),
                "length" if text.is_known() => {
                    let len = text.as_str().encode_utf16().count().to_string();
                    Some(Item::new(Value::Number(len.into()), self.file(span)))
                }
                _ => None,
            },
            Value::Unknown(unknown) => match (unknown.origin, name) {
                (Origin::AccessToken, "token") => Some(Item::new(Value::Secure, self.file(span))),
                (Origin::Object, _) => {
                    let mut read = self.unknown_with(span, unknown.faults.clone());
                    // A member is as likely a text as an object.
                    if let Value::Unknown(unknown) = &mut read.value {
                        unknown.origin = Origin::Nowhere;
                    }
                    Some(read)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn method(
        &mut self,
        span: Span,
        item: &Item<'s>,
        name: &str,
        arguments: &[(Item<'s>, Span)],
    ) -> Option<Item<'s>> {
        let known = |at: usize| match arguments.get(at).map(|(item, _)| &item.value) {
            Some(Value::Text(text)) if text.is_known() => Some(text.as_str().to_owned()),
            _ => None,
        };
        match &item.value {
            Value::Text(text) => match name {
                "tostring" if arguments.is_empty() => Some(item.clone()),
                "replace" if arguments.len() == 2 => {
                    let from = known(0).filter(|from| !from.is_empty())?;
                    let (by, place) = &arguments[1];
                    let parts: Vec<(String, bool)> = match &by.value {
                        Value::Text(_) | Value::Number(_) | Value::Unknown(_) | Value::Null => {
                            segments(&by.value, &self.scope.powershell)
                                .into_iter()
                                .map(|(text, open)| (text.into_owned(), open))
                                .collect()
                        }
                        _ => return None,
                    };
                    let find = |text: &str| {
                        text.match_indices(&from).map(|(at, it)| Span::new(at, at + it.len())).collect()
                    };
                    let faults = by.faults().to_vec();
                    self.substituted(text, item.at, find, &parts, *place, faults)
                }
                "trim" | "trimstart" | "trimend" => {
                    let set: Option<String> = if arguments.is_empty() { None } else { Some(known(0)?) };
                    let is_cut = |c: char| match &set {
                        Some(set) => set.contains(c),
                        None => c.is_whitespace(),
                    };
                    let whole = text.as_str();
                    let from = if name == "trimend" {
                        0
                    } else {
                        whole.len() - whole.trim_start_matches(is_cut).len()
                    };
                    let to =
                        if name == "trimstart" { whole.len() } else { whole.trim_end_matches(is_cut).len() };
                    if !self.spend(whole.len()) {
                        return None;
                    }
                    let part = part_of(&text.fragment, from.min(to), to);
                    let text = Text { fragment: Rc::new(part), faults: text.faults.clone() };
                    Some(Item::new(Value::Text(text), item.at))
                }
                "tolower" | "toupper" | "tolowerinvariant" | "toupperinvariant" => {
                    let whole = text.as_str();
                    if !text.is_known() || !self.spend(whole.len()) {
                        return None;
                    }
                    let changed =
                        if name.starts_with("tolower") { whole.to_lowercase() } else { whole.to_uppercase() };
                    if changed == whole {
                        return Some(item.clone());
                    }
                    let mut builder = Builder::new(&self.unit.code);
                    builder.placed(item.at, &changed, false);
                    let read = builder.finish(span.start, Encoding::Plain);
                    let text = Text { fragment: Rc::new(read), faults: text.faults.clone() };
                    Some(Item::new(Value::Text(text), item.at))
                }
                "split" if arguments.len() == 1 => {
                    let by = known(0).filter(|by| !by.is_empty())?;
                    if !text.is_known() || !self.spend(text.as_str().len()) {
                        return None;
                    }
                    let mut parts = Vec::new();
                    let mut from = 0;
                    let parted = text.as_str().matches(|c| by.contains(c)).count();
                    if !self.room(super::operator::ITEM * parted) {
                        return None;
                    }
                    for part in text.as_str().split(|c| by.contains(c)) {
                        let to = from + part.len();
                        let part = part_of(&text.fragment, from, to);
                        parts.push(Item::new(Value::Text(Text::new(part)), item.at));
                        from = to + text.as_str()[to..].chars().next().map_or(0, char::len_utf8);
                    }
                    Some(Item::new(Value::List(parts.into()), item.at))
                }
                _ => None,
            },
            Value::Number(_) | Value::Bool(_) if name == "tostring" && arguments.is_empty() => {
                let unit = Rc::clone(&self.unit);
                let mut builder = Builder::new(&unit.code);
                self.embed(&mut builder, item, span, "");
                Some(self.text_item(builder.finish(span.start, Encoding::Plain), Faults::new(), span))
            }
            Value::Object(index) => {
                let index = *index;
                let kind = self.scope.powershell.objects.get(index)?.kind;
                match (name, arguments) {
                    ("add" | "set_item", [(key, at), (value, _)]) if kind != ObjectKind::Custom => {
                        let Value::Text(key) = &key.value else { return None };
                        let entry = Entry { name: key.clone(), name_at: self.file(*at), item: value.clone() };
                        self.scope.powershell.set_entry(index, entry);
                        Some(self.null(span))
                    }
                    ("remove", [_]) => {
                        let key = known(0)?;
                        let len = self.scope.powershell.objects.get(index)?.entries.len();
                        if !self.look(len) {
                            return None;
                        }
                        self.scope.powershell.remove_entry(index, &key);
                        Some(self.null(span))
                    }
                    ("containskey" | "contains", [_]) => {
                        let key = known(0)?;
                        let object = self.scope.powershell.objects.get(index)?;
                        let there = object.get(&key).is_some();
                        (there || !object.open).then(|| Item::new(Value::Bool(there), self.file(span)))
                    }
                    ("clone", []) => {
                        let object = self.scope.powershell.objects.get(index)?.of_kind(kind);
                        let value = self.scope.powershell.add(object);
                        Some(Item::new(value, item.at))
                    }
                    ("tostring", []) if kind == ObjectKind::UriBuilder => self.builder_uri(span, index),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn static_member(
        &mut self,
        span: Span,
        type_name: &str,
        name: Option<&str>,
        arguments: &[Expression],
    ) -> Item<'s> {
        let items: Vec<Item<'s>> = arguments.iter().map(|argument| self.expression(argument)).collect();
        let faults = gathered(items.iter().flat_map(|item| item.faults().iter().cloned()));
        let read = match (type_name, name.unwrap_or("")) {
            ("string", "format") => match items.split_first() {
                Some((Item { value: Value::Text(format), .. }, rest)) => {
                    let places: Vec<(Item<'s>, Span)> = match rest {
                        [Item { value: Value::List(inner), .. }] => {
                            inner.iter().map(|item| (item.clone(), arguments[1].span)).collect()
                        }
                        _ => rest.iter().cloned().zip(arguments[1..].iter().map(|it| it.span)).collect(),
                    };
                    let names: Vec<String> = arguments[1..]
                        .iter()
                        .map(|it| super::operator::variable_name(it).to_owned())
                        .collect();
                    let format = format.clone();
                    Some(self.formatted(span, &format, &places, &names))
                }
                _ => None,
            },
            ("string", "concat") => Some(self.concatenated(span, &items, arguments, "")),
            ("string", "join") => match items.split_first() {
                Some((Item { value: Value::Text(between), .. }, rest)) if between.is_known() => {
                    let between = between.as_str().to_owned();
                    match rest {
                        [Item { value: Value::List(inner), .. }] => {
                            let inner: Vec<Item<'s>> = inner.to_vec();
                            Some(self.concatenated(span, &inner, &arguments[1..], &between))
                        }
                        _ => Some(self.concatenated(span, rest, &arguments[1..], &between)),
                    }
                }
                _ => None,
            },
            ("uri", "new") => match items.as_slice() {
                [Item { value: Value::Text(_), .. }] => items.first().cloned(),
                [base, path] => self.joined_uri(span, base, path, arguments),
                _ => None,
            },
            ("uri" | "net.webutility" | "web.httputility", "escapedatastring" | "urlencode") => {
                match items.as_slice() {
                    [Item { value: Value::Text(text), at, .. }]
                        if text.as_str().chars().all(is_unreserved) && text.is_known() =>
                    {
                        Some(Item::new(Value::Text(text.clone()), *at))
                    }
                    _ => None,
                }
            }
            ("uri", "escapeuristring" | "unescapedatastring") => match items.as_slice() {
                [item @ Item { value: Value::Text(text), .. }]
                    if text.is_known()
                        && text.as_str().chars().all(|c| is_unreserved(c) || "/:?=&".contains(c)) =>
                {
                    Some(item.clone())
                }
                _ => None,
            },
            ("uribuilder", "new") => self.new_builder(&items, arguments),
            ("text.encoding", "utf8" | "unicode" | "ascii" | "default") => {
                return self.unknown(span);
            }
            ("guid", "parse") | ("environment", "expandenvironmentvariables") if items.len() == 1 => None,
            _ => None,
        };
        read.unwrap_or_else(|| self.unknown_with(span, faults))
    }

    /// `[System.Text.Encoding]::UTF8.GetBytes($text)`
    pub(super) fn bytes_of(
        object: &Expression,
        name: &str,
        argument: Option<&Item<'s>>,
    ) -> Option<Value<'s>> {
        let ExpressionKind::Member { object: inner, .. } = &object.kind else { return None };
        let ExpressionKind::Type(type_name) = &inner.kind else { return None };
        if !type_name.ends_with("text.encoding") || name != "getbytes" {
            return None;
        }
        match &argument?.value {
            Value::Text(text) => Some(Value::Bytes(text.clone())),
            _ => None,
        }
    }

    fn concatenated(
        &mut self,
        span: Span,
        items: &[Item<'s>],
        arguments: &[Expression],
        between: &str,
    ) -> Item<'s> {
        let unit = Rc::clone(&self.unit);
        let mut builder = Builder::new(&unit.code);
        let mut faults = Faults::new();
        for (index, item) in items.iter().enumerate() {
            if index > 0 && !between.is_empty() {
                builder.placed(self.file(span), between, false);
            }
            faults.extend(item.faults().iter().take(super::MAX_FAULTS - faults.len()).cloned());
            let place = arguments.get(index).or(arguments.last()).map_or(span, |it| it.span);
            let name = arguments.get(index).map_or("", super::operator::variable_name);
            self.embed(&mut builder, item, place, name);
        }
        self.text_item(builder.finish(span.start, Encoding::Plain), faults, span)
    }

    /// `[uri]::new($base, $path)`: a path from the root takes the place of the base's.
    fn joined_uri(
        &mut self,
        span: Span,
        base: &Item<'s>,
        path: &Item<'s>,
        arguments: &[Expression],
    ) -> Option<Item<'s>> {
        let (Value::Text(base_text), Value::Text(path_text)) = (&base.value, &path.value) else {
            return None;
        };
        let whole = base_text.as_str();
        let host_end = whole
            .find("://")
            .map(|at| at + 3)
            .and_then(|from| whole[from..].find('/').map(|len| from + len).or(Some(whole.len())))?;
        if !path_text.as_str().starts_with('/') {
            return None;
        }
        let head = Text {
            fragment: Rc::new(part_of(&base_text.fragment, 0, host_end)),
            faults: base_text.faults.clone(),
        };
        let items = [Item::new(Value::Text(head), base.at), path.clone()];
        Some(self.concatenated(span, &items, arguments, ""))
    }

    /// `[System.UriBuilder]::new(…)`
    pub(super) fn new_builder(&mut self, items: &[Item<'s>], arguments: &[Expression]) -> Option<Item<'s>> {
        let mut parts: Vec<(&str, Item<'s>)> = Vec::new();
        match items {
            [Item { value: Value::Text(text), at, .. }] => {
                let whole = text.as_str();
                let slice = |from: usize, to: usize| {
                    let part = Text {
                        fragment: Rc::new(part_of(&text.fragment, from, to)),
                        faults: text.faults.clone(),
                    };
                    Item::new(Value::Text(part), *at)
                };
                let scheme = whole.find("://");
                let host = scheme.map_or(0, |at| at + 3);
                let path = whole[host..].find(['/', '?']).map_or(whole.len(), |len| host + len);
                let query = whole[path..].find('?').map_or(whole.len(), |len| path + len);
                if let Some(scheme) = scheme {
                    parts.push(("scheme", slice(0, scheme)));
                }
                parts.push(("host", slice(host, path)));
                parts.push(("path", slice(path, query)));
                parts.push(("query", slice(query, whole.len())));
            }
            [scheme, host, rest @ ..] if rest.len() <= 3 => {
                parts.push(("scheme", scheme.clone()));
                parts.push(("host", host.clone()));
                let names = ["port", "path", "query"];
                for (name, item) in names.iter().zip(rest) {
                    parts.push((name, item.clone()));
                }
            }
            [] => {}
            _ => return None,
        }
        let mut entries = Vec::new();
        for (name, item) in parts {
            let mut builder = Builder::new(&self.unit.code);
            builder.placed(item.at, name, false);
            let name = Text::new(builder.finish(0, Encoding::Plain));
            entries.push(Entry { name, name_at: item.at, item });
        }
        let at = arguments.first().map_or(Span::at(0), |it| self.file(it.span));
        let value = self.scope.powershell.add(Object::new(ObjectKind::UriBuilder, entries));
        Some(Item::new(value, at))
    }

    /// The URL of a builder's parts.
    fn builder_uri(&mut self, span: Span, index: usize) -> Option<Item<'s>> {
        let object = self.scope.powershell.objects.get(index)?.clone();
        let mut builder = Builder::new(&self.unit.code);
        let mut faults = Faults::new();
        let at = self.file(span);
        let part = |name: &str| object.get(name).map(|entry| &entry.item);
        let put = |builder: &mut Builder<'_, 's>, faults: &mut Faults, item: &Item<'s>| match &item.value {
            Value::Text(text) => {
                builder.append(&text.fragment);
                faults.extend(text.faults.iter().cloned());
                Some(())
            }
            Value::Unknown(unknown) => {
                builder.append(&unknown.shown);
                faults.extend(unknown.faults.iter().cloned());
                Some(())
            }
            _ => None,
        };
        match part("scheme") {
            Some(scheme) => put(&mut builder, &mut faults, scheme)?,
            None => builder.placed(at, "http", false),
        }
        builder.placed(at, "://", false);
        match part("host") {
            Some(host) => put(&mut builder, &mut faults, host)?,
            None => builder.placed(at, "localhost", false),
        }
        if let Some(path) = part("path") {
            let rooted = matches!(&path.value, Value::Text(text) if text.as_str().starts_with(['/', '$']) || text.as_str().is_empty());
            if !rooted && !matches!(path.value, Value::Unknown(_)) {
                builder.placed(at, "/", false);
            }
            put(&mut builder, &mut faults, path)?;
        }
        if let Some(query) = part("query") {
            let marked = matches!(&query.value, Value::Text(text) if text.as_str().starts_with('?') || text.as_str().is_empty());
            if !marked {
                builder.placed(at, "?", false);
            }
            put(&mut builder, &mut faults, query)?;
        }
        Some(self.text_item(builder.finish(span.start, Encoding::Plain), faults, span))
    }

    pub(super) fn index(&mut self, span: Span, object: &Expression, index: &Expression) -> Item<'s> {
        let item = self.expression(object);
        let index = self.expression(index);
        let read = match (&item.value, &index.value) {
            (Value::List(items), Value::Number(at)) => at.parse::<i64>().ok().map(|at| {
                let distance = usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX);
                let at = if at < 0 { items.len().checked_sub(distance) } else { Some(distance) };
                let found = at.and_then(|at| items.get(at)).cloned();
                found.unwrap_or_else(|| self.null(span))
            }),
            (Value::Object(_), Value::Text(name)) if name.is_known() => {
                let name = name.as_str().to_ascii_lowercase();
                self.property(span, &item, &name)
            }
            (Value::Text(_), Value::Number(at)) if at.as_ref() == "0" => None,
            _ => None,
        };
        read.unwrap_or_else(|| self.unknown_with(span, item.faults().to_vec()))
    }
}

/// True for a character that a URL has as it is.
fn is_unreserved(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~')
}
