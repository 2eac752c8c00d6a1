//! 列对应: which column of a table means what for a log; saved and used again as a template.
//!
//! Knows headers and the looks of values; nothing of files.

use serde::{Deserialize, Serialize};
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
        NAMES
            .iter()
            .enumerate()
            .find_map(|(f, (_, names))| names.iter().position(|n| *n == name).map(|rank| (f, rank)))
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
        let rest = [&m.start, &m.time, &m.clock, &m.resource, &m.lifecycle];
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
        let mut map = Self {
            case: by_name("case").unwrap_or_default(),
            activity: by_name("activity").unwrap_or_default(),
            time: by_name("time"),
            start: by_name("start"),
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
        map.find_clock(headers, &all);
        if map.lifecycle.is_none() {
            // A column of nothing but beginnings and ends says which of them a row is.
            let named = [Some(&map.case), Some(&map.activity), map.resource.as_ref()];
            let says = |i: usize, phase: Phase| filled(i).any(|t| lifecycle::phase(t) == Some(phase));
            let both = |i: &usize| {
                !named.contains(&Some(&headers[*i]))
                    && all(*i, &|t| lifecycle::phase(t).is_some())
                    && says(*i, Phase::Start)
                    && says(*i, Phase::Complete)
            };
            map.lifecycle = (0..headers.len()).find(both).map(|i| headers[i].clone());
        }
        map
    }

    /// A mapping that a person gave, with the clock beside its days.
    pub(crate) fn with_clock(mut self, headers: &[String], rows: &[Vec<String>]) -> Self {
        if self.clock.is_none() {
            let filled = |i: usize| {
                rows.iter()
                    .filter_map(move |r| r.get(i))
                    .map(|t| t.trim())
                    .filter(|t| !when::is_blank_word(t))
            };
            self.find_clock(headers, &|i, fits| filled(i).next().is_some() && filled(i).all(fits));
        }
        self
    }

    /// A column of nothing but times of day belongs to the column of days.
    fn find_clock(&mut self, headers: &[String], all: &dyn Fn(usize, &dyn Fn(&str) -> bool) -> bool) {
        let place = |name: &Option<String>| name.as_ref().and_then(|n| headers.iter().position(|h| h == n));
        let Some(at) = place(&self.time) else { return };
        // Midnight is nought.
        let (day, clock) = (|t: &str| when::is_date_only(t), |t: &str| when::clock(t).is_some() || t == "0");
        let taken = [&self.start, &self.resource, &self.lifecycle].map(place);
        let named = [&self.case, &self.activity];
        let free = |i: &usize| *i != at && !taken.contains(&Some(*i)) && !named.contains(&&headers[*i]);
        let nearest = |fits: &dyn Fn(&str) -> bool| {
            (0..headers.len())
                .filter(free)
                .filter(|i| all(*i, fits))
                .min_by_key(|i| (i.abs_diff(at), *i < at))
        };
        if all(at, &clock) {
            if let Some(days) = nearest(&day) {
                self.clock = self.time.replace(headers[days].clone());
            }
        } else if all(at, &day) {
            self.clock = nearest(&clock).map(|i| headers[i].clone());
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
