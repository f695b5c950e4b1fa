//! What must not be shown of a file: passwords in bodies, credentials of calls, tokens anywhere, and whose
//! subscriptions it names.
//!
//! Three looks at one file, each of which finds what the others cannot: the calls that were read (`engine::withheld`) say
//! which property is secret and decode every layer of quoting; the text alone says what stands behind a name or an
//! option in whatever language, and which variables it came from (`places`); and some secrets have a form of their
//! own (`forms`). A kind that one of them takes for a secret without need costs a few stars in a frame.

mod base64;
mod forms;
mod names;
mod places;
mod properties;
mod value;

use crate::arm::is_secure_type;
use crate::json::{Kind, Node, Tree};
use crate::text::{Fragment, Source, Span, cut};

pub(super) use forms::web_tokens;
pub(super) use properties::is_secret_property;
use properties::tails;
pub(super) use value::is_open;
pub(super) use value::{is_blank, is_reference, is_word_for_it};

/// How a secret became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SecretKind {
    /// A subscription's id: it lets nobody in, is not to be published, and yet belongs into a request.
    Subscription,
    /// Credentials, a key or a cookie in a header.
    Header,
    /// Credentials in an option of their own (`-u`, `--oauth2-bearer`, `--admin-password`).
    Option,
    /// `user:password@` in a URL.
    Url,
    /// A parameter of a query or a form (`sig=`, `client_secret=`).
    Parameter,
    /// A property, variable or setting whose name says that it is secret.
    Property,
    /// The same with one letter wrong in the name, or a comma where none is due.
    Misspelt,
    /// What a variable holds that ends up in one of the other places.
    Variable,
    /// The default of a template's secure parameter.
    SecureParameter,
    /// What a machine runs or keeps when it is made.
    CustomData,
    /// A key or password in a connection string.
    ConnectionString,
    /// A JSON web token, by its form.
    WebToken,
    /// A storage account's key or another service's, by its form.
    AccountKey,
    /// A private key in PEM.
    PrivateKey,
    /// A client secret of Microsoft Entra, by its form.
    ClientSecret,
}

impl SecretKind {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::Subscription,
        Self::Header,
        Self::Option,
        Self::Url,
        Self::Parameter,
        Self::Property,
        Self::Misspelt,
        Self::Variable,
        Self::SecureParameter,
        Self::CustomData,
        Self::ConnectionString,
        Self::WebToken,
        Self::AccountKey,
        Self::PrivateKey,
        Self::ClientSecret,
    ];
}

/// Bytes of a file that must not be shown, and what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// The bytes of the file, quotes and escapes within them included.
    pub span: Span,
    /// The secret as each layer of quoting reads it, where that is not what the bytes say.
    pub readings: Vec<String>,
    /// How it became known.
    pub kind: SecretKind,
}

impl Secret {
    /// True if what it says is hidden wherever it is said: an address or a version that stands in a place for secrets
    /// is hidden there alone.
    pub fn is_looked_for(&self, said: &str) -> bool {
        !value::is_common(said)
    }

    /// True if it is a subscription's id: an inventory names those.
    pub fn is_subscription(&self) -> bool {
        self.kind == SecretKind::Subscription
    }
}

impl From<Span> for Secret {
    fn from(span: Span) -> Self {
        Self { span, readings: Vec::new(), kind: SecretKind::Property }
    }
}

/// Names whose values may hold a secret, in lower case, beside those that the schemas mark.
const NAMES: [&str; 4] = ["customdata", "userdata", "protectedsettings", "content"];
/// What the names of secrets end with, in lower case.
const ENDINGS: [&str; 9] = [
    "password",
    "passwd",
    "secret",
    "token",
    "accesskey",
    "sharedkey",
    "accountkey",
    "connectionstring",
    "apikey",
];
/// More bytes than this before a `=` are not one of these names.
const MAX_NAME: usize = 32;
/// What all of these end with, and those that the schemas mark: few names of a body do.
const NAME_TAILS: [[u8; 4]; NAMES.len()] = tails(&NAMES);
const ENDING_TAILS: [[u8; 4]; ENDINGS.len()] = tails(&ENDINGS);
/// What parts the parameters of a URL or a form.
const PARTS: [u8; 3] = *b"?&#";
/// Parameters of a URL or a form whose values are secrets, in lower case.
const PARAMETERS: [&str; 12] = [
    "access_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "code",
    "id_token",
    "password",
    "refresh_token",
    "sig",
    "subscription-key",
    "sas",
    "token",
];

/// What the secure parameters of a template are unless they are given, and what its other parameters and variables
/// that end up in them are called.
pub(super) fn of_template(tree: &Tree<'_>, body: &Fragment<'_>, secrets: &mut Vec<Secret>) {
    let Some(root) = tree.root() else { return };
    for (name, declared) in root.members_within() {
        if !name.is_named("parameters") || declared.kind() != Kind::Object {
            continue;
        }
        for (_, parameter) in declared.members() {
            let kind = parameter.get("type").and_then(Node::as_str);
            let is_secure = kind.is_some_and(|kind| is_secure_type(&kind));
            if let Some((_, default)) = parameter.member("defaultValue").filter(|_| is_secure) {
                secrets.extend(
                    values(default).filter_map(|node| of_value(body, node, SecretKind::SecureParameter)),
                );
            }
        }
    }
}

/// What a file of parameters gives to those that are secure.
pub(super) fn of_parameters(
    source: &Source,
    file: Node<'_>,
    is_secure: impl Fn(&str) -> bool,
    secrets: &mut Vec<Secret>,
) {
    let body = source.fragment();
    // Within its frame, or bare.
    let entries = file.member("parameters").map_or(file, |(_, entries)| entries);
    for (name, entry) in entries.members() {
        if name.as_str().is_some_and(|name| is_secure(&name))
            && let Some((_, given)) = entry.member("value")
        {
            secrets
                .extend(values(given).filter_map(|node| of_value(&body, node, SecretKind::SecureParameter)));
        }
    }
}

/// What the text alone gives away, and what the variables hold that `secrets`, known from its calls, were made of.
pub(super) fn of_text(source: &Source, secrets: &mut Vec<Secret>) {
    let text = source.text();
    let mut wanted = Vec::new();
    for secret in secrets.iter().filter(|secret| secret.kind == SecretKind::SecureParameter) {
        for reading in &secret.readings {
            value::references(reading, |name| wanted.push(name.to_ascii_lowercase()));
        }
    }
    // What only names a variable is followed, not hidden.
    secrets.retain(|secret| {
        secret.kind != SecretKind::SecureParameter || !secret.readings.iter().any(|it| is_open(it))
    });
    forms::all(text, |kind, range| {
        let mut readings = value::readings(&text[range.clone()]);
        if kind == SecretKind::PrivateKey {
            let lines = readings.iter().flat_map(|reading| reading.lines());
            let lines: Vec<String> = lines
                .filter(|line| line.len() >= SHORTEST_KEY_LINE)
                .map(|line| line.trim().to_owned())
                .collect();
            readings.extend(lines);
        }
        secrets.push(Secret { span: Span::from(range), readings, kind });
    });
    for places::Found { kind, range, more } in places::all(text, wanted) {
        let mut readings = value::readings(&text[range.clone()]);
        readings.extend(more);
        secrets.push(Secret { span: Span::from(range), readings, kind });
    }
}

/// Shorter lines of a private key say nothing.
const SHORTEST_KEY_LINE: usize = 16;

/// The members within `root` whose names say that they are secret, in the order of the text.
pub(super) fn members(root: Node<'_>) -> Vec<(Node<'_>, Node<'_>)> {
    let may_be = |tail: [u8; 4]| ENDING_TAILS.contains(&tail) || NAME_TAILS.contains(&tail);
    // An answer file for Windows is one text; other things that are called `content` have members.
    let is_file = |value: Node<'_>| value.kind() == Kind::String;
    let mut found: Vec<_> = root
        .members_within()
        .filter(|(name, value)| {
            name.tail().is_none_or(may_be)
                && name.as_str().is_some_and(|name| {
                    is_secret_name(&name)
                        && !is_resource(*value)
                        && (!name.eq_ignore_ascii_case("content") || is_file(*value))
                })
        })
        .collect();
    found.sort_unstable_by_key(|(name, _)| name.index());
    found
}

/// True for a resource of a template, whose symbolic name says what it makes.
fn is_resource(value: Node<'_>) -> bool {
    let version = value.member("apiVersion").and_then(|(_, it)| it.as_str());
    let is_day = |it: &str| it.len() >= 10 && it.bytes().take(4).all(|byte| byte.is_ascii_digit());
    version.is_some_and(|it| is_day(&it)) && value.member("type").is_some()
}

/// The strings, numbers and booleans within `root` that are not names and do not only describe: of a parameter's
/// declaration its default.
pub(super) fn values(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let given = root.member("defaultValue").or_else(|| root.member("value"));
    let mut open = vec![given.map_or(root, |(_, value)| value)];
    std::iter::from_fn(move || {
        loop {
            let node = open.pop()?;
            let says = |name: Node<'_>| !name.as_str().is_some_and(|name| places::describes(&name));
            let members = node.members().filter(|(name, _)| says(*name)).map(|(_, value)| value);
            open.extend(members.chain(node.elements()));
            if !matches!(node.kind(), Kind::Object | Kind::Array | Kind::Null) {
                return Some(node);
            }
        }
    })
}

/// True if a property of this name holds a secret.
fn is_secret_name(name: &str) -> bool {
    let ends = |ending: &str| {
        let start = name.len().checked_sub(ending.len());
        start.and_then(|start| name.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    is_secret_property(name)
        || NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
        || ENDINGS.iter().any(|ending| ends(ending))
}

/// A secret in `span` of a part of the call.
pub(super) fn of_part(part: &Fragment<'_>, span: Span, kind: SecretKind) -> Secret {
    let readings = vec![part.text()[span.range()].to_owned()];
    Secret { span: part.to_file(span), readings, kind }
}

/// A secret that is a value of the body.
pub(super) fn of_value(body: &Fragment<'_>, node: Node<'_>, kind: SecretKind) -> Option<Secret> {
    let text = node.as_str().unwrap_or_else(|| node.source().into());
    // The defaults of secure parameters may name what is to be followed.
    let follows = kind == SecretKind::SecureParameter && text.starts_with('[');
    if is_open(&text) && !follows {
        return None;
    }
    let mut secret = of_part(body, node.content_span(), kind);
    secret.readings.push(text.into_owned());
    Some(secret)
}

/// Where the secret of a header stands: behind the scheme of `Authorization`, or the whole value of a header
/// that is named after one.
pub(super) fn in_header(header: &Fragment<'_>) -> Option<Span> {
    let text = header.text();
    let (name, value) = text.split_once(':')?;
    let name = name.trim().to_ascii_lowercase();
    let is_authorization = name.ends_with("authorization");
    let is_key =
        name == "cookie" || ["-key", "apikey", "token", "secret"].iter().any(|end| name.ends_with(end));
    if !is_authorization && !is_key {
        return None;
    }
    let value = value.trim();
    let secret = match value.split_once(char::is_whitespace) {
        Some((_, credentials)) if is_authorization => credentials.trim(),
        _ => value,
    };
    if is_open(secret) || header_is_filled_in(secret) {
        return None;
    }
    let start = secret.as_ptr() as usize - text.as_ptr() as usize;
    Some(Span::new(start, start + secret.len()))
}

/// True if a header's value has a part that stands for the secret.
fn header_is_filled_in(value: &str) -> bool {
    value.contains(['$', '<', '{'])
}

/// The values of parameters that are secrets, in the query of a URL or in a form.
pub(super) fn in_parameters(text: &str) -> impl Iterator<Item = Span> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'=', bytes).filter_map(move |equals| {
        let from = equals.saturating_sub(MAX_NAME);
        let part = bytes[from..equals].iter().rposition(|byte| PARTS.contains(byte));
        let start = part.map_or((from == 0).then_some(0), |at| Some(from + at + 1))?;
        let name = cut(text, start..equals);
        if !PARAMETERS.iter().any(|parameter| parameter.eq_ignore_ascii_case(name.trim())) {
            return None;
        }
        let from = equals + 1;
        let end = memchr::memchr3(PARTS[0], PARTS[1], PARTS[2], &bytes[from..])
            .map_or(text.len(), |len| from + len);
        let value = cut(text, from..end);
        let open = is_open(value) || header_is_filled_in(value);
        (!open).then(|| Span::new(from, end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secret_parameters_are_found() {
        let found =
            |text: &str| in_parameters(text).map(|span| text[span.range()].to_owned()).collect::<Vec<_>>();
        assert_eq!(found("https://h/p?sv=1&sig=ab%2Fc&x=1"), ["ab%2Fc"]);
        assert_eq!(found("grant_type=x&client_secret=s3cret&code=<CODE>"), ["s3cret"]);
        assert_eq!(found("https://h/p?api-version=2018-06-01"), [""; 0]);
        assert_eq!(found(&format!("{}&sig=ab=&sig=cd", "=".repeat(1000))), ["ab=", "cd"]);
    }

    #[test]
    fn what_the_schemas_mark_ends_as_the_other_names_do() {
        let marked = ["adminPassword", "clientSecret", "sharedKey", "accessKey", "accountKey"];
        for name in marked.iter().chain(&NAMES).chain(&ENDINGS) {
            let tail = tails(&[name])[0];
            assert!(NAME_TAILS.contains(&tail) || ENDING_TAILS.contains(&tail), "{name}");
        }
    }
}
