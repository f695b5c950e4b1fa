//! The names of a template: what it declares, and where its expressions use them, evaluated or not.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::calls::{unknown_function, wrong_count};
use super::deployment::{has_symbolic_names, is_secure, members};
use crate::arm::expression::{Expression, find_function, is_expression, only_compares};
use crate::arm::{self, Evaluation};
use crate::template::program::{MAX_EXPRESSION, Op, Program};
use crate::template::refusal::{Cause, Refusal};
use crate::template::value::{Data, Member, Object, Place, Value, same_name};
use crate::text::Span;

/// The names of a template and of those within it.
#[derive(Debug, Default)]
pub struct Survey {
    /// What has names of its own: the template, templates of inner scope within it, user-defined functions.
    pub scopes: Vec<Names>,
    /// Where expressions use names, in the order of the text.
    pub uses: Vec<Use>,
    /// Strings that would be expressions if they stood in brackets.
    pub bare: Vec<Place>,
}

/// What a scope declares.
#[derive(Debug, Default)]
pub struct Names {
    /// Parameters.
    pub parameters: Vec<Declared>,
    /// Variables.
    pub variables: Vec<Declared>,
    /// User-defined functions, with their namespaces.
    pub functions: Vec<Declared>,
    /// A name is computed somewhere: any parameter or variable may be used.
    pub is_computed: bool,
    /// The user-defined function that it is: its parameters are its own, all else is the template's.
    pub function: Option<Arc<str>>,
    /// The scope around a user-defined function.
    around: u32,
}

impl Names {
    /// The scope around a user-defined function.
    pub fn around(&self) -> Option<u32> {
        self.function.is_some().then_some(self.around)
    }
}

/// A name that is declared.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The name.
    pub name: Arc<str>,
    /// Where it is written.
    pub place: Option<Place>,
    /// What it stands for: a parameter's declaration, a variable's value.
    pub value: Value,
}

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Of {
    /// `parameters('name')`
    Parameter,
    /// `variables('name')`
    Variable,
    /// `name(…)`
    Function,
    /// `namespace.name(…)`
    OwnFunction,
}

/// Where in a template an expression stands, as far as that matters to what is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UseIn {
    /// Anywhere else.
    Elsewhere,
    /// In a variable, as an index of [`Names::variables`].
    Variable(u32),
    /// In the value of an output that is not secure.
    Output,
    /// In a template of outer scope within the template: what it gives is sent with it.
    OuterTemplate,
    /// In the value that a template of inner scope is given for a parameter that is not secure.
    PlainParameter,
    /// In a command of an extension that is not protected.
    Command,
}

impl UseIn {
    /// Where what is only looked at stands: nobody is shown it.
    fn unshown(self) -> Self {
        match self {
            Self::Variable(_) => self,
            Self::Elsewhere | Self::Output | Self::OuterTemplate | Self::PlainParameter | Self::Command => {
                Self::Elsewhere
            }
        }
    }
}

/// False where a call's result has nothing of its argument: it is a condition, or only compared.
fn shows_argument(function: &str, index: usize) -> bool {
    if function == "if" { index > 0 } else { !only_compares(function) }
}

/// A name in an expression.
#[derive(Clone, Debug)]
pub struct Use {
    /// What it names.
    pub of: Of,
    /// The name.
    pub name: Arc<str>,
    /// The string with the expression.
    pub place: Place,
    /// The name in that string: between the quotes of a literal.
    pub span: Span,
    /// Whose names it uses, as an index of [`Survey::scopes`].
    pub scope: u32,
    /// Evaluation may pass it by: an argument of `if`, `and`, `or`, `coalesce`, a lambda, a default that is not used.
    pub is_lazy: bool,
    /// The resources with conditions that it is part of.
    pub under: Vec<Place>,
    /// Arguments of a call.
    pub count: usize,
    /// Where in the template it stands.
    pub stand: UseIn,
    /// The innermost of them, as an index of [`Walk::conditions`].
    condition: Option<u32>,
}

/// A name that nothing has, or a call that no function takes.
#[derive(Clone, Debug)]
pub struct Mismatch<'s> {
    /// The use.
    pub of: &'s Use,
    /// What ARM says, if it gets there.
    pub refusal: Refusal,
    /// The names that there are.
    pub known: Vec<Arc<str>>,
}

/// A part of a template that is still to be looked at.
struct Open<'v> {
    value: &'v Value,
    role: Role,
    around: Around,
}

/// What all expressions of a string have in common.
#[derive(Clone, Copy)]
struct Around {
    scope: u32,
    is_lazy: bool,
    under: Option<u32>,
    stand: UseIn,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// An expression or a value with some in it.
    Plain,
    Resources,
    Resource,
    /// The properties of a nested deployment.
    Deployment,
}

struct Walk<'v> {
    survey: Survey,
    open: Vec<Open<'v>>,
    /// Resources with conditions, each with the one around it.
    conditions: Vec<(Place, Option<u32>)>,
    programs: HashMap<Arc<str>, Option<Arc<Program>>>,
    symbolic: Vec<bool>,
}

impl Survey {
    /// Reads the names of a template.
    pub fn of(template: &Value) -> Self {
        let mut walk = Walk {
            survey: Self::default(),
            open: Vec::new(),
            conditions: Vec::new(),
            programs: HashMap::new(),
            symbolic: Vec::new(),
        };
        let scope = walk.declare(template);
        let around = Around { scope, is_lazy: false, under: None, stand: UseIn::Elsewhere };
        walk.enter(template, around, &HashSet::new());
        while let Some(open) = walk.open.pop() {
            walk.look(open);
        }
        let Walk { mut survey, conditions, .. } = walk;
        for used in &mut survey.uses {
            let mut next = used.condition;
            while let Some((place, around)) = next.and_then(|at| conditions.get(at as usize)) {
                used.under.push(*place);
                next = *around;
            }
        }
        survey.uses.sort_by_key(|it| (it.place, it.span.start));
        survey.uses.shrink_to_fit();
        survey
    }

    /// The uses of what is not there.
    pub fn mismatches(&self) -> Vec<Mismatch<'_>> {
        let tables: Vec<[HashSet<String>; 3]> = self
            .scopes
            .iter()
            .map(|it| {
                let lower = |list: &[Declared]| list.iter().map(|it| it.name.to_lowercase()).collect();
                [lower(&it.parameters), lower(&it.variables), lower(&it.functions)]
            })
            .collect();
        self.uses.iter().filter_map(|it| self.mismatch(it, &tables)).collect()
    }

    fn mismatch<'s>(&'s self, used: &'s Use, tables: &[[HashSet<String>; 3]]) -> Option<Mismatch<'s>> {
        let own = self.scopes.get(used.scope as usize)?;
        let (home, at) = match (&own.function, used.of) {
            (Some(_), Of::Variable | Of::OwnFunction) => {
                (self.scopes.get(own.around as usize)?, own.around as usize)
            }
            _ => (own, used.scope as usize),
        };
        let name = &used.name;
        let lower = name.to_lowercase();
        let [parameters, variables, functions] = tables.get(at)?;
        let names = |list: &[Declared]| list.iter().map(|it| Arc::clone(&it.name)).collect::<Vec<_>>();
        let (refusal, known) = match used.of {
            Of::Parameter if !parameters.contains(&lower) => {
                let refusal = match &own.function {
                    Some(function) => Refusal::new(
                        Cause::UserFunction,
                        format!(
                            "The parameter '{name}' is not found in template function '{function}'. Please see \
                             https://aka.ms/arm-syntax-functions for usage details."
                        ),
                    ),
                    None => Refusal::new(
                        Cause::UndefinedParameter,
                        format!(
                            "The template parameter '{name}' is not found. Please see \
                             https://aka.ms/arm-syntax-parameters for usage details."
                        ),
                    ),
                };
                (refusal, names(&home.parameters))
            }
            Of::Variable if !variables.contains(&lower) => {
                let refusal = Refusal::new(
                    Cause::UndefinedVariable,
                    format!(
                        "The template variable '{name}' is not found. Please see \
                         https://aka.ms/arm-syntax-variables for usage details."
                    ),
                );
                (refusal, names(&home.variables))
            }
            Of::OwnFunction if !functions.contains(&lower) => {
                (unknown_function(name), names(&home.functions))
            }
            Of::OwnFunction => {
                let declared = home.functions.iter().find(|it| same_name(&it.name, name))?;
                let takes =
                    declared.value.get("parameters").and_then(Value::as_array).map_or(0, <[Value]>::len);
                if takes == used.count {
                    return None;
                }
                let refusal = Refusal::new(
                    Cause::ArgumentCount,
                    format!(
                        "The template language function '{name}' expects exactly '{takes}' parameters. Please see \
                         https://aka.ms/arm-syntax-functions for usage details."
                    ),
                );
                (refusal, Vec::new())
            }
            Of::Function => {
                let Some(function) = find_function(name) else {
                    let known = crate::arm::expression::FUNCTIONS.iter().map(|it| it.name.into());
                    let own = home.functions.iter().map(|it| Arc::clone(&it.name));
                    let refusal = unknown_function(name);
                    return Some(Mismatch {
                        of: used,
                        refusal: *refusal.at(Some(used.place)),
                        known: known.chain(own).collect(),
                    });
                };
                let extra = match lower.as_str() {
                    "resourcegroup" => 2,
                    "subscription" | "managementgroup" => 1,
                    _ => 0,
                };
                if function.arguments.admit(used.count) || (1..=extra).contains(&used.count) {
                    return None;
                }
                (wrong_count(name, &lower, function.arguments, used.count), Vec::new())
            }
            Of::Parameter | Of::Variable => return None,
        };
        Some(Mismatch { of: used, refusal: *refusal.at(Some(used.place)), known })
    }
}

impl<'v> Walk<'v> {
    /// A scope with the names that a template declares.
    fn declare(&mut self, template: &Value) -> u32 {
        let declared = |member: &Member| Declared {
            name: Arc::clone(&member.name),
            place: member.place,
            value: member.value.clone(),
        };
        let mut names = Names {
            parameters: members(template, "parameters").iter().map(declared).collect(),
            ..Names::default()
        };
        for member in members(template, "variables") {
            let loops = member.value.as_array().filter(|_| same_name(&member.name, "copy"));
            let Some(loops) = loops else {
                names.variables.push(declared(member));
                continue;
            };
            names.variables.push(declared(member));
            for item in loops {
                if let Some(name) = item.get("name").and_then(Value::as_str) {
                    let place = item.get("name").and_then(|it| it.place);
                    names.variables.push(Declared { name: name.into(), place, value: item.clone() });
                }
            }
        }
        for space in template.get("functions").and_then(Value::as_array).unwrap_or_default() {
            let Some(namespace) = space.get("namespace").and_then(Value::as_str) else { continue };
            for member in members(space, "members") {
                let name = format!("{namespace}.{}", member.name).into();
                names.functions.push(Declared { name, place: member.place, value: member.value.clone() });
            }
        }
        self.survey.scopes.push(names);
        self.symbolic.push(has_symbolic_names(template));
        self.survey.scopes.len() as u32 - 1
    }

    /// Opens what a template holds; `given` are parameters whose defaults are not used, in lower case.
    fn enter(&mut self, template: &'v Value, around: Around, given: &HashSet<String>) {
        let Around { scope, is_lazy, .. } = around;
        let is_outer = around.stand == UseIn::OuterTemplate;
        for member in members(template, "parameters") {
            if let Some(default) = member.value.get("defaultValue") {
                let is_lazy = is_lazy || given.contains(&member.name.to_lowercase());
                self.open.push(Open::new(default, Role::Plain, Around { is_lazy, ..around }));
            }
        }
        for (at, member) in members(template, "variables").iter().enumerate() {
            let stand = if is_outer { around.stand } else { UseIn::Variable(at as u32) };
            self.open.push(Open::new(&member.value, Role::Plain, Around { stand, ..around }));
        }
        for member in members(template, "outputs") {
            let is_lazy = is_lazy || member.value.get("condition").is_some();
            let stand = if is_secure(&member.value) { UseIn::Elsewhere } else { UseIn::Output };
            for name in ["value", "copy"] {
                let around = Around { is_lazy, stand, ..around };
                self.open.extend(member.value.get(name).map(|it| Open::new(it, Role::Plain, around)));
            }
            self.open.extend(member.value.get("condition").map(|it| Open::new(it, Role::Plain, around)));
        }
        if let Some(resources) = template.get("resources") {
            self.open.push(Open::new(resources, Role::Resources, around));
        }
        for space in template.get("functions").and_then(Value::as_array).unwrap_or_default() {
            let namespace = space.get("namespace").and_then(Value::as_str).unwrap_or_default();
            for member in members(space, "members") {
                let Some(value) = member.value.get("output").and_then(|it| it.get("value")) else { continue };
                let parameters = member.value.get("parameters").and_then(Value::as_array).unwrap_or_default();
                let parameter = |it: &Value| {
                    Some(Declared {
                        name: it.get("name")?.as_str()?.into(),
                        place: it.get("name")?.place,
                        value: it.clone(),
                    })
                };
                self.survey.scopes.push(Names {
                    parameters: parameters.iter().filter_map(parameter).collect(),
                    function: Some(format!("{namespace}.{}", member.name).into()),
                    around: scope,
                    ..Names::default()
                });
                self.symbolic.push(false);
                let own = self.survey.scopes.len() as u32 - 1;
                let around = Around { scope: own, is_lazy: true, stand: UseIn::Elsewhere, ..around };
                self.open.push(Open::new(value, Role::Plain, around));
            }
        }
    }

    fn look(&mut self, Open { value, role, around }: Open<'v>) {
        match (&value.data, role) {
            (Data::Text(text), _) => self.text(text, value.place, around),
            (Data::Array(_), _) => {
                let role = if role == Role::Resources { Role::Resource } else { Role::Plain };
                let items = value.as_array().unwrap_or_default().iter();
                self.open.extend(items.map(|it| Open::new(it, role, around)));
            }
            (Data::Object(object), Role::Plain) => {
                for member in object.members() {
                    let mut around = around;
                    if same_name(&member.name, "commandToExecute") && around.stand != UseIn::OuterTemplate {
                        around.stand = UseIn::Command;
                    }
                    if same_name(&member.name, "protectedSettings") {
                        // What is in it is kept from whoever reads the resource.
                        self.protected(&member.value, around);
                        continue;
                    }
                    self.name(member, around);
                    self.open.push(Open::new(&member.value, Role::Plain, around));
                }
            }
            (Data::Object(object), Role::Resources) => {
                self.open
                    .extend(object.members().iter().map(|it| Open::new(&it.value, Role::Resource, around)));
            }
            (Data::Object(object), Role::Resource) => self.resource(value, object, around),
            (Data::Object(object), Role::Deployment) => self.deployment(object, around),
            _ => {}
        }
    }

    /// Everything within protected settings, commands too.
    fn protected(&mut self, value: &'v Value, around: Around) {
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            match &value.data {
                Data::Text(text) => self.text(text, value.place, around),
                Data::Array(_) => open.extend(value.as_array().unwrap_or_default()),
                Data::Object(object) => {
                    for member in object.members() {
                        self.name(member, around);
                        open.push(&member.value);
                    }
                }
                _ => {}
            }
        }
    }

    fn resource(&mut self, value: &'v Value, object: &'v Object, around: Around) {
        let condition = value.place.filter(|_| object.get("condition").is_some());
        let inner = match condition {
            Some(place) => {
                self.conditions.push((place, around.under));
                Around { under: Some(self.conditions.len() as u32 - 1), ..around }
            }
            None => around,
        };
        let is_deployment = object.get("type").and_then(Value::as_str).is_some_and(arm::is_deployment);
        for member in object.members() {
            let is = |name: &str| same_name(&member.name, name);
            if is("comments") || is("metadata") {
                continue;
            }
            let role = if is("resources") {
                Role::Resources
            } else if is_deployment && is("properties") {
                Role::Deployment
            } else {
                Role::Plain
            };
            let around = if is("condition") || is("copy") { around } else { inner };
            self.name(member, around);
            self.open.push(Open::new(&member.value, role, around));
        }
    }

    fn deployment(&mut self, properties: &'v Object, around: Around) {
        let option = properties.get("expressionEvaluationOptions").and_then(|it| it.get("scope"));
        let is_symbolic = self.symbolic.get(around.scope as usize).copied().unwrap_or_default();
        let is_inner = match option.and_then(Value::as_str) {
            Some(text) if is_expression(text) => None,
            scope => Some(Evaluation::of(scope, is_symbolic) == Evaluation::Inner),
        };
        let template = properties.get("template").filter(|it| it.as_object().is_some());
        let given = properties.get("parameters").and_then(Value::as_object).map(Object::members);
        let given = given.unwrap_or_default();
        for member in properties.members() {
            let is = |name: &str| same_name(&member.name, name);
            if is("parameters") && template.is_some() && is_inner == Some(true) {
                for entry in given {
                    let declared = members_of(template).iter().find(|it| same_name(&it.name, &entry.name));
                    let is_plain = declared.is_some_and(|it| !holds_secrets(&it.value));
                    let stand = match around.stand {
                        UseIn::OuterTemplate => around.stand,
                        _ if is_plain => UseIn::PlainParameter,
                        _ => UseIn::Elsewhere,
                    };
                    self.open.push(Open::new(&entry.value, Role::Plain, Around { stand, ..around }));
                }
                continue;
            }
            if !is("template") || member.value.as_object().is_none() {
                self.name(member, around);
                self.open.push(Open::new(&member.value, Role::Plain, around));
                continue;
            }
            match is_inner {
                Some(true) => {
                    let scope = self.declare(&member.value);
                    let names: HashSet<String> = given.iter().map(|it| it.name.to_lowercase()).collect();
                    let around = Around { scope, stand: UseIn::Elsewhere, ..around };
                    self.enter(&member.value, around, &names);
                }
                // Its expressions are those of the template around it, where names are looked for.
                Some(false) => {
                    let around = Around { stand: UseIn::OuterTemplate, ..around };
                    self.enter(&member.value, around, &HashSet::new());
                }
                None => self.any_name(around.scope),
            }
        }
    }

    fn any_name(&mut self, scope: u32) {
        let around =
            self.survey.scopes.get(scope as usize).filter(|it| it.function.is_some()).map(|it| it.around);
        for scope in [Some(scope), around].into_iter().flatten() {
            if let Some(names) = self.survey.scopes.get_mut(scope as usize) {
                names.is_computed = true;
            }
        }
    }

    /// A member's name, which may be an expression.
    fn name(&mut self, member: &Member, around: Around) {
        if member.name.starts_with('[') {
            self.text(&member.name, member.place, around);
        }
    }

    fn text(&mut self, text: &Arc<str>, place: Option<Place>, around: Around) {
        let Some(place) = place else { return };
        if !is_expression(text) {
            if is_bare(text) {
                self.survey.bare.push(place);
            }
            return;
        }
        let read = || Program::read(text).ok().map(Arc::new);
        let Some(program) = self.programs.entry(Arc::clone(text)).or_insert_with(read).clone() else {
            // Which names it uses cannot be said.
            self.any_name(around.scope);
            return;
        };
        // What a part is made of comes before it.
        let mut arounds = vec![around; program.parts.len()];
        for (at, part) in program.parts.iter().enumerate().rev() {
            let own = arounds[at];
            let mut pass = |part: u32, around: Around| {
                if let Some(of_part) = arounds.get_mut(part as usize) {
                    *of_part = around;
                }
            };
            match part {
                Op::Literal(_) => {}
                Op::Member { base, .. } => pass(*base, own),
                Op::Element { base, key } => {
                    pass(*base, own);
                    pass(*key, own);
                }
                Op::Call { lower, arguments, .. } => {
                    for (index, argument) in arguments.iter().enumerate() {
                        let may_pass = match &**lower {
                            "if" | "and" | "or" | "coalesce" => index > 0,
                            "lambda" => true,
                            _ => false,
                        };
                        let stand =
                            if shows_argument(lower, index) { own.stand } else { own.stand.unshown() };
                        pass(*argument, Around { is_lazy: own.is_lazy || may_pass, stand, ..own });
                    }
                    self.call(&program, at, place, own);
                }
            }
        }
    }

    fn call(&mut self, program: &Program, at: usize, place: Place, around: Around) {
        let (Some(Op::Call { name, lower, arguments }), Some(span)) =
            (program.parts.get(at), program.spans.get(at))
        else {
            return;
        };
        let new = |of: Of, name: Arc<str>, span: Span, count: usize| Use {
            of,
            name,
            place,
            span,
            scope: around.scope,
            is_lazy: around.is_lazy,
            under: Vec::new(),
            count,
            stand: around.stand,
            condition: around.under,
        };
        let of = match &**lower {
            "parameters" => Of::Parameter,
            "variables" => Of::Variable,
            _ if lower.contains('.') => Of::OwnFunction,
            _ => Of::Function,
        };
        let is_name = matches!(of, Of::Parameter | Of::Variable);
        let own = if is_name { Of::Function } else { of };
        self.survey.uses.push(new(own, Arc::clone(name), *span, arguments.len()));
        let ([argument], true) = (arguments.as_slice(), is_name) else { return };
        let literal = match program.parts.get(*argument as usize) {
            Some(Op::Literal(Value { data: Data::Text(text), .. })) => Some(Arc::clone(text)),
            _ => None,
        };
        let span = program.spans.get(*argument as usize);
        if let (Some(text), Some(span)) = (literal, span) {
            let inner = Span { start: span.start + 1, end: span.end.saturating_sub(1).max(span.start + 1) };
            self.survey.uses.push(new(of, text, inner, 1));
        } else {
            self.any_name(around.scope);
        }
    }
}

impl<'v> Open<'v> {
    fn new(value: &'v Value, role: Role, around: Around) -> Self {
        Self { value, role, around }
    }
}

fn members_of(template: Option<&Value>) -> &[Member] {
    template.map(|it| members(it, "parameters")).unwrap_or_default()
}

/// Functions that only an expression calls so: a text that has one of them and is none lacks its brackets.
const TELLING: [&str; 8] = [
    "parameters",
    "variables",
    "resourceGroup",
    "subscription",
    "resourceId",
    "copyIndex",
    "deployment",
    "uniqueString",
];

/// True if a text would be an expression if it stood in brackets.
fn is_bare(text: &str) -> bool {
    let has_word = || TELLING.iter().any(|it| contains_ignoring_case(text, it));
    if text.starts_with('[') || !text.contains('(') || text.len() > MAX_EXPRESSION || !has_word() {
        return false;
    }
    let whole = format!("[{}]", text.trim());
    let Ok(expression) = Expression::parse(&whole) else { return false };
    // `a` alone is a word, and `'a'` a text in quotes.
    let telling = expression.calls().any(|call| TELLING.iter().any(|it| call.is(it)));
    telling && expression.slips().is_empty()
}

fn contains_ignoring_case(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|it| it.eq_ignore_ascii_case(word.as_bytes()))
}

/// True if a part of a value of this type is secret, or may be: another type is referred to.
fn holds_secrets(declaration: &Value) -> bool {
    let mut open = vec![declaration];
    while let Some(value) = open.pop() {
        if is_secure(value) || value.get("$ref").is_some() {
            return true;
        }
        let inner = ["items", "additionalProperties"].iter().filter_map(|name| value.get(name));
        let members = value.get("properties").and_then(Value::as_object).map(Object::members);
        let elements = value.get("prefixItems").and_then(Value::as_array);
        open.extend(inner);
        open.extend(members.unwrap_or_default().iter().map(|it| &it.value));
        open.extend(elements.unwrap_or_default());
    }
    false
}
