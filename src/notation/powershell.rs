//! PowerShell as people write it in documents and scripts: the cmdlets that make requests, and the programs
//! that are called from it.
//!
//! `syntax` reads the text as PowerShell's parser does, `evaluate` goes through its statements and says what the
//! values come to that a request is made of, as far as the text says it. What PowerShell makes of a text that is not
//! what was meant is a `fault`, which goes with the value to the call. Nothing is run.

mod evaluate;
mod fault;
mod known;
mod scope;
mod syntax;
mod value;
mod write;

use std::rc::Rc;

use self::evaluate::Evaluator;
use self::syntax::Mode;
use self::value::Unit;
use super::{Call, LeftOut, programs};
use crate::text::{Fragment, Marks, Span};

pub use self::scope::Scope;
pub use self::syntax::{OutlinedCommand, OutlinedElement, outline};
pub use self::write::InvokeAzRestMethod;

/// Expressions that are evaluated of a short text; a longer one has more.
const MIN_STEPS: usize = 20_000;
/// Bytes of memory that the texts may take which are made of a short one.
const MIN_BYTES: usize = 4 << 20;
/// Bytes, items and entries of long values that are gone through again where a short text uses them.
const MIN_LOOKS: usize = 1 << 22;

/// The calls that a PowerShell text makes, in the order in which they stand; `scope` is what was assigned
/// before, and is added to. With `prompts`, lines may begin with `PS C:\>`.
pub fn calls<'s>(code: &Fragment<'s>, prompts: bool, scope: &mut Scope<'s>) -> Vec<Call<'s>> {
    let unit = Rc::new(Unit::new(Rc::new(code.clone()), prompts));
    let len = code.text().len();
    scope.powershell.copies = MIN_LOOKS.max(4 * len);
    let mut found = Vec::new();
    let mut evaluator = Evaluator {
        unit,
        scope,
        found: &mut found,
        steps: MIN_STEPS.max(len),
        bytes: MIN_BYTES.max(6 * len),
        looks: MIN_LOOKS.max(32 * len),
        calls: 0,
        returned: false,
        uncertain: false,
        depth: 0,
        chosen: None,
        met: Vec::new(),
        defined: Vec::new(),
        functions: evaluate::MAX_FUNCTIONS,
    };
    for stretch in syntax::Stretches::of(code.text(), Mode { prompts, lenient: true }) {
        evaluator.run(stretch);
    }
    evaluator.end();
    // What was left out behind the last call is said there.
    if let Some(last) = found.last_mut().filter(|call| call.left_out == LeftOut::Nothing) {
        scope.tell(last);
    }
    found.sort_by_key(Call::place);
    // A loop or a function makes a call again and again: it is one as long as the same words make it.
    found.dedup_by(|later, earlier| {
        let same = later.place() == earlier.place() && same_origins(later, earlier);
        if same {
            later.left_out = later.left_out.max(earlier.left_out);
            std::mem::swap(later, earlier);
        }
        same
    });
    found
}

/// True if two calls are made of the same words.
fn same_origins(a: &Call<'_>, b: &Call<'_>) -> bool {
    fn origins(part: Option<&Fragment<'_>>) -> Vec<Span> {
        part.map(|part| part.origins().collect()).unwrap_or_default()
    }
    origins(a.method.as_ref()) == origins(b.method.as_ref())
        && origins(a.url.as_ref()) == origins(b.url.as_ref())
        && origins(a.body.text()) == origins(b.body.text())
}

/// True if `text` is more likely PowerShell than a POSIX shell's, whatever its author called it.
pub fn is_likely(text: &str) -> bool {
    if begins_as_posix(text) || !has_marks(text) {
        return false;
    }
    let goes_on = |mark: &str| text.lines().any(|line| line.ends_with(mark));
    !goes_on(" \\") || goes_on(" `")
}

/// True if the text has words or signs that only PowerShell has.
fn has_marks(text: &str) -> bool {
    static MARKS: Marks = Marks::new(&["@{", "ConvertTo-"]);
    MARKS.are_in(text)
        || programs::mentions_cmdlet(text)
        || text.lines().any(|line| {
            let line = line[known::line_prompt(line)..].trim_start();
            let Some(rest) = line.strip_prefix('$') else {
                return line.starts_with("@'") || line.starts_with("@\"");
            };
            let name = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
            name > 0 && rest[name..].trim_start().starts_with('=')
        })
}

/// True if the first command is one that only a POSIX shell reads so: `NAME=…`, or curl or az with nothing of
/// PowerShell's outside quotes. What stands in its quotes says nothing of the language.
fn begins_as_posix(text: &str) -> bool {
    static PARAMETERS: Marks = Marks::new(&[" -Uri", " -Method", " -Headers", " -Body"]);
    let commands = text.lines().map(|line| line[known::line_prompt(line)..].trim_start());
    let Some(first) = commands.into_iter().find(|line| !line.is_empty() && !line.starts_with('#')) else {
        return false;
    };
    let name = first.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let assigns = name > 0 && first[name..].starts_with('=') && !first.as_bytes()[0].is_ascii_digit();
    let calls_curl = first.starts_with("curl ") && !PARAMETERS.are_in(text);
    assigns || calls_curl || (first.starts_with("az ") && !has_marks(&without_quoted(text)))
}

/// The text without what stands in quotes, as far as shells agree on that.
fn without_quoted(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut at = 0;
    let mut unclosed = [false; 2];
    while let Some(open) = memchr::memchr2(b'\'', b'"', &bytes[at..]).map(|len| at + len) {
        out.push_str(&text[at..=open]);
        let which = usize::from(bytes[open] == b'"');
        let mut close = open + 1;
        while close < bytes.len() && !unclosed[which] {
            if which == 0 && bytes[close..].starts_with(br"'\''") {
                // How a POSIX shell writes `'` in quotes, and nobody else.
                close += 4;
            } else if bytes[close] == bytes[open] {
                break;
            } else {
                // In either language a backslash or backtick before `"` keeps the text open.
                close += if which == 1 && matches!(bytes[close], b'\\' | b'`') { 2 } else { 1 };
            }
        }
        unclosed[which] |= close >= bytes.len();
        at = if unclosed[which] { open + 1 } else { close + 1 };
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests;
