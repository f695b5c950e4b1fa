#![doc = include_str!("../../../../docs/rules/unused-parameter.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!("unused-parameter", Template, Note, Never, "a parameter is declared and not used", Check::Engine);
