//! From a call in a text to the request that it makes.

use super::Call;
use crate::arm::{Blank, BlankStyle, BodyValue, Request, RequestTarget, Text, UrlReadError};
use crate::text::Fragment;

/// Why a call is not the whole of a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// It names no URL.
    #[error("the call has no URL")]
    NoUrl,
    /// Its URL is not that of a resource.
    #[error(transparent)]
    Url(#[from] UrlReadError),
    /// Its method is none, or only a run of the script knows it.
    #[error("the call's method is not known")]
    NoMethod,
    /// A header has no colon.
    #[error("`{0}` is not a header")]
    Header(String),
    /// Its body is elsewhere, in a file or variable.
    #[error("the body does not stand in the call")]
    BodyElsewhere,
    /// Its body is not JSON.
    #[error("the body is not JSON: {0}")]
    NotJson(String),
    /// It uses a value that only a run of the script knows, and that is no known blank.
    #[error("`{0}` is known only when the script runs")]
    Expansion(String),
}

/// The request that a call makes, with its known placeholders and variables as blanks.
///
/// # Errors
/// [`RequestError`] when the text does not say the whole request.
pub fn request(call: &Call<'_>) -> Result<Request, RequestError> {
    let url = call.url.as_ref().ok_or(RequestError::NoUrl)?;
    let headers = call.headers.iter().map(|text| header(&with_blanks(text)?));
    let body = match (&call.body, call.body.text()) {
        (super::Payload::None, _) => None,
        (_, None) => return Err(RequestError::BodyElsewhere),
        (_, Some(text)) => {
            let value: Result<serde_json::Value, _> = serde_json::from_str(&with_blanks(text)?);
            Some(BodyValue::from(value.map_err(|error| RequestError::NotJson(error.to_string()))?))
        }
    };
    Ok(Request {
        method: call.sent_method().ok_or(RequestError::NoMethod)?,
        target: RequestTarget::read(&with_blanks(url)?)?,
        headers: headers.collect::<Result<_, _>>()?,
        body,
    })
}

fn header(text: &str) -> Result<(String, Text), RequestError> {
    let (name, value) = text.split_once(':').ok_or_else(|| RequestError::Header(text.to_owned()))?;
    Ok((name.trim().to_owned(), Text::new(value.trim())))
}

/// The text with the variables in it spelt as blanks in angle brackets, which mean nothing in JSON or a URL.
fn with_blanks(text: &Fragment<'_>) -> Result<String, RequestError> {
    let mut out = String::new();
    let mut done = 0;
    for span in text.expansions() {
        let range = span.range();
        out.push_str(&text.text()[done..range.start]);
        done = range.end;
        // Expansions side by side are one span.
        let mut rest = &text.text()[range];
        while !rest.is_empty() {
            let (length, blank) = variable(rest)
                .and_then(|(length, name)| Some((length, blank_of(name)?)))
                .ok_or_else(|| RequestError::Expansion(rest.to_owned()))?;
            out.push_str(blank.spelling(BlankStyle::Angle));
            rest = &rest[length..];
        }
    }
    out.push_str(&text.text()[done..]);
    Ok(out)
}

/// The length of the `$NAME`, `${NAME}` or `${NAME:?…}` that a text begins with, and the name in it.
fn variable(text: &str) -> Option<(usize, &str)> {
    let behind = text.strip_prefix('$')?;
    let braced = behind.strip_prefix('{');
    let name = braced.unwrap_or(behind);
    let length = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let (name, rest) = name.split_at(length);
    if braced.is_none() {
        return Some((1 + length, name));
    }
    if rest.starts_with('}') {
        return Some((length + 3, name));
    }
    let message = rest.strip_prefix(":?")?.find('}')?;
    Some((length + message + 5, name))
}

/// The blank that a variable fills in, as it is or escaped for JSON.
fn blank_of(variable: &str) -> Option<Blank> {
    Blank::of_variable(variable.strip_suffix(super::curl::ESCAPED).unwrap_or(variable))
}
