//! Offsets that were counted in bytes, brought to the edges of characters: whoever slices with them cannot miss one.

use std::ops::Range;

/// The edge of a character at `at`, or the last one before it.
pub(crate) fn previous_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// The edge of a character at `at`, or the first one behind it.
pub(crate) fn next_boundary(text: &str, at: usize) -> usize {
    (at..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}

/// The characters of which `range` has a byte.
pub(crate) fn covering(text: &str, range: Range<usize>) -> Range<usize> {
    let start = previous_boundary(text, range.start);
    start..next_boundary(text, range.end).max(start)
}

/// What stands in `range`: the characters that lie in it whole.
pub(crate) fn cut(text: &str, range: Range<usize>) -> &str {
    let start = next_boundary(text, range.start);
    text.get(start..previous_boundary(text, range.end).max(start)).unwrap_or_default()
}

/// What stands from `at` on.
pub(crate) fn tail(text: &str, at: usize) -> &str {
    cut(text, at..text.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_two_numbers_are_a_range(text in "[aé€😀]{0,8}", start in 0_usize..40, end in 0_usize..40) {
            let whole = covering(&text, start..end);
            let inner = cut(&text, start..end);
            prop_assert!(text.get(whole.clone()).is_some_and(|it| it.contains(inner)));
            prop_assert!(inner.len() <= end.saturating_sub(start));
            prop_assert_eq!(text.get(start..end).unwrap_or(inner), inner);
            prop_assert!(text.ends_with(tail(&text, start)));
        }
    }
}
