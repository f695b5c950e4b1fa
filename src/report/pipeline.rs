//! The run of Azure Pipelines that a report is of, as GitHub Advanced Security for Azure DevOps wants it named.
//!
//! The names are those of `AdoPipelineContext` in Microsoft's SARIF SDK, whose rules `GHAzDO1019` and `GHAzDO1020` ask for them.

use serde_json::{Map, Value};

/// What every name begins with.
const PREFIX: &str = "azuredevops/pipeline/build/";

/// A run of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    id: String,
    properties: [(&'static str, String); 4],
}

impl Pipeline {
    /// What the agent's variables say; `None` outside of Azure Pipelines, and where one that is needed is missing.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let said = |name: &str| variable(name).filter(|text| !text.trim().is_empty());
        let either = |first: &str, second: &str| said(first).or_else(|| said(second));
        if !said("TF_BUILD").is_some_and(|text| text.eq_ignore_ascii_case("true")) {
            return None;
        }
        let organization = organization(&said("SYSTEM_COLLECTIONURI")?)?;
        let project = said("SYSTEM_TEAMPROJECTID")?;
        let definition = either("BUILD_DEFINITIONID", "SYSTEM_DEFINITIONID")?;
        let phase = either("SYSTEM_PHASEID", "SYSTEM_JOBID")?;
        let (branch, build) = (said("BUILD_SOURCEBRANCH")?, said("BUILD_BUILDID")?);
        Some(Self {
            id: format!("{PREFIX}{organization}/{project}/{definition}/{phase}/{branch}/{build}"),
            properties: [
                ("buildDefinitionId", definition),
                ("buildDefinitionName", said("BUILD_DEFINITIONNAME")?),
                ("phaseId", phase),
                ("phaseName", either("SYSTEM_PHASENAME", "SYSTEM_JOBNAME")?),
            ],
        })
    }

    /// The name of the run.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// What the service knows the build by.
    pub(super) fn properties(&self) -> Map<String, Value> {
        let named = |(name, value): &(&str, String)| (format!("{PREFIX}{name}"), Value::from(value.as_str()));
        self.properties.iter().map(named).collect()
    }
}

/// The organization of `https://dev.azure.com/NAME/` or `https://NAME.visualstudio.com/`; of a server of one's own, the
/// collection.
fn organization(address: &str) -> Option<String> {
    let (_, rest) = address.trim().split_once("://")?;
    let mut parts = rest.split('/').filter(|part| !part.is_empty());
    let host = parts.next()?;
    let named = host.strip_suffix(".visualstudio.com").and_then(|host| host.split('.').next());
    named.or_else(|| parts.next_back()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGENT: [(&str, &str); 9] = [
        ("TF_BUILD", "True"),
        ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/contoso/"),
        ("SYSTEM_TEAMPROJECTID", "11111111-0000-0000-0000-000000000000"),
        ("SYSTEM_DEFINITIONID", "7"),
        ("BUILD_DEFINITIONNAME", "docs"),
        ("SYSTEM_PHASENAME", "Job"),
        ("SYSTEM_JOBID", "22222222-0000-0000-0000-000000000000"),
        ("BUILD_SOURCEBRANCH", "refs/heads/main"),
        ("BUILD_BUILDID", "42"),
    ];

    fn with(agent: &[(&str, &str)]) -> Option<Pipeline> {
        Pipeline::of(|name| agent.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn a_run_is_named_as_the_service_wants_it() {
        let run = with(&AGENT).expect("every variable is there");
        assert_eq!(
            run.id(),
            "azuredevops/pipeline/build/contoso/11111111-0000-0000-0000-000000000000/7/\
             22222222-0000-0000-0000-000000000000/refs/heads/main/42"
        );
        let properties = run.properties();
        assert_eq!(properties["azuredevops/pipeline/build/buildDefinitionId"], "7");
        assert_eq!(properties["azuredevops/pipeline/build/phaseName"], "Job");
        assert_eq!(properties.len(), 4);
    }

    #[test]
    fn what_is_half_said_is_not_said() {
        for missing in 0..AGENT.len() {
            let mut agent = AGENT;
            agent[missing].1 = " ";
            assert_eq!(with(&agent), None, "{}", agent[missing].0);
        }
        assert_eq!(with(&[]), None);
    }

    #[test]
    fn organizations_are_named_by_their_addresses() {
        for (address, name) in [
            ("https://dev.azure.com/contoso/", Some("contoso")),
            ("https://contoso.visualstudio.com/", Some("contoso")),
            ("https://tfs.contoso.example/tfs/DefaultCollection/", Some("DefaultCollection")),
            ("https://dev.azure.com/", None),
            ("contoso", None),
        ] {
            assert_eq!(organization(address).as_deref(), name, "{address}");
        }
    }
}
