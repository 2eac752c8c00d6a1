//! 看板: all facts in memory, counted and listed by one visit. A board, its lists, the interface and a bulletin
//! call [`Facts::visit`] through [`Facts::board`] and [`Facts::list`]; there is no second way to count.
//!
//! Subjects lie in arrays; texts are interned; one million cases take about 200 MB and are counted in one pass.

use std::collections::HashMap;

use kernel::{Date, Moment, US_PER_DAY, UnitId};

use crate::facts::{Mark, NEVER, Sort, Span, Standing, Subject, TEXTS, What, moment, seconds};
use crate::figures::{C_LATE, C_NEAR, C_OPEN, C_STANDS, COUNTERS, FIGURES, Figure, Rule, Value};

kernel::words! {
    /// What a board has a line for.
    inherent Dim {
        /// The level below the region asked for.
        Region = "region", "区划";
        Unit = "unit", "单位";
        Item = "item", "事项";
        Campaign = "campaign", "行动";
        Channel = "channel", "渠道";
        Kind = "kind", "类别";
        Theme = "theme", "一件事";
        Window = "window", "窗口";
        /// Why it could not be done.
        Cause = "cause", "办不成的原因";
    }
}

/// Which subjects count. Empty fields let everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Filter {
    /// this region and below
    pub region: String,
    /// what happened at, or stands at, this unit
    pub unit: Option<i64>,
    /// this item
    pub item: String,
    /// this campaign
    pub campaign: String,
    /// this channel
    pub channel: String,
    /// this kind
    pub kind: String,
    /// this theme
    pub theme: String,
    /// this window
    pub window: String,
    /// this cause
    pub cause: String,
}

/// What is asked: from which day, to which day, for whom. What stands is told as of the end of the last day,
/// or as of `now` when that is earlier.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Ask {
    /// first day
    pub from: Date,
    /// last day, included
    pub to: Date,
    /// for whom
    #[serde(default)]
    pub filter: Filter,
}

impl Ask {
    /// The moment the answer is as of.
    pub fn as_of(&self, now: Moment) -> Moment {
        Moment::start_of(self.to).plus_us(US_PER_DAY - kernel::US_PER_SECOND).min(now)
    }
}

/// One line of a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// the value of the dimension: a code, an id, a word; empty for “none”
    pub key: String,
    counts: Box<[u32; COUNTERS]>,
}

impl Line {
    fn empty(key: String) -> Self {
        Self { key, counts: Box::new([0; COUNTERS]) }
    }
    fn count(&self, rule: Rule) -> u64 {
        rule.counters().into_iter().map(|c| u64::from(self.counts[c])).sum()
    }
    /// The value of one figure.
    pub fn value(&self, figure: &Figure) -> Value {
        let of = |key: &str| FIGURES.iter().find(|f| f.key == key).map_or(0, |f| self.count(f.rule));
        match figure.rule {
            Rule::Share(part, whole) => Value::Share { part: of(part), whole: of(whole) },
            rule => Value::Count(self.count(rule)),
        }
    }
    /// How many stand there at the moment asked for.
    pub fn stands(&self, standing: Standing) -> u64 {
        self.count(Rule::Stands(standing))
    }
    /// Is anything counted here at all?
    pub fn any(&self) -> bool {
        self.counts.iter().any(|c| *c > 0)
    }
}

/// A board: one line for each value of a dimension, and everything together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// the lines, in the order of their keys
    pub lines: Vec<Line>,
    /// everything that was asked for, counted once
    pub total: Line,
}

/// One entry of the list behind a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// when it happened, or since when it stands so
    pub at: Moment,
    /// case or service
    pub sort: Sort,
    /// its id
    pub id: i64,
    /// the unit it counts for
    pub unit: Option<UnitId>,
}

#[derive(Clone, Copy)]
struct Held {
    id: i64,
    spans: u32,
    marks: u32,
    attrs: u32,
    n_spans: u16,
    n_marks: u16,
    sort: Sort,
    live: bool,
}

#[derive(Clone, Copy)]
struct SpanIn {
    from: u32,
    to: u32,
    due: u32,
    yellow: u32,
    unit: u32,
    standing: Standing,
}

#[derive(Clone, Copy)]
struct MarkIn {
    at: u32,
    unit: u32,
    what: What,
}

/// Attributes that many subjects share: region, item, campaign, theme, channel, kind, window, cause, as interned.
type Attrs = [u32; TEXTS];

/// All facts, ready to be counted.
#[derive(Default)]
pub struct Facts {
    words: Vec<String>,
    word_of: HashMap<String, u32>,
    units: Vec<i64>,
    unit_of: HashMap<i64, u32>,
    attrs: Vec<Attrs>,
    attrs_of: HashMap<Attrs, u32>,
    held: Vec<Held>,
    place: HashMap<(Sort, i64), u32>,
    spans: Vec<SpanIn>,
    marks: Vec<MarkIn>,
    dead: usize,
}

impl std::fmt::Debug for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Facts({} subjects)", self.len())
    }
}

const NO_UNIT: u32 = u32::MAX;

impl Facts {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
    /// Subjects held.
    pub fn len(&self) -> usize {
        self.place.len()
    }
    /// None held.
    pub fn is_empty(&self) -> bool {
        self.place.is_empty()
    }

    fn word(&mut self, text: &str) -> u32 {
        if let Some(n) = self.word_of.get(text) {
            return *n;
        }
        let n = self.words.len() as u32;
        self.words.push(text.to_owned());
        self.word_of.insert(text.to_owned(), n);
        n
    }
    fn unit(&mut self, unit: Option<UnitId>) -> u32 {
        let Some(unit) = unit else { return NO_UNIT };
        if let Some(n) = self.unit_of.get(&unit.0) {
            return *n;
        }
        let n = self.units.len() as u32;
        self.units.push(unit.0);
        self.unit_of.insert(unit.0, n);
        n
    }

    /// Takes a subject in, in place of what was held of it.
    pub fn put(&mut self, s: &Subject) {
        let attrs = s.texts().map(|t| self.word(t));
        let at = match self.attrs_of.get(&attrs) {
            Some(n) => *n,
            None => {
                let n = self.attrs.len() as u32;
                self.attrs.push(attrs);
                self.attrs_of.insert(attrs, n);
                n
            }
        };
        let (spans, marks) = (self.spans.len() as u32, self.marks.len() as u32);
        for x in s.spans.iter().take(usize::from(u16::MAX)) {
            let unit = self.unit(x.unit);
            self.spans.push(SpanIn {
                from: seconds(x.from),
                to: x.to.map_or(NEVER, seconds),
                due: x.due.map_or(NEVER, seconds),
                yellow: x.yellow.map_or(NEVER, seconds),
                unit,
                standing: x.standing,
            });
        }
        for x in s.marks.iter().take(usize::from(u16::MAX)) {
            let unit = self.unit(x.unit);
            self.marks.push(MarkIn { at: seconds(x.at), unit, what: x.what });
        }
        let held = Held {
            id: s.id,
            spans,
            marks,
            attrs: at,
            n_spans: (self.spans.len() - spans as usize) as u16,
            n_marks: (self.marks.len() - marks as usize) as u16,
            sort: s.sort,
            live: true,
        };
        if let Some(old) = self.place.insert((s.sort, s.id), self.held.len() as u32) {
            self.held[old as usize].live = false;
            self.dead += 1;
        }
        self.held.push(held);
        if self.dead > 10_000 && self.dead * 2 > self.held.len() {
            self.tidy();
        }
    }

    /// Throws away what was replaced.
    fn tidy(&mut self) {
        let (mut held, mut spans, mut marks) = (Vec::new(), Vec::new(), Vec::new());
        for h in self.held.iter().filter(|h| h.live) {
            let new = Held { spans: spans.len() as u32, marks: marks.len() as u32, ..*h };
            spans.extend_from_slice(self.spans_of(h));
            marks.extend_from_slice(self.marks_of(h));
            self.place.insert((h.sort, h.id), held.len() as u32);
            held.push(new);
        }
        (self.held, self.spans, self.marks, self.dead) = (held, spans, marks, 0);
    }

    fn spans_of(&self, h: &Held) -> &[SpanIn] {
        &self.spans[h.spans as usize..h.spans as usize + usize::from(h.n_spans)]
    }
    fn marks_of(&self, h: &Held) -> &[MarkIn] {
        &self.marks[h.marks as usize..h.marks as usize + usize::from(h.n_marks)]
    }

    /// For each combination of attributes: does it pass the filter?
    fn passing(&self, f: &Filter) -> Vec<bool> {
        let want = |text: &str| -> Option<Option<u32>> {
            (!text.is_empty()).then(|| self.word_of.get(text).copied())
        };
        let wanted = [
            None,
            want(&f.item),
            want(&f.campaign),
            want(&f.theme),
            want(&f.channel),
            want(&f.kind),
            want(&f.window),
            want(&f.cause),
        ];
        self.attrs
            .iter()
            .map(|a| {
                self.words[a[0] as usize].starts_with(&f.region)
                    && wanted.iter().zip(a).all(|(w, have)| w.is_none_or(|w| w == Some(*have)))
            })
            .collect()
    }

    /// What counts, and at which unit: the one place where a figure gets its meaning.
    fn visit(&self, h: &Held, (from, until): (u32, u32), f: &mut impl FnMut(usize, u32, u32)) {
        let marks = self.marks_of(h);
        let excluded =
            h.sort == Sort::Service && marks.iter().any(|m| m.what == What::Excluded && m.at <= until);
        for m in marks {
            let rated = matches!(m.what, What::RatedGood | What::RatedBad | What::RatedTop);
            if m.at >= from && m.at <= until && !(rated && excluded) {
                f(m.what as usize, m.unit, m.at);
            }
        }
        let Some(s) = self.spans_of(h).iter().find(|s| s.from <= until && until < s.to) else { return };
        f(C_STANDS + s.standing as usize, s.unit, s.from);
        if s.standing == Standing::Ended {
            return;
        }
        f(C_OPEN, s.unit, s.from);
        if s.due < until {
            f(C_LATE, s.unit, s.from);
        } else if s.yellow <= until {
            f(C_NEAR, s.unit, s.from);
        }
    }

    fn window(ask: &Ask, now: Moment) -> (u32, u32) {
        (seconds(Moment::start_of(ask.from)), seconds(ask.as_of(now)))
    }
    fn unit_wanted(&self, f: &Filter) -> Option<u32> {
        // A unit that nothing is known of matches nothing.
        f.unit.map(|u| self.unit_of.get(&u).copied().unwrap_or(NO_UNIT - 1))
    }

    /// Counts everything that is asked for, by one dimension.
    pub fn board(&self, ask: &Ask, by: Dim, now: Moment) -> Board {
        let passing = self.passing(&ask.filter);
        let (group_of, keys) = self.groups(by, &ask.filter);
        let mut lines: Vec<Option<Box<[u32; COUNTERS]>>> = vec![None; keys.len()];
        let mut total = Line::empty(String::new());
        let (time, unit_only) = (Self::window(ask, now), self.unit_wanted(&ask.filter));
        let by_unit = by == Dim::Unit;
        for h in self.held.iter().filter(|h| h.live && passing[h.attrs as usize]) {
            let fixed = if by_unit { 0 } else { group_of[h.attrs as usize] as usize };
            self.visit(h, time, &mut |counter, unit, _| {
                if unit_only.is_some_and(|u| u != unit) {
                    return;
                }
                total.counts[counter] += 1;
                let g = if !by_unit {
                    fixed
                } else if unit == NO_UNIT {
                    keys.len() - 1
                } else {
                    unit as usize
                };
                lines[g].get_or_insert_with(|| Box::new([0; COUNTERS]))[counter] += 1;
            });
        }
        let mut lines: Vec<Line> = lines
            .into_iter()
            .zip(keys)
            .filter_map(|(counts, key)| counts.map(|counts| Line { key, counts }))
            .collect();
        lines.sort_by(|a, b| a.key.len().cmp(&b.key.len()).then_with(|| a.key.cmp(&b.key)));
        Board { lines, total }
    }

    /// For each combination of attributes the number of its line, and the key of each line. Units are lines by
    /// themselves; the last one is “no unit”.
    fn groups(&self, by: Dim, filter: &Filter) -> (Vec<u32>, Vec<String>) {
        if by == Dim::Unit {
            let keys = self.units.iter().map(ToString::to_string).chain([String::new()]).collect();
            return (Vec::new(), keys);
        }
        let (mut keys, mut of) = (Vec::new(), HashMap::new());
        let group_of = self
            .attrs
            .iter()
            .map(|a| {
                let key = self.key_of(a, by, filter);
                *of.entry(key).or_insert_with(|| {
                    keys.push(key.to_owned());
                    keys.len() as u32 - 1
                })
            })
            .collect();
        (group_of, keys)
    }

    fn key_of(&self, a: &Attrs, by: Dim, filter: &Filter) -> &str {
        let text = |i: usize| self.words[a[i] as usize].as_str();
        match by {
            Dim::Region => below(text(0), &filter.region),
            Dim::Item => text(1),
            Dim::Campaign => text(2),
            Dim::Theme => text(3),
            Dim::Channel => text(4),
            Dim::Kind => text(5),
            Dim::Window => text(6),
            Dim::Cause => text(7),
            Dim::Unit => "",
        }
    }

    /// The list behind a figure: as many entries as the figure says, the oldest first. A share lists its part.
    /// Answers the entries after `skip`, at most `limit`, and how many there are altogether.
    pub fn list(
        &self,
        ask: &Ask,
        figure: &Figure,
        now: Moment,
        skip: usize,
        limit: usize,
    ) -> (Vec<Entry>, usize) {
        let rule = match figure.rule {
            Rule::Share(part, _) => FIGURES.iter().find(|f| f.key == part).map_or(figure.rule, |f| f.rule),
            rule => rule,
        };
        let wanted = rule.counters();
        let passing = self.passing(&ask.filter);
        let (time, unit_only) = (Self::window(ask, now), self.unit_wanted(&ask.filter));
        let mut all: Vec<(u32, Sort, i64, u32)> = Vec::new();
        for h in self.held.iter().filter(|h| h.live && passing[h.attrs as usize]) {
            self.visit(h, time, &mut |counter, unit, at| {
                if wanted.contains(&counter) && unit_only.is_none_or(|u| u == unit) {
                    all.push((at, h.sort, h.id, unit));
                }
            });
        }
        all.sort_unstable();
        let n = all.len();
        let entry = |(at, sort, id, unit): (u32, Sort, i64, u32)| Entry {
            at: moment(at),
            sort,
            id,
            unit: self.units.get(unit as usize).map(|u| UnitId(*u)),
        };
        (all.into_iter().skip(skip).take(limit).map(entry).collect(), n)
    }

    /// How often things happened, in at most `most` stretches of whole days: the first day of each stretch, and for
    /// each figure one number a stretch. Figures of what stands count as nothing here.
    pub fn trend(
        &self,
        ask: &Ask,
        figures: &[&Figure],
        now: Moment,
        most: i64,
    ) -> (Vec<Date>, Vec<Vec<u64>>) {
        let first = Moment::start_of(ask.from);
        let days = (ask.as_of(now).us_since(first) / US_PER_DAY + 1).max(1);
        let wide = (days + most - 1) / most.max(1);
        let n = usize::try_from((days + wide - 1) / wide).unwrap_or(1);
        let starts = (0..n as i64).map(|i| first.plus_us(i * wide * US_PER_DAY).date()).collect();
        let mut out = vec![vec![0; n]; figures.len()];
        let of: Vec<Vec<usize>> = (0..COUNTERS)
            .map(|c| {
                let counts = |f: &&Figure| c < C_OPEN && f.rule.counters().contains(&c);
                figures.iter().enumerate().filter(|(_, f)| counts(f)).map(|(i, _)| i).collect()
            })
            .collect();
        let passing = self.passing(&ask.filter);
        let (time, unit_only) = (Self::window(ask, now), self.unit_wanted(&ask.filter));
        let per = u32::try_from(wide * 86_400).unwrap_or(u32::MAX);
        for h in self.held.iter().filter(|h| h.live && passing[h.attrs as usize]) {
            self.visit(h, time, &mut |counter, unit, at| {
                if unit_only.is_none_or(|u| u == unit) {
                    for i in &of[counter] {
                        out[*i][(((at - time.0) / per) as usize).min(n - 1)] += 1;
                    }
                }
            });
        }
        (starts, out)
    }

    /// Hands over every case below a region: id, where it stood, what happened.
    pub(crate) fn each_live(&self, region: &str, mut f: impl FnMut(i64, &[Span], &[Mark])) {
        let unit = |u: u32| self.units.get(u as usize).map(|u| UnitId(*u));
        let opt = |s: u32| (s != NEVER).then(|| moment(s));
        for h in self.held.iter().filter(|h| h.live && h.sort == Sort::Case) {
            if !self.words[self.attrs[h.attrs as usize][0] as usize].starts_with(region) {
                continue;
            }
            let span = |s: &SpanIn| Span {
                from: moment(s.from),
                to: opt(s.to),
                standing: s.standing,
                unit: unit(s.unit),
                due: opt(s.due),
                yellow: opt(s.yellow),
            };
            let spans: Vec<_> = self.spans_of(h).iter().map(span).collect();
            let mark = |m: &MarkIn| Mark { at: moment(m.at), what: m.what, unit: unit(m.unit) };
            let marks: Vec<_> = self.marks_of(h).iter().map(mark).collect();
            f(h.id, &spans, &marks);
        }
    }

    /// Answers of one day by the working days that they took since the case was taken in, as `days` counts them; the last
    /// class is that many and more. Such counts are added, middles are not.
    pub fn reply_days(&self, day: Date, classes: usize, days: impl Fn(Date, Date) -> i64) -> Vec<u64> {
        let mut out = vec![0; classes];
        self.each_live("", |_, spans, marks| {
            let Some(first) = spans.first() else { return };
            for m in marks.iter().filter(|m| matches!(m.what, What::Replied | What::RepliedLate)) {
                if m.at.date() == day {
                    let took = usize::try_from(days(first.from.date(), day)).unwrap_or(0);
                    if let Some(n) = out.get_mut(took.min(classes.saturating_sub(1))) {
                        *n += 1;
                    }
                }
            }
        });
        out
    }

    /// One figure for one ask.
    pub fn value(&self, ask: &Ask, figure: &Figure, now: Moment) -> Value {
        self.board(ask, Dim::Channel, now).total.value(figure)
    }
}

/// The code one level below `above` that a region lies in; the code itself when it is not that deep.
fn below<'a>(code: &'a str, above: &str) -> &'a str {
    let next = [2, 4, 6, 9, 12].into_iter().find(|n| *n > above.len().max(4)).unwrap_or(12);
    code.get(..next).unwrap_or(code)
}

#[cfg(test)]
#[path = "cube_tests.rs"]
mod tests;
