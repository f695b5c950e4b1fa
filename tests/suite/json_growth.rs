//! Work that grows as the text does, whatever the text: steps and bytes are counted, over four doublings. By the
//! clock up to 8 MB: `cargo test --profile quick --test suite json_growth:: -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use armbody::arm::{Method, ResourceType};
use armbody::container::Kind;
use armbody::json::{Dialect, Tree};
use armbody::lint::{Given, Options, examine, fix};
use armbody::report::{Mask, unified};
use armbody::text::Source;

type Command = (&'static str, fn(Source));

/// What stands before, again and again, and behind.
type Shape = (&'static str, &'static str, &'static str);

/// Pieces that are repeated wherever a text can be in the midst of something.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "'",
    "\\",
    "\u{2028}",
    "\u{85} ",
    "\u{200b}",
    "，",
    "：",
    "｛",
    "｝",
    "［",
    "］",
    "“",
    "”",
    "`",
    ";",
    "=",
    "<",
    ">",
    "#",
    "/",
    "/*",
    "//",
    "...",
    "…",
    ".",
    "-",
    "0",
    "a",
    "é",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "{[",
    "[{",
    "{\"",
    "\":",
    "\",",
    ",:",
    ":,",
    "}{",
    "][",
    "{]",
    "[}",
    "\"\\",
    "\\\"",
    "\\\\\"",
    "'\"",
    "\"'",
    "“\"",
    "\"“",
    "“a”",
    "{{",
    "}}",
    "${",
    "$(",
    "#{",
    "<a",
    "{a",
    "a\"",
    "\"a",
    "\"a\"",
    "\"a\" ",
    "\"a\"b",
    "\"a,\"b",
    "\"a\n",
    "\"a\":",
    "\"a\":1,",
    "\"a\":1}",
    "{\"a\":",
    "[1,",
    "[1 ",
    "1 ",
    "a ",
    "a:",
    "'a\\'",
    "\"\\u",
    "\"\\ud800",
    "{,",
    ",}",
    "\"a\"：",
    "{\"a\"：1｝，",
    "\u{a0}\"a\"\u{a0}:\u{a0}1\u{a0},",
    "// a\n",
    "/* a */",
    "<!-- a -->",
    "<<<<<<< \n",
    "=======\n",
    ">>>>>>> \n",
    "true false ",
    "None,",
    "01,",
    "+1 ",
    "{\"a\":1},",
    "[],",
    "\"a\",\"b\" ",
    "\"a\" \"b\",",
];

/// Where the pieces stand.
const AROUND: &[(&str, &str)] = &[
    ("", ""),
    ("{\"identity\":{\"type\":\"SystemAssigned\"", "}}"),
    ("{\"identity\":{\"type\":\"SystemAssigned\",", "}}"),
    ("{\"tags\":{\"a\":\"", "\"}}"),
    ("{\"properties\":{\"a\":[", "]}}"),
];

/// Bodies that are JSON, or nearly, and have one thing very often.
const BODIES: &[Shape] = &[
    ("{\"tags\":{", "\"a\":\"b\",", "\"c\":\"d\"}}"),
    ("{\"tags\":{", "\"aA\":\"b\",\"Aa\":\"b\",", "\"c\":\"d\"}}"),
    ("{\"properties\":{", "\"hardwareProfil\":{},", "\"osProfile\":{}}}"),
    ("{", "\"locatoin\":\"westus\",", "\"location\":\"westus\"}"),
    ("{\"properties\":", "{\"osProfile\":", ""),
    ("{\"properties\":", "[{\"a\":", ""),
    ("{\"tags\":{\"", "long", "\":\"x\"}}"),
    ("{\"tags\":{\"a\":\"", "long text ", "\"}}"),
    ("{\"tags\":{\"a\":\"", "\\u0061\\ud83d\\ude00", "\"}}"),
    ("{\"identity\":{\"type\":\"UserAssigned\",\"identityIds\":[", "\"a\",", "\"b\"]}}"),
    (
        "{\"identity\":{\"type\":\"UserAssigned\",\"userAssignedIdentities\":{",
        "\"/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/a\":{},",
        "\"b\":{}}}}",
    ),
    ("{\"identity\":{\"type\":\"SystemAssigned\"", ",\"UserAssigned\"", "}}"),
    ("{\"identity\":{\"type\":[\"SystemAssigned\"", ",\"UserAssigned\"", "]}}"),
    ("{\"identity\":", "{\"identity\":", ""),
    (
        "{\"properties\":{\"networkProfile\":{\"networkInterfaces\":[",
        "{\"id\":1,\"properties\":{\"primary\":\"true\"}},",
        "{}]}}}",
    ),
    (
        "{\"properties\":{\"osProfile\":{\"secrets\":[",
        "{\"sourceVault\":{\"id\":\"x\",\"adminPassword\":\"y\"}},",
        "{}]}}}",
    ),
    ("{\"properties\":{\"osProfile\":{", "\"adminPassword\":\"hunter2A!x\",", "\"computerName\":\"c\"}}}"),
    ("", "{\"tags\":{\"a\":\"b\"}}\n", ""),
    ("{\n", "  \"tags\": {\n    \"a\": \"b\"\n  },\n", "}\n"),
    ("{\n", "  // a comment\n", "  \"tags\": {}\n}\n"),
];

fn text((before, piece, behind): Shape, len: usize) -> String {
    format!("{before}{}{behind}", piece.repeat((len / piece.len()).max(1)))
}

fn options() -> Options {
    let given = Given {
        resource_type: Some(ResourceType::VirtualMachine),
        method: Some(Method::Patch),
        api_version: Some("2023-03-01".parse().unwrap()),
    };
    {
        let mut options = Options::default();
        options.given = given;
        options
    }
}

fn shapes() -> Vec<Shape> {
    let around =
        AROUND.iter().flat_map(|(before, behind)| PIECES.iter().map(move |piece| (*before, *piece, *behind)));
    around.chain(BODIES.iter().copied()).collect()
}

#[test]
fn reading_takes_steps_as_the_text_has_bytes() {
    for shape in shapes() {
        let mut last = None;
        for doubling in 0..5 {
            let text = text(shape, (1 << 12) << doubling);
            let dialect = Dialect { joins: |name, _, _| name == "type", ..Dialect::STRICT };
            let steps = Tree::parse(&text, dialect).steps() + text.len() as u64 / 4;
            assert!(steps < 32 * text.len() as u64, "{shape:?}: {steps} steps for {} bytes", text.len());
            if let Some(last) = last {
                // Up to some steps a byte a text may have at any size.
                let is_linear = steps * 10 <= last * 23 || steps <= 8 * text.len() as u64;
                assert!(is_linear, "{shape:?}: {last} steps, then {steps}");
            }
            last = Some(steps);
        }
    }
}

#[test]
fn fixing_checks_a_text_so_many_times_whatever_its_size() {
    // A few that take the most, for they have fixes of which some do harm.
    let pieces =
        ["\"", "\"a\"", "\"a\" ", "\"a\":1}", "{\"a\":", "a\"", "“\"", "'a\\'", "\"a\"：", "[1 ", ","];
    let (before, behind) = AROUND[1];
    let mut shapes: Vec<Shape> = pieces.iter().map(|piece| (before, *piece, behind)).collect();
    shapes.extend(&BODIES[..4]);
    for shape in shapes {
        for unsafe_too in [false, true] {
            for len in [250, 500, 1000] {
                let text = text(shape, len);
                let fixed = fix(Source::new("x.json", &*text), Kind::Json, &options(), unsafe_too);
                // A check that was begun is ended.
                let limit = 132 * text.len() as u64;
                assert!(fixed.checked() <= limit, "{shape:?}: {} of {} bytes", fixed.checked(), text.len());
            }
        }
    }
}

/// The processor's time that this thread has taken: other processes take none of it. The clock where it is not known.
fn time_of(work: impl FnOnce()) -> Duration {
    let taken = || {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    };
    let (start, before) = (Instant::now(), taken());
    work();
    match (before, taken()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        _ => start.elapsed(),
    }
}

#[test]
#[ignore = "takes minutes, and times mean something in an optimized build only"]
fn time_grows_as_the_text_does() {
    let only = std::env::var("ARMBODY_SHAPE").ok();
    let most: usize = std::env::var("ARMBODY_MOST").ok().map_or(8 << 20, |most| most.parse().unwrap());
    let commands: [Command; 3] = [
        ("lint", |source| drop(examine(&source, Kind::Json, &options()))),
        ("--fix", |source| drop(fix(source, Kind::Json, &options(), false))),
        ("--diff", |source| {
            let before = source.with_bytes(source.bytes().to_vec());
            let fixed = fix(source, Kind::Json, &options(), true);
            let (old, new) = (Mask::new(&before, Vec::new()), Mask::new(&fixed.source, Vec::new()));
            drop(unified((&before, &old), (&fixed.source, &new)));
        }),
    ];
    let mut slow = Vec::new();
    for (number, shape) in shapes().into_iter().enumerate() {
        if only.as_ref().is_some_and(|only| *only != number.to_string()) {
            continue;
        }
        for (name, command) in commands {
            let mut last: Option<Duration> = None;
            let mut len = most / 16;
            while len <= most {
                let text = text(shape, len);
                let taken = time_of(|| command(Source::new("x.json", text.clone())));
                // What takes no time has no growth.
                let grew = last.map_or(0.0, |last| taken.as_secs_f64() / last.as_secs_f64().max(0.02));
                if grew > 2.3 || taken > Duration::from_secs(4) {
                    slow.push(format!("{number} {name} {len}: {taken:.2?} after {last:.2?}, {shape:?}"));
                    eprintln!("{}", slow.last().unwrap());
                }
                if taken > Duration::from_secs(20) {
                    break;
                }
                (last, len) = (Some(taken), len * 2);
            }
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}
