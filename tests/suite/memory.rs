//! Memory grows as the largest file does: measured in processes, whose highest mark the system keeps.
//! `benches/hostile.py` measures more shapes, larger.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::cli::folder;

const URL: &str = "https://management.azure.com/subscriptions/$S/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=2024-07-01";
const SCHEMA: &str = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
const MACHINE: &str = "{\"type\":\"Microsoft.Compute/virtualMachines\",\"apiVersion\":\"2024-07-01\",\"name\":\"v\",\"location\":\"westus\",\"identity\":{\"type\":\"SystemAssigned\"}}";
const SIZE: usize = 1 << 20;
/// What a run may take whatever it reads.
const ANYWAY: usize = 16 << 20;

/// The most memory, in bytes, that a process took so far.
fn mark(child: &Child) -> Option<usize> {
    let text = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    mark.trim().trim_end_matches(" kB").parse::<usize>().ok().map(|kib| kib << 10)
}

fn lint(path: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_armbody"));
    command
        .args(["lint", "--no-config", "--exit-zero", "--format", "concise"])
        .arg(path)
        .stdout(Stdio::null());
    command
}

/// The most memory, in bytes, that a check of `text` took.
fn peak(name: &str, text: &str) -> usize {
    let folder = folder(&[(name, text)]);
    let mut child = lint(&folder.path().join(name)).arg("--quiet").spawn().unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = mark(&child).map_or(most, |mark| most.max(mark));
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(child.wait().unwrap().success(), "{name}");
    most
}

/// The most memory, in bytes, that a check of next to nothing takes: of a process that stays, for a short one ends
/// before anybody has looked.
fn least() -> usize {
    let folder = folder(&[("least.json", "{}")]);
    let mut child =
        lint(&folder.path().join("least.json")).arg("--watch").stderr(Stdio::piped()).spawn().unwrap();
    let said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    assert!(said.into_iter().any(|line| line.starts_with("watching")));
    let most = mark(&child).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    most
}

fn fence(text: &str) -> String {
    format!("\n\n```bash\n{text}```\n")
}

fn cmd(text: &str) -> String {
    format!("\n\n```cmd\n{text}```\n")
}

#[test]
fn memory_grows_as_the_largest_file_does() {
    let call = format!("curl -X PATCH '{URL}' -H 'Authorization: Bearer $T' -d '{{\"tags\":{{}}}}'\n");
    let ps = format!("Invoke-RestMethod -Method Patch -Uri \"{URL}\" -Body ($b | ConvertTo-Json)\n");
    let fill = |unit: &str| unit.repeat(SIZE / unit.len());
    let numbered = |one: &dyn Fn(usize) -> String| {
        let mut text = String::new();
        for index in 0.. {
            if text.len() >= SIZE {
                break;
            }
            text.push_str(&one(index));
        }
        text
    };
    // Name, what it may take of its own size, text.
    let shapes: Vec<(&str, usize, String)> = vec![
        (
            "members.json",
            12,
            format!(
                "{{\"identity\":{{\"type\":\"SystemAssigned\"}},\"tags\":{{\"a\":\"b\"{}}}}}",
                numbered(&|i| format!(",\"a{i}\":\"b\""))
            ),
        ),
        ("words.sh", 24, format!("{call}{}", fill("a\n"))),
        ("commands.sh", 24, format!("{call}{}", fill("a&&"))),
        ("assignments.sh", 24, format!("{call}{}", fill("a=1\n"))),
        ("redirects.sh", 24, format!("{call}{}", fill("a >b\n"))),
        ("echoes.sh", 24, format!("{call}{}", fill("echo \"$a\"\n"))),
        ("pipes.sh", 24, format!("curl -X PUT '{URL}'{}\n", fill(" | jq ."))),
        (
            "substitutions.sh",
            24,
            format!("curl -X PUT '{URL}' -d {}{}\n", "$(echo ".repeat(SIZE / 8), ")".repeat(SIZE / 8)),
        ),
        (
            "equal-machines.json",
            24,
            format!(
                "{{\"$schema\":\"{SCHEMA}\",\"contentVersion\":\"1.0.0.0\",\"resources\":[{}{MACHINE}]}}",
                fill(&format!("{MACHINE},"))
            ),
        ),
        ("words.md", 24, fence(&format!("{}{call}", fill("a\n")))),
        ("brackets.md", 24, format!("{}{}", fill("["), fence(&call))),
        ("emphasis.md", 24, format!("{}{}", fill("*a **a "), fence(&call))),
        ("items.md", 24, format!("{}{}", fill("- a\n"), fence(&call))),
        ("quotes.md", 24, format!("{}x{}", fill("> "), fence(&call))),
        ("dashes.md", 24, format!("{}x{}", fill("- "), fence(&call))),
        ("stars.md", 24, format!("{}`PATCH {URL}`\n", fill("* "))),
        ("prompt.md", 24, cmd(&format!("{call}{}", fill("a\n")))),
        ("prompt-line.md", 24, cmd(&format!("{call}echo {}\n", fill("a")))),
        ("prompted.md", 24, fence(&format!("$ {call}{}", fill("$ a\n")))),
        ("prompted-calls.md", 24, fence(&fill(&format!("$ {call}")))),
        (
            "table.ps1",
            24,
            format!(
                "$b = @{{\n{}}}\nInvoke-RestMethod -Method Patch -Uri \"{URL}\" -Body ($b | ConvertTo-Json)\n",
                numbered(&|i| format!("  a{i} = 'x'\n"))
            ),
        ),
        ("entries.ps1", 24, format!("$b = @{{}}\n{}{ps}", numbered(&|i| format!("$b.entry{i} = 'x'\n")))),
        (
            "branch.ps1",
            24,
            format!("$b = @{{}}\nif ($c) {{\n{}}}\n{ps}", numbered(&|i| format!("$b.entry{i} = 'x'\n"))),
        ),
        (
            "text.ps1",
            24,
            format!("$s = ''\n{}Invoke-RestMethod -Uri \"{URL}\" -Body $s\n", fill("$s += 'abc'\n")),
        ),
        ("blocks.ps1", 24, format!("Invoke-RestMethod -Uri \"{URL}\"\n{}", fill("{"))),
    ];
    let least = least();
    let mut wrong = Vec::new();
    for (name, factor, text) in shapes {
        let taken = peak(name, &text).saturating_sub(least);
        let limit = factor * text.len() + ANYWAY;
        eprintln!("{name}: {} of {} KiB", taken >> 10, limit >> 10);
        if taken > limit {
            wrong.push(format!("{name}: {} KiB, {} KiB at most", taken >> 10, limit >> 10));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
