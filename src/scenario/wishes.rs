//! `Wishes`: what identities a machine is to have.

use super::current::Current;
use super::names::{Names, NamesError};
use super::place::Place;
use super::short::say;
use crate::arm::{
    Identity, IdentityId, NameKind, PlaceholderStyle, ResourceName, ResourceType, find_placeholders,
    looks_like_guid, parse_user_assigned,
};

/// What is to become of the system-assigned identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
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
    /// To take away what is not there is no mistake.
    pub ignore_missing: bool,
}

/// Wishes that cannot be met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WishError {
    /// Two of them contradict each other.
    #[error("{0} and {1} contradict each other: {2}")]
    Contradiction(String, String, &'static str),
    /// A bare name that several identities of the machine have.
    #[error("the machine has several identities called `{}`: give the id, one of {}", .0.escape_debug(), .1.join(" "))]
    Ambiguous(String, Vec<String>),
    /// An identity to be taken away that the machine does not have.
    #[error("--remove {}: the machine has no such identity (it has: {}); --ignore-missing passes over it", .0.escape_debug(), .1)]
    NotThere(String, String),
    /// A bare name, and the resource group that it is in is not known.
    #[error("`{}` is a name, and the answer does not say in which resource group: give the identity's id, or {}", .0.escape_debug(), .1)]
    NoGroup(String, String),
    /// A text that stands for no identity.
    #[error("`{}` is {}", .0.escape_debug(), .1)]
    NoId(String, String),
    /// A name or id that is none.
    #[error(transparent)]
    Names(#[from] NamesError),
}

impl Wishes {
    /// Whether nothing is wished for.
    pub fn is_empty(&self) -> bool {
        *self == Self { ignore_missing: self.ignore_missing, ..Self::default() }
    }

    /// The state that is wanted, of a machine in a state and a place.
    ///
    /// A bare name is that of an identity that the machine has, else of one in the machine's resource group; to be
    /// added, it is always the latter.
    ///
    /// # Errors
    /// [`WishError`] when two wishes contradict each other, a name is none, or what is to go is not there.
    pub fn wanted(&self, current: &Current, place: &Place) -> Result<Identity, WishError> {
        self.check()?;
        let has = &current.identity;
        let ids = |texts: &[String], wish: Wish| {
            texts.iter().map(|text| resolve(text, current, place, wish)).collect::<Result<Vec<_>, _>>()
        };
        let (add, only) = (ids(&self.add, Wish::Add)?, ids(&self.only, Wish::Only)?);
        let remove = ids(&self.remove, Wish::Remove)?;
        if let Some(both) = add.iter().find(|id| remove.contains(id)) {
            return Err(WishError::Contradiction(
                format!("--add {}", name_of(both)),
                format!("--remove {}", name_of(both)),
                "it is the same identity",
            ));
        }
        let missing = self.remove.iter().zip(&remove).find(|(_, id)| !has.user_assigned.contains(id));
        if let Some((text, _)) = missing.filter(|_| !self.ignore_missing) {
            return Err(WishError::NotThere(text.clone(), say(has)));
        }
        let system_assigned = match self.system {
            _ if self.none => false,
            SystemWish::On => true,
            SystemWish::Off => false,
            SystemWish::Keep => has.system_assigned,
        };
        let mut wanted = Identity { system_assigned, ..Identity::none() };
        if self.none {
            return Ok(wanted);
        }
        if only.is_empty() {
            wanted.user_assigned = has.user_assigned.clone();
            wanted.user_assigned.remove_all(&remove.into_iter().map(|id| id.as_str().to_owned()).collect());
            for id in add {
                wanted.user_assigned.insert(id);
            }
        } else {
            wanted.user_assigned = only.into_iter().map(|id| id.as_str().to_owned()).collect();
        }
        Ok(wanted)
    }

    /// The ids of the identities that are to be assigned.
    ///
    /// # Errors
    /// [`WishError`] when one of them is not an identity's.
    pub fn added(&self, current: &Current, place: &Place) -> Result<Vec<IdentityId>, WishError> {
        self.add.iter().map(|text| resolve(text, current, place, Wish::Add)).collect()
    }

    /// Checks that the wishes are not against each other, whatever the machine.
    ///
    /// # Errors
    /// [`WishError::Contradiction`] names the two.
    pub fn check(&self) -> Result<(), WishError> {
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

/// What an identity is named for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Add,
    Remove,
    Only,
}

/// The id that a text stands for.
fn resolve(text: &str, current: &Current, place: &Place, wish: Wish) -> Result<IdentityId, WishError> {
    let no_id = |why: String| Err(WishError::NoId(text.to_owned(), why));
    if text.eq_ignore_ascii_case("[system]") {
        return no_id(
            "the system-assigned identity, which --system on and --system off are about".to_owned(),
        );
    }
    if looks_like_guid(text) {
        let known = current.guids.iter().find(|(guid, _)| guid.eq_ignore_ascii_case(text));
        let end = known.map_or_else(String::new, |(_, id)| format!("; did you mean `{id}`, whose id it is?"));
        return no_id(format!(
            "a GUID: a principal, client or tenant id; expected the identity's name or resource id{end}"
        ));
    }
    let is_left_open = |style: PlaceholderStyle| {
        use PlaceholderStyle as P;
        // A GUID of zeros, and a name that begins with `your`, may be what they say.
        !matches!(style, P::ZeroGuid | P::Exes | P::Your)
    };
    if find_placeholders(text).any(|found| is_left_open(found.style)) {
        return no_id("not filled in; expected the name or the resource id of an identity".to_owned());
    }
    if text.contains('/') {
        return Ok(IdentityId::new(Names::default().identity_id(text)?));
    }
    ResourceName::parse(NameKind::UserAssignedIdentity, text).map_err(NamesError::from)?;
    let id = place.id_of(ResourceType::UserAssignedIdentity.full_name(), text).map(IdentityId::new);
    let own = id.as_ref().filter(|id| current.identity.user_assigned.contains(id));
    if let (Some(own), true) = (own, wish != Wish::Add) {
        return Ok(own.clone());
    }
    let homonyms: Vec<&IdentityId> = match wish {
        Wish::Add => Vec::new(),
        Wish::Remove | Wish::Only => {
            let all = current.identity.user_assigned.iter();
            all.filter(|id| name_of(id).eq_ignore_ascii_case(text)).collect()
        }
    };
    match (&homonyms[..], id) {
        ([one], _) => Ok((*one).clone()),
        ([], Some(id)) => Ok(id),
        ([], None) if wish == Wish::Remove => {
            // Whatever its group, the machine does not have it.
            Ok(IdentityId::new(text))
        }
        ([], None) => Err(WishError::NoGroup(text.to_owned(), place.missing_for_ids())),
        (several, _) => {
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

    const CLIENT: &str = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";

    fn id(group: &str, name: &str) -> String {
        format!(
            "/subscriptions/s/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
        )
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn place() -> Place {
        let text = |text: &str| Some(text.to_owned());
        Place { subscription: text("s"), resource_group: text("rg"), ..Place::default() }
    }

    fn machine(identity: Identity) -> Current {
        let guids = vec![(CLIENT.to_owned(), IdentityId::new(id("a", "ID2")))];
        Current { guids, ..Current::of_identity(identity) }
    }

    #[test]
    fn names_are_those_of_the_machine_first() {
        let current = machine(Identity::new(true, [id("other", "ID1"), id("a", "ID2"), id("b", "ID2")]));
        let wanted = |wishes: Wishes| wishes.wanted(&current, &place());
        let removed = wanted(Wishes { remove: texts(&["id1"]), ..Wishes::default() }).unwrap();
        assert_eq!(removed, Identity::new(true, [id("a", "ID2"), id("b", "ID2")]));
        let added = wanted(Wishes { add: texts(&["ID1"]), ..Wishes::default() }).unwrap();
        assert!(added.user_assigned.contains(&id("rg", "ID1").into()));
        assert_eq!(added.user_assigned.len(), 4);
        let error = wanted(Wishes { remove: texts(&["ID2"]), ..Wishes::default() }).unwrap_err();
        assert!(
            error.to_string().starts_with("the machine has several identities called `ID2`: give the id")
        );
        let only = Wishes { only: texts(&["ID1"]), system: SystemWish::Off, ..Wishes::default() };
        assert_eq!(wanted(only).unwrap(), Identity::new(false, [id("other", "ID1")]));
        assert_eq!(wanted(Wishes { none: true, ..Wishes::default() }), Ok(Identity::none()));
        assert_eq!(wanted(Wishes::default()), Ok(current.identity.clone()));
    }

    #[test]
    fn what_is_no_id_is_refused_with_what_would_have_been_right() {
        let current = machine(Identity::new(false, [id("a", "ID2")]));
        let error = |text: &str, place: &Place| {
            let wishes = Wishes { add: texts(&[text]), ..Wishes::default() };
            wishes.wanted(&current, place).unwrap_err().to_string()
        };
        for (text, wanted) in [
            ("[system]", "`[system]` is the system-assigned identity, which --system on and"),
            (CLIENT, "did you mean `/subscriptions/s/resourceGroups/a/"),
            ("72f988bf-86f1-41af-91ab-2d7cd011db47", "a GUID: a principal, client or tenant id; expected"),
            ("<ID>", "is not filled in"),
            ("$ID1", "is not filled in"),
            (
                "/subscriptions/{subscriptionId}/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/x",
                "is not filled in",
            ),
            (
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/x",
                "is not the id of a user-assigned identity",
            ),
            ("a b", "is not the name of a user-assigned identity"),
        ] {
            assert!(error(text, &place()).contains(wanted), "{}", error(text, &place()));
        }
        let nowhere = Place { subscription: Some("s".to_owned()), ..Place::default() };
        assert_eq!(
            error("ID3", &nowhere),
            "`ID3` is a name, and the answer does not say in which resource group: give the identity's id, or -g"
        );
    }

    #[test]
    fn what_is_not_there_is_not_taken_away() {
        let current = machine(Identity::new(true, [id("rg", "ID1")]));
        let wishes = Wishes { remove: texts(&["ID8"]), ..Wishes::default() };
        assert_eq!(
            wishes.wanted(&current, &place()).unwrap_err().to_string(),
            "--remove ID8: the machine has no such identity (it has: system, ID1); --ignore-missing passes over it"
        );
        let ignored = Wishes { ignore_missing: true, ..wishes };
        assert_eq!(ignored.wanted(&current, &Place::default()), Ok(current.identity.clone()));
        assert!(!ignored.is_empty() && Wishes { ignore_missing: true, ..Wishes::default() }.is_empty());
    }

    #[test]
    fn contradictions_are_refused() {
        let error =
            |wishes: Wishes| wishes.wanted(&machine(Identity::none()), &place()).unwrap_err().to_string();
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
