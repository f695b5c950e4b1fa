//! Where the `types.json` files come from: a folder, or a git directory without a work tree.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::schema::import::{ImportError, Problem};

/// The files of a checkout, sorted as an index of them would be: by path, in lower case.
pub(super) struct Files {
    root: PathBuf,
    /// Each with its path below the root, and in a git directory its object.
    pub(super) list: Vec<(String, Option<String>)>,
    git: Option<Git>,
    /// The commit, where it is known.
    pub(super) commit: Option<String>,
}

/// `git cat-file --batch`, which gives objects as they are asked for. It runs nothing of the repository.
struct Git {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Drop for Git {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Files below folders deeper than this are none of a checkout.
const MAX_DEPTH: usize = 12;

impl Files {
    /// The files in `dir`.
    pub(super) fn find(dir: &Path) -> Result<Self, ImportError> {
        let is_git = dir.join("HEAD").is_file() && dir.join("objects").is_dir();
        let mut files = if is_git { Self::of_git(dir)? } else { Self::of_folder(dir)? };
        files.list.sort_by_cached_key(|(path, _)| (path.to_lowercase(), path.clone()));
        if files.list.is_empty() {
            return Err(failed(dir, "no types.json here: a checkout of Azure/bicep-types-az is expected"));
        }
        Ok(files)
    }

    fn of_folder(dir: &Path) -> Result<Self, ImportError> {
        let generated = dir.join("generated");
        let start = if generated.is_dir() { generated } else { dir.to_path_buf() };
        let mut list = Vec::new();
        let mut open = vec![(start, 0)];
        while let Some((folder, depth)) = open.pop() {
            for entry in std::fs::read_dir(&folder).map_err(|e| failed(&folder, e))? {
                let entry = entry.map_err(|e| failed(&folder, e))?;
                let kind = entry.file_type().map_err(|e| failed(&entry.path(), e))?;
                if kind.is_dir() && depth < MAX_DEPTH {
                    open.push((entry.path(), depth + 1));
                } else if kind.is_file() && entry.file_name() == "types.json" {
                    let path = entry.path();
                    let below = path.strip_prefix(dir).unwrap_or(&path);
                    list.push((below.to_string_lossy().replace('\\', "/"), None));
                }
            }
        }
        let commit = git(dir, &["rev-parse", "HEAD"]).filter(|_| dir.join(".git").exists());
        let commit = commit.map(|it| String::from_utf8_lossy(&it).trim().to_owned());
        Ok(Self { root: dir.to_path_buf(), list, git: None, commit })
    }

    fn of_git(dir: &Path) -> Result<Self, ImportError> {
        let no_git = || failed(dir, "a git directory, and `git` cannot read it: is git installed?");
        let listing = git(dir, &["ls-tree", "-r", "-z", "--full-tree", "HEAD"]).ok_or_else(no_git)?;
        let commit = git(dir, &["rev-parse", "HEAD"]);
        let commit = commit.map(|it| String::from_utf8_lossy(&it).trim().to_owned());
        let listing = String::from_utf8_lossy(&listing);
        let rows = listing.split('\0').filter_map(|row| row.split_once('\t'));
        let list = rows
            .filter(|(_, path)| path.starts_with("generated/") && path.ends_with("/types.json"))
            .filter_map(|(about, path)| Some((path.to_owned(), Some(about.split(' ').nth(2)?.to_owned()))))
            .collect();
        let mut child = command(dir)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| failed(dir, e))?;
        let (Some(asks), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(no_git());
        };
        let git = Git { child, asks, answers: BufReader::new(answers) };
        Ok(Self { root: dir.to_path_buf(), list, git: Some(git), commit })
    }

    /// Where a file stands, for messages.
    pub(super) fn path(&self, index: usize) -> PathBuf {
        self.root.join(&self.list[index].0)
    }

    /// What is in a file.
    pub(super) fn read(&mut self, index: usize, limit: u64) -> Result<Vec<u8>, ImportError> {
        let path = self.path(index);
        let too_large = || failed(&path, format!("larger than {limit} bytes"));
        let (Some(git), Some(object)) = (&mut self.git, &self.list[index].1) else {
            let mut bytes = Vec::new();
            let file = std::fs::File::open(&path).map_err(|e| failed(&path, e))?;
            file.take(limit + 1).read_to_end(&mut bytes).map_err(|e| failed(&path, e))?;
            return if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(bytes) };
        };
        let mut ask = || -> std::io::Result<Option<Vec<u8>>> {
            writeln!(git.asks, "{object}")?;
            git.asks.flush()?;
            let mut header = String::new();
            git.answers.read_line(&mut header)?;
            let len = header.trim_end().rsplit(' ').next().and_then(|len| len.parse::<u64>().ok());
            let Some(len) = len.filter(|_| header.contains(" blob ")) else {
                return Err(std::io::Error::other("the object is not in the git directory"));
            };
            if len > limit {
                return Ok(None);
            }
            let mut bytes = vec![0; len as usize];
            git.answers.read_exact(&mut bytes)?;
            git.answers.read_exact(&mut [0])?;
            Ok(Some(bytes))
        };
        ask().map_err(|e| failed(&path, e))?.ok_or_else(too_large)
    }
}

fn command(dir: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(dir);
    command
}

/// What git says, if it can.
fn git(dir: &Path, args: &[&str]) -> Option<Vec<u8>> {
    let output = command(dir).args(args).stderr(Stdio::null()).output().ok()?;
    output.status.success().then_some(output.stdout)
}

fn failed(path: &Path, what: impl std::fmt::Display) -> ImportError {
    ImportError::new(path, "", Problem::Unreadable(what.to_string()))
}
