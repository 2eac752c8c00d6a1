//! 对账: the lists of both sides by the day on which an order was sent out, compared; each difference is named and repaired by saying
//! again what stands here, or by asking the hotline to say again what stands there.

use std::collections::{BTreeMap, BTreeSet};

use access::{City, decide, op};
use city::{Door as _, Error, Later};
use kernel::{Actor, Date, Moment, US_PER_DAY, US_PER_SECOND};
use resolve::Word as _;
use store::hotline::{self as rows, HotlineRow, OrderRow};
use store::{Tx, cases};

use crate::Hotlines;
use crate::apply::{known_of, state_of};
use crate::follow::{last_answer, put_say, put_say_of, stand_of};
use crate::life::State;
use crate::shape::{Saying, Shape, WORD_MAX};
use crate::words::Says;

/// The longest time that is compared at once, days.
const DAYS_MAX: i64 = 92;
/// Lines of a list at most.
const LINES_MAX: usize = 50_000;

kernel::words! {
    /// How the two lists differ about an order (差异).
    inherent Sort {
        MissingHere = "missing_here", "热线有，本市没有";
        MissingThere = "missing_there", "本市有，热线没有";
        Behind = "behind", "热线落后";
        Ahead = "ahead", "本市落后";
        Unknown = "unknown", "热线状态没有对照";
    }
}

/// A difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// the order
    pub number: String,
    /// how the lists differ
    pub sort: Sort,
    /// how it stands here
    pub here: Option<State>,
    /// and there, in its own words where they are not known
    pub there: String,
}

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// orders here in these days
    pub here: usize,
    /// orders of the hotline's list
    pub there: usize,
    /// how the lists differ, by number
    pub gaps: Vec<Gap>,
}

/// How far a state is, where it is ours to move it on: a hotline that stands before it has not heard of us.
fn rank(state: State) -> u8 {
    match state {
        State::Offered => 0,
        State::Accepted => 1,
        State::Answered => 2,
        State::Returned | State::Closed | State::Withdrawn => 3,
    }
}

/// Compares two lists.
fn compare(here: &BTreeMap<String, State>, there: &BTreeMap<String, Result<State, String>>) -> Vec<Gap> {
    let names: BTreeSet<&String> = here.keys().chain(there.keys()).collect();
    let mut out = Vec::new();
    for number in names {
        let (mine, theirs) = (here.get(number).copied(), there.get(number));
        let sort = match (mine, theirs) {
            (None, _) => Sort::MissingHere,
            (_, None) => Sort::MissingThere,
            (_, Some(Err(_))) => Sort::Unknown,
            (Some(m), Some(Ok(t))) if m == *t => continue,
            // What the hotline alone does is known there first.
            (Some(m), Some(Ok(t))) => {
                // An answer of ours that did not arrive looks like one that was not found good, a return like an order sent again:
                // ours is said again first.
                let theirs_first = matches!(t, State::Closed | State::Withdrawn) || rank(*t) > rank(m);
                if theirs_first { Sort::Ahead } else { Sort::Behind }
            }
        };
        let there = match theirs {
            Some(Ok(t)) => t.zh().to_owned(),
            Some(Err(word)) => word.clone(),
            None => String::new(),
        };
        out.push(Gap { number: number.clone(), sort, here: mine, there });
    }
    out
}

fn days(from: Date, to: Date) -> Result<(Moment, Moment), Error> {
    let (first, end) = (Moment::start_of(from), Moment::start_of(to).plus_us(US_PER_DAY));
    let n = (end.us() - first.us()) / US_PER_DAY;
    if !(1..=DAYS_MAX).contains(&n) {
        return Err(Error::invalid(
            "to",
            format!("起止日期要先后相接，最多 {DAYS_MAX} 天"),
            format!("from a day to a later one, {DAYS_MAX} days at most"),
        ));
    }
    Ok((first, end))
}

impl Hotlines {
    /// Asks a hotline for its list of some days. Works on this thread: not for asynchronous code.
    ///
    /// # Errors
    /// Not for this actor; it has no interface or did not answer a list.
    pub fn ask_list(
        &self,
        actor: &Actor,
        code: &str,
        from: Date,
        to: Date,
    ) -> Result<Vec<(String, Result<State, String>)>, Error> {
        let name = code.to_owned();
        let (own, line, shape) = self.city.store().read(|rd| {
            let office = self.city.office(rd)?;
            decide(actor, op::TakeOrders, City(&office.settings.city))?;
            let line = rows::hotline(rd, &name)?.ok_or(Error::NotFound)?;
            let shape = Shape::new(rows::meanings(rd, line.id)?);
            Ok::<_, Error>((office.settings.city.clone(), line, shape))
        })?;
        days(from, to)?;
        if line.address.is_empty() {
            return Err(Error::invalid(
                "list",
                "这条热线没有接口：请把热线的工单清单粘贴到下面",
                "this hotline has no interface: paste its list below",
            ));
        }
        let now = self.city.store().now();
        let say = Saying {
            says: Says::List.word().to_owned(),
            at: Some(now),
            days: Some((from.to_string(), to.to_string())),
            ..Saying::default()
        };
        let body = shape.write(&say, Vec::new())?.to_string();
        let id = format!("{own}/list-{}", now.us());
        let (web, hook) = self.hook(&line)?;
        let at_s = now.us().div_euclid(US_PER_SECOND);
        let answer = hook.ask(&web, &id, at_s, &body).map_err(|f| Error::told("list", &f.why))?;
        let text = String::from_utf8(answer)
            .map_err(|_| Error::told("list", &"清单不是文本 / the list is no text"))?;
        Ok(shape.list(&crate::inbox::json_of(&text)?)?)
    }

    /// A list that was pasted: an order a line, its number and its state, apart by a comma, a tab or blanks.
    pub fn read_list(
        &self,
        actor: Actor,
        code: String,
        text: String,
    ) -> Later<Vec<(String, Result<State, String>)>> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            decide(&actor, op::TakeOrders, City(&office.settings.city))?;
            let line = rows::hotline(rd, &code)?.ok_or(Error::NotFound)?;
            let shape = Shape::new(rows::meanings(rd, line.id)?);
            let mut out = Vec::new();
            for l in text.lines().map(str::trim).filter(|l| !l.is_empty()).take(LINES_MAX) {
                let apart = |c: char| c == ',' || c == '，' || c.is_whitespace();
                let (number, word) = l.split_once(apart).unwrap_or((l, ""));
                out.push((number.chars().take(WORD_MAX).collect(), shape.state(word.trim())));
            }
            Ok(out)
        })
    }

    /// 对账: how the list of a hotline differs from ours, for orders sent out from one day to another. The newest minutes are in
    /// motion: what is on its way shows as a difference, and is none a little later.
    pub fn agree(
        &self,
        actor: Actor,
        code: String,
        (from, to): (Date, Date),
        theirs: Vec<(String, Result<State, String>)>,
    ) -> Later<Gaps> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            decide(&actor, op::TakeOrders, City(&office.settings.city))?;
            let line = rows::hotline(rd, &code)?.ok_or(Error::NotFound)?;
            let (first, end) = days(from, to)?;
            let mut here = BTreeMap::new();
            for row in rows::orders_between(rd, line.id, first, end)? {
                here.insert(row.number.clone(), state_of(&row)?);
            }
            let there: BTreeMap<_, _> = theirs.into_iter().collect();
            // An order that the two date differently is here all the same.
            for number in there.keys() {
                if !here.contains_key(number)
                    && let Some(row) = rows::order(rd, line.id, number)?
                {
                    here.insert(number.clone(), state_of(&row)?);
                }
            }
            Ok(Gaps { here: here.len(), there: there.len(), gaps: compare(&here, &there) })
        })
    }

    /// 补齐: what a comparison found is repaired: what stands here is said again, what stands there is asked for. On record. Answers
    /// how many messages that makes.
    pub fn repair(&self, actor: Actor, code: String, gaps: Vec<Gap>) -> Later<usize> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::TakeOrders, City(&office.settings.city))?;
            let line = rows::hotline(tx, &code)?.ok_or(Error::NotFound)?;
            let mut n = 0;
            for gap in &gaps {
                n += match gap.sort {
                    Sort::MissingHere | Sort::Ahead => app.ask_again(tx, &line, &gap.number)?,
                    Sort::MissingThere | Sort::Behind => app.say_again(tx, &office, &line, &gap.number)?,
                    Sort::Unknown => 0,
                };
            }
            let list: Vec<_> = gaps.iter().map(|g| (&g.number, g.sort.word())).collect();
            let data = serde_json::json!({ "hotline": code, "gaps": list, "messages": n });
            city::note(tx, &permit, "repair_orders", &data.to_string())?;
            Ok(n)
        })
    }

    fn ask_again(&self, tx: &mut Tx<'_>, line: &HotlineRow, number: &str) -> Result<usize, Error> {
        put_say_of(&self.city, tx, line.id, number, Says::Resend, Saying::default())?;
        Ok(1)
    }

    /// Says again how an order stands here: taken, answered, returned.
    fn say_again(
        &self,
        tx: &mut Tx<'_>,
        office: &city::Office,
        line: &HotlineRow,
        number: &str,
    ) -> Result<usize, Error> {
        let Some(row) = rows::order(tx, line.id, number)? else { return Ok(0) };
        let (state, known) = (state_of(&row)?, known_of(&row)?);
        match state {
            State::Returned => {
                let reason = resolve::ReturnReason::ALL.iter().find(|r| known.reason.starts_with(r.zh()));
                let words = known.reason.split_once('：').map(|w| w.1.to_owned()).unwrap_or_default();
                let reason = reason.map(|r| r.word().to_owned()).unwrap_or_default();
                put_say(&self.city, tx, &row, Says::Returned, Saying { reason, words, ..Saying::default() })?;
                // It may have been sent again meanwhile: then it comes with its later moment.
                Ok(1 + self.ask_again(tx, line, number)?)
            }
            State::Accepted | State::Answered | State::Closed => self.say_case_again(tx, office, &row, state),
            State::Offered | State::Withdrawn => Ok(0),
        }
    }

    fn say_case_again(
        &self,
        tx: &mut Tx<'_>,
        office: &city::Office,
        row: &OrderRow,
        state: State,
    ) -> Result<usize, Error> {
        let Some(case) = row.case.map(|id| cases::by_id(tx, id)).transpose()?.flatten() else { return Ok(0) };
        let (stage, unit, due) = stand_of(office, &case, tx.now());
        let base = Saying { our_number: case.number.clone(), status: stage, unit, due, ..Saying::default() };
        put_say(&self.city, tx, row, Says::Accepted, base.clone())?;
        if state == State::Accepted {
            return Ok(1);
        }
        let (text, negative, files) = last_answer(tx, &case)?;
        put_say(&self.city, tx, row, Says::Answered, Saying { text, negative, files, due: None, ..base })?;
        Ok(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_difference_says_whose_turn_it_is_to_say_it_again() {
        use State::{Accepted, Answered, Closed, Offered, Returned, Withdrawn};
        let of = |m: Option<State>, t: Option<State>| {
            let here = m.map(|s| ("1".to_owned(), s)).into_iter().collect();
            let there = t.map(|s| ("1".to_owned(), Ok(s))).into_iter().collect();
            compare(&here, &there).first().map(|g| g.sort)
        };
        assert_eq!(of(Some(Accepted), Some(Accepted)), None);
        assert_eq!(of(None, Some(Offered)), Some(Sort::MissingHere));
        assert_eq!(of(Some(Offered), None), Some(Sort::MissingThere));
        for (mine, theirs) in
            [(Accepted, Offered), (Answered, Offered), (Answered, Accepted), (Returned, Offered)]
        {
            assert_eq!(of(Some(mine), Some(theirs)), Some(Sort::Behind), "{mine:?} {theirs:?}");
        }
        for (mine, theirs) in
            [(Answered, Closed), (Accepted, Withdrawn), (Offered, Accepted), (Accepted, Answered)]
        {
            assert_eq!(of(Some(mine), Some(theirs)), Some(Sort::Ahead), "{mine:?} {theirs:?}");
        }
        let here = [("1".to_owned(), Offered)].into_iter().collect();
        let there = [("1".to_owned(), Err("挂起".to_owned()))].into_iter().collect();
        assert_eq!(compare(&here, &there)[0].sort, Sort::Unknown);
    }
}
