//! 企业: one file, what policies it may have, and a whistle taken down for it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use company::policy::pack::Pack;
use company_acts::NewWhistle;
use kernel::Word as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Signed;
use crate::body::{Json, Number as Code};
use crate::problem::Problem;
use crate::views::{self, Out, Problems};

/// 一件吹哨
#[derive(Serialize, ToSchema)]
pub(crate) struct WhistleOut<'a> {
    /// 受理编号
    number: &'a str,
    /// 标题
    title: &'a str,
    /// 环节
    stage: &'static str,
    /// 期限集
    set: &'a str,
    /// 应到部门
    called: usize,
    /// 按时报到
    in_time: usize,
    /// 企业说解决了
    solved: bool,
}

/// 企业档案
#[derive(Serialize, ToSchema)]
pub(crate) struct CompanyOut<'a> {
    /// 统一社会信用代码
    code: &'a str,
    /// 名称
    name: &'a str,
    /// 区划
    region: &'a str,
    /// 行业
    industry: &'a str,
    /// 规模
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<&'static str>,
    /// 吹哨,新的在前
    whistles: Vec<WhistleOut<'a>>,
    /// 政策包;还没有发布政策时没有
    #[serde(skip_serializing_if = "Option::is_none")]
    policies: Option<PoliciesOut<'a>>,
}

/// 可以享受的一项政策
#[derive(Serialize, ToSchema)]
pub(crate) struct MetOut<'a> {
    /// 政策事项编码
    item: &'a str,
    /// 名称
    name: &'a str,
    /// 元;不给钱或算不出时没有
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<f64>,
    /// 下一步
    next: &'a str,
}

/// 还差一点的一项政策
#[derive(Serialize, ToSchema)]
pub(crate) struct NearOut<'a> {
    /// 政策事项编码
    item: &'a str,
    /// 名称
    name: &'a str,
    /// 差在哪里
    said: &'a str,
}

/// 政策包
#[derive(Serialize, ToSchema)]
pub(crate) struct PoliciesOut<'a> {
    /// 一句话
    said: &'a str,
    /// 可以享受
    met: Vec<MetOut<'a>>,
    /// 还差一点
    near: Vec<NearOut<'a>>,
    /// 还缺信息的事项编码
    unknown: &'a [String],
}

impl<'a> PoliciesOut<'a> {
    fn of(p: &'a Pack) -> Self {
        let met = p.met.iter().map(|g| MetOut {
            item: &g.item,
            name: &g.name,
            amount: g.amount.map(company::policy::number::Number::to_f64),
            next: &g.next,
        });
        let near = p.near.iter().map(|n| NearOut { item: &n.item, name: &n.name, said: &n.said });
        Self { said: &p.said, met: met.collect(), near: near.collect(), unknown: &p.unknown }
    }
}

/// 企业档案
#[utoipa::path(get, path = "/companies/{code}", operation_id = "read_company", tag = "企业",
    params(("code" = String, Path, description = "统一社会信用代码")),
    responses((status = 200, description = "档案", body = CompanyOut), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn read_company(
    signed: Signed,
    code: Code,
    State(api): State<Api>,
) -> Result<Response, Problem> {
    let v = api.house.companies.company(signed.actor(), code.0).await?;
    let whistles = v.whistles.iter().map(|w| WhistleOut {
        number: &w.number,
        title: &w.title,
        stage: w.stage.word(),
        set: &w.set,
        called: w.calls.len(),
        in_time: w.calls.iter().filter(|c| c.in_time).count(),
        solved: w.solved(),
    });
    let body = CompanyOut {
        code: &v.row.code,
        name: &v.row.name,
        region: &v.region,
        industry: v.industry,
        size: v.size.map(company::file::Size::zh),
        whistles: whistles.collect(),
        policies: v.pack.as_ref().map(|p| PoliciesOut::of(&p.pack)),
    };
    Ok(Out(StatusCode::OK, body).into_response())
}

/// 吹哨
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhistleIn {
    /// 期限集的名称,如 2115
    set: String,
    /// 标题,不写则取内容开头
    #[serde(default)]
    title: String,
    /// 诉求,4000 字以内
    words: String,
    /// 对被反映的部门保密
    #[serde(default)]
    secret: bool,
    /// 同一件事以前的受理编号
    #[serde(default)]
    about: String,
}

/// 已吹哨
#[derive(Serialize, ToSchema)]
pub(crate) struct Blown<'a> {
    /// 受理编号
    number: &'a str,
}

fn blown(number: &str) -> String {
    serde_json::to_string(&Blown { number }).unwrap_or_default()
}

/// 代企业吹哨
#[utoipa::path(post, path = "/companies/{code}/whistles", operation_id = "blow_whistle", tag = "企业",
    params(("code" = String, Path, description = "统一社会信用代码"),
           ("Idempotency-Key" = Option<String>, Header, description = "同一请求重发时用同一个键，只办一次")),
    request_body = WhistleIn,
    responses((status = 201, description = "已成件", body = Blown), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn blow_whistle(
    signed: Signed,
    code: Code,
    State(api): State<Api>,
    Json { value: w, once }: Json<WhistleIn>,
) -> Result<Response, Problem> {
    let new = NewWhistle { set: w.set, title: w.title, words: w.words, secret: w.secret, about: w.about };
    let companies = &api.house.companies;
    match once {
        Some(name) => {
            let done = companies.whistle_once(signed.actor(), code.0, new, name, blown).await?;
            Ok(views::made(done.body, done.replayed))
        }
        None => {
            let number = companies.whistle(signed.actor(), code.0, new).await?;
            Ok(views::made(blown(&number), false))
        }
    }
}
