//! `Invoke-AzRestMethod`, `Invoke-RestMethod`, `Invoke-WebRequest`: their parameters and what they make of the
//! request.

use std::ops::Range;

use super::data::Data;
use super::decode;
use super::known::Program;
use super::lexer::{Bracket, Kind, Token};
use super::table::{self, Table};
use crate::notation::variables::{Language, Value};
use crate::notation::{Call, Notation, Payload, Scope, payload};
use crate::text::{Builder, Encoding, Fragment, Span};

pub(super) struct Cmdlet<'r, 's> {
    pub(super) code: &'r Fragment<'s>,
    pub(super) list: &'r [Token],
    pub(super) scope: &'r Scope<'s>,
    pub(super) program: Program,
}

/// What the parameters say, by name.
#[derive(Default)]
struct Parameters<'s> {
    named: Vec<(&'static str, Argument<'s>)>,
}

/// The value of a parameter.
struct Argument<'s> {
    text: Fragment<'s>,
    table: Option<Table<'s>>,
    /// The tokens, if it stands in the command.
    tokens: Option<Range<usize>>,
    /// `Content-Type: value`, for what is a header.
    header: Option<Fragment<'s>>,
}

impl<'s> Parameters<'s> {
    fn get(&self, name: &str) -> Option<&Argument<'s>> {
        self.named.iter().rev().find(|(it, _)| *it == name).map(|(_, argument)| argument)
    }

    fn text(&self, name: &str) -> Option<Fragment<'s>> {
        self.get(name).map(|argument| argument.text.clone())
    }
}

impl<'s> Cmdlet<'_, 's> {
    pub(super) fn read(
        &self,
        span: Span,
        arguments: &[Range<usize>],
        piped: Option<&Range<usize>>,
    ) -> Option<Call<'s>> {
        let parameters = self.parameters(arguments);
        let notation = match self.program {
            Program::AzRestMethod => Notation::InvokeAzRestMethod,
            Program::RestMethod | Program::Native => Notation::InvokeRestMethod,
        };
        let mut call = Call::new(notation, span);
        call.method = parameters.text("Method").or_else(|| parameters.text("CustomMethod"));
        call.url = ["Uri", "Path", "ResourceId"]
            .iter()
            .find_map(|name| parameters.text(name))
            .or_else(|| self.url_of_parts(&parameters));
        let body = parameters.get("Payload").or_else(|| parameters.get("Body"));
        call.body = match (body, parameters.text("InFile"), piped) {
            (Some(body), ..) => self.body(body),
            (None, Some(file), _) => Payload::File(file),
            (None, None, Some(piped)) if self.program == Program::RestMethod => self.piped(piped),
            _ => Payload::None,
        };
        if call.url.is_none() && matches!(call.body, Payload::None) {
            return None;
        }
        Self::headers(&parameters, &mut call);
        call.credentials = parameters.text("Token").map(Box::new);
        let has_body = !matches!(call.body, Payload::None);
        call.default_method = call.client.default_method(has_body);
        if has_body {
            let method = call.sent_method().map(crate::arm::Method::as_str);
            call.default_content_type = call.client.default_content_type(method);
        }
        Some(call)
    }

    fn parameters(&self, arguments: &[Range<usize>]) -> Parameters<'s> {
        let mut parameters = Parameters::default();
        let mut at = 0;
        while let Some(argument) = arguments.get(at) {
            at += 1;
            let token = &self.list[argument.start];
            let word = &self.code.text()[token.span.range()];
            match token.kind {
                Kind::Splat => self.splat(&word[1..], &mut parameters),
                Kind::Word if is_parameter(word) => {
                    let name_end = word.find(':').unwrap_or(word.len());
                    let dashes = word.len() - word.trim_start_matches(is_dash).len();
                    let (name, takes_value) = self.program.parameter(&word[dashes..name_end]);
                    let value = if name_end + 1 < word.len() {
                        // `-Method:PUT`
                        let from = token.span.start as usize + name_end + 1;
                        let text = self.code.slice(Span::new(from, token.span.end as usize));
                        Some(Argument { text, table: None, tokens: None, header: None })
                    } else if name_end < word.len() && argument.len() > 1 {
                        Some(self.argument(token, argument.start + 1..argument.end))
                    } else {
                        let next =
                            arguments.get(at).filter(|next| takes_value && !self.is_parameter_at(next));
                        at += usize::from(next.is_some());
                        next.map(|next| self.argument(token, next.clone()))
                    };
                    if let (Some(name), Some(value)) = (name, value) {
                        parameters.named.push((name, value));
                    }
                }
                // The first value without a name is the URL.
                _ if parameters.get("Uri").is_none() && parameters.get("Path").is_none() => {
                    parameters.named.push(("Uri", self.argument(token, argument.clone())));
                }
                _ => {}
            }
        }
        parameters
    }

    fn is_parameter_at(&self, argument: &Range<usize>) -> bool {
        let token = &self.list[argument.start];
        token.kind == Kind::Word && is_parameter(&self.code.text()[token.span.range()])
    }

    fn argument(&self, key: &Token, tokens: Range<usize>) -> Argument<'s> {
        let first = &self.list[tokens.start];
        let table = if first.kind == Kind::Open(Bracket::Table) {
            Some(table::read(self.data(), tokens.start))
        } else {
            let name = Language::PowerShell.variable(&self.code.text()[first.span.range()]);
            match name.and_then(|name| self.scope.value(Language::PowerShell, name)) {
                Some(Value::Table(table)) if tokens.len() == 1 => Some(table.clone()),
                _ => None,
            }
        };
        let text = decode::argument(self.code, self.list, tokens.clone());
        let mut header = Builder::new(self.code);
        header.decoded(key.span, "Content-Type: ", Encoding::Plain);
        header.append(&text);
        let header = Some(header.finish(key.span.start, Encoding::Plain));
        Argument { text, table, tokens: Some(tokens), header }
    }

    /// The entries of a hashtable as parameters.
    fn splat(&self, variable: &str, parameters: &mut Parameters<'s>) {
        let Some(Value::Table(table)) = self.scope.value(Language::PowerShell, variable) else { return };
        for entry in table.entries() {
            let (Some(name), _) = self.program.parameter(&entry.name) else { continue };
            let table = if let Value::Table(table) = &entry.value {
                Some(table.clone())
            } else {
                let name = entry.text.as_ref().and_then(|text| Language::PowerShell.variable(text.text()));
                match name.and_then(|name| self.scope.value(Language::PowerShell, name)) {
                    Some(Value::Table(table)) => Some(table.clone()),
                    _ => None,
                }
            };
            let text = entry.text.clone().unwrap_or_else(|| self.code.slice(Span::at(0)));
            parameters
                .named
                .push((name, Argument { text, table, tokens: None, header: entry.header.clone() }));
        }
    }

    fn body(&self, body: &Argument<'s>) -> Payload<'s> {
        if let Some(tokens) = &body.tokens
            && let Some(file) = self.file(tokens.clone())
        {
            return Payload::File(file);
        }
        if let Some(json) = body.tokens.clone().and_then(|tokens| self.data().converted(tokens)) {
            return Payload::Text(json);
        }
        if body.table.is_some() {
            return Payload::Unknown(body.text.clone());
        }
        payload::literal(&body.text)
    }

    fn data(&self) -> Data<'_, 's> {
        Data { code: self.code, list: self.list, scope: self.scope }
    }

    /// The file in `(Get-Content body.json -Raw)`.
    fn file(&self, tokens: Range<usize>) -> Option<Fragment<'s>> {
        let open = &self.list[tokens.start];
        if open.kind != Kind::Open(Bracket::Paren) || open.partner + 1 != tokens.end {
            return None;
        }
        let inner = tokens.start + 1..tokens.end - 1;
        let text = |at: usize| &self.code.text()[self.list[at].span.range()];
        let name = inner.clone().next().map(text)?;
        if !["get-content", "gc", "cat"].iter().any(|it| it.eq_ignore_ascii_case(name)) {
            return None;
        }
        let piped = inner.clone().any(|at| self.list[at].kind == Kind::Pipe);
        let file = inner.skip(1).find(|&at| {
            !(self.list[at].kind == Kind::Word && text(at).starts_with('-'))
                && self.list[at].kind != Kind::Pipe
        })?;
        (!piped).then(|| decode::argument(self.code, self.list, file..file + 1))
    }

    fn piped(&self, tokens: &Range<usize>) -> Payload<'s> {
        if let Some(json) = self.data().converted(tokens.clone()) {
            return Payload::Text(json);
        }
        match decode::joined(self.code, self.list, tokens.clone()) {
            Some(text) if !tokens.is_empty() => payload::literal(&text),
            _ => Payload::None,
        }
    }

    fn headers(parameters: &Parameters<'s>, call: &mut Call<'s>) {
        if let Some(headers) = parameters.get("Headers") {
            match &headers.table {
                Some(table) => call.headers.extend(table.entries().filter_map(|entry| entry.header.clone())),
                None => call.headers.push(headers.text.clone()),
            }
        }
        call.headers.extend(parameters.get("ContentType").and_then(|it| it.header.clone()));
    }

    /// The URL that `-SubscriptionId … -ResourceProviderName … -ApiVersion …` stand for.
    fn url_of_parts(&self, parameters: &Parameters<'s>) -> Option<Fragment<'s>> {
        let provider = parameters.text("ResourceProviderName");
        let group = parameters.text("ResourceGroupName");
        let version = parameters.text("ApiVersion")?;
        let anchor = self.list.first()?.span;
        let mut builder = Builder::new(self.code);
        let put = |builder: &mut Builder<'_, 's>, text: &str| {
            builder.decoded(Span { start: anchor.start, end: anchor.start }, text, Encoding::Plain);
        };
        put(&mut builder, "/subscriptions/");
        match parameters.text("SubscriptionId") {
            Some(id) => builder.append(&id),
            // The one that is signed in to.
            None => put(&mut builder, "{subscriptionId}"),
        }
        if let Some(group) = group {
            put(&mut builder, "/resourceGroups/");
            builder.append(&group);
        }
        if let Some(provider) = provider {
            put(&mut builder, "/providers/");
            builder.append(&provider);
            let types = parameters.text("ResourceType").map(|it| parts(&it)).unwrap_or_default();
            let names = parameters.text("Name").map(|it| parts(&it)).unwrap_or_default();
            for (index, kind) in types.iter().enumerate() {
                put(&mut builder, "/");
                builder.append(kind);
                if let Some(name) = names.get(index) {
                    put(&mut builder, "/");
                    builder.append(name);
                }
            }
        }
        put(&mut builder, "?api-version=");
        builder.append(&version);
        Some(builder.finish(anchor.start, Encoding::Plain))
    }
}

/// `Spring,apps`: the parts of a list that is written as one word.
fn parts<'s>(list: &Fragment<'s>) -> Vec<Fragment<'s>> {
    let text = list.text();
    let mut start = 0;
    let mut found = Vec::new();
    for part in text.split(',') {
        found.push(list.slice_trimmed(Span::new(start, start + part.len())));
        start += part.len() + 1;
    }
    found
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// `-Name`, with whatever dash an editor made of it.
fn is_parameter(word: &str) -> bool {
    let name = word.trim_start_matches(is_dash);
    name.len() < word.len() && name.starts_with(|c: char| c.is_ascii_alphabetic())
}
