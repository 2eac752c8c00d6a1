//! 交接: what walks hand over to other movements and ask of them. `assembly` says to whom.

use kernel::{Actor, CaseId, Date};
use store::walks::FindingRow;
use store::{Rd, Tx};
use walk::ops::FindingKind;

use crate::city::{City, Error};

/// A finding that is to become a case.
#[derive(Clone, Copy, Debug)]
pub struct WalkFinding<'a> {
    /// as kept
    pub finding: &'a FindingRow,
    /// problem or demand
    pub kind: FindingKind,
    /// name of the item; empty when it is not in the catalogue
    pub item: &'a str,
    /// name of the campaign
    pub campaign: Option<&'a str>,
}

/// Steps of a plan (整改措施) and when each is due.
pub type Plan = Vec<(String, Option<Date>)>;

/// What walks hand over, each inside the transaction of the walk.
#[derive(Clone, Copy, Debug)]
pub struct WalkHandovers {
    /// 走查发现转件
    pub walk_finding_becomes_case: fn(&City, &mut Tx<'_>, &Actor, WalkFinding<'_>) -> Result<CaseId, Error>,
    /// 整改计划: the steps of the plan that a case has
    pub case_tells_its_plan: fn(&mut Rd<'_>, CaseId) -> Result<Plan, Error>,
}
