//! Comparing as Azure Resource Manager does, without ASCII case, and telling a misspelling from another word.

use std::hash::{Hash, Hasher};

/// Feeds a text to a hasher so that texts which differ only in ASCII case hash alike.
pub(super) fn hash_without_case<H: Hasher>(text: &str, state: &mut H) {
    for byte in text.bytes() {
        byte.to_ascii_lowercase().hash(state);
    }
    // As `str` does, so that a sequence of texts has no ambiguous joints.
    0xff_u8.hash(state);
}

/// Whether a text starts with a prefix, without ASCII case.
pub(super) fn starts_without_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Whether `found` is `right` with a slip or two: not equal to it, and no further away than a fifth of its
/// length in Damerau–Levenshtein steps.
pub(super) fn is_misspelling_of(found: &str, right: &str) -> bool {
    let allowed = (right.len() / 5).max(1);
    if found.is_empty() || found.len().abs_diff(right.len()) > allowed || found.eq_ignore_ascii_case(right) {
        return false;
    }
    // Each step changes two letters at most: words of other letters need not be compared.
    if unlike(found, right) > 2 * allowed {
        return false;
    }
    strsim::damerau_levenshtein(&found.to_ascii_lowercase(), &right.to_ascii_lowercase()) <= allowed
}

/// The number of letters that one of two words has and the other has not, whatever their order.
fn unlike(one: &str, other: &str) -> usize {
    let mut counts = [0_i16; 32];
    one.bytes().for_each(|byte| counts[usize::from(byte & 31)] += 1);
    other.bytes().for_each(|byte| counts[usize::from(byte & 31)] -= 1);
    counts.iter().map(|count| usize::from(count.unsigned_abs())).sum()
}

/// The one of several words that a text is nearest to, if it is a misspelling of it.
pub(super) fn nearest<'w>(found: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    words.into_iter().filter(|word| is_misspelling_of(found, word)).min_by_key(|word| {
        strsim::damerau_levenshtein(&found.to_ascii_lowercase(), &word.to_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_other_words() {
        assert!(is_misspelling_of("Micrososft.ManagedIdentity", "Microsoft.ManagedIdentity"));
        assert!(is_misspelling_of("userAssignedIdentity", "userAssignedIdentities"));
        assert!(is_misspelling_of("resourceGroup", "resourceGroups"));
        assert!(is_misspelling_of("provider", "providers"));
        assert!(!is_misspelling_of("resourcegroups", "resourceGroups"));
        assert!(!is_misspelling_of("Microsoft.ManagedServices", "Microsoft.ManagedIdentity"));
        assert!(!is_misspelling_of("virtualMachines", "virtualMachineScaleSets"));
        assert_eq!(nearest("subscripton", ["subscriptions", "providers"]), Some("subscriptions"));
    }
}
