//! What a piece of work took, in a measure that does not depend on the machine: bytes and nodes that were looked at or
//! copied. Counted in builds with debug assertions only, by the whole process; the tests compare a text with one of
//! twice the size.

use std::sync::atomic::{AtomicU64, Ordering};

static STEPS: AtomicU64 = AtomicU64::new(0);

#[inline]
pub(crate) fn count(steps: usize) {
    if cfg!(debug_assertions) {
        STEPS.fetch_add(steps as u64, Ordering::Relaxed);
    }
}

/// The steps that the process has taken so far; `None` in a build that does not count.
pub fn steps() -> Option<u64> {
    cfg!(debug_assertions).then(|| STEPS.load(Ordering::Relaxed))
}
