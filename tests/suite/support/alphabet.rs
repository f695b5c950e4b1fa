//! What takes the place of white space, quotes and punctuation, and what takes no place at all: every Unicode white
//! space, format and bidirectional character, control character, full-width form of ASCII, and the ways in which a
//! surrogate is written. Told apart from the program's own list, so that what is missing there is found.

/// The characters.
pub(crate) fn odd_characters() -> Vec<char> {
    let ranges: [(u32, u32); 27] = [
        (0x00, 0x08),
        (0x0b, 0x0c),
        (0x0e, 0x1f),
        (0x7f, 0xa0),
        (0xad, 0xad),
        (0x034f, 0x034f),
        (0x061c, 0x061c),
        (0x115f, 0x1160),
        (0x1680, 0x1680),
        (0x17b4, 0x17b5),
        (0x180b, 0x180f),
        // Spaces, marks of direction, separators, embeddings and isolates, invisible operators.
        (0x2000, 0x200f),
        (0x2018, 0x201f),
        (0x2028, 0x202f),
        (0x2032, 0x2033),
        (0x2039, 0x203a),
        (0x205f, 0x206f),
        (0x2236, 0x2236),
        (0x2800, 0x2800),
        (0x3000, 0x3002),
        (0x3164, 0x3164),
        (0xfe00, 0xfe19),
        (0xfe50, 0xfe6b),
        (0xfeff, 0xfeff),
        // Full-width ASCII.
        (0xff01, 0xff65),
        (0xfff9, 0xfffd),
        (0xe_0001, 0xe_0001),
    ];
    let mut all: Vec<char> =
        ranges.iter().flat_map(|&(from, to)| from..=to).filter_map(char::from_u32).collect();
    all.extend([
        '\u{a789}',
        '\u{ab}',
        '\u{bb}',
        '\u{b4}',
        '\u{ffa0}',
        '\u{e_0020}',
        '\u{e_0041}',
        '\u{e_007f}',
    ]);
    all.extend([
        '\u{e_0100}',
        '\u{1_bca0}',
        '\u{1_d173}',
        '\u{1_f600}',
        '\u{10_ffff}',
        '\u{d7ff}',
        '\u{e000}',
    ]);
    all
}

/// Surrogates and other characters as languages escape them, whole, halved and swapped.
pub(crate) const ESCAPES: [&str; 22] = [
    "\\ud83d\\ude00",
    "\\uD83D\\uDE00",
    "\\ud83d",
    "\\ude00",
    "\\ude00\\ud83d",
    "\\ud83d\\u0041",
    "\\ud83d\\\\ude00",
    "\\ud83d\\n",
    "\\ud83",
    "\\udfff\"",
    "\\u2028",
    "\\u0000",
    "\\u{1F600}",
    "\\U0001F600",
    "\\x80",
    "`u{2028}",
    "&#x2028;",
    "&#8232;",
    "&#xD83D;",
    "%E2%80%A8",
    "%ED%A0%BD",
    "$'\\u2028'",
];

/// All of them as words.
pub(crate) fn odd_words() -> Vec<String> {
    let escapes = ESCAPES.iter().map(|escape| (*escape).to_owned());
    odd_characters().into_iter().map(String::from).chain(escapes).collect()
}
