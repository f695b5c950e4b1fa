//! `--watch`: check again whenever a file changes.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::Context as _;
use armbody::config::FILE_NAME;
use armbody::container::Kind;
use armbody::shown;
use armbody::text::{Shown, path_name};
use notify::{Event, EventKind, RecursiveMode, Watcher as _};

use super::{Args, once};
use crate::cli::{Status, Terminal};

/// Editors write a file in several steps: what changes within this time is one change.
const QUIET: Duration = Duration::from_millis(120);

/// Runs until it is stopped.
pub(super) fn run(args: &Args, terminal: &mut Terminal) -> anyhow::Result<Status> {
    let (sender, events) = channel();
    let mut watcher = notify::recommended_watcher(sender).context("cannot watch files")?;
    let paths = if args.paths.is_empty() { vec![PathBuf::from(".")] } else { args.paths.clone() };
    for path in &paths {
        watcher
            .watch(&place(path), RecursiveMode::Recursive)
            .with_context(|| format!("cannot watch {}", path.display()))?;
    }
    for path in args.config.iter().chain(&args.baseline) {
        watcher
            .watch(&place(path), RecursiveMode::NonRecursive)
            .with_context(|| format!("cannot watch {}", path.display()))?;
    }
    let own: Vec<PathBuf> = args
        .output_file
        .iter()
        .map(|output| &output.path)
        .chain(&args.write_baseline)
        .map(|path| absolute(path))
        .collect();
    loop {
        // What is wrong now may be right with the next change.
        if let Err(error) = once(args, terminal) {
            terminal.say(&shown!("armbody: {}", Shown::line(&format!("{error:#}"))));
        }
        terminal.flush()?;
        if !args.quiet {
            terminal.say(&shown!("watching for changes; Ctrl-C ends"));
        }
        let Some(changed) = next_change(&events, args, &own) else {
            anyhow::bail!("files cannot be watched any more");
        };
        if !args.quiet {
            terminal.say(&shown!("\n{} changed", Shown::line(&path_name(&relative(&changed)))));
        }
    }
}

/// What is watched for a path: a file's folder, for editors put another file in its place.
fn place(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if path.is_file() => {
            if folder.as_os_str().is_empty() {
                PathBuf::from(".")
            } else {
                folder.to_owned()
            }
        }
        _ => path.to_owned(),
    }
}

/// Waits for something that matters to change, and for it to have come to rest. `None` if nothing ever will.
fn next_change(events: &Receiver<notify::Result<Event>>, args: &Args, own: &[PathBuf]) -> Option<PathBuf> {
    let mut changed = None;
    loop {
        let event = if changed.is_none() {
            events.recv().ok()?
        } else {
            match events.recv_timeout(QUIET) {
                Ok(event) => event,
                Err(RecvTimeoutError::Timeout) => return changed,
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        };
        let Ok(event) = event else { continue };
        let matters = matches!(
            event.kind,
            EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_)
        );
        if matters {
            changed = event.paths.into_iter().find(|path| concerns(path, args, own)).or(changed);
        }
    }
}

fn concerns(path: &Path, args: &Args, own: &[PathBuf]) -> bool {
    let full = absolute(path);
    if own.contains(&full) {
        return false;
    }
    let name = path.file_name().unwrap_or_default();
    let is_setting = [FILE_NAME, ".gitignore", ".ignore"].iter().any(|setting| name == *setting)
        || args.config.iter().chain(&args.baseline).any(|setting| absolute(setting) == full);
    is_setting || Kind::of(path).is_some()
}

/// The path as seen from the current folder, if it is within.
fn relative(path: &Path) -> PathBuf {
    let full = absolute(path);
    let here = std::env::current_dir().ok();
    here.and_then(|here| full.strip_prefix(here).ok().map(Path::to_owned)).unwrap_or(full)
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).map_or_else(|_| path.to_owned(), |path| path.components().collect())
}
