//! 预约: holding a place, confirming it, following by number and code, moving, cancelling, appealing. Opening a link changes
//! nothing; who is signed in as staff uses no resident's code.

use access::op;
use city::reach::public;
use city::{Contact, Door as _, Error, Later, Once, Vault, once};
use hall::appointment::{Act, Appointment, Booked, Command, Happened, Stage};
use hall::{Channel, Hall, Past, Verdict, verdict};
use kernel::{Actor, Date, Moment, Role, Said, US_PER_DAY};
use serde::{Deserialize, Serialize};
use store::appointments as rows;
use store::slots::{self, SlotRow};
use store::{Rd, Tx, counters, items};

use crate::doors::{door, here, load};
use crate::halls::{hours, side};
use crate::{Halls, places, refused, saved};

/// Characters of the code of an item.
const ITEM_MAX: usize = 64;

/// Answers of a situation that are kept, and bytes of each.
const ANSWERS_MAX: usize = 30;
const ANSWER_MAX: usize = 40;

/// What a person takes along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// 预约号
    pub number: String,
    /// 查询码
    pub code: String,
}

/// What somebody wishes who found no time (候补).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standby {
    /// code of the item
    pub item: String,
    /// id of the hall
    pub hall: i64,
    /// first day that suits
    pub first: Date,
    /// last day that suits
    pub last: Date,
    /// whom to call
    pub contact: Contact,
}

/// What the person who booked can ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// with name and telephone
    Confirm(Contact),
    /// to the place that begins with this slot
    Move(i64),
    /// give it back
    Cancel,
    /// it was no no-show; in their own words, which are kept sealed
    Appeal(String),
    /// delete name and telephone now
    Erase,
}

/// An appointment for one reader.
#[derive(Clone, Debug)]
pub struct AppointmentView {
    /// the appointment
    pub appointment: Appointment,
    /// name of the hall
    pub hall: String,
    /// how to get there
    pub address: String,
    /// its telephone
    pub phone: String,
    /// name of the queue
    pub queue: String,
    /// who booked; covered for staff
    pub contact: Contact,
    /// what they said in their appeal
    pub appeal: String,
    /// what may be done now
    pub acts: Vec<Act>,
    /// told before it comes to a bar
    pub warning: Option<Said>,
}

/// What a place is taken for.
#[derive(Clone, Copy)]
struct Wish<'a> {
    item: &'a str,
    channel: Channel,
    appointment: i64,
    /// slots that it has already
    kept: &'a [i64],
}

/// Who booked, sealed beside the record and never in it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Booker {
    pub contact: Contact,
    #[serde(default)]
    pub appeal: String,
}

/// Days that one may stand by ahead.
const STANDBY_DAYS: i64 = 60;
/// So often one telephone stands by at a time.
const STANDBY_MAX: usize = 3;
/// Earlier appointments that are looked at.
const PAST: u32 = 200;

fn no_place() -> Error {
    Error::invalid(
        "slot",
        "这个时间刚被约满，请选下一个时间",
        "this time has just been taken: choose the next",
    )
}

fn kept_contact(of: &Contact) -> Contact {
    let kept = |s: &str| s.trim().to_owned();
    Contact {
        name: kept(&of.name),
        phone: kept(&of.phone),
        email: kept(&of.email),
        lang: kept(&of.lang),
        ..Contact::default()
    }
}

/// A telephone as digits; what else people type is left out.
pub(crate) fn digits(phone: &str) -> Result<String, Error> {
    let found: String = phone.chars().filter(char::is_ascii_digit).collect();
    if (7..=15).contains(&found.len()) && phone.chars().count() <= 30 {
        return Ok(found);
    }
    Err(Error::invalid("phone", "请填写能打通的电话号码", "give a telephone number that reaches you"))
}

/// No staff acts by a resident's code: they have their own pages.
pub(crate) fn not_staff(signed: Option<&Actor>) -> Result<(), Error> {
    match signed {
        None => Ok(()),
        Some(_) => Err(Error::Forbidden(Said::new(
            "您已用工作人员账号登录：请在“代为预约”里办理，或退出后再用查询码",
            "you are signed in as staff: book for others at the counter, or sign out first",
        ))),
    }
}

/// A queue may take everything: what is no item of the catalogue is kept as it came, and therefore short.
fn short_item(item: &str) -> Result<(), Error> {
    if item.chars().count() <= ITEM_MAX {
        return Ok(());
    }
    Err(Error::invalid("item", "没有这个事项，请从列表里选", "there is no such item: choose one of the list"))
}

impl Halls {
    pub(crate) fn person(&self, digits: &str) -> String {
        ledger::hex(&self.city.vault().token_digest(&format!("appointment/person/{digits}"))[..16])
    }

    fn code(&self, rd: &mut Rd<'_>, a: &Appointment) -> Result<String, Error> {
        let birth = rows::birth(rd, a.id)?.ok_or(Error::NotFound)?;
        Ok(self.city.vault().code(&a.number, Some(&birth)))
    }

    fn by_code(&self, rd: &mut Rd<'_>, number: &str, code: &str) -> Result<Appointment, Error> {
        let row = rows::by_number(rd, number.trim())?.ok_or(Error::NotFound)?;
        let a = saved::read(&row)?;
        let right = self.code(rd, &a)?;
        if Vault::code_reads(code, &right) { Ok(a) } else { Err(Error::NotFound) }
    }

    /// Who booked and what they said in an appeal, as it lies sealed.
    pub(crate) fn booker(&self, rd: &mut Rd<'_>, id: i64) -> Result<Booker, Error> {
        let Some(sealed) = rows::contact(rd, id)? else { return Ok(Booker::default()) };
        let text = self.city.vault().unseal_bytes(rows::stream(id).0, &sealed)?;
        serde_json::from_slice(&text).map_err(|e| {
            Error::Store(store::StoreError::Damaged(format!("who booked appointment {id}: {e}")))
        })
    }

    fn keep(&self, tx: &mut Tx<'_>, id: i64, booker: &Booker) -> Result<(), Error> {
        let text = serde_json::to_vec(booker).map_err(Error::bug)?;
        let sealed = self.city.vault().seal_bytes(rows::stream(id).0, &text)?;
        Ok(rows::put_contact(tx, id, &sealed)?)
    }

    /// The places of an item from a slot on: taken for this appointment, or nothing is.
    fn take(
        tx: &mut Tx<'_>,
        permit: &access::Permit,
        (id, of): (i64, &Hall),
        first: &SlotRow,
        wish: &Wish<'_>,
    ) -> Result<Booked, Error> {
        let Wish { item, channel, appointment, kept } = *wish;
        let now = tx.now();
        let unit = items::by_key(tx, item, "")?.and_then(|i| i.unit_id);
        let n = of.queue(&first.queue).and_then(|q| q.handles.slots_for(item, unit)).ok_or_else(|| {
            Error::invalid(
                "item",
                "这个大厅的这项业务不办该事项，请重新选择",
                "this queue does not handle the item",
            )
        })?;
        if channel == Channel::Phone && !(first.opens <= now && now < first.shuts) {
            return Err(if now < first.opens {
                Error::invalid(
                    "slot",
                    "这一天还没有开始放号，请晚些再约",
                    "this day is not open for booking yet",
                )
            } else {
                Error::invalid(
                    "slot",
                    "这个时间已停止网上预约，请选晚一些的时间或现场取号",
                    "too late to book this online",
                )
            });
        }
        // What was given back is no place yet: the care of halls releases it, and offers it first to who stands by.
        let first = slots::by_id(tx, first.id)?.ok_or_else(no_place)?;
        let run = places::run_of(tx, &first, n, channel, kept)?.ok_or_else(no_place)?;
        for s in run.iter().filter(|s| !kept.contains(&s.id)) {
            if !slots::take(tx, permit, s.id, side(channel), appointment)? {
                return Err(no_place());
            }
        }
        let end = run.last().map_or(first.start, SlotRow::end);
        Ok(Booked {
            hall: id,
            queue: first.queue.clone(),
            slots: run.iter().map(|s| s.id).collect(),
            start: first.start,
            end,
            hours: hours(&first.kind),
        })
    }

    fn hold_in(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        slot: i64,
        item: &str,
        answers: Vec<String>,
    ) -> Result<Appointment, Error> {
        short_item(item)?;
        let first = slots::by_id(tx, slot)?.ok_or_else(no_place)?;
        let l = load(tx, first.hall)?;
        let now = tx.now();
        let (permit, channel) = match actor.role {
            Role::Resident => (door(actor, op::HandleAppointment, &l.hall, now.date())?, Channel::Phone),
            _ => (door(actor, op::BookForOthers, &l.hall, now.date())?, Channel::Counter),
        };
        let id = counters::next(tx, "appointment")?;
        let wish = Wish { item, channel, appointment: id, kept: &[] };
        let at = Self::take(tx, &permit, (l.row.id, &l.hall), &first, &wish)?;
        let name = items::by_key(tx, item, "")?.map_or_else(|| item.to_owned(), |i| i.name);
        let asked = Command::Hold { at, item: item.to_owned(), name, channel, answers };
        let happened = hall::appointment::hold(asked, now, &l.hall.booking).map_err(refused)?;
        self.insert(tx, &permit, id, &happened, &l.hall)
    }

    /// An appointment with its first event, under a number of its own.
    fn begin(
        &self,
        tx: &mut Tx<'_>,
        permit: &access::Permit,
        happened: &Happened,
        of: &Hall,
    ) -> Result<Appointment, Error> {
        let id = counters::next(tx, "appointment")?;
        self.insert(tx, permit, id, happened, of)
    }

    fn insert(
        &self,
        tx: &mut Tx<'_>,
        permit: &access::Permit,
        id: i64,
        happened: &Happened,
        of: &Hall,
    ) -> Result<Appointment, Error> {
        let office = self.city.office(tx)?;
        let now = tx.now();
        let year = now.date().year();
        let n = counters::next(tx, &format!("appointment/{year}"))?;
        let number = format!("{}-{year}-Y{n:07}", office.settings.city.as_str());
        let a = Appointment::begin(id, number, happened, now).ok_or_else(|| Error::bug("not a beginning"))?;
        let data = serde_json::to_string(happened).map_err(Error::bug)?;
        rows::insert(tx, permit, &saved::row_of(&a, &of.booking)?, happened.asked.act().word(), &data)?;
        Ok(a)
    }

    /// 登记候补: who found no time stands by, and is offered a place that is given back within these days.
    pub fn stand_by(&self, wish: Standby) -> Later<Begun> {
        self.write(move |app, tx| {
            let l = load(tx, wish.hall)?;
            let now = tx.now();
            let permit = door(&Actor::resident(), op::HandleAppointment, &l.hall, now.date())?;
            wish.contact.bounded()?;
            short_item(&wish.item)?;
            let person = app.person(&digits(&wish.contact.phone)?);
            let item = items::by_key(tx, &wish.item, "")?;
            let unit = item.as_ref().and_then(|i| i.unit_id);
            let queue = l.hall.handling(&wish.item, unit).find(|(q, _)| !q.availability.is_empty());
            let queue = queue.map(|(q, _)| q.letter.clone()).ok_or_else(|| {
                Error::invalid(
                    "hall",
                    "这个大厅不能预约该事项，请换一个大厅",
                    "this hall takes no appointments for the item: choose another",
                )
            })?;
            let (first, last) = (Moment::start_of(wish.first).max(now), Moment::start_of(wish.last));
            if wish.last < wish.first || last.day_number() - now.day_number() > STANDBY_DAYS {
                return Err(Error::invalid(
                    "last",
                    format!("请选 {STANDBY_DAYS} 天以内的起止日期"),
                    format!("choose a first and a last day within {STANDBY_DAYS} days"),
                ));
            }
            may_book(&l.hall, &app.past(tx, &person, None)?, &wish.item, now)?;
            let waits = rows::of_person(tx, &person, PAST)?;
            if waits.iter().filter(|r| r.stage == Stage::Standby.word()).count() >= STANDBY_MAX {
                return Err(Error::invalid(
                    "phone",
                    format!("这个电话已登记 {STANDBY_MAX} 个候补，请先退出一个"),
                    format!("this telephone stands by {STANDBY_MAX} times: leave one first"),
                ));
            }
            let at = Booked {
                hall: wish.hall,
                queue,
                slots: Vec::new(),
                start: first,
                end: last.plus_us(US_PER_DAY),
                hours: hall::Hours::Office,
            };
            let name = item.map_or_else(|| wish.item.clone(), |i| i.name);
            let asked =
                Command::Standby { at, item: wish.item.clone(), name, channel: Channel::Phone, person };
            let happened = hall::appointment::stand_by(asked, now).map_err(refused)?;
            let a = app.begin(tx, &permit, &happened, &l.hall)?;
            let contact = kept_contact(&wish.contact);
            app.keep(tx, a.id, &Booker { contact, appeal: String::new() })?;
            let code = app.code(tx, &a)?;
            Ok(Begun { number: a.number, code })
        })
    }

    /// A place for who stands by, if one is free within their days; says whether.
    pub(crate) fn offer(&self, tx: &mut Tx<'_>, of: &Hall, a: Appointment) -> Result<bool, Error> {
        let now = tx.now();
        let system = Actor::system();
        let permit = door(&system, op::HandleAppointment, of, now.date())?;
        let (from, queue) = (a.at.start.max(now), a.at.queue.clone());
        let unit = items::by_key(tx, &a.item, "")?.and_then(|i| i.unit_id);
        let n = of.queue(&queue).and_then(|q| q.handles.slots_for(&a.item, unit)).unwrap_or(1);
        let looked = if n > 1 { places::LOOKED } else { 1 };
        let all = slots::earliest(tx, &[(a.at.hall, &queue)], side(a.channel), (from, now), looked)?;
        let free = all.into_iter().next().unwrap_or_default();
        let first = (0..free.len()).find(|i| {
            free[*i].start < a.at.end
                && hall::run(&free, *i, usize::from(n), |s| (s.start, s.end())).is_some()
        });
        let Some(first) = first else { return Ok(false) };
        let wish = Wish { item: &a.item, channel: a.channel, appointment: a.id, kept: &[] };
        let to = Self::take(tx, &permit, (a.at.hall, of), &free[first], &wish)?;
        let asked_from = of.next_open(now, &self.city.office(tx)?.rules.calendar).unwrap_or(now);
        self.act(tx, of, &system, a, Command::Offer { to, asked_from })?;
        Ok(true)
    }

    /// 占号: the place is one's own for some minutes. Who is refused at sight does not wait for the writer.
    pub fn hold(&self, slot: i64, item: String) -> Later<Begun> {
        self.hold_in_situation(slot, item, Vec::new())
    }

    /// The same with what was answered in the guide, from which the person learns what to bring.
    pub fn hold_in_situation(&self, slot: i64, item: String, answers: Vec<String>) -> Later<Begun> {
        let answers: Vec<String> =
            answers.into_iter().filter(|a| a.len() <= ANSWER_MAX).take(ANSWERS_MAX).collect();
        let look = move |_: &Self, rd: &mut Rd<'_>| {
            let found = slots::by_id(rd, slot)?.ok_or_else(no_place)?;
            if found.free(side(Channel::Phone)) > 0 { Ok(()) } else { Err(no_place()) }
        };
        self.look_then_write(look, move |app, tx| {
            let a = app.hold_in(tx, &Actor::resident(), slot, &item, answers.clone())?;
            let code = app.code(tx, &a)?;
            Ok(Begun { number: a.number, code })
        })
    }

    /// 代为预约: at the counter or by telephone, for who has no phone of their own; held and confirmed at once.
    pub fn book_for(&self, actor: Actor, slot: i64, item: String, contact: Contact) -> Later<Begun> {
        self.write(move |app, tx| app.book_in(tx, &actor, slot, &item, &contact))
    }

    /// The same for a request that may be sent twice: booked once; says whether it had been. What is kept for that is the
    /// number: the code follows from it.
    pub fn book_once(
        &self,
        actor: Actor,
        (slot, item): (i64, String),
        contact: Contact,
        name: Once,
    ) -> Later<(Begun, bool)> {
        self.write(move |app, tx| {
            let done =
                once(tx, &actor, &name, |tx| Ok(app.book_in(tx, &actor, slot, &item, &contact)?.number))?;
            let row = rows::by_number(tx, &done.body)?.ok_or(Error::NotFound)?;
            let a = saved::read(&row)?;
            Ok((Begun { code: app.code(tx, &a)?, number: a.number }, done.replayed))
        })
    }

    fn book_in(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        slot: i64,
        item: &str,
        contact: &Contact,
    ) -> Result<Begun, Error> {
        let a = self.hold_in(tx, actor, slot, item, Vec::new())?;
        let code = self.code(tx, &a)?;
        let number = a.number.clone();
        self.confirm(tx, actor, a, contact)?;
        Ok(Begun { number, code })
    }

    fn confirm(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        a: Appointment,
        contact: &Contact,
    ) -> Result<Appointment, Error> {
        contact.bounded()?;
        let l = load(tx, a.at.hall)?;
        // Who stood by left their number then.
        let before = self.booker(tx, a.id)?.contact;
        let contact = if contact.phone.trim().is_empty() && a.person_there { &before } else { contact };
        let phone = digits(&contact.phone)?;
        let person = self.person(&phone);
        // What follows from misuse closes booking online, never the counter.
        if actor.role == Role::Resident {
            may_book(&l.hall, &self.past(tx, &person, Some(a.id))?, &a.item, tx.now())?;
        }
        let id = a.id;
        // Kept before the act, which tells them.
        self.keep(tx, id, &Booker { contact: kept_contact(contact), appeal: String::new() })?;
        self.act(tx, &l.hall, actor, a, Command::Confirm { person })
    }

    /// What a person booked before, without the one that is being decided.
    fn past(&self, rd: &mut Rd<'_>, person: &str, but: Option<i64>) -> Result<Vec<Past>, Error> {
        rows::of_person(rd, person, PAST)?
            .iter()
            .filter(|row| Some(row.id) != but)
            .map(|row| {
                let a = saved::read(row)?;
                Ok(Past {
                    stage: a.stage,
                    item: a.item,
                    made: a.made,
                    ended: a.ended,
                    late_cancel: a.late_cancel,
                })
            })
            .collect()
    }

    pub(crate) fn view_for(
        &self,
        rd: &mut Rd<'_>,
        actor: &Actor,
        a: Appointment,
    ) -> Result<AppointmentView, Error> {
        let l = load(rd, a.at.hall)?;
        let now = self.city.store().now();
        let Booker { contact, appeal } = self.booker(rd, a.id)?;
        let warning = match (&a.person, actor.role) {
            (Some(person), Role::Resident) => warned(&l.hall, &self.past(rd, person, None)?, now),
            _ => None,
        };
        let acts = a.permitted(actor, &here(&l.hall, actor, None, now.date()));
        // What somebody says of themselves in an appeal is read by who decides on it.
        let reads = actor.role == Role::Resident || acts.contains(&Act::Uphold);
        Ok(AppointmentView {
            hall: l.hall.name.clone(),
            address: l.hall.address.clone(),
            phone: l.hall.phone.clone(),
            queue: l.hall.queue(&a.at.queue).map_or_else(|| a.at.queue.clone(), |q| q.name.clone()),
            contact: if actor.role == Role::Resident { contact } else { contact.masked() },
            appeal: if reads { appeal } else { String::new() },
            acts,
            warning,
            appointment: a,
        })
    }

    /// An appointment for the person who has its number and code. Changes nothing.
    pub fn follow(&self, signed: Option<Actor>, number: String, code: String) -> Later<AppointmentView> {
        self.read(move |app, rd| {
            public(op::PublicHalls)?;
            not_staff(signed.as_ref())?;
            let a = app.by_code(rd, &number, &code)?;
            app.view_for(rd, &Actor::resident(), a)
        })
    }

    /// One act of the person who has number and code.
    pub fn act_by_code(
        &self,
        signed: Option<Actor>,
        number: String,
        code: String,
        asked: Asked,
    ) -> Later<AppointmentView> {
        self.write(move |app, tx| {
            public(op::PublicHalls)?;
            not_staff(signed.as_ref())?;
            let me = Actor::resident();
            let a = app.by_code(tx, &number, &code)?;
            let a = app.asked(tx, &me, a, &asked)?;
            app.view_for(tx, &me, a)
        })
    }

    /// What was asked by the person, or by a clerk for them.
    pub(crate) fn asked(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        a: Appointment,
        asked: &Asked,
    ) -> Result<Appointment, Error> {
        let l = load(tx, a.at.hall)?;
        match asked {
            Asked::Confirm(contact) => self.confirm(tx, actor, a, contact),
            Asked::Cancel => self.act(tx, &l.hall, actor, a, Command::Cancel {}),
            Asked::Erase => self.act(tx, &l.hall, actor, a, Command::Erase {}),
            Asked::Appeal(words) => {
                let words: String = words.trim().chars().take(hall::TEXT_MAX).collect();
                if words.is_empty() {
                    return Err(Error::invalid("words", "请写明当时的情况", "say what happened"));
                }
                let a = self.act(tx, &l.hall, actor, a, Command::Appeal {})?;
                if a.person_there {
                    let booker = self.booker(tx, a.id)?;
                    self.keep(tx, a.id, &Booker { appeal: words, ..booker })?;
                }
                Ok(a)
            }
            Asked::Move(slot) => {
                let first = slots::by_id(tx, *slot)?.ok_or_else(no_place)?;
                let to = load(tx, first.hall)?;
                let permit = door(actor, op::HandleAppointment, &to.hall, tx.now().date())?;
                let wish = Wish { item: &a.item, channel: a.channel, appointment: a.id, kept: &a.at.slots };
                let to = Self::take(tx, &permit, (to.row.id, &to.hall), &first, &wish)?;
                if to.slots == a.at.slots {
                    return Err(Error::invalid(
                        "slot",
                        "就是现在这个时间，请选另一个",
                        "that is the time it has: choose another",
                    ));
                }
                self.act(tx, &l.hall, actor, a, Command::Move { to })
            }
        }
    }

    /// One appointment for staff, its contact covered.
    pub fn appointment(&self, actor: Actor, number: String) -> Later<AppointmentView> {
        self.read(move |app, rd| {
            let row = rows::by_number(rd, number.trim())?.ok_or(Error::NotFound)?;
            let l = load(rd, row.hall)?;
            door(&actor, op::ReadHall, &l.hall, app.city.store().now().date())?;
            app.view_for(rd, &actor, saved::read(&row)?)
        })
    }
}

fn may_book(of: &Hall, past: &[Past], item: &str, now: Moment) -> Result<(), Error> {
    let refuse = |zh: String, en: String| Err(Error::invalid("phone", zh, en));
    match verdict(&of.misuse, past, item, now) {
        Verdict::Free | Verdict::Warned { .. } => Ok(()),
        Verdict::Barred { until, misses, cancels } => refuse(
            format!(
                "近期爽约 {misses} 次、临时取消 {cancels} 次，{until} 前不能网上预约；可以打大厅电话或现场取号，也可以在爽约的预约页面申诉"
            ),
            format!(
                "missed {misses} and cancelled late {cancels}: no booking online until {until}; call, come, or appeal on the page of the missed one"
            ),
        ),
        Verdict::Full { open } => refuse(
            format!("这个电话已有 {open} 个预约没有办，请先办完或取消"),
            format!("this telephone has {open} appointments waiting: use or cancel them first"),
        ),
        Verdict::Enough { today } => refuse(
            format!("这个电话今天已为该事项约过 {today} 次，请明天再约"),
            format!("this telephone booked the item {today} times today: try tomorrow"),
        ),
    }
}

/// The warning that comes before any bar.
fn warned(of: &Hall, past: &[Past], now: Moment) -> Option<Said> {
    let rules = hall::MisuseRules { open_max: 0, same_item_day_max: 0, ..of.misuse.clone() };
    match verdict(&rules, past, "", now) {
        Verdict::Warned { misses, .. } if misses > 0 => Some(Said::new(
            format!(
                "提醒：{} 天内已爽约 {misses} 次，满 {} 次将暂停网上预约 {} 天。来不了请提前取消；不是您的原因可以申诉。",
                rules.within_days, rules.misses_max, rules.bar_days
            ),
            format!(
                "Note: missed {misses} within {} days; at {} booking online stops for {} days. Cancel in time, or appeal.",
                rules.within_days, rules.misses_max, rules.bar_days
            ),
        )),
        _ => None,
    }
}
