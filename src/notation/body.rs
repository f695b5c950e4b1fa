//! A body alone: JSON.

use super::layout::Layout;
use super::writer::{WriteError, Writer};
use crate::arm::Request;

/// Writes the body of a request and nothing else.
#[derive(Debug)]
pub(super) struct Json;

impl Writer for Json {
    fn write(&self, request: &Request, layout: &Layout<'_>) -> Result<String, WriteError> {
        let body = request.body.as_ref().ok_or(WriteError::NoBody(request.method))?;
        Ok(body.to_text(layout.pretty).spell(layout.blanks))
    }

    fn extension(&self) -> &'static str {
        "json"
    }

    fn writes_calls(&self) -> bool {
        false
    }

    fn heading(&self, _name: &str) -> Option<String> {
        None
    }
}
