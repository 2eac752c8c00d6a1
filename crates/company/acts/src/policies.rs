//! 政策厨房与政策包 (P2, P3): a book of policy items is proposed by one person, looked at with its contradictions and its
//! replay over all companies, and released by another; each company reads what it may have of the released one.

use access::{City, Nothing, decide, op};
use city::{Door, Error, Later};
use company::file::{FactList, Size, facts_of};
use company::policy::checkup::{Finding, checkup};
use company::policy::condition::Condition;
use company::policy::item::{FieldKind, Fund};
use company::policy::pack::{Pack, pack};
use company::policy::replay::{ItemReplay, replay};
use company::policy::{Answer, Book, Document, Engine, Facts, Number, PolicyError, PolicyItem};
use kernel::{Actor, Date, Said, StaffId};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use store::companies::{self as rows, CompanyRow};
use store::{Rd, Tx, office, settings};

use crate::Companies;
use crate::views::facts_read;

const DRAFT: &str = "policies-draft";
const RELEASED: &str = "policies";
/// The longest book, in characters.
const BOOK_MAX: usize = 900_000;
/// The longest reason, in characters.
const WHY_MAX: usize = 500;
/// Faults told at once.
const FAULTS: usize = 12;

/// A book as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    book: Json,
    why: String,
    by: Option<StaffId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    approved: Option<StaffId>,
}

/// One item as the kitchen shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemView {
    /// its code
    pub code: String,
    /// its first day; empty where it has none
    pub from: String,
    /// its name
    pub name: String,
    /// policy and clause
    pub policy: String,
    /// 减免 奖补 权益 资质, and how it is had
    pub class: String,
    /// in force, in words
    pub days: String,
    /// the sentences of its conditions, each with how deep it lies: what must hold stands under the heading of its group
    pub conditions: Vec<(usize, String)>,
    /// how much, as one reads it
    pub amount: String,
    /// who answers for it
    pub office: String,
    /// the fund it is paid from
    pub fund: String,
}

/// One document as the kitchen shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentView {
    /// the document
    pub row: Document,
    /// number of what took its place; empty when nothing did
    pub replaced_by: String,
    /// names of the items that rest on it
    pub items: Vec<String>,
}

/// A book with who stands behind it.
#[derive(Clone, Debug)]
pub struct BookView {
    /// which version
    pub ver: i64,
    /// why
    pub why: String,
    /// who proposed it
    pub by: String,
    /// who released it; empty for a draft
    pub approved: String,
    /// its items
    pub items: Vec<ItemView>,
    /// the documents they rest on
    pub documents: Vec<DocumentView>,
    /// its funds
    pub funds: Vec<Fund>,
    /// what is wrong with it or looks so
    pub findings: Vec<Finding>,
}

/// The kitchen.
#[derive(Clone, Debug, Default)]
pub struct Kitchen {
    /// in force
    pub released: Option<BookView>,
    /// waits for a second person; none when what was proposed last is in force
    pub draft: Option<BookView>,
    /// the reader may propose
    pub may_write: bool,
    /// the reader may release the draft
    pub may_release: bool,
}

impl Kitchen {
    /// What the draft would change, each item as it is read: new, changed (as it would be), gone.
    #[must_use]
    pub fn changes(&self) -> [Vec<&ItemView>; 3] {
        let Some(draft) = &self.draft else { return Default::default() };
        let (new, old) =
            (draft.items.as_slice(), self.released.as_ref().map_or(&[][..], |b| b.items.as_slice()));
        let has = |list: &[ItemView], i: &ItemView| list.iter().any(|o| o.code == i.code);
        [
            new.iter().filter(|i| !has(old, i)).collect(),
            new.iter().filter(|i| has(old, i) && !old.contains(i)).collect(),
            old.iter().filter(|i| !has(new, i)).collect(),
        ]
    }
}

/// A question to a company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// the field with its time, as it is sent back
    pub field: String,
    /// its name for people, with its unit
    pub name: String,
    /// 是否
    pub yes_no: bool,
    /// 日期
    pub date: bool,
    /// names of items that are settled once this and the questions before are answered
    pub settles: Vec<String>,
}

/// What a company may have, with the questions to it.
#[derive(Clone, Debug)]
pub struct PackView {
    /// the pack
    pub pack: Pack,
    /// the questions, those first that settle most
    pub asks: Vec<Ask>,
    /// codes of items that can be asked for: paid from a fund, and not without applying
    pub applies: std::collections::BTreeSet<String>,
    /// names of items, by code
    pub names: std::collections::BTreeMap<String, String>,
}

fn read_book(text: &str) -> Result<Book, Error> {
    Book::read(text).map_err(|list| faults("book", &list))
}

pub(crate) fn faults(field: &str, list: &[PolicyError]) -> Error {
    let said =
        |f: fn(&Said) -> &str| list.iter().take(FAULTS).map(|e| f(&e.said)).collect::<Vec<_>>().join("；");
    let rest = list.len().saturating_sub(FAULTS);
    let more = |zh: String| if rest > 0 { format!("{zh}；还有 {rest} 处 / {rest} more") } else { zh };
    Error::Invalid { field: field.to_owned(), said: Said::new(more(said(|s| &s.zh)), said(|s| &s.en)) }
}

fn kept_in(rd: &mut Rd<'_>, name: &str) -> Result<Option<(i64, Kept)>, Error> {
    let Some(s) = settings::newest(rd, name)? else { return Ok(None) };
    let kept: Kept = serde_json::from_str(&s.doc)
        .map_err(|e| Error::Store(store::StoreError::Damaged(format!("setting {name}: {e}"))))?;
    Ok(Some((s.ver, kept)))
}

/// The book in force; an empty one before the first.
pub(crate) fn released(rd: &mut Rd<'_>) -> Result<Book, Error> {
    Ok(released_with(rd)?.1)
}

/// The book in force with its version; an empty one before the first.
pub(crate) fn released_with(rd: &mut Rd<'_>) -> Result<(i64, Book), Error> {
    match kept_in(rd, RELEASED)? {
        Some((ver, kept)) => Ok((ver, read_book(&kept.book.to_string())?)),
        None => Ok((0, Book::default())),
    }
}

/// What the fields of facts are called by people, by their keys.
pub(crate) fn field_names(rd: &mut Rd<'_>) -> Result<std::collections::BTreeMap<String, String>, Error> {
    let named = released(rd)?.fields.into_iter().filter(|f| !f.name.is_empty());
    Ok(named.map(|f| (f.key, f.name)).collect())
}

fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn condition_lines(book: &Book, c: &Condition, deep: usize, lines: &mut Vec<(usize, String)>) {
    let Condition::Row(r) = c else {
        let many = c.parts().len() > 1;
        let how = match c {
            Condition::Any(_, t) if !t.is_empty() && many => "（满足其一）".to_owned(),
            Condition::AtLeast(n, _, t) if !t.is_empty() => format!("（至少满足 {n} 项）"),
            Condition::All(_, t) if !t.is_empty() && many => "（全部满足）".to_owned(),
            _ => String::new(),
        };
        lines.push((deep, c.heading() + &how));
        // What its own sentence forbids is not said a second time.
        let said =
            matches!(c, Condition::Not(part, t) if !t.is_empty() && matches!(**part, Condition::Row(_)));
        if !said {
            c.parts().iter().for_each(|p| condition_lines(book, p, deep + 1, lines));
        }
        return;
    };
    lines.push((deep, if r.text.is_empty() { book.row_said(r) } else { r.text.clone() }));
}

fn item_view(book: &Book, i: &PolicyItem) -> ItemView {
    let mut conditions = Vec::new();
    match &i.conditions {
        // That all of them must hold is what everybody expects.
        Condition::All(parts, text) if text.is_empty() => {
            parts.iter().for_each(|p| condition_lines(book, p, 0, &mut conditions));
        }
        other => condition_lines(book, other, 0, &mut conditions),
    }
    let day = |d: Option<Date>, none: &str| d.map_or_else(|| none.to_owned(), |d| d.to_string());
    let fund = book.funds.iter().find(|f| f.code == i.fund && !f.name.is_empty());
    ItemView {
        code: i.code.clone(),
        from: i.from.map_or_else(String::new, |d| d.to_string()),
        name: i.name.clone(),
        policy: format!("{} {}", i.policy, i.clause).trim().to_owned(),
        class: format!("{} · {}", word(&i.class), word(&i.way)),
        days: format!("{} — {}", day(i.from, "发布之日"), day(i.to, "未定")),
        conditions,
        amount: i.amount.as_ref().map_or_else(String::new, |a| book.said(&a.expr)),
        office: format!("{} {}", i.office, i.phone).trim().to_owned(),
        fund: fund.map_or_else(|| i.fund.clone(), |f| f.name.clone()),
    }
}

fn book_view(rd: &mut Rd<'_>, (ver, kept): (i64, Kept), at: Date) -> Result<BookView, Error> {
    let book = read_book(&kept.book.to_string())?;
    let mut name = |id: Option<StaffId>| -> Result<String, Error> {
        Ok(match id {
            Some(id) => office::staff_by_id(rd, id)?.map_or_else(|| format!("#{id}"), |s| s.name),
            None => String::new(),
        })
    };
    Ok(BookView {
        ver,
        why: kept.why,
        by: name(kept.by)?,
        approved: name(kept.approved)?,
        items: book.items.iter().map(|i| item_view(&book, i)).collect(),
        documents: book
            .documents
            .iter()
            .map(|d| DocumentView {
                replaced_by: book.replaced_by(d.number.trim()).map_or_else(String::new, |r| r.number.clone()),
                items: book.items.iter().filter(|i| d.is_named(&i.policy)).map(|i| i.name.clone()).collect(),
                row: d.clone(),
            })
            .collect(),
        funds: book.funds.clone(),
        findings: checkup(&book, None, at),
    })
}

/// Does a draft wait for a second person, beside what is in force?
fn waits(draft: &Kept, released: Option<&Kept>) -> bool {
    released.is_none_or(|r| r.book != draft.book)
}

/// What a table of policies is laid over.
#[derive(Debug)]
pub(crate) struct Base {
    pub book: Json,
    /// the newest draft, whether it waits or not
    pub draft: Option<i64>,
    /// who proposed it, while it waits
    by: Option<Option<StaffId>>,
}

impl Base {
    /// Why this actor's table cannot be laid over it: whoever brings the table would become the proposer of another
    /// person's items, and that person could then release their own.
    pub(crate) fn in_the_way(&self, actor: &Actor) -> Option<Said> {
        self.by.filter(|by| *by != actor.staff).map(|_| {
            Said::new(
                "有他人的草案待发布，请先由另一人审批发布，或由编制人改回现行文本，再导入",
                "another person's draft waits: have it released, or changed back by whoever proposed it, first",
            )
        })
    }
}

/// The draft that waits, else what is in force, else an empty book.
pub(crate) fn base_in(rd: &mut Rd<'_>) -> Result<Base, Error> {
    let (draft, released) = (kept_in(rd, DRAFT)?, kept_in(rd, RELEASED)?);
    let ver = draft.as_ref().map(|d| d.0);
    let waits = draft.filter(|(_, d)| waits(d, released.as_ref().map(|r| &r.1)));
    let by = waits.as_ref().map(|d| d.1.by);
    let book = waits.or(released).map_or_else(|| json!({ "items": [] }), |(_, k)| k.book);
    Ok(Base { book, draft: ver, by })
}

/// What a company file says besides its facts, as policies read it.
fn with_file(row: &CompanyRow, mut facts: FactList) -> FactList {
    let has = |facts: &FactList, field: &str| facts.iter().any(|f| f["field"] == field);
    let mut add = |field: &str, value: Option<Json>| {
        if let Some(value) = value.filter(|_| !has(&facts, field)) {
            facts.push(json!({ "field": field, "value": value, "source": "企业档案" }));
        }
    };
    add("size", Size::read(&row.size).map(|s| json!(s.zh())));
    add("industry", row.industry.get(..1).map(|c| json!(c)));
    facts
}

impl Companies {
    /// The kitchen as it stands.
    pub fn kitchen(&self, actor: Actor) -> Later<Kitchen> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadPolicies, Nothing)?;
            let city = app.city.office(rd)?;
            let city = City(&city.settings.city);
            let at = app.city.store().now().date();
            let released = kept_in(rd, RELEASED)?;
            let draft = kept_in(rd, DRAFT)?;
            let waits = draft.as_ref().is_some_and(|d| waits(&d.1, released.as_ref().map(|r| &r.1)));
            let by = draft.as_ref().and_then(|d| d.1.by);
            let mut view = |kept: Option<(i64, Kept)>| kept.map(|k| book_view(rd, k, at)).transpose();
            Ok(Kitchen {
                released: view(released)?,
                draft: view(draft.filter(|_| waits))?,
                may_write: decide(&actor, op::WritePolicies, city).is_ok(),
                may_release: waits
                    && decide(&actor, op::ReleasePolicies, city).is_ok()
                    && (by.is_none() || by != actor.staff),
            })
        })
    }

    /// The book that a table is laid over: the draft that waits, else what is in force, else an empty one. Not for
    /// asynchronous code.
    pub(crate) fn policy_base(&self) -> Result<Base, Error> {
        self.city.store().read(base_in)
    }

    /// 编制: a book is proposed; it changes nothing for companies yet. What is wrong with it is told all at once.
    pub fn propose_policies(&self, actor: Actor, text: String, why: String) -> Later<i64> {
        self.write(move |app, tx| app.propose_in(tx, &actor, &text, &why))
    }

    /// The same with a table that was laid over a book: refused when there is another draft by now, which the new one
    /// would undo.
    pub(crate) fn propose_policies_over(
        &self,
        actor: Actor,
        text: String,
        why: String,
        draft: Option<i64>,
    ) -> Later<i64> {
        self.write(move |app, tx| {
            if kept_in(tx, DRAFT)?.map(|d| d.0) != draft {
                return Err(Error::invalid(
                    "file",
                    "导入时草案已有变动，请重新导入",
                    "the draft changed meanwhile: import the table again",
                ));
            }
            app.propose_in(tx, &actor, &text, &why)
        })
    }

    pub(crate) fn propose_in(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        text: &str,
        why: &str,
    ) -> Result<i64, Error> {
        let city = self.city.office(tx)?;
        let permit = decide(actor, op::WritePolicies, City(&city.settings.city))?;
        if text.chars().count() > BOOK_MAX {
            return Err(Error::invalid(
                "book",
                format!("事项文本超过 {BOOK_MAX} 个字，请分开编制或删去无关内容"),
                format!("more than {BOOK_MAX} characters: leave out what does not belong there"),
            ));
        }
        let why = why.trim();
        if why.is_empty() || why.chars().count() > WHY_MAX {
            return Err(Error::invalid(
                "why",
                format!("请写明为什么改，最多 {WHY_MAX} 个字"),
                format!("say why, {WHY_MAX} characters at most"),
            ));
        }
        let book = read_book(text)?;
        if book.items.is_empty() {
            return Err(Error::invalid("book", "没有一个事项", "there is no item in it"));
        }
        let book: Json = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(Error::bug)?;
        let kept = Kept { book, why: why.to_owned(), by: permit.actor().staff, approved: None };
        put(tx, &permit, DRAFT, "propose_policies", &kept)
    }

    /// 审批发布: the draft comes into force; by somebody else than who proposed it, and as it was looked at.
    pub fn release_policies(&self, actor: Actor, ver: i64) -> Later<i64> {
        self.write(move |app, tx| {
            let city = app.city.office(tx)?;
            let permit = decide(&actor, op::ReleasePolicies, City(&city.settings.city))?;
            let (now, draft) = kept_in(tx, DRAFT)?.ok_or(Error::NotFound)?;
            if now != ver {
                return Err(Error::invalid(
                    "ver",
                    "草案已有新版，请重新查看后再发布",
                    "there is a newer draft: look at it before you release it",
                ));
            }
            if draft.by.is_some() && draft.by == permit.actor().staff {
                return Err(Error::invalid(
                    "ver",
                    "编制的人不能自己审批，请另一人发布",
                    "who proposed it cannot release it: another person must",
                ));
            }
            let kept = Kept { approved: permit.actor().staff, ..draft };
            put(tx, &permit, RELEASED, "release_policies", &kept)
        })
    }

    /// 试算: the draft (else what is in force) over all companies of the city, beside what is in force; against what funds have
    /// left today, where they are entered.
    pub fn replay_policies(&self, actor: Actor) -> Later<Vec<(String, ItemReplay)>> {
        self.study(move |app, rd| {
            decide(&actor, op::ReadPolicies, Nothing)?;
            let city = app.city.office(rd)?;
            let at = app.city.store().now().date();
            let before = released(rd)?;
            let mut draft = match kept_in(rd, DRAFT)? {
                Some((_, kept)) => read_book(&kept.book.to_string())?,
                None => before.clone(),
            };
            for fund in &mut draft.funds {
                if let Some(row) = store::funds::by_code(rd, &fund.code)? {
                    let left = crate::claims::fund_money(rd, &row)?.left();
                    fund.balance = Number::whole(left).over(Number::whole(100)).unwrap_or(fund.balance);
                }
            }
            let facts = all_facts(rd, city.settings.city.as_str(), &draft)?;
            let new = Engine::new(&draft, &facts, at);
            let old = Engine::new(&before, &facts, at);
            let by = ["size".to_owned(), "industry".to_owned()];
            let found = replay(&new, Some(&old), &facts, &by, 1);
            let name = |code: &str| {
                draft
                    .items
                    .iter()
                    .find(|i| i.code == code)
                    .map_or_else(|| code.to_owned(), |i| i.name.clone())
            };
            Ok(found.into_iter().map(|r| (name(&r.item), r)).collect())
        })
    }

    /// 政策包 of one company; none while no policies were released.
    pub(crate) fn pack_in(
        &self,
        rd: &mut Rd<'_>,
        row: &CompanyRow,
        facts: &FactList,
    ) -> Result<Option<PackView>, Error> {
        let book = released(rd)?;
        if book.items.is_empty() {
            return Ok(None);
        }
        let kept = vec![(row.code.clone(), row.name.clone(), with_file(row, facts.clone()))];
        let facts = facts_of(kept, &book).map_err(|e| faults("facts", &[e]))?;
        let Some(one) = facts.companies.first() else { return Ok(None) };
        let engine = Engine::new(&book, &facts, self.city.store().now().date());
        let pack = pack(&engine, one);
        let names: std::collections::BTreeMap<String, String> =
            book.items.iter().map(|i| (i.code.clone(), i.name.clone())).collect();
        let asks = pack
            .questions
            .iter()
            .map(|q| {
                let field = book.field(q.field.split('@').next().unwrap_or_default());
                let unit = field.map(|f| f.unit.as_str()).filter(|u| !u.is_empty());
                let kind = field.map(|f| f.kind).unwrap_or_default();
                Ask {
                    field: q.field.clone(),
                    name: unit.map_or_else(|| q.name.clone(), |u| format!("{}（{u}）", q.name)),
                    yes_no: kind == FieldKind::Bool,
                    date: kind == FieldKind::Date,
                    settles: q.settles.iter().map(|c| names.get(c).unwrap_or(c).clone()).collect(),
                }
            })
            .collect();
        // Who is not on a list that is paid without applying may apply all the same.
        let asked_for = |i: &&PolicyItem| !i.fund.is_empty() && i.amount.is_some();
        let applies = book.items.iter().filter(asked_for).map(|i| i.code.clone()).collect();
        Ok(Some(PackView { pack, asks, applies, names }))
    }

    /// What the book in force says today of one item for one company.
    pub(crate) fn answer_in(
        &self,
        rd: &mut Rd<'_>,
        row: &CompanyRow,
        item: &str,
    ) -> Result<(PolicyItem, Answer), Error> {
        let book = released(rd)?;
        let known = Self::facts_in(rd, row.id)?;
        let kept = vec![(row.code.clone(), row.name.clone(), with_file(row, known))];
        let facts = facts_of(kept, &book).map_err(|e| faults("facts", &[e]))?;
        let engine = Engine::new(&book, &facts, self.city.store().now().date());
        let at = book.items.iter().position(|i| i.code == item && i.in_force(engine.at()));
        let (Some(at), Some(one)) = (at, facts.companies.first()) else {
            return Err(Error::invalid(
                "item",
                "这个事项现在不在有效期内，或已被新的政策替代",
                "this item is not in force today",
            ));
        };
        let answer = engine.answer(at, one);
        Ok((book.items[at].clone(), answer))
    }

    /// What a company says must fit what the fields are; what would not be used is refused, not dropped.
    pub(crate) fn check_said(rd: &mut Rd<'_>, code: &str, new: &FactList) -> Result<(), Error> {
        let book = released(rd)?;
        let kept = vec![(code.to_owned(), String::new(), new.clone())];
        let facts = facts_of(kept, &book).map_err(|e| faults("facts", &[e]))?;
        if facts.set_aside.is_empty() { Ok(()) } else { Err(faults("facts", &facts.set_aside)) }
    }
}

/// Every company of a region with what is known of it.
pub(crate) fn all_facts(rd: &mut Rd<'_>, region: &str, book: &Book) -> Result<Facts, Error> {
    let mut kept = Vec::new();
    let mut damaged = None;
    rows::each_with_facts(rd, region, |row, facts| {
        match facts.map_or_else(|| Ok(FactList::new()), facts_read) {
            Ok(facts) => {
                let facts = with_file(&row, facts);
                kept.push((row.code, row.name, facts));
            }
            Err(e) => damaged = Some(e),
        }
        Ok(())
    })?;
    if let Some(e) = damaged {
        return Err(e);
    }
    facts_of(kept, book).map_err(|e| faults("facts", &[e]))
}

fn put(tx: &mut Tx<'_>, permit: &access::Permit, name: &str, act: &str, kept: &Kept) -> Result<i64, Error> {
    let now = tx.now();
    let doc = serde_json::to_string(kept).map_err(Error::bug)?;
    let ver = settings::put(tx, name, now, permit.actor().staff, &doc)?;
    city::note(tx, permit, act, &doc)?;
    Ok(ver)
}
