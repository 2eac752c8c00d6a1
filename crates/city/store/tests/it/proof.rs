//! Every table of the schema is compared with the record or listed with the reason why not, and every edit of a
//! compared column past the program is named.

use std::collections::BTreeSet;

use access::{City, Permit, decide, op};
use kernel::{Actor, CaseId, Moment, StaffId, UnitId};
use store::campaigns::CampaignRow;
use store::guides::{GuideRow, PlateRow};
use store::indicators;
use store::papers::{PartRow, TextRow};
use store::proof::{self, COMPARED_OTHERWISE, Compared, NOT_COMPARED};
use store::ratings::{RatingRow, ServiceRow};
use store::seals::{SealRow, SealedRow};
use store::supervision::{BulletinRow, DrawRow, PaperRow, PublicationRow};
use store::{Dialect, Options, StoreError, Tx, campaigns, guides, papers, ratings, seals, supervision};
use testkit::both_engines;

fn permit() -> Permit {
    decide(&Actor::system(), op::WriteUnits, City(&"4306".parse().unwrap())).unwrap()
}

/// One row in every table whose rows have digests on record, written and changed as the program does it.
fn fill(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let (p, now) = (permit(), Moment::from_us(1));
    let mut bulletin = BulletinRow {
        id: 0,
        form: "weekly".into(),
        title: "周报".into(),
        state: "draft".into(),
        ver: 1,
        region: "4306".into(),
        made: now,
        doc: "{}".into(),
    };
    bulletin.id = supervision::put_bulletin(tx, &p, &bulletin)?;
    bulletin.state = "issued".into();
    assert!(supervision::save_bulletin(tx, &p, &bulletin)?);
    let mut paper =
        PaperRow { id: 0, unit: UnitId(1), state: "asked".into(), asked_by: None, at: now, doc: "{}".into() };
    let adjust = supervision::put_adjust(tx, &p, &paper)?;
    supervision::set_adjust(tx, &p, adjust, "agreed")?;
    paper.id = supervision::put_account(tx, &p, &paper)?;
    paper.state = "final".into();
    supervision::save_account(tx, &p, &paper)?;
    let mut draw = DrawRow { id: 0, seed: "7".into(), at: now, doc: "{}".into() };
    draw.id = supervision::put_draw(tx, &p, &draw)?;
    draw.doc = "{\"found\":1}".into();
    supervision::save_draw(tx, &p, &draw)?;
    let mut set =
        indicators::SetRow { id: 0, ver: 1, word: "评价".into(), state: "used".into(), doc: "{}".into() };
    set.id = indicators::put_set(tx, &p, &set)?;
    set.state = "ended".into();
    assert!(indicators::save_set(tx, &p, &set)?);
    let value = indicators::ValueRow {
        id: 0,
        of_set: set.id,
        word: "用时".into(),
        period: "2026".into(),
        unit: Some(UnitId(1)),
        staff: Some(StaffId(1)),
        at: now,
        doc: "{}".into(),
    };
    indicators::put_value(tx, &p, &value)?;
    // Filled in again, it is the same row.
    indicators::put_value(tx, &p, &indicators::ValueRow { doc: "{\"n\":1}".into(), ..value })?;
    let shown = PublicationRow { id: 0, case: CaseId(1), state: "shown".into(), at: now, doc: "{}".into() };
    supervision::put_publication(tx, &p, &shown)?;
    let guide = GuideRow {
        id: 1,
        item: 1,
        region: "4306".into(),
        ver: 1,
        stage: "published".into(),
        doc: "{}".into(),
    };
    guides::put(tx, &p, &guide)?;
    let plate = PlateRow {
        number: 1,
        ver: 1,
        issue: 1,
        place: "大厅".into(),
        region: "4306".into(),
        items: "[]".into(),
    };
    guides::put_plate(tx, &p, &plate)?;
    let campaign = CampaignRow {
        id: 1,
        ver: 1,
        name: "行动".into(),
        first_day: "2026-03-02".into(),
        last_day: "2026-04-02".into(),
        region: "4306".into(),
        doc: "{}".into(),
    };
    campaigns::put(tx, &p, &campaign, "found", "{}")?;
    let service = ServiceRow {
        id: 0,
        code: "own/1".into(),
        unit: UnitId(1),
        region: "4306".into(),
        place: String::new(),
        item: "社保卡补办".into(),
        theme: String::new(),
        at: now,
        source: "own".into(),
        case: None,
    };
    let service = ratings::put_service(tx, &p, &service)?;
    let mut rating = RatingRow {
        id: 0,
        service,
        times: 1,
        level: 1,
        by_default: false,
        channel: "web".into(),
        reasons: "1".into(),
        words: "态度差".into(),
        at: now,
        device: None,
        state: "counted".into(),
        ground: String::new(),
        decision: String::new(),
        case: None,
    };
    rating.id = ratings::put(tx, &p, &rating)?;
    ratings::link_case(tx, rating.id, CaseId(1))?;
    rating.state = "appealed".into();
    ratings::decide(tx, &p, &rating)
}

/// The same for seals and what was sealed.
fn fill_seals(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let (p, now) = (permit(), Moment::from_us(1));
    let mut seal = SealRow {
        id: 0,
        number: "4306000000001".into(),
        name: "某局".into(),
        kind: "unit".into(),
        unit: UnitId(1),
        state: "applied".into(),
        ver: 1,
        papers: "bulletin".into(),
        roles: "coordinator".into(),
        device: String::new(),
        trial: false,
        asked_by: None,
        filed: String::new(),
        valid_from: None,
        valid_to: None,
        certificate: String::new(),
        made: now,
        width: 42,
        height: 42,
    };
    seal.id = seals::put(tx, &p, &seal, b"png")?;
    seal.state = "made".into();
    seals::put_made(tx, &p, seal.id, b"esl", b"png")?;
    assert!(seals::save(tx, &p, &seal)? && !seals::save(tx, &p, &seal)?);
    let paper = SealedRow {
        id: 0,
        code: "CODE".into(),
        kind: "bulletin".into(),
        subject: 1,
        seal: seal.id,
        office: "某局".into(),
        number: "1号".into(),
        title: "通报".into(),
        day: "2026-03-02".into(),
        trial: true,
        at: now,
        state: "kept".into(),
        ended: None,
        why: String::new(),
        ofd_digest: "a".into(),
        pdf_digest: "b".into(),
    };
    let id = seals::put_sealed(tx, &p, &paper, b"ofd", b"pdf")?;
    assert!(seals::withdraw(tx, &p, id, "错")? && !seals::withdraw(tx, &p, id, "错")?);
    Ok(())
}

/// The same for papers and their versions.
fn fill_papers(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let (p, now) = (permit(), Moment::from_us(1));
    let mut paper = papers::PaperRow {
        id: 0,
        ver: 1,
        unit: UnitId(1),
        kind: "letter".into(),
        subject: 0,
        form: "full".into(),
        stage: "drafting".into(),
        title: "通知".into(),
        drafter: StaffId(1),
        holder: Some(StaffId(1)),
        series: String::new(),
        seq: 0,
        number: String::new(),
        made: now,
        issued: None,
        next_at: None,
        doc: "{}".into(),
    };
    let part = PartRow { sort: "staff", who: 1, open: true };
    paper.id = papers::insert(tx, &p, &paper, std::slice::from_ref(&part), "begin", "{}")?;
    let mut text = TextRow { n: 1, author: StaffId(1), at: now, doc: "{}".into() };
    papers::put_text(tx, &p, paper.id, &text)?;
    text.doc = "{\"title\":1}".into();
    papers::put_text(tx, &p, paper.id, &text)?;
    paper.ver = 2;
    paper.stage = "signing".into();
    papers::save(tx, &p, &paper, &[part], "submit", "{}")
}

fn all(tx: &mut Tx<'_>) -> Result<Compared, StoreError> {
    proof::compare_all(tx)
}

#[test]
fn every_edit_of_a_compared_column_is_named_and_so_is_a_row_that_is_gone() {
    both_engines(&Options::default(), |store| {
        store.write(fill).unwrap();
        store.write(fill_seals).unwrap();
        store.write(fill_papers).unwrap();
        let whole = store.read(proof::compare_all).unwrap();
        assert_eq!((whole.findings.as_slice(), whole.unproved), ([].as_slice(), 0));
        let mut columns = 0;
        for table in proof::compared_tables() {
            for column in proof::proved_columns(table) {
                columns += 1;
                let types = store.read(|rd| rd.describe(&format!("SELECT {column} FROM {table}"))).unwrap();
                let other = match types[0].as_str() {
                    "text" => format!("coalesce({column}, '') || '改'"),
                    _ => format!("coalesce({column}, 0) + 1"),
                };
                // Undone by the refusal at its end.
                let tried = store.write(move |tx| -> Result<(), StoreError> {
                    assert_eq!(tx.exec(&format!("UPDATE {table} SET {column} = {other}"), &[])?, 1);
                    let found = all(tx)?.findings;
                    assert_eq!(found.len(), 1, "{table}.{column}: {found:?}");
                    assert_eq!((found[0].table.as_str(), found[0].column.as_str()), (table, *column));
                    Err(StoreError::Busy)
                });
                assert_eq!(tried, Err(StoreError::Busy), "{table}.{column}");
            }
            if proof::proved_columns(table).is_empty() {
                continue;
            }
            let tried = store.write(move |tx| -> Result<(), StoreError> {
                tx.exec(&format!("DELETE FROM {table}"), &[])?;
                let found = all(tx)?.findings;
                assert!(found.iter().any(|f| f.table == table && f.column == "*"), "{table}: {found:?}");
                Err(StoreError::Busy)
            });
            assert_eq!(tried, Err(StoreError::Busy), "{table}");
        }
        assert!(columns > 50, "{columns}");
        assert_eq!(store.read(proof::compare_all).unwrap(), whole);
    });
}

#[test]
fn every_table_is_compared_or_listed_with_the_reason_why_not() {
    both_engines(&Options::default(), |store| {
        let sql = match store.dialect() {
            Dialect::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            }
            Dialect::Postgres => {
                "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema()"
            }
        };
        let tables = store.read(|rd| rd.query(sql, &[], |r| r.string(0))).unwrap();
        // The text index of the embedded engine keeps tables of its own.
        let own = |t: &String| ["text_term_", "text_band_"].iter().any(|s| t.starts_with(s));
        let tables: BTreeSet<String> = tables.into_iter().filter(|t| !own(t)).collect();
        let listed: Vec<&str> =
            proof::compared_tables().into_iter().chain(NOT_COMPARED.iter().map(|t| t.0)).collect();
        let once: BTreeSet<String> = listed.iter().map(|t| (*t).to_owned()).collect();
        assert_eq!(once.len(), listed.len(), "a table is listed twice");
        assert_eq!(tables, once);
        assert!(NOT_COMPARED.iter().chain(COMPARED_OTHERWISE).all(|(_, why)| why.len() > 5));
        for table in proof::compared_tables().into_iter().filter(|t| !proof::proved_columns(t).is_empty()) {
            let sql = format!("SELECT * FROM {table}");
            let n = store.read(|rd| rd.describe(&sql)).unwrap().len();
            assert_eq!(n, proof::proved_columns(table).len() + 1, "{table}: every column but the key");
        }
    });
}
