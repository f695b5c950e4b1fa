//! What `armbody schema` says.

#[path = "../../src/cli/schema/pages.rs"]
mod schema;

use crate::support::needs::shared;
use armbody::arm::Method;
use armbody::schema::Schemas;
use armbody::text::DEFAULT_MAX_SIZE;
use serde_json::Value;

#[test]
fn the_page_has_a_row_for_every_type() {
    let schemas = Schemas::embedded();
    let page = schema::markdown(&schemas);
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| type |")).count();
    let headings = page.lines().filter(|line| line.starts_with("## ")).count();
    let count = schema::count(&schemas, None).unwrap();
    assert!(count.starts_with(&format!("{} types ", rows - headings)), "{rows} {headings} {count}");
}

#[test]
fn the_list_is_a_table() {
    let list = schema::list(&Schemas::embedded());
    let lines: Vec<&str> = list.lines().collect();
    // Of types that a pack alone describes one line, with the newest version.
    let described = Schemas::embedded().packs().map(|pack| pack.types().count()).sum::<usize>() - 3;
    assert_eq!(lines.len(), 1 + Schemas::embedded().entries().len() + described);
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(lines[0]), ["TYPE", "VERSION", "STABILITY", "METHODS"]);
    let vm: Vec<_> =
        lines.iter().filter(|line| line.starts_with("Microsoft.Compute/virtualMachines ")).collect();
    assert_eq!(words(vm[0])[1..], ["2015-06-15", "stable", "PUT"]);
    assert_eq!(words(vm[2])[1..], ["2016-04-30-preview", "preview", "PUT"]);
    assert_eq!(words(vm[4])[1..], ["2017-12-01", "stable", "PUT,", "PATCH"]);
    let column = lines[0].find("VERSION").expect("a column");
    assert!(lines.iter().all(|line| line.as_bytes()[column - 1] == b' ' && line.as_bytes()[column] != b' '));
}

#[test]
fn types_are_listed_by_name_and_by_namespace_and_counted() {
    let schemas = Schemas::embedded();
    let list = schema::list_type(&schemas, "microsoft.storage/STORAGEACCOUNTS").expect("it is described");
    assert!(list.contains("Microsoft.Storage/storageAccounts  2015-06-15"), "{list}");
    assert!(list.lines().count() > 20);
    let of_compute = schema::list_type(&schemas, "Microsoft.Compute").expect("it is known");
    let curated =
        of_compute.lines().filter(|line| line.starts_with("Microsoft.Compute/virtualMachines ")).count();
    assert_eq!(curated, schemas.versions("Microsoft.Compute/virtualMachines").count());
    assert!(of_compute.contains("Microsoft.Compute/disks "));
    let count = schema::count(&schemas, None).expect("there are some");
    let numbers =
        |line: &str| -> Vec<usize> { line.split(' ').filter_map(|word| word.parse().ok()).collect() };
    let lines: Vec<Vec<usize>> = count.lines().map(numbers).collect();
    assert_eq!(lines[0][0], lines[1][0] + lines[2][0], "{count}");
    assert_eq!(lines[0][1], lines[1][1] + lines[2][1], "{count}");
    let wrong = schema::list_type(&schemas, "Microsoft.Storage/storageAcounts").expect_err("misspelt");
    assert!(wrong.contains("did you mean Microsoft.Storage/storageAccounts?"), "{wrong}");
    assert!(
        schema::count(&schemas, Some("Microsoft.Storrage"))
            .expect_err("misspelt")
            .contains("microsoft.storage")
    );
}

#[test]
fn types_are_imported_or_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = schema::import_types(folder.path(), &folder.path().join("out")).expect_err("nothing is there");
    assert!(said.contains("no types.json here"), "{said}");
    assert!(!folder.path().join("out").exists());
}

#[test]
fn a_described_type_is_shown_as_a_schema() {
    let schemas = Schemas::embedded();
    let version = "2023-01-01".parse().ok();
    let text =
        schema::show(&schemas, "Microsoft.Storage/storageAccounts", Method::Put, version).expect("described");
    let shown: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(shown["title"], "PUT Microsoft.Storage/storageAccounts 2023-01-01");
    jsonschema::validator_for(&shown).expect("it is a schema");
    let no_patch = schema::show(&schemas, "Microsoft.Storage/storageAccounts", Method::Patch, version);
    assert!(no_patch.expect_err("PUT alone").contains("only the PUT"));
    let no_version =
        schema::show(&schemas, "Microsoft.Storage/storageAccounts", Method::Put, "2023-02-02".parse().ok());
    assert!(no_version.expect_err("no such version").contains("the nearest is 2023-01-01 or 2023-04-01"));
}

#[test]
fn a_schema_is_shown_by_itself() {
    let schemas = Schemas::embedded();
    let version = "2017-12-01".parse().ok();
    let text = schema::show(&schemas, "vm", Method::Patch, version).expect("it is embedded");
    let shown: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(shown["title"], "PATCH Microsoft.Compute/virtualMachines 2017-12-01");
    assert_eq!(shown["$ref"], "#/$defs/VirtualMachineUpdate");
    assert!(shown["$defs"].get("VirtualMachineScaleSet").is_none(), "only what is reached");
    let newest =
        schema::show(&schemas, "microsoft.compute/VIRTUALMACHINES", Method::Put, None).expect("embedded");
    let expected = schemas.newest_stable("Microsoft.Compute/virtualMachines").expect("embedded").version;
    assert!(newest.contains(&format!("PUT Microsoft.Compute/virtualMachines {expected}")));
}

#[test]
fn what_cannot_be_shown_is_told_with_what_can() {
    let schemas = Schemas::embedded();
    let fail = |resource_type: &str, method, version: &str| {
        schema::show(&schemas, resource_type, method, version.parse().ok()).expect_err("it is not there")
    };
    assert_eq!(
        fail("vm", Method::Patch, "2016-03-30"),
        "Microsoft.Compute/virtualMachines 2016-03-30 has PUT only; PATCH from 2017-12-01 on"
    );
    assert_eq!(
        fail("vm", Method::Put, "2018-05-01"),
        "no schema of Microsoft.Compute/virtualMachines 2018-05-01: the nearest is 2018-04-01 or 2018-06-01"
    );
    assert_eq!(
        fail("Microsoft.Web/site", Method::Put, ""),
        "nothing is known of Microsoft.Web/site; did you mean Microsoft.Web/sites? `armbody schema list` has every type"
    );
}

#[test]
#[ignore = "needs the shared cases"]
fn an_import_writes_what_can_be_added() {
    let specs = shared("specs");
    let out = tempfile::tempdir().expect("a folder");
    let said = schema::import(&specs, &["identity".to_owned()], out.path()).expect("it is there");
    assert_eq!(said, format!("11 files in {}\n", out.path().display()));
    let (schemas, errors) = Schemas::embedded().with_folder(out.path(), DEFAULT_MAX_SIZE);
    assert_eq!(errors, []);
    assert_eq!(schemas.entries().len(), Schemas::embedded().entries().len());
    let errors =
        schema::import(&specs, &["Microsoft.Web/sites".to_owned()], out.path()).expect_err("not there");
    assert_eq!(errors.len(), 1);
    assert!(errors[0].ends_with("no PUT or PATCH of Microsoft.Web/sites here"), "{errors:?}");
}
