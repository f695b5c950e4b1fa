//! The arguments of a command as its parameters, and values that were meant to be longer.

use std::rc::Rc;

use super::super::command::{Argument, ArgumentKind};
use super::super::{Evaluator, Faults, Item, MAX_FAULTS, Value};
use crate::notation::powershell::fault;
use crate::notation::powershell::known::Program;
use crate::notation::powershell::syntax::{self, Command, Mode, Statement};
use crate::text::Span;

/// Operators that are written like parameters.
const OPERATORS: [&str; 8] = ["f", "join", "replace", "split", "ireplace", "creplace", "isplit", "csplit"];

/// A parameter and what it is given.
pub(super) struct Parameter<'s> {
    pub(super) name: &'static str,
    pub(super) item: Item<'s>,
    /// Where the value stands in the code.
    pub(super) span: Span,
    /// Where the parameter's name stands in the file.
    pub(super) name_at: Span,
}

pub(super) struct Parameters<'s> {
    pub(super) named: Vec<Parameter<'s>>,
    pub(super) faults: Faults,
    /// The command describes its parameters: no call.
    pub(super) is_description: bool,
}

impl<'s> Parameters<'s> {
    pub(super) fn get(&self, name: &str) -> Option<&Parameter<'s>> {
        self.named.iter().rev().find(|it| it.name == name)
    }
}

impl<'s> Evaluator<'_, 's> {
    pub(super) fn parameters_of(
        &mut self,
        program: Program,
        command: &Command,
        arguments: &[Argument<'s>],
    ) -> Parameters<'s> {
        let mut parameters = Parameters { named: Vec::new(), faults: Faults::new(), is_description: false };
        let mut at = 0;
        let mut has_url_before = false;
        let last_url = arguments.iter().rposition(|it| match &it.kind {
            ArgumentKind::Parameter(name, _) => {
                matches!(program.parameter(name).0, Some("Uri" | "Path" | "ResourceId"))
            }
            _ => false,
        });
        while let Some(argument) = arguments.get(at) {
            let name_at = self.file(argument.span);
            // `[-Method <String>]` stands in a description of the parameters.
            if self.source(argument.span).starts_with("[-") {
                parameters.is_description = true;
                return parameters;
            }
            at += 1;
            match &argument.kind {
                ArgumentKind::Splat(name) => {
                    let name = name.clone();
                    self.splat(program, &name, argument.span, &mut parameters);
                }
                ArgumentKind::Verbatim => {}
                ArgumentKind::Parameter(name, attached) => {
                    let (known, takes_value) = program.parameter(name);
                    let (item, place) = match attached {
                        Some(item) => (item.clone(), argument.value_span),
                        None => match arguments.get(at).filter(|_| takes_value) {
                            Some(Argument { kind: ArgumentKind::Value(item), span, .. }) => {
                                at += 1;
                                (item.clone(), *span)
                            }
                            Some(Argument { kind: ArgumentKind::Splat(file), span, .. })
                                if matches!(known, Some("Body" | "Payload" | "InFile"))
                                    && self.scope.powershell.get(file).is_none() =>
                            {
                                at += 1;
                                parameters.faults.push(Rc::new(fault::splatted(&self.unit, *span)));
                                (self.unknown(*span), *span)
                            }
                            _ => continue,
                        },
                    };
                    let (item, place) = self.whole_value(arguments, &mut at, (item, place), &mut parameters);
                    if let Some(name) = known {
                        parameters.named.push(Parameter { name, item, span: place, name_at });
                    }
                }
                ArgumentKind::Value(item) => {
                    // The first value without a name is the URL.
                    let has_url =
                        has_url_before || parameters.get("Uri").is_some() || parameters.get("Path").is_some();
                    has_url_before = has_url;
                    let named_later = last_url.is_some_and(|last| last >= at);
                    if has_url || named_later {
                        let is_placeholder =
                            matches!(&item.value, Value::Text(text) if text.as_str().starts_with('<'));
                        if !is_placeholder
                            && !command.words.is_empty()
                            && parameters.faults.len() < MAX_FAULTS
                            && !parameters.faults.iter().any(|it| it.cuts())
                        {
                            parameters.faults.push(Rc::new(fault::run_together(&self.unit, argument.span)));
                        }
                        continue;
                    }
                    let (item, place) =
                        self.whole_value(arguments, &mut at, (item.clone(), argument.span), &mut parameters);
                    parameters.named.push(Parameter { name: "Uri", item, span: place, name_at });
                }
            }
        }
        parameters
    }

    /// A parameter's value, and the words behind it that were meant to be part of it.
    fn whole_value(
        &mut self,
        arguments: &[Argument<'s>],
        at: &mut usize,
        (item, place): (Item<'s>, Span),
        parameters: &mut Parameters<'s>,
    ) -> (Item<'s>, Span) {
        let Some((end, what)) = self.run_of(arguments, *at, place, &item) else {
            return (item, place);
        };
        *at = end;
        let last = arguments.get(end - 1).map_or(place, |last| last.span);
        let run = Span { start: place.start, end: last.end.max(place.end) };
        let fault = match what {
            Run::Expression(what) => fault::argument_is_text(&self.unit, run, what),
            Run::Touching => fault::touching(&self.unit, run, Span::at(place.end as usize)),
            Run::Words => fault::run_together(&self.unit, run),
        };
        if parameters.faults.len() < MAX_FAULTS {
            parameters.faults.push(Rc::new(fault));
        }
        if matches!(what, Run::Expression(_)) {
            let meant = self.meant(run).unwrap_or_else(|| self.unknown(run));
            return (meant, run);
        }
        (self.unknown(run), run)
    }

    /// Up to which argument a value was meant to reach, and why.
    fn run_of(
        &self,
        arguments: &[Argument<'s>],
        at: usize,
        place: Span,
        item: &Item<'s>,
    ) -> Option<(usize, Run)> {
        let next = arguments.get(at);
        let source = self.source(place);
        let is_value = |argument: &Argument<'s>| matches!(argument.kind, ArgumentKind::Value(_));
        let bare = !source.starts_with(['\'', '"', '$', '(', '@', '{']);
        let values_end = |from: usize| {
            let mut end = from;
            while arguments.get(end).is_some_and(is_value) {
                end += 1;
            }
            end
        };
        // `ConvertTo-Json $h -Depth 9`
        if bare && is_cmdlet_name(source) {
            let own = [
                "depth",
                "d",
                "compress",
                "inputobject",
                "raw",
                "path",
                "asarray",
                "encoding",
                "as",
                "asplaintext",
            ];
            let mut end = at;
            while let Some(argument) = arguments.get(end) {
                let goes_on = match &argument.kind {
                    ArgumentKind::Value(_) => true,
                    ArgumentKind::Parameter(name, _) => own.iter().any(|it| it.eq_ignore_ascii_case(name)),
                    _ => false,
                };
                if !goes_on {
                    break;
                }
                end += 1;
            }
            return Some((end, Run::Expression("a command's name is text here")));
        }
        let next = next?;
        let text = self.source(next.span);
        match &next.kind {
            ArgumentKind::Parameter(name, None)
                if OPERATORS.iter().any(|it| it.eq_ignore_ascii_case(name))
                    && matches!(item.value, Value::Text(_) | Value::Unknown(_) | Value::List(_)) =>
            {
                Some((values_end(at + 1).max(at + 1), Run::Expression("an operator is a parameter here")))
            }
            ArgumentKind::Value(_)
                if text == "+" || (text.starts_with('+') && text.len() > 1 && !next.touches) =>
            {
                Some((values_end(at), Run::Expression("`+` is a word here")))
            }
            ArgumentKind::Value(_) if bare && source.starts_with('[') && next.touches => {
                Some((values_end(at), Run::Expression("a type's method is text here")))
            }
            ArgumentKind::Value(_) if next.touches && !bare => Some((values_end(at), Run::Touching)),
            ArgumentKind::Value(value) => {
                let placeholder = source.contains('<')
                    || matches!(&value.value, Value::Text(text) if text.as_str().starts_with('<'));
                (!placeholder).then(|| (values_end(at), Run::Words))
            }
            _ => None,
        }
    }

    /// What `span` comes to as the expression that it was meant to be.
    pub(super) fn meant(&mut self, span: Span) -> Option<Item<'s>> {
        // It is read once more, and so is what lies within it.
        if !self.look(8 * span.len()) {
            return None;
        }
        let code = Rc::clone(&self.unit.code);
        let script = syntax::read(code.text(), span, Mode { lenient: true, ..Mode::default() });
        let [statement] = script.block.statements.as_slice() else { return None };
        let statement: &Statement = statement;
        let unit = Rc::new(self.unit.with(script.flaws));
        let before = std::mem::replace(&mut self.unit, unit);
        let item = self.value_of(statement, span);
        self.unit = before;
        Some(item)
    }

    /// The entries of a hashtable as parameters.
    fn splat(&mut self, program: Program, name: &str, span: Span, parameters: &mut Parameters<'s>) {
        let Some(item) = self.scope.powershell.get(name).cloned() else { return };
        let Value::Object(index) = self.in_branch(item).value else { return };
        let Some(object) = self.scope.powershell.objects.get(index).cloned() else { return };
        if !self.look(8 * object.entries.len()) {
            return;
        }
        for entry in object.entries.iter() {
            let (Some(name), _) = program.parameter(entry.name.as_str()) else { continue };
            let item = self.in_branch(entry.item.clone());
            parameters.named.push(Parameter { name, item, span, name_at: entry.name_at });
        }
    }
}

/// Why words behind a value belong to it.
enum Run {
    /// They are an expression.
    Expression(&'static str),
    /// Quotes end within.
    Touching,
    Words,
}

/// `ConvertTo-Json` and its like.
fn is_cmdlet_name(word: &str) -> bool {
    let Some((verb, noun)) = word.split_once('-') else { return false };
    let verbs = ["convertto", "convertfrom", "get", "join", "new", "select", "read"];
    verbs.iter().any(|it| it.eq_ignore_ascii_case(verb))
        && noun.len() > 2
        && noun.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && noun.starts_with(|c: char| c.is_ascii_alphabetic())
}
