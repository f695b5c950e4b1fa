//! A real bash in which `curl` and `az` are functions that write down their arguments and nothing else can be run.

use std::fs;
use std::process::{Command, Stdio};

/// The variables that are set while the commands run; none has a character that splits words.
pub(crate) const VARIABLES: [(&str, &str); 5] =
    [("VM", "myVM"), ("SUB", "s-1"), ("RG", "rg1"), ("TOKEN", "abc.def"), ("ID", "/subscriptions/s-1")];

/// A small generator of numbers, the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    pub(crate) fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }
}

/// The arguments of every `curl` and `az` that bash runs, for each of `scripts`.
pub(crate) fn run(scripts: &[String]) -> Vec<Vec<Vec<String>>> {
    let folder = tempfile::tempdir().unwrap();
    let (cases, out) = (folder.path().join("cases"), folder.path().join("out"));
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let mut all = Vec::new();
    for script in scripts {
        assert!(!script.contains(['\0', '\u{1e}']));
        all.extend(script.as_bytes());
        all.push(0);
    }
    fs::write(&cases, all).unwrap();
    // One write a call keeps calls apart that run side by side: bash writes at every line break.
    let driver = format!(
        "PATH=/nowhere\nexec 3>>'{out}'\nmapfile -d '' -t cases <'{cases}'\n\
         curl() {{ set -- \"${{@//$'\\n'/$'\\36'}}\"; printf '%s\\0' \"+$#\" \"$@\" >&3; }}\naz() {{ curl \"$@\"; }}\n\
         cat() {{ printf '%s' \"$(</dev/stdin)\"; }}\n\
         for case in \"${{cases[@]:$1}}\"; do\nprintf '%s\\0' = >&3\n{set}\neval \"$case\" </dev/null\nwait\ndone\n",
        out = out.display(),
        cases = cases.display(),
        set = VARIABLES.map(|(name, value)| format!("{name}='{value}'")).join("\n"),
    );
    let file = folder.path().join("driver");
    fs::write(&file, driver).unwrap();
    let mut results: Vec<Vec<Vec<String>>> = Vec::new();
    // Some mistakes end a shell that nobody types into: the next one goes on behind them.
    while results.len() < scripts.len() {
        fs::write(&out, "").unwrap();
        let status = Command::new("bash")
            .args(["--noprofile", "--norc"])
            .arg(&file)
            .arg(results.len().to_string())
            .current_dir(&empty)
            .env_clear()
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.expect("bash is installed");
        let before = results.len();
        let out = fs::read(&out).unwrap();
        let mut fields =
            out.split(|byte| *byte == 0).map(|field| String::from_utf8_lossy(field).replace('\u{1e}', "\n"));
        while let Some(field) = fields.next() {
            if field == "=" {
                results.push(Vec::new());
            } else if let Some(count) = field.strip_prefix('+') {
                let words = fields.by_ref().take(count.parse().unwrap()).collect();
                results.last_mut().unwrap().push(words);
            } else {
                assert_eq!(field, "", "of {} cases", results.len());
            }
        }
        assert!(results.len() > before, "bash does nothing");
    }
    for result in &mut results {
        result.sort();
    }
    results
}
