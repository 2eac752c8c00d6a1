//! 大厅: the earliest places for an item, and a place booked for somebody who called.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use hall_acts::{AppointmentView, Begun, Offer};
use kernel::Moment;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::auth::{Looker, Signed};
use crate::body::{Asked, Json, Number};
use crate::ops::register_case::{NewPerson, short};
use crate::problem::Problem;
use crate::views::{self, Out, Problems};

/// 办什么、在哪里
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[derive(Default)]
pub(crate) struct Wanted {
    /// 事项实施编码
    #[param(required = true, max_length = 100)]
    item: String,
    /// 区划代码
    region: Option<String>,
    /// 此刻以后
    from: Option<String>,
}

/// 一个可约的时段
#[derive(Serialize, ToSchema)]
pub(crate) struct SlotOut<'a> {
    /// 时段编号,预约时用
    slot: i64,
    /// 大厅
    hall: &'a str,
    /// 地址
    address: &'a str,
    /// 业务
    queue: &'a str,
    /// 开始
    #[schema(value_type = String, format = DateTime)]
    start: Moment,
    /// 几分钟
    minutes: u32,
    /// 剩几个
    free: i64,
}

impl<'a> SlotOut<'a> {
    fn of(o: &'a Offer) -> Self {
        Self {
            slot: o.slot,
            hall: &o.hall_name,
            address: &o.address,
            queue: &o.queue,
            start: o.start,
            minutes: o.minutes,
            free: o.free,
        }
    }
}

/// 最早能约的时段
#[utoipa::path(get, path = "/halls/earliest", operation_id = "earliest_slots", tag = "大厅", params(Wanted),
    responses((status = 200, description = "时段，早的在前", body = Vec<SlotOut>), Problems))]
pub(crate) async fn earliest_slots(
    _: Looker,
    State(api): State<Api>,
    Asked(w): Asked<Wanted>,
) -> Result<Response, Problem> {
    short("item", Some(&w.item), 100)?;
    let bad = |field: &str| Problem::invalid(field, "写法有误", "not understood");
    let region = w.region.map(|r| r.parse().map_err(|_| bad("region"))).transpose()?;
    let from = w.from.map(|f| f.parse::<Moment>().map_err(|_| bad("from"))).transpose()?;
    let found = api.house.halls.earliest(w.item, region, from, 5, hall::Channel::Phone).await?;
    Ok(Out(StatusCode::OK, found.iter().map(SlotOut::of).collect::<Vec<_>>()).into_response())
}

/// 代人预约
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBooking {
    /// 时段编号,见 `GET /halls/earliest`
    slot: i64,
    /// 事项实施编码
    #[schema(max_length = 100)]
    item: String,
    /// 给谁预约
    contact: NewPerson,
}

/// 已预约
#[derive(Serialize, ToSchema)]
pub(crate) struct BookedOut<'a> {
    /// 预约编号
    number: &'a str,
    /// 查询码
    code: &'a str,
}

fn booked(b: &Begun) -> String {
    serde_json::to_string(&BookedOut { number: &b.number, code: &b.code }).unwrap_or_default()
}

/// 代人预约
#[utoipa::path(post, path = "/bookings", operation_id = "book", tag = "大厅", request_body = NewBooking,
    params(("Idempotency-Key" = Option<String>, Header, description = "同一请求重发时用同一个键，只办一次")),
    responses((status = 201, description = "已预约", body = BookedOut), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn book(
    signed: Signed,
    State(api): State<Api>,
    Json { value: new, once }: Json<NewBooking>,
) -> Result<Response, Problem> {
    short("item", Some(&new.item), 100)?;
    let contact = new.contact.checked()?;
    let halls = &api.house.halls;
    let (done, replayed) = match once {
        Some(name) => halls.book_once(signed.actor(), (new.slot, new.item), contact, name).await?,
        None => (halls.book_for(signed.actor(), new.slot, new.item, contact).await?, false),
    };
    Ok(views::made(booked(&done), replayed))
}

/// 一个预约
#[derive(Serialize, ToSchema)]
pub(crate) struct BookingOut<'a> {
    /// 预约编号
    number: &'a str,
    /// 版本
    version: i64,
    /// 办什么
    name: &'a str,
    /// 环节
    stage: &'static str,
    /// 大厅
    hall: &'a str,
    /// 业务
    queue: &'a str,
    /// 怎样约的
    channel: &'static str,
    /// 您此刻可以做的动作
    acts: Vec<&'static str>,
}

impl<'a> BookingOut<'a> {
    fn of(v: &'a AppointmentView) -> Self {
        let a = &v.appointment;
        Self {
            number: &a.number,
            version: a.ver,
            name: &a.name,
            stage: a.stage.word(),
            hall: &v.hall,
            queue: &v.queue,
            channel: a.channel.word(),
            acts: v.acts.iter().map(|act| act.word()).collect(),
        }
    }
}

/// 读一个预约
#[utoipa::path(get, path = "/bookings/{number}", operation_id = "read_booking", tag = "大厅",
    params(("number" = String, Path, description = "预约编号")),
    responses((status = 200, description = "预约", body = BookingOut), Problems),
    security(("token" = []), ("session" = [])))]
pub(crate) async fn read_booking(
    signed: Signed,
    number: Number,
    State(api): State<Api>,
) -> Result<Response, Problem> {
    let v = api.house.halls.appointment(signed.actor(), number.0).await?;
    Ok(Out(StatusCode::OK, BookingOut::of(&v)).into_response())
}
