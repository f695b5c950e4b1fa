//! Templates of public repositories: each is expanded with the files of parameters beside it and without, and what is
//! refused is listed. The repositories are brought by whoever runs it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use armbody::notation::template::{is_read, is_template, parse};
use armbody::template::{Expansion, Files, Options, Value, expand};
use armbody::text::Source;

/// The deployment templates below a folder.
fn templates(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|it| it.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
        if path.is_symlink() || name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            templates(&path, found);
        } else if name.to_ascii_lowercase().ends_with(".json") && holds(&path) {
            found.push(path);
        }
    }
}

fn holds(path: &Path) -> bool {
    let bytes = std::fs::read(path).unwrap_or_default();
    bytes.len() < 16 << 20 && memchr::memmem::find(&bytes, b"eploymentTemplate.json").is_some()
}

/// The file of parameters that is for a template by its name.
fn parameters_of(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let stem = name.get(..name.len() - 5)?;
    let names = ["parameters", "parameter", "params", "param"]
        .map(|it| path.with_file_name(format!("{stem}.{it}.json")));
    names.into_iter().find(|it| it.is_file())
}

fn options(text: &str) -> Options {
    let mut options = Options::default();
    options.hides_secure = true;
    let schema = text.split("eploymentTemplate.json").next().unwrap_or_default().to_ascii_lowercase();
    let target = if schema.ends_with("/subscriptiond") {
        "/subscriptions/00000000-0000-0000-0000-000000000000"
    } else if schema.ends_with("/managementgroupd") {
        "/providers/Microsoft.Management/managementGroups/mg"
    } else if schema.ends_with("/tenantd") {
        "/"
    } else {
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/myRg"
    };
    options.target = target.parse().expect("a scope");
    options.location = Some("westeurope".to_owned());
    options.name = Some("main".to_owned());
    options.tenant = Some("11111111-1111-1111-1111-111111111111".to_owned());
    options
}

fn files(folder: PathBuf) -> Files {
    Files::new(move |path| {
        let source = Source::read(&folder.join(path), 16 << 20).ok()?;
        let tree = parse(&source);
        // Which file it is does not matter here.
        tree.root().filter(|_| is_read(&tree)).map(|root| Value::from_node(root, 1))
    })
}

fn deploy(path: &Path, given: Option<&Path>) -> Option<Result<Expansion, String>> {
    let source = Source::read(path, 16 << 20).ok()?;
    let tree = parse(&source);
    let root = tree.root().filter(|root| is_template(*root) || !is_read(&tree))?;
    if !is_read(&tree) {
        return Some(Err(format!("not JSON: {:?}", tree.mistakes().first().map(|it| &it.kind))));
    }
    let mut options = options(source.text());
    options.is_lenient = given.is_none();
    options.files = path.parent().map(Path::to_owned).map(files);
    if let Some(given) = given {
        let source = Source::read(given, 16 << 20).ok()?;
        let tree = parse(&source);
        if let Err(error) = options.give_file(&Value::from_node(tree.root()?, 2), |_| true) {
            return Some(Err(format!("parameters: {error}")));
        }
    }
    let expansion = expand(Value::from_node(root, 0), &options);
    let first = expansion.refusals.first().map(|it| format!("{:?}: {}", it.cause, it.full_message()));
    Some(first.map_or(Ok(expansion), Err))
}

/// Expands all that `ARMBODY_REPOSITORIES` has, and says what is refused.
#[test]
#[ignore = "needs repositories with templates, named by ARMBODY_REPOSITORIES"]
fn templates_of_public_repositories_are_expanded() {
    let folder = std::env::var_os("ARMBODY_REPOSITORIES").expect("ARMBODY_REPOSITORIES");
    let mut found = Vec::new();
    templates(Path::new(&folder), &mut found);
    let refused: Arc<std::sync::Mutex<BTreeMap<String, Vec<String>>>> = Arc::default();
    let [mut all, mut whole, mut with, mut with_whole, mut requests] = [0; 5];
    for path in &found {
        let short = path.strip_prefix(&folder).unwrap_or(path).display().to_string();
        let Some(plain) = deploy(path, None) else { continue };
        all += 1;
        let tell = |how: &str, message: String| {
            let key = message.split(['\'', ':']).next().unwrap_or_default().to_owned();
            refused.lock().unwrap().entry(key).or_default().push(format!("{short} ({how}): {message}"));
        };
        match plain {
            Ok(expansion) => {
                whole += 1;
                requests += expansion.requests.len();
            }
            Err(message) => tell("plain", message),
        }
        if let Some(given) = parameters_of(path) {
            with += 1;
            match deploy(path, Some(&given)) {
                Some(Ok(_)) => with_whole += 1,
                Some(Err(message)) => tell("given", message),
                None => tell("given", "not read".to_owned()),
            }
        }
    }
    for (key, rows) in refused.lock().unwrap().iter() {
        eprintln!("== {key}: {}", rows.len());
        for row in rows {
            eprintln!("   {}", row.replace('\n', " "));
        }
    }
    eprintln!(
        "{all} templates: {whole} expanded without parameters ({requests} requests); {with} with a file of parameters: {with_whole}"
    );
    assert!(all > 0, "no templates");
}
