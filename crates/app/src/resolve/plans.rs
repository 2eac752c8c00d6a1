//! 整改计划: what a case says of its plan, for the lists of a campaign.

use kernel::{CaseId, Date};
use resolve::Stage;
use store::{Rd, cases};

use crate::city::Error;

/// The steps of the plan that a case has: they are measures too.
pub fn plan_of(rd: &mut Rd<'_>, case: CaseId) -> Result<Vec<(String, Option<Date>)>, Error> {
    let case = cases::by_id(rd, case)?.ok_or(Error::bug("a finding without its case"))?;
    let steps = match &case.stage {
        Stage::Rectifying { steps, .. } => steps.clone(),
        _ => case.mended.clone(),
    };
    Ok(steps.into_iter().map(|s| (s.what, Some(s.due))).collect())
}
