//! 已知情况: what is known of companies, each value with its source and the day it speaks of.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use kernel::Date;
use serde_json::Value as Json;

use super::column::Names;
use super::item::{Book, FieldKind, PolicyError};
use super::period::Period;
use super::value::{Value, day_of};

/// One known value.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// the value
    pub value: Value,
    /// the day it speaks of (时点)
    pub as_of: Option<Date>,
    /// where it comes from (来源)
    pub source: Arc<str>,
}

/// One company and what is known of it.
#[derive(Clone, Debug, Default)]
pub struct Company {
    /// 统一社会信用代码, or whatever names it
    pub id: String,
    /// 名称
    pub name: String,
    /// by the number of the field
    pub facts: HashMap<u32, Vec<Fact>>,
}

/// The companies of a question.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// every company, in the order of the file
    pub companies: Vec<Company>,
    numbers: HashMap<String, u32>,
    sources: HashMap<String, Arc<str>>,
    /// what could not be used, and why; never dropped in silence
    pub set_aside: Vec<PolicyError>,
    /// what nobody asks for and no declaration names, with how often it came
    pub unknown_fields: BTreeMap<String, usize>,
}

/// Companies in one question, at most.
pub const COMPANIES_MAX: usize = 2_000_000;

/// Names of the column with the company's code.
pub const ID_KEYS: &[&str] =
    &["company", "id", "code", "credit_code", "统一社会信用代码", "信用代码", "企业代码", "企业"];
/// Names of the column with the company's name.
pub const NAME_KEYS: &[&str] = &["name", "company_name", "企业名称", "名称", "单位名称"];

/// Columns of a table with a row a fact.
const FIELD_COLUMNS: &[&str] = &["field", "字段", "字段名", "字段名称", "指标", "指标名称", "项目", "数据项"];
const VALUE_COLUMNS: &[&str] = &["value", "值", "数值", "指标值", "字段值", "取值", "数据值"];
const AS_OF_COLUMNS: &[&str] = &[
    "as_of",
    "时点",
    "时间",
    "日期",
    "年度",
    "年份",
    "统计时间",
    "统计年度",
    "数据时间",
    "截至日期",
    "期间",
];
const SOURCE_COLUMNS: &[&str] = &["source", "来源", "数据来源", "来源部门", "提供部门"];

/// What a fact in JSON may hold.
const FACT_KEYS: &[&str] = &[
    "field", "字段", "value", "值", "unit", "单位", "as_of", "时点", "source", "来源", "note", "备注",
    "说明", "text",
];

fn bad(zh: impl Into<String>, en: impl Into<String>) -> PolicyError {
    PolicyError::new(zh, en)
}

impl Company {
    /// The newest value that answers a question asked on `at`.
    pub fn value(&self, field: u32, period: Period, at: Date) -> Option<&Fact> {
        let facts = self.facts.get(&field)?;
        let fits = || facts.iter().filter(|f| period.holds(f.as_of, at));
        // A dated value counts before an undated one. Two that speak of one day and differ leave it unknown: neither
        // is more likely than the other, and an older one is not what is asked for.
        let newest = fits().max_by_key(|f| f.as_of)?;
        (!fits().any(|f| f.as_of == newest.as_of && f.value != newest.value)).then_some(newest)
    }
}

impl Facts {
    /// The number of a field, when anybody supplies it.
    pub fn number(&self, field: &str) -> Option<u32> {
        self.numbers.get(field).copied()
    }
    /// Every field that anybody supplies.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.numbers.keys().map(String::as_str)
    }
    fn number_of(&mut self, field: &str) -> u32 {
        if let Some(n) = self.numbers.get(field) {
            return *n;
        }
        let n = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.insert(field.to_owned(), n);
        n
    }
    fn source(&mut self, text: &str) -> Arc<str> {
        if let Some(s) = self.sources.get(text) {
            return Arc::clone(s);
        }
        let s: Arc<str> = Arc::from(text);
        self.sources.insert(text.to_owned(), Arc::clone(&s));
        s
    }

    /// Adds one fact to a company; answers the number of the field, so that only what reads it is asked again.
    pub fn add(&mut self, company: usize, field: &str, fact: Fact) -> Option<u32> {
        let n = self.number_of(field);
        self.companies.get_mut(company)?.facts.entry(n).or_default().push(fact);
        Some(n)
    }

    /// Reads JSON: a list of companies, an object with `companies`, one company, or a company a line.
    ///
    /// # Errors
    /// When the text is no JSON or a company has no name.
    pub fn from_json(text: &str, book: &Book) -> Result<Self, PolicyError> {
        let text = text.trim_start_matches('\u{feff}');
        let mut facts = Self::default();
        let named = Names::of(book);
        match serde_json::from_str::<Json>(text) {
            Ok(Json::Array(list)) => facts.take_all(list, &named)?,
            Ok(Json::Object(mut map)) => {
                match map.remove("companies").or_else(|| map.remove("facts").filter(Json::is_array)) {
                    Some(Json::Array(list)) => facts.take_all(list, &named)?,
                    Some(_) => return Err(bad("companies 要是一个列表", "companies must be a list")),
                    None => {
                        let one: Json = serde_json::from_str(text).map_err(|e| PolicyError::of(&e))?;
                        facts.take_all(vec![one], &named)?;
                    }
                }
            }
            Ok(_) => return Err(bad("企业情况要是 JSON 列表或对象", "facts must be a JSON list or object")),
            Err(whole) => {
                let mut list = Vec::new();
                for (i, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
                    list.push(serde_json::from_str(line).map_err(|e| {
                        if i == 0 {
                            bad(
                                format!("企业情况不是 JSON:{whole}"),
                                format!("the facts are not JSON: {whole}"),
                            )
                        } else {
                            bad(
                                format!("第 {} 行不是 JSON:{e}", i + 1),
                                format!("line {} is not JSON: {e}", i + 1),
                            )
                        }
                    })?);
                }
                facts.take_all(list, &named)?;
            }
        }
        facts.settle();
        Ok(facts)
    }

    /// Says which values of one field and day differ: none of them is used.
    fn settle(&mut self) {
        let names: HashMap<u32, &String> = self.numbers.iter().map(|(name, n)| (*n, name)).collect();
        let mut told = Vec::new();
        for company in &self.companies {
            for (field, facts) in company.facts.iter().filter(|(_, f)| f.len() > 1) {
                let mut days: BTreeMap<Option<Date>, Vec<&Fact>> = BTreeMap::new();
                facts.iter().for_each(|f| days.entry(f.as_of).or_default().push(f));
                for (day, facts) in days {
                    if facts.iter().all(|f| f.value == facts[0].value) {
                        continue;
                    }
                    let of = |f: &&Fact| match &*f.source {
                        "" => f.value.to_string(),
                        source => format!("{}({source})", f.value),
                    };
                    let values = facts.iter().take(5).map(of).collect::<Vec<_>>().join("、");
                    let name = names.get(field).map_or("", |n| n.as_str());
                    let day = day.map_or_else(String::new, |d| format!("@{d}"));
                    told.push(bad(
                        format!(
                            "企业 {} 的“{name}{day}”有互相矛盾的值：{values}；不知以哪个为准，按未知处理，请核对后只留一个或各写时点",
                            company.id
                        ),
                        format!(
                            "company {}: “{name}{day}” has values that differ: {values}; which holds is not known, so it counts as unknown: keep one, or state their days",
                            company.id
                        ),
                    ));
                }
            }
        }
        told.sort_by(|a, b| a.said.zh.cmp(&b.said.zh));
        self.set_aside.append(&mut told);
    }

    /// Reads companies that are JSON already.
    ///
    /// # Errors
    /// A company has no name.
    pub fn from_values(list: Vec<Json>, book: &Book) -> Result<Self, PolicyError> {
        let mut facts = Self::default();
        facts.take_all(list, &Names::of(book))?;
        facts.settle();
        Ok(facts)
    }

    fn take_all(&mut self, list: Vec<Json>, named: &Names) -> Result<(), PolicyError> {
        if list.len() > COMPANIES_MAX {
            return Err(bad(
                format!("一次最多 {COMPANIES_MAX} 家企业"),
                format!("at most {COMPANIES_MAX} companies at once"),
            ));
        }
        let mut places: HashMap<String, usize> = HashMap::new();
        for (i, one) in list.into_iter().enumerate() {
            let Json::Object(mut map) = one else {
                return Err(bad(
                    format!("第 {} 家不是对象", i + 1),
                    format!("company {} is not an object", i + 1),
                ));
            };
            let mut take = |keys: &[&str]| {
                keys.iter().find_map(|k| match map.get(*k) {
                    Some(Json::String(_) | Json::Number(_)) => map.remove(*k),
                    _ => None,
                })
            };
            let plain = |v: Json| v.as_str().map_or_else(|| v.to_string(), str::to_owned).trim().to_owned();
            let (id, name) = (take(ID_KEYS).map(plain), take(NAME_KEYS).map(plain).unwrap_or_default());
            let id = id.filter(|i| !i.is_empty()).unwrap_or_else(|| name.clone());
            if id.is_empty() {
                return Err(bad(
                    format!("第 {} 家没有 company(统一社会信用代码)", i + 1),
                    format!("company {} has no company (credit code)", i + 1),
                ));
            }
            let place = self.place(&mut places, id, name);
            let inner = match map.remove("facts") {
                Some(Json::Object(inner)) => inner,
                Some(Json::Array(list)) => {
                    self.take_list(place, list, named);
                    map
                }
                Some(other) => {
                    return Err(bad(
                        format!("facts 要是对象或列表:{other}"),
                        format!("facts must be an object or a list: {other}"),
                    ));
                }
                // A fact a row, as a table has it.
                None if map.contains_key("value")
                    && ["field", "字段"].iter().any(|k| map.get(*k).is_some_and(Json::is_string)) =>
                {
                    self.take_list(place, vec![Json::Object(map)], named);
                    continue;
                }
                None => map,
            };
            for (key, raw) in inner {
                match raw {
                    Json::Array(list) => list.iter().for_each(|one| self.take_one(place, &key, one, named)),
                    one => self.take_one(place, &key, &one, named),
                }
            }
        }
        Ok(())
    }

    fn place(&mut self, places: &mut HashMap<String, usize>, id: String, name: String) -> usize {
        if let Some(i) = places.get(&id) {
            if self.companies[*i].name.is_empty() {
                self.companies[*i].name = name;
            }
            return *i;
        }
        let i = self.companies.len();
        places.insert(id.clone(), i);
        self.companies.push(Company { id, name, facts: HashMap::new() });
        i
    }

    fn take_list(&mut self, place: usize, list: Vec<Json>, named: &Names) {
        for one in list {
            match one.get("field").or_else(|| one.get("字段")).and_then(Json::as_str).map(str::to_owned) {
                Some(field) => self.take_one(place, &field, &one, named),
                None => self.aside(place, &one.to_string(), "没有 field", "it names no field"),
            }
        }
    }

    fn aside(&mut self, place: usize, what: &str, zh: &str, en: &str) {
        let company = self.companies.get(place).map(|c| c.id.clone()).unwrap_or_default();
        let what: String = what.chars().take(60).collect();
        self.set_aside.push(bad(
            format!("企业 {company} 的“{what}”没有采用:{zh}"),
            format!("company {company}: “{what}” was not used: {en}"),
        ));
    }

    fn take_one(&mut self, place: usize, key: &str, raw: &Json, named: &Names) {
        let (key, mut as_of) = match key.split_once('@') {
            Some((field, when)) => match day_stated(when) {
                Some(day) => (field, Some(day)),
                None => {
                    return self.aside(
                        place,
                        key,
                        "时点要写成 2024、2024-12 或 2024-12-31",
                        "its time must be 2024, 2024-12 or 2024-12-31",
                    );
                }
            },
            None => (key, None),
        };
        if let Some(met) = self.unknown_fields.get_mut(key) {
            *met += 1;
            return self.take_value(place, (key, key, as_of), raw, "", named);
        }
        let Some((field, in_name)) = named.field(key) else {
            // Kept, for a later item may ask for it; told all the same.
            self.unknown_fields.insert(key.to_owned(), 1);
            return self.take_value(place, (key, key, as_of), raw, "", named);
        };
        self.take_value(place, (key, field, as_of.take()), raw, in_name, named);
    }

    fn take_value(
        &mut self,
        place: usize,
        (key, field, mut as_of): (&str, &str, Option<Date>),
        raw: &Json,
        in_name: &str,
        named: &Names,
    ) {
        let mut unit = in_name.to_owned();
        let (value, mut source) = match raw {
            Json::Object(map) => {
                let strange: Vec<&str> =
                    map.keys().map(String::as_str).filter(|k| !FACT_KEYS.contains(k)).collect();
                if !strange.is_empty() {
                    let names = strange.join("、");
                    return self.aside(
                        place,
                        key,
                        &format!("里面有不认识的项：{names}（认识的是 value、unit、as_of、source、note）"),
                        &format!(
                            "it holds what is not known: {names} (known: value, unit, as_of, source, note)"
                        ),
                    );
                }
                let text = |k: &str| {
                    map.get(k).and_then(|v| {
                        v.as_str().map(str::to_owned).or_else(|| v.as_i64().map(|n| n.to_string()))
                    })
                };
                if let Some(when) = text("as_of").or_else(|| text("时点")).filter(|t| !t.trim().is_empty())
                {
                    as_of = match day_stated(&when) {
                        Some(day) => Some(day),
                        None => {
                            return self.aside(
                                place,
                                key,
                                "时点 as_of 要写成 2024、2024-12 或 2024-12-31",
                                "as_of must be 2024, 2024-12 or 2024-12-31",
                            );
                        }
                    };
                }
                let source = text("source").or_else(|| text("来源")).unwrap_or_default();
                if let Some(stated) = text("unit").or_else(|| text("单位")).filter(|u| !u.trim().is_empty())
                {
                    unit = stated;
                }
                (map.get("value").or_else(|| map.get("值")).unwrap_or(&Json::Null), source)
            }
            plain => (plain, String::new()),
        };
        let declared = named.kind(field);
        let Some(found) = Value::from_json(value) else {
            if !matches!(value, Json::Null | Json::String(_)) {
                self.aside(
                    place,
                    key,
                    "值要是数、文字、是否或日期",
                    "its value must be a number, text, true/false or a day",
                );
            }
            // Said to be unknown: the same as not being there.
            self.number_of(field);
            return;
        };
        let measured = if unit.is_empty() { Some(found) } else { named.in_unit(field, &found, &unit) };
        let Some(found) = measured else {
            return self.aside(
                place,
                key,
                &format!("单位“{unit}”与字段或与值不符"),
                &format!("its unit {unit:?} does not fit the field or the value"),
            );
        };
        let Some(found) = typed(found, declared) else {
            return self.aside(
                place,
                key,
                "值与字段的类型不符",
                "its value does not fit the type of the field",
            );
        };
        if source.is_empty() {
            named.source(field).clone_into(&mut source);
        }
        let source = self.source(&source);
        let field = field.to_owned();
        self.add(place, &field, Fact { value: found, as_of, source });
    }

    /// Reads a table: a row a company with a column a field (`参保人数@2024`), or, when the columns are company,
    /// field and value (and as_of, source), a row a fact.
    ///
    /// # Errors
    /// When no column names the company.
    pub fn from_table(
        header: &[String],
        rows: impl Iterator<Item = Vec<String>>,
        book: &Book,
    ) -> Result<Self, PolicyError> {
        let named = Names::of(book);
        let column = |keys: &[&str]| header.iter().position(|h| keys.contains(&h.trim()));
        let id = column(ID_KEYS).or_else(|| column(NAME_KEYS)).ok_or_else(|| {
            bad(
                format!("没有企业一列(company 或 统一社会信用代码);有:{}", header.join("、")),
                format!(
                    "no column names the company (company or 统一社会信用代码); there are: {}",
                    header.join(", ")
                ),
            )
        })?;
        let name = column(NAME_KEYS);
        // A column that is a field of the book is no part of a long table.
        let part = |keys: &[&str]| {
            header.iter().position(|h| keys.contains(&h.trim()) && named.field(h.trim()).is_none())
        };
        let long = (part(FIELD_COLUMNS), part(VALUE_COLUMNS));
        let (as_of, source, unit) =
            (part(AS_OF_COLUMNS), part(SOURCE_COLUMNS), part(&["unit", "单位", "计量单位"]));
        let mut facts = Self::default();
        let mut places = HashMap::new();
        for row in rows {
            let cell = |i: Option<usize>| {
                i.and_then(|i| row.get(i)).map(|s| s.trim().to_owned()).unwrap_or_default()
            };
            let company = cell(Some(id));
            if company.is_empty() {
                if row.iter().any(|c| !c.trim().is_empty()) {
                    let what = row.join(",");
                    let shown: String = what.chars().take(60).collect();
                    facts.set_aside.push(bad(
                        format!("这一行没有企业代码:{shown}"),
                        format!("this row names no company: {shown}"),
                    ));
                }
                continue;
            }
            if facts.companies.len() >= COMPANIES_MAX {
                return Err(bad(
                    format!("一次最多 {COMPANIES_MAX} 家企业"),
                    format!("at most {COMPANIES_MAX} companies at once"),
                ));
            }
            let place = facts.place(&mut places, company, cell(name));
            if let (Some(f), Some(v)) = long {
                let raw = serde_json::json!({ "value": plain_cell(row.get(v)), "unit": cell(unit), "as_of": cell(as_of), "source": cell(source) });
                let field = cell(Some(f));
                facts.take_one(place, &field, &raw, &named);
                continue;
            }
            for (i, h) in header.iter().enumerate() {
                if i != id && Some(i) != name && !h.trim().is_empty() {
                    facts.take_one(place, h.trim(), &plain_cell(row.get(i)), &named);
                }
            }
        }
        facts.settle();
        Ok(facts)
    }
}

/// The day that a stated time ends with: `2024`, `2024年度`, `2024年6月`, `2024-12-31`.
fn day_stated(text: &str) -> Option<Date> {
    let half: String = text.trim().chars().map(tabular::when::half_width).collect();
    let text = half.strip_suffix("度").filter(|t| t.ends_with('年')).unwrap_or(&half);
    let text = text.strip_suffix('末').unwrap_or(text);
    match text.parse::<Period>() {
        Ok(Period::In(y)) => Date::new(y, 12, 31).ok(),
        Ok(Period::Month(y, m)) => Date::new(y, m, 1).ok().map(Date::last_of_month),
        Ok(Period::Day(d)) => Some(d),
        Ok(Period::Latest | Period::Year(_)) => None,
        Err(_) => day_of(text),
    }
}

/// A cell: numbers as numbers unless they are codes (a leading 0, or longer than money gets).
fn plain_cell(cell: Option<&String>) -> Json {
    let text = cell.map(|c| c.trim()).unwrap_or_default();
    let code = text.len() > 15 || text.starts_with('0') && text.len() > 1 && !text.starts_with("0.");
    if !code
        && !text.is_empty()
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | 'e' | 'E'))
        && let Ok(n) = serde_json::from_str::<serde_json::Number>(text)
    {
        return Json::Number(n);
    }
    Json::String(text.to_owned())
}

fn typed(value: Value, kind: FieldKind) -> Option<Value> {
    match kind {
        FieldKind::Any => Some(value),
        FieldKind::Number => value.as_number().map(Value::Number),
        FieldKind::Text => Some(Value::text(&value.to_string())),
        FieldKind::Bool => value.as_bool().map(Value::Bool),
        FieldKind::Date => value.as_date().or_else(|| day_of(&value.to_string())).map(Value::Date),
    }
}
