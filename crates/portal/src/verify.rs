//! 核验公文: anybody brings a sealed file and is told in plain words what its seals say (P6). The file is read and
//! forgotten; who looked is not kept.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use kernel::Said;
use seal::{Options, Report, Verdict};
use web_kit::{Kit, Lang, OneFile, Oops, blocking, render, when};

use crate::Page;

/// The largest file that is checked on the page, bytes; sealed papers have a few megabytes.
pub(crate) const FILE_MAX: usize = 20 << 20;

/// One question about a seal and its answer.
struct Answer {
    ask: &'static str,
    /// ✓ ✗ ?
    mark: &'static str,
    said: &'static str,
    class: &'static str,
}

struct Seal {
    title: String,
    facts: Vec<(&'static str, String)>,
    answers: Vec<Answer>,
    problems: Vec<String>,
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
}

/// `GET /verify`
pub(crate) async fn form(p: Page) -> Response {
    render(&VerifyHtml {
        p,
        done: false,
        verdict: String::new(),
        class: "",
        seals: Vec::new(),
        problems: Vec::new(),
    })
}

fn in_words(lang: Lang, s: &Said) -> String {
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

fn seal_view(p: &Page, (n, v): (usize, &Verdict)) -> Seal {
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
fn verdict(p: &Page, report: &Report) -> (String, &'static str) {
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
pub(crate) async fn check(State(_): State<Kit>, p: Page, OneFile(bytes): OneFile) -> Result<Response, Oops> {
    if bytes.is_empty() {
        return Err(Oops(city::Error::invalid("file", "请选择要核验的文件", "choose the file to check")));
    }
    let options = Options::at(p.now);
    let read = blocking(move || Ok(seal::verify(&bytes, &options))).await?;
    let page = match read {
        Err(why) => VerifyHtml {
            done: true,
            verdict: p.t.verify_unreadable.to_owned(),
            class: "bad",
            seals: Vec::new(),
            problems: vec![in_words(p.lang, &why.0.said)],
            p,
        },
        Ok(report) => {
            let (sentence, class) = verdict(&p, &report);
            VerifyHtml {
                done: true,
                verdict: sentence,
                class,
                seals: report.signatures.iter().enumerate().map(|s| seal_view(&p, s)).collect(),
                problems: report.problems.iter().map(|x| in_words(p.lang, &x.said)).collect(),
                p,
            }
        }
    };
    Ok(render(&page))
}
