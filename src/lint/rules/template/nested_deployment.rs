#![doc = include_str!("../../../../docs/rules/nested-deployment.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!("nested-deployment", Template, Error, Never, "a nested deployment breaks a rule", Check::Engine);
