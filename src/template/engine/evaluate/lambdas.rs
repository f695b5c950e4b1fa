//! The functions that take lambdas.

use std::collections::HashMap;
use std::sync::Arc;

use crate::template::engine::calls::kind_of;
use crate::template::engine::state::{Engine, Lambdas, Site};
use crate::template::functions::{SEE, invalid, nth};
use crate::template::program::{Op, Program};
use crate::template::refusal::{Cause, Outcome, Refusal};
use crate::template::value::{Data, Member, Object, Reason, Value, ValueKind};

impl Engine<'_> {
    /// The functions that take lambdas. Their other arguments are on the stack.
    pub(super) fn through(
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
        let subject = self.dereference(subject)?;
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
        self.engine.dereference(value)
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
        for member in subject.as_object().map(Object::members).unwrap_or_default() {
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
