//! 评价交换: ratings of other systems in, our own out, in the field set of the national interface.

use access::{Unit, decide, op};
use kernel::{Actor, RegionCode};
use store::ratings::{self, RatingRow, ServiceRow};
use store::{Tx, office};
use supervise::{Codes, Level, RateChannel, Record};

use crate::Supervision;
use crate::ratings::{PUSH_MAX, Pushed, WORDS_MAX, cut};
use city::reach::{home, own_unit, region_in, unit_in};
use city::{Door as _, Error, Later, Office};

impl Supervision {
    /// Takes in ratings that another system collected.
    pub fn push_ratings(&self, actor: Actor, records: Vec<Record>, codes: Codes) -> Later<Vec<Pushed>> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let home = home(&actor, &office);
            // Each record is decided about its own unit; this is for who writes none at all.
            decide(&actor, op::WriteServices, own_unit(&actor, &home))?;
            if records.len() > PUSH_MAX {
                return Err(Error::invalid("records", "一次最多 500 条", "at most 500 at a time"));
            }
            let mut out = Vec::with_capacity(records.len());
            for r in &records {
                let done = tx.part(|tx| app.push_one(tx, &actor, &office, r, codes));
                out.push(match done {
                    Ok(p) => p,
                    Err(Error::Invalid { field, said }) => Pushed::Refused(field, said),
                    Err(e) => return Err(e),
                });
            }
            Ok(out)
        })
    }

    fn push_one(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        office: &Office,
        r: &Record,
        codes: Codes,
    ) -> Result<Pushed, Error> {
        let bad = |e: supervise::BadRecord| Error::Invalid { field: e.field.to_owned(), said: e.said };
        let (level, channel, times) =
            (r.level(codes).map_err(bad)?, r.channel().map_err(bad)?, r.times().map_err(bad)?);
        let (served, assessed) = (r.served().map_err(bad)?, r.assessed().map_err(bad)?);
        let now = tx.now();
        if assessed > now || served > now {
            return Err(Error::invalid("assessTime", "时间在现在之后", "the time lies in the future"));
        }
        let source = match cut(&r.data_source, 30) {
            s if s.is_empty() => "other".to_owned(),
            s => s,
        };
        let code = format!("{source}/{}", r.service().map_err(bad)?);
        let unit = office
            .unit_of_any(&[&r.dept_code, &r.pro_depart_code, &r.pro_depart])
            .map_err(|said| Error::Invalid { field: "deptCode".to_owned(), said })?;
        let beyond = |_| {
            Error::invalid("deptCode", "这个部门不在您的区划之内", "the unit lies outside of your region")
        };
        let mut permit = decide(actor, op::WriteServices, unit_in(office, unit.id)?).map_err(beyond)?;
        let service = match ratings::by_code(tx, &code)? {
            Some(s) => {
                let region = region_in(&s.region, office);
                let there = Unit { unit: Some(s.unit), region: &region };
                permit = decide(actor, op::WriteServices, there).map_err(beyond)?;
                s
            }
            None => {
                let area: Option<RegionCode> = r.area_code.trim().parse().ok();
                let region = area.filter(|a| unit.region.contains(a)).unwrap_or_else(|| unit.region.clone());
                let mut row = ServiceRow {
                    id: 0,
                    code,
                    unit: unit.id,
                    region: region.as_str().to_owned(),
                    place: String::new(),
                    item: cut(if r.task_name.is_empty() { &r.task_code } else { &r.task_name }, 120),
                    theme: cut(&r.sub_matter, 60),
                    at: served,
                    source,
                    case: None,
                };
                row.id = crate::ratings::put_service(tx, &permit, &row)?;
                row
            }
        };
        let before = ratings::of_service(tx, service.id)?;
        if before.iter().any(|b| b.times == times) {
            return Ok(Pushed::Known);
        }
        if times == 2 && before.is_empty() {
            return Err(Error::invalid(
                "assessNumber",
                "没有首次评价，不能二次评价",
                "there is no first rating",
            ));
        }
        let row = RatingRow {
            id: 0,
            service: service.id,
            times,
            level: level.number(),
            by_default: channel == RateChannel::Default,
            channel: channel.word().to_owned(),
            reasons: r.reasons().join(","),
            words: cut(&r.writing_evaluation, WORDS_MAX),
            at: assessed,
            device: None,
            state: "counted".to_owned(),
            ground: String::new(),
            decision: String::new(),
            case: None,
        };
        let opened = self.put_rating(tx, &permit, office, &service, &row, "")?;
        Ok(Pushed::Taken(opened.map(|o| o.number)))
    }

    /// Ratings for another system, after rating `after`, at most `limit` (500); and where the next page begins.
    pub fn pull_ratings(
        &self,
        actor: Actor,
        codes: Codes,
        after: i64,
        limit: u32,
    ) -> Later<(Vec<Record>, i64)> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            decide(&actor, op::WriteServices, own_unit(&actor, &home(&actor, &office)))?;
            let region = actor.region.as_ref().map_or_else(String::new, |r| r.as_str().to_owned());
            let (mut out, mut last) = (Vec::new(), after);
            for (r, s) in ratings::page(rd, &region, None, after, limit.clamp(1, 500))? {
                last = r.id;
                let Some((level, channel)) = Level::of(r.level).zip(RateChannel::read(&r.channel)) else {
                    continue;
                };
                let unit = office.unit(s.unit);
                let record = Record {
                    area_name: office::region_name(rd, &s.region)?.unwrap_or_default(),
                    dept_code: unit.map_or_else(String::new, |u| u.key.clone()),
                    pro_depart: unit.map_or_else(String::new, |u| u.name.clone()),
                    task_name: s.item,
                    sub_matter: s.theme,
                    project_no: s.code.split_once('/').map_or(s.code.clone(), |c| c.1.to_owned()),
                    pro_status: "3".to_owned(),
                    eval_detail: r.reasons,
                    writing_evaluation: hanyu::mask::mask(&r.words),
                    data_source: s.source,
                    area_code: s.region,
                    anonymity_flag: "1".to_owned(),
                    ..Record::default()
                };
                out.push(record.with(codes, level, channel, r.at, r.times));
            }
            Ok((out, last))
        })
    }
}
