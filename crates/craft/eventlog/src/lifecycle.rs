//! 生命周期: one step that left several records (start, complete …) as one step with its beginning and its end.
//!
//! Knows the words for the beginning and the end of a step, in any spelling and in Chinese; nothing of files.

use std::borrow::Cow;

use hashbrown::HashMap;

use crate::log::Log;
use crate::when::NO_TIME;

/// What a lifecycle transition says of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It began.
    Start,
    /// It ended.
    Complete,
}

const STARTS: &[&str] = &[
    "start",
    "s",
    "started",
    "begin",
    "began",
    "in",
    "open",
    "opened",
    "running",
    "processing",
    "inprogress",
    "active",
    "enter",
    "执行开始",
    "开始",
    "启动",
    "开始办理",
    "办理开始",
    "接收",
    "签收",
    "接件",
    "进入",
    "领取",
    "开工",
    "已开始",
    "进行中",
    "办理中",
    "处理中",
    "在办",
    "在办中",
    "正在办理",
    "待办",
    "在办",
    "受理中",
    "审批中",
    "审核中",
    "正在办理",
    "到达",
    "接单",
    "收到",
    "打开",
    "起",
    "开始时间",
    "待受理",
    "待处理",
    "待审核",
    "待审批",
    "待审查",
    "审查中",
    "复核中",
    "会签中",
    "办件中",
    "正在审核",
    "正在审批",
    "正在审查",
    "正在受理",
    "正在处理",
    "处理开始",
    "收件",
    "领件",
    "流入",
    "进",
    "入",
    "始",
    "接办",
    "接手",
    "已接收",
    "已签收",
    "已领取",
];
const ENDS: &[&str] = &[
    "complete",
    "c",
    "completed",
    "end",
    "ended",
    "finish",
    "finished",
    "done",
    "close",
    "closed",
    "out",
    "exit",
    "submit",
    "submitted",
    "leave",
    "完成",
    "结束",
    "办结",
    "完结",
    "办毕",
    "已完成",
    "已办",
    "办理完成",
    "办理结束",
    "提交",
    "离开",
    "完工",
    "送出",
    "移交",
    "转出",
    "关闭",
    "已处理",
    "已提交",
    "止",
    "结束时间",
    "已受理",
    "已审核",
    "已审批",
    "已审查",
    "已办理",
    "已办结",
    "已结束",
    "已办毕",
    "处理完",
    "办理完",
    "处理完毕",
    "办理完毕",
    "审核通过",
    "审批通过",
    "审查通过",
    "复核通过",
    "通过",
    "发件",
    "交件",
    "流出",
    "出",
    "终",
    "交出",
    "交办",
    "送审",
    "转交",
];
/// Parts of longer spellings: `ate_complete`, 环节开始, 任务已完成.
const START_PARTS: &[&str] = &["start", "begin", "began", "开始", "启动", "签收", "接收"];
const END_PARTS: &[&str] = &["complete", "finish", "done", "完成", "结束", "办结", "完结", "办毕", "完毕"];
/// A state of a step before it is done: 正在…, …中; and after it: 已…, …完.
fn by_form(plain: &str) -> Option<Phase> {
    let n = plain.chars().count();
    if !(3..=6).contains(&n) || OTHERS.contains(&plain) {
        return None;
    }
    let has = |parts: &[&str]| parts.iter().any(|p| plain.contains(p));
    if plain.starts_with("正在") || plain.ends_with('中') {
        Some(Phase::Start)
    } else if plain.starts_with('已') && !has(BROKEN_OFF) || plain.ends_with('完') {
        Some(Phase::Complete)
    } else {
        None
    }
}

/// Ends that are none: it was put off, sent back or called off.
const BROKEN_OFF: &[&str] =
    &["退", "撤", "停", "挂", "中止", "驳", "派", "分", "转", "恢复", "跳", "读", "阅"];

/// What turns them round.
const NOT: &[&str] = &["未", "不", "没", "待", "incomplete", "not", "restart", "重新"];
/// Transitions that are neither and are known all the same, of XES and in Chinese.
const OTHERS: &[&str] = &[
    "schedule",
    "scheduled",
    "assign",
    "assigned",
    "reassign",
    "suspend",
    "suspended",
    "resume",
    "resumed",
    "withdraw",
    "manualskip",
    "autoskip",
    "ateabort",
    "piabort",
    "abort",
    "aborted",
    "unknown",
    "分派",
    "派发",
    "转派",
    "改派",
    "挂起",
    "暂停",
    "恢复",
    "撤回",
    "撤销",
    "中止",
    "终止",
    "跳过",
    "退回",
];

fn plain(text: &str) -> String {
    let half = text.chars().map(tabular::when::half_width);
    half.filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// What the text of a transition says, whatever its spelling.
pub fn phase(text: &str) -> Option<Phase> {
    let plain = plain(text);
    if STARTS.contains(&plain.as_str()) {
        return Some(Phase::Start);
    }
    if ENDS.contains(&plain.as_str()) {
        return Some(Phase::Complete);
    }
    let has = |parts: &[&str]| parts.iter().any(|p| plain.contains(p));
    if plain.chars().count() > 16 || has(NOT) {
        return None;
    }
    match (has(START_PARTS), has(END_PARTS)) {
        (true, false) => Some(Phase::Start),
        (false, true) => Some(Phase::Complete),
        (true, true) => None,
        (false, false) => by_form(&plain),
    }
}

/// Is the text of a transition one that is known, be it a beginning, an end or something between?
pub fn is_known(text: &str) -> bool {
    phase(text).is_some() || OTHERS.contains(&plain(text).as_str())
}

/// The log by steps: where one step leaves several records only its end counts, and it begins when its start was
/// recorded. Activities that are never ended are kept as they are; a step that was begun and not ended is none that was done
/// ([`standing`]). Gives whether anything was joined.
pub fn steps(log: &Log) -> (Cow<'_, Log>, bool) {
    let phases: Vec<Option<Phase>> = log.lifecycles.iter().map(phase).collect();
    let of = |e: usize| phases.get(usize::from(log.lifecycle()[e])).copied().flatten();
    if log.lifecycles.len() < 2 || !phases.contains(&Some(Phase::Complete)) {
        return (Cow::Borrowed(log), false);
    }
    let mut ended = vec![false; log.activities.len()];
    for e in 0..log.event_count() {
        ended[log.activity()[e] as usize] |= of(e) == Some(Phase::Complete);
    }
    let mut begin = log.begin.clone().unwrap_or_else(|| vec![NO_TIME; log.event_count()]);
    let mut joined = false;
    let mut open: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut order: Vec<usize> = Vec::new();
    for case in log.cases() {
        open.clear();
        // Of one moment the starts come first, however the file has them.
        order.clear();
        order.extend(case);
        let tied = order.windows(2).any(|w| log.time()[w[0]] == log.time()[w[1]]);
        if tied {
            starts_first(log, &mut order, &of);
        }
        for &e in &order {
            let activity = log.activity()[e];
            match of(e) {
                Some(Phase::Start) => open.entry(activity).or_default().push(e),
                Some(Phase::Complete) => {
                    let Some(starts) = open.get_mut(&activity).filter(|s| !s.is_empty()) else { continue };
                    // Of several that are open the one of the same hand, else the first.
                    let who = log.resource()[e];
                    let at = starts.iter().position(|&s| log.resource()[s] == who).unwrap_or(0);
                    let start = starts.remove(at);
                    if begin[e] == NO_TIME && log.time()[start] != NO_TIME {
                        begin[e] = log.time()[start];
                        joined = true;
                    }
                }
                None => {}
            }
        }
    }
    let keep = |e: usize| {
        of(e) == Some(Phase::Complete)
            || log.lifecycle()[e] == Log::NO_LIFECYCLE
            || !ended[log.activity()[e] as usize]
    };
    let mut whole = Cow::Borrowed(log);
    if joined {
        whole.to_mut().begin = Some(begin);
    }
    (Cow::Owned(whole.only_events(keep)), true)
}

/// Puts the start of a step before its end where both happened at one moment: a file may have them the other way round.
fn starts_first(log: &Log, order: &mut [usize], of: &dyn Fn(usize) -> Option<Phase>) {
    let mut at = 0;
    while at < order.len() {
        let time = log.time()[order[at]];
        let run = order[at..].iter().take_while(|e| log.time()[**e] == time).count();
        let group = &mut order[at..at + run];
        for i in 1..group.len() {
            let step = group[i];
            let before = group[..i]
                .iter()
                .position(|&e| of(e) == Some(Phase::Complete) && log.activity()[e] == log.activity()[step]);
            if of(step) == Some(Phase::Start)
                && let Some(before) = before
            {
                group[before..=i].rotate_right(1);
            }
        }
        at += run;
    }
}

/// A step in which a case stands: it was begun and has not ended (在办环节).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its activity.
    pub activity: u32,
    /// When it was begun.
    pub since: i64,
}

/// For each case the step in which it stands: the last one that was begun, with no end of its own and nothing that happened after
/// its beginning. Begun by a record of a start, or by a start without an end in one row.
pub fn standing(log: &Log) -> Vec<Option<Standing>> {
    let phases: Vec<Option<Phase>> = log.lifecycles.iter().map(phase).collect();
    let of = |e: usize| phases.get(usize::from(log.lifecycle()[e])).copied().flatten();
    let marked = phases.contains(&Some(Phase::Complete));
    let mut order: Vec<usize> = Vec::new();
    log.cases()
        .map(|case| {
            order.clear();
            order.extend(case);
            starts_first(log, &mut order, &of);
            let mut open: Vec<Standing> = Vec::new();
            let mut last = NO_TIME;
            for &e in &order {
                let (activity, time) = (log.activity()[e], log.time()[e]);
                let begin = log.begin().map_or(NO_TIME, |b| b[e]);
                match of(e).filter(|_| marked) {
                    Some(Phase::Start) if time != NO_TIME => open.push(Standing { activity, since: time }),
                    _ if time == NO_TIME && begin != NO_TIME => {
                        open.push(Standing { activity, since: begin });
                    }
                    Some(Phase::Start) => {}
                    None if marked => {}
                    _ => {
                        if let Some(at) = open.iter().position(|s| s.activity == activity) {
                            open.remove(at);
                        }
                        last = last.max(time);
                    }
                }
            }
            open.into_iter().filter(|s| s.since >= last).max_by_key(|s| s.since)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::{Order, error::Limits, read_csv};

    #[test]
    fn words_that_say_the_opposite_or_nothing() {
        use super::{Phase, is_known, phase};
        for text in ["未完成", "incomplete", "不通过", "suspend", "pending", "受理", "", "重新开始", "待完成"]
        {
            assert_eq!(phase(text), None, "{text}");
        }
        assert_eq!((phase("Complete"), phase("开始办理")), (Some(Phase::Complete), Some(Phase::Start)));
        assert!(is_known("SUSPEND") && is_known("ate_abort") && is_known("挂起") && !is_known("正常"));
    }

    #[test]
    fn states_of_steps_in_chinese() {
        use super::{Phase, phase};
        for text in [
            "待受理",
            "受理中",
            "待处理",
            "处理中",
            "正在审核",
            "办理中",
            "收件",
            "领件",
            "流入",
            "进",
            "始",
            "会审中",
        ] {
            assert_eq!(phase(text), Some(Phase::Start), "{text}");
        }
        for text in [
            "已受理",
            "处理完",
            "审核通过",
            "通过",
            "办理完",
            "发件",
            "交件",
            "流出",
            "出",
            "终",
            "已勘验",
            "勘验完",
        ] {
            assert_eq!(phase(text), Some(Phase::Complete), "{text}");
        }
        for text in ["已退回", "已撤回", "不通过", "已暂停", "未受理", "已派发", "进度"] {
            assert_ne!(phase(text), Some(Phase::Complete), "{text}");
        }
    }

    /// What was begun and not ended is where the case stands.
    #[test]
    fn a_case_stands_in_what_was_begun_and_not_ended_and_of_one_moment_the_start_comes_first() {
        let steps = |rows: &str| {
            let csv = format!("case,activity,timestamp,lifecycle\n{rows}");
            let (log, ..) = read_csv(csv.as_bytes(), None, Limits::small(), Order::Time).unwrap();
            super::steps(&log).0.into_owned()
        };
        let rows = "1,受理,2024-03-05 09:00,开始\n1,受理,2024-03-05 09:30,完成\n1,审查,2024-03-05 10:00,开始\n2,受理,2024-03-05 09:00,开始\n3,受理,2024-03-05 09:00,开始\n3,受理,2024-03-05 09:10,开始\n3,受理,2024-03-05 09:30,完成\n3,审查,2024-03-05 11:00,完成\n";
        let csv = format!("case,activity,timestamp,lifecycle\n{rows}");
        let (log, ..) = read_csv(csv.as_bytes(), None, Limits::small(), Order::Time).unwrap();
        let stands: Vec<_> = super::standing(&log)
            .iter()
            .map(|s| s.map(|s| log.activities.get(s.activity).to_owned()))
            .collect();
        assert_eq!(stands, [Some("审查".to_owned()), Some("受理".to_owned()), None]);
        let rows = "编号,环节,开始时间,结束时间\n1,受理,2024-03-05 09:00,2024-03-05 09:30\n1,审查,2024-03-05 10:00,\n2,受理,2024-03-05 09:00,\n3,受理,2024-03-05 09:00,2024-03-05 09:30\n3,审查,,2024-03-05 11:00\n";
        let (log, ..) = read_csv(rows.as_bytes(), None, Limits::small(), Order::Time).unwrap();
        let stands: Vec<_> = super::standing(&log)
            .iter()
            .map(|s| s.map(|s| log.activities.get(s.activity).to_owned()))
            .collect();
        assert_eq!(stands, [Some("审查".to_owned()), Some("受理".to_owned()), None]);
        let log = steps(
            "1,受理,2024-03-05 09:00,完成\n1,受理,2024-03-05 09:00,开始\n1,审查,2024-03-05 10:00,开始\n1,审查,2024-03-05 12:00,完成\n1,受理,2024-03-06 09:00,完成\n",
        );
        let lasts: Vec<i64> = (0..log.event_count())
            .map(|e| match log.begin().unwrap()[e] {
                super::NO_TIME => -1,
                begin => (log.time()[e] - begin) / 60_000_000,
            })
            .collect();
        assert_eq!(lasts, [0, 120, -1]);
    }

    #[test]
    fn a_step_with_two_records_is_one_step_in_any_spelling() {
        for (start, end) in [
            ("start", "complete"),
            ("Start", "COMPLETE"),
            ("开始", "完成"),
            ("签收", "办结"),
            (" Started ", "finished"),
            ("ate_start", "ate_complete"),
            ("环节开始", "任务已完成"),
            ("进行中", "已办"),
            ("在办", "办结"),
            ("正在办理", "办毕"),
            ("ＳＴＡＲＴ", "Ｃｏｍｐｌｅｔｅ"),
        ] {
            let csv = format!(
                "case,activity,timestamp,lifecycle\n1,受理,2024-03-05 09:00,{start}\n1,受理,2024-03-05 09:30,{end}\n1,办结,2024-03-05 10:00,{start}\n1,办结,2024-03-05 11:00,{end}\n1,归档,2024-03-06 09:00,{start}\n"
            );
            let (log, ..) = read_csv(csv.as_bytes(), None, Limits::small(), Order::Time).unwrap();
            let (steps, joined) = super::steps(&log);
            assert!(joined, "{start}");
            assert_eq!(steps.event_count(), 3, "{start}");
            let minutes = |e: usize| (steps.time()[e] - steps.begin().unwrap()[e]) / 60_000_000;
            assert_eq!((minutes(0), minutes(1)), (30, 60), "{start}");
        }
        let (log, ..) =
            read_csv(&b"case,activity,timestamp\n1,A,2024-03-05\n"[..], None, Limits::small(), Order::Time)
                .unwrap();
        assert!(!super::steps(&log).1);
    }
}
