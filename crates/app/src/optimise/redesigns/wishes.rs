//! What a wish amounts to: models read, objections taken in, the prediction, the publication, the effect. All computed
//! before the transaction.

use kernel::{Actor, Date, Moment, Said, UnitId};
use optimise::proposal::{self, Constraint, Happened, Measured, Prediction, Proposal, Publication};
use optimise::{Model, Options};

use super::{RedesignWish, wrong};
use crate::city::{Error, Office};

/// Cases of each replication, and seed, of the simulation that foretells.
const FORETELL: (u64, u64) = (400, 20_260_101);
/// Events of one replication at most: a page waits for all of them.
const EVENTS_MAX: u64 = 300_000;
/// Rows of measured cases at most.
const MEASURED_MAX: usize = 200_000;

/// A model, or an item of the catalogue from which one is drawn.
pub(super) fn read_source(text: &str) -> Result<(Model, Option<catalogue::ServiceItem>), Error> {
    if text.len() > 4 << 20 {
        return Err(Error::invalid("model", "文件过大（上限 4 MiB）", "the file is larger than 4 MiB"));
    }
    let is_item = serde_json::from_str::<serde_json::Value>(text)
        .is_ok_and(|v| v.get("handling").is_some() && v.get("code").is_some());
    if !is_item {
        return Ok((Model::from_json(text).map_err(|e| wrong("model", &e))?, None));
    }
    let item: catalogue::ServiceItem = serde_json::from_str(text).map_err(|e| {
        Error::invalid("model", format!("事项不完整：{e}"), format!("the item is not complete: {e}"))
    })?;
    let model = optimise::drawn::from_item(&item).map_err(|e| wrong("model", &e))?;
    Ok((model, Some(item)))
}

/// Computes what a wish amounts to.
pub(super) fn happened(
    p: &Proposal,
    wish: &RedesignWish,
    actor: &Actor,
    today: Date,
    office: &Office,
) -> Result<Happened, Error> {
    let find = |name: &str| office.unit_called(name).map(|u| u.id);
    let mine = || actor.unit.ok_or(Error::NotFound);
    let model = || Model::from_json(&p.model).map_err(Error::bug);
    Ok(match wish {
        RedesignWish::Edit { model, words } => {
            let model = Model::from_json(model).map_err(|e| wrong("model", &e))?;
            let (_, summary) = proposal::summary(&model).map_err(|e| wrong("model", &e))?;
            Happened::Edited { model: model.to_json(), summary, words: words.clone() }
        }
        RedesignWish::Submit { units } => Happened::Submitted { units: asked(units, office)? },
        RedesignWish::Agree { words } => Happened::Agreed { unit: mine()?, words: words.clone() },
        RedesignWish::Object { from, to, ground, cite, words } => {
            let constraint = Constraint {
                unit: mine()?,
                from: from.clone(),
                to: to.clone(),
                ground: *ground,
                cite: cite.trim().to_owned(),
                words: words.clone(),
            };
            let empty = Happened::Objected {
                constraint: constraint.clone(),
                model: String::new(),
                summary: p.summary,
                lapsed: Vec::new(),
            };
            // What is refused is refused before it is computed.
            if let Some(why) = proposal::refusal(p, &empty, actor.staff, Date::MIN) {
                return Err(Error::Invalid { field: "cite".into(), said: why });
            }
            proposal::objection(p, constraint, &find).map_err(|e| wrong("to", &e))?
        }
        RedesignWish::Recall { from, to } => {
            proposal::recall(p, mine()?, (from, to), &find).map_err(|e| wrong("from", &e))?
        }
        RedesignWish::Return { words } => Happened::Returned { words: words.clone() },
        RedesignWish::Withdraw { words } => Happened::Withdrawn { words: words.clone() },
        RedesignWish::Approve { words } => {
            Happened::Approved { words: words.clone(), prediction: foretell(&model()?)? }
        }
        RedesignWish::Publish { from } => publication(p, &model()?, *from)?,
        RedesignWish::Measure { source, rows } => {
            Happened::Measured(measured(p, (source, rows), today, office)?)
        }
    })
}

fn asked(units: &[String], office: &Office) -> Result<Vec<(UnitId, String)>, Error> {
    let mut out: Vec<(UnitId, String)> = Vec::new();
    for name in units.iter().map(|u| u.trim()).filter(|u| !u.is_empty()) {
        let unit = office.unit_called(name).ok_or_else(|| {
            Error::invalid("units", format!("没有单位“{name}”"), format!("there is no unit “{name}”"))
        })?;
        if !out.iter().any(|u| u.0 == unit.id) {
            out.push((unit.id, unit.name.clone()));
        }
    }
    Ok(out)
}

/// What today and the redesign will be, simulated on the same numbers.
pub fn foretell(model: &Model) -> Result<Prediction, Error> {
    let (cases, seed) = FORETELL;
    let mut options = Options::new(cases, seed);
    options.events_max = EVENTS_MAX;
    let c = optimise::compare(model, options).map_err(|e| wrong("model", &e))?;
    let saved = c.saved_hours;
    let mut warnings = c.today.warnings.clone();
    let overloaded = c.today.overloaded || c.redesigned.overloaded;
    if overloaded {
        warnings.push(Said::new(
            "有单位做不完：仿真平均值没有意义，请先核对人手和到达",
            "a unit cannot keep up: the simulated means mean nothing; check staff and arrivals first",
        ));
    }
    Ok(Prediction {
        target: c.target.as_ref().map(optimise::TargetShare::said),
        lawful_days: (c.lawful_days.before, c.lawful_days.after),
        simulated_days: (c.today.cycle_working_days.mean, c.redesigned.cycle_working_days.mean),
        saved_hours: (saved.mean, saved.low, saved.high),
        seed,
        cases,
        overloaded,
        warnings,
    })
}

fn publication(p: &Proposal, model: &Model, from: Date) -> Result<Happened, Error> {
    let r = optimise::redesign(model).map_err(Error::bug)?;
    let item: Option<catalogue::ServiceItem> =
        p.source.as_deref().map(serde_json::from_str).transpose().map_err(Error::bug)?;
    let new = item.map(|i| optimise::drawn::next_version(&i, model, &r, from));
    if let Some(fault) = new.as_ref().and_then(|n| catalogue::validate(n).into_iter().next()) {
        let zh = format!("新版本不合格：{fault:?}");
        return Err(Error::invalid("item", zh.clone(), zh));
    }
    Ok(Happened::Published(Publication {
        from,
        version: new.as_ref().map_or(1, |n| n.version),
        guide: optimise::drawn::guide_changes(&r),
        item: new.as_ref().map(serde_json::to_string).transpose().map_err(Error::bug)?,
    }))
}

/// Reads the cases (day of arrival; working days, or the day of the end) and measures before against after.
fn measured(
    p: &Proposal,
    (source, rows): (&str, &str),
    today: Date,
    office: &Office,
) -> Result<Measured, Error> {
    let from = p.publication.as_ref().map(|p| p.from).ok_or(Error::NotFound)?;
    let (before, after) = times(rows, (from, today), office)?;
    let predicted =
        p.prediction.as_ref().filter(|f| !f.overloaded).map(|f| f.simulated_days.1 - f.simulated_days.0);
    let e = optimise::effect(&before, &after, None, predicted, 1).map_err(|e| wrong("rows", &e))?;
    let finite = e.interval.0.is_finite() && e.interval.1.is_finite();
    Ok(Measured {
        source: source.trim().chars().take(200).collect(),
        cases: e.cases,
        mean: e.mean,
        interval: finite.then_some(e.interval),
        predicted: e.predicted,
        judgement: e.judgement,
        reading: e.reading,
    })
}

fn times(
    rows: &str,
    (from, today): (Date, Date),
    office: &Office,
) -> Result<(Vec<optimise::Seen>, Vec<optimise::Seen>), Error> {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let lines = rows.lines().map(str::trim).enumerate().filter(|(_, l)| !l.is_empty());
    for (k, line) in lines {
        if before.len() + after.len() >= MEASURED_MAX {
            return Err(Error::invalid("rows", "最多 20 万件", "200,000 cases at most"));
        }
        let mut cells = line.split([',', '\t', ';', ',']).map(|c| c.trim().trim_matches('"'));
        let (first, second) = (cells.next().unwrap_or(""), cells.next().unwrap_or(""));
        let Some(day) = first.parse::<Date>().ok().or_else(|| first.parse::<Moment>().ok().map(Moment::date))
        else {
            // Only the first line may be a heading.
            if k == 0 {
                continue;
            }
            return Err(bad_row(k, line));
        };
        let end = second.parse::<Date>().ok().or_else(|| second.parse::<Moment>().ok().map(Moment::date));
        let value = match (second.parse::<f64>(), end) {
            (Ok(days), _) if days.is_finite() && (0.0..=10_000.0).contains(&days) => days,
            (Err(_), Some(end)) if end >= day => office.rules.calendar.count(day, end) as f64,
            _ => return Err(bad_row(k, line)),
        };
        if day > today || end.is_some_and(|end| end > today) {
            let (zh, en) = ("在今天之后，还没有发生", "is later than today and has not happened");
            return Err(Error::invalid(
                "rows",
                format!("第 {} 行{zh}", k + 1),
                format!("line {} {en}", k + 1),
            ));
        }
        let seen = optimise::Seen { day: Moment::start_of(day).day_number(), value };
        if day < from { before.push(seen) } else { after.push(seen) }
    }
    Ok((before, after))
}

fn bad_row(k: usize, line: &str) -> Error {
    let shown: String = line.chars().take(40).collect();
    Error::invalid(
        "rows",
        format!("第 {} 行“{shown}”不对：应为 到达日期，办结工作日数（或办结日期），如 2026-03-02,5", k + 1),
        format!(
            "line {} “{shown}” is wrong: day of arrival, then working days or the day of the end: 2026-03-02,5",
            k + 1
        ),
    )
}
