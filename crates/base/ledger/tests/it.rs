//! Laws of the record: whatever one changes in it, the verifier finds it; what nobody touched, holds.

use kernel::{Actor, Moment, RegionCode, Role, StaffId, StreamId, UnitId};
use ledger::{
    Anchor, BreakKind, Chain, Draft, Event, ExportError, Exporter, Head, Seal, SealKey, Totals, Verified,
    Verifier, Window, ZERO_HASH, verify_export,
};
use proptest::prelude::*;

/// A whole record: what the database and the places outside of it hold.
#[derive(Clone, Debug)]
struct Record {
    events: Vec<Event>,
    seals: Vec<Seal>,
    heads: Vec<Head>,
    totals: Totals,
    anchor: Option<Anchor>,
}

fn key() -> SealKey {
    SealKey::new([42; 32])
}

fn actor(n: u8) -> Actor {
    match n % 3 {
        0 => Actor::system(),
        1 => Actor::resident(),
        _ => Actor {
            staff: Some(StaffId(n.into())),
            role: Role::Handler,
            unit: Some(UnitId(7)),
            region: Some("4306".parse::<RegionCode>().unwrap()),
        },
    }
}

/// Links every event anew and sets its versions: what a forger does who knows the program but not the key.
fn relink(events: &mut [Event]) -> Vec<Head> {
    let mut chain = Chain::new();
    let mut tips = std::collections::BTreeMap::new();
    for (i, e) in events.iter_mut().enumerate() {
        let (ver, prev) = tips.get(&e.stream).copied().unwrap_or((0, ZERO_HASH));
        e.seq = i as i64 + 1;
        e.ver = ver + 1;
        let draft = Draft { ver: ver + 1, ..e.draft() };
        e.hash = chain.link(&prev, &draft);
        tips.insert(e.stream, (e.ver, e.hash));
    }
    tips.into_iter().map(|(stream, (ver, hash))| Head { stream, ver, hash }).collect()
}

/// `steps`: for each event its stream, its text, and whether a seal is made after it.
fn record(steps: &[(u8, String, bool)], seal_all: bool) -> Record {
    let mut events: Vec<_> = steps
        .iter()
        .enumerate()
        .map(|(i, (stream, data, _))| Event {
            seq: 0,
            stream: StreamId(i64::from(*stream) + 1),
            ver: 0,
            at: Moment::from_us(1_000 - i as i64),
            recorded: Moment::from_us(1_000 + i as i64 / 2),
            actor: actor(*stream),
            act: "act".into(),
            data: data.clone(),
            hash: ZERO_HASH,
        })
        .collect();
    let heads = relink(&mut events);
    let mut seals: Vec<Seal> = Vec::new();
    let mut window = Window::after(None);
    for (i, e) in events.iter().enumerate() {
        assert!(window.push(e.seq, e.stream, e.ver, &e.hash));
        if steps[i].2 || (seal_all && i + 1 == events.len()) {
            seals.extend(std::mem::replace(&mut window, Window::after(None)).seal(Some(&key()), e.recorded));
            window = Window::after(seals.last());
        }
    }
    let totals = Totals { seq: events.len() as i64, seals: seals.len() as i64 };
    let anchor = seals.last().map(|s| Anchor { k: s.k, hash: s.hash });
    Record { events, seals, heads, totals, anchor }
}

impl Record {
    fn verify(&self) -> Result<Verified, Box<ledger::Break>> {
        let mut v = Verifier::new(Some(key()), self.anchor);
        let mut seals = self.seals.iter().peekable();
        for e in &self.events {
            v.event(e)?;
            while let Some(s) = seals.next_if(|s| s.to <= v.seq()) {
                v.seal(s)?;
            }
        }
        for s in seals {
            v.seal(s)?;
        }
        for head in &self.heads {
            v.head(head)?;
        }
        v.finish_with_heads(self.totals)
    }
    fn export(&self) -> Vec<u8> {
        let mut out = Exporter::new(Vec::new(), "岳阳", Moment::from_us(0)).unwrap();
        let mut seals = self.seals.iter().peekable();
        for e in &self.events {
            out.event(e).unwrap();
            while let Some(s) = seals.next_if(|s| s.to <= e.seq) {
                out.seal(s).unwrap();
            }
        }
        out.finish().unwrap()
    }
}

#[test]
fn an_end_that_counts_fewer_seals_than_there_are_is_not_believed() {
    let r = record(&[(1, "a".into(), true), (2, "b".into(), true), (3, "c".into(), true)], true);
    let file = String::from_utf8(r.export()).unwrap();
    let n = r.seals.len();
    assert!(n > 1 && verify_export(file.as_bytes(), Some(key()), r.anchor).is_ok());
    let less = file.replace(&format!("\"seals\":{n}}}"), &format!("\"seals\":{}}}", n - 1));
    assert_ne!(less, file);
    assert!(verify_export(less.as_bytes(), Some(key()), r.anchor).is_err());
}

fn steps(min: usize) -> impl Strategy<Value = Vec<(u8, String, bool)>> {
    prop::collection::vec((0u8..6, "[a-z文\"\\\\]{0,12}", prop::bool::weighted(0.2)), min..40)
}

/// One change to the events; `clever`: the forger then links everything anew and mends heads and totals.
#[derive(Clone, Debug)]
enum Change {
    Data,
    At,
    Recorded,
    Actor,
    Act,
    Stream,
    Hash,
    Delete,
    Swap,
    Truncate,
    Reinsert,
    RemoveStream,
}

fn change() -> impl Strategy<Value = Change> {
    use Change::*;
    prop::sample::select(vec![
        Data,
        At,
        Recorded,
        Actor,
        Act,
        Stream,
        Hash,
        Delete,
        Swap,
        Truncate,
        Reinsert,
        RemoveStream,
    ])
}

/// `None`: this change would change nothing here.
fn apply(record: &Record, change: &Change, i: usize, j: usize) -> Option<Record> {
    let mut r = record.clone();
    let n = r.events.len();
    let (i, j) = (i % n, j % n);
    match change {
        Change::Data => r.events[i].data.push('!'),
        Change::At => r.events[i].at = r.events[i].at.plus_us(1),
        Change::Recorded => r.events[i].recorded = r.events[i].recorded.plus_us(1),
        Change::Actor => r.events[i].actor = actor(r.events[i].stream.0 as u8),
        Change::Act => r.events[i].act = "other".into(),
        Change::Stream => r.events[i].stream = StreamId(77),
        Change::Hash => r.events[i].hash[j % 32] ^= 1,
        Change::Delete => drop(r.events.remove(i)),
        Change::Swap if i == j => return None,
        Change::Swap => {
            // The rows change places: each takes the other's place in the sequence.
            r.events.swap(i, j);
            let seq = r.events[i].seq;
            r.events[i].seq = r.events[j].seq;
            r.events[j].seq = seq;
        }
        Change::Truncate => r.events.truncate(i),
        Change::Reinsert => {
            let again = r.events[i].clone();
            r.events.insert(j, again);
        }
        Change::RemoveStream => {
            let stream = r.events[i].stream;
            r.events.retain(|e| e.stream != stream);
        }
    }
    Some(r)
}

proptest! {
    #[test]
    fn what_nobody_touched_holds(steps in steps(1), all in any::<bool>()) {
        let r = record(&steps, all);
        let verified = r.verify().unwrap();
        prop_assert_eq!(verified.events, r.events.len() as i64);
        prop_assert_eq!(verified.streams, r.heads.len() as i64);
        prop_assert_eq!(verified.seals, r.seals.len() as i64);
        prop_assert!(!all || verified.unsealed == 0);
        let file = verify_export(r.export().as_slice(), Some(key()), r.anchor).unwrap();
        prop_assert_eq!(file.verified, verified);
    }

    /// A change behind the program's back is found even where nothing is sealed yet, unless it swaps two
    /// events of different streams that were recorded at the same moment: that is what seals are for.
    #[test]
    fn every_change_is_found(steps in steps(2), all in any::<bool>(), c in change(), i: usize, j: usize) {
        let r = record(&steps, all);
        if let Some(bad) = apply(&r, &c, i, j) {
            let (a, b) = (i % r.events.len(), j % r.events.len());
            let far = r.events[a].stream != r.events[b].stream && r.events[a].recorded == r.events[b].recorded;
            let blind = matches!(c, Change::Swap) && far && !all && r.seals.last().is_none_or(|s| s.to < a.max(b) as i64 + 1);
            prop_assert!(blind || bad.verify().is_err(), "{:?} {:?}", c, bad.events);
        }
    }

    /// A forger who links everything anew, mends the heads and the totals, but lacks the key, is found
    /// wherever a seal covers what he changed.
    #[test]
    fn a_forger_without_the_key_is_found(steps in steps(2), c in change(), i: usize, j: usize) {
        let r = record(&steps, true);
        if let Some(mut bad) = apply(&r, &c, i, j) {
            bad.heads = relink(&mut bad.events);
            bad.totals.seq = bad.events.len() as i64;
            prop_assume!(bad.events != r.events);
            // What is only added after the last seal looks like any act that is not sealed yet.
            prop_assert!(bad.events.starts_with(&r.events) || bad.verify().is_err(), "{:?}", c);
            // He may also cut the seals off, or make new ones with a key of his own or none.
            for forged in [None, Some(SealKey::new([1; 32]))] {
                let mut window = Window::after(None);
                for e in &bad.events {
                    prop_assert!(window.push(e.seq, e.stream, e.ver, &e.hash));
                }
                bad.seals = window.seal(forged.as_ref(), Moment::from_us(0)).into_iter().collect();
                bad.totals.seals = bad.seals.len() as i64;
                prop_assert!(bad.verify().is_err(), "{:?}", c);
            }
            bad.seals.clear();
            bad.totals.seals = 0;
            prop_assert!(bad.verify().is_err(), "{:?}", c);
        }
    }

    #[test]
    fn a_seal_that_is_changed_or_gone_is_found(steps in steps(3), i: usize, what in 0..9) {
        let r = record(&steps, true);
        let mut bad = r.clone();
        let i = i % bad.seals.len();
        let s = &mut bad.seals[i];
        match what {
            0 => s.k += 1,
            1 => s.from += 1,
            2 => s.to -= 1,
            3 => s.streams += 1,
            4 => s.at = s.at.plus_us(1),
            5 => s.order[3] ^= 1,
            6 => s.root[3] ^= 1,
            7 => s.hash[3] ^= 1,
            _ => drop(bad.seals.remove(i)),
        }
        prop_assert!(bad.verify().is_err());
    }

    #[test]
    fn a_file_with_one_byte_changed_is_not_believed(steps in steps(1), at: usize, bit in 0u8..8) {
        let r = record(&steps, true);
        let mut file = r.export();
        // The header is a description; what it describes begins after it.
        let start = file.iter().position(|b| *b == b'\n').unwrap() + 1;
        let at = start + at % (file.len() - start);
        file[at] ^= 1 << bit;
        // A digit of a digest in the other case, a `t` for a `T`, a comma before the parts of a second: what is
        // written otherwise and means the same is the same record; what means something else breaks the chain.
        let whole = r.verify().unwrap();
        let read = verify_export(file.as_slice(), Some(key()), r.anchor);
        prop_assert!(read.is_err() || read.unwrap().verified == whole);
    }

    #[test]
    fn hostile_files_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(verify_export(bytes.as_slice(), None, None).is_err());
    }
}

#[test]
fn the_first_broken_record_is_named() {
    let steps: Vec<_> = [0u8, 1, 0, 2, 1, 0].into_iter().map(|s| (s, "x".to_owned(), false)).collect();
    let r = record(&steps, false);
    let find = |c: &Change, i, j| apply(&r, c, i, j).unwrap().verify().unwrap_err();
    let broken = find(&Change::Data, 2, 0);
    assert_eq!((broken.kind, broken.seq, broken.ver), (BreakKind::Edited, Some(3), Some(2)));
    let broken = find(&Change::Delete, 3, 0);
    assert_eq!((broken.kind, broken.seq), (BreakKind::Deleted, Some(4)));
    assert_eq!(find(&Change::Truncate, 4, 0).kind, BreakKind::Truncated);
    assert_eq!(find(&Change::Reinsert, 1, 2).kind, BreakKind::Reinserted);
    let mut gone = apply(&r, &Change::RemoveStream, 3, 0).unwrap();
    assert_eq!(gone.verify().unwrap_err().kind, BreakKind::Deleted, "its place in the sequence is empty");
    for (i, e) in gone.events.iter_mut().enumerate() {
        e.seq = i as i64 + 1;
    }
    let broken = gone.verify().unwrap_err();
    assert_eq!((broken.kind, broken.stream.as_deref()), (BreakKind::StreamRemoved, Some("?/3")));
    assert!(broken.to_string().contains("整条留痕被移除 / ?/3: all its events were removed"));
}

#[test]
fn a_file_that_ends_early_is_incomplete() {
    let r = record(&[(0, "x".into(), true), (1, "y".into(), false)], true);
    let file = r.export();
    let lines: Vec<_> = file.split_inclusive(|b| *b == b'\n').collect();
    for n in 0..lines.len() {
        let short = lines[..n].concat();
        let said = verify_export(short.as_slice(), Some(key()), None);
        assert!(matches!(said, Err(ExportError::Malformed { .. })), "{n} lines: {said:?}");
    }
}
