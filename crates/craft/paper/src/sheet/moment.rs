//! 时间: the many ways in which a spreadsheet says when. Everything is Beijing time unless it says otherwise.
//!
//! Day and month without a year first (`1/6/2019`) are refused: nobody can know which is which.

use std::fmt;

use jiff::civil;
use kernel::{Moment, US_PER_DAY, US_PER_SECOND};

use super::Cell;

/// The cell holds something, but not a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotADate(pub String);
impl fmt::Display for NotADate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "不是时间，应写作 2019-01-06 12:09:38 / not a time, write 2019-01-06 12:09:38: {:?}",
            self.0
        )
    }
}
impl std::error::Error for NotADate {}

/// The time that a cell says; none for an empty cell. Excel dates are exact to the second, as Excel shows them.
pub fn moment_of(cell: &Cell<'_>) -> Result<Option<Moment>, NotADate> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::DateTime(at) => Ok(Some(*at)),
        Cell::Number(n) => of_number(*n).map(Some).ok_or_else(|| NotADate(n.to_string())),
        Cell::Text(text) => moment_of_text(text).map(Some),
        Cell::Bool(_) | Cell::Error(_) => Err(NotADate(cell.text().into_owned())),
    }
}

/// A number as a date: `20190106`, `20190106120938`, or an Excel serial of 1900.
fn of_number(n: f64) -> Option<Moment> {
    let whole = n.fract() == 0.0;
    if whole && (19_000_101.0..=99_991_231.0).contains(&n) {
        return packed(&format!("{n:.0}"));
    }
    if whole && (19_000_101_000_000.0..=99_991_231_235_959.0).contains(&n) {
        return packed(&format!("{n:.0}"));
    }
    // Without a date format only what can hardly be anything else: 1954 to 2119.
    (20_000.0..80_000.0).contains(&n).then(|| moment_of_serial(n, false))?
}

/// An Excel serial day number as a moment, rounded to the second; from 1900-03-01 (before it Excel's calendar is
/// wrong by a day) to 9999-12-31.
pub(super) fn moment_of_serial(serial: f64, is_1904: bool) -> Option<Moment> {
    let serial = if is_1904 { serial + 1462.0 } else { serial };
    if !(61.0..2_958_466.0).contains(&serial) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "bounded above")]
    let seconds = ((serial - 25_569.0) * 86_400.0).round() as i64;
    // Serials are wall-clock days: the epoch day in Beijing begins eight hours before the one in Greenwich.
    Some(Moment::from_us((seconds - 8 * 3600) * US_PER_SECOND))
}

/// The time that a text says: `2019/1/6 12:09:38`, `2019-01-06`, `2019年1月6日 12时9分`, `2019.1.6 下午3:05`,
/// `20190106`, RFC 3339, an Excel serial in text; full-width digits and marks; weekdays are read over.
pub fn moment_of_text(text: &str) -> Result<Moment, NotADate> {
    let fail = || NotADate(text.chars().take(60).collect());
    if text.len() > 120 {
        return Err(fail());
    }
    let plain: String = text.chars().map(half_width).collect();
    let plain = plain.trim();
    let zoned = plain.len() > 19 && plain.contains('T');
    if zoned && let Ok(at) = plain.parse() {
        return Ok(at);
    }
    if plain.bytes().all(|b| b.is_ascii_digit() || b == b'.') && plain.matches('.').count() < 2 {
        let n = plain.parse::<f64>().ok().and_then(of_number);
        return n.ok_or_else(fail);
    }
    parts(plain).ok_or_else(fail)
}

/// `YYYYMMDD` or `YYYYMMDDhhmmss`.
fn packed(digits: &str) -> Option<Moment> {
    let n = |range: std::ops::Range<usize>| digits.get(range).map_or(Some(0), |d| d.parse::<i64>().ok());
    build([n(0..4)?, n(4..6)?, n(6..8)?, n(8..10)?, n(10..12)?, n(12..14)?], 0)
}

fn build([y, mo, d, h, mi, s]: [i64; 6], us: i64) -> Option<Moment> {
    let small = |n: i64| i8::try_from(n).ok();
    let date = civil::Date::new(i16::try_from(y).ok()?, small(mo)?, small(d)?).ok()?;
    // 24:00 is the end of the day.
    if !(0..=24).contains(&h) || !(0..60).contains(&mi) || !(0..=60).contains(&s) || (h == 24 && mi + s > 0) {
        return None;
    }
    if !(1900..=2999).contains(&y) {
        return None;
    }
    let us = us + ((h * 60 + mi) * 60 + s.min(59)) * US_PER_SECOND;
    Some(Moment::start_of(date).plus_us(us.min(US_PER_DAY)))
}

/// Halves of the day: the word, and whether 12 hours are added.
const HALVES: [(&str, bool); 9] = [
    ("上午", false),
    ("凌晨", false),
    ("早上", false),
    ("下午", true),
    ("晚上", true),
    ("中午", true),
    ("am", false),
    ("pm", true),
    ("p.m.", true),
];

/// Year, month, day, hour, minute, second in order, with marks between them.
fn parts(text: &str) -> Option<Moment> {
    let mut rest = text.to_ascii_lowercase();
    for word in ["星期", "周", "礼拜"] {
        if let Some(at) = rest.find(word) {
            let tail: String = rest[at + word.len()..].chars().skip(1).collect();
            rest = format!("{} {tail}", &rest[..at]);
        }
    }
    let half = HALVES.iter().find(|(word, _)| rest.contains(word));
    if let Some((word, _)) = half {
        rest = rest.replacen(word, " ", 1);
    }
    let mut numbers = [0i64; 6];
    let mut found = 0;
    let mut us = 0;
    let mut chars = rest.chars().peekable();
    let mut mark = ' ';
    while let Some(&c) = chars.peek() {
        if !c.is_ascii_digit() {
            // Which mark may stand before the next number.
            let fits = match c {
                ' ' | '\t' | '\n' => true,
                '-' | '/' | '.' | '年' | '月' if found < 3 => true,
                '日' | '号' | 't' | ',' => found == 3,
                ':' | '时' | '点' | '分' => (3..6).contains(&found),
                '秒' | '.' => found == 6,
                _ => false,
            };
            if !fits || found == 0 {
                return None;
            }
            mark = c;
            chars.next();
            continue;
        }
        let mut digits = String::new();
        while let Some(d) = chars.next_if(char::is_ascii_digit) {
            digits.push(d);
        }
        if found == 6 {
            // A fraction of a second.
            (mark == '.' && us == 0).then_some(())?;
            us = format!("{digits:0<6}")[..6].parse().ok()?;
            continue;
        }
        let width = if found == 0 { 4..=4 } else { 1..=2 };
        width.contains(&digits.len()).then_some(())?;
        numbers[found] = digits.parse().ok()?;
        found += 1;
    }
    // A date, or a date and at least an hour with something that says so.
    (found >= 3 && found != 4 || (found == 4 && (half.is_some() || matches!(mark, '时' | '点'))))
        .then_some(())?;
    if let Some((_, afternoon)) = half {
        let hour = numbers[3];
        numbers[3] = match (afternoon, hour) {
            (true, 1..=11) => hour + 12,
            (false, 12) => 0,
            _ => hour,
        };
    }
    build(numbers, us)
}

/// Full-width letters, digits and marks as half-width ones.
pub(super) const fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => match char::from_u32(c as u32 - 0xfee0) {
            Some(half) => half,
            None => c,
        },
        '\u{3000}' | '\u{a0}' => ' ',
        '。' => '.',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn many_ways_to_say_when() {
        for (text, want) in [
            ("2019/1/6 12:09:38", "2019-01-06 12:09:38"),
            ("2019-01-06", "2019-01-06"),
            ("2019-01-06T12:09:38", "2019-01-06 12:09:38"),
            ("2019-01-06T12:09:38.250Z", "2019-01-06 20:09:38.25"),
            ("2019-01-06 12:09:38.5", "2019-01-06 12:09:38.5"),
            ("2019年1月6日 12时9分", "2019-01-06 12:09"),
            ("2019年1月6日12时9分38秒", "2019-01-06 12:09:38"),
            ("2019年1月6日", "2019-01-06"),
            ("2019年1月6号 下午3点", "2019-01-06 15:00"),
            ("2019.1.6", "2019-01-06"),
            ("2019.01.06 08:05", "2019-01-06 08:05"),
            ("2019/1/6 上午 12:30", "2019-01-06 00:30"),
            ("2019/1/6 3:05 PM", "2019-01-06 15:05"),
            ("2019/1/6 12:05 pm", "2019-01-06 12:05"),
            ("2019年1月6日 星期日 12:09", "2019-01-06 12:09"),
            ("２０１９／１／６　１２：０９：３８", "2019-01-06 12:09:38"),
            ("20190106", "2019-01-06"),
            ("20190106120938", "2019-01-06 12:09:38"),
            ("43471", "2019-01-06"),
            ("43471.506690", "2019-01-06 12:09:38"),
            (" 2019/1/6\n12:09 ", "2019-01-06 12:09"),
            ("2019-01-06 24:00", "2019-01-07"),
        ] {
            let at: Moment = want.parse().unwrap();
            assert_eq!(moment_of_text(text), Ok(at), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for bad in [
            "",
            "昨天",
            "1/6/2019",
            "19-1-6",
            "2019-13-01",
            "2019-02-30",
            "2019-1",
            "2019",
            "2019-01-06 25:00",
            "2019-01-06 12:60",
            "2019-01-06 12",
            "12:09:38",
            "2019-01-06 12:09:38 x",
            "----",
            "2019--",
            "2019-01-06-07",
            "1.2.3",
            "0",
            "60",
            "99999999999999999999",
            "٢٠١٩-٠١-٠٦",
        ] {
            assert!(moment_of_text(bad).is_err(), "{bad}");
        }
        assert!(moment_of_text(&"9".repeat(10_000)).is_err());
        assert!(moment_of(&Cell::Bool(true)).is_err());
        assert_eq!(moment_of(&Cell::Empty), Ok(None));
        assert!(moment_of(&Cell::Number(f64::NAN)).is_err());
        assert!(moment_of(&Cell::Number(f64::INFINITY)).is_err());
    }

    proptest! {
        #[test]
        fn serials_and_texts_say_the_same_second(s in 0i64..4_000_000_000) {
            let at = Moment::from_us(s * US_PER_SECOND);
            let wall = at.us() / US_PER_SECOND + 8 * 3600;
            let serial = wall as f64 / 86_400.0 + 25_569.0;
            prop_assert_eq!(moment_of_serial(serial, false), Some(at));
            prop_assert_eq!(moment_of_serial(serial - 1462.0, true), Some(at));
            prop_assert_eq!(moment_of_text(&at.to_string()), Ok(at));
            let b = at.beijing();
            let text = format!("{}年{}月{}日 {}时{}分{}秒", b.year(), b.month(), b.day(), b.hour(), b.minute(), b.second());
            prop_assert_eq!(moment_of_text(&text), Ok(at));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = moment_of_text(&text);
        }
        #[test]
        fn nothing_that_looks_like_a_date_panics(text in "[0-9年月日时分秒上下午周星期/:. -]{0,30}") {
            let _ = moment_of_text(&text);
        }
    }
}
