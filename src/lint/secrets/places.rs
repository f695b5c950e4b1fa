//! Where secrets stand: behind a name, an option, in a URL. Read from the raw text, so that it holds for every
//! language, for what no reader takes for a call, and for what is too broken to be read.
//!
//! What is found is hidden, never judged: where two readings are possible both are taken.

use std::collections::HashMap;
use std::ops::Range;

mod options;
mod settings;
mod values;
mod variables;

use super::names::{Class, MAX_NAME};
use super::value::{is_common, is_open, literals, references};
use super::{SecretKind, base64, value};
use crate::text::{covering, cut};

/// How deep values are looked into for others: `connectionString="AccountKey=…"`.
const MAX_DEPTH: u8 = 2;
/// How many variables a secret is followed through: `A=…; B=$A; Authorization: $B`.
const MAX_HOPS: usize = 8;
/// Backslashes before a quote that are told apart.
const MAX_BACKSLASHES: usize = 15;
/// Bytes of a text in a second pair of quotes.
const MAX_ADDED: usize = 4096;
/// Bytes between the name of a setting and its value: `{"name": "PASSWORD", "value": "…"}`.
const MAX_BETWEEN: usize = 128;
/// Commands whose `-p` is a password.
const SIGNING_IN: [&[u8]; 5] = [b" login", b"sshpass", b"mysql", b" sql ", b"postgres"];
/// Bytes of an object whose leaves are secrets; one that goes on is one that was never closed.
const MAX_TREE: usize = 1 << 16;
/// Bytes of an object in which a resource says its version.
const MAX_HEAD: usize = 2048;
/// Members of such an object that say what it is and hold nothing secret, in lower case.
const DESCRIBING: [&str; 12] = [
    "type",
    "metadata",
    "description",
    "reference",
    "id",
    "name",
    "secretname",
    "keyvault",
    "secretversion",
    "minlength",
    "maxlength",
    "allowedvalues",
];

/// Something that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) kind: SecretKind,
    pub(super) range: Range<usize>,
    /// Readings that its bytes alone do not give.
    pub(super) more: Vec<String>,
}

/// Looks through `text`; what it learns of the names of variables goes from hop to hop.
pub(super) fn all(text: &str, wanted: Vec<String>) -> Vec<Found> {
    let mut scan = Scan::new(text);
    scan.wanted.extend(wanted.into_iter().map(|name| (name, Class::Property)));
    scan.range(0, text.len(), 0);
    scan.secure_strings();
    scan.follow();
    scan.found
}

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    found: Vec<Found>,
    /// Names of variables whose values are secrets, in lower case, that were not looked for yet.
    wanted: HashMap<String, Class>,
    /// Here-strings with `'` or `"` that begin from here on never end.
    endless: [bool; 2],
    /// Where `curl` stands.
    curls: Vec<usize>,
    /// Bytes looked at: work is linear in the text.
    steps: usize,
}

/// A name before a `:` or `=`.
struct Name<'t> {
    text: &'t str,
    start: usize,
    /// What stands before it.
    before: Option<u8>,
    /// In quotes.
    quoted: bool,
    /// There are blanks between it and the `=`.
    apart: bool,
}

/// What stands behind a name.
enum Value {
    None,
    /// A text; what is beyond begins at `end`.
    Text {
        content: Range<usize>,
        end: usize,
    },
    /// An object or a list that begins here.
    Tree(usize),
}

const MARK: [bool; 256] = {
    let mut marks = [false; 256];
    marks[b':' as usize] = true;
    marks[b'=' as usize] = true;
    marks[b'-' as usize] = true;
    marks[b',' as usize] = true;
    marks[b';' as usize] = true;
    marks[b'\n' as usize] = true;
    marks
};

impl<'t> Scan<'t> {
    fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let curls = memchr::memmem::find_iter(bytes, b"url")
            .chain(memchr::memmem::find_iter(bytes, b"URL"))
            .filter(|&at| at > 0 && bytes[at - 1].eq_ignore_ascii_case(&b'c'));
        let mut curls: Vec<usize> = curls.collect();
        curls.sort_unstable();
        Self { text, bytes, found: Vec::new(), wanted: HashMap::new(), endless: [false; 2], curls, steps: 0 }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn range(&mut self, from: usize, to: usize, depth: u8) {
        let mut at = from;
        let mut paragraph = from;
        while at < to {
            let Some(len) = self.bytes[at..to].iter().position(|&byte| MARK[usize::from(byte)]) else {
                break;
            };
            self.steps += len + 1;
            at += len;
            let next = match self.bytes[at] {
                b'\n' => {
                    if self.ends_paragraph(at) {
                        paragraph = at;
                    }
                    None
                }
                b'-' => self.option(at, to, paragraph),
                b',' | b';' => self.comma(at, to, depth),
                b':' if self.bytes[at..to].starts_with(b"://") => {
                    self.authority(at + 3, to);
                    None
                }
                _ => self.pair(at, to, depth),
            };
            at = next.unwrap_or(at + 1).max(at + 1);
        }
    }

    /// True if what follows a line break is an empty line or a fence.
    fn ends_paragraph(&self, at: usize) -> bool {
        let rest = &self.bytes[at + 1..];
        let blanks =
            rest.iter().take(MAX_NAME).take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        rest.get(blanks).is_none_or(|&byte| byte == b'\n') || rest[blanks..].starts_with(b"```")
    }

    /// True if a line break has a fence behind it.
    fn is_fence(&self, at: usize) -> bool {
        let rest = &self.bytes[at + 1..];
        let blanks = rest.iter().take(MAX_NAME).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        rest[blanks..].starts_with(b"```")
    }

    /// Takes what was found; returns where to go on.
    fn take(&mut self, value: Value, kind: SecretKind, class: Class, to: usize, depth: u8) -> Option<usize> {
        match value {
            Value::None => None,
            Value::Text { content, end } => {
                let opened = content.start.checked_sub(1).map(|at| self.bytes[at]);
                self.consider(kind, class, content.clone());
                self.added(end, to, kind, class, opened);
                if depth < MAX_DEPTH {
                    self.range(content.start, content.end, depth + 1);
                }
                Some(end)
            }
            Value::Tree(at) if self.is_resource(at, to) => None,
            Value::Tree(at) => {
                let (leaves, end) = self.leaves(at, to);
                for leaf in leaves {
                    self.consider(kind, class, leaf);
                }
                if depth < MAX_DEPTH {
                    self.range(at + 1, end, depth + 1);
                }
                Some(end)
            }
        }
    }

    /// True if the object at `at` is a resource of a template, whose name there says what it makes: `"secret": {"type":
    /// "Microsoft.KeyVault/vaults/secrets", "apiVersion": "2023-07-01", …}`.
    fn is_resource(&self, at: usize, to: usize) -> bool {
        const NAME: &[u8] = b"\"apiVersion\"";
        let head = &self.bytes[at..to.min(at + MAX_HEAD)];
        let version = memchr::memmem::find(head, NAME).map(|found| &head[found + NAME.len()..]);
        let digits = version.and_then(|rest| {
            let quote = rest.iter().take(8).position(|byte| *byte == b'"')?;
            rest.get(quote + 1..quote + 6)
        });
        let is_day = |it: &[u8]| it[..4].iter().all(u8::is_ascii_digit) && it[4] == b'-';
        digits.is_some_and(is_day) && memchr::memmem::find(head, b"\"type\"").is_some()
    }

    /// What a text goes on with: `'Bearer ' + $token`, `'Bearer '"$token"`, `"x", "y"` where a comma splits it.
    fn added(&mut self, end: usize, to: usize, kind: SecretKind, class: Class, opened: Option<u8>) {
        let rest = &self.bytes[end.min(to)..to.min(end + 128)];
        let quotes = rest.iter().take_while(|byte| matches!(byte, b'"' | b'\'')).count();
        let blanks =
            |from: usize| rest[from..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let sign = blanks(0);
        let is_joined = rest.get(sign) == Some(&b'+');
        let is_split = opened == Some(b'"') && rest.get(sign) == Some(&b',');
        if is_joined || is_split {
            let next = sign + 1 + blanks(sign + 1);
            if matches!(rest.get(next), Some(b'"' | b'\''))
                && let Some((content, after)) = self.quoted(end + next, to)
            {
                // Where it has a value of its own, or is one in a list, it is not a part of this one.
                let behind = self.bytes[after..to].iter().take(16).find(|byte| !byte.is_ascii_whitespace());
                let is_part = is_joined || matches!(behind, Some(b',' | b'}')) && !content.is_empty();
                if is_part {
                    self.consider(kind, class, content);
                }
                return;
            }
        }
        // `'Bearer {0}' -f '…'`
        let format = quotes + blanks(quotes);
        if rest.get(format..format + 3) == Some(b"-f ") {
            if let Some((content, _)) = self.argument(end + format + 3, to) {
                self.consider(kind, class, content);
            }
            return;
        }
        let ends: fn(&u8) -> bool = if is_joined {
            |byte| matches!(byte, b'\n' | b';')
        } else if quotes > 0 && rest.get(quotes) == Some(&b'$') {
            u8::is_ascii_whitespace
        } else if quotes == 2 && rest[0] != rest[1] {
            // `"Authorization: Bearer "'…'`
            let quote = rest[1];
            let from = end + 2;
            let rest = &self.bytes[from..to.min(from + MAX_ADDED)];
            if let Some(len) = rest.iter().position(|&byte| byte == quote || byte == b'\n') {
                self.consider(kind, class, from..from + len);
            }
            return;
        } else {
            return;
        };
        let len = rest.iter().position(ends).unwrap_or(rest.len());
        self.want(&String::from_utf8_lossy(&rest[..len]), class);
    }

    fn want(&mut self, text: &str, class: Class) {
        let wanted = &mut self.wanted;
        references(text, |name| {
            wanted.entry(name.to_ascii_lowercase()).or_insert(class);
        });
    }

    /// A value at a place for secrets: a secret if it says one, else a name to follow.
    fn consider(&mut self, kind: SecretKind, class: Class, content: Range<usize>) {
        let Some(text) = self.text.get(content.clone()) else { return };
        let start = content.start + text.len() - text.trim_start().len();
        let mut range = start..(start + text.trim().len());
        let mut text = text.trim();
        if text.starts_with('[') && text.ends_with(']') {
            let mut all = Vec::new();
            literals(text, range.start, |literal| all.push(literal));
            // What a script is put together from is mostly names and addresses; what it is as a whole is followed.
            let mut count = 0;
            references(text, |_| count += 1);
            if class != Class::CustomData || all.is_empty() && count == 1 {
                self.want(text, class);
            }
            for literal in all {
                if !is_common(cut(self.text, literal.clone())) {
                    self.push(kind, literal, class);
                }
            }
            return;
        }
        if class == Class::Authorization || text.starts_with("Bearer ") || text.starts_with("Basic ") {
            let Some(credentials) = credentials_of(text) else { return };
            range.start = range.end - credentials.len();
            text = credentials;
        }
        if class == Class::Header && text.contains('=') && text.contains(';') {
            self.cookies(kind, range.clone());
        }
        // A file that holds it is not the secret.
        let is_file =
            class == Class::CustomData && text.starts_with('@') && !text.contains(char::is_whitespace);
        if is_open(text) {
            self.want(text, class);
        } else if !is_file {
            self.push(kind, range, class);
        }
    }

    fn push(&mut self, kind: SecretKind, range: Range<usize>, class: Class) {
        let range = covering(self.text, range);
        let text = cut(self.text, range.clone());
        let mut more = Vec::new();
        if class == Class::CustomData {
            more = value::within_base64(text);
            more.push(base64::encode(text.as_bytes()));
        }
        if class == Class::Authorization
            && let Some((_, password)) = base64::decode(text).as_deref().and_then(|pair| pair.split_once(':'))
        {
            more.push(password.to_owned());
        }
        if text.contains(['"', '\'']) {
            more.push(text.replace(['"', '\''], ""));
        }
        self.found.push(Found { kind, range, more });
    }

    /// The values of `a=…; b=…`, each alone.
    fn cookies(&mut self, kind: SecretKind, range: Range<usize>) {
        let mut at = range.start;
        for cookie in cut(self.text, range).split(';') {
            let start = at;
            at += cookie.len() + 1;
            let Some((_, value)) = cookie.split_once('=') else { continue };
            let value = value.trim_end();
            let from = start + cookie.trim_end().len() - value.len();
            if !is_open(value) && value.len() >= 6 {
                self.push(kind, from..from + value.len(), Class::Header);
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Holds {
    Credentials,
    Cookie,
    Certificate,
    Whole,
}

/// True for a member that says what a secret is and not the secret.
pub(super) fn describes(name: &str) -> bool {
    DESCRIBING.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// What stands behind the scheme; `None` for a scheme alone.
fn credentials_of(text: &str) -> Option<&str> {
    let is_scheme = |word: &str| {
        !word.is_empty()
            && word.len() <= 20
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    match text.split_once(char::is_whitespace) {
        Some((scheme, rest)) if is_scheme(scheme) => Some(rest.trim()),
        None if ["bearer", "basic", "digest", "negotiate", "sharedkey"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(text)) =>
        {
            None
        }
        Some(_) | None => Some(text),
    }
}

/// True for the parts of a connection string that let somebody in.
fn is_of_connection(name: &str) -> bool {
    [
        "AccountKey",
        "SharedAccessKey",
        "SharedAccessSignature",
        "Password",
        "Pwd",
        "PrimaryKey",
        "ClientSecret",
    ]
    .iter()
    .any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> usize {
        let mut scan = Scan::new(text);
        scan.range(0, text.len(), 0);
        scan.secure_strings();
        scan.follow();
        scan.steps
    }

    /// Texts that make a scan that goes back, or looks for an end again and again, slow.
    #[test]
    fn work_is_linear_in_the_text() {
        let pieces = [
            "\"adminPassword\":\"x9-abcdefgh\",",
            "password=\"",
            "password='",
            "password=\\\"",
            "password: (",
            "password:x ",
            "password: x y ",
            "\"password\":{",
            "\"password\":[1,",
            "password=@\"\n",
            "password: |\n ",
            "ConvertTo-SecureString",
            "ConvertTo-SecureString 'x",
            "curl (-ux",
            "curl -u 'x",
            "https://a:",
            "a=$a;password=$a;",
            "sig=x&",
            "?sig=",
            "Authorization: ",
            "\"a\",\"password\",",
            "\"pass\",      ",
            "\\",
            "-",
            ":",
            "=",
            "\n\n",
            "&quot;password&quot;:&quot;",
            "password=a'b'",
            "$x = $x; Authorization = $x;",
            "Authorization: $t;name: t\n",
            "Authorization: $t\nread t <<< 'x",
            "Authorization: $t\nSet-Variable t ",
            "password=$(echo ",
            "password=$(cat <<E\n",
            "password=${a:-",
            "x' | ConvertTo-SecureString ",
            "Bearer ",
            "('password', '",
            "mysql -p",
        ];
        for piece in pieces {
            let counts: Vec<usize> = (0..5).map(|power| steps(&piece.repeat(200 << power))).collect();
            for pair in counts.windows(2) {
                assert!(pair[1] <= pair[0] * 23 / 10 + 100, "{piece:?}: {counts:?}");
            }
            let longest = piece.len() * (200 << 4);
            assert!(counts[4] <= 64 * longest + 1000, "{piece:?}: {counts:?} of {longest}");
        }
    }

    #[test]
    fn values_end_where_their_notation_ends_them() {
        let found = |text: &str| {
            let mut found: Vec<_> =
                all(text, Vec::new()).into_iter().map(|it| text[it.range].to_owned()).collect();
            found.dedup();
            found
        };
        for (text, values) in [
            ("\"adminPassword\": \"a\\\"b\", \"x\": 1", vec!["a\\\"b"]),
            ("\\\"adminPassword\\\": \\\"ab\\\\\\\"c\\\", \\\"x\\\": 1", vec!["ab\\\\\\\"c"]),
            ("adminPassword: 'it''s x', b", vec!["it''s x"]),
            ("PASSWORD='it'\\''s'; ls", vec!["it'\\''s"]),
            ("PASSWORD=abc'd e'f; ls", vec!["abc'd e'f"]),
            ("  PASSWORD: abc def # why", vec!["abc def"]),
            ("a?sig=x%2By&se=1", vec!["x%2By"]),
            ("AccountName=a;AccountKey=k/y==;X=1", vec!["k/y=="]),
            ("$password = @'\na b\n'@", vec!["a b"]),
            ("password: |\n    one\n    two\nother: x", vec!["one\n    two"]),
            (
                "\"adminPassword\": {\"type\": \"securestring\", \"metadata\": {\"description\": \"why\"}}",
                vec![],
            ),
            ("\"adminPassword\": {\"type\": \"securestring\", \"defaultValue\": \"x-y-z\"}", vec!["x-y-z"]),
            ("\"required\": [\"adminPassword\", \"location\"]", vec![]),
            ("const password = getPassword();", vec![]),
            ("$password = Get-Secret -Name x", vec![]),
            ("The password: the one that you have chosen before", vec![]),
            ("password: string;", vec!["string;"]),
            (
                "\"kvSecret\": {\"type\": \"Microsoft.KeyVault/vaults/secrets\", \"apiVersion\": \"2023-07-01\", \"name\": \"a/b\", \"tags\": {\"a\": \"open\"}}",
                vec![],
            ),
            (
                "\"secret\": {\"apiVersion\": \"v1\", \"kind\": \"Opaque\", \"type\": \"x/y\", \"data\": {\"a\": \"Vx7q\"}}",
                vec!["v1", "Opaque", "Vx7q"],
            ),
            (
                "\"connectionString\": \"[concat('DefaultEndpointsProtocol=https;AccountName=', parameters('a'), ';AccountKey=', listKeys(resourceId('x', 'y'), '2021-04-01').keys[0].value, ';EndpointSuffix=core.windows.net')]\"",
                vec![],
            ),
            (
                "\"connectionString\": \"[concat('AccountName=x;AccountKey=Vx7qLw93;', variables('u'))]\"",
                vec!["AccountName=x;AccountKey=Vx7qLw93;", "Vx7qLw93"],
            ),
            (
                "\"adminPassword\": \"[concat('Vx7q-Lw93', uniqueString(resourceGroup().id))]\"",
                vec!["Vx7q-Lw93"],
            ),
        ] {
            assert_eq!(found(text), values, "{text}");
        }
    }
}
