use proptest::prelude::*;

use super::ExpressionErrorKind as Kind;
use super::*;

fn error(text: &str) -> (Kind, &str) {
    let error = Expression::parse(text).expect_err(text);
    (error.kind, &text[error.span.range()])
}

fn slips(text: &str) -> Vec<(String, SlipKind)> {
    let slips = Expression::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}")).slips();
    slips.into_iter().map(|slip| (text[slip.span.range()].to_owned(), slip.kind)).collect()
}

#[test]
fn one_bracket_makes_an_expression_and_two_make_text() {
    assert!(is_expression("[parameters('x')]") && is_expression("[]"));
    for text in ["", "[", "x", "[x", "x]", "[[x]", "[x] y"] {
        assert!(!is_expression(text), "{text}");
    }
    assert!(is_escaped_expression("[[parameters('x')]"));
    assert!(!is_escaped_expression("[parameters('x')]"));
    assert!(is_computed("[[parameters('x')]") && is_computed("[parameters('x')]") && !is_computed("[x] y"));
}

#[test]
fn what_templates_hold_parses_and_has_no_slip() {
    for text in [
        "[parameters('vmName')]",
        "[ concat ( 'a' , 'b' ) ]",
        "['text']",
        "['it''s']",
        "['']",
        "[concat()]",
        "[true()]",
        "[if(false, null(), 1)]",
        "[resourceGroup().location]",
        "[reference(variables('vmResourceId'), '2017-12-01', 'Full').identity.principalId]",
        "[parameters('ids')[copyIndex()]]",
        "[variables('a')[variables('b')].c[0]['d-e']]",
        "[sub(0, -1)]",
        "[listKeys(resourceId('Microsoft.Storage/storageAccounts', 'a'), '2019-06-01').keys[0].value]",
        "[LISTCREDENTIALS('a', '2019-06-01')]",
        "[contoso.uniqueName('a', 'b', 'c')]",
        "[__bicep.name()]",
        "[map(range(0, 3), lambda('i', add(lambdaVariables('i'), 1)))]",
        "[tryGet(parameters('a'), 'b').?c]",
        "[ResourceID('Microsoft.ManagedIdentity/userAssignedIdentities/', variables('<NAME>'))]",
        "[concat('a',\n  'b',\r\n\t'c')]",
        "[concat('], ) (', '[')]",
        "[variables('$fxv#0')]",
        "[reference('web').outputs.my-output.value]",
    ] {
        assert_eq!(slips(text), [], "{text}");
    }
}

#[test]
fn a_broken_expression_is_shown_where_it_breaks() {
    for (text, kind, shown) in [
        ("[]", Kind::Empty, "[]"),
        ("[  ]", Kind::Empty, "[  ]"),
        ("[concat('a', 'b']", Kind::UnclosedParenthesis, "("),
        ("[concat('ai-', uniqueString(resourceGroup().id)]", Kind::UnclosedParenthesis, "("),
        ("[variables('a')[0]", Kind::UnclosedIndex, "["),
        ("[concat('a)]", Kind::UnclosedText, "'a)"),
        ("[concat('a'))]", Kind::ExtraBracket, ")"),
        ("[resourceId('a'), 'b']", Kind::ExtraComma, ","),
        ("[concat('a' 'b')]", Kind::MissingComma, "'"),
        ("[concat('a' variables('b'))]", Kind::MissingComma, "v"),
        ("[concat('a',)]", Kind::MissingValue, ")"),
        ("[concat(,'a')]", Kind::MissingValue, ","),
        ("[resourceGroup().]", Kind::MissingValue, "."),
        ("[vmName]", Kind::NoCall, "vmName"),
        ("[concat(vmName, 'x')]", Kind::NoCall, "vmName"),
        ("[concat(\"a\")]", Kind::UnexpectedCharacter, "\""),
        ("[{\"id\": 0}]", Kind::UnexpectedCharacter, "{"),
        ("[add(1, 2) + 3]", Kind::UnexpectedCharacter, "+"),
        ("[concat('é', é)]", Kind::UnexpectedCharacter, "é"),
        ("[variables('a')]-[variables('b')]", Kind::TextAfterEnd, "]-[variables('b')]"),
        ("[concat(variables('a'], 'b')]", Kind::UnclosedParenthesis, "("),
    ] {
        assert_eq!(error(text), (kind, shown), "{text}");
    }
}

#[test]
fn functions_that_do_not_exist_are_named_with_the_nearest_that_does() {
    let unknown = |near| SlipKind::UnknownFunction { near };
    assert_eq!(slips("[paramters('a')]"), [("paramters".to_owned(), unknown(Some("parameters")))]);
    assert_eq!(slips("[resourceGruop().id]"), [("resourceGruop".to_owned(), unknown(Some("resourceGroup")))]);
    assert_eq!(slips("[capitalize('a')]"), [("capitalize".to_owned(), unknown(None))]);
}

#[test]
fn the_number_of_arguments_is_held_against_the_function() {
    for text in ["[parameters()]", "[parameters('a', 'b')]", "[if(true(), 1)]", "[resourceId('a')]"] {
        let slips = slips(text);
        assert!(matches!(slips[..], [(_, SlipKind::Arguments { .. })]), "{text}: {slips:?}");
    }
    let said: Vec<String> = ["deployment", "not", "copyIndex", "concat", "guid", "reference"]
        .iter()
        .map(|name| find_function(name).unwrap().arguments.to_string())
        .collect();
    assert_eq!(
        said,
        [
            "no arguments",
            "1 argument",
            "0 to 2 arguments",
            "at least 0 arguments",
            "at least 1 argument",
            "1 to 3 arguments"
        ]
    );
}

#[test]
fn functions_are_found_in_any_case_and_the_table_is_in_order() {
    for function in FUNCTIONS {
        assert_eq!(find_function(&function.name.to_uppercase()), Some(function));
        assert_eq!(functions::nearest_function(function.name), Some(function.name));
        assert!(function.arguments.most.is_none_or(|most| most >= function.arguments.least));
    }
    let names: Vec<String> = FUNCTIONS.iter().map(|function| function.name.to_ascii_lowercase()).collect();
    assert!(names.is_sorted());
    assert_eq!(find_function("nothing"), None);
}

#[test]
fn calls_give_their_literal_arguments() {
    let expression = Expression::parse("[VARIABLES('it''s')]").unwrap();
    let call = expression.as_call().unwrap();
    assert!(call.is("variables") && call.len() == 1);
    assert_eq!(call.text(0).as_deref(), Some("it's"));
    assert_eq!(call.text(1), None);
    assert!(Expression::parse("[variables('a').b]").unwrap().as_call().is_none());
    assert_eq!(Expression::parse("['2019-07-01']").unwrap().as_text().as_deref(), Some("2019-07-01"));
}

#[test]
fn depth_is_no_matter() {
    let deep = format!("[{}'a'{}]", "concat(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(Expression::parse(&deep).unwrap().calls().count(), 100_000);
    let open = format!("[{}]", "a[".repeat(100_000));
    assert!(Expression::parse(&open).is_err());
}

/// An expression as an author might write it, and how many calls it has.
fn expression() -> impl Strategy<Value = (String, usize)> {
    let leaf = prop_oneof![
        "[a-z' ,()\\]\\[]{0,8}".prop_map(|text| (format!("'{}'", text.replace('\'', "''")), 0)),
        (-99..99).prop_map(|number: i32| (number.to_string(), 0)),
    ];
    leaf.prop_recursive(6, 40, 4, |inner| {
        (
            prop::collection::vec(inner, 0..4),
            prop_oneof![Just(""), Just(".id"), Just("[0]"), Just(".a['b'].c")],
        )
            .prop_map(|(arguments, part)| {
                let calls = arguments.iter().map(|(_, calls)| calls).sum::<usize>() + 1;
                let arguments: Vec<String> = arguments.into_iter().map(|(text, _)| text).collect();
                (format!("concat({}){part}", arguments.join(", ")), calls)
            })
    })
}

proptest! {
    #[test]
    fn what_is_written_parses_with_all_its_calls((text, calls) in expression()) {
        let text = format!("[{text}]");
        prop_assert_eq!(Expression::parse(&text).unwrap().calls().count(), calls);
    }

    #[test]
    fn any_text_gives_an_expression_or_a_place_within_it(text in "\\[[ab'(),.\\[\\]0é\"\n]{0,30}\\]") {
        match Expression::parse(&text) {
            Ok(expression) => { expression.slips(); }
            Err(error) => {
                prop_assert!(text.get(error.span.range()).is_some_and(|shown| !shown.is_empty()), "{:?}", error);
            }
        }
    }
}
