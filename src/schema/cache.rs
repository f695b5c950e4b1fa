//! What is expensive to make and asked for again: made once, shared between threads.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::arm::{ApiVersion, Method};

/// A type in lower case, a method and a version.
type Key = (String, Method, ApiVersion);

/// One `V` (a compiled validator, say) for each type, method and version.
pub struct Cache<V> {
    // The map is locked only to find the slot: making one validator does not hold up another.
    slots: Mutex<HashMap<Key, Arc<OnceLock<Arc<V>>>>>,
}

impl<V> Cache<V> {
    /// Nothing made yet.
    pub fn new() -> Self {
        Self { slots: Mutex::default() }
    }

    /// The value of this type, method and version, made by `make` when it is asked for the first time. The
    /// type is compared without case.
    pub fn get(
        &self,
        resource_type: &str,
        method: Method,
        version: ApiVersion,
        make: impl FnOnce() -> V,
    ) -> Arc<V> {
        let key = (resource_type.to_ascii_lowercase(), method, version);
        let slot = {
            // A panic elsewhere leaves the map as it was: nothing is half done under the lock.
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(slots.entry(key).or_default())
        };
        Arc::clone(slot.get_or_init(|| Arc::new(make())))
    }
}

impl<V> Default for Cache<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> fmt::Debug for Cache<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = self.slots.lock().unwrap_or_else(PoisonError::into_inner).len();
        f.debug_struct("Cache").field("slots", &made).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_value_is_made_once_for_all_threads() {
        let cache = Cache::new();
        let version = "2020-01-01".parse().expect("a version");
        let made = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for index in 0..8 {
                let (cache, made) = (&cache, &made);
                scope.spawn(move || {
                    let name = if index % 2 == 0 { "N/a" } else { "n/A" };
                    let value = cache.get(name, Method::Put, version, || made.fetch_add(1, Ordering::SeqCst));
                    assert_eq!(*value, 0);
                });
            }
        });
        assert_eq!(made.into_inner(), 1);
    }
}
