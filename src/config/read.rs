//! From the text of a configuration to what it says. What is wrong is told with its line and what was expected.

use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use toml::Spanned;

use super::find::absolute;
use super::{Config, GlobError, Globs, Lint, PerFile, Render, Target};
use crate::lint::{Rule, Severity, find_rule, nearest_rule};
use crate::text::suggest::did_you_mean;
use crate::text::{ReadError, Source, read_text};

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{error}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: ReadError,
    },
    /// It says something that has no meaning.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Meaning {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u32,
        /// The column in characters, from 1.
        column: u32,
        /// What is wrong, and what would be right.
        message: String,
    },
}

impl Config {
    /// Reads the file at `path`, of at most `limit` bytes, whose patterns are relative to `base`.
    ///
    /// # Errors
    /// [`ConfigError`] if it cannot be read or understood.
    pub fn read(path: &Path, base: &Path, limit: u64) -> Result<Self, ConfigError> {
        let text =
            read_text(path, limit).map_err(|error| ConfigError::Read { path: path.to_owned(), error })?;
        Self::parse(&text, path, base)
    }

    /// Understands the text of the file at `path`.
    ///
    /// # Errors
    /// [`ConfigError::Meaning`] if it is not TOML, or has a key or a value that is not known.
    pub fn parse(text: &str, path: &Path, base: &Path) -> Result<Self, ConfigError> {
        understand(text.strip_prefix('\u{feff}').unwrap_or(text), path, base).map_err(
            |Wrong { start, message }| {
                let source = Source::new("", text);
                let at = source.position((start + source.bom_len()).min(text.len()) as u32);
                ConfigError::Meaning { path: path.to_owned(), line: at.line, column: at.column, message }
            },
        )
    }
}

/// What is wrong, and at which byte.
struct Wrong {
    start: usize,
    message: String,
}

fn understand(text: &str, path: &Path, base: &Path) -> Result<Config, Wrong> {
    let file: File = toml::from_str(text).map_err(|error| Wrong {
        start: error.span().map_or(0, |span| span.start),
        message: in_words(error.message()),
    })?;
    let base = absolute(base);
    let mut lint = Lint {
        include: all(&file.lint.include, Globs::parse)?,
        exclude: all(&file.lint.exclude, Globs::parse)?,
        select: all(&file.lint.select, rule)?,
        ignore: all(&file.lint.ignore, rule)?,
        fail_on: file.lint.fail_on.as_ref().map(|word| one(word, fail_on)).transpose()?,
        min_severity: file.lint.min_severity.as_ref().map(|word| one(word, str::parse)).transpose()?,
        baseline: file.lint.baseline.as_ref().map(|path| base.join(path)),
        powershell: file.lint.powershell.as_ref().map(|word| one(word, str::parse)).transpose()?,
        format: file.lint.format.as_ref().map(|word| one(word, str::parse)).transpose()?,
        ..Lint::default()
    };
    for (name, level) in &file.lint.severity.0 {
        lint.severity.push((one(name, rule)?, one(level, str::parse)?));
    }
    for (place, rules) in &file.lint.per_file_ignores.0 {
        let (files, pointer) = one(place, place_in_files)?;
        lint.per_file_ignores.push(PerFile { files, pointer, rules: all(rules, rule)? });
    }
    let mut targets = Vec::new();
    for target in &file.target {
        targets.push(Target {
            files: one(&target.files, Globs::parse)?,
            resource_type: target.resource_type.as_ref().map(|word| one(word, str::parse)).transpose()?,
            method: target.method.as_ref().map(|word| one(word, str::parse)).transpose()?,
            api_version: target.api_version.as_ref().map(|word| one(word, str::parse)).transpose()?,
        });
    }
    let render = Render {
        placeholders: file.render.placeholders.as_ref().map(|word| one(word, str::parse)).transpose()?,
        api_version: file.render.api_version.as_ref().map(|word| one(word, str::parse)).transpose()?,
        templates: file.render.templates.map(|folder| base.join(folder)),
    };
    let SchemasTable { folders, packs } = &file.schemas;
    let schemas = folders.iter().chain(packs).map(|path| base.join(path)).collect();
    Ok(Config { path: path.to_owned(), base, lint, targets, render, schemas })
}

/// What a string means.
fn one<T, E: Display>(word: &Spanned<String>, read: impl Fn(&str) -> Result<T, E>) -> Result<T, Wrong> {
    read(word.get_ref()).map_err(|error| Wrong { start: word.span().start, message: error.to_string() })
}

fn all<T, E: Display>(
    words: &[Spanned<String>],
    read: impl Fn(&str) -> Result<T, E> + Copy,
) -> Result<Vec<T>, Wrong> {
    words.iter().map(|word| one(word, read)).collect()
}

fn rule(name: &str) -> Result<&'static Rule, String> {
    find_rule(name).ok_or_else(|| {
        let hint = nearest_rule(name)
            .map_or("`armbody rule` lists them".to_owned(), |near| format!("did you mean `{}`?", near.name));
        format!("there is no rule `{name}`; {hint}")
    })
}

/// A severity that can fail a run.
fn fail_on(text: &str) -> Result<Severity, String> {
    match text.parse() {
        Ok(Severity::Note) => Err("`fail-on` is error or warning; a note never fails a run".to_owned()),
        Ok(severity) => Ok(severity),
        Err(_) => Err(format!("`{text}` is not a severity; `fail-on` is error or warning")),
    }
}

/// Files, and perhaps a place in them: `bodies/*.json#/identity/type`.
fn place_in_files(text: &str) -> Result<(Globs, Option<String>), GlobError> {
    let (files, pointer) = match text.split_once("#/") {
        Some((files, pointer)) => (files, Some(format!("/{pointer}"))),
        None => (text, None),
    };
    Ok((Globs::parse(files)?, pointer))
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct File {
    lint: LintTable,
    target: Vec<TargetTable>,
    render: RenderTable,
    schemas: SchemasTable,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct LintTable {
    include: Vec<Spanned<String>>,
    exclude: Vec<Spanned<String>>,
    select: Vec<Spanned<String>>,
    ignore: Vec<Spanned<String>>,
    fail_on: Option<Spanned<String>>,
    min_severity: Option<Spanned<String>>,
    baseline: Option<PathBuf>,
    format: Option<Spanned<String>>,
    powershell: Option<Spanned<String>>,
    severity: Entries<Spanned<String>>,
    per_file_ignores: Entries<Vec<Spanned<String>>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TargetTable {
    files: Spanned<String>,
    #[serde(rename = "type")]
    resource_type: Option<Spanned<String>>,
    method: Option<Spanned<String>>,
    api_version: Option<Spanned<String>>,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct RenderTable {
    placeholders: Option<Spanned<String>>,
    api_version: Option<Spanned<String>>,
    templates: Option<PathBuf>,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct SchemasTable {
    folders: Vec<PathBuf>,
    packs: Vec<PathBuf>,
}

/// A table in the order in which it stands.
struct Entries<V>(Vec<(Spanned<String>, V)>);

impl<V> Default for Entries<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Entries<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<V>(PhantomData<V>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Reader<V> {
            type Value = Entries<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Reader(PhantomData))
    }
}

/// The message in one line, with the nearest right key where one is wrong.
fn in_words(message: &str) -> String {
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some(rest) = message.strip_prefix("unknown field ") else {
        return message.replace("a sequence", "an array").replace("a map", "a table");
    };
    let mut words = rest.split('`').skip(1).step_by(2);
    let key = words.next().unwrap_or_default();
    let known: Vec<&str> = words.collect();
    let hint = match did_you_mean(key, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known.join(", ")),
    };
    format!("there is no key `{key}` here; {hint}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::RENAMED;

    fn error(text: &str) -> String {
        Config::parse(text, Path::new("armbody.toml"), Path::new("/x")).unwrap_err().to_string()
    }

    #[test]
    fn a_rule_is_known_by_its_former_name() {
        RENAMED.set(Some(("identity-type-split", &["identity-parted"])));
        let text = r#"
            [lint]
            select = ["identity-parted"]
            ignore = ["identity-parted"]
            severity = { identity-parted = "note" }
            per-file-ignores = { "a/**" = ["identity-parted"], "b.json#/identity" = ["identity-parted"] }
        "#;
        let config = Config::parse(text, Path::new("armbody.toml"), Path::new("/x")).unwrap();
        let names = |rules: &[&'static Rule]| rules.iter().map(|rule| rule.name).collect::<Vec<_>>();
        assert_eq!(names(&config.lint.select), ["identity-type-split"]);
        assert_eq!(names(&config.lint.ignore), ["identity-type-split"]);
        assert_eq!(config.lint.severity[0].0.name, "identity-type-split");
        assert_eq!(config.lint.per_file_ignores.len(), 2);
        for entry in &config.lint.per_file_ignores {
            assert_eq!(names(&entry.rules), ["identity-type-split"]);
        }
        RENAMED.set(None);
    }

    #[test]
    fn everything_that_can_be_said() {
        let text = r#"
            [lint]
            include = ["ci/**/*.yml", ".pipelines/"]
            exclude = ["archive/", "*.old.md"]
            select = ["identity-drops", "identity-type-split"]
            fail-on = "warning"
            min-severity = "warning"
            baseline = "known.json"
            format = "concise"
            powershell = "5.1"
            ignore = ["identity-drops"]
            severity = { literal-subscription-id = "error" }
            per-file-ignores = { "archive/**" = ["extra-comma"], "b.json#/identity/type" = ["identity-type-split"] }
            [[target]]
            files = "bodies/*.patch.json"
            type = "vm"
            method = "PATCH"
            api-version = "2024-07-01"
            [render]
            placeholders = "shell"
            api-version = "2024-07-01"
            templates = "doc-templates/"
            [schemas]
            folders = ["schemas"]
        "#;
        let config = Config::parse(text, Path::new("armbody.toml"), Path::new("/x")).unwrap();
        assert_eq!((config.lint.include.len(), config.lint.exclude.len()), (2, 2));
        assert_eq!(config.lint.select.len(), 2);
        assert_eq!(config.lint.fail_on, Some(Severity::Warning));
        assert_eq!(config.lint.min_severity, Some(Severity::Warning));
        assert_eq!(config.lint.baseline.as_deref(), Some(Path::new("/x/known.json")));
        assert_eq!(config.lint.format, Some(crate::report::Format::Concise));
        assert_eq!(config.lint.powershell, Some(crate::notation::PowerShell::V5_1));
        assert_eq!(config.lint.per_file_ignores[1].pointer.as_deref(), Some("/identity/type"));
        assert!(config.targets[0].method.is_some() && config.targets[0].api_version.is_some());
        assert_eq!(config.render.templates.as_deref(), Some(Path::new("/x/doc-templates/")));
        assert_eq!(config.schemas, [PathBuf::from("/x/schemas")]);
        assert!(Config::parse("", Path::new("a"), Path::new("/")).unwrap().targets.is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, says) in [
            (
                "[lint]\nexclud = []",
                "armbody.toml:2:1: there is no key `exclud` here; did you mean `exclude`?",
            ),
            (
                "[lint]\npowershell = \"6\"",
                "2:14: `6` is not a PowerShell that is told apart; there are 5.1, 7.2 (up to 7.2) and 7.4 (from 7.4 on)",
            ),
            ("[lnt]\n", "1:2: there is no key `lnt` here; did you mean `lint`?"),
            ("[zzzzzzzz]\n", "there are lint, target, render, schemas"),
            ("\n[[target]]\nfiles = \"a\"\nversion = \"x\"", "4:1: there is no key `version`"),
            (
                "[lint]\nignore = [\"identity-type-splt\"]",
                "2:11: there is no rule `identity-type-splt`; did you mean `identity-type-split`?",
            ),
            ("[lint.severity]\nextra-comma = \"fatal\"", "2:15: `fatal` is not a severity"),
            ("[lint.severity]\nextra-coma = \"error\"", "2:1: there is no rule `extra-coma`"),
            ("[lint]\nfail-on = \"note\"", "2:11: `fail-on` is error or warning; a note never fails a run"),
            ("[lint]\nfail-on = \"bad\"", "2:11: `bad` is not a severity; `fail-on` is error or warning"),
            ("[lint]\nmin-severity = \"hint\"", "2:16: `hint` is not a severity"),
            ("[lint]\nformat = \"xml\"", "2:10: unknown format `xml`; there are text, "),
            ("[lint]\nexclude = [\"a\", \"b[\"]", "2:17: `b[` is not a pattern"),
            ("[lint.per-file-ignores]\n\"b[\" = []", "2:1: `b[` is not a pattern"),
            ("[lint]\nexclude = \"a\"", "2:11: invalid type: string \"a\", expected an array"),
            ("[[target]]\nmethod = \"PATCH\"", "missing field `files`"),
            ("[[target]]\nfiles = \"a\"\napi-version = \"2018\"", "3:15: "),
            ("[lint\n", "armbody.toml:1:6: "),
            ("\u{feff}é", "armbody.toml:1:"),
            ("a = 1\na = 2", "2:1: "),
        ] {
            let error = error(text);
            assert!(error.contains(says), "{text}\n{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn the_schema_has_the_keys_that_are_read() {
        let schema = super::super::json_schema();
        let keys = |text: &str, pointer: &str| {
            let error = toml::from_str::<File>(text).err().unwrap().message().to_owned();
            let mut read: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
            let properties = schema.pointer(pointer).unwrap().as_object().unwrap();
            let mut told: Vec<&str> = properties.keys().map(String::as_str).collect();
            read.sort_unstable();
            told.sort_unstable();
            assert_eq!(read, told, "{pointer}");
        };
        keys("zz = 1", "/properties");
        keys("[lint]\nzz = 1", "/properties/lint/properties");
        keys("[[target]]\nzz = 1", "/properties/target/items/properties");
        keys("[render]\nzz = 1", "/properties/render/properties");
        let folders = toml::from_str::<File>("[schemas]\nzz = 1").err().unwrap().message().to_owned();
        assert!(folders.contains("`folders`"), "{folders}");
    }
}
