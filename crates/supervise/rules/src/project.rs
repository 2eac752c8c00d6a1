//! 从留痕到事实: folds the events of a case, or of a service, into what the figures need. The state after each
//! event is the loop's own (`resolve`), so a figure can never know another rule than the loop does.

use std::collections::BTreeMap;

use kernel::{Actor, CaseId, Moment, RegionCode, UnitId};
use resolve::{Act, Case, Command, Happened, Kind, Solved, Stage, StageKind, StepState, Word as _};
use serde::{Deserialize, Serialize};
use workday::WorkCalendar;

use crate::facts::{Mark, Sort, Span, Standing, Subject, What};
use crate::rating::Level;

/// What a projection asks of the office.
pub struct Places<'a> {
    /// the calendar in force
    pub calendar: &'a WorkCalendar,
    /// the coordination office that owes what no unit owes
    pub reception: &'a dyn Fn(&RegionCode) -> Option<UnitId>,
}

impl std::fmt::Debug for Places<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Places")
    }
}

fn standing(stage: StageKind) -> Standing {
    use StageKind as S;
    match stage {
        S::Registered | S::Accepted => Standing::Intake,
        S::Dispatched => Standing::Waiting,
        S::Handling => Standing::Handling,
        S::ReturnAsked | S::NegativeReview => Standing::Review,
        S::Conferring => Standing::Conferring,
        S::Escalated => Standing::Escalated,
        S::HandedOver => Standing::HandedOver,
        S::Rectifying => Standing::Rectifying,
        S::Replied => Standing::Replied,
        S::CalledBack => Standing::CalledBack,
        S::Archived | S::Refused | S::Merged => Standing::Ended,
    }
}

/// Where a case stands after an event, who is held to account for it, and when its clock ends.
fn span_of(case: &Case, at: Moment, places: &Places<'_>) -> Span {
    let run = case.watched();
    let office = || (places.reception)(&case.region).or(Some(case.first_asked));
    let unit = match case.stage.kind() {
        // A callback and an archiving are owed by the coordination office, not by the unit that answered.
        StageKind::Replied | StageKind::CalledBack => office(),
        StageKind::Registered | StageKind::Accepted => Some(case.first_asked),
        _ => Some(case.stage.owner().unwrap_or(case.first_asked)),
    };
    Span {
        from: at,
        to: None,
        standing: standing(case.stage.kind()),
        unit,
        due: run.map(|r| r.due(places.calendar).0),
        yellow: run.filter(|r| r.standing_still().is_none()).map(|r| r.yellow_at(places.calendar)),
    }
}

/// What one event means for the figures.
fn marks_of(
    before: Option<&Case>,
    after: &Case,
    h: &Happened,
    at: Moment,
    out: &mut Vec<Mark>,
    places: &Places<'_>,
) {
    let owner =
        after.stage.owner().or_else(|| before.and_then(|b| b.stage.owner())).or(Some(after.first_asked));
    let mut put = |what| out.push(Mark { at, what, unit: owner });
    let in_time = || {
        let run = before.and_then(|b| b.clock.open());
        run.is_none_or(|r| at <= r.due(places.calendar).0)
    };
    match &h.asked {
        Command::Register(_) => out.push(Mark { at, what: What::Registered, unit: Some(after.first_asked) }),
        Command::Dispatch { .. } | Command::Redispatch { .. } | Command::Arbitrate { .. } => {
            put(What::Dispatched);
        }
        Command::Return { .. } => put(What::Returned),
        Command::Reply { .. } | Command::ApproveNegative {} | Command::AnswerOnSpot { .. } => {
            put(if in_time() { What::Replied } else { What::RepliedLate });
        }
        // What another city answered counts there, by the callback that is told to it.
        Command::Callback { .. } if before.is_some_and(|b| b.stage.kind() == StageKind::HandedOver) => {}
        // Closed by who sent it without asking the person: nothing was answered that could be counted.
        Command::PeerCallback { solved: None, .. } => {}
        Command::Callback { solved, satisfied, .. }
        | Command::PeerCallback { solved: Some(solved), satisfied, .. } => {
            put(What::CalledBack);
            if *solved == Solved::Yes {
                put(What::Solved);
            }
            if let Some(s) = satisfied {
                put(What::AskedSatisfied);
                if !s.is_bad() {
                    put(What::Satisfied);
                }
            }
            if after.stage.kind() == StageKind::Handling {
                put(What::Reopened);
            }
        }
        Command::Reopen { .. } => put(What::Reopened),
        Command::Plan { steps } => {
            put(What::Planned);
            steps.iter().for_each(|_| put(What::StepPlanned));
        }
        Command::StrikeOff { .. } => {
            put(What::StepStruck);
            let all = match &after.stage {
                Stage::Rectifying { steps, .. } => steps.iter().all(|s| s.state == StepState::StruckOff),
                _ => false,
            };
            if all {
                put(What::Mended);
            }
        }
        Command::RejectStep { .. } => put(What::StepRejected),
        Command::Archive { .. } | Command::Backfill { .. } => put(What::Archived),
        Command::Refuse { .. } => put(What::Refused),
        Command::Remind { .. } => put(What::Reminded),
        Command::Supervise { .. } => put(What::Ordered),
        _ => {}
    }
}

/// The facts of a case from all of its events in order; none when the first is not a registration.
pub fn of_case(
    id: CaseId,
    events: impl IntoIterator<Item = (Happened, Actor, Moment)>,
    places: &Places<'_>,
) -> Option<Subject> {
    let mut case: Option<Case> = None;
    let (mut spans, mut marks): (Vec<Span>, Vec<Mark>) = (Vec::new(), Vec::new());
    for (happened, actor, at) in events {
        // What is on record never goes back in time here, whatever the clock of a server did.
        let at = spans.last().map_or(at, |s| s.from.max(at));
        let after = match case.clone() {
            None => Case::begin(id, String::new(), &happened, at)?,
            Some(before) => before.evolve(&happened, &actor, at),
        };
        marks_of(case.as_ref(), &after, &happened, at, &mut marks, places);
        let quiet =
            matches!(happened.asked.act(), Act::Note | Act::AddWords | Act::MissedCall | Act::PrintReceipt);
        if case.is_none() || !quiet {
            let span = span_of(&after, at, places);
            match spans.last_mut() {
                Some(last)
                    if (last.standing, last.unit, last.due, last.yellow)
                        == (span.standing, span.unit, span.due, span.yellow) => {}
                Some(last) if last.from == at => *last = span,
                Some(last) => {
                    last.to = Some(at);
                    spans.push(span);
                }
                None => spans.push(span),
            }
        }
        case = Some(after);
    }
    let case = case?;
    let kind = match case.kind {
        Kind::Consultation => Some(What::Consulted),
        Kind::Matter => Some(What::Matter),
        Kind::Problem => Some(What::Problem),
        _ => None,
    };
    if let Some(first) = marks.first().copied() {
        marks.extend(kind.map(|what| Mark { what, ..first }));
    }
    Some(Subject {
        sort: Sort::Case,
        id: id.0,
        region: case.region.as_str().to_owned(),
        item: case.item.unwrap_or_default(),
        campaign: case.campaign.unwrap_or_default(),
        theme: String::new(),
        channel: case.channel.word().to_owned(),
        kind: case.kind.word().to_owned(),
        window: String::new(),
        cause: case.cause.map_or_else(String::new, |c| c.word().to_owned()),
        spans,
        marks,
    })
}

/// 反复: adds to a case what people confirmed beside it: that it is an earlier, closed one come back. `said` is what they
/// said in order: about which other case, whether it holds, when; the last word about each counts.
pub fn came_back(subject: &mut Subject, said: impl IntoIterator<Item = (String, bool, Moment)>) {
    let mut last: BTreeMap<String, (bool, Moment)> = BTreeMap::new();
    for (other, holds, at) in said {
        last.insert(other, (holds, at));
    }
    for at in last.into_values().filter_map(|(holds, at)| holds.then_some(at)) {
        let there = subject.spans.iter().rev().find(|s| s.from <= at);
        let unit = there.and_then(|s| s.unit).or_else(|| subject.marks.first().and_then(|m| m.unit));
        subject.marks.push(Mark { at, what: What::Recurred, unit });
    }
}

/// What is on record about a service and its ratings. The words of a rating are not: a record cannot forget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum ServiceEvent {
    /// 服务: it was given
    Serve {
        /// by whom
        unit: UnitId,
        /// where
        region: String,
        /// at which window
        place: String,
        /// which item
        item: String,
        /// 一件事
        theme: String,
        /// which system says so
        source: String,
        /// its name there
        code: String,
        /// when it was given
        at: Moment,
    },
    /// 评价
    Rate {
        /// 1 first, 2 second
        times: i64,
        /// how
        level: Level,
        /// made by default
        by_default: bool,
        /// how it came
        channel: String,
        /// when it was given
        at: Moment,
    },
    /// 差评立案: the bad rating became this case
    Open {
        /// number of the case
        case: String,
    },
    /// 申请复核
    Appeal {
        /// why
        ground: String,
    },
    /// 复核
    Decide {
        /// it does not count any more
        exclude: bool,
        /// why
        why: String,
    },
}

impl ServiceEvent {
    /// The word on record.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Serve { .. } => "serve",
            Self::Rate { .. } => "rate",
            Self::Open { .. } => "open",
            Self::Appeal { .. } => "appeal",
            Self::Decide { .. } => "decide",
        }
    }
}

/// The facts of a service from all of its events in order, each with the moment it was recorded at.
pub fn of_service(id: i64, events: impl IntoIterator<Item = (ServiceEvent, Moment)>) -> Option<Subject> {
    let mut subject: Option<Subject> = None;
    let mut by = None;
    for (event, recorded) in events {
        match event {
            ServiceEvent::Serve { unit, region, place, item, theme, at, .. } => {
                by = Some(unit);
                subject.get_or_insert(Subject {
                    sort: Sort::Service,
                    id,
                    region,
                    item,
                    campaign: String::new(),
                    theme,
                    channel: String::new(),
                    kind: String::new(),
                    window: place,
                    cause: String::new(),
                    spans: Vec::new(),
                    marks: vec![Mark { at, what: What::Served, unit: by }],
                });
            }
            ServiceEvent::Rate { times, level, by_default, channel, at } => {
                let Some(s) = &mut subject else { continue };
                let what = match (by_default, times, level.is_bad()) {
                    (true, ..) => Some(What::RatedDefault),
                    (_, 1, true) => Some(What::RatedBad),
                    (_, 1, false) => Some(What::RatedGood),
                    (_, _, false) => Some(What::SecondGood),
                    (_, _, true) => None,
                };
                s.marks.extend(what.map(|what| Mark { at, what, unit: by }));
                if what == Some(What::RatedGood) && level == Level::VerySatisfied {
                    s.marks.push(Mark { at, what: What::RatedTop, unit: by });
                }
                if times == 1 {
                    s.channel = channel;
                }
            }
            ServiceEvent::Decide { exclude: true, .. } => {
                let Some(s) = &mut subject else { continue };
                s.marks.push(Mark { at: recorded, what: What::Excluded, unit: by });
            }
            ServiceEvent::Open { .. } | ServiceEvent::Appeal { .. } | ServiceEvent::Decide { .. } => {}
        }
    }
    subject
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cube::{Ask, Facts, Filter};
    use crate::figures::{Value, figure};
    use kernel::{Date, US_PER_DAY, US_PER_HOUR};

    fn at(day: i64) -> Moment {
        Moment::start_of(Date::constant(2026, 3, 2)).plus_us(day * US_PER_DAY + 9 * US_PER_HOUR)
    }
    fn rated(times: i64, level: Level, by_default: bool, day: i64) -> (ServiceEvent, Moment) {
        (ServiceEvent::Rate { times, level, by_default, channel: "qr".into(), at: at(day) }, at(day))
    }

    #[test]
    fn default_ratings_and_excluded_ones_are_in_no_rate() {
        let serve = |code: &str| {
            let e = ServiceEvent::Serve {
                unit: UnitId(1),
                region: "430602".into(),
                place: "一窗".into(),
                item: "i".into(),
                theme: String::new(),
                source: "own".into(),
                code: code.into(),
                at: at(0),
            };
            (e, at(0))
        };
        let mut facts = Facts::new();
        let exclude = (ServiceEvent::Decide { exclude: true, why: "误评".into() }, at(5));
        let lives = [
            vec![serve("1"), rated(1, Level::VerySatisfied, false, 0)],
            vec![
                serve("2"),
                rated(1, Level::VeryDissatisfied, false, 0),
                rated(2, Level::Satisfied, false, 4),
            ],
            vec![serve("3"), rated(1, Level::Dissatisfied, false, 0), exclude],
            vec![serve("4"), rated(1, Level::VerySatisfied, true, 3)],
        ];
        for (i, life) in lives.into_iter().enumerate() {
            facts.put(&of_service(i as i64, life).unwrap());
        }
        let ask = |to| Ask { from: Date::constant(2026, 3, 2), to, filter: Filter::default() };
        let value = |key, to| facts.value(&ask(to), figure(key).unwrap(), at(30)).text();
        let (early, late) = (Date::constant(2026, 3, 5), Date::constant(2026, 3, 20));
        assert_eq!(
            [value("ratings", early), value("good_rate", early), value("bad", early)],
            ["3", "33.3%", "2"]
        );
        assert_eq!(
            [value("ratings", late), value("good_rate", late), value("bad", late)],
            ["2", "50.0%", "1"]
        );
        assert_eq!(
            [value("default_ratings", late), value("excluded", late), value("second_good", late)],
            ["1", "1", "1"]
        );
        assert_eq!(value("services", late), "4");
        assert_eq!(
            facts.value(&ask(late), figure("rated_rate").unwrap(), at(30)),
            Value::Share { part: 2, whole: 4 }
        );
    }
}
