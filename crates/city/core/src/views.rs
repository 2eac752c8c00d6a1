//! 常用视图与列: lists as a person asks for them often. Only their owner sees and changes them; who may do so shares one
//! with the own unit, and ends what is shared there. What a filter or a column means, the pages know (`web_kit::ListOf`).

use access::{Own, Unit, decide, op};
use kernel::{Actor, StaffId};
use store::Rd;
use store::views::{self, ViewRow};

use crate::{City, Door as _, Error, Later};

/// Views of one account, over all lists: each is one count of a page.
pub const VIEWS_MOST: usize = 12;
/// Views of one list that a page shows, own and shared ones together.
pub const VIEWS_SHOWN: usize = 12;
/// Characters of the name of a view.
const NAME: usize = 20;
/// Bytes of its filter, and of its columns.
const BYTES: usize = 1_000;

/// A view as its reader has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// id
    pub id: i64,
    /// its name
    pub name: String,
    /// filter and order
    pub query: String,
    /// its columns; none: those of the list
    pub columns: Vec<String>,
    /// the reader made it
    pub own: bool,
    /// it is shared with the unit
    pub shared: bool,
    /// who made it, when it was somebody else
    pub whose: String,
}

/// What somebody has on a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListViews {
    /// own views in their order, then those shared with the unit
    pub views: Vec<SavedView>,
    /// the columns chosen; none: as everybody of the role has them
    pub columns: Vec<String>,
    /// the view that opens first
    pub first: Option<i64>,
    /// may share a view with the unit, and end what is shared there
    pub may_share: bool,
}

impl ListViews {
    /// A view of these.
    pub fn view(&self, id: i64) -> Option<&SavedView> {
        self.views.iter().find(|v| v.id == id)
    }
}

/// A view that is to be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewView {
    /// the list it is of
    pub list: String,
    /// its name
    pub name: String,
    /// filter and order
    pub query: String,
    /// its columns
    pub columns: Vec<String>,
    /// share it with the unit at once
    pub shared: bool,
}

/// What is done with a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViewAct {
    /// 改名
    Rename(String),
    /// 上移
    Up,
    /// 下移
    Down,
    /// 设为首先打开; false: not any more
    First(bool),
    /// 与本单位共享; false: not any more
    Share(bool),
    /// 改为现在的筛选
    Ask(String),
    /// 列
    Columns(Vec<String>),
    /// 删除
    Delete,
}

fn own(actor: &Actor) -> Result<StaffId, Error> {
    decide(actor, op::OwnViews, Own(actor.staff))?;
    actor.staff.ok_or(Error::NotFound)
}

/// Sharing with the own unit.
fn share(actor: &Actor) -> Result<(), Error> {
    let region = actor.region.as_ref().ok_or(Error::NotFound)?;
    decide(actor, op::ShareViews, Unit { unit: actor.unit, region })?;
    Ok(())
}

fn name_of(name: &str) -> Result<String, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "name",
            format!("请给视图起一个名称，{NAME} 字以内，例如“差评、已超期”"),
            format!("give the view a name of {NAME} characters at most"),
        ));
    }
    Ok(name.to_owned())
}

fn columns_of(columns: &[String]) -> Result<String, Error> {
    let text = columns.join(" ");
    let words =
        columns.iter().all(|c| c.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && !c.is_empty());
    if words && text.len() <= BYTES {
        return Ok(text);
    }
    Err(Error::invalid("columns", "请在列表里勾选列", "tick the columns in the list"))
}

fn query_of(query: &str) -> Result<&str, Error> {
    if query.len() <= BYTES {
        return Ok(query);
    }
    Err(Error::invalid(
        "query",
        "筛选条件太长，存不下；请缩短搜索的词再保存",
        "the filter is too long to be kept: shorten the words looked for",
    ))
}

fn taken(name: &str) -> Error {
    Error::invalid(
        "name",
        format!("您已经有一个叫“{name}”的视图，请换一个名称，或在“列与视图”里删除原来的"),
        format!("you already have a view called {name}: choose another name or delete that one"),
    )
}

fn split(columns: &str) -> Vec<String> {
    columns.split_whitespace().map(str::to_owned).collect()
}

/// What this reader has on a list.
fn on_list(rd: &mut Rd<'_>, actor: &Actor, list: &str) -> Result<ListViews, Error> {
    let me = own(actor)?;
    let mut rows: Vec<ViewRow> = views::of_staff(rd, me)?.into_iter().filter(|v| v.list == list).collect();
    if let Some(unit) = actor.unit {
        let most = u32::try_from(VIEWS_SHOWN).unwrap_or(u32::MAX);
        rows.extend(views::of_unit(rd, unit, list, most)?.into_iter().filter(|v| v.staff != me));
    }
    rows.truncate(VIEWS_SHOWN);
    let mut out = Vec::with_capacity(rows.len());
    for v in rows {
        let whose = if v.staff == me {
            String::new()
        } else {
            store::office::staff_by_id(rd, v.staff)?.map(|s| s.name).unwrap_or_default()
        };
        out.push(SavedView {
            id: v.id,
            own: v.staff == me,
            shared: v.unit.is_some(),
            columns: split(&v.columns),
            name: v.name,
            query: v.query,
            whose,
        });
    }
    let (columns, first) = views::choice(rd, me, list)?.unwrap_or_default();
    let first = first.filter(|f| out.iter().any(|v| v.id == *f));
    Ok(ListViews { views: out, columns: split(&columns), first, may_share: share(actor).is_ok() })
}

/// A view that the reader can see; anybody else's is not there.
fn seen(rd: &mut Rd<'_>, actor: &Actor, id: i64) -> Result<(StaffId, ViewRow), Error> {
    let me = own(actor)?;
    let v = views::get(rd, id)?.ok_or(Error::NotFound)?;
    let mine = v.staff == me || (v.unit.is_some() && v.unit == actor.unit);
    if mine { Ok((me, v)) } else { Err(Error::NotFound) }
}

impl City {
    /// The views and columns of a reader on a list.
    pub fn views(&self, actor: Actor, list: String) -> Later<ListViews> {
        self.read(move |_, rd| on_list(rd, &actor, &list))
    }

    /// Keeps a view.
    pub fn save_view(&self, actor: Actor, new: NewView) -> Later<i64> {
        self.write(move |_, tx| {
            let me = own(&actor)?;
            if new.shared {
                share(&actor)?;
            }
            let all = views::of_staff(tx, me)?;
            let name = name_of(&new.name)?;
            if all.len() >= VIEWS_MOST {
                return Err(Error::invalid(
                    "name",
                    format!("常用视图最多 {VIEWS_MOST} 个，请先在“列与视图”里删除不用的"),
                    format!("{VIEWS_MOST} views at most: delete one that you do not use first"),
                ));
            }
            if all.iter().any(|v| v.list == new.list && v.name == name) {
                return Err(taken(&name));
            }
            let place = all.iter().filter(|v| v.list == new.list).map(|v| v.place).max().unwrap_or(0) + 1;
            let row = ViewRow {
                id: 0,
                staff: me,
                unit: actor.unit.filter(|_| new.shared),
                name,
                place,
                query: query_of(&new.query)?.to_owned(),
                columns: columns_of(&new.columns)?,
                list: new.list.clone(),
            };
            Ok(views::insert(tx, &row)?)
        })
    }

    /// Changes a view: its owner does; what is shared with a unit can be ended, as a shared one, by who may share there.
    pub fn change_view(&self, actor: Actor, id: i64, act: ViewAct) -> Later<()> {
        self.write(move |_, tx| {
            let (me, mut v) = seen(tx, &actor, id)?;
            // What opens first is the reader's own choice, whoever made the view.
            if let ViewAct::First(on) = act {
                let (columns, first) = views::choice(tx, me, &v.list)?.unwrap_or_default();
                let first = if on { Some(id) } else { first.filter(|f| *f != id) };
                return Ok(views::choose(tx, me, &v.list, &columns, first)?);
            }
            if v.staff != me {
                if act != ViewAct::Share(false) {
                    return Err(Error::Forbidden(kernel::Said::new(
                        "这是别人共享的视图，只有本人能改；可以另存为自己的视图",
                        "somebody else shares this view and only they change it: keep one of your own",
                    )));
                }
                share(&actor)?;
            }
            match &act {
                ViewAct::First(_) => {}
                ViewAct::Rename(name) => {
                    let name = name_of(name)?;
                    let all = views::of_staff(tx, me)?;
                    if all.iter().any(|o| o.id != id && o.list == v.list && o.name == name) {
                        return Err(taken(&name));
                    }
                    v.name = name;
                }
                ViewAct::Up | ViewAct::Down => {
                    let mut all: Vec<ViewRow> =
                        views::of_staff(tx, me)?.into_iter().filter(|o| o.list == v.list).collect();
                    let at = all.iter().position(|o| o.id == id).ok_or(Error::NotFound)?;
                    let to = if act == ViewAct::Up { at.checked_sub(1) } else { Some(at + 1) };
                    let Some(to) = to.filter(|to| *to < all.len()) else { return Ok(()) };
                    all.swap(at, to);
                    for (place, mut o) in (1..).zip(all) {
                        o.place = place;
                        views::save(tx, &o)?;
                    }
                    return Ok(());
                }
                ViewAct::Share(on) => {
                    if *on {
                        share(&actor)?;
                    } else {
                        views::forget_first(tx, id, v.staff)?;
                    }
                    v.unit = actor.unit.filter(|_| *on);
                }
                ViewAct::Ask(query) => query_of(query)?.clone_into(&mut v.query),
                ViewAct::Columns(columns) => v.columns = columns_of(columns)?,
                ViewAct::Delete => return Ok(views::delete(tx, id)?),
            }
            Ok(views::save(tx, &v)?)
        })
    }

    /// The columns that somebody has a list with from now on; none: as everybody of the role has them.
    pub fn set_columns(&self, actor: Actor, list: String, columns: Vec<String>) -> Later<()> {
        self.write(move |_, tx| {
            let me = own(&actor)?;
            let (_, first) = views::choice(tx, me, &list)?.unwrap_or_default();
            Ok(views::choose(tx, me, &list, &columns_of(&columns)?, first)?)
        })
    }
}
