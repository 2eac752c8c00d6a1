//! 编制 without JSON (P2): the whole book as a workbook, down and up again; one item as a form. What comes of either is a draft
//! that another person releases.

use std::collections::BTreeMap;

use access::{City, Nothing, decide, op};
use city::{Door, Error, Later};
use company::policy::document::TEXT_MAX;
use company::policy::sheets::{self, Sheet, condition_rows, item_of, item_row};
use company::policy::{Book, PolicyError};
use kernel::{Actor, Said};
use serde_json::{Value as Json, json};
use store::Tx;
use tabular::records;

use crate::Companies;
use crate::policies::{base_in, faults};

/// One item as a form: its cells in the order of [`sheets::ITEM`], its conditions in that of [`sheets::CONDITION`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemForm {
    /// the cells
    pub cells: Vec<String>,
    /// rows of conditions
    pub conditions: Vec<Vec<String>>,
    /// version of the draft that was looked at; none before the first
    pub draft: Option<i64>,
}

/// The largest upload of one document, with what surrounds the file.
pub const DOCUMENT_FILE_MOST: usize = doctext::FILE_MOST + (1 << 20);

/// One document as a form: its cells in the order of [`sheets::DOCUMENT`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentForm {
    /// the cells
    pub cells: Vec<String>,
    /// version of the draft that was looked at; none before the first
    pub draft: Option<i64>,
}

fn documents(book: &Json) -> Vec<Json> {
    book.get("documents").and_then(Json::as_array).cloned().unwrap_or_default()
}

/// Which item: its code and its first day, empty where it has none.
pub type ItemKey = (String, String);

fn key_of(item: &Json) -> ItemKey {
    let row = item_row(item);
    (row[0].clone(), row[6].clone())
}

fn items(book: &Json) -> Vec<Json> {
    let list = if book.is_array() { book.as_array() } else { book.get("items").and_then(Json::as_array) };
    list.cloned().unwrap_or_default()
}

/// Keys and names of the fields that a book declares; a name that two have stands for neither.
fn field_names(book: &Json) -> Vec<(String, String)> {
    let text = |f: &Json, key: &str| f.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
    let fields = book.get("fields").and_then(Json::as_array).into_iter().flatten();
    let all: Vec<(String, String)> =
        fields.map(|f| (text(f, "key"), text(f, "name"))).filter(|f| !f.1.is_empty()).collect();
    let once = |f: &&(String, String)| all.iter().filter(|o| o.1 == f.1 || o.0 == f.1).count() == 1;
    all.iter().filter(once).cloned().collect()
}

/// The field of each row of conditions as people call it, or back to its key; its time stays.
fn called(rows: &mut [Vec<String>], names: &[(String, String)], by_name: bool) {
    let at = sheets::CONDITION.iter().position(|c| c.0 == "field").unwrap_or_default();
    for field in rows.iter_mut().filter_map(|r| r.get_mut(at)) {
        let (name, when) = field.split_once('@').map_or((field.as_str(), None), |(n, w)| (n, Some(w)));
        let found = names.iter().find(|f| if by_name { f.0 == name } else { f.1 == name });
        if let Some((key, said)) = found {
            let now = if by_name { said } else { key };
            *field = when.map_or_else(|| now.clone(), |w| format!("{now}@{w}"));
        }
    }
}

fn with_items(book: Json, items: Vec<Json>) -> Json {
    match book {
        Json::Object(mut map) => {
            map.insert("items".to_owned(), Json::Array(items));
            Json::Object(map)
        }
        _ => json!({ "items": items }),
    }
}

impl Companies {
    /// 底账成表: the draft that waits, else what is in force.
    pub fn book_sheets(&self, actor: Actor) -> Later<Vec<Sheet>> {
        self.read(move |_, rd| {
            decide(&actor, op::ReadPolicies, Nothing)?;
            Ok(sheets::to_sheets(&base_in(rd)?.book))
        })
    }

    /// One item as a form, of the draft that waits, else of what is in force; an empty one without a code.
    pub fn item_form(&self, actor: Actor, of: ItemKey) -> Later<ItemForm> {
        self.read(move |app, rd| {
            let city = app.city.office(rd)?;
            decide(&actor, op::WritePolicies, City(&city.settings.city))?;
            let base = base_in(rd)?;
            if of.0.is_empty() {
                return Ok(ItemForm { draft: base.draft, ..ItemForm::default() });
            }
            let item = items(&base.book).into_iter().find(|i| key_of(i) == of).ok_or(Error::NotFound)?;
            let mut conditions = condition_rows(&item);
            called(&mut conditions, &field_names(&base.book), true);
            Ok(ItemForm { cells: item_row(&item), conditions, draft: base.draft })
        })
    }

    /// Names of the fields that conditions can look at, for the form.
    pub fn field_choices(&self, actor: Actor) -> Later<Vec<String>> {
        self.read(move |_, rd| {
            decide(&actor, op::ReadPolicies, Nothing)?;
            Ok(field_names(&base_in(rd)?.book).into_iter().map(|f| f.1).collect())
        })
    }

    /// Puts an item into the draft, in the place of the one that was looked at; a new one without it.
    pub fn put_item(&self, actor: Actor, of: Option<ItemKey>, form: ItemForm, why: String) -> Later<i64> {
        self.write(move |app, tx| {
            let place = of.clone();
            let mut form = form.clone();
            called(&mut form.conditions, &field_names(&base_in(tx)?.book), false);
            app.change_items(tx, &actor, form.draft, &why, |all| {
                let before = place.as_ref().and_then(|of| all.iter().position(|i| key_of(i) == *of));
                if place.is_some() && before.is_none() {
                    return Err(Error::NotFound);
                }
                let item = item_of(&form.cells, &form.conditions, before.map(|at| &all[at]))
                    .map_err(|e| faults("item", &[e]))?;
                match before {
                    Some(at) => all[at] = item,
                    None if all.iter().any(|i| key_of(i) == key_of(&item)) => {
                        return Err(Error::invalid(
                            "item",
                            "已有同一编码、同一起始日期的事项，请打开它修改",
                            "there is an item with this code and first day: open it",
                        ));
                    }
                    None => all.push(item),
                }
                Ok(())
            })
        })
    }

    /// Takes an item out of the draft.
    pub fn drop_item(&self, actor: Actor, of: ItemKey, draft: Option<i64>, why: String) -> Later<i64> {
        self.write(move |app, tx| {
            let of = of.clone();
            app.change_items(tx, &actor, draft, &why, |all| {
                let at = all.iter().position(|i| key_of(i) == of).ok_or(Error::NotFound)?;
                all.remove(at);
                Ok(())
            })
        })
    }

    /// One document as a form, by its number, of the draft that waits, else of what is in force; an empty one without.
    pub fn document_form(&self, actor: Actor, number: String) -> Later<DocumentForm> {
        self.read(move |app, rd| {
            let city = app.city.office(rd)?;
            decide(&actor, op::WritePolicies, City(&city.settings.city))?;
            let base = base_in(rd)?;
            if number.trim().is_empty() {
                return Ok(DocumentForm { draft: base.draft, ..DocumentForm::default() });
            }
            let found = documents(&base.book).into_iter().find(|d| d["number"] == number.trim());
            let cells = sheets::document_row(&found.ok_or(Error::NotFound)?);
            Ok(DocumentForm { cells, draft: base.draft })
        })
    }

    /// A document as its file says it, as a form to be looked at: nothing is kept yet. And what of the file was not read.
    ///
    /// # Errors
    /// It cannot be read, with what to do.
    pub fn document_of_file(&self, actor: Actor, bytes: Vec<u8>) -> Later<(DocumentForm, Vec<Said>)> {
        self.study(move |app, rd| {
            let city = app.city.office(rd)?;
            decide(&actor, op::WritePolicies, City(&city.settings.city))?;
            let base = base_in(rd)?;
            let read =
                doctext::read(&bytes).map_err(|why| Error::Invalid { field: "file".into(), said: why })?;
            let mut left = read.left;
            let n = read.text.chars().count();
            if n > TEXT_MAX {
                left.push(Said::new(
                    format!("正文有 {n} 字，只填入了前 {TEXT_MAX} 字，请分成几份登记"),
                    format!("{n} characters, of which the first {TEXT_MAX} were taken: enter it in parts"),
                ));
            }
            let told = company::policy::told::told(&read.text);
            let known = json!({
                "number": told.number, "name": told.name, "level": told.level, "office": told.office,
                "issued": told.issued, "from": told.from, "to": told.to, "replaces": told.replaces,
                "text": told.text,
            });
            Ok((DocumentForm { cells: sheets::document_row(&known), draft: base.draft }, left))
        })
    }

    /// Puts a document into the draft, in the place of the one with this number; a new one without it.
    pub fn put_document(
        &self,
        actor: Actor,
        of: Option<String>,
        form: DocumentForm,
        why: String,
    ) -> Later<i64> {
        self.write(move |app, tx| {
            app.change_book(tx, &actor, form.draft, &why, |book| {
                let mut all = documents(&book);
                let document = sheets::document_of(&form.cells);
                let before = of.as_ref().and_then(|of| all.iter().position(|d| d["number"] == of.trim()));
                match before {
                    Some(at) => all[at] = document,
                    None if of.is_some() => return Err(Error::NotFound),
                    None => all.push(document),
                }
                let mut book = if book.is_array() { json!({ "items": book }) } else { book };
                book["documents"] = Json::Array(all);
                Ok(book)
            })
        })
    }

    fn change_items(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        draft: Option<i64>,
        why: &str,
        change: impl FnOnce(&mut Vec<Json>) -> Result<(), Error>,
    ) -> Result<i64, Error> {
        self.change_book(tx, actor, draft, why, |book| {
            let mut all = items(&book);
            change(&mut all)?;
            Ok(with_items(book, all))
        })
    }

    fn change_book(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        draft: Option<i64>,
        why: &str,
        change: impl FnOnce(Json) -> Result<Json, Error>,
    ) -> Result<i64, Error> {
        let city = self.city.office(tx)?;
        decide(actor, op::WritePolicies, City(&city.settings.city))?;
        let base = base_in(tx)?;
        if let Some(said) = base.in_the_way(actor) {
            return Err(Error::Invalid { field: "item".to_owned(), said });
        }
        if base.draft != draft {
            return Err(Error::invalid(
                "item",
                "草案已有变动，请重新打开事项再改",
                "the draft changed meanwhile: open the item again",
            ));
        }
        self.propose_in(tx, actor, &change(base.book)?.to_string(), why)
    }
}

/// The book that a workbook holds as a whole; none when it is a table of another kind.
pub(crate) fn whole_book(found: &[records::Sheet]) -> Option<Result<Json, Vec<PolicyError>>> {
    let has = |name: &str, column: &str| {
        let sheet = found.iter().find(|s| s.name.trim() == name)?;
        sheet.rows.first().filter(|head| head.iter().any(|h| h.trim() == column))
    };
    has("事项", sheets::ITEM[0].1).and(has("条件", sheets::CONDITION[0].1))?;
    let sheets: Vec<Sheet> = found.iter().map(|s| (s.name.clone(), s.rows.clone())).collect();
    Some(sheets::from_sheets(&sheets).and_then(|book| Book::read(&book.to_string()).map(|_| book)))
}

/// What a whole book would change: items that are new, changed, the same, gone.
pub(crate) fn compared(old: &Json, new: &Json) -> [u64; 4] {
    let shown = |book: &Json| -> BTreeMap<ItemKey, String> {
        let said = |i: &Json| format!("{:?}{:?}", item_row(i), condition_rows(i));
        items(book).iter().map(|i| (key_of(i), said(i))).collect()
    };
    let (old, new) = (shown(old), shown(new));
    let mut out = [0; 4];
    for (key, said) in &new {
        out[match old.get(key) {
            None => 0,
            Some(before) if before == said => 2,
            Some(_) => 1,
        }] += 1;
    }
    out[3] = old.keys().filter(|k| !new.contains_key(*k)).count() as u64;
    out
}

/// Faults of a whole book in one sentence.
pub(crate) fn in_one_sentence(list: &[PolicyError]) -> Said {
    match faults("file", list) {
        Error::Invalid { said, .. } => said,
        other => Said::of_both(&other.to_string()),
    }
}
