//! Known findings, through the command line.

use std::fs;

use crate::support::cli::{CLEAN, SPLIT, armbody, armbody_with_input, expect, folder};
use armbody::container::Kind;
use armbody::lint::{Baseline, Finding, Known, Options, examine};
use armbody::text::Source;

#[test]
fn what_is_written_down_is_not_told_again() {
    let folder = folder(&[("docs/a.json", SPLIT), ("b.json", SPLIT), ("c.json", CLEAN)]);
    let at = folder.path();
    let (out, err) = expect(&armbody(at, &["lint", "--write-baseline", "known.baseline"]), 0);
    assert_eq!(out, "");
    assert!(err.contains("findings written to known.baseline"), "{err}");
    let kept = fs::read_to_string(at.join("known.baseline")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(value["version"], 2);
    assert!(value["findings"]["docs/a.json"][0]["rule"].is_string(), "{kept}");

    let with = |args: &[&str]| {
        let mut all = vec!["lint", "--baseline", "known.baseline"];
        all.extend(args);
        armbody(at, &all)
    };
    let (out, err) = expect(&with(&[]), 0);
    assert_eq!(
        (out.as_str(), err.as_str()),
        (
            "",
            "nothing wrong in 2 files (2 not looked at: 1 of no known kind, 1 .json without a request; 2 findings in \
             the baseline)\n"
        )
    );
    expect(&with(&["./docs/../docs/a.json"]), 0);
    let output = armbody(&at.join("docs"), &["lint", "--baseline", "../known.baseline", "a.json"]);
    expect(&output, 0);
    // Lines and white space move, the findings are the same.
    fs::write(at.join("b.json"), format!("\n\n\n  {SPLIT}\n")).unwrap();
    expect(&with(&[]), 0);
    // A second mistake that looks the same is new, and so is another.
    fs::write(at.join("b.json"), format!("{SPLIT}\n{SPLIT}\n")).unwrap();
    expect(&with(&[]), 1);
    fs::write(at.join("b.json"), SPLIT.replace("SystemAssigned", "None")).unwrap();
    expect(&with(&[]), 1);
    // What is fixed is told to be gone.
    fs::write(at.join("b.json"), CLEAN).unwrap();
    let (_, err) = expect(&with(&[]), 0);
    assert!(err.contains("of the baseline no longer found"), "{err}");
    let (_, err) = expect(&with(&["docs"]), 0);
    assert_eq!(
        err, "nothing wrong in 1 file (1 finding in the baseline)\n",
        "files that are not looked at are not gone"
    );
    fs::remove_file(at.join("b.json")).unwrap();
    let (_, err) = expect(&with(&["docs"]), 0);
    assert!(err.contains("of the baseline no longer found"), "{err}");
    // What is known is left alone.
    expect(&with(&["--fix"]), 0);
    assert_eq!(fs::read_to_string(at.join("docs/a.json")).unwrap(), SPLIT);
    // Written again from the same state, it is the same.
    expect(&armbody(at, &["lint", "--write-baseline", "again.baseline", "--baseline", "known.baseline"]), 0);
    let (mut value, again): (serde_json::Value, serde_json::Value) =
        (value, serde_json::from_str(&fs::read_to_string(at.join("again.baseline")).unwrap()).unwrap());
    value["findings"].as_object_mut().unwrap().remove("b.json");
    value["likeness"].as_object_mut().unwrap().remove("b.json");
    assert_eq!(value, again);
}

#[test]
fn a_baseline_of_standard_input() {
    let folder = folder(&[]);
    let at = folder.path();
    expect(&armbody_with_input(at, &["lint", "-", "--write-baseline", "b"], SPLIT), 0);
    expect(&armbody_with_input(at, &["lint", "-", "--baseline", "b"], SPLIT), 0);
    expect(&armbody_with_input(at, &["lint", "-"], SPLIT), 1);
}

#[test]
fn no_secret_leaves_a_trace() {
    let body = |secret: &str| {
        format!(
            r#"{{"identity":{{"type":"SystemAssigned","UserAssigned"}},"properties":{{"osProfile":{{"adminPassword":"{secret}"}}}}}}"#
        )
    };
    let written = |secret: &str| {
        let folder = folder(&[("a.json", &body(secret))]);
        expect(
            &armbody(
                folder.path(),
                &[
                    "lint",
                    "--type",
                    "vm",
                    "--method",
                    "PATCH",
                    "--ignore",
                    "weak-password",
                    "--write-baseline",
                    "b",
                ],
            ),
            0,
        );
        fs::read_to_string(folder.path().join("b")).unwrap()
    };
    assert_eq!(written("Gehe1mnis!x"), written("0ther-Secret"));
}

#[test]
fn what_is_no_baseline_is_one_line_and_two() {
    for (text, says) in [
        ("nonsense", "b.json: not a baseline"),
        ("{\"version\":3,\"findings\":{}}", "a baseline of version 3"),
        ("{\"version\":1}", "b.json: not a baseline: missing field `findings`"),
        ("{\"version\":2,\"findings\":{\"a\":[{\"rule\":\"x\",\"content\":\"zz\"}]}}", "`zz` is not a hash"),
        ("{\"version\":2,\"findings\":{\"a\":[]},\"likeness\":{\"a\":\"zz\"}}", "`zz` is not a hash"),
    ] {
        let folder = folder(&[("b.json", text), ("c.md", "x")]);
        let (out, err) = expect(&armbody(folder.path(), &["lint", "--baseline", "b.json"]), 2);
        assert!(err.contains(says) && err.lines().count() == 1 && out.is_empty(), "{err}");
    }
    let folder = folder(&[("c.md", "x")]);
    let (_, err) = expect(&armbody(folder.path(), &["lint", "--baseline", "no.json"]), 2);
    assert!(err.contains("no.json") && err.lines().count() == 1, "{err}");
    let (_, err) = expect(&armbody(folder.path(), &["lint", "--write-baseline", "no/such/folder"]), 2);
    assert!(err.contains("no/such/folder") && err.lines().count() == 1, "{err}");
}

/// A small generator of numbers, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

/// A request in one line with mistakes in its URL, its headers, its body and its command.
const LINE: &str = r#"curl -X PUT 'https://management.azure.com/subscriptions/<SUBSCRIPTION ID>/resourceGroups/NAME1/providers/Microsoft.Compute/virtualMachines/NAME2?api-version=2024-7-01' -H 'Content-Type: text/plain' -d '{ "tags" : { "a" : "A" } , "location" : "L" , "identity" : { "type" : "SystemAssigned","UserAssigned" , "userAssignedIdentities" : { "/subscriptions/S/resourcegroups/G/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ID1" : {} , } } , "properties" : { "hardwareProfil" : { "vmSize" : "Standard_D2s_v3" } , "storageProfile" : { "dataDisks" : [ { "lun" : "x" , "createOption" : "Empty" } , { "lun" : 1 , "createOption" : "Emty" } ] } } }'"#;

/// Edits that touch no mistake: what is replaced, and by what.
const BESIDE: &[(&str, &[&str])] = &[
    ("NAME1", &["rg", "myGroup", "anotherGroup"]),
    ("NAME2", &["vm", "web-2"]),
    ("\"A\"", &["\"B\"", "\"\"", "\"a, b\""]),
    ("{ \"a\"", &["{ \"new\" : \"tag\" , \"a\""]),
    ("\"L\"", &["\"westus\"", "\"eastus2\""]),
    ("Standard_D2s_v3", &["Standard_B1s", "Standard_D4s_v3"]),
    (" : ", &[":", ": ", "  :  "]),
    (" , ", &[", ", " ,  "]),
    ("[ {", &["[ { \"lun\" : 7 , \"createOption\" : \"Attach\" } , {", "[{"]),
    ("\"properties\" :", &["\"zones\" : [ \"1\" ] , \"properties\" :"]),
    ("curl -X PUT", &["curl -sS -X PUT", "curl --request PUT"]),
    (" -d '", &[" --data '", " -H 'X-Request: 1' -d '"]),
];

/// Edits that make one mistake more: what is replaced, by what, and the rule that finds it.
const WRONG: &[(&str, &str, &str)] = &[
    ("\"tags\" : {", "\"flavour\" : { \"x\" : \"y\" } , \"tags\" : {", "unknown-property"),
    ("\"lun\" : 1 ", "\"lun\" : \"two\" ", "wrong-type"),
    ("\"properties\" : {", "\"properties\" : { \"osProfil\" : {} ,", "unknown-property"),
    ("\"location\"", "\"colour\" : 1 , \"location\"", "unknown-property"),
];

fn script(line: &str) -> Source {
    Source::new("x.sh", format!("# A script\n{line}\n"))
}

fn names(findings: &[Finding]) -> Vec<&'static str> {
    let mut names: Vec<_> = findings.iter().map(|finding| finding.rule.name).collect();
    names.sort_unstable();
    names
}

#[test]
fn edits_beside_known_findings_make_none_new_and_hide_none() {
    let source = script(LINE);
    let before = examine(&source, Kind::Shell, &Options::default());
    assert!(before.findings.len() >= 7, "{:?}", names(&before.findings));
    let mut baseline = Baseline::default();
    baseline.insert("x.sh", Known::new(&source, &before.findings, &before.secrets));
    let baseline = Baseline::parse(&baseline.to_json()).unwrap();
    let with = {
        let mut options = Options::default();
        options.known = baseline.of("x.sh").cloned();
        options
    };
    let mut numbers = Numbers(0x2545_F491_4F6C_DD1D);
    let (mut edits, mut found) = (0, 0);
    while edits < 100 {
        let mut line = LINE.to_owned();
        for _ in 0..=numbers.below(4) {
            let (what, by) = BESIDE[numbers.below(BESIDE.len())];
            let places: Vec<usize> = line.match_indices(what).map(|(at, _)| at).collect();
            if let Some(&at) = places.get(numbers.below(places.len().max(1))) {
                line.replace_range(at..at + what.len(), by[numbers.below(by.len())]);
            }
        }
        if line == LINE {
            continue;
        }
        edits += 1;
        let all = examine(&script(&line), Kind::Shell, &Options::default());
        assert_eq!(names(&all.findings), names(&before.findings), "the edit touches no mistake: {line}");
        let left = examine(&script(&line), Kind::Shell, &with);
        assert_eq!((names(&left.findings), left.stale), (vec![], 0), "{line}");
        // One mistake more is the one that is told.
        let (what, by, rule) = WRONG[numbers.below(WRONG.len())];
        let worse = line.replacen(what, by, 1);
        if worse != line {
            let left = examine(&script(&worse), Kind::Shell, &with);
            assert_eq!((names(&left.findings), left.stale), (vec![rule], 0), "{worse}");
            found += 1;
        }
    }
    assert!(found > 40, "{found}");
}

#[test]
fn a_file_with_another_name_is_followed_where_its_text_says_so() {
    let article = |title: &str| {
        let text: Vec<String> =
            (0..30).map(|n| format!("{title} has a sentence {n} of its own.\n")).collect();
        let text = text.concat();
        format!("# {title}\n\n{text}\n```bash\n{}\n```\n", crate::support::cli::curl())
    };
    let folder = folder(&[("docs/one.md", &article("One")), ("docs/two.md", &article("Two"))]);
    let at = folder.path();
    expect(&armbody(at, &["lint", "--write-baseline", "known.baseline"]), 0);
    let lint = |status| expect(&armbody(at, &["lint", "--baseline", "known.baseline"]), status);
    fs::create_dir(at.join("new")).unwrap();
    fs::rename(at.join("docs/one.md"), at.join("new/first.md")).unwrap();
    let edited = fs::read_to_string(at.join("docs/two.md")).unwrap().replace("sentence 7", "line 7");
    fs::remove_file(at.join("docs/two.md")).unwrap();
    fs::write(at.join("new/second.md"), &edited).unwrap();
    let (_, err) = lint(0);
    assert!(!err.contains("no longer found"), "{err}");
    // Each is followed once: a copy is new.
    fs::write(at.join("new/third.md"), &edited).unwrap();
    let (out, _) = expect(
        &armbody(
            at,
            &["lint", "--format", "concise", "--baseline", "known.baseline", "--min-severity", "error"],
        ),
        1,
    );
    assert!(out.lines().all(|line| line.starts_with("new/third.md:")), "{out}");
    fs::remove_file(at.join("new/third.md")).unwrap();
    // Another text is another file.
    let other =
        format!("# Else\n\nNothing of what was there.\n\n```bash\n{}\n```\n", crate::support::cli::curl());
    fs::write(at.join("new/second.md"), other).unwrap();
    let (_, err) = lint(1);
    assert!(err.contains("no longer found"), "{err}");
    fs::write(at.join("new/second.md"), edited).unwrap();
    let (_, err) = expect(&armbody(at, &["lint", "--baseline", "known.baseline", "--baseline-prune"]), 0);
    assert!(err.contains("0 findings taken out of known.baseline"), "{err}");
    let kept = fs::read_to_string(at.join("known.baseline")).unwrap();
    assert!(kept.contains("new/first.md") && !kept.contains("docs/one.md"), "{kept}");
    lint(0);
}

#[test]
fn pruning_takes_out_what_is_gone_and_adds_nothing() {
    let folder = folder(&[("a.json", SPLIT), ("b.json", SPLIT), ("docs/c.json", SPLIT)]);
    let at = folder.path();
    expect(&armbody(at, &["lint", "--write-baseline", "known.baseline"]), 0);
    fs::write(at.join("a.json"), CLEAN).unwrap();
    fs::remove_file(at.join("b.json")).unwrap();
    fs::write(at.join("d.json"), SPLIT.replace("SystemAssigned", "None")).unwrap();
    let prune = |args: &[&str], status| {
        let mut all = vec!["lint", "--baseline", "known.baseline", "--baseline-prune"];
        all.extend(args);
        expect(&armbody(at, &all), status).1
    };
    let kept = || fs::read_to_string(at.join("known.baseline")).unwrap();
    let before = kept();
    let err = prune(&["a.json", "gone.json"], 2);
    assert!(err.contains("known.baseline: not written, for the run failed"), "{err}");
    assert_eq!(kept(), before);
    // Rules that do not run, and files that are not looked at, stay.
    prune(&["--select", "extra-comma", "a.json"], 0);
    assert!(kept().contains("\"a.json\"") && !kept().contains("b.json"), "{}", kept());
    prune(&["a.json"], 0);
    assert!(!kept().contains("\"a.json\"") && kept().contains("docs/c.json"), "{}", kept());
    // What is new is told, and not written down.
    prune(&[], 1);
    assert!(!kept().contains("d.json"), "{}", kept());
    expect(&armbody(at, &["lint", "--baseline", "known.baseline", "docs"]), 0);
    let (_, err) = expect(&armbody(at, &["lint", "--baseline-prune"]), 2);
    assert!(err.contains("--baseline-prune has no baseline"), "{err}");
}

/// What version 0.1.0 wrote.
const OLD: &str = r#"{
  "version": 1,
  "findings": {
    "b.md": [
      {
        "rule": "identity-drops",
        "content": "adc9a73104666066040f5f74281c714c",
        "count": 2
      }
    ],
    "docs/a.json": [
      {
        "rule": "identity-type-split",
        "content": "18ef40670cd8cefa36710ccfa18e6ddf"
      }
    ]
  }
}
"#;

#[test]
fn a_baseline_of_the_first_version_is_read_and_rewritten() {
    let url = "https://management.azure.com/subscriptions/<SUBSCRIPTION ID>/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2018-06-01";
    let line = format!(
        "curl -X PATCH '{url}' -d '{{\"identity\":{{\"type\":\"None\"}}}}' -H 'Content-Type: application/json' -H 'Authorization: Bearer <ACCESS TOKEN>'\n"
    );
    let article = format!("# T\n\n```bash\n{line}{line}```\n");
    let folder = folder(&[("docs/a.json", SPLIT), ("b.md", &article), ("old.json", OLD)]);
    let at = folder.path();
    let with = |args: &[&str], status| {
        let mut all = vec!["lint", "--baseline", "old.json"];
        all.extend(args);
        expect(&armbody(at, &all), status)
    };
    let (out, err) = with(&["--min-severity", "note"], 0);
    assert!(out.is_empty() && err.contains("a baseline of version 0.1.0"), "{out}{err}");
    assert_eq!(fs::read_to_string(at.join("old.json")).unwrap(), OLD, "only whoever asks has it written");
    // A file that is not looked at keeps what it has.
    with(&["--baseline-prune", "docs"], 0);
    let kept = fs::read_to_string(at.join("old.json")).unwrap();
    assert!(kept.contains("\"version\": 2") && kept.contains("\"line\":"), "{kept}");
    let (_, err) = with(&["--baseline-prune"], 0);
    assert!(err.contains("0 findings taken out"), "{err}");
    let kept = fs::read_to_string(at.join("old.json")).unwrap();
    assert!(!kept.contains("\"line\":"), "{kept}");
    let (out, err) = with(&[], 0);
    assert!(out.is_empty() && !err.contains("0.1.0"), "{out}{err}");
    expect(&armbody(at, &["lint", "--write-baseline", "fresh.baseline"]), 0);
    assert_eq!(fs::read_to_string(at.join("fresh.baseline")).unwrap(), kept);
}

#[test]
fn sarif_has_what_the_baseline_has_as_suppressed() {
    let folder = folder(&[("a.json", SPLIT)]);
    let at = folder.path();
    let results = |args: &[&str], status| {
        let mut all = vec!["lint", "--format", "sarif", "a.json"];
        all.extend(args);
        let (out, _) = expect(&armbody(at, &all), status);
        let log: serde_json::Value = serde_json::from_str(&out).unwrap();
        log["runs"][0].clone()
    };
    let before = results(&[], 1);
    expect(&armbody(at, &["lint", "--write-baseline", "known.baseline", "a.json"]), 0);
    let after = results(&["--baseline", "known.baseline"], 0);
    let mut all = after["results"].as_array().unwrap().clone();
    for result in &mut all {
        let suppressions = result.as_object_mut().unwrap().remove("suppressions").unwrap();
        assert_eq!(suppressions[0]["kind"], "external");
        assert_eq!(suppressions[0]["status"], "accepted");
    }
    assert_eq!(&all, before["results"].as_array().unwrap());
    assert_eq!(after["tool"], before["tool"]);
    let (out, _) =
        expect(&armbody(at, &["lint", "--statistics", "--baseline", "known.baseline", "a.json"]), 0);
    assert_eq!(out, "");
}
