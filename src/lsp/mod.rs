//! What an editor asks of the linter: the language server without its input and output.
//!
//! [`Server`] takes messages and gives messages; `armbody lsp` carries them. A `Document` is an open file with its
//! `Lines`: the protocol counts in UTF-16 units, everything below in bytes, and they are the only place where one
//! becomes the other. `hover` and `complete` look at a document and a byte in it, `Checked` at a document. The function
//! [`hover`] does without a client, for who has a text and a place in it.
//!
//! What is half typed is not a mistake yet: completion scans the text up to the cursor, and reads the request from the
//! text without the word that the cursor is in.

mod body;
mod choice;
mod client_capabilities;
mod comment;
mod complete;
mod declaration;
mod diagnostics;
mod document;
mod facts;
mod flags;
mod hover;
mod message;
mod position;
mod server;
mod settings;
mod spot;
mod template;
#[cfg(test)]
mod tests;
mod uri;
mod versions;

pub use flags::Flag;
pub use hover::{Hovered, hover};
pub use message::Message;
pub use server::{Flow, Server};
