//! 用印: a signed paper gets the seal of its office, and goes on in the transaction that keeps it.

use access::{Unit, decide, op};
use city::{Error, reach};
use kernel::Actor;
use paper::gongwen::Document;
use seals::{Offered, Pages, Sealed};
use store::papers as rows;
use store::{Rd, Tx};

use crate::Papers;
use crate::desk::{load, person, refused};
use crate::way::{Act, Command};

impl Papers {
    /// The paper as it is sealed, by whoever may do it now.
    fn to_seal(&self, rd: &mut Rd<'_>, actor: &Actor, id: i64) -> Result<(seals::Paper, Document), Error> {
        let office = self.city.office(rd)?;
        let home = reach::home(actor, &office);
        decide(actor, op::WritePapers, Unit { unit: actor.unit, region: &home })?;
        let l = load(rd, &office, actor, id)?;
        let c = Command::only(Act::Seal);
        l.way.decide(&c, &person(actor), self.city.store().now(), &office.rules.calendar).map_err(refused)?;
        let d = self.document_in(rd, &l, None)?;
        let (kind, subject) = self.sealed_as(&l.way, id);
        let paper = seals::Paper {
            kind,
            subject,
            stream: rows::stream(id),
            office: d.org.trim().to_owned(),
            number: d.number.clone(),
            title: d.title.clone(),
            day: d.date,
        };
        Ok((paper, d))
    }

    /// The seals that this actor may set under the paper now, or why none fits.
    ///
    /// # Errors
    /// The paper is not there for this actor.
    pub fn offered(&self, actor: &Actor, id: i64) -> Result<Offered, Error> {
        match self.city.store().read(|rd| self.to_seal(rd, actor, id)) {
            Ok((paper, _)) => self.seals.usable(actor.clone(), paper).wait(),
            Err(Error::Invalid { .. } | Error::Forbidden(_)) => Ok(Offered::default()),
            Err(e) => Err(e),
        }
    }

    /// Sets a seal under a signed paper. Asks whoever holds the key: not for asynchronous code.
    ///
    /// # Errors
    /// It is not there to be sealed, the actor or the seal are not the right ones, or the device refuses.
    pub fn seal(
        &self,
        actor: &Actor,
        id: i64,
        seal: i64,
        print: impl FnOnce(&Document, &Sealed) -> Result<Pages, Error>,
    ) -> Result<Sealed, Error> {
        let document = self.city.store().read(|rd| Ok::<_, Error>(self.to_seal(rd, actor, id)?.1))?;
        let (app, who) = (self.clone(), actor.clone());
        let look = move |rd: &mut Rd<'_>| Ok(app.to_seal(rd, &who, id)?.0);
        let (app, who) = (self.clone(), actor.clone());
        let then = move |tx: &mut Tx<'_>, sealed: &seals::SealedRow| {
            let office = app.city.office(tx)?;
            let home = reach::home(&who, &office);
            let permit = decide(&who, op::WritePapers, Unit { unit: who.unit, region: &home })?;
            let l = load(tx, &office, &who, id)?;
            let mark = Sealed { code: sealed.code.clone(), trial: sealed.trial };
            let c = Command { words: format!("核验码 {}", mark.printed()), ..Command::only(Act::Seal) };
            let now = tx.now();
            let h = l.way.decide(&c, &person(&who), now, &office.rules.calendar).map_err(refused)?;
            Self::save(tx, &permit, &office, l, &h).map(drop)
        };
        self.seals.set(actor, seal, look, |_, mark| print(&document, mark), then)
    }

    /// What a paper was sealed as.
    pub(crate) fn sealed_in(
        &self,
        rd: &mut Rd<'_>,
        way: &crate::way::Way,
        id: i64,
    ) -> Result<Option<seals::SealedRow>, Error> {
        let (kind, subject) = self.sealed_as(way, id);
        seals::sealed_as(rd, kind, subject)
    }
}
