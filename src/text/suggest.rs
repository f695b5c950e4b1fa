//! Did you mean: the known words that a misspelt one is nearest to.
//!
//! Distances are those of Damerau and Levenshtein (one letter wrong, missing, too many, or exchanged with its
//! neighbour), without regard to ASCII case. `nearest` is for words of documents, where a suggestion may become a
//! fix and a tie must be seen; [`did_you_mean`] for what people type on the command line and in configurations;
//! `is_misspelling_of` for one word that is expected at a place.

use super::cut;

/// A word that is longer than this is not a slip of a known one.
const MAX_LENGTH: usize = 64;

/// The candidates nearest to `word`, all at the same distance (Damerau-Levenshtein, without regard to ASCII case);
/// none if even the nearest is another word. More than one is not an answer, only a help.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Vec<&'c str> {
    if word.is_empty() || word.len() > MAX_LENGTH {
        return Vec::new();
    }
    let word = word.to_ascii_lowercase();
    let mut best = usize::MAX;
    let mut found: Vec<&str> = Vec::new();
    for candidate in candidates {
        let limit = slips(candidate).min(best);
        let Some(distance) = distance(word.as_bytes(), candidate.as_bytes(), limit) else { continue };
        if differ_in_digits(&word, candidate)
            || distance > MAX_IN_WORD.max(slips(own_words(&word, candidate)))
        {
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

/// The one of `known` that whoever typed `word` most likely means: the shortest that begins with it, else the nearest
/// that no more than a third of its letters tell apart.
pub fn did_you_mean<'c>(word: &str, known: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.is_empty() || word.len() > MAX_LENGTH {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let mut best: Option<(usize, usize, &str)> = None;
    for candidate in known {
        let begins = word.len() >= SHORTEST_BEGINNING
            && candidate.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(&word));
        let found = if begins {
            Some(0)
        } else {
            distance(word.as_bytes(), candidate.as_bytes(), (candidate.len() / 3).max(1))
                .map(|slips| slips + 1)
        };
        let Some(rank) = found else { continue };
        // Among words that begin with it the shortest; else the first of the alphabet.
        let key = (rank, if begins { candidate.len() } else { 0 }, candidate);
        if best.is_none_or(|best| key < best) {
            best = Some(key);
        }
    }
    best.map(|(_, _, candidate)| candidate)
}

/// Letters from which a word is taken for the beginning of another.
const SHORTEST_BEGINNING: usize = 3;

/// True if `found` is `right` with a slip or two: not equal to it without case, and not further away than a fifth of
/// its length.
pub(crate) fn is_misspelling_of(found: &str, right: &str) -> bool {
    let allowed = (right.len() / 5).max(1);
    !found.is_empty() && !found.eq_ignore_ascii_case(right) && is_within(found, right, allowed)
}

/// True if one letter is wrong, missing, too many or exchanged with its neighbour.
pub(crate) fn is_one_slip(found: &str, right: &str) -> bool {
    !found.eq_ignore_ascii_case(right) && is_within(found, right, 1)
}

/// True if `found` is at most `limit` slips away from `right`.
pub(crate) fn is_within(found: &str, right: &str, limit: usize) -> bool {
    if found.len().abs_diff(right.len()) > limit || unlike(found, right) > 2 * limit {
        return false;
    }
    distance(found.to_ascii_lowercase().as_bytes(), right.as_bytes(), limit).is_some()
}

/// The number of letters that one of two words has and the other has not, whatever their order. A slip changes two at
/// most: words of other letters need not be compared.
fn unlike(one: &str, other: &str) -> usize {
    let mut counts = [0_i16; 32];
    one.bytes().for_each(|byte| counts[usize::from(byte & 31)] += 1);
    other.bytes().for_each(|byte| counts[usize::from(byte & 31)] -= 1);
    counts.iter().map(|count| usize::from(count.unsigned_abs())).sum()
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

/// So many slips may stand in one of the words that a name is made of. Of more the words themselves have to be long.
const MAX_IN_WORD: usize = 2;

/// The words of the name `candidate` that are not also those of `word`, which is in lower case, at its beginning and end:
/// `Default` of `apiVersionDefault` beside `apiversionkeyvault`.
fn own_words<'c>(word: &str, candidate: &'c str) -> &'c str {
    let bytes = candidate.as_bytes();
    let same = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
    let prefix = word.as_bytes().iter().zip(bytes).take_while(same).count();
    let suffix = word.as_bytes()[prefix.min(word.len())..].iter().rev().zip(bytes[prefix..].iter().rev());
    let end = bytes.len() - suffix.take_while(same).count();
    let begins_word = |at: &usize| {
        let (Some(before), Some(here)) = (at.checked_sub(1).and_then(|at| bytes.get(at)), bytes.get(*at))
        else {
            return true;
        };
        (before.is_ascii_lowercase() && here.is_ascii_uppercase()) || !before.is_ascii_alphanumeric()
    };
    let from = (0..=prefix).rev().find(begins_word).unwrap_or(0);
    let to = (end..=bytes.len()).find(begins_word).unwrap_or(bytes.len());
    cut(candidate, from..to)
}

/// The letters that are wrong, missing, too many or exchanged with their neighbour, if they are not more than
/// `limit`. `word` is in lower case.
fn distance(word: &[u8], candidate: &[u8], limit: usize) -> Option<usize> {
    if word.len().abs_diff(candidate.len()) > limit || candidate.len() > MAX_LENGTH {
        return None;
    }
    let same = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
    let prefix = word.iter().zip(candidate).take_while(same).count();
    let (word, candidate) = (&word[prefix..], &candidate[prefix..]);
    let suffix = word.iter().rev().zip(candidate.iter().rev()).take_while(same).count();
    let (word, candidate) = (&word[..word.len() - suffix], &candidate[..candidate.len() - suffix]);

    // Rows of the table: the one before the last, the last, the next.
    let mut rows = [[0_usize; MAX_LENGTH + 1]; 3];
    for (column, cell) in rows[1].iter_mut().enumerate() {
        *cell = column;
    }
    for (row, own) in word.iter().enumerate() {
        rows[2][0] = row + 1;
        let mut least = row + 1;
        for (column, other) in candidate.iter().enumerate() {
            let other = other.to_ascii_lowercase();
            let mut cell = (rows[1][column] + usize::from(*own != other))
                .min(rows[1][column + 1] + 1)
                .min(rows[2][column] + 1);
            let exchanged = row > 0
                && column > 0
                && *own == candidate[column - 1].to_ascii_lowercase()
                && word[row - 1] == other;
            if exchanged {
                cell = cell.min(rows[0][column - 1] + 1);
            }
            rows[2][column + 1] = cell;
            least = least.min(cell);
        }
        if least > limit {
            return None;
        }
        rows.rotate_left(1);
    }
    Some(rows[1][candidate.len()]).filter(|distance| *distance <= limit)
}

/// `V1` is not a slip of `V2`.
fn differ_in_digits(a: &str, b: &str) -> bool {
    let letters = |text: &str| -> Vec<u8> {
        text.bytes().filter(|byte| !byte.is_ascii_digit()).map(|byte| byte.to_ascii_lowercase()).collect()
    };
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    digits(a) > 0 && digits(a) == digits(b) && !a.eq_ignore_ascii_case(b) && letters(a) == letters(b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
        // Another word behind the same ones is another name.
        assert!(nearest("apiVersionKeyVault", ["apiVersionDefault"]).is_empty());
        assert_eq!(nearest("apiVersoinDefalut", ["apiVersionDefault"]), ["apiVersionDefault"]);
    }

    #[test]
    fn who_types_half_a_name_means_it() {
        let rules = ["identity-drops", "identity-type-split", "identity-type-missing", "prompt-copied"];
        assert_eq!(did_you_mean("identity-typ", rules), Some("identity-type-split"));
        assert_eq!(did_you_mean("identiti-drops", rules), Some("identity-drops"));
        assert_eq!(did_you_mean("Prompt-Copied", rules), Some("prompt-copied"));
        assert_eq!(did_you_mean("quotes", rules), None);
        assert_eq!(did_you_mean("", rules), None);
    }

    #[test]
    fn slips_are_told_from_other_words() {
        assert!(is_misspelling_of("Micrososft.ManagedIdentity", "Microsoft.ManagedIdentity"));
        assert!(is_misspelling_of("userAssignedIdentity", "userAssignedIdentities"));
        assert!(is_misspelling_of("resourceGroup", "resourceGroups"));
        assert!(is_misspelling_of("provider", "providers"));
        assert!(!is_misspelling_of("resourcegroups", "resourceGroups"));
        assert!(!is_misspelling_of("Microsoft.ManagedServices", "Microsoft.ManagedIdentity"));
        assert!(!is_misspelling_of("virtualMachines", "virtualMachineScaleSets"));
        assert!(is_one_slip("pust", "PUT") && is_one_slip("PTACH", "PATCH") && !is_one_slip("put", "PUT"));
    }

    #[test]
    fn two_that_are_as_near_are_both_named() {
        assert_eq!(
            nearest("Standard_XRS", ["Standard_LRS", "Standard_ZRS"]),
            ["Standard_LRS", "Standard_ZRS"]
        );
    }

    proptest! {
        #[test]
        fn the_distance_is_that_of_others(a in "[a-d]{0,8}", b in "[a-d]{0,8}", limit in 0_usize..9) {
            let right = strsim::osa_distance(&a, &b);
            prop_assert_eq!(distance(a.as_bytes(), b.as_bytes(), limit), Some(right).filter(|it| *it <= limit));
        }
    }
}
