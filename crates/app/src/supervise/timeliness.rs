//! 历史时效: how long real replies took, in working days, from the record itself.

use access::{Nothing, decide, op};
use kernel::Actor;
use workday::stats::Timeliness;

use crate::city::Error;
use crate::supervise::Supervision;

impl Supervision {
    /// The time from registration to reply of every case that was answered, read from its events.
    ///
    /// # Errors
    /// Not for this actor, or the store could not.
    pub fn timeliness(&self, actor: &Actor) -> Result<Timeliness, Error> {
        decide(actor, op::ReadFigures, Nothing)?;
        let office = self.city.office_now().wait()?;
        let pairs = self.city.store().read(|rd| Ok::<_, Error>(store::cases::replied(rd)?))?;
        Ok(workday::stats::timeliness(pairs, &office.rules.calendar))
    }
}
