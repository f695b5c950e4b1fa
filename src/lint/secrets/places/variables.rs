//! Values that reach a place for secrets by way of variables.

use std::collections::HashMap;
use std::collections::HashSet;

use super::{MAX_HOPS, Scan, Value};
use crate::lint::secrets::SecretKind;
use crate::lint::secrets::names::{Class, MAX_NAME};
use crate::text::cut;

impl Scan<'_> {
    /// Follows the variables that secrets were written into, and those that these were made from.
    pub(super) fn follow(&mut self) {
        let mut known: HashSet<String> = HashSet::new();
        for _ in 0..MAX_HOPS {
            let mut names = std::mem::take(&mut self.wanted);
            names.retain(|name, _| known.insert(name.clone()));
            if names.is_empty() {
                return;
            }
            self.assignments(&names);
            self.commands(&names);
        }
    }

    /// `read NAME <<< …`, `Set-Variable -Name NAME -Value …`.
    pub(super) fn commands(&mut self, names: &HashMap<String, Class>) {
        let to = self.text.len();
        let here: Vec<usize> = memchr::memmem::find_iter(self.bytes, "<<<").collect();
        for at in here {
            let class =
                self.name_before(at).and_then(|name| names.get(&name.text.to_ascii_lowercase()).copied());
            if let Some(class) = class
                && let Some((content, _)) = self.argument(at + 3, to)
            {
                self.consider(SecretKind::Variable, class, content);
            }
        }
        for command in ["Set-Variable ", "set-variable ", "New-Variable ", "setx "] {
            let places: Vec<usize> = memchr::memmem::find_iter(self.bytes, command).collect();
            for at in places {
                let mut here = at + command.len();
                let mut class = None;
                for _ in 0..4 {
                    let Some((content, end)) = self.argument(here, to) else { break };
                    let word = cut(self.text, content.clone());
                    here = end;
                    if word.starts_with('-') {
                        continue;
                    }
                    match class {
                        None => class = names.get(&word.to_ascii_lowercase()).copied(),
                        Some(class) => self.consider(SecretKind::Variable, class, content),
                    }
                    if class.is_none() {
                        break;
                    }
                }
            }
        }
    }

    /// The values that `names` are given.
    pub(super) fn assignments(&mut self, names: &HashMap<String, Class>) {
        let mut lower = String::with_capacity(MAX_NAME);
        let to = self.text.len();
        let mut done = 0;
        for at in memchr::memchr2_iter(b':', b'=', self.bytes) {
            if at < done {
                continue;
            }
            self.steps += 1;
            let Some(name) = self.name_before(at) else { continue };
            lower.clear();
            lower.push_str(name.text);
            lower.make_ascii_lowercase();
            let separator = self.bytes[at];
            if lower == "name" {
                self.named_setting(at, to, &name, names);
            }
            let Some(&class) = names.get(lower.as_str()) else { continue };
            let value = self.value(at + 1, to, separator, &name, Class::Property);
            match value {
                Value::None => {}
                Value::Text { content, end } => {
                    self.consider(SecretKind::Variable, class, content);
                    self.added(end, to, SecretKind::Variable, class, None);
                    done = end;
                }
                Value::Tree(from) => {
                    let (leaves, end) = self.leaves(from, to);
                    for leaf in leaves {
                        self.consider(SecretKind::Variable, class, leaf);
                    }
                    done = end;
                }
            }
        }
    }
}
