//! 件列表的筛选与列: which filters the list of cases has, which columns one can choose, what stands in each, on the page and in
//! the file.

use std::collections::HashMap;

use access::Operation;
use city::Office;
use kernel::Role;
use paper::sheet::{Column as SheetColumn, Kind as SheetKind, Value};
use resolve::{Kind, Lateness, StageKind, Word};
use resolve_acts::CaseView;
use web_kit::{Column, Filter, Lang, ListOf, Oops, Words as _, lamp, plain, short_day, word};

use crate::texts::Texts;
use crate::{Kit, Page};

kernel::words! {
    /// The columns one can choose.
    inherent Col {
        Due = "due", "期限";
        Title = "title", "事项";
        Kind = "kind", "类别";
        Unit = "unit", "单位";
        Stage = "stage", "环节";
        People = "people", "反映人数";
        Lodged = "lodged", "登记时间";
        Channel = "channel", "来源";
        Region = "region", "区划";
        FirstAsked = "first_asked", "首问单位";
        Complexity = "complexity", "难易";
        Cause = "cause", "办不成的原因";
        Campaign = "campaign", "行动";
        Returns = "returns", "退回次数";
        Rounds = "rounds", "重办次数";
        Reminders = "reminders", "催办次数";
    }
}

impl Col {
    fn text(self, l: Lang) -> &'static str {
        let t = Texts::of(l);
        match self {
            Self::Due => t.th_due,
            Self::Title => t.th_title,
            Self::Kind => t.f_kind,
            Self::Unit => t.th_unit,
            Self::Stage => t.th_stage,
            Self::People => t.f_reporters,
            Self::Lodged => t.th_lodged,
            Self::Channel => t.f_channel,
            Self::Region => t.f_region,
            Self::FirstAsked => t.f_first_asked,
            Self::Complexity => t.f_complexity,
            Self::Cause => t.f_cause,
            Self::Campaign => t.f_campaign,
            Self::Returns => t.f_returns,
            Self::Rounds => t.f_rounds,
            Self::Reminders => t.f_reminders,
        }
    }
    /// The order of the list that its head asks for.
    const fn sort(self) -> Option<&'static str> {
        match self {
            Self::Due => Some(""),
            Self::People => Some("support"),
            Self::Lodged => Some("newest"),
            _ => None,
        }
    }
}

const fn column(col: Col, text: fn(Lang) -> &'static str) -> Column {
    Column { word: col.word(), text, must: matches!(col, Col::Title) }
}

/// In the order of [`Col`]: a test holds them together.
const COLUMNS: &[Column] = &[
    column(Col::Due, |l| Col::Due.text(l)),
    column(Col::Title, |l| Col::Title.text(l)),
    column(Col::Kind, |l| Col::Kind.text(l)),
    column(Col::Unit, |l| Col::Unit.text(l)),
    column(Col::Stage, |l| Col::Stage.text(l)),
    column(Col::People, |l| Col::People.text(l)),
    column(Col::Lodged, |l| Col::Lodged.text(l)),
    column(Col::Channel, |l| Col::Channel.text(l)),
    column(Col::Region, |l| Col::Region.text(l)),
    column(Col::FirstAsked, |l| Col::FirstAsked.text(l)),
    column(Col::Complexity, |l| Col::Complexity.text(l)),
    column(Col::Cause, |l| Col::Cause.text(l)),
    column(Col::Campaign, |l| Col::Campaign.text(l)),
    column(Col::Returns, |l| Col::Returns.text(l)),
    column(Col::Rounds, |l| Col::Rounds.text(l)),
    column(Col::Reminders, |l| Col::Reminders.text(l)),
];

/// Columns before anybody chose: a handler's cases are all of one unit, who supervises looks for what was done twice.
const fn usual(role: Role) -> &'static [&'static str] {
    match role {
        Role::Handler => &["due", "title", "kind", "stage", "first_asked", "people", "lodged"],
        Role::Supervisor => &["due", "title", "kind", "unit", "stage", "returns", "rounds", "lodged"],
        Role::Analyst => &["due", "title", "kind", "channel", "unit", "stage", "people", "lodged"],
        _ => &["due", "title", "kind", "unit", "stage", "people", "lodged"],
    }
}

fn set(value: &str, _: &Office) -> bool {
    value == "1"
}

/// A filter that is set or not: its name says it all.
fn nothing(_: Lang, _: &str) -> String {
    String::new()
}

fn is<W: Word>(value: &str) -> bool {
    W::ALL.iter().any(|w| w.word() == value)
}

/// A closed word, or one of the list itself.
fn say<W: Word>(lang: Lang, value: &str) -> String {
    let t = Texts::of(lang);
    match value {
        "open" => t.stage_open.to_owned(),
        "all" => t.stage_all.to_owned(),
        other => {
            W::ALL.iter().find(|w| w.word() == other).map_or_else(|| other.to_owned(), |w| word(lang, *w))
        }
    }
}

fn say_scope(lang: Lang, value: &str) -> String {
    let t = Texts::of(lang);
    let all = [("unit", t.scope_unit), ("first", t.scope_first), ("co", t.scope_co)];
    all.iter().find(|s| s.0 == value).map_or_else(|| value.to_owned(), |s| s.1.to_owned())
}

fn say_sort(lang: Lang, value: &str) -> String {
    let t = Texts::of(lang);
    let all = [("newest", t.sort_newest), ("support", t.sort_support)];
    all.iter().find(|s| s.0 == value).map_or_else(|| value.to_owned(), |s| s.1.to_owned())
}

const fn filter(
    name: &'static str,
    text: fn(Lang) -> &'static str,
    say: fn(Lang, &str) -> String,
    known: fn(&str, &Office) -> bool,
) -> Filter {
    Filter { name, text, say, known, kept: true }
}

/// A page of the list, by where it begins.
fn is_place(v: &str, _: &Office) -> bool {
    let Some((key, id)) = v.split_once('.') else { return false };
    id.parse::<i64>().is_ok() && (key == "s" || key.parse::<i64>().is_ok())
}

const FILTERS: &[Filter] = &[
    filter("q", |l| Texts::of(l).search, plain, |_, _| true),
    filter(
        "stage",
        |l| Texts::of(l).th_stage,
        say::<StageKind>,
        |v, _| matches!(v, "open" | "all") || is::<StageKind>(v),
    ),
    filter("kind", |l| Texts::of(l).f_kind, say::<Kind>, |v, _| is::<Kind>(v)),
    filter("unit", |l| Texts::of(l).th_unit, plain, |v, office| office.unit_called(v).is_some()),
    filter("scope", |l| Texts::of(l).scope_label, say_scope, |v, _| matches!(v, "unit" | "first" | "co")),
    filter("late", |l| Texts::of(l).tile_late, nothing, set),
    filter("today", |l| Texts::of(l).tile_today, nothing, set),
    filter("returned", |l| Texts::of(l).tile_returned, nothing, set),
    filter("reopened", |l| Texts::of(l).tile_reopened, nothing, set),
    filter("sort", |l| Texts::of(l).sort_label, say_sort, |v, _| matches!(v, "newest" | "support")),
    Filter {
        name: "fold",
        text: |l| Texts::of(l).group_fold,
        say: plain,
        known: |v, _| v.split('.').all(|w| Lateness::ALL.iter().any(|l| l.word() == w)),
        kept: false,
    },
    Filter { name: "after", text: |l| Texts::of(l).page_next, say: plain, known: is_place, kept: false },
];

/// 件列表 as a list with views.
pub const LISTS: &[ListOf] = &[ListOf {
    key: "cases",
    path: "/desk/cases",
    text: |l| Texts::of(l).nav_list,
    open: Operation::ListCases,
    filters: FILTERS,
    columns: COLUMNS,
    usual,
}];

/// The list of cases.
pub(crate) const fn list() -> &'static ListOf {
    &LISTS[0]
}

/// The head of a column.
pub(crate) struct Head {
    pub name: &'static str,
    /// where its order leads; empty where there is none
    pub href: String,
    /// the list has this order
    pub on: bool,
    /// what the order is called
    pub sort: &'static str,
    /// which way the arrow points
    pub arrow: &'static str,
}

/// What stands in a column of a row.
pub(crate) struct Cell {
    pub name: &'static str,
    pub due: bool,
    pub title: bool,
    pub num: bool,
    pub text: String,
}

/// The columns of one showing, with the names that they need.
pub(crate) struct Shown {
    cols: Vec<Col>,
    regions: HashMap<String, String>,
}

impl Shown {
    pub(crate) async fn of(kit: &Kit, words: &[&str]) -> Result<Self, Oops> {
        let cols: Vec<Col> = words.iter().filter_map(|w| Col::read(w)).collect();
        let regions = if cols.contains(&Col::Region) {
            kit.city.regions().await?.into_iter().collect()
        } else {
            HashMap::new()
        };
        Ok(Self { cols, regions })
    }

    /// The heads; `at`: the address of the list in an order.
    pub(crate) fn heads(&self, p: &Page, sort: &str, at: impl Fn(&str) -> String) -> Vec<Head> {
        let head = |c: &Col| Head {
            name: c.text(p.lang),
            href: c.sort().map_or_else(String::new, &at),
            on: c.sort() == Some(sort),
            sort: match c {
                Col::Due => p.t.sort_due,
                Col::People => p.t.sort_support,
                Col::Lodged => p.t.sort_newest,
                _ => "",
            },
            arrow: if *c == Col::Due { "▲" } else { "▼" },
        };
        self.cols.iter().map(head).collect()
    }

    fn text(&self, p: &Page, v: &CaseView, col: Col) -> String {
        let c = &v.case;
        match col {
            Col::Due => v.clock.as_ref().map_or_else(String::new, |k| short_day(p.lang, p.now, k.due.date())),
            Col::Title => c.title.clone(),
            Col::Kind => word(p.lang, c.kind),
            Col::Unit => v.owner.clone().unwrap_or_else(|| v.office.unit_name(c.first_asked)),
            Col::Stage => word(p.lang, c.stage.kind()),
            Col::People => (i64::from(c.reporters) + c.support).to_string(),
            Col::Lodged => short_day(p.lang, p.now, c.lodged.date()),
            Col::Channel => word(p.lang, c.channel),
            Col::Region => {
                let code = c.region.as_str();
                self.regions.get(code).cloned().unwrap_or_else(|| code.to_owned())
            }
            Col::FirstAsked => v.office.unit_name(c.first_asked),
            Col::Complexity => word(p.lang, c.complexity),
            Col::Cause => c.cause.map_or_else(String::new, |c| word(p.lang, c)),
            Col::Campaign => c.campaign.clone().unwrap_or_default(),
            Col::Returns => c.returns.to_string(),
            Col::Rounds => c.rounds.to_string(),
            Col::Reminders => c.reminders.to_string(),
        }
    }

    /// A row of the page.
    pub(crate) fn cells(&self, p: &Page, v: &CaseView) -> Vec<Cell> {
        let cell = |c: &Col| Cell {
            name: c.text(p.lang),
            due: *c == Col::Due,
            title: *c == Col::Title,
            num: matches!(c, Col::People | Col::Lodged | Col::Returns | Col::Rounds | Col::Reminders),
            text: self.text(p, v, *c),
        };
        self.cols.iter().map(cell).collect()
    }

    /// The columns of a file: as the page has them, what a page says in one place being a column each.
    pub(crate) fn sheet(&self, p: &Page) -> Vec<SheetColumn> {
        let t = p.t;
        let text = |name: &str, width| SheetColumn { name: name.to_owned(), kind: SheetKind::Text, width };
        let moment =
            |name: &str| SheetColumn { name: name.to_owned(), kind: SheetKind::DateTime, width: 18.0 };
        let count = |name: &str| SheetColumn { name: name.to_owned(), kind: SheetKind::Integer, width: 10.0 };
        let of = |c: &Col| match c {
            Col::Due => vec![moment(t.th_due), count(t.export_left), text(t.th_light, 8.0)],
            Col::Title => vec![text(t.f_number, 20.0), text(t.f_title, 40.0)],
            Col::Lodged => vec![moment(t.f_lodged)],
            Col::People | Col::Returns | Col::Rounds | Col::Reminders => vec![count(c.text(p.lang))],
            Col::Unit | Col::FirstAsked | Col::Campaign => vec![text(c.text(p.lang), 20.0)],
            c => vec![text(c.text(p.lang), 12.0)],
        };
        self.cols.iter().flat_map(of).collect()
    }

    /// A row of the file, in its columns.
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    pub(crate) fn values(&self, p: &Page, v: &CaseView) -> Vec<Value> {
        let (c, clock) = (&v.case, v.clock.as_ref());
        let n = |n: i64| Value::Number(n as f64);
        let of = |col: &Col| match col {
            Col::Due => vec![
                clock.map_or(Value::Empty, |k| Value::Moment(k.due)),
                clock.map_or(Value::Empty, |k| n(k.workdays_left)),
                Value::Text(lamp(p.lang, p.t, clock).word.to_owned()),
            ],
            Col::Title => vec![Value::Text(c.number.clone()), Value::Text(c.title.clone())],
            Col::Lodged => vec![Value::Moment(c.lodged)],
            Col::People => vec![n(i64::from(c.reporters) + c.support)],
            Col::Returns => vec![n(c.returns.into())],
            Col::Rounds => vec![n(c.rounds.into())],
            Col::Reminders => vec![n(c.reminders.into())],
            other => vec![Value::Text(self.text(p, v, *other))],
        };
        self.cols.iter().flat_map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_offered_once_and_every_usual_one_is_there() {
        let words: Vec<_> = COLUMNS.iter().map(|c| c.word).collect();
        assert_eq!(words, Col::ALL.map(Col::word), "the table has the columns in their order");
        for role in Role::ALL {
            let usual = usual(role);
            assert!(usual.contains(&"title") && usual.len() > 3, "{role:?}");
            for (i, word) in usual.iter().enumerate() {
                assert!(Col::read(word).is_some() && !usual[..i].contains(word), "{role:?} {word}");
            }
        }
        for c in COLUMNS {
            assert!(!(c.text)(Lang::Zh).is_empty() && (c.text)(Lang::Zh) != (c.text)(Lang::En), "{}", c.word);
        }
    }
}
