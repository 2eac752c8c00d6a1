//! 帮办代办文书: 受理单, 委托书, 材料交接清单, 中止单, 续办单, 办结（终止）单, as content. Made from the order as it stood after an
//! event on record; `paper` sets them.

use kernel::{Date, Moment};

use super::{Command, Happened, HelpKind, HelpOrder, Stage};
use crate::words::words;

words! {
    /// The papers.
    inherent PaperKind {
        Acceptance = "acceptance", "帮办代办受理单";
        Mandate = "mandate", "委托书";
        Sheets = "sheets", "材料交接清单";
        Suspension = "suspension", "帮办代办中止单";
        Resumption = "resumption", "帮办代办续办单";
        Completion = "completion", "帮办代办办结（终止）单";
    }
}

/// What stands on each of them.
pub const FREE: &str = "帮办代办自愿、免费，不向申请人收取任何费用；申请人对所提交材料的真实性、合法性负责，办理结果由审批部门依法决定。";

/// Who the applicant is; as much of it as the reader may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applicant {
    /// 姓名
    pub name: String,
    /// 电话
    pub phone: String,
    /// 证件号
    pub id_number: String,
    /// 住址
    pub address: String,
}

/// What a paper says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpPaper {
    /// which
    pub kind: PaperKind,
    /// its number: that of the order and of the event
    pub number: String,
    /// the body before the table
    pub lines: Vec<String>,
    /// the head of the table
    pub head: Vec<String>,
    /// its rows; empty: no table
    pub rows: Vec<Vec<String>>,
    /// the body after the table
    pub after: Vec<String>,
    /// of which day
    pub date: Date,
}

fn zh(d: Date) -> String {
    format!("{}年{}月{}日", d.year(), d.month(), d.day())
}

fn blank(text: &str) -> String {
    if text.trim().is_empty() { "＿＿＿＿＿＿＿＿".to_owned() } else { text.to_owned() }
}

/// Which papers an event makes; `o` is the order as it stood after it.
pub fn made_by(o: &HelpOrder, happened: &Happened) -> Vec<PaperKind> {
    let mut out = match happened.asked {
        // A mandate is signed before an order is accepted: its form is there from the beginning.
        Command::Ask { .. } if o.kind == HelpKind::ActFor => vec![PaperKind::Mandate],
        Command::Accept { .. } => vec![PaperKind::Acceptance],
        Command::Suspend { .. } | Command::Lapse {} => vec![PaperKind::Suspension],
        Command::Resume { .. } => vec![PaperKind::Resumption],
        Command::Finish { .. } | Command::End { .. } => vec![PaperKind::Completion],
        Command::Receive { .. } | Command::GiveBack { .. } | Command::Acknowledge {} => {
            vec![PaperKind::Sheets]
        }
        _ => Vec::new(),
    };
    if happened.asked.mandate().is_some() {
        out.push(PaperKind::Mandate);
    }
    out
}

fn about(o: &HelpOrder, who: &Applicant) -> Vec<Vec<String>> {
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let mut out = vec![
        row("申请人", blank(&who.name)),
        row("联系电话", blank(&who.phone)),
        row("办理事项", o.name.clone()),
        row("帮办方式", o.kind.zh().to_owned()),
    ];
    if o.kind == HelpKind::Door {
        out.push(row("上门地址", blank(&who.address)));
    }
    if let Some(v) = &o.visit {
        out.push(row("约定上门", format!("{} {}", zh(v.day), v.hours)));
    }
    if let Some(h) = &o.helper {
        out.push(row("帮办员", h.name.clone()));
    }
    out
}

fn mandate(o: &HelpOrder, who: &Applicant, out: &mut HelpPaper) {
    let m = o.mandate.as_ref();
    let of = |text: Option<&str>| blank(text.unwrap_or_default());
    let day = |d: Option<Date>| d.map_or_else(|| "＿＿＿＿年＿＿月＿＿日".to_owned(), zh);
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    out.lines.push(format!("本人自愿委托下列受托人代为办理以下事项（单号 {}）：", o.number));
    out.rows = vec![
        row("委托人", blank(&who.name)),
        row("证件号码", blank(&who.id_number)),
        row("联系电话", blank(&who.phone)),
        row("受托人", of(m.map(|m| m.agent_name.as_str()))),
        row("委托事项", m.map_or_else(|| o.name.clone(), |m| m.matter.clone())),
        row("委托范围", of(m.map(|m| m.scope.as_str()))),
        row("委托期限", format!("{}至{}", day(m.map(|m| m.signed)), day(m.map(|m| m.until)))),
    ];
    out.rows.push(row(
        "约定",
        "受托人在上述范围和期限内办理的行为，本人予以认可；期满委托自行终止，本人可以随时撤回。".to_owned(),
    ));
    out.rows
        .push(row("签名", "委托人：＿＿＿＿＿＿＿　受托人：＿＿＿＿＿＿＿　日期：＿＿＿＿＿＿＿".to_owned()));
}

fn sheets(o: &HelpOrder, out: &mut HelpPaper) {
    let day = |m: Moment, both: bool| format!("{}{}", zh(m.date()), if both { "" } else { "（待确认）" });
    out.lines.push(format!("“{}”（单号 {}）的材料交接情况如下：", o.name, o.number));
    out.head = ["材料", "原件/复印件", "份数", "交来", "还回"].map(str::to_owned).to_vec();
    out.rows = o
        .papers
        .iter()
        .map(|s| {
            vec![
                s.line.name.clone(),
                if s.line.original { "原件" } else { "复印件" }.to_owned(),
                s.line.pieces.to_string(),
                day(s.handed, s.handed_both),
                s.back.map_or_else(String::new, |b| day(b, s.back_both)),
            ]
        })
        .collect();
    out.after.push("申请人（签名）：＿＿＿＿　帮办员（签名）：＿＿＿＿".to_owned());
}

/// One paper of the order as it stood after an event; `ver` is the version that the event made.
pub fn paper(
    kind: PaperKind,
    o: &HelpOrder,
    happened: &Happened,
    (ver, at): (i64, Moment),
    who: &Applicant,
) -> HelpPaper {
    let mut out = HelpPaper {
        kind,
        number: format!("{}-{ver}", o.number),
        lines: Vec::new(),
        head: vec!["项目".to_owned(), "内容".to_owned()],
        rows: Vec::new(),
        after: Vec::new(),
        date: at.date(),
    };
    let name = blank(&who.name);
    let matter = format!("{name}申请的“{}”{}（单号 {}）", o.name, o.kind.zh(), o.number);
    match kind {
        PaperKind::Acceptance => {
            out.lines.push(format!("{matter}，现予受理。"));
            out.rows = about(o, who);
            if !o.exception.is_empty() {
                out.rows.push(vec!["破例受理的理由".to_owned(), o.exception.clone()]);
            }
        }
        PaperKind::Mandate => mandate(o, who, &mut out),
        PaperKind::Sheets => sheets(o, &mut out),
        PaperKind::Suspension => {
            out.lines.push(format!("{matter}，现中止办理。"));
            out.lines.push(format!("理由：{}", o.reason));
            out.lines.push(
                "中止的事由消除后续办；委托期满的，重新签署委托书后续办。申请人也可以撤回。".to_owned(),
            );
        }
        PaperKind::Resumption => {
            out.lines.push(format!("{matter}，自{}起续办。", zh(at.date())));
            if let Command::Resume { note, .. } = &happened.asked {
                out.lines.push(format!("情况：{note}"));
            }
        }
        PaperKind::Completion => {
            let ended = o.stage == Stage::Ended;
            out.lines.push(format!("{matter}，现{}。", if ended { "终止" } else { "办结" }));
            let said = if ended { ("理由", &o.reason) } else { ("办理情况", &o.done) };
            out.lines.push(format!("{}：{}", said.0, said.1));
            if !o.kept.is_empty() {
                out.lines.push(format!("尚有 {} 件原件未还回，原因：{}", o.originals_out(), o.kept));
            } else if !o.papers.is_empty() {
                out.lines.push("交来的原件已全部还回。".to_owned());
            }
            out.after.push("申请人（签名）：＿＿＿＿＿＿＿＿".to_owned());
        }
    }
    // In a table of two columns it is a line of it: each of these papers is one page.
    if out.rows.is_empty() || out.head.len() > 2 {
        out.after.push(FREE.to_owned());
    } else {
        out.rows.push(vec!["说明".to_owned(), FREE.to_owned()]);
    }
    out
}
