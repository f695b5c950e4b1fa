//! The calls that a shell text makes, with the variables and files that it has assigned before.

use super::branches;
use super::judge::Judge;
use super::{Assignment, Command, Dialect, RedirectKind, Stretches, Word};
use crate::notation::alternatives::listed;
use crate::notation::variables::{Language, Value};
use crate::notation::{Assigned, Call, LeftOut, Payload, Quoting, QuotingKind, az, made, payload, programs};
use crate::text::{Builder, Edit, Encoding, Fragment, Span};

/// What quoting does to commands that make no call, and that may hold the body of a later one: so much of it is kept.
const MAX_ELSEWHERE: usize = 10_000;
/// Commands behind an assignment among which the heredoc is looked for that it takes its value from.
const MAX_BEHIND: usize = 4;
/// A command has no more words than this from arrays.
const MAX_WORDS: usize = 256;
/// A variable's value with more bytes than this is not parted into words.
const MAX_VALUE: usize = 2048;

/// The calls of `code` in the order in which they stand; `scope` is what was assigned before, and is added to.
pub fn calls<'s>(code: &Fragment<'s>, dialect: Dialect, scope: &mut Assigned<'s>) -> Vec<Call<'s>> {
    let dialect = dialect.for_text(code.text());
    let mut calls = Vec::new();
    let mut beside = Beside::default();
    let filled_later = code.text().contains("envsubst");
    let mut stretches = Stretches::of(code, dialect);
    for commands in stretches.by_ref() {
        let from = calls.len();
        calls.append(&mut calls_of(code, &commands, (dialect, filled_later), scope, &mut beside));
        for call in &mut calls[from..] {
            add_quoting(call, &beside.quoting);
            call.shrink();
        }
        beside.quoting.truncate(MAX_ELSEWHERE);
    }
    calls.sort_by_key(Call::place);
    calls.dedup_by_key(|call| call.place());
    take_all_prompts(&stretches, &beside.prompts, &mut calls);
    calls
}

/// The calls of a command, of which those `found` were read without a look behind the branches: one for each branch
/// that what it sends depends on, read `again`.
fn by_branch<'s>(
    scope: &Assigned<'s>,
    mut found: Vec<Call<'s>>,
    again: impl Fn() -> Vec<Call<'s>>,
) -> Vec<Call<'s>> {
    let met = scope.take_met();
    if met.is_empty() || found.len() != 1 {
        return found;
    }
    let groups = met
        .iter()
        .map(|choices| {
            let known = choices.items.iter().enumerate().filter(|(_, item)| item.is_some());
            known.flat_map(|(branch, _)| scope.choose((choices.of, branch), &again)).collect()
        })
        .collect();
    match found.pop() {
        Some(whole) => listed(whole, groups),
        None => found,
    }
}

/// The place of the call that a command makes, if it makes one, and the prompt before it.
type Prompt = (Option<(u32, u32, u8)>, Span);

/// What is read beside calls.
#[derive(Default)]
struct Beside {
    /// What quoting does to commands that make no call.
    quoting: Vec<Quoting>,
    /// The prompts before commands.
    prompts: Vec<Prompt>,
}

/// The calls that some commands make, which follow each other; `beside` is added to.
fn calls_of<'s>(
    code: &Fragment<'s>,
    commands: &[Command<'s>],
    (dialect, filled_later): (Dialect, bool),
    scope: &mut Assigned<'s>,
    beside: &mut Beside,
) -> Vec<Call<'s>> {
    let mut order: Vec<usize> = (0..commands.len()).collect();
    // Commands within substitutions come behind the ones around them, not where they stand.
    order.sort_by_key(|&index| position(&commands[index]));
    let mut calls = Vec::new();
    for (rank, &index) in order.iter().enumerate() {
        let written = &commands[index];
        if !dialect.command_prompt {
            branches::follow(written, scope);
        }
        scope.take_met();
        let as_run = spread(written, scope);
        let command = as_run.as_ref().unwrap_or(written);
        let behind = || order[rank + 1..].iter().take(MAX_BEHIND).map(|&index| &commands[index]);
        let program = command.program_name();
        let program = program.as_deref();
        assign(command, program, behind, scope);
        let input = command.input.and_then(|index| commands.get(index));
        write_file(command, program, input, scope);
        let scope: &Assigned<'s> = scope;
        let read = |command: &Command<'s>, program: Option<&str>| {
            let mut found = match program {
                Some(program) => programs::calls_of(program, command, input),
                None => Vec::new(),
            };
            let judge = Judge { code, command, scope, dialect, filled_later };
            for call in &mut found {
                if command.is_cut_short {
                    call.left_out = LeftOut::Words;
                    continue;
                }
                judge.as_written(call);
                // `-d "$(cat <<EOF …)"`
                if let Payload::Unknown(value) = &call.body {
                    let within = value.to_file(value.span());
                    if let Some(text) = behind().find_map(|inner| output_within(inner, within)) {
                        call.body = Payload::Text(text);
                    }
                }
                scope.resolve(Language::Shell, call);
                made::wrap_body(call);
                judge.with_body(call);
                scope.fill_ids(Language::Shell, call);
            }
            found
        };
        let mut found = by_branch(scope, read(command, program), || {
            let as_run = spread(written, scope);
            let command = as_run.as_ref().unwrap_or(written);
            read(command, command.program_name().as_deref())
        });
        if found.is_empty() {
            found.extend(az::unread(written).filter(|_| program == Some("az")));
        }
        found.iter_mut().for_each(mend_all_lines);
        if found.is_empty() {
            beside.quoting.extend(written.quoting.iter().cloned());
        }
        beside.prompts.extend(written.prompt.map(|prompt| (found.last().map(Call::place), prompt)));
        calls.append(&mut found);
    }
    calls.sort_by_key(Call::place);
    // A substitution within a quoted script is met twice.
    calls.dedup_by_key(|call| call.place());
    beside.quoting.sort_by_key(|it| it.span);
    calls
}

/// The lines of a command that do not go on are told once, and mended together: each of them cuts it.
fn mend_all_lines(call: &mut Call<'_>) {
    for kind in [QuotingKind::ContinuationMissing, QuotingKind::BlankAfterContinuation] {
        let told: Vec<&Quoting> = call.quoting.iter().filter(|it| it.kind == kind).collect();
        if told.len() < 2 {
            continue;
        }
        let offers: Option<Vec<_>> = told.iter().map(|it| it.offer.as_deref().filter(|it| it.safe)).collect();
        let edits: Vec<Edit> = offers.into_iter().flatten().flat_map(|it| &it.edits).cloned().collect();
        let mut is_first = true;
        call.quoting.retain_mut(|it| {
            if it.kind != kind {
                return true;
            }
            if let Some(offer) = it.offer.as_mut().filter(|_| is_first && !edits.is_empty()) {
                offer.title = "mend the ends of its lines".into();
                offer.edits.clone_from(&edits);
            }
            std::mem::take(&mut is_first)
        });
    }
}

/// Prompts are told once, at the first call that has one, and go together: a block in which some are left is worse than
/// one that has them all.
fn take_all_prompts(stretches: &Stretches<'_, '_>, prompts: &[Prompt], calls: &mut [Call<'_>]) {
    let first = prompts.iter().find_map(|(place, prompt)| {
        Some((calls.binary_search_by_key(place.as_ref()?, Call::place).ok()?, *prompt))
    });
    let Some((at, prompt)) = first else { return };
    let Some(mut told) = stretches.copied_prompt(prompt) else { return };
    let offers = prompts.iter().filter_map(|(_, prompt)| stretches.copied_prompt(*prompt)?.offer);
    let edits: Vec<Edit> = offers.flat_map(|offer| offer.edits).collect();
    if let Some(offer) = told.offer.as_mut().filter(|_| edits.len() > 1) {
        offer.title = "remove the prompts".into();
        offer.edits = edits;
    }
    calls[at].quoting.push(told);
}

/// Adds what another command's quoting does to the call's body, or to a command within the call. `elsewhere` is in
/// the order of the text.
fn add_quoting(call: &mut Call<'_>, elsewhere: &[Quoting]) {
    if elsewhere.is_empty() {
        return;
    }
    let body = match &call.body {
        Payload::Text(body) | Payload::File(body) | Payload::Unknown(body) => body.to_file(body.span()),
        Payload::None => call.span,
    };
    // The quotes around a text, and the line that ends one.
    let body = Span { start: body.start.saturating_sub(2), end: body.end.saturating_add(1) };
    let within = |place: Span| {
        let from = elsewhere.partition_point(|it| it.span.start < place.start);
        elsewhere[from..].iter().take_while(move |it| it.span.start < place.end)
    };
    let of_body = within(body).filter(|it| !call.span.contains(it.span));
    let found: Vec<Quoting> = within(call.span).chain(of_body).cloned().collect();
    call.quoting.extend(found);
}

/// The command as it runs: the words of its arrays and of variables without quotes in the place of their names, and
/// what `xargs` fills in as what only a run knows. `None` if it runs as it is written.
fn spread<'s>(command: &Command<'s>, scope: &Assigned<'s>) -> Option<Command<'s>> {
    let hole = xargs_hole(command);
    let mut words: Vec<Word<'s>> = Vec::new();
    let mut changed = false;
    for (index, word) in command.words.iter().enumerate() {
        let text = word.text.text();
        // They stand where they are used.
        let at_use = |text: Fragment<'s>| Word { text, span: word.span };
        if let Some((from, hole)) = hole
            && index > from
            && text.contains(hole)
        {
            words.push(at_use(filled_by_xargs(&word.text, hole)));
            changed = true;
        } else if let Some(items) =
            items_of(text, scope).filter(|items| words.len() + items.len() <= MAX_WORDS)
        {
            words.extend(items.iter().cloned().map(at_use));
            changed = true;
        } else if let Some(items) =
            words_of(word, scope).filter(|items| words.len() + items.len() <= MAX_WORDS)
        {
            words.extend(items.into_iter().map(at_use));
            changed = true;
        } else {
            words.push(word.clone());
        }
    }
    changed.then(|| Command { words, ..command.clone() })
}

/// The words of the array that `text` is the use of: `${args[@]}`.
fn items_of<'c, 's>(text: &str, scope: &'c Assigned<'s>) -> Option<&'c Vec<Fragment<'s>>> {
    let inner = text.strip_prefix("${")?.strip_suffix('}')?;
    let name = inner.strip_suffix("[@]").or_else(|| inner.strip_suffix("[*]"))?;
    match scope.value(Language::Shell, name)? {
        Value::Items(items) => Some(items),
        _ => None,
    }
}

/// The words of a variable that stands alone without quotes: the shell parts its value at the blanks.
fn words_of<'s>(word: &Word<'s>, scope: &Assigned<'s>) -> Option<Vec<Fragment<'s>>> {
    let name = Language::Shell.variable(word.text.text())?;
    // With quotes around it, it is one word.
    let is_bare = word.span.len() == word.text.text().len();
    let Value::Text(value) = scope.value(Language::Shell, name).filter(|_| is_bare)? else { return None };
    let text = value.text();
    if !text.trim().contains(' ') || text.len() > MAX_VALUE {
        return None;
    }
    let mut items = Vec::new();
    for part in text.split([' ', '\t', '\n']).filter(|part| !part.is_empty()) {
        let from = part.as_ptr() as usize - text.as_ptr() as usize;
        items.push(value.slice(Span::new(from, from + part.len())));
    }
    Some(items)
}

/// What `xargs -I` replaces in the words behind it, and the index of the last word of its own.
fn xargs_hole<'c>(command: &'c Command<'_>) -> Option<(usize, &'c str)> {
    let words = || command.words.iter().map(|word| word.text.text()).enumerate();
    let (xargs, _) = words().take(4).find(|(_, text)| *text == "xargs")?;
    let (index, option) = words().skip(xargs + 1).take(12).find(|(_, text)| text.starts_with("-I"))?;
    let (index, hole) = match option {
        "-I" => (index + 1, command.words.get(index + 1)?.text.text()),
        _ => (index, &option[2..]),
    };
    (!hole.is_empty()).then_some((index, hole))
}

/// The word with `hole` as a variable.
fn filled_by_xargs<'s>(word: &Fragment<'s>, hole: &str) -> Fragment<'s> {
    let text = word.text();
    let mut builder = Builder::new(word);
    let mut done = 0;
    for (at, _) in text.match_indices(hole) {
        if done < at {
            builder.copy(Span::new(done, at), Encoding::Plain);
        }
        builder.stand_in(Span::new(at, at + hole.len()), "$item");
        done = at + hole.len();
    }
    if done < text.len() {
        builder.copy(Span::new(done, text.len()), Encoding::Plain);
    }
    builder.finish(0, Encoding::Plain)
}

/// Where the command begins in the file.
fn position(command: &Command<'_>) -> u32 {
    let word = command.words.first().map(|word| word.span.start);
    let value = command.assignments.first().map(|it| it.value.to_file(it.value.span()).start);
    let redirect = command.redirects.first().map(|it| it.text.to_file(it.text.span()).start);
    word.into_iter().chain(value).chain(redirect).min().unwrap_or(0)
}

/// Remembers the variables that `command` sets; `behind` are the commands that follow it, those within its
/// values first.
fn assign<'c, 's: 'c, I: Iterator<Item = &'c Command<'s>>>(
    command: &Command<'s>,
    program: Option<&str>,
    behind: impl Fn() -> I,
    scope: &mut Assigned<'s>,
) {
    for assignment in &command.assignments {
        if let Some(items) = &assignment.items {
            scope.assign(Language::Shell, &assignment.name, array(assignment, items, scope));
            continue;
        }
        let value = match payload::literal(&assignment.value) {
            _ if assignment.appends => Value::Unknown,
            Payload::Text(text) => Value::Text(text),
            Payload::File(file) => Value::File(file),
            Payload::Unknown(value) => {
                let within = value.to_file(value.span());
                behind().find_map(|inner| output_within(inner, within)).map_or(Value::Unknown, Value::Text)
            }
            Payload::None => Value::Unknown,
        };
        scope.assign(Language::Shell, &assignment.name, value);
    }
    // `read -r -d '' body <<EOF`
    if program == Some("read") {
        let name = command.words.last().map_or("", |word| word.text.text());
        if let Some(Payload::Text(text)) = payload::redirected(command) {
            scope.assign(Language::Shell, name, Value::Text(text));
        }
    }
}

/// The words of an array, with those that it has already if they are added to.
fn array<'s>(assignment: &Assignment<'s>, items: &[Word<'s>], scope: &Assigned<'s>) -> Value<'s> {
    let before = match scope.value(Language::Shell, &assignment.name) {
        _ if !assignment.appends => &[][..],
        Some(Value::Items(before)) => before.as_slice(),
        _ => return Value::Unknown,
    };
    if before.len() + items.len() > MAX_WORDS {
        return Value::Unknown;
    }
    Value::Items(before.iter().cloned().chain(items.iter().map(|word| word.text.clone())).collect())
}

/// The text that a command writes whose words stand in `within`: a heredoc by `cat`, what `echo` and `printf` say.
fn output_within<'s>(command: &Command<'s>, within: Span) -> Option<Fragment<'s>> {
    let name = command.program_name()?;
    if !within.contains(command.words.first()?.span) || !matches!(name.as_ref(), "cat" | "echo" | "printf") {
        return None;
    }
    match payload::output(command)? {
        Payload::Text(text) => Some(text),
        _ => None,
    }
}

/// Remembers what `command` writes into a file: `cat > f.json <<EOF`, `echo '…' | tee f.json`.
fn write_file<'s>(
    command: &Command<'s>,
    program: Option<&str>,
    input: Option<&Command<'s>>,
    scope: &mut Assigned<'s>,
) {
    let file = if program == Some("tee") {
        command.words.last().map(|word| &word.text)
    } else {
        let is_file = |text: &str| !text.starts_with("/dev/") && text.contains(|c: char| !c.is_ascii_digit());
        let redirects = command.redirects.iter().filter(|it| it.kind == RedirectKind::Output);
        redirects.map(|redirect| &redirect.text).find(|text| is_file(text.text()))
    };
    let Some(file) = file else { return };
    let output = payload::output(command).or_else(|| payload::output(input?));
    if let Some(Payload::Text(text)) = output {
        scope.write_file(file.text(), text);
    }
}
