//! Which bracket is missing, and which is one too many.
//!
//! The parser takes the first reading that leaves a whole. Where a single bracket is wrong there are often
//! others: this tries them all and keeps the one that makes the best sense.

use super::parser::{self, Guess};
use super::{Dialect, Kind, Mistake, MistakeKind, Tree, Unclosed};
use crate::text::odd;

/// Bytes that are read again, over all readings of one text. Beyond it the parser's own reading stands.
const MAX_WORK: usize = 1 << 24;

/// The tree of the reading that makes the best sense, if one bracket of `tree`'s text is missing or too many;
/// else `tree` itself. `misfits` counts what a tree holds that does not belong there: the published schema
/// knows. Of several readings the one with the fewest mistakes, misfits and breaches of its own indentation is
/// taken; its repair is safe if it is the only such one and has no misfits, and left out if there are others.
pub fn best_reading<'t>(
    mut tree: Tree<'t>,
    dialect: Dialect,
    misfits: &dyn Fn(&Tree<'_>) -> Option<usize>,
) -> Tree<'t> {
    if !tree.mistakes.iter().any(is_bracket) {
        return tree;
    }
    let text = tree.text;
    let guesses = guesses(text);
    if guesses.is_empty() || guesses.len().saturating_mul(text.len()) > MAX_WORK {
        let brackets = tree.mistakes.iter_mut().filter(|mistake| is_bracket(mistake));
        brackets.filter_map(|mistake| mistake.repair.as_mut()).for_each(|repair| repair.safe = false);
        return tree;
    }
    let lines = Lines::of(text);
    let weigh = |tree: &Tree<'_>| {
        let misfit = misfits(tree);
        (tree.mistakes.len() + misfit.unwrap_or(0) + lines.breaches(tree), misfit)
    };
    let (cost, misfit) = weigh(&tree);
    let same = same_text(&tree);
    let mut best = Reading { tree, cost, misfit, same };
    let mut others = 0;
    for guess in guesses {
        let tree = parser::parse(text, dialect, Some(guess));
        if tree.mistakes.len() > best.cost {
            continue;
        }
        let (cost, misfit) = weigh(&tree);
        let same = same_text(&tree);
        if same.is_none() || cost > best.cost {
            continue;
        }
        let reading = Reading { tree, cost, misfit, same };
        if cost < best.cost {
            others = 0;
        } else if reading.same != best.same {
            others += 1;
        }
        // Of places that are as good the last is shown: what fits into a container is taken to belong there.
        best = reading;
    }
    best.finish(others)
}

/// One reading of the text.
struct Reading<'t> {
    tree: Tree<'t>,
    cost: usize,
    /// What does not belong there, where somebody knows.
    misfit: Option<usize>,
    /// What tells readings apart that are more than the same text with other white space.
    same: Option<(u32, char)>,
}

impl<'t> Reading<'t> {
    fn finish(mut self, others: usize) -> Tree<'t> {
        let fits = self.misfit == Some(0);
        let alone = self.tree.mistakes.iter().filter(|mistake| is_bracket(mistake)).count() == 1;
        if !alone {
            // Where one bracket is not enough, each that is put in stands or falls with the others.
            let brackets = self.tree.mistakes.iter_mut().filter(|mistake| is_bracket(mistake));
            brackets.filter_map(|mistake| mistake.repair.as_mut()).for_each(|repair| repair.safe = false);
        }
        if let Some(mistake) = self.tree.mistakes.iter_mut().find(|mistake| is_bracket(mistake)) {
            if others > 0 {
                mistake.repair = None;
            } else if let Some(repair) = &mut mistake.repair {
                repair.safe = fits && alone;
            }
        }
        self.tree
    }
}

fn is_bracket(mistake: &Mistake) -> bool {
    match mistake.kind {
        MistakeKind::ExtraBracket { .. } => true,
        MistakeKind::UnclosedBracket(what) => what != Unclosed::String,
        _ => false,
    }
}

/// What the text would be after the repair of its one bracket, told by the end of the run of like brackets
/// that the repair adds to or takes from. `None` if there is no such repair.
fn same_text(tree: &Tree<'_>) -> Option<(u32, char)> {
    let mistake = tree.mistakes.iter().find(|mistake| is_bracket(mistake))?;
    let edit = mistake.repair.as_ref()?.edits.last()?;
    let rest = |at: u32| tree.text.get(at as usize..).unwrap_or_default();
    let bracket = match edit.text.chars().next() {
        Some(c) if edit.span.is_empty() => c,
        // Another bracket in the place of one: like no other repair.
        Some(c) => return Some((edit.span.start, if c == '}' { '(' } else { ')' })),
        None => rest(edit.span.start).chars().next()?,
    };
    let mut end = edit.span.end as usize;
    for (at, c) in rest(edit.span.end).char_indices() {
        if c == bracket {
            end = edit.span.end as usize + at + c.len_utf8();
        } else if !c.is_ascii_whitespace() {
            break;
        }
    }
    // Behind white space at the run's end the place is the same; an addition is none of a removal's.
    let end = odd::trim_end(&tree.text[..end]).len() as u32;
    Some((end, if edit.text.is_empty() { bracket.to_ascii_uppercase() } else { bracket }))
}

/// Which edit of one bracket leaves as many closing as opening ones of either kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Closer,
    /// The loss of this closing bracket, or another of its opening one.
    Loss(u8),
    /// This closing bracket is the other one.
    Other(u8),
}

/// Every edit of one bracket that could be meant; none if one edit is not enough.
fn guesses(text: &str) -> Vec<Guess> {
    let mut balance = [0i64; 2];
    tokens(text, |_, byte, _| match byte {
        b'{' => balance[0] += 1,
        b'}' => balance[0] -= 1,
        b'[' => balance[1] += 1,
        b']' => balance[1] -= 1,
        _ => {}
    });
    let wanted = match balance {
        [1, 0] | [0, 1] => Wanted::Closer,
        [-1, 0] => Wanted::Loss(b'}'),
        [0, -1] => Wanted::Loss(b']'),
        [1, -1] => Wanted::Other(b']'),
        [-1, 1] => Wanted::Other(b'}'),
        _ => return Vec::new(),
    };
    let mut guesses = Vec::new();
    let mut before = b':';
    let bytes = text.as_bytes();
    tokens(text, |start, byte, end| {
        let value_due = matches!(before, b':' | b'[' | b',');
        match wanted {
            Wanted::Closer if !matches!(byte, b',' | b':') => {
                let next = bytes[end..].iter().find(|byte| !byte.is_ascii_whitespace());
                if matches!(next, None | Some(b',' | b'}' | b']')) {
                    guesses.push(Guess::Close(end as u32));
                }
            }
            Wanted::Loss(closer) => {
                if byte == closer {
                    guesses.push(Guess::Drop(start as u32));
                }
                if closer == b']' && value_due && !matches!(byte, b',' | b':') {
                    guesses.push(Guess::OpenArray(start as u32));
                }
                if closer == b'}' && value_due && byte == b'}' {
                    guesses.push(Guess::OpenObject(start as u32));
                }
            }
            Wanted::Other(closer) if byte == closer => guesses.push(Guess::Swap(start as u32)),
            Wanted::Closer | Wanted::Other(_) => {}
        }
        before = byte;
    });
    guesses
}

/// Each token: where it begins, its first byte, where it ends.
fn tokens(text: &str, mut token: impl FnMut(usize, u8, usize)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => continue,
            b'"' => {
                while let Some(&byte) = bytes.get(at) {
                    at += 1;
                    match byte {
                        b'"' | b'\n' => break,
                        b'\\' => at += 1,
                        _ => {}
                    }
                }
            }
            b',' | b':' | b'{' | b'[' | b'}' | b']' => {}
            _ => {
                while bytes.get(at).is_some_and(|&byte| !parser::is_delimiter(byte) && byte != b'"') {
                    at += 1;
                }
            }
        }
        token(start, byte, at.min(bytes.len()));
    }
}

fn opener(kind: Kind) -> u8 {
    if kind == Kind::Array { b'[' } else { b'{' }
}

/// The lines of a text: where each begins and how far it is indented.
struct Lines {
    starts: Vec<(u32, u32)>,
}

impl Lines {
    fn of(text: &str) -> Self {
        let mut starts = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
            starts.push((at as u32, indent as u32));
            at += line.len();
        }
        Self { starts }
    }

    /// The number of a line and its indentation.
    fn at(&self, offset: u32) -> (usize, u32, u32) {
        let line = self.starts.partition_point(|&(start, _)| start <= offset).saturating_sub(1);
        let (start, indent) = self.starts.get(line).copied().unwrap_or_default();
        (line, start, indent)
    }

    /// Containers whose closing bracket does not stand below their opening one, as the rest of the text has it.
    fn breaches(&self, tree: &Tree<'_>) -> usize {
        if self.starts.len() < 2 {
            return 0;
        }
        let unclosed = tree.mistakes.iter().filter(|mistake| is_bracket(mistake)).map(|it| it.span.start);
        let unclosed: Vec<u32> = unclosed.collect();
        let mut breaches = 0;
        for index in 0..tree.nodes.len() {
            let node = &tree.nodes[index];
            if !matches!(node.kind, Kind::Array | Kind::Object) || node.end == node.start {
                continue;
            }
            breaches += self.ragged(tree, index);
            if tree.text.as_bytes().get(node.start as usize) != Some(&opener(node.kind)) {
                // The line of a bracket that is missing is not known.
                continue;
            }
            let (first, _, wanted) = self.at(node.start);
            let (last, start, indent) = self.at(node.end - 1);
            if first == last {
                continue;
            }
            let alone = start + indent + 1 == node.end;
            let breach = if unclosed.contains(&node.start) {
                // What is within is further in than the bracket that should be there.
                indent <= wanted
            } else {
                alone && indent != wanted
            };
            breaches += usize::from(breach);
        }
        breaches
    }

    /// Members or elements that begin a line and do not stand below the first one that does.
    fn ragged(&self, tree: &Tree<'_>, container: usize) -> usize {
        let data = &tree.nodes[container];
        let mut column = None;
        let mut ragged = 0;
        let mut index = container + 1;
        while index < data.link as usize {
            let start = tree.nodes[index].start;
            let (_, line, indent) = self.at(start);
            if line + indent == start {
                ragged += usize::from(*column.get_or_insert(indent) != indent);
            }
            let value = index + usize::from(data.kind == Kind::Object);
            let Some(value_node) = tree.nodes.get(value) else { break };
            let container = matches!(value_node.kind, Kind::Array | Kind::Object);
            index = if container { value_node.link as usize } else { value + 1 };
        }
        ragged
    }
}
