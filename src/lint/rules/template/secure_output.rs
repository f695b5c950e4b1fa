#![doc = include_str!("../../../../docs/rules/secure-output.md")]

use crate::lint::Check;
use crate::lint::rule::rule;

rule!("secure-output", Template, Warning, Never, "an output shows a secret", Check::Engine);
