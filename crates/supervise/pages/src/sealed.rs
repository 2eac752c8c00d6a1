//! 盖章: an issued bulletin gets its seal, with a code that leads anybody to what it says.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use paper::gongwen::{Check, Document};
use paper::pdf::Fonts;
use seals::{Offered, Pages, PaperKind, Sealed, SealedRow};
use web_kit::{Fields, Oops, again, base, blocking, qr_squares, when};

use crate::bulletins::one;
use crate::document::document;
use crate::{Desk, Kit, Page, may};

/// What the page of a bulletin says of its seal.
pub(crate) struct SealedView {
    /// the code as it is printed
    pub code: String,
    /// where anybody checks it
    pub href: String,
    pub at: String,
    pub trial: bool,
    /// why it no longer counts
    pub withdrawn: String,
}

/// How a bulletin stands with seals.
#[derive(Default)]
pub(crate) struct Standing {
    /// what it was sealed as
    pub sealed: Option<SealedRow>,
    /// what it may be sealed with
    pub offered: Offered,
    /// may who looks withdraw it as sealed
    pub may_withdraw: bool,
}

pub(crate) async fn standing(kit: &Kit, desk: &Desk, id: i64) -> Result<Standing, Oops> {
    let seals = &kit.acts.seals;
    if let Some(row) = seals.of_paper(desk.actor(), PaperKind::Bulletin, id).await? {
        let may_withdraw = may(desk, access::Operation::WriteBulletins)
            && row.state == "kept"
            && seals.may_withdraw(desk.actor(), row.seal).await?;
        return Ok(Standing { sealed: Some(row), may_withdraw, ..Standing::default() });
    }
    let (acts, actor) = (kit.acts.clone(), desk.actor());
    let offered = blocking(move || acts.supervision.seals_for(&acts.seals, actor, id)).await?;
    Ok(Standing { offered, ..Standing::default() })
}

fn mark_of(row: &SealedRow) -> Sealed {
    Sealed { code: row.code.clone(), trial: row.trial }
}

pub(crate) fn view(p: &Page, row: &SealedRow) -> SealedView {
    SealedView {
        code: mark_of(row).printed(),
        href: format!("/verify/{}", row.code),
        at: when(p.lang, row.at),
        trial: row.trial,
        withdrawn: if row.state == "kept" { String::new() } else { row.why.clone() },
    }
}

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

/// The mark of a bulletin that counts; none where it was not sealed.
pub(crate) async fn mark(kit: &Kit, desk: &Desk, id: i64) -> Result<Option<Sealed>, Oops> {
    let row = kit.acts.seals.of_paper(desk.actor(), PaperKind::Bulletin, id).await?;
    Ok(row.filter(|r| r.state == "kept").map(|r| mark_of(&r)))
}

/// `POST /desk/bulletins/{id}/seal`
pub(crate) async fn seal(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Oops> {
    let (acts, actor, base) = (kit.acts.clone(), desk.actor(), base(&kit, &headers));
    let public = kit.options.public_url.clone();
    let seal = fields.get("seal").parse().unwrap_or(-1);
    let done = blocking(move || {
        acts.supervision.seal_bulletin(&acts.seals, &actor, id, seal, |b, mark| {
            let doc = checked(document(b, &public), mark, &base);
            let fonts = Fonts::of_this_machine().map_err(|e| city::Error::told("fonts", e))?;
            let told = |e: paper::pdf::PdfError| city::Error::told("fonts", &e);
            let (ofd, place) = paper::ofd::write_to_seal(&doc, fonts).map_err(told)?;
            let pdf = paper::pdf::write(&doc, fonts).map_err(told)?;
            Ok(Pages { ofd, place, pdf })
        })
    })
    .await;
    after(&kit, &desk, id, done.map(drop)).await
}

/// `POST /desk/bulletins/{id}/withdraw`: it no longer counts.
pub(crate) async fn withdraw(
    State(kit): State<Kit>,
    desk: Desk,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Oops> {
    let why = fields.get("why").to_owned();
    let done = kit.acts.supervision.withdraw_sealed(&kit.acts.seals, desk.actor(), id, why).await;
    after(&kit, &desk, id, done).await
}

async fn after(kit: &Kit, desk: &Desk, id: i64, done: Result<(), city::Error>) -> Result<Response, Oops> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/desk/bulletins/{id}")).into_response()),
        Err(e) => again(&desk.page, e, |trouble| one(kit, desk, id, trouble)).await,
    }
}
