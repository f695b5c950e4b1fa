//! How much a test that draws its cases asks for: all of them where `ARMBODY_THOROUGH` is set, as `.ci/run` sets it, and
//! a part elsewhere, so that `cargo test` takes minutes.

pub(crate) fn is_thorough() -> bool {
    std::env::var_os("ARMBODY_THOROUGH").is_some()
}

/// One in `share` of `all` cases, unless all are asked for.
pub(crate) fn cases(all: usize, share: usize) -> usize {
    if is_thorough() { all } else { all / share }
}
