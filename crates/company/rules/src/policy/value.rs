//! A known value of a field: number, text, yes or no, day. What is not known has no value; it is never nought.

use std::cmp::Ordering;
use std::sync::Arc;

use kernel::{Date, Moment};
use serde::{Serialize, Serializer};
use tabular::when::{BEIJING_S, Reading, half_width, is_date_only, read};

use super::number::Number;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// 数
    Number(Number),
    /// 文字
    Text(Arc<str>),
    /// 是、否
    Bool(bool),
    /// 日期
    Date(Date),
}

/// Reads a day in every writing of the one reader of times: `2024-03-17`, `2024/3/17`, `20240317`, `2024年3月17日`, also
/// with the midnight that a spreadsheet writes behind it. Digits alone are a day only when there are eight.
pub fn read_date(text: &str) -> Option<Date> {
    let text = text.trim();
    // Nearly every value is no day and is passed over here.
    let first = text.chars().next().map(half_width)?;
    if !(first.is_ascii_digit() || matches!(first, '一' | '二')) || text.len() < 8 || text.len() > 80 {
        return None;
    }
    let marked = text.contains(['-', '/', '.', '年', '－', '／', '．']);
    let eight = || text.chars().count() == 8 && text.chars().all(|c| half_width(c).is_ascii_digit());
    // 2020-03-05T00:00:00 is what a sheet of JSON writes for a day.
    let is_day = || is_date_only(text) || text.contains('T') && is_date_only(&text.replacen('T', " ", 1));
    if (marked || eight()) && is_day() { day_of(text) } else { None }
}

/// The day of any time that can be read: where a day is asked for, the hour beside it does not matter.
pub(super) fn day_of(text: &str) -> Option<Date> {
    match read(text, BEIJING_S, None) {
        Reading::Time { us, .. } => Some(Moment::from_us(us).date()),
        Reading::Blank | Reading::Order | Reading::Not => None,
    }
}

const YES: [&str; 14] = ["是", "有", "真", "对", "已", "√", "✓", "✔", "☑", "true", "yes", "y", "t", "1"];
const NO: [&str; 16] =
    ["否", "无", "假", "错", "不是", "没有", "未", "×", "✗", "✘", "☒", "false", "no", "n", "f", "0"];

/// Yes or no in every writing.
pub fn read_bool(text: &str) -> Option<bool> {
    let text = text.trim();
    if text.is_empty() || text.len() > 20 {
        return None;
    }
    let plain: String = text.chars().map(half_width).flat_map(char::to_lowercase).collect();
    if YES.contains(&plain.as_str()) {
        return Some(true);
    }
    NO.contains(&plain.as_str()).then_some(false)
}

/// Does the text say that the value is not known?
pub(super) fn is_blank(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "", "未知", "不详", "不明", "待定", "未填", "unknown", "?", "null", "(null)", "none", "nan", "n/a",
        "#n/a",
    ];
    let plain: String = text.trim().chars().take(12).map(half_width).flat_map(char::to_lowercase).collect();
    WORDS.contains(&plain.as_str()) || plain.chars().all(|c| matches!(c, '-' | '—' | '/' | '_'))
}

/// The quantity that a text states, with its unit: `30万`, `1,200.50元`, `5.5%`. A code is none: `0012`, sixteen digits.
fn quantity(text: &str) -> Option<Number> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let code = digits > 15 || digits > 1 && text.starts_with('0');
    if code { None } else { Number::read(text) }
}

/// Are two texts the same word? 小型企业 and 小型 are one size.
pub(super) fn same_words(a: &str, b: &str) -> bool {
    const SIZES: [&str; 7] = ["大型", "中型", "小型", "微型", "小微", "中小", "中小微"];
    fn plain(s: &str) -> &str {
        s.trim().strip_suffix("企业").filter(|size| SIZES.contains(size)).unwrap_or(s.trim())
    }
    a.trim() == b.trim() || (a.contains("企业") || b.contains("企业")) && plain(a) == plain(b)
}

impl Value {
    /// A text value.
    pub fn text(s: &str) -> Self {
        Self::Text(Arc::from(s))
    }

    /// From JSON; null is not known, lists and objects are not values.
    pub fn from_json(raw: &serde_json::Value) -> Option<Self> {
        match raw {
            serde_json::Value::Number(n) => Number::read(&n.to_string()).map(Self::Number),
            serde_json::Value::Bool(b) => Some(Self::Bool(*b)),
            serde_json::Value::String(s) => {
                let s = s.trim();
                (!is_blank(s)).then(|| read_date(s).map_or_else(|| Self::text(s), Self::Date))
            }
            _ => None,
        }
    }

    /// As a number, also when it was written as text.
    pub fn as_number(&self) -> Option<Number> {
        match self {
            Self::Number(n) => Some(*n),
            Self::Text(s) => Number::read(s),
            Self::Bool(_) | Self::Date(_) => None,
        }
    }
    /// As yes or no, also when it was written as text.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(b) => Some(*b),
            Self::Text(s) => read_bool(s),
            Self::Number(n) if *n == Number::ONE => Some(true),
            Self::Number(n) if n.is_zero() => Some(false),
            Self::Number(_) | Self::Date(_) => None,
        }
    }
    /// As a day, also when it was written as text or as eight digits.
    pub fn as_date(&self) -> Option<Date> {
        match self {
            Self::Date(d) => Some(*d),
            Self::Text(s) => read_date(s),
            Self::Number(n) if n.is_whole() => read_date(&n.to_string()),
            Self::Bool(_) | Self::Number(_) => None,
        }
    }

    /// The order of two values; none when they are not of one kind. Texts have one only as quantities: no word is
    /// more than another by its letters.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => Some(a.cmp(b)),
            (Self::Bool(_), _) | (_, Self::Bool(_)) => Some(self.as_bool()?.cmp(&other.as_bool()?)),
            (Self::Date(_), _) | (_, Self::Date(_)) => Some(self.as_date()?.cmp(&other.as_date()?)),
            (Self::Number(_), _) | (_, Self::Number(_)) => Some(self.as_number()?.cmp(&other.as_number()?)),
            (Self::Text(a), Self::Text(b)) if same_words(a, b) => Some(Ordering::Equal),
            (Self::Text(a), Self::Text(b)) => Some(quantity(a)?.cmp(&quantity(b)?)),
        }
    }

    /// Are two values the same? None when one side asks yes or no and the other is neither: then nobody knows.
    pub fn same(&self, other: &Self) -> Option<bool> {
        let asks = |v: &Self| match v {
            Self::Bool(_) => true,
            Self::Text(s) => matches!(s.trim(), "是" | "否" | "true" | "false"),
            Self::Number(_) | Self::Date(_) => false,
        };
        if asks(self) || asks(other) {
            // A grade F is neither yes nor no.
            let grade = |v: &Self| matches!(v, Self::Text(t) if matches!(t.trim(), "F" | "T" | "f" | "t" | "Ｆ" | "Ｔ"));
            if grade(self) || grade(other) {
                return None;
            }
            return Some(self.as_bool()? == other.as_bool()?);
        }
        // F and N are sections of an industry, or grades, as long as nobody asks for yes or no.
        let letter = |t: &str| t.trim().len() == 1 && t.trim().as_bytes()[0].is_ascii_alphabetic();
        if let (Self::Text(a), Self::Text(b)) = (self, other)
            && !letter(a)
            && !letter(b)
            && let (Some(a), Some(b)) = (read_bool(a), read_bool(b))
        {
            return Some(a == b);
        }
        // 失信记录 = 无 beside a count of them: none is 0.
        if let (Self::Number(n), Self::Text(t)) | (Self::Text(t), Self::Number(n)) = (self, other)
            && !letter(t)
            && Number::read(t).is_none()
            && let Some(yes) = read_bool(t)
        {
            return (!n.is_negative()).then_some(n.is_zero() != yes);
        }
        // Text beside a number is another value, not an unknown one.
        Some(self.order(other).is_some_and(Ordering::is_eq))
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(n) => n.fmt(f),
            Self::Text(s) => f.write_str(s),
            Self::Bool(b) => f.write_str(if *b { "是" } else { "否" }),
            Self::Date(d) => d.fmt(f),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(n) => n.serialize(s),
            Self::Text(t) => s.serialize_str(t),
            Self::Bool(b) => s.serialize_bool(*b),
            Self::Date(d) => s.collect_str(d),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL_YES: [&str; 17] = [
        "是", "有", "真", "对", "√", "✓", "✔", "true", "TRUE", "True", "yes", "YES", "Y", "y", "Ｙ", "1",
        "１",
    ];
    const ALL_NO: [&str; 16] = [
        "否", "无", "假", "错", "没有", "不是", "×", "false", "FALSE", "no", "No", "N", "n", "Ｎ", "0", "０",
    ];

    /// Every writing of yes and no against every other and against true and false.
    #[test]
    fn yes_is_yes_in_every_writing() {
        for (words, is) in [(&ALL_YES[..], true), (&ALL_NO[..], false)] {
            for word in words {
                let v = Value::text(word);
                assert_eq!(v.as_bool(), Some(is), "{word}");
                for asked in [Value::Bool(is), Value::text(if is { "是" } else { "否" })] {
                    assert_eq!((v.same(&asked), asked.same(&v)), (Some(true), Some(true)), "{word}");
                }
                assert_eq!(v.same(&Value::Bool(!is)), Some(false), "{word}");
            }
        }
        let number = |n: i64| Value::Number(Number::whole(n));
        assert_eq!(number(1).same(&Value::Bool(true)), Some(true));
        assert_eq!(number(0).same(&Value::Bool(false)), Some(true));
        assert_eq!(number(1).same(&Value::text("是")), Some(true));
        for unclear in [Value::text("部分"), Value::text("待核"), number(2), Value::text("Q")] {
            assert_eq!(unclear.same(&Value::Bool(true)), None, "{unclear}");
            assert_eq!(unclear.same(&Value::text("是")), None, "{unclear}");
        }
        assert_eq!(Value::text("一级").same(&Value::text("无")), Some(false), "a word of a list");
        // Sections of an industry and grades are letters.
        for (a, b) in [("F", "N"), ("T", "Y"), ("N", "F")] {
            assert_eq!(Value::text(a).same(&Value::text(b)), Some(false), "{a} {b}");
        }
        assert_eq!(Value::text("F").same(&Value::text("F")), Some(true));
        assert_eq!(Value::text("F").same(&Value::text("否")), None, "a grade");
        // A count beside 有 and 无.
        for (n, word, same) in
            [(0, "无", true), (1, "有", true), (1, "无", false), (0, "有", false), (3, "有", true)]
        {
            assert_eq!(number(n).same(&Value::text(word)), Some(same), "{n} {word}");
            assert_eq!(Value::text(word).same(&number(n)), Some(same), "{n} {word}");
        }
    }

    /// Words have no order; quantities have one in every writing.
    #[test]
    fn texts_are_ordered_as_quantities_or_not_at_all() {
        use Ordering::{Equal, Greater, Less};
        for (a, b, want) in [
            ("30万", "300000", Some(Equal)),
            ("30万", "299,999.99", Some(Greater)),
            ("５％", "5.5%", Some(Less)),
            ("9", "10", Some(Less)),
            ("100人", "20人", Some(Greater)),
            ("9级", "10级", None),
            ("AAA", "10级", None),
            ("AAA", "AA", None),
            ("约100人", "10级", None),
            ("三级", "二级", None),
            ("去年", "2024年", None),
            ("30万", "0.3百万", Some(Equal)),
            ("30万", "30万套", None),
            ("0012", "12", None),
            ("甲级", "甲级", Some(Equal)),
        ] {
            assert_eq!(Value::text(a).order(&Value::text(b)), want, "{a} {b}");
        }
        assert_eq!(Value::text("0012").same(&Value::text("12")), Some(false), "codes");
    }

    /// One day in every writing that a table or a person may bring.
    #[test]
    fn a_day_in_every_writing() {
        let want = "2020-03-05".parse().ok();
        for text in [
            "2020-03-05",
            "2020-3-5",
            "2020/3/5",
            "2020.03.05",
            "20200305",
            "2020年3月5日",
            "二〇二〇年三月五日",
            "２０２０-03-05",
            "2020-03-05 00:00:00",
            "2020-03-05T00:00:00",
            " 2020-03-05 ",
        ] {
            assert_eq!(read_date(text), want, "{text}");
        }
        for text in [
            "2020",
            "43895",
            "202003051",
            "2020-13-05",
            "3/5/2020",
            "2020-03",
            "一级",
            "二十",
            "2020-03-05 10:00",
            "",
        ] {
            assert_eq!(read_date(text), None, "{text}");
        }
        assert_eq!((day_of("43895"), day_of("2020-03-05 10:00")), (want, want), "where a day is asked for");
    }
}
