//! The `armbody` command: parse the arguments, run one command, turn the outcome into an exit status.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
