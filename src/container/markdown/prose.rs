//! What the text around a snippet says of it.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem;

use crate::arm::ResourceType;
use crate::container::vocabulary::{ANSWER, BODY, REQUEST};
use crate::notation::template::may_hold_resources;
use crate::notation::{http, programs};
use crate::text::{Marks, odd};

/// Members that only a virtual machine or a scale set of them has, and the one that other resources have as well,
/// without their first letters, whose case does not count.
const MACHINE: [&str; 7] = [
    "ardwareProfile",
    "sProfile",
    "etworkProfile",
    "torageProfile",
    "irtualMachineProfile",
    "pgradePolicy",
    IDENTITY,
];
const IDENTITY: &str = "dentity";

/// Lines before a block that are looked at.
const MAX_LEAD_LINES: usize = 6;
/// What stands before an API version.
const VERSION: &[u8] = b"api-version=";

/// What a document that holds a call has some of, in one list: it is looked through once.
struct Glance {
    marks: Marks,
    /// Where those of the programs, of the requests' methods and of the members end.
    ends: [usize; 3],
}

impl Glance {
    fn new() -> Self {
        let mut words = programs::marks();
        let mut ends = [words.len(); 3];
        words.extend(http::marks());
        ends[1] = words.len();
        words.extend(MEMBER_TAILS.iter().map(|tail| tail.as_bytes().to_vec()));
        ends[2] = words.len();
        words.extend(ARM.iter().map(|word| word.as_bytes().to_vec()));
        Self { marks: Marks::of(&words), ends }
    }

    fn may_hold_calls(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let [programs, methods, members] = self.ends;
        let found = self.marks.find(text).any(|(mark, at)| {
            if mark < programs {
                programs::is_run_at(bytes, at)
            } else if mark < methods {
                http::may_begin_at(text, mark - programs, at)
            } else if mark < members {
                let behind = &bytes[at + MEMBER_TAILS[mark - methods].len()..];
                behind.first().is_some_and(|byte| b"\"':".contains(byte) || !byte.is_ascii())
                    || behind.starts_with(b" :")
            } else {
                true
            }
        });
        found || may_hold_resources(text) || programs::are_in_pieces(text) || has_html_code(text)
    }
}

/// The ends of the names of members that machines have, in lower case.
const MEMBER_TAILS: [&str; 3] = ["dentity", "profile", "gradepolicy"];
/// What the host or a path of Azure Resource Manager has.
const ARM: [&str; 3] = ["management.", "subscriptions/", "providers/"];
/// False for a text that holds no call, at a glance.
pub(super) fn may_hold_calls(text: &str) -> bool {
    static GLANCE: LazyLock<Glance> = LazyLock::new(Glance::new);
    GLANCE.may_hold_calls(text)
}

/// True if `text` has the host or a path of Azure Resource Manager.
pub(super) fn mentions_arm(text: &str) -> bool {
    static MARKS: Marks = Marks::without_case(&ARM);
    MARKS.are_in(text)
}

/// True if code stands in HTML whose characters are written as entities or between tags: only decoding shows what
/// it says.
fn has_html_code(text: &str) -> bool {
    static OPENERS: Marks = Marks::without_case(&["<pre", "<code"]);
    memmem::find(text.as_bytes(), b"&#").is_some() && OPENERS.are_in(text)
}

/// Which resources a document speaks of, by their types.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Machines {
    /// Virtual machines.
    pub(super) single: bool,
    /// Scale sets of them.
    pub(super) sets: bool,
}

impl Machines {
    /// Those that `text` names: `…/virtualMachines`, `…/virtualMachineScaleSets`.
    pub(super) fn of(text: &str) -> Self {
        let mut found = Self::default();
        let bytes = text.as_bytes();
        for at in memmem::find_iter(bytes, b"irtual") {
            let named = at >= 2 && bytes[at - 2] == b'/';
            let rest = bytes[at + 6..].get(..7).filter(|head| named && head.eq_ignore_ascii_case(b"machine"));
            if rest.is_some() {
                let behind = &bytes[at + 13..];
                let sets =
                    |name: &[u8]| behind.get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name));
                if sets(b"scaleset") || sets(b"sscaleset") { found.sets = true } else { found.single = true }
            }
        }
        found
    }

    /// Those that a heading speaks of: `virtual machine scale sets`.
    pub(super) fn in_words(heading: Option<&str>) -> Self {
        let text = heading.unwrap_or("").to_lowercase();
        let sets = text.contains("scale set") || text.contains("scaleset") || text.contains("vmss");
        let rest = text.replace("virtual machine scale set", "");
        let single = rest.contains("virtual machine")
            || rest.split(|c: char| !c.is_alphanumeric()).any(|it| it == "vm");
        Self { single, sets }
    }

    pub(super) fn any(self) -> bool {
        self.single || self.sets
    }

    /// The type, if only one is spoken of.
    pub(super) fn only(self) -> Option<ResourceType> {
        (self.single != self.sets).then(|| ResourceType::of_machines(self.sets))
    }
}

/// True if `text` is written as JSON is, or nearly so. Where the author `calls` it JSON, it may lack its quotes as
/// it does in other languages.
pub(super) fn looks_like_json(text: &str, calls: bool) -> bool {
    let text = odd::trim_start(text);
    let is = |wanted: &'static str| move |c: char| wanted.contains(odd::plain(c));
    if let Some(inner) = text.strip_prefix(is("{")) {
        let inner = odd::trim_start(odd::trim_start(inner).trim_start_matches(is(",{")));
        let bare = || {
            let len = inner.bytes().take_while(u8::is_ascii_alphanumeric).count();
            len > 0 && odd::trim_start(&inner[len..]).starts_with(is(":\""))
        };
        return inner.is_empty() || inner.starts_with(is("\"}'./")) || (calls && bare());
    }
    let Some(rest) = text.strip_prefix('"') else { return false };
    let name = rest.split_once('"').filter(|(name, _)| name.len() < 80);
    name.is_some_and(|(_, behind)| odd::trim_start(behind).starts_with(is(":")))
}

/// The lines right before a block, up to a blank one; empty if a block stands there.
pub(super) fn lead(before: &str) -> &str {
    let line = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |at| at + 1);
    let before = before[..line].trim_end_matches([' ', '\t', '\r', '\n', '>']);
    let mut start = before.len();
    for _ in 0..MAX_LEAD_LINES {
        let from = memchr::memrchr(b'\n', &before.as_bytes()[..start]).map_or(0, |at| at + 1);
        let line = before[from..start].trim_matches([' ', '\t', '\r', '>']);
        if line.is_empty() || line.starts_with("```") {
            break;
        }
        start = from.saturating_sub(1);
        if from == 0 {
            break;
        }
    }
    before[start..].trim_start()
}

/// Where `lead` names a method, if it names one only.
pub(super) fn method_in(lead: &str) -> Option<Range<usize>> {
    const METHODS: [&str; 6] = ["GET", "PUT", "PATCH", "POST", "DELETE", "HEAD"];
    let mut found: Option<Range<usize>> = None;
    let mut at = 0;
    for word in lead.split(|c: char| !c.is_ascii_alphanumeric()) {
        let range = at..at + word.len();
        // What parts words is one character, of any length.
        at = range.end + lead[range.end..].chars().next().map_or(0, char::len_utf8);
        if !METHODS.contains(&word) {
            continue;
        }
        if found.as_ref().is_some_and(|other| lead[other.clone()] != *word) {
            return None;
        }
        found = Some(range);
    }
    found
}

fn has(text: &str, words: &Marks) -> bool {
    !text.is_empty() && words.are_in(&text.to_lowercase())
}

/// True if `lead` says that what follows came back from the service.
pub(super) fn speaks_of_answer(lead: &str) -> bool {
    if !has(lead, &ANSWER) {
        return false;
    }
    let lower = lead.to_lowercase();
    let strong = lower.contains("request body") || lower.contains("requestbody");
    !strong || lower.contains("response body")
}

/// True if `text` speaks of what is sent.
pub(super) fn speaks_of_body(text: &str) -> bool {
    has(text, &BODY) && !speaks_of_answer(text)
}

/// True if a heading introduces a part of a request.
pub(super) fn speaks_of_request(heading: &str) -> bool {
    (has(heading, &BODY) || has(heading, &REQUEST)) && !has(heading, &ANSWER)
}

/// True if the JSON is what a service returns: it has members that only the service sets.
pub(super) fn is_answer(json: &str) -> bool {
    static MARKS: Marks =
        Marks::new(&["\"provisioningState\"", "\"principalId\"", "\"nextLink\"", "\"vmId\""]);
    MARKS.are_in(json)
}

/// The name of the JSON file that `lead` speaks of.
pub(super) fn file_named(lead: &str) -> Option<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    lead.split(|c| !is_part(c)).find(|word| word.len() > 5 && word.to_ascii_lowercase().ends_with(".json"))
}

/// True if `path`, as a command has it, is the file `name`.
pub(super) fn is_file(path: &str, name: &str) -> bool {
    path.rsplit(['/', '\\']).next().is_some_and(|file| file.trim().eq_ignore_ascii_case(name))
}

/// True if the JSON can be part of a request's body for a virtual machine or a scale set of them, and is neither
/// part of a template nor an answer. An `identity` alone is one where the document speaks of machines, or where it has
/// the words of a managed identity: many other formats have members of that name.
pub(super) fn is_machine_body(json: &str, names_machines: bool, calls: bool) -> bool {
    static MEMBERS: Marks = Marks::new(&MACHINE);
    static TEMPLATE: Marks = Marks::new(&[
        "\"$schema\"",
        "\"apiVersion\"",
        "\"[",
        "\"dependsOn\"",
        "\"resources\"",
        "\"swagger\"",
    ]);
    static MANAGED: Marks = Marks::new(&["ystemAssigned", "serAssigned", "dentityIds"]);
    let takes_identity = names_machines || MANAGED.are_in(json);
    let is_member = |(name, at): (usize, usize)| {
        let name = MACHINE[name];
        at > 0 && (takes_identity || name != IDENTITY) && is_named(json, at - 1, at + name.len(), calls)
    };
    MEMBERS.find(json).any(is_member) && !TEMPLATE.are_in(json) && !is_answer(json)
}

/// True if what stands from `start` to `end` is a string in quotes of some kind, or a member's name without them
/// where that may be.
fn is_named(json: &str, start: usize, end: usize, calls: bool) -> bool {
    let (Some(before), Some(behind)) = (json.get(..start), json.get(end..)) else { return false };
    let quoted = |c: char| matches!(odd::plain(c), '"') || (calls && matches!(odd::plain(c), '\''));
    let before = odd::trim_end(before);
    if before.ends_with(quoted) {
        return behind.starts_with(quoted);
    }
    let behind = behind.strip_prefix(quoted).unwrap_or(behind);
    let is = |wanted: &'static str| move |c: char| wanted.contains(odd::plain(c));
    calls && before.ends_with(is("{,")) && odd::trim_start(behind).starts_with(is(":"))
}

/// The API versions that the URLs of a text name, read on as far as they are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Versions<'t> {
    at: usize,
    first: Option<&'t str>,
    several: bool,
}

impl<'t> Versions<'t> {
    /// None yet, from `at` on.
    pub(super) fn from(at: usize) -> Self {
        Self { at, ..Self::default() }
    }

    /// Reads on up to `end`.
    pub(super) fn read(&mut self, text: &'t str, end: usize) {
        for at in memmem::find_iter(&text.as_bytes()[self.at.min(end)..end], VERSION) {
            let rest = &text[self.at + at + VERSION.len()..];
            let len = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
            let version = &rest[..len];
            self.several |= self.first.is_some_and(|first| first != version);
            self.first.get_or_insert(version);
        }
        self.at = self.at.max(end);
    }

    /// True if none is named.
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// The version, if all URLs name the same.
    pub(super) fn only(&self) -> Option<&'t str> {
        self.first.filter(|_| !self.several)
    }
}
