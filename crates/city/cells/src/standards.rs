//! 省级标准: what the level above gives (calendars, limits, formulas, codes, items) goes down as numbered versions in signed messages, a
//! message for each city; each city says which version it holds. A city adds and never alters: who writes keeps to it
//! (`city::standards`). What is older, altered or cannot be used here is refused, and why is told to both sides. ADR 0199.

use access::{City as OfCity, Nothing, Permit, decide, op};
use city::given::{Difference, How};
use city::standards::{digest_of, standard_in, withdrawn};
use city::{Door as _, Error, Later, Office, StandardKind};
use kernel::{Actor, Moment, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sm3::{Digest as _, Sm3};
use store::cells::{self as peers, PeerRow};
use store::standards::{self as rows, AtRow, StandardRow};
use store::{Rd, Tx};

use crate::Cells;
use crate::message::{Content, MESSAGE_MAX};
use crate::peers::{Purpose, Rank, purposes_of};
use crate::post::send;

/// Characters of the word of a standard.
const WORD_MAX: usize = 130;
/// Bytes of a message beside the text of a standard.
const ENVELOPE: usize = 4 << 10;
/// Standards sent to one city in one transaction.
const BATCH: u32 = 100;
/// Standards shown at once.
pub const STANDARDS_SHOWN: u32 = 50;
/// Standards issued at once.
pub const ISSUED_MAX: usize = 500;

/// A version of a standard as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandardSent {
    /// what it is about
    pub about: StandardKind,
    /// which one: the year of a calendar, the code of an item
    pub word: String,
    /// 1, 2, 3 …
    pub version: i64,
    /// when it was issued
    pub issued: Moment,
    /// SM3 of its text, fields in order, without blanks
    pub digest: String,
    /// its text; null when it is withdrawn
    pub doc: Value,
}

/// What a city says it holds of a standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandardHeld {
    /// what it is about
    pub about: StandardKind,
    /// which one
    pub word: String,
    /// the version that is in force there; 0 for none
    pub version: i64,
    /// its digest
    #[serde(default)]
    pub digest: String,
    /// since when
    #[serde(default)]
    pub since: Option<Moment>,
    /// why the version that came last was refused; empty when it was not
    #[serde(default)]
    pub refused: String,
    /// how many things the city added
    #[serde(default)]
    pub added: i64,
    /// how many stand otherwise there
    #[serde(default)]
    pub altered: i64,
}

/// What came of issuing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issued {
    /// a new version
    Version(i64),
    /// nothing changed since this one
    Same(i64),
}

/// What a city has from above.
#[derive(Clone, Debug)]
pub struct TakenView {
    /// what it is about
    pub about: StandardKind,
    /// which one
    pub word: String,
    /// what it is called
    pub name: String,
    /// from whom
    pub from: String,
    /// the version in force, when it was issued, and since when it is in force here; none when none is
    pub held: Option<(i64, Moment, Moment)>,
    /// it was withdrawn: it binds nobody
    pub withdrawn: bool,
    /// what it took the place of
    pub note: String,
    /// how what stands here differs from it
    pub differences: Vec<Difference>,
    /// a newer version that was refused: its id, its number and why
    pub refused: Option<(i64, i64, String)>,
}

/// What one city has of a standard that was issued here.
#[derive(Clone, Debug)]
pub struct CityHolds {
    /// its name
    pub name: String,
    /// the version that is in force there; 0 for none
    pub version: i64,
    /// since when
    pub since: Option<Moment>,
    /// the version that is on its way
    pub sent: Option<(i64, Moment)>,
    /// why it refused
    pub refused: String,
    /// how many things it added
    pub added: i64,
    /// how many stand otherwise there
    pub altered: i64,
    /// silent since then
    pub silent: Option<Moment>,
}

/// A standard that was issued here.
#[derive(Clone, Debug)]
pub struct IssuedView {
    /// what it is about
    pub about: StandardKind,
    /// which one
    pub word: String,
    /// what it is called
    pub name: String,
    /// its newest version
    pub version: i64,
    /// when that was issued
    pub issued: Moment,
    /// that was to withdraw it
    pub withdrawn: bool,
    /// the cities that it goes to
    pub cities: Vec<CityHolds>,
}

/// Standards from both sides.
#[derive(Clone, Debug, Default)]
pub struct StandardsView {
    /// what came from above, page by page
    pub taken: Vec<TakenView>,
    /// what was issued here, page by page
    pub issued: Vec<IssuedView>,
    /// how many came and were issued
    pub totals: (i64, i64),
    /// where the next page begins, of what came and of what was issued
    pub next: Option<(String, String)>,
    /// this reader may issue: there are cities below with standards agreed
    pub may_issue: bool,
    /// this reader may have a refused one tried again
    pub may_take: bool,
}

/// The text of a version, or of the one that was in force before it was withdrawn.
fn doc_of(rd: &mut Rd<'_>, row: &StandardRow) -> Result<Value, Error> {
    let mut text = row.doc.clone();
    if withdrawn(row) {
        let all = rows::versions(rd, &row.state, &row.kind, &row.word, 50)?;
        text = all.into_iter().find(|r| !withdrawn(r)).map_or(text, |r| r.doc);
    }
    serde_json::from_str(&text).map_err(Error::bug)
}

/// What a standard is called.
fn called(about: StandardKind, word: &str, doc: &Value) -> String {
    let name = doc.get("name").and_then(Value::as_str).unwrap_or_default();
    match about {
        StandardKind::Calendar => format!("{word} 年"),
        _ if name.is_empty() => about.zh().to_owned(),
        _ => name.to_owned(),
    }
}

/// What its messages are about.
fn subject_of(what: &str, about: StandardKind, word: &str) -> String {
    let plain = word.len() <= 40 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let word = if plain { word.to_owned() } else { ledger::hex(&Sm3::digest(word.as_bytes())[..16]) };
    format!("{what}/{}/{word}", about.word())
}

fn goes_down(peer: &PeerRow) -> bool {
    peer.active && peer.rank == Rank::Below.word() && purposes_of(peer).contains(&Purpose::Standards)
}

/// Why a version cannot follow the one that is held here.
fn not_after(held: &StandardRow, sent: &StandardSent, from: &str) -> Option<Said> {
    let has = held.version;
    if held.origin != from && !withdrawn(held) {
        let zh = format!("已有 {} 下发的第 {has} 版，同一标准只能由一方下发", held.origin);
        return Some(Said::new(zh, format!("version {has} of another origin ({}) is held", held.origin)));
    }
    if sent.version < has {
        let zh = format!("第 {} 版比现行的第 {has} 版旧", sent.version);
        return Some(Said::new(
            zh,
            format!("version {} is older than version {has}, which is held", sent.version),
        ));
    }
    (sent.version == has && sent.digest != held.digest).then(|| {
        Said::new(
            format!("第 {has} 版已经收到，内容不同：同一版不能改动，请作为第 {} 版下发", has + 1),
            format!("version {has} came before with other content: issue it as version {}", has + 1),
        )
    })
}

impl Cells {
    /// 下发: what stands here becomes the next version of a standard and goes to the cities below. When nothing changed since the last
    /// version there is no new one.
    pub fn issue(&self, actor: Actor, about: StandardKind, word: String) -> Later<Issued> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::IssueStandards, OfCity(&office.settings.city))?;
            let done = app.issue_in(tx, &permit, about, &word)?;
            app.send_down(tx, &office)?;
            Ok(done)
        })
    }

    fn issue_in(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit,
        about: StandardKind,
        word: &str,
    ) -> Result<Issued, Error> {
        let none = || {
            Error::invalid(
                "word",
                format!("本级没有可下发的{}：{word}", about.zh()),
                format!("there is no {} here to be issued: {word}", about.en()),
            )
        };
        let given = if word.is_empty() || word.chars().count() > WORD_MAX {
            None
        } else {
            match (self.handovers.standard_to_give)(&self.city, tx, about, word) {
                Err(Error::NotFound) => None,
                other => other?,
            }
        };
        self.next_version(tx, permit, (about, word), &given.ok_or_else(none)?)
    }

    /// 撤回: the next version says that it binds nobody any more. What was given stays in each city as its own, to be changed there.
    pub fn withdraw(&self, actor: Actor, about: StandardKind, word: String) -> Later<Issued> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::IssueStandards, OfCity(&office.settings.city))?;
            if rows::versions(tx, "issued", about.word(), &word, 1)?.is_empty() {
                return Err(Error::NotFound);
            }
            let done = app.next_version(tx, &permit, (about, &word), &Value::Null)?;
            app.send_down(tx, &office)?;
            Ok(done)
        })
    }

    fn next_version(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit,
        (about, word): (StandardKind, &str),
        doc: &Value,
    ) -> Result<Issued, Error> {
        let digest = digest_of(doc);
        let text = doc.to_string();
        if text.len() + ENVELOPE > MESSAGE_MAX {
            return Err(Error::invalid(
                "word",
                format!("{}的内容超过 {} KB，不能下发", called(about, word, doc), MESSAGE_MAX >> 10),
                format!("its text is longer than {} KB", MESSAGE_MAX >> 10),
            ));
        }
        let newest = rows::versions(tx, "issued", about.word(), word, 1)?.pop();
        // A city may hold a later one when this side was restored from a backup: numbers go on after it.
        let there =
            rows::all_at(tx, about.word(), word)?.iter().map(|a| a.held.max(a.sent)).max().unwrap_or(0);
        if let Some(same) = newest.as_ref().filter(|n| n.digest == digest && n.version >= there) {
            return Ok(Issued::Same(same.version));
        }
        let version = newest.map_or(0, |n| n.version).max(there) + 1;
        let now = tx.now();
        let row = StandardRow {
            id: 0,
            origin: String::new(),
            kind: about.word().to_owned(),
            word: word.to_owned(),
            version,
            issued: now,
            at: now,
            digest: digest.clone(),
            state: "issued".to_owned(),
            why: String::new(),
            doc: text,
        };
        rows::put(tx, permit, &row)?;
        let data = json!({ "about": about.word(), "word": word, "version": version, "digest": digest });
        city::note(tx, permit, "issue_standard", &data.to_string())?;
        Ok(Issued::Version(version))
    }

    /// 送达: sends to each city below what was issued and not sent to it yet. Answers how many messages that made.
    ///
    /// # Errors
    /// The store could not.
    pub fn hand_down(&self) -> Result<usize, Error> {
        decide(&Actor::system(), op::ReadCells, Nothing)?;
        let due = self.city.store().read(|rd| {
            let all = peers::peers(rd)?;
            let mut due = false;
            for p in all.iter().filter(|p| goes_down(p)) {
                due |= !rows::unsent(rd, p.id, 1)?.is_empty();
            }
            Ok::<_, Error>(due)
        })?;
        if !due {
            return Ok(0);
        }
        let own = self.clone();
        self.city.store().write(move |tx| {
            let office = own.city.office(tx)?;
            own.send_down(tx, &office)
        })
    }

    fn send_down(&self, tx: &mut Tx<'_>, office: &Office) -> Result<usize, Error> {
        let mut n = 0;
        for peer in peers::peers(tx)?.into_iter().filter(goes_down) {
            for row in rows::unsent(tx, peer.id, BATCH)? {
                let Some(about) = StandardKind::read(&row.kind) else { continue };
                let doc = standard_in(&row)?.doc;
                let (word, digest) = (row.word.clone(), row.digest.clone());
                let sent =
                    StandardSent { about, word, version: row.version, issued: row.issued, digest, doc };
                let subject = subject_of("standard", about, &row.word);
                send(&self.city, tx, office, &peer, &subject, &Content::Standard(Box::new(sent)))?;
                let mut at = at_of(tx, peer.id, &row.kind, &row.word)?;
                (at.sent, at.sent_at) = (row.version, tx.now());
                rows::put_at(tx, &at)?;
                n += 1;
            }
        }
        Ok(n)
    }

    /// 重新送出: once more to each city that does not hold the newest version of this standard.
    pub fn send_standard_again(&self, actor: Actor, about: StandardKind, word: String) -> Later<usize> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::IssueStandards, OfCity(&office.settings.city))?;
            let newest =
                rows::versions(tx, "issued", about.word(), &word, 1)?.pop().ok_or(Error::NotFound)?;
            for mut at in rows::all_at(tx, about.word(), &word)? {
                if at.held != newest.version || at.digest != newest.digest {
                    at.sent = at.sent.min(newest.version - 1);
                    rows::put_at(tx, &at)?;
                }
            }
            let data = json!({ "about": about.word(), "word": word, "version": newest.version });
            city::note(tx, &permit, "send_standard_again", &data.to_string())?;
            app.send_down(tx, &office)
        })
    }

    /// What comes from above: in force from now on, or refused; either is told.
    pub(crate) fn standard_comes(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        peer: &PeerRow,
        sent: &StandardSent,
    ) -> Result<(), Error> {
        if peer.rank != Rank::Above.word() || !purposes_of(peer).contains(&Purpose::Standards) {
            return Err(Error::invalid(
                "purposes",
                "没有约定由对方下发标准，请系统管理员在“对接城市”里核对",
                "standards from there were not agreed: see to what was agreed with it",
            ));
        }
        let words = sent.word.chars().count();
        if sent.version < 1 || words == 0 || words > WORD_MAX {
            return Err(Error::invalid("version", "版本号或名称不对", "the version or the word is wrong"));
        }
        self.take_or_refuse(tx, office, peer, sent)?;
        self.tell_held(tx, office, peer, sent.about, &sent.word)
    }

    fn take_or_refuse(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        peer: &PeerRow,
        sent: &StandardSent,
    ) -> Result<(), Error> {
        let permit = decide(&Actor::system(), op::TakeStandards, OfCity(&office.settings.city))?;
        let versions = rows::versions(tx, "held", sent.about.word(), &sent.word, 1_000)?;
        // What was taken before, now or long ago, is neither taken again nor refused: the days it was for go by it.
        let known =
            |h: &StandardRow| (h.version, &h.digest, &h.origin) == (sent.version, &sent.digest, &peer.code);
        if versions.iter().any(known) {
            return Ok(());
        }
        let held = versions.into_iter().next();
        let mut row = StandardRow {
            id: 0,
            origin: peer.code.clone(),
            kind: sent.about.word().to_owned(),
            word: sent.word.clone(),
            version: sent.version,
            issued: sent.issued,
            at: tx.now(),
            digest: sent.digest.clone(),
            state: "held".to_owned(),
            why: String::new(),
            doc: sent.doc.to_string(),
        };
        let not = if digest_of(&sent.doc) == sent.digest {
            held.as_ref().and_then(|h| not_after(h, sent, &peer.code))
        } else {
            Some(Said::new("内容与摘要不符，可能被改动", "its text is not what its digest says"))
        };
        let done = match not {
            Some(said) => Err(Error::Invalid { field: "version".to_owned(), said }),
            None => tx.part(|tx| {
                let binding = held.as_ref().filter(|h| !withdrawn(h));
                let before = binding.map(standard_in).transpose()?.map(|s| s.doc);
                rows::put(tx, &permit, &row)?;
                if sent.doc.is_null() {
                    return Ok(None);
                }
                let pair = (&sent.doc, before.as_ref());
                (self.handovers.standard_is_taken)(&self.city, tx, &Actor::system(), sent.about, pair)
            }),
        };
        match done {
            Ok(note) => row.why = note.map(|s| s.to_string()).unwrap_or_default(),
            Err(e) if !e.is_about_the_subject() => return Err(e),
            Err(e) => (row.state, row.why) = ("refused".to_owned(), e.to_string()),
        }
        rows::put(tx, &permit, &row)?;
        let data = json!({
            "from": peer.code, "about": row.kind, "word": row.word, "version": row.version, "digest": row.digest,
            "state": row.state, "why": row.why,
        });
        city::note(tx, &permit, "take_standard", &data.to_string())
    }

    /// 再试一次: a refused version is tried once more, after what stood in its way was seen to.
    pub fn try_standard(&self, actor: Actor, id: i64) -> Later<bool> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            decide(&actor, op::TakeStandards, OfCity(&office.settings.city))?;
            let row = rows::by_id(tx, id)?.filter(|r| r.state == "refused").ok_or(Error::NotFound)?;
            let about = StandardKind::read(&row.kind).ok_or(Error::NotFound)?;
            let peer = peers::peer(tx, &row.origin)?.ok_or(Error::NotFound)?;
            let sent = StandardSent {
                about,
                word: row.word.clone(),
                version: row.version,
                issued: row.issued,
                digest: row.digest.clone(),
                doc: serde_json::from_str(&row.doc).map_err(Error::bug)?,
            };
            app.standard_comes(tx, &office, &peer, &sent)?;
            Ok(rows::by_id(tx, id)?.is_some_and(|r| r.state == "held"))
        })
    }

    fn tell_held(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        peer: &PeerRow,
        about: StandardKind,
        word: &str,
    ) -> Result<(), Error> {
        let held = rows::versions(tx, "held", about.word(), word, 1)?.pop();
        let refused = newer_refused(tx, held.as_ref(), about.word(), word)?;
        let found = match &held {
            Some(h) => self.compared(tx, h)?,
            None => Vec::new(),
        };
        let count =
            |how: How| i64::try_from(found.iter().filter(|d| d.how == how).count()).unwrap_or(i64::MAX);
        let told = StandardHeld {
            about,
            word: word.to_owned(),
            version: held.as_ref().map_or(0, |h| h.version),
            digest: held.as_ref().map(|h| h.digest.clone()).unwrap_or_default(),
            since: held.as_ref().map(|h| h.at),
            refused: refused.map(|r| r.why).unwrap_or_default(),
            added: count(How::Added),
            altered: count(How::Altered),
        };
        let subject = subject_of("held", about, word);
        send(&self.city, tx, office, peer, &subject, &Content::StandardHeld(Box::new(told)))
    }

    fn compared(&self, rd: &mut Rd<'_>, held: &StandardRow) -> Result<Vec<Difference>, Error> {
        let Some(about) = StandardKind::read(&held.kind).filter(|_| !withdrawn(held)) else {
            return Ok(Vec::new());
        };
        let doc = standard_in(held)?.doc;
        (self.handovers.standard_compared)(&self.city, rd, about, &held.word, &doc)
    }

    /// What a city below says that it holds.
    pub(crate) fn standard_is_held(
        &self,
        tx: &mut Tx<'_>,
        peer: &PeerRow,
        told: &StandardHeld,
        at: Moment,
    ) -> Result<(), Error> {
        let word = told.word.as_str();
        // Of what was never issued here nobody says anything.
        if !goes_down(peer) || rows::versions(tx, "issued", told.about.word(), word, 1)?.is_empty() {
            return Ok(());
        }
        let now = tx.now();
        let mut row = at_of(tx, peer.id, told.about.word(), word)?;
        row.held = told.version.max(0);
        row.digest = told.digest.chars().take(64).collect();
        row.since = told.since.map(|s| s.min(now));
        row.told = Some(at.min(now));
        row.why = told.refused.chars().take(600).collect();
        (row.added, row.altered) = (told.added.max(0), told.altered.max(0));
        Ok(rows::put_at(tx, &row)?)
    }

    /// Standards as they are seen here: what came from above, and what was issued to which city; after a kind and a word.
    pub fn standards(&self, actor: Actor, after: (String, String)) -> Later<StandardsView> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadCells, Nothing)?;
            let office = app.city.office(rd)?;
            let all = peers::peers(rd)?;
            let city = &office.settings.city;
            let after = (after.0.as_str(), after.1.as_str());
            let held = rows::newest(rd, "held", after, STANDARDS_SHOWN)?;
            let refused = rows::newest(rd, "refused", after, STANDARDS_SHOWN)?;
            let issued = rows::newest(rd, "issued", after, STANDARDS_SHOWN)?;
            let full = |all: &[StandardRow]| {
                let last = all.last().filter(|_| all.len() == STANDARDS_SHOWN as usize);
                last.map(|r| (r.kind.clone(), r.word.clone()))
            };
            let next = [full(&held), full(&refused), full(&issued)].into_iter().flatten().min();
            let within = |r: &StandardRow| next.as_ref().is_none_or(|n| (&r.kind, &r.word) <= (&n.0, &n.1));
            let mut taken = Vec::new();
            for row in held.iter().filter(|r| within(r)) {
                taken.push(app.taken_view(rd, &all, row, true)?);
            }
            for row in refused.iter().filter(|r| within(r)) {
                if !held.iter().any(|h| (&h.kind, &h.word) == (&row.kind, &row.word)) {
                    taken.push(app.taken_view(rd, &all, row, false)?);
                }
            }
            let mut given = Vec::new();
            for row in issued.iter().filter(|r| within(r)) {
                given.push(issued_view(rd, &all, row)?);
            }
            let below = all.iter().any(goes_down);
            Ok(StandardsView {
                taken,
                issued: given,
                totals: (rows::count(rd, "held")?, rows::count(rd, "issued")?),
                next,
                may_issue: below && decide(&actor, op::IssueStandards, OfCity(city)).is_ok(),
                may_take: decide(&actor, op::TakeStandards, OfCity(city)).is_ok(),
            })
        })
    }

    fn taken_view(
        &self,
        rd: &mut Rd<'_>,
        all: &[PeerRow],
        row: &StandardRow,
        is_held: bool,
    ) -> Result<TakenView, Error> {
        let about = StandardKind::read(&row.kind).ok_or(Error::NotFound)?;
        let doc = doc_of(rd, row)?;
        let refused = newer_refused(rd, Some(row).filter(|_| is_held), &row.kind, &row.word)?;
        let from = all.iter().find(|p| p.code == row.origin);
        Ok(TakenView {
            about,
            name: called(about, &row.word, &doc),
            from: from.map_or_else(|| row.origin.clone(), |p| p.name.clone()),
            held: is_held.then_some((row.version, row.issued, row.at)),
            withdrawn: is_held && withdrawn(row),
            note: if is_held { row.why.clone() } else { String::new() },
            differences: if is_held { self.compared(rd, row)? } else { Vec::new() },
            refused: refused.map(|r| (r.id, r.version, r.why)),
            word: row.word.clone(),
        })
    }
}

/// What was refused after the version that is held came.
fn newer_refused(
    rd: &mut Rd<'_>,
    held: Option<&StandardRow>,
    kind: &str,
    word: &str,
) -> Result<Option<StandardRow>, Error> {
    let all = rows::versions(rd, "refused", kind, word, 20)?;
    let later = |r: &StandardRow| held.is_none_or(|h| r.at >= h.at);
    Ok(all.into_iter().filter(later).max_by_key(|r| r.at))
}

fn at_of(rd: &mut Rd<'_>, peer: i64, kind: &str, word: &str) -> Result<AtRow, Error> {
    let there = rows::at(rd, peer, kind, word)?;
    Ok(there.unwrap_or_else(|| AtRow {
        peer,
        kind: kind.to_owned(),
        word: word.to_owned(),
        sent: 0,
        sent_at: Moment::from_us(0),
        held: 0,
        digest: String::new(),
        since: None,
        told: None,
        why: String::new(),
        added: 0,
        altered: 0,
    }))
}

fn issued_view(rd: &mut Rd<'_>, all: &[PeerRow], row: &StandardRow) -> Result<IssuedView, Error> {
    let about = StandardKind::read(&row.kind).ok_or(Error::NotFound)?;
    let doc = doc_of(rd, row)?;
    let there = rows::all_at(rd, &row.kind, &row.word)?;
    let city = |peer: &PeerRow| {
        let at = there.iter().find(|a| a.peer == peer.id);
        let held = at.filter(|a| a.held > 0);
        // What was sent and not answered yet, neither taken nor refused.
        let answered = |a: &&AtRow| a.told.is_some_and(|t| t >= a.sent_at) || a.held >= a.sent;
        CityHolds {
            name: peer.name.clone(),
            version: held.map_or(0, |a| a.held),
            since: held.and_then(|a| a.since),
            sent: at.filter(|a| a.sent > 0 && !answered(a)).map(|a| (a.sent, a.sent_at)),
            refused: at.map(|a| a.why.clone()).unwrap_or_default(),
            added: held.map_or(0, |a| a.added),
            altered: held.map_or(0, |a| a.altered),
            silent: (peer.failed > 0).then(|| peer.heard.unwrap_or(peer.made)),
        }
    };
    Ok(IssuedView {
        about,
        word: row.word.clone(),
        name: called(about, &row.word, &doc),
        version: row.version,
        issued: row.issued,
        withdrawn: withdrawn(row),
        cities: all.iter().filter(|p| goes_down(p)).map(city).collect(),
    })
}
