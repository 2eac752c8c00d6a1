//! 维护大厅: one part of the document of a hall set anew from a small form.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use hall::{
    Availability, BookingRules, Days, Hall, Handles, MisuseRules, Opening, Places, Post, Queue, QueueRules,
    Span, Training, Window, Word,
};
use kernel::{Actor, Date, UnitId};
use web_kit::{Fields, Oops, again, date_of};

use crate::keep::{Sent, hall_page};
use crate::{Desk, Kit, halls};

/// What people separate by commas, blanks or lines.
pub(crate) fn words(text: &str) -> Vec<String> {
    let parts = text.split([',', '，', '、', ' ', ';', '；', '\n', '\r']);
    parts.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect()
}

pub(crate) fn number<T: std::str::FromStr>(fields: &Fields, name: &str) -> Result<T, Error> {
    fields.get(name).parse().map_err(|_| Error::invalid(name, "请填写数字", "give a number"))
}

pub(crate) fn date(fields: &Fields, name: &str) -> Result<Date, Error> {
    date_of(fields.get(name)).ok_or_else(|| Error::invalid(name, "请填写日期", "give a date"))
}

fn hours(fields: &Fields, name: &str) -> Result<Vec<Span>, Error> {
    Span::read_all(fields.get(name)).map_err(|said| Error::Invalid { field: name.to_owned(), said })
}

pub(crate) fn chosen<W: Word>(fields: &Fields, name: &str) -> Result<W, Error> {
    W::read(fields.get(name))
        .ok_or_else(|| Error::Invalid { field: name.to_owned(), said: W::unknown(fields.get(name)) })
}

fn days(fields: &Fields) -> Result<Days, Error> {
    let weekdays = fields.all("weekdays").into_iter().map(str::parse::<u8>);
    Ok(Days {
        rule: chosen(fields, "rule")?,
        weekdays: weekdays
            .collect::<Result<_, _>>()
            .map_err(|_| Error::invalid("weekdays", "请勾选星期几", "tick days of the week"))?,
        every_weeks: if fields.has("every_weeks") { number(fields, "every_weeks")? } else { 1 },
        first: date(fields, "first")?,
        last: date_of(fields.get("last")),
    })
}

/// The document with one part set anew.
async fn changed(
    kit: &Kit,
    actor: Actor,
    id: i64,
    part: &str,
    fields: &Fields,
    mut h: Hall,
) -> Result<Hall, Error> {
    let text = |name: &str| fields.get(name).to_owned();
    match part {
        "about" => (h.name, h.address, h.phone) = (text("name"), text("address"), text("phone")),
        "window" => {
            let new = Window {
                number: number(fields, "number")?,
                name: text("name"),
                queues: fields.all("queues").into_iter().map(str::to_owned).collect(),
            };
            h.windows.retain(|w| w.number != new.number);
            h.windows.push(new);
            h.windows.sort_by_key(|w| w.number);
        }
        "queue" => {
            let office = kit.city.office_now().await?;
            let mut units: Vec<UnitId> = Vec::new();
            for name in words(fields.get("units")) {
                let found = office.unit_called(&name).ok_or_else(|| {
                    Error::invalid("units", format!("没有单位“{name}”"), format!("no such unit: {name}"))
                })?;
                units.push(found.id);
            }
            let item = |t: String| match t.split_once(['*', '×']) {
                Some((code, n)) => (code.to_owned(), n.parse().unwrap_or(1)),
                None => (t, 1),
            };
            let letter = fields.get("letter").to_ascii_uppercase();
            let old = h.queue(&letter).cloned();
            let new = Queue {
                name: text("name"),
                handles: Handles {
                    everything: fields.has("everything"),
                    units,
                    items: words(fields.get("items")).into_iter().map(item).collect(),
                    themes: words(fields.get("themes")),
                },
                minutes: number(fields, "minutes")?,
                availability: old.map_or_else(Vec::new, |o| o.availability),
                letter,
            };
            match h.queues.iter_mut().find(|q| q.letter == new.letter) {
                Some(q) => *q = new,
                None => h.queues.push(new),
            }
        }
        "opening" => h.openings.push(Opening {
            kind: chosen(fields, "kind")?,
            days: days(fields)?,
            hours: hours(fields, "hours")?,
        }),
        "availability" => {
            let new = Availability {
                days: days(fields)?,
                hours: hours(fields, "hours")?,
                breaks: hours(fields, "breaks")?,
                slot_minutes: number(fields, "slot_minutes")?,
                places: Places {
                    phone: number(fields, "phone")?,
                    counter: number(fields, "counter")?,
                    walk_in: number(fields, "walk_in")?,
                },
                lead_minutes: number(fields, "lead_minutes")?,
                horizon_days: number(fields, "horizon_days")?,
            };
            let letter = fields.get("letter");
            let queue = h.queues.iter_mut().find(|q| q.letter == letter);
            queue
                .ok_or_else(|| Error::invalid("letter", "请选择业务", "choose a queue"))?
                .availability
                .push(new);
        }
        "post" => {
            let (staff, unit) = halls(kit).account_for(actor, id, text("login")).await?;
            let training = match fields.has("course") {
                true => Some(Training {
                    course: text("course"),
                    passed: date(fields, "passed")?,
                    valid_until: date(fields, "valid_until")?,
                    mark: text("mark"),
                }),
                false => None,
            };
            h.posts.push(Post {
                window: number(fields, "window")?,
                staff,
                unit,
                part: chosen(fields, "part")?,
                from: date(fields, "from")?,
                until: date_of(fields.get("until")),
                authority: text("authority"),
                training,
            });
        }
        "numbers" => {
            let n = |name: &str| number::<u32>(fields, name);
            h.booking = BookingRules {
                hold_minutes: n("hold_minutes")?,
                release_minutes: n("release_minutes")?,
                grace_minutes: n("grace_minutes")?,
                early_minutes: n("early_minutes")?,
                late_minutes: n("late_minutes")?,
                moves_max: n("moves_max")?,
                appeal_days: n("appeal_days")?,
                standby_minutes: n("standby_minutes")?,
                keep_days: n("keep_days")?,
            };
            h.queueing = QueueRules {
                calls_min: n("calls_min")?,
                returns_max: n("returns_max")?,
                patience_minutes: n("patience_minutes")?,
                estimate_minutes: n("estimate_minutes")?,
            };
            h.misuse = MisuseRules {
                within_days: n("within_days")?,
                misses_max: n("misses_max")?,
                late_cancels_max: n("late_cancels_max")?,
                same_item_day_max: n("same_item_day_max")?,
                open_max: n("open_max")?,
                bar_days: n("bar_days")?,
            };
        }
        "drop" => {
            let at: usize = number(fields, "at")?;
            let gone = || Error::invalid("at", "这一条已经不在，请刷新", "it is gone already: reload");
            fn drop_at<T>(all: &mut Vec<T>, at: usize) -> Option<()> {
                (at < all.len()).then(|| drop(all.remove(at)))
            }
            match fields.get("what") {
                "window" => drop_at(&mut h.windows, at),
                "queue" => drop_at(&mut h.queues, at),
                "opening" => drop_at(&mut h.openings, at),
                "post" => drop_at(&mut h.posts, at),
                "closure" => drop_at(&mut h.closures, at),
                letter => h
                    .queues
                    .iter_mut()
                    .find(|q| q.letter == letter)
                    .and_then(|q| drop_at(&mut q.availability, at)),
            }
            .ok_or_else(gone)?;
        }
        _ => return Err(Error::NotFound),
    }
    Ok(h)
}

/// `POST /desk/halls/at/{id}/{part}`
pub(crate) async fn set(
    State(kit): State<Kit>,
    desk: Desk,
    Path((id, part)): Path<(i64, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let all = halls(&kit);
    let v = all.hall(desk.actor(), id).await?;
    if !v.may_write {
        // The door says it in its own words.
        all.kiosk_of(desk.actor(), id).await?;
    }
    let ver = fields.get("ver").parse().unwrap_or(v.ver);
    let done = match changed(&kit, desk.actor(), id, &part, &fields, v.hall).await {
        Ok(new) => all.put_hall(desk.actor(), id, ver, new).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/desk/halls/at/{id}")).into_response()),
        Err(e) => {
            let sent = Sent { part, fields };
            again(&desk.page, e, |t| hall_page(&kit, &desk, id, sent, t)).await
        }
    }
}
