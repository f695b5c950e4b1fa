//! The scenarios of identities: a state before, a change, and what the request needs around them.
//!
//! [`scenarios`] is the catalogue; [`Scenario::request`] makes the request of one, its identity block from
//! [`plan`](crate::arm::plan()), its body from a template. [`Current`] reads what a resource has from what GET
//! returned, and [`Wishes`] say what it is to have. [`prerequisites`] is what comes before any request, and an
//! [`Article`] tells all of it to readers.

mod answer;
mod article;
mod assignment;
mod body;
mod catalogue;
mod change;
mod current;
mod current_error;
mod json;
mod names;
mod needs;
mod other;
mod place;
mod request;
mod rights;
mod short;
mod whole;
mod wishes;

pub use answer::{Answer, Machine, answer_text};
pub use article::{Article, ArticleError};
pub use assignment::{Assignment, RoleError, RoleWish};
pub use body::BodyError;
pub use catalogue::{Scenario, UnknownScenario, find_scenario, scenarios};
pub use change::{Change, ChangeError, Planner, assumption};
pub use current::Current;
pub use current_error::CurrentError;
pub use names::{Image, Names, NamesError};
pub use needs::{Role, prerequisites};
pub use other::{OtherResource, OtherResourceError};
pub use place::{OtherPlace, Place};
pub use request::{ScenarioError, Spec, change_request};
pub use rights::Right;
pub use short::{say, short_names};
pub use whole::NotWhole;
pub use wishes::{SystemWish, WishError, Wishes};
