//! 公文页: drafting, editing, issuing; Word and PDF; what has changed since.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use paper::pdf::Fonts;
use supervise::{Block, Form, figure};
use supervise_acts::{BULLETIN, Edited, document, source_href};
use web_kit::{DOCX, Fields, Lang, OFD, Oops, Opt, again, blocking, day, download, opt, render, when};

use crate::boards::{AskForm, name};
use crate::{Desk, Kit, Page};
use crate::{may, ready};

struct Line {
    id: i64,
    title: String,
    form: String,
    made: String,
    draft: bool,
}

#[derive(Template)]
#[template(path = "bulletins.html")]
struct BulletinsHtml {
    p: Page,
    rows: Vec<Line>,
    forms: Vec<Opt>,
    from: String,
    to: String,
    writes: bool,
    trouble: String,
}

fn form_name(lang: Lang, f: Form) -> &'static str {
    if lang == Lang::Zh { f.zh() } else { f.en() }
}

async fn page(kit: &Kit, desk: &Desk, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let line = |b: store::supervision::BulletinRow| Line {
        id: b.id,
        title: b.title,
        form: Form::read(&b.form).map_or(b.form, |f| form_name(p.lang, f).to_owned()),
        made: when(p.lang, b.made),
        draft: b.state == "draft",
    };
    let rows = kit.acts.supervision.bulletins(desk.actor()).await?.into_iter().map(line).collect();
    let ask = AskForm::default().ask(p.now);
    Ok(render(&BulletinsHtml {
        rows,
        forms: Form::ALL.into_iter().map(|f| opt(f.word(), form_name(p.lang, f), "notice")).collect(),
        from: ask.from.to_string(),
        to: ask.to.to_string(),
        writes: may(desk, access::Operation::WriteBulletins),
        trouble,
        p,
    }))
}

/// `GET /desk/bulletins`
pub(crate) async fn list(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    page(&kit, &desk, String::new()).await
}

/// `POST /desk/bulletins`: a draft from the figures of the days given.
pub(crate) async fn draft(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    ready(&kit).await?;
    let form = Form::read(fields.get("form")).unwrap_or(Form::Notice);
    let ask = AskForm {
        from: fields.get("from").to_owned(),
        to: fields.get("to").to_owned(),
        campaign: fields.get("campaign").to_owned(),
        ..AskForm::default()
    };
    match kit.acts.supervision.draft_bulletin(desk.actor(), form, ask.ask(desk.page.now)).await {
        Ok(id) => Ok(Redirect::to(&format!("/desk/bulletins/{id}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, trouble)).await,
    }
}

/// A block as the page shows it.
struct BlockView {
    n: usize,
    level: u8,
    /// words with marks, for the form; empty for tables and charts
    raw: String,
    /// as printed
    words: String,
    title: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    table: bool,
}

struct Cited {
    n: usize,
    name: &'static str,
    of: String,
    value: String,
    now: String,
    href: String,
}

#[derive(Template)]
#[template(path = "bulletin.html")]
struct BulletinHtml {
    p: Page,
    id: i64,
    ver: i64,
    draft: bool,
    may_edit: bool,
    as_of: String,
    form: &'static str,
    b: supervise::Bulletin,
    blocks: Vec<BlockView>,
    cited: Vec<Cited>,
    changed: usize,
    trouble: String,
    fonts: String,
    /// the papers that it became: id, where it stands
    papers: Vec<(i64, String)>,
}

fn blocks(b: &supervise::Bulletin) -> Vec<BlockView> {
    let none = || BlockView {
        n: 0,
        level: 0,
        raw: String::new(),
        words: String::new(),
        title: String::new(),
        head: Vec::new(),
        rows: Vec::new(),
        table: false,
    };
    let view = |(n, block): (usize, &Block)| match block {
        Block::Heading { level, text } => {
            BlockView { n, level: *level, raw: text.clone(), words: b.told(text), ..none() }
        }
        Block::Text { text } => BlockView { n, raw: text.clone(), words: b.told(text), ..none() },
        Block::Table { title, head, rows } => BlockView {
            n,
            title: title.clone(),
            head: head.clone(),
            rows: rows.iter().map(|r| r.iter().map(|c| b.told(c)).collect()).collect(),
            table: true,
            ..none()
        },
        Block::Chart { title, bars, .. } => BlockView {
            n,
            title: title.clone(),
            rows: bars.iter().map(|(name, v)| vec![name.clone(), format!("{v}")]).collect(),
            table: true,
            ..none()
        },
    };
    b.blocks.iter().enumerate().map(view).collect()
}

pub(crate) async fn one(kit: &Kit, desk: &Desk, id: i64, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let v = kit.acts.supervision.bulletin(desk.actor(), id).await?;
    let now =
        |n: usize| v.differences.iter().find(|d| d.source == n).map_or_else(String::new, |d| d.now.clone());
    let cited = v.bulletin.sources.iter().enumerate().filter_map(|(n, s)| {
        Some(Cited {
            n: n + 1,
            name: name(p.lang, figure(&s.key)?),
            of: s.of.clone(),
            value: s.value.clone(),
            now: now(n),
            href: source_href(s)?,
        })
    });
    let found = if may(desk, access::Operation::ListPapers) {
        kit.acts.papers.about(desk.actor(), BULLETIN.to_owned(), id).await?
    } else {
        Vec::new()
    };
    let stage = |s: papers::Stage| if p.lang == Lang::Zh { s.zh() } else { s.en() };
    Ok(render(&BulletinHtml {
        papers: found.into_iter().map(|l| (l.id, format!("{} {}", stage(l.stage), l.number))).collect(),
        id,
        ver: v.row.ver,
        draft: v.row.state == "draft",
        may_edit: v.may_edit,
        as_of: day(p.lang, v.bulletin.as_of),
        form: form_name(p.lang, v.bulletin.form),
        blocks: blocks(&v.bulletin),
        cited: cited.collect(),
        changed: v.differences.len(),
        fonts: Fonts::of_this_machine().map_or_else(|e| e.to_string(), Fonts::notice),
        b: v.bulletin,
        trouble,
        p,
    }))
}

/// `GET /desk/bulletins/{id}`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk, Path(id): Path<i64>) -> Result<Response, Oops> {
    ready(&kit).await?;
    one(&kit, &desk, id, String::new()).await
}

/// `POST /desk/bulletins/{id}`: what was edited.
pub(crate) async fn save(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let date = web_kit::date_of(fields.get("date"));
    let texts = fields.0.iter().filter_map(|(name, value)| {
        let n = name.strip_prefix("block")?.parse().ok()?;
        Some((n, value.replace("\r\n", "\n").trim().to_owned()))
    });
    let done = match date {
        None => Err(city::Error::invalid("date", "请填写成文日期", "the date is needed")),
        Some(date) => {
            let edited = Edited {
                title: fields.get("title").to_owned(),
                to: fields.get("to").to_owned(),
                org: fields.get("org").to_owned(),
                date,
                copies: fields.get("copies").to_owned(),
                texts: texts.collect(),
            };
            kit.acts
                .supervision
                .save_bulletin(desk.actor(), id, fields.get("ver").parse().unwrap_or(0), edited)
                .await
        }
    };
    after(&kit, &desk, id, done).await
}

async fn after(kit: &Kit, desk: &Desk, id: i64, done: Result<(), city::Error>) -> Result<Response, Oops> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/desk/bulletins/{id}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| one(kit, desk, id, trouble)).await,
    }
}

/// `GET /desk/bulletins/{id}/{bulletin.docx|bulletin.pdf|bulletin.ofd}`
pub(crate) async fn file(
    State(kit): State<Kit>,
    desk: Desk,
    Path((id, file)): Path<(i64, String)>,
) -> Result<Response, Oops> {
    let v = kit.acts.supervision.bulletin(desk.actor(), id).await?;
    let name = file.replace("bulletin", &format!("bulletin-{id}"));
    let kind = match file.as_str() {
        "bulletin.docx" => DOCX,
        "bulletin.pdf" => "application/pdf",
        "bulletin.ofd" => OFD,
        _ => return Err(Oops(city::Error::NotFound)),
    };
    if v.row.state == "issued"
        && may(&desk, access::Operation::ListPapers)
        && let Some(paper) = kit.acts.papers.about(desk.actor(), BULLETIN.to_owned(), id).await?.first()
    {
        // What went out is given as it went out, sealed where it was.
        let file = file.replace("bulletin", "paper");
        return Ok(Redirect::to(&format!("/desk/papers/{}/{file}", paper.id)).into_response());
    }
    let doc = papers::linked(document(&v.bulletin), &kit.options.public_url);
    let bytes = blocking(move || {
        if kind == DOCX {
            return paper::word::write(&doc).map_err(|e| city::Error::told("word", &e));
        }
        let fonts = Fonts::of_this_machine().map_err(|e| city::Error::told("fonts", e))?;
        let write = if kind == OFD { paper::ofd::write } else { paper::pdf::write };
        write(&doc, fonts).map_err(|e| city::Error::told("fonts", &e))
    })
    .await?;
    Ok(download(kind, &name, bytes))
}
