//! 好差评: a service is given, its receipt is rated once, a bad rating becomes a case at once, a unit may appeal, and
//! the results are open. Who rated is known to nobody here. Rows E1–E4.

use access::{Nothing, Permit, Region, Unit, decide, op};
use kernel::{Actor, CaseId, Moment, Role, StreamId, StreamKind, UnitId};
use store::ratings::{self, RatingRow, ServiceRow};
use store::{Rd, Tx, cases, ledger_rows};
use supervise::{Dim, Interval, Level, Odd, RateChannel, Rated, ServiceEvent, reasons_for, wilson};

use crate::Supervision;
use crate::handover::{BadRating, Opened};
use crate::rated::{is_rated, rates_as, service_for};
use city::reach::{home, own_unit, region_in, unit_in};
use city::{City, Door, Error, Later, Office};

pub(super) const WORDS_MAX: usize = 2_000;
pub(super) const PUSH_MAX: usize = 500;
/// Ratings below this number get no share shown: an interval would say nothing.
const SHOWN_MIN: u64 = 30;

/// A service to be put on record.
#[derive(Clone, Debug, Default)]
pub struct NewService {
    /// who gave it
    pub unit: Option<UnitId>,
    /// window
    pub place: String,
    /// item
    pub item: String,
    /// 一件事
    pub theme: String,
    /// 办件编号; made up when empty
    pub project: String,
}

/// What the person takes home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// id of the service
    pub service: i64,
    /// its name
    pub code: String,
    /// opens `/rate/{token}`
    pub token: String,
}

/// A rating as entered.
#[derive(Clone, Debug)]
pub struct NewRating {
    /// the level
    pub level: Level,
    /// codes of reasons
    pub reasons: Vec<String>,
    /// in words
    pub words: String,
    /// how it came
    pub channel: RateChannel,
    /// what the device said of itself; only a keyed digest is kept
    pub device: String,
    /// a telephone number, if the person wants to be called back; goes sealed into the case
    pub phone: String,
}

/// What the page of a rating shows. Looking changes nothing.
#[derive(Clone, Debug)]
pub struct RatePage {
    /// the unit
    pub unit: String,
    /// the service
    pub service: ServiceRow,
    /// what was rated before: level and whether it can be rated a second time now
    pub rated: Option<Level>,
    /// the person may rate now
    pub open: bool,
    /// it would be the second time
    pub second: bool,
    /// the case that came of a bad rating
    pub case: Option<String>,
}

/// A service with its ratings, for staff. Exact times and project numbers are kept from the unit that was rated.
#[derive(Clone, Debug)]
pub struct ServiceView {
    /// the service
    pub service: ServiceRow,
    /// the unit
    pub unit: String,
}

/// A rating for a reader.
#[derive(Clone, Debug)]
pub struct RatingView {
    /// the rating; device and, for the unit that was rated, exact time blanked
    pub rating: RatingRow,
    /// the level
    pub level: Level,
    /// what was rated
    pub of: ServiceView,
    /// number of the case it became; empty for the unit that was rated
    pub case: String,
    /// this reader may appeal
    pub may_appeal: bool,
    /// this reader may decide the appeal
    pub may_decide: bool,
}

/// An open result.
#[derive(Clone, Debug)]
pub struct OpenResult {
    /// unit, window or item
    pub name: String,
    /// key of the line
    pub key: String,
    /// ratings by people
    pub ratings: u64,
    /// services
    pub services: u64,
    /// the share of good ones with its interval; none when there are too few
    pub good: Option<Interval>,
    /// bad ratings
    pub bad: u64,
    /// bad ones that were good after mending
    pub mended: u64,
}

/// What became of one pushed record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// taken in; number of the case when it was a bad one
    Taken(Option<String>),
    /// it was there already
    Known,
    /// not taken in: field, and what to do
    Refused(String, kernel::Said),
}

pub(crate) const fn stream(service: i64) -> StreamId {
    StreamId::new(StreamKind::Rating, service)
}

pub(crate) fn append<T: serde::Serialize>(
    tx: &mut Tx<'_>,
    permit: &Permit,
    stream: StreamId,
    act: &str,
    data: &T,
) -> Result<(), Error> {
    let ver = ledger_rows::head_of(tx, stream)?.map_or(0, |h| h.0);
    let text = serde_json::to_string(data).map_err(Error::bug)?;
    let now = tx.now();
    tx.append(stream, ver, now, permit.actor(), act, &text)?;
    Ok(())
}

fn note(tx: &mut Tx<'_>, permit: &Permit, service: i64, event: &ServiceEvent) -> Result<(), Error> {
    append(tx, permit, stream(service), event.word(), event)
}

pub(super) fn cut(text: &str, most: usize) -> String {
    text.trim().chars().take(most).collect()
}

fn rate_token(city: &City, service: i64) -> String {
    let mac = city.vault().token_digest(&format!("rate/{service}"));
    format!("{service}-{}", ledger::hex(&mac[..10]))
}

/// A service on record.
pub(super) fn put_service(tx: &mut Tx<'_>, permit: &Permit, row: &ServiceRow) -> Result<i64, Error> {
    let id = ratings::put_service(tx, permit, row)?;
    let event = ServiceEvent::Serve {
        unit: row.unit,
        region: row.region.clone(),
        place: row.place.clone(),
        item: row.item.clone(),
        theme: row.theme.clone(),
        source: row.source.clone(),
        code: row.code.clone(),
        at: row.at,
    };
    note(tx, permit, id, &event)?;
    Ok(id)
}

/// Puts a service on record that can be rated, once under its code; answers the token of its rating.
///
/// # Errors
/// The store could not.
pub fn service_to_rate(
    city: &City,
    tx: &mut Tx<'_>,
    permit: &Permit,
    row: &ServiceRow,
) -> Result<String, Error> {
    let id = match ratings::by_code(tx, &row.code)? {
        Some(known) => known.id,
        None => put_service(tx, permit, row)?,
    };
    Ok(rate_token(city, id))
}

/// The token of the rating of the service with this code; none when there is none.
///
/// # Errors
/// The store could not.
pub fn token_to_rate(city: &City, rd: &mut Rd<'_>, code: &str) -> Result<Option<String>, Error> {
    Ok(ratings::by_code(rd, code)?.map(|s| rate_token(city, s.id)))
}

impl Supervision {
    fn rate_token(&self, service: i64) -> String {
        rate_token(&self.city, service)
    }
    /// The service that a token is for.
    fn token_service(&self, token: &str) -> Result<i64, Error> {
        let id = token.split('-').next().and_then(|id| id.parse().ok()).filter(|id| *id > 0);
        id.filter(|id| self.rate_token(*id) == token.trim()).ok_or(Error::NotFound)
    }

    /// A service was given at a window: on record, with a receipt to be rated.
    pub fn serve(&self, actor: Actor, new: NewService) -> Later<Receipt> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let unit = new.unit.or(actor.unit).and_then(|u| office.unit(u)).ok_or_else(|| {
                Error::invalid("unit", "请选择提供服务的单位", "choose the unit that gave the service")
            })?;
            let permit = decide(&actor, op::WriteServices, unit_in(&office, unit.id)?)?;
            let now = tx.now();
            let project = cut(&new.project, 50);
            let code = if project.is_empty() {
                let n = store::counters::next(tx, &format!("service/{}", now.date().year()))?;
                format!("own/{}-{n:08}", now.date().year())
            } else {
                format!("own/{project}")
            };
            let row = ServiceRow {
                id: 0,
                code: code.clone(),
                unit: unit.id,
                region: unit.region.as_str().to_owned(),
                place: cut(&new.place, 60),
                item: cut(&new.item, 120),
                theme: cut(&new.theme, 60),
                at: now,
                source: "own".to_owned(),
                case: None,
            };
            if ratings::by_code(tx, &code)?.is_some() {
                return Err(Error::invalid(
                    "project",
                    "这个办件编号已经登记过服务",
                    "this project number is on record already",
                ));
            }
            let service = put_service(tx, &permit, &row)?;
            Ok(Receipt { service, code, token: app.rate_token(service) })
        })
    }

    /// May who has this code rate the service of the case now?
    pub fn case_rateable(&self, number: String, code: String) -> Later<bool> {
        self.read(move |app, rd| {
            let answered = app.hands.answered_case_becomes_service;
            Ok(answered(&app.city, rd, None, &number, &code)?.is_some())
        })
    }

    /// The service of a case that was answered, made when it is first needed; its receipt.
    pub fn case_receipt(&self, signed: Option<Actor>, number: String, code: String) -> Later<Receipt> {
        self.write(move |app, tx| {
            let answered = app.hands.answered_case_becomes_service;
            let Some(case) = answered(&app.city, tx, signed.as_ref(), &number, &code)? else {
                return Err(Error::invalid(
                    "case",
                    "答复之后才能评价",
                    "it can be rated once it was answered",
                ));
            };
            let service_code = format!("case/{number}/{}", case.round);
            let id = match ratings::by_code(tx, &service_code)? {
                Some(s) => s.id,
                None => {
                    let of = Unit { unit: Some(case.unit), region: &case.region };
                    let permit = decide(&Actor::system(), op::WriteServices, of)?;
                    let now = tx.now();
                    let row = ServiceRow {
                        id: 0,
                        code: service_code.clone(),
                        unit: case.unit,
                        region: case.region.as_str().to_owned(),
                        place: String::new(),
                        item: case.item.clone(),
                        theme: String::new(),
                        at: case.began.unwrap_or(now),
                        source: "own".to_owned(),
                        case: Some(case.case),
                    };
                    put_service(tx, &permit, &row)?
                }
            };
            Ok(Receipt { service: id, code: service_code, token: app.rate_token(id) })
        })
    }

    /// What can be rated with this token. Changes nothing: opening the link is not a vote. `signed` is the account
    /// that is signed in on the same device, if there is one: nobody rates their own unit.
    pub fn rate_page(&self, signed: Option<Actor>, token: String) -> Later<RatePage> {
        self.read(move |app, rd| {
            decide(&Actor::resident(), op::GiveRating, Nothing)?;
            let id = app.token_service(&token)?;
            let service = ratings::service(rd, id)?.ok_or(Error::NotFound)?;
            rates_as(rd, signed.as_ref(), &service)?;
            let office = app.city.office(rd)?;
            let before = ratings::of_service(rd, id)?;
            let first = before.iter().find(|r| r.times == 1);
            let case = match first.and_then(|r| r.case) {
                Some(id) => cases::by_id(rd, id)?,
                None => None,
            };
            let second = may_again(&before, case.as_ref());
            let again = before.iter().find(|r| r.times > 1);
            Ok(RatePage {
                unit: office.unit_name(service.unit),
                rated: again.or(first).and_then(|r| Level::of(r.level)),
                open: first.is_none() || second,
                second,
                // Who has rated again waits for nothing any more.
                case: case.filter(|_| again.is_none()).map(|c| c.number),
                service,
            })
        })
    }

    /// 评价: works once; a second time only after a bad rating was answered. Answers the number and code of the
    /// case that a bad rating became.
    pub fn rate(
        &self,
        signed: Option<Actor>,
        token: String,
        new: NewRating,
    ) -> Later<Option<(String, String)>> {
        self.write(move |app, tx| {
            let id = app.token_service(&token)?;
            let service = ratings::service(tx, id)?.ok_or(Error::NotFound)?;
            let who = rates_as(tx, signed.as_ref(), &service)?;
            let permit = decide(&who, op::GiveRating, Nothing)?;
            let opened = app.rate_in(tx, &permit, id, &new)?;
            Ok(opened.map(|o| (o.number, o.code)))
        })
    }

    /// A rating told by telephone, entered by staff; never by the unit that is rated.
    pub fn rate_by_phone(&self, actor: Actor, code: String, new: NewRating) -> Later<Option<String>> {
        self.write(move |app, tx| {
            let code = code.trim();
            let found = match ratings::by_code(tx, code)? {
                Some(s) => Some(s),
                None => ratings::by_code(tx, &format!("own/{code}"))?,
            };
            let none = || {
                Error::invalid(
                    "code",
                    "没有这个服务编号，请核对回执",
                    "there is no such service: check the receipt",
                )
            };
            let office = app.city.office(tx)?;
            if found.is_none() {
                // Who enters none at all is told so, whatever the number.
                decide(&actor, op::EnterRating, Region(&home(&actor, &office)))?;
            }
            let service = found.ok_or_else(none)?;
            let permit = match decide(&actor, op::EnterRating, Region(&region_in(&service.region, &office))) {
                Err(access::Denied::Hidden) => return Err(none()),
                other => other?,
            };
            if actor.unit == Some(service.unit) {
                return Err(Error::invalid(
                    "code",
                    "不能代录对本单位的评价，请由其他单位或政管办代录",
                    "a rating of your own unit must be entered by somebody else",
                ));
            }
            let new = NewRating { channel: RateChannel::Phone, ..new.clone() };
            Ok(app.rate_in(tx, &permit, service.id, &new)?.map(|o| o.number))
        })
    }

    fn rate_in(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit,
        id: i64,
        new: &NewRating,
    ) -> Result<Option<Opened>, Error> {
        let service = ratings::service(tx, id)?.ok_or(Error::NotFound)?;
        let before = ratings::of_service(tx, id)?;
        let case = match before.iter().find_map(|r| r.case) {
            Some(id) => cases::by_id(tx, id)?,
            None => None,
        };
        let times = match before.len() {
            0 => 1,
            _ if may_again(&before, case.as_ref()) => 2,
            _ => {
                return Err(Error::invalid(
                    "level",
                    "这次服务已经评价过了，一次服务只评一次",
                    "this service was rated already: one service, one rating",
                ));
            }
        };
        let office = self.city.office(tx)?;
        let now = tx.now();
        let known = |code: &&String| reasons_for(new.channel.way()).any(|r| r.code == code.as_str());
        let reasons: Vec<_> = new.reasons.iter().filter(known).take(10).cloned().collect();
        let device = (!new.device.is_empty())
            .then(|| ledger::hex(&self.city.vault().token_digest(&format!("device/{}", new.device))[..12]));
        let row = RatingRow {
            id: 0,
            service: id,
            times,
            level: new.level.number(),
            by_default: false,
            channel: new.channel.word().to_owned(),
            reasons: reasons.join(","),
            words: cut(&new.words, WORDS_MAX),
            at: now,
            device,
            state: "counted".to_owned(),
            ground: String::new(),
            decision: String::new(),
            case: None,
        };
        self.put_rating(tx, permit, &office, &service, &row, &new.phone)
    }

    /// Keeps a rating, and makes a case of a bad first one.
    pub(super) fn put_rating(
        &self,
        tx: &mut Tx<'_>,
        permit: &Permit,
        office: &Office,
        service: &ServiceRow,
        row: &RatingRow,
        phone: &str,
    ) -> Result<Option<Opened>, Error> {
        let level = Level::of(row.level).ok_or(Error::NotFound)?;
        let rating = ratings::put(tx, permit, row)?;
        let event = ServiceEvent::Rate {
            times: row.times,
            level,
            by_default: row.by_default,
            channel: row.channel.clone(),
            at: row.at,
        };
        note(tx, permit, service.id, &event)?;
        if !level.is_bad() || row.by_default || row.times != 1 {
            return Ok(None);
        }
        let bad = BadRating { service, rating: row, level, phone };
        let opened = (self.hands.bad_rating_becomes_case)(&self.city, tx, bad)?;
        ratings::link_case(tx, rating, opened.case)?;
        let at = office.rules.calendar.next_office_moment(row.at);
        let words = format!("新差评，请先联系核实：{}", opened.number);
        outbox::to_unit(&self.city, tx, opened.desk, at, Some(opened.case), words.as_str())?;
        note(tx, permit, service.id, &ServiceEvent::Open { case: opened.number.clone() })?;
        Ok(Some(opened))
    }

    /// The unit says a bad rating is mistaken or malicious.
    pub fn appeal_rating(&self, actor: Actor, rating: i64, ground: String) -> Later<()> {
        self.write(move |app, tx| {
            let (mut r, s) = ratings::rating(tx, rating)?.ok_or(Error::NotFound)?;
            let region = region_in(&s.region, &*app.city.office(tx)?);
            let permit = match decide(&actor, op::AppealRating, Unit { unit: Some(s.unit), region: &region })
            {
                // Ratings of other units are not shown to a unit, so they are not there.
                Err(_) if actor.unit != Some(s.unit) => return Err(Error::NotFound),
                other => other?,
            };
            if r.state != "counted" || r.times != 1 || !Level::of(r.level).is_some_and(Level::is_bad) {
                return Err(Error::invalid(
                    "rating",
                    "只能对首次差评申请一次复核",
                    "only a first bad rating, once",
                ));
            }
            r.ground = cut(&ground, WORDS_MAX);
            if r.ground.is_empty() {
                return Err(Error::invalid("ground", "请写明理由和证据", "say why, and what shows it"));
            }
            r.state = "appealed".to_owned();
            ratings::decide(tx, &permit, &r)?;
            note(tx, &permit, s.id, &ServiceEvent::Appeal { ground: r.ground.clone() })
        })
    }

    /// 复核: excluded ratings stay on record and are counted apart.
    pub fn decide_rating(&self, actor: Actor, rating: i64, exclude: bool, why: String) -> Later<()> {
        self.write(move |app, tx| {
            let (mut r, s) = ratings::rating(tx, rating)?.ok_or(Error::NotFound)?;
            let region = region_in(&s.region, &*app.city.office(tx)?);
            let permit = decide(&actor, op::DecideRating, Region(&region))?;
            if r.state != "appealed" {
                return Err(Error::NotFound);
            }
            if actor.unit == Some(s.unit) {
                return Err(Error::invalid(
                    "rating",
                    "不能复核对本单位的评价",
                    "not a rating of your own unit",
                ));
            }
            r.decision = cut(&why, WORDS_MAX);
            if r.decision.is_empty() {
                return Err(Error::invalid("why", "请写明复核理由", "say why"));
            }
            r.state = if exclude { "excluded" } else { "upheld" }.to_owned();
            ratings::decide(tx, &permit, &r)?;
            note(tx, &permit, s.id, &ServiceEvent::Decide { exclude, why: r.decision.clone() })
        })
    }

    /// How many ratings of the reader's list are in each of these states (empty: in any), counted up to `most`.
    pub fn rating_counts(&self, actor: Actor, states: Vec<String>, most: u32) -> Later<Vec<i64>> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            decide(&actor, op::ReadRatings, own_unit(&actor, &home(&actor, &office)))?;
            let own = matches!(actor.role, Role::Handler | Role::Clerk | Role::UnitAdmin);
            let region = actor.region.as_ref().ok_or(Error::NotFound)?;
            let unit = if own { Some(actor.unit.ok_or(Error::NotFound)?) } else { None };
            let mut count = |s: &String| Ok(ratings::count(rd, region.as_str(), unit, s, most.min(100_000))?);
            states.iter().map(&mut count).collect()
        })
    }

    /// Ratings for staff, the newest first, before `before` (0: from the end). Units see their own.
    pub fn ratings(&self, actor: Actor, state: String, before: i64) -> Later<Vec<RatingView>> {
        self.study(move |app, rd| {
            let office = app.city.office(rd)?;
            decide(&actor, op::ReadRatings, own_unit(&actor, &home(&actor, &office)))?;
            let own = matches!(actor.role, Role::Handler | Role::Clerk | Role::UnitAdmin);
            let region = actor.region.as_ref().ok_or(Error::NotFound)?;
            let unit = if own { Some(actor.unit.ok_or(Error::NotFound)?) } else { None };
            let mut out = Vec::new();
            for (mut rating, mut service) in ratings::newest(rd, region.as_str(), unit, &state, before, 50)? {
                let level = Level::of(rating.level).ok_or(Error::NotFound)?;
                let case = match rating.case.filter(|_| !is_rated(&actor, service.unit)) {
                    Some(id) => cases::by_id(rd, id)?
                        .filter(|c| access::may_see(&actor, c))
                        .map_or_else(String::new, |c| c.number),
                    None => String::new(),
                };
                let at = region_in(&service.region, &office);
                rating.device = None;
                let rated = is_rated(&actor, service.unit);
                if rated {
                    rating.at = Moment::start_of(rating.at.date());
                    rating.words = hanyu::mask::mask(&rating.words);
                    service = service_for(&actor, service);
                }
                let may_appeal = unit == Some(service.unit)
                    && decide(&actor, op::AppealRating, Unit { unit, region: &at }).is_ok()
                    && rating.state == "counted"
                    && rating.times == 1
                    && level.is_bad();
                let may_decide = rating.state == "appealed"
                    && actor.unit != Some(service.unit)
                    && decide(&actor, op::DecideRating, Region(&at)).is_ok();
                let unit = office.unit_name(service.unit);
                out.push(RatingView {
                    rating,
                    level,
                    of: ServiceView { service, unit },
                    case,
                    may_appeal,
                    may_decide,
                });
            }
            Ok(out)
        })
    }

    /// Odd patterns between two moments, with what shows them.
    pub fn odd_ratings(&self, actor: Actor, from: Moment, to: Moment) -> Later<Vec<Odd>> {
        self.study(move |app, rd| {
            let office = app.city.office(rd)?;
            let region = actor.region.as_ref().ok_or(Error::NotFound)?;
            decide(&actor, op::DecideRating, Region(region))?;
            let rows = ratings::between(rd, region.as_str(), (from, to), 200_000)?;
            let rated: Vec<Rated> = rows
                .into_iter()
                .map(|(s, r)| {
                    let r = r.filter(|r| !r.by_default);
                    Rated {
                        id: s.id,
                        place: [office.unit_name(s.unit), s.place].join(" "),
                        served: s.at,
                        at: r.as_ref().map(|r| r.at),
                        level: r.as_ref().and_then(|r| Level::of(r.level)),
                        device: r.and_then(|r| r.device),
                    }
                })
                .collect();
            Ok(supervise::odd(&rated))
        })
    }

    /// Results for everybody, of the 365 days up to today. Facts as of the last step.
    pub fn open_results(&self, by: Dim) -> Later<Vec<OpenResult>> {
        self.read(move |app, rd| {
            city::reach::public(op::PublicResults)?;
            let now = app.city.store().now();
            let from = now.plus_us(-365 * kernel::US_PER_DAY).date();
            let ask = supervise::Ask { from, to: now.date(), filter: supervise::Filter::default() };
            let board = app.board_in(rd, &Actor::system(), ask, by)?;
            let count = |l: &supervise::Line, key: &str| {
                let value = supervise::figure(key).map(|f| l.value(f));
                match value {
                    Some(supervise::Value::Count(n)) => n,
                    _ => 0,
                }
            };
            let result = |l: crate::NamedLine| {
                let ratings = count(&l.line, "ratings");
                OpenResult {
                    ratings,
                    services: count(&l.line, "services"),
                    good: wilson(count(&l.line, "good"), ratings).filter(|_| ratings >= SHOWN_MIN),
                    bad: count(&l.line, "bad"),
                    mended: count(&l.line, "second_good"),
                    key: l.line.key,
                    name: l.name,
                }
            };
            let mut all: Vec<_> = board.lines.into_iter().map(result).filter(|r| r.services > 0).collect();
            // By name: an order by share would be a ranking of chance.
            all.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(all)
        })
    }

    /// The first rating that made this case, for its page: level and reasons, no more.
    pub fn rating_of_case(&self, actor: Actor, case: CaseId) -> Later<Option<RatingRow>> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            decide(&actor, op::ReadRatings, own_unit(&actor, &home(&actor, &office)))?;
            let of = cases::by_id(rd, case)?.ok_or(Error::NotFound)?;
            decide(&actor, op::ReadCase, &of)?;
            Ok(ratings::of_case(rd, case)?.map(|(r, _)| RatingRow { device: None, ..r }))
        })
    }
}

/// A second rating is for who rated badly and was answered.
fn may_again(before: &[RatingRow], case: Option<&resolve::Case>) -> bool {
    before.len() == 1 && case.is_some_and(|c| c.stage.kind().is_answered())
}
