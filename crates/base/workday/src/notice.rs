//! 放假安排: the yearly notice of the State Council as a file.
//!
//! Read are its text as it was published (`notice_text`) and two formats of files: our own (holidays with ranges,
//! `data/holidays/YYYY.json`) and that of the holiday-cn project (one entry a day). A file's year is the notice's year: it may speak about the December before and
//! the January after. The file is hostile until it has been read. Must not know what a working day is.

use std::collections::BTreeMap;

use kernel::Date;
use serde::{Deserialize, Serialize, Serializer};

use crate::error::shown;
use crate::notice_file::{File, Holiday};
use crate::{CalendarError, date_of, number_of};

const MAX_BYTES: usize = 64 * 1024;
const MAX_DAYS: usize = 120;
/// Years whose notices fit the tables of the calendar.
const YEARS: std::ops::RangeInclusive<i64> = 1991..=2078;

/// One day that a notice speaks about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeDay {
    /// Which day.
    pub date: Date,
    /// The holiday it belongs to (节日名称).
    pub name: String,
    /// A day off (放假), or a make-up workday (调休上班).
    pub off: bool,
}

/// The checked notice of one year (放假安排). Serialises to our own format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearNotice {
    year: i16,
    papers: Vec<String>,
    days: Vec<NoticeDay>,
}

impl YearNotice {
    /// Reads a notice and checks it: its text as it was published, or a file in our own or in the holiday-cn format.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        if text.len() > MAX_BYTES {
            return Err(CalendarError::TooLarge(text.len()));
        }
        let text = text.trim_start_matches('\u{feff}').trim();
        let is_text = !text.starts_with(['{', '[', '"']) && text.contains(['年', '月', '日']);
        let file: File = if is_text {
            crate::notice_text::read(text)?
        } else {
            serde_json::from_str(text).map_err(|e| CalendarError::NotANotice(shown(&e.to_string())))?
        };
        if !YEARS.contains(&file.year) {
            return Err(CalendarError::YearOutOfRange(file.year));
        }
        #[expect(clippy::cast_possible_truncation, reason = "checked against YEARS")]
        let year = file.year as i16;
        let days = days_of(year, &file)?;
        if days.is_empty() {
            return Err(CalendarError::NotAnnounced(year));
        }
        check_papers(year, &file.papers)?;
        Ok(Self { year, papers: file.papers, days: days.into_values().collect() })
    }

    /// The year the notice is for.
    pub const fn year(&self) -> i16 {
        self.year
    }
    /// Where the notice was published (通知网址).
    pub fn papers(&self) -> &[String] {
        &self.papers
    }
    /// The days it speaks about, in order.
    pub fn days(&self) -> &[NoticeDay] {
        &self.days
    }
}

fn days_of(year: i16, file: &File) -> Result<BTreeMap<Date, NoticeDay>, CalendarError> {
    let mut days = BTreeMap::new();
    let mut add = |date: Date, name: &str, off: bool| {
        let near = i64::from(date.year()) * 12 + i64::from(date.month()) - i64::from(year) * 12;
        if !(0..=13).contains(&near) {
            return Err(CalendarError::DayOutOfYear(year, date.to_string()));
        }
        if days.insert(date, NoticeDay { date, name: name.to_owned(), off }).is_some() {
            return Err(CalendarError::Twice(date.to_string()));
        }
        if days.len() > MAX_DAYS {
            return Err(CalendarError::TooManyDays(year, days.len()));
        }
        Ok(())
    };
    for day in &file.days {
        add(date(&day.date)?, check_name(&day.name)?, day.off)?;
    }
    for holiday in &file.holidays {
        let name = check_name(&holiday.name)?;
        for (ranges, off) in [(&holiday.off, true), (&holiday.work, false)] {
            for range in ranges {
                let (first, last) = range.split_once("..").unwrap_or((range, range));
                let (first, last) = (number_of(date(first)?), number_of(date(last)?));
                if last < first || last - first > 60 {
                    return Err(CalendarError::NotADate(shown(range)));
                }
                for day in first..=last {
                    add(date_of(day), name, off)?;
                }
            }
        }
    }
    Ok(days)
}

/// Exactly `YYYY-MM-DD`.
fn date(text: &str) -> Result<Date, CalendarError> {
    let plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let date = if plain { text.parse().ok() } else { None };
    date.ok_or_else(|| CalendarError::NotADate(shown(text)))
}

fn check_name(name: &str) -> Result<&str, CalendarError> {
    let name = name.trim();
    let good = (1..=30).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if good { Ok(name) } else { Err(CalendarError::BadName(shown(name))) }
}

fn check_papers(year: i16, papers: &[String]) -> Result<(), CalendarError> {
    if papers.is_empty() {
        return Err(CalendarError::NoPaper(year));
    }
    let good =
        |p: &String| !p.trim().is_empty() && p.chars().count() <= 300 && !p.chars().any(char::is_control);
    match papers.iter().find(|p| !good(p)).or_else(|| papers.get(8)) {
        Some(bad) => Err(CalendarError::BadPaper(shown(bad))),
        None => Ok(()),
    }
}

impl Serialize for YearNotice {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Out<'a> {
            year: i16,
            papers: &'a [String],
            holidays: Vec<Holiday>,
        }
        let mut holidays: Vec<Holiday> = Vec::new();
        for day in &self.days {
            let at = holidays.iter().position(|h| h.name == day.name).unwrap_or_else(|| {
                holidays.push(Holiday { name: day.name.clone(), off: Vec::new(), work: Vec::new() });
                holidays.len() - 1
            });
            let list = if day.off { &mut holidays[at].off } else { &mut holidays[at].work };
            list.push(day.date.to_string());
        }
        Out { year: self.year, papers: &self.papers, holidays }.serialize(s)
    }
}

impl<'de> Deserialize<'de> for YearNotice {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let value = serde_json::Value::deserialize(d)?;
        Self::parse(&value.to_string()).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = r#"{"year":2027,"papers":["https://example.gov.cn/1"],"holidays":[
        {"name":"元旦","off":["2026-12-31..2027-01-02"],"work":["2026-12-27"]}]}"#;
    const THEIRS: &str = r#"{"$schema":"x","year":2027,"papers":["https://example.gov.cn/1"],"days":[
        {"name":"元旦","date":"2026-12-27","isOffDay":false},
        {"name":"元旦","date":"2026-12-31","isOffDay":true},
        {"name":"元旦","date":"2027-01-01","isOffDay":true},
        {"name":"元旦","date":"2027-01-02","isOffDay":true}]}"#;

    #[test]
    fn both_formats_say_the_same_and_round_trip() {
        let ours = YearNotice::parse(OURS).unwrap();
        assert_eq!(ours, YearNotice::parse(THEIRS).unwrap());
        assert_eq!(ours.days().len(), 4);
        let json = serde_json::to_string(&ours).unwrap();
        assert_eq!(YearNotice::parse(&json).unwrap(), ours);
        assert_eq!(serde_json::from_str::<YearNotice>(&json).unwrap(), ours);
    }

    #[test]
    fn a_bad_file_is_refused_with_its_reason() {
        let day = |d: &str| {
            format!(
                r#"{{"year":2027,"papers":["u"],"days":[{{"name":"元旦","date":"{d}","isOffDay":true}}]}}"#
            )
        };
        let parse = |s: &str| YearNotice::parse(s).unwrap_err();
        assert_eq!(parse(r#"{"year":2027,"papers":[],"days":[]}"#), CalendarError::NotAnnounced(2027));
        assert!(parse(r#"{"year":2027}"#).to_string().contains("尚未公布"));
        assert!(matches!(parse("[]"), CalendarError::NotANotice(_)));
        assert!(matches!(parse("not json"), CalendarError::NotANotice(_)));
        assert!(matches!(parse(&"[".repeat(60_000)), CalendarError::NotANotice(_)));
        assert!(matches!(parse(&" ".repeat(70_000)), CalendarError::TooLarge(70_000)));
        assert_eq!(parse(r#"{"year":9999999,"days":[]}"#), CalendarError::YearOutOfRange(9_999_999));
        assert!(matches!(parse(&day("2027-02-30")), CalendarError::NotADate(_)));
        assert!(matches!(parse(&day("2027-1-1")), CalendarError::NotADate(_)));
        assert!(matches!(parse(&day("2029-01-01")), CalendarError::DayOutOfYear(2027, _)));
        assert!(matches!(parse(&day("2026-11-30")), CalendarError::DayOutOfYear(2027, _)));
        assert!(matches!(parse(&OURS.replace("2026-12-27", "2027-01-01")), CalendarError::Twice(_)));
        assert!(matches!(parse(&OURS.replace("元旦", "")), CalendarError::BadName(_)));
        assert!(matches!(parse(&OURS.replace("元旦", "元\\n旦")), CalendarError::BadName(_)));
        assert!(matches!(
            parse(&OURS.replace("\"https://example.gov.cn/1\"", "")),
            CalendarError::NoPaper(2027)
        ));
        assert!(matches!(parse(&OURS.replace("https://example.gov.cn/1", " ")), CalendarError::BadPaper(_)));
        assert!(matches!(parse(&OURS.replace("2026-12-31..", "2027-01-09..")), CalendarError::NotADate(_)));
        let many =
            (1..=12).map(|m| format!("\"2027-{m:02}-01..2027-{m:02}-28\"")).collect::<Vec<_>>().join(",");
        assert!(matches!(
            parse(&OURS.replace("\"2026-12-31..2027-01-02\"", &many)),
            CalendarError::TooManyDays(2027, 121)
        ));
    }
}
