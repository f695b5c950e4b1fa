//! Did you mean: the known words that a misspelt one is nearest to.

/// A word that is longer than this is no slip of a known one.
const MAX_LENGTH: usize = 64;

/// The candidates nearest to `word`, all at the same distance (Damerau-Levenshtein, without regard to case);
/// none if even the nearest is another word. More than one is no answer, only a help.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Vec<&'c str> {
    if word.is_empty() || word.len() > MAX_LENGTH {
        return Vec::new();
    }
    let lower = word.to_ascii_lowercase();
    let mut best = usize::MAX;
    let mut found: Vec<&str> = Vec::new();
    for candidate in candidates {
        let limit = slips(candidate);
        if candidate.len().abs_diff(lower.len()) > limit || differ_in_digits(candidate, word) {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&lower, &candidate.to_ascii_lowercase());
        if distance > limit || distance > best {
            continue;
        }
        if distance < best {
            best = distance;
            found.clear();
        }
        if !found.contains(&candidate) {
            found.push(candidate);
        }
    }
    found
}

/// How many slips a word of this length may have and still be meant.
fn slips(word: &str) -> usize {
    match word.len() {
        0 | 1 => 0,
        2..=5 => 1,
        6..=11 => 2,
        _ => 3,
    }
}

/// `V1` is no slip of `V2`.
fn differ_in_digits(a: &str, b: &str) -> bool {
    let letters = |text: &str| -> Vec<u8> {
        text.bytes().filter(|byte| !byte.is_ascii_digit()).map(|byte| byte.to_ascii_lowercase()).collect()
    };
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    digits(a) > 0 && digits(a) == digits(b) && !a.eq_ignore_ascii_case(b) && letters(a) == letters(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 6] = ["osDisk", "dataDisks", "imageReference", "id", "lun", "diskSizeGB"];

    #[test]
    fn one_slip_is_meant() {
        for slip in ["osDsik", "osDik", "osDiisk", "OSDosk"] {
            assert_eq!(nearest(slip, NAMES), ["osDisk"], "{slip}");
        }
        assert_eq!(nearest("di", NAMES), ["id"]);
        assert_eq!(nearest("lnu", NAMES), ["lun"]);
    }

    #[test]
    fn another_word_is_another_word() {
        assert!(nearest("vmSize", NAMES).is_empty());
        assert!(nearest("x", NAMES).is_empty());
        assert!(nearest(&"x".repeat(1000), NAMES).is_empty());
        assert!(nearest("V1", ["V2"]).is_empty());
        assert!(nearest("IPv5", ["IPv4", "IPv6"]).is_empty());
    }

    #[test]
    fn two_that_are_as_near_are_both_named() {
        assert_eq!(
            nearest("Standard_XRS", ["Standard_LRS", "Standard_ZRS"]),
            ["Standard_LRS", "Standard_ZRS"]
        );
    }
}
