#![doc = include_str!("../../../../docs/rules/expansion-too-large.md")]

use crate::lint::rule::rule;
use crate::lint::{Check, Finding, Severity};
use crate::notation::{Call, LeftOut};

rule!(
    "expansion-too-large",
    Syntax,
    Note,
    Never,
    "the variables of the file come to too much to be put in everywhere",
    Check::Engine
);

/// The one finding about calls that were read without a variable, at the first of them.
pub(in crate::lint) fn finding(calls: &[Call<'_>]) -> Option<Finding> {
    let first = calls.iter().find(|call| matches!(call.left_out, LeftOut::Variables | LeftOut::Words))?;
    Some(Finding::of_file(
        &RULE,
        Severity::Note,
        first.span,
        "from here on, long variables are not put in and long commands not read whole: they come to too much",
        "calls whose body or URL is such a variable, or that have so many words, were not checked; split the file",
    ))
}
