//! 暗访: who may know of an unannounced walk before it is over.

use kernel::{Actor, Role, UnitId};
use store::Rd;
use store::campaigns::AssignmentRow;
use store::walks::{self, WalkRow};

use crate::city::Error;
use crate::walk::walks::form_of;

/// Is it an unannounced walk (暗访) that is not over yet?
pub(crate) fn is_secret(row: &WalkRow) -> bool {
    form_of(&row.form).is_some_and(|f| f.rule().hidden) && row.finished.is_none()
}

/// Must this reader not know of the walk? Until it is over an unannounced walk is there for its walker and for the
/// supervision office only.
pub(crate) fn hidden_from(actor: &Actor, row: &WalkRow) -> bool {
    let supervises = matches!(actor.role, Role::Supervisor | Role::System);
    is_secret(row) && actor.staff != Some(row.staff) && !supervises
}

/// Is a walk that was given out shown in the list of its campaign? A unit never learns beforehand who will come to
/// it; an unannounced walk is known to its walker, to who gives out and to the supervision office until it is over.
pub(crate) fn given_shown(
    rd: &mut Rd<'_>,
    actor: &Actor,
    row: &AssignmentRow,
    unit: Option<UnitId>,
) -> Result<bool, Error> {
    if row.done || actor.staff == Some(row.staff) || actor.role == Role::Supervisor {
        return Ok(true);
    }
    let walk = match row.walk {
        Some(id) => walks::by_id(rd, id)?,
        None => None,
    };
    if walk.as_ref().is_some_and(|w| w.finished.is_some()) {
        return Ok(true);
    }
    let visited = actor.unit.is_some() && actor.unit == unit;
    let secret = walk.is_some_and(|w| is_secret(&w));
    Ok(!visited && (!secret || actor.role == Role::Coordinator))
}
