//! 吹哨报到 (R11): a whistle is a case of the closed loop that goes by a set of limits. Offices are called, arrive and answer
//! as the loop has it; here is who blew, on which matter, and what the figures say.

use access::{Nothing, Permit, Region, decide, op};
use city::{Answered, Contact, Door, Error, Later, Office, Once, once, reach};
use kernel::{Actor, CaseId, Moment, RegionCode, Role, US_PER_DAY};
use resolve::{ArriveWay, Case, Command, LimitSet, Phase, Satisfaction, Seen, Side, Solved, StageKind};
use serde_json::json;
use store::companies::{self as rows, CompanyRow};
use store::whistles::{self, WhistleRow};
use store::{Rd, Tx, cases, office};

use crate::Companies;
use crate::views::region_of;

/// 复发: settled and whistled for again within so many days.
pub const AGAIN_DAYS: i64 = 90;
/// Whistles looked through for one page of figures; more are refused, never left out.
const FIGURES: u32 = 20_000;
/// Whistles of one company shown.
const OWN: u32 = 50;
/// The longest title and the longest text, in characters.
const TITLE_MAX: usize = 60;
const WORDS_MAX: usize = 4_000;

/// A whistle as a company or somebody for it blows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewWhistle {
    /// the set of limits, by name
    pub set: String,
    /// what it is about, in a line; the first words when empty
    pub title: String,
    /// the words
    pub words: String,
    /// the offices complained about must not learn who blew
    pub secret: bool,
    /// number of an earlier whistle on the same matter
    pub about: String,
}

/// What the loop is given.
#[derive(Debug)]
pub struct WhistleCase<'a> {
    /// region of the company
    pub region: RegionCode,
    /// one line
    pub title: String,
    /// the words
    pub words: &'a str,
    /// the set of limits
    pub set: &'a str,
    /// the confidential way
    pub secret: bool,
    /// who is called back
    pub contact: Contact,
}

/// What whistles hand over to other movements; given by the assembly.
#[derive(Clone, Copy, Debug)]
pub struct CompanyHandovers {
    /// 吹哨成件: answers the case and its number
    pub whistle_becomes_case:
        fn(&city::City, &mut Tx<'_>, &Actor, WhistleCase<'_>) -> Result<(CaseId, String), Error>,
    /// 转办: a case that came of a promise goes to whoever owes it
    pub case_goes_to_unit: fn(&city::City, &mut Tx<'_>, &Actor, CaseId, kernel::UnitId) -> Result<(), Error>,
    /// 查询码 of a case, for the company whose it is
    pub case_tells_its_code: fn(&city::City, &mut Rd<'_>, &str) -> Result<String, Error>,
    /// 到场码 of a case, for the company whose it is
    pub case_tells_its_arrival_code: fn(&city::City, &str) -> String,
    /// 订单可评: an order that was done is a service that was given; answers the token of its rating
    pub order_becomes_service:
        fn(&city::City, &mut Tx<'_>, &Permit, &store::ratings::ServiceRow) -> Result<String, Error>,
    /// the token by which such a service is rated
    pub token_of_order: fn(&city::City, &mut Rd<'_>, &str) -> Result<Option<String>, Error>,
    /// 政策申报: the application for a policy item is begun and handed in; answers its number
    pub policy_is_applied_for:
        fn(&city::City, &mut Tx<'_>, &Actor, crate::claims::PolicyAsked) -> Result<String, Error>,
    /// 撤回 of such an application, by its number
    pub application_is_withdrawn: fn(&city::City, &mut Tx<'_>, &Actor, &str) -> Result<(), Error>,
    /// 查询码 of such an application for the company whose it is, and where it stands in both languages
    pub application_tells_its_code:
        fn(&city::City, &mut Rd<'_>, &str) -> Result<(String, (&'static str, &'static str)), Error>,
}

/// One office that was called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallView {
    /// which
    pub unit: kernel::UnitId,
    /// its short name
    pub name: String,
    /// it leads
    pub leads: bool,
    /// called when
    pub at: Moment,
    /// must be there by; none where the set names no limit for it
    pub due: Option<Moment>,
    /// there since when, who came and how
    pub arrived: Option<(Moment, String, ArriveWay)>,
    /// there within its limit, or without one there
    pub in_time: bool,
}

impl CallView {
    /// It came too late, or is not there though it should be.
    pub fn late(&self, now: Moment) -> bool {
        self.due.is_some_and(|due| self.arrived.as_ref().map_or(now, |a| a.0) > due)
    }
}

/// A whistle as it stands.
#[derive(Clone, Debug)]
pub struct WhistleView {
    /// the case
    pub case: CaseId,
    /// its number
    pub number: String,
    /// its line
    pub title: String,
    /// where it stands
    pub stage: StageKind,
    /// blown when
    pub at: Moment,
    /// the set of limits
    pub set: String,
    /// who blew; none for readers who must not know
    pub company: Option<CompanyRow>,
    /// it came in the confidential way
    pub secret: bool,
    /// offices, in the order in which they were called
    pub calls: Vec<CallView>,
    /// what is and was due beside the clock, but for the arrivals, which are with the calls
    pub sides: Vec<Side>,
    /// somebody was
    pub contacted: Option<Moment>,
    /// must be solved by
    pub due: Option<Moment>,
    /// what the company says, its last word
    pub said: Option<(Solved, Option<Satisfaction>)>,
    /// how often it was unhappy: levels up
    pub raised: u32,
    /// number of the case that settled it before, when it came again
    pub again: Option<String>,
    /// the first case on the matter
    pub matter: CaseId,
    /// region of the case
    pub region: RegionCode,
}

impl WhistleView {
    /// Solved by the word of the company: said so, and not unhappy.
    pub fn solved(&self) -> bool {
        self.said.is_some_and(|(s, how)| s == Solved::Yes && !how.is_some_and(Satisfaction::is_bad))
    }
    /// Does a line of figures, of all offices or of one, count it under this?
    pub fn is(&self, what: What, unit: Option<kernel::UnitId>, now: Moment) -> bool {
        let theirs = |of: Option<kernel::UnitId>| unit.is_none() || unit == of;
        let late = |phase| {
            self.sides.iter().any(|s| s.phase == phase && theirs(s.unit) && !s.void && !s.in_time(now))
        };
        match what {
            What::Arrivals => self.calls.iter().any(|c| theirs(Some(c.unit)) && c.late(now)),
            What::Feedback => late(Phase::Feedback),
            What::Assist => late(Phase::Assist),
            What::Unsolved => self.said.is_some() && !self.solved(),
            What::Again => self.again.is_some(),
        }
    }
}

/// A whistle on the page of the company.
#[derive(Clone, Debug)]
pub struct OwnWhistle {
    /// how it stands
    pub view: WhistleView,
    /// 查询码, for its page
    pub code: String,
    /// 到场码, for an office that comes
    pub arrival_code: String,
}

/// The figures of some whistles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhistleLine {
    /// what they have in common, as lists are asked for
    pub key: String,
    /// the same for people
    pub name: String,
    /// matters: several whistles on one count once
    pub matters: usize,
    /// whistles
    pub whistles: usize,
    /// offices called
    pub called: usize,
    /// of them there in time
    pub in_time: usize,
    /// whistles that owed the company word of what will be done, and were due or done
    pub feedbacks: usize,
    /// of them in time
    pub feedback_in_time: usize,
    /// tasks of co-handlers with a limit that were due or done
    pub assists: usize,
    /// of them in time
    pub assist_in_time: usize,
    /// whistles with contact
    pub contacted: usize,
    /// minutes from the whistle to the first contact, over all of them
    pub contact_minutes: i64,
    /// matters on which the company said something
    pub said: usize,
    /// of them solved
    pub solved: usize,
    /// came again within 90 days
    pub again: usize,
}

/// By what figures are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// 单位
    Unit,
    /// 区划
    Region,
    /// 行业
    Industry,
    /// 期限集
    Set,
}

impl By {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Unit, Self::Region, Self::Industry, Self::Set];
    /// The word in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Region => "region",
            Self::Industry => "industry",
            Self::Set => "set",
        }
    }
    /// Reads the word.
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|b| b.word() == text)
    }
}

kernel::words! {
    /// What a list of whistles is narrowed to.
    What {
        Arrivals = "arrivals", "未按时报到";
        Feedback = "feedback", "未按时反馈";
        Assist = "assist", "协办超期";
        Unsolved = "unsolved", "企业说没解决";
        Again = "again", "90 天内复发";
    }
}

impl Companies {
    /// The sets of limits that a whistle can be blown with.
    pub fn limit_sets(&self) -> Later<Vec<LimitSet>> {
        self.read(|app, rd| {
            let now = app.city.store().now();
            Ok(app.city.office(rd)?.rules.sets(now.date()))
        })
    }

    /// A whistle of the company itself; answers the number of its case.
    pub fn whistle_as_company(
        &self,
        signed: Option<Actor>,
        code: String,
        pass: String,
        new: NewWhistle,
    ) -> Later<String> {
        self.write(move |app, tx| {
            let (row, permit) = app.opened(tx, signed.as_ref(), &code, &pass)?;
            app.blow(tx, &Actor::resident(), &permit, row, &new)
        })
    }

    /// A whistle that somebody of the office takes down for a company.
    pub fn whistle(&self, actor: Actor, code: String, new: NewWhistle) -> Later<String> {
        self.write(move |app, tx| app.whistle_in(tx, &actor, &code, &new))
    }

    /// The same for a request that may be sent twice: blown once, and `render` of the number of its case is the answer.
    pub fn whistle_once(
        &self,
        actor: Actor,
        code: String,
        new: NewWhistle,
        name: Once,
        render: fn(&str) -> String,
    ) -> Later<Answered> {
        self.write(move |app, tx| {
            once(tx, &actor, &name, |tx| Ok(render(&app.whistle_in(tx, &actor, &code, &new)?)))
        })
    }

    fn whistle_in(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        code: &str,
        new: &NewWhistle,
    ) -> Result<String, Error> {
        let row = rows::by_code(tx, code.trim())?.ok_or(Error::NotFound)?;
        let permit = decide(actor, op::WriteCompany, Region(&region_of(&row)?))?;
        self.blow(tx, actor, &permit, row, new)
    }

    pub(crate) fn blow(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        permit: &Permit,
        row: CompanyRow,
        new: &NewWhistle,
    ) -> Result<String, Error> {
        let office = self.city.office(tx)?;
        let now = tx.now();
        let sets = office.rules.sets(now.date());
        let set = sets.iter().find(|s| s.name == new.set.trim()).ok_or_else(|| {
            let all: Vec<&str> = sets.iter().map(|s| s.name.as_str()).collect();
            let (zh, en) =
                (format!("请选择吹哨类型：{}", all.join("、")), "choose a kind of whistle".to_owned());
            Error::invalid("set", zh, en)
        })?;
        let words = new.words.trim();
        if words.is_empty() || words.chars().count() > WORDS_MAX {
            return Err(Error::invalid(
                "words",
                format!("请写明诉求，最多 {WORDS_MAX} 个字"),
                format!("say what it is about, {WORDS_MAX} characters at most"),
            ));
        }
        let line = if new.title.trim().is_empty() { words } else { new.title.trim() };
        let title: String = line.chars().take(TITLE_MAX).collect();
        let (matter, again) = self.matter_of(tx, &row, new.about.trim(), now)?;
        let contact = self.contact_in(tx, row.id)?;
        let contact = Contact { name: row.name.clone(), id_number: row.code.clone(), ..contact };
        let whistle = WhistleCase {
            region: region_of(&row)?,
            title,
            words,
            set: &set.name,
            secret: new.secret,
            contact,
        };
        let (case, number) = (self.handovers.whistle_becomes_case)(&self.city, tx, actor, whistle)?;
        let company = row.id;
        whistles::put(
            tx,
            permit,
            &WhistleRow { case, company, matter: matter.unwrap_or(case), again, at: now },
        )?;
        Self::note(tx, permit, row, "whistle", &json!({ "set": set.name, "secret": new.secret }))?;
        Ok(number)
    }

    /// The matter that a whistle goes on with, and the case that settled it before.
    fn matter_of(
        &self,
        rd: &mut Rd<'_>,
        row: &CompanyRow,
        about: &str,
        now: Moment,
    ) -> Result<(Option<CaseId>, Option<CaseId>), Error> {
        if about.is_empty() {
            return Ok((None, None));
        }
        let none = || {
            Error::invalid(
                "about",
                "没有找到本企业的这件吹哨，请从列表中选择",
                "there is no such whistle of this company: choose from the list",
            )
        };
        let case = cases::by_number(rd, about)?.ok_or_else(none)?;
        let before = whistles::of_case(rd, case.id)?.filter(|w| w.company == row.id).ok_or_else(none)?;
        let answered = case.stage.kind().is_answered() || case.stage.kind().is_end();
        // Settled when it was last answered, not when it was blown: a long matter that comes back at once came again too.
        let settled = cases::history(rd, case.id, 0)?
            .iter()
            .rev()
            .find(|e| {
                matches!(
                    e.happened.asked,
                    Command::Reply { .. } | Command::ApproveNegative {} | Command::AnswerOnSpot { .. }
                )
            })
            .map_or(before.at, |e| e.at);
        let recent = now.us_since(settled) <= AGAIN_DAYS * US_PER_DAY;
        Ok((Some(before.matter), Some(case.id).filter(|_| answered && recent)))
    }

    /// The whistles of a company, for its own page.
    pub(crate) fn own_whistles(
        &self,
        rd: &mut Rd<'_>,
        office: &Office,
        row: &CompanyRow,
    ) -> Result<Vec<OwnWhistle>, Error> {
        let mut out = Vec::new();
        for w in whistles::of_company(rd, row.id, OWN)? {
            let Some(case) = cases::by_id(rd, w.case)? else { continue };
            let view = whistle_view(rd, office, &w, &case, Some(row.clone()))?;
            let code = (self.handovers.case_tells_its_code)(&self.city, rd, &case.number)?;
            let arrival_code = (self.handovers.case_tells_its_arrival_code)(&self.city, &case.number);
            out.push(OwnWhistle { view, code, arrival_code });
        }
        Ok(out)
    }

    /// The whistles of a company as a reader at the desk may see them: those in the confidential way only for who may
    /// know who blew.
    pub(crate) fn whistles_for(
        &self,
        rd: &mut Rd<'_>,
        office: &Office,
        actor: &Actor,
        row: &CompanyRow,
    ) -> Result<Vec<WhistleView>, Error> {
        let mut out = Vec::new();
        for w in whistles::of_company(rd, row.id, OWN)? {
            let Some(case) = cases::by_id(rd, w.case)? else { continue };
            if access::may_see(actor, &case) && access::may_see_reporter(actor, &case) {
                out.push(whistle_view(rd, office, &w, &case, Some(row.clone()))?);
            }
        }
        Ok(out)
    }

    /// The whistle that a case is, for a reader who may see the case; none when it is no whistle.
    pub fn whistle_of_case(&self, actor: Actor, case: CaseId) -> Later<Option<WhistleView>> {
        self.read(move |app, rd| {
            let Some(w) = whistles::of_case(rd, case)? else { return Ok(None) };
            let case = cases::by_id(rd, case)?.ok_or(Error::NotFound)?;
            decide(&actor, op::ReadCase, &case)?;
            let office = app.city.office(rd)?;
            let company =
                if access::may_see_reporter(&actor, &case) { rows::by_id(rd, w.company)? } else { None };
            Ok(Some(whistle_view(rd, &office, &w, &case, company)?))
        })
    }

    /// Whistles of some days that this reader may see; narrowed to one office, region, industry or set, and to what a figure
    /// counts.
    pub fn whistles(
        &self,
        actor: Actor,
        from: Moment,
        to: Moment,
        only: Option<(By, String)>,
        what: Option<What>,
    ) -> Later<Vec<WhistleView>> {
        self.study(move |app, rd| {
            let mut all = app.seen_whistles(rd, &actor, from, to)?;
            let now = app.city.store().now();
            all.retain(|w| only.as_ref().is_none_or(|(by, key)| keys(w, *by).contains(key)));
            let unit = match &only {
                Some((By::Unit, key)) => key.parse().ok().map(kernel::UnitId),
                _ => None,
            };
            // Of several whistles on one matter the last word counts.
            let last: std::collections::BTreeMap<CaseId, CaseId> =
                all.iter().filter(|w| w.said.is_some()).map(|w| (w.matter, w.case)).collect();
            let counts =
                |w: &WhistleView| what != Some(What::Unsolved) || last.get(&w.matter) == Some(&w.case);
            all.retain(|w| what.is_none_or(|x| w.is(x, unit, now)) && counts(w));
            Ok(all)
        })
    }

    /// The figures of some days: all of them, and by office, region, industry and set.
    pub fn whistle_figures(
        &self,
        actor: Actor,
        from: Moment,
        to: Moment,
    ) -> Later<(WhistleLine, Vec<(By, Vec<WhistleLine>)>)> {
        self.study(move |app, rd| {
            decide(&actor, op::ReadFigures, Nothing)?;
            let office = app.city.office(rd)?;
            let now = app.city.store().now();
            let all = app.seen_whistles(rd, &actor, from, to)?;
            let regions = office::regions(rd)?;
            let name = |by: By, key: &str| match by {
                By::Unit => {
                    key.parse().map_or_else(|_| key.to_owned(), |id| office.unit_name(kernel::UnitId(id)))
                }
                By::Region => {
                    regions.iter().find(|r| r.0 == key).map_or_else(|| key.to_owned(), |r| r.1.clone())
                }
                By::Industry => match company::file::industry_name(key) {
                    "" => "未知".to_owned(),
                    name => name.to_owned(),
                },
                By::Set => key.to_owned(),
            };
            let mut parts = Vec::new();
            for by in By::ALL {
                let mut lines: std::collections::BTreeMap<String, Vec<&WhistleView>> =
                    std::collections::BTreeMap::new();
                for w in &all {
                    for key in keys(w, by) {
                        lines.entry(key).or_default().push(w);
                    }
                }
                let mut lines: Vec<WhistleLine> = lines
                    .into_iter()
                    .map(|(key, some)| {
                        let only = (by == By::Unit).then_some(key.as_str());
                        WhistleLine { name: name(by, &key), key: key.clone(), ..line_of(&some, only, now) }
                    })
                    .collect();
                lines.sort_by(|a, b| b.matters.cmp(&a.matters).then(a.key.cmp(&b.key)));
                parts.push((by, lines));
            }
            Ok((line_of(&all.iter().collect::<Vec<_>>(), None, now), parts))
        })
    }

    fn seen_whistles(
        &self,
        rd: &mut Rd<'_>,
        actor: &Actor,
        from: Moment,
        to: Moment,
    ) -> Result<Vec<WhistleView>, Error> {
        decide(actor, op::ListCompanies, Nothing)?;
        let office = self.city.office(rd)?;
        let home = reach::home(actor, &office);
        let found = whistles::between(rd, from, to, FIGURES + 1)?;
        if found.len() > FIGURES as usize {
            return Err(Error::invalid(
                "from",
                format!("这段时间的吹哨超过 {FIGURES} 件，请选短一些的时间"),
                format!("more than {FIGURES} whistles in this time: choose fewer days"),
            ));
        }
        let ids: Vec<CaseId> = found.iter().map(|w| w.case).collect();
        let mut cases: std::collections::HashMap<CaseId, Case> =
            cases::by_ids(rd, &ids)?.into_iter().map(|r| (r.id, r.case)).collect();
        let companies: Vec<i64> = found.iter().map(|w| w.company).collect();
        let companies = whistles::companies(rd, &companies)?;
        let mut out = Vec::with_capacity(found.len());
        for w in found {
            let Some(case) = cases.remove(&w.case) else { continue };
            if !home.contains(&case.region) || !access::may_see(actor, &case) {
                continue;
            }
            let known = companies.get(&w.company).filter(|_| access::may_see_reporter(actor, &case));
            out.push(whistle_view(rd, &office, &w, &case, known.cloned())?);
        }
        Ok(out)
    }
}

/// The keys under which a whistle is found.
fn keys(w: &WhistleView, by: By) -> Vec<String> {
    match by {
        By::Unit => w.calls.iter().map(|c| c.unit.0.to_string()).collect(),
        By::Region => vec![w.region.as_str().to_owned()],
        By::Industry => vec![
            w.company.as_ref().and_then(|c| c.industry.chars().next()).map_or_else(String::new, String::from),
        ],
        By::Set => vec![w.set.clone()],
    }
}

/// The figures of some whistles; of one office only its own arrivals and tasks count. What is not done is counted once it is due.
fn line_of(all: &[&WhistleView], unit: Option<&str>, now: Moment) -> WhistleLine {
    let unit: Option<kernel::UnitId> = unit.and_then(|u| u.parse().ok()).map(kernel::UnitId);
    let mut line = WhistleLine::default();
    let mut matters: std::collections::BTreeMap<CaseId, (bool, bool)> = std::collections::BTreeMap::new();
    for w in all {
        line.whistles += 1;
        let theirs = |of: Option<kernel::UnitId>| unit.is_none() || unit == of;
        for call in w.calls.iter().filter(|c| theirs(Some(c.unit)) && c.due.is_some()) {
            line.called += 1;
            line.in_time += usize::from(call.in_time);
        }
        for side in w.sides.iter().filter(|s| theirs(s.unit) && !s.void && (s.done.is_some() || s.due < now))
        {
            let in_time = usize::from(side.in_time(now));
            let (all, good) = match side.phase {
                Phase::Feedback => (&mut line.feedbacks, &mut line.feedback_in_time),
                Phase::Assist => (&mut line.assists, &mut line.assist_in_time),
                _ => continue,
            };
            (*all, *good) = (*all + 1, *good + in_time);
        }
        if let Some(at) = w.contacted {
            line.contacted += 1;
            line.contact_minutes += at.us_since(w.at).max(0) / 60_000_000;
        }
        line.again += usize::from(w.again.is_some());
        // Of several whistles on one matter the last word counts.
        let one = matters.entry(w.matter).or_default();
        if w.said.is_some() {
            *one = (true, w.solved());
        }
    }
    line.matters = matters.len();
    line.said = matters.values().filter(|m| m.0).count();
    line.solved = matters.values().filter(|m| m.1).count();
    line
}

/// What is and was due beside the clock of a case.
pub(crate) fn sides_of(rd: &mut Rd<'_>, office: &Office, case: &Case) -> Result<Vec<Side>, Error> {
    let past = cases::history(rd, case.id, 0)?;
    let seen = past.iter().map(|e| Seen { at: e.at, actor: &e.actor, happened: &e.happened });
    Ok(case.sides(seen, &office.rules))
}

pub(crate) fn whistle_view(
    rd: &mut Rd<'_>,
    office: &Office,
    w: &WhistleRow,
    case: &Case,
    company: Option<CompanyRow>,
) -> Result<WhistleView, Error> {
    let mut said = None;
    let past = cases::history(rd, case.id, 0)?;
    let seen = past.iter().map(|e| Seen { at: e.at, actor: &e.actor, happened: &e.happened });
    let (arrivals, sides): (Vec<Side>, Vec<Side>) =
        case.sides(seen, &office.rules).into_iter().partition(|s| s.phase == Phase::Contact);
    for e in &past {
        if let Command::Callback { solved, satisfied, .. } = e.happened.asked
            && e.actor.role == Role::Resident
        {
            said = Some((solved, satisfied));
        }
    }
    let owner = case.stage.owner();
    let mut calls = Vec::with_capacity(case.calls.len());
    for call in &case.calls {
        let due = arrivals.iter().find(|s| s.unit == Some(call.unit)).map(|s| s.due);
        let arrived = match &call.arrived {
            None => None,
            Some(a) => {
                let name = match a.staff {
                    Some(id) => office::staff_by_id(rd, id)?.map_or_else(String::new, |s| s.name),
                    None => String::new(),
                };
                Some((a.at, name, a.way))
            }
        };
        calls.push(CallView {
            unit: call.unit,
            name: office.unit_name(call.unit),
            leads: owner == Some(call.unit),
            at: call.at,
            due,
            in_time: call.arrived.as_ref().is_some_and(|a| due.is_none_or(|d| a.at <= d)),
            arrived,
        });
    }
    let again = match w.again {
        Some(id) => cases::by_id(rd, id)?.map(|c| c.number),
        None => None,
    };
    // What was merged goes on in another case: it is one matter with it.
    let matter = match &case.stage {
        resolve::Stage::Merged { into, .. } => match cases::by_number(rd, into)? {
            Some(main) => whistles::of_case(rd, main.id)?.map_or(w.matter, |m| m.matter),
            None => w.matter,
        },
        _ => w.matter,
    };
    // An earlier whistle on the matter says who blew: whoever must not know that is not told of it.
    let (again, matter) = if company.is_some() { (again, matter) } else { (None, case.id) };
    Ok(WhistleView {
        case: case.id,
        number: case.number.clone(),
        title: case.title.clone(),
        stage: case.stage.kind(),
        at: w.at,
        set: case.set.clone().unwrap_or_default(),
        company,
        secret: case.hide_reporter,
        sides,
        contacted: case.calls.iter().filter_map(|c| c.arrived.as_ref().map(|a| a.at)).min(),
        calls,
        due: case.watched().map(|r| r.due(&office.rules.calendar).0),
        said,
        raised: case.rounds,
        again,
        matter,
        region: case.region.clone(),
    })
}
