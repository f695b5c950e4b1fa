//! The evaluator: an expression, in a place, to a value.
//!
//! Within one expression it keeps its own stack, so that no depth of calls costs the program's. What leads to another
//! expression (a parameter's default, a variable, a lambda, a user-defined function) recurses, and [`Budget::enter`]
//! bounds that.

mod contextual;
mod lambdas;
mod loops;

use std::sync::Arc;

use super::calls::{left_open, unknown_function, wrong_count};
use super::deployment::is_loops;
use super::state::{Engine, Frame, Site, Stand};
use crate::arm::expression::{find_function, is_expression};
use crate::template::budget::MAX_TEXT;
use crate::template::functions::{self, Call, Needs, SEE, invalid};
use crate::template::program::{Op, Program};
use crate::template::refusal::{Cause, Outcome, Refusal};
use crate::template::value::{Data, Member, Place, Reason, Value, same_name};

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
            let value = engine.dereference(value)?;
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
    fn dereference(&mut self, value: Value) -> Outcome<Value> {
        let Some(reference) = value.as_open().and_then(|open| open.reference) else { return Ok(value) };
        let known = self.referenced(reference)?;
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
                            .part_of(&base, &key)
                            .map_err(|refusal| refusal.of(program.spans[part as usize]))?;
                        values.push(value);
                    }
                }
                Step::ElementOf(part) => {
                    let key = values.pop().unwrap_or(Value::NULL);
                    let base = values.pop().unwrap_or(Value::NULL);
                    let value = self
                        .part_of(&base, &key)
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
        let before = text.len();
        match value {
            Ok(value) => {
                *reason = (*reason).max(value.reason().unwrap_or(Reason::Parameter));
                value.write_expression(text);
            }
            Err(refusal) if refusal.cause == Cause::Budget => return Err(refusal),
            Err(_) => text.push_str(&program.print(part)),
        }
        self.budget.bytes(text.len().saturating_sub(before))
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
    fn part_of(&mut self, base: &Value, key: &Value) -> Outcome<Value> {
        if let Some(open) = base.as_open() {
            if let (Some(reference), Some(name)) = (open.reference, key.as_str())
                && let Some(known) = self.referenced_member(reference, &open.text, name)?
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
        let mut arguments = args;
        for value in &mut arguments {
            if value.as_open().is_some_and(|open| open.reference.is_some()) {
                *value = self.dereference(value.clone())?;
            }
        }
        let Some((needs, run)) = functions::find(lower) else {
            return Ok(left_open(name, &arguments, Reason::Deployment));
        };
        let lacks = match needs {
            Needs::All => arguments.iter().any(Value::has_open),
            Needs::Outline => arguments.iter().any(|it| it.is_open() || it.has_more()),
            Needs::Itself => false,
        };
        let answer =
            if lacks { None } else { run(&mut Call { name, args: &arguments, budget: &mut self.budget })? };
        Ok(match answer {
            Some(value) => value,
            None => left_open(name, &arguments, Reason::Parameter),
        })
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
}
