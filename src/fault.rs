//! Faults of the program itself: kept to what was being worked on, and told without a word of what was read.
//!
//! Everything that deals with one file, one record or one message runs in [`isolated`]. Where [`tell`] is set as the
//! process's hook, a fault is one line that names the place in the program; the message of a panic is never shown,
//! for it quotes what was read.

use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::{Mutex, PoisonError};

/// The address of the sources, as Cargo.toml has it.
macro_rules! repository {
    () => {
        env!("CARGO_PKG_REPOSITORY")
    };
}
pub(crate) use repository;

/// Where a fault is reported.
pub const REPORT_AT: &str = concat!(repository!(), "/issues");

/// Where the program's pages are.
pub const REPOSITORY: &str = repository!();

/// The work ended in a fault of the program. What it was is not said: it may hold what was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fault of the program ended this; please report it at {REPORT_AT}")]
pub struct Fault;

/// Does `work`, and is left standing by a panic in it.
///
/// # Errors
/// [`Fault`] if it panics. What it was changing is as the panic left it: use none of it but what can be looked at
/// again from the start.
pub fn isolated<T>(work: impl FnOnce() -> T) -> Result<T, Fault> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|_| Fault)
}

/// Makes every panic of the process one line for `say`: the place in the program, and where to report it. A place is
/// told once.
pub fn tell(say: fn(&str)) {
    static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());
    panic::set_hook(Box::new(move |info| {
        let place = info.location().map_or_else(|| "an unknown place".to_owned(), place);
        let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
        if told.contains(&place) {
            return;
        }
        let version = env!("CARGO_PKG_VERSION");
        say(&format!(
            "a fault of the program at {place} (version {version}); please report it at {REPORT_AT}"
        ));
        told.push(place);
    }));
}

/// `src/json/parser.rs:92`: as the sources name it, whatever machine they were built on.
fn place(location: &Location<'_>) -> String {
    format!("{}:{}", source_file(location.file()), location.line())
}

fn source_file(path: &str) -> String {
    let path = path.replace('\\', "/");
    let crate_file = path.rsplit_once("/registry/src/").and_then(|(_, rest)| rest.split_once('/'));
    let library = path.rsplit_once("/library/");
    match crate_file.or(library) {
        Some((_, file)) => file.to_owned(),
        // A folder of whoever built it tells nothing.
        None => path.rsplit_once("/src/").map_or(path.clone(), |(_, file)| format!("src/{file}")),
    }
}

/// Panics if `text` has the text in the variable `ARMBODY_PLANTED_FAULT`, with a message that quotes it: how tests see
/// that a fault stays where it is and shows nothing. A build without debug assertions has none of it.
pub(crate) fn planted(text: &str) {
    #[cfg(debug_assertions)]
    if let Some(mark) = std::env::var("ARMBODY_PLANTED_FAULT").ok().filter(|mark| !mark.is_empty()) {
        assert!(!text.contains(&mark), "a planted fault in {text:?}");
    }
    #[cfg(not(debug_assertions))]
    let _ = text;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error() {
        assert_eq!(isolated(|| 1), Ok(1));
        // Quiet: the hook that is set, if any, is everybody's.
        assert_eq!(isolated(|| panic::resume_unwind(Box::new("secret"))), Err::<(), _>(Fault));
        assert!(!Fault.to_string().contains("secret"));
    }

    #[test]
    fn files_are_named_as_the_sources_name_them() {
        for (path, named) in [
            ("src/json/parser.rs", "src/json/parser.rs"),
            ("src\\json\\parser.rs", "src/json/parser.rs"),
            ("/home/me/armbody/src/main.rs", "src/main.rs"),
            ("/root/.cargo/registry/src/index-1/toml-1.2.1/src/de.rs", "toml-1.2.1/src/de.rs"),
            ("/rustc/abc/library/core/src/str/mod.rs", "core/src/str/mod.rs"),
        ] {
            assert_eq!(source_file(path), named);
        }
    }
}
