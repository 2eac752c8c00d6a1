//! 核验公文: anybody brings a sealed file and is told in plain words what its seals say (P6). The file is read and
//! forgotten; who looked is not kept.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::Said;
use seal::{Options, Report, Verdict};
use serde::Deserialize;
use web_kit::{Lang, OneFile, Oops, blocking, render, when};

use crate::{Kit, Page};

/// The largest file that is checked on the page, bytes; sealed papers have a few megabytes.
pub(crate) const FILE_MAX: usize = 20 << 20;

/// One question about a seal and its answer.
pub(crate) struct Answer {
    pub ask: &'static str,
    /// ✓ ✗ ?
    pub mark: &'static str,
    pub said: &'static str,
    pub class: &'static str,
}

pub(crate) struct Seal {
    pub title: String,
    pub facts: Vec<(&'static str, String)>,
    pub answers: Vec<Answer>,
    pub problems: Vec<String>,
}

#[derive(Template)]
#[template(path = "verify.html")]
struct VerifyHtml {
    p: Page,
    /// a file was brought
    done: bool,
    /// in one sentence
    verdict: String,
    class: &'static str,
    seals: Vec<Seal>,
    problems: Vec<String>,
    /// the code of the paper that the file is, when it is one of ours
    ours: Option<Ours>,
}

/// A file that this city gave out.
struct Ours {
    href: String,
    title: String,
    withdrawn: bool,
}

/// A code that somebody typed.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    code: String,
}

/// `GET /verify`
pub(crate) async fn form(p: Page, Query(typed): Query<Typed>) -> Response {
    let code = city::Vault::code_written(&typed.code);
    if !code.is_empty() {
        let code: String = code.chars().take(40).collect();
        return Redirect::to(&format!("/verify/{code}")).into_response();
    }
    render(&VerifyHtml {
        p,
        done: false,
        verdict: String::new(),
        class: "",
        seals: Vec::new(),
        problems: Vec::new(),
        ours: None,
    })
}

pub(crate) fn in_words(lang: Lang, s: &Said) -> String {
    if lang == Lang::Zh { s.zh.to_string() } else { s.en.to_string() }
}

fn answers(p: &Page, v: &Verdict) -> Vec<Answer> {
    let t = p.t;
    let one = |ask, answer: Option<bool>| {
        let (mark, said, class) = match answer {
            Some(true) => ("✓", t.verify_yes, "green"),
            Some(false) => ("✗", t.verify_no, "red"),
            None => ("?", t.verify_unknown, "grey"),
        };
        Answer { ask, mark, said, class }
    };
    let mut all = vec![one(t.verify_intact, v.intact)];
    if v.seal.is_some() {
        all.push(one(t.verify_seal_true, v.seal_signature));
    }
    all.extend([
        one(t.verify_covers, Some(v.covers_all)),
        one(t.verify_valid_then, v.valid_when_signed),
        one(t.verify_valid_now, v.valid_now),
        one(t.verify_known, v.signer_known),
    ]);
    // Few papers carry a time-stamp: none is no fault.
    let (mark, said, class) =
        if v.time_attested { ("✓", t.verify_yes, "green") } else { ("–", t.verify_without, "grey") };
    all.push(Answer { ask: t.verify_time, mark, said, class });
    all
}

pub(crate) fn seal_view(p: &Page, (n, v): (usize, &Verdict)) -> Seal {
    let t = p.t;
    let mut facts = Vec::new();
    if let Some(seal) = &v.seal {
        facts.push((t.verify_seal_name, seal.name.clone()));
        facts.push((t.verify_seal_number, seal.id.clone()));
    }
    let signer = v.signer.as_ref().map(|s| format!("{} {}", s.organization, s.name).trim().to_owned());
    facts.push((t.verify_signer, signer.unwrap_or_else(|| t.verify_unknown.to_owned())));
    if let Some(at) = v.signed_at {
        facts.push((t.verify_signed_at, when(p.lang, at)));
    }
    facts.push((t.verify_standard, v.standard.to_owned()));
    Seal {
        title: t.verify_seal_of.replace("{n}", &(n + 1).to_string()),
        facts,
        answers: answers(p, v),
        problems: v.problems.iter().map(|x| in_words(p.lang, &x.said)).collect(),
    }
}

/// In one sentence, and how it is coloured.
pub(crate) fn verdict(p: &Page, report: &Report) -> (String, &'static str) {
    let t = p.t;
    if report.signatures.is_empty() {
        return (t.verify_none.to_owned(), "");
    }
    let all = &report.signatures;
    if all.iter().any(|s| s.intact == Some(false) || s.seal_signature == Some(false)) {
        return (t.verify_broken.to_owned(), "bad");
    }
    if !report.intact() {
        return (t.verify_untold.to_owned(), "");
    }
    if all.iter().any(|s| !s.covers_all) {
        return (t.verify_partly.to_owned(), "");
    }
    if all.iter().any(|s| s.valid_when_signed != Some(true) || s.signer_authorised == Some(false)) {
        return (t.verify_not_valid.to_owned(), "bad");
    }
    (t.verify_well.to_owned(), "good")
}

/// `POST /verify`
pub(crate) async fn check(
    State(kit): State<Kit>,
    p: Page,
    OneFile(bytes): OneFile,
) -> Result<Response, Oops> {
    if bytes.is_empty() {
        return Err(Oops(city::Error::invalid("file", "请选择要核验的文件", "choose the file to check")));
    }
    let ours = kit.acts.seals.by_file(bytes.clone()).await?.map(|r| Ours {
        href: format!("/verify/{}", r.code),
        title: format!("{} {}", r.number, r.title).trim().to_owned(),
        withdrawn: r.state != "kept",
    });
    let pdf = bytes.starts_with(b"%PDF");
    let options = Options::at(p.now);
    let read = blocking(move || Ok(seal::verify(&bytes, &options))).await?;
    let mut page = VerifyHtml {
        done: true,
        verdict: String::new(),
        class: "bad",
        seals: Vec::new(),
        problems: Vec::new(),
        ours,
        p,
    };
    let t = page.p.t;
    match read {
        // A PDF has no seal; when it is ours to the byte, that says the same.
        Err(_) if page.ours.as_ref().is_some_and(|o| !o.withdrawn) => {
            (page.verdict, page.class) = (t.verify_ours_pdf.to_owned(), "good");
        }
        Err(_) if page.ours.is_some() => page.verdict = t.verify_withdrawn.to_owned(),
        Err(_) if pdf => page.verdict = t.verify_pdf.to_owned(),
        Err(why) => {
            page.verdict = t.verify_unreadable.to_owned();
            page.problems = vec![in_words(page.p.lang, &why.0.said)];
        }
        Ok(report) => {
            (page.verdict, page.class) = verdict(&page.p, &report);
            if page.ours.as_ref().is_some_and(|o| o.withdrawn) {
                (page.verdict, page.class) = (t.verify_withdrawn.to_owned(), "bad");
            }
            page.seals = report.signatures.iter().enumerate().map(|s| seal_view(&page.p, s)).collect();
            page.problems = report.problems.iter().map(|x| in_words(page.p.lang, &x.said)).collect();
        }
    }
    Ok(render(&page))
}
