//! 涂去反映人信息: the data of who lodged a case come to an end when that is asked for and the matter is over. One person
//! asks, another checks, a third approves; then the sealed contact is destroyed, and what the words of the case say of
//! the person is covered in the record itself. Chains and seals hold (`ledger::ERASE`); how the words read before is not
//! kept anywhere. A backup that is older is brought to the same state when it is restored: which cases were erased is
//! noted beside the keys.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use access::{Permit, decide, op};
use kernel::{Actor, CaseId, Moment, Role, Said, StaffId, StreamId, StreamKind};
use ledger::{ERASE, Erased, Erasure, Event, ZERO_HASH};
use resolve::Case;
use store::erasures::{self, ErasureRow};
use store::{Rd, Tx, asides, cases, cells, contacts, hotline, ledger_rows, office};

use crate::reporter::Veil;
use crate::{Cases, INDEX};
use city::{Door as _, Error, Later};

/// The stream on which erasures are recorded.
const ERASURES: StreamId = StreamId::new(StreamKind::Office, 8);
/// Which cases were erased, one a line, beside the keys: it outlives a restored database.
pub(crate) const ERASED_LIST: &str = "erased.list";
const REASON_MAX: usize = 500;
/// Fields of a command whose words may name somebody; all others are code words, numbers and moments.
const WORDS: [&str; 22] = [
    "title", "words", "place", "name", "text", "explain", "where_to", "evidence", "ground", "task", "tasks",
    "topic", "minutes", "question", "answer", "basis", "instead", "checked", "notice", "note", "reason",
    "summary",
];

/// A request as its page shows it.
#[derive(Clone, Debug)]
pub struct ErasureView {
    /// id
    pub id: i64,
    /// number of the case
    pub number: String,
    /// where it stands: `asked`, `checked`, `done`, `refused`
    pub state: String,
    /// why
    pub reason: String,
    /// who asked, checked and approved, as far as that is done
    pub by: Vec<String>,
    /// when it last moved
    pub at: Moment,
    /// may this reader do the next step?
    pub mine: bool,
}

/// What somebody does about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasureStep {
    /// 核对通过
    Check,
    /// 批准并执行
    Approve,
    /// 不予涂去
    Refuse,
}

fn asked_word(reason: &str) -> Result<String, Error> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_MAX {
        return Err(Error::invalid(
            "reason",
            format!("请写明依据（{REASON_MAX} 字以内），如本人申请、保存期满"),
            format!("say why, {REASON_MAX} characters at most: the person asked, the time is over"),
        ));
    }
    Ok(reason.to_owned())
}

fn note(tx: &mut Tx<'_>, actor: &Actor, act: &str, data: &str) -> Result<(), Error> {
    let ver = ledger_rows::head_of(tx, ERASURES)?.map_or(0, |h| h.0);
    let now = tx.now();
    tx.append(ERASURES, ver, now, actor, act, data)?;
    Ok(())
}

/// Who may do the next step: never somebody who did one before.
fn may_go_on(row: &ErasureRow, staff: Option<StaffId>) -> bool {
    staff.is_some() && !row.by.contains(&staff) && matches!(row.state.as_str(), "asked" | "checked")
}

impl Cases {
    /// Asks that the data of who lodged a case end.
    pub fn ask_erasure(&self, actor: Actor, number: String, reason: String) -> Later<i64> {
        self.write(move |_, tx| {
            let case = cases::by_number(tx, &number)?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::EraseReporter, &case)?;
            let reason = asked_word(&reason)?;
            if !case.stage.kind().is_end() {
                return Err(Error::invalid(
                    "number",
                    "本件尚未办结，办理和回访还要用到联系方式；请办结后再申请",
                    "the case is still open and the contact is needed for it: ask when it has ended",
                ));
            }
            if erasures::open_of(tx, case.id)?.is_some() {
                return Err(Error::invalid(
                    "number",
                    "本件已有申请在办",
                    "a request for this case is under way",
                ));
            }
            let id = erasures::put(tx, case.id, &reason, permit.actor().staff)?;
            let data =
                serde_json::json!({ "number": case.number, "request": id, "reason": reason }).to_string();
            note(tx, permit.actor(), "ask_erasure", &data)?;
            Ok(id)
        })
    }

    /// The next step of a request: checked by a second person, approved by a third, or refused by either.
    pub fn step_erasure(&self, actor: Actor, id: i64, step: ErasureStep) -> Later<()> {
        let list = self.erased_list();
        self.write(move |app, tx| {
            let mut row = erasures::by_id(tx, id)?.ok_or(Error::NotFound)?;
            let case = cases::by_id(tx, row.case)?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::EraseReporter, &case)?;
            if !may_go_on(&row, actor.staff) {
                return Err(Error::Forbidden(Said::new(
                    "申请、核对、批准须由三个不同的人办理",
                    "asking, checking and approving are three different people's",
                )));
            }
            let data = serde_json::json!({ "number": case.number, "request": id }).to_string();
            match (row.state.as_str(), step) {
                ("asked", ErasureStep::Check) => {
                    row.state = "checked".to_owned();
                    row.by[1] = actor.staff;
                    note(tx, &actor, "check_erasure", &data)?;
                }
                ("checked", ErasureStep::Approve) => {
                    row.state = "done".to_owned();
                    row.by[2] = actor.staff;
                    // Noted first: what is noted and not done is done at the next start, what is done and not noted comes
                    // back with a backup.
                    note_erased(&list, case.id, &case.number)?;
                    app.erase_in(tx, &permit, &case, id)?;
                }
                ("asked" | "checked", ErasureStep::Refuse) => {
                    let place = if row.state == "asked" { 1 } else { 2 };
                    row.state = "refused".to_owned();
                    row.by[place] = actor.staff;
                    note(tx, &actor, "refuse_erasure", &data)?;
                }
                _ => {
                    return Err(Error::invalid(
                        "step",
                        "这一步已经办过，请刷新后再看",
                        "this step was done already: reload the page",
                    ));
                }
            }
            erasures::set(tx, &row)?;
            Ok(())
        })
    }

    /// The newest requests about cases that the reader may see.
    pub fn erasures(&self, actor: Actor) -> Later<Vec<ErasureView>> {
        self.read(move |_, rd| {
            let mut all = Vec::new();
            for row in erasures::newest(rd, 200)? {
                let Some(case) = cases::by_id(rd, row.case)? else { continue };
                if decide(&actor, op::EraseReporter, &case).is_err() {
                    continue;
                }
                let mut by = Vec::new();
                for id in row.by.into_iter().flatten() {
                    by.push(office::staff_by_id(rd, id)?.map_or_else(|| format!("#{id}"), |s| s.name));
                }
                let mine = may_go_on(&row, actor.staff);
                let (id, state, reason, at) = (row.id, row.state, row.reason, row.at);
                all.push(ErasureView { id, number: case.number, state, reason, by, at, mine });
            }
            Ok(all)
        })
    }

    /// May a reader ask at all? Decides whether the page is offered.
    pub fn may_erase(actor: &Actor) -> bool {
        access::offers(actor, access::Operation::EraseReporter)
    }

    /// Destroys the contact of a case and covers what its words say of the person.
    fn erase_in(&self, tx: &mut Tx<'_>, permit: &Permit, case: &Case, request: i64) -> Result<(), Error> {
        let veil = self.veil(tx, &Actor::system(), case)?;
        let stream = StreamId::case(case.id);
        let mut events = ledger_rows::stream(tx, stream, 0)?;
        let (mut prev, mut erased) = (ZERO_HASH, Vec::new());
        for e in &mut events {
            if let Some(data) = covered(&veil, e)? {
                e.data = data;
                ledger_rows::cover(tx, e)?;
                erased.push(Erased::of(e, &prev, self.city.vault().seal_key().key()));
            }
            prev = e.hash;
        }
        contacts::erase(tx, case.id)?;
        outbox::forget(tx, &case.number)?;
        cover_handed(tx, &veil, case.id)?;
        cases::rewrite(tx, permit, &folded(case, &events)?)?;
        // What search holds of the old words goes with the next round of the worker.
        asides::ask_again(
            tx,
            INDEX,
            stream,
            "反映人信息已涂去，重建索引 / words were covered, to be indexed anew",
        )?;
        let told = Erasure { number: case.number.clone(), request, events: erased };
        note(tx, permit.actor(), ERASE, &serde_json::to_string(&told).map_err(Error::bug)?)
    }

    fn erased_list(&self) -> PathBuf {
        self.city.keys().join(ERASED_LIST)
    }

    /// A database that was restored from an older backup has again what was erased since: it ends once more, before
    /// anybody reads it. What was erased at another node is noted here too, so that the list of any node will do.
    ///
    /// # Errors
    /// The list cannot be read or written; the store could not.
    pub fn erase_again(&self) -> Result<usize, Error> {
        let list = self.erased_list();
        let text = match std::fs::read_to_string(&list) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(Error::Store(store::StoreError::Disk(format!("{}: {e}", list.display())))),
        };
        let noted: BTreeSet<(i64, String)> = text.lines().filter_map(listed).collect();
        let (due, elsewhere) = self.city.store().read(|rd| {
            let done = erased(rd)?;
            let (mut due, mut elsewhere) = (Vec::new(), Vec::new());
            for (id, number) in &noted {
                // In a database set back, a number may since have been given to another case: then there is nothing to end.
                let same = cases::by_id(rd, CaseId(*id))?.is_some_and(|c| c.number == *number);
                if same && !done.contains(number) {
                    due.push(CaseId(*id));
                }
            }
            let known: BTreeSet<&String> = noted.iter().map(|n| &n.1).collect();
            for number in done.iter().filter(|n| !known.contains(n)) {
                elsewhere.extend(cases::by_number(rd, number)?.map(|c| (c.id, c.number)));
            }
            Ok::<_, Error>((due, elsewhere))
        })?;
        for (id, number) in elsewhere {
            note_erased(&list, id, &number)?;
        }
        for id in &due {
            let (app, id) = (self.clone(), *id);
            self.city.store().write(move |tx| {
                let case = cases::by_id(tx, id)?.ok_or(Error::NotFound)?;
                let permit = decide(&Actor::system(), op::EraseReporter, &case)?;
                app.erase_in(tx, &permit, &case, 0)
            })?;
        }
        Ok(due.len())
    }
}

/// Numbers of the cases that were erased, as the record says.
fn erased(rd: &mut Rd<'_>) -> Result<BTreeSet<String>, Error> {
    let all = ledger_rows::stream(rd, ERASURES, 0)?;
    let told = |e: &Event| serde_json::from_str::<Erasure>(&e.data).ok();
    Ok(all.iter().filter(|e| e.act == ERASE).filter_map(told).map(|t| t.number).collect())
}

fn listed(line: &str) -> Option<(i64, String)> {
    let (id, number) = line.trim().split_once(' ')?;
    Some((id.parse().ok()?, number.to_owned()))
}

fn note_erased(list: &Path, id: CaseId, number: &str) -> Result<(), Error> {
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(list)?;
        writeln!(file, "{} {number}", id.0)?;
        file.sync_all()
    };
    write().map_err(|e| Error::Store(store::StoreError::Disk(format!("{}: {e}", list.display()))))
}

/// Covers what is known of a case that went to another city or came from one or from a hotline, and destroys what was handed
/// over. What the other side holds ends there: it is asked apart.
fn cover_handed(tx: &mut Tx<'_>, veil: &Veil, case: CaseId) -> Result<(), Error> {
    let mut all = cells::matters_of(tx, case, "out")?;
    all.extend(cells::matters_of(tx, case, "in")?);
    for mut row in all {
        let mut known: serde_json::Value = serde_json::from_str(&row.doc).map_err(Error::bug)?;
        walk(veil, true, "", &mut known);
        row.doc = known.to_string();
        row.content = None;
        if !cells::save_matter(tx, &row)? {
            return Err(Error::bug("a matter changed in its own transaction"));
        }
        cells::forget_words(tx, row.peer, &row.subject)?;
    }
    if let Some(mut row) = hotline::order_of_case(tx, case)? {
        let mut known: serde_json::Value = serde_json::from_str(&row.doc).map_err(Error::bug)?;
        walk(veil, true, "", &mut known);
        row.doc = known.to_string();
        row.content = None;
        if !hotline::save_order(tx, &row)? {
            return Err(Error::bug("an order changed in its own transaction"));
        }
        hotline::forget_words(tx, row.hotline, &row.number)?;
    }
    Ok(())
}

/// The data of an event with what they say of the person covered; none when they say nothing.
fn covered(veil: &Veil, e: &Event) -> Result<Option<String>, Error> {
    let mut data: serde_json::Value = serde_json::from_str(&e.data).map_err(Error::bug)?;
    let theirs =
        e.actor.role == Role::Resident || matches!(e.act.as_str(), "register" | "add_words" | "callback");
    let mut did = walk(veil, theirs, "", &mut data);
    if let Some(all) = data.as_object_mut() {
        // The keyed digest by which two letters of one person are known to be one's.
        did |= e.act == "register" && all.remove("contact").is_some();
        all.insert("erased".to_owned(), true.into());
    }
    Ok(did.then(|| data.to_string()))
}

fn walk(veil: &Veil, theirs: bool, field: &str, value: &mut serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) if WORDS.contains(&field) => {
            let now = if theirs { veil.text(text) } else { veil.known_covered(text) };
            std::mem::replace(text, now) != *text
        }
        serde_json::Value::Array(all) => {
            all.iter_mut().fold(false, |did, v| walk(veil, theirs, field, v) | did)
        }
        serde_json::Value::Object(all) => {
            all.iter_mut().fold(false, |did, (name, v)| walk(veil, theirs, name, v) | did)
        }
        _ => false,
    }
}

/// The case as its events make it.
fn folded(case: &Case, events: &[Event]) -> Result<Case, Error> {
    let mut now: Option<Case> = None;
    for e in events {
        let happened = serde_json::from_str(&e.data).map_err(Error::bug)?;
        now = match now {
            None => Case::begin(case.id, case.number.clone(), &happened, e.at),
            Some(before) => Some(before.evolve(&happened, &e.actor, e.at)),
        };
    }
    now.ok_or_else(|| Error::bug("a case without events"))
}
