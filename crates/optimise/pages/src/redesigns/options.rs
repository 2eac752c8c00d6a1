//! 方案比选: the lawful designs that no other beats in time, staff and visits at once, each with its confidence and its
//! legal ground; as a table and as a picture.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use city::Error;
use optimise::{Candidate, Found, search};
use tokio::sync::Semaphore;
use web_kit::{Oops, blocking, render, said};

use crate::redesigns::export::view;
use crate::redesigns::view::num;
use crate::{Desk, Kit, Page};

/// One search computes for seconds on a whole core; who comes while one runs is asked to come back.
static ONE: Semaphore = Semaphore::const_new(1);
/// Cases of each replication, designs tried at most, events of one replication at most.
const CASES: u64 = 400;
const DESIGNS: usize = 60;
const EVENTS: u64 = 200_000;
/// The same numbers each time: two readers see the same table.
const SEED: u64 = 7;

struct Line {
    what: Vec<(String, String)>,
    hours: String,
    range: String,
    saved: String,
    sure: bool,
    days: String,
    staff: u32,
    visits: String,
}

#[derive(Template)]
#[template(path = "redesign_options.html")]
struct OptionsHtml {
    p: Page,
    number: String,
    title: String,
    today: Line,
    best: Vec<Line>,
    line: String,
    picture: String,
}

fn line(p: &Page, c: &Candidate) -> Line {
    Line {
        what: c.changes.iter().map(|x| (said(p.lang, &x.what), said(p.lang, &x.ground))).collect(),
        hours: num(c.hours.mean),
        range: format!("{}–{}", num(c.hours.low), num(c.hours.high)),
        saved: format!(
            "{} ({}–{})",
            num(c.saved_hours.mean),
            num(c.saved_hours.low),
            num(c.saved_hours.high)
        ),
        sure: c.sure,
        days: num(c.lawful_days),
        staff: c.staff,
        visits: num(c.visits),
    }
}

/// Round numbers from 0 up to `most`, three to six of them.
fn ticks(most: f64) -> Vec<f64> {
    let scale = 10f64.powf((most / 5.0).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * scale).find(|s| most / s <= 5.5).unwrap_or(most);
    std::iter::successors(Some(0.0), |x| Some(x + step)).take_while(|x| *x <= most).collect()
}

/// Staff to the right, hours upward: today as a ring, the others numbered as in the table.
fn picture(p: &Page, f: &Found) -> String {
    let all = || std::iter::once(&f.today).chain(&f.best);
    let most_staff = all().map(|c| f64::from(c.staff)).fold(1.0, f64::max) * 1.1;
    let most_hours = all().map(|c| c.hours.high).fold(1.0, f64::max) * 1.1;
    let (x, y) = (
        |c: &Candidate| 60.0 + 520.0 * f64::from(c.staff) / most_staff,
        |h: f64| 250.0 - 220.0 * h / most_hours,
    );
    let t = p.t.process;
    let mut out = format!(
        "<svg class=\"chart\" viewBox=\"0 0 640 300\" role=\"img\" aria-label=\"{0}\" font-size=\"13\" xmlns=\"http://www.w3.org/2000/svg\"><line class=\"c-grid\" stroke=\"#d5dbe3\" x1=\"60\" y1=\"250\" x2=\"600\" y2=\"250\"/><line class=\"c-grid\" stroke=\"#d5dbe3\" x1=\"60\" y1=\"20\" x2=\"60\" y2=\"250\"/><text class=\"c-name\" x=\"330\" y=\"285\" text-anchor=\"middle\">{1}</text><text class=\"c-name\" x=\"66\" y=\"18\">{2}</text>",
        t.options, t.o_staff, t.o_hours
    );
    for at in ticks(most_staff) {
        let cx = 60.0 + 520.0 * at / most_staff;
        out.push_str(&format!(
            "<text class=\"c-name\" x=\"{cx:.1}\" y=\"266\" text-anchor=\"middle\">{}</text>",
            num(at)
        ));
    }
    for at in ticks(most_hours) {
        let cy = y(at);
        out.push_str(&format!(
            "<line class=\"c-grid\" stroke=\"#d5dbe3\" x1=\"60\" y1=\"{cy:.1}\" x2=\"600\" y2=\"{cy:.1}\"/><text class=\"c-name\" x=\"54\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            cy + 4.0,
            num(at)
        ));
    }
    for (i, c) in all().enumerate() {
        let (cx, cy) = (x(c), y(c.hours.mean));
        let (top, low) = (y(c.hours.high), y(c.hours.low));
        let name = if i == 0 { t.o_today.to_owned() } else { i.to_string() };
        let fill = if i == 0 { "#ffffff" } else { "#1f5fa8" };
        out.push_str(&format!(
            "<line stroke=\"#5b6b7f\" x1=\"{cx:.1}\" x2=\"{cx:.1}\" y1=\"{top:.1}\" y2=\"{low:.1}\"/><circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"6\" fill=\"{fill}\" stroke=\"#1f5fa8\" stroke-width=\"2\"/><text class=\"c-value\" x=\"{:.1}\" y=\"{:.1}\">{name}</text>",
            cx + 10.0,
            cy + 4.0
        ));
    }
    out.push_str("</svg>");
    out
}

/// `GET /desk/redesigns/{number}/options`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
) -> Result<Response, Oops> {
    let v = view(&kit, &desk, number).await?;
    let p = desk.page.clone();
    let Ok(_turn) = ONE.try_acquire() else {
        return Err(Oops(Error::Store(store::StoreError::Busy)));
    };
    let (model, title, number) = (v.model.clone(), v.proposal.title.clone(), v.number);
    let found = blocking(move || {
        let mut options = optimise::Options::new(CASES, SEED);
        options.events_max = EVENTS;
        search(&model, options, DESIGNS).map_err(|e| Error::told("model", &e))
    })
    .await?;
    let told = p.t.process.o_tried.replace("{n}", &found.tried.to_string());
    Ok(render(&OptionsHtml {
        picture: picture(&p, &found),
        line: told.replace("{k}", &found.overloaded.to_string()),
        today: line(&p, &found.today),
        best: found.best.iter().map(|c| line(&p, c)).collect(),
        number,
        title,
        p,
    }))
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn an_axis_has_a_few_round_numbers() {
        assert_eq!(ticks(11.0), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(ticks(4.4), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(ticks(260.0).last(), Some(&250.0));
        for most in [0.3, 1.1, 7.0, 99.0, 12_345.0] {
            assert!((2..=6).contains(&ticks(most).len()), "{most}");
        }
    }
}
