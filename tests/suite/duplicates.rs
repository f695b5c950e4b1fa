//! Nothing of the program is written twice: no pair of ten lines or more that is not said to be wanted.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::needs::client;

/// Pairs that are wanted, and why.
const WANTED: &[(&str, &str, &str)] = &[
    (
        "src/notation/shell/lexer.rs",
        "src/notation/shell/prompt.rs",
        "two readers of two languages begin in the same way, and each has a state of its own",
    ),
    (
        "src/notation/az/write.rs",
        "src/notation/declare.rs",
        "the parameters of one method of a trait, in the two places that have it",
    ),
];

#[test]
#[ignore = "needs jscpd, which .ci/run installs below target/clients"]
fn no_ten_lines_are_written_twice() {
    let out = tempfile::tempdir().unwrap();
    let run = Command::new(client("node_modules/.bin/jscpd"))
        .args(["--min-lines", "10", "--min-tokens", "50", "--max-lines", "5000", "--max-size", "1mb"])
        .args(["--format", "rust", "--reporters", "json", "--silent", "--noTips", "--output"])
        .arg(out.path())
        .arg("src")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let report = fs::read_to_string(out.path().join("jscpd-report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    let looked_at = report["statistics"]["total"]["sources"].as_u64().unwrap();
    assert!(looked_at > 300, "only {looked_at} files were looked at");
    let mut met = BTreeSet::new();
    let mut wrong = Vec::new();
    for pair in report["duplicates"].as_array().unwrap() {
        let name = |which: &str| pair[which]["name"].as_str().unwrap().replace('\\', "/");
        let (one, other) = (name("firstFile"), name("secondFile"));
        let wanted = WANTED.iter().position(|(a, b, _)| {
            let is = |name: &str, file: &str| Path::new(name).ends_with(file);
            (is(&one, a) && is(&other, b)) || (is(&one, b) && is(&other, a))
        });
        match wanted {
            Some(at) => _ = met.insert(at),
            None => wrong.push(format!(
                "{one}:{} and {other}:{}: {} lines",
                pair["firstFile"]["start"], pair["secondFile"]["start"], pair["lines"]
            )),
        }
    }
    assert!(wrong.is_empty(), "written twice:\n{}", wrong.join("\n"));
    let gone: Vec<_> = (0..WANTED.len()).filter(|at| !met.contains(at)).map(|at| WANTED[at]).collect();
    assert!(gone.is_empty(), "wanted, and no longer there: {gone:?}");
}
