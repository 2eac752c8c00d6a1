//! 大厅里: what hangs in the hall, which asks again by itself, and the kiosk: take a number, or sign in by the number of
//! the appointment.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use hall::Priority;
use hall_acts::{LateTicket, LateTold, QueueNow, Screen, TicketView};
use web_kit::{Fields, Oops, again, render, word};

use crate::parts::{about, open_today, wait};
use crate::{Kit, Page, halls};

struct QueueLine {
    letter: String,
    name: String,
    waiting: String,
    wait: String,
    /// the same below a heading
    people: String,
    about: String,
}

fn lines(p: &Page, all: Vec<QueueNow>) -> Vec<QueueLine> {
    all.into_iter()
        .map(|q| QueueLine {
            letter: q.letter,
            name: q.name,
            waiting: p.t.hall_waiting.replace("{n}", &q.waiting.to_string()),
            wait: wait(p.t, q.estimate),
            people: q.waiting.to_string(),
            about: about(p.t, q.estimate),
        })
        .collect()
}

struct HallNow {
    id: i64,
    name: String,
    address: String,
    phone: String,
    hours: String,
    queues: Vec<QueueLine>,
}

#[derive(Template)]
#[template(path = "halls.html")]
struct HallsHtml {
    p: Page,
    halls: Vec<HallNow>,
}

/// `GET /halls`: where halls are, when they are open, how many wait.
pub(crate) async fn halls_now(State(kit): State<Kit>, p: Page) -> Result<Response, Oops> {
    let mut out = Vec::new();
    for l in halls(&kit).public_halls().await? {
        let screen = halls(&kit).screen(l.id).await?;
        out.push(HallNow {
            id: l.id,
            name: l.hall.name.clone(),
            address: l.hall.address.clone(),
            phone: l.hall.phone.clone(),
            hours: open_today(p.t, &l),
            queues: lines(&p, screen.queues),
        });
    }
    Ok(render(&HallsHtml { halls: out, p }))
}

/// Calls on the screen, the last first.
const CALLS: usize = 12;

/// A call on the screen.
struct CallLine {
    /// tells a call from one before it
    key: String,
    number: String,
    to: String,
    /// what is said aloud
    say: String,
}

#[derive(Template)]
#[template(path = "screen.html")]
struct ScreenHtml {
    p: Page,
    id: i64,
    hall: String,
    open: bool,
    called: Vec<CallLine>,
    queues: Vec<QueueLine>,
    at: String,
}

/// `GET /halls/{id}`: numbers called and waiting.
pub(crate) async fn screen(State(kit): State<Kit>, p: Page, Path(id): Path<i64>) -> Result<Response, Oops> {
    let s: Screen = halls(&kit).screen(id).await?;
    let line = |c: hall_acts::Call| {
        let window = c.window.to_string();
        // Figure by figure: nobody looks for number twelve of A.
        let spelt: Vec<String> = c.number.chars().map(String::from).collect();
        CallLine {
            key: format!("{}/{window}/{}", c.number, c.calls),
            to: p.t.hall_to_window.replace("{n}", &window),
            say: p.t.hall_say.replace("{number}", &spelt.join(" ")).replace("{n}", &window),
            number: c.number,
        }
    };
    Ok(render(&ScreenHtml {
        id,
        called: s.called.into_iter().take(CALLS).map(line).collect(),
        queues: lines(&p, s.queues),
        hall: s.hall,
        open: s.open,
        at: web_kit::when(p.lang, p.now),
        p,
    }))
}

struct TicketLine {
    number: String,
    queue: String,
    ahead: String,
    wait: String,
    windows: String,
}

#[derive(Template)]
#[template(path = "kiosk.html")]
struct KioskHtml {
    p: Page,
    base: String,
    hall: String,
    queues: Vec<QueueLine>,
    priorities: Vec<(String, String)>,
    ticket: Option<TicketLine>,
    /// what was typed and refused
    number: String,
    trouble: String,
}

async fn page(
    kit: &Kit,
    p: Page,
    (id, token): (i64, String),
    ticket: Option<TicketView>,
    (number, trouble): (String, String),
) -> Result<Response, Oops> {
    let s = halls(kit).kiosk(id, token.clone()).await?;
    let windows = |all: &[u16]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join("、");
    let ticket = ticket.map(|t| TicketLine {
        ahead: p.t.hall_ahead.replace("{n}", &t.ahead.to_string()),
        wait: wait(p.t, t.estimate),
        windows: p.t.hall_at_windows.replace("{windows}", &windows(&t.windows)),
        number: t.number,
        queue: t.queue,
    });
    Ok(render(&KioskHtml {
        base: format!("/k/{id}/{token}"),
        hall: s.hall,
        queues: lines(&p, s.queues),
        priorities: Priority::ALL.iter().map(|x| (x.word().to_owned(), word(p.lang, *x))).collect(),
        ticket,
        number,
        trouble,
        p,
    }))
}

/// `GET /k/{id}/{token}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    p: Page,
    Path(of): Path<(i64, String)>,
) -> Result<Response, Oops> {
    page(&kit, p, of, None, Default::default()).await
}

async fn answer(
    kit: Kit,
    p: Page,
    of: (i64, String),
    number: String,
    done: Result<TicketView, city::Error>,
) -> Result<Response, Oops> {
    match done {
        Ok(t) => page(&kit, p, of, Some(t), Default::default()).await,
        Err(e) => {
            let q = p.clone();
            again(&p, e, |trouble| async move { page(&kit, q, of, None, (number, trouble)).await }).await
        }
    }
}

/// `POST /k/{id}/{token}/take`
pub(crate) async fn take(
    State(kit): State<Kit>,
    p: Page,
    Path((id, token)): Path<(i64, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let priority = Priority::read(fields.get("priority")).unwrap_or(Priority::Normal);
    let tap = Some(fields.get("tap").to_owned());
    let queue = fields.get("queue").to_owned();
    let done = halls(&kit).take_at_kiosk(id, token.clone(), queue, priority, tap).await;
    answer(kit, p, (id, token), String::new(), done).await
}

/// `POST /k/{id}/{token}/sign-in`
pub(crate) async fn sign_in(
    State(kit): State<Kit>,
    p: Page,
    Path((id, token)): Path<(i64, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let (number, last) = (fields.get("number").to_owned(), fields.get("last").to_owned());
    let done = halls(&kit).sign_in(id, token.clone(), number.clone(), last).await;
    answer(kit, p, (id, token), number, done).await
}

fn plain(text: String) -> Response {
    ([(axum::http::header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// `POST /k/{id}/{token}/which`: which kiosk this is today: the day and a number, for what it hands out without a network.
pub(crate) async fn which(
    State(kit): State<Kit>,
    Path((id, token)): Path<(i64, String)>,
    _: Fields,
) -> Result<Response, Oops> {
    let (day, kiosk) = halls(&kit).kiosk_number(id, token).await?;
    Ok(plain(format!("{day} {kiosk}")))
}

/// A line of what a kiosk tells: letter, which number, priority, seconds since, the tap.
fn late_of(line: &str) -> Option<LateTicket> {
    let mut parts = line.split_whitespace();
    let (letter, n, priority, ago) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(LateTicket {
        letter: letter.to_owned(),
        n: n.parse().ok()?,
        priority: Priority::read(priority)?,
        ago: ago.parse().ok()?,
        tap: parts.next()?.to_owned(),
    })
}

/// `POST /k/{id}/{token}/late`: what was handed out while the network failed. Answers each number, with `+` when it stands in
/// the queue.
pub(crate) async fn late(
    State(kit): State<Kit>,
    Path((id, token)): Path<(i64, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let day = web_kit::date_of(fields.get("day")).ok_or(city::Error::NotFound)?;
    let kiosk = fields.get("kiosk").parse().unwrap_or(0);
    let all = fields.get("tickets").lines().filter_map(late_of).collect();
    let told = halls(&kit).told_late(id, token, (day, kiosk), all).await?;
    let line = |t: &LateTold| format!("{}{}", t.number, if t.stands { "+" } else { "-" });
    Ok(plain(told.iter().map(line).collect::<Vec<_>>().join("\n")))
}
