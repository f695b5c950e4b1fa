//! The configuration: an `armbody.toml` as a text, for a project that is a text alone.

use std::path::Path;

use armbody::config::{self, Config, ConfigError, FILE_NAME};
use armbody::lint::Options;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::told;

/// The folder that stands for the project's: there is none.
const ROOT: &str = "/";

/// What the project says, and where in it the text is.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Project {
    /// The text of `armbody.toml`; an empty one says nothing.
    config: String,
    /// The path of the text below the folder of `armbody.toml`, which its patterns speak of; the text's name if it is
    /// empty.
    path: String,
}

impl Project {
    /// The options for the text that is called `name`, where `given` says nothing else; `None` if it is left out.
    pub(crate) fn options(&self, name: &str, given: Options) -> Result<Option<Options>, String> {
        let config = understood(&self.config).map_err(told)?;
        let path = Some(self.path.trim()).filter(|path| !path.is_empty()).unwrap_or(name);
        let path = Path::new(ROOT).join(path);
        if config.excludes(&path, false) {
            return Ok(None);
        }
        let mut options = config.options(&path, &given);
        options.tell_what_fails(config.fail_on());
        Ok(Some(options))
    }
}

/// What a configuration says of how requests are written. Templates of its own are files, which are not here.
pub(crate) fn render(config: &str) -> Result<config::Render, String> {
    let config = understood(config).map_err(told)?;
    Ok(config::Render { templates: None, ..config.render })
}

/// What is wrong with a configuration, and what of it needs files that are not here.
pub(crate) fn examine(text: &str) -> Value {
    match understood(text) {
        Ok(config) => {
            let files = [
                ("baseline", config.lint.baseline.is_some()),
                ("templates", config.render.templates.is_some()),
                ("schemas", !config.schemas.is_empty()),
            ];
            let unread: Vec<&str> =
                files.iter().filter(|(_, is_said)| *is_said).map(|(key, _)| *key).collect();
            json!({ "fault": null, "unread": unread })
        }
        Err(error) => {
            let (line, column) = match &error {
                ConfigError::Meaning { line, column, .. } => (*line, *column),
                _ => (1, 1),
            };
            json!({ "fault": { "line": line, "column": column, "message": told(&error) }, "unread": [] })
        }
    }
}

fn understood(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new(FILE_NAME), Path::new(ROOT))
}
