//! 行的核验: what people read is compared with the record. A case is the fold of its events; operations of walks, texts
//! of items and settings are compared with the digest or the text in the event that brought them; papers, guides and
//! ratings with digests of their columns that are appended with every change ([`prove`]). An edit past the program is
//! named: table, row, column, what stands and what should. Which tables are not compared, and why, is [`NOT_COMPARED`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kernel::{Actor, CaseId, StreamId, StreamKind};
use serde::Serialize;
use sm3::{Digest as _, Sm3};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::error::StoreError;
use crate::ledger_rows::{event_count, events_of, head_of};
use crate::vals;
use crate::{cases, settings};

/// A row that is not what the record says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// which table
    pub table: String,
    /// its key
    pub row: String,
    /// which column; `*`: the row as a whole
    pub column: String,
    /// what stands there
    pub stands: String,
    /// what should: the value, or the digest of it that is on record
    pub should: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cut = |t: &str| t.chars().take(120).collect::<String>();
        let (stands, should) = (cut(&self.stands), cut(&self.should));
        let Self { table, row, column, .. } = self;
        write!(
            f,
            "{table} 第 {row} 行 {column} 与留痕不符：现为“{stands}”，应为“{should}” / {table} row {row} {column} is not what the \
             record says: it stands “{stands}”, it should be “{should}”"
        )
    }
}

/// What was compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// rows that were compared
    pub rows: u64,
    /// rows of before digests of them were kept: nothing to compare them with
    pub unproved: u64,
    /// what is not as it should be
    pub findings: Vec<Finding>,
}

impl Compared {
    #[expect(clippy::needless_pass_by_value, reason = "a key is a number or a word")]
    fn find(&mut self, table: &str, row: impl ToString, column: &str, stands: &str, should: &str) {
        self.findings.push(Finding {
            table: table.to_owned(),
            row: row.to_string(),
            column: column.to_owned(),
            stands: stands.to_owned(),
            should: should.to_owned(),
        });
    }
    fn same(&mut self, table: &str, row: impl ToString, column: &str, stands: &str, should: &str) {
        if stands != should {
            self.find(table, row, column, stands, should);
        }
    }
    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.unproved += other.unproved;
        self.findings.extend(other.findings);
    }
}

/// A table whose rows have digests of their columns on record: its name, its key, its columns.
struct Paper {
    table: &'static str,
    key: &'static str,
    columns: &'static [&'static str],
}

/// The number of the stream of digests follows from the place here: only add at the end.
const PAPERS: &[Paper] = &[
    Paper {
        table: "bulletin",
        key: "id",
        columns: &["form", "title", "state", "ver", "region", "made", "doc"],
    },
    Paper { table: "score_adjust", key: "id", columns: &["unit", "doc", "state", "asked_by", "at"] },
    Paper { table: "accountability", key: "id", columns: &["unit", "state", "at", "doc"] },
    Paper { table: "drawing", key: "id", columns: &["seed", "at", "doc"] },
    Paper { table: "publication", key: "id", columns: &["case_id", "state", "at", "doc"] },
    Paper { table: "guide", key: "id", columns: &["item", "region", "ver", "stage", "doc"] },
    Paper { table: "plate", key: "number", columns: &["ver", "issue", "place", "region", "items"] },
    Paper {
        table: "campaign",
        key: "id",
        columns: &["ver", "name", "first_day", "last_day", "region", "doc"],
    },
    Paper {
        table: "service",
        key: "id",
        columns: &["code", "unit", "region", "place", "item", "theme", "at", "source", "case_id"],
    },
    Paper {
        table: "rating",
        key: "id",
        columns: &[
            "service",
            "times",
            "level",
            "by_default",
            "channel",
            "reasons",
            "words",
            "at",
            "device",
            "state",
            "ground",
            "decision",
            "case_id",
        ],
    },
    Paper {
        table: "seal_entry",
        key: "id",
        columns: &[
            "number",
            "name",
            "kind",
            "unit",
            "state",
            "ver",
            "papers",
            "roles",
            "device",
            "trial",
            "asked_by",
            "filed",
            "valid_from",
            "valid_to",
            "certificate",
            "made",
            "width",
            "height",
        ],
    },
    Paper {
        table: "sealed_paper",
        key: "id",
        columns: &[
            "code",
            "kind",
            "subject",
            "seal",
            "office",
            "number",
            "title",
            "day",
            "trial",
            "at",
            "state",
            "ended",
            "why",
            "ofd_digest",
            "pdf_digest",
        ],
    },
    Paper {
        table: "paper",
        key: "id",
        columns: &[
            "ver", "unit", "kind", "subject", "form", "stage", "title", "drafter", "holder", "series", "seq",
            "number", "made", "issued", "next_at", "doc",
        ],
    },
    Paper { table: "paper_text", key: "id", columns: &["paper", "n", "author", "at", "doc"] },
    Paper { table: "indicator_set", key: "id", columns: &["ver", "word", "state", "doc"] },
    Paper {
        table: "indicator_value",
        key: "id",
        columns: &["of_set", "word", "period", "unit", "staff", "at", "doc"],
    },
];

/// Tables that are compared otherwise: with their events, by the chain itself, or with the keys.
pub const COMPARED_OTHERWISE: &[(&str, &str)] = &[
    ("event", "the chain and the seals"),
    ("seal", "the chain and the seals"),
    ("stream_head", "the chain"),
    ("ledger_state", "the chain"),
    ("case_file", "the fold of the events of the case"),
    ("case_party", "the fold of the events of the case: nobody else sees it"),
    ("item_version", "the digest in the event that published it"),
    ("walk_op", "the digest in the event that brought it"),
    ("setting", "the text in the event that set it; `keys` with the key files at each start"),
    ("sealed_file", "the digests in the row of the sealed paper: what differs is not given out"),
    ("contact", "sealed with the secret of the city: a changed one does not open"),
    ("application_form", "sealed with the secret of the city: a changed one does not open"),
    ("company_contact", "sealed with the secret of the city: a changed one does not open"),
    ("help_person", "sealed with the secret of the city: a changed one does not open"),
    ("appointment_contact", "sealed with the secret of the city: a changed one does not open"),
];

/// Tables that are not compared, and why.
pub const NOT_COMPARED: &[(&str, &str)] = &[
    ("schema_step", "says which steps of the schema were taken; a wrong one is refused at the next start"),
    ("aside", "what the worker could not do, with its reason; made anew when it fails again"),
    ("job", "work to be done; what it does is on record"),
    ("counter", "the last number given: a smaller one is refused by the unique key of what is numbered"),
    ("idempotency", "answers kept for a day"),
    ("session", "holds keyed digests only: a row made by hand opens nothing"),
    ("sign_in_try", "a count of wrong tries of the last minutes; each that was looked at is on record"),
    ("erasure", "where a request stands; each of its steps, and what was covered, is on record"),
    (
        "draft",
        "what somebody has not sent yet, sealed with the secret of the city; it becomes nothing by itself",
    ),
    ("list_view", "what somebody often asks a list for; it shows nothing that its reader may not see"),
    ("log_board", "what somebody looks at together of logs; every figure on it is computed anew"),
    ("list_choice", "which columns somebody has a list with"),
    ("wall", "what turns on a wall and until when; that it was made and ended is on record"),
    ("posted_reply", "what a unit said; each word of it stands in the event of the hall that brought it"),
    ("message", "a notice; the act it tells of is on record"),
    ("outbox", "a notice on its way; the act it tells of is on record, its address is sealed"),
    ("receiver", "who is told, address and secret sealed; that somebody set it is on record"),
    ("unsubscribed", "holds keyed digests only: a row made by hand keeps nobody from being told"),
    ("fact", "made from the record and made again from it"),
    ("projection", "made from the record and made again from it"),
    ("text_state", "made from the record and made again from it"),
    ("text_doc", "made from the record and made again from it"),
    ("text_term", "made from the record and made again from it"),
    ("text_band", "made from the record and made again from it"),
    ("text_reply", "made from the record and made again from it"),
    ("text_hot", "made from the record and made again from it"),
    ("text_model", "learned from the record and learned again from it"),
    ("text_verdict", "a choice that trains comparison; never shown as a fact"),
    ("text_choice", "a measure of the proposals; never shown as a fact"),
    ("import_file", "progress of an import; the cases are compared"),
    ("import_row", "which row became which case; the cases are compared"),
    ("import_refused", "rows that became nothing"),
    ("upload", "the bytes are named by their digest, which is in the event"),
    ("plate_scan", "a count of scans by strangers"),
    ("guide_comment", "words of strangers, without an event of their own yet"),
    ("assignment", "follows from the campaign and the walk; not compared yet"),
    ("paper_in", "not compared yet"),
    ("measure", "follows from the operations of the walk, which are compared"),
    ("walk", "figures that follow from the operations of the walk, which are compared"),
    ("finding", "follows from the operations of the walk, which are compared"),
    ("item", "figures of a list that follow from the text of the item, which is compared"),
    ("lead", "not compared yet; its contact is sealed"),
    ("application", "not compared yet; follows from its events"),
    ("application_task", "not compared yet; follows from the events of the application"),
    ("application_work", "a count of events by person and day"),
    ("application_part", "not compared yet; follows from the first event of the application"),
    ("held_result", "not compared yet; follows from the events that issued it"),
    ("held_use", "not compared yet; the use is in the event that made it"),
    ("company", "not compared yet; every change is in its events"),
    ("whistle", "not compared yet; that it was blown is in the events of the company"),
    ("company_fact", "not compared yet; the digest of what was known is in each event"),
    ("data_asked", "made anew from the items, which are compared"),
    ("data_read", "made anew from the items, which are compared"),
    ("data_request", "not compared yet; follows from its events"),
    ("data_resource", "made from the items, which are compared; what was changed by hand is in its events"),
    ("talk", "not compared yet; follows from its events"),
    ("talk_company", "not compared yet; how many were invited and came is in the events of the talk"),
    ("promise", "not compared yet; its case is compared, and in the events of the talk"),
    ("aid", "not compared yet; every version is in its events"),
    ("aid_order", "not compared yet; follows from its events"),
    ("fund", "not compared yet; every change is in its events"),
    ("company_account", "sealed, with a keyed digest: a row made by hand is paid nothing"),
    ("claim", "not compared yet; follows from its events"),
    ("pay_batch", "not compared yet; follows from its events, with the digest of its list"),
    ("batch_line", "not compared yet; the digest of the whole list is in the event that drew it up"),
    ("objection", "not compared yet; each is in the events of its list"),
    ("theme", "not compared yet; every version is in the record"),
    ("hall", "not compared yet; every version is in the record"),
    ("roster", "not compared yet; every version is in the record"),
    ("roster_leave", "not compared yet; follows from its events"),
    ("walk_judged", "not compared yet; each verdict with its words is in the events of the walk"),
    ("hand_over", "not compared yet; follows from its events"),
    ("help_order", "not compared yet; follows from its events"),
    ("hall_slot", "laid out from the document of the hall, and laid out again from it"),
    ("hall_place", "not compared yet; who has a place is in the events of the appointment"),
    ("appointment", "not compared yet; follows from its events"),
    ("ticket", "not compared yet; follows from its events"),
    ("brought", "files that are being brought; what came of them is in the records of their movements"),
    ("kept_log", "not compared yet; the bytes are named by their digest"),
    ("log_waiting", "a table that waits to be told its columns; it becomes a log or nothing"),
    ("blob", "files by their digest, which is compared when they are read"),
    ("blob_piece", "files by their digest, which is compared when they are read"),
    ("blob_home", "where new files go"),
    ("committed", "how many groups a connection has committed; asked for when an answer was lost"),
    ("asked_lately", "what networks asked of a node in the last minutes"),
    ("sheet_template", "how a file was read the last time; shown before it is used again"),
    ("seal_image", "public; a changed seal sets nothing: the signature of its maker no longer holds"),
    ("seal_use", "a list of uses; each of them, with its end, is in the events of the seal"),
    ("cell_peer", "whom this cell speaks with, the key sealed; that somebody set it is on record"),
    ("cell_out", "a message on its way; the act it tells of is on record, its words are sealed"),
    ("cell_in", "a message that came; what came of it is in the events of the case, its words are sealed"),
    ("cell_matter", "how far another cell is with a matter; each step of it is in the events of the case"),
    ("cell_figure", "what another cell told of itself; it tells it again when asked"),
    (
        "standard",
        "a text that is named by its digest, which is in the event that issued it or took it; another text is not used",
    ),
    ("standard_at", "what another cell says that it holds; it says so again with the next version"),
    ("hotline", "which hotlines send orders, the key sealed; that somebody set it is on record"),
    ("hotline_map", "what words of a hotline mean; each change of it is on record"),
    (
        "hotline_order",
        "how far a hotline is with an order; each step of it is in the events of the case, or on record",
    ),
    ("hotline_in", "a message that came; what came of it is in the events of the case, its words are sealed"),
    ("hotline_out", "a message on its way; the act it tells of is on record, its words are sealed"),
    ("hotline_call", "a missed call; that it was rung back, and with what result, is on record"),
    ("reply_template", "words that are looked at again before each use; each change of it is on record"),
    ("paper_part", "whose lists a paper stands on; follows from the paper, which is compared"),
    ("redesign", "not compared yet"),
    ("redesign_review", "not compared yet"),
    ("precedent", "not compared yet"),
    ("unit", "not compared yet"),
    ("region", "not compared yet"),
    ("staff", "not compared yet; a password is a hash"),
];

/// Every table that is compared.
pub fn compared_tables() -> Vec<&'static str> {
    PAPERS.iter().map(|p| p.table).chain(COMPARED_OTHERWISE.iter().map(|t| t.0)).collect()
}
/// The columns of a table whose digests are on record; none for other tables.
pub fn proved_columns(table: &str) -> &'static [&'static str] {
    PAPERS.iter().find(|p| p.table == table).map_or(&[], |p| p.columns)
}

const PAGE: u32 = 500;

/// The digest of a value that is on record: 16 hexadecimal digits of SM3, enough to tell that it was changed and not
/// enough to guess a value by.
fn short(column: &str, value: Option<&str>) -> String {
    let mut sm3 = Sm3::new();
    sm3.update(column.as_bytes());
    sm3.update([u8::from(value.is_some())]);
    sm3.update(value.unwrap_or_default().as_bytes());
    ledger::hex(&sm3.finalize()[..16])
}

fn row_text(p: &Paper, after: bool) -> String {
    let columns: Vec<String> = p.columns.iter().map(|c| format!("CAST({c} AS TEXT)")).collect();
    let columns = columns.join(", ");
    let Paper { table, key, .. } = p;
    if after {
        format!("SELECT {key}, {columns} FROM {table} WHERE {key} > $1 ORDER BY {key} LIMIT $2")
    } else {
        format!("SELECT {key}, {columns} FROM {table} WHERE {key} = $1")
    }
}

fn stream_of(place: usize) -> StreamId {
    StreamId::new(StreamKind::Office, 100 + i64::try_from(place).unwrap_or(0))
}

/// Puts digests of the columns of a row on record, as it stands now in this transaction.
///
/// # Errors
/// There is no such table or row.
pub fn prove(tx: &mut Tx<'_>, table: &str, key: i64) -> Result<()> {
    let found = PAPERS.iter().enumerate().find(|(_, p)| p.table == table);
    let (place, paper) = found.ok_or_else(|| StoreError::Bug(format!("no digests are kept of {table}")))?;
    let digests = tx.query_one(&row_text(paper, false), vals![key], |r| {
        let one = |(i, c): (usize, &&str)| Ok(short(c, r.opt_text(i + 1)?));
        paper.columns.iter().enumerate().map(one).collect::<Result<Vec<_>>>()
    })?;
    let data = serde_json::json!({ "row": key, "is": digests }).to_string();
    let stream = stream_of(place);
    let ver = head_of(tx, stream)?.map_or(0, |h| h.0);
    let now = tx.now();
    tx.append(stream, ver, now, &Actor::system(), "digest", &data)?;
    Ok(())
}

fn bad(what: &str, e: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged(format!("{what}: {e}"))
}

#[derive(serde::Deserialize)]
struct Proved {
    row: i64,
    is: Vec<String>,
}

/// Compares every row of one table of papers.
fn paper(rd: &mut Rd<'_>, place: usize, p: &Paper) -> Result<Compared> {
    let (mut proved, mut ver) = (HashMap::new(), 0);
    loop {
        let events = events_of(rd, stream_of(place), ver, PAGE)?;
        let Some(last) = events.last() else { break };
        ver = last.ver;
        for e in events {
            let one: Proved = serde_json::from_str(&e.data).map_err(|e| bad("digest", e))?;
            proved.insert(one.row, one.is);
        }
    }
    let mut out = Compared::default();
    let (sql, mut after) = (row_text(p, true), i64::MIN);
    loop {
        let rows = rd.query(&sql, vals![after, PAGE], |r| {
            let texts = (0..p.columns.len()).map(|i| Ok(r.opt_text(i + 1)?.map(str::to_owned)));
            Ok((r.i64(0)?, texts.collect::<Result<Vec<_>>>()?))
        })?;
        let Some(last) = rows.last() else { break };
        after = last.0;
        for (key, values) in rows {
            let Some(digests) = proved.remove(&key) else {
                out.unproved += 1;
                continue;
            };
            out.rows += 1;
            for ((column, value), should) in p.columns.iter().zip(&values).zip(&digests) {
                if short(column, value.as_deref()) != *should {
                    out.find(
                        p.table,
                        key,
                        column,
                        value.as_deref().unwrap_or("NULL"),
                        &format!("SM3 {should}"),
                    );
                }
            }
        }
    }
    for key in proved.into_keys().collect::<BTreeSet<_>>() {
        out.find(p.table, key, "*", "—", "在册 / on record");
    }
    Ok(out)
}

/// Compares cases after `after`, at most `limit`; answers the last one that was read, or none at the end.
pub fn cases_after(rd: &mut Rd<'_>, after: CaseId, limit: u32) -> Result<(Compared, Option<CaseId>)> {
    let mut out = Compared::default();
    let rows = cases::proof::rows_after(rd, after, limit)?;
    let last = rows.last().map(|r| r.id);
    for row in rows {
        out.rows += 1;
        match cases::proof::differences(rd, &row) {
            Ok(found) => {
                for (column, stands, should) in found {
                    out.find("case_file", row.id, column, &stands, &should);
                }
            }
            // Its events cannot be read: that is a finding, and the others are compared all the same.
            Err(StoreError::Damaged(why)) => out.find("case_file", row.id, "*", &why, "可读 / readable"),
            Err(other) => return Err(other),
        }
    }
    Ok((out, last))
}

/// Compares the texts of items after `after` (an id) with the digests on record; answers the last item.
fn items_after(rd: &mut Rd<'_>, after: i64, limit: u32) -> Result<(Compared, Option<i64>)> {
    #[derive(serde::Deserialize)]
    struct Published {
        version: i64,
        since: String,
        digest: String,
    }
    let mut out = Compared::default();
    let sql = "SELECT DISTINCT item FROM item_version WHERE item > $1 ORDER BY item LIMIT $2";
    let items = rd.query(sql, vals![after, limit], |r| r.i64(0))?;
    for &item in &items {
        let mut published = BTreeMap::new();
        for e in events_of(rd, StreamId::new(StreamKind::Item, item), 0, 1_000)? {
            if e.act == "publish_item" {
                let p: Published = serde_json::from_str(&e.data).map_err(|e| bad("publish_item", e))?;
                published.insert(p.version, (p.since, p.digest, e.recorded));
            }
        }
        for v in crate::items::versions(rd, item)? {
            out.rows += 1;
            let row = format!("{item}/{}", v.version);
            let Some((since, digest, written)) = published.remove(&v.version) else {
                out.find("item_version", row, "*", &v.doc, "不在留痕里 / not on record");
                continue;
            };
            let found = ledger::hex(&Sm3::digest(v.doc.as_bytes()));
            if found != digest {
                out.find("item_version", &row, "doc", &v.doc, &format!("SM3 {digest}"));
            }
            out.same("item_version", &row, "digest", &ledger::hex(&v.digest), &digest);
            out.same("item_version", &row, "since", &v.since, &since);
            out.same("item_version", &row, "written", &v.written.us().to_string(), &written.us().to_string());
        }
        for version in published.into_keys() {
            out.find("item_version", format!("{item}/{version}"), "*", "—", "在册 / on record");
        }
    }
    Ok((out, items.last().copied()))
}

/// Compares the operations of walks after `after` with the digests of the events that brought them.
fn walks_after(rd: &mut Rd<'_>, after: i64, limit: u32) -> Result<(Compared, Option<i64>)> {
    #[derive(serde::Deserialize)]
    struct Synced {
        ops: Vec<(u64, u32)>,
        digest: String,
    }
    let mut out = Compared::default();
    let sql = "SELECT id FROM walk WHERE id > $1 ORDER BY id LIMIT $2";
    let walks = rd.query(sql, vals![after, limit], |r| r.i64(0))?;
    for &walk in &walks {
        let mut syncs: Vec<Synced> = Vec::new();
        for e in events_of(rd, StreamId::new(StreamKind::Walk, walk), 0, 5_000)? {
            if e.act == "sync_walk" {
                syncs.push(serde_json::from_str(&e.data).map_err(|e| bad("sync_walk", e))?);
            }
        }
        let docs: BTreeMap<(i64, i64), String> =
            crate::walks::ops(rd, walk)?.into_iter().map(|(d, c, doc)| ((d, c), doc)).collect();
        let key = |(device, counter): &(u64, u32)| (device.cast_signed(), i64::from(*counter));
        // An operation that came again replaced what the earlier event brought.
        let mut later = BTreeSet::new();
        for sync in syncs.iter().rev() {
            let keys: Vec<_> = sync.ops.iter().map(key).collect();
            if keys.iter().any(|k| later.contains(k)) {
                out.unproved += 1;
            } else {
                out.rows += keys.len() as u64;
                let mut sm3 = Sm3::new();
                for k in &keys {
                    match docs.get(k) {
                        Some(doc) => sm3.update(doc.as_bytes()),
                        None => out.find(
                            "walk_op",
                            format!("{walk}/{}/{}", k.0, k.1),
                            "*",
                            "—",
                            "在册 / on record",
                        ),
                    }
                }
                let found = ledger::hex(&sm3.finalize());
                if found != sync.digest && keys.iter().all(|k| docs.contains_key(k)) {
                    let first = keys.first().copied().unwrap_or_default();
                    let row = format!(
                        "{walk}/{}/{}…（共 {} 条 / of {}）",
                        first.0,
                        first.1,
                        keys.len(),
                        keys.len()
                    );
                    out.find("walk_op", row, "doc", &format!("SM3 {found}"), &format!("SM3 {}", sync.digest));
                }
            }
            later.extend(keys);
        }
        for (k, doc) in docs.iter().filter(|(k, _)| !later.contains(k)) {
            out.find("walk_op", format!("{walk}/{}/{}", k.0, k.1), "*", doc, "不在留痕里 / not on record");
        }
    }
    Ok((out, walks.last().copied()))
}

/// Settings that are put together with an event of the office that holds their text: setting, act.
const SET_BY: &[(&str, &str)] = &[
    ("city", "set_city"),
    ("limits", "set_limits"),
    ("calendar", "import_calendar"),
    ("sign-in", "set_factor_roles"),
    ("rollback", "accept_rollback"),
    ("policies-draft", "propose_policies"),
    ("policies", "release_policies"),
    ("outreach", "set_outreach"),
];

fn settings_now(rd: &mut Rd<'_>) -> Result<Compared> {
    let mut out = Compared::default();
    let (mut said, mut ver) = (HashMap::<String, Vec<(String, i64)>>::new(), 0);
    loop {
        let events = events_of(rd, StreamId::new(StreamKind::Office, 1), ver, PAGE)?;
        let Some(last) = events.last() else { break };
        ver = last.ver;
        for e in events {
            if SET_BY.iter().any(|(_, act)| *act == e.act) {
                said.entry(e.act).or_default().push((e.data, e.recorded.us()));
            }
        }
    }
    for (name, act) in SET_BY {
        let said = said.remove(*act).unwrap_or_default();
        let mut rows = settings::history(rd, name, 10_000)?;
        rows.reverse();
        for (i, (text, recorded)) in said.iter().enumerate() {
            let row = format!("{name}/{}", i + 1);
            let Some(s) = rows.get(i) else {
                out.find("setting", row, "*", "—", text);
                continue;
            };
            out.rows += 1;
            out.same("setting", &row, "doc", &s.doc, text);
            out.same("setting", &row, "ver", &s.ver.to_string(), &(i + 1).to_string());
            out.same("setting", &row, "since", &s.since.us().to_string(), &recorded.to_string());
            out.same("setting", &row, "written", &s.written.us().to_string(), &recorded.to_string());
        }
        for s in rows.iter().skip(said.len()) {
            out.find("setting", format!("{name}/{}", s.ver), "*", &s.doc, "不在留痕里 / not on record");
        }
    }
    Ok(out)
}

/// Compares everything.
///
/// # Errors
/// What cannot be read at all.
pub fn compare_all(rd: &mut Rd<'_>) -> Result<Compared> {
    let mut out = settings_now(rd)?;
    for (place, p) in PAPERS.iter().enumerate() {
        out.add(paper(rd, place, p)?);
    }
    let (mut item, mut walk, mut case) = (Some(0), Some(0), Some(CaseId(0)));
    while let Some(after) = item {
        let (found, last) = items_after(rd, after, PAGE)?;
        out.add(found);
        item = last;
    }
    while let Some(after) = walk {
        let (found, last) = walks_after(rd, after, PAGE)?;
        out.add(found);
        walk = last;
    }
    while let Some(after) = case {
        let (found, last) = cases_after(rd, after, PAGE)?;
        out.add(found);
        case = last;
    }
    Ok(out)
}

/// Where a rolling comparison goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    case: i64,
    item: i64,
    walk: i64,
    table: usize,
}

/// A table of papers that was changed more often than this is too long for one step of the sample; `ledger verify`
/// compares it.
const SAMPLED: i64 = 5_000;

/// Compares the next `n` cases, items and walks, and one table of papers or the settings: called again and again it
/// comes round to everything. Keep what it answers for the next call.
///
/// # Errors
/// What cannot be read at all.
pub fn sample(rd: &mut Rd<'_>, at: Place, n: u32) -> Result<(Compared, Place)> {
    let mut out = Compared::default();
    if event_count(rd)? == 0 {
        return Ok((out, at));
    }
    let (found, case) = cases_after(rd, CaseId(at.case), n)?;
    out.add(found);
    let (found, item) = items_after(rd, at.item, n)?;
    out.add(found);
    let (found, walk) = walks_after(rd, at.walk, n)?;
    out.add(found);
    let table = at.table % (PAPERS.len() + 1);
    out.add(match PAPERS.get(table) {
        Some(p) if head_of(rd, stream_of(table))?.map_or(0, |h| h.0) <= SAMPLED => paper(rd, table, p)?,
        Some(_) => Compared::default(),
        None => settings_now(rd)?,
    });
    let next = Place {
        case: case.map_or(0, |c| c.0),
        item: item.unwrap_or(0),
        walk: walk.unwrap_or(0),
        table: table + 1,
    };
    Ok((out, next))
}
