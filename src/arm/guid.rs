//! Telling real GUIDs from those that authors make up as stand-ins.

/// Whether a text is a GUID: 32 hexadecimal digits as 8-4-4-4-12, without braces.
pub fn looks_like_guid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether a text is the GUID of zeros, which documents use for "any".
pub fn is_zero_guid(text: &str) -> bool {
    looks_like_guid(text) && text.bytes().all(|byte| matches!(byte, b'0' | b'-'))
}

/// Whether a text is a GUID that a machine drew, not one that somebody typed as a stand-in
/// (`00000000-…`, `12345678-1234-1234-1234-123456789012`, `aaaabbbb-0000-cccc-1111-dddd2222eeee`).
///
/// What people type repeats digits, counts up, or uses few different ones; the thresholds are set so that
/// fewer than one in ten thousand drawn GUIDs is taken for typed.
pub fn is_real_guid(text: &str) -> bool {
    if !looks_like_guid(text) {
        return false;
    }
    let digits: Vec<u8> =
        text.bytes().filter_map(|byte| (byte as char).to_digit(16)).map(|d| d as u8).collect();
    let distinct = digits.iter().fold(0_u16, |seen, digit| seen | 1 << digit).count_ones();
    let steps =
        |counts: fn(u8, u8) -> bool| digits.windows(2).filter(|pair| counts(pair[0], pair[1])).count();
    let repeats = steps(|left, right| left == right);
    let counts_up = steps(|left, right| right == left + 1 || (left == 9 && right == 0));
    distinct > 7 && repeats < 10 && counts_up < 11 && repeats + counts_up < 15
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shapes() {
        assert!(looks_like_guid("80c696ff-5efa-4909-a64d-f1b616f423ca"));
        assert!(looks_like_guid("80C696FF-5EFA-4909-A64D-F1B616F423CA"));
        assert!(!looks_like_guid("80c696ff5efa4909a64df1b616f423ca"));
        assert!(!looks_like_guid("80c696ff-5efa-4909-a64d-f1b616f423cg"));
        assert!(!looks_like_guid("xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"));
        assert!(is_zero_guid("00000000-0000-0000-0000-000000000000"));
    }

    #[test]
    fn stand_ins_are_not_real() {
        for typed in [
            "00000000-0000-0000-0000-000000000000",
            "00000000-0000-0000-0000-000000000001",
            "11111111-1111-1111-1111-111111111111",
            "12345678-1234-1234-1234-123456789012",
            "12345678-1234-1234-1234-123456789abc",
            "01234567-89ab-cdef-0123-456789abcdef",
            "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
            "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e",
            "00001111-aaaa-2222-bbbb-3333cccc4444",
            "aaaabbbb-0000-cccc-1111-dddd2222eeee",
            "deadbeef-dead-beef-dead-beefdeadbeef",
            "11112222-bbbb-3333-cccc-4444dddd5555",
        ] {
            assert!(!is_real_guid(typed), "{typed}");
        }
    }

    #[test]
    fn drawn_ones_are_real() {
        for drawn in [
            "80c696ff-5efa-4909-a64d-f1b616f423ca",
            "ec0aa5f7-9e78-40c9-85cd-535c6305b380",
            "72f988bf-86f1-41af-91ab-2d7cd011db47",
            "54826b22-38d6-4fb2-bad9-b7b93a3e9c5a",
        ] {
            assert!(is_real_guid(drawn), "{drawn}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn any_text_is_judged(text in "\\PC{0,40}|[0-9a-f-]{36}") {
            prop_assert!(!is_real_guid(&text) || looks_like_guid(&text));
        }
    }
}
