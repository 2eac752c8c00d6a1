//! 答复质量: does a reply answer what was asked, is it complete, is it empty or copied (纸面销号)? A score with the
//! missing parts named, shown before sending. Signals are for a person to judge; must not know who wrote it.

use std::collections::{BTreeMap, HashMap};

use kernel::Said;
use serde::{Deserialize, Serialize};

use crate::checks::phone;
use crate::cut::{Cutter, is_stop_word};
use crate::letters::Letter;
use crate::minhash::{Fingerprint, counted};
use crate::normalise::fold;
use crate::spot::times;

/// A part that a complete reply has (R2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// 查了什么
    Checked,
    /// 查到什么
    Found,
    /// 怎么办
    Action,
    /// 谁来办
    Who,
    /// 何时办
    When,
    /// 依据
    Basis,
    /// 联系方式
    Contact,
}

/// A row of the table of parts: weight in the score (relevance has the rest of 100), cues, what to add.
struct Row {
    part: Part,
    weight: f32,
    cues: &'static [&'static str],
    add: (&'static str, &'static str),
}

/// Weight of relevance.
const RELEVANCE: f32 = 25.0;

const PARTS: [Row; 7] = [
    Row {
        part: Part::Checked,
        weight: 15.0,
        cues: &[
            "经查",
            "经核",
            "调查",
            "核实",
            "现场",
            "走访",
            "经了解",
            "查看",
            "勘查",
            "勘察",
            "检查",
            "排查",
            "检测",
            "调阅",
        ],
        add: ("写明查了什么：到哪里、找谁、看了什么", "say what was checked: where, whom, what"),
    },
    Row {
        part: Part::Found,
        weight: 15.0,
        cues: &[
            "属实",
            "不实",
            "情况如下",
            "存在",
            "发现",
            "原因",
            "系",
            "因为",
            "由于",
            "目前",
            "现已",
            "已于",
            "尚未",
            "不符合",
            "符合",
        ],
        add: ("写明查到什么：属实与否、原因", "say what was found: true or not, and why"),
    },
    Row {
        part: Part::Action,
        weight: 15.0,
        cues: &[
            "责令",
            "整改",
            "下一步",
            "将",
            "已安排",
            "要求",
            "督促",
            "加强",
            "已完成",
            "处罚",
            "拆除",
            "协调",
            "计划",
            "启动",
            "予以",
            "依法",
            "建议您",
            "可以",
            "请您",
        ],
        add: ("写明怎么办", "say what will be done"),
    },
    Row {
        part: Part::Who,
        weight: 8.0,
        cues: &[
            "局",
            "街道",
            "办事处",
            "镇政府",
            "人民政府",
            "委员会",
            "中心",
            "支队",
            "大队",
            "公司",
            "部门",
            "社区",
            "物业",
        ],
        add: ("写明由谁办", "say who does it"),
    },
    Row {
        part: Part::When,
        weight: 8.0,
        cues: &[
            "个工作日",
            "日内",
            "天内",
            "月底前",
            "年底前",
            "日前",
            "年内",
            "小时内",
            "即日起",
            "前完成",
            "预计",
            "已完成",
            "已办结",
            "限期",
        ],
        add: ("写明何时办完", "say by when"),
    },
    Row {
        part: Part::Basis,
        weight: 8.0,
        cues: &["《", "根据", "依据", "按照", "条例", "规定", "号)", "办法", "通知", "第条"],
        add: ("写明政策依据：文件名、文号、条款", "name the basis: document, number, article"),
    },
    Row {
        part: Part::Contact,
        weight: 6.0,
        cues: &["联系电话", "咨询电话", "联系人", "拨打", "致电", "电话:"],
        add: ("留下联系人和电话", "leave a person and a telephone number"),
    },
];

kernel::words! {
    /// What a reply lacks or looks like; a signal, not a verdict.
    inherent Signal {
        /// Hardly anything but courtesy.
        Empty = "empty", "空洞";
        /// Says only that it was passed on.
        PassedOn = "passed_on", "只转不办";
        /// Hardly a word of what was asked.
        OffTopic = "off_topic", "答非所问";
    }
}

/// The code word of a reply whose wording was used for another problem.
pub const COPIED_WORD: &str = "copied";

/// What a reader of the reply sees first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// 0 to 100.
    pub score: u32,
    /// Share of what was asked that the reply takes up, 0 to 1.
    pub relevance: f32,
    /// Parts present.
    pub present: Vec<Part>,
    /// Parts missing, most weighty first.
    pub missing: Vec<Part>,
    /// What to add, in two languages, in the order of `missing`.
    pub advice: Vec<Said>,
    /// Signals.
    pub signals: Vec<Signal>,
    /// Characters of the reply that say something: without greeting, thanks and repeating the question.
    pub substance: usize,
}

const COURTESY: [&str; 14] = [
    "您好",
    "你好",
    "感谢您对我们工作的",
    "感谢您的",
    "感谢",
    "信任",
    "理解",
    "支持",
    "监督",
    "祝您生活愉快",
    "此致",
    "敬礼",
    "尊敬的网友",
    "收悉",
];
const PASSED: [&str; 8] = ["已转", "转交", "已将您", "转至", "交由", "已反馈给", "请等待", "已收悉"];

/// The terms of a question that an answer should take up: words of two and more characters.
fn asked(cutter: &Cutter, text: &str) -> BTreeMap<String, f32> {
    let folded = fold(&text.chars().take(1500).collect::<String>());
    let mut out: BTreeMap<String, f32> = BTreeMap::new();
    for w in cutter.words(&folded) {
        if w.chars().count() > 1 && !is_stop_word(w) {
            out.entry(w.to_owned()).or_insert_with(|| cutter.rarity(w));
        }
    }
    out
}

/// Reviews a reply to a letter.
pub fn review(cutter: &Cutter, title: &str, body: &str, reply: &str) -> Review {
    let folded = fold(reply);
    let substance = substance(&folded);
    let relevance = relevance(cutter, title, body, &folded);
    let (mut present, mut missing, mut advice, mut points) = (Vec::new(), Vec::new(), Vec::new(), 0.0);
    let mut rows: Vec<&Row> = PARTS.iter().collect();
    rows.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    for row in rows {
        if has(row, &folded, substance) {
            present.push(row.part);
            points += row.weight;
        } else {
            missing.push(row.part);
            advice.push(Said::new(row.add.0, row.add.1));
        }
    }
    let mut signals = Vec::new();
    if substance < 40 {
        signals.push(Signal::Empty);
    }
    let done = present.contains(&Part::Found) && present.contains(&Part::Checked);
    if substance < 120 && !done && PASSED.iter().any(|c| folded.contains(c)) {
        signals.push(Signal::PassedOn);
    }
    if relevance < 0.12 {
        signals.push(Signal::OffTopic);
    }
    // A few words cannot be complete, whatever cues they hold.
    let weight = (substance as f32 / 120.0).min(1.0);
    let score = ((points + RELEVANCE * (relevance / 0.5).min(1.0)) * weight).round() as u32;
    Review { score: score.min(100), relevance, present, missing, advice, signals, substance }
}

fn has(row: &Row, reply: &str, substance: usize) -> bool {
    if substance < 10 {
        return false;
    }
    let cue = row.cues.iter().any(|c| reply.contains(c));
    match row.part {
        Part::Contact => {
            let number = |t: &str| t.len() >= 5 && phone(t).is_ok();
            cue && reply.split(|c: char| !c.is_ascii_digit() && c != '-').any(number)
        }
        Part::When => cue || times(reply).iter().any(|t| t.month.is_some()),
        _ => cue,
    }
}

fn substance(folded: &str) -> usize {
    let mut text = folded.to_owned();
    // What stands before “答复如下” repeats the question.
    for cue in ["答复如下", "回复如下", "情况如下"] {
        if let Some(i) = text.find(cue)
            && text[i + cue.len()..].chars().count() > 30
        {
            text = text[i + cue.len()..].to_owned();
            break;
        }
    }
    for c in COURTESY {
        text = text.replace(c, "");
    }
    counted(&text).len()
}

/// The share of the question's words, rare ones counting more, that the reply takes up.
fn relevance(cutter: &Cutter, title: &str, body: &str, folded_reply: &str) -> f32 {
    let words = asked(cutter, &format!("{title} {title} {body}"));
    let heads = asked(cutter, title);
    let weight = |w: &String, r: &f32| r * if heads.contains_key(w) { 2.0 } else { 0.6 };
    let all: f32 = words.iter().map(|(w, r)| weight(w, r)).sum();
    let taken: f32 =
        words.iter().filter(|(w, _)| folded_reply.contains(w.as_str())).map(|(w, r)| weight(w, r)).sum();
    if all > 0.0 { taken / all } else { 0.0 }
}

/// The same wording sent for different problems.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Copied {
    /// Ids of the two letters.
    pub ids: (String, String),
    /// Shared wording of the replies, 0 to 1.
    pub replies: f32,
    /// Shared wording of the letters.
    pub letters: f32,
}

/// Shared wording from which replies count as copied, and letters as about the same.
const COPIED: f32 = 0.6;
const SAME_LETTER: f32 = 0.25;
/// Most pairs reported.
pub const MAX_COPIED: usize = 10_000;

/// How much wording two replies share, if it is so much that one is a copy and their letters are about different
/// things.
pub fn copied_share(
    replies: (&Fingerprint, &Fingerprint),
    letters: (&Fingerprint, &Fingerprint),
) -> Option<f32> {
    let share = replies.0.resemblance(replies.1);
    (share >= COPIED && letters.0.resemblance(letters.1) < SAME_LETTER).then_some(share)
}

/// Pairs of replies with the same wording to letters that differ. Rows are (id, letter, reply).
pub fn copied(rows: &[(String, String, String)]) -> Vec<Copied> {
    let print = |t: &str| Fingerprint::of(&counted(&fold(t)));
    let replies: Vec<Fingerprint> = rows.iter().map(|r| print(&r.2)).collect();
    let letters: Vec<Fingerprint> = rows.iter().map(|r| print(&r.1)).collect();
    let mut bands: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut out = Vec::new();
    for (i, p) in replies.iter().enumerate() {
        let mut near: Vec<usize> = Vec::new();
        for b in p.bands() {
            let list = bands.entry(b).or_default();
            near.extend(list.iter().rev().take(50));
            list.push(i);
        }
        near.sort_unstable();
        near.dedup();
        for j in near {
            let (r, l) = (p.resemblance(&replies[j]), letters[i].resemblance(&letters[j]));
            if r >= COPIED && l < SAME_LETTER && out.len() < MAX_COPIED {
                out.push(Copied { ids: (rows[j].0.clone(), rows[i].0.clone()), replies: r, letters: l });
            }
        }
    }
    out
}

/// Sums over many replies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Letters with a reply.
    pub replies: usize,
    /// Letters without.
    pub unanswered: usize,
    /// Mean score.
    pub score_mean: f64,
    /// Scores at the first quarter, half and third quarter.
    pub quartiles: [u32; 3],
    /// Replies that lack each part.
    pub missing: BTreeMap<Part, usize>,
    /// Replies with each signal.
    pub signals: BTreeMap<Signal, usize>,
    /// Copied pairs.
    pub copied: usize,
    /// Days from letter to reply, median.
    pub days_median: Option<i64>,
}

/// Reviews of all letters (none where there is no reply), copied pairs, sums.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// One for each letter.
    pub reviews: Vec<Option<Review>>,
    /// Pairs with the same wording for different problems.
    pub copied: Vec<Copied>,
    /// Sums.
    pub summary: Summary,
}

/// Reviews every reply of a table.
pub fn report(cutter: &Cutter, letters: &[Letter]) -> Report {
    let one = |l: &Letter| (!l.reply.trim().is_empty()).then(|| review(cutter, &l.title, &l.body, &l.reply));
    let reviews: Vec<Option<Review>> = letters.iter().map(one).collect();
    let rows: Vec<(String, String, String)> = letters
        .iter()
        .filter(|l| !l.reply.trim().is_empty())
        .map(|l| (l.id.clone(), format!("{} {}", l.title, l.body), l.reply.clone()))
        .collect();
    let copied = copied(&rows);
    let mut s = Summary {
        replies: rows.len(),
        unanswered: letters.len() - rows.len(),
        copied: copied.len(),
        ..Summary::default()
    };
    let mut scores: Vec<u32> = Vec::new();
    for r in reviews.iter().flatten() {
        scores.push(r.score);
        r.missing.iter().for_each(|p| *s.missing.entry(*p).or_default() += 1);
        r.signals.iter().for_each(|p| *s.signals.entry(*p).or_default() += 1);
    }
    scores.sort_unstable();
    if !scores.is_empty() {
        s.score_mean = scores.iter().map(|x| f64::from(*x)).sum::<f64>() / scores.len() as f64;
        s.quartiles = [1, 2, 3].map(|q| scores[(scores.len() - 1) * q / 4]);
    }
    let mut days: Vec<i64> = letters
        .iter()
        .filter_map(|l| Some((l.reply_at?.us() - l.at?.us()).div_euclid(kernel::US_PER_DAY)))
        .collect();
    days.sort_unstable();
    s.days_median = days.get(days.len() / 2).copied();
    Report { reviews, copied, summary: s }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_a_hundred() {
        let sum: f32 = PARTS.iter().map(|r| r.weight).sum::<f32>() + RELEVANCE;
        assert!((sum - 100.0).abs() < 1e-3);
    }

    #[test]
    fn a_full_reply_beats_an_empty_one() {
        let c = Cutter::standard();
        let (title, body) = ("梧桐花园搅拌站噪音扰民", "小区旁搅拌站半夜施工,噪音很大,请环保局查处");
        let good = "您好,来信收悉。现答复如下:经区环保局现场检查,梧桐花园旁搅拌站夜间施工噪音超标情况属实,原因是未办理夜间施工证明。\
依据《中华人民共和国噪声污染防治法》第四十三条,已责令该搅拌站立即停止夜间施工,并于2020年5月10日前完成隔音整改,由区环保局监察大队\
跟踪督促。联系人:监察大队,联系电话:0731-85550123。感谢您的监督。";
        let r = review(c, title, body, good);
        assert!(r.score >= 90 && r.missing.is_empty() && r.signals.is_empty(), "{r:?}");
        let empty = review(c, title, body, "您好,您反映的问题已收悉,已转相关部门处理,感谢您的支持!");
        assert!(empty.score < 20 && empty.signals.contains(&Signal::Empty), "{empty:?}");
        assert!(empty.missing.contains(&Part::Basis) && empty.advice.len() == empty.missing.len());
        let off = review(
            c,
            title,
            body,
            &good
                .replace("梧桐花园旁搅拌站夜间施工噪音", "某校招生")
                .replace("搅拌站", "校")
                .replace("施工", "招生")
                .replace("环保局", "教育局"),
        );
        assert!(off.relevance < r.relevance);
        assert_eq!(review(c, "", "", "").score, 0);
    }

    #[test]
    fn one_wording_for_different_problems_is_a_signal() {
        let reply = "经调查核实,您反映的情况属实,我单位高度重视,已责令整改并将持续跟踪,感谢您的理解与支持,欢迎继续监督我们的工作。";
        let row = |i: &str, l: &str, r: &str| (i.to_owned(), l.to_owned(), r.to_owned());
        let rows = [
            row("1", "公园路灯坏了三个月没有人来修", reply),
            row("2", "学校食堂饭菜质量差还强制学生消费", reply),
            row("3", "公园路灯坏了三个月没有人来修啊", reply),
            row("4", "公交车总是晚点", "公交公司已加密班次,高峰间隔由十五分钟减为八分钟。"),
        ];
        let pairs: Vec<_> = copied(&rows).into_iter().map(|c| c.ids).collect();
        assert_eq!(pairs, [("1".to_owned(), "2".to_owned()), ("2".to_owned(), "3".to_owned())]);
    }
}
