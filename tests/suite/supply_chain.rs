//! Each dependency is named with its reason.

use std::fs;
use std::path::Path;

#[test]
fn each_dependency_has_its_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest: toml::Table = fs::read_to_string(root.join("Cargo.toml")).unwrap().parse().unwrap();
    let page = fs::read_to_string(root.join("docs/dependencies.md")).unwrap();
    let (table, rest) = page.split_once("\n\nFor the tests: ").unwrap();
    let named: Vec<&str> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" |"))
        .flat_map(|(names, _)| names.split(", "))
        .collect();
    let names =
        |section: &str| -> Vec<String> { manifest[section].as_table().unwrap().keys().cloned().collect() };
    let mut dependencies = names("dependencies");
    // Those of some systems only.
    for system in manifest["target"].as_table().unwrap().values() {
        dependencies.extend(system["dependencies"].as_table().unwrap().keys().cloned());
    }
    for name in &dependencies {
        assert!(named.contains(&name.as_str()), "docs/dependencies.md does not say what {name} is for");
    }
    for name in &named[2..] {
        assert!(
            dependencies.iter().any(|it| it == name),
            "docs/dependencies.md speaks of {name}, which is none"
        );
    }
    let (tests, _) = rest.split_once("\n\n").unwrap();
    for name in names("dev-dependencies").iter().filter(|name| !dependencies.contains(name)) {
        assert!(tests.contains(name.as_str()), "docs/dependencies.md does not say what {name} is for");
    }
}
