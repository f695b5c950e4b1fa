//! URIs, as .NET's `Uri` reads and joins them.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Call, SEE, invalid};
use crate::template::refusal::Outcome;
use crate::template::value::{Data, Member, Value};

type Answer = Outcome<Option<Value>>;

/// What RFC 3986 leaves as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(super) fn uri_component(call: &mut Call<'_>) -> Answer {
    Ok(Some(utf8_percent_encode(call.text(0)?, RESERVED).to_string().into()))
}

pub(super) fn uri_component_to_string(call: &mut Call<'_>) -> Answer {
    Ok(Some(unescape(call.text(0)?).into()))
}

/// `%41` and `%u0041`; what is neither stays.
pub(super) fn unescape(text: &str) -> String {
    let mut rest = text;
    let mut out = String::with_capacity(text.len());
    let mut bytes: Vec<u8> = Vec::new();
    while let Some(char) = rest.chars().next() {
        if char == '%' {
            let hex = |from: usize, to: usize| {
                rest.get(from..to)
                    .filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()))
                    .and_then(|it| u32::from_str_radix(it, 16).ok())
            };
            if let Some(byte) = hex(1, 3) {
                bytes.push(byte as u8);
                rest = &rest[3..];
                continue;
            }
            if rest[1..].starts_with(['u', 'U'])
                && let Some(unit) = hex(2, 6)
            {
                flush(&mut bytes, &mut out);
                out.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
                rest = &rest[6..];
                continue;
            }
        }
        flush(&mut bytes, &mut out);
        out.push(char);
        rest = &rest[char.len_utf8()..];
    }
    flush(&mut bytes, &mut out);
    out
}

fn flush(bytes: &mut Vec<u8>, out: &mut String) {
    if !bytes.is_empty() {
        out.push_str(&String::from_utf8_lossy(bytes));
        bytes.clear();
    }
}

/// A URI in its parts.
struct Uri {
    scheme: String,
    /// What follows `//`; `None` for `mailto:x` and the like.
    authority: Option<Authority>,
    path: String,
    query: String,
    fragment: String,
}

struct Authority {
    user: String,
    host: String,
    port: Option<u16>,
}

fn default_port(scheme: &str) -> Option<u16> {
    Some(match scheme {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "ftp" => 21,
        "ldap" => 389,
        "net.tcp" => 808,
        "gopher" => 70,
        "telnet" => 23,
        _ => return None,
    })
}

impl Uri {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (scheme, rest) = text.split_once(':')?;
        let is_scheme = scheme.starts_with(|it: char| it.is_ascii_alphabetic())
            && scheme.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '+' | '-' | '.'));
        if !is_scheme {
            return None;
        }
        let scheme = scheme.to_ascii_lowercase();
        let (rest, fragment) = cut(rest, '#');
        let (rest, query) = cut(rest, '?');
        let Some(rest) = rest.strip_prefix("//") else {
            return Some(Self {
                scheme,
                authority: None,
                path: rest.to_owned(),
                query: query.to_owned(),
                fragment: fragment.to_owned(),
            });
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => {
                (host, if port.is_empty() { None } else { Some(port.parse::<u16>().ok()?) })
            }
            _ => (host, None),
        };
        if (host.is_empty() && scheme != "file") || host.contains(char::is_whitespace) {
            return None;
        }
        let path = if path.is_empty() { "/" } else { path };
        Some(Self {
            authority: Some(Authority {
                user: user.to_owned(),
                host: host.to_lowercase(),
                port: port.filter(|it| Some(*it) != default_port(&scheme)),
            }),
            scheme,
            path: without_dots(path),
            query: query.to_owned(),
            fragment: fragment.to_owned(),
        })
    }

    fn write(&self) -> String {
        let mut text = format!("{}:", self.scheme);
        if let Some(authority) = &self.authority {
            text.push_str("//");
            if !authority.user.is_empty() {
                text.push_str(&authority.user);
                text.push('@');
            }
            text.push_str(&authority.host);
            if let Some(port) = authority.port {
                text.push_str(&format!(":{port}"));
            }
        }
        text.push_str(&self.path);
        text.push_str(&self.query);
        text.push_str(&self.fragment);
        text
    }
}

/// A part of a URI as .NET shows it: what no URI holds is escaped, what needs no escape is not.
fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let code = rest.get(1..3).filter(|_| char == '%').and_then(|it| u8::from_str_radix(it, 16).ok());
        match code {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                out.push(char::from(byte));
                rest = &rest[3..];
                continue;
            }
            Some(_) => out.push('%'),
            None if matches!(char, ' ' | '"' | '<' | '>' | '^' | '`' | '{' | '|' | '}')
                || char.is_ascii_control() =>
            {
                out.push_str(&format!("%{:02X}", u32::from(char)));
            }
            None => out.push(char),
        }
        rest = &rest[char.len_utf8()..];
    }
    out
}

/// The text before a mark, and the mark with what follows.
fn cut(text: &str, mark: char) -> (&str, &str) {
    text.split_at(text.find(mark).unwrap_or(text.len()))
}

/// A path without `.` and `..`.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let parts: Vec<&str> = path.split('/').collect();
    for (at, part) in parts.iter().enumerate() {
        let is_last = at + 1 == parts.len();
        match *part {
            "." | ".." => {
                if *part == ".." && kept.len() > 1 {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            part => kept.push(part),
        }
    }
    kept.join("/")
}

pub(super) fn uri(call: &mut Call<'_>) -> Answer {
    let (base, relative) = (call.text(0)?, call.text(1)?);
    let Some(base_uri) = Uri::read(base) else {
        return Err(invalid(format!(
            "The template language function 'uri' expects its first argument to be a uri string. The provided value \
             is '{base}'. {SEE}"
        )));
    };
    if let Some(whole) = Uri::read(relative) {
        return Ok(Some(shown(&whole.write()).into()));
    }
    if base_uri.authority.is_none() {
        if relative.starts_with("..") {
            return Err(invalid(format!(
                "Cannot construct valid uri from base uri '{base}' and string '{relative}', check if the base uri is \
                 empty. {SEE}"
            )));
        }
        return Ok(Some(format!("{}{relative}", base_uri.write()).into()));
    }
    let (rest, fragment) = cut(relative, '#');
    let (path, query) = cut(rest, '?');
    let mut joined = Uri { fragment: fragment.to_owned(), ..base_uri };
    if let Some(rest) = path.strip_prefix("//") {
        let whole = format!("{}://{rest}{query}{fragment}", joined.scheme);
        return Uri::read(&whole).map(|it| Some(shown(&it.write()).into())).ok_or_else(|| {
            invalid(format!("Cannot construct valid uri from base uri '{base}' and string '{relative}'."))
        });
    }
    if path.starts_with('/') {
        joined.path = without_dots(path);
        query.clone_into(&mut joined.query);
    } else if !path.is_empty() {
        let folder = joined.path.rfind('/').map_or("/", |at| &joined.path[..=at]);
        joined.path = without_dots(&format!("{folder}{path}"));
        query.clone_into(&mut joined.query);
    } else if !query.is_empty() {
        query.clone_into(&mut joined.query);
    } else if relative.is_empty() {
        // The base as it is.
        let whole = Uri::read(base).map(|it| it.write()).unwrap_or_default();
        return Ok(Some(shown(&whole).into()));
    }
    Ok(Some(shown(&joined.write()).into()))
}

pub(super) fn parse_uri(call: &mut Call<'_>) -> Answer {
    let text = call.text(0)?;
    let refuse = || {
        invalid(format!(
            "The template language function 'parseUri' expects its first argument to be a uri string. The provided \
             value is '{text}'. {SEE}"
        ))
    };
    let uri = Uri::read(text).ok_or_else(refuse)?;
    let Some(authority) = &uri.authority else { return Err(refuse()) };
    let mut members =
        vec![Member::new("scheme", uri.scheme.clone()), Member::new("host", authority.host.clone())];
    if let Some(port) = authority.port.or_else(|| default_port(&uri.scheme)) {
        members.push(Member::new("port", i64::from(port)));
    }
    let has_path = text[text.find("//").map_or(0, |at| at + 2)..].find('/').is_some();
    if has_path || uri.path != "/" {
        members.push(Member::new("path", uri.path.clone()));
    }
    if !uri.query.is_empty() {
        members.push(Member::new("query", uri.query.clone()));
    }
    Ok(Some(Value::object(members)))
}

pub(super) fn build_uri(call: &mut Call<'_>) -> Answer {
    let object = call.object(0)?;
    let text = |name: &str| -> Outcome<Cow<'_, str>> {
        match object.get(name).map(|it| &it.data) {
            None | Some(Data::Null) => Ok(Cow::Borrowed("")),
            Some(Data::Text(text)) => Ok(Cow::Borrowed(&**text)),
            Some(Data::Int(value)) => Ok(Cow::Owned(value.to_string())),
            Some(_) => Err(invalid(format!(
                "The template language function 'buildUri' expects the property '{name}' to be a string. {SEE}"
            ))),
        }
    };
    let (scheme, host, port, path, query) =
        (text("scheme")?, text("host")?, text("port")?, text("path")?, text("query")?);
    if scheme.is_empty() || host.is_empty() {
        return Err(invalid(format!(
            "The template language function 'buildUri' expects the properties 'scheme' and 'host'. {SEE}"
        )));
    }
    let port = if port.is_empty() { String::new() } else { format!(":{port}") };
    let path = if path.starts_with('/') || path.is_empty() { path.into_owned() } else { format!("/{path}") };
    let query =
        if query.starts_with('?') || query.is_empty() { query.into_owned() } else { format!("?{query}") };
    let whole = format!("{scheme}://{host}{port}{path}{query}");
    Uri::read(&whole).map(|it| Some(it.write().into())).ok_or_else(|| {
        invalid(format!("The template language function 'buildUri' cannot make a uri of '{whole}'. {SEE}"))
    })
}
