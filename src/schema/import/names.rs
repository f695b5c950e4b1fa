//! Names for definitions, as stable from version to version as can be.
//!
//! A definition keeps the name that Azure gave it. Readings of it (in PUT, in PATCH, …) and definitions of the same
//! name in several files share the name when they come to the same; else the first keeps it and the others
//! get a suffix.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use serde_json::Value;

use super::shape::{Form, Key, Variant};

/// A name for each of `shaped`, none of them among `taken`. Definitions with one name are equal.
pub(super) fn name(shaped: &[(Key, Value)], taken: &[&str], path: impl Fn(usize) -> PathBuf) -> Vec<String> {
    let classes = classes(shaped);
    let mut groups: BTreeMap<String, BTreeMap<(Variant, PathBuf, String), usize>> = BTreeMap::new();
    for (index, (key, _)) in shaped.iter().enumerate() {
        let rank = (key.variant, path(key.place.file), key.place.pointer.clone());
        groups.entry(key.place.name()).or_default().insert(rank, classes[index]);
    }

    let mut used: BTreeSet<String> = taken.iter().map(|name| (*name).to_owned()).collect();
    used.extend(groups.keys().cloned());
    let mut named: HashMap<usize, String> = HashMap::new();
    for (name, members) in groups {
        for (at, ((variant, path, _), class)) in members.into_iter().enumerate() {
            if named.contains_key(&class) {
                continue;
            }
            let plain = at == 0 && !taken.contains(&name.as_str());
            let chosen = if plain { name.clone() } else { free(&name, variant, &path, &used) };
            used.insert(chosen.clone());
            named.insert(class, chosen);
        }
    }
    classes.iter().map(|class| named[class].clone()).collect()
}

/// The first suffix that nobody has: what reading it is, then the file, then a number.
fn free(name: &str, variant: Variant, path: &std::path::Path, used: &BTreeSet<String>) -> String {
    let mut chosen = name.to_owned();
    if variant.patch {
        chosen.push_str(".PATCH");
    }
    chosen.push_str(match variant.form {
        Form::Plain => "",
        Form::Resource => ".resource",
        Form::Own => ".own",
        Form::Nullable => ".nullable",
    });
    if used.contains(&chosen) {
        let stem = path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
        chosen = format!("{chosen}.{stem}");
    }
    let mut number = 2;
    let base = chosen.clone();
    while used.contains(&chosen) {
        chosen = format!("{base}.{number}");
        number += 1;
    }
    chosen
}

/// Which definitions come to the same: those of one name that are equal when what they refer to is. Found by
/// splitting what is taken for equal until nothing splits any more, which cycles of references do not trouble.
fn classes(shaped: &[(Key, Value)]) -> Vec<usize> {
    let mut classes = number(shaped.iter().map(|(key, _)| key.place.name()));
    loop {
        let next = number(shaped.iter().enumerate().map(|(index, (_, schema))| {
            let mut schema = schema.clone();
            replace(&mut schema, &mut |target| classes[target].to_string());
            (classes[index], schema.to_string())
        }));
        if next.iter().max() == classes.iter().max() {
            return next;
        }
        classes = next;
    }
}

fn number<T: std::hash::Hash + Eq>(values: impl Iterator<Item = T>) -> Vec<usize> {
    let mut known = HashMap::new();
    values
        .map(|value| {
            let next = known.len();
            *known.entry(value).or_insert(next)
        })
        .collect()
}

/// Writes names for the numbers that references are made of at first.
pub(super) fn replace(schema: &mut Value, name: &mut impl FnMut(usize) -> String) {
    let mut nodes = vec![schema];
    while let Some(node) = nodes.pop() {
        match node {
            Value::Object(members) => {
                for (keyword, value) in members {
                    match (keyword.as_str(), &*value) {
                        ("$ref", Value::Number(index)) => {
                            let index = index.as_u64().and_then(|i| usize::try_from(i).ok());
                            *value = Value::from(name(index.unwrap_or_default()));
                        }
                        _ => nodes.push(value),
                    }
                }
            }
            Value::Array(elements) => nodes.extend(elements),
            _ => {}
        }
    }
}
