//! Expressions of ARM templates: `"[concat(parameters('vmName'), '-nic')]"`.
//!
//! [`Expression::parse`] reads the language that ARM's template engine evaluates: calls of functions, literals,
//! and the members and elements of what they give. [`Expression::slips`] holds its calls against the functions
//! that exist. The parser keeps its own stack and looks at each byte once.
//!
//! It stands among ARM's own words because more than one room above asks it: identity rules about ids that are
//! computed, schema validation about values that are, the reader of templates about API versions in variables.

mod functions;
mod id;
mod parse;
#[cfg(test)]
mod tests;

pub use functions::{Arguments, FUNCTIONS, Function, find_function, only_compares};
pub use id::IdSlip;
pub use parse::{ExpressionError, ExpressionErrorKind};

use crate::text::Span;

/// True if ARM evaluates `text`: it begins with one `[` and ends with `]`.
///
/// With two, `[[x]`, it is text that begins with a bracket.
pub fn is_expression(text: &str) -> bool {
    text.len() >= 2 && text.starts_with('[') && text.ends_with(']') && !text.starts_with("[[")
}

/// True if `text` is an expression that was escaped, `[[parameters('x')]`: text for the template in which it
/// stands, and an expression for the one that is made of it.
pub fn is_escaped_expression(text: &str) -> bool {
    text.starts_with("[[") && text.ends_with(']')
}

/// True if `text` in a template stands for a value that only a deployment knows: an expression, of this template
/// or of one that is made of it.
pub fn is_computed(text: &str) -> bool {
    is_expression(text) || is_escaped_expression(text)
}

/// A parsed expression. Spans are bytes of the text that was parsed, brackets included.
#[derive(Clone, Debug)]
pub struct Expression<'t> {
    text: &'t str,
    terms: Vec<Term>,
    root: u32,
}

/// One part of an expression, in the arena.
#[derive(Clone, Debug)]
enum Term {
    /// `'…'`, with its quotes.
    Text(Span),
    /// A number.
    Number(Span),
    /// `true`, `false`, `null` without parentheses.
    Word(Span),
    /// `name(…)` or `namespace.name(…)`.
    Call { name: Span, arguments: Vec<u32> },
    /// A member or element of another term: its name, without quotes, where it has one.
    Part { base: u32, name: Option<Span>, key: Option<u32> },
}

/// One part of an expression, as who evaluates it sees it. Parts are numbered so that what a part is made of comes
/// before it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part<'e> {
    /// The text of a literal.
    Text(String),
    /// A number as it is written.
    Number(&'e str),
    /// `true`, `false` or `null` without parentheses, which ARM refuses.
    Word(&'e str),
    /// A call, with the namespace that its name may have.
    Call {
        /// The function's name as it is written.
        name: &'e str,
        /// The parts that are its arguments.
        arguments: &'e [u32],
    },
    /// `base.name`.
    Member {
        /// The part whose member it is.
        base: u32,
        /// The member's name.
        name: &'e str,
    },
    /// `base[key]`.
    Element {
        /// The part whose element it is.
        base: u32,
        /// The part that names it.
        key: u32,
    },
}

/// A function call within an expression.
#[derive(Clone, Copy, Debug)]
pub struct FunctionCall<'e> {
    expression: &'e Expression<'e>,
    name: Span,
    arguments: &'e [u32],
}

/// A call that no function takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// The function's name in the text.
    pub span: Span,
    /// What is wrong with it.
    pub kind: SlipKind,
}

/// What is wrong with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlipKind {
    /// No function has that name.
    UnknownFunction {
        /// The one that was probably meant.
        near: Option<&'static str>,
    },
    /// Too few or too many arguments.
    Arguments {
        /// The function.
        function: &'static Function,
        /// How many it was given.
        given: usize,
    },
}

impl<'t> Expression<'t> {
    /// Reads `text`, which must be an expression as [`is_expression`] has it.
    ///
    /// # Errors
    ///
    /// The first place at which it is none.
    pub fn parse(text: &'t str) -> Result<Self, ExpressionError> {
        parse::parse(text)
    }

    /// The part that the whole expression is.
    pub fn root(&self) -> u32 {
        self.root
    }

    /// Every part, what one is made of before it.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = (Part<'_>, Span)> {
        let text = |span: &Span| &self.text[span.range()];
        self.terms.iter().enumerate().map(move |(index, term)| match term {
            Term::Text(span) => (Part::Text(self.text_of(index as u32).unwrap_or_default()), *span),
            Term::Number(span) => (Part::Number(text(span)), *span),
            Term::Word(span) => (Part::Word(text(span)), *span),
            Term::Call { name, arguments } => (Part::Call { name: text(name), arguments }, *name),
            Term::Part { base, name, key: Some(key) } => {
                (Part::Element { base: *base, key: *key }, name.unwrap_or_default())
            }
            Term::Part { base, name, key: None } => {
                let name = name.unwrap_or_default();
                (Part::Member { base: *base, name: text(&name) }, name)
            }
        })
    }

    /// The call that the whole expression is, if it is one: `variables('x')`, not `variables('x').y`.
    pub fn as_call(&self) -> Option<FunctionCall<'_>> {
        self.call(self.root)
    }

    /// Every call, inner ones before those around them.
    pub fn calls(&self) -> impl Iterator<Item = FunctionCall<'_>> {
        (0..self.terms.len() as u32).filter_map(|index| self.call(index))
    }

    /// The text of the literal that the whole expression is, if it is one.
    pub fn as_text(&self) -> Option<String> {
        self.text_of(self.root)
    }

    /// What is wrong with its calls: names that no function has, too few or too many arguments. Functions
    /// that a template defines itself carry a namespace and are not looked at.
    pub fn slips(&self) -> Vec<Slip> {
        self.calls().filter_map(FunctionCall::slip).collect()
    }

    /// What the expression stands for, told what texts and calls do; arguments come before their calls. `None`
    /// if a call does not tell, or the expression uses numbers, words, members or elements.
    pub fn evaluate<V>(&self, text: &dyn Fn(&str) -> V, call: &dyn Fn(&str, &[V]) -> Option<V>) -> Option<V> {
        let mut values: Vec<Option<V>> = Vec::with_capacity(self.terms.len());
        for (index, term) in self.terms.iter().enumerate() {
            let value = match term {
                Term::Text(_) => self.text_of(index as u32).map(|literal| text(&literal)),
                Term::Call { name, arguments } => {
                    // Each is the argument of one call.
                    let arguments: Option<Vec<V>> =
                        arguments.iter().map(|argument| values[*argument as usize].take()).collect();
                    arguments.and_then(|arguments| call(&self.text[name.range()], &arguments))
                }
                Term::Number(_) | Term::Word(_) | Term::Part { .. } => None,
            };
            values.push(value);
        }
        values[self.root as usize].take()
    }

    fn call(&self, index: u32) -> Option<FunctionCall<'_>> {
        match &self.terms[index as usize] {
            Term::Call { name, arguments } => Some(FunctionCall { expression: self, name: *name, arguments }),
            _ => None,
        }
    }

    fn text_of(&self, index: u32) -> Option<String> {
        match self.terms[index as usize] {
            Term::Text(span) => {
                Some(self.text[span.start as usize + 1..span.end as usize - 1].replace("''", "'"))
            }
            _ => None,
        }
    }
}

impl<'e> FunctionCall<'e> {
    /// The function's name as it is written, with the namespace that it may have.
    pub fn name(self) -> &'e str {
        &self.expression.text[self.name.range()]
    }

    /// The bytes of the name.
    pub fn span(self) -> Span {
        self.name
    }

    /// True if it calls the function called `name`, in any case.
    pub fn is(self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// How many arguments it has.
    pub fn len(self) -> usize {
        self.arguments.len()
    }

    /// True if it has no arguments.
    pub fn is_empty(self) -> bool {
        self.arguments.is_empty()
    }

    /// The text of an argument that is a literal; the first is 0.
    pub fn text(self, argument: usize) -> Option<String> {
        self.expression.text_of(*self.arguments.get(argument)?)
    }

    fn slip(self) -> Option<Slip> {
        if self.name().contains('.') {
            return None;
        }
        let kind = match find_function(self.name()) {
            None => SlipKind::UnknownFunction { near: functions::nearest_function(self.name()) },
            Some(function) if function.arguments.admit(self.len()) => return None,
            Some(function) => SlipKind::Arguments { function, given: self.len() },
        };
        Some(Slip { span: self.name, kind })
    }
}
