//! 家底: what a city has so far, as far as the list of what comes next asks: one read, nothing kept.

use crate::conn::Rd;
use crate::engine::Result;

/// What there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// names of regions, that of the city among them
    pub regions: i64,
    /// units
    pub units: i64,
    /// accounts that work, by role: 窗口人员
    pub clerks: i64,
    /// 承办人
    pub handlers: i64,
    /// 政管办
    pub coordinators: i64,
    /// 走查人
    pub walkers: i64,
    /// accounts that somebody can sign in to
    pub ready: i64,
    /// accounts that nobody can sign in to
    pub open: i64,
    /// somebody signs in through an identity provider
    pub bound: bool,
    /// the limits were looked at and kept
    pub limits: bool,
    /// items whose unit is one of ours
    pub items: i64,
    /// there is a case
    pub case: bool,
    /// the newest campaign; 0: none
    pub campaign: i64,
    /// walks were given out
    pub given: bool,
    /// somebody walked
    pub walked: bool,
    /// a bulletin was sent on its way to be signed
    pub issued: bool,
}

/// What there is now.
pub fn standing(rd: &mut Rd<'_>) -> Result<Standing> {
    let sql = "SELECT (SELECT count(*) FROM region), \
               (SELECT count(*) FROM unit WHERE active <> 0), \
               (SELECT count(*) FROM staff WHERE active <> 0 AND role = 'clerk'), \
               (SELECT count(*) FROM staff WHERE active <> 0 AND role = 'handler'), \
               (SELECT count(*) FROM staff WHERE active <> 0 AND role = 'coordinator'), \
               (SELECT count(*) FROM staff WHERE active <> 0 AND role = 'walker'), \
               (SELECT count(*) FROM (SELECT 1 FROM setting WHERE name = 'limits' LIMIT 1) AS s), \
               (SELECT count(*) FROM (SELECT 1 FROM item WHERE unit_id IS NOT NULL LIMIT 1000) AS i), \
               (SELECT count(*) FROM (SELECT 1 FROM case_file LIMIT 1) AS c), \
               (SELECT count(*) FROM staff WHERE active <> 0 AND (secret IS NOT NULL OR subject IS NOT NULL)), \
               (SELECT coalesce(max(id), 0) FROM campaign), \
               (SELECT count(*) FROM (SELECT 1 FROM assignment LIMIT 1) AS g), \
               (SELECT count(*) FROM (SELECT 1 FROM walk LIMIT 1) AS w), \
               (SELECT count(*) FROM (SELECT 1 FROM bulletin WHERE state <> 'draft' LIMIT 1) AS b), \
               (SELECT count(*) FROM staff WHERE active <> 0 AND secret IS NULL AND subject IS NULL), \
               (SELECT count(*) FROM (SELECT 1 FROM staff WHERE subject IS NOT NULL LIMIT 1) AS p)";
    rd.query_one(sql, &[], |r| {
        Ok(Standing {
            regions: r.i64(0)?,
            units: r.i64(1)?,
            clerks: r.i64(2)?,
            handlers: r.i64(3)?,
            coordinators: r.i64(4)?,
            walkers: r.i64(5)?,
            limits: r.i64(6)? > 0,
            items: r.i64(7)?,
            case: r.i64(8)? > 0,
            ready: r.i64(9)?,
            campaign: r.i64(10)?,
            given: r.i64(11)? > 0,
            walked: r.i64(12)? > 0,
            issued: r.i64(13)? > 0,
            open: r.i64(14)?,
            bound: r.i64(15)? > 0,
        })
    })
}
