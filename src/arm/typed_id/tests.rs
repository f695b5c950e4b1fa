use super::*;
use proptest::prelude::*;

const GOOD: &str = "/subscriptions/80c696ff-5efa-4909-a64d-f1b616f423ca/resourceGroups/rg/providers/\
                    Microsoft.ManagedIdentity/userAssignedIdentities/ID1";

fn error(text: &str) -> ResourceIdError {
    parse_user_assigned(text).unwrap_err()
}

/// The error's kind, the text that it points at and the suggestion.
#[track_caller]
fn check(text: &str, kind: impl Into<Option<Kind>>, at: &str, suggestion: Option<&str>) {
    let error = error(text);
    assert_eq!(Some(error.kind), kind.into(), "{text}");
    assert_eq!(&text[error.span.clone()], at, "{text}");
    assert_eq!(error.suggestion.as_deref(), suggestion, "{text}");
    if let Some(suggestion) = suggestion {
        assert!(parse_user_assigned(suggestion).is_ok(), "{suggestion}");
    }
}

#[test]
fn parts_are_found() {
    let id = parse_user_assigned(GOOD).unwrap();
    assert_eq!(id.subscription.unwrap().text, "80c696ff-5efa-4909-a64d-f1b616f423ca");
    assert_eq!(id.resource_group.unwrap().text, "rg");
    assert_eq!(id.name.unwrap().text, "ID1");
    assert_eq!(&GOOD[id.name.unwrap().span()], "ID1");
    assert!(id.case_deviations.is_empty());
    let upper = GOOD.to_uppercase();
    let other = parse_user_assigned(&upper).unwrap();
    assert_eq!(id, other);
    assert_eq!(other.case_deviations.len(), 5);
    assert_eq!(&upper[other.case_deviations[1].span.clone()], "RESOURCEGROUPS");
}

#[test]
fn placeholders_stand_for_a_segment_the_beginning_or_the_whole() {
    for text in [
        "<IDENTITY ID>",
        "${IDENTITY_ID}",
        "$IDENTITY_ID",
        "{{identityId}}",
        "...",
        "/subscriptions/<SUBSCRIPTION ID>/resourceGroups/<RESOURCE GROUP>/providers/Microsoft.ManagedIdentity/userAssignedIdentities/<NAME>",
        "/subscriptions/<<SUBSCRIPTION ID>>/resourcegroups/{rg}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/$NAME",
        "/subscriptions/<a/b>/resourceGroups/rg/providers/<PROVIDER>/<TYPE>/my-<x>",
        "$SCOPE/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ID1",
        "/{scope}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ID1",
        "{resourceGroupId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ID1",
        "$PREFIX/ID1",
        "/subscriptions/.../userAssignedIdentities/ID1",
        "/subscriptions/…/resourceGroups/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ID1",
        ".../userAssignedIdentities/ID1",
    ] {
        assert_eq!(parse_user_assigned(text).map(|id| id.text), Ok(text));
    }
}

#[test]
fn slips_with_one_reading_are_fixed() {
    let segment = |found: &str, right| Kind::MisspeltSegment { found: found.into(), right };
    let missing = |expected| Kind::MissingSegment { expected };
    let with = |from: &str, to: &str| GOOD.replacen(from, to, 1);
    check(&GOOD[1..], Kind::MissingLeadingSlash, "", Some(GOOD));
    check(
        &with("Microsoft.M", "Micrososft.M"),
        Kind::MisspeltNamespace {
            found: "Micrososft.ManagedIdentity".into(),
            right: "Microsoft.ManagedIdentity",
        },
        "Micrososft.ManagedIdentity",
        Some(GOOD),
    );
    check(
        &with("Microsoft.ManagedIdentity", "ManagedIdentity"),
        Kind::MisspeltNamespace { found: "ManagedIdentity".into(), right: "Microsoft.ManagedIdentity" },
        "ManagedIdentity",
        Some(GOOD),
    );
    check(
        &with("userAssignedIdentities", "userAssignedIdentity"),
        Kind::MisspeltType { found: "userAssignedIdentity".into(), right: "userAssignedIdentities" },
        "userAssignedIdentity",
        Some(GOOD),
    );
    check(
        &with("/subscriptions", "/subscription"),
        segment("subscription", "subscriptions"),
        "subscription",
        Some(GOOD),
    );
    check(
        &with("resourceGroups", "resourceGroup"),
        segment("resourceGroup", "resourceGroups"),
        "resourceGroup",
        Some(GOOD),
    );
    check(&with("providers", "provider"), segment("provider", "providers"), "provider", Some(GOOD));
    check(&with("/resourceGroups", ""), missing("resourceGroups"), "", Some(GOOD));
    check(&with("/subscriptions", ""), missing("subscriptions"), "", Some(GOOD));
    check(&with("/providers", ""), missing("providers"), "", Some(GOOD));
    check(&with("/Microsoft.ManagedIdentity", ""), missing("Microsoft.ManagedIdentity"), "", Some(GOOD));
    check(&with("/providers/Microsoft.ManagedIdentity", ""), missing("providers"), "", Some(GOOD));
    check(&with("/userAssignedIdentities", ""), missing("userAssignedIdentities"), "", Some(GOOD));
    check(&format!("{GOOD}/"), Kind::TrailingSlash, "/", Some(GOOD));
    check(&with("/providers", "//providers"), Kind::EmptySegment, "/", Some(GOOD));
    check(&format!(" {GOOD}\n"), Kind::Whitespace, " ", Some(GOOD));
    let url = format!("https://management.azure.com{GOOD}?api-version=2018-11-30");
    check(&url, Kind::Url, "https://management.azure.com", Some(GOOD));
    check(&with("/subscriptions", "subscripton"), Kind::MissingLeadingSlash, "", Some(GOOD));
    let placeholder =
        "/subscriptions/<SUB>/<RG>/providers/Microsoft.ManagedIdentity/userAssignedIdentities/x";
    check(
        placeholder,
        missing("resourceGroups"),
        "",
        Some(&placeholder.replace("<RG>", "resourceGroups/<RG>")),
    );
}

#[test]
fn what_has_no_single_reading_is_left_to_the_author() {
    let with = |from: &str, to: &str| GOOD.replacen(from, to, 1);
    check("ID1", Kind::BareName, "ID1", None);
    check("/ID1", Kind::BareName, "ID1", None);
    check(
        "80c696ff-5efa-4909-a64d-f1b616f423ca",
        Kind::GuidAlone,
        "80c696ff-5efa-4909-a64d-f1b616f423ca",
        None,
    );
    check("", Kind::Empty, "", None);
    check(" ", Kind::Empty, " ", None);
    check(&with("/ID1", ""), Kind::MissingValue { of: "resource's name" }, "", None);
    check(&with("/ID1", "/"), Kind::MissingValue { of: "resource's name" }, "", None);
    check(&with("/rg/", "/"), Kind::MissingValue { of: "resource group's name" }, "", None);
    check(&with("/rg/", "//"), Kind::MissingValue { of: "resource group's name" }, "", None);
    check("/subscriptions", Kind::MissingValue { of: "subscription id" }, "", None);
    check(&with("/resourceGroups/rg", ""), Kind::MissingSegment { expected: "resourceGroups" }, "", None);
    check(&format!("{GOOD}/x/y"), Kind::ExtraSegments, "x/y", None);
    check(&with("ID1", "my id"), Kind::Whitespace, " ", None);
    check(
        "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm",
        Kind::OtherNamespace { found: "Microsoft.Compute".into(), expected: "Microsoft.ManagedIdentity" },
        "Microsoft.Compute",
        None,
    );
    check(
        &with("userAssignedIdentities", "identities"),
        Kind::OtherType { found: "identities".into(), expected: "userAssignedIdentities" },
        "identities",
        None,
    );
    check(
        &with("resourceGroups", "locations"),
        Kind::UnexpectedSegment { found: "locations".into(), expected: "resourceGroups" },
        "locations",
        None,
    );
}

#[test]
fn another_type_can_be_asked_for() {
    let id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/myNic";
    let nic = parse_id_of(id, "Microsoft.Network", "networkInterfaces").unwrap();
    assert_eq!(nic.name.unwrap().text, "myNic");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn any_text_is_read_or_refused_inside_its_bounds(
        text in "(/|subscriptions|resourceGroups|providers|provider|Microsoft\\.ManagedIdentity|userAssignedIdentities|<a b>|<|\\.\\.\\.| |https://|\\?|x|é){0,20}",
    ) {
        if let Err(error) = parse_user_assigned(&text) {
            prop_assert!(text.get(error.span.clone()).is_some(), "{error:?}");
            if let Some(fixed) = error.suggestion {
                let again = parse_user_assigned(&fixed);
                prop_assert!(again.is_ok(), "{} -> {:?}", fixed, again);
            }
        }
    }
}
