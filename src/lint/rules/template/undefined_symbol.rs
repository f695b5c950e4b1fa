#![doc = include_str!("../../../../docs/rules/undefined-symbol.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!("undefined-symbol", Template, Error, Sometimes, "no resource has this symbolic name", Check::Engine);
