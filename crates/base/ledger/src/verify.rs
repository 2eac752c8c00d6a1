//! The verifier (验链): reads everything once, in order, and names the first record that is broken.
//!
//! Memory: one small entry for each stream (about 50 bytes), whatever the number of events.

use std::collections::HashMap;

use kernel::{Moment, Said, StreamId};
use serde::Serialize;
use sm3::{Digest, Sm3};

use crate::chain::Chain;
use crate::erase::{ERASE, Erasure, MARK};
use crate::event::Event;
use crate::hash::{Hash, ZERO_HASH};
use crate::seal::{Merkle, Seal, SealKey};

/// The act by which a person says that the clock is right although the event before was written later by one that was
/// ahead: the only event that may be recorded before the one in front of it.
pub const ACCEPT_CLOCK: &str = "accept_clock";

/// How the record is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakKind {
    /// 被改动: the fields do not fit the hash.
    Edited,
    /// 被删除: a place in the sequence or in a stream is empty.
    Deleted,
    /// 次序被换: events are not in the order in which they were written.
    Reordered,
    /// 被重插: a place is taken twice.
    Reinserted,
    /// 被截尾: the last events are gone.
    Truncated,
    /// 整条被移除: a stream that has a head has no events.
    StreamRemoved,
    /// 链头不符: the kept head of a stream is not its last event.
    HeadWrong,
    /// 封签缺失: a seal is gone.
    SealMissing,
    /// 与封签不符: sealed events are not those that were sealed.
    SealBroken,
    /// 封签伪造: a seal does not carry its hash or was not made with the key.
    SealForged,
}

/// The first broken record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Break {
    /// How.
    pub kind: BreakKind,
    /// The event where it shows (its place in the whole database).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    /// Its stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// Its place in the stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ver: Option<i64>,
    /// The seal where it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal: Option<i64>,
    /// The sentence for people.
    pub said: Said,
}

impl std::fmt::Display for Break {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.said.fmt(f)
    }
}
impl std::error::Error for Break {}

impl Break {
    fn event(kind: BreakKind, e: &Event, zh: &str, en: &str) -> Self {
        let place_zh = format!("第 {} 条留痕（{} 第 {} 版）：{zh}", e.seq, e.stream, e.ver);
        let place_en = format!("event {} ({} version {}): {en}", e.seq, e.stream, e.ver);
        Self {
            kind,
            seq: Some(e.seq),
            stream: Some(e.stream.to_string()),
            ver: Some(e.ver),
            seal: None,
            said: Said::new(place_zh, place_en),
        }
    }
    fn seal(kind: BreakKind, k: i64, zh: &str, en: &str) -> Self {
        let said = Said::new(format!("第 {k} 号封签：{zh}"), format!("seal {k}: {en}"));
        Self { kind, seq: None, stream: None, ver: None, seal: Some(k), said }
    }
    fn stream(kind: BreakKind, stream: StreamId, ver: i64, zh: &str, en: &str) -> Self {
        let said = Said::new(format!("{stream}:{zh}"), format!("{stream}: {en}"));
        Self { kind, seq: None, stream: Some(stream.to_string()), ver: Some(ver), seal: None, said }
    }
    /// An event whose row cannot even be read (a role that does not exist, bytes that are not text).
    pub fn unreadable(seq: i64, why: &str) -> Box<Self> {
        let (zh, en) = (format!("内容无法读出：{why}"), format!("its row cannot be read: {why}"));
        Box::new(Self::at(BreakKind::Edited, seq, &zh, &en))
    }
    /// A seal whose row cannot be read.
    pub fn unreadable_seal(k: i64, why: &str) -> Box<Self> {
        let (zh, en) = (format!("内容无法读出：{why}"), format!("its row cannot be read: {why}"));
        Box::new(Self::seal(BreakKind::SealForged, k, &zh, &en))
    }
    fn at(kind: BreakKind, seq: i64, zh: &str, en: &str) -> Self {
        let said = Said::new(format!("第 {seq} 条留痕：{zh}"), format!("event {seq}: {en}"));
        Self { kind, seq: Some(seq), stream: None, ver: None, seal: None, said }
    }
}

/// The last seal that was noted outside the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Its number.
    pub k: i64,
    /// Its hash.
    pub hash: Hash,
}

/// What the database says it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Totals {
    /// The last event that was given a place.
    pub seq: i64,
    /// How many seals were made.
    pub seals: i64,
}

/// The head of a stream, as the database keeps it beside the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Which stream.
    pub stream: StreamId,
    /// Its last version.
    pub ver: i64,
    /// The hash of its last event.
    pub hash: Hash,
}

/// What was read when nothing was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Events read.
    pub events: i64,
    /// Streams met.
    pub streams: i64,
    /// Seals read.
    pub seals: i64,
    /// Seals whose key was not at hand: their contents fit, who made them is not proved.
    pub seals_without_proof: i64,
    /// Events after the last seal: their chains hold, but only a seal proves that none is missing.
    pub unsealed: i64,
    /// Hash of the last seal.
    #[serde(with = "crate::hash::hex_text")]
    pub last_seal: Hash,
}

struct Tip {
    hash: Hash,
    ver: u32,
    window: u32,
}

/// Reads events in the order of `seq`, each seal right after the last event it covers, then the heads.
pub struct Verifier {
    key: Option<SealKey>,
    anchor: Option<Anchor>,
    chain: Chain,
    tips: HashMap<StreamId, Tip>,
    touched: Vec<StreamId>,
    order: Sm3,
    streams: i64,
    seq: i64,
    recorded: Moment,
    last: Option<Seal>,
    unproved: i64,
    /// events whose words are not those they were sealed with, and say that they were covered: a later event must say so too
    covered: HashMap<i64, Covered>,
}

struct Covered {
    hash: Hash,
    digest: Hash,
    stream: StreamId,
    ver: i64,
}

/// Covered events that may wait for their word; more is not the work of an office.
const COVERED_MAX: usize = 1_000_000;

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verifier(at {})", self.seq)
    }
}

impl Verifier {
    /// `key` proves who made the seals; `anchor` proves that the last ones were not cut off.
    pub fn new(key: Option<SealKey>, anchor: Option<Anchor>) -> Self {
        Self {
            key,
            anchor,
            chain: Chain::new(),
            tips: HashMap::new(),
            touched: Vec::new(),
            order: Sm3::new(),
            streams: 0,
            seq: 0,
            recorded: Moment::from_us(i64::MIN),
            last: None,
            unproved: 0,
            covered: HashMap::new(),
        }
    }

    /// The last event read.
    pub const fn seq(&self) -> i64 {
        self.seq
    }

    /// Takes the next event.
    pub fn event(&mut self, e: &Event) -> Result<(), Box<Break>> {
        use BreakKind::{Deleted, Edited, Reinserted, Reordered};
        if e.seq > self.seq + 1 {
            return Err(Box::new(Break::at(
                Deleted,
                self.seq + 1,
                "不见了，后面还有留痕，说明被删除",
                "is gone although later ones exist: it was deleted",
            )));
        }
        if e.seq <= self.seq {
            return Err(Box::new(Break::event(
                Reinserted,
                e,
                "同一位置出现两次",
                "its place is taken twice",
            )));
        }
        let window = self.last.as_ref().map_or(0, |s| s.k) as u32;
        let says_covered = e.data.contains(MARK) && self.covered.len() < COVERED_MAX;
        let tip = self.tips.entry(e.stream).or_insert(Tip { hash: ZERO_HASH, ver: 0, window: u32::MAX });
        let want = i64::from(tip.ver) + 1;
        let broken = if e.ver > want {
            Some((Deleted, "它前面的一版不见了", "the version before it is gone"))
        } else if e.ver < want {
            Some((Reinserted, "这一版已经有过", "this version was there already"))
        } else {
            let digest = self.chain.link(&tip.hash, &e.draft());
            if digest == e.hash {
                None
            } else if says_covered {
                let covered = Covered { hash: e.hash, digest, stream: e.stream, ver: e.ver };
                self.covered.insert(e.seq, covered);
                None
            } else {
                Some((
                    Edited,
                    "内容与摘要不符，或前一条被改动",
                    "its fields or the one before it were changed",
                ))
            }
        };
        let broken = broken.or(if e.recorded < self.recorded && e.act != ACCEPT_CLOCK {
            Some((
                Reordered,
                "记录时间早于前一条",
                "recorded before the one before it: the order was changed",
            ))
        } else {
            None
        });
        if let Some((kind, zh, en)) = broken {
            return Err(Box::new(Break::event(kind, e, zh, en)));
        }
        if tip.window != window {
            tip.window = window;
            self.touched.push(e.stream);
        }
        if e.act == ERASE {
            self.forgive(&e.data);
        }
        let Some(tip) = self.tips.get_mut(&e.stream) else { return Ok(()) };
        self.streams += i64::from(tip.ver == 0);
        tip.hash = e.hash;
        tip.ver += 1;
        self.order.update(e.hash);
        self.seq = e.seq;
        self.recorded = e.recorded;
        Ok(())
    }

    /// An event says which events were covered: those that read as it says are as they should be.
    fn forgive(&mut self, data: &str) {
        let Ok(told) = serde_json::from_str::<Erasure>(data) else { return };
        for e in told.events {
            let proved = self.key.as_ref().is_none_or(|key| e.is_proved(key));
            let same = self.covered.get(&e.seq).is_some_and(|c| c.hash == e.hash && c.digest == e.digest);
            if proved && same {
                self.covered.remove(&e.seq);
            }
        }
    }

    /// The first event that reads otherwise than it was sealed, and of which nothing says that it was to be covered.
    fn uncovered(&self) -> Result<(), Box<Break>> {
        let Some((seq, c)) = self.covered.iter().min_by_key(|(seq, _)| **seq) else { return Ok(()) };
        let (zh, en) =
            ("内容与摘要不符，且没有涂去它的留痕", "its words were covered, and nothing on record says so");
        let said = Said::new(
            format!("第 {seq} 条留痕（{} 第 {} 版）：{zh}", c.stream, c.ver),
            format!("event {seq} ({} version {}): {en}", c.stream, c.ver),
        );
        Err(Box::new(Break {
            kind: BreakKind::Edited,
            seq: Some(*seq),
            stream: Some(c.stream.to_string()),
            ver: Some(c.ver),
            seal: None,
            said,
        }))
    }

    /// Takes the next seal, right after the last event that it covers.
    pub fn seal(&mut self, s: &Seal) -> Result<(), Box<Break>> {
        use BreakKind::{SealBroken, SealForged, SealMissing, Truncated};
        let (last_k, from, prev) = self.last.as_ref().map_or((0, 0, ZERO_HASH), |l| (l.k, l.to, l.hash));
        let fail = |kind, zh, en| Err(Box::new(Break::seal(kind, s.k, zh, en)));
        if s.k != last_k + 1 {
            return Err(Box::new(Break::seal(SealMissing, last_k + 1, "缺失", "is missing")));
        }
        if s.from != from || s.prev != prev {
            return fail(SealForged, "与前一封签不相接", "does not follow the seal before it");
        }
        match s.computed_hash(self.key.as_ref()) {
            None => self.unproved += 1,
            Some(hash) if hash == s.hash => {}
            Some(_) => {
                return fail(
                    SealForged,
                    "摘要不符，不是用本库密钥封的",
                    "was not made with the key of this city",
                );
            }
        }
        if self.key.is_some() && !s.keyed && self.last.as_ref().is_some_and(|l| l.keyed) {
            return fail(SealForged, "没有用密钥", "was made without the key");
        }
        if self.anchor.is_some_and(|a| a.k == s.k && a.hash != s.hash) {
            return fail(SealForged, "与库外留存的不同", "differs from the one noted outside the database");
        }
        if s.to > self.seq {
            let (zh, en) = ("不见了，但已被封存：被截尾", "is gone but was sealed: the end was cut off");
            return Err(Box::new(Break::at(Truncated, self.seq + 1, zh, en)));
        }
        self.touched.sort_unstable();
        let mut tree = Merkle::new();
        for stream in &self.touched {
            if let Some(tip) = self.tips.get(stream) {
                tree.push(*stream, i64::from(tip.ver), &tip.hash);
            }
        }
        let streams = self.touched.len() as i64;
        let order: Hash = std::mem::take(&mut self.order).finalize().into();
        if s.to != self.seq || streams != s.streams || order != s.order || tree.root() != s.root {
            let (zh, en) = ("所封的留痕与现在的不同", "the events it covers are not those that were sealed");
            return fail(SealBroken, zh, en);
        }
        self.touched.clear();
        self.last = Some(s.clone());
        Ok(())
    }

    /// Compares the kept head of one stream; call for every head the database keeps.
    pub fn head(&mut self, head: &Head) -> Result<(), Box<Break>> {
        use BreakKind::{HeadWrong, StreamRemoved, Truncated};
        let Some(tip) = self.tips.remove(&head.stream) else {
            let (zh, en) = ("整条留痕被移除", "all its events were removed");
            return Err(Box::new(Break::stream(StreamRemoved, head.stream, head.ver, zh, en)));
        };
        let ver = i64::from(tip.ver);
        if ver < head.ver {
            let (zh, en) = ("最后的留痕不见了：被截尾", "its last events are gone: the end was cut off");
            return Err(Box::new(Break::stream(Truncated, head.stream, ver + 1, zh, en)));
        }
        if ver != head.ver || tip.hash != head.hash {
            let (zh, en) = ("链头与最后一条留痕不符", "the kept head is not its last event");
            return Err(Box::new(Break::stream(HeadWrong, head.stream, ver, zh, en)));
        }
        Ok(())
    }

    /// Ends the reading when the heads were compared one by one: every stream must have had its head.
    pub fn finish_with_heads(self, totals: Totals) -> Result<Verified, Box<Break>> {
        let unsaid = self.tips.iter().min_by_key(|(s, _)| **s).map(|(s, t)| (*s, i64::from(t.ver)));
        let verified = self.finish(totals)?;
        if let Some((stream, ver)) = unsaid {
            let (zh, en) = ("没有链头记录", "no head is kept for it");
            return Err(Box::new(Break::stream(BreakKind::HeadWrong, stream, ver, zh, en)));
        }
        Ok(verified)
    }

    /// Ends the reading.
    pub fn finish(self, totals: Totals) -> Result<Verified, Box<Break>> {
        self.uncovered()?;
        let seals = self.last.as_ref().map_or(0, |s| s.k);
        if totals.seq != self.seq {
            let (zh, en) =
                ("不见了，但发过号：被截尾", "is gone but was given its place: the end was cut off");
            let kind = if totals.seq > self.seq { BreakKind::Truncated } else { BreakKind::Reinserted };
            return Err(Box::new(Break::at(kind, self.seq.min(totals.seq) + 1, zh, en)));
        }
        let want = totals.seals.max(self.anchor.map_or(0, |a| a.k));
        if want > seals {
            return Err(Box::new(Break::seal(BreakKind::SealMissing, seals + 1, "缺失", "is missing")));
        }
        Ok(Verified {
            events: self.seq,
            streams: self.streams,
            seals,
            seals_without_proof: self.unproved,
            unsealed: self.seq - self.last.as_ref().map_or(0, |s| s.to),
            last_seal: self.last.map_or(ZERO_HASH, |s| s.hash),
        })
    }
}
