//! The map in the crate's documentation is true: a room uses only rooms on the floors below it and those named after
//! it on its own, and within a house no two rooms use each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use regex::Regex;

/// What a module says without comments, texts and tests.
fn code(text: &str) -> String {
    let text = text.find("#[cfg(test)]\nmod tests {").map_or(text, |at| &text[..at]);
    let comment = Regex::new(r"(?m)//.*$").expect("an expression");
    comment.replace_all(text, "").into_owned()
}

/// The paths of a `use` tree: `a::{b, c::{d}}` is `a::b` and `a::c::d`.
fn paths(prefix: &str, tree: &str, found: &mut Vec<String>) {
    let mut depth = 0_usize;
    let mut parts = vec![String::new()];
    for character in tree.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        match (character, depth) {
            (',', 0) => parts.push(String::new()),
            _ => parts.last_mut().expect("a part").push(character),
        }
    }
    for part in parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        if let Some((head, rest)) = part.split_once('{') {
            let rest = rest.rsplit_once('}').map_or(rest, |(inside, _)| inside);
            paths(&format!("{prefix}{head}"), rest, found);
        } else {
            let name = part.split(" as ").next().unwrap_or(part);
            found.push(format!("{prefix}{}", name.trim()));
        }
    }
}

/// Every module, by its path within the crate, with its text.
fn modules() -> BTreeMap<Vec<String>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let within = path.strip_prefix(&root).expect("within").with_extension("");
                let mut name: Vec<String> =
                    within.iter().map(|part| part.to_string_lossy().into_owned()).collect();
                if name.last().is_some_and(|last| last == "mod") {
                    name.pop();
                }
                if name != ["lib"] && name != ["main"] && !name.iter().any(|part| part == "tests") {
                    found.insert(name, code(&fs::read_to_string(&path).expect("a text")));
                }
            }
        }
    }
    found
}

/// The modules that a module uses.
fn uses(name: &[String], text: &str, modules: &BTreeMap<Vec<String>, String>) -> BTreeSet<Vec<String>> {
    let import = Regex::new(r"\buse\s+((?:crate|super|self|armbody)::[^;]+);").expect("an expression");
    let inline = Regex::new(r"\b(?:crate|super|armbody)(?:::\w+)+").expect("an expression");
    let mut all = Vec::new();
    for tree in import.captures_iter(text) {
        paths("", &tree[1], &mut all);
    }
    let rest = import.replace_all(text, "");
    all.extend(inline.find_iter(&rest).map(|path| path.as_str().to_owned()));
    let mut targets = BTreeSet::new();
    for path in all {
        let mut at: Vec<String> = Vec::new();
        for (index, part) in path.split("::").map(str::trim).enumerate() {
            match part {
                "crate" | "armbody" if index == 0 => at.clear(),
                "self" => at = if index == 0 { name.to_vec() } else { at },
                "super" => {
                    if index == 0 {
                        at = name.to_vec();
                    }
                    at.pop();
                }
                _ => at.push(part.to_owned()),
            }
        }
        while !at.is_empty() && !modules.contains_key(&at) {
            at.pop();
        }
        if !at.is_empty() && at != name {
            targets.insert(at);
        }
    }
    targets
}

/// The floors of the map, from the top, each with its rooms in their order.
fn floors(map: &str) -> Vec<Vec<String>> {
    let list = map.split_once("Floors, from the top").expect("a map").1;
    let list = list.split_once("//! # ").expect("a heading behind").0;
    let room = Regex::new(r"\[`(\w+)`\]").expect("an expression");
    let mut floors = vec![vec!["cli".to_owned()]];
    for floor in list.split("//! - ").skip(2) {
        floors.push(room.captures_iter(floor).map(|room| room[1].to_owned()).collect());
    }
    floors
}

/// What each room uses that it may not, as `room -> room: module`.
fn upward(floors: &[Vec<String>], used: &[(Vec<String>, BTreeSet<Vec<String>>)]) -> Vec<String> {
    let place = |room: &str| {
        floors
            .iter()
            .enumerate()
            .find_map(|(floor, rooms)| rooms.iter().position(|known| known == room).map(|at| (floor, at)))
    };
    let mut wrong = Vec::new();
    for (module, targets) in used {
        for target in targets.iter().filter(|target| target[0] != module[0]) {
            match (place(&module[0]), place(&target[0])) {
                (Some(from), Some(to)) if from < to => {}
                (Some(_), Some(_)) => wrong.push(format!("{} uses {}", module.join("::"), target.join("::"))),
                (from, _) => {
                    let unknown = if from.is_none() { &module[0] } else { &target[0] };
                    wrong.push(format!("`{unknown}` is not on the map"));
                }
            }
        }
    }
    wrong
}

/// The rooms of each house that use each other, as `house: room, room`.
fn circles(used: &[(Vec<String>, BTreeSet<Vec<String>>)]) -> BTreeSet<String> {
    let mut houses: BTreeMap<&[String], BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for (module, targets) in used {
        for target in targets {
            let common = module.iter().zip(target).take_while(|(a, b)| a == b).count();
            if common < module.len() && common < target.len() {
                let rooms = houses.entry(&module[..common]).or_default();
                rooms.entry(&module[common]).or_default().insert(&target[common]);
            }
        }
    }
    let mut found = BTreeSet::new();
    for (house, edges) in houses {
        let reach = |from: &str| {
            let mut seen = BTreeSet::new();
            let mut next: Vec<&str> = edges.get(from).into_iter().flatten().copied().collect();
            while let Some(room) = next.pop() {
                if seen.insert(room) {
                    next.extend(edges.get(room).into_iter().flatten());
                }
            }
            seen
        };
        let reached: BTreeMap<&str, BTreeSet<&str>> = edges.keys().map(|room| (*room, reach(room))).collect();
        for (room, seen) in &reached {
            let circle: Vec<&str> = seen
                .iter()
                .filter(|other| reached.get(*other).is_some_and(|back| back.contains(room)))
                .copied()
                .collect();
            if circle.len() > 1 && seen.contains(room) {
                found.insert(format!("{}: {}", house.join("::"), circle.join(", ")));
            }
        }
    }
    found
}

fn used() -> Vec<(Vec<String>, BTreeSet<Vec<String>>)> {
    let modules = modules();
    modules.iter().map(|(name, text)| (name.clone(), uses(name, text, &modules))).collect()
}

#[test]
fn rooms_use_only_what_is_below() {
    let map = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("the map");
    let wrong = upward(&floors(&map), &used());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_planted_import_is_seen() {
    let map = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("the map");
    let floors = floors(&map);
    let modules = modules();
    for (room, text) in [
        ("text", "use crate::lint::Finding;"),
        ("notation", "use crate::{arm::Method, container::{Kind}};"),
        ("lint", "fn f() -> crate::report::Format {}"),
        ("schema", "use super::scenario::Names;"),
    ] {
        let name = vec![room.to_owned()];
        let planted = vec![(name.clone(), uses(&name, text, &modules))];
        assert_eq!(upward(&floors, &planted).len(), 1, "{room}: {text}");
    }
}

#[test]
fn no_two_rooms_use_each_other() {
    let found = circles(&used());
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_planted_circle_is_seen() {
    let modules = modules();
    for (module, text, circle) in [
        ("notation::curl", "use super::shell::commands;", "notation: curl, programs, shell"),
        ("notation::payload", "use crate::notation::{Call, curl::Curl};", "notation: curl, payload"),
        ("json::tree", "fn f() { super::parser::parse() }", "json: parser, tree"),
    ] {
        let name: Vec<String> = module.split("::").map(str::to_owned).collect();
        let mut used = used();
        let planted = uses(&name, text, &modules);
        assert!(!planted.is_empty(), "{module}: {text}");
        let uses = used.iter_mut().find(|(known, _)| *known == name).expect("a module");
        uses.1.extend(planted);
        let found = circles(&used);
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), [circle], "{module}: {text}");
    }
}
