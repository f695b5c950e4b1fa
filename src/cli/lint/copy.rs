//! `--output-file`: the report once more, in a file. What goes wrong there takes nothing from the one on the terminal.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use anyhow::Context as _;
use armbody::report::{Report, Summary};

/// A report that is written to a file.
pub(super) struct Copy<'p> {
    report: Report,
    path: &'p Path,
    /// Until something goes wrong.
    file: io::Result<BufWriter<File>>,
}

impl<'p> Copy<'p> {
    pub(super) fn create(path: &'p Path, report: Report) -> anyhow::Result<Self> {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { report, path, file: Ok(BufWriter::new(file)) })
    }

    /// Adds what [`Report::render`] made.
    pub(super) fn write(&mut self, rendered: &str) {
        self.run(|report, file| report.write(rendered, file));
    }

    /// Adds a text that is no part of a report.
    pub(super) fn print(&mut self, text: &str) {
        self.run(|_, file| file.write_all(text.as_bytes()));
    }

    /// Ends the report.
    pub(super) fn end(&mut self, summary: &Summary) {
        self.run(|report, file| report.end(summary, file));
    }

    /// Writes what is not written yet.
    ///
    /// # Errors
    /// The first thing that went wrong, in a line.
    pub(super) fn close(mut self) -> Result<(), String> {
        self.run(|_, file| file.flush());
        self.file.map(drop).map_err(|error| format!("cannot write {}: {error}", self.path.display()))
    }

    fn run(&mut self, write: impl FnOnce(&mut Report, &mut BufWriter<File>) -> io::Result<()>) {
        if let Ok(file) = &mut self.file
            && let Err(error) = write(&mut self.report, file)
        {
            self.file = Err(error);
        }
    }
}
