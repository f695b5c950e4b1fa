//! Where a value ends: words of shells, quotes however often escaped, here-strings, blocks, objects and lists.

use std::ops::Range;

use super::{MAX_ADDED, MAX_BACKSLASHES, MAX_BETWEEN, MAX_TREE, Name, Scan, Value, describes};
use crate::lint::secrets::names::{Class, MAX_NAME};
use crate::text::{cut, next_boundary, previous_boundary};

impl<'t> Scan<'t> {
    /// What stands behind a separator.
    pub(super) fn value(
        &mut self,
        after: usize,
        to: usize,
        separator: u8,
        name: &Name<'t>,
        class: Class,
    ) -> Value {
        let mut at = after;
        let blank = |byte: Option<u8>| matches!(byte, Some(b' ' | b'\t'));
        while at < to && blank(self.byte(at)) {
            at += 1;
        }
        let is_apart = name.apart || at > after;
        if separator == b':' && name.quoted {
            while at < to && self.byte(at).is_some_and(|byte| byte.is_ascii_whitespace()) {
                at += 1;
            }
        }
        // `==`, `=>`, `:=` and `=~` are other signs; the value of two of them stands behind.
        if matches!(self.byte(at), Some(b'>' | b'=')) && at == after {
            if self.byte(at) == Some(b'=') && separator == b'=' {
                return Value::None;
            }
            at += 1;
            while at < to && blank(self.byte(at)) {
                at += 1;
            }
        }
        // `[string]'…'`, `f"…"`, `$'…'`, `("…")`
        if self.byte(at) == Some(b'[') && separator == b'=' {
            let rest = &self.bytes[at..to.min(at + 32)];
            if let Some(len) = memchr::memchr(b']', rest)
                && rest[1..len].iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'.')
                && len > 1
            {
                at += len + 1;
                while at < to && blank(self.byte(at)) {
                    at += 1;
                }
            }
        }
        let is_prefix =
            |byte: u8| matches!(byte, b'f' | b'F' | b'r' | b'R' | b'b' | b'B' | b'u' | b'$' | b'(');
        if self.byte(at).is_some_and(is_prefix) && matches!(self.byte(at + 1), Some(b'"' | b'\'')) {
            at += 1;
        }
        if let Some(value) = self.substitution(at, to) {
            return value;
        }
        match self.byte(at).filter(|_| at < to) {
            None | Some(b'\n' | b'\r') => return Value::None,
            Some(b'@') if matches!(self.byte(at + 1), Some(b'"' | b'\'')) => return self.here_string(at, to),
            Some(b'@') if self.byte(at + 1) == Some(b'{') => return Value::Tree(at + 1),
            Some(b'{' | b'[') if separator == b':' || name.quoted => return Value::Tree(at),
            Some(b'|' | b'>') if separator == b':' && !name.quoted => return self.block(name, at, to),
            _ => {}
        }
        // `concat(';AccountKey=', …)`: the quote ends the text that the name is part of.
        if separator == b'=' && !is_apart && self.byte(at) == Some(b'\'') {
            let behind = self.bytes[at + 1..to].iter().find(|byte| !byte.is_ascii_whitespace());
            if matches!(behind, Some(b',' | b')')) {
                return Value::None;
            }
        }
        if let Some((content, end)) = self.quoted(at, to) {
            let goes_on = self.byte(end).filter(|_| end < to).is_some_and(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'"' | b'\'' | b'$' | b'-' | b'.')
            });
            // `'abc'"def"`: a word of the shell in several pieces.
            if goes_on && separator == b'=' && !is_apart {
                let end = self.shell_word(at, to);
                return Value::Text { content: at..end, end };
            }
            return Value::Text { content, end };
        }
        self.bare(at, to, separator, name, class, is_apart)
    }

    /// `$(echo '…')`, `$(cat <<EOF⏎…⏎EOF⏎)`, `${NAME:-…}`: what the shell puts in its place, where the text says it.
    pub(super) fn substitution(&mut self, at: usize, to: usize) -> Option<Value> {
        let quote = usize::from(self.byte(at) == Some(b'"'));
        let rest = &self.bytes[(at + quote).min(to)..to];
        if rest.starts_with(b"${") {
            let window = &rest[..rest.len().min(MAX_ADDED)];
            let close = memchr::memchr(b'}', window)?;
            let sign = memchr::memchr(b':', &window[..close])?;
            let is_default = matches!(window.get(sign + 1), Some(b'-' | b'=')) && sign <= MAX_NAME;
            let content = at + quote + sign + 2..at + quote + close;
            return (is_default && content.start < content.end)
                .then_some(Value::Text { content, end: at + quote + close + 1 });
        }
        let inner = rest.strip_prefix(b"$(")?;
        let line = inner
            .iter()
            .take(MAX_BETWEEN)
            .position(|&byte| byte == b'\n')
            .unwrap_or(inner.len().min(MAX_BETWEEN));
        if let Some(mark) = memchr::memmem::find(&inner[..line], b"<<") {
            let word = inner[mark + 2..line].trim_ascii_end();
            let word: Vec<u8> =
                word.iter().copied().filter(|byte| !matches!(byte, b'-' | b'\'' | b'"' | b'\\')).collect();
            if word.is_empty() || inner.get(mark + 2) == Some(&b'<') {
                return None;
            }
            let from = at + quote + 2 + line;
            let window = &self.bytes[from..to.min(from + MAX_ADDED)];
            let closing = [&b"\n"[..], &word].concat();
            let len = memchr::memmem::find(window, &closing)?;
            return (len > 1).then_some(Value::Text { content: from + 1..from + len, end: from + len });
        }
        let is_said = inner.starts_with(b"echo ") || inner.starts_with(b"printf ");
        let mut here = at + quote + 2 + memchr::memchr(b' ', inner.get(..8)?).filter(|_| is_said)?;
        // Behind the options and the format.
        let mut last = None;
        for _ in 0..4 {
            let Some((content, end)) = self.argument(here, to) else { break };
            let is_value = !cut(self.text, content.clone()).starts_with(['-', '%', '|']);
            here = end;
            if is_value {
                last = Some((content, end));
                break;
            }
        }
        last.map(|(content, end)| Value::Text { content, end })
    }

    /// A value that is not in quotes.
    pub(super) fn bare(
        &mut self,
        at: usize,
        to: usize,
        separator: u8,
        name: &Name<'t>,
        class: Class,
        is_apart: bool,
    ) -> Value {
        let text = |end: usize| Value::Text { content: at..end, end };
        let until = |ends: &dyn Fn(u8) -> bool| {
            let ends = |&byte: &u8| matches!(byte, b'\n' | b'\r') || ends(byte);
            self.bytes[at..to].iter().position(ends).map_or(to, |len| at + len)
        };
        let end = if matches!(class, Class::Authorization | Class::Header) && separator == b':' {
            until(&|byte| matches!(byte, b'"' | b'\'' | b'`' | b'|'))
        } else if matches!(name.before, Some(b'?' | b'&')) || class == Class::Parameter {
            until(&|byte| {
                byte.is_ascii_whitespace()
                    || matches!(
                        byte,
                        b'&' | b'#'
                            | b'"'
                            | b'\''
                            | b'<'
                            | b'>'
                            | b'`'
                            | b')'
                            | b']'
                            | b'}'
                            | b','
                            | b';'
                            | b'\\'
                    )
            })
        } else if separator == b'=' && !name.quoted && matches!(name.before, Some(b';' | b'"' | b'\'')) {
            // Within a connection string or a form.
            until(&|byte| matches!(byte, b';' | b'&' | b'"' | b'\'' | b'`' | b'\\' | b'<'))
        } else if separator == b'=' && name.before == Some(b'@') {
            until(&|_| false)
        } else if separator == b'=' && is_apart {
            let end = until(&|byte| byte.is_ascii_whitespace() || matches!(byte, b';' | b',' | b'}' | b')'));
            let first = self.byte(at);
            let is_variable = name.before == Some(b'$');
            let is_value = first.is_some_and(|byte| byte.is_ascii_digit() || byte == b'$');
            let is_call = self.bytes[at..end].contains(&b'(') && first != Some(b'$');
            if is_call || is_variable && !is_value {
                return Value::None;
            }
            end
        } else if separator == b'=' {
            self.shell_word(at, to)
        } else if name.quoted {
            until(&|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b'}' | b']' | b'"' | b'\''))
        } else {
            // As far as the fourth word: what goes on is a sentence.
            let mut words = 0;
            let mut blank = false;
            let ends = |&byte: &u8| {
                let is_blank = byte.is_ascii_whitespace();
                words += usize::from(is_blank && !blank);
                blank = is_blank;
                words > 3 || matches!(byte, b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'}' | b'(')
            };
            let whole = self.bytes[at..to].iter().position(ends).map_or(to, |len| at + len);
            let value = self.text.get(at..whole).unwrap_or_default();
            let value = value.split(" #").next().unwrap_or_default().trim_end();
            let value = value.strip_suffix(',').unwrap_or(value);
            // A sentence, a call, a type: not a value.
            let is_other = words > 3
                || self.byte(whole) == Some(b'(')
                || ["string", "securestring", "number", "object", "boolean", "true", "false"]
                    .contains(&value);
            if is_other {
                return Value::None;
            }
            at + value.len()
        };
        self.steps += end.saturating_sub(at);
        if end > at { text(end) } else { Value::None }
    }

    /// The end of a word of the shell: quotes and escapes within it do not end it.
    pub(super) fn shell_word(&mut self, from: usize, to: usize) -> usize {
        let mut at = from;
        while let Some(byte) = self.byte(at).filter(|_| at < to) {
            match byte {
                b'"' | b'\'' => match self.quoted(at, to) {
                    Some((_, end)) if end > at => at = end,
                    _ => return at,
                },
                b'\\' => at += 2,
                b' ' | b'\t' | b'\n' | b'\r' | b';' | b'|' | b'&' | b')' | b'<' | b'>' | b'`' => break,
                _ => at += 1,
            }
        }
        let end = next_boundary(self.text, at.min(to));
        self.steps += end - from;
        end
    }

    /// What stands between quotes that begin at `at`, however many backslashes each carries, and where it ends.
    pub(super) fn quoted(&mut self, at: usize, to: usize) -> Option<(Range<usize>, usize)> {
        let backslashes =
            self.bytes[at..to].iter().take(MAX_BACKSLASHES + 1).take_while(|byte| **byte == b'\\').count();
        let entity = self.bytes[at..to].starts_with(b"&quot;");
        if entity {
            let from = at + 6;
            let len = memchr::memmem::find(&self.bytes[from..to.min(from + 4096)], b"&quot;")?;
            return Some((from..from + len, from + len + 6));
        }
        let quote = self.byte(at + backslashes).filter(|byte| matches!(byte, b'"' | b'\''))?;
        if at + backslashes >= to || backslashes > MAX_BACKSLASHES {
            return None;
        }
        let from = at + backslashes + 1;
        let mut end = from;
        while end < to {
            let len = self.bytes[end..to]
                .iter()
                .position(|&byte| byte == quote || matches!(byte, b'\\' | b'`' | b'\n'));
            let Some(len) = len else { break };
            self.steps += len + 1;
            end += len;
            match self.bytes[end] {
                b'\n' => {
                    if self.ends_paragraph(end) {
                        break;
                    }
                    end += 1;
                }
                b'\\' => {
                    let run = self.bytes[end..to].iter().take_while(|byte| **byte == b'\\').count();
                    self.steps += run;
                    let closes = self.byte(end + run) == Some(quote) && end + run < to;
                    if closes && run == backslashes && backslashes > 0 {
                        return Some((from..end, end + run + 1));
                    }
                    // Escaped within, and in a single-quoted word of the shell `'\''` goes on.
                    let escaped = closes
                        && (quote == b'"' && backslashes == 0 && run % 2 == 1
                            || backslashes > 0 && run > backslashes);
                    end += run + usize::from(escaped);
                }
                b'`' => {
                    let escapes = quote == b'"' && backslashes == 0 && self.byte(end + 1) == Some(quote);
                    let goes_on = escapes && !self.is_end(end + 2, to);
                    end += 1 + usize::from(goes_on);
                }
                _ if backslashes > 0 => {
                    // The quote around it all: never closed within.
                    return Some((from..end, end));
                }
                _ => {
                    let rest = &self.bytes[end + 1..to];
                    let shell = rest.starts_with(b"\\''") && quote == b'\'';
                    let doubled = rest.first() == Some(&quote) && end > from && !self.is_end(end + 2, to);
                    if shell {
                        end += 4;
                    } else if doubled {
                        end += 2;
                    } else {
                        return Some((from..end, end + 1));
                    }
                }
            }
        }
        // Never closed: what is on its line.
        let line = memchr::memchr2(b'\n', b'\r', &self.bytes[from..to]).map_or(to, |len| from + len);
        (line > from).then_some((from..line, line))
    }

    /// True if what stands here ends a value: nothing that a quote would go on with.
    pub(super) fn is_end(&self, at: usize, to: usize) -> bool {
        self.byte(at).filter(|_| at < to).is_none_or(|byte| {
            byte.is_ascii_whitespace()
                || matches!(byte, b',' | b'}' | b']' | b')' | b';' | b':' | b'"' | b'\'' | b'+')
        })
    }

    /// `@"⏎…⏎"@`
    pub(super) fn here_string(&mut self, at: usize, to: usize) -> Value {
        let quote = self.bytes[at + 1];
        let Some(line) = memchr::memchr(b'\n', &self.bytes[at..to.min(at + 80)]) else { return Value::None };
        let from = at + line + 1;
        let endless = usize::from(quote == b'"');
        if self.endless[endless] {
            return Value::None;
        }
        let closing = [b'\n', quote, b'@'];
        let Some(len) = memchr::memmem::find(&self.bytes[from - 1..to], &closing) else {
            self.endless[endless] = to == self.bytes.len();
            return Value::None;
        };
        self.steps += len;
        let end = from - 1 + len;
        Value::Text { content: from.min(end)..end, end: end + 3 }
    }

    /// `name: |`, with lines that are further in.
    pub(super) fn block(&mut self, name: &Name<'t>, at: usize, to: usize) -> Value {
        let indentation = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
        let window = name.start.saturating_sub(MAX_NAME);
        let line =
            memchr::memrchr(b'\n', &self.bytes[window..name.start]).map_or(window, |len| window + len + 1);
        let own = self.text.get(line..name.start).map_or(0, indentation);
        let Some(first) = memchr::memchr(b'\n', &self.bytes[at..to]).map(|len| at + len + 1) else {
            return Value::None;
        };
        let mut end = first;
        for line in self.text.get(first..to).unwrap_or_default().split_inclusive('\n') {
            self.steps += line.len();
            if !line.trim().is_empty() && indentation(line) <= own {
                break;
            }
            end += line.len();
        }
        let content = self.text.get(first..end).unwrap_or_default();
        let lead = content.len() - content.trim_start().len();
        let content = first + lead..first + content.trim_end().len().max(lead);
        Value::Text { content, end }
    }

    /// The strings, numbers and booleans within the object or list at `at`, and where it ends.
    pub(super) fn leaves(&mut self, at: usize, to: usize) -> (Vec<Range<usize>>, usize) {
        let to = to.min(at + MAX_TREE);
        let mut leaves: Vec<(bool, Range<usize>)> = Vec::new();
        let mut depth = 0_usize;
        // The depth at which a member that only describes began.
        let mut describing: Option<usize> = None;
        // A member says the value itself (`defaultValue`, `value`): the others are about it.
        let mut is_value = false;
        let mut says_value = false;
        let mut here = at;
        while here < to {
            let byte = self.bytes[here];
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    if describing.is_some_and(|begun| depth < begun) {
                        describing = None;
                    }
                    if depth == 0 {
                        here += 1;
                        break;
                    }
                }
                b',' | b';' if describing == Some(depth) => describing = None,
                b'"' | b'\'' | b'\\' => {
                    let Some((content, end)) = self.quoted(here, to) else {
                        here += 1;
                        continue;
                    };
                    if content.end > content.start || end > here + 1 {
                        let next = self.bytes[end..to].iter().position(|byte| !matches!(byte, b' ' | b'\t'));
                        let is_name = matches!(next.map(|len| self.bytes[end + len]), Some(b':' | b'='));
                        if is_name {
                            let name = self.text.get(content).unwrap_or_default();
                            Self::member(name, depth, &mut describing, &mut is_value, &mut says_value);
                        } else if describing.is_none() {
                            leaves.push((is_value, content));
                        }
                    }
                    here = end.max(here + 1);
                    continue;
                }
                _ if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'+' | b'-') => {
                    let ends = |byte: &u8| {
                        byte.is_ascii_whitespace()
                            || matches!(
                                byte,
                                b',' | b';' | b'}' | b']' | b':' | b'=' | b'"' | b'\'' | b'\\' | b')'
                            )
                    };
                    let len = self.bytes[here..to].iter().position(ends).unwrap_or(to - here).max(1);
                    let end = here + len;
                    let next = self.bytes[end..to].iter().position(|byte| !matches!(byte, b' ' | b'\t'));
                    if matches!(next.map(|len| self.bytes[end + len]), Some(b':' | b'=')) {
                        let name = self.text.get(here..end).unwrap_or_default();
                        Self::member(name, depth, &mut describing, &mut is_value, &mut says_value);
                    } else if describing.is_none() && self.text.get(here..end).is_some() {
                        leaves.push((is_value, here..end));
                    }
                    here = end;
                    continue;
                }
                // Where a block ends another text begins.
                b'\n' if self.is_fence(here) => break,
                _ => {}
            }
            here += 1;
        }
        self.steps += here - at;
        let end = previous_boundary(self.text, here);
        let leaves =
            leaves.into_iter().filter(|(of_value, _)| *of_value || !says_value).map(|(_, leaf)| leaf);
        (leaves.collect(), end.max(at + 1))
    }

    pub(super) fn member(
        name: &str,
        depth: usize,
        describing: &mut Option<usize>,
        is_value: &mut bool,
        says_value: &mut bool,
    ) {
        if depth == 1 {
            *is_value = name.eq_ignore_ascii_case("defaultValue") || name.eq_ignore_ascii_case("value");
            *says_value |= *is_value;
        }
        if describing.is_none() && describes(name) {
            *describing = Some(depth);
        }
    }
}
