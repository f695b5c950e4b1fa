//! `armbody render` in every form of call, and as the configuration has it: files, several requests in one text.

use std::fs;
use std::path::Path;

use crate::support::cli::{armbody, expect, folder};
use armbody::arm::{Blank, Method};
use armbody::container::{Kind, calls};
use armbody::notation::{Form, request};
use armbody::text::Source;

/// The forms that are calls, and the extension of their files.
const CALLS: [(Form, &str); 4] =
    [(Form::Curl, "sh"), (Form::Az, "sh"), (Form::Http, "http"), (Form::PowerShell, "ps1")];

fn requests(text: &str, extension: &str) -> Vec<armbody::arm::Request> {
    let kind = Kind::of(Path::new(&format!("x.{extension}"))).unwrap();
    let source = Source::new("x", text);
    calls(&source, kind).iter().map(|call| request(call).unwrap()).collect()
}

#[test]
fn every_form_has_files_of_its_own() {
    let here = folder(&[]);
    let mut seen = Vec::new();
    for (form, extension) in CALLS {
        let (_, said) = expect(
            &armbody(here.path(), &["render", "--all", "--as", form.as_str(), "-o", form.as_str()]),
            0,
        );
        assert_eq!(said, format!("17 files in {form}\n"));
        let mut made = Vec::new();
        for entry in fs::read_dir(here.path().join(form.as_str())).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let name = path.file_name().unwrap().to_str().unwrap();
            if name == "prerequisites.sh" {
                continue;
            }
            let stem = name.strip_suffix(&format!(".{extension}")).unwrap();
            let read = requests(&text, extension);
            assert_eq!(read.len(), 1, "{text}");
            made.push((stem.to_owned(), read));
        }
        made.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(made.len(), 16);
        seen.push(made);
    }
    // Whatever the form, it is the same request.
    assert!(seen.iter().all(|made| *made == seen[0]));
    expect(&armbody(here.path(), &["lint", "--fail-on", "warning"]), 0);
    let template = expect(&armbody(here.path(), &["render", "--all", "--as", "template", "-o", "t"]), 0).1;
    assert!(template.contains("files in t\n"));
    assert!(fs::read_dir(here.path().join("t")).unwrap().all(|entry| {
        entry.unwrap().path().extension().is_some_and(|extension| extension == "json" || extension == "sh")
    }));
}

#[test]
fn files_are_written_anew_and_nothing_else_is_left() {
    let here = folder(&[("out/remove-all.ps1", "old"), ("out/mine.ps1", "mine")]);
    for _ in 0..2 {
        expect(&armbody(here.path(), &["render", "remove-all", "--as", "powershell", "-o", "out"]), 0);
        let text = fs::read_to_string(here.path().join("out/remove-all.ps1")).unwrap();
        assert!(
            text.starts_with("Invoke-AzRestMethod -Method PATCH -Path \"/subscriptions/<SUBSCRIPTION ID>/")
        );
        assert_eq!(fs::read_dir(here.path().join("out")).unwrap().count(), 2);
    }
    fs::create_dir(here.path().join("out/list.sh")).unwrap();
    let (_, said) = expect(&armbody(here.path(), &["render", "list", "--as", "az", "-o", "out"]), 2);
    assert!(said.contains("list.sh") && said.lines().count() == 1, "{said}");
}

#[test]
fn several_requests_stand_in_one_text() {
    let here = folder(&[]);
    for (form, extension) in CALLS {
        for style in ["angle", "shell", "braces"] {
            let call = ["render", "--all", "--as", form.as_str(), "--placeholders", style, "--pretty"];
            let (text, _) = expect(&armbody(here.path(), &call), 0);
            let read = requests(&text, extension);
            assert_eq!(read.len(), 16, "{form} {style}");
            assert_eq!(read.iter().filter(|it| it.method == Method::Get).count(), 2);
            assert!(read.iter().all(|it| it.blanks().contains(&Blank::SubscriptionId)));
            fs::write(here.path().join(format!("all-{form}-{style}.{extension}")), text).unwrap();
        }
    }
    expect(&armbody(here.path(), &["lint", "--fail-on", "warning"]), 0);
    let call = ["render", "prerequisites", "list", "--as", "http", "--placeholders", "shell"];
    let (text, _) = expect(&armbody(here.path(), &call), 0);
    assert!(text.starts_with("### prerequisites\n# The resource group "), "{text}");
    let end = "\n\n### list\nGET https://management.azure.com/subscriptions/{{$processEnv SUBSCRIPTION_ID}}/\
               resourceGroups/myResourceGroup/providers/Microsoft.Compute/virtualMachines/myVM?api-version=";
    assert!(text.contains(end), "{text}");
    let (header, rest) = text.split_once(end).unwrap();
    assert!(header.lines().all(|line| line.is_empty() || line.starts_with('#')), "{header}");
    assert!(rest.ends_with(" HTTP/1.1\nAuthorization: Bearer {{$processEnv ACCESS_TOKEN}}\n"), "{rest}");
}

#[test]
fn each_form_writes_variables_in_its_own_way() {
    let here = folder(&[]);
    let url = "subscriptions/ID/resourceGroups/NAME/providers/Microsoft.Compute/virtualMachines/vm-NAME?api-version=2018-06-01";
    for (form, style, id, group) in [
        ("az", "shell", "$SUBSCRIPTION_ID", "$RESOURCE_GROUP"),
        ("az", "braces", "{subscriptionId}", "{resourceGroup}"),
        ("http", "angle", "<SUBSCRIPTION ID>", "<RESOURCE GROUP>"),
        ("http", "braces", "{{subscriptionId}}", "{{resourceGroup}}"),
        ("http", "shell", "{{$processEnv SUBSCRIPTION_ID}}", "{{$processEnv RESOURCE_GROUP}}"),
        ("powershell", "angle", "<SUBSCRIPTION ID>", "<RESOURCE GROUP>"),
    ] {
        let call = format!(
            "render list --as {form} --placeholders {style} -g $RESOURCE_GROUP --vm vm-$RESOURCE_GROUP --api-version 2018-06-01"
        );
        let (text, _) = expect(&armbody(here.path(), &call.split(' ').collect::<Vec<_>>()), 0);
        assert!(text.contains(&url.replace("ID", id).replace("NAME", group)), "{text}");
    }
    let call = "render list --as powershell --placeholders shell --vm $VM_NAME --api-version 2018-06-01";
    let (text, _) = expect(&armbody(here.path(), &call.split(' ').collect::<Vec<_>>()), 0);
    assert_eq!(
        text,
        "if (-not $env:SUBSCRIPTION_ID) { throw 'SUBSCRIPTION_ID is not set' }\n\
         if (-not $env:VM_NAME) { throw 'VM_NAME is not set' }\n\
         Invoke-AzRestMethod -Method GET -Path \"/subscriptions/$env:SUBSCRIPTION_ID/resourceGroups/myResourceGroup/\
         providers/Microsoft.Compute/virtualMachines/${env:VM_NAME}?api-version=2018-06-01\"\n"
    );
}

#[test]
fn the_configuration_says_how_to_write() {
    let template = "{{ method }} of mine {{ url }}";
    let here = folder(&[
        (
            "armbody.toml",
            "[render]\nplaceholders = \"shell\"\napi-version = \"2018-06-01\"\ntemplates = \"doc-templates/\"\n",
        ),
        ("doc-templates/notations/curl.sh.j2", template),
        ("other.toml", "[render]\nplaceholders = \"braces\"\n"),
        ("wrong/armbody.toml", "[render]\nplaceholder = \"shell\"\n"),
        ("never/armbody.toml", "[render]\napi-version = \"2018-06-02\"\n"),
        ("a/b/vm.json", "{\"identity\": {\"type\": \"SystemAssigned\"}}"),
    ]);
    let run = |at: &str, call: &str, status: i32| {
        expect(&armbody(&here.path().join(at), &call.split(' ').collect::<Vec<_>>()), status)
    };
    for at in ["", "a/b"] {
        let (text, _) = run(at, "render list --as curl", 0);
        assert!(
            text.starts_with("GET of mine \"https://management.azure.com/subscriptions/$SUBSCRIPTION_ID/")
        );
        assert!(text.ends_with("?api-version=2018-06-01\"\n"), "{text}");
    }
    let (text, _) = run("", "render list --as az --placeholders braces --api-version 2017-12-01", 0);
    assert!(text.contains("{subscriptionId}") && text.contains("2017-12-01"), "the command line counts more");
    // The version is one of machines.
    let (text, _) = run("", "render create-identity list --as az", 0);
    assert!(text.contains("?api-version=2018-06-01") && text.contains("?api-version=2024-11-30"), "{text}");
    let (text, _) = run("", "render create-identity --as az", 0);
    assert!(text.contains("?api-version=2024-11-30"), "{text}");
    let (text, _) = run("", "render list --as curl --no-config", 0);
    assert!(
        text.starts_with("curl 'https://management.azure.com/subscriptions/<SUBSCRIPTION ID>/"),
        "{text}"
    );
    let (text, _) = run("", "render list --as curl --config other.toml", 0);
    assert!(
        text.starts_with("curl -g 'https://management.azure.com/subscriptions/{subscriptionId}/"),
        "{text}"
    );
    let (text, _) = run("a/b", "plan --current vm.json --system off --as az", 0);
    assert!(text.contains("/$SUBSCRIPTION_ID/") && text.contains("?api-version=2018-06-01"), "{text}");
    let (_, said) = run("wrong", "render list --as az", 2);
    assert!(said.contains("armbody.toml:2:1: there is no key `placeholder` here"), "{said}");
    let (_, said) = run("never", "render list --as az", 2);
    assert!(
        said.contains("there is no API version 2018-06-02 of Microsoft.Compute/virtualMachines"),
        "{said}"
    );
    let (_, said) = run("", "render list --as az --config none.toml", 2);
    assert!(said.contains("none.toml"), "{said}");
}
