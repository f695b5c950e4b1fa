//! Which files a pattern means: as in a `.gitignore`.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// A pattern that is none.
#[derive(Debug, thiserror::Error)]
pub enum GlobError {
    /// The pattern cannot be read.
    #[error("`{0}` is not a pattern: {1}")]
    Syntax(String, String),
    /// A pattern that takes files back in.
    #[error("`{0}` begins with `!`; a pattern cannot take files back in")]
    Negated(String),
    /// An empty pattern.
    #[error("an empty pattern means no file")]
    Empty,
}

/// A pattern for files: `*` stands for anything within a name, `**` for any folders. Without a slash it means
/// files and folders of that name anywhere, with one it begins at the configuration's folder. A folder is all that
/// is in it.
#[derive(Debug)]
pub struct Globs {
    set: GlobSet,
}

impl Globs {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`GlobError`] if it is none.
    pub fn parse(pattern: &str) -> Result<Self, GlobError> {
        if pattern.starts_with('!') {
            return Err(GlobError::Negated(pattern.to_owned()));
        }
        let trimmed = pattern.strip_prefix("./").unwrap_or(pattern);
        let is_folder = trimmed.ends_with('/') || trimmed.ends_with("/**");
        let inner = trimmed.strip_suffix("/**").unwrap_or(trimmed).trim_end_matches('/');
        let anchored = inner.contains('/');
        let inner = inner.trim_start_matches('/');
        if inner.is_empty() {
            return Err(GlobError::Empty);
        }
        let starts: &[&str] = if anchored || inner.starts_with("**") { &[""] } else { &["", "**/"] };
        let mut set = GlobSetBuilder::new();
        let fail = |error: &globset::Error| GlobError::Syntax(pattern.to_owned(), error.kind().to_string());
        for start in starts {
            for end in if is_folder { &["/**"][..] } else { &["", "/**"] } {
                let glob = GlobBuilder::new(&format!("{start}{inner}{end}"))
                    .literal_separator(true)
                    .backslash_escape(true)
                    .build()
                    .map_err(|error| fail(&error))?;
                set.add(glob);
            }
        }
        Ok(Self { set: set.build().map_err(|error| fail(&error))? })
    }

    /// True if the pattern means the file at `path`, which has slashes and begins at the configuration's folder;
    /// for a folder, if it means all that is in it.
    pub fn matches(&self, path: &str, is_folder: bool) -> bool {
        self.set.is_match(path) || (is_folder && self.set.is_match(format!("{path}/")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_to_git() {
        for (pattern, yes, no) in [
            (
                "archive",
                &["archive", "archive/a.md", "x/archive/b/c.md"][..],
                &["archive.md", "xarchive/a"][..],
            ),
            ("archive/", &["archive/a.md", "x/archive/a.md"], &["archive"]),
            ("archive/**", &["archive/a.md", "archive/b/c.md"], &["archive", "xarchive/a"]),
            (
                "bodies/*.patch.json",
                &["bodies/a.patch.json"],
                &["bodies/x/a.patch.json", "x/bodies/a.patch.json"],
            ),
            ("*.json", &["a.json", "x/y.json"], &["a.jsonc"]),
            ("/a.md", &["a.md"], &["x/a.md"]),
            ("docs/**/old", &["docs/old", "docs/a/b/old/x.md"], &["docs/older"]),
            ("**/old.md", &["old.md", "a/b/old.md"], &["bold.md"]),
            ("./a/{b,c}.md", &["a/b.md", "a/c.md"], &["a/d.md"]),
            ("é ü.md", &["é ü.md"], &["e u.md"]),
        ] {
            let globs = Globs::parse(pattern).unwrap();
            for path in yes {
                assert!(globs.matches(path, false), "{pattern} means {path}");
            }
            for path in no {
                assert!(!globs.matches(path, false), "{pattern} does not mean {path}");
            }
        }
        assert!(Globs::parse("archive/**").unwrap().matches("archive", true));
        assert!(!Globs::parse("docs/*.md").unwrap().matches("docs", true));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for pattern in ["a[", "{a", "", "/", "!a"] {
            assert!(Globs::parse(pattern).is_err(), "{pattern}");
        }
    }
}
