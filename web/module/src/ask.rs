//! What the page asks of commands: the words of the command line, as JSON.

use std::fmt::Display;
use std::str::FromStr;

use armbody::command::{self, As, Fill, Output, PlanFormat, Settings, Show, Target};
use armbody::scenario::{SystemWish, Wishes};
use serde::Deserialize;

use crate::{project, told};

/// A word that is understood as the command line understands it; an empty one says nothing.
pub(crate) fn parsed<T: FromStr>(name: &str, word: Option<&str>) -> Result<Option<T>, String>
where
    T::Err: Display,
{
    let word = word.map(str::trim).filter(|word| !word.is_empty());
    word.map(|word| word.parse().map_err(|error| format!("{name}: {error}"))).transpose()
}

/// A text that says something.
fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// What `render` and `plan` share.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Common {
    form: Option<String>,
    r#type: Option<String>,
    method: Option<String>,
    api_version: Option<String>,
    placeholders: Option<String>,
    shell: Option<String>,
    pretty: bool,
    multiline: bool,
    cloud: Option<String>,
    subscription: Option<String>,
    resource_group: Option<String>,
    vm: Option<String>,
    vmss: Option<String>,
    name: Option<String>,
    location: Option<String>,
    /// The text of `armbody.toml`; an empty one says nothing.
    config: String,
}

impl Common {
    /// How requests are written, where nothing else is asked for.
    fn settings(&self) -> Result<Settings, String> {
        self.output()?.with_config(&project::render(&self.config)?).map_err(told)
    }

    fn form(&self) -> Result<As, String> {
        Ok(parsed("form", self.form.as_deref())?.unwrap_or_default())
    }

    fn target(&self) -> Result<Target, String> {
        Ok(Target {
            resource_type: parsed("type", self.r#type.as_deref())?,
            method: parsed("method", self.method.as_deref())?,
            api_version: parsed("api-version", self.api_version.as_deref())?.into_iter().collect(),
        })
    }

    fn output(&self) -> Result<Output, String> {
        Ok(Output {
            placeholders: parsed("placeholders", self.placeholders.as_deref())?,
            pretty: self.pretty,
            multiline: self.multiline,
            shell: parsed("shell", self.shell.as_deref())?,
            cloud: parsed("cloud", self.cloud.as_deref())?.unwrap_or_default(),
            ..Output::default()
        })
    }

    fn fill(self) -> Fill {
        Fill {
            subscription: said(self.subscription),
            resource_group: said(self.resource_group),
            vm: said(self.vm),
            vmss: said(self.vmss),
            name: said(self.name),
            location: said(self.location),
        }
    }
}

/// `render`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Render {
    scenarios: Vec<String>,
    all: bool,
    nic: Option<String>,
    identities: Vec<String>,
    scope: Option<String>,
    image: Option<String>,
    #[serde(flatten)]
    common: Common,
}

impl Render {
    pub(crate) fn settings(&self) -> Result<Settings, String> {
        self.common.settings()
    }

    pub(crate) fn into_command(self) -> Result<command::Render, String> {
        Ok(command::Render {
            scenarios: self.scenarios,
            all: self.all,
            form: self.common.form()?,
            target: self.common.target()?,
            output: self.common.output()?,
            nic: said(self.nic),
            identities: self.identities,
            scope: said(self.scope),
            image: parsed("image", self.image.as_deref())?.unwrap_or_default(),
            fill: self.common.fill(),
        })
    }
}

/// `plan`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Plan {
    system: Option<String>,
    add: Vec<String>,
    remove: Vec<String>,
    only: Vec<String>,
    none: bool,
    minimal: bool,
    undo: bool,
    /// `states` or `rights` instead of the request.
    show: Option<String>,
    /// For programs.
    json: bool,
    #[serde(flatten)]
    common: Common,
}

impl Plan {
    pub(crate) fn settings(&self) -> Result<Settings, String> {
        self.common.settings()
    }

    pub(crate) fn into_command(self) -> Result<command::Plan, String> {
        let system = match self.system.as_deref() {
            Some("on") => SystemWish::On,
            Some("off") => SystemWish::Off,
            None | Some("" | "keep") => SystemWish::Keep,
            Some(other) => return Err(format!("system: `{other}` is none of on, off, keep")),
        };
        let show = match self.show.as_deref() {
            None | Some("" | "request") => Show::Request,
            Some("states") => Show::States,
            Some("rights") => Show::Rights,
            Some(other) => return Err(format!("show: `{other}` is none of request, states, rights")),
        };
        Ok(command::Plan {
            name: "answer".to_owned(),
            wishes: Wishes {
                system,
                add: self.add,
                remove: self.remove,
                only: self.only,
                none: self.none,
                ignore_missing: false,
            },
            minimal: self.minimal,
            undo: self.undo,
            show,
            format: if self.json { PlanFormat::Json } else { PlanFormat::Text },
            form: self.common.form()?,
            target: self.common.target()?,
            output: self.common.output()?,
            fill: self.common.fill(),
            ..command::Plan::default()
        })
    }
}

/// `expand`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Expand {
    set: Vec<String>,
    scope: Option<String>,
    location: Option<String>,
    form: Option<String>,
    outputs: bool,
    nested: bool,
}

impl Expand {
    pub(crate) fn into_command(self) -> Result<command::Expand, String> {
        Ok(command::Expand {
            set: self.set,
            scope: parsed("scope", self.scope.as_deref())?,
            location: said(self.location),
            form: parsed("form", self.form.as_deref())?.unwrap_or_default(),
            outputs: self.outputs,
            nested: self.nested,
            ..command::Expand::default()
        })
    }
}
