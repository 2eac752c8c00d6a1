//! 填写与提交: a draft saves itself with every page that is sent, nothing typed is lost; what is wrong is said at its
//! field when it is submitted.

use std::collections::BTreeMap;

use ::city::{Error, Later, Office, Once, once};
use access::{Region, op};
use kernel::{Actor, Role};
use service::form::{self, Values};
use service::{
    Act, Application, Beginning, Channel, Command, Delivery, FormSeal, HandedIn, How, Next, Package,
    StageKind,
};
use store::applications::{self as rows, Told};
use store::{Tx, counters, held};

use crate::city::City;
use crate::saved::{self, act};
use crate::themes::{self, What};
use crate::views::{ApplicationView, view};
use crate::{Service, refused};

/// What the applicant takes along: opens the draft, and later the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// 办件编号
    pub number: String,
    /// 查询码
    pub code: String,
}

/// One sending of the form: saved, or submitted.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// fields, by code
    pub values: Values,
    /// how each material is to come in: word of the way, by id
    pub ways: BTreeMap<String, String>,
    /// words that go with a way: a commitment, what the clerk saw
    pub words: BTreeMap<String, String>,
    /// tickets of files, by id of material
    pub tickets: Vec<(String, String)>,
    /// how the result shall come
    pub delivery: Option<Delivery>,
    /// declared to be true
    pub declared: bool,
}

/// A draft as its page shows it.
#[derive(Clone, Debug)]
pub struct DraftPage {
    /// the application
    pub view: ApplicationView,
    /// the guide has a newer version: what is different is asked for after taking it over
    pub newer: bool,
}

/// What came of sending the form.
#[derive(Clone, Debug)]
pub struct Sent {
    /// the application as it stands
    pub view: ApplicationView,
    /// what keeps it from being submitted, by field; empty when it went through or was only saved
    pub faults: Vec<(String, kernel::Said)>,
}

/// A new application under a number of its own, with its first event.
pub(crate) fn begun(
    tx: &mut Tx<'_>,
    office: &Office,
    permit: &access::Permit,
    basis: service::Basis,
    channel: Channel,
) -> Result<(Application, ledger::Hash), Error> {
    let beginning = Beginning { basis, channel, applicant: None };
    let happened = service::begin(beginning, &City::rules(office)).map_err(refused)?;
    let (id, number) = take_number(tx, office)?;
    let now = tx.now();
    let a = Application::begin(id, number, &happened, now).ok_or_else(|| Error::bug("not a beginning"))?;
    let data = serde_json::to_string(&happened).map_err(Error::bug)?;
    let calendar = &office.rules.calendar;
    let (tasks, parts) = (saved::tasks_of(&a, calendar), saved::parts_of(&a));
    let told = Told { at: now, act: "begin", data: &data };
    let birth = rows::insert(tx, permit, &saved::row_of(&a, calendar)?, told, &tasks, &parts)?;
    Ok((a, birth))
}

/// A number and an id, of the year.
fn take_number(tx: &mut Tx<'_>, office: &Office) -> Result<(i64, String), Error> {
    let year = tx.now().date().year();
    let id = counters::next(tx, "application")?;
    let n = counters::next(tx, &format!("application/{year}"))?;
    Ok((id, format!("{}-{year}-S{n:07}", office.settings.city.as_str())))
}

/// 开始填写, inside a transaction.
fn begin_in(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    what: &What,
    given: &[String],
) -> Result<Begun, Error> {
    let office = city.office(tx)?;
    if actor.role != Role::Resident {
        access::offered(actor, access::Operation::ApplyAtWindow)?;
    }
    let package = whole(city, tx, &office, what, given)?;
    let mut basis = package.basis;
    // At the window of a county it is that county's.
    if let Some(own) = actor.region.as_ref().filter(|r| basis.region.contains(r)) {
        basis.region = own.clone();
    }
    let region = basis.region.clone();
    let (permit, channel) = if actor.role == Role::Resident {
        (access::decide(actor, op::ApplyOnline, Region(&region))?, Channel::Online)
    } else {
        (access::decide(actor, op::ApplyAtWindow, Region(&region))?, Channel::Window)
    };
    // At a window the unit of the clerk receives it: first asked, responsible for what comes next.
    if let Some(unit) = actor.unit.filter(|_| channel == Channel::Window) {
        basis.reception = unit;
    }
    let (a, birth) = begun(tx, &office, &permit, basis, channel)?;
    Ok(Begun { code: city.code(&a.number, &birth), number: a.number })
}

impl Service {
    /// 开始填写: with the answers that lead to an end. By a resident, or by a clerk at the window.
    pub fn begin(&self, actor: Actor, what: What, given: Vec<String>) -> Later<Begun> {
        self.city.write(move |city, tx| begin_in(city, tx, &actor, &what, &given))
    }

    /// The same for a request that may be sent twice: it is begun once; says whether it had been. What is kept for that is the
    /// number: the code follows from it.
    pub fn begin_once(
        &self,
        actor: Actor,
        what: What,
        given: Vec<String>,
        name: Once,
    ) -> Later<(Begun, bool)> {
        self.city.write(move |city, tx| {
            let done = once(tx, &actor, &name, |tx| Ok(begin_in(city, tx, &actor, &what, &given)?.number))?;
            let a = saved::by_number(tx, &done.body)?;
            let (_, birth) = rows::birth(tx, a.id)?.ok_or(Error::NotFound)?;
            Ok((Begun { code: city.code(&a.number, &birth), number: a.number }, done.replayed))
        })
    }

    /// The draft, or the correction, of whoever holds its code, or of the clerk who began it.
    pub fn draft(&self, actor: Actor, number: String, code: Option<String>) -> Later<DraftPage> {
        self.city.read(move |city, rd| {
            let a = opened(city, rd, &actor, &number, code.as_deref())?;
            let office = city.office(rd)?;
            let newer = a.stage == StageKind::Draft && is_newer(city, rd, &a)?;
            Ok(DraftPage { view: view(city, rd, &office, &actor, a)?, newer })
        })
    }

    /// Saves what was typed and brought, whatever is still missing; with `submit` it is handed in when nothing is wrong.
    pub fn send(
        &self,
        actor: Actor,
        number: String,
        code: Option<String>,
        draft: Draft,
        submit: bool,
    ) -> Later<Sent> {
        self.city.write(move |city, tx| {
            let office = city.office(tx)?;
            let a = opened(city, tx, &actor, &number, code.as_deref())?;
            if !matches!(a.stage, StageKind::Draft | StageKind::Correcting) {
                return Err(Error::invalid(
                    "act",
                    "已经提交，不能再改；需要更改请联系收件单位或撤回",
                    "it was handed in and cannot be changed; ask the office, or withdraw it",
                ));
            }
            let a = saved::catch_up(city, tx, &office, a)?;
            let files = City::files(tx, &actor, &tickets(&draft), a.id, a.ver + 1)?;
            let values = merged(city, tx, &a, &draft)?;
            let seal = keep_form(city, tx, &a, &values)?;
            let mut brought = handed_in(&a, &draft, &files, tx.now(), &office);
            let mut faults = Vec::new();
            if actor.role != Role::Resident && a.stage == StageKind::Draft {
                already_held(city, tx, &office, &actor, &a, &values, &mut brought, &mut faults)?;
            }
            if a.stage == StageKind::Correcting {
                return correct(city, tx, &office, &actor, a, (seal, values), brought, submit);
            }
            let save = Command::Save { form: seal.clone(), materials: brought };
            let a = act(city, tx, &office, &actor, a, save)?;
            let a = if submit {
                faults.extend(
                    form::check(&a.basis.fields, &values, tx.now().date())
                        .into_iter()
                        .map(|f| (format!("f.{}", f.field), f.said)),
                );
                let asked = Command::Submit {
                    form: seal,
                    materials: all_materials(&a),
                    declared: draft.declared,
                    delivery: draft.delivery.unwrap_or(Delivery::Window),
                    applicant: applicant_digest(city, &values),
                };
                try_act(city, tx, &office, &actor, a, asked, &mut faults)?
            } else {
                a
            };
            Ok(Sent { view: view(city, tx, &office, &actor, a)?, faults })
        })
    }

    /// 换用新版指南: what was typed and handed in stays.
    pub fn rebase(&self, actor: Actor, number: String, code: Option<String>) -> Later<ApplicationView> {
        self.city.write(move |city, tx| {
            let office = city.office(tx)?;
            let a = opened(city, tx, &actor, &number, code.as_deref())?;
            let what = what_of(&a);
            let (theme, items) = themes::load(city, tx, &what)?;
            let Some(given) = answers_again(&office, &theme, &items, &a)? else {
                return Err(Error::invalid(
                    "answers",
                    "新版指南多了问题，请从头回答一次；填过的内容可以对照本页再填",
                    "the new version asks more questions: answer them anew, with this page beside you",
                ));
            };
            let Next::Ready(p) = themes::next(&office, &theme, &items, &given)? else {
                return Err(Error::bug("answers that led to an end lead to none"));
            };
            let mut basis = p.basis;
            (basis.reception, basis.region) = (a.basis.reception, a.basis.region.clone());
            let a = act(city, tx, &office, &actor, a, Command::Rebase { basis: Box::new(basis) })?;
            view(city, tx, &office, &actor, a)
        })
    }
}

/// Whoever holds the code, or whose unit has a part in it.
pub(crate) fn opened(
    city: &City,
    rd: &mut store::Rd<'_>,
    actor: &Actor,
    number: &str,
    code: Option<&str>,
) -> Result<Application, Error> {
    let a = saved::by_number(rd, number)?;
    match (actor.role, code) {
        (Role::Resident, Some(code)) => {
            let (_, birth) = rows::birth(rd, a.id)?.ok_or(Error::NotFound)?;
            if !city.is_code(&a.number, &birth, code) {
                return Err(Error::NotFound);
            }
        }
        (Role::Resident, None) => return Err(Error::NotFound),
        _ => {}
    }
    saved::door(actor, op::ReadApplication, &a)?;
    Ok(a)
}

fn whole(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    what: &What,
    given: &[String],
) -> Result<Package, Error> {
    let (theme, items) = themes::load(city, tx, what)?;
    match themes::next(office, &theme, &items, given)? {
        Next::Ready(p) => Ok(*p),
        Next::Ask(q) => Err(Error::invalid(
            "answers",
            format!("还有问题没有回答：{}", q.question),
            format!("one more question to answer: {}", q.question),
        )),
        Next::Refused { why, .. } => Err(Error::invalid("answers", why.clone(), why)),
    }
}

fn what_of(a: &Application) -> What {
    if a.basis.theme.is_empty() {
        What::Item(a.basis.parts.first().map_or_else(String::new, |p| p.item.clone()))
    } else {
        What::Theme(a.basis.theme.clone())
    }
}

/// Is any item, or the theme, of a newer version today?
fn is_newer(city: &City, rd: &mut store::Rd<'_>, a: &Application) -> Result<bool, Error> {
    let (theme, items) = match themes::load(city, rd, &what_of(a)) {
        Ok(found) => found,
        // What is no longer offered is told when it is submitted.
        Err(Error::NotFound | Error::Invalid { .. }) => return Ok(false),
        Err(e) => return Err(e),
    };
    let item = |p: &service::Part| items.iter().find(|i| i.code == p.item).map(|i| i.version);
    Ok(theme.version != a.basis.theme_version
        || a.basis.parts.iter().any(|p| item(p).is_some_and(|v| v != p.version)))
}

/// The ids of the answers that were given, found again by their words; none when a question is new.
fn answers_again(
    office: &Office,
    theme: &service::Theme,
    items: &[catalogue::ServiceItem],
    a: &Application,
) -> Result<Option<Vec<String>>, Error> {
    let mut given: Vec<String> = Vec::new();
    loop {
        match themes::next(office, theme, items, &given)? {
            Next::Ready(_) => return Ok(Some(given)),
            Next::Refused { .. } => return Ok(None),
            Next::Ask(q) => {
                let before = a.basis.answers.iter().find(|b| b.question == q.question);
                let same = before.and_then(|b| q.answers.iter().find(|x| x.1 == b.answer));
                match same {
                    Some((id, _)) => given.push(id.clone()),
                    None => return Ok(None),
                }
            }
        }
    }
}

fn tickets(draft: &Draft) -> Vec<String> {
    draft.tickets.iter().map(|t| t.1.clone()).collect()
}

/// What was typed before and what is typed now; a field that was not sent stays.
fn merged(city: &City, tx: &mut Tx<'_>, a: &Application, draft: &Draft) -> Result<Values, Error> {
    let mut values = crate::views::values(city, tx, a.id)?;
    for f in &a.basis.fields {
        if let Some(v) = draft.values.get(&f.code) {
            let v: String = v.chars().take(form::VALUE_MAX + 1).collect();
            values.insert(f.code.clone(), form::normal(f.kind, &v));
        }
    }
    Ok(values)
}

pub(crate) fn keep_form(
    city: &City,
    tx: &mut Tx<'_>,
    a: &Application,
    values: &Values,
) -> Result<FormSeal, Error> {
    let text = serde_json::to_string(values).map_err(Error::bug)?;
    let sealed = city.seal(a.id, text.as_bytes())?;
    rows::put_form(tx, a.id, &sealed)?;
    Ok(FormSeal { digest: city.digest("form", &text), filled: form::filled(&a.basis.fields, values) })
}

/// Whom it is about: the company where there is one, else the person. None without a number of either.
fn identity_digest(city: &City, values: &Values) -> Option<String> {
    let ids = ["company_code", "applicant_id", "legal_id"];
    let id = ids.into_iter().filter_map(|c| values.get(c)).find(|v| !v.is_empty())?;
    Some(city.digest("applicant", id))
}

pub(crate) fn applicant_digest(city: &City, values: &Values) -> String {
    identity_digest(city, values)
        .unwrap_or_else(|| city.digest("phone", values.get("phone").map_or("", String::as_str)))
}

/// What is handed in by this sending: files that were brought, and ways that were chosen.
fn handed_in(
    a: &Application,
    draft: &Draft,
    files: &[kernel::FileRef],
    now: kernel::Moment,
    office: &Office,
) -> Vec<HandedIn> {
    let mut out = Vec::new();
    for w in &a.basis.materials {
        let brought: Vec<kernel::FileRef> = draft
            .tickets
            .iter()
            .zip(files)
            .filter(|((m, _), _)| *m == w.id)
            .map(|(_, f)| f.clone())
            .collect();
        let words =
            || draft.words.get(&w.id).map_or_else(String::new, |t| t.trim().chars().take(1000).collect());
        let how = if brought.is_empty() {
            match draft.ways.get(&w.id).map(String::as_str) {
                Some("seen") => How::Seen { note: words() },
                Some("later") => {
                    let days = w.defer_days.unwrap_or(service::Numbers::default().defer_days);
                    let length = workday::Length::Workdays(days);
                    let last = workday::due(now, length, &office.rules.calendar, &[]).at().unwrap_or(now);
                    How::Later { until: last.date() }
                }
                Some("commitment") => {
                    let said = words();
                    let text = if said.is_empty() {
                        format!(
                            "本人（本单位）承诺符合“{}”所证明的条件，愿意接受核查并承担不实的责任。",
                            w.name
                        )
                    } else {
                        said
                    };
                    How::Commitment { text }
                }
                Some("held") => How::Held { resource: String::new(), found: String::new() },
                _ => continue,
            }
        } else {
            How::File { files: brought }
        };
        out.push(HandedIn { material: w.id.clone(), how });
    }
    out
}

/// 免交 (X8): what was issued here to this person is not asked for again. Looked up at the window only, where the
/// identity was seen: on a phone anybody could ask for anybody. Each look is on record, also one that finds nothing valid.
#[expect(clippy::too_many_arguments, reason = "the parts of one sending")]
fn already_held(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    actor: &Actor,
    a: &Application,
    values: &Values,
    brought: &mut Vec<HandedIn>,
    faults: &mut Vec<(String, kernel::Said)>,
) -> Result<(), Error> {
    let Some(subject) = identity_digest(city, values) else { return Ok(()) };
    let permit = saved::door(actor, op::HandleApplication, a)?;
    let today = tx.now().date().to_string();
    for (w, m) in a.basis.materials.iter().zip(&a.materials) {
        let given = brought.iter().position(|h| h.material == w.id);
        let by_hand = given.is_some_and(|n| matches!(brought[n].how, How::File { .. }));
        if m.how.is_some() || by_hand {
            continue;
        }
        let name = service::one_name(&w.name, &[]);
        let Some(found) = held::find(tx, &subject, &name)? else { continue };
        // What is shared on conditions only, or not at all, is not looked into before it is granted: the paper is brought.
        if !crate::sharing::sees(tx, &name, found.unit, a.basis.lead)? {
            held::note_use(tx, &permit, found.id, a.id, &a.basis.name, "refused")?;
            continue;
        }
        let valid = found.until.is_empty() || found.until >= today;
        let result = if valid { "used" } else { "expired" };
        held::note_use(tx, &permit, found.id, a.id, &a.basis.name, result)?;
        let unit = office.unit_name(found.unit);
        if !valid {
            faults.push((
                format!("m.{}", w.id),
                kernel::Said::new(
                    format!("{unit}签发的“{}”有效期至 {}，已过期，请另交", w.name, found.until),
                    format!("{:?} issued by {unit} held until {}: bring a valid one", w.name, found.until),
                ),
            ));
            continue;
        }
        let how = How::Held {
            resource: format!("issued/{}", found.id),
            found: format!("{unit} {} 签发，编号 {}", found.issued.date(), found.number),
        };
        match given {
            Some(n) => brought[n].how = how,
            None => brought.push(HandedIn { material: w.id.clone(), how }),
        }
    }
    Ok(())
}

/// Everything that was handed in so far.
fn all_materials(a: &Application) -> Vec<HandedIn> {
    a.basis
        .materials
        .iter()
        .zip(&a.materials)
        .filter_map(|(w, m)| Some(HandedIn { material: w.id.clone(), how: m.how.clone()? }))
        .collect()
}

/// An act whose refusal keeps what was saved before it: told at its field.
fn try_act(
    city: &City,
    tx: &mut Tx<'_>,
    office: &Office,
    actor: &Actor,
    a: Application,
    asked: Command,
    faults: &mut Vec<(String, kernel::Said)>,
) -> Result<Application, Error> {
    let rules = City::rules(office);
    if let Err(r) = a.decide(asked.clone(), actor, tx.now(), &rules) {
        let field = r.field.clone().unwrap_or_else(|| "act".to_owned());
        // The form says more of what is missing than the guard does.
        if field != "form" || faults.is_empty() {
            faults.push((field, r.said));
        }
    }
    if faults.is_empty() { act(city, tx, office, actor, a, asked) } else { Ok(a) }
}

/// 补正: everything that was told at once, or it is kept and told what is still missing.
#[expect(clippy::too_many_arguments, reason = "the parts of one sending")]
fn correct(
    city: &City,
    tx: &mut Tx<'_>,
    office: &std::sync::Arc<Office>,
    actor: &Actor,
    a: Application,
    (seal, values): (FormSeal, Values),
    brought: Vec<HandedIn>,
    submit: bool,
) -> Result<Sent, Error> {
    let mut faults: Vec<_> = form::check(&a.basis.fields, &values, tx.now().date())
        .into_iter()
        .filter(|f| a.lacks.iter().any(|l| l.what == f.field))
        .map(|f| (format!("f.{}", f.field), f.said))
        .collect();
    if !submit {
        return Err(Error::invalid(
            "act",
            "补正要一次提交：请把告知的内容补齐后点“提交补正”",
            "a correction is handed in at once: put everything right and submit it",
        ));
    }
    debug_assert!(a.permitted(actor).contains(&Act::Supplement) || actor.role != Role::Resident);
    let asked = Command::Supplement { form: Some(seal), materials: brought };
    let a = try_act(city, tx, office, actor, a, asked, &mut faults)?;
    Ok(Sent { view: view(city, tx, office, actor, a)?, faults })
}
