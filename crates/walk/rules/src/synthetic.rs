//! 仿真走访: walks made by rule, honest and faked, to calibrate the signals and to measure them. What is honest
//! here is messy on purpose: short online walks, planned groups, walkers who write little, rooms without a fix.
//! What comes out is a figure about these walks, not about any city.

use kernel::{Moment, StaffId, US_PER_DAY, US_PER_SECOND};

use crate::forms::Form;
use crate::signals::WalkFacts;

struct Dice(u64);
impl Dice {
    const fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) as u128 * n as u128) >> 64) as u64
    }
    const fn percent(&mut self, p: u64) -> bool {
        self.below(100) < p
    }
    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len() as u64) as usize]
    }
}

const WHERE: [&str; 12] = [
    "一楼综合窗口",
    "取号机旁",
    "二楼社保区",
    "自助服务区",
    "三楼不动产窗口",
    "咨询台",
    "复印处",
    "网上申报页面",
    "掌上小程序",
    "后台审批岗",
    "出件窗口",
    "投诉台",
];
const SAW: [&str; 16] = [
    "排在前面的有六位老人，没人引导",
    "工作人员当场打印了受理单",
    "系统提示验证码失效，换了三次",
    "要求再交一份结婚证复印件",
    "说明书上没有写要带印章",
    "叫号屏坏了，全靠喊",
    "审批意见要跨楼层送纸质件",
    "表格里同一个地址填了四遍",
    "导办员主动帮忙扫码",
    "中午只留一个窗口",
    "网上状态两天没有变化",
    "打印店要自费五元",
    "告知单上的电话打不通",
    "照片尺寸不符又退回来",
    "窗口和后台说法不一致",
    "十分钟就办完了，比指南快",
];
const FELT: [&str; 12] = [
    "建议把材料清单贴在门口",
    "老人看不清小字",
    "可以和公安共享数据",
    "这个环节完全可以省掉",
    "整体比去年顺畅",
    "要给年轻同志再培训一次",
    "希望把两张表并成一张",
    "流程图画错了箭头",
    "群众等得有些急",
    "我自己也没看懂指南",
    "服务态度很好",
    "下一站要去税务再核对",
];
const STOCK: [&str; 3] = [
    "通过此次走流程活动，深入了解了办事流程，工作人员服务热情周到，流程清晰，办理高效，群众满意度高，下一步将继续优化服务。",
    "按照行动要求，全程体验了事项办理，各环节衔接顺畅，材料齐全即可受理，未发现明显问题，今后将进一步提升效能。",
    "本次体验总体良好，窗口人员业务熟练，一次性告知到位，环境整洁有序，建议继续保持并不断创新服务方式。",
];

fn own_words(d: &mut Dice) -> String {
    let n = 1 + d.below(4);
    let one = |d: &mut Dice| {
        let (w, s, f) = (d.of(&WHERE), d.of(&SAW), d.of(&FELT));
        format!("{w}{}，{s}；{f}", d.below(60))
    };
    (0..n).map(|_| one(d)).collect::<Vec<_>>().join("。")
}

/// `n` walks and whether each was faked: a fifth are, in six ways, two of them half-hearted.
pub fn walks(seed: u64, n: usize) -> (Vec<WalkFacts>, Vec<bool>) {
    let mut d = Dice(seed);
    let mut walks = Vec::with_capacity(n);
    let mut truth = Vec::with_capacity(n);
    while walks.len() < n {
        if d.percent(4) {
            group_visit(&mut d, &mut walks, &mut truth);
        } else {
            let fake = d.percent(17);
            let mut w = honest(&mut d, walks.len() as u32);
            if fake {
                spoil(&mut d, &mut w);
            }
            walks.push(w);
            truth.push(fake);
        }
    }
    walks.truncate(n);
    truth.truncate(n);
    (walks, truth)
}

fn honest(d: &mut Dice, walk: u32) -> WalkFacts {
    let online = d.percent(35);
    let all = 3 + d.below(7) as u32;
    let each = if online { 15 + d.below(200) } else { 60 + d.below(900) } as i64;
    let began = Moment::from_us(
        d.below(28) as i64 * US_PER_DAY + (8 * 3600 + d.below(9 * 3600) as i64) * US_PER_SECOND,
    );
    let words = if d.percent(88) { own_words(d) } else { String::new() };
    let findings = if d.percent(60) { 1 + d.below(3) as u32 } else { 0 };
    // A few stand outside the door when the phone finds itself.
    let far = if d.percent(3) { 900 } else { 150 };
    let fix = (d.below(far) as u32, 20 + d.below(80) as u32);
    let located = (!online && d.percent(85)).then_some(fix);
    // Some walk past a step that was closed that day.
    let walked = if d.percent(6) { all / 2 } else { all };
    WalkFacts {
        walk,
        staff: StaffId(d.below(900) as i64),
        item: format!("item{}", d.below(60)),
        form: if online { Form::OnlineThroughout } else { Form::Oneself },
        online,
        place: if online { String::new() } else { format!("大厅{}", d.below(20)) },
        planned_group: false,
        began,
        ended: began.plus_us(i64::from(walked.max(1)) * each * US_PER_SECOND),
        steps: (walked.max(1), all),
        ops: all * 4 + d.below(30) as u32,
        words,
        files: if d.percent(80) { 1 + d.below(6) as u32 } else { 0 },
        located,
        findings,
        answers: (10 + d.below(25) as u32, 8),
    }
}

fn spoil(d: &mut Dice, w: &mut WalkFacts) {
    match d.below(6) {
        // Copied words, a little changed.
        0 => {
            w.words = d.of(&STOCK).to_owned();
            if d.percent(50) {
                w.words.push_str(d.of(&FELT));
            }
            w.findings = 0;
        }
        // Everything ticked in a minute.
        1 => {
            w.ended = w.began.plus_us((20 + d.below(60) as i64) * US_PER_SECOND);
            w.words.clear();
            w.findings = 0;
            w.answers = (34, 34);
        }
        // Never been there.
        2 => {
            w.located = Some((2_000 + d.below(20_000) as u32, 30));
            w.online = false;
            w.place = format!("大厅{}", d.below(20));
            w.files = 0;
        }
        // Nothing to show for it.
        3 => {
            w.words.clear();
            w.files = 0;
            w.located = None;
            w.findings = 0;
        }
        // Half-hearted: few steps and stock words.
        4 => {
            w.steps.0 = 1;
            w.words = d.of(&STOCK).chars().take(40).collect();
            w.findings = 0;
        }
        // Half-hearted: quick and without a photo.
        _ => {
            w.ended = w.began.plus_us(i64::from(w.steps.0) * 9 * US_PER_SECOND);
            w.files = 0;
            w.findings = 0;
        }
    }
}

/// Five to eight people at one place at one time: planned and honest, or 组团走.
fn group_visit(d: &mut Dice, walks: &mut Vec<WalkFacts>, truth: &mut Vec<bool>) {
    let planned = d.percent(55);
    let lead = honest(d, 0);
    for k in 0..5 + d.below(4) {
        let mut w = honest(d, walks.len() as u32);
        w.online = false;
        w.form = Form::Accompany;
        w.place = if lead.place.is_empty() { "大厅0".to_owned() } else { lead.place.clone() };
        w.item.clone_from(&lead.item);
        let taken = if w.ended.us_since(w.began) < 600 * US_PER_SECOND {
            900 * US_PER_SECOND
        } else {
            w.ended.us_since(w.began)
        };
        w.began = lead.began.plus_us(k as i64 * 10 * US_PER_SECOND);
        w.ended = w.began.plus_us(taken);
        w.located = Some((d.below(120) as u32, 40));
        w.planned_group = planned;
        if !planned {
            w.findings = 0;
        }
        walks.push(w);
        truth.push(!planned);
    }
}
