//! From a call in a text to the request that it makes.

use super::programs::{Host, Variables};
use super::writer::with_own;
use super::{Call, Client, Payload, http};
use crate::arm::{
    Blank, BlankStyle, BodyValue, Cloud, JSON_CONTENT_TYPE, Request, RequestTarget, Text, UrlReadError,
};
use crate::text::Fragment;

/// Why a call is not the whole of a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
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
    /// It uses a value that only a run of the script knows, and that is not a known blank.
    #[error("`{0}` is known only when the script runs")]
    Expansion(String),
}

/// The request that a call makes, with its known placeholders and variables as blanks. What the client adds by
/// itself is part of it: `az rest` and `Invoke-AzRestMethod` know the host, the token and the content type.
///
/// # Errors
/// [`RequestError`] when the text does not say the whole request.
pub fn request(call: &Call<'_>) -> Result<Request, RequestError> {
    let url = with_blanks(call, call.url.as_ref().ok_or(RequestError::NoUrl)?)?;
    if call.made.as_ref().is_some_and(|made| made.lacks.is_some()) {
        return Err(RequestError::BodyElsewhere);
    }
    let headers = call.headers.iter().map(|text| header(&with_blanks(call, text)?));
    let body = match (&call.body, call.body.text()) {
        (Payload::None, _) => None,
        (_, None) => return Err(RequestError::BodyElsewhere),
        (_, Some(text)) => {
            let value: Result<serde_json::Value, _> = serde_json::from_str(&with_blanks(call, text)?);
            Some(BodyValue::from(value.map_err(|error| RequestError::NotJson(error.to_string()))?))
        }
    };
    let typed = body.is_some() && call.default_content_type == Some(JSON_CONTENT_TYPE);
    Ok(Request {
        method: call.sent_method().ok_or(RequestError::NoMethod)?,
        target: RequestTarget::read(&with_host(call.client, url))?,
        headers: with_own(headers.collect::<Result<_, _>>()?, typed, call.signs_in),
        body,
    })
}

/// The URL with the host that the client puts before a path.
fn with_host(client: &Client, url: String) -> String {
    let adds = client.host != Host::None && url.starts_with('/');
    if adds { format!("https://{}{url}", Cloud::Public.host()) } else { url }
}

fn header(text: &str) -> Result<(String, Text), RequestError> {
    let (name, value) = text.split_once(':').ok_or_else(|| RequestError::Header(text.to_owned()))?;
    Ok((name.trim().to_owned(), Text::new(value.trim())))
}

/// The text with the variables in it spelt as blanks in angle brackets, which mean nothing in JSON or a URL.
fn with_blanks(call: &Call<'_>, text: &Fragment<'_>) -> Result<String, RequestError> {
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
    Ok(if call.client.variables == Variables::Braces { http::with_blanks(&out) } else { out })
}

/// The length of the `$NAME`, `$env:NAME`, `${NAME}` or `${NAME:?…}` that a text begins with, and the name in it.
fn variable(text: &str) -> Option<(usize, &str)> {
    let behind = text.strip_prefix('$')?;
    let braced = behind.strip_prefix('{');
    let name = braced.unwrap_or(behind);
    // PowerShell's way to the environment.
    let scope = if name.get(..4).is_some_and(|scope| scope.eq_ignore_ascii_case("env:")) { 4 } else { 0 };
    let name = &name[scope..];
    let length = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let (name, rest) = name.split_at(length);
    if braced.is_none() {
        return Some((1 + scope + length, name));
    }
    if rest.starts_with('}') {
        return Some((scope + length + 3, name));
    }
    let message = rest.strip_prefix(":?")?.find('}')?;
    Some((scope + length + message + 5, name))
}

/// The blank that a variable fills in, as it is or escaped for JSON.
fn blank_of(variable: &str) -> Option<Blank> {
    Blank::of_variable(variable.strip_suffix(super::posix_text::ESCAPED).unwrap_or(variable))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::{Kind, calls};
    use crate::notation::{Form, Layout, Templates, write};
    use crate::text::Source;

    const PATH: &str = "/subscriptions/{subscriptionId}/resourceGroups/rg/providers/Microsoft.Compute/\
                        virtualMachines/vm?api-version=2018-06-01";

    fn read(text: &str, kind: Kind) -> Request {
        let source = Source::new("x", text);
        let calls = calls(&source, kind);
        assert_eq!(calls.len(), 1, "{text}");
        request(&calls[0]).unwrap()
    }

    fn names(request: &Request) -> Vec<&str> {
        request.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn what_a_client_adds_is_part_of_the_request() {
        for (text, kind, wanted) in [
            (format!("az rest -u {PATH}"), Kind::Shell, &["Authorization"][..]),
            (format!("az rest -u {PATH} -m put -b '{{}}'"), Kind::Shell, &["Content-Type", "Authorization"]),
            (
                format!("az rest -u {PATH} -m put -b '{{}}' --headers content-type=application/json A=b"),
                Kind::Shell,
                &["content-type", "A", "Authorization"],
            ),
            (format!("az rest -u {PATH} --skip-authorization-header"), Kind::Shell, &[]),
            (format!("armclient GET \"{PATH}\""), Kind::Shell, &["Authorization"]),
            (
                format!("Invoke-AzRestMethod -Path '{PATH}' -Method PUT -Payload '{{}}'"),
                Kind::PowerShell,
                &["Content-Type", "Authorization"],
            ),
            (
                format!("curl 'https://management.azure.com{PATH}' -X PUT --json '{{}}'"),
                Kind::Shell,
                &["Content-Type"],
            ),
            (format!("curl 'https://management.azure.com{PATH}' -X PUT -d '{{}}'"), Kind::Shell, &[]),
        ] {
            let request = read(&text, kind);
            assert_eq!(names(&request), wanted, "{text}");
            assert_eq!(request.target.cloud, Cloud::Public);
        }
    }

    #[test]
    fn headers_of_one_s_own_are_written_where_the_client_has_a_way() {
        let templates = Templates::embedded();
        let layout = Layout::new(&templates);
        let put = read(&format!("az rest -u {PATH} -m put -b '{{}}'"), Kind::Shell);
        let header = |name: &str, value: &str| (name.to_owned(), Text::new(value));
        let (content_type, authorization) = (put.headers[0].clone(), put.headers[1].clone());
        for (headers, says) in [
            (vec![content_type.clone(), authorization.clone()], "2018-06-01\" --body"),
            (
                vec![header("If-Match", "it's"), content_type.clone(), authorization.clone()],
                "2018-06-01\" --headers \"If-Match=it's\" --body",
            ),
            (
                vec![content_type.clone(), header("Authorization", "Bearer {vmName}")],
                "--headers \"Content-Type=application/json\" \"Authorization=Bearer <VM NAME>\" --body",
            ),
            (
                vec![authorization.clone(), content_type.clone()],
                "--headers \"Authorization=Bearer <ACCESS TOKEN>\" --body",
            ),
            (vec![content_type.clone()], "--skip-authorization-header --body"),
        ] {
            let request = Request { headers, ..put.clone() };
            let text = write(Form::Az, &request, &layout).unwrap();
            assert!(text.contains(says), "{text}");
            assert_eq!(read(&text, Kind::Shell), request);
            let text = write(Form::Http, &request, &layout).unwrap();
            assert_eq!(read(&text, Kind::Http), request);
            let powershell = write(Form::PowerShell, &request, &layout);
            assert_eq!(powershell.is_ok(), request == put, "{powershell:?}");
        }
        let bare = Request { headers: Vec::new(), ..put.clone() };
        assert_eq!(
            write(Form::Az, &bare, &layout).unwrap_err().to_string(),
            "`--as az` cannot say the header `Content-Type`: a body goes with one of az's own; `--as curl` can"
        );
        let broken = Request { headers: vec![header("A", "b\nc")], ..put };
        assert_eq!(
            write(Form::Http, &broken, &layout).unwrap_err().to_string(),
            "`--as http` cannot say the header `A`: its value has control characters; `--as curl` can"
        );
    }
}
