//! 再造报告的 Word 版: the same paper as an official document (GB/T 9704), headings numbered, bars before and after.

use paper::gongwen::{Block, Document, Run};

use crate::redesigns::report::Report;
use crate::redesigns::view::{Row, num};

const NUMBERS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

/// The body as it grows; headings count themselves.
struct Body {
    blocks: Vec<Block>,
    heads: usize,
}

impl Body {
    fn head(&mut self, text: &str) {
        let number = NUMBERS.get(self.heads).copied().unwrap_or("");
        self.heads += 1;
        self.blocks.push(Block::Heading { level: 1, text: vec![Run::plain(format!("{number}、{text}"))] });
    }
    fn sub(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading { level: 2, text: vec![Run::plain(text)] });
    }
    fn say(&mut self, text: impl Into<String>) {
        let text: String = text.into();
        if !text.trim().is_empty() {
            self.blocks.push(Block::Text(vec![Run::plain(text)]));
        }
    }
    fn table(&mut self, title: &str, head: &[&str], rows: Vec<Vec<String>>) {
        let cell = |text| vec![Run::plain(text)];
        let rows = rows.into_iter().map(|r| r.into_iter().map(cell).collect()).collect();
        let head = head.iter().map(|h| (*h).to_owned()).collect();
        self.blocks.push(Block::Table { title: title.to_owned(), head, rows });
    }
}

fn figures(rows: &[Row], rules: bool) -> Vec<Vec<String>> {
    rows.iter()
        .map(|r| {
            let mut line = vec![r.name.to_owned(), num(r.before), num(r.after), r.cut()];
            if rules {
                line.push(r.rule.to_owned());
            }
            line
        })
        .collect()
}

/// The paper.
pub(crate) fn document(r: &Report) -> Document {
    let (t, colon) = (r.p.t.process, r.p.t.colon);
    let mut body = Body { blocks: Vec::new(), heads: 0 };
    body.say(format!("{} {} · {} · {}", r.number, r.stage, r.unit, r.today));
    body.head(t.figures);
    body.table("", &[t.th_figure, t.before, t.after, t.th_cut, t.th_rule], figures(&r.plan.rows, true));
    let days = r.plan.rows.iter().find(|x| x.name == t.f_days);
    if let Some(days) = days.filter(|d| d.before > 0.0) {
        let bars = vec![(t.before.to_owned(), days.before), (t.after.to_owned(), days.after)];
        body.blocks.push(Block::Chart { title: t.f_days.to_owned(), bars });
    }
    body.say(&r.plan.target);
    for s in &r.plan.situations {
        body.sub(format!("{} {} · {}", t.situation, s.name, s.share));
        body.table("", &[t.th_figure, t.before, t.after, t.th_cut], figures(&s.rows, false));
    }
    body.head(t.plan);
    body.say([t.path_before, colon, &r.plan.path_before].concat());
    body.say([t.path_after, colon, &r.plan.path_after].concat());
    for group in &r.plan.groups {
        body.say([t.groups, colon, group].concat());
    }
    body.say(&r.plan.if_today);
    body.say(&r.plan.staffed);
    if let Some(real) = &r.reality {
        body.head(t.prediction);
        body.say(format!(
            "{} {} → {}{}{}{}",
            t.lawful, real.lawful.0, real.lawful.1, r.p.t.open_p, real.lawful.2, r.p.t.close_p
        ));
        if !real.overloaded {
            let (was, is, cut) = &real.simulated;
            body.say(format!("{} {was} → {is} ({cut})", t.simulated));
            body.say(&real.target);
            body.say(&real.saved);
            body.say(if real.none { t.no_saving } else { "" });
        }
        real.warnings.iter().for_each(|w| body.say(w));
    }
    proof(&mut body, r);
    paper_and_form(&mut body, r);
    review(&mut body, r);
    if !r.plan.warnings.is_empty() {
        body.head(t.warnings);
        r.plan.warnings.iter().for_each(|w| body.say(w));
    }
    Document {
        mark: None,
        number: String::new(),
        title: [t.report, r.p.t.colon, &r.title].concat(),
        to: String::new(),
        blocks: body.blocks,
        attachments: Vec::new(),
        org: r.unit.clone(),
        date: r.p.now.date(),
        copies: String::new(),
        check: None,
    }
}

/// A heading with how many stand under it.
fn counted(r: &Report, text: &str, n: usize) -> String {
    format!("{text}{}{n}{}", r.p.t.open_p, r.p.t.close_p)
}

fn proof(body: &mut Body, r: &Report) {
    let t = r.p.t.process;
    body.head(t.proof);
    body.sub(counted(r, t.removed, r.plan.removed.len()));
    if !r.plan.removed.is_empty() {
        let line = |o: &crate::redesigns::view::Order| {
            vec![format!("{} → {}", o.from, o.to), format!("{} {}", o.why, o.seen).trim().to_owned()]
        };
        body.table("", &[t.th_order, t.th_why], r.plan.removed.iter().map(line).collect());
    }
    body.sub(counted(r, t.kept, r.plan.kept.len()));
    if !r.plan.kept.is_empty() {
        let line = |o: &crate::redesigns::view::Order| {
            vec![format!("{} → {}", o.from, o.to), o.ground.to_owned(), o.why.clone()]
        };
        body.table("", &[t.th_order, t.th_ground, t.th_why], r.plan.kept.iter().map(line).collect());
    }
    if !r.plan.dropped.is_empty() {
        body.sub(t.dropped);
        r.plan.dropped.iter().for_each(|(name, why)| body.say([name, r.p.t.colon, why].concat()));
    }
}

fn paper_and_form(body: &mut Body, r: &Report) {
    let t = r.p.t.process;
    if !r.plan.materials.is_empty() {
        body.head(t.materials);
        let line =
            |m: &crate::redesigns::view::Material| vec![m.name.clone(), m.verdict.to_owned(), m.why.clone()];
        let rows = r.plan.materials.iter().map(line).collect();
        body.table("", &[t.th_material, t.th_verdict, t.th_why], rows);
    }
    if !r.plan.fields.is_empty() {
        body.head(t.form);
        body.say(&r.plan.form_line);
        let line = |f: &crate::redesigns::view::Field| vec![f.name.clone(), f.who.clone(), f.prefill.clone()];
        body.table("", &[t.th_field, t.th_who, t.th_prefill], r.plan.fields.iter().map(line).collect());
    }
}

fn review(body: &mut Body, r: &Report) {
    let t = r.p.t.process;
    if !r.reviews.is_empty() {
        body.head(t.reviews);
        r.reviews.iter().for_each(|(who, what)| body.say([who, r.p.t.colon, what].concat()));
        r.insists.iter().for_each(|c| body.say(c));
    }
    if !r.guide.is_empty() {
        body.head(t.guide);
        r.guide.iter().for_each(|g| body.say(g));
    }
    if !r.effects.is_empty() {
        body.head(t.effects);
        r.effects.iter().for_each(|e| body.say(e));
    }
}
