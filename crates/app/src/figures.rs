//! 数据: the facts are brought up to the record, and figures are counted from them: board, list, one value.
//!
//! The record is read after the last place that was read (`store::facts`); whoever looks at a figure first brings
//! the facts up to date, so a board never lags behind what is durable. What is counted is decided in `supervise`.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use access::{City, Nothing, decide, op};
use kernel::{Actor, CaseId, Date, Moment, RegionCode, Role, StreamId, StreamKind, UnitId};
use resolve::{Happened, Word as _};
use store::facts::{self, FactRow};
use store::{Rd, StoreError, Tx, cases, ledger_rows, office, ratings};
use supervise::{Ask, Board, Dim, Entry, Facts, Figure, Line, Places, ServiceEvent, Sort, Subject};

use crate::{App, Error, Later, Office};

/// Events looked at in one transaction.
const BATCH: u32 = 2_000;
/// How long a page waits for figures before it shows how far they are.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(2);

/// Facts in memory, and the place of the record they go up to.
#[derive(Default)]
pub(crate) struct Held(RwLock<(Facts, i64)>);

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

fn events(rd: &mut Rd<'_>, stream: StreamId) -> Result<Vec<ledger::Event>, Error> {
    let mut all = Vec::new();
    loop {
        let after = all.last().map_or(0, |e: &ledger::Event| e.ver);
        let page = ledger_rows::events_of(rd, stream, after, 500)?;
        let n = page.len();
        all.extend(page);
        if n < 500 {
            return Ok(all);
        }
    }
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
    for e in events(rd, StreamId::new(StreamKind::Reading, case))? {
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
            let all = events(rd, stream)?;
            let mut told = Vec::with_capacity(all.len());
            for e in all {
                let happened: Happened = read(&e)?;
                told.push((happened, e.actor, e.at));
            }
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
            for e in events(rd, stream)? {
                told.push((read::<ServiceEvent>(&e)?, e.at));
            }
            Ok(supervise::of_service(stream.subject(), told))
        }
        _ => Ok(None),
    }
}

fn step(office: &Office, tx: &mut Tx<'_>) -> Result<bool, Error> {
    let from = facts::reached(tx)?;
    let (mut streams, last) = facts::moved(tx, from, BATCH)?;
    // What is said beside a case is part of its facts.
    for s in &mut streams {
        if s.kind() == Some(StreamKind::Reading) {
            *s = StreamId::case(CaseId(s.subject()));
        }
    }
    streams.sort_unstable();
    streams.dedup();
    if last == from {
        return Ok(false);
    }
    let mut rows = Vec::with_capacity(streams.len());
    for stream in streams {
        if let Some(s) = project(tx, office, stream)? {
            rows.push(FactRow { sort: s.sort as u8, id: s.id, data: s.encode() });
        }
    }
    facts::put(tx, last, &rows)?;
    facts::set_reached(tx, last)?;
    Ok(true)
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

impl App {
    /// Brings the facts one step up to the record; `true` while there is more. Called before figures are read.
    pub fn catch_up(&self) -> Later<bool> {
        // Nothing to do is found out without the writer's seat.
        self.write(|app, tx| {
            let office = app.office(tx)?;
            step(&office, tx)
        })
    }

    /// How many events are in the facts, and how many there are on record.
    fn figures_at(&self) -> Later<(i64, i64)> {
        self.read(|_, rd| Ok((facts::reached(rd)?, ledger_rows::event_count(rd)?)))
    }

    /// Is there anything on record that is not in the facts?
    pub fn figures_behind(&self) -> Later<bool> {
        self.read(|_, rd| Ok(facts::reached(rd)? < ledger_rows::event_count(rd)?))
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
            self.catch_up().await?;
        }
    }

    /// Brings the facts up to the record and into memory, on this thread.
    ///
    /// # Errors
    /// The store could not, or the facts are damaged.
    pub fn figures_ready(&self) -> Result<(), Error> {
        while self.figures_behind().wait()? {
            self.catch_up().wait()?;
        }
        self.read(Self::fresh).wait()
    }

    /// Throws the facts away; they are made again from the record.
    ///
    /// # Errors
    /// Not for this actor, or the store could not.
    pub fn rebuild_figures(&self, actor: &Actor) -> Result<(), Error> {
        let office = self.office_now().wait()?;
        decide(actor, op::WriteUnits, City(&office.settings.city))?;
        self.store.write(|tx| Ok::<_, Error>(facts::clear(tx)?))?;
        self.figures_ready()
    }

    /// Loads what changed since the facts in memory.
    pub(crate) fn fresh(&self, rd: &mut Rd<'_>) -> Result<(), Error> {
        let reached = facts::reached(rd)?;
        if self.figures.0.read().unwrap_or_else(PoisonError::into_inner).1 == reached {
            return Ok(());
        }
        let mut held = self.figures.0.write().unwrap_or_else(PoisonError::into_inner);
        if held.1 > reached {
            *held = (Facts::new(), 0);
        }
        let (facts, mark) = &mut *held;
        facts::each_after(rd, *mark, |bytes| {
            let subject = Subject::decode(bytes).map_err(|e| StoreError::Damaged(e.to_string()))?;
            facts.put(&subject);
            Ok(())
        })?;
        *mark = reached;
        Ok(())
    }

    /// Works with the facts as they are in memory.
    pub(crate) fn with_facts<T>(&self, f: impl FnOnce(&Facts) -> T) -> T {
        f(&self.figures.0.read().unwrap_or_else(PoisonError::into_inner).0)
    }

    /// A board.
    pub fn board(&self, actor: Actor, ask: Ask, by: Dim) -> Later<FigureBoard> {
        self.read(move |app, rd| {
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

    fn board_as_asked(&self, rd: &mut Rd<'_>, ask: Ask, by: Dim) -> Result<FigureBoard, Error> {
        let office = self.office(rd)?;
        self.fresh(rd)?;
        let now = self.store.now();
        let Board { lines, total } = self.with_facts(|f| f.board(&ask, by, now));
        let regions: HashMap<String, String> =
            if by == Dim::Region { office::regions(rd)?.into_iter().collect() } else { HashMap::new() };
        let name = |key: &str| match by {
            _ if key.is_empty() => "（未注明）".to_owned(),
            Dim::Unit => key.parse().map_or_else(|_| key.to_owned(), |id| office.unit_name(UnitId(id))),
            Dim::Region => regions.get(key).cloned().unwrap_or_else(|| key.to_owned()),
            Dim::Channel => channel_name(key),
            Dim::Kind => resolve::Kind::read(key).map_or_else(|| key.to_owned(), |k| k.zh().to_owned()),
            Dim::Item | Dim::Campaign | Dim::Theme | Dim::Window => key.to_owned(),
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
        self.read(move |app, rd| {
            decide(&actor, op::ReadFigures, Nothing)?;
            sound(&ask)?;
            let ask = narrow(&actor, ask)?;
            let office = app.office(rd)?;
            app.fresh(rd)?;
            let now = app.store.now();
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

impl App {
    /// The league table of a theme.
    pub fn league(&self, actor: Actor, ask: Ask) -> Later<League> {
        self.read(move |app, rd| {
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
            let all = office::regions(rd)?.into_iter();
            let below =
                all.filter(|(code, _)| code.len() == deep && code.starts_with(&board.ask.filter.region));
            Ok(League::of(
                below
                    .map(|(c, name)| (name, c.clone(), counts.get(c.as_str()).copied().unwrap_or(0)))
                    .collect(),
            ))
        })
    }

    /// How often figures happened, stretch by stretch: first days, and a row for each figure.
    pub fn trend(
        &self,
        actor: Actor,
        ask: Ask,
        figures: Vec<&'static Figure>,
    ) -> Later<(Vec<Date>, Vec<Vec<u64>>)> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadFigures, Nothing)?;
            sound(&ask)?;
            let ask = narrow(&actor, ask)?;
            app.fresh(rd)?;
            let now = app.store.now();
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
        let office = self.office(rd)?;
        let now = self.store.now();
        let (found, _) = self.with_facts(|f| f.list(ask, figure, now, 0, limit));
        found.into_iter().map(|e| entry(rd, actor, &office, e)).collect()
    }
}

/// Channels of cases and of ratings share one column.
fn channel_name(key: &str) -> String {
    let case = resolve::Channel::read(key).map(|c| c.zh().to_owned());
    case.or_else(|| supervise::RateChannel::read(key).map(|c| c.zh().to_owned()))
        .unwrap_or_else(|| key.to_owned())
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
                if access::may_see(actor, &case) {
                    out.title.clone_from(&case.title);
                    out.stage = Some(case.stage.kind());
                    out.number = case.number;
                }
            }
        }
        Sort::Service => {
            if let Some(s) = ratings::service(rd, e.id)? {
                out.title =
                    [s.item, s.place].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" · ");
            }
        }
    }
    Ok(out)
}
