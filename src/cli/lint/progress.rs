//! How far a long run has come: a line on a terminal that goes away again.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use armbody::shown;
use armbody::text::Shown;

use crate::cli::Terminal;

/// A run that is over before says nothing.
const PATIENCE: Duration = Duration::from_millis(400);

/// Time between two states, in milliseconds.
const PACE: u64 = 100;

/// Counts files as they are done, on standard error if somebody looks.
pub(super) struct Progress {
    shown_at_all: bool,
    started: Instant,
    files: AtomicUsize,
    /// When the line was last drawn, in milliseconds since the start.
    drawn: AtomicU64,
    visible: AtomicBool,
}

impl Progress {
    pub(super) fn new(quiet: bool) -> Self {
        Self {
            shown_at_all: !quiet && Terminal::is_looked_at(),
            started: Instant::now(),
            files: AtomicUsize::new(0),
            drawn: AtomicU64::new(0),
            visible: AtomicBool::new(false),
        }
    }

    /// A file is done. From any thread.
    pub(super) fn tick(&self) {
        if !self.shown_at_all {
            return;
        }
        let files = self.files.fetch_add(1, Ordering::Relaxed) + 1;
        let elapsed = self.started.elapsed();
        let now = elapsed.as_millis() as u64;
        let last = self.drawn.load(Ordering::Relaxed);
        let is_due = elapsed >= PATIENCE && now >= last + PACE;
        if is_due && self.drawn.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            self.visible.store(true, Ordering::Relaxed);
            let noun = if files == 1 { "file" } else { "files" };
            Terminal::draw(&shown!("{} {} checked …", files, noun));
        }
    }

    /// Takes the line away, for something else to be written.
    pub(super) fn clear(&self) {
        if self.visible.swap(false, Ordering::Relaxed) {
            Terminal::draw(&Shown::default());
        }
    }
}
