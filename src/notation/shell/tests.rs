use super::*;
use crate::notation::{Assigned, QuotingKind};
use crate::text::{Source, apply_edits};

const DOCUMENT: Dialect = Dialect { prompts: true, command_prompt: false, unsaid: false };

fn read<T>(text: &str, dialect: Dialect, look: impl FnOnce(&Source, Vec<Command<'_>>) -> T) -> T {
    let source = Source::new("x.sh", text);
    let code = source.fragment();
    look(&source, commands(&code, dialect))
}

/// The words of each command.
fn words(text: &str) -> Vec<Vec<String>> {
    read(text, DOCUMENT, |_, commands| {
        commands
            .iter()
            .map(|command| command.words.iter().map(|word| word.text.text().to_owned()).collect())
            .collect()
    })
}

/// The words of the only command.
fn line(text: &str) -> Vec<String> {
    let mut all = words(text);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[test]
fn quotes_are_taken_off() {
    assert_eq!(line(r#"a 'b c' "d e" f\ g $'h\ti' $"j k""#), ["a", "b c", "d e", "f g", "h\ti", "j k"]);
    assert_eq!(line(r#"a 'it'\''s' "q\"\\\$\`z\n" '' """#), ["a", "it's", "q\"\\$`z\\n", "", ""]);
    assert_eq!(line(r"a $'\x41\u00e9\101\'\\\q'"), ["a", "Aé A'\\\\q".replace(' ', "").as_str()]);
    assert_eq!(
        line(r#"a 'x'"$Y"'z' -H Authorization:"Bearer <T>""#),
        ["a", "x$Yz", "-H", "Authorization:Bearer <T>"]
    );
}

#[test]
fn each_word_stands_where_it_says() {
    read("curl -d '{\"a\":1}' 'https://x'", DOCUMENT, |source, commands| {
        let words = &commands[0].words;
        let at = |index: usize| &source.text()[words[index].span.range()];
        assert_eq!([at(0), at(1), at(2), at(3)], ["curl", "-d", "'{\"a\":1}'", "'https://x'"]);
        let body = &words[2].text;
        assert_eq!(&source.text()[body.to_file(Span::new(1, 4)).range()], "\"a\"");
    });
}

#[test]
fn an_edit_is_written_as_the_quotes_demand() {
    let cases = [
        ("a 'xyz'", r"a 'x'\''$'\''z'"),
        ("a \"xyz\"", r#"a "x'\$'z""#),
        ("a $'xyz'", r"a $'x\'$\'z'"),
        ("a xyz", r"a x\'\$\'z"),
    ];
    for (before, after) in cases {
        read(before, DOCUMENT, |source, commands| {
            let edits = commands[0].words[1].text.edit(Span::new(1, 2), "'$'").unwrap();
            assert_eq!(apply_edits(source.text(), &edits).unwrap(), after);
        });
    }
}

#[test]
fn lines_go_on_behind_a_backslash_and_end_commands_without() {
    assert_eq!(line("curl \\\n  -X PUT \\\r\n  u"), ["curl", "-X", "PUT", "u"]);
    assert_eq!(line("curl https://x/\\\ny"), ["curl", "https://x/y"]);
    assert_eq!(line("curl \"a\\\nb\""), ["curl", "ab"]);
    // A blank behind the backslash, a caret, PowerShell's backtick, a continuation prompt.
    assert_eq!(line("curl -X PUT \\  \n  u"), ["curl", "-X", "PUT", "u"]);
    assert_eq!(line("curl -X PUT ^\r\n  'https://u'"), ["curl", "-X", "PUT", "https://u"]);
    assert_eq!(line("curl.exe -X PUT `\n  -d u"), ["curl.exe", "-X", "PUT", "-d", "u"]);
    assert_eq!(line("$ curl -X PUT \\\n> u"), ["curl", "-X", "PUT", "u"]);
    // Forgotten backslashes.
    assert_eq!(
        line("curl -X PUT u\n  -H 'a: b'\n  --data x"),
        ["curl", "-X", "PUT", "u", "-H", "a: b", "--data", "x"]
    );
    assert_eq!(words("echo a\n-X b"), [vec!["echo", "a"], vec!["-X", "b"]]);
}

#[test]
fn operators_part_commands() {
    assert_eq!(words("a; b && c || d | e & f\n(g)"), [["a"], ["b"], ["c"], ["d"], ["e"], ["f"], ["g"]]);
    read("echo x | curl -d @- u", DOCUMENT, |_, commands| {
        assert_eq!(commands[1].input, Some(0));
    });
    read("echo x |\n curl -d @- u", DOCUMENT, |_, commands| assert_eq!(commands[1].input, Some(0)));
    assert_eq!(line("curl https://x/?a=1&b=2"), ["curl", "https://x/?a=1&b=2"]);
    assert_eq!(words("curl u # c 'd\nb"), [vec!["curl", "u"], vec!["b"]]);
}

#[test]
fn placeholders_are_no_redirections() {
    assert_eq!(
        line("curl /subscriptions/<SUBSCRIPTION ID>/x -H Bearer:<<ACCESS TOKEN>>"),
        ["curl", "/subscriptions/<SUBSCRIPTION ID>/x", "-H", "Bearer:<<ACCESS TOKEN>>"]
    );
    assert_eq!(line("curl /a/<<SUB ID<</b/<<c>>/d")[1], "/a/<<SUB ID<</b/<<c>>/d");
    assert_eq!(line("curl <url> {x} /a/{resource group}/b /c/[your vm]/d").len(), 5);
    read("a <in.txt >out.txt 2>&1", DOCUMENT, |_, commands| {
        assert_eq!(commands[0].words.len(), 1);
        let kinds: Vec<_> =
            commands[0].redirects.iter().map(|redirect| (redirect.kind, redirect.text.text())).collect();
        assert_eq!(
            kinds,
            [(RedirectKind::Input, "in.txt"), (RedirectKind::Output, "out.txt"), (RedirectKind::Output, "1")]
        );
    });
}

#[test]
fn what_only_a_run_knows_is_marked() {
    read("curl \"$A/${B}/$(c d)/`e`/x\" $F", DOCUMENT, |_, commands| {
        let url = &commands[0].words[1].text;
        assert_eq!(url.text(), "$A/${B}/$(c d)/`e`/x");
        let parts: Vec<&str> = url.expansions().map(|span| &url.text()[span.range()]).collect();
        assert_eq!(parts, ["$A", "${B}", "$(c d)", "`e`"]);
        assert!(commands[0].words[2].text.has_expansion(Span::new(0, 2)));
    });
    assert_eq!(line("curl '$A' \\$B \"a$ b\"")[1..], ["$A", "$B", "a$ b"]);
}

#[test]
fn heredocs_belong_to_their_command() {
    let text = "curl -d @- u <<EOF\n{\"a\": \"$X\", \"b\": \"\\$Y\"}\nEOF\necho done";
    read(text, DOCUMENT, |source, commands| {
        let body = &commands[0].redirects[0].text;
        assert_eq!(body.text(), "{\"a\": \"$X\", \"b\": \"$Y\"}");
        assert_eq!(body.expansions().count(), 1);
        let at = body.text().find("$Y").unwrap();
        assert_eq!(&source.text()[body.to_file(Span::new(at, at + 1)).range()], "\\$");
        assert_eq!(commands.len(), 2);
    });
    read("cat <<-'EOF' | curl -d @- u\n\t{\"a\": \"$X\"}\n\tEOF\n", DOCUMENT, |_, commands| {
        assert_eq!(commands[0].redirects[0].text.text(), "{\"a\": \"$X\"}");
        assert_eq!(commands[0].redirects[0].text.expansions().count(), 0);
        assert_eq!(commands[1].input, Some(0));
    });
    read("cat <<EOF\n{}\ncurl -X PUT u", DOCUMENT, |_, commands| {
        assert_eq!(commands[0].redirects[0].text.text(), "{}");
        assert_eq!(commands[1].words.len(), 4);
    });
}

#[test]
fn an_open_quote_ends_before_the_next_request() {
    read("curl -d '{\"a\":1}\n\ncurl -X GET 'https://x'", DOCUMENT, |source, commands| {
        assert_eq!(commands.len(), 2);
        assert_eq!(commands[0].words[2].text.text(), "{\"a\":1}");
        assert_eq!(
            commands[0].quoting.iter().map(|it| (it.kind, it.span)).collect::<Vec<_>>(),
            [(QuotingKind::UnterminatedQuote, Span::new(8, 9))]
        );
        assert_eq!(&source.text()[8..9], "'");
        assert_eq!(commands[1].quoting, []);
        assert_eq!(commands[1].words[3].text.text(), "https://x");
    });
    for prose in ["Don't do this:", "say \"this:", "and $'that:"] {
        read(&format!("{prose}\ncurl -X GET 'https://x'"), DOCUMENT, |_, commands| {
            let last = commands.last().unwrap();
            assert_eq!((last.words.len(), last.quoting.len()), (4, 0), "{prose}");
        });
    }
    assert_eq!(
        line("curl -d '{\"a\": \"}\"} -H \"b: c\" u"),
        ["curl", "-d", "{\"a\": \"}\"}", "-H", "b: c", "u"]
    );
    assert_eq!(line("curl \"abc")[1], "abc");
    assert_eq!(line("curl $'abc\\n")[1], "abc\n");
}

#[test]
fn commands_within_commands_are_found() {
    let programs = |text: &str| -> usize {
        read(text, DOCUMENT, |_, commands| {
            commands.iter().filter(|command| command.program_name().as_deref() == Some("curl")).count()
        })
    };
    for text in [
        "X=$(curl -s u)",
        "X=\"$(curl -s u)\"",
        "X=`curl -s u`",
        "$ curl -s u",
        "# curl -s u",
        "PS C:\\> curl -s u",
        "C:\\Users\\me>curl -s u",
        "me@host:~$ curl -s u",
        "[me@host ~]# curl -s u",
        "sudo -u me curl -s u",
        "env A=b time curl -s u",
        "A=b curl -s u",
        "if ! /usr/bin/curl -s u; then exit; fi",
        "while true; do curl.exe -s u; done",
        "f() { curl -s u; }",
        "bash -c 'curl -s u'",
        "bash -c 'cd x\ncurl -s u\n'",
        "ssh host \"curl -s u\"",
        "cat <<EOF | bash\ncurl -s u\nEOF",
        "echo \"$(echo \"$(curl -s u)\")\"",
        "X=\"$(\ncurl -s u\n)\"",
        "echo 1; (cd x && curl -s u)",
        "diff <(curl -s u) y",
        "export X=$(curl -s u)",
    ] {
        assert_eq!(programs(text), 1, "{text}");
    }
    for text in ["# a comment on curl", "echo curl", "use 'curl' here"] {
        assert_eq!(programs(text), 0, "{text}");
    }
    // In a script `#` is a comment.
    read("# curl -s u", Dialect::default(), |_, commands| assert!(commands.is_empty()));
}

#[test]
fn assignments_are_kept() {
    read("body='{\"a\":1}'\nexport B=\"x$Y\" C=z curl -d \"$body\" u", DOCUMENT, |_, commands| {
        let all: Vec<(&str, &str)> = commands
            .iter()
            .flat_map(|command| &command.assignments)
            .map(|assignment| (assignment.name.as_str(), assignment.value.text()))
            .collect();
        assert_eq!(all, [("body", "{\"a\":1}"), ("B", "x$Y"), ("C", "z")]);
    });
}

#[test]
fn the_command_prompt_escapes_quotes_only() {
    let cmd = Dialect::of_block("cmd");
    read(r#"curl -d "{\"a\":\"$b\\c\"}" u"#, cmd, |source, commands| {
        let body = &commands[0].words[2].text;
        assert_eq!(body.text(), r#"{"a":"$b\\c"}"#);
        let edits = body.edit(Span::new(2, 3), "\"").unwrap();
        assert!(apply_edits(source.text(), &edits).unwrap().contains(r#"{\"\"\":"#));
    });
}

/// Sixteen times the input must cost nothing like 256 times as much.
#[test]
fn hopeless_input_is_read_in_linear_time() {
    for unit in [
        "$(",
        "`",
        "\"",
        "'",
        "$(\"",
        "<",
        "<<A\n",
        "cat <<A\ncurl -X u\n",
        "bash -c '\ncurl -s u\n\"",
        "a?&",
        "\\\n",
        "${",
        "{",
        "(",
        "$'\\",
        "\"$(`",
        "curl -d \"{\"a\":",
        "curl -d '{\"a\":'",
        "{\"a\":",
        "cat <<A\nx\n A\n",
        "curl 'a",
        "curl ((",
        "curl a?b&",
        "a=(",
        "${a:-",
        "curl {a,",
        "curl -d \"[1,",
        "curl %a ",
        "curl ^\n-d ",
    ] {
        let time = |count: usize, dialect: Dialect| {
            let text = unit.repeat(count);
            (0..2)
                .map(|_| {
                    let start = std::time::Instant::now();
                    read(&text, dialect, |_, commands| commands.len());
                    start.elapsed().as_nanos()
                })
                .min()
                .unwrap()
        };
        for dialect in [DOCUMENT, Dialect::of_block("cmd")] {
            let (short, long) = (time(500, dialect), time(8_000, dialect));
            // Sixteen times the text; 256 times the work would be quadratic. The rest is for a busy machine.
            assert!(long < 200 * short.max(300_000), "{unit:?}: {short} ns, {long} ns");
        }
    }
}

fn calls_of(text: &str) -> Vec<String> {
    let source = Source::new("x.sh", text);
    let code = source.fragment();
    let calls = super::calls(&code, Dialect::default(), &mut crate::notation::Scope::default());
    let part =
        |part: Option<&crate::text::Fragment<'_>>| part.map_or("-".to_owned(), |it| it.text().to_owned());
    calls
        .iter()
        .map(|call| {
            format!("{} {} {}", part(call.method.as_ref()), part(call.url.as_ref()), part(call.body.text()))
        })
        .collect()
}

#[test]
fn commands_run_with_what_their_variables_hold() {
    const URL: &str = "https://management.azure.com/subscriptions/s";
    let wanted = [format!("PATCH {URL} {{\"a\":1}}")];
    for text in [
        format!("args=(-X PATCH)\nargs+=(-d '{{\"a\":1}}')\ncurl \"${{args[@]}}\" {URL}"),
        format!("declare -a args=(\n  -X PATCH # a comment\n  -d '{{\"a\":1}}'\n)\ncurl ${{args[@]}} {URL}"),
        format!("opts=\"-s -X PATCH\"\ncurl $opts {URL} -d '{{\"a\":1}}'"),
        format!("C='curl -X PATCH'\n$C {URL} -d '{{\"a\":1}}'"),
        format!("az rest --method PATCH --url {URL} --body \"$(cat <<'EOF'\n{{\"a\":1}}\nEOF\n)\""),
        format!("curl -X PATCH {URL} -d \"$(printf '{{\"a\":1}}')\""),
        format!("B=$(echo '{{\"a\":1}}')\ncurl -X PATCH {URL} -d \"$B\""),
    ] {
        assert_eq!(calls_of(&text), wanted, "{text}");
    }
    // In quotes it is one word, and what is not known stays.
    assert_eq!(calls_of(&format!("X='a b'\ncurl -X PATCH -d \"$X\" {URL}")), [format!("PATCH {URL} a b")]);
    assert_eq!(calls_of(&format!("curl $OPTS {URL}")), [format!("- {URL} -")]);
    let ids = "az vm list -o tsv | xargs -I {} az rest --method patch --url \"{}?api-version=1\" --body '{}'";
    assert_eq!(calls_of(ids), ["patch $item?api-version=1 -"]);
    let ids = "az vm list -o tsv | xargs -I% az rest -m patch -u '%?api-version=1' -b '{\"a\":1}'";
    assert_eq!(calls_of(ids), ["patch $item?api-version=1 {\"a\":1}"]);
}

#[test]
fn nobody_says_which_shell_it_is() {
    let source =
        Source::new("x.md", "az rest -m put -u https://x/subscriptions/s -b '{\\\"a\\\": \\\"b\\\"}'");
    let code = source.fragment();
    let calls = super::calls(&code, Dialect::of_block("azurecli"), &mut crate::notation::Scope::default());
    let body = calls[0].body.text().unwrap();
    assert_eq!(body.text(), "{\"a\": \"b\"}");
    let edits = body.edit(Span::new(1, 4), "\"c\"").unwrap();
    assert!(apply_edits(source.text(), &edits).unwrap().ends_with("'{\\\"c\\\": \\\"b\\\"}'"));
    let kinds: Vec<QuotingKind> = calls[0].quoting.iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [QuotingKind::QuotesStripped]);
    let source = Source::new("x.md", "curl -X PUT ^\n  -d \"{\\\"a\\\":1}\" ^\n  https://x/subscriptions/s");
    let code = source.fragment();
    let calls = super::calls(&code, Dialect::of_block(""), &mut crate::notation::Scope::default());
    assert_eq!((calls[0].body.text().unwrap().text(), calls[0].quoting.len()), ("{\"a\":1}", 0));
}

/// What the calls of a script send.
fn sent(text: &str) -> Vec<String> {
    let source = Source::new("x.sh", text);
    let found = calls(&source.fragment(), Dialect::default(), &mut crate::notation::Scope::default());
    let line = |call: &crate::notation::Call<'_>| {
        let url = call.url.as_ref().map_or("-", Fragment::text);
        let body = call.body.text().map_or("-", Fragment::text);
        format!("{url} {body}")
    };
    found.iter().map(line).collect()
}

#[test]
fn what_branches_set_makes_a_call_for_each() {
    let cases: [(&str, &[&str]); 11] = [
        (
            "if [ $x ]; then U=https://h/a; else U=https://h/b; fi\ncurl $U",
            &["https://h/a -", "https://h/b -"],
        ),
        (
            "if [ $x ]\nthen\n  P=/a/b\nelif [ $y ]; then\n  P=/c/d\nelse\n  P=/e/f\nfi\nU=\"https://h$P\"\ncurl \"$U\"",
            &["https://h/a/b -", "https://h/c/d -", "https://h/e/f -"],
        ),
        (
            "case $x in\n  a) U=https://h/a\n     B='{\"a\":1}' ;;\n  b|c) U=https://h/b; B='{\"b\":1}';;\n  *) exit 1 ;;\nesac\ncurl -d \"$B\" $U",
            &["https://h/a {\"a\":1}", "https://h/b {\"b\":1}"],
        ),
        // Without `else` it may be what it was before.
        ("U=https://h/a\nif [ $x ]; then U=https://h/b; fi\ncurl $U", &["https://h/b -", "https://h/a -"]),
        ("if [ -z $U ]; then U=https://h/b; fi\ncurl $U", &["https://h/b -"]),
        ("if [ $x ]; then U=https://h/a; else exit 1; fi\ncurl $U", &["https://h/a -"]),
        // Within a branch it is what the branch sets.
        ("if [ $x ]; then\n  U=https://h/a\n  curl $U\nelse\n  curl $U\nfi", &["https://h/a -", "$U -"]),
        // Branches within branches.
        (
            "if [ $x ]; then if [ $y ]; then U=https://h/a; else U=https://h/b; fi; else U=https://h/c; fi\ncurl $U",
            &["https://h/a -", "https://h/b -", "https://h/c -"],
        ),
        // Two branchings are not mixed.
        (
            "if [ $x ]; then P=/a/b; else P=/c/d; fi\nif [ $y ]; then Q=/e/f; else Q=/g/h; fi\ncurl https://h$P/x$Q",
            &["https://h/a/b/x$Q -", "https://h/c/d/x$Q -"],
        ),
        ("if [ $x ]; then U=$(a); else U=$(b); fi\ncurl $U", &["$U -"]),
        ("echo fi; then U=https://h/a; esac\ncurl $U", &["https://h/a -"]),
    ];
    for (text, wanted) in cases {
        assert_eq!(sent(text), wanted, "{text}");
    }
}

#[test]
fn many_branches_are_read_in_linear_time() {
    let time = |turns: usize| {
        let line = |at: usize| {
            format!(
                "if [ $x ]; then U{at}=https://h/a$U; else U{at}=b; fi\nU=\"$U{at}/$U\"\ncurl \"$U$U{at}\"\n"
            )
        };
        let text = (0..turns).map(line).collect::<Vec<_>>().concat();
        let start = std::time::Instant::now();
        drop(sent(&text));
        start.elapsed().as_secs_f64()
    };
    let (short, long) = (time(200), time(1600));
    assert!(long < 0.5 || long / short < 30.0, "{short} s, {long} s");
}

#[test]
fn what_a_pipe_gives_is_known_wherever_a_stretch_ends() {
    for before in 4_060..4_110 {
        let text =
            format!("a{} | echo '{{\"a\":1}}' | curl -X PUT -d @- 'https://h/x'", " | b".repeat(before));
        let source = Source::new("x.sh", text);
        let calls = calls(&source.fragment(), Dialect::default(), &mut Assigned::default());
        assert_eq!(calls.len(), 1, "{before}");
        assert_eq!(calls[0].body.text().map(Fragment::text), Some("{\"a\":1}"), "{before}");
    }
}
