//! A deployment as it is worked through: one engine holds every template of it, what their names stand for, and what
//! is left of the budget. Its files are parts of that one thing.

mod calls;
mod deployment;
mod evaluate;
mod expand;
mod options;
mod resource;
mod scope;
mod state;
mod structure;
mod survey;
mod types;

pub use crate::arm::Level;
pub use expand::{Answers, Asked, Expansion, LeftOut, Output, PlannedRequest, Why, expand};
pub use options::{NotGiven, Options, Target, UnknownTarget, UnknownTime, given_value};
pub(super) use structure::{is_own_member, is_sent_member};
pub use survey::{Declared, Mismatch, Names, Of, Survey, Use, UseIn};
