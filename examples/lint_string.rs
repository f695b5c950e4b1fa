//! Checks a text in memory: `cargo run --example lint_string`.
#![allow(clippy::print_stdout, reason = "an example prints")]

use armbody::container::Kind;
use armbody::lint::{Options, check};
use armbody::text::Source;

fn main() {
    let text = r#"{"identity": {"type": "SystemAssigned","UserAssigned"}}"#;
    let source = Source::new("body.json", text);
    for finding in check(&source, Kind::Json, &Options::default()) {
        println!("{} {}: {}", finding.severity.as_str(), finding.rule.name, finding.message);
    }
}
