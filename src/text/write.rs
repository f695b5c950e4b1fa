//! Replacing a file as one step: it is the old one or the new one, never half of each.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Why a file was left as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// Somebody wrote the file after it was read.
    #[error("{path}: changed since it was read; nothing was written, run again")]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The new file could not be given what the old one has.
    #[error("{path}: cannot keep its {what}: {error}; nothing was written")]
    Keep {
        /// The file.
        path: PathBuf,
        /// What would be lost.
        what: &'static str,
        /// The system's word.
        error: io::Error,
    },
    /// The system refused.
    #[error("{path}: cannot {what}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// The system's word.
        error: io::Error,
    },
}

/// A file that was replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "other names of the file still have the old text, which is to be said"]
pub struct Replaced {
    /// How many other names (hard links) the old file has: they still lead to it, for a rename gives a new file to
    /// one name only.
    pub other_names: u64,
}

/// Replaces `path`, which held `old` when it was read, by `new`: a temporary file beside it is written,
/// synced and renamed over it. Mode (with its setuid, setgid and sticky bits), owner, extended attributes and, on
/// Linux, access control lists are kept; a symbolic link stays one and its target is replaced.
///
/// A file that holds `new` already, because somebody else did the same, is left as it is.
///
/// # Errors
/// [`WriteError::Changed`] if the file no longer holds `old`; [`WriteError::Keep`] if something of it would be lost;
/// [`WriteError::Io`] if the folder cannot be written or the disk is full. In each case the file is untouched and no
/// temporary file is left.
pub fn replace_file(path: &Path, old: &[u8], new: &[u8]) -> Result<Replaced, WriteError> {
    let mut staged = Staged::over(path)?;
    staged.write_all(new).map_err(|error| staged.cannot_write(error))?;
    staged.sync()?;
    // As late as can be: what is compared here is what is replaced below.
    match staged.holds(&[old, new])? {
        Some(0) => staged.commit(),
        Some(_) => Ok(Replaced::default()),
        None => Err(WriteError::Changed { path: path.to_owned() }),
    }
}

/// Writes `path` as one step, whether there is a file of that name or not. One that is there is replaced as
/// [`replace_file`] does; a new one has the mode that any new file has.
///
/// # Errors
/// [`WriteError`] if the folder cannot be written or the disk is full, or if somebody else creates the file
/// meanwhile. No temporary file is left.
pub fn write_file(path: &Path, new: &[u8]) -> Result<Replaced, WriteError> {
    let mut staged = Staged::new(path)?;
    staged.write_all(new).map_err(|error| staged.cannot_write(error))?;
    staged.sync()?;
    match staged.commit() {
        // Somebody else was quicker with the same.
        Err(WriteError::Io { error, .. })
            if error.kind() == io::ErrorKind::AlreadyExists && is(path, new).unwrap_or(false) =>
        {
            Ok(Replaced::default())
        }
        done => done,
    }
}

/// A file in the making, beside the one that it becomes when it is whole. Dropped before, it leaves nothing.
#[derive(Debug)]
pub struct Staged {
    path: PathBuf,
    file: NamedTempFile,
    /// The file to replace, without links, if there is one.
    old: Option<(PathBuf, Metadata)>,
}

impl Staged {
    /// For a file that may be there or not.
    ///
    /// # Errors
    /// [`WriteError`] if it may not be replaced, or nothing can be written beside it.
    pub fn new(path: &Path) -> Result<Self, WriteError> {
        match fs::symlink_metadata(path) {
            Ok(_) => Self::over(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                let mut builder = tempfile::Builder::new();
                builder.prefix(PREFIX);
                #[cfg(unix)]
                {
                    use std::os::unix::fs::PermissionsExt as _;
                    // The process's mask takes from it what it takes from any new file.
                    builder.permissions(fs::Permissions::from_mode(0o666));
                }
                let file = builder
                    .tempfile_in(folder.unwrap_or(Path::new(".")))
                    .map_err(|error| io_error(path, BESIDE, error))?;
                Ok(Self { path: path.to_owned(), file, old: None })
            }
            Err(error) => Err(io_error(path, "find", error)),
        }
    }

    /// For a file that is there.
    fn over(path: &Path) -> Result<Self, WriteError> {
        let target = fs::canonicalize(path).map_err(|error| io_error(path, "find", error))?;
        let metadata = fs::metadata(&target).map_err(|error| io_error(path, "read", error))?;
        // A rename asks the folder only. Whoever may not write the file may not replace it either.
        File::options().write(true).open(&target).map_err(|error| io_error(path, "write", error))?;
        let file = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempfile_in(target.parent().unwrap_or(Path::new(".")))
            .map_err(|error| io_error(path, BESIDE, error))?;
        Ok(Self { path: path.to_owned(), file, old: Some((target, metadata)) })
    }

    /// Brings what was written to the disk.
    ///
    /// # Errors
    /// [`WriteError::Io`] if it is full.
    pub fn sync(&mut self) -> Result<(), WriteError> {
        self.file.as_file().sync_all().map_err(|error| self.cannot_write(error))
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// [`WriteError`] if the system refuses, or would drop what the file there has.
    pub fn commit(self) -> Result<Replaced, WriteError> {
        let Self { path, file, old } = self;
        let Some((target, metadata)) = old else {
            file.persist_noclobber(&path).map_err(|error| io_error(&path, "create", error.error))?;
            return Ok(Replaced::default());
        };
        let keep = |what| {
            let path = path.clone();
            move |error| WriteError::Keep { path, what, error }
        };
        // In this order: a change of the owner clears setuid bits, and a list is more than a mode.
        keep_owner(file.as_file(), &metadata).map_err(keep("owner"))?;
        file.as_file().set_permissions(metadata.permissions()).map_err(keep("mode"))?;
        keep_attributes(&target, file.as_file()).map_err(keep("extended attributes"))?;
        file.persist(&target).map_err(|error| io_error(&path, "replace", error.error))?;
        Ok(Replaced { other_names: other_names(&metadata) })
    }

    /// Which of `texts` the file to replace holds now.
    fn holds(&self, texts: &[&[u8]]) -> Result<Option<usize>, WriteError> {
        let path = self.old.as_ref().map_or(self.path.as_path(), |(target, _)| target);
        for (index, text) in texts.iter().enumerate() {
            if is(path, text).map_err(|error| io_error(&self.path, "read", error))? {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    fn cannot_write(&self, error: io::Error) -> WriteError {
        io_error(&self.path, BESIDE, error)
    }
}

impl Write for Staged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

const PREFIX: &str = ".armbody-";
const BESIDE: &str = "write a temporary file beside it";

fn io_error(path: &Path, what: &'static str, error: io::Error) -> WriteError {
    WriteError::Io { path: path.to_owned(), what, error }
}

/// True if the file holds `text` and no byte more.
fn is(path: &Path, text: &[u8]) -> io::Result<bool> {
    let mut bytes = Vec::with_capacity(text.len() + 1);
    File::open(path)?.take(text.len() as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes == text)
}

#[cfg(unix)]
fn other_names(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata).saturating_sub(1)
}

#[cfg(not(unix))]
fn other_names(_: &Metadata) -> u64 {
    0
}

#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let new = file.metadata()?;
    let differing = |new: u32, old: u32| (new != old).then_some(old);
    match (differing(new.uid(), old.uid()), differing(new.gid(), old.gid())) {
        (None, None) => Ok(()),
        (owner, group) => fchown(file, owner, group),
    }
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on other systems")]
fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Gives `file` the attributes of the file at `path` and no others. Linux keeps access control lists among them.
#[cfg(unix)]
fn keep_attributes(path: &Path, file: &File) -> io::Result<()> {
    use xattr::FileExt as _;
    let of_file = |file: &File| match file.list_xattr() {
        Ok(names) => Ok(names.collect::<Vec<_>>()),
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    let old = File::open(path)?;
    let wanted = of_file(&old)?;
    for name in of_file(file)? {
        // A folder's default list is given to any new file; labels of the system cannot be taken away.
        if !wanted.contains(&name) && !name.as_encoded_bytes().starts_with(b"security.") {
            file.remove_xattr(&name)?;
        }
    }
    for name in wanted {
        let value = old.get_xattr(&name)?;
        // macOS writes this one itself.
        let is_kept = name == "com.apple.provenance" || file.get_xattr(&name)? == value;
        if let Some(value) = value.filter(|_| !is_kept) {
            file.set_xattr(&name, &value)?;
        }
    }
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on other systems")]
fn keep_attributes(_: &Path, _: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_and_keeps_the_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, "old").unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            assert_eq!(replace_file(&path, b"old", b"new").unwrap(), Replaced { other_names: 0 });
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        }
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_new_file_is_as_any_other() {
        let folder = tempfile::tempdir().unwrap();
        let (path, plain) = (folder.path().join("a.json"), folder.path().join("b.json"));
        let _ = write_file(&path, b"one").unwrap();
        fs::write(&plain, "one").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions(), fs::metadata(&plain).unwrap().permissions());
        let _ = write_file(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        assert!(matches!(write_file(&folder.path().join("none/a"), b""), Err(WriteError::Io { .. })));
        assert!(matches!(write_file(folder.path(), b""), Err(WriteError::Io { .. })));
    }

    #[test]
    fn a_changed_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, "somebody else's").unwrap();
        assert!(matches!(replace_file(&path, b"old", b"new"), Err(WriteError::Changed { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"somebody else's");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a.json"), folder.path().join("link.json"));
        fs::write(&path, "old").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let _ = replace_file(&link, b"old", b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn what_is_done_already_is_no_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, "new").unwrap();
        assert_eq!(replace_file(&path, b"old", b"new").unwrap(), Replaced::default());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn bits_attributes_and_other_names() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, "old").unwrap();
        fs::hard_link(&path, folder.path().join("other.json")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o4750)).unwrap();
        let has_attributes = xattr::set(&path, "user.origin", b"here").is_ok();
        assert_eq!(replace_file(&path, b"old", b"new").unwrap(), Replaced { other_names: 1 });
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o4750);
        assert_eq!(fs::read(folder.path().join("other.json")).unwrap(), b"old");
        if has_attributes {
            assert_eq!(xattr::get(&path, "user.origin").unwrap().as_deref(), Some(&b"here"[..]));
        }
    }

    #[test]
    fn what_is_dropped_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        let mut staged = Staged::new(&path).unwrap();
        staged.write_all(b"half").unwrap();
        drop(staged);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let mut staged = Staged::new(&path).unwrap();
        staged.write_all(b"whole").unwrap();
        let _ = staged.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }
}
