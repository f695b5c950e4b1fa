//! The manual as a whole: no link in it leads nowhere.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Every page of Markdown that the repository shows, but for what tests are made of.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found: Vec<PathBuf> = Vec::new();
    let mut open = vec![root.join("docs")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == "md") {
                found.push(path);
            }
        }
    }
    let at_root = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    found.extend(at_root.filter(|path| path.extension().is_some_and(|it| it == "md")));
    found.sort();
    found
}

/// The links of a page, and the names under which its headings can be reached, as GitHub makes them.
fn read(text: &str) -> (Vec<String>, HashSet<String>) {
    let (mut links, mut anchors) = (Vec::new(), HashSet::new());
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let name: String = heading
                    .take()
                    .unwrap_or_default()
                    .to_lowercase()
                    .chars()
                    .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
                    .map(|c| if c == ' ' { '-' } else { c })
                    .collect();
                let twice = (1..).map(|n| format!("{name}-{n}"));
                let free = std::iter::once(name.clone()).chain(twice).find(|it| !anchors.contains(it));
                anchors.extend(free);
            }
            _ => {}
        }
    }
    (links, anchors)
}

#[test]
fn links_lead_somewhere() {
    let mut wrong = Vec::new();
    let mut followed = 0;
    for page in pages() {
        let (links, own) = read(&fs::read_to_string(&page).unwrap());
        for link in links {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            followed += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = page.parent().unwrap().join(file);
            let leads = if file.is_empty() {
                own.contains(anchor)
            } else if anchor.is_empty() {
                target.exists()
            } else {
                fs::read_to_string(&target).is_ok_and(|text| read(&text).1.contains(anchor))
            };
            if !leads {
                wrong.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(followed > 200, "{followed}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn anchors_are_those_of_the_site() {
    let (links, anchors) = read("# A `b`: c_d (e)\n\n## a\n\n## a\n\n[x](y#z)\n");
    assert_eq!(links, ["y#z"]);
    assert_eq!(anchors, ["a-b-c_d-e", "a", "a-1"].map(str::to_owned).into());
}
