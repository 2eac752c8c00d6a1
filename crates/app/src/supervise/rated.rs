//! 被评价者: what who is rated may know of a rating, and that nobody rates their own unit.

use kernel::{Actor, Moment, Role, Said, UnitId};
use store::ratings::ServiceRow;
use store::{Rd, cases};

use crate::city::Error;

/// Does this reader belong to those who are rated? Everybody of the unit, in any role, and all who read ratings for
/// their unit only.
pub(crate) fn is_rated(reader: &Actor, unit: UnitId) -> bool {
    reader.unit == Some(unit)
        || !matches!(reader.role, Role::Coordinator | Role::Supervisor | Role::Analyst | Role::System)
}

/// A service as this reader may know it: to the unit that is rated not the hour, not the window, not the project,
/// because who was at the window then is known there.
pub(crate) fn service_for(reader: &Actor, service: ServiceRow) -> ServiceRow {
    if !is_rated(reader, service.unit) {
        return service;
    }
    ServiceRow {
        at: Moment::start_of(service.at.date()),
        place: String::new(),
        code: String::new(),
        ..service
    }
}

/// As whom a rating is given by who may be signed in: never by somebody of the unit that is rated. The account of
/// anybody else stays beside it.
pub(crate) fn rates_as(
    rd: &mut Rd<'_>,
    signed: Option<&Actor>,
    service: &ServiceRow,
) -> Result<Actor, Error> {
    let Some(staff) = signed else { return Ok(Actor::resident()) };
    let case = match service.case {
        Some(id) => cases::by_id(rd, id)?,
        None => None,
    };
    if staff.unit == Some(service.unit) || case.is_some_and(|c| !access::may_speak_for_reporter(staff, &c)) {
        return Err(Error::Forbidden(Said::new(
            "这是对您所在单位的评价，登录着的工作人员不能打开或提交；请退出登录，或请办事人用自己的手机、未登录的平板评价",
            "this rates your own unit: staff who are signed in may neither open nor send it; sign out, or let the person use their own phone or a tablet that is not signed in",
        )));
    }
    Ok(Actor { staff: staff.staff, unit: staff.unit, ..Actor::resident() })
}
