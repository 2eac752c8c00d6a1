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
];
/// Parts of longer spellings: `ate_complete`, 环节开始, 任务已完成.
const START_PARTS: &[&str] = &["start", "begin", "began", "开始", "启动", "签收", "接收"];
const END_PARTS: &[&str] = &["complete", "finish", "done", "完成", "结束", "办结", "完结", "办毕", "完毕"];
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
        _ => None,
    }
}

/// Is the text of a transition one that is known, be it a beginning, an end or something between?
pub fn is_known(text: &str) -> bool {
    phase(text).is_some() || OTHERS.contains(&plain(text).as_str())
}

/// The log by steps: where one step leaves several records only its end counts, and it begins when its start was
/// recorded. Activities that are never ended are kept as they are. Gives whether anything was joined.
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
    for case in log.cases() {
        open.clear();
        for e in case {
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
