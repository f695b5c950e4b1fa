//! The everyday commands of `az` that make requests: which command was given, and its options.

pub mod deployment;
pub mod resource;
pub mod vm;
mod write;

use super::command::{Command, Word};
use super::made::{Assembly, Made};
use super::{Call, LeftOut, Notation, Quoting, QuotingKind};
use crate::text::{Fragment, Span};

pub(super) use write::AzVm;

/// A value of an option and where it stands, quotes included.
#[derive(Clone, Debug)]
struct Value<'s> {
    text: Fragment<'s>,
    span: Span,
}

/// An option that was given, and what stands behind it up to the next.
#[derive(Debug)]
struct Given<'s> {
    name: &'static str,
    /// The option itself.
    at: Span,
    values: Vec<Value<'s>>,
}

/// The long names of options, and their short ones.
type Names = [(&'static str, Option<&'static str>)];

/// The words of a command behind `az`, parted.
#[derive(Debug)]
struct Invocation<'c, 's> {
    /// The words before the first option: `vm identity assign`.
    group: Vec<&'c str>,
    /// Where those stand.
    at: Span,
    /// The whole command.
    span: Span,
    options: Vec<Given<'s>>,
    /// Options were given, known or not.
    has_options: bool,
    outer: &'c Fragment<'s>,
    quoting: &'c [super::Quoting],
}

impl<'c, 's> Invocation<'c, 's> {
    /// Parts the words of `command`, which runs `az`. `None` for a description of the options.
    fn of(command: &'c Command<'s>, names: &Names) -> Option<Self> {
        let words = command.words.get(command.program()?..)?;
        let (first, rest) = words.split_first()?;
        // `[--ids]` stands in a description of the options.
        if rest.iter().any(Word::is_optional) {
            return None;
        }
        let is_option = |word: &&Word<'s>| !is_option(word.text.text());
        let group: Vec<&Word<'s>> = rest.iter().take_while(is_option).collect();
        let at = group.first()?.span.cover(group.last()?.span);
        let span = first.span.cover(words.last()?.span);
        let options = read(&rest[group.len()..], names);
        Some(Self {
            group: group.iter().map(|word| word.text.text()).collect(),
            at,
            span,
            has_options: rest.len() > group.len(),
            options,
            outer: &first.text,
            quoting: &command.quoting,
        })
    }

    /// True if the command is `words`.
    fn runs(&self, words: &[&str]) -> bool {
        self.group == words
    }

    /// An option as it was given last, which is the one that counts.
    fn option(&self, name: &str) -> Option<&Given<'s>> {
        self.options.iter().rev().find(|option| option.name == name)
    }

    /// The one value of an option.
    fn value(&self, name: &str) -> Option<&Value<'s>> {
        self.option(name)?.values.first()
    }

    fn has(&self, name: &str) -> bool {
        self.option(name).is_some()
    }

    /// Where an option and its values stand.
    fn place_of(&self, name: &str) -> Option<Span> {
        let option = self.option(name)?;
        Some(option.values.last().map_or(option.at, |last| option.at.cover(last.span)))
    }

    fn assembly(&self) -> Assembly<'c, 's> {
        Assembly::new(self.outer, self.span.start)
    }

    /// A call of this command: its method is the client's.
    fn call(&self, notation: Notation, method: &'static str) -> Call<'s> {
        let mut call = Call::new(notation, self.span);
        let mut word = self.assembly();
        word.at(self.at, method);
        call.method = Some(word.finish());
        call.quoting = self.quoting.to_vec();
        call.made = Some(Box::new(Made { has_options: self.has_options, ..Made::default() }));
        call
    }

    /// Begins a URL with the subscription.
    fn subscription(&self, url: &mut Assembly<'_, 's>) {
        url.own("/subscriptions/");
        match self.value("subscription") {
            Some(value) => url.part(&value.text),
            None => url.own("{subscriptionId}"),
        }
    }

    /// Begins a URL with the subscription and the resource group.
    fn group_scope(&self, url: &mut Assembly<'_, 's>) {
        self.subscription(url);
        url.own("/resourceGroups/");
        match self.value("resource-group") {
            Some(value) => url.part(&value.text),
            None => url.own("{resourceGroup}"),
        }
    }

    /// The call for each of the resources that `--ids` names, or for the one that its names do. `target` writes the
    /// URL of the one; `behind` is what follows the id, and the version.
    fn calls(
        &self,
        call: &Call<'s>,
        target: impl FnOnce(&mut Assembly<'c, 's>),
        behind: impl Fn(&mut Assembly<'c, 's>),
    ) -> Vec<Call<'s>> {
        let ids = self.option("ids").map_or(&[][..], |ids| ids.values.as_slice());
        if ids.is_empty() {
            let mut url = self.assembly();
            target(&mut url);
            behind(&mut url);
            return vec![Call { url: Some(url.finish()), ..call.clone() }];
        }
        let of_id = |(index, id): (usize, &Value<'s>)| {
            let mut url = self.assembly();
            url.part(&id.text);
            behind(&mut url);
            let url = is_id(&id.text).then(|| url.finish());
            let mut call = Call { url, ..call.clone() };
            if let Some(made) = call.made.as_mut() {
                made.by_id = true;
            }
            // One command, many requests: each is where its id is.
            if index > 0 {
                call.span = id.span;
            }
            call
        };
        ids.iter().take(MAX_IDS).enumerate().map(of_id).collect()
    }
}

/// A command of `az` whose requests are not read, if its lines are parted so that it runs without some of its words.
pub(super) fn unread<'s>(command: &Command<'s>) -> Option<Call<'s>> {
    let parts = |it: &&Quoting| {
        matches!(it.kind, QuotingKind::ContinuationMissing | QuotingKind::BlankAfterContinuation)
    };
    let quoting: Vec<Quoting> = command.quoting.iter().filter(parts).cloned().collect();
    if quoting.is_empty() {
        return None;
    }
    let invocation = Invocation::of(command, &[])?;
    let mut call = Call::new(Notation::AzResource, invocation.span);
    call.left_out = LeftOut::Request;
    call.quoting = quoting;
    Some(call)
}

/// True if `text` is an id, or stands for one: anything else (`@-`, `%ids%`) is known only when the command runs.
fn is_id(text: &Fragment<'_>) -> bool {
    let word = text.text();
    if word.starts_with("$(") && !word.ends_with(')') {
        return false;
    }
    let is_path = word.starts_with('/')
        || word.get(..14).is_some_and(|head| head.eq_ignore_ascii_case("subscriptions/"));
    is_path || word.starts_with(['<', '{']) || text.expansions().next().is_some_and(|first| first.start == 0)
}

/// More requests of one command are not listed.
const MAX_IDS: usize = 1000;

/// Adds the version that the client uses, if it is known.
fn version(url: &mut Assembly<'_, '_>, version: Option<&str>) {
    if let Some(version) = version {
        url.own("?api-version=");
        url.own(version);
    }
}

/// The dashes that are written, and those that typesetting makes of them.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// True if a word begins an option, and is no negative number.
fn is_option(word: &str) -> bool {
    let bare = word.trim_start_matches(is_dash);
    bare.len() < word.len() && bare.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// The options among `words`: the values of one are what stands before the next.
fn read<'s>(words: &[Word<'s>], names: &Names) -> Vec<Given<'s>> {
    let mut given: Vec<Given<'s>> = Vec::new();
    for word in words {
        let text = word.text.text();
        if !is_option(text) {
            if let Some(option) = given.last_mut() {
                option.values.push(Value { text: word.text.clone(), span: word.span });
            }
            continue;
        }
        let (name, value) = name_of(text, names);
        let mut option = Given { name: name.unwrap_or(""), at: word.span, values: Vec::new() };
        if let Some(from) = value {
            let text = word.text.slice(Span::new(from, text.len()));
            option.values.push(Value { text, span: word.span });
        }
        given.push(option);
    }
    given
}

/// The option that `word` is, or begins in one way only, and where in it a value begins: `--name=x`, `-nx`.
fn name_of(word: &str, names: &Names) -> (Option<&'static str>, Option<usize>) {
    let bare = word.trim_start_matches(is_dash);
    let dashes = word.len() - bare.len();
    if word[..dashes].chars().count() == 1 && word.starts_with('-') {
        let short = bare.chars().next().map_or(0, char::len_utf8);
        let letter = &bare[..short];
        let known = names.iter().find(|(_, it)| *it == Some(letter)).map(|(name, _)| *name);
        let rest = &bare[short..];
        if rest.is_empty() || (known.is_some() && !names.iter().any(|(name, _)| name.starts_with(bare))) {
            let skip = usize::from(rest.starts_with('='));
            return (known, (!rest.is_empty()).then_some(dashes + short + skip));
        }
    }
    let (name, value) = match bare.split_once('=') {
        Some((name, _)) => (name, Some(dashes + name.len() + 1)),
        None => (bare, None),
    };
    if let Some((exact, _)) = names.iter().find(|(known, _)| *known == name) {
        return (Some(exact), value);
    }
    let mut begun = names.iter().filter(|(known, _)| known.starts_with(name)).map(|(known, _)| *known);
    let first = begun.next();
    (first.filter(|_| begun.next().is_none()), value)
}

#[cfg(test)]
mod tests;
