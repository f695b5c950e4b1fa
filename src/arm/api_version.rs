//! `ApiVersion`: the date that says which revision of a resource provider's interface a request speaks.

use std::fmt;
use std::str::FromStr;

/// How far along a version is. The order is the one in which versions of the same date supersede each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// `-alpha`
    Alpha,
    /// `-beta`
    Beta,
    /// `-privatepreview`
    PrivatePreview,
    /// `-preview`
    Preview,
    /// No suffix.
    Stable,
}

impl Stage {
    const SUFFIXED: [(Stage, &'static str); 4] = [
        (Stage::Preview, "preview"),
        (Stage::PrivatePreview, "privatepreview"),
        (Stage::Beta, "beta"),
        (Stage::Alpha, "alpha"),
    ];

    fn suffix(self) -> Option<&'static str> {
        Self::SUFFIXED.iter().find(|(stage, _)| *stage == self).map(|(_, suffix)| *suffix)
    }
}

/// An API version: a date, and a suffix unless it is stable.
///
/// Versions are ordered by date; of the same date a preview comes before the stable one. Suffixes are read
/// without regard to case and written in lower case, as they are published.
///
/// ```
/// use armbody::arm::ApiVersion;
/// let version: ApiVersion = "2016-04-30-preview".parse().unwrap();
/// assert!(version.is_preview());
/// assert!(version < "2016-04-30".parse().unwrap());
/// assert_eq!(version.to_string(), "2016-04-30-preview");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiVersion {
    year: u16,
    month: u8,
    day: u8,
    stage: Stage,
}

/// Why a text is not an API version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApiVersionError {
    /// There is nothing.
    #[error("an API version is empty: expected a date such as 2024-07-01")]
    Empty,
    /// It does not begin with `YYYY-MM-DD`.
    #[error("`{0}` is not an API version: expected a date such as 2024-07-01 or 2016-04-30-preview")]
    NotADate(String),
    /// The calendar does not have this day.
    #[error("`{0}` is not an API version: the calendar has no such day")]
    NoSuchDay(String),
    /// What follows the date is none of the suffixes in use.
    #[error("`-{0}` is not a suffix of an API version: expected -preview, -privatepreview, -beta or -alpha")]
    UnknownSuffix(String),
}

impl ApiVersion {
    /// A version, part by part; for the table that the build makes.
    pub(crate) const fn new(year: u16, month: u8, day: u8, stage: Stage) -> Self {
        Self { year, month, day, stage }
    }

    /// The stable version of a date; for tables in the code, which a test compares with the calendar.
    pub(crate) const fn stable(year: u16, month: u8, day: u8) -> Self {
        Self { year, month, day, stage: Stage::Stable }
    }

    /// The `-preview` version of a date.
    pub(crate) const fn preview(year: u16, month: u8, day: u8) -> Self {
        Self { year, month, day, stage: Stage::Preview }
    }

    /// Whether the version has any suffix, that is, is not stable.
    pub fn is_preview(self) -> bool {
        self.stage != Stage::Stable
    }

    /// How far along the version is.
    pub fn stage(self) -> Stage {
        self.stage
    }

    /// Year, month and day.
    pub fn date(self) -> (u16, u8, u8) {
        (self.year, self.month, self.day)
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Padded as a whole, so that tables can align it.
        let date = format!("{:04}-{:02}-{:02}", self.year, self.month, self.day);
        match self.stage.suffix() {
            None => f.pad(&date),
            Some(suffix) => f.pad(&format!("{date}-{suffix}")),
        }
    }
}

impl FromStr for ApiVersion {
    type Err = ApiVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(ApiVersionError::Empty);
        }
        let not_a_date = || ApiVersionError::NotADate(excerpt(text));
        let (date, rest) = text.split_at_checked(10).ok_or_else(not_a_date)?;
        let (year, month, day) = read_date(date.as_bytes()).ok_or_else(not_a_date)?;
        if month == 0 || month > 12 || day == 0 || day > days_in(year, month) {
            return Err(ApiVersionError::NoSuchDay(date.to_owned()));
        }
        let stage = match rest.strip_prefix('-') {
            None if rest.is_empty() => Stage::Stable,
            None => return Err(not_a_date()),
            Some(suffix) => Stage::SUFFIXED
                .iter()
                .find(|(_, known)| known.eq_ignore_ascii_case(suffix))
                .map(|(stage, _)| *stage)
                .ok_or_else(|| ApiVersionError::UnknownSuffix(excerpt(suffix)))?,
        };
        Ok(Self { year, month, day, stage })
    }
}

/// The beginning of a text, short enough for a message.
fn excerpt(text: &str) -> String {
    match text.char_indices().nth(40) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

fn read_date(date: &[u8]) -> Option<(u16, u8, u8)> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *date else { return None };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| byte - b'0');
    let two = |tens: u8, ones: u8| Some(digit(tens)? * 10 + digit(ones)?);
    Some((u16::from(two(y0, y1)?) * 100 + u16::from(two(y2, y3)?), two(m0, m1)?, two(d0, d1)?))
}

fn days_in(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn version(text: &str) -> ApiVersion {
        text.parse().unwrap()
    }

    #[test]
    fn previews_come_before_the_stable_version_of_their_date() {
        let mut versions: Vec<_> =
            ["2018-06-01", "2016-04-30", "2016-04-30-preview", "2016-04-30-alpha", "2016-03-30"]
                .map(version)
                .into();
        versions.sort();
        let texts: Vec<_> = versions.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            ["2016-03-30", "2016-04-30-alpha", "2016-04-30-preview", "2016-04-30", "2018-06-01"]
        );
    }

    #[test]
    fn an_error_says_what_was_expected() {
        let error = |text: &str| text.parse::<ApiVersion>().unwrap_err();
        assert_eq!(error(""), ApiVersionError::Empty);
        assert_eq!(error("latest"), ApiVersionError::NotADate("latest".into()));
        assert_eq!(error("2017-12-1"), ApiVersionError::NotADate("2017-12-1".into()));
        assert_eq!(error("2017-12-01x"), ApiVersionError::NotADate("2017-12-01x".into()));
        assert_eq!(error("2017-13-01"), ApiVersionError::NoSuchDay("2017-13-01".into()));
        assert_eq!(error("2019-02-29"), ApiVersionError::NoSuchDay("2019-02-29".into()));
        assert_eq!(error("2017-12-01-prevew"), ApiVersionError::UnknownSuffix("prevew".into()));
        assert!(error("20170-é01").to_string().contains("2024-07-01"));
    }

    #[test]
    fn it_is_small_enough_to_be_passed_about() {
        assert!(std::mem::size_of::<ApiVersion>() <= 8);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn what_is_written_is_read_back(year in 0_u16..=9999, month in 1_u8..=12, day in 1_u8..=28, stage in 0_usize..5) {
            let stage = [Stage::Alpha, Stage::Beta, Stage::PrivatePreview, Stage::Preview, Stage::Stable][stage];
            let version = ApiVersion { year, month, day, stage };
            prop_assert_eq!(version.to_string().parse(), Ok(version));
            prop_assert_eq!(version.to_string().to_uppercase().parse(), Ok(version));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*|[0-9-]{0,14}[a-z-]{0,8}") {
            let _ = text.parse::<ApiVersion>();
        }
    }
}
