//! 攻略、门牌、进驻: guides with their review round, plates with their counts, the hall register.

use std::collections::BTreeMap;

use access::{City, Nothing, Permit, Region, Unit, decide, op};
use catalogue::guide::{Guide, Variant, guide, tip_fault};
use catalogue::hall::{Exempt, HallReport, HallRule, must_be_in, register};
use catalogue::plate::{KeyRing, KeyState, NotAPlate, Plate, PlateKey};
use catalogue::review::{Act, Facts, Review};
use catalogue::{ItemKind, Record as _, ServiceItem};
use kernel::{Actor, Date, RegionCode, Said, StreamId, StreamKind, UnitId};
use serde::{Deserialize, Serialize};
use store::guides::{self, GuideRow, PlateRow};
use store::items::ItemRow;
use store::{Rd, Tx, counters, ledger_rows, settings};

use crate::Catalogue;
use city::reach::region_in;
use city::{Door, Error, Later};
use shelf::{by_key, load};

/// What is kept of a guide: the text itself is made from the item every time.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    variant: Variant,
    review: Review,
    /// code, version and mark of the data that the review was about
    #[serde(default)]
    made_from: Option<(String, u32, u64)>,
}

/// A guide for a reader.
#[derive(Clone, Debug)]
pub struct GuideView {
    /// the item as lists show it
    pub row: ItemRow,
    /// the item
    pub item: ServiceItem,
    /// the guide, made from the item now
    pub guide: Guide,
    /// who helps, and tips
    pub variant: Variant,
    /// how far its review round is
    pub review: Review,
    /// the review was about what the guide says now
    pub current: bool,
    /// comments and answers
    pub comments: Vec<guides::Comment>,
}

/// One act of the review round with what belongs to it.
#[derive(Clone, Debug)]
pub struct GuideAct {
    /// what is done
    pub act: Act,
    /// a trial got through with the guide alone
    pub got_through: bool,
    /// a comment, or the answer to one
    pub words: String,
    /// which comment is answered
    pub comment: i64,
}

fn refused(said: Said) -> Error {
    Error::Invalid { field: String::new(), said }
}

/// Streams of small things: guides and plates share one each.
const GUIDES: StreamId = StreamId::new(StreamKind::Office, 3);
const PLATES: StreamId = StreamId::new(StreamKind::Office, 4);

fn note(
    tx: &mut Tx<'_>,
    stream: StreamId,
    permit: &Permit,
    act: &str,
    data: &serde_json::Value,
) -> Result<(), Error> {
    let ver = ledger_rows::head_of(tx, stream)?.map_or(0, |h| h.0);
    let now = tx.now();
    tx.append(stream, ver, now, permit.actor(), act, &data.to_string())?;
    Ok(())
}

fn kept_of(row: &GuideRow) -> Result<Kept, Error> {
    serde_json::from_str(&row.doc).map_err(Error::bug)
}

/// The nearest guide that was written for a place: its own, or the one of a region that holds it.
fn nearest(rd: &mut Rd<'_>, item: i64, region: &RegionCode) -> Result<Option<GuideRow>, Error> {
    let all = guides::of_item(rd, item)?;
    let holds = |g: &GuideRow| g.region.parse::<RegionCode>().is_ok_and(|r| r.contains(region));
    Ok(all.into_iter().filter(holds).max_by_key(|g| g.region.len()))
}

/// The permit for an act of the review round: on the guide of an item of this unit, for this region.
fn permit_for(actor: &Actor, act: Act, guide: Unit<'_>) -> Result<Permit, Error> {
    let region = Region(guide.region);
    Ok(match act {
        Act::Try => decide(actor, op::TryGuide, region)?,
        Act::Comment => decide(actor, op::CommentGuide, region)?,
        Act::Publish | Act::OpenComments | Act::CloseComments | Act::SendBack => {
            decide(actor, op::PublishGuide, region)?
        }
        Act::Submit | Act::Answer | Act::ItemChanged => decide(actor, op::WriteCatalogue, guide)?,
    })
}

const WORDS_MAX: usize = 500;

impl Catalogue {
    /// The guide of an item for a place, made from what holds today.
    pub fn guide(&self, key: String, region: Option<RegionCode>) -> Later<GuideView> {
        self.read(move |app, rd| {
            city::reach::public(op::PublicCatalogue)?;
            let office = app.city.office(rd)?;
            let row = by_key(rd, &key)?;
            let (_, item) = load(rd, &row, app.city.store().now().date())?;
            let region = region.clone().or_else(|| item.region.clone());
            let region = region.unwrap_or_else(|| office.settings.city.clone());
            let found = nearest(rd, row.id, &region)?;
            let kept = found.as_ref().map(kept_of).transpose()?;
            let comments = match &found {
                Some(g) => guides::comments(rd, g.id)?,
                None => Vec::new(),
            };
            let none = || Variant { region: region.clone(), helper: None, tips: Vec::new() };
            let variant = kept.as_ref().map_or_else(none, |k| k.variant.clone());
            let made = guide(&item, &Variant { region, ..variant.clone() });
            let own = guide(&item, &variant);
            let current = kept.as_ref().is_some_and(|k| k.made_from.as_ref() == Some(&own.made_from));
            let review = kept.map_or_else(Review::default, |k| k.review);
            Ok(GuideView { row, item, guide: made, variant, review, current, comments })
        })
    }

    /// Writes who helps and the tips of a guide; only while it is a draft.
    pub fn write_guide(&self, actor: Actor, key: String, variant: Variant) -> Later<()> {
        self.write(move |app, tx| {
            let row = by_key(tx, &key)?;
            let guide = Unit { unit: row.unit_id, region: &variant.region };
            let permit = decide(&actor, op::WriteCatalogue, guide)?;
            if let Some(said) = variant.tips.iter().find_map(|t| tip_fault(t)) {
                return Err(Error::Invalid { field: "tips".into(), said });
            }
            if variant.tips.len() > 10 || variant.helper.as_ref().is_some_and(|h| h.chars().count() > 60) {
                return Err(Error::invalid(
                    "tips",
                    "最多 10 条提示，帮办员 60 字以内",
                    "at most 10 tips; the helper in 60 characters",
                ));
            }
            let mut g = app.guide_row(tx, row.id, &variant.region)?;
            let mut kept = kept_of(&g)?;
            if kept.review.stage != catalogue::review::Stage::Draft {
                return Err(refused(Said::new(
                    "评审中的攻略不能改，请先退回",
                    "a guide under review is not changed: send it back first",
                )));
            }
            kept.variant = variant.clone();
            g.ver += 1;
            g.doc = serde_json::to_string(&kept).map_err(Error::bug)?;
            guides::put(tx, &permit, &g)?;
            note(
                tx,
                GUIDES,
                &permit,
                "write_guide",
                &serde_json::json!({ "item": row.code, "variant": variant }),
            )
        })
    }

    fn guide_row(&self, tx: &mut Tx<'_>, item: i64, region: &RegionCode) -> Result<GuideRow, Error> {
        if let Some(g) = guides::of_item(tx, item)?.into_iter().find(|g| g.region == region.as_str()) {
            return Ok(g);
        }
        let variant = Variant { region: region.clone(), helper: None, tips: Vec::new() };
        let kept = Kept { variant, review: Review::default(), made_from: None };
        let doc = serde_json::to_string(&kept).map_err(Error::bug)?;
        let id = counters::next(tx, "guide")?;
        Ok(GuideRow { id, item, region: region.to_string(), ver: 0, stage: "draft".into(), doc })
    }

    /// One act of the review round.
    pub fn review_guide(
        &self,
        actor: Actor,
        key: String,
        region: RegionCode,
        asked: GuideAct,
    ) -> Later<Review> {
        self.write(move |app, tx| {
            let row = by_key(tx, &key)?;
            let permit = permit_for(&actor, asked.act, Unit { unit: row.unit_id, region: &region })?;
            let today = tx.now().date();
            let (_, item) = load(tx, &row, today)?;
            let mut g = app.guide_row(tx, row.id, &region)?;
            let mut kept = kept_of(&g)?;
            let made = guide(&item, &kept.variant);
            let current = asked.act == Act::Submit || kept.made_from.as_ref() == Some(&made.made_from);
            let facts = Facts { today, score: made.readability.score, current, got_through: asked.got_through };
            let words = asked.words.trim();
            if matches!(asked.act, Act::Comment | Act::Answer) && (words.is_empty() || words.chars().count() > WORDS_MAX) {
                return Err(Error::invalid("words", "请写 1–500 字", "write 1 to 500 characters"));
            }
            kept.review = kept.review.clone().step(asked.act, actor.role, &facts).map_err(refused)?;
            if asked.act == Act::Submit {
                kept.made_from = Some(made.made_from);
            }
            g.ver += 1;
            g.stage = serde_json::to_value(kept.review.stage).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
            g.doc = serde_json::to_string(&kept).map_err(Error::bug)?;
            guides::put(tx, &permit, &g)?;
            match asked.act {
                Act::Comment => guides::comment(tx, &permit, g.id, words)?,
                Act::Answer if !guides::answer(tx, &permit, g.id, asked.comment, words)? => {
                    return Err(refused(Said::new("这条意见已经答复", "this comment is answered")));
                }
                _ => {}
            }
            let data = serde_json::json!({ "item": row.code, "region": region, "act": asked.act, "words": words, "review": kept.review });
            note(tx, GUIDES, &permit, "review_guide", &data)?;
            Ok(kept.review)
        })
    }
}

/// The doors of a plate: which keys hold.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct KeyNote {
    number: u16,
    /// verifies until this day; none: signs
    until: Option<Date>,
}
const KEYS: &str = "plate-keys";

/// A plate for a reader.
#[derive(Clone, Debug)]
pub struct PlateView {
    /// the plate
    pub plate: Plate,
    /// its code
    pub token: String,
    /// scans in the last 30 days
    pub scans: i64,
}

/// The unit that owns all the items of a plate; none when it shows items of several, or none at all.
fn unit_of_items(rd: &mut Rd<'_>, items: &[String]) -> Result<Option<UnitId>, Error> {
    if items.len() > 200 {
        return Ok(None);
    }
    let mut owner = None;
    for key in items {
        let (code, handling) = key.split_once('~').unwrap_or((key, ""));
        let Some(unit) = store::items::by_key(rd, code, handling)?.and_then(|r| r.unit_id) else {
            return Ok(None);
        };
        if owner.is_some_and(|o| o != unit) {
            return Ok(None);
        }
        owner = Some(unit);
    }
    Ok(owner)
}

fn plate_of(row: &PlateRow) -> Result<Plate, Error> {
    let region = row.region.parse().map_err(|e| Error::bug(format!("{e}")))?;
    Ok(Plate {
        number: row.number.unsigned_abs(),
        issue: u16::try_from(row.issue).unwrap_or(u16::MAX),
        place: row.place.clone(),
        region,
        items: serde_json::from_str(&row.items).map_err(Error::bug)?,
    })
}

impl Catalogue {
    /// The keys of the plates as they are set: key 1 signs when nobody set anything.
    fn plate_keys(&self, rd: &mut Rd<'_>) -> Result<KeyRing, Error> {
        let notes = match settings::newest(rd, KEYS)? {
            Some(s) => serde_json::from_str::<Vec<KeyNote>>(&s.doc).map_err(Error::bug)?,
            None => vec![KeyNote { number: 1, until: None }],
        };
        let keys = notes.iter().map(|n| {
            let state = n.until.map_or(KeyState::Signing, KeyState::VerifyingUntil);
            PlateKey::new(n.number, &self.city.vault().plate_secret(n.number), state)
        });
        KeyRing::new(keys.collect::<Result<_, _>>().map_err(refused)?).map_err(refused)
    }

    /// Puts a new signing key in place; plates that hang hold until `old_until`.
    pub fn rotate_plate_key(&self, actor: Actor, old_until: Date) -> Later<u16> {
        self.write(move |app, tx| {
            let permit = decide(&actor, op::WriteUnits, City(&app.city.office(tx)?.settings.city))?;
            let now = tx.now();
            let mut notes = match settings::newest(tx, KEYS)? {
                Some(s) => serde_json::from_str::<Vec<KeyNote>>(&s.doc).map_err(Error::bug)?,
                None => vec![KeyNote { number: 1, until: None }],
            };
            let number = notes.iter().map(|n| n.number).max().unwrap_or(0).saturating_add(1);
            for n in notes.iter_mut().filter(|n| n.until.is_none()) {
                n.until = Some(old_until);
            }
            notes.push(KeyNote { number, until: None });
            let doc = serde_json::to_string(&notes).map_err(Error::bug)?;
            settings::put(tx, KEYS, now, actor.staff, &doc)?;
            note(tx, PLATES, &permit, "rotate_plate_key", &serde_json::json!({ "keys": notes }))?;
            Ok(number)
        })
    }

    /// Hangs plates, or changes the ones with the same number. A raised issue ends the codes before it.
    pub fn put_plates(&self, actor: Actor, plates: Vec<Plate>) -> Later<usize> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            for p in &plates {
                let number = i64::try_from(p.number).unwrap_or(i64::MAX);
                let was = guides::plate(tx, number)?;
                if let Some(was) = &was {
                    let (region, items) = (region_in(&was.region, &office), plate_of(was)?.items);
                    let there = Unit { unit: unit_of_items(tx, &items)?, region: &region };
                    decide(&actor, op::WriteCatalogue, there)?;
                }
                let new = Unit { unit: unit_of_items(tx, &p.items)?, region: &p.region };
                let permit = decide(&actor, op::WriteCatalogue, new)?;
                if p.place.trim().is_empty()
                    || p.place.chars().count() > 80
                    || p.items.len() > 200
                    || number >= 1 << 48
                {
                    return Err(Error::invalid(
                        "place",
                        "请写地点（80 字以内），事项不超过 200 个",
                        "give the place in 80 characters and at most 200 items",
                    ));
                }
                if was.as_ref().is_some_and(|w| w.issue > i64::from(p.issue)) {
                    return Err(Error::invalid(
                        "issue",
                        "门牌期号不能变小",
                        "the issue of a plate never falls",
                    ));
                }
                let items = serde_json::to_string(&p.items).map_err(Error::bug)?;
                let row = PlateRow {
                    number,
                    ver: was.map_or(1, |w| w.ver + 1),
                    issue: p.issue.into(),
                    place: p.place.trim().to_owned(),
                    region: p.region.to_string(),
                    items,
                };
                guides::put_plate(tx, &permit, &row)?;
                note(tx, PLATES, &permit, "put_plate", &serde_json::json!({ "plate": p }))?;
            }
            Ok(plates.len())
        })
    }

    /// Plates of the actor's region, after this number, with their scans of the last 30 days.
    pub fn plates(&self, actor: Actor, after: u64, limit: u32) -> Later<Vec<PlateView>> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadOffice, Nothing)?;
            let region = actor.region.as_ref().map_or_else(String::new, ToString::to_string);
            let ring = app.plate_keys(rd)?;
            let now = app.city.store().now();
            let from = now.plus_us(-30 * kernel::US_PER_DAY).date().to_string();
            let scans: BTreeMap<i64, i64> =
                guides::scans(rd, &from, &now.date().to_string())?.into_iter().collect();
            let rows = guides::plates(rd, &region, i64::try_from(after).unwrap_or(i64::MAX), limit.min(500))?;
            rows.iter()
                .map(|row| {
                    let plate = plate_of(row)?;
                    let token = plate.token(&ring).map_err(refused)?;
                    Ok(PlateView { scans: scans.get(&row.number).copied().unwrap_or(0), plate, token })
                })
                .collect()
        })
    }

    /// What a scanned code leads to; a true one is counted as a number and nothing else.
    pub fn scan_plate(&self, token: String, count: bool) -> Later<Result<Plate, NotAPlate>> {
        self.write(move |app, tx| {
            city::reach::public(op::PublicPlates)?;
            let ring = app.plate_keys(tx)?;
            let today = tx.now().date();
            let verified = match ring.verify(&token, today) {
                Ok(v) => v,
                Err(e) => return Ok(Err(e)),
            };
            let number = i64::try_from(verified.plate).unwrap_or(i64::MAX);
            let Some(row) = guides::plate(tx, number)? else { return Ok(Err(NotAPlate::Replaced)) };
            let plate = plate_of(&row)?;
            if let Err(e) = plate.is_current(verified) {
                return Ok(Err(e));
            }
            if count {
                guides::scan(tx, number, &today.to_string())?;
            }
            Ok(Ok(plate))
        })
    }
}

/// The rule of the hall as it is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HallSettings {
    /// full names of units of water, power, gas, heat, network
    #[serde(default)]
    pub utilities: Vec<String>,
    /// items named by code
    #[serde(default)]
    pub named: Vec<String>,
    /// exceptions: code and reason
    #[serde(default)]
    pub exempt: Vec<(String, String)>,
}
const HALL: &str = "hall-rule";

impl HallSettings {
    fn rule(&self) -> HallRule {
        let exempt =
            self.exempt.iter().map(|(code, reason)| Exempt { code: code.clone(), reason: reason.clone() });
        HallRule {
            utilities: self.utilities.iter().cloned().collect(),
            named: self.named.iter().cloned().collect(),
            exempt: exempt.collect(),
        }
    }
}

/// What the hall register looks at, of a row of the shelf.
fn light(row: &ItemRow) -> ServiceItem {
    let kind = ItemKind::ALL.iter().copied().find(|k| k.word() == row.kind).unwrap_or(ItemKind::Other);
    ServiceItem {
        code: row.code.clone(),
        unit: row.unit.clone(),
        kind,
        in_hall: row.in_hall,
        ..ServiceItem::blank()
    }
}

impl Catalogue {
    /// The register of the hall: which items must be in, which are.
    pub fn hall(&self, actor: Actor) -> Later<(HallSettings, HallReport)> {
        self.read(move |app, rd| {
            decide(&actor, op::ReadOffice, Nothing)?;
            let set = match settings::newest(rd, HALL)? {
                Some(s) => serde_json::from_str::<HallSettings>(&s.doc).map_err(Error::bug)?,
                None => HallSettings::default(),
            };
            let rule = set.rule();
            let shelf = app.items.shelf_in(rd)?;
            let must: Vec<ServiceItem> =
                shelf.rows().iter().map(light).filter(|i| must_be_in(i, &rule).is_some()).collect();
            let report = register(&must, &rule, &BTreeMap::new());
            Ok((set, report))
        })
    }

    /// Sets the rule of the hall.
    pub fn set_hall(&self, actor: Actor, set: HallSettings) -> Later<()> {
        self.write(move |app, tx| {
            let permit = decide(&actor, op::WriteLimits, City(&app.city.office(tx)?.settings.city))?;
            if set.exempt.iter().any(|(code, reason)| code.trim().is_empty() || reason.trim().is_empty()) {
                return Err(Error::invalid(
                    "exempt",
                    "不进驻的事项须写明理由",
                    "give the reason for each exception",
                ));
            }
            let now = tx.now();
            let doc = serde_json::to_string(&set).map_err(Error::bug)?;
            settings::put(tx, HALL, now, actor.staff, &doc)?;
            note(tx, PLATES, &permit, "set_hall", &serde_json::json!(set))
        })
    }
}
