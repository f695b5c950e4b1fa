//! Plants each mistake of the identity block many times, in bodies of the official examples and in some of our
//! own, raw and within the quoting of a shell and of a document: it is found by the rule that names it, where it
//! is planted, nothing else is found, and a safe fix gives back what was there before.

use crate::support::needs::{shared, shared_if_there};
use crate::support::thorough;
use std::fmt::Write as _;

use armbody::arm::{IdentityForm, Method, ResourceType, identity_form};
use armbody::container::{Kind, calls};
use armbody::lint::{Family, Finding, Options, Severity, check, fix};
use armbody::text::{Source, Span};
use serde_json::{Value, json};

/// How often each mistake is planted in each wrapping in a thorough run.
const ALL_TIMES: usize = 24;

/// A small generator (splitmix64), so that every run plants the same.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    fn of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }
}

/// A body without identity, and the request that it is for.
#[derive(Clone)]
struct Base {
    resource_type: ResourceType,
    method: Method,
    version: String,
    body: Value,
}

impl Base {
    fn form(&self) -> IdentityForm {
        identity_form(self.resource_type, self.version.parse().unwrap())
    }
}

/// The official examples of resources that have identities: file name and body as text.
fn examples() -> Vec<(String, ResourceType, Method, String, String)> {
    let Some(folder) = shared_if_there("specs/examples") else { return Vec::new() };
    let index = std::fs::read_to_string(folder.join("index.tsv")).unwrap();
    let rows = index.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    rows.map(|row| {
        let text = std::fs::read_to_string(folder.join(row[0])).unwrap();
        (row[0].to_owned(), row[1].parse().unwrap(), row[3].parse().unwrap(), row[2].to_owned(), text)
    })
    .collect()
}

fn bases() -> Vec<Base> {
    let mut bases = Vec::new();
    for (_, resource_type, method, version, text) in examples() {
        let mut body: Value = serde_json::from_str(&text).unwrap();
        body.as_object_mut().unwrap().remove("identity");
        // A Flexible set has no system-assigned identity, whatever else is planted.
        if let Some(mode) = body.pointer_mut("/properties/orchestrationMode") {
            *mode = json!("Uniform");
        }
        if resource_type.has_identity() {
            bases.push(Base { resource_type, method, version, body });
        }
    }
    for resource_type in [ResourceType::VirtualMachine, ResourceType::VirtualMachineScaleSet] {
        for version in
            ["2015-06-15", "2016-03-30", "2017-03-30", "2017-12-01", "2018-04-01", "2018-06-01", "2024-07-01"]
        {
            let own = [
                (Method::Put, json!({"location": "westus", "properties": {"licenseType": "Windows_Server"}})),
                (Method::Put, json!({"tags": {"a": "it's"}, "location": "westus", "properties": {}})),
                (Method::Patch, json!({"tags": {"price": "5 $ or `more`"}, "properties": {"x": [1, "é\\"]}})),
                (Method::Patch, json!({})),
            ];
            for (method, body) in own {
                bases.push(Base { resource_type, method, version: version.to_owned(), body });
            }
        }
    }
    bases
}

/// Where the body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrapping {
    Raw,
    SingleQuoted,
    DoubleQuoted,
    ListItem,
}

const WRAPPINGS: [Wrapping; 4] =
    [Wrapping::Raw, Wrapping::SingleQuoted, Wrapping::DoubleQuoted, Wrapping::ListItem];

impl Wrapping {
    fn kind(self) -> Kind {
        match self {
            Self::Raw => Kind::Json,
            Self::SingleQuoted | Self::DoubleQuoted => Kind::Shell,
            Self::ListItem => Kind::Markdown,
        }
    }

    fn encode(self, text: &str) -> String {
        match self {
            Self::Raw => text.to_owned(),
            Self::SingleQuoted => text.replace('\'', "'\\''"),
            Self::DoubleQuoted => text.chars().fold(String::new(), |mut out, c| {
                if matches!(c, '"' | '\\' | '$' | '`') {
                    out.push('\\');
                }
                out.push(c);
                out
            }),
            Self::ListItem => text.replace('\'', "'\\''").replace('\n', "\n   "),
        }
    }

    /// The file, and the bytes of it that stand for `planted` of the body.
    fn wrap(self, base: &Base, body: &str, planted: Span) -> (String, Span) {
        let url = format!(
            "https://management.azure.com/subscriptions/<SUBSCRIPTION ID>/resourceGroups/myResourceGroup/providers/\
             {}/myVM?api-version={}",
            base.resource_type, base.version
        );
        let quote = if self == Self::DoubleQuoted { '"' } else { '\'' };
        let call = format!("curl '{url}' -X {} -d {quote}", base.method);
        let tail = format!(
            "{quote} -H \"Content-Type: application/json\" -H \"Authorization: Bearer <ACCESS TOKEN>\"\n"
        );
        let (before, after) = match self {
            Self::Raw => (String::new(), "\n".to_owned()),
            Self::SingleQuoted | Self::DoubleQuoted => (format!("#!/bin/bash\n{call}"), tail),
            Self::ListItem => (
                format!("# Title\n\n1. Use the following call:\n\n   ```bash\n   {call}"),
                format!("{tail}   ```\n\n2. Go on.\n"),
            ),
        };
        let mut file = before;
        file.push_str(&self.encode(&body[..planted.start as usize]));
        let start = file.len();
        file.push_str(&self.encode(&body[planted.range()]));
        let end = file.len();
        file.push_str(&self.encode(&body[planted.end as usize..]));
        file.push_str(&after);
        (file, Span::new(start, end))
    }
}

/// A mistake: the block as it should be, and as it is planted, its faulty part between `⟦` and `⟧`.
struct Plant {
    right: String,
    wrong: String,
}

fn plant(right: String, wrong: &str) -> Plant {
    Plant { right, wrong: wrong.to_owned() }
}

const MARK: &str = "\"@@\"";

/// The text of `base` with `member` in it: at the top, or in `properties`.
fn write(base: &Base, member: &str, inside_properties: bool, at: usize, pretty: bool) -> String {
    let mut body = base.body.clone();
    let holder = if inside_properties { &mut body["properties"] } else { &mut body };
    let holder = holder.as_object_mut().unwrap();
    holder.shift_insert(at % (holder.len() + 1), "@@".to_owned(), json!(0));
    if pretty {
        let text = serde_json::to_string_pretty(&body).unwrap();
        let mark = text.find(MARK).unwrap();
        let indent = text[..mark].len() - text[..mark].trim_end_matches(' ').len();
        let member = spread(member).replace('\n', &format!("\n{}", " ".repeat(indent)));
        text.replace(&format!("{MARK}: 0"), &member)
    } else {
        serde_json::to_string(&body).unwrap().replace(&format!("{MARK}:0"), member)
    }
}

/// A member over several lines, whether it is JSON or not.
fn spread(member: &str) -> String {
    let mut out = String::new();
    let (mut depth, mut in_string) = (0_usize, false);
    let mut rest = member.chars();
    let is_mark = |c: &char| matches!(c, '⟦' | '⟧');
    while let Some(c) = rest.next() {
        let next = rest.clone().find(|c| !is_mark(c));
        let last = out.chars().rev().find(|c| !is_mark(c));
        in_string ^= c == '"';
        match c {
            _ if in_string => out.push(c),
            '{' | '[' => {
                depth += 1;
                out.push(c);
                if !matches!(next, Some('}' | ']')) {
                    let _ = write!(out, "\n{}", "  ".repeat(depth));
                }
            }
            '}' | ']' => {
                depth -= 1;
                if !matches!(last, Some('{' | '[')) {
                    let _ = write!(out, "\n{}", "  ".repeat(depth));
                }
                out.push(c);
            }
            ',' => {
                let _ = write!(out, ",\n{}", "  ".repeat(depth));
            }
            ':' => out.push_str(": "),
            _ => out.push(c),
        }
    }
    out
}

fn ids(random: &mut Random, count: usize) -> Vec<String> {
    let scopes = ["<SUBSCRIPTION ID>", "80c696ff-5efa-4909-a64d-f1b616f423ca", "{subscriptionId}"];
    let groups = ["myResourceGroup", "<RESOURCE GROUP>", "rg-1"];
    let (scope, group) = (*random.of(&scopes), *random.of(&groups));
    (1..=count)
        .map(|n| {
            format!(
                "/subscriptions/{scope}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ID{n}"
            )
        })
        .collect()
}

fn list(ids: &[String]) -> String {
    let quoted: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    format!("\"identityIds\":[{}]", quoted.join(","))
}

fn map(ids: &[String]) -> String {
    let entries: Vec<String> = ids.iter().map(|id| format!("\"{id}\":{{}}")).collect();
    format!("\"userAssignedIdentities\":{{{}}}", entries.join(","))
}

fn holder(form: IdentityForm, ids: &[String]) -> String {
    if form == IdentityForm::Map { map(ids) } else { list(ids) }
}

const WITH_USER: [&str; 2] = ["UserAssigned", "SystemAssigned, UserAssigned"];

/// A type with `UserAssigned`, ids, and the block of both, in the form of `base`.
fn block(random: &mut Random, form: IdentityForm) -> (&'static str, Vec<String>, String) {
    let count = 1 + random.below(3);
    let (kind, ids) = (*random.of(&WITH_USER), ids(random, count));
    let text = format!("\"identity\":{{\"type\":\"{kind}\",{}}}", holder(form, &ids));
    (kind, ids, text)
}

/// What the rule offers for this planting.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mends {
    Safely,
    NotSafely,
}

#[derive(Clone, Copy)]
struct Case {
    rule: &'static str,
    /// Bodies that it can be planted in.
    fits: fn(&Base) -> bool,
    plant: fn(&mut Random, &Base) -> Plant,
    mends: Mends,
    /// It stands in `properties` instead of at the top.
    inside_properties: bool,
    severity: Severity,
}

const fn case(
    rule: &'static str,
    fits: fn(&Base) -> bool,
    mends: Mends,
    plant: fn(&mut Random, &Base) -> Plant,
) -> Case {
    Case { rule, fits, plant, mends, inside_properties: false, severity: Severity::Error }
}

fn warning(case: Case) -> Case {
    Case { severity: Severity::Warning, ..case }
}

fn note(case: Case) -> Case {
    Case { severity: Severity::Note, ..case }
}

fn has_ids(base: &Base) -> bool {
    base.form().has_user_assigned()
}

fn is_map(base: &Base) -> bool {
    base.form() == IdentityForm::Map
}

fn is_list(base: &Base) -> bool {
    base.form() == IdentityForm::Ids
}

fn is_patch(base: &Base) -> bool {
    base.method == Method::Patch
}

fn cases() -> Vec<Case> {
    use Mends::{NotSafely, Safely};
    vec![
        warning(case("identity-type-spelling", has_ids, Safely, |random, base| {
            let (kind, _, right) = block(random, base.form());
            let ways = match kind {
                "UserAssigned" => ["userAssigned", "USERASSIGNED", " UserAssigned"],
                _ => [
                    "SystemAssigned ,UserAssigned",
                    "UserAssigned, SystemAssigned",
                    "systemAssigned, userAssigned",
                ],
            };
            let wrong = right.replacen(&format!("\"{kind}\""), &format!("⟦\"{}\"⟧", random.of(&ways)), 1);
            plant(right, &wrong)
        })),
        case("identity-type-invalid", has_ids, Safely, |random, base| {
            let (kind, _, right) = block(random, base.form());
            let ways = match kind {
                "UserAssigned" => ["User", "UserAsigned", "user-assigned"],
                _ => ["SystemAndUserAssigned", "SystemAssigned;UserAssigned", "SystemAssignedUserAssigned"],
            };
            let wrong = right.replacen(&format!("\"{kind}\""), &format!("⟦\"{}\"⟧", random.of(&ways)), 1);
            plant(right, &wrong)
        }),
        case("identity-type-invalid", has_ids, NotSafely, |random, base| {
            let (kind, _, right) = block(random, base.form());
            let ways = ["Both", "", "ManagedServiceIdentity", "None, UserAssigned", "Enabled"];
            let wrong = right.replacen(&format!("\"{kind}\""), &format!("⟦\"{}\"⟧", random.of(&ways)), 1);
            plant(right, &wrong)
        }),
        case("identity-type-split", has_ids, Safely, |random, base| {
            let ids = ids(random, 2);
            let holder = holder(base.form(), &ids);
            let right = format!("\"identity\":{{\"type\":\"SystemAssigned, UserAssigned\",{holder}}}");
            let list = format!("\"identity\":{{\"type\":⟦[\"SystemAssigned\",\"UserAssigned\"]⟧,{holder}}}");
            let bare = format!("\"identity\":{{\"type\":⟦\"SystemAssigned\",\"UserAssigned\"⟧,{holder}}}");
            plant(right, random.of(&[list, bare]).as_str())
        }),
        case("identity-type-missing", has_ids, NotSafely, |random, base| {
            let (kind, _, right) = block(random, base.form());
            let wrong = right.replacen(&format!("\"type\":\"{kind}\","), "", 1);
            plant(right, &wrong.replacen("\"identity\"", "⟦\"identity\"⟧", 1))
        }),
        case("identity-ids-wrong-property", is_map, Safely, |random, _| {
            let (kind, ids, right) = block(random, IdentityForm::Map);
            let wrong = list(&ids).replace("\"identityIds\"", "⟦\"identityIds\"⟧");
            plant(right, &format!("\"identity\":{{\"type\":\"{kind}\",{wrong}}}"))
        }),
        case("identity-ids-wrong-property", is_list, Safely, |random, _| {
            let (kind, ids, right) = block(random, IdentityForm::Ids);
            let wrong = map(&ids).replace("\"userAssignedIdentities\"", "⟦\"userAssignedIdentities\"⟧");
            plant(right, &format!("\"identity\":{{\"type\":\"{kind}\",{wrong}}}"))
        }),
        case(
            "identity-not-in-version",
            |base| base.form() == IdentityForm::SystemOnly && !is_patch(base),
            NotSafely,
            |random, _| {
                let (kind, ids, right) = block(random, IdentityForm::Ids);
                let ways = [
                    format!("\"identity\":{{\"type\":\"{kind}\",⟦\"identityIds\"⟧:[\"{}\"]}}", ids[0]),
                    format!("\"identity\":{{\"type\":⟦\"{kind}\"⟧}}"),
                ];
                plant(right, random.of(&ways).as_str())
            },
        ),
        case(
            "identity-not-in-version",
            |base| {
                base.form() == IdentityForm::None
                    || is_patch(base)
                        && base.resource_type == ResourceType::VirtualMachine
                        && base.form() == IdentityForm::SystemOnly
            },
            NotSafely,
            |_, _| plant(String::new(), "⟦\"identity\"⟧:{\"type\":\"SystemAssigned\"}"),
        ),
        case(
            "identity-ids-missing",
            |base| has_ids(base) && !is_patch(base),
            NotSafely,
            |random, base| {
                let (kind, _, right) = block(random, base.form());
                let ways = [
                    format!("\"identity\":{{\"type\":⟦\"{kind}\"⟧}}"),
                    match base.form() {
                        IdentityForm::Map => {
                            format!("\"identity\":{{\"type\":\"{kind}\",\"userAssignedIdentities\":⟦{{}}⟧}}")
                        }
                        _ => format!("\"identity\":{{\"type\":\"{kind}\",\"identityIds\":⟦[]⟧}}"),
                    },
                ];
                plant(right, random.of(&ways).as_str())
            },
        ),
        case(
            "identity-ids-missing",
            |base| is_list(base) && is_patch(base),
            NotSafely,
            |random, base| {
                let (kind, _, right) = block(random, base.form());
                plant(right, &format!("\"identity\":{{\"type\":⟦\"{kind}\"⟧}}"))
            },
        ),
        note(case(
            "identity-ids-missing",
            |base| is_map(base) && is_patch(base),
            NotSafely,
            |random, base| {
                let (kind, _, right) = block(random, base.form());
                plant(right, &format!("\"identity\":{{\"type\":⟦\"{kind}\"⟧}}"))
            },
        )),
        case("identity-ids-unexpected", has_ids, NotSafely, |random, base| {
            let (kind, _, right) = block(random, base.form());
            let other = *random.of(&["SystemAssigned", "None"]);
            let wrong = right.replacen(&format!("\"{kind}\""), &format!("\"{other}\""), 1);
            let property = base.form().ids_property().unwrap();
            plant(right, &wrong.replacen(&format!("\"{property}\""), &format!("⟦\"{property}\"⟧"), 1))
        }),
        case("identity-ids-shape", is_map, Safely, |random, _| {
            let ids = ids(random, 1);
            let (kind, id) = (*random.of(&WITH_USER), &ids[0]);
            let right = format!("\"identity\":{{\"type\":\"{kind}\",{}}}", map(&ids));
            let ways = [
                format!("[\"{id}\"]"),
                format!("\"{id}\""),
                format!("[{{\"id\":\"{id}\"}}]"),
                format!("{{\"id\":\"{id}\"}}"),
                format!("[{{\"{id}\":{{}}}}]"),
            ];
            let way = random.of(&ways);
            plant(right, &format!("\"identity\":{{\"type\":\"{kind}\",\"userAssignedIdentities\":⟦{way}⟧}}"))
        }),
        case("identity-ids-shape", is_list, Safely, |random, _| {
            let ids = ids(random, 1);
            let (kind, id) = (*random.of(&WITH_USER), &ids[0]);
            let right = format!("\"identity\":{{\"type\":\"{kind}\",{}}}", list(&ids));
            let ways = [
                format!("{{\"{id}\":{{}}}}"),
                format!("\"{id}\""),
                format!("[{{\"resourceId\":\"{id}\"}}]"),
                format!("{{\"id\":\"{id}\"}}"),
                format!("[{{\"{id}\":{{}}}}]"),
            ];
            let way = random.of(&ways);
            plant(right, &format!("\"identity\":{{\"type\":\"{kind}\",\"identityIds\":⟦{way}⟧}}"))
        }),
        case("identity-id-invalid", has_ids, Safely, |random, base| {
            let (_, ids, right) = block(random, base.form());
            let slips = [
                ("/subscriptions/", "/subscription/"),
                ("/subscriptions/", "subscriptions/"),
                ("resourceGroups", "resourceGroup"),
                ("providers", "provider"),
                ("Microsoft.ManagedIdentity", "Micrososft.ManagedIdentity"),
                ("Microsoft.ManagedIdentity", "Microsoft.ManagedIdentities"),
                ("userAssignedIdentities", "userAssignedIdentites"),
                ("userAssignedIdentities", "userAssignedIdentity"),
                ("/providers/", "//providers/"),
                ("/resourceGroups/", "/"),
            ];
            let id = random.of(&ids).clone();
            let (from, to) = random.of(&slips);
            let slip = id.replacen(from, to, 1);
            let wrong = right.replacen(&format!("\"{id}\""), &format!("⟦\"{slip}\"⟧"), 1);
            plant(right, &wrong)
        }),
        case("identity-id-invalid", has_ids, NotSafely, |random, base| {
            let (_, ids, right) = block(random, base.form());
            let id = random.of(&ids).clone();
            let ways = [
                "ID1".to_owned(),
                "80c696ff-5efa-4909-a64d-f1b616f423ca".to_owned(),
                String::new(),
                id.replace("Microsoft.ManagedIdentity/userAssignedIdentities", "Microsoft.Compute/disks"),
                id[..id.find("/userAssignedIdentities").unwrap()].to_owned(),
                format!("{id}/more"),
            ];
            let way = random.of(&ways);
            plant(right.clone(), &right.replacen(&format!("\"{id}\""), &format!("⟦\"{way}\"⟧"), 1))
        }),
        case("identity-id-duplicate", has_ids, Safely, |random, base| {
            let (_, ids, right) = block(random, base.form());
            let id = random.of(&ids).clone();
            let again = if random.coin() { id.clone() } else { id.replace("/ID", "/id") };
            let last = ids.last().unwrap();
            let wrong = match base.form() {
                IdentityForm::Map => right.replacen(
                    &format!("\"{last}\":{{}}"),
                    &format!("\"{last}\":{{}},⟦\"{again}\"⟧:{{}}"),
                    1,
                ),
                _ => right.replacen(&format!("\"{last}\""), &format!("\"{last}\",⟦\"{again}\"⟧"), 1),
            };
            plant(right, &wrong)
        }),
        note(case("identity-id-case", has_ids, Safely, |random, base| {
            let (_, ids, right) = block(random, base.form());
            let ways = [
                ("resourceGroups", "resourcegroups"),
                ("userAssignedIdentities/ID", "userassignedidentities/ID"),
                ("Microsoft.ManagedIdentity", "microsoft.managedidentity"),
                ("providers", "Providers"),
            ];
            let (id, (from, to)) = (random.of(&ids).clone(), random.of(&ways));
            let other = id.replacen(from, &format!("⟦{to}⟧"), 1);
            plant(right.clone(), &right.replacen(&id, &other, 1))
        })),
        case("identity-value-not-empty", is_map, Safely, |random, _| {
            let (_, ids, right) = block(random, IdentityForm::Map);
            let ways = [
                "{\"principalId\":\"80c696ff-5efa-4909-a64d-f1b616f423ca\",\"clientId\":\"<CLIENT ID>\"}",
                "{\"id\":1}",
                "\"\"",
                "true",
                "[]",
                "0",
            ];
            let (id, way) = (random.of(&ids), *random.of(&ways));
            let entry = format!("\"{id}\":{{}}");
            plant(right.clone(), &right.replacen(&entry, &format!("\"{id}\":⟦{way}⟧"), 1))
        }),
        case(
            "identity-null-in-put",
            |base| is_map(base) && !is_patch(base),
            NotSafely,
            |random, _| {
                let (_, ids, right) = block(random, IdentityForm::Map);
                let id = random.of(&ids);
                let entry = format!("\"{id}\":{{}}");
                plant(right.clone(), &right.replacen(&entry, &format!("\"{id}\":⟦null⟧"), 1))
            },
        ),
        Case {
            inside_properties: true,
            ..case(
                "identity-misplaced",
                |base| has_ids(base) && base.body["properties"].is_object(),
                Safely,
                |random, base| {
                    let (.., right) = block(random, base.form());
                    plant(right.clone(), &right.replacen("\"identity\"", "⟦\"identity\"⟧", 1))
                },
            )
        },
        case("identity-misplaced", has_ids, Safely, |random, base| {
            let (.., right) = block(random, base.form());
            let inner = right.replacen("\"identity\"", "⟦\"identity\"⟧", 1);
            plant(right, &format!("\"identity\":{{{inner}}}"))
        }),
        note(case(
            "identity-drops",
            |base| has_ids(base) && is_patch(base),
            NotSafely,
            |random, base| {
                let kind = random.of(&["SystemAssigned", "None"]);
                let right = format!("\"identity\":{{\"type\":\"{kind}\"}}");
                let (.., both) = block(random, base.form());
                if is_list(base) && random.coin() {
                    return plant(both.clone(), &both.replacen("\"identityIds\"", "⟦\"identityIds\"⟧", 1));
                }
                plant(right, &format!("\"identity\":{{\"type\":⟦\"{kind}\"⟧}}"))
            },
        )),
        warning(case("placeholder-doubled", has_ids, Safely, |random, base| {
            let ids = vec![ids(random, 1)[0].replace("/ID1", "/<IDENTITY NAME>")];
            let holder = holder(base.form(), &ids);
            let right = format!("\"identity\":{{\"type\":\"UserAssigned\",{holder}}}");
            plant(right.clone(), &right.replacen("<IDENTITY NAME>", "⟦<<IDENTITY NAME>>⟧", 1))
        })),
    ]
}

fn is_ours(finding: &Finding) -> bool {
    matches!(finding.rule.family, Family::Syntax | Family::Identity)
        || finding.rule.name == "placeholder-doubled"
}

fn options(base: &Base) -> Options {
    let mut options = Options::default();
    options.given.resource_type = Some(base.resource_type);
    options.given.method = Some(base.method);
    options.given.api_version = Some(base.version.parse().unwrap());
    options
}

/// The value of the one body in `source`.
fn value(source: &Source, kind: Kind) -> Value {
    let calls = calls(source, kind);
    let bodies: Vec<_> = calls.iter().filter_map(|call| call.body.text()).collect();
    assert_eq!(bodies.len(), 1, "{}", source.text());
    serde_json::from_str(bodies[0].text()).unwrap_or_else(|error| panic!("{error}: {}", source.text()))
}

fn describe(findings: &[Finding], text: &str) -> String {
    findings.iter().fold(String::new(), |mut out, it| {
        let _ =
            write!(out, "\n{} {} at `{}`: {}", it.severity, it.rule.name, &text[it.span.range()], it.message);
        out
    })
}

fn check_one(case: &Case, base: &Base, wrapping: Wrapping, random: &mut Random) {
    let planted = (case.plant)(random, base);
    let (at, pretty) = (random.below(8), random.coin());
    let body = write(base, &planted.wrong, case.inside_properties, at, pretty);
    let (open, close) = (body.find('⟦').unwrap(), body.find('⟧').unwrap() - '⟦'.len_utf8());
    let body = body.replace(['⟦', '⟧'], "");
    let planted_at = Span::new(open, close);
    let (file, span) = wrapping.wrap(base, &body, planted_at);
    let source = Source::new("planted", file.clone());
    let options = options(base);
    let findings = check(&source, wrapping.kind(), &options);
    let ours: Vec<Finding> = findings.into_iter().filter(is_ours).collect();
    let context = || format!("{} {wrapping:?} {} {}\n{file}", case.rule, base.method, base.version);

    let own: Vec<&Finding> = ours.iter().filter(|it| it.rule.name == case.rule).collect();
    assert_eq!(own.len(), 1, "{}{}", context(), describe(&ours, &file));
    assert_eq!(own[0].severity, case.severity, "{}", context());
    let touches = own[0].span.overlaps(span) || span.contains(own[0].span);
    assert!(touches, "not at {:?}: {}{}", &file[span.range()], context(), describe(&ours, &file));
    let others: Vec<Finding> =
        ours.iter().filter(|it| it.rule.name != case.rule && it.severity > Severity::Note).cloned().collect();
    assert!(others.is_empty(), "{}{}", context(), describe(&others, &file));

    let before = file.clone();
    let fixed = fix(source, wrapping.kind(), &options, false);
    match case.mends {
        Mends::Safely => {
            let right = write(base, &planted.right, false, at, false);
            let right: Value = serde_json::from_str(&right).unwrap();
            let after = value(&fixed.source, wrapping.kind());
            assert_eq!(after, right, "{}\n=>\n{}", context(), fixed.source.text());
            let again = fix(fixed.source, wrapping.kind(), &options, false);
            assert_eq!(again.applied, 0, "a second fix changes something: {}", context());
        }
        Mends::NotSafely => assert_eq!(fixed.source.text(), before, "{}", context()),
    }
}

#[test]
fn every_mistake_is_found_where_it_is_planted() {
    let bases = bases();
    let mut random = Random(20_180_601);
    for case in cases() {
        let fitting: Vec<&Base> = bases.iter().filter(|base| (case.fits)(base)).collect();
        assert!(!fitting.is_empty(), "{}", case.rule);
        for wrapping in WRAPPINGS {
            for _ in 0..thorough::cases(ALL_TIMES, 4) {
                let base = *random.of(&fitting);
                check_one(&case, base, wrapping, &mut random);
            }
        }
    }
}

#[test]
fn the_right_blocks_are_silent() {
    let bases: Vec<Base> = bases().into_iter().filter(has_ids).collect();
    let mut random = Random(7);
    for wrapping in WRAPPINGS {
        for _ in 0..100 {
            let base = random.of(&bases).clone();
            let (.., right) = block(&mut random, base.form());
            let pretty = random.coin();
            let body = write(&base, &right, false, random.below(8), pretty);
            let (file, _) = wrapping.wrap(&base, &body, Span::at(0));
            let findings = check(&Source::new("right", file.clone()), wrapping.kind(), &options(&base));
            let loud: Vec<_> =
                findings.into_iter().filter(|it| is_ours(it) && it.severity > Severity::Note).collect();
            assert!(loud.is_empty(), "{file}{}", describe(&loud, &file));
        }
    }
}

#[test]
#[ignore = "needs the shared cases"]
fn the_official_examples_are_silent_but_for_their_contradiction() {
    shared("specs/examples");
    for (name, resource_type, method, version, text) in examples() {
        let base = Base { resource_type, method, version, body: serde_json::from_str(&text).unwrap() };
        let contradictory = base.body["identity"]["type"] == "SystemAssigned"
            && base.body["identity"]["userAssignedIdentities"].is_object();
        assert!(!contradictory || name.ends_with("_Update_MaximumSet_Gen.json"), "{name}");
        for wrapping in WRAPPINGS {
            let (file, _) = wrapping.wrap(&base, text.trim_end(), Span::at(0));
            let findings = check(&Source::new(name.clone(), file.clone()), wrapping.kind(), &options(&base));
            let loud: Vec<_> =
                findings.into_iter().filter(|it| is_ours(it) && it.severity > Severity::Note).collect();
            let names: Vec<&str> = loud.iter().map(|it| it.rule.name).collect();
            let expected: &[&str] = if contradictory { &["identity-ids-unexpected"] } else { &[] };
            assert_eq!(names, expected, "{name} {wrapping:?}{}", describe(&loud, &file));
        }
    }
}

#[test]
fn an_article_that_removes_nothing_is_told_so() {
    let mut random = Random(11);
    let headings = [
        ("Remove a user-assigned identity from a VM", "The following call removes `ID2`:"),
        ("Entfernen einer benutzerseitig zugewiesenen Identität", "Verwenden Sie den folgenden Befehl:"),
        ("Supprimer une identité affectée par l'utilisateur", "Utilisez la commande suivante :"),
        ("Quitar una identidad asignada por el usuario", "Use el comando siguiente:"),
        ("Een door de gebruiker toegewezen identiteit verwijderen", "Gebruik de volgende opdracht:"),
        ("Remover uma identidade atribuída pelo usuário", "Use o comando a seguir:"),
        ("Rimuovere un'identità assegnata dall'utente", "Usare il comando seguente:"),
        ("Удаление назначаемого пользователем удостоверения", "Используйте следующую команду:"),
        ("从 VM 删除用户分配的标识", "使用以下命令："),
        ("ユーザー割り当て ID を VM から削除する", "次のコマンドを使用します。"),
        ("User-assigned identities", "To remove `ID2` from the VM, send this:"),
        ("Disable the identities of a VM", "Send this call."),
    ];
    let quiet = [
        ("Assign a user-assigned identity to a VM", "The following call assigns `ID1`:"),
        ("Remove a user-assigned identity from a VM", "First add `ID1` to the VM:"),
        ("Enable and disable identities", "Use the following call:"),
        ("User-assigned identities", "To ensure you don't delete any identity, name them all:"),
        ("User-assigned identities", "To remove one later, see [another article](x.md)."),
        ("Eine Identität zuweisen", "Der folgende Aufruf fügt `ID1` hinzu, ohne eine zu entfernen:"),
    ];
    let base = |heading: &str, prose: &str, random: &mut Random, kind: &str, null: bool| {
        let mut holder = map(&ids(random, 2));
        if null {
            holder = holder.replacen(":{}", ":null", 1);
        }
        format!(
            "# Title\n\n## {heading}\n\n{prose}\n\n```bash\ncurl 'https://management.azure.com/subscriptions/<S>/resourceGroups/rg/\
             providers/Microsoft.Compute/virtualMachines/vm?api-version=2018-06-01' -X PATCH -d '{{\"identity\":{{\"type\":\"{kind}\",{holder}}}}}' \
             -H \"Content-Type: application/json\"\n```\n"
        )
    };
    let found = |text: &str| {
        let findings = check(&Source::new("x.md", text.to_owned()), Kind::Markdown, &Options::default());
        findings.iter().any(|it| it.rule.name == "identity-removes-nothing")
    };
    for (heading, prose) in headings {
        let text = base(heading, prose, &mut random, "SystemAssigned, UserAssigned", false);
        assert!(found(&text), "{text}");
        let text = base(heading, prose, &mut random, "SystemAssigned, UserAssigned", true);
        assert!(!found(&text), "{text}");
    }
    for (heading, prose) in quiet {
        let text = base(heading, prose, &mut random, "SystemAssigned, UserAssigned", false);
        assert!(!found(&text), "{text}");
    }
    let system =
        base("Disable the system-assigned identity", "Send this:", &mut random, "UserAssigned", false);
    assert!(!found(&system), "it does take the system-assigned identity away");
}

#[test]
fn what_is_not_known_is_not_judged() {
    let id =
        "/subscriptions/<S>/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/ID1";
    let call = |method: &str, version: &str, body: &str| {
        format!(
            "curl 'https://management.azure.com/subscriptions/<S>/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm\
             ?api-version={version}' -X {method} -d \"{}\" -H 'Content-Type: application/json'\n",
            body.replace('"', "\\\"")
        )
    };
    let list = format!("{{\"identity\":{{\"type\":\"UserAssigned\",\"identityIds\":[\"{id}\"]}}}}");
    let null = format!(
        "{{\"identity\":{{\"type\":\"UserAssigned\",\"userAssignedIdentities\":{{\"{id}\":null}}}}}}"
    );
    let quiet = [
        call("PATCH", "<API VERSION>", &list),
        call("PATCH", "$API_VERSION", &list),
        call("$METHOD", "2018-06-01", &null),
        call("$METHOD", "2018-06-01", "{\"identity\":{\"type\":\"UserAssigned\"}}"),
        call("PUT", "2018-06-01", "{\"identity\":{\"type\":\"<IDENTITY TYPE>\"}}"),
        call("PUT", "2018-06-01", "{\"identity\":{\"type\":\"$TYPE\"}}"),
        call("PUT", "2018-06-01", "{\"identity\":<IDENTITY>}"),
        call(
            "PUT",
            "2018-06-01",
            "{\"identity\":{\"type\":\"UserAssigned\",\"userAssignedIdentities\":$MAP}}",
        ),
        call(
            "PUT",
            "2018-06-01",
            "{\"identity\":{\"type\":\"UserAssigned\",\"userAssignedIdentities\":{\"$ID\":{}}}}",
        ),
        call(
            "PUT",
            "2018-06-01",
            "{\"identity\":{\"type\":\"UserAssigned\",\"userAssignedIdentities\":{\"$A/userAssignedIdentities/$B\":{}}}}",
        ),
        call(
            "PUT",
            "2018-06-01",
            "{\"identity\":{\"type\":\"UserAssigned\",\"userAssignedIdentities\":{\"<USER ASSIGNED IDENTITY ID>\":{},\"{identityId}\":{}}}}",
        ),
    ];
    for text in quiet {
        let findings = check(&Source::new("x.sh", text.clone()), Kind::Shell, &Options::default());
        let loud: Vec<_> = findings.into_iter().filter(|it| it.rule.family == Family::Identity).collect();
        assert!(loud.is_empty(), "{text}{}", describe(&loud, &text));
    }
}

/// A variable within an id stays one when the list around it becomes a map.
#[test]
fn variables_survive_a_conversion() {
    let text = "curl \"https://management.azure.com/subscriptions/$S/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm?api-version=2018-06-01\" -X PATCH -d \"{\\\"identity\\\":{\\\"type\\\":\\\"UserAssigned\\\",\\\"identityIds\\\":[\\\"$ID1\\\",\\\"$ID2\\\"]}}\"\n";
    let mut options = Options::default();
    options.select.extend(armbody::lint::find_rule("identity-ids-wrong-property"));
    let fixed = fix(Source::new("x.sh", text.to_owned()), Kind::Shell, &options, false);
    let right = text
        .replace("identityIds\\\":[", "userAssignedIdentities\\\":{")
        .replace("$ID1\\\"", "$ID1\\\":{}")
        .replace("$ID2\\\"]", "$ID2\\\":{}}");
    assert_eq!(fixed.source.text(), right);
}
