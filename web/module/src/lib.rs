//! The library as WebAssembly: what the site and the editor extension call.
//!
//! Texts and JSON go in, JSON comes out. What it says is what the program says: a test holds the two against each
//! other. Nothing here reads a file, a clock or a network.

mod about;
mod ask;
mod check;
mod project;
mod server;

use armbody::command::Outcome;
use armbody::schema::types::Pack;
use armbody::text::{Shown, Source};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wasm_bindgen::prelude::wasm_bindgen;

/// Takes the types of all services, which are a file beside the module. False if that comes too late, or the bytes are
/// something else.
#[wasm_bindgen(js_name = provideTypes)]
pub fn provide_types(bytes: Vec<u8>) -> bool {
    Pack::provide(bytes).unwrap_or(false)
}

/// The version, the rules and the scenarios.
#[wasm_bindgen]
pub fn about() -> String {
    about::about().to_string()
}

/// The manual page of a rule, in Markdown; empty if there is no such rule.
#[wasm_bindgen(js_name = pageOf)]
pub fn page_of(rule: &str) -> String {
    armbody::lint::find_rule(rule).map_or_else(String::new, |rule| rule.page().to_owned())
}

/// What is wrong in a text, as `lint --format json` has it. The name's extension says what the text is.
#[wasm_bindgen]
pub fn check(name: &str, text: &str, asked: &str) -> String {
    answer(|| check::check(name, text, &read(asked)?))
}

/// The text after the fix of one finding, by its index, or after all of them.
#[wasm_bindgen]
pub fn fix(name: &str, text: &str, asked: &str) -> String {
    answer(|| check::fix(name, text, &read(asked)?))
}

/// What the language server says of a byte of a text: `said` is null where that is nothing.
#[wasm_bindgen]
pub fn hover(name: &str, text: &str, asked: &str) -> String {
    answer(|| check::hover(name, text, &read(asked)?))
}

/// What is wrong with the text of an `armbody.toml`: `fault` is null, or has a place and a message.
#[wasm_bindgen]
pub fn configuration(text: &str) -> String {
    project::examine(text).to_string()
}

/// The text without its secrets. For a file of parameters, its template says which ones are; else that is empty.
#[wasm_bindgen]
pub fn masked(name: &str, text: &str, template: &str) -> String {
    answer(|| check::masked(name, text, template))
}

/// What `render` writes.
#[wasm_bindgen]
pub fn render(asked: &str) -> String {
    answer(|| {
        let render = read::<ask::Render>(asked)?;
        let settings = render.settings()?;
        render.into_command()?.run(settings).map(told_outcome).map_err(told)
    })
}

/// What `plan` writes for an answer of Azure Resource Manager.
#[wasm_bindgen]
pub fn plan(current: &str, asked: &str) -> String {
    answer(|| {
        let plan = read::<ask::Plan>(asked)?;
        let settings = plan.settings()?;
        plan.into_command()?.run(current.as_bytes().to_vec(), &settings).map(told_outcome).map_err(told)
    })
}

/// What `expand` writes for a template and, if that is not empty, a file of parameters.
#[wasm_bindgen]
pub fn expand(template: &str, parameters: &str, asked: &str) -> String {
    answer(|| {
        let expand = read::<ask::Expand>(asked)?.into_command()?;
        let template = Source::new("template.json", template);
        let parameters: Vec<Source> = (!parameters.trim().is_empty())
            .then(|| Source::new("parameters.json", parameters))
            .into_iter()
            .collect();
        expand.run(&template, &parameters).map(told_outcome).map_err(told)
    })
}

/// Gives a message to the language server; an array of what it sends.
#[wasm_bindgen]
pub fn message(text: &str) -> String {
    server::message(text)
}

fn answer(make: impl FnOnce() -> Result<Value, String>) -> String {
    make().unwrap_or_else(|error| json!({ "error": error })).to_string()
}

fn read<T: DeserializeOwned>(asked: &str) -> Result<T, String> {
    serde_json::from_str(asked).map_err(|error| error.to_string())
}

fn told(error: impl std::fmt::Display) -> String {
    Shown::line(&format!("{error:#}")).into()
}

fn told_outcome(outcome: Outcome) -> Value {
    let notes: Vec<&str> = outcome.notes.iter().map(Shown::as_str).collect();
    json!({
        "out": outcome.out.iter().map(Shown::as_str).collect::<String>(),
        "notes": notes,
        "status": outcome.status as u8,
    })
}
