//! 交接: what ratings hand over to cases and ask of them. `assembly` says to whom.

use kernel::{Actor, CaseId, Moment, RegionCode, UnitId};
use store::ratings::{RatingRow, ServiceRow};
use store::{Rd, Tx};
use supervise::Level;

use crate::city::{City, Error};

/// A bad rating that is to become a case.
#[derive(Clone, Copy, Debug)]
pub struct BadRating<'a> {
    /// what was rated
    pub service: &'a ServiceRow,
    /// the rating
    pub rating: &'a RatingRow,
    /// its level
    pub level: Level,
    /// telephone number of who wants to be called back; empty: nobody
    pub phone: &'a str,
}

/// The case that a bad rating became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// id
    pub case: CaseId,
    /// 受理编号
    pub number: String,
    /// 查询码
    pub code: String,
    /// who takes it up first
    pub desk: UnitId,
}

/// A case that was answered: what can be rated of it.
#[derive(Clone, Debug)]
pub struct AnsweredCase {
    /// id
    pub case: CaseId,
    /// who answered
    pub unit: UnitId,
    /// where
    pub region: RegionCode,
    /// which round of the case
    pub round: u32,
    /// code of the item; empty when it is about none
    pub item: String,
    /// when the service began; none: now
    pub began: Option<Moment>,
}

/// What ratings hand over, each inside the transaction of the rating.
#[derive(Clone, Copy, Debug)]
pub struct RatingHandovers {
    /// 差评转件
    pub bad_rating_becomes_case: fn(&City, &mut Tx<'_>, BadRating<'_>) -> Result<Opened, Error>,
    /// 答复可评: the case behind a number and its code; none when it was not answered yet. Signed in is who may not
    /// rate their own unit.
    pub answered_case_becomes_service:
        fn(&City, &mut Rd<'_>, Option<&Actor>, &str, &str) -> Result<Option<AnsweredCase>, Error>,
}
