//! `Request`: one call of Azure Resource Manager, apart from any way of writing it.
//!
//! What a reader is to fill in is a [`Blank`] in a [`Text`], never a piece of text: each notation spells it in the
//! [`BlankStyle`] that is asked for, and reading the notation gives the same blank back.

mod blank;
mod text;
mod url;
mod value;

pub use blank::{Blank, BlankStyle, UnknownBlankStyle, canonical_blanks};
pub use text::{Part, Text};
pub use url::{RequestTarget, UrlReadError};
pub use value::BodyValue;

use super::method::Method;

/// The content type of every body.
pub const JSON_CONTENT_TYPE: &str = "application/json";

/// One call of Azure Resource Manager.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What it does.
    pub method: Method,
    /// What it is about.
    pub target: RequestTarget,
    /// Names and values, in the order in which they are written.
    pub headers: Vec<(String, Text)>,
    /// What it sends.
    pub body: Option<BodyValue>,
}

impl Request {
    /// A request with the headers that Azure Resource Manager needs: `Content-Type` where there is a body, and
    /// `Authorization` with the access token left blank.
    pub fn new(method: Method, target: RequestTarget, body: Option<BodyValue>) -> Self {
        let content_type = body.as_ref().map(|_| ("Content-Type".to_owned(), Text::new(JSON_CONTENT_TYPE)));
        let bearer = Text::from_parts([Part::Literal("Bearer ".into()), Part::Blank(Blank::AccessToken)]);
        let authorization = ("Authorization".to_owned(), bearer);
        Self { method, target, headers: content_type.into_iter().chain([authorization]).collect(), body }
    }

    /// Every blank in it, each once, in the order of target, headers, body.
    pub fn blanks(&self) -> Vec<Blank> {
        let mut found = Vec::new();
        let url = self.target.url();
        let headers = self.headers.iter().map(|(_, value)| value);
        for text in std::iter::once(&url).chain(headers) {
            found.extend(text.blanks());
        }
        if let Some(body) = &self.body {
            found.extend(body.to_text(false).blanks());
        }
        let mut seen = Vec::new();
        found.retain(|blank| {
            let new = !seen.contains(blank);
            seen.push(*blank);
            new
        });
        found
    }
}
