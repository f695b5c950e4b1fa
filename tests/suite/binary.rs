//! What the program is that is given away. `ARMBODY_RELEASE` names one that was built with `build/release-flags`, as
//! `.ci/run` does.

use std::env;
use std::fs;
use std::path::PathBuf;

/// At most, in bytes.
const MAX_SIZE: usize = 15_500_000;

/// `e_type` of a program that may lie anywhere.
const ET_DYN: usize = 3;
/// `p_type` of the index of unwind tables.
const PT_GNU_EH_FRAME: usize = 0x6474_e550;

fn release() -> (PathBuf, Vec<u8>) {
    let path = env::var_os("ARMBODY_RELEASE").map(PathBuf::from).expect("ARMBODY_RELEASE names a program");
    let bytes = fs::read(&path).unwrap();
    (path, bytes)
}

#[test]
#[ignore = "needs the program that ARMBODY_RELEASE names"]
fn it_names_no_folder_of_the_machine_that_built_it() {
    let (path, bytes) = release();
    let root = env!("CARGO_MANIFEST_DIR");
    let mut folders = vec![root.to_owned()];
    for name in ["HOME", "CARGO_HOME", "RUSTUP_HOME", "CARGO_TARGET_DIR", "USERPROFILE"] {
        // `/` is in every program.
        folders
            .extend(env::var(name).ok().filter(|folder| folder.len() > 3).map(|folder| format!("{folder}/")));
    }
    for folder in folders {
        let found = memchr::memmem::find(&bytes, folder.as_bytes());
        assert_eq!(found, None, "{} names {folder}", path.display());
    }
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs the program that ARMBODY_RELEASE names"]
fn it_may_lie_anywhere_in_memory_and_unwinds() {
    let (path, bytes) = release();
    assert!(bytes.starts_with(b"\x7fELF\x02\x01"), "{}: 64 bits, little-endian", path.display());
    let word = |at: usize, len: usize| {
        bytes[at..at + len].iter().rev().fold(0usize, |sum, &byte| sum << 8 | usize::from(byte))
    };
    assert_eq!(word(16, 2), ET_DYN, "{} is position-independent", path.display());
    let (headers, size, count) = (word(32, 8), word(54, 2), word(56, 2));
    let unwinds = (0..count).any(|index| word(headers + index * size, 4) == PT_GNU_EH_FRAME);
    assert!(unwinds, "{} has the tables that a panic needs to be caught", path.display());
}

#[test]
#[ignore = "needs the program that ARMBODY_RELEASE names"]
fn it_is_small() {
    let (path, bytes) = release();
    assert!(bytes.len() <= MAX_SIZE, "{} has {} bytes", path.display(), bytes.len());
}
