//! One body in memory: parsing with spans beside `serde_json`, and the whole check of a clean body beside
//! `serde_json` and `jsonschema`. `cargo bench --bench body` prints both and their ratio.

#![allow(clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark prints what it measures")]

use std::hint::black_box;
use std::time::Instant;

use armbody::arm::{Method, ResourceType};
use armbody::container::Kind;
use armbody::json::{Dialect, Tree};
use armbody::lint::{Options, check};
use armbody::schema::Schemas;
use armbody::text::Source;

/// A create body as documentation shows it.
const BODY: &str = r#"{"location":"westus","name":"myVM","identity":{"type":"SystemAssigned"},"properties":{"hardwareProfile":{"vmSize":"Standard_D2_v2"},"storageProfile":{"imageReference":{"sku":"2016-Datacenter","publisher":"MicrosoftWindowsServer","version":"latest","offer":"WindowsServer"},"osDisk":{"caching":"ReadWrite","managedDisk":{"storageAccountType":"Standard_LRS"},"name":"osdisk","createOption":"FromImage"},"dataDisks":[{"diskSizeGB":1023,"createOption":"Empty","lun":0},{"diskSizeGB":1023,"createOption":"Empty","lun":1}]},"osProfile":{"adminUsername":"azureuser","computerName":"myVM","adminPassword":"<PASSWORD>"},"networkProfile":{"networkInterfaces":[{"id":"/subscriptions/<SUBSCRIPTION ID>/resourceGroups/myResourceGroup/providers/Microsoft.Network/networkInterfaces/myNic","properties":{"primary":true}}]}}}"#;

/// The best of several rounds, in nanoseconds a call: what the machine can do when nothing else disturbs.
fn time(mut work: impl FnMut()) -> f64 {
    const CALLS: u32 = 2_000;
    (0..15)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..CALLS {
                work();
            }
            start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
        })
        .fold(f64::INFINITY, f64::min)
}

fn line(what: &str, ours: f64, theirs: f64) {
    let rate = |nanos: f64| BODY.len() as f64 * 1e3 / nanos;
    println!(
        "{what:<28} {ours:>9.0} ns ({:>5.0} MB/s)   peer {theirs:>9.0} ns ({:>5.0} MB/s)   ratio {:.2}",
        rate(ours),
        rate(theirs),
        ours / theirs
    );
}

fn main() {
    let version = "2017-12-01".parse().expect("a version");
    let schema = Schemas::embedded()
        .standalone(ResourceType::VirtualMachine.full_name(), Method::Put, version)
        .expect("an embedded schema opens")
        .expect("the version is embedded");
    let validator = jsonschema::validator_for(&schema).expect("an embedded schema compiles");

    let parse = time(|| {
        black_box(Tree::parse(black_box(BODY), Dialect::STRICT));
    });
    let value = time(|| {
        black_box(serde_json::from_str::<serde_json::Value>(black_box(BODY)).ok());
    });
    line("parse one body", parse, value);

    let mut options = Options::default();
    options.given.resource_type = Some(ResourceType::VirtualMachine);
    options.given.method = Some(Method::Put);
    options.given.api_version = Some(version);
    let ours = time(|| {
        let source = Source::new("body.json", black_box(BODY));
        black_box(check(&source, Kind::Json, &options));
    });
    let theirs = time(|| {
        let value: serde_json::Value = serde_json::from_str(black_box(BODY)).expect("JSON");
        black_box(validator.iter_errors(&value).count());
    });
    line("check one clean body", ours, theirs);
}
