//! `Wishes`: what identities a machine is to have.

use super::names::{Names, NamesError};
use crate::arm::{Identity, IdentityId, parse_user_assigned};

/// What is to become of the system-assigned identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SystemWish {
    /// The machine is to have one.
    On,
    /// It is to have none.
    Off,
    /// It is to stay as it is.
    #[default]
    Keep,
}

/// What is wanted of a machine's identities. The identities are names or ids, as somebody gave them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wishes {
    /// The system-assigned identity.
    pub system: SystemWish,
    /// To be assigned, whatever else there is.
    pub add: Vec<String>,
    /// To be taken away.
    pub remove: Vec<String>,
    /// All that there is to be, if not empty.
    pub only: Vec<String>,
    /// Nothing is to be.
    pub none: bool,
}

/// Wishes that cannot be met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WishError {
    /// Two of them contradict each other.
    #[error("{0} and {1} contradict each other: {2}")]
    Contradiction(String, String, &'static str),
    /// A bare name that several identities of the machine have.
    #[error("the machine has several identities called `{}`: give the id, one of {}", .0.escape_debug(), .1.join(" "))]
    Ambiguous(String, Vec<String>),
    /// A name or id that is none.
    #[error(transparent)]
    Names(#[from] NamesError),
}

impl Wishes {
    /// Whether nothing is wished for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The state that is wanted, of a machine in a state.
    ///
    /// A bare name is that of an identity that the machine has, else of one in the machine's resource group; to be
    /// added, it is always the latter.
    ///
    /// # Errors
    /// [`WishError`] when two wishes contradict each other, or a name is none.
    pub fn wanted(&self, current: &Identity, names: &Names) -> Result<Identity, WishError> {
        self.check_options()?;
        let ids = |texts: &[String], known: bool| {
            texts.iter().map(|text| resolve(text, current, names, known)).collect::<Result<Vec<_>, _>>()
        };
        let (add, remove, only) = (ids(&self.add, false)?, ids(&self.remove, true)?, ids(&self.only, true)?);
        if let Some(both) = add.iter().find(|id| remove.contains(id)) {
            return Err(WishError::Contradiction(
                format!("--add {}", name_of(both)),
                format!("--remove {}", name_of(both)),
                "it is the same identity",
            ));
        }
        let system_assigned = match self.system {
            _ if self.none => false,
            SystemWish::On => true,
            SystemWish::Off => false,
            SystemWish::Keep => current.system_assigned,
        };
        let mut wanted = Identity { system_assigned, ..Identity::none() };
        if self.none {
            return Ok(wanted);
        }
        if only.is_empty() {
            wanted.user_assigned = current.user_assigned.clone();
            wanted.user_assigned.remove_all(&remove.into_iter().map(|id| id.as_str().to_owned()).collect());
            for id in add {
                wanted.user_assigned.insert(id);
            }
        } else {
            wanted.user_assigned = only.into_iter().map(|id| id.as_str().to_owned()).collect();
        }
        Ok(wanted)
    }

    fn check_options(&self) -> Result<(), WishError> {
        let contradiction = |one: &str, other: &str, why| {
            Err(WishError::Contradiction(one.to_owned(), other.to_owned(), why))
        };
        if self.none {
            const WHY: &str = "--none leaves no identity at all";
            match () {
                () if self.system == SystemWish::On => return contradiction("--none", "--system on", WHY),
                () if !self.add.is_empty() => return contradiction("--none", "--add", WHY),
                () if !self.only.is_empty() => return contradiction("--none", "--only", WHY),
                () => {}
            }
        }
        if !self.only.is_empty() {
            const WHY: &str = "--only names every user-assigned identity that is to be there";
            match () {
                () if !self.add.is_empty() => return contradiction("--only", "--add", WHY),
                () if !self.remove.is_empty() => return contradiction("--only", "--remove", WHY),
                () => {}
            }
        }
        Ok(())
    }
}

/// The id that a text stands for.
fn resolve(text: &str, current: &Identity, names: &Names, known: bool) -> Result<IdentityId, WishError> {
    let id = IdentityId::new(names.identity_id(text)?);
    let is_name = !text.contains('/');
    if !known || !is_name || current.user_assigned.contains(&id) {
        return Ok(id);
    }
    let homonyms = current.user_assigned.iter().filter(|id| name_of(id).eq_ignore_ascii_case(text));
    match homonyms.collect::<Vec<_>>()[..] {
        [] => Ok(id),
        [one] => Ok(one.clone()),
        ref several => {
            let ids = several.iter().map(|id| id.as_str().to_owned()).collect();
            Err(WishError::Ambiguous(text.to_owned(), ids))
        }
    }
}

/// The name in an id; the whole where it has none.
fn name_of(id: &IdentityId) -> &str {
    parse_user_assigned(id.as_str()).ok().and_then(|id| id.name).map_or(id.as_str(), |name| name.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(group: &str, name: &str) -> String {
        format!(
            "/subscriptions/<SUBSCRIPTION ID>/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/\
             userAssignedIdentities/{name}"
        )
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn names_are_those_of_the_machine_first() {
        let current = Identity::new(true, [id("other", "ID1"), id("a", "ID2"), id("b", "ID2")]);
        let names = Names::default();
        let wanted = |wishes: Wishes| wishes.wanted(&current, &names);
        let removed = wanted(Wishes { remove: texts(&["id1"]), ..Wishes::default() }).unwrap();
        assert_eq!(removed, Identity::new(true, [id("a", "ID2"), id("b", "ID2")]));
        let added = wanted(Wishes { add: texts(&["ID1"]), ..Wishes::default() }).unwrap();
        assert!(added.user_assigned.contains(&id("myResourceGroup", "ID1").into()));
        assert_eq!(added.user_assigned.len(), 4);
        let error = wanted(Wishes { remove: texts(&["ID2"]), ..Wishes::default() }).unwrap_err();
        assert!(
            error.to_string().starts_with("the machine has several identities called `ID2`: give the id")
        );
        let only = Wishes { only: texts(&["ID1"]), system: SystemWish::Off, ..Wishes::default() };
        assert_eq!(wanted(only).unwrap(), Identity::new(false, [id("other", "ID1")]));
        assert_eq!(wanted(Wishes { none: true, ..Wishes::default() }), Ok(Identity::none()));
        assert_eq!(wanted(Wishes::default()), Ok(current.clone()));
    }

    #[test]
    fn contradictions_are_refused() {
        let error =
            |wishes: Wishes| wishes.wanted(&Identity::none(), &Names::default()).unwrap_err().to_string();
        let x = || texts(&["IDX"]);
        assert_eq!(
            error(Wishes { add: x(), remove: texts(&["idx"]), ..Wishes::default() }),
            "--add IDX and --remove IDX contradict each other: it is the same identity"
        );
        for wishes in [
            Wishes { none: true, add: x(), ..Wishes::default() },
            Wishes { none: true, only: x(), ..Wishes::default() },
            Wishes { none: true, system: SystemWish::On, ..Wishes::default() },
            Wishes { only: x(), add: x(), ..Wishes::default() },
            Wishes { only: x(), remove: x(), ..Wishes::default() },
        ] {
            assert!(error(wishes).contains(" contradict each other: "));
        }
    }
}
