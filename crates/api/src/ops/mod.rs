//! The operations, one file each.

pub(crate) mod act;
pub(crate) mod act_as_resident;
pub(crate) mod calendar_due;
pub(crate) mod case_clock;
pub(crate) mod case_events;
pub(crate) mod follow;
pub(crate) mod healthz;
pub(crate) mod import_calendar;
pub(crate) mod list_cases;
pub(crate) mod list_seals;
pub(crate) mod list_units;
pub(crate) mod lodge;
pub(crate) mod make_token;
pub(crate) mod me;
pub(crate) mod messages;
pub(crate) mod openapi;
pub(crate) mod read_case;
pub(crate) mod read_limits;
pub(crate) mod readyz;
pub(crate) mod register_case;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod timeliness;
pub(crate) mod unmask_contact;
pub(crate) mod verify_ledger;
pub(crate) mod write_limits;
