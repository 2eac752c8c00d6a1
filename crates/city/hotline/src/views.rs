//! 工单所见: lists of orders by state, one order, what stands aside, what waits to be handed over.

use access::{City, Nothing, decide, op};
use city::{Door as _, Error, Later};
use kernel::{Actor, Moment, Role};
use store::hotline::{self as rows, HotlineRow, OrderRow};
use store::{Rd, cases};

use crate::Hotlines;
use crate::apply::{is_over, known_of, state_of};
use crate::inbox::lacking;
use crate::life::{Known, State};
use crate::moments::limit_of;
use crate::shape::{OrderSaid, Saying};
use crate::words::{Says, Sort};

/// An order as it is shown.
#[derive(Clone, Debug)]
pub struct OrderView {
    /// its id
    pub id: i64,
    /// the hotline: code
    pub hotline: String,
    /// and name
    pub hotline_name: String,
    /// its number there
    pub number: String,
    /// number of the case here; empty before it is one
    pub case: String,
    /// how far it is
    pub state: State,
    /// what is known
    pub known: Known,
    /// when it came
    pub made: Moment,
    /// when it last changed
    pub at: Moment,
    /// when the hotline sent it out
    pub dispatched: Moment,
    /// until when the hotline wants its answer
    pub due: Option<Moment>,
    /// the limit of the hotline that counts now
    pub limit: Option<Moment>,
    /// it is over
    pub over: bool,
    /// what it says: for who decides about it, until that is decided; the contact masked
    pub content: Option<OrderSaid>,
    /// it may be given back now
    pub may_return: bool,
}

/// How many stand where.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// orders by state
    pub orders: Vec<(State, i64)>,
    /// messages that stand aside
    pub asides: i64,
    /// missed calls that wait
    pub calls: i64,
}

impl Standing {
    /// Orders of one state.
    pub fn of(&self, state: State) -> i64 {
        self.orders.iter().find(|o| o.0 == state).map_or(0, |o| o.1)
    }
}

/// A message that stands aside or waits.
#[derive(Clone, Debug)]
pub struct AsideView {
    /// its id; of what came
    pub id: i64,
    /// the hotline: code
    pub hotline: String,
    /// and name
    pub hotline_name: String,
    /// it came from there; otherwise it was not understood there, or could not be said
    pub came: bool,
    /// the order it is about
    pub number: String,
    /// what kind it is, a code word of either side; empty when it cannot be told
    pub kind: String,
    /// when it came or was written
    pub at: Moment,
    /// `aside`, `waits`
    pub state: String,
    /// why
    pub why: String,
    /// the word that the table lacks
    pub lack: Option<(Sort, String)>,
}

/// A message that waits to be handed to a hotline without an interface.
#[derive(Clone, Debug)]
pub struct OutView {
    /// its id
    pub id: i64,
    /// what it is
    pub says: Option<Says>,
    /// what it says
    pub say: Saying,
}

/// What stands beside a case: the order it came from.
pub type Beside = Option<OrderView>;

impl Hotlines {
    /// Does the actor stand at the level of the city? A county sees what is of its own cases.
    pub(crate) fn of_whole_city(&self, rd: &mut Rd<'_>, actor: &Actor) -> Result<bool, Error> {
        let office = self.city.office(rd)?;
        let region = actor.region.as_ref();
        Ok(actor.role == Role::System || region.is_some_and(|r| r.contains(&office.settings.city)))
    }

    fn may_see(&self, rd: &mut Rd<'_>, actor: &Actor, row: &OrderRow) -> Result<bool, Error> {
        if self.of_whole_city(rd, actor)? {
            return Ok(true);
        }
        let case = row.case.map(|id| cases::by_id(rd, id)).transpose()?.flatten();
        Ok(case.is_some_and(|c| access::may_see(actor, &c)))
    }

    fn order_view(&self, rd: &mut Rd<'_>, lines: &[HotlineRow], row: OrderRow) -> Result<OrderView, Error> {
        let line = lines.iter().find(|h| h.id == row.hotline);
        let case = match row.case {
            Some(id) => cases::numbers(rd, &[id])?.remove(&id.0).unwrap_or_default(),
            None => String::new(),
        };
        let (known, state) = (known_of(&row)?, state_of(&row)?);
        let now = self.city.store().now();
        let limit = limit_of(&row, &known)?;
        Ok(OrderView {
            id: row.id,
            hotline: line.map(|h| h.code.clone()).unwrap_or_default(),
            hotline_name: line.map(|h| h.name.clone()).unwrap_or_default(),
            case,
            over: is_over(limit, now),
            limit,
            may_return: state == State::Offered && !known.again && !is_over(known.take_by, now),
            state,
            known,
            number: row.number,
            made: row.made,
            at: row.at,
            dispatched: row.dispatched,
            due: row.due,
            content: None,
        })
    }

    /// Orders in a state, the newest first, below id `before`.
    pub fn orders(&self, actor: Actor, state: State, before: Option<i64>) -> Later<Vec<OrderView>> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadOrders, Nothing)?;
            let lines = rows::hotlines(rd)?;
            let mut out = Vec::new();
            for row in rows::orders(rd, &[state.word()], before.unwrap_or(i64::MAX), 100)? {
                if app.may_see(rd, &actor, &row)? {
                    out.push(app.order_view(rd, &lines, row)?);
                }
            }
            Ok(out)
        })
    }

    /// One order; with what it says while it waits to be decided.
    pub fn order(&self, actor: Actor, id: i64) -> Later<OrderView> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadOrders, Nothing)?;
            let row = rows::order_by_id(rd, id)?.ok_or(Error::NotFound)?;
            if !app.may_see(rd, &actor, &row)? {
                return Err(Error::NotFound);
            }
            let office = app.city.office(rd)?;
            let decides = decide(&actor, op::TakeOrders, City(&office.settings.city)).is_ok();
            let shown = decides && row.content.is_some();
            let content = shown.then(|| app.content_of(&row)).transpose()?;
            let lines = rows::hotlines(rd)?;
            let mut view = app.order_view(rd, &lines, row)?;
            view.content = content.map(|c| OrderSaid {
                words: hanyu::mask::mask(&c.contact.cover(&c.words)),
                added: c.added.iter().map(|w| hanyu::mask::mask(&c.contact.cover(w))).collect(),
                place: c.place.as_ref().map(|p| c.contact.cover(p)),
                contact: c.contact.masked(),
                files: c
                    .files
                    .iter()
                    .map(|f| crate::FileIn { name: f.name.clone(), bytes: String::new() })
                    .collect(),
                title: view.known.title.clone(),
                ..c
            });
            Ok(view)
        })
    }

    /// How many stand where.
    pub fn standing(&self, actor: Actor) -> Later<Standing> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadOrders, Nothing)?;
            if !app.of_whole_city(rd, &actor)? {
                return Ok(Standing::default());
            }
            let read = |(word, n): (String, i64)| Some((State::read(&word)?, n));
            Ok(Standing {
                orders: rows::order_counts(rd)?.into_iter().filter_map(read).collect(),
                asides: rows::count_in(rd, "aside")?
                    + i64::try_from(rows::aside_out(rd, 1_000)?.len()).unwrap_or(0),
                calls: rows::count_calls(rd, crate::CallState::Waiting.word())?,
            })
        })
    }

    /// The order that a case came from, for who may see the case.
    pub fn beside(&self, actor: Actor, number: String) -> Later<Beside> {
        self.read(move |app, rd| {
            let case = cases::by_number(rd, &number)?.ok_or(Error::NotFound)?;
            decide(&actor, op::ReadCase, &case)?;
            if !case.ordered {
                return Ok(None);
            }
            let lines = rows::hotlines(rd)?;
            let row = rows::order_of_case(rd, case.id)?;
            row.map(|row| app.order_view(rd, &lines, row)).transpose()
        })
    }

    /// Messages that stand aside here or there, or wait for their order.
    pub fn asides(&self, actor: Actor) -> Later<Vec<AsideView>> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadOrders, Nothing)?;
            if !app.of_whole_city(rd, &actor)? {
                return Ok(Vec::new());
            }
            let lines = rows::hotlines(rd)?;
            let of = |id: i64| {
                let line = lines.iter().find(|h| h.id == id);
                line.map(|h| (h.code.clone(), h.name.clone())).unwrap_or_default()
            };
            let mut came = rows::unfinished_in(rd, "aside", 300)?;
            came.extend(rows::unfinished_in(rd, "waits", 100)?);
            let mut out = Vec::new();
            for m in came {
                let (hotline, hotline_name) = of(m.hotline);
                out.push(AsideView {
                    lack: lacking(&m),
                    id: m.id,
                    hotline,
                    hotline_name,
                    came: true,
                    number: m.number,
                    kind: m.kind,
                    at: m.came,
                    state: m.state,
                    why: m.why,
                });
            }
            for m in rows::aside_out(rd, 200)? {
                let (hotline, hotline_name) = of(m.hotline);
                out.push(AsideView {
                    id: m.id,
                    hotline,
                    hotline_name,
                    came: false,
                    number: m.number,
                    kind: m.kind,
                    at: m.made,
                    state: m.state,
                    why: m.why,
                    lack: None,
                });
            }
            Ok(out)
        })
    }

    /// What waits to be handed to a hotline without an interface, the oldest first.
    pub fn outgoing(&self, actor: Actor, code: String) -> Later<Vec<OutView>> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            decide(&actor, op::TakeOrders, City(&office.settings.city))?;
            let line = rows::hotline(rd, &code)?.filter(|h| h.address.is_empty()).ok_or(Error::NotFound)?;
            let mut out = Vec::new();
            for row in rows::due(rd, line.id, 1_000)?.into_iter().filter(|r| r.body.is_some()) {
                let (say, _) = app.saying_of(&row)?;
                out.push(OutView { id: row.id, says: Says::read(&row.kind), say });
            }
            Ok(out)
        })
    }
}
