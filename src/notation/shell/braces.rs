//! Brace expansion: `{a,b}` and `{1..3}` outside of quotes are several words.

/// The place of the first brace that bash expands, given the bytes of a word and where its braces, commas and dots
/// outside of quotes stand. Looks at each of them once for each brace that is open.
pub(super) fn expands(bytes: &[u8], places: &[usize]) -> Option<usize> {
    /// More braces than this within each other are not looked into.
    const MAX_DEPTH: usize = 32;
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut first: Option<usize> = None;
    for &at in places {
        match bytes[at] {
            b'{' if open.len() < MAX_DEPTH => open.push((at, false)),
            b',' => {
                if let Some((_, comma)) = open.last_mut() {
                    *comma = true;
                }
            }
            b'}' => {
                if let Some((start, comma)) = open.pop()
                    && (comma || is_sequence(&bytes[start + 1..at]))
                {
                    first = Some(first.map_or(start, |it| it.min(start)));
                }
            }
            _ => {}
        }
    }
    // A brace that is never closed is a character, and so are the commas behind it; what is closed within it counts.
    first
}

/// `1..3`, `a..c`, `1..9..2`.
fn is_sequence(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let parts: Vec<&str> = text.split("..").collect();
    let is_number = |part: &str| part.parse::<i64>().is_ok();
    let is_letter = |part: &str| part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let (from, to) = match parts.as_slice() {
        [from, to] => (*from, *to),
        [from, to, step] if is_number(step) => (*from, *to),
        _ => return false,
    };
    (is_number(from) && is_number(to)) || (is_letter(from) && is_letter(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_are_expanded_as_bash_does() {
        let places = |text: &str| {
            text.bytes().enumerate().filter(|(_, b)| b"{},".contains(b)).map(|(at, _)| at).collect()
        };
        for (text, wanted) in [
            ("{a,b}", Some(0)),
            ("x{a,b}y", Some(1)),
            ("{a}", None),
            ("{}", None),
            ("{a,b", None),
            ("{a{b,c}", Some(2)),
            ("{a{b,c}}", Some(2)),
            ("{a,b}}", Some(0)),
            ("{1..3}", Some(0)),
            ("{a..c}", Some(0)),
            ("{1..9..2}", Some(0)),
            ("{1..c}", None),
            ("{,}", Some(0)),
        ] {
            let places: Vec<usize> = places(text);
            assert_eq!(expands(text.as_bytes(), &places), wanted, "{text}");
        }
    }
}
