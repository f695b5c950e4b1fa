//! `armbody render` from outside: what it prints, where, and with which exit status.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn armbody(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_armbody"));
    command.args(args).stdin(Stdio::null()).output().expect("it runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

/// What a call that succeeds prints.
fn out(args: &[&str]) -> String {
    let output = armbody(args);
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

/// What a call that fails says: one line on standard error, nothing else, and status 2.
fn refusal(args: &[&str]) -> String {
    let output = armbody(args);
    let said = text(&output.stderr).to_owned();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
    assert_eq!(said.lines().count(), 1, "{args:?}: {said}");
    assert!(said.starts_with("armbody: ") && output.stdout.is_empty(), "{args:?}: {said}");
    said.trim_end().strip_prefix("armbody: ").expect("a name").to_owned()
}

#[test]
fn bad_calls_are_answered_with_what_would_have_been_right() {
    for (call, wanted) in [
        ("render", "no scenario is named: `armbody render --list` shows them, --all takes every one"),
        (
            "render enable-sytem-assigned",
            "there is no scenario `enable-sytem-assigned`; did you mean `enable-system-assigned`?",
        ),
        ("render frobnicate", "there is no scenario `frobnicate`; `armbody render --list` shows them"),
        (
            "render list",
            "a GET has no body, which is all that `--as json` writes; `--as curl` writes the call",
        ),
        (
            "render list --api-version 2018-05-01",
            "there is no API version 2018-05-01 of Microsoft.Compute/virtualMachines; the nearest are 2018-04-01 and 2018-06-01",
        ),
        (
            "render list --api-version 2099-01-01",
            "there is no API version 2099-01-01 of Microsoft.Compute/virtualMachines; the newest is 2026-04-01",
        ),
        (
            "render list --api-version 2001-01-01",
            "there is no API version 2001-01-01 of Microsoft.Compute/virtualMachines; the first is 2015-06-15",
        ),
        (
            "render create-identity --api-version 2017-12-01",
            "there is no API version 2017-12-01 of Microsoft.ManagedIdentity/userAssignedIdentities; the nearest are 2015-08-31-preview and 2018-11-30",
        ),
        (
            "render list --as curl --api-version 2015-06-15",
            "`list`: API version 2015-06-15 of Microsoft.Compute/virtualMachines has no identities; the first that can is 2016-03-30",
        ),
        (
            "render create-both --api-version 2017-03-30",
            "`create-both`: API version 2017-03-30 of Microsoft.Compute/virtualMachines has no user-assigned identities; the first that can is 2017-12-01",
        ),
        (
            "render remove-all --api-version 2017-03-30 --type vmss",
            "`remove-all`: API version 2017-03-30 of Microsoft.Compute/virtualMachineScaleSets has no user-assigned identities; the first that can is 2017-12-01",
        ),
        ("render create-both --method PATCH", "`create-both` is a PUT, not a PATCH"),
        ("render remove-all --method GET", "`remove-all` is a PATCH, not a GET; it can be a PUT"),
        ("render remove-all --type identity", "`remove-all` is about machines: --type is vm or vmss"),
        ("render list --type vmss --vm x", "--type vmss and --vm contradict each other"),
        ("render remove-all --identity ID1 id1", "the identity `id1` is given twice"),
        (
            "render remove-all --placeholders shell --resource-group <MY>",
            "`<MY>` in `<MY>` is not a placeholder that a shell can fill in: with `--placeholders shell`, there are $SUBSCRIPTION_ID $ACCESS_TOKEN $ADMIN_PASSWORD $SSH_PUBLIC_KEY $STORAGE_ACCOUNT $RESOURCE_GROUP $VM_NAME $VMSS_NAME $LOCATION $NIC_NAME $IDENTITY_NAME $PRINCIPAL_ID",
        ),
        (
            "render remove-all --subscription mine",
            "--subscription: `mine` is not the subscription id: it is a GUID",
        ),
    ] {
        assert_eq!(refusal(&call.split(' ').collect::<Vec<_>>()), wanted, "{call}");
    }
    for (args, part) in [
        (
            &["render", "remove-all", "--vm", "my VM"][..],
            "--vm: `my VM` is not the name of a virtual machine: ` ` must not",
        ),
        (
            &["render", "remove-all", "--identity", "i\"d"],
            "`i\\\"d` is not the name of a user-assigned identity: ",
        ),
        (
            &["render", "remove-all", "--identity", "/subscriptions/x"],
            "`/subscriptions/x` is not the id of a user-assigned",
        ),
        (
            &["render", "remove-all", "--api-version", "latest"],
            "`latest` is not an API version: expected a date",
        ),
        (&["render", "remove-all", "--type", "vn"], "expected vm (Microsoft.Compute/virtualMachines), vmss"),
        (&["render", "remove-all", "--as", "yaml"], "expected json, curl, az, http, powershell, template"),
        (&["render", "remove-all", "--placeholders", "curly"], "expected angle, shell or braces"),
        (&["render", "remove-all", "--image", "beos"], "expected windows or linux"),
        (&["render", "remove-all", "--pretti"], "--pretty"),
        (&["render", "remove-all", "--all"], "cannot be used with"),
        (&["render", "remove-all", "--templates", "/nowhere"], "template /nowhere: cannot be read: "),
        (
            &["render", "--all", "--api-version", "2015-06-15", "--type", "vm", "--method", "PATCH"],
            "nothing can be written: ",
        ),
    ] {
        let said = refusal(args);
        assert!(said.contains(part), "{args:?}: {said}");
    }
}

#[test]
fn the_list_names_every_scenario() {
    let list = out(&["render", "--list"]);
    assert_eq!(list.lines().count(), 18);
    let row = |name: &str| {
        let line = list.lines().find(|line| line.split(' ').next() == Some(name)).expect(name);
        line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        row("remove-user-assigned-keep"),
        ["remove-user-assigned-keep", "PATCH", "system, ID1, ID2", "system, ID1", "2017-12-01"]
    );
    assert_eq!(row("create-system-assigned"), ["create-system-assigned", "PUT", "-", "system", "2016-03-30"]);
    let scale_sets = out(&["render", "--list", "--type", "vmss", "--method", "PATCH"]);
    assert!(
        scale_sets.contains(
            "enable-system-assigned        PATCH   none              system            2017-03-30\n"
        )
    );
    assert_eq!(out(&["render", "--list", "--type", "identity"]).lines().count(), 5);
}

#[test]
fn names_fill_url_and_body() {
    let call = out(&[
        "render",
        "enable-system-assigned-keep",
        "--as",
        "curl",
        "--api-version",
        "2017-12-01",
        "--subscription",
        "$SUBSCRIPTION_ID",
        "-g",
        "{resourceGroup}",
        "--vm",
        "web-1",
        "--identity",
        "A-1",
        "--identity",
        "B-2",
        "--placeholders",
        "shell",
        "--multiline",
    ]);
    let ids = "/subscriptions/'\"$SUBSCRIPTION_ID\"'/resourceGroups/'\"$RESOURCE_GROUP\"'/providers/\
               Microsoft.ManagedIdentity/userAssignedIdentities";
    assert_eq!(
        call,
        format!(
            ": \"${{SUBSCRIPTION_ID:?}}\"\n: \"${{RESOURCE_GROUP:?}}\"\n: \"${{ACCESS_TOKEN:?}}\"\n\
             curl --fail-with-body \"https://management.azure.com/subscriptions/$SUBSCRIPTION_ID/resourceGroups/$RESOURCE_GROUP/\
             providers/Microsoft.Compute/virtualMachines/web-1?api-version=2017-12-01\" \\\n  \
             -X PATCH \\\n  \
             -d '{{\"identity\":{{\"type\":\"SystemAssigned, UserAssigned\",\"identityIds\":[\"{ids}/A-1\",\
             \"{ids}/B-2\"]}}}}' \\\n  \
             -H \"Content-Type: application/json\" \\\n  \
             -H \"Authorization: Bearer $ACCESS_TOKEN\"\n"
        )
    );
    let identity = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/ids/providers/\
                    Microsoft.ManagedIdentity/userAssignedIdentities/mine";
    let call = out(&["render", "delete-identity", "--as", "curl", "--identity", identity]);
    assert!(call.starts_with(&format!(
        "curl 'https://management.azure.com{identity}?api-version=2024-11-30' -X DELETE"
    )));
    // A scenario behind the identities is a scenario.
    assert_eq!(
        out(&["render", "--identity", "A-1", "B-2", "remove-user-assigned-keep"]),
        out(&["render", "remove-user-assigned-keep", "--identity", "A-1", "--identity", "B-2"])
    );
}

#[test]
fn bodies_are_json_on_one_line_or_many() {
    let compact = out(&["render", "create-both", "--image", "linux", "--vmss", "set"]);
    assert_eq!(compact.lines().count(), 1);
    let body: Value = serde_json::from_str(&compact).expect("JSON");
    assert_eq!(body["name"], "set");
    let key = &body["properties"]["virtualMachineProfile"]["osProfile"]["linuxConfiguration"]["ssh"]["publicKeys"]
        [0];
    assert_eq!(key["keyData"], "<SSH PUBLIC KEY>");
    let pretty = out(&["render", "create-both", "--image", "linux", "--vmss", "set", "--pretty"]);
    assert_eq!(serde_json::from_str::<Value>(&pretty).expect("JSON"), body);
    assert!(pretty.starts_with("{\n  \"location\": \"westus\",\n"));
    let braces = out(&["render", "create-identity", "--location", "$LOCATION", "--placeholders", "braces"]);
    assert_eq!(braces, "{\"location\":\"{location}\"}\n");
}

#[test]
fn all_go_into_a_folder_under_stable_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let calls = folder.path().join("calls/vm");
    let output = armbody(&["render", "--all", "--as", "curl", "-o", calls.to_str().expect("UTF-8")]);
    assert!(output.status.success() && output.stdout.is_empty());
    assert_eq!(text(&output.stderr), format!("17 files in {}\n", calls.display()));
    let names = files(&calls);
    assert_eq!(names.len(), 17);
    assert!(
        names.contains(&"add-user-assigned-keep.sh".to_owned())
            && names.contains(&"prerequisites.sh".to_owned())
    );
    for name in &names {
        let text = std::fs::read_to_string(calls.join(name)).expect("a file");
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{name}");
    }
    let bodies = folder.path().join("bodies");
    let output =
        armbody(&["render", "--all", "-o", bodies.to_str().expect("UTF-8"), "--api-version", "2018-06-01"]);
    assert!(output.status.success());
    assert!(
        text(&output.stderr)
            .contains("left out: list, list-identities, delete-identity, prerequisites (no body")
    );
    let names = files(&bodies);
    assert_eq!(names.len(), 13);
    for name in &names {
        let text = std::fs::read_to_string(bodies.join(name)).expect("a file");
        serde_json::from_str::<Value>(&text).expect("JSON");
    }
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn what_a_version_cannot_do_is_left_out_of_all() {
    let output = armbody(&["render", "--all", "--as", "curl", "--api-version", "2016-03-30"]);
    assert!(output.status.success());
    let said = text(&output.stderr);
    assert!(
        said.contains(
            "left out: create-user-assigned, create-both (API version 2016-03-30 of Microsoft.Compute/"
        ),
        "{said}"
    );
    assert!(said.contains("the first that can is 2017-12-01)"));
    let calls = text(&output.stdout);
    // Identities are made with a version of their own.
    assert!(calls.contains("# create-identity\ncurl ") && calls.contains("?api-version=2024-11-30'"));
    assert!(calls.contains("# list\ncurl ") && calls.contains("?api-version=2016-03-30'"));
}

#[test]
fn templates_of_the_user_replace_the_embedded_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("bodies")).expect("a folder");
    let path = folder.path().join("bodies/vm.json.j2");
    let folder = folder.path().to_str().expect("UTF-8");
    let with = |template: &str, scenario: &str| {
        std::fs::write(&path, template).expect("written");
        armbody(&["render", scenario, "--templates", folder])
    };
    let small = "{\"location\": {{ location }}, \"identity\": {{ identity }}, \"tags\": {\"a\": \"b\"}}";
    assert_eq!(
        text(&with(small, "create-system-assigned").stdout),
        "{\"location\":\"westus\",\"identity\":{\"type\":\"SystemAssigned\"},\"tags\":{\"a\":\"b\"}}\n"
    );
    for (template, part) in [
        ("{\"location\": {{ location }}, \"identity\": {{ identity }}, \"tagz\": {}}", "unknown-property"),
        ("{\"location\": {{ location }} \"identity\": {{ identity }}}", "missing-comma"),
        ("{\"location\": {{ location }}}", "its `identity` is not the one that the template was given"),
        ("{% if %}", "syntax error"),
        ("{{ no_such_name }}", "undefined value"),
    ] {
        let output = with(template, "create-system-assigned");
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{template}");
        assert!(said.starts_with("armbody: template bodies/vm.json.j2") && said.contains(part), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    // A template that is not replaced is the embedded one.
    assert!(
        out(&["render", "create-both", "--templates", folder, "--type", "vmss"]).contains("upgradePolicy")
    );
}

#[test]
fn what_is_needed_beforehand_names_commands_and_roles() {
    let vm = out(&["render", "prerequisites", "-g", "rg", "--location", "eastus", "--nic", "nic1"]);
    assert!(vm.contains("\naz group create --name rg --location eastus\n"));
    assert!(vm.contains("\naz network nic create -g rg --vnet-name myVnet --subnet mySubnet -n nic1 "));
    assert!(vm.contains("\naz account get-access-token "));
    assert!(vm.contains(
        "#   create-user-assigned          Virtual Machine Contributor, Managed Identity Operator\n"
    ));
    let vmss = out(&["render", "prerequisites", "--type", "vmss"]);
    assert!(vmss.contains("az network vnet create") && !vmss.contains("nic create"));
}
