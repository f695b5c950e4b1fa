//! Points in time: read as .NET reads them, written in .NET's formats of the invariant culture.

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::{Call, SEE, invalid};
use crate::template::refusal::Outcome;
use crate::template::value::Value;

type Answer = Outcome<Option<Value>>;

/// A local time and its distance from UTC in minutes.
#[derive(Clone, Copy, Debug)]
pub(in crate::template) struct Moment {
    local: DateTime,
    offset: i32,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const TICKS: i64 = 10_000_000;

fn weekday(date: Date) -> &'static str {
    match date.weekday() {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// Seconds from 1970 to a local time.
fn seconds_of(local: DateTime) -> i64 {
    let epoch = Date::constant(1970, 1, 1);
    let days = local.date().since(epoch).map_or(0, |it| i64::from(it.get_days()));
    let time = local.time();
    days * 86_400 + i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

/// The local time so many seconds from 1970; years 1 to 9999.
fn local_at(seconds: i64, ticks: i64) -> Option<DateTime> {
    let days = i32::try_from(seconds.div_euclid(86_400)).ok()?;
    let rest = seconds.rem_euclid(86_400);
    let date = Date::constant(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    if !(1..=9999).contains(&date.year()) {
        return None;
    }
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    let time = Time::new(hour as i8, minute as i8, second as i8, (ticks * 100) as i32).ok()?;
    Some(DateTime::from_parts(date, time))
}

impl Moment {
    /// Reads a point in time in the forms that ARM takes.
    pub(in crate::template) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut reader = Reader { rest: text };
        let date = reader.date()?;
        let mut time = Time::midnight();
        let mut offset = 0;
        let has_time = reader.eat(&['T', 't']) || {
            let blanks = reader.rest.starts_with(' ');
            reader.rest = reader.rest.trim_start();
            blanks && reader.rest.starts_with(|it: char| it.is_ascii_digit())
        };
        if has_time {
            time = reader.time()?;
        }
        reader.rest = reader.rest.trim_start();
        if !reader.rest.is_empty() {
            offset = reader.offset()?;
        }
        reader.rest.is_empty().then(|| Self { local: DateTime::from_parts(date, time), offset })
    }

    /// The moment so many seconds from 1970.
    pub(in crate::template) fn from_epoch(seconds: i64) -> Option<Self> {
        local_at(seconds, 0).map(|local| Self { local, offset: 0 })
    }

    fn epoch(self) -> i64 {
        seconds_of(self.local) - i64::from(self.offset) * 60
    }

    fn utc(self) -> Option<DateTime> {
        local_at(self.epoch(), self.ticks())
    }

    fn ticks(self) -> i64 {
        i64::from(self.local.time().subsec_nanosecond()) / 100
    }

    /// So many ticks of a ten-millionth second later.
    fn later(self, ticks: i128) -> Option<Self> {
        let all = i128::from(seconds_of(self.local)) * i128::from(TICKS) + i128::from(self.ticks()) + ticks;
        let seconds = i64::try_from(all.div_euclid(i128::from(TICKS))).ok()?;
        let rest = all.rem_euclid(i128::from(TICKS)) as i64;
        Some(Self { local: local_at(seconds, rest)?, ..self })
    }

    /// In a .NET format; `None` if it is none.
    pub(in crate::template) fn format(self, format: &str) -> Option<String> {
        let mut letters = format.chars();
        let pattern = match (letters.next(), letters.next()) {
            (None, _) => "MM/dd/yyyy HH:mm:ss zzz",
            (Some(letter), None) => match letter {
                'd' => "MM/dd/yyyy",
                'D' => "dddd, dd MMMM yyyy",
                'f' => "dddd, dd MMMM yyyy HH:mm",
                'F' => "dddd, dd MMMM yyyy HH:mm:ss",
                'g' => "MM/dd/yyyy HH:mm",
                'G' => "MM/dd/yyyy HH:mm:ss",
                'm' | 'M' => "MMMM dd",
                'o' | 'O' => "yyyy-MM-dd'T'HH:mm:ss.fffffffzzz",
                's' => "yyyy-MM-dd'T'HH:mm:ss",
                't' => "HH:mm",
                'T' => "HH:mm:ss",
                'y' | 'Y' => "yyyy MMMM",
                'r' | 'R' => {
                    let utc = Self { local: self.utc()?, offset: 0 };
                    return utc.custom("ddd, dd MMM yyyy HH:mm:ss 'GMT'");
                }
                'u' => {
                    let utc = Self { local: self.utc()?, offset: 0 };
                    return utc.custom("yyyy-MM-dd HH:mm:ss'Z'");
                }
                _ => return None,
            },
            _ => format,
        };
        self.custom(pattern)
    }

    fn custom(self, format: &str) -> Option<String> {
        let (date, time) = (self.local.date(), self.local.time());
        let chars: Vec<char> = format.chars().collect();
        let mut out = String::new();
        let mut at = 0;
        while let Some(&char) = chars.get(at) {
            let run = chars[at..].iter().take_while(|it| **it == char).count();
            let (sign, minutes) = (if self.offset < 0 { '-' } else { '+' }, self.offset.abs());
            let mut taken = run;
            match char {
                'y' => match run {
                    1 => out.push_str(&(date.year() % 100).to_string()),
                    2 => out.push_str(&format!("{:02}", date.year() % 100)),
                    _ => out.push_str(&format!("{:0run$}", date.year(), run = run.min(64))),
                },
                'M' => match run {
                    1 => out.push_str(&date.month().to_string()),
                    2 => out.push_str(&format!("{:02}", date.month())),
                    _ => {
                        let name = MONTHS[usize::from(date.month().unsigned_abs()) - 1];
                        out.push_str(if run == 3 { &name[..3] } else { name });
                    }
                },
                'd' => match run {
                    1 => out.push_str(&date.day().to_string()),
                    2 => out.push_str(&format!("{:02}", date.day())),
                    3 => out.push_str(&weekday(date)[..3]),
                    _ => out.push_str(weekday(date)),
                },
                'H' => out.push_str(&number(time.hour().into(), run)),
                'h' => out.push_str(&number((i32::from(time.hour()) + 11) % 12 + 1, run)),
                'm' => out.push_str(&number(time.minute().into(), run)),
                's' => out.push_str(&number(time.second().into(), run)),
                'f' | 'F' => {
                    if run > 7 {
                        return None;
                    }
                    let digits = format!("{:07}", self.ticks());
                    let digits = &digits[..run];
                    if char == 'f' {
                        out.push_str(digits);
                    } else {
                        let digits = digits.trim_end_matches('0');
                        if digits.is_empty() && out.ends_with('.') {
                            out.pop();
                        }
                        out.push_str(digits);
                    }
                }
                't' => {
                    let half = if time.hour() < 12 { "AM" } else { "PM" };
                    out.push_str(if run == 1 { &half[..1] } else { half });
                }
                'z' => match run {
                    1 => out.push_str(&format!("{sign}{}", minutes / 60)),
                    2 => out.push_str(&format!("{sign}{:02}", minutes / 60)),
                    _ => out.push_str(&format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)),
                },
                'K' => {
                    taken = 1;
                    out.push_str(&format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60));
                }
                'g' => out.push_str("A.D."),
                '\'' | '"' => {
                    let end = chars[at + 1..].iter().position(|it| *it == char)?;
                    out.extend(&chars[at + 1..at + 1 + end]);
                    taken = end + 2;
                }
                '\\' => {
                    out.push(*chars.get(at + 1)?);
                    taken = 2;
                }
                '%' => {
                    if matches!(chars.get(at + 1), None | Some('%')) {
                        return None;
                    }
                    taken = 1;
                }
                other => {
                    out.push(other);
                    taken = 1;
                }
            }
            at += taken;
        }
        Some(out)
    }
}

fn number(value: i32, run: usize) -> String {
    if run == 1 { value.to_string() } else { format!("{value:02}") }
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn eat(&mut self, any: &[char]) -> bool {
        match self.rest.strip_prefix(any) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Digits, from `least` to `most` of them.
    fn digits(&mut self, least: usize, most: usize) -> Option<i32> {
        let len = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if len < least {
            return None;
        }
        let (digits, rest) = self.rest.split_at(len);
        self.rest = rest;
        digits.parse().ok()
    }

    fn word(&mut self) -> &str {
        let len = self.rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (word, rest) = self.rest.split_at(len);
        self.rest = rest;
        word
    }

    fn month(&mut self) -> Option<i32> {
        let word = self.word();
        let is = |name: &&str| {
            word.len() >= 3 && (name.eq_ignore_ascii_case(word) || name[..3].eq_ignore_ascii_case(word))
        };
        MONTHS.iter().position(is).map(|at| at as i32 + 1)
    }

    fn date(&mut self) -> Option<Date> {
        // A day of the week in front.
        if self.rest.starts_with(|it: char| it.is_ascii_alphabetic()) {
            let saved = self.rest;
            let word = self.word();
            let is_day = word.len() >= 3
                && ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
                    .iter()
                    .any(|it| it.eq_ignore_ascii_case(word) || it[..3].eq_ignore_ascii_case(word));
            if is_day {
                self.eat(&[',']);
                self.rest = self.rest.trim_start();
            } else {
                // February 29, 2020
                self.rest = saved;
                let month = self.month()?;
                self.rest = self.rest.trim_start();
                let day = self.digits(1, 2)?;
                self.eat(&[',']);
                self.rest = self.rest.trim_start();
                return make(self.digits(4, 4)?, month, day);
            }
        }
        let len = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        match len {
            4 => {
                let year = self.digits(4, 4)?;
                let separator = ['-', '/', '.'].into_iter().find(|it| self.rest.starts_with(*it))?;
                self.eat(&[separator]);
                let month = self.digits(1, 2)?;
                let day = if self.eat(&[separator]) { self.digits(1, 2)? } else { 1 };
                make(year, month, day)
            }
            8 => {
                let (year, month, day) = (self.digits(4, 4)?, self.digits(2, 2)?, self.digits(2, 2)?);
                make(year, month, day)
            }
            1 | 2 => {
                let first = self.digits(1, 2)?;
                if self.eat(&['/', '-', '.']) && !self.rest.starts_with(|it: char| it.is_ascii_alphabetic()) {
                    let day = self.digits(1, 2)?;
                    if !self.eat(&['/', '-', '.']) {
                        return None;
                    }
                    return make(self.digits(4, 4)?, first, day);
                }
                self.rest = self.rest.trim_start();
                let month = self.month()?;
                self.eat(&['-', ',']);
                self.rest = self.rest.trim_start();
                make(self.digits(4, 4)?, month, first)
            }
            _ => None,
        }
    }

    fn time(&mut self) -> Option<Time> {
        let is_compact = self.rest.bytes().take_while(u8::is_ascii_digit).count() >= 4;
        let (hour, minute, mut second, mut nanos) = if is_compact {
            let (hour, minute) = (self.digits(2, 2)?, self.digits(2, 2)?);
            (hour, minute, self.digits(2, 2).unwrap_or(0), 0)
        } else {
            let hour = self.digits(1, 2)?;
            if !self.eat(&[':']) {
                return None;
            }
            let minute = self.digits(1, 2)?;
            let second = if self.eat(&[':']) { self.digits(1, 2)? } else { 0 };
            (hour, minute, second, 0)
        };
        if self.eat(&['.', ',']) {
            let len = self.rest.bytes().take_while(u8::is_ascii_digit).count();
            if len == 0 {
                return None;
            }
            let (digits, rest) = self.rest.split_at(len);
            self.rest = rest;
            let seven: String = digits.chars().chain("0000000".chars()).take(7).collect();
            nanos = seven.parse::<i32>().ok()? * 100;
        }
        let mut hour = hour;
        if hour == 24 && minute == 0 && second == 0 {
            return None;
        }
        let saved = self.rest;
        self.rest = self.rest.trim_start();
        let half = self.word().to_ascii_uppercase();
        match half.as_str() {
            "AM" if hour <= 12 => hour %= 12,
            "PM" if hour <= 12 => hour = hour % 12 + 12,
            _ => self.rest = saved,
        }
        if second == 60 {
            second = 61;
        }
        Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, nanos)
            .ok()
    }

    fn offset(&mut self) -> Option<i32> {
        if self.eat(&['Z', 'z']) {
            return Some(0);
        }
        if self.rest.len() >= 3 && self.rest.get(..3).is_some_and(|it| it.eq_ignore_ascii_case("GMT")) {
            self.rest = &self.rest[3..];
            return Some(0);
        }
        let sign = if self.eat(&['+']) {
            1
        } else if self.eat(&['-']) {
            -1
        } else {
            return None;
        };
        let hours = self.digits(1, 2)?;
        let minutes = if self.eat(&[':']) { self.digits(2, 2)? } else { self.digits(2, 2).unwrap_or(0) };
        let all = hours * 60 + minutes;
        (all <= 14 * 60 && minutes < 60).then_some(sign * all)
    }
}

fn make(year: i32, month: i32, day: i32) -> Option<Date> {
    let date = Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    (1..=9999).contains(&date.year()).then_some(date)
}

/// A duration of ISO 8601 in ticks: a month is 30 days, a year 365, as .NET's reader of XML has them.
fn read_duration(text: &str) -> Option<i128> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let mut rest = text.strip_prefix('P')?;
    let mut ticks: i128 = 0;
    let mut in_time = false;
    let mut order = 0;
    let mut seen = false;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('T') {
            if in_time || after.is_empty() {
                return None;
            }
            in_time = true;
            rest = after;
            order = 0;
            continue;
        }
        let len = rest.bytes().take_while(u8::is_ascii_digit).count();
        if len == 0 || len > 10 {
            return None;
        }
        let count: i128 = rest[..len].parse().ok()?;
        rest = &rest[len..];
        let mut fraction = 0;
        if let Some(after) = rest.strip_prefix('.') {
            let len = after.bytes().take_while(u8::is_ascii_digit).count();
            if !after[len..].starts_with('S') {
                return None;
            }
            let seven: String = after[..len].chars().chain("0000000".chars()).take(7).collect();
            fraction = seven.parse().ok()?;
            rest = &after[len..];
        }
        let unit = rest.chars().next()?;
        rest = &rest[1..];
        let (place, seconds) = match (in_time, unit) {
            (false, 'Y') => (1, 365 * 86_400),
            (false, 'M') => (2, 30 * 86_400),
            (false, 'D') => (3, 86_400),
            (true, 'H') => (1, 3600),
            (true, 'M') => (2, 60),
            (true, 'S') => (3, 1),
            _ => return None,
        };
        if place <= order {
            return None;
        }
        order = place;
        seen = true;
        ticks += count * seconds * i128::from(TICKS) + fraction;
    }
    let fits = i64::try_from(ticks).is_ok();
    (seen && fits).then_some(if negative { -ticks } else { ticks })
}

/// How ARM writes a time unless told otherwise.
const DEFAULT_FORMAT: &str = "yyyy-MM-ddTHH:mm:ss'Z'";

pub(super) fn date_time_add(call: &mut Call<'_>) -> Answer {
    let refuse = |which: &str, value: &str, what: &str| {
        invalid(format!(
            "The template function 'dateTimeAdd' has an invalid parameter. The {which} parameter '{value}' is not a \
             valid {what} string. Please see https://aka.ms/arm-syntax-functions ."
        ))
    };
    let (base, duration) = (call.text(0)?, call.text(1)?);
    let moment = Moment::read(base).ok_or_else(|| refuse("first", base, "ISO8601 DateTime"))?;
    let ticks = read_duration(duration).ok_or_else(|| refuse("second", duration, "ISO8601 Duration"))?;
    let moment = moment.later(ticks).ok_or_else(|| {
        invalid("The added or subtracted value results in an un-representable DateTime. (Parameter 't')")
    })?;
    let format = if call.args.len() > 2 { call.text(2)? } else { DEFAULT_FORMAT };
    match moment.format(format) {
        Some(text) => Ok(Some(text.into())),
        None => Err(refuse("third", format, "DateTime format")),
    }
}

pub(super) fn date_time_from_epoch(call: &mut Call<'_>) -> Answer {
    let seconds = call.int(0)?;
    let text = Moment::from_epoch(seconds).and_then(|it| it.format(DEFAULT_FORMAT));
    text.map(|it| Some(it.into())).ok_or_else(|| {
        invalid(format!(
            "The template function 'dateTimeFromEpoch' has an invalid parameter. The value '{seconds}' is out of the \
             range of valid values. {SEE}"
        ))
    })
}

pub(super) fn date_time_to_epoch(call: &mut Call<'_>) -> Answer {
    match Moment::read(call.text(0)?) {
        Some(moment) => Ok(Some(moment.epoch().into())),
        None => Err(invalid(
            "The template function 'dateTimeToEpoch' has an invalid parameter. The parameter is not a valid ISO8601 \
             DateTime string. Please see https://aka.ms/arm-syntax-functions .",
        )),
    }
}

/// `utcNow(format)` at a fixed time.
pub(in crate::template) fn utc_now(now: Moment, format: Option<&str>) -> Outcome<Value> {
    let format = format.unwrap_or("yyyyMMdd'T'HHmmss'Z'");
    match now.format(format) {
        Some(text) => Ok(text.into()),
        None => Err(invalid(format!(
            "The template function 'utcNow' has an invalid parameter. The parameter '{format}' is not a valid \
             DateTime format string. {SEE}"
        ))),
    }
}
