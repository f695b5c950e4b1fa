//! A body against the description of its type: what does not fit, at which node.
//!
//! The descriptions are published for people who write templates, and are now and then stricter than the service, or
//! know less than it. What is left out here for that reason holds for every type: what is required in few versions
//! only, beside an `id`, or has one value; what the service sets in this version and takes in another; all that a PATCH
//! may leave out or have besides. How loud the rest may be is the linter's business.

mod belongs;
mod variant;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use regex::Regex;

pub(in crate::schema) use self::variant::sensitive;
use self::variant::{Choice, chosen};
use super::{Form, InVersion, Object, Property, Shape, Values, Variants};
use crate::arm::expression::is_computed;
use crate::arm::{Method, contains_placeholder, is_placeholder};
use crate::json::{Kind, Node};
use crate::schema::compile::template_members;
use crate::schema::consequences::drop_consequences;
use crate::schema::problem::{Constraint, Place, Problem, ProblemKind};
use crate::text::suggest::{is_within, nearest};

/// What every request body may have at its top, whatever its type.
const TAKEN: [&str; 4] = ["apiVersion", "id", "name", "type"];

/// Names that ARM itself knows at the top of a resource.
const OF_ARM: [&str; 14] = [
    "location",
    "tags",
    "sku",
    "kind",
    "managedBy",
    "managedByExtended",
    "extendedLocation",
    "zones",
    "placement",
    "plan",
    "etag",
    "scale",
    "identity",
    "properties",
];

/// Names that stand in so many objects that their being elsewhere says nothing.
const COMMON: [&str; 10] =
    ["name", "id", "type", "location", "tags", "kind", "etag", "sku", "description", "properties"];

/// Problems that are named of one body. A body with more is not one with mistakes.
const MAX_PROBLEMS: usize = 200;

/// Looks at other versions that one body may cost.
const MAX_LOOKS: u32 = 2_000;

/// A request whose body is judged.
#[derive(Clone, Copy, Debug)]
pub(in crate::schema) struct Asked<'r> {
    pub(in crate::schema) method: Method,
    pub(in crate::schema) template: bool,
    /// The last name of the resource, where the text says it.
    pub(in crate::schema) name: Option<&'r str>,
}

/// What is wrong with `body`, in the order of the text.
pub(in crate::schema) fn problems<'t>(
    described: InVersion<'_>,
    asked: Asked<'_>,
    body: Node<'t>,
) -> Vec<Problem<'t>> {
    let shape = described.shape();
    if !describes_requests(shape) {
        return Vec::new();
    }
    let mut judge = Judge {
        described,
        asked,
        open: Vec::new(),
        steps: Vec::new(),
        problems: Vec::new(),
        looks: 0,
        places: None,
    };
    judge.open.push(Task { node: body, name: None, shape, at: None });
    while let Some(task) = judge.open.pop() {
        judge.value(task);
        if judge.problems.len() >= MAX_PROBLEMS || judge.looks >= MAX_LOOKS {
            break;
        }
    }
    let mut problems = judge.problems;
    drop_consequences(&mut problems);
    problems
}

/// False for a type of which only answers are described: its `properties` are read-only as a whole, and nothing else of
/// its own can be set.
fn describes_requests(body: Shape<'_>) -> bool {
    let is_own = |property: &Property<'_>| {
        let known = TAKEN.iter().chain(&OF_ARM).chain(&["systemData"]);
        !property.is_read_only() && !known.into_iter().any(|it| it.eq_ignore_ascii_case(property.name()))
    };
    !body.property("properties").is_some_and(Property::is_read_only) || body.properties().iter().any(is_own)
}

/// A value that is still to be looked at.
#[derive(Clone, Copy)]
struct Task<'p, 't> {
    node: Node<'t>,
    name: Option<Node<'t>>,
    shape: Shape<'p>,
    /// Where it stands: an index of `Judge::steps`; `None` for the body.
    at: Option<u32>,
}

/// A step from a place to one in it.
struct Down<'p> {
    above: Option<u32>,
    /// As it is described, or as it is written; `None` for an element.
    name: Option<Cow<'p, str>>,
}

struct Judge<'p, 't, 'r> {
    described: InVersion<'p>,
    asked: Asked<'r>,
    open: Vec<Task<'p, 't>>,
    steps: Vec<Down<'p>>,
    problems: Vec<Problem<'t>>,
    looks: u32,
    /// Where a name (in lower case) may be set, once somebody asked.
    places: Option<HashMap<String, Vec<Place>>>,
}

impl<'p, 't> Judge<'p, 't, '_> {
    fn value(&mut self, task: Task<'p, 't>) {
        let node = task.node;
        if node.is_repaired() || node.is_unknown() || node.kind() == Kind::Null {
            return;
        }
        let text = node.as_str();
        if text.as_ref().is_some_and(|text| self.is_open_text(text)) {
            return;
        }
        match task.shape.form() {
            Form::Any => {}
            Form::Object(object) if node.kind() == Kind::Object => self.members(task, &[object], None, true),
            Form::Variants(variants) if node.kind() == Kind::Object => self.variants(task, variants),
            Form::Object(_) | Form::Variants(_) => self.wrong_type(task, "object"),
            Form::List { item, least, most } => {
                if node.kind() != Kind::Array {
                    return self.wrong_type(task, "array");
                }
                let has_copy = self.asked.template && node.elements().any(Node::is_unknown);
                let count = counted(node.elements().count());
                if !has_copy {
                    self.limits(task, count, least, most, "have", "element");
                }
                let at = self.step(task.at, None);
                let tasks: Vec<_> = node
                    .elements()
                    .map(|node| Task { node, name: None, shape: item, at: Some(at) })
                    .collect();
                self.open.extend(tasks.into_iter().rev());
            }
            Form::Values(values) => self.listed(task, values),
            Form::Text { least, most, pattern, .. } => {
                let Some(text) = text else { return self.wrong_type(task, "string") };
                if contains_placeholder(&text) {
                    return;
                }
                let before = self.problems.len();
                self.limits(task, counted(text.chars().count()), least, most, "have", "character");
                let fits = pattern.and_then(|pattern| matches_pattern(pattern, &text)).unwrap_or(true);
                if let Some(pattern) = pattern.filter(|_| !fits && self.problems.len() == before) {
                    self.add(
                        task,
                        ProblemKind::InvalidValue(Constraint::Words(format!(
                            "match the pattern `{pattern}`"
                        ))),
                    );
                }
            }
            Form::Integer { least, most } => {
                // The published types have one kind for integers and fractions.
                if node.kind() != Kind::Number {
                    return self.wrong_type(task, "number");
                }
                // A fraction lies between two integers: both limits are those of the integers.
                let Some(number) = node.number().and_then(|digits| digits.parse::<f64>().ok()) else {
                    return;
                };
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "as far as integers go, which is all that is asked"
                )]
                let (floor, ceiling) = (number.floor() as i64, number.ceil() as i64);
                let exact = node.number().and_then(|digits| digits.parse::<i64>().ok());
                let below = |limit: i64| exact.map_or(ceiling < limit, |exact| exact < limit);
                let above = |limit: i64| exact.map_or(floor > limit, |exact| exact > limit);
                if let Some(least) = least.filter(|limit| below(*limit)) {
                    self.add(task, ProblemKind::InvalidValue(Constraint::AtLeast(least)));
                } else if let Some(most) = most.filter(|limit| above(*limit)) {
                    self.add(
                        task,
                        ProblemKind::InvalidValue(Constraint::Words(format!("be at most {most}"))),
                    );
                }
            }
            Form::Boolean => {
                if !matches!(node.kind(), Kind::True | Kind::False) {
                    self.wrong_type(task, "boolean");
                }
            }
        }
    }

    fn limits(
        &mut self,
        task: Task<'p, 't>,
        count: i64,
        least: Option<i64>,
        most: Option<i64>,
        verb: &str,
        what: &str,
    ) {
        let words = |bound: &str, limit: i64| {
            format!("{verb} {bound} {limit} {what}{}", if limit == 1 { "" } else { "s" })
        };
        if let Some(least) = least.filter(|least| count < *least) {
            self.add(task, ProblemKind::InvalidValue(Constraint::Words(words("at least", least))));
        } else if let Some(most) = most.filter(|most| count > *most) {
            self.add(task, ProblemKind::InvalidValue(Constraint::Words(words("at most", most))));
        }
    }

    fn variants(&mut self, task: Task<'p, 't>, variants: Variants<'p>) {
        let key = variants.discriminator();
        let by_name = task.at.is_none() && key.eq_ignore_ascii_case("name");
        let name = self.asked.name.filter(|_| by_name);
        if by_name && name.is_none() {
            // Which one it is only the URL says, and it does not.
            return self.members(task, &[variants.base()], Some(key), false);
        }
        let only_base = |judge: &mut Self| judge.members(task, &[variants.base()], Some(key), false);
        match chosen(variants, task.node, name) {
            Choice::Variant(right, object) => {
                if let Some((name, value)) = task.node.member(key).filter(|_| !by_name)
                    && value.as_str().is_some_and(|text| text != right)
                {
                    let at = self.step(task.at, Some(Cow::Borrowed(key)));
                    let task = Task { node: value, name: Some(name), at: Some(at), ..task };
                    self.value_case(task, right);
                }
                self.members(task, &[object, variants.base()], Some(key), true);
            }
            Choice::Open => only_base(self),
            Choice::Missing => {
                if self.asks_for_all(task.node) {
                    self.add(task, ProblemKind::Missing { property: key.to_owned() });
                }
                only_base(self);
            }
            Choice::Unknown(value) => {
                let known = variants.keys().len();
                let kind = ProblemKind::Unlisted { near: Vec::new(), known };
                if let Some(node) = value {
                    let at = self.step(task.at, Some(Cow::Borrowed(key)));
                    let name = task.node.member(key).map(|(name, _)| name);
                    self.add(Task { node, name, at: Some(at), ..task }, kind);
                }
                only_base(self);
            }
        }
    }

    /// The members of an object that is one of `objects`, of which the first counts most. `is_known` if these are all
    /// that it may have.
    fn members(&mut self, task: Task<'p, 't>, objects: &[Object<'p>], key: Option<&str>, is_known: bool) {
        let node = task.node;
        let is_root = task.at.is_none();
        let others = objects.first().and_then(|it| it.others());
        let find = |name: &str| objects.iter().find_map(|it| it.property(name));
        let mut unknown = Vec::new();
        let mut tasks = Vec::new();
        let mut seen: HashSet<&'p str> = HashSet::new();
        let mut given = HashSet::new();
        let mut nulls = Vec::new();
        for (name, value) in node.members() {
            let Some(text) = name.as_str() else { continue };
            if name.is_repaired() || is_root && self.is_taken(&text) {
                continue;
            }
            if self.is_open_name(&text) {
                // In a map any name will do.
                if let Some(shape) = others.filter(|_| is_placeholder(&text)) {
                    let at = self.step(task.at, Some(Cow::Owned(text.into_owned())));
                    tasks.push(Task { node: value, name: Some(name), shape, at: Some(at) });
                }
                continue;
            }
            if key.is_some_and(|key| key.eq_ignore_ascii_case(&text)) {
                continue;
            }
            let Some(property) = find(&text) else {
                if let Some(shape) = others {
                    if value.kind() != Kind::Null {
                        let at = self.step(task.at, Some(Cow::Owned(text.into_owned())));
                        tasks.push(Task { node: value, name: Some(name), shape, at: Some(at) });
                    }
                } else if is_known && self.asked.method != Method::Patch {
                    unknown.push((name, value, text));
                }
                continue;
            };
            let own = property.name();
            // The same name twice is the parser's mistake.
            let is_first = seen.insert(own);
            if value.kind() == Kind::Null {
                nulls.push(own);
                continue;
            }
            given.insert(own.to_ascii_lowercase());
            let at = self.step(task.at, Some(Cow::Borrowed(own)));
            let below = Task { node: value, name: Some(name), shape: property.shape(), at: Some(at) };
            if own != text && is_first {
                let kind = ProblemKind::NameCase {
                    right: own.to_owned(),
                    is_elsewhere: self.is_spelt(below, &text),
                };
                self.add(below, kind);
            }
            if property.is_read_only() {
                self.read_only(below);
                continue;
            }
            tasks.push(below);
        }
        self.open.extend(tasks.into_iter().rev());
        for (name, value, text) in unknown {
            self.unknown(task, objects, name, value, &text, &given);
        }
        if is_known && self.asks_for_all(node) {
            let is_given = |property: &Property<'p>| given.contains(&property.name().to_ascii_lowercase());
            let mut asked = HashSet::new();
            for property in objects.iter().flat_map(|it| it.properties()) {
                let is_own = asked.insert(property.name().to_ascii_lowercase());
                let counts =
                    is_own && property.is_required() && !property.is_read_only() && !is_given(&property);
                let is_key = key.is_some_and(|key| key.eq_ignore_ascii_case(property.name()));
                if counts && !is_key && self.is_asked_for(task, objects, property) {
                    self.add(task, ProblemKind::Missing { property: property.name().to_owned() });
                }
            }
        }
    }

    /// True if an object has to have what is required, and shows all that it has.
    fn asks_for_all(&self, object: Node<'t>) -> bool {
        let is_open =
            |name: Node<'t>| name.is_repaired() || name.as_str().is_none_or(|text| self.is_open_name(&text));
        let tree = object.tree();
        let span = object.span();
        self.asked.method != Method::Patch
            && !object.members().any(|(name, _)| is_open(name))
            && !tree.mistakes().iter().any(|it| span.start <= it.span.start && it.span.end <= span.end)
    }

    /// Whether the service can be believed to insist on a property that is described as required.
    fn is_asked_for(&mut self, task: Task<'p, 't>, objects: &[Object<'p>], property: Property<'p>) -> bool {
        let name = property.name();
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        if task.at.is_none() && TAKEN.iter().any(|taken| is(taken)) || is("tags") {
            return false;
        }
        let resource_type = self.described.described().name();
        // The parent says where a child is.
        if is("location") && task.at.is_none() && resource_type.matches('/').count() > 1 {
            return false;
        }
        // One value is a default, or nothing to say.
        if matches!(property.shape().form(), Form::Values(values) if !values.is_open() && values.len() == 1) {
            return false;
        }
        // By its id a resource is referred to: the rest is what it has already.
        let has_id = || task.node.member("id").is_some_and(|(_, id)| id.kind() != Kind::Null);
        if task.at.is_some() && objects.iter().any(|it| it.property("id").is_some()) && has_id() {
            return false;
        }
        let place = self.place(task.at).member(name);
        self.looks += 1;
        let (required, all) = self.described.described().required_in(&place.steps());
        // What few versions require and a later one does not again is an error of the few.
        all < 3 || required * 2 > all || !self.is_dropped(&place)
    }

    /// True if a later version has the object around a place, and does not require what is there.
    fn is_dropped(&self, place: &Place) -> bool {
        let (own, around) = (self.described.version(), place.parent());
        self.described.described().versions().filter(|it| it.version() > own).any(|it| {
            let body = it.shape();
            !body.at(&around.steps()).is_empty()
                && !body.at(&place.steps()).iter().any(|found| found.required)
        })
    }

    fn read_only(&mut self, task: Task<'p, 't>) {
        if self.asked.method == Method::Patch {
            return;
        }
        self.looks += 1;
        let place = self.place(task.at);
        // What a later version takes was marked too soon.
        let own = self.described.version();
        let takes = |it: InVersion<'p>| it.shape().at(&place.steps()).iter().any(|found| !found.read_only);
        if !self.described.described().versions().any(|it| it.version() > own && takes(it)) {
            self.add(task, ProblemKind::ReadOnly);
        }
    }

    fn unknown(
        &mut self,
        task: Task<'p, 't>,
        objects: &[Object<'p>],
        name: Node<'t>,
        value: Node<'t>,
        text: &str,
        given: &HashSet<String>,
    ) {
        if self.problems.len() >= MAX_PROBLEMS || self.looks >= MAX_LOOKS {
            return;
        }
        let is_root = task.at.is_none();
        let is_of_arm = is_root && OF_ARM.iter().any(|it| it.eq_ignore_ascii_case(text));
        if is_of_arm && ["location", "tags"].iter().any(|it| it.eq_ignore_ascii_case(text)) {
            return;
        }
        self.looks += 1;
        let place = self.place(task.at).member(text);
        let own = self.described.version();
        let mut kind = ProblemKind::UnknownProperty {
            near: Vec::new(),
            present: false,
            places: Vec::new(),
            other_method: None,
        };
        let ranges = self.described.described().history(&place.steps());
        let is_own = ranges.iter().any(|range| range.contains(own));
        if !ranges.is_empty() && !is_own {
            kind = ProblemKind::NotInVersion { ranges };
        } else if ranges.is_empty()
            && !is_of_arm
            && let ProblemKind::UnknownProperty { near, places, .. } = &mut kind
        {
            let absent = objects
                .iter()
                .flat_map(|it| it.properties())
                .map(Property::name)
                .filter(|it| !given.contains(&it.to_ascii_lowercase()));
            *near =
                nearest(text, absent).into_iter().filter(|it| is_slip(text, it)).map(str::to_owned).collect();
            if near.is_empty() && !COMMON.iter().any(|it| it.eq_ignore_ascii_case(text)) {
                *places = self.meant(&place).iter().map(Place::dotted).collect();
            }
        }
        self.problems.push(Problem { kind, node: value, name: Some(name), place });
    }

    fn listed(&mut self, task: Task<'p, 't>, values: Values<'p>) {
        let Some(text) = task.node.as_str() else { return self.wrong_type(task, "string") };
        if contains_placeholder(&text) {
            return;
        }
        match values.find(&text) {
            Some(right) if right == text => {}
            Some(right) => self.value_case(task, right),
            None if !values.is_open() && values.len() == 1 => {
                self.add(task, ProblemKind::Unlisted { near: Vec::new(), known: 1 });
            }
            None => {
                self.looks += 1;
                let place = self.place(task.at);
                let others = self.described.described();
                let ranges = if values.is_open() {
                    others.versions_with(|it| {
                        it.shape().at(&place.steps()).iter().any(|found| lists(found.shape, &text))
                    })
                } else {
                    others.value_history(&place.steps(), &text)
                };
                let kind = if !ranges.is_empty() {
                    ProblemKind::ValueNotInVersion { ranges, is_open: values.is_open() }
                } else if values.is_open() {
                    if values.is_empty() {
                        return;
                    }
                    ProblemKind::Unlisted { near: Vec::new(), known: values.len() }
                } else {
                    let near =
                        values.iter().filter(|it| letters(it) == letters(&text)).map(str::to_owned).collect();
                    let allowed = values.iter().map(|it| format!("\"{it}\"")).collect();
                    ProblemKind::InvalidValue(Constraint::OneOf { allowed, near })
                };
                self.add(task, kind);
            }
        }
    }

    fn value_case(&mut self, task: Task<'p, 't>, right: &str) {
        self.looks += 1;
        let place = self.place(task.at);
        let text = task.node.as_str().unwrap_or_default();
        let is_elsewhere = self
            .described
            .described()
            .versions()
            .any(|it| it.shape().at(&place.steps()).iter().any(|found| lists(found.shape, &text)));
        self.add(task, ProblemKind::ValueCase { right: right.to_owned(), is_elsewhere });
    }

    /// True if another version spells the name of a property so.
    fn is_spelt(&mut self, task: Task<'p, 't>, text: &str) -> bool {
        self.looks += 1;
        let around = self.place(task.at).parent();
        let steps = around.steps();
        self.described.described().versions().any(|it| {
            let found = it.shape().at(&steps);
            found
                .iter()
                .flat_map(|found| found.shape.objects())
                .any(|object| object.property(text).is_some_and(|property| property.name() == text))
        })
    }

    fn wrong_type(&mut self, task: Task<'p, 't>, expected: &str) {
        let text = task.node.source();
        let fits_quoted = match task.shape.form() {
            Form::Values(values) => values.is_empty() || values.find(text).is_some_and(|it| it == text),
            Form::Text { least, most, pattern, .. } => {
                let count = counted(text.chars().count());
                least.is_none_or(|it| count >= it)
                    && most.is_none_or(|it| count <= it)
                    && pattern.and_then(|pattern| matches_pattern(pattern, text)).unwrap_or(true)
            }
            _ => false,
        };
        self.add(task, ProblemKind::WrongType { expected: vec![expected.to_owned()], fits_quoted });
    }

    fn add(&mut self, task: Task<'p, 't>, kind: ProblemKind) {
        let place = self.place(task.at);
        self.problems.push(Problem { kind, node: task.node, name: task.name, place });
    }

    fn step(&mut self, above: Option<u32>, name: Option<Cow<'p, str>>) -> u32 {
        self.steps.push(Down { above, name });
        self.steps.len() as u32 - 1
    }

    fn place(&self, at: Option<u32>) -> Place {
        let mut steps = Vec::new();
        let mut at = at;
        while let Some(step) = at.and_then(|at| self.steps.get(at as usize)) {
            steps.push(step.name.as_deref().map(str::to_owned));
            at = step.above;
        }
        steps.reverse();
        Place { steps }
    }

    /// True for a text that somebody fills in: the reader of a document, or ARM with what an expression says.
    fn is_open_text(&self, text: &str) -> bool {
        is_placeholder(text) || self.asked.template && is_computed(text)
    }

    fn is_open_name(&self, name: &str) -> bool {
        self.is_open_text(name) || self.asked.template && name.eq_ignore_ascii_case("copy")
    }

    /// True for what every resource may have at its top.
    fn is_taken(&self, name: &str) -> bool {
        let is = |known: &[&str]| known.iter().any(|it| it.eq_ignore_ascii_case(name));
        let is_of_template = || template_members().chain(["$schema"]).any(|it| it.eq_ignore_ascii_case(name));
        is(&TAKEN) || self.asked.template && is_of_template()
    }
}

/// A number of things, to be held against a limit.
fn counted(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// True if the shape lists the value, in this case.
fn lists(shape: Shape<'_>, value: &str) -> bool {
    matches!(shape.form(), Form::Values(values) if values.iter().any(|it| it == value))
}

/// What is left of a value without what is easily written otherwise.
fn letters(value: &str) -> String {
    value.chars().filter(|it| !matches!(it, ' ' | '-' | '_')).map(|it| it.to_ascii_lowercase()).collect()
}

/// True if a name is another one with a slip: one change in a short name, two in one of six letters or more.
fn is_slip(text: &str, name: &str) -> bool {
    let most = if text.len() < 6 { 1 } else { 2 };
    text.len() >= 4 && is_within(text, name, most)
}

/// Whether a text matches a pattern; `None` for a pattern that needs more than one look at a letter (look-around, back
/// references), which nobody promises to check in linear time.
fn matches_pattern(pattern: &str, text: &str) -> Option<bool> {
    static KNOWN: OnceLock<Mutex<HashMap<String, Option<Arc<Regex>>>>> = OnceLock::new();
    let compiled = {
        let mut known = KNOWN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).ok().map(Arc::new)).clone()
    };
    Some(compiled?.is_match(text))
}
