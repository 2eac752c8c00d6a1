//! 常用视图与列: what every list of the workbench shares. A list tells its filters and its columns as tables
//! ([`ListOf`]); tabs with counts, keeping a view and choosing columns follow from them.
//!
//! A view is the address of its list. What is in it is checked whenever it is read: a filter that the list no longer knows
//! is said above the list and beside the view, never dropped in silence.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use city::{Error, ListViews, NewView, Office, SavedView, ViewAct};
use kernel::Role;
use serde::Deserialize;

use crate::{Desk, Fields, Kit, Lang, Oops, Page, Reader, Texts, again, escape, render};

/// One filter of a list.
#[derive(Debug)]
pub struct Filter {
    /// its name in the address
    pub name: &'static str,
    /// for people
    pub text: fn(Lang) -> &'static str,
    /// a value as people say it
    pub say: fn(Lang, &str) -> String,
    /// does the list know this value?
    pub known: fn(&str, &Office) -> bool,
    /// it belongs to a view; else to one showing of the list
    pub kept: bool,
}

/// A value that people say as it stands.
pub fn plain(_: Lang, value: &str) -> String {
    value.to_owned()
}

/// One column of a list.
#[derive(Debug)]
pub struct Column {
    /// code word
    pub word: &'static str,
    /// for people
    pub text: fn(Lang) -> &'static str,
    /// a row is nothing without it
    pub must: bool,
}

/// A list with views of its own.
#[derive(Debug)]
pub struct ListOf {
    /// code word
    pub key: &'static str,
    /// its address
    pub path: &'static str,
    /// its name
    pub text: fn(Lang) -> &'static str,
    /// who may do this sees it
    pub open: access::Operation,
    /// its filters, in the order of its address
    pub filters: &'static [Filter],
    /// its columns, in their usual order; none: they are fixed
    pub columns: &'static [Column],
    /// the columns that somebody of a role has before choosing
    pub usual: fn(Role) -> &'static [&'static str],
}

/// Names and values of an address.
fn pairs(address: &str) -> Vec<(String, String)> {
    let uri = format!("/?{}", address.trim_start_matches('?')).parse().ok();
    let read = uri.and_then(|uri| Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
    read.map(|q| q.0).unwrap_or_default()
}

/// What an address asks for that its list does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    /// no such filter
    Name(String),
    /// no such value
    Value(&'static str, String),
}

impl ListOf {
    /// What belongs to a view of an address: names in the order of the list, without what is empty. Two addresses that ask
    /// for the same are the same here.
    pub fn kept(&self, address: &str) -> String {
        let all = pairs(address);
        let of = |f: &Filter| {
            let value = all.iter().find(|(n, v)| n == f.name && !v.is_empty()).map(|(_, v)| v)?;
            Some(format!("{}={}", f.name, escape(value)))
        };
        self.filters.iter().filter(|f| f.kept).filter_map(of).collect::<Vec<_>>().join("&")
    }

    fn faults(&self, lang: Lang, address: &str, office: &Office) -> Vec<Fault> {
        let asked = pairs(address).into_iter().filter(|(n, v)| n != "view" && !v.is_empty());
        let fault = |(name, value): (String, String)| match self.filters.iter().find(|f| f.name == name) {
            None => Some(Fault::Name(name)),
            Some(f) if !(f.known)(&value, office) => Some(Fault::Value((f.text)(lang), value)),
            Some(_) => None,
        };
        asked.filter_map(fault).collect()
    }

    /// Sentences about what an address asks for and the list does not know.
    pub fn told(&self, lang: Lang, t: &Texts, address: &str, office: &Office) -> Vec<String> {
        let cut = |s: &str| s.chars().take(40).collect::<String>();
        let sentence = |f: Fault| match f {
            Fault::Name(name) => t.view_fault_name.replace("{name}", &cut(&name)),
            Fault::Value(name, value) => {
                t.view_fault.replace("{filter}", name).replace("{value}", &cut(&value))
            }
        };
        self.faults(lang, address, office).into_iter().map(sentence).collect()
    }

    /// An address in words.
    fn in_words(&self, lang: Lang, address: &str) -> String {
        let of = |(name, value): (String, String)| match self.filters.iter().find(|f| f.name == name) {
            Some(f) => format!("{} {}", (f.text)(lang), (f.say)(lang, &value)).trim_end().to_owned(),
            None => format!("{name} {value}"),
        };
        pairs(address).into_iter().map(of).collect::<Vec<_>>().join(" · ")
    }

    /// The columns of a showing of the list, and those asked for that it does not have: of the view, else as the reader chose,
    /// else as the role has them. What no row can do without is always among them.
    pub fn columns(
        &self,
        role: Role,
        saved: &ListViews,
        view: Option<i64>,
    ) -> (Vec<&'static str>, Vec<String>) {
        let of_view = view.and_then(|id| saved.view(id)).map(|v| &v.columns).filter(|c| !c.is_empty());
        let chosen = of_view.unwrap_or(&saved.columns);
        let known = |word: &str| self.columns.iter().find(|c| c.word == word).map(|c| c.word);
        let mut out: Vec<&'static str> = chosen.iter().filter_map(|w| known(w)).collect();
        let lost = chosen.iter().filter(|w| known(w).is_none()).cloned().collect();
        if out.is_empty() {
            out = (self.usual)(role).to_vec();
        }
        for must in self.columns.iter().filter(|c| c.must) {
            if !out.contains(&must.word) {
                out.insert(0, must.word);
            }
        }
        (out, lost)
    }

    /// The address of a view.
    pub fn href(&self, view: &SavedView) -> String {
        let and = if view.query.is_empty() { "" } else { "&" };
        format!("{}?{}{and}view={}", self.path, view.query, view.id)
    }
}

/// A list above a list: its name, how many are in it.
#[derive(Clone, Debug)]
pub struct Tab {
    /// its name
    pub name: String,
    /// how many; empty: not counted
    pub count: String,
    /// its address
    pub href: String,
    /// it is the one shown
    pub on: bool,
    /// what is to be said about it
    pub note: String,
}

/// A count that was cut at a limit, as people read it.
pub fn cut_count(lang: Lang, n: i64) -> String {
    match (n >= COUNTED_TO.into(), lang) {
        (false, _) => n.to_string(),
        (true, Lang::Zh) => "1 万+".to_owned(),
        (true, Lang::En) => "10,000+".to_owned(),
    }
}

/// How far the rows of a view are counted.
pub const COUNTED_TO: u32 = 10_000;

/// What stands above a list: tabs, what is wrong with the address, and keeping it as a view.
#[derive(Clone, Debug, Default)]
pub struct Views {
    /// code word of the list
    pub list: &'static str,
    /// the tabs
    pub tabs: Vec<Tab>,
    /// what is wrong with what was asked
    pub told: Vec<String>,
    /// filter and order of this showing
    pub here: String,
    /// the view this showing began with, when it is the reader's own and was changed since
    pub changed: Option<(i64, String)>,
    /// this showing is a view already
    pub is_view: bool,
    /// may share
    pub may_share: bool,
    /// where columns and views are kept
    pub manage: String,
}

impl Views {
    /// The parts above a list: `address` is what is asked, `usual` the tabs of the list itself; `counts` one for each saved
    /// view of [`countable`], in its order.
    pub fn of(
        reader: &Reader,
        list: &'static ListOf,
        (address, view): (&str, Option<i64>),
        saved: &ListViews,
        mut tabs: Vec<Tab>,
        (counts, office): (&[Option<i64>], &Office),
    ) -> Self {
        let (lang, t) = (reader.lang, reader.common());
        let here = list.kept(address);
        let mut told = list.told(lang, t, address, office);
        // What the page does not read at all stands only in what was really asked.
        let asked = pairs(reader.path.split_once('?').map_or("", |p| p.1));
        let known = |name: &str| name == "view" || list.filters.iter().any(|f| f.name == name);
        for (name, _) in asked.iter().filter(|(n, v)| !v.is_empty() && !known(n)) {
            told.push(t.view_fault_name.replace("{name}", &name.chars().take(40).collect::<String>()));
        }
        let now = view.and_then(|id| saved.view(id));
        if view.is_some() && now.is_none() {
            told.push(t.view_gone.to_owned());
        }
        for column in list.columns(Role::Clerk, saved, view).1 {
            told.push(t.view_fault_column.replace("{name}", &column));
        }
        let mut is_view = false;
        for (v, count) in saved.views.iter().zip(counts) {
            let on = now.is_some_and(|n| n.id == v.id) && v.query == here;
            is_view |= on;
            let note = if count.is_none() {
                t.view_faulty.to_owned()
            } else if v.own {
                String::new()
            } else {
                t.view_shared_by.replace("{name}", &v.whose)
            };
            let count = count.map_or_else(|| "⚠".to_owned(), |n| cut_count(lang, n));
            tabs.push(Tab { name: v.name.clone(), count, href: list.href(v), on, note });
        }
        if is_view {
            for tab in tabs.iter_mut().filter(|t| !t.href.contains("view=")) {
                tab.on = false;
            }
        }
        let of_view = now.map_or_else(String::new, |v| format!("&view={}", v.id));
        Self {
            list: list.key,
            tabs,
            told,
            changed: now.filter(|v| v.own && v.query != here).map(|v| (v.id, v.name.clone())),
            is_view,
            may_share: saved.may_share,
            manage: format!("/desk/views/{}?query={}{of_view}", list.key, escape(&here)),
            here,
        }
    }
}

/// The filters of the saved views; none where one asks for something that the list no longer knows: it is not counted.
pub fn countable(
    list: &'static ListOf,
    lang: Lang,
    saved: &ListViews,
    office: &Office,
) -> Vec<Option<String>> {
    let of = |v: &SavedView| list.faults(lang, &v.query, office).is_empty().then(|| v.query.clone());
    saved.views.iter().map(of).collect()
}

/// What the address of the page of columns and views says.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ViewsAsk {
    /// filter and order of the list it was opened from
    #[serde(default)]
    query: String,
    /// the view whose columns are set
    #[serde(default)]
    view: String,
}

/// A view on its page.
struct Line {
    id: i64,
    name: String,
    href: String,
    words: String,
    own: bool,
    shared: bool,
    by: String,
    first: bool,
    faults: Vec<String>,
    up: bool,
    down: bool,
}

/// A column on its page.
struct Choice {
    word: &'static str,
    name: &'static str,
    on: bool,
    at: usize,
    must: bool,
    label: String,
}

#[derive(Template)]
#[template(path = "views_page.html")]
struct ViewsHtml {
    p: Page,
    list: &'static str,
    title: &'static str,
    back: String,
    query: String,
    words: String,
    name: String,
    lines: Vec<Line>,
    columns: Vec<Choice>,
    view: String,
    of_view: String,
    may_share: bool,
    trouble: String,
}

fn list_called(kit: &Kit, desk: &Desk, key: &str) -> Result<&'static ListOf, Oops> {
    let mut all = kit.site.lists.iter().copied().flatten();
    let list = all.find(|l| l.key == key).ok_or(Oops(Error::NotFound))?;
    access::offered(&desk.actor(), list.open).map_err(Error::from)?;
    Ok(list)
}

async fn page(
    kit: &Kit,
    desk: &Desk,
    list: &'static ListOf,
    ask: ViewsAsk,
    (name, trouble): (String, String),
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let (lang, office) = (p.lang, kit.city.office_now().await?);
    let saved = kit.city.views(desk.actor(), list.key.to_owned()).await?;
    let view = ask.view.parse().ok().and_then(|id| saved.view(id)).filter(|v| v.own);
    let (shown, _) = list.columns(desk.role(), &saved, view.map(|v| v.id));
    let own: Vec<i64> = saved.views.iter().filter(|v| v.own).map(|v| v.id).collect();
    let line = |v: &SavedView| Line {
        id: v.id,
        href: list.href(v),
        words: list.in_words(lang, &v.query),
        own: v.own,
        shared: v.shared,
        by: p.t.view_shared_by.replace("{name}", &v.whose),
        first: saved.first == Some(v.id),
        faults: list.told(lang, p.t, &v.query, &office),
        up: own.first() != Some(&v.id),
        down: own.last() != Some(&v.id),
        name: v.name.clone(),
    };
    let lines = saved.views.iter().map(line).collect();
    let place = |word: &str| shown.iter().position(|w| *w == word);
    let mut columns: Vec<_> = list.columns.iter().collect();
    columns.sort_by_key(|c| place(c.word).unwrap_or(usize::MAX));
    let choice = |(i, c): (usize, &&Column)| Choice {
        word: c.word,
        name: (c.text)(lang),
        on: place(c.word).is_some(),
        at: i + 1,
        must: c.must,
        label: p.t.columns_at.replace("{name}", (c.text)(lang)),
    };
    let columns = columns.iter().enumerate().map(choice).collect();
    let query = list.kept(&ask.query);
    let of_view = view.map_or_else(String::new, |v| format!("&view={}", v.id));
    Ok(render(&ViewsHtml {
        list: list.key,
        title: (list.text)(lang),
        back: format!("{}?{query}{of_view}", list.path),
        words: list.in_words(lang, &query),
        query,
        name,
        lines,
        columns,
        of_view: view.map_or_else(String::new, |v| p.t.columns_of_view.replace("{name}", &v.name)),
        view: view.map_or_else(String::new, |v| v.id.to_string()),
        may_share: saved.may_share,
        trouble,
        p,
    }))
}

/// `GET /desk/views/{list}`: the columns of a list and the views of it.
pub async fn views_page(
    State(kit): State<Kit>,
    desk: Desk,
    Path(key): Path<String>,
    Query(ask): Query<ViewsAsk>,
) -> Result<Response, Oops> {
    let list = list_called(&kit, &desk, &key)?;
    page(&kit, &desk, list, ask, Default::default()).await
}

/// The ticked columns in the order of their numbers; a column without a number comes last.
fn ticked(list: &ListOf, fields: &Fields) -> Vec<String> {
    let on = fields.all("column");
    let place = |word: &str| fields.get(&format!("at.{word}")).parse::<u32>().unwrap_or(u32::MAX);
    let mut all: Vec<&Column> = list.columns.iter().filter(|c| c.must || on.contains(&c.word)).collect();
    all.sort_by_key(|c| place(c.word));
    all.into_iter().map(|c| c.word.to_owned()).collect()
}

/// What is asked of a view that is there.
fn act_of(list: &'static ListOf, fields: &Fields) -> Option<ViewAct> {
    Some(match fields.get("do") {
        "rename" => ViewAct::Rename(fields.get("name").to_owned()),
        "up" => ViewAct::Up,
        "down" => ViewAct::Down,
        "first" => ViewAct::First(true),
        "not_first" => ViewAct::First(false),
        "share" => ViewAct::Share(true),
        "unshare" => ViewAct::Share(false),
        "ask" => ViewAct::Ask(list.kept(fields.get("query"))),
        "columns" => ViewAct::Columns(ticked(list, fields)),
        "default" => ViewAct::Columns(Vec::new()),
        "delete" => ViewAct::Delete,
        _ => return None,
    })
}

/// Telephone and identity numbers are looked for once; a view would keep them where nobody erases them.
fn without_numbers(query: &str) -> Result<(), Error> {
    let runs = query.split(|c: char| !c.is_ascii_digit());
    if runs.map(str::len).max().unwrap_or(0) < NUMBER {
        return Ok(());
    }
    Err(Error::invalid(
        "query",
        "视图里不能存电话、证件号等号码；请去掉搜索词里的号码再保存",
        "a view keeps no telephone or identity numbers: leave them out of the words looked for",
    ))
}
/// Digits in a row that are a number of somebody.
const NUMBER: usize = 7;

/// Does what the form asks, and says where to go on.
async fn done(kit: &Kit, desk: &Desk, list: &'static ListOf, fields: &Fields) -> Result<String, Error> {
    let query = list.kept(fields.get("query"));
    let manage = format!("/desk/views/{}?query={}", list.key, escape(&query));
    let columns_only = |columns| kit.city.set_columns(desk.actor(), list.key.to_owned(), columns);
    if matches!(fields.get("do"), "save" | "ask") {
        without_numbers(&query)?;
    }
    match (fields.get("do"), fields.get("view").parse::<i64>()) {
        ("save", _) => {
            let office = kit.city.office_now().await?;
            if let Some(told) = list.told(Lang::Zh, &crate::ZH, &query, &office).pop() {
                let en = list.told(Lang::En, &crate::EN, &query, &office).pop().unwrap_or_default();
                return Err(Error::invalid("query", told, en));
            }
            let from = fields.get("from").parse().ok();
            let saved = kit.city.views(desk.actor(), list.key.to_owned()).await?;
            let columns =
                from.and_then(|id| saved.view(id)).map_or(saved.columns.clone(), |v| v.columns.clone());
            let new = NewView {
                list: list.key.to_owned(),
                name: fields.get("name").to_owned(),
                query: query.clone(),
                columns,
                shared: fields.has("shared"),
            };
            let id = kit.city.save_view(desk.actor(), new).await?;
            let and = if query.is_empty() { "" } else { "&" };
            Ok(format!("{}?{query}{and}view={id}", list.path))
        }
        ("columns", Err(_)) => {
            columns_only(ticked(list, fields)).await?;
            Ok(format!("{}?{query}", list.path))
        }
        ("default", Err(_)) => {
            columns_only(Vec::new()).await?;
            Ok(format!("{}?{query}", list.path))
        }
        (what, Ok(id)) => {
            let act = act_of(list, fields).ok_or(Error::NotFound)?;
            kit.city.change_view(desk.actor(), id, act).await?;
            let and = if query.is_empty() { "" } else { "&" };
            Ok(match what {
                "columns" | "default" | "ask" => format!("{}?{query}{and}view={id}", list.path),
                _ => manage,
            })
        }
        _ => Err(Error::NotFound),
    }
}

/// `POST /desk/views/{list}`: keeps a view, changes one, chooses columns.
pub async fn keep_view(
    State(kit): State<Kit>,
    desk: Desk,
    Path(key): Path<String>,
    fields: Fields,
) -> Result<Response, Oops> {
    let list = list_called(&kit, &desk, &key)?;
    match done(&kit, &desk, list, &fields).await {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(e) => {
            let text = |name: &str| fields.get(name).to_owned();
            let ask = ViewsAsk { query: text("query"), view: text("view") };
            let name = if fields.get("do") == "save" { text("name") } else { String::new() };
            again(&desk.page, e, |trouble| page(&kit, &desk, list, ask, (name, trouble))).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any(_: &str, _: &Office) -> bool {
        true
    }
    fn never(_: &str, _: &Office) -> bool {
        false
    }
    const LIST: ListOf = ListOf {
        key: "things",
        path: "/desk/things",
        text: |_| "things",
        open: access::Operation::ListCases,
        filters: &[
            Filter { name: "stage", text: |_| "stage", say: plain, known: any, kept: true },
            Filter { name: "q", text: |_| "words", say: plain, known: any, kept: true },
            Filter { name: "unit", text: |_| "unit", say: plain, known: never, kept: true },
            Filter { name: "after", text: |_| "after", say: plain, known: any, kept: false },
        ],
        columns: &[
            Column { word: "due", text: |_| "due", must: false },
            Column { word: "title", text: |_| "title", must: true },
            Column { word: "unit", text: |_| "unit", must: false },
        ],
        usual: |_| &["due", "title"],
    };

    #[test]
    fn two_addresses_that_ask_for_the_same_are_the_same() {
        assert_eq!(LIST.kept("?q=%E5%B7%AE&stage=open&after=3.4&view=7"), "stage=open&q=%E5%B7%AE");
        assert_eq!(LIST.kept("stage=open&q=差&unit="), "stage=open&q=%E5%B7%AE");
        assert_eq!(LIST.kept("q=a%26stage%3Db"), "q=a%26stage%3Db", "a value makes no filter");
        assert_eq!(LIST.kept("?"), "");
    }

    #[test]
    fn columns_are_those_of_the_view_then_the_readers_then_the_roles() {
        let view = SavedView {
            id: 7,
            name: "a".into(),
            query: String::new(),
            columns: vec!["unit".into(), "gone".into(), "title".into()],
            own: true,
            shared: false,
            whose: String::new(),
        };
        let mut saved = ListViews { views: vec![view], ..ListViews::default() };
        let of = |saved: &ListViews, view| LIST.columns(Role::Clerk, saved, view);
        assert_eq!(of(&saved, None), (vec!["due", "title"], vec![]));
        assert_eq!(of(&saved, Some(7)), (vec!["unit", "title"], vec!["gone".to_owned()]));
        assert_eq!(of(&saved, Some(8)).0, ["due", "title"], "a view that is gone has no columns");
        saved.columns = vec!["due".into()];
        assert_eq!(of(&saved, None).0, ["title", "due"], "no row without what it is");
        saved.views[0].columns.clear();
        assert_eq!(of(&saved, Some(7)).0, ["title", "due"]);
    }

    #[test]
    fn ticked_columns_stand_in_the_order_of_their_numbers() {
        let fields = |all: &[(&str, &str)]| {
            Fields(all.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect())
        };
        let all =
            [("column", "due"), ("column", "unit"), ("at.due", "3"), ("at.unit", "1"), ("at.title", "2")];
        assert_eq!(ticked(&LIST, &fields(&all)), ["unit", "title", "due"]);
        assert_eq!(ticked(&LIST, &fields(&[("column", "nonsense"), ("at.due", "x")])), ["title"]);
    }

    #[test]
    fn no_number_of_a_person_is_kept() {
        for bad in ["q=13800001234", "kind=matter&q=%E7%8E%8B+0999880", "q=430602199001011234"] {
            assert!(without_numbers(bad).is_err(), "{bad}");
        }
        for good in ["", "q=%E5%8D%97%E6%B9%96", "q=12345", "unit=%E5%B8%82&sort=newest"] {
            assert!(without_numbers(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn counts_are_cut_in_words() {
        assert_eq!(cut_count(Lang::Zh, 9_999), "9999");
        assert_eq!(cut_count(Lang::Zh, 10_000), "1 万+");
        assert_eq!(cut_count(Lang::En, 10_000), "10,000+");
    }
}
