//! 我的班: the shifts of one person over all halls, their swaps and leave, and their calendar. What the head decides stands
//! here too: leave approved, swaps approved.

use access::{Own, op};
use city::reach::public;
use city::{Door as _, Error, Later};
use hall::roster::{Duty, LeaveKind, SheetState, Shift, Swap, SwapAct, SwapStage, plus, with_swap};
use hall::{Span, ical};
use kernel::{Actor, Date, Moment, StaffId, StreamKind};
use serde::Serialize;
use store::Rd;
use store::rosters::{self as rows, LeaveRow};

use crate::Halls;
use crate::doors::{Loaded, door, load};
use crate::rosters::{accounts, date, load_roster, number, refuse, save, sheet_of, unchanged};

/// Days ahead that people see of their shifts.
const AHEAD: i64 = 60;
/// Days of leave at most in one request.
const LEAVE_DAYS: i64 = 190;

/// One duty of somebody.
#[derive(Clone, Debug)]
pub struct MyDuty {
    /// id of its roster
    pub roster: i64,
    /// the duty
    pub duty: Duty,
    /// name of the hall
    pub hall: String,
    /// how to get there
    pub address: String,
    /// name of the window
    pub window: String,
    /// the shift, while it is in the document
    pub shift: Option<Shift>,
    /// grows with each change of the roster
    pub ver: i64,
}

/// A swap that somebody asked for, or was asked for.
#[derive(Clone, Debug)]
pub struct SwapLine {
    /// id of its roster
    pub roster: i64,
    /// the swap
    pub swap: Swap,
    /// names of the two
    pub names: [String; 2],
    /// the duties it is about, as they are now
    pub duties: [Option<Duty>; 2],
    /// what this reader may do
    pub acts: Vec<SwapAct>,
}

/// Leave in a list.
#[derive(Clone, Debug)]
pub struct LeaveLine {
    /// the leave
    pub row: LeaveRow,
    /// first day
    pub first: Date,
    /// last day
    pub last: Date,
    /// its kind; who decides and whose it is see it
    pub kind: LeaveKind,
    /// name of who is away
    pub name: String,
    /// days of published duties it meets
    pub meets: usize,
    /// this reader may approve or refuse it
    pub may_decide: bool,
    /// this reader may take it back
    pub may_withdraw: bool,
}

/// Everything of one person.
#[derive(Clone, Debug)]
pub struct MyShifts {
    /// who
    pub staff: StaffId,
    /// duties from yesterday on
    pub duties: Vec<MyDuty>,
    /// swaps with them
    pub swaps: Vec<SwapLine>,
    /// their leave
    pub leave: Vec<LeaveLine>,
    /// halls in which they are posted: id, name
    pub halls: Vec<(i64, String)>,
    /// colleagues of these halls who have been rostered with them: roster, id, name
    pub others: Vec<(i64, StaffId, String)>,
    /// what the address of their calendar ends with
    pub calendar: String,
}

fn who(actor: &Actor) -> Result<StaffId, Error> {
    access::decide(actor, op::OwnShifts, Own(actor.staff))?;
    actor.staff.ok_or(Error::NotFound)
}

fn state_is(row: &LeaveRow, state: &str) -> bool {
    row.state == state
}

/// Numbers of the first and last day of leave.
pub(crate) fn leave_days(first: Date, last: Date, now: Moment) -> Result<(i64, i64), Error> {
    let (a, b) = (number(first), number(last));
    if b < a || b < now.day_number() || b - a > LEAVE_DAYS {
        return Err(Error::invalid(
            "last",
            "请假的结束日期不能早于开始或今天，一次不超过半年",
            "leave ends not before it begins nor before today, and lasts half a year at most",
        ));
    }
    Ok((a, b))
}

impl Halls {
    /// Duties of some people from a day on, over all halls; each roster is read once.
    fn duties_of(&self, rd: &mut Rd<'_>, of: &[StaffId], from: i64) -> Result<Vec<MyDuty>, Error> {
        let mut out = Vec::new();
        for l in self.all(rd)?.iter().filter(|l| l.hall.posts.iter().any(|p| of.contains(&p.staff))) {
            for row in rows::between(rd, l.row.id, from, from + AHEAD)? {
                let sheet = sheet_of(&row)?;
                let theirs = |d: &&Duty| of.contains(&d.staff) && number(d.day) >= from;
                out.extend(sheet.in_force().iter().filter(theirs).map(|d| MyDuty {
                    roster: row.id,
                    hall: l.hall.name.clone(),
                    address: l.hall.address.clone(),
                    window: l.hall.window(d.window).map_or_else(String::new, |w| w.name.clone()),
                    shift: l.hall.rostering.shift(&d.shift).cloned(),
                    duty: d.clone(),
                    ver: row.ver,
                }));
            }
        }
        out.sort_by(|a, b| a.duty.cmp(&b.duty));
        Ok(out)
    }

    /// The shifts of who asks, from yesterday on, with swaps and leave.
    pub fn my_shifts(&self, actor: Actor) -> Later<MyShifts> {
        self.read(move |app, rd| {
            let me = who(&actor)?;
            let today = app.city.store().now().date();
            let from = number(today) - 1;
            let duties = app.duties_of(rd, &[me], from)?;
            let (mut swaps, mut others, mut halls) = (Vec::new(), Vec::new(), Vec::new());
            for l in app.all(rd)?.iter().filter(|l| l.hall.posts.iter().any(|p| p.staff == me)) {
                halls.push((l.row.id, l.hall.name.clone()));
                let names = accounts(rd, l.hall.posts.iter().map(|p| p.staff))?.1;
                for row in rows::between(rd, l.row.id, from, from + AHEAD)? {
                    let sheet = sheet_of(&row)?;
                    if sheet.published.is_none() {
                        continue;
                    }
                    for s in sheet.swaps.iter().filter(|s| s.asker == me || s.other == me) {
                        swaps.push(app.swap_line(rd, row.id, sheet.in_force(), s, me, false)?);
                    }
                    let people = names.iter().filter(|n| *n.0 != me);
                    others.extend(people.map(|(staff, name)| (row.id, *staff, name.clone())));
                }
            }
            let leave = rows::leave_of_staff(rd, me, from)?;
            let leave = app.leave_lines(rd, leave, &actor)?;
            Ok(MyShifts { staff: me, duties, swaps, leave, halls, others, calendar: app.calendar_of(me) })
        })
    }

    fn swap_line(
        &self,
        rd: &mut Rd<'_>,
        roster: i64,
        duties: &[Duty],
        s: &Swap,
        reader: StaffId,
        head: bool,
    ) -> Result<SwapLine, Error> {
        let names = accounts(rd, [s.asker, s.other].into_iter())?.1;
        let name = |s: StaffId| names.get(&s).cloned().unwrap_or_default();
        let at = |staff, day| duties.iter().find(|d| d.staff == staff && d.day == day).cloned();
        Ok(SwapLine {
            roster,
            names: [name(s.asker), name(s.other)],
            duties: [at(s.asker, s.gives), s.takes.and_then(|day| at(s.other, day))],
            acts: s.acts(reader, head),
            swap: s.clone(),
        })
    }

    /// Swaps of a roster, for who decides.
    pub fn swaps(&self, actor: Actor, roster: i64) -> Later<Vec<SwapLine>> {
        self.read(move |app, rd| {
            let (row, sheet) = load_roster(rd, roster)?;
            let l = load(rd, row.hall)?;
            let today = app.city.store().now().date();
            door(&actor, op::WriteRoster, &l.hall, today)?;
            let reader = actor.staff.unwrap_or(StaffId(0));
            let all = sheet.swaps.iter().rev();
            all.map(|s| app.swap_line(rd, roster, sheet.in_force(), s, reader, true)).collect()
        })
    }

    /// 申请调班: one's own duty of a day is offered to somebody, for one of theirs or for nothing.
    pub fn ask_swap(
        &self,
        actor: Actor,
        roster: i64,
        gives: Date,
        other: StaffId,
        takes: Option<Date>,
    ) -> Later<u32> {
        self.write(move |app, tx| {
            let me = who(&actor)?;
            let permit = access::decide(&actor, op::OwnShifts, Own(Some(me)))?;
            let (row, mut sheet) = load_roster(tx, roster)?;
            let l = load(tx, row.hall)?;
            let today = tx.now().date();
            if gives < today || takes.is_some_and(|d| d < today) {
                return Err(Error::invalid("gives", "过去的班不能调", "a shift that is over is not swapped"));
            }
            let id = sheet.swaps.iter().map(|s| s.id).max().unwrap_or(0) + 1;
            let swap = Swap { id, asker: me, other, gives, takes, stage: SwapStage::Asked };
            let same = |s: &Swap| {
                matches!(s.stage, SwapStage::Asked | SwapStage::Agreed) && s.asker == me && s.gives == gives
            };
            if sheet.swaps.iter().any(same) {
                return Err(Error::invalid(
                    "gives",
                    "这个班已经在申请调班，先撤回才能再提",
                    "a swap of this shift waits already: withdraw it first",
                ));
            }
            app.try_swap(tx, &l, &row, &sheet, &swap)?;
            sheet.swaps.push(swap.clone());
            save(tx, &permit, &row, &sheet, "swap_ask", &swap)?;
            Ok(id)
        })
    }

    /// The duties with the swap done; refused with the hard rule it would break.
    fn try_swap(
        &self,
        rd: &mut Rd<'_>,
        l: &Loaded,
        row: &rows::RosterRow,
        sheet: &hall::roster::Sheet,
        swap: &Swap,
    ) -> Result<Vec<Duty>, Error> {
        if sheet.state() != SheetState::Published {
            return Err(Error::invalid(
                "roster",
                "排班表还没有发布，或有未发布的改动：请负责人先发布",
                "the roster is not published, or has changes that are not: its head publishes first",
            ));
        }
        let days = (date(row.first), date(row.last));
        let ground = self.ground(rd, l, days, row.id)?;
        with_swap(&ground.task(days, &sheet.needs), sheet.in_force(), swap).map_err(|(said, worse)| {
            match refuse(&worse, &ground.names) {
                Err(e) => e,
                Ok(()) => Error::Invalid { field: "swap".to_owned(), said },
            }
        })
    }

    /// One act on a swap: agreed or refused by the other, withdrawn by who asked, approved or refused by the head. An approved
    /// one changes the roster at once.
    pub fn act_swap(&self, actor: Actor, roster: i64, swap: u32, act: SwapAct) -> Later<SwapStage> {
        self.write(move |app, tx| {
            let me = who(&actor)?;
            let (row, mut sheet) = load_roster(tx, roster)?;
            let l = load(tx, row.hall)?;
            let head = door(&actor, op::WriteRoster, &l.hall, tx.now().date());
            let permit = access::decide(&actor, op::OwnShifts, Own(Some(me)))?;
            let at = sheet.swaps.iter().position(|s| s.id == swap).ok_or(Error::NotFound)?;
            let one = sheet.swaps[at].clone();
            let part = one.asker == me || one.other == me;
            if !part && head.is_err() {
                return Err(Error::NotFound);
            }
            let to = one.after(me, head.is_ok(), act).ok_or_else(|| {
                Error::invalid(
                    "act",
                    "这次调班现在不能这样处理，请刷新",
                    "this cannot be done with it now: reload",
                )
            })?;
            if matches!(act, SwapAct::Agree | SwapAct::Approve) {
                let today = tx.now().date();
                if one.gives < today || one.takes.is_some_and(|d| d < today) {
                    return Err(Error::invalid(
                        "gives",
                        "过去的班不能调",
                        "a shift that is over is not swapped",
                    ));
                }
                let new = app.try_swap(tx, &l, &row, &sheet, &one)?;
                if act == SwapAct::Approve {
                    sheet.publish(new.clone());
                    sheet.duties = new;
                }
            }
            sheet.swaps[at].stage = to;
            let permit = if act == SwapAct::Approve { head? } else { permit };
            let acts = format!("swap_{}", act.word());
            save(tx, &permit, &row, &sheet, &acts, &sheet.swaps[at])?;
            Ok(to)
        })
    }

    fn leave_lines(
        &self,
        rd: &mut Rd<'_>,
        all: Vec<LeaveRow>,
        reader: &Actor,
    ) -> Result<Vec<LeaveLine>, Error> {
        let today = self.city.store().now().date();
        let people: Vec<StaffId> = all.iter().map(|r| r.staff).collect();
        let names = accounts(rd, people.iter().copied())?.1;
        let duties = self.duties_of(rd, &people, number(today))?;
        let hours = |d: &MyDuty| d.shift.clone().map_or_else(Vec::new, |s| s.hours);
        let mut heads = std::collections::BTreeMap::new();
        let mut out = Vec::with_capacity(all.len());
        for row in all {
            if let std::collections::btree_map::Entry::Vacant(new) = heads.entry(row.hall) {
                let l = load(rd, row.hall)?;
                new.insert(door(reader, op::WriteRoster, &l.hall, today).is_ok());
            }
            let head = heads.get(&row.hall).copied().unwrap_or_default();
            let away = crate::rosters::leave_of(&row)?;
            let own = reader.staff == Some(row.staff);
            let meets =
                |d: &&MyDuty| d.duty.staff == row.staff && away.meets(row.staff, d.duty.day, &hours(d));
            out.push(LeaveLine {
                first: date(row.first),
                last: date(row.last),
                kind: LeaveKind::read(&row.kind).unwrap_or(LeaveKind::Personal),
                name: names.get(&row.staff).cloned().unwrap_or_default(),
                meets: duties.iter().filter(meets).count(),
                may_decide: head && !own && state_is(&row, "asked"),
                may_withdraw: (own || head)
                    && (state_is(&row, "asked") || state_is(&row, "approved"))
                    && row.last >= number(today),
                row,
            });
        }
        Ok(out)
    }

    /// Leave of a hall, today's and to come, for who decides.
    pub fn leave_of_hall(&self, actor: Actor, hall: i64) -> Later<Vec<LeaveLine>> {
        self.read(move |app, rd| {
            let l = load(rd, hall)?;
            let today = app.city.store().now().date();
            door(&actor, op::WriteRoster, &l.hall, today)?;
            let all = rows::leave_of_hall(rd, hall, number(today))?;
            app.leave_lines(rd, all, &actor)
        })
    }

    /// 请假: asked for oneself, to be decided by the head; or put down by the head for somebody who called, which stands at once.
    pub fn ask_leave(
        &self,
        actor: Actor,
        hall: i64,
        staff: Option<StaffId>,
        kind: LeaveKind,
        (first, last): (Date, Date),
        hours: Option<Span>,
    ) -> Later<i64> {
        self.write(move |app, tx| app.leave_in(tx, &actor, (hall, staff), kind, (first, last), hours))
    }

    pub(crate) fn leave_in(
        &self,
        tx: &mut store::Tx<'_>,
        actor: &Actor,
        (hall, staff): (i64, Option<StaffId>),
        kind: LeaveKind,
        (first, last): (Date, Date),
        hours: Option<Span>,
    ) -> Result<i64, Error> {
        let l = load(tx, hall)?;
        let now = tx.now();
        let own = staff.is_none() || staff == actor.staff;
        let staff = staff.or(actor.staff).ok_or(Error::NotFound)?;
        let permit = if own {
            access::decide(actor, op::OwnShifts, Own(Some(staff)))?
        } else {
            door(actor, op::WriteRoster, &l.hall, now.date())?
        };
        if !l.hall.posts.iter().any(|p| p.staff == staff) {
            return Err(Error::invalid(
                "staff",
                "请选择在这个大厅定岗的人员",
                "choose somebody who is posted in this hall",
            ));
        }
        let (a, b) = leave_days(first, last, now)?;
        let row = LeaveRow {
            id: 0,
            ver: 1,
            hall,
            staff,
            first: a,
            last: b,
            hours: hours.map_or_else(String::new, |h| h.to_string()),
            kind: kind.word().to_owned(),
            state: if own { "asked" } else { "approved" }.to_owned(),
            at: now,
        };
        #[derive(Serialize)]
        struct Asked {
            hall: i64,
            staff: StaffId,
            first: Date,
            last: Date,
            hours: Option<Span>,
            kind: LeaveKind,
            approved: bool,
        }
        let data = Asked { hall, staff, first, last, hours, kind, approved: !own };
        let data = serde_json::to_string(&data).map_err(Error::bug)?;
        Ok(rows::put_leave(tx, &permit, &row, "ask", &data)?)
    }

    /// 批假: approved or refused by the head, never one's own; taken back by whose it is or by the head.
    pub fn act_leave(&self, actor: Actor, id: i64, ver: i64, act: LeaveAct) -> Later<()> {
        self.write(move |app, tx| {
            let row = rows::leave_by_id(tx, id)?.ok_or(Error::NotFound)?;
            let l = load(tx, row.hall)?;
            let own = actor.staff == Some(row.staff);
            let permit = if own && act == LeaveAct::Withdraw {
                access::decide(&actor, op::OwnShifts, Own(actor.staff))?
            } else {
                door(&actor, op::WriteRoster, &l.hall, tx.now().date())?
            };
            unchanged(StreamKind::Leave, id, ver, row.ver)?;
            let line = app.leave_lines(tx, vec![row.clone()], &actor)?.pop().ok_or(Error::NotFound)?;
            let may = if act == LeaveAct::Withdraw { line.may_withdraw } else { line.may_decide };
            if !may {
                return Err(Error::invalid(
                    "act",
                    "这次请假现在不能这样处理：已经办过，或是您自己的，请另一位负责人批",
                    "this cannot be done with it: it is decided, or your own, which somebody else decides",
                ));
            }
            let state = match act {
                LeaveAct::Approve => "approved",
                LeaveAct::Refuse => "refused",
                LeaveAct::Withdraw => "withdrawn",
            };
            let row = LeaveRow { ver: row.ver + 1, state: state.to_owned(), ..row };
            rows::put_leave(tx, &permit, &row, state, "{}")?;
            Ok(())
        })
    }

    /// What the address of somebody's calendar ends with: who has it reads their shifts and nothing else.
    fn calendar_of(&self, staff: StaffId) -> String {
        let digest = self.city.vault().token_digest(&format!("shifts/{staff}"));
        format!("{staff}/{}", ledger::hex(&digest[..16]))
    }

    /// What the address of the calendar of who asks ends with.
    pub fn my_calendar(&self, actor: Actor) -> Later<String> {
        self.read(move |app, _| {
            access::decide(&actor, op::OwnHelp, Own(actor.staff))?;
            actor.staff.map(|staff| app.calendar_of(staff)).ok_or(Error::NotFound)
        })
    }

    /// The shifts of somebody, and the doors they go to as a helper, as a calendar, by its address.
    pub fn shifts_calendar(&self, staff: i64, token: String) -> Later<String> {
        self.read(move |app, rd| {
            public(op::PublicHalls)?;
            let staff = StaffId(staff);
            let right = app.calendar_of(staff);
            let given = format!("{staff}/{token}");
            // Digests are compared, so that how far one is right takes no time.
            let vault = app.city.vault();
            if vault.token_digest(&given) != vault.token_digest(&right) {
                return Err(Error::NotFound);
            }
            store::office::staff_by_id(rd, staff)?.filter(|s| s.active).ok_or(Error::NotFound)?;
            let now = app.city.store().now();
            let duties = app.duties_of(rd, &[staff], now.day_number() - 30)?;
            let mut all: Vec<ical::Entry> = duties.iter().filter_map(entry).collect();
            all.extend(app.doors_of(rd, staff)?);
            Ok(ical::calendar(&all, now))
        })
    }
}

/// What is done with leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveAct {
    /// 批准
    Approve,
    /// 不批
    Refuse,
    /// 撤回
    Withdraw,
}

fn entry(d: &MyDuty) -> Option<ical::Entry> {
    let shift = d.shift.as_ref()?;
    let (from, to) = shift.ends()?;
    let day: Moment = Moment::start_of(d.duty.day);
    Some(ical::Entry {
        uid: format!("shift-{}-{}@bancheng", d.duty.staff, d.duty.day),
        sequence: d.ver,
        start: hall::at(day.date(), from),
        end: if to == 24 * 60 { Moment::start_of(plus(day.date(), 1)) } else { hall::at(day.date(), to) },
        summary: format!("{} {} 号窗口", shift.name, d.duty.window),
        place: format!("{} {}", d.hall, d.address),
        words: format!("{} {}", d.window, Span::list(&shift.hours)),
        cancelled: false,
        remind_minutes: vec![12 * 60, 60],
    })
}
