//! 答复模板: replies with fields, of a unit. Must not know what a field is.

use access::Permit;
use kernel::{Moment, UnitId};

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Row;

/// A template of a reply (答复模板).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateRow {
    /// id; 0 before it is stored
    pub id: i64,
    /// whose it is
    pub unit: UnitId,
    /// its name
    pub name: String,
    /// the reply, with fields
    pub text: String,
    /// on which basis
    pub basis: String,
    /// in use
    pub active: bool,
    /// when it last changed
    pub at: Moment,
}

const TEMPLATE: &str = "id, unit, name, text, basis, active, at";

fn template_of(r: &Row<'_>) -> Result<TemplateRow> {
    Ok(TemplateRow {
        id: r.i64(0)?,
        unit: UnitId(r.i64(1)?),
        name: r.string(2)?,
        text: r.string(3)?,
        basis: r.string(4)?,
        active: r.bool(5)?,
        at: r.moment(6)?,
    })
}

/// The templates of a unit in use, by name.
pub fn of_unit(rd: &mut Rd<'_>, unit: UnitId) -> Result<Vec<TemplateRow>> {
    let sql = format!(
        "SELECT {TEMPLATE} FROM reply_template WHERE unit = $1 AND active = 1 ORDER BY name LIMIT 200"
    );
    rd.query(&sql, vals![unit.0], template_of)
}

/// One template.
pub fn by_id(rd: &mut Rd<'_>, id: i64) -> Result<Option<TemplateRow>> {
    rd.query_opt(&format!("SELECT {TEMPLATE} FROM reply_template WHERE id = $1"), vals![id], template_of)
}

/// Adds a template of this name or changes it. Answers its id.
pub fn put(tx: &mut Tx<'_>, _permit: &Permit, t: &TemplateRow) -> Result<i64> {
    let sql = "INSERT INTO reply_template (unit, name, text, basis, active, made, at) VALUES ($1, $2, $3, $4, $5, $6, $6) \
               ON CONFLICT (unit, name) DO UPDATE SET text = excluded.text, basis = excluded.basis, \
               active = excluded.active, at = excluded.at RETURNING id";
    tx.insert(sql, vals![t.unit.0, &t.name, &t.text, &t.basis, t.active, t.at])
}
