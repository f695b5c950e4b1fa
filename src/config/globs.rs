//! Which files a pattern means: as in a `.gitignore`.

use globset::{GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};

/// A pattern that is none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
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
    /// The same by the names of folders: which hidden ones a pattern speaks of.
    steps: Vec<Step>,
}

/// What one name of a path is compared with.
#[derive(Debug)]
enum Step {
    /// Any number of names, none of them hidden.
    Any,
    /// One name; one that is hidden if the pattern begins with a dot.
    Name(GlobMatcher, bool),
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
        let mut steps = Vec::new();
        if !anchored && !inner.starts_with("**") {
            steps.push(Step::Any);
        }
        for name in names(inner) {
            steps.push(match name {
                "**" => Step::Any,
                name => {
                    let glob = GlobBuilder::new(name).literal_separator(true).backslash_escape(true).build();
                    // Half of a pattern that is one need not be.
                    glob.map_or(Step::Any, |glob| Step::Name(glob.compile_matcher(), name.starts_with('.')))
                }
            });
        }
        // What is named may be a folder.
        steps.push(Step::Any);
        Ok(Self { set: set.build().map_err(|error| fail(&error))?, steps })
    }

    /// True if the pattern means the file at `path` and names what is hidden in it: as in a shell, neither `*` nor
    /// `**` stands for a name that begins with a dot.
    pub fn names(&self, path: &str) -> bool {
        self.matches(path, false) && self.reached(path).contains(&self.steps.len())
    }

    /// True if the pattern may mean something below the folder at `path`, and names what is hidden in that.
    pub fn leads_to(&self, path: &str) -> bool {
        !self.reached(path).is_empty()
    }

    /// How many steps of the pattern may have been taken at the end of `path`.
    fn reached(&self, path: &str) -> Vec<usize> {
        let skip = |mut at: Vec<usize>| {
            let mut next = 0;
            while let Some(&step) = at.get(next) {
                if matches!(self.steps.get(step), Some(Step::Any)) && !at.contains(&(step + 1)) {
                    at.push(step + 1);
                }
                next += 1;
            }
            at
        };
        let mut at = skip(vec![0]);
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let hidden = name.starts_with('.');
            let mut next = Vec::new();
            for step in at {
                let to = match self.steps.get(step) {
                    Some(Step::Any) if !hidden => step,
                    Some(Step::Name(glob, dotted)) if (!hidden || *dotted) && glob.is_match(name) => step + 1,
                    _ => continue,
                };
                if !next.contains(&to) {
                    next.push(to);
                }
            }
            at = skip(next);
        }
        at
    }

    /// True if the pattern means the file at `path`, which has slashes and begins at the configuration's folder;
    /// for a folder, if it means all that is in it.
    pub fn matches(&self, path: &str, is_folder: bool) -> bool {
        self.set.is_match(path) || (is_folder && self.set.is_match(format!("{path}/")))
    }
}

/// The names of a pattern: a slash between braces is part of one.
fn names(pattern: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    pattern.split(move |c| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == '/' && depth == 0
    })
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
    fn hidden_names_have_to_be_named() {
        for (pattern, yes, no, leads) in [
            (".ci/**/*.yml", &[".ci/a.yml", ".ci/b/c.yml"][..], &[".ci/.b/c.yml", "x/.ci/a.yml"][..], ".ci"),
            ("**/*.yml", &["a.yml", "b/c.yml"], &[".ci/a.yml", ".a.yml"], "b"),
            (".pipelines/", &[".pipelines/a.yml", "x/.pipelines/b/c"], &[".pipelines/.x/a"], "x/.pipelines"),
            ("**/.ci/*", &[".ci/a", "b/.ci/c"], &[".ci/.a", ".b/.ci/c"], "b/.ci"),
            ("a/.{b,c}/*.md", &["a/.b/x.md", "a/.c/x.md"], &["a/.d/x.md"], "a/.b"),
            (".z*/x.md", &[".za/x.md"], &["za/x.md"], ".zb"),
        ] {
            let globs = Globs::parse(pattern).unwrap();
            for path in yes {
                assert!(globs.names(path), "{pattern} names {path}");
            }
            for path in no {
                assert!(!globs.names(path), "{pattern} does not name {path}");
            }
            assert!(globs.leads_to(leads), "{pattern} leads to {leads}");
            assert!(!globs.leads_to(".other"), "{pattern} does not lead there");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for pattern in ["a[", "{a", "", "/", "!a"] {
            assert!(Globs::parse(pattern).is_err(), "{pattern}");
        }
    }
}
