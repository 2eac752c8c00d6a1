//! 样板城市的企业吹哨与恳谈: companies blow, offices come in time or late, help, answer, give back; the company says whether it is
//! solved. One talk a fortnight, what was promised there becomes a case the same day.

use anyhow::{Context as _, Result};
use assembly::House;
use company_acts::{NewTalk, NewWhistle};
use demo::Dice;
use kernel::{Actor, Moment, Role, US_PER_DAY, UnitId};
use resolve::{ArriveWay, Command, PlannedStep, ReturnReason, Satisfaction, Solved, StageKind};

/// set, unit that leads, unit that helps, one line, the words, the answer
type Told = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

const TOLD: [Told; 14] = [
    (
        "2115",
        "市交警支队",
        "市城管局",
        "厂区门口货车无法通行",
        "厂区门口道路被违停车辆占用，货车进出要等一个多小时，希望交警和城管一起来看。",
        "已在厂区门口施划禁停标线，上下班时段安排执勤，占道摊点已劝离。",
    ),
    (
        "2115",
        "市供电公司",
        "市发改局",
        "扩产后变压器容量不够",
        "新上两条生产线，变压器容量不够，增容申请报了半个月没有下文。",
        "增容方案已批，本周施工，期间安排临时电源。",
    ),
    (
        "2115",
        "市住建局",
        "市燃气公司",
        "厂房燃气管线迁改",
        "厂房扩建挡着一段燃气管线，迁改由谁牵头几家说法不一。",
        "由燃气公司出迁改方案，住建局窗口统一受理，费用按实际工程量结算。",
    ),
    (
        "1-3-15",
        "市人社局",
        "市医保局",
        "员工跨市转移社保关系",
        "新招的八名员工社保从外市转来，医保和养老分别要跑，材料也不一样。",
        "已一次收件，人社和医保同步办理，八人的关系已全部转入。",
    ),
    (
        "1-3-15",
        "市资规局",
        "市住建局",
        "工业用地宗地图与实测不符",
        "拿地时的宗地图比实测少了二十三平方米，施工许可卡在这里。",
        "已重新测绘并更正宗地图，施工许可按更正后的图受理。",
    ),
    (
        "1-3-15",
        "市生态环境局",
        "",
        "环评审批需要几次补正",
        "环评报告补了两次，每次说的不一样，希望一次讲清。",
        "已安排专人当面一次讲清，补正清单已书面给出，补正后三日内出批复。",
    ),
    (
        "60-24-7",
        "市水司",
        "",
        "园区夜间水压不足",
        "夜班水压上不来，冷却水跟不上，设备停了两次。",
        "已更换园区减压阀，夜间水压恢复到正常。",
    ),
    (
        "60-24-7",
        "市市监局",
        "市应急局",
        "特种设备检验排期太长",
        "叉车和压力容器检验要等一个月，超期又不能用。",
        "检验机构已加开周末场次，本企业设备排在本周六。",
    ),
    (
        "60-24-7",
        "市科工局",
        "市通信中心",
        "园区北侧手机没有信号",
        "园区北侧两栋厂房里手机没有信号，报警电话都打不出去。",
        "已加装两处室内分布系统，现场测试信号正常。",
    ),
    (
        "3-7",
        "市市监局",
        "市税务局",
        "迁址后税务登记未同步",
        "营业执照已迁到新址，税务系统里还是旧址，开不了票。",
        "两部门数据已比对更正，可以正常开票。",
    ),
    (
        "3-7",
        "市交通局",
        "市交警支队",
        "冷链车夜间进城通行证",
        "冷链配送车夜间进城要两个部门分别开证，每月都要重新办。",
        "已合并为一张季度通行证，由交通局窗口受理。",
    ),
    (
        "3-7",
        "市公积金中心",
        "",
        "小微企业缓缴公积金",
        "订单减少，想缓缴半年公积金，不知道能不能办、要什么材料。",
        "符合缓缴条件，已办理六个月缓缴，员工贷款资格不受影响。",
    ),
    (
        "2115",
        "市卫健局",
        "市市监局",
        "食堂许可与从业人员体检",
        "新食堂许可要求体检合格证，体检点排到下月。",
        "已协调两家体检机构加号，本周内完成，许可同步审查。",
    ),
    (
        "1-3-15",
        "市商务局",
        "市财政局",
        "外贸展位补贴迟迟未到账",
        "去年的展位补贴公示完四个月还没有到账。",
        "资金已下达，本周内拨付到企业账户。",
    ),
];

/// The whistles and talks that are being played.
pub(crate) struct Play<'a> {
    app: &'a House,
    dice: Dice,
    companies: Vec<(String, String)>,
    centre: Actor,
    /// number, company, the code by which it follows, what it is about
    open: Vec<(String, usize, String, &'static Told)>,
    blown: usize,
}

impl<'a> Play<'a> {
    /// With dice of its own, so that the letters stay what they were.
    pub(crate) fn new(app: &'a House, seed: u64) -> Result<Self> {
        let year = app.city.store().now().date().year();
        let companies = demo::companies(seed, 60, year).into_iter().map(|c| (c.code, c.name)).collect();
        let centre = app.people.actor_of("approve.coordinator1")?.context("approve.coordinator1")?;
        Ok(Self { app, dice: Dice::new(seed, "whistles"), companies, centre, open: Vec::new(), blown: 0 })
    }

    fn unit(&self, name: &str) -> Result<Option<UnitId>> {
        Ok(self.app.city.office_now().wait()?.unit_called(name).map(|u| u.id))
    }

    fn handler(unit: UnitId) -> Actor {
        Actor { staff: None, role: Role::Handler, unit: Some(unit), region: demo::CITY_CODE.parse().ok() }
    }

    fn act(&self, who: &Actor, number: &str, asked: Command) -> Result<()> {
        self.app.cases.act(who.clone(), number.to_owned(), asked, None).wait()?;
        Ok(())
    }

    /// One working day, the `n`th; `tick` moves the clock a little.
    pub(crate) fn day(&mut self, n: usize, at: Moment, tick: &dyn Fn()) -> Result<()> {
        if n % 10 == 3 {
            self.talk(at, tick)?;
        }
        for _ in 0..2 {
            let mut still = Vec::new();
            for one in std::mem::take(&mut self.open) {
                tick();
                if self.step(&one)? {
                    still.push(one);
                }
            }
            self.open = still;
        }
        for _ in 0..1 + n % 2 {
            tick();
            self.blow(tick)?;
        }
        Ok(())
    }

    fn new_whistle(told: &Told) -> NewWhistle {
        NewWhistle {
            set: told.0.to_owned(),
            title: told.3.to_owned(),
            words: told.4.to_owned(),
            ..NewWhistle::default()
        }
    }

    /// What the page of a company would open for it: its own code, handed out at the window.
    fn code_of(&self, company: usize) -> Result<String> {
        let code = self.companies[company].0.clone();
        Ok(self.app.companies.print_code(self.centre.clone(), code, "办理吹哨时当面告知".into()).wait()?)
    }

    fn blow(&mut self, tick: &dyn Fn()) -> Result<()> {
        let told = &TOLD[self.blown % TOLD.len()];
        // Each fifth time a company comes back with the same matter.
        let first = self.blown.checked_sub(TOLD.len()).filter(|_| self.blown.is_multiple_of(5));
        let company = (first.unwrap_or(self.blown) * 7 + 3) % self.companies.len();
        self.blown += 1;
        let pass = self.code_of(company)?;
        let mut new = Self::new_whistle(told);
        new.secret = self.blown.is_multiple_of(9);
        let code = self.companies[company].0.clone();
        let own = self.app.companies.follow(None, code.clone(), pass.clone()).wait()?;
        if let Some(first) = own.whistles.first().filter(|_| first.is_some()) {
            new.about.clone_from(&first.view.number);
        }
        let number = self.app.companies.whistle_as_company(None, code, pass.clone(), new).wait()?;
        tick();
        let Some(lead) = self.unit(told.1)? else { return Ok(()) };
        self.act(&self.centre, &number, Command::Dispatch { unit: lead, note: "请按时限报到".into() })?;
        if let Some(helper) = self.unit(told.2)?.filter(|h| *h != lead) {
            self.act(&self.centre, &number, Command::AddCo { unit: helper, task: "协助现场处理".into() })?;
        }
        tick();
        // Most come at once, some the next day.
        if self.dice.percent(75) {
            self.arrive(&number, lead)?;
            let called = self.app.cases.case(Actor::system(), number.clone()).wait()?.case.calls;
            if let Some(helper) =
                called.iter().find(|c| c.arrived.is_none()).filter(|_| self.dice.percent(70))
            {
                self.arrive(&number, helper.unit)?;
            }
        }
        self.open.push((number, company, pass, told));
        Ok(())
    }

    fn arrive(&self, number: &str, unit: UnitId) -> Result<()> {
        let come = Command::Arrive {
            way: ArriveWay::Online,
            code: String::new(),
            note: "已电话联系企业负责人".into(),
        };
        self.act(&Self::handler(unit), number, come)
    }

    /// One step of an open one; says whether it goes on.
    fn step(
        &mut self,
        (number, company, pass, told): &(String, usize, String, &'static Told),
    ) -> Result<bool> {
        let case = self.app.cases.case(Actor::system(), number.clone()).wait()?.case;
        if self.dice.percent(20) {
            return Ok(true);
        }
        if let Some(late) = case.calls.iter().find(|c| c.arrived.is_none()) {
            self.arrive(number, late.unit)?;
            return Ok(true);
        }
        let Some(owner) = case.stage.owner() else { return Ok(false) };
        let handler = Self::handler(owner);
        match case.stage.kind() {
            StageKind::Dispatched if told.0 == "3-7" && case.returns == 0 && self.dice.percent(25) => {
                let back = Command::Return {
                    reason: ReturnReason::NotOurDuty,
                    evidence: "三定方案中无此项职责".into(),
                    suggest: None,
                };
                // Too late for an objection: it is dealt with.
                if self.act(&handler, number, back).is_err() {
                    self.act(&handler, number, Command::Take {})?;
                }
            }
            StageKind::Dispatched => {
                self.act(&handler, number, Command::Take {})?;
                // Of what takes long the company hears first what will be done.
                if matches!(told.0, "2115" | "1-3-15") {
                    let due = self.app.city.store().now().plus_us(5 * US_PER_DAY).date();
                    let step = PlannedStep { what: "现场查看，定出办理办法并落实".into(), due };
                    self.act(&handler, number, Command::Plan { steps: vec![step] })?;
                }
            }
            StageKind::Rectifying => {
                if let Some(co) = case.co.iter().find(|c| !c.done) {
                    let done = Command::CoReply { text: "已到现场配合处理完毕。".into() };
                    self.act(&Self::handler(co.unit), number, done)?;
                } else if case.open_parts() > 0 {
                    let evidence = "现场照片和企业签字单".into();
                    self.act(&handler, number, Command::FinishStep { step: 1, evidence })?;
                    self.act(
                        &self.centre,
                        number,
                        Command::StrikeOff { step: 1, checked: "电话核对企业".into() },
                    )?;
                } else {
                    let reply = Command::Reply { text: told.5.into(), basis: String::new() };
                    self.act(&handler, number, reply)?;
                }
            }
            StageKind::ReturnAsked => {
                let ground = "职责目录载明由该单位牵头".into();
                self.act(&self.centre, number, Command::Arbitrate { unit: owner, ground })?;
            }
            StageKind::Handling => {
                if let Some(co) = case.co.iter().find(|c| !c.done) {
                    let done = Command::CoReply { text: "已到现场配合处理完毕。".into() };
                    self.act(&Self::handler(co.unit), number, done)?;
                } else {
                    let reply = Command::Reply { text: told.5.into(), basis: String::new() };
                    self.act(&handler, number, reply)?;
                }
            }
            StageKind::Replied => {
                let own = self.app.companies.follow(None, self.companies[*company].0.clone(), pass.clone());
                let own = own.wait()?;
                let Some(w) = own.whistles.iter().find(|w| w.view.number == *number) else {
                    return Ok(false);
                };
                let happy = self.dice.percent(80);
                let say = Command::Callback {
                    solved: if happy { Solved::Yes } else { Solved::No },
                    satisfied: Some(if happy { Satisfaction::Satisfied } else { Satisfaction::Dissatisfied }),
                    words: String::new(),
                };
                self.app.cases.act_as_resident(None, number.clone(), w.code.clone(), say).wait()?;
                return Ok(!happy);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn talk(&mut self, at: Moment, tick: &dyn Fn()) -> Result<()> {
        let invited: Vec<String> =
            (0..6).map(|n| self.companies[(self.blown + n * 5) % self.companies.len()].0.clone()).collect();
        let new = NewTalk {
            kind: company::talk::TalkKind::ALL[0].word().to_owned(),
            title: "政企恳谈早餐会".into(),
            place: "市政务服务中心二楼会议室".into(),
            at: Some(at),
            agenda: "一、企业讲困难；二、部门现场答复；三、不能当场答复的交办".into(),
            codes: invited.clone(),
        };
        let number = self.app.companies.plan_talk(self.centre.clone(), new, None).wait()?;
        tick();
        let ver =
            |app: &House| app.companies.talk(self.centre.clone(), number.clone()).wait().map(|t| t.row.ver);
        let minutes = "六家企业反映用电、用工和展位补贴问题，供电、人社、商务三家单位当场认领。".to_owned();
        let came = invited[..5].to_vec();
        self.app
            .companies
            .hold_talk(self.centre.clone(), number.clone(), ver(self.app)?, minutes, came)
            .wait()?;
        for (code, told) in invited.iter().zip([&TOLD[1], &TOLD[3], &TOLD[13]]) {
            tick();
            let new = Self::new_whistle(told);
            let (who, v) = (self.centre.clone(), ver(self.app)?);
            let case = self
                .app
                .companies
                .promise(who, number.clone(), v, code.clone(), told.1.to_owned(), new)
                .wait()?;
            let company = self.companies.iter().position(|c| c.0 == *code).unwrap_or_default();
            let pass = self.code_of(company)?;
            self.open.push((case, company, pass, told));
        }
        Ok(())
    }
}
