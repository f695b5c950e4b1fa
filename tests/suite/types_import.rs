//! The import of Bicep's types: what it keeps once, what it says of files that are not right, and packs that are damaged.

use std::path::Path;
use std::process::Command;

use armbody::container::Kind;
use armbody::lint::{Options, Severity, check};
use armbody::schema::types::import::import;
use armbody::schema::types::{Described, Form, InVersion, Pack, PackError};
use armbody::schema::{Schemas, Validators};
use armbody::text::Source;
use proptest::prelude::*;

/// A namespace with a circle, a variant, a map, limits and a secret.
const WIDGETS: &str = r##"[
  {"$type": "StringType"},
  {"$type": "StringLiteralType", "value": "Contoso.Widgets/widgets"},
  {"$type": "ObjectType", "name": "Widget", "properties": {
    "name": {"type": {"$ref": "#/0"}, "flags": 9},
    "type": {"type": {"$ref": "#/1"}, "flags": 10},
    "properties": {"type": {"$ref": "#/3"}, "flags": 1},
    "tags": {"type": {"$ref": "#/9"}, "flags": 0}}},
  {"$type": "ObjectType", "name": "WidgetProperties", "properties": {
    "part": {"type": {"$ref": "#/4"}, "flags": 0},
    "size": {"type": {"$ref": "#/5"}, "flags": 0},
    "secret": {"type": {"$ref": "#/6"}, "flags": 4},
    "shape": {"type": {"$ref": "#/7"}, "flags": 0},
    "future": {"type": {"$ref": "#/12"}, "flags": 0}}},
  {"$type": "ObjectType", "name": "Part", "properties": {"part": {"type": {"$ref": "#/4"}, "flags": 0}}},
  {"$type": "IntegerType", "minValue": 1, "maxValue": 9},
  {"$type": "StringType", "sensitive": true, "minLength": 2, "pattern": "^[a-z]+$"},
  {"$type": "DiscriminatedObjectType", "name": "Shape", "discriminator": "kind",
    "baseProperties": {"colour": {"type": {"$ref": "#/0"}, "flags": 0}},
    "elements": {"round": {"$ref": "#/8"}}},
  {"$type": "ObjectType", "name": "Round", "properties": {
    "kind": {"type": {"$ref": "#/10"}, "flags": 1}, "radius": {"type": {"$ref": "#/5"}, "flags": 1}}},
  {"$type": "ObjectType", "name": "Tags", "properties": {}, "additionalProperties": {"$ref": "#/0"}},
  {"$type": "StringLiteralType", "value": "round"},
  {"$type": "ResourceType", "name": "Contoso.Widgets/widgets@2024-01-01", "body": {"$ref": "#/2"},
    "readableScopes": 8, "writableScopes": 8},
  {"$type": "SomethingOfTomorrow", "unknown": [1, {"a": null}]}
]"##;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join("generated").join(path).join("types.json");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn pack(text: &str) -> Pack {
    let folder = folder(&[("widgets/contoso.widgets/2024-01-01", text)]);
    Pack::from_bytes(import(folder.path()).unwrap().pack).unwrap()
}

#[test]
fn what_is_in_a_file_is_in_the_pack() {
    let pack = pack(WIDGETS);
    let widget = pack.find("contoso.WIDGETS/Widgets").unwrap();
    assert_eq!(widget.name(), "Contoso.Widgets/widgets");
    let body = widget.newest().unwrap().shape();
    let properties = body.property("PROPERTIES").unwrap();
    assert!(
        properties.is_required()
            && !properties.is_read_only()
            && body.property("type").unwrap().is_read_only()
    );
    let inner = properties.shape();
    let part = inner.property("part").unwrap().shape();
    assert_eq!(part, part.property("part").unwrap().shape(), "it holds itself");
    assert!(matches!(
        inner.property("size").unwrap().shape().form(),
        Form::Integer { least: Some(1), most: Some(9) }
    ));
    assert!(inner.property("secret").unwrap().shape().is_sensitive());
    assert!(matches!(inner.property("future").unwrap().shape().form(), Form::Any));
    let Form::Variants(variants) = inner.property("shape").unwrap().shape().form() else {
        panic!("variants")
    };
    let (right, round) = variants.variant("ROUND").unwrap();
    assert!(
        right == "round"
            && round.property("radius").is_some()
            && variants.base().property("colour").is_some()
    );
    let Form::Object(tags) = body.property("tags").unwrap().shape().form() else { panic!("an object") };
    assert!(matches!(tags.others().unwrap().form(), Form::Text { .. }));
}

#[test]
fn what_is_the_same_is_kept_once_in_circles_too() {
    // The second version has the circle unrolled once: nobody can tell it from the first.
    let unrolled = WIDGETS
        .replace("2024-01-01", "2024-06-01")
        .replace(r##""part": {"type": {"$ref": "#/4"}, "flags": 0},"##, r##""part": {"type": {"$ref": "#/13"}, "flags": 0},"##)
        .replace(
            r#"{"$type": "SomethingOfTomorrow", "unknown": [1, {"a": null}]}"#,
            r##"{"$type": "AnyType"},
               {"$type": "ObjectType", "name": "Other", "properties": {"part": {"type": {"$ref": "#/4"}, "flags": 0}}}"##,
        );
    let folder =
        folder(&[("a/contoso.widgets/2024-01-01", WIDGETS), ("a/contoso.widgets/2024-06-01", &unrolled)]);
    let made = import(folder.path()).unwrap();
    let pack = Pack::from_bytes(made.pack).unwrap();
    let widget = pack.find("Contoso.Widgets/widgets").unwrap();
    let shapes: Vec<_> = widget.versions().map(InVersion::shape).collect();
    assert_eq!(shapes.len(), 2);
    assert_eq!(shapes[0], shapes[1]);
    let prints: Vec<&str> =
        made.listing.lines().skip(2).map(|line| line.rsplit('\t').next().unwrap()).collect();
    assert_eq!(prints[0], prints[1]);
}

#[test]
fn of_two_definitions_the_first_by_path_counts() {
    let other = WIDGETS.replace(r#""maxValue": 9"#, r#""maxValue": 7"#);
    let folder =
        folder(&[("b/contoso.widgets/2024-01-01", &other), ("A/contoso.widgets/2024-01-01", WIDGETS)]);
    let made = import(folder.path()).unwrap();
    assert_eq!(made.repeated, ["Contoso.Widgets/widgets@2024-01-01"]);
    let pack = Pack::from_bytes(made.pack).unwrap();
    let body = pack.find("Contoso.Widgets/widgets").unwrap().newest().unwrap().shape();
    let size = body.property("properties").unwrap().shape().property("size").unwrap().shape();
    assert!(matches!(size.form(), Form::Integer { most: Some(9), .. }));
}

#[test]
fn a_git_directory_says_the_same_as_its_checkout() {
    let folder = folder(&[("widgets/contoso.widgets/2024-01-01", WIDGETS)]);
    let git = |args: &[&str]| {
        let done = Command::new("git").arg("-C").arg(folder.path()).args(args).output();
        done.is_ok_and(|done| done.status.success())
    };
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "types"];
    if !(git(&["init", "-q"]) && git(&["add", "."]) && git(&identity)) {
        println!("not run: git is not installed");
        return;
    }
    let checkout = import(folder.path()).unwrap();
    let bare = import(&folder.path().join(".git")).unwrap();
    assert!(checkout.pack == bare.pack && checkout.listing == bare.listing);
    assert!(checkout.listing.contains("commit ") && !checkout.listing.contains("commit unknown"));
}

#[test]
fn a_fault_is_one_line_with_file_and_pointer() {
    let fault = |from: &str, to: &str| {
        let folder = folder(&[("w/contoso.widgets/2024-01-01", &WIDGETS.replacen(from, to, 1))]);
        let text = import(folder.path()).expect_err("a fault").to_string();
        assert!(!text.contains('\n') && text.contains("types.json"), "{text}");
        text.split("types.json").nth(1).unwrap().to_owned()
    };
    assert!(fault("[\n", "[[\n").starts_with(": not JSON"), "{}", fault("[\n", "[[\n"));
    assert!(fault("#/3", "#/99").starts_with("#/2/properties/properties/type: "), "{}", fault("#/3", "#/99"));
    assert!(fault("\"#/8\"", "7").starts_with("#/7/elements: "), "{}", fault("\"#/8\"", "7"));
    assert!(fault("\"value\": \"round\"", "\"v\": 1").starts_with("#/10: "));
    assert!(fault("widgets@2024", "widgets-2024").starts_with("#/11: "));
    assert!(fault("\"minValue\": 1", "\"minValue\": \"one\"").starts_with("#/5/minValue: "));
    assert!(fault("{\"$type\": \"StringType\"},", "7,").starts_with("#/0: "));
    let none = tempfile::tempdir().unwrap();
    assert!(import(none.path()).unwrap_err().to_string().contains("no types.json here"));
    assert!(import(Path::new("/nowhere")).unwrap_err().to_string().starts_with("/nowhere: "));
}

#[test]
fn a_pack_that_is_none_is_refused_and_the_others_serve() {
    assert_eq!(Pack::from_bytes(Vec::new()).unwrap_err(), PackError::NotAPack);
    assert_eq!(Pack::from_bytes(b"{}".to_vec()).unwrap_err(), PackError::NotAPack);
    let folder = folder(&[("w/contoso.widgets/2024-01-01", WIDGETS)]);
    let mut bytes = import(folder.path()).unwrap().pack;
    bytes[14] += 1;
    assert!(matches!(Pack::from_bytes(bytes.clone()).unwrap_err(), PackError::OtherFormat { .. }));
    let path = folder.path().join("types.pack");
    std::fs::write(&path, &bytes).unwrap();
    let (schemas, error) = Schemas::embedded().with_pack(&path, 1 << 20);
    let line = error.unwrap().to_string();
    assert!(line.contains("types.pack: a pack of format 4") && !line.contains('\n'), "{line}");
    assert!(schemas.knows("Microsoft.Compute/virtualMachines") && schemas.knows("Microsoft.Web/sites"));
}

#[test]
fn a_pack_of_ones_own_is_asked_first() {
    let folder = folder(&[("w/contoso.widgets/2024-01-01", WIDGETS)]);
    import(folder.path()).unwrap().write(folder.path()).unwrap();
    let (schemas, error) = Schemas::embedded().with_pack(&folder.path().join("types.pack"), 1 << 20);
    assert_eq!(error, None);
    let options = {
        let mut options = Options::default();
        options.schemas = Some(Validators::new(schemas).into());
        options
    };
    let body = r#"{"properties": {"size": 12, "secret": "abc", "shape": {"kind": "Round", "radius": "3"}, "colour": 1}}"#;
    let url = "https://management.azure.com/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/g/providers";
    let text = format!(
        "PUT {url}/Contoso.Widgets/widgets/w?api-version=2024-01-01\nAuthorization: Bearer {{{{token}}}}\nContent-Type: application/json\n\n{body}\n"
    );
    let found = check(&Source::new("a.http", text), Kind::Http, &options);
    let told: Vec<(Severity, &str)> = found.iter().map(|it| (it.severity, it.rule.name)).collect();
    for expected in [
        (Severity::Warning, "invalid-value"),
        (Severity::Warning, "literal-password"),
        (Severity::Note, "value-case"),
        (Severity::Warning, "wrong-type"),
        (Severity::Note, "unknown-property"),
    ] {
        assert!(told.contains(&expected), "{expected:?} in {told:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 64 } else { 512 }))]

    /// Bytes that were changed are refused, or mean something: nothing breaks on them.
    #[test]
    fn a_damaged_pack_is_refused_or_harmless(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), cut in any::<prop::sample::Index>(), cuts in any::<bool>()) {
        let folder = folder(&[("w/contoso.widgets/2024-01-01", WIDGETS)]);
        let mut bytes = import(folder.path()).unwrap().pack;
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(pack) = Pack::from_bytes(bytes) {
            for described in pack.types().flat_map(Described::versions) {
                let _ = described.shape().properties();
            }
        }
    }
}
