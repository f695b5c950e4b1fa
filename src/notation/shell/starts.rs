//! Where commands begin: prompts, the words that may stand before a program's name, and the lines that
//! certainly begin a request, at which a lost reader finds its feet again.

use crate::notation::command::{BEFORE, program_name};
use crate::notation::programs;

/// A line that begins a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    /// Where the line begins.
    pub(super) line: usize,
    /// Where the command begins, behind a prompt.
    pub(super) at: usize,
}

/// The lines of `text`, which begins at `offset`, that begin a request.
pub(super) fn starts(text: &str, offset: usize, prompts: bool) -> Vec<Start> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut done = 0;
    // Few lines name a program that makes requests.
    for at in programs::found_in(text) {
        if at < done {
            continue;
        }
        let line_start = memchr::memrchr(b'\n', &bytes[done..at]).map_or(done, |newline| done + newline + 1);
        let line_end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |newline| at + newline + 1);
        let line = &text[line_start..line_end];
        // A comment that goes on in the next line is no prompt.
        let goes_on = line.trim_start().starts_with('#')
            && line.trim_end().ends_with('\\')
            && text[line_end..].trim_start_matches([' ', '\t']).starts_with('#');
        if let Some(at) = command_in(line, prompts && !goes_on) {
            found.push(Start { line: offset + line_start, at: offset + line_start + at });
        }
        done = line_end;
    }
    found
}

pub(super) fn is_known(program: &str) -> bool {
    programs::named(program, false).is_some()
}

/// Where in `line` the request begins that the line begins with, behind the prompt.
fn command_in(line: &str, prompts: bool) -> Option<usize> {
    let blank = line.len() - line.trim_start().len();
    if let Some(prompt) = prompt_len(&line[blank..]).filter(|_| prompts) {
        let rest = line[blank + prompt..].trim_start();
        if begins_request(rest) {
            return Some(line.len() - rest.len());
        }
    }
    begins_request(&line[blank..]).then_some(blank)
}

/// The length of the prompt at the start of `line`.
fn prompt_len(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    match bytes.first()? {
        b'$' | b'#' | b'%' | b'>' if bytes.get(1).is_some_and(|&byte| byte == b' ' || byte == b'\t') => {
            Some(1)
        }
        // `user@host:~$ `, `[user@host ~]# `, `PS C:\> `, `C:\Users\me>`
        _ => {
            let head = &bytes[..bytes.len().min(80)];
            let drive = head.get(1) == Some(&b':') || head.starts_with(b"PS ");
            let host = memchr::memchr(b'@', head).is_some();
            let end = head.iter().position(|&byte| match byte {
                b'>' => drive,
                b'$' | b'#' | b'%' => host,
                _ => false,
            })?;
            let clean = !head[..end].iter().any(|byte| matches!(byte, b'\'' | b'"' | b'=' | b'|' | b';'));
            (clean && (drive || bytes.get(end + 1) == Some(&b' '))).then_some(end + 1)
        }
    }
}

/// True if `line` begins with a known program that is used, not talked about.
fn begins_request(mut line: &str) -> bool {
    // Words that stand before a program are few; a line of nothing else need not be read to its end.
    for _ in 0..6 {
        if let Some(inner) = substitution_of_assignment(line) {
            line = inner.trim_start();
            continue;
        }
        let head_len = line.find([' ', '\t', '\n', '\r', '\u{a0}']).unwrap_or(line.len());
        let (head, rest) = line.split_at(head_len);
        if head.is_empty() || head.len() > 200 {
            return false;
        }
        let rest = rest.trim_start_matches([' ', '\t', '\u{a0}']);
        match programs::named(&program_name(head), false) {
            Some(program) if program.begins_with_word => {
                return rest.starts_with(|c: char| c.is_ascii_alphabetic());
            }
            Some(_) => return looks_like_curl_arguments(rest),
            None if BEFORE.contains(&head) || is_plain_assignment(head) => line = rest,
            None => return false,
        }
    }
    false
}

fn looks_like_curl_arguments(rest: &str) -> bool {
    let Some(first) = rest.chars().next() else { return false };
    if matches!(
        first,
        '-' | '\u{2010}'
            ..='\u{2015}' | '\u{2212}' | '\'' | '"' | '$' | '<' | '{' | '/' | '\\' | '^' | '`' | '[' | '%'
    ) {
        return true;
    }
    let word = rest.split([' ', '\t', '\n', '\r']).next().unwrap_or(rest);
    word.contains("//") || word.contains('/') || word.starts_with("localhost")
}

/// `NAME=value` without quotes or substitutions.
fn is_plain_assignment(word: &str) -> bool {
    word.find('=').is_some_and(|at| is_name(&word[..at])) && !word.contains(['\'', '"', '$', '`', '('])
}

/// What stands behind `NAME=$(`, `NAME="$(` or ``NAME=` ``.
fn substitution_of_assignment(line: &str) -> Option<&str> {
    let line = line.strip_prefix("export ").or_else(|| line.strip_prefix("local ")).unwrap_or(line);
    let equals = line.as_bytes().iter().take(80).position(|&byte| byte == b'=')?;
    let (name, value) = (&line[..equals], &line[equals + 1..]);
    if !is_name(name) {
        return None;
    }
    let value = value.strip_prefix('"').unwrap_or(value);
    value.strip_prefix("$(").or_else(|| value.strip_prefix('`'))
}

/// True if `text` can be a variable's name.
pub(super) fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && text.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
}
