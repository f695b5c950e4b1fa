//! Characters that take the place of those that a language has: spaces that are none, marks that nobody sees, quotes
//! and punctuation of other scripts.
//!
//! One definition for whoever reads, trims or shows a text, so that none of them steps into a character that another
//! one left whole.

use std::borrow::Cow;
use std::fmt::Write as _;

/// What an odd character is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Odd {
    /// White space that JSON does not have.
    Space,
    /// Something that takes no room: a format or bidirectional mark, a control character, a filler.
    Invisible,
    /// A quote that word processors make, which stands for `"` or for `'`.
    Quote(char),
    /// Full-width and other forms of JSON's own punctuation: the character that it stands for.
    Punctuation(char),
}

/// What `c` is taken for where code is read; `None` for every other character.
pub fn odd(c: char) -> Option<Odd> {
    match c {
        '\t' | '\n' | '\r' | ' '..='~' => None,
        '\u{b}' | '\u{c}' | '\u{85}' | '\u{2800}' => Some(Odd::Space),
        '\0'..='\u{9f}' => Some(Odd::Invisible),
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '＂' | '〝' | '〞' | '〟' | '❝' | '❞' => {
            Some(Odd::Quote('"'))
        }
        '‘' | '’' | '‚' | '‛' | '‹' | '›' | '´' | '′' | '＇' | '❛' | '❜' => {
            Some(Odd::Quote('\''))
        }
        '，' | '、' | '﹐' | '﹑' | '︐' | '､' | '،' => Some(Odd::Punctuation(',')),
        '：' | '﹕' | '︓' | '∶' | '꞉' => Some(Odd::Punctuation(':')),
        '；' | '﹔' | '︔' => Some(Odd::Punctuation(';')),
        '＝' | '﹦' => Some(Odd::Punctuation('=')),
        '｛' | '﹛' | '︷' => Some(Odd::Punctuation('{')),
        '｝' | '﹜' | '︸' => Some(Odd::Punctuation('}')),
        '［' | '﹇' => Some(Odd::Punctuation('[')),
        '］' | '﹈' => Some(Odd::Punctuation(']')),
        c if c.is_whitespace() => Some(Odd::Space),
        c => is_unseen(c).then_some(Odd::Invisible),
    }
}

/// The ASCII character that a quote or a punctuation mark of another script stands for; else `c` itself.
pub fn plain(c: char) -> char {
    match odd(c) {
        Some(Odd::Quote(plain) | Odd::Punctuation(plain)) => plain,
        _ => c,
    }
}

/// True for what stands between tokens and is none: JSON's white space and all that is taken for it.
pub fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r') || matches!(odd(c), Some(Odd::Space | Odd::Invisible))
}

/// `text` without the blanks at its start.
pub fn trim_start(text: &str) -> &str {
    text.trim_start_matches(is_blank)
}

/// `text` without the blanks at its end.
pub fn trim_end(text: &str) -> &str {
    text.trim_end_matches(is_blank)
}

/// `text` without the blanks at either end.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// The length of the character at `at`; 0 at the end of the text and beyond it.
pub fn char_len(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
}

/// A character for a message: its code point and, if it has none that can be seen, its name; else itself as well.
/// `U+2028 LINE SEPARATOR`, `U+FF0C ，`.
pub fn describe(c: char) -> String {
    let mut text = format!("U+{:04X}", u32::from(c));
    // Writing to a String cannot fail.
    let _ = match name(c) {
        Some(name) => write!(text, " {name}"),
        None => write!(text, " {c}"),
    };
    text
}

/// The name that Unicode gives an odd space, a control character or a mark that nobody sees.
pub fn name(c: char) -> Option<Cow<'static, str>> {
    if let Ok(index) = NAMES.binary_search_by_key(&c, |(named, _)| *named) {
        return Some(Cow::Borrowed(NAMES[index].1));
    }
    let code = u32::from(c);
    Some(match code {
        0x80..=0x9f => Cow::Owned(format!("CONTROL-{code:04X}")),
        0xfe00..=0xfe0f => Cow::Owned(format!("VARIATION SELECTOR-{}", code - 0xfe00 + 1)),
        0xe0100..=0xe01ef => Cow::Owned(format!("VARIATION SELECTOR-{}", code - 0xe0100 + 17)),
        0xe0020..=0xe007f => Cow::Owned(match char::from_u32(code - 0xe0000) {
            Some(ascii) if !ascii.is_control() && ascii != ' ' => format!("TAG {ascii}"),
            Some(' ') => "TAG SPACE".to_owned(),
            _ => "CANCEL TAG".to_owned(),
        }),
        _ if odd(c) == Some(Odd::Space) => Cow::Borrowed("SPACE"),
        _ if odd(c) == Some(Odd::Invisible) => Cow::Borrowed("INVISIBLE CHARACTER"),
        _ => return None,
    })
}

/// Format characters, fillers, variation selectors and tags: Unicode's general category `Cf` and what its property
/// `Default_Ignorable_Code_Point` adds.
fn is_unseen(c: char) -> bool {
    matches!(u32::from(c), 0x2060..=0x206f | 0xfe00..=0xfe0f | 0xfff0..=0xfffb | 0x13430..=0x1343f | 0xe0000..=0xe0fff)
        || NAMES.binary_search_by_key(&c, |(named, _)| *named).is_ok()
}

/// Unicode's names, in the order of the characters.
static NAMES: [(char, &str); 128] = [
    ('\u{0}', "NULL"),
    ('\u{1}', "START OF HEADING"),
    ('\u{2}', "START OF TEXT"),
    ('\u{3}', "END OF TEXT"),
    ('\u{4}', "END OF TRANSMISSION"),
    ('\u{5}', "ENQUIRY"),
    ('\u{6}', "ACKNOWLEDGE"),
    ('\u{7}', "ALERT"),
    ('\u{8}', "BACKSPACE"),
    ('\u{b}', "LINE TABULATION"),
    ('\u{c}', "FORM FEED"),
    ('\u{e}', "SHIFT OUT"),
    ('\u{f}', "SHIFT IN"),
    ('\u{10}', "DATA LINK ESCAPE"),
    ('\u{11}', "DEVICE CONTROL ONE"),
    ('\u{12}', "DEVICE CONTROL TWO"),
    ('\u{13}', "DEVICE CONTROL THREE"),
    ('\u{14}', "DEVICE CONTROL FOUR"),
    ('\u{15}', "NEGATIVE ACKNOWLEDGE"),
    ('\u{16}', "SYNCHRONOUS IDLE"),
    ('\u{17}', "END OF TRANSMISSION BLOCK"),
    ('\u{18}', "CANCEL"),
    ('\u{19}', "END OF MEDIUM"),
    ('\u{1a}', "SUBSTITUTE"),
    ('\u{1b}', "ESCAPE"),
    ('\u{1c}', "INFORMATION SEPARATOR FOUR"),
    ('\u{1d}', "INFORMATION SEPARATOR THREE"),
    ('\u{1e}', "INFORMATION SEPARATOR TWO"),
    ('\u{1f}', "INFORMATION SEPARATOR ONE"),
    ('\u{7f}', "DELETE"),
    ('\u{85}', "NEXT LINE"),
    ('\u{a0}', "NO-BREAK SPACE"),
    ('\u{ad}', "SOFT HYPHEN"),
    ('\u{34f}', "COMBINING GRAPHEME JOINER"),
    ('\u{600}', "ARABIC NUMBER SIGN"),
    ('\u{601}', "ARABIC SIGN SANAH"),
    ('\u{602}', "ARABIC FOOTNOTE MARKER"),
    ('\u{603}', "ARABIC SIGN SAFHA"),
    ('\u{604}', "ARABIC SIGN SAMVAT"),
    ('\u{605}', "ARABIC NUMBER MARK ABOVE"),
    ('\u{61c}', "ARABIC LETTER MARK"),
    ('\u{6dd}', "ARABIC END OF AYAH"),
    ('\u{70f}', "SYRIAC ABBREVIATION MARK"),
    ('\u{890}', "ARABIC POUND MARK ABOVE"),
    ('\u{891}', "ARABIC PIASTRE MARK ABOVE"),
    ('\u{8e2}', "ARABIC DISPUTED END OF AYAH"),
    ('\u{115f}', "HANGUL CHOSEONG FILLER"),
    ('\u{1160}', "HANGUL JUNGSEONG FILLER"),
    ('\u{1680}', "OGHAM SPACE MARK"),
    ('\u{17b4}', "KHMER VOWEL INHERENT AQ"),
    ('\u{17b5}', "KHMER VOWEL INHERENT AA"),
    ('\u{180b}', "MONGOLIAN FREE VARIATION SELECTOR ONE"),
    ('\u{180c}', "MONGOLIAN FREE VARIATION SELECTOR TWO"),
    ('\u{180d}', "MONGOLIAN FREE VARIATION SELECTOR THREE"),
    ('\u{180e}', "MONGOLIAN VOWEL SEPARATOR"),
    ('\u{180f}', "MONGOLIAN FREE VARIATION SELECTOR FOUR"),
    ('\u{2000}', "EN QUAD"),
    ('\u{2001}', "EM QUAD"),
    ('\u{2002}', "EN SPACE"),
    ('\u{2003}', "EM SPACE"),
    ('\u{2004}', "THREE-PER-EM SPACE"),
    ('\u{2005}', "FOUR-PER-EM SPACE"),
    ('\u{2006}', "SIX-PER-EM SPACE"),
    ('\u{2007}', "FIGURE SPACE"),
    ('\u{2008}', "PUNCTUATION SPACE"),
    ('\u{2009}', "THIN SPACE"),
    ('\u{200a}', "HAIR SPACE"),
    ('\u{200b}', "ZERO WIDTH SPACE"),
    ('\u{200c}', "ZERO WIDTH NON-JOINER"),
    ('\u{200d}', "ZERO WIDTH JOINER"),
    ('\u{200e}', "LEFT-TO-RIGHT MARK"),
    ('\u{200f}', "RIGHT-TO-LEFT MARK"),
    ('\u{2028}', "LINE SEPARATOR"),
    ('\u{2029}', "PARAGRAPH SEPARATOR"),
    ('\u{202a}', "LEFT-TO-RIGHT EMBEDDING"),
    ('\u{202b}', "RIGHT-TO-LEFT EMBEDDING"),
    ('\u{202c}', "POP DIRECTIONAL FORMATTING"),
    ('\u{202d}', "LEFT-TO-RIGHT OVERRIDE"),
    ('\u{202e}', "RIGHT-TO-LEFT OVERRIDE"),
    ('\u{202f}', "NARROW NO-BREAK SPACE"),
    ('\u{205f}', "MEDIUM MATHEMATICAL SPACE"),
    ('\u{2060}', "WORD JOINER"),
    ('\u{2061}', "FUNCTION APPLICATION"),
    ('\u{2062}', "INVISIBLE TIMES"),
    ('\u{2063}', "INVISIBLE SEPARATOR"),
    ('\u{2064}', "INVISIBLE PLUS"),
    ('\u{2066}', "LEFT-TO-RIGHT ISOLATE"),
    ('\u{2067}', "RIGHT-TO-LEFT ISOLATE"),
    ('\u{2068}', "FIRST STRONG ISOLATE"),
    ('\u{2069}', "POP DIRECTIONAL ISOLATE"),
    ('\u{206a}', "INHIBIT SYMMETRIC SWAPPING"),
    ('\u{206b}', "ACTIVATE SYMMETRIC SWAPPING"),
    ('\u{206c}', "INHIBIT ARABIC FORM SHAPING"),
    ('\u{206d}', "ACTIVATE ARABIC FORM SHAPING"),
    ('\u{206e}', "NATIONAL DIGIT SHAPES"),
    ('\u{206f}', "NOMINAL DIGIT SHAPES"),
    ('\u{2800}', "BRAILLE PATTERN BLANK"),
    ('\u{3000}', "IDEOGRAPHIC SPACE"),
    ('\u{3164}', "HANGUL FILLER"),
    ('\u{feff}', "ZERO WIDTH NO-BREAK SPACE"),
    ('\u{ffa0}', "HALFWIDTH HANGUL FILLER"),
    ('\u{fff9}', "INTERLINEAR ANNOTATION ANCHOR"),
    ('\u{fffa}', "INTERLINEAR ANNOTATION SEPARATOR"),
    ('\u{fffb}', "INTERLINEAR ANNOTATION TERMINATOR"),
    ('\u{110bd}', "KAITHI NUMBER SIGN"),
    ('\u{110cd}', "KAITHI NUMBER SIGN ABOVE"),
    ('\u{13430}', "EGYPTIAN HIEROGLYPH VERTICAL JOINER"),
    ('\u{13431}', "EGYPTIAN HIEROGLYPH HORIZONTAL JOINER"),
    ('\u{13432}', "EGYPTIAN HIEROGLYPH INSERT AT TOP START"),
    ('\u{13433}', "EGYPTIAN HIEROGLYPH INSERT AT BOTTOM START"),
    ('\u{13434}', "EGYPTIAN HIEROGLYPH INSERT AT TOP END"),
    ('\u{13435}', "EGYPTIAN HIEROGLYPH INSERT AT BOTTOM END"),
    ('\u{13436}', "EGYPTIAN HIEROGLYPH OVERLAY MIDDLE"),
    ('\u{13437}', "EGYPTIAN HIEROGLYPH BEGIN SEGMENT"),
    ('\u{13438}', "EGYPTIAN HIEROGLYPH END SEGMENT"),
    ('\u{1bca0}', "SHORTHAND FORMAT LETTER OVERLAP"),
    ('\u{1bca1}', "SHORTHAND FORMAT CONTINUING OVERLAP"),
    ('\u{1bca2}', "SHORTHAND FORMAT DOWN STEP"),
    ('\u{1bca3}', "SHORTHAND FORMAT UP STEP"),
    ('\u{1d173}', "MUSICAL SYMBOL BEGIN BEAM"),
    ('\u{1d174}', "MUSICAL SYMBOL END BEAM"),
    ('\u{1d175}', "MUSICAL SYMBOL BEGIN TIE"),
    ('\u{1d176}', "MUSICAL SYMBOL END TIE"),
    ('\u{1d177}', "MUSICAL SYMBOL BEGIN SLUR"),
    ('\u{1d178}', "MUSICAL SYMBOL END SLUR"),
    ('\u{1d179}', "MUSICAL SYMBOL BEGIN PHRASE"),
    ('\u{1d17a}', "MUSICAL SYMBOL END PHRASE"),
    ('\u{e0001}', "LANGUAGE TAG"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order() {
        assert!(NAMES.is_sorted_by_key(|(c, _)| *c));
        for (c, _) in NAMES {
            assert!(matches!(odd(c), Some(Odd::Space | Odd::Invisible)), "{c:?}");
        }
    }

    #[test]
    fn what_others_trim_is_blank() {
        for c in (0..=0x0010_ffff).filter_map(char::from_u32) {
            assert!(!c.is_whitespace() || is_blank(c), "{c:?}");
            assert!(!c.is_control() || is_blank(c), "{c:?}");
            let is_seen = c.is_ascii_graphic() || c == 'é' || c == '漢' || c == '😀';
            assert!(!is_seen || odd(c).is_none(), "{c:?}");
            if matches!(odd(c), Some(Odd::Space | Odd::Invisible)) {
                assert!(name(c).is_some(), "{c:?}");
            }
        }
    }

    #[test]
    fn characters_are_named() {
        for (c, described) in [
            ('\u{2028}', "U+2028 LINE SEPARATOR"),
            ('\u{a0}', "U+00A0 NO-BREAK SPACE"),
            ('\u{85}', "U+0085 NEXT LINE"),
            ('\u{86}', "U+0086 CONTROL-0086"),
            ('\u{1b}', "U+001B ESCAPE"),
            ('\u{202e}', "U+202E RIGHT-TO-LEFT OVERRIDE"),
            ('\u{fe0f}', "U+FE0F VARIATION SELECTOR-16"),
            ('\u{e0041}', "U+E0041 TAG A"),
            ('，', "U+FF0C ，"),
        ] {
            assert_eq!(describe(c), described);
        }
    }

    #[test]
    fn trimming_takes_whole_characters() {
        let blanks: String = (0..=0x0010_ffff).filter_map(char::from_u32).filter(|c| is_blank(*c)).collect();
        let text = format!("{blanks}é{blanks}");
        assert_eq!((trim(&text), trim(&blanks)), ("é", ""));
        assert_eq!(trim_end(trim_start(&text)), "é");
        assert_eq!([char_len("é", 0), char_len("é", 1), char_len("é", 2), char_len("é", 9)], [2, 0, 0, 0]);
    }
}
