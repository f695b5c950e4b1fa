//! Where a platform's paths begin: it knows files by their place in the checkout, whatever folder a step runs in.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use super::Format;

/// The root of the checkout, and the folder that names begin at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Without links.
    root: PathBuf,
    here: PathBuf,
}

impl Root {
    /// The root for reports in `format`, from the folder `here`: what the platform's variable names, if that is above;
    /// else the folder of the Git repository; else `here`. `None` for formats that are not a platform's.
    pub fn of(format: Format, here: &Path, variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let variables = format.row().roots?;
        let here = here.canonicalize().unwrap_or_else(|_| here.to_path_buf());
        let named = variables.iter().find_map(|name| {
            let named = variable(name).filter(|text| !text.is_empty())?;
            Path::new(&named).canonicalize().ok().filter(|root| here.starts_with(root))
        });
        // A worktree has a file of that name.
        let git = || here.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_path_buf);
        let root = named.or_else(git).unwrap_or_else(|| here.clone());
        Some(Self { root, here })
    }

    /// `name`, which begins at the folder of the run, from the root; as it is if it is not below that.
    pub fn path<'n>(&self, name: &'n str) -> Cow<'n, str> {
        let full = plain(&self.here.join(name));
        match full.strip_prefix(&self.root).ok().and_then(Path::to_str) {
            Some(below) if !below.is_empty() && !is_no_file(name) => Cow::Owned(below.to_owned()),
            _ => Cow::Borrowed(name),
        }
    }
}

/// `<stdin>` is nowhere.
fn is_no_file(name: &str) -> bool {
    name.starts_with('<') && name.ends_with('>')
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_at_the_root() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let here = top.join("a/b");
        std::fs::create_dir_all(&here).unwrap();
        let none = |_: &str| None;
        let root =
            |variable: &dyn Fn(&str) -> Option<String>| Root::of(Format::GitHub, &here, variable).unwrap();
        assert_eq!(root(&none).path("./x.md"), "x.md");
        std::fs::create_dir(top.join(".git")).unwrap();
        let git = root(&none);
        for (name, path) in [
            ("x.md", "a/b/x.md"),
            ("./c/../x.md", "a/b/x.md"),
            ("../x.md", "a/x.md"),
            ("../../../x.md", "../../../x.md"),
            ("<stdin>", "<stdin>"),
            ("/x.md", "/x.md"),
        ] {
            assert_eq!(git.path(name), path);
        }
        assert_eq!(git.path(here.join("x.md").to_str().unwrap()), "a/b/x.md");
        let named = |name: &str| (name == "GITHUB_WORKSPACE").then(|| top.join("a").display().to_string());
        assert_eq!(root(&named).path("x.md"), "b/x.md");
        // One that is elsewhere is another job's.
        let other = |_: &str| Some(top.join("a/b/c").display().to_string());
        assert_eq!(root(&other).path("x.md"), "a/b/x.md");
        assert_eq!(Root::of(Format::Json, &here, named), None);
        assert_eq!(Root::of(Format::Sarif, &here, named).unwrap().path("x.md"), "b/x.md");
    }
}
