//! What the program tells of the types that packs describe: the page of them, what a body without a type is taken for,
//! where a misplaced member is moved, and what is said to be assumed.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::cli::{armbody, armbody_with_input, expect, folder};

/// `docs/types.md` is what the program prints; `ARMBODY_UPDATE_TYPES=1` writes it anew.
#[test]
fn the_page_of_types_is_the_one_that_the_program_makes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (made, _) = expect(&armbody(root, &["schema", "list", "--markdown"]), 0);
    let page = root.join("docs/types.md");
    if std::env::var_os("ARMBODY_UPDATE_TYPES").is_some() {
        fs::write(&page, &made).unwrap();
    }
    let checked_in = fs::read_to_string(&page).unwrap();
    assert!(checked_in == made, "docs/types.md is not what `armbody schema list --markdown` prints");
    assert!(made.contains("| sites/slots |") && made.contains("## Microsoft.Compute\n"), "{}", made.len());
}

const VAULT: &str = r#"{
  "location": "westus",
  "properties": {
    "tenantId": "0b1f6471-1bf0-4dda-aec3-cb9272f09590",
    "sku": { "family": "A", "name": "standard" },
    "enableRbacAuthorization": "true",
    "enabledForDeployment": true
  }
}"#;

fn findings(text: &str, more: &[&str]) -> Vec<Value> {
    let folder = folder(&[]);
    let mut args = vec!["lint", "-", "--stdin-filename", "body.json", "--format", "json", "--exit-zero"];
    args.extend(more);
    let (out, _) = expect(&armbody_with_input(folder.path(), &args, text), 0);
    serde_json::from_str(&out).unwrap()
}

#[test]
fn a_body_is_taken_for_the_one_type_whose_members_it_has() {
    let found = findings(VAULT, &[]);
    let quoted = found.iter().find(|it| it["rule"] == "wrong-type").unwrap_or_else(|| panic!("{found:#?}"));
    assert_eq!(quoted["severity"], "warning");
    let help = quoted["help"].as_str().unwrap();
    assert!(help.contains("it was taken for a Microsoft.KeyVault/vaults by its members"), "{help}");
    // One member of that type alone is not enough, an answer is not a request, and JSON of others is left alone.
    for other in [
        VAULT.replace("    \"enabledForDeployment\": true\n", "    \"x\": true\n"),
        VAULT.replace("\"location\"", "\"id\": \"/x\", \"location\""),
        VAULT.replace("\"tenantId\"", "\"provisioningState\": \"Succeeded\", \"tenantId\""),
        VAULT.replace("\"enabledForDeployment\"", "\"isHnsEnabled\""),
        VAULT.replace("\"properties\"", "\"settings\""),
        r#"{"typeName":"AWS::EKS::Cluster","properties":{"UpgradePolicy":{},"Arn":{},"Name":{},"Logging":{}},"definitions":{}}"#.to_owned(),
        r#"{"$schema":"https://json-schema.org/draft-07/schema#","properties":{"enableRbacAuthorization":{},"enabledForDeployment":{}}}"#.to_owned(),
        r#"{"name":"x","location":"y","properties":{"a":1,"enableRbacAuthorization":1,"enabledForDeployment":2,"b":3,"c":4,"d":5,"e":6}}"#.to_owned(),
    ] {
        assert!(findings(&other, &[]).is_empty(), "{other}");
    }
}

#[test]
fn a_misplaced_member_is_moved_to_where_it_belongs() {
    let body = r#"{
  "location": "westus",
  "kind": "StorageV2",
  "properties": {
    "sku": {
      "name": "Standard_LRS"
    },
    "isHnsEnabled": true
  },
  "supportsHttpsTrafficOnly": true
}"#;
    let folder = folder(&[("body.json", body)]);
    let args = [
        "lint",
        "body.json",
        "--type",
        "Microsoft.Storage/storageAccounts",
        "--method",
        "PUT",
        "--unsafe-fixes",
        "--exit-zero",
    ];
    expect(&armbody(folder.path(), &args), 0);
    let mended = fs::read_to_string(folder.path().join("body.json")).unwrap();
    let value: Value = serde_json::from_str(&mended).unwrap_or_else(|error| panic!("{error}: {mended}"));
    assert_eq!(value["properties"]["supportsHttpsTrafficOnly"], true, "{mended}");
    assert_eq!(value.get("supportsHttpsTrafficOnly"), None, "{mended}");
    // What stands at the top of many types is not moved there: its place is said.
    assert!(mended.contains("\n    \"isHnsEnabled\": true"), "{mended}");
}

#[test]
fn what_is_assumed_of_a_type_is_said() {
    let body = r#"{"location":"westus","properties":{},"identity":{"type":"UserAssigned"}}"#;
    let args = ["--type", "Microsoft.Web/sites", "--method", "PUT"];
    let found = findings(body, &args);
    let missing =
        found.iter().find(|it| it["rule"] == "identity-ids-missing").unwrap_or_else(|| panic!("{found:#?}"));
    assert_eq!(missing["severity"], "warning");
    assert!(missing["message"].as_str().unwrap().contains("it is assumed"), "{missing}");
    let folder = folder(&[]);
    let rendered =
        armbody(folder.path(), &["render", "enable-system-assigned", "--type", "Microsoft.Web/sites"]);
    let (_, said) = expect(&rendered, 0);
    assert!(said.contains("is assumed"), "{said}");
    // A type that is not known to take PATCH: `render` names `plan`, which writes a PUT of all that there is.
    let render = ["render", "enable-system-assigned", "--type", "ArizeAi.ObservabilityEval/organizations"];
    let (_, said) = expect(&armbody(folder.path(), &render), 2);
    assert!(said.contains("it is not known whether it takes PATCH; `armbody plan --current FILE`"), "{said}");
    let answer = r#"{"id":"/subscriptions/s/resourceGroups/g/providers/ArizeAi.ObservabilityEval/organizations/o",
        "name":"o","location":"westus","identity":null,"systemData":{},
        "properties":{"partnerProperties":{"description":"d"},"provisioningState":"Succeeded"}}"#;
    let plan = ["plan", "--current", "-", "--system", "on"];
    let (put, said) = expect(&armbody_with_input(folder.path(), &plan, answer), 0);
    assert_eq!(
        put.trim(),
        r#"{"location":"westus","properties":{"partnerProperties":{"description":"d"}},"identity":{"type":"SystemAssigned"}}"#
    );
    assert!(said.contains("the PUT has all of the resource") && said.contains("is assumed"), "{said}");
}
