//! Texts. Lengths and places count UTF-16 units, as .NET does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Call, SEE, bool_text, invalid, is_scalar, json_text, nth, plain_text};
use crate::template::number_format::{Number, format_number, shortest};
use crate::template::refusal::Outcome;
use crate::template::value::{Data, Value, ValueKind};

type Answer = Outcome<Option<Value>>;

/// How many UTF-16 units a text takes.
pub(super) fn utf16_len(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(char::len_utf16).sum() }
}

/// A part of a text in UTF-16 units. Half a pair of surrogates becomes the replacement character.
pub(super) fn utf16_slice(text: &str, start: usize, len: usize) -> String {
    if text.is_ascii() {
        let start = start.min(text.len());
        return text[start..(start + len).min(text.len())].to_owned();
    }
    let units: Vec<u16> = text.encode_utf16().skip(start).take(len).collect();
    String::from_utf16_lossy(&units)
}

pub(super) fn concat(call: &mut Call<'_>) -> Answer {
    if !call.args.is_empty() && call.args.iter().all(|it| it.kind() == ValueKind::Array) {
        let all: Vec<Value> =
            call.args.iter().flat_map(|it| it.as_array().unwrap_or_default()).cloned().collect();
        call.budget.steps(all.len())?;
        return Ok(Some(Value::array(all)));
    }
    if !call.args.iter().all(|it| is_scalar(it.kind())) {
        return Err(invalid(format!(
            "The provided parameters for language function 'concat' are invalid. Either all or none of the \
             parameters must be an array. {SEE}"
        )));
    }
    let mut text = String::new();
    for value in call.args {
        match &value.data {
            Data::Text(part) => text.push_str(part),
            Data::Float(value) => text.push_str(&shortest(*value)),
            _ => text.push_str(&plain_text(value).unwrap_or_default()),
        }
    }
    Ok(Some(text.into()))
}

pub(super) fn string(call: &mut Call<'_>) -> Answer {
    match plain_text(call.arg(0)) {
        Some(text) => Ok(Some(text.into())),
        None => Err(invalid(format!(
            "The template language function '{}' expects its first parameter to be one of the following types \
             'Integer, String, Boolean, Object, Array'. The provided value is of type '{}'. {SEE}",
            call.name,
            call.arg(0).kind().as_str()
        ))),
    }
}

pub(super) fn join(call: &mut Call<'_>) -> Answer {
    let items = call.array(0)?;
    let between = call.text(1)?;
    let mut text = String::new();
    for (index, item) in items.iter().enumerate() {
        let part = match item.kind() {
            ValueKind::String | ValueKind::Integer | ValueKind::Boolean => {
                plain_text(item).unwrap_or_default()
            }
            kind => {
                return Err(invalid(format!(
                    "The template language function 'join' expects its first parameter to be an array only \
                     containing elements of types 'String, Integer, Boolean'. One element is of type '{}'. {SEE}",
                    kind.as_str()
                )));
            }
        };
        if index > 0 {
            text.push_str(between);
        }
        text.push_str(&part);
        if text.len() > 16 << 20 {
            // Far beyond what an expression may give.
            call.budget.bytes(usize::MAX)?;
        }
    }
    Ok(Some(text.into()))
}

pub(super) fn change_case(call: &mut Call<'_>) -> Answer {
    let upper = call.name.eq_ignore_ascii_case("toUpper");
    let text = call.text(0)?;
    Ok(Some(
        text.chars().map(|it| if upper { upper_of(it) } else { lower_of(it) }).collect::<String>().into(),
    ))
}

/// One character for one, in the invariant culture.
fn upper_of(char: char) -> char {
    let mut upper = char.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) if char != 'ı' => one,
        _ => char,
    }
}

fn lower_of(char: char) -> char {
    let mut lower = char.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) if char != 'İ' => one,
        _ => char,
    }
}

pub(super) fn trim(call: &mut Call<'_>) -> Answer {
    Ok(Some(call.text(0)?.trim().into()))
}

/// The characters of a text as they are compared without regard to case.
fn folded(text: &str) -> Vec<char> {
    text.chars().map(upper_of).collect()
}

pub(super) fn starts_or_ends_with(call: &mut Call<'_>) -> Answer {
    for index in 0..2 {
        if call.arg(index).kind() != ValueKind::String {
            return Err(invalid(format!(
                "The template language function '{}' expects its parameters to be of type 'string' and 'string'. The \
                 provided value is of type '{}' and '{}'. {SEE}",
                call.name,
                call.arg(0).kind().as_str(),
                call.arg(1).kind().as_str()
            )));
        }
    }
    let (text, part) = (folded(call.text(0)?), folded(call.text(1)?));
    let starts = call.name.eq_ignore_ascii_case("startsWith");
    Ok(Some((if starts { text.starts_with(&part) } else { text.ends_with(&part) }).into()))
}

pub(super) fn index_of_text(call: &mut Call<'_>, is_last: bool) -> Outcome<Value> {
    let (text, part) = (call.text(0)?.to_owned(), call.text(1)?.to_owned());
    if part.is_empty() {
        // .NET's answer for the last place of nothing is the last character.
        let at = if is_last { utf16_len(&text).saturating_sub(1) } else { 0 };
        return Ok((at as i64).into());
    }
    let (upper, part) = (folded(&text), folded(&part));
    let found = find(&upper, &part, is_last, call)?;
    let units = |at: usize| text.chars().take(at).map(char::len_utf16).sum::<usize>() as i64;
    Ok(found.map_or(-1, units).into())
}

/// Where `part` stands in `text`. Looked for through UTF-8, whose search is linear.
fn find(text: &[char], part: &[char], is_last: bool, call: &mut Call<'_>) -> Outcome<Option<usize>> {
    call.budget.steps(text.len())?;
    let (text, part): (String, String) = (text.iter().collect(), part.iter().collect());
    let at = if is_last { text.rfind(&part) } else { text.find(&part) };
    Ok(at.map(|at| text[..at].chars().count()))
}

pub(super) fn replace(call: &mut Call<'_>) -> Answer {
    let (text, old, new) = (call.text(0)?, call.text(1)?, call.text(2)?);
    if old.is_empty() {
        return Err(invalid(format!(
            "The template language function 'replace' expects its second parameter to not be null or empty. {SEE}"
        )));
    }
    let count = text.matches(old).count();
    let len = (text.len() - count * old.len()).saturating_add(count.saturating_mul(new.len()));
    let result = |text: &str, old: &str, new: &str| text.replace(old, new);
    if len > text.len() {
        let (text, old, new) = (text.to_owned(), old.to_owned(), new.to_owned());
        call.budget.bytes(len)?;
        return Ok(Some(result(&text, &old, &new).into()));
    }
    Ok(Some(result(text, old, new).into()))
}

pub(super) fn split(call: &mut Call<'_>) -> Answer {
    let text = call.text(0)?;
    let separators: Vec<&str> = match &call.arg(1).data {
        Data::Text(one) => vec![one],
        Data::Array(_) => call
            .array(1)?
            .iter()
            .map(|it| it.as_str().ok_or_else(|| call.wrong(1, "String, Array")))
            .collect::<Outcome<_>>()?,
        _ => return Err(call.wrong(1, "String, Array")),
    };
    let separators: Vec<&str> = separators.into_iter().filter(|it| !it.is_empty()).collect();
    let mut parts = Vec::new();
    let mut start = 0;
    if let [one] = separators.as_slice() {
        parts.extend(text.split(one).map(Value::from));
    } else {
        // At each place the first separator that stands there counts.
        let mut at = 0;
        let mut steps = 0;
        while at < text.len() {
            steps += separators.len();
            let found = separators.iter().find(|it| text[at..].starts_with(**it));
            match found {
                Some(separator) => {
                    parts.push(Value::from(&text[start..at]));
                    at += separator.len();
                    start = at;
                }
                None => at += text[at..].chars().next().map_or(1, char::len_utf8),
            }
        }
        parts.push(Value::from(&text[start..]));
        call.budget.steps(steps)?;
    }
    call.budget.steps(parts.len())?;
    Ok(Some(Value::array(parts)))
}

pub(super) fn substring(call: &mut Call<'_>) -> Answer {
    let text = call.text(0)?;
    let (len, start) = (utf16_len(text) as i64, call.int(1)?);
    let count = if call.args.len() > 2 { call.int(2)? } else { len.saturating_sub(start) };
    if call.args.len() > 2 && count < 0 {
        return Err(invalid(format!(
            "Unable to evaluate the template language function 'substring'. The length parameter cannot be less than \
             zero. {SEE}"
        )));
    }
    if start < 0 || count < 0 || start.saturating_add(count) > len {
        return Err(invalid(format!(
            "Unable to evaluate the template language function 'substring'. The index and length parameters must \
             refer to a location within the string. The index parameter: '{start}', the length parameter: '{count}', \
             the length of the string parameter: '{len}'. {SEE}"
        )));
    }
    Ok(Some(utf16_slice(text, start as usize, count as usize).into()))
}

pub(super) fn pad_left(call: &mut Call<'_>) -> Answer {
    let refuse = |index: usize, why: &str| {
        Err(invalid(format!(
            "Unable to evaluate template language function 'padLeft': the {} parameter is invalid. {why} {SEE}",
            nth(index)
        )))
    };
    let text = match &call.arg(0).data {
        Data::Text(text) => text.to_string(),
        Data::Int(value) => value.to_string(),
        _ => return refuse(0, "The source string must be of type string or integer."),
    };
    let Some(width) = call.arg(1).as_int().filter(|it| (1..=16).contains(it)) else {
        return refuse(1, "Total width must be a positive integer value and not greater than '16'.");
    };
    let with = match call.args.get(2) {
        None => " ",
        Some(value) => match value.as_str() {
            Some(text) if utf16_len(text) == 1 => text,
            _ => return refuse(2, "The padding character must be a single character."),
        },
    };
    let missing = (width as usize).saturating_sub(utf16_len(&text));
    Ok(Some(format!("{}{text}", with.repeat(missing)).into()))
}

pub(super) fn base64(call: &mut Call<'_>) -> Answer {
    Ok(Some(STANDARD.encode(call.text(0)?).into()))
}

/// Base64 as .NET reads it: blanks anywhere.
fn decode(call: &Call<'_>, text: &str) -> Outcome<String> {
    let text: String = text.chars().filter(|it| !matches!(it, ' ' | '\t' | '\r' | '\n')).collect();
    match STANDARD.decode(text) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(_) => Err(invalid(format!(
            "The template language function '{}' was invoked with a parameter that is not valid. The value cannot be \
             decoded from base64 representation. {SEE}",
            call.name
        ))),
    }
}

pub(super) fn base64_to_string(call: &mut Call<'_>) -> Answer {
    decode(call, call.text(0)?).map(|text| Some(text.into()))
}

pub(super) fn base64_to_json(call: &mut Call<'_>) -> Answer {
    let text = decode(call, call.text(0)?)?;
    json_text::read(&text).map(Some).ok_or_else(|| {
        invalid(format!(
            "The template language function '{}' was invoked with a parameter that is not valid. The decoded string \
             is not valid JSON. {SEE}",
            call.name
        ))
    })
}

pub(super) fn json(call: &mut Call<'_>) -> Answer {
    json_text::read(call.text(0)?).map(Some).ok_or_else(|| {
        invalid(format!(
            "Unable to evaluate the template language function 'json'. The argument provided is not a valid JSON \
             string. {SEE}"
        ))
    })
}

pub(super) fn data_uri(call: &mut Call<'_>) -> Answer {
    let value = call.arg(0);
    let Some(text) = plain_text(value) else {
        return Err(call.wrong(0, "Integer, String, Boolean, Object, Array"));
    };
    let media = if value.kind() == ValueKind::String { "text/plain" } else { "application/json" };
    Ok(Some(format!("data:{media};charset=utf-8;base64,{}", STANDARD.encode(text)).into()))
}

pub(super) fn data_uri_to_string(call: &mut Call<'_>) -> Answer {
    let text = call.text(0)?;
    let refuse = || {
        invalid(format!(
            "The template language function '{}' expects its parameter to be formatted as a valid data URI. The \
             provided value '{text}' was not formatted correctly. {SEE}",
            call.name
        ))
    };
    let is_data = text.get(..5).is_some_and(|it| it.eq_ignore_ascii_case("data:"));
    let (head, data) = if is_data { text[5..].split_once(',') } else { None }.ok_or_else(refuse)?;
    let (head, is_base64) = match head.len().checked_sub(7) {
        Some(at) if head.is_char_boundary(at) && head[at..].eq_ignore_ascii_case(";base64") => {
            (&head[..at], true)
        }
        _ => (head, false),
    };
    let (media, parameters) = head.split_once(';').unwrap_or((head, ""));
    if media.is_empty() && !parameters.is_empty() {
        return Err(refuse());
    }
    if !media.is_empty() && !media.contains('/') {
        return Err(refuse());
    }
    for parameter in parameters.split(';').filter(|it| !it.is_empty()) {
        let (name, value) = parameter.split_once('=').ok_or_else(refuse)?;
        let is_charset = name.trim().eq_ignore_ascii_case("charset");
        let is_utf8 = ["utf-8", "utf8"].iter().any(|it| it.eq_ignore_ascii_case(value.trim()));
        if is_charset && !is_utf8 {
            return Err(refuse());
        }
    }
    if is_base64 {
        let data = data.replace("%3D", "=").replace("%3d", "=");
        return decode(call, &data).map(|text| Some(text.into()));
    }
    Ok(Some(super::uris::unescape(data).into()))
}

/// `*` stands for any characters; letter case is no matter.
pub(super) fn like(call: &mut Call<'_>) -> Answer {
    let (text, pattern) = (folded(call.text(0)?), folded(call.text(1)?));
    let steps = text.len().saturating_add(pattern.len());
    call.budget.steps(steps)?;
    let parts: Vec<&[char]> = pattern.split(|it| *it == '*').collect();
    let [first, middle @ .., last] = parts.as_slice() else {
        return Ok(Some((text == pattern).into()));
    };
    if text.len() < first.len() + last.len() || !text.starts_with(first) || !text.ends_with(last) {
        return Ok(Some(false.into()));
    }
    let inside: String = text[first.len()..text.len() - last.len()].iter().collect();
    let mut rest = inside.as_str();
    for part in middle {
        let part: String = part.iter().collect();
        match rest.find(&part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return Ok(Some(false.into())),
        }
    }
    Ok(Some(true.into()))
}

pub(super) fn format(call: &mut Call<'_>) -> Answer {
    let format = call.text(0)?;
    format_text(format, &call.args[1..]).map(|text| Some(text.into())).map_err(|why| {
        invalid(format!(
            "Unable to evaluate language function 'format': the format is invalid: '{why}'. Please see \
             https://aka.ms/arm-function-format for usage details."
        ))
    })
}

/// The longest padding: more than a text may be long.
const MAX_WIDTH: usize = 200_000;

/// .NET's composite format.
pub(in crate::template) fn format_text(format: &str, args: &[Value]) -> Result<String, String> {
    let broken = |at: usize, what: &str| {
        Err(format!("Input string was not in a correct format. Failure to parse near offset {at}. {what}"))
    };
    let mut out = String::new();
    let bytes = format.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let next = format[at..].find(['{', '}']).map_or(bytes.len(), |found| at + found);
        out.push_str(&format[at..next]);
        at = next;
        if at >= bytes.len() {
            break;
        }
        if bytes.get(at + 1) == Some(&bytes[at]) {
            out.push(char::from(bytes[at]));
            at += 2;
            continue;
        }
        if bytes[at] == b'}' {
            return broken(at, "Unexpected closing brace without a corresponding opening brace.");
        }
        at += 1;
        let digits = format[at..].bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return broken(at, "Expected an ASCII digit.");
        }
        let index: usize = format[at..at + digits].parse().unwrap_or(usize::MAX);
        at += digits;
        let skip_blanks = |at: &mut usize| {
            while bytes.get(*at) == Some(&b' ') {
                *at += 1;
            }
        };
        skip_blanks(&mut at);
        let (mut width, mut left) = (0, false);
        if bytes.get(at) == Some(&b',') {
            at += 1;
            skip_blanks(&mut at);
            left = bytes.get(at) == Some(&b'-');
            at += usize::from(left);
            let digits = format[at..].bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return broken(at, "Expected an ASCII digit.");
            }
            width = format[at..at + digits].parse().unwrap_or(usize::MAX);
            if width > MAX_WIDTH {
                return broken(at, "The width is too large.");
            }
            at += digits;
            skip_blanks(&mut at);
        }
        let mut inner = "";
        if bytes.get(at) == Some(&b':') {
            at += 1;
            let len = format[at..].find(['{', '}']).unwrap_or(format.len() - at);
            inner = &format[at..at + len];
            at += len;
        }
        if bytes.get(at) != Some(&b'}') {
            return broken(at, "Format item ends prematurely.");
        }
        at += 1;
        let Some(value) = args.get(index) else {
            return Err(
                "Index (zero based) must be greater than or equal to zero and less than the size of the \
                        argument list."
                    .to_owned(),
            );
        };
        let text = shown(value, inner)?;
        let missing = width.saturating_sub(utf16_len(&text));
        if !left {
            out.extend(std::iter::repeat_n(' ', missing));
        }
        out.push_str(&text);
        if left {
            out.extend(std::iter::repeat_n(' ', missing));
        }
        if out.len() > 16 << 20 {
            return Err("The result is too long.".to_owned());
        }
    }
    Ok(out)
}

fn shown(value: &Value, format: &str) -> Result<String, String> {
    let number = |number: Number| {
        format_number(number, if format.is_empty() { "G" } else { format })
            .map_err(|_| "Format specifier was invalid.".to_owned())
    };
    match &value.data {
        Data::Null => Ok(String::new()),
        Data::Bool(value) => Ok(bool_text(*value).to_owned()),
        Data::Int(value) => number(Number::Int(*value)),
        Data::Float(value) => number(Number::Float(*value)),
        Data::Text(text) => Ok(text.to_string()),
        Data::Array(_) | Data::Object(_) | Data::Open(_) => {
            let mut text = String::new();
            json_text::write(value, '\'', &mut text);
            Ok(text)
        }
    }
}
