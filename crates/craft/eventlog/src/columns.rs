//! 列对应: which column of a table means what for a log; saved and used again as a template.
//!
//! Knows headers and the looks of values; nothing of files.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tabular::beside::{self, Grid};
use tabular::header::{self, Header, Vocabulary};
use tabular::when::{self, DateOrder};

use crate::lifecycle::{self, Phase};

/// Which column means what (列对应): saved and used again as a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    /// Name of the case (办件编号).
    pub case: String,
    /// Activity (环节).
    pub activity: String,
    /// When it was finished (时间).
    pub time: Option<String>,
    /// The time of day of `time`, where it stands in a column of its own (时刻).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
    /// When it was begun (开始时间).
    pub start: Option<String>,
    /// The time of day of `start`, where it stands in a column of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_clock: Option<String>,
    /// Who did it (经办人).
    pub resource: Option<String>,
    /// Lifecycle transition.
    pub lifecycle: Option<String>,
    /// Separator of a CSV; guessed when missing.
    pub separator: Option<char>,
    /// Encoding of a CSV (`gb18030`, `utf-8` …); found when missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Which of day and month comes first where the year stands last; the column decides when missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    /// Seconds east of UTC for times without a zone; Beijing when missing.
    pub offset_s: Option<i32>,
}

/// Headers by which a column is recognised, most telling first, as [`plain_name`] gives them.
const NAMES: [(&str, &[&str]); 7] = [
    (
        "case",
        &[
            "case:concept:name",
            "caseid",
            "case",
            "办件编号",
            "业务流水号",
            "办件流水号",
            "申办流水号",
            "流水号",
            "案件编号",
            "办件号",
            "业务编号",
            "业务号",
            "申请号",
            "案号",
            "收件号",
            "办理编号",
            "申请编号",
            "受理编号",
            "受理号",
            "工单编号",
            "工单号",
            "项目编号",
            "收件编号",
            "案件",
            "办件",
            "件号",
            "案件id",
            "编号",
            "流程实例号",
            "流程实例",
            "实例编号",
            "实例号",
            "traceid",
            "applicationid",
            "processinstanceid",
            "ticketid",
        ],
    ),
    (
        "activity",
        &[
            "concept:name",
            "activity",
            "activityname",
            "环节",
            "环节名称",
            "办理环节",
            "流程环节",
            "审批环节",
            "当前环节",
            "活动",
            "活动名称",
            "步骤",
            "步骤名称",
            "工序",
            "工作步骤",
            "处理环节",
            "业务环节",
            "任务节点",
            "办理节点",
            "任务",
            "办理步骤",
            "节点",
            "节点名称",
            "流程节点",
            "任务名称",
            "操作环节",
            "事件",
            "事件名称",
            "task",
            "event",
            "action",
            "操作",
            "状态",
            "status",
        ],
    ),
    (
        "start",
        &[
            "starttimestamp",
            "starttime",
            "time:start",
            "开始时间",
            "接收时间",
            "收到时间",
            "接件时间",
            "到达时间",
            "进入时间",
            "领取时间",
            "启动时间",
            "签收时间",
            "开始日期",
            "开始办理时间",
            "start",
        ],
    ),
    (
        "time",
        &[
            "time:timestamp",
            "endtime",
            "endtimestamp",
            "completetimestamp",
            "timestamp",
            "结束时间",
            "完成时间",
            "办理时间",
            "操作时间",
            "处理时间",
            "发生时间",
            "办结时间",
            "离开时间",
            "提交时间",
            "办毕时间",
            "终止时间",
            "完成日期",
            "结束日期",
            "办理日期",
            "操作日期",
            "处理日期",
            "发生日期",
            "事件时间",
            "时间戳",
            "时间",
            "end",
            "time",
            "datetime",
            "date",
            "日期",
        ],
    ),
    ("clock", &["办理时刻", "操作时刻", "时刻", "处理时刻", "时分秒", "时分", "钟点", "clock"]),
    (
        "resource",
        &[
            "org:resource",
            "resource",
            "经办人",
            "办理人",
            "处理人",
            "操作人",
            "承办人",
            "办理人员",
            "经办人员",
            "处理人员",
            "操作员",
            "受理人",
            "审批人",
            "办理者",
            "处理者",
            "执行人",
            "责任人",
            "经手人",
            "审核人",
            "工作人员",
            "人员",
            "user",
            "performer",
            "agent",
        ],
    ),
    (
        "lifecycle",
        &[
            "lifecycle:transition",
            "lifecycle",
            "transition",
            "生命周期",
            "事件类型",
            "操作类型",
            "环节状态",
            "节点状态",
            "起止",
            "eventtype",
        ],
    ),
];
/// What a step is called before the word for its beginning or its end: 环节开始时间, 任务完成. Not 项目 or 办件: those begin and
/// end once in a case.
const OF_STEP: [&str; 22] = [
    "",
    "环节",
    "任务",
    "步骤",
    "节点",
    "活动",
    "工序",
    "工作",
    "办理",
    "处理",
    "操作",
    "执行",
    "审批",
    "实际",
    "流程环节",
    "审批环节",
    "办理环节",
    "task",
    "activity",
    "step",
    "event",
    "actual",
];
const BEGUN: [&str; 17] = [
    "开始",
    "起始",
    "启动",
    "接收",
    "签收",
    "到达",
    "进入",
    "开工",
    "起",
    "begin",
    "began",
    "begun",
    "start",
    "started",
    "begins",
    "starts",
    "开始办理",
];
const ENDED: [&str; 18] = [
    "结束",
    "完成",
    "终止",
    "办结",
    "办毕",
    "完结",
    "完毕",
    "离开",
    "止",
    "end",
    "ended",
    "finish",
    "finished",
    "complete",
    "completed",
    "completion",
    "done",
    "终了",
];
/// Words for a time behind that.
const A_TIME: [&str; 12] =
    ["时间", "日期", "时点", "时刻", "timestamp", "datetime", "time", "date", "at", "on", "时", ""];

/// Whether a name of a column says when a step began or ended, by its parts: 环节 + 开始 + 时间, `task` + `begin`.
fn phase_of_name(name: &str) -> Option<Phase> {
    A_TIME.iter().filter_map(|t| name.strip_suffix(t)).find_map(|stem| {
        OF_STEP.iter().filter_map(|of| stem.strip_prefix(of)).find_map(|word| {
            if BEGUN.contains(&word) {
                Some(Phase::Start)
            } else {
                ENDED.contains(&word).then_some(Phase::Complete)
            }
        })
    })
}

/// Names of columns of states: of the case as well as of the step, so that the rows must show which.
const STATES: [&str; 8] =
    ["办理状态", "处理状态", "状态", "任务状态", "步骤状态", "动作", "办理动作", "status"];

const CASE: usize = 0;
const ACTIVITY: usize = 1;

/// A header as it is compared.
fn plain_name(header: &str) -> String {
    header::name(header).chars().filter(|c| !matches!(c, '_' | '-')).collect()
}

struct Guessed;
impl Vocabulary for Guessed {
    fn field(&self, name: &str) -> Option<(usize, usize)> {
        let name = plain_name(name);
        let listed = NAMES
            .iter()
            .enumerate()
            .find_map(|(f, (_, names))| names.iter().position(|n| *n == name).map(|rank| (f, rank)));
        // Behind all names that are listed.
        let last = |part: &str| NAMES.iter().position(|n| n.0 == part).map(|f| (f, NAMES[f].1.len()));
        listed.or_else(|| match phase_of_name(&name)? {
            Phase::Start => last("start"),
            Phase::Complete => last("time"),
        })
    }
    fn enough(&self, fields: &[usize]) -> bool {
        fields.contains(&CASE) && fields.contains(&ACTIVITY)
    }
}

/// The names of a mapping that was given.
struct Given<'a>(&'a Mapping);
impl Vocabulary for Given<'_> {
    fn field(&self, name: &str) -> Option<(usize, usize)> {
        let m = self.0;
        let hit = |wanted: &str| header::name(wanted) == name;
        let rest = [&m.start, &m.time, &m.clock, &m.resource, &m.lifecycle, &m.start_clock];
        if hit(&m.case) {
            return Some((CASE, 0));
        }
        if hit(&m.activity) {
            return Some((ACTIVITY, 0));
        }
        rest.iter().position(|r| r.as_deref().is_some_and(hit)).map(|i| (i + 2, 0))
    }
    fn enough(&self, fields: &[usize]) -> bool {
        fields.contains(&CASE)
            && (fields.contains(&ACTIVITY) || header::name(&self.0.case) == header::name(&self.0.activity))
    }
}

/// Seconds, milliseconds or days since some beginning.
fn is_number(text: &str) -> bool {
    text.len() >= 5 && text.parse::<f64>().is_ok()
}

/// Finds the header of a log among the first rows of a table.
pub fn find_header(rows: &[Vec<String>], mapping: Option<&Mapping>) -> Option<Header> {
    match mapping {
        Some(mapping) => header::find(rows, &Given(mapping)),
        None => header::find(rows, &Guessed),
    }
}

/// How many columns of a log these names tell.
pub fn known(names: &[String], mapping: Option<&Mapping>) -> usize {
    let fields = match mapping {
        Some(mapping) => header::fields(names, &Given(mapping)),
        None => header::fields(names, &Guessed),
    };
    fields.iter().flatten().count()
}

impl Mapping {
    /// Guesses from the headers and the first rows. What stays empty could not be guessed.
    pub fn guess(headers: &[String], rows: &[Vec<String>]) -> Self {
        let fields = header::fields(headers, &Guessed);
        let by_name = |part: &str| {
            let number = NAMES.iter().position(|n| n.0 == part);
            fields.iter().position(|f| f.is_some() && *f == number).map(|i| headers[i].clone())
        };
        let filled = |i: usize| {
            rows.iter().filter_map(move |r| r.get(i)).map(|t| t.trim()).filter(|t| !when::is_blank_word(t))
        };
        let all = |i: usize, fits: &dyn Fn(&str) -> bool| filled(i).next().is_some() && filled(i).all(fits);
        // 完成 may as well say 是 and 否: a name that is only put together must have times below it.
        let listed = |name: &str| NAMES.iter().any(|n| n.1.contains(&plain_name(name).as_str()));
        let holds_times = |name: &String| {
            let is_time = |t: &str| when::looks_like_time(t) || when::clock(t).is_some() || is_number(t);
            let at = headers.iter().position(|h| h == name);
            listed(name) || at.is_some_and(|i| filled(i).next().is_none() || filled(i).any(is_time))
        };
        let mut map = Self {
            case: by_name("case").unwrap_or_default(),
            activity: by_name("activity").unwrap_or_default(),
            time: by_name("time").filter(|n| holds_times(n)),
            start: by_name("start").filter(|n| holds_times(n)),
            resource: by_name("resource"),
            lifecycle: by_name("lifecycle"),
            ..Self::default()
        };
        if map.time.is_none() {
            let used = |h: &String| Some(h) == map.start.as_ref();
            let free = |i: &usize| !used(&headers[*i]);
            let looks = (0..headers.len()).filter(free).find(|i| all(*i, &|t| when::looks_like_time(t)));
            let numbers = |t: &str| {
                matches!(t.len(), 10 | 13 | 16) && crate::when::read_time(t.as_bytes(), 0).is_some()
            };
            let epoch =
                || (0..headers.len()).filter(free).find(|i| headers[*i] != map.case && all(*i, &numbers));
            map.time = looks.or_else(epoch).map(|i| headers[i].clone());
        }
        // Only a start is known: then the event happens when it starts.
        if map.time.is_none() {
            map.time = map.start.take();
        }
        map.find_clocks(headers, rows);
        if map.lifecycle.is_none() {
            // A column of nothing but beginnings and ends says which of them a row is.
            let named = [Some(&map.case), Some(&map.activity), map.resource.as_ref()];
            let says = |i: usize, phase: Phase| filled(i).any(|t| lifecycle::phase(t) == Some(phase));
            // A state may be that of the case: it is one of steps where many steps have both of it.
            let place = |name: &str| headers.iter().position(|h| h == name);
            let of_steps = |i: usize| {
                let (Some(case), Some(activity)) = (place(&map.case), place(&map.activity)) else {
                    return false;
                };
                let mut steps: HashMap<(&str, &str), [bool; 2]> = HashMap::new();
                for r in rows {
                    let cell = |c: usize| r.get(c).map_or("", |t| t.trim());
                    let of = steps.entry((cell(case), cell(activity))).or_default();
                    of[0] |= lifecycle::phase(cell(i)) == Some(Phase::Start);
                    of[1] |= lifecycle::phase(cell(i)) == Some(Phase::Complete);
                }
                steps.values().filter(|s| s[0] && s[1]).count() * 2 >= steps.len()
            };
            let is_state = |i: usize| STATES.contains(&plain_name(&headers[i]).as_str());
            let both = |i: &usize| {
                !named.contains(&Some(&headers[*i]))
                    && all(*i, &|t| lifecycle::phase(t).is_some())
                    && says(*i, Phase::Start)
                    && says(*i, Phase::Complete)
                    && (!is_state(*i) || of_steps(*i))
            };
            map.lifecycle = (0..headers.len()).find(both).map(|i| headers[i].clone());
        }
        map
    }

    /// A mapping that a person gave, with the clock beside its days.
    pub(crate) fn with_clock(mut self, headers: &[String], rows: &[Vec<String>]) -> Self {
        if self.clock.is_none() || self.start_clock.is_none() {
            self.find_clocks(headers, rows);
        }
        self
    }

    /// The clock beside the day of the end, then of the beginning ([`tabular::beside`]).
    fn find_clocks(&mut self, headers: &[String], rows: &[Vec<String>]) {
        let place = |name: &Option<String>| name.as_ref().and_then(|n| headers.iter().position(|h| h == n));
        let cell = |r: usize, c: usize| rows.get(r).and_then(|r| r.get(c)).map_or("", String::as_str);
        let grid = Grid { names: headers, rows: rows.len(), cell: &cell };
        for of_start in [false, true] {
            let (own, beside) =
                if of_start { (&self.start, &self.start_clock) } else { (&self.time, &self.clock) };
            let (Some(at), None) = (place(own), beside) else { continue };
            let taken =
                [&self.start, &self.time, &self.clock, &self.start_clock, &self.resource, &self.lifecycle]
                    .map(place);
            let named = [&self.case, &self.activity];
            // A day of the beginning is not that of the end: 开始日期 beside 结束时间.
            let other = if of_start { Phase::Complete } else { Phase::Start };
            let phase = |i: usize| phase_of_name(&plain_name(&headers[i]));
            let free = |i: usize| {
                !taken.contains(&Some(i)) && !named.contains(&&headers[i]) && phase(i) != Some(other)
            };
            let field = |i: usize| Guessed.field(&header::name(&headers[i])).map(|f| NAMES[f.0].0);
            let same = |i: usize| {
                field(i) == Some("clock") || field(i) == Some(if of_start { "start" } else { "time" })
            };
            let Some((day, clock)) = beside::pair(&grid, at, &free, &same) else { continue };
            let (days, clock) = (Some(headers[day].clone()), Some(headers[clock].clone()));
            if of_start {
                (self.start, self.start_clock) = (days, clock);
            } else {
                (self.time, self.clock) = (days, clock);
            }
        }
    }

    /// What the mapping lacks to be used, as the name of the field.
    pub fn missing(&self) -> Option<&'static str> {
        match (self.case.is_empty(), self.activity.is_empty(), self.time.is_none()) {
            (true, _, _) => Some("case"),
            (_, true, _) => Some("activity"),
            (_, _, true) => Some("time"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(csv: &str) -> Mapping {
        let mut rows = csv.lines().map(|l| l.split(',').map(str::to_owned).collect::<Vec<_>>());
        let headers = rows.next().unwrap();
        Mapping::guess(&headers, &rows.collect::<Vec<_>>())
    }

    #[test]
    fn beginning_and_end_of_a_step_are_known_by_the_parts_of_their_names() {
        for (start, end) in [
            ("环节开始时间", "环节结束时间"),
            ("任务开始", "任务完成"),
            ("任务开始时间", "任务完成时间"),
            ("begin", "finish"),
            ("Start Time", "Complete Time"),
            ("task_start", "task_end"),
            ("started_at", "finished_at"),
            ("起始时间", "终止时间"),
            ("起始日期", "终止日期"),
            ("开始", "结束"),
            ("步骤起始时间", "步骤终止时间"),
            ("办理开始时间", "办理结束时间"),
            ("实际开始时间", "实际完成时间"),
            ("签收时间", "办毕时间"),
            ("启动时间", "完结时间"),
        ] {
            let map = guess(&format!(
                "流水号,环节名称,{start},{end},经办人\n1,受理,2026-03-05 09:00,2026-03-05 09:30,甲"
            ));
            assert_eq!((map.start.as_deref(), map.time.as_deref()), (Some(start), Some(end)));
        }
        // What begins once in a case, a plan and a yes are none.
        for other in ["项目开始时间", "计划开始时间", "开始人", "办件开始时间"] {
            let map =
                guess(&format!("流水号,环节名称,{other},办理时间\n1,受理,2026-03-05 09:00,2026-03-05 09:30"));
            assert_eq!((map.start, map.time.as_deref()), (None, Some("办理时间")), "{other}");
        }
        let map = guess("流水号,环节名称,完成,何时\n1,受理,是,2026-03-05 09:30");
        assert_eq!(map.time.as_deref(), Some("何时"));
    }

    #[test]
    fn days_and_clocks_of_beginning_and_end_are_put_together() {
        let rows = "1,受理,2026-03-05,9:00,2026-03-05,10:00\n1,办结,2026-03-06,9:00,2026-03-06,11:30";
        for names in [
            "办件编号,环节,开始日期,开始时间,结束日期,结束时间",
            "办件编号,环节,环节开始日期,环节开始时刻,环节结束日期,环节结束时刻",
        ] {
            let h: Vec<&str> = names.split(',').collect();
            let map = guess(&format!("{names}\n{rows}"));
            let all =
                [map.start.as_deref(), map.start_clock.as_deref(), map.time.as_deref(), map.clock.as_deref()];
            assert_eq!(all, [Some(h[2]), Some(h[3]), Some(h[4]), Some(h[5])]);
        }
        let csv = format!("办件编号,环节,开始日期,开始时间,结束日期,结束时间\n{rows}\n");
        let (log, ..) =
            crate::read_csv(csv.as_bytes(), None, crate::error::Limits::small(), crate::Order::Time).unwrap();
        let minutes = |e: usize| (log.time()[e] - log.begin().unwrap()[e]) / 60_000_000;
        assert_eq!((minutes(0), minutes(1)), (60, 150));
    }

    #[test]
    fn a_state_is_that_of_the_step_only_where_steps_have_both() {
        let rows = "1,受理,2026-03-05 09:00,在办\n1,受理,2026-03-05 09:30,办结\n1,审查,2026-03-05 10:00,在办\n1,审查,2026-03-05 12:00,办结";
        for name in ["办理状态", "处理状态", "动作", "节点状态"] {
            let map = guess(&format!("办件编号,环节,办理时间,{name}\n{rows}"));
            assert_eq!(map.lifecycle.as_deref(), Some(name));
        }
        let of_case =
            "1,受理,2026-03-05 09:00,办结\n1,审查,2026-03-05 09:30,办结\n2,受理,2026-03-05 10:00,在办";
        assert_eq!(guess(&format!("办件编号,环节,办理时间,办理状态\n{of_case}")).lifecycle, None);
    }
}
