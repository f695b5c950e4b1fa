//! What the shell and the client do to the parts of a call that was read: variables, braces, files.

use super::{Command, Dialect, RedirectKind, odata_name, starts};
use crate::notation::az_rest;
use crate::notation::curl::options;
use crate::notation::quoting::names_file;
use crate::notation::variables::Language;
use crate::notation::windows::unescaped;
use crate::notation::{Assigned, Call, Effect, Notation, Payload, Quoting, QuotingKind};
use crate::text::{Edit, Encoding, Fragment, Span, cut, steps};

/// Bytes of the line before a heredoc in which its operator is looked for.
const MAX_LINE: usize = 4 << 10;

/// A call and the command that makes it.
pub(super) struct Judge<'c, 's> {
    pub(super) code: &'c Fragment<'s>,
    pub(super) command: &'c Command<'s>,
    pub(super) scope: &'c Assigned<'s>,
    pub(super) dialect: Dialect,
    /// The text is given to `envsubst` or its like later.
    pub(super) filled_later: bool,
}

impl<'s> Judge<'_, 's> {
    /// Adds what is seen in the call as it is written.
    pub(super) fn as_written(&self, call: &mut Call<'s>) {
        call.quoting.extend(self.wrong_dash());
        if self.dialect.command_prompt {
            self.file_without_at(call);
            return;
        }
        let mut found = Vec::new();
        if let Some(url) = &call.url {
            self.odata(url, &mut found);
            if call.notation == Notation::Curl {
                self.globbed(url, &mut found);
            }
        }
        for part in call.url.iter().chain(&call.headers) {
            self.not_expanded(call, part, &mut found);
        }
        self.torn_headers(&mut found);
        if self.dialect.unsaid {
            escaped_body(call, &mut found);
        }
        call.quoting.append(&mut found);
        self.file_without_at(call);
    }

    /// Adds what is seen in the body, wherever it comes from.
    pub(super) fn with_body(&self, call: &mut Call<'s>) {
        if self.dialect.command_prompt {
            return;
        }
        let mut found = Vec::new();
        if let Payload::Text(body) = &call.body {
            self.not_expanded(call, body, &mut found);
            self.not_expanded_in_heredoc(call, body, &mut found);
        }
        call.quoting.append(&mut found);
    }

    /// Dashes before options that a program takes for letters.
    fn wrong_dash(&self) -> Option<Quoting> {
        let program = self.command.program()?;
        let name = self.command.program_name()?;
        let words = self.command.words.get(program + 1..)?;
        let mut edits = Some(Vec::new());
        let mut first: Option<(Span, String)> = None;
        let mut is_word = false;
        for (at, word) in words.iter().enumerate() {
            let text = word.text.text();
            let bare = text.trim_start_matches([
                '-', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2015}', '\u{2212}',
            ]);
            let dashes = &text[..text.len() - bare.len()];
            // In quotes it is a value.
            if dashes.is_ascii() || word.span.len() != text.len() {
                continue;
            }
            let next = words.get(at + 1).filter(|_| bare.is_empty());
            let option = next.map_or(bare, |next| next.text.text());
            let Some(hyphens) = hyphens_of(&name, option, next.is_some()) else { continue };
            is_word |= next.is_some();
            let end = next.map_or(word.span.start + dashes.len() as u32, |next| next.span.start);
            let place = Span { start: word.span.start, end };
            first.get_or_insert_with(|| {
                (Span { end: place.start + dashes.len() as u32, ..place }, dashes.to_owned())
            });
            edits = edits.zip(self.replace(place, hyphens)).map(|(mut all, more)| {
                all.extend(more);
                all
            });
        }
        let (place, dashes) = first?;
        let quoting = Quoting::new(
            QuotingKind::WrongDash,
            place,
            format!("`{dashes}` is a letter to `{name}`, and no option begins with it"),
        )
        .help("write hyphens");
        let mut quoting = Self::offer(quoting, true, "write hyphens", edits);
        if is_word {
            // The words that follow belong to no option.
            quoting.effect = Effect::Cuts;
        }
        Some(quoting)
    }

    /// The edits of the file that write `text` in the place of `span` of the file.
    fn replace(&self, span: Span, text: &str) -> Option<Vec<Edit>> {
        let (start, end) =
            (self.code.offset_of(span.start)?, self.code.offset_of(span.end.checked_sub(1)?)? + 1);
        self.code.edit(Span { start, end }, text)
    }

    /// The edits of the file that write `texts` at offsets of the file.
    fn write(&self, texts: &[(u32, &str)]) -> Option<Vec<Edit>> {
        texts.iter().try_fold(Vec::new(), |mut all, (offset, text)| {
            let at = match self.code.offset_of(*offset) {
                Some(at) => at,
                None => self.code.offset_of(offset.checked_sub(1)?)? + 1,
            };
            all.extend(self.code.edit(Span { start: at, end: at }, text)?);
            Some(all)
        })
    }

    fn offer(quoting: Quoting, safe: bool, title: &'static str, edits: Option<Vec<Edit>>) -> Quoting {
        match edits {
            Some(edits) => quoting.offer(safe, title, edits),
            None => quoting,
        }
    }

    /// `&$filter=` where the shell replaces variables.
    fn odata(&self, url: &Fragment<'s>, found: &mut Vec<Quoting>) {
        let text = url.text();
        for span in url.expansions() {
            let name = odata_name(&text[span.range()]).filter(|name| name.len() + 1 == span.len());
            let parameter = text[..span.start as usize].ends_with(['?', '&'])
                && text[span.end as usize..].starts_with(['=', '%']);
            let Some(name) = name.filter(|_| parameter) else { continue };
            if self.scope.value(Language::Shell, name).is_some() {
                continue;
            }
            let place = url.to_file(span);
            let quoting = Quoting::new(
                QuotingKind::OdataVariableEaten,
                place,
                format!("`${name}` is a variable to the shell, and an empty one: the parameter goes without its name"),
            )
            .help(format!("write `\\${name}`, or put the URL in single quotes"));
            let quoting = Self::offer(quoting, true, "write `\\$`", self.write(&[(place.start, "\\")]));
            // In the Windows command prompt it is text.
            found.push(if self.dialect.unsaid { quoting.note() } else { quoting });
            return;
        }
    }

    /// `{a,b}` and `[1-3]` in a URL of curl's.
    fn globbed(&self, url: &Fragment<'s>, found: &mut Vec<Quoting>) {
        let globs = |word: &str| {
            word == "--globoff"
                || (word.starts_with('-') && !word.starts_with("--") && word.len() < 8 && word.contains('g'))
        };
        if self.command.words.iter().any(|word| globs(word.text.text())) {
            return;
        }
        let text = url.text();
        let mut lone: Option<Span> = None;
        let mut from = 0;
        while let Some(open) = memchr::memchr2(b'{', b'[', &text.as_bytes()[from..]).map(|at| from + at) {
            from = open + 1;
            let list = text.as_bytes()[open] == b'[';
            let close = if list { ']' } else { '}' };
            let Some(len) = text[open + 1..].find(close) else { return };
            let span = Span::new(open, open + len + 2);
            let inner = &text[open + 1..open + 1 + len];
            let doubled = inner.starts_with('{') || text[..open].ends_with(['$', '{', '\\']);
            // An address of IPv6 is not a list.
            if url.has_expansion(span)
                || doubled
                || (list && (text[..open].ends_with("//") || inner.contains(':')))
            {
                continue;
            }
            from = span.end as usize;
            let is_name =
                |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b' ');
            let is_range = inner.split_once('-').is_some_and(|(from, to)| {
                let one = |it: &str| it.len() == 1 || it.bytes().all(|byte| byte.is_ascii_digit());
                !from.is_empty() && !to.is_empty() && one(from) && one(to.split(':').next().unwrap_or(to))
            });
            if !list && !inner.contains(',') {
                lone.get_or_insert(span);
                continue;
            }
            // `[your vm]` is a placeholder: it is to be filled in.
            if list && !is_range && inner.bytes().all(is_name) {
                lone.get_or_insert(span);
                continue;
            }
            let message = if list {
                "curl reads what stands in these brackets as a range"
            } else {
                "curl sends one request for each of what stands in these braces"
            };
            let quoting = Quoting::new(QuotingKind::BracesGlobbed, url.to_file(span), message)
                .help("write `-g`, which leaves URLs as they are");
            found.push(Self::offer(quoting, true, "write `-g`", self.globoff()));
            return;
        }
        // In a document a placeholder is where it belongs.
        if let Some(span) = lone.filter(|_| !self.dialect.prompts) {
            let inner = &text[span.range()];
            let quoting = Quoting::new(
                QuotingKind::BracesGlobbed,
                url.to_file(span),
                format!("curl drops the brackets of `{inner}`: left as it is, the name is sent as a value"),
            )
            .help("put the value in its place; `-g` leaves URLs as they are");
            found.push(quoting.note());
        }
    }

    fn globoff(&self) -> Option<Vec<Edit>> {
        let program = &self.command.words[self.command.program()?];
        self.write(&[(program.span.end, " -g")])
    }

    /// `$NAME` in single quotes.
    fn not_expanded(&self, call: &Call<'s>, part: &Fragment<'s>, found: &mut Vec<Quoting>) {
        let text = part.text();
        if self.filled_later || memchr::memchr(b'$', text.as_bytes()).is_none() {
            return;
        }
        for (at, _) in text.match_indices('$') {
            let Some((len, name)) = variable_at(&text[at..]) else { continue };
            let span = Span::new(at, at + len);
            if part.has_expansion(span)
                || odata_name(&text[at..]).is_some()
                || part.encoding_at(at as u32) != Encoding::ShellSingle
            {
                continue;
            }
            let place = part.to_file(span);
            let quoting = Quoting::new(
                QuotingKind::VariableNotExpanded,
                place,
                format!("`${name}` stands in single quotes: it is sent as it is written"),
            )
            .help(format!("end the single quotes around it: `'\"${name}\"'`"));
            let is_meant = self.scope.value(Language::Shell, name).is_some() || has_expansions(call);
            // In the middle of an escape, or of a text that another one holds, there is no telling the quotes.
            let is_direct = place.len() == len;
            let edits = is_direct.then(|| self.write(&[(place.start, "'\""), (place.end, "\"'")])).flatten();
            let quoting = Self::offer(quoting, is_meant, "end the single quotes around the variable", edits);
            found.push(if is_meant { quoting } else { Quoting { offer: None, ..quoting.note() } });
        }
    }

    /// `$NAME` in a heredoc whose end word is in quotes: one of the call, or one that was written into the file or
    /// the variable that it sends.
    fn not_expanded_in_heredoc(&self, call: &Call<'s>, body: &Fragment<'s>, found: &mut Vec<Quoting>) {
        let text = body.text();
        let place = body.to_file(body.span());
        let is_quoted = matches!(body.encoding_at(0), Encoding::Plain | Encoding::Lines);
        if self.filled_later || !text.contains('$') || !is_quoted {
            return;
        }
        let is_own = self.command.redirects.iter().any(|redirect| {
            redirect.kind == RedirectKind::HereDocument
                && redirect.text.to_file(redirect.text.span()).contains(place)
        });
        if !is_own && !self.begins_heredoc(place.start) {
            return;
        }
        for (at, _) in text.match_indices('$') {
            let Some((len, name)) = variable_at(&text[at..]) else { continue };
            if odata_name(&text[at..]).is_some() {
                continue;
            }
            let quoting = Quoting::new(
                QuotingKind::VariableNotExpanded,
                body.to_file(Span::new(at, at + len)),
                format!("the end word of this text is in quotes: `${name}` is sent as it is written"),
            )
            .help("write the end word without quotes");
            let is_meant = self.scope.value(Language::Shell, name).is_some() || has_expansions(call);
            found.push(if is_meant { quoting } else { quoting.note() });
        }
    }

    /// True if the line before the one that begins at `start` of the file opens a heredoc.
    fn begins_heredoc(&self, start: u32) -> bool {
        let Some(at) = self.code.offset_of(start) else { return false };
        let at = at as usize;
        // Many calls may send what one long line begins.
        let before = cut(self.code.text(), at.saturating_sub(MAX_LINE)..at);
        // Tabs before it may have been taken off.
        let Some(before) = before.trim_end_matches('\t').strip_suffix('\n') else { return false };
        let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        steps::count(line.len());
        line.contains("<<")
    }

    /// `-H Authorization: Bearer x` without quotes: three words.
    fn torn_headers(&self, found: &mut Vec<Quoting>) {
        if self.command.program_name().as_deref() != Some("curl") {
            return;
        }
        let words = &self.command.words;
        for (index, option) in words.iter().enumerate() {
            let text = option.text.text();
            let value = match text {
                "-H" | "--header" => index + 1,
                _ if text.starts_with("-H") => index,
                _ => continue,
            };
            let Some(header) = words.get(value) else { continue };
            let name = header.text.text();
            let is_bare = name.len() == header.span.len() && name.ends_with(':');
            let rest = words[value + 1..].iter().take_while(|word| {
                let text = word.text.text();
                !text.starts_with('-') && !text.contains("://") && !text.starts_with(['/', '{'])
            });
            let count = rest.count().min(2);
            if !is_bare || count == 0 {
                continue;
            }
            let last = &words[value + count];
            let quoting = Quoting::new(
                QuotingKind::WordsRunTogether,
                header.span,
                format!("the blank behind `{name}` ends the argument: curl leaves the header out"),
            )
            .help("put the whole header in quotes");
            let start = if value == index { header.span.start + 2 } else { header.span.start };
            let plain = words[value + 1..=value + count].iter().all(|word| {
                let text = word.text.text();
                text.len() == word.span.len() && !text.contains(['!', '\\'])
            });
            let edits = plain.then(|| self.write(&[(start, "\""), (last.span.end, "\"")])).flatten();
            found.push(Self::offer(quoting, true, "put the header in quotes", edits));
            return;
        }
    }

    /// A body that is the name of a file.
    fn file_without_at(&self, call: &mut Call<'s>) {
        let Payload::Text(body) = &call.body else { return };
        let text = body.text();
        if !names_file(text) {
            return;
        }
        let place = body.to_file(body.span());
        // What is sent as it stands takes no file: `--data-raw`.
        let raw = self.command.words.iter().zip(self.command.words.iter().skip(1)).any(|(option, value)| {
            matches!(option.text.text(), "--data-raw" | "--data-urlencode") && value.span.contains(place)
        });
        if raw {
            return;
        }
        let quoting = Quoting::new(
            QuotingKind::FileWithoutAt,
            place,
            format!("`{text}` is sent as the body itself: only `@` before it reads a file"),
        )
        .help(format!("write `@{text}`"));
        let edits = body.edit(Span::new(0, 0), "@");
        call.quoting.push(Self::offer(quoting, true, "write `@`", edits));
        call.body = Payload::File(body.clone());
    }
}

/// `'{\"a\":1}'` where nobody says which shell it is: to Windows PowerShell, to PowerShell before 7.3 and to `az` on
/// Windows it is JSON. The body is read so.
fn escaped_body(call: &mut Call<'_>, found: &mut Vec<Quoting>) {
    let Payload::Text(body) = &call.body else { return };
    let text = body.text();
    let inner = text.trim_start().trim_start_matches(['{', '[']).trim_start();
    if !text.trim_start().starts_with(['{', '['])
        || !inner.starts_with("\\\"")
        || body.encoding_at(0) != Encoding::ShellSingle
    {
        return;
    }
    let Some(first) = text.find("\\\"") else { return };
    let quoting = Quoting::new(
        QuotingKind::QuotesStripped,
        body.to_file(Span::new(first, first + 2)),
        "the backslashes are right in PowerShell before 7.3 and for `az` on Windows; bash sends them",
    )
    .help("say which shell it is, or give the body in a file: `'@body.json'`");
    found.push(quoting.note());
    let body = unescaped(body);
    call.body = Payload::Text(body);
}

/// The hyphens of the option `name` of a program. Of one that stands behind a dash and a blank only a known one is meant.
fn hyphens_of(program: &str, name: &str, is_apart: bool) -> Option<&'static str> {
    let word = name.split('=').next().unwrap_or(name);
    if !word.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let is_long = match program {
        "curl" => options::is_long(word),
        "az" if is_apart => az_rest::is_option(word),
        "az" => word.len() > 1,
        _ => return None,
    };
    if is_apart && !is_long {
        return None;
    }
    Some(if is_long { "--" } else { "-" })
}

/// True if a part of the call holds a variable that the shell replaces.
fn has_expansions(call: &Call<'_>) -> bool {
    let body = call.body.text();
    call.url.iter().chain(&call.headers).chain(body).any(|part| part.expansions().next().is_some())
}

/// The length and the name of the variable that `text` begins with: `$NAME`, `${NAME}`.
fn variable_at(text: &str) -> Option<(usize, &str)> {
    let rest = text.strip_prefix('$')?;
    let (rest, braced) = rest.strip_prefix('{').map_or((rest, false), |rest| (rest, true));
    let len = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let name = &rest[..len];
    if !starts::is_name(name) || (braced && !rest[len..].starts_with('}')) {
        return None;
    }
    Some((1 + len + if braced { 2 } else { 0 }, name))
}
