//! Arrays and objects.

use std::collections::HashMap;
use std::sync::Arc;

use super::text::{utf16_len, utf16_slice};
use super::{Call, SEE, invalid, json_text};
use crate::template::refusal::{Cause, Outcome, Refusal};
use crate::template::value::{Data, Member, Object, Reason, Value, ValueKind};

type Answer = Outcome<Option<Value>>;

/// `value.name` and `value['name']`.
pub(in crate::template) fn member(value: &Value, name: &str) -> Outcome<Value> {
    let missing = |message: String| Err(Refusal::new(Cause::UndefinedMember, message));
    match &value.data {
        Data::Object(object) => match object.get(name) {
            Some(found) => Ok(match &object.rest {
                Some(rest) => found.clone().with_rest(&format!("{rest}{}", member_text(name))),
                None => found.clone(),
            }),
            None => match &object.rest {
                Some(rest) => Ok(Value::open(
                    format!("{rest}{}", member_text(name)),
                    crate::template::value::Reason::Deployment,
                )),
                None => missing(format!(
                    "The language expression property '{name}' doesn't exist, available properties are '{}'.",
                    names(object)
                )),
            },
        },
        Data::Array(_) => missing(format!(
            "Unable to evaluate named property or non-integer index '{name}' on an array value."
        )),
        _ => missing(format!("The language expression property '{name}' can't be evaluated.")),
    }
}

/// `.name`, or `['name']` where a name could not be written so.
pub(in crate::template) fn member_text(name: &str) -> String {
    let is_word = name.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
        && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
    if is_word { format!(".{name}") } else { format!("['{}']", name.replace('\'', "''")) }
}

fn names(object: &Object) -> String {
    let mut text = String::new();
    for member in object.members() {
        if text.len() > 2000 {
            text.push_str(", …");
            break;
        }
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&member.name);
    }
    text
}

/// `value[3]`, `value['name']`.
pub(in crate::template) fn index(value: &Value, key: &Value) -> Outcome<Value> {
    match (&value.data, &key.data) {
        (_, Data::Text(name)) => member(value, name),
        (Data::Array(_), Data::Int(at)) => {
            let found = usize::try_from(*at).ok().and_then(|at| value.as_array()?.get(at));
            if found.is_none() && value.has_more() {
                let mut text = String::new();
                value.write_expression(&mut text);
                return Ok(Value::open(format!("{text}[{at}]"), Reason::Index));
            }
            found.cloned().ok_or_else(|| out_of_bounds(*at))
        }
        (Data::Array(_), _) => Err(Refusal::new(
            Cause::UndefinedMember,
            "Unable to evaluate named property or non-integer index on an array value.",
        )),
        (_, Data::Int(at)) => Err(Refusal::new(
            Cause::UndefinedMember,
            format!("The language expression property '{at}' can't be evaluated."),
        )),
        (_, other) => Err(Refusal::new(
            Cause::UndefinedMember,
            format!(
                "The language expression property of type '{}' can't be evaluated.",
                Value::from(other.clone()).kind().as_str()
            ),
        )),
    }
}

fn out_of_bounds(at: i64) -> Box<Refusal> {
    Refusal::new(
        Cause::UndefinedMember,
        format!("The language expression property array index '{at}' is out of bounds."),
    )
}

/// The first step of `tryGet`: null where there is nothing.
pub(in crate::template) fn try_get(value: &Value, key: &Value) -> Value {
    match (&value.data, &key.data) {
        (Data::Object(object), Data::Text(name)) => {
            object.get(name).cloned().or_else(|| index(value, key).ok()).unwrap_or(Value::NULL)
        }
        _ => index(value, key).unwrap_or(Value::NULL),
    }
}

pub(super) fn try_get_call(call: &mut Call<'_>) -> Answer {
    let mut value = match &call.arg(1).data {
        Data::Object(_) => step(call.arg(0), call.arg(1)).unwrap_or(Value::NULL),
        _ => try_get(call.arg(0), call.arg(1)),
    };
    if value.is_null() && call.arg(0).get(call.arg(1).as_str().unwrap_or_default()).is_none() {
        return Ok(Some(Value::NULL));
    }
    for key in call.args.get(2..).unwrap_or_default() {
        if value.is_null() {
            break;
        }
        if value.is_open() {
            return Ok(None);
        }
        value = step(&value, key)?;
    }
    Ok(Some(value))
}

/// A step into a value by an argument of `tryGet` or `tryIndexFromEnd`: an index, a name, or the object
/// `{"value": 1, "fromEnd": true}` that Bicep writes for `[^1]`.
fn step(value: &Value, key: &Value) -> Outcome<Value> {
    if let (Some(values), Some(Data::Int(at))) = (value.as_array(), key.get("value").map(|it| &it.data)) {
        return match key.get("fromEnd").map(|it| &it.data) {
            Some(Data::Bool(true)) => from_end(values, *at).cloned().ok_or_else(|| out_of_bounds(*at)),
            _ => index(value, &Data::Int(*at).into()),
        };
    }
    index(value, key)
}

fn from_end(values: &[Value], at: i64) -> Option<&Value> {
    let at = usize::try_from(at).ok()?;
    values.len().checked_sub(at).filter(|_| at > 0).and_then(|at| values.get(at))
}

pub(super) fn index_from_end(call: &mut Call<'_>) -> Answer {
    let at = call.int(1)?;
    from_end(call.array(0)?, at).cloned().map(Some).ok_or_else(|| out_of_bounds(at))
}

pub(super) fn try_index_from_end(call: &mut Call<'_>) -> Answer {
    let at = call.int(1)?;
    let Some(mut value) = call.arg(0).as_array().and_then(|values| from_end(values, at)).cloned() else {
        return Ok(Some(Value::NULL));
    };
    for key in call.args.get(2..).unwrap_or_default() {
        if value.is_open() {
            return Ok(None);
        }
        value = step(&value, key)?;
    }
    Ok(Some(value))
}

pub(super) fn array(call: &mut Call<'_>) -> Answer {
    let value = call.arg(0);
    Ok(match value.kind() {
        ValueKind::Array => Some(value.clone()),
        ValueKind::Open => None,
        _ => Some(Value::array(vec![value.clone()])),
    })
}

pub(super) fn create_array(call: &mut Call<'_>) -> Answer {
    Ok(Some(Value::array(call.args.to_vec())))
}

pub(super) fn create_object(call: &mut Call<'_>) -> Answer {
    if !call.args.len().is_multiple_of(2) {
        return Err(invalid(format!(
            "The template language function 'createObject' expects an even number of parameters. The number of \
             provided parameters was '{}'. {SEE}",
            call.args.len()
        )));
    }
    let mut seen = std::collections::HashSet::new();
    let mut members = Vec::with_capacity(call.args.len() / 2);
    for pair in call.args.chunks_exact(2) {
        let name = match &pair[0].data {
            Data::Text(name) => Arc::clone(name),
            Data::Open(_) => return Ok(None),
            _ => {
                return Err(invalid(format!(
                    "The template language function 'createObject' expects the parameters at an odd-numbered \
                     position to be of type 'String'. {SEE}"
                )));
            }
        };
        if !seen.insert(Arc::clone(&name)) {
            return Err(invalid(format!(
                "The template language function 'createObject' expects all property names to be unique. The \
                 following property names are duplicated: '{name}'. {SEE}"
            )));
        }
        members.push(Member { name, place: pair[0].place, value: pair[1].clone() });
    }
    Ok(Some(Value::object(members)))
}

pub(super) fn contains(call: &mut Call<'_>) -> Answer {
    let (inside, wanted) = (call.arg(0), call.arg(1));
    let known = |found: bool| Ok(Some(found.into()));
    match &inside.data {
        Data::Text(text) => known(text.contains(call.text(1)?)),
        Data::Object(object) => {
            let name = call.text(1)?;
            if object.get(name).is_none() && object.rest.is_some() {
                return Ok(None);
            }
            known(object.get(name).is_some())
        }
        Data::Array(_) => {
            let items = inside.as_array().unwrap_or_default();
            if !wanted.has_open() && items.iter().any(|it| !it.has_open() && it.same(wanted)) {
                return known(true);
            }
            if inside.has_open() || wanted.has_open() { Ok(None) } else { known(false) }
        }
        _ => Err(invalid(format!(
            "The template language function '{}' expects its first parameter to be an array, an object or a string. \
             The provided value is of type '{}'. {SEE}",
            call.name,
            inside.kind().as_str()
        ))),
    }
}

pub(super) fn index_of(call: &mut Call<'_>) -> Answer {
    let is_last = call.name.eq_ignore_ascii_case("lastIndexOf");
    let (inside, wanted) = (call.arg(0), call.arg(1));
    if let Some(items) = inside.as_array() {
        if inside.has_open() || wanted.has_open() {
            return Ok(None);
        }
        let found = if is_last {
            items.iter().rposition(|it| it.same(wanted))
        } else {
            items.iter().position(|it| it.same(wanted))
        };
        return Ok(Some(found.map_or(-1, |at| at as i64).into()));
    }
    super::text::index_of_text(call, is_last).map(Some)
}

pub(super) fn empty(call: &mut Call<'_>) -> Answer {
    let is_empty = match &call.arg(0).data {
        Data::Null => true,
        Data::Text(text) => text.is_empty(),
        Data::Array(_) => call.array(0)?.is_empty(),
        Data::Object(object) if object.rest.is_some() && object.is_empty() => return Ok(None),
        Data::Object(object) => object.is_empty(),
        _ => {
            return Err(invalid(format!(
                "The template function 'empty' expects its parameter to be an object, an array, or a string. The \
                 provided value is of type '{}'. {SEE}",
                call.arg(0).kind().as_str()
            )));
        }
    };
    Ok(Some(is_empty.into()))
}

pub(super) fn length(call: &mut Call<'_>) -> Answer {
    let length = match &call.arg(0).data {
        Data::Text(text) => utf16_len(text),
        Data::Array(_) => call.array(0)?.len(),
        Data::Object(object) if object.rest.is_some() => return Ok(None),
        Data::Object(object) => object.len(),
        _ => {
            return Err(invalid(format!(
                "The template language function 'length' expects its parameter to be an array, object, or a string. \
                 The provided value is of type '{}'. {SEE}",
                call.arg(0).kind().as_str()
            )));
        }
    };
    Ok(Some((length as i64).into()))
}

pub(super) fn first_or_last(call: &mut Call<'_>) -> Answer {
    let is_last = call.name.eq_ignore_ascii_case("last");
    match &call.arg(0).data {
        Data::Text(text) => {
            let len = utf16_len(text);
            let from = if is_last { len.saturating_sub(1) } else { 0 };
            Ok(Some(utf16_slice(text, from, 1).into()))
        }
        Data::Array(_) => {
            let items = call.array(0)?;
            let item = if is_last { items.last() } else { items.first() };
            Ok(Some(item.cloned().unwrap_or(Value::NULL)))
        }
        _ => Err(invalid(format!(
            "The template language function '{}' expects its parameter be an array or a string. The provided value \
             is of type '{}'. {SEE}",
            call.name,
            call.arg(0).kind().as_str()
        ))),
    }
}

pub(super) fn skip_or_take(call: &mut Call<'_>) -> Answer {
    let takes = call.name.eq_ignore_ascii_case("take");
    let of_texts = |text: &str, count: i64| {
        let len = utf16_len(text);
        let count = usize::try_from(count).unwrap_or(0).min(len);
        if takes { utf16_slice(text, 0, count) } else { utf16_slice(text, count, len - count) }
    };
    match &call.arg(0).data {
        Data::Text(text) if text.is_empty() && takes && call.arg(1).as_int().is_some() => Ok(Some("".into())),
        Data::Text(text) => Ok(Some(of_texts(text, call.small_int(1)?).into())),
        Data::Array(_) => {
            let count = call.small_int(1)?;
            let items = call.array(0)?;
            let count = usize::try_from(count).unwrap_or(0).min(items.len());
            let kept = if takes { &items[..count] } else { &items[count..] };
            call.budget.steps(kept.len())?;
            Ok(Some(Value::array(kept.to_vec())))
        }
        _ => Err(invalid(format!(
            "The template language function '{}' expects its first parameter to be an array or a string. The \
             provided value is of type '{}'. {SEE}",
            call.name,
            call.arg(0).kind().as_str()
        ))),
    }
}

pub(super) fn range(call: &mut Call<'_>) -> Answer {
    let (start, count) = (call.int(0)?, call.int(1)?);
    let last = start.saturating_add(count).saturating_sub(1);
    let fits = |value: i64| i32::try_from(value).is_ok();
    if !(0..=10_000).contains(&count) || !fits(start) || (count > 0 && !fits(last)) {
        return Err(invalid(format!(
            "The template language function 'range' parameters are out of range: 'count' must be a positive integer \
             no larger than '1000' and the sum of 'start' and 'count' must be no larger than '2147483647'. {SEE}"
        )));
    }
    call.budget.steps(count as usize)?;
    Ok(Some(Value::array((start..start + count).map(Value::from).collect())))
}

pub(super) fn flatten(call: &mut Call<'_>) -> Answer {
    if call.arg(0).is_open() {
        return Ok(None);
    }
    let mut all = Vec::new();
    for item in call.array(0)? {
        match item.as_array() {
            Some(items) => all.extend_from_slice(items),
            None if item.is_open() => return Ok(None),
            None => {
                return Err(invalid(format!(
                    "The template language function 'flatten' expects its parameter to be an array of arrays, but \
                     one element is of type '{}'. {SEE}",
                    item.kind().as_str()
                )));
            }
        }
    }
    call.budget.steps(all.len())?;
    Ok(Some(Value::array(all)))
}

/// A value as its JSON, by which arrays tell whether two elements are the same: the order of members counts.
fn key(value: &Value, call: &mut Call<'_>) -> Outcome<String> {
    call.budget.bytes(usize::try_from(value.weight()).unwrap_or(usize::MAX))?;
    let mut text = String::new();
    json_text::write(value, '"', &mut text);
    Ok(text)
}

pub(super) fn distinct(call: &mut Call<'_>) -> Answer {
    let items = call.array(0)?.to_vec();
    Ok(Some(Value::array(without_repeats(items, call)?)))
}

fn without_repeats(items: Vec<Value>, call: &mut Call<'_>) -> Outcome<Vec<Value>> {
    let mut seen = std::collections::HashSet::new();
    let mut kept = Vec::new();
    for item in items {
        if seen.insert(key(&item, call)?) {
            kept.push(item);
        }
    }
    Ok(kept)
}

/// All arguments of one kind: arrays or objects.
fn of_one_kind(call: &Call<'_>) -> Outcome<ValueKind> {
    let kind = call.arg(0).kind();
    if !matches!(kind, ValueKind::Array | ValueKind::Object) {
        return Err(call.wrong(0, "Array, Object"));
    }
    if let Some(at) =
        call.args.iter().position(|it| !matches!(it.kind(), ValueKind::Array | ValueKind::Object))
    {
        return Err(call.wrong(at, "Array, Object"));
    }
    if call.args.iter().any(|it| it.kind() != kind) {
        return Err(invalid(format!(
            "Template language function '{}' expects parameters of the same type, but found multiple types. {SEE}",
            call.name
        )));
    }
    Ok(kind)
}

pub(super) fn union(call: &mut Call<'_>) -> Answer {
    if of_one_kind(call)? == ValueKind::Array {
        let all: Vec<Value> =
            call.args.iter().flat_map(|it| it.as_array().unwrap_or_default()).cloned().collect();
        return Ok(Some(Value::array(without_repeats(all, call)?)));
    }
    let mut merged = call.arg(0).clone();
    for later in &call.args[1..] {
        merged = merge(&merged, later, call.budget)?;
    }
    Ok(Some(merged.at(None)))
}

/// Objects merged in depth. A later null replaces nothing; an object or array stands only against its own kind.
fn merge(earlier: &Value, later: &Value, budget: &mut crate::template::budget::Budget) -> Outcome<Value> {
    let (Some(a), Some(b)) = (earlier.as_object(), later.as_object()) else { return Ok(later.clone()) };
    budget.steps(a.len() + b.len())?;
    if a.is_empty() {
        return Ok(later.clone());
    }
    if b.is_empty() {
        return Ok(earlier.clone());
    }
    let mut members = a.members().to_vec();
    let mut at: HashMap<String, usize> =
        members.iter().enumerate().map(|(at, it)| (it.name.to_lowercase(), at)).collect();
    for member in b.members() {
        let Some(&place) = at.get(&member.name.to_lowercase()) else {
            at.insert(member.name.to_lowercase(), members.len());
            members.push(member.clone());
            continue;
        };
        let old = &members[place].value;
        if member.value.is_null() {
            continue;
        }
        let is_container = |value: &Value| matches!(value.kind(), ValueKind::Array | ValueKind::Object);
        let differs = old.kind() != member.value.kind() && !old.is_null();
        if differs
            && !old.is_open()
            && !member.value.is_open()
            && (is_container(old) || is_container(&member.value))
        {
            return Err(invalid(format!(
                "Type mismatch: {} vs. {}",
                old.kind().as_str(),
                member.value.kind().as_str()
            )));
        }
        let value = merge(old, &member.value, budget)?;
        members[place] = Member { value, ..member.clone() };
    }
    Ok(Value::object(members).at(later.place))
}

pub(super) fn intersection(call: &mut Call<'_>) -> Answer {
    if of_one_kind(call)? == ValueKind::Array {
        let args = call.args;
        let mut kept = without_repeats(args[0].as_array().unwrap_or_default().to_vec(), call)?;
        for other in &args[1..] {
            let mut keys = std::collections::HashSet::new();
            for item in other.as_array().unwrap_or_default() {
                keys.insert(key(item, call)?);
            }
            let mut next = Vec::new();
            for item in kept {
                if keys.contains(&key(&item, call)?) {
                    next.push(item);
                }
            }
            kept = next;
        }
        return Ok(Some(Value::array(kept)));
    }
    if call.args.iter().any(Value::has_open) {
        return Ok(None);
    }
    let first = call.object(0)?;
    let in_all = |member: &&Member| {
        call.args[1..].iter().all(|it| {
            it.as_object().and_then(|it| it.exact(&member.name)).is_some_and(|it| it.same(&member.value))
        })
    };
    let members: Vec<Member> = first.members().iter().filter(in_all).cloned().collect();
    Ok(Some(Value::object(members)))
}

pub(super) fn shallow_merge(call: &mut Call<'_>) -> Answer {
    if call.arg(0).is_open() {
        return Ok(None);
    }
    let mut members: Vec<Member> = Vec::new();
    let mut at: HashMap<String, usize> = HashMap::new();
    for item in call.array(0)? {
        let object = match &item.data {
            Data::Object(object) => object,
            Data::Open(_) => return Ok(None),
            _ => {
                return Err(invalid(format!(
                    "The template language function 'shallowMerge' expects its parameter to be an array of objects, \
                     but one element is of type '{}'. {SEE}",
                    item.kind().as_str()
                )));
            }
        };
        for member in object.members() {
            if let Some(&place) = at.get(&member.name.to_lowercase()) {
                members[place].value = member.value.clone();
            } else {
                at.insert(member.name.to_lowercase(), members.len());
                members.push(member.clone());
            }
        }
    }
    call.budget.steps(members.len())?;
    Ok(Some(Value::object(members)))
}

/// The members of an object by name without regard to case, stably.
fn sorted(object: &Object) -> Vec<&Member> {
    let mut members: Vec<&Member> = object.members().iter().collect();
    members.sort_by_cached_key(|it| it.name.to_uppercase());
    members
}

pub(super) fn items(call: &mut Call<'_>) -> Answer {
    let object = call.object(0)?;
    if object.rest.is_some() {
        return Ok(None);
    }
    let pair = |it: &Member| {
        Value::object(vec![
            Member::new("key", Value::from(Data::Text(Arc::clone(&it.name))).at(it.place)),
            Member::new("value", it.value.clone()),
        ])
        .at(it.value.place)
    };
    let pairs: Vec<Value> = sorted(object).into_iter().map(pair).collect();
    call.budget.steps(pairs.len())?;
    Ok(Some(Value::array(pairs)))
}

pub(super) fn object_keys(call: &mut Call<'_>) -> Answer {
    let object = call.object(0)?;
    if object.rest.is_some() {
        return Ok(None);
    }
    let keys =
        sorted(object).into_iter().map(|it| Value::from(Data::Text(Arc::clone(&it.name))).at(it.place));
    Ok(Some(Value::array(keys.collect())))
}
