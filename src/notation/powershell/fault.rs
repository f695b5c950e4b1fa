//! What PowerShell's quoting does to a call, as findings are made of it.

use std::rc::Rc;

use super::syntax::{Flaw, FlawKind, name_len};
use super::value::Unit;
use crate::notation::quoting::is_torn_query;
use crate::notation::{Quoting, QuotingKind, Versions};
use crate::text::{Edit, Encoding, Fragment, Span};

/// Scopes and drives that stand before a variable's name.
const SCOPES: [&str; 10] =
    ["env", "script", "global", "local", "private", "using", "variable", "function", "alias", "workflow"];

/// Words of `OData` that stand behind `$` in a query.
const ODATA: [&str; 10] =
    ["filter", "expand", "top", "select", "skiptoken", "orderby", "skip", "count", "search", "apply"];

/// True for a word of a query that begins with `$`.
pub(super) fn is_odata(name: &str) -> bool {
    ODATA.iter().any(|word| word.eq_ignore_ascii_case(name))
}

/// Where the name ends that was meant, if `name`, which is not a variable, takes characters of a URL along.
pub(super) fn swallowing(name: &str, is_set: impl Fn(&str) -> bool) -> Option<usize> {
    let scope = name.find(':').filter(|&at| SCOPES.iter().any(|it| it.eq_ignore_ascii_case(&name[..at])));
    let from = scope.map_or(0, |at| at + 1);
    let mark = name[from..].find(['?', ':']).map(|at| from + at).filter(|&at| at > from)?;
    // A drive of the author's own.
    if name[mark..].starts_with(':')
        && mark == 1
        && name.as_bytes()[0].is_ascii_uppercase()
        && !is_set(&name[..mark])
    {
        return None;
    }
    Some(mark)
}

/// `source` is `$name` or the like at `at`; the name that was meant ends at `base`.
pub(super) fn swallows(at: Span, source: &str, name: &str, base: usize) -> Quoting {
    let taken = &name[base..];
    let meant = &name[..base];
    let what = if taken.starts_with('?') { "`?` and what follows" } else { "`:` and what follows" };
    let message =
        format!("PowerShell reads `{source}` as one variable: {what} belong to its name, and it is empty");
    let quoting = Quoting::new(QuotingKind::VariableNameSwallows, at, message)
        .help(format!("write `${{{meant}}}{}`", &taken[..1]));
    let dollar = at.start + 1;
    let end = at.end - (name.len() - base) as u32;
    if at.len() != source.len() {
        return quoting;
    }
    quoting.offer(
        true,
        format!("write `${{{meant}}}`"),
        vec![Edit::insert(dollar, "{".to_owned()), Edit::insert(end, "}".to_owned())],
    )
}

pub(super) fn odata(at: Span, source: &str) -> Quoting {
    let message = format!("PowerShell puts a variable in the place of `{source}`, and it is empty");
    Quoting::new(QuotingKind::OdataVariableEaten, at, message)
        .help(format!("write `` `{source} ``, or put the URL into single quotes"))
        .offer(true, "put a backtick before it", vec![Edit::insert(at.start, "`".to_owned())])
}

pub(super) fn colon_behind(at: Span, source: &str) -> Quoting {
    let name = source.trim_start_matches('$');
    let message = format!("PowerShell refuses `{source}:`: it takes the colon for the end of a scope's name");
    Quoting::new(QuotingKind::VariableNameSwallows, at, message).offer(
        true,
        format!("write `${{{name}}}`"),
        vec![Edit::insert(at.start + 1, "{".to_owned()), Edit::insert(at.end, "}".to_owned())],
    )
}

/// The length of the `.member` or `[index]` that `text` begins with.
pub(super) fn member_len(text: &str) -> Option<usize> {
    let mut end = 0;
    loop {
        let rest = &text[end..];
        let bytes = rest.as_bytes();
        let len = match bytes.first() {
            Some(b'.') => {
                let len = bytes[1..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                    .count();
                if len > 0 && bytes[1].is_ascii_alphabetic() { 1 + len } else { 0 }
            }
            Some(b'[') => {
                let head = bytes.iter().take(40).position(|byte| matches!(byte, b']' | b'\n' | b' '));
                head.filter(|&at| bytes[at] == b']' && at > 1).map_or(0, |at| at + 1)
            }
            _ => 0,
        };
        if len == 0 {
            return (end > 0).then_some(end);
        }
        end += len;
    }
}

pub(super) fn member_in_text(at: Span, source: &str) -> Quoting {
    let variable = &source[..=name_len(&source[1..]).map_or(0, |(len, _)| len)];
    let message = format!("within a text only `{variable}` is replaced, not `{source}`");
    Quoting::new(QuotingKind::MemberInText, at, message).help(format!("write `$({source})`")).offer(
        true,
        format!("write `$({source})`"),
        vec![Edit::insert(at.start, "$(".to_owned()), Edit::insert(at.end, ")".to_owned())],
    )
}

pub(super) fn secure_token(at: Span, source: &str) -> Quoting {
    let message = format!(
        "from Az.Accounts 5 on this token is a SecureString: `{source}` is sent as `System.Security.SecureString`"
    );
    Quoting::new(QuotingKind::TokenIsSecurestring, at, message)
        .help("write `(Get-AzAccessToken …).Token | ConvertFrom-SecureString -AsPlainText`")
}

/// True if a text asks for a version of Az.Accounts that gives tokens as texts.
pub(super) fn says_old_accounts(text: &str) -> bool {
    text.lines().any(|line| {
        let Some(at) = line.find("Az.Accounts") else { return false };
        let rest = &line[at + "Az.Accounts".len()..];
        let version = rest.split(|c: char| !(c.is_ascii_digit() || c == '.')).find(|word| word.contains('.'));
        let limits = ["RequiredVersion", "MaximumVersion"].iter().any(|word| rest.contains(word));
        limits
            && version.and_then(|it| it.split('.').next()?.parse::<u32>().ok()).is_some_and(|major| major < 5)
    })
}

pub(super) fn json_depth(unit: &Unit<'_>, name: Span, place: Option<Span>, depth: usize) -> Quoting {
    let said = if place.is_some() { "" } else { ", which is its default" };
    let message = format!(
        "`ConvertTo-Json` stops at depth {depth}{said}: what lies deeper is sent as the name of its class"
    );
    let quoting =
        Quoting::new(QuotingKind::JsonDepth, unit.code.to_file(name), message).help("write `-Depth 20`");
    let edits = match place {
        Some(place) => unit.code.edit(place, "20"),
        None => unit.code.edit(Span::at(name.end as usize), " -Depth 20"),
    };
    match edits {
        Some(edits) => quoting.offer(true, "write `-Depth 20`", edits),
        None => quoting,
    }
}

/// `format` has braces that are not items at `wrong`.
pub(super) fn format_braces(format: &Rc<Fragment<'_>>, wrong: &[usize]) -> Quoting {
    let first = Span::new(wrong[0], wrong[0] + 1);
    let message = "`-f` takes the braces of JSON for its own: the text cannot be formatted";
    let quoting = Quoting::new(QuotingKind::FormatBraces, format.to_file(first), message)
        .help("double every brace that is not one of its `{0}`");
    let mut edits = Vec::new();
    for &at in wrong.iter().take(1000) {
        let brace = &format.text()[at..=at];
        // Put behind the brace itself, wherever that stands.
        let file = format.to_file(Span::new(at, at + 1));
        if file.len() != 1 || format.is_derived(Span::new(at, at + 1)) {
            return quoting;
        }
        edits.push(Edit::insert(file.end, brace.to_owned()));
    }
    quoting.offer(true, "double the braces", edits)
}

pub(super) fn run_as_command(at: Span, source: &str) -> Quoting {
    let message = "without quotes PowerShell runs this as a command";
    let quoting = Quoting::new(QuotingKind::UnquotedOperator, at, message).help("put it into quotes");
    quoted(quoting, at, source)
}

/// With quotes around the word at `at`, if one kind of them leaves it as it is meant.
fn quoted(quoting: Quoting, at: Span, source: &str) -> Quoting {
    if source.contains(['\'', '"', '`', '\n']) || at.len() != source.len() {
        return quoting;
    }
    // A variable that would take the next characters along.
    let mut mark = "'";
    let mut rest = source;
    while let Some(dollar) = rest.find('$') {
        rest = &rest[dollar + 1..];
        match name_len(rest) {
            Some((len, false)) if !rest[..len].contains(['?', ':']) && !is_odata(&rest[..len]) => mark = "\"",
            None if rest.starts_with('{') || rest.starts_with('(') => mark = "\"",
            Some((len, _)) if is_odata(&rest[..len]) && mark == "'" && !source.contains("${") => {}
            _ => return quoting,
        }
    }
    if mark == "\"" && ODATA.iter().any(|word| source.contains(&format!("${word}"))) {
        return quoting;
    }
    let edits = vec![Edit::insert(at.start, mark.to_owned()), Edit::insert(at.end, mark.to_owned())];
    quoting.offer(true, "put quotes around it", edits)
}

/// What the reader found, in the text of `unit`.
pub(super) fn of_flaw(unit: &Unit<'_>, flaw: Flaw) -> Quoting {
    let at = unit.code.to_file(flaw.span);
    let source = &unit.code.text()[flaw.span.range()];
    let gone = |kind, message: &'static str, help: &'static str, title: &'static str| {
        let quoting = Quoting::new(kind, at, message).help(help);
        match unit.code.edit(flaw.span, "") {
            Some(edits) => quoting.offer(true, title, edits),
            None => quoting,
        }
    };
    match flaw.kind {
        FlawKind::ColonBehind => colon_behind(at, source),
        FlawKind::BlankAfterContinuation => gone(
            QuotingKind::BlankAfterContinuation,
            "a blank behind the backtick: the line does not go on, and the command ends here",
            "nothing may stand behind the backtick that continues a line",
            "remove the blank",
        ),
        FlawKind::ContinuationMissing => {
            let message =
                "the command ends with this line: the parameters on the next one are not part of it";
            let quoting = Quoting::new(QuotingKind::ContinuationMissing, at, message)
                .help("end the line with a backtick");
            let end = flaw.span.start as usize;
            let text = unit.code.text();
            let line = text[..end].rfind('\n').map_or(0, |at| at + 1);
            // A comment ends the line too.
            if text[line..end].contains('#') || text[line..end].ends_with(['`', '\\']) {
                return quoting;
            }
            match unit.code.edit(Span::at(end), " `") {
                Some(edits) => quoting.offer(true, "end the line with a backtick", edits),
                None => quoting,
            }
        }
        FlawKind::ForeignContinuation => {
            let message = "PowerShell does not continue a line at a backslash: the command ends here";
            let quoting = Quoting::new(QuotingKind::ContinuationMissing, at, message)
                .help("PowerShell's mark is a backtick");
            match unit.code.edit(flaw.span, "`") {
                Some(edits) => quoting.offer(true, "write a backtick", edits),
                None => quoting,
            }
        }
        FlawKind::TextAfterHereHeader => {
            let mark = if unit.code.text()[..flaw.span.start as usize]
                .ends_with(['"', '\u{201c}', '\u{201d}', '\u{201e}'])
            {
                "@\""
            } else {
                "@'"
            };
            let message = format!("nothing may stand behind `{mark}`: the text begins on the next line");
            let quoting = Quoting::new(QuotingKind::TextEndMisplaced, at, message);
            let blank = source.len() - source.trim_start().len();
            let blanks = Span::new(flaw.span.start as usize, flaw.span.start as usize + blank);
            let edits = if blanks.is_empty() {
                unit.code.edit(Span::at(flaw.span.start as usize), "\n")
            } else {
                unit.code.edit(blanks, "\n")
            };
            match edits {
                Some(edits) => quoting.offer(true, "begin the text on the next line", edits),
                None => quoting,
            }
        }
        FlawKind::IndentedHereFooter => gone(
            QuotingKind::TextEndMisplaced,
            "the end of the text must stand at the beginning of its line: PowerShell does not see it here",
            "no blank may stand before it",
            "move it to the beginning of the line",
        ),
        FlawKind::InnerQuotes => inner_quotes(unit, flaw.span),
        FlawKind::Unterminated => {
            let quote: String = source.chars().filter(|c| *c != '@').take(1).collect();
            Quoting::unterminated(at, if quote.is_empty() { "\"" } else { &quote })
        }
        FlawKind::UnquotedAmpersand => {
            let mark = source.find('&').unwrap_or(0);
            let place = Span { start: at.start + mark as u32, end: at.start + mark as u32 + 1 };
            let place = if at.len() == source.len() { place } else { at };
            let message = "an `&` outside of quotes ends the command: the URL is cut here, and what follows is run as another command";
            let quoting =
                Quoting::new(QuotingKind::UnquotedAmpersand, place, message).help("put the URL into quotes");
            if is_torn_query(source, &unit.code.text()[flaw.span.end as usize..]) {
                return quoting;
            }
            quoted(quoting, at, source)
        }
        FlawKind::UnquotedParenthesis => {
            let message = "PowerShell runs what stands in parentheses outside of quotes";
            let quoting =
                Quoting::new(QuotingKind::UnquotedOperator, at, message).help("put the word into quotes");
            quoted(quoting, at, source)
        }
        FlawKind::UnquotedSemicolon => {
            let message = "a `;` outside of quotes ends the command";
            let quoting =
                Quoting::new(QuotingKind::UnquotedOperator, at, message).help("put the word into quotes");
            quoted(quoting, at, source)
        }
        FlawKind::UnquotedBraces => {
            let message = "braces outside of quotes begin a script block: the word ends before them";
            let quoting =
                Quoting::new(QuotingKind::BracesExpanded, at, message).help("put the word into quotes");
            // A placeholder that a reader fills in takes its braces along.
            let quoting = if unit.in_document { quoting.note() } else { quoting };
            quoted(quoting, at, source)
        }
        FlawKind::BareJson => {
            let message = "braces without quotes are a script block, not JSON";
            let quoting = Quoting::new(QuotingKind::BracesExpanded, at, message)
                .help("put the JSON into single quotes");
            let plain =
                !source.contains(['\'', '`', '$', '\\', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}']);
            if plain && at.len() == source.len() {
                let edits =
                    vec![Edit::insert(at.start, "'".to_owned()), Edit::insert(at.end, "'".to_owned())];
                return quoting.offer(true, "put it into single quotes", edits);
            }
            quoting
        }
        FlawKind::SplattedFile => splatted(unit, flaw.span),
    }
}

pub(super) fn splatted(unit: &Unit<'_>, span: Span) -> Quoting {
    let at = unit.code.to_file(span);
    let source = &unit.code.text()[span.range()];
    let message =
        format!("PowerShell takes `{source}` for splatting: without quotes `@` does not name a file");
    let quoting = Quoting::new(QuotingKind::SplattedFile, at, message)
        .help(format!("write `'{}'`", source.replace('"', "")));
    if source.contains(['\'', '"', '`', '$']) || at.len() != source.len() {
        return quoting;
    }
    let edits = vec![Edit::insert(at.start, "'".to_owned()), Edit::insert(at.end, "'".to_owned())];
    quoting.offer(true, "put it into single quotes", edits)
}

/// JSON whose own quotes end the text around it; `span` is the whole, with its quotes.
fn inner_quotes(unit: &Unit<'_>, span: Span) -> Quoting {
    let source = &unit.code.text()[span.range()];
    let mark = source.chars().next().unwrap_or('"');
    let inner = source[mark.len_utf8()..].find(mark).map_or(0, |at| mark.len_utf8() + at);
    let place = Span::new(span.start as usize + inner, span.start as usize + inner + mark.len_utf8());
    let quoting = Quoting::new(
        QuotingKind::QuotesEaten,
        unit.code.to_file(place),
        format!("this `{mark}` ends the text: the quotes of the JSON are the same as those around it"),
    );
    let content = &source[mark.len_utf8()..source.len() - mark.len_utf8()];
    if mark == '"' {
        let quoting = quoting.help("put the JSON into single quotes, or write each inner quote `` `\" ``");
        let simple =
            !content.contains(['\'', '`', '$', '\\', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}']);
        let ends = (
            Span::new(span.start as usize, span.start as usize + 1),
            Span::new(span.end as usize - 1, span.end as usize),
        );
        if simple
            && let (Some(first), Some(last)) = (unit.code.edit(ends.0, "'"), unit.code.edit(ends.1, "'"))
        {
            let edits = first.into_iter().chain(last).collect();
            return quoting.offer(true, "put it into single quotes", edits);
        }
        // Variables stay what they are: each inner quote is escaped.
        if !content.contains(['`', '\\']) && content.len() < 4096 {
            let mut edits = Vec::new();
            for (at, _) in content.match_indices('"') {
                match unit.code.edit(Span::at(span.start as usize + 1 + at), "`") {
                    Some(more) => edits.extend(more),
                    None => return quoting,
                }
            }
            return quoting.offer(true, "escape the inner quotes", edits);
        }
        return quoting;
    }
    let quoting = quoting.help("double each `'` within single quotes");
    // An apostrophe of the text, not the quotes of its JSON.
    if content.contains("\":") && !content.contains("''") {
        let mut edits = Vec::new();
        for (at, _) in content.match_indices('\'') {
            match unit.code.edit(Span::at(span.start as usize + mark.len_utf8() + at), "'") {
                Some(more) => edits.extend(more),
                None => return quoting,
            }
        }
        return quoting.offer(true, "double it", edits);
    }
    quoting
}

pub(super) fn argument_is_text(unit: &Unit<'_>, run: Span, what: &str) -> Quoting {
    let at = unit.code.to_file(run);
    let message =
        format!("{what}: without parentheses PowerShell takes the words of an argument as they are");
    let quoting =
        Quoting::new(QuotingKind::ArgumentIsText, at, message).help("put the expression into parentheses");
    let open = unit.code.edit(Span::at(run.start as usize), "(");
    let close = unit.code.edit(Span::at(run.end as usize), ")");
    match (open, close) {
        (Some(open), Some(close)) if !unit.code.text()[run.range()].contains('\n') => {
            quoting.offer(true, "put parentheses around it", open.into_iter().chain(close).collect())
        }
        _ => quoting,
    }
}

pub(super) fn run_together(unit: &Unit<'_>, span: Span) -> Quoting {
    let at = unit.code.to_file(span);
    let message = "no parameter takes this word: PowerShell refuses the command";
    Quoting::new(QuotingKind::WordsRunTogether, at, message).help("put what belongs together into quotes")
}

/// Words that touch: `run` is the whole, and `seam` where one ends and the next begins.
pub(super) fn touching(unit: &Unit<'_>, run: Span, seam: Span) -> Quoting {
    let at = seam.start as usize;
    let quote =
        unit.code.text()[..at].char_indices().next_back().map_or(at, |(at, _)| at).max(run.start as usize);
    let message = "the word ends at this quote: what touches it is another word";
    Quoting::new(QuotingKind::QuotesEaten, unit.code.to_file(Span::new(quote, at)), message)
        .help("write each inner quote `` `\" ``, or put the whole into single quotes")
}

/// `--url=(…)`
pub(super) fn option_is_text(unit: &Unit<'_>, run: Span, value: Span) -> Quoting {
    let message = "PowerShell makes two words of this: an option and the value behind it";
    let quoting = Quoting::new(QuotingKind::ArgumentIsText, unit.code.to_file(run), message)
        .help("put a blank in the place of `=`");
    let equals = Span::new(value.start as usize - 1, value.start as usize);
    match unit.code.edit(equals, " ") {
        Some(edits) => quoting.offer(true, "write a blank for `=`", edits),
        None => quoting,
    }
}

pub(super) fn block_as_body(unit: &Unit<'_>, place: Span) -> Quoting {
    let message = "braces without quotes are a script block, not a text";
    Quoting::new(QuotingKind::BracesExpanded, unit.code.to_file(place), message)
        .help("put it into single quotes")
}

/// An object that is sent as a body; the answer is converted at `converted` instead of it.
pub(super) fn object_as_body(unit: &Unit<'_>, place: Span, converted: Option<Span>) -> Quoting {
    let message = match converted {
        Some(_) => "the pipe converts the answer: the body is an object, which is not sent as JSON",
        None => "the body is an object, which is not sent as JSON",
    };
    let quoting = Quoting::new(QuotingKind::ObjectAsBody, unit.code.to_file(place), message)
        .help("write `($body | ConvertTo-Json -Depth 20)`");
    let source = &unit.code.text()[place.range()];
    let open = unit.code.edit(Span::at(place.start as usize), "(");
    let edits = match converted {
        Some(converter) => {
            let command = &unit.code.text()[converter.range()];
            let between = &unit.code.text()[place.end as usize..converter.start as usize];
            // Parameters of the call between them, or behind.
            if between.trim() != "|" || !command.eq_ignore_ascii_case("convertto-json") {
                None
            } else {
                open.zip(unit.code.edit(Span::at(converter.end as usize), " -Depth 20)"))
            }
        }
        None => open.zip(unit.code.edit(Span::at(place.end as usize), " | ConvertTo-Json -Depth 20)")),
    };
    let whole = source.starts_with(['$', '@', '(', '[']) && !source.starts_with("@\"");
    // A splatting table's own place says nothing of its entries.
    let splatted = source.starts_with('@') && !source.starts_with("@{") && !source.starts_with("@(");
    match edits.filter(|_| whole && !splatted) {
        Some((open, close)) => {
            quoting.offer(true, "send it as JSON", open.into_iter().chain(close).collect())
        }
        None => quoting,
    }
}

pub(super) fn bytes_as_payload(unit: &Unit<'_>, place: Span) -> Quoting {
    let message = "`-Payload` takes a text: PowerShell refuses bytes";
    Quoting::new(QuotingKind::ObjectAsBody, unit.code.to_file(place), message).help("give it the text itself")
}

/// The name of a file where a program takes the text itself, or the name behind `@`.
pub(super) fn file_without_mark(body: &Fragment<'_>) -> Quoting {
    let (name, place) = (body.text(), body.to_file(body.span()));
    let quoting = Quoting::new(
        QuotingKind::FileWithoutAt,
        place,
        format!("`{name}` is sent as the body itself: only `@` before it reads a file"),
    )
    .help(format!("write `'@{name}'`"));
    if matches!(body.encoding_at(0), Encoding::PowerShellSingle | Encoding::PowerShellDouble) {
        return match body.edit(Span::at(0), "@") {
            Some(edits) => quoting.offer(true, "write `@`", edits),
            None => quoting,
        };
    }
    // Without quotes PowerShell would take `@name` for splatting.
    if name.contains(['$', '`']) || place.len() != name.len() {
        return quoting;
    }
    let edits = vec![Edit::insert(place.start, "'@".to_owned()), Edit::insert(place.end, "'".to_owned())];
    quoting.offer(true, "write `@`, in quotes", edits)
}

/// The name of a file where a cmdlet takes the text itself.
pub(super) fn file_without_reading(unit: &Unit<'_>, place: Span, name: &str) -> Quoting {
    let quoting = Quoting::new(
        QuotingKind::FileWithoutAt,
        unit.code.to_file(place),
        format!("`{name}` is sent as the body itself: the cmdlet does not read the file"),
    )
    .help("write `(Get-Content -Raw …)`, or `-InFile` where the cmdlet has it");
    let source = &unit.code.text()[place.range()];
    let is_direct = source.trim_matches(['\'', '"']) == name && !name.contains('$');
    let open = unit.code.edit(Span::at(place.start as usize), "(Get-Content -Raw ");
    match open.zip(unit.code.edit(Span::at(place.end as usize), ")")).filter(|_| is_direct) {
        Some((open, close)) => quoting.offer(true, "read the file", open.into_iter().chain(close).collect()),
        None => quoting,
    }
}

/// A letter that is not sent as it is, as the content type at `place` names no charset.
pub(super) fn charset_missing(unit: &Unit<'_>, letter: Span, place: Option<Span>) -> Quoting {
    const CHARSET: &str = "; charset=utf-8";
    let quoting = Quoting::new(
        QuotingKind::CharsetMissing,
        letter,
        "Windows PowerShell and PowerShell before 7.4 send `?` for this letter: the content type names no charset",
    )
    .help("write `application/json; charset=utf-8`")
    .note()
    .only(Versions::Old);
    let Some(place) = place else { return quoting };
    let source = &unit.code.text()[place.range()];
    let inner = source.trim_matches(['\'', '"']);
    if !inner.eq_ignore_ascii_case("application/json") {
        return quoting;
    }
    let (start, end) = (place.start as usize, place.end as usize);
    let edits = if inner.len() == source.len() {
        let open = unit.code.edit(Span::at(start), "'");
        open.zip(unit.code.edit(Span::at(end), &format!("{CHARSET}'")))
            .map(|(open, close)| open.into_iter().chain(close).collect())
    } else {
        unit.code.edit(Span::at(end - 1), CHARSET)
    };
    match edits {
        Some(edits) => quoting.offer(true, "name the charset", edits),
        None => quoting,
    }
}

/// JSON that is passed to a program whose quotes are escaped for an older PowerShell.
pub(super) fn backslashes_kept(at: Span) -> Quoting {
    let message = "PowerShell passes the backslashes on since 7.3: the program gets no JSON";
    let quoting = Quoting::new(QuotingKind::QuotesStripped, at, message)
        .help("take the backslashes out, or put the body into a file: `'@body.json'`")
        .note()
        .only(Versions::New);
    Quoting { weight: crate::notation::Weight::Error, ..quoting }
}

/// JSON that is passed to a program, which is a batch file on Windows or not.
pub(super) fn quotes_stripped(at: Span, text: &str, is_batch: bool) -> Quoting {
    let message = "Windows PowerShell, PowerShell before 7.3, and `az` on Windows take the quotes off: the program gets no JSON";
    let quoting = Quoting::new(QuotingKind::QuotesStripped, at, message)
        .help("put the body into a file: `--body '@body.json'`")
        .only(if is_batch { Versions::OldOrBatch } else { Versions::Old });
    if says_old_powershell(text) {
        Quoting { weight: crate::notation::Weight::Error, ..quoting }
    } else {
        quoting.note()
    }
}

/// True if a text says that Windows PowerShell runs it, or a PowerShell before 7.3.
fn says_old_powershell(text: &str) -> bool {
    text.lines().take(40).any(|line| {
        let line = line.trim_start().to_ascii_lowercase();
        let Some(rest) = line.strip_prefix("#requires") else { return false };
        let desktop = rest.contains("-psedition desktop");
        let version = rest.split("-version").nth(1).map(|it| it.trim().trim_matches('"').to_owned());
        desktop || version.is_some_and(|it| it.starts_with("5.") || it == "5")
    })
}

/// The name of the variable that `text`, behind a `$`, begins with: `name`, `{name}`.
pub(super) fn plain_variable(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('{').unwrap_or(text);
    let len = inner.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let closes = !text.starts_with('{') || inner[len..].starts_with('}');
    (len > 0 && closes && inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
        .then(|| &inner[..len])
}

/// A variable at `at` of the file, in quotes that do not replace it.
pub(super) fn not_expanded(
    unit: &Unit<'_>,
    part: &Fragment<'_>,
    at: Span,
    name: &str,
    surely: bool,
    quote: super::syntax::Quote,
) -> Quoting {
    let marks = if quote == super::syntax::Quote::Single { "'…'" } else { "@'…'@" };
    let message = format!("within `{marks}` no variable is replaced: `${name}` is sent as it stands");
    let quoting =
        Quoting::new(QuotingKind::VariableNotExpanded, at, message).help("put the text into double quotes");
    let quoting = if surely { quoting } else { quoting.note() };
    let text = part.text();
    if quote != super::syntax::Quote::Single
        || text.contains(['"', '`', '\'', '(', '\u{201c}', '\u{201d}'])
        || !surely
    {
        return quoting;
    }
    // Every `$` has to be a variable that ends where it seems to.
    let mut edits = Vec::new();
    for (dollar, _) in text.match_indices('$') {
        let rest = &text[dollar + 1..];
        let Some(found) = plain_variable(rest) else { return quoting };
        if is_odata(found) || part.is_derived(Span::new(dollar, dollar + 1)) {
            return quoting;
        }
        if !rest.starts_with('{') {
            let open = part.to_file(Span::new(dollar, dollar + 1)).end;
            let close = part.to_file(Span::new(dollar, dollar + 1 + found.len())).end;
            edits.push(Edit::insert(open, "{".to_owned()));
            edits.push(Edit::insert(close, "}".to_owned()));
        }
    }
    let whole = part.to_file(part.span());
    let (Some(open), Some(close)) =
        (whole.start.checked_sub(1).and_then(|at| unit.code.offset_of(at)), unit.code.offset_of(whole.end))
    else {
        return quoting;
    };
    let source = unit.code.text();
    // Typographic quotes have more than one byte.
    let is_quote = |at: u32| source.get(at as usize..).is_some_and(|rest| rest.starts_with('\''));
    if !is_quote(open) || !is_quote(close) {
        return quoting;
    }
    let ends = (Span::new(open as usize, open as usize + 1), Span::new(close as usize, close as usize + 1));
    match (unit.code.edit(ends.0, "\""), unit.code.edit(ends.1, "\"")) {
        (Some(first), Some(last)) => {
            let edits = first.into_iter().chain(edits).chain(last).collect();
            quoting.offer(true, "put it into double quotes", edits)
        }
        _ => quoting,
    }
}
