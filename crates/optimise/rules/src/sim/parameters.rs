//! 参数: values in the parameters of the reference tool as people write them, and which parts of them are used.

use serde_json::Value;

use crate::OptimiseError;
use crate::dist::{Distribution, Shape};
use crate::model::{Shift, clock_s, shifts, weekday};

type Result<T> = std::result::Result<T, OptimiseError>;

/// What is wrong with the parameters, not with the process.
pub(super) fn parameter(zh: impl Into<String>, en: impl Into<String>) -> OptimiseError {
    OptimiseError::File { format: "参数 JSON", line: 0, what_zh: zh.into(), what_en: en.into() }
}

pub(super) fn text<'v>(v: &'v Value, key: &str) -> &'v str {
    v.get(key).and_then(Value::as_str).unwrap_or("")
}
pub(super) fn list<'v>(v: &'v Value, key: &str) -> &'v [Value] {
    v.get(key).and_then(Value::as_array).map_or(&[], |l| l)
}

/// The parameters with `Infinity` and `NaN`, which are no JSON but are written by the reference tool, as texts.
pub(super) fn finite(json: &str) -> std::borrow::Cow<'_, str> {
    let json = json.trim_start_matches('\u{feff}');
    if !json.contains("Infinity") && !json.contains("NaN") {
        return json.into();
    }
    let mut out = String::with_capacity(json.len() + 64);
    let (mut quoted, mut escaped, mut rest) = (false, false, json);
    while let Some(c) = rest.chars().next() {
        let bare = ["-Infinity", "Infinity", "NaN"].iter().find(|w| !quoted && rest.starts_with(**w));
        if let Some(word) = bare {
            out.push_str(&format!("\"{word}\""));
            rest = &rest[word.len()..];
            continue;
        }
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out.into()
}

/// A number, also one written as text: `"0.1"`, `"10%"`, `"Infinity"`.
pub(super) fn numeric(v: &Value) -> Option<f64> {
    let Value::String(s) = v else { return v.as_f64() };
    let s: String = s.trim().chars().map(tabular::when::half_width).collect();
    match s.to_ascii_lowercase().as_str() {
        "infinity" | "inf" | "+infinity" => Some(f64::INFINITY),
        "-infinity" | "-inf" => Some(f64::NEG_INFINITY),
        "nan" | "" => None,
        _ => match s.strip_suffix('%') {
            Some(percent) => percent.trim().parse::<f64>().ok().map(|n| n / 100.0),
            None => plain_number(&s),
        },
    }
}

/// `1,234.5`; a single comma that no three digits follow stands for the point: `0,1`.
fn plain_number(s: &str) -> Option<f64> {
    match s.split_once(',') {
        Some((a, b))
            if !s.contains('.') && !b.contains(',') && (b.len() != 3 || a.trim_start_matches('-') == "0") =>
        {
            format!("{a}.{b}").parse().ok()
        }
        _ => s.replace(',', "").parse().ok(),
    }
}

/// Parts of the parameters that are used.
pub(super) const USED: [&str; 7] = [
    "task_resource_distribution",
    "resource_calendars",
    "gateway_branching_probabilities",
    "arrival_time_distribution",
    "arrival_time_calendar",
    "resource_profiles",
    "event_distribution",
];
/// Parts that are known and not used, by their Chinese name.
pub(super) const UNUSED: [(&str, &str); 7] = [
    ("branch_rules", "分支条件"),
    ("case_attributes", "件的属性"),
    ("prioritisation_rules", "优先级规则"),
    ("batch_processing", "成批规则"),
    ("event_attributes", "事件属性"),
    ("global_attributes", "全局属性"),
    ("multitasking", "并行办理"),
];

/// The shifts of a calendar; `of` names it. What has no length, and what cannot be read, is refused: taken as no shift
/// it would be open day and night.
pub(super) fn periods(of: &str, list: &[Value]) -> Result<Vec<Shift>> {
    if list.is_empty() {
        return Err(parameter(
            format!("{of}没有班次：请写 from、to、beginTime、endTime（全天写 00:00:00 到 24:00:00）"),
            format!(
                "{of} has no period: state from, to, beginTime, endTime (a whole day: 00:00:00 to 24:00:00)"
            ),
        ));
    }
    let mut all = Vec::new();
    for v in list {
        let bad = || {
            let shown: String = v.to_string().chars().take(160).collect();
            parameter(
                format!(
                    "{of}的班次读不懂，应有 from、to（星期）和 beginTime、endTime（时刻，起止不同）：{shown}"
                ),
                format!(
                    "a period of {of} cannot be read; it has from, to (weekdays) and beginTime, endTime (times that differ): {shown}"
                ),
            )
        };
        let day = |key: &str| v.get(key).and_then(weekday).ok_or_else(bad);
        let clock = |key: &str| clock_s(text(v, key)).ok_or_else(bad);
        let (a, b, from, to) = (day("from")?, day("to")?, clock("beginTime")?, clock("endTime")?);
        // Midnight, and one second before it, end the day.
        let to = if to == 0 || to == 86_399 { 86_400 } else { to };
        let days = if a <= b { (a..=b).collect() } else { (a..=7).chain(1..=b).collect() };
        all.extend(shifts(days, from, to).ok_or_else(bad)?);
    }
    Ok(all)
}

/// The parameters of the reference tool in seconds: mean and variance (or standard deviation for `norm`),
/// then the bounds. Three parameters with a shape (`gamma`, `lognorm` with five) are shape, shift, scale.
pub(super) fn distribution(v: &Value) -> Result<Distribution> {
    let name = text(v, "distribution_name");
    // A value that is no number keeps its place, or those behind it would be taken for others.
    let number = |p: &Value| match p.get("value").unwrap_or(p) {
        Value::Null => f64::INFINITY,
        value => numeric(value).unwrap_or(f64::NAN),
    };
    let params: Vec<f64> = list(v, "distribution_params").iter().map(number).collect();
    let bad = || {
        parameter(
            format!("分布 {name} 的参数不对"),
            format!("the parameters of distribution {name} are wrong"),
        )
    };
    // Only a bound may be without end.
    let at = |k: usize| params.get(k).copied().filter(|p| p.is_finite()).ok_or_else(bad);
    let bounded = |d: Distribution, low: usize| {
        let most = params.get(low + 1).copied().filter(|m| m.is_finite() && *m < 1e15);
        let least = params.get(low).copied().filter(|l| l.is_finite()).unwrap_or(0.0).max(0.0);
        d.within(least, most.filter(|m| *m >= least))
    };
    if params.iter().any(|p| p.is_nan()) {
        return Err(bad());
    }
    // Nothing takes less than no time, and nothing is spread by less than nothing.
    let least = |k: usize| at(k).and_then(|x| if x < 0.0 { Err(bad()) } else { Ok(x) });
    Ok(match name {
        "fix" => Distribution::fixed(least(0)?),
        "expon" => {
            let from = params.get(1).copied().filter(|f| f.is_finite()).unwrap_or(0.0).max(0.0);
            let mean = least(0)?;
            let mean = if mean > from { mean - from } else { mean };
            bounded(Distribution::of(Shape::Exponential { mean, from }), 1)
        }
        "norm" => bounded(Distribution::of(Shape::Normal { mean: at(0)?, sd: least(1)? }), 2),
        "uniform" => {
            let (min, max) = (least(0)?, least(1)?);
            if min > max {
                return Err(bad());
            }
            Distribution::of(Shape::Uniform { min, max })
        }
        "gamma" if params.len() >= 5 => {
            bounded(Distribution::of(Shape::Gamma { shape: at(0)?, scale: at(2)? }), 3)
        }
        "gamma" => bounded(Distribution::gamma(least(0)?, least(1)?), 2),
        "lognorm" if params.len() >= 5 => bounded(
            Distribution::of(Shape::LogNormal { mu: at(2)?.max(1e-300).ln(), sigma: at(0)?.abs() }),
            3,
        ),
        "lognorm" => bounded(Distribution::lognormal(least(0)?.max(1e-9), least(1)?.sqrt()), 2),
        "triang" => {
            let (mode, min, max) = (at(0)?, at(1)?, at(2)?);
            if !(min <= mode && mode <= max) {
                return Err(bad());
            }
            Distribution::of(Shape::Triangular { min, mode, max })
        }
        "histogram_sampling" => {
            let data = v.get("histogram_data").ok_or_else(bad)?;
            let finite = |v: &Value| numeric(v).filter(|n| n.is_finite());
            let all = |key: &str| list(data, key).iter().map(finite).collect::<Option<Vec<f64>>>();
            let (cdf, mids) = (all("cdf").ok_or_else(bad)?, all("bin_midpoints").ok_or_else(bad)?);
            if cdf.is_empty() || cdf.len() != mids.len() {
                return Err(bad());
            }
            let width = if mids.len() > 1 { mids[1] - mids[0] } else { 2.0 * mids[0] };
            let mut edges: Vec<f64> = mids.iter().map(|m| (m - width / 2.0).max(0.0)).collect();
            edges.push(mids[mids.len() - 1] + width / 2.0);
            Distribution::of(Shape::Empirical { edges, cdf })
        }
        _ => return Err(parameter(format!("不认识的分布 {name}"), format!("unknown distribution {name}"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Every calendar that the tool may write, and every fault of one: none is open day and night by accident.
    #[test]
    fn every_calendar_has_the_hours_it_states_or_is_refused() {
        let week = |from: &str, to: &str, begin: &str, end: &str| {
            let shifts =
                periods("甲", &[json!({"from": from, "to": to, "beginTime": begin, "endTime": end})]);
            shifts.map(|s| super::super::calendar::Calendar::new(&s).week() / 3_600.0)
        };
        for (from, to, begin, end, hours) in [
            ("MONDAY", "FRIDAY", "09:00:00", "17:00:00", 40.0),
            ("MONDAY", "FRIDAY", "9:00 AM", "5:00 PM", 40.0),
            ("周一", "周五", "上午9:00", "下午5:00", 40.0),
            ("MONDAY", "FRIDAY", "22:00:00", "06:00:00", 40.0),
            ("FRIDAY", "MONDAY", "22:00:00", "06:00:00", 32.0),
            ("MONDAY", "SUNDAY", "00:00:00.000", "23:59:59.000", 168.0),
            ("MONDAY", "SUNDAY", "00:00:00", "00:00:00", 168.0),
            ("MONDAY", "SUNDAY", "00:00:00", "24:00:00", 168.0),
            ("MONDAY", "MONDAY", "20:00:00", "00:00:00", 4.0),
            ("mon", "wed", "9", "10", 3.0),
        ] {
            assert_eq!(week(from, to, begin, end).unwrap(), hours, "{from} {to} {begin} {end}");
        }
        for (from, to, begin, end) in [
            ("MONDAY", "FRIDAY", "09:00:00", "09:00:00"),
            ("MONDAY", "FRIDAY", "25:00:00", "26:00:00"),
            ("MONDAY", "FRIDAY", "09:99:00", "17:00:00"),
            ("MONDAY", "FRIDAY", "", "17:00:00"),
            ("MONDAY", "FRIDAY", "morning", "17:00:00"),
            ("MONTH", "FRIDAY", "09:00:00", "17:00:00"),
            ("周一至周五", "周五", "09:00:00", "17:00:00"),
            ("", "", "09:00:00", "17:00:00"),
        ] {
            let said = week(from, to, begin, end).unwrap_err().to_string();
            assert!(said.contains('甲') && said.contains(begin), "{said}");
        }
        for bad in [json!({}), json!(null), json!("MONDAY"), json!({"from": "MONDAY", "to": "FRIDAY"})] {
            assert!(periods("甲", &[bad]).is_err());
        }
        assert!(periods("甲", &[]).unwrap_err().to_string().contains("没有班次"));
    }

    #[test]
    fn nothing_takes_less_than_no_time() {
        let of = |name: &str, params: &[f64]| {
            distribution(&json!({"distribution_name": name, "distribution_params": params}))
        };
        for (name, params) in [
            ("fix", &[-1.0][..]),
            ("expon", &[-5.0, 0.0]),
            ("norm", &[10.0, -2.0]),
            ("uniform", &[-1.0, 2.0]),
            ("uniform", &[5.0, 2.0]),
            ("gamma", &[10.0, -4.0]),
            ("lognorm", &[10.0, -4.0]),
            ("triang", &[9.0, 1.0, 5.0]),
        ] {
            assert!(of(name, params).is_err(), "{name} {params:?}");
        }
        for (name, params) in [
            ("fix", &[1.0][..]),
            ("norm", &[10.0, 2.0]),
            ("uniform", &[1.0, 2.0]),
            ("triang", &[3.0, 1.0, 5.0]),
        ] {
            assert!(of(name, params).is_ok(), "{name} {params:?}");
        }
    }
}
