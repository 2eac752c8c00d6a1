//! The model city's services, ratings and rectifications: what its boards, bulletins and scores have to show.

use anyhow::Result;
use assembly::House;
use city::Error;
use demo::{City, Dice};
use kernel::{Actor, Moment, RegionCode, Role, US_PER_DAY, UnitId};
use resolve::{
    Channel, Command, Complexity, Kind, PlannedStep, Registration, Satisfaction, Solved, Stage, StepState,
};
use supervise::{Level, RateChannel};
use supervise_acts::{NewRating, NewService};

/// What goes on beside the letters.
pub(crate) struct Beside<'a> {
    app: &'a House,
    city: &'a City,
    dice: Dice,
    problems: Vec<String>,
}

const CAMPAIGN: &str = "走流程、解难题、优服务";
const PROBLEMS: [(&str, &str); 12] = [
    ("施工许可审批结果不共享，企业重复录入", "系统间推送审批结果，前端自动带出"),
    ("经营范围“交通安全统筹”无对应分类无法登记", "参照外地做法明确登记口径"),
    ("退休申请在三个窗口往返递交同一材料", "首窗收件，后台流转"),
    ("残疾人证办理网上无法上传照片", "修复上传接口并在指南注明格式"),
    ("水电气联合报装仍需分别到三家公司", "公司进驻大厅，一表申请"),
    ("不动产登记与税务缴款需排两次队", "设综合窗口，一次叫号"),
    ("公积金提取指南与窗口要求不一致", "按“白话版”重写指南并评审"),
    ("信用修复进度查询不到", "把办理环节推送到旗舰店"),
    ("医保异地备案电话长期无人接听", "并入12345专席"),
    ("社区开证明仍收取复印费", "取消收费并公示"),
    ("营业执照变更后印章备案需再跑一趟", "与印章企业系统对接"),
    ("人才补贴申请附件重复提交", "共享学历和社保数据"),
];
/// What people write who were badly served.
const COMPLAINTS: [&str; 12] = [
    "等了一上午，材料说了三次才说全。",
    "取号说等二十分钟，实际等了一个半小时，屏幕上的时间没有变过。",
    "指南上写两份复印件，到窗口要三份，又跑出去复印。",
    "窗口没人，写着“暂停服务”，也不说什么时候恢复。",
    "电话里说带身份证就行，来了说还要户口本，白跑一趟。",
    "办完没有告诉我什么时候来取证，打电话没人接。",
    "老人不会用手机上传，工作人员让我们自己回家弄。",
    "同一张表在两个窗口填了两遍，内容一样。",
    "下午四点就不收材料了，门口写的是五点。",
    "问了三个人，三个说法，最后还是没说清楚。",
    "网上显示已办结，到窗口说系统里查不到。",
    "要求提供单位证明，可证明事项清单里没有这一项。",
];
/// What people write who were well served.
const PRAISE: [&str; 6] = [
    "一次就办好了，还帮我复印了材料。",
    "工作人员很耐心，老人听不清，她说了好几遍。",
    "预约的时间到了就叫号，没有等。",
    "缺的材料先受理，后面邮寄补上，省了一趟。",
    "中午也有人值班，不用请假来办。",
    "帮办员陪着走完了三个窗口。",
];

const WINDOWS: [&str; 4] = ["1号综合窗口", "2号综合窗口", "不动产专窗", "社保医保专窗"];
const THEMES: [&str; 3] = ["残疾人服务", "信用修复", ""];

impl<'a> Beside<'a> {
    /// With its own dice, so that the letters stay what they were.
    pub(crate) fn new(app: &'a House, city: &'a City, seed: u64) -> Self {
        Self { app, city, dice: Dice::new(seed, "beside"), problems: Vec::new() }
    }

    fn actor(role: Role, unit: UnitId) -> Actor {
        Actor { staff: None, role, unit: Some(unit), region: demo::CITY_CODE.parse().ok() }
    }
    /// One working day; `tick` moves the clock by a minute.
    pub(crate) fn day(&mut self, day: usize, today: Moment, tick: &dyn Fn()) -> Result<()> {
        let office = self.app.city.office_now().wait()?;
        let units: Vec<(UnitId, RegionCode)> = office
            .units()
            .iter()
            .filter(|u| matches!(u.kind.as_str(), "department" | "county"))
            .map(|u| (u.id, u.region.clone()))
            .take(14)
            .collect();
        for _ in 0..24 {
            tick();
            let at = self.dice.below(units.len());
            self.service(units[at].0, tick)?;
        }
        // One device that rates again and again at one window, for the search for odd patterns.
        if day == 20 {
            for _ in 0..5 {
                self.one(units[0].0, "3号窗口", Level::VerySatisfied, "same", tick)?;
            }
        }
        if let Some((title, measure)) = PROBLEMS.get(day / 2).filter(|_| day.is_multiple_of(2)) {
            let (unit, region) = units[(day / 2) % units.len()].clone();
            self.problem(title, measure, unit, region, today)?;
        }
        for number in self.problems.clone() {
            tick();
            self.mend(&number)?;
        }
        Ok(())
    }

    fn service(&mut self, unit: UnitId, tick: &dyn Fn()) -> Result<()> {
        let place = WINDOWS[self.dice.below(WINDOWS.len())];
        let level = match self.dice.below(40) {
            0 => Level::VeryDissatisfied,
            1 | 2 => Level::Dissatisfied,
            3..=8 => Level::Basically,
            9..=20 => Level::Satisfied,
            _ => Level::VerySatisfied,
        };
        // More than a third rates nothing.
        let device = if self.dice.percent(62) { "phone" } else { "" };
        self.one(unit, place, level, device, tick)
    }

    fn one(&mut self, unit: UnitId, place: &str, level: Level, device: &str, tick: &dyn Fn()) -> Result<()> {
        let item = self.dice.below(self.city.items.len().min(20));
        let service = NewService {
            unit: Some(unit),
            place: place.to_owned(),
            item: self.city.items[item].name.clone(),
            theme: THEMES[self.dice.below(THEMES.len())].to_owned(),
            project: String::new(),
        };
        let clerk = Self::actor(Role::Clerk, unit);
        let receipt = self.app.supervision.serve(clerk, service).wait()?;
        if device.is_empty() {
            return Ok(());
        }
        tick();
        let reasons = match level {
            l if l.is_bad() => vec!["101".to_owned(), "102".to_owned()],
            _ => vec!["103".to_owned()],
        };
        let words = match level {
            l if l.is_bad() => COMPLAINTS[self.dice.below(COMPLAINTS.len())],
            Level::VerySatisfied if self.dice.percent(20) => PRAISE[self.dice.below(PRAISE.len())],
            _ => "",
        };
        let device = if device == "same" { "same".to_owned() } else { receipt.code.clone() };
        let rating = NewRating {
            level,
            reasons,
            words: words.to_owned(),
            channel: RateChannel::Qr,
            device,
            phone: String::new(),
        };
        self.app.supervision.rate(None, receipt.token, rating).wait()?;
        Ok(())
    }

    /// A problem that a walk found, with its plan.
    fn problem(
        &mut self,
        title: &str,
        measure: &str,
        unit: UnitId,
        region: RegionCode,
        today: Moment,
    ) -> Result<()> {
        let registration = Registration {
            kind: Kind::Problem,
            channel: Channel::Walk,
            region,
            title: title.to_owned(),
            words: format!("走流程中发现：{title}。"),
            first_asked: unit,
            complexity: Complexity::Complex,
            cause: None,
            item: None,
            campaign: Some(CAMPAIGN.to_owned()),
            place: None,
            source_id: None,
            support: 0,
            against: 0,
            hide_reporter: false,
            contact: None,
            set: None,
            ordered: false,
            lodged_at: None,
        };
        let number =
            self.app.cases.register(Actor::system(), registration, city::Contact::default()).wait()?.number;
        let (coordinator, handler) = (Self::actor(Role::Coordinator, unit), Self::actor(Role::Handler, unit));
        let due = |days: i64| today.plus_us(days * US_PER_DAY).date();
        let steps = vec![
            PlannedStep { what: measure.to_owned(), due: due(12) },
            PlannedStep { what: "回访三名办事群众核实".to_owned(), due: due(20) },
        ];
        for (actor, asked) in [
            (&coordinator, Command::Accept {}),
            (&coordinator, Command::Dispatch { unit, note: "请出台整改方案".to_owned() }),
            (&handler, Command::Take {}),
            (&handler, Command::Plan { steps }),
        ] {
            self.app.cases.act(actor.clone(), number.clone(), asked, None).wait()?;
        }
        self.problems.push(number);
        Ok(())
    }

    /// One step of a rectification, now and then one that fails the check.
    fn mend(&mut self, number: &str) -> Result<()> {
        let case = self.app.cases.case(Actor::system(), number.to_owned()).wait()?.case;
        let Some(owner) = case.stage.owner() else { return Ok(()) };
        if !self.dice.percent(16) {
            return Ok(());
        }
        let handler = Self::actor(Role::Handler, owner);
        let office = self.app.city.office_now().wait()?;
        let watch = office.units().iter().find(|u| u.kind == "coordination").map_or(UnitId(1), |u| u.id);
        let checker = Self::actor(Role::Coordinator, watch);
        let (actor, asked) = match &case.stage {
            Stage::Rectifying { steps, .. } => {
                let finished = steps.iter().position(|s| s.state == StepState::Finished);
                let open = steps.iter().position(|s| s.state == StepState::Open);
                match (finished, open) {
                    (Some(i), _) if self.dice.percent(20) => {
                        let reason = "现场核查未见整改".to_owned();
                        (checker, Command::RejectStep { step: i as u32 + 1, reason })
                    }
                    (Some(i), _) => {
                        let checked = "现场核查，已落实".to_owned();
                        (checker, Command::StrikeOff { step: i as u32 + 1, checked })
                    }
                    (None, Some(i)) => (
                        handler,
                        Command::FinishStep {
                            step: i as u32 + 1, evidence: "整改前后对照照片".to_owned()
                        },
                    ),
                    (None, None) => {
                        let text = "整改已全部完成，欢迎监督。".to_owned();
                        (handler, Command::Reply { text, basis: String::new() })
                    }
                }
            }
            Stage::Replied { .. } => {
                let asked = Command::Callback {
                    solved: Solved::Yes,
                    satisfied: Some(Satisfaction::Satisfied),
                    words: String::new(),
                };
                (checker, asked)
            }
            Stage::CalledBack { .. } => (
                checker,
                Command::Archive {
                    summary: String::new(),
                    cause: case.owes_cause().then_some(resolve::Cause::Attitude),
                },
            ),
            _ => return Ok(()),
        };
        match self.app.cases.act(actor, number.to_owned(), asked, None).wait() {
            // A check of the own unit is refused by the loop: left for another day.
            Ok(_) | Err(Error::Refused(_) | Error::Forbidden(_)) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }
}
