//! The templates that requests are written with: embedded, each replaceable by a file of the user's.

use std::fmt;
use std::path::{Component, Path, PathBuf};

use crate::text::suggest::did_you_mean;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value};

mod embedded {
    //! Made by the build from `templates/`.
    include!(concat!(env!("OUT_DIR"), "/embedded_templates.rs"));
}

/// The embedded templates by name. Those with `.json` in their names escape what is put into them as JSON.
use embedded::EMBEDDED;

/// The largest file that is read as a template, in bytes.
const MAX_SIZE: u64 = 1 << 20;

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    /// Its name (`bodies/vm.json.j2`), or the folder that was to hold templates.
    pub template: String,
    /// The line at fault, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template {}", self.template)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for TemplateError {}

/// The templates that requests are written with.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
}

impl Default for Templates {
    /// The embedded ones.
    fn default() -> Self {
        Self::embedded()
    }
}

impl Templates {
    /// The embedded ones.
    pub fn embedded() -> Self {
        Self::with_loader(None)
    }

    /// The embedded ones, each replaced by the file of the same name below `folder`, if there is one. Files of
    /// other names there can be included.
    ///
    /// # Errors
    /// The folder cannot be read, or replaces no template.
    pub fn with_folder(folder: &Path) -> Result<Self, TemplateError> {
        let fault =
            |message: String| TemplateError { template: folder.display().to_string(), line: None, message };
        std::fs::read_dir(folder).map_err(|error| fault(format!("cannot be read: {error}")))?;
        let names = || EMBEDDED.iter().map(|(name, _)| *name);
        if !names().any(|name| folder.join(name).is_file()) {
            return Err(fault(format!(
                "replaces no template; they are {}",
                names().collect::<Vec<_>>().join(", ")
            )));
        }
        if let Some(unknown) = unused(folder) {
            let why = match did_you_mean(&unknown, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the templates are {}", names().collect::<Vec<_>>().join(", ")),
            };
            let message = format!("takes the place of no template, and none includes it; {why}");
            return Err(TemplateError {
                template: folder.join(unknown).display().to_string(),
                line: None,
                message,
            });
        }
        Ok(Self::with_loader(Some(folder.to_owned())))
    }

    fn with_loader(folder: Option<PathBuf>) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.add_filter("anchor", anchor);
        environment.set_loader(move |name| {
            if let Some(folder) = &folder
                && let Some(source) = load(folder, name)?
            {
                return Ok(Some(source));
            }
            let embedded = EMBEDDED.iter().find(|(known, _)| *known == name);
            Ok(embedded.map(|(_, source)| (*source).to_owned()))
        });
        Self { environment }
    }

    /// What a template makes of `context`.
    ///
    /// # Errors
    /// The template is none, cannot be read, or uses what is not there.
    pub fn render(&self, name: &str, context: Value) -> Result<String, TemplateError> {
        let rendered = self.environment.get_template(name).and_then(|template| template.render(context));
        rendered.map_err(|error| {
            let message = match error.detail() {
                Some(detail) => format!("{}: {detail}", error.kind()),
                None => error.kind().to_string(),
            };
            // What a template includes has a name of its own.
            let template = error.name().unwrap_or(name).to_owned();
            TemplateError { template, line: error.line(), message }
        })
    }
}

/// The files of a folder of templates that are looked at, at most.
const MAX_FILES: usize = 500;

/// A file below a folder that looks like a template and serves for nothing: no template has its name, and no file
/// there speaks of it.
fn unused(folder: &Path) -> Option<String> {
    let mut names = Vec::new();
    let places = std::iter::once("").chain(["bodies", "notations", "article"]);
    for place in places {
        let Ok(entries) = std::fs::read_dir(folder.join(place)) else { continue };
        for entry in entries.flatten().take(MAX_FILES) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let extension = Path::new(&name).extension();
            let is_template = !place.is_empty() || extension.is_some_and(|it| it == "j2");
            if is_template && !name.starts_with('.') && entry.path().is_file() {
                names.push(if place.is_empty() { name } else { format!("{place}/{name}") });
            }
        }
    }
    names.sort_unstable();
    let unknown: Vec<&String> =
        names.iter().filter(|name| !EMBEDDED.iter().any(|(known, _)| known == name)).collect();
    if unknown.is_empty() {
        return None;
    }
    let texts: Vec<String> = names.iter().filter_map(|name| load(folder, name).ok().flatten()).collect();
    let is_included = |name: &str| texts.iter().any(|text| text.contains(name));
    unknown.into_iter().find(|name| !is_included(name)).cloned()
}

/// What a heading is linked to by, as GitHub and others make it.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>().to_lowercase()
}

/// The text of a file below a folder; `None` when there is none of that name.
fn load(folder: &Path, name: &str) -> Result<Option<String>, Error> {
    let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    let path = folder.join(name);
    if !inside || name.contains('\\') || !path.is_file() {
        return Ok(None);
    }
    let fault = |what: String| Error::new(ErrorKind::InvalidOperation, what);
    let size = std::fs::metadata(&path).map_err(|error| fault(error.to_string()))?.len();
    if size > MAX_SIZE {
        return Err(fault(format!("{} is larger than {MAX_SIZE} bytes", path.display())));
    }
    let text = std::fs::read_to_string(&path).map_err(|error| fault(error.to_string()))?;
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::context;

    #[test]
    fn what_is_put_into_a_body_is_escaped() {
        let templates = Templates::embedded();
        let body =
            templates.render("bodies/identity.json.j2", context! { location => "we\"st\\us\n" }).unwrap();
        let value: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(value["location"], "we\"st\\us\n");
    }

    #[test]
    fn a_file_replaces_a_template_and_faults_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = Templates::with_folder(folder.path()).unwrap_err();
        assert!(error.message.starts_with("replaces no template; they are article/article.md.j2, "));
        std::fs::create_dir(folder.path().join("bodies")).unwrap();
        let file = folder.path().join("bodies/identity.json.j2");
        std::fs::write(&file, "{\"location\": 1,\n\"x\": {{ nowhere }}}").unwrap();
        let templates = Templates::with_folder(folder.path()).unwrap();
        let error = templates.render("bodies/identity.json.j2", context! {}).unwrap_err();
        assert!(error.to_string().starts_with("template bodies/identity.json.j2, line 2: undefined value"));
        let missing = templates.render("bodies/vm.json.j2", context! {}).unwrap_err();
        assert_eq!(missing.template, "bodies/vm.json.j2");
        assert!(Templates::with_folder(&folder.path().join("none")).is_err());
    }

    #[test]
    fn includes_stay_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), "s").unwrap();
        let inner = folder.path().join("templates");
        std::fs::create_dir_all(inner.join("bodies")).unwrap();
        std::fs::write(inner.join("bodies/identity.json.j2"), "{% include '../secret' %}").unwrap();
        let templates = Templates::with_folder(&inner).unwrap();
        assert!(templates.render("bodies/identity.json.j2", context! {}).is_err());
    }
}
