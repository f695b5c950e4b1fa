//! What is written is read back: the law that every notation keeps.

use crate::support::thorough::proptest_cases;
use armbody::arm::{
    Blank, BlankStyle, BodyValue, Cloud, Identity, Method, Part, Request, RequestTarget, ResourceType, Text,
};
use armbody::container::{Kind, calls};
use armbody::notation::{Form, IdentityChange, Layout, Templates, request, write, write_change};
use armbody::text::Source;
use proptest::prelude::*;

/// Text with whatever a shell, JSON or a URL might trip over.
fn hostile() -> impl Strategy<Value = String> {
    "([\"'\\\\$`!<>{}()\\[\\]&;|#%?*~=:@,. \n\t\r\u{0}\u{7f}\u{a0}é😀-]|\\$ADMIN_PASSWORD|\\$\\(id\\)|EOF|'\\\\''|\\PC){0,10}"
}

fn text() -> impl Strategy<Value = Text> {
    let blank = proptest::sample::select(Blank::all().collect::<Vec<_>>());
    let part = prop_oneof![3 => hostile().prop_map(Part::Literal), 1 => blank.prop_map(Part::Blank)];
    proptest::collection::vec(part, 0..4).prop_map(Text::from_parts)
}

/// A name as it may stand in a path: not empty, not dots alone.
fn name() -> impl Strategy<Value = Text> {
    text().prop_filter("a path has no such segment", |text| {
        let spelt = text.spell(BlankStyle::Angle);
        spelt.chars().any(|c| c != '.')
    })
}

fn value() -> impl Strategy<Value = BodyValue> {
    let leaf = prop_oneof![
        Just(BodyValue::Null),
        any::<bool>().prop_map(BodyValue::Bool),
        any::<i32>().prop_map(|number| BodyValue::Number(number.into())),
        text().prop_map(BodyValue::String),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![proptest::collection::vec(inner.clone(), 0..4).prop_map(BodyValue::Array), object(inner),]
    })
}

/// An object whose names differ, as JSON demands.
fn object(value: impl Strategy<Value = BodyValue>) -> impl Strategy<Value = BodyValue> {
    proptest::collection::vec((text(), value), 0..4).prop_map(|members| {
        let mut distinct: Vec<(Text, BodyValue)> = Vec::new();
        for (name, value) in members {
            if distinct.iter().all(|(known, _)| *known != name) {
                distinct.push((name, value));
            }
        }
        BodyValue::Object(distinct)
    })
}

fn any_request() -> impl Strategy<Value = Request> {
    let target = (
        proptest::sample::select(Cloud::ALL.to_vec()),
        name(),
        proptest::option::of(name()),
        proptest::sample::select(ResourceType::ALL.to_vec()),
        proptest::option::of(name()),
    );
    let method = proptest::sample::select(vec![Method::Get, Method::Put, Method::Patch, Method::Delete]);
    (target, method, proptest::option::of(object(value()))).prop_map(|(target, method, body)| {
        let (cloud, subscription, resource_group, resource_type, name) = target;
        let target = RequestTarget {
            cloud,
            scope: None,
            subscription,
            resource_group,
            resource_type: resource_type.into(),
            names: name.into_iter().collect(),
            api_version: "2024-07-01".parse().unwrap(),
        };
        // curl sends a body with GET only if it is told the method, which no request here needs.
        let body = body.filter(|_| matches!(method, Method::Put | Method::Patch));
        Request::new(method, target, body)
    })
}

fn read_back(text: &str, kind: Kind) -> Vec<Request> {
    let source = Source::new("snippet", text);
    calls(&source, kind).iter().map(|call| request(call).expect(text)).collect()
}

/// The style of blanks, and whether body and command stand on several lines.
fn any_layout() -> impl Strategy<Value = (BlankStyle, bool, bool)> {
    (proptest::sample::select(BlankStyle::ALL.to_vec()), any::<bool>(), any::<bool>())
}

/// What was written, if it is read back as something else: from a file of its kind, or from a document.
fn differs(form: Form, original: &Request, written: (BlankStyle, bool, bool)) -> Option<String> {
    let templates = Templates::embedded();
    let (blanks, pretty, multiline) = written;
    let layout = Layout { blanks, pretty, multiline, ..Layout::new(&templates) };
    let text = write(form, original, &layout).unwrap();
    let (kind, fence) = match form {
        Form::Http => (Kind::Http, "http"),
        Form::PowerShell => (Kind::PowerShell, "azurepowershell"),
        _ => (Kind::Shell, "bash"),
    };
    // What signs in knows the host of its cloud.
    let mut original = original.clone();
    if matches!(form, Form::Az | Form::PowerShell) {
        original.target.cloud = Cloud::Public;
    }
    let indented = text.replace('\n', "\n   ");
    let fenced = format!("# Title\n\n1. Do:\n\n   ```{fence}\n   {indented}\n   ```\n");
    [(text, kind), (fenced, Kind::Markdown)].into_iter().find_map(|(text, kind)| {
        let read = read_back(&text, kind);
        (read != std::slice::from_ref(&original)).then(|| format!("{text}\n{read:#?}"))
    })
}

/// A machine, and the identities that it has and is to have.
#[derive(Clone, Debug)]
struct Changing {
    target: RequestTarget,
    before: Identity,
    after: Identity,
}

fn any_change() -> impl Strategy<Value = Changing> {
    let machine =
        proptest::sample::select(vec![ResourceType::VirtualMachine, ResourceType::VirtualMachineScaleSet]);
    let subscription = prop_oneof![Just(Text::new("<SUBSCRIPTION ID>")), name()];
    // What a path would write otherwise is not the name that az is given.
    let plain = "[A-Za-z0-9_-]{1,8}".prop_map(|name| Text::new(&name));
    let group = prop_oneof![2 => plain.clone(), 1 => name()];
    let other = prop_oneof![Just(None), "[a-z]{1,6}".prop_map(Some)];
    let id = (other, prop_oneof![3 => "[A-Za-z0-9_-]{1,6}", 1 => "[\\[A-Za-z0-9'\" $&()é-]{1,6}"]);
    let ids = proptest::collection::vec((id, any::<bool>(), any::<bool>()), 0..4);
    (machine, subscription, group, name(), ids, any::<(bool, bool)>()).prop_map(
        |(machine, subscription, group, name, ids, (had, has))| {
            let target = RequestTarget {
                cloud: Cloud::Public,
                scope: None,
                subscription,
                resource_group: Some(group),
                resource_type: machine.into(),
                names: vec![name],
                api_version: "2024-07-01".parse().unwrap(),
            };
            let id = |(other, name): &(Option<String>, String)| {
                let group = target.resource_group.as_ref().unwrap().spell(BlankStyle::Angle);
                format!(
                    "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}",
                    target.subscription.spell(BlankStyle::Angle),
                    other.as_ref().unwrap_or(&group)
                )
            };
            let chosen = |which: fn(&(bool, bool)) -> bool| {
                let ids = ids.iter().filter(move |(_, had, has)| which(&(*had, *has)));
                ids.map(|(it, ..)| id(it)).collect::<Vec<_>>()
            };
            let before = Identity::new(had, chosen(|it| it.0));
            let after = Identity::new(has, chosen(|it| it.1));
            Changing { target, before, after }
        },
    )
}

/// What was written for a change, if the commands as they are read back lead anywhere else.
fn misses(change: &Changing, (blanks, pretty, multiline): (BlankStyle, bool, bool)) -> Option<String> {
    let Changing { target, before, after } = change;
    let templates = Templates::embedded();
    let layout = Layout { blanks, pretty, multiline, ..Layout::new(&templates) };
    let body = BodyValue::Object(vec![(Text::new("identity"), BodyValue::Object(Vec::new()))]);
    let request = Request::new(Method::Patch, target.clone(), Some(body));
    let states = IdentityChange { before, after };
    let text = match write_change(Form::AzVm, &request, states, &layout) {
        Ok(text) => text,
        // Nothing is changed, or az would take a name for something else than a name.
        Err(error) => {
            let spelt = |text: &Text| text.spell(BlankStyle::Angle);
            let names = [Some(&target.subscription), target.resource_group.as_ref(), target.names.first()];
            let is_odd = names.into_iter().flatten().any(|name| {
                let name = spelt(name);
                name.starts_with('@') || name.contains(char::is_control)
            });
            return (before != after && !is_odd).then(|| error.to_string());
        }
    };
    // Where variables are filled in, a dollar sign of a name's own could not be told from them here.
    let has_dollar = |text: &Text| {
        text.parts().iter().any(|part| matches!(part, Part::Literal(literal) if literal.contains('$')))
    };
    let names = [Some(&target.subscription), target.resource_group.as_ref(), target.names.first()];
    let ids = before.user_assigned.iter().chain(after.user_assigned.iter());
    let are_plain =
        !names.into_iter().flatten().any(has_dollar) && !ids.into_iter().any(|id| id.as_str().contains('$'));
    if blanks == BlankStyle::Shell && !are_plain {
        return None;
    }
    let source = Source::new("x.sh", text.clone());
    let mut now = before.clone();
    let filled = |text: &str| {
        let text = if blanks == BlankStyle::Shell {
            Blank::all().fold(text.to_owned(), |text, blank| {
                let braced = format!("${{{}}}", blank.variable());
                let angle = blank.spelling(BlankStyle::Angle);
                text.replace(&braced, angle).replace(blank.spelling(BlankStyle::Shell), angle)
            })
        } else {
            text.to_owned()
        };
        Text::new(&text).spell(BlankStyle::Angle)
    };
    let found = calls(&source, Kind::Shell);
    for call in &found {
        let asked = call.made.as_ref().and_then(|made| made.asks.as_ref()).expect(&text);
        let ids = asked.ids.iter().map(|id| filled(id)).collect();
        if asked.removes {
            now.system_assigned &= !asked.system;
            now.user_assigned.remove_all(&ids);
        } else {
            now.system_assigned |= asked.system;
            ids.iter().for_each(|id| {
                now.user_assigned.insert(id.clone());
            });
        }
        let url = filled(call.url.as_ref().expect(&text).text());
        let name = target.names[0].spell(BlankStyle::Angle);
        assert!(url.contains(&format!("/{name}?api-version=")), "{text}\n{url}");
    }
    (now != *after || found.is_empty()).then(|| format!("{text}\n{now:?}\n{after:?}"))
}

/// What `az identity` does, of identities with tags.
fn identity_request() -> impl Strategy<Value = Request> {
    // az writes names into the path as they are: of those that a path encodes, nothing is said here.
    let plain = || "[A-Za-z0-9_-]{1,8}".prop_map(|name| Text::new(&name));
    let tags = proptest::collection::vec((text(), text()), 0..3).prop_map(|tags| {
        let mut distinct: Vec<(Text, BodyValue)> = Vec::new();
        for (name, value) in tags {
            if distinct.iter().all(|(known, _)| *known != name) {
                distinct.push((name, BodyValue::String(value)));
            }
        }
        distinct
    });
    let method = proptest::sample::select(vec![Method::Get, Method::Put, Method::Delete]);
    (method, plain(), plain(), proptest::option::of(plain()), plain(), tags).prop_map(
        |(method, subscription, group, name, location, tags)| {
            let name = if method == Method::Get { name } else { name.or(Some(Text::new("i"))) };
            let target = RequestTarget {
                cloud: Cloud::Public,
                scope: None,
                subscription,
                resource_group: Some(group),
                resource_type: ResourceType::UserAssignedIdentity.into(),
                names: name.into_iter().collect(),
                api_version: "2024-11-30".parse().unwrap(),
            };
            let mut members = vec![(Text::new("location"), BodyValue::String(location))];
            if !tags.is_empty() {
                members.push((Text::new("tags"), BodyValue::Object(tags)));
            }
            Request::new(method, target, (method == Method::Put).then_some(BodyValue::Object(members)))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn curl_is_read_back(original in any_request(), written in any_layout()) {
        prop_assert_eq!(differs(Form::Curl, &original, written), None);
    }

    #[test]
    fn az_is_read_back(original in any_request(), written in any_layout()) {
        prop_assert_eq!(differs(Form::Az, &original, written), None);
    }

    #[test]
    fn http_is_read_back(original in any_request(), written in any_layout()) {
        prop_assert_eq!(differs(Form::Http, &original, written), None);
    }

    #[test]
    fn powershell_is_read_back(original in any_request(), written in any_layout()) {
        prop_assert_eq!(differs(Form::PowerShell, &original, written), None);
    }

    #[test]
    fn what_az_vm_asks_for_is_the_change(change in any_change(), written in any_layout()) {
        prop_assert_eq!(misses(&change, written), None);
    }

    #[test]
    fn az_identity_is_read_back(original in identity_request(), written in any_layout()) {
        let (blanks, pretty, multiline) = written;
        let templates = Templates::embedded();
        let layout = Layout { blanks, pretty, multiline, ..Layout::new(&templates) };
        // az takes some values for something else than they are, and says so.
        if let Ok(text) = write(Form::AzVm, &original, &layout) {
            let read = read_back(&text, Kind::Shell);
            prop_assert_eq!(read.len(), 1, "{}", text);
            let read = Request { headers: original.headers.clone(), ..read[0].clone() };
            let version = original.target.api_version;
            let target = RequestTarget { api_version: version, ..read.target };
            prop_assert_eq!(Request { target, ..read }, original, "{}", text);
        }
    }

    #[test]
    fn a_body_alone_is_read_back(
        original in object(value()),
        pretty in any::<bool>(),
        style in proptest::sample::select(vec![BlankStyle::Angle, BlankStyle::Braces]),
    ) {
        let text = original.to_text(pretty).spell(style);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(BodyValue::from(value), original);
    }
}

fn cases() -> u32 {
    proptest_cases(10_000, 10)
}
