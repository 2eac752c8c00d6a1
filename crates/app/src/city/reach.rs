//! 范围: which region or unit a row belongs to, for the door.

use access::{Unit, op};
use kernel::{Actor, RegionCode, Role, UnitId};

use crate::city::{Error, Office};

/// The region a row is kept with. A row that names none belongs to the whole city.
pub fn region_in(text: &str, office: &Office) -> RegionCode {
    text.parse().unwrap_or_else(|_| office.settings.city.clone())
}

/// The region the actor looks at when none is named: the own one, the city for who has none.
pub fn home(actor: &Actor, office: &Office) -> RegionCode {
    actor.region.clone().unwrap_or_else(|| office.settings.city.clone())
}

/// The own unit where the actor is, as a subject.
pub fn own_unit<'a>(actor: &Actor, home: &'a RegionCode) -> Unit<'a> {
    Unit { unit: actor.unit, region: home }
}

/// A unit as a subject.
pub fn unit_in(office: &Office, unit: UnitId) -> Result<Unit<'_>, Error> {
    let row =
        office.unit(unit).ok_or_else(|| Error::invalid("unit", "没有这个单位", "there is no such unit"))?;
    Ok(Unit { unit: Some(unit), region: &row.region })
}

/// The unit whose papers a reader is bound to; none for who reads those of the region.
pub fn bound_to(actor: &Actor) -> Option<UnitId> {
    match actor.role {
        Role::Coordinator | Role::Supervisor | Role::Analyst | Role::Evaluator | Role::System => None,
        _ => Some(actor.unit.unwrap_or(UnitId(0))),
    }
}

/// May the actor answer as a unit, or for the region it is in?
pub fn reads_unit(actor: &Actor, office: &Office, unit: UnitId) -> bool {
    let Some(row) = office.unit(unit) else { return false };
    let inside = actor.role == Role::System || actor.region.as_ref().is_some_and(|r| r.contains(&row.region));
    bound_to(actor).map_or(inside, |own| own == unit)
}

/// Anybody who comes to a public page.
pub fn public<O>(asked: O) -> Result<(), Error>
where
    O: for<'a> op::Op<On<'a> = access::Nothing>,
{
    access::decide(&Actor::resident(), asked, access::Nothing)?;
    Ok(())
}

/// A letter is lodged inside the city, whoever lodges it: nobody could dispatch it elsewhere.
pub fn in_city(office: &Office, region: &RegionCode) -> Result<(), Error> {
    if office.settings.city.contains(region) {
        return Ok(());
    }
    Err(Error::invalid(
        "region",
        format!("这里只受理{}的诉求，请向当地反映", office.settings.name),
        format!("only what happened in {} is taken here: lodge it where it happened", office.settings.name),
    ))
}
