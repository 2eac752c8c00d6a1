//! 出件: the paper as Word, PDF and OFD; what was sealed is given out as it was, to the byte.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use city::Error;
use paper::gongwen::{Check, Document};
use paper::pdf::Fonts;
use papers::{Pages, Sealed, linked};
use web_kit::{DOCX, OFD, Oops, base, blocking, download, qr_squares};

use crate::{Desk, Kit};

/// The document with its code at the top.
pub(crate) fn checked(doc: Document, mark: &Sealed, base: &str) -> Document {
    let base = base.trim_end_matches('/');
    let note = if mark.trial {
        "试用章：用自制密钥制作，仅供试用，不具法律效力"
    } else {
        "电子印章在 OFD 文件上；PDF、纸质件请扫码核对"
    };
    let lines =
        vec![format!("核验码 {}", mark.printed()), format!("扫码或打开 {base}/verify 核验"), note.to_owned()];
    let squares = qr_squares(&format!("{base}/verify/{}", mark.code));
    Document { check: Some(Check { lines, squares }), ..doc }
}

/// The pages to be sealed.
pub(crate) fn print(doc: &Document, mark: &Sealed, public: &str, base: &str) -> Result<Pages, Error> {
    let doc = checked(linked(doc.clone(), public), mark, base);
    let fonts = Fonts::of_this_machine().map_err(|e| Error::told("fonts", e))?;
    let told = |e: paper::pdf::PdfError| Error::told("fonts", &e);
    let (ofd, place) = paper::ofd::write_to_seal(&doc, fonts).map_err(told)?;
    let pdf = paper::pdf::write(&doc, fonts).map_err(told)?;
    Ok(Pages { ofd, place, pdf })
}

/// `GET /desk/papers/{id}/{paper.docx|paper.pdf|paper.ofd}`
pub(crate) async fn give(
    State(kit): State<Kit>,
    desk: Desk,
    Path((id, file)): Path<(i64, String)>,
    headers: HeaderMap,
) -> Result<Response, Oops> {
    let kind = match file.as_str() {
        "paper.docx" => DOCX,
        "paper.pdf" => "application/pdf",
        "paper.ofd" => OFD,
        _ => return Err(Oops(Error::NotFound)),
    };
    let (document, sealed) = kit.acts.papers.document(desk.actor(), id).await?;
    let name = file.replace("paper", &format!("paper-{id}"));
    let mut document = linked(document, &kit.options.public_url);
    if let Some(row) = sealed.filter(|r| r.state == "kept") {
        if kind != DOCX
            && let Some(found) = kit.acts.seals.by_code(&row.code).await?
            && let Some(bytes) = if kind == OFD { found.ofd } else { found.pdf }
        {
            return Ok(download(kind, &name, bytes));
        }
        // Word has no seal and says where to check.
        let mark = Sealed { code: row.code, trial: row.trial };
        document = checked(document, &mark, &base(&kit, &headers));
    }
    let bytes = blocking(move || {
        if kind == DOCX {
            return paper::word::write(&document).map_err(|e| Error::told("word", &e));
        }
        let fonts = Fonts::of_this_machine().map_err(|e| Error::told("fonts", e))?;
        let write = if kind == OFD { paper::ofd::write } else { paper::pdf::write };
        write(&document, fonts).map_err(|e| Error::told("fonts", &e))
    })
    .await?;
    Ok(download(kind, &name, bytes))
}
