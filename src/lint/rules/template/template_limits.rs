#![doc = include_str!("../../../../docs/rules/template-limits.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!("template-limits", Template, Error, Never, "a template is larger than ARM takes", Check::Engine);
