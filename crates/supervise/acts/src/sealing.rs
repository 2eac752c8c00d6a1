//! 盖章: an issued bulletin gets a seal of the unit that signed it, and loses it again when it was sealed by mistake.

use access::{Region, decide, op};
use city::reach::region_in;
use city::{Error, Later};
use kernel::Actor;
use seals::{Offered, Pages, Paper, PaperKind, Sealed, Seals};
use store::{Rd, supervision};
use supervise::Bulletin;

use crate::Supervision;
use crate::bulletins::{parse, readable, stream};

impl Supervision {
    /// The bulletin as a paper to be sealed: issued, and by whoever may write bulletins there.
    fn to_seal(&self, rd: &mut Rd<'_>, actor: &Actor, id: i64) -> Result<(Paper, Bulletin), Error> {
        let row = supervision::bulletin(rd, id)?.ok_or(Error::NotFound)?;
        let office = self.city.office(rd)?;
        let region = region_in(&row.region, &office);
        let permit = decide(actor, op::WriteBulletins, Region(&region));
        if permit.is_err() {
            // A draft of the level above is not there for who may not write it.
            readable(actor, &row, &office)?;
        }
        permit?;
        if row.state != "issued" {
            return Err(Error::invalid(
                "state",
                "先印发再盖章：没有印发的公文不能盖章",
                "issue it first: a draft is not sealed",
            ));
        }
        let b: Bulletin = parse(&row.doc)?;
        let paper = Paper {
            kind: PaperKind::Bulletin,
            subject: id,
            stream: stream(id),
            office: b.org.trim().to_owned(),
            number: b.number.clone(),
            title: b.title.clone(),
            day: b.date,
        };
        Ok((paper, b))
    }

    /// The seals that this actor may set under this bulletin now, or why none fits; nothing of a draft.
    pub fn seals_for(&self, seals: &Seals, actor: Actor, id: i64) -> Result<Offered, Error> {
        match self.city.store().read(|rd| self.to_seal(rd, &actor, id)) {
            Ok((paper, _)) => seals.usable(actor, paper).wait(),
            Err(Error::Invalid { .. } | Error::Forbidden(_)) => Ok(Offered::default()),
            Err(e) => Err(e),
        }
    }

    /// Sets a seal under an issued bulletin. Asks whoever holds the key: not for asynchronous code.
    ///
    /// # Errors
    /// It is not issued, the actor or the seal are not the right ones, or the device refuses.
    pub fn seal_bulletin(
        &self,
        seals: &Seals,
        actor: &Actor,
        id: i64,
        seal: i64,
        print: impl FnOnce(&Bulletin, &Sealed) -> Result<Pages, Error>,
    ) -> Result<Sealed, Error> {
        let bulletin = self.city.store().read(|rd| Ok::<_, Error>(self.to_seal(rd, actor, id)?.1))?;
        let (app, who) = (self.clone(), actor.clone());
        let look = move |rd: &mut Rd<'_>| Ok(app.to_seal(rd, &who, id)?.0);
        seals.set(actor, seal, look, |_, mark| print(&bulletin, mark))
    }

    /// 作废: the sealed bulletin no longer counts.
    pub fn withdraw_sealed(&self, seals: &Seals, actor: Actor, id: i64, why: String) -> Later<()> {
        let (app, who) = (self.clone(), actor.clone());
        seals.withdraw(actor, move |rd| Ok(app.to_seal(rd, &who, id)?.0), why)
    }
}
