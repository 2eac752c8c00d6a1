//! 政策文件: one document as a form; read from a file, or pasted as it stands.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use company::policy::sheets::DOCUMENT;
use company_acts::DocumentForm;
use serde::Deserialize;
use web_kit::{Fields, OneFile, Oops, Opt, again, opt, render};

use crate::{Desk, Kit, Page};

struct Cell {
    name: &'static str,
    label: &'static str,
    value: String,
    date: bool,
    list: bool,
    long: bool,
    options: Vec<Opt>,
}

#[derive(Template)]
#[template(path = "policy_document.html")]
struct DocumentHtml {
    p: Page,
    of: String,
    draft: String,
    cells: Vec<Cell>,
    why: String,
    /// what a file said, and what of it was not read
    read: Vec<String>,
    trouble: String,
}

fn cells(p: &Page, form: &DocumentForm) -> Vec<Cell> {
    let t = p.t.pay;
    let label = |key: &str| match key {
        "number" => t.doc_number,
        "name" => t.doc_name,
        "level" => t.doc_level,
        "office" => t.doc_office,
        "issued" => t.doc_issued,
        "from" => t.it_from,
        "to" => t.it_to,
        "replaces" => t.doc_replaces_field,
        "details" => t.doc_details_field,
        "summary" => t.doc_summary,
        _ => t.doc_text,
    };
    let cell = |(i, (key, _)): (usize, &(&'static str, &str))| {
        let value = form.cells.get(i).cloned().unwrap_or_default();
        let levels = ["国家级", "省级", "市级", "县级"];
        Cell {
            name: key,
            label: label(key),
            date: matches!(*key, "issued" | "from" | "to"),
            list: matches!(*key, "replaces" | "details"),
            long: matches!(*key, "summary" | "text"),
            options: if *key == "level" {
                levels.iter().map(|l| opt(l, l, &value)).collect()
            } else {
                Vec::new()
            },
            value,
        }
    };
    DOCUMENT.iter().enumerate().map(cell).collect()
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    of: String,
}

/// `GET /desk/companies/policies/document`
pub(crate) async fn document(
    State(kit): State<Kit>,
    desk: Desk,
    Query(asked): Query<Asked>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let form = kit.acts.companies.document_form(desk.actor(), asked.of.clone()).await?;
    Ok(render(&shown(p, asked.of, &form)))
}

fn shown(p: Page, of: String, form: &DocumentForm) -> DocumentHtml {
    let draft = form.draft.map_or_else(String::new, |d| d.to_string());
    let cells = cells(&p, form);
    DocumentHtml { cells, of, draft, why: String::new(), read: Vec::new(), trouble: String::new(), p }
}

/// `POST /desk/companies/policies/document/file`: the form as the file says it. Nothing is kept before it is saved.
pub(crate) async fn file(
    State(kit): State<Kit>,
    desk: Desk,
    OneFile(bytes): OneFile,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    match kit.acts.companies.document_of_file(desk.actor(), bytes).await {
        Ok((form, left)) => {
            let mut read = vec![p.t.pay.doc_read.to_owned()];
            read.extend(left.iter().map(|s| web_kit::said(p.lang, s)));
            Ok(render(&DocumentHtml { read, ..shown(p, String::new(), &form) }))
        }
        Err(e) => {
            let form = kit.acts.companies.document_form(desk.actor(), String::new()).await?;
            again(&desk.page, e, |trouble| async move {
                Ok(render(&DocumentHtml { trouble, ..shown(p, String::new(), &form) }))
            })
            .await
        }
    }
}

/// `POST /desk/companies/policies/document`
pub(crate) async fn put(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let (of, why) = (fields.get("of").to_owned(), fields.get("why").to_owned());
    let form = DocumentForm {
        cells: DOCUMENT.iter().map(|(key, _)| fields.get(key).trim().to_owned()).collect(),
        draft: fields.get("draft").parse().ok(),
    };
    let place = Some(of.clone()).filter(|of| !of.is_empty());
    match kit.acts.companies.put_document(desk.actor(), place, form.clone(), why.clone()).await {
        Ok(_) => Ok(Redirect::to("/desk/companies/policies#draft").into_response()),
        Err(e) => {
            let p = desk.page.clone();
            let html =
                |trouble| async move { Ok(render(&DocumentHtml { why, trouble, ..shown(p, of, &form) })) };
            again(&desk.page, e, html).await
        }
    }
}
