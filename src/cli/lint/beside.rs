//! Templates and the files of parameters beside them, found by their names.
//!
//! Both stand in one folder: `azuredeploy.parameters.json` and `azuredeploy.parameters.prod.json` are for
//! `azuredeploy.json`, `parameters.json` is for `template.json`, as the portal exports them. A file is read only if a
//! walk of the folder would have come to it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use armbody::config::Configs;
use armbody::text::Source;
use memchr::memmem;

use super::files;

/// What the text of `source` is read with.
pub(super) fn of(source: &Source, configs: &Arc<Configs>, limit: u64) -> Vec<Arc<Source>> {
    let Some(path) = source.path() else { return Vec::new() };
    let Some(name) = path.file_name().and_then(OsStr::to_str) else { return Vec::new() };
    let has = |word: &[u8]| memmem::find(source.bytes(), word).is_some();
    let (names, most) = if has(b"eploymentParameters.json") {
        (templates_of(name), 1)
    } else if has(b"eploymentTemplate.json") {
        (parameters_of(name), MAX_FILES)
    } else {
        return Vec::new();
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let wanted: BTreeSet<PathBuf> =
        names.iter().map(PathBuf::from).filter(|it| folder.join(it).is_file()).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let found = files::found_in(folder, &wanted, configs);
    let there = names.iter().filter(|name| found.iter().any(|it| it.as_os_str() == name.as_str()));
    let read =
        |name: &String| Source::read(&folder.join(name), limit).ok().filter(|it| it.problem().is_none());
    there.filter_map(read).take(most).map(Arc::new).collect()
}

/// Files of parameters that are looked at for one template.
const MAX_FILES: usize = 4;

/// What stands in the names of files of parameters.
const MARKS: [&str; 6] = [".parameters", "-parameters", "_parameters", ".params", ".param", "parameters"];

/// The names that the template of a file of parameters may have, the nearest first.
fn templates_of(name: &str) -> Vec<String> {
    let lower = name.to_ascii_lowercase();
    let found = MARKS.iter().find_map(|mark| Some((*mark, lower.rfind(mark)?)));
    let Some((_, at)) = found else { return Vec::new() };
    let Some(before) = name.get(..at) else { return Vec::new() };
    if before.is_empty() {
        return ["template", "azuredeploy", "mainTemplate", "main", "deploy"]
            .iter()
            .map(|it| format!("{it}.json"))
            .collect();
    }
    let mut names = vec![format!("{before}.json")];
    // `azuredeploy.prod.parameters.json`
    if let Some((first, _)) = before.rsplit_once('.') {
        names.push(format!("{first}.json"));
    }
    names
}

/// The names that the files of parameters of a template may have without more in them than that.
fn parameters_of(name: &str) -> Vec<String> {
    let Some(stem) = name.get(..name.len().saturating_sub(5)).filter(|it| !it.is_empty()) else {
        return Vec::new();
    };
    let mut names: Vec<String> = MARKS.iter().take(5).map(|mark| format!("{stem}{mark}.json")).collect();
    if ["template", "maintemplate", "azuredeploy"].iter().any(|it| stem.eq_ignore_ascii_case(it)) {
        names.push("parameters.json".to_owned());
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_and_its_parameters_find_each_other() {
        for (parameters, template) in [
            ("azuredeploy.parameters.json", "azuredeploy.json"),
            ("azuredeploy.parameters.prod.json", "azuredeploy.json"),
            ("azuredeploy.prod.parameters.json", "azuredeploy.json"),
            ("main.Parameters.json", "main.json"),
            ("web-parameters.json", "web.json"),
            ("parameters.json", "template.json"),
            ("web.param.json", "web.json"),
        ] {
            assert!(templates_of(parameters).contains(&template.to_owned()), "{parameters}");
        }
        assert!(parameters_of("main.json").contains(&"main.parameters.json".to_owned()));
        assert!(parameters_of("template.json").contains(&"parameters.json".to_owned()));
        assert!(templates_of("main.json").is_empty());
        assert!(templates_of("é.json").is_empty());
    }
}
