//! Words that `render` and `plan` share.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context as _, anyhow};
use armbody::arm::versions::is_published;
use armbody::arm::{
    ApiVersion, BlankStyle, Cloud, Method, NameKind, Request, ResourceType, ResourceTypeName,
    canonical_blanks,
};
use armbody::config::{self, Config, Configs};
use armbody::notation::{
    self, BodyPlace, Form, IdentityChange, Layout, Shell, Templates, UnknownForm, WriteError,
};
use armbody::report::Mask;
use armbody::scenario::{Names, Place};
use armbody::shown;
use armbody::text::{DEFAULT_MAX_SIZE, Replaced, Shown, path_name, write_file};
use serde_json::Value;

use super::Terminal;

/// `--as`: a request in some form, or a page about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum As {
    /// Requests.
    Form(Form),
    /// The whole procedure: read, compare, send, wait, verify.
    Script,
    /// A page for readers, in Markdown.
    Markdown,
}

impl FromStr for As {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.eq_ignore_ascii_case("markdown") {
            return Ok(Self::Markdown);
        }
        if text.eq_ignore_ascii_case("script") {
            return Ok(Self::Script);
        }
        text.parse().map(Self::Form).map_err(|error: UnknownForm| format!("{error}, script, markdown"))
    }
}

impl fmt::Display for As {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(form) => form.fmt(f),
            Self::Script => f.pad("script"),
            Self::Markdown => f.pad("markdown"),
        }
    }
}

impl As {
    /// True if several cannot stand in one text: they would declare the same names.
    pub(crate) fn stands_alone(self) -> bool {
        matches!(self, Self::Form(Form::Template | Form::Bicep | Form::Terraform))
    }

    /// What is written in this form, as standard output shows it: JSON keeps its values.
    pub(crate) fn shown(self, text: &str) -> Shown {
        if self == Self::Form(Form::Json) { Shown::json_text(text) } else { Shown::lines(text) }
    }
}

/// `--as` of `plan`, which writes no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlanAs(pub(crate) As);

impl FromStr for PlanAs {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A page is refused later, by name.
        text.parse().map(Self).map_err(|error: String| error.trim_end_matches(", markdown").to_owned())
    }
}

impl fmt::Display for PlanAs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How something is written, and where to.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that is there or not")]
#[derive(Debug, clap::Args)]
pub(crate) struct Output {
    /// How to write what is to be filled in: angle (without it), shell or braces.
    #[arg(long, value_name = "STYLE")]
    pub(crate) placeholders: Option<BlankStyle>,
    /// Write the body on several lines.
    #[arg(long)]
    pretty: bool,
    /// Write the command on several lines.
    #[arg(long)]
    multiline: bool,
    /// The shell that a command or script is for: bash (any POSIX shell), powershell or cmd. Without it, bash.
    #[arg(long, value_name = "SHELL")]
    shell: Option<Shell>,
    /// Keep the body out of the command: in a file beside it (with -o) or a here-document.
    #[arg(long)]
    body_file: bool,
    /// Write files into a folder instead of standard output.
    #[arg(short = 'o', long = "output", value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// Templates that replace the embedded ones of the same name (bodies/vm.json.j2, notations/az.sh.j2).
    #[arg(long = "templates", value_name = "DIR")]
    pub(crate) templates: Option<PathBuf>,
    /// The configuration, instead of the nearest armbody.toml above the current folder.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,
    /// Look for no configuration.
    #[arg(long)]
    pub(crate) no_config: bool,
    /// The largest file that is read, in bytes.
    #[arg(long, value_name = "BYTES", default_value_t = DEFAULT_MAX_SIZE)]
    pub(crate) max_size: u64,
    /// The cloud: public, usgov, china, or the https address of its Azure Resource Manager.
    #[arg(long, value_name = "CLOUD", default_value = "public")]
    pub(crate) cloud: Cloud,
}

impl Output {
    /// What the command line says of how to write, and where it says nothing, the configuration.
    pub(crate) fn settings(&self) -> anyhow::Result<Settings> {
        self.settled(&self.configured()?)
    }

    /// [`Output::settings`] with this configuration.
    pub(crate) fn settled(&self, config: &config::Render) -> anyhow::Result<Settings> {
        let templates = match self.templates.as_ref().or(config.templates.as_ref()) {
            Some(folder) => Templates::with_folder(folder)?,
            None => Templates::embedded(),
        };
        Ok(Settings {
            placeholders: self.placeholders.or(config.placeholders).unwrap_or_default(),
            api_version: config.api_version,
            templates,
            pretty: self.pretty,
            multiline: self.multiline,
            shell: self.shell.unwrap_or_default(),
            body_file: self.body_file,
        })
    }

    /// Refuses flags that mean nothing to what is written.
    pub(crate) fn check(&self, form: As) -> anyhow::Result<()> {
        let is_command = matches!(form, As::Form(Form::Curl | Form::Az));
        if self.body_file && !is_command {
            anyhow::bail!(
                "--body-file is for --as curl and az, whose bodies are arguments; not for --as {form}"
            );
        }
        match (self.shell, form) {
            (None, _)
            | (Some(_), As::Form(Form::Curl | Form::Az))
            | (Some(Shell::Bash | Shell::PowerShell), As::Script)
            | (Some(Shell::PowerShell), As::Form(Form::PowerShell)) => Ok(()),
            (Some(shell), As::Script) => {
                anyhow::bail!("--as script is written for bash and powershell, not for {shell}")
            }
            (Some(_), _) => anyhow::bail!("--shell is for --as curl, az and script, not for --as {form}"),
        }
    }

    fn configured(&self) -> anyhow::Result<config::Render> {
        let here = std::env::current_dir().context("the current folder")?;
        let configs = match &self.config {
            Some(path) => Configs::one(Config::read(path, &here, self.max_size)?),
            None if self.no_config => Configs::none(),
            None => Configs::nearest(self.max_size),
        };
        let found = configs.of(&here.join(config::FILE_NAME)).map_err(|error| anyhow!("{error}"))?;
        Ok(found.map(|config| config.render.clone()).unwrap_or_default())
    }
}

/// How to write.
pub(crate) struct Settings {
    /// How blanks are spelt.
    pub(crate) placeholders: BlankStyle,
    /// The API version that the configuration names.
    pub(crate) api_version: Option<ApiVersion>,
    /// The templates to write with.
    pub(crate) templates: Templates,
    pretty: bool,
    multiline: bool,
    /// The shell that commands are written for.
    pub(crate) shell: Shell,
    body_file: bool,
}

/// A request as text, and its body where that is a file of its own.
pub(crate) struct Written {
    /// The text, without a line break at its end.
    pub(crate) text: String,
    /// The name and the text of the body's file.
    pub(crate) body: Option<(String, String)>,
}

impl Settings {
    /// Writes a request; `name` is that of its file, if it gets one.
    ///
    /// # Errors
    /// As [`notation::write`].
    pub(crate) fn write(
        &self,
        form: Form,
        request: &Request,
        states: Option<IdentityChange<'_>>,
        name: Option<&str>,
    ) -> Result<Written, WriteError> {
        let mut layout = self.layout();
        let mut body = None;
        if let (true, Some(value)) = (self.body_file, &request.body) {
            let text = value.to_text(self.pretty);
            // A file cannot have variables in it: those are filled in where the script says the body.
            let is_whole = self.placeholders != BlankStyle::Shell || text.blanks().next().is_none();
            body = name
                .filter(|_| is_whole)
                .map(|name| (format!("{name}.body.json"), text.spell(self.placeholders) + "\n"));
            layout.body = BodyPlace::Apart;
        }
        if let Some((name, _)) = &body {
            layout.body = BodyPlace::File(name);
        }
        let text = match states {
            Some(states) => notation::write_change(form, request, states, &layout)?,
            None => notation::write(form, request, &layout)?,
        };
        Ok(Written { text, body })
    }

    /// The extension of the files that hold a form.
    pub(crate) fn extension(&self, form: As) -> &'static str {
        match form {
            As::Form(Form::Curl | Form::Az) | As::Script => self.shell.extension(),
            As::Form(form) => form.writer().extension(),
            As::Markdown => "md",
        }
    }

    /// The comment that goes before one of several texts; `None` where a form has no comments.
    pub(crate) fn heading(&self, form: As, name: &str) -> Option<String> {
        heading(form, self.shell, name)
    }

    pub(crate) fn layout(&self) -> Layout<'_> {
        Layout {
            blanks: self.placeholders,
            pretty: self.pretty,
            multiline: self.multiline,
            shell: self.shell,
            ..Layout::new(&self.templates)
        }
    }

    /// The version that the configuration names, for requests of a type. One that another type has is meant for
    /// that one.
    pub(crate) fn api_version(&self, resource_type: ResourceType) -> Option<ApiVersion> {
        let is_for_others = |version: &ApiVersion| {
            !is_published(resource_type, *version)
                && ResourceType::ALL.into_iter().any(|other| is_published(other, *version))
        };
        self.api_version.filter(|version| !is_for_others(version))
    }
}

/// The comment that goes before one of several texts for a shell; `None` where a form has no comments.
pub(crate) fn heading(form: As, shell: Shell, name: &str) -> Option<String> {
    match form {
        As::Form(Form::Curl | Form::Az) if shell == Shell::Cmd => Some(format!("@rem {name}")),
        As::Form(form) => form.writer().heading(name),
        As::Script => Some(format!("# {name}")),
        As::Markdown => None,
    }
}

/// The request's type, method and version.
#[derive(Debug, clap::Args)]
pub(crate) struct Target {
    /// vm, vmss, identity or a full type name.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) resource_type: Option<ResourceTypeName>,
    /// PUT, PATCH, GET or DELETE.
    #[arg(long, value_name = "METHOD")]
    pub(crate) method: Option<Method>,
    /// The API version; the newest stable one without it. Several stand side by side in a page (`--as markdown`).
    #[arg(long, value_name = "VERSION")]
    pub(crate) api_version: Vec<ApiVersion>,
}

impl Target {
    /// The one API version that is asked for, if any is.
    ///
    /// # Errors
    /// Several are.
    pub(crate) fn api_version(&self) -> anyhow::Result<Option<ApiVersion>> {
        match self.api_version[..] {
            [] => Ok(None),
            [version] => Ok(Some(version)),
            _ => anyhow::bail!("several API versions side by side are for `render --as markdown`"),
        }
    }
}

/// The names that fill the request.
#[derive(Debug, clap::Args)]
pub(crate) struct Fill {
    /// The subscription's id.
    #[arg(long, value_name = "ID")]
    subscription: Option<String>,
    /// The resource group.
    #[arg(long, short = 'g', value_name = "NAME")]
    resource_group: Option<String>,
    /// The virtual machine.
    #[arg(long, value_name = "NAME")]
    vm: Option<String>,
    /// The scale set; the type is vmss then.
    #[arg(long, value_name = "NAME", conflicts_with = "vm")]
    vmss: Option<String>,
    /// The resource, whatever its type; of a child, the names from the outermost on (site/slot).
    #[arg(long, value_name = "NAME", conflicts_with_all = ["vm", "vmss"])]
    pub(crate) name: Option<String>,
    /// The region.
    #[arg(long, value_name = "REGION")]
    location: Option<String>,
}

impl Fill {
    /// Puts what was given into `names`.
    pub(crate) fn fill(&self, names: &mut Names) -> anyhow::Result<()> {
        let given = [
            (NameKind::Subscription, "--subscription", &self.subscription),
            (NameKind::ResourceGroup, "--resource-group", &self.resource_group),
            (NameKind::VirtualMachine, "--vm", &self.vm),
            (NameKind::VirtualMachineScaleSet, "--vmss", &self.vmss),
            (NameKind::Location, "--location", &self.location),
        ];
        for (kind, flag, text) in given {
            if let Some(text) = text {
                names.set(kind, text).context(flag)?;
            }
        }
        Ok(())
    }

    /// Where a machine is, as far as it was given.
    pub(crate) fn place(&self) -> anyhow::Result<Place> {
        // The rules of Azure are checked; the names are kept apart, for what is not given has no default here.
        self.fill(&mut Names::default())?;
        let text = |text: &Option<String>| text.as_deref().map(canonical_blanks);
        Ok(Place {
            subscription: text(&self.subscription),
            resource_group: text(&self.resource_group),
            name: text(&self.vm).or_else(|| text(&self.vmss)).or_else(|| text(&self.name)),
            location: text(&self.location),
        })
    }

    /// The type that the machine's name says.
    pub(crate) fn machine(&self) -> Option<ResourceType> {
        match (&self.vm, &self.vmss) {
            (Some(_), _) => Some(ResourceType::VirtualMachine),
            (_, Some(_)) => Some(ResourceType::VirtualMachineScaleSet),
            _ => None,
        }
    }
}

/// What to say of a file that was replaced and has other names, which a rename does not reach.
pub(crate) fn other_names(name: &str, replaced: Replaced) -> Option<Shown> {
    let names = match replaced.other_names {
        0 => return None,
        1 => shown!("1 other name"),
        count => shown!("{} other names", count),
    };
    let name = Shown::line(name);
    Some(shown!(
        "armbody: {}: the file had {} (hard links); only {} has the new text, for a file is replaced by a rename",
        name,
        names,
        name
    ))
}

/// Writes files of these names and texts into a folder, which is made if it is not there.
pub(crate) fn write_files(
    folder: &Path,
    files: &[(String, String)],
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    for (name, text) in files {
        let path = folder.join(name);
        let replaced = write_file(&path, text.as_bytes())?;
        if let Some(notice) = other_names(&path_name(&path), replaced) {
            terminal.say(&notice);
        }
    }
    let count = files.len();
    let plural = if count == 1 { "" } else { "s" };
    terminal.say(&shown!("{} file{} in {}", count, plural, Shown::line(&path_name(folder))));
    Ok(())
}

/// `value` without the secrets of its file.
pub(crate) fn masked(mask: &Mask, value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(mask.hide(&text).into_owned()),
        Value::Number(number) => match mask.hide(&number.to_string()) {
            Cow::Borrowed(_) => Value::Number(number),
            Cow::Owned(hidden) => Value::String(hidden),
        },
        Value::Array(all) => all.into_iter().map(|value| masked(mask, value)).collect(),
        Value::Object(all) => {
            let members =
                all.into_iter().map(|(name, value)| (mask.hide(&name).into_owned(), masked(mask, value)));
            Value::Object(members.collect())
        }
        Value::Null | Value::Bool(_) => value,
    }
}
