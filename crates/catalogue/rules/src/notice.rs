//! 一次性告知 (K2): everything an applicant must know for his situation, on one page. Structured content; the
//! paper room sets it. Must not know typesetting beyond how many lines a page of a size holds.

use kernel::Date;
use serde::Serialize;

use crate::item::{Material, ServiceItem};
use crate::situation::Applies;
use crate::words::{Cell, Need};

/// One material as the notice lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoticeMaterial {
    /// 材料名称
    pub name: String,
    /// 原件 1 份、复印件 2 份
    pub number: String,
    /// 自备、不用带(政府共享核验)、可后补 …
    pub note: String,
}

/// The size of type that lets the notice fit one page of A4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Fit {
    /// Size in half points: 24 = 小四, 21 = 五号, 18 = 小五, 15 = 六号.
    pub half_points: u8,
    /// Lines a page of that size holds.
    pub lines_max: usize,
    /// Lines the content takes.
    pub lines: usize,
    /// Were notes left to the QR code so that it fits?
    pub shortened: bool,
}

/// The one-time notice (一次性告知书) for one situation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// 《…》一次性告知书
    pub title: String,
    /// Item, code and version, so that it is known which guide was told.
    pub about: Vec<(String, String)>,
    /// The answers that led here.
    pub situation: Vec<(String, String)>,
    /// It cannot be done this way: why, and what instead.
    pub refused: Option<String>,
    /// What to bring.
    pub bring: Vec<NoticeMaterial>,
    /// What need not be brought.
    pub not_needed: Vec<NoticeMaterial>,
    /// The steps in a row.
    pub steps: Vec<String>,
    /// Limit, fee, visits, where, when, telephone, result.
    pub facts: Vec<(String, String)>,
    /// Day of issue.
    pub date: Date,
    /// How it fits one page.
    pub fit: Fit,
}

/// half points, characters a line, lines a page: A4 with 20 mm margins, line height 1.5.
const SIZES: [(u8, usize, usize); 4] = [(24, 40, 42), (21, 46, 48), (18, 53, 56), (15, 64, 67)];

/// The notice for what applies, as told on `date`. It always fits one page: when even the smallest type does
/// not hold it, notes of materials go first and then names are cut, and `fit.shortened` says so (the QR code
/// on the sheet leads to the whole guide).
pub fn notice(item: &ServiceItem, applies: &Applies<'_>, date: Date) -> Notice {
    let (bring, not_needed): (Vec<_>, Vec<_>) = applies.materials.iter().partition(|m| !m.shared);
    let mut notice = Notice {
        title: format!("“{}”一次性告知书", item.name),
        about: vec![
            ("实施编码".to_owned(), item.code.clone()),
            ("办理单位".to_owned(), item.unit.clone()),
            ("指南版本".to_owned(), format!("第 {} 版", item.version)),
        ],
        situation: applies.way.iter().map(|(q, a)| ((*q).to_owned(), (*a).to_owned())).collect(),
        refused: applies.refused.map(str::to_owned),
        bring: bring.into_iter().map(row).collect(),
        not_needed: not_needed.into_iter().map(row).collect(),
        steps: applies.steps.iter().map(|s| s.name.clone()).collect(),
        facts: facts(item),
        date,
        fit: Fit { half_points: 24, lines_max: 42, lines: 0, shortened: false },
    };
    fit(&mut notice);
    notice
}

fn row(m: &&Material) -> NoticeMaterial {
    let mut number = Vec::new();
    if m.originals > 0 {
        number.push(format!("原件 {} 份", m.originals));
    }
    if m.copies > 0 {
        number.push(format!("复印件 {} 份", m.copies));
    }
    if number.is_empty() {
        number.push(m.medium.zh().to_owned());
    }
    let mut note = Vec::new();
    if m.shared {
        note.push("由窗口核验，不用带".to_owned());
    }
    match m.need {
        Need::Deferrable => {
            let days = m.defer_days.map_or_else(String::new, |d| format!("（{d} 个工作日内）"));
            note.push(format!("可以后补{days}"));
        }
        Need::Optional => note.push("有就带，没有不影响受理".to_owned()),
        Need::Required => {}
    }
    if m.commitment {
        note.push("没有的可以书面承诺代替".to_owned());
    }
    if !m.blank_form.is_empty() {
        note.push("空白表可在窗口领取或扫码下载".to_owned());
    }
    if !m.fill_note.is_empty() {
        note.push(m.fill_note.clone());
    }
    NoticeMaterial { name: m.name.clone(), number: number.join("、"), note: note.join("；") }
}

fn facts(item: &ServiceItem) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut add = |k: &str, v: String| {
        if !v.is_empty() {
            out.push((k.to_owned(), v));
        }
    };
    add(
        "办结时限",
        match item.handling {
            crate::Handling::AtOnce => "当场办结".to_owned(),
            _ => item.promised_limit.map_or_else(String::new, |l| format!("{}（自受理次日起算）", l.show())),
        },
    );
    let fees: Vec<_> = item.fees.iter().map(|f| format!("{}：{}", f.name, f.standard)).collect();
    add("收费", if item.charged { fees.join("；") } else { "不收费".to_owned() });
    add(
        "到现场",
        match item.visits {
            0 => "0 次，不用跑".to_owned(),
            n => format!("{n} 次：{}", item.visit_reason),
        },
    );
    if item.is_online() {
        add("网上办", item.online_url.clone());
    }
    for w in item.windows.iter().take(3) {
        add("窗口办", format!("{} {}，{}，{}，{}", w.hall, w.counter, w.address, w.hours, w.phone));
    }
    add("结果", item.results.iter().map(|r| r.name.clone()).collect::<Vec<_>>().join("、"));
    add("咨询", item.consult.clone());
    add("投诉", item.complain.clone());
    out
}

fn lines_of(text: &str, per_line: usize) -> usize {
    text.chars().count().div_ceil(per_line.max(1)).max(1)
}

/// Lines of the content at so many characters a line: title 2, headings, rows, 4 for signatures.
fn lines(n: &Notice, per_line: usize) -> usize {
    let pairs = |l: &[(String, String)]| -> usize {
        l.iter().map(|(k, v)| lines_of(&format!("{k}：{v}"), per_line)).sum()
    };
    // The table of materials gives 4/10 of the width to the name, 2/10 to the number, 4/10 to the note.
    let rows = |l: &[NoticeMaterial]| -> usize {
        let row = |m: &NoticeMaterial| {
            lines_of(&m.name, per_line * 4 / 10)
                .max(lines_of(&m.note, per_line * 4 / 10))
                .max(lines_of(&m.number, per_line * 2 / 10))
        };
        l.iter().map(row).sum()
    };
    let refused = n.refused.as_ref().map_or(0, |r| lines_of(r, per_line) + 1);
    let steps = if n.steps.is_empty() { 0 } else { 1 + lines_of(&n.steps.join("→"), per_line) };
    2 + pairs(&n.about)
        + 1
        + pairs(&n.situation)
        + refused
        + 2
        + rows(&n.bring)
        + 1
        + rows(&n.not_needed)
        + steps
        + 1
        + pairs(&n.facts)
        + 4
}

fn fit(n: &mut Notice) {
    for (half_points, per_line, lines_max) in SIZES {
        let needed = lines(n, per_line);
        if needed <= lines_max {
            n.fit = Fit { half_points, lines_max, lines: needed, shortened: false };
            return;
        }
    }
    let (half_points, per_line, lines_max) = SIZES[SIZES.len() - 1];
    let cut = |text: &mut String, most: usize| {
        if text.chars().count() > most {
            *text = text.chars().take(most.saturating_sub(1)).chain(['…']).collect();
        }
    };
    n.bring.iter_mut().chain(&mut n.not_needed).for_each(|m| m.note.clear());
    for (_, v) in n.facts.iter_mut().chain(&mut n.situation).chain(&mut n.about) {
        cut(v, per_line - 10);
    }
    for (k, _) in n.facts.iter_mut().chain(&mut n.situation) {
        cut(k, 8);
    }
    n.bring.iter_mut().chain(&mut n.not_needed).for_each(|m| {
        cut(&mut m.name, per_line * 4 / 10);
        cut(&mut m.number, per_line * 2 / 10);
    });
    if let Some(r) = &mut n.refused {
        cut(r, per_line);
    }
    let mut steps = n.steps.join("→");
    cut(&mut steps, per_line);
    n.steps = if steps.is_empty() { Vec::new() } else { vec![steps] };
    n.not_needed.truncate(6);
    n.facts.truncate(10);
    n.situation.truncate(12);
    // What is still too much are materials: the last line says how many more the QR code shows.
    let all = n.bring.len();
    while lines(n, per_line) > lines_max && n.bring.len() > 1 {
        n.bring.pop();
        let left = all - n.bring.len();
        if let Some(last) = n.bring.last_mut() {
            last.note = format!("另有 {left} 份材料，扫码看全部");
        }
    }
    n.fit = Fit { half_points, lines_max, lines: lines(n, per_line), shortened: true };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use crate::situation::resolve;
    use proptest::prelude::*;

    fn day() -> Date {
        "2026-05-11".parse().unwrap()
    }

    #[test]
    fn it_tells_this_situation_and_no_other() {
        let item = sample::food_licence();
        let n = notice(&item, &resolve(&item, &["b", "a"]).unwrap(), day());
        assert!(n.bring.iter().any(|m| m.name == "授权委托书"));
        assert_eq!(n.situation[0], ("谁来办理？".to_owned(), "委托别人".to_owned()));
        assert!(n.bring.iter().any(|m| m.note.contains("可以后补（10 个工作日内）")), "{:?}", n.bring);
        assert!(!n.fit.shortened && n.fit.half_points == 24, "{:?}", n.fit);
        let own = notice(&item, &resolve(&item, &["a", "a"]).unwrap(), day());
        assert!(!own.bring.iter().any(|m| m.name == "授权委托书"));
        let refused = notice(&item, &resolve(&item, &["a", "b"]).unwrap(), day());
        assert!(refused.refused.unwrap().contains("备案"));
    }

    proptest! {
        /// Whatever the item holds, the notice fits one page, and what was left out is said.
        #[test]
        fn it_always_fits_one_page(n in 0usize..200, name in "[一-龥]{1,300}", note in "[一-龥]{0,400}", windows in 0usize..9) {
            let mut item = sample::food_licence();
            item.situations = None;
            let m = item.materials[1].clone();
            item.materials = (0..n).map(|_| Material { name: name.clone(), fill_note: note.clone(), ..m.clone() }).collect();
            item.windows = vec![item.windows[0].clone(); windows];
            let notice = notice(&item, &resolve(&item, &[]).unwrap(), day());
            prop_assert!(notice.fit.lines <= notice.fit.lines_max, "{:?}", notice.fit);
            if !notice.fit.shortened {
                prop_assert_eq!(notice.bring.len(), n);
            } else if notice.bring.len() < n {
                prop_assert!(notice.bring.last().unwrap().note.contains("扫码看全部"));
            }
        }
    }
}
