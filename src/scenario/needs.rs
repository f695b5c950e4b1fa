//! What a request needs beforehand: roles, a resource group, a network, an access token.

use std::fmt;
use std::fmt::Write as _;

use super::catalogue::{Action, Scenario, scenarios};
use super::names::Names;
use crate::arm::{Blank, BlankStyle, BlockIds, IdChange, ResourceType, newest_stable, plan};

/// A built-in role of Azure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Role {
    /// Reads everything.
    Reader,
    /// Manages machines, and joins them to networks.
    VirtualMachineContributor,
    /// Creates and deletes user-assigned identities.
    ManagedIdentityContributor,
    /// Reads user-assigned identities, assigns them and takes them away.
    ManagedIdentityOperator,
    /// Does everything but give roles.
    Contributor,
    /// Gives roles, and nothing else.
    RoleBasedAccessControlAdministrator,
}

impl Role {
    /// The name in Azure.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reader => "Reader",
            Self::VirtualMachineContributor => "Virtual Machine Contributor",
            Self::ManagedIdentityContributor => "Managed Identity Contributor",
            Self::ManagedIdentityOperator => "Managed Identity Operator",
            Self::Contributor => "Contributor",
            Self::RoleBasedAccessControlAdministrator => "Role Based Access Control Administrator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Scenario {
    /// Whether its request names an identity that is to be there: that takes a right on it, also where the machine has
    /// it already. To take one away takes none.
    fn assigns_identities(&self) -> bool {
        let machine = ResourceType::VirtualMachine;
        let id = |name: &&str| {
            format!(
                "/subscriptions/s/resourceGroups/g/providers/{}/{name}",
                ResourceType::UserAssignedIdentity
            )
        };
        let ids: Vec<String> = self.default_identities().iter().map(id).collect();
        let (Some((before, after)), Some(method)) = (self.states(&ids), self.method()) else { return false };
        let block = plan(&before, &after, machine, newest_stable(machine), method).ok().flatten();
        match block.map(|block| block.ids) {
            Some(BlockIds::Map(map)) => map.iter().any(|(_, change)| *change == IdChange::Assign),
            Some(BlockIds::List(ids)) => !ids.is_empty(),
            Some(BlockIds::Absent) | None => false,
        }
    }

    /// The least roles that its request needs, in the API versions of today.
    ///
    /// Source: the documentation of Azure's built-in roles, and of managed identities.
    pub fn roles(&self) -> &'static [Role] {
        match self.action {
            Action::Create(_) | Action::Change { .. } if self.assigns_identities() => {
                &[Role::VirtualMachineContributor, Role::ManagedIdentityOperator]
            }
            Action::Create(_) | Action::Change { .. } => &[Role::VirtualMachineContributor],
            Action::Read => &[Role::Reader],
            Action::CreateIdentity | Action::DeleteIdentity => &[Role::ManagedIdentityContributor],
            Action::ListIdentities => &[Role::ManagedIdentityOperator],
            Action::Prepare => &[],
        }
    }
}

/// The commands of the Azure CLI that come before any request, for machines of a type, and the roles that each
/// scenario needs. Ends with a line break.
pub fn prerequisites(machine: ResourceType, names: &Names, style: BlankStyle) -> String {
    let mut out = preparations(machine, names, style);
    out.push('\n');
    out.push_str(&token(names, style));
    out.push_str("\n# The roles that your account needs, at least:\n");
    let rows = scenarios().iter().filter(|scenario| !scenario.roles().is_empty());
    let width = rows.clone().map(|scenario| scenario.name.len()).max().unwrap_or_default();
    for scenario in rows {
        let roles: Vec<&str> = scenario.roles().iter().map(|role| role.name()).collect();
        // Writing to a string does not fail.
        let _ = writeln!(out, "#   {:width$}  {}", scenario.name, roles.join(", "));
    }
    out
}

/// The commands that make what a new machine is put into: a resource group and a network. Ends with a line break.
pub(super) fn preparations(machine: ResourceType, names: &Names, style: BlankStyle) -> String {
    let in_subscription = in_subscription(names, style);
    let group = shell_word(names.resource_group(), style);
    let location = shell_word(names.location(), style);
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(out, "# The resource group of the {} and its related resources.", machine.noun());
    let _ = writeln!(out, "az group create --name {group} --location {location}{in_subscription}");
    let scale_set = machine.is_set();
    let network = if scale_set { "The network of the scale set." } else { "The network and its interface." };
    let _ = writeln!(out, "\n# {network}");
    let _ = writeln!(
        out,
        "az network vnet create -g {group} -n myVnet --subnet-name mySubnet --location {location}{in_subscription}"
    );
    if !scale_set {
        let nic = shell_word(&names.nic(machine), style);
        let _ = writeln!(
            out,
            "az network nic create -g {group} --vnet-name myVnet --subnet mySubnet -n {nic} --location {location}\
             {in_subscription}"
        );
    }
    out
}

/// The commands that get what requests fill in: the token, and the subscription if none is named. Ends with a line
/// break.
pub(super) fn token(names: &Names, style: BlankStyle) -> String {
    let given = is_given(names);
    let token = format!(
        "az account get-access-token --query accessToken --output tsv{}",
        in_subscription(names, style)
    );
    let mut out = String::new();
    // Writing to a string does not fail.
    if style == BlankStyle::Shell {
        out.push_str("# What the requests fill in.\n");
        let _ = writeln!(out, "export ACCESS_TOKEN=\"$({token})\"");
        if !given {
            out.push_str("export SUBSCRIPTION_ID=\"$(az account show --query id --output tsv)\"\n");
        }
    } else {
        let _ = writeln!(out, "# What to put for {}.", Blank::AccessToken.spelling(style));
        let _ = writeln!(out, "{token}");
        if !given {
            let _ = writeln!(out, "\n# What to put for {}.", Blank::SubscriptionId.spelling(style));
            out.push_str("az account show --query id --output tsv\n");
        }
    }
    out
}

fn is_given(names: &Names) -> bool {
    names.subscription() != Blank::SubscriptionId.spelling(BlankStyle::Angle)
}

fn in_subscription(names: &Names, style: BlankStyle) -> String {
    if is_given(names) {
        format!(" --subscription {}", shell_word(names.subscription(), style))
    } else {
        String::new()
    }
}

/// A name as a word of a shell, quoted where it has to be.
fn shell_word(name: &str, style: BlankStyle) -> String {
    let text = crate::arm::Text::new(name);
    let spelt = text.spell(style);
    if style == BlankStyle::Shell && text.blanks().next().is_some() {
        return format!("\"{spelt}\"");
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    if !spelt.is_empty() && spelt.bytes().all(plain) {
        return spelt;
    }
    format!("'{}'", spelt.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::NameKind;

    #[test]
    fn names_are_quoted_where_a_shell_would_read_them() {
        let mut names = Names::default();
        names.set(NameKind::ResourceGroup, "my(group)").unwrap();
        names.set(NameKind::Location, "<LOCATION>").unwrap();
        let vm = prerequisites(ResourceType::VirtualMachine, &names, BlankStyle::Shell);
        assert!(vm.contains("az group create --name 'my(group)' --location \"$LOCATION\"\n"), "{vm}");
        assert!(vm.contains("nic create -g 'my(group)' --vnet-name myVnet --subnet mySubnet -n myNic "));
        assert!(vm.contains("export ACCESS_TOKEN="));
        let vmss = prerequisites(ResourceType::VirtualMachineScaleSet, &names, BlankStyle::Angle);
        assert!(vmss.contains("--location '<LOCATION>'\n") && !vmss.contains("nic create"), "{vmss}");
        assert!(vmss.contains("# What to put for <ACCESS TOKEN>.\naz account get-access-token"));
        assert!(vmss.contains("#   delete-identity               Managed Identity Contributor\n"), "{vmss}");
    }
}
