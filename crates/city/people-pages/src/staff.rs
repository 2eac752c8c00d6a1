//! 人员与角色: accounts found by name, login or unit, entered and changed one by one.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use kernel::{Role, StaffId};
use people::{NewStaff, StaffAct};
use serde::Deserialize;
use web_kit::{Fields, Oops, Opt, again, blocking, escape, render, role, unit_choices};

use crate::office::may;
use crate::{Desk, Kit, Page};

struct Person {
    login: String,
    name: String,
    role: String,
    unit: String,
    position: String,
    state: &'static str,
    unified: bool,
    acts: Vec<(&'static str, &'static str, String)>,
}

#[derive(Template)]
#[template(path = "staff.html")]
struct StaffHtml {
    p: Page,
    people: Vec<Person>,
    q: String,
    next: String,
    trouble: String,
    sent: Fields,
    roles: Vec<Opt>,
    units: Vec<(String, String)>,
    may_write: bool,
}

#[derive(Default, Deserialize)]
pub(crate) struct StaffAsk {
    #[serde(default)]
    after: i64,
    #[serde(default)]
    q: String,
}

const PEOPLE: u32 = 30;

async fn staff_page(
    kit: &Kit,
    desk: &Desk,
    ask: StaffAsk,
    sent: Fields,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let office = kit.city.office_now().await?;
    let q: String = ask.q.trim().chars().take(60).collect();
    let all = kit.acts.people.staff_list(desk.actor(), q.clone(), StaffId(ask.after), PEOPLE).await?;
    let full = all.len() == PEOPLE as usize;
    let next = all
        .last()
        .filter(|_| full)
        .map_or_else(String::new, |s| format!("/desk/office/staff?q={}&after={}", escape(&q), s.id));
    let people = all.into_iter().map(|s| Person {
        role: role(p.lang, s.role),
        unit: office.unit_name(s.unit),
        state: match (s.active, s.locked_until.is_some_and(|t| t > p.now)) {
            (false, _) => p.t.staff_off,
            (true, true) => p.t.staff_locked,
            (true, false) => p.t.staff_on,
        },
        unified: s.subject.is_some(),
        acts: acts_on(&p, &s),
        login: s.login,
        name: s.name,
        position: s.position,
    });
    let people = people.collect();
    let roles = Role::ALL.into_iter().filter(|r| access::gives(desk.role(), *r));
    let chosen = sent.get("role").to_owned();
    let roles = roles.map(|r| Opt { value: r.word().into(), label: role(p.lang, r), on: r.word() == chosen });
    Ok(render(&StaffHtml {
        people,
        q,
        next,
        trouble,
        roles: roles.collect(),
        units: unit_choices(&office),
        may_write: may(desk, access::Operation::WriteStaff),
        sent,
        p,
    }))
}

/// What may be done about an account now: code word, text, and what is asked before it.
fn acts_on(p: &Page, s: &store::office::StaffRow) -> Vec<(&'static str, &'static str, String)> {
    let fits = StaffAct::ALL.into_iter().filter(|a| a.fits(s));
    let text = |a| match a {
        StaffAct::ResetFactor => p.t.staff_reset_factor,
        StaffAct::Bind => p.t.staff_bind,
        StaffAct::Unbind => p.t.staff_unbind,
        StaffAct::TurnOff => p.t.staff_turn_off,
        StaffAct::TurnOn => p.t.staff_turn_on,
    };
    // What shuts somebody out asks once more.
    let ask = |a| match a {
        StaffAct::TurnOff => p.t.staff_ask_off.replace("{who}", &s.name),
        _ => String::new(),
    };
    fits.map(|a| (a.word(), text(a), ask(a))).collect()
}

/// `GET /desk/office/staff`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Query(ask): Query<StaffAsk>,
) -> Result<Response, Oops> {
    staff_page(&kit, &desk, ask, Fields::default(), String::new()).await
}

async fn save_staff(kit: &Kit, desk: &Desk, f: &Fields) -> Result<(), Error> {
    if !f.has("login") || !f.has("name") {
        return Err(Error::invalid("login", "请填写账号和姓名", "fill in the account and the name"));
    }
    let role = f.get("role").parse::<Role>().ok().filter(|r| !matches!(r, Role::Resident | Role::System));
    let person = NewStaff {
        login: f.get("login").to_owned(),
        name: f.get("name").to_owned(),
        role: role.ok_or_else(|| Error::invalid("role", "请选择角色", "choose a role"))?,
        unit: f.opt("unit").unwrap_or_else(|| desk.me.unit.clone()),
        position: f.get("position").to_owned(),
        password: f.opt("password"),
    };
    let (acts, actor) = (kit.acts.clone(), desk.actor());
    blocking(move || acts.people.put_staff(actor, vec![person])).await.map(|_| ())
}

/// `POST /desk/office/staff`
pub(crate) async fn save(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    match save_staff(&kit, &desk, &fields).await {
        Ok(()) => Ok(Redirect::to("/desk/office/staff").into_response()),
        Err(e) => {
            again(&desk.page, e, |trouble| staff_page(&kit, &desk, StaffAsk::default(), fields, trouble))
                .await
        }
    }
}
