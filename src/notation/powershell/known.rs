//! The commands that make requests, their parameters, and the lines that certainly begin one.

use crate::notation::command::program_name;
use crate::notation::{Notation, programs};

/// A command that makes requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// `Invoke-AzRestMethod`, `Invoke-AzRest`
    AzRestMethod,
    /// `Invoke-RestMethod`, `Invoke-WebRequest`
    RestMethod,
    /// A cmdlet that makes its request of parameters: `Update-AzVM`.
    Cmdlet,
    /// A program of its own: curl, az, armclient.
    Native,
}

impl Program {
    /// The program that a command's first word names.
    pub(super) fn of(word: &str) -> Option<Self> {
        Some(match programs::named(&program_name(word), true)?.notation {
            Notation::InvokeAzRestMethod => Self::AzRestMethod,
            Notation::InvokeRestMethod => Self::RestMethod,
            Notation::Cmdlet => Self::Cmdlet,
            _ => Self::Native,
        })
    }

    /// The parameter that `name` is or begins, and whether a value follows it.
    pub(super) fn parameter(self, name: &str) -> (Option<&'static str>, bool) {
        let (with_value, flags): (&[&str], &[&str]) = match self {
            Self::AzRestMethod => (&AZ_REST_METHOD, &AZ_REST_METHOD_FLAGS),
            Self::RestMethod | Self::Cmdlet | Self::Native => (&REST_METHOD, &REST_METHOD_FLAGS),
        };
        let find = |list: &[&'static str]| list.iter().copied().find(|it| it.eq_ignore_ascii_case(name));
        if let Some(exact) = find(with_value) {
            return (Some(exact), true);
        }
        if find(flags).is_some() || find(&COMMON_FLAGS).is_some() {
            return (None, false);
        }
        let begins =
            |it: &&&'static str| it.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name));
        let mut candidates = with_value.iter().filter(begins);
        match (candidates.next(), candidates.next(), flags.iter().any(|it| begins(&it))) {
            (Some(only), None, false) => (Some(only), true),
            (None, _, true) => (None, false),
            // What nobody knows has a value if one follows.
            _ => (None, true),
        }
    }
}

const AZ_REST_METHOD: [&str; 14] = [
    "Path",
    "Uri",
    "ResourceId",
    "Method",
    "Payload",
    "SubscriptionId",
    "ResourceGroupName",
    "ResourceProviderName",
    "ResourceType",
    "Name",
    "ApiVersion",
    "PollFrom",
    "FinalResultFrom",
    "DefaultProfile",
];
const AZ_REST_METHOD_FLAGS: [&str; 5] = ["AsJob", "WaitForCompletion", "Paginate", "WhatIf", "Confirm"];
const REST_METHOD: [&str; 16] = [
    "Uri",
    "Method",
    "CustomMethod",
    "Body",
    "Headers",
    "ContentType",
    "InFile",
    "OutFile",
    "Authentication",
    "Token",
    "Credential",
    "UserAgent",
    "TimeoutSec",
    "SessionVariable",
    "WebSession",
    "Proxy",
];
const REST_METHOD_FLAGS: [&str; 12] = [
    "UseBasicParsing",
    "UseDefaultCredentials",
    "SkipCertificateCheck",
    "SkipHeaderValidation",
    "SkipHttpErrorCheck",
    "AllowUnencryptedAuthentication",
    "AllowInsecureRedirect",
    "DisableKeepAlive",
    "PassThru",
    "Resume",
    "FollowRelLink",
    "NoProxy",
];
const COMMON_FLAGS: [&str; 2] = ["Verbose", "Debug"];

/// The length of the prompt at the start of `line`: `PS C:\>`, `PS>`.
pub(super) fn line_prompt(line: &str) -> usize {
    let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
    let head = &line.as_bytes()[blank..line.len().min(blank + 80)];
    if !head.starts_with(b"PS") || !matches!(head.get(2), Some(b'>' | b' ')) {
        return 0;
    }
    let end = head.iter().position(|&byte| matches!(byte, b'>' | b'\n'));
    end.filter(|&end| head[end] == b'>').map_or(0, |end| blank + end + 1)
}

/// Where in the code the lines of `text`, which begins at `offset`, begin that begin a request.
pub(super) fn request_lines(text: &str, offset: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let code = line[line_prompt(line)..].trim_start();
        if begins_request(code) || assigned(code).is_some_and(begins_request) {
            found.push(offset + start);
        }
        start += line.len();
    }
    found
}

fn begins_request(code: &str) -> bool {
    let len = code.bytes().take(40).take_while(|byte| !byte.is_ascii_whitespace()).count();
    let Some((word, rest)) = code.split_at_checked(len) else { return false };
    let rest = rest.trim_start_matches([' ', '\t', '`']);
    match Program::of(word) {
        Some(Program::Native) if word.starts_with(['a', 'A']) => {
            let next = rest.split([' ', '\t']).next().unwrap_or_default().to_ascii_lowercase();
            let is_verb = ["get", "put", "patch", "post", "delete"].contains(&next.as_str());
            // Where nothing follows it is a word of prose.
            next.len() < rest.trim_end().len()
                && (is_verb || programs::makes_requests(&program_name(word), &next))
        }
        Some(Program::Native) => rest.starts_with(['-', '\'', '"', '$', 'h']),
        // Scripts print commands before they run them.
        Some(Program::Cmdlet) | None => false,
        Some(_) => rest.is_empty() || rest.starts_with(['-', '\'', '"', '$', '@', '\n', '\r', 'h']),
    }
}

/// What stands behind `$name =`.
fn assigned(code: &str) -> Option<&str> {
    let rest = code.strip_prefix('$')?;
    let name = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let value = rest[name..].trim_start_matches([' ', '\t']).strip_prefix('=')?;
    Some(value.trim_start_matches([' ', '\t', '(']))
}

/// A placeholder longer than this is none.
const MAX_PLACEHOLDER: usize = 100;

/// The length of the `<subscription id>` or `{subscription id}` that `text` begins with.
pub(super) fn placeholder_len(text: &str) -> Option<usize> {
    let bytes = &text.as_bytes()[..text.len().min(MAX_PLACEHOLDER)];
    let close = match bytes.first()? {
        b'<' => b'>',
        b'{' => b'}',
        _ => return None,
    };
    let doubled = usize::from(bytes.get(1) == bytes.first());
    let name = &bytes[1 + doubled..];
    let named = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'-' | b' ' | b'.' | b'/' | b'\'' | b',' | b'#')
            || *byte >= 0x80
    };
    let len = name.iter().position(|byte| !named(byte))?;
    let bordered = len > 0 && name[0] != b' ' && name[len - 1] != b' ';
    let closed = name.get(len) == Some(&close) && (doubled == 0 || name.get(len + 1) == Some(&close));
    (bordered && closed).then_some(1 + doubled + len + 1 + doubled)
}
