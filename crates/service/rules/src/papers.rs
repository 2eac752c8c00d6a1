//! 文书 (K8): the papers of an application as content: 收件凭证, 受理通知书, 补正告知书, 不予受理决定书, 特别程序告知书, 延期
//! 告知书, 决定书, 送达回证. Made from the event that is on record and from nothing else; `paper` sets them.

use catalogue::Need;
use kernel::{Date, Moment};

use crate::application::Application;
use crate::command::Command;
use crate::happened::Happened;
use crate::words::{Word as _, words};

words! {
    /// The papers.
    PaperKind {
        Receipt = "receipt", "申请材料收件凭证";
        Acceptance = "acceptance", "受理通知书";
        Correction = "correction", "一次性补正告知书";
        Refusal = "refusal", "不予受理决定书";
        Special = "special", "特别程序告知书";
        Extension = "extension", "延长办理期限告知书";
        Decision = "decision", "行政审批决定书";
        Delivery = "delivery", "送达回证";
    }
}

/// What a paper says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// which
    pub kind: PaperKind,
    /// its number: that of the application and of the event
    pub number: String,
    /// 主送: the applicant
    pub to: String,
    /// the body
    pub lines: Vec<String>,
    /// what it lists, in a table of two columns; empty: none
    pub list: Vec<(String, String)>,
    /// who signs it
    pub org: kernel::UnitId,
    /// of which day
    pub date: Date,
}

/// What a paper needs to know that is not in the application.
#[derive(Clone, Debug)]
pub struct About<'a> {
    /// 申请人
    pub applicant: &'a str,
    /// last day of the promised limit, at the event
    pub due: Option<Moment>,
    /// the unit that acted
    pub unit: Option<kernel::UnitId>,
}

/// Which paper an event makes, if any.
pub const fn kind_of(asked: &Command) -> Option<PaperKind> {
    Some(match asked {
        Command::Receive {} => PaperKind::Receipt,
        Command::Accept {} | Command::AcceptBySilence {} => PaperKind::Acceptance,
        Command::TellCorrection { .. } => PaperKind::Correction,
        Command::Refuse { .. } => PaperKind::Refusal,
        Command::Pause { .. } => PaperKind::Special,
        Command::Extend { .. } => PaperKind::Extension,
        Command::Decide { .. } => PaperKind::Decision,
        Command::Deliver { .. } => PaperKind::Delivery,
        _ => return None,
    })
}

fn zh(d: Date) -> String {
    format!("{}年{}月{}日", d.year(), d.month(), d.day())
}

/// The paper of an event; `a` is the application as it stood after it, `ver` the version it made.
pub fn paper(a: &Application, happened: &Happened, ver: i64, at: Moment, about: &About<'_>) -> Option<Paper> {
    let kind = kind_of(&happened.asked)?;
    let b = &a.basis;
    let (name, today) = (&b.name, at.date());
    let mut lines = Vec::new();
    let mut list = Vec::new();
    let mut org = about.unit.unwrap_or(b.reception);
    let due = about.due.map(|d| zh(d.date()));
    match &happened.asked {
        Command::Receive {} => {
            lines.push(format!("您提交的“{name}”申请（办件编号 {}）已收到。收到的材料如下：", a.number));
            list = materials(a);
            lines.push(
                "本单位将自收到之日起五个工作日内告知是否受理；需要补正的，一次告知全部内容；逾期不告知的，自收到之日起即为受理。"
                    .to_owned(),
            );
        }
        Command::Accept {} | Command::AcceptBySilence {} => {
            org = b.lead;
            let silent = matches!(happened.asked, Command::AcceptBySilence {});
            let law = "《中华人民共和国行政许可法》第三十二条";
            lines.push(if silent {
                format!("您申请的“{name}”（办件编号 {}）在规定期限内未告知补正，依据{law}，自收到申请材料之日起即为受理。", a.number)
            } else {
                format!("您申请的“{name}”（办件编号 {}）材料齐全、符合法定形式，依据{law}，决定予以受理。", a.number)
            });
            let limit = b.promised.zh();
            lines.push(match due {
                Some(day) => format!("承诺办理时限为{limit}，将于{day}前作出决定；听证、检验、检测、检疫、鉴定和专家评审等所需时间不计算在内，需要时另行书面告知。"),
                None => format!("承诺办理时限为{limit}。"),
            });
            if b.is_joint() {
                lines.push("本件为“一件事”联合办理，各单位同时办理，统一送达结果：".to_owned());
                list = b.parts.iter().map(|p| (p.name.clone(), p.result.clone())).collect();
            }
        }
        Command::TellCorrection { lacks, advice } => {
            lines.push(format!(
                "您申请的“{name}”（办件编号 {}）需要补正以下内容，依据《中华人民共和国行政许可法》第三十二条第一款第四项一次性告知：",
                a.number
            ));
            list = lacks.iter().map(|l| (label(a, &l.what), l.words.clone())).collect();
            lines.push(match due {
                Some(day) => format!("请于{day}前一次补齐。逾期未补正的，本次申请失效，可以重新申请。补齐后自收到之日起计算受理。"),
                None => "请一次补齐。".to_owned(),
            });
            if !advice.is_empty() {
                lines.push(advice.clone());
            }
        }
        Command::Refuse { ground, reason, remedy } => {
            lines.push(format!(
                "您申请的“{name}”（办件编号 {}），经审查：{}。决定不予受理。",
                a.number,
                ground.zh()
            ));
            lines.push(format!("理由：{reason}"));
            lines.push(format!("救济途径和建议：{remedy}"));
        }
        Command::Pause { kind, days, notice } => {
            lines.push(format!(
                "您申请的“{name}”（办件编号 {}）需要进行{}，所需时间为{days}个工作日，依据《中华人民共和国行政许可法》第四十五条不计算在办理期限内。",
                a.number,
                kind.zh()
            ));
            lines.push(notice.clone());
        }
        Command::Extend { days, reason } => {
            lines.push(format!(
                "您申请的“{name}”（办件编号 {}）在期限内不能作出决定，依据《中华人民共和国行政许可法》第四十二条，经批准延长{days}个工作日。",
                a.number
            ));
            lines.push(format!("理由：{reason}"));
        }
        Command::Decide { task, granted, reason, remedy } => {
            let part = b.task(task).and_then(|t| b.parts.get(t.part));
            let item = part.map_or(name.as_str(), |p| p.name.as_str());
            org = part.map_or(org, |p| p.unit);
            let what = if *granted { "准予" } else { "不予" };
            lines.push(format!("您申请的“{item}”（办件编号 {}），经审查，决定{what}。", a.number));
            lines.push(format!("理由和依据：{reason}"));
            if !remedy.is_empty() {
                lines.push(format!("救济途径：{remedy}"));
            }
        }
        Command::Deliver { delivery, trace } => {
            lines.push(format!("“{name}”（办件编号 {}）的办理结果以{}方式送达。", a.number, delivery.zh()));
            lines.push(format!("签收人、邮件号或电子送达地址：{trace}"));
            list = b
                .parts
                .iter()
                .zip(&a.parts)
                .map(|(p, s)| {
                    let what = if s.granted == Some(true) { "准予" } else { "不予" };
                    let certificate = if s.certificate.is_empty() {
                        what.to_owned()
                    } else {
                        format!("{what}，{}", s.certificate)
                    };
                    (p.name.clone(), certificate)
                })
                .collect();
        }
        _ => return None,
    }
    Some(Paper {
        kind,
        number: format!("{}-{ver}", a.number),
        to: about.applicant.to_owned(),
        lines,
        list,
        org,
        date: today,
    })
}

/// The name of a material or field.
pub fn label(a: &Application, what: &str) -> String {
    let material = a.basis.wanted(what).map(|w| w.name.clone());
    let field = || a.basis.fields.iter().find(|f| f.code == what).map(|f| f.name.clone());
    material.or_else(field).unwrap_or_else(|| what.to_owned())
}

fn materials(a: &Application) -> Vec<(String, String)> {
    a.basis
        .materials
        .iter()
        .zip(&a.materials)
        .filter(|(w, m)| m.how.is_some() || w.need != Need::Optional)
        .map(|(w, m)| (w.name.clone(), m.how.as_ref().map_or("未交", |h| h.way().zh()).to_owned()))
        .collect()
}
