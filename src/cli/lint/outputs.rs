//! Files that a run writes beside the report: never over one that it reads.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use armbody::config::{FILE_NAME, absolute};
use armbody::lint::Baseline;
use armbody::report::Format;
use armbody::text::{path_name, read_text};

use super::files::Input;
use super::{Args, copy};

/// The files that `--output-file` and `--write-baseline` name, as far as they are there.
pub(super) struct Outputs {
    files: Vec<Output>,
    /// The first file found in a folder that would be written over.
    hit: RefCell<Option<String>>,
}

struct Output {
    flag: &'static str,
    /// As the user named it.
    path: PathBuf,
    /// Without links.
    place: PathBuf,
    /// It is what an earlier run wrote there.
    is_own: bool,
}

impl Outputs {
    /// # Errors
    /// One of them is named as something to read as well, or both are the same.
    pub(super) fn new(args: &Args, format: Format) -> anyhow::Result<Self> {
        let reports = args
            .output_file
            .iter()
            .map(|it| ("--output-file", it.path.as_path(), Some(it.format.unwrap_or(format))));
        let baseline = args.write_baseline.as_deref().map(|path| ("--write-baseline", path, None));
        let all: Vec<_> = reports.chain(baseline).collect();
        for (at, (flag, one, _)) in all.iter().enumerate() {
            let is_same = |other: &Path| {
                absolute(one) == absolute(other) || place(one).is_some_and(|it| Some(it) == place(other))
            };
            if let Some((other, ..)) = all[..at].iter().find(|(_, other, _)| is_same(other))
                && !copy::is_special(one)
            {
                let flags = if flag == other {
                    "two --output-file name"
                } else {
                    "--output-file and --write-baseline name"
                };
                anyhow::bail!("{flags} one file: {}", path_name(one));
            }
        }
        let mut files = Vec::new();
        for (flag, path, format) in all {
            if copy::is_special(path) {
                continue;
            }
            let Some(place) = place(path) else { continue };
            let is_report = format.is_some();
            // A baseline may be written anew.
            let settings = args.config.iter().chain(args.baseline.iter().filter(|_| is_report));
            let is_read =
                args.paths.iter().chain(settings).any(|read| self::place(read).as_ref() == Some(&place));
            anyhow::ensure!(
                !is_read && place.file_name() != Some(OsStr::new(FILE_NAME)),
                "{flag} {}: this run reads that file; name another",
                path_name(path)
            );
            let is_own = match format {
                Some(format) => is_report_of(format, &place, args.max_size),
                None => read_text(&place, args.max_size).is_ok_and(|text| Baseline::parse(&text).is_ok()),
            };
            files.push(Output { flag, path: path.to_owned(), place, is_own });
        }
        Ok(Self { files, hit: RefCell::default() })
    }

    /// False for what an earlier run wrote, which is nothing to check. Another file of the user's is remembered.
    pub(super) fn admits(&self, input: &Input) -> bool {
        let (Input::Path(path) | Input::Followed(path)) = input else { return true };
        let Some(output) = self.files.iter().find(|output| output.place.file_name() == path.file_name())
        else {
            return true;
        };
        if place(path).as_ref() != Some(&output.place) {
            return true;
        }
        if !output.is_own {
            let told = format!(
                "{} {}: this run reads that file; name another, or exclude it",
                output.flag,
                path_name(&output.path)
            );
            self.hit.borrow_mut().get_or_insert(told);
        }
        false
    }

    /// # Errors
    /// A file that was found in a folder would be written over.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        match &*self.hit.borrow() {
            Some(told) => Err(anyhow::anyhow!(told.clone())),
            None => Ok(()),
        }
    }
}

fn place(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}

/// True for an empty file, and for one that begins as a report in `format` does.
fn is_report_of(format: Format, path: &Path, limit: u64) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.len() == 0)
        || read_text(path, limit).is_ok_and(|text| format.is_begun_by(&text))
}
