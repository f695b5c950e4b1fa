//! What several tests need: a folder with files, the program, generators, servers, the shared cases.
#![allow(dead_code, reason = "what only a platform's tests use stands idle on the others")]

pub(crate) mod alphabet;
pub(crate) mod bash;
pub(crate) mod cli;
pub(crate) mod loopback;
pub(crate) mod mutate;
pub(crate) mod needs;
#[path = "../../../fuzz/properties.rs"]
pub(crate) mod properties;
pub(crate) mod random;
pub(crate) mod specs;
pub(crate) mod thorough;
