//! Programs called from PowerShell and from cmd: what quotes do not survive goes by a file.
//!
//! Windows PowerShell, and every PowerShell for `az` (a batch file on Windows), takes the quotes off JSON on its way to
//! a program; cmd reads `&`, `%` and `"` within it. So the body is never an argument here. A name in a URL is
//! percent-encoded, a token has no special character, and what is left of special characters in a body is escaped as
//! JSON has it, which no shell reads.
//!
//! Nothing that cmd has of its own escapes a value: what it substitutes is read again. So the Windows Script Host, which
//! every Windows has, escapes what may hold any character, and reads it from the environment.

use std::fmt::Write as _;

use super::layout::{BodyPlace, Layout};
use super::posix_text::{ESCAPED, each_blank};
use super::powershell_text::{
    expandable, guards as powershell_guards, in_ascii, literal, preparations, variable_in_body,
};
use super::writer::WriteError;
use crate::arm::{Blank, BlankStyle, Part, Text};

/// A program's call, apart from any shell.
pub(super) struct Invocation<'r> {
    /// The program, and words of its own.
    pub(super) program: &'static str,
    /// A batch file on Windows, whose arguments are read a second time.
    pub(super) is_batch: bool,
    /// The arguments before the body.
    pub(super) before: Vec<Argument>,
    /// The option of the body, and the body.
    pub(super) body: Option<(&'static str, &'r Text)>,
    /// The arguments behind it.
    pub(super) behind: Vec<Argument>,
}

/// A word of a call.
pub(super) enum Argument {
    /// An option or a plain word.
    Plain(String),
    /// A text, which may have variables.
    Text(Text),
}

impl Invocation<'_> {
    fn texts(&self) -> impl Iterator<Item = &Text> {
        let arguments = self.before.iter().chain(&self.behind).filter_map(|argument| match argument {
            Argument::Text(text) => Some(text),
            Argument::Plain(_) => None,
        });
        arguments.chain(self.body.iter().map(|(_, body)| *body))
    }

    /// The call for PowerShell 5.1 and later, on any system.
    pub(super) fn for_powershell(&self, layout: &Layout<'_>) -> String {
        let style = layout.blanks;
        let mut out = String::new();
        for line in powershell_guards(self.texts(), style) {
            let _ = writeln!(out, "{line}");
        }
        if self.program == "curl" {
            // In Windows PowerShell it is another name of Invoke-WebRequest.
            out.push_str("if (Test-Path alias:curl) { Remove-Item alias:curl }\n");
        }
        let mut file = None;
        if let Some((_, body)) = self.body {
            match layout.body {
                BodyPlace::File(name) => file = Some(literal(&format!("@{name}"))),
                BodyPlace::Inline | BodyPlace::Apart => {
                    for line in preparations(body, style) {
                        let _ = writeln!(out, "{line}");
                    }
                    out.push_str("$bodyFile = [IO.Path]::GetTempFileName()\n");
                    let expands = style == BlankStyle::Shell && body.blanks().next().is_some();
                    let text = if expands {
                        format!("@\"\n{}\n\"@", in_ascii(&expandable(body, variable_in_body)))
                    } else {
                        format!("@'\n{}\n'@", in_ascii(&body.spell(style)))
                    };
                    let _ = writeln!(out, "[IO.File]::WriteAllText($bodyFile, {text})");
                    file = Some("\"@$bodyFile\"".to_owned());
                }
            }
        }
        let word = |argument: &Argument| match argument {
            Argument::Plain(word) => word.clone(),
            Argument::Text(text) => {
                let text = if self.is_batch { without_parentheses(text) } else { text.clone() };
                if style == BlankStyle::Shell && text.blanks().next().is_some() {
                    let spelt = expandable(&text, |blank| format!("env:{}", blank.variable()));
                    format!("\"{spelt}\"")
                } else {
                    literal(&text.spell(style))
                }
            }
        };
        out.push_str(self.program);
        for argument in &self.before {
            let _ = write!(out, " {}", word(argument));
        }
        if let (Some((option, _)), Some(file)) = (self.body, &file) {
            let _ = write!(out, " {option} {file}");
        }
        for argument in &self.behind {
            let _ = write!(out, " {}", word(argument));
        }
        if file.is_some_and(|file| file.contains("$bodyFile")) {
            out.push_str("\nRemove-Item $bodyFile");
        }
        if style == BlankStyle::Shell {
            let program = self.program.split(' ').next().unwrap_or_default();
            let _ =
                write!(out, "\nif ($LASTEXITCODE -ne 0) {{ throw \"{program} failed ($LASTEXITCODE)\" }}");
        }
        out
    }

    /// The call as a batch file, or as a part of one: several may follow one another, and the first that fails ends it.
    ///
    /// # Errors
    /// [`WriteError::LongLine`] if a line is longer than cmd takes.
    pub(super) fn for_cmd(&self, layout: &Layout<'_>) -> Result<String, WriteError> {
        let style = layout.blanks;
        let mut lines =
            vec!["@echo off".to_owned(), "setlocal EnableExtensions DisableDelayedExpansion".to_owned()];
        for blank in &each_blank(self.texts(), style) {
            let name = blank.variable();
            lines.push(format!("if not defined {name} (echo {name} is not set 1>&2& exit /b 1)"));
        }
        let mut file = None;
        if let Some((_, body)) = self.body {
            if let BodyPlace::File(name) = layout.body {
                file = Some(format!("\"@%~dp0{}\"", name.replace('%', "%%")));
            } else {
                lines.push("set \"BODY_FILE=%TEMP%\\armbody-%RANDOM%-%RANDOM%.json\"".to_owned());
                for blank in each_blank([body], style) {
                    if blank.is_free_text() {
                        lines.extend(escaping(blank));
                    }
                }
                for (at, line) in body_lines(body, style).iter().enumerate() {
                    let into = if at == 0 { ">" } else { ">>" };
                    lines.push(format!("{into}\"%BODY_FILE%\" echo {line}"));
                }
                file = Some("\"@%BODY_FILE%\"".to_owned());
            }
        }
        // `call` reads its line once more.
        let percent = if self.is_batch { "%%%%" } else { "%%" };
        let word = |argument: &Argument| match argument {
            Argument::Plain(word) => word.clone(),
            Argument::Text(text) => {
                let text = if self.is_batch { without_parentheses(text) } else { text.clone() };
                let mut word = String::new();
                for part in text.parts() {
                    match part {
                        Part::Literal(literal) => {
                            word.push_str(&literal.replace('%', percent).replace('"', "\\\""));
                        }
                        Part::Blank(blank) if style == BlankStyle::Shell => {
                            let _ = write!(word, "%{}%", blank.variable());
                        }
                        Part::Blank(blank) => word.push_str(blank.spelling(style)),
                    }
                }
                format!("\"{word}\"")
            }
        };
        let mut call = if self.is_batch { format!("call {}", self.program) } else { self.program.to_owned() };
        for argument in &self.before {
            let _ = write!(call, " {}", word(argument));
        }
        if let (Some((option, _)), Some(file)) = (self.body, &file) {
            let _ = write!(call, " {option} {file}");
        }
        for argument in &self.behind {
            let _ = write!(call, " {}", word(argument));
        }
        lines.push(call);
        if file.is_some_and(|file| file.contains("BODY_FILE")) {
            lines.push("set \"STATUS=%ERRORLEVEL%\"".to_owned());
            lines.push("del \"%BODY_FILE%\"".to_owned());
            lines.push("endlocal & if not \"%STATUS%\"==\"0\" exit /b %STATUS%".to_owned());
        } else {
            // cmd fills in the variables of a whole line before it runs any of it, and so before `endlocal`.
            lines.push("endlocal & if not \"%ERRORLEVEL%\"==\"0\" exit /b %ERRORLEVEL%".to_owned());
        }
        match lines.iter().map(|line| line.encode_utf16().count()).max() {
            Some(length) if length > LONGEST_LINE => Err(WriteError::LongLine(length)),
            _ => Ok(lines.join("\n")),
        }
    }
}

/// The lines that escape for JSON the value of a variable, every character of it but letters, digits and underscores. It
/// is taken from the environment, where nothing reads it. What is printed has a word before it, for the Script Host says
/// on the same output why it does not run.
fn escaping(blank: Blank) -> [String; 5] {
    let name = blank.variable();
    // A script host may count the zero that ends the value.
    [
        format!("set \"{name}{ESCAPED}=\""),
        format!(
            r#">"%BODY_FILE%.js" echo WScript.Echo("json "+new ActiveXObject("WScript.Shell").ExpandEnvironmentStrings("%%{name}%%").replace(/\x00+$/,"").replace(/\W/g,function(c){{return "\\u"+("000"+c.charCodeAt(0).toString(16)).slice(-4)}}))"#
        ),
        format!(
            r#"for /f "tokens=1,2" %%A in ('%SystemRoot%\System32\cscript.exe //nologo "%BODY_FILE%.js"') do if "%%A"=="json" set "{name}{ESCAPED}=%%B""#
        ),
        "del \"%BODY_FILE%.js\"".to_owned(),
        format!(
            "if not defined {name}{ESCAPED} (echo {name} cannot be escaped: the Windows Script Host does not run 1>&2& exit /b 1)"
        ),
    ]
}

/// A URL with its parentheses encoded: the batch file that `az` is would read them.
fn without_parentheses(text: &Text) -> Text {
    let is_url = matches!(text.parts().first(), Some(Part::Literal(head)) if head.starts_with('/') || head.contains("://"));
    if !is_url {
        return text.clone();
    }
    Text::from_parts(text.parts().iter().map(|part| match part {
        Part::Literal(literal) => Part::Literal(literal.replace('(', "%28").replace(')', "%29")),
        blank @ Part::Blank(_) => blank.clone(),
    }))
}

/// cmd reads lines of up to 8,191 characters, with the values of their variables. A body has a line break behind a comma
/// once its line is this long.
const LONG_LINE: usize = 2000;
/// The longest line that is written, in UTF-16 units. What is left is for the values of variables.
const LONGEST_LINE: usize = 8000;

/// The lines of a body as `echo` prints them: in strings, whatever cmd reads is escaped as JSON has it. The quotes are
/// in pairs, and nothing between or outside of them means anything to cmd.
fn body_lines(body: &Text, style: BlankStyle) -> Vec<String> {
    let mut out = String::new();
    let mut line_start = 0;
    let (mut in_string, mut escaped) = (false, false);
    for part in body.parts() {
        match part {
            Part::Literal(literal) => {
                for c in in_ascii(literal).chars() {
                    let shielded = escaped;
                    escaped = in_string && c == '\\' && !shielded;
                    match c {
                        // `/?` asks for help.
                        '%' | '!' | '^' | '&' | '<' | '>' | '|' | '?' => {
                            let _ = write!(out, "\\u{:04x}", u32::from(c));
                        }
                        // To cmd, the quote of `\"` would be the end of those around it.
                        '"' if shielded => out.push_str("u0022"),
                        '"' => {
                            in_string = !in_string;
                            out.push(c);
                        }
                        ',' if !in_string && out.len() - line_start > LONG_LINE => {
                            out.push_str(",\n");
                            line_start = out.len();
                        }
                        '\n' => {
                            out.push(c);
                            line_start = out.len();
                        }
                        c => out.push(c),
                    }
                }
            }
            Part::Blank(blank) if style == BlankStyle::Shell && blank.is_free_text() => {
                let _ = write!(out, "%{}{ESCAPED}%", blank.variable());
            }
            Part::Blank(blank) if style == BlankStyle::Shell => {
                let _ = write!(out, "%{}%", blank.variable());
            }
            // `<SUBSCRIPTION ID>` stands within quotes.
            Part::Blank(blank) => out.push_str(blank.spelling(style)),
        }
    }
    out.lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_body_is_too_long_for_cmd() {
        let member = r#""a,b":{"c":1},"#;
        let body = format!("{{{}\"d\":{{}}}}", member.repeat(3000));
        let lines = body_lines(&Text::from_parts([Part::Literal(body.clone())]), BlankStyle::Shell);
        assert!(lines.iter().all(|line| line.len() <= LONG_LINE + member.len()));
        assert_eq!(lines.concat(), body);
    }

    #[test]
    fn no_quote_within_a_string_ends_it_for_cmd() {
        let body = Text::from_parts([Part::Literal(r#"{"a":"b\"&\\","c":"/?"}"#.to_owned())]);
        assert_eq!(body_lines(&body, BlankStyle::Shell), [r#"{"a":"b\u0022\u0026\\","c":"/\u003f"}"#]);
    }
}
