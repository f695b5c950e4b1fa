//! Types and API versions where a template's resource says them: of every type that is known.

use lsp_types::CompletionItemKind;

use super::body::around;
use super::choice::{Choice, word_edit};
use super::document::Document;
use super::spot::{Role, Spot};
use super::versions::choices;
use crate::notation::Call;
use crate::schema::{Schemas, Step};
use crate::text::Fragment;

/// What may stand at a byte, if that is the type or the version of a template's resource.
pub(super) fn complete(
    document: &Document,
    calls: &[Call<'_>],
    schemas: &Schemas,
    cursor: u32,
) -> Option<Vec<Choice>> {
    let (_, text, offset) = around(document.source(), calls, cursor)?;
    let spot = Spot::find(text.text(), offset);
    let Role::Value(name) = spot.role else { return None };
    let what = text.text().get(name.range())?;
    let way = spot.parent(None);
    let depth = depth(&way.steps())?;
    let innermost = spot.levels.len() - 1;
    if what.eq_ignore_ascii_case("apiVersion") {
        let type_name = type_of(&spot, innermost, depth)?;
        let all = choices(schemas, &type_name).into_iter();
        let found = all.filter_map(|(version, says)| choice(text, &spot, &version.to_string(), says));
        return Some(found.collect());
    }
    if !what.eq_ignore_ascii_case("type") {
        return None;
    }
    let above = if depth > 1 { type_of(&spot, innermost - 2, depth - 1) } else { None };
    let word = spot.word;
    let start = word.content.start.min(offset) as usize;
    let typed = text.text().get(start..offset as usize).unwrap_or_default();
    let found = match above.filter(|_| !typed.contains('.')) {
        Some(above) => children(schemas, &above),
        None => names(schemas, typed),
    };
    Some(found.iter().filter_map(|name| choice(text, &spot, name, "")).collect())
}

/// How many resources the way leads through, the innermost being where it ends.
fn depth(steps: &[Step<'_>]) -> Option<usize> {
    let is_resources =
        |step: &Step<'_>| matches!(step, Step::Name(name) if name.eq_ignore_ascii_case("resources"));
    let mut depth = 0;
    for pair in steps.rchunks_exact(2) {
        if !is_resources(&pair[0]) {
            break;
        }
        depth += 1;
    }
    (depth > 0).then_some(depth)
}

/// The full type of the resource that is a level, which is so deep among resources.
fn type_of(spot: &Spot<'_>, level: usize, depth: usize) -> Option<String> {
    let mut whole: Vec<String> = Vec::new();
    for up in 0..depth {
        let own = spot.said_at(level.checked_sub(2 * up)?, "type")?;
        let own = own.split('@').next().unwrap_or_default().to_owned();
        let is_full = own.contains('.');
        whole.push(own);
        if is_full {
            whole.reverse();
            return Some(whole.join("/"));
        }
    }
    None
}

/// The types right below one.
fn children(schemas: &Schemas, above: &str) -> Vec<String> {
    let Some((namespace, _)) = above.split_once('/') else { return Vec::new() };
    let below = |name: &str| {
        let rest = name.get(above.len()..)?.strip_prefix('/')?;
        let is_below = name.get(..above.len())?.eq_ignore_ascii_case(above) && !rest.contains('/');
        is_below.then(|| rest.to_owned())
    };
    types_in(schemas, namespace).iter().filter_map(|name| below(name)).collect()
}

/// Types of the namespace that is typed; before that, namespaces.
fn names(schemas: &Schemas, typed: &str) -> Vec<String> {
    if let Some((namespace, _)) = typed.split_once('/') {
        return types_in(schemas, namespace);
    }
    let of = |name: &str| name.split_once('/').map(|(namespace, _)| format!("{namespace}/"));
    let mut all: Vec<String> = schemas.types().into_iter().filter_map(of).collect();
    for pack in schemas.packs() {
        // The index has them in lower case; the types as they were published.
        let first = |namespace: &str| of(pack.types_in(namespace).next()?.name());
        all.extend(pack.namespaces().filter_map(first));
    }
    sorted(&mut all);
    all
}

fn types_in(schemas: &Schemas, namespace: &str) -> Vec<String> {
    let is_own = |it: &&str| it.split('/').next().is_some_and(|it| it.eq_ignore_ascii_case(namespace));
    let own = schemas.types().into_iter().filter(is_own).map(str::to_owned);
    let packs = schemas.packs().flat_map(|pack| {
        let known = pack.namespaces().find(|it| it.eq_ignore_ascii_case(namespace));
        known.into_iter().flat_map(|it| pack.types_in(it)).map(|it| it.name().to_owned()).collect::<Vec<_>>()
    });
    let mut all: Vec<String> = own.chain(packs).collect();
    sorted(&mut all);
    all
}

/// In the order of the alphabet, each once.
fn sorted(all: &mut Vec<String>) {
    all.sort_by_key(|it| it.to_ascii_lowercase());
    all.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
}

fn choice(text: &Fragment<'_>, spot: &Spot<'_>, name: &str, says: &str) -> Option<Choice> {
    let word = spot.word;
    let quote = char::from(word.quote.unwrap_or(b'"'));
    let (edit, filter) = word_edit(text, word, &format!("{quote}{name}{quote}"), name)?;
    let kind = if name.ends_with('/') { CompletionItemKind::MODULE } else { CompletionItemKind::CLASS };
    Some(Choice { filter, ..Choice::new(name, kind, says, edit) })
}
