//! 跨域件所见: lists of what was handed over and received, and messages that stand aside.

use access::{City, Nothing, decide, op};
use city::{Door as _, Error, Later};
use kernel::{Actor, Moment, Role};
use resolve::Act;
use store::cells::{self as rows, MatterRow, PeerRow};
use store::{Rd, cases};

use crate::Cells;
use crate::apply::{known_of, state_of};
use crate::life::{Known, Side, State};
use crate::message::Matter;
use crate::peers::{Purpose, purposes_of};

/// A matter as it is shown.
#[derive(Clone, Debug)]
pub struct MatterView {
    /// its id
    pub id: i64,
    /// the other city: code
    pub peer: String,
    /// and name
    pub peer_name: String,
    /// whether this city is its origin or its receiver
    pub side: Side,
    /// its name between the two
    pub subject: String,
    /// number of the case here; empty before it is accepted
    pub number: String,
    /// how far it is
    pub state: State,
    /// what is known
    pub known: Known,
    /// when it was handed over or came
    pub made: Moment,
    /// when it last changed
    pub at: Moment,
    /// the other side is silent since then
    pub silent: Option<Moment>,
    /// what was handed over: for who decides about it, until that is decided; without the contact
    pub content: Option<Matter>,
}

/// A message that stands aside or waits.
#[derive(Clone, Debug)]
pub struct Aside {
    /// the other city
    pub peer: String,
    /// it came from there; otherwise it was not understood there
    pub came: bool,
    /// its number
    pub key: i64,
    /// what it is about
    pub subject: String,
    /// what kind it is
    pub kind: String,
    /// when it came or was written
    pub at: Moment,
    /// `aside`, `waits`
    pub state: String,
    /// why
    pub why: String,
}

/// What stands beside a case: where it went and came from, and whether this reader may hand it over.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// the newest first
    pub matters: Vec<MatterView>,
    /// cells that it may be handed to now: code and name
    pub peers: Vec<(String, String)>,
}

/// Is it of a case that the actor may see?
fn theirs(rd: &mut Rd<'_>, actor: &Actor, row: &MatterRow) -> Result<bool, Error> {
    let case = row.case.map(|id| cases::by_id(rd, id)).transpose()?.flatten();
    Ok(case.is_some_and(|c| access::may_see(actor, &c)))
}

impl Cells {
    /// What stands beside a case, for who may see it.
    pub fn beside(&self, actor: Actor, number: String) -> Later<Beside> {
        self.read(move |app, rd| {
            let case = cases::by_number(rd, &number)?.ok_or(Error::NotFound)?;
            decide(&actor, op::ReadCase, &case)?;
            let peers = rows::peers(rd)?;
            if peers.is_empty() {
                return Ok(Beside::default());
            }
            let mut matters = Vec::new();
            for side in ["out", "in"] {
                for row in rows::matters_of(rd, case.id, side)? {
                    matters.push(app.matter_view(rd, &peers, row)?);
                }
            }
            let may = decide(&actor, op::HandMatters, City(&app.city.office(rd)?.settings.city)).is_ok()
                && access::acts(&actor, &case).contains(&Act::HandOver);
            let open = |p: &PeerRow| may && p.active && purposes_of(p).contains(&Purpose::Matters);
            let peers = peers.into_iter().filter(open).map(|p| (p.code, p.name)).collect();
            Ok(Beside { matters, peers })
        })
    }

    /// Matters handed over (`Origin`) or received (`Receiver`), the newest first, below id `before`.
    pub fn matters(&self, actor: Actor, side: Side, before: Option<i64>) -> Later<Vec<MatterView>> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadCells, Nothing)?;
            let peers = rows::peers(rd)?;
            let word = if side == Side::Origin { "out" } else { "in" };
            let whole = app.of_whole_city(rd, &actor)?;
            let mut out = Vec::new();
            for row in rows::matters(rd, word, before.unwrap_or(i64::MAX), 100)? {
                if whole || theirs(rd, &actor, &row)? {
                    out.push(app.matter_view(rd, &peers, row)?);
                }
            }
            Ok(out)
        })
    }

    /// Matters that wait to be decided here, the oldest first.
    pub fn offered(&self, actor: Actor) -> Later<Vec<MatterView>> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadCells, Nothing)?;
            let peers = rows::peers(rd)?;
            let whole = app.of_whole_city(rd, &actor)?;
            let mut out = Vec::new();
            for row in rows::standing(rd, "in", State::Offered.word(), 1_000)? {
                if whole || theirs(rd, &actor, &row)? {
                    out.push(app.matter_view(rd, &peers, row)?);
                }
            }
            Ok(out)
        })
    }

    /// One matter; with what was handed over while it waits to be decided here.
    pub fn matter(&self, actor: Actor, id: i64) -> Later<MatterView> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadCells, Nothing)?;
            let row = rows::matter_by_id(rd, id)?.ok_or(Error::NotFound)?;
            if !app.of_whole_city(rd, &actor)? && !theirs(rd, &actor, &row)? {
                return Err(Error::NotFound);
            }
            // For who decides about it alone.
            let city = app.city.office(rd)?.settings.city.clone();
            let decides = decide(&actor, op::HandMatters, City(&city)).is_ok();
            let shown = decides && row.content.is_some();
            let content = shown.then(|| app.matter_in(&row)).transpose()?;
            let peers = rows::peers(rd)?;
            let mut view = app.matter_view(rd, &peers, row)?;
            view.content = content.map(|m| Matter { contact: m.contact.map(|c| c.masked()), ..m });
            Ok(view)
        })
    }

    /// Does the actor stand at the level of the city? A county sees what is of its own cases.
    fn of_whole_city(&self, rd: &mut Rd<'_>, actor: &Actor) -> Result<bool, Error> {
        let office = self.city.office(rd)?;
        let region = actor.region.as_ref();
        Ok(actor.role == Role::System || region.is_some_and(|r| r.contains(&office.settings.city)))
    }

    fn matter_view(&self, rd: &mut Rd<'_>, peers: &[PeerRow], row: MatterRow) -> Result<MatterView, Error> {
        let peer = peers.iter().find(|p| p.id == row.peer);
        let number = match row.case {
            Some(id) => cases::numbers(rd, &[id])?.remove(&id.0).unwrap_or_default(),
            None => String::new(),
        };
        Ok(MatterView {
            id: row.id,
            peer: peer.map(|p| p.code.clone()).unwrap_or_default(),
            peer_name: peer.map(|p| p.name.clone()).unwrap_or_default(),
            side: if row.side == "out" { Side::Origin } else { Side::Receiver },
            state: state_of(&row)?,
            known: known_of(&row)?,
            silent: peer.filter(|p| p.failed > 0).map(|p| p.heard.unwrap_or(p.made)),
            number,
            subject: row.subject,
            made: row.made,
            at: row.at,
            content: None,
        })
    }

    /// How many came and wait to be decided.
    pub fn undecided(&self, actor: Actor) -> Later<i64> {
        self.read(move |_, rd| {
            decide(&actor, op::ReadCells, Nothing)?;
            Ok(rows::count(rd, "in", State::Offered.word())?)
        })
    }

    /// Messages that stand aside here or there, or wait for one that has not come.
    pub fn asides(&self, actor: Actor) -> Later<Vec<Aside>> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadCells, Nothing)?;
            if !app.of_whole_city(rd, &actor)? {
                return Ok(Vec::new());
            }
            let peers = rows::peers(rd)?;
            let name =
                |id: i64| peers.iter().find(|p| p.id == id).map(|p| p.name.clone()).unwrap_or_default();
            let mut out = Vec::new();
            let mut came = rows::unfinished_in(rd, "aside", 200)?;
            came.extend(rows::unfinished_in(rd, "waits", 200)?);
            let came = came.into_iter().map(|m| (true, m));
            let went: Vec<_> = rows::aside_out(rd, 200)?.into_iter().map(|m| (false, m)).collect();
            for (came, m) in came.chain(went) {
                out.push(Aside {
                    peer: name(m.peer),
                    came,
                    key: m.key,
                    subject: m.subject,
                    kind: m.kind,
                    at: m.at,
                    state: m.state,
                    why: m.why,
                });
            }
            Ok(out)
        })
    }
}
