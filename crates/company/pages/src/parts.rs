//! 零件: how a company is told on every page of it.

use company::file::SECTIONS;
use company_acts::{CompanyView, EventLine};
use web_kit::{Lang, Opt, opt, when};

use crate::Page;

/// A fact as a table shows it.
pub(crate) struct FactRow {
    pub field: String,
    pub value: String,
    pub as_of: String,
    pub source: String,
}

/// A line of its history.
pub(crate) struct LineRow {
    pub at: String,
    pub who: String,
    pub act: String,
    pub purpose: String,
}

pub(crate) fn facts(v: &CompanyView) -> Vec<FactRow> {
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(s) => s.clone(),
        serde_json::Value::Bool(true) => "是".to_owned(),
        serde_json::Value::Bool(false) => "否".to_owned(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    };
    let row = |f: &serde_json::Value| FactRow {
        field: {
            let key = text(&f["field"]);
            v.field_names.get(&key).cloned().unwrap_or(key)
        },
        value: text(&f["value"]),
        as_of: text(&f["as_of"]),
        source: text(&f["source"]),
    };
    v.facts.iter().map(row).collect()
}

pub(crate) fn lines(p: &Page, all: &[EventLine]) -> Vec<LineRow> {
    let line = |e: &EventLine| LineRow {
        at: when(p.lang, e.at),
        who: e.who.clone(),
        act: act(p, &e.act).to_owned(),
        purpose: e.purpose.clone(),
    };
    all.iter().map(line).collect()
}

fn act<'a>(p: &'a Page, word: &'a str) -> &'a str {
    match word {
        "put" => p.t.co_act_put,
        "import" => p.t.co_act_import,
        "unmask" => p.t.co_act_unmask,
        "print_code" => p.t.co_act_print_code,
        "renew_code" => p.t.co_act_renew_code,
        "say" => p.t.co_act_say,
        "whistle" => p.t.co_act_whistle,
        "account" => p.t.co_act_account,
        "claim" => p.t.co_act_claim,
        other => other,
    }
}

/// The word of a size.
pub(crate) fn size(p: &Page, word: &str) -> String {
    company::file::Size::read(word).map_or_else(String::new, |s| web_kit::word(p.lang, s))
}

/// Code and section of an industry, as one text.
pub(crate) fn industry(code: &str) -> String {
    format!("{code} {}", company::file::industry_name(code)).trim().to_owned()
}

pub(crate) fn sizes(lang: Lang, chosen: &str) -> Vec<Opt> {
    company::file::Size::ALL.iter().map(|s| opt(s.word(), &web_kit::word(lang, *s), chosen)).collect()
}

pub(crate) fn sections(chosen: &str) -> Vec<Opt> {
    SECTIONS.iter().map(|s| opt(&s.0.to_string(), &format!("{} {}", s.0, s.1), chosen)).collect()
}
