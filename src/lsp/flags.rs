//! The options of `armbody render`, which markers take too.

use crate::arm::{BlankStyle, ResourceType};
use crate::notation::Form;
use crate::scenario::Image;

/// An option of `armbody render`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flag {
    /// As it is written, with its dashes.
    pub name: String,
    /// What it does, in a line.
    pub help: String,
    /// Whether a value follows it.
    pub takes_value: bool,
}

/// The values of an option that takes one of a few words.
pub(super) fn values_of(flag: &str) -> impl Iterator<Item = &'static str> {
    let values: Vec<&'static str> = match flag {
        "--as" => Form::ALL.iter().map(|form| form.as_str()).collect(),
        "--type" => ResourceType::ALL.iter().map(|known| known.short_name()).collect(),
        "--method" => vec!["PUT", "PATCH", "GET", "DELETE"],
        "--placeholders" => BlankStyle::ALL.iter().map(|style| style.as_str()).collect(),
        "--image" => [Image::Windows, Image::Linux].iter().map(|image| image.as_str()).collect(),
        _ => Vec::new(),
    };
    values.into_iter()
}

/// The type of machine that the words of a marker speak of.
pub(super) fn machine_of<'w>(words: impl Iterator<Item = &'w str>) -> ResourceType {
    let mut named = None;
    let mut last = "";
    for word in words {
        let is_value = last == "--type";
        if let Some(value) = word.strip_prefix("--type=").or(is_value.then_some(word)) {
            named = value.parse().ok().filter(|it: &ResourceType| it.has_identity());
        } else if let Some(set) = ResourceType::of_flag(word).filter(|known| known.is_set()) {
            named = Some(set);
        }
        last = word;
    }
    named.unwrap_or(ResourceType::VirtualMachine)
}
