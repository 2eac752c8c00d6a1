//! 编制: one item as a form, and the whole book as a workbook. Nobody reads or writes JSON here.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::Error;
use company::policy::condition::COMPARISONS;
use company::policy::sheets::{CONDITION, GROUPS, ITEM};
use company_acts::{ItemForm, ItemKey};
use paper::sheet::write_book;
use serde::Deserialize;
use web_kit::{Fields, Oops, Opt, XLSX, again, download, opt, render};

use crate::{Desk, Kit, Page};

/// Rows for more conditions at the end of the form.
const MORE: usize = 4;

/// A cell of an item as the form shows it.
struct Cell {
    name: &'static str,
    label: String,
    value: String,
    date: bool,
    required: bool,
    options: Vec<Opt>,
}

struct ConditionRow {
    place: String,
    kinds: Vec<Opt>,
    field: String,
    as_of: String,
    ops: Vec<Opt>,
    value: String,
    source: String,
    text: String,
}

#[derive(Template)]
#[template(path = "policy_item.html")]
struct ItemHtml {
    p: Page,
    title: String,
    code: String,
    from: String,
    draft: String,
    cells: Vec<Cell>,
    rows: Vec<ConditionRow>,
    fields: Vec<String>,
    why: String,
    trouble: String,
}

fn words(all: &[&str], chosen: &str) -> Vec<Opt> {
    all.iter().map(|w| opt(w, w, chosen)).collect()
}

fn cells(p: &Page, form: &ItemForm) -> Vec<Cell> {
    let t = p.t.pay;
    let label = |key: &str| match key {
        "code" => t.it_code,
        "name" => t.it_name,
        "policy" => t.it_policy,
        "clause" => t.it_clause,
        "class" => t.it_class,
        "way" => t.it_way,
        "from" => t.it_from,
        "to" => t.it_to,
        "group" => t.it_group,
        "office" => t.it_office,
        "phone" => t.it_phone,
        "pay_days" => t.it_pay_days,
        "publicity_days" => t.it_publicity_days,
        "fund" => t.it_fund,
        "amount" => t.it_amount,
        "cap" => t.it_cap,
        "least" => t.it_least,
        "round" => t.it_round,
        "said" => t.it_said,
        _ => t.it_note,
    };
    let cell = |(i, (key, _)): (usize, &(&'static str, &str))| {
        let value = form.cells.get(i).cloned().unwrap_or_default();
        let options = match *key {
            "class" => words(&["奖补", "减免", "权益", "资质"], &value),
            "way" => words(&["申报", "快申快享", "免申即享"], &value),
            "round" => words(&["到分", "到元", "舍到元", "舍到百元", "不取整"], &value),
            _ => Vec::new(),
        };
        Cell {
            name: key,
            label: label(key).to_owned(),
            date: matches!(*key, "from" | "to"),
            required: matches!(*key, "code" | "name"),
            options,
            value,
        }
    };
    ITEM.iter().enumerate().map(cell).collect()
}

fn condition_rows(form: &ItemForm) -> Vec<ConditionRow> {
    let row = |r: &[String]| {
        let get = |key: &str| {
            let at = CONDITION.iter().position(|c| c.0 == key);
            at.and_then(|i| r.get(i)).cloned().unwrap_or_default()
        };
        let kind = get("kind");
        let mut kinds: Vec<&str> = GROUPS.iter().map(|g| g.1).collect();
        for least in ["至少2项", "至少3项", "至少4项"] {
            kinds.push(least);
        }
        if !kind.is_empty() && !kinds.contains(&kind.as_str()) {
            kinds.push(&kind);
        }
        let ops: Vec<&str> = COMPARISONS.iter().map(|c| c.3).collect();
        ConditionRow {
            place: get("place"),
            kinds: words(&kinds, &kind),
            field: get("field"),
            as_of: get("as_of"),
            ops: words(&ops, &get("op")),
            value: get("value"),
            source: get("source"),
            text: get("text"),
        }
    };
    let blank = std::iter::repeat_n(Vec::new(), MORE);
    form.conditions.iter().cloned().chain(blank).map(|r| row(&r)).collect()
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    of: ItemKey,
    sent: Option<(ItemForm, String)>,
    trouble: String,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let looked_at = kit.acts.companies.item_form(desk.actor(), of.clone()).await?;
    let (form, why) = sent.unwrap_or((looked_at, String::new()));
    let name = form.cells.get(1).cloned().unwrap_or_default();
    let html = ItemHtml {
        title: if of.0.is_empty() { p.t.pay.item_new.to_owned() } else { name },
        draft: form.draft.map(|d| d.to_string()).unwrap_or_default(),
        cells: cells(&p, &form),
        rows: condition_rows(&form),
        fields: kit.acts.companies.field_choices(desk.actor()).await?,
        code: of.0,
        from: of.1,
        why,
        trouble,
        p,
    };
    Ok(render(&html))
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Which {
    /// code and first day, `code@2026-01-01`; empty for a new item
    #[serde(default)]
    of: String,
}

/// `GET /desk/companies/policies/item`
pub(crate) async fn item(
    State(kit): State<Kit>,
    desk: Desk,
    Query(which): Query<Which>,
) -> Result<Response, Oops> {
    let (code, from) = which.of.rsplit_once('@').unwrap_or((&which.of, ""));
    page(&kit, &desk, (code.to_owned(), from.to_owned()), None, String::new()).await
}

/// The form as it was sent: a cell for each column, `c.{column}` for each row of conditions.
fn read(fields: &Fields) -> ItemForm {
    let cells = ITEM.iter().map(|c| fields.get(c.0).to_owned()).collect();
    let columns: Vec<Vec<&str>> = CONDITION
        .iter()
        .map(|c| {
            let name = format!("c.{}", c.0);
            fields.0.iter().filter(|(n, _)| *n == name).map(|(_, v)| v.trim()).collect()
        })
        .collect();
    let rows = columns.first().map_or(0, Vec::len);
    let row = |n: usize| -> Vec<String> {
        columns.iter().map(|c| c.get(n).copied().unwrap_or_default().to_owned()).collect()
    };
    // A row that says neither what is looked at nor of which clause is an empty one; a group has a place.
    let conditions = (0..rows).map(row).filter(|r| !r[0].is_empty()).collect();
    ItemForm { cells, conditions, draft: fields.get("draft").parse().ok() }
}

/// `POST /desk/companies/policies/item`
pub(crate) async fn put(State(kit): State<Kit>, desk: Desk, fields: Fields) -> Result<Response, Oops> {
    let of: ItemKey = (fields.get("of_code").to_owned(), fields.get("of_from").to_owned());
    let (form, why) = (read(&fields), fields.get("why").to_owned());
    let done = if fields.get("do") == "drop" {
        kit.acts.companies.drop_item(desk.actor(), of.clone(), form.draft, why.clone()).await
    } else {
        let place = Some(of.clone()).filter(|of| !of.0.is_empty());
        kit.acts.companies.put_item(desk.actor(), place, form.clone(), why.clone()).await
    };
    match done {
        Ok(_) => Ok(Redirect::to("/desk/companies/policies").into_response()),
        Err(e) => again(&desk.page, e, |trouble| page(&kit, &desk, of, Some((form, why)), trouble)).await,
    }
}

/// `GET /desk/companies/policies/book.xlsx`: the whole book.
pub(crate) async fn book(State(kit): State<Kit>, desk: Desk) -> Result<Response, Oops> {
    let sheets = kit.acts.companies.book_sheets(desk.actor()).await?;
    let bytes = write_book(sheets).map_err(Error::bug)?;
    Ok(download(XLSX, "policies.xlsx", bytes))
}
