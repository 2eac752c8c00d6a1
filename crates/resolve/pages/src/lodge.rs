//! 我要反映: few fields, nothing lost when one is wrong.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::{Contact, Error};
use kernel::{Actor, RegionCode};
use resolve::{Channel, Complexity, Kind, Registration, Word as _};
use web_kit::{Fields, Form, Oops, Opt, again, render};

use crate::{Kit, Page};

#[derive(Template)]
#[template(path = "lodge.html")]
struct LodgeHtml {
    p: Page,
    sent: Fields,
    trouble: String,
    kinds: Vec<Opt>,
    regions: Vec<Opt>,
    hide: bool,
    waiting: Vec<city::Uploaded>,
}

/// What a person without an account may lodge.
const KINDS: [Kind; 5] = [Kind::Matter, Kind::Consultation, Kind::Complaint, Kind::Opinion, Kind::Demand];

async fn page(kit: &Kit, p: Page, sent: Fields, trouble: String) -> Result<Response, Oops> {
    // Nothing is chosen for a person: what they leave open is a matter until somebody has read it.
    let kind = |(k, label): (Kind, &str)| Opt {
        value: k.word().into(),
        label: label.to_owned(),
        on: k.word() == sent.get("kind"),
    };
    let city = kit.city.office_now().await?.settings.city.to_string();
    let region = sent.opt("region").unwrap_or(city);
    let all = kit.city.regions().await?.into_iter().filter(|(code, _)| code.len() <= 9);
    let regions = all.map(|(code, name)| Opt { on: code == region, label: name, value: code }).collect();
    let labels = [
        p.t.lodge_kind_matter,
        p.t.lodge_kind_consultation,
        p.t.lodge_kind_complaint,
        p.t.lodge_kind_opinion,
        p.t.lodge_kind_demand,
    ];
    let kinds = KINDS.into_iter().zip(labels).map(kind).collect();
    let tickets = sent.all("file").into_iter().map(str::to_owned).collect();
    let waiting = kit.city.waiting_files(&Actor::resident(), tickets).await?;
    Ok(render(&LodgeHtml { waiting, kinds, regions, hide: sent.has("hide"), sent, trouble, p }))
}

/// `GET /lodge`
pub(crate) async fn form(State(kit): State<Kit>, p: Page) -> Result<Response, Oops> {
    page(&kit, p, Fields::default(), String::new()).await
}

async fn read(kit: &Kit, f: &Fields) -> Result<Registration, Error> {
    let office = kit.city.office_now().await?;
    let words = f.get("words").to_owned();
    if words.chars().count() < 5 {
        return Err(Error::invalid(
            "words",
            "请用几句话写明您遇到的事情",
            "tell in a few sentences what happened",
        ));
    }
    let kind = KINDS.into_iter().find(|k| k.word() == f.get("kind")).unwrap_or(Kind::Matter);
    let region: RegionCode = f.get("region").parse().unwrap_or_else(|_| office.settings.city.clone());
    let first = office.taker(&region).ok_or_else(|| {
        Error::invalid(
            "region",
            "这里没有受理这个区划诉求的单位，请重新选择区划",
            "no unit takes in what happens there: choose another region",
        )
    })?;
    Ok(Registration {
        kind,
        channel: Channel::Web,
        region,
        title: resolve::title_of(&words),
        words,
        first_asked: first,
        complexity: Complexity::Simple,
        cause: None,
        item: None,
        campaign: None,
        place: f.opt("place"),
        source_id: None,
        support: 0,
        against: 0,
        hide_reporter: f.has("hide"),
        contact: None,
        set: None,
        ordered: false,
        lodged_at: None,
    })
}

/// `POST /lodge`
pub(crate) async fn save(State(kit): State<Kit>, p: Page, mut sent: Form) -> Result<Response, Oops> {
    let fields = &sent.fields;
    let contact = Contact {
        name: fields.get("name").chars().take(60).collect(),
        phone: fields.get("phone").chars().take(30).collect(),
        id_number: String::new(),
        address: String::new(),
        email: fields.get("email").trim().chars().take(254).collect(),
        lang: if p.lang == web_kit::Lang::En { "en".to_owned() } else { String::new() },
    };
    let registration = read(&kit, fields).await;
    let tickets = sent.tickets();
    let lodged = match sent.whole().and(registration) {
        Ok(registration) => {
            kit.acts.cases.register_with(Actor::resident(), registration, contact, tickets).await
        }
        Err(e) => Err(e),
    };
    match lodged {
        Ok(l) => Ok(Redirect::to(&format!("/r/{}/{}?new=1", l.number, l.code)).into_response()),
        Err(e) => again(&p.clone(), e, |trouble| page(&kit, p, sent.fields, trouble)).await,
    }
}
