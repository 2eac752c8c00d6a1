//! 样板城市的帮办代办: helpers of the city hall and of a street, and orders as they stand on a working day: some wait, some are
//! worked on, two doors are to be gone to today, a mandate ends soon. Everything goes through the use cases that people use.

use anyhow::{Context as _, Result};
use assembly::House;
use city::Contact;
use demo::Dice;
use hall::Span;
use hall::help::{Command, Half, HelpKind, Helper, HelperRef, HelperSort, Line, MandatePaper, Visit, Wish};
use hall_acts::{Grantor, HelpAsked, NewHelp};
use kernel::{Actor, Moment, US_PER_DAY};

/// name, account, who they are, unit or village, region, with what
#[rustfmt::skip]
const HELPERS: [(&str, &str, HelperSort, &str, &str, &[HelpKind]); 4] = [
    ("", "hall.clerk3", HelperSort::Staff, "市政务大厅", demo::CITY_CODE, &HelpKind::ALL),
    ("", "civil.clerk1", HelperSort::Staff, "市民政局", demo::CITY_CODE, &HelpKind::ALL),
    ("方小燕", "", HelperSort::Village, "柳堤街道柳荫社区", "990102002", &[HelpKind::Door, HelpKind::Assist]),
    ("何志远", "", HelperSort::Volunteer, "云汀志愿者协会", demo::CITY_CODE, &[HelpKind::Assist]),
];

fn account(app: &House, login: &str) -> Result<(Actor, String)> {
    let found = app.people.staff_called(Actor::system(), login.to_owned()).wait();
    let found = found.with_context(|| login.to_owned())?;
    Ok((found.actor(), found.name.clone()))
}

/// Puts the helpers into the register of a hall.
pub(crate) fn register(app: &House, hall: i64, start: Moment) -> Result<()> {
    let mut v = app.halls.hall(Actor::system(), hall).wait()?;
    for (name, login, sort, place, region, kinds) in HELPERS {
        let (staff, name) = match login {
            "" => (None, name.to_owned()),
            login => {
                let (actor, name) = account(app, login)?;
                (actor.staff, name)
            }
        };
        v.hall.helping.given += 1;
        v.hall.helping.helpers.push(Helper {
            id: v.hall.helping.given,
            name,
            staff,
            sort,
            place: place.to_owned(),
            region: region.parse()?,
            kinds: kinds.to_vec(),
            trained_until: start.plus_us(400 * US_PER_DAY).date(),
        });
    }
    app.halls.put_hall(Actor::system(), hall, v.ver, v.hall).wait().context("helpers")?;
    Ok(())
}

/// Orders of one day, played by the desk and the helpers.
pub(crate) struct Orders<'a> {
    app: &'a House,
    hall: i64,
    dice: Dice,
    /// the helper with an account
    helper: Actor,
    desk: Actor,
}

impl<'a> Orders<'a> {
    /// Over the hall.
    pub(crate) fn of(app: &'a House, hall: i64, seed: u64) -> Result<Self> {
        let (helper, _) = account(app, "hall.clerk3")?;
        let (desk, _) = account(app, "hall.clerk2")?;
        Ok(Self { app, hall, dice: Dice::new(seed, "help"), helper, desk })
    }

    /// Somebody asks: what the item is called (nothing: said in words only), and in their own words.
    fn ask(
        &mut self,
        kind: HelpKind,
        ground: &str,
        (item, wants): (&str, &str),
        address: &str,
    ) -> Result<(String, String, Grantor)> {
        let shelf = self.app.items.shelf().wait()?;
        let known = shelf.rows().iter().find(|i| i.name == item);
        let item = known.map_or_else(String::new, |i| i.code.clone());
        let name = demo::person(&mut self.dice);
        let contact = Contact {
            name: name.clone(),
            phone: demo::mobile(&mut self.dice),
            address: address.to_owned(),
            ..Contact::default()
        };
        let new = NewHelp {
            hall: self.hall,
            kind,
            item,
            wants: wants.to_owned(),
            ground: ground.to_owned(),
            exception: String::new(),
            region: if address.is_empty() { String::new() } else { "990102002".to_owned() },
            wish: Wish { day: None, half: Half::Morning },
            contact,
        };
        let begun = self.app.halls.ask_help(None, new).wait()?;
        // A passport: no number of nobody could be somebody's.
        let grantor = Grantor { name, id_number: "E00000000".to_owned() };
        Ok((begun.number, begun.code, grantor))
    }

    fn does(&self, actor: &Actor, number: &str, asked: Command, grantor: Grantor) -> Result<()> {
        let ver = self.app.halls.help_order(actor.clone(), number.to_owned()).wait()?.order.ver;
        self.app.halls.help_act(actor.clone(), number.to_owned(), ver, asked, grantor).wait()?;
        Ok(())
    }

    fn accept(
        &self,
        number: &str,
        visit: Option<Visit>,
        mandate: Option<MandatePaper>,
        by: Grantor,
    ) -> Result<()> {
        let helper = HelperRef { id: 1, name: String::new(), staff: None };
        let asked = Command::Accept { helper, mandate, visit, exception: String::new() };
        self.does(&self.desk, number, asked, by)
    }

    /// As it stands today.
    pub(crate) fn play(&mut self, tick: &dyn Fn()) -> Result<()> {
        let now = self.app.city.store().now();
        let visit = |days: i64, hours: &str| -> Result<Visit> {
            let spans = Span::read_all(hours).map_err(|said| anyhow::anyhow!("{}", said.zh))?;
            Ok(Visit {
                day: now.plus_us(days * US_PER_DAY).date(),
                hours: *spans.first().context("no hours")?,
            })
        };
        let nobody = Grantor::default;
        // Done, with the papers back; rated by whoever likes.
        let (done, code, _) = self.ask(
            HelpKind::Door,
            "aged80",
            ("高龄津贴发放", "老人卧床，出不了门"),
            "柳堤路 18 号 2 栋 301",
        )?;
        tick();
        self.accept(&done, Some(visit(0, "09:00-10:00")?), None, nobody())?;
        self.does(&self.helper, &done, Command::Visited {}, nobody())?;
        let papers = vec![
            Line { name: "户口簿".to_owned(), original: true, pieces: 1 },
            Line { name: "银行卡复印件".to_owned(), original: false, pieces: 1 },
        ];
        self.does(&self.helper, &done, Command::Receive { papers, signed: true }, nobody())?;
        tick();
        self.does(&self.helper, &done, Command::GiveBack { lines: vec![0], signed: false }, nobody())?;
        self.app.halls.help_act_by_code(None, done.clone(), code, HelpAsked::Acknowledge).wait()?;
        let finish = Command::Finish {
            done: "已代为提交，津贴下月起发放".to_owned(), kept: String::new()
        };
        self.does(&self.helper, &done, finish, nobody())?;
        // Two doors today.
        for (hours, ground, item, wants, address) in [
            ("10:30-11:30", "disabled", "残疾人证办理", "证件到期换证，坐轮椅", "柳堤路 3 号 1 栋 102"),
            ("14:30-15:30", "ill", "门诊慢特病认定", "刚出院，出不了门", "柳荫巷 9 号"),
        ] {
            tick();
            let (number, ..) = self.ask(HelpKind::Door, ground, (item, wants), address)?;
            self.accept(&number, Some(visit(0, hours)?), None, nobody())?;
        }
        // A mandate that ends soon, with an original out; one that was suspended.
        tick();
        let (mandated, _, grantor) =
            self.ask(HelpKind::ActFor, "", ("社会保障卡补办", "在外地打工，请代领补办的卡"), "")?;
        let mandate = |days: i64| MandatePaper {
            person: String::new(),
            agent: 0,
            agent_name: String::new(),
            matter: "补领社会保障卡".to_owned(),
            scope: "代交材料、代领卡".to_owned(),
            signed: now.date(),
            until: now.plus_us(days * US_PER_DAY).date(),
        };
        self.accept(&mandated, None, Some(mandate(2)), grantor)?;
        let papers = vec![Line { name: "身份证".to_owned(), original: true, pieces: 1 }];
        self.does(&self.helper, &mandated, Command::Receive { papers, signed: true }, nobody())?;
        tick();
        let (waits, ..) = self.ask(HelpKind::Assist, "", ("残疾人两项补贴申请", "不知道要哪些材料"), "")?;
        self.accept(&waits, None, None, nobody())?;
        let reason = "等医院出具证明".to_owned();
        self.does(&self.helper, &waits, Command::Suspend { reason }, nobody())?;
        // Refused with another way; two that nobody has answered yet.
        tick();
        let (refused, ..) =
            self.ask(HelpKind::ActFor, "", ("机动车驾驶证期满换证", "想请人代替去体检和照相"), "")?;
        let asked = Command::Refuse {
            reason: "须本人参加的事项不能代办".to_owned(),
            instead: "可以预约体检时间，帮办员可以陪同到场".to_owned(),
        };
        self.does(&self.desk, &refused, asked, nobody())?;
        self.ask(HelpKind::Assist, "", ("", "孩子转学的材料，想请人看看齐不齐"), "")?;
        self.ask(HelpKind::Door, "pregnant", ("生育登记", "快生了，行动不便"), "柳堤路 27 号")?;
        tick();
        Ok(())
    }
}
