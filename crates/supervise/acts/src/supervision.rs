//! 督查: scores and objections, draws, the accountability register, what is published, the weekly list.
//! Rows S3–S5, R13, P5, K6.

use access::{City, Nothing, Region, Unit, decide, op};
use kernel::{Actor, CaseId, Date, Moment, Role, UnitId};
use serde::{Deserialize, Serialize};
use store::supervision::{self, DrawRow, PaperRow};
use store::{Rd, cases, ledger_rows, settings};
use supervise::{Adjust, Ask, Card, Dim, Drawn, Formula, Stratum, Value, figure};

use crate::bulletins::{json, parse, stream};
use crate::ratings::append;
use crate::standards::{FORMULA, keeps_to, put_formula};
use crate::{FigureEntry, Supervision};
use city::reach::{bound_to, home, reads_unit, region_in, unit_in};
use city::{Door, Error, Later};

/// The score of one unit.
#[derive(Clone, Debug)]
pub struct ScoreView {
    /// the unit
    pub unit: UnitId,
    /// its name
    pub name: String,
    /// comparable units: department, township …
    pub group: String,
    /// place in the group; none when it had too little to do
    pub place: Option<usize>,
    /// line by line
    pub card: Card,
}

/// Scores of a period.
#[derive(Clone, Debug)]
pub struct ScoreBoard {
    /// the formula of the last day asked for
    pub formula: Option<Formula>,
    /// the best of each group first
    pub scores: Vec<ScoreView>,
}

/// An adjustment that was asked for.
#[derive(Clone, Debug)]
pub struct AdjustView {
    /// id
    pub id: i64,
    /// the unit
    pub unit: String,
    /// what
    pub adjust: Adjust,
    /// `asked`, `approved`, `refused`
    pub state: String,
    /// this reader may decide it
    pub may_decide: bool,
}

/// What was found about one subject of a draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// the subject
    pub name: String,
    /// its stratum
    pub stratum: String,
    /// its lot
    pub lot: String,
    /// what was found
    #[serde(default)]
    pub result: String,
    /// what shows it: a result counts only with it
    #[serde(default)]
    pub evidence: String,
}

#[derive(Serialize, Deserialize)]
struct DrawDoc {
    figure: String,
    ask: Ask,
    strata: Vec<(String, usize, usize)>,
    drawn: Vec<Checked>,
}

/// A draw with its results.
#[derive(Clone, Debug)]
pub struct DrawView {
    /// id
    pub id: i64,
    /// the published seed
    pub seed: String,
    /// when
    pub at: Moment,
    /// what was drawn from: a figure
    pub figure: String,
    /// what was asked
    pub ask: Ask,
    /// layers
    pub strata: Vec<Stratum>,
    /// what was drawn, and found
    pub drawn: Vec<Checked>,
}

/// 申辩期: working days in which the unit is heard before an entry of the register can stand without its answer.
const HEARD_WORKDAYS: u32 = 5;

/// What the accountability register enters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// 提醒
    Warning,
    /// 约谈
    Talk,
    /// 通报
    Notice,
    /// 典型案例
    Typical,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Warning, Self::Talk, Self::Notice, Self::Typical];
    /// Code word, Chinese, English.
    pub const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Warning => ("warning", "提醒", "Warning"),
            Self::Talk => ("talk", "约谈", "Talk"),
            Self::Notice => ("notice", "通报", "Notice"),
            Self::Typical => ("typical", "典型案例", "Typical case"),
        }
    }
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// the unit may answer before it is published
    Open,
    /// the unit answered
    Answered,
    /// it stands
    Final,
    /// it was taken back
    Withdrawn,
}

impl AccountState {
    const ALL: [(Self, &'static str, &'static str, &'static str); 4] = [
        (Self::Open, "open", "待单位申辩", "Reply owed"),
        (Self::Answered, "answered", "已申辩", "Replied"),
        (Self::Final, "final", "已生效", "Final"),
        (Self::Withdrawn, "withdrawn", "已撤销", "Withdrawn"),
    ];
    pub(crate) fn read(word: &str) -> Self {
        Self::ALL.iter().find(|s| s.1 == word).map_or(Self::Open, |s| s.0)
    }
    /// Code word, Chinese, English.
    pub fn words(self) -> (&'static str, &'static str, &'static str) {
        Self::ALL.iter().find(|s| s.0 == self).map_or(("", "", ""), |s| (s.1, s.2, s.3))
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct AccountDoc {
    pub measure: Measure,
    pub reason: String,
    pub cases: Vec<String>,
    pub decided_by: String,
    #[serde(default)]
    pub reply: String,
    #[serde(default)]
    pub closing: String,
}

/// Was the unit heard? It answered, or the days for it are over.
pub(crate) fn heard(since: Moment, now: Moment, calendar: &workday::WorkCalendar) -> Result<(), Error> {
    let until = workday::due(since, workday::Length::Workdays(HEARD_WORKDAYS), calendar, &[]);
    if until.at().is_some_and(|until| now > until) {
        return Ok(());
    }
    let day = until.at().map_or_else(String::new, |at| at.date().to_string());
    Err(Error::invalid(
        "words",
        format!("单位尚未申辩：申辩期为 {HEARD_WORKDAYS} 个工作日，到 {day} 止；期满不申辩或申辩后才能生效"),
        format!(
            "the unit has not answered: it has {HEARD_WORKDAYS} working days, until {day}; final after its answer or then"
        ),
    ))
}

/// An entry of the accountability register.
#[derive(Clone, Debug)]
pub struct Account {
    /// id
    pub id: i64,
    /// the unit
    pub unit: UnitId,
    /// its name
    pub name: String,
    /// when
    pub at: Moment,
    /// what
    pub measure: Measure,
    /// on what
    pub reason: String,
    /// numbers of cases
    pub cases: Vec<String>,
    /// who decided
    pub decided_by: String,
    /// what the unit says
    pub reply: String,
    /// why it stands or was withdrawn
    pub closing: String,
    /// where it stands
    pub state: AccountState,
}

/// What the public sees of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// one line
    pub title: String,
    /// what was asked, covered
    pub words: String,
    /// what was answered, covered
    pub answer: String,
    /// who answered
    pub unit: String,
    /// 典型案例
    #[serde(default)]
    pub typical: bool,
}

/// A publication as it stands.
#[derive(Clone, Debug)]
pub struct PublishedView {
    /// id
    pub id: i64,
    /// what is shown
    pub shown: Published,
    /// since when
    pub at: Moment,
    /// it is public now
    pub public: bool,
}

/// The weekly list.
#[derive(Clone, Debug)]
pub struct Weekly {
    /// 进厅不办事: units that gave services in the eight weeks before and none in this week
    pub idle: Vec<(String, u64)>,
    /// 停滞整改: number, title, unit, days since something was struck off, plan ran out
    pub stale: Vec<(String, String, String, i64, bool)>,
    /// 纸面销号: strike-offs that were refused
    pub paper: Vec<FigureEntry>,
}

pub(super) fn text(t: &str) -> String {
    t.trim().chars().take(5_000).collect()
}

impl Supervision {
    /// The formula in force on a day.
    pub(crate) fn formula_on(rd: &mut Rd<'_>, day: Date) -> Result<Option<Formula>, Error> {
        let mut all = Vec::new();
        for s in settings::history(rd, FORMULA, 200)? {
            all.push((parse::<Formula>(&s.doc)?, s.ver));
        }
        // The newest version of the latest that is in force.
        let latest = all.into_iter().filter(|f| f.0.since <= day).max_by_key(|f| (f.0.since, f.1));
        Ok(latest.map(|f| f.0))
    }

    /// Sets a formula, in force from its day.
    pub fn set_formula(&self, actor: Actor, formula: Formula) -> Later<()> {
        self.write(move |app, tx| {
            let permit = decide(&actor, op::WriteScores, City(&app.city.office(tx)?.settings.city))?;
            formula.check().map_err(|e| Error::Invalid { field: e.part.clone(), said: e.said })?;
            keeps_to(tx, &formula)?;
            put_formula(tx, &permit, &formula)
        })
    }

    /// Scores of a period by the formula of its last day. A unit sees its own.
    pub fn scores(&self, actor: Actor, ask: Ask) -> Later<ScoreBoard> {
        self.study(move |app, rd| {
            decide(&actor, op::ReadScores, Nothing)?;
            let Some(formula) = Self::formula_on(rd, ask.to)? else {
                return Ok(ScoreBoard { formula: None, scores: Vec::new() });
            };
            // Places need everybody; what is shown is narrowed afterwards.
            let board = app.board_of_region(rd, &actor, ask, Dim::Unit)?;
            let office = app.city.office(rd)?;
            let adjusts = supervision::adjusts(rd, None)?;
            let (mut cards, mut units) = (Vec::new(), Vec::new());
            for l in board.lines {
                let Some(unit) = l.line.key.parse().ok().and_then(|id| office.unit(UnitId(id))) else {
                    continue;
                };
                let mut mine = Vec::new();
                for a in adjusts.iter().filter(|a| a.unit == unit.id && a.state == "approved") {
                    let adjust: Adjust = parse(&a.doc)?;
                    if adjust.day >= board.ask.from && adjust.day <= board.ask.to {
                        mine.push(adjust);
                    }
                }
                let value = |key: &str| figure(key).map_or(Value::Count(0), |f| l.line.value(f));
                let card = supervise::reckon(&formula, &value, &mine)
                    .map_err(|e| Error::Invalid { field: e.part.clone(), said: e.said })?;
                cards.push((unit.kind.clone(), card));
                units.push((unit.id, l.name));
            }
            let own = bound_to(&actor);
            let view = |r: supervise::Rank| ScoreView {
                unit: units[r.index].0,
                name: units[r.index].1.clone(),
                group: r.group,
                place: r.place,
                card: cards[r.index].1.clone(),
            };
            let scores = supervise::rank(&cards).into_iter().map(view);
            let scores = scores.filter(|s| own.is_none_or(|u| u == s.unit)).collect();
            Ok(ScoreBoard { formula: Some(formula), scores })
        })
    }

    /// Asks for a bonus, a deduction, or that a part is left out; an objection of a unit is one.
    pub fn ask_adjust(&self, actor: Actor, unit: UnitId, adjust: Adjust) -> Later<i64> {
        self.write(move |app, tx| {
            let permit = decide(&actor, op::AskAdjust, unit_in(&*app.city.office(tx)?, unit)?)?;
            if adjust.reason.trim().is_empty() || !(0.0..=100.0).contains(&adjust.points) {
                return Err(Error::invalid(
                    "reason",
                    "请写明理由，分值 0–100",
                    "say why; points are 0 to 100",
                ));
            }
            let row = PaperRow {
                id: 0,
                unit,
                state: "asked".to_owned(),
                asked_by: actor.staff,
                at: tx.now(),
                doc: json(&adjust)?,
            };
            let id = supervision::put_adjust(tx, &permit, &row)?;
            append(tx, &permit, stream(ADJUSTS + id), "ask_adjust", &(unit, &adjust))?;
            Ok(id)
        })
    }

    /// Approves or refuses an adjustment; never the one who asked.
    pub fn decide_adjust(&self, actor: Actor, id: i64, approve: bool) -> Later<()> {
        self.write(move |app, tx| {
            let all = supervision::adjusts(tx, None)?;
            let row = all.into_iter().find(|a| a.id == id && a.state == "asked").ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::DecideAdjust, unit_in(&*app.city.office(tx)?, row.unit)?)?;
            if row.asked_by.is_some() && row.asked_by == actor.staff {
                return Err(Error::invalid(
                    "id",
                    "申报人不能自己批准",
                    "who asked for it may not approve it",
                ));
            }
            let state = if approve { "approved" } else { "refused" };
            supervision::set_adjust(tx, &permit, id, state)?;
            append(tx, &permit, stream(ADJUSTS + id), "decide_adjust", &state)
        })
    }

    /// Adjustments, of the own unit for a unit administrator.
    pub fn adjusts(&self, actor: Actor) -> Later<Vec<AdjustView>> {
        self.study(move |app, rd| {
            decide(&actor, op::ReadScores, Nothing)?;
            let office = app.city.office(rd)?;
            let mut out = Vec::new();
            for row in supervision::adjusts(rd, bound_to(&actor))? {
                if !reads_unit(&actor, &office, row.unit) {
                    continue;
                }
                let may = decide(&actor, op::DecideAdjust, unit_in(&office, row.unit)?).is_ok();
                let mine = row.asked_by.is_some() && row.asked_by == actor.staff;
                out.push(AdjustView {
                    id: row.id,
                    unit: office.unit_name(row.unit),
                    adjust: parse(&row.doc)?,
                    may_decide: may && row.state == "asked" && !mine,
                    state: row.state,
                });
            }
            out.reverse();
            Ok(out)
        })
    }

    /// Draws `n` of the cases behind a figure, a stratum for each unit.
    pub fn draw(&self, actor: Actor, ask: Ask, key: String, seed: String, n: usize) -> Later<i64> {
        self.write(move |app, tx| {
            let region = home(&actor, &*app.city.office(tx)?);
            let permit = decide(&actor, op::WriteDraws, Region(&region))?;
            let f = figure(&key).ok_or_else(|| Error::invalid("figure", "没有这个指标", "no such figure"))?;
            let seed = text(&seed);
            if seed.is_empty() || !(1..=500).contains(&n) {
                return Err(Error::invalid(
                    "seed",
                    "请公布种子，抽取 1–500 件",
                    "a seed is needed, and 1 to 500",
                ));
            }
            let board = app.board_in(tx, &actor, ask.clone(), Dim::Channel)?;
            let office = app.city.office(tx)?;
            let now = tx.now();
            let (entries, _) = app.with_facts(|facts| facts.list(&board.ask, f, now, 0, 1_000_000));
            let ids: Vec<_> = entries.iter().filter(|e| e.sort == supervise::Sort::Case).collect();
            let numbers = cases::numbers(tx, &ids.iter().map(|e| CaseId(e.id)).collect::<Vec<_>>())?;
            let all: Vec<(String, String)> = ids
                .iter()
                .filter_map(|e| {
                    let number = numbers.get(&e.id)?.clone();
                    Some((number, e.unit.map_or_else(String::new, |u| office.unit_name(u))))
                })
                .collect();
            let (strata, drawn) = supervise::draw(&seed, &all, n);
            let checked = |d: Drawn| Checked {
                name: d.name,
                stratum: d.stratum,
                lot: d.lot,
                result: String::new(),
                evidence: String::new(),
            };
            let doc = DrawDoc {
                figure: key.clone(),
                ask: board.ask,
                strata: strata.into_iter().map(|s| (s.name, s.of, s.drawn)).collect(),
                drawn: drawn.into_iter().map(checked).collect(),
            };
            let row = DrawRow { id: 0, seed: seed.clone(), at: now, doc: json(&doc)? };
            let id = supervision::put_draw(tx, &permit, &row)?;
            append(tx, &permit, stream(DRAWS + id), "draw", &(&seed, &key, n))?;
            Ok(id)
        })
    }

    /// Writes what was found; without evidence it does not count and is refused.
    pub fn check_drawn(
        &self,
        actor: Actor,
        id: i64,
        name: String,
        result: String,
        evidence: String,
    ) -> Later<()> {
        self.write(move |app, tx| {
            let mut row = supervision::drawing(tx, id)?.ok_or(Error::NotFound)?;
            let mut doc: DrawDoc = parse(&row.doc)?;
            let region = region_in(&doc.ask.filter.region, &*app.city.office(tx)?);
            let permit = decide(&actor, op::WriteDraws, Region(&region))?;
            let one = doc.drawn.iter_mut().find(|d| d.name == name).ok_or(Error::NotFound)?;
            (one.result, one.evidence) = (text(&result), text(&evidence));
            if one.result.is_empty() || one.evidence.is_empty() {
                return Err(Error::invalid(
                    "evidence",
                    "没有证据的结果不计，请写明证据",
                    "a result counts only with evidence",
                ));
            }
            append(tx, &permit, stream(DRAWS + id), "check", &*one)?;
            row.doc = json(&doc)?;
            Ok(supervision::save_draw(tx, &permit, &row)?)
        })
    }

    /// The newest draws of the actor's region and of the levels above. Seed, strata and results are for everybody who
    /// reads them; which case it was, only for who may see the case.
    pub fn draws(&self, actor: Actor) -> Later<Vec<DrawView>> {
        self.study(move |app, rd| {
            decide(&actor, op::ReadSupervision, Nothing)?;
            let office = app.city.office(rd)?;
            let home = home(&actor, &office);
            let mut out = Vec::new();
            for row in supervision::drawings(rd, 20)? {
                let mut doc: DrawDoc = parse(&row.doc)?;
                let region = region_in(&doc.ask.filter.region, &office);
                if !home.contains(&region) && !region.contains(&home) {
                    continue;
                }
                for drawn in &mut doc.drawn {
                    if !cases::by_number(rd, &drawn.name)?.is_some_and(|c| access::may_see(&actor, &c)) {
                        // The lot is made from the number: whoever has the seed could try numbers until it fits.
                        drawn.name.clear();
                        drawn.lot.clear();
                        drawn.evidence.clear();
                    }
                }
                let stratum = |(name, of, drawn)| Stratum { name, of, drawn };
                out.push(DrawView {
                    id: row.id,
                    seed: row.seed,
                    at: row.at,
                    figure: doc.figure,
                    ask: doc.ask,
                    strata: doc.strata.into_iter().map(stratum).collect(),
                    drawn: shown_drawn(rd, &actor, doc.drawn)?,
                });
            }
            Ok(out)
        })
    }

    /// Enters a warning, a talk, a notice or a typical case; the unit may answer first.
    pub fn hold_account(
        &self,
        actor: Actor,
        unit: UnitId,
        measure: Measure,
        reason: String,
        about: Vec<String>,
    ) -> Later<i64> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::WriteSupervision, unit_in(&office, unit)?)?;
            let reason = text(&reason);
            if reason.is_empty() {
                return Err(Error::invalid("reason", "请写明事由和依据", "say why and on what ground"));
            }
            for number in about.iter().take(50) {
                if !cases::by_number(tx, number)?.is_some_and(|c| access::may_see(&actor, &c)) {
                    let zh = format!("没有编号为 {number} 的件");
                    return Err(Error::invalid("cases", zh, format!("there is no case {number}")));
                }
            }
            let decided_by = actor.unit.map_or_else(String::new, |u| office.unit_name(u));
            let cases = about.iter().take(50).cloned().collect();
            let doc = AccountDoc {
                measure,
                reason,
                cases,
                decided_by,
                reply: String::new(),
                closing: String::new(),
            };
            let now = tx.now();
            let row =
                PaperRow { id: 0, unit, state: "open".to_owned(), asked_by: None, at: now, doc: json(&doc)? };
            let id = supervision::put_account(tx, &permit, &row)?;
            append(tx, &permit, stream(ACCOUNTS + id), "hold", &doc)?;
            let words = format!("责任追究登记（{}）：请在公布前申辩", measure.words().1);
            let at = office.rules.calendar.next_office_moment(now);
            outbox::to_unit(&app.city, tx, unit, at, None, words.as_str())?;
            Ok(id)
        })
    }

    /// The unit answers, or the supervision office closes: it stands, or is withdrawn.
    pub fn move_account(&self, actor: Actor, id: i64, to: AccountState, words: String) -> Later<()> {
        self.write(move |app, tx| {
            let mut row = supervision::account(tx, id)?.ok_or(Error::NotFound)?;
            let office = app.city.office(tx)?;
            let unit = unit_in(&office, row.unit)?;
            let permit = match to {
                AccountState::Answered => decide(&actor, op::AnswerAccount, unit)?,
                _ => decide(&actor, op::WriteSupervision, unit)?,
            };
            if to != AccountState::Answered
                && let Some(held) = ledger_rows::events_of(tx, stream(ACCOUNTS + id), 0, 1)?.first()
            {
                // What the level above entered is closed there.
                let region = home(&held.actor, &office);
                decide(&actor, op::WriteSupervision, Unit { unit: held.actor.unit, region: &region })?;
            }
            let from = AccountState::read(&row.state);
            let words = text(&words);
            let fits = match (from, to) {
                (AccountState::Open, AccountState::Answered) => actor.unit == Some(row.unit),
                (AccountState::Open | AccountState::Answered, AccountState::Final)
                | (_, AccountState::Withdrawn) => actor.unit != Some(row.unit),
                _ => false,
            };
            if !fits || words.is_empty() {
                return Err(Error::invalid(
                    "words",
                    "请写明理由；已生效的只能撤销",
                    "say why; what is final can only be withdrawn",
                ));
            }
            let mut doc: AccountDoc = parse(&row.doc)?;
            if to == AccountState::Final {
                if doc.measure == Measure::Notice {
                    return Err(Error::invalid(
                        "words",
                        "通报要出文：请点“出文”，核签、签发后生效",
                        "a notice is a paper: it stands when its paper is signed",
                    ));
                }
                if from == AccountState::Open {
                    heard(row.at, tx.now(), &office.rules.calendar)?;
                }
            }
            if to == AccountState::Answered {
                doc.reply = words;
            } else {
                doc.closing = words;
            }
            (row.state, row.doc) = (to.words().0.to_owned(), json(&doc)?);
            supervision::save_account(tx, &permit, &row)?;
            append(tx, &permit, stream(ACCOUNTS + id), to.words().0, &doc)
        })
    }

    /// The register; of the own unit for a unit administrator.
    pub fn accounts(&self, actor: Actor) -> Later<Vec<Account>> {
        self.study(move |app, rd| {
            decide(&actor, op::ReadSupervision, Nothing)?;
            let wide = matches!(actor.role, Role::Supervisor | Role::Coordinator);
            let own = if wide { None } else { Some(actor.unit.ok_or(Error::NotFound)?) };
            let office = app.city.office(rd)?;
            let mut out = Vec::new();
            for row in supervision::accounts(rd, own, 200)? {
                if wide && !reads_unit(&actor, &office, row.unit) && actor.unit != Some(row.unit) {
                    continue;
                }
                let doc: AccountDoc = parse(&row.doc)?;
                out.push(Account {
                    id: row.id,
                    unit: row.unit,
                    name: office.unit_name(row.unit),
                    at: row.at,
                    measure: doc.measure,
                    reason: doc.reason,
                    cases: doc.cases,
                    decided_by: doc.decided_by,
                    reply: doc.reply,
                    closing: doc.closing,
                    state: AccountState::read(&row.state),
                });
            }
            Ok(out)
        })
    }

    /// The list of one week, ending today.
    pub fn weekly(&self, actor: Actor) -> Later<Weekly> {
        self.study(move |app, rd| {
            decide(&actor, op::ReadSupervision, Nothing)?;
            let office = app.city.office(rd)?;
            let now = app.city.store().now();
            let back = |days: i64| now.plus_us(-days * kernel::US_PER_DAY).date();
            let ask = |from, to| Ask { from, to, filter: supervise::Filter::default() };
            let week = app.board_of_region(rd, &actor, ask(back(6), now.date()), Dim::Unit)?;
            let earlier = app.board_of_region(rd, &actor, ask(back(62), back(7)), Dim::Unit)?;
            let count = |l: &supervise::Line| match figure("services").map(|f| l.value(f)) {
                Some(Value::Count(n)) => n,
                _ => 0,
            };
            let busy: std::collections::HashSet<_> =
                week.lines.iter().filter(|l| count(&l.line) > 0).map(|l| l.line.key.clone()).collect();
            let idle =
                earlier.lines.into_iter().filter(|l| count(&l.line) > 0 && !busy.contains(&l.line.key));
            let idle = idle.map(|l| (l.name.clone(), count(&l.line))).collect();
            let region = week.ask.filter.region.clone();
            let mut stale = Vec::new();
            for s in app.with_facts(|f| supervise::stale(f, &region, now, 20)).into_iter().take(100) {
                let case = cases::by_id(rd, CaseId(s.case))?.filter(|c| access::may_see(&actor, c));
                if let Some(c) = case {
                    let unit = s.unit.map_or_else(String::new, |u| office.unit_name(u));
                    stale.push((c.number, c.title, unit, s.days, s.late));
                }
            }
            let paper = match figure("rejected") {
                Some(f) => app.entries(rd, &actor, &week.ask, f, 100)?,
                None => Vec::new(),
            };
            Ok(Weekly { idle, stale, paper })
        })
    }
}

/// What was drawn, as this reader may know it: who may not see a case is not told its number.
fn shown_drawn(rd: &mut Rd<'_>, actor: &Actor, mut drawn: Vec<Checked>) -> Result<Vec<Checked>, Error> {
    for (i, d) in drawn.iter_mut().enumerate() {
        let seen = cases::by_number(rd, &d.name)?.is_some_and(|c| access::may_see(actor, &c));
        if !seen {
            d.name = format!("第 {} 件", i + 1);
        }
    }
    Ok(drawn)
}

/// Streams of supervision share one kind: each sort of paper has its own stretch of ids; bulletins the first.
const ADJUSTS: i64 = 1 << 40;
pub(crate) const ACCOUNTS: i64 = 2 << 40;
const DRAWS: i64 = 3 << 40;
pub(super) const PUBLIC: i64 = 4 << 40;
