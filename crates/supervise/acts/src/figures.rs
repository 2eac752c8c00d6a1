//! 数据: the facts are brought up to the record, and figures are counted from them: board, list, one value.
//!
//! The record is read after the last place that was read (`store::facts`); whoever looks at a figure first brings
//! the facts up to date, so a board never lags behind what is durable. What is counted is decided in `supervise`.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use access::{City, Nothing, decide, op};
use kernel::{Actor, CaseId, Date, Moment, RegionCode, Role, StreamId, StreamKind, UnitId};
use resolve::Word as _;
use store::facts::{self, FactRow};
use store::{Rd, StoreError, Tx, asides, cases, ledger_rows, office, ratings};
use supervise::{Ask, Board, Dim, Entry, Facts, Figure, Line, Places, ServiceEvent, Sort, Subject};

use crate::Supervision;
use city::{Door, Error, Later, Office};
use city::{Each, each};

/// Events looked at in one transaction.
const BATCH: u32 = 2_000;
/// How long a page waits for figures before it shows how far they are.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);

/// Facts in memory, how often they had been made anew, and the place of the record they go up to.
#[derive(Default)]
pub(crate) struct Held(RwLock<(Facts, (i64, i64))>);

/// One line of a board with its name.
#[derive(Clone, Debug)]
pub struct NamedLine {
    /// for people
    pub name: String,
    /// key and counts
    pub line: Line,
}

/// A board as it is shown.
#[derive(Clone, Debug)]
pub struct FigureBoard {
    /// what was asked, narrowed to what the reader may see
    pub ask: Ask,
    /// one line for each of these
    pub by: Dim,
    /// as of
    pub as_of: Moment,
    /// the lines
    pub lines: Vec<NamedLine>,
    /// everything together
    pub total: Line,
}

/// One entry of a list behind a figure.
#[derive(Clone, Debug)]
pub struct FigureEntry {
    /// when it happened, or since when it stands so
    pub at: Moment,
    /// 受理编号; empty for a service
    pub number: String,
    /// one line; empty when the reader may not see it
    pub title: String,
    /// where it stands now, in Chinese and as a word
    pub stage: Option<resolve::StageKind>,
    /// the unit it counts for
    pub unit: String,
    /// case or service
    pub sort: Sort,
    /// its id
    pub id: i64,
}

/// A page of a list behind a figure.
#[derive(Clone, Debug)]
pub struct FigureList {
    /// what was asked, narrowed to what the reader may see
    pub ask: Ask,
    /// the figure
    pub figure: &'static Figure,
    /// the value it has on the board
    pub value: supervise::Value,
    /// entries of this page
    pub entries: Vec<FigureEntry>,
    /// how many there are
    pub count: usize,
}

fn read<T: for<'de> serde::Deserialize<'de>>(e: &ledger::Event) -> Result<T, Error> {
    serde_json::from_str(&e.data)
        .map_err(|err| Error::Store(StoreError::Damaged(format!("{} {}: {err}", e.stream, e.ver))))
}

/// What people said about whether a case is an earlier one come back: the other case, whether it holds, when.
fn verdicts(rd: &mut Rd<'_>, case: i64) -> Result<Vec<(String, bool, Moment)>, Error> {
    #[derive(serde::Deserialize)]
    struct Other {
        number: String,
    }
    #[derive(serde::Deserialize)]
    struct Said {
        other: Other,
    }
    let mut all = Vec::new();
    for e in ledger_rows::stream(rd, StreamId::new(StreamKind::Reading, case), 0)? {
        if matches!(e.act.as_str(), "came_back" | "not_back") {
            all.push((read::<Said>(&e)?.other.number, e.act == "came_back", e.at));
        }
    }
    Ok(all)
}

/// The facts of one stream, if figures care for it.
fn project(rd: &mut Rd<'_>, office: &Office, stream: StreamId) -> Result<Option<Subject>, Error> {
    match stream.kind() {
        Some(StreamKind::Case) => {
            let told = cases::history(rd, CaseId(stream.subject()), 0)?;
            let told: Vec<_> = told.into_iter().map(|e| (e.happened, e.actor, e.at)).collect();
            let reception = |r: &RegionCode| office.reception(r).map(|u| u.id);
            let places = Places { calendar: &office.rules.calendar, reception: &reception };
            let mut subject = supervise::of_case(CaseId(stream.subject()), told, &places);
            if let Some(subject) = &mut subject {
                supervise::came_back(subject, verdicts(rd, stream.subject())?);
            }
            Ok(subject)
        }
        Some(StreamKind::Rating) => {
            let mut told = Vec::new();
            for e in ledger_rows::stream(rd, stream, 0)? {
                told.push((read::<ServiceEvent>(&e)?, e.at));
            }
            Ok(supervise::of_service(stream.subject(), told))
        }
        _ => Ok(None),
    }
}

/// One step of the projector: what the events after a place make of the facts.
struct Projected {
    /// the facts were made anew so often, and went up to here
    from: (i64, i64),
    to: i64,
    rows: Vec<FactRow>,
    /// subjects that could not be counted, and why
    bad: Vec<(StreamId, String)>,
    /// subjects that were put aside before and are counted now
    mended: Vec<StreamId>,
}

/// 统计: the name of the care.
pub const FIGURES: &str = "figures";
/// Subjects put aside that are looked at in one step.
const ASIDE: u32 = 1_000;

/// Reads one step beside the writer; none when there is nothing to do.
fn project_on(office: &Office, now: Moment, rd: &mut Rd<'_>) -> Result<Option<Projected>, Error> {
    let from = facts::place(rd)?;
    let (mut streams, to) = facts::moved(rd, from.1, BATCH)?;
    let aside = asides::of(rd, FIGURES, ASIDE)?;
    streams.extend(aside.iter().filter(|a| a.1.is_some_and(|at| at <= now)).map(|a| a.0));
    if streams.is_empty() {
        return Ok(None);
    }
    // What is said beside a case is part of its facts.
    for s in &mut streams {
        if s.kind() == Some(StreamKind::Reading) {
            *s = StreamId::case(CaseId(s.subject()));
        }
    }
    streams.sort_unstable();
    streams.dedup();
    let Each { done: rows, bad } = each(rd, streams.iter().copied(), |rd, stream| {
        let subject = project(rd, office, stream)?;
        Ok(subject.map(|s| FactRow { sort: s.sort as u8, id: s.id, data: s.encode() }))
    })?;
    let counted = |s: &StreamId| streams.binary_search(s).is_ok() && !bad.iter().any(|b| b.0 == *s);
    let mended = aside.into_iter().map(|a| a.0).filter(counted).collect();
    Ok(Some(Projected { from, to, rows, bad, mended }))
}

/// Writes one step; nothing when another was faster.
fn put_projected(tx: &mut Tx<'_>, p: &Projected) -> Result<(), Error> {
    if facts::place(tx)? != p.from {
        return Ok(());
    }
    facts::put(tx, p.to, &p.rows)?;
    facts::set_reached(tx, p.to)?;
    for (stream, why) in &p.bad {
        asides::put(tx, FIGURES, *stream, why)?;
    }
    for stream in &p.mended {
        asides::done(tx, FIGURES, *stream)?;
    }
    // What was mended stands at a place that was read already.
    if !p.mended.is_empty() && p.to == p.from.1 {
        facts::new_epoch(tx)?;
    }
    Ok(())
}

/// The region and unit an actor may count: wider wishes are narrowed, never refused.
fn narrow(actor: &Actor, ask: Ask) -> Result<Ask, Error> {
    let mut ask = narrow_region(actor, ask)?;
    if actor.role == Role::UnitAdmin {
        ask.filter.unit = actor.unit.map(|u| u.0);
    }
    Ok(ask)
}

fn narrow_region(actor: &Actor, mut ask: Ask) -> Result<Ask, Error> {
    if matches!(actor.role, Role::System | Role::Resident) {
        return Ok(ask);
    }
    let region = actor.region.as_ref().ok_or(Error::NotFound)?;
    let inside = ask.filter.region.parse::<RegionCode>().is_ok_and(|r| region.contains(&r));
    if !inside {
        region.as_str().clone_into(&mut ask.filter.region);
    }
    Ok(ask)
}

fn sound(ask: &Ask) -> Result<(), Error> {
    let old = Date::constant(2000, 1, 1);
    if ask.from > ask.to || ask.from < old || ask.to.year() > 2130 {
        return Err(Error::invalid(
            "from",
            "起始日期不能晚于截止日期，且须在2000年以后",
            "the first day must not lie behind the last one",
        ));
    }
    Ok(())
}

impl Supervision {
    /// One step of the facts, read beside the writer; none when they are up to the record.
    fn projected(&self) -> Later<Option<Projected>> {
        self.study(|app, rd| {
            let office = app.city.office(rd)?;
            project_on(&office, app.city.store().now(), rd)
        })
    }
    fn keep_projected(&self, step: Projected) -> Later<()> {
        self.write(move |_, tx| put_projected(tx, &step))
    }

    /// Brings the facts up to the record, step by step; says how many subjects were counted anew. A subject that cannot
    /// be counted is put aside and tried again later.
    ///
    /// # Errors
    /// The store could not.
    pub fn figures_on(&self) -> Result<usize, Error> {
        let mut counted = 0;
        while let Some(step) = self.projected().wait()? {
            counted += step.rows.len();
            self.keep_projected(step).wait()?;
        }
        Ok(counted)
    }

    /// How many events are in the facts, and how many there are on record.
    fn figures_at(&self) -> Later<(i64, i64)> {
        self.read(|_, rd| Ok((facts::reached(rd)?, ledger_rows::event_count(rd)?)))
    }

    /// Brings the facts up to the record, as far as a person waits for it.
    ///
    /// # Errors
    /// There is more on record than fits into that time; the next call goes on from there.
    pub async fn figures_soon(&self) -> Result<(), Error> {
        let began = std::time::Instant::now();
        loop {
            let (read, of) = self.figures_at().await?;
            if read >= of {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                return Err(Error::Behind { read, of });
            }
            let Some(step) = self.projected().await? else { return Ok(()) };
            self.keep_projected(step).await?;
        }
    }

    /// Brings the facts up to the record and into memory, on this thread.
    ///
    /// # Errors
    /// The store could not, or the facts are damaged.
    pub fn figures_ready(&self) -> Result<(), Error> {
        self.figures_on()?;
        self.study(Self::fresh).wait()
    }

    /// Throws the facts away; they are made again from the record, here and in the memory of every node. Says
    /// how many subjects were counted.
    ///
    /// # Errors
    /// Not for this actor, or the store could not.
    pub fn rebuild_figures(&self, actor: &Actor) -> Result<usize, Error> {
        let office = self.city.office_now().wait()?;
        decide(actor, op::WriteUnits, City(&office.settings.city))?;
        self.city.store().write(|tx| Ok::<_, Error>(facts::clear(tx)?))?;
        let counted = self.figures_on()?;
        self.study(Self::fresh).wait()?;
        Ok(counted)
    }

    /// Loads what changed since the facts in memory. A view that is older than they are works with them as they are. What
    /// cannot be read is put aside: the worker counts it again from the record.
    pub(crate) fn fresh(&self, rd: &mut Rd<'_>) -> Result<(), Error> {
        let place = facts::place(rd)?;
        if self.figures.0.read().unwrap_or_else(PoisonError::into_inner).1 >= place {
            return Ok(());
        }
        let mut held = self.figures.0.write().unwrap_or_else(PoisonError::into_inner);
        if held.1 >= place {
            return Ok(());
        }
        if held.1.0 != place.0 {
            *held = (Facts::new(), (place.0, 0));
        }
        let (facts, mark) = &mut *held;
        let mut bad = Vec::new();
        facts::each_after(rd, mark.1, |sort, id, bytes| {
            match Subject::decode(bytes) {
                Ok(subject) => facts.put(&subject),
                Err(e) => bad.push((sort, id, e.to_string())),
            }
            Ok(())
        })?;
        *mark = place;
        drop(held);
        for (sort, id, why) in bad {
            let kind = if sort == Sort::Service as i64 { StreamKind::Rating } else { StreamKind::Case };
            let stream = StreamId::new(kind, id);
            // Not waited for: this is a view that reads.
            drop(self.city.store().submit(move |tx| asides::put(tx, FIGURES, stream, &why)));
        }
        Ok(())
    }

    /// Works with the facts as they are in memory.
    pub(crate) fn with_facts<T>(&self, f: impl FnOnce(&Facts) -> T) -> T {
        f(&self.figures.0.read().unwrap_or_else(PoisonError::into_inner).0)
    }

    /// A board.
    pub fn board(&self, actor: Actor, ask: Ask, by: Dim) -> Later<FigureBoard> {
        self.study(move |app, rd| {
            decide(&actor, op::ReadFigures, Nothing)?;
            app.board_in(rd, &actor, ask.clone(), by)
        })
    }

    pub(crate) fn board_in(
        &self,
        rd: &mut Rd<'_>,
        actor: &Actor,
        ask: Ask,
        by: Dim,
    ) -> Result<FigureBoard, Error> {
        sound(&ask)?;
        self.board_as_asked(rd, narrow(actor, ask)?, by)
    }

    /// A board of the whole of the actor's region, for what compares units: who calls it narrows what is shown.
    pub(crate) fn board_of_region(
        &self,
        rd: &mut Rd<'_>,
        actor: &Actor,
        ask: Ask,
        by: Dim,
    ) -> Result<FigureBoard, Error> {
        sound(&ask)?;
        self.board_as_asked(rd, narrow_region(actor, ask)?, by)
    }

    pub(crate) fn board_as_asked(&self, rd: &mut Rd<'_>, ask: Ask, by: Dim) -> Result<FigureBoard, Error> {
        let office = self.city.office(rd)?;
        self.fresh(rd)?;
        let now = self.city.store().now();
        let Board { lines, total } = self.with_facts(|f| f.board(&ask, by, now));
        let regions: HashMap<String, String> =
            if by == Dim::Region { office::regions(rd)?.into_iter().collect() } else { HashMap::new() };
        let name = |key: &str| match by {
            _ if key.is_empty() => "（未注明）".to_owned(),
            Dim::Unit => key.parse().map_or_else(|_| key.to_owned(), |id| office.unit_name(UnitId(id))),
            Dim::Region => regions.get(key).cloned().unwrap_or_else(|| key.to_owned()),
            _ => said(by, key),
        };
        let lines = lines.into_iter().map(|line| NamedLine { name: name(&line.key), line }).collect();
        Ok(FigureBoard { as_of: ask.as_of(now), ask, by, lines, total })
    }

    /// The list behind a figure: as many entries as the figure says.
    pub fn figure_list(
        &self,
        actor: Actor,
        ask: Ask,
        figure: &'static Figure,
        skip: usize,
        limit: usize,
    ) -> Later<FigureList> {
        self.study(move |app, rd| {
            decide(&actor, op::ReadFigures, Nothing)?;
            sound(&ask)?;
            let ask = narrow(&actor, ask)?;
            let office = app.city.office(rd)?;
            app.fresh(rd)?;
            let now = app.city.store().now();
            let (found, count) = app.with_facts(|f| f.list(&ask, figure, now, skip, limit.min(500)));
            let value = app.with_facts(|f| f.value(&ask, figure, now));
            let mut entries = Vec::with_capacity(found.len());
            for e in found {
                entries.push(entry(rd, &actor, &office, e)?);
            }
            Ok(FigureList { ask, figure, value, entries, count })
        })
    }
}

/// A league table of one theme (一件事): every region one level down, also those with nothing. Row S6.
#[derive(Clone, Debug)]
pub struct League {
    /// name, key, services; the most first
    pub rows: Vec<(String, String, u64)>,
    /// together
    pub total: u64,
    /// names with ten or fewer
    pub few: Vec<String>,
    /// names with none
    pub none: Vec<String>,
}

impl League {
    /// From counts by region: sorts, and picks out zero and ten or fewer.
    pub fn of(mut rows: Vec<(String, String, u64)>) -> Self {
        rows.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.1.cmp(&b.1)));
        let names = |most: u64| rows.iter().filter(|r| r.2 <= most).map(|r| r.0.clone()).collect();
        Self { total: rows.iter().map(|r| r.2).sum(), few: names(10), none: names(0), rows }
    }
}

impl Supervision {
    /// The league table of a theme.
    pub fn league(&self, actor: Actor, ask: Ask) -> Later<League> {
        self.study(move |app, rd| {
            decide(&actor, op::ReadFigures, Nothing)?;
            let board = app.board_in(rd, &actor, ask.clone(), Dim::Region)?;
            let above = board.ask.filter.region.len();
            let services = |l: &Line| match supervise::figure("services").map(|f| l.value(f)) {
                Some(supervise::Value::Count(n)) => n,
                _ => 0,
            };
            let deep = [4, 6, 9, 12].into_iter().find(|n| *n > above.max(4)).unwrap_or(12);
            let counts: HashMap<_, _> =
                board.lines.iter().map(|l| (l.line.key.as_str(), services(&l.line))).collect();
            let names = office::regions(rd)?;
            let own = board.ask.filter.region.as_str();
            let below = names.iter().filter(|(code, _)| code.len() == deep && code.starts_with(own));
            let mut rows: Vec<_> = below
                .map(|(c, name)| (name.clone(), c.clone(), counts.get(c.as_str()).copied().unwrap_or(0)))
                .collect();
            // What the city handles itself, or a region that has no name here, counts too: the league and the boards agree.
            let others = counts.iter().filter(|(code, n)| **n > 0 && !rows.iter().any(|r| r.1 == **code));
            let named = |code: &str| {
                let name = names.iter().find(|r| r.0 == code).map_or(code, |r| r.1.as_str());
                if code.len() < deep { format!("{name}本级") } else { name.to_owned() }
            };
            let others: Vec<_> = others.map(|(code, n)| (named(code), (*code).to_owned(), *n)).collect();
            rows.extend(others);
            Ok(League::of(rows))
        })
    }

    /// How often figures happened, stretch by stretch: first days, and a row for each figure.
    pub fn trend(
        &self,
        actor: Actor,
        ask: Ask,
        figures: Vec<&'static Figure>,
    ) -> Later<(Vec<Date>, Vec<Vec<u64>>)> {
        self.study(move |app, rd| {
            decide(&actor, op::ReadFigures, Nothing)?;
            sound(&ask)?;
            let ask = narrow(&actor, ask)?;
            app.fresh(rd)?;
            let now = app.city.store().now();
            Ok(app.with_facts(|f| f.trend(&ask, &figures, now, 31)))
        })
    }

    /// The first entries behind a figure.
    pub(crate) fn entries(
        &self,
        rd: &mut Rd<'_>,
        actor: &Actor,
        ask: &Ask,
        figure: &Figure,
        limit: usize,
    ) -> Result<Vec<FigureEntry>, Error> {
        let office = self.city.office(rd)?;
        let now = self.city.store().now();
        let (found, _) = self.with_facts(|f| f.list(ask, figure, now, 0, limit));
        found.into_iter().map(|e| entry(rd, actor, &office, e)).collect()
    }
}

/// The value of a dimension as people say it, where it is a code word; channels of cases and of ratings share one column.
pub fn said(by: Dim, key: &str) -> String {
    let word = match by {
        Dim::Channel => resolve::Channel::read(key)
            .map(resolve::Channel::zh)
            .or_else(|| supervise::RateChannel::read(key).map(supervise::RateChannel::zh)),
        Dim::Kind => resolve::Kind::read(key).map(resolve::Kind::zh),
        Dim::Cause => resolve::Cause::read(key).map(resolve::Cause::zh),
        _ => None,
    };
    word.map_or_else(|| key.to_owned(), ToOwned::to_owned)
}

fn entry(rd: &mut Rd<'_>, actor: &Actor, office: &Office, e: Entry) -> Result<FigureEntry, Error> {
    let mut out = FigureEntry {
        at: e.at,
        number: String::new(),
        title: String::new(),
        stage: None,
        unit: e.unit.map_or_else(String::new, |u| office.unit_name(u)),
        sort: e.sort,
        id: e.id,
    };
    match e.sort {
        Sort::Case => {
            if let Some(case) = cases::by_id(rd, CaseId(e.id))? {
                // Who may not see a case is not told its number either: the entry counts and says no more.
                if access::may_see(actor, &case) {
                    out.title = hanyu::mask::mask(&case.title);
                    out.stage = Some(case.stage.kind());
                    out.number = case.number;
                }
            }
        }
        Sort::Service => {
            if let Some(s) = ratings::service(rd, e.id)? {
                let s = crate::rated::service_for(actor, s);
                if crate::rated::is_rated(actor, s.unit) {
                    out.at = Moment::start_of(out.at.date());
                }
                out.title =
                    [s.item, s.place].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" · ");
            }
        }
    }
    Ok(out)
}
