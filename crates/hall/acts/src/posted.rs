//! 进厅不办事 (K6): the weekly list of who is posted in a hall and ended nothing there, for the units that posted them, who may
//! say how that came; what they say stands beside the figures and changes none.

use access::{Unit, decide, op};
use city::{Door as _, Error, Later};
use hall::Presence;
use kernel::{Actor, Date, Moment, US_PER_DAY};
use serde::Serialize;
use store::halls::{self as rows, HallRow, ReplyRow};

use crate::Halls;
use crate::doors::load;
use crate::figures::posted;

/// What a unit said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostedReply {
    /// when
    pub at: Moment,
    /// name of who said it
    pub who: String,
    /// what
    pub words: String,
}

/// Somebody posted at a window for a week.
#[derive(Clone, Debug)]
pub struct PostedLine {
    /// id of the hall
    pub hall: i64,
    /// its name
    pub hall_name: String,
    /// the figures
    pub of: Presence,
    /// name of the account
    pub name: String,
    /// short name of the unit that posted them
    pub unit: String,
    /// what the unit said
    pub replies: Vec<PostedReply>,
    /// this reader may say more
    pub may_reply: bool,
}

/// Weeks back for which a unit may still say something.
const WEEKS: i64 = 8;

/// The Monday of the week of a day.
pub fn monday(day: Date) -> Moment {
    let back = i64::from(day.weekday().to_monday_zero_offset());
    Moment::start_of(day).plus_us(-back * US_PER_DAY)
}

impl Halls {
    /// The week of this day over all halls: who is posted by units that this reader may see, those without work first.
    pub fn posted_week(&self, actor: Actor, day: Date) -> Later<Vec<PostedLine>> {
        self.study(move |app, rd| {
            decide(&actor, op::ListHalls, access::Nothing)?;
            let office = app.city.office(rd)?;
            let first = monday(day);
            // Today is not over: nobody is asked why they ended nothing on it.
            let yesterday = app.city.store().now().plus_us(-US_PER_DAY).date();
            let last = first.plus_us(6 * US_PER_DAY).date().min(yesterday);
            let mut out = Vec::new();
            for l in app.all(rd)?.iter() {
                let seen = |p: &Presence| {
                    office.unit(p.unit).is_some_and(|u| {
                        decide(&actor, op::ReadPosted, Unit { unit: Some(p.unit), region: &u.region }).is_ok()
                    })
                };
                if l.hall.posts.is_empty() || first.date() > last {
                    continue;
                }
                let all = posted(rd, l, &office.rules.calendar, first.date(), last)?;
                let said = rows::replies(rd, l.row.id, first.day_number())?;
                for of in all.into_iter().filter(seen) {
                    let mut replies = Vec::new();
                    let about = |r: &&ReplyRow| r.staff == of.staff && r.desk == i64::from(of.window);
                    for r in said.iter().filter(about) {
                        let who = r.actor.map(|s| store::office::staff_by_id(rd, s)).transpose()?.flatten();
                        replies.push(PostedReply {
                            at: r.at,
                            who: who.map_or_else(String::new, |s| s.name),
                            words: r.words.clone(),
                        });
                    }
                    let found = store::office::staff_by_id(rd, of.staff)?;
                    let region = office.unit(of.unit).map_or(&l.hall.region, |u| &u.region);
                    let on = Unit { unit: Some(of.unit), region };
                    out.push(PostedLine {
                        hall: l.row.id,
                        hall_name: l.hall.name.clone(),
                        name: found.map_or_else(|| format!("#{}", of.staff), |s| s.name),
                        unit: office.unit_name(of.unit),
                        may_reply: !of.idle.is_empty() && decide(&actor, op::ReplyPosted, on).is_ok(),
                        replies,
                        of,
                    });
                }
            }
            out.sort_by_key(|l| {
                (!l.of.without_work(), std::cmp::Reverse(l.of.idle.len()), l.hall, l.of.window)
            });
            Ok(out)
        })
    }

    /// 说明: what the unit that posted somebody says about a week at a window. It stands in the record of the hall.
    pub fn reply_posted(
        &self,
        actor: Actor,
        hall: i64,
        (day, window, staff): (Date, u16, kernel::StaffId),
        words: String,
    ) -> Later<()> {
        self.write(move |app, tx| {
            let l = load(tx, hall)?;
            let now = tx.now();
            let post = l.hall.posts.iter().find(|p| p.window == window && p.staff == staff);
            let post = post.ok_or(Error::NotFound)?;
            let office = app.city.office(tx)?;
            let region = office.unit(post.unit).map_or(&l.hall.region, |u| &u.region);
            let permit = decide(&actor, op::ReplyPosted, Unit { unit: Some(post.unit), region })?;
            let words = words.trim();
            if words.is_empty() || words.chars().count() > hall::TEXT_MAX {
                return Err(Error::invalid(
                    "words",
                    format!("请写明情况（{} 字以内）", hall::TEXT_MAX),
                    format!("say how it came, in at most {} characters", hall::TEXT_MAX),
                ));
            }
            let week = monday(day);
            let weeks = (monday(now.date()).day_number() - week.day_number()) / 7;
            if !(0..=WEEKS).contains(&weeks) {
                return Err(Error::invalid(
                    "week",
                    format!("只能说明最近 {WEEKS} 周的情况"),
                    format!("something can be said about the last {WEEKS} weeks"),
                ));
            }
            let reply = ReplyRow {
                hall,
                week: week.day_number(),
                desk: i64::from(window),
                staff,
                at: now,
                actor: actor.staff,
                words: words.to_owned(),
            };
            #[derive(Serialize)]
            struct Said<'a> {
                week: Date,
                window: u16,
                staff: kernel::StaffId,
                words: &'a str,
            }
            let data = Said { week: week.date(), window, staff, words };
            let data = serde_json::to_string(&data).map_err(Error::bug)?;
            let row = HallRow { ver: l.row.ver + 1, ..l.row };
            Ok(rows::reply(tx, &permit, &row, &reply, &data)?)
        })
    }
}
