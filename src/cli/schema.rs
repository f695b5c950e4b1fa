//! `armbody schema`: list, show, import.

mod pages;

use armbody::arm::{ApiVersion, Method};
use armbody::schema::Schemas;
use armbody::shown;
use armbody::text::Shown;

/// The embedded schemas; make them from Azure's `OpenAPI` files.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List types, API versions and methods: of types that only Bicep's types describe the newest version.
    List {
        /// Only this type, or the types of this namespace, in all their versions.
        #[arg(long = "type", value_name = "TYPE")]
        resource_type: Option<String>,
        /// Only how many there are, and where they are from.
        #[arg(long)]
        count: bool,
        /// A page of all of them in Markdown, with what each takes in `identity`.
        #[arg(long, conflicts_with_all = ["resource_type", "count"])]
        markdown: bool,
    },
    /// Print the schema of one body, complete in itself.
    Show {
        /// vm, vmss, identity or a full type name.
        #[arg(long = "type", value_name = "TYPE", default_value = "vm")]
        resource_type: String,
        /// PUT or PATCH.
        #[arg(long, value_name = "METHOD", default_value = "PUT")]
        method: Method,
        /// The API version; the newest stable one without it.
        #[arg(long, value_name = "VERSION")]
        api_version: Option<ApiVersion>,
    },
    /// Make schemas from a checkout of azure-rest-api-specs, or a pack of all types from those that Bicep publishes.
    Import {
        /// The checkout of azure-rest-api-specs.
        #[arg(required_unless_present = "bicep_types")]
        dir: Option<std::path::PathBuf>,
        /// A checkout (or bare git directory) of Azure/bicep-types-az: makes types.pack and types.tsv.
        #[arg(long, value_name = "DIR", conflicts_with_all = ["dir", "types"])]
        bicep_types: Option<std::path::PathBuf>,
        /// Resource types to import; those that are embedded without it.
        #[arg(long = "type", value_name = "TYPE")]
        types: Vec<String>,
        /// The folder to write to.
        #[arg(long, short, value_name = "DIR", default_value = "schemas")]
        output: std::path::PathBuf,
    },
}

pub(crate) fn run(command: &Command, terminal: &mut super::Terminal) -> anyhow::Result<super::Status> {
    let text = match command {
        Command::List { markdown: true, .. } => Shown::lines(&pages::markdown(&Schemas::embedded())),
        Command::List { resource_type, count, .. } => {
            let schemas = Schemas::embedded();
            let listed = match (resource_type, count) {
                (resource_type, true) => pages::count(&schemas, resource_type.as_deref()),
                (Some(resource_type), false) => pages::list_type(&schemas, resource_type),
                (None, false) => Ok(pages::list(&schemas)),
            };
            Shown::lines(&listed.map_err(anyhow::Error::msg)?)
        }
        Command::Show { resource_type, method, api_version } => {
            let schema = pages::show(&Schemas::embedded(), resource_type, *method, *api_version);
            Shown::json_text(&schema.map_err(anyhow::Error::msg)?)
        }
        Command::Import { dir, bicep_types, types, output } => {
            let made = match (bicep_types, dir) {
                (Some(dir), _) => pages::import_types(dir, output).map_err(|problem| vec![problem]),
                (None, Some(dir)) => pages::import(dir, types, output),
                (None, None) => Ok(String::new()),
            };
            match made {
                Ok(text) => Shown::lines(&text),
                Err(problems) => {
                    for problem in problems {
                        terminal.say(&shown!("armbody: {}", Shown::line(&problem)));
                    }
                    return Ok(super::Status::Failed);
                }
            }
        }
    };
    terminal.print(&text)?;
    Ok(super::Status::Clean)
}
