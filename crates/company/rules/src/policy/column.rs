//! 列名: which field a name means, however it is written, and in which unit its values are: `研发费用（万元）`, `Insured`.

use std::collections::HashMap;

use super::item::{Book, FieldKind};
use super::number::Number;
use super::value::Value;

/// A name for comparing: half-width, small letters, no blanks.
fn plain(text: &str) -> String {
    let half = text.chars().map(tabular::when::half_width).filter(|c| !c.is_whitespace());
    half.flat_map(char::to_lowercase).collect()
}

/// What fields are called, from the declarations of the book and from what its items read.
pub(super) struct Names {
    keys: HashMap<String, String>,
    /// by their plain writing; none where two fields are written alike
    loose: HashMap<String, Option<String>>,
    kinds: HashMap<String, FieldKind>,
    sources: HashMap<String, String>,
    units: HashMap<String, String>,
}

impl Names {
    pub(super) fn of(book: &Book) -> Self {
        let mut names = Self {
            keys: HashMap::new(),
            loose: HashMap::new(),
            kinds: HashMap::new(),
            sources: HashMap::new(),
            units: HashMap::new(),
        };
        for f in &book.fields {
            let all = std::iter::once(&f.name).chain(&f.synonyms).filter(|n| !n.is_empty());
            for other in all {
                names.keys.insert(other.clone(), f.key.clone());
                names.loosely(other, &f.key);
            }
            names.keys.entry(f.key.clone()).or_insert_with(|| f.key.clone());
            names.loosely(&f.key, &f.key);
            names.kinds.insert(f.key.clone(), f.kind);
            names.sources.insert(f.key.clone(), f.source.clone());
            names.units.insert(f.key.clone(), f.unit.clone());
        }
        for item in &book.items {
            item.exprs(&mut |e| {
                e.walk(&mut |e| {
                    if let super::expr::Expr::Field(name, _) = e {
                        names.keys.entry(name.clone()).or_insert_with(|| name.clone());
                        names.loosely(name, name);
                    }
                });
            });
        }
        names
    }
    fn loosely(&mut self, written: &str, key: &str) {
        let of = self.loose.entry(plain(written)).or_insert_with(|| Some(key.to_owned()));
        if of.as_deref() != Some(key) {
            *of = None;
        }
    }
    fn known(&self, written: &str) -> Option<&str> {
        if let Some(key) = self.keys.get(written) {
            return Some(key);
        }
        self.loose.get(&plain(written))?.as_deref()
    }

    /// The field that a name means, and the unit in brackets behind it. None when neither the table of fields nor
    /// an item knows it.
    pub(super) fn field<'n>(&'n self, written: &'n str) -> Option<(&'n str, &'n str)> {
        if let Some(key) = self.known(written) {
            return Some((key, ""));
        }
        let text = written.trim().strip_suffix([')', '）', ']', '】'])?;
        let (name, unit) = text.rsplit_once(['(', '（', '[', '【'])?;
        let key = self.known(name.trim())?;
        self.scale(key, unit)?;
        Some((key, unit.trim()))
    }
    pub(super) fn kind(&self, key: &str) -> FieldKind {
        self.kinds.get(key).copied().unwrap_or_default()
    }
    pub(super) fn source(&self, key: &str) -> &str {
        self.sources.get(key).map_or("", String::as_str)
    }

    /// By how much a value in `unit` is more than one in the unit of the field: 万元 where 元 is declared is 10,000.
    /// None when the two do not measure the same.
    fn scale(&self, key: &str, unit: &str) -> Option<Number> {
        let declared = self.units.get(key).map_or("", String::as_str);
        let ((own, own_base), (new, new_base)) = (measure(declared)?, measure(unit)?);
        let fits = own_base.is_empty() || new_base.is_empty() || own_base == new_base;
        fits.then(|| new.over(own)).flatten()
    }

    /// A value that stands in `unit` in the unit of its field; none when that cannot be told.
    pub(super) fn in_unit(&self, key: &str, value: &Value, unit: &str) -> Option<Value> {
        let scale = self.scale(key, unit)?;
        if scale == Number::ONE {
            return Some(value.clone());
        }
        let n = match value {
            Value::Number(n) => *n,
            // 150万 in a column of 万元 has two units: which holds?
            Value::Text(t) if !t.contains(['万', '亿', '%', '％', '‰', '千', '百']) => {
                Number::read(t)?
            }
            Value::Text(_) | Value::Bool(_) | Value::Date(_) => return None,
        };
        n.times(scale).map(Value::Number)
    }
}

/// Units without a multiple.
const BASES: [&str; 20] = [
    "元",
    "人",
    "个月",
    "月",
    "年",
    "天",
    "日",
    "家",
    "件",
    "项",
    "次",
    "个",
    "户",
    "名",
    "平方米",
    "亩",
    "吨",
    "度",
    "台",
    "",
];

/// The multiple of a unit and what it measures: 万元 is 10,000 and 元.
fn measure(unit: &str) -> Option<(Number, String)> {
    let unit = plain(unit);
    let unit = unit.strip_prefix("单位:").or_else(|| unit.strip_prefix("单位")).unwrap_or(&unit);
    let unit = unit.strip_prefix("人民币").unwrap_or(unit);
    let multiples = [
        ("万", 10_000),
        ("亿", 100_000_000),
        ("千", 1_000),
        ("百万", 1_000_000),
        ("千万", 10_000_000),
        ("", 1),
    ];
    if let "%" | "百分比" = unit {
        return Some((Number::read("1%")?, String::new()));
    }
    let of = |(word, n): &(&str, i64)| {
        let base = unit.strip_prefix(word)?;
        BASES.contains(&base).then(|| (Number::whole(*n), base.to_owned()))
    };
    multiples.iter().filter_map(of).max_by(|a, b| a.0.cmp(&b.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let book = serde_json::json!({"fields": [
            {"key": "insured", "name": "参保人数", "unit": "人", "type": "number", "synonyms": ["职工人数"]},
            {"key": "rd", "name": "研发费用", "unit": "元", "type": "number"},
            {"key": "rev", "name": "营业收入", "unit": "万元", "type": "number"},
            {"key": "rate", "name": "增长率", "unit": "%"}
        ], "items": []});
        Names::of(&Book::read(&book.to_string()).unwrap_or_else(|e| panic!("{e:?}")))
    }

    #[test]
    fn a_field_by_every_writing_of_its_name_and_unit() {
        let names = names();
        for (written, key) in [
            ("insured", "insured"),
            ("Insured", "insured"),
            ("INSURED", "insured"),
            ("参保人数", "insured"),
            ("参保 人数", "insured"),
            ("参保人数（人）", "insured"),
            ("参保人数(人)", "insured"),
            ("职工人数（万人）", "insured"),
            ("研发费用（万元）", "rd"),
            ("研发费用(元)", "rd"),
            ("研发费用（单位：万元）", "rd"),
            ("研发费用（亿元）", "rd"),
            ("营业收入（元）", "rev"),
        ] {
            assert_eq!(names.field(written).map(|f| f.0), Some(key), "{written}");
        }
        for written in ["参保人数（元）", "参保人数（2024）", "研发费用（含税）", "备注", "（元）", "人数"]
        {
            assert_eq!(names.field(written), None, "{written}");
        }
    }

    #[test]
    fn a_value_in_every_unit() {
        let names = names();
        for (written, value, want) in [
            ("研发费用（万元）", "150", Some("1500000")),
            ("研发费用（亿元）", "1.5", Some("150000000")),
            ("研发费用（千元）", "1.5", Some("1500")),
            ("研发费用（百万元）", "1.5", Some("1500000")),
            ("研发费用（元）", "150", Some("150")),
            ("营业收入（元）", "150", Some("0.015")),
            ("营业收入（亿元）", "2", Some("20000")),
            ("参保人数（万人）", "1.2", Some("12000")),
            ("研发费用（万元）", "150万", None),
            ("研发费用（万元）", "约150", None),
        ] {
            let (key, unit) = names.field(written).unwrap_or_else(|| panic!("{written}"));
            let got = names.in_unit(key, &Value::text(value), unit).map(|v| v.to_string());
            assert_eq!(got.as_deref(), want, "{written} {value}");
        }
    }
}
