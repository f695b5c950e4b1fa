//! The naming rules of the resources that requests about identities name.
//!
//! Source: "Naming rules and restrictions for Azure resources" of the Azure Resource Manager documentation. Where
//! it says less than the service takes (it forbids `_` and `.` in the names of virtual machines, which are common
//! and accepted), the service is followed.

use std::fmt;

use super::guid::looks_like_guid;
use super::placeholder::{find_placeholders, is_placeholder};

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NameKind {
    /// A subscription; its "name" is its id.
    Subscription,
    /// A resource group.
    ResourceGroup,
    /// A virtual machine.
    VirtualMachine,
    /// The computer name of a Windows machine (`osProfile.computerName`).
    WindowsComputer,
    /// A virtual machine scale set.
    VirtualMachineScaleSet,
    /// A user-assigned identity.
    UserAssignedIdentity,
    /// A network interface.
    NetworkInterface,
    /// A region, as a word (`westus`) or as the portal shows it (`West US`).
    Location,
}

impl fmt::Display for NameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Subscription => "subscription id",
            Self::ResourceGroup => "name of a resource group",
            Self::VirtualMachine => "name of a virtual machine",
            Self::WindowsComputer => "name of a Windows computer",
            Self::VirtualMachineScaleSet => "name of a virtual machine scale set",
            Self::UserAssignedIdentity => "name of a user-assigned identity",
            Self::NetworkInterface => "name of a network interface",
            Self::Location => "location",
        })
    }
}

/// A name that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not the {kind}: {rule}", name.escape_debug())]
pub struct NameError {
    /// What it was to name.
    pub kind: NameKind,
    /// The name.
    pub name: String,
    /// The rule that it breaks.
    pub rule: NameRule,
}

/// A rule for names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameRule {
    /// The number of characters.
    Length {
        /// The fewest.
        least: usize,
        /// The most.
        most: usize,
        /// How many there are.
        found: usize,
    },
    /// The characters that may stand in it.
    Characters {
        /// One that may not.
        found: char,
        /// Those that may, in words.
        allowed: &'static str,
    },
    /// The character that it begins with.
    Start {
        /// Those that it may begin with, in words.
        allowed: &'static str,
    },
    /// The character that it ends with.
    End {
        /// Those that it must not end with, in words.
        forbidden: &'static str,
    },
    /// It is not a number.
    OnlyDigits,
    /// It is a GUID.
    Guid,
}

impl fmt::Display for NameRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { least, most, found } => {
                write!(f, "it has {least} to {most} characters, not {found}")
            }
            Self::Characters { found, allowed } => {
                write!(f, "`{}` must not stand in it, only {allowed}", found.escape_debug())
            }
            Self::Start { allowed } => write!(f, "it begins with {allowed}"),
            Self::End { forbidden } => write!(f, "it does not end with {forbidden}"),
            Self::OnlyDigits => f.write_str("it is not made of digits alone"),
            Self::Guid => f.write_str("it is a GUID"),
        }
    }
}

/// A name that keeps the rules of its kind, or a placeholder for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ResourceName<'a> {
    kind: NameKind,
    text: &'a str,
}

impl<'a> ResourceName<'a> {
    /// Checks a name. A placeholder is a name of every kind; bracketed placeholders inside a name
    /// (`vm-<number>`) are left out of the check.
    ///
    /// # Errors
    /// [`NameError`] names the first rule that is broken.
    pub fn parse(kind: NameKind, text: &'a str) -> Result<Self, NameError> {
        if !is_placeholder(text) {
            check(kind, text).map_err(|rule| NameError { kind, name: text.to_owned(), rule })?;
        }
        Ok(Self { kind, text })
    }

    /// What it names.
    pub fn kind(self) -> NameKind {
        self.kind
    }

    /// The name as written.
    pub fn as_str(self) -> &'a str {
        self.text
    }
}

impl fmt::Display for ResourceName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

const MACHINE: &str = "letters, digits, `-`, `_` and `.`, no space and no other punctuation";
/// What the documentation forbids in the names of machines, without `_` and `.`.
const MACHINE_FORBIDDEN: &str = "~!@#$%^&*()=+[]{}\\|;:'\",<>/?`";

fn check(kind: NameKind, text: &str) -> Result<(), NameRule> {
    let literal = without_brackets(text);
    let literal = literal.as_str();
    let whole = literal.len() == text.len();
    let (least, most) = match kind {
        NameKind::Subscription => {
            let typed = looks_like_guid(text) || !whole;
            return if typed { Ok(()) } else { Err(NameRule::Guid) };
        }
        NameKind::ResourceGroup => (1, 90),
        NameKind::VirtualMachine | NameKind::VirtualMachineScaleSet | NameKind::Location => (1, 64),
        NameKind::WindowsComputer => (1, 15),
        NameKind::UserAssignedIdentity => (3, 128),
        NameKind::NetworkInterface => (1, 80),
    };
    let allowed: (fn(char) -> bool, &'static str) = match kind {
        NameKind::ResourceGroup => {
            (|c| c.is_alphanumeric() || "-_.()".contains(c), "letters, digits, `-`, `_`, `.`, `(` and `)`")
        }
        NameKind::UserAssignedIdentity => {
            (|c| c.is_ascii_alphanumeric() || "-_".contains(c), "letters and digits of ASCII, `-` and `_`")
        }
        NameKind::NetworkInterface => (
            |c| c.is_ascii_alphanumeric() || "-_.".contains(c),
            "letters and digits of ASCII, `-`, `_` and `.`",
        ),
        NameKind::Location => (|c| c.is_ascii_alphanumeric() || c == ' ', "letters, digits and spaces"),
        NameKind::WindowsComputer => (
            |c| !c.is_whitespace() && !c.is_control() && !MACHINE_FORBIDDEN.contains(c) && !"_.".contains(c),
            "letters, digits and `-`",
        ),
        _ => (|c| !c.is_whitespace() && !c.is_control() && !MACHINE_FORBIDDEN.contains(c), MACHINE),
    };
    if let Some(found) = literal.chars().find(|c| !allowed.0(*c)) {
        return Err(NameRule::Characters { found, allowed: allowed.1 });
    }
    let found = literal.chars().count();
    if found > most || (whole && found < least) {
        return Err(NameRule::Length { least, most, found });
    }
    if whole { check_ends(kind, literal) } else { Ok(()) }
}

fn check_ends(kind: NameKind, text: &str) -> Result<(), NameRule> {
    use NameKind as K;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let start = match kind {
        K::UserAssignedIdentity | K::NetworkInterface => {
            (text.starts_with(|c: char| c.is_ascii_alphanumeric()), "a letter or digit")
        }
        K::VirtualMachine | K::VirtualMachineScaleSet => (!text.starts_with('_'), "anything but `_`"),
        K::Location => (!text.starts_with(' '), "a letter"),
        _ => (true, ""),
    };
    let end: (&[char], &str) = match kind {
        K::VirtualMachine | K::VirtualMachineScaleSet | K::NetworkInterface => (&['.', '-'], "`.` or `-`"),
        K::ResourceGroup => (&['.'], "`.`"),
        K::WindowsComputer => (&['-'], "`-`"),
        K::Location => (&[' '], "a space"),
        _ => (&[], ""),
    };
    match (start, end) {
        ((false, allowed), _) => Err(NameRule::Start { allowed }),
        (_, (characters, forbidden)) if text.ends_with(characters) => Err(NameRule::End { forbidden }),
        _ if kind == K::WindowsComputer && digits => Err(NameRule::OnlyDigits),
        _ => Ok(()),
    }
}

/// The name without the bracketed placeholders in it.
fn without_brackets(text: &str) -> String {
    let mut rest = String::with_capacity(text.len());
    let mut at = 0;
    for found in find_placeholders(text).filter(|found| found.style.is_bracketed()) {
        rest.push_str(&text[at..found.range.start]);
        at = found.range.end;
    }
    rest.push_str(&text[at..]);
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use NameKind as K;
    use proptest::prelude::*;

    fn rule(kind: NameKind, text: &str) -> Option<NameRule> {
        ResourceName::parse(kind, text).err().map(|error| error.rule)
    }

    #[test]
    fn good_names() {
        let long = "v".repeat(128);
        for (kind, text) in [
            (K::VirtualMachine, "myVM"),
            (K::VirtualMachine, "my_vm.1"),
            (K::VirtualMachine, &long[..64]),
            (K::VirtualMachine, "<VM NAME>"),
            (K::VirtualMachine, "$VM"),
            (K::VirtualMachine, "vm-<number>"),
            (K::VirtualMachine, "größe"),
            (K::WindowsComputer, "myVM"),
            (K::ResourceGroup, "rg-(test)_1.x"),
            (K::ResourceGroup, "資源"),
            (K::UserAssignedIdentity, "ID1"),
            (K::Subscription, "your-subscription-id"),
            (K::NetworkInterface, "myNic_"),
            (K::Location, "westus"),
            (K::Location, "West US"),
            (K::Subscription, "80c696ff-5efa-4909-a64d-f1b616f423ca"),
            (K::Subscription, "<SUBSCRIPTION ID>"),
            (K::Subscription, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"),
        ] {
            assert_eq!(rule(kind, text), None, "{text}");
        }
    }

    #[test]
    fn bad_names_name_the_rule() {
        let long = "v".repeat(129);
        let characters = |kind, text: &str| match rule(kind, text) {
            Some(NameRule::Characters { found, .. }) => found,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(characters(K::VirtualMachine, "my vm"), ' ');
        assert_eq!(characters(K::VirtualMachine, "my\nvm"), '\n');
        assert_eq!(characters(K::VirtualMachine, "a$b"), '$');
        assert_eq!(characters(K::VirtualMachine, "a'b"), '\'');
        assert_eq!(characters(K::VirtualMachineScaleSet, "a\\b"), '\\');
        assert_eq!(characters(K::UserAssignedIdentity, "a.b"), '.');
        assert_eq!(characters(K::NetworkInterface, "a(b"), '(');
        assert_eq!(characters(K::ResourceGroup, "a\"b"), '"');
        assert_eq!(characters(K::Location, "west-us"), '-');
        assert_eq!(
            rule(K::VirtualMachine, &long[..65]),
            Some(NameRule::Length { least: 1, most: 64, found: 65 })
        );
        assert_eq!(rule(K::VirtualMachine, ""), Some(NameRule::Length { least: 1, most: 64, found: 0 }));
        assert_eq!(
            rule(K::UserAssignedIdentity, "ab"),
            Some(NameRule::Length { least: 3, most: 128, found: 2 })
        );
        assert_eq!(
            rule(K::UserAssignedIdentity, "-abc"),
            Some(NameRule::Start { allowed: "a letter or digit" })
        );
        assert_eq!(rule(K::ResourceGroup, "rg."), Some(NameRule::End { forbidden: "`.`" }));
        assert_eq!(rule(K::VirtualMachine, "vm-"), Some(NameRule::End { forbidden: "`.` or `-`" }));
        assert_eq!(rule(K::WindowsComputer, "12345"), Some(NameRule::OnlyDigits));
        assert!(matches!(
            rule(K::WindowsComputer, "abcdefghijklmnop"),
            Some(NameRule::Length { most: 15, .. })
        ));
        assert_eq!(rule(K::Subscription, "my-subscription"), Some(NameRule::Guid));
        let error = ResourceName::parse(K::UserAssignedIdentity, "a b").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`a b` is not the name of a user-assigned identity: ` ` must not stand in it, \
             only letters and digits of ASCII, `-` and `_`"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn any_text_is_a_name_or_breaks_a_rule(text in "[a-zA-Z0-9<>{}$_. ()\\-]{0,20}|\\PC*") {
            for kind in [
                K::Subscription,
                K::ResourceGroup,
                K::VirtualMachine,
                K::WindowsComputer,
                K::VirtualMachineScaleSet,
                K::UserAssignedIdentity,
                K::NetworkInterface,
                K::Location,
            ] {
                if let Ok(name) = ResourceName::parse(kind, &text) {
                    prop_assert_eq!(name.as_str(), text.as_str());
                    prop_assert!(!text.is_empty());
                }
            }
        }
    }
}
