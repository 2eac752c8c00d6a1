//! 跟进: what the loop tells the other side of a matter, in the transaction of the act.

use city::{City, Error, Office};
use resolve::{BeyondStep, Case, Channel, Command, Stage, StageKind, Word as _};
use store::cells::{self as rows, MatterRow};
use store::{Tx, cases};

use crate::apply::{known_of, save, state_of, step};
use crate::hand::peer_of;
use crate::life::{Side, State, Step};
use crate::message::Content;
use crate::post::send;

/// Tells the other cell of an act on a case that is between two: nothing for any other case.
///
/// # Errors
/// The store could not.
pub fn follow(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    before: &Case,
    after: &Case,
    asked: &Command,
) -> Result<(), Error> {
    if after.channel == Channel::Peer {
        return receiver(city, tx, office, before, after, asked);
    }
    if matches!(before.stage, Stage::HandedOver { .. }) {
        return origin(city, tx, office, after, asked);
    }
    Ok(())
}

/// The newest matter of a case on this side.
fn matter(tx: &mut Tx<'_>, case: &Case, side: &str) -> Result<Option<MatterRow>, Error> {
    Ok(rows::matters_of(tx, case.id, side)?.into_iter().next())
}

/// We handed it over: what the person adds, and how they found the answer.
fn origin(city: &City, tx: &mut Tx<'_>, office: &Office, after: &Case, asked: &Command) -> Result<(), Error> {
    if !matches!(asked, Command::AddWords { .. } | Command::Callback { .. }) {
        return Ok(());
    }
    let Some(mut row) = matter(tx, after, "out")? else { return Ok(()) };
    let contact = city::contact_of(city, tx, after.id)?;
    let cover = |text: &str| contact.cover(&hanyu::mask::mask(text));
    let content = match asked {
        Command::AddWords { words } => Content::Words { words: cover(words) },
        Command::Callback { solved, satisfied, words } => {
            let again =
                matches!(&after.stage, Stage::HandedOver { peer, .. } if peer.step == BeyondStep::Taken);
            let mut known = known_of(&row)?;
            known.satisfied = satisfied.map(|s| s.word().to_owned());
            let way = if again { Step::Again } else { Step::Close };
            let now = tx.now();
            let at = step(tx, &mut row, &mut known, Side::Origin, way, now)?;
            Content::CalledBack { solved: *solved, satisfied: *satisfied, words: cover(words), again, at }
        }
        _ => return Ok(()),
    };
    let peer = peer_of(tx, row.peer)?;
    send(city, tx, office, &peer, &row.subject, &content)
}

/// It was handed to us: where it stands, until when, and the answer.
fn receiver(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    before: &Case,
    after: &Case,
    asked: &Command,
) -> Result<(), Error> {
    let Some(mut row) = matter(tx, after, "in")? else { return Ok(()) };
    let mut known = known_of(&row)?;
    let answered = after.stage.kind() == StageKind::Replied && before.stage.kind() != StageKind::Replied;
    let unit = after.stage.owner().map(|u| office.unit_name(u)).unwrap_or_default();
    let now = tx.now();
    let clock = after.clock_view(&office.rules.calendar, now);
    let due = clock.as_ref().map(|c| c.due);
    let content = if answered {
        let at = step(tx, &mut row, &mut known, Side::Receiver, Step::Answer, now)?;
        let (text, negative) = answer(tx, after, asked)?;
        Content::Answered { text, negative, unit, at }
    } else {
        let stage = after.stage.kind().word().to_owned();
        let same = known.stage == stage && known.unit == unit && known.due == due;
        if same || state_of(&row)? != State::Accepted {
            return Ok(());
        }
        (known.stage, known.unit, known.due) = (stage.clone(), unit.clone(), due);
        save(tx, &mut row, &known)?;
        Content::Progress { stage, unit, due, left: clock.map(|c| c.workdays_left) }
    };
    let peer = peer_of(tx, row.peer)?;
    send(city, tx, office, &peer, &row.subject, &content)
}

/// What was answered; a negative answer stands in the report that was approved.
fn answer(tx: &mut Tx<'_>, case: &Case, asked: &Command) -> Result<(String, bool), Error> {
    if let Command::Reply { text, .. } = asked {
        return Ok((text.clone(), false));
    }
    let report = cases::history(tx, case.id, 0)?.into_iter().rev().find_map(|e| match e.happened.asked {
        Command::ReplyNegative { text, basis, instead } => Some(format!("{text}\n{basis}\n{instead}")),
        _ => None,
    });
    Ok((report.unwrap_or_default(), true))
}
