#![doc = include_str!("../../../../docs/rules/secure-default.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!("secure-default", Template, Warning, Never, "a secure parameter has a literal default", Check::Engine);
