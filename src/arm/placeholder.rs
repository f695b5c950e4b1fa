//! Placeholders: what authors write where a reader is to fill something in.
//!
//! Expressions of ARM templates (`[parameters('vmName')]`) are none: they are filled in by the service.

use std::ops::Range;

use super::guid;

/// How a placeholder is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PlaceholderStyle {
    /// `<SUBSCRIPTION ID>`
    Angle,
    /// `<<SUBSCRIPTION ID>>`
    DoubledAngle,
    /// `{subscriptionId}`
    Brace,
    /// `{{subscriptionId}}`
    DoubledBrace,
    /// `$SUBSCRIPTION_ID`, `$env:SUBSCRIPTION_ID`
    Variable,
    /// `${SUBSCRIPTION_ID}`, `${{ vars.SUBSCRIPTION_ID }}`
    BracedVariable,
    /// `$(subscriptionId)`
    Substitution,
    /// `%SUBSCRIPTION_ID%`
    Percent,
    /// `[subscription-id]`
    Bracket,
    /// `xxxx`, `XXXXXXXX-XXXX-…`, `yyyy-mm-dd`
    Exes,
    /// `YOUR_SUBSCRIPTION_ID`, `your-subscription-id`, `yourSubscriptionId`
    Your,
    /// `...`, `…`
    Ellipsis,
    /// `00000000-0000-0000-0000-000000000000`
    ZeroGuid,
}

impl PlaceholderStyle {
    /// Whether the placeholder has a beginning and an end of its own, so that anything may stand between them.
    pub fn is_bracketed(self) -> bool {
        matches!(
            self,
            Self::Angle
                | Self::DoubledAngle
                | Self::Brace
                | Self::DoubledBrace
                | Self::BracedVariable
                | Self::Substitution
                | Self::Bracket
        )
    }
}

/// A placeholder found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// How it is written.
    pub style: PlaceholderStyle,
}

/// Whether a whole text is a placeholder, or several with nothing between.
pub fn is_placeholder(text: &str) -> bool {
    if text.bytes().next().is_none_or(|first| CLASS[usize::from(first)] & FIRST == 0) {
        return false;
    }
    let mut end = 0;
    for found in find_placeholders(text) {
        if found.range.start != end {
            return false;
        }
        end = found.range.end;
    }
    end == text.len() && end > 0
}

/// Whether a text has a placeholder in it.
pub fn contains_placeholder(text: &str) -> bool {
    find_placeholders(text).next().is_some()
}

/// The placeholders of a text, in order, none inside another.
///
/// Takes time linear in the text: what stands between brackets is looked through for at most 128 bytes.
pub fn find_placeholders(text: &str) -> impl Iterator<Item = Placeholder> {
    crate::text::steps::count(text.len());
    let bytes = text.as_bytes();
    // Most names and values have no byte that can begin one: seen sooner than word by word.
    let none = !bytes.iter().any(|&byte| CLASS[usize::from(byte)] & FIRST != 0);
    let mut at = if none { bytes.len() } else { 0 };
    std::iter::from_fn(move || {
        while let Some(&byte) = bytes.get(at) {
            if CLASS[usize::from(byte)] & FIRST != 0
                && let Some((length, style)) = placeholder_at(text, at)
            {
                let range = at..at + length;
                at = range.end;
                return Some(Placeholder { range, style });
            }
            // A word is skipped whole, so that its tail is not taken for one. What stands inside a character begins
            // nothing.
            at += if is_word(byte) { word_length(&bytes[at..]) } else { 1 };
        }
        None
    })
}

/// The bytes that [`placeholder_at`] finds something at: brackets and signs, and the first letters of `xxxx`, `your…`
/// and a GUID of zeros.
const FIRST: u8 = 1;
/// Letters, digits and the underscore.
const WORD: u8 = 2;

const CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let first = b"<{$%[.xXyY0\xe2";
    let mut at = 0;
    while at < first.len() {
        table[first[at] as usize] = FIRST;
        at += 1;
    }
    at = 0;
    while at < 256 {
        if (at as u8).is_ascii_alphanumeric() || at as u8 == b'_' {
            table[at] |= WORD;
        }
        at += 1;
    }
    table
};

/// The length and style of the placeholder that begins at a byte, if one does. The byte must not stand inside
/// a word.
pub(super) fn placeholder_at(text: &str, at: usize) -> Option<(usize, PlaceholderStyle)> {
    let rest = text.get(at..)?;
    let bytes = rest.as_bytes();
    let found = match *bytes.first()? {
        b'<' => angle(rest),
        b'{' => brace(rest),
        b'$' => dollar(rest),
        b'%' => percent(bytes),
        b'[' => bracket(rest),
        b'.' => {
            let dots = bytes.iter().take_while(|byte| **byte == b'.').count();
            (dots >= 3).then_some((dots, PlaceholderStyle::Ellipsis))
        }
        byte if byte.is_ascii_alphanumeric() => word(rest),
        _ => rest.starts_with('…').then_some(('…'.len_utf8(), PlaceholderStyle::Ellipsis)),
    };
    debug_assert!(found.is_none_or(|(length, _)| length > 0 && text.is_char_boundary(at + length)));
    found
}

const LONGEST: usize = 128;

/// The length of what stands between brackets, up to the closing byte: not empty, on one line, not too long,
/// and without any of the bytes that would begin something else.
fn inside(text: &str, close: u8, forbidden: &[u8]) -> Option<usize> {
    let window = &text.as_bytes()[..text.len().min(LONGEST)];
    let length = window.iter().position(|byte| {
        *byte == close || matches!(byte, b'\n' | b'\r' | b'"') || forbidden.contains(byte)
    })?;
    (window[length] == close && !text[..length].trim().is_empty()).then_some(length)
}

fn angle(text: &str) -> Option<(usize, PlaceholderStyle)> {
    if let Some(rest) = text.strip_prefix("<<") {
        let length = inside(rest, b'>', b"<")?;
        let closers = if rest[length..].starts_with(">>") { 2 } else { 1 };
        // `<<X>` is one with a slip; its brackets are doubled all the same.
        return Some((2 + length + closers, PlaceholderStyle::DoubledAngle));
    }
    let length = inside(&text[1..], b'>', b"<")?;
    if text[length + 1..].starts_with(">>") {
        return Some((length + 3, PlaceholderStyle::DoubledAngle));
    }
    Some((length + 2, PlaceholderStyle::Angle))
}

fn brace(text: &str) -> Option<(usize, PlaceholderStyle)> {
    // Colons and quotes would make it JSON.
    const FORBIDDEN: &[u8] = b"{'";
    if let Some(rest) = text.strip_prefix("{{") {
        let length = inside(rest, b'}', FORBIDDEN)?;
        return rest[length..].starts_with("}}").then_some((length + 4, PlaceholderStyle::DoubledBrace));
    }
    let length = inside(&text[1..], b'}', FORBIDDEN)?;
    (!text[1..=length].contains(':')).then_some((length + 2, PlaceholderStyle::Brace))
}

fn dollar(text: &str) -> Option<(usize, PlaceholderStyle)> {
    let rest = &text[1..];
    match rest.as_bytes().first()? {
        // `${{ vars.NAME }}` of a workflow file.
        b'{' if rest.starts_with("{{") => {
            brace(rest).map(|(length, _)| (length + 1, PlaceholderStyle::BracedVariable))
        }
        b'{' => inside(&rest[1..], b'}', b"").map(|length| (length + 3, PlaceholderStyle::BracedVariable)),
        b'(' => {
            substitution(&rest.as_bytes()[1..]).map(|length| (length + 2, PlaceholderStyle::Substitution))
        }
        byte if byte.is_ascii_alphabetic() || *byte == b'_' => {
            let mut length = word_length(rest.as_bytes());
            // PowerShell's `$env:NAME`.
            if rest[length..].starts_with(':') {
                let tail = word_length(&rest.as_bytes()[length + 1..]);
                if tail > 0 && rest[..length].eq_ignore_ascii_case("env") {
                    length += 1 + tail;
                }
            }
            Some((length + 1, PlaceholderStyle::Variable))
        }
        _ => None,
    }
}

/// The length of `command)`, its own parentheses in pairs.
fn substitution(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in bytes.iter().take(LONGEST).enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 0 => return (at > 0).then_some(at + 1),
            b')' => depth -= 1,
            b'\n' => return None,
            _ => {}
        }
    }
    None
}

/// `%NAME%`, but not the `%C3%` of percent-encoded text.
fn percent(bytes: &[u8]) -> Option<(usize, PlaceholderStyle)> {
    let name = &bytes[1..];
    let length = word_length(&name[..name.len().min(LONGEST)]);
    if length == 0 || name[0].is_ascii_digit() || name.get(length) != Some(&b'%') {
        return None;
    }
    let encodes = |bytes: &[u8]| bytes.len() >= 2 && bytes[..2].iter().all(u8::is_ascii_hexdigit);
    let is_text = encodes(name) && (length == 2 || encodes(&name[length + 1..]));
    (!is_text).then_some((length + 2, PlaceholderStyle::Percent))
}

/// `[a word or two]`; anything with parentheses or quotes is an expression, a number is an index.
fn bracket(text: &str) -> Option<(usize, PlaceholderStyle)> {
    let length = inside(&text[1..], b']', b"[('\"),")?;
    let content = &text[1..=length];
    let wordy = content.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.'));
    (wordy && content.starts_with(char::is_alphabetic)).then_some((length + 2, PlaceholderStyle::Bracket))
}

fn word(text: &str) -> Option<(usize, PlaceholderStyle)> {
    let bytes = text.as_bytes();
    let length = word_length(bytes);
    if text.get(..36).is_some_and(guid::is_zero_guid) && word_length(&bytes[36..]) == 0 {
        return Some((36, PlaceholderStyle::ZeroGuid));
    }
    let run = &text[..length];
    if run.len() >= 3 && run.bytes().all(|byte| byte.eq_ignore_ascii_case(&b'x')) {
        return Some((exes(bytes), PlaceholderStyle::Exes));
    }
    if run.eq_ignore_ascii_case("yyyy")
        && text.get(4..10).is_some_and(|rest| rest.eq_ignore_ascii_case("-mm-dd"))
        && word_length(&bytes[10..]) == 0
    {
        return Some((10, PlaceholderStyle::Exes));
    }
    let (your, tail) = text.split_at_checked(4)?;
    let is_your = your.eq_ignore_ascii_case("your")
        && match tail.bytes().next() {
            Some(b'_' | b'-') => tail[1..].starts_with(|c: char| c.is_ascii_alphanumeric()),
            Some(byte) => byte.is_ascii_uppercase() && !your.ends_with('R'),
            None => false,
        };
    is_your.then(|| {
        let end = bytes.iter().take_while(|byte| is_word(**byte) || **byte == b'-').count();
        (end, PlaceholderStyle::Your)
    })
}

/// The length of runs of x joined by hyphens.
fn exes(bytes: &[u8]) -> usize {
    let mut end = word_length(bytes);
    while bytes.get(end) == Some(&b'-') {
        let length = word_length(&bytes[end + 1..]);
        if length == 0 || !bytes[end + 1..=end + length].iter().all(|byte| byte.eq_ignore_ascii_case(&b'x')) {
            break;
        }
        end += 1 + length;
    }
    end
}

fn is_word(byte: u8) -> bool {
    CLASS[usize::from(byte)] & WORD != 0
}

fn word_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| is_word(**byte)).count()
}

/// Whether a text in the place of an API version is left for the reader to fill in: a placeholder, or a date with
/// letters for some of its digits (`20xx-xx-xx`).
pub fn is_open_version(text: &str) -> bool {
    let date = text.get(..10).unwrap_or("");
    let open = |byte: u8| b"xXyYmMdDnN#?*".contains(&byte);
    let is_date = date.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit() || open(byte),
    });
    contains_placeholder(text) || (date.len() == 10 && is_date && date.bytes().any(open))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn styles(text: &str) -> Vec<(&str, PlaceholderStyle)> {
        find_placeholders(text).map(|found| (&text[found.range], found.style)).collect()
    }

    #[test]
    fn every_style_is_recognised_whole() {
        use PlaceholderStyle as S;
        for (text, style) in [
            ("<SUBSCRIPTION ID>", S::Angle),
            ("<a/b>", S::Angle),
            ("<VM's name, 1–64>", S::Angle),
            ("<<SUBSCRIPTION ID>>", S::DoubledAngle),
            ("<<SUBSCRIPTION ID>", S::DoubledAngle),
            ("<SUBSCRIPTION ID>>", S::DoubledAngle),
            ("{subscriptionId}", S::Brace),
            ("{{subscription-id}}", S::DoubledBrace),
            ("$SUBSCRIPTION_ID", S::Variable),
            ("$env:SUBSCRIPTION_ID", S::Variable),
            ("${SUBSCRIPTION_ID}", S::BracedVariable),
            ("${{ vars.SUBSCRIPTION_ID }}", S::BracedVariable),
            ("$(az account show --query id -o tsv)", S::Substitution),
            ("$(f (a) (b))", S::Substitution),
            ("%SUBSCRIPTION_ID%", S::Percent),
            ("[subscription-id]", S::Bracket),
            ("xxxx", S::Exes),
            ("XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX", S::Exes),
            ("YOUR_SUBSCRIPTION_ID", S::Your),
            ("your-subscription-id", S::Your),
            ("yourSubscriptionId", S::Your),
            ("...", S::Ellipsis),
            ("…", S::Ellipsis),
            ("00000000-0000-0000-0000-000000000000", S::ZeroGuid),
        ] {
            assert_eq!(styles(text), [(text, style)]);
            assert!(is_placeholder(text), "{text}");
            assert!(contains_placeholder(&format!("/subscriptions/{text}/resourceGroups/rg")), "{text}");
        }
    }

    #[test]
    fn other_text_is_none() {
        for text in [
            "",
            "myVM",
            "your",
            "yourself",
            "YOURSELF",
            "extra",
            "xx",
            "maxxx",
            "a.b.c",
            "..",
            "$",
            "$5",
            "100%",
            "%20myVM%20",
            "%C3%A9",
            "%ADx%20",
            "[parameters('vmName')]",
            "[concat(a, b)]",
            "[0]",
            "[]",
            "<>",
            "< >",
            "{}",
            "{\"type\":1}",
            "{a:1}",
            "a < b",
            "80c696ff-5efa-4909-a64d-f1b616f423ca",
            "<a\nb>",
        ] {
            assert_eq!(styles(text), [], "{text}");
        }
    }

    #[test]
    fn versions_left_open() {
        for text in
            ["yyyy-mm-dd", "YYYY-MM-DD-preview", "20xx-xx-xx", "2024-XX-01", "####-##-##", "<version>"]
        {
            assert!(is_open_version(text), "{text}");
        }
        for text in ["2024-07-01", "2024-7-01", "latest", "yyyy", "", "2024-07-ÄÖ", "1.0"] {
            assert!(!is_open_version(text), "{text}");
        }
    }

    #[test]
    fn several_in_a_row() {
        use PlaceholderStyle as S;
        assert_eq!(
            styles("/subscriptions/<SUBSCRIPTION ID>/resourceGroups/$RG/x/{vm}...?a=<<V>>"),
            [
                ("<SUBSCRIPTION ID>", S::Angle),
                ("$RG", S::Variable),
                ("{vm}", S::Brace),
                ("...", S::Ellipsis),
                ("<<V>>", S::DoubledAngle)
            ]
        );
        assert!(is_placeholder("${PREFIX}${NAME}"));
        assert!(!is_placeholder("my-<name>"));
        assert!(contains_placeholder("my-<name>"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn ranges_are_ordered_and_inside(text in "([<>{}$()%\\[\\]x.…é \"a-]|your|YOUR_|<<|\\PC){0,24}") {
            let mut end = 0;
            for found in find_placeholders(&text) {
                prop_assert!(found.range.start >= end && !found.range.is_empty());
                end = found.range.end;
                prop_assert!(text.get(found.range).is_some());
            }
            prop_assert!(end <= text.len());
        }
    }
}
