use proptest::prelude::*;

use super::*;
use crate::text::apply_edits;

fn joins(name: &str, first: &str, second: &str) -> bool {
    name == "type" && first.contains("Assigned") && second.contains("Assigned")
}

const DIALECT: Dialect = Dialect { joins, ..Dialect::STRICT };

/// Each mistake's name and the text it points at.
fn mistakes(text: &str) -> Vec<(String, String)> {
    Tree::parse(text, DIALECT)
        .mistakes()
        .iter()
        .map(|mistake| {
            let name = format!("{:?}", mistake.kind);
            let name = name.split([' ', '(', '{']).next().unwrap_or_default().to_owned();
            (name, text[mistake.span.range()].to_owned())
        })
        .collect()
}

/// The text after every repair, whatever its safety.
fn fixed(text: &str) -> String {
    let tree = Tree::parse(text, DIALECT);
    let edits: Vec<_> =
        tree.mistakes().iter().filter_map(|it| it.repair.as_ref()).flat_map(|it| it.edits.clone()).collect();
    apply_edits(text, &edits).unwrap()
}

#[track_caller]
fn check(text: &str, wanted: &[(&str, &str)], right: &str) {
    let found = mistakes(text);
    let found: Vec<(&str, &str)> = found.iter().map(|(kind, at)| (kind.as_str(), at.as_str())).collect();
    assert_eq!(found, wanted, "{text}");
    assert_eq!(fixed(text), right, "{text}");
    let tree = Tree::parse(text, DIALECT);
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(right) {
        assert_eq!(tree.root().unwrap().to_value(), value, "the tree of {text}");
    }
}

#[test]
fn two_strings_for_one() {
    let text = r#"{"identity":{"type":"SystemAssigned","UserAssigned", "identityIds":["a"]}}"#;
    let tree = Tree::parse(text, DIALECT);
    let [mistake] = tree.mistakes() else { panic!("{:?}", tree.mistakes()) };
    let MistakeKind::SplitValue { parts } = &mistake.kind else { panic!("{mistake:?}") };
    let parts: Vec<_> = parts.iter().map(|part| &text[part.range()]).collect();
    assert_eq!(parts, ["\"SystemAssigned\"", "\"UserAssigned\""]);
    let identity = tree.root().unwrap().get("identity").unwrap();
    assert_eq!(identity.get("type").unwrap().as_str().unwrap(), "SystemAssigned, UserAssigned");
    assert_eq!(identity.get("identityIds").unwrap().elements().count(), 1);
}

#[test]
fn split_values_in_other_clothes() {
    for text in [
        r#"{"type":"SystemAssigned" "UserAssigned"}"#,
        r#"{"type":"SystemAssigned", UserAssigned}"#,
        r#"{"type":"SystemAssigned",'UserAssigned', "a":1}"#,
        "{\"type\":\"SystemAssigned\",\n   \"UserAssigned\"\n}",
    ] {
        let tree = Tree::parse(text, DIALECT);
        assert!(
            matches!(
                tree.mistakes()[0].kind,
                MistakeKind::SplitValue { .. } | MistakeKind::WrongQuotes { .. }
            ),
            "{text} {:?}",
            tree.mistakes()
        );
        assert_eq!(
            tree.root().unwrap().get("type").unwrap().as_str().unwrap(),
            "SystemAssigned, UserAssigned"
        );
    }
}

#[test]
fn an_object_without_a_name() {
    check(
        r#"{"name":"myVM",{"identity":{"type":"x"}},"properties":{}}"#,
        &[("UnnamedObject", "{")],
        r#"{"name":"myVM","identity":{"type":"x"},"properties":{}}"#,
    );
    check(r#"{{"a":1}}"#, &[("UnnamedObject", "{")], r#"{"a":1}"#);
    check(r#"{"a":1,{}}"#, &[("UnnamedObject", "{")], r#"{"a":1}"#);
    let twice = Tree::parse(r#"{"a":1,{"A":2}}"#, DIALECT);
    assert!(!twice.mistakes()[0].repair.as_ref().unwrap().safe);
    assert_eq!(twice.mistakes().len(), 1);
}

#[test]
fn commas_and_colons() {
    check(r#"{"a":1 "b":2}"#, &[("MissingComma", " ")], r#"{"a":1, "b":2}"#);
    check(r#"[1 2,"a""b"]"#, &[("MissingComma", " "), ("MissingComma", "\"")], r#"[1, 2,"a","b"]"#);
    check(
        r#"{"a":{} "b":[] "c":{}}"#,
        &[("MissingComma", " "), ("MissingComma", " ")],
        r#"{"a":{}, "b":[], "c":{}}"#,
    );
    check(r#"{"a":1 b:2}"#, &[("MissingComma", " "), ("UnquotedName", "b")], r#"{"a":1, "b":2}"#);
    check(r#"{"a" 1}"#, &[("MissingColon", " ")], r#"{"a": 1}"#);
    check(r#"{"a" "b","c":2}"#, &[("MissingColon", " ")], r#"{"a": "b","c":2}"#);
    check(r#"{"a"{"b":1}}"#, &[("MissingColon", "{")], r#"{"a":{"b":1}}"#);
    check(r#"{"properties:" {"b":1}}"#, &[("MissingColon", "\"properties:\"")], r#"{"properties": {"b":1}}"#);
    check(r#"{"a" = 1}"#, &[("MissingColon", "=")], r#"{"a" : 1}"#);
    check(r#"{"a":1,}"#, &[("ExtraComma", ",")], r#"{"a":1}"#);
    check(
        r#"{,"a":1,,"b":2,,}"#,
        &[("ExtraComma", ","), ("ExtraComma", ","), ("ExtraComma", ",,")],
        r#"{"a":1,"b":2}"#,
    );
    check("[1,2,]", &[("ExtraComma", ",")], "[1,2]");
    check("[,1]", &[("ExtraComma", ",")], "[1]");
    check(r#"{"a":1},"#, &[("ExtraComma", ",")], r#"{"a":1}"#);
    check(r#"{"a"::1}"#, &[("MissingColon", ":")], r#"{"a":1}"#);
}

#[test]
fn names_and_values_that_stand_alone() {
    check(r#"{"identity","a":1}"#, &[("NameWithoutValue", "\"identity\"")], r#"{"identity","a":1}"#);
    check(r#"{"identity":,"a":1}"#, &[("NameWithoutValue", "\"identity\"")], r#"{"identity":,"a":1}"#);
    check(r#"{"identity":}"#, &[("NameWithoutValue", "\"identity\"")], r#"{"identity":}"#);
    check(r#"{"a":1,5}"#, &[("ValueWithoutName", "5")], r#"{"a":1,5}"#);
    check(r#"{"a":1,[{"b":2}],"c":3}"#, &[("ValueWithoutName", "[{\"b\":2}]")], r#"{"a":1,[{"b":2}],"c":3}"#);
    check(r#"{"a":1,"West US"}"#, &[("ValueWithoutName", "\"West US\"")], r#"{"a":1,"West US"}"#);
    let tree = Tree::parse(r#"{"a":1,[{"b":2}],"c":3}"#, DIALECT);
    assert_eq!(tree.root().unwrap().to_value(), serde_json::json!({"a":1,"c":3}));
}

#[test]
fn brackets() {
    check(r#"{"a":{"b":1}"#, &[("UnclosedBracket", "{")], r#"{"a":{"b":1}}"#);
    check(r#"{"a":[1,2}"#, &[("UnclosedBracket", "[")], r#"{"a":[1,2]}"#);
    check(r#"{"a":[{"b":1],"c":2}"#, &[("UnclosedBracket", "{")], r#"{"a":[{"b":1}],"c":2}"#);
    check(r#"{"a":[1,2},"c":2}"#, &[("ExtraBracket", "}")], r#"{"a":[1,2],"c":2}"#);
    check(r#"{"a":{"b":1],"c":2}"#, &[("ExtraBracket", "]")], r#"{"a":{"b":1},"c":2}"#);
    check(r#"{"a":1],"b":2}"#, &[("ExtraBracket", "]")], r#"{"a":1,"b":2}"#);
    check(r#"{"a":1}}"#, &[("ExtraBracket", "}")], r#"{"a":1}"#);
    check(r#"{"a":{"b":1}},"c":2}"#, &[("ExtraBracket", "}")], r#"{"a":{"b":1},"c":2}"#);
    check(
        r#"{"identity":"type":"x"},"a":1}"#,
        &[("ExtraBracket", "}")],
        r#"{"identity":{"type":"x"},"a":1}"#,
    );
    check(r#"{"a":1,"b":{"c":"#, &[("UnclosedBracket", "{")], r#"{"a":1,"b":{"c":}}"#);
    check(r#"{"a":1,"#, &[("UnclosedBracket", "{")], r#"{"a":1}"#);
    check(
        r#""identity":{"type":"x"}"#,
        &[("UnclosedBracket", r#""identity":{"type":"x"}"#)],
        r#"{"identity":{"type":"x"}}"#,
    );
}

#[test]
fn quotes() {
    check("{'a':'b'}", &[("WrongQuotes", "'a'")], r#"{"a":"b"}"#);
    check("{'a':'it\\'s \"b\"'}", &[("WrongQuotes", "'a'")], r#"{"a":"it's \"b\""}"#);
    check("{“a”:“b”}", &[("WrongQuotes", "“a”")], r#"{"a":"b"}"#);
    check("{\"a”: \"b\"}", &[("WrongQuotes", "”")], r#"{"a": "b"}"#);
    check(r#"{\"a\":\"b\"}"#, &[("WrongQuotes", r#"\"a\""#)], r#"{"a":"b"}"#);
    check(r#"{"a:"b","c":1}"#, &[("UnclosedBracket", "\"")], r#"{"a":"b","c":1}"#);
    check(r#"{"a":"b,"c":1}"#, &[("UnclosedBracket", "\"")], r#"{"a":"b","c":1}"#);
    check(r#"{"a":"b}"#, &[("UnclosedBracket", "\"")], r#"{"a":"b"}"#);
    check(r#"{"a":{"x":"b},"c":1}"#, &[("UnclosedBracket", "\"")], r#"{"a":{"x":"b"},"c":1}"#);
    check("{\"a\":\"b,\n \"c\":1}", &[("UnclosedBracket", "\"")], "{\"a\":\"b\",\n \"c\":1}");
    check("{\"a\":\"b\n}", &[("UnclosedBracket", "\"")], "{\"a\":\"b\"\n}");
    check(r#"{a":1}"#, &[("UnquotedName", "a\"")], r#"{"a":1}"#);
    check(r#"{"a":b","c":1}"#, &[("UnquotedValue", "b\"")], r#"{"a":"b","c":1}"#);
    check(r#"{"a":"[concat("x","y")]"}"#, &[("BadEscape", "\"")], r#"{"a":"[concat(\"x\",\"y\")]"}"#);
}

#[test]
fn words_and_numbers() {
    check("{a:1}", &[("UnquotedName", "a")], r#"{"a":1}"#);
    check(
        "{\"a\":True,\"b\":None,\"c\":undefined}",
        &[("UnquotedValue", "True"), ("UnquotedValue", "None"), ("UnquotedValue", "undefined")],
        "{\"a\":true,\"b\":None,\"c\":undefined}",
    );
    // What is nothing in another language is `null` only where somebody knows that the place takes it.
    let tree =
        Tree::parse("{\"type\":None,\"a\":nil}", Dialect { takes: |name, _| name == "type", ..DIALECT });
    let root = tree.root().unwrap();
    assert_eq!(root.get("type").unwrap().as_str().unwrap(), "None");
    assert!(root.get("a").unwrap().is_unknown());
    let python = Tree::parse("{'a':None}", Dialect { single_quotes: true, ..DIALECT });
    assert_eq!(python.root().unwrap().get("a").unwrap().kind(), Kind::Null);
    check(r#"{"sku": DW1000 }"#, &[("UnquotedValue", "DW1000")], r#"{"sku": DW1000 }"#);
    check(
        r#"{"a": {double between 0 and 100} }"#,
        &[("UnquotedValue", "{double between 0 and 100}")],
        r#"{"a": {double between 0 and 100} }"#,
    );
    check(
        "[01,.5,+1,0x1F,1.,-01]",
        &[
            ("BadNumber", "01"),
            ("BadNumber", ".5"),
            ("BadNumber", "+1"),
            ("BadNumber", "0x1F"),
            ("BadNumber", "1."),
            ("BadNumber", "-01"),
        ],
        "[1,0.5,1,31,1.0,-1]",
    );
    for placeholder in ["<SUBSCRIPTION ID>", "$x", "${x}", "$(x)", "%x%", "{{x}}", "{x}", "#{x}#", "xxxx"] {
        let text = format!("{{\"a\":{placeholder},\"b\":1}}");
        check(&text, &[], &text);
        let tree = Tree::parse(&text, DIALECT);
        assert_eq!(tree.root().unwrap().get("a").unwrap().kind(), Kind::Placeholder, "{placeholder}");
        assert_eq!(tree.root().unwrap().get("b").unwrap().number(), Some("1"), "{placeholder}");
    }
}

#[test]
fn what_stands_between() {
    check("{\"a\":1 // one\n}", &[("Comment", "// one")], "{\"a\":1\n}");
    check(
        "{/* a */\"a\":1,# b\n\"b\":2}",
        &[("Comment", "/* a */"), ("Comment", "# b")],
        "{\"a\":1,\n\"b\":2}",
    );
    check("{\"a\":1, ...}", &[("Ellipsis", "...")], "{\"a\":1, ...}");
    check(
        "{\"a\":{…},\n...\n\"b\":2}",
        &[("Ellipsis", "…"), ("Ellipsis", "...")],
        "{\"a\":{…},\n...\n\"b\":2}",
    );
    check("{\"a\": ...}", &[("Ellipsis", "...")], "{\"a\": ...}");
    check("{\u{a0}\"a\":\u{a0}1,\u{200b}\"b\":2}", &[("BadEncoding", "\u{a0}")], "{ \"a\": 1,\"b\":2}");
    check("{\"a\":1,\"A\":2}", &[("DuplicateName", "\"A\"")], "{\"a\":1,\"A\":2}");
    check("{\"a\":1} x", &[("TextAfterBody", "x")], "{\"a\":1} x");
    check("{\"a\":1}{\"b\":2}", &[("TextAfterBody", "{\"b\":2}")], "{\"a\":1}{\"b\":2}");
    check("{\"a\":\"x\ty\r\nz w\"}", &[("ControlCharacter", "\t")], "{\"a\":\"x\\ty\\r\\nz w\"}");
    check(
        r#"{"a":"\'\U\x"}"#,
        &[("BadEscape", r"\'"), ("BadEscape", r"\U"), ("BadEscape", r"\x")],
        r#"{"a":"'\\U\x"}"#,
    );
    check("{\"loc\nation\":\"x\"}", &[("ControlCharacter", "\n")], "{\"location\":\"x\"}");
    check(
        "{\n<<<<<<< HEAD\n\"a\":1\n=======\n\"a\":2\n>>>>>>> other\n}",
        &[("ConflictMarker", "<<<<<<< HEAD")],
        "{\n<<<<<<< HEAD\n\"a\":1\n=======\n\"a\":2\n>>>>>>> other\n}",
    );
    assert_eq!(mistakes("  ")[0].0, "EmptyBody");
}

#[test]
fn single_quotes_are_taken_where_the_reader_takes_them() {
    let dialect = Dialect { single_quotes: true, ..DIALECT };
    let tree = Tree::parse("{'a': 'b', \"c\": 'it\\'s'}", dialect);
    assert_eq!(tree.mistakes(), []);
    assert_eq!(tree.root().unwrap().to_value(), serde_json::json!({"a": "b", "c": "it's"}));
    assert_eq!(Tree::parse("{‘a’: 1}", dialect).mistakes().len(), 1);
}

#[test]
fn bare_members_are_read_as_members() {
    let dialect = Dialect { bare_members: true, ..DIALECT };
    for text in [
        r#""identity": {"type":"None"},"#,
        r#""identity": {"type":"None"}, "a": 1"#,
        "\"identity\": {\"type\":\"None\"}\n}",
    ] {
        let tree = Tree::parse(text, dialect);
        assert_eq!(tree.mistakes(), [], "{text}");
        assert!(tree.has_bare_members());
        assert_eq!(tree.pointer("/identity/type").unwrap().as_str().unwrap(), "None");
    }
    let string = Tree::parse("\"identity\"", dialect);
    assert!(!string.has_bare_members());
}

#[test]
fn what_is_too_deep_is_passed_over() {
    let text = format!("{{\"a\":{}1{},\"b\":2}}", "[".repeat(200), "]".repeat(200));
    let tree = Tree::parse(&text, DIALECT);
    assert_eq!(mistakes(&text).len(), 1);
    assert_eq!(tree.mistakes()[0].kind, MistakeKind::TooDeep);
    assert_eq!(tree.root().unwrap().get("b").unwrap().number(), Some("2"));
}

/// Every node lies within its container, names are strings, and walking reaches each node once.
fn sound(tree: &Tree<'_>) {
    let mut seen = 0;
    let mut open: Vec<Node<'_>> = tree.root().into_iter().collect();
    while let Some(node) = open.pop() {
        seen += 1;
        assert!(node.span().end as usize <= tree.text().len() && node.span().start <= node.span().end);
        assert!(tree.text().get(node.span().range()).is_some(), "{:?} cuts a character", node.span());
        for (name, value) in node.members() {
            assert_eq!(name.kind(), Kind::String);
            assert!(name.as_str().is_some());
            seen += 1;
            open.push(value);
        }
        open.extend(node.elements());
    }
    assert_eq!(seen, tree.len(), "{:?}", tree.text());
    for mistake in tree.mistakes() {
        for span in [Some(mistake.span), mistake.related].into_iter().flatten() {
            assert!(
                tree.text().get(span.range()).is_some(),
                "{mistake:?} cuts a character of {:?}",
                tree.text()
            );
        }
        if let Some(repair) = &mistake.repair {
            apply_edits(tree.text(), &repair.edits).unwrap_or_else(|error| panic!("{mistake:?}: {error}"));
        }
    }
}

fn snippets() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just(":"),
        Just("\""),
        Just("\"a\""),
        Just("\"type\""),
        Just("\"xAssigned\""),
        Just("\"b\":"),
        Just("1"),
        Just("-0.5e3"),
        Just("01"),
        Just("true"),
        Just("nul"),
        Just(" "),
        Just("\n"),
        Just("'"),
        Just("“"),
        Just("”"),
        Just("\\"),
        Just("\\\""),
        Just("//"),
        Just("/*"),
        Just("*/"),
        Just("#"),
        Just("..."),
        Just("…"),
        Just("<x y>"),
        Just("<"),
        Just("${a}"),
        Just("é"),
        Just("\u{a0}"),
        Just("\u{1a}"),
        Just("="),
        Just(";"),
        Just("<<<<<<< a\n"),
        Just("=======\n"),
        Just("."),
        Just("+"),
        Just("\\u12"),
        Just("\\'"),
        Just("`")
    ];
    prop::collection::vec(token, 0..24).prop_map(|tokens| tokens.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_a_sound_tree(text in snippets()) {
        sound(&Tree::parse(&text, DIALECT));
        sound(&Tree::parse(&text, Dialect { comments: true, trailing_commas: true, multiline_strings: true, bare_members: true, ..DIALECT }));
    }

    #[test]
    fn what_is_json_has_no_mistake_and_what_is_not_has_one(text in snippets()) {
        let tree = Tree::parse(&text, Dialect::STRICT);
        let ours = tree.mistakes().iter().all(|mistake| mistake.kind == MistakeKind::DuplicateName);
        let placeholders = tree.nodes.iter().any(|node| node.kind == Kind::Placeholder)
            || ["<x y>", "${a}", "{a}"].iter().any(|placeholder| text.contains(placeholder));
        let parsed = serde_json::from_str::<serde_json::Value>(&text);
        // A number that is too large for others is JSON all the same; they do not say what follows it.
        let too_large = parsed.as_ref().is_err_and(|error| error.to_string().contains("out of range"));
        if !placeholders && !too_large {
            prop_assert_eq!(ours, parsed.is_ok(), "{:?}", tree.mistakes());
        }
    }

    #[test]
    fn json_reads_as_others_read_it(value in value()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let tree = Tree::parse(&text, Dialect::STRICT);
            prop_assert_eq!(tree.mistakes(), &[]);
            prop_assert_eq!(tree.root().unwrap().to_value(), value.clone());
        }
    }
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e6f64..1e6).prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::String),
        "[a\"\\\\\n\t\u{1}é😀]{0,6}".prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::btree_map("[a-z]{1,6}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// All that stands between tokens and is none, and one that is not ASCII where anything may stand.
fn odd_characters() -> impl Iterator<Item = char> {
    use crate::text::odd::{Odd, is_blank, odd};
    // Of the tags and variation selectors two stand for all.
    let all = (0..=0xe_0000).chain([0xe_0041, 0xe_0100]).filter_map(char::from_u32);
    all.filter(|&c| {
        is_blank(c) && odd(c).is_some() || matches!(odd(c), Some(Odd::Quote(_) | Odd::Punctuation(_)))
    })
}

#[test]
fn odd_white_space_is_one_mistake_wherever_it_stands() {
    use crate::text::odd::{Odd, odd};
    let tokens =
        ["{", "\"type\"", ":", "\"a\"", ",", "\"b\"", ":", "[", "1", ",", "true", ",", "{", "}", "]", "}"];
    let plain: String = tokens.concat();
    let value: serde_json::Value = serde_json::from_str(&plain).unwrap();
    for c in odd_characters().filter(|&c| matches!(odd(c), Some(Odd::Space | Odd::Invisible))) {
        for place in 0..=tokens.len() {
            let text = format!("{}{c}{}", tokens[..place].concat(), tokens[place..].concat());
            let tree = Tree::parse(&text, DIALECT);
            let kinds: Vec<_> = tree.mistakes().iter().map(|it| &it.kind).collect();
            assert_eq!(kinds, [&MistakeKind::BadEncoding], "{text:?}");
            assert_eq!(tree.root().unwrap().to_value(), value, "{text:?}");
            let after: serde_json::Value = serde_json::from_str(&fixed(&text)).unwrap();
            assert_eq!(after, value, "{text:?}");
        }
        let everywhere = tokens.join(&c.to_string());
        assert_eq!(Tree::parse(&everywhere, DIALECT).mistakes().len(), 1, "{everywhere:?}");
    }
}

#[test]
fn a_comment_leaves_nothing_behind() {
    for (text, right) in [
        ("{\n  // a\n  \"b\": 1\n}", "{\n  \"b\": 1\n}"),
        ("{\r\n  // a\r\n  \"b\": 1\r\n}", "{\r\n  \"b\": 1\r\n}"),
        ("{\n  \"b\": 1, // a\n  \"c\": 2 # d\n}", "{\n  \"b\": 1,\n  \"c\": 2\n}"),
        ("{\n  /* a\n     b */\n  \"b\": 1\n}", "{\n  \"b\": 1\n}"),
        ("{ /* a */ \"b\":/* c */1}", "{ \"b\":1}"),
        ("// a\n{}", "{}"),
        ("{}\n// a", "{}\n"),
        ("{} /* a */  ", "{}"),
        ("{\n  /* a */ \"b\": 1\n}", "{\n  \"b\": 1\n}"),
    ] {
        assert_eq!(fixed(text), right, "{text}");
    }
}

#[test]
fn punctuation_of_other_scripts_is_replaced() {
    check(r#"{"type"："a"}"#, &[("MissingColon", "：")], r#"{"type":"a"}"#);
    check(
        r#"{"type" ： "a"，"b":1}"#,
        &[("MissingColon", "："), ("MissingComma", "，")],
        r#"{"type" : "a","b":1}"#,
    );
    check(r#"{"a":[1、2，3]}"#, &[("MissingComma", "、"), ("MissingComma", "，")], r#"{"a":[1,2,3]}"#);
    check(
        r#"{"a":{"b":1｝，"c":2}"#,
        &[("OddBracket", "｝"), ("MissingComma", "，")],
        r#"{"a":{"b":1},"c":2}"#,
    );
    check(r#"｛"a":［1］｝"#, &[("OddBracket", "｛")], r#"{"a":[1]}"#);
    check(r#"{"a":true，}"#, &[("ExtraComma", "，")], r#"{"a":true}"#);
    check(r#"{"a":1,，"b":2}"#, &[("ExtraComma", "，")], r#"{"a":1,"b":2}"#);
    check(r#"{"a"：："b"}"#, &[("MissingColon", "："), ("MissingColon", "：")], r#"{"a":"b"}"#);
    check(r"{a：1}", &[("UnquotedName", "a")], r#"{"a":1}"#);
    check(
        r#"{"identity"：{"type"："a"，"b"：null}}"#,
        &[("MissingColon", "："), ("MissingColon", "："), ("MissingComma", "，"), ("MissingColon", "：")],
        r#"{"identity":{"type":"a","b":null}}"#,
    );
    check(r"{＂a＂：＂b＂}", &[("WrongQuotes", "＂a＂"), ("MissingColon", "：")], r#"{"a":"b"}"#);
    // Inside a string they are its characters.
    check(r#"{"a":"，：｛"}"#, &[], r#"{"a":"，：｛"}"#);
}

#[test]
fn no_odd_character_breaks_a_reading() {
    let tokens = [
        "{", "\"type\"", ":", "'a'", ",", "b", ":", "[", "1", "x y", "\"c", "...", "{", "\\\"", "]", "}",
        "// d", "$(e", "<f", "#{g",
    ];
    for c in odd_characters() {
        for place in 0..=tokens.len() {
            for text in [
                format!("{}{c}{}", tokens[..place].concat(), tokens[place..].concat()),
                format!("{c}{}{c}{c}", tokens[place..].concat()),
                format!("{}{c}", tokens[..place].join(&c.to_string())),
            ] {
                for dialect in [DIALECT, Dialect { bare_members: true, single_quotes: true, ..DIALECT }] {
                    let tree = Tree::parse(&text, dialect);
                    for mistake in tree.mistakes() {
                        assert!(text.get(mistake.span.range()).is_some(), "{mistake:?} in {text:?}");
                        let edits =
                            mistake.repair.iter().flat_map(|it| &it.edits).cloned().collect::<Vec<_>>();
                        assert!(apply_edits(&text, &edits).is_ok(), "{mistake:?} in {text:?}");
                    }
                    let _ = best_reading(tree, dialect, &|tree| Some(tree.len() % 3));
                }
            }
        }
    }
}

/// Doubling a text must not more than double the work, whatever the text.
#[test]
fn work_is_linear() {
    let patterns = [
        "[",
        "{",
        "\"",
        "{\"a\":",
        ",",
        ":",
        "]",
        "}",
        "[1,",
        "'",
        "\\",
        "\\\"",
        "\"a\" ",
        "\"a\"b",
        "\"a,\"b",
        "<",
        "{a",
        "${",
        "/*",
        "//",
        "#",
        "...",
        "“",
        "\u{a0} ",
        "\"a\n",
        "\"a\nb",
        "<<<<<<< \n",
        "=======\n",
        "1 ",
        "a ",
        "\"a\":\"b\" ",
        "}{",
        "][",
        "{]",
        "[}",
        "{\"a\":1]",
        "'a\\'",
        "\"\\x",
        "{,",
        "{{",
        "{{a",
        "a\"",
        "`",
        ".",
        "\"a\":1,}",
        "$(",
        "=",
        ";",
    ];
    for pattern in patterns {
        let steps = |bytes: usize| {
            let text = pattern.repeat(bytes / pattern.len());
            let tree = Tree::parse(&text, DIALECT);
            assert!(tree.mistakes().len() <= MAX_MISTAKES);
            tree.steps().max(1)
        };
        let (small, large) = (steps(1 << 16), steps(1 << 17));
        assert!(large <= small * 2 + 1000, "{pattern:?}: {small} steps, doubled {large}");
        assert!(large <= 16 << 17, "{pattern:?}: {large} steps for {} bytes", 1 << 17);
    }
}
