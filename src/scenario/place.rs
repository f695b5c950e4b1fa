//! `Place`: where a machine is, as far as an answer and the flags say.

use super::current::Current;

/// Where a machine is. What is not known is asked for, not invented.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The subscription's id.
    pub subscription: Option<String>,
    /// The resource group.
    pub resource_group: Option<String>,
    /// The machine's name.
    pub name: Option<String>,
    /// The region.
    pub location: Option<String>,
}

/// A flag that names another machine than the answer does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{flag} {}: --current is about {noun} `{}`", given.escape_debug(), found.escape_debug())]
pub struct OtherPlace {
    /// The flag.
    pub flag: &'static str,
    /// What it says.
    pub given: String,
    /// What it names.
    pub noun: &'static str,
    /// What the answer says.
    pub found: String,
}

impl Place {
    /// What the answer says, and the flags where it says nothing.
    ///
    /// # Errors
    /// [`OtherPlace`] if they say different things.
    pub fn of(current: &Current, given: &Self, name_flag: &'static str) -> Result<Self, OtherPlace> {
        let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
        // The portal shows `West US` for `westus`.
        let plain = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
        let same_region = |one: &str, other: &str| same(&plain(one), &plain(other));
        let join = |flag,
                    noun,
                    found: &Option<String>,
                    given: &Option<String>,
                    same: &dyn Fn(&str, &str) -> bool| {
            match (found, given) {
                (Some(found), Some(given)) if !same(found, given) => {
                    Err(OtherPlace { flag, noun, given: given.clone(), found: found.clone() })
                }
                (found, given) => Ok(found.clone().or_else(|| given.clone())),
            }
        };
        Ok(Self {
            subscription: join(
                "--subscription",
                "a machine in the subscription",
                &current.subscription,
                &given.subscription,
                &same,
            )?,
            resource_group: join(
                "-g",
                "a machine in the resource group",
                &current.resource_group,
                &given.resource_group,
                &same,
            )?,
            name: join(name_flag, "the machine", &current.name, &given.name, &same)?,
            location: join("--location", "a machine in", &current.location, &given.location, &same_region)?,
        })
    }

    /// The id of a resource in the resource group; `None` if that is not known.
    pub fn id_of(&self, resource_type: &str, name: &str) -> Option<String> {
        let (subscription, group) = (self.subscription.as_ref()?, self.resource_group.as_ref()?);
        Some(format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/{resource_type}/{name}"))
    }

    /// The flags that would say where a resource group's resources are.
    pub(super) fn missing_for_ids(&self) -> String {
        let flags = [(&self.subscription, "--subscription"), (&self.resource_group, "-g")];
        let missing: Vec<&str> =
            flags.iter().filter(|(known, _)| known.is_none()).map(|(_, flag)| *flag).collect();
        missing.join(" and ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::Identity;

    #[test]
    fn a_flag_fills_what_the_answer_leaves_open_and_contradicts_nothing() {
        let text = |text: &str| Some(text.to_owned());
        let current = Current {
            name: text("web-1"),
            location: text("westus"),
            ..Current::of_identity(Identity::none())
        };
        let given = Place {
            resource_group: text("g"),
            location: text("West US"),
            name: text("WEB-1"),
            ..Place::default()
        };
        let place = Place::of(&current, &given, "--vm").unwrap();
        assert_eq!(
            place,
            Place {
                subscription: None,
                resource_group: text("g"),
                name: text("web-1"),
                location: text("westus")
            }
        );
        assert_eq!(place.missing_for_ids(), "--subscription");
        let other = Place { name: text("web-2"), ..Place::default() };
        let error = Place::of(&current, &other, "--vm").unwrap_err();
        assert_eq!(error.to_string(), "--vm web-2: --current is about the machine `web-1`");
    }
}
