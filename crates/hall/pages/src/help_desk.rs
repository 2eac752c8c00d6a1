//! 帮办代办台: orders that wait, figures with the orders behind them, asking for who calls, one order with what can be done.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::{Contact, Error};
use hall::Span;
use hall::help::figures::Which;
use hall::help::{Act, Command, Half, HelpKind, HelperRef, Line, MandatePaper, Visit};
use hall_acts::{Grantor, HelpAsked, HelpFigures, HelpLine, HelpView};
use kernel::US_PER_DAY;
use serde::Deserialize;
use shelf::ItemAsk;
use web_kit::{Fields, Oops, again, date_of, render, short_day, when, word};

use crate::change::{date, number};
use crate::help::{OTHER, new_help};
use crate::help_follow::{SheetRow, event_row, sheet_rows, visit_of};
use crate::help_paper::{PaperRow, paper_rows};
use crate::help_route::next_words;
use crate::keep::{Sent, choices};
use crate::{Desk, Kit, Page, halls};

/// An order in a list.
pub(crate) struct OrderRow {
    pub number: String,
    pub name: String,
    pub kind: String,
    pub stage: String,
    pub next: String,
    pub who: String,
    pub helper: String,
    pub visit: String,
    pub hall: String,
    pub asked: String,
    /// what should not wait
    pub hints: Vec<&'static str>,
}

pub(crate) fn order_row(p: &Page, l: &HelpLine) -> OrderRow {
    let o = &l.order;
    let hints = [
        (l.late, p.t.help_late),
        (l.soon, p.t.help_soon),
        (l.helper_gone, p.t.help_gone),
        (o.stage.is_end() && o.originals_out() > 0, p.t.help_papers_out),
    ];
    OrderRow {
        number: o.number.clone(),
        name: o.name.clone(),
        kind: word(p.lang, o.kind),
        stage: word(p.lang, o.stage),
        next: next_words(p, l),
        who: format!("{} {}", l.contact.name, l.contact.phone),
        helper: o.helper.as_ref().map_or_else(String::new, |h| h.name.clone()),
        visit: visit_of(p, o),
        hall: l.hall.clone(),
        asked: short_day(p.lang, p.now, o.asked.date()),
        hints: hints.into_iter().filter(|h| h.0).map(|h| h.1).collect(),
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Ask {
    #[serde(default)]
    hall: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    which: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    item: String,
}

impl Ask {
    fn days(&self, p: &Page) -> (kernel::Date, kernel::Date) {
        let to = date_of(&self.to).unwrap_or_else(|| p.now.date());
        (date_of(&self.from).unwrap_or_else(|| p.now.plus_us(-89 * US_PER_DAY).date()), to)
    }
}

/// Counts of a hall: word, name, how many.
pub(crate) struct FigureRow {
    pub hall: i64,
    pub name: String,
    pub region: String,
    pub cells: Vec<(String, String, usize)>,
    pub visits: usize,
    pub median: String,
    pub refused: Vec<(String, String)>,
}

pub(crate) fn which_words(p: &Page, w: Which) -> String {
    match w {
        Which::All => p.t.help_all.to_owned(),
        Which::Kind(k) => word(p.lang, k),
        Which::Stage(s) => word(p.lang, s),
        Which::Visited => p.t.help_visited.to_owned(),
        Which::PapersOut => p.t.help_papers_out.to_owned(),
    }
}

/// Names of the columns of figures.
pub(crate) fn figure_heads(p: &Page) -> Vec<String> {
    Which::all().into_iter().map(|w| which_words(p, w)).collect()
}

pub(crate) fn figure_row(p: &Page, named: &[(String, String)], f: HelpFigures) -> FigureRow {
    FigureRow {
        hall: f.hall,
        region: named.iter().find(|(c, _)| *c == f.region).map_or(f.region, |(_, n)| n.clone()),
        cells: Which::all().into_iter().map(|w| (w.word(), which_words(p, w), f.tally.of(w))).collect(),
        visits: f.tally.visits,
        median: f.tally.median_days.map_or_else(|| "–".to_owned(), |d| format!("{d:.1}")),
        refused: f.refused,
        name: f.name,
    }
}

#[derive(Template)]
#[template(path = "help_list.html")]
struct ListHtml {
    p: Page,
    rows: Vec<OrderRow>,
    halls: Vec<(String, String)>,
    hall: String,
    figures: Vec<FigureRow>,
    /// names of the columns of figures
    heads: Vec<String>,
    from: String,
    to: String,
}

/// `GET /desk/help`: orders in which something is to be done, and figures by hall.
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Query(ask): Query<Ask>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let hall = ask.hall.parse::<i64>().ok();
    let (from, to) = ask.days(&p);
    let rows = halls(&kit).help_orders(desk.actor(), hall).await?;
    let figures = halls(&kit).help_figures(desk.actor(), hall, from, to).await?;
    let named = kit.city.regions().await?;
    let mut choices = vec![(String::new(), p.t.help_every_hall.to_owned())];
    let all = halls(&kit).halls(desk.actor()).await?;
    choices.extend(all.into_iter().map(|l| (l.id.to_string(), l.hall.name)));
    Ok(render(&ListHtml {
        rows: rows.iter().map(|l| order_row(&p, l)).collect(),
        halls: choices,
        hall: ask.hall.chars().take(20).collect(),
        heads: figure_heads(&p),
        figures: figures.into_iter().map(|f| figure_row(&p, &named, f)).collect(),
        from: from.to_string(),
        to: to.to_string(),
        p,
    }))
}

#[derive(Template)]
#[template(path = "help_figure.html")]
struct FigureHtml {
    p: Page,
    title: String,
    rows: Vec<OrderRow>,
}

/// `GET /desk/help/list`: the orders behind a figure.
pub(crate) async fn figure(
    State(kit): State<Kit>,
    desk: Desk,
    Query(ask): Query<Ask>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let hall: i64 = ask.hall.parse().map_err(|_| Oops(Error::NotFound))?;
    let which = Which::read(&ask.which).unwrap_or(Which::All);
    let (from, to) = ask.days(&p);
    let rows = halls(&kit).help_list(desk.actor(), hall, from, to, which).await?;
    Ok(render(&FigureHtml {
        title: which_words(&p, which),
        rows: rows.iter().map(|l| order_row(&p, l)).collect(),
        p,
    }))
}

#[derive(Template)]
#[template(path = "help_new.html")]
struct NewHtml {
    p: Page,
    base: String,
    name: String,
    q: String,
    item: String,
    item_name: String,
    items: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    grounds: Vec<(String, String)>,
    halves: Vec<(String, String)>,
    offered: bool,
    sent: Sent,
    trouble: String,
}

async fn new_page(
    kit: &Kit,
    desk: &Desk,
    id: i64,
    ask: &Ask,
    sent: Sent,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = halls(kit).hall(desk.actor(), id).await?;
    let shelf = kit.acts.items.shelf().await?;
    let q: String = ask.q.chars().take(60).collect();
    let items = if ask.item.is_empty() {
        let found = shelf.search(&ItemAsk { text: q.clone(), limit: 20, ..ItemAsk::default() });
        found.items.into_iter().map(|i| (i.code, i.name)).collect()
    } else {
        Vec::new()
    };
    let mut grounds = vec![(String::new(), p.t.help_no_ground.to_owned())];
    grounds.extend(v.hall.helping.grounds.iter().map(|g| (g.code.clone(), g.name.clone())));
    Ok(render(&NewHtml {
        base: format!("/desk/halls/at/{id}/help"),
        item_name: if ask.item == OTHER { p.t.help_other.to_owned() } else { shelf.name(&ask.item) },
        item: ask.item.chars().take(64).collect(),
        items,
        q,
        kinds: choices::<HelpKind>(&p),
        grounds,
        halves: choices::<Half>(&p),
        offered: v.hall.helping.offers(p.now.date()),
        name: v.hall.name,
        sent,
        trouble,
        p,
    }))
}

/// `GET /desk/halls/at/{id}/help`
pub(crate) async fn new_form(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    Query(ask): Query<Ask>,
) -> Result<Response, Oops> {
    new_page(&kit, &desk, id, &ask, Sent::default(), String::new()).await
}

#[derive(Template)]
#[template(path = "help_made.html")]
struct MadeHtml {
    p: Page,
    number: String,
    keep: String,
}

/// `POST /desk/halls/at/{id}/help`: for who calls.
pub(crate) async fn new(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    // Of a hall that is not theirs they learn nothing.
    halls(&kit).hall(desk.actor(), id).await?;
    let item = fields.get("item").to_owned();
    let done = match new_help(&desk.page, &item, &fields) {
        Ok(mut new) => {
            new.hall = id;
            halls(&kit).ask_help_for(desk.actor(), new).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(b) => {
            let keep = desk.page.t.help_keep.replace("{number}", &b.number).replace("{code}", &b.code);
            Ok(render(&MadeHtml { p: desk.page, number: b.number, keep }))
        }
        Err(e) => {
            let ask = Ask { item, ..Ask::default() };
            let sent = Sent { part: "new".to_owned(), fields };
            again(&desk.page, e, |t| async { new_page(&kit, &desk, id, &ask, sent, t).await }).await
        }
    }
}

#[derive(Template)]
#[template(path = "help_order.html")]
struct OrderHtml {
    p: Page,
    base: String,
    number: String,
    ver: i64,
    name: String,
    kind: String,
    stage: String,
    hall: String,
    next: String,
    hints: Vec<&'static str>,
    ground: String,
    exception: String,
    wish: String,
    who: Contact,
    wants: String,
    words: Vec<(String, String)>,
    helper: String,
    visit: String,
    visits: Vec<String>,
    mandate: String,
    reason: String,
    instead: String,
    done: String,
    kept: String,
    sheets: Vec<SheetRow>,
    papers: Vec<PaperRow>,
    events: Vec<(String, String)>,
    /// helpers who may do this
    helpers: Vec<(String, String)>,
    door: bool,
    act_for: bool,
    acts: Vec<Act>,
    full: bool,
    today: String,
    until: String,
    sent: Sent,
    trouble: String,
}

impl OrderHtml {
    fn may(&self, act: &str) -> bool {
        self.acts.iter().any(|a| a.word() == act)
    }
    fn open(&self, act: &str) -> &'static str {
        if self.sent.is(act) { " open" } else { "" }
    }
}

async fn one(
    kit: &Kit,
    desk: &Desk,
    number: String,
    shown: Option<HelpView>,
    sent: Sent,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let full = shown.is_some();
    let v = match shown {
        Some(v) => v,
        None => halls(kit).help_order(desk.actor(), number).await?,
    };
    let o = &v.order;
    let today = p.now.date();
    let hints = [(v.late, p.t.help_late), (v.soon, p.t.help_soon)];
    let fit = v.helping.fit(o.kind, &o.region, today);
    let wish_day = o.wish.day.map_or_else(|| p.t.help_soonest.to_owned(), |d| short_day(p.lang, p.now, d));
    let latest = i64::from(v.helping.numbers.mandate_days.min(30));
    Ok(render(&OrderHtml {
        base: format!("/desk/help/at/{}", o.number),
        number: o.number.clone(),
        ver: o.ver,
        name: o.name.clone(),
        kind: word(p.lang, o.kind),
        stage: word(p.lang, o.stage),
        hall: v.hall.clone(),
        next: o.next().map_or_else(String::new, |(turn, next)| {
            format!("{}{}{}", word(p.lang, turn), p.t.colon, word(p.lang, next))
        }),
        hints: hints.into_iter().filter(|h| h.0).map(|h| h.1).collect(),
        ground: v.helping.ground(&o.ground).map_or_else(|| o.ground.clone(), |g| g.name.clone()),
        exception: o.exception.clone(),
        wish: format!("{wish_day} {}", word(p.lang, o.wish.half)),
        who: v.contact.clone(),
        wants: v.wants.clone(),
        words: v.words.iter().map(|(at, w)| (when(p.lang, *at), w.clone())).collect(),
        helper: o.helper.as_ref().map_or_else(String::new, |h| h.name.clone()),
        visit: visit_of(&p, o),
        visits: o.visits.iter().map(|at| when(p.lang, *at)).collect(),
        mandate: o
            .mandate
            .as_ref()
            .map_or_else(String::new, |m| format!("{}；{}（{} – {}）", m.matter, m.scope, m.signed, m.until)),
        reason: o.reason.clone(),
        instead: o.instead.clone(),
        done: o.done.clone(),
        kept: o.kept.clone(),
        sheets: sheet_rows(&p, o),
        papers: paper_rows(&p, &v),
        events: v.events.iter().rev().map(|e| event_row(&p, e)).collect(),
        helpers: fit.iter().map(|h| (h.id.to_string(), format!("{} · {}", h.name, h.place))).collect(),
        door: o.kind == HelpKind::Door,
        act_for: o.kind == HelpKind::ActFor,
        acts: v.acts.clone(),
        full,
        today: today.to_string(),
        until: p.now.plus_us(latest * US_PER_DAY).date().to_string(),
        sent,
        trouble,
        p,
    }))
}

/// `GET /desk/help/at/{number}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
) -> Result<Response, Oops> {
    one(&kit, &desk, number, None, Sent::default(), String::new()).await
}

fn helper(fields: &Fields) -> Result<HelperRef, Error> {
    let id = fields
        .get("helper")
        .parse()
        .map_err(|_| Error::invalid("helper", "请选择帮办员", "choose a helper"))?;
    Ok(HelperRef { id, name: String::new(), staff: None })
}

fn visit(fields: &Fields) -> Result<Visit, Error> {
    let spans = Span::read_all(fields.get("hours"))
        .map_err(|said| Error::Invalid { field: "hours".to_owned(), said })?;
    let [hours] = spans.as_slice() else {
        return Err(Error::invalid(
            "hours",
            "请写一个时段，如 09:00-10:00",
            "give one span such as 09:00-10:00",
        ));
    };
    Ok(Visit { day: date(fields, "day")?, hours: *hours })
}

/// A mandate, when anything of it was entered.
fn mandate(fields: &Fields) -> Result<Option<MandatePaper>, Error> {
    if !fields.has("matter") && !fields.has("scope") {
        return Ok(None);
    }
    Ok(Some(MandatePaper {
        person: String::new(),
        agent: 0,
        agent_name: String::new(),
        matter: fields.get("matter").to_owned(),
        scope: fields.get("scope").to_owned(),
        signed: date(fields, "signed")?,
        until: date(fields, "until")?,
    }))
}

/// Papers as they were typed, a row each; a row without a name is none.
fn lines(fields: &Fields) -> Result<Vec<Line>, Error> {
    let mut out = Vec::new();
    for n in 1..=5 {
        let name = fields.get(&format!("name{n}"));
        if !name.is_empty() {
            out.push(Line {
                name: name.to_owned(),
                original: fields.get(&format!("sort{n}")) == "original",
                pieces: number(fields, &format!("pieces{n}"))?,
            });
        }
    }
    Ok(out)
}

/// What was pressed, with what was entered.
fn command(act: &str, fields: &Fields) -> Result<Command, Error> {
    let text = |name: &str| fields.get(name).to_owned();
    let signed = fields.has("both");
    Ok(match act {
        "accept" => Command::Accept {
            helper: helper(fields)?,
            mandate: mandate(fields)?,
            visit: if fields.has("hours") || fields.has("day") { Some(visit(fields)?) } else { None },
            exception: text("exception"),
        },
        "refuse" => Command::Refuse { reason: text("reason"), instead: text("instead") },
        "assign" => {
            Command::Assign { helper: helper(fields)?, reason: text("reason"), mandate: mandate(fields)? }
        }
        "plan" => Command::Plan { visit: visit(fields)? },
        "visited" => Command::Visited {},
        "receive" => Command::Receive { papers: lines(fields)?, signed },
        "give_back" => {
            let all = fields.all("line").into_iter().filter_map(|n| n.parse().ok());
            Command::GiveBack { lines: all.collect(), signed }
        }
        "suspend" => Command::Suspend { reason: text("reason") },
        "resume" => Command::Resume { note: text("reason"), mandate: mandate(fields)? },
        "finish" => Command::Finish { done: text("done"), kept: text("kept") },
        "end" => Command::End { reason: text("reason"), kept: text("kept") },
        _ => return Err(Error::NotFound),
    })
}

/// `POST /desk/help/at/{number}/{act}`
pub(crate) async fn act(
    State(kit): State<Kit>,
    desk: Desk,
    Path((number, act)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let all = halls(&kit);
    // Who may not see it is not asked for more.
    all.help_order(desk.actor(), number.clone()).await?;
    let done = match act.as_str() {
        "show" => match all.show_helped(desk.actor(), number.clone(), fields.get("purpose").to_owned()).await
        {
            Ok((v, _)) => return one(&kit, &desk, number, Some(v), Sent::default(), String::new()).await,
            Err(e) => Err(e),
        },
        "withdraw" => all.help_asked_for(desk.actor(), number.clone(), HelpAsked::Withdraw).await.map(drop),
        "say" => {
            let words = HelpAsked::Say(fields.get("words").to_owned());
            all.help_asked_for(desk.actor(), number.clone(), words).await.map(drop)
        }
        other => match command(other, &fields) {
            Ok(asked) => {
                let grantor = Grantor {
                    name: fields.get("grantor").to_owned(),
                    id_number: fields.get("id_number").to_owned(),
                };
                let ver = fields.get("ver").parse().unwrap_or(0);
                all.help_act(desk.actor(), number.clone(), ver, asked, grantor).await.map(drop)
            }
            Err(e) => Err(e),
        },
    };
    match done {
        Ok(()) if fields.get("back") == "route" => Ok(Redirect::to("/desk/help/mine").into_response()),
        Ok(()) => Ok(Redirect::to(&format!("/desk/help/at/{number}")).into_response()),
        Err(e) => {
            let sent = Sent { part: act, fields };
            again(&desk.page, e, |t| one(&kit, &desk, number, None, sent, t)).await
        }
    }
}

/// `GET /desk/help/at/{number}/paper/{file}`: a paper with the applicant covered.
pub(crate) async fn paper(
    State(kit): State<Kit>,
    desk: Desk,
    Path((number, file)): Path<(String, String)>,
) -> Result<Response, Oops> {
    let v = halls(&kit).help_order(desk.actor(), number).await?;
    crate::help_paper::answer(&v, &file).await
}

/// `POST /desk/help/at/{number}/paper/{file}`: the same with names and numbers, to be signed; on record, with the purpose.
pub(crate) async fn paper_in_full(
    State(kit): State<Kit>,
    desk: Desk,
    Path((number, file)): Path<(String, String)>,
    fields: Fields,
) -> Result<Response, Oops> {
    let all = halls(&kit);
    all.help_order(desk.actor(), number.clone()).await?;
    match all.show_helped(desk.actor(), number.clone(), fields.get("purpose").to_owned()).await {
        Ok((v, _)) => crate::help_paper::answer(&v, &file).await,
        Err(e) => {
            let sent = Sent { part: "paper".to_owned(), fields };
            again(&desk.page, e, |t| one(&kit, &desk, number, None, sent, t)).await
        }
    }
}
