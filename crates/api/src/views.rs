//! What goes out: cases, clocks and events as clients see them. The names are those of the domain.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use city::Contact;
use kernel::{Moment, UnitId};
use resolve::ClockView;
use resolve::{Act, Command, Stage, Word};
use resolve_acts::{CaseView, EventView};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Problem, ProblemBody};

/// JSON that nobody in between may keep.
pub(crate) struct Out<T>(pub StatusCode, pub T);

impl<T: Serialize> IntoResponse for Out<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.1) {
            Ok(text) => json(self.0, text),
            Err(_) => Problem::fault().into_response(),
        }
    }
}

/// Text that is JSON already.
pub(crate) fn json(status: StatusCode, text: impl Into<axum::body::Body>) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("authorization, cookie"));
    response
}

/// What a request that is done once is answered: 201 both times, and the second says so.
pub(crate) fn made(body: String, replayed: bool) -> Response {
    let mut response = json(StatusCode::CREATED, body);
    if replayed {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    response
}

/// The problems every operation may answer, for its description.
#[derive(utoipa::IntoResponses)]
pub(crate) enum Problems {
    /// 出错:原因、字段、此刻可做的动作
    #[response(status = "default", content_type = "application/problem+json")]
    #[expect(dead_code, reason = "only its description is used")]
    Any(ProblemBody),
}

/// 单位
#[derive(Serialize, ToSchema)]
pub(crate) struct UnitRef {
    /// 单位编号
    pub(crate) id: i64,
    /// 简称
    pub(crate) name: String,
}

/// 时钟
#[derive(Serialize, ToSchema)]
pub(crate) struct Clock<'a> {
    /// 计什么时:intake、handle、rectify、callback、file
    phase: &'static str,
    /// 起
    #[schema(value_type = String, format = DateTime)]
    started: Moment,
    /// 止
    #[schema(value_type = String, format = DateTime)]
    due: Moment,
    /// 涉及尚未公布日历的年份,暂定
    provisional: bool,
    /// 红黄绿灯:green、yellow、red、paused、off
    light: &'static str,
    /// 剩余工作日,今天不计;超期为负
    workdays_left: i64,
    /// 依据的期限规则
    rule: &'a str,
}

impl<'a> Clock<'a> {
    fn of(c: &'a ClockView) -> Self {
        Self {
            phase: c.phase.word(),
            started: c.started,
            due: c.due,
            provisional: c.provisional,
            light: c.light.word(),
            workdays_left: c.workdays_left,
            rule: &c.rule,
        }
    }
}

/// 反映人(已遮蔽,完整信息须说明用途另取)
#[derive(Serialize, ToSchema)]
pub(crate) struct Person {
    /// 姓名
    name: String,
    /// 电话
    phone: String,
    /// 证件号码
    id_number: String,
    /// 地址
    address: String,
    /// 电子邮箱
    email: String,
}

impl From<Contact> for Person {
    fn from(c: Contact) -> Self {
        Self { name: c.name, phone: c.phone, id_number: c.id_number, address: c.address, email: c.email }
    }
}

/// 件
#[derive(Serialize, ToSchema)]
pub(crate) struct CaseOut<'a> {
    /// 受理编号
    number: &'a str,
    /// 版本:已有几个动作
    version: i64,
    /// 类别
    kind: &'static str,
    /// 来源渠道
    channel: &'static str,
    /// 难易
    complexity: &'static str,
    /// 区划代码
    region: &'a str,
    /// 标题
    title: &'a str,
    /// 环节
    stage: &'static str,
    /// 环节(中文)
    stage_zh: &'static str,
    /// 承办单位
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<UnitRef>,
    /// 首问单位
    first_asked: UnitRef,
    /// 当前应负责的单位
    accountable: UnitRef,
    /// 反映时间
    #[schema(value_type = String, format = DateTime)]
    lodged: Moment,
    /// 办不成的原因
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
    /// 事项
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<&'a str>,
    /// 行动
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<&'a str>,
    /// 反映人数
    reporters: u32,
    /// 点赞
    support: i64,
    /// 退回次数
    returns: u32,
    /// 重新办理次数
    rounds: u32,
    /// 催办次数
    reminders: u32,
    /// 反映人要求保密
    hide_reporter: bool,
    /// 时钟
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<Clock<'a>>,
    /// 您此刻可以做的动作
    #[schema(value_type = Vec<String>)]
    acts: Words<'a>,
    /// 反映人
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<Person>,
    /// 协办、会商任务、督办、整改步骤、延期申请,各按其内容
    #[serde(flatten)]
    #[schema(value_type = Object)]
    parts: Parts<'a>,
}

/// Acts as their words, without a copy.
pub(crate) struct Words<'a>(&'a [Act]);
impl Serialize for Words<'_> {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(self.0.iter().filter(|a| !crate::acts::is_closed(**a)).map(|a| a.word()))
    }
}

/// The parts of a case that are there only sometimes.
#[derive(Serialize)]
struct Parts<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    co: &'a [resolve::CoTask],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tasks: &'a [resolve::MeetingTask],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    orders: &'a [resolve::Order],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    steps: &'a [resolve::RectStep],
    #[serde(skip_serializing_if = "Option::is_none")]
    extension: Option<&'a resolve::ExtensionAsked>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    merged: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<&'a str>,
}

impl<'a> CaseOut<'a> {
    pub(crate) fn of(v: &'a CaseView) -> Self {
        let c = &v.case;
        let unit = |id: UnitId| UnitRef { id: id.0, name: v.office.unit_name(id) };
        let owner = c.stage.owner().map(|id| UnitRef { id: id.0, name: v.owner.clone().unwrap_or_default() });
        Self {
            number: &c.number,
            version: c.ver,
            kind: c.kind.word(),
            channel: c.channel.word(),
            complexity: c.complexity.word(),
            region: c.region.as_str(),
            title: &c.title,
            stage: c.stage.kind().word(),
            stage_zh: c.stage.kind().zh(),
            owner,
            first_asked: unit(c.first_asked),
            accountable: unit(c.accountable()),
            lodged: c.lodged,
            cause: c.cause.map(Word::word),
            item: c.item.as_deref(),
            campaign: c.campaign.as_deref(),
            reporters: c.reporters,
            support: c.support,
            returns: c.returns,
            rounds: c.rounds,
            reminders: c.reminders,
            hide_reporter: c.hide_reporter,
            clock: v.clock.as_ref().map(Clock::of),
            acts: Words(&v.acts),
            contact: v.contact.clone().map(Person::from),
            parts: Parts {
                co: &c.co,
                tasks: &c.tasks,
                orders: &c.orders,
                steps: match &c.stage {
                    Stage::Rectifying { steps, .. } => steps,
                    _ => &c.mended,
                },
                extension: c.extension.as_ref(),
                merged: &c.merged,
                merged_into: match &c.stage {
                    Stage::Merged { into, .. } => Some(into),
                    _ => None,
                },
            },
        }
    }
}

/// A case as text, for answers that are kept.
pub(crate) fn case_text(v: &CaseView) -> String {
    serde_json::to_string(&CaseOut::of(v)).unwrap_or_default()
}

/// 动作记录
#[derive(Serialize, ToSchema)]
pub(crate) struct EventOut<'a> {
    /// 之后的版本
    version: i64,
    /// 发生时间
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// 写入时间
    #[schema(value_type = String, format = DateTime)]
    recorded: Moment,
    /// 谁
    who: &'a str,
    /// 代表哪个单位
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a str>,
    /// 动作(中文)
    act_zh: &'static str,
    /// 内容:act、各字段、之后的环节、时钟变化
    #[schema(value_type = Object)]
    data: &'a resolve::Happened,
}

impl<'a> EventOut<'a> {
    pub(crate) fn of(e: &'a EventView) -> Self {
        Self {
            version: e.ver,
            at: e.at,
            recorded: e.recorded,
            who: &e.who,
            unit: e.unit.as_deref(),
            act_zh: e.act.zh(),
            data: &e.happened,
        }
    }
}

/// 办理进度(给反映人看)
#[derive(Serialize, ToSchema)]
pub(crate) struct StepOut<'a> {
    /// 时间
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// 动作
    act: &'static str,
    /// 动作(中文)
    act_zh: &'static str,
    /// 哪个单位
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a str>,
    /// 给反映人的话:答复、不予受理的理由和去处
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// 我的件
#[derive(Serialize, ToSchema)]
pub(crate) struct FollowOut<'a> {
    /// 受理编号
    number: &'a str,
    /// 标题
    title: &'a str,
    /// 环节
    stage: &'static str,
    /// 环节(中文)
    stage_zh: &'static str,
    /// 承办单位
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    /// 时钟
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<Clock<'a>>,
    /// 您此刻可以做的动作
    #[schema(value_type = Vec<String>)]
    acts: Words<'a>,
    /// 办理进度
    events: Vec<StepOut<'a>>,
}

impl<'a> FollowOut<'a> {
    pub(crate) fn of(view: &'a CaseView, events: &'a [EventView]) -> Self {
        let step = |e: &'a EventView| StepOut {
            at: e.at,
            act: e.act.word(),
            act_zh: e.act.zh(),
            unit: e.unit.as_deref(),
            text: words_for_them(&e.happened.asked),
        };
        Self {
            number: &view.case.number,
            title: &view.case.title,
            stage: view.case.stage.kind().word(),
            stage_zh: view.case.stage.kind().zh(),
            owner: view.owner.as_deref(),
            clock: view.clock.as_ref().map(Clock::of),
            acts: Words(&view.acts),
            events: events.iter().map(step).collect(),
        }
    }
}

/// What of an act was said to the person who lodged. Everything else is said among colleagues.
fn words_for_them(asked: &Command) -> Option<String> {
    let with =
        |text: &str, more: &str| if more.is_empty() { text.to_owned() } else { format!("{text}\n{more}") };
    match asked {
        Command::AnswerOnSpot { text } | Command::Backfill { text } => Some(text.clone()),
        Command::Reply { text, basis } => Some(with(text, basis)),
        Command::ReplyNegative { text, basis, instead } => Some(with(&with(text, basis), instead)),
        Command::Refuse { explain, where_to, .. } => Some(with(explain, where_to)),
        Command::Pause { notice, .. } => Some(notice.clone()),
        Command::AddWords { words } => Some(words.clone()),
        Command::Callback { words, .. } if !words.is_empty() => Some(words.clone()),
        _ => None,
    }
}

/// The version in an answer that was kept.
pub(crate) fn version_in(body: &str) -> Option<i64> {
    #[derive(serde::Deserialize)]
    struct Version {
        version: i64,
    }
    serde_json::from_str::<Version>(body).ok().map(|v| v.version)
}
