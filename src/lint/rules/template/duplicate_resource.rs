#![doc = include_str!("../../../../docs/rules/duplicate-resource.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!("duplicate-resource", Template, Error, Never, "a resource is declared twice", Check::Engine);
