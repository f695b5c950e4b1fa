//! How much an evaluation may cost.

use super::refusal::{Cause, Outcome, Refusal};
use super::value::{MAX_DEPTH, Value};

/// The longest text that an expression may give (ARM's own limit).
pub const MAX_TEXT: usize = 131_072;
/// The largest value: more than a template of 4 MB, ARM's limit, can send.
const MAX_WEIGHT: u64 = 16 << 20;

/// The longest expression that is left over, with the values put in that its names stand for.
const MAX_OPEN: usize = 4 << 20;

/// What is left of the steps and bytes for one template.
#[derive(Debug)]
pub struct Budget {
    steps: u64,
    bytes: u64,
    depth: u32,
}

impl Budget {
    /// What a template may cost that is so large.
    pub fn of(template: &Value) -> Self {
        Self { steps: 3_000_000, bytes: (128 << 20) + 64 * template.weight(), depth: 0 }
    }
}

/// Evaluations within evaluations: a parameter that reads a variable that reads a parameter. Each takes some
/// kilobytes of the stack.
const MAX_NESTING: u32 = 160;

impl Budget {
    /// Takes steps.
    ///
    /// # Errors
    ///
    /// If too few are left.
    pub fn steps(&mut self, count: usize) -> Outcome<()> {
        if let Some(left) = self.steps.checked_sub(count as u64) {
            self.steps = left;
            Ok(())
        } else {
            self.steps = 0;
            Err(over("it takes too many steps to evaluate"))
        }
    }

    /// Takes bytes, before they are used.
    ///
    /// # Errors
    ///
    /// If too few are left.
    pub fn bytes(&mut self, count: usize) -> Outcome<()> {
        if let Some(left) = self.bytes.checked_sub(count as u64) {
            self.bytes = left;
            Ok(())
        } else {
            self.bytes = 0;
            Err(over("its values take too much memory"))
        }
    }

    /// Takes what a value costs that was made.
    ///
    /// # Errors
    ///
    /// If it is too large or too deep.
    pub fn value(&mut self, value: &Value) -> Outcome<()> {
        if value.weight() > MAX_WEIGHT {
            return Err(over("a value would be larger than anything that ARM takes"));
        }
        if matches!(&value.data, super::value::Data::Open(open) if open.text.len() > MAX_OPEN) {
            return Err(over("an expression that is left over would be longer than anything that ARM takes"));
        }
        if value.depth() > MAX_DEPTH {
            return Err(over("a value would be nested too deeply"));
        }
        self.bytes(match &value.data {
            super::value::Data::Text(text) => text.len(),
            super::value::Data::Open(open) => open.text.len(),
            super::value::Data::Array(_) => 32 * value.as_array().map_or(0, <[Value]>::len),
            super::value::Data::Object(object) => 64 * object.len(),
            _ => 0,
        })
    }

    /// Goes one evaluation deeper.
    ///
    /// # Errors
    ///
    /// If that is too deep.
    pub fn enter(&mut self) -> Outcome<()> {
        if self.depth >= MAX_NESTING {
            return Err(over("its names lead too deep into each other"));
        }
        self.depth += 1;
        Ok(())
    }

    /// True if nothing is left: whatever else is asked for is refused.
    pub fn is_spent(&self) -> bool {
        self.steps == 0 || self.bytes == 0
    }

    /// True if what can wait should not go deeper.
    pub fn is_deep(&self) -> bool {
        self.depth >= MAX_NESTING / 2
    }

    /// Comes back from [`Budget::enter`].
    pub fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}

pub(super) fn over(why: &str) -> Box<Refusal> {
    Refusal::new(Cause::Budget, format!("the template was not evaluated to its end: {why}"))
}
