//! From the text of a configuration to what it says. What is wrong is told with its line and what was expected.

use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use super::find::absolute;
use super::{Config, Globs, Lint, PerFile, Render, Target};
use crate::lint::{Rule, find_rule, nearest_rule};
use crate::text::Source;

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
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
    /// Reads the file at `path`, whose patterns are relative to `base`.
    ///
    /// # Errors
    /// [`ConfigError`] if it cannot be read or understood.
    pub fn read(path: &Path, base: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::Read { path: path.to_owned(), error })?;
        Self::parse(&text, path, base)
    }

    /// Understands the text of the file at `path`.
    ///
    /// # Errors
    /// [`ConfigError::Meaning`] if it is no TOML, or has a key or a value that is not known.
    pub fn parse(text: &str, path: &Path, base: &Path) -> Result<Self, ConfigError> {
        let file: File = toml::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).map_err(|error| {
            let source = Source::new("", text);
            let start = error.span().map_or(0, |span| span.start) + source.bom_len();
            let at = source.position(start.min(text.len()) as u32);
            let (path, message) = (path.to_owned(), in_words(error.message()));
            ConfigError::Meaning { path, line: at.line, column: at.column, message }
        })?;
        let base = absolute(base);
        let names = |rules: Vec<RuleName>| rules.into_iter().map(|rule| rule.0).collect();
        Ok(Self {
            path: path.to_owned(),
            lint: Lint {
                exclude: file.lint.exclude.into_iter().map(|pattern| pattern.0).collect(),
                ignore: names(file.lint.ignore),
                severity: file.lint.severity.0.into_iter().map(|(rule, level)| (rule.0, level.0)).collect(),
                per_file_ignores: file
                    .lint
                    .per_file_ignores
                    .0
                    .into_iter()
                    .map(|(place, rules)| PerFile {
                        files: place.files,
                        pointer: place.pointer,
                        rules: names(rules),
                    })
                    .collect(),
            },
            targets: file
                .target
                .into_iter()
                .map(|target| Target {
                    files: target.files.0,
                    resource_type: target.resource_type.map(|word| word.0),
                    method: target.method.map(|word| word.0),
                    api_version: target.api_version.map(|word| word.0),
                })
                .collect(),
            render: Render {
                placeholders: file.render.placeholders.map(|word| word.0),
                api_version: file.render.api_version.map(|word| word.0),
                templates: file.render.templates.map(|folder| base.join(folder)),
            },
            schemas: file.schemas.folders.iter().map(|folder| base.join(folder)).collect(),
            base,
        })
    }
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
    exclude: Vec<Pattern>,
    ignore: Vec<RuleName>,
    severity: Entries<RuleName, Word<crate::lint::Severity>>,
    per_file_ignores: Entries<Place, Vec<RuleName>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct TargetTable {
    files: Pattern,
    #[serde(rename = "type")]
    resource_type: Option<Word<crate::arm::ResourceType>>,
    method: Option<Word<crate::arm::Method>>,
    api_version: Option<Word<crate::arm::ApiVersion>>,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct RenderTable {
    placeholders: Option<Word<crate::arm::BlankStyle>>,
    api_version: Option<Word<crate::arm::ApiVersion>>,
    templates: Option<PathBuf>,
}

#[derive(serde::Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct SchemasTable {
    folders: Vec<PathBuf>,
}

/// A string that means a `T`.
struct Word<T>(T);

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

struct RuleName(&'static Rule);

impl<'de> Deserialize<'de> for RuleName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        find_rule(&name).map(Self).ok_or_else(|| {
            let hint = nearest_rule(&name).map_or("`armbody rule` lists them".to_owned(), |near| {
                format!("did you mean `{}`?", near.name)
            });
            D::Error::custom(format!("there is no rule `{name}`; {hint}"))
        })
    }
}

struct Pattern(Globs);

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Globs::parse(&text).map(Self).map_err(D::Error::custom)
    }
}

/// Files, and perhaps a place in them: `bodies/*.json#/identity/type`.
struct Place {
    files: Globs,
    pointer: Option<String>,
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (files, pointer) = match text.split_once("#/") {
            Some((files, pointer)) => (files, Some(format!("/{pointer}"))),
            None => (text.as_str(), None),
        };
        Ok(Self { files: Globs::parse(files).map_err(D::Error::custom)?, pointer })
    }
}

/// A table in the order in which it stands.
struct Entries<K, V>(Vec<(K, V)>);

impl<K, V> Default for Entries<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Entries<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<K, V>(PhantomData<(K, V)>);
        impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Reader<K, V> {
            type Value = Entries<K, V>;

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
    let near = known
        .iter()
        .map(|right| (strsim::damerau_levenshtein(key, right), *right))
        .min()
        .filter(|(distance, right)| *distance <= right.len() / 2);
    let hint = match near {
        Some((_, near)) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known.join(", ")),
    };
    format!("there is no key `{key}` here; {hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Config::parse(text, Path::new("armbody.toml"), Path::new("/x")).unwrap_err().to_string()
    }

    #[test]
    fn everything_that_can_be_said() {
        let text = r#"
            [lint]
            exclude = ["archive/", "*.old.md"]
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
        assert_eq!(config.lint.exclude.len(), 2);
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
            ("[lnt]\n", "1:2: there is no key `lnt` here; did you mean `lint`?"),
            ("[zzzzzzzz]\n", "there are lint, target, render, schemas"),
            ("\n[[target]]\nfiles = \"a\"\nversion = \"x\"", "4:1: there is no key `version`"),
            (
                "[lint]\nignore = [\"identity-type-splt\"]",
                "2:11: there is no rule `identity-type-splt`; did you mean `identity-type-split`?",
            ),
            ("[lint.severity]\nextra-comma = \"fatal\"", "2:15: `fatal` is no severity"),
            ("[lint.severity]\nextra-coma = \"error\"", "2:1: there is no rule `extra-coma`"),
            ("[lint]\nexclude = [\"a\", \"b[\"]", "2:17: `b[` is no pattern"),
            ("[lint.per-file-ignores]\n\"b[\" = []", "2:1: `b[` is no pattern"),
            ("[lint]\nexclude = \"a\"", "2:11: invalid type: string \"a\", expected an array"),
            ("[[target]]\nmethod = \"PATCH\"", "missing field `files`"),
            ("[[target]]\nfiles = \"a\"\napi-version = \"2018\"", "3:15: "),
            ("[lint\n", "armbody.toml:1:6: "),
            ("\u{feff}é", "armbody.toml:1:1: "),
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
