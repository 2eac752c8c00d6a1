//! 考核: a score by a formula that the city writes, line by line.
//!
//! Each part is one expression in CEL over the figures of a unit; CEL has no loops and no way out, so a formula
//! can neither hang nor reach anything. Bonus, deduction and exclusion are acts with a reason and an approval.
//! Scores of a past date are reckoned again from the figures and the formula of that date. Row S3.

use std::collections::BTreeMap;

use cel::{Context, Program};
use kernel::{Date, Said};
use serde::{Deserialize, Serialize};

use crate::figures::{FIGURES, Value, figure};

/// One part of a formula.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// its name, as shown
    pub name: String,
    /// what it gives: an expression over the keys of figures
    pub expr: String,
    /// the most it can give; below 0 for a part that only deducts
    pub most: f64,
    /// this figure must be at least so large, or the part does not count
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<(String, u64)>,
}

/// A formula, in force from a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Formula {
    /// its name: “2026年效能考核”
    pub name: String,
    /// from this day
    pub since: Date,
    /// the parts, in order
    pub parts: Vec<Part>,
    /// the figure that says how much a unit had to do
    pub size: String,
    /// a unit with less than this is not ranked
    pub size_min: u64,
    /// bonus and deduction together reach at most so far
    pub adjust_most: f64,
}

/// A formula that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{part}: {said}")]
pub struct BadFormula {
    /// which part
    pub part: String,
    /// what is wrong and what to do
    pub said: Said,
}

const EXPR_MAX: usize = 300;
const DEPTH_MAX: usize = 16;
const PARTS_MAX: usize = 30;

/// What was added or taken by decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdjustKind {
    /// 加分
    Bonus,
    /// 扣分
    Deduction,
    /// 不计某项 (approved)
    Leave,
}

/// One decision about one unit's score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adjust {
    /// what
    pub kind: AdjustKind,
    /// points, above 0
    #[serde(default)]
    pub points: f64,
    /// the part that is left out
    #[serde(default)]
    pub part: String,
    /// why
    pub reason: String,
    /// the day it counts from
    pub day: Date,
}

/// One line of a score, told so that a unit can check it.
#[derive(Clone, Debug, PartialEq)]
pub struct CardLine {
    /// the part, or the reason of a decision
    pub name: String,
    /// how: the expression with the figures in it
    pub how: String,
    /// points; none when the part did not count
    pub points: Option<f64>,
    /// the most it could give
    pub most: f64,
    /// why it did not count
    pub left_out: Option<Said>,
}

/// The score of one unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// line by line
    pub lines: Vec<CardLine>,
    /// together, out of what counted, scaled to 100 with bonus and deduction on top
    pub total: f64,
    /// there was enough to do to be ranked
    pub ranked: bool,
}

fn bad(part: &str, zh: impl Into<String>, en: impl Into<String>) -> BadFormula {
    BadFormula { part: part.to_owned(), said: Said::new(zh, en) }
}

/// Whole numbers become reals, so that 30*x means what people mean; nothing else is touched.
fn reals(expr: &str) -> String {
    let c: Vec<char> = expr.chars().collect();
    let (mut out, mut i) = (String::with_capacity(expr.len() + 16), 0);
    while i < c.len() {
        let fresh = i == 0 || !(c[i - 1].is_ascii_alphanumeric() || matches!(c[i - 1], '_' | '.'));
        if !c[i].is_ascii_digit() || !fresh {
            out.push(c[i]);
            i += 1;
            continue;
        }
        let start = i;
        while i < c.len() && c[i].is_ascii_digit() {
            i += 1;
        }
        out.extend(&c[start..i]);
        if !c.get(i).is_some_and(|x| matches!(x, '.' | 'e' | 'E' | 'u')) {
            out.push_str(".0");
        }
    }
    out
}

fn compile(part: &Part) -> Result<Program, BadFormula> {
    let expr = part.expr.trim();
    if expr.is_empty() || expr.chars().count() > EXPR_MAX {
        return Err(bad(&part.name, "算式须为 1–300 字符", "an expression has 1 to 300 characters"));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || " _.+-*/()<>=!&|?:,%".contains(c);
    if let Some(c) = expr.chars().find(|c| !allowed(*c)) {
        let zh = format!("算式中不能有“{c}”；请用数字、指标代码和 + - * / ( ) < > ? : min max");
        return Err(bad(&part.name, zh, format!("“{c}” is not allowed in an expression")));
    }
    let mut depth = 0usize;
    for c in expr.chars() {
        match c {
            '(' | '?' | '-' | '!' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    let nested = expr.chars().fold((0usize, 0usize), |(d, most), c| match c {
        '(' => (d + 1, most.max(d + 1)),
        ')' => (d.saturating_sub(1), most),
        _ => (d, most),
    });
    if nested.1 > DEPTH_MAX || depth > 4 * DEPTH_MAX {
        return Err(bad(
            &part.name,
            "括号层数过多，请拆成几项",
            "too deeply nested: make several parts of it",
        ));
    }
    let program = Program::compile(&reals(expr)).map_err(|_| {
        bad(&part.name, format!("算式读不懂：{expr}；请检查括号和运算符"), format!("cannot be read: {expr}"))
    })?;
    let references = program.references();
    for name in references.variables() {
        if figure(name).is_none() {
            let all: Vec<_> = FIGURES.iter().map(|f| f.key).collect();
            return Err(bad(
                &part.name,
                format!("没有指标“{name}”，可用：{}", all.join("、")),
                format!("there is no figure “{name}”: use one of {}", all.join(", ")),
            ));
        }
    }
    Ok(program)
}

impl Formula {
    /// Can it be used? Every part is tried with figures of nothing and of one.
    ///
    /// # Errors
    /// [`BadFormula`] names the part and says what to do.
    pub fn check(&self) -> Result<(), BadFormula> {
        if self.parts.is_empty() || self.parts.len() > PARTS_MAX {
            return Err(bad(&self.name, "须有 1–30 项", "1 to 30 parts are needed"));
        }
        for part in &self.parts {
            if !part.most.is_finite() || part.most == 0.0 || part.most.abs() > 1000.0 {
                return Err(bad(
                    &part.name,
                    "分值须在 −1000 到 1000 之间且不为 0",
                    "points from −1000 to 1000, not 0",
                ));
            }
            if part.needs.as_ref().is_some_and(|(key, _)| figure(key).is_none()) {
                return Err(bad(
                    &part.name,
                    "样本下限的指标不存在",
                    "the figure of the least sample does not exist",
                ));
            }
            sound_part(part)?;
        }
        if figure(&self.size).is_none() {
            return Err(bad("size", "工作量指标不存在", "the figure of the size does not exist"));
        }
        Ok(())
    }
}

/// Can an expression over figures be used outside of a score? It is read, it gives a number, it never divides by nought.
///
/// # Errors
/// [`BadFormula`] says what to do.
pub(crate) fn sound(name: &str, expr: &str) -> Result<(), BadFormula> {
    let part = Part { name: name.to_owned(), expr: expr.to_owned(), most: 1.0, needs: None };
    sound_part(&part)
}

/// The value of such an expression.
pub(crate) fn value_of(expr: &str, value: &dyn Fn(&str) -> Value) -> Result<f64, String> {
    let part = Part { name: String::new(), expr: expr.to_owned(), most: 1.0, needs: None };
    run(&compile(&part).map_err(|e| e.said.en)?, value)
}

fn sound_part(part: &Part) -> Result<(), BadFormula> {
    let program = compile(part)?;
    run(&program, &|_| Value::Count(1)).map_err(|why| bad(&part.name, format!("算不出数：{why}"), why))?;
    match divides_by_nought(part, &program) {
        None => Ok(()),
        Some(when) => Err(bad(
            &part.name,
            format!("分母可能为 0（{}）；请写成“分母 > 0 ? 算式 : 0”，或用 max(1, 分母)", when.zh),
            format!("it can divide by nought ({}): write “x > 0 ? … : 0” or max(1, x)", when.en),
        )),
    }
}

/// Figures with which a part would divide by nought. Every figure it reads is tried at nought, at small numbers, at
/// every number that stands in the expression, and large, alone and with the others.
fn divides_by_nought(part: &Part, program: &Program) -> Option<Said> {
    let read: Vec<&'static crate::figures::Figure> =
        FIGURES.iter().filter(|f| program.references().variables().contains(&f.key)).collect();
    let written = part.expr.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    let mut probes: Vec<f64> = vec![0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 100.0, 1e6];
    probes.extend(written.filter_map(|n| n.parse::<f64>().ok()).filter(|n| n.is_finite()));
    let fails = |at: &dyn Fn(&str) -> f64| execute(program, at, true).is_ok_and(|n| !n.is_finite());
    let told = |key: Option<&crate::figures::Figure>, n: f64| match key {
        Some(f) => Said::new(format!("{}为 {n} 时", f.zh), format!("when {} is {n}", f.key)),
        None if read.is_empty() => Said::new("无论指标多少", "whatever the figures are"),
        None => Said::new(format!("各指标都为 {n} 时"), format!("when all figures are {n}")),
    };
    for others in [1e6, 1.0, 0.0] {
        for f in &read {
            for &n in &probes {
                if fails(&|key| if key == f.key { n } else { others }) {
                    return Some(told(Some(f), n));
                }
            }
        }
    }
    probes.into_iter().find(|&n| fails(&|_| n)).map(|n| told(None, n))
}

/// The value of an expression; a share of nothing is 0 here, least samples keep such parts out.
fn run(program: &Program, value: &dyn Fn(&str) -> Value) -> Result<f64, String> {
    let n = execute(program, &|key| value(key).number().unwrap_or(0.0), false)?;
    // A formula written before it was checked may divide by a figure that is 0.
    Ok(if n.is_finite() { n } else { 0.0 })
}

/// `strict`: a quotient by nought is not hidden by min and max.
fn execute(program: &Program, value: &dyn Fn(&str) -> f64, strict: bool) -> Result<f64, String> {
    let mut context = Context::default();
    for f in FIGURES {
        context.add_variable_from_value(f.key, value(f.key));
    }
    let lost = move |a: f64, b: f64| strict && !(a.is_finite() && b.is_finite());
    let least = move |a: f64, b: f64| if lost(a, b) { f64::NAN } else { a.min(b) };
    let most = move |a: f64, b: f64| if lost(a, b) { f64::NAN } else { a.max(b) };
    context.add_function("min", least).map_err(|e| e.to_string())?;
    context.add_function("max", most).map_err(|e| e.to_string())?;
    let n = match program.execute(&context).map_err(|e| e.to_string())? {
        cel::Value::Float(n) => n,
        #[expect(clippy::cast_precision_loss, reason = "points")]
        cel::Value::Int(n) => n as f64,
        cel::Value::Bool(b) => f64::from(u8::from(b)),
        other => return Err(format!("{other:?}")),
    };
    Ok(n)
}

fn told(part: &Part, value: &dyn Fn(&str) -> Value) -> String {
    let mut named = BTreeMap::new();
    for word in part.expr.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
        if let Some(f) = figure(word) {
            named.insert(f.zh, value(f.key).text());
        }
    }
    let values: Vec<_> = named.into_iter().map(|(zh, v)| format!("{zh} {v}")).collect();
    format!("{}({})", part.expr.trim(), values.join(","))
}

/// The score of one unit from its figures.
///
/// # Errors
/// A formula that [`Formula::check`] refuses.
pub fn reckon(
    formula: &Formula,
    value: &dyn Fn(&str) -> Value,
    adjusts: &[Adjust],
) -> Result<Card, BadFormula> {
    let mut lines = Vec::with_capacity(formula.parts.len() + adjusts.len());
    let (mut got, mut reach) = (0.0, 0.0);
    for part in &formula.parts {
        let program = compile(part)?;
        let mut line = CardLine {
            name: part.name.clone(),
            how: told(part, value),
            points: None,
            most: part.most,
            left_out: None,
        };
        let short = part.needs.as_ref().filter(|(key, least)| match value(key) {
            Value::Count(n) => n < *least,
            Value::Share { whole, .. } => whole < *least,
        });
        let left = adjusts.iter().find(|a| a.kind == AdjustKind::Leave && a.part == part.name);
        if let Some(a) = left {
            line.left_out =
                Some(Said::new(format!("经批准不计：{}", a.reason), format!("left out: {}", a.reason)));
        } else if let Some((key, least)) = short {
            let zh = figure(key).map_or("", |f| f.zh);
            line.left_out = Some(Said::new(
                format!("样本不足：{zh}少于 {least}，此项不计"),
                format!("too few: {key} is below {least}"),
            ));
        } else {
            let n = run(&program, value)
                .map_err(|why| bad(&part.name, format!("算不出数：{why}"), why.clone()))?;
            let points = if part.most > 0.0 { n.clamp(0.0, part.most) } else { n.clamp(part.most, 0.0) };
            line.points = Some(points);
            got += points;
            reach += part.most.max(0.0);
        }
        lines.push(line);
    }
    let mut total = if reach > 0.0 { got / reach * 100.0 } else { got };
    let mut moved = 0.0;
    for a in adjusts {
        let points = match a.kind {
            AdjustKind::Bonus => a.points.abs(),
            AdjustKind::Deduction => -a.points.abs(),
            AdjustKind::Leave => continue,
        };
        moved += points;
        let (name, how) = (a.reason.clone(), a.day.to_string());
        lines.push(CardLine { name, how, points: Some(points), most: formula.adjust_most, left_out: None });
    }
    total += moved.clamp(-formula.adjust_most.abs(), formula.adjust_most.abs());
    let size = match value(&formula.size) {
        Value::Count(n) => n,
        Value::Share { whole, .. } => whole,
    };
    Ok(Card {
        lines,
        total: (total * 100.0).round() / 100.0,
        ranked: reach > 0.0 && size >= formula.size_min,
    })
}

/// A place in a group of comparable units.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// index into what was given
    pub index: usize,
    /// its group
    pub group: String,
    /// its place, the same for the same score; none for a unit with too little to do
    pub place: Option<usize>,
}

/// Places inside of each group; equal scores share a place. Units that had too little to do get none.
pub fn rank(cards: &[(String, Card)]) -> Vec<Standing> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, (group, _)) in cards.iter().enumerate() {
        groups.entry(group).or_default().push(i);
    }
    let mut out = Vec::with_capacity(cards.len());
    for (group, mut members) in groups {
        members.sort_by(|a, b| cards[*b].1.total.total_cmp(&cards[*a].1.total).then(a.cmp(b)));
        let (mut place, mut seen, mut last) = (0, 0, None);
        for i in members {
            let card = &cards[i].1;
            let standing = card.ranked.then(|| {
                seen += 1;
                if last != Some(card.total) {
                    (place, last) = (seen, Some(card.total));
                }
                place
            });
            out.push(Standing { index: i, group: group.to_owned(), place: standing });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn formula(expr: &str) -> Formula {
        Formula {
            name: "考核".into(),
            since: Date::constant(2026, 1, 1),
            parts: vec![
                Part {
                    name: "按期".into(),
                    expr: expr.into(),
                    most: 40.0,
                    needs: Some(("replied".into(), 5)),
                },
                Part {
                    name: "解决".into(), expr: "60 * solved_rate / 100".into(), most: 60.0, needs: None
                },
            ],
            size: "replied".into(),
            size_min: 10,
            adjust_most: 5.0,
        }
    }
    fn values(key: &str) -> Value {
        match key {
            "on_time_rate" => Value::Share { part: 9, whole: 10 },
            "solved_rate" => Value::Share { part: 4, whole: 5 },
            "replied" => Value::Count(10),
            _ => Value::Count(0),
        }
    }

    #[test]
    fn a_score_is_told_line_by_line() {
        let f = formula("40 * on_time_rate / 100 - 2 * late");
        f.check().unwrap();
        let card = reckon(&f, &values, &[]).unwrap();
        assert_eq!(card.lines[0].points, Some(36.0));
        assert!(card.lines[0].how.contains("按期答复率 90.0%") && card.lines[0].how.contains("超期 0"));
        assert_eq!(card.lines[1].points, Some(48.0));
        assert!((card.total - 84.0).abs() < 1e-9 && card.ranked);
        let day = Date::constant(2026, 3, 1);
        let bonus =
            Adjust {
                kind: AdjustKind::Bonus, points: 9.0, part: String::new(), reason: "典型".into(), day
            };
        let leave = Adjust {
            kind: AdjustKind::Leave,
            points: 0.0,
            part: "解决".into(),
            reason: "系统故障".into(),
            day,
        };
        assert!(
            (reckon(&f, &values, std::slice::from_ref(&bonus)).unwrap().total - 89.0).abs() < 1e-9,
            "at most 5"
        );
        let without = reckon(&f, &values, &[leave]).unwrap();
        assert!((without.total - 90.0).abs() < 1e-9 && without.lines[1].left_out.is_some());
        let few = reckon(&f, &|k| if k == "replied" { Value::Count(3) } else { values(k) }, &[]).unwrap();
        assert!(!few.ranked && few.lines[0].left_out.is_some() && (few.total - 80.0).abs() < 1e-9);
    }

    #[test]
    fn bad_formulas_are_told_what_is_wrong() {
        for (expr, word) in [
            ("40 * on_time", "没有指标"),
            ("40 * (late", "读不懂"),
            ("[1,2].map(x, x)", "不能有"),
            ("\"a\" + late", "不能有"),
            ("", "1–300"),
            (&"(".repeat(40), "层数"),
        ] {
            let e = formula(expr).check().unwrap_err();
            assert!(e.said.zh.contains(word), "{expr}: {e}");
        }
        formula("late > 3 ? 0 : min(40, 100 - late)").check().unwrap();
        assert_eq!(reals("40*x1+2.5-late2*3"), "40.0*x1+2.5-late2*3.0");
    }

    #[test]
    fn a_formula_that_can_divide_by_nought_is_refused_when_it_is_written() {
        let keys: Vec<_> = FIGURES.iter().map(|f| f.key).collect();
        let (a, b) = (keys[0], keys[1]);
        for expr in [
            "1/0".to_owned(),
            format!("10/{a}"),
            format!("10*{b}/({a}-7)"),
            format!("min(5, 10/{a})"),
            format!("max(0, {b}/({a}-{b}))"),
        ] {
            let wrong = formula(&expr).check().expect_err(&expr);
            assert!(wrong.said.zh.contains("分母可能为 0"), "{expr}: {}", wrong.said.zh);
        }
        for expr in [
            format!("{a} > 0 ? 10*{b}/{a} : 0"),
            format!("10*{b}/max(1, {a})"),
            format!("10*{b}/({a}+1)"),
            format!("{b}/2"),
        ] {
            assert_eq!(formula(&expr).check().err().map(|e| e.said.zh), None, "{expr}");
        }
    }

    #[test]
    fn equal_scores_share_a_place_and_small_units_have_none() {
        let card = |total, ranked| Card { lines: Vec::new(), total, ranked };
        let cards = [
            ("甲", 90.0, true),
            ("甲", 80.0, true),
            ("甲", 90.0, true),
            ("甲", 99.0, false),
            ("乙", 1.0, true),
        ]
        .map(|(g, t, r)| (g.to_owned(), card(t, r)));
        let places: Vec<_> = rank(&cards).into_iter().map(|s| (s.index, s.place)).collect();
        assert_eq!(places, [(4, Some(1)), (3, None), (0, Some(1)), (2, Some(1)), (1, Some(3))]);
    }

    proptest! {
        #[test]
        fn no_expression_panics_and_points_stay_within(expr in "[a-z_0-9 +*/().?:<>=-]{0,40}", n in 0u64..1000) {
            let f = formula(&expr);
            if f.check().is_ok() {
                let card = reckon(&f, &|_| Value::Count(n), &[]).unwrap();
                prop_assert!(card.lines.iter().all(|l| l.points.is_none_or(|p| p >= 0.0 && p <= l.most)));
            }
        }
    }
}
