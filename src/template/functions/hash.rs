//! `guid` and `uniqueString`: hashes that give the same for the same, by their published algorithms.

use uuid::Uuid;

use super::{Call, SEE, invalid};
use crate::template::refusal::Outcome;
use crate::template::value::Value;

/// The namespace of ARM's GUIDs (Bicep's page of string functions).
const NAMESPACE: Uuid = Uuid::from_u128(0x11fb_06fb_712d_4ddd_98c7_e71b_bd58_8830);

/// The arguments, all texts, with a hyphen between.
fn joined(call: &Call<'_>) -> Outcome<String> {
    let mut all = String::new();
    for index in 0..call.args.len() {
        let Ok(text) = call.text(index) else {
            return Err(invalid(format!(
                "The template language function '{}' expects its {} parameter to be of type 'String'. The provided \
                 value is of type '{}'. {SEE}",
                call.name,
                super::nth(index),
                call.arg(index).kind().as_str()
            )));
        };
        if index > 0 {
            all.push('-');
        }
        all.push_str(text);
    }
    Ok(all)
}

/// `guid(…)`: a UUID of version 5.
pub(super) fn guid(call: &mut Call<'_>) -> Outcome<Option<Value>> {
    let text = joined(call)?;
    Ok(Some(Uuid::new_v5(&NAMESPACE, text.as_bytes()).to_string().into()))
}

/// `uniqueString(…)`: 13 letters of a 64-bit Murmur hash.
pub(super) fn unique_string(call: &mut Call<'_>) -> Outcome<Option<Value>> {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut hash = murmur_hash_64(joined(call)?.as_bytes(), 0);
    let mut text = String::with_capacity(13);
    for _ in 0..13 {
        text.push(char::from(LETTERS[(hash >> 59) as usize]));
        hash <<= 5;
    }
    Ok(Some(text.into()))
}

/// The variant of Murmur3 that gives 64 bits from two halves of 32.
fn murmur_hash_64(data: &[u8], seed: u32) -> u64 {
    const C1: u32 = 0x239b_961b;
    const C2: u32 = 0xab0e_9789;
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
    let (mut h1, mut h2) = (seed, seed);
    let mut blocks = data.chunks_exact(8);
    for block in &mut blocks {
        let (k1, k2) = (word(&block[..4]), word(&block[4..]));
        h1 ^= k1.wrapping_mul(C1).rotate_left(15).wrapping_mul(C2);
        h1 = h1.rotate_left(19).wrapping_add(h2).wrapping_mul(5).wrapping_add(0x561c_cd1b);
        h2 ^= k2.wrapping_mul(C2).rotate_left(17).wrapping_mul(C1);
        h2 = h2.rotate_left(13).wrapping_add(h1).wrapping_mul(5).wrapping_add(0x0bca_a747);
    }
    let tail = blocks.remainder();
    if !tail.is_empty() {
        let (low, high) = tail.split_at(tail.len().min(4));
        if !high.is_empty() {
            h2 ^= word(high).wrapping_mul(C2).rotate_left(17).wrapping_mul(C1);
        }
        h1 ^= word(low).wrapping_mul(C1).rotate_left(15).wrapping_mul(C2);
    }
    let len = data.len() as u32;
    h1 ^= len;
    h2 ^= len;
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    h1 = mixed(h1);
    h2 = mixed(h2);
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    u64::from(h2) << 32 | u64::from(h1)
}

fn mixed(mut hash: u32) -> u32 {
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}
