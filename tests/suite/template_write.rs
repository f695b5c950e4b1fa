//! Templates that are written: read back they are the same request, and the linter has nothing to say.

use armbody::arm::{ApiVersion, Blank, published};
use armbody::arm::{BlankStyle, BodyValue, Cloud, Method, Part, Request, RequestTarget, ResourceType, Text};
use armbody::container::Kind;
use armbody::json::{Dialect, Tree};
use armbody::lint::{Options, Severity, check};
use armbody::notation::template::{Deployment, requests};
use armbody::notation::{Form, Layout, Templates, WriteError, write};
use armbody::scenario::{Image, Spec, scenarios};
use armbody::text::Source;
use proptest::prelude::*;

/// What a deployment does not say: the body's own name, which ARM takes from the URL.
fn without_name(mut request: Request) -> Request {
    if let Some(BodyValue::Object(members)) = &mut request.body {
        members.retain(|(name, _)| {
            !["name", "type", "apiVersion"]
                .iter()
                .any(|own| matches!(name.parts(), [Part::Literal(name)] if name.eq_ignore_ascii_case(own)))
        });
    }
    request
}

fn read_back(text: &str, target: &RequestTarget) -> Vec<Option<Request>> {
    let tree = Tree::parse(text, Dialect::STRICT);
    assert_eq!(tree.mistakes(), [], "{text}");
    let deployment = Deployment {
        cloud: target.cloud.clone(),
        subscription: target.subscription.clone(),
        resource_group: target.resource_group.clone(),
    };
    requests(&tree, &deployment)
}

fn text() -> impl Strategy<Value = Text> {
    let hostile = "(['\"\\\\\\[\\](){},. \n$é/-]|\\[\\[|parameters\\('vmName'\\)|[a-z]){0,8}";
    let blank = proptest::sample::select(Blank::all().collect::<Vec<_>>());
    let part = prop_oneof![3 => hostile.prop_map(Part::Literal), 1 => blank.prop_map(Part::Blank)];
    proptest::collection::vec(part, 0..4).prop_map(Text::from_parts)
}

fn name() -> impl Strategy<Value = Text> {
    text().prop_filter("no name is empty", |text| !text.is_empty())
}

/// Ids as bodies have them: of the deployment's own group, of others, and what only looks like one.
fn id() -> impl Strategy<Value = Text> {
    let literal = |text: &str| Part::Literal(text.to_owned());
    let types =
        ["Microsoft.ManagedIdentity/userAssignedIdentities", "Microsoft.Network/networkInterfaces", "A.B/c"];
    (text(), text(), proptest::sample::select(types.to_vec()), text()).prop_map(
        move |(subscription, group, kind, name)| {
            let mut parts = vec![literal("/subscriptions/")];
            parts.extend(subscription.parts().iter().cloned());
            parts.push(literal("/resourceGroups/"));
            parts.extend(group.parts().iter().cloned());
            parts.push(literal(&format!("/providers/{kind}/")));
            parts.extend(name.parts().iter().cloned());
            Text::from_parts(parts)
        },
    )
}

fn value() -> impl Strategy<Value = BodyValue> {
    let leaf = prop_oneof![
        Just(BodyValue::Null),
        any::<bool>().prop_map(BodyValue::Bool),
        any::<i32>().prop_map(|number| BodyValue::Number(number.into())),
        text().prop_map(BodyValue::String),
        id().prop_map(BodyValue::String),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![proptest::collection::vec(inner.clone(), 0..4).prop_map(BodyValue::Array), object(inner)]
    })
}

fn object(value: impl Strategy<Value = BodyValue>) -> impl Strategy<Value = BodyValue> {
    let member = prop_oneof![Just(Text::new("location")), Just(Text::new("name")), text(), id()];
    proptest::collection::vec((member, value), 0..5).prop_map(|members| {
        let mut distinct: Vec<(Text, BodyValue)> = Vec::new();
        for (name, value) in members {
            let spelt = name.spell(BlankStyle::Angle);
            if distinct.iter().all(|(known, _)| !known.spell(BlankStyle::Angle).eq_ignore_ascii_case(&spelt))
            {
                distinct.push((name, value));
            }
        }
        BodyValue::Object(distinct)
    })
}

fn request() -> impl Strategy<Value = Request> {
    let types = proptest::sample::select(ResourceType::ALL.to_vec());
    (name(), name(), types, name(), object(value())).prop_map(
        |(subscription, group, resource_type, name, body)| {
            let target = RequestTarget {
                cloud: Cloud::Public,
                scope: None,
                subscription,
                resource_group: Some(group),
                resource_type: resource_type.into(),
                names: vec![name],
                api_version: "2024-07-01".parse().unwrap(),
            };
            Request::new(Method::Put, target, Some(body))
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(request in request()) {
        let templates = Templates::embedded();
        let written = write(Form::Template, &request, &Layout::new(&templates)).unwrap();
        let read: Vec<Option<Request>> =
            read_back(&written, &request.target).into_iter().map(|it| it.map(without_name)).collect();
        prop_assert_eq!(read, vec![Some(without_name(request))], "{}", written);
    }
}

/// Every scenario that creates something, for both machines, both systems and every version that can.
#[test]
fn what_the_scenarios_create_is_clean_and_read_back() {
    let templates = Templates::embedded();
    let mut written = 0;
    for scenario in scenarios().iter().filter(|scenario| scenario.name.starts_with("create")) {
        for machine in [ResourceType::VirtualMachine, ResourceType::VirtualMachineScaleSet] {
            let versions: Vec<ApiVersion> =
                published(scenario.resource_type(machine)).iter().map(|row| row.version).collect();
            for (version, image) in
                versions.iter().flat_map(|version| [(*version, Image::Windows), (*version, Image::Linux)])
            {
                let spec = Spec {
                    machine,
                    image,
                    api_version: Some(version),
                    identities: ["ID1", "ID2"][..if scenario.name == "create-identity" { 1 } else { 2 }]
                        .iter()
                        .map(|id| (*id).to_owned())
                        .filter(|_| scenario.name != "create-system-assigned")
                        .collect(),
                    ..Spec::default()
                };
                let Ok(request) = scenario.request(&spec, &templates) else { continue };
                let text = write(Form::Template, &request, &Layout::new(&templates)).unwrap();
                let what = format!("{} {machine} {version} {image}\n{text}", scenario.name);
                let source = Source::new("azuredeploy.json", text.as_str());
                let loud: Vec<_> = check(&source, Kind::Json, &Options::default())
                    .into_iter()
                    .filter(|finding| finding.severity > Severity::Note)
                    .map(|finding| format!("{}: {}", finding.rule.name, finding.message))
                    .collect();
                assert_eq!(loud, [""; 0], "{what}");
                let read: Vec<_> = read_back(&text, &request.target).into_iter().flatten().collect();
                assert_eq!(
                    read.into_iter().map(without_name).collect::<Vec<_>>(),
                    [without_name(request)],
                    "{what}"
                );
                written += 1;
            }
        }
    }
    assert!(written > 200, "{written}");
}

#[test]
fn only_what_a_deployment_does_is_written() {
    let templates = Templates::embedded();
    let spec = Spec::default();
    for scenario in scenarios() {
        let Ok(request) = scenario.request(&spec, &templates) else { continue };
        let written = write(Form::Template, &request, &Layout::new(&templates));
        match request.method {
            Method::Put => assert!(written.is_ok(), "{}", scenario.name),
            other => assert_eq!(written, Err(WriteError::NotDeployed(other)), "{}", scenario.name),
        }
    }
}
