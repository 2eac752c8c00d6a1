//! 反映人: who lodged a case, sealed. Must not know the key.

use kernel::CaseId;

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Value;

/// Keeps the sealed contact of a case.
pub fn put(tx: &mut Tx<'_>, case: CaseId, sealed: &[u8]) -> Result<()> {
    tx.exec("INSERT INTO contact (case_id, sealed) VALUES ($1, $2)", vals![case, sealed])?;
    Ok(())
}

/// Keeps many.
pub fn put_many(tx: &mut Tx<'_>, rows: &[(CaseId, Vec<u8>)]) -> Result<()> {
    let rows: Vec<[Value<'_>; 2]> = rows.iter().map(|(id, sealed)| [(*id).into(), sealed.into()]).collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 2]>::as_slice).collect();
    tx.exec_many("INSERT INTO contact (case_id, sealed) VALUES ($1, $2)", &rows)?;
    Ok(())
}

/// The sealed contact of a case.
pub fn get(rd: &mut Rd<'_>, case: CaseId) -> Result<Option<Vec<u8>>> {
    rd.query_opt("SELECT sealed FROM contact WHERE case_id = $1", vals![case], |r| Ok(r.blob(0)?.to_vec()))
}

/// Destroys the sealed contact of a case.
pub fn erase(tx: &mut Tx<'_>, case: CaseId) -> Result<bool> {
    Ok(tx.exec("DELETE FROM contact WHERE case_id = $1", vals![case])? > 0)
}

/// The sealed contact that was kept last.
pub fn newest(rd: &mut Rd<'_>) -> Result<Option<(CaseId, Vec<u8>)>> {
    let sql = "SELECT case_id, sealed FROM contact ORDER BY case_id DESC LIMIT 1";
    rd.query_opt(sql, &[], |r| Ok((CaseId(r.i64(0)?), r.blob(1)?.to_vec())))
}
