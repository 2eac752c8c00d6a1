//! One appointment inside a transaction: loading, acting, saving, and what follows for its places.

use access::op;
use city::Error;
use hall::appointment::{Appointment, Command};
use hall::{BookingRules, Hall};
use kernel::{Actor, Moment};
use store::appointments::{self as rows, AppointmentRow};
use store::{Tx, slots};

use crate::doors::{door, here};
use crate::refused;

/// The appointment of a row.
pub(crate) fn read(row: &AppointmentRow) -> Result<Appointment, Error> {
    serde_json::from_str(&row.state)
        .map_err(|e| Error::Store(store::StoreError::Damaged(format!("appointment {}: {e}", row.number))))
}

/// What the row says of an appointment.
pub(crate) fn row_of(a: &Appointment, rules: &BookingRules) -> Result<AppointmentRow, Error> {
    Ok(AppointmentRow {
        id: a.id,
        number: a.number.clone(),
        ver: a.ver,
        hall: a.at.hall,
        queue: a.at.queue.clone(),
        start: a.at.start,
        item: a.item.clone(),
        channel: a.channel.word().to_owned(),
        stage: a.stage.word().to_owned(),
        person: a.person.clone().unwrap_or_default(),
        made: a.made,
        ended: a.ended,
        late_cancel: a.late_cancel,
        next_at: a.next_at(rules),
        state: serde_json::to_string(a).map_err(Error::bug)?,
    })
}

/// When a place that is given back now is free again.
pub(crate) fn free_again(now: Moment, hall: &Hall) -> Moment {
    now.plus_us(i64::from(hall.booking.release_minutes) * 60 * kernel::US_PER_SECOND)
}

/// One act: decided, saved, and its places given back when it takes them no longer.
pub(crate) fn act(
    tx: &mut Tx<'_>,
    hall: &Hall,
    actor: &Actor,
    a: Appointment,
    asked: Command,
) -> Result<Appointment, Error> {
    let now = tx.now();
    let permit = door(actor, op::HandleAppointment, hall, now.date())?;
    let at = here(hall, actor, None, now.date());
    let happened = a.decide(asked, actor, &at, now, &hall.booking).map_err(refused)?;
    let (before, number) = (a.at.clone(), a.id);
    let after = a.evolve(&happened, now, &hall.booking);
    let data = serde_json::to_string(&happened).map_err(Error::bug)?;
    rows::save(tx, &permit, &row_of(&after, &hall.booking)?, happened.asked.act().word(), &data)?;
    match &happened.asked {
        Command::Move { to } => {
            let gone: Vec<i64> = before.slots.iter().copied().filter(|s| !to.slots.contains(s)).collect();
            slots::give_back(tx, &permit, number, &gone, free_again(now, hall))?;
        }
        Command::Cancel {} | Command::CallOff { .. } | Command::Expire {} => {
            slots::give_back(tx, &permit, number, &before.slots, free_again(now, hall))?;
        }
        Command::Erase {} => rows::erase_contact(tx, after.id)?,
        _ => {}
    }
    Ok(after)
}
