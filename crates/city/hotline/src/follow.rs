//! 跟进: what the loop tells the hotline of an order, in the transaction of the act.

use city::{City, Error, Office};
use kernel::Moment;
use resolve::{Act, Case, Command, Happened, StageKind, Word as _};
use store::hotline::{self as rows, HotlineRow, OrderRow, OutRow};
use store::{Rd, Tx, cases};

use crate::apply::{known_of, save, state_of, step};
use crate::life::{Side, State, Step};
use crate::shape::Saying;
use crate::words::Says;

pub(crate) fn hotline_of(rd: &mut Rd<'_>, id: i64) -> Result<HotlineRow, Error> {
    rows::hotlines(rd)?.into_iter().find(|h| h.id == id).ok_or(Error::NotFound)
}

/// Writes a message for a hotline, in the transaction of the act that it tells of.
pub(crate) fn put_say(
    city: &City,
    tx: &mut Tx<'_>,
    row: &OrderRow,
    says: Says,
    say: Saying,
) -> Result<(), Error> {
    put_say_of(city, tx, row.hotline, &row.number, says, say)
}

pub(crate) fn put_say_of(
    city: &City,
    tx: &mut Tx<'_>,
    hotline: i64,
    number: &str,
    says: Says,
    say: Saying,
) -> Result<(), Error> {
    let now = tx.now();
    let out = OutRow {
        id: 0,
        hotline,
        number: number.to_owned(),
        kind: says.word().to_owned(),
        made: now,
        state: "due".to_owned(),
        body: None,
        why: String::new(),
    };
    let id = rows::put_out(tx, &out)?;
    let say = Saying { says: says.word().to_owned(), number: number.to_owned(), at: Some(now), ..say };
    let text = serde_json::to_vec(&say).map_err(Error::bug)?;
    rows::fill_out(tx, id, &city.vault().seal_bytes(id, &text)?)?;
    Ok(())
}

/// Where a case stands, as a hotline is told: stage, unit, until when.
pub(crate) fn stand_of(office: &Office, case: &Case, now: Moment) -> (String, String, Option<Moment>) {
    let unit = case.stage.owner().map(|u| office.unit_name(u)).unwrap_or_default();
    let due = case.clock_view(&office.rules.calendar, now).map(|c| c.due);
    (case.stage.kind().word().to_owned(), unit, due)
}

/// Tells the hotline of an act on a case that it sent: nothing for any other case.
///
/// # Errors
/// The store could not.
pub fn follow(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    before: &Case,
    after: &Case,
    happened: &Happened,
) -> Result<(), Error> {
    if !after.ordered {
        return Ok(());
    }
    // While it is being taken its row does not know the case yet: the hotline hears of all of it at once.
    let Some(mut row) = rows::order_of_case(tx, after.id)? else { return Ok(()) };
    let mut known = known_of(&row)?;
    let state = state_of(&row)?;
    let answered = after.stage.kind() == StageKind::Replied && before.stage.kind() != StageKind::Replied;
    let (stage, unit, due) = stand_of(office, after, tx.now());
    if answered && state == State::Withdrawn {
        // Nobody there waits for it; the worker closes the case.
        row.next_at = Some(tx.now());
        row.at = tx.now();
        rows::save_order(tx, &row)?;
        return Ok(());
    }
    if state != State::Accepted {
        return Ok(());
    }
    if answered {
        step(&mut row, Side::Here, Step::Answer)?;
        known.answers += 1;
        known.warned = 0;
        let (text, negative, files) = answer(tx, after, happened)?;
        let say = Saying {
            our_number: after.number.clone(),
            status: stage.clone(),
            text,
            negative,
            unit: unit.clone(),
            files,
            ..Saying::default()
        };
        put_say(city, tx, &row, Says::Answered, say)?;
    } else {
        if known.stage == stage && known.told_unit == unit && happened.asked.act() != Act::GrantExtension {
            return Ok(());
        }
        let say = Saying {
            our_number: after.number.clone(),
            status: stage.clone(),
            unit: unit.clone(),
            due,
            ..Saying::default()
        };
        put_say(city, tx, &row, Says::Progress, say)?;
    }
    (known.stage, known.told_unit) = (stage, unit);
    save(tx, office, &mut row, &known)
}

type Answer = (String, bool, Vec<(String, String)>);

/// What was answered, with its files; a negative answer stands in the report that was approved.
fn answer(tx: &mut Tx<'_>, case: &Case, happened: &Happened) -> Result<Answer, Error> {
    let files = |h: &Happened| h.files.iter().map(|f| (f.name.clone(), f.hash.clone())).collect();
    if let Command::Reply { text, .. } = &happened.asked {
        return Ok((text.clone(), false, files(happened)));
    }
    let report = cases::history(tx, case.id, 0)?.into_iter().rev().find_map(|e| match &e.happened.asked {
        Command::ReplyNegative { text, basis, instead } => {
            Some((format!("{text}\n{basis}\n{instead}"), true, files(&e.happened)))
        }
        _ => None,
    });
    Ok(report.unwrap_or_default())
}

/// The answer that stands, to be said again.
pub(crate) fn last_answer(tx: &mut Tx<'_>, case: &Case) -> Result<Answer, Error> {
    let last = cases::history(tx, case.id, 0)?
        .into_iter()
        .rev()
        .find(|e| matches!(e.happened.asked, Command::Reply { .. } | Command::ReplyNegative { .. }));
    match last {
        Some(e) => answer(tx, case, &e.happened),
        None => Ok(Answer::default()),
    }
}
