//! Materials, forms, shifts and arrivals: the parts of a model besides its steps.

use serde::{Serialize, Serializer};

use crate::dist::Distribution;

/// Where a material comes from (材料来源).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// 申请人自备
    Applicant,
    /// 政府部门核发
    Government,
    /// 前序环节产生
    Step,
    /// 未知
    Unknown,
}

/// Must it be handed in (必要性)?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Necessity {
    /// 必要
    Required,
    /// 非必要
    Optional,
    /// 容缺后补
    Later,
}

/// One line of a list of materials (材料, K1): one thing the applicant is asked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Material {
    /// name
    pub name: String,
    /// where it comes from
    pub source: Source,
    /// the unit that issues it
    #[serde(skip_serializing_if = "String::is_empty")]
    pub issuer: String,
    /// the step that makes it
    #[serde(skip_serializing_if = "String::is_empty")]
    pub made_by: String,
    /// paper, electronic, either (words of the source)
    #[serde(skip_serializing_if = "String::is_empty")]
    pub form: String,
    /// paper copies at each hand-in, the original counted as one
    pub copies: f64,
    /// must it be handed in
    pub necessity: Necessity,
    /// 告知承诺: a commitment may replace it
    pub promise: bool,
    /// 容缺: may be handed in later
    pub defer: bool,
    /// steps, items or units that ask for it; empty: derived from the needs of the steps
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asked_by: Vec<String>,
    /// situations in which it is asked for; empty: always
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<String>,
    /// what the applicant pays to get it, yuan
    pub fee: f64,
}

/// One field of a form (字段).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    /// name as printed
    pub name: String,
    /// what is meant
    #[serde(skip_serializing_if = "String::is_empty")]
    pub meaning: String,
    /// format: date, number, id …
    #[serde(skip_serializing_if = "String::is_empty")]
    pub format: String,
    /// code in a data standard
    #[serde(skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// where it can be filled in from
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prefill: String,
}

/// One form (表单).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Form {
    /// name
    pub name: String,
    /// unit, item or step that needs it
    #[serde(skip_serializing_if = "String::is_empty")]
    pub needed_by: String,
    /// situations in which it is filled in; empty: always
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<String>,
    /// its fields
    pub fields: Vec<Field>,
}

/// Working time that repeats every week (班次).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// days of the week, Monday = 1 … Sunday = 7
    pub days: Vec<u8>,
    /// begin, seconds since midnight
    #[serde(serialize_with = "clock")]
    pub from: u32,
    /// end, seconds since midnight, at most 86,400
    #[serde(serialize_with = "clock")]
    pub to: u32,
}

fn clock<S: Serializer>(s: &u32, out: S) -> Result<S::Ok, S::Error> {
    out.collect_str(&format_args!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60))
}

impl Shift {
    /// The shifts of an office: Monday to Friday, 8:30–12:00 and 13:30–18:00 (8 hours).
    pub fn office() -> Vec<Self> {
        let days: Vec<u8> = (1..=5).collect();
        vec![Self { days: days.clone(), from: 30_600, to: 43_200 }, Self { days, from: 48_600, to: 64_800 }]
    }
    /// Always, day and night.
    pub fn always() -> Vec<Self> {
        vec![Self { days: (1..=7).collect(), from: 0, to: 86_400 }]
    }
}

/// How cases arrive (到达).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Arrivals {
    /// time between two arrivals, working hours of the arrival calendar
    #[serde(serialize_with = "super::duration::write_one")]
    pub between: Distribution,
    /// when cases may arrive; empty: the calendar of the model
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calendar: Vec<Shift>,
}
