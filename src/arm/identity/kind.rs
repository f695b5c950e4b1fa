//! `IdentityType`: the `type` of an identity block, and how authors spell it.

use std::fmt;

use crate::text::suggest::is_misspelling_of;

/// The kinds of identity that a resource has, as the `type` of the block says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum IdentityType {
    /// No identity.
    None,
    /// The identity of the resource itself.
    SystemAssigned,
    /// Identities that are resources of their own.
    UserAssigned,
    /// Both.
    SystemAssignedUserAssigned,
}

impl IdentityType {
    /// Every type.
    pub const ALL: [IdentityType; 4] =
        [Self::None, Self::SystemAssigned, Self::UserAssigned, Self::SystemAssignedUserAssigned];

    /// The type that has these kinds.
    pub fn of(system_assigned: bool, user_assigned: bool) -> Self {
        match (system_assigned, user_assigned) {
            (false, false) => Self::None,
            (true, false) => Self::SystemAssigned,
            (false, true) => Self::UserAssigned,
            (true, true) => Self::SystemAssignedUserAssigned,
        }
    }

    /// The spelling of the `OpenAPI` files of virtual machines and scale sets.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::SystemAssigned => "SystemAssigned",
            Self::UserAssigned => "UserAssigned",
            Self::SystemAssignedUserAssigned => "SystemAssigned, UserAssigned",
        }
    }

    /// Whether it includes the system-assigned identity.
    pub fn has_system_assigned(self) -> bool {
        matches!(self, Self::SystemAssigned | Self::SystemAssignedUserAssigned)
    }

    /// Whether it includes user-assigned identities.
    pub fn has_user_assigned(self) -> bool {
        matches!(self, Self::UserAssigned | Self::SystemAssignedUserAssigned)
    }
}

impl fmt::Display for IdentityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How a text reads as an identity type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityTypeReading {
    /// The documented spelling.
    Exact(IdentityType),
    /// Another spelling that Azure Resource Manager takes: case, the space after the comma, the order.
    Accepted(IdentityType),
    /// None that it takes.
    Invalid {
        /// The one that was meant, where there is one reading.
        near: Option<IdentityType>,
    },
}

impl IdentityTypeReading {
    /// The type that the service reads, if it takes the text.
    pub fn accepted(self) -> Option<IdentityType> {
        match self {
            Self::Exact(identity_type) | Self::Accepted(identity_type) => Some(identity_type),
            Self::Invalid { .. } => None,
        }
    }
}

/// Reads the `type` of an identity block.
pub fn parse_identity_type(text: &str) -> IdentityTypeReading {
    if let Some(exact) = IdentityType::ALL.into_iter().find(|known| known.as_str() == text) {
        return IdentityTypeReading::Exact(exact);
    }
    if let Some(accepted) = read_flags(text) {
        return IdentityTypeReading::Accepted(accepted);
    }
    IdentityTypeReading::Invalid { near: guess(text) }
}

/// Reads the `type` as any resource type publishes or answers it: also `SystemAssignedUserAssigned` (`Microsoft.Sql`,
/// and what Azure PowerShell prints) and `SystemAndUserAssigned` (`Dynatrace.Observability`), which the others refuse.
pub fn published_identity_type(text: &str) -> Option<IdentityType> {
    let is_joined = ["SystemAssignedUserAssigned", "SystemAndUserAssigned"]
        .iter()
        .any(|own| own.eq_ignore_ascii_case(text.trim()));
    if is_joined {
        return Some(IdentityType::SystemAssignedUserAssigned);
    }
    parse_identity_type(text).accepted()
}

/// What the service takes: flags in any order and case, with white space about the comma.
fn read_flags(text: &str) -> Option<IdentityType> {
    let mut flags = text.split(',').map(str::trim);
    let (first, second) = (flags.next()?, flags.next());
    if flags.next().is_some() {
        return None;
    }
    let is = |flag: &str, known: IdentityType| flag.eq_ignore_ascii_case(known.as_str());
    match second {
        None => [IdentityType::None, IdentityType::SystemAssigned, IdentityType::UserAssigned]
            .into_iter()
            .find(|known| is(first, *known)),
        Some(second) => {
            let pair = |left, right| is(first, left) && is(second, right);
            (pair(IdentityType::SystemAssigned, IdentityType::UserAssigned)
                || pair(IdentityType::UserAssigned, IdentityType::SystemAssigned))
            .then_some(IdentityType::SystemAssignedUserAssigned)
        }
    }
}

/// The longest text that is still looked at for what it might have meant.
const LONGEST_GUESS: usize = 120;

/// What a spelling that the service refuses was meant to be.
fn guess(text: &str) -> Option<IdentityType> {
    if text.len() > LONGEST_GUESS {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let (mut system, mut user, mut none) = (false, false, false);
    let mut mark = |word: &str| {
        match word {
            "system" | "systemassigned" => system = true,
            "user" | "userassigned" => user = true,
            "systemuser" | "usersystem" => (system, user) = (true, true),
            "none" => none = true,
            "" => {}
            _ if is_misspelling_of(word, "systemassigned") => system = true,
            _ if is_misspelling_of(word, "userassigned") => user = true,
            _ => return false,
        }
        true
    };
    let words = lower.split(|c: char| !c.is_ascii_alphabetic());
    for word in
        words.filter(|word| !matches!(*word, "and" | "identity" | "managed" | "identities" | "assigned"))
    {
        // `SystemAndUserAssigned`, `systemassignedidentity`: what is left without the words that say nothing.
        let bare = ["assigned", "identity", "identities", "managed", "and"]
            .iter()
            .fold(word.to_owned(), |word, filler| word.replace(filler, ""));
        if !mark(&bare) && !mark(word) {
            return None;
        }
    }
    match (none, system || user) {
        (true, false) => Some(IdentityType::None),
        (false, true) => Some(IdentityType::of(system, user)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use IdentityType as T;
    use IdentityTypeReading as R;
    use proptest::prelude::*;

    #[test]
    fn documented_spellings_are_exact() {
        for identity_type in T::ALL {
            assert_eq!(parse_identity_type(identity_type.as_str()), R::Exact(identity_type));
            assert_eq!(
                T::of(identity_type.has_system_assigned(), identity_type.has_user_assigned()),
                identity_type
            );
        }
    }

    #[test]
    fn what_the_service_takes_is_accepted() {
        for (text, identity_type) in [
            ("userAssigned", T::UserAssigned),
            ("SYSTEMASSIGNED", T::SystemAssigned),
            ("none", T::None),
            (" SystemAssigned ", T::SystemAssigned),
            ("SystemAssigned,UserAssigned", T::SystemAssignedUserAssigned),
            ("UserAssigned, SystemAssigned", T::SystemAssignedUserAssigned),
            ("systemassigned ,  userassigned", T::SystemAssignedUserAssigned),
        ] {
            assert_eq!(parse_identity_type(text), R::Accepted(identity_type), "{text}");
        }
    }

    #[test]
    fn the_rest_is_guessed_at_or_left() {
        for (text, near) in [
            ("System", Some(T::SystemAssigned)),
            ("User", Some(T::UserAssigned)),
            ("SystemAsigned", Some(T::SystemAssigned)),
            ("UserAssinged", Some(T::UserAssigned)),
            ("SystemAndUserAssigned", Some(T::SystemAssignedUserAssigned)),
            ("SystemAssignedUserAssigned", Some(T::SystemAssignedUserAssigned)),
            ("SystemAssigned and UserAssigned", Some(T::SystemAssignedUserAssigned)),
            ("SystemAssigned; UserAssigned", Some(T::SystemAssignedUserAssigned)),
            ("SystemAssigned|UserAssigned", Some(T::SystemAssignedUserAssigned)),
            ("System, User", Some(T::SystemAssignedUserAssigned)),
            ("system-assigned", Some(T::SystemAssigned)),
            ("SystemAssignedIdentity", Some(T::SystemAssigned)),
            ("SystemAssigned, SystemAssigned", Some(T::SystemAssigned)),
            ("None, UserAssigned", None),
            ("both", None),
            ("", None),
            (",", None),
            ("ManagedServiceIdentity", None),
        ] {
            assert_eq!(parse_identity_type(text), R::Invalid { near }, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn any_text_is_read(text in "([Ss]ystem|[Uu]ser|[Aa]ssigned|[Nn]one|and|[, ;é]){0,8}|\\PC*") {
            let _ = parse_identity_type(&text);
        }
    }
}
