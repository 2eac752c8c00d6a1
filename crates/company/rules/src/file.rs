//! 企业档案: the words of a company file: size, industry (GB/T 4754), and the facts that it holds.

use kernel::{Date, Said, words};
use serde_json::{Value as Json, json};

use crate::policy::facts::Fact;
use crate::policy::period::Period;
use crate::policy::{Book, Company, Facts, Number, PolicyError};

words! {
    /// 规模 (统计上大中小微型企业划分办法); 个体工商户 stand apart.
    inherent Size {
        Large = "large", "大型";
        Medium = "medium", "中型";
        Small = "small", "小型";
        Micro = "micro", "微型";
        SoleTrader = "sole_trader", "个体";
    }
}

impl Size {
    /// Reads a size as offices write it: 小型企业, 个体工商户.
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let bare = text.strip_suffix("企业").or_else(|| text.strip_suffix("工商户")).unwrap_or(text);
        let short = |s: &Self| s.zh().strip_suffix('型') == Some(bare);
        Self::read(bare).or_else(|| Self::ALL.into_iter().find(short))
    }
}

/// 行业门类 (GB/T 4754—2017): letter, name, the last of its divisions.
pub const SECTIONS: [(char, &str, u8); 20] = [
    ('A', "农、林、牧、渔业", 5),
    ('B', "采矿业", 12),
    ('C', "制造业", 43),
    ('D', "电力、热力、燃气及水生产和供应业", 46),
    ('E', "建筑业", 50),
    ('F', "批发和零售业", 52),
    ('G', "交通运输、仓储和邮政业", 60),
    ('H', "住宿和餐饮业", 62),
    ('I', "信息传输、软件和信息技术服务业", 65),
    ('J', "金融业", 69),
    ('K', "房地产业", 70),
    ('L', "租赁和商务服务业", 72),
    ('M', "科学研究和技术服务业", 75),
    ('N', "水利、环境和公共设施管理业", 79),
    ('O', "居民服务、修理和其他服务业", 82),
    ('P', "教育", 83),
    ('Q', "卫生和社会工作", 85),
    ('R', "文化、体育和娱乐业", 90),
    ('S', "公共管理、社会保障和社会组织", 96),
    ('T', "国际组织", 97),
];

/// An industry as offices write it, as its code: the letter of the section, then up to four digits. `3911`, `C3911`,
/// `制造业` and `C` are read; none when it is no industry.
pub fn industry(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_uppercase();
    let said = |name: &&(char, &str, u8)| name.1 == text || name.1.trim_end_matches('业') == text;
    if let Some(section) = SECTIONS.iter().find(said) {
        return Some(section.0.to_string());
    }
    let (letter, digits) = match text.chars().next()? {
        c if c.is_ascii_alphabetic() => (Some(c), &text[1..]),
        _ => (None, text.as_str()),
    };
    if digits.is_empty() {
        return letter.filter(|c| SECTIONS.iter().any(|s| s.0 == *c)).map(String::from);
    }
    if !(2..=4).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let division: u8 = digits[..2].parse().ok()?;
    let section = SECTIONS.iter().find(|s| division <= s.2).filter(|_| division > 0)?.0;
    (letter.is_none() || letter == Some(section)).then(|| format!("{section}{digits}"))
}

/// The name of the section of an industry; empty when it is not known.
pub fn industry_name(code: &str) -> &'static str {
    let letter = code.chars().next();
    SECTIONS.iter().find(|s| Some(s.0) == letter).map_or("", |s| s.1)
}

/// What a company file knows, as it is kept: a list of `{field, value, as_of, source}`.
pub type FactList = Vec<Json>;

/// Facts kept for one company at most.
pub const FACTS_MAX: usize = 500;

/// What is known of a company, as it is kept.
pub fn fact_list(facts: &Facts, company: &Company) -> FactList {
    let mut out: Vec<(String, Option<String>, Json)> = Vec::new();
    for field in facts.fields() {
        let Some(number) = facts.number(field) else { continue };
        let all = company.facts.get(&number).map_or(&[][..], Vec::as_slice);
        // Of values of one day that differ none is kept: which holds is not known, and the reader has told it.
        let certain = |f: &&Fact| !all.iter().any(|o| o.as_of == f.as_of && o.value != f.value);
        for f in all.iter().filter(certain) {
            let as_of = f.as_of.map(|d| d.to_string());
            let mut one = json!({ "field": field, "value": f.value });
            if let Some(d) = &as_of {
                one["as_of"] = json!(d);
            }
            if !f.source.is_empty() {
                one["source"] = json!(&*f.source);
            }
            out.push((field.to_owned(), as_of, one));
        }
    }
    out.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    out.into_iter().map(|o| o.2).collect()
}

/// The new facts laid over the old ones: one value for each field and time, the newer one counts.
///
/// # Errors
/// More than a file holds.
pub fn merged(old: FactList, new: FactList) -> Result<FactList, Said> {
    let key = |f: &Json| (f["field"].as_str().map(str::to_owned), f["as_of"].as_str().map(str::to_owned));
    let mut all = old;
    for one in new {
        let at = key(&one);
        all.retain(|f| key(f) != at);
        all.push(one);
    }
    all.sort_by_key(key);
    if all.len() > FACTS_MAX {
        return Err(Said::new(
            format!("一家企业最多存 {FACTS_MAX} 个数"),
            format!("at most {FACTS_MAX} facts of one company"),
        ));
    }
    Ok(all)
}

/// What a company says of itself: field (with its time, as a question names it: `insured@Y-1`) and value.
///
/// # Errors
/// A field or a value that is none, or too long.
pub fn said_by_company(facts: &[(String, String)], today: Date) -> Result<FactList, Said> {
    let mut out = FactList::new();
    for (field, value) in facts {
        let (field, value) = (field.trim(), value.trim());
        if value.is_empty() {
            continue;
        }
        if field.is_empty() || field.chars().count() > 100 || value.chars().count() > 200 {
            return Err(Said::new("这一项太长，请核对", "this is too long: check it"));
        }
        let value = match (value, Number::read(value)) {
            ("是" | "true", _) => json!(true),
            ("否" | "false", _) => json!(false),
            // What looks like a code is one: a leading nought belongs to it.
            (text, Some(n)) if !text.starts_with('0') || text.len() == 1 || text.starts_with("0.") => {
                json!(n)
            }
            (text, _) => json!(text),
        };
        let (key, time) = field.split_once('@').map_or((field, None), |(k, t)| (k, Some(t)));
        let mut one = json!({ "field": key, "value": value, "source": SELF });
        if let Some(time) = time {
            one["as_of"] = json!(year_of(time, today).unwrap_or_else(|| time.to_owned()));
        }
        out.push(one);
    }
    Ok(out)
}

/// `Y` and `Y-1` are years only on the day of the question.
fn year_of(time: &str, today: Date) -> Option<String> {
    match time.parse::<Period>().ok()? {
        Period::Year(back) => Some((today.year() + back).to_string()),
        _ => None,
    }
}

/// 来源: what the company itself said.
pub const SELF: &str = "企业自填";

/// Companies with their kept facts, as policies read them.
///
/// # Errors
/// A kept list cannot be read.
pub fn facts_of(kept: Vec<(String, String, FactList)>, book: &Book) -> Result<Facts, PolicyError> {
    let all: Vec<Json> = kept
        .into_iter()
        .map(|(code, name, facts)| json!({ "company": code, "name": name, "facts": facts }))
        .collect();
    Facts::from_values(all, book)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_industry_is_read_in_every_way_it_is_written() {
        for (text, code) in [
            ("3911", "C3911"),
            ("C39", "C39"),
            ("制造业", "C"),
            ("制造", "C"),
            ("c", "C"),
            ("65", "I65"),
            ("01", "A01"),
        ] {
            assert_eq!(industry(text).as_deref(), Some(code), "{text}");
        }
        for text in ["", "D39", "00", "99", "Z", "39110", "饭馆", "C3", "é1"] {
            assert_eq!(industry(text), None, "{text}");
        }
        assert_eq!(industry_name("C3911"), "制造业");
        assert!(SECTIONS.windows(2).all(|w| w[0].2 < w[1].2 && w[0].0 < w[1].0));
    }

    #[test]
    fn a_size_is_read_with_and_without_its_tail() {
        for (text, size) in [
            ("小型企业", Size::Small),
            ("大", Size::Large),
            ("micro", Size::Micro),
            ("个体工商户", Size::SoleTrader),
        ] {
            assert_eq!(Size::of(text), Some(size), "{text}");
        }
        assert_eq!(Size::of("小微"), None, "two sizes at once are none");
    }

    #[test]
    fn of_two_values_for_one_time_the_newer_counts() {
        let book = Book::default();
        let facts = Facts::from_json(
            r#"{"company":"甲","facts":{"insured@2024":100,"insured":7,"size":"小型"}}"#,
            &book,
        )
        .unwrap();
        let old = fact_list(&facts, &facts.companies[0]);
        assert_eq!(old.len(), 3);
        let new = vec![json!({"field": "insured", "as_of": "2024-12-31", "value": 90, "source": "社保"})];
        let all = merged(old, new).unwrap();
        assert_eq!(all.len(), 3);
        let again = facts_of(vec![("甲".into(), "甲公司".into(), all.clone())], &book).unwrap();
        assert_eq!(fact_list(&again, &again.companies[0]), all, "kept and read they are the same");
    }
}
