use super::*;
use crate::notation::{Notation, Payload, QuotingKind};
use crate::text::{Source, apply_edits};

fn read<T>(text: &str, look: impl FnOnce(&Source, Vec<Call<'_>>) -> T) -> T {
    let source = Source::new("x.ps1", text);
    let code = source.fragment();
    look(&source, calls(&code, true, &mut Scope::default()))
}

/// What a call says, in one line.
fn line(call: &Call<'_>) -> String {
    let text = |part: &Option<Fragment<'_>>| part.as_ref().map_or("-".to_owned(), |it| it.text().to_owned());
    let body = match &call.body {
        Payload::None => "-".to_owned(),
        Payload::Text(body) => body.text().to_owned(),
        Payload::File(name) => format!("@{}", name.text()),
        Payload::Unknown(value) => format!("?{}", value.text()),
    };
    format!("{} {} {}", text(&call.method), text(&call.url), body)
}

fn lines(text: &str) -> Vec<String> {
    read(text, |_, calls| calls.iter().map(line).collect())
}

#[test]
fn cmdlets_and_their_parameters_are_read() {
    let cases = [
        ("Invoke-AzRestMethod -Path '/s/x' -Method PUT -Payload '{\"a\": ''b''}'", "PUT /s/x {\"a\": 'b'}"),
        ("invoke-azrest -Uri:https://h/s -meth:patch -Pay \"{`\"a`\": 1}\"", "patch https://h/s {\"a\": 1}"),
        ("Invoke-AzRestMethod /s/x", "- /s/x -"),
        ("irm https://h/s -Method Put -Body '{}' -Verbose", "Put https://h/s {}"),
        ("$r = Invoke-RestMethod -Uri \"https://h/$x/y\" -b '{}' | Select-Object a", "- https://h/$x/y {}"),
        ("iwr -UseBasicParsing -Uri https://h -Method POST -InFile body.json", "POST https://h @body.json"),
        (
            "Invoke-WebRequest -Uri https://h -Method PUT -Body (Get-Content ./b.json -Raw)",
            "PUT https://h @./b.json",
        ),
        ("Invoke-RestMethod `\n  -Method PUT `\n  -Uri https://h `\n  -Body '{}'", "PUT https://h {}"),
        ("Invoke-RestMethod -Method PUT\n  -Uri https://h\n  -Body '{}'", "PUT https://h {}"),
        ("PS C:\\> Invoke-RestMethod https://h", "- https://h -"),
        ("if ($x) { Invoke-RestMethod https://h }", "- https://h -"),
        ("(Invoke-RestMethod https://h).value | % { $_.id }", "- https://h -"),
        ("$x = \"a $(irm https://h) b\"", "- https://h -"),
        ("<# Invoke-RestMethod https://n #> Invoke-RestMethod https://h # it's", "- https://h -"),
        ("irm (\"https://h/\" + $id + '/x') -Method Delete", "Delete https://h/$id/x -"),
        ("irm -Uri (\"https://h/{0}/x\" -f $id) -Method Delete", "Delete https://h/$id/x -"),
        ("curl -Uri https://h -Method PUT -Body '{}'", "PUT https://h {}"),
    ];
    for (text, wanted) in cases {
        assert_eq!(lines(text), [wanted], "{text}");
        // Windows' line ends are read as such by the container; here a stray one must do no harm.
        assert_eq!(lines(&format!("\n{text}\n")), [wanted], "{text}");
    }
    for text in [
        "Invoke-AzRestMethod -Path <String> [-Method <String>] [<CommonParameters>]",
        "# Invoke-RestMethod https://h",
        "'Invoke-RestMethod https://h'",
        "Get-Help Invoke-RestMethod",
        "$u = 'Invoke-RestMethod'",
    ] {
        assert_eq!(lines(text), [""; 0], "{text}");
    }
}

#[test]
fn parts_make_a_url() {
    let text = "Invoke-AzRestMethod -SubscriptionId $sub -ResourceGroupName \"rg\" -ResourceProviderName Microsoft.Compute \
                -ResourceType virtualMachines -Name vm -ApiVersion 2023-07-01 -Method GET";
    let url = "/subscriptions/$sub/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm?api-version=2023-07-01";
    assert_eq!(lines(text), [format!("GET {url} -")]);
    read(text, |source, calls| {
        let url = calls[0].url.as_ref().unwrap();
        let at = url.text().find("2023").unwrap();
        assert_eq!(&source.text()[url.to_file(Span::new(at, at + 10)).range()], "2023-07-01");
    });
    let nested = "Invoke-AzRestMethod -ResourceProviderName P.X -ResourceType Spring,apps -Name a,b -ApiVersion 2020-07-01";
    assert_eq!(
        lines(nested),
        ["- /subscriptions/{subscriptionId}/providers/P.X/Spring/a/apps/b?api-version=2020-07-01 -"]
    );
}

#[test]
fn literal_tables_are_parameters_and_headers() {
    let text = "$headers = @{ Authorization = \"Bearer $token\"; 'Content-Type' = 'application/json' }\n\
                $params = @{\n  Uri = 'https://h/s'\n  method = 'PATCH'\n  Headers = $headers\n  Body = '{\"a\": 1}'\n}\n\
                $params.Method = 'PUT'\n\
                Invoke-RestMethod @params\n\
                irm https://h -Headers @{\"X-A\"=\"b\"} -ContentType application/json";
    assert_eq!(lines(text), ["PUT https://h/s {\"a\": 1}", "- https://h -"]);
    read(text, |_, calls| {
        let headers = |call: &Call<'_>| -> Vec<String> {
            call.headers.iter().map(|header| header.text().to_owned()).collect()
        };
        assert_eq!(headers(&calls[0]), ["Authorization: Bearer $token", "Content-Type: application/json"]);
        assert_eq!(headers(&calls[1]), ["X-A: b", "Content-Type: application/json"]);
        assert!(calls[0].headers[0].has_expansion(Span::new(22, 28)));
        assert_eq!(calls[0].notation, Notation::InvokeRestMethod);
    });
}

#[test]
fn hashtables_are_the_json_that_is_made_of_them() {
    let sent = |body: &str| lines(&format!("{body}\nirm https://h -Method Put -Body $b")).remove(0);
    let cases = [
        (
            "$b = [ordered]@{ a = $true; b = @(1, 'x')\n 'c d' = @{}; e = 'say \"no\"' } | ConvertTo-Json -Depth 9",
            r#"{"a":true,"b":[1,"x"],"c d":{},"e":"say \"no\""}"#,
        ),
        ("$x = @{ a = $null }\n$b = ConvertTo-Json -Depth 9 -InputObject $x", r#"{"a":null}"#),
        (
            "$x = @{ a = 1 }\n$y = @{ b = $x; c = $z }\n$b = $y | ConvertTo-Json",
            r#"{"b":{"a":1},"c":$value}"#,
        ),
        (
            "$b = (@{ \"/$id/x\" = @{}; $key = (Get-Date) } | ConvertTo-Json)",
            r#"{"/$id/x":{},"$key":$value}"#,
        ),
        ("$b = '{{\"a\":\"{0}\"}}' -f $a", r#"{"a":"$a"}"#),
        ("$x = @{ a = 1 }\n$x.b = 2\n$b = $x | ConvertTo-Json", r#"{"a":1,"b":2}"#),
        ("$x = @{ a = 1 }\n$x['b'] = 2\n$b = $x | ConvertTo-Json", r#"{"a":1,"b":2}"#),
        ("$x = @{ a = 1 }\n$x.Add('b', 2)\n$b = $x | ConvertTo-Json", r#"{"a":1,"b":2}"#),
        // What was done to the table since it was written is not known.
        ("$x = @{ a = 1 }\n$x.Sort('b')\n$b = $x | ConvertTo-Json", "?$b"),
        ("$b = @{ a = 1 } | ConvertTo-Json | Out-Other", "?$b"),
        ("$b = Get-It | ConvertTo-Json", "?$b"),
        ("$b = @{ a 1 } | ConvertTo-Json", "?$b"),
    ];
    for (text, wanted) in cases {
        assert_eq!(sent(text), format!("Put https://h {wanted}"), "{text}");
    }
    assert_eq!(
        lines(
            "$p = @{ Method = 'PUT'; Path = '/s'; Payload = @{ a = 1 } | ConvertTo-Json }\nInvoke-AzRestMethod @p"
        ),
        [r#"PUT /s {"a":1}"#]
    );
    assert_eq!(
        lines("@{ a = 'b' } | ConvertTo-Json | irm https://h -Method Put"),
        [r#"Put https://h {"a":"b"}"#]
    );
}

#[test]
fn only_the_characters_of_a_hashtable_s_strings_can_be_edited() {
    let text = "irm https://h -Method Put -Body (@{ a = 'x' } | ConvertTo-Json)";
    read(text, |_, calls| {
        let Payload::Text(body) = &calls[0].body else { panic!("no body") };
        assert_eq!(body.text(), r#"{"a":"x"}"#);
        let edits = body.edit(Span::new(6, 7), "it's").unwrap();
        assert_eq!(edits[0].span, Span::new(41, 42));
        assert_eq!(edits[0].text, "it''s");
        assert!(body.edit(Span::new(6, 7), "\"").is_none());
        assert!(body.edit(Span::new(5, 8), "1").is_none());
        assert!(body.edit(Span::new(8, 8), ",").is_none());
    });
}

#[test]
fn variables_are_followed() {
    let here =
        "$body = @'\n{\n  \"a\": \"it's\"\n}\n'@\nInvoke-AzRestMethod -Path /s -Method PUT -Payload $body";
    assert_eq!(lines(here), ["PUT /s {\n  \"a\": \"it's\"\n}"]);
    let cases = [
        (
            "$b = @\"\n{\"a\": \"$x\", \"b\": \"`$y\"}\n\"@\narmclient PUT /s $b",
            "PUT /s {\"a\": \"$x\", \"b\": \"$y\"}",
        ),
        ("[string]$Body = '{}'\nirm https://h -Method Put -Body $body", "Put https://h {}"),
        (
            "$body = @{ a = 1 } | ConvertTo-Json\nirm https://h -Method Put -Body $body",
            "Put https://h {\"a\":1}",
        ),
        ("$body = '{}'\n$body += 'x'\nirm https://h -Method Put -Body $body", "Put https://h {}x"),
        ("$body = '{}'\n$body = Get-Thing\nirm https://h -Method Put -Body $body", "Put https://h ?$body"),
        ("$body = Get-Content b.json -Raw\nirm https://h -Method Put -Body $body", "Put https://h @b.json"),
        ("$body = '{a}'.Replace('a', 'b')\nirm https://h -Method Put -Body $body", "Put https://h {b}"),
        ("'{}' | Out-File -FilePath b.json\naz rest -m put -u /s -b '@b.json'", "put /s {}"),
        ("'{}' | irm https://h -Method Put", "Put https://h {}"),
        ("$u = \"https://m/$sub?api-version=1\"\nirm $u", "- https://m/$sub?api-version=1 -"),
        (
            "$id = '/subscriptions/1'\nirm \"https://m$($id)?api-version=1\"",
            "- https://m/subscriptions/1?api-version=1 -",
        ),
        ("$vm = 'vm1'\nirm \"https://m/$vm/x\"", "- https://m/vm1/x -"),
    ];
    for (text, wanted) in cases {
        assert_eq!(lines(text), [wanted], "{text}");
    }
}

#[test]
fn programs_get_what_windows_passes_them() {
    let cases = [
        ("az rest --method put --uri /s --body '{\\\"a\\\": \\\"b\\\"}'", "put /s {\"a\": \"b\"}"),
        ("az rest --method put --uri /s --body \"{\\\"a\\\": \\\"b\\\"}\"", "put /s {\"a\": \"b\"}"),
        ("az rest --method put --uri /s --body '{\"a\": \"\\\"b\\\"\"}'", "put /s {\"a\": \"\\\"b\\\"\"}"),
        ("az rest `\n --method put `\n --uri /s `\n --body `@b.json", "put /s @b.json"),
        (
            "ARMClient PUT subscriptions/{Sub Id}/x?api-version=1&a=b @b.json -verbose",
            "PUT subscriptions/{Sub Id}/x?api-version=1&a=b @b.json",
        ),
        ("curl.exe -X PUT https://h -d '{\\\"a\\\": 1}'", "PUT https://h {\"a\": 1}"),
        ("$e = “{‘a’: [‘b’]}”\narmclient POST /s $e", "POST /s {‘a’: [‘b’]}"),
    ];
    for (text, wanted) in cases {
        assert_eq!(lines(text), [wanted], "{text}");
    }
}

#[test]
fn an_edit_is_written_as_the_quotes_demand() {
    let cases = [
        ("irm h/ -Body '{xyz}'", "irm h/ -Body '{x''$`\"z}'"),
        ("irm h/ -Body \"{xyz}\"", "irm h/ -Body \"{x'`$```\"z}\""),
        ("$b = @'\n{xyz}\n'@\nirm h/ -Body $b", "$b = @'\n{x'$`\"z}\n'@\nirm h/ -Body $b"),
        ("$b = @\"\n{xyz}\n\"@\nirm h/ -Body $b", "$b = @\"\n{x'`$``\"z}\n\"@\nirm h/ -Body $b"),
        ("az rest -u h/ -b '{\\\"xyz\\\"}'", "az rest -u h/ -b '{\\\"x''$`\\\"z\\\"}'"),
    ];
    for (before, after) in cases {
        read(before, |source, calls| {
            let body = calls[0].body.text().unwrap();
            let at = body.text().find('y').unwrap();
            let edits = body.edit(Span::new(at, at + 1), "'$`\"").unwrap();
            let edited = apply_edits(source.text(), &edits).unwrap();
            assert_eq!(edited, after);
            let wanted = body.text().replace('y', "'$`\"");
            let again = read(&edited, |_, calls| calls[0].body.text().map(|body| body.text().to_owned()));
            assert_eq!(again.as_deref(), Some(wanted.as_str()));
        });
    }
}

#[test]
fn an_open_quote_ends_before_the_next_request() {
    read("irm https://a -Body '{\"a\": 1}\n\nirm https://b -Body '{}'", |source, calls| {
        assert_eq!(calls.iter().map(line).collect::<Vec<_>>(), ["- https://a {\"a\": 1}", "- https://b {}"]);
        let quote = source.text().find('\'').unwrap();
        assert_eq!(
            calls[0].quoting.iter().map(|it| (it.kind, it.span)).collect::<Vec<_>>(),
            [(QuotingKind::UnterminatedQuote, Span::new(quote, quote + 1))]
        );
        assert_eq!(calls[1].quoting, []);
    });
    assert_eq!(lines("$b = @'\n{\nirm https://a"), ["- https://a -"]);
}

/// The work grows with the text, not with its square: measured as time, with room for a busy machine.
#[test]
fn hopeless_input_is_read_in_linear_time() {
    let units = [
        "$(",
        "@{",
        "@'\n",
        "@\"\n",
        "\"",
        "'",
        "`",
        "(",
        "{",
        "$a=",
        "irm (",
        "\"$(",
        "<#",
        "@{a=@{",
        "irm '\nirm ",
        "$a = $a + $a\n",
        "\"$(irm \"",
        "}",
        ")",
        "|",
        "$x.y",
        "$x[",
        "a,",
        "'a'+",
        "-join ",
        "'{0}' -f ",
        "[uri]",
        "if($x){",
        "foreach($a in 1..100){",
        "function f($a){f $a;",
        "$l+=@(1);",
        "$x=$y=",
        "$h.a=",
    ];
    for unit in units {
        let time = |count: usize| {
            let source = Source::new("x.ps1", unit.repeat(count) + "irm https://h");
            let code = source.fragment();
            let once = || {
                let start = std::time::Instant::now();
                calls(&code, true, &mut Scope::default());
                start.elapsed().as_nanos()
            };
            (0..3).map(|_| once()).min().unwrap_or(0)
        };
        let (short, long) = (time(500), time(16_000));
        assert!(long < 500 * short.max(100_000), "{unit:?}: {short} ns, {long} ns");
    }
}

#[test]
fn urls_are_put_together() {
    let cases = [
        (
            "$b = [System.UriBuilder]'https://h/s'\n$b.Query = 'api-version=1'\nirm $b.Uri",
            "- https://h/s?api-version=1 -",
        ),
        ("irm ([uri]::new('https://h/a', '/s')).AbsoluteUri", "- https://h/s -"),
        ("irm ([string]::Join('/', 'https://h', 's', $x))", "- https://h/s/$x -"),
        ("$p = @('https://h', $x)\nirm (($p -join '/') + '?v=1')", "- https://h/$x?v=1 -"),
        ("irm ('https://h/ID?v=1' -replace 'id\\?', 'x?')", "- https://h/x?v=1 -"),
        ("function F($u, [string]$m = 'PUT') { irm $u -Method $m }\nF -u https://h/s", "PUT https://h/s -"),
        ("function F($u) { irm $u -Method Put }", "Put $u -"),
        ("if ($true) { $u = 'https://a' } else { $u = 'https://b' }\nirm $u -Method Put", "Put https://a -"),
        ("foreach ($n in 'a', 'b') { irm \"https://h/$n\" }", "- https://h/b -"),
        (
            "$h = @{}\n$h.Body = '{}'\n$h['Method'] = 'Put'\n$h.Add('Uri', 'https://h')\nirm @h",
            "Put https://h {}",
        ),
    ];
    for (text, wanted) in cases {
        assert_eq!(lines(text), [wanted], "{text}");
    }
    // Each list item is a call of its own where the call is nothing but that.
    assert_eq!(lines("'https://a', 'https://b' | % { irm $_ }"), ["- https://a -", "- https://b -"]);
}

#[test]
fn what_quoting_does_is_told_with_the_call() {
    use crate::notation::QuotingKind as Q;
    let cases: [(&str, &[Q]); 25] = [
        ("$a = 1\nirm \"https://h/$a?v=1\"", &[Q::VariableNameSwallows]),
        ("$u = \"https://h/$a?v=1\"\nirm $u", &[Q::VariableNameSwallows]),
        ("irm \"https://h/${a}?v=1\"", &[]),
        ("irm \"https://h/$a`?v=1\"", &[]),
        ("irm \"https://h/x?v=1&$top=1\"", &[Q::OdataVariableEaten]),
        ("$top = 1\nirm \"https://h/x?v=1&$top=1\"", &[]),
        ("irm https://h/x?v=1&a=1 -Method Put", &[Q::UnquotedAmpersand]),
        ("irm 'https://h/x?v=1&a=1' -Method Put", &[]),
        ("irm https://h -Body '{\"a\":\"' + $x + '\"}'", &[Q::ArgumentIsText]),
        ("irm https://h -Body ('{\"a\":\"' + $x + '\"}')", &[]),
        ("irm https://h -Body @{a=1} -Method Put", &[Q::ObjectAsBody]),
        ("irm https://h -Body @{a=1}", &[]),
        ("irm https://h -Method Put -Body (@{a=@{b=@{c=@{}}}} | ConvertTo-Json)", &[Q::JsonDepth]),
        ("irm https://h -Method Put -Body (@{a=@{b=@{c=1}}} | ConvertTo-Json)", &[]),
        ("irm https://h -Method Put -Body (@{a=@{b=@{c=@{}}}} | ConvertTo-Json -Depth 3)", &[]),
        ("irm https://h -Method Put -Body ('{\"a\":\"{0}\"}' -f $x)", &[Q::FormatBraces]),
        ("irm https://h -Method Put -Body ('{{\"a\":\"{0}\"}}' -f $x)", &[]),
        ("$v = Get-AzVM\nirm \"https://h/$v.Id\"", &[Q::MemberInText]),
        ("irm https://h -Method Put -Body \"{\"a\":\"b\"}\"", &[Q::QuotesEaten]),
        ("$b = \"{'a': 'x/\\\"y'}\"\nirm https://h -Method Put -Body $b", &[Q::QuotesEaten]),
        ("$b = \"{'a': 'x\", 'b': 'y'}\"\nirm https://h -Method Put -Body $b", &[Q::QuotesEaten]),
        ("$b = \"{'a': 'x'}\" # y\nirm https://h -Method Put -Body $b", &[]),
        ("$b = \"{'a': `\"x`\"}\"; irm https://h -Method Put -Body $b", &[]),
        ("irm https://h ` \n -Body '{}'", &[Q::BlankAfterContinuation]),
        ("irm https://h -Method Put\n -Body '{}'", &[Q::ContinuationMissing]),
    ];
    for (text, wanted) in cases {
        let found = read(text, |_, calls| calls[0].quoting.iter().map(|it| it.kind).collect::<Vec<_>>());
        assert_eq!(found, wanted, "{text}");
    }
}

#[test]
fn what_branches_set_makes_a_call_for_each() {
    let vm = "https://h/vm?api-version=1";
    let identity = "/subscriptions/{subscriptionId}/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";
    let cases: [(&str, &[&str]); 17] = [
        // One of two, and whatever is made of it.
        (
            "if ($x) { $u = 'https://h/a' } else { $u = 'https://h/b' }\nirm $u",
            &["- https://h/a -", "- https://h/b -"],
        ),
        (
            "if ($x) { $p = 'a' } else { $p = 'b' }\n$u = \"https://h/$p\"\nirm -Uri \"${u}?c\"",
            &["- https://h/a?c -", "- https://h/b?c -"],
        ),
        ("$p = $x ? 'a' : 'b'\nirm \"https://h/$p\"", &["- https://h/a -", "- https://h/b -"]),
        ("irm \"https://h/$(if ($x) { 'a' } else { 'b' })\"", &["- https://h/a -", "- https://h/b -"]),
        (
            "$p = if ($x) { 'a' } elseif ($y) { 'b' } else { 'c' }\nirm \"https://h/$p\"",
            &["- https://h/a -", "- https://h/b -", "- https://h/c -"],
        ),
        // What belongs to one branch stays together.
        (
            "switch ($k) { 'a' { $u = 'https://h/a'; $m = 'PUT' } default { $u = 'https://h/b'; $m = 'PATCH' } }\nirm $u -Method $m",
            &["PUT https://h/a -", "PATCH https://h/b -"],
        ),
        // Without `else` it may be what it was before, if it was something.
        (
            "$u = 'https://h/a'\nif ($x) { $u = 'https://h/b' }\nirm $u",
            &["- https://h/b -", "- https://h/a -"],
        ),
        ("$u = ''\nif ($x) { $u = 'https://h/b' }\nirm $u", &["- https://h/b -"]),
        ("if ($x) { $u = 'https://h/a' } else { return }\nirm $u", &["- https://h/a -"]),
        ("if ($x) { $u = 'https://h/a' } else { $u = 'https://h/a' }\nirm $u", &["- https://h/a -"]),
        // What only a run knows stays unknown.
        ("if ($x) { $u = Get-A } else { $u = Get-B }\nirm $u", &["- $u -"]),
        ("while ($x) { $u = 'https://h/b' }\nirm $u", &["- $u -"]),
        // Two branchings are not mixed: no run may put these together.
        (
            "if ($x) { $p = 'a' } else { $p = 'b' }\nif ($y) { $q = 'c' } else { $q = 'd' }\nirm \"https://h/$p/$q\"",
            &["- https://h/a/$q -", "- https://h/b/$q -"],
        ),
        // Functions, tables and pipes hand it on.
        (
            "function Send($u) { irm @{ Uri = $u }.Uri -Method PUT }\nif ($x) { $u = 'https://h/a' } else { $u = 'https://h/b' }\nSend $u",
            &["PUT https://h/a -", "PUT https://h/b -"],
        ),
        (
            "if ($x) { $t = @{ a = 1 } } else { $t = @{ b = 2 } }\n$t | ConvertTo-Json | irm https://h/vm?api-version=1 -Method PUT",
            &[&format!("PUT {vm} {{\"a\":1}}"), &format!("PUT {vm} {{\"b\":2}}")],
        ),
        (
            "if ($x) { $b = '--body', '1' } else { $b = '--body', '2' }\naz rest --method put --url https://h/a @b",
            &["put https://h/a 1", "put https://h/a 2"],
        ),
        (
            "if ($x) { $t = @{ Tag = @{ a = 1 } } } else { $t = @{ Tag = @{ b = 2 } } }\nNew-AzUserAssignedIdentity -ResourceGroupName g -Name i @t",
            &[
                &format!("PUT {identity} {{\"tags\":{{\"a\":1}}}}"),
                &format!("PUT {identity} {{\"tags\":{{\"b\":2}}}}"),
            ],
        ),
    ];
    for (text, wanted) in cases {
        let found: Vec<String> = lines(text)
            .iter()
            .map(|line| line.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        let wanted: Vec<String> = wanted.iter().map(|line| (*line).to_owned()).collect();
        let loose: Vec<String> =
            found.iter().map(|it| it.replace(": ", ":").replace("{ ", "{").replace(" }", "}")).collect();
        assert_eq!(loose, wanted, "{text}");
    }
}

#[test]
fn many_branches_are_read_in_linear_time() {
    let time = |turns: usize| {
        let line = |at: usize| {
            format!(
                "if ($x) {{ $u{at} = \"https://h/a$u\" }} else {{ $u{at} = 'b' }}\n$u = \"$u{at}/$u\"\nirm \"$u$u{at}\"\n"
            )
        };
        let text = (0..turns).map(line).collect::<Vec<_>>().concat();
        let start = std::time::Instant::now();
        read(&text, |_, calls| drop(calls));
        start.elapsed().as_secs_f64()
    };
    let (short, long) = (time(200), time(1600));
    assert!(long < 0.5 || long / short < 30.0, "{short} s, {long} s");
}
