//! 填写和提交: the form of an application as it stands, saved, or handed in when nothing is wrong.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use kernel::Word as _;
use serde::{Deserialize, Serialize};
use service::Delivery;
use service_acts::Draft;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Signed;
use crate::body::{Json, Number};
use crate::problem::Problem;
use crate::views::{Out, Problems};
use crate::views_application::ApplicationOut;

/// Fields, materials and their words of one request at most.
const MOST: usize = 400;

/// 填写的内容
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub(crate) struct Filled {
    /// 表单项编码和内容;没有写到的保持原样
    values: BTreeMap<String, String>,
    /// 材料编号和提交方式:seen(窗口核验原件)、later(容缺后补)、commitment(告知承诺)、held(免交)
    ways: BTreeMap<String, String>,
    /// 材料编号和随之要写的话:承诺内容、核验所见
    words: BTreeMap<String, String>,
    /// 结果怎样取:window、post、online …
    #[schema(value_type = Option<String>)]
    delivery: Option<String>,
    /// 申请人声明内容真实
    declared: bool,
    /// 提交;否则只保存
    submit: bool,
}

/// 一处不合要求
#[derive(Serialize, ToSchema)]
pub(crate) struct FaultOut {
    /// 表单项或材料
    field: String,
    /// 怎样改(中文)
    zh: String,
    /// 怎样改(英文)
    en: String,
}

/// 保存或提交的结果
#[derive(Serialize, ToSchema)]
pub(crate) struct SentOut<'a> {
    /// 办件
    application: ApplicationOut<'a>,
    /// 不合要求之处;没有就是办成了
    faults: Vec<FaultOut>,
}

/// 读要填的表单和要交的材料
#[utoipa::path(get, path = "/applications/{number}/form", operation_id = "application_form", tag = "办件",
    params(("number" = String, Path, description = "办件编号")),
    responses((status = 200, description = "办件，表单和材料按其情形", body = ApplicationOut), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn application_form(
    signed: Signed,
    number: Number,
    State(api): State<Api>,
) -> Result<Response, Problem> {
    let page = api.house.services.draft(signed.actor(), number.0, None).await?;
    Ok(Out(StatusCode::OK, ApplicationOut::of(&page.view)).into_response())
}

/// 保存或提交
#[utoipa::path(put, path = "/applications/{number}/form", operation_id = "send_application", tag = "办件",
    params(("number" = String, Path, description = "办件编号")), request_body = Filled,
    responses((status = 200, description = "已保存；提交而有不合要求之处时一并列出，不算提交", body = SentOut), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn send_application(
    signed: Signed,
    number: Number,
    State(api): State<Api>,
    Json { value: f, .. }: Json<Filled>,
) -> Result<Response, Problem> {
    for (field, map) in [("values", &f.values), ("ways", &f.ways), ("words", &f.words)] {
        let long = |t: &String| t.chars().count() > 5_000;
        if map.len() > MOST || map.iter().any(|(k, v)| k.len() > 200 || long(v)) {
            return Err(Problem::invalid(field, "项目过多或过长", "too many entries, or too long"));
        }
    }
    let wrong = || Problem::invalid("delivery", "不认识这种取件方式", "this way of delivery is not known");
    let delivery = f.delivery.map(|d| Delivery::read(&d).ok_or_else(wrong)).transpose()?;
    let draft = Draft {
        values: f.values,
        ways: f.ways,
        words: f.words,
        tickets: Vec::new(),
        delivery,
        declared: f.declared,
    };
    let sent = api.house.services.send(signed.actor(), number.0, None, draft, f.submit).await?;
    let fault = |(field, said): (String, kernel::Said)| FaultOut { field, zh: said.zh, en: said.en };
    let body = SentOut {
        application: ApplicationOut::of(&sent.view),
        faults: sent.faults.into_iter().map(fault).collect(),
    };
    Ok(Out(StatusCode::OK, body).into_response())
}
