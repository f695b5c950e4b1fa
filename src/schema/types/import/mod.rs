//! The types that Bicep publishes for every Azure resource (Azure/bicep-types-az), made into a pack.
//!
//! `files` finds and reads, `node` reads one `types.json`, `pool` keeps what is the same once, `encode` writes a
//! namespace as `schema::types` reads it. The same types make the same bytes.

mod encode;
mod files;
mod node;
mod pool;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use files::Files;
use pool::Pool;

use crate::arm::ApiVersion;
use crate::schema::import::{ImportError, Problem};
use crate::schema::types::code::{Writer, deflate};
use crate::schema::types::marks::{self, MarkPlace};
use crate::schema::types::{FORMAT, HAS_SECRETS, MAGIC};

/// No published file comes near this.
const MAX_FILE: u64 = 256 << 20;

/// Files that are read before they are taken apart side by side.
const AT_ONCE: usize = 64;

/// What was made of the types.
#[derive(Debug)]
pub struct TypesImport {
    /// The pack: `types.pack`.
    pub pack: Vec<u8>,
    /// What is in it, a line for each type and version, for those who compare two imports: `types.tsv`.
    pub listing: String,
    /// Types that are defined a second time: of them the first definition counts, in the order of the paths.
    pub repeated: Vec<String>,
    /// Versions that are no dates, which are left out.
    pub left_out: Vec<String>,
    /// How many files, types, versions of types and different nodes there are.
    pub files: usize,
    /// Resource types.
    pub types: usize,
    /// Types in their versions.
    pub versions: usize,
    /// Different nodes, counted in each namespace.
    pub nodes: u64,
}

impl TypesImport {
    /// Writes `types.pack` and `types.tsv` into the folder `out`, both or neither.
    ///
    /// # Errors
    /// When the folder or a file cannot be written.
    pub fn write(&self, out: &Path) -> Result<(), ImportError> {
        let failed = |path: &Path, error: std::io::Error| {
            ImportError::new(path, "", Problem::Unreadable(error.to_string()))
        };
        std::fs::create_dir_all(out).map_err(|e| failed(out, e))?;
        let mut written: Vec<(PathBuf, PathBuf)> = Vec::new();
        for (name, bytes) in [("types.pack", self.pack.as_slice()), ("types.tsv", self.listing.as_bytes())] {
            let part = out.join(format!("{name}.part"));
            std::fs::write(&part, bytes).map_err(|e| failed(&part, e))?;
            written.push((part, out.join(name)));
        }
        for (part, path) in written {
            std::fs::rename(&part, &path).map_err(|e| failed(&path, e))?;
        }
        Ok(())
    }
}

/// A type in one version, as it was found.
struct Found {
    name: String,
    version: ApiVersion,
    readable: u8,
    writable: u8,
    body: u32,
}

/// One namespace.
#[derive(Default)]
struct Namespace {
    pool: Pool,
    found: Vec<Found>,
}

/// Makes a pack of the types in `dir`: a checkout of Azure/bicep-types-az, a folder of one, or a git directory.
///
/// # Errors
/// The first file that is not what it should be, with the JSON pointer of the place.
pub fn import(dir: &Path) -> Result<TypesImport, ImportError> {
    let mut files = Files::find(dir)?;
    let mut namespaces: BTreeMap<String, Namespace> = BTreeMap::new();
    let mut known: HashMap<(String, ApiVersion), usize> = HashMap::new();
    let mut repeated = Vec::new();
    let mut left_out = Vec::new();
    let all: Vec<usize> = (0..files.list.len()).collect();
    for some in all.chunks(AT_ONCE) {
        let texts: Vec<Vec<u8>> =
            some.iter().map(|index| files.read(*index, MAX_FILE)).collect::<Result<_, _>>()?;
        let read: Vec<_> = texts.par_iter().map(|bytes| node::read(bytes)).collect();
        for (index, raws) in some.iter().zip(read) {
            let fault = |(pointer, message): (String, String)| {
                ImportError::new(&files.path(*index), &pointer, Problem::NotTypes(message))
            };
            let raws = raws.map_err(&fault)?;
            let mut firsts: BTreeMap<String, u32> = BTreeMap::new();
            for (at, raw) in raws.iter().enumerate().filter(|(_, raw)| raw.kind == "ResourceType") {
                let wrong = |message: String| fault((format!("/{at}"), message));
                let name = raw.name.as_deref().unwrap_or_default();
                let Some((name, text)) = name.split_once('@').filter(|(name, _)| name.contains('/')) else {
                    return Err(wrong(format!("{name:?} is not NAMESPACE/TYPE@VERSION")));
                };
                let Some(body) = raw.body else {
                    return Err(wrong("a resource type has a `body`".to_owned()));
                };
                if body.0 as usize >= raws.len() {
                    return Err(wrong(format!("the $ref \"#/{}\" leads nowhere", body.0)));
                }
                let Ok(version) = text.parse::<ApiVersion>() else {
                    left_out.push(format!("{name}@{text}"));
                    continue;
                };
                if known.insert((name.to_ascii_lowercase(), version), *index).is_some() {
                    repeated.push(format!("{name}@{text}"));
                    continue;
                }
                let key = name.split('/').next().unwrap_or_default().to_ascii_lowercase();
                let namespace = namespaces.entry(key.clone()).or_default();
                let first = match firsts.get(&key) {
                    Some(first) => *first,
                    None => *firsts.entry(key).or_insert(namespace.pool.add(&raws).map_err(&fault)?),
                };
                let of_old = raw.scope_type.filter(|scopes| *scopes != 0).unwrap_or(ALL_SCOPES);
                namespace.found.push(Found {
                    name: name.to_owned(),
                    version,
                    readable: raw.readable_scopes.unwrap_or(of_old),
                    writable: raw.writable_scopes.unwrap_or(of_old),
                    body: first + body.0,
                });
            }
        }
    }
    if namespaces.is_empty() {
        return Err(ImportError::new(
            dir,
            "",
            Problem::NotTypes("no resource type in any types.json".to_owned()),
        ));
    }
    let mut made: Vec<(String, Made)> =
        namespaces.into_par_iter().map(|(key, namespace)| (key, make(namespace))).collect();
    made.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(assemble(&made, &files, repeated, left_out))
}

/// Tenant, management group, subscription, resource group, any resource.
const ALL_SCOPES: u8 = 31;

/// A namespace as it is written.
struct Made {
    index: Vec<u8>,
    nodes: Vec<u8>,
    packed_index: Vec<u8>,
    packed_nodes: Vec<u8>,
    listing: String,
    types: usize,
    versions: usize,
    count: u32,
    /// What a request may set at the top and in `properties`, of each type.
    members: Vec<BTreeSet<Vec<u8>>>,
}

fn make(mut namespace: Namespace) -> Made {
    namespace.found.sort_by_cached_key(|it| (it.name.to_ascii_lowercase(), it.version));
    let roots: Vec<u32> = namespace.found.iter().map(|it| it.body).collect();
    let encoded = encode::encode(&mut namespace.pool, &roots);
    let prints = fingerprints(&mut namespace, &roots);
    let has_secrets = namespace.pool.leading_to_secrets();
    let mut types: Vec<&[Found]> = Vec::new();
    types.extend(namespace.found.chunk_by(|a, b| a.name.eq_ignore_ascii_case(&b.name)));
    let members = types.iter().map(|versions| members(&namespace.pool, versions)).collect();
    let mut dates: Vec<ApiVersion> = namespace.found.iter().map(|it| it.version).collect();
    dates.sort_unstable();
    dates.dedup();

    let mut index = Writer::default();
    index.number(dates.len() as u64);
    for date in &dates {
        index.bytes(date.to_string().as_bytes());
    }
    index.number(types.len() as u64);
    for versions in &types {
        // As its newest version spells it.
        let name = versions.last().map_or("", |it| it.name.as_str());
        index.bytes(name.as_bytes());
        index.number(versions.len() as u64);
    }
    let mut at = 0;
    let mut listing = String::new();
    let mut steps: [Writer; 4] = Default::default();
    for versions in &types {
        let mut before = (0_i64, 0_i64);
        for found in *versions {
            let date = dates.partition_point(|it| *it < found.version);
            let date = i64::try_from(date).unwrap_or_default();
            let root = i64::from(encoded.roots[at]);
            steps[0].signed(date - before.0);
            let secrets = if has_secrets[found.body as usize] { HAS_SECRETS } else { 0 };
            steps[1].0.push(found.readable & !HAS_SECRETS | secrets);
            steps[2].0.push(found.writable);
            steps[3].signed(root - before.1);
            before = (date, root);
            let _ = writeln!(
                listing,
                "{}\t{}\t{}\t{}\t{:016x}",
                found.name, found.version, found.readable, found.writable, prints[at]
            );
            at += 1;
        }
    }
    for column in steps {
        index.bytes(&column.0);
    }
    Made {
        packed_index: deflate(&index.0),
        packed_nodes: deflate(&encoded.bytes),
        index: index.0,
        nodes: encoded.bytes,
        listing,
        types: types.len(),
        versions: at,
        count: encoded.nodes,
        members,
    }
}

/// What a request may set at the top of a type's body and in its `properties`, in any version.
fn members(pool: &Pool, versions: &[Found]) -> BTreeSet<Vec<u8>> {
    const READ_ONLY: u8 = 2;
    let mut out = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<(MarkPlace, u32)> = versions.iter().map(|it| (MarkPlace::Top, it.body)).collect();
    while let Some((place, node)) = open.pop() {
        if !seen.insert((place, node)) {
            continue;
        }
        let properties = match &pool.nodes[node as usize] {
            pool::Node::Object { properties, .. } => properties,
            pool::Node::Variants { properties, elements, .. } => {
                open.extend(elements.iter().map(|(_, element)| (place, *element)));
                properties
            }
            _ => continue,
        };
        for (name, flags, target) in properties {
            let name = pool.texts.list[*name as usize].as_str();
            if flags & READ_ONLY == 0 {
                out.insert(marks::key(place, name));
            }
            if place == MarkPlace::Top && name == "properties" {
                open.push((MarkPlace::Properties, *target));
            }
        }
    }
    out
}

/// The members that one type alone has, sorted.
fn alone(made: &[(String, Made)]) -> Vec<marks::Mark> {
    let mut of: BTreeMap<&[u8], Option<(u32, u32)>> = BTreeMap::new();
    for (namespace, (_, it)) in made.iter().enumerate() {
        for (kind, members) in it.members.iter().enumerate() {
            let own = (namespace as u32, kind as u32);
            for member in members {
                of.entry(member).and_modify(|it| *it = None).or_insert(Some(own));
            }
        }
    }
    of.into_iter().filter_map(|(key, own)| Some((key.to_vec(), own?))).collect()
}

/// For each body a number that says what is in it, whatever else is in the pack: in a listing it shows what changed.
fn fingerprints(namespace: &mut Namespace, roots: &[u32]) -> Vec<u64> {
    let texts = &namespace.pool.texts.list;
    let mix = |hash: u64, bytes: &[u8]| {
        bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
    };
    let own: Vec<u64> = namespace
        .pool
        .nodes
        .iter()
        .map(|node| {
            use pool::Node;
            let mut hash = 0xcbf2_9ce4_8422_2325;
            let mut say = |text: &str| hash = mix(mix(hash, text.as_bytes()), &[0]);
            let text = |number: &u32| texts[*number as usize].as_str();
            match node {
                Node::Any => say("any"),
                Node::Boolean => say("boolean"),
                Node::Integer { least, most } => say(&format!("integer {least:?} {most:?}")),
                Node::Text { sensitive, least, most, pattern } => {
                    say(&format!("text {sensitive} {least:?} {most:?} {:?}", pattern.as_ref().map(text)));
                }
                Node::Values { values, .. } => values.iter().map(text).for_each(say),
                Node::List { least, most, .. } => say(&format!("list {least:?} {most:?}")),
                Node::Object { properties, sensitive, others } => {
                    say(&format!("object {sensitive} {}", others.is_some()));
                    for (name, flags, _) in properties {
                        say(&format!("{} {flags}", text(name)));
                    }
                }
                Node::Variants { discriminator, properties, elements } => {
                    say(&format!("variants {}", text(discriminator)));
                    for (name, flags, _) in properties {
                        say(&format!("{} {flags}", text(name)));
                    }
                    for (key, _) in elements {
                        say(text(key));
                    }
                }
            }
            hash
        })
        .collect();
    let children: Vec<Vec<u32>> = namespace
        .pool
        .nodes
        .iter_mut()
        .map(|node| node.children().into_iter().map(|it| *it).collect())
        .collect();
    let mut hashes = own.clone();
    // As deep as any body is that a reader would follow.
    for _ in 0..ROUNDS {
        hashes = children
            .iter()
            .zip(&own)
            .map(|(children, own)| {
                children.iter().fold(*own, |hash, child| mix(hash, &hashes[*child as usize].to_le_bytes()))
            })
            .collect();
    }
    roots.iter().map(|root| hashes[*root as usize]).collect()
}

/// How deep below a body a change still shows in its fingerprint.
const ROUNDS: usize = 24;

fn assemble(
    made: &[(String, Made)],
    files: &Files,
    repeated: Vec<String>,
    left_out: Vec<String>,
) -> TypesImport {
    let mut header = Writer::default();
    header.bytes(files.commit.as_deref().unwrap_or_default().as_bytes());
    header.number(made.len() as u64);
    for (key, it) in made {
        header.bytes(key.as_bytes());
        for len in [it.packed_index.len(), it.index.len(), it.packed_nodes.len(), it.nodes.len()] {
            header.number(len as u64);
        }
    }
    let marks = marks::write(&alone(made));
    let packed_marks = deflate(&marks);
    header.number(packed_marks.len() as u64);
    header.number(marks.len() as u64);
    let packed = deflate(&header.0);
    let mut pack = Writer(MAGIC.to_vec());
    pack.0.push(FORMAT);
    pack.number(header.0.len() as u64);
    pack.bytes(&packed);
    for (_, it) in made {
        pack.0.extend_from_slice(&it.packed_index);
    }
    for (_, it) in made {
        pack.0.extend_from_slice(&it.packed_nodes);
    }
    pack.0.extend_from_slice(&packed_marks);
    let source = files.commit.as_deref().unwrap_or("unknown");
    let mut listing = format!("# Azure/bicep-types-az, commit {source}\n");
    listing.push_str("resource_type\tapi_version\treadable_scopes\twritable_scopes\tfingerprint\n");
    listing.extend(made.iter().map(|(_, it)| it.listing.as_str()));
    TypesImport {
        pack: pack.0,
        listing,
        repeated,
        left_out,
        files: files.list.len(),
        types: made.iter().map(|(_, it)| it.types).sum(),
        versions: made.iter().map(|(_, it)| it.versions).sum(),
        nodes: made.iter().map(|(_, it)| u64::from(it.count)).sum(),
    }
}
