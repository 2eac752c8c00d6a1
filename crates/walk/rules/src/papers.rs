//! 材料报送与文书 (W11): which unit has handed in what by the day, and the content of the documents: the three-list
//! form, the rectification report, the campaign summary. Structured; another room sets them.

use std::collections::BTreeMap;

use kernel::{Date, Moment, StaffId, UnitId};
use serde::{Deserialize, Serialize};

use crate::board::Board;
use crate::lists::ThreeLists;

/// A document that a unit hands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperKind {
    /// 问题清单、需求清单和解决措施清单
    ThreeLists,
    /// 整改情况报告
    Rectification,
    /// 工作总结
    Summary,
}

impl PaperKind {
    /// All that HY asks for.
    pub const ALL: [Self; 3] = [Self::ThreeLists, Self::Rectification, Self::Summary];
    /// The Chinese word.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::ThreeLists => "问题清单、需求清单和解决措施清单",
            Self::Rectification => "整改情况报告",
            Self::Summary => "工作总结",
        }
    }
}

/// How one document of one unit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HandedIn {
    /// 已报送
    OnTime(Date),
    /// 迟报, so many days
    Late(Date, i64),
    /// 未报送, days left (0 on the last day)
    Open(i64),
    /// 逾期未报, days over
    Overdue(i64),
}

/// The tracker: each unit and document, due on one day (HY: 30 June), as of `today`. What was handed in twice
/// counts by its first day.
pub fn hand_in(
    units: &[UnitId],
    kinds: &[PaperKind],
    received: &[(UnitId, PaperKind, Date)],
    due: Date,
    today: Date,
) -> BTreeMap<(UnitId, PaperKind), HandedIn> {
    let number = |d: Date| Moment::start_of(d).day_number();
    let mut first: BTreeMap<(UnitId, PaperKind), Date> = BTreeMap::new();
    for (unit, kind, on) in received.iter().filter(|r| r.2 <= today) {
        first.entry((*unit, *kind)).and_modify(|d| *d = (*d).min(*on)).or_insert(*on);
    }
    let mut out = BTreeMap::new();
    for unit in units {
        for kind in kinds {
            let late = |d: Date| number(d) - number(due);
            let standing = match first.get(&(*unit, *kind)) {
                Some(on) if *on <= due => HandedIn::OnTime(*on),
                Some(on) => HandedIn::Late(*on, late(*on)),
                None if today <= due => HandedIn::Open(-late(today)),
                None => HandedIn::Overdue(late(today)),
            };
            out.insert((*unit, *kind), standing);
        }
    }
    out
}

/// One block of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "block", rename_all = "snake_case")]
pub enum Block {
    /// 一级标题“一、”
    Heading {
        /// Words.
        text: String,
    },
    /// 正文
    Para {
        /// Words.
        text: String,
    },
    /// 表
    Table {
        /// Heading of the table.
        title: String,
        /// Columns.
        head: Vec<String>,
        /// Rows as wide as the head.
        rows: Vec<Vec<String>>,
    },
}

/// A document to be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Document {
    /// 标题
    pub title: String,
    /// 报送单位
    pub unit: String,
    /// 成文日期
    pub date: Date,
    /// Content.
    pub blocks: Vec<Block>,
}

fn heading(text: &str) -> Block {
    Block::Heading { text: text.to_owned() }
}
fn para(text: String) -> Block {
    Block::Para { text }
}
fn table(title: &str, head: &[&str], rows: Vec<Vec<String>>) -> Block {
    Block::Table { title: title.to_owned(), head: head.iter().map(|h| (*h).to_owned()).collect(), rows }
}
fn by_words(by: Option<Date>) -> String {
    by.map_or_else(
        || "立即整改".to_owned(),
        |d| format!("限期整改，{}年{}月{}日前", d.year(), d.month(), d.day()),
    )
}

/// 《“走流程、解难题、优服务”行动问题清单、需求清单和解决措施清单》(HY 四)
pub fn three_list_form(unit: &str, date: Date, lists: &ThreeLists) -> Document {
    let rows = |list: &[crate::lists::Row]| {
        let row = |(n, r): (usize, &crate::lists::Row)| {
            vec![
                (n + 1).to_string(),
                r.item.clone(),
                r.step.clone(),
                r.text.clone(),
                r.standing.as_ref().map_or_else(|| "未立件".to_owned(), |s| s.number.clone()),
            ]
        };
        list.iter().enumerate().map(row).collect()
    };
    let measures = lists.measures.iter().enumerate().map(|(n, m)| {
        let done = if m.done { "已销号" } else { "整改中" };
        vec![(n + 1).to_string(), m.found.clone(), m.text.clone(), by_words(m.by), done.to_owned()]
    });
    Document {
        title: "“走流程、解难题、优服务”行动问题清单、需求清单和解决措施清单".to_owned(),
        unit: unit.to_owned(),
        date,
        blocks: vec![
            table("问题清单", &["序号", "事项", "环节", "存在问题", "受理编号"], rows(&lists.problems)),
            table("需求清单", &["序号", "事项", "环节", "需求", "受理编号"], rows(&lists.demands)),
            table(
                "解决措施清单",
                &["序号", "问题或需求", "解决措施", "整改时限", "进展"],
                measures.collect(),
            ),
        ],
    }
}

/// 整改情况报告 (HY 四, 五(二)): what was found, what is done, what is not and by when.
pub fn rectification_report(unit: &str, date: Date, lists: &ThreeLists) -> Document {
    let done: Vec<_> = lists.measures.iter().filter(|m| m.done).collect();
    let open: Vec<_> = lists.measures.iter().filter(|m| !m.done).collect();
    let late: Vec<_> = open.iter().filter(|m| m.by.is_some_and(|d| d < date)).collect();
    let bare = lists.unanswered();
    let row = |m: &&crate::lists::MeasureRow| vec![m.found.clone(), m.text.clone(), by_words(m.by)];
    let mut blocks = vec![
        heading("一、总体情况"),
        para(format!(
            "共发现问题 {} 个、需求 {} 项，制定措施 {} 条；已销号 {} 条，正在整改 {} 条，其中超过整改时限 {} 条。",
            lists.problems.len(),
            lists.demands.len(),
            lists.measures.len(),
            done.len(),
            open.len(),
            late.len()
        )),
        heading("二、已完成整改"),
        table("已销号", &["问题或需求", "措施", "时限"], done.iter().map(row).collect()),
        heading("三、正在整改"),
        table("正在整改", &["问题或需求", "措施", "时限"], open.iter().map(row).collect()),
    ];
    if !bare.is_empty() {
        blocks.push(heading("四、尚未制定措施"));
        blocks.extend(bare.iter().map(|r| para(format!("{}（{}）：{}", r.item, r.step, r.text))));
    }
    Document { title: "整改情况报告".to_owned(), unit: unit.to_owned(), date, blocks }
}

/// Who is missing, a unit at a time, each with its people: `市发改局（李明、王红）、市科协`.
fn by_unit(
    missing: &[(Option<StaffId>, UnitId)],
    name_of: &impl Fn(UnitId) -> String,
    person_of: &impl Fn(StaffId) -> String,
) -> String {
    let mut units: Vec<(UnitId, Vec<String>)> = Vec::new();
    for (staff, unit) in missing {
        let at = units.iter().position(|u| u.0 == *unit).unwrap_or_else(|| {
            units.push((*unit, Vec::new()));
            units.len() - 1
        });
        units[at].1.extend(staff.map(person_of));
    }
    let each = units.into_iter().map(|(unit, people)| {
        let names = if people.is_empty() { String::new() } else { format!("（{}）", people.join("、")) };
        format!("{}{names}", name_of(unit))
    });
    each.collect::<Vec<_>>().join("、")
}

/// 工作总结: the figures of the board in sentences, and who is missing.
pub fn summary(
    unit: &str,
    date: Date,
    board: &Board,
    name_of: impl Fn(UnitId) -> String,
    person_of: impl Fn(StaffId) -> String,
) -> Document {
    let mut blocks = vec![heading("一、开展情况"), para(board.sentence_zh())];
    for (side, f) in &board.sides {
        let zh = match side {
            crate::board::Side::Leader => "在岗领导",
            crate::board::Side::Department => "市直部门",
            crate::board::Side::County => "县市区",
        };
        blocks.push(para(format!(
            "{zh}应走 {}，已走 {}，按时 {}。",
            f.expected.len(),
            f.walked.len(),
            f.on_time.len()
        )));
        if !f.missing.is_empty() {
            blocks.push(para(format!("尚未开展的{zh}：{}。", by_unit(&f.missing, &name_of, &person_of))));
        }
    }
    blocks.push(heading("二、问题整改"));
    let rate = board.fixed_permille().map_or_else(|| "—".to_owned(), |p| format!("{}.{}%", p / 10, p % 10));
    blocks.push(para(format!("整改完成率 {rate}。")));
    Document {
        title: "“走流程、解难题、优服务”行动工作总结".to_owned(), unit: unit.to_owned(), date, blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::{MeasureRow, Row, Standing};
    use crate::ops::OpId;

    fn day(d: &str) -> Date {
        d.parse().unwrap()
    }

    #[test]
    fn the_thirtieth_of_june() {
        let units = [UnitId(1), UnitId(2), UnitId(3)];
        let received = [
            (UnitId(1), PaperKind::Summary, day("2026-06-30")),
            (UnitId(2), PaperKind::Summary, day("2026-07-03")),
            (UnitId(2), PaperKind::Summary, day("2026-07-02")),
        ];
        let at = |today: &str| hand_in(&units, &PaperKind::ALL, &received, day("2026-06-30"), day(today));
        let july = at("2026-07-05");
        let of = |n: i64| july[&(UnitId(n), PaperKind::Summary)];
        assert_eq!(of(1), HandedIn::OnTime(day("2026-06-30")));
        assert_eq!(of(2), HandedIn::Late(day("2026-07-02"), 2));
        assert_eq!(of(3), HandedIn::Overdue(5));
        assert_eq!(at("2026-06-30")[&(UnitId(3), PaperKind::Summary)], HandedIn::Open(0));
        assert_eq!(july.len(), 9);
    }

    #[test]
    fn documents_hold_every_row_and_name_what_lies() {
        let id = |n| OpId { device: 1, counter: n };
        let row = |n, number: Option<&str>| Row {
            walk: "w".into(),
            finding: id(n),
            item: "食品经营许可".into(),
            version: 1,
            step: "s1".into(),
            text: format!("问题{n}"),
            standing: number.map(|s| Standing { number: s.into(), struck_off: n == 1, due: None }),
        };
        let measure = |n, by: Option<&str>, done| MeasureRow {
            finding: id(n),
            found: format!("问题{n}"),
            text: "改".into(),
            by: by.map(day),
            done,
        };
        let lists = ThreeLists {
            problems: vec![row(1, Some("2026-0001")), row(2, None), row(3, None)],
            demands: vec![],
            measures: vec![measure(1, None, true), measure(2, Some("2026-06-10"), false)],
        };
        let form = three_list_form("市市监局", day("2026-06-30"), &lists);
        let Block::Table { rows, head, .. } = &form.blocks[0] else { panic!() };
        assert!(rows.len() == 3 && rows.iter().all(|r| r.len() == head.len()));
        assert_eq!(rows[1][4], "未立件");
        let Block::Table { rows, .. } = &form.blocks[2] else { panic!() };
        assert_eq!(rows[1][3], "限期整改，2026年6月10日前");
        let report = rectification_report("市市监局", day("2026-06-30"), &lists);
        let text = format!("{report:?}");
        assert!(text.contains("已销号 1 条，正在整改 1 条，其中超过整改时限 1 条"), "{text}");
        assert!(text.contains("尚未制定措施") && text.contains("问题3"));
    }
}
