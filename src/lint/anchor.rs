//! What a finding is about, whatever stands around it: the call by its type, method and URL without names, and the
//! place in it. Lines, neighbours and the names of resources are no part of it, so that it stays the same while those
//! change.

use std::cell::OnceCell;

use super::evidence::Certainty;
use super::hash::Fnv;
use super::{Evidence, Target};
use crate::arm::Method;
use crate::json::{Kind, Node};
use crate::notation::Call;
use crate::text::{Fragment, Span};

/// Bytes of a member's name that count.
const NAME: usize = 160;
/// Bytes of a URL that are looked at: no URL that is sent is longer.
const URL: usize = 2048;

/// The call and the place of a finding, as the state of a hash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) place: Fnv,
    /// The finding is about all of what its place names, whose text says nothing more of it.
    pub(super) is_whole: bool,
}

/// What the anchors of one request have in common.
#[derive(Debug, Default)]
pub(super) struct Anchors {
    call: OnceCell<Fnv>,
    parents: OnceCell<Parents>,
}

/// Where in a call a finding is.
#[derive(Clone, Copy)]
pub(super) enum Spot<'a> {
    /// At an offset of the body's text.
    Body(u32),
    /// In a part of the call.
    Part(&'a Fragment<'a>),
    /// At bytes of the file.
    File(Span),
}

/// What an anchor is made from.
pub(super) struct Of<'s, 'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) target: &'s Target,
    pub(super) evidence: &'s Evidence,
    pub(super) body: Option<&'a Fragment<'a>>,
    pub(super) resource: Option<Node<'a>>,
    pub(super) method: Method,
}

impl Anchors {
    pub(super) fn of(&self, it: &Of<'_, '_>, spot: Spot<'_>) -> Anchor {
        let mut place = self.call.get_or_init(|| call(it)).clone();
        let is_url = |part: &Fragment<'_>| it.call.url.as_ref().is_some_and(|url| std::ptr::eq(url, part));
        let is_header = |part: &Fragment<'_>| it.call.headers.iter().any(|one| std::ptr::eq(one, part));
        let is_body = |part: &Fragment<'_>| it.body.is_some_and(|body| std::ptr::eq(body, part));
        let of_part = |part: &Fragment<'_>| part.to_file(part.span());
        let mut is_whole = false;
        let at = match spot {
            Spot::Body(at) => Some(at),
            Spot::Part(part) => {
                let word = match () {
                    () if is_url(part) => "url",
                    () if is_header(part) => "header",
                    () if is_body(part) => "body",
                    () => "command",
                };
                place.add(word.as_bytes());
                None
            }
            Spot::File(span) => {
                let url = it.call.url.as_ref().map(of_part);
                let in_url = url.is_some_and(|url| url.contains(span));
                // Its shape is in the hash already, without its names.
                is_whole = url == Some(span) && !span.is_empty();
                let in_header = || it.call.headers.iter().any(|header| of_part(header).contains(span));
                let in_body = it.body.filter(|_| !in_url).and_then(|body| body.offset_of(span.start));
                if in_body.is_none() {
                    let word = if in_url {
                        "url"
                    } else if in_header() {
                        "header"
                    } else {
                        "command"
                    };
                    place.add(word.as_bytes());
                }
                in_body
            }
        };
        if let Some(at) = at {
            match it.resource {
                Some(resource) => {
                    self.parents.get_or_init(|| Parents::of(resource)).add(&mut place, resource, at);
                }
                None => place.add(b"body"),
            }
        }
        place.add(&[0]);
        Anchor { place, is_whole }
    }
}

/// The call: what is guessed of it may be guessed otherwise once something beside it changes.
fn call(it: &Of<'_, '_>) -> Fnv {
    let mut hash = Fnv::default();
    let is_said = |certainty| matches!(certainty, Certainty::Stated | Certainty::Decided);
    if let Some(name) = it.target.type_name.as_ref().filter(|_| is_said(it.evidence.target)) {
        hash.add(name.as_str().to_ascii_lowercase().as_bytes());
    }
    hash.add(&[0]);
    if it.evidence.method == Certainty::Stated {
        hash.add(it.method.as_str().as_bytes());
    }
    hash.add(&[0]);
    if let Some(url) = &it.call.url {
        hash.add(shape(url.text()).as_bytes());
    }
    hash.add(&[0]);
    hash
}

/// The path of a URL in small letters, with a star for each name in it: neither host nor query, whose faults are
/// findings of their own.
fn shape(url: &str) -> String {
    let url = &url[..url.floor_char_boundary(url.len().min(URL))];
    let url = url.split(['?', '#']).next().unwrap_or(url);
    let path =
        url.split_once("://").map_or(url, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let mut out = String::new();
    // What the next segment is: a key, or a name.
    let mut is_name = false;
    let mut types = 0_usize;
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        let word = segment.to_ascii_lowercase();
        out.push('/');
        match word.as_str() {
            _ if is_name => {
                out.push('*');
                is_name = false;
            }
            "providers" => {
                out.push_str(&word);
                types = 1;
            }
            "subscriptions" | "resourcegroups" | "managementgroups" => {
                out.push_str(&word);
                is_name = true;
                types = 0;
            }
            _ if types > 0 => {
                // The namespace, and then types, each with its name.
                out.push_str(&word);
                is_name = types > 1;
                types += 1;
            }
            // What stands before the first key is a host without its scheme, or a variable.
            _ => out.push('*'),
        }
    }
    out
}

/// For each node of a resource the one that holds it.
#[derive(Debug)]
struct Parents {
    /// The index of the first node.
    first: u32,
    rows: Vec<Row>,
}

/// The index of the node that holds a node (its own for the resource itself), and what the node is there: as small as
/// can be, for there is one for each node of a file.
#[derive(Clone, Copy, Debug)]
struct Row(u32);

impl Row {
    /// The value of a member: its name is the node before it.
    const VALUE: u32 = 1 << 31;
    /// The name of a member.
    const NAME: u32 = 1 << 30;

    fn parent(self) -> u32 {
        self.0 & !(Self::VALUE | Self::NAME)
    }

    /// The index of the member's name; none for an element.
    fn name(self, index: u32) -> Option<u32> {
        match self.0 {
            it if it & Self::VALUE != 0 => index.checked_sub(1),
            it if it & Self::NAME != 0 => Some(index),
            _ => None,
        }
    }
}

impl Parents {
    fn of(resource: Node<'_>) -> Self {
        struct Open {
            index: u32,
            end: u32,
            is_object: bool,
            /// Objects: a name came, its value is next.
            has_name: bool,
        }
        let first = resource.index();
        let mut rows = Vec::with_capacity(resource.end().saturating_sub(first) as usize);
        let mut open: Vec<Open> = Vec::new();
        for node in resource.within() {
            let index = node.index();
            while open.last().is_some_and(|it| it.end <= index) {
                open.pop();
            }
            rows.push(Row(match open.last_mut() {
                None => index,
                Some(it) if !it.is_object => it.index,
                Some(it) => {
                    it.has_name = !it.has_name;
                    it.index | if it.has_name { Row::NAME } else { Row::VALUE }
                }
            }));
            if matches!(node.kind(), Kind::Object | Kind::Array) {
                let is_object = node.kind() == Kind::Object;
                open.push(Open { index, end: node.end(), is_object, has_name: false });
            }
        }
        Self { first, rows }
    }

    /// Adds the JSON pointer of what stands at `at`, from the resource; elements of arrays have no numbers, for those
    /// change with what stands before.
    fn add(&self, hash: &mut Fnv, resource: Node<'_>, at: u32) {
        let row = |index: u32| self.rows.get(index.checked_sub(self.first)? as usize).copied();
        let span = |index: u32| resource.tree().node(index).map(Node::span);
        let Some(mut index) = resource.last_from(at).map(Node::index) else { return };
        // What ends there does not hold it: white space may come between.
        while let Some(it) = row(index).filter(|it| it.parent() != index)
            && span(index).is_some_and(|span| span.end <= at)
        {
            index = it.parent();
        }
        let mut names = Vec::new();
        while let Some(it) = row(index).filter(|it| it.parent() != index) {
            names.push(it.name(index));
            index = it.parent();
        }
        for name in names.into_iter().rev() {
            hash.add(b"/");
            match name.and_then(|name| resource.tree().node(name)) {
                Some(name) => {
                    let text = name.as_str().unwrap_or_default();
                    let text = &text[..text.floor_char_boundary(text.len().min(NAME))];
                    hash.add(text.to_ascii_lowercase().as_bytes());
                }
                None => hash.add(b"*"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Dialect, Tree};

    #[test]
    fn urls_lose_their_names() {
        for (url, expected) in [
            (
                "https://management.azure.com/subscriptions/<ID>/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?api-version=1",
                "/subscriptions/*/resourcegroups/*/providers/microsoft.compute/virtualmachines/*",
            ),
            (
                "/subscriptions/$SUB/providers/Microsoft.Compute/locations/westus/usages",
                "/subscriptions/*/providers/microsoft.compute/locations/*/usages",
            ),
            (
                "{{host}}/subscriptions/x/resourceGroups/y/providers/A.B/c/d/e/f/start",
                "/*/subscriptions/*/resourcegroups/*/providers/a.b/c/*/e/*/start",
            ),
            ("$URL", "/*"),
            ("", ""),
        ] {
            assert_eq!(shape(url), expected, "{url}");
        }
    }

    #[test]
    fn places_are_pointers_without_numbers() {
        let text = r#"{"a": {"b": [1, {"c": 2}, "x", "y"]}, "d": true}"#;
        let tree = Tree::parse(text, Dialect::STRICT);
        let root = tree.root().unwrap();
        let parents = Parents::of(root);
        let hash = |at: &str| {
            let mut hash = Fnv::default();
            parents.add(&mut hash, root, text.find(at).unwrap() as u32);
            hash
        };
        let of = |pointer: &str| {
            let mut hash = Fnv::default();
            hash.add(pointer.as_bytes());
            hash
        };
        for (at, pointer) in [
            ("{\"a", ""),
            ("\"a", "/a"),
            ("{\"b", "/a"),
            ("[1", "/a/b"),
            ("1", "/a/b/*"),
            ("\"c", "/a/b/*/c"),
            ("2", "/a/b/*/c"),
            ("\"y", "/a/b/*"),
            ("true", "/d"),
        ] {
            assert_eq!(hash(at), of(pointer), "{at}");
        }
    }
}
