//! 拟稿: a paper is begun, with its own words or about something that another room draws.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::{Error, Office};
use kernel::UnitId;
use paper::gongwen::Document;
use papers::{Address, NewPaper, PaperKind, body_of, text_of};
use serde::Deserialize;
use web_kit::{Fields, Oops, Opt, again, date_of, opt, render};

use crate::{Desk, Kit, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ask {
    source: String,
    subject: i64,
}

/// The fields of a text, as a form shows them.
pub(crate) struct TextView {
    pub title: String,
    pub to: String,
    pub body: String,
    pub org: String,
    pub copies: String,
    pub attachments: String,
    pub agree: String,
    pub units: String,
    pub answer_by: String,
}

#[derive(Template)]
#[template(path = "paper_new.html")]
struct NewHtml {
    p: Page,
    source: String,
    subject: i64,
    written_there: bool,
    forms: Vec<Opt>,
    t: TextView,
    trouble: String,
}

pub(crate) fn kind_name(p: &Page, kind: PaperKind) -> &'static str {
    match kind {
        PaperKind::Bulletin => p.t.kind_bulletin,
        PaperKind::Letter => p.t.kind_letter,
        PaperKind::Notice => p.t.kind_notice,
    }
}

/// Units by their names, one on a line.
fn units_of(office: &Office, field: &str, text: &str) -> Result<Vec<UnitId>, Error> {
    let names = text.split(['\n', '、', '，', ',', ';', '；']).map(str::trim).filter(|n| !n.is_empty());
    let one = |name: &str| {
        let found = office.unit_meant(name).map(|u| u.id);
        found.map_err(|e| Error::Invalid { field: field.to_owned(), said: e.said() })
    };
    names.take(papers::way::UNITS_MOST + 1).map(one).collect()
}

/// Where a form says that it goes.
pub(crate) fn address_of(office: &Office, f: &Fields) -> Result<Address, Error> {
    Ok(Address {
        agree: units_of(office, "agree", f.get("agree"))?,
        to: units_of(office, "units", f.get("units"))?,
        answer_by: date_of(f.get("answer_by")),
    })
}

/// The text of a form; `now`: the day, which is set again when it is signed.
pub(crate) fn document_of(f: &Fields, now: kernel::Moment) -> Document {
    let lines = f.get("attachments").lines().map(str::trim).filter(|l| !l.is_empty());
    let line = |name: &str| f.get(name).split_whitespace().collect::<Vec<_>>().join(" ");
    Document {
        mark: None,
        number: String::new(),
        title: line("title"),
        to: line("to"),
        blocks: body_of(f.get("body")),
        attachments: lines.map(ToOwned::to_owned).collect(),
        org: line("org"),
        date: now.date(),
        copies: line("copies"),
        check: None,
    }
}

pub(crate) fn text_view(office: &Office, d: &Document, a: &Address) -> TextView {
    let names = |units: &[UnitId]| units.iter().map(|u| office.unit_name(*u)).collect::<Vec<_>>().join("\n");
    TextView {
        title: d.title.clone(),
        to: d.to.clone(),
        body: text_of(&d.blocks).unwrap_or_default(),
        org: d.org.clone(),
        copies: d.copies.clone(),
        attachments: d.attachments.join("\n"),
        agree: names(&a.agree),
        units: names(&a.to),
        answer_by: a.answer_by.map_or_else(String::new, |d| d.to_string()),
    }
}

fn sent_view(f: &Fields) -> TextView {
    let get = |name: &str| f.get(name).to_owned();
    TextView {
        title: get("title"),
        to: get("to"),
        body: get("body"),
        org: get("org"),
        copies: get("copies"),
        attachments: get("attachments"),
        agree: get("agree"),
        units: get("units"),
        answer_by: get("answer_by"),
    }
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    ask: Ask,
    sent: Option<&Fields>,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    access::offered(&desk.actor(), access::Operation::WritePapers).map_err(Error::from)?;
    let (papers, actor) = (&kit.acts.papers, desk.actor());
    let office = kit.city.office_now().await?;
    let rules = papers.rules(actor.clone()).await?;
    let (mut chosen, mut view) = (String::new(), sent.map(sent_view));
    let kind = papers.kind_of(&ask.source);
    if ask.source.is_empty() {
        let own = desk.actor().unit.and_then(|u| office.unit(u)).map_or_else(String::new, |u| u.name.clone());
        view.get_or_insert_with(|| TextView { org: own, ..sent_view(&Fields::default()) });
    } else {
        let drawn = papers.drawn(actor, ask.source.clone(), ask.subject).await?;
        drawn.form.clone_into(&mut chosen);
        view.get_or_insert_with(|| text_view(&office, &drawn.document, &drawn.address));
    }
    if let Some(f) = sent {
        f.get("form").clone_into(&mut chosen);
    }
    let fits = |f: &&papers::Form| {
        kind.map_or_else(
            || f.kinds.contains(&PaperKind::Letter) || f.kinds.contains(&PaperKind::Notice),
            |k| f.kinds.contains(&k),
        )
    };
    let label = |f: &papers::Form| {
        let steps: Vec<String> = f.steps().into_iter().map(|s| crate::list::stage(p.lang, s)).collect();
        format!("{}：{}", f.name, steps.join(" → "))
    };
    Ok(render(&NewHtml {
        forms: rules.forms.iter().filter(fits).map(|f| opt(&f.key, &label(f), &chosen)).collect(),
        written_there: papers.written_there(&ask.source),
        source: ask.source,
        subject: ask.subject,
        t: view.unwrap_or_else(|| sent_view(&Fields::default())),
        trouble,
        p,
    }))
}

/// `GET /desk/papers/new`
pub(crate) async fn form(
    State(kit): State<Kit>,
    desk: Desk,
    Query(ask): Query<Ask>,
) -> Result<Response, Oops> {
    page(&kit, &desk, ask, None, String::new()).await
}

/// `POST /desk/papers/new`
pub(crate) async fn begin(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::WritePapers).map_err(Error::from)?;
    let ask = Ask { source: f.get("source").to_owned(), subject: f.get("subject").parse().unwrap_or(0) };
    let office = kit.city.office_now().await?;
    let papers = &kit.acts.papers;
    let rules = papers.rules(desk.actor()).await?;
    let form = rules.forms.iter().find(|r| r.key == f.get("form"));
    // Of what is written here the kind follows from the form: a letter where it may be one.
    let kind = form.map_or(PaperKind::Letter, |r| {
        if r.kinds.contains(&PaperKind::Letter) { PaperKind::Letter } else { PaperKind::Notice }
    });
    let done = match address_of(&office, &f) {
        Err(e) => Err(e),
        Ok(address) => {
            let there = papers.written_there(&ask.source);
            let new = NewPaper {
                kind,
                source: ask.source.clone(),
                subject: ask.subject,
                form: f.get("form").to_owned(),
                document: (!there).then(|| document_of(&f, desk.page.now)),
                address,
            };
            papers.begin(desk.actor(), new).await
        }
    };
    match done {
        Ok(id) => Ok(Redirect::to(&format!("/desk/papers/{id}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, ask, Some(&f), trouble)).await,
    }
}
