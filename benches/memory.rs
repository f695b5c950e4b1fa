//! What happens in memory: parsing with spans beside `serde_json`, the whole check of a clean body beside `serde_json`
//! and `jsonschema`, Markdown with and without calls, and that cost grows with size and no faster.
//!
//! `cargo bench --bench memory` prints the ratios first, then what divan measures of each by itself.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a benchmark prints what it measures, and ends when it cannot"
)]

use std::hint::black_box;
use std::time::Instant;

use armbody::arm::{Method, ResourceType};
use armbody::container::Kind;
use armbody::json::{Dialect, Tree};
use armbody::lint::{Options, check};
use armbody::schema::Schemas;
use armbody::text::Source;
use divan::Bencher;
use divan::counter::BytesCount;
use jsonschema::Validator;
use serde_json::Value;

/// A create body with which nothing is wrong.
const BODY: &str = r#"{"location":"westus","name":"myVM","identity":{"type":"SystemAssigned"},"properties":{"hardwareProfile":{"vmSize":"Standard_D2_v2"},"storageProfile":{"imageReference":{"sku":"22_04-lts-gen2","publisher":"Canonical","version":"latest","offer":"0001-com-ubuntu-server-jammy"},"osDisk":{"caching":"ReadWrite","managedDisk":{"storageAccountType":"Standard_LRS"},"name":"osdisk","createOption":"FromImage"},"dataDisks":[{"diskSizeGB":1023,"createOption":"Empty","lun":0},{"diskSizeGB":1023,"createOption":"Empty","lun":1}]},"osProfile":{"adminUsername":"azureuser","computerName":"myVM","linuxConfiguration":{"disablePasswordAuthentication":true}},"networkProfile":{"networkInterfaces":[{"id":"/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/myResourceGroup/providers/Microsoft.Network/networkInterfaces/myNic","properties":{"primary":true}}]}}}"#;

/// Documentation as most of it is: no call of Azure Resource Manager in it.
const PROSE: &str = "## Connect a widget\n\nA *widget* talks to its hub over HTTPS. To list what is there, run:\n\n```bash\n\
widgets list --hub myHub --output table\nfor name in $(widgets list -o tsv); do echo \"$name\"; done\n```\n\n\
The answer looks like this:\n\n```json\n{\n  \"widgets\": [\n    { \"name\": \"one\", \"state\": \"ready\" },\n    \
{ \"name\": \"two\", \"state\": \"asleep\" }\n  ]\n}\n```\n\n> [!NOTE]\n> A hub that sleeps answers after some seconds. See \
[the reference](reference.md) for how long, and [the guide](guide.md#hubs) for what to do.\n\n| state | meaning |\n|---|---|\n\
| ready | it listens |\n| asleep | it wakes when it is asked |\n\n1. Choose a hub.\n2. Choose a widget.\n\n   Not more than \
ten at a time.\n\n";

/// A section of an article with a call.
fn section() -> String {
    let url = "https://management.azure.com/subscriptions/<SUBSCRIPTION ID>/resourceGroups/myResourceGroup/providers/\
               Microsoft.Compute/virtualMachines/myVM?api-version=2018-06-01";
    format!(
        "{PROSE}### Enable the identity\n\n```bash\ncurl '{url}' -X PATCH -d '{{\"identity\":{{\"type\":\
         \"SystemAssigned\"}}}}' -H \"Content-Type: application/json\" -H \"Authorization: Bearer <ACCESS TOKEN>\"\n```\n\n"
    )
}

fn document(section: &str, bytes: usize) -> Source {
    Source::new("document.md", section.repeat(bytes / section.len() + 1))
}

fn version() -> armbody::arm::ApiVersion {
    "2017-12-01".parse().expect("a version")
}

fn validator() -> Validator {
    let schema = Schemas::embedded()
        .standalone(ResourceType::VirtualMachine.full_name(), Method::Put, version())
        .expect("an embedded schema opens")
        .expect("the version is embedded");
    jsonschema::validator_for(&schema).expect("an embedded schema compiles")
}

fn options() -> Options {
    let mut options = Options::default();
    options.given.resource_type = Some(ResourceType::VirtualMachine);
    options.given.method = Some(Method::Put);
    options.given.api_version = Some(version());
    options
}

fn parse() {
    black_box(Tree::parse(black_box(BODY), Dialect::STRICT));
}

fn parse_peer() {
    black_box(serde_json::from_str::<Value>(black_box(BODY)).ok());
}

fn check_body(options: &Options) {
    let source = Source::new("body.json", black_box(BODY));
    black_box(check(&source, Kind::Json, options));
}

fn check_peer(validator: &Validator) {
    let value: Value = serde_json::from_str(black_box(BODY)).expect("JSON");
    black_box(validator.iter_errors(&value).count());
}

/// The best of several rounds of two works that take turns, in nanoseconds a call: what the machine can do when nothing
/// else disturbs.
fn pair(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (f64, f64) {
    const CALLS: u32 = 2_000;
    let time = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..CALLS).for_each(|_| work());
        start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
    };
    (0..15).fold((f64::INFINITY, f64::INFINITY), |(one, other), _| {
        (one.min(time(&mut ours)), other.min(time(&mut theirs)))
    })
}

fn line(what: &str, (ours, theirs): (f64, f64)) {
    let rate = |nanos: f64| BODY.len() as f64 * 1e3 / nanos;
    println!(
        "{what:<28} {ours:>9.0} ns ({:>5.0} MB/s)   peer {theirs:>9.0} ns ({:>5.0} MB/s)   ratio {:.2}",
        rate(ours),
        rate(theirs),
        ours / theirs
    );
}

/// The best of some rounds, in megabytes a second.
fn rate(source: &Source) -> f64 {
    let rounds = (0..7).map(|_| {
        let start = Instant::now();
        black_box(check(black_box(source), Kind::Markdown, &Options::default()));
        source.text().len() as f64 / start.elapsed().as_secs_f64() / 1e6
    });
    rounds.fold(0.0, f64::max)
}

fn main() {
    line("parse one body", pair(parse, parse_peer));
    let (options, validator) = (options(), validator());
    let found = check(&Source::new("body.json", BODY), Kind::Json, &options);
    assert!(found.is_empty(), "the body is not clean: {found:?}");
    line("check one clean body", pair(|| check_body(&options), || check_peer(&validator)));
    let calls = section();
    for (what, text) in [("Markdown without calls", PROSE), ("Markdown with calls", calls.as_str())] {
        let rates = [10_000, 100_000, 1_000_000, 10_000_000].map(|bytes| rate(&document(text, bytes)));
        let [ten, hundred, million, most] = rates;
        println!(
            "{what:<28} {ten:.0}, {hundred:.0}, {million:.0}, {most:.0} MB/s at 10 kB, 100 kB, 1 MB, 10 MB"
        );
    }
    divan::main();
}

#[divan::bench]
fn parse_one_body(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::of_str(BODY)).bench_local(parse);
}

#[divan::bench]
fn parse_one_body_serde_json(bencher: Bencher<'_, '_>) {
    bencher.counter(BytesCount::of_str(BODY)).bench_local(parse_peer);
}

#[divan::bench]
fn check_one_clean_body(bencher: Bencher<'_, '_>) {
    let options = options();
    bencher.counter(BytesCount::of_str(BODY)).bench_local(|| check_body(&options));
}

#[divan::bench]
fn check_one_clean_body_jsonschema(bencher: Bencher<'_, '_>) {
    let validator = validator();
    bencher.counter(BytesCount::of_str(BODY)).bench_local(|| check_peer(&validator));
}

#[divan::bench(args = [100_000, 1_000_000])]
fn markdown_without_calls(bencher: Bencher<'_, '_>, bytes: usize) {
    let source = document(PROSE, bytes);
    let bencher = bencher.counter(BytesCount::of_str(source.text()));
    bencher.bench_local(|| check(&source, Kind::Markdown, &Options::default()));
}

#[divan::bench(args = [100_000, 1_000_000])]
fn markdown_with_calls(bencher: Bencher<'_, '_>, bytes: usize) {
    let source = document(&section(), bytes);
    let bencher = bencher.counter(BytesCount::of_str(source.text()));
    bencher.bench_local(|| check(&source, Kind::Markdown, &Options::default()));
}
