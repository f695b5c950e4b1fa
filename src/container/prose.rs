//! What the text before a call says that the call does, sentence by sentence.

use super::vocabulary::{
    ADDS, ADDS_EXACTLY, ADDS_UNSPACED, ELSEWHERE, ELSEWHERE_UNSPACED, KEEPS, KEEPS_UNSPACED, NEGATIONS,
    NEGATIONS_UNSPACED, REMOVES, REMOVES_EXACTLY, REMOVES_UNSPACED, SYSTEM, SYSTEM_UNSPACED, USER,
    USER_UNSPACED,
};
use crate::notation::Context;

/// What the text says is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    /// User-assigned identities.
    UserAssigned,
    /// Something; it does not say what, or speaks of several things.
    Something,
}

/// What the text before the call says is removed, if it says that something is.
///
/// The sentence nearest to the call that speaks of removing, adding or keeping decides; where none does, the
/// heading. A sentence that speaks of removing and keeping is believed if the heading says remove.
pub(crate) fn removal(context: &Context<'_>) -> Option<Removal> {
    let heading =
        context.heading.map(Stance::of).filter(|stance| stance.removes && !stance.adds && !stance.keeps);
    for sentence in sentences(context.before).iter().rev() {
        let stance = Stance::of(sentence);
        return match (stance.removes, stance.adds, stance.keeps) {
            (false, false, false) => continue,
            // "To remove it, send:" is about what the heading names.
            (true, false, false) if !stance.user && !stance.system => {
                Some(heading.unwrap_or(stance).removal())
            }
            (true, false, false) => Some(stance.removal()),
            (true, false, true) => heading.map(Stance::removal),
            _ => None,
        };
    }
    heading.map(Stance::removal)
}

/// What one sentence speaks of.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a sentence may speak of any of them together")]
struct Stance {
    removes: bool,
    adds: bool,
    keeps: bool,
    user: bool,
    system: bool,
}

impl Stance {
    fn of(sentence: &str) -> Self {
        let text = plain(sentence).to_lowercase();
        let words: Vec<&str> = text
            .split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’')
            .filter(|word| !word.is_empty())
            .collect();
        // A sentence that sends the reader elsewhere says nothing of the call.
        if words.iter().any(|word| ELSEWHERE.contains(word)) || has_any(&text, ELSEWHERE_UNSPACED) {
            return Self::default();
        }
        let mut stance = Self {
            adds: words.iter().any(|word| starts_any(word, ADDS) || ADDS_EXACTLY.contains(word)),
            keeps: words.iter().any(|word| starts_any(word, KEEPS)),
            user: words.iter().any(|word| starts_any(word, USER)) || has_any(&text, USER_UNSPACED),
            system: words.iter().any(|word| starts_any(word, SYSTEM)) || has_any(&text, SYSTEM_UNSPACED),
            ..Self::default()
        };
        for (at, word) in words.iter().enumerate() {
            if starts_any(word, REMOVES) || REMOVES_EXACTLY.contains(word) {
                let before = &words[at.saturating_sub(NEGATION_REACH)..at];
                let negated = before
                    .iter()
                    .any(|word| NEGATIONS.contains(word) || word.ends_with("n't") || word.ends_with("n’t"));
                // Not to remove is to keep.
                if negated {
                    stance.keeps = true;
                } else {
                    stance.removes = true;
                }
            }
        }
        if has_any(&text, REMOVES_UNSPACED) {
            if has_any(&text, NEGATIONS_UNSPACED) {
                stance.keeps = true;
            } else {
                stance.removes = true;
            }
        }
        stance.adds |= has_any(&text, ADDS_UNSPACED);
        stance.keeps |= has_any(&text, KEEPS_UNSPACED);
        stance
    }

    fn removal(self) -> Removal {
        if self.user && !self.system { Removal::UserAssigned } else { Removal::Something }
    }
}

fn starts_any(word: &str, stems: &[&str]) -> bool {
    stems.iter().any(|stem| word.starts_with(stem))
}

fn has_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// How many words a negation may stand before what it negates: "so that you don't accidentally delete".
const NEGATION_REACH: usize = 4;

/// The sentences of a piece of Markdown, without headings and without code blocks.
fn sentences(markdown: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut open = String::new();
    let mut end = |open: &mut String| {
        if !open.trim().is_empty() {
            sentences.push(std::mem::take(open));
        }
        open.clear();
    };
    let mut in_code = starts_in_code(markdown);
    for line in markdown.lines() {
        let line = line.trim_start_matches([' ', '\t', '>']);
        if is_fence(line) {
            in_code = !in_code;
            end(&mut open);
        } else if in_code {
        } else if line.is_empty() || line.starts_with('#') {
            end(&mut open);
        } else {
            if starts_item(line) {
                end(&mut open);
            }
            let mut from = 0;
            for (at, c) in line.char_indices().filter(|(_, c)| ".!?。！？".contains(*c)) {
                let to = at + c.len_utf8();
                // A dot before a letter is part of a name.
                let goes_on = c.is_ascii() && line[to..].starts_with(char::is_alphanumeric);
                if !goes_on {
                    open.push_str(&line[from..to]);
                    end(&mut open);
                    from = to;
                }
            }
            open.push_str(&line[from..]);
            open.push(' ');
        }
    }
    end(&mut open);
    sentences
}

fn is_fence(line: &str) -> bool {
    line.starts_with("```") || line.starts_with("~~~")
}

/// A text that begins behind a call begins in the call's own block, whose closing fence has no language.
fn starts_in_code(markdown: &str) -> bool {
    let mut lines = markdown.lines().map(|line| line.trim_start_matches([' ', '\t', '>']));
    if lines.clone().next().is_some_and(|first| first.starts_with('#')) {
        return false;
    }
    lines.find(|line| is_fence(line)).is_some_and(|fence| fence.trim_matches(['`', '~', ' ']).is_empty())
}

fn starts_item(line: &str) -> bool {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    line.starts_with(['-', '*', '+']) && line[1..].starts_with(' ')
        || digits > 0 && line[digits..].starts_with(['.', ')'])
}

/// The words of a sentence: without code, the targets of links, and HTML.
fn plain(sentence: &str) -> String {
    let mut plain = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some(at) = rest.find(['`', '<', ']']) {
        plain.push_str(&rest[..at]);
        plain.push(' ');
        let (close, skip) = match rest.as_bytes()[at] {
            b'`' => ('`', 1),
            b'<' => ('>', 1),
            _ if rest[at + 1..].starts_with('(') => (')', 2),
            _ => {
                rest = &rest[at + 1..];
                continue;
            }
        };
        rest = match rest[at + skip..].find(close) {
            Some(end) => &rest[at + skip + end + 1..],
            None => &rest[at + skip..],
        };
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::Place;

    fn said(heading: &str, before: &str) -> Option<Removal> {
        removal(&Context { place: Place::Document, heading: Some(heading), before, ..Context::default() })
    }

    #[test]
    fn sentences_are_those_of_the_prose() {
        let text = "\n   ```\n\n> A note. See\n> [that](x.md).\n\n1. Use `az login`, v. 2.0\n2. Next!\n\n```azurecli\naz vm\n```\n\n**Bold**\n```bash\n";
        let sentences = sentences(text);
        let trimmed: Vec<&str> = sentences.iter().map(|sentence| sentence.trim()).collect();
        assert_eq!(
            trimmed,
            ["A note.", "See [that](x.md).", "1.", "Use `az login`, v.", "2.0", "2.", "Next!", "**Bold**"]
        );
    }

    #[test]
    fn the_nearest_sentence_decides() {
        let remove = "Remove a user-assigned identity";
        assert_eq!(said(remove, "Use this:"), Some(Removal::UserAssigned));
        assert_eq!(said("Identities", "Use this:"), None);
        assert_eq!(said(remove, "First, add ID1. Then see below."), None);
        assert_eq!(said("Identities", "Add ID1. Later, remove ID2:"), Some(Removal::Something));
        assert_eq!(said(remove, "This removes ID2 while retaining the others."), Some(Removal::UserAssigned));
        assert_eq!(said("Identities", "This removes ID2 while retaining the others."), None);
        assert_eq!(said("Add and remove identities", "Use this:"), None);
        assert_eq!(said(remove, "So that you don't accidentally delete any, name them."), None);
        assert_eq!(said("Disable the system-assigned identity", ""), Some(Removal::Something));
    }

    #[test]
    fn code_links_and_html_say_nothing() {
        assert_eq!(plain("a `remove` b [c](remove.md) <a name=\"remove\"></a>d").replace(' ', ""), "ab[cd");
        assert_eq!(said("X", "Run `az vm identity remove`, then:"), None);
    }
}
