//! 日志看板: what somebody wants to see of logs again and again, together: questions, not answers. Everything on a board is
//! computed anew when it is looked at. Who made one shares it with colleagues of the region, and deletes it.

use access::{Own, Region, decide, op};
use city::reach::{home, region_in};
use city::{Door as _, Error, Later, Office};
use kernel::{Actor, StaffId};
use serde::{Deserialize, Serialize};
use store::log_boards::{self, LogBoard};

use crate::Logs;

/// Boards of one person, and boards that a list shows.
const OWN_MAX: usize = 30;
const LISTED: u32 = 100;
/// Parts of one board.
const PARTS_MAX: usize = 24;
const NAME_MAX: usize = 60;
/// Bytes of an address that is kept.
const QUERY_MAX: usize = 8_000;

/// One part of a board: a page of a log as it was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardPart {
    /// which log
    pub log: String,
    /// the part of its address that names the page: empty is the map
    pub page: String,
    /// filters and settings, as they stand in the address
    pub query: String,
    /// of the questions: which
    #[serde(default)]
    pub question: String,
    /// what it is called
    pub title: String,
}

#[derive(Default, Serialize, Deserialize)]
struct Doc {
    name: String,
    parts: Vec<BoardPart>,
}

/// A board.
#[derive(Clone, Debug)]
pub struct Board {
    /// id
    pub id: i64,
    /// version
    pub ver: i64,
    /// its name
    pub name: String,
    /// its parts
    pub parts: Vec<BoardPart>,
    /// it is the reader's own
    pub own: bool,
    /// whose
    pub owner: String,
    /// colleagues see it
    pub shared: bool,
}

fn who(actor: &Actor) -> Result<StaffId, Error> {
    actor.staff.ok_or(Error::SignIn)
}

fn doc_of(row: &LogBoard) -> Result<Doc, Error> {
    serde_json::from_str(&row.doc)
        .map_err(|e| Error::Store(store::StoreError::Damaged(format!("log_board {}: {e}", row.id))))
}

fn may_read(actor: &Actor, office: &Office, row: &LogBoard) -> Result<(), Error> {
    decide(actor, op::ReadLogs, Region(&home(actor, office)))?;
    let shared = row.shared && decide(actor, op::ReadLogs, Region(&region_in(&row.region, office))).is_ok();
    if Some(row.owner) == actor.staff || shared { Ok(()) } else { Err(Error::NotFound) }
}

fn own(actor: &Actor, row: &LogBoard) -> Result<(), Error> {
    decide(actor, op::KeepLogs, Own(actor.staff))?;
    if Some(row.owner) == actor.staff { Ok(()) } else { Err(Error::NotFound) }
}

fn changed(row: &LogBoard) -> Error {
    Error::Changed(store::StoreError::Conflict {
        stream: kernel::StreamId::new(kernel::StreamKind::Office, 0),
        expected: row.ver,
        found: row.ver + 1,
    })
}

impl Logs {
    /// The boards that this actor made or may see, own ones first.
    pub fn boards(&self, actor: &Actor) -> Later<Vec<Board>> {
        let actor = actor.clone();
        self.read(move |logs, rd| {
            let (office, me) = (logs.city.office(rd)?, who(&actor)?);
            decide(&actor, op::ReadLogs, Region(&home(&actor, &office)))?;
            let mut all = Vec::new();
            for row in log_boards::list(rd, me, LISTED)? {
                if may_read(&actor, &office, &row).is_ok() {
                    let doc = doc_of(&row)?;
                    let owner =
                        store::office::staff_by_id(rd, row.owner)?.map_or_else(String::new, |s| s.name);
                    all.push(Board {
                        id: row.id,
                        ver: row.ver,
                        name: doc.name,
                        parts: doc.parts,
                        own: row.owner == me,
                        owner,
                        shared: row.shared,
                    });
                }
            }
            Ok(all)
        })
    }

    /// Puts a part on a board of one's own; on a new one when `board` is none, with this name.
    pub fn put_on_board(&self, actor: &Actor, board: Option<i64>, name: &str, part: BoardPart) -> Later<i64> {
        let (actor, name) = (actor.clone(), name.trim().to_owned());
        self.write(move |logs, tx| {
            let owner = who(&actor)?;
            decide(&actor, op::KeepLogs, Own(Some(owner)))?;
            if part.title.trim().is_empty()
                || part.query.len() > QUERY_MAX
                || part.title.chars().count() > 120
            {
                return Err(Error::invalid(
                    "title",
                    "请填标题，120 字以内；筛选太长时请减少",
                    "a title of 120 characters at most is needed; with very long filters take some away",
                ));
            }
            if let Some(id) = board {
                let mut row = log_boards::get(tx, id)?.ok_or(Error::NotFound)?;
                own(&actor, &row)?;
                let mut doc = doc_of(&row)?;
                if doc.parts.len() >= PARTS_MAX {
                    return Err(Error::invalid(
                        "board",
                        format!("一个看板最多 {PARTS_MAX} 块，请另建一个"),
                        format!("at most {PARTS_MAX} parts: make another board"),
                    ));
                }
                doc.parts.push(part.clone());
                row.doc = serde_json::to_string(&doc).map_err(Error::bug)?;
                return if log_boards::save(tx, &row)? { Ok(id) } else { Err(changed(&row)) };
            }
            if name.is_empty() || name.chars().count() > NAME_MAX {
                return Err(Error::invalid(
                    "name",
                    format!("请给看板起一个名称，{NAME_MAX} 字以内"),
                    format!("give the board a name of {NAME_MAX} characters at most"),
                ));
            }
            let mine = log_boards::list(tx, owner, LISTED)?.iter().filter(|b| b.owner == owner).count();
            if mine >= OWN_MAX {
                return Err(Error::invalid(
                    "name",
                    format!("看板最多 {OWN_MAX} 个，请先删除不用的"),
                    format!("at most {OWN_MAX} boards are kept: delete one first"),
                ));
            }
            let row = LogBoard {
                id: 0,
                owner,
                region: home(&actor, &*logs.city.office(tx)?).to_string(),
                shared: false,
                ver: 0,
                at: tx.now(),
                doc: serde_json::to_string(&Doc { name: name.clone(), parts: vec![part.clone()] })
                    .map_err(Error::bug)?,
            };
            Ok(log_boards::put(tx, &row)?)
        })
    }

    /// Shares a board or no longer, takes a part from it, or deletes it.
    pub fn change_board(&self, actor: &Actor, id: i64, change: BoardChange) -> Later<()> {
        let actor = actor.clone();
        self.write(move |_, tx| {
            let mut row = log_boards::get(tx, id)?.ok_or(Error::NotFound)?;
            own(&actor, &row)?;
            match change {
                BoardChange::Delete => return Ok(log_boards::delete(tx, id)?),
                BoardChange::Share(shared) => row.shared = shared,
                BoardChange::Take(at) => {
                    let mut doc = doc_of(&row)?;
                    if at < doc.parts.len() {
                        doc.parts.remove(at);
                    }
                    row.doc = serde_json::to_string(&doc).map_err(Error::bug)?;
                }
            }
            if log_boards::save(tx, &row)? { Ok(()) } else { Err(changed(&row)) }
        })
    }
}

/// What is changed of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardChange {
    /// colleagues of the region see it, or no longer
    Share(bool),
    /// this part goes
    Take(usize),
    /// it goes
    Delete,
}
