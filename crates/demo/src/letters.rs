//! 来信: letters as residents write them: told in a row or in a rush, politely or not, some twice, some
//! with a number that must be masked. Every letter says who should answer it, so that dispatch can be scored.
//! Must not know the closed loop.

use kernel::{RegionCode, RegionLevel, US_PER_DAY, US_PER_SECOND};
use serde::Serialize;

use crate::City;
use crate::dice::Dice;
use crate::names::{identity, mobile, person};
use crate::topics::{TOPICS, Topic, Want};
use crate::units::STREETS;

kernel::words! {
    /// The way a letter came in (R1).
    inherent Channel {
        Window = "window", "窗口";
        Telephone = "telephone", "电话";
        Web = "web", "网上";
        Qr = "qr", "扫码";
        Hotline = "hotline", "12345 热线";
        Grumble = "grumble", "吐槽找茬";
        Whistle = "whistle", "企业吹哨";
    }
}

/// One letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// Number, from 1.
    pub no: usize,
    /// 标题
    pub title: String,
    /// 正文
    pub body: String,
    /// When it came: µs after the start of the window; letters are in this order.
    pub at_us: i64,
    /// How it came.
    pub channel: Channel,
    /// What is wanted.
    pub want: Want,
    /// Where it happened: a county, township or village of the city.
    pub region: RegionCode,
    /// The place in words: 望桥区云港街道紫藤路.
    pub place: String,
    /// Telephone of nobody; empty when the writer gave none.
    pub phone: String,
    /// Name of nobody; empty when anonymous.
    pub name: String,
    /// Key of the unit that must answer: the truth for scoring a proposal.
    pub unit: &'static str,
    /// Which topic, for scoring a classification.
    pub topic: usize,
    /// The number of the first letter about the same event, when others wrote about it before.
    pub same_as: Option<usize>,
    /// Does the body hold an identity number or a telephone number that must be masked?
    pub holds_personal_data: bool,
}

pub(crate) const SLOTS: [&str; 15] = [
    "road", "estate", "village", "town", "county", "school", "company", "firm", "month", "days", "money",
    "times", "hour", "hospital", "item",
];
const ESTATES: [&str; 14] = [
    "锦澜花园",
    "云汀一品",
    "紫藤公馆",
    "望江名邸",
    "青年公寓",
    "阳光里小区",
    "老机械厂宿舍",
    "翠屏苑",
    "澄湖湾",
    "金桂园",
    "书香里",
    "滨河家园",
    "和顺小区",
    "东升新村",
];
const SCHOOLS: [&str; 8] = [
    "槐荫小学",
    "云汀一中",
    "文昌路小学",
    "望桥实验学校",
    "安澜二中",
    "石岭镇中心小学",
    "青萝中学",
    "西津幼儿园",
];
const COMPANIES: [&str; 6] =
    ["云汀恒岳置业", "锦途建设", "澜城地产", "汀和房产", "众邦建筑劳务", "云港城投建工"];
const FIRMS: [&str; 10] = [
    "顺达物流",
    "佳味食品厂",
    "云汀精密机械",
    "康宁养老公寓",
    "启明培训学校",
    "飞跃健身",
    "绿野农业合作社",
    "宏图家具",
    "悦途旅行社",
    "澜芯电子",
];
const HOSPITALS: [&str; 4] = ["市人民医院", "市中心医院", "妇幼保健院", "安澜县医院"];
const ITEMS: [&str; 10] = [
    "营业执照变更",
    "食品经营许可",
    "不动产转移登记",
    "残疾人证",
    "退休申请",
    "居住证",
    "道路运输许可",
    "施工许可",
    "公共场所卫生许可",
    "生育津贴",
];
const OPENINGS: [&str; 10] = [
    "",
    "",
    "",
    "您好！",
    "尊敬的领导：您好。",
    "领导好，",
    "你好，想反映一个问题。",
    "我是一名普通市民，",
    "实在没有办法了才写这封信。",
    "请问一下，",
];
const CLOSINGS: [&str; 10] = [
    "",
    "",
    "",
    "谢谢！",
    "盼回复。",
    "望领导重视。",
    "此前已打过热线，没有结果。",
    "请不要再转来转去了。",
    "如需核实请打我电话。",
    "祝工作顺利。",
];

/// What one event is about: the same event told again keeps these.
#[derive(Clone)]
struct Event {
    topic: usize,
    first: usize,
    values: [String; 15],
    region: RegionCode,
    place: String,
}

impl City {
    /// `n` letters over 90 days, the same for the same city; see [`City::letters_over`].
    pub fn letters(&self, n: usize) -> Vec<Letter> {
        self.letters_over(n, 90)
    }
    /// `n` letters over `days` days (at least one), in order of time. At most a million.
    /// About one in eight tells an event that another letter told before.
    pub fn letters_over(&self, n: usize, days: usize) -> Vec<Letter> {
        let n = n.min(1_000_000);
        let mut dice = Dice::new(self.seed, "letters");
        let mut times: Vec<i64> = (0..n).map(|_| moment(&mut dice, days.max(1))).collect();
        times.sort_unstable();
        let mut recent: Vec<Event> = Vec::new();
        let mut letters = Vec::with_capacity(n);
        for (i, at_us) in times.into_iter().enumerate() {
            let again = !recent.is_empty() && dice.percent(12);
            let event = if again {
                recent[dice.below(recent.len())].clone()
            } else {
                let event = self.event(&mut dice, i + 1);
                if recent.len() < 40 {
                    recent.push(event.clone());
                } else {
                    let slot = dice.below(40);
                    recent[slot] = event.clone();
                }
                event
            };
            letters.push(tell(&mut dice, &event, i + 1, at_us, again));
        }
        letters
    }

    fn event(&self, dice: &mut Dice, no: usize) -> Event {
        let towns: Vec<_> = self.regions.iter().filter(|r| r.code.level() == RegionLevel::Township).collect();
        let town = towns[dice.below(towns.len())];
        let county = self.regions.iter().find(|r| Some(&r.code) == town.code.parent().as_ref());
        let county = county.map_or("", |r| r.name.as_str());
        let villages: Vec<_> =
            self.regions.iter().filter(|r| r.code.parent() == Some(town.code.clone())).collect();
        let village = villages[dice.below(villages.len())];
        let road = dice.word(&STREETS);
        let values = [
            road.to_owned(),
            dice.word(&ESTATES).to_owned(),
            format!("{}{}", town.name, village.name),
            town.name.clone(),
            county.to_owned(),
            dice.word(&SCHOOLS).to_owned(),
            dice.word(&COMPANIES).to_owned(),
            dice.word(&FIRMS).to_owned(),
            format!("{}月", dice.between(1, 12)),
            dice.between(4, 90).to_string(),
            (dice.between(2, 400) * 50).to_string(),
            dice.between(2, 7).to_string(),
            dice.between(6, 11).to_string(),
            dice.word(&HOSPITALS).to_owned(),
            dice.word(&ITEMS).to_owned(),
        ];
        let at = if dice.percent(30) { village } else { town };
        Event {
            topic: dice.below(TOPICS.len()),
            first: no,
            values,
            region: at.code.clone(),
            place: format!("{county}{}{road}", town.name),
        }
    }
}

/// Most letters are written in the day, few at night.
fn moment(dice: &mut Dice, days: usize) -> i64 {
    let day = dice.below(days) as i64;
    let hour = match dice.below(100) {
        0..=4 => dice.between(0, 6),
        5..=44 => dice.between(8, 11),
        45..=59 => dice.between(12, 14),
        60..=84 => dice.between(15, 17),
        _ => dice.between(18, 23),
    };
    let second = (hour * 3600 + dice.below(3600)) as i64;
    day * US_PER_DAY + second * US_PER_SECOND
}

fn fill(text: &str, values: &[String; 15]) -> String {
    let mut out = String::with_capacity(text.len() + 24);
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('{') {
        out.push_str(before);
        let Some((slot, after)) = tail.split_once('}') else { break };
        if let Some(i) = SLOTS.iter().position(|s| *s == slot) {
            out.push_str(&values[i]);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn tell(dice: &mut Dice, event: &Event, no: usize, at_us: i64, again: bool) -> Letter {
    let topic: &Topic = &TOPICS[event.topic];
    // The variants of a topic tell different matters: an event keeps its own.
    let variant = event.first % 3;
    let v = &event.values;
    let mut body = String::new();
    body.push_str(dice.word(&OPENINGS));
    body.push_str(&fill(topic.facts[variant], v));
    if again {
        body.push_str(dice.word(&[
            "我们也遇到同样的情况。",
            "听说已经有人反映过，",
            "上次反映后没有动静，",
            "",
        ]));
    }
    let first = if dice.percent(60) { variant } else { dice.below(3) };
    body.push_str(&fill(topic.details[first], v));
    if dice.percent(45) {
        body.push_str(&fill(topic.details[(first + 1 + dice.below(2)) % 3], v));
    }
    if dice.percent(80) {
        body.push_str(&fill(topic.requests[dice.below(2)], v));
    }
    let name = person(dice);
    let phone = mobile(dice);
    let holds_personal_data = dice.percent(8);
    if holds_personal_data {
        match dice.below(3) {
            0 => body.push_str(&format!("我的身份证号是{}。", identity(dice))),
            1 => body.push_str(&format!("请联系{phone}，{name}。")),
            _ => body.push_str(&format!("本人{name}，身份证{}，电话{phone}。", identity(dice))),
        }
    }
    body.push_str(dice.word(&CLOSINGS));
    if dice.percent(7) {
        // Written in a rush: no stops at all.
        body = body.replace(['。', '！', '，'], " ");
    }
    let silent = dice.percent(6);
    Letter {
        no,
        title: fill(topic.titles[variant], v),
        body,
        at_us,
        channel: channel(dice, topic),
        want: topic.want,
        region: event.region.clone(),
        place: event.place.clone(),
        phone: if silent { String::new() } else { phone },
        name: if silent { String::new() } else { name },
        unit: topic.unit,
        topic: event.topic,
        same_as: again.then_some(event.first),
        holds_personal_data,
    }
}

fn channel(dice: &mut Dice, topic: &Topic) -> Channel {
    if topic.unit == "industry" && dice.percent(70) {
        return Channel::Whistle;
    }
    match dice.below(100) {
        0..=54 => Channel::Hotline,
        55..=76 => Channel::Web,
        77..=86 => Channel::Qr,
        87..=92 => Channel::Window,
        93..=96 => Channel::Telephone,
        _ => Channel::Grumble,
    }
}
