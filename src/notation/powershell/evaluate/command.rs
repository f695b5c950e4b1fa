//! Commands: those that make values, and those that make requests.

use std::rc::Rc;

use super::{Entry, Evaluator, Faults, Item, MIN_STEPS, Object, ObjectKind, Text, Value, unrolled};
use crate::notation::command::program_name;
use crate::notation::powershell::fault;
use crate::notation::powershell::known::Program;
use crate::notation::powershell::syntax::{Command, Expression, ExpressionKind, Pipeline, WordKind};
use crate::notation::powershell::value::Origin;
use crate::text::{Builder, Encoding, Span};

/// One argument of a command, evaluated.
pub(in crate::notation::powershell) struct Argument<'s> {
    pub(in crate::notation::powershell) span: Span,
    pub(in crate::notation::powershell) kind: ArgumentKind<'s>,
    /// Nothing stands between it and the word before.
    pub(in crate::notation::powershell) touches: bool,
    /// Where its value stands: behind a parameter's colon.
    pub(in crate::notation::powershell) value_span: Span,
}

pub(in crate::notation::powershell) enum ArgumentKind<'s> {
    /// `-Name`, with what stands behind its colon.
    Parameter(String, Option<Item<'s>>),
    Value(Item<'s>),
    /// `@name`
    Splat(String),
    Verbatim,
}

impl<'s> Argument<'s> {
    pub(in crate::notation::powershell) fn value(&self) -> Option<&Item<'s>> {
        match &self.kind {
            ArgumentKind::Value(item) => Some(item),
            _ => None,
        }
    }
}

/// Arguments by name and by place.
pub(super) struct Bound<'s> {
    named: Vec<(String, Option<Item<'s>>, Span)>,
    positional: Vec<(Item<'s>, Span)>,
}

impl<'s> Bound<'s> {
    /// The value of the parameter that `name` is, or that is a beginning of it.
    fn get(&self, name: &str) -> Option<&(String, Option<Item<'s>>, Span)> {
        self.named.iter().find(|(it, ..)| {
            !it.is_empty() && name.get(..it.len()).is_some_and(|head| head.eq_ignore_ascii_case(it))
        })
    }

    fn value(&self, name: &str) -> Option<&Item<'s>> {
        self.get(name).and_then(|(_, item, _)| item.as_ref())
    }
}

/// Parameters that no value follows.
const SWITCHES: [&str; 18] = [
    "compress",
    "asarray",
    "enumsasstrings",
    "raw",
    "force",
    "nonewline",
    "append",
    "passthru",
    "ashashtable",
    "noenumerate",
    "verbose",
    "debug",
    "assecurestring",
    "asplaintext",
    "unique",
    "noclobber",
    "asjob",
    "usebasicparsing",
];

impl<'s> Evaluator<'_, 's> {
    pub(super) fn command(
        &mut self,
        command: &Command,
        input: Option<Vec<Item<'s>>>,
        pipeline: &Pipeline,
        index: usize,
    ) -> Vec<Item<'s>> {
        let span = command.span;
        let Some(first) = command.words.first() else { return Vec::new() };
        let WordKind::Argument(name) = &first.kind else { return vec![self.unknown(span)] };
        if let ExpressionKind::ScriptBlock(block) = &name.kind {
            let unit = Rc::clone(&self.unit);
            self.arguments(command);
            return self.run_block(&unit, block, None).unwrap_or_else(|| vec![self.unknown(span)]);
        }
        let name = self.command_name(name);
        let Some(name) = name else {
            let arguments = self.arguments(command);
            self.visit_blocks(&arguments);
            return vec![self.unknown(span)];
        };
        if let Some(program) = Program::of(&name) {
            let place = (pipeline, index);
            return self.call_by_branch(|it| {
                let arguments = it.arguments(command);
                let input =
                    input.clone().map(|items| items.into_iter().map(|item| it.in_branch(item)).collect());
                it.program(program, command, &name, &arguments, input, place)
            });
        }
        let lower = program_name(&name).into_owned();
        let lower = lower.rsplit('\\').next().unwrap_or(&lower).to_owned();
        let arguments = self.arguments(command);
        if self.scope.powershell.functions.contains_key(&lower) {
            let bound = self.bound(&arguments);
            let named: Vec<(String, Option<Item<'s>>)> =
                bound.named.into_iter().map(|(name, item, _)| (name, item)).collect();
            let mut positional: Vec<Item<'s>> = bound.positional.into_iter().map(|(item, _)| item).collect();
            if let Some(input) = input {
                positional.extend(input);
            }
            return self.call(&lower, &named, &positional, span);
        }
        if let Some(items) = self.builtin(&lower, command, &arguments, input) {
            items
        } else {
            self.visit_blocks(&arguments);
            vec![self.unknown_from(span, origin_of(&lower, &arguments))]
        }
    }

    /// The name of a command, if it is spelt out.
    fn command_name(&mut self, name: &Expression) -> Option<String> {
        match &name.kind {
            ExpressionKind::Text(text) if text.is_constant() => {
                let item = self.expression(name);
                match &item.value {
                    Value::Text(text) => Some(text.as_str().to_owned()),
                    // No more is evaluated, but calls are still listed.
                    _ => Some(self.source(name.span).trim_matches(['\'', '"']).to_owned()),
                }
            }
            ExpressionKind::Text(_) => None,
            _ => {
                let item = self.expression(name);
                match &item.value {
                    Value::Text(text) if text.is_known() => Some(text.as_str().to_owned()),
                    Value::Block(unit, block) => {
                        let (unit, block) = (Rc::clone(unit), Rc::clone(block));
                        self.run_block(&unit, &block, None);
                        None
                    }
                    _ => None,
                }
            }
        }
    }

    pub(super) fn arguments(&mut self, command: &Command) -> Vec<Argument<'s>> {
        let mut arguments = Vec::with_capacity(command.words.len());
        for word in command.words.iter().skip(1) {
            let mut value_span = word.span;
            let kind = match &word.kind {
                WordKind::Parameter { name, argument } => {
                    let item = argument.as_ref().map(|argument| {
                        value_span = argument.span;
                        self.expression(argument)
                    });
                    ArgumentKind::Parameter(self.source(*name).to_owned(), item)
                }
                WordKind::Argument(argument) => ArgumentKind::Value(self.expression(argument)),
                WordKind::Splat(name) => ArgumentKind::Splat(name.clone()),
                WordKind::Verbatim => ArgumentKind::Verbatim,
            };
            arguments.push(Argument { span: word.span, kind, touches: word.touches, value_span });
        }
        arguments
    }

    /// Which value belongs to which parameter, where nobody has to know the command for it.
    pub(super) fn bound(&mut self, arguments: &[Argument<'s>]) -> Bound<'s> {
        let mut bound = Bound { named: Vec::new(), positional: Vec::new() };
        let mut at = 0;
        while let Some(argument) = arguments.get(at) {
            at += 1;
            match &argument.kind {
                ArgumentKind::Parameter(name, Some(item)) => {
                    bound.named.push((name.clone(), Some(item.clone()), argument.value_span));
                }
                ArgumentKind::Parameter(name, None) => {
                    let is_switch = SWITCHES.iter().any(|it| it.eq_ignore_ascii_case(name));
                    let next = arguments.get(at).filter(|_| !is_switch).and_then(Argument::value);
                    let place = arguments.get(at).map_or(argument.span, |next| next.span);
                    at += usize::from(next.is_some());
                    bound.named.push((name.clone(), next.cloned(), place));
                }
                ArgumentKind::Value(item) => bound.positional.push((item.clone(), argument.span)),
                ArgumentKind::Splat(name) => {
                    if let Some(Item { value: Value::Object(index), .. }) = self.scope.powershell.get(name)
                        && let Some(object) = self.scope.powershell.objects.get(*index).cloned()
                        && self.look(8 * object.entries.len())
                    {
                        for entry in object.entries.iter() {
                            let name = entry.name.as_str().to_owned();
                            bound.named.push((name, Some(entry.item.clone()), argument.span));
                        }
                    }
                }
                ArgumentKind::Verbatim => {}
            }
        }
        bound
    }

    /// Blocks that a command is given: whatever it does with them, what they call is listed.
    fn visit_blocks(&mut self, arguments: &[Argument<'s>]) {
        for argument in arguments {
            let (ArgumentKind::Value(item) | ArgumentKind::Parameter(_, Some(item))) = &argument.kind else {
                continue;
            };
            if let Value::Block(unit, block) = &item.value {
                let (unit, block) = (Rc::clone(unit), Rc::clone(block));
                let changed = self.branch(|it| {
                    it.run_block(&unit, &block, None);
                });
                self.join(changed);
            }
        }
    }

    /// What a command that everybody knows gives; `None` if it is none or gives what is not known.
    fn builtin(
        &mut self,
        name: &str,
        command: &Command,
        arguments: &[Argument<'s>],
        input: Option<Vec<Item<'s>>>,
    ) -> Option<Vec<Item<'s>>> {
        let span = command.span;
        match name {
            "convertto-json" => Some(vec![self.convert_to_json(command, arguments, input)]),
            "convertfrom-json" => {
                let bound = self.bound(arguments);
                let given =
                    bound.value("inputobject").or(bound.positional.first().map(|(item, _)| item)).cloned();
                let item = match (given, input) {
                    (Some(item), _) => item,
                    (None, Some(mut items)) if items.len() == 1 => items.remove(0),
                    _ => return Some(vec![self.unknown_from(span, Origin::Object)]),
                };
                let read = match &item.value {
                    Value::Text(text) => self.read_json(&text.clone(), item.at),
                    _ => None,
                };
                let mut read = read.unwrap_or_else(|| self.unknown_from(span, Origin::Object));
                if bound.get("ashashtable").is_some()
                    && let Value::Object(index) = read.value
                {
                    self.scope.powershell.change(index, |object| object.kind = ObjectKind::Ordered);
                }
                if let Value::Unknown(unknown) = &mut read.value {
                    unknown.faults = item.faults().to_vec();
                }
                Some(vec![read])
            }
            "get-content" | "gc" | "cat" | "type" => {
                let bound = self.bound(arguments);
                let path = ["path", "literalpath"].iter().find_map(|name| bound.value(name)).cloned();
                let path = path.or(bound.positional.first().map(|(item, _)| item.clone()))?;
                let Value::Text(text) = &path.value else { return None };
                let item = match self.scope.file(text.as_str()) {
                    Some(content) => Value::Text(Text::new(content.clone())),
                    None => Value::File(text.clone()),
                };
                Some(vec![Item::new(item, path.at)])
            }
            "out-string" | "write-output" | "echo" | "write" | "tee-object" | "tee" | "out-default" => {
                if let Some(items) = input {
                    Some(items)
                } else {
                    let bound = self.bound(arguments);
                    let items = bound.positional.into_iter().flat_map(|(item, _)| unrolled(item)).collect();
                    Some(items)
                }
            }
            "set-content" | "sc" | "out-file" | "add-content" | "ac" => {
                self.write_file(arguments, input);
                Some(Vec::new())
            }
            "out-null" | "write-host" | "write-verbose" | "write-debug" | "write-warning"
            | "write-information" | "start-sleep" | "import-module" => Some(Vec::new()),
            "foreach-object" | "%" | "foreach" => self.for_each(span, arguments, input),
            "where-object" | "?" | "where" => {
                self.visit_blocks(arguments);
                Some(vec![self.unknown_from(span, Origin::Object)])
            }
            "select-object" | "select" => self.select(arguments, input),
            "new-object" => self.new_object(span, arguments),
            "get-azaccesstoken" => {
                let bound = self.bound(arguments);
                let said =
                    bound.get("assecurestring").is_some() || fault::says_old_accounts(self.unit.code.text());
                let origin = if said { Origin::Object } else { Origin::AccessToken };
                Some(vec![self.unknown_from(span, origin)])
            }
            "convertfrom-securestring" => Some(vec![self.unknown(span)]),
            "convertto-securestring" => Some(vec![Item::new(Value::Secure, self.file(span))]),
            "set-variable" | "new-variable" | "sv" | "nv" => {
                let bound = self.bound(arguments);
                let positional = |at: usize| bound.positional.get(at).map(|(item, _)| item);
                let name = bound.value("name").or(positional(0))?;
                let Value::Text(name) = &name.value else { return Some(Vec::new()) };
                let by_name = bound.value("name").is_some();
                let value = bound.value("value").or(positional(usize::from(!by_name)));
                let name = name.as_str().to_owned();
                let item = value.cloned().unwrap_or_else(|| self.null(span));
                self.scope.powershell.set(&name, item);
                Some(Vec::new())
            }
            "add-member" => {
                let bound = self.bound(arguments);
                let object = bound.value("inputobject").cloned().or(input.and_then(|mut items| items.pop()));
                let positional: Vec<&Item<'s>> = bound
                    .positional
                    .iter()
                    .map(|(item, _)| item)
                    .filter(|item| !matches!(&item.value, Value::Text(text) if text.as_str().eq_ignore_ascii_case("noteproperty")))
                    .collect();
                let name =
                    bound.value("notepropertyname").or(bound.value("name")).or(positional.first().copied());
                let value =
                    bound.value("notepropertyvalue").or(bound.value("value")).or(positional.last().copied());
                let object = object?;
                let Value::Object(index) = object.value else { return None };
                match (name.map(|name| (&name.value, name.at)), value) {
                    (Some((Value::Text(name), name_at)), Some(value)) => {
                        let entry = Entry { name: name.clone(), name_at, item: value.clone() };
                        self.scope.powershell.set_entry(index, entry);
                    }
                    _ => self.lose(&object),
                }
                Some(if bound.get("passthru").is_some() { vec![object] } else { Vec::new() })
            }
            _ => None,
        }
    }

    fn convert_to_json(
        &mut self,
        command: &Command,
        arguments: &[Argument<'s>],
        input: Option<Vec<Item<'s>>>,
    ) -> Item<'s> {
        let span = command.span;
        let bound = self.bound(arguments);
        let said = bound.get("depth");
        let depth = match said {
            None => Some(2),
            Some((_, Some(Item { value: Value::Number(value), .. }), _)) => value.parse().ok(),
            Some(_) => None,
        };
        let given = bound.value("inputobject").or(bound.positional.first().map(|(item, _)| item)).cloned();
        let mut item = match (given, input) {
            (Some(item), _) => item,
            (None, Some(items)) => self.collected(items, span),
            (None, None) => return self.unknown(span),
        };
        if bound.get("asarray").is_some() && !matches!(item.value, Value::List(_)) {
            let at = item.at;
            item = Item::new(Value::List(vec![item].into()), at);
        }
        let lone = matches!(
            item.value,
            Value::Unknown(_) | Value::File(_) | Value::Bytes(_) | Value::Block(..) | Value::Secure
        );
        let made = if lone { None } else { self.json(&item, depth) };
        let Some(made) = made else { return self.unknown_with(span, item.faults().to_vec()) };
        let mut text = made.text;
        if made.lost.is_some() {
            let name = command.words[0].span;
            let place = said.filter(|(_, item, _)| item.is_some()).map(|(.., place)| *place);
            text.faults.push(Rc::new(fault::json_depth(&self.unit, name, place, depth.unwrap_or(2))));
        }
        let at = text.fragment.to_file(text.fragment.span());
        Item::new(Value::Text(text), at)
    }

    /// `'…' | Out-File body.json`, `Set-Content -Path body.json -Value '…'`
    fn write_file(&mut self, arguments: &[Argument<'s>], input: Option<Vec<Item<'s>>>) {
        let bound = self.bound(arguments);
        let path = ["path", "filepath", "literalpath"].iter().find_map(|name| bound.value(name));
        let by_name = path.is_some();
        let path = path.or(bound.positional.first().map(|(item, _)| item)).cloned();
        let value = bound.value("value").cloned();
        let value = value.or(input.and_then(|mut items| if items.len() == 1 { items.pop() } else { None }));
        let value = value.or(bound.positional.get(usize::from(!by_name)).map(|(item, _)| item.clone()));
        let Some(Item { value: Value::Text(path), .. }) = path else { return };
        if let Some(Item { value: Value::Text(text), .. }) = value {
            self.scope.write_file(path.as_str(), (*text.fragment).clone());
        }
    }

    /// `… | ForEach-Object { … }`
    fn for_each(
        &mut self,
        span: Span,
        arguments: &[Argument<'s>],
        input: Option<Vec<Item<'s>>>,
    ) -> Option<Vec<Item<'s>>> {
        let block = arguments.iter().find_map(|argument| match &argument.kind {
            ArgumentKind::Value(Item { value: Value::Block(unit, block), .. })
            | ArgumentKind::Parameter(_, Some(Item { value: Value::Block(unit, block), .. })) => {
                Some((Rc::clone(unit), Rc::clone(block)))
            }
            _ => None,
        });
        let (unit, block) = block?;
        let items = input.unwrap_or_default();
        let known = items.len() <= 50
            && !items.is_empty()
            && items.iter().all(|item| !matches!(item.value, Value::Unknown(_)));
        if known && self.steps > MIN_STEPS {
            let mut out = Vec::new();
            let mut open = false;
            for item in items {
                match self.run_block(&unit, &block, Some(item)) {
                    Some(items) => out.extend(items),
                    None => open = true,
                }
                if self.steps < MIN_STEPS {
                    open = true;
                    break;
                }
            }
            return Some(if open { vec![self.unknown(span)] } else { out });
        }
        let changed = self.branch(|it| {
            let item = it.unknown_named("_", block.span);
            it.run_block(&unit, &block, Some(item));
        });
        self.join(changed);
        Some(vec![self.unknown(span)])
    }

    fn select(&mut self, arguments: &[Argument<'s>], input: Option<Vec<Item<'s>>>) -> Option<Vec<Item<'s>>> {
        let bound = self.bound(arguments);
        let items = input?;
        if items.iter().any(|item| matches!(item.value, Value::Unknown(_))) {
            return None;
        }
        let number = |name: &str| match bound.value(name).map(|item| &item.value) {
            Some(Value::Number(value)) => value.parse::<usize>().ok(),
            _ => None,
        };
        if bound.named.len() != 1 || !bound.positional.is_empty() {
            return None;
        }
        if let Some(count) = number("first") {
            return Some(items.into_iter().take(count).collect());
        }
        if let Some(count) = number("last") {
            let skip = items.len().saturating_sub(count);
            return Some(items.into_iter().skip(skip).collect());
        }
        number("skip").map(|count| items.into_iter().skip(count).collect())
    }

    fn new_object(&mut self, span: Span, arguments: &[Argument<'s>]) -> Option<Vec<Item<'s>>> {
        let bound = self.bound(arguments);
        let named = bound.value("typename").cloned();
        let by_name = named.is_some();
        let type_name = named.or(bound.positional.first().map(|(item, _)| item.clone()))?;
        let Value::Text(type_name) = &type_name.value else { return None };
        let name = type_name.as_str().to_ascii_lowercase();
        let name = name.strip_prefix("system.").unwrap_or(&name).to_owned();
        let mut given: Vec<Item<'s>> = match bound.value("argumentlist") {
            Some(item) => unrolled(item.clone()),
            None => bound
                .positional
                .iter()
                .skip(usize::from(!by_name))
                .flat_map(|(item, _)| unrolled(item.clone()))
                .collect(),
        };
        match name.as_str() {
            "uri" if given.len() == 1 => Some(vec![given.remove(0)]),
            "uribuilder" => self.new_builder(&given, &[]).map(|item| vec![item]),
            "psobject" | "pscustomobject" | "hashtable" | "collections.hashtable" => {
                let kind =
                    if name.ends_with("hashtable") { ObjectKind::Hashtable } else { ObjectKind::Custom };
                let object = match bound.value("property").map(|item| &item.value) {
                    Some(Value::Object(index)) => self.scope.powershell.objects.get(*index)?.of_kind(kind),
                    Some(_) => return None,
                    None => Object::new(kind, Vec::new()),
                };
                let at = bound.value("property").map_or(self.file(span), |item| item.at);
                let value = self.scope.powershell.add(object);
                Some(vec![Item::new(value, at)])
            }
            _ => None,
        }
    }

    /// A text as one that is written here: what a file or an unknown value is called.
    pub(in crate::notation::powershell) fn text_of(&mut self, item: &Item<'s>, span: Span) -> Text<'s> {
        match &item.value {
            Value::Text(text) | Value::File(text) | Value::Bytes(text) => text.clone(),
            Value::Unknown(unknown) => {
                Text { fragment: Rc::clone(&unknown.shown), faults: unknown.faults.clone() }
            }
            _ => {
                let unit = Rc::clone(&self.unit);
                let mut builder = Builder::new(&unit.code);
                self.interpolate(&mut builder, Some(item), span, Encoding::Plain, "");
                Text { fragment: Rc::new(builder.finish(span.start, Encoding::Plain)), faults: Faults::new() }
            }
        }
    }
}

/// What is known of what a command gives, by its name.
fn origin_of(name: &str, arguments: &[Argument<'_>]) -> Origin {
    let texts = [
        "get-date",
        "get-random",
        "get-location",
        "get-host",
        "get-content",
        "new-guid",
        "get-filehash",
        "get-variable",
    ];
    let verb = name.split('-').next().unwrap_or("");
    let has_verb =
        name.contains('-') && ["get", "new", "set", "update", "invoke", "start", "add"].contains(&verb);
    // `-ExpandProperty` and the like give texts.
    let expands = arguments.iter().any(|argument| {
        matches!(&argument.kind, ArgumentKind::Parameter(name, _) if name.to_ascii_lowercase().starts_with("expand"))
    });
    if has_verb && !texts.contains(&name) && !expands { Origin::Object } else { Origin::Nowhere }
}
