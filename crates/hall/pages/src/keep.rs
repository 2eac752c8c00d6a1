//! 维护大厅: windows, queues, hours, places and posts, one small form for each; what was sent stays in the form when it is refused.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use hall::{
    Availability, BookingRules, DayRule, Days, Hall, Handles, Hours, MisuseRules, Part, QueueRules, Span,
    Word,
};
use hall_acts::HallView;
use web_kit::{Fields, Oops, again, in_words, render, said, unit_choices, weekdays, word};

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
        today: crate::parts::open_today(p.t, &l),
        name: l.hall.name,
        unit: l.unit,
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
        rostering: hall::roster::Rostering::default(),
        helping: hall::help::Helping::default(),
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
pub(crate) struct Item {
    pub at: usize,
    pub text: String,
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
    /// letter and name of the queue, its rules
    places: Vec<(String, String, Vec<Item>)>,
    posts: Vec<Item>,
    closures: Vec<Item>,
    kinds: Vec<(String, String)>,
    rules: Vec<(String, String)>,
    parts: Vec<(String, String)>,
    numbers: Vec<(&'static str, String, String)>,
    kiosk: String,
    today: String,
    /// letter and name of each queue
    letters: Vec<(String, String)>,
    /// 1 to 7 and its name
    weekdays: Vec<(String, String)>,
    /// number and name of each window
    numbers_of_windows: Vec<(String, String)>,
    sent: Sent,
    trouble: String,
}

pub(crate) fn choices<W: Word>(p: &Page) -> Vec<(String, String)> {
    W::ALL.iter().map(|w| (w.word().to_owned(), in_words(p.lang, w.zh(), w.word()))).collect()
}

fn days_text(p: &Page, d: &Days) -> String {
    let mut out = vec![word(p.lang, d.rule)];
    if !d.weekdays.is_empty() {
        let named = |n: &u8| weekdays(p.lang).nth(usize::from(*n).saturating_sub(1)).unwrap_or_default();
        out.push(d.weekdays.iter().map(named).collect::<Vec<_>>().join("、"));
    }
    if d.every_weeks > 1 {
        out.push(p.t.hall_every_weeks.replace("{n}", &d.every_weeks.to_string()));
    }
    let from = p.t.hall_from_day.replace("{day}", &web_kit::day(p.lang, d.first));
    let span = |l| format!("{} – {}", web_kit::day(p.lang, d.first), web_kit::day(p.lang, l));
    out.push(d.last.map_or(from, span));
    out.join(" · ")
}

pub(crate) fn items<T>(all: &[T], text: impl Fn(&T) -> String) -> Vec<Item> {
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
        ("standby_minutes", p.t.num_standby, b.standby_minutes),
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

/// What was sent and refused: it stands in its form again.
#[derive(Default)]
pub(crate) struct Sent {
    pub part: String,
    pub fields: Fields,
}

impl Sent {
    pub(crate) fn is(&self, part: &str) -> bool {
        self.part == part
    }
    pub(crate) fn value(&self, part: &str, name: &str, else_: &str) -> String {
        if self.is(part) { self.fields.get(name).to_owned() } else { else_.to_owned() }
    }
    pub(crate) fn ticked(&self, part: &str, name: &str, value: &str) -> bool {
        self.is(part) && self.fields.all(name).contains(&value)
    }
}

pub(crate) async fn hall_page(
    kit: &Kit,
    desk: &Desk,
    id: i64,
    sent: Sent,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v: HallView = halls(kit).hall(desk.actor(), id).await?;
    let office = kit.city.office_now().await?;
    let shelf = kit.acts.items.shelf().await?;
    let kiosk = if v.may_write {
        format!("/k/{id}/{}", halls(kit).kiosk_of(desk.actor(), id).await?)
    } else {
        String::new()
    };
    let name = |s: kernel::StaffId| v.names.iter().find(|n| n.0 == s).map_or("", |n| n.1.as_str()).to_owned();
    let handles = |h: &Handles| {
        let mut all: Vec<String> = h.units.iter().map(|u| office.unit_name(*u)).collect();
        all.extend(h.items.iter().map(|(c, n)| {
            let name = shelf.name(c);
            if *n > 1 { format!("{name}{}", p.t.hall_slots_of.replace("{n}", &n.to_string())) } else { name }
        }));
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
        format!("{} · {} · {numbers}", days_text(&p, &a.days), Span::shown(&a.hours))
    };
    Ok(render(&HallHtml {
        base: format!("/desk/halls/at/{id}"),
        ver: v.ver,
        may: v.may_write,
        warnings: v.warnings.iter().map(|w| said(p.lang, w)).collect(),
        windows: items(&v.hall.windows, |w| {
            let served = |q: &String| {
                v.hall.queue(q).map_or_else(|| q.clone(), |q| format!("{} {}", q.letter, q.name))
            };
            let served: Vec<String> = w.queues.iter().map(served).collect();
            format!(
                "{} {} · {}",
                p.t.hall_window_n.replace("{n}", &w.number.to_string()),
                w.name,
                served.join("、")
            )
        }),
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
            format!("{} · {} · {}", word(p.lang, o.kind), days_text(&p, &o.days), Span::shown(&o.hours))
        }),
        places: v
            .hall
            .queues
            .iter()
            .map(|q| (q.letter.clone(), q.name.clone(), items(&q.availability, place)))
            .collect(),
        posts: items(&v.hall.posts, |o| {
            let day = |d| web_kit::day(p.lang, d);
            let from = p.t.hall_from_day.replace("{day}", &day(o.from));
            let trained = o.training.as_ref().map_or_else(
                || p.t.hall_untrained.to_owned(),
                |t| {
                    let course = format!("{} {}", t.course, t.mark);
                    p.t.hall_trained.replace("{course}", course.trim()).replace("{day}", &day(t.valid_until))
                },
            );
            let authority = if o.authority.is_empty() { p.t.hall_no_authority } else { &o.authority };
            [
                p.t.hall_window_n.replace("{n}", &o.window.to_string()),
                name(o.staff),
                office.unit_name(o.unit),
                word(p.lang, o.part),
                o.until.map_or(from, |u| format!("{} – {}", day(o.from), day(u))),
                authority.to_owned(),
                trained,
            ]
            .join(" · ")
        }),
        closures: items(&v.hall.closures, |c| {
            let hours = c.hours.map_or_else(String::new, |h| h.to_string());
            format!("{} – {} {hours} {} · {}", c.first, c.last, c.queues.join(" "), c.reason)
        }),
        kinds: choices::<Hours>(&p),
        rules: choices::<DayRule>(&p),
        parts: choices::<Part>(&p),
        numbers: numbers(&p, &v.hall),
        kiosk,
        today: p.now.date().to_string(),
        letters: v.hall.queues.iter().map(|q| (q.letter.clone(), q.name.clone())).collect(),
        weekdays: weekdays(p.lang).enumerate().map(|(n, d)| ((n + 1).to_string(), d.to_owned())).collect(),
        numbers_of_windows: v
            .hall
            .windows
            .iter()
            .map(|w| (w.number.to_string(), format!("{} {}", w.number, w.name)))
            .collect(),
        sent,
        id,
        hall: v.hall,
        trouble,
        p,
    }))
}

/// `GET /desk/halls/at/{id}`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    hall_page(&kit, &desk, id, Sent::default(), String::new()).await
}
