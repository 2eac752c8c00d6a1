//! 发文程序与机关代字, as rows that are edited.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use papers::{Form, PaperKind, PaperRules};
use web_kit::{Fields, Oops, again, render};

use crate::new::kind_name;
use crate::{Desk, Kit, Page};

struct KindView {
    word: &'static str,
    name: &'static str,
    on: bool,
}

struct FormView {
    n: usize,
    key: String,
    name: String,
    kinds: Vec<KindView>,
    check: bool,
    agree: bool,
    seal: bool,
    head: bool,
    suffix: String,
    steps: String,
}

#[derive(Template)]
#[template(path = "paper_rules.html")]
struct RulesHtml {
    p: Page,
    forms: Vec<FormView>,
    signs: String,
    trouble: String,
}

fn form_view(p: &Page, n: usize, f: &Form) -> FormView {
    let kind = |k: PaperKind| KindView { word: k.word(), name: kind_name(p, k), on: f.kinds.contains(&k) };
    let steps: Vec<String> = f.steps().into_iter().map(|s| crate::list::stage(p.lang, s)).collect();
    FormView {
        n,
        key: f.key.clone(),
        name: f.name.clone(),
        kinds: PaperKind::ALL.into_iter().map(kind).collect(),
        check: f.check,
        agree: f.agree,
        seal: f.seal,
        head: f.head,
        suffix: f.suffix.clone(),
        steps: if f.name.is_empty() { String::new() } else { steps.join(" → ") },
    }
}

async fn page(kit: &Kit, desk: &Desk, sent: Option<&Fields>, trouble: String) -> Result<Response, Oops> {
    let p = desk.page.clone();
    access::offered(&desk.actor(), access::Operation::WritePaperRules).map_err(Error::from)?;
    let office = kit.city.office_now().await?;
    let rules = kit.acts.papers.rules(desk.actor()).await?;
    let forms = sent.map_or_else(|| rules.forms.clone(), forms_of);
    let blank = Form {
        key: format!("form{}", forms.len() + 1),
        name: String::new(),
        kinds: vec![PaperKind::Letter],
        check: true,
        agree: false,
        seal: true,
        head: false,
        suffix: String::new(),
    };
    let line = |s: &(kernel::UnitId, String)| format!("{} {}", office.unit_name(s.0), s.1);
    let signs = rules.signs.iter().map(line).collect::<Vec<_>>().join("\n");
    Ok(render(&RulesHtml {
        forms: forms.iter().chain([&blank]).enumerate().map(|(n, f)| form_view(&p, n, f)).collect(),
        signs: sent.map_or(signs, |f| f.get("signs").to_owned()),
        trouble,
        p,
    }))
}

/// The forms of a page, without those that are taken out and the one that was left empty.
fn forms_of(f: &Fields) -> Vec<Form> {
    let mut out: Vec<Form> = Vec::new();
    for n in 0..=papers::way::FORMS_MOST {
        let get = |name: &str| f.get(&format!("{name}{n}")).to_owned();
        let on = |name: &str| !get(name).is_empty();
        if !f.0.iter().any(|(name, _)| *name == format!("key{n}")) {
            break;
        }
        if on("drop") || !on("name") {
            continue;
        }
        // A new row gets a key that no other has.
        let mut key = get("key");
        while out.iter().any(|o| o.key == key) {
            key.push('x');
        }
        out.push(Form {
            key,
            name: get("name"),
            kinds: f.all(&format!("kinds{n}")).into_iter().filter_map(PaperKind::read).collect(),
            check: on("check"),
            agree: on("agree"),
            seal: on("seal"),
            head: on("head"),
            suffix: get("suffix"),
        });
    }
    out
}

/// `GET /desk/papers/rules`
pub(crate) async fn show(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    page(&kit, &desk, None, String::new()).await
}

/// `POST /desk/papers/rules`
pub(crate) async fn save(State(kit): State<Kit>, desk: Desk, f: Fields) -> Result<Response, Oops> {
    access::offered(&desk.actor(), access::Operation::WritePaperRules).map_err(Error::from)?;
    let office = kit.city.office_now().await?;
    let mut signs = Vec::new();
    let mut wrong = None;
    for line in f.get("signs").lines().map(str::trim).filter(|l| !l.is_empty()) {
        let pair = line.rsplit_once(char::is_whitespace).map(|(name, sign)| (name.trim(), sign.trim()));
        match pair.map(|(name, sign)| (office.unit_meant(name), sign)) {
            Some((Ok(unit), sign)) => signs.push((unit.id, sign.to_owned())),
            Some((Err(e), _)) => wrong = Some(e.said()),
            None => {
                wrong = Some(kernel::Said::new(
                    format!("“{line}”要写成：单位 代字，中间空一格"),
                    format!("“{line}”: write the unit, a space, and its sign"),
                ));
            }
        }
    }
    let done = match wrong {
        Some(said) => Err(Error::Invalid { field: "signs".to_owned(), said }),
        None => kit.acts.papers.set_rules(desk.actor(), PaperRules { forms: forms_of(&f), signs }).await,
    };
    match done {
        Ok(()) => Ok(Redirect::to("/desk/papers/rules").into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, Some(&f), trouble)).await,
    }
}
