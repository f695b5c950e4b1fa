// How shapes are written down: words of 32 bits. `build/main.rs` writes them, `schema::shape` reads them.
//
// A shape is a word of flags, and behind it, in the order of the flags, a section for each that has one.

/// What JSON Schema calls `type`, a bit each; none of them: any.
pub(crate) const NULL: u32 = 1;
pub(crate) const BOOLEAN: u32 = 1 << 1;
pub(crate) const INTEGER: u32 = 1 << 2;
pub(crate) const NUMBER: u32 = 1 << 3;
pub(crate) const STRING: u32 = 1 << 4;
pub(crate) const ARRAY: u32 = 1 << 5;
pub(crate) const OBJECT: u32 = 1 << 6;
pub(crate) const TYPES: u32 = (1 << 7) - 1;

/// `"readOnly": true`
pub(crate) const READ_ONLY: u32 = 1 << 8;
/// `"additionalProperties": false`
pub(crate) const CLOSED: u32 = 1 << 9;
/// A keyword that has no place here.
pub(crate) const OPAQUE: u32 = 1 << 10;

/// `properties`: how many, and of each the hash of its name, the name, its shape; sorted by hash.
pub(crate) const PROPERTIES: u32 = 1 << 16;
/// `additionalProperties`: the shape.
pub(crate) const OTHERS: u32 = 1 << 17;
/// `items`: the shape.
pub(crate) const ITEMS: u32 = 1 << 18;
/// `required`: how many, and the names, sorted.
pub(crate) const REQUIRED: u32 = 1 << 19;
/// `enum`: how many, and the strings, sorted.
pub(crate) const ENUM: u32 = 1 << 20;
/// `x-armbody-known-values`: how many, and the strings, sorted.
pub(crate) const KNOWN: u32 = 1 << 21;
/// `minimum` and `maximum`: the bits of two `f64`, the lower half first.
pub(crate) const RANGE: u32 = 1 << 22;
/// `$ref` beside other keywords: the shape.
pub(crate) const REFERENCE: u32 = 1 << 23;

/// The hash of a property's name (FNV-1a).
pub(crate) fn hash(name: &[u8]) -> u32 {
    name.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}
