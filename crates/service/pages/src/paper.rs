//! 文书下载: a paper of an application as Word, PDF or OFD, made from the event that is on record.

use axum::response::Response;
use city::Error;
use kernel::Moment;
use paper::gongwen::{Block, Document, Run};
use paper::pdf::Fonts;
use service::papers::{About, Paper, paper as paper_of};
use service::{Application, Clock};
use service_acts::{ApplicationView, EventView};
use web_kit::{DOCX, OFD, Oops, blocking, download};

/// The end of the limit as it was worked out at the event.
fn due_then(a: &Application, at: Moment, calendar: &workday::WorkCalendar) -> Option<Moment> {
    let Clock { runs } = &a.clock;
    let run = runs.iter().rev().find(|r| r.started <= at)?;
    Some(run.due(calendar).0)
}

fn document(v: &ApplicationView, content: Paper) -> Document {
    let office = &v.office;
    let name = |u| office.unit(u).map_or_else(|| office.unit_name(u), |u| u.name.clone());
    let cell = |t: String| vec![Run::plain(t)];
    let mut blocks: Vec<Block> = Vec::new();
    let mut lines = content.lines.into_iter();
    blocks.extend(lines.next().map(|l| Block::Text(vec![Run::plain(l)])));
    if !content.list.is_empty() {
        blocks.push(Block::Table {
            title: String::new(),
            head: vec!["名称".to_owned(), "说明".to_owned()],
            rows: content.list.into_iter().map(|(a, b)| vec![cell(a), cell(b)]).collect(),
        });
    }
    blocks.extend(lines.map(|l| Block::Text(vec![Run::plain(l)])));
    Document {
        mark: None,
        number: content.number,
        title: service::Word::zh(content.kind).to_owned(),
        to: content.to,
        blocks,
        attachments: Vec::new(),
        org: name(content.org),
        date: content.date,
        copies: String::new(),
        check: None,
    }
}

/// The paper of an event: `7.docx`, `7.pdf`, `7.ofd`.
///
/// # Errors
/// There is no such paper; no font for Chinese on this machine.
pub(crate) async fn answer(v: &ApplicationView, events: &[EventView], file: &str) -> Result<Response, Oops> {
    let not_found = || Oops(Error::NotFound);
    let (ver, kind) = file.split_once('.').ok_or_else(not_found)?;
    let ver: i64 = ver.parse().map_err(|_| not_found())?;
    let e = events.iter().find(|e| e.ver == ver).ok_or_else(not_found)?;
    let calendar = &v.office.rules.calendar;
    let unit = e.unit.as_ref().and_then(|u| v.office.unit_called(u)).map(|u| u.id);
    let applicant = v.values.get("applicant").map_or("", String::as_str);
    let about = About { applicant, due: due_then(&v.application, e.at, calendar), unit };
    let content = paper_of(&v.application, &e.happened, ver, e.at, &about).ok_or_else(not_found)?;
    let name = format!("{}-{ver}", v.application.number);
    let doc = document(v, content);
    let media = match kind {
        "pdf" => "application/pdf",
        "ofd" => OFD,
        "docx" => DOCX,
        _ => return Err(not_found()),
    };
    let bytes = blocking(move || {
        if media == DOCX {
            return paper::word::write(&doc).map_err(|e| Error::told("word", &e));
        }
        let fonts = Fonts::of_this_machine().map_err(|e| Error::told("fonts", &e))?;
        let write = if media == OFD { paper::ofd::write } else { paper::pdf::write };
        write(&doc, fonts).map_err(|e| Error::told("fonts", &e))
    })
    .await?;
    Ok(download(media, &format!("{name}.{kind}"), bytes))
}
