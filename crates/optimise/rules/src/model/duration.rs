//! Times in a model file: limits in words (`5个工作日`, `2小时`, `即办`) and distributions, to working hours.

use kernel::Said;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;
use tabular::days::{Bent, Span};

use super::value::{At, Obj, number, wrong};
use super::words::squeeze;
use crate::OptimiseError;
use crate::dist::{Distribution, Shape};

type Result<T> = std::result::Result<T, OptimiseError>;

/// How many working hours one unit of time is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Clock {
    pub hours_per_day: f64,
    /// working hours of the unit that numbers without one are in
    pub default: f64,
    /// what is read is work (经办用时): a day of work is a working day, not one of the calendar
    pub of_work: bool,
}

const LONGEST_HOURS: f64 = 1e7;

/// Words of days that are those of the calendar even where work is meant.
const OF_CALENDAR: [&str; 8] = ["周", "星期", "礼拜", "自然", "日历", "week", "calendar", "natural"];

fn half(text: &str) -> String {
    text.trim().chars().map(tabular::when::half_width).collect()
}

/// A limit without what stands in brackets behind it, and that: `3个工作日(不含公示期)`.
fn without_note(text: &str) -> (&str, &str) {
    let note = text.strip_suffix([')', ']', '】', '〕']).and_then(|t| t.find(['(', '[', '【', '〔']));
    match note {
        Some(at) if at > 0 => (text[..at].trim(), text[at..].trim()),
        _ => (text, ""),
    }
}

/// The longer end of a range without a unit: `5-10`.
fn bare_range(text: &str) -> Option<f64> {
    let (a, b) = ["-", "~", "—", "～", "至", "到"].iter().find_map(|m| text.split_once(m))?;
    let number = |t: &str| {
        let t = t.trim();
        let figures = !t.is_empty() && t.chars().all(|c| c.is_ascii_digit() || c == '.');
        figures.then(|| t.parse::<f64>().ok()).flatten()
    };
    let (a, b) = (number(a)?, number(b)?);
    (a <= b).then_some(b)
}

impl Clock {
    /// Working hours of one unit of time by its word.
    pub fn unit(&self, word: &str) -> Option<f64> {
        let day = self.hours_per_day;
        Some(match squeeze(word).as_str() {
            "" => self.default,
            "s" | "sec" | "secs" | "second" | "seconds" | "秒" => 1.0 / 3600.0,
            "m" | "min" | "mins" | "minute" | "minutes" | "分" | "分钟" => 1.0 / 60.0,
            "h" | "hour" | "hours" | "hr" | "hrs" | "workinghour" | "workinghours" | "时" | "小时"
            | "个小时" | "工作小时" | "个工作小时" => 1.0,
            "d" | "day" | "days" | "workingday" | "workingdays" | "workday" | "workdays" | "businessday"
            | "businessdays" | "工作日" | "个工作日" | "日" | "天" | "个" => day,
            // Natural days: five of seven are working days.
            "calendarday" | "calendardays" | "naturalday" | "naturaldays" | "自然日" | "个自然日"
            | "日历日" | "日历天" => day * 5.0 / 7.0,
            "w" | "week" | "weeks" | "周" | "个星期" | "星期" => day * 5.0,
            "month" | "months" | "月" | "个月" => day * 22.0,
            _ => return None,
        })
    }

    /// A limit: a number, words, or `{value, unit}`; in working hours.
    pub fn limit(&self, at: At<'_>, bare: f64) -> Result<f64> {
        let bad = || {
            wrong(
                at.path,
                "时限，如 5、\"5个工作日\"、\"2小时\"",
                "a limit such as 5, \"5 working days\", \"2 hours\"",
                at.value,
            )
        };
        let hours = match at.value {
            Value::String(s) => self.words(s, bare).ok_or_else(bad)?,
            Value::Object(map) => {
                let value =
                    ["value", "amount", "limit", "days", "数值", "值"].iter().find_map(|k| map.get(*k));
                let unit = ["unit", "单位"].iter().find_map(|k| map.get(*k)).and_then(Value::as_str);
                let n = number(value.ok_or_else(bad)?, at.path, 0.0, LONGEST_HOURS)?;
                n * match unit {
                    Some(u) => self.unit(u).ok_or_else(bad)?,
                    None => bare,
                }
            }
            v => number(v, at.path, 0.0, LONGEST_HOURS)? * bare,
        };
        if hours.is_finite() && (0.0..=LONGEST_HOURS).contains(&hours) { Ok(hours) } else { Err(bad()) }
    }

    fn words(&self, s: &str, bare: f64) -> Option<f64> {
        let plain = half(s);
        let s = without_note(&plain).0;
        if let Some(longer) = bare_range(s) {
            return Some(longer * bare);
        }
        if ["即办", "当场", "即时", "immediate", "at once", "现场办结"].iter().any(|w| s.contains(w))
        {
            return Some(0.0);
        }
        let split = s.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(s.len());
        let unit = s[split..].trim();
        // 天 and 日 alone are days of the calendar; whatever else the plain table knows is read by it.
        if let Ok(n) = s[..split].parse::<f64>()
            && !matches!(unit, "天" | "日")
            && let Some(hours) = if unit.is_empty() {
                Some(bare)
            } else {
                // A dash alone is no unit: 5- is half of a range.
                self.unit(unit).filter(|_| !squeeze(unit).is_empty())
            }
        {
            return Some(n * hours);
        }
        let day = self.hours_per_day;
        Some(match tabular::days::span(s)? {
            Span::WorkingDays(n) => n * day,
            // Half a day is half a working day; of seven days five are worked.
            Span::NaturalDays(n) if n < 1.0 => n * day,
            // Who works for a day works a working day; a week has five.
            Span::NaturalDays(n) if self.of_work && !OF_CALENDAR.iter().any(|w| s.contains(w)) => n * day,
            Span::NaturalDays(n) => n * day * 5.0 / 7.0,
            Span::Months(n) => n * day * 22.0,
            Span::Hours(n) => n,
            Span::AtOnce => 0.0,
        })
    }

    /// How long one of the staff is busy: a duration whose days are working days.
    pub fn work(&self, at: At<'_>) -> Result<Distribution> {
        Self { of_work: true, ..*self }.duration(at)
    }

    /// A duration: like a limit, or a distribution with its own `unit`.
    pub fn duration(&self, at: At<'_>) -> Result<Distribution> {
        let Value::Object(map) = at.value else {
            return match at.value {
                Value::Array(list) if !list.is_empty() => {
                    self.observed(list, at).map(|d| d.scaled(self.default))
                }
                _ => self.limit(at, self.default).map(Distribution::fixed),
            };
        };
        let named = ["distribution", "dist", "type", "name", "distributionname", "分布"];
        let name =
            map.iter().find(|(k, _)| named.contains(&squeeze(k).as_str())).and_then(|(_, v)| v.as_str());
        let unit = map.get("unit").or_else(|| map.get("单位")).and_then(Value::as_str).unwrap_or("");
        let Some(scale) = self.unit(unit) else {
            return Err(wrong(
                at.path,
                "时间单位（分钟、小时、天）",
                "a unit of time (minutes, hours, days)",
                at.value,
            ));
        };
        let args = Args { map, at };
        match name {
            Some(name) => Ok(args.shape(name)?.scaled(scale)),
            None => match args.one(&["mean", "average", "均值", "平均"])? {
                Some(mean) => Ok(Distribution::fixed(mean * scale)),
                None => self.limit(at, self.default).map(Distribution::fixed),
            },
        }
    }

    fn observed(&self, list: &[Value], at: At<'_>) -> Result<Distribution> {
        let values = list.iter().map(|v| number(v, at.path, 0.0, LONGEST_HOURS)).collect::<Result<_>>()?;
        Ok(Distribution::of(Shape::Observed { values }))
    }
}

struct Args<'a> {
    map: &'a serde_json::Map<String, Value>,
    at: At<'a>,
}

impl Args<'_> {
    fn one(&self, names: &[&str]) -> Result<Option<f64>> {
        let found = self.map.iter().find(|(k, _)| names.contains(&squeeze(k).as_str()));
        found.map(|(k, v)| number(v, &format!("{}.{k}", self.at.path), -1e12, 1e12)).transpose()
    }
    fn need(&self, names: &[&str]) -> Result<f64> {
        self.one(names)?
            .ok_or_else(|| OptimiseError::Missing { path: self.at.path.into(), field: names[0].into() })
    }
    fn list(&self, names: &[&str]) -> Result<Vec<f64>> {
        let found = self.map.iter().find(|(k, _)| names.contains(&squeeze(k).as_str()));
        match found {
            Some((k, Value::Array(list))) => {
                let path = format!("{}.{k}", self.at.path);
                list.iter().map(|v| number(v, &path, -1e12, 1e12)).collect()
            }
            _ => Err(OptimiseError::Missing { path: self.at.path.into(), field: names[0].into() }),
        }
    }
    fn sd(&self) -> Result<f64> {
        match self.one(&["sd", "std", "stddev", "standarddeviation", "标准差"])? {
            Some(sd) if sd < 0.0 => Err(self.negative()),
            Some(sd) => Ok(sd),
            None => match self.need(&["variance", "var", "方差"])? {
                variance if variance < 0.0 => Err(self.negative()),
                variance => Ok(variance.sqrt()),
            },
        }
    }
    fn negative(&self) -> OptimiseError {
        wrong(
            self.at.path,
            "不为负的标准差或方差",
            "a standard deviation or variance that is not negative",
            self.at.value,
        )
    }
    fn shape(&self, name: &str) -> Result<Distribution> {
        const MEAN: &[&str] = &["mean", "average", "value", "均值", "平均"];
        let d = match squeeze(name).as_str() {
            "fixed" | "fix" | "constant" | "const" | "deterministic" | "固定" => {
                Distribution::fixed(self.need(&["value", "mean", "days", "hours", "minutes", "数值", "值"])?)
            }
            "exponential" | "expon" | "exp" | "poisson" | "指数" | "泊松" => {
                let mean = match self.one(MEAN)? {
                    Some(m) => m,
                    None => match self.one(&["rate", "lambda"])? {
                        Some(r) => 1.0 / r,
                        None => self.need(MEAN)?,
                    },
                };
                let from = self.one(&["from", "shift", "offset"])?.unwrap_or(0.0);
                Distribution::of(Shape::Exponential { mean, from })
            }
            "normal" | "norm" | "gaussian" | "正态" => {
                Distribution::of(Shape::Normal { mean: self.need(MEAN)?, sd: self.sd()? })
            }
            "lognormal" | "lognorm" | "对数正态" => match self.one(&["mu"])? {
                Some(mu) => Distribution::of(Shape::LogNormal { mu, sigma: self.need(&["sigma"])? }),
                None => Distribution::lognormal(self.need(MEAN)?, self.sd()?),
            },
            "gamma" | "erlang" | "伽马" => match self.one(&["shape", "k"])? {
                Some(shape) => {
                    let scale = match self.one(&["scale", "theta"])? {
                        Some(s) => s,
                        None => self.need(MEAN)? / shape,
                    };
                    Distribution::of(Shape::Gamma { shape, scale })
                }
                None => {
                    let sd = self.sd()?;
                    Distribution::gamma(self.need(MEAN)?, sd * sd)
                }
            },
            "uniform" | "均匀" => Distribution::of(Shape::Uniform {
                min: self.need(&["min", "low", "a", "最小"])?,
                max: self.need(&["max", "high", "b", "最大"])?,
            }),
            "triangular" | "triang" | "triangle" | "三角" => Distribution::of(Shape::Triangular {
                min: self.need(&["min", "low", "a", "最小"])?,
                mode: self.need(&["mode", "likely", "mostlikely", "c", "最可能"])?,
                max: self.need(&["max", "high", "b", "最大"])?,
            }),
            "empirical" | "histogram" | "经验" if self.list(&["cdf"]).is_ok() => {
                Distribution::of(Shape::Empirical {
                    edges: self.list(&["edges", "binedges", "points"])?,
                    cdf: self.list(&["cdf"])?,
                })
            }
            "observed" | "empirical" | "sample" | "samples" | "观测" | "经验" => {
                Distribution::of(Shape::Observed {
                    values: self.list(&["values", "samples", "data", "值"])?
                })
            }
            _ => {
                return Err(wrong(
                    self.at.path,
                    "分布名（fixed、exponential、normal、lognormal、gamma、uniform、triangular、empirical、observed）",
                    "the name of a distribution (fixed, exponential, normal, lognormal, gamma, uniform, triangular, empirical, observed)",
                    self.at.value,
                ));
            }
        };
        let least = self.one(&["least", "minimum"])?.unwrap_or(0.0);
        sound(d.within(least, self.one(&["most", "maximum"])?), self.at)
    }
}

/// Refuses parameters no draw could be made from.
fn sound(d: Distribution, at: At<'_>) -> Result<Distribution> {
    let ascending = |v: &[f64]| v.windows(2).all(|w| w[0] <= w[1]);
    let fine = match &d.shape {
        Shape::Fixed { value } => *value >= 0.0,
        Shape::Exponential { mean, from } => mean.is_finite() && *mean >= 0.0 && *from >= 0.0,
        Shape::Normal { sd, .. } => *sd >= 0.0,
        Shape::LogNormal { mu, sigma } => mu.is_finite() && sigma.is_finite() && *sigma >= 0.0,
        Shape::Gamma { shape, scale } => *shape > 0.0 && *scale > 0.0,
        Shape::Uniform { min, max } => 0.0 <= *min && min <= max,
        Shape::Triangular { min, mode, max } => 0.0 <= *min && min <= mode && mode <= max,
        Shape::Empirical { edges, cdf } => {
            let fits = edges.len() == cdf.len() || edges.len() == cdf.len() + 1;
            !cdf.is_empty()
                && fits
                && ascending(edges)
                && ascending(cdf)
                && cdf.iter().all(|c| (0.0..=1.000_001).contains(c))
        }
        Shape::Observed { values } => !values.is_empty() && values.iter().all(|v| *v >= 0.0),
    };
    let bounded = d.max.is_none_or(|m| m >= d.min);
    if fine && bounded && d.mean().is_finite() {
        return Ok(d);
    }
    Err(wrong(
        at.path,
        "合理的分布参数（不为负、由小到大）",
        "sound parameters of the distribution (not negative, ascending)",
        at.value,
    ))
}

/// Is this value a distribution (and not a plain limit)?
pub(super) fn is_distribution(v: &Value) -> bool {
    match v {
        Value::Object(map) => map.keys().any(|k| {
            ["distribution", "dist", "distributionname", "mean", "分布"].contains(&squeeze(k).as_str())
        }),
        Value::Array(_) => true,
        _ => false,
    }
}

/// How cases arrive: `{per_day: 20}`, `{per_hour: 3}`, a rate as number per day, or a distribution of the
/// time between two arrivals.
pub(super) fn between(clock: &Clock, at: At<'_>) -> Result<Distribution> {
    let rate = |n: f64, hours: f64| {
        if n > 0.0 {
            Ok(Distribution::exponential(hours / n))
        } else {
            Err(wrong(at.path, "大于 0 的到达率", "a rate above 0", at.value))
        }
    };
    if let Value::Object(map) = at.value {
        for (k, v) in map {
            let hours = match squeeze(k).as_str() {
                "perday" | "casesperday" | "每日" | "每天" => clock.hours_per_day,
                "perhour" | "casesperhour" | "每小时" => 1.0,
                "perweek" | "每周" => clock.hours_per_day * 5.0,
                "permonth" | "每月" => clock.hours_per_day * 22.0,
                "peryear" | "每年" => clock.hours_per_day * 250.0,
                _ => continue,
            };
            return rate(number(v, at.path, 0.0, 1e9)?, hours);
        }
        let nested = ["between", "interarrival", "interval", "time", "间隔"];
        if let Some((k, v)) = map.iter().find(|(k, _)| nested.contains(&squeeze(k).as_str())) {
            return clock.duration(At { value: v, path: &format!("{}.{k}", at.path) });
        }
        return clock.duration(at);
    }
    rate(number(at.value, at.path, 0.0, 1e9)?, clock.hours_per_day)
}

struct Hours<'a>(&'a Distribution);
impl Serialize for Hours<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> std::result::Result<S::Ok, S::Error> {
        let Ok(Value::Object(fields)) = serde_json::to_value(self.0) else {
            return Err(serde::ser::Error::custom("a distribution is an object"));
        };
        let mut map = out.serialize_map(Some(fields.len() + 1))?;
        for (k, v) in &fields {
            map.serialize_entry(k, v)?;
        }
        map.serialize_entry("unit", "hours")?;
        map.end()
    }
}

pub(super) fn write<S: Serializer>(d: &Option<Distribution>, out: S) -> std::result::Result<S::Ok, S::Error> {
    d.as_ref().map(Hours).serialize(out)
}
pub(super) fn write_one<S: Serializer>(d: &Distribution, out: S) -> std::result::Result<S::Ok, S::Error> {
    Hours(d).serialize(out)
}

/// What was decided about a limit in words: that of 3-5个工作日 the longer holds, and what stands in brackets does not count.
pub(super) fn decided(value: &Value, path: &str) -> Vec<Said> {
    let Some(text) = value.as_str() else { return Vec::new() };
    let plain = half(text);
    let (limit, note) = without_note(&plain);
    let bent = match bare_range(limit) {
        Some(_) => Some(Bent::Longer),
        None => tabular::days::promise(limit).and_then(|p| p.bent),
    };
    let mut told = Vec::new();
    if let Some((zh, en)) = bent.map(Bent::said) {
        told.push(Said::new(format!("{path}：“{text}”：{zh}"), format!("{path}: {text:?}: {en}")));
    }
    if !note.is_empty() {
        told.push(Said::new(
            format!("{path}：“{text}”：按“{limit}”计，括号里的话没有计入"),
            format!("{path}: {text:?}: taken as {limit:?}; what stands in brackets does not count"),
        ));
    }
    told
}

/// Limit of a step in working hours from `days`, `hours` or `minutes`, and its duration when it is one; what was
/// decided about them goes to `told`.
pub(super) fn of_step(
    clock: &Clock,
    o: &Obj<'_>,
    told: &mut Vec<Said>,
) -> Result<(Option<f64>, Option<Distribution>)> {
    let mut limit = None;
    let mut duration = None;
    for (field, unit) in [("days", clock.hours_per_day), ("hours", 1.0), ("minutes", 1.0 / 60.0)] {
        let Some((value, path)) = o.take(field) else { continue };
        let at = At { value, path: &path };
        told.extend(decided(value, &path));
        if is_distribution(value) {
            duration = Some(Clock { default: unit, ..*clock }.duration(at)?);
        } else {
            limit = Some(clock.limit(at, unit)? + limit.unwrap_or(0.0));
        }
    }
    if let Some((value, path)) = o.take("duration") {
        let at = At { value, path: &path };
        told.extend(decided(value, &path));
        let d = clock.duration(at)?;
        if is_distribution(value) || limit.is_some() {
            duration = Some(d);
        } else {
            limit = Some(d.mean());
        }
    }
    Ok((limit, duration))
}
