//! The pack against an independent walk of the files that it is made of: every pair of nodes once.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use armbody::schema::types::import::{TypesImport, import};
use armbody::schema::types::{Described, Form, Object, Pack, Shape};
use serde_json::Value;

fn shared(name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("ARMBODY_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")), PathBuf::from);
    let path = shared.join(name);
    if path.exists() {
        return Some(path);
    }
    println!("not run: there is no {}", path.display());
    None
}

/// What is compared, and how often.
#[derive(Default)]
struct Walk {
    pairs: usize,
    differences: Vec<String>,
}

fn target(reference: &Value) -> usize {
    reference["$ref"].as_str().unwrap().strip_prefix("#/").unwrap().parse().unwrap()
}

impl Walk {
    /// Compares what can be reached from a body.
    fn body(
        &mut self,
        file: &str,
        nodes: &[Value],
        body: usize,
        shape: Shape<'_>,
        seen: &mut HashSet<(usize, u32)>,
    ) {
        let mut open = vec![(body, shape)];
        while let Some((at, shape)) = open.pop() {
            if seen.insert((at, shape.id())) {
                self.pairs += 1;
                if let Err(what) = pair(nodes, at, shape, &mut open) {
                    self.differences.push(format!("{file}#/{at}: {what}"));
                }
            }
        }
    }
}

/// Compares two nodes; those that they lead to go to `open`.
fn pair<'p>(
    nodes: &[Value],
    at: usize,
    shape: Shape<'p>,
    open: &mut Vec<(usize, Shape<'p>)>,
) -> Result<(), String> {
    let node = &nodes[at];
    let limit = |name: &str| node[name].as_i64();
    let same = |what: &str, is: bool| {
        if is { Ok(()) } else { Err(format!("{what}: {node} and {:?}", shape.form())) }
    };
    let sensitive = node["sensitive"] == true;
    match (node["$type"].as_str().unwrap(), shape.form()) {
        ("AnyType", Form::Any) | ("BooleanType", Form::Boolean) => Ok(()),
        ("IntegerType", Form::Integer { least, most }) => {
            same("limits", (least, most) == (limit("minValue"), limit("maxValue")))
        }
        ("StringType", Form::Text { sensitive: secret, least, most, pattern }) => {
            let limits = (limit("minLength").filter(|it| *it > 0), limit("maxLength"));
            same(
                "text",
                (least, most) == limits && pattern == node["pattern"].as_str() && secret == sensitive,
            )
        }
        ("StringLiteralType", Form::Values(values)) => {
            same("literal", !values.is_open() && values.iter().eq([node["value"].as_str().unwrap()]))
        }
        ("UnionType", Form::Values(values)) => {
            let elements: Vec<usize> = node["elements"].as_array().unwrap().iter().map(target).collect();
            let mut literals: Vec<&str> = Vec::new();
            // A few list a value twice.
            for literal in elements.iter().filter_map(|it| nodes[*it]["value"].as_str()) {
                if !literals.contains(&literal) {
                    literals.push(literal);
                }
            }
            let text = elements.iter().find(|it| nodes[**it]["$type"] == "StringType");
            same("values", values.iter().eq(literals) && values.is_open() == text.is_some())?;
            open.extend(text.copied().zip(values.others()));
            Ok(())
        }
        ("ArrayType", Form::List { item, least, most }) => {
            open.push((target(&node["itemType"]), item));
            let limits = (limit("minLength").filter(|it| *it > 0), limit("maxLength"));
            same("limits", (least, most) == limits)
        }
        ("ObjectType", Form::Object(object)) => {
            properties(&node["properties"], object, open)?;
            let others = node.get("additionalProperties").map(target);
            same(
                "object",
                others.is_some() == object.others().is_some() && object.is_sensitive() == sensitive,
            )?;
            open.extend(others.zip(object.others()));
            Ok(())
        }
        ("DiscriminatedObjectType", Form::Variants(variants)) => {
            same("discriminator", node["discriminator"] == variants.discriminator())?;
            properties(&node["baseProperties"], variants.base(), open)?;
            let elements = node["elements"].as_object().unwrap();
            same("variants", elements.keys().eq(variants.elements().map(|(key, _)| key)))?;
            open.extend(elements.values().map(target).zip(variants.elements().map(|(_, shape)| shape)));
            Ok(())
        }
        _ => same("kind", false),
    }
}

fn properties<'p>(
    node: &Value,
    object: Object<'p>,
    open: &mut Vec<(usize, Shape<'p>)>,
) -> Result<(), String> {
    let all = node.as_object().unwrap();
    if all.len() != object.properties().len() {
        return Err(format!("{} properties and {}", all.len(), object.properties().len()));
    }
    for (name, property) in all {
        let Some(own) = object.property(name).filter(|own| own.name() == name) else {
            return Err(format!("{name} is missing"));
        };
        let flags = property["flags"].as_u64().unwrap();
        let said = (own.is_required(), own.is_read_only(), own.is_write_only());
        if u64::from(own.flags()) != flags || said != (flags & 1 != 0, flags & 2 != 0, flags & 4 != 0) {
            return Err(format!("{name} has flags {flags} and {}", own.flags()));
        }
        open.push((target(&property["type"]), own.shape()));
    }
    Ok(())
}

/// Compares a pack with the files, given in the order of an index; how many types in versions there are.
fn compare(pack: &Pack, files: impl Iterator<Item = (String, Vec<u8>)>) -> (usize, Walk) {
    let mut walk = Walk::default();
    let mut known: HashSet<String> = HashSet::new();
    let mut blocks: HashMap<String, HashSet<(usize, u32)>> = HashMap::new();
    for (file, bytes) in files {
        let nodes: Vec<Value> = serde_json::from_slice(&bytes).unwrap();
        blocks.clear();
        for node in nodes.iter().filter(|node| node["$type"] == "ResourceType") {
            let name = node["name"].as_str().unwrap();
            if !known.insert(name.to_lowercase()) {
                continue;
            }
            let (resource_type, version) = name.split_once('@').unwrap();
            let found =
                pack.find(&resource_type.to_uppercase()).and_then(|it| it.version(version.parse().unwrap()));
            let Some(found) = found else {
                walk.differences.push(format!("{name} is missing"));
                continue;
            };
            let scopes = [("readableScopes", found.readable()), ("writableScopes", found.writable())];
            for (member, scopes) in scopes {
                if node[member].as_u64() != Some(u64::from(scopes.bits())) {
                    walk.differences.push(format!("{name}: {member}"));
                }
            }
            // The pairs of a file are visited once a namespace: numbers are those of its block.
            let namespace = resource_type.split('/').next().unwrap().to_lowercase();
            let seen = blocks.entry(namespace).or_default();
            walk.body(&file, &nodes, target(&node["body"]), found.shape(), seen);
        }
    }
    (known.len(), walk)
}

fn check(made: &TypesImport, files: impl Iterator<Item = (String, Vec<u8>)>) {
    let pack = Pack::from_bytes(made.pack.clone()).unwrap();
    let (versions, walk) = compare(&pack, files);
    println!(
        "{versions} types in versions, {} pairs of nodes, {} different",
        walk.pairs,
        walk.differences.len()
    );
    assert!(walk.differences.is_empty(), "{:#?}", &walk.differences[..walk.differences.len().min(20)]);
    assert_eq!(versions, made.versions);
    assert_eq!(pack.types().map(|it| it.versions().len()).sum::<usize>(), versions);
}

fn folder(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.ends_with("types.json") {
            found.push(path);
        }
    }
    found.sort_by_key(|path| path.to_string_lossy().to_lowercase());
    found
}

#[test]
#[ignore = "needs the shared cases"]
fn the_pack_of_some_files_has_what_they_have() {
    let Some(subset) = shared("azure-types/subset") else { return };
    let made = import(&subset).unwrap();
    check(
        &made,
        folder(&subset).into_iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())),
    );
    // Byte for byte the same, whatever the machine does.
    let again = import(&subset).unwrap();
    assert!(made.pack == again.pack && made.listing == again.listing);
}

/// The whole: what is checked in is what is imported, and what is imported is what the files have.
#[test]
#[ignore = "needs a git directory or checkout of Azure/bicep-types-az in ARMBODY_BICEP_TYPES, and minutes"]
fn the_pack_of_all_files_is_the_one_that_is_checked_in() {
    let source = PathBuf::from(std::env::var_os("ARMBODY_BICEP_TYPES").expect("ARMBODY_BICEP_TYPES"));
    let made = import(&source).unwrap();
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    assert!(made.pack == std::fs::read(schemas.join("types.pack")).unwrap());
    assert!(made.listing == std::fs::read_to_string(schemas.join("types.tsv")).unwrap());
    let git = |args: &[&str]| Command::new("git").arg("-C").arg(&source).args(args).output().unwrap().stdout;
    let listing = String::from_utf8(git(&["ls-tree", "-r", "--name-only", "HEAD", "generated"])).unwrap();
    let mut paths: Vec<&str> = listing.lines().filter(|path| path.ends_with("/types.json")).collect();
    paths.sort_by_key(|path| path.to_lowercase());
    let read = |path: &str| git(&["show", &format!("HEAD:{path}")]);
    check(&made, paths.into_iter().map(|path| (path.to_owned(), read(path))));
}

/// Every block of the pack in the program can be opened, and the listing beside it is of the same types.
#[test]
fn the_pack_in_the_program_is_whole() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let bytes = std::fs::read(schemas.join("types.pack")).unwrap();
    assert!(bytes.len() <= 1_900_000, "{} bytes", bytes.len());
    let pack = Pack::from_bytes(bytes).unwrap();
    let listing = std::fs::read_to_string(schemas.join("types.tsv")).unwrap();
    let listed: Vec<(&str, &str)> = listing
        .lines()
        .filter(|line| !line.starts_with(['#']) && !line.starts_with("resource_type"))
        .map(|line| {
            let mut columns = line.split('\t');
            (columns.next().unwrap(), columns.next().unwrap())
        })
        .collect();
    let own: Vec<(String, String)> = pack
        .types()
        .flat_map(Described::versions)
        .map(|it| (it.described().name().to_lowercase(), it.version().to_string()))
        .collect();
    assert_eq!(listed.len(), own.len());
    for ((name, version), own) in listed.iter().zip(&own) {
        assert_eq!((name.to_lowercase(), (*version).to_owned()), *own);
    }
    assert_eq!(pack.commit(), Pack::embedded().commit());
    assert!(listing.contains(pack.commit().unwrap()));
}
