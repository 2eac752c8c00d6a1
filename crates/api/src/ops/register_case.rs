//! 登记: staff take down a case for somebody.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use city::Contact;
use kernel::{Moment, RegionCode, UnitId};
use resolve::{Cause, Channel, Complexity, Kind, Registration};
use resolve_acts::Lodged;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Signed;
use crate::body::Json;
use crate::problem::Problem;
use crate::tag;
use crate::views::{Out, Problems};

/// 登记
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCase {
    /// 类别
    #[schema(value_type = String, example = "matter")]
    kind: Kind,
    /// 来源渠道
    #[schema(value_type = String, example = "window")]
    channel: Channel,
    /// 区划代码
    #[schema(value_type = String, example = "430602")]
    region: RegionCode,
    /// 标题,200 字以内
    title: String,
    /// 反映内容
    words: String,
    /// 首问单位编号
    #[schema(value_type = i64)]
    first_asked: UnitId,
    /// 难易,默认简单
    #[schema(value_type = Option<String>)]
    complexity: Option<Complexity>,
    /// 办不成的原因
    #[schema(value_type = Option<String>)]
    cause: Option<Cause>,
    /// 事项编码
    item: Option<String>,
    /// 行动
    campaign: Option<String>,
    /// 地点
    place: Option<String>,
    /// 来源系统中的编号
    source_id: Option<String>,
    /// 要求对被反映单位保密
    #[serde(default)]
    hide_reporter: bool,
    /// 反映时间,默认现在
    #[schema(value_type = Option<String>, format = DateTime)]
    lodged_at: Option<Moment>,
    /// 反映人
    contact: Option<NewPerson>,
}

/// 反映人
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub(crate) struct NewPerson {
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

impl NewPerson {
    pub(super) fn checked(self) -> Result<Contact, Problem> {
        for (field, text, most) in [
            ("contact.name", &self.name, 50),
            ("contact.phone", &self.phone, 40),
            ("contact.id_number", &self.id_number, 40),
            ("contact.address", &self.address, 200),
            ("contact.email", &self.email, 254),
        ] {
            if text.chars().count() > most {
                let (zh, en) = (format!("最多 {most} 个字"), format!("{most} characters at most"));
                return Err(Problem::invalid(field, zh, en));
            }
        }
        Ok(Contact {
            name: self.name,
            phone: self.phone,
            id_number: self.id_number,
            address: self.address,
            email: self.email,
            lang: String::new(),
        })
    }
}

/// 已登记
#[derive(Serialize, ToSchema)]
pub(crate) struct Registered {
    /// 受理编号
    number: String,
    /// 查询码:凭编号和查询码查看进度
    code: String,
    /// 版本
    version: i64,
}

pub(super) fn answer(lodged: Lodged, replayed: bool) -> Response {
    let place = format!("/api/v1/cases/{}", lodged.number);
    let etag = format!("\"{}\"", lodged.version);
    let body = Registered { number: lodged.number, code: lodged.code, version: lodged.version };
    let mut response = Out(StatusCode::CREATED, body).into_response();
    response.headers_mut().insert(header::LOCATION, tag::header_of(&place));
    response.headers_mut().insert(header::ETAG, tag::header_of(&etag));
    if replayed {
        response.headers_mut().insert("idempotency-replayed", tag::header_of("true"));
    }
    response
}

/// A short text of a field.
pub(super) fn short(field: &str, text: Option<&String>, most: usize) -> Result<(), Problem> {
    if text.is_some_and(|t| t.chars().count() > most) {
        let (zh, en) = (format!("最多 {most} 个字"), format!("{most} characters at most"));
        return Err(Problem::invalid(field, zh, en));
    }
    Ok(())
}

/// 登记一件
#[utoipa::path(post, path = "/cases", operation_id = "register_case", tag = "件", request_body = NewCase,
    params(("Idempotency-Key" = Option<String>, Header, description = "同一请求重发时用同一个键，只办一次")),
    responses((status = 201, description = "已登记", body = Registered), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn register_case(
    signed: Signed,
    State(api): State<Api>,
    Json { value: new, once }: Json<NewCase>,
) -> Result<Response, Problem> {
    for (field, text) in [("item", &new.item), ("campaign", &new.campaign), ("source_id", &new.source_id)] {
        short(field, text.as_ref(), 100)?;
    }
    short("place", new.place.as_ref(), 200)?;
    let contact = new.contact.clone().unwrap_or_default().checked()?;
    let registration = registration(new);
    let (lodged, replayed) = match once {
        Some(name) => api.house.cases.register_once(signed.actor(), registration, contact, name).await?,
        None => (api.house.cases.register(signed.actor(), registration, contact).await?, false),
    };
    Ok(answer(lodged, replayed))
}

fn registration(new: NewCase) -> Registration {
    Registration {
        kind: new.kind,
        channel: new.channel,
        region: new.region,
        title: new.title,
        words: new.words,
        first_asked: new.first_asked,
        complexity: new.complexity.unwrap_or(Complexity::Simple),
        cause: new.cause,
        item: new.item,
        campaign: new.campaign,
        place: new.place,
        source_id: new.source_id,
        support: 0,
        against: 0,
        hide_reporter: new.hide_reporter,
        contact: None,
        set: None,
        ordered: false,
        lodged_at: new.lodged_at,
    }
}
