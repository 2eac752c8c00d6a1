//! 指标体系: sets of indicators of an assessment. What figures say is counted each time for the period asked for; what is
//! filled in by hand is kept with who, when and the files that show it. Row S7.

use access::{City as OfCity, Nothing, Unit, decide, op};
use kernel::{Actor, FileRef, Moment, UnitId};
use serde::{Deserialize, Serialize};
use store::Rd;
use store::indicators::{self, SetRow, ValueRow, stream};
use supervise::{Ask, Dim, Fill, Filter, Indicator, IndicatorSet, Value, figure};

use crate::Supervision;
use crate::bulletins::{json, parse};
use crate::ratings::append;
use crate::supervision::text;
use city::{Door, Error, Later, Office};

/// Sets of a city.
const MOST: u32 = 50;
/// Largest number that is taken for a value.
const LARGEST: f64 = 1e12;

/// A set as a list shows it.
#[derive(Clone, Debug)]
pub struct SetLine {
    /// id
    pub id: i64,
    /// the set
    pub set: IndicatorSet,
    /// it is no longer reported
    pub ended: bool,
}

/// What was filled in by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ByHand {
    /// the value
    pub value: f64,
    /// from where, reckoned how
    pub how: String,
    /// the files that show it
    pub files: Vec<FileRef>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueFrom {
    /// counted from figures of the city
    Figures,
    /// filled in, by whom and when
    Hand(ByHand, String, Moment),
    /// there is none: a figure without anything to count, or nobody has filled it in
    Gap,
}

/// One indicator in a period.
#[derive(Clone, Debug)]
pub struct IndicatorLine {
    /// the indicator
    pub indicator: Indicator,
    /// its value
    pub value: Option<f64>,
    /// from where
    pub from: ValueFrom,
    /// the value in the period before
    pub before: Option<f64>,
    /// it meets its target; none without target or value
    pub met: Option<bool>,
    /// this reader may fill it in
    pub may_fill: bool,
}

/// A set in a period.
#[derive(Clone, Debug)]
pub struct SetView {
    /// id
    pub id: i64,
    /// version of the set
    pub ver: i64,
    /// the set
    pub set: IndicatorSet,
    /// it is no longer reported
    pub ended: bool,
    /// the period shown
    pub period: String,
    /// what figures were counted for
    pub ask: Ask,
    /// the period is not over yet
    pub running: bool,
    /// its indicators
    pub lines: Vec<IndicatorLine>,
    /// this reader may change the set
    pub may_write: bool,
}

/// A value to be filled in.
#[derive(Clone, Debug)]
pub struct Filled {
    /// of which set
    pub set: i64,
    /// which indicator
    pub name: String,
    /// for which period
    pub period: String,
    /// as it was typed
    pub value: String,
    /// from where
    pub how: String,
    /// tickets of the files that show it
    pub files: Vec<String>,
}

fn wrong(e: supervise::BadFormula) -> Error {
    Error::Invalid { field: "lines".to_owned(), said: e.said }
}

/// The unit that answers for an indicator; none: the supervision office.
fn unit_of(office: &Office, indicator: &Indicator) -> Option<UnitId> {
    Some(indicator.unit.trim()).filter(|u| !u.is_empty()).and_then(|u| office.unit_called(u)).map(|u| u.id)
}

fn subject<'a>(office: &'a Office, indicator: &Indicator) -> Unit<'a> {
    let unit = unit_of(office, indicator);
    let region = unit.and_then(|u| office.unit(u)).map_or(&office.settings.city, |u| &u.region);
    Unit { unit, region }
}

impl Supervision {
    /// The sets, those in use first.
    pub fn indicator_sets(&self, actor: Actor) -> Later<Vec<SetLine>> {
        self.read(move |_, rd| {
            decide(&actor, op::ReadIndicators, Nothing)?;
            let mut out = Vec::new();
            for row in indicators::sets(rd, MOST)? {
                out.push(SetLine { id: row.id, set: parse(&row.doc)?, ended: row.state == "ended" });
            }
            out.sort_by_key(|l| (l.ended, l.id));
            Ok(out)
        })
    }

    /// Makes a set, or changes one that is at this version.
    pub fn write_indicators(
        &self,
        actor: Actor,
        id: Option<(i64, i64)>,
        set: IndicatorSet,
        ended: bool,
    ) -> Later<i64> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::WriteIndicators, OfCity(&office.settings.city))?;
            // What was made somewhere else is read once more: nothing unsound is kept.
            let set = IndicatorSet::read(&set.name, set.period, &set.text()).map_err(wrong)?;
            for i in set.indicators.iter().filter(|i| !i.unit.is_empty()) {
                if unit_of(&office, i).is_none() {
                    return Err(Error::invalid(
                        "lines",
                        format!("“{}”的责任单位“{}”不在本市单位中，请写单位名称或简称", i.name, i.unit),
                        format!("{:?}: there is no unit {:?}: write its name", i.name, i.unit),
                    ));
                }
            }
            let state = if ended { "ended" } else { "used" };
            let doc = json(&set)?;
            let (id, act) = match id {
                None => {
                    let all = indicators::sets(tx, MOST)?;
                    if all.len() >= MOST as usize {
                        return Err(Error::invalid(
                            "name",
                            format!("指标体系最多 {MOST} 个"),
                            format!("at most {MOST} sets of indicators are kept"),
                        ));
                    }
                    if indicators::set_called(tx, &set.name)?.is_some() {
                        return Err(Error::invalid(
                            "name",
                            format!("已有名为“{}”的指标体系，请换一个名称", set.name),
                            format!("there is a set called {:?}: choose another name", set.name),
                        ));
                    }
                    let row =
                        SetRow { id: 0, ver: 0, word: set.name.clone(), state: state.to_owned(), doc };
                    (indicators::put_set(tx, &permit, &row)?, "set_indicators")
                }
                Some((id, ver)) => {
                    let row = indicators::set(tx, id)?.ok_or(Error::NotFound)?;
                    if row.word != set.name {
                        return Err(Error::invalid(
                            "name",
                            "名称不能改：往期填报按它存放。请另建一个体系，再停用这个",
                            "the name stays, values of earlier periods go with it: make another set and end this one",
                        ));
                    }
                    let row = SetRow { ver, state: state.to_owned(), doc, ..row };
                    if !indicators::save_set(tx, &permit, &row)? {
                        return Err(Error::Changed(store::StoreError::Conflict {
                            stream: stream(id),
                            expected: ver,
                            found: ver + 1,
                        }));
                    }
                    (id, "change_indicators")
                }
            };
            append(tx, &permit, stream(id), act, &set)?;
            Ok(id)
        })
    }

    /// A set in a period; the running one when none is said.
    pub fn indicator_set(&self, actor: Actor, id: i64, period: String) -> Later<SetView> {
        self.study(move |app, rd| {
            decide(&actor, op::ReadIndicators, Nothing)?;
            let row = indicators::set(rd, id)?.ok_or(Error::NotFound)?;
            let set: IndicatorSet = parse(&row.doc)?;
            let office = app.city.office(rd)?;
            let today = app.city.store().now().date();
            let period = match period.trim() {
                "" => set.period.of(today),
                text => text.to_owned(),
            };
            let (ask, running) = app.asked(&office, &set, &period)?;
            let values = app.indicator_values(rd, &ask)?;
            let before = set.period.before(&period).unwrap_or_default();
            let last = app.asked(&office, &set, &before).ok();
            let values_before = match &last {
                Some((ask, _)) => Some(app.indicator_values(rd, ask)?),
                None => None,
            };
            let hand = indicators::values(rd, id, &before, &period)?;
            let of = |name: &str, period: &str| hand.iter().find(|v| v.word == name && v.period == period);
            let mut lines = Vec::with_capacity(set.indicators.len());
            for indicator in &set.indicators {
                let by_hand = |rd: &mut Rd<'_>, row: Option<&ValueRow>| -> Result<ValueFrom, Error> {
                    let Some(row) = row else { return Ok(ValueFrom::Gap) };
                    let who = match row.staff {
                        Some(staff) => store::office::staff_by_id(rd, staff)?.map(|s| s.name),
                        None => None,
                    };
                    Ok(ValueFrom::Hand(parse(&row.doc)?, who.unwrap_or_default(), row.at))
                };
                let (value, from, earlier) = match indicator.fill {
                    Fill::ByHand => {
                        let from = by_hand(rd, of(&indicator.name, &period))?;
                        let value = match &from {
                            ValueFrom::Hand(h, ..) => Some(h.value),
                            _ => None,
                        };
                        let earlier = match by_hand(rd, of(&indicator.name, &before))? {
                            ValueFrom::Hand(h, ..) => Some(h.value),
                            _ => None,
                        };
                        (value, from, earlier)
                    }
                    Fill::Figures(_) => {
                        let value = indicator.reckoned(&values);
                        let from = if value.is_some() { ValueFrom::Figures } else { ValueFrom::Gap };
                        (value, from, values_before.as_ref().and_then(|v| indicator.reckoned(v)))
                    }
                };
                let met = value.and_then(|v| indicator.target.map(|t| t.met(v)));
                let may_fill = indicator.fill == Fill::ByHand
                    && row.state != "ended"
                    && decide(&actor, op::FillIndicators, subject(&office, indicator)).is_ok();
                lines.push(IndicatorLine {
                    indicator: indicator.clone(),
                    value,
                    from,
                    before: earlier,
                    met,
                    may_fill,
                });
            }
            let may_write = decide(&actor, op::WriteIndicators, OfCity(&office.settings.city)).is_ok();
            Ok(SetView {
                id,
                ver: row.ver,
                ended: row.state == "ended",
                set,
                period,
                ask,
                running,
                lines,
                may_write,
            })
        })
    }

    /// The days that figures are counted for, and whether the period is still running.
    fn asked(&self, office: &Office, set: &IndicatorSet, period: &str) -> Result<(Ask, bool), Error> {
        let (from, to) = set.period.days(period).ok_or_else(|| {
            Error::invalid(
                "period",
                format!("“{period}”不是这个体系的报告期"),
                format!("{period:?} is no period of this set"),
            )
        })?;
        let today = self.city.store().now().date();
        let running = to >= today;
        let filter = Filter { region: office.settings.city.as_str().to_owned(), ..Filter::default() };
        Ok((Ask { from, to: to.min(today.max(from)), filter }, running))
    }

    fn indicator_values(&self, rd: &mut Rd<'_>, ask: &Ask) -> Result<impl Fn(&str) -> Value + use<>, Error> {
        let total = self.board_as_asked(rd, ask.clone(), Dim::Channel)?.total;
        Ok(move |key: &str| figure(key).map_or(Value::Count(0), |f| total.value(f)))
    }

    /// Fills in an indicator for a period, with the files that show it.
    pub fn fill_indicator(&self, actor: Actor, filled: Filled) -> Later<()> {
        self.write(move |app, tx| {
            let row = indicators::set(tx, filled.set)?.ok_or(Error::NotFound)?;
            let set: IndicatorSet = parse(&row.doc)?;
            let office = app.city.office(tx)?;
            let indicator = set.indicator(&filled.name).filter(|i| i.fill == Fill::ByHand);
            let indicator = indicator.ok_or(Error::NotFound)?;
            let subject = subject(&office, indicator);
            let permit = decide(&actor, op::FillIndicators, subject)?;
            if row.state == "ended" {
                return Err(Error::invalid(
                    "value",
                    "这个指标体系已停用，不再填报",
                    "this set of indicators was ended: nothing is filled in any more",
                ));
            }
            let (_, to) = set.period.days(&filled.period).ok_or(Error::NotFound)?;
            let now = tx.now();
            if set.period.days(&set.period.of(now.date())).is_some_and(|(_, last)| to > last) {
                return Err(Error::invalid(
                    "period",
                    "这一期还没有开始，不能填报",
                    "this period has not begun yet: nothing can be filled in",
                ));
            }
            let typed: String =
                filled.value.chars().filter(|c| !matches!(c, ',' | '，' | '%' | ' ')).collect();
            let value = typed.parse::<f64>().ok().filter(|n| n.is_finite() && n.abs() < LARGEST);
            let value = value.ok_or_else(|| {
                Error::invalid(
                    "value",
                    "请填一个数，例如 95 或 2.5，不带单位",
                    "a number is needed, such as 95 or 2.5, without its unit",
                )
            })?;
            let how = text(&filled.how);
            if how.is_empty() {
                return Err(Error::invalid(
                    "how",
                    "请写明数从哪里来、怎样算的",
                    "say where the number comes from and how it was reckoned",
                ));
            }
            let ver = store::ledger_rows::head_of(tx, stream(row.id))?.map_or(0, |h| h.0) + 1;
            let mut files = city::claim_files(tx, &actor, &filled.files, stream(row.id), ver)?;
            let earlier = indicators::values(tx, row.id, &filled.period, &filled.period)?;
            if let Some(before) = earlier.iter().find(|v| v.word == filled.name) {
                // What was shown before stays shown: a value that is corrected keeps its evidence.
                let before: ByHand = parse(&before.doc)?;
                for file in before.files {
                    if files.iter().all(|f| f.hash != file.hash) {
                        files.push(file);
                    }
                }
            }
            if files.is_empty() {
                return Err(Error::invalid(
                    "file",
                    "请附上依据材料（文件、截图、表格），没有依据的数不计",
                    "add a file that shows it: a number without evidence does not count",
                ));
            }
            let by_hand = ByHand { value, how, files };
            let value = ValueRow {
                id: 0,
                of_set: row.id,
                word: filled.name.clone(),
                period: filled.period.clone(),
                unit: subject.unit,
                staff: actor.staff,
                at: now,
                doc: json(&by_hand)?,
            };
            indicators::put_value(tx, &permit, &value)?;
            let data =
                serde_json::json!({ "indicator": filled.name, "period": filled.period, "is": by_hand });
            append(tx, &permit, stream(row.id), "fill_indicator", &data)
        })
    }

    /// A file that shows a value.
    pub fn indicator_file(&self, actor: Actor, set: i64, hash: String) -> Later<(FileRef, Vec<u8>)> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadIndicators, Nothing)?;
            let (file, _) = store::files::of_stream(rd, stream(set), &hash)?.ok_or(Error::NotFound)?;
            Ok((file, app.city.blobs().get_in(rd, &hash)?))
        })
    }
}
