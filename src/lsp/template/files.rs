//! The files that belong to a template: its parameters files, found by their names.
//!
//! `azuredeploy.parameters.json` and `azuredeploy.parameters.dev.json` are of `azuredeploy.json`; `parameters.json` is
//! of `template.json`, as the portal exports them. Nothing is followed to another folder.

use std::path::{Path, PathBuf};

use crate::json::{Dialect, Kind, Node, Tree};
use crate::lsp::document::Document;
use crate::lsp::position::Columns;
use crate::lsp::uri::uri_of;
use crate::template::{Options, Value, given_value};

/// What there is beside a document: in the editor, else on disk.
pub(crate) trait Files {
    /// The text of a file, with the version that the editor gives it if it is open there.
    fn read(&self, path: &Path) -> Option<(String, Option<i32>)>;
    /// The names of the files of a folder.
    fn list(&self, folder: &Path) -> Vec<PathBuf>;
}

/// What there is beside a text that is no file.
pub(crate) struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &Path) -> Option<(String, Option<i32>)> {
        None
    }

    fn list(&self, _: &Path) -> Vec<PathBuf> {
        Vec::new()
    }
}

/// A parameters file, or a text that could be one.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) document: Document,
    /// It is open in the editor.
    pub(crate) is_open: bool,
}

/// What ARM's clients take in parameters files.
const DIALECT: Dialect =
    Dialect { comments: true, trailing_commas: true, multiline_strings: true, ..Dialect::STRICT };

/// Parameters files of one template that are looked at.
const MAX_SHEETS: usize = 8;

/// The stem of a file's name, if it is a JSON file.
fn stem(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let lower = name.to_ascii_lowercase();
    let end = [".json", ".jsonc"].iter().find(|end| lower.ends_with(**end))?;
    let stem = name.get(..name.len() - end.len())?;
    (!stem.is_empty() && !stem.starts_with('.')).then(|| stem.to_owned())
}

/// The stem of the template whose parameters file would be called so.
fn template_stem(sheet: &str) -> Option<String> {
    let lower = sheet.to_ascii_lowercase();
    if lower == "parameters" {
        return Some("template".to_owned());
    }
    let words = ["parameters", "parameter", "params", "param"];
    words.iter().find_map(|word| {
        let marks = |c: char| matches!(c, '.' | '-' | '_');
        lower.match_indices(word).find_map(|(at, _)| {
            let before = lower.get(..at)?.strip_suffix(marks)?;
            let after = lower.get(at + word.len()..)?;
            let is_word = after.is_empty() || after.starts_with(marks);
            (is_word && !before.is_empty()).then(|| sheet.get(..before.len()).map(str::to_owned))?
        })
    })
}

/// True if a file by its name is a parameters file of a template.
fn belongs(sheet: &Path, template: &Path) -> bool {
    let of = stem(sheet).and_then(|it| template_stem(&it));
    of.zip(stem(template)).is_some_and(|(of, own)| of.eq_ignore_ascii_case(&own))
}

/// The name for a new parameters file of a template.
pub(crate) fn new_sheet(template: &Path) -> Option<PathBuf> {
    let stem = stem(template)?;
    let name = if stem.eq_ignore_ascii_case("template") {
        "parameters.json".to_owned()
    } else {
        format!("{stem}.parameters.json")
    };
    Some(template.with_file_name(name))
}

fn open(files: &dyn Files, path: &Path, columns: Columns) -> Option<Sheet> {
    let (text, version) = files.read(path)?;
    let uri = uri_of(path)?;
    let document = Document::new(uri, "json", version.unwrap_or_default(), text, columns);
    Some(Sheet { document, is_open: version.is_some() })
}

/// The parameters files of a template, in the order of their names.
pub(crate) fn sheets_of(files: &dyn Files, template: &Path, columns: Columns) -> Vec<Sheet> {
    let Some(folder) = template.parent() else { return Vec::new() };
    let mut paths: Vec<PathBuf> =
        files.list(folder).into_iter().filter(|path| path != template && belongs(path, template)).collect();
    paths.sort();
    paths.truncate(MAX_SHEETS);
    let all = paths.iter().filter_map(|path| open(files, path, columns));
    all.filter(|sheet| sheet.read(|tree| entries(tree).is_some())).collect()
}

/// The template of a parameters file.
pub(crate) fn template_of(files: &dyn Files, sheet: &Path, columns: Columns) -> Option<Sheet> {
    let folder = sheet.parent()?;
    let mut paths = files.list(folder);
    paths.sort();
    let path = paths.into_iter().find(|path| path != sheet && belongs(sheet, path))?;
    open(files, &path, columns)
}

impl Sheet {
    /// Gives its tree to `see`.
    pub(crate) fn read<R>(&self, see: impl FnOnce(&Tree<'_>) -> R) -> R {
        see(&parsed(self.document.source().text()))
    }

    /// The file's name.
    pub(crate) fn name(&self) -> String {
        let name = self.document.path().and_then(Path::file_name);
        name.map(|it| it.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Gives a template what stands in the file; `document` is its number among the texts.
    pub(crate) fn give(&self, options: &mut Options, document: u16) {
        self.read(|tree| {
            let Some(entries) = entries(tree) else { return };
            for entry in Value::from_node(entries, document)
                .as_object()
                .into_iter()
                .flat_map(crate::template::Object::members)
            {
                if let Some(value) = given_value(&entry.value) {
                    options.give(&entry.name, value, entry.place);
                }
            }
        });
    }
}

/// The tree of a parameters file.
pub(crate) fn parsed(text: &str) -> Tree<'_> {
    Tree::parse(text, DIALECT)
}

/// The object with the entries of a parameters file; `None` for another text.
pub(crate) fn entries<'t>(tree: &'t Tree<'t>) -> Option<Node<'t>> {
    let root = tree.root()?;
    if root.member("resources").is_some() {
        return None;
    }
    let schema = root.member("$schema").and_then(|(_, it)| it.as_str());
    let is_named = schema.is_some_and(|it| it.to_ascii_lowercase().contains("deploymentparameters"));
    let (_, entries) = root.member("parameters").filter(|(_, it)| it.kind() == Kind::Object)?;
    let is_entry = |node: Node<'_>| node.member("value").is_some() || node.member("reference").is_some();
    let is_one = is_named || root.member("contentVersion").is_some();
    (is_one || entries.members().next().is_some() && entries.members().all(|(_, it)| is_entry(it)))
        .then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_files_are_found_by_their_names() {
        let of = |sheet: &str, template: &str| belongs(Path::new(sheet), Path::new(template));
        for sheet in [
            "azuredeploy.parameters.json",
            "azuredeploy.parameters.dev.json",
            "AzureDeploy-params.jsonc",
            "azuredeploy.param.json",
        ] {
            assert!(of(sheet, "azuredeploy.json"), "{sheet}");
        }
        assert!(of("parameters.json", "template.json"));
        for sheet in
            ["azuredeploy.json", "main.parameters.json", "azuredeploy.parametric.json", "a.parameters.txt"]
        {
            assert!(!of(sheet, "azuredeploy.json"), "{sheet}");
        }
        assert!(!of(".parameters.json", ".json"));
        assert_eq!(new_sheet(Path::new("/x/main.json")), Some(PathBuf::from("/x/main.parameters.json")));
        assert_eq!(new_sheet(Path::new("/x/template.json")), Some(PathBuf::from("/x/parameters.json")));
        assert_eq!(new_sheet(Path::new("/x/readme.md")), None);
    }
}
