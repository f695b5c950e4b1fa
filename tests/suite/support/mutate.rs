//! Documents, and mistakes that are put into them: the same ones in every run for one seed.

use std::fs;
use std::path::{Path, PathBuf};

use super::random::Random;

/// Words of every notation that a mutation puts between two tokens.
pub(crate) const WORDS: [&str; 64] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "'",
    "\\",
    "\\\"",
    "`",
    "\n",
    "\r\n",
    "\t",
    " ",
    "...",
    "…",
    "//",
    "/*",
    "*/",
    "#",
    "<!--",
    "-->",
    "```",
    "```json\n",
    "```bash\n",
    "```powershell\n",
    "~~~\n",
    "> ",
    "1. ",
    "$",
    "$(",
    "${",
    "@",
    "@{",
    "@'\n",
    "\n'@",
    "@\"\n",
    "\n\"@",
    "<<EOF\n",
    "\nEOF\n",
    "&&",
    "|",
    ";",
    "=",
    "-d ",
    "-d '",
    "--body ",
    "-H ",
    "-Body ",
    "curl -X PATCH ",
    "az rest --method put --url ",
    "Invoke-AzRestMethod ",
    "\"type\":",
    "\"identity\":{",
    "\"SystemAssigned\"",
    "None",
    "True",
    "01",
    "[parameters('",
    "')]",
    "[[",
    "<ID>",
    "armbody-ignore comment",
];

/// A document that mistakes are put into.
pub(crate) struct Document {
    pub(crate) extension: String,
    pub(crate) text: Vec<u8>,
}

/// The documents under `folder`, in the order of their names.
pub(crate) fn documents(folder: &Path, found: &mut Vec<Document>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            documents(&path, found);
            continue;
        }
        let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        let known = ["md", "json", "sh", "ps1", "http", "yml", "yaml", "txt"].contains(&extension.as_str());
        if known && let Ok(text) = fs::read(&path) {
            found.push(Document { extension, text });
        }
    }
}

/// The document, or some of its lines; `max_len` bytes at most.
pub(crate) fn excerpt(document: &Document, max_len: usize, random: &mut Random) -> Vec<u8> {
    let text = &document.text;
    if text.len() <= max_len && random.below(3) > 0 {
        return text.clone();
    }
    let start = random.below(text.len().max(1)).min(text.len());
    let start = text[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    text[start..(start + 100 + random.below(max_len - 100)).min(text.len())].to_vec()
}

/// A place between two tokens from `at` on, or `at` itself.
fn between(text: &[u8], at: usize) -> usize {
    let edge = |pair: &[u8]| pair[0].is_ascii_alphanumeric() != pair[1].is_ascii_alphanumeric();
    text[at..].windows(2).position(edge).map_or(at, |len| at + len + 1)
}

/// Makes some mistakes. `words` are put in between, and pieces of `other`.
pub(crate) fn mutate(
    text: &mut Vec<u8>,
    other: &[u8],
    (words, odd): (&[&str], &[String]),
    random: &mut Random,
) {
    for _ in 0..=random.below(5) {
        let at = random.below(text.len() + 1);
        let to = (at + random.below(20)).min(text.len());
        match random.below(14) {
            0 => drop(text.drain(at..to)),
            1 => {
                let copied = text[at..to].to_vec();
                let place = random.below(text.len() + 1);
                text.splice(place..place, copied);
            }
            2 => {
                if let Some(byte) = text.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
            3 => text.truncate(at.max(text.len() / 2)),
            4 => {
                let from = random.below(other.len() + 1);
                let piece = other[from..(from + random.below(300)).min(other.len())].to_vec();
                text.splice(at..at, piece);
            }
            5 => {
                let count = 1 << random.below(9);
                let word = random.pick(words).unwrap().repeat(count);
                text.splice(at..at, word.bytes());
            }
            6 => {
                // Every white space, or every one of a punctuation mark, as another.
                let from = *random.pick(b" \n,:\"'{}").unwrap();
                let word = random.pick(odd).unwrap();
                let replaced = text
                    .iter()
                    .flat_map(|&byte| if byte == from { word.as_bytes().to_vec() } else { vec![byte] });
                *text = replaced.collect();
            }
            7 => text.make_ascii_uppercase(),
            8 => {
                let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
                *text = lines.join(&b"\r\n"[..]);
            }
            9 | 10 => {
                let place = between(text, at);
                let word = random.pick(words).unwrap();
                text.splice(place..place, word.bytes());
            }
            _ => {
                let place = if random.below(3) == 0 { at } else { between(text, at) };
                let end = (place + random.below(2)).min(text.len());
                let word = random.pick(odd).unwrap().repeat(1 + random.below(2));
                text.splice(place..end, word.bytes());
            }
        }
    }
}
