//! 共用: a redesign as the pages show it: figures with their rules, the picture, the proof, materials, the form.

use kernel::Said;
use optimise::proposal::Prediction;
use optimise::{Figures, Ground, LaneWords, Model, Redesign, Verdict};
use web_kit::{Lang, day, said};
use workday::{Length, WorkCalendar};

use crate::Page;
use crate::texts::Texts;

/// A number with at most two digits after the point.
pub(crate) fn num(x: f64) -> String {
    let r = (x * 100.0).round() / 100.0;
    if r.fract() == 0.0 { format!("{r:.0}") } else { format!("{r}") }
}

fn cut(before: f64, after: f64) -> String {
    if before <= 0.0 {
        return "–".to_owned();
    }
    let part = (before - after) / before * 100.0;
    if part.abs() < 0.5 {
        return "–".to_owned();
    }
    if part >= 0.0 { format!("−{part:.0}%") } else { format!("+{:.0}%", -part) }
}

/// One figure before and after, with its rule.
pub(crate) struct Row {
    pub name: &'static str,
    pub before: f64,
    pub after: f64,
    pub rule: &'static str,
}

impl Row {
    pub fn was(&self) -> String {
        num(self.before)
    }
    pub fn is(&self) -> String {
        num(self.after)
    }
    pub fn cut(&self) -> String {
        cut(self.before, self.after)
    }
}

/// The five reductions, the copies and the fields.
pub(crate) fn rows(t: &Texts, b: &Figures, a: &Figures, fields: (f64, f64)) -> Vec<Row> {
    let t = t.process;
    let row = |name, before, after, rule| Row { name, before, after, rule };
    vec![
        row(t.f_steps, b.steps, a.steps, t.r_steps),
        row(t.f_materials, b.materials, a.materials, t.r_materials),
        row(t.f_days, b.working_days, a.working_days, t.r_days),
        row(t.f_visits, b.visits, a.visits, t.r_visits),
        row(t.f_fees, b.fees, a.fees, t.r_fees),
        row(t.f_copies, b.copies, a.copies, t.r_copies),
        row(t.f_fields, fields.0, fields.1, t.r_fields),
    ]
}

/// The figures of one situation.
pub(crate) struct Situation {
    pub name: String,
    pub share: String,
    pub rows: Vec<Row>,
}

/// An order with its ground.
pub(crate) struct Order {
    pub from: String,
    pub to: String,
    pub ground: &'static str,
    pub why: String,
    pub seen: String,
}

/// A material with its verdict.
pub(crate) struct Material {
    pub name: String,
    pub verdict: &'static str,
    pub kept: bool,
    pub why: String,
}

/// A field of the one form.
pub(crate) struct Field {
    pub name: String,
    pub who: String,
    pub prefill: String,
}

/// Everything a page shows of a plan.
pub(crate) struct Plan {
    pub rows: Vec<Row>,
    pub situations: Vec<Situation>,
    pub target: String,
    pub picture: String,
    pub bars: String,
    pub path_before: String,
    pub path_after: String,
    pub groups: Vec<String>,
    pub if_today: String,
    pub staffed: String,
    pub removed: Vec<Order>,
    pub kept: Vec<Order>,
    pub dropped: Vec<(String, String)>,
    pub materials: Vec<Material>,
    pub form_line: String,
    pub fields: Vec<Field>,
    pub warnings: Vec<String>,
}

pub(crate) fn ground(t: &Texts, g: Ground) -> &'static str {
    match g {
        Ground::Law => t.process.g_law,
        Ground::Need => t.process.g_need,
        Ground::Unknown => t.process.g_unknown,
        Ground::Habit => t.process.g_habit,
    }
}

fn verdict(t: &Texts, v: Verdict) -> &'static str {
    let t = t.process;
    match v {
        Verdict::Unused => t.v_unused,
        Verdict::MadeByStep => t.v_made_by_step,
        Verdict::IssuedByGovernment => t.v_issued_by_government,
        Verdict::Commitment => t.v_commitment,
        Verdict::AskedTwice => t.v_asked_twice,
        Verdict::Deferrable => t.v_deferrable,
        Verdict::Keep => t.v_keep,
    }
}

/// The words of the picture.
pub(crate) fn lane_words(t: &Texts) -> LaneWords<'static> {
    let t = t.process;
    LaneWords {
        title: t.lane_title,
        today: t.before,
        plan: t.after,
        days: t.lane_days,
        longest: t.lane_longest,
        more: t.lane_more,
    }
}

/// The name of a step by its id.
pub(crate) fn name_of(model: &Model, id: &str) -> String {
    model.steps.iter().find(|s| s.id == id).map_or_else(|| id.to_owned(), |s| s.name.clone())
}

fn due(p: &Page, calendar: &WorkCalendar, days: f64) -> Option<String> {
    let days = days.ceil();
    if !(0.0..=2_000.0).contains(&days) {
        return None;
    }
    let end = workday::due(p.now, Length::Workdays(days as u32), calendar, &[]);
    let mark = if end.provisional() { p.t.process.provisional } else { "" };
    end.at().map(|at| format!("{}{mark}", day(p.lang, at.date())))
}

impl Plan {
    pub fn of(p: &Page, calendar: &WorkCalendar, model: &Model, r: &Redesign) -> Self {
        let (t, lang) = (p.t.process, p.lang);
        let name = |id: &String| name_of(model, id);
        let names = |ids: &[String], by: &str| ids.iter().map(name).collect::<Vec<_>>().join(by);
        let yes = |b: bool| if b { t.path_within } else { t.path_beyond };
        let when = due(p, calendar, r.before.working_days).zip(due(p, calendar, r.after.working_days));
        Self {
            rows: rows(p.t, &r.before, &r.after, (r.form_fields.before, r.form_fields.after)),
            situations: (r.situations.iter())
                .map(|s| Situation {
                    name: s.name.clone(),
                    share: format!("{:.0}%", s.frequency * 100.0),
                    rows: rows(p.t, &s.before, &s.after, (s.form_fields.before, s.form_fields.after)),
                })
                .collect(),
            target: r.target.as_ref().map_or_else(String::new, |x| {
                let line = t.target.replace("{n}", &num(x.working_days));
                line.replace("{a}", yes(x.before)).replace("{b}", yes(x.after))
            }),
            picture: r.lanes_svg(&lane_words(p.t)),
            bars: if lang == Lang::Zh { r.reductions_svg() } else { String::new() },
            path_before: names(&r.critical_path_before, " → "),
            path_after: names(&r.critical_path, " → "),
            groups: r.parallel_groups.iter().map(|g| names(g, "、")).collect(),
            if_today: when
                .map_or_else(String::new, |(a, b)| t.if_today.replace("{a}", &a).replace("{b}", &b)),
            staffed: r.staffed.as_ref().map_or_else(String::new, |s| {
                let how = if s.proven {
                    t.proven.to_owned()
                } else {
                    t.bound.replace("{n}", &num(s.lower_bound_days))
                };
                t.staffed.replace("{n}", &num(s.working_days)).replace("{how}", &how)
            }),
            removed: (r.removed_orders.iter())
                .map(|o| Order {
                    from: name(&o.from),
                    to: name(&o.to),
                    ground: ground(p.t, o.ground),
                    why: said(lang, &o.reason),
                    seen: o.observed.as_ref().map_or_else(String::new, |s| {
                        let line = t.observed.replace("{n}", &s.cases.to_string());
                        line.replace("{a}", &s.reversed.to_string()).replace("{b}", &s.overlapped.to_string())
                    }),
                })
                .collect(),
            kept: (r.kept_orders.iter())
                .map(|o| Order {
                    from: name(&o.from),
                    to: name(&o.to),
                    ground: ground(p.t, o.ground),
                    why: said(lang, &o.reason),
                    seen: String::new(),
                })
                .collect(),
            dropped: r.dropped_steps.iter().map(|d| (d.name.clone(), said(lang, &d.reason))).collect(),
            materials: (r.materials.iter())
                .map(|m| Material {
                    name: m.name.clone(),
                    verdict: verdict(p.t, m.verdict),
                    kept: m.verdict.handed_in(),
                    why: said(lang, &m.reason),
                })
                .collect(),
            form_line: if r.form.fields.is_empty() {
                String::new()
            } else {
                let line = t.form_line.replace("{n}", &r.form.fields.len().to_string());
                line.replace("{k}", &r.form.prefilled.to_string())
            },
            fields: (r.form.fields.iter())
                .map(|f| Field {
                    name: f.name.clone(),
                    who: f.needed_by.join("、"),
                    prefill: if f.prefill.is_empty() {
                        String::new()
                    } else {
                        t.prefill.replace("{s}", &f.prefill.join("、"))
                    },
                })
                .collect(),
            warnings: r.warnings.iter().map(|w| said(lang, w)).collect(),
        }
    }
}

/// Lawful and simulated, side by side.
pub(crate) struct Reality {
    pub lawful: (String, String, String),
    pub simulated: (String, String, String),
    /// whether the target is met, by the simulated cases
    pub target: String,
    pub saved: String,
    pub none: bool,
    /// the simulated figures mean nothing
    pub overloaded: bool,
    pub warnings: Vec<String>,
}

impl Reality {
    pub fn of(p: &Page, f: &Prediction) -> Self {
        let three = |(b, a): (f64, f64)| (num(b), num(a), cut(b, a));
        let (mean, low, high) = f.saved_hours;
        let line = p.t.process.saved.replace("{n}", &num(mean));
        Self {
            lawful: three(f.lawful_days),
            simulated: three(f.simulated_days),
            target: f.target.as_ref().map_or_else(String::new, |t| said(p.lang, t)),
            saved: line.replace("{a}", &num(low)).replace("{b}", &num(high)),
            none: low <= 0.0,
            overloaded: f.overloaded,
            warnings: f.warnings.iter().map(|w: &Said| said(p.lang, w)).collect(),
        }
    }
}
