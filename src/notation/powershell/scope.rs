//! What a document has assigned so far, PowerShell's own values with it.

use std::ops::{Deref, DerefMut};

use super::value::World;
use crate::notation::variables::Assigned;

/// What has been assigned, in the order of the text: what shells have, and what PowerShell has set.
#[derive(Debug, Default)]
pub struct Scope<'s> {
    assigned: Assigned<'s>,
    pub(super) powershell: World<'s>,
}

impl Scope<'_> {
    /// For a document of `len` bytes: its variables may come to twice of that, and to 1 MiB in any case.
    pub fn of(len: usize) -> Self {
        Self { assigned: Assigned::of(len), ..Self::default() }
    }

    /// One in which nothing is assigned, of the same document.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self { assigned: self.assigned.beside(), ..Self::default() }
    }
}

impl<'s> Deref for Scope<'s> {
    type Target = Assigned<'s>;

    fn deref(&self) -> &Assigned<'s> {
        &self.assigned
    }
}

impl<'s> DerefMut for Scope<'s> {
    fn deref_mut(&mut self) -> &mut Assigned<'s> {
        &mut self.assigned
    }
}
