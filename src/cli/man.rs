//! `armbody man`: pages for `man`.

use std::path::PathBuf;

use anyhow::Context as _;
use armbody::shown;
use armbody::text::{Shown, path_name};
use clap::Command;
use clap_mangen::Man;

use super::{Status, Terminal};

/// Write the manual page; with -o, one page for each command.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write armbody.1, armbody-lint.1 and so on into a folder.
    #[arg(short = 'o', long = "output", value_name = "DIR")]
    folder: Option<PathBuf>,
}

pub(crate) fn run(args: &Args, command: Command, terminal: &mut Terminal) -> anyhow::Result<Status> {
    let Some(folder) = &args.folder else {
        let mut page = Vec::new();
        Man::new(command).render(&mut page)?;
        terminal.pass(&page)?;
        return Ok(Status::Clean);
    };
    let context = || folder.display().to_string();
    std::fs::create_dir_all(folder).with_context(context)?;
    clap_mangen::generate_to(command.disable_help_subcommand(true), folder).with_context(context)?;
    terminal.say(&shown!("the pages are in {}", Shown::line(&path_name(folder))));
    Ok(Status::Clean)
}
