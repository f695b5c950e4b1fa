//! A schema that cannot be had.

use std::fmt;
use std::path::PathBuf;

/// A schema that cannot be had: one line, naming the file and the JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError {
    /// The file or folder at fault.
    pub file: PathBuf,
    /// JSON pointer of the node at fault; empty for the file as a whole.
    pub pointer: String,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if !self.pointer.is_empty() {
            write!(f, "#{}", self.pointer)?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for SchemaError {}
