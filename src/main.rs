//! The `armbody` command.
fn main() {}
