//! How a request is laid out: for which shell, on how many lines, where its body stands.

use std::fmt;
use std::str::FromStr;

use super::templates::Templates;
use crate::arm::BlankStyle;

/// The shell that a command is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Shell {
    /// A POSIX shell: bash, dash, zsh and others.
    #[default]
    Bash,
    /// PowerShell, Windows PowerShell included.
    PowerShell,
    /// `cmd.exe`: a batch file.
    Cmd,
}

/// A text that names no shell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a shell that is written for: expected bash, powershell or cmd", .0.escape_debug())]
pub struct UnknownShell(pub String);

impl Shell {
    /// Every shell.
    pub const ALL: [Self; 3] = [Self::Bash, Self::PowerShell, Self::Cmd];

    /// The word that the command line uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::PowerShell => "powershell",
            Self::Cmd => "cmd",
        }
    }

    /// The extension of its scripts, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Bash => "sh",
            Self::PowerShell => "ps1",
            Self::Cmd => "cmd",
        }
    }
}

impl fmt::Display for Shell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Shell {
    type Err = UnknownShell;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = match text.to_ascii_lowercase().as_str() {
            "bash" | "sh" => Self::Bash,
            "powershell" | "pwsh" => Self::PowerShell,
            "cmd" => Self::Cmd,
            _ => return Err(UnknownShell(text.chars().take(40).collect())),
        };
        Ok(known)
    }
}

/// Where the body of a command stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum BodyPlace<'t> {
    /// In the command, where the shell's quotes carry it.
    #[default]
    Inline,
    /// In a here-document or a file that the script makes.
    Apart,
    /// In a file of this name beside it, which is not written here. Nothing in it is filled in.
    File(&'t str),
}

/// How a request is laid out.
#[derive(Debug, Clone, Copy)]
pub struct Layout<'t> {
    /// How blanks are spelt.
    pub blanks: BlankStyle,
    /// The body on several lines.
    pub pretty: bool,
    /// A command on several lines.
    pub multiline: bool,
    /// The shell that commands are written for.
    pub shell: Shell,
    /// Where the body of a command stands.
    pub body: BodyPlace<'t>,
    /// The templates to write with.
    pub templates: &'t Templates,
}

impl<'t> Layout<'t> {
    /// One line, blanks in angle brackets.
    pub fn new(templates: &'t Templates) -> Self {
        Self {
            blanks: BlankStyle::Angle,
            pretty: false,
            multiline: false,
            shell: Shell::Bash,
            body: BodyPlace::Inline,
            templates,
        }
    }
}
