//! 样板城市的办件: residents and companies apply, windows take in, units work side by side, certificates go out, services are rated.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use assembly::House;
use catalogue::{Need, StepKind};
use demo::{City, Dice};
use kernel::{Actor, Role, UnitId};
use service::form::{Field, FieldKind, Values};
use service::{Application, Command, Delivery, Lack, Next, RefuseGround, StageKind};
use service_acts::{Draft, Service, What};
use supervise::{Level, RateChannel};
use supervise_acts::NewRating;

/// Themes, and how many of twenty are for each.
const SHARE: [(&str, usize); 6] = [
    ("enterprise-start", 5),
    ("newborn", 5),
    ("restaurant", 4),
    ("disabled", 2),
    ("credit-repair", 2),
    ("utilities", 2),
];

/// What a window asks to have put right.
const LACKS: [&str; 4] = [
    "图像不清，请重新拍照上传，四角要齐全",
    "缺少签名或盖章，请补签后再交",
    "与填写的名称不一致，请核对后重新提交",
    "已过有效期，请换交有效期内的材料",
];
const OPINIONS: [&str; 4] = [
    "材料齐全，符合法定形式。",
    "经核对，所填内容与材料一致，符合条件。",
    "已实地查看，符合要求。",
    "经审查符合规定，同意进入下一环节。",
];
const STREETS: [&str; 6] = ["汀江大道", "云山路", "滨河街", "工业园一路", "解放巷", "文化路"];

/// Who applies.
#[derive(Clone)]
struct Person {
    name: String,
    identity: String,
    phone: String,
    /// code and name of a company
    company: (String, String),
}

struct Open {
    number: String,
    code: String,
    person: Person,
}

/// The applications of the weeks that are played.
pub(crate) struct Play<'a> {
    app: &'a House,
    service: Service,
    dice: Dice,
    staff: HashMap<(UnitId, Role), Actor>,
    companies: Vec<(String, String)>,
    before: Vec<Person>,
    open: Vec<Open>,
    /// applications begun on one working day
    a_day: usize,
    certificates: usize,
    /// of the certificates
    year: i16,
}

impl<'a> Play<'a> {
    /// With dice of its own, so that the letters stay what they were.
    pub(crate) fn new(app: &'a House, city: &City, seed: u64, cases: usize) -> Result<Self> {
        let mut staff = HashMap::new();
        for s in city.staff.iter().filter(|s| matches!(s.role, Role::Clerk | Role::Handler)) {
            if let Some(who) = app.people.actor_of(&s.login)?
                && let Some(unit) = who.unit
            {
                staff.entry((unit, s.role)).or_insert(who);
            }
        }
        let year = app.city.store().now().date().year();
        let companies = demo::companies(seed, 60, year).into_iter().map(|c| (c.code, c.name)).collect();
        Ok(Self {
            app,
            service: app.services.clone(),
            dice: Dice::new(seed, "applications"),
            staff,
            companies,
            before: Vec::new(),
            open: Vec::new(),
            a_day: (cases / 40).clamp(2, 40),
            certificates: 0,
            year,
        })
    }

    fn who(&self, unit: UnitId, role: Role) -> Actor {
        self.staff.get(&(unit, role)).cloned().unwrap_or_else(|| Actor {
            staff: None,
            role,
            unit: Some(unit),
            region: demo::CITY_CODE.parse().ok(),
        })
    }

    /// One working day; `tick` moves the clock a little.
    pub(crate) fn day(&mut self, tick: &dyn Fn()) -> Result<()> {
        for _ in 0..self.a_day {
            tick();
            self.begin()?;
        }
        for one in std::mem::take(&mut self.open) {
            if self.go_on(&one, tick).with_context(|| one.number.clone())? {
                self.open.push(one);
            }
        }
        Ok(())
    }

    /// Of today: some hand in, the rest was as the days before left it.
    pub(crate) fn today(&mut self, tick: &dyn Fn()) -> Result<()> {
        for _ in 0..self.a_day {
            tick();
            self.begin()?;
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<()> {
        let mut at = self.dice.below(20);
        let theme = SHARE.iter().find(|(_, share)| {
            let found = at < *share;
            at = at.saturating_sub(*share);
            found
        });
        let theme = theme.map_or("newborn", |t| t.0);
        let mut what = What::Theme(theme.to_owned());
        if self.dice.percent(30) {
            let items = self.service.ask(what.clone(), Vec::new()).wait()?.0.items;
            what = What::Item(items[self.dice.below(items.len())].clone());
        }
        let Some(given) = self.answers(&what)? else { return Ok(()) };
        let window = self.dice.percent(40);
        let office = self.app.city.office_now().wait()?;
        let main = office.unit_called("云汀市政务服务中心").map_or(UnitId(1), |u| u.id);
        // Some are brought to the window of a county; some counties have none in these weeks.
        let halls: Vec<UnitId> = office
            .units()
            .iter()
            .filter(|u| u.kind == "hall" && u.id != main)
            .map(|u| u.id)
            .take(6)
            .collect();
        let hall = if halls.is_empty() || self.dice.percent(55) { main } else { *self.dice.of(&halls) };
        let actor = if window { self.who(hall, Role::Clerk) } else { Actor::resident() };
        let begun = self.service.begin(actor.clone(), what, given).wait()?;
        let code = (!window).then(|| begun.code.clone());
        let page = self.service.draft(actor.clone(), begun.number.clone(), code.clone()).wait()?;
        let person = self.person();
        let mut draft = self.filled(&page.view.application, &person, &actor)?;
        if self.dice.percent(6) && !window {
            // Somebody who has not come back to it yet.
            draft.declared = false;
            self.service.send(actor, begun.number, code, draft, false).wait()?;
            return Ok(());
        }
        let sent = self.service.send(actor, begun.number.clone(), code, draft, true).wait()?;
        anyhow::ensure!(sent.faults.is_empty(), "{}: {:?}", sent.view.application.basis.name, sent.faults);
        self.open.push(Open { number: begun.number, code: begun.code, person });
        Ok(())
    }

    /// Answers that lead to an end; none where they lead to a refusal.
    fn answers(&mut self, what: &What) -> Result<Option<Vec<String>>> {
        let mut given = Vec::new();
        loop {
            match self.service.ask(what.clone(), given.clone()).wait()?.1 {
                Next::Ready(_) => return Ok(Some(given)),
                Next::Refused { .. } => return Ok(None),
                Next::Ask(q) => given.push(q.answers[self.dice.below(q.answers.len())].0.clone()),
            }
        }
    }

    fn person(&mut self) -> Person {
        if !self.before.is_empty() && self.dice.percent(25) {
            return self.before[self.dice.below(self.before.len())].clone();
        }
        let person = Person {
            name: demo::person(&mut self.dice),
            identity: demo::identity(&mut self.dice),
            phone: demo::mobile(&mut self.dice),
            company: self.companies[self.dice.below(self.companies.len())].clone(),
        };
        self.before.push(person.clone());
        person
    }

    fn filled(&mut self, a: &Application, person: &Person, actor: &Actor) -> Result<Draft> {
        let values: Values = a.basis.fields.iter().map(|f| (f.code.clone(), self.value(f, person))).collect();
        let delivery =
            *self.dice.of(&[Delivery::Electronic, Delivery::Electronic, Delivery::Post, Delivery::Window]);
        let mut draft = Draft { values, delivery: Some(delivery), declared: true, ..Draft::default() };
        for w in &a.basis.materials {
            let way = if w.held {
                "held"
            } else if w.commitment && self.dice.percent(60) {
                "commitment"
            } else if w.need == Need::Deferrable && self.dice.percent(30) {
                "later"
            } else if actor.role != Role::Resident {
                "seen"
            } else {
                let ticket = self.picture(&w.name, actor)?;
                draft.tickets.push((w.id.clone(), ticket));
                continue;
            };
            draft.ways.insert(w.id.clone(), way.to_owned());
            if way == "seen" {
                draft.words.insert(w.id.clone(), "已核对原件，收复印件一份".to_owned());
            }
        }
        Ok(draft)
    }

    /// A page with lines on it, as a picture that was taken of a paper.
    fn picture(&mut self, name: &str, actor: &Actor) -> Result<String> {
        let page: Vec<Vec<bool>> = (0..40)
            .map(|y| {
                let (from, to) = if y == 4 { (12, 28) } else { (6, 20 + self.dice.below(15)) };
                (0..40).map(|x| y > 3 && y < 37 && y % 3 == 1 && (from..to).contains(&x)).collect()
            })
            .collect();
        Ok(self.app.city.upload(actor, &format!("{name}.png"), paper::picture::squares(&page))?.ticket)
    }

    fn value(&mut self, f: &Field, person: &Person) -> String {
        let today = self.app.city.store().now();
        let day = |days: i64| today.plus_us(days * kernel::US_PER_DAY).date().to_string();
        let number = |dice: &mut Dice, low, high| dice.between(low, high).to_string();
        match f.kind {
            FieldKind::Identity if f.code.starts_with("mother") || f.code.starts_with("father") => {
                demo::identity(&mut self.dice)
            }
            FieldKind::Identity => person.identity.clone(),
            FieldKind::CreditCode => person.company.0.clone(),
            FieldKind::Phone => person.phone.clone(),
            FieldKind::Date => day(20 + i64::from(self.dice.percent(50)) * 15),
            FieldKind::PastDate => day(-12),
            FieldKind::Number => match f.code.as_str() {
                "people" | "staff" | "seats" => number(&mut self.dice, 3, 40),
                "area" => number(&mut self.dice, 40, 260),
                _ => number(&mut self.dice, 20, 500),
            },
            FieldKind::Choice => f.options[self.dice.below(f.options.len())].clone(),
            FieldKind::YesNo => if self.dice.percent(20) { "是" } else { "否" }.to_owned(),
            FieldKind::Text => self.text(f, person),
        }
    }

    fn text(&mut self, f: &Field, person: &Person) -> String {
        match f.code.as_str() {
            "applicant" if f.name.contains("拟设") => {
                format!("云汀{}商贸有限公司", self.dice.word(&["禾苗", "晨光", "百汇", "顺意", "润心"]))
            }
            "applicant" if f.name.contains("企业") => person.company.1.clone(),
            "applicant" if f.name.contains("店名") => format!(
                "{}记{}",
                person.name.chars().next().unwrap_or('张'),
                self.dice.word(&["小面", "砂锅粥", "早餐店", "家常菜", "卤味"])
            ),
            "address" | "site" => {
                format!("云汀市{} {} 号", self.dice.word(&STREETS), self.dice.between(1, 260))
            }
            "bank" => format!("62284804025{:08}", self.dice.below(99_999_999)),
            "hospital" => "云汀市妇幼保健院".to_owned(),
            "scope" => "日用百货销售；食品销售（仅销售预包装食品）".to_owned(),
            "project" => "标准厂房二期".to_owned(),
            "decision_no" => format!("云市监罚〔{}〕{} 号", self.year, self.dice.between(3, 180)),
            "mended" => "已缴清罚款，完善了进货查验记录，组织了全员培训。".to_owned(),
            "baby_name" => {
                let family = person.name.chars().next().unwrap_or('王');
                format!("{family}{}", self.dice.word(&["沐辰", "一诺", "安然", "知夏", "星野"]))
            }
            code if code.ends_with("name") || code == "agent" => demo::person(&mut self.dice),
            _ => person.name.clone(),
        }
    }

    /// One day of one application; says whether there is more to do.
    fn go_on(&mut self, one: &Open, tick: &dyn Fn()) -> Result<bool> {
        let (view, _) = self.service.application(Actor::system(), one.number.clone()).wait()?;
        let a = view.application;
        if a.stage.is_end() {
            return Ok(false);
        }
        if self.dice.percent(12) {
            return Ok(true);
        }
        let reception = self.who(a.basis.reception, Role::Clerk);
        match a.stage {
            StageKind::Submitted | StageKind::Received => self.take_in(one, &a, &reception, tick)?,
            StageKind::Correcting => self.correct(one, &a)?,
            StageKind::Handling => self.handle(one, a, tick)?,
            StageKind::Decided => {
                for part in a.to_issue().collect::<Vec<_>>() {
                    tick();
                    self.certificates += 1;
                    let certificate = format!("云汀证〔{}〕第 {:05} 号", self.year, self.certificates);
                    let who = self.who(a.basis.parts[part].unit, Role::Handler);
                    self.act(&who, one, Command::Issue { part, certificate, until: None })?;
                }
            }
            StageKind::Issued => {
                let delivery = a.wish.unwrap_or(Delivery::Window);
                let trace = match delivery {
                    Delivery::Window => "申请人本人领取".to_owned(),
                    Delivery::Post => format!("EMS {}", self.dice.between(10_000_000, 99_999_999)),
                    Delivery::Electronic => "已发送到申请人的办件页".to_owned(),
                };
                self.act(&reception, one, Command::Deliver { delivery, trace })?;
                self.rate(one)?;
            }
            _ => self.settle(one, &a, tick)?,
        }
        Ok(true)
    }

    fn act(&self, who: &Actor, one: &Open, asked: Command) -> Result<Application> {
        let said = asked.act();
        let done = self.service.act(who.clone(), one.number.clone(), asked, None).wait();
        Ok(done.with_context(|| format!("{said:?}"))?.application)
    }

    fn take_in(&mut self, one: &Open, a: &Application, reception: &Actor, tick: &dyn Fn()) -> Result<()> {
        if a.stage == StageKind::Submitted {
            self.act(reception, one, Command::Receive {})?;
            tick();
        }
        let brought: Vec<_> = a
            .basis
            .materials
            .iter()
            .zip(&a.materials)
            .filter(|(_, m)| matches!(m.how, Some(service::How::File { .. })))
            .map(|(w, _)| w.id.clone())
            .collect();
        let asked = if !a.told && !brought.is_empty() && self.dice.percent(14) {
            let what = brought[self.dice.below(brought.len())].clone();
            let lacks = vec![Lack { what, words: self.dice.word(&LACKS).to_owned() }];
            Command::TellCorrection { lacks, advice: "补齐后三日内恢复办理".to_owned() }
        } else if self.dice.percent(3) {
            Command::Refuse {
                ground: RefuseGround::NotOurs,
                reason: "经营地址不在云汀市辖区内".to_owned(),
                remedy: "请向经营地址所在地的政务服务中心申请；有异议可在六十日内申请行政复议".to_owned(),
            }
        } else {
            Command::Accept {}
        };
        self.act(reception, one, asked)?;
        Ok(())
    }

    fn correct(&mut self, one: &Open, a: &Application) -> Result<()> {
        let window = a.channel == service::Channel::Window;
        let who = if window { self.who(a.basis.reception, Role::Clerk) } else { Actor::resident() };
        let mut draft = Draft::default();
        for lack in &a.lacks {
            let name = a.basis.wanted(&lack.what).map_or("材料", |w| w.name.as_str()).to_owned();
            draft.tickets.push((lack.what.clone(), self.picture(&name, &who)?));
        }
        let code = (!window).then(|| one.code.clone());
        let sent = self.service.send(who, one.number.clone(), code, draft, true).wait()?;
        anyhow::ensure!(sent.faults.is_empty(), "{:?}", sent.faults);
        Ok(())
    }

    /// Every unit that has a step in hand begins it or ends it, or does not get to it today.
    fn handle(&mut self, one: &Open, mut a: Application, tick: &dyn Fn()) -> Result<()> {
        let hand: Vec<_> = a.at_hand().map(|(t, s)| (t.clone(), s.started.is_some())).collect();
        for (task, started) in hand {
            if a.stage != StageKind::Handling || self.dice.percent(30) {
                continue;
            }
            tick();
            let who = self.who(task.unit, Role::Handler);
            let words = self.dice.word(&OPINIONS).to_owned();
            if task.kind == StepKind::Decide {
                let granted = !self.dice.percent(4);
                let (reason, remedy) = if granted {
                    (words, String::new())
                } else {
                    let remedy = "可在六十日内申请行政复议，或者在六个月内提起行政诉讼".to_owned();
                    ("经核查，所提供的场所证明不能证明有权使用该场所".to_owned(), remedy)
                };
                a = self.act(&who, one, Command::Decide { task: task.id, granted, reason, remedy })?;
                continue;
            }
            if !started {
                a = self.act(&who, one, Command::StartTask { task: task.id.clone() })?;
                tick();
            }
            if started || self.dice.percent(45) {
                a = self.act(&who, one, Command::FinishTask { task: task.id, passed: true, words })?;
            }
        }
        Ok(())
    }

    /// Signing for what came, and what was promised.
    fn settle(&mut self, one: &Open, a: &Application, tick: &dyn Fn()) -> Result<()> {
        if a.sent.as_ref().is_some_and(|s| s.signed.is_none()) {
            let asked = Command::Sign { words: "已收到".to_owned() };
            self.service.act_by_code(one.number.clone(), one.code.clone(), asked).wait()?;
        }
        let promised: Vec<_> = a.open_promises().map(|(_, p)| (p.material.clone(), p.sort)).collect();
        for (material, sort) in promised {
            if self.dice.percent(40) {
                continue;
            }
            tick();
            if sort == catalogue::deferred::Sort::Commitment {
                let kept = !self.dice.percent(3);
                let words = if kept {
                    "现场核查与承诺一致"
                } else {
                    "现场核查发现与承诺不符，已责令改正"
                }
                .to_owned();
                let lead = self.who(a.basis.lead, Role::Handler);
                self.act(&lead, one, Command::CheckCommitment { material, kept, words })?;
            } else {
                let me = Actor::resident();
                let name = a.basis.wanted(&material).map_or("材料", |w| w.name.as_str()).to_owned();
                let ticket = self.picture(&name, &me)?;
                let code = Some(one.code.clone());
                self.service.hand_in(me, one.number.clone(), code, material, vec![ticket]).wait()?;
            }
        }
        Ok(())
    }

    /// More than half rate what they got.
    fn rate(&mut self, one: &Open) -> Result<()> {
        if self.dice.percent(45) {
            return Ok(());
        }
        let Some(token) = self.service.rating_of(one.number.clone(), one.code.clone()).wait()? else {
            return Ok(());
        };
        let (level, words) = match self.dice.below(20) {
            0 => (Level::Dissatisfied, "同一份材料两个部门各要了一次。"),
            1..=3 => (Level::Basically, ""),
            4..=10 => (Level::Satisfied, ""),
            _ => (Level::VerySatisfied, "一次提交，几个部门一起办，省心。"),
        };
        let reasons = vec![if level.is_bad() { "101" } else { "103" }.to_owned()];
        let rating = NewRating {
            level,
            reasons,
            words: words.to_owned(),
            channel: RateChannel::Qr,
            device: one.person.phone.clone(),
            phone: String::new(),
        };
        self.app.supervision.rate(None, token, rating).wait()?;
        Ok(())
    }
}
