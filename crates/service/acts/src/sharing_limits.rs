//! 数据申请的期限: how long each party of a request has, as the city sets it; what is on its way keeps the day that it was told.

use ::city::{Error, Later, record};
use access::{Nothing, Unit, decide, op};
use kernel::Actor;
use service::held::{self as rules, RequestLimit};
use store::{Rd, settings};
use workday::Length;

use crate::Service;

/// The setting.
const LIMITS: &str = "data_limits";

/// The limits in force.
pub(crate) fn limits_in(rd: &mut Rd<'_>) -> Result<Vec<RequestLimit>, Error> {
    let Some(kept) = settings::newest(rd, LIMITS)? else { return Ok(rules::request_limits()) };
    serde_json::from_str(&kept.doc)
        .map_err(|e| Error::Store(store::StoreError::Damaged(format!("{LIMITS}: {e}"))))
}

impl Service {
    /// The limits in force, and whether the reader may change them.
    pub fn data_limits(&self, actor: Actor) -> Later<(Vec<RequestLimit>, bool)> {
        self.city.read(move |city, rd| {
            decide(&actor, op::ReadData, Nothing)?;
            let office = city.office(rd)?;
            let whole = Unit { unit: None, region: &office.settings.city };
            Ok((limits_in(rd)?, decide(&actor, op::RuleData, whole).is_ok()))
        })
    }

    /// Sets the working days of every limit, in the order in which they are shown.
    pub fn set_data_limits(&self, actor: Actor, days: Vec<String>) -> Later<()> {
        self.city.write(move |city, tx| {
            let office = city.office(tx)?;
            let whole = Unit { unit: None, region: &office.settings.city };
            let permit = decide(&actor, op::RuleData, whole)?;
            let before = limits_in(tx)?;
            if days.len() != before.len() {
                return Err(Error::invalid(
                    "days",
                    "期限的项数变了，请重新打开本页",
                    "the limits are others by now: open the page again",
                ));
            }
            let mut limits = before.clone();
            for (limit, text) in limits.iter_mut().zip(&days) {
                let n = text.trim().parse().ok().filter(|n| (1..=rules::LIMIT_MAX).contains(n)).ok_or_else(
                    || {
                        let most = rules::LIMIT_MAX;
                        Error::invalid(
                            "days",
                            format!("“{text}”不是 1 到 {most} 的整数"),
                            format!("{text:?} is no whole number from 1 to {most}"),
                        )
                    },
                )?;
                if limit.length != Length::Workdays(n.into()) {
                    limit.length = Length::Workdays(n.into());
                    "本市设定".clone_into(&mut limit.source);
                }
            }
            if limits == before {
                return Ok(());
            }
            let doc = serde_json::to_string(&limits).map_err(Error::bug)?;
            settings::put(tx, LIMITS, tx.now(), actor.staff, &doc)?;
            record(tx, &permit, "set_data_limits", &doc)
        })
    }
}
