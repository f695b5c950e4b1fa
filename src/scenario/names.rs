//! `Names`: what a request is about, as somebody gave it or by default.

use std::fmt;
use std::str::FromStr;

use crate::arm::{
    Blank, BlankStyle, IdentityId, NameError, NameKind, PlaceholderStyle, ResourceIdError, ResourceName,
    ResourceType, canonical_blanks, find_placeholders, parse_user_assigned,
};

/// The operating system that a new machine gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Image {
    /// Windows Server, with an administrator's password.
    #[default]
    Windows,
    /// Ubuntu, with an SSH key.
    Linux,
}

impl Image {
    /// The word that the command line and the templates use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Windows => "windows",
            Self::Linux => "linux",
        }
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Image {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = [Self::Windows, Self::Linux];
        let known = known.into_iter().find(|image| image.as_str().eq_ignore_ascii_case(text));
        known.ok_or_else(|| "expected windows or linux".to_owned())
    }
}

/// A name or id that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NamesError {
    /// It breaks a naming rule.
    #[error(transparent)]
    Name(#[from] NameError),
    /// It is not an id of a user-assigned identity.
    #[error("`{}` is not the id of a user-assigned identity: {error}{}", id.escape_debug(), suggestion(error))]
    Id {
        /// As given.
        id: String,
        /// What is wrong with it.
        error: ResourceIdError,
    },
    /// The same identity twice.
    #[error("the identity `{}` is given twice", .0.escape_debug())]
    Twice(String),
    /// A placeholder for which there is no variable.
    #[error(
        "`{placeholder}` in `{}` is not a placeholder that a shell can fill in: with `--placeholders shell`, there are {}",
        text.escape_debug(), variables()
    )]
    NoVariable {
        /// The text it stands in.
        text: String,
        /// The placeholder.
        placeholder: String,
    },
}

fn suggestion(error: &ResourceIdError) -> String {
    error.suggestion.as_ref().map_or_else(String::new, |fixed| format!("; did you mean `{fixed}`?"))
}

fn variables() -> String {
    Blank::all().map(|blank| blank.spelling(BlankStyle::Shell)).collect::<Vec<_>>().join(" ")
}

fn is_of_article(machine: &str) -> bool {
    ARTICLE.iter().any(|(known, _)| *known == machine)
}

/// What a request is about. Texts may have placeholders, the known ones in angle brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    subscription: String,
    resource_group: String,
    vm: String,
    vmss: String,
    location: String,
    /// As given; it follows the machine's name otherwise.
    nic: Option<String>,
}

/// The names of the article, which go together.
const ARTICLE: [(&str, &str); 2] = [("myVM", "TestVM3"), ("myVMSS", "TestVM3")];

impl Default for Names {
    /// A blank subscription; `myResourceGroup`, `myVM`, `myVMSS`, `westus`, `myNic`.
    fn default() -> Self {
        Self {
            subscription: Blank::SubscriptionId.spelling(BlankStyle::Angle).to_owned(),
            resource_group: "myResourceGroup".to_owned(),
            vm: "myVM".to_owned(),
            vmss: "myVMSS".to_owned(),
            location: "westus".to_owned(),
            nic: None,
        }
    }
}

impl Names {
    /// Sets the name of one kind; `$SUBSCRIPTION_ID` and the like are taken for blanks.
    ///
    /// # Errors
    /// The rule of Azure that the name breaks.
    pub fn set(&mut self, kind: NameKind, text: &str) -> Result<(), NamesError> {
        let text = canonical_blanks(text);
        ResourceName::parse(kind, &text)?;
        self.take(kind, &text);
        Ok(())
    }

    /// Sets the name of one kind, as Azure gave it.
    pub fn take(&mut self, kind: NameKind, text: &str) {
        let place = match kind {
            NameKind::Subscription => &mut self.subscription,
            NameKind::ResourceGroup => &mut self.resource_group,
            NameKind::VirtualMachine => &mut self.vm,
            NameKind::VirtualMachineScaleSet => &mut self.vmss,
            NameKind::Location => &mut self.location,
            NameKind::NetworkInterface => {
                self.nic = Some(text.to_owned());
                return;
            }
            // These are given with the identities, and by the machine's name.
            NameKind::UserAssignedIdentity | NameKind::WindowsComputer => return,
        };
        text.clone_into(place);
    }

    /// The subscription's id.
    pub fn subscription(&self) -> &str {
        &self.subscription
    }

    /// The resource group's name.
    pub fn resource_group(&self) -> &str {
        &self.resource_group
    }

    /// The region.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// The network interface's name: as given, else after the machine.
    pub fn nic(&self, resource_type: ResourceType) -> String {
        let machine = self.machine(resource_type);
        match &self.nic {
            Some(nic) => nic.clone(),
            None if is_of_article(machine) => "myNic".to_owned(),
            None => format!("{machine}-nic"),
        }
    }

    /// What the names of the machine's disks begin with: the machine's name.
    pub fn disks(&self, resource_type: ResourceType) -> &str {
        let machine = self.machine(resource_type);
        ARTICLE.iter().find(|(known, _)| *known == machine).map_or(machine, |(_, disks)| disks)
    }

    /// The name of the machine of a type.
    pub fn machine(&self, resource_type: ResourceType) -> &str {
        if resource_type.is_set() { &self.vmss } else { &self.vm }
    }

    /// The id of a resource of the resource group.
    pub fn id_of(&self, resource_type: &str, name: &str) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/{resource_type}/{name}",
            self.subscription, self.resource_group
        )
    }

    /// The id of a user-assigned identity: as given, or of a bare name in the resource group.
    ///
    /// # Errors
    /// What is wrong with the name or the id.
    pub fn identity_id(&self, text: &str) -> Result<String, NamesError> {
        let text = canonical_blanks(text);
        if !text.contains('/') || text.starts_with('<') && text.ends_with('>') {
            ResourceName::parse(NameKind::UserAssignedIdentity, &text)?;
            return Ok(self.id_of(ResourceType::UserAssignedIdentity.full_name(), &text));
        }
        let parsed =
            parse_user_assigned(&text).map_err(|error| NamesError::Id { id: text.clone(), error })?;
        let parts = [
            (NameKind::Subscription, parsed.subscription),
            (NameKind::ResourceGroup, parsed.resource_group),
            (NameKind::UserAssignedIdentity, parsed.name),
        ];
        for (kind, segment) in parts {
            if let Some(segment) = segment {
                ResourceName::parse(kind, segment.text)?;
            }
        }
        Ok(text)
    }

    /// The ids of several identities, each given once.
    ///
    /// # Errors
    /// What is wrong with one, or that it is there twice.
    pub fn identity_ids<'i>(
        &self,
        texts: impl IntoIterator<Item = &'i str>,
    ) -> Result<Vec<String>, NamesError> {
        let mut ids: Vec<IdentityId> = Vec::new();
        for text in texts {
            let id = IdentityId::new(self.identity_id(text)?);
            if ids.contains(&id) {
                return Err(NamesError::Twice(text.to_owned()));
            }
            ids.push(id);
        }
        Ok(ids.iter().map(|id| id.as_str().to_owned()).collect())
    }

    /// Checks that every placeholder of the names and of `ids` can be spelt in a style: only known ones have
    /// variables.
    ///
    /// # Errors
    /// The first that cannot.
    pub fn check_style(&self, ids: &[String], style: BlankStyle) -> Result<(), NamesError> {
        if style != BlankStyle::Shell {
            return Ok(());
        }
        let names = [&self.subscription, &self.resource_group, &self.vm, &self.vmss, &self.location];
        for text in names.into_iter().chain(&self.nic).chain(ids) {
            // A GUID of zeros, and a name that begins with `your`, are what somebody gave.
            let is_open = |style| {
                !matches!(style, PlaceholderStyle::ZeroGuid | PlaceholderStyle::Exes | PlaceholderStyle::Your)
            };
            for found in find_placeholders(text).filter(|found| is_open(found.style)) {
                let placeholder = &text[found.range];
                if Blank::all().all(|blank| blank.spelling(BlankStyle::Angle) != placeholder) {
                    let (text, placeholder) = (text.clone(), placeholder.to_owned());
                    return Err(NamesError::NoVariable { text, placeholder });
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_names_are_in_the_resource_group() {
        let mut names = Names::default();
        names.set(NameKind::ResourceGroup, "my(Group)").unwrap();
        assert_eq!(
            names.identity_id("ID1").unwrap(),
            "/subscriptions/<SUBSCRIPTION ID>/resourceGroups/my(Group)/providers/Microsoft.ManagedIdentity/\
             userAssignedIdentities/ID1"
        );
        let whole = "/subscriptions/$SUBSCRIPTION_ID/resourceGroups/rg/providers/Microsoft.ManagedIdentity/\
                     userAssignedIdentities/ID1";
        assert!(names.identity_id(whole).unwrap().starts_with("/subscriptions/<SUBSCRIPTION ID>/"));
    }

    #[test]
    fn rules_are_named() {
        let mut names = Names::default();
        let error = names.set(NameKind::VirtualMachine, "my$VM\"").unwrap_err().to_string();
        assert!(error.starts_with("`my$VM\\\"` is not the name of a virtual machine: "), "{error}");
        let error = names.identity_id("id 1").unwrap_err().to_string();
        assert!(error.contains("name of a user-assigned identity"), "{error}");
        let error = names
            .identity_id(
                "subscriptions/<SUBSCRIPTION ID>/resourceGroups/rg/providers/Microsoft.ManagedIdentity/\
                 userAssignedIdentities/ID1",
            )
            .unwrap_err();
        assert!(error.to_string().ends_with("userAssignedIdentities/ID1`?"), "{error}");
        assert_eq!(
            names.identity_ids(["ID1", "id1"]).unwrap_err().to_string(),
            "the identity `id1` is given twice"
        );
    }

    #[test]
    fn unknown_placeholders_have_no_variable() {
        let mut names = Names::default();
        names.set(NameKind::VirtualMachine, "{vmName}").unwrap();
        assert_eq!(names.check_style(&[], BlankStyle::Shell), Ok(()));
        names.set(NameKind::ResourceGroup, "<MY GROUP>").unwrap();
        assert_eq!(names.check_style(&[], BlankStyle::Braces), Ok(()));
        assert!(names.check_style(&[], BlankStyle::Shell).is_err());
    }
}
