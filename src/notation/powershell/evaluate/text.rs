//! Texts and what is put into them.

use std::borrow::Cow;
use std::rc::Rc;

use super::{Evaluator, Faults, Item, Object, ObjectKind, Origin, Text, Value, gathered};
use crate::notation::powershell::fault;
use crate::notation::powershell::syntax::{Part, PartKind, Quote, Text as Written, Variable};
use crate::notation::powershell::value::World;
use crate::text::{Builder, Encoding, Span};

/// How deep objects are written that are put into a text.
const MAX_SHOWN_DEPTH: u8 = 4;

/// Bytes of memory that a piece of a text takes.
pub(super) const PIECE: usize = 32;

/// A text of more pieces than this is cut off.
const MAX_SEGMENTS: usize = 4096;

/// How characters are written that stand in these quotes.
fn encoding_of(quote: Quote) -> Encoding {
    match quote {
        Quote::Single => Encoding::PowerShellSingle,
        Quote::Double => Encoding::PowerShellDouble,
        Quote::HereDouble => Encoding::PowerShellHereDouble,
        Quote::Bare | Quote::HereSingle => Encoding::Plain,
    }
}

impl<'s> Evaluator<'_, 's> {
    pub(super) fn text(&mut self, span: Span, written: &Written) -> Item<'s> {
        let unit = Rc::clone(&self.unit);
        let mut faults: Faults =
            self.flaws_in(span).into_iter().map(|flaw| Rc::new(fault::of_flaw(&unit, flaw))).collect();
        // `"$body"` is what `$body` is, if that is a text.
        if let [Part { span: place, kind: PartKind::Variable(variable), .. }] = written.parts.as_slice() {
            let item = self.variable(*place, &variable.name);
            if let Value::Text(text) = &item.value
                && !is_secret(&variable.name)
            {
                faults.extend(text.faults.iter().cloned());
                let text = Text { fragment: Rc::clone(&text.fragment), faults };
                return Item::new(Value::Text(text), self.file(span));
            }
        }
        let mut builder = Builder::new(&unit.code);
        for (index, part) in written.parts.iter().enumerate() {
            let encoding = encoding_of(part.quote);
            if !part.span.is_empty() && !self.room(part.span.len()) {
                return self.unknown_with(span, faults);
            }
            match &part.kind {
                PartKind::Copy => {
                    if !part.span.is_empty() {
                        builder.copy(part.span, encoding);
                    }
                }
                PartKind::Escape(Some(c)) => builder.decoded(part.span, c.encode_utf8(&mut [0; 4]), encoding),
                PartKind::Escape(None) => {}
                PartKind::Foreign => builder.expansion(part.span, encoding),
                PartKind::Variable(variable) => {
                    let next = written.parts.get(index + 1);
                    self.variable_in_text(&mut builder, &mut faults, part, variable, next);
                }
                PartKind::Substitution(block) => {
                    let item = match self.outputs(block) {
                        Some(items) => self.collected(items, part.span),
                        None => self.unknown(part.span),
                    };
                    let item = self.in_branch(item);
                    faults.extend(item.faults().iter().cloned());
                    if matches!(item.value, Value::Secure) {
                        faults
                            .push(Rc::new(fault::secure_token(self.file(part.span), self.source(part.span))));
                    }
                    self.interpolate(&mut builder, Some(&item), part.span, encoding, "");
                }
            }
        }
        let encoding = encoding_of(written.quote);
        let faults = gathered(faults);
        self.text_item(builder.finish(written.content.start, encoding), faults, span)
    }

    /// `$name` within a text.
    fn variable_in_text(
        &mut self,
        builder: &mut Builder<'_, 's>,
        faults: &mut Faults,
        part: &Part,
        variable: &Variable,
        next: Option<&Part>,
    ) {
        let encoding = encoding_of(part.quote);
        let name = variable.name.as_str();
        let span = part.span;
        let item = self.scope.powershell.get(name).cloned().map(|item| self.in_branch(item));
        if item.as_ref().is_some_and(|item| !self.may_use(&item.value)) {
            builder.expansion(span, encoding);
            return;
        }
        if item.is_none() && !variable.braced {
            let is_set = |name: &str| self.scope.powershell.get(name).is_some();
            if let Some(base) = fault::swallowing(name, is_set) {
                faults.push(Rc::new(fault::swallows(self.file(span), self.source(span), name, base)));
                let known = self.scope.powershell.get(&name[..base]).cloned();
                let from = span.end as usize - (name.len() - base);
                let head = Span::new(span.start as usize, from);
                faults.extend(known.iter().flat_map(|item| item.faults().iter().cloned()));
                self.interpolate(builder, known.as_ref(), head, encoding, &name[..base]);
                builder.copy(Span::new(from, span.end as usize), encoding);
                return;
            }
            let behind =
                next.filter(|next| matches!(next.kind, PartKind::Copy)).map(|next| self.source(next.span));
            if behind.is_some_and(|behind| behind.starts_with('=')) && fault::is_odata(name) {
                let source = self.source(span);
                faults.push(Rc::new(fault::odata(self.file(span), source)));
                builder.copy(span, encoding);
                return;
            }
        }
        if let Some(item) = &item {
            faults.extend(item.faults().iter().cloned());
            if matches!(item.value, Value::Secure) {
                faults.push(Rc::new(fault::secure_token(self.file(span), self.source(span))));
            }
            let behind = next.filter(|next| matches!(next.kind, PartKind::Copy));
            if let Some(next) = behind
                && let Some(len) = fault::member_len(self.source(next.span))
                && !variable.braced
                && Self::is_rich(item)
            {
                let chain = Span::new(span.start as usize, next.span.start as usize + len);
                let fault = match &item.value {
                    Value::Unknown(unknown) if unknown.origin == Origin::AccessToken => {
                        fault::secure_token(self.file(chain), self.source(chain))
                    }
                    _ => fault::member_in_text(self.file(chain), self.source(chain)),
                };
                faults.push(Rc::new(fault));
            }
        }
        self.interpolate(builder, item.as_ref(), span, encoding, name);
    }

    /// True for what is more than a text or a number.
    fn is_rich(item: &Item<'s>) -> bool {
        match &item.value {
            Value::Object(_) | Value::List(_) => true,
            Value::Unknown(unknown) => unknown.origin != Origin::Nowhere,
            _ => false,
        }
    }

    /// Puts a value in the place of `span`, which names it; `None` is one that only a run knows.
    pub(super) fn interpolate(
        &mut self,
        builder: &mut Builder<'_, 's>,
        item: Option<&Item<'s>>,
        span: Span,
        encoding: Encoding,
        name: &str,
    ) {
        let value = item.map(|item| &item.value);
        let open = match value {
            None
            | Some(Value::Unknown(_) | Value::Secure | Value::File(_) | Value::Bytes(_) | Value::Block(..)) => {
                true
            }
            // Left for the reader to fill in.
            Some(Value::Text(text)) if text.as_str().is_empty() => true,
            Some(_) => is_secret(name),
        };
        let constant = match name.to_ascii_lowercase().as_str() {
            "null" => Some(""),
            "true" => Some("True"),
            "false" => Some("False"),
            _ => None,
        };
        let at = self.file(span);
        if let (Some(constant), None) = (constant, value) {
            builder.placed(at, constant, false);
            return;
        }
        let Some(value) = value.filter(|_| !open) else {
            if !span.is_empty() {
                builder.expansion(span, encoding);
            }
            return;
        };
        let parts = segments(value, &self.scope.powershell);
        let len: usize = parts.iter().map(|(text, _)| text.len()).sum();
        let cost = cost(parts.iter().map(|(text, _)| &**text));
        let fits = len <= super::MAX_TEXT && cost <= self.bytes;
        if fits {
            self.bytes -= cost;
            for (text, open) in parts {
                builder.placed(at, &text, open);
            }
        } else {
            self.scope.refuse();
            builder.expansion(span, encoding);
        }
    }

    /// As [`Self::embed`], before `next`: `$a` before a letter is shown as `${a}`, or it would be another variable.
    pub(super) fn embed_before(
        &mut self,
        builder: &mut Builder<'_, 's>,
        item: &Item<'s>,
        (span, name): (Span, &str),
        next: Option<&Item<'s>>,
    ) {
        if let Value::Unknown(unknown) = &item.value
            && let Some(Value::Text(next)) = next.map(|it| &it.value)
            && let Cow::Owned(braced) = shown_before(unknown.shown.text(), next.as_str())
            && self.room(braced.len())
        {
            builder.placed(self.file(span), &braced, true);
            return;
        }
        self.embed(builder, item, span, name);
    }

    /// Adds the text of `item`, which the expression at `span` gives: as it stands there if it is written there.
    pub(super) fn embed(&mut self, builder: &mut Builder<'_, 's>, item: &Item<'s>, span: Span, name: &str) {
        let at = self.file(span);
        if let Value::Text(text) = &item.value {
            let own = text.fragment.to_file(text.fragment.span());
            if at.start <= own.start && own.end <= at.end && self.room(text.fragment.weight()) {
                builder.append(&text.fragment);
                return;
            }
        }
        if let Value::Unknown(unknown) = &item.value
            && !unknown.shown.text().is_empty()
            && self.room(unknown.shown.weight())
        {
            let own = unknown.shown.to_file(unknown.shown.span());
            if at.start <= own.start && own.end <= at.end {
                builder.append(&unknown.shown);
            } else {
                builder.placed(at, unknown.shown.text(), true);
            }
            return;
        }
        self.interpolate(builder, Some(item), span, Encoding::Plain, name);
    }
}

/// Bytes of memory that a text of these pieces takes.
pub(super) fn cost<'t>(parts: impl Iterator<Item = &'t str>) -> usize {
    parts.map(|text| text.len() + PIECE).sum()
}

/// Names of variables whose values are not put anywhere else.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["pass", "pwd", "secret", "token", "credential", "apikey"].iter().any(|word| name.contains(word))
}

/// The text of a value, in pieces: each with whether only a run knows it.
pub(in crate::notation::powershell) fn segments<'v>(
    value: &'v Value<'_>,
    world: &'v World<'_>,
) -> Vec<(Cow<'v, str>, bool)> {
    let mut out = Vec::new();
    push(&mut out, value, world, 0);
    out
}

fn push<'v>(out: &mut Vec<(Cow<'v, str>, bool)>, value: &'v Value<'_>, world: &'v World<'_>, depth: u8) {
    if out.len() > MAX_SEGMENTS {
        return;
    }
    match value {
        Value::Null => {}
        Value::Bool(value) => out.push((Cow::Borrowed(if *value { "True" } else { "False" }), false)),
        Value::Number(value) => {
            let value = value.strip_suffix(".0").unwrap_or(value);
            out.push((Cow::Borrowed(value), false));
        }
        Value::Text(text) => {
            let whole = text.as_str();
            let mut done = 0;
            for open in text.fragment.expansions() {
                if done < open.start {
                    out.push((Cow::Borrowed(&whole[done as usize..open.start as usize]), false));
                }
                out.push((Cow::Borrowed(&whole[open.range()]), true));
                done = open.end;
            }
            if (done as usize) < whole.len() {
                out.push((Cow::Borrowed(&whole[done as usize..]), false));
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push((Cow::Borrowed(" "), false));
                }
                if depth < MAX_SHOWN_DEPTH {
                    push(out, &item.value, world, depth + 1);
                }
            }
        }
        Value::Object(index) => {
            let Some(object) = world.objects.get(*index) else { return };
            match object.kind {
                ObjectKind::Hashtable => out.push((Cow::Borrowed("System.Collections.Hashtable"), false)),
                ObjectKind::Ordered => {
                    out.push((Cow::Borrowed("System.Collections.Specialized.OrderedDictionary"), false));
                }
                ObjectKind::UriBuilder => {
                    out.extend(builder_text(object, world));
                }
                ObjectKind::Custom if depth < MAX_SHOWN_DEPTH => {
                    out.push((Cow::Borrowed("@{"), false));
                    for (index, entry) in object.entries.iter().enumerate() {
                        if index > 0 {
                            out.push((Cow::Borrowed("; "), false));
                        }
                        out.push((Cow::Borrowed(entry.name.as_str()), false));
                        out.push((Cow::Borrowed("="), false));
                        push(out, &entry.item.value, world, depth + 1);
                    }
                    out.push((Cow::Borrowed("}"), false));
                }
                ObjectKind::Custom => {}
            }
        }
        Value::Unknown(unknown) => out.push((Cow::Borrowed(unknown.shown.text()), true)),
        Value::File(_) | Value::Bytes(_) | Value::Block(..) | Value::Secure => {
            out.push((Cow::Borrowed("$value"), true));
        }
    }
}

/// What a builder is as a text.
fn builder_text<'v>(object: &'v Object<'_>, world: &'v World<'_>) -> Vec<(Cow<'v, str>, bool)> {
    let mut out = Vec::new();
    for (name, before) in [("scheme", ""), ("host", "://"), ("path", ""), ("query", "")] {
        if !before.is_empty() {
            out.push((Cow::Borrowed(before), false));
        }
        if let Some(entry) = object.get(name)
            && !matches!(entry.item.value, Value::Object(_))
        {
            out.extend(segments(&entry.item.value, world));
        }
    }
    out
}

/// How what is not known is shown before `next`: in braces where its name would go on.
pub(super) fn shown_before<'t>(shown: &'t str, next: &str) -> Cow<'t, str> {
    let is_of_name = |c: char| c.is_alphanumeric() || c == '_';
    match shown.strip_prefix('$') {
        Some(name) if next.starts_with(is_of_name) && !name.is_empty() && name.chars().all(is_of_name) => {
            Cow::Owned(format!("${{{name}}}"))
        }
        _ => Cow::Borrowed(shown),
    }
}
