//! 网上反映: anybody lodges a case without an account and takes a number and a code home.

use axum::extract::State;
use axum::response::Response;
use kernel::{RegionCode, UnitId};
use resolve::{Channel, Complexity, Kind, Registration};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Api;
use crate::auth::Stranger;
use crate::body::Json;
use crate::ops::register_case::{NewPerson, Registered, answer, short};
use crate::problem::Problem;
use crate::views::Problems;

/// 网上反映
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lodging {
    /// 类别
    #[schema(value_type = String, example = "problem")]
    kind: Kind,
    /// 区划代码,默认本市
    #[schema(value_type = Option<String>)]
    region: Option<RegionCode>,
    /// 标题,200 字以内
    title: String,
    /// 反映内容
    words: String,
    /// 首问单位编号,默认所在区划的政管办
    #[schema(value_type = Option<i64>)]
    first_asked: Option<UnitId>,
    /// 地点
    place: Option<String>,
    /// 要求对被反映单位保密
    #[serde(default)]
    hide_reporter: bool,
    /// 扫码反映
    #[serde(default)]
    by_qr: bool,
    /// 联系方式
    contact: Option<NewPerson>,
}

/// 网上反映
#[utoipa::path(post, path = "/lodge", operation_id = "lodge", tag = "群众", request_body = Lodging,
    params(("Idempotency-Key" = Option<String>, Header, description = "同一请求重发时用同一个键，只办一次")),
    responses((status = 201, description = "已登记", body = Registered), Problems))]
pub(crate) async fn lodge(
    _: Stranger,
    State(api): State<Api>,
    Json { value: new, once }: Json<Lodging>,
) -> Result<Response, Problem> {
    short("place", new.place.as_ref(), 200)?;
    let contact = new.contact.clone().unwrap_or_default().checked()?;
    let office = api.house.city.office_now().await?;
    let region = new.region.unwrap_or_else(|| office.settings.city.clone());
    let reception = || office.reception(&region).map(|u| u.id);
    let first_asked = new.first_asked.or_else(reception).ok_or_else(|| {
        Problem::invalid("first_asked", "请选择首问单位", "choose the unit that is asked first")
    })?;
    let registration = Registration {
        kind: new.kind,
        channel: if new.by_qr { Channel::Qr } else { Channel::Web },
        region,
        title: new.title,
        words: new.words,
        first_asked,
        complexity: Complexity::Simple,
        cause: None,
        item: None,
        campaign: None,
        place: new.place,
        source_id: None,
        support: 0,
        against: 0,
        hide_reporter: new.hide_reporter,
        contact: None,
        set: None,
        ordered: false,
        lodged_at: None,
    };
    let actor = kernel::Actor::resident();
    let (lodged, replayed) = match once {
        Some(name) => api.house.cases.register_once(actor, registration, contact, name).await?,
        None => (api.house.cases.register(actor, registration, contact).await?, false),
    };
    Ok(answer(lodged, replayed))
}
