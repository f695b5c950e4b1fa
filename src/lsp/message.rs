//! A message as whoever runs the server carries it.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

/// A message of the protocol, in either direction. Its JSON is the protocol's, without `jsonrpc`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Message(pub(super) lsp_server::Message);

impl Message {
    /// Writes it in its frame: headers, an empty line, JSON.
    ///
    /// # Errors
    ///
    /// If `out` takes no more.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        self.0.write(out)
    }
}
