//! Every resource type in every API version, as Bicep's types describe them: the pack.
//!
//! [`Pack::embedded`] is in the program; [`Pack::read`] reads one from a file. Nothing of it is opened before it is
//! asked for: a namespace's index (its types, versions and scopes) when a type of the namespace is looked up, its
//! nodes when a [`Shape`] is. What is described here is known to be wrong now and then, so that no finding that rests on
//! it is an error; for virtual machines, scale sets and user-assigned identities there are [better
//! schemas](super::Schemas).
//!
//! ```
//! use armbody::schema::types::{Form, Pack};
//!
//! let pack = Pack::embedded();
//! let storage = pack.find("microsoft.storage/STORAGEACCOUNTS").unwrap();
//! assert_eq!(storage.name(), "Microsoft.Storage/storageAccounts");
//! let newest = storage.newest_stable().unwrap();
//! let body = newest.shape();
//! let property = body.property("sku").unwrap();
//! assert!(property.is_required() && !property.is_read_only());
//! assert!(matches!(property.shape().form(), Form::Object(_)));
//! ```

pub(in crate::schema) mod block;
pub(in crate::schema) mod code;
pub(in crate::schema) mod document;
mod identity;
pub mod import;
pub(in crate::schema) mod judge;
mod least;
pub(in crate::schema) mod marks;
mod place;
mod shape;

use std::collections::HashMap;
use std::fmt;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use block::Block;
pub use code::PackError;
use code::{Reader, inflate};
pub use identity::{IdentityFacts, IdentityIdsForm};
pub use marks::MarkPlace;
pub use place::Found;
pub use shape::{Form, Object, Property, Shape, Values, Variants};

use super::SchemaError;
use crate::arm::versions::{Around, around, newest_of};
use crate::arm::{ApiVersion, ResourceTypeName, Scopes};

/// What a pack begins with.
pub(super) const MAGIC: &[u8; 14] = b"armbody-types\n";
/// Raised whenever what follows means something else.
pub(super) const FORMAT: u8 = 3;

/// Resource types and what their bodies hold.
pub struct Pack {
    bytes: Bytes,
    commit: String,
    namespaces: Vec<Namespace>,
    by_name: HashMap<String, usize>,
    marks: Packed,
    open_marks: OnceLock<Result<marks::Marks, PackError>>,
}

enum Bytes {
    Embedded(&'static [u8]),
    Read(Vec<u8>),
}

impl Bytes {
    fn get(&self) -> &[u8] {
        match self {
            Self::Embedded(bytes) => bytes,
            Self::Read(bytes) => bytes,
        }
    }
}

/// Where a block stands in the pack, and how long it is once it is opened.
#[derive(Clone, Copy, Debug, Default)]
struct Packed {
    at: usize,
    len: usize,
    open: usize,
}

struct Namespace {
    name: String,
    index: Packed,
    nodes: Packed,
    types: OnceLock<Result<Vec<TypeRecord>, PackError>>,
    block: OnceLock<Result<Block, PackError>>,
}

/// A type as the index has it.
#[derive(Debug)]
struct TypeRecord {
    name: String,
    versions: Vec<VersionRecord>,
}

#[derive(Clone, Copy, Debug)]
struct VersionRecord {
    version: ApiVersion,
    readable: u8,
    writable: u8,
    /// The body has a property that is a secret.
    has_secrets: bool,
    body: u32,
}

/// In the index: beside the scopes that a version is read at, whether its body has a secret.
pub(super) const HAS_SECRETS: u8 = 0x80;

impl fmt::Debug for Pack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pack").field("namespaces", &self.namespaces.len()).finish_non_exhaustive()
    }
}

static OWN: OnceLock<Arc<Pack>> = OnceLock::new();

#[cfg(feature = "types")]
static EMBEDDED: &[u8] = include_bytes!("../../../schemas/types.pack");
#[cfg(not(feature = "types"))]
static EMBEDDED: &[u8] = &[];

impl Pack {
    /// The pack in the program; the same for all who ask.
    pub fn embedded() -> &'static Arc<Self> {
        // A test opens every block of it; were it damaged all the same, the curated types would still serve.
        OWN.get_or_init(|| Arc::new(Self::open(Bytes::Embedded(EMBEDDED)).unwrap_or_else(|_| Self::none())))
    }

    /// Takes the bytes of the pack, in a program that is built without it (the feature `types`): it may arrive later
    /// than the program. False if the pack was asked for before; that answer stands.
    ///
    /// # Errors
    /// They are not those of a pack.
    pub fn provide(bytes: Vec<u8>) -> Result<bool, PackError> {
        Ok(OWN.set(Arc::new(Self::open(Bytes::Read(bytes))?)).is_ok())
    }

    /// A pack from a file, as `schema import --bicep-types` writes it.
    ///
    /// # Errors
    /// When it cannot be read, is larger than `limit` bytes, is none, is of another format, or is damaged anywhere.
    pub fn read(path: &Path, limit: u64) -> Result<Self, SchemaError> {
        let error =
            |message: String| SchemaError { file: path.to_path_buf(), pointer: String::new(), message };
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(|system| error(system.to_string()))?;
        file.take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|system| error(system.to_string()))?;
        if bytes.len() as u64 > limit {
            return Err(error(format!("larger than {limit} bytes")));
        }
        Self::from_bytes(bytes).map_err(|problem| error(problem.to_string()))
    }

    /// A pack from its bytes, every block of it opened and looked at.
    ///
    /// # Errors
    /// As [`Pack::read`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, PackError> {
        let pack = Self::open(Bytes::Read(bytes))?;
        pack.check()?;
        Ok(pack)
    }

    /// Opens every block.
    fn check(&self) -> Result<(), PackError> {
        for namespace in &self.namespaces {
            let types = self.types_of(namespace).map_err(Clone::clone)?;
            let block = self.block_of(namespace).map_err(Clone::clone)?;
            let is_there = |record: &VersionRecord| (record.body as usize) < block.nodes.len();
            if !types.iter().flat_map(|it| &it.versions).all(is_there) {
                return Err(PackError::Damaged("a body is missing"));
            }
        }
        marks::Marks::read(&self.opened(self.marks)?).map(|_| ())
    }

    /// The members that one type alone has; `None` in a pack without a namespace.
    fn marks(&self) -> Option<&marks::Marks> {
        let marks = self.open_marks.get_or_init(|| marks::Marks::read(&self.opened(self.marks)?));
        marks.as_ref().ok().filter(|_| !self.namespaces.is_empty())
    }

    fn none() -> Self {
        Self {
            bytes: Bytes::Read(Vec::new()),
            commit: String::new(),
            namespaces: Vec::new(),
            by_name: HashMap::new(),
            marks: Packed::default(),
            open_marks: OnceLock::new(),
        }
    }

    fn open(bytes: Bytes) -> Result<Self, PackError> {
        let all = bytes.get();
        let rest = all.strip_prefix(MAGIC).ok_or(PackError::NotAPack)?;
        let mut reader = Reader(rest);
        let format = reader.byte()?;
        if format != FORMAT {
            return Err(PackError::OtherFormat { found: format, expected: FORMAT });
        }
        let len = reader.small()? as usize;
        let header = inflate(reader.bytes()?, len)?;
        let mut at = all.len() - reader.0.len();
        let mut header = Reader(&header);
        let commit = header.text()?.to_owned();
        let count = header.count(header.0.len())?;
        let mut namespaces = Vec::with_capacity(count);
        for _ in 0..count {
            let name = header.text()?.to_owned();
            let mut packed = [Packed::default(); 2];
            for packed in &mut packed {
                packed.len = header.small()? as usize;
                packed.open = header.small()? as usize;
            }
            let [index, nodes] = packed;
            namespaces.push(Namespace { name, index, nodes, types: OnceLock::new(), block: OnceLock::new() });
        }
        let mut marks = Packed { len: header.small()? as usize, open: header.small()? as usize, at: 0 };
        let mut place = |packed: &mut Packed| {
            packed.at = at;
            at = at.saturating_add(packed.len);
        };
        for namespace in &mut namespaces {
            place(&mut namespace.index);
        }
        for namespace in &mut namespaces {
            place(&mut namespace.nodes);
        }
        place(&mut marks);
        if at != all.len() {
            return Err(PackError::Damaged("it has another length than it says"));
        }
        let by_name = namespaces.iter().enumerate().map(|(at, it)| (it.name.clone(), at)).collect();
        Ok(Self { bytes, commit, namespaces, by_name, marks, open_marks: OnceLock::new() })
    }

    fn opened(&self, packed: Packed) -> Result<Vec<u8>, PackError> {
        let bytes = self.bytes.get().get(packed.at..packed.at + packed.len);
        inflate(bytes.unwrap_or_default(), packed.open)
    }

    fn types_of<'p>(&'p self, namespace: &'p Namespace) -> Result<&'p [TypeRecord], &'p PackError> {
        let types = namespace.types.get_or_init(|| read_index(&self.opened(namespace.index)?));
        types.as_ref().map(Vec::as_slice)
    }

    fn block_of<'p>(&'p self, namespace: &'p Namespace) -> Result<&'p Block, &'p PackError> {
        namespace.block.get_or_init(|| Block::read(&self.opened(namespace.nodes)?)).as_ref()
    }

    /// The commit of Azure/bicep-types-az that the types are of, if it is known.
    pub fn commit(&self) -> Option<&str> {
        Some(self.commit.as_str()).filter(|commit| !commit.is_empty())
    }

    /// The namespaces in lower case, sorted. Nothing is opened for it.
    pub fn namespaces(&self) -> impl ExactSizeIterator<Item = &str> {
        self.namespaces.iter().map(|it| it.name.as_str())
    }

    /// The types of a namespace (compared without case), sorted; none if it is not known.
    pub fn types_in(
        &self,
        namespace: &str,
    ) -> impl ExactSizeIterator<Item = Described<'_>> + DoubleEndedIterator {
        let namespace = self.by_name.get(&namespace.to_ascii_lowercase()).map(|at| &self.namespaces[*at]);
        let types = namespace.and_then(|it| self.types_of(it).ok()).unwrap_or_default();
        let namespace = namespace.or(self.namespaces.first());
        types
            .iter()
            .filter_map(move |record| namespace.map(|namespace| Described { pack: self, namespace, record }))
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// All types, sorted. Opens every index, which takes some milliseconds.
    pub fn types(&self) -> impl Iterator<Item = Described<'_>> {
        self.namespaces.iter().flat_map(move |namespace| {
            let types = self.types_of(namespace).unwrap_or_default();
            types.iter().map(move |record| Described { pack: self, namespace, record })
        })
    }

    /// The type called `resource_type` (`Microsoft.Web/sites`), compared without case. Opens the index of its
    /// namespace.
    pub fn find(&self, resource_type: &str) -> Option<Described<'_>> {
        let (namespace, _) = resource_type.split_once('/')?;
        let namespace = &self.namespaces[*self.by_name.get(&namespace.to_ascii_lowercase())?];
        let types = self.types_of(namespace).ok()?;
        let wanted = resource_type.to_ascii_lowercase();
        let at = types.binary_search_by_key(&wanted, |it| it.name.to_ascii_lowercase()).ok()?;
        Some(Described { pack: self, namespace, record: &types[at] })
    }
}

/// A resource type that a pack describes.
#[derive(Clone, Copy)]
pub struct Described<'p> {
    pack: &'p Pack,
    namespace: &'p Namespace,
    record: &'p TypeRecord,
}

impl fmt::Debug for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Described").field(&self.record.name).finish()
    }
}

impl<'p> Described<'p> {
    /// Its name as its newest version spells it.
    pub fn name(self) -> &'p str {
        &self.record.name
    }

    /// Its name as the name of a type.
    pub fn type_name(self) -> ResourceTypeName {
        let (namespace, types) = self.name().split_once('/').unwrap_or((self.name(), ""));
        // The index has no name without a type.
        let name = ResourceTypeName::from_parts(namespace, types.split('/'));
        name.unwrap_or_else(|| crate::arm::ResourceType::VirtualMachine.into())
    }

    /// Its versions, oldest first; there is at least one.
    pub fn versions(self) -> impl ExactSizeIterator<Item = InVersion<'p>> + DoubleEndedIterator + Clone {
        self.record.versions.iter().map(move |record| InVersion { described: self, record })
    }

    /// The type in this version.
    pub fn version(self, version: ApiVersion) -> Option<InVersion<'p>> {
        let at = self.record.versions.binary_search_by_key(&version, |it| it.version).ok()?;
        Some(InVersion { described: self, record: &self.record.versions[at] })
    }

    /// The newest version that is no preview.
    pub fn newest_stable(self) -> Option<InVersion<'p>> {
        self.versions().rfind(|it| !it.version().is_preview())
    }

    /// The newest stable version, or where there is none the newest preview.
    pub fn newest(self) -> Option<InVersion<'p>> {
        self.version(newest_of(self.versions().map(InVersion::version))?)
    }

    /// The versions between which another one stands.
    pub fn around(self, version: ApiVersion) -> Around {
        around(self.versions().map(InVersion::version), version)
    }

    /// The version that serves for one that is not described: the last before it, or the first.
    pub fn nearest(self, version: ApiVersion) -> Option<InVersion<'p>> {
        self.version(self.around(version).nearest()?)
    }

    /// The first stable version that is not older than the preview `version`; `None` if it is none, or has no
    /// successor.
    pub fn successor(self, version: ApiVersion) -> Option<ApiVersion> {
        let mut later =
            self.versions().map(InVersion::version).filter(|it| *it > version && !it.is_preview());
        later.next().filter(|_| version.is_preview())
    }
}

/// A resource type in one API version.
#[derive(Clone, Copy)]
pub struct InVersion<'p> {
    described: Described<'p>,
    record: &'p VersionRecord,
}

impl fmt::Debug for InVersion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InVersion").field(&self.described.name()).field(&self.record.version).finish()
    }
}

impl<'p> InVersion<'p> {
    /// The type.
    pub fn described(self) -> Described<'p> {
        self.described
    }

    /// The version.
    pub fn version(self) -> ApiVersion {
        self.record.version
    }

    /// Where a GET finds one.
    pub fn readable(self) -> Scopes {
        Scopes::from_bits(self.record.readable)
    }

    /// Where one can be deployed; nowhere for what can only be read.
    pub fn writable(self) -> Scopes {
        Scopes::from_bits(self.record.writable)
    }

    /// True if its body has a property that is a secret. Opens nothing.
    pub fn has_secrets(self) -> bool {
        self.record.has_secrets
    }

    /// What its body holds. Opens the nodes of the namespace; what cannot be opened is open to any value.
    pub fn shape(self) -> Shape<'p> {
        static EMPTY: OnceLock<Block> = OnceLock::new();
        let block = self.described.pack.block_of(self.described.namespace);
        let block = block.unwrap_or_else(|_| EMPTY.get_or_init(Block::default));
        Shape::new(block, self.record.body)
    }
}

fn read_index(bytes: &[u8]) -> Result<Vec<TypeRecord>, PackError> {
    let mut reader = Reader(bytes);
    let count = reader.count(bytes.len())?;
    let mut dates = Vec::with_capacity(count);
    for _ in 0..count {
        let date = reader.text()?.parse().map_err(|_| PackError::Damaged("a version is no date"))?;
        dates.push(date);
    }
    let count = reader.count(bytes.len())?;
    let mut types = Vec::with_capacity(count);
    for _ in 0..count {
        let name = reader.text()?.to_owned();
        types.push((name, reader.count(bytes.len())?));
    }
    let mut columns = [Reader(&[]); 4];
    for column in &mut columns {
        *column = Reader(reader.bytes()?);
    }
    let [steps, readable, writable, bodies] = &mut columns;
    let mut out = Vec::with_capacity(types.len());
    for (name, count) in types {
        let mut before = (0_i64, 0_i64);
        let mut versions = Vec::with_capacity(count);
        for _ in 0..count {
            before = (before.0.saturating_add(steps.signed()?), before.1.saturating_add(bodies.signed()?));
            let version = usize::try_from(before.0).ok().and_then(|date| dates.get(date)).copied();
            let scopes = readable.byte()?;
            versions.push(VersionRecord {
                version: version.ok_or(PackError::Damaged("a version is missing"))?,
                readable: scopes & !HAS_SECRETS,
                has_secrets: scopes & HAS_SECRETS != 0,
                writable: writable.byte()?,
                body: u32::try_from(before.1).map_err(|_| PackError::Damaged("a body is missing"))?,
            });
        }
        out.push(TypeRecord { name, versions });
    }
    Ok(out)
}
