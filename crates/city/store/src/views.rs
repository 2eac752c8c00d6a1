//! 常用视图与列: lists as people ask for them often, with the columns they chose. What a query and a column mean is for the
//! pages.

use kernel::{StaffId, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// A view as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewRow {
    /// id
    pub id: i64,
    /// the list it is of
    pub list: String,
    /// whose it is
    pub staff: StaffId,
    /// the unit it is shared with
    pub unit: Option<UnitId>,
    /// its name
    pub name: String,
    /// where it stands among those of its owner
    pub place: i64,
    /// filter and order, as the address of the list has them
    pub query: String,
    /// columns in their order, divided by blanks; empty: as everybody has them
    pub columns: String,
}

const COLUMNS: &str = "id, list, staff, unit, name, place, query, columns";

fn row_of(r: &Row<'_>) -> Result<ViewRow> {
    Ok(ViewRow {
        id: r.i64(0)?,
        list: r.string(1)?,
        staff: StaffId(r.i64(2)?),
        unit: r.opt_i64(3)?.map(UnitId),
        name: r.string(4)?,
        place: r.i64(5)?,
        query: r.string(6)?,
        columns: r.string(7)?,
    })
}

/// Keeps a new view; its id is given.
pub fn insert(tx: &mut Tx<'_>, v: &ViewRow) -> Result<i64> {
    let now = tx.now();
    let sql = "INSERT INTO list_view (list, staff, unit, name, place, query, columns, at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
    let unit = v.unit.map(|u| u.0);
    tx.insert(sql, vals![&v.list, v.staff, unit, &v.name, v.place, &v.query, &v.columns, now])
}

/// Keeps a view as it is now.
pub fn save(tx: &mut Tx<'_>, v: &ViewRow) -> Result<()> {
    let sql = "UPDATE list_view SET unit = $2, name = $3, place = $4, query = $5, columns = $6 WHERE id = $1";
    tx.exec(sql, vals![v.id, v.unit.map(|u| u.0), &v.name, v.place, &v.query, &v.columns])?;
    Ok(())
}

/// Ends a view; a list that opened with it opens as everybody's.
pub fn delete(tx: &mut Tx<'_>, id: i64) -> Result<()> {
    tx.exec("UPDATE list_choice SET first = NULL WHERE first = $1", vals![id])?;
    tx.exec("DELETE FROM list_view WHERE id = $1", vals![id])?;
    Ok(())
}

/// One view.
pub fn get(rd: &mut Rd<'_>, id: i64) -> Result<Option<ViewRow>> {
    rd.query_opt(&format!("SELECT {COLUMNS} FROM list_view WHERE id = $1"), vals![id], row_of)
}

/// The views of an account over all lists, in their order.
pub fn of_staff(rd: &mut Rd<'_>, staff: StaffId) -> Result<Vec<ViewRow>> {
    let sql = format!("SELECT {COLUMNS} FROM list_view WHERE staff = $1 ORDER BY list, place, id");
    rd.query(&sql, vals![staff], row_of)
}

/// The views of a list that are shared with a unit, whoever made them: the oldest first.
pub fn of_unit(rd: &mut Rd<'_>, unit: UnitId, list: &str, limit: u32) -> Result<Vec<ViewRow>> {
    let sql = format!("SELECT {COLUMNS} FROM list_view WHERE unit = $1 AND list = $2 ORDER BY id LIMIT $3");
    rd.query(&sql, vals![unit, list, limit], row_of)
}

/// What somebody chose for a list: its columns, and the view it opens with.
pub fn choice(rd: &mut Rd<'_>, staff: StaffId, list: &str) -> Result<Option<(String, Option<i64>)>> {
    let sql = "SELECT columns, first FROM list_choice WHERE staff = $1 AND list = $2";
    rd.query_opt(sql, vals![staff, list], |r| Ok((r.string(0)?, r.opt_i64(1)?)))
}

/// Keeps what somebody chose for a list.
pub fn choose(tx: &mut Tx<'_>, staff: StaffId, list: &str, columns: &str, first: Option<i64>) -> Result<()> {
    tx.exec(
        "INSERT INTO list_choice (staff, list, columns, first) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (staff, list) DO UPDATE SET columns = excluded.columns, first = excluded.first",
        vals![staff, list, columns, first],
    )?;
    Ok(())
}

/// Nobody but its owner opens a list with a view that is no longer shared.
pub fn forget_first(tx: &mut Tx<'_>, id: i64, owner: StaffId) -> Result<()> {
    tx.exec("UPDATE list_choice SET first = NULL WHERE first = $1 AND staff <> $2", vals![id, owner])?;
    Ok(())
}
