//! 识别: numbers and times in folded text, by where they stand. Must not know today's date: an incomplete
//! date stays incomplete.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::normalise::{in_number, number};

/// The most findings of one kind in one text.
pub const MAX_SPOTS: usize = 500;

/// A number and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberSpot {
    /// Byte range in the folded text.
    pub at: Range<usize>,
    /// Its value.
    pub value: f64,
    /// The character after it, which is often its unit (元, 平, 栋 …).
    pub unit: Option<char>,
}

/// A date, a time of day, or both, as far as written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeSpot {
    /// Byte range in the folded text.
    pub at: Range<usize>,
    /// 年, four digits.
    pub year: Option<i16>,
    /// 月 1–12.
    pub month: Option<i8>,
    /// 日 1–31.
    pub day: Option<i8>,
    /// 时 0–24.
    pub hour: Option<i8>,
    /// 分 0–59.
    pub minute: Option<i8>,
}

/// Numbers in digits or Chinese numerals, in order. A lone 一 in running text is not a number.
pub fn numbers(folded: &str) -> Vec<NumberSpot> {
    let mut out = Vec::new();
    for at in runs(folded, in_number) {
        let text = folded[at.clone()].trim_end_matches(['.', ',']);
        let text_start = text.trim_start_matches(['.', ',']);
        let start = at.start + (text.len() - text_start.len());
        let single_numeral = text_start.chars().count() == 1 && !text_start.as_bytes()[0].is_ascii_digit();
        if text_start.is_empty() || single_numeral || out.len() == MAX_SPOTS {
            continue;
        }
        if let Some(value) = number(text_start) {
            let end = start + text_start.len();
            out.push(NumberSpot { at: start..end, value, unit: folded[end..].chars().next() });
        }
    }
    out
}

/// Runs of characters that may form a number; 4.23一吨 is cut between the two ways of writing.
fn runs(text: &str, take: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = None;
    let mut before = ' ';
    for (i, c) in text.char_indices() {
        let mixed = before.is_ascii_digit() && "零〇一二两三四五六七八九".contains(c);
        before = c;
        match (take(c), start) {
            (true, None) => start = Some(i),
            (true, Some(s)) if mixed => {
                out.push(s..i);
                start = Some(i);
            }
            (false, Some(s)) => {
                out.push(s..i);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(s) = start {
        out.push(s..text.len());
    }
    out
}

/// Parts of the day that move a clock of twelve hours on.
const AFTERNOON: [&str; 5] = ["下午", "晚上", "傍晚", "夜里", "晚"];

struct Piece {
    at: Range<usize>,
    value: i64,
    /// What follows: 年 月 日 时 分 or a separator.
    after: char,
}

fn pieces(text: &str) -> Vec<Piece> {
    let is = |c: char| in_number(c) && c != ',' && c != '.';
    let mut out: Vec<Piece> = Vec::new();
    // Where a number would have to begin to continue the one before it.
    let mut next = usize::MAX;
    for at in runs(text, is) {
        let after = text[at.end..].chars().next().unwrap_or(' ');
        let marked = matches!(after, '年' | '月' | '日' | '号' | '时' | '点' | '分' | ':' | '-' | '/' | '.');
        if !marked && at.start != next {
            continue;
        }
        next = at.end + after.len_utf8();
        if let Some(value) = number(&text[at.clone()]).filter(|v| *v < 1e6) {
            out.push(Piece { at, value: value as i64, after });
        }
    }
    out
}

/// Dates and times of day, in order: `2019年5月3日`, `2019-05-03 22:30`, `2019.5`, `五月三号`, `晚上11点半`.
pub fn times(folded: &str) -> Vec<TimeSpot> {
    let ps = pieces(folded);
    let mut out: Vec<TimeSpot> = Vec::new();
    let mut i = 0;
    while i < ps.len() && out.len() < MAX_SPOTS {
        let mut spot = TimeSpot { at: ps[i].at.clone(), ..TimeSpot::default() };
        let used = date_from(&ps[i..], &mut spot).max(clock_from(&ps[i..], folded, &mut spot));
        if used == 0 {
            i += 1;
            continue;
        }
        spot.at.end = end_of(folded, &ps[i + used - 1]);
        i += used;
        match out.last_mut() {
            // 5月3日 晚上11点: a clock that follows its date at once belongs to it.
            Some(d)
                if d.hour.is_none()
                    && spot.hour.is_some()
                    && spot.month.is_none()
                    && spot.year.is_none()
                    && spot.at.start - d.at.end <= 12 =>
            {
                d.hour = spot.hour;
                d.minute = spot.minute;
                d.at.end = spot.at.end;
            }
            _ => out.push(spot),
        }
    }
    out
}

fn end_of(text: &str, p: &Piece) -> usize {
    let unit = matches!(p.after, '年' | '月' | '日' | '号' | '时' | '点' | '分');
    if unit { p.at.end + text[p.at.end..].chars().next().map_or(0, char::len_utf8) } else { p.at.end }
}

fn adjacent(a: &Piece, b: &Piece) -> bool {
    b.at.start - a.at.end == a.after.len_utf8()
}

fn date_from(ps: &[Piece], spot: &mut TimeSpot) -> usize {
    let year = |v: i64| (1900..=2100).contains(&v);
    let month = |v: i64| (1..=12).contains(&v);
    let day = |v: i64| (1..=31).contains(&v);
    let mut used = 0;
    let sep = ps[0].after;
    if year(ps[0].value) && (sep == '年' || matches!(sep, '-' | '/' | '.')) {
        let next = ps.get(1).filter(|p| adjacent(&ps[0], p) && month(p.value));
        if sep != '年' && next.is_none() {
            return 0;
        }
        spot.year = Some(ps[0].value as i16);
        used = 1;
        let same = |p: &Piece| if sep == '年' { p.after == '月' } else { p.after == sep };
        if let Some(m) = next.filter(|m| sep != '年' || m.after == '月') {
            spot.month = Some(m.value as i8);
            used = 2;
            if same(m)
                && let Some(d) = ps.get(2).filter(|d| adjacent(m, d) && day(d.value))
            {
                spot.day = Some(d.value as i8);
                used = 3;
            }
        }
    } else if ps[0].after == '月' && month(ps[0].value) {
        spot.month = Some(ps[0].value as i8);
        used = 1;
        if let Some(d) =
            ps.get(1).filter(|d| adjacent(&ps[0], d) && day(d.value) && matches!(d.after, '日' | '号'))
        {
            spot.day = Some(d.value as i8);
            used = 2;
        }
    }
    used
}

fn clock_from(ps: &[Piece], text: &str, spot: &mut TimeSpot) -> usize {
    if spot.year.is_some() || spot.month.is_some() || !(0..=24).contains(&ps[0].value) {
        return 0;
    }
    let next = ps.get(1).filter(|p| adjacent(&ps[0], p) && (0..60).contains(&p.value));
    let before = &text[..ps[0].at.start];
    let late = AFTERNOON.iter().any(|w| before.ends_with(w)) && ps[0].value < 12;
    let hour = (ps[0].value + if late { 12 } else { 0 }) as i8;
    match ps[0].after {
        ':' => {
            let Some(m) = next.filter(|m| m.at.len() == 2) else { return 0 };
            spot.hour = Some(hour);
            spot.minute = Some(m.value as i8);
            2
        }
        '点' | '时' => {
            let after = &text[ps[0].at.end + '点'.len_utf8()..];
            // 两点建议 is a list, 三时 is rare: without a part of the day before, a clock needs minutes, 钟, 半 or 左右.
            let sure = ["上午", "早上", "凌晨", "中午", "清晨", "半夜", "到", "至", "-"]
                .iter()
                .chain(&AFTERNOON)
                .any(|w| before.ends_with(w))
                || ["钟", "半", "多", "左右", "到", "至", "-"].iter().any(|w| after.starts_with(w))
                || next.is_some_and(|m| m.after == '分');
            if !sure {
                return 0;
            }
            spot.hour = Some(hour);
            spot.minute = match next {
                Some(m) => Some(m.value as i8),
                None => after.starts_with('半').then_some(30),
            };
            if next.is_some() { 2 } else { 1 }
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Parts = (Option<i16>, Option<i8>, Option<i8>, Option<i8>, Option<i8>);
    fn parts(t: &str) -> Vec<Parts> {
        times(t).iter().map(|t| (t.year, t.month, t.day, t.hour, t.minute)).collect()
    }

    #[test]
    fn times_as_people_write_them() {
        assert_eq!(parts("2019年5月3日晚上11点半开始"), [(Some(2019), Some(5), Some(3), Some(23), Some(30))]);
        assert_eq!(parts("于2019-05-03 22:30报警"), [(Some(2019), Some(5), Some(3), Some(22), Some(30))]);
        assert_eq!(parts("二〇一九年十二月"), [(Some(2019), Some(12), None, None, None)]);
        assert_eq!(parts("7月24号停电"), [(None, Some(7), Some(24), None, None)]);
        assert_eq!(parts("两点建议,三个月,12栋"), []);
        assert_eq!(
            parts("凌晨2点到6点"),
            [(None, None, None, Some(2), None), (None, None, None, Some(6), None)]
        );
    }

    #[test]
    fn numbers_with_units() {
        let n = numbers("收取1,200元和三万五千元,一直没退。4.23一吨");
        let v: Vec<_> = n.iter().map(|n| (n.value, n.unit)).collect();
        assert_eq!(v, [(1200.0, Some('元')), (35000.0, Some('元')), (4.23, Some('一'))]);
    }

    proptest! {
        #[test]
        fn hostile_text_is_answered(s in "[0-9一二十月日年点时分:.\\-/ 晚上a😀]{0,80}") {
            for t in times(&s) { prop_assert!(s.get(t.at).is_some()); }
            for n in numbers(&s) { prop_assert!(s.get(n.at).is_some()); }
        }
    }
}
