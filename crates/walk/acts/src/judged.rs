//! 走过场信号 (W8): signs that a walk was formal, for a supervisor to look at; what he finds settles the sign: nothing in it, a
//! talk with the walker, or the walk is to be made again and counts no more.

use std::collections::{BTreeMap, BTreeSet};

use access::{Region, decide, op};
use city::{Door as _, Error, Later};
use kernel::{Actor, Said};
use store::campaigns;
use store::walks::{self, JudgedRow};
use walk::signals::{Judged, WalkFacts, judge};

use crate::Walks;
use crate::campaigns::{read, view};
use crate::walks::{Kept, WalkLine, form_of};

/// Lines of a list of signs.
const SIGNALS_MAX: usize = 200;
/// Characters of what is said to a sign.
const WORDS_MAX: usize = 500;

/// What follows from looking at a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 排除: nothing in it
    Clear,
    /// 约谈: the walker was talked to; the walk stands
    Talk,
    /// 重走: it counts no more and is to be made again
    Again,
}

impl Outcome {
    /// All.
    pub const ALL: [Self; 3] = [Self::Clear, Self::Talk, Self::Again];
    /// The code word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Talk => "talk",
            Self::Again => "again",
        }
    }
    /// Reads a code word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.word() == word)
    }
    /// In words.
    pub fn said(self) -> Said {
        match self {
            Self::Clear => Said::new("排除", "Nothing in it"),
            Self::Talk => Said::new("约谈", "Talked to the walker"),
            Self::Again => Said::new("重走", "To be walked again"),
        }
    }
}

/// A walk with its signs.
#[derive(Clone, Debug)]
pub struct SignalLine {
    /// its signs
    pub judged: Judged,
    /// the walk
    pub line: WalkLine,
    /// who looked at it, and what was found
    pub settled: Option<(String, JudgedRow)>,
    /// this reader may say what was found
    pub may_judge: bool,
}

impl Walks {
    /// Signs of formal walks in a campaign: those nobody has looked at, the strongest first, then those that were settled.
    pub fn signals(&self, actor: Actor, id: i64) -> Later<Vec<SignalLine>> {
        self.study(move |app, rd| {
            let (row, region) = read(app, rd, &actor, id)?;
            decide(&actor, op::ReadSignals, Region(&region))?;
            let campaign = view(&row)?.campaign;
            let rows = walks::of_campaign(rd, id, 0, 100_000)?;
            let facts: Vec<WalkFacts> = rows
                .iter()
                .filter(|r| r.finished.is_some())
                .filter_map(|r| {
                    let k: Kept = serde_json::from_str(&r.facts).ok()?;
                    let (began, ended) = (r.began?, r.last?);
                    let planned =
                        campaign.planned_groups.iter().any(|(p, d)| *p == k.place && *d == began.date());
                    Some(WalkFacts {
                        walk: u32::try_from(r.id).ok()?,
                        staff: r.staff,
                        item: r.item.clone(),
                        form: form_of(&r.form)?,
                        online: k.online,
                        place: k.place,
                        planned_group: planned,
                        began,
                        ended,
                        steps: k.steps,
                        ops: u32::try_from(r.ops).unwrap_or(u32::MAX),
                        words: k.words,
                        files: k.files,
                        located: k.located,
                        findings: u32::try_from(r.findings).unwrap_or(u32::MAX),
                        answers: k.answers,
                    })
                })
                .collect();
            let mut settled: BTreeMap<i64, JudgedRow> =
                walks::judged_in(rd, id)?.into_iter().map(|j| (j.walk, j)).collect();
            let done = |j: &Judged| settled.contains_key(&i64::from(j.walk));
            let mut judged: Vec<Judged> =
                judge(&facts).into_iter().filter(|j| j.is_shown() || done(j)).collect();
            judged.sort_by(|a, b| {
                done(a).cmp(&done(b)).then(b.chance.total_cmp(&a.chance)).then(a.walk.cmp(&b.walk))
            });
            judged.truncate(SIGNALS_MAX);
            let shown: BTreeSet<i64> = judged.iter().map(|j| i64::from(j.walk)).collect();
            let rows = rows.into_iter().filter(|r| shown.contains(&r.id)).collect();
            let mut lines: BTreeMap<i64, WalkLine> =
                app.lines(rd, &actor, rows)?.into_iter().map(|l| (l.row.id, l)).collect();
            let mut out = Vec::with_capacity(judged.len());
            for judged in judged {
                let walk = i64::from(judged.walk);
                let Some(line) = lines.remove(&walk) else { continue };
                let settled = match settled.remove(&walk) {
                    Some(row) => Some((app.city.staff_name(rd, row.staff)?, row)),
                    None => None,
                };
                let may_judge = settled.is_none()
                    && actor.staff != Some(line.row.staff)
                    && decide(&actor, op::JudgeSignals, Region(&region)).is_ok();
                out.push(SignalLine { judged, line, settled, may_judge });
            }
            Ok(out)
        })
    }

    /// What a supervisor found when he looked at a walk; once, with his words, and never of his own.
    pub fn judge_walk(&self, actor: Actor, id: i64, verdict: Outcome, words: String) -> Later<()> {
        self.write(move |app, tx| {
            let mut row = walks::by_id(tx, id)?.ok_or(Error::NotFound)?;
            let region = city::reach::region_in(&row.region, &*app.city.office(tx)?);
            let permit = decide(&actor, op::JudgeSignals, Region(&region))?;
            let staff = actor.staff.filter(|s| *s != row.staff).ok_or_else(|| {
                Error::Forbidden(Said::new(
                    "自己的走访由别人来看",
                    "your own walk is looked at by somebody else",
                ))
            })?;
            let words = words.trim().to_owned();
            if words.is_empty() || words.chars().count() > WORDS_MAX {
                return Err(Error::invalid(
                    "words",
                    format!("请写明核实的情况（{WORDS_MAX} 字以内）"),
                    format!("say what was found, {WORDS_MAX} characters at most"),
                ));
            }
            if row.finished.is_none() {
                return Err(Error::invalid("walk", "这次走访还没有走完", "this walk is still going on"));
            }
            let found =
                JudgedRow { walk: id, verdict: verdict.word().to_owned(), words, staff, at: tx.now() };
            if !walks::put_judged(tx, &permit, &found)? {
                return Err(Error::invalid(
                    "walk",
                    "这次走访已经处理过，请刷新",
                    "this walk was settled: reload",
                ));
            }
            if verdict == Outcome::Again {
                row.counted = false;
                if let Some(assignment) = row.assignment {
                    campaigns::note_walk(tx, assignment, row.id, false)?;
                }
            }
            row.ver += 1;
            let data = serde_json::json!({ "verdict": found.verdict, "words": found.words });
            Ok(walks::put(tx, &permit, &row, "judge_walk", &data.to_string())?)
        })
    }
}
