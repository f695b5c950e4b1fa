//! What can be wrong with a body that is JSON.

use super::history::VersionRange;
use super::paths::Step;
use crate::arm::Method;
use crate::json::{Kind, Node};

/// One mistake of a body, at one node.
#[derive(Clone, Debug)]
pub struct Problem<'t> {
    /// What it is.
    pub kind: ProblemKind,
    /// The value; where something is missing, the object that lacks it.
    pub node: Node<'t>,
    /// The name of the value; elements of arrays and the body itself have none.
    pub name: Option<Node<'t>>,
    /// Where the value stands.
    pub place: Place,
}

/// The kinds of mistakes; each is a rule of the schema family.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The name is right but for case.
    NameCase {
        /// As the schema spells it.
        right: String,
        /// Another version spells it as it is written.
        is_elsewhere: bool,
    },
    /// A name that the object does not have.
    UnknownProperty {
        /// The names that the object has and that come nearest; one of them is what is meant, and the value
        /// was checked as its.
        near: Vec<String>,
        /// True if the body has the one near name already.
        present: bool,
        /// Where in the body a property of this name stands.
        places: Vec<String>,
        /// The method whose body has the property here.
        other_method: Option<Method>,
    },
    /// The property is one of other versions.
    NotInVersion {
        /// The versions that have it.
        ranges: Vec<VersionRange>,
    },
    /// The object lacks a property that the operation requires.
    Missing {
        /// Its name.
        property: String,
    },
    /// The value has another type than the property.
    WrongType {
        /// The types that are allowed, as JSON Schema calls them.
        expected: Vec<String>,
        /// Between quotes it would be a value that the property takes, as far as its values are known.
        fits_quoted: bool,
    },
    /// The type is right, the value is not.
    InvalidValue(Constraint),
    /// The value is right but for case.
    ValueCase {
        /// As the schema spells it.
        right: String,
        /// Another version spells it as it is written.
        is_elsewhere: bool,
    },
    /// The value is one of other versions.
    ValueNotInVersion {
        /// The versions that list it.
        ranges: Vec<VersionRange>,
        /// ARM accepts values that are not listed.
        is_open: bool,
    },
    /// A value that is not among those known: newer ones are accepted.
    Unlisted {
        /// The nearest of the known values.
        near: Vec<String>,
        /// How many are known.
        known: usize,
    },
    /// The service sets the property.
    ReadOnly,
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Constraint {
    /// One of these.
    OneOf {
        /// Every value that is allowed, as JSON.
        allowed: Vec<String>,
        /// The nearest of them, if they are strings.
        near: Vec<String>,
    },
    /// A number that is not below this one.
    AtLeast(i64),
    /// Something else, in words: `at least 5`, `at most 100`.
    Words(String),
}

/// Where a value stands: the names from the body down, as the schema spells them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// A name; `None` for any element of an array.
    pub steps: Vec<Option<String>>,
}

impl Place {
    /// The steps as the history of properties takes them.
    pub fn steps(&self) -> Vec<Step<'_>> {
        self.steps.iter().map(|step| step.as_deref().map_or(Step::Element, Step::Name)).collect()
    }

    /// `properties.networkProfile.networkInterfaces[].id`; empty for the body itself.
    pub fn dotted(&self) -> String {
        let mut out = String::new();
        for step in &self.steps {
            match step {
                None => out.push_str("[]"),
                Some(name) => {
                    if !out.is_empty() {
                        out.push('.');
                    }
                    out.push_str(name);
                }
            }
        }
        out
    }

    /// The place of the object or array that this one is in.
    #[must_use]
    pub fn parent(&self) -> Self {
        let end = self.steps.len().saturating_sub(1);
        Self { steps: self.steps[..end].to_vec() }
    }

    /// The place of a member.
    #[must_use]
    pub fn member(&self, name: &str) -> Self {
        let mut steps = self.steps.clone();
        steps.push(Some(name.to_owned()));
        Self { steps }
    }

    /// True if the place is called `names`, compared without case.
    pub fn is(&self, names: &[&str]) -> bool {
        self.steps.len() == names.len() && self.starts_with(names)
    }

    /// True if the place is `names` or below.
    pub fn starts_with(&self, names: &[&str]) -> bool {
        self.steps.len() >= names.len()
            && self
                .steps
                .iter()
                .zip(names)
                .all(|(step, name)| step.as_deref().is_some_and(|step| step.eq_ignore_ascii_case(name)))
    }
}

/// The type of a value, as JSON Schema calls it.
pub fn type_of(node: Node<'_>) -> &'static str {
    match node.kind() {
        Kind::Null => "null",
        Kind::True | Kind::False => "boolean",
        Kind::Number => "number",
        Kind::String => "string",
        Kind::Array => "array",
        Kind::Object => "object",
        Kind::Placeholder | Kind::Unknown => "placeholder",
    }
}
