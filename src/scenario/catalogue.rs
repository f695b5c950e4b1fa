//! The catalogue: each scenario's name, method, and states before and after.

use std::fmt;

use crate::arm::versions::published;
use crate::arm::{ApiVersion, Identity, IdentityForm, Method, ResourceType, plan};
use crate::text::suggest::did_you_mean;

/// A scenario of the catalogue.
#[derive(Debug)]
pub struct Scenario {
    /// Its name, in kebab case; stable.
    pub name: &'static str,
    /// What it does, in a few words that end a sentence beginning with its method.
    pub summary: &'static str,
    pub(super) action: Action,
}

/// What a scenario does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Creates a machine.
    Create(State),
    /// Takes a machine from one state to another; so many identities by default.
    Change { before: State, after: State, identities: usize },
    /// Reads what a machine has.
    Read,
    /// Creates a user-assigned identity.
    CreateIdentity,
    /// Lists the user-assigned identities of a resource group.
    ListIdentities,
    /// Deletes a user-assigned identity.
    DeleteIdentity,
    /// What comes before any request; makes none itself.
    Prepare,
}

/// A state, in terms of the identities that are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    system_assigned: bool,
    user_assigned: Share,
}

/// How many of the given identities a state has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Share {
    Nothing,
    AllButLast,
    All,
}

impl State {
    /// The state, of these ids.
    pub(super) fn of(self, ids: &[String]) -> Identity {
        let count = match self.user_assigned {
            Share::Nothing => 0,
            Share::AllButLast => ids.len().saturating_sub(1),
            Share::All => ids.len(),
        };
        Identity::new(self.system_assigned, ids[..count].iter().map(String::as_str))
    }
}

const fn state(system_assigned: bool, user_assigned: Share) -> State {
    State { system_assigned, user_assigned }
}

const NONE: State = state(false, Share::Nothing);
const SYSTEM: State = state(true, Share::Nothing);
const USER: State = state(false, Share::All);
const BOTH: State = state(true, Share::All);
const BOTH_BUT_LAST: State = state(true, Share::AllButLast);

const fn change(before: State, after: State, identities: usize) -> Action {
    Action::Change { before, after, identities }
}

static SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "create-system-assigned",
        summary: "creates a {} with a system-assigned identity",
        action: Action::Create(SYSTEM),
    },
    Scenario {
        name: "create-user-assigned",
        summary: "creates a {} with user-assigned identities",
        action: Action::Create(USER),
    },
    Scenario {
        name: "create-both",
        summary: "creates a {} with a system-assigned identity and user-assigned ones",
        action: Action::Create(BOTH),
    },
    Scenario {
        name: "enable-system-assigned",
        summary: "gives a system-assigned identity to a {} without identities",
        action: change(NONE, SYSTEM, 0),
    },
    Scenario {
        name: "enable-system-assigned-keep",
        summary: "gives a system-assigned identity to a {} whose user-assigned ones stay",
        action: change(USER, BOTH, 2),
    },
    Scenario {
        name: "disable-system-assigned",
        summary: "takes the system-assigned identity from a {} that has no other",
        action: change(SYSTEM, NONE, 0),
    },
    Scenario {
        name: "disable-system-assigned-keep",
        summary: "takes the system-assigned identity from a {} whose user-assigned ones stay",
        action: change(BOTH, USER, 2),
    },
    Scenario {
        name: "assign-user-assigned",
        summary: "gives the first user-assigned identity to a {} without identities",
        action: change(NONE, USER, 1),
    },
    Scenario {
        name: "add-user-assigned-keep",
        summary: "gives one more user-assigned identity to a {} whose others stay",
        action: change(BOTH_BUT_LAST, BOTH, 2),
    },
    Scenario {
        name: "remove-user-assigned-keep",
        summary: "takes one user-assigned identity from a {} whose others stay",
        action: change(BOTH, BOTH_BUT_LAST, 2),
    },
    Scenario {
        name: "remove-all-user-assigned",
        summary: "takes every user-assigned identity from a {} whose system-assigned one stays",
        action: change(BOTH, SYSTEM, 2),
    },
    Scenario {
        name: "remove-all",
        summary: "takes every identity from a {} that has user-assigned ones only",
        action: change(USER, NONE, 2),
    },
    Scenario {
        name: "list",
        summary: "shows a {}, and with it the identities that it has",
        action: Action::Read,
    },
    Scenario {
        name: "create-identity",
        summary: "creates a user-assigned identity",
        action: Action::CreateIdentity,
    },
    Scenario {
        name: "list-identities",
        summary: "lists the user-assigned identities of a resource group",
        action: Action::ListIdentities,
    },
    Scenario {
        name: "delete-identity",
        summary: "deletes a user-assigned identity",
        action: Action::DeleteIdentity,
    },
    Scenario {
        name: "prerequisites",
        summary: "what every call needs: resource group, network, access token, roles",
        action: Action::Prepare,
    },
];

/// The scenarios, in the order in which a reader meets them.
pub fn scenarios() -> &'static [Scenario] {
    SCENARIOS
}

/// A name that no scenario has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownScenario {
    /// The name.
    pub name: String,
    /// The scenario that may have been meant.
    pub near: Option<&'static str>,
}

impl fmt::Display for UnknownScenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no scenario `{}`; ", self.name.escape_debug())?;
        match self.near {
            Some(near) => write!(f, "did you mean `{near}`?"),
            None => f.write_str("`armbody render --list` shows them"),
        }
    }
}

impl std::error::Error for UnknownScenario {}

/// The letters of a wrong name that are shown.
const LONGEST_NAME: usize = 80;

/// The scenario of a name.
///
/// # Errors
/// [`UnknownScenario`] has the nearest name, if one is near.
pub fn find_scenario(name: &str) -> Result<&'static Scenario, UnknownScenario> {
    if let Some(scenario) = SCENARIOS.iter().find(|scenario| scenario.name == name) {
        return Ok(scenario);
    }
    let near = did_you_mean(name, SCENARIOS.iter().map(|scenario| scenario.name));
    Err(UnknownScenario { name: name.chars().take(LONGEST_NAME).collect(), near })
}

/// The names of default identities: `ID1`, `ID2`.
const DEFAULT_IDENTITIES: [&str; 2] = ["ID1", "ID2"];

impl Scenario {
    /// The method of its request; `None` for one that makes none.
    pub fn method(&self) -> Option<Method> {
        match self.action {
            Action::Create(_) | Action::CreateIdentity => Some(Method::Put),
            Action::Change { .. } => Some(Method::Patch),
            Action::Read | Action::ListIdentities => Some(Method::Get),
            Action::DeleteIdentity => Some(Method::Delete),
            Action::Prepare => None,
        }
    }

    /// Whether its request can be made with a method: its own, or PUT where PATCH is its own (a PUT of a whole
    /// machine changes its identities as well).
    pub fn takes(&self, method: Method) -> bool {
        let own = self.method();
        own == Some(method) || (own == Some(Method::Patch) && method == Method::Put)
    }

    /// Whether its request is about a machine; the others are about user-assigned identities themselves.
    pub fn is_about_machines(&self) -> bool {
        matches!(self.action, Action::Create(_) | Action::Change { .. } | Action::Read)
    }

    /// The type that its request is about, where the machines are of `machine` type.
    pub fn resource_type(&self, machine: ResourceType) -> ResourceType {
        match self.action {
            Action::CreateIdentity | Action::ListIdentities | Action::DeleteIdentity => {
                ResourceType::UserAssignedIdentity
            }
            _ => machine,
        }
    }

    /// What it does, said of a resource type.
    pub fn says(&self, resource_type: ResourceType) -> String {
        self.says_of(resource_type.noun())
    }

    /// What it does, said of a noun.
    pub fn says_of(&self, noun: &str) -> String {
        self.summary.replace("{}", noun)
    }

    /// The names of the identities that it is about when none are given.
    pub fn default_identities(&self) -> &'static [&'static str] {
        let count = match self.action {
            Action::Create(state) if state.user_assigned == Share::Nothing => 0,
            Action::Create(_) | Action::CreateIdentity | Action::DeleteIdentity => 1,
            Action::Change { identities, .. } => identities,
            Action::Read | Action::ListIdentities | Action::Prepare => 0,
        };
        &DEFAULT_IDENTITIES[..count]
    }

    /// Whether identities mean something to it.
    pub fn uses_identities(&self) -> bool {
        !self.default_identities().is_empty()
    }

    /// The states before and after, of these ids; `None` unless it changes or creates a machine.
    pub fn states(&self, ids: &[String]) -> Option<(Identity, Identity)> {
        match self.action {
            Action::Create(after) => Some((Identity::none(), after.of(ids))),
            Action::Change { before, after, .. } => Some((before.of(ids), after.of(ids))),
            _ => None,
        }
    }

    /// The first published version in which Azure Resource Manager takes its request by a method; `None` for one
    /// that makes none. The identities are the default ones.
    pub fn first_version(&self, machine: ResourceType, method: Method) -> Option<ApiVersion> {
        let resource_type = self.resource_type(machine);
        let ids = self.default_identities();
        let id = |name: &&str| {
            format!(
                "/subscriptions/<SUBSCRIPTION ID>/resourceGroups/rg/providers/{}/{name}",
                ResourceType::UserAssignedIdentity
            )
        };
        let ids: Vec<String> = ids.iter().map(id).collect();
        let can = |version: ApiVersion, form: IdentityForm| match self.action {
            Action::Prepare => false,
            Action::Read => form != IdentityForm::None,
            _ => match self.states(&ids) {
                Some((before, after)) => plan(&before, &after, resource_type, version, method).is_ok(),
                None => true,
            },
        };
        let rows = published(resource_type);
        let row = rows.iter().find(|row| row.supports(method) && can(row.version, row.identity))?;
        self.takes(method).then_some(row.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VM: ResourceType = ResourceType::VirtualMachine;

    #[test]
    fn names_are_kebab_case_and_differ() {
        let mut names: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        assert_eq!(names.len(), 17);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 17);
        for scenario in SCENARIOS {
            assert!(std::ptr::eq(find_scenario(scenario.name).unwrap(), scenario));
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let near = |name: &str| find_scenario(name).unwrap_err().near;
        assert_eq!(near("enable-system-asigned"), Some("enable-system-assigned"));
        assert_eq!(near("Remove-All"), Some("remove-all"));
        assert_eq!(near("frobnicate"), None);
        assert_eq!(near(&"x".repeat(1_000_000)), None);
        assert_eq!(
            find_scenario("lst").unwrap_err().to_string(),
            "there is no scenario `lst`; did you mean `list`?"
        );
    }

    #[test]
    fn first_versions_follow_what_was_published() {
        let first = |name: &str, machine, method| {
            find_scenario(name).unwrap().first_version(machine, method).map(|version| version.to_string())
        };
        let some = |version: &str| Some(version.to_owned());
        assert_eq!(first("create-system-assigned", VM, Method::Put), some("2016-03-30"));
        assert_eq!(first("create-user-assigned", VM, Method::Put), some("2017-12-01"));
        assert_eq!(first("enable-system-assigned", VM, Method::Patch), some("2017-12-01"));
        assert_eq!(first("enable-system-assigned", VM, Method::Put), some("2016-03-30"));
        let vmss = ResourceType::VirtualMachineScaleSet;
        assert_eq!(first("enable-system-assigned", vmss, Method::Patch), some("2017-03-30"));
        assert_eq!(first("list", VM, Method::Get), some("2016-03-30"));
        assert_eq!(first("create-identity", VM, Method::Put), some("2015-08-31-preview"));
        assert_eq!(first("create-identity", VM, Method::Patch), None);
        assert_eq!(first("prerequisites", VM, Method::Get), None);
    }
}
