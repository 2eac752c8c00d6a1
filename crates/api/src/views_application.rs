//! 办件: applications as clients see them.

use kernel::{Date, Moment, UnitId, Word as _};
use serde::Serialize;
use service_acts::{ApplicationView, EventView, Line};
use utoipa::ToSchema;

use crate::ops::act_on_application::is_open;
use crate::views::UnitRef;

/// 时钟
#[derive(Serialize, ToSchema)]
pub(crate) struct ApplicationClock {
    /// 计什么时:draft、accept、correct、handle、deliver
    phase: &'static str,
    /// 起
    #[schema(value_type = String, format = DateTime)]
    started: Moment,
    /// 承诺到期
    #[schema(value_type = String, format = DateTime)]
    due: Moment,
    /// 法定到期,晚于承诺到期时才有
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    legal_due: Option<Moment>,
    /// 涉及尚未公布日历的年份,暂定
    provisional: bool,
    /// green、yellow、red、paused、off
    light: &'static str,
    /// 剩余工作日,今天不计;超期为负
    workdays_left: i64,
}

/// 一个事项
#[derive(Serialize, ToSchema)]
pub(crate) struct PartOut<'a> {
    /// 实施编码
    item: &'a str,
    /// 办件所依据的版本
    version: u32,
    /// 名称
    name: &'a str,
    /// 决定单位
    unit: UnitRef,
    /// 准予与否;未决定时没有
    #[serde(skip_serializing_if = "Option::is_none")]
    granted: Option<bool>,
    /// 证照编号
    #[serde(skip_serializing_if = "str::is_empty")]
    certificate: &'a str,
    /// 证照有效期至
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    until: Option<Date>,
}

/// 一个办理环节
#[derive(Serialize, ToSchema)]
pub(crate) struct TaskOut<'a> {
    /// 编号
    id: &'a str,
    /// 属于第几个事项,从 0 起
    part: usize,
    /// 名称
    name: &'a str,
    /// 办理单位
    unit: UnitRef,
    /// 在哪些环节之后
    after: &'a [String],
    /// 开始
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    started: Option<Moment>,
    /// 办完
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    finished: Option<Moment>,
    /// 是否符合条件
    #[serde(skip_serializing_if = "Option::is_none")]
    passed: Option<bool>,
}

/// 一份材料
#[derive(Serialize, ToSchema)]
pub(crate) struct MaterialOut<'a> {
    /// 编号
    id: &'a str,
    /// 名称
    name: &'a str,
    /// 必要性:required、conditional、optional
    need: &'static str,
    /// 可以容缺后补的工作日数
    #[serde(skip_serializing_if = "Option::is_none")]
    defer_days: Option<u32>,
    /// 可以告知承诺
    commitment: bool,
    /// 政府已有,可以免交
    held: bool,
    /// 已怎样提交:file、seen、later、commitment、held;未提交时没有
    #[serde(skip_serializing_if = "Option::is_none")]
    way: Option<&'static str>,
}

/// 一个表单项
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldOut<'a> {
    /// 编码
    code: &'a str,
    /// 名称
    name: &'a str,
    /// 种类
    kind: &'static str,
    /// 必填
    required: bool,
    /// 选项
    options: &'a [String],
    /// 已填内容,个人信息已遮蔽
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
}

/// 一处需要补正
#[derive(Serialize, ToSchema)]
pub(crate) struct LackOut<'a> {
    /// 材料编号或表单项编码
    what: &'a str,
    /// 要补什么
    words: &'a str,
}

/// 办件
#[derive(Serialize, ToSchema)]
pub(crate) struct ApplicationOut<'a> {
    /// 办件编号
    number: &'a str,
    /// 版本:已有几个动作
    version: i64,
    /// 申请什么
    name: &'a str,
    /// 一件事编码;单个事项时为空
    theme: &'a str,
    /// 怎样来的:online、window …
    channel: &'static str,
    /// 区划代码
    region: &'a str,
    /// 环节
    stage: &'static str,
    /// 环节(中文)
    stage_zh: &'static str,
    /// 牵头单位
    lead: UnitRef,
    /// 收件单位
    reception: UnitRef,
    /// 提交时间
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    submitted: Option<Moment>,
    /// 时钟
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<ApplicationClock>,
    /// 事项
    parts: Vec<PartOut<'a>>,
    /// 办理环节
    tasks: Vec<TaskOut<'a>>,
    /// 材料
    materials: Vec<MaterialOut<'a>>,
    /// 表单
    fields: Vec<FieldOut<'a>>,
    /// 一次告知的补正内容
    lacks: Vec<LackOut<'a>>,
    /// 您此刻可以做的动作
    acts: Vec<&'static str>,
}

impl<'a> ApplicationOut<'a> {
    pub(crate) fn of(v: &'a ApplicationView) -> Self {
        let (a, b) = (&v.application, &v.application.basis);
        let unit = |id: UnitId| UnitRef { id: id.0, name: v.office.unit_name(id) };
        let parts = b.parts.iter().enumerate().map(|(n, p)| {
            let state = a.parts.get(n);
            PartOut {
                item: &p.item,
                version: p.version,
                name: &p.name,
                unit: unit(p.unit),
                granted: state.and_then(|s| s.granted),
                certificate: state.map_or("", |s| s.certificate.as_str()),
                until: state.and_then(|s| s.until),
            }
        });
        let tasks = b.tasks.iter().enumerate().map(|(n, t)| {
            let state = a.tasks.get(n);
            TaskOut {
                id: &t.id,
                part: t.part,
                name: &t.name,
                unit: unit(t.unit),
                after: &t.after,
                started: state.and_then(|s| s.started),
                finished: state.and_then(|s| s.finished),
                passed: state.and_then(|s| s.passed),
            }
        });
        let materials = b.materials.iter().enumerate().map(|(n, m)| MaterialOut {
            id: &m.id,
            name: &m.name,
            need: m.need.word(),
            defer_days: m.defer_days,
            commitment: m.commitment,
            held: m.held,
            way: a.materials.get(n).and_then(|s| s.how.as_ref()).map(|h| h.way().word()),
        });
        let fields = b.fields.iter().map(|f| FieldOut {
            code: &f.code,
            name: &f.name,
            kind: f.kind.word(),
            required: f.required,
            options: &f.options,
            value: v.values.get(&f.code).map(String::as_str),
        });
        Self {
            number: &a.number,
            version: a.ver,
            name: &b.name,
            theme: &b.theme,
            channel: a.channel.word(),
            region: b.region.as_str(),
            stage: a.stage.word(),
            stage_zh: a.stage.zh(),
            lead: unit(b.lead),
            reception: unit(b.reception),
            submitted: a.submitted,
            clock: v.clock.as_ref().map(|c| ApplicationClock {
                phase: c.phase.word(),
                started: c.started,
                due: c.due,
                legal_due: c.legal_due,
                provisional: c.provisional,
                light: c.light.word(),
                workdays_left: c.workdays_left,
            }),
            parts: parts.collect(),
            tasks: tasks.collect(),
            materials: materials.collect(),
            fields: fields.collect(),
            lacks: a.lacks.iter().map(|l| LackOut { what: &l.what, words: &l.words }).collect(),
            acts: v.acts.iter().filter(|act| is_open(**act)).map(|act| act.word()).collect(),
        }
    }
}

/// An application as text, for answers that are kept.
pub(crate) fn application_text(v: &ApplicationView) -> String {
    serde_json::to_string(&ApplicationOut::of(v)).unwrap_or_default()
}

/// 列表里的办件
#[derive(Serialize, ToSchema)]
pub(crate) struct ApplicationLine<'a> {
    /// 办件编号
    number: &'a str,
    /// 申请什么
    name: &'a str,
    /// 环节
    stage: &'static str,
    /// 怎样来的
    channel: &'static str,
    /// 牵头单位
    lead: &'a str,
    /// 提交时间
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    submitted: Option<Moment>,
    /// 到期
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    due: Option<Moment>,
    /// 红黄绿灯
    light: &'static str,
    /// 本单位手上的环节
    tasks: &'a [String],
}

impl<'a> ApplicationLine<'a> {
    pub(crate) fn of(l: &'a Line) -> Self {
        Self {
            number: &l.number,
            name: &l.name,
            stage: l.stage.word(),
            channel: l.channel.word(),
            lead: &l.lead,
            submitted: l.submitted,
            due: l.due,
            light: l.light.word(),
            tasks: &l.tasks,
        }
    }
}

/// 一个动作
#[derive(Serialize, ToSchema)]
pub(crate) struct ApplicationEvent<'a> {
    /// 第几个动作
    version: i64,
    /// 时间
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// 谁
    who: &'a str,
    /// 单位
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a str>,
    /// 动作
    act: &'static str,
    /// 动作(中文)
    act_zh: &'static str,
}

impl<'a> ApplicationEvent<'a> {
    pub(crate) fn of(e: &'a EventView) -> Self {
        Self {
            version: e.ver,
            at: e.at,
            who: &e.who,
            unit: e.unit.as_deref(),
            act: e.act.word(),
            act_zh: e.act.zh(),
        }
    }
}
