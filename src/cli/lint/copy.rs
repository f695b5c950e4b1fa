//! `--output-file`: the report once more, in a file. What goes wrong there takes nothing from the one on the terminal.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use armbody::report::{Format, Report, Summary};
use armbody::text::{Shown, Staged, WriteError};

/// A report that is written to a file: beside it, and put in its place when it is whole.
pub(super) struct Copy<'p> {
    report: Report<'p>,
    path: &'p Path,
    /// Until something goes wrong.
    out: io::Result<BufWriter<Out>>,
}

/// `FORMAT=FILE`, or `FILE` for the format of standard output.
#[derive(Clone, Debug)]
pub(super) struct OutputFile {
    pub(super) format: Option<Format>,
    pub(super) path: PathBuf,
}

impl OutputFile {
    /// Reads the value of `--output-file`.
    ///
    /// # Errors
    /// What stands before the equals sign is not a format.
    pub(super) fn read(value: std::ffi::OsString) -> Result<Self, String> {
        let lossy = value.to_string_lossy();
        let Some((word, rest)) = lossy.split_once('=').filter(|(word, _)| !word.contains(['/', '\\'])) else {
            return Ok(Self { format: None, path: value.into() });
        };
        let format = word.parse::<Format>().map_err(|error| {
            format!("{error}; for a file whose name has an equals sign: ./{}", Shown::line(&lossy))
        })?;
        if rest.is_empty() {
            return Err(format!("`{word}=` names no file"));
        }
        if value.to_str().is_none() {
            return Err("the name of a file behind a format has to be UTF-8".to_owned());
        }
        Ok(Self { format: Some(format), path: rest.into() })
    }
}

/// Where it goes.
enum Out {
    Staged(Box<Staged>),
    /// A device or a pipe, which nothing can take the place of.
    Special(File),
}

impl<'p> Copy<'p> {
    pub(super) fn create(output: &'p OutputFile, report: Report<'p>) -> anyhow::Result<Self> {
        let path = output.path.as_path();
        let name = || format!("cannot write {}", path.display());
        let out = if is_special(path) {
            Out::Special(File::options().write(true).open(path).with_context(name)?)
        } else {
            Out::Staged(Box::new(Staged::new(path).with_context(name)?))
        };
        Ok(Self { report, path, out: Ok(BufWriter::new(out)) })
    }

    /// Adds what [`Report::render`] made.
    pub(super) fn write(&mut self, rendered: &Shown) {
        self.run(|report, out| report.write(rendered, &mut |text| out.write_all(text.as_str().as_bytes())));
    }

    /// Adds a text that is not part of a report.
    pub(super) fn print(&mut self, text: &Shown) {
        self.run(|_, out| out.write_all(text.as_str().as_bytes()));
    }

    /// Ends the report.
    pub(super) fn end(&mut self, summary: &Summary) {
        self.run(|report, out| report.end(summary, &mut |text| out.write_all(text.as_str().as_bytes())));
    }

    /// Writes what is not written yet, and puts the file in its place; after a run that failed the file that was
    /// there stays.
    ///
    /// # Errors
    /// The first thing that went wrong, in a line.
    pub(super) fn close(mut self, failed: bool) -> Result<(), String> {
        self.run(|_, out| out.flush());
        let path = self.path.display();
        let out = self.out.and_then(|out| out.into_inner().map_err(io::IntoInnerError::into_error));
        match out.map_err(|error| format!("cannot write {path}: {error}"))? {
            Out::Special(_) => Ok(()),
            Out::Staged(_) if failed => Err(format!("{path}: not written, for the run failed")),
            Out::Staged(staged) => put(*staged).map_err(|error| format!("cannot write {error}")),
        }
    }

    fn run(&mut self, write: impl FnOnce(&mut Report<'p>, &mut BufWriter<Out>) -> io::Result<()>) {
        if let Ok(out) = &mut self.out
            && let Err(error) = write(&mut self.report, out)
        {
            self.out = Err(error);
        }
    }
}

/// True for what is written to as it is.
pub(super) fn is_special(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

fn put(mut staged: Staged) -> Result<(), WriteError> {
    staged.sync()?;
    // A report that has another name was written by somebody who wants the old one kept.
    let _ = staged.commit()?;
    Ok(())
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Staged(staged) => staged.write(bytes),
            Self::Special(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Staged(staged) => staged.flush(),
            Self::Special(file) => file.flush(),
        }
    }
}
