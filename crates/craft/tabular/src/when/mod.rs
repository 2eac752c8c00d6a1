//! 时间: the one reader of time for all doors: letters, rosters, walks, ratings, logs.
//!
//! A text without a zone is in the zone asked for, [`BEIJING_S`] everywhere in this house. Day and month without
//! a year first (`03/04/2024`) are never guessed from one cell: the whole column decides ([`Evidence`]).

mod order;
mod spelled;

pub use order::{DateOrder, Evidence, Unclear};
use spelled::{Cursor, parse, take_half};

/// Seconds by which Beijing is east of UTC: the zone of every time that names none.
pub const BEIJING_S: i32 = 8 * 3600;

const SECOND_US: i64 = 1_000_000;
const DAY_S: i64 = 86_400;

/// What a text says about a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A moment.
    Time {
        /// Microseconds since 1970-01-01T00:00Z; smaller parts are cut off.
        us: i64,
        /// The text named its zone.
        zoned: bool,
    },
    /// 无, NULL, 0000-00-00 …: says that there is no time.
    Blank,
    /// Day and month, year last, and nobody said which is which.
    Order,
    /// No time.
    Not,
}

/// Words by which a cell says that it has no value.
pub fn is_blank_word(text: &str) -> bool {
    const WORDS: [&str; 19] = [
        "", "无", "暂无", "没有", "空", "未知", "不详", "null", "(null)", "none", "nil", "nan", "nat", "n/a",
        "na", "\\n", "#n/a", "待定", "未填",
    ];
    let t: String = text.trim().chars().map(half_width).flat_map(char::to_lowercase).collect();
    WORDS.contains(&t.as_str())
        || (t.len() < 16 && t.chars().all(|c| matches!(c, '-' | '—' | '/' | '\\' | '–' | '_')))
}

/// Full-width letters, digits, marks and blanks as half-width ones.
pub const fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => match char::from_u32(c as u32 - 0xfee0) {
            Some(half) => half,
            None => c,
        },
        '\u{3000}' | '\u{a0}' | '\u{202f}' | '\u{2007}' => ' ',
        '\u{2013}' | '\u{2212}' | '\u{2010}' | '\u{2011}' => '-',
        c => c,
    }
}

/// Days from 1970-01-01 to a civil date of the Gregorian calendar.
pub const fn days_from_civil(y: i64, m: i64, d: i64) -> i64 {
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
pub const fn civil_from_days(day: i64) -> (i64, i64, i64) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + (m <= 2) as i64, m, doy - (153 * mp + 2) / 5 + 1)
}

const fn days_in_month(y: i64, m: i64) -> i64 {
    match m {
        2 if y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// An Excel serial day number as seconds of the wall clock since 1970-01-01T00:00, rounded to the second; from
/// 1900-03-01 (before it Excel's calendar is wrong by a day) to 9999-12-31.
pub fn serial_wall_s(serial: f64, is_1904: bool) -> Option<i64> {
    let serial = if is_1904 { serial + 1462.0 } else { serial };
    #[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
    (61.0..2_958_466.0).contains(&serial).then(|| ((serial - 25_569.0) * 86_400.0).round() as i64)
}

/// Serials that can hardly be anything else without a date format: 1954 to 2119.
pub fn is_plain_serial(n: f64) -> bool {
    (20_000.0..80_000.0).contains(&n)
}

/// Year, month, day.
type Civil = (i64, i64, i64);

fn civil(y: i64, m: i64, d: i64) -> Option<Civil> {
    ((1..=9999).contains(&y) && (1..=12).contains(&m) && d >= 1 && d <= days_in_month(y, m))
        .then_some((y, m, d))
}

/// Microseconds in a day; 24:00 is the end of the day.
fn in_day(h: i64, mi: i64, s: i64, us: i64) -> Option<i64> {
    let fits = (0..=24).contains(&h)
        && (0..60).contains(&mi)
        && (0..=60).contains(&s)
        && (h < 24 || mi + s + us == 0);
    fits.then_some(((h * 60 + mi) * 60 + s.min(59)) * SECOND_US + us)
}

fn moment((y, m, d): Civil, in_day_us: i64, offset_s: i64) -> i64 {
    (days_from_civil(y, m, d) * DAY_S - offset_s) * SECOND_US + in_day_us
}

/// Reads a time. `order` says which of day and month comes first where the year stands last.
pub fn read(text: &str, default_offset_s: i32, order: Option<DateOrder>) -> Reading {
    if text.len() > 160 {
        return Reading::Not;
    }
    if is_blank_word(text) || is_zero_date(text) {
        return Reading::Blank;
    }
    let plain = normal(text);
    if plain.bytes().all(|b| b.is_ascii_digit() || b == b'.') && plain.matches('.').count() < 2 {
        return number(&plain, default_offset_s)
            .map_or(Reading::Not, |(us, zoned)| Reading::Time { us, zoned });
    }
    let Some(found) = parse(&plain, order) else { return Reading::Not };
    let Some(date) = found.date else { return Reading::Order };
    let offset = found.zone_s.unwrap_or_else(|| i64::from(default_offset_s));
    Reading::Time { us: moment(date, found.in_day_us, offset), zoned: found.zone_s.is_some() }
}

/// A text that is a time by its looks alone: with marks between its parts, or 8, 12 or 14 digits.
pub fn looks_like_time(text: &str) -> bool {
    let t = text.trim();
    let digits = t.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    // 12.10.11 may be the number of a clause.
    let clause = digits && t.len() < 10 && t.matches('.').count() == 2 && !matches!(t.find('.'), Some(4));
    !clause
        && (!digits || matches!(t.len(), 8 | 12 | 14) && !t.contains('.'))
        && t.bytes().filter(u8::is_ascii_digit).count() >= 6
        && [DateOrder::DayFirst, DateOrder::MonthFirst]
            .into_iter()
            .any(|o| matches!(read(t, BEIJING_S, Some(o)), Reading::Time { .. }))
}

/// Does the text say a day and nothing about the hour?
pub fn is_date_only(text: &str) -> bool {
    let plain = normal(text);
    if plain.bytes().all(|b| b.is_ascii_digit()) {
        return plain.len() == 8 || plain.len() == 5;
    }
    let parsed =
        [DateOrder::DayFirst, DateOrder::MonthFirst].into_iter().find_map(|o| parse(&plain, Some(o)));
    parsed.is_some_and(|p| !p.has_clock && p.zone_s.is_none() && p.date.is_some()) || ends_in_midnight(&plain)
}

/// A date column of a spreadsheet comes as `2024-03-05 00:00:00`.
fn ends_in_midnight(plain: &str) -> bool {
    [" 00:00:00", " 0:00:00", " 00:00", " 0:00"].iter().any(|m| plain.ends_with(m))
        && plain.rsplit_once(' ').is_some_and(|(date, _)| !date.contains(':') && is_date_only(date))
}

/// The time of day that a text says and nothing else, in microseconds: `09:00:00`, `下午2:30`, `9时5分`, `0.375`.
pub fn clock(text: &str) -> Option<i64> {
    if text.len() > 60 {
        return None;
    }
    let plain = normal(text);
    if let Ok(part) = plain.parse::<f64>() {
        #[expect(clippy::cast_possible_truncation, reason = "a part of a day")]
        return ((0.0..1.0).contains(&part) && plain.contains('.'))
            .then(|| (part * 86_400.0).round() as i64 * SECOND_US);
    }
    let (rest, half) = take_half(&plain);
    let mut c = Cursor::new(&rest);
    c.spaces();
    let clock = c.clock(half, false)?;
    c.spaces();
    c.end().then_some(clock)
}

fn is_zero_date(text: &str) -> bool {
    let t = text.trim();
    t.len() >= 4
        && t.bytes().all(|b| matches!(b, b'0' | b'-' | b'/' | b':' | b' ' | b'T' | b'.'))
        && t.bytes().any(|b| b == b'0')
        && (t.contains('-') || t.contains('/') || t.len() >= 8)
        || matches!(t, "1900-01-00" | "1900/1/0" | "1900-01-00 00:00:00")
}

/// Half-width, small letters, Chinese numerals as digits, weekdays and quotes away.
fn normal(text: &str) -> String {
    let mut plain: String = text.trim().chars().map(half_width).flat_map(char::to_lowercase).collect();
    if let Some(at) = plain.find("[asia/") {
        plain.truncate(at);
    }
    for word in ["星期", "礼拜", "周"] {
        if let Some(at) = plain.find(word) {
            let tail: String = plain[at + word.len()..].chars().skip(1).collect();
            let before = plain[..at].trim_end_matches(['(', '（']).to_owned();
            let tail = tail.trim_start_matches([')', '）', ',']);
            plain = format!("{before} {tail}");
        }
    }
    let plain = plain.trim().trim_matches(['"', '\'']).trim().replace("北京时间", " ");
    let of_time = |c: char| matches!(c, '年' | '月' | '日' | '号' | '时' | '点' | '分');
    if plain.contains(of_time) { han_digits(plain.trim()) } else { plain.trim().to_owned() }
}

/// 二〇二四年三月十五日 as 2024年3月15日.
fn han_digits(text: &str) -> String {
    const DIGITS: &str = "〇一二三四五六七八九";
    let digit = |c: char| match c {
        '零' | '○' | 'o' | 'Ｏ' => Some(0),
        '两' => Some(2),
        _ => DIGITS.chars().position(|d| d == c),
    };
    let mut out = String::new();
    let mut run: Vec<char> = Vec::new();
    let flush = |run: &mut Vec<char>, out: &mut String| {
        if run.contains(&'十') {
            let at = run.iter().position(|c| *c == '十').unwrap_or(0);
            let tens = run[..at].iter().find_map(|c| digit(*c)).unwrap_or(1);
            let ones = run[at + 1..].iter().find_map(|c| digit(*c)).unwrap_or(0);
            out.push_str(&(tens * 10 + ones).to_string());
        } else {
            out.extend(run.iter().filter_map(|c| digit(*c)).map(|d| d.to_string()));
        }
        run.clear();
    };
    for c in text.chars() {
        if c == '十' || (digit(c).is_some() && c != 'o') {
            run.push(c);
        } else {
            flush(&mut run, &mut out);
            out.push(c);
        }
    }
    flush(&mut run, &mut out);
    out
}

/// Digits alone: packed dates, epochs, serials.
fn number(plain: &str, offset_s: i32) -> Option<(i64, bool)> {
    let offset = i64::from(offset_s);
    let digits = plain.split('.').next()?;
    let part = |r: std::ops::Range<usize>| digits.get(r).map_or(Some(0), |d| d.parse::<i64>().ok());
    let packed = || {
        let date = civil(part(0..4)?, part(4..6)?, part(6..8)?).filter(|d| (1900..=2999).contains(&d.0))?;
        let us = if digits.len() == 17 { part(14..17)? * 1000 } else { 0 };
        Some((moment(date, in_day(part(8..10)?, part(10..12)?, part(12..14)?, us)?, offset), false))
    };
    let whole = !plain.contains('.') || plain.ends_with(".0");
    match digits.len() {
        8 | 12 | 14 | 17 if whole || digits.len() == 14 => packed(),
        10 if whole && (digits.starts_with("20") || digits.starts_with("19")) && packed().is_some() => {
            packed()
        }
        10 => plain.parse::<f64>().ok().map(|s| ((s * 1e6).round() as i64, true)),
        13 if whole => Some((digits.parse::<i64>().ok()? * 1000, true)),
        16 if whole => Some((digits.parse::<i64>().ok()?, true)),
        5 => {
            let n = plain.parse::<f64>().ok().filter(|n| is_plain_serial(*n))?;
            Some(((serial_wall_s(n, false)? - offset) * SECOND_US, false))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
