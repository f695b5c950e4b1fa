//! A day of the calendar, and which one it is today.

use std::fmt;
use std::str::FromStr;

/// A day of the Gregorian calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: u16,
    month: u8,
    of_month: u8,
}

/// A text that is not a day.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a day; write it as 2027-01-31")]
pub struct NotADay(String);

const SECONDS: u64 = 24 * 60 * 60;

impl Day {
    /// Today, as the system's clock says; `None` where there is none, or none that is right.
    pub fn today() -> Option<Self> {
        // In a browser without a runtime asking for the time ends the program.
        if cfg!(all(target_family = "wasm", target_os = "unknown")) {
            return None;
        }
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
        Self::of_seconds(now.as_secs())
    }

    /// The day of a moment, in seconds since the first of January 1970.
    pub fn of_seconds(seconds: u64) -> Option<Self> {
        let mut days = seconds / SECONDS;
        let mut year = 1970_u16;
        while days >= days_of(year) {
            days -= days_of(year);
            year = year.checked_add(1).filter(|year| *year <= 9999)?;
        }
        let mut month = 1;
        while days >= u64::from(length(year, month)) {
            days -= u64::from(length(year, month));
            month += 1;
        }
        Some(Self { year, month, of_month: days as u8 + 1 })
    }
}

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = |at: usize, len: usize| {
            let part =
                text.get(at..at + len).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
            part.parse::<u16>().ok()
        };
        let is_formed = text.len() == 10 && text.is_ascii() && &text[4..5] == "-" && &text[7..8] == "-";
        let day = || {
            let (year, month, day) = (digits(0, 4)?, digits(5, 2)? as u8, digits(8, 2)? as u8);
            let exists = (1..=12).contains(&month) && (1..=length(year, month)).contains(&day);
            exists.then_some(Self { year, month, of_month: day })
        };
        is_formed.then(day).flatten().ok_or_else(|| NotADay(text.to_owned()))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.of_month)
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_of(year: u16) -> u64 {
    if is_leap(year) { 366 } else { 365 }
}

fn length(year: u16, month: u8) -> u8 {
    match month {
        2 => 28 + u8::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (1_798_675_199, "2026-12-30"),
            (1_798_675_200, "2026-12-31"),
            (1_798_761_600, "2027-01-01"),
            (4_107_542_400, "2100-03-01"),
        ] {
            let of = Day::of_seconds(seconds).unwrap();
            assert_eq!(of.to_string(), day);
            assert_eq!(day.parse::<Day>().unwrap(), of);
        }
        assert!(Day::today().unwrap() > "2024-01-01".parse().unwrap());
        for text in
            ["2027-02-29", "2027-13-01", "2027-00-10", "2027-1-1", "tomorrow", "", "2027-01-3é", "+027-01-01"]
        {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
        assert!(Day::of_seconds(u64::MAX).is_none());
    }
}
