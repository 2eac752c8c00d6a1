//! 门口: what other movements ask of cases inside a transaction of theirs. `assembly` joins them (`handover.rs`).

use access::{Region, decide, op};
use kernel::{Actor, CaseId, Moment, Role, StreamId};
use resolve::{ArriveWay, Case, Command, Registration};
use store::cases::{NewCase, Told};
use store::{Rd, Tx, cases, contacts, counters, office};

use crate::Cases;
use crate::cases::{EventView, Lodged};
use crate::reporter::{by_printed_code, own_case, plain_title};
use crate::told::tell_person;
use city::reach::in_city;
use city::{City, Contact, Error, Office, Vault};

/// The next number of this year and the next id.
pub fn take_numbers(
    tx: &mut Tx<'_>,
    office: &Office,
    now: Moment,
    n: u32,
) -> Result<Vec<(CaseId, String)>, Error> {
    let year = now.date().year();
    let first_id = counters::take(tx, "case", n)?;
    let first = counters::take(tx, &format!("case/{year}"), n)?;
    let city = office.settings.city.as_str();
    Ok((0..i64::from(n)).map(|i| (CaseId(first_id + i), format!("{city}-{year}-{:07}", first + i))).collect())
}

pub fn register_in(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    mut registration: Registration,
    contact: &Contact,
    tickets: &[String],
) -> Result<(CaseId, Lodged), Error> {
    let office = city.office(tx)?;
    contact.bounded()?;
    in_city(&office, &registration.region)?;
    let region = Region(&registration.region);
    let permit = match actor.role {
        Role::Resident => decide(actor, op::LodgeCase, region)?,
        _ if !access::offers(actor, access::Operation::RegisterCase) => {
            decide(actor, op::RegisterCase, region)?
        }
        _ => decide(actor, op::RegisterCase, region)
            .map_err(|_| Error::invalid("region", "不在您的区划之内", "outside of your region"))?,
    };
    let now = tx.now();
    if office.unit(registration.first_asked).is_none() {
        return Err(Error::invalid("first_asked", "没有这个首问单位", "the unit asked first does not exist"));
    }
    plain_title(&mut registration.title, &mut registration.words, &contact.name);
    registration.contact = (!contact.is_empty()).then(|| city.vault().person(contact));
    let mut happened = resolve::register(registration, now, &office.rules)?;
    let (id, number) = take_numbers(tx, &office, now, 1)?.remove(0);
    happened.files = city::claim_files(tx, actor, tickets, StreamId::case(id), 1)?;
    let case =
        Case::begin(id, number.clone(), &happened, now).ok_or_else(|| Error::bug("not a registration"))?;
    let events = vec![Told::of(&happened, now, actor)?];
    let new = NewCase { case, events };
    let births = cases::insert_many(tx, &permit, &[&new], &office.rules.calendar)?;
    if !contact.is_empty() {
        contacts::put(tx, id, &city.vault().seal(id.0, contact)?)?;
    }
    tell_person(city, tx, &office, &new.case, &happened.asked, Some(contact))?;
    Ok((id, Lodged { code: city.vault().code(&number, births.first()), number, version: 1 }))
}

/// An act that another movement asks for, as this actor: through the door and the table as any other.
pub fn case_does(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: CaseId,
    asked: Command,
) -> Result<Case, Error> {
    case_does_with(city, tx, actor, id, asked, &[])
}

/// The same with files: their tickets.
pub fn case_does_with(
    city: &City,
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: CaseId,
    asked: Command,
    tickets: &[String],
) -> Result<Case, Error> {
    let office = city.office(tx)?;
    let case = cases::by_id(tx, id)?.ok_or(Error::NotFound)?;
    Cases::new(city.clone()).act_with_in(tx, &office, actor, &case, asked, None, tickets)
}

pub fn seen(rd: &mut Rd<'_>, actor: &Actor, number: &str) -> Result<Case, Error> {
    let case = cases::by_number(rd, number)?.ok_or(Error::NotFound)?;
    decide(actor, op::ReadCase, &case)?;
    Ok(case)
}

pub fn events_in(rd: &mut Rd<'_>, office: &Office, case: &Case, after: i64) -> Result<Vec<EventView>, Error> {
    let mut names = std::collections::HashMap::new();
    let mut out = Vec::new();
    for e in cases::history(rd, case.id, after)? {
        let happened = e.happened;
        let who = match e.actor.staff {
            None => e.actor.role.zh().to_owned(),
            Some(id) => match names.entry(id) {
                std::collections::hash_map::Entry::Occupied(o) => Clone::clone(o.get()),
                std::collections::hash_map::Entry::Vacant(v) => {
                    let name = office::staff_by_id(rd, id)?.map_or_else(|| format!("#{id}"), |s| s.name);
                    v.insert(name).clone()
                }
            },
        };
        let by_resident = e.actor.role == Role::Resident;
        let mut view = EventView {
            ver: e.ver,
            at: e.at,
            recorded: e.recorded,
            who,
            unit: e.actor.unit.map(|u| office.unit_name(u)),
            act: happened.asked.act(),
            by_resident,
            reprinted: false,
            happened,
        };
        view.reprinted = by_printed_code(case, &view);
        out.push(view);
    }
    Ok(out)
}

/// The 查询码 of a case. It goes to who registered it and to nobody else.
pub fn code_in(city: &City, rd: &mut Rd<'_>, number: &str) -> Result<String, Error> {
    let case = cases::by_number(rd, number)?.ok_or(Error::NotFound)?;
    let (place, hash) = cases::birth(rd, case.id)?.ok_or(Error::NotFound)?;
    Ok(city.vault().code(number, (place > city.codes_after()).then_some(&hash)))
}

/// Does this code belong to this number? A number that does not exist has none.
pub fn code_fits(city: &City, rd: &mut Rd<'_>, number: &str, code: &str) -> Result<bool, Error> {
    match code_in(city, rd, number) {
        Ok(right) => Ok(Vault::code_reads(code, &right)),
        Err(Error::NotFound) => Ok(false),
        Err(other) => Err(other),
    }
}

/// 到场码: what the phone page of a company shows and an office that came to it enters, for one case.
pub fn arrival_code(city: &City, number: &str) -> String {
    let mut code = city.vault().code(&format!("{number}/arrive"), None);
    code.truncate(6);
    code
}

/// Who reports on site shows that somebody was there: the code of the company, which is not kept.
pub(crate) fn check_arrival(
    city: &City,
    case: &Case,
    actor: &Actor,
    asked: Command,
) -> Result<Command, Error> {
    let Command::Arrive { way, code, note } = asked else { return Ok(asked) };
    let here = way == ArriveWay::OnSite && case.awaited(actor.unit);
    if here && !Vault::code_reads(&code, &arrival_code(city, &case.number)) {
        return Err(Error::invalid(
            "code",
            "到场码不对：请看企业手机页上这件吹哨的到场码；没有到现场的请选“线上”",
            "the code on site is wrong: see the phone page of the company, or choose “online”",
        ));
    }
    Ok(Command::Arrive { way, code: String::new(), note })
}

/// Whoever has the code of a case and is signed in as staff: as which person they may go on, if at all. The
/// account stays beside what they do.
pub fn as_resident(signed: Option<&Actor>, case: &Case) -> Result<Actor, Error> {
    let Some(staff) = signed else { return Ok(Actor::resident()) };
    if !access::may_speak_for_reporter(staff, case) {
        return Err(Error::Forbidden(own_case()));
    }
    Ok(Actor { staff: staff.staff, unit: staff.unit, ..Actor::resident() })
}
