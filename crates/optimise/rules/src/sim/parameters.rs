//! 参数: values in the parameters of the reference tool as people write them, and which parts of them are used.

use serde_json::Value;

/// The parameters with `Infinity` and `NaN`, which are no JSON but are written by the reference tool, as texts.
pub(super) fn finite(json: &str) -> std::borrow::Cow<'_, str> {
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
            None => s.replace(',', "").parse().ok(),
        },
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
