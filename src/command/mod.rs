//! What the commands make, without arguments and streams: the program and the site call the same.
//!
//! An error is a line for whoever asked; none of them is matched on, but for the system's own behind it.

mod expand;
mod fill;
mod form;
mod masked;
mod output;
mod plan;
mod render;

use std::process::ExitCode;

pub use expand::{Beside, Expand, ExpandAs};
pub use fill::{Fill, Target};
pub use form::As;
pub use masked::masked;
pub use output::{Output, Settings};
pub use plan::{Plan, PlanFormat, Show};
pub use render::Render;

use crate::text::Shown;

/// How a command ended; the exit status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// Nothing that fails a run: 0.
    #[default]
    Clean,
    /// Findings, or something would change: 1.
    Findings,
    /// The call or a file could not be handled: 2.
    Failed,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Clean => Self::SUCCESS,
            Status::Findings => Self::from(1),
            Status::Failed => Self::from(2),
        }
    }
}

/// What a command made, and what it has to say.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What goes to standard output, part by part.
    pub out: Vec<Shown>,
    /// The names and texts of files, where those are asked for.
    pub files: Option<Vec<(String, String)>>,
    /// Lines for whoever reads along: standard error.
    pub notes: Vec<Shown>,
    /// How it ended.
    pub status: Status,
}
