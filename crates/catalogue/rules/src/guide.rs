//! 白话攻略 (K3, P1): a guide in plain words, made from the item's data so that it cannot drift from it, for a
//! county, a township or a village. People may add tips, but no figures. Must not know pages.

use kernel::{RegionCode, RegionLevel, Said};
use serde::{Deserialize, Serialize};

use crate::item::{Material, ServiceItem, Window};
use crate::plain::{Readability, measure};
use crate::words::{Cell, Handling, Need};

/// For whom a guide is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// The county, township or village whose people read it.
    pub region: RegionCode,
    /// 帮办代办员: name and telephone, when the place has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helper: Option<String>,
    /// Tips that people added after a trial; [`tip_fault`] keeps figures out of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tips: Vec<String>,
}

/// One section: a question a person asks, and its answer in short lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Section {
    /// The question.
    pub ask: &'static str,
    /// The answer.
    pub lines: Vec<String>,
}

/// A guide.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Guide {
    /// 《…》怎么办
    pub title: String,
    /// Which level of place it is for.
    pub level: RegionLevel,
    /// Sections, each with at least one line.
    pub sections: Vec<Section>,
    /// The data it was made from: code, version and a mark that changes with any field used.
    pub made_from: (String, u32, u64),
    /// How readable it is.
    pub readability: Readability,
}

/// The guide of one item for one place.
pub fn guide(item: &ServiceItem, variant: &Variant) -> Guide {
    let level = variant.region.level();
    let mut sections = Vec::new();
    let mut add = |ask: &'static str, lines: Vec<String>| {
        if !lines.is_empty() {
            sections.push(Section { ask, lines });
        }
    };
    let short = level == RegionLevel::Village;
    add("办好了能拿到什么？", item.results.iter().map(|r| format!("{}。", r.name)).collect());
    if !short {
        add(
            "什么情况能办？",
            item.conditions.iter().map(|c| format!("{}。", c.trim_end_matches('。'))).collect(),
        );
    }
    add("要带什么？", bring(item));
    add("您的情况要多带或少带什么？", differences(item));
    add("去哪里办？", places(item, variant));
    if !short {
        add("分几步？", steps(item));
    }
    add("多久办好？", vec![how_long(item)]);
    add("要花钱吗？", money(item));
    if !short {
        add("别人常问", item.faq.iter().map(|f| format!("问：{} 答：{}", f.question, f.answer)).collect());
    }
    add("小提示", variant.tips.clone());
    let phones = [("有事打电话：", &item.consult), ("办得不顺心：", &item.complain)];
    let phones = phones.iter().filter(|(_, p)| !p.is_empty());
    add("找谁问？", phones.map(|(k, p)| format!("{k}{p}。")).collect());
    let text: Vec<&str> = sections.iter().flat_map(|s| s.lines.iter().map(String::as_str)).collect();
    Guide {
        title: format!("“{}”怎么办", item.name),
        level,
        readability: measure(&text.join("\n")),
        sections,
        made_from: (item.code.clone(), item.version, mark(item, variant)),
    }
}

impl Guide {
    /// Is it still what the data says? A guide is shown only when it is.
    pub fn is_current(&self, item: &ServiceItem, variant: &Variant) -> bool {
        self.made_from == (item.code.clone(), item.version, mark(item, variant))
    }
}

/// Why a tip may not stand: figures belong into the item, where they are checked and versioned.
pub fn tip_fault(tip: &str) -> Option<Said> {
    let chars: Vec<char> = tip.chars().collect();
    let number = |c: &char| c.is_ascii_digit() || "一二两三四五六七八九十百几".contains(*c);
    let unit = |c: Option<&char>| c.is_some_and(|c| "天日元份次页个小块".contains(*c));
    let figure = chars.iter().enumerate().any(|(i, c)| number(c) && unit(chars.get(i + 1)) && *c != '一');
    if figure {
        return Some(Said::new(
            "提示里有天数、金额或份数：请改在事项里填，攻略会自动更新",
            "the tip holds days, money or numbers: fill them in at the item, the guide follows by itself",
        ));
    }
    (chars.len() > 80).then(|| {
        Said::new("提示超过 80 字，请说短一点", "the tip is longer than 80 characters; make it shorter")
    })
}

fn bring(item: &ServiceItem) -> Vec<String> {
    let common = common(item);
    let mut lines: Vec<String> =
        common.iter().filter(|m| !m.shared && m.need != Need::Optional).map(|m| material(m)).collect();
    let free: Vec<_> = common.iter().filter(|m| m.shared).map(|m| m.name.as_str()).collect();
    if !free.is_empty() {
        lines.push(format!("这些不用带，窗口自己查：{}。", free.join("、")));
    }
    if lines.is_empty() {
        lines.push("什么都不用带。".to_owned());
    }
    lines
}

/// Materials that everyone needs.
fn common(item: &ServiceItem) -> Vec<&Material> {
    let some: Vec<&String> = item
        .situations
        .iter()
        .flat_map(|t| &t.questions)
        .flat_map(|q| &q.answers)
        .flat_map(|a| a.adds.iter().chain(&a.drops))
        .collect();
    item.materials.iter().filter(|m| !some.contains(&&m.id)).collect()
}

fn material(m: &Material) -> String {
    let mut parts = vec![m.name.clone()];
    match (m.originals, m.copies) {
        (0, 0) => {}
        (o, 0) => parts.push(format!("原件 {o} 份")),
        (0, c) => parts.push(format!("复印件 {c} 份")),
        (o, c) => parts.push(format!("原件 {o} 份、复印件 {c} 份")),
    }
    if m.need == Need::Deferrable {
        let days = m.defer_days.unwrap_or(0);
        parts.push(format!("一时拿不出，{days} 个工作日内补上也行"));
    }
    if m.commitment {
        parts.push("没有的话写一份承诺书".to_owned());
    }
    if !m.blank_form.is_empty() {
        parts.push("空白表窗口有".to_owned());
    }
    format!("{}。", parts.join("，"))
}

fn differences(item: &ServiceItem) -> Vec<String> {
    let Some(tree) = &item.situations else { return Vec::new() };
    let names = |ids: &[String]| -> String {
        ids.iter().filter_map(|id| item.material(id)).map(|m| m.name.as_str()).collect::<Vec<_>>().join("、")
    };
    let mut lines = Vec::new();
    for q in tree.questions.iter().take(30) {
        for a in &q.answers {
            let mut what = Vec::new();
            if !a.refuse.is_empty() {
                what.push(a.refuse.clone());
            }
            if !a.adds.is_empty() {
                what.push(format!("多带{}", names(&a.adds)));
            }
            if !a.drops.is_empty() {
                what.push(format!("不用带{}", names(&a.drops)));
            }
            if !what.is_empty() {
                lines.push(format!("{}{}：{}。", q.ask, a.text, what.join("，")));
            }
        }
    }
    lines
}

/// The windows of the place first: those that serve the region itself, then those that serve what holds it.
fn places(item: &ServiceItem, variant: &Variant) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(helper) = &variant.helper {
        lines.push(format!("找{helper}，可以帮您办。"));
    }
    if item.is_online() {
        let url = if item.online_url.is_empty() { String::new() } else { format!("：{}", item.online_url) };
        lines.push(format!("手机或电脑上就能办{url}。"));
    }
    let near = |w: &&Window| {
        w.region.as_ref().is_some_and(|r| variant.region.contains(r) || r.contains(&variant.region))
    };
    let mut windows: Vec<&Window> = item.windows.iter().filter(near).collect();
    windows.sort_by_key(|w| std::cmp::Reverse(w.region.as_ref().map_or(0, |r| r.as_str().len())));
    windows.extend(item.windows.iter().filter(|w| w.region.is_none()));
    for w in windows.iter().take(if variant.region.level() == RegionLevel::Village { 2 } else { 6 }) {
        let parts = [&w.address, &w.hours, &w.phone];
        let rest: Vec<_> = parts.iter().filter(|p| !p.is_empty()).map(|p| p.as_str()).collect();
        lines.push(format!("{}{}。{}。", w.hall, w.counter, rest.join("，")));
    }
    lines.push(match item.visits {
        0 => "一趟都不用跑。".to_owned(),
        n => format!("要跑 {n} 趟，因为{}。", item.visit_reason.trim_end_matches('。')),
    });
    lines
}

fn steps(item: &ServiceItem) -> Vec<String> {
    let step = |(n, s): (usize, &crate::Step)| {
        let days = s.limit.map_or_else(String::new, |l| format!("，{}", l.show()));
        let come = if s.attend { "，您要到场" } else { "" };
        format!("{}. {}{days}{come}。", n + 1, s.name)
    };
    item.steps.iter().enumerate().map(step).collect()
}

fn how_long(item: &ServiceItem) -> String {
    match (item.handling, item.promised_limit) {
        (Handling::AtOnce, _) => "当场办好。".to_owned(),
        (_, Some(l)) => format!("收下材料后{}内办好。", l.show()),
        (_, None) => "没有写明，请先打电话问。".to_owned(),
    }
}

fn money(item: &ServiceItem) -> Vec<String> {
    if !item.charged {
        return vec!["不要钱。".to_owned()];
    }
    let fee = |f: &crate::Fee| {
        let amount = f.amount_fen.map(|n| format!("{}.{:02} 元", n / 100, n % 100));
        let relief = if f.relief.is_empty() { String::new() } else { format!("，{}", f.relief) };
        format!("{}：{}{relief}。", f.name, amount.unwrap_or_else(|| f.standard.clone()))
    };
    item.fees.iter().map(fee).collect()
}

/// A mark over everything the guide may use; another version or tip gives another mark.
fn mark(item: &ServiceItem, variant: &Variant) -> u64 {
    let text = serde_json::to_string(&(item, variant)).unwrap_or_default();
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plain::PUBLISH_SCORE_MIN;
    use crate::sample;

    fn variant(region: &str) -> Variant {
        Variant { region: region.parse().unwrap(), helper: None, tips: Vec::new() }
    }

    #[test]
    fn it_says_what_the_data_says_and_is_readable() {
        let item = sample::food_licence();
        let g = guide(&item, &variant("990102"));
        let line = |ask: &str| g.sections.iter().find(|s| s.ask == ask).unwrap().lines.join("");
        assert_eq!(line("多久办好？"), "收下材料后8个工作日内办好。");
        assert!(line("您的情况要多带或少带什么？").contains("谁来办理？委托别人：多带授权委托书。"));
        assert!(!line("要带什么？").contains("授权委托书"), "only some bring it");
        assert!(line("去哪里办？").contains("要跑 1 趟，因为须到经营场所现场勘查。"));
        assert!(g.readability.score >= PUBLISH_SCORE_MIN, "{:?}", g.readability);
    }

    #[test]
    fn any_change_of_the_data_makes_it_out_of_date() {
        let item = sample::food_licence();
        let v = variant("990102");
        let g = guide(&item, &v);
        assert!(g.is_current(&item, &v));
        let mut changed = item.clone();
        changed.windows[0].hours = "工作日 8:30—17:30".to_owned();
        assert!(!g.is_current(&changed, &v));
    }

    #[test]
    fn a_village_reads_less_and_sees_its_helper_and_its_window_first() {
        let mut item = sample::full();
        let mut near = item.windows[0].clone();
        near.hall = "东门街道便民服务中心".to_owned();
        near.region = "990102001".parse().ok();
        item.windows.push(near);
        let mut v = variant("990102001001");
        v.helper = Some("代办员李娟（0999-8100002）".to_owned());
        let village = guide(&item, &v);
        let county = guide(&item, &variant("990102"));
        assert!(village.sections.len() < county.sections.len());
        let place = &village.sections.iter().find(|s| s.ask == "去哪里办？").unwrap().lines;
        assert!(place[0].contains("代办员李娟"));
        assert!(place[2].starts_with("东门街道便民服务中心"), "{place:?}");
    }

    #[test]
    fn tips_hold_no_figures() {
        assert!(tip_fault("最好上午来，人少").is_none());
        assert!(tip_fault("门口停车方便，一进门左转").is_none());
        assert!(tip_fault("3天就能拿证").is_some());
        assert!(tip_fault("交五元就行").is_some());
        assert!(tip_fault(&"长".repeat(81)).is_some());
    }
}
