//! Documents of everyday shapes, each short and written for this: what is found in them, line by line.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use armbody::container::Kind;
use armbody::lint::{Options, check};
use armbody::text::Source;

#[test]
fn what_is_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/everyday");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 80, "{} documents", files.len());
    let mut report = String::new();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let kind = Kind::of(&file).unwrap();
        let source = Source::from_bytes(name.as_str(), fs::read(&file).unwrap());
        writeln!(report, "{name}").unwrap();
        for finding in check(&source, kind, &Options::default()) {
            let place = source.position(finding.span.start);
            writeln!(report, "  {}:{} {} {}", place.line, place.column, finding.severity, finding.rule.name)
                .unwrap();
        }
    }
    insta::assert_snapshot!(report);
}
