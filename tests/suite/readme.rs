//! The console blocks of the README and of pages of the manual, run as they stand: what they show is what the program prints.

#[test]
fn the_readme_shows_what_is_printed() {
    trycmd::TestCases::new()
        .case("README.md")
        .case("docs/requests.md")
        .case("docs/scenarios.md")
        .case("docs/plan.md")
        .case("docs/compared.md");
}
