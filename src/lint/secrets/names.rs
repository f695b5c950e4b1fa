//! What a name says of the value beside it.

/// What stands beside a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A secret, whole.
    Property,
    /// The same, under a name with a slip of one letter.
    Misspelt,
    /// A scheme and credentials.
    Authorization,
    /// A key or a cookie in a header.
    Header,
    /// A secret if it stands in a query or a form.
    Parameter,
    /// What a machine runs or keeps, in base64 or not: whole scripts.
    CustomData,
}

/// A name of more bytes than this is none of these.
pub(super) const MAX_NAME: usize = 64;

/// Names that are secret as a whole, without case and marks.
const NAMES: [&str; 5] = ["pass", "pw", "pword", "userpass", "adminpass"];
/// What the names of secrets end with, without case and marks.
const ENDINGS: [&str; 34] = [
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "passcode",
    "passwordorkey",
    "pwd",
    "secret",
    "secretvalue",
    "secretkey",
    "token",
    "accesskey",
    "sharedkey",
    "accountkey",
    "storagekey",
    "storageaccountkey",
    "apikey",
    "subscriptionkey",
    "functionskey",
    "functionkey",
    "masterkey",
    "hostkey",
    "systemkey",
    "authkey",
    "primarykey",
    "secondarykey",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "sharedaccesssignature",
    "connectionstring",
    "connstring",
    "connstr",
    "bearer",
];
/// Endings that are long enough to be told from other words with one letter wrong.
const FUZZY: [&str; 9] = [
    "password",
    "passphrase",
    "clientsecret",
    "accesskey",
    "sharedkey",
    "accountkey",
    "connectionstring",
    "customdata",
    "protectedsettings",
];
/// Parameters of a URL or a form whose values are secrets, beside those whose names end as above.
const PARAMETERS: [&str; 5] = ["sig", "code", "sas", "assertion", "clientassertion"];

/// What `name` says; `None` if it says nothing.
pub(super) fn class_of(name: &str) -> Option<Class> {
    if name.len() < 2 || name.len() > MAX_NAME {
        return None;
    }
    let mut plain = [0; MAX_NAME];
    let mut len = 0;
    for byte in name.bytes().filter(|byte| !matches!(byte, b'-' | b'_' | b'.' | b' ')) {
        plain[len] = byte.to_ascii_lowercase();
        len += 1;
    }
    let plain = &plain[..len];
    let ends = |ending: &str| plain.ends_with(ending.as_bytes());
    if ends("authorization") || (name.contains('-') && plain.windows(13).any(|it| it == b"authorization")) {
        return Some(Class::Authorization);
    }
    if plain == b"cookie" || plain == b"setcookie" {
        return Some(Class::Header);
    }
    if name.contains('-') && (ends("key") || ends("token") || ends("secret")) && !ends("publickey") {
        return Some(Class::Header);
    }
    if plain == b"customdata" || plain == b"userdata" || plain == b"protectedsettings" {
        return Some(Class::CustomData);
    }
    if NAMES.iter().any(|known| plain == known.as_bytes()) || ENDINGS.iter().any(|ending| ends(ending)) {
        return Some(Class::Property);
    }
    // `STORAGE_KEY`: constants and the environment.
    let is_constant = !name.bytes().any(|byte| byte.is_ascii_lowercase());
    if is_constant && name.ends_with("_KEY") && !ends("publickey") {
        return Some(Class::Property);
    }
    if PARAMETERS.iter().any(|known| plain == known.as_bytes()) {
        return Some(Class::Parameter);
    }
    is_near(plain).then_some(Class::Misspelt)
}

/// True if the end of a name is one letter away from one of [`FUZZY`]: one wrong, one missing, one too many, two
/// swapped.
fn is_near(name: &[u8]) -> bool {
    FUZZY.iter().any(|known| {
        let known = known.as_bytes();
        (known.len() - 1..=known.len() + 1).any(|len| {
            name.len()
                .checked_sub(len)
                .and_then(|from| name.get(from..))
                .is_some_and(|end| one_off(end, known))
        })
    })
}

/// True if one edit makes one of the other. Linear: what is left between the common ends decides.
fn one_off(word: &[u8], known: &[u8]) -> bool {
    let front = word.iter().zip(known).take_while(|(a, b)| a == b).count();
    let (word, known) = (&word[front..], &known[front..]);
    let back = word.iter().rev().zip(known.iter().rev()).take_while(|(a, b)| a == b).count();
    match (&word[..word.len() - back], &known[..known.len() - back]) {
        ([_], [_] | []) | ([], [_]) => true,
        ([first, second], [third, fourth]) => first == fourth && second == third,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_stands_beside_them() {
        for (name, class) in [
            ("adminPassword", Some(Class::Property)),
            ("ADMIN_PASSWORD", Some(Class::Property)),
            ("admin-password", Some(Class::Property)),
            ("clientSecret", Some(Class::Property)),
            ("adminPasword", Some(Class::Misspelt)),
            ("adminPassowrd", Some(Class::Misspelt)),
            ("adminPasswordd", Some(Class::Misspelt)),
            ("protectedSetings", Some(Class::Misspelt)),
            ("Authorization", Some(Class::Authorization)),
            ("Proxy-Authorization", Some(Class::Authorization)),
            ("x-ms-authorization-auxiliary", Some(Class::Authorization)),
            ("x-functions-key", Some(Class::Header)),
            ("Ocp-Apim-Subscription-Key", Some(Class::Header)),
            ("api-key", Some(Class::Header)),
            ("x-ms-query-key", Some(Class::Header)),
            ("Cookie", Some(Class::Header)),
            ("sig", Some(Class::Parameter)),
            ("customData", Some(Class::CustomData)),
            ("SEARCH_KEY", Some(Class::Property)),
            ("SSH_PUBLIC_KEY", None),
            ("partition_key", None),
            ("location", None),
            ("secrets", None),
            ("disablePasswordAuthentication", None),
            ("api-version", None),
            ("keyVault", None),
            ("publicKeys", None),
            ("secretName", None),
            ("vmSize", None),
        ] {
            assert_eq!(class_of(name), class, "{name}");
        }
    }

    #[test]
    fn one_edit_is_seen() {
        for (a, b, near) in [
            ("pasword", "password", true),
            ("passwrod", "password", true),
            ("passwor", "password", true),
            ("xassword", "password", true),
            ("password", "password", false),
            ("passord1", "password", false),
        ] {
            assert_eq!(one_off(a.as_bytes(), b.as_bytes()), near, "{a} {b}");
        }
    }
}
