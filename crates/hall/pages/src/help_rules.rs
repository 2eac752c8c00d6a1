//! 帮办代办设置: who is entitled to a visit at home, what may be done there, who helps, the numbers; one small form for each.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use hall::Hall;
use hall::help::{Ground, HelpKind, HelpRules, Helper, HelperSort};
use kernel::{Actor, RegionCode};
use web_kit::{Fields, Oops, again, render, word};

use crate::change::{chosen, date, number, words};
use crate::keep::{Item, Sent, choices, items};
use crate::{Desk, Kit, Page, halls};

#[derive(Template)]
#[template(path = "help_rules.html")]
struct RulesHtml {
    p: Page,
    base: String,
    hall_base: String,
    name: String,
    ver: i64,
    may: bool,
    grounds: Vec<Item>,
    at_home: String,
    at_home_names: Vec<String>,
    helpers: Vec<Item>,
    sorts: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    regions: Vec<(String, String)>,
    region: String,
    numbers: Vec<(&'static str, &'static str, String)>,
    sent: Sent,
    trouble: String,
}

async fn page(kit: &Kit, desk: &Desk, id: i64, sent: Sent, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = halls(kit).hall(desk.actor(), id).await?;
    let of = &v.hall.helping;
    let shelf = kit.acts.items.shelf().await?;
    let named = kit.city.regions().await?;
    let name_of = |r: &RegionCode| {
        named.iter().find(|(c, _)| c == r.as_str()).map_or_else(|| r.to_string(), |(_, n)| n.clone())
    };
    let helper = |h: &Helper| {
        let kinds: Vec<String> = h.kinds.iter().map(|k| word(p.lang, *k)).collect();
        format!(
            "{} · {} · {} · {} · {}",
            h.name,
            word(p.lang, h.sort),
            h.place,
            name_of(&h.region),
            p.t.help_trained
                .replace("{kinds}", &kinds.join("、"))
                .replace("{day}", &h.trained_until.to_string())
        )
    };
    let n = &of.numbers;
    let numbers = [
        ("answer_days", p.t.help_answer_days, n.answer_days),
        ("mandate_days", p.t.help_mandate_days, n.mandate_days),
        ("warn_days", p.t.help_warn_days, n.warn_days),
        ("keep_days", p.t.num_keep, n.keep_days),
    ];
    let inside = |code: &str| code.parse::<RegionCode>().is_ok_and(|r| v.hall.region.contains(&r));
    Ok(render(&RulesHtml {
        base: format!("/desk/halls/at/{id}/helping"),
        hall_base: format!("/desk/halls/at/{id}"),
        name: v.hall.name.clone(),
        ver: v.ver,
        may: v.may_write,
        grounds: items(&of.grounds, |g: &Ground| g.name.clone()),
        at_home: of.at_home.join("\n"),
        at_home_names: of.at_home.iter().map(|c| format!("{} {c}", shelf.name(c))).collect(),
        helpers: items(&of.helpers, helper),
        sorts: choices::<HelperSort>(&p),
        kinds: choices::<HelpKind>(&p),
        regions: named.iter().filter(|(c, _)| inside(c)).cloned().collect(),
        region: v.hall.region.to_string(),
        numbers: numbers.map(|(name, label, value)| (name, label, value.to_string())).to_vec(),
        sent,
        trouble,
        p,
    }))
}

/// `GET /desk/halls/at/{id}/helping`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    page(&kit, &desk, id, Sent::default(), String::new()).await
}

async fn changed(
    kit: &Kit,
    actor: Actor,
    id: i64,
    part: &str,
    fields: &Fields,
    mut h: Hall,
) -> Result<Hall, Error> {
    let of = &mut h.helping;
    match part {
        "ground" => {
            let name = fields.get("name").to_owned();
            // A code that was never given before: orders name their ground by it.
            of.given += 1;
            let code = format!("g{}", of.given);
            of.grounds.push(Ground { code, name });
        }
        "at_home" => {
            let shelf = kit.acts.items.shelf().await?;
            let codes = words(fields.get("items"));
            if let Some(bad) = codes.iter().find(|c| shelf.by_code(c).is_none()) {
                return Err(Error::invalid(
                    "items",
                    format!("没有事项“{bad}”，请填事项编码，一行一个"),
                    format!("no such item: {bad}; give codes, one a line"),
                ));
            }
            of.at_home = codes;
        }
        "helper" => {
            let staff = match fields.get("login") {
                "" => None,
                login => Some(halls(kit).account_for(actor, id, login.to_owned()).await?.0),
            };
            let region: RegionCode = fields
                .get("region")
                .parse()
                .map_err(|_| Error::invalid("region", "请选择区划", "choose a region"))?;
            let kinds = fields.all("kinds").into_iter().filter_map(HelpKind::read).collect();
            let new = Helper {
                id: of.given + 1,
                name: fields.get("name").to_owned(),
                staff,
                sort: chosen(fields, "sort")?,
                place: fields.get("place").to_owned(),
                region,
                kinds,
                trained_until: date(fields, "trained_until")?,
            };
            // The same person again: their entry is set anew under its number.
            match of.helpers.iter_mut().find(|x| x.name == new.name && x.place == new.place) {
                Some(x) => *x = Helper { id: x.id, ..new },
                None => {
                    of.given += 1;
                    of.helpers.push(new);
                }
            }
        }
        "numbers" => {
            let n = |name: &str| number::<u32>(fields, name);
            of.numbers = HelpRules {
                answer_days: n("answer_days")?,
                mandate_days: n("mandate_days")?,
                warn_days: n("warn_days")?,
                keep_days: n("keep_days")?,
            };
        }
        "drop" => {
            let at: usize = number(fields, "at")?;
            match fields.get("what") {
                "ground" if at < of.grounds.len() => drop(of.grounds.remove(at)),
                "helper" if at < of.helpers.len() => drop(of.helpers.remove(at)),
                _ => {
                    return Err(Error::invalid("at", "这一条已经不在，请刷新", "it is gone already: reload"));
                }
            }
        }
        _ => return Err(Error::NotFound),
    }
    Ok(h)
}

/// `POST /desk/halls/at/{id}/helping/{part}`
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
        Ok(_) => Ok(Redirect::to(&format!("/desk/halls/at/{id}/helping")).into_response()),
        Err(e) => {
            let sent = Sent { part, fields };
            again(&desk.page, e, |t| page(&kit, &desk, id, sent, t)).await
        }
    }
}
