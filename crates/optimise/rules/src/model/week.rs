//! 班次: the days of the week and the hours of a shift as people write them. What cannot be read for certain is refused.

use serde_json::Value;
use tabular::script::simplified;
use tabular::when::half_width;

use super::part::Shift;

/// Words for several days at once.
const GROUPS: [(&str, std::ops::RangeInclusive<u8>); 17] = [
    ("工作日", 1..=5),
    ("平日", 1..=5),
    ("weekday", 1..=5),
    ("weekdays", 1..=5),
    ("workday", 1..=5),
    ("workdays", 1..=5),
    ("周末", 6..=7),
    ("双休日", 6..=7),
    ("weekend", 6..=7),
    ("weekends", 6..=7),
    ("每天", 1..=7),
    ("每日", 1..=7),
    ("天天", 1..=7),
    ("全周", 1..=7),
    ("daily", 1..=7),
    ("everyday", 1..=7),
    ("alldays", 1..=7),
];

/// Words for one day, the longer spelling first.
const DAYS: [(&str, u8); 26] = [
    ("monday", 1),
    ("mon", 1),
    ("tuesday", 2),
    ("tues", 2),
    ("tue", 2),
    ("wednesday", 3),
    ("wed", 3),
    ("thursday", 4),
    ("thurs", 4),
    ("thur", 4),
    ("thu", 4),
    ("friday", 5),
    ("fri", 5),
    ("saturday", 6),
    ("sat", 6),
    ("sunday", 7),
    ("sun", 7),
    ("一", 1),
    ("二", 2),
    ("三", 3),
    ("四", 4),
    ("五", 5),
    ("六", 6),
    ("日", 7),
    ("天", 7),
    ("七", 7),
];

const PREFIXES: [&str; 6] = ["每周", "每星期", "星期", "礼拜", "周", "逢"];
const BETWEEN: [&str; 11] = ["through", "thru", "至", "到", "--", "-", "—", "~", "～", "–", "to"];
const AND: [&str; 12] = ["、", ",", ";", "/", "和", "及", "与", "&", "+", "and", "|", "，"];

/// A whole day in seconds.
const DAY: u32 = 86_400;

fn plain(text: &str) -> String {
    let half = text.trim().chars().map(half_width).map(simplified);
    let small: String = half.flat_map(char::to_lowercase).collect();
    small.trim_end_matches(['。', '.']).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The days of the week that a text names, Monday = 1, ascending: `周一至周五`, `一三五`, `周一、周三`, `mon-fri`,
/// `工作日`, `周六日`, `1-5`. None when any part of it is not understood.
pub(crate) fn weekdays(text: &str) -> Option<Vec<u8>> {
    let plain = plain(text);
    let mut rest = plain.as_str();
    let mut days = Vec::new();
    loop {
        let (some, tail) = one_or_range(rest.trim_start())?;
        days.extend(some);
        let tail = tail.trim_start();
        if tail.is_empty() {
            break;
        }
        rest = match AND.iter().find_map(|m| tail.strip_prefix(m)) {
            Some(next) => next,
            // 一三五, 周六日, 周一周三, mon wed: nothing stands between. Figures would be one number.
            None if !tail.starts_with(|c: char| c.is_ascii_digit()) => tail,
            None => return None,
        };
    }
    days.sort_unstable();
    days.dedup();
    Some(days)
}

fn one_or_range(text: &str) -> Option<(Vec<u8>, &str)> {
    // The longest word wins: 周末 is no 周.
    let group = GROUPS.iter().filter_map(|(w, days)| Some((word(text, w)?, days))).min_by_key(|g| g.0.len());
    if let Some((tail, days)) = group {
        return Some((days.clone().collect(), tail));
    }
    let (from, tail) = day(text)?;
    let Some(next) = BETWEEN.iter().find_map(|m| tail.trim_start().strip_prefix(m)) else {
        return Some((vec![from], tail));
    };
    let (to, tail) = day(next.trim_start())?;
    let days = if from <= to { (from..=to).collect() } else { (from..=7).chain(1..=to).collect() };
    Some((days, tail))
}

/// The rest behind a word; a word of letters ends where no letter follows: month is no mon.
fn word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let tail = text.strip_prefix(word)?;
    let letters = word.ends_with(|c: char| c.is_ascii_alphabetic());
    let goes_on = tail.starts_with(|c: char| c.is_ascii_alphabetic())
        && !BETWEEN.iter().chain(&AND).any(|m| m.is_ascii() && m.len() > 1 && tail.starts_with(m));
    (!letters || !goes_on).then_some(tail)
}

fn day(text: &str) -> Option<(u8, &str)> {
    let text = PREFIXES.iter().find_map(|p| text.strip_prefix(p)).unwrap_or(text).trim_start();
    if let Some(digit) = text.chars().next().filter(|c| ('1'..='7').contains(c)) {
        let tail = &text[1..];
        let alone = !tail.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | ':' | '点' | '月'));
        return alone.then_some((digit as u8 - b'0', tail));
    }
    DAYS.iter().find_map(|(w, d)| Some((*d, word(text, w)?)))
}

/// The days that a value names: a number, a text, or a list of them.
pub(super) fn days(v: &Value) -> Option<Vec<u8>> {
    match v {
        Value::Number(n) => n.as_u64().filter(|n| (1..=7).contains(n)).map(|n| vec![n as u8]),
        Value::String(s) => weekdays(s),
        Value::Array(list) if !list.is_empty() => {
            let mut all: Vec<u8> = list.iter().map(days).collect::<Option<Vec<_>>>()?.concat();
            all.sort_unstable();
            all.dedup();
            Some(all)
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// One day, Monday = 1; by number, English or Chinese name.
pub(crate) fn weekday(v: &Value) -> Option<u8> {
    match days(v)?.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// A time of day in seconds: `9:00`, `17:00:00.000`, `9:00 AM`, `下午5点`, `9`, `24:00`.
pub(crate) fn clock_s(text: &str) -> Option<u32> {
    let text = text.trim();
    if let Ok(hour) = text.parse::<u32>() {
        return (hour <= 24).then_some(hour * 3_600);
    }
    // A part of a day is an hour of a spreadsheet, but 9.5 or 0.5 may as well be meant as hours.
    if text.parse::<f64>().is_ok() {
        return None;
    }
    u32::try_from(tabular::when::clock(text)? / 1_000_000).ok().filter(|s| *s <= DAY)
}

/// A shift on these days; one that ends before it begins lasts into the next day (夜班) and becomes two.
/// None when it has no length.
pub(crate) fn shifts(days: Vec<u8>, from: u32, to: u32) -> Option<Vec<Shift>> {
    if days.is_empty() || from == to || from >= DAY {
        return None;
    }
    if from < to {
        return Some(vec![Shift { days, from, to }]);
    }
    let mut next: Vec<u8> = days.iter().map(|d| d % 7 + 1).collect();
    next.sort_unstable();
    let mut all = vec![Shift { days, from, to: DAY }];
    if to > 0 {
        all.push(Shift { days: next, from: 0, to });
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Every day by every name.
    #[test]
    fn every_day_by_every_name() {
        let chinese = ["一", "二", "三", "四", "五", "六", "日"];
        let english = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        for (i, (zh, en)) in chinese.into_iter().zip(english).enumerate() {
            let day = i as u8 + 1;
            let mut names = vec![en.to_owned(), en[..3].to_owned(), en.to_uppercase(), format!(" {en} ")];
            names.extend(["周", "星期", "礼拜", "每周", "週", ""].map(|p| format!("{p}{zh}")));
            names.extend([day.to_string(), format!("周{day}"), format!("星期 {day}")]);
            for name in names {
                assert_eq!(weekday(&json!(name)), Some(day), "{name}");
                assert_eq!(days(&json!([name])), Some(vec![day]), "{name}");
            }
            assert_eq!(weekday(&json!(day)), Some(day));
        }
    }

    /// Writings of several days × as a text or in a list.
    #[test]
    fn several_days_in_every_writing() {
        let table: [(&[u8], &[&str]); 8] = [
            (
                &[1, 2, 3, 4, 5],
                &[
                    "周一至周五",
                    "周一到周五",
                    "周一-周五",
                    "周一—周五",
                    "周一～周五",
                    "周一 - 周五",
                    "星期一至星期五",
                    "礼拜一到礼拜五",
                    "每周一至周五",
                    "周一至五",
                    "一至五",
                    "一二三四五",
                    "周一二三四五",
                    "周一、周二、周三、周四、周五",
                    "周一,二,三,四,五",
                    "工作日",
                    "1-5",
                    "1,2,3,4,5",
                    "周1至周5",
                    "mon-fri",
                    "Mon - Fri",
                    "MON–FRI",
                    "Monday to Friday",
                    "monday through friday",
                    "weekdays",
                    "mon,tue,wed,thu,fri",
                    "Mon Tue Wed Thu Fri",
                    "週一至週五",
                    "１-５",
                    "周一至周三、周四至周五",
                ],
            ),
            (
                &[1, 3, 5],
                &[
                    "一三五",
                    "周一三五",
                    "周一、三、五",
                    "周一、周三、周五",
                    "周一周三周五",
                    "mon/wed/fri",
                    "周一和周三及周五",
                ],
            ),
            (
                &[1, 2, 3, 4, 5, 6, 7],
                &["每天", "每日", "周一至周日", "周一至周天", "mon-sun", "daily", "1-7", "周二至周一"],
            ),
            (&[6, 7], &["周末", "双休日", "周六日", "周六、日", "周六周日", "sat,sun", "weekend", "六日"]),
            (
                &[1, 2, 3, 4, 5, 6],
                &["周一至周五、周六", "周一至周六", "工作日、周六", "mon-fri,sat", "Mon to Fri and Sat"],
            ),
            (&[1, 5, 6, 7], &["周五至周一", "fri-mon", "5-1"]),
            (&[2, 4], &["二四", "周二、周四", "tue & thu", "周2、周4"]),
            (&[7], &["周日", "星期天", "Sunday", "7"]),
        ];
        for (want, writings) in table {
            for text in writings {
                assert_eq!(days(&json!(text)).as_deref(), Some(want), "{text}");
                assert_eq!(days(&json!([text])).as_deref(), Some(want), "[{text}]");
            }
        }
        for bad in [
            "",
            "month",
            "monkey",
            "周",
            "周八",
            "0",
            "8",
            "12345",
            "135",
            "1.5",
            "周一上午",
            "周一至",
            "至周五",
            "单周一",
            "隔周",
            "周一至周五（除周三）",
            "除周末",
            "初一",
            "十五",
            "工作",
            "休息日",
            "sunny",
            "一月",
            "周一(调休)",
            "1月",
            "周零",
            "off",
            "-",
        ] {
            assert_eq!(days(&json!(bad)), None, "{bad}");
        }
        for bad in [
            json!(0),
            json!(8),
            json!(-1),
            json!(1.5),
            json!(null),
            json!(true),
            json!([]),
            json!([1, "x"]),
            json!({"from": 1}),
        ] {
            assert_eq!(days(&bad), None, "{bad}");
        }
        assert_eq!(weekday(&json!("周一至周五")), None, "one day is asked for");
    }

    #[test]
    fn hours_of_a_shift() {
        let h = |hours: f64| Some((hours * 3_600.0) as u32);
        for (text, want) in [
            ("9:00", h(9.0)),
            ("09:00:00", h(9.0)),
            ("17:00:00.000", h(17.0)),
            ("9:00 AM", h(9.0)),
            ("5:00 PM", h(17.0)),
            ("9", h(9.0)),
            ("24:00", h(24.0)),
            ("０９：３０", h(9.5)),
            ("上午9:30", h(9.5)),
            ("下午5:30", h(17.5)),
            ("25:00", None),
            ("9:99", None),
            ("9.5", None),
            ("0.375", None),
            ("", None),
            ("早上", None),
            ("-1:00", None),
            ("9:00-17:00", None),
        ] {
            assert_eq!(clock_s(text), want, "{text}");
        }
        let night = shifts(vec![5, 7], 22 * 3_600, 6 * 3_600).unwrap();
        assert_eq!(night[0], Shift { days: vec![5, 7], from: 22 * 3_600, to: DAY });
        assert_eq!(night[1], Shift { days: vec![1, 6], from: 0, to: 6 * 3_600 });
        assert_eq!(shifts(vec![1], 3_600, 0).unwrap().len(), 1, "until midnight");
        assert_eq!((shifts(vec![1], 5, 5), shifts(Vec::new(), 1, 2)), (None, None));
    }
}
