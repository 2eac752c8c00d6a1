//! One hall inside a view: loading, and the door to what happens in it.

use std::sync::Arc;

use access::{Permit, decide, op};
use city::{Error, Office};
use hall::{Hall, Here};
use kernel::{Actor, Date, Said, StaffId};
use store::Rd;
use store::halls::{self as rows, HallRow};

use crate::Halls;

/// A hall with its row.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    pub row: HallRow,
    pub hall: Hall,
}

pub(crate) fn parse(row: HallRow) -> Result<Loaded, Error> {
    let hall = serde_json::from_str(&row.doc)
        .map_err(|e| Error::Store(store::StoreError::Damaged(format!("hall {}: {e}", row.id))))?;
    Ok(Loaded { row, hall })
}

pub(crate) fn load(rd: &mut Rd<'_>, id: i64) -> Result<Loaded, Error> {
    parse(rows::by_id(rd, id)?.ok_or(Error::NotFound)?)
}

impl Halls {
    /// Every hall that is open to the public. The documents are parsed once for each change of any of them.
    pub(crate) fn all(&self, rd: &mut Rd<'_>) -> Result<Arc<Vec<Loaded>>, Error> {
        let generation = rows::generation(rd)?;
        self.known.at(rd, generation, |rd, _| {
            rows::all(rd)?.into_iter().filter(|r| r.state == "open").map(parse).collect()
        })
    }
}

/// Is the actor posted at any window of it on this day?
fn posted(hall: &Hall, actor: &Actor, day: Date) -> Option<StaffId> {
    actor.staff.filter(|s| hall.posts_of(*s, day).next().is_some())
}

/// May this actor do this in the hall?
pub(crate) fn door<O>(actor: &Actor, asked: O, hall: &Hall, day: Date) -> Result<Permit, Error>
where
    O: for<'a> op::Op<On<'a> = access::Hall<'a>>,
{
    let of = access::Hall { unit: hall.unit, posted: posted(hall, actor, day), region: &hall.region };
    Ok(decide(actor, asked, of)?)
}

/// How the actor stands to the hall and a window of it.
pub(crate) fn here<'a>(hall: &'a Hall, actor: &Actor, window: Option<u16>, day: Date) -> Here<'a> {
    let at = |w: u16| actor.staff.is_some_and(|s| hall.posts_of(s, day).any(|p| p.window == w));
    Here {
        unit: hall.unit,
        region: &hall.region,
        posted: posted(hall, actor, day).is_some(),
        at_window: window.is_some_and(at),
        helps: false,
    }
}

/// The unit that runs a hall must be there, and the hall in its region.
pub(crate) fn in_its_unit(office: &Office, hall: &Hall) -> Result<(), Error> {
    let unit = office.unit(hall.unit).filter(|u| u.active);
    let unit =
        unit.ok_or_else(|| Error::invalid("unit", "请选择管理大厅的单位", "choose the unit that runs it"))?;
    if unit.region.contains(&hall.region) {
        return Ok(());
    }
    Err(Error::invalid(
        "region",
        "大厅须在管理单位的区划之内",
        "a hall lies in the region of the unit that runs it",
    ))
}

/// Only who is posted at this window today works there.
pub(crate) fn at_window(hall: &Hall, actor: &Actor, window: u16, day: Date) -> Result<(), Error> {
    if here(hall, actor, Some(window), day).at_window {
        return Ok(());
    }
    Err(Error::Forbidden(Said::new(
        "您今天不在这个窗口：须定岗、授权，且培训在有效期内",
        "you are not posted at this window today: a post needs authority and valid training",
    )))
}
