//! Statements: what they set, and what they give.

use std::collections::HashMap;
use std::rc::Rc;

use super::choices::Branch;
use super::{Entry, Evaluator, Item, MIN_STEPS, Text, Value, gathered, truth, unrolled};
use crate::notation::powershell::fault;
use crate::notation::powershell::syntax::{
    Assign, Block, Element, Expression, ExpressionKind, Function, Parameter, Pipeline, Statement, Stretch,
};
use crate::notation::powershell::value::{Origin, Unit};
use crate::text::Span;

/// A list with more items is not gone through item by item.
const MAX_TURNS: usize = 50;

impl<'s> Evaluator<'_, 's> {
    /// Statements of the text that follow what was gone through.
    pub(in crate::notation::powershell) fn run(&mut self, stretch: Stretch) {
        let Stretch { script, is_cut_short } = stretch;
        self.unit = Rc::new(self.unit.with(script.flaws));
        if self.scope.powershell.frames.is_empty() {
            self.scope.powershell.frames.push(HashMap::new());
        }
        self.parameters(&script.block);
        self.block(&script.block);
        if is_cut_short {
            self.scope.refuse();
        }
    }

    /// The end of the text: the functions that nothing in it calls.
    pub(in crate::notation::powershell) fn end(&mut self) {
        let mut at = 0;
        while let Some(function) = self.defined.get(at).cloned() {
            at += 1;
            if !self.scope.powershell.called.contains(&function.name) {
                self.uncalled(&function);
            }
        }
    }

    /// Statements whose output is not looked at.
    pub(super) fn block(&mut self, block: &Block) {
        let mut out = Vec::new();
        for statement in &block.statements {
            self.statement(statement, &mut out);
            out.clear();
        }
    }

    /// Parameters that nobody gives: what they are by default.
    fn parameters(&mut self, block: &Block) {
        for parameter in &block.parameters {
            let item = if let Some(default) = &parameter.default {
                let place = self.file(default.span);
                self.scope.powershell.defaults.insert(place);
                self.expression(default)
            } else {
                let secure =
                    parameter.type_name.as_deref().is_some_and(|name| name.ends_with("securestring"));
                let mut item = self.unknown(parameter.span);
                if secure {
                    item.value = Value::Secure;
                }
                item
            };
            self.scope.powershell.set(&parameter.name, item);
        }
    }

    /// A function that nothing calls: its parameters are unknown.
    fn uncalled(&mut self, function: &Rc<Function>) {
        self.scope.powershell.called.insert(function.name.clone());
        self.scope.powershell.frames.push(HashMap::new());
        self.parameters(&function.body);
        let returned = std::mem::take(&mut self.returned);
        self.block(&function.body);
        self.returned = returned;
        self.scope.powershell.frames.pop();
    }

    pub(super) fn statement(&mut self, statement: &Statement, out: &mut Vec<Item<'s>>) {
        if self.returned {
            // What follows is read for the calls that it makes.
            let mut nothing = Vec::new();
            self.returned = false;
            self.statement(statement, &mut nothing);
            self.returned = true;
            return;
        }
        match statement {
            Statement::Pipeline(pipeline) => {
                let items = self.pipeline(pipeline);
                out.extend(items);
            }
            Statement::Assign(assign) => self.assign(assign),
            Statement::If { clauses, otherwise } => self.if_statement(clauses, otherwise.as_ref(), out),
            Statement::Foreach { variable, values, body } => {
                let span = body.span;
                let values = self.value_of(values, span);
                self.foreach(variable, values, body, out);
            }
            Statement::Loop { before, body } => {
                for statement in before {
                    let mut nothing = Vec::new();
                    self.statement(statement, &mut nothing);
                }
                let changed = self.branch(|it| it.block(body));
                self.join(changed);
                out.push(self.unknown(body.span));
            }
            Statement::Switch { value, cases, has_default } => {
                self.value_of(value, Span::at(0));
                let branches: Vec<Branch<'s>> = cases.iter().map(|case| self.branch_of(case)).collect();
                let item = cases.first().map(|case| self.joined(branches, *has_default, case.span));
                out.extend(item);
            }
            Statement::Function(function) => {
                let unit = Rc::clone(&self.unit);
                let Some(left) = self.functions.checked_sub(function.body.span.len()) else {
                    // Too many to be kept: what it calls is listed here.
                    self.uncalled(function);
                    return;
                };
                self.functions = left;
                self.defined.push(Rc::clone(function));
                self.scope.powershell.functions.insert(function.name.clone(), (unit, Rc::clone(function)));
            }
            Statement::Try { body, catches, finally } => {
                for statement in &body.statements {
                    self.statement(statement, out);
                }
                let mut changes = Vec::new();
                for catch in catches {
                    changes.extend(self.branch(|it| it.block(catch)));
                }
                self.join(changes);
                if let Some(block) = finally {
                    self.block(block);
                }
            }
            Statement::Jump { returns, value } => {
                if let Some(value) = value {
                    let mut given = Vec::new();
                    self.statement(value, &mut given);
                    if *returns {
                        out.extend(given);
                    }
                }
                self.returned |= *returns;
            }
            Statement::Block(block) => {
                for statement in &block.statements {
                    self.statement(statement, out);
                }
            }
        }
    }

    /// True for a condition that asks whether something is a secure string.
    fn asks_for_secure(&self, condition: &Statement) -> bool {
        let Statement::Pipeline(pipeline) = condition else { return false };
        let text = self.source(pipeline.span);
        text.len() < 256 && {
            let lower = text.to_ascii_lowercase();
            lower.contains("securestring") && lower.contains("-is")
        }
    }

    fn if_statement(
        &mut self,
        clauses: &[(Box<Statement>, Block)],
        otherwise: Option<&Block>,
        out: &mut Vec<Item<'s>>,
    ) {
        let mut branches = Vec::new();
        let mut decided = false;
        let mut open = false;
        for (condition, body) in clauses {
            let condition = self.value_of(condition, body.span);
            let holds = truth(&condition);
            let certain = holds == Some(true) && !open && !decided;
            if certain {
                decided = true;
                for statement in &body.statements {
                    self.statement(statement, out);
                }
                continue;
            }
            let branch = self.branch_of(body);
            if !decided && holds != Some(false) {
                open = true;
                branches.push(branch);
            }
        }
        if let Some(body) = otherwise {
            if !decided && !open {
                for statement in &body.statements {
                    self.statement(statement, out);
                }
            } else {
                let branch = self.branch_of(body);
                if !decided {
                    branches.push(branch);
                }
            }
        }
        // `if ($token -is [securestring]) { … }`: what is made of it in each case is not one.
        if clauses.iter().any(|(condition, _)| self.asks_for_secure(condition)) {
            let blocks = clauses.iter().map(|(_, body)| body).chain(otherwise);
            let names: Vec<String> = blocks.flat_map(assigned).collect();
            for name in names {
                let unknown = self.unknown(clauses[0].1.span);
                self.scope.powershell.set(&name, unknown);
            }
        }
        if open {
            let item = self.joined(branches, otherwise.is_some(), clauses[0].1.span);
            out.push(item);
        }
    }

    /// `foreach ($variable in values) body`
    pub(super) fn foreach(
        &mut self,
        variable: &str,
        values: Item<'s>,
        body: &Block,
        out: &mut Vec<Item<'s>>,
    ) {
        let is_known = match &values.value {
            Value::List(items) => items.len() <= MAX_TURNS,
            Value::Unknown(_) => false,
            _ => true,
        };
        if is_known && self.steps > MIN_STEPS {
            for item in unrolled(values) {
                self.scope.powershell.set(variable, item);
                for statement in &body.statements {
                    self.statement(statement, out);
                }
                // What the body calls has been listed.
                if self.steps < MIN_STEPS {
                    break;
                }
            }
            return;
        }
        let changed = self.branch(|it| {
            let item = it.unknown_named(variable, body.span);
            it.scope.powershell.set(variable, item);
            it.block(body);
        });
        self.join(changed);
        out.push(self.unknown(body.span));
    }

    /// A variable that has some value.
    pub(super) fn unknown_named(&self, name: &str, span: Span) -> Item<'s> {
        let at = self.file(span);
        let mut builder = crate::text::Builder::new(&self.unit.code);
        builder.placed(Span { start: at.start, end: at.start }, &format!("${name}"), true);
        let shown = Rc::new(builder.finish(span.start, crate::text::Encoding::Plain));
        let unknown = super::Unknown { shown, faults: Vec::new(), origin: Origin::Nowhere };
        Item::new(Value::Unknown(unknown), at)
    }

    /// Runs a block of a script with what it is given as `$_` and parameters.
    pub(super) fn run_block(
        &mut self,
        unit: &Rc<Unit<'s>>,
        block: &Block,
        given: Option<Item<'s>>,
    ) -> Option<Vec<Item<'s>>> {
        if self.calls >= super::MAX_CALLS || self.steps == 0 {
            return None;
        }
        self.calls += 1;
        let before = std::mem::replace(&mut self.unit, Rc::clone(unit));
        if let Some(item) = given {
            self.scope.powershell.set("_", item);
        }
        for parameter in &block.parameters {
            if self.scope.powershell.get(&parameter.name).is_none() {
                let item = self.unknown(parameter.span);
                self.scope.powershell.set(&parameter.name, item);
            }
        }
        let items = self.outputs(block);
        self.unit = before;
        self.calls -= 1;
        items
    }

    /// Calls a function of the script.
    pub(super) fn call(
        &mut self,
        name: &str,
        named: &[(String, Option<Item<'s>>)],
        positional: &[Item<'s>],
        span: Span,
    ) -> Vec<Item<'s>> {
        let Some((unit, function)) = self.scope.powershell.functions.get(name).cloned() else {
            return vec![self.unknown(span)];
        };
        if self.calls >= super::MAX_CALLS || self.steps < MIN_STEPS {
            return vec![self.unknown(span)];
        }
        self.calls += 1;
        if !self.scope.powershell.called.contains(name) {
            self.scope.powershell.called.insert(name.to_owned());
        }
        let mut frame = HashMap::new();
        let mut given = positional.iter();
        let before = std::mem::replace(&mut self.unit, unit);
        for parameter in &function.body.parameters {
            let key = parameter.name.to_lowercase();
            let by_name = given_by_name(named, &key, &function.body.parameters);
            let item = match by_name {
                Some((_, Some(item))) => item.clone(),
                Some((_, None)) => Item::new(Value::Bool(true), self.file(parameter.span)),
                None => match given.next() {
                    Some(item) => item.clone(),
                    None => match &parameter.default {
                        Some(default) => self.expression(default),
                        None if parameter.type_name.as_deref() == Some("switch") => {
                            Item::new(Value::Bool(false), self.file(parameter.span))
                        }
                        None => self.unknown(parameter.span),
                    },
                },
            };
            frame.insert(key, item);
        }
        self.scope.powershell.frames.push(frame);
        let returned = std::mem::take(&mut self.returned);
        let uncertain = std::mem::take(&mut self.uncertain);
        let items = self.outputs(&function.body);
        let open = std::mem::replace(&mut self.uncertain, uncertain);
        self.returned = returned;
        self.scope.powershell.frames.pop();
        self.unit = before;
        self.calls -= 1;
        match items {
            Some(items) if !open => items,
            _ => vec![self.unknown(span)],
        }
    }

    // -- Assignments ------------------------------------------------------------------------------------

    fn assign(&mut self, assign: &Assign) {
        let operator = self.source(assign.operator).to_owned();
        let span = match &assign.value {
            Statement::Pipeline(pipeline) => pipeline.span,
            _ => assign.operator,
        };
        let mut item = self.by_branch(|it| it.value_of(&assign.value, span));
        if let Some(end) = self.cut_short(span) {
            let fault = Rc::new(fault::touching(&self.unit, span, Span::at(end)));
            let first = match &item.value {
                Value::List(items) => items.first().unwrap_or(&item),
                _ => &item,
            };
            // What there is of it is still what the call is about.
            item = if let Value::Text(text) = &first.value {
                let faults = gathered(text.faults.iter().cloned().chain([fault]));
                Item::new(Value::Text(Text { fragment: Rc::clone(&text.fragment), faults }), first.at)
            } else {
                self.unknown_with(span, vec![fault])
            };
        }
        let target = target_of(&assign.target);
        if operator != "=" {
            item = match operator.as_str() {
                "+=" => self.added(&assign.target, item, span),
                "??=" => {
                    let before = self.expression(&assign.target);
                    match before.value {
                        Value::Null => item,
                        Value::Unknown(_) => self.unknown(span),
                        _ => before,
                    }
                }
                _ => self.unknown(span),
            };
        }
        match &target.kind {
            ExpressionKind::Variable(variable) => self.scope.powershell.set(&variable.name, item),
            ExpressionKind::Member { object, name, arguments: None, .. } => {
                let object = self.expression(object);
                let key = self.expression(name);
                self.set_member(&object, &key, name.span, item);
            }
            ExpressionKind::Index { object, index } => {
                let object = self.expression(object);
                let key = self.expression(index);
                self.set_member(&object, &key, index.span, item);
            }
            ExpressionKind::List(targets) => {
                let items = unrolled(item);
                for (at, target) in targets.iter().enumerate() {
                    if let ExpressionKind::Variable(variable) = &target_of(target).kind {
                        let item = items.get(at).cloned().unwrap_or_else(|| self.unknown(span));
                        self.scope.powershell.set(&variable.name, item);
                    }
                }
            }
            _ => {}
        }
    }

    /// Where the text ends that a value begins with, if words follow the value on its line: an inner quote ended it, and
    /// PowerShell refuses the statement.
    fn cut_short(&self, span: Span) -> Option<usize> {
        let text = self.unit.code.text();
        let mark = text[span.range()].chars().next().filter(|it| matches!(it, '"' | '\''))?;
        let rest = text[span.end as usize..].lines().next().unwrap_or_default().trim_start();
        let is_word =
            rest.starts_with(|it: char| it.is_alphanumeric() || matches!(it, ':' | '\\' | '"' | '\''));
        if !is_word {
            return None;
        }
        let mut inner = text[span.range()].char_indices().skip(1).peekable();
        while let Some((at, it)) = inner.next() {
            if it == '`' && mark == '"' {
                inner.next();
            } else if it == mark && inner.next_if(|(_, next)| *next == mark).is_none() {
                return Some(span.start as usize + at + mark.len_utf8());
            }
        }
        None
    }

    fn added(&mut self, target: &Expression, item: Item<'s>, span: Span) -> Item<'s> {
        let before = self.expression(target);
        match (&before.value, &item.value) {
            (Value::Text(first), Value::Text(second))
                if self.spend(first.as_str().len() + second.as_str().len())
                    && self.room(first.fragment.weight() + second.fragment.weight()) =>
            {
                let mut builder = crate::text::Builder::new(&self.unit.code);
                builder.append(&first.fragment);
                builder.append(&second.fragment);
                let faults = gathered(first.faults.iter().chain(&second.faults).cloned());
                let fragment = builder.finish(span.start, crate::text::Encoding::Plain);
                Item::new(Value::Text(Text { fragment: Rc::new(fragment), faults }), item.at)
            }
            (Value::List(items), Value::Unknown(_)) if !items.is_empty() => self.unknown(span),
            (Value::List(items), _) if self.room(items.len() * 16) => {
                let mut all = items.to_vec();
                all.extend(unrolled(item.clone()));
                Item::new(Value::List(all.into()), item.at)
            }
            (Value::Null, _) => item,
            _ => self.unknown_with(span, before.faults().to_vec()),
        }
    }

    fn set_member(&mut self, object: &Item<'s>, key: &Item<'s>, key_span: Span, item: Item<'s>) {
        let Value::Object(index) = object.value else { return };
        match &key.value {
            Value::Text(name) => {
                let entry = Entry { name: name.clone(), name_at: self.file(key_span), item };
                self.scope.powershell.set_entry(index, entry);
            }
            _ => self.lose(object),
        }
    }

    // -- Pipelines --------------------------------------------------------------------------------------

    pub(super) fn pipeline(&mut self, pipeline: &Pipeline) -> Vec<Item<'s>> {
        if pipeline.elements.len() == 1 {
            return self.pipeline_of(pipeline);
        }
        // What its first element depends on shows in what its last one sends.
        self.call_by_branch(|it| it.pipeline_of(pipeline))
    }

    fn pipeline_of(&mut self, pipeline: &Pipeline) -> Vec<Item<'s>> {
        let mut input: Option<Vec<Item<'s>>> = None;
        for (index, element) in pipeline.elements.iter().enumerate() {
            let items = match element {
                Element::Expression(expression) => {
                    let item = self.expression(expression);
                    if pipeline.elements.len() == 1 {
                        self.write_redirected(pipeline, std::slice::from_ref(&item));
                        return vec![item];
                    }
                    match item.value {
                        Value::Null => vec![item],
                        _ => unrolled(item),
                    }
                }
                Element::Command(command) => self.command(command, input.take(), pipeline, index),
            };
            input = Some(items);
        }
        let items = input.unwrap_or_default();
        self.write_redirected(pipeline, &items);
        items
    }

    /// Remembers what a pipeline writes into a file: `'…' > body.json`.
    fn write_redirected(&mut self, pipeline: &Pipeline, items: &[Item<'s>]) {
        let file = match pipeline.elements.last() {
            Some(Element::Command(command)) => command.redirects.last(),
            _ => pipeline.redirect.as_ref(),
        };
        let (Some(file), [Item { value: Value::Text(text), .. }]) = (file, items) else { return };
        let text = (*text.fragment).clone();
        // Other streams are not what the pipeline gives, and `>>` adds to what the file has.
        let before = self.unit.code.text()[..file.span.start as usize].trim_end();
        let is_output =
            before.strip_suffix('>').is_some_and(|it| !it.ends_with(['>', '*', '2', '3', '4', '5', '6']));
        let file = file.clone();
        if is_output && let Value::Text(path) = self.expression(&file).value {
            self.scope.write_file(path.as_str(), text);
        }
    }
}

/// What is given for the parameter `key`, by its name or a beginning of it that is no other's name.
fn given_by_name<'n, 's>(
    named: &'n [(String, Option<Item<'s>>)],
    key: &str,
    parameters: &[Parameter],
) -> Option<&'n (String, Option<Item<'s>>)> {
    let exact = |name: &str, key: &str| name.to_lowercase() == key;
    named.iter().find(|(name, _)| exact(name, key)).or_else(|| {
        named.iter().find(|(name, _)| {
            let begins = !name.is_empty() && key.starts_with(&name.to_lowercase());
            begins && !parameters.iter().any(|it| exact(name, &it.name.to_lowercase()))
        })
    })
}

/// `[string]$name`
fn target_of(target: &Expression) -> &Expression {
    let mut target = target;
    while let ExpressionKind::Cast { operand, .. } = &target.kind {
        target = operand;
    }
    target
}

/// The variables that the statements of a block assign.
fn assigned(block: &Block) -> impl Iterator<Item = String> + '_ {
    block.statements.iter().filter_map(|statement| match statement {
        Statement::Assign(assign) => match &target_of(&assign.target).kind {
            ExpressionKind::Variable(variable) => Some(variable.name.clone()),
            _ => None,
        },
        _ => None,
    })
}
