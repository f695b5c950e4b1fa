//! Whether a text may run one of the programs: the prefilter, made of their table.

use std::sync::LazyLock;

use super::{Languages, PROGRAMS, names};
use crate::text::Marks;

/// What may follow a name of two letters: it is looked for together with that, or too much would be looked at.
const BEHIND: &[u8] = b" \t\r\n\\`^'\"<>&\xc2";

/// The names, as they are looked for at first.
static MARKS: LazyLock<Marks> = LazyLock::new(|| Marks::of(&marks()));

/// What the names are looked for by, in lower case.
pub(crate) fn marks() -> Vec<Vec<u8>> {
    let mut words: Vec<Vec<u8>> = Vec::new();
    for (name, _) in names() {
        // Cmdlets of one verb are many: what they have in common is looked for.
        let common = name.find("-az").map_or(name.len(), |at| at + "-az".len());
        let name = &name.as_bytes()[..common];
        if words.iter().any(|word| name.starts_with(word)) {
            continue;
        }
        if name.len() > 2 {
            words.push(name.to_vec());
        } else {
            words.extend(BEHIND.iter().map(|byte| [name, &[*byte]].concat()));
            words.push([name, b"."].concat());
        }
    }
    words
}

/// False only if no reader finds a call of one of the [`PROGRAMS`] in `text`, however its shell lets the name be
/// written: `C:\bin\curl.exe`, `"az" rest`, `c\url`, and over several lines. Takes time linear in the text.
pub(crate) fn mentions(text: &str) -> bool {
    let bytes = text.as_bytes();
    MARKS.find(text).any(|(_, at)| is_run_at(bytes, at))
        || mentions_in_pieces(bytes, |at| is_run_at(bytes, at))
}

/// Where the name of one of the [`PROGRAMS`] may stand in `text`, unquoted, by a cheap look.
pub(in crate::notation) fn found_in(text: &str) -> impl Iterator<Item = usize> + '_ {
    MARKS.find(text).map(|(_, at)| at)
}

/// False only if no word of `text` is one of `names`, which are in small letters, however it is quoted.
pub(in crate::notation) fn has_word(text: &str, names: &[&str], marks: &Marks) -> bool {
    let bytes = text.as_bytes();
    let is_at =
        |at| begins_word(bytes, at) && names.iter().any(|name| behind_name(bytes, at, name).is_some());
    marks.find(text).any(|(_, at)| is_at(at)) || mentions_in_pieces(bytes, is_at)
}

/// True if PowerShell's own commands make a request in `text`, by a cheap look.
pub(in crate::notation) fn mentions_cmdlet(text: &str) -> bool {
    let bytes = text.as_bytes();
    let of_powershell = |at| {
        begins_word(bytes, at)
            && PROGRAMS.iter().flat_map(|program| program.names).any(|(name, languages)| {
                *languages == Languages::PowerShell && behind_name(bytes, at, name).is_some()
            })
    };
    MARKS.find(text).any(|(_, at)| of_powershell(at))
}

/// True if the name of a program is written in pieces somewhere in `text`, with quotes or escapes between its letters.
pub(crate) fn are_in_pieces(text: &str) -> bool {
    let bytes = text.as_bytes();
    mentions_in_pieces(bytes, |at| is_run_at(bytes, at))
}

/// True if a program is run at `at`, as far as the bytes there say.
pub(crate) fn is_run_at(bytes: &[u8], at: usize) -> bool {
    begins_word(bytes, at)
        && names().any(|(name, program)| {
            let Some(behind) = behind_name(bytes, at, name) else { return false };
            let mut words = program.subcommands.iter();
            words.len() == 0 || words.any(|word| may_be_next(bytes, behind, word))
        })
}

/// True if a word may begin at `at`: nothing before it belongs to one.
fn begins_word(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| bytes[before]);
    let escaped = || at >= 2 && bytes[at - 2] == b'\\';
    before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && byte != b'_' || escaped())
}

/// The offset behind `name`, with or without `.exe`, if it stands at `at` in whatever quotes and no longer word
/// begins so.
fn behind_name(bytes: &[u8], at: usize, name: &str) -> Option<usize> {
    let behind = spelt(bytes, at, name)?;
    let behind = spelt(bytes, unquoted(bytes, behind), ".exe").unwrap_or(behind);
    bytes.get(behind).is_none_or(|byte| !byte.is_ascii_alphanumeric()).then_some(behind)
}

/// The offset behind `word` if it stands at `at`, whatever its case and with quotes or escapes in it.
fn spelt(bytes: &[u8], mut at: usize, word: &str) -> Option<usize> {
    for (index, wanted) in word.bytes().enumerate() {
        if index > 0 {
            at = unquoted(bytes, at);
        }
        if !bytes.get(at)?.eq_ignore_ascii_case(&wanted) {
            return None;
        }
        at += 1;
    }
    Some(at)
}

/// True if the next word from `at` on may be `word`: where anything but words stands between, that is left to
/// the reader.
fn may_be_next(bytes: &[u8], mut at: usize, word: &str) -> bool {
    loop {
        at = unquoted(bytes, at);
        match bytes.get(at) {
            Some(byte) if byte.is_ascii_whitespace() => at += 1,
            Some(0xc2) if bytes.get(at + 1) == Some(&0xa0) => at += 2,
            // `\n` and `\t` in a text that has escapes of its own.
            Some(b'n' | b't' | b'r') if bytes[at - 1] == b'\\' && spelt(bytes, at, word).is_none() => at += 1,
            Some(byte) if byte.is_ascii_alphabetic() => return spelt(bytes, at, word).is_some(),
            Some(b'<' | b'>' | b'&' | b'0'..=b'9') => return true,
            None | Some(_) => return false,
        }
    }
}

/// True for what shells take out of a word: quotes, escapes, what begins a quoted string.
fn is_quoting(byte: u8) -> bool {
    continues_line(byte) || matches!(byte, b'\'' | b'"' | b'$')
}

/// True for escapes, which at the end of a line say that it goes on.
fn continues_line(byte: u8) -> bool {
    matches!(byte, b'\\' | b'`' | b'^')
}

/// The offset of the first byte from `at` on that a shell would leave in a word; what continues a line, and the
/// marks that a document puts before the next, are passed over too.
fn unquoted(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        if is_quoting(*byte) {
            at += 1;
        } else if matches!(byte, b'\n' | b'\r') && at > 0 && continues_line(bytes[at - 1]) {
            at += 1;
            while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'>' | b'\n')) {
                at += 1;
            }
        } else {
            break;
        }
    }
    at
}

/// True if `is_at` holds where a word begins that has quotes or escapes between its letters.
fn mentions_in_pieces(bytes: &[u8], is_at: impl Fn(usize) -> bool) -> bool {
    let mut at = 0;
    while let (Some(before), Some(here), Some(behind)) =
        (run(bytes, at), run(bytes, at + 1), run(bytes, at + 2))
    {
        // Few runs have such a place: without a branch a run is looked at in one go.
        let mut places = [0_u8; RUN];
        for (place, ((before, here), behind)) in places.iter_mut().zip(before.iter().zip(here).zip(behind)) {
            *place = may_part(*before, *here, *behind);
        }
        if places != [0; RUN] {
            let mut found = places.iter().zip(at + 1..).filter(|(place, _)| **place != 0);
            if found.any(|(_, quote)| is_piece(bytes, quote, &is_at)) {
                return true;
            }
        }
        at += RUN;
    }
    (at + 1..bytes.len()).any(|quote| is_piece(bytes, quote, &is_at))
}

pub(super) fn run(bytes: &[u8], at: usize) -> Option<&[u8; RUN]> {
    bytes.get(at..)?.first_chunk()
}

/// Bytes that are looked at together.
const RUN: usize = 64;

/// True if the quote or escape at `quote` parts the letters of a word at whose beginning `is_at` holds.
fn is_piece(bytes: &[u8], quote: usize, is_at: impl Fn(usize) -> bool) -> bool {
    let parts_letters = is_quoting(bytes[quote])
        && is_of_name(bytes[quote - 1])
        && bytes.get(unquoted(bytes, quote)).is_some_and(|byte| is_of_name(*byte));
    if !parts_letters {
        return false;
    }
    let piece = &bytes[quote.saturating_sub(MAX_NAME)..quote];
    let len = piece.iter().rev().take_while(|byte| is_of_name(**byte)).count();
    (quote - len..quote).any(is_at)
}

/// No name is longer in bytes.
pub(super) const MAX_NAME: usize = 48;

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'.')
}

/// Not 0 for a quote or escape that may part the letters of a name, and for more: whatever is looked at, it takes the
/// same steps, which the compiler takes for many bytes together.
fn may_part(before: u8, here: u8, behind: u8) -> u8 {
    let is = |one: u8, other: u8| u8::from(one == other);
    let letter = |byte: u8| u8::from(byte >= b'A') | is(byte, b'-') | is(byte, b'.');
    let escape = is(here, b'\\') | is(here, b'`') | is(here, b'^');
    let quoting = escape | is(here, b'\'') | is(here, b'"') | is(here, b'$');
    let follows = letter(behind) | is(behind, b'"') | is(behind, b'\'') | is(behind, b'$');
    letter(before) & ((quoting & follows) | (escape & u8::from(behind <= b'\r')))
}
