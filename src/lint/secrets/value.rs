//! Where a value ends, what it says, and whether it says the secret itself.

use std::borrow::Cow;
use std::ops::Range;

use super::base64;
use crate::arm::expression::only_compares;
use crate::arm::{PlaceholderStyle, find_placeholders, is_placeholder};

/// True if a value is one that the reader or the service fills in: nothing that is secret stands in the text.
pub(in crate::lint) fn is_open(text: &str) -> bool {
    let text = text.trim();
    text.is_empty()
        || is_placeholder(text)
        || text.starts_with('[') && text.ends_with(']')
        || is_reference(text)
        || is_blank(text)
        || is_word_for_it(text)
        || is_mostly_filled_in(text)
        || is_switch(text)
        || matches!(text, "null" | "undefined" | "None" | "$null")
}

/// A key vault's secret, a computed value, and another member of the body (`PrivateSettingsRef:AdminPassword`).
pub(in crate::lint) fn is_reference(text: &str) -> bool {
    let starts = |start: &str| text.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start));
    ["@Microsoft.KeyVault(", "@{", "@(", "PrivateSettingsRef:", "$("].iter().any(|start| starts(start))
}

/// What a setting is set to (`"syncOnPremPasswords": "Enabled"`): a choice of few, which no secret is.
fn is_switch(text: &str) -> bool {
    const SWITCHES: [&str; 14] = [
        "enabled", "disabled", "enable", "disable", "true", "false", "yes", "no", "on", "off", "required",
        "optional", "allowed", "denied",
    ];
    SWITCHES.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// True for what stands in places for secrets and is none: hosts and their suffixes, a scheme, a version, the type of a
/// resource, the settings of a connection string that let nobody in, what holes are put into. A credential in one of
/// them is found by its own name.
pub(super) fn is_common(text: &str) -> bool {
    let text = text.trim().trim_end_matches(['/', ';', ',']);
    is_host(text) || is_version(text) || is_type(text) || is_frame(text)
}

/// `https://`, `.blob.core.windows.net`, `tcp:server.database.windows.net,1433`: no user, no path, no query.
fn is_host(text: &str) -> bool {
    let (scheme, rest) = match text.split_once(':') {
        Some((scheme, rest)) => (scheme, rest.trim_start_matches('/')),
        None => ("", text),
    };
    let is_scheme = ["", "http", "https", "tcp", "wss", "ws", "sb", "amqps", "abfss", "wasbs", "ftps"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(scheme));
    // The port.
    let host = rest.split([':', ',']).next().unwrap_or_default();
    let port = &rest[host.len()..];
    let is_port = port.is_empty() || port.len() > 1 && port[1..].bytes().all(|byte| byte.is_ascii_digit());
    if !is_scheme || !is_port {
        return false;
    }
    if host.is_empty() {
        return !scheme.is_empty();
    }
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let mut labels = host.strip_prefix('.').unwrap_or(host).rsplit('.');
    let last = labels.next().unwrap_or_default();
    let is_domain = ["net", "com", "org", "io", "cn", "us", "de", "azure", "local"].contains(&last);
    is_domain && labels.clone().next().is_some() && labels.all(is_label)
}

/// `2021-04-01`, `2021-04-01-preview`, `1.0`, `v2.10.3`.
fn is_version(text: &str) -> bool {
    let day = text.strip_suffix("-preview").unwrap_or(text);
    let parts: Vec<&str> = day.split('-').collect();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if let [year, month, day] = parts[..] {
        return (year.len(), month.len(), day.len()) == (4, 2, 2)
            && [year, month, day].into_iter().all(digits);
    }
    let number = text.strip_prefix(['v', 'V']).unwrap_or(text);
    number.contains('.')
        && number.len() <= 16
        && number.split('.').all(|part| part.len() <= 4 && digits(part))
}

/// `Microsoft.Storage/storageAccounts`, `/providers/Microsoft.Network/virtualNetworks/`.
fn is_type(text: &str) -> bool {
    let mut segments = text.trim_matches('/').split('/').peekable();
    if segments.peek() == Some(&"providers") {
        segments.next();
    }
    let is_namespace = segments.next().is_some_and(|it| {
        it.get(..10).is_some_and(|head| head.eq_ignore_ascii_case("Microsoft."))
            && it.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'.')
    });
    is_namespace && segments.all(|it| it.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// Settings whose values let nobody in, and what comes before the one that does: `AccountName=`, `;AccountKey=`,
/// `DefaultEndpointsProtocol=https;AccountName=`, `{0};key={1}`.
fn is_frame(text: &str) -> bool {
    let is_name = |name: &str| {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'_' | b'-');
        name.len() < super::names::MAX_NAME && name.bytes().all(is_known)
    };
    let is_hole = |value: &str| {
        let inner = value.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        inner.is_some_and(|it| it.len() <= 2 && it.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_setting = |part: &str| match part.split_once('=') {
        None => part.trim().is_empty() || is_hole(part.trim()) || is_host(part.trim()),
        Some((name, value)) => {
            let value = value.trim();
            let is_open = value.is_empty() || is_hole(value);
            let says_how = || {
                super::names::class_of(name.trim()).is_none()
                    && (is_host(value) || is_switch(value) || value.eq_ignore_ascii_case("https"))
            };
            is_name(name.trim()) && (is_open || says_how())
        }
    };
    text.contains(['=', '{']) && text.split(';').all(is_setting)
}

/// A row of stars, dots or the like.
pub(in crate::lint) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '*' | '•' | '.' | '…' | 'x' | 'X' | '-' | '_'))
}

/// `REDACTED`, `MGMT_PLACEHOLDER`, `ADMIN_PASSWORD`: what recordings and authors put in the place of a secret.
pub(in crate::lint) fn is_word_for_it(text: &str) -> bool {
    let has = |word: &str| {
        text.len() >= word.len()
            && text.as_bytes().windows(word.len()).any(|it| it.eq_ignore_ascii_case(word.as_bytes()))
    };
    let is_short = text.len() <= 64;
    let said = is_short && ["PLACEHOLDER", "REDACTED", "SANITIZED"].iter().any(|word| has(word));
    let is_constant =
        text.contains('_') && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    said || is_constant
}

/// True if next to nothing is left once what is to be filled in is taken away. A variable within a word may as well
/// be a `$` of the secret's own: only one that begins the value counts.
fn is_mostly_filled_in(text: &str) -> bool {
    let mut left = 0;
    let mut done = 0;
    let mut any = false;
    for found in find_placeholders(text) {
        let counts = match found.style {
            PlaceholderStyle::Variable | PlaceholderStyle::Percent => {
                let before = text[..found.range.start].chars().next_back();
                before.is_none_or(|c| !c.is_alphanumeric() && c != '$')
            }
            PlaceholderStyle::Your
            | PlaceholderStyle::Exes
            | PlaceholderStyle::Ellipsis
            | PlaceholderStyle::Bracket => found.range.start == 0,
            _ => true,
        };
        if counts {
            left += letters(&text[done..found.range.start]);
            done = found.range.end;
            any = true;
        }
    }
    let begins = find_placeholders(text).next().is_some_and(|first| first.range.start == 0);
    any && left + letters(&text[done..]) < if begins { 6 } else { 3 }
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

/// The names of the variables, parameters and environment that a value refers to.
pub(super) fn references(text: &str, mut found: impl FnMut(&str)) {
    let bytes = text.as_bytes();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'-';
    let name = |from: usize, with: &dyn Fn(&u8) -> bool| {
        let rest = bytes.get(from..).unwrap_or_default();
        let len = rest.iter().take(super::names::MAX_NAME).take_while(|byte| with(byte)).count();
        text.get(from..from + len).unwrap_or_default()
    };
    let is_shell_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    for at in memchr::memchr3_iter(b'$', b'{', b'%', bytes) {
        let mut from = at + 1;
        let follows = |byte| at.checked_sub(1).is_some_and(|before| bytes[before] == byte);
        if bytes[at] == b'{' && (follows(b'$') || follows(b'{')) {
            continue;
        }
        if bytes[at] == b'$' {
            // `$env:X`, `$script:X`, `${X}`, `$(X)`, `${{ env.X }}`
            while bytes.get(from).is_some_and(|byte| matches!(byte, b'{' | b'(' | b' ')) {
                from += 1;
            }
        } else if bytes[at] == b'{' {
            if bytes.get(from) != Some(&b'{') {
                continue;
            }
            from += 1;
            while bytes.get(from) == Some(&b' ') {
                from += 1;
            }
        }
        let first = name(from, &is_shell_name);
        let behind = bytes.get(from + first.len());
        let is_scope = |it: &str| {
            [
                "env",
                "script",
                "global",
                "local",
                "private",
                "using",
                "variables",
                "vars",
                "parameters",
                "secrets",
            ]
            .iter()
            .any(|scope| scope.eq_ignore_ascii_case(it))
        };
        let named = if matches!(behind, Some(b':' | b'.')) && is_scope(first) {
            name(from + first.len() + 1, &is_shell_name)
        } else if bytes[at] == b'%' && behind != Some(&b'%') {
            continue;
        } else {
            first
        };
        if !named.is_empty() {
            found(named);
        }
    }
    for function in ["variables('", "parameters('"] {
        for at in memchr::memmem::find_iter(bytes, function) {
            let named = name(at + function.len(), &is_name);
            if !named.is_empty() {
                found(named);
            }
        }
    }
}

/// Functions of templates whose arguments name what is looked up.
const LOOK_UPS: [&str; 8] = [
    "extensionresourceid",
    "managementgroupresourceid",
    "parameters",
    "reference",
    "resourceid",
    "subscriptionresourceid",
    "tenantresourceid",
    "variables",
];

/// True if the literals among the arguments of a template's function are not in its value: they are names, or compared.
fn is_outside_of_values(function: &str) -> bool {
    let name = function.to_ascii_lowercase();
    // `listKeys`, `listAccountSas` and the like.
    name.starts_with("list") || LOOK_UPS.contains(&name.as_str()) || only_compares(&name)
}

/// The literals of a template's expression that go into its value: arguments of `base64`, `concat` and the like.
pub(super) fn literals(text: &str, base: usize, mut found: impl FnMut(Range<usize>)) {
    let bytes = text.as_bytes();
    // The brackets that are open, and how many of them stand around what is outside of the value.
    let mut open: Vec<bool> = Vec::new();
    let mut outside = 0;
    let mut name = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'(' | b'[' => {
                // The name of a member stands in the brackets behind a value.
                let is_member = byte == b'[' && at > 0 && matches!(bytes[at - 1], b')' | b']');
                let is_outside = is_member || byte == b'(' && is_outside_of_values(&text[name..at]);
                open.push(is_outside);
                outside += usize::from(is_outside);
            }
            b')' | b']' => outside -= usize::from(open.pop().unwrap_or_default()),
            b'\'' => {
                let Some(end) = literal_end(bytes, at + 1) else { return };
                let names_something = text[..at].trim_end().ends_with("/providers/");
                if outside == 0 && !names_something && end - at > 4 {
                    found(base + at + 1..base + end);
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
        if !byte.is_ascii_alphanumeric() {
            name = at;
        }
    }
}

/// Where the literal ends whose text begins at `from`: two quotes are one of it.
fn literal_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let quote = at + memchr::memchr(b'\'', &bytes[at..])?;
        if bytes.get(quote + 1) != Some(&b'\'') {
            return Some(quote);
        }
        at = quote + 2;
    }
}

/// What a text may say: as it stands, and as each way of quoting reads it.
pub(super) fn readings(text: &str) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    let mut add = |reading: Cow<'_, str>| {
        if let Cow::Owned(reading) = reading
            && !all.contains(&reading)
        {
            all.push(reading);
        }
    };
    if text.contains('\\') {
        let once = unescaped(text);
        if let Cow::Owned(once) = &once {
            add(Cow::Owned(unescaped(once).into_owned()));
        }
        add(once);
    }
    if text.contains('%') {
        add(percent_decoded(text));
    }
    if text.contains("''") || text.contains("'\\''") {
        add(Cow::Owned(text.replace("'\\''", "'").replace("''", "'")));
    }
    if text.contains("\"\"") {
        add(Cow::Owned(text.replace("\"\"", "\"")));
    }
    if text.contains('`') {
        add(Cow::Owned(without_backticks(text)));
    }
    if text.contains('&') {
        let plain = text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">");
        add(Cow::Owned(plain.replace("&apos;", "'").replace("&#39;", "'").replace("&amp;", "&")));
    }
    all
}

/// What base64 holds, and its lines.
pub(super) fn within_base64(text: &str) -> Vec<String> {
    let packed: Cow<'_, str> =
        if text.contains(char::is_whitespace) { text.split_whitespace().collect() } else { text.into() };
    base64::decode(&packed).filter(|inner| inner.len() >= 4).into_iter().collect()
}

/// JSON's and the shell's escapes undone: `\"`, `\n`, `A`.
fn unescaped(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('\\') else { return Cow::Borrowed(text) };
    let mut out = text[..first].to_owned();
    let mut rest = text[first..].chars();
    let mut high = 0;
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match rest.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('u') => {
                let code = rest.as_str().get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let Some(code) = code else {
                    out.push('u');
                    continue;
                };
                rest = rest.as_str().get(4..).unwrap_or_default().chars();
                if (0xd800..0xdc00).contains(&code) {
                    high = code;
                } else if (0xdc00..0xe000).contains(&code) && high != 0 {
                    out.extend(char::from_u32(0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00)));
                    high = 0;
                } else {
                    out.extend(char::from_u32(code));
                }
            }
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    Cow::Owned(out)
}

fn percent_decoded(text: &str) -> Cow<'_, str> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    let mut any = false;
    while let Some((&byte, behind)) = rest.split_first() {
        let hex = behind.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match hex {
            Some(value) if byte == b'%' => {
                out.push(value);
                rest = &behind[2..];
                any = true;
            }
            _ => {
                out.push(byte);
                rest = behind;
            }
        }
    }
    match String::from_utf8(out) {
        Ok(text) if any => Cow::Owned(text),
        _ => Cow::Borrowed(text),
    }
}

fn without_backticks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.extend(if c == '`' { chars.next() } else { Some(c) });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_open() {
        for text in [
            "",
            "<PASSWORD>",
            "my<PASSWORD>",
            "$PASSWORD",
            "${PASSWORD}",
            "$env:PASSWORD",
            "$(ADMIN_PASSWORD)",
            "%PASSWORD%",
            "{{password}}",
            "${{ secrets.PASSWORD }}",
            "[parameters('adminPassword')]",
            "PrivateSettingsRef:AdminPassword",
            "privateSettingsRef:AdminPassword",
            "********",
            "REDACTED",
            "null",
        ] {
            assert!(is_open(text), "{text}");
        }
        for text in ["P@$$w0rd1234", "hunter2-hunter2", "a[b]", "Tr0ub4dor&3", "a%20b%21c9"] {
            assert!(!is_open(text), "{text}");
        }
    }

    #[test]
    fn what_lets_nobody_in_is_known() {
        for text in [
            "https://",
            ".blob.core.windows.net",
            "https://management.azure.com/",
            "mystore.blob.core.windows.net",
            "tcp:server.database.windows.net,1433",
            "2021-04-01",
            "2023-05-01-preview",
            "1.0",
            "v2.10",
            "Microsoft.Storage/storageAccounts",
            "/providers/Microsoft.Network/virtualNetworks/",
            "DefaultEndpointsProtocol=https;AccountName=",
            ";EndpointSuffix=core.windows.net",
            ";AccountKey=",
            "{0};key={1}",
            ".database.windows.net;Database=",
        ] {
            assert!(is_common(text), "{text}");
        }
        for text in [
            "Pa55-word.net1",
            "https://user:Vx7q@host.example.com",
            "https://host.example.com/hooks/T0/Vx7qLw93",
            "https://h.example.com?sig=Vx7q",
            "AccountKey=Vx7qLw93",
            "Password=Vx7q-Lw93",
            "Vx7q=Lw93",
            "correct-horse",
            "hunter2",
            "12345678",
            "1234-56-7",
            "Microsoft.Vx7q/Lw93",
            "geheim",
            "p.w",
        ] {
            assert!(!is_common(text), "{text}");
        }
    }

    #[test]
    fn references_are_named() {
        let named = |text: &str| {
            let mut all = Vec::new();
            references(text, |name| all.push(name.to_owned()));
            all
        };
        for (text, names) in [
            ("$PW", vec!["PW"]),
            ("Bearer ${TOKEN}", vec!["TOKEN"]),
            ("$env:PW", vec!["PW"]),
            ("$($script:pw)", vec!["pw"]),
            ("$(pw)", vec!["pw"]),
            ("${{ env.PW }}", vec!["PW"]),
            ("{{token}}", vec!["token"]),
            ("%PW%", vec!["PW"]),
            ("a%20b", vec![]),
            ("[concat(variables('a-b'), parameters('c'))]", vec!["a-b", "c"]),
        ] {
            assert_eq!(named(text), names, "{text}");
        }
    }

    #[test]
    fn escapes_are_read() {
        for (text, reading) in [
            (r#"a\"b"#, "a\"b"),
            (r"a\u0041b", "aAb"),
            (r#"a\\\"b"#, "a\"b"),
            ("a%2Bb", "a+b"),
            (r"a'\''b", "a'b"),
            ("a`$b", "a$b"),
            ("a&amp;b", "a&b"),
        ] {
            assert!(readings(text).iter().any(|it| it == reading), "{text}: {:?}", readings(text));
        }
    }

    #[test]
    fn literals_of_expressions_are_found() {
        let text = "[base64(concat('#!/bin/sh', parameters('name'), 'it''s'))]";
        let mut all = Vec::new();
        literals(text, 0, |range| all.push(&text[range]));
        assert_eq!(all, ["#!/bin/sh", "it''s"]);
    }

    #[test]
    fn what_names_or_compares_is_not_in_the_value() {
        for (text, wanted) in [
            (
                "[listKeys(resourceId('Microsoft.Storage/storageAccounts', 'data1'), '2021-04-01').keys[0].value]",
                vec![],
            ),
            (
                "[if(equals(parameters('kind'), 'password'), concat('abc', 'secret'), reference('other').x)]",
                vec!["secret"],
            ),
            ("[substring('Pa55word', lastIndexOf('by-name', '-'), length('abcdef'))]", vec!["Pa55word"]),
            (
                "[concat(variables('first'), listKeys('a-name', '2021-04-01')['value'], 'Pa55word')]",
                vec!["Pa55word"],
            ),
            (
                "[format('{0};key={1}', 'value1', createObject('a', 'value2')['longer'])]",
                vec!["{0};key={1}", "value1", "value2"],
            ),
            ("['plain text']", vec!["plain text"]),
            ("[variables('open'", vec![]),
        ] {
            let mut all = Vec::new();
            literals(text, 0, |range| all.push(&text[range]));
            assert_eq!(all, wanted, "{text}");
        }
    }
}
