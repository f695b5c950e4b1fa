//! Templates of a text, evaluated once for all who ask.

use std::cell::OnceCell;

use super::Subject;
use super::rules::examined;
use crate::json::Node;
use crate::notation::template::Template;
use crate::template::{Expansion, Options, Survey, Value, expand};

/// A template and what a deployment of it makes.
pub(super) struct Evaluation<'a> {
    /// The template.
    pub(super) root: Node<'a>,
    pub(super) value: Value,
    /// The names that it declares and uses.
    pub(super) survey: Survey,
    /// With the defaults of its parameters.
    pub(super) expansion: Expansion,
    whatever: OnceCell<Expansion>,
}

impl<'a> Evaluation<'a> {
    /// Those of a text that are whole enough.
    pub(super) fn all(subject: &Subject<'a>, template: &Template<'_>) -> Vec<Self> {
        let Some(tree) = subject.tree else { return Vec::new() };
        examined(subject, template).iter().filter_map(|it| tree.node(it.index())).map(Self::of).collect()
    }

    fn of(root: Node<'a>) -> Self {
        let value = Value::from_node(root, 0);
        let survey = Survey::of(&value);
        let expansion = expand(value.clone(), &options());
        Self { root, value, survey, expansion, whatever: OnceCell::new() }
    }

    /// Whatever values the parameters get: a default is one value among many.
    pub(super) fn whatever(&self) -> &Expansion {
        self.whatever.get_or_init(|| {
            let mut options = options();
            options.opens_defaults = true;
            expand(self.value.clone(), &options)
        })
    }
}

fn options() -> Options {
    let mut options = Options::default();
    options.is_lenient = true;
    options.finds_all = true;
    options
}
