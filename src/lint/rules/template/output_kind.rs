#![doc = include_str!("../../../../docs/rules/output-kind.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!("output-kind", Template, Error, Never, "an output is of another kind than its type", Check::Engine);
