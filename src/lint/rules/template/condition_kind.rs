#![doc = include_str!("../../../../docs/rules/condition-kind.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!("condition-kind", Template, Error, Never, "a condition is not a Boolean", Check::Engine);
