//! Plans the identity block of a change, and what it leads to: `cargo run --example plan_change`.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;

use armbody::arm::{Identity, Method, ResourceType, apply, newest_stable, plan};

fn main() -> Result<(), Box<dyn Error>> {
    let machine = ResourceType::VirtualMachine;
    let version = newest_stable(machine);
    let current = Identity::none();
    let wanted = Identity { system_assigned: true, ..Identity::none() };
    match plan(&current, &wanted, machine, version, Method::Patch)? {
        Some(block) => {
            println!("{{\"identity\":{}}}", block.to_json());
            let after = apply(&current, Some(&block), machine, version, Method::Patch)?;
            assert_eq!(after, wanted);
        }
        None => println!("nothing to do"),
    }
    Ok(())
}
