//! The README's console blocks, run as they stand: what they show is what the program prints.

#[test]
fn the_readme_shows_what_is_printed() {
    trycmd::TestCases::new().case("README.md");
}
