//! 公文内容: what a bulletin says, from figures of a stated date. How it looks on paper is `paper`'s matter.
//!
//! A text block is words with marks `{1}`, `{2}` …; each mark names a [`Source`]: a figure, what was asked, and
//! the value it had. People edit the words; the marks stay. Reckoned again later, a value that changed shows as
//! a [`Difference`]. Rows S2, W11.

use kernel::{Date, Said};
use serde::{Deserialize, Serialize};

use crate::cube::{Ask, Filter};
use crate::figures::{Figure, Value, figure};

kernel::words! {
    /// What kind of document.
    inherent Form {
        Notice = "notice", "通报";
        Monthly = "monthly", "月报";
        Rectification = "rectification", "整改情况报告";
        Campaign = "campaign", "行动总结";
        ThreeLists = "three_lists", "三张清单";
        Ledger = "ledger", "台账摘录";
    }
}

impl Form {
    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Self::Notice => "Notice",
            Self::Rectification => "Rectification report",
            Self::Campaign => "Campaign summary",
            Self::ThreeLists => "Three lists",
            Self::Ledger => "Ledger extract",
            Self::Monthly => "Monthly report",
        }
    }
}

/// One figure that a bulletin cites.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// the figure
    pub key: String,
    /// what was asked
    pub ask: Ask,
    /// what it was, as printed
    pub value: String,
    /// of whom, for people: 全市, 市监局
    pub of: String,
}

/// One block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Block {
    /// 一、 (一) 1. (1): the level is 1 to 4; the number is part of the text
    Heading {
        /// 1 to 4
        level: u8,
        /// with its number
        text: String,
    },
    /// a paragraph with marks
    Text {
        /// words and marks
        text: String,
    },
    /// a table; cells are words and marks
    Table {
        /// above it
        title: String,
        /// heads of the columns
        head: Vec<String>,
        /// rows
        rows: Vec<Vec<String>>,
    },
    /// bars
    Chart {
        /// above it
        title: String,
        /// name and value
        bars: Vec<(String, f64)>,
        /// of the values
        unit: String,
    },
}

/// A bulletin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bulletin {
    /// what kind
    pub form: Form,
    /// 标题
    pub title: String,
    /// 发文字号: 临政服〔2026〕3号; empty until given
    pub number: String,
    /// 主送机关
    pub to: String,
    /// 发文机关署名
    pub org: String,
    /// 成文日期
    pub date: Date,
    /// the figures are as of this day
    pub as_of: Date,
    /// the text
    pub blocks: Vec<Block>,
    /// 附件: names
    pub attachments: Vec<String>,
    /// 抄送
    pub copies: String,
    /// what it cites; mark `{n}` is the n-th
    pub sources: Vec<Source>,
}

/// A piece of a text: words, or the n-th source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// words
    Words(String),
    /// number of a source, from 0
    Cited(usize),
}

/// The words and marks of a text. `{x}` that is no number stays words.
pub fn pieces(text: &str) -> Vec<Piece> {
    let (mut out, mut words, mut rest) = (Vec::new(), String::new(), text);
    while let Some(open) = rest.find('{') {
        let after = &rest[open + 1..];
        let n = after.find('}').filter(|close| *close <= 5).and_then(|close| {
            let n: usize = after[..close].parse().ok().filter(|n| *n > 0)?;
            Some((n - 1, close))
        });
        words.push_str(&rest[..open]);
        match n {
            Some((n, close)) => {
                if !words.is_empty() {
                    out.push(Piece::Words(std::mem::take(&mut words)));
                }
                out.push(Piece::Cited(n));
                rest = &after[close + 1..];
            }
            None => {
                words.push('{');
                rest = after;
            }
        }
    }
    words.push_str(rest);
    if !words.is_empty() {
        out.push(Piece::Words(words));
    }
    out
}

const BLOCKS_MAX: usize = 400;
const TEXT_MAX: usize = 20_000;

impl Bulletin {
    /// A text as printed.
    pub fn told(&self, text: &str) -> String {
        pieces(text)
            .into_iter()
            .map(|p| match p {
                Piece::Words(w) => w,
                Piece::Cited(n) => self.sources.get(n).map_or_else(String::new, |s| s.value.clone()),
            })
            .collect()
    }
    /// Everything a text of it may be.
    fn texts(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().flat_map(|b| -> Box<dyn Iterator<Item = &str>> {
            match b {
                Block::Heading { text, .. } | Block::Text { text } => {
                    Box::new(std::iter::once(text.as_str()))
                }
                Block::Table { rows, .. } => Box::new(rows.iter().flatten().map(String::as_str)),
                Block::Chart { .. } => Box::new(std::iter::empty()),
            }
        })
    }
    /// May it be kept as it was edited?
    ///
    /// # Errors
    /// A mark without a source, an empty title, or too much text.
    pub fn check(&self) -> Result<(), Said> {
        if self.title.trim().is_empty() {
            return Err(Said::new("请写标题", "a title is needed"));
        }
        if self.blocks.len() > BLOCKS_MAX || self.texts().any(|t| t.chars().count() > TEXT_MAX) {
            return Err(Said::new("内容过长，请分成几份", "too long: make several of it"));
        }
        for text in self.texts() {
            for p in pieces(text) {
                if let Piece::Cited(n) = p
                    && n >= self.sources.len()
                {
                    return Err(Said::new(
                        format!("没有第 {} 个数据引用，请改正 {{{}}}", n + 1, n + 1),
                        format!("there is no figure {{{}}}", n + 1),
                    ));
                }
            }
        }
        Ok(())
    }
}

/// A value that is not what the bulletin says any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// number of the source, from 0
    pub source: usize,
    /// as printed
    pub was: String,
    /// as reckoned now
    pub now: String,
}

/// What has changed since: every source reckoned again.
pub fn differences(b: &Bulletin, value: &dyn Fn(&Figure, &Ask) -> Value) -> Vec<Difference> {
    b.sources
        .iter()
        .enumerate()
        .filter_map(|(source, s)| {
            let now = value(figure(&s.key)?, &s.ask).text();
            (now != s.value).then(|| Difference { source, was: s.value.clone(), now })
        })
        .collect()
}

/// A case as a table of a bulletin shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseLine {
    /// 编号
    pub number: String,
    /// 标题, covered
    pub title: String,
    /// 承办单位
    pub unit: String,
    /// 登记日期
    pub lodged: String,
    /// 期限
    pub due: String,
    /// 进展
    pub stage: String,
    /// 整改措施
    pub measure: String,
}

/// What a draft is made from.
pub struct Given<'a> {
    /// the city
    pub city: String,
    /// who issues it
    pub org: String,
    /// to whom
    pub to: String,
    /// copies
    pub copies: String,
    /// the day it is made
    pub today: Date,
    /// the period
    pub ask: Ask,
    /// name of the campaign, for a summary
    pub campaign: String,
    /// units with what they have, in the order to be printed: name, filter
    pub units: Vec<(String, Filter)>,
    /// regions likewise
    pub regions: Vec<(String, Filter)>,
    /// cases for lists
    pub cases: Vec<CaseLine>,
    /// the value of a figure
    pub value: &'a dyn Fn(&Figure, &Ask) -> Value,
}

impl std::fmt::Debug for Given<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Given({} {:?})", self.city, self.ask)
    }
}

/// Makes a text with figures: every `[key]` becomes a mark.
struct Writer<'a> {
    given: &'a Given<'a>,
    sources: Vec<Source>,
    blocks: Vec<Block>,
}

impl Writer<'_> {
    fn cite(&mut self, key: &str, of: &str, filter: &Filter) -> String {
        let Some(f) = figure(key) else { return String::new() };
        let ask = Ask { filter: filter.clone(), ..self.given.ask.clone() };
        let value = (self.given.value)(f, &ask).text();
        self.sources.push(Source { key: key.to_owned(), ask, value, of: of.to_owned() });
        format!("{{{}}}", self.sources.len())
    }
    fn of(&mut self, template: &str, of: &str, filter: &Filter) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some(open) = rest.find('[') {
            let close = rest[open..].find(']').map_or(rest.len(), |c| open + c);
            out.push_str(&rest[..open]);
            out.push_str(&self.cite(&rest[open + 1..close], of, filter));
            rest = rest.get(close + 1..).unwrap_or_default();
        }
        out.push_str(rest);
        out
    }
    fn say(&mut self, template: &str) {
        let (of, filter) = (self.given.city.clone(), self.given.ask.filter.clone());
        let text = self.of(template, &of, &filter);
        self.blocks.push(Block::Text { text });
    }
    fn head(&mut self, level: u8, text: &str) {
        self.blocks.push(Block::Heading { level, text: text.to_owned() });
    }
    fn table(&mut self, title: &str, first: &str, of: &[(String, Filter)], keys: &[&str]) {
        let heads = keys.iter().filter_map(|k| figure(k)).map(|f| f.zh.to_owned());
        let head = std::iter::once(first.to_owned()).chain(heads).collect();
        let mut rows = Vec::with_capacity(of.len());
        for (name, filter) in of {
            let cells: Vec<_> = keys.iter().map(|k| self.cite(k, name, filter)).collect();
            rows.push(std::iter::once(name.clone()).chain(cells).collect());
        }
        self.blocks.push(Block::Table { title: title.to_owned(), head, rows });
    }
    fn chart(&mut self, title: &str, of: &[(String, Filter)], key: &str) {
        let Some(f) = figure(key) else { return };
        let bar = |(name, filter): &(String, Filter)| {
            let ask = Ask { filter: filter.clone(), ..self.given.ask.clone() };
            Some((name.clone(), (self.given.value)(f, &ask).number()?))
        };
        let mut bars: Vec<_> = of.iter().filter_map(bar).filter(|b| b.1 > 0.0).collect();
        bars.sort_by(|a, b| b.1.total_cmp(&a.1));
        bars.truncate(12);
        if !bars.is_empty() {
            self.blocks.push(Block::Chart { title: title.to_owned(), bars, unit: f.measure.zh().to_owned() });
        }
    }
    fn cases(&mut self, title: &str, columns: &[(&str, fn(&CaseLine) -> &str)]) {
        let head =
            std::iter::once("序号").chain(columns.iter().map(|c| c.0)).map(ToOwned::to_owned).collect();
        let row = |(i, c): (usize, &CaseLine)| {
            let cells = columns.iter().map(|(_, get)| get(c).replace('{', "\u{ff5b}"));
            std::iter::once((i + 1).to_string()).chain(cells).collect()
        };
        let rows = self.given.cases.iter().enumerate().map(row).collect();
        self.blocks.push(Block::Table { title: title.to_owned(), head, rows });
    }
}

/// A name in quotation marks; its own become single ones (GB/T 15834: “ ” outside, ‘ ’ inside).
fn quoted(name: &str) -> String {
    format!("“{}”", name.replace('“', "‘").replace('”', "’"))
}

fn zh_day(d: Date) -> String {
    format!("{}年{}月{}日", d.year(), d.month(), d.day())
}

/// A period as a title says it: its month or its year where it is one, else from month to month.
fn period(from: Date, to: Date) -> String {
    let month = |d: Date| format!("{}年{}月", d.year(), d.month());
    if (from.year(), from.month()) == (to.year(), to.month()) {
        month(from)
    } else if (from.month(), from.day(), to.month(), to.day()) == (1, 1, 12, 31) && from.year() == to.year() {
        format!("{}年", from.year())
    } else if from.year() == to.year() {
        format!("{}至{}月", month(from), to.month())
    } else {
        format!("{}至{}", month(from), month(to))
    }
}

/// The draft of a form: words to be edited, figures cited.
pub fn draft(form: Form, g: &Given<'_>) -> Bulletin {
    let mut w = Writer { given: g, sources: Vec::new(), blocks: Vec::new() };
    let span = format!("{}至{}", zh_day(g.ask.from), zh_day(g.ask.to));
    let mut attachments = Vec::new();
    let title = match form {
        Form::Notice => {
            notice(&mut w, &span);
            format!("关于{}{}群众和企业诉求办理情况的通报", g.city, period(g.ask.from, g.ask.to))
        }
        Form::Monthly => {
            monthly(&mut w, &span);
            format!("{}“走解优”工作月报（{}年{}月）", g.city, g.ask.to.year(), g.ask.to.month())
        }
        Form::Rectification => {
            rectification(&mut w, &span);
            attachments.push("整改台账".to_owned());
            format!("关于{}走流程发现问题整改情况的报告", g.city)
        }
        Form::Campaign => {
            campaign(&mut w, &span);
            format!("{}{}行动总结", g.city, quoted(&g.campaign))
        }
        Form::ThreeLists => {
            three_lists(&mut w);
            "“走流程、解难题、优服务”行动问题清单、需求清单和解决措施清单".to_owned()
        }
        Form::Ledger => {
            w.say(&format!("{span}，共登记[intake]件。台账摘录如下。"));
            w.cases("台账", LEDGER);
            format!("{}办不成事问题台账摘录", g.city)
        }
    };
    Bulletin {
        form,
        title,
        number: String::new(),
        to: g.to.clone(),
        org: g.org.clone(),
        date: g.today,
        as_of: g.ask.to,
        blocks: w.blocks,
        attachments,
        copies: g.copies.clone(),
        sources: w.sources,
    }
}

const LEDGER: &[(&str, fn(&CaseLine) -> &str)] = &[
    ("编号", |c| &c.number),
    ("事由", |c| &c.title),
    ("承办单位", |c| &c.unit),
    ("登记", |c| &c.lodged),
    ("期限", |c| &c.due),
    ("进展", |c| &c.stage),
];

fn notice(w: &mut Writer<'_>, span: &str) {
    let g = w.given;
    w.say(&format!("现将{span}群众和企业诉求办理情况通报如下。"));
    w.head(1, "一、总体情况");
    w.say("本期共登记群众和企业诉求[intake]件，其中咨询[consulted]件、办件[matters]件、问题[problems]件，其余为投诉、建议等；答复[replied]件次，按期答复率[on_time_rate]；截至期末在办[open]件，超期[late]件，临期[near]件。");
    w.say("回头看[called]件次，答复“已解决”的[solved]件次，解决率[solved_rate]，满意率[satisfied_rate]；重新办理[reopened]件次。");
    w.head(1, "二、分单位情况");
    w.table(
        "各单位办理情况",
        "单位",
        &g.units,
        &["dispatched", "replied", "on_time_rate", "open", "late", "bounced", "solved_rate"],
    );
    w.chart("各单位在办件（件）", &g.units, "open");
    w.head(1, "三、存在问题");
    w.head(2, "（一）超期与退回");
    w.say("截至期末超期[late]件，本期超期答复[replied_late]件次、退回[bounced]件次。有关单位要逐件说明原因，限期办结。");
    w.head(2, "（二）整改与销号");
    w.say("本期出台整改方案[plans]个，完成整改[mended]个，报完成而核查未过的步骤[rejected]个。");
    w.head(1, "四、下一步要求");
    w.say("各单位要对照超期件和未销号步骤，压实首问责任，按期答复，逐一销号；对反复发生的同类问题，要从事项、流程和系统上整改。");
}

fn monthly(w: &mut Writer<'_>, span: &str) {
    let g = w.given;
    w.head(1, "一、件的办理");
    w.say(&format!("{span}，登记[intake]件，转办[dispatched]件次，答复[replied]件次（按期答复率[on_time_rate]），归档[archived]件；期末在办[open]件，其中超期[late]件、临期[near]件。"));
    w.table(
        "分区划情况",
        "区划",
        &g.regions,
        &["intake", "replied", "on_time_rate", "open", "late", "reopened"],
    );
    w.chart("分区划登记（件）", &g.regions, "intake");
    w.head(1, "二、分单位情况");
    w.table("分单位情况", "单位", &g.units, &["dispatched", "replied", "open", "late", "bounced"]);
    w.head(1, "三、整改销号");
    w.say("出台整改方案[plans]个，整改步骤[steps]个，销号[struck]个，不予销号[rejected]个，完成整改[mended]个。");
    w.head(1, "四、回头看与评价");
    w.say("回访[called]件次，解决率[solved_rate]，满意率[satisfied_rate]。群众主动评价[ratings]次，好评率[good_rate]，差评[bad]次；默认评价[default_ratings]次单列，不计入好评率；经复核排除[excluded]次。");
}

fn rectification(w: &mut Writer<'_>, span: &str) {
    let g = w.given;
    w.say(&format!("{span}，走流程共梳理问题[problems]个，出台整改方案[plans]个，已完成整改[mended]个，整改完成率[mended_rate]。现将整改情况报告如下。"));
    w.head(1, "一、整改进展");
    w.say("整改步骤[steps]个，经核查销号[struck]个，不予销号[rejected]个；仍在整改[rectifying]件。");
    w.table(
        "分单位整改情况",
        "单位",
        &g.units,
        &["problems", "plans", "mended", "rectifying", "steps", "struck"],
    );
    w.head(1, "二、未完成整改的原因和措施");
    w.say("（逐项说明未完成整改的原因、责任人和完成时限。）");
    w.head(1, "三、长效机制");
    w.say("（说明形成的制度、简化的环节和材料。）");
    w.head(1, "四、整改台账");
    w.cases(
        "整改台账",
        &[
            ("编号", |c| &c.number),
            ("问题", |c| &c.title),
            ("责任单位", |c| &c.unit),
            ("整改措施", |c| &c.measure),
            ("时限", |c| &c.due),
            ("进展", |c| &c.stage),
        ],
    );
}

fn campaign(w: &mut Writer<'_>, span: &str) {
    let g = w.given;
    w.head(1, "一、基本情况");
    w.say(&format!("{}行动自{span}开展，共梳理存在问题[problems]个，出台整改方案[plans]个，已完成整改[mended]个，整改完成率[mended_rate]。", quoted(&g.campaign)));
    w.head(1, "二、主要做法");
    w.say("（逐条写明做法、牵头单位和成效。）");
    w.head(1, "三、办理成效");
    w.say("登记[intake]件，答复[replied]件次，按期答复率[on_time_rate]；回访[called]件次，解决率[solved_rate]，满意率[satisfied_rate]。");
    w.table("分单位情况", "单位", &g.units, &["problems", "plans", "mended", "replied", "solved_rate"]);
    w.chart("各单位完成整改（个）", &g.units, "mended");
    w.head(1, "四、下一步打算");
    w.say("（写明未完成的整改、长效机制和时间安排。）");
}

fn three_lists(w: &mut Writer<'_>) {
    w.say("填报情况：问题[problems]个，整改方案[plans]个，已完成整改[mended]个。");
    w.head(1, "一、问题清单");
    w.cases("问题清单", &[("编号", |c| &c.number), ("问题", |c| &c.title), ("责任单位", |c| &c.unit)]);
    w.head(1, "二、需求清单");
    w.cases("需求清单", &[("对应问题编号", |c| &c.number), ("群众企业需求", |c| &c.title)]);
    w.head(1, "三、解决措施清单");
    w.cases(
        "解决措施清单",
        &[
            ("编号", |c| &c.number),
            ("解决措施", |c| &c.measure),
            ("责任单位", |c| &c.unit),
            ("时限", |c| &c.due),
            ("进展", |c| &c.stage),
        ],
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(value: &dyn Fn(&Figure, &Ask) -> Value) -> Given<'_> {
        let day = Date::constant(2026, 3, 31);
        Given {
            city: "临江市".into(),
            org: "临江市政务服务管理办公室".into(),
            to: "各县（市、区）人民政府".into(),
            copies: String::new(),
            today: day,
            ask: Ask { from: Date::constant(2026, 3, 1), to: day, filter: Filter::default() },
            campaign: "走解优".into(),
            units: vec![("市监局".into(), Filter { unit: Some(2), ..Filter::default() })],
            regions: vec![("城中区".into(), Filter { region: "430602".into(), ..Filter::default() })],
            cases: vec![CaseLine {
                number: "4306-2026-0000001".into(),
                title: "经营范围{9}".into(),
                ..CaseLine::default()
            }],
            value,
        }
    }

    #[test]
    fn every_form_cites_and_checks_and_a_later_change_shows() {
        let one = |_: &Figure, _: &Ask| Value::Count(7);
        for form in Form::ALL {
            let b = draft(form, &given(&one));
            b.check().unwrap();
            assert!(!b.sources.is_empty(), "{form:?}");
            assert_eq!(differences(&b, &one), []);
            let two = |f: &Figure, _: &Ask| {
                Value::Count(if f.key == "problems" || f.key == "intake" { 8 } else { 7 })
            };
            let changed = differences(&b, &two);
            assert!(changed.iter().all(|d| d.was == "7" && d.now == "8") && !changed.is_empty(), "{form:?}");
            let json = serde_json::to_string(&b).unwrap();
            assert_eq!(serde_json::from_str::<Bulletin>(&json).unwrap(), b);
        }
    }

    #[test]
    fn marks_are_read_and_a_wrong_one_is_told() {
        let c = |n| Piece::Cited(n);
        let w = |t: &str| Piece::Words(t.to_owned());
        assert_eq!(pieces("共{1}件、{12}件"), [w("共"), c(0), w("件、"), c(11), w("件")]);
        assert_eq!(pieces("{x}{0}{"), [w("{x}{0}{")]);
        let one = |_: &Figure, _: &Ask| Value::Count(7);
        let mut b = draft(Form::Notice, &given(&one));
        b.blocks.push(Block::Text { text: "另有{999}件".into() });
        assert!(b.check().unwrap_err().zh.contains("999"));
    }
}
