//! 扫码核验: what the code of a sealed paper leads to: office, number, date, what its seal says, and the paper itself (P6). The
//! page sets no cookie and notes nobody.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use city::Error;
use seal::Options;
use seals::{Found, SealState};
use web_kit::{OFD, Oops, blocking, day, download, render, when, word};

use crate::verify::{Seal, seal_view, verdict};
use crate::{Kit, Page};

#[derive(Template)]
#[template(path = "verify_code.html")]
struct CodeHtml {
    p: Page,
    /// as it was asked for
    code: String,
    /// nobody gave such a code
    unknown: bool,
    withdrawn: bool,
    why: String,
    trial: bool,
    verdict: String,
    class: &'static str,
    facts: Vec<(&'static str, String)>,
    seals: Vec<Seal>,
    /// what is said of the seal today
    seal_note: String,
}

fn printed(code: &str) -> String {
    let parts: Vec<String> =
        code.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect();
    parts.join("-")
}

fn facts(p: &Page, f: &Found) -> Vec<(&'static str, String)> {
    let t = p.t;
    let date = f.row.day.parse().map_or_else(|_| f.row.day.clone(), |d| day(p.lang, d));
    vec![
        (t.verify_office, f.row.office.clone()),
        (t.verify_paper_title, f.row.title.clone()),
        (t.verify_paper_number, f.row.number.clone()),
        (t.verify_day, date),
        (t.verify_seal_name, f.seal.clone()),
        (t.verify_seal_number, f.seal_number.clone()),
        (t.verify_signed_at, when(p.lang, f.row.at)),
        (t.verify_code, printed(&f.row.code)),
    ]
}

/// `GET /verify/{code}`
pub(crate) async fn show(
    State(kit): State<Kit>,
    p: Page,
    Path(code): Path<String>,
) -> Result<Response, Oops> {
    let code: String = city::Vault::code_written(&code).chars().take(40).collect();
    let mut page = CodeHtml {
        unknown: true,
        withdrawn: false,
        why: String::new(),
        trial: false,
        verdict: p.t.verify_code_unknown.to_owned(),
        class: "bad",
        facts: Vec::new(),
        seals: Vec::new(),
        seal_note: String::new(),
        code,
        p,
    };
    let Some(found) = kit.acts.seals.by_code(&page.code).await? else {
        return Ok((StatusCode::NOT_FOUND, render(&page)).into_response());
    };
    let t = page.p.t;
    page.unknown = false;
    page.trial = found.row.trial;
    page.facts = facts(&page.p, &found);
    if matches!(found.seal_state, SealState::Suspended | SealState::Cancelled) {
        page.seal_note = t.verify_seal_now.replace("{state}", &word(page.p.lang, found.seal_state));
    }
    match found.ofd {
        None => {
            page.withdrawn = true;
            page.why = found.row.why;
            page.verdict = t.verify_withdrawn.to_owned();
        }
        Some(ofd) => {
            let options = Options::at(page.p.now);
            let report = blocking(move || {
                seal::verify(&ofd, &options)
                    .map_err(|e| Error::Invalid { field: "file".into(), said: e.0.said })
            })
            .await?;
            (page.verdict, page.class) = verdict(&page.p, &report);
            page.seals = report.signatures.iter().enumerate().map(|s| seal_view(&page.p, s)).collect();
        }
    }
    Ok(render(&page))
}

/// `GET /verify/{code}/{paper.ofd|paper.pdf}`: the paper itself.
pub(crate) async fn file(
    State(kit): State<Kit>,
    Path((code, file)): Path<(String, String)>,
) -> Result<Response, Oops> {
    let found = kit.acts.seals.by_code(&code).await?.ok_or(Oops(Error::NotFound))?;
    let name = |ending: &str| format!("{}.{ending}", found.row.code);
    match (file.as_str(), &found.ofd, &found.pdf) {
        ("paper.ofd", Some(ofd), _) => Ok(download(OFD, &name("ofd"), ofd.clone())),
        ("paper.pdf", _, Some(pdf)) => Ok(download("application/pdf", &name("pdf"), pdf.clone())),
        _ => Err(Oops(Error::NotFound)),
    }
}
