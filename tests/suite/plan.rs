//! `armbody plan` from outside, and the law of the whole road: what GET returned, the wish, the request, the state.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use armbody::arm::{
    BlankStyle, IdChange, Identity, IdentityForm, Method, ResourceType, apply, dropped, identity_form, plan,
    published,
};
use armbody::container::{Kind, calls};
use armbody::notation::{self, Form, Layout, Templates, request};
use armbody::scenario::{Current, Names, Place, SystemWish, Wishes, change_request};
use armbody::text::Source;
use proptest::prelude::*;
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";

fn id(name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.ManagedIdentity/\
         userAssignedIdentities/{name}"
    )
}

/// What GET returns of a machine in the form of a version, or the Azure CLI.
fn answer(identity: &Identity, form: IdentityForm) -> Value {
    if identity.is_none() {
        return Value::Null;
    }
    let mut block = json!({"type": identity.identity_type().as_str()});
    if identity.system_assigned {
        block["principalId"] = "27a1ca0e-b60c-4675-a00c-705a1714b761".into();
        block["tenantId"] = "72f988bf-86f1-41af-91ab-2d7cd011db47".into();
    }
    let ids = identity.user_assigned.iter().map(|id| id.as_str().to_owned());
    if identity.user_assigned.is_empty() {
        block["userAssignedIdentities"] = Value::Null;
    } else if form == IdentityForm::Ids {
        block["identityIds"] = ids.collect();
    } else {
        let entry = |id| (id, json!({"clientId": "c", "principalId": "p"}));
        block["userAssignedIdentities"] = ids.map(entry).collect::<serde_json::Map<_, _>>().into();
    }
    block
}

fn machine(identity: &Value) -> Value {
    json!({
        "id": format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/web-1"),
        "identity": identity,
        "location": "eastus",
        "name": "web-1",
        "properties": {"provisioningState": "Succeeded", "vmId": "c8a1f9de-5d8c-4f64-94d0-6a1a4d4e1b8f"},
        "resourceGroup": "RG",
        "type": "Microsoft.Compute/virtualMachines"
    })
}

fn armbody(current: &str, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_armbody"));
    command.args(["plan", "--current", "-"]).args(args);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    // It may refuse its arguments before it reads.
    let _ = child.stdin.take().expect("a pipe").write_all(current.as_bytes());
    child.wait_with_output().expect("it ends")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn with_both() -> Identity {
    Identity::new(true, [id("ID1"), id("ID2")])
}

fn given() -> String {
    machine(&answer(&with_both(), IdentityForm::Map)).to_string()
}

#[test]
fn the_request_keeps_what_is_not_to_go() {
    for (args, version, block) in [
        (
            &["--system", "off"][..],
            "2024-07-01",
            json!({"type": "UserAssigned", "userAssignedIdentities": {id("ID1"): {}, id("ID2"): {}}}),
        ),
        (
            &["--system", "off"],
            "2017-12-01",
            json!({"type": "UserAssigned", "identityIds": [id("ID1"), id("ID2")]}),
        ),
        (
            &["--remove", "ID2"],
            "2018-06-01",
            json!({"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {id("ID2"): null}}),
        ),
        (
            &["--remove", "id2"],
            "2018-04-01",
            json!({"type": "SystemAssigned, UserAssigned", "identityIds": [id("ID1")]}),
        ),
        (&["--remove", "ID1", "ID2"], "2024-07-01", json!({"type": "SystemAssigned"})),
        (
            &["--only", "ID1", "--system", "off"],
            "2024-07-01",
            json!({"type": "UserAssigned", "userAssignedIdentities": {id("ID2"): null}}),
        ),
        (&["--none"], "2024-07-01", json!({"type": "None"})),
    ] {
        let mut args = args.to_vec();
        args.extend(["--api-version", version]);
        let output = armbody(&given(), &args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        let body: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(body, json!({"identity": block}), "{args:?}");
    }
    let output = armbody(&given(), &["--add", "ID3", "--as", "curl", "--api-version", "2024-07-01"]);
    let call = text(&output.stdout);
    assert!(call.contains(&format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/web-1?api-version=2024-07-01' -X PATCH ")), "{call}");
    assert!(
        call.contains(
            "/resourceGroups/RG/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ID3\":{}}"
        ),
        "{call}"
    );
    let output = armbody(&given(), &["--add", "ID3", "--method", "PUT"]);
    assert!(text(&output.stdout).starts_with("{\"location\":\"eastus\",\"identity\":{"));
}

#[test]
fn every_identity_that_goes_is_named_in_a_warning() {
    let said = |args: &[&str]| text(&armbody(&given(), args).stderr).to_owned();
    assert_eq!(said(&["--add", "ID3"]), "");
    assert_eq!(said(&["--remove", "ID2"]), format!("warning: takes away {} (--remove)\n", id("ID2")));
    assert_eq!(said(&["--only", "ID2"]), format!("warning: takes away {} (not among --only)\n", id("ID1")));
    let none = said(&["--none"]);
    assert!(none.contains("takes away the system-assigned identity, and with it every role assignment"));
    assert!(none.contains(&id("ID1")) && none.contains(&id("ID2")), "{none}");
}

#[test]
fn where_nothing_changes_nothing_is_printed() {
    for args in [
        &["--system", "on"][..],
        &["--add", "/x"],
        &["--remove", "ID9", "--ignore-missing"],
        &["--only", "ID2", "ID1"],
        &[],
    ] {
        let known = id("ID1").replace("resourceGroups", "RESOURCEGROUPS");
        let args: Vec<&str> =
            args.iter().map(|arg| if *arg == "/x" { known.as_str() } else { arg }).collect();
        let output = armbody(&given(), &args);
        assert!(output.status.success() && output.stdout.is_empty(), "{args:?}");
        let said = text(&output.stderr);
        assert!(said.starts_with("nothing to do: ") && said.lines().count() == 1, "{said}");
    }
    for none in ["{\"type\":\"None\"}", "{\"name\":\"x\",\"identity\":null}"] {
        assert!(armbody(none, &["--none"]).stdout.is_empty());
    }
}

#[test]
fn states_stand_side_by_side() {
    let output = armbody(&given(), &["--remove", "ID1", "--add", "ID3", "--show", "states"]);
    let wanted = "\
before: SystemAssigned, UserAssigned  after: SystemAssigned, UserAssigned
system-assigned                       system-assigned                      stays
ID1                                   -                                    goes
ID2                                   ID2                                  stays
-                                     ID3                                  comes
";
    // The resource groups differ in case only.
    assert_eq!(text(&output.stdout), wanted);
}

#[test]
fn bad_input_is_answered_in_one_line() {
    let own = json!({"id": id("ID1"), "type": "Microsoft.ManagedIdentity/userAssignedIdentities", "properties": {}});
    let own = own.to_string();
    let given = given();
    for (current, args, wanted) in [
        ("{", &["--none"][..], "--current -: it is not JSON ("),
        (
            "",
            &["--none"],
            "--current -: it is empty, and `az` prints nothing where a query finds nothing; `az vm show",
        ),
        ("[]", &["--none"], "--current -: it is an empty list: no machine"),
        (
            "null",
            &["--none"],
            "--current -: it is null, which does not say whether there are identities; `az vm",
        ),
        ("{\"a\":1}", &["--none"], "--current -: it is another object, not a machine; "),
        (
            &own,
            &["--none"],
            "--current -: it is a resource of type Microsoft.ManagedIdentity/userAssignedIdentities, which is an identity",
        ),
        (
            &given,
            &["--remove", "ID8"],
            "--remove ID8: the machine has no such identity (it has: system, ID1, ID2); ",
        ),
        (&given, &["--vm", "web-2", "--none"], "--vm web-2: --current is about the machine `web-1`"),
        (
            &given,
            &["-g", "other", "--none"],
            "-g other: --current is about a machine in the resource group `RG`",
        ),
        (&given, &["--add", "[system]"], "`[system]` is the system-assigned identity, which --system on"),
        (&given, &["--add", "IDX", "--remove", "idx"], "--add IDX and --remove IDX contradict each other"),
        (&given, &["--none", "--system", "on"], "--none and --system on contradict each other"),
        (&given, &["--only", "ID1", "--add", "ID3"], "--only and --add contradict each other"),
        (
            &given,
            &["--type", "vmss", "--none"],
            "--current is about a virtual machine, and the flags say virtual machine scale set",
        ),
        (&given, &["--type", "identity", "--none"], "--type identity: identities have no identities"),
        (
            &given,
            &["--none", "--method", "DELETE"],
            "API version 2026-04-01 of Microsoft.Compute/virtualMachines cannot change identities with DELETE",
        ),
        (&given, &["--none", "--api-version", "2018-05-01"], "there is no API version 2018-05-01 of"),
        (
            &given,
            &["--add", "ID3", "--api-version", "2016-03-30"],
            "API version 2016-03-30 of Microsoft.Compute/virtualMachines has no PATCH; the first that can is 2017-12-01",
        ),
        (
            "{\"type\":\"SystemAssigned\"}",
            &["--none", "--api-version", "2017-03-30", "--method", "PUT"],
            "API version 2017-03-30 of Microsoft.Compute/virtualMachines cannot take the system-assigned identity away; the first that can is 2017-12-01",
        ),
        (
            "{\"type\":\"None\"}",
            &["--system", "on", "--api-version", "2017-03-30"],
            "API version 2017-03-30 of Microsoft.Compute/virtualMachines has no PATCH; the first that can is 2017-12-01; --method PUT can in this one",
        ),
        (
            &given,
            &["--add", "a b"],
            "`a b` is not the name of a user-assigned identity: ` ` must not stand in it",
        ),
        (&given, &["--system", "of"], "invalid value 'of' for '--system <on|off|keep>'"),
        (
            "{\"type\":\"UserAssigned\"}",
            &["--none"],
            "--current -: its identity says UserAssigned and lists no ids",
        ),
    ] {
        let output = armbody(current, args);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.starts_with(&format!("armbody: {wanted}")), "{args:?}: {said}");
        assert!(said.lines().count() == 1 && output.stdout.is_empty(), "{args:?}: {said}");
    }
    let output =
        Command::new(env!("CARGO_BIN_EXE_armbody")).args(["plan", "--none"]).output().expect("it runs");
    assert!(text(&output.stderr).contains("--current <FILE>"), "{}", text(&output.stderr));
    let missing = ["plan", "--current", "/nowhere", "--none"];
    let output = Command::new(env!("CARGO_BIN_EXE_armbody")).args(missing).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("armbody: --current /nowhere: "));
}

fn state() -> impl Strategy<Value = Identity> {
    let id = (0..5_u8, any::<bool>()).prop_map(|(name, upper)| {
        let id = id(&format!("ID{name}"));
        if upper { id.to_ascii_uppercase() } else { id }
    });
    (any::<bool>(), proptest::collection::vec(id, 0..4)).prop_map(|(system, ids)| Identity::new(system, ids))
}

fn wishes() -> impl Strategy<Value = Wishes> {
    let name = (0..6_u8).prop_map(|name| format!("ID{name}"));
    let names = |most| proptest::collection::vec(name.clone(), 0..most);
    let system = prop_oneof![Just(SystemWish::On), Just(SystemWish::Off), Just(SystemWish::Keep)];
    (system, names(3), names(3), names(3), prop::bool::weighted(0.1)).prop_map(
        |(system, add, remove, only, none)| Wishes { system, add, remove, only, none, ignore_missing: true },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        crate::support::thorough::proptest_cases(10_000, 10)
    ))]

    /// From what GET returned, through the wish, the request as text and back, to the state that was wanted.
    #[test]
    fn the_request_leads_to_what_is_wanted(
        current in state(),
        wishes in wishes(),
        scale_set in any::<bool>(),
        old_answer in any::<bool>(),
        put in any::<bool>(),
        row in 0_usize..30,
        whole in any::<bool>(),
    ) {
        let resource_type =
            if scale_set { ResourceType::VirtualMachineScaleSet } else { ResourceType::VirtualMachine };
        let version = published(resource_type)[row].version;
        let method = if put { Method::Put } else { Method::Patch };
        let block = answer(&current, if old_answer { IdentityForm::Ids } else { IdentityForm::Map });
        let text = if whole || block.is_null() { machine(&block).to_string() } else { block.to_string() };
        let whole_read = Current::read(&text).unwrap();
        let read = whole_read.identity.clone();
        prop_assert_eq!(&read, &current);

        let mut names = Names::default();
        names.set(armbody::arm::NameKind::Subscription, SUBSCRIPTION).unwrap();
        names.set(armbody::arm::NameKind::ResourceGroup, "rg").unwrap();
        let place = Place {
            subscription: Some(SUBSCRIPTION.to_owned()),
            resource_group: Some("rg".to_owned()),
            ..Place::default()
        };
        let Ok(wanted) = wishes.wanted(&whole_read, &place) else { return Ok(()) };
        let Ok(planned) = plan(&read, &wanted, resource_type, version, method) else {
            prop_assert!(identity_form(resource_type, version) < IdentityForm::Ids);
            return Ok(());
        };
        let Some(block) = planned else {
            prop_assert_eq!(read, wanted);
            return Ok(());
        };
        let made = change_request(resource_type, &names, Some(version), method, &block).unwrap();
        let templates = Templates::embedded();
        let layout = Layout { blanks: BlankStyle::Shell, ..Layout::new(&templates) };
        let curl = notation::write(Form::Curl, &made, &layout).unwrap();
        let source = Source::new("call.sh", curl);
        let back: Vec<_> = calls(&source, Kind::Shell).iter().map(|call| request(call).unwrap()).collect();
        prop_assert_eq!(&back[..], &[made]);
        prop_assert_eq!(apply(&current, Some(&block), resource_type, version, method), Ok(wanted.clone()));
        let gone = dropped(&current, Some(&block), resource_type, version, method).unwrap();
        prop_assert!(gone.user_assigned.iter().all(|id| !wanted.user_assigned.contains(id)));
        // What a map removes is what goes.
        if let armbody::arm::BlockIds::Map(map) = &block.ids {
            let removed = map.iter().filter(|(_, change)| *change == IdChange::Remove).count();
            prop_assert!(removed == gone.user_assigned.len() || method == Method::Put);
        }
    }
}

#[test]
fn a_flexible_set_is_given_no_system_assigned_identity() {
    let set = |mode: &str| {
        format!(
            r#"{{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/x",
                "location":"westus","identity":null,"properties":{{"orchestrationMode":"{mode}"}}}}"#
        )
    };
    let output = armbody(&set("Flexible"), &["--system", "on"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
    assert!(text(&output.stderr).contains("Flexible"), "{}", text(&output.stderr));
    assert_eq!(armbody(&set("Flexible"), &["--add", "ID1"]).status.code(), Some(0));
    assert_eq!(armbody(&set("Uniform"), &["--system", "on"]).status.code(), Some(0));
}
