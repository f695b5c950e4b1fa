//! Programs that PowerShell runs: the words that each gets, and the calls that it makes of them.

use std::rc::Rc;

use super::element_span;
use crate::notation::powershell::evaluate::command::{Argument, ArgumentKind};
use crate::notation::powershell::evaluate::operator::copy;
use crate::notation::powershell::evaluate::{Evaluator, Faults, Item, Value};
use crate::notation::powershell::fault;
use crate::notation::powershell::syntax::{
    Command, Expression, ExpressionKind, Pipeline, Quote, Word, WordKind,
};
use crate::notation::quoting::names_file;
use crate::notation::shell::{self, Word as ShellWord};
use crate::notation::windows::escaped_argument;
use crate::notation::{Call, Notation, Payload, made, payload, programs};
use crate::text::{Builder, Encoding, Fragment, Span};

impl<'s> Evaluator<'_, 's> {
    pub(super) fn native(
        &mut self,
        command: &Command,
        arguments: &[Argument<'s>],
        input: Option<Vec<Item<'s>>>,
        (pipeline, index): (&Pipeline, usize),
    ) {
        let mut faults = Faults::new();
        let mut words = Vec::with_capacity(arguments.len() + 1);
        let name = &command.words[0];
        let push = |words: &mut Vec<ShellWord<'s>>, text: Fragment<'s>, span: Span| {
            words.push(ShellWord { text: escaped_argument(&text), span });
        };
        push(&mut words, self.unit.code.slice(name.span), self.file(name.span));
        if let WordKind::Argument(Expression { kind: ExpressionKind::Text(text), .. }) = &name.kind
            && let Some(last) = words.last_mut()
        {
            last.text = self.unit.code.slice(text.content);
        }
        for (at, argument) in arguments.iter().enumerate() {
            let file = self.file(argument.span);
            match &argument.kind {
                ArgumentKind::Parameter(..) => {
                    push(&mut words, self.unit.code.slice(argument.span), file);
                }
                ArgumentKind::Verbatim => self.verbatim(argument.span, &mut words),
                ArgumentKind::Splat(name) => {
                    self.splatted_words(name, argument.span, &mut words, &mut faults);
                }
                ArgumentKind::Value(item) => {
                    faults.extend(item.faults().iter().cloned());
                    self.native_value(command, (arguments, at), item, &mut words, &mut faults);
                }
            }
        }
        let span = self.file(command.span);
        let name = words.first().map(|word| shell::program_name(word.text.text()).into_owned());
        let shell_command = shell::Command { words, ..shell::Command::default() };
        let piped = input.and_then(|items| {
            let item = items.first().filter(|_| items.len() == 1)?;
            faults.extend(item.faults().iter().cloned());
            let before = index
                .checked_sub(1)
                .and_then(|at| pipeline.elements.get(at))
                .map_or(command.span, element_span);
            let text = match &item.value {
                Value::Text(text) => (*text.fragment).clone(),
                Value::File(text) => {
                    let words = ["cat".to_owned()]
                        .iter()
                        .map(|word| self.word(word, before))
                        .chain([ShellWord { text: (*text.fragment).clone(), span }])
                        .collect();
                    return Some(shell::Command { words, ..shell::Command::default() });
                }
                _ => (*self.shown(before)).clone(),
            };
            let words = vec![self.word("echo", before), ShellWord { text, span }];
            Some(shell::Command { words, ..shell::Command::default() })
        });
        let Some(name) = name else { return };
        let mut calls = programs::calls_of(&name, &shell_command, piped.as_ref());
        if let (Some(piped), [call]) = (&piped, calls.as_mut_slice())
            && call.notation == Notation::ArmClient
            && matches!(call.body, Payload::None)
        {
            // armclient reads the body from its standard input.
            call.body = payload::output(piped).unwrap_or_default();
            call.default_content_type = Some(crate::arm::JSON_CONTENT_TYPE);
        }
        let count = calls.len();
        for (at, mut call) in calls.into_iter().enumerate() {
            self.resolve(&mut call, arguments);
            let mut faults = if at + 1 == count { faults.clone() } else { Faults::new() };
            let is_raw = shell_command.words.iter().any(|word| word.text.text() == "--data-raw");
            if let Payload::Text(body) = &call.body
                && names_file(body.text())
                && !is_raw
            {
                faults.push(Rc::new(fault::file_without_mark(body)));
                call.body = Payload::File(body.clone());
            }
            self.stripped(&name, &call, arguments, &mut faults);
            self.not_expanded(&call, &mut faults);
            self.record(call, faults, command.span);
        }
    }

    fn word(&self, text: &str, span: Span) -> ShellWord<'s> {
        let at = self.file(span);
        let mut builder = Builder::new(&self.unit.code);
        builder.placed(Span { start: at.start, end: at.start }, text, false);
        ShellWord { text: builder.finish(span.start, Encoding::Plain), span: at }
    }

    /// A body that is what a file holds, and a file that the script wrote.
    fn resolve(&mut self, call: &mut Call<'s>, arguments: &[Argument<'s>]) {
        if let Payload::Unknown(body) = &call.body {
            let at = body.to_file(body.span());
            let file = arguments.iter().find_map(|argument| match argument.value() {
                Some(Item { value: Value::File(name), .. }) if self.file(argument.span) == at => {
                    Some(name.clone())
                }
                _ => None,
            });
            if let Some(name) = file {
                call.body = Payload::File((*name.fragment).clone());
            }
        }
        if let Payload::File(name) = &call.body
            && let Some(text) = self.scope.file(name.text())
        {
            call.body = Payload::Text(text.clone());
        }
        self.scope.bound(call);
        made::wrap_body(call);
    }

    /// The words that a program gets of one argument.
    fn native_value(
        &mut self,
        command: &Command,
        (arguments, at): (&[Argument<'s>], usize),
        item: &Item<'s>,
        words: &mut Vec<ShellWord<'s>>,
        faults: &mut Faults,
    ) {
        let argument = &arguments[at];
        let span = argument.span;
        let file = self.file(span);
        let source = self.source(span);
        if argument.touches && at > 0 {
            let before = &arguments[at - 1];
            let first = self.source(before.span).to_owned();
            let is_option = first.ends_with('=') && first.starts_with('-');
            let evaluates = source.starts_with('(') || source.starts_with("$(");
            if is_option && evaluates {
                let run = before.span.cover(span);
                faults.push(Rc::new(fault::option_is_text(&self.unit, run, span)));
                let text = self.text_of(item, span);
                if let Some(last) = words.last_mut() {
                    let mut builder = Builder::new(&self.unit.code);
                    builder.append(&last.text);
                    builder.append(&text.fragment);
                    let joined = builder.finish(0, Encoding::Plain);
                    *last = ShellWord { text: escaped_argument(&joined), span: last.span.cover(file) };
                    return;
                }
            }
            let quoted = |text: &str| text.starts_with(['"', '\'', '\u{201c}', '\u{2018}']);
            if quoted(&first) || evaluates {
                let run = before.span.cover(span);
                faults.push(Rc::new(fault::touching(&self.unit, run, Span::at(span.start as usize))));
            }
        }
        match &item.value {
            Value::Null => {}
            Value::List(items) => {
                let written = &command.words[1 + at];
                if is_bare_list(written) {
                    // What is written without blanks is one word.
                    words.push(ShellWord { text: self.unit.code.slice(span), span: file });
                    return;
                }
                for item in items.iter() {
                    let text = self.text_of(item, span);
                    words.push(ShellWord { text: escaped_argument(&text.fragment), span: file });
                }
            }
            Value::Block(..) => {
                faults.push(Rc::new(fault::block_as_body(&self.unit, span)));
                words.push(ShellWord { text: (*self.shown(span)).clone(), span: file });
            }
            Value::Number(_) => words.push(ShellWord { text: self.unit.code.slice(span), span: file }),
            Value::Object(_) => {
                let previous =
                    at.checked_sub(1).map(|at| self.source(arguments[at].span).to_ascii_lowercase());
                let is_body = previous.is_some_and(|it| {
                    matches!(it.as_str(), "--body" | "-b" | "-d" | "--data" | "--data-raw" | "--data-binary")
                });
                if is_body {
                    let payload = self.object_body(item, span, None, faults);
                    let text = match payload {
                        Payload::Text(text) | Payload::Unknown(text) => text,
                        _ => (*self.shown(span)).clone(),
                    };
                    words.push(ShellWord { text, span: file });
                    return;
                }
                let text = self.text_of(item, span);
                words.push(ShellWord { text: (*text.fragment).clone(), span: file });
            }
            Value::Secure => {
                words.push(ShellWord { text: (*self.shown(span)).clone(), span: file });
            }
            Value::File(_) => words.push(ShellWord { text: (*self.shown(span)).clone(), span: file }),
            Value::Text(_) | Value::Bytes(_) | Value::Bool(_) | Value::Unknown(_) => {
                let text = self.text_of(item, span);
                let text = if text.as_str().is_empty() && matches!(item.value, Value::Unknown(_)) {
                    (*self.shown(span)).clone()
                } else {
                    escaped_argument(&text.fragment)
                };
                words.push(ShellWord { text, span: file });
            }
        }
    }

    /// `@name` for a program: the items of a list, or a file that was meant.
    fn splatted_words(
        &mut self,
        name: &str,
        span: Span,
        words: &mut Vec<ShellWord<'s>>,
        faults: &mut Faults,
    ) {
        let file = self.file(span);
        let item = self.scope.powershell.get(name).cloned().map(|item| self.in_branch(item));
        match item.map(|item| item.value) {
            Some(Value::List(items)) => {
                for item in items.iter() {
                    let text = self.text_of(item, span);
                    words.push(ShellWord { text: (*text.fragment).clone(), span: file });
                }
            }
            Some(Value::Text(text)) => words.push(ShellWord { text: (*text.fragment).clone(), span: file }),
            Some(_) => words.push(ShellWord { text: (*self.shown(span)).clone(), span: file }),
            None => {
                let of_body = words.last().is_some_and(|word| {
                    let word = word.text.text();
                    matches!(word, "-d" | "-b") || word.starts_with("--data") || word == "--body"
                });
                if of_body {
                    faults.push(Rc::new(fault::splatted(&self.unit, span)));
                    words.push(ShellWord { text: self.unit.code.slice(span), span: file });
                }
            }
        }
    }

    /// What stands behind `--%`, as the program reads it.
    fn verbatim(&self, span: Span, words: &mut Vec<ShellWord<'s>>) {
        let text = self.source(span);
        let start = span.start as usize;
        let bytes = text.as_bytes();
        let mut at = 3.min(bytes.len());
        while at < bytes.len() {
            if bytes[at].is_ascii_whitespace() {
                at += 1;
                continue;
            }
            let from = at;
            let mut builder = Builder::new(&self.unit.code);
            let mut quoted = false;
            let mut run = at;
            while at < bytes.len() && (quoted || !bytes[at].is_ascii_whitespace()) {
                if bytes[at] == b'\\' && bytes.get(at + 1) == Some(&b'"') {
                    copy(&mut builder, start + run, start + at, Encoding::Plain);
                    builder.decoded(Span::new(start + at, start + at + 2), "\"", Encoding::CommandDouble);
                    at += 2;
                    run = at;
                } else if bytes[at] == b'"' {
                    copy(&mut builder, start + run, start + at, Encoding::Plain);
                    quoted = !quoted;
                    at += 1;
                    run = at;
                } else {
                    at += 1;
                }
            }
            copy(&mut builder, start + run, start + at, Encoding::Plain);
            let span = self.file(Span::new(start + from, start + at));
            words.push(ShellWord { text: builder.finish((start + from) as u32, Encoding::Plain), span });
        }
    }

    /// Notes that quotes get lost between Windows PowerShell and a program.
    fn stripped(&self, name: &str, call: &Call<'s>, arguments: &[Argument<'s>], faults: &mut Faults) {
        let Some(body) = call.body.text() else { return };
        let text = body.text().trim_start();
        if !text.starts_with(['{', '[']) || !text.contains('"') || faults.iter().any(|it| it.cuts()) {
            return;
        }
        let place = body.to_file(body.span());
        let is_batch = name == "az";
        let verbatim = arguments.iter().any(|it| matches!(it.kind, ArgumentKind::Verbatim));
        if body.encoding_at(0) == Encoding::CommandDouble && !is_batch && !verbatim {
            faults.push(Rc::new(fault::backslashes_kept(place)));
            return;
        }
        let argument = arguments.iter().find(|argument| {
            let at = self.file(argument.span);
            match argument.value() {
                Some(Item { value: Value::Text(text), .. }) => {
                    let own = text.fragment.to_file(text.fragment.span());
                    own == place && text.as_str().contains('"') && !text.as_str().contains("\\\"")
                }
                _ => {
                    at.start <= place.start
                        && place.end <= at.end
                        && self.source(argument.span).contains('"')
                        && !self.source(argument.span).contains("\\\"")
                }
            }
        });
        let Some(argument) = argument else { return };
        faults.push(Rc::new(fault::quotes_stripped(
            self.file(argument.span),
            self.unit.code.text(),
            is_batch,
        )));
    }
}

/// `a,b`: a list without blanks, of words.
fn is_bare_list(word: &Word) -> bool {
    let WordKind::Argument(Expression { kind: ExpressionKind::List(items), .. }) = &word.kind else {
        return false;
    };
    let bare = items.iter().all(|item| match &item.kind {
        ExpressionKind::Text(text) => text.quote == Quote::Bare,
        ExpressionKind::Number(_) => true,
        _ => false,
    });
    let apart = items.windows(2).any(|pair| pair[1].span.start > pair[0].span.end + 1);
    bare && !apart
}
