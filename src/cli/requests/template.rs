//! `armbody requests --as template`: one deployment template of the calls that put resources.

use armbody::arm::Method;
use armbody::container;
use armbody::fault::isolated;
use armbody::lint::{Listed, Options, inventory, secrets_of};
use armbody::notation::{Call, Notation};
use armbody::report::Mask;
use armbody::shown;
use armbody::template::{Sent, gather};
use armbody::text::{Shown, Source};

use super::Args;
use crate::cli::lint::files::{self, Input};
use crate::cli::{Status, Terminal};

/// A call of a page.
struct Found {
    /// Where it stands and what it is, as it is told.
    place: Shown,
    /// What it sends, or why it is no part of a template.
    sent: Result<Sent, String>,
}

/// Reads every input and writes the template.
pub(super) fn run(
    inputs: impl Iterator<Item = Input>,
    args: &Args,
    terminal: &mut Terminal,
) -> anyhow::Result<Status> {
    let mut failed = false;
    let mut all: Vec<Found> = Vec::new();
    let mut masks: Vec<Mask> = Vec::new();
    for input in inputs {
        let read = isolated(|| of_input(&input, args));
        match read.unwrap_or_else(|fault| Err(format!("internal-error: {fault}"))) {
            Ok(Some((found, mask))) => {
                all.extend(found);
                masks.extend(Some(mask).filter(|mask| !mask.is_empty()));
            }
            Ok(None) => {}
            Err(problem) => {
                terminal.say(&shown!("armbody: {}", Shown::line(&problem)));
                failed = true;
            }
        }
    }
    let (mut sent, mut places, mut told) = (Vec::new(), Vec::new(), Vec::new());
    for (at, found) in all.into_iter().enumerate() {
        match found.sent {
            Ok(request) => {
                sent.push(request);
                places.push((at, found.place));
            }
            Err(why) => told.push((at, shown!("armbody: {}: left out: {}", found.place, Shown::line(&why)))),
        }
    }
    let is_secret = |text: &str| masks.iter().any(|mask| mask.hide(text) != text);
    let gathered = gather(&sent, &is_secret);
    let hide = |text: &str| {
        let hidden = masks.iter().fold(text.to_owned(), |text, mask| mask.hide(&text).into_owned());
        Shown::line(&hidden)
    };
    for (index, why) in &gathered.left_out {
        let (at, place) = &places[*index];
        told.push((*at, shown!("armbody: {}: left out: {}", place, hide(why))));
    }
    for (index, note) in &gathered.notes {
        let (at, place) = &places[*index];
        told.push((*at, shown!("armbody: {}: {}", place, hide(note))));
    }
    told.sort_by_key(|(at, _)| *at);
    for (_, line) in &told {
        terminal.say(line);
    }
    let Some(template) = gathered.template else {
        terminal.say(&shown!(
            "armbody: no call can be part of a template: there is no PUT of a resource whose body is known"
        ));
        return Ok(Status::Failed);
    };
    let text = serde_json::to_string_pretty(&template)?;
    terminal.print(&shown!("{}\n", Shown::json_text(&text)))?;
    Ok(if failed { Status::Failed } else { Status::Clean })
}

/// The calls of one input that go to Azure Resource Manager.
fn of_input(input: &Input, args: &Args) -> Result<Option<(Vec<Found>, Mask)>, String> {
    let read = files::read(input, args.stdin_filename.as_deref(), args.max_size)
        .map_err(|unread| unread.to_string())?;
    let Some((source, kind)) = read else { return Ok(None) };
    let calls = container::calls(&source, kind);
    let calls: Vec<Call<'_>> = calls.into_iter().filter(Call::is_arm).collect();
    let mut secrets =
        if calls.is_empty() { Vec::new() } else { secrets_of(&source, kind, &Options::default()) };
    secrets.retain(|secret| !secret.is_subscription());
    let mask = Mask::new(&source, secrets);
    let mut all = Vec::new();
    for call in &calls {
        let mut of_template = 0;
        for listed in inventory(&source, call) {
            if listed.notation == Notation::Template {
                of_template += 1;
                continue;
            }
            all.push(found(&source, &mask, call, listed));
        }
        if of_template > 0 && call.is_template() {
            let at = source.position(call.span.start);
            let plural = if of_template == 1 { "" } else { "s" };
            all.push(Found {
                place: shown!("{}:{}", Shown::line(source.name()), at.line),
                sent: Err(format!("a template of {of_template} resource{plural} is one already")),
            });
        }
    }
    Ok(Some((all, mask)))
}

fn found(source: &Source, mask: &Mask, call: &Call<'_>, listed: Listed) -> Found {
    let at = source.position(listed.span.start);
    let url = call.url.as_ref().map(|url| url.text().trim());
    let method = listed.target.method.map_or("-", Method::as_str);
    let what =
        listed.target.type_name.as_ref().map(armbody::arm::ResourceTypeName::as_str).or(url).unwrap_or("-");
    let what = mask.hide(what);
    let place =
        shown!("{}:{}: {} {}", Shown::line(source.name()), at.line, Shown::line(method), Shown::line(&what));
    Found { place, sent: sent(url, listed) }
}

fn sent(url: Option<&str>, listed: Listed) -> Result<Sent, String> {
    match listed.target.method {
        Some(Method::Put) => {}
        None => return Err("its method is not known".to_owned()),
        Some(method) => {
            return Err(match method {
                Method::Patch => "it changes a part of a resource, and a template has whole ones",
                Method::Delete => "it removes a resource, which no template does",
                Method::Post => "it calls an action, which no template does",
                _ => "it reads, and a deployment writes",
            }
            .to_owned());
        }
    }
    let Some(url) = url else { return Err("its URL is not known".to_owned()) };
    let Some(version) = listed.target.api_version else { return Err("it names no API version".to_owned()) };
    let Some(body) = listed.value.filter(|_| !listed.is_truncated) else {
        return Err(match listed.reason {
            Some(reason) => format!("its body is not known: {reason}"),
            None if listed.is_truncated => "its body is not shown to the end".to_owned(),
            None => "it has no body".to_owned(),
        });
    };
    let Some(id) = path(url) else { return Err("its URL is not that of a resource".to_owned()) };
    Ok(Sent { id, api_version: version.to_string(), body })
}

/// The path of a URL, which a variable may stand before.
fn path(url: &str) -> Option<String> {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let from = match url.find("://") {
        Some(at) => at + 3 + url.get(at + 3..)?.find('/')?,
        None if url.starts_with('/') => 0,
        None => {
            let lower = url.to_ascii_lowercase();
            lower.find("/subscriptions/").or_else(|| lower.find("/providers/"))?
        }
    };
    Some(url.get(from..)?.to_owned())
}
