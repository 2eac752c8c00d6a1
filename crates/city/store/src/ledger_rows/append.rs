//! Appending events: the version is checked, the chain linked, the place given.

use std::collections::{HashMap, HashSet};

use kernel::{Actor, Moment, StreamId};
use ledger::{Chain, Draft, Event, Hash, MAX_ACT_BYTES, MAX_DATA_BYTES, ZERO_HASH};

use crate::conn::Tx;
use crate::engine::{Dialect, Result};
use crate::error::StoreError;
use crate::vals;
use crate::value::Value;

/// An event to be appended, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct NewEvent<'a> {
    /// What it is about.
    pub stream: StreamId,
    /// The version the stream must have now; 0: it must be new.
    pub expected: i64,
    /// When it happened.
    pub at: Moment,
    /// Who acted.
    pub actor: &'a Actor,
    /// The word of the act.
    pub act: &'a str,
    /// JSON text.
    pub data: &'a str,
}

const HEAD: &str = "SELECT ver, hash FROM stream_head WHERE stream = $1";
const NEW_HEAD: &str =
    "INSERT INTO stream_head (stream, ver, hash) VALUES ($1, $2, $3) ON CONFLICT (stream) DO NOTHING";
const MOVE_HEAD: &str = "UPDATE stream_head SET ver = $2, hash = $3 WHERE stream = $1";
const INSERT: &str = "INSERT INTO event (seq, stream, ver, at, recorded, staff, role, unit, region, act, data, hash) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
/// Event and head in one round trip.
const BOTH: &str = "WITH e AS (INSERT INTO event (seq, stream, ver, at, recorded, staff, role, unit, region, act, \
                    data, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)) \
                    INSERT INTO stream_head (stream, ver, hash) VALUES ($2, $3, $12) \
                    ON CONFLICT (stream) DO UPDATE SET ver = excluded.ver, hash = excluded.hash";

fn acceptable(d: &Draft<'_>) -> Result<()> {
    if d.act.is_empty() || d.act.len() > MAX_ACT_BYTES {
        return Err(StoreError::Unacceptable(format!("act: 1–{MAX_ACT_BYTES} bytes")));
    }
    if d.data.len() > MAX_DATA_BYTES {
        return Err(StoreError::Unacceptable(format!("event: {} bytes > {MAX_DATA_BYTES}", d.data.len())));
    }
    Ok(())
}

fn values<'a>(seq: i64, d: &Draft<'a>, hash: &'a Hash) -> [Value<'a>; 12] {
    [
        seq.into(),
        d.stream.into(),
        d.ver.into(),
        d.at.into(),
        d.recorded.into(),
        d.actor.staff.into(),
        d.actor.role.word().into(),
        d.actor.unit.into(),
        d.actor.region.as_ref().map(kernel::RegionCode::as_str).into(),
        d.act.into(),
        d.data.into(),
        hash.into(),
    ]
}

/// An event on its way into the chain.
struct Linked<'a> {
    draft: Draft<'a>,
    /// The hash before it, unless an earlier event of the same batch makes it.
    prev: Option<Hash>,
    hash: Hash,
}

/// Below this many events threads cost more than they save.
const PARALLEL_FROM: usize = 128;

/// Checks every event against the head of its stream; answers the events and the streams that are new.
fn placed<'a>(
    events: &[NewEvent<'a>],
    recorded: Moment,
    heads: HashMap<StreamId, (i64, Hash)>,
) -> Result<(Vec<Linked<'a>>, Vec<StreamId>)> {
    let mut tips: HashMap<_, _> = heads.into_iter().map(|(s, (v, h))| (s, (v, Some(h)))).collect();
    let mut new = Vec::new();
    let mut linked = Vec::with_capacity(events.len());
    for e in events {
        let (found, prev) = tips.get(&e.stream).copied().unwrap_or((0, Some(ZERO_HASH)));
        if found != e.expected {
            return Err(StoreError::Conflict { stream: e.stream, expected: e.expected, found });
        }
        if found == 0 {
            new.push(e.stream);
        }
        let (stream, at, actor, act, data) = (e.stream, e.at, e.actor, e.act, e.data);
        let draft = Draft { stream, ver: found + 1, at, recorded, actor, act, data };
        acceptable(&draft)?;
        tips.insert(e.stream, (draft.ver, None));
        linked.push(Linked { draft, prev, hash: ZERO_HASH });
    }
    Ok((linked, new))
}

/// Links every event and answers the new heads. Streams do not depend on each other, so the first event of
/// each is linked on all cores; what follows in the same stream is linked after it.
fn link_all(linked: &mut [Linked<'_>], chain: &mut Chain) -> HashMap<StreamId, (i64, Hash)> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    let cores = if linked.len() < PARALLEL_FROM { 1 } else { cores };
    let first = |part: &mut [Linked<'_>], chain: &mut Chain| {
        for l in part {
            if let Some(prev) = &l.prev {
                l.hash = chain.link(prev, &l.draft);
            }
        }
    };
    let size = linked.len().div_ceil(cores).max(1);
    std::thread::scope(|scope| {
        let mut parts = linked.chunks_mut(size);
        let own = parts.next();
        for part in parts {
            scope.spawn(move || first(part, &mut Chain::new()));
        }
        if let Some(own) = own {
            first(own, chain);
        }
    });
    let mut heads: HashMap<StreamId, (i64, Hash)> = HashMap::with_capacity(linked.len());
    for l in linked {
        if l.prev.is_none() {
            let before = heads.get(&l.draft.stream).map_or(ZERO_HASH, |h| h.1);
            l.hash = chain.link(&before, &l.draft);
        }
        heads.insert(l.draft.stream, (l.draft.ver, l.hash));
    }
    heads
}

impl Tx<'_> {
    /// Appends one event to `stream`, which must be at version `expected` (0: new).
    ///
    /// # Errors
    /// `Conflict` when the stream is at another version.
    pub fn append(
        &mut self,
        stream: StreamId,
        expected: i64,
        at: Moment,
        actor: &Actor,
        act: &str,
        data: &str,
    ) -> Result<Event> {
        let head = self.query_opt(HEAD, vals![stream], |r| Ok((r.i64(0)?, r.hash(1)?)))?;
        let (found, prev) = head.unwrap_or((0, ZERO_HASH));
        if found != expected {
            return Err(StoreError::Conflict { stream, expected, found });
        }
        let recorded = self.now();
        let draft = Draft { stream, ver: found + 1, at, recorded, actor, act, data };
        let hash = self.writing.chain.link(&prev, &draft);
        let seq = self.writing.ledger.seq + 1;
        acceptable(&draft)?;
        match self.dialect() {
            Dialect::Postgres => {
                self.exec(BOTH, &values(seq, &draft, &hash))?;
            }
            Dialect::Sqlite => {
                self.exec(INSERT, &values(seq, &draft, &hash))?;
                let sql = if found == 0 { NEW_HEAD } else { MOVE_HEAD };
                self.exec(sql, vals![stream, draft.ver, &hash])?;
            }
        }
        self.took(seq, recorded);
        Ok(Event {
            seq,
            stream,
            ver: draft.ver,
            at,
            recorded,
            actor: actor.clone(),
            act: act.to_owned(),
            data: data.to_owned(),
            hash,
        })
    }

    /// Appends many events at once, in this order; answers the place of the first. One stream may occur
    /// several times, each time expecting the version that the one before made.
    ///
    /// # Errors
    /// `Conflict` for the first stream that is at another version; nothing of the closure is kept then.
    pub fn append_many(&mut self, events: &[NewEvent<'_>]) -> Result<i64> {
        Ok(self.append_hashed(events)?.0)
    }

    /// The same; answers the hashes of the events too.
    pub(crate) fn append_hashed(&mut self, events: &[NewEvent<'_>]) -> Result<(i64, Vec<Hash>)> {
        let recorded = self.now();
        let first = self.writing.ledger.seq + 1;
        let mut heads: HashMap<StreamId, (i64, Hash)> = HashMap::new();
        let known: Vec<_> =
            events.iter().filter(|e| e.expected > 0).map(|e| [Value::from(e.stream)]).collect();
        let known: Vec<&[Value<'_>]> = known.iter().map(<[_; 1]>::as_slice).collect();
        for head in self
            .rd
            .engine
            .query_many(HEAD, &known, 1, &|r| Ok((r.i64(0)?, r.hash(1)?)))?
            .into_iter()
            .zip(&known)
        {
            if let ([head], [Value::Int(stream)]) = (head.0.as_slice(), head.1) {
                heads.insert(StreamId(*stream), *head);
            }
        }
        let (mut linked, new) = placed(events, recorded, heads)?;
        let heads = link_all(&mut linked, &mut self.writing.chain);
        let rows: Vec<_> =
            linked.iter().enumerate().map(|(i, l)| values(first + i as i64, &l.draft, &l.hash)).collect();
        let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 12]>::as_slice).collect();
        self.write_heads(&heads, &new)?;
        self.exec_many(INSERT, &rows)?;
        self.took(first + events.len() as i64 - 1, recorded);
        Ok((first, linked.iter().map(|l| l.hash).collect()))
    }

    /// New streams are inserted, which shows when one is not new after all; the others are moved on.
    fn write_heads(&mut self, heads: &HashMap<StreamId, (i64, Hash)>, new: &[StreamId]) -> Result<()> {
        let is_new: HashSet<_> = new.iter().copied().collect();
        let mut old: Vec<_> = heads.keys().copied().filter(|s| !is_new.contains(s)).collect();
        old.sort_unstable();
        let rows = |streams: &[StreamId]| -> Vec<[Value<'_>; 3]> {
            streams
                .iter()
                .filter_map(|s| heads.get(s).map(|(v, h)| [s.0.into(), (*v).into(), h.into()]))
                .collect()
        };
        let (new_rows, old_rows) = (rows(new), rows(&old));
        let new_rows: Vec<&[Value<'_>]> = new_rows.iter().map(<[_; 3]>::as_slice).collect();
        let old_rows: Vec<&[Value<'_>]> = old_rows.iter().map(<[_; 3]>::as_slice).collect();
        if self.exec_many(NEW_HEAD, &new_rows)? != new.len() as u64 {
            return Err(self.who_is_not_new(heads, new));
        }
        self.exec_many(MOVE_HEAD, &old_rows)?;
        Ok(())
    }

    fn who_is_not_new(&mut self, heads: &HashMap<StreamId, (i64, Hash)>, new: &[StreamId]) -> StoreError {
        for stream in new {
            let kept = self.query_opt(HEAD, vals![*stream], |r| Ok((r.i64(0)?, r.hash(1)?)));
            if let (Ok(Some((found, hash))), Some(ours)) = (kept, heads.get(stream))
                && (found, hash) != *ours
            {
                return StoreError::Conflict { stream: *stream, expected: 0, found };
            }
        }
        StoreError::Bug("a stream is not new, but which?".into())
    }

    fn took(&mut self, seq: i64, recorded: Moment) {
        self.writing.ledger.seq = seq;
        self.writing.ledger.recorded = recorded.us();
    }
}
