//! .NET's formats of numbers, in the invariant culture.

/// A format that a number does not have.
pub(in crate::template) struct BadFormat;

/// What is formatted.
#[derive(Clone, Copy)]
pub(in crate::template) enum Number {
    Int(i64),
    Float(f64),
}

/// The shortest text that reads back as `value`, with an exponent where .NET writes one.
pub(in crate::template) fn shortest(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    general(digits, exponent.parse().unwrap_or(0), 15)
}

/// `G`: plain, or with an exponent from `limit` digits on. `digits` is `d.ddd`.
fn general(digits: &str, exponent: i32, limit: i32) -> String {
    if exponent >= limit || exponent < -4 {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}E{sign}{:02}", exponent.abs());
    }
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let plain: String = digits.chars().filter(char::is_ascii_digit).collect();
    let text = if exponent < 0 {
        format!("0.{}{plain}", "0".repeat(exponent.unsigned_abs() as usize - 1))
    } else {
        let whole = exponent as usize + 1;
        if plain.len() <= whole {
            format!("{plain}{}", "0".repeat(whole - plain.len()))
        } else {
            format!("{}.{}", &plain[..whole], &plain[whole..])
        }
    };
    format!("{sign}{text}")
}

/// Digits behind the point that .NET writes at most.
const MAX_PRECISION: usize = 1000;

/// `number` in `format`, as .NET's composite formats have it.
pub(in crate::template) fn format_number(number: Number, format: &str) -> Result<String, BadFormat> {
    let mut rest = format.chars();
    let letter = rest.next();
    let digits = rest.as_str();
    let is_standard = letter.is_some_and(|it| it.is_ascii_alphabetic())
        && digits.len() <= 9
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_standard {
        return Ok(custom(number, format));
    }
    let precision = digits.parse::<usize>().ok();
    if precision.is_some_and(|it| it > MAX_PRECISION) {
        return Err(BadFormat);
    }
    let letter = letter.unwrap_or('G');
    Ok(match letter.to_ascii_uppercase() {
        'D' => match number {
            Number::Int(value) => {
                let digits = value.unsigned_abs().to_string();
                let sign = if value < 0 { "-" } else { "" };
                format!("{sign}{}{digits}", "0".repeat(precision.unwrap_or(0).saturating_sub(digits.len())))
            }
            Number::Float(_) => return Err(BadFormat),
        },
        'X' | 'B' => match number {
            Number::Int(value) => {
                let digits = match letter {
                    'X' => format!("{value:X}"),
                    'x' => format!("{value:x}"),
                    _ => format!("{value:b}"),
                };
                format!("{}{digits}", "0".repeat(precision.unwrap_or(0).saturating_sub(digits.len())))
            }
            Number::Float(_) => return Err(BadFormat),
        },
        'F' => fixed(number, precision.unwrap_or(2), 0, false),
        'N' => fixed(number, precision.unwrap_or(2), 0, true),
        'P' => format!("{} %", fixed(number, precision.unwrap_or(2), 2, true)),
        'C' => {
            let text = fixed(number, precision.unwrap_or(2), 0, true);
            match text.strip_prefix('-') {
                Some(text) => format!("(¤{text})"),
                None => format!("¤{text}"),
            }
        }
        'E' => {
            let text = scientific(number, precision.unwrap_or(6));
            let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            let exponent: i32 = exponent.parse().unwrap_or(0);
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}{letter}{sign}{:03}", exponent.abs())
        }
        'R' => match number {
            Number::Int(value) => value.to_string(),
            Number::Float(value) => shortest(value),
        },
        'G' => match (number, precision.filter(|it| *it > 0)) {
            (Number::Int(value), None) => value.to_string(),
            (Number::Float(value), None) => shortest(value),
            (_, Some(precision)) => {
                let text = scientific(number, precision - 1);
                let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
                let digits = if digits.contains('.') {
                    digits.trim_end_matches('0').trim_end_matches('.')
                } else {
                    digits
                };
                let text = general(digits, exponent.parse().unwrap_or(0), precision as i32);
                if letter == 'g' { text.replace('E', "e") } else { text }
            }
        },
        _ => return Err(BadFormat),
    })
}

/// All digits of a number, its sign apart: those before the point, those behind it.
fn exact(number: Number, behind: usize) -> (bool, String, String) {
    match number {
        Number::Int(value) => (value < 0, value.unsigned_abs().to_string(), "0".repeat(behind)),
        Number::Float(value) => {
            let text = format!("{:.behind$}", value.abs());
            let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
            (value.is_sign_negative(), whole.to_owned(), fraction.to_owned())
        }
    }
}

/// Digits with `precision` behind the point, multiplied by ten to the `shift`.
fn fixed(number: Number, precision: usize, shift: usize, grouped: bool) -> String {
    let (negative, mut whole, mut fraction) = exact(number, precision + shift);
    let moved: String = fraction.drain(..shift.min(fraction.len())).collect();
    whole.push_str(&moved);
    let trimmed = whole.trim_start_matches('0');
    let whole = if trimmed.is_empty() { "0" } else { trimmed };
    let whole = if grouped { groups(whole) } else { whole.to_owned() };
    let sign = if negative { "-" } else { "" };
    if precision == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn groups(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `d.ddde5` with `precision` digits behind the point.
fn scientific(number: Number, precision: usize) -> String {
    match number {
        Number::Float(value) => format!("{value:.precision$e}"),
        Number::Int(value) => {
            let digits = value.unsigned_abs().to_string();
            let mut exponent = digits.len() - 1;
            let mut kept: Vec<u8> = digits.bytes().take(precision + 1).collect();
            // .NET rounds the decimal digits of an integer half away from zero.
            if digits.as_bytes().get(precision + 1).is_some_and(|digit| *digit >= b'5') {
                let mut at = kept.len();
                loop {
                    if at == 0 {
                        kept.insert(0, b'1');
                        kept.pop();
                        exponent += 1;
                        break;
                    }
                    at -= 1;
                    if kept[at] == b'9' {
                        kept[at] = b'0';
                    } else {
                        kept[at] += 1;
                        break;
                    }
                }
            }
            kept.resize(precision + 1, b'0');
            let text: String = kept.iter().map(|byte| char::from(*byte)).collect();
            let sign = if value < 0 { "-" } else { "" };
            let point = if precision == 0 { "" } else { "." };
            format!("{sign}{}{point}{}e{exponent}", &text[..1], &text[1..])
        }
    }
}

/// One piece of a custom format.
enum Piece {
    Zero,
    Hash,
    Text(char),
}

/// A custom format: `0`, `#`, `.`, `,`, `%`, quoted and other text.
fn custom(number: Number, format: &str) -> String {
    let is_negative = match number {
        Number::Int(value) => value < 0,
        Number::Float(value) => value < 0.0,
    };
    let sections = sections(format);
    let is_zero = matches!(number, Number::Int(0)) || matches!(number, Number::Float(value) if value == 0.0);
    let (section, keeps_sign) = match sections.as_slice() {
        [_, negative, ..] if is_negative && !negative.is_empty() => (*negative, false),
        [_, _, zero, ..] if is_zero && !zero.is_empty() => (*zero, true),
        [first, ..] => (*first, true),
        [] => ("", true),
    };
    let (mut whole, mut fraction, mut grouped, mut shift) = (Vec::new(), Vec::new(), false, 0);
    let mut after_point = false;
    let mut chars = section.chars().peekable();
    let mut pending_commas = 0;
    while let Some(char) = chars.next() {
        let pieces = if after_point { &mut fraction } else { &mut whole };
        match char {
            '0' | '#' => {
                grouped |= pending_commas > 0;
                pending_commas = 0;
                pieces.push(if char == '0' { Piece::Zero } else { Piece::Hash });
            }
            '.' => after_point = true,
            ',' if !after_point && pieces.iter().any(|it| !matches!(it, Piece::Text(_))) => {
                pending_commas += 1;
            }
            ',' => {}
            '%' => {
                shift += 2;
                pieces.push(Piece::Text('%'));
            }
            '\\' => pieces.extend(chars.next().map(Piece::Text)),
            '\'' | '"' => {
                for inner in chars.by_ref() {
                    if inner == char {
                        break;
                    }
                    pieces.push(Piece::Text(inner));
                }
            }
            other => pieces.push(Piece::Text(other)),
        }
    }
    let is_digit = |it: &&Piece| !matches!(it, Piece::Text(_));
    let behind = fraction.iter().filter(is_digit).count();
    let (_, mut digits, rest) = exact(number, (behind + shift).min(MAX_PRECISION));
    let (moved, rest) = rest.split_at(shift.min(rest.len()));
    digits.push_str(moved);
    let digits = digits.trim_start_matches('0');
    let places = whole.iter().filter(is_digit).count();
    let zeros =
        whole.iter().filter(is_digit).position(|it| matches!(it, Piece::Zero)).map_or(0, |at| places - at);
    let digits = format!("{}{digits}", "0".repeat(zeros.saturating_sub(digits.len())));
    let shows_something = digits.bytes().chain(rest.bytes()).any(|byte| byte != b'0');
    let mut text = String::new();
    if is_negative && keeps_sign && (shows_something || places + behind == 0) {
        text.push('-');
    }
    // The first place takes all digits that have none of their own.
    let (mut place, mut done) = (0, 0);
    for piece in &whole {
        match piece {
            Piece::Text(char) => text.push(*char),
            Piece::Zero | Piece::Hash => {
                place += 1;
                let until = digits.len().saturating_sub(places - place);
                for at in done..until {
                    text.push(char::from(digits.as_bytes()[at]));
                    let left = digits.len() - at - 1;
                    if grouped && left > 0 && left.is_multiple_of(3) {
                        text.push(',');
                    }
                }
                done = done.max(until);
            }
        }
    }
    let needed = fraction
        .iter()
        .filter(is_digit)
        .zip(rest.bytes())
        .enumerate()
        .filter(|(_, (piece, digit))| matches!(piece, Piece::Zero) || *digit != b'0')
        .map(|(at, _)| at + 1)
        .last()
        .unwrap_or(0);
    if needed > 0 {
        text.push('.');
    }
    let mut at = 0;
    for piece in &fraction {
        match piece {
            Piece::Text(char) => text.push(*char),
            Piece::Zero | Piece::Hash => {
                if at < needed {
                    text.push(rest.as_bytes().get(at).map_or('0', |byte| char::from(*byte)));
                }
                at += 1;
            }
        }
    }
    text
}

fn sections(format: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quote, mut escaped) = (0, None, false);
    for (at, char) in format.char_indices() {
        if escaped {
            escaped = false;
        } else if char == '\\' {
            escaped = true;
        } else if quote == Some(char) {
            quote = None;
        } else if quote.is_none() && matches!(char, '\'' | '"') {
            quote = Some(char);
        } else if quote.is_none() && char == ';' {
            parts.push(&format[start..at]);
            start = at + 1;
        }
    }
    parts.push(&format[start..]);
    parts
}
