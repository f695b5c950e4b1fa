//! A deployment as it is worked through: one engine holds every template of it, what their names stand for, and what
//! is left of the budget. Its files are parts of that one thing.

mod calls;
mod deployment;
mod evaluate;
mod expand;
mod linked;
mod options;
mod resource;
mod scope;
mod state;
mod structure;
mod survey;
mod types;

pub use crate::arm::Level;
pub use expand::{Answers, Asked, Expansion, LeftOut, Output, PlannedRequest, Why, expand};
pub use linked::Files;
pub use options::{NotGiven, Opens, Options, Target, UnknownTarget, UnknownTime, given_value};
pub use state::Uncounted;
pub(super) use structure::{is_own_member, is_sent_member};
pub use survey::{Declared, Mismatch, Names, Of, Survey, Use, UseIn};
