//! 共用词汇: the words every room of the house uses.
//!
//! Knows moments and Beijing dates, ids, regions, roles, actors and sentences in two languages.
//! Must not know storage, pages, or any rule of an office. Pure: no clock, no randomness, no I/O.

mod actor;
mod file_ref;
mod ids;
mod moment;
mod region;
mod said;
mod word;

pub use actor::{Actor, Relation, Role, UnknownRole};
pub use file_ref::FileRef;
pub use ids::{CaseId, StaffId, StreamId, StreamKind, UnitId};
pub use moment::{Date, Moment, NotAMoment, US_PER_DAY, US_PER_HOUR, US_PER_SECOND};
pub use region::{NotARegion, RegionCode, RegionLevel};
pub use said::Said;
pub use word::Word;
