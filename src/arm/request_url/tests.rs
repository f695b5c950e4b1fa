use super::*;
use proptest::prelude::*;

const VM: &str = "https://management.azure.com/subscriptions/<SUBSCRIPTION ID>/resourceGroups/myResourceGroup/providers/Microsoft.Compute/virtualMachines/myVM?api-version=2017-12-01";

fn kinds(text: &str) -> Vec<(UrlProblemKind, String)> {
    RequestUrl::read(text).problems.into_iter().map(|p| (p.kind, text[p.span].to_owned())).collect()
}

/// The text with the edits of all problems made.
fn fixed(text: &str) -> String {
    let mut result = text.to_owned();
    for problem in RequestUrl::read(text).problems.iter().rev() {
        let (range, new) = problem.edit.clone().unwrap();
        result.replace_range(range, &new);
    }
    result
}

#[test]
fn the_article_s_url_is_taken_apart() {
    let url = RequestUrl::read(VM);
    let at = |segment: Option<Segment<'_>>| {
        let segment = segment.unwrap();
        assert_eq!(&VM[segment.span()], segment.text);
        segment.text.to_owned()
    };
    assert_eq!(at(url.scheme), "https");
    assert_eq!(at(url.host), "management.azure.com");
    assert_eq!(at(url.subscription), "<SUBSCRIPTION ID>");
    assert_eq!(at(url.resource_group), "myResourceGroup");
    assert_eq!(at(url.name()), "myVM");
    assert_eq!(at(url.query), "api-version=2017-12-01");
    assert_eq!(url.known_type(), Some(ResourceType::VirtualMachine));
    assert_eq!(url.target, UrlTarget::Resource);
    assert_eq!(url.cloud(), Some(Cloud::Public));
    assert!(url.is_arm());
    let ApiVersionParameter::Given { span, version } = url.api_version else { panic!("{url:?}") };
    assert_eq!(&VM[span], "2017-12-01");
    assert_eq!(version.to_string(), "2017-12-01");
    assert_eq!(url.problems, []);
}

#[test]
fn hosts_may_be_missing_other_or_placeholders() {
    let path = "/subscriptions/$SUB/resourceGroups/{rg}/providers/Microsoft.Compute/virtualMachineScaleSets/<a/b>?api-version=2018-06-01";
    for (prefix, host) in [
        ("", None),
        ("https://management.azure.com", Some("management.azure.com")),
        ("HTTPS://Management.Azure.Com", Some("Management.Azure.Com")),
        ("https://management.azure.com:443", Some("management.azure.com:443")),
        ("https://management.azure.com/", Some("management.azure.com")),
        ("https://management.usgovcloudapi.net", Some("management.usgovcloudapi.net")),
        ("https://westus.management.azure.com", Some("westus.management.azure.com")),
        ("https://localhost:8080", Some("localhost:8080")),
        ("https://{{host}}", Some("{{host}}")),
        ("{{host}}", Some("{{host}}")),
        ("$HOST", Some("$HOST")),
        ("${ENDPOINT}", Some("${ENDPOINT}")),
        ("management.azure.com", Some("management.azure.com")),
    ] {
        let text = format!("{prefix}{path}");
        let url = RequestUrl::read(&text);
        assert_eq!(url.host.map(|host| host.text), host, "{text}");
        assert_eq!(url.known_type(), Some(ResourceType::VirtualMachineScaleSet), "{text}");
        assert_eq!(url.name().unwrap().text, "<a/b>", "{text}");
        assert_eq!(url.problems, [], "{text}");
        assert!(url.is_arm(), "{text}");
    }
    let slashless = RequestUrl::read("${ENDPOINT}subscriptions/s/resourceGroups/rg");
    assert_eq!(slashless.target, UrlTarget::Scope);
    assert_eq!(slashless.problems, []);
}

#[test]
fn placeholders_may_stand_for_the_beginning_of_the_path() {
    for text in [
        "https://management.azure.com$RG_ID/providers/Microsoft.Compute/virtualMachines/vm?api-version=2018-06-01",
        "https://management.azure.com/$RG_ID/providers/Microsoft.Compute/virtualMachines/vm?api-version=2018-06-01",
        "$RG_URL/providers/Microsoft.Compute/virtualMachines/vm?api-version=2018-06-01",
    ] {
        let url = RequestUrl::read(text);
        assert_eq!(url.known_type(), Some(ResourceType::VirtualMachine), "{text}");
        assert_eq!(url.problems, [], "{text}");
    }
    for text in
        ["$VM_URL?api-version=2018-06-01", "https://management.azure.com${VM_ID}?api-version=2018-06-01"]
    {
        let url = RequestUrl::read(text);
        assert_eq!(url.target, UrlTarget::Unknown, "{text}");
        assert_eq!(url.version().unwrap().to_string(), "2018-06-01");
        assert_eq!(url.problems, [], "{text}");
    }
}

#[test]
fn encoded_placeholders_are_no_problem() {
    let text = VM.replace("<SUBSCRIPTION ID>", "%3CSUBSCRIPTION%20ID%3E");
    let url = RequestUrl::read(&text);
    assert!(url.subscription.unwrap().is_placeholder());
    assert_eq!(url.problems, []);
}

#[test]
fn targets() {
    let target = |rest: &str| {
        let text = format!("https://management.azure.com/subscriptions/s{rest}?api-version=2018-06-01");
        let url = RequestUrl::read(&text);
        assert_eq!(url.problems, [], "{text}");
        let target = match url.target {
            UrlTarget::Resource => "resource",
            UrlTarget::Collection => "collection",
            UrlTarget::Action(action) => return format!("action {}", action.text),
            UrlTarget::Scope => "scope",
            UrlTarget::Unknown => "unknown",
        };
        format!("{target} {}", url.resource_type().map(|name| name.to_string()).unwrap_or_default())
    };
    let vm = "/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines";
    assert_eq!(target(""), "scope ");
    assert_eq!(target("/resourcegroups"), "scope ");
    assert_eq!(target("/resourceGroups/rg/"), "scope ");
    assert_eq!(target("/locations"), "unknown ");
    assert_eq!(
        target("/providers/Microsoft.Compute/virtualMachines"),
        "collection Microsoft.Compute/virtualMachines"
    );
    assert_eq!(target(vm), "collection Microsoft.Compute/virtualMachines");
    assert_eq!(target(&format!("{vm}/x")), "resource Microsoft.Compute/virtualMachines");
    assert_eq!(target(&format!("{vm}/x/")), "resource Microsoft.Compute/virtualMachines");
    assert_eq!(target(&format!("{vm}/x/POWEROFF")), "action POWEROFF");
    assert_eq!(target(&format!("{vm}/start")), "resource Microsoft.Compute/virtualMachines");
    assert_eq!(
        target(&format!("{vm}/x/extensions")),
        "collection Microsoft.Compute/virtualMachines/extensions"
    );
    assert_eq!(
        target(&format!("{vm}/x/extensions/y")),
        "resource Microsoft.Compute/virtualMachines/extensions"
    );
    assert_eq!(
        target(&format!("{vm}/x/providers/Microsoft.Authorization/roleAssignments/y")),
        "resource Microsoft.Authorization/roleAssignments"
    );
    assert_eq!(target("/resourceGroups/rg/providers/<NS>/<TYPE>/x"), "resource ");
    let action = format!("{vm}/x/start");
    assert_eq!(
        RequestUrl::read(&format!("/subscriptions/s{action}")).known_type(),
        Some(ResourceType::VirtualMachine)
    );
}

#[test]
fn the_method_tells_actions_from_lists() {
    let read = |method: &str, path: &str| {
        let text = format!("https://management.azure.com/subscriptions/s{path}?api-version=2018-06-01");
        let url = RequestUrl::read_with(&text, method.parse().ok());
        assert_eq!(url.problems, [], "{text}");
        let name = url.resource_type().map(|name| name.to_string()).unwrap_or_default();
        (name, url.action().unwrap_or_default().to_owned())
    };
    let group = "/resourceGroups/rg/providers";
    for (method, path, name, action) in [
        (
            "POST",
            "/Microsoft.Storage/storageAccounts/a/listServiceSas/",
            "Microsoft.Storage/storageAccounts",
            "listServiceSas",
        ),
        ("POST", "/Microsoft.Sql/servers/s/databases/d/pause", "Microsoft.Sql/servers/databases", "pause"),
        ("", "/Microsoft.Sql/servers/s/databases/d/pause", "Microsoft.Sql/servers/databases", "pause"),
        (
            "POST",
            "/Microsoft.Sql/servers/s/databases/d/restorePoints",
            "Microsoft.Sql/servers/databases",
            "restorePoints",
        ),
        (
            "GET",
            "/Microsoft.Sql/servers/s/databases/d/restorePoints",
            "Microsoft.Sql/servers/databases/restorePoints",
            "",
        ),
        (
            "GET",
            "/Microsoft.Compute/virtualMachines/v/instanceView",
            "Microsoft.Compute/virtualMachines",
            "instanceView",
        ),
        (
            "GET",
            "/Microsoft.Compute/virtualMachines/v/extensions",
            "Microsoft.Compute/virtualMachines/extensions",
            "",
        ),
        ("POST", "/Microsoft.Contoso/things/t/polish", "Microsoft.Contoso/things", "polish"),
        ("GET", "/Microsoft.Contoso/things/t/parts", "Microsoft.Contoso/things/parts", ""),
        ("POST", "/Microsoft.Contoso/checkThing", "", "checkThing"),
        ("POST", "/Microsoft.Compute/virtualMachines", "Microsoft.Compute/virtualMachines", ""),
        (
            "POST",
            "/Microsoft.Compute/virtualMachineScaleSets/s/rollingUpgrades/cancel",
            "Microsoft.Compute/virtualMachineScaleSets/rollingUpgrades",
            "cancel",
        ),
        (
            "GET",
            "/Microsoft.Compute/virtualMachineScaleSets/s/rollingUpgrades/latest",
            "Microsoft.Compute/virtualMachineScaleSets/rollingUpgrades",
            "",
        ),
        ("POST", "/Microsoft.Contoso/register", "", "register"),
        ("GET", "/Microsoft.Compute/skus", "Microsoft.Compute/skus", ""),
    ] {
        assert_eq!(
            read(method, &format!("{group}{path}")),
            (name.to_owned(), action.to_owned()),
            "{method} {path}"
        );
    }
    let nested =
        RequestUrl::read("$VM_ID/Microsoft.Insights/diagnosticSettings/d?api-version=2021-05-01-preview");
    assert_eq!(nested.resource_type().unwrap().as_str(), "Microsoft.Insights/diagnosticSettings");
    let nested = format!("{}/Microsoft.Insights/metrics", &VM[..VM.find('?').unwrap()]);
    let nested = RequestUrl::read_with(&nested, Some(Method::Get));
    assert_eq!(nested.resource_type().unwrap().as_str(), "Microsoft.Insights/metrics");
}

#[test]
fn api_versions_missing_and_misspelt() {
    let parameter = |query: &str| RequestUrl::read(&format!("/subscriptions/s{query}")).api_version;
    let version = "2023-10-01".parse().unwrap();
    assert_eq!(parameter(""), ApiVersionParameter::Missing);
    assert_eq!(parameter("?$expand=x"), ApiVersionParameter::Missing);
    assert_eq!(parameter("?2023-10-01"), ApiVersionParameter::NameMissing { span: 17..27, version });
    assert_eq!(parameter("?api-version="), ApiVersionParameter::Empty { span: 29..29 });
    assert_eq!(parameter("?api-version"), ApiVersionParameter::Empty { span: 28..28 });
    assert_eq!(parameter("?apiversion=2023-10-01"), ApiVersionParameter::NameMisspelt { span: 17..27 });
    assert_eq!(parameter("?api-version=<V>"), ApiVersionParameter::Placeholder { span: 29..32 });
    assert_eq!(parameter("?api-version={a}-{b}"), ApiVersionParameter::Placeholder { span: 29..36 });
    assert_eq!(
        parameter("?a=b&API-Version=2023-10-01"),
        ApiVersionParameter::Given { span: 33..43, version }
    );
    assert!(matches!(parameter("?api-version=latest"), ApiVersionParameter::Invalid { .. }));
    assert!(matches!(parameter("?a=b&amp;api-version=2023-10-01"), ApiVersionParameter::Given { .. }));
}

#[test]
fn problems_are_named_and_fixed() {
    use UrlProblemKind as P;
    for (from, to, kind, at) in [
        ("https://", "http://", P::InsecureScheme, "http"),
        ("https://", "https://https://", P::DoubledScheme, "https://"),
        ("https://", "htps://", P::MisspeltScheme, "htps://"),
        ("https://", "https:/", P::MisspeltScheme, "https:/"),
        ("/myVM", "/ myVM", P::Whitespace, " "),
        ("?api", "\n?api", P::Whitespace, "\n"),
        ("?api", "&api", P::MissingQuestionMark, "&"),
        (
            "resourceGroups/",
            "resourceGroup/",
            P::Path(ResourceIdErrorKind::MisspeltSegment {
                found: "resourceGroup".into(),
                right: "resourceGroups",
            }),
            "resourceGroup",
        ),
        (
            "Microsoft.Compute",
            "Micrsoft.Compute",
            P::Path(ResourceIdErrorKind::MisspeltNamespace {
                found: "Micrsoft.Compute".into(),
                right: "Microsoft.Compute",
            }),
            "Micrsoft.Compute",
        ),
        (
            "virtualMachines",
            "virtualMachine",
            P::Path(ResourceIdErrorKind::MisspeltType {
                found: "virtualMachine".into(),
                right: "virtualMachines",
            }),
            "virtualMachine",
        ),
        (
            "resourceGroups/",
            "",
            P::Path(ResourceIdErrorKind::MissingSegment { expected: "resourceGroups" }),
            "",
        ),
        ("providers/", "", P::Path(ResourceIdErrorKind::MissingSegment { expected: "providers" }), ""),
    ] {
        let text = VM.replacen(from, to, 1);
        assert_eq!(kinds(&text), [(kind, at.to_owned())], "{text}");
        assert_eq!(fixed(&text), VM);
        assert_eq!(RequestUrl::read(&text).known_type(), Some(ResourceType::VirtualMachine), "{text}");
        assert!(RequestUrl::read(&text).version().is_some(), "{text}");
    }
    let path = &VM[VM.find("subscriptions").unwrap()..];
    assert_eq!(kinds(path), [(P::MissingLeadingSlash, String::new())]);
    assert_eq!(
        kinds(&VM.replace("<SUBSCRIPTION ID>", "")),
        [
            (P::EmptySegment, "/".into()),
            (P::Path(ResourceIdErrorKind::MissingValue { of: "subscription id" }), String::new()),
        ]
    );
    assert_eq!(kinds(&VM.replace("myVM", "my VM")), [(P::Whitespace, " ".into())]);
    assert_eq!(kinds(&format!("{VM}?$expand=x")), [(P::DoubledQuestionMark, "?".into())]);
    assert_eq!(kinds("https://management.azure.com/vm?api-version=2018-06-01").len(), 1);
}

#[test]
fn other_services_are_left_alone() {
    for text in [
        "https://graph.microsoft.com/v1.0/me",
        "https://login.microsoftonline.com/<tenant>/oauth2/token?api-version=1.0",
        "https://example.com/a//b",
        "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/",
        "http://localhost:50342/oauth2/token",
        "http://localhost:8080/subscriptions/s?api-version=2018-06-01",
        "https://management.azure.com",
        "https://management.azure.com/",
        "https://management.azure.com//subscriptions/s?api-version=2018-06-01",
        "https://management.azure.com/tenants?api-version=2018-06-01",
        "",
        "$URL",
    ] {
        assert_eq!(RequestUrl::read(text).problems, [], "{text}");
    }
    assert!(!RequestUrl::read("https://graph.microsoft.com/v1.0/me").is_arm());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn any_text_is_taken_apart_inside_its_bounds(
        text in "(https?://|htps://|management\\.azure\\.com|/|subscriptions|resourceGroups|providers|Microsoft\\.Compute|virtualMachines|<a b>|<|\\$X|\\{\\{|\\}\\}|\\.\\.\\.| |\\?|&|api-version|=|2018-06-01|%3C|#|x|é|\u{a0}){0,24}|\\PC*",
    ) {
        let url = RequestUrl::read(&text);
        for problem in &url.problems {
            prop_assert!(text.get(problem.span.clone()).is_some());
            if let Some((range, _)) = &problem.edit {
                prop_assert!(text.get(range.clone()).is_some());
            }
        }
        let parts = [url.scheme, url.host, url.path, url.query, url.subscription, url.resource_group, url.name()];
        for part in parts.into_iter().flatten() {
            prop_assert_eq!(&text[part.span()], part.text);
        }
    }
}
