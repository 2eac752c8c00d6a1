//! 试算: a form in which an analyst says what is to change, with the learned values beside it, and two scenarios beside today.
//! Whether the simulation may be trusted at all stands first (O6).

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use optimise::trial::{Between, Change, Check, Compared, Hours, Known, Outcome, Tried};
use web_kit::{Oops, Opt, opt, render, said};

use crate::logs::asked::{Asked, Head, Seen};
use crate::logs::shelf::{Shelf, blocking};
use crate::{Desk, Kit, Page};

/// Groups whose people and hours can be changed on the form: those with most work.
const GROUPS: usize = 6;
/// Seed: the same answer every time.
const SEED: u64 = 1;

/// What was learned from a log, and whether it may be trusted.
pub(crate) struct Learnt {
    tried: Tried,
    check: Check,
}

/// A row of the form: what changes, as it is now, a field for each scenario.
struct Row {
    name: String,
    now: String,
    /// the first scenario and the second, by name, with their fields
    fields: [(&'static str, Vec<Field>); 2],
}

/// A field of a row.
struct Field {
    id: String,
    label: String,
    kind: Kind,
}

enum Kind {
    Number { value: String, min: String, max: String, hint: String },
    Choice(Vec<Opt>),
    Tick(bool),
}

struct Checked {
    name: &'static str,
    real: String,
    simulated: String,
    holds: bool,
}

struct Figure {
    name: String,
    cells: [String; 3],
}

#[derive(Template)]
#[template(path = "log_trial.html")]
struct TrialHtml {
    p: Page,
    h: Head,
    trouble: String,
    verdict: &'static str,
    /// it may be used
    holds: bool,
    reading: String,
    means: String,
    checks: Vec<Checked>,
    moved: Vec<String>,
    why_flow: String,
    rows: Vec<Row>,
    limit: String,
    figures: Vec<Figure>,
    both: String,
    overloads: Vec<String>,
    how: String,
    asked: bool,
}

/// What the fields of one scenario say; `which` is `a` or `b`.
fn change(asked: &Asked, which: &str, known: &Known) -> Change {
    let get = |name: &str| asked.get(&format!("{which}_{name}")).to_owned();
    let number = |name: &str| {
        get(name).replace(['%', ' ', '，', ','], "").parse::<f64>().ok().filter(|n| n.is_finite())
    };
    let mut out = Change::default();
    for (g, group) in known.groups.iter().enumerate().take(GROUPS) {
        if let Some(n) = number(&format!("p{g}")) {
            let n = n.clamp(0.0, 1e9) as u32;
            if n != group.at_once {
                out.people.insert(g, n);
            }
        }
        let hour = |name: &str, usual: u8| {
            number(&format!("{name}{g}")).map_or(usual, |n| n.clamp(0.0, 255.0) as u8)
        };
        let hours = Hours {
            from: hour("f", group.hours.from),
            to: hour("t", group.hours.to),
            days_off: group.hours.days_off || get(&format!("w{g}")) == "1",
        };
        if hours != group.hours {
            out.hours.insert(g, hours);
        }
    }
    let pair = |name: &str| {
        let (x, y) = (get(&format!("{name}1")), get(&format!("{name}2")));
        (!x.is_empty() && !y.is_empty()).then_some((x, y))
    };
    out.earlier.extend(pair("o"));
    out.parallel.extend(pair("q"));
    out.no_batch.extend(Some(get("nb")).filter(|s| !s.is_empty()));
    out.without.extend(Some(get("x")).filter(|s| !s.is_empty()));
    let option = get("s").parse().ok().filter(|i: &usize| *i < known.shares.len());
    if let (Some(option), Some(share)) = (option, number("sp")) {
        out.share = Some((option, share / 100.0));
    }
    let passing = get("d").parse().ok().and_then(|i: usize| known.passings.get(i));
    if let (Some(p), Some(times)) = (passing, number("dp")) {
        out.faster.push((p.from.clone(), p.to.clone(), times / 100.0));
    }
    out.arrivals = number("n").filter(|n| (n - 100.0).abs() > 1e-9).map(|n| n / 100.0);
    out
}

fn group_name(p: &Page, known: &Known, g: usize) -> String {
    let steps = &known.groups[g].steps;
    match steps.len() {
        0 | 1 => steps.first().cloned().unwrap_or_default(),
        n => p.t.trial.group.replace("{a}", &steps[0]).replace("{n}", &n.to_string()),
    }
}

/// 12.3
fn plain(n: f64) -> String {
    if n.abs() >= 100.0 { format!("{n:.0}") } else { format!("{n:.1}") }
}

fn percent(n: f64) -> String {
    format!("{:.0}", n * 100.0)
}

/// The rows of the form.
fn rows(p: &Page, asked: &Asked, known: &Known) -> Vec<Row> {
    let t = p.t.trial;
    let value = |which: &str, name: &str| asked.get(&format!("{which}_{name}")).to_owned();
    let both = |f: &dyn Fn(&str) -> Vec<Field>| [(t.first, f("a")), (t.second, f("b"))];
    let number = |which: &str, name: &str, label: &str, (min, max): (&str, &str), hint: String| Field {
        id: format!("{which}_{name}"),
        label: label.to_owned(),
        kind: Kind::Number { value: value(which, name), min: min.to_owned(), max: max.to_owned(), hint },
    };
    let choice = |which: &str, name: &str, label: &str, all: &[(String, String)]| {
        let chosen = value(which, name);
        let none = std::iter::once(opt("", t.none, &chosen));
        Field {
            id: format!("{which}_{name}"),
            label: label.to_owned(),
            kind: Kind::Choice(none.chain(all.iter().map(|(v, l)| opt(v, l, &chosen))).collect()),
        }
    };
    let steps: Vec<(String, String)> =
        known.steps.iter().take(200).map(|s| (s.name.clone(), s.name.clone())).collect();
    let mut out = Vec::new();
    for (g, group) in known.groups.iter().enumerate().take(GROUPS) {
        let name = group_name(p, known, g);
        let now = t
            .people_now
            .replace("{n}", &group.at_once.to_string())
            .replace("{all}", &group.people.to_string())
            .replace("{busy}", &percent(group.busy))
            .replace("{wait}", &plain(group.queue_hours));
        out.push(Row {
            name: t.people.replace("{g}", &name),
            now,
            fields: both(&|w| {
                vec![number(w, &format!("p{g}"), "", ("1", "5000"), group.at_once.to_string())]
            }),
        });
        let h = group.hours;
        let now = t
            .hours_now
            .replace("{a}", &h.from.to_string())
            .replace("{b}", &h.to.to_string())
            .replace("{off}", if h.days_off { t.off_yes } else { t.off_no });
        out.push(Row {
            name: t.hours.replace("{g}", &name),
            now,
            fields: both(&|w| {
                let mut fields = vec![
                    number(w, &format!("f{g}"), t.from, ("0", "23"), h.from.to_string()),
                    number(w, &format!("t{g}"), t.to, ("1", "24"), h.to.to_string()),
                ];
                if !h.days_off {
                    fields.push(Field {
                        id: format!("{w}_w{g}"),
                        label: t.off.to_owned(),
                        kind: Kind::Tick(value(w, &format!("w{g}")) == "1"),
                    });
                }
                fields
            }),
        });
    }
    if !known.groups.is_empty() {
        let two = |w: &str, name: &str| {
            vec![choice(w, &format!("{name}1"), "", &steps), choice(w, &format!("{name}2"), "", &steps)]
        };
        out.push(Row {
            name: t.order.to_owned(),
            now: t.order_now.to_owned(),
            fields: both(&|w| two(w, "o")),
        });
        out.push(Row {
            name: t.parallel.to_owned(),
            now: t.parallel_now.to_owned(),
            fields: both(&|w| two(w, "q")),
        });
        let mut batched: Vec<_> = known.steps.iter().filter(|s| s.batched > 0.0).collect();
        batched.sort_by(|a, b| {
            (b.times as f64 * b.batched * b.batch_hours)
                .total_cmp(&(a.times as f64 * a.batched * a.batch_hours))
        });
        let told = |s: &&optimise::trial::StepKnown| {
            t.batch_now
                .replace("{s}", &s.name)
                .replace("{share}", &percent(s.batched))
                .replace("{h}", &plain(s.batch_hours))
        };
        let all: Vec<(String, String)> = batched.iter().map(|s| (s.name.clone(), s.name.clone())).collect();
        out.push(Row {
            name: t.batch.to_owned(),
            now: batched.first().map_or_else(|| t.batch_none.to_owned(), told),
            fields: both(&|w| if all.is_empty() { Vec::new() } else { vec![choice(w, "nb", "", &all)] }),
        });
        let share = |s: &optimise::trial::ShareOf| {
            t.share_now.replace("{k}", &s.key).replace("{v}", &s.value).replace("{s}", &percent(s.share))
        };
        let all: Vec<(String, String)> =
            known.shares.iter().enumerate().map(|(i, s)| (i.to_string(), share(s))).collect();
        out.push(Row {
            name: t.share.to_owned(),
            now: match all.is_empty() {
                true => t.share_none.to_owned(),
                false => all.iter().take(3).map(|a| a.1.clone()).collect::<Vec<_>>().join(" · "),
            },
            fields: both(&|w| match all.is_empty() {
                true => Vec::new(),
                false => {
                    vec![choice(w, "s", "", &all), number(w, "sp", t.share_of, ("0", "100"), String::new())]
                }
            }),
        });
    }
    let passing = |x: &optimise::trial::Passing| {
        t.wait_now.replace("{a}", &x.from).replace("{b}", &x.to).replace("{h}", &plain(x.wait_hours))
    };
    let all: Vec<(String, String)> =
        known.passings.iter().enumerate().map(|(i, x)| (i.to_string(), passing(x))).collect();
    out.push(Row {
        name: t.wait.to_owned(),
        now: all.first().map(|a| a.1.clone()).unwrap_or_default(),
        fields: both(&|w| {
            vec![choice(w, "d", "", &all), number(w, "dp", t.wait_to, ("0", "10000"), "50".to_owned())]
        }),
    });
    out.push(Row {
        name: t.without.to_owned(),
        now: t.without_now.to_owned(),
        fields: both(&|w| vec![choice(w, "x", "", &steps)]),
    });
    if !known.groups.is_empty() {
        out.push(Row {
            name: t.arrivals.to_owned(),
            now: t.arrivals_now.replace("{n}", &plain(known.per_week)),
            fields: both(&|w| vec![number(w, "n", "", ("5", "1000"), "100".to_owned())]),
        });
    }
    out
}

fn checks(p: &Page, check: &Check) -> Vec<Checked> {
    let t = p.t.trial;
    let Some(flow) = check.flow() else { return Vec::new() };
    let distance = match check {
        Check::Queues(c) => c.distance,
        _ => flow.distance,
    };
    let held = |name, h: &optimise::learned::Held| Checked {
        name,
        real: plain(h.real),
        simulated: format!("{} – {}", plain(h.low), plain(h.high)),
        holds: h.holds,
    };
    vec![
        Checked {
            name: t.part_durations,
            real: String::new(),
            simulated: format!("{}%", percent(distance)),
            holds: distance <= optimise::learned::DISTANCE_MOST,
        },
        held(t.part_arrivals, &flow.arrivals_per_week),
        held(t.part_load, &flow.load),
        held(t.part_steps, &flow.steps_per_case),
    ]
}

fn figures(p: &Page, known: &Known, c: &Compared) -> Vec<Figure> {
    let t = p.t.trial;
    let all = [&c.today, &c.first, &c.second];
    let told = |b: &Between| format!("{}（{} – {}）", plain(b.mean), plain(b.low), plain(b.high));
    let row = |name: &str, f: &dyn Fn(&Outcome) -> Between| Figure {
        name: name.to_owned(),
        cells: all.map(|o| told(&f(o))),
    };
    let mut out = vec![
        row(t.r_mean, &|o| o.mean_hours),
        row(t.r_median, &|o| o.median_hours),
        row(t.r_p90, &|o| o.p90_hours),
    ];
    if !known.groups.is_empty() {
        out.push(row(t.r_queue, &|o| o.queue_hours));
    }
    if c.today.within.is_some() {
        let share = |o: &Outcome| {
            o.within.map_or_else(String::new, |w| {
                format!("{}%（{} – {}）", percent(w.mean), percent(w.low), percent(w.high))
            })
        };
        out.push(Figure { name: t.r_within.to_owned(), cells: all.map(share) });
    }
    out.push(Figure {
        name: t.r_saved.to_owned(),
        cells: ["—".to_owned(), told(&c.saved[0]), told(&c.saved[1])],
    });
    let sure = |n: f64| format!("{}%", percent(n));
    out.push(Figure {
        name: t.r_better.to_owned(),
        cells: ["—".to_owned(), sure(c.better[0]), sure(c.better[1])],
    });
    for g in 0..known.groups.len().min(GROUPS) {
        let busy = |o: &Outcome| o.busy.get(g).map_or_else(String::new, |b| format!("{}%", percent(*b)));
        out.push(Figure { name: t.r_busy.replace("{g}", &group_name(p, known, g)), cells: all.map(busy) });
    }
    out
}

fn html(p: Page, seen: Seen, learnt: &Result<Learnt, String>) -> TrialHtml {
    let t = p.t.trial;
    let mut out = TrialHtml {
        trouble: String::new(),
        verdict: t.check_none,
        holds: false,
        reading: String::new(),
        means: String::new(),
        checks: Vec::new(),
        moved: Vec::new(),
        why_flow: String::new(),
        rows: Vec::new(),
        limit: seen.asked.get("limit").chars().take(12).collect(),
        figures: Vec::new(),
        both: String::new(),
        overloads: Vec::new(),
        how: t.r_how.replace("{n}", &optimise::trial::RUNS.to_string()),
        asked: false,
        h: seen.head,
        p,
    };
    let p = &out.p;
    let learnt = match learnt {
        Ok(learnt) => learnt,
        Err(why) => {
            out.trouble = crate::logs::asked::half(p, why);
            return out;
        }
    };
    let known = learnt.tried.known();
    out.holds = learnt.check.holds();
    out.verdict = match (&learnt.check, out.holds) {
        (Check::None(_), _) => t.check_none,
        (_, true) => t.check_yes,
        _ => t.check_no,
    };
    out.reading = said(p.lang, learnt.check.reading());
    let means = match &learnt.check {
        Check::Queues(c) => Some(c.mean_hours),
        Check::Flow(r) => Some(r.mean_hours),
        Check::None(_) => None,
    };
    out.means = means.map_or_else(String::new, |(a, b, c)| {
        let text = t.check_figures.replace("{a}", &plain(a)).replace("{b}", &plain(b));
        text.replace("{c}", &plain(c))
    });
    out.checks = checks(p, &learnt.check);
    if let Some(flow) = learnt.check.flow().filter(|_| !out.holds) {
        let row = |m: &optimise::learned::Moved| {
            let text = t.moved_row.replace("{a}", &m.from).replace("{b}", &m.to);
            text.replace("{x}", &plain(m.learned_hours)).replace("{y}", &plain(m.real_hours))
        };
        out.moved = flow.moved.iter().map(row).collect();
    }
    if let Tried::Flow(_, why) = &learnt.tried {
        let why = said(p.lang, why);
        out.why_flow = if why == out.reading { String::new() } else { why };
    }
    out.rows = rows(p, &seen.asked, known);
    let changes = [change(&seen.asked, "a", known), change(&seen.asked, "b", known)];
    if changes.iter().all(|c| *c == Change::default()) {
        return out;
    }
    out.asked = true;
    let limit = out.limit.parse::<f64>().ok().filter(|d| d.is_finite() && *d > 0.0).map(|d| d * 24.0);
    match learnt.tried.compare(&seen.office, &changes[0], &changes[1], limit) {
        Err(e) => out.trouble = crate::logs::asked::half(p, &e.to_string()),
        Ok(c) => {
            out.figures = figures(p, known, &c);
            out.both = t
                .r_both
                .replace("{h}", &plain(c.saved[2].mean))
                .replace("{a}", &plain(c.saved[2].low))
                .replace("{b}", &plain(c.saved[2].high))
                .replace("{p}", &percent(c.better[2]));
            for (o, name) in [(&c.today, t.today), (&c.first, t.first), (&c.second, t.second)] {
                if let Some(g) = o.overloaded {
                    let text = t.r_overload.replace("{w}", name);
                    out.overloads.push(text.replace("{g}", &group_name(p, known, g)));
                }
            }
        }
    }
    out
}

/// `GET /desk/logs/{id}/trial`
pub(crate) async fn page(
    State(_): State<Kit>,
    desk: Desk,
    Extension(shelf): Extension<Shelf>,
    seen: Seen,
) -> Result<Response, Oops> {
    let p = desk.page;
    let key = format!("{}{}", seen.book.id, seen.head.query);
    let html = blocking(move || {
        let learnt = shelf.learnt(&key, &seen.log, || {
            Tried::learn(&seen.log, &seen.office, SEED)
                .map(|(tried, check)| Learnt { tried, check })
                .map_err(|e| e.to_string())
        });
        html(p, seen, &learnt)
    });
    Ok(render(&html.await?))
}
