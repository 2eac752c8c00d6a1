//! 能申请什么: the themes that are offered, and the questions on the way to exactly what applies.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use service::Next;
use service_acts::Offered;
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::auth::Looker;
use crate::body::Asked;
use crate::ops::begin_application::what;
use crate::problem::Problem;
use crate::views::{Out, Problems};

/// 一件事
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferedOut<'a> {
    /// 编码
    code: &'a str,
    /// 名称
    name: &'a str,
    /// 说明
    summary: &'a str,
    /// 含几个事项
    items: usize,
    /// 牵头单位
    lead: &'a str,
    /// 版本
    version: u32,
}

impl<'a> OfferedOut<'a> {
    fn of(o: &'a Offered) -> Self {
        Self {
            code: &o.code,
            name: &o.name,
            summary: &o.summary,
            items: o.items,
            lead: &o.lead,
            version: o.version,
        }
    }
}

/// 可以申请的一件事
#[utoipa::path(get, path = "/services", operation_id = "list_services", tag = "办件",
    responses((status = 200, description = "已上线的一件事", body = Vec<OfferedOut>), Problems))]
pub(crate) async fn list_services(_: Looker, State(api): State<Api>) -> Result<Response, Problem> {
    let all = api.house.services.offered().await?;
    let lines: Vec<OfferedOut<'_>> = all.iter().filter(|o| o.offered).map(OfferedOut::of).collect();
    Ok(Out(StatusCode::OK, lines).into_response())
}

/// 问到哪里
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[derive(Default)]
pub(crate) struct Answers {
    /// 一件事编码
    theme: Option<String>,
    /// 事项实施编码
    item: Option<String>,
    /// 已经回答的,按顺序,用逗号分开
    answers: Option<String>,
}

/// 一个选项
#[derive(Serialize, ToSchema)]
pub(crate) struct Choice {
    /// 回答时写的编号
    id: String,
    /// 选项
    text: String,
}

/// 下一步
#[derive(Serialize, ToSchema)]
pub(crate) struct NextOut {
    /// ask(还有问题)、refused(不能这样办)、ready(可以开始)
    state: &'static str,
    /// 问题
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<String>,
    /// 选项
    choices: Vec<Choice>,
    /// 不能办的原因和出路
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// 要交的材料名称
    materials: Vec<String>,
}

/// 情形问答
#[utoipa::path(get, path = "/services/next", operation_id = "services_next", tag = "办件", params(Answers),
    responses((status = 200, description = "下一个问题，或结论", body = NextOut), Problems))]
pub(crate) async fn services_next(
    _: Looker,
    State(api): State<Api>,
    Asked(a): Asked<Answers>,
) -> Result<Response, Problem> {
    let what = what(a.theme, a.item)?;
    let text = a.answers.unwrap_or_default();
    let given: Vec<String> =
        text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect();
    if given.len() > 100 || text.len() > 5_000 {
        return Err(Problem::invalid("answers", "回答过多或过长", "too many answers, or too long"));
    }
    let (_, next) = api.house.services.ask(what, given).await?;
    let nothing =
        NextOut { state: "ready", question: None, choices: Vec::new(), why: None, materials: Vec::new() };
    let body = match next {
        Next::Ask(q) => NextOut {
            state: "ask",
            question: Some(q.question),
            choices: q.answers.into_iter().map(|(id, text)| Choice { id, text }).collect(),
            ..nothing
        },
        Next::Refused { why, .. } => NextOut { state: "refused", why: Some(why), ..nothing },
        Next::Ready(p) => {
            NextOut { materials: p.basis.materials.iter().map(|m| m.name.clone()).collect(), ..nothing }
        }
    };
    Ok(Out(StatusCode::OK, body).into_response())
}
