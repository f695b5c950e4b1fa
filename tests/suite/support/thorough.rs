//! How much a test that draws its cases asks for: all of them where `ARMBODY_THOROUGH` is set, as `.ci/run` sets it, and
//! a part elsewhere, so that `cargo test` takes minutes.

pub(crate) fn is_thorough() -> bool {
    std::env::var_os("ARMBODY_THOROUGH").is_some()
}

/// As many cases of a property as `PROPTEST_CASES` says, or [`cases`].
pub(crate) fn proptest_cases(all: usize, share: usize) -> u32 {
    let said = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    said.unwrap_or_else(|| u32::try_from(cases(all, share)).expect("not so many"))
}

/// One in `share` of `all` cases, unless all are asked for.
pub(crate) fn cases(all: usize, share: usize) -> usize {
    if is_thorough() { all } else { all / share }
}
