//! 维护大厅: windows, queues, hours, places and posts, one small form for each; closing with a preview of whom it cancels.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use hall::{
    Availability, BookingRules, Closure, DayRule, Days, Hall, Handles, Hours, MisuseRules, Opening, Part,
    Places, Post, Queue, QueueRules, Span, Training, Window, Word,
};
use hall_acts::HallView;
use kernel::{Actor, Date, UnitId};
use serde::Deserialize;
use web_kit::{Fields, Oops, again, date_of, in_words, render, said, unit_choices, when, word};

use crate::{Desk, Kit, Page, halls};

struct HallRow {
    id: i64,
    name: String,
    unit: String,
    today: String,
    address: String,
}

#[derive(Template)]
#[template(path = "hall_list.html")]
struct ListHtml {
    p: Page,
    rows: Vec<HallRow>,
    units: Vec<(String, String)>,
    may_make: bool,
    trouble: String,
}

async fn list_page(kit: &Kit, desk: &Desk, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let office = kit.city.office_now().await?;
    let row = |l: hall_acts::HallLine| HallRow {
        id: l.id,
        name: l.hall.name,
        unit: l.unit,
        today: if l.today.is_empty() { p.t.hall_closed_today.to_owned() } else { l.today.join("  ") },
        address: l.hall.address,
    };
    Ok(render(&ListHtml {
        rows: halls(kit).halls(desk.actor()).await?.into_iter().map(row).collect(),
        units: unit_choices(&office),
        may_make: p.may(access::Operation::WriteHall),
        trouble,
        p,
    }))
}

/// `GET /desk/halls`
pub(crate) async fn list(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    list_page(&kit, &desk, String::new()).await
}

/// `POST /desk/halls`: a hall with its name; the rest follows.
pub(crate) async fn make(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let office = kit.city.office_now().await?;
    let unit = office.unit_called(fields.get("unit"));
    let new = unit.map(|u| Hall {
        name: fields.get("name").to_owned(),
        unit: u.id,
        region: u.region.clone(),
        address: fields.get("address").to_owned(),
        phone: fields.get("phone").to_owned(),
        windows: Vec::new(),
        queues: Vec::new(),
        openings: Vec::new(),
        closures: Vec::new(),
        posts: Vec::new(),
        booking: BookingRules::default(),
        queueing: QueueRules::default(),
        misuse: MisuseRules::default(),
    });
    let done = match new {
        Some(new) => halls(&kit).put_hall(desk.actor(), 0, 0, new).await,
        None => Err(Error::invalid("unit", "请选择管理大厅的单位", "choose the unit that runs the hall")),
    };
    match done {
        Ok(id) => Ok(Redirect::to(&format!("/desk/halls/at/{id}")).into_response()),
        Err(e) => again(&desk.page, e, |t| list_page(&kit, &desk, t)).await,
    }
}

/// One line of a list with the place it is at, to be dropped.
struct Item {
    at: usize,
    text: String,
}

#[derive(Template)]
#[template(path = "hall.html")]
struct HallHtml {
    p: Page,
    id: i64,
    base: String,
    ver: i64,
    hall: Hall,
    may: bool,
    warnings: Vec<String>,
    windows: Vec<Item>,
    queues: Vec<Item>,
    openings: Vec<Item>,
    places: Vec<(String, Vec<Item>)>,
    posts: Vec<Item>,
    closures: Vec<Item>,
    kinds: Vec<(String, String)>,
    rules: Vec<(String, String)>,
    parts: Vec<(String, String)>,
    numbers: Vec<(&'static str, String, String)>,
    kiosk: String,
    today: String,
    trouble: String,
}

fn choices<W: Word>(p: &Page) -> Vec<(String, String)> {
    W::ALL.iter().map(|w| (w.word().to_owned(), in_words(p.lang, w.zh(), w.word()))).collect()
}

fn days_text(p: &Page, d: &Days) -> String {
    let mut out = vec![word(p.lang, d.rule)];
    if !d.weekdays.is_empty() {
        let days: Vec<_> = d.weekdays.iter().map(ToString::to_string).collect();
        out.push(p.t.hall_on_weekdays.replace("{days}", &days.join("、")));
    }
    if d.every_weeks > 1 {
        out.push(p.t.hall_every_weeks.replace("{n}", &d.every_weeks.to_string()));
    }
    out.push(d.last.map_or_else(|| format!("{} →", d.first), |l| format!("{} → {l}", d.first)));
    out.join(" · ")
}

fn items<T>(all: &[T], text: impl Fn(&T) -> String) -> Vec<Item> {
    all.iter().enumerate().map(|(at, t)| Item { at, text: text(t) }).collect()
}

/// The numbers of a hall: name in the form, name for people, value.
fn numbers(p: &Page, h: &Hall) -> Vec<(&'static str, String, String)> {
    let (b, q, m) = (&h.booking, &h.queueing, &h.misuse);
    [
        ("hold_minutes", p.t.num_hold, b.hold_minutes),
        ("release_minutes", p.t.num_release, b.release_minutes),
        ("grace_minutes", p.t.num_grace, b.grace_minutes),
        ("early_minutes", p.t.num_early, b.early_minutes),
        ("late_minutes", p.t.num_late, b.late_minutes),
        ("moves_max", p.t.num_moves, b.moves_max),
        ("appeal_days", p.t.num_appeal, b.appeal_days),
        ("keep_days", p.t.num_keep, b.keep_days),
        ("calls_min", p.t.num_calls, q.calls_min),
        ("returns_max", p.t.num_returns, q.returns_max),
        ("patience_minutes", p.t.num_patience, q.patience_minutes),
        ("estimate_minutes", p.t.num_estimate, q.estimate_minutes),
        ("misses_max", p.t.num_misses, m.misses_max),
        ("late_cancels_max", p.t.num_late_cancels, m.late_cancels_max),
        ("within_days", p.t.num_within, m.within_days),
        ("bar_days", p.t.num_bar, m.bar_days),
        ("open_max", p.t.num_open, m.open_max),
        ("same_item_day_max", p.t.num_same, m.same_item_day_max),
    ]
    .map(|(name, label, n)| (name, label.to_owned(), n.to_string()))
    .to_vec()
}

async fn hall_page(kit: &Kit, desk: &Desk, id: i64, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v: HallView = halls(kit).hall(desk.actor(), id).await?;
    let office = kit.city.office_now().await?;
    let kiosk = if v.may_write {
        format!("/k/{id}/{}", halls(kit).kiosk_of(desk.actor(), id).await?)
    } else {
        String::new()
    };
    let name = |s: kernel::StaffId| v.names.iter().find(|n| n.0 == s).map_or("", |n| n.1.as_str()).to_owned();
    let handles = |h: &Handles| {
        let mut all: Vec<String> = h.units.iter().map(|u| office.unit_name(*u)).collect();
        all.extend(h.items.iter().map(|(c, n)| if *n > 1 { format!("{c}×{n}") } else { c.clone() }));
        if h.everything {
            all.push(p.t.hall_everything.to_owned());
        }
        all.join("、")
    };
    let place = |a: &Availability| {
        let (n, places) = (a.slot_minutes, a.places);
        let numbers =
            p.t.hall_places_line.replace("{n}", &n.to_string()).replace("{phone}", &places.phone.to_string());
        let numbers = numbers.replace("{counter}", &places.counter.to_string());
        let numbers = numbers.replace("{walk}", &places.walk_in.to_string());
        format!("{} · {} · {numbers}", days_text(&p, &a.days), Span::list(&a.hours))
    };
    Ok(render(&HallHtml {
        base: format!("/desk/halls/at/{id}"),
        ver: v.ver,
        may: v.may_write,
        warnings: v.warnings.iter().map(|w| said(p.lang, w)).collect(),
        windows: items(&v.hall.windows, |w| format!("{} {} · {}", w.number, w.name, w.queues.join(" "))),
        queues: items(&v.hall.queues, |q| {
            format!(
                "{} {} · {} · {}",
                q.letter,
                q.name,
                p.t.hall_minutes_each.replace("{n}", &q.minutes.to_string()),
                handles(&q.handles)
            )
        }),
        openings: items(&v.hall.openings, |o| {
            format!("{} · {} · {}", word(p.lang, o.kind), days_text(&p, &o.days), Span::list(&o.hours))
        }),
        places: v.hall.queues.iter().map(|q| (q.letter.clone(), items(&q.availability, place))).collect(),
        posts: items(&v.hall.posts, |o| {
            let until = o.until.map_or_else(String::new, |u| u.to_string());
            let trained =
                o.training.as_ref().map_or_else(String::new, |t| format!("{} → {}", t.course, t.valid_until));
            format!(
                "{} · {} · {} · {} → {until} · {} · {trained}",
                o.window,
                name(o.staff),
                word(p.lang, o.part),
                o.from,
                o.authority
            )
        }),
        closures: items(&v.hall.closures, |c| {
            let hours = c.hours.map_or_else(String::new, |h| h.to_string());
            format!("{} → {} {hours} {} · {}", c.first, c.last, c.queues.join(" "), c.reason)
        }),
        kinds: choices::<Hours>(&p),
        rules: choices::<DayRule>(&p),
        parts: choices::<Part>(&p),
        numbers: numbers(&p, &v.hall),
        kiosk,
        today: p.now.date().to_string(),
        id,
        hall: v.hall,
        trouble,
        p,
    }))
}

/// `GET /desk/halls/at/{id}`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    hall_page(&kit, &desk, id, String::new()).await
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split([',', '，', '、', ' ', ';', '；', '\n', '\r']);
    parts.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()).collect()
}

fn number<T: std::str::FromStr>(fields: &Fields, name: &str) -> Result<T, Error> {
    fields.get(name).parse().map_err(|_| Error::invalid(name, "请填写数字", "give a number"))
}

fn date(fields: &Fields, name: &str) -> Result<Date, Error> {
    date_of(fields.get(name)).ok_or_else(|| Error::invalid(name, "请填写日期", "give a date"))
}

fn hours(fields: &Fields, name: &str) -> Result<Vec<Span>, Error> {
    Span::read_all(fields.get(name)).map_err(|said| Error::Invalid { field: name.to_owned(), said })
}

fn chosen<W: Word>(fields: &Fields, name: &str) -> Result<W, Error> {
    W::read(fields.get(name))
        .ok_or_else(|| Error::Invalid { field: name.to_owned(), said: W::unknown(fields.get(name)) })
}

fn days(fields: &Fields) -> Result<Days, Error> {
    let weekdays = words(fields.get("weekdays")).into_iter().map(|w| w.parse::<u8>());
    Ok(Days {
        rule: chosen(fields, "rule")?,
        weekdays: weekdays.collect::<Result<_, _>>().map_err(|_| {
            Error::invalid("weekdays", "星期请写 1 到 7，用逗号隔开", "weekdays are 1 to 7, with commas")
        })?,
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
                queues: words(fields.get("queues")),
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

/// `POST /desk/halls/at/{id}/set/{part}`
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
        Err(e) => again(&desk.page, e, |t| hall_page(&kit, &desk, id, t)).await,
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    first: String,
    #[serde(default)]
    last: String,
    #[serde(default)]
    hours: String,
    #[serde(default)]
    queues: String,
    #[serde(default)]
    reason: String,
}

impl Asked {
    fn closure(&self) -> Result<Closure, Error> {
        let day = |name: &str, text: &str| {
            date_of(text)
                .ok_or_else(|| Error::invalid(name, "请填写起止日期", "give the first and the last day"))
        };
        let hours = match self.hours.trim() {
            "" => None,
            text => Some(
                text.parse::<Span>().map_err(|said| Error::Invalid { field: "hours".to_owned(), said })?,
            ),
        };
        let reason = self.reason.trim().to_owned();
        if reason.is_empty() {
            return Err(Error::invalid(
                "reason",
                "请写明关闭的理由，预约的人会看到",
                "give the reason: who booked is told",
            ));
        }
        Ok(Closure {
            first: day("first", &self.first)?,
            last: day("last", &self.last)?,
            hours,
            queues: words(&self.queues),
            reason,
        })
    }
}

#[derive(Template)]
#[template(path = "hall_close.html")]
struct CloseHtml {
    p: Page,
    id: i64,
    name: String,
    asked: Asked,
    touched: Option<Vec<(String, String)>>,
    told: usize,
    trouble: String,
}

async fn close_page(
    kit: &Kit,
    desk: &Desk,
    id: i64,
    asked: Asked,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = halls(kit).hall(desk.actor(), id).await?;
    halls(kit).kiosk_of(desk.actor(), id).await?;
    let (mut touched, mut trouble) = (None, trouble);
    if !asked.first.is_empty() {
        match asked.closure() {
            Ok(c) => {
                let found = halls(kit).preview_closure(desk.actor(), id, c).await?;
                touched = Some(
                    found
                        .into_iter()
                        .map(|t| (t.number, format!("{} · {}", when(p.lang, t.start), t.name)))
                        .collect(),
                );
            }
            Err(Error::Invalid { said: s, .. }) if trouble.is_empty() => trouble = said(p.lang, &s),
            Err(e) if trouble.is_empty() => return Err(Oops(e)),
            Err(_) => {}
        }
    }
    let told = touched.as_ref().map_or(0, Vec::len);
    Ok(render(&CloseHtml { id, name: v.hall.name, asked, touched, told, trouble, p }))
}

/// `GET /desk/halls/at/{id}/close`: with days, whom it would cancel.
pub(crate) async fn close_form(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Response, Oops> {
    close_page(&kit, &desk, id, asked, String::new()).await
}

/// `POST /desk/halls/at/{id}/close`
pub(crate) async fn close(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let text = |name: &str| fields.get(name).to_owned();
    let asked = Asked {
        first: text("first"),
        last: text("last"),
        hours: text("hours"),
        queues: text("queues"),
        reason: text("reason"),
    };
    // Who may not close learns that first.
    halls(&kit).kiosk_of(desk.actor(), id).await?;
    let told = fields.get("told").parse().unwrap_or(0);
    let done = match asked.closure() {
        Ok(c) => halls(&kit).close(desk.actor(), id, c, told).await.map(drop),
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/desk/halls/at/{id}")).into_response()),
        Err(e) => again(&desk.page, e, |t| close_page(&kit, &desk, id, asked, t)).await,
    }
}
