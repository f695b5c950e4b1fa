//! What a file costs grows as the file does, and no faster: counted in steps, which no other work on the machine
//! disturbs. `benches/hostile.py` measures more shapes, larger, in time and memory.

use std::collections::HashSet;

use armbody::container::Kind;
use armbody::lint::{MAX_FINDINGS, Options, Severity, check, examine};
use armbody::text::{Source, steps};

use crate::support::thorough::is_thorough;

const URL: &str = "https://management.azure.com/subscriptions/$S/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2024-07-01";
const BODY: &str = r#"{"identity":{"type":"SystemAssigned"}}"#;
const SPLIT: &str = r#"{"identity":{"type":"SystemAssigned","UserAssigned"}}"#;
const ID: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";

/// The smallest size of a shape, in bytes.
const FIRST: usize = 16 << 10;
/// Work on twice as much may take so much more.
const MOST: f64 = 2.3;
const FROM_THE_SMALLEST: f64 = 2.6;

type Shape = (&'static str, Kind, fn(usize) -> String);

/// What `one` gives for 0, 1, 2 and so on, up to `size` bytes.
fn fill(size: usize, one: impl Fn(usize) -> String) -> String {
    let mut text = String::with_capacity(size + 256);
    for index in 0.. {
        if text.len() >= size {
            break;
        }
        text.push_str(&one(index));
    }
    text
}

/// As [`fill`], with commas between.
fn list(size: usize, one: impl Fn(usize) -> String) -> String {
    fill(size, |index| format!("{}{}", if index == 0 { "" } else { "," }, one(index)))
}

fn call(body: &str) -> String {
    format!(
        "curl -X PATCH \"{URL}\" -H \"Authorization: Bearer $T\" -H 'Content-Type: application/json' -d {body}\n"
    )
}

fn fence(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n\n", text.trim_end())
}

fn template(resources: &str, more: &str) -> String {
    format!(
        "{{\"$schema\":\"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",\"contentVersion\":\"1.0.0.0\",{more}\"resources\":[{resources}]}}"
    )
}

fn vm(index: usize, more: &str) -> String {
    format!(
        "{{\"type\":\"Microsoft.Compute/virtualMachines\",\"apiVersion\":\"2024-07-01\",\"name\":\"v{index}\",\"location\":\"westus\",\"identity\":{{\"type\":\"SystemAssigned\"}}{more}}}"
    )
}

fn body(members: &str) -> String {
    format!("{{\"location\":\"westus\",\"identity\":{{\"type\":\"SystemAssigned\"}},{members}}}")
}

/// A call of PowerShell with this body.
fn sends(body: &str) -> String {
    format!("Invoke-RestMethod -Method Patch -Uri \"{URL}\" -Body {body}\n")
}

/// A long variable, and as many bytes of calls that use it.
fn one_variable(size: usize, value: &str) -> String {
    format!("B='{value}'\n{}", fill(size / 2, |_| call("\"$B\"")))
}

#[rustfmt::skip]
static SHAPES: &[Shape] = &[
    // What the variables of a file come to.
    ("one variable, many calls", Kind::Shell, |n| one_variable(n, &format!("{{\"tags\":{{\"a\":\"{}\"}}}}", "x".repeat(n / 2)))),
    ("one wrong variable, many calls", Kind::Shell, |n| one_variable(n, &format!("{{\"tags\":{{\"a\":\"{}\",}}", "x".repeat(n / 2)))),
    ("one long variable of many members", Kind::Shell, |n| one_variable(n, &format!("{{\"tags\":{{{}}}}}", list(n / 2, |i| format!("\"a{i}\":\"b\""))))),
    ("one long URL", Kind::Shell, |n| format!("U='{URL}&x={}'\n{}", "x".repeat(n / 2), fill(n / 2, |_| "curl -X PATCH \"$U\" -d '{}'\n".to_owned()))),
    ("one file, many calls", Kind::Shell, |n| format!("cat > b.json <<'E'\n{{\"tags\":{{\"a\":\"{}\"}}}}\nE\n{}", "x".repeat(n / 2), fill(n / 2, |_| call("@b.json")))),
    ("many variables", Kind::Shell, |n| fill(n, |i| format!("V{i}='{BODY}'\n{}", call(&format!("\"$V{i}\""))))),
    ("variables of variables", Kind::Shell, |n| format!("V0=https://management.azure.com/\n{}{}", fill(n, |i| format!("V{}=\"$V{i}$V{i}\"\n", i + 1)), call("\"$V9\""))),
    ("one variable, many calls, http", Kind::Http, |n| format!("@b={}\n{}", "x/".repeat(n / 4), fill(n / 2, |_| "\n###\nPUT https://management.azure.com/{{b}}?api-version=2024-07-01\n\n{}\n".to_owned()))),
    // Scripts.
    ("calls", Kind::Shell, |n| fill(n, |_| call(&format!("'{SPLIT}'")))),
    ("here-documents", Kind::Shell, |n| fill(n, |_| format!("{}{BODY}\nE\n", call("@- <<E")))),
    ("one here-document behind a long line, many calls", Kind::Shell, |n| format!("cat > b.json <<'E' #{}\n{{\"a\":\"$a\"}}\nE\n{}", "x".repeat(n / 2), fill(n / 2, |_| call("@b.json")))),
    ("here-documents that never end", Kind::Shell, |n| fill(n, |i| call(&format!("@- <<E{i}")))),
    ("options", Kind::Shell, |n| format!("curl '{URL}'{} -d '{BODY}'\n", " -H 'a: b'".repeat(n / 10))),
    ("open substitutions", Kind::Shell, |n| fill(n, |_| format!("curl -X PUT '{URL}' -d \"$("))),
    ("nested conditions", Kind::Shell, |n| format!("{}{}{}", "if true; then\n".repeat(n / 17), call("'{}'"), "fi\n".repeat(n / 17))),
    ("suppressions", Kind::Shell, |n| fill(n, |_| format!("# armbody-ignore identity-type-split: x\n{}", call(&format!("'{SPLIT}'"))))),
    // Documents.
    ("fences", Kind::Markdown, |n| fill(n, |_| fence("bash", &call(&format!("'{BODY}'"))))),
    ("fences that never end", Kind::Markdown, |n| fill(n, |i| format!("{}bash\ncurl management.azure.com\n", "`".repeat(3 + i % 40)))),
    ("nested quotes", Kind::Markdown, |n| format!("{}x\n\n{}", "> ".repeat(n / 2), fence("bash", &call("'{}'")))),
    ("nested lists", Kind::Markdown, |n| format!("{}x\n\n{}", "- ".repeat(n / 2), fence("bash", &call("'{}'")))),
    ("requests and their bodies", Kind::Markdown, |n| fill(n, |_| format!("{}{}", fence("http", &format!("PATCH {URL} HTTP/1.1")), fence("json", SPLIT)))),
    ("one request, many bodies", Kind::Markdown, |n| format!("{}{}", fence("http", &format!("PATCH {URL} HTTP/1.1")), fill(n, |_| fence("json", BODY)))),
    ("files that calls send", Kind::Markdown, |n| fill(n, |i| fence("bash", &call(&format!("@b{i}.json"))))),
    ("comments", Kind::Markdown, |n| fill(n, |_| format!("<!-- armbody-ignore identity-type-split: x -->\n\n{}", fence("bash", &call("'{}'"))))),
    // Others.
    ("steps", Kind::Yaml, |n| format!("steps:\n{}", fill(n, |_| format!("  - script: |\n      {}", call(&format!("'{SPLIT}'")))))),
    ("deep YAML", Kind::Yaml, |n| format!("{}b: |\n  {}", fill(n, |i| format!("{}a:\n", " ".repeat(i.min(500)))), call("'{}'"))),
    ("requests", Kind::Http, |n| fill(n, |_| format!("###\nPATCH {URL}\nContent-Type: application/json\n\n{SPLIT}\n\n"))),
    ("cmdlets", Kind::PowerShell, |n| fill(n, |_| format!("Invoke-AzRestMethod -Method PATCH -Uri \"{URL}\" -Payload '{SPLIT}'\n"))),
    ("entries", Kind::PowerShell, |n| format!("$b = @{{}}\n{}Invoke-RestMethod -Method Patch -Uri \"{URL}\" -Body ($b | ConvertTo-Json)\n", fill(n, |i| format!("$b.a{i} = 'x'\n")))),
    ("entries in a branch", Kind::PowerShell, |n| format!("$b = @{{}}\nif ($c) {{\n{}}}\n{}", fill(n, |i| format!("$b.a{i} = 'x'\n")), sends("($b | ConvertTo-Json)"))),
    ("branches that change a table", Kind::PowerShell, |n| format!("$b = @{{\n{}}}\n{}{}", fill(n / 2, |i| format!("  a{i} = 'x'\n")), fill(n / 2, |_| "if ($c) { $b.z = 1 }\n".to_owned()), sends("($b | ConvertTo-Json)"))),
    ("one table, many calls", Kind::PowerShell, |n| format!("$b = @{{\n{}}}\n{}", fill(n / 2, |i| format!("  a{i} = 'x'\n")), fill(n / 2, |_| sends("($b | ConvertTo-Json)")))),
    ("one table of parameters, many calls", Kind::PowerShell, |n| format!("$p = @{{ Method = 'Patch'; Uri = '{URL}'\n{}}}\n{}", fill(n / 2, |i| format!("  a{i} = 'x'\n")), fill(n / 2, |_| "Invoke-RestMethod @p\n".to_owned()))),
    ("members of one table", Kind::PowerShell, |n| format!("$t = @{{\n{}}}\n{}", fill(n / 2, |i| format!("  a{i} = '{BODY}'\n")), fill(n / 2, |i| sends(&format!("$t.a{i}"))))),
    ("a text that doubles", Kind::PowerShell, |n| format!("$v = 'a'\n$x = \"$v.id\"\n{}{}", fill(n, |_| "$x = $x + $x\n".to_owned()), sends("$x"))),
    ("a text that grows", Kind::PowerShell, |n| format!("$s = ''\n{}{}", fill(n, |_| "$s += 'abc'\n".to_owned()), sends("$s"))),
    ("dollar signs in words", Kind::PowerShell, |n| fill(n, |_| "Invoke-RestMethod -Method Patch -Uri https://management.azure.com/a`$b -Body '{}'\n".to_owned())),
    // Templates.
    ("machines", Kind::Json, |n| template(&list(n, |i| vm(i, "")), "")),
    ("wrong machines", Kind::Json, |n| template(&list(n, |i| vm(i, ",\"properties\":{\"x\":1}")), "")),
    ("passwords of one machine", Kind::Json, |n| body(&format!("\"properties\":{{\"osProfile\":{{{}}}}}", list(n, |i| format!("\"adminPassword\":\"Secret{i}word!\""))))),
    ("passwords", Kind::Json, |n| template(&list(n, |i| vm(i, &format!(",\"properties\":{{\"osProfile\":{{\"adminPassword\":\"Secret{i}word!\"}}}}"))), "")),
    ("loops", Kind::Json, |n| template(&list(n, |i| vm(i, &format!(",\"copy\":{{\"name\":\"c{i}\",\"count\":800}}"))), "")),
    ("parameters", Kind::Json, |n| template(
        &list(n / 2, |i| vm(i, "").replace("\"westus\"", &format!("\"[parameters('p{i}')]\""))),
        &format!("\"parameters\":{{{}}},", list(n / 2, |i| format!("\"p{i}\":{{\"type\":\"string\"}}"))),
    )),
    ("nested deployments", Kind::Json, |n| template(&list(n, |i| format!("{{\"type\":\"Microsoft.Resources/deployments\",\"apiVersion\":\"2022-09-01\",\"name\":\"d{i}\",\"properties\":{{\"template\":{}}}}}", template(&vm(i, ""), ""))), "")),
    ("deep deployments", Kind::Json, |n| {
        let open = "{\"type\":\"Microsoft.Resources/deployments\",\"apiVersion\":\"2022-09-01\",\"name\":\"d\",\"properties\":{\"template\":{\"contentVersion\":\"1.0.0.0\",\"resources\":[";
        let depth = n / (open.len() + 4);
        template(&format!("{}{}{}", open.repeat(depth), vm(0, ""), "]}}}".repeat(depth)), "")
    }),
    // Bodies.
    ("members", Kind::Json, |n| body(&format!("\"tags\":{{{}}}", list(n, |i| format!("\"a{i}\":\"b\""))))),
    ("equal members", Kind::Json, |n| body(&format!("\"tags\":{{{}}}", list(n, |_| "\"a\":\"b\"".to_owned())))),
    ("unknown members", Kind::Json, |n| body(&format!("\"properties\":{{{}}}", list(n, |i| format!("\"a{i}\":\"b\""))))),
    ("equal identities", Kind::Json, |n| format!("{{\"identity\":{{\"type\":\"UserAssigned\",\"userAssignedIdentities\":{{{}}}}}}}", list(n, |_| format!("\"{ID}\":{{}}")))),
    ("wrong identities", Kind::Json, |n| format!("{{\"identity\":{{\"type\":\"UserAssigned\",\"userAssignedIdentities\":{{{}}}}}}}", list(n, |i| format!("\"x{i}\":1")))),
    ("placeholders", Kind::Json, |n| body(&format!("\"tags\":{{{}}}", list(n, |i| format!("\"a{i}\":\"<NAME {i}>\""))))),
];

/// Steps are counted by thread: what the work shares out stays in a pool of one.
#[test]
#[cfg_attr(not(debug_assertions), ignore = "steps are counted in builds with debug assertions")]
fn twice_the_file_is_twice_the_work() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let doublings: u32 = if is_thorough() { 4 } else { 3 };
    let mut wrong = Vec::new();
    // Every third shape will do by hand.
    let every = if is_thorough() { 1 } else { 3 };
    for (name, kind, make) in SHAPES.iter().step_by(every) {
        let taken: Vec<u64> = (0..=doublings)
            .map(|doubling| {
                let source = Source::new("x", make(FIRST << doubling));
                pool.install(|| {
                    let before = steps().unwrap();
                    examine(&source, *kind, &Options::default());
                    steps().unwrap() - before
                })
            })
            .collect();
        // Small files pay in full for what is bounded: 64 KiB of the text around a finding, 1 MiB of variables.
        #[expect(clippy::cast_precision_loss, reason = "a ratio")]
        let growth = |from: u64, to: u64| to as f64 / from as f64;
        let [first, .., before, _, last] = taken[..] else { unreachable!("more than two doublings") };
        let mean = growth(before, last).sqrt();
        let most = growth(first, last).powf(1.0 / f64::from(doublings));
        eprintln!(
            "{name}: {mean:.2} a doubling, {most:.2} from the smallest on, {} steps a byte",
            first as usize / FIRST
        );
        if mean > MOST || most > FROM_THE_SMALLEST {
            wrong.push(format!("{name}: {taken:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_left_out_is_said() {
    let calls =
        |value: usize| one_variable(40 << 10, &format!("{{\"tags\":{{\"a\":\"{}\"}}}}", "x".repeat(value)));
    let found = |text: String| {
        let mut findings = check(&Source::new("x.sh", text), Kind::Shell, &Options::default());
        findings.retain(|finding| finding.rule.name == "expansion-too-large");
        findings
    };
    assert_eq!(found(calls(1 << 10)).len(), 0);
    let said = found(calls(64 << 10));
    assert_eq!(said.len(), 1, "said once, at the first call that lacks its body");
    let text = calls(64 << 10);
    assert!(text[said[0].span.range()].starts_with("curl"));
}

#[test]
fn what_powershell_makes_is_bounded_and_said() {
    let said = |text: String| {
        let findings = check(&Source::new("x.ps1", text), Kind::PowerShell, &Options::default());
        findings.iter().filter(|finding| finding.rule.name == "expansion-too-large").count()
    };
    let table = |entries: usize, calls: usize| {
        let entries = fill(entries, |i| format!("  a{i} = 'x'\n"));
        format!("$b = @{{\n{entries}}}\n{}", sends("($b | ConvertTo-Json)").repeat(calls))
    };
    assert_eq!(said(table(1 << 10, 20)), 0);
    assert!(said(table(64 << 10, 400)) > 0, "one table, many calls");
    let grown = |times: usize| format!("$s = ''\n{}{}", "$s += 'abc'\n".repeat(times), sends("$s"));
    assert_eq!(said(grown(100)), 0);
    assert!(said(grown(5000)) > 0, "a text that grows");
    assert!(said(table(1 << 20, 1) + &sends("'{}'")) > 0, "a statement that is too large");
}

/// Forty lines of which each makes of a text one of more than its length: whole, the last would not fit any memory.
#[test]
fn what_grows_by_a_factor_in_every_line_ends_and_is_said() {
    let said = |text: String, kind: Kind| {
        let findings = check(&Source::new("x", text), kind, &Options::default());
        findings.iter().any(|finding| finding.rule.name == "expansion-too-large")
    };
    for line in [
        "$s = \"$s$s\"",
        "$s += $s",
        "$s = $s + $s",
        "$s = '{0}{0}' -f $s",
        "$s = ($s, $s) -join ''",
        "$s = $s -replace 'a', 'aa'",
        "$s = $s.Replace('a', 'aa')",
        "$s = [string]::Concat($s, $s)",
        "$s = [string]::Format('{0}{0}', $s)",
        "$s = $s | ConvertTo-Json",
        "$s = ConvertTo-Json -InputObject @($s, $s)",
        "$s = @{ a = $s; b = $s } | ConvertTo-Json",
        "$s = \"$($s)$($s)\"",
    ] {
        let text = format!("$s = 'a\"\\'\n{}{}", format!("{line}\n").repeat(40), sends("$s"));
        assert!(said(text, Kind::PowerShell), "{line}");
    }
    // What becomes of these is not followed; that is counted as a body that could not be read.
    for line in [
        "$s = $s * 2",
        "$s = [Uri]::EscapeDataString('%' + $s)",
        "$s = @($s, $s)",
        "$s = @{ a = $s; b = $s }",
    ] {
        said(
            format!("$s = 'a\"\\'\n{}{}", format!("{line}\n").repeat(40), sends("($s | ConvertTo-Json)")),
            Kind::PowerShell,
        );
    }
    for line in [
        "S=\"$S$S\"",
        "S+=$S",
        "S=${S}${S}",
        "S=${S//a/aa}",
        "S=$(echo \"$S$S\")",
        "S=$(printf '%s%s' \"$S\" \"$S\")",
    ] {
        let text = format!("S='a'\n{}curl -X PUT '{URL}' -d \"$S\"\n", format!("{line}\n").repeat(40));
        said(text, Kind::Shell);
    }
}

#[test]
fn a_command_of_too_many_words_is_not_read_whole_and_said() {
    let said = |text: String| {
        let findings = check(&Source::new("x.sh", text), Kind::Shell, &Options::default());
        findings.iter().map(|finding| finding.rule.name).collect::<Vec<_>>()
    };
    let words = |times: usize| format!("curl -X PUT '{URL}'{} -d '{SPLIT}'\n", " -H 'a: b'".repeat(times));
    assert!(said(words(100)).contains(&"identity-type-split"));
    assert_eq!(said(words(20_000)), ["expansion-too-large"], "words");
    let pieces = |times: usize| format!("A=x\ncurl -X PUT '{URL}' -d \"{}\"\n", "$A,".repeat(times));
    assert_eq!(said(pieces(40_000)), ["expansion-too-large"], "pieces of a word");
    let after = said(words(20_000) + &words(1));
    assert!(after.contains(&"identity-type-split"), "the next command is read: {after:?}");
}

/// Azure takes 800 resources: of very many the first are evaluated. All are checked as they are written.
#[test]
fn resources_that_are_not_evaluated_are_said() {
    let rules = |count: usize| {
        let last = vm(count, "").replace("\"SystemAssigned\"", "\"SystemAsigned\"");
        let all = (0..count).map(|index| vm(index, "") + ",").collect::<String>() + &last;
        let findings = check(&Source::new("x.json", template(&all, "")), Kind::Json, &Options::default());
        findings.iter().map(|finding| finding.rule.name).collect::<Vec<_>>()
    };
    let (few, many) = (rules(900), rules(2000));
    assert!(!few.contains(&"evaluation-stopped"), "{few:?}");
    assert!(many.contains(&"evaluation-stopped"), "{many:?}");
    assert!(many.len() == few.len() + 1, "{few:?} {many:?}");
    // Loops whose turns take the last step and not one more.
    for loops in [375, 376, 400] {
        let turns = |index: usize| vm(index, &format!(",\"copy\":{{\"name\":\"c{index}\",\"count\":800}}"));
        let all = (0..loops).map(turns).collect::<Vec<_>>().join(",");
        let findings = check(&Source::new("x.json", template(&all, "")), Kind::Json, &Options::default());
        assert!(findings.iter().any(|finding| finding.rule.name == "evaluation-stopped"), "{loops}");
    }
}

/// Azure refuses a template of so many names: that is said, and so is that nothing of it was evaluated.
#[test]
fn templates_of_far_too_many_names_are_not_evaluated_and_that_is_said() {
    let rules = |name: &str, count: usize| {
        let entries = (0..count)
            .map(|index| match name {
                "parameters" => format!("\"n{index}\":{{\"type\":\"string\",\"defaultValue\":\"x\"}}"),
                "variables" => format!("\"n{index}\":\"x\""),
                _ => format!("\"n{index}\":{{\"type\":\"string\",\"value\":\"x\"}}"),
            })
            .collect::<Vec<_>>()
            .join(",");
        let text = template(&vm(0, ""), &format!("\"{name}\":{{{entries}}},"));
        let findings = check(&Source::new("x.json", text), Kind::Json, &Options::default());
        findings.iter().map(|finding| finding.rule.name).collect::<HashSet<_>>()
    };
    for (name, most) in [("parameters", 256), ("variables", 512), ("outputs", 64)] {
        let said = |count| {
            let rules = rules(name, count);
            (rules.contains("template-limits"), rules.contains("evaluation-stopped"))
        };
        assert_eq!(said(most), (false, false), "{name}");
        assert_eq!(said(most + 1), (true, false), "{name}");
        assert_eq!(said(4 * most + 1), (true, true), "{name}");
    }
}

/// The run fails as it would if all were kept, and says how many are not.
#[test]
fn findings_are_capped_and_the_cap_is_said() {
    let notes = list(400 << 10, |i| format!("\"a{i}\":\"<NAME {i}>\""));
    let text =
        format!("{{\"tags\":{{{notes}}},\"identity\":{{\"type\":\"SystemAssigned\",\"UserAssigned\"}}}}");
    let findings = check(&Source::new("x.json", text.clone()), Kind::Json, &Options::default());
    let last = findings.last().unwrap();
    assert_eq!(findings.len(), MAX_FINDINGS + 1);
    assert_eq!(last.rule.name, "too-many-findings");
    assert!(
        last.message.starts_with("the file has more than 10000 findings; not shown are "),
        "{}",
        last.message
    );
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    assert!(errors > 0, "the error is kept, or the last finding is one");
}
