//! Replacing a file as one step: it is the old one or the new one, never half of each.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Why a file was left as it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Somebody wrote the file after it was read.
    #[error("{path}: changed since it was read; nothing was written, run again")]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The system refused.
    #[error("{path}: cannot {what}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// The system's word.
        error: std::io::Error,
    },
}

/// Replaces `path`, which held `old` when it was read, by `new`: a temporary file beside it is written,
/// synced and renamed over it. Mode and owner are kept; a symbolic link stays one and its target is replaced.
///
/// # Errors
/// [`WriteError::Changed`] if the file no longer holds `old`; [`WriteError::Io`] if the folder cannot be
/// written or the disk is full. In either case the file is untouched and no temporary file is left.
pub fn replace_file(path: &Path, old: &[u8], new: &[u8]) -> Result<(), WriteError> {
    let fail = |what| move |error| WriteError::Io { path: path.to_owned(), what, error };
    let target = fs::canonicalize(path).map_err(fail("find"))?;
    let folder = target.parent().unwrap_or(Path::new("."));
    let metadata = fs::metadata(&target).map_err(fail("read"))?;
    if metadata.permissions().readonly() {
        // A rename would replace it all the same: the owner's wish counts, not the folder's.
        return Err(fail("write")(std::io::ErrorKind::PermissionDenied.into()));
    }
    let mut file = tempfile::Builder::new()
        .prefix(".armbody-")
        .tempfile_in(folder)
        .map_err(fail("write a temporary file beside it"))?;
    file.write_all(new).map_err(fail("write a temporary file beside it"))?;
    fs::set_permissions(file.path(), metadata.permissions()).map_err(fail("keep its mode"))?;
    keep_owner(file.path(), &metadata);
    file.as_file().sync_all().map_err(fail("write a temporary file beside it"))?;
    // As late as can be: what is compared here is what is replaced below.
    if fs::read(&target).map_err(fail("read"))? != old {
        return Err(WriteError::Changed { path: path.to_owned() });
    }
    file.persist(&target).map_err(|error| fail("replace")(error.error))?;
    Ok(())
}

/// Writes `path` as one step, whether there is a file of that name or not. One that is there is replaced as
/// [`replace_file`] does; a new one has the mode that any new file has.
///
/// # Errors
/// [`WriteError`] if the folder cannot be written or the disk is full, or if somebody else writes the file
/// meanwhile. No temporary file is left.
pub fn write_file(path: &Path, new: &[u8]) -> Result<(), WriteError> {
    let fail = |what| move |error| WriteError::Io { path: path.to_owned(), what, error };
    match fs::read(path) {
        Ok(old) => return replace_file(path, &old, new),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(fail("read")(error)),
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".armbody-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // The process's mask takes from it what it takes from any new file.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder).map_err(fail("write a temporary file beside it"))?;
    file.write_all(new).map_err(fail("write a temporary file beside it"))?;
    file.as_file().sync_all().map_err(fail("write a temporary file beside it"))?;
    file.persist_noclobber(path).map_err(|error| fail("create")(error.error))?;
    Ok(())
}

#[cfg(unix)]
fn keep_owner(path: &Path, metadata: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt as _, chown};
    // Only a privileged user can give a file away; for everybody else the owner is already right.
    let _ = chown(path, Some(metadata.uid()), Some(metadata.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &Path, _: &fs::Metadata) {}

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
            replace_file(&path, b"old", b"new").unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        }
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_new_file_is_as_any_other() {
        let folder = tempfile::tempdir().unwrap();
        let (path, plain) = (folder.path().join("a.json"), folder.path().join("b.json"));
        write_file(&path, b"one").unwrap();
        fs::write(&plain, "one").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions(), fs::metadata(&plain).unwrap().permissions());
        write_file(&path, b"two").unwrap();
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
        replace_file(&link, b"old", b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }
}
