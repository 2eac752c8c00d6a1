//! Moments as seals write them.

use jiff::civil::{Date, DateTime};
use kernel::{Moment, US_PER_HOUR, US_PER_SECOND};

use super::{BIT_STRING, GENERALIZED_TIME, INTEGER, OCTET_STRING, Tlv, UTC_TIME};

/// A moment in any of the kinds met in seals: UTCTime, GeneralizedTime, a text, a number of seconds or
/// milliseconds, or one of these inside a string of bits or bytes (V1).
pub(crate) fn moment(tlv: &Tlv<'_>) -> Option<Moment> {
    match tlv.tag {
        UTC_TIME | GENERALIZED_TIME => moment_of_text(std::str::from_utf8(tlv.body).ok()?),
        INTEGER => of_number(tlv.number().ok()?),
        BIT_STRING | OCTET_STRING => {
            let bytes = tlv.bytes().ok()?;
            if let Ok((inner, _)) = Tlv::whole(bytes)
                && matches!(inner.tag, UTC_TIME | GENERALIZED_TIME | INTEGER)
            {
                return moment(&inner);
            }
            moment_of_text(std::str::from_utf8(bytes).ok()?)
        }
        _ => moment_of_text(&tlv.text().ok()?),
    }
}

fn of_number(n: i64) -> Option<Moment> {
    match n {
        // 20200817111329 as a number
        19_000_101_000_000..=29_991_231_235_959 => moment_of_text(&n.to_string()),
        19_000_101..=29_991_231 => moment_of_text(&n.to_string()),
        100_000_000..=9_999_999_999 => Some(Moment::from_us(n * US_PER_SECOND)),
        100_000_000_000..=9_999_999_999_999 => Some(Moment::from_us(n * 1000)),
        _ => None,
    }
}

/// A moment written as `20200817111329Z`, `200817111329Z`, `20201004072855.302Z`, `2026-08-04 10:08:09`,
/// `2026-08-04T10:08:09+08:00`, `2026/8/4 10:08`, `2026年8月4日`. Without an offset it is Beijing time.
pub(crate) fn moment_of_text(text: &str) -> Option<Moment> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    if text.len() > 64 {
        return None;
    }
    let (text, offset_us) = without_offset(text)?;
    let at = if text.bytes().take_while(u8::is_ascii_digit).count() >= 8 || compact_utc(text) {
        compact(text)?
    } else {
        separated(text)?
    };
    Some(Moment::from_beijing(at).plus_us(8 * US_PER_HOUR - offset_us))
}

/// UTCTime has twelve digits (ten without seconds), a year of two digits.
fn compact_utc(text: &str) -> bool {
    text.len() >= 10 && text.bytes().all(|b| b.is_ascii_digit())
}

fn without_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(text) = text.strip_suffix(['Z', 'z']) {
        return Some((text.trim_end(), 0));
    }
    if let Some(at) = text.rfind(['+', '-'])
        && at >= 10
        && (text.as_bytes()[at] == b'+' || text[..at].contains([':', 'T']) || !text[..at].contains('-'))
    {
        let digits: String = text[at + 1..].chars().filter(char::is_ascii_digit).collect();
        let hours: i64 = digits.get(..2)?.parse().ok()?;
        let minutes: i64 = digits.get(2..4).map_or(Some(0), |m| m.parse().ok())?;
        let us = hours * US_PER_HOUR + minutes * 60 * US_PER_SECOND;
        return Some((text[..at].trim_end(), if text.as_bytes()[at] == b'+' { us } else { -us }));
    }
    Some((text, 8 * US_PER_HOUR))
}

fn compact(text: &str) -> Option<DateTime> {
    let digits = text.split(['.', ',']).next()?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match digits.len() {
        8 | 12 | 14 if !short_year(digits) => (digits.get(..4)?.parse().ok()?, digits.get(4..)?),
        10 | 12 => {
            let year: i16 = digits.get(..2)?.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, digits.get(2..)?)
        }
        _ => return None,
    };
    let two = |at: usize| rest.get(at..at + 2).map_or(Some(0), |d| d.parse::<i8>().ok());
    date_time(year, two(0)?, two(2)?, two(4)?, two(6)?, two(8)?)
}

/// Twelve digits are a UTCTime unless they begin like a year of these centuries and a month.
fn short_year(digits: &str) -> bool {
    if digits.len() != 12 {
        return false;
    }
    let century = digits.starts_with("19") || digits.starts_with("20");
    let month = digits.get(4..6).is_some_and(|m| ("01"..="12").contains(&m));
    let day = digits.get(6..8).is_some_and(|d| ("01"..="31").contains(&d));
    let utc_month = digits.get(2..4).is_some_and(|m| ("01"..="12").contains(&m));
    let utc_day = digits.get(4..6).is_some_and(|d| ("01"..="31").contains(&d));
    !(century && month && day) || (utc_month && utc_day)
}

fn separated(text: &str) -> Option<DateTime> {
    let mut parts = text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty());
    let year = parts.next()?.parse().ok()?;
    let mut next = || parts.next().map_or(Some(0i8), |p| p.parse().ok());
    let (month, day) = (next()?, next()?);
    date_time(year, month, day, next()?, next()?, next()?)
}

fn date_time(year: i16, month: i8, day: i8, hour: i8, minute: i8, second: i8) -> Option<DateTime> {
    let date = Date::new(year, month, day).ok()?;
    let time = jiff::civil::Time::new(hour, minute, second.min(59), 0).ok()?;
    Some(date.to_datetime(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_vendors_write_a_moment() {
        let is = |text: &str, means: &str| {
            assert_eq!(moment_of_text(text), means.parse().ok(), "{text}");
        };
        is("20200817111329Z", "2020-08-17T11:13:29Z");
        is("20201004072855.302Z", "2020-10-04T07:28:55Z");
        is("200422021807Z", "2020-04-22T02:18:07Z");
        is("2004220218Z", "2020-04-22T02:18:00Z");
        is("20221031141634", "2022-10-31 14:16:34");
        is("2026-08-04 10:08:09", "2026-08-04 10:08:09");
        is("2026-08-04T10:08:09+08:00", "2026-08-04 10:08:09");
        is("20260804100809+0800", "2026-08-04 10:08:09");
        is("2026-08-04T02:08:09Z", "2026-08-04 10:08:09");
        is("2026/8/4 10:08", "2026-08-04 10:08:00");
        is("2026年8月4日", "2026-08-04");
        is("20260804", "2026-08-04");
        is("2026-08-04", "2026-08-04");
        for bad in ["", "soon", "2026-13-01", "99999999", "20261301000000Z", "+", "-0800"] {
            assert_eq!(moment_of_text(bad), None, "{bad}");
        }
        assert_eq!(of_number(1_596_500_000), Some(Moment::from_us(1_596_500_000_000_000)));
        assert_eq!(of_number(1_596_500_000_123), Some(Moment::from_us(1_596_500_000_123_000)));
    }
}
