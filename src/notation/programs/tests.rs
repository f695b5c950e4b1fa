use proptest::prelude::*;

use super::*;
use crate::container::{self, Kind};
use crate::text::Source;

const URL: &str = "https://management.azure.com/subscriptions/1/resourceGroups/g?api-version=2021-04-01";

/// A call of each name, as its program is called with the word behind it.
fn arguments(program: &Program, subcommand: Option<&str>) -> String {
    match (program.notation, subcommand) {
        (Notation::AzVm, Some("identity")) => "show -g g -n n".to_owned(),
        (Notation::AzVm, _) => "identity assign -g g -n n".to_owned(),
        (Notation::AzResource, _) => "update --ids /subscriptions/1/resourceGroups/g --set a.b=c".to_owned(),
        (Notation::AzDeployment, Some("group")) => "deployment create -g g --template-file f".to_owned(),
        (Notation::AzDeployment, _) => "group create -g g --template-file f".to_owned(),
        _ => url_arguments(program),
    }
}

fn url_arguments(program: &Program) -> String {
    match program.notation {
        Notation::Cmdlet => "-ResourceGroupName g -Name n -ResourceType A.B/c".to_owned(),
        Notation::ArmClient => format!("GET {URL}"),
        Notation::InvokeAzRestMethod | Notation::InvokeRestMethod => format!("-Method GET -Uri '{URL}'"),
        _ => format!("--url '{URL}'"),
    }
}

/// Ways to write one word of a command that leave the word what it is, in some shell or other.
#[derive(Clone, Copy, Debug)]
enum Quoting {
    None,
    Double,
    Single,
    DoublePart(usize),
    SinglePart(usize),
    Escape(usize),
    Break(usize),
    AnsiC,
}

impl Quoting {
    fn write(self, word: &str) -> String {
        let cut = |at: usize| word.split_at(1 + at % (word.len() - 1));
        match self {
            Self::None => word.to_owned(),
            Self::Double => format!("\"{word}\""),
            Self::Single => format!("'{word}'"),
            Self::DoublePart(at) => format!("{}\"{}\"", cut(at).0, cut(at).1),
            Self::SinglePart(at) => format!("'{}'{}", cut(at).0, cut(at).1),
            Self::Escape(at) => format!("{}\\{}", cut(at).0, cut(at).1),
            Self::Break(at) => format!("{}\\\n{}", cut(at).0, cut(at).1),
            Self::AnsiC => format!("$'{word}'"),
        }
    }
}

fn quoting() -> impl Strategy<Value = Quoting> {
    prop_oneof![
        4 => Just(Quoting::None),
        1 => Just(Quoting::Double),
        1 => Just(Quoting::Single),
        1 => (0..40_usize).prop_map(Quoting::DoublePart),
        1 => (0..40_usize).prop_map(Quoting::SinglePart),
        1 => (0..40_usize).prop_map(Quoting::Escape),
        1 => (0..40_usize).prop_map(Quoting::Break),
        1 => Just(Quoting::AnsiC),
    ]
}

fn command() -> impl Strategy<Value = (String, bool)> {
    let before = prop::sample::select(vec![
        "",
        "",
        "",
        "  ",
        "\t",
        "& ",
        "$ ",
        "PS C:\\> ",
        "sudo ",
        "(",
        "$r = ",
        "R=$(",
        "if true; then ",
        "env A=b ",
        "x=1; ",
        "true && ",
        "echo '{}' | ",
        "bash -c \"",
        ". ",
        "\u{a0}",
    ]);
    let folder = prop::sample::select(vec![
        "",
        "",
        "",
        "/usr/bin/",
        "./",
        "C:\\tools\\",
        "C:/bin/",
        "Az.Accounts\\",
        "../x/",
        "~/.local/bin/",
        "\\",
    ]);
    let blank = prop::sample::select(vec![
        " ",
        "  ",
        "\t",
        " \t ",
        "\u{a0}",
        " \\\n ",
        "\\\n  ",
        " `\n  ",
        " ^\n ",
        " \\\r\n ",
        " <# x #> ",
        "   \\\n\\\n ",
        " 2>&1 ",
        " \"\" ",
        "\n",
    ]);
    // Few of the names are programs of a shell's own.
    let program = prop::sample::select(PROGRAMS.iter().collect::<Vec<_>>());
    let case = prop::collection::vec(any::<bool>(), 24);
    let suffix = prop::sample::select(vec!["", "", "", ".exe", ".EXE"]);
    (before, folder, program, case, suffix, quoting(), blank.clone(), quoting(), blank, any::<bool>())
        .prop_map(|(before, folder, program, case, suffix, quoted, first, quoted_next, second, whole)| {
            let chosen = case.iter().filter(|upper| **upper).count();
            let (name, _) = program.names[chosen % program.names.len()];
            let cased: String = name
                .chars()
                .zip(case.iter().cycle())
                .map(|(c, upper)| if *upper { c.to_ascii_uppercase() } else { c })
                .collect();
            let word = if whole {
                quoted.write(&format!("{folder}{cased}{suffix}"))
            } else {
                format!("{folder}{}", quoted.write(&format!("{cased}{suffix}")))
            };
            let subcommand = program.subcommands.iter().cycle().nth(chosen).copied();
            let next = subcommand.map(|it| format!("{first}{}", quoted_next.write(it)));
            let arguments = arguments(program, subcommand);
            let text = format!("{before}{word}{}{second}{arguments}", next.unwrap_or_default());
            (text, subcommand.is_some())
        })
}

fn holds(text: &str) -> Result<usize, TestCaseError> {
    let mut found = 0;
    let code = Source::new("x", text.to_owned());
    let root = code.fragment();
    for dialect in [
        super::super::shell::Dialect::default(),
        super::super::shell::Dialect { prompts: true, command_prompt: false, unsaid: false },
        super::super::shell::Dialect { prompts: true, command_prompt: true, unsaid: false },
    ] {
        found += super::super::shell_calls(&root, dialect).len();
    }
    found += super::super::powershell::calls(&root, true, &mut super::super::Scope::default()).len();
    prop_assert!(found == 0 || mentions(text), "{text:?} is hidden");
    Ok(found)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    /// The law: a prefilter never rejects text in which a reader finds a call.
    #[test]
    fn what_a_reader_finds_is_let_through((text, _) in command()) {
        holds(&text)?;
    }
}

#[test]
fn the_calls_of_the_law_are_found_at_all() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let found = (0..1000)
        .filter(|_| {
            let (text, _) = command().new_tree(&mut runner).unwrap().current();
            holds(&text).unwrap() > 0
        })
        .count();
    assert!(found > 450, "{found} of 1000");
}

#[test]
fn a_call_is_found_however_its_program_is_written() {
    let documents = |command: &str| {
        [
            (command.to_owned(), Kind::Shell, "x.sh"),
            (format!("Text.\n\n```bash\n{command}\n```\n"), Kind::Markdown, "x.md"),
            (
                format!("steps:\n- run: |\n    {command}\n").replace("\n  --", "\n      --"),
                Kind::Yaml,
                "x.yml",
            ),
        ]
    };
    for command in [
        format!("az  rest --url '{URL}'"),
        format!("az\trest --url '{URL}'"),
        format!("AZ rest --url '{URL}'"),
        format!("\"az\" 'rest' --url '{URL}'"),
        format!("a\\z r\"e\"st --url '{URL}'"),
        format!("/usr/bin/curl '{URL}'"),
        format!("curl.exe '{URL}'"),
        format!("\"curl\" '{URL}'"),
        format!("c\\url '{URL}'"),
        format!("cu'rl' '{URL}'"),
        format!("\\curl '{URL}'"),
        format!("ArmClient GET '{URL}'"),
    ] {
        for (text, kind, name) in documents(&command) {
            let source = Source::new(name, text.clone());
            assert_eq!(container::calls(&source, kind).len(), 1, "{text}");
        }
    }
    for command in [
        format!("INVOKE-AZRESTMETHOD -Path '{URL}'"),
        format!("irm\t'{URL}'"),
        format!("& az rest --url '{URL}'"),
        format!("Az.Accounts\\Invoke-AzRest -Uri '{URL}'"),
        format!("IWR '{URL}'"),
    ] {
        for (text, kind, name) in [
            (command.clone(), Kind::PowerShell, "x.ps1"),
            (format!("```powershell\n{command}\n```\n"), Kind::Markdown, "x.md"),
            (format!("- pwsh: |\n    {command}\n"), Kind::Yaml, "x.yml"),
        ] {
            let source = Source::new(name, text.clone());
            assert_eq!(container::calls(&source, kind).len(), 1, "{text}");
        }
    }
    let over_lines = format!("az \\\n  rest --url '{URL}'\n");
    assert_eq!(container::calls(&Source::new("x.sh", over_lines.clone()), Kind::Shell).len(), 1);
    let folded = format!("- run: >\n    az\n    rest --url '{URL}'\n");
    assert_eq!(container::calls(&Source::new("x.yml", folded), Kind::Yaml).len(), 1);
    let escaped = format!("- bash: \"true\\naz\\trest --url '{URL}'\"\n");
    assert_eq!(container::calls(&Source::new("x.yml", escaped), Kind::Yaml).len(), 1);
    let entities = format!("<pre><code>cu&#114;l '{URL}'</code></pre>\n");
    assert_eq!(container::calls(&Source::new("x.md", entities), Kind::Markdown).len(), 1);
}

#[test]
fn what_runs_no_program_is_passed_by() {
    for text in [
        "Azure lets you restart a machine; the rest of the page says how.",
        "az login\naz account show --name x",
        "Install-Module Az.Accounts",
        "confirm the firmware; curly braces; libcurlx; a lazy restart; it's az's own",
        "{\"name\": \"az\", \"rest\": true}",
    ] {
        assert!(!mentions(text), "{text}");
    }
}

#[test]
fn the_table_is_whole() {
    for (name, program) in names() {
        assert!(name.len() <= mentions::MAX_NAME && *name == name.to_ascii_lowercase());
        assert!(all_named(name, true).any(|it| std::ptr::eq(it, program)));
        assert!(client(program.notation).signs_in == program.client.signs_in);
        let subcommands = program.subcommands.iter().copied().map(Some);
        for subcommand in subcommands.chain(program.subcommands.is_empty().then_some(None)) {
            let text = format!("{name} {} {}", subcommand.unwrap_or(""), arguments(program, subcommand));
            assert!(mentions(&text), "{text}");
        }
    }
}
