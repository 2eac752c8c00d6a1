//! 办理办件: one act of staff on an application. What may be done, by whom and when is the table of its life.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use kernel::Date;
use serde::Deserialize;
use service::{Act, Command, Delivery, HandedIn, How, Lack, RefuseGround, SpecialKind};
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Signed;
use crate::body::{Json, Number};
use crate::problem::Problem;
use crate::tag::{self, Expect};
use crate::views::{self, Out, Problems};
use crate::views_application::{ApplicationOut, application_text};

/// 一处需要补正
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LackIn {
    /// 材料编号或表单项编码
    what: String,
    /// 要补什么、怎么补
    words: String,
}

/// 动作和它的字段
#[derive(Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Doing {
    /// 收件
    Receive,
    /// 一次告知补正
    TellCorrection {
        /// 全部需要补正的内容
        lacks: Vec<LackIn>,
        /// 提示
        #[serde(default)]
        advice: String,
    },
    /// 受理
    Accept,
    /// 不予受理
    Refuse {
        /// 依据
        #[schema(value_type = String)]
        ground: RefuseGround,
        /// 理由
        reason: String,
        /// 救济途径
        remedy: String,
    },
    /// 开始办理环节
    StartTask {
        /// 环节编号
        task: String,
    },
    /// 办完环节
    FinishTask {
        /// 环节编号
        task: String,
        /// 是否符合条件
        passed: bool,
        /// 意见
        words: String,
    },
    /// 退回重办环节
    SendBack {
        /// 环节编号
        task: String,
        /// 理由
        reason: String,
    },
    /// 约定联合踏勘
    CallSurvey {
        /// 哪天
        #[schema(value_type = String, format = Date)]
        day: Date,
        /// 地点和人员
        words: String,
    },
    /// 记录踏勘结果
    FinishSurvey {
        /// 所见
        words: String,
        /// 是否符合条件
        passed: bool,
    },
    /// 启动特别程序
    Pause {
        /// 哪种程序
        #[schema(value_type = String)]
        kind: SpecialKind,
        /// 工作日
        #[schema(maximum = 1000)]
        days: u32,
        /// 告知内容
        notice: String,
    },
    /// 结束特别程序
    Resume {
        /// 结果
        result: String,
    },
    /// 批准延期
    Extend {
        /// 工作日
        #[schema(maximum = 1000)]
        days: u32,
        /// 理由
        reason: String,
    },
    /// 作出决定
    Decide {
        /// 决定环节的编号
        task: String,
        /// 准予
        granted: bool,
        /// 理由
        reason: String,
        /// 救济途径,不准予时必填
        #[serde(default)]
        remedy: String,
    },
    /// 制发证照
    Issue {
        /// 第几个事项,从 0 起
        #[schema(maximum = 1000)]
        part: usize,
        /// 证照编号
        certificate: String,
        /// 有效期至;长期有效时不写
        #[schema(value_type = Option<String>, format = Date)]
        until: Option<Date>,
    },
    /// 送达
    Deliver {
        /// 方式
        #[schema(value_type = String)]
        delivery: Delivery,
        /// 领取人、快递单号或网址
        trace: String,
    },
    /// 签收
    Sign {
        /// 由谁
        words: String,
    },
    /// 补交容缺材料,窗口核验原件
    HandIn {
        /// 材料编号
        material: String,
        /// 核验所见
        #[serde(default)]
        note: String,
    },
    /// 核查承诺
    CheckCommitment {
        /// 材料编号
        material: String,
        /// 与承诺相符
        kept: bool,
        /// 所见
        words: String,
    },
    /// 了结逾期或不实
    SettlePromise {
        /// 材料编号
        material: String,
        /// 怎样处理的
        words: String,
    },
    /// 撤回申请
    Withdraw {
        /// 理由
        #[serde(default)]
        reason: String,
    },
    /// 批注
    Note {
        /// 内容
        words: String,
    },
}

impl From<Doing> for Command {
    fn from(doing: Doing) -> Self {
        match doing {
            Doing::Receive => Self::Receive {},
            Doing::TellCorrection { lacks, advice } => {
                let lacks = lacks.into_iter().map(|l| Lack { what: l.what, words: l.words }).collect();
                Self::TellCorrection { lacks, advice }
            }
            Doing::Accept => Self::Accept {},
            Doing::Refuse { ground, reason, remedy } => Self::Refuse { ground, reason, remedy },
            Doing::StartTask { task } => Self::StartTask { task },
            Doing::FinishTask { task, passed, words } => Self::FinishTask { task, passed, words },
            Doing::SendBack { task, reason } => Self::SendBack { task, reason },
            Doing::CallSurvey { day, words } => Self::CallSurvey { day, words },
            Doing::FinishSurvey { words, passed } => Self::FinishSurvey { words, passed },
            Doing::Pause { kind, days, notice } => Self::Pause { kind, days, notice },
            Doing::Resume { result } => Self::Resume { result },
            Doing::Extend { days, reason } => Self::Extend { days, reason },
            Doing::Decide { task, granted, reason, remedy } => Self::Decide { task, granted, reason, remedy },
            Doing::Issue { part, certificate, until } => Self::Issue { part, certificate, until },
            Doing::Deliver { delivery, trace } => Self::Deliver { delivery, trace },
            Doing::Sign { words } => Self::Sign { words },
            Doing::HandIn { material, note } => {
                Self::HandIn { handed: HandedIn { material, how: How::Seen { note } } }
            }
            Doing::CheckCommitment { material, kept, words } => {
                Self::CheckCommitment { material, kept, words }
            }
            Doing::SettlePromise { material, words } => Self::SettlePromise { material, words },
            Doing::Withdraw { reason } => Self::Withdraw { reason },
            Doing::Note { words } => Self::Note { words },
        }
    }
}

/// Can it be done through the interface? The others have an operation of their own, or are the system's.
pub(crate) const fn is_open(act: Act) -> bool {
    !matches!(
        act,
        Act::Begin
            | Act::Save
            | Act::Rebase
            | Act::Submit
            | Act::Supplement
            | Act::AcceptBySilence
            | Act::RemindPromise
            | Act::MissPromise
            | Act::Expire
            | Act::Show
            | Act::WarnYellow
            | Act::WarnRed
    )
}

/// 办理一件办件
#[utoipa::path(post, path = "/applications/{number}/acts", operation_id = "act_on_application", tag = "办件",
    params(("number" = String, Path, description = "办件编号"),
           ("If-Match" = Option<String>, Header, description = "读取时的 ETag；办件已变则答 412"),
           ("Idempotency-Key" = Option<String>, Header, description = "同一请求重发时用同一个键，只办一次")),
    request_body = Doing,
    responses((status = 200, description = "办后的办件", body = ApplicationOut), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn act_on_application(
    signed: Signed,
    number: Number,
    Expect(expect): Expect,
    State(api): State<Api>,
    Json { value: doing, once }: Json<Doing>,
) -> Result<Response, Problem> {
    let asked = Command::from(doing);
    let Some(name) = once else {
        let view = api.house.services.act(signed.actor(), number.0, asked, expect).await?;
        let mut response = Out(StatusCode::OK, ApplicationOut::of(&view)).into_response();
        let etag = format!("\"{}\"", view.application.ver);
        response.headers_mut().insert(header::ETAG, tag::header_of(&etag));
        return Ok(response);
    };
    let services = &api.house.services;
    let done = services.act_once(signed.actor(), number.0, asked, expect, name, application_text).await?;
    let etag = views::version_in(&done.body).map(|v| format!("\"{v}\""));
    let mut response = views::json(StatusCode::OK, done.body);
    if let Some(etag) = etag {
        response.headers_mut().insert(header::ETAG, tag::header_of(&etag));
    }
    if done.replayed {
        response.headers_mut().insert("idempotency-replayed", tag::header_of("true"));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use kernel::Word as _;
    use service::Act;

    use super::{Doing, is_open};

    #[test]
    fn every_act_that_is_shown_can_be_sent_and_no_other() {
        for act in Act::ALL {
            let text = format!(r#"{{"act":"{}"}}"#, act.word());
            let why = serde_json::from_str::<Doing>(&text).err().map_or_else(String::new, |e| e.to_string());
            assert_eq!(!why.contains("unknown variant"), is_open(*act), "{act:?} {why}");
        }
    }
}
