//! 样板城市的走流程: the catalogue, plates, one published guide, and a campaign with the figures of YY: 30 departments,
//! 13 counties, 95 problems, 95 plans, 33 fixed. Everything goes through the use cases that people use.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use assembly::House;
use catalogue::ServiceItem;
use catalogue::review::Act as Review;
use catalogue_acts::{GuideAct, HallSettings};
use demo::{City, Dice};
use kernel::{Actor, Date, Moment, Role, US_PER_DAY, US_PER_SECOND, UnitId};
use people::{NewStaff, NewUnit};
use resolve::{Act as CaseAct, Command, PlannedStep, Satisfaction, Solved, Stage, StepState};
use serde_json::Value;
use walk::campaign::{Campaign, Target};
use walk::ops::{FindingKind, Timed, Verdict};
use walk::{Act, Form, Hlc, Op, OpId};
use walk_acts::WalkSync;

/// Functional zones that are counted among the 县市区: code, name.
const ZONES: [(&str, &str); 7] = [
    ("990191", "经济技术开发区"),
    ("990192", "高新技术产业园区"),
    ("990193", "临港新区"),
    ("990194", "云湖风景区"),
    ("990195", "空港物流园区"),
    ("990196", "汀南农场管理区"),
    ("990197", "综合保税区"),
];
const PROBLEMS: usize = 95;
const FIXED: usize = 33;
/// Walks that were only for show, for the signals.
const FORMAL: usize = 3;

const SAW: [&str; 12] = [
    "窗口要求再交一份指南里没有的证明复印件",
    "同一份表格里姓名和地址填了三遍",
    "指南写的窗口号已经变了，绕了半层楼才找到",
    "网上提交后没有受理回执，打电话才知道要补材料",
    "承诺时限写得短，实际答复要等下周",
    "后台审批要送纸质件到另一栋楼，没有人跟",
    "咨询电话三次无人接听",
    "样表字太小，老人看不清，只能请人代填",
    "叫号后窗口让先去另一个窗口盖章",
    "系统提示会话失效，填好的内容要重来",
    "现场没有复印机，要去街对面付费复印",
    "两个科室对要不要公示的说法不一致",
];
const PLANS: [&str; 6] = [
    "删去指南外材料，窗口通过共享数据核验",
    "合并两张表，已有信息自动带出",
    "更新指南和门牌，安排专人每周核对",
    "开通受理短信回执，缺件一次告知",
    "后台电子流转，取消纸质送审",
    "窗口配备复印和放大样表，免费使用",
];

/// Units and leaders of the zones, to be added to those of the city.
pub fn zones() -> (Vec<(String, String)>, Vec<NewUnit>, Vec<NewStaff>) {
    let (mut regions, mut units, mut staff) = (Vec::new(), Vec::new(), Vec::new());
    for (n, (code, name)) in ZONES.iter().enumerate() {
        let Ok(region) = code.parse() else { continue };
        regions.push(((*code).to_owned(), (*name).to_owned()));
        units.push(NewUnit {
            key: format!("zone-{code}"),
            name: format!("{}{name}管理委员会", demo::CITY_NAME),
            short: format!("{name}管委会"),
            kind: "government".to_owned(),
            parent: Some("gov".to_owned()),
            region,
            duties: "园区综合管理；园区政务服务".to_owned(),
        });
        let mut dice = Dice::new(n as u64, "zone");
        staff.push(NewStaff {
            login: format!("zone-{code}.walker1"),
            name: demo::person(&mut dice),
            role: Role::Walker,
            unit: format!("zone-{code}"),
            position: "管委会主任".to_owned(),
            password: None,
        });
    }
    (regions, units, staff)
}

/// The campaign as it is played day by day.
pub struct Walks<'a> {
    app: &'a House,
    campaign: i64,
    start: Moment,
    planned: Vec<Planned>,
    open: Vec<Problem>,
    dice: Dice,
    guide: String,
    fixed: usize,
}

/// One walk that will be walked.
struct Planned {
    day: i64,
    actor: Actor,
    assignment: i64,
    item: ServiceItem,
    problems: usize,
    formal: bool,
}

/// One problem on its way through the loop.
struct Problem {
    number: String,
    unit: UnitId,
    fix: bool,
}

fn coordinator(app: &House) -> Result<Actor> {
    let office = app.city.office_now().wait()?;
    let unit = office.unit_called("approve").map(|u| u.id);
    Ok(Actor { staff: None, role: Role::Coordinator, unit, region: Some(office.settings.city.clone()) })
}

fn day(start: Moment, n: i64) -> Date {
    start.plus_us(n * US_PER_DAY).date()
}

/// Takes the catalogue in, hangs the plates, makes the campaign and gives its walks out.
pub fn begin<'a>(app: &'a House, city: &City, start: Moment, days: i64) -> Result<Walks<'a>> {
    let system = Actor::system();
    let chief = coordinator(app)?;
    app.catalogue.take_in_items(&system, city.items.clone())?.wait()?;
    app.catalogue.put_plates(system.clone(), city.plates.clone()).wait()?;
    let utilities = city.units.iter().filter(|u| u.kind == demo::UnitKind::Utility).map(|u| u.name.clone());
    app.catalogue
        .set_hall(chief.clone(), HallSettings { utilities: utilities.collect(), ..HallSettings::default() })
        .wait()?;
    // One item has had its first redesign, so that two versions can be compared.
    let mut better = city.items[9].clone();
    (better.version, better.effective_from) = (2, Some(day(start, 3)));
    better.promised_limit = Some(catalogue::Limit::work_days(20));
    better.materials.retain(|m| m.name != "劳动关系证明材料");
    for s in &mut better.steps {
        s.consumes.retain(|c| better.materials.iter().any(|m| m.id == *c));
    }
    app.catalogue.take_in_items(&system, vec![better])?.wait()?;
    let target = |positions: &[&str], by: i64, cross| Target {
        positions: positions.iter().map(|p| (*p).to_owned()).collect(),
        units: Vec::new(),
        regions: Vec::new(),
        walks_each: 1,
        by: day(start, by),
        forms: Vec::new(),
        cross,
    };
    let campaign = Campaign {
        name: format!("{} 年走流程、解难题、优服务行动", start.date().year()),
        from: day(start, 0),
        to: day(start, days + 10),
        targets: vec![
            target(&["市长", "局长", "县长", "区长", "管委会主任"], 20, false),
            target(&["副局长"], days + 10, true),
        ],
        documents_due: day(start, days + 20),
        yearly: true,
        planned_groups: Vec::new(),
        validity: walk::validity::Validity::default(),
    };
    let id = app.walks.make_campaign(chief.clone(), campaign).wait()?;
    app.walks.give_walks(chief, id, 2026).wait()?;
    let mut walks = Walks {
        app,
        campaign: id,
        start,
        planned: Vec::new(),
        open: Vec::new(),
        dice: Dice::new(city.seed, "walks"),
        guide: shelf::item_key(&app.items.shelf().wait()?.rows()[0]),
        fixed: 0,
    };
    walks.plan(city)?;
    Ok(walks)
}

impl Walks<'_> {
    /// Who walks on which day: every department and county once, three for show.
    fn plan(&mut self, city: &City) -> Result<()> {
        let items: BTreeMap<&str, &ServiceItem> = city.items.iter().map(|i| (i.code.as_str(), i)).collect();
        let chief = coordinator(self.app)?;
        let office = self.app.city.office_now().wait()?;
        let mut formal = 0;
        for g in self.app.walks.given(chief, self.campaign, 0, 1_000).wait()? {
            let staff = self.app.people.staff(Actor::system(), g.row.staff).wait()?;
            let county_office = office
                .unit(staff.unit)
                .is_some_and(|u| u.kind == "coordination" && u.region.level() == kernel::RegionLevel::County);
            let first = g.row.target == 0 && !county_office;
            let show = g.row.target == 1 && formal < FORMAL && !staff.login.starts_with("hrss");
            if !first && !show {
                continue;
            }
            formal += usize::from(show);
            let Some(item) = items.get(g.row.item.as_str()) else { continue };
            let (actor, assignment) = (staff.actor(), g.row.id);
            self.planned.push(Planned {
                day: 1,
                actor,
                assignment,
                item: (*item).clone(),
                problems: 0,
                formal: show,
            });
        }
        let real = self.planned.iter().filter(|p| !p.formal).count().max(1);
        for (n, p) in self.planned.iter_mut().filter(|p| !p.formal).enumerate() {
            p.problems = PROBLEMS / real + usize::from(n < PROBLEMS % real);
            p.day = 1 + (n * 17 / real) as i64;
        }
        self.planned.iter_mut().filter(|p| p.formal).for_each(|p| p.day = 15);
        Ok(())
    }

    /// What happens on one day of the campaign.
    pub fn day(&mut self, n: i64, now: Moment, mut tick: impl FnMut()) -> Result<()> {
        self.review(n)?;
        let (today, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.planned).into_iter().partition(|p| p.day <= n);
        self.planned = later;
        for p in &today {
            tick();
            self.walk(p, now)?;
        }
        let mut still = Vec::new();
        for problem in std::mem::take(&mut self.open) {
            tick();
            self.case_step(&problem, n)?;
            still.push(problem);
        }
        self.open = still;
        Ok(())
    }

    /// One guide goes through its whole round.
    fn review(&mut self, n: i64) -> Result<()> {
        let walker = self.app.people.staff_called(Actor::system(), "hrss.walker1".to_owned()).wait()?.actor();
        let chief = coordinator(self.app)?;
        let (who, act, words) = match n {
            2 => (chief, Review::Submit, ""),
            3 => (walker, Review::Try, ""),
            4 => (chief, Review::OpenComments, ""),
            6 => (Actor::resident(), Review::Comment, "请写明周六能不能办。"),
            13 => (chief, Review::CloseComments, ""),
            14 => (chief, Review::Answer, "周六上午可以预约办理，已写进窗口时间。"),
            15 => (chief, Review::Publish, ""),
            _ => return Ok(()),
        };
        let view = self.app.catalogue.guide(self.guide.clone(), None).wait()?;
        let comment = view.comments.first().map_or(0, |c| c.0);
        let asked = GuideAct { act, got_through: true, words: words.to_owned(), comment };
        self.app.catalogue.review_guide(who, self.guide.clone(), view.variant.region, asked).wait()?;
        Ok(())
    }

    fn walk(&mut self, p: &Planned, now: Moment) -> Result<()> {
        let ops = if p.formal { formal_walk(p, now) } else { self.honest_walk(p, now) };
        let name = format!("demo-walk-{:06}", p.assignment);
        let staff = p.actor.staff.map_or(0, |s| s.0);
        let sent = WalkSync {
            name,
            staff,
            campaign: Some(self.campaign),
            assignment: Some(p.assignment),
            ops,
            known: BTreeMap::new(),
        };
        let done = self.app.walks.sync_walks(p.actor.clone(), vec![sent]).wait()?;
        let done = done.first().ok_or_else(|| anyhow!("no answer"))?;
        if let Some(said) = done.refused.as_ref().or_else(|| done.lacks.first()) {
            return Err(anyhow!("走访 / walk: {said}"));
        }
        let unit = self.app.items.shelf().wait()?.by_code(&p.item.code).and_then(|r| r.unit_id);
        for (_, number) in &done.cases {
            let fix = self.fixed < FIXED;
            self.fixed += usize::from(fix);
            self.open.push(Problem { number: number.clone(), unit: unit.unwrap_or(UnitId(1)), fix });
        }
        Ok(())
    }

    fn honest_walk(&mut self, p: &Planned, now: Moment) -> Vec<Value> {
        let form =
            [Form::Oneself, Form::AtWindow, Form::AccompanyOnSite, Form::OnlineThroughout, Form::Unannounced];
        let form = form[self.dice.below(5)];
        let mut r = Recorder::new(p, now.plus_us(-3 * 3_600 * US_PER_SECOND));
        r.does(60, start(p, form));
        if form.rule().needs_companion {
            r.does(20, Act::Companion { who: "前来办事的群众".into() });
        }
        if !form.rule().online_only {
            let place =
                p.item.windows.first().map_or_else(String::new, |w| format!("{} {}", w.hall, w.counter));
            r.does(300, Act::Visit { place });
        }
        for s in &p.item.steps {
            r.does(30, Act::StepBegan { step: s.id.clone() });
            for m in &s.consumes {
                r.does(20, Act::Asked { step: s.id.clone(), material: m.clone(), in_guide: true });
            }
            let wait = 60 + i64::from(self.dice.below(900) as u32);
            let from = r.at;
            r.does(wait, Act::StepEnded { step: s.id.clone(), through: true });
            r.does(
                1,
                Act::Timer {
                    step: s.id.clone(),
                    kind: Timed::Waiting,
                    from,
                    to: from.plus_us(wait * US_PER_SECOND),
                },
            );
        }
        for n in 0..p.problems {
            let step = p.item.steps[n % p.item.steps.len()].clone();
            let seen = SAW[self.dice.below(SAW.len())];
            let text = format!("办“{}”走到“{}”时，{seen}", p.item.name, step.name);
            if n == 0 {
                let material = "居民身份证复印件".to_owned();
                r.does(20, Act::Asked { step: step.id.clone(), material, in_guide: false });
            }
            r.does(60, Act::Found { kind: FindingKind::Problem, step: step.id, text });
        }
        for (element, verdict) in
            [("A1", Verdict::Bad), ("A8", Verdict::Bad), ("B7", Verdict::Good), ("C3", Verdict::Good)]
        {
            let note =
                if verdict == Verdict::Bad { format!("见{}的问题", p.item.name) } else { String::new() };
            r.does(15, Act::Checked { element: element.into(), verdict, note });
        }
        r.does(30, Act::Finish { reached_end: true });
        r.ops
    }

    /// One step of one problem: planned at once, a third fixed towards the end.
    fn case_step(&mut self, p: &Problem, n: i64) -> Result<()> {
        let chief = coordinator(self.app)?;
        let who =
            |role, unit: UnitId| Actor { staff: None, role, unit: Some(unit), region: chief.region.clone() };
        for _ in 0..8 {
            let case = self.app.cases.case(chief.clone(), p.number.clone()).wait()?.case;
            let (actor, asked) = match &case.stage {
                Stage::Registered => (chief.clone(), Command::Accept {}),
                Stage::Accepted => (
                    chief.clone(),
                    Command::Dispatch {
                        unit: p.unit, note: "走流程发现，请拿出整改方案".into()
                    },
                ),
                Stage::Dispatched { owner } => (who(Role::Handler, *owner), Command::Take {}),
                Stage::Handling { owner } if case.mended.is_empty() => {
                    let what = PLANS[self.dice.below(PLANS.len())].to_owned();
                    let steps = vec![PlannedStep { what, due: day(self.start, 40) }];
                    (who(Role::Handler, *owner), Command::Plan { steps })
                }
                Stage::Rectifying { owner, steps } if p.fix && n >= 21 => {
                    match steps.first().map(|s| s.state) {
                        Some(StepState::Open) => {
                            let evidence = "整改照片和新指南".to_owned();
                            (who(Role::Handler, *owner), Command::FinishStep { step: 1, evidence })
                        }
                        Some(StepState::Finished) => {
                            let office = self.app.city.office_now().wait()?;
                            let inspect = office.unit_called("inspect").map_or(*owner, |u| u.id);
                            let checked = "到现场重走一遍".to_owned();
                            (who(Role::Supervisor, inspect), Command::StrikeOff { step: 1, checked })
                        }
                        _ => {
                            let text = "已按方案整改完毕，指南和窗口同步更新。".to_owned();
                            (who(Role::Handler, *owner), Command::Reply { text, basis: String::new() })
                        }
                    }
                }
                Stage::Replied { .. } => {
                    let words = String::new();
                    let satisfied = Some(Satisfaction::Satisfied);
                    (chief.clone(), Command::Callback { solved: Solved::Yes, satisfied, words })
                }
                Stage::CalledBack { .. } => (
                    chief.clone(),
                    Command::Archive {
                        summary: String::new(),
                        cause: case.owes_cause().then_some(resolve::Cause::MaterialsIncomplete),
                    },
                ),
                _ => return Ok(()),
            };
            let end = asked.act() == CaseAct::Archive;
            self.app.cases.act(actor, p.number.clone(), asked, None).wait()?;
            if end {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// One phone of the model city.
struct Recorder {
    device: u64,
    at: Moment,
    ops: Vec<Value>,
}

impl Recorder {
    fn new(p: &Planned, at: Moment) -> Self {
        Self { device: 9_000_000 + p.assignment.unsigned_abs(), at, ops: Vec::new() }
    }
    fn does(&mut self, seconds: i64, act: Act) {
        self.at = self.at.plus_us(seconds * US_PER_SECOND);
        let counter = u32::try_from(self.ops.len()).unwrap_or(u32::MAX);
        let id = OpId { device: self.device, counter };
        let op = Op { id, at: Hlc { wall: self.at, logical: 0 }, act };
        self.ops.push(serde_json::to_value(op).unwrap_or_default());
    }
}

fn start(p: &Planned, form: Form) -> Act {
    let (item, version, identity) = (p.item.code.clone(), p.item.version, form.rule().identity);
    Act::Start { form, identity, item, version, simulated: false }
}

/// Everything ticked good within a minute, without a word: what a signal is for.
fn formal_walk(p: &Planned, now: Moment) -> Vec<Value> {
    let mut r = Recorder::new(p, now.plus_us(-600 * US_PER_SECOND));
    r.does(1, start(p, Form::Oneself));
    for s in &p.item.steps {
        r.does(1, Act::StepBegan { step: s.id.clone() });
        r.does(2, Act::StepEnded { step: s.id.clone(), through: true });
    }
    for g in &walk::checklist::CHECKLIST {
        for e in g.elements {
            r.does(0, Act::Checked { element: e.id.into(), verdict: Verdict::Good, note: String::new() });
        }
    }
    r.does(1, Act::Finish { reached_end: true });
    r.ops
}
