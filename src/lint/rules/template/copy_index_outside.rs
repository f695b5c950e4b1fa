#![doc = include_str!("../../../../docs/rules/copy-index-outside.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!("copy-index-outside", Template, Error, Never, "`copyIndex` stands outside of a loop", Check::Engine);
