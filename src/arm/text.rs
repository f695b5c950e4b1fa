//! Comparing as Azure Resource Manager does, without ASCII case, and telling a misspelling from another word.

use std::hash::{Hash, Hasher};

use crate::text::suggest::{self, is_misspelling_of};

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

/// The one of several words that a text is nearest to, if it is a misspelling of it.
pub(super) fn nearest<'w>(found: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let misspelt = words.into_iter().filter(|word| is_misspelling_of(found, word));
    suggest::nearest(found, misspelt).first().copied()
}

/// True for the name of a type of parameters and outputs that Azure Resource Manager keeps secret, in any case.
/// (<https://learn.microsoft.com/azure/azure-resource-manager/templates/data-types#secure-strings-and-objects>)
pub(crate) fn is_secure_type(name: &str) -> bool {
    name.eq_ignore_ascii_case("securestring") || name.eq_ignore_ascii_case("secureobject")
}

/// Words that say of a name that what it names is secret.
pub(crate) const SECRET_WORDS: [&str; 7] =
    ["password", "passwd", "pwd", "passphrase", "secret", "token", "credential"];

/// True for a name that has one of [`SECRET_WORDS`] in it.
pub(crate) fn has_word_for_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
}
