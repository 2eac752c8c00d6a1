//! 数据共享 (X8): the directory of what the offices hold, made from the catalogue and kept by the units that hold it; papers that are asked for
//! although they are held; requests for data from asking to granting or ruling.

use ::city::{Error, Later, Office, reach};
use access::{Nothing, Permit, Unit, decide, op};
use catalogue::ServiceItem;
use kernel::{Actor, Date, Moment, Role, Said, UnitId};
use serde_json::json;
use service::Word as _;
use service::held::{self as rules, DataItem, Party, Request, RequestAct, RequestStage, Resource, Sharing};
use store::data_share::{self as rows, AskedRow, Overlap, RequestRow, ResourceRow};
use store::{Rd, Tx};

use crate::Service;
use crate::city::City;
use crate::sharing_limits::limits_in;

/// The name of this care, for records and commands.
pub const DIRECTORY: &str = "data-directory";

/// Items read in one transaction.
const BATCH: u32 = 200;
/// Lines of one page; resources that leave as one file.
pub const PAGE: u32 = 50;
const EXPORT: u32 = 50_000;
const UNITS: u32 = 500;
/// The longest line and the longest text, in characters.
const LINE_MAX: usize = 100;
const WORDS_MAX: usize = 1_000;
const ITEMS_MAX: usize = 100;

/// A resource as a page shows it.
#[derive(Clone, Debug)]
pub struct ResourceView {
    /// id
    pub id: i64,
    /// changes by hand so far
    pub ver: i64,
    /// what is known of it
    pub resource: Resource,
    /// the reader may change it
    pub may_write: bool,
    /// the reader's unit may ask for it
    pub may_ask: bool,
    /// may the reader's unit report an error in it
    pub may_report: bool,
    /// the reader's unit may see it: it is shared freely, or was granted
    pub sees: bool,
}

/// A resource as somebody enters it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewResource {
    /// its name; of one that the catalogue gives it stays as it is there
    pub name: String,
    /// 摘要
    pub summary: String,
    /// word of 共享类型
    pub sharing: String,
    /// 共享条件
    pub condition: String,
    /// 更新周期
    pub updates: String,
    /// 信息项, one a line: name, and its type behind a blank or a stop
    pub items: String,
}

/// One act of a request.
#[derive(Clone, Debug)]
pub struct RequestLine {
    /// when
    pub at: Moment,
    /// who
    pub who: String,
    /// what was done, in words of both languages
    pub act: Said,
    /// why
    pub reason: String,
}

/// A request as a page shows it.
#[derive(Clone, Debug)]
pub struct RequestView {
    /// 编号
    pub number: String,
    /// acts so far
    pub ver: i64,
    /// id and name of the resource
    pub resource: (i64, String),
    /// who holds it
    pub provider: String,
    /// who asks
    pub asker: String,
    /// what it says
    pub request: Request,
    /// when it is due
    pub due: Option<Moment>,
    /// it is late
    pub late: bool,
    /// what the reader may do now, and as whom
    pub acts: Vec<(Party, RequestAct)>,
    /// what happened
    pub lines: Vec<RequestLine>,
}

/// Papers that are asked for although an office holds them.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// unit, papers, items: the most first
    pub units: Vec<(String, i64, i64)>,
    /// the papers
    pub papers: Vec<Overlap>,
    /// there are more behind them
    pub more: bool,
}

fn line(field: &str, value: &str, most: usize, zh: &str) -> Result<String, Error> {
    let value = value.trim();
    if value.is_empty() || value.chars().count() > most {
        let (zh, en) = (format!("请填写{zh}，最多 {most} 个字"), format!("{field}: 1 to {most} characters"));
        return Err(Error::invalid(field, zh, en));
    }
    Ok(value.to_owned())
}

fn resource_of(row: &ResourceRow) -> Result<Resource, Error> {
    serde_json::from_str(&row.doc).map_err(|e| Error::bug(format!("data resource {}: {e}", row.id)))
}

fn request_of(row: &RequestRow) -> Result<Request, Error> {
    serde_json::from_str(&row.doc).map_err(|e| Error::bug(format!("data request {}: {e}", row.number)))
}

/// May this unit see what another one issued under a name, without its holder bringing it? What is not in the directory is as free as
/// the law makes it: one's own results.
pub(crate) fn sees(rd: &mut Rd<'_>, name: &str, provider: UnitId, unit: UnitId) -> Result<bool, Error> {
    let Some(row) = rows::provided(rd, name, provider)? else { return Ok(true) };
    Ok(provider == unit || sees_row(rd, &row, unit)?)
}

fn sees_row(rd: &mut Rd<'_>, row: &ResourceRow, unit: UnitId) -> Result<bool, Error> {
    let sharing = Sharing::read(&row.sharing).unwrap_or(Sharing::Closed);
    let granted = rows::has_request(rd, row.id, unit, RequestStage::Granted.word())?;
    Ok(rules::may_see(sharing, granted))
}

/// The door for one thing of a unit that may be nobody's: then it is decided by who oversees the region of the city.
fn of_provider<'a>(office: &'a Office, unit: Option<UnitId>) -> Unit<'a> {
    let region = unit.and_then(|u| office.unit(u)).map_or(&office.settings.city, |u| &u.region);
    Unit { unit, region }
}

impl Service {
    /// 编目: reads items whose newest version the directory does not know; says how many.
    ///
    /// # Errors
    /// The store could not.
    pub fn directory_on(&self) -> Result<usize, Error> {
        let mut done = 0;
        loop {
            let read = self.city.write(|city, tx| {
                let office = city.office(tx)?;
                let permit = decide(&Actor::system(), op::WriteData, of_provider(&office, None))?;
                read_items(tx, &permit, &office)
            });
            let read = read.wait()?;
            done += read;
            if read == 0 {
                return Ok(done);
            }
        }
    }

    /// The directory, of resources whose name or provider holds a text, behind an id; and how many there are in all.
    pub fn data_directory(&self, actor: Actor, text: String, after: i64) -> Later<(Vec<ResourceView>, i64)> {
        self.city.read(move |city, rd| {
            decide(&actor, op::ReadData, Nothing)?;
            let office = city.office(rd)?;
            let found = rows::resources(rd, text.trim(), after, PAGE)?;
            let all =
                found.iter().map(|r| resource_view(rd, &office, &actor, r)).collect::<Result<_, _>>()?;
            Ok((all, rows::resource_count(rd)?))
        })
    }

    /// The whole directory, as it leaves: id and resource.
    pub fn data_directory_whole(&self, actor: Actor) -> Later<Vec<(i64, Resource)>> {
        self.city.read(move |_, rd| {
            decide(&actor, op::ReadData, Nothing)?;
            rows::resources(rd, "", 0, EXPORT)?.iter().map(|r| Ok((r.id, resource_of(r)?))).collect()
        })
    }

    /// One resource.
    pub fn data_resource(&self, actor: Actor, id: i64) -> Later<ResourceView> {
        self.city.read(move |city, rd| {
            decide(&actor, op::ReadData, Nothing)?;
            let office = city.office(rd)?;
            let row = rows::resource(rd, id)?.ok_or(Error::NotFound)?;
            resource_view(rd, &office, &actor, &row)
        })
    }

    /// Enters a resource of one's own unit, or changes one; answers its id. `of` is its id and the version that was seen.
    pub fn write_data_resource(&self, actor: Actor, new: NewResource, of: Option<(i64, i64)>) -> Later<i64> {
        self.city.write(move |city, tx| {
            let office = city.office(tx)?;
            let before = match of {
                Some((id, ver)) => Some((rows::resource(tx, id)?.ok_or(Error::NotFound)?, ver)),
                None => None,
            };
            let unit = before.as_ref().map_or(actor.unit, |r| r.0.provider_unit);
            let permit = decide(&actor, op::WriteData, of_provider(&office, unit))?;
            if let Some((row, ver)) = &before {
                changed(rows::resource_stream(row.id), *ver, row.ver)?;
            }
            let before = before.map(|b| b.0);
            let today = tx.now().date();
            let row = written(tx, &office, unit, before, &new, today)?;
            let data = json!({ "name": row.name, "sharing": row.sharing });
            let act = if row.ver == 1 && row.item.is_none() { "enter" } else { "change" };
            Ok(rows::put_resource(tx, &permit, &row, act, &data.to_string())?)
        })
    }

    /// 申请: asks for a resource for one's own unit; answers the number of the request.
    pub fn ask_for_data(&self, actor: Actor, resource: i64, purpose: String, basis: String) -> Later<String> {
        self.city.write(move |city, tx| {
            let (office, permit, row) = foreign(city, tx, &actor, resource)?;
            let purpose = line("purpose", &purpose, WORDS_MAX, "用途")?;
            let basis = line("basis", &basis, WORDS_MAX, "依据")?;
            let request = rules::ask(&resource_of(&row)?, &purpose, &basis, tx.now())
                .map_err(|said| Error::Invalid { field: "purpose".to_owned(), said })?;
            begin(tx, &permit, &office, &row, &request, "D")
        })
    }

    /// 校核纠错: tells the holder what is wrong in what was fetched; answers the number.
    pub fn report_data(&self, actor: Actor, resource: i64, wrong: String, proof: String) -> Later<String> {
        self.city.write(move |city, tx| {
            let (office, permit, row) = foreign(city, tx, &actor, resource)?;
            let wrong = line("wrong", &wrong, WORDS_MAX, "哪里不对")?;
            let proof = line("proof", &proof, WORDS_MAX, "正确的内容和依据")?;
            let request = rules::report(&resource_of(&row)?, &wrong, &proof, tx.now())
                .map_err(|said| Error::Invalid { field: "wrong".to_owned(), said })?;
            let number = begin(tx, &permit, &office, &row, &request, "J")?;
            if let Some(unit) = row.provider_unit {
                city.tell(tx, unit, &format!("{} {number}：{}", request.sort.zh(), row.name))?;
            }
            Ok(number)
        })
    }

    /// Requests that the reader's unit asked or has to answer, all of them for who oversees; before an id.
    pub fn data_requests(&self, actor: Actor, before: i64) -> Later<(Vec<RequestView>, i64)> {
        self.city.read(move |city, rd| {
            decide(&actor, op::ReadData, Nothing)?;
            let office = city.office(rd)?;
            let mut found = rows::requests(rd, only(&actor), before, PAGE)?;
            let next = if found.len() == PAGE as usize { found.last().map_or(0, |q| q.id) } else { 0 };
            found.retain(|q| is_open(&actor, &office, q));
            let all = found.into_iter().map(|q| request_view(city, rd, &office, &actor, q, false));
            Ok((all.collect::<Result<_, _>>()?, next))
        })
    }

    /// One request.
    pub fn data_request(&self, actor: Actor, number: String) -> Later<RequestView> {
        self.city.read(move |city, rd| {
            decide(&actor, op::ReadData, Nothing)?;
            let office = city.office(rd)?;
            let row = rows::request(rd, number.trim())?.ok_or(Error::NotFound)?;
            if !is_open(&actor, &office, &row) {
                return Err(Error::NotFound);
            }
            request_view(city, rd, &office, &actor, row, true)
        })
    }

    /// One move of a request, by whoever the reader is in it.
    pub fn move_data_request(
        &self,
        actor: Actor,
        number: String,
        ver: i64,
        act: String,
        reason: String,
    ) -> Later<()> {
        self.city.write(move |city, tx| {
            let office = city.office(tx)?;
            let mut row = rows::request(tx, number.trim())?.ok_or(Error::NotFound)?;
            if !is_open(&actor, &office, &row) {
                return Err(Error::NotFound);
            }
            let own = parties(&actor, &office, &row);
            if own.is_empty() {
                return Err(Error::Forbidden(Said::new(
                    "只有申请单位、提供单位和政管办能办理数据申请",
                    "only who asks, who holds and who rules act on a request",
                )));
            }
            changed(rows::request_stream(row.id), ver, row.ver)?;
            let act = RequestAct::read(&act).ok_or(Error::NotFound)?;
            let request = request_of(&row)?;
            let found =
                own.into_iter().find(|(party, _)| request.offers(*party).any(|offered| offered == act));
            let (party, permit) = found.ok_or_else(|| {
                Error::Forbidden(Said::new(
                    format!("申请现在是“{}”，您不能“{}”", request.stage.zh(), act.zh()),
                    format!("the request stands at {:?}: you cannot {:?}", request.stage.word(), act.word()),
                ))
            })?;
            let reason = reason.trim().chars().take(WORDS_MAX).collect::<String>();
            let sharing = rows::resource(tx, row.resource)?
                .and_then(|r| Sharing::read(&r.sharing))
                .unwrap_or(Sharing::Conditional);
            let request = request
                .step(party, act, sharing, &reason, tx.now())
                .map_err(|said| Error::Invalid { field: "reason".to_owned(), said })?;
            row.ver += 1;
            keep(tx, &permit, &office, row.clone(), &request, act.word(), &reason)?;
            tell_next(city, tx, &row, &request)
        })
    }

    /// Papers that are asked for although an office holds them, of one unit when it is named.
    pub fn asked_although_held(&self, actor: Actor, unit: String, skip: u32) -> Later<Asked> {
        self.city.read(move |_, rd| {
            decide(&actor, op::ReadData, Nothing)?;
            let mut papers = rows::overlaps(rd, unit.trim(), skip, PAGE + 1)?;
            let more = papers.len() > PAGE as usize;
            papers.truncate(PAGE as usize);
            Ok(Asked { units: rows::overlap_counts(rd, UNITS)?, papers, more })
        })
    }
}

/// A resource of another unit, and the door of who asks something of its holder.
fn foreign(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    resource: i64,
) -> Result<(std::sync::Arc<Office>, Permit, ResourceRow), Error> {
    let office = city.office(tx)?;
    let asker = actor.unit.ok_or(Error::NotFound)?;
    let permit = decide(actor, op::AskForData, of_provider(&office, Some(asker)))?;
    let row = rows::resource(tx, resource)?.ok_or(Error::NotFound)?;
    if row.provider_unit == Some(asker) {
        return Err(Error::invalid(
            "resource",
            "这是本单位的资源，直接使用、直接更正即可",
            "it is your own unit's: use it and mend it directly",
        ));
    }
    Ok((office, permit, row))
}

/// The first row of a request; answers its number.
fn begin(
    tx: &mut Tx<'_>,
    permit: &Permit,
    office: &Office,
    row: &ResourceRow,
    request: &Request,
    letter: &str,
) -> Result<String, Error> {
    let now = tx.now();
    let year = now.date().year();
    let (id, n) = rows::take_id(tx, year)?;
    let q = RequestRow {
        id,
        ver: 1,
        number: format!("{}-{year}-{letter}{n:04}", office.settings.city.as_str()),
        resource: row.id,
        provider_unit: row.provider_unit,
        asker: permit.actor().unit.ok_or(Error::NotFound)?,
        stage: String::new(),
        since: now,
        due: None,
        doc: String::new(),
    };
    let number = q.number.clone();
    let act = if request.sort == rules::Sort::Use { "ask" } else { "report" };
    keep(tx, permit, office, q, request, act, "")?;
    Ok(number)
}

/// Of which unit alone somebody sees requests; none: of a region.
fn only(actor: &Actor) -> Option<UnitId> {
    match actor.role {
        Role::Coordinator | Role::Supervisor | Role::Analyst | Role::SystemAdmin => None,
        // Without a unit nobody's requests are seen.
        _ => Some(actor.unit.unwrap_or(UnitId(0))),
    }
}

/// Is a request of the reader's unit, or of the region that he oversees?
fn is_open(actor: &Actor, office: &Office, q: &RequestRow) -> bool {
    if let Some(unit) = only(actor) {
        return q.asker == unit || q.provider_unit == Some(unit);
    }
    let home = reach::home(actor, office);
    let below = |u: UnitId| office.unit(u).is_some_and(|u| home.contains(&u.region));
    below(q.asker) || q.provider_unit.is_some_and(below)
}

fn changed(stream: kernel::StreamId, expected: i64, found: i64) -> Result<(), Error> {
    if expected == found {
        return Ok(());
    }
    Err(Error::Changed(store::StoreError::Conflict { stream, expected, found }))
}

fn read_items(tx: &mut Tx<'_>, permit: &Permit, office: &Office) -> Result<usize, Error> {
    let some = rows::unread(tx, BATCH)?;
    let today = tx.now().date();
    for (id, version) in &some {
        let found = store::items::version(tx, *id, *version)?;
        // What cannot be read stands aside in the directory only: the catalogue tells of it.
        let item = found.and_then(|v| serde_json::from_str::<ServiceItem>(&v.doc).ok());
        let (mut issued, mut asked) = (Vec::new(), Vec::new());
        for r in item.iter().flat_map(|i| rules::issued(i, i.effective_from.unwrap_or(today))) {
            issued.push(ResourceRow {
                id: 0,
                ver: 0,
                code: r.code.clone(),
                name: r.name.clone(),
                provider: r.provider.clone(),
                provider_unit: office.unit_called(&r.provider).map(|u| u.id),
                item: Some(*id),
                sharing: r.sharing.word().to_owned(),
                doc: serde_json::to_string(&r).map_err(Error::bug)?,
            });
        }
        for (material, name, title) in item.iter().flat_map(rules::asked_of) {
            asked.push(AskedRow { material, name, title });
        }
        rows::put_item(tx, permit, (*id, *version), &issued, &asked)?;
    }
    Ok(some.len())
}

fn resource_view(
    rd: &mut Rd<'_>,
    office: &Office,
    actor: &Actor,
    row: &ResourceRow,
) -> Result<ResourceView, Error> {
    let own = actor.unit.filter(|u| Some(*u) != row.provider_unit);
    let sees = match own {
        Some(unit) => sees_row(rd, row, unit)?,
        None => true,
    };
    let asks = |u| decide(actor, op::AskForData, of_provider(office, Some(u))).is_ok();
    Ok(ResourceView {
        id: row.id,
        ver: row.ver,
        resource: resource_of(row)?,
        may_write: decide(actor, op::WriteData, of_provider(office, row.provider_unit)).is_ok(),
        may_report: sees && own.is_some_and(asks),
        may_ask: !sees && row.sharing != Sharing::Closed.word() && own.is_some_and(asks),
        sees,
    })
}

/// The row that somebody's words make, of a new resource or of one that is there.
fn written(
    tx: &mut Tx<'_>,
    office: &Office,
    unit: Option<UnitId>,
    before: Option<ResourceRow>,
    new: &NewResource,
    today: Date,
) -> Result<ResourceRow, Error> {
    let sharing = Sharing::read(&new.sharing)
        .ok_or_else(|| Error::invalid("sharing", "请选择共享类型", "choose how it is shared"))?;
    let mut resource = match &before {
        Some(row) => resource_of(row)?,
        None => {
            let owner = unit.and_then(|u| office.unit(u)).ok_or(Error::NotFound)?;
            let name = line("name", &new.name, LINE_MAX, "资源名称")?;
            if rows::is_named(tx, &name, &owner.name)? {
                return Err(Error::invalid(
                    "name",
                    "本单位已有同名资源，请在目录里找到它来修改",
                    "your unit has a resource of this name: find it in the directory and change it",
                ));
            }
            Resource {
                code: format!("{}/{}", owner.key, rows::take_number(tx)?),
                name,
                provider: owner.name.clone(),
                provider_code: String::new(),
                summary: String::new(),
                class: rules::Class::Department,
                items: Vec::new(),
                sharing,
                condition: String::new(),
                updates: String::new(),
                published: Some(today),
            }
        }
    };
    resource.summary = line("summary", &new.summary, WORDS_MAX, "摘要")?;
    resource.updates = line("updates", &new.updates, LINE_MAX, "更新周期")?;
    resource.condition = new.condition.trim().chars().take(WORDS_MAX).collect();
    resource.sharing = sharing;
    resource.items = new.items.lines().filter_map(data_item).take(ITEMS_MAX).collect();
    if let Some(said) = resource.faults().into_iter().next() {
        return Err(Error::Invalid { field: "items".to_owned(), said });
    }
    let mut row = before.unwrap_or_else(|| ResourceRow {
        id: 0,
        ver: 0,
        code: resource.code.clone(),
        name: resource.name.clone(),
        provider: resource.provider.clone(),
        provider_unit: unit,
        item: None,
        sharing: String::new(),
        doc: String::new(),
    });
    row.ver += 1;
    sharing.word().clone_into(&mut row.sharing);
    row.doc = serde_json::to_string(&resource).map_err(Error::bug)?;
    Ok(row)
}

/// 证照编号 字符型
fn data_item(text: &str) -> Option<DataItem> {
    let text = text.trim();
    let (name, kind) = text.split_once([' ', '　', '，', ',', '\t', '（', '(']).unwrap_or((text, "字符型"));
    let kind = kind.trim_end_matches([')', '）']).trim();
    let cut = |t: &str| t.trim().chars().take(LINE_MAX).collect::<String>();
    (!name.trim().is_empty()).then(|| DataItem {
        name: cut(name),
        kind: if kind.is_empty() { "字符型".to_owned() } else { cut(kind) },
    })
}

/// What somebody is in a request, each with the door that was passed.
fn parties(actor: &Actor, office: &Office, q: &RequestRow) -> Vec<(Party, Permit)> {
    let mut out = Vec::new();
    let asker = of_provider(office, Some(q.asker));
    if let Ok(permit) = decide(actor, op::AskForData, asker) {
        out.push((Party::Asker, permit));
    }
    if q.provider_unit.is_some()
        && let Ok(permit) = decide(actor, op::AnswerData, of_provider(office, q.provider_unit))
    {
        out.push((Party::Provider, permit));
    }
    if let Ok(permit) = decide(actor, op::RuleData, asker) {
        out.push((Party::Authority, permit));
    }
    // What no unit of this city holds is answered by the authority.
    if q.provider_unit.is_none()
        && let Ok(permit) = decide(actor, op::RuleData, asker)
    {
        out.push((Party::Provider, permit));
    }
    out
}

fn keep(
    tx: &mut Tx<'_>,
    permit: &Permit,
    office: &Office,
    mut row: RequestRow,
    request: &Request,
    act: &str,
    reason: &str,
) -> Result<(), Error> {
    request.stage.word().clone_into(&mut row.stage);
    row.since = request.since;
    row.due = request.due(&limits_in(tx)?, &office.rules.calendar);
    row.doc = serde_json::to_string(request).map_err(Error::bug)?;
    let data = json!({ "stage": row.stage, "reason": reason, "resource": request.resource, "purpose": request.purpose });
    Ok(rows::put_request(tx, permit, &row, act, &data.to_string())?)
}

/// Who is to do something now is told, and who asked what became of it.
fn tell_next(city: &City, tx: &mut Tx<'_>, row: &RequestRow, request: &Request) -> Result<(), Error> {
    let stage = request.stage.zh();
    let words = format!("{} {}：{stage}", request.sort.zh(), row.number);
    if request.stage == RequestStage::WithProvider || request.stage == RequestStage::Negotiating {
        if let Some(unit) = row.provider_unit {
            city.tell(tx, unit, &words)?;
        }
        return Ok(());
    }
    city.tell(tx, row.asker, &words)
}

fn request_view(
    city: &City,
    rd: &mut Rd<'_>,
    office: &Office,
    actor: &Actor,
    row: RequestRow,
    whole: bool,
) -> Result<RequestView, Error> {
    let request = request_of(&row)?;
    let resource = rows::resource(rd, row.resource)?;
    let acts = parties(actor, office, &row).into_iter();
    let mut offered: Vec<(Party, RequestAct)> = Vec::new();
    for (party, _) in acts {
        offered.extend(request.offers(party).map(|act| (party, act)));
    }
    let mut lines = Vec::new();
    if whole {
        for e in rows::request_history(rd, row.id)? {
            let data: serde_json::Value = serde_json::from_str(&e.data).unwrap_or_default();
            let act = RequestAct::ALL.iter().find(|a| a.word() == e.act);
            let said = |a: &RequestAct| Said::new(a.zh(), a.word().replace('_', " "));
            let name = match e.actor.staff {
                Some(staff) => city.base().staff_name(rd, staff)?,
                None => e.actor.role.zh().to_owned(),
            };
            let unit = e.actor.unit.map_or_else(String::new, |u| format!("{} ", office.unit_name(u)));
            lines.push(RequestLine {
                at: e.at,
                who: format!("{unit}{name}"),
                act: act.map_or_else(|| Said::new(request.sort.zh(), request.sort.word()), said),
                reason: data["reason"].as_str().unwrap_or_default().to_owned(),
            });
        }
    }
    Ok(RequestView {
        number: row.number,
        ver: row.ver,
        provider: resource.as_ref().map_or_else(String::new, |r| r.provider.clone()),
        resource: (row.resource, resource.map_or_else(String::new, |r| r.name)),
        asker: office.unit_name(row.asker),
        late: row.due.is_some_and(|d| d < city.now()),
        due: row.due,
        acts: offered,
        lines,
        request,
    })
}
