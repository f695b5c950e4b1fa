//! Commands that make requests: their parameters and what they make of the request.

mod native;
mod parameters;

use std::rc::Rc;

use self::parameters::{Parameter, Parameters};
use super::command::Argument;
use super::text::PIECE;
use super::{Evaluator, Faults, Item, Text, Value};
use crate::notation::powershell::fault;
use crate::notation::powershell::known::Program;
use crate::notation::powershell::syntax::{Command, Element, Pipeline, Quote};
use crate::notation::powershell::value::{ObjectKind, Origin};
use crate::notation::quoting::names_file;
use crate::notation::shell;
use crate::notation::{Call, Notation, Payload, Quoting, QuotingKind, curl, payload};
use crate::text::{Builder, Encoding, Fragment, Span};

impl<'s> Evaluator<'_, 's> {
    /// Reads a command that makes requests; gives what it answers.
    pub(super) fn program(
        &mut self,
        program: Program,
        command: &Command,
        name: &str,
        arguments: &[Argument<'s>],
        input: Option<Vec<Item<'s>>>,
        place: (&Pipeline, usize),
    ) -> Vec<Item<'s>> {
        let span = command.span;
        let is_alias = program == Program::Native
            && name.eq_ignore_ascii_case("curl")
            && arguments.iter().any(|it| {
                curl::is_powershell_parameter(self.source(it.span).split(':').next().unwrap_or(""))
            });
        if program == Program::Native && !is_alias {
            self.native(command, arguments, input, place);
            return vec![self.unknown(span)];
        }
        if program == Program::Cmdlet {
            let name = shell::program_name(name);
            self.azure_cmdlet(
                name.rsplit('\\').next().unwrap_or(&name),
                command,
                arguments,
                input.as_deref(),
            );
            return vec![self.unknown_from(span, Origin::Object)];
        }
        let program = if is_alias { Program::RestMethod } else { program };
        self.cmdlet(program, command, arguments, input, place);
        vec![self.unknown_from(span, Origin::Object)]
    }

    fn cmdlet(
        &mut self,
        program: Program,
        command: &Command,
        arguments: &[Argument<'s>],
        input: Option<Vec<Item<'s>>>,
        (pipeline, index): (&Pipeline, usize),
    ) {
        let mut parameters = self.parameters_of(program, command, arguments);
        if parameters.is_description {
            return;
        }
        let mut span = command.span;
        let next = pipeline.elements.get(index + 1);
        let converts = next.and_then(|next| self.converts_answer(next));
        if let Some(converter) = converts {
            // The parameters behind the pipe were meant for the call.
            let more = self.arguments(converter);
            let rest = self.parameters_of(program, &Command::default(), &more);
            let own = ["depth", "compress", "inputobject", "asarray", "enumsasstrings"];
            let foreign: Vec<Parameter<'s>> = rest
                .named
                .into_iter()
                .filter(|it| !own.contains(&it.name.to_ascii_lowercase().as_str()))
                .collect();
            if !foreign.is_empty() {
                span = span.cover(converter.span);
                parameters.named.extend(foreign);
            }
        }
        let notation = match program {
            Program::AzRestMethod => Notation::InvokeAzRestMethod,
            Program::RestMethod | Program::Cmdlet | Program::Native => Notation::InvokeRestMethod,
        };
        let mut call = Call::new(notation, self.file(span));
        let mut faults = std::mem::take(&mut parameters.faults);
        if let Some(method) = parameters.get("Method").or(parameters.get("CustomMethod")) {
            let (item, place) = (method.item.clone(), method.span);
            let text = self.text_of(&item, place);
            faults.extend(text.faults.iter().cloned());
            call.method = Some((*text.fragment).clone());
        }
        let url = ["Uri", "Path", "ResourceId"].iter().find_map(|name| parameters.get(name));
        if let Some(url) = url {
            let (item, place) = (url.item.clone(), url.span);
            let text = self.text_of(&item, place);
            faults.extend(text.faults.iter().cloned());
            call.url = Some((*text.fragment).clone());
        } else {
            call.url = self.url_of_parts(&parameters, command, &mut faults);
        }
        let body = parameters.get("Payload").or(parameters.get("Body"));
        let converted = converts.map(|it| it.span);
        let mut is_written_as_text = false;
        if let Some(body) = body {
            let (item, place) = (body.item.clone(), body.span);
            if program == Program::AzRestMethod && matches!(item.value, Value::Bytes(_)) {
                faults.push(Rc::new(fault::bytes_as_payload(&self.unit, place)));
            }
            call.body = self.body(&item, place, converted, &mut faults);
            if let Payload::Text(text) = &call.body
                && names_file(text.text())
            {
                faults.push(Rc::new(fault::file_without_reading(&self.unit, place, text.text())));
                call.body = Payload::File(text.clone());
            }
            is_written_as_text = program == Program::RestMethod && !matches!(item.value, Value::Bytes(_));
        } else if let Some(file) = parameters.get("InFile") {
            let (item, place) = (file.item.clone(), file.span);
            let text = self.text_of(&item, place);
            faults.extend(text.faults.iter().cloned());
            call.body = self.file_payload(&text);
        } else if let Some(items) = input
            && program == Program::RestMethod
            && items.len() == 1
        {
            let before = index.checked_sub(1).and_then(|at| pipeline.elements.get(at));
            let place = before.map_or(command.span, element_span);
            call.body = match items[0].value {
                // A pipe hands on one byte at a time.
                Value::Bytes(_) => Payload::Unknown((*self.shown(place)).clone()),
                _ => self.body(&items[0], place, None, &mut faults),
            };
        }
        if call.url.is_none() && matches!(call.body, Payload::None) && faults.is_empty() {
            return;
        }
        self.headers(&parameters, &mut call, &mut faults);
        if is_written_as_text {
            let place = parameters.get("ContentType").map(|it| it.span);
            faults.extend(self.charset_missing(&call, place).map(Rc::new));
        }
        call.credentials = match parameters.get("Token") {
            Some(token) if !matches!(token.item.value, Value::Secure) => {
                let (item, place) = (token.item.clone(), token.span);
                Some(Box::new((*self.text_of(&item, place).fragment).clone()))
            }
            Some(token) => Some(Box::new((*self.shown(token.span)).clone())),
            None => None,
        };
        let has_body = !matches!(call.body, Payload::None);
        call.default_method = call.client.default_method(has_body);
        if has_body {
            let method = call.sent_method().map(crate::arm::Method::as_str);
            call.default_content_type = call.client.default_content_type(method);
        }
        let is_read = matches!(call.sent_method(), Some(crate::arm::Method::Get | crate::arm::Method::Head));
        if is_read {
            faults.retain(|it| it.kind != QuotingKind::ObjectAsBody);
        }
        if let Some(body) = body.filter(|_| is_read && program == Program::RestMethod) {
            match &body.item.value {
                Value::Object(index) => self.put_into_query(*index, body.span, &mut call),
                // It may be a table.
                Value::Unknown(_) => call.body = Payload::None,
                _ => {}
            }
        }
        self.not_expanded(&call, &mut faults);
        self.record(call, faults, span);
    }

    /// A table as the body of a request that reads: it becomes part of the query.
    fn put_into_query(&mut self, index: usize, place: Span, call: &mut Call<'s>) {
        call.body = Payload::None;
        let object = self.scope.powershell.objects.get(index).cloned();
        let (Some(object), Some(url)) = (object, call.url.take()) else { return };
        if !matches!(object.kind, ObjectKind::Hashtable | ObjectKind::Ordered)
            || !self.room(url.weight() + 2 * PIECE * object.entries.len())
        {
            call.url = Some(url);
            return;
        }
        let unit = Rc::clone(&self.unit);
        let mut builder = Builder::new(&unit.code);
        let mut has_query = url.text().contains('?');
        builder.append(&url);
        for entry in object.entries.iter() {
            let at = Span::at(entry.name_at.start as usize);
            builder.placed(at, if has_query { "&" } else { "?" }, false);
            has_query = true;
            builder.append(&entry.name.fragment);
            builder.placed(Span::at(entry.name_at.end as usize), "=", false);
            let item = self.in_branch(entry.item.clone());
            let value = self.text_of(&item, place);
            builder.append(&value.fragment);
        }
        if object.open {
            builder.placed(self.file(place), if has_query { "&$parameters" } else { "?$parameters" }, true);
        }
        call.url = Some(builder.finish(place.start, Encoding::Plain));
    }

    /// A text with letters beyond ASCII, whose content type, which stands at `place` of the code, names no charset.
    fn charset_missing(&self, call: &Call<'s>, place: Option<Span>) -> Option<Quoting> {
        let body = call.body.text()?;
        let (at, letter) = body.text().char_indices().find(|(_, c)| !c.is_ascii())?;
        // Without a content type another rule speaks, and the charset with it.
        let named = |header: &&Fragment<'s>| {
            header.text().get(..13).is_some_and(|name| name.eq_ignore_ascii_case("content-type:"))
        };
        let mut named = call.headers.iter().filter(named).peekable();
        named.peek()?;
        if named.any(|header| header.text().to_ascii_lowercase().contains("charset")) {
            return None;
        }
        let letter = body.to_file(Span::new(at, at + letter.len_utf8()));
        Some(fault::charset_missing(&self.unit, letter, place))
    }

    /// `ConvertTo-Json` that is given the answer, where the body was meant.
    fn converts_answer<'e>(&self, element: &'e Element) -> Option<&'e Command> {
        let Element::Command(command) = element else { return None };
        let name = self.source(command.words.first()?.span);
        name.eq_ignore_ascii_case("convertto-json").then_some(command)
    }

    fn file_payload(&mut self, name: &Text<'s>) -> Payload<'s> {
        match self.scope.file(name.as_str()) {
            Some(text) => Payload::Text(text.clone()),
            None => Payload::File((*name.fragment).clone()),
        }
    }

    /// What is sent as a body; `place` is the expression, `converted` where the answer is converted instead of it.
    fn body(
        &mut self,
        item: &Item<'s>,
        place: Span,
        converted: Option<Span>,
        faults: &mut Faults,
    ) -> Payload<'s> {
        faults.extend(item.faults().iter().cloned());
        match &item.value {
            Value::Null => Payload::None,
            Value::File(name) => self.file_payload(&name.clone()),
            Value::Text(text) | Value::Bytes(text) => {
                // It is checked for each call.
                if !self.room(text.fragment.weight()) {
                    return Payload::Unknown((*self.shown(place)).clone());
                }
                payload::literal(&text.fragment)
            }
            Value::Number(_) | Value::Bool(_) => Payload::Text((*self.text_of(item, place).fragment).clone()),
            Value::Object(_) => self.object_body(item, place, converted, faults),
            Value::List(items) => {
                let objects = items.iter().any(|item| matches!(item.value, Value::Object(_)));
                if objects {
                    return self.object_body(item, place, converted, faults);
                }
                Payload::Unknown((*self.shown(place)).clone())
            }
            Value::Block(..) => {
                faults.push(Rc::new(fault::block_as_body(&self.unit, place)));
                Payload::Unknown((*self.shown(place)).clone())
            }
            Value::Secure | Value::Unknown(_) => {
                let text = self.text_of(item, place);
                if text.as_str().is_empty() || matches!(item.value, Value::Secure) {
                    return Payload::Unknown((*self.shown(place)).clone());
                }
                Payload::Unknown((*text.fragment).clone())
            }
        }
    }

    /// An object that is sent as it is: read as the JSON that was meant.
    fn object_body(
        &mut self,
        item: &Item<'s>,
        place: Span,
        converted: Option<Span>,
        faults: &mut Faults,
    ) -> Payload<'s> {
        faults.push(Rc::new(fault::object_as_body(&self.unit, place, converted)));
        match self.json(item, None) {
            Some(made) => {
                faults.extend(made.text.faults.iter().cloned());
                Payload::Text((*made.text.fragment).clone())
            }
            None => Payload::Unknown((*self.shown(place)).clone()),
        }
    }

    fn headers(&mut self, parameters: &Parameters<'s>, call: &mut Call<'s>, faults: &mut Faults) {
        if let Some(headers) = parameters.get("Headers") {
            if let Value::Object(index) = &headers.item.value {
                let object = self.scope.powershell.objects.get(*index).cloned();
                let Some(object) = object else { return };
                if !self.room(2 * PIECE * object.entries.len()) {
                    return;
                }
                for entry in object.entries.iter() {
                    let header = self.header(&entry.name, entry.name_at, &entry.item, headers.span, faults);
                    call.headers.push(header);
                }
                if object.open {
                    call.headers.push((*self.shown(headers.span)).clone());
                }
            } else {
                let text = self.text_of(&headers.item.clone(), headers.span);
                faults.extend(text.faults.iter().cloned());
                call.headers.push((*text.fragment).clone());
            }
        }
        if let Some(content_type) = parameters.get("ContentType") {
            // A variable that the script never sets is not a content type.
            let unset = matches!(content_type.item.value, Value::Unknown(_))
                && self.is_unset_variable(content_type.span);
            if !unset {
                let mut builder = Builder::new(&self.unit.code);
                builder.placed(content_type.name_at, "Content-Type", false);
                let name = Text::new(builder.finish(0, Encoding::Plain));
                let header = self.header(
                    &name,
                    content_type.name_at,
                    &content_type.item.clone(),
                    content_type.span,
                    faults,
                );
                call.headers.push(header);
            }
        }
    }

    /// True if a script's variable stands at `span` that nothing sets. In a document another block may.
    fn is_unset_variable(&self, span: Span) -> bool {
        let source = self.source(span);
        let named = source.strip_prefix('$').is_some_and(|name| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        });
        named && !self.unit.in_document && self.scope.powershell.get(&source[1..]).is_none()
    }

    /// `Name: value` of what stands apart.
    fn header(
        &mut self,
        name: &Text<'s>,
        name_at: Span,
        item: &Item<'s>,
        place: Span,
        faults: &mut Faults,
    ) -> Fragment<'s> {
        if matches!(item.value, Value::Secure) {
            faults.push(Rc::new(fault::secure_token(item.at, "$token")));
        }
        let text = self.text_of(item, place);
        faults.extend(text.faults.iter().cloned());
        let unit = Rc::clone(&self.unit);
        let mut builder = Builder::new(&unit.code);
        builder.append(&name.fragment);
        let gap = Span { start: name_at.end, end: item.at.start.max(name_at.end) };
        builder.placed(gap, ": ", false);
        if text.as_str().is_empty() || matches!(item.value, Value::Secure) {
            builder.placed(item.at, "$value", true);
        } else {
            builder.append(&text.fragment);
        }
        builder.finish(0, Encoding::Plain)
    }

    /// The URL that `-SubscriptionId … -ResourceProviderName … -ApiVersion …` stand for.
    fn url_of_parts(
        &mut self,
        parameters: &Parameters<'s>,
        command: &Command,
        faults: &mut Faults,
    ) -> Option<Fragment<'s>> {
        let mut part = |name: &str| {
            let parameter = parameters.get(name)?;
            let items = match &parameter.item.value {
                Value::List(items) => items.to_vec(),
                _ => vec![parameter.item.clone()],
            };
            let texts: Vec<Text<'s>> = items.iter().map(|item| self.text_of(item, parameter.span)).collect();
            faults.extend(texts.iter().flat_map(|text| text.faults.iter().cloned()));
            Some(texts)
        };
        let version = part("ApiVersion")?;
        let subscription = part("SubscriptionId");
        let group = part("ResourceGroupName");
        let provider = part("ResourceProviderName");
        let types = part("ResourceType").unwrap_or_default();
        let names = part("Name").unwrap_or_default();
        let anchor = self.file(command.span);
        let anchor = Span { start: anchor.start, end: anchor.start };
        let unit = Rc::clone(&self.unit);
        let mut builder = Builder::new(&unit.code);
        builder.placed(anchor, "/subscriptions/", false);
        match subscription.as_ref().and_then(|texts| texts.first()) {
            Some(id) => builder.append(&id.fragment),
            // The one that is signed in to.
            None => builder.placed(anchor, "{subscriptionId}", false),
        }
        if let Some(group) = group.as_ref().and_then(|texts| texts.first()) {
            builder.placed(anchor, "/resourceGroups/", false);
            builder.append(&group.fragment);
        }
        if let Some(provider) = provider.as_ref().and_then(|texts| texts.first()) {
            builder.placed(anchor, "/providers/", false);
            builder.append(&provider.fragment);
            for (index, kind) in types.iter().enumerate() {
                builder.placed(anchor, "/", false);
                builder.append(&kind.fragment);
                if let Some(name) = names.get(index) {
                    builder.placed(anchor, "/", false);
                    builder.append(&name.fragment);
                }
            }
        }
        builder.placed(anchor, "?api-version=", false);
        builder.append(&version.first()?.fragment);
        Some(builder.finish(command.span.start, Encoding::Plain))
    }

    /// Variables in a URL or body whose quotes do not replace them.
    fn not_expanded(&self, call: &Call<'s>, faults: &mut Faults) {
        for part in call.url.iter().chain(call.body.text()) {
            let text = part.text();
            if text.len() > super::MAX_TEXT {
                continue;
            }
            for (at, _) in text.match_indices('$').take(50) {
                let span = Span::new(at, at + 1);
                if part.has_expansion(span) || part.is_derived(span) {
                    continue;
                }
                let file = part.to_file(span);
                let Some(quote) = self.literal_quote(part, at) else { continue };
                let Some(name) = fault::plain_variable(&text[at + 1..]) else { continue };
                if name == "schema" || name == "ref" || fault::is_odata(name) {
                    continue;
                }
                let is_set = self.scope.powershell.get(name).is_some();
                let others = call
                    .url
                    .iter()
                    .chain(call.body.text())
                    .any(|it| it.expansions().next().is_some() || it.is_derived(it.span()));
                let len = text[at + 1..].find(name).map_or(1, |from| from + name.len() + 1);
                let file = Span { start: file.start, end: part.to_file(Span::new(at, at + len)).end };
                let fault = fault::not_expanded(&self.unit, part, file, name, is_set || others, quote);
                if !faults.iter().any(|it| it.kind == fault.kind) {
                    faults.push(Rc::new(fault));
                }
            }
        }
    }

    /// The quotes around the character at `at` of `part`, if they replace nothing; found in the code itself.
    fn literal_quote(&self, part: &Fragment<'s>, at: usize) -> Option<Quote> {
        match part.encoding_at(at as u32) {
            Encoding::PowerShellSingle => Some(Quote::Single),
            Encoding::Plain | Encoding::Lines => {
                // A here-string in `'`, or a word: there a `$` that is none is escaped.
                let offset = self.unit.code.offset_of(part.to_file(Span::new(at, at + 1)).start)?;
                self.unit.is_in_here_string(offset as usize).then_some(Quote::HereSingle)
            }
            _ => None,
        }
    }

    /// Adds a call to those that were found.
    pub(super) fn record(&mut self, mut call: Call<'s>, mut faults: Faults, span: Span) {
        for flaw in self.flaws_in(span) {
            faults.push(Rc::new(fault::of_flaw(&self.unit, flaw)));
        }
        let mut quoting: Vec<Quoting> = Vec::new();
        for fault in faults {
            if quoting.len() < super::MAX_FAULTS
                && !quoting.iter().any(|it| it.kind == fault.kind && it.span == fault.span)
            {
                quoting.push((*fault).clone());
            }
        }
        call.quoting = quoting;
        let method = call.method.iter().map(|method| method.to_file(method.span()));
        let values = call.headers.iter().map(|header| {
            let text = header.text();
            let start = text.find(':').map_or(0, |colon| colon + 1);
            let start = start + text[start..].len() - text[start..].trim_start().len();
            header.to_file(Span::new(start, text.len()))
        });
        // None lies within another.
        let defaults = &self.scope.powershell.defaults;
        let holds = |part: Span| {
            let end = Span { start: part.start, end: u32::MAX };
            defaults.range(..=end).next_back().filter(|span| span.contains(part)).copied()
        };
        let mut used: Vec<Span> = method.chain(values).filter_map(holds).collect();
        used.sort_unstable();
        used.dedup();
        call.defaults = used;
        if std::mem::take(&mut self.scope.powershell.is_cut_short) {
            self.scope.refuse();
        }
        self.scope.tell(&mut call);
        self.found.push(call);
    }
}

pub(super) fn element_span(element: &Element) -> Span {
    match element {
        Element::Expression(expression) => expression.span,
        Element::Command(command) => command.span,
    }
}
