//! Deployment templates: the language, and what a deployment makes of it.
//!
//! [`Value::from_node`] reads a template from a [`crate::json::Tree`]; [`expand`] gives the requests that a deployment
//! of it makes, its outputs, what is left out, and why ARM refuses it, if it does: a [`Refusal`] with a [`Cause`] for
//! each rule of the template family, ARM's code and message, and the [`Place`] to point at.
//!
//! ```
//! use armbody::json::{Dialect, Tree};
//! use armbody::template::{Options, Value, expand};
//!
//! let text = r#"{
//!   "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
//!   "contentVersion": "1.0.0.0",
//!   "resources": [{"type": "Microsoft.Test/things", "apiVersion": "2020-01-01", "name": "[concat('a', 1)]"}]
//! }"#;
//! let tree = Tree::parse(text, Dialect::STRICT);
//! let template = tree.root().map(|root| Value::from_node(root, 0)).unwrap();
//! let mut options = Options::default();
//! options.target = "/subscriptions/s/resourceGroups/g".parse().unwrap();
//! let expansion = expand(template, &options);
//! let id = expansion.requests[0].id.as_str();
//! assert_eq!(id, Some("/subscriptions/s/resourceGroups/g/providers/Microsoft.Test/things/a1"));
//! ```
//!
//! # Values
//!
//! A [`Value`] is JSON, or [`Open`]: an expression that only a deployment (or whoever gives a parameter its value)
//! can finish, everything known folded into it, spelt as ARM's own library spells it. Each value carries the [`Place`]
//! where its text was written: of `[parameters('x')]` the parameter's default, of `[concat(…)]` the string with the
//! expression. A place is a node of the tree that was read, so that a finding points at the characters that made a
//! value.
//!
//! # Rooms
//!
//! `value`, `refusal`, `budget`: what everything is made of · `program`: expressions ready for evaluation ·
//! `functions`: the pure ones · `engine`: what they stand in: the evaluator (`evaluate`); parameters, variables,
//! user-defined functions and types (`scope`, `types`); what needs no evaluation (`structure`); loops, conditions,
//! names, dependencies, nested deployments, outputs (`expand`); the names that a template declares and uses, evaluated or
//! not (`survey`) · `gather`: the other direction, one template of many requests.
//!
//! # Bounds
//!
//! [`Budget`] bounds steps, bytes and depth: a template that asks for more is refused with [`Cause::Budget`].

#![expect(
    clippy::unnecessary_box_returns,
    reason = "a refusal is large and seldom: results carry it boxed, and so do those who make it"
)]
#![expect(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "lengths and places of texts that were read"
)]
#![expect(
    clippy::format_push_string,
    reason = "texts of refusals and of expressions that are left over: seldom, and short"
)]
#![expect(clippy::unnecessary_wraps, reason = "every function of the language has one type")]

mod budget;
mod engine;
mod environment;
mod functions;
mod gather;
mod number_format;
mod program;
mod refusal;
mod request;
mod value;

pub use budget::{Budget, MAX_TEXT};
pub use engine::{
    Answers, Asked, Declared, Expansion, Files, LeftOut, Level, Mismatch, Names, NotGiven, Of, Opens,
    Options, Output, PlannedRequest, Survey, Target, Uncounted, UnknownTarget, UnknownTime, Use, UseIn, Why,
    expand, given_value,
};
pub use gather::{Gathered, Secret, Sent, gather};
pub use program::{MAX_EXPRESSION, expression_refusal};
pub use refusal::{Cause, Outcome, Phase, Refusal, shortened};
pub use value::{Array, Data, Document, MAX_DEPTH, Member, Object, Open, Place, Reason, Value, ValueKind};
