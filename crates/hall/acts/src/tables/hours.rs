//! 开放时间 and 号源 from rows: a rule with the same kind of hours, days and rhythm is the same rule, and gets what the row says.

use hall::{Availability, Days, Hall, Opening, Places, Span};
use kernel::{Date, Said};

use super::edit::{day_of, no};
use super::{Became, Line};

/// The days of a row; the first one is that of the rule that is there, else the day of the import.
fn days_of(line: &Line, today: Date) -> Result<Days, Said> {
    let (rule, mut weekdays) = hall::said::days(line.get("days"))?;
    if !line.get("weekdays").is_empty() {
        let (narrow, named) = hall::said::days(line.get("weekdays"))?;
        if narrow != rule {
            let (days, weekdays) = (line.get("days"), line.get("weekdays"));
            return Err(no(
                format!("“{days}”里没有“{weekdays}”，请核对日期类型和星期"),
                format!("there is no {weekdays:?} among {days:?}: check both"),
            ));
        }
        weekdays = named;
    }
    let every_weeks = number(line, "every", 1, 1..=8)?;
    let first = day_of(line, "first").unwrap_or(today);
    Ok(Days { rule, weekdays, every_weeks, first, last: day_of(line, "last") })
}

/// A whole number of a cell, with what is meant when it is empty.
fn number<N: TryFrom<u32> + Copy>(
    line: &Line,
    field: &str,
    empty: N,
    within: std::ops::RangeInclusive<u32>,
) -> Result<N, Said> {
    let text = line.get(field).trim().trim_end_matches(".0");
    if text.is_empty() {
        return Ok(empty);
    }
    let digits = text.trim_end_matches(['个', '天', '日', '分', '钟', '周', '人', '号', ' ']);
    let read = digits.parse::<u32>().ok().filter(|n| within.contains(n)).and_then(|n| N::try_from(n).ok());
    read.ok_or_else(|| {
        let (low, high) = (within.start(), within.end());
        no(
            format!("“{text}”不对，请写 {low} 到 {high} 的整数"),
            format!("{text:?} must be a whole number from {low} to {high}"),
        )
    })
}

fn spans_of(line: &Line, field: &str) -> Result<Vec<Span>, Said> {
    Span::read_all(line.get(field))
}

fn needs_hours() -> Said {
    no("请写时段，如 09:00-12:00、13:30-17:00", "give the hours, as 09:00-12:00、13:30-17:00")
}

/// Are two rules of the same days, whatever their first and last are?
fn same(a: &Days, b: &Days) -> bool {
    (a.rule, &a.weekdays, a.every_weeks) == (b.rule, &b.weekdays, b.every_weeks)
}

/// What a row leaves open stays as it was.
fn kept(new: &mut Days, old: &Days, line: &Line) {
    if line.get("first").is_empty() {
        new.first = old.first;
    }
    if line.get("last").is_empty() {
        new.last = old.last;
    }
}

/// 开放时间
pub(super) fn opening(h: &mut Hall, line: &Line, today: Date) -> Result<Became, Said> {
    let mut days = days_of(line, today)?;
    let kind = hall::said::hours_kind(line.get("kind"), days.rule)?;
    let hours = spans_of(line, "hours")?;
    if hours.is_empty() {
        return Err(needs_hours());
    }
    let Some(old) = h.openings.iter_mut().find(|o| o.kind == kind && same(&o.days, &days)) else {
        h.openings.push(Opening { kind, days, hours });
        return Ok(Became::Added);
    };
    kept(&mut days, &old.days, line);
    let new = Opening { kind, days, hours };
    if *old == new {
        return Ok(Became::Same);
    }
    *old = new;
    Ok(Became::Changed)
}

/// 号源
pub(super) fn places(h: &mut Hall, line: &Line, today: Date) -> Result<Became, Said> {
    let letter = line.get("letter");
    let found = h.queues.iter_mut().find(|q| q.letter.eq_ignore_ascii_case(letter) || q.name == letter);
    let queue = found.ok_or_else(|| {
        no(
            format!("大厅没有业务“{letter}”，请先导入业务，或改成已有的代号或名称"),
            format!("the hall has no queue {letter:?}: import the queues first"),
        )
    })?;
    let mut days = days_of(line, today)?;
    let hours = spans_of(line, "hours")?;
    if hours.is_empty() {
        return Err(needs_hours());
    }
    let old = queue.availability.iter_mut().find(|a| same(&a.days, &days));
    let of = |a: fn(&Availability) -> u32| old.as_ref().map(|o| a(o));
    let slot = of(|a| u32::from(a.slot_minutes)).unwrap_or(30);
    let (phone, counter) = (of(|a| u32::from(a.places.phone)), of(|a| u32::from(a.places.counter)));
    let (walk_in, lead) = (of(|a| u32::from(a.places.walk_in)), of(|a| a.lead_minutes));
    let horizon = of(|a| u32::from(a.horizon_days)).unwrap_or(7);
    let small = |n: u32| u16::try_from(n).unwrap_or(u16::MAX);
    let mut new = Availability {
        hours,
        breaks: spans_of(line, "breaks")?,
        slot_minutes: small(number(line, "slot", slot, 5..=480)?),
        places: Places {
            phone: small(number(line, "phone", phone.unwrap_or(0), 0..=1_000)?),
            counter: small(number(line, "counter", counter.unwrap_or(0), 0..=1_000)?),
            walk_in: small(number(line, "walk_in", walk_in.unwrap_or(0), 0..=1_000)?),
        },
        lead_minutes: number(line, "lead", lead.unwrap_or(0), 0..=43_200)?,
        horizon_days: small(number(line, "horizon", horizon, 1..=90)?),
        days: days.clone(),
    };
    let Some(old) = old else {
        queue.availability.push(new);
        return Ok(Became::Added);
    };
    kept(&mut days, &old.days, line);
    new.days = days;
    if line.get("breaks").is_empty() {
        new.breaks.clone_from(&old.breaks);
    }
    if *old == new {
        return Ok(Became::Same);
    }
    *old = new;
    Ok(Became::Changed)
}
