//! 帮办代办文书下载: a paper of an order as Word or PDF, made from the event that is on record.

use axum::response::Response;
use city::Error;
use hall::help::papers::{Applicant, HelpPaper, PaperKind, made_by, paper as paper_of};
use hall_acts::HelpView;
use paper::gongwen::{Block, Document, Run};
use paper::pdf::Fonts;
use web_kit::{DOCX, Oops, blocking, download, when, word};

use crate::Page;

/// A paper in a list.
pub(crate) struct PaperRow {
    /// `4-acceptance`
    pub file: String,
    pub name: String,
}

/// Papers of an order, the newest first; of the list of papers only the newest.
pub(crate) fn paper_rows(p: &Page, v: &HelpView) -> Vec<PaperRow> {
    let mut out = Vec::new();
    let mut sheets = false;
    for e in v.events.iter().rev() {
        for kind in made_by(&e.after, &e.happened) {
            if kind == PaperKind::Sheets && std::mem::replace(&mut sheets, true) {
                continue;
            }
            // The form that was to be signed is no longer needed when there is a mandate.
            let blank = kind == PaperKind::Mandate && e.after.mandate.is_none();
            if blank && v.order.mandate.is_some() {
                continue;
            }
            out.push(PaperRow {
                file: format!("{}-{}", e.ver, kind.word()),
                name: format!("{} · {}", word(p.lang, kind), when(p.lang, e.at)),
            });
        }
    }
    out
}

fn document(v: &HelpView, content: HelpPaper) -> Document {
    let text = |l: String| Block::Text(vec![Run::plain(l)]);
    let mut blocks: Vec<Block> = content.lines.into_iter().map(text).collect();
    if !content.rows.is_empty() {
        let cells = |row: Vec<String>| row.into_iter().map(|c| vec![Run::plain(c)]).collect();
        blocks.push(Block::Table {
            title: String::new(),
            head: content.head,
            rows: content.rows.into_iter().map(cells).collect(),
        });
    }
    blocks.extend(content.after.into_iter().map(text));
    Document {
        mark: None,
        number: content.number,
        title: content.kind.zh().to_owned(),
        to: String::new(),
        blocks,
        attachments: Vec::new(),
        org: v.hall.clone(),
        date: content.date,
        copies: String::new(),
        check: None,
    }
}

/// `4-acceptance.docx`, `4-acceptance.pdf`; with as much of the applicant as the view has.
///
/// # Errors
/// There is no such paper; no font for Chinese on this machine.
pub(crate) async fn answer(v: &HelpView, file: &str) -> Result<Response, Oops> {
    let not_found = || Oops(Error::NotFound);
    let (name, media) = file.rsplit_once('.').ok_or_else(not_found)?;
    let (ver, kind) = name.split_once('-').ok_or_else(not_found)?;
    let ver: i64 = ver.parse().map_err(|_| not_found())?;
    let kind = PaperKind::read(kind).ok_or_else(not_found)?;
    let e = v.events.iter().find(|e| e.ver == ver).ok_or_else(not_found)?;
    if !made_by(&e.after, &e.happened).contains(&kind) {
        return Err(not_found());
    }
    let c = &v.contact;
    let who = Applicant {
        name: c.name.clone(),
        phone: c.phone.clone(),
        id_number: c.id_number.clone(),
        address: c.address.clone(),
    };
    let doc = document(v, paper_of(kind, &e.after, &e.happened, (ver, e.at), &who));
    let (kind, word) = match media {
        "pdf" => ("application/pdf", false),
        "docx" => (DOCX, true),
        _ => return Err(not_found()),
    };
    let bytes = blocking(move || {
        if word {
            return paper::word::write(&doc).map_err(|e| Error::told("word", &e));
        }
        let fonts = Fonts::of_this_machine().map_err(|e| Error::told("fonts", &e))?;
        paper::pdf::write(&doc, fonts).map_err(|e| Error::told("fonts", &e))
    })
    .await?;
    Ok(download(kind, &format!("{}-{name}.{media}", v.order.number), bytes))
}
