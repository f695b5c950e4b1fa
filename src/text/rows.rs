//! Tables that are texts: a row a line, in order, searched where they lie.

/// The rows of `table` from the first one on that is not before what is looked for. The rows are in order, and each
/// ends with a line feed. Looks at a number of rows that is logarithmic in the length of the table, and copies nothing.
pub(crate) fn rows_from(table: &str, is_before: impl Fn(&str) -> bool) -> std::str::Lines<'_> {
    let bytes = table.as_bytes();
    // Both are where rows begin.
    let (mut low, mut high) = (0, bytes.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = memchr::memrchr(b'\n', &bytes[low..middle]).map_or(low, |at| low + at + 1);
        let end = memchr::memchr(b'\n', &bytes[middle..high]).map_or(high, |at| middle + at + 1);
        if is_before(table[start..end].trim_end_matches('\n')) {
            low = end;
        } else {
            high = start;
        }
    }
    table[low..].lines()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_row_is_found(mut rows in prop::collection::vec("[a-c]{0,3}é?", 0..20), wanted in "[a-c]{0,3}") {
            rows.sort();
            let table: String = rows.iter().flat_map(|row| [row, "\n"]).collect();
            let found: Vec<&str> = rows_from(&table, |row| row < wanted.as_str()).collect();
            prop_assert_eq!(found, rows.into_iter().filter(|row| *row >= wanted).collect::<Vec<_>>());
        }
    }
}
