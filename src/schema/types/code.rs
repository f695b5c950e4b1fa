//! Numbers and texts as the pack writes them: every number seven bits a byte, the low ones first.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};

/// No block of a pack is larger than this once it is opened: a damaged one must not fill the memory.
const MAX_OPEN: usize = 1 << 28;

/// How many bytes a byte of deflated text can stand for at most, rounded up (zlib's technical details name 1032).
const MAX_RATIO: usize = 1100;

/// What is wrong with bytes that should be a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// The bytes do not begin as a pack does.
    #[error("not a pack of resource types: `armbody schema import --bicep-types` writes one")]
    NotAPack,
    /// Written by another version of the program.
    #[error("a pack of format {found}, this program reads format {expected}: import the types again")]
    OtherFormat {
        /// The format of the pack.
        found: u8,
        /// The format that is read.
        expected: u8,
    },
    /// Cut short, or changed after it was written.
    #[error("the pack is damaged: {0}")]
    Damaged(&'static str),
}

/// Writes numbers and texts.
#[derive(Debug, Default)]
pub(in crate::schema) struct Writer(pub(in crate::schema) Vec<u8>);

impl Writer {
    pub(in crate::schema) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub(in crate::schema) fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63).cast_unsigned());
    }

    pub(in crate::schema) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }
}

/// Reads what [`Writer`] wrote; everything may be damaged.
#[derive(Debug, Clone, Copy)]
pub(in crate::schema) struct Reader<'b>(pub(in crate::schema) &'b [u8]);

impl<'b> Reader<'b> {
    pub(in crate::schema) fn byte(&mut self) -> Result<u8, PackError> {
        let (first, rest) = self.0.split_first().ok_or(PackError::Damaged("it ends too early"))?;
        self.0 = rest;
        Ok(*first)
    }

    #[inline]
    pub(in crate::schema) fn number(&mut self) -> Result<u64, PackError> {
        // Nearly all numbers of a pack take one byte.
        match self.0 {
            [byte, rest @ ..] if *byte < 0x80 => {
                self.0 = rest;
                Ok(u64::from(*byte))
            }
            _ => self.long_number(),
        }
    }

    #[cold]
    fn long_number(&mut self) -> Result<u64, PackError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(PackError::Damaged("a number is too long"))
    }

    #[inline]
    pub(in crate::schema) fn small(&mut self) -> Result<u32, PackError> {
        u32::try_from(self.number()?).map_err(|_| PackError::Damaged("a number is too large"))
    }

    /// A number of things of which each takes at least one byte of `within`.
    pub(in crate::schema) fn count(&mut self, within: usize) -> Result<usize, PackError> {
        let count = self.small()? as usize;
        if count > within { Err(PackError::Damaged("a count is too large")) } else { Ok(count) }
    }

    pub(in crate::schema) fn signed(&mut self) -> Result<i64, PackError> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    pub(in crate::schema) fn bytes(&mut self) -> Result<&'b [u8], PackError> {
        let len = self.small()? as usize;
        self.take(len)
    }

    pub(in crate::schema) fn take(&mut self, len: usize) -> Result<&'b [u8], PackError> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(PackError::Damaged("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    pub(in crate::schema) fn text(&mut self) -> Result<&'b str, PackError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| PackError::Damaged("a text is not UTF-8"))
    }
}

/// Compresses a block; the result carries its own check sum.
pub(in crate::schema) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Opens a block that is `len` bytes long.
pub(in crate::schema) fn inflate(packed: &[u8], len: usize) -> Result<Vec<u8>, PackError> {
    if len > MAX_OPEN {
        return Err(PackError::Damaged("a block is too large"));
    }
    if packed.len().saturating_mul(MAX_RATIO) < len {
        return Err(PackError::Damaged("a block has another length"));
    }
    // Room for one byte more: a block that goes on is not taken for one that ends.
    let mut bytes = Vec::with_capacity(len + 1);
    let status = Decompress::new(true)
        .decompress_vec(packed, &mut bytes, FlushDecompress::Finish)
        .map_err(|_| PackError::Damaged("a block cannot be opened"))?;
    if status == Status::StreamEnd && bytes.len() == len {
        Ok(bytes)
    } else {
        Err(PackError::Damaged("a block has another length"))
    }
}
