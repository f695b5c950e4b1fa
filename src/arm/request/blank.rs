//! `Blank`: what a reader is to fill in, and how it is spelt.

use std::fmt;
use std::str::FromStr;

/// Something that a reader is to fill in, because it has no harmless default or nobody said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Blank {
    /// The subscription's id.
    SubscriptionId,
    /// The bearer token of the `Authorization` header.
    AccessToken,
    /// The password of a machine's administrator.
    AdminPassword,
    /// The SSH public key of a machine's administrator.
    SshPublicKey,
    /// The storage account that unmanaged disks are kept in.
    StorageAccount,
    /// The resource group's name.
    ResourceGroup,
    /// The virtual machine's name.
    VmName,
    /// The scale set's name.
    VmssName,
    /// The region.
    Location,
    /// The network interface's name.
    NicName,
    /// The name of a user-assigned identity.
    IdentityName,
    /// The id of the service principal that an identity is to the directory.
    PrincipalId,
}

/// How blanks are spelt in what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum BlankStyle {
    /// `<SUBSCRIPTION ID>`
    #[default]
    Angle,
    /// `$SUBSCRIPTION_ID`, a variable of the shell that runs the snippet.
    Shell,
    /// `{subscriptionId}`
    Braces,
}

/// A text that names no style.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a style of placeholders: expected angle, shell or braces")]
pub struct UnknownBlankStyle(pub String);

impl BlankStyle {
    /// Every style.
    pub const ALL: [BlankStyle; 3] = [Self::Angle, Self::Shell, Self::Braces];

    /// The word that the command line uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Angle => "angle",
            Self::Shell => "shell",
            Self::Braces => "braces",
        }
    }
}

impl fmt::Display for BlankStyle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for BlankStyle {
    type Err = UnknownBlankStyle;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|style| style.as_str().eq_ignore_ascii_case(text));
        known.ok_or_else(|| UnknownBlankStyle(text.chars().take(40).collect()))
    }
}

/// Each blank and its spellings.
const SPELLINGS: [(Blank, [&str; 3]); 12] = [
    (Blank::SubscriptionId, ["<SUBSCRIPTION ID>", "$SUBSCRIPTION_ID", "{subscriptionId}"]),
    (Blank::AccessToken, ["<ACCESS TOKEN>", "$ACCESS_TOKEN", "{accessToken}"]),
    (Blank::AdminPassword, ["<ADMIN PASSWORD>", "$ADMIN_PASSWORD", "{adminPassword}"]),
    (Blank::SshPublicKey, ["<SSH PUBLIC KEY>", "$SSH_PUBLIC_KEY", "{sshPublicKey}"]),
    (Blank::StorageAccount, ["<STORAGE ACCOUNT>", "$STORAGE_ACCOUNT", "{storageAccount}"]),
    (Blank::ResourceGroup, ["<RESOURCE GROUP>", "$RESOURCE_GROUP", "{resourceGroup}"]),
    (Blank::VmName, ["<VM NAME>", "$VM_NAME", "{vmName}"]),
    (Blank::VmssName, ["<VMSS NAME>", "$VMSS_NAME", "{vmssName}"]),
    (Blank::Location, ["<LOCATION>", "$LOCATION", "{location}"]),
    (Blank::NicName, ["<NIC NAME>", "$NIC_NAME", "{nicName}"]),
    (Blank::IdentityName, ["<IDENTITY NAME>", "$IDENTITY_NAME", "{identityName}"]),
    (Blank::PrincipalId, ["<PRINCIPAL ID>", "$PRINCIPAL_ID", "{principalId}"]),
];

impl Blank {
    /// Every blank.
    pub fn all() -> impl Iterator<Item = Blank> {
        SPELLINGS.iter().map(|(blank, _)| *blank)
    }

    /// How it is spelt in a style.
    pub fn spelling(self, style: BlankStyle) -> &'static str {
        let column = match style {
            BlankStyle::Angle => 0,
            BlankStyle::Shell => 1,
            BlankStyle::Braces => 2,
        };
        SPELLINGS.iter().find(|(blank, _)| *blank == self).map_or("", |(_, spellings)| spellings[column])
    }

    /// The name of its variable, without the dollar sign.
    pub fn variable(self) -> &'static str {
        self.spelling(BlankStyle::Shell).trim_start_matches('$')
    }

    /// The blank whose variable has this name.
    pub fn of_variable(name: &str) -> Option<Self> {
        Self::all().find(|blank| blank.variable() == name)
    }

    /// Whether it may hold any character, so that a text in JSON has to be prepared for it. All others are ids
    /// and names, whose rules let nothing through that JSON or a shell would read.
    pub fn is_free_text(self) -> bool {
        matches!(self, Self::AdminPassword | Self::SshPublicKey)
    }

    /// The first blank of a text spelt with brackets, and where it stands. Variables are none: in a text, a dollar
    /// sign is a dollar sign.
    pub(super) fn find_bracketed(text: &str) -> Option<(usize, usize, Self)> {
        let mut from = 0;
        while let Some(at) = text[from..].find(['<', '{']).map(|at| from + at) {
            let rest = &text[at..];
            for (blank, [angle, _, braces]) in SPELLINGS {
                if let Some(spelling) = [angle, braces].into_iter().find(|known| rest.starts_with(known)) {
                    return Some((at, at + spelling.len(), blank));
                }
            }
            from = at + 1;
        }
        None
    }
}

/// A text that somebody gave for a name or an id, its known placeholders (also `$SUBSCRIPTION_ID` and
/// `${SUBSCRIPTION_ID}`) in angle brackets.
///
/// ```
/// use armbody::arm::canonical_blanks;
/// assert_eq!(canonical_blanks("/subscriptions/$SUBSCRIPTION_ID/x"), "/subscriptions/<SUBSCRIPTION ID>/x");
/// assert_eq!(canonical_blanks("{vmName}-$OTHER"), "<VM NAME>-$OTHER");
/// ```
pub fn canonical_blanks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['$', '{', '<']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, blank) = match blank_at(rest) {
            Some((length, blank)) => (length, blank.spelling(BlankStyle::Angle)),
            None => (1, &rest[..1]),
        };
        out.push_str(blank);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// The blank that a text begins with, in any spelling, and the length of that.
fn blank_at(text: &str) -> Option<(usize, Blank)> {
    if let Some(variable) = text.strip_prefix('$') {
        let braced = variable.strip_prefix('{');
        let name = braced.unwrap_or(variable);
        let length = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let blank = Blank::of_variable(&name[..length])?;
        return match braced {
            None => Some((1 + length, blank)),
            Some(_) => name[length..].starts_with('}').then_some((length + 3, blank)),
        };
    }
    Blank::find_bracketed(text).filter(|(start, ..)| *start == 0).map(|(_, end, blank)| (end, blank))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::is_placeholder;

    #[test]
    fn spellings_differ_and_are_placeholders() {
        let mut all: Vec<&str> = SPELLINGS.iter().flat_map(|(_, spellings)| *spellings).collect();
        assert!(all.iter().all(|spelling| is_placeholder(spelling)));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 3 * SPELLINGS.len());
        for blank in Blank::all() {
            assert_eq!(Blank::of_variable(blank.variable()), Some(blank));
        }
    }

    #[test]
    fn only_whole_names_are_variables() {
        assert_eq!(canonical_blanks("${VM_NAME}x$VM_NAMES$"), "<VM NAME>x$VM_NAMES$");
        assert_eq!(canonical_blanks("<{<VM NAME>"), "<{<VM NAME>");
        assert_eq!(canonical_blanks("${VM_NAME:-x}"), "${VM_NAME:-x}");
    }

    #[test]
    fn styles_are_read() {
        for style in BlankStyle::ALL {
            assert_eq!(style.to_string().parse(), Ok(style));
        }
        let error = "angles".parse::<BlankStyle>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`angles` is not a style of placeholders: expected angle, shell or braces"
        );
    }
}
