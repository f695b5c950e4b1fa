//! The evaluator: an expression, in a place, to a value.
//!
//! Within one expression it keeps its own stack, so that no depth of calls costs the program's. What leads to another
//! expression (a parameter's default, a variable, a lambda, a user-defined function) recurses, and [`Budget::enter`]
//! bounds that.

use std::collections::HashMap;
use std::sync::Arc;

use super::calls::{kind_of, left_open, unknown_function, wrong_count};
use super::deployment::is_loops;
use super::resource::Turn;
use super::state::{Engine, Frame, Lambdas, Site, Stand, Uncounted};
use crate::arm::expression::{find_function, is_expression};
use crate::template::budget::MAX_TEXT;
use crate::template::functions::{self, Call, Needs, SEE, invalid, nth};
use crate::template::program::{Op, Program};
use crate::template::refusal::{Cause, Outcome, Refusal};
use crate::template::value::{Data, Member, Place, Reason, Value, ValueKind, same_name};

/// What is still to be done of an expression.
enum Step {
    Visit(u32),
    /// All arguments of a call are on the stack.
    Apply(u32),
    /// The condition of `if` is on the stack.
    Branch(u32),
    /// An argument of `and`, `or`, `coalesce` is on the stack.
    Next(u32, usize),
    /// What a function with a lambda goes through is on the stack.
    Through(u32),
    MemberOf(u32),
    ElementOf(u32),
}

impl Engine<'_> {
    /// A value with everything in it evaluated.
    pub(super) fn value(&mut self, site: Site<'_>, value: &Value) -> Outcome<Value> {
        match &value.data {
            Data::Text(text) => self.text(site, text, value.place),
            Data::Array(array) if array.has_brackets() => {
                self.budget.enter()?;
                let items: Outcome<Vec<Value>> =
                    value.as_array().unwrap_or_default().iter().map(|it| self.value(site, it)).collect();
                self.budget.leave();
                let result = Value::array(items?).at(value.place);
                self.budget.value(&result)?;
                Ok(result)
            }
            Data::Object(object) if object.has_brackets() => {
                self.budget.enter()?;
                let members = self.members(site, object.members());
                self.budget.leave();
                let result = Value::object(members?).at(value.place);
                self.budget.value(&result)?;
                Ok(result)
            }
            _ => Ok(value.clone()),
        }
    }

    /// A member's name that is left over as an expression.
    fn left_over(&mut self, text: &str) -> Arc<str> {
        let name: Arc<str> = format!("[{text}]").into();
        self.open_names.insert(name.as_ptr() as usize, Arc::clone(&name));
        name
    }

    /// True for such a name: a nested template of outer scope does not evaluate it again.
    fn is_left_over(&self, name: &Arc<str>) -> bool {
        self.open_names.get(&(name.as_ptr() as usize)).is_some_and(|kept| Arc::ptr_eq(kept, name))
    }

    fn members(&mut self, site: Site<'_>, members: &[Member]) -> Outcome<Vec<Member>> {
        let mut done: Vec<Member> = Vec::with_capacity(members.len());
        let mut computed = false;
        for member in members {
            if site.has_loops && same_name(&member.name, "copy") && is_loops(&member.value) {
                computed = true;
                self.loops(site, &member.value, &mut done)?;
                continue;
            }
            let mut name = Arc::clone(&member.name);
            if name.starts_with('[') && !self.is_left_over(&name) {
                let key = self.text(site, &name, member.place)?;
                name = match &key.data {
                    Data::Text(text) => Arc::clone(text),
                    Data::Open(open) => self.left_over(&open.text),
                    _ => {
                        return Err(invalid(format!(
                            "the expression value of type '{}' could not be used as property name",
                            key.kind().as_str()
                        ))
                        .at(member.place));
                    }
                };
                computed = true;
            }
            let value = self.value(site, &member.value)?;
            done.push(Member { name, place: member.place, value });
        }
        if computed {
            let mut seen = std::collections::HashSet::new();
            for member in &done {
                if !seen.insert(member.name.to_lowercase()) {
                    return Err(invalid(format!(
                        "Unable to evaluate language expression '[function]' as JSON property name: the property \
                         with name '{}' already exists.",
                        member.name
                    ))
                    .at(member.place));
                }
            }
        }
        Ok(done)
    }

    /// The arrays that the loops of `copy` make, as members.
    fn loops(&mut self, site: Site<'_>, copy: &Value, done: &mut Vec<Member>) -> Outcome<()> {
        for item in copy.as_array().unwrap_or_default() {
            let name = item.get("name").cloned().unwrap_or(Value::NULL);
            let name = self.value(site, &name)?;
            let Some(name) = name.as_str().map(Arc::<str>::from) else {
                return Err(Refusal::new(
                    Cause::CopyMisplaced,
                    "The template 'copy' definition has no name that is a text.",
                )
                .at(item.place));
            };
            let value = self.array_of(site, item, Some(&name))?;
            done.push(Member { name, place: item.get("name").and_then(|it| it.place), value });
        }
        Ok(())
    }

    /// The array that one loop makes: of a property, a variable or an output.
    pub(super) fn array_of(
        &mut self,
        site: Site<'_>,
        item: &Value,
        name: Option<&Arc<str>>,
    ) -> Outcome<Value> {
        let input = item.get("input").cloned().unwrap_or(Value::NULL);
        if holds_loops(&input) {
            return Err(Refusal::new(
                Cause::CopyMisplaced,
                "The template 'copy' definition has nested copy arrays. The use of nested copy arrays is not \
                 supported. Please see https://aka.ms/arm-resource-loops for usage details.",
            )
            .at(input.place));
        }
        let count = self.count(site, item)?;
        let mut turns = site.turns.to_vec();
        let mut items = Vec::new();
        for index in count.indexes(name) {
            self.budget.steps(1)?;
            turns.push(Turn { name: name.cloned(), index, is_default: name.is_none() });
            let turn = Site { has_loops: false, ..site.turns(&turns) };
            let value = self.value(turn, &input);
            turns.pop();
            items.push(value?);
        }
        let is_whole = matches!(count, Count::Known(_));
        let result = if is_whole { Value::array(items) } else { Value::array_of_more(items) };
        let result = result.at(item.place);
        self.budget.value(&result)?;
        Ok(result)
    }

    /// The count of a loop.
    pub(super) fn count(&mut self, site: Site<'_>, copy: &Value) -> Outcome<Count> {
        let raw = copy.get("count").cloned().unwrap_or(Value::NULL);
        let count = self.value(Site { stand: Stand::Count, ..site }, &raw)?;
        let place = raw.place.or(copy.place);
        match &count.data {
            Data::Int(count) if (0..=800).contains(count) => Ok(Count::Known(*count)),
            // What hangs on a value that is still to be given stands once, whatever else it hangs on; so does what the
            // cloud says. What the resources say comes too late.
            Data::Open(open)
                if open.reason <= Reason::Index
                    || self.options.finds_all
                    || (self.options.is_lenient && open.text.contains("parameters('"))
                    || is_of_place(&open.text) =>
            {
                if place.is_none_or(|place| self.uncounted_places.insert(place)) {
                    let name = copy.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
                    self.uncounted.push(Uncounted { name, count: format!("[{}]", open.text), place });
                }
                Ok(Count::Missing)
            }
            Data::Int(_) | Data::Open(_) => {
                let shown = match &count.data {
                    Data::Open(open) => format!("[{}]", open.text),
                    _ => count.as_int().unwrap_or_default().to_string(),
                };
                Err(Refusal::new(
                    Cause::CopyCount,
                    format!(
                        "The template 'copy' definition has an invalid copy count of: '{shown}'. The copy count must \
                         be a non-negative integer value and cannot exceed '800'. Please see \
                         https://aka.ms/arm-resource-loops for usage details."
                    ),
                )
                .at(place))
            }
            _ => Err(Refusal::new(
                Cause::CopyCount,
                format!(
                    "Evaluation result of language expression '{}' is type '{}', expected type is 'Integer'.",
                    raw.as_str().unwrap_or_default(),
                    count.kind().as_str()
                ),
            )
            .at(place)),
        }
    }

    /// A string of a template: an expression, an escaped one, or a text.
    pub(super) fn text(&mut self, site: Site<'_>, text: &Arc<str>, place: Option<Place>) -> Outcome<Value> {
        if is_expression(text) {
            return self.expression(site, text, place);
        }
        if text.starts_with("[[") && text.ends_with(']') {
            return Ok(Value::from(&text[1..]).at(place));
        }
        Ok(Value { data: Data::Text(Arc::clone(text)), place })
    }

    /// The program of an expression, read once.
    ///
    /// # Errors
    ///
    /// If it does not parse.
    pub(super) fn program(&mut self, text: &Arc<str>) -> Outcome<Arc<Program>> {
        let key = text.as_ptr() as usize;
        if let Some((_, program)) = self.programs.get(&key).filter(|(kept, _)| Arc::ptr_eq(kept, text)) {
            return Ok(Arc::clone(program));
        }
        self.budget.bytes(text.len())?;
        let program = Arc::new(Program::read(text)?);
        self.programs.insert(key, (Arc::clone(text), Arc::clone(&program)));
        Ok(program)
    }

    fn expression(&mut self, site: Site<'_>, text: &Arc<str>, place: Option<Place>) -> Outcome<Value> {
        let run = |engine: &mut Self| {
            let program = engine.program(text)?;
            engine.budget.enter()?;
            let value = engine.run(site, &program, program.root);
            engine.budget.leave();
            let value = value?;
            let value = engine.dereference(site, value)?;
            if value.as_str().is_some_and(|it| it.len() > MAX_TEXT && it.encode_utf16().count() > MAX_TEXT) {
                return Err(Refusal::new(
                    Cause::ResultLimit,
                    format!(
                        "The result of the template language expression exceeds the maximum length limit of \
                         {MAX_TEXT} characters."
                    ),
                ));
            }
            Ok(value)
        };
        match run(self) {
            Ok(value) => Ok(value.or_at(place)),
            Err(refusal) if self.options.finds_all && self.doubts == 0 && refusal.cause != Cause::Budget => {
                self.late.push(*refusal.at(place));
                let inner = text.get(1..text.len() - 1).unwrap_or_default();
                Ok(Value::open(inner, Reason::Parameter).at(place))
            }
            Err(refusal) => Err(refusal.at(place)),
        }
    }

    /// What a `reference()` alone gives: the properties that the template sets.
    fn dereference(&mut self, site: Site<'_>, value: Value) -> Outcome<Value> {
        let Some(reference) = value.as_open().and_then(|open| open.reference) else { return Ok(value) };
        let known = self.referenced(site, reference)?;
        Ok(known.unwrap_or(value))
    }

    /// Evaluates a part of an expression.
    pub(super) fn run(&mut self, site: Site<'_>, program: &Arc<Program>, root: u32) -> Outcome<Value> {
        let mut steps = vec![Step::Visit(root)];
        let mut values: Vec<Value> = Vec::new();
        while let Some(step) = steps.pop() {
            self.budget.steps(1)?;
            match step {
                Step::Visit(part) => self.visit(site, program, part, &mut steps, &mut values)?,
                Step::Apply(part) => {
                    let Some(Op::Call { name, lower, arguments }) = program.parts.get(part as usize) else {
                        continue;
                    };
                    let args = values.split_off(values.len().saturating_sub(arguments.len()));
                    let value = self
                        .apply(site, name, lower, args)
                        .map_err(|refusal| refusal.of(program.spans[part as usize]))?;
                    self.budget.value(&value)?;
                    values.push(value);
                }
                Step::Branch(part) => {
                    let condition = values.pop().unwrap_or(Value::NULL);
                    self.branch(site, program, part, &condition, &mut steps, &mut values)?;
                }
                Step::Next(part, at) => {
                    let value = values.pop().unwrap_or(Value::NULL);
                    self.next(site, program, part, at, value, &mut steps, &mut values)?;
                }
                Step::Through(part) => {
                    let value = self
                        .through(site, program, part, &mut values)
                        .map_err(|refusal| refusal.of(program.spans[part as usize]))?;
                    self.budget.value(&value)?;
                    values.push(value);
                }
                Step::MemberOf(part) => {
                    let base = values.pop().unwrap_or(Value::NULL);
                    if let Some(Op::Member { name, .. }) = program.parts.get(part as usize) {
                        let key = Value::from(Data::Text(Arc::clone(name)));
                        let value = self
                            .part_of(site, &base, &key)
                            .map_err(|refusal| refusal.of(program.spans[part as usize]))?;
                        values.push(value);
                    }
                }
                Step::ElementOf(part) => {
                    let key = values.pop().unwrap_or(Value::NULL);
                    let base = values.pop().unwrap_or(Value::NULL);
                    let value = self
                        .part_of(site, &base, &key)
                        .map_err(|refusal| refusal.of(program.spans[part as usize]))?;
                    values.push(value);
                }
            }
        }
        Ok(values.pop().unwrap_or(Value::NULL))
    }

    fn visit(
        &mut self,
        site: Site<'_>,
        program: &Arc<Program>,
        part: u32,
        steps: &mut Vec<Step>,
        values: &mut Vec<Value>,
    ) -> Outcome<()> {
        match program.parts.get(part as usize) {
            Some(Op::Literal(value)) => values.push(value.clone()),
            Some(Op::Member { base, .. }) => steps.extend([Step::MemberOf(part), Step::Visit(*base)]),
            Some(Op::Element { base, key }) => {
                steps.extend([Step::ElementOf(part), Step::Visit(*key), Step::Visit(*base)]);
            }
            Some(Op::Call { name, lower, arguments }) => {
                self.check_call(site, name, lower, arguments.len())
                    .map_err(|refusal| refusal.of(program.spans[part as usize]))?;
                let first = arguments.first().copied().unwrap_or(part);
                match &**lower {
                    "if" => steps.extend([Step::Branch(part), Step::Visit(first)]),
                    "coalesce" if arguments.is_empty() => values.push(Value::NULL),
                    "and" | "or" | "coalesce" => steps.extend([Step::Next(part, 0), Step::Visit(first)]),
                    "filter" | "map" | "mapvalues" | "sort" | "toobject" | "groupby" => {
                        steps.extend([Step::Through(part), Step::Visit(first)]);
                    }
                    "reduce" => {
                        steps.extend([Step::Through(part), Step::Visit(arguments[1]), Step::Visit(first)]);
                    }
                    _ => {
                        steps.push(Step::Apply(part));
                        steps.extend(arguments.iter().rev().map(|it| Step::Visit(*it)));
                    }
                }
            }
            None => values.push(Value::NULL),
        }
        Ok(())
    }

    /// That a function exists, takes so many arguments and may stand here.
    fn check_call(&mut self, site: Site<'_>, name: &str, lower: &str, count: usize) -> Outcome<()> {
        if lower.contains('.') {
            let function = self.function(site.deployment, lower).ok_or_else(|| unknown_function(name))?;
            if function.parameters.len() != count {
                return Err(Refusal::new(
                    Cause::ArgumentCount,
                    format!(
                        "The template language function '{name}' expects exactly '{}' parameters. Please see \
                         https://aka.ms/arm-syntax-functions for usage details.",
                        function.parameters.len()
                    ),
                ));
            }
            return Ok(());
        }
        // Undocumented: what they are of.
        let extra = match lower {
            "resourcegroup" => 2,
            "subscription" | "managementgroup" => 1,
            _ => 0,
        };
        let function =
            find_function(name).filter(|_| lower != "lambda").ok_or_else(|| unknown_function(name))?;
        if !function.arguments.admit(count) && (extra == 0 || count > extra) {
            return Err(wrong_count(name, lower, function.arguments, count));
        }
        self.check_stand(site, name, lower)
    }

    fn check_stand(&mut self, site: Site<'_>, name: &str, lower: &str) -> Outcome<()> {
        let not_here = |more: &str| {
            Err(Refusal::new(
                Cause::FunctionNotAllowedHere,
                format!("The template function '{name}' is not expected at this location.{more} {SEE}"),
            ))
        };
        match lower {
            "utcnow" | "newguid" if site.stand != Stand::Default => {
                not_here(" The function can only be used with parameter default value expressions.")
            }
            "references" | "resourceinfo" if !self.deployment(site).is_symbolic => {
                Err(unknown_function(name))
            }
            "references" if site.turns.iter().any(|turn| turn.is_default) => Err(Refusal::new(
                Cause::FunctionNotAllowedHere,
                "The template language function 'references' is called within a resource copy. Please see \
                 https://aka.ms/arm-function-reference for usage details.",
            )),
            "reference" | "references" | "target" if !site.stand.is_runtime() => not_here(""),
            _ if lower.starts_with("list") && !site.stand.is_runtime() => not_here(""),
            "externalinput" | "externalinputs" => not_here(""),
            "resourcegroup" | "subscription" | "managementgroup" if !self.scope_has(site, lower) => {
                not_here("")
            }
            _ => Ok(()),
        }
    }

    fn branch(
        &mut self,
        site: Site<'_>,
        program: &Arc<Program>,
        part: u32,
        condition: &Value,
        steps: &mut Vec<Step>,
        values: &mut Vec<Value>,
    ) -> Outcome<()> {
        let Some(Op::Call { name, arguments, .. }) = program.parts.get(part as usize) else { return Ok(()) };
        match &condition.data {
            Data::Bool(condition) => {
                if let Some(chosen) = arguments.get(if *condition { 1 } else { 2 }) {
                    steps.push(Step::Visit(*chosen));
                }
                Ok(())
            }
            Data::Open(open) => {
                let mut text = format!("{name}({}", open.text);
                let mut reason = open.reason;
                for argument in arguments.iter().skip(1) {
                    text.push_str(", ");
                    self.leftover(site, program, *argument, &mut text, &mut reason)?;
                }
                text.push(')');
                values.push(Value::open(text, reason));
                Ok(())
            }
            _ => Err(invalid(format!(
                "The template language function '{name}' expects its first parameter to be of type 'boolean'. The \
                 provided value is of type '{}'. {SEE}",
                condition.kind().as_str()
            ))
            .of(program.spans[part as usize])),
        }
    }

    /// An argument that may never be reached: evaluated as far as that goes, else as it is written.
    fn leftover(
        &mut self,
        site: Site<'_>,
        program: &Arc<Program>,
        part: u32,
        text: &mut String,
        reason: &mut Reason,
    ) -> Outcome<()> {
        self.budget.enter()?;
        self.doubts += 1;
        let value = self.run(site, program, part);
        self.doubts -= 1;
        self.budget.leave();
        match value {
            Ok(value) => {
                *reason = (*reason).max(value.reason().unwrap_or(Reason::Parameter));
                value.write_expression(text);
            }
            Err(refusal) if refusal.cause == Cause::Budget => return Err(refusal),
            Err(_) => text.push_str(&program.print(part)),
        }
        self.budget.bytes(text.len())
    }

    /// The next argument of `and`, `or`, `coalesce`.
    #[expect(clippy::too_many_arguments, reason = "the state of one step")]
    fn next(
        &mut self,
        site: Site<'_>,
        program: &Arc<Program>,
        part: u32,
        at: usize,
        value: Value,
        steps: &mut Vec<Step>,
        values: &mut Vec<Value>,
    ) -> Outcome<()> {
        let Some(Op::Call { name, lower, arguments }) = program.parts.get(part as usize) else {
            return Ok(());
        };
        if let Data::Open(open) = &value.data {
            let rest = arguments.get(at + 1..).unwrap_or_default();
            if rest.is_empty() && at == 0 {
                values.push(Value::open(format!("{name}({})", open.text), open.reason));
                return Ok(());
            }
            // What came before decided nothing.
            let mut text = format!("{name}(");
            if &**lower != "coalesce" {
                for _ in 0..at {
                    text.push_str(if &**lower == "and" { "true(), " } else { "false(), " });
                }
            }
            text.push_str(&open.text);
            let mut reason = open.reason;
            for argument in rest {
                let start = text.len();
                text.push_str(", ");
                self.leftover(site, program, *argument, &mut text, &mut reason)?;
                let decides = match &**lower {
                    "and" => text[start..] == *", false()",
                    "or" => text[start..] == *", true()",
                    _ => false,
                };
                if decides {
                    values.push((&**lower == "or").into());
                    return Ok(());
                }
            }
            text.push(')');
            values.push(Value::open(text, reason));
            return Ok(());
        }
        let done = if &**lower == "coalesce" {
            !value.is_null()
        } else {
            let Some(bool) = value.as_bool() else {
                return Err(invalid(format!(
                    "The provided arguments for template language function '{name}' is not valid: all arguments \
                     should be of type 'boolean'. {SEE}"
                ))
                .of(program.spans[part as usize]));
            };
            bool == (&**lower == "or")
        };
        match arguments.get(at + 1) {
            Some(next) if !done => steps.extend([Step::Next(part, at + 1), Step::Visit(*next)]),
            _ => values.push(value),
        }
        Ok(())
    }

    /// A member or element.
    fn part_of(&mut self, site: Site<'_>, base: &Value, key: &Value) -> Outcome<Value> {
        if let Some(open) = base.as_open() {
            if let (Some(reference), Some(name)) = (open.reference, key.as_str())
                && let Some(known) = self.referenced_member(site, reference, &open.text, name)?
            {
                return Ok(known);
            }
            let mut text = open.text.clone();
            if let Some(name) = key.as_str() {
                text.push_str(&functions::member_text(name));
            } else {
                text.push('[');
                key.write_expression(&mut text);
                text.push(']');
            }
            let reason = open.reason.max(key.reason().unwrap_or(Reason::Parameter));
            let value = Value::open(text, reason);
            self.budget.value(&value)?;
            return Ok(value);
        }
        if let Some(open) = key.as_open() {
            let mut text = String::new();
            base.write_expression(&mut text);
            self.budget.bytes(text.len())?;
            text.push('[');
            text.push_str(&open.text);
            text.push(']');
            return Ok(Value::open(text, open.reason.max(base.reason().unwrap_or(Reason::Parameter))));
        }
        functions::index(base, key)
    }

    /// A call whose arguments are evaluated.
    fn apply(&mut self, site: Site<'_>, name: &str, lower: &str, args: Vec<Value>) -> Outcome<Value> {
        if lower.contains('.') {
            return self.call_function(site, name, lower, args);
        }
        if let Some(value) = self.contextual(site, name, lower, &args)? {
            return Ok(value);
        }
        let mut settled = args;
        for value in &mut settled {
            if value.as_open().is_some_and(|open| open.reference.is_some()) {
                *value = self.dereference(site, value.clone())?;
            }
        }
        let Some((needs, run)) = functions::find(lower) else {
            return Ok(left_open(name, &settled, Reason::Deployment));
        };
        let lacks = match needs {
            Needs::All => settled.iter().any(Value::has_open),
            Needs::Outline => settled.iter().any(|it| it.is_open() || it.has_more()),
            Needs::Itself => false,
        };
        let answer =
            if lacks { None } else { run(&mut Call { name, args: &settled, budget: &mut self.budget })? };
        Ok(match answer {
            Some(value) => value,
            None => left_open(name, &settled, Reason::Parameter),
        })
    }

    /// Functions that depend on where they are called.
    fn contextual(
        &mut self,
        site: Site<'_>,
        name: &str,
        lower: &str,
        args: &[Value],
    ) -> Outcome<Option<Value>> {
        let one_text = |args: &[Value]| match args {
            [only] => Ok(only.as_str().map(str::to_owned)),
            _ => Err(invalid(format!(
                "The template language function '{name}' must have only one parameter. {SEE}"
            ))),
        };
        let value = match lower {
            "parameters" => match one_text(args)? {
                Some(key) => self.parameters_call(site, &key)?,
                None if args[0].is_open() => return Ok(Some(left_open(name, args, Reason::Parameter))),
                None => return Err(kind_of(name, args, 0, "String")),
            },
            "variables" => match one_text(args)? {
                Some(key) => self.variable(site.deployment, &key)?,
                None if args[0].is_open() => return Ok(Some(left_open(name, args, Reason::Parameter))),
                None => return Err(kind_of(name, args, 0, "String")),
            },
            "lambdavariables" => {
                let key = one_text(args)?;
                let mut scope = site.lambdas;
                let mut found = None;
                while let (Some(lambdas), Some(key), None) = (scope, &key, &found) {
                    let at = lambdas.names.iter().position(|it| same_name(it, key));
                    found = at.and_then(|at| lambdas.values.get(at)).cloned();
                    scope = lambdas.outer;
                }
                found.ok_or_else(|| unknown_function(name))?
            }
            "copyindex" => Self::copy_index(site, name, args)?,
            "reference" => self.reference(site, name, args)?,
            "references" => self.references(site, name, args)?,
            "resourceinfo" => self.resource_info(site, name, args)?,
            "resourceid" | "subscriptionresourceid" | "managementgroupresourceid" => {
                self.resource_id(site, name, lower, args)?
            }
            "resourcegroup" | "subscription" | "tenant" | "managementgroup" | "deployment"
            | "environment"
                if args.is_empty() =>
            {
                self.of_scope(site, name, lower)?
            }
            "resourcegroup" | "subscription" | "managementgroup" => {
                if let Some(at) = args.iter().position(|it| it.as_str().is_none() && !it.is_open()) {
                    return Err(kind_of(name, args, at, "String"));
                }
                left_open(name, args, Reason::Deployment)
            }
            "utcnow" => self.utc_now(name, args)?,
            "tenantresourceid" | "extensionresourceid" => return Ok(None),
            _ if lower.starts_with("list") => self.list(site, name, args)?,
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    fn copy_index(site: Site<'_>, name: &str, args: &[Value]) -> Outcome<Value> {
        let (key, offset) = match args {
            [] => (None, None),
            [only] if only.as_str().is_none() => (None, Some(only)),
            [key] => (Some(key), None),
            [key, offset, ..] => (Some(key), Some(offset)),
        };
        if args.iter().any(Value::is_open) {
            return Ok(left_open(name, args, Reason::Parameter));
        }
        let turn = match key {
            None => site.turns.iter().rev().find(|turn| turn.is_default).ok_or_else(|| {
                Refusal::new(
                    Cause::CopyIndexOutside,
                    "The template function 'copyIndex' is not expected at this location. The function can only be \
                     used in a resource with copy specified. Please see https://aka.ms/arm-resource-loops for usage \
                     details.",
                )
            })?,
            Some(key) => {
                let key = key.as_str().ok_or_else(|| kind_of(name, args, 0, "String"))?;
                let is = |turn: &&Turn| turn.name.as_ref().is_some_and(|it| same_name(it, key));
                site.turns.iter().rev().find(is).ok_or_else(|| {
                    Refusal::new(
                        Cause::CopyIndexOutside,
                        format!(
                            "The template language function 'copyIndex' has an invalid argument. The provided copy \
                             name '{key}' doesn't exist in the resource. Please see \
                             https://aka.ms/arm-resource-loops for usage details."
                        ),
                    )
                })?
            }
        };
        let Some(offset) = offset else { return Ok(turn.index.clone()) };
        let offset = offset.as_int().ok_or_else(|| kind_of(name, args, args.len() - 1, "Integer"))?;
        match turn.index.as_int() {
            Some(index) => index
                .checked_add(offset)
                .map(Value::from)
                .ok_or_else(|| invalid(format!("The template language function '{name}' overflowed."))),
            None => Ok(left_open(name, args, Reason::Index)),
        }
    }

    fn utc_now(&mut self, name: &str, args: &[Value]) -> Outcome<Value> {
        let Some(now) = self.options.now else { return Ok(left_open(name, args, Reason::Deployment)) };
        match args.first().map(|it| (it.as_str(), it.is_open())) {
            None => functions::utc_now(now, None),
            Some((Some(format), _)) => functions::utc_now(now, Some(format)),
            Some((None, true)) => Ok(left_open(name, args, Reason::Deployment)),
            Some((None, false)) => Err(kind_of(name, args, 0, "String")),
        }
    }

    /// A call of a user-defined function.
    fn call_function(&mut self, site: Site<'_>, name: &str, lower: &str, args: Vec<Value>) -> Outcome<Value> {
        let function = self.function(site.deployment, lower).ok_or_else(|| unknown_function(name))?;
        let mut arguments = Vec::with_capacity(args.len());
        for (parameter, value) in function.parameters.iter().zip(args) {
            self.check_argument(site.deployment, &function.name, parameter, &value)?;
            arguments.push((Arc::clone(&parameter.name), value));
        }
        let frame = Frame { function: Arc::clone(&function.name), arguments };
        let inner = Site { frame: Some(&frame), ..Site::new(site.deployment, Stand::Function) };
        self.budget.enter()?;
        let value = self.value(inner, &function.output);
        self.budget.leave();
        let value = value?;
        self.check_result(site.deployment, &function, &value)?;
        Ok(value)
    }

    /// `parameters('key')`: an argument of the function around, or a parameter of the template.
    fn parameters_call(&mut self, site: Site<'_>, key: &str) -> Outcome<Value> {
        let Some(frame) = site.frame else { return self.parameter(site.deployment, key) };
        match frame.arguments.iter().find(|(name, _)| same_name(name, key)) {
            Some((_, value)) => Ok(value.clone()),
            None => Err(Refusal::new(
                Cause::UserFunction,
                format!(
                    "The parameter '{key}' is not found in template function '{}'. Please see \
                     https://aka.ms/arm-syntax-functions for usage details.",
                    frame.function
                ),
            )),
        }
    }

    /// The functions that take lambdas. Their other arguments are on the stack.
    fn through(
        &mut self,
        site: Site<'_>,
        program: &Arc<Program>,
        part: u32,
        values: &mut Vec<Value>,
    ) -> Outcome<Value> {
        let Some(Op::Call { name, lower, arguments }) = program.parts.get(part as usize) else {
            return Ok(Value::NULL);
        };
        let seed = if &**lower == "reduce" { values.pop() } else { None };
        let subject = values.pop().unwrap_or(Value::NULL);
        let subject = self.dereference(site, subject)?;
        let first_lambda = if seed.is_some() { 2 } else { 1 };
        let (least, most) = match &**lower {
            "filter" | "map" => (1, 2),
            "reduce" => (2, 3),
            "sort" => (2, 2),
            _ => (1, 1),
        };
        if !subject.is_open() {
            let wanted = if &**lower == "mapvalues" { ValueKind::Object } else { ValueKind::Array };
            if subject.kind() != wanted {
                return Err(kind_of_first(name, &subject, wanted.as_str()));
            }
        }
        let mut lambdas = Vec::new();
        for (at, argument) in arguments.iter().enumerate().skip(first_lambda) {
            lambdas.push(Self::lambda(program, name, at, *argument, least, most)?);
        }
        let rest = subject.as_object().is_some_and(|it| it.rest.is_some());
        if subject.is_open() || rest {
            return self.through_open(site, program, name, &subject, seed, &lambdas);
        }
        let mut run = Through { engine: self, site, program };
        let done = match &**lower {
            "map" => run.map(&subject, &lambdas[0])?,
            "filter" => run.filter(&subject, &lambdas[0])?,
            "mapvalues" => run.map_values(&subject, &lambdas[0])?,
            "reduce" => Some(run.reduce(&subject, seed.clone().unwrap_or(Value::NULL), &lambdas[0])?),
            "sort" => run.sort(&subject, &lambdas[0])?,
            "toobject" => run.keyed(&subject, &lambdas, false)?,
            _ => run.keyed(&subject, &lambdas, true)?,
        };
        match done {
            Some(value) => Ok(value),
            None => self.through_open(site, program, name, &subject, seed, &lambdas),
        }
    }

    fn lambda(
        program: &Arc<Program>,
        function: &str,
        at: usize,
        part: u32,
        least: usize,
        most: usize,
    ) -> Outcome<Lambda> {
        let Some(Op::Call { lower, arguments, .. }) = program
            .parts
            .get(part as usize)
            .filter(|op| matches!(op, Op::Call { lower, .. } if &**lower == "lambda"))
        else {
            return Err(invalid(format!(
                "The template language function '{function}' expects its {} parameter to be of type 'lambda'. {SEE}",
                nth(at)
            )));
        };
        let count = arguments.len().saturating_sub(1);
        if arguments.is_empty() || !(least..=most).contains(&count) {
            let wanted = if least == most {
                format!("requires {} argument(s)", least + 1)
            } else {
                format!("requires between {} and {} argument(s)", least + 1, most + 1)
            };
            return Err(Refusal::new(
                Cause::ArgumentCount,
                format!(
                    "Unable to evaluate template language function '{lower}': function {wanted} while {} were \
                     provided. Please see https://aka.ms/arm-resource-functions/#lambda for usage details.",
                    arguments.len()
                ),
            ));
        }
        let mut names = Vec::with_capacity(count);
        for name in &arguments[..count] {
            match program.parts.get(*name as usize) {
                Some(Op::Literal(Value { data: Data::Text(name), .. })) => names.push(Arc::clone(name)),
                _ => {
                    return Err(invalid(format!(
                        "The template language function 'lambda' expects the names of its variables to be of type \
                         'String'. {SEE}"
                    )));
                }
            }
        }
        Ok(Lambda { names, body: arguments[count] })
    }

    /// What is left of a call with lambdas whose subject is not known.
    fn through_open(
        &mut self,
        site: Site<'_>,
        program: &Arc<Program>,
        name: &str,
        subject: &Value,
        seed: Option<Value>,
        lambdas: &[Lambda],
    ) -> Outcome<Value> {
        let mut text = format!("{name}(");
        subject.write_expression(&mut text);
        let mut reason = subject.reason().unwrap_or(Reason::Deployment);
        if let Some(seed) = seed {
            text.push_str(", ");
            seed.write_expression(&mut text);
            reason = reason.max(seed.reason().unwrap_or(Reason::Parameter));
        }
        for lambda in lambdas {
            text.push_str(", lambda(");
            let mut values = Vec::new();
            for name in &lambda.names {
                let quoted = name.replace('\'', "''");
                text.push_str(&format!("'{quoted}', "));
                values.push(Value::open(format!("lambdaVariables('{quoted}')"), Reason::Parameter));
            }
            let scope = Lambdas { names: &lambda.names, values: &values, outer: site.lambdas };
            let inner = Site { lambdas: Some(&scope), ..site };
            self.leftover(inner, program, lambda.body, &mut text, &mut reason)?;
            text.push(')');
        }
        text.push(')');
        let value = Value::open(text, reason);
        self.budget.value(&value)?;
        Ok(value)
    }
}

/// A lambda: the names of its variables, and its expression.
struct Lambda {
    names: Vec<Arc<str>>,
    body: u32,
}

/// The functions with lambdas, over what they go through.
struct Through<'e, 'o, 'c> {
    engine: &'e mut Engine<'o>,
    site: Site<'c>,
    program: &'e Arc<Program>,
}

impl Through<'_, '_, '_> {
    fn call(&mut self, lambda: &Lambda, values: &[Value]) -> Outcome<Value> {
        let scope = Lambdas { names: &lambda.names, values, outer: self.site.lambdas };
        let site = Site { lambdas: Some(&scope), ..self.site };
        self.engine.budget.enter()?;
        let value = self.engine.run(site, self.program, lambda.body);
        self.engine.budget.leave();
        let value = value?;
        self.engine.dereference(site, value)
    }

    /// An element and, if the lambda wants it, its place.
    fn item(lambda: &Lambda, item: &Value, at: usize) -> Vec<Value> {
        let mut values = vec![item.clone()];
        if lambda.names.len() > 1 {
            values.push((at as i64).into());
        }
        values
    }

    fn map(&mut self, subject: &Value, lambda: &Lambda) -> Outcome<Option<Value>> {
        let mut done = Vec::new();
        for (at, item) in subject.as_array().unwrap_or_default().iter().enumerate() {
            done.push(self.call(lambda, &Self::item(lambda, item, at))?);
        }
        Ok(Some(Value::array(done)))
    }

    fn filter(&mut self, subject: &Value, lambda: &Lambda) -> Outcome<Option<Value>> {
        let mut done = Vec::new();
        for (at, item) in subject.as_array().unwrap_or_default().iter().enumerate() {
            let keeps = self.call(lambda, &Self::item(lambda, item, at))?;
            match keeps.as_bool() {
                Some(true) => done.push(item.clone()),
                Some(false) => {}
                None if keeps.is_open() => return Ok(None),
                None => return Err(wrong_result("filter", "Boolean", &keeps)),
            }
        }
        Ok(Some(Value::array(done)))
    }

    fn map_values(&mut self, subject: &Value, lambda: &Lambda) -> Outcome<Option<Value>> {
        let mut members = Vec::new();
        for member in subject.as_object().map(crate::template::value::Object::members).unwrap_or_default() {
            let value = self.call(lambda, std::slice::from_ref(&member.value))?;
            members.push(Member { value, ..member.clone() });
        }
        Ok(Some(Value::object(members)))
    }

    fn reduce(&mut self, subject: &Value, seed: Value, lambda: &Lambda) -> Outcome<Value> {
        let mut value = seed;
        for (at, item) in subject.as_array().unwrap_or_default().iter().enumerate() {
            let mut values = vec![value, item.clone()];
            if lambda.names.len() > 2 {
                values.push((at as i64).into());
            }
            value = self.call(lambda, &values)?;
        }
        Ok(value)
    }

    /// A stable merge sort; the lambda says whether the first stands before the second.
    fn sort(&mut self, subject: &Value, lambda: &Lambda) -> Outcome<Option<Value>> {
        let mut items = subject.as_array().unwrap_or_default().to_vec();
        let mut width = 1;
        while width < items.len() {
            let mut next: Vec<Value> = Vec::with_capacity(items.len());
            for run in items.chunks(2 * width) {
                let (mut left, mut right) = run.split_at(width.min(run.len()));
                while let ([a, a_rest @ ..], [b, b_rest @ ..]) = (left, right) {
                    let is_before = self.call(lambda, &[b.clone(), a.clone()])?;
                    let goes_first = match is_before.as_bool() {
                        // Where each stands before the other, they are equal.
                        Some(true) => {
                            let back = self.call(lambda, &[a.clone(), b.clone()])?;
                            back.as_bool() != Some(true)
                        }
                        Some(false) => false,
                        None if is_before.is_open() => return Ok(None),
                        None => return Err(wrong_result("sort", "Boolean", &is_before)),
                    };
                    if goes_first {
                        next.push(b.clone());
                        right = b_rest;
                    } else {
                        next.push(a.clone());
                        left = a_rest;
                    }
                }
                next.extend_from_slice(left);
                next.extend_from_slice(right);
            }
            items = next;
            width *= 2;
        }
        Ok(Some(Value::array(items)))
    }

    /// `toObject` and `groupBy`.
    fn keyed(&mut self, subject: &Value, lambdas: &[Lambda], groups: bool) -> Outcome<Option<Value>> {
        let function = if groups { "groupBy" } else { "toObject" };
        let mut members: Vec<(Arc<str>, Vec<Value>)> = Vec::new();
        let mut at: HashMap<String, usize> = HashMap::new();
        for item in subject.as_array().unwrap_or_default() {
            let key = self.call(&lambdas[0], std::slice::from_ref(item))?;
            let name = match &key.data {
                Data::Text(name) => Arc::clone(name),
                Data::Open(_) => return Ok(None),
                _ => return Err(wrong_result(function, "String", &key)),
            };
            let value = match lambdas.get(1) {
                Some(lambda) => self.call(lambda, std::slice::from_ref(item))?,
                None => item.clone(),
            };
            match at.get(&name.to_lowercase()) {
                Some(&place) if groups => members[place].1.push(value),
                Some(_) => {
                    return Err(invalid(format!(
                        "The lambda expression parameter at index '1' of function '{function}' returned a duplicate \
                         key '{name}'. Object keys must be unique. {SEE}"
                    )));
                }
                None => {
                    at.insert(name.to_lowercase(), members.len());
                    members.push((name, vec![value]));
                }
            }
        }
        let members = members.into_iter().map(|(name, mut values)| {
            let value = if groups { Value::array(values) } else { values.pop().unwrap_or(Value::NULL) };
            Member { name, place: None, value }
        });
        Ok(Some(Value::object(members.collect())))
    }
}

/// True if an expression hangs on the cloud, which an option says, and on no resource.
fn is_of_place(text: &str) -> bool {
    let mut is_asked = false;
    for (at, _) in text.match_indices('(') {
        let before = text.get(..at).unwrap_or_default();
        let name =
            before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_ascii_lowercase();
        match &*name {
            "environment" => is_asked = true,
            "reference" | "references" | "target" => return false,
            _ if name.starts_with("list") => return false,
            _ => {}
        }
    }
    is_asked
}

/// The count of a loop.
pub(super) enum Count {
    Known(i64),
    /// It depends on a parameter that has no value: the loop stands once.
    Missing,
}

impl Count {
    /// The index of each turn.
    pub(super) fn indexes(&self, name: Option<&Arc<str>>) -> Vec<Value> {
        match self {
            Self::Known(count) => (0..*count).map(Value::from).collect(),
            Self::Missing => {
                let text = name.map_or_else(
                    || "copyIndex()".to_owned(),
                    |name| format!("copyIndex('{}')", name.replace('\'', "''")),
                );
                vec![Value::open(text, Reason::Index)]
            }
        }
    }
}

/// True if a loop stands anywhere in a value.
fn holds_loops(value: &Value) -> bool {
    if let Some(items) = value.as_array() {
        return items.iter().any(holds_loops);
    }
    value.as_object().is_some_and(|object| {
        object
            .members()
            .iter()
            .any(|it| (same_name(&it.name, "copy") && is_loops(&it.value)) || holds_loops(&it.value))
    })
}

fn kind_of_first(name: &str, value: &Value, wanted: &str) -> Box<Refusal> {
    kind_of(name, std::slice::from_ref(value), 0, wanted)
}

fn wrong_result(function: &str, wanted: &str, value: &Value) -> Box<Refusal> {
    invalid(format!(
        "The lambda expression provided to language function '{function}' is expected to return a value of type \
         '{wanted}', but returned a value of type '{}'. {SEE}",
        value.kind().as_str()
    ))
}
