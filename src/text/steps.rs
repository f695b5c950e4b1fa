//! What a piece of work took, in a measure that does not depend on the machine: bytes and nodes that were looked at or
//! copied. Counted in builds with debug assertions only, by each thread; the tests compare a text with one of twice the
//! size, in a pool of one thread.

use std::cell::Cell;

thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
}

#[inline]
pub(crate) fn count(steps: usize) {
    if cfg!(debug_assertions) {
        STEPS.set(STEPS.get() + steps as u64);
    }
}

/// The steps that this thread has taken so far; `None` in a build that does not count.
pub fn steps() -> Option<u64> {
    cfg!(debug_assertions).then(|| STEPS.get())
}
