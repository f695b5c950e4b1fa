//! Writes the request of a scenario as a curl call: `cargo run --example render_call`.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;

use armbody::arm::NameKind;
use armbody::notation::{Form, Layout, Templates, write};
use armbody::scenario::{Spec, find_scenario};

fn main() -> Result<(), Box<dyn Error>> {
    let templates = Templates::embedded();
    let mut spec = Spec { identities: vec!["deploy".to_owned()], ..Spec::default() };
    spec.names.set(NameKind::VirtualMachine, "web-1")?;
    let request = find_scenario("assign-user-assigned")?.request(&spec, &templates)?;
    println!("{}", write(Form::Curl, &request, &Layout::new(&templates))?);
    Ok(())
}
