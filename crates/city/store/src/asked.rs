//! 限流: nodes tell each other what networks asked of them lately, so that a limit is one for the city. Networks are
//! keyed digests; what is older than some minutes is gone.

use kernel::Moment;

use crate::conn::{Rd, Tx};
use crate::engine::Result;
use crate::vals;
use crate::value::Value;

/// What a network asked of one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// word of the way
    pub way: String,
    /// keyed digest of the network
    pub net: i64,
    /// how often
    pub n: i64,
}

/// Tells what was asked of this node since it told last.
pub fn tell(tx: &mut Tx<'_>, node: &str, all: &[Asked]) -> Result<()> {
    let now = tx.now();
    let rows: Vec<[Value<'_>; 5]> = all
        .iter()
        .map(|a| [node.into(), a.way.as_str().into(), a.net.into(), a.n.into(), now.into()])
        .collect();
    let rows: Vec<&[Value<'_>]> = rows.iter().map(<[_; 5]>::as_slice).collect();
    tx.exec_many("INSERT INTO asked_lately (node, way, net, n, at) VALUES ($1, $2, $3, $4, $5)", &rows)?;
    Ok(())
}

/// What other nodes told after the line `after`, and the last line there is.
pub fn heard(rd: &mut Rd<'_>, node: &str, after: i64, limit: u32) -> Result<(Vec<Asked>, i64)> {
    let sql = "SELECT id, node, way, net, n FROM asked_lately WHERE id > $1 ORDER BY id LIMIT $2";
    let rows = rd.query(sql, vals![after, limit], |r| {
        Ok((r.i64(0)?, r.string(1)?, Asked { way: r.string(2)?, net: r.i64(3)?, n: r.i64(4)? }))
    })?;
    let last = rows.last().map_or(after, |r| r.0);
    Ok((rows.into_iter().filter(|r| r.1 != node).map(|r| r.2).collect(), last))
}

/// Forgets what was told before `before`, and marks of commits that nobody asks for any more.
pub fn sweep(tx: &mut Tx<'_>, before: Moment, marks: Moment) -> Result<u64> {
    tx.exec("DELETE FROM committed WHERE at < $1", vals![marks])?;
    tx.exec("DELETE FROM asked_lately WHERE at < $1", vals![before])
}
