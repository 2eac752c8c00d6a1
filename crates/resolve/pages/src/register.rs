//! 登记: one big field for the words of the person, the rest proposed and correctable; and the receipt.

use askama::Template;
use axum::extract::{Path, Query as Ask, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::{Contact, Error};
use kernel::{RegionCode, Role};
use resolve::{Act, Cause, Channel, Complexity, Kind, Registration, Word};
use web_kit::{Fields, Form, Oops, Opt, again, cookie, cookie_header, header_of, qr, render, when, word};

use crate::reading::Read;
use crate::{Desk, Kit, Page};

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterHtml {
    p: Page,
    trouble: String,
    sent: Fields,
    kinds: Vec<Opt>,
    channels: Vec<Opt>,
    complexities: Vec<Opt>,
    causes: Vec<Opt>,
    regions: Vec<Opt>,
    hide: bool,
    waiting: Vec<city::Uploaded>,
    look: Option<Read>,
    /// when a draft was kept, and the address that shows it
    draft: Option<(String, String)>,
    /// the receipt is printed at once
    print: bool,
    /// fields that the letter filled in
    read: Vec<&'static str>,
}

impl RegisterHtml {
    /// What stands in a field until somebody changes it.
    fn auto(&self, name: &str) -> String {
        let chosen = |of: &[Opt]| of.iter().find(|o| o.on).map_or_else(String::new, |o| o.value.clone());
        let told = self.sent.get(&format!("auto.{name}"));
        match name {
            _ if !told.is_empty() => told.to_owned(),
            "kind" => chosen(&self.kinds),
            "region" => chosen(&self.regions),
            _ => String::new(),
        }
    }
    fn is_read(&self, name: &str) -> bool {
        self.read.contains(&name)
    }
}

/// The name of the draft of this form.
const DRAFT: &str = "register";

#[derive(Default, serde::Deserialize)]
pub(crate) struct PrintAsk {
    #[serde(default)]
    print: String,
}

#[derive(Default, serde::Deserialize)]
pub(crate) struct DraftAsk {
    #[serde(default)]
    draft: String,
}

fn opts<W: Word>(p: &Page, chosen: &str, usual: &str) -> Vec<Opt> {
    let on = if chosen.is_empty() { usual } else { chosen };
    let one = |w: &W| Opt { value: w.word().to_owned(), label: word(p.lang, *w), on: w.word() == on };
    W::ALL.iter().map(one).collect()
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    sent: Fields,
    trouble: String,
    look: Option<resolve_acts::DraftReading>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let mine = desk.me.actor.region.clone();
    let within = |code: &str| {
        let code: Option<RegionCode> = code.parse().ok();
        code.is_some_and(|c| mine.as_ref().is_none_or(|m| m.contains(&c)))
    };
    let all = kit.city.regions().await?;
    let chosen = sent.opt("region").or_else(|| mine.as_ref().map(ToString::to_string)).unwrap_or_default();
    let mut regions: Vec<Opt> = all
        .into_iter()
        .filter(|(code, _)| within(code))
        .map(|(code, name)| Opt { on: code == chosen, label: name, value: code })
        .collect();
    if regions.is_empty() && !chosen.is_empty() {
        regions.push(Opt { value: chosen.clone(), label: chosen, on: true });
    }
    let usual = if desk.role() == Role::Supervisor { "inspection" } else { "window" };
    let kept = kit.city.drafts(desk.actor(), DRAFT.into()).await?;
    let kept = kept.into_iter().find(|d| d.0 == DRAFT && !sent.has("words"));
    let draft = kept.map(|d| (when(p.lang, d.1), "/desk/register?draft=1".to_owned()));
    let tickets = sent.all("file").into_iter().map(str::to_owned).collect();
    let waiting = kit.city.waiting_files(&desk.actor(), tickets).await?;
    let read = ["kind", "region", "place"].into_iter();
    let auto = |name: &str| sent.get(&format!("auto.{name}")).to_owned();
    let plain = |name: &str| matches!((name, auto(name).as_str()), (_, "") | ("kind", "matter"));
    let read = read.filter(|n| look.is_some() && !plain(n) && sent.get(n) == auto(n));
    let read =
        read.filter(|n| *n != "region" || mine.as_ref().is_none_or(|m| m.as_str() != auto(n))).collect();
    Ok(render(&RegisterHtml {
        read,
        print: sent.has("print"),
        draft,
        waiting,
        kinds: opts::<Kind>(&p, sent.get("kind"), "matter"),
        channels: opts::<Channel>(&p, sent.get("channel"), usual),
        complexities: opts::<Complexity>(&p, sent.get("complexity"), "simple"),
        causes: opts::<Cause>(&p, sent.get("cause"), ""),
        regions,
        hide: sent.has("hide"),
        look: look.map(|d| Read::of_draft(&p, &d)),
        trouble,
        sent,
        p,
    }))
}

/// `GET /desk/register`
pub(crate) async fn form(
    State(kit): State<Kit>,
    desk: Desk,
    Ask(ask): Ask<DraftAsk>,
    headers: HeaderMap,
) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::RegisterCase).map_err(Error::from)?;
    let kept = if ask.draft.is_empty() { None } else { kit.city.draft(desk.actor(), DRAFT.into()).await? };
    let mut fields = kept.map(|d| Fields(d.fields)).unwrap_or_default();
    if cookie(&headers, PRINT).is_some() {
        fields.0.push(("print".to_owned(), "1".to_owned()));
    }
    page(&kit, &desk, fields, String::new(), None).await
}

fn read(fields: &Fields, desk: &Desk) -> Result<Registration, Error> {
    fn pick<W: Word>(name: &str, text: &str) -> Result<W, Error> {
        W::read(text).ok_or_else(|| {
            let said = W::unknown(text);
            Error::invalid(name, said.zh, said.en)
        })
    }
    let words = fields.get("words").to_owned();
    let region = fields.get("region").parse::<RegionCode>();
    let region = region.map_err(|e| Error::invalid("region", e.to_string(), e.to_string()))?;
    let cause = fields.opt("cause").map(|c| pick::<Cause>("cause", &c)).transpose()?;
    Ok(Registration {
        kind: pick("kind", fields.get("kind"))?,
        channel: pick("channel", fields.get("channel"))?,
        region,
        title: fields.opt("title").unwrap_or_else(|| resolve::title_of(&words)),
        words,
        first_asked: desk.me.staff.unit,
        complexity: pick("complexity", fields.get("complexity"))?,
        cause,
        item: fields.opt("item"),
        campaign: None,
        place: fields.opt("place"),
        source_id: fields.opt("source_id"),
        support: 0,
        against: 0,
        hide_reporter: fields.has("hide"),
        contact: None,
        set: None,
        ordered: false,
        lodged_at: None,
    })
}

/// What the letter says goes into the fields that nobody filled in or changed: those that still hold what was put there
/// before, which stands beside them in `auto.…`.
fn take_in(fields: &mut Fields, look: &resolve_acts::DraftReading) {
    let read = [
        ("kind", look.kind.map(|k| k.word().to_owned())),
        ("region", look.region.clone()),
        ("place", Some(look.place.clone()).filter(|p| !p.is_empty())),
    ];
    for (name, value) in read {
        let auto = format!("auto.{name}");
        let untouched = fields.get(name) == fields.get(&auto);
        if let Some(value) = value.filter(|_| untouched) {
            fields.0.retain(|(n, _)| n != name && *n != auto);
            fields.0.extend([(name.to_owned(), value.clone()), (auto, value)]);
        }
    }
}

/// `POST /desk/register`
pub(crate) async fn save(State(kit): State<Kit>, desk: Desk, mut sent: Form) -> Result<Response, Oops> {
    let fields = &sent.fields;
    let contact = Contact {
        name: fields.get("name").to_owned(),
        phone: fields.get("phone").to_owned(),
        id_number: fields.get("id_number").to_owned(),
        address: String::new(),
        email: fields.get("email").trim().to_owned(),
        lang: String::new(),
    };
    if fields.has("look") && fields.has("words") {
        let region = fields.get("region").parse::<RegionCode>().ok().or_else(|| desk.me.actor.region.clone());
        let words = fields.get("words").to_owned();
        let title = fields.opt("title").unwrap_or_else(|| resolve::title_of(&words));
        let region = region.ok_or(Oops(Error::NotFound))?;
        let place = fields.get("place").to_owned();
        let look = kit.acts.cases.read_draft(desk.actor(), region, title, words, place).await?;
        take_in(&mut sent.fields, &look);
        return page(&kit, &desk, sent.fields, String::new(), Some(look)).await;
    }
    let registration = read(fields, &desk);
    let tickets = sent.tickets();
    let lodged = match sent.whole().and(registration) {
        Ok(registration) => kit.acts.cases.register_with(desk.actor(), registration, contact, tickets).await,
        Err(e) => Err(e),
    };
    match lodged {
        Ok(lodged) => {
            kit.city.forget_draft(desk.actor(), DRAFT.into()).await.ok();
            let print = sent.fields.has("print");
            let now = if print { "?print=1" } else { "" };
            let mut answer = Redirect::to(&format!("/desk/receipt/{}{now}", lodged.number)).into_response();
            // The code goes to who registered, once: the receipt takes it from here and ends the cookie.
            let kept = format!("{}.{}", lodged.number, lodged.code);
            answer.headers_mut().append(header::SET_COOKIE, cookie_header(&kit, FRESH, &kept, FRESH_S));
            let keep =
                cookie_header(&kit, PRINT, if print { "1" } else { "" }, if print { YEAR_S } else { 0 });
            answer.headers_mut().append(header::SET_COOKIE, keep);
            Ok(answer)
        }
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, sent.fields, trouble, None)).await,
    }
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptHtml {
    p: Page,
    /// printed as soon as it is shown
    print: bool,
    number: String,
    code: String,
    title: String,
    lodged: String,
    unit: String,
    link: String,
    qr: String,
}

/// The wish to print each receipt at once, kept for a year.
const PRINT: &str = "print";
const YEAR_S: u32 = 31_536_000;
/// Name of the cookie that carries the code from registering to its receipt, and how long at most.
const FRESH: &str = "receipt";
const FRESH_S: u32 = 300;

#[derive(Template)]
#[template(path = "receipt_again.html")]
struct AgainHtml {
    p: Page,
    number: String,
    title: String,
    may: bool,
    purpose: String,
    trouble: String,
}

/// `GET /desk/receipt/{number}`: right after registering, with the code and a QR of the address to follow it. Later
/// it asks for the purpose of printing it again.
pub(crate) async fn receipt(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    Ask(ask): Ask<PrintAsk>,
    headers: HeaderMap,
) -> Result<Response, Oops> {
    let fresh = cookie(&headers, FRESH);
    let code = fresh.as_deref().and_then(|f| f.split_once('.')).filter(|(n, _)| *n == number).map(|(_, c)| c);
    if let Some(code) = code
        && let Ok(receipt) = kit.acts.cases.first_receipt(desk.actor(), number.clone(), code.to_owned()).await
    {
        let mut answer = receipt_page(&kit, &desk, &headers, receipt, !ask.print.is_empty());
        answer.headers_mut().append(header::SET_COOKIE, cookie_header(&kit, FRESH, "", 0));
        return Ok(answer);
    }
    ask_again(&kit, &desk, number, String::new(), String::new()).await
}

async fn ask_again(
    kit: &Kit,
    desk: &Desk,
    number: String,
    purpose: String,
    trouble: String,
) -> Result<Response, Oops> {
    let v = kit.acts.cases.case(desk.actor(), number.clone()).await?;
    let may = v.acts.contains(&Act::PrintReceipt);
    if !may {
        return Err(Oops(Error::NotFound));
    }
    let may = desk.me.actor.unit.is_none_or(|u| !v.case.answers(u));
    let p = desk.page.clone();
    Ok(render(&AgainHtml { number, title: v.case.title.clone(), may, purpose, trouble, p }))
}

/// `POST /desk/receipt/{number}`: printed again, on record with its purpose.
pub(crate) async fn print_again(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Oops> {
    let purpose = fields.get("purpose").to_owned();
    match kit.acts.cases.print_receipt(desk.actor(), number.clone(), purpose.clone()).await {
        Ok(receipt) => Ok(receipt_page(&kit, &desk, &headers, receipt, false)),
        Err(e) => again(&desk.page, e, |trouble| ask_again(&kit, &desk, number, purpose, trouble)).await,
    }
}

fn receipt_page(
    kit: &Kit,
    desk: &Desk,
    headers: &HeaderMap,
    receipt: resolve_acts::CaseReceipt,
    print: bool,
) -> Response {
    let (p, v, code) = (desk.page.clone(), receipt.view, receipt.code);
    let number = v.case.number.clone();
    let base = match kit.options.public_url.trim_end_matches('/') {
        "" => format!("http://{}", header_of(headers, "host")),
        url => url.to_owned(),
    };
    let link = format!("{base}/r/{number}/{code}");
    let qr = qr(&link);
    render(&ReceiptHtml {
        print,
        title: v.case.title.clone(),
        lodged: when(p.lang, v.case.lodged),
        unit: v.office.unit_name(v.case.first_asked),
        code: format!("{}-{}", code.get(..4).unwrap_or_default(), code.get(4..).unwrap_or_default()),
        number,
        link,
        qr,
        p,
    })
}
