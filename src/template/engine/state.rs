//! What an evaluation works on, and what an expression sees from where it stands.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::deployment::Deployment;
use super::options::Options;
use super::resource::Turn;
use crate::template::budget::Budget;
use crate::template::program::Program;
use crate::template::refusal::Refusal;
use crate::template::value::{Place, Value};

/// Everything that an evaluation works on.
pub(super) struct Engine<'o> {
    pub(super) budget: Budget,
    pub(super) options: &'o Options,
    pub(super) deployments: Vec<Deployment>,
    /// Expressions by the address of their text, which each entry keeps alive.
    pub(super) programs: HashMap<usize, (Arc<str>, Arc<Program>)>,
    /// Members' names that are left over as expressions, by the address of their text.
    pub(super) open_names: HashMap<usize, Arc<str>>,
    /// The parameters that were left open.
    pub(super) missing: Vec<Arc<str>>,
    /// Loops that stand once.
    pub(super) uncounted: Vec<Uncounted>,
    pub(super) uncounted_places: HashSet<Place>,
    /// Refusals of nested deployments that were met on the way to an answer of `reference()`; of every expression, if
    /// all are asked for.
    pub(super) late: Vec<Refusal>,
    /// Within what may never be reached: a refusal there is not the template's.
    pub(super) doubts: u32,
}

/// A loop whose count depends on a value that is still to be given: it stands once, its index left over.
#[derive(Clone, Debug)]
pub struct Uncounted {
    /// Its name.
    pub name: String,
    /// Its count, as far as it is known.
    pub count: String,
    /// Where the count is written.
    pub place: Option<Place>,
}

/// Where an expression stands, which decides what it may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand {
    /// A parameter's default.
    Default,
    /// A variable.
    Variable,
    /// A resource, outside its properties.
    Head,
    /// The count of a loop.
    Count,
    /// A resource's properties.
    Body,
    /// An output.
    Output,
    /// A user-defined function.
    Function,
}

impl Stand {
    /// True where what only the runtime knows may be asked for.
    pub(super) fn is_runtime(self) -> bool {
        matches!(self, Self::Body | Self::Output)
    }
}

/// What an expression sees.
#[derive(Clone, Copy)]
pub(super) struct Site<'c> {
    /// The deployment whose names it uses.
    pub(super) deployment: u32,
    /// The turns of the loops around it, outermost first.
    pub(super) turns: &'c [Turn],
    pub(super) lambdas: Option<&'c Lambdas<'c>>,
    /// The user-defined function around it.
    pub(super) frame: Option<&'c Frame>,
    pub(super) stand: Stand,
    /// The resource that it is part of.
    pub(super) instance: Option<u32>,
    /// Arrays called `copy` are loops here.
    pub(super) has_loops: bool,
}

impl<'c> Site<'c> {
    pub(super) fn new(deployment: u32, stand: Stand) -> Self {
        Self { deployment, turns: &[], lambdas: None, frame: None, stand, instance: None, has_loops: false }
    }

    pub(super) fn turns(self, turns: &'c [Turn]) -> Self {
        Self { turns, ..self }
    }

    /// A place within a resource's instance.
    pub(super) fn of_instance(deployment: u32, at: u32, stand: Stand, turns: &'c [Turn]) -> Self {
        Self {
            instance: Some(at),
            has_loops: stand == Stand::Body,
            ..Self::new(deployment, stand).turns(turns)
        }
    }
}

/// The variables of a lambda, and those around it.
pub(super) struct Lambdas<'c> {
    pub(super) names: &'c [Arc<str>],
    pub(super) values: &'c [Value],
    pub(super) outer: Option<&'c Lambdas<'c>>,
}

/// A call of a user-defined function.
pub(super) struct Frame {
    pub(super) function: Arc<str>,
    pub(super) arguments: Vec<(Arc<str>, Value)>,
}

impl<'o> Engine<'o> {
    pub(super) fn new(template: &Value, options: &'o Options) -> Self {
        Self {
            budget: Budget::of(template),
            options,
            deployments: Vec::new(),
            programs: HashMap::new(),
            open_names: HashMap::new(),
            missing: Vec::new(),
            uncounted: Vec::new(),
            uncounted_places: HashSet::new(),
            late: Vec::new(),
            doubts: 0,
        }
    }
}
