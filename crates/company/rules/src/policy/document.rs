//! 政策文件: the documents that items rest on: number, level, offices, days, clauses as they stand, a plain summary that a person
//! wrote, and how they stand to each other (replaces, details; what is replaced has expired by it).

use kernel::Date;
use serde::Deserialize;

use super::item::{Book, PolicyError, PolicyItem};
use super::value::read_date;

/// The longest text of one document, in characters: as much as a cell of a workbook holds.
pub const TEXT_MAX: usize = 30_000;
/// Documents of one book at most.
pub const DOCUMENTS_MAX: usize = 2_000;

/// One document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// 文号, as items name it
    pub number: String,
    /// 名称
    #[serde(default)]
    pub name: String,
    /// 层级: 国家级, 省级, 市级, 县级
    #[serde(default)]
    pub level: String,
    /// 发布单位
    #[serde(default)]
    pub office: String,
    /// 发布日期
    #[serde(default)]
    pub issued: String,
    /// in force from
    #[serde(default)]
    pub from: String,
    /// in force to, included
    #[serde(default)]
    pub to: String,
    /// 替代: numbers of documents that end with this one
    #[serde(default)]
    pub replaces: Vec<String>,
    /// 细化: numbers of documents that this one details
    #[serde(default)]
    pub details: Vec<String>,
    /// 摘要: what it means, in plain words, written by a person
    #[serde(default)]
    pub summary: String,
    /// 原文: the clauses as they stand
    #[serde(default)]
    pub text: String,
}

impl Document {
    /// Its first day in force: as it says, else the day on which it was issued.
    pub fn first_day(&self) -> Option<Date> {
        read_date(&self.from).or_else(|| read_date(&self.issued))
    }
    /// Its last day in force.
    pub fn last_day(&self) -> Option<Date> {
        read_date(&self.to)
    }
    /// Does an item that names its policy so rest on it?
    pub fn is_named(&self, policy: &str) -> bool {
        let rest = policy.trim().strip_prefix(self.number.trim());
        !self.number.trim().is_empty()
            && rest.is_some_and(|r| {
                r.is_empty() || r.starts_with(|c: char| c.is_whitespace() || "《（(，,".contains(c))
            })
            || !self.name.trim().is_empty() && policy.trim() == self.name.trim()
    }
    /// Does its text hold this sentence? Blanks, marks and the width of letters are no difference.
    pub fn holds(&self, sentence: &str) -> bool {
        let wanted = plain(sentence);
        !wanted.is_empty() && plain(&self.text).contains(&wanted)
    }
}

fn plain(text: &str) -> String {
    text.chars()
        .map(tabular::when::half_width)
        .filter(|c| c.is_alphanumeric() || matches!(c, '%' | '.' | '‰'))
        .flat_map(char::to_lowercase)
        .collect()
}

impl Book {
    /// The document that an item rests on.
    pub fn document_of(&self, item: &PolicyItem) -> Option<&Document> {
        self.documents.iter().find(|d| d.is_named(&item.policy))
    }
    /// What has taken the place of a document.
    pub fn replaced_by(&self, number: &str) -> Option<&Document> {
        self.documents.iter().find(|d| d.replaces.iter().any(|r| r.trim() == number))
    }

    /// What makes the documents of a book unusable.
    pub(super) fn document_faults(&self) -> Vec<PolicyError> {
        let mut found = Vec::new();
        if self.documents.len() > DOCUMENTS_MAX {
            found.push(PolicyError::new(
                format!("政策文件超过 {DOCUMENTS_MAX} 份，请分成几本"),
                format!("more than {DOCUMENTS_MAX} documents: divide the book"),
            ));
            return found;
        }
        for (n, d) in self.documents.iter().enumerate() {
            let place = format!("文件 {}", d.number);
            let mut say = |zh: String, en: String| found.push(PolicyError::new(zh, en).at(&place));
            if d.number.trim().is_empty() {
                say("没有文号".into(), "it has no number".into());
            }
            if self.documents[..n].iter().any(|o| o.number.trim() == d.number.trim()) {
                say("文号重复，一份文件只登记一次".into(), "the number comes twice".into());
            }
            for (name, en, day) in
                [("发布日期", "issued", &d.issued), ("起始日期", "from", &d.from), ("截止日期", "to", &d.to)]
            {
                if !day.trim().is_empty() && read_date(day).is_none() {
                    say(
                        format!("{name}“{day}”不是日期，写作 2025-12-31"),
                        format!("{en}: “{day}” is no date; write 2025-12-31"),
                    );
                }
            }
            if let (Some(from), Some(to)) = (d.first_day(), d.last_day())
                && from > to
            {
                say(
                    format!("有效期倒了：{from} 至 {to}"),
                    format!("it ends before it begins: {from} to {to}"),
                );
            }
            let long = d.text.chars().count().max(d.summary.chars().count());
            if long > TEXT_MAX {
                say(
                    format!("原文或摘要有 {long} 字，最多 {TEXT_MAX} 字，请只留条文，附件另存"),
                    format!("{long} characters of text, {TEXT_MAX} at most: keep the clauses alone"),
                );
            }
            if self.replaces_itself(d) {
                say(
                    "替代关系绕回了自己，请核对“替代”一栏".into(),
                    "what it replaces leads back to itself".into(),
                );
            }
        }
        found
    }

    fn replaces_itself(&self, from: &Document) -> bool {
        let mut seen: Vec<&str> = Vec::new();
        let mut open: Vec<&str> = from.replaces.iter().map(|r| r.trim()).collect();
        while let Some(number) = open.pop() {
            if number == from.number.trim() {
                return true;
            }
            if !seen.contains(&number) {
                seen.push(number);
                let next = self.documents.iter().find(|d| d.number.trim() == number);
                open.extend(next.into_iter().flat_map(|d| d.replaces.iter().map(|r| r.trim())));
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::checkup::{FindingKind, checkup};
    use serde_json::{Value as Json, json};

    fn book(documents: &Json, items: &Json) -> Result<Book, Vec<PolicyError>> {
        Book::read(&json!({ "documents": documents, "items": items, "funds": [] }).to_string())
    }
    fn item(policy: &str, to: &str) -> Json {
        json!({"code": "x", "policy": policy, "from": "2025-01-01", "to": to, "amount": 1,
            "conditions": [{"field": "a", "op": ">=", "value": 30, "text": "参保人数不少于 30 人"}]})
    }

    #[test]
    fn an_item_rests_on_a_document_that_lasts_as_long_and_says_so() {
        let day: Date = "2026-01-01".parse().unwrap();
        let found = |documents: &Json, items: &Json| -> Vec<FindingKind> {
            checkup(&book(documents, items).unwrap(), None, day).into_iter().map(|f| f.kind).collect()
        };
        let d = json!({"number": "临政〔2025〕1号", "name": "办法", "from": "2025-01-01", "to": "2026-12-31",
            "text": "第二条 企业参保人数不少于３０人的，给予补助。"});
        let clean = item("临政〔2025〕1号 办法", "2026-12-31");
        assert_eq!(found(&json!([d]), &json!([clean])), []);
        assert_eq!(
            found(&json!([d]), &json!([item("临政〔2025〕1号 办法", "2027-12-31")])),
            [FindingKind::Expired]
        );
        assert_eq!(
            found(&json!([d]), &json!([item("临政〔2025〕10号", "2026-12-31")])),
            [FindingKind::NoDocument]
        );
        let new = json!({"number": "临政〔2026〕2号", "from": "2026-03-01", "replaces": ["临政〔2025〕1号"]});
        assert_eq!(found(&json!([d, new]), &json!([clean])), [FindingKind::Replaced]);
        assert_eq!(
            found(&json!([d, new]), &json!([item("临政〔2025〕1号", "2026-02-28")])),
            [],
            "it ends before"
        );
        let mut other = d.clone();
        other["text"] = json!("第二条 企业参保人数不少于 50 人的，给予补助。");
        assert_eq!(found(&json!([other]), &json!([clean])), [FindingKind::NotInText]);
        // Documents that nobody entered are asked of nobody.
        assert_eq!(found(&json!([]), &json!([clean])), []);
    }

    #[test]
    fn a_document_that_cannot_be_is_refused_in_words() {
        let refused = |documents: &Json| book(documents, &json!([])).unwrap_err()[0].said.zh.clone();
        assert!(refused(&json!([{"number": " "}])).contains("文号"));
        assert!(refused(&json!([{"number": "a"}, {"number": "a"}])).contains("重复"));
        assert!(refused(&json!([{"number": "a", "from": "某日"}])).contains("不是日期"));
        assert!(
            refused(&json!([{"number": "a", "from": "2026-01-01", "to": "2025-01-01"}])).contains("倒了")
        );
        assert!(refused(&json!([{"number": "a", "text": "字".repeat(1_000_000)}])).contains("1000000"));
        let circle = json!([{"number": "a", "replaces": ["b"]}, {"number": "b", "replaces": ["c"]}, {"number": "c", "replaces": ["a"]}]);
        assert!(refused(&circle).contains("绕回"));
        assert!(refused(&json!([{"number": "a", "colour": "red"}])).contains("不认识"));
    }
}
