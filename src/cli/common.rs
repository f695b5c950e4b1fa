//! Words that commands share, and how they end.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context as _, anyhow};
use armbody::arm::{ApiVersion, BlankStyle, Cloud, Method, ResourceTypeName};
use armbody::command::{self, As, Outcome, Settings, Status};
use armbody::config::{self, Config, Configs};
use armbody::notation::Shell;
use armbody::shown;
use armbody::text::{DEFAULT_MAX_SIZE, ReadError, Replaced, Shown, Source, path_name, write_file};

use super::Terminal;

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
    /// What the command line says of how to write.
    pub(crate) fn asked(&self) -> command::Output {
        command::Output {
            placeholders: self.placeholders,
            pretty: self.pretty,
            multiline: self.multiline,
            shell: self.shell,
            body_file: self.body_file,
            to_files: self.folder.is_some(),
            templates: self.templates.clone(),
            cloud: self.cloud.clone(),
        }
    }

    /// [`Output::asked`], and where the command line says nothing, what the configuration says.
    pub(crate) fn settings(&self) -> anyhow::Result<Settings> {
        self.asked().with_config(&self.configured()?)
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
    /// What the command line says of them.
    pub(crate) fn asked(&self) -> command::Target {
        command::Target {
            resource_type: self.resource_type.clone(),
            method: self.method,
            api_version: self.api_version.clone(),
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
    /// What the command line says of them.
    pub(crate) fn asked(&self) -> command::Fill {
        command::Fill {
            subscription: self.subscription.clone(),
            resource_group: self.resource_group.clone(),
            vm: self.vm.clone(),
            vmss: self.vmss.clone(),
            name: self.name.clone(),
            location: self.location.clone(),
        }
    }
}

/// Reads a file; `-` is standard input, which messages call `stdin`.
pub(crate) fn read(path: &Path, stdin: &str, limit: u64) -> Result<Source, ReadError> {
    if path == Path::new("-") {
        Source::read_from(stdin, std::io::stdin().lock(), limit)
    } else {
        Source::read(path, limit)
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

/// Prints what a command made, writes its files into `folder`, and says what it has to say.
pub(crate) fn finish(
    outcome: &Outcome,
    folder: Option<&Path>,
    terminal: &mut Terminal,
) -> anyhow::Result<Status> {
    for part in &outcome.out {
        terminal.print(part)?;
    }
    if let (Some(folder), Some(files)) = (folder, &outcome.files) {
        write_files(folder, files, terminal)?;
    }
    for note in &outcome.notes {
        terminal.say(note);
    }
    Ok(outcome.status)
}

/// Writes files of these names and texts into a folder, which is made if it is not there.
fn write_files(folder: &Path, files: &[(String, String)], terminal: &mut Terminal) -> anyhow::Result<()> {
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
