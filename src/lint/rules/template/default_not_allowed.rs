#![doc = include_str!("../../../../docs/rules/default-not-allowed.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!("default-not-allowed", Template, Error, Never, "a value is not among `allowedValues`", Check::Engine);
