//! What people say to proposals: this is not the same matter, this came back, this unit was chosen although that one
//! was proposed. Each is an event on a stream beside the case; a rejected pair stays rejected.

use access::{Permit, decide, op};
use kernel::{Actor, CaseId, Said, StreamId, StreamKind};
use resolve::{Case, Command};
use serde_json::json;
use store::readings::{self, Choice};
use store::{Tx, cases, ledger_rows};

use super::{Shown, Twin};
use crate::city::{Door, Error, Later};
use crate::resolve::{CaseView, Cases};

/// What is said about two cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// 不是同一件事
    NotSame,
    /// 是再次发生: the earlier strike-off did not last
    CameBack,
    /// 不是再次发生
    NotBack,
}

impl Judged {
    /// All.
    pub const ALL: [Self; 3] = [Self::NotSame, Self::CameBack, Self::NotBack];
    /// The code word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotSame => "not_same",
            Self::CameBack => "came_back",
            Self::NotBack => "not_back",
        }
    }
    const fn kind(self) -> &'static str {
        match self {
            Self::NotSame => "same",
            Self::CameBack | Self::NotBack => "back",
        }
    }
}

/// Another case of the same problem, as its history shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Back {
    /// the other case
    pub twin: Twin,
    /// it is the earlier one
    pub earlier: bool,
}

/// The stream beside a case: what was proposed from its words and what people said to it.
const fn beside(case: CaseId) -> StreamId {
    StreamId::new(StreamKind::Reading, case.0)
}

/// Puts something on record beside a case; answers its version there.
pub(super) fn record(
    tx: &mut Tx<'_>,
    permit: &Permit,
    case: CaseId,
    act: &str,
    data: &serde_json::Value,
) -> Result<i64, Error> {
    let stream = beside(case);
    let ver = ledger_rows::head_of(tx, stream)?.map_or(0, |h| h.0);
    let now = tx.now();
    tx.append(stream, ver, now, permit.actor(), act, &data.to_string())?;
    Ok(ver + 1)
}

fn of_number(tx: &mut Tx<'_>, actor: &Actor, number: &str) -> Result<Case, Error> {
    let case = cases::by_number(tx, number)?.ok_or(Error::NotFound)?;
    if access::may_see(actor, &case) { Ok(case) } else { Err(Error::NotFound) }
}

impl Cases {
    /// Puts on record what a person says about two cases. Both must be theirs to see.
    pub fn judge(&self, actor: Actor, number: String, other: String, judged: Judged) -> Later<()> {
        self.write(move |_, tx| {
            let case = of_number(tx, &actor, &number)?;
            let other = of_number(tx, &actor, &other)?;
            if case.id == other.id {
                return Err(Error::invalid("other", "请选择另一件", "choose another case"));
            }
            let permit = decide(&actor, op::JudgePairs, &case)?;
            decide(&actor, op::JudgePairs, &other)?;
            let (early, late) = if case.id < other.id { (&case, &other) } else { (&other, &case) };
            let holds = judged == Judged::CameBack;
            if holds && early.stage.kind() != resolve::StageKind::Archived {
                let said = Said::new(
                    "较早的一件尚未办结，不能记为再次发生；如是同一件事，请并案",
                    "the earlier case is not closed yet: it cannot have come back; merge them if they are the same",
                );
                return Err(Error::Invalid { field: "other".to_owned(), said });
            }
            readings::put_verdict(tx, judged.kind(), early.id, late.id, holds)?;
            let data = |c: &Case| json!({ "number": c.number });
            record(tx, &permit, late.id, judged.word(), &json!({ "other": data(early) }))?;
            let word = if holds { "not_lasting" } else { judged.word() };
            record(tx, &permit, early.id, word, &json!({ "other": data(late) }))?;
            Ok(())
        })
    }

    /// One act on a case, with what had been proposed when it was chosen (`shown`, as the form brought it back).
    /// What was shown and what was chosen go on record in the same transaction.
    pub fn act_shown(
        &self,
        actor: Actor,
        number: String,
        asked: Command,
        expect: Option<i64>,
        shown: Option<Shown>,
        tickets: Vec<String>,
    ) -> Later<CaseView> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let case = cases::by_number(tx, &number)?.ok_or(Error::NotFound)?;
            let act = asked.act();
            let chosen = match &asked {
                Command::Dispatch { unit, .. }
                | Command::Redispatch { unit, .. }
                | Command::Arbitrate { unit, .. } => Some(*unit),
                _ => None,
            };
            let case = app.act_with_in(tx, &office, &actor, &case, asked.clone(), expect, &tickets)?;
            if let (Some(shown), Some(chosen)) = (&shown, chosen) {
                let permit = decide(&actor, op::ReadCase, &case)?;
                let place = shown.units.iter().position(|u| u.0 == chosen).map_or(0, |i| i as i64 + 1);
                let units: Vec<_> = shown.units.iter().map(|(u, p)| json!({ "unit": u.0, "p": p })).collect();
                let data = json!({ "act": resolve::Word::word(act), "model": shown.model, "shown": units,
                    "chosen": chosen.0, "place": place });
                let ver = record(tx, &permit, case.id, "choice", &data)?;
                let p = shown.units.first().map_or(0.0, |u| f64::from(u.1));
                readings::put_choice(tx, case.id, ver, &Choice { model: shown.model, p, place, chosen })?;
            }
            app.view_in(tx, &office, &actor, case)
        })
    }
}
