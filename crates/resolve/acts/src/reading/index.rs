//! The index follows the record: events since the last look are read, the cases they are about are cut into terms,
//! compared and weighed outside of any transaction, and put into the index with how far was read in one. A bulk
//! import is not slowed down, and an index that is emptied is built anew.

use std::collections::BTreeSet;

use hanyu::cut::Cutter;
use hanyu::index::{Indexed, indexed};
use hanyu::minhash::{Fingerprint, counted};
use hanyu::normalise::fold;
use hanyu::same::{self, Signature};
use hanyu::{classify, reply};
use kernel::{CaseId, StreamId, StreamKind};
use resolve::Case;
use store::readings::ReplyRow;
use store::texts::{self, Doc};
use store::{Rd, asides, cases, readings};

use super::{INDEX, Words, compared, words_of};
use crate::Cases;
use city::Door;
use city::Error;
use city::{Each, each};

/// Events looked at and cases indexed in one step.
const EVENTS: u32 = 2_000;
const CASES: usize = 200;
/// Characters of a letter that are indexed, of `hanyu::normalise::MAX_CHARS`: what comes after it, the number first, keeps
/// room.
const LETTER: usize = 19_000;
/// How far the record was read, and how many units were confirmed since the last lesson.
pub const READ: &str = "read";
pub(crate) const FRESH: &str = "fresh";
/// Keeps the bands of replies apart from those of letters.
const REPLY_BANDS: u64 = 0x5265_706c_795f_7072;

/// Acts after which a case is found by other words or by other people.
const CHANGES: [&str; 20] = [
    "register",
    "add_words",
    "amend",
    "reply",
    "reply_negative",
    "approve_negative",
    "answer_on_spot",
    "backfill",
    "dispatch",
    "redispatch",
    "arbitrate",
    "add_co",
    "drop_co",
    "conclude",
    "merge",
    "unmerge",
    "reopen",
    "return",
    "confer",
    "take",
];

/// Terms that say whose a case is: by region and every region above, by owner, by unit asked first, by party.
pub(crate) fn scope_terms(case: &Case) -> Vec<String> {
    let code = case.region.as_str();
    let mut out: Vec<String> =
        [2, 4, 6, 9, 12].iter().filter_map(|n| code.get(..*n)).map(|c| format!("0r{c}")).collect();
    out.extend(case.stage.owner().map(|u| format!("0u{u}")));
    out.push(format!("0f{}", case.first_asked));
    let co = case.co.iter().map(|c| c.unit).chain(case.tasks.iter().map(|t| t.unit));
    out.extend(co.chain(case.past_owners.iter().copied()).map(|u| format!("0p{u}")));
    out
}

/// Everything of a case under which it can be found besides its title and what is compared of it.
fn rest_of(case: &Case, w: &Words) -> String {
    let mut text = format!("{} {} {}", case.number, w.place, w.source_id);
    for part in case.item.iter().chain(&case.campaign).chain(&w.added).chain(w.replies.iter().map(|r| &r.3)) {
        text.push('\n');
        text.push_str(part);
    }
    text
}

pub(crate) fn doc_of(cutter: &Cutter, case: &Case, w: &Words) -> (Doc, Signature) {
    let body = compared(&w.words, &w.place);
    let body = body.char_indices().nth(LETTER).map_or(&*body, |(i, _)| &body[..i]);
    let Indexed { signature, terms: found } = indexed(cutter, &case.title, body, &rest_of(case, w));
    let mut terms: Vec<String> = scope_terms(case);
    terms.extend(found);
    let mut bands = same::bands(&signature);
    for r in &w.replies {
        bands.extend(reply_bands(&Fingerprint::of(&counted(&fold(&r.3)))));
    }
    (Doc { case: case.id.0, terms, signature: signature.to_bytes(), bands }, signature)
}

pub(crate) fn reply_bands(print: &Fingerprint) -> Vec<u64> {
    print.bands().into_iter().map(|b| b ^ REPLY_BANDS).collect()
}

/// What one step found.
struct Step {
    from: i64,
    to: i64,
    confirmed: i64,
    docs: Vec<Doc>,
    replies: Vec<ReplyRow>,
    /// cases that could not be read, and why
    bad: Vec<(StreamId, String)>,
    /// cases that were put aside before and were read now
    mended: Vec<StreamId>,
}

/// Cases put aside that are looked at in one step.
const ASIDE: u32 = 1_000;

impl Cases {
    /// Reads on in the record, at most `steps` steps; answers how many cases were indexed. Call it again while
    /// it answers more than nothing. A case that cannot be read is put aside and tried again later.
    ///
    /// # Errors
    /// The store could not; what was indexed stays.
    pub fn read_on(&self, steps: usize) -> Result<usize, Error> {
        let mut done = 0;
        for _ in 0..steps {
            let app = self.clone();
            let Some(step) = self.city.store().read_long(move |rd| app.step(rd))? else { break };
            done += step.docs.len();
            let step = std::sync::Arc::new(step);
            self.city.store().write(move |tx| {
                // Another worker was faster: nothing to do.
                if texts::number(tx, READ)?.0 != step.from {
                    return Ok::<_, Error>(());
                }
                texts::put_many(tx, &step.docs)?;
                for r in &step.replies {
                    readings::put_reply(tx, r)?;
                }
                for (case, why) in &step.bad {
                    asides::put(tx, INDEX, *case, why)?;
                }
                for case in &step.mended {
                    asides::done(tx, INDEX, *case)?;
                }
                if step.confirmed > 0 {
                    let fresh = texts::number(tx, FRESH)?.0 + step.confirmed;
                    texts::set_number(tx, FRESH, fresh)?;
                }
                Ok(texts::set_number(tx, READ, step.to)?)
            })?;
        }
        Ok(done)
    }

    fn step(&self, rd: &mut Rd<'_>) -> Result<Option<Step>, Error> {
        let (from, _) = texts::number(rd, READ)?;
        let events = texts::events_after(rd, from, EVENTS)?;
        let now = self.city.store().now();
        let aside = asides::of(rd, INDEX, ASIDE)?;
        let again = aside.iter().filter(|a| a.1.is_some_and(|at| at <= now)).map(|a| a.0);
        let mut changed: BTreeSet<StreamId> = again.take(CASES).collect();
        if events.is_empty() && changed.is_empty() {
            return Ok(None);
        }
        let (mut to, mut confirmed) = (events.last().map_or(from, |e| e.0), 0);
        let mut last = from;
        for (seq, stream, act) in events {
            let stream = StreamId(stream);
            if stream.kind() == Some(StreamKind::Case) && CHANGES.contains(&act.as_str()) {
                if changed.len() >= CASES && !changed.contains(&stream) {
                    to = last;
                    break;
                }
                changed.insert(stream);
                confirmed += i64::from(matches!(act.as_str(), "take" | "arbitrate"));
            }
            last = seq;
        }
        let office = self.city.office(rd)?;
        let loaded = self.loaded(rd, &office)?;
        let Each { done, bad } = each(rd, changed.iter().copied(), |rd, stream| {
            let Some(case) = cases::by_id(rd, CaseId(stream.subject()))? else { return Ok(None) };
            let words = words_of(rd, &case)?;
            let (doc, signature) = doc_of(loaded.cutter(), &case, &words);
            let replies = weighed(rd, loaded.cutter(), &case, &words, &signature)?;
            Ok(Some((doc, replies)))
        })?;
        let (docs, replies): (Vec<_>, Vec<_>) = done.into_iter().unzip();
        let replies = replies.into_iter().flatten().collect();
        let is_bad = |s: &StreamId| bad.iter().any(|b| b.0 == *s);
        let mended = aside.into_iter().map(|a| a.0).filter(|s| changed.contains(s) && !is_bad(s)).collect();
        Ok(Some(Step { from, to, confirmed, docs, replies, bad, mended }))
    }

    /// Is the index as good as up to the record? What is learned and counted from it waits until then.
    pub(crate) fn index_is_near(rd: &mut Rd<'_>) -> Result<bool, Error> {
        let behind = store::ledger_rows::event_count(rd)? - texts::number(rd, READ)?.0;
        Ok(behind < i64::from(EVENTS))
    }

    /// Empties the index; the worker builds it anew from the record.
    pub fn forget_index(&self, actor: kernel::Actor) -> city::Later<()> {
        self.write(move |app, tx| {
            access::decide(
                &actor,
                access::op::WriteUnits,
                access::City(&app.city.office(tx)?.settings.city),
            )?;
            Ok(texts::clear(tx)?)
        })
    }
}

/// The replies of a case as they are weighed.
fn weighed(
    rd: &mut Rd<'_>,
    cutter: &Cutter,
    case: &Case,
    words: &Words,
    signature: &Signature,
) -> Result<Vec<ReplyRow>, Error> {
    let mut out = Vec::new();
    for (ver, at, unit, text) in &words.replies {
        let review = reply::review(cutter, &case.title, &words.words, text);
        let print = Fingerprint::of(&counted(&fold(text)));
        let twin = twin(rd, case.id, &print, signature, text)?;
        let mut signals: Vec<&str> = review.signals.iter().map(|s| s.word()).collect();
        if twin.is_some() {
            signals.push(reply::COPIED_WORD);
        }
        out.push(ReplyRow {
            case: case.id,
            ver: *ver,
            at: *at,
            unit: *unit,
            score: i64::from(review.score),
            signals: signals.join(" "),
            twin: twin.map(|t| t.0),
            print: print.to_bytes(),
        });
    }
    Ok(out)
}

/// Characters below which a reply is too short to be called copied.
const COPIED_CHARS: usize = 30;

/// A case whose reply has this wording although its letter is about something else, with the share of wording.
pub(crate) fn twin(
    rd: &mut Rd<'_>,
    me: CaseId,
    print: &Fingerprint,
    letter: &Signature,
    text: &str,
) -> Result<Option<(CaseId, f32)>, Error> {
    if text.chars().count() < COPIED_CHARS {
        return Ok(None);
    }
    let lists = texts::banded(rd, &reply_bands(print), 50)?;
    let mut best: Option<(CaseId, f32)> = None;
    for id in same::shortlist(lists).into_iter().take(50).filter(|id| *id != me.0) {
        let Some(other) = texts::signature(rd, id)?.and_then(|b| Signature::from_bytes(&b)) else { continue };
        for r in readings::replies(rd, CaseId(id))? {
            let share = reply::copied_share(
                (print, &Fingerprint::from_bytes(&r.print)),
                (letter.wording(), other.wording()),
            );
            if let Some(share) = share.filter(|s| best.is_none_or(|b| *s > b.1)) {
                best = Some((CaseId(id), share));
            }
        }
    }
    Ok(best)
}

/// A letter to learn from.
pub(crate) fn letter(title: &str, words: &str, label: String) -> hanyu::letters::Letter {
    let body: String = words.chars().take(classify::LETTER_CHARS).collect();
    hanyu::letters::Letter { title: title.to_owned(), body, label: Some(label), ..Default::default() }
}
