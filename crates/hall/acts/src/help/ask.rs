//! 申请帮办: by the applicant on a page, or on the telephone through a clerk.

use access::op;
use city::reach::public;
use city::{Contact, Door as _, Error, Later};
use hall::Channel;
use hall::help::{self, Command, HelpKind, HelpOrder, Wish};
use kernel::{Actor, RegionCode};
use store::help as rows;
use store::{Tx, counters, items};

use super::{Helped, row_of};
use crate::booking::{Begun, digits, not_staff};
use crate::doors::{door, load};
use crate::{Halls, refused};

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHelp {
    /// id of the hall
    pub hall: i64,
    /// how
    pub kind: HelpKind,
    /// code of the item; empty: said in words only
    pub item: String,
    /// what they need, in their own words
    pub wants: String,
    /// code of the ground for coming to the door
    pub ground: String,
    /// why a clerk takes it without one; nothing from a page
    pub exception: String,
    /// where they live, as a region; empty: that of the hall
    pub region: String,
    /// when it suits
    pub wish: Wish,
    /// who, and how to reach them
    pub contact: Contact,
}

/// Characters of what somebody says they need.
const WANTS_MAX: usize = 500;
/// Orders of one telephone that wait to be answered at a time, over all halls.
const OPEN_MAX: i64 = 3;

fn kept(of: &Contact) -> Contact {
    let kept = |s: &str| s.trim().to_owned();
    Contact {
        name: kept(&of.name),
        phone: kept(&of.phone),
        email: kept(&of.email),
        address: kept(&of.address),
        lang: kept(&of.lang),
        ..Contact::default()
    }
}

impl Halls {
    /// 申请帮办 on a page. Answers number and code.
    pub fn ask_help(&self, signed: Option<Actor>, new: NewHelp) -> Later<Begun> {
        self.write(move |app, tx| {
            public(op::PublicHalls)?;
            not_staff(signed.as_ref())?;
            let new = NewHelp { exception: String::new(), ..new.clone() };
            app.ask_in(tx, &Actor::resident(), &new, Channel::Phone)
        })
    }

    /// The same, for who calls or comes to the desk; with a reason also for who is not entitled.
    pub fn ask_help_for(&self, actor: Actor, new: NewHelp) -> Later<Begun> {
        self.write(move |app, tx| app.ask_in(tx, &actor, &new, Channel::Counter))
    }

    fn ask_in(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        new: &NewHelp,
        channel: Channel,
    ) -> Result<Begun, Error> {
        let l = load(tx, new.hall)?;
        let now = tx.now();
        let permit = door(actor, op::HandleHelp, &l.hall, now.date())?;
        new.contact.bounded()?;
        let phone = digits(&new.contact.phone)?;
        let must = |field: &str, text: &str, zh: &str, en: &str| match text.trim().is_empty() {
            true => Err(Error::invalid(field, zh, en)),
            false => Ok(()),
        };
        must("name", &new.contact.name, "请填写姓名或称呼", "give a name")?;
        if new.kind == HelpKind::Door {
            must("address", &new.contact.address, "上门办请填写地址", "say where somebody should come")?;
        }
        let wants: String = new.wants.trim().to_owned();
        if wants.chars().count() > WANTS_MAX {
            return Err(Error::invalid(
                "wants",
                format!("最多 {WANTS_MAX} 个字，请精简"),
                format!("at most {WANTS_MAX} characters: shorten it"),
            ));
        }
        let item = items::by_key(tx, &new.item, "")?;
        let name = match &item {
            Some(i) => i.name.clone(),
            None if new.item.is_empty() => "其他事项（见说明）".to_owned(),
            None => {
                return Err(Error::invalid(
                    "item",
                    "没有这个事项，请从列表里选，或写在说明里",
                    "there is no such item: choose one of the list, or say it in words",
                ));
            }
        };
        if item.is_none() {
            must("wants", &wants, "请写明要办什么事", "say what is to be done")?;
        }
        let region = match new.region.trim() {
            "" => l.hall.region.clone(),
            code => {
                code.parse::<RegionCode>().ok().filter(|r| l.hall.region.contains(r)).ok_or_else(|| {
                    Error::invalid(
                        "region",
                        "请选择大厅服务范围内的区划",
                        "choose a region that the hall serves",
                    )
                })?
            }
        };
        // One telephone fills no hall, and not all of them together either.
        if rows::of_person(tx, &self.person(&phone), help::Stage::Asked.word())? >= OPEN_MAX {
            return Err(Error::invalid(
                "phone",
                format!("这个电话已有 {OPEN_MAX} 张单等待受理，请先等答复，或撤回一张"),
                format!("this telephone has {OPEN_MAX} orders waiting: wait for the answer, or withdraw one"),
            ));
        }
        let asked = Command::Ask {
            hall: new.hall,
            kind: new.kind,
            item: new.item.clone(),
            name,
            region: region.as_str().to_owned(),
            channel,
            ground: new.ground.clone(),
            exception: new.contact.cover(new.exception.trim()),
            wish: new.wish.clone(),
        };
        let happened = help::ask(asked, now, &l.hall.helping).map_err(refused)?;
        let office = self.city.office(tx)?;
        let year = now.date().year();
        let n = counters::next(tx, &format!("help/{year}"))?;
        let number = format!("{}-{year}-B{n:07}", office.settings.city.as_str());
        let id = counters::next(tx, "help")?;
        let o = HelpOrder::begin(id, number, &happened, now).ok_or_else(|| Error::bug("not a beginning"))?;
        let data = serde_json::to_string(&happened).map_err(Error::bug)?;
        rows::insert(tx, &permit, &row_of(&o, &l.hall.helping)?, help::Act::Ask.word(), &data)?;
        self.keep_helped(tx, o.id, &Helped { contact: kept(&new.contact), wants, words: Vec::new() })?;
        let code = self.help_code(tx, &o)?;
        Ok(Begun { number: o.number, code })
    }
}
