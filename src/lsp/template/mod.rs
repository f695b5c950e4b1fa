//! Deployment templates in an editor: names that are declared in one place and used in others, expressions and what
//! they give, and the parameters files beside.
//!
//! `tokens` reads the words of an expression that may be half typed, `index` the names of a template; the others answer
//! one question each.

mod files;
mod index;
mod navigate;
mod outline;
mod sheets;
mod signature;
mod suggest;
mod tokens;
mod values;
mod view;

pub(crate) use files::{Files, NoFiles};
#[cfg(test)]
pub(crate) use index::Use;
pub(crate) use navigate::{FileEdits, definition, entry_at, highlights, prepare_rename, references, rename};
pub(crate) use outline::outline;
pub(crate) use sheets::{lenses, missing, new_file, title};
pub(crate) use suggest::{help, suggest};
pub(crate) use values::{Setting, hover, hover_entry};
pub(crate) use view::{View, with_view};
