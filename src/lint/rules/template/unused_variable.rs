#![doc = include_str!("../../../../docs/rules/unused-variable.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!("unused-variable", Template, Note, Never, "a variable is declared and not used", Check::Engine);
