//! From an item of the catalogue to a model and back (K1 → O1, O7): drawn from its steps and materials; published
//! as its next version, with what changes for the applicant in words.
//!
//! Pure. What the item does not say is named in the model's warnings, never guessed.

use catalogue::{Limit, LimitUnit, Need, ServiceItem, Source, StepKind};
use kernel::{Date, Said};
use serde_json::{Value, json};

use crate::model::normal;
use crate::{Ground, MaterialVerdict, Model, OptimiseError, Redesign, Verdict};

/// The model of an item: its steps, what they need and make, its orders with their ground.
///
/// # Errors
/// An item without steps, or whose orders form a circle.
pub fn from_item(item: &ServiceItem) -> Result<Model, OptimiseError> {
    let name_of = |id: &String| item.material(id).map_or_else(|| id.clone(), |m| m.name.clone());
    let stated = item.steps.iter().any(|s| !s.after.is_empty());
    let attending = item.steps.iter().filter(|s| s.attend).count();
    let elsewhere = usize::from(item.visits).saturating_sub(attending);
    let fees: f64 = item.fees.iter().filter_map(|f| f.amount_fen).map(|f| f as f64 / 100.0).sum();
    let mut orders = Vec::new();
    let mut steps = Vec::new();
    for (k, s) in item.steps.iter().enumerate() {
        let unit = if s.unit.is_empty() { &item.unit } else { &s.unit };
        let mut needs: Vec<String> = s.consumes.iter().map(name_of).collect();
        let mut makes = s.produces.clone();
        by_kind(item, s, &mut needs, &mut makes);
        let visits = usize::from(s.attend) + if k == 0 { elsewhere } else { 0 };
        let mut step = json!({
            "id": s.id, "name": s.name, "unit": unit, "needs": needs, "makes": makes,
            "visits": visits, "online": s.online && elsewhere == 0,
        });
        if let Some(l) = s.limit {
            step["days"] = json!(f64::from(l.work_hours()) / 8.0);
        }
        if k == 0 && fees > 0.0 {
            step["fee"] = json!({"amount": fees, "cite": item.fees.iter().map(|f| f.basis.as_str()).collect::<Vec<_>>().join(";")});
        }
        for before in &s.after {
            let ground = if s.order_basis.is_empty() { "habit" } else { "law" };
            orders.push(json!({"from": before, "to": s.id, "ground": ground, "cite": s.order_basis}));
        }
        steps.push(step);
    }
    let mut model = json!({
        "format": 1, "id": item.code, "name": item.name, "version": item.version.to_string(),
        "source": format!("事项库：{} 第 {} 版", item.code, item.version),
        "steps": steps, "materials": item.materials.iter().map(material).collect::<Vec<_>>(),
    });
    if stated {
        model["orders"] = Value::Array(orders);
    }
    let mut model = Model::from_json(&model.to_string())?;
    model.warnings.push(Said::new(
        "按环节类型补记了必然的先后：受理在审查前，决定在各项审查后，制证在决定后，送达在制证后（行政许可法第三十二、三十四、三十八、三十九条）",
        "orders that follow from the kinds of steps were added: accept before review, decide after every review, issue after the decision, deliver after issuing (Administrative Licensing Law 32, 34, 38, 39)",
    ));
    if item.situations.is_some() {
        model.warnings.push(Said::new(
            "事项的情形引导未带入：按全部环节和材料计",
            "the item's situations were not taken over: all steps and materials are counted",
        ));
    }
    Ok(model)
}

/// What a step needs and makes by its kind: nobody decides before the reviews, nobody issues before the decision.
fn by_kind(item: &ServiceItem, s: &catalogue::Step, needs: &mut Vec<String>, makes: &mut Vec<String>) {
    let made = |o: &catalogue::Step| match o.kind {
        StepKind::Receive => Some(format!("收件（{}）", o.id)),
        StepKind::Accept => Some(format!("受理通知（{}）", o.id)),
        StepKind::Review | StepKind::Survey | StepKind::Special => {
            Some(format!("{}意见（{}）", o.name, o.id))
        }
        StepKind::Decide => Some(format!("决定（{}）", o.id)),
        StepKind::Issue => Some(format!("证照或批文（{}）", o.id)),
        StepKind::Deliver | StepKind::Other => None,
    };
    let wants: &[StepKind] = match s.kind {
        StepKind::Receive | StepKind::Other => &[],
        StepKind::Accept => &[StepKind::Receive],
        StepKind::Review | StepKind::Survey | StepKind::Special => &[StepKind::Accept],
        StepKind::Decide => &[StepKind::Accept, StepKind::Review, StepKind::Survey, StepKind::Special],
        StepKind::Issue => &[StepKind::Decide],
        StepKind::Deliver => &[StepKind::Issue, StepKind::Decide],
    };
    // A result that the item orders the other way round by itself is left to it.
    let before = |o: &catalogue::Step| !o.after.contains(&s.id);
    let of = item.steps.iter().filter(|o| wants.contains(&o.kind) && o.id != s.id && before(o));
    needs.extend(of.filter_map(made));
    makes.extend(made(s));
}

fn material(m: &catalogue::Material) -> Value {
    let government = m.shared || m.source == Source::Government;
    json!({
        "id": m.id, "name": m.name, "source": if government { "government" } else { "applicant" },
        "issuer": m.issuer, "copies": m.copies, "original": m.originals,
        "necessity": if m.need == Need::Optional { "optional" } else { "required" },
        "promise": m.commitment, "defer": m.need == Need::Deferrable,
    })
}

/// The next version of an item after its redesign: orders that must stay, materials by their verdict, the promised
/// limit and the visits lowered. What a redesign says nothing of stays as it was.
pub fn next_version(item: &ServiceItem, model: &Model, r: &Redesign, from: Date) -> ServiceItem {
    let mut new = item.clone();
    new.version = item.version.saturating_add(1);
    (new.effective_from, new.effective_to) = (Some(from), None);
    let gone = |id: &str| r.dropped_steps.iter().any(|d| d.id == id && d.how == "dropped");
    new.steps.retain(|s| !gone(&s.id));
    for s in &mut new.steps {
        let before: Vec<_> = r.kept_orders.iter().filter(|o| o.to == s.id && o.drawn).collect();
        s.after = before.iter().map(|o| o.from.clone()).collect();
        let mut cites: Vec<&str> = before
            .iter()
            .filter(|o| o.ground == Ground::Law)
            .flat_map(|o| &o.cite)
            .map(String::as_str)
            .collect();
        cites.dedup();
        s.order_basis = cites.join(";");
    }
    // Steps that must follow what a dropped step followed keep that order through the kept ones already.
    new.materials.retain_mut(|m| match verdict_of(r, &m.name).map(|v| v.verdict) {
        Some(Verdict::Unused | Verdict::MadeByStep) => false,
        Some(Verdict::IssuedByGovernment) => {
            m.shared = true;
            true
        }
        Some(Verdict::Commitment) => {
            m.commitment = true;
            true
        }
        _ => true,
    });
    let left: Vec<String> = new.materials.iter().map(|m| m.id.clone()).collect();
    for s in &mut new.steps {
        s.consumes.retain(|c| left.contains(c) || item.material(c).is_none());
    }
    let days = r.after.working_days.ceil();
    let shorter = item.promised_limit.is_none_or(|l| f64::from(l.work_hours()) > days * 8.0);
    if days >= 1.0 && days <= f64::from(u16::MAX) && shorter {
        new.promised_limit = Some(Limit { amount: days as u16, unit: LimitUnit::WorkDay });
    }
    new.visits = new.visits.min(r.after.visits.round().clamp(0.0, 255.0) as u8);
    if new.visits == 0 {
        new.visit_reason.clear();
    }
    debug_assert!(model.steps.len() >= new.steps.len());
    new
}

fn verdict_of<'a>(r: &'a Redesign, name: &str) -> Option<&'a MaterialVerdict> {
    let name = normal(name);
    r.materials.iter().find(|m| normal(&m.name) == name)
}

fn num(x: f64) -> String {
    let r = (x * 100.0).round() / 100.0;
    if r.fract() == 0.0 { format!("{r:.0}") } else { format!("{r}") }
}

/// What changes for the applicant, one line each: limit, visits, fees, materials, forms.
pub fn guide_changes(r: &Redesign) -> Vec<Said> {
    let mut out = Vec::new();
    let mut line = |zh: &str, en: &str, before: f64, after: f64| {
        if (before - after).abs() > 1e-9 {
            let (b, a) = (num(before), num(after));
            out.push(Said::new(format!("{zh}：由 {b} 改为 {a}"), format!("{en}: {b} becomes {a}")));
        }
    };
    line("办理时限（工作日）", "Limit in working days", r.before.working_days, r.after.working_days);
    line("到现场次数", "Visits", r.before.visits, r.after.visits);
    line("费用（元）", "Fees in yuan", r.before.fees, r.after.fees);
    line("提交材料次数", "Hand-ins of materials", r.before.materials, r.after.materials);
    line("填写字段", "Fields to fill in", r.form_fields.before, r.form_fields.after);
    for m in r.materials.iter().filter(|m| m.verdict != Verdict::Keep) {
        out.push(Said::new(format!("{}:{}", m.name, m.verdict.zh()), format!("{}: {}", m.name, m.reason.en)));
    }
    for d in &r.dropped_steps {
        let (zh, en) =
            if d.how == "merged" { ("合并办理", "handled together") } else { ("取消", "goes") };
        out.push(Said::new(format!("环节“{}”{zh}", d.name), format!("step “{}” {en}", d.name)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_becomes_a_model_and_its_redesign_a_lawful_next_version() {
        let item = catalogue::sample::food_licence();
        let model = from_item(&item).unwrap();
        assert_eq!(model.steps.len(), item.steps.len());
        let law = model.orders.iter().find(|o| o.to == "s3").unwrap();
        assert_eq!((law.ground, law.cite.as_str()), (Ground::Law, "《食品经营许可和备案管理办法》第十八条"));
        assert!(model.orders.iter().filter(|o| o.to != "s3").all(|o| o.ground == Ground::Habit));
        let r = crate::redesign(&model).unwrap();
        assert_eq!(r.before.working_days, 8.0);
        let day: Date = "2026-12-01".parse().unwrap();
        let new = next_version(&item, &model, &r, day);
        assert_eq!((new.version, new.effective_from), (item.version + 1, Some(day)));
        assert_eq!(new.step("s3").unwrap().after, ["s2"]);
        assert_eq!(new.step("s5").unwrap().after, ["s4"], "nobody issues before the decision");
        assert_eq!(new.step("s4").unwrap().after, ["s3"], "the survey follows the review by law");
        let mut history = catalogue::History::default();
        let mut old = item.clone();
        old.effective_from = Some("2025-01-01".parse().unwrap());
        history.publish(old).unwrap();
        history.publish(new).unwrap();
        assert!(!guide_changes(&r).is_empty());
    }
}
