//! 指标体系: sets of indicators of an assessment (of the business environment, of the reform) as data. An indicator is
//! reckoned from figures of the city, or filled in by hand with evidence; what has neither is a gap and is shown as one.
//! Row S7.
//!
//! A set is written as lines people edit. Formulas use the names of figures as people read them; one that can divide by
//! nought is refused when it is written.

use std::cmp::Reverse;

use kernel::{Date, Said};
use serde::{Deserialize, Serialize};

use crate::figures::{FIGURES, Value, figure};
use crate::score::{self, BadFormula};

/// Lines of a set at most.
const MOST: usize = 200;
/// Characters of a name, a unit, a source.
const TEXT_MOST: usize = 80;
/// What stands where an indicator is filled in by hand.
const BY_HAND: &str = "填报";

kernel::words! {
    /// How often an indicator is reported.
    inherent Period {
        Year = "year", "年度";
        Quarter = "quarter", "季度";
        Month = "month", "月度";
    }
}

/// Where its value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// an expression over the keys of figures; one key alone is that figure
    Figures(String),
    /// by hand, with evidence
    ByHand,
}

/// What is aimed at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// so much or more
    AtLeast(f64),
    /// so much or less
    AtMost(f64),
}

impl Target {
    /// Is it met?
    pub fn met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(n) => value >= n - 1e-9,
            Self::AtMost(n) => value <= n + 1e-9,
        }
    }
    /// ≥ 95
    pub fn text(self) -> String {
        match self {
            Self::AtLeast(n) => format!("≥ {}", plain(n)),
            Self::AtMost(n) => format!("≤ {}", plain(n)),
        }
    }
}

/// One indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Indicator {
    /// its name, which tells it apart in its set
    pub name: String,
    /// where its value comes from
    pub fill: Fill,
    /// 件, %, 个工作日
    pub measure: String,
    /// what is aimed at
    pub target: Option<Target>,
    /// which text asks for it
    pub source: String,
    /// the unit that answers for it, by its short name; empty: the supervision office
    #[serde(default)]
    pub unit: String,
}

/// A set of indicators.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndicatorSet {
    /// its name
    pub name: String,
    /// how often it is reported
    pub period: Period,
    /// its indicators, in order
    pub indicators: Vec<Indicator>,
}

/// Sets that a city can begin with: name, period, lines.
pub const SAMPLES: &[(&str, &str, Period, &str)] = &[
    (
        "营商环境评价",
        "Assessment of the business environment",
        Period::Year,
        include_str!("../../../../data/indicators/business-environment.txt"),
    ),
    (
        "流程再造改革评估",
        "Assessment of the reform",
        Period::Quarter,
        include_str!("../../../../data/indicators/reform.txt"),
    ),
];

fn bad(part: &str, zh: impl Into<String>, en: impl Into<String>) -> BadFormula {
    BadFormula { part: part.to_owned(), said: Said::new(zh, en) }
}

/// 95, 0.5
pub fn plain(n: f64) -> String {
    let text = format!("{n:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Names of figures become their keys, signs of the printed page those of a formula.
fn keyed(text: &str) -> String {
    let mut names: Vec<_> = FIGURES.iter().map(|f| (f.zh, f.key)).collect();
    names.sort_by_key(|n| Reverse(n.0.len()));
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((zh, key)) = names.iter().find(|n| rest.starts_with(n.0)) {
            out.push_str(key);
            rest = &rest[zh.len()..];
            continue;
        }
        out.push(match c {
            '÷' | '／' => '/',
            '×' | '＊' => '*',
            '（' => '(',
            '）' => ')',
            '，' | '、' => ',',
            '－' | '−' => '-',
            '＋' => '+',
            '？' => '?',
            '：' => ':',
            c => c,
        });
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// The formula as people read it.
pub fn named(expr: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in expr.chars().chain(['\n']) {
        if c.is_ascii_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        out.push_str(figure(&word).map_or(word.as_str(), |f| f.zh));
        word.clear();
        out.push(match c {
            '/' => '÷',
            '*' => '×',
            c => c,
        });
    }
    out.trim_end().to_owned()
}

fn target(name: &str, text: &str) -> Result<Option<Target>, BadFormula> {
    let text: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '%' && *c != '％')
        .map(|c| match c {
            '≥' => '>',
            '≤' => '<',
            c => c,
        })
        .collect();
    if text.is_empty() || text == "—" || text == "-" {
        return Ok(None);
    }
    let number =
        |t: &str| t.trim_start_matches('=').parse::<f64>().ok().filter(|n| n.is_finite() && n.abs() < 1e12);
    let found = match (text.strip_prefix('>'), text.strip_prefix('<')) {
        (Some(n), _) => number(n).map(Target::AtLeast),
        (_, Some(n)) => number(n).map(Target::AtMost),
        _ => None,
    };
    found.map(Some).ok_or_else(|| {
        bad(
            name,
            format!("目标“{text}”读不懂，写作 >=95 或 <=3，没有目标就留空"),
            format!("the target {text:?} cannot be read: write >=95 or <=3, or leave it empty"),
        )
    })
}

impl IndicatorSet {
    /// Reads a set as people write it: `name | formula or 填报 | measured in | target | source | unit`, a line each.
    ///
    /// # Errors
    /// [`BadFormula`] names the line and says what to do.
    pub fn read(name: &str, period: Period, text: &str) -> Result<Self, BadFormula> {
        let mut set = Self { name: name.trim().to_owned(), period, indicators: Vec::new() };
        if set.name.is_empty() || set.name.chars().count() > TEXT_MOST {
            return Err(bad(
                "name",
                format!("请给指标体系起一个名称，{TEXT_MOST} 字以内"),
                format!("give the set a name of {TEXT_MOST} characters at most"),
            ));
        }
        for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
            set.indicators.push(read_line(line)?);
        }
        if set.indicators.is_empty() || set.indicators.len() > MOST {
            return Err(bad(
                &set.name,
                format!("须有 1–{MOST} 项指标，一行一项"),
                format!("1 to {MOST} indicators are needed, a line each"),
            ));
        }
        for (i, one) in set.indicators.iter().enumerate() {
            if set.indicators[..i].iter().any(|o| o.name == one.name) {
                return Err(bad(
                    &one.name,
                    format!("“{}”写了两次，名称不能相同", one.name),
                    format!("{:?} stands there twice: names must differ", one.name),
                ));
            }
        }
        Ok(set)
    }

    /// The set as people edit it.
    pub fn text(&self) -> String {
        let line = |i: &Indicator| {
            let fill = match &i.fill {
                Fill::ByHand => BY_HAND.to_owned(),
                Fill::Figures(expr) => named(expr),
            };
            let target = i.target.map_or_else(String::new, |t| match t {
                Target::AtLeast(n) => format!(">={}", plain(n)),
                Target::AtMost(n) => format!("<={}", plain(n)),
            });
            let unit = if i.unit.is_empty() { String::new() } else { format!(" | {}", i.unit) };
            format!("{} | {fill} | {} | {target} | {}{unit}", i.name, i.measure, i.source)
        };
        self.indicators.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The indicator of this name.
    pub fn indicator(&self, name: &str) -> Option<&Indicator> {
        self.indicators.iter().find(|i| i.name == name)
    }
}

fn read_line(line: &str) -> Result<Indicator, BadFormula> {
    let parts: Vec<&str> = line.split(['|', '｜']).map(str::trim).collect();
    let name = parts[0];
    if !(2..=6).contains(&parts.len()) || name.is_empty() {
        return Err(bad(
            name,
            format!(
                "这一行读不懂：“{line}”。格式：名称 | 口径或“{BY_HAND}” | 计量单位 | 目标 | 来源 | 责任单位"
            ),
            format!(
                "this line cannot be read: {line:?}. Write: name | formula or “{BY_HAND}” | measured in | target | source | unit"
            ),
        ));
    }
    let get = |i: usize| parts.get(i).copied().unwrap_or_default();
    if let Some(long) = parts.iter().enumerate().find(|(i, p)| *i != 1 && p.chars().count() > TEXT_MOST) {
        return Err(bad(
            name,
            format!("“{}”过长，每格不超过 {TEXT_MOST} 字", long.1),
            format!("{:?} is too long: {TEXT_MOST} characters at most", long.1),
        ));
    }
    let fill = match get(1) {
        BY_HAND | "手工填报" | "手填" => Fill::ByHand,
        expr => {
            let expr = keyed(expr);
            score::sound(name, &expr)?;
            Fill::Figures(expr)
        }
    };
    Ok(Indicator {
        name: name.to_owned(),
        fill,
        measure: get(2).to_owned(),
        target: target(name, get(3))?,
        source: get(4).to_owned(),
        unit: get(5).to_owned(),
    })
}

impl Indicator {
    /// The value from figures; none when it is filled in by hand, or a share has nothing it is a share of.
    pub fn reckoned(&self, value: &dyn Fn(&str) -> Value) -> Option<f64> {
        let Fill::Figures(expr) = &self.fill else { return None };
        if let Some(f) = figure(expr.trim()) {
            return value(f.key).number();
        }
        score::value_of(expr, value).ok()
    }
    /// The figure it is, when it is one alone.
    pub fn one_figure(&self) -> Option<&'static crate::figures::Figure> {
        match &self.fill {
            Fill::Figures(expr) => figure(expr.trim()),
            Fill::ByHand => None,
        }
    }
}

impl Period {
    /// The period of a day, as text: `2026`, `2026-Q3`, `2026-09`.
    pub fn of(self, day: Date) -> String {
        match self {
            Self::Year => format!("{:04}", day.year()),
            Self::Quarter => format!("{:04}-Q{}", day.year(), (day.month() - 1) / 3 + 1),
            Self::Month => format!("{:04}-{:02}", day.year(), day.month()),
        }
    }

    /// First and last day of a period; none when it is no period of this kind.
    pub fn days(self, text: &str) -> Option<(Date, Date)> {
        let year: i16 = text.get(..4)?.parse().ok().filter(|y| (1990..=2200).contains(y))?;
        let rest = text.get(4..)?;
        let (from, to) = match self {
            Self::Year if rest.is_empty() => (1, 12),
            Self::Quarter => {
                let q: i8 = rest.strip_prefix("-Q")?.parse().ok().filter(|q| (1..=4).contains(q))?;
                (q * 3 - 2, q * 3)
            }
            Self::Month if rest.len() == 3 => {
                let m: i8 = rest.strip_prefix('-')?.parse().ok().filter(|m| (1..=12).contains(m))?;
                (m, m)
            }
            _ => return None,
        };
        let first = Date::new(year, from, 1).ok()?;
        Some((first, Date::new(year, to, 1).ok()?.last_of_month()))
    }

    /// The period before.
    pub fn before(self, text: &str) -> Option<String> {
        let (first, _) = self.days(text)?;
        let day = kernel::Moment::start_of(first).plus_us(-kernel::US_PER_DAY).date();
        Some(self.of(day))
    }

    /// As people read it.
    pub fn told(self, text: &str) -> Said {
        let year = text.get(..4).unwrap_or(text);
        match self {
            Self::Year => Said::new(format!("{year} 年"), year.to_owned()),
            Self::Quarter => {
                let q = text.get(6..).unwrap_or_default();
                let zh = ["一", "二", "三", "四"];
                let n = q.parse().ok().and_then(|n: usize| zh.get(n.wrapping_sub(1))).copied().unwrap_or("");
                Said::new(format!("{year} 年第{n}季度"), format!("{year}, quarter {q}"))
            }
            Self::Month => {
                let m = text.get(5..).unwrap_or_default().trim_start_matches('0');
                Said::new(format!("{year} 年 {m} 月"), text.to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sets_a_city_begins_with_are_sound_and_read_back() {
        for (name, en, period, text) in SAMPLES {
            let set = IndicatorSet::read(name, *period, text).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(IndicatorSet::read(name, *period, &set.text()).unwrap(), set);
            let by_hand = set.indicators.iter().filter(|i| i.fill == Fill::ByHand).count();
            assert!(by_hand > 0 && by_hand < set.indicators.len() && !en.is_empty());
            assert!(set.indicators.iter().all(|i| !i.source.is_empty()), "{name}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (line, word) in [
            ("甲", "格式"),
            (" | 办件量", "格式"),
            ("甲 | 没有这个数", "不能有"),
            ("甲 | 100 * 超期答复 / 答复 | 件", "分母可能为 0"),
            ("甲 | 好评 ÷ （办件量 − 差评）", "分母可能为 0"),
            ("甲 | 填报 | 件 | 95 | 文件", "目标"),
            ("甲 | 填报\n甲 | 填报", "两次"),
            ("", "1–200"),
        ] {
            let e = IndicatorSet::read("考核", Period::Year, line).unwrap_err();
            assert!(e.said.zh.contains(word), "{line}: {e}");
        }
        let good = "甲 | 100 × 超期答复 ÷ max(1，答复) | 件 | ≤5 | 文件 | 人社局";
        let set = IndicatorSet::read("考核", Period::Year, good).unwrap();
        let one = &set.indicators[0];
        assert_eq!((one.unit.as_str(), one.target), ("人社局", Some(Target::AtMost(5.0))));
        let value = |key: &str| Value::Count(if key == "replied_late" { 3 } else { 60 });
        assert_eq!(one.reckoned(&value), Some(5.0));
        assert!(one.target.unwrap().met(5.0) && !one.target.unwrap().met(5.1));
    }

    #[test]
    fn a_share_of_nothing_is_a_gap_and_not_nought() {
        let set = IndicatorSet::read("考核", Period::Year, "好评 | 好评率 | %").unwrap();
        assert_eq!(set.indicators[0].reckoned(&|_| Value::Share { part: 0, whole: 0 }), None);
        assert_eq!(set.indicators[0].reckoned(&|_| Value::Share { part: 1, whole: 4 }), Some(25.0));
        assert_eq!(set.indicators[0].one_figure().map(|f| f.key), Some("good_rate"));
    }

    #[test]
    fn periods_have_days_and_the_one_before() {
        let day = Date::constant;
        assert_eq!(Period::Year.days("2026"), Some((day(2026, 1, 1), day(2026, 12, 31))));
        assert_eq!(Period::Quarter.days("2026-Q1"), Some((day(2026, 1, 1), day(2026, 3, 31))));
        assert_eq!(Period::Month.days("2024-02"), Some((day(2024, 2, 1), day(2024, 2, 29))));
        for (p, text) in [
            (Period::Year, "2026-Q1"),
            (Period::Quarter, "2026-Q5"),
            (Period::Month, "2026-13"),
            (Period::Month, "2026-1"),
            (Period::Year, "甲"),
            (Period::Quarter, "二〇二六"),
        ] {
            assert_eq!(p.days(text), None, "{text}");
        }
        assert_eq!(Period::Quarter.before("2026-Q1").as_deref(), Some("2025-Q4"));
        assert_eq!(Period::Month.before("2026-01").as_deref(), Some("2025-12"));
        assert_eq!(Period::Year.of(day(2026, 9, 3)), "2026");
        assert_eq!(Period::Quarter.told("2026-Q3").zh, "2026 年第三季度");
        assert_eq!(Period::Month.told("2026-09").zh, "2026 年 9 月");
    }
}
