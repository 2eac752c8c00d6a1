//! 办理表单: one table from every act that a person can do to the fields of its form, and from the posted
//! fields back to the command. Must not know who may do it or when: that is the loop table.

use std::sync::Arc;

use city::{Error, Office};
use kernel::UnitId;
use resolve::{
    Act, ArriveWay, Case, Cause, Command, Complexity, Kind, Level, PauseReason, RefuseReason, ReturnReason,
    Satisfaction, Solved, Stage, StepState, Word,
};
use serde_json::{Map, Value, json};
use web_kit::{Fields, Lang, Opt, Words as _, date_of, moment_of, word};

use crate::Page;
use crate::texts::Texts;

/// A label in the reader's language.
pub type Label = fn(&'static Texts) -> &'static str;
/// The choice of a closed vocabulary.
pub type Choice = fn(Lang) -> Vec<(String, String)>;

/// What a field takes.
#[derive(Clone, Copy)]
pub enum Input {
    /// one line
    Line,
    /// several lines
    Area,
    /// a long text, the main thing of the form
    Big,
    /// a number of days
    Days,
    /// a day
    Date,
    /// a day and a time
    Moment,
    /// one word of a vocabulary
    Pick(Choice),
    /// one unit, by name
    Unit,
    /// several units
    Units,
    /// a co-handler of this case
    CoUnit,
    /// an open order of this case
    Order,
    /// an open task of this case
    Task,
    /// a step under way of this case
    OpenStep,
    /// a step of this case that waits to be struck off
    DoneStep,
    /// dated steps
    Steps,
    /// dated tasks for units
    Tasks,
}

/// One field of a form.
#[derive(Clone, Copy)]
pub struct Field {
    /// name in the command
    pub name: &'static str,
    /// its label
    pub label: Label,
    /// what it takes
    pub input: Input,
    /// may not be empty
    pub must: bool,
}

impl Field {
    /// Does somebody write sentences into it?
    pub fn is_words(&self) -> bool {
        matches!(self.input, Line | Area | Big)
    }
}

/// The form of one act.
#[derive(Clone, Copy)]
pub struct ActForm {
    /// which
    pub act: Act,
    /// cannot be taken back easily: asks for a tick
    pub risk: bool,
    /// its fields
    pub fields: &'static [Field],
}

fn words<W: Word>(lang: Lang) -> Vec<(String, String)> {
    W::ALL.iter().map(|w| (w.word().to_owned(), word(lang, *w))).collect()
}

const fn must(name: &'static str, label: Label, input: Input) -> Field {
    Field { name, label, input, must: true }
}
const fn may(name: &'static str, label: Label, input: Input) -> Field {
    Field { name, label, input, must: false }
}
const fn plain(act: Act, fields: &'static [Field]) -> ActForm {
    ActForm { act, risk: false, fields }
}
const fn risky(act: Act, fields: &'static [Field]) -> ActForm {
    ActForm { act, risk: true, fields }
}

use Input::{Area, Big, CoUnit, Date, Days, DoneStep, Line, Moment, OpenStep, Order, Pick, Steps, Task};
use Input::{Tasks, Unit, Units};

/// The forms, in the order in which a page offers them: what moves the case on comes first.
#[rustfmt::skip]
pub const FORMS: &[ActForm] = &[
    plain(Act::Take, &[]),
    plain(Act::Arrive, &[must("way", |t| t.f_arrive_way, Pick(words::<ArriveWay>)), may("code", |t| t.f_arrive_code, Line), may("note", |t| t.f_note, Line)]),
    plain(Act::Dispatch, &[must("unit", |t| t.f_unit, Unit), may("note", |t| t.f_note_unit, Area)]),
    plain(Act::Accept, &[]),
    plain(Act::Arbitrate, &[must("unit", |t| t.f_unit, Unit), must("ground", |t| t.f_ground, Area)]),
    plain(Act::ApproveNegative, &[]),
    plain(Act::SendBackNegative, &[must("reason", |t| t.f_reason, Area)]),
    plain(Act::Reply, &[must("text", |t| t.f_reply, Big), may("basis", |t| t.f_basis, Line)]),
    plain(Act::Callback, &[must("solved", |t| t.f_solved, Pick(words::<Solved>)), may("satisfied", |t| t.f_satisfied, Pick(words::<Satisfaction>)), may("words", |t| t.f_their_words, Area)]),
    plain(Act::MissedCall, &[may("note", |t| t.f_tried, Line)]),
    plain(Act::Archive, &[may("cause", |t| t.f_cause, Pick(words::<Cause>)), may("summary", |t| t.f_summary, Line)]),
    plain(Act::AnswerOnSpot, &[must("text", |t| t.f_answer, Big)]),
    plain(Act::Conclude, &[must("minutes", |t| t.f_minutes, Big), must("lead", |t| t.f_lead, Unit), may("tasks", |t| t.f_tasks, Tasks)]),
    plain(Act::ComeBack, &[must("answer", |t| t.f_answer_above, Big), may("basis", |t| t.f_basis, Line)]),
    plain(Act::StrikeOff, &[must("step", |t| t.f_step, DoneStep), must("checked", |t| t.f_checked, Area)]),
    plain(Act::RejectStep, &[must("step", |t| t.f_step, DoneStep), must("reason", |t| t.f_reason, Area)]),
    plain(Act::FinishStep, &[must("step", |t| t.f_step, OpenStep), must("evidence", |t| t.f_evidence, Area)]),
    plain(Act::FinishTask, &[must("task", |t| t.f_task, Task), must("text", |t| t.f_done, Area)]),
    plain(Act::CoReply, &[must("text", |t| t.f_done, Area)]),
    plain(Act::AnswerOrder, &[must("order", |t| t.f_order, Order), must("text", |t| t.f_answer, Area)]),
    plain(Act::GrantExtension, &[must("days", |t| t.f_days, Days)]),
    plain(Act::DenyExtension, &[must("reason", |t| t.f_reason, Area)]),
    plain(Act::Resume, &[may("note", |t| t.f_note, Line)]),
    plain(Act::AskExtension, &[must("days", |t| t.f_days, Days), must("reason", |t| t.f_reason, Area)]),
    plain(Act::Pause, &[must("reason", |t| t.f_pause_reason, Pick(words::<PauseReason>)), must("until", |t| t.f_until, Date), must("notice", |t| t.f_notice, Area)]),
    plain(Act::Plan, &[must("steps", |t| t.f_steps, Steps)]),
    plain(Act::Return, &[must("reason", |t| t.f_return_reason, Pick(words::<ReturnReason>)), must("evidence", |t| t.f_evidence, Area), may("suggest", |t| t.f_suggest, Unit)]),
    plain(Act::ReplyNegative, &[must("text", |t| t.f_reply, Big), must("basis", |t| t.f_basis_must, Line), must("instead", |t| t.f_instead, Area)]),
    plain(Act::Remind, &[must("words", |t| t.f_remind, Area)]),
    plain(Act::Supervise, &[must("words", |t| t.f_ordered, Area), must("answer_by", |t| t.f_answer_by, Date)]),
    plain(Act::AddCo, &[must("unit", |t| t.f_co_unit, Unit), must("task", |t| t.f_co_task, Area)]),
    plain(Act::DropCo, &[must("unit", |t| t.f_co_unit, CoUnit), must("reason", |t| t.f_reason, Area)]),
    plain(Act::Confer, &[must("units", |t| t.f_units, Units), must("meets", |t| t.f_meets, Moment), must("topic", |t| t.f_topic, Area)]),
    plain(Act::Escalate, &[must("level", |t| t.f_level, Pick(words::<Level>)), must("office", |t| t.f_office, Line), must("question", |t| t.f_question, Area)]),
    plain(Act::Redispatch, &[must("unit", |t| t.f_unit, Unit), must("reason", |t| t.f_reason, Area)]),
    plain(Act::Amend, &[may("kind", |t| t.f_kind, Pick(words::<Kind>)), may("complexity", |t| t.f_complexity, Pick(words::<Complexity>)), may("cause", |t| t.f_cause, Pick(words::<Cause>)), may("item", |t| t.f_item, Line), may("title", |t| t.f_title, Line), must("reason", |t| t.f_reason, Area)]),
    plain(Act::AddWords, &[must("words", |t| t.f_add_words, Area)]),
    plain(Act::Note, &[must("words", |t| t.f_note_staff, Area)]),
    plain(Act::Unmerge, &[must("reason", |t| t.f_reason, Area)]),
    risky(Act::Merge, &[must("into", |t| t.f_into, Line)]),
    risky(Act::Reopen, &[must("reason", |t| t.f_reason, Area)]),
    risky(Act::Refuse, &[must("reason", |t| t.f_refuse_reason, Pick(words::<RefuseReason>)), must("explain", |t| t.f_explain, Area), must("where_to", |t| t.f_where_to, Area)]),
    risky(Act::Backfill, &[must("text", |t| t.f_reply, Big)]),
];

/// Acts that are seldom needed: a page offers them under “其他操作”.
pub const RARE: &[Act] = &[
    Act::Pause,
    Act::Confer,
    Act::Escalate,
    Act::Redispatch,
    Act::AddCo,
    Act::DropCo,
    Act::Amend,
    Act::AddWords,
    Act::Unmerge,
    Act::Merge,
    Act::Reopen,
    Act::Refuse,
    Act::Backfill,
];

/// Acts that have no form here: the system does them, the other side of a merge does, or a page of their own.
pub const WITHOUT_FORM: &[Act] = &[
    Act::Register,
    Act::Absorb,
    Act::Release,
    Act::WarnYellow,
    Act::WarnRed,
    Act::Recompute,
    Act::PrintReceipt,
    Act::HandOver,
    Act::PeerAccept,
    Act::PeerReturn,
    Act::PeerAnswer,
    Act::PeerCallback,
];

/// The form of an act.
pub fn form_of(act: Act) -> Option<&'static ActForm> {
    FORMS.iter().find(|f| f.act == act)
}

/// The label of a field wherever an event shows it.
pub fn label_of(act: Act, name: &str, t: &'static Texts) -> Option<&'static str> {
    form_of(act)?.fields.iter().find(|f| f.name == name).map(|f| (f.label)(t))
}

/// Most rows of a form with rows.
pub const ROWS: usize = 6;

fn bad(name: &str, zh: impl Into<String>, en: impl Into<String>) -> Error {
    Error::invalid(name, zh, en)
}

fn unit(office: &Office, name: &str, text: &str) -> Result<UnitId, Error> {
    let found = office.unit_called(text).filter(|u| u.active).map(|u| u.id);
    found.ok_or_else(|| {
        let text: String = text.chars().take(40).collect();
        bad(
            name,
            format!("没有单位“{text}”，请从列表中选择单位全称或简称"),
            format!("there is no unit “{text}”: choose one from the list"),
        )
    })
}

fn number(name: &str, text: &str) -> Result<Value, Error> {
    let n: Option<u32> = text.parse().ok();
    n.map(|n| json!(n)).ok_or_else(|| bad(name, "请填写数字", "this must be a number"))
}

fn day(name: &str, text: &str) -> Result<Value, Error> {
    let d = date_of(text);
    d.map(|d| json!(d))
        .ok_or_else(|| bad(name, "请填写日期，如 2026-09-30", "this must be a date, like 2026-09-30"))
}

/// Rows of a field: what stands in each of its parts.
fn rows<'a, const N: usize>(fields: &'a Fields, name: &str, parts: [&str; N]) -> Vec<[&'a str; N]> {
    let columns = parts.map(|part| {
        let full = format!("{name}.{part}");
        let column: Vec<&str> =
            fields.0.iter().filter(|(n, _)| *n == full).map(|(_, v)| v.trim()).take(50).collect();
        column
    });
    let n = columns.iter().map(Vec::len).max().unwrap_or(0);
    let row = |i: usize| std::array::from_fn(|c| columns[c].get(i).copied().unwrap_or_default());
    (0..n).map(row).filter(|r: &[&str; N]| r.iter().any(|v| !v.is_empty())).collect()
}

/// The value of one field; none when it is empty and may be.
fn value(field: &Field, fields: &Fields, office: &Office) -> Result<Option<Value>, Error> {
    let name = field.name;
    let text = fields.get(name);
    let empty = || {
        let (zh, en) = ((field.label)(Texts::of(Lang::Zh)), (field.label)(Texts::of(Lang::En)));
        bad(name, format!("请填写“{zh}”"), format!("please fill in “{en}”"))
    };
    let got = match field.input {
        Steps => {
            let mut steps = Vec::new();
            for [what, due] in rows(fields, name, ["what", "due"]) {
                steps.push(json!({ "what": what, "due": day(name, due)? }));
            }
            (!steps.is_empty()).then_some(Value::Array(steps))
        }
        Tasks => {
            let mut tasks = Vec::new();
            for [who, what, due] in rows(fields, name, ["unit", "what", "due"]) {
                tasks.push(json!({ "unit": unit(office, name, who)?, "what": what, "due": day(name, due)? }));
            }
            return Ok(Some(Value::Array(tasks)));
        }
        Units => {
            let all: Result<Vec<_>, _> = fields.all(name).iter().map(|u| unit(office, name, u)).collect();
            Some(all?).filter(|u| !u.is_empty()).map(|u| json!(u))
        }
        _ if text.is_empty() => None,
        Line | Area | Big | Pick(_) => Some(json!(text)),
        Unit | CoUnit => Some(json!(unit(office, name, text)?)),
        Days | Order | Task | OpenStep | DoneStep => Some(number(name, text)?),
        Date => Some(day(name, text)?),
        Moment => {
            let at = moment_of(text);
            Some(json!(at.ok_or_else(|| bad(name, "请填写日期和时间", "this must be a date and time"))?))
        }
    };
    if field.must && got.is_none() { Err(empty()) } else { Ok(got) }
}

/// The command that a posted form asks for.
///
/// # Errors
/// [`Error::Invalid`] with the name of the field that is wrong.
pub fn read(form: &ActForm, fields: &Fields, office: &Office) -> Result<Command, Error> {
    let mut map = Map::new();
    map.insert("act".into(), json!(form.act.word()));
    for field in form.fields {
        if let Some(value) = value(field, fields, office)? {
            map.insert(field.name.into(), value);
        }
    }
    if form.risk && !fields.has("sure") {
        return Err(bad("sure", "请勾选确认后再提交", "tick the box to confirm, then submit"));
    }
    serde_json::from_value(Value::Object(map)).map_err(|_| {
        bad("form", "表单内容不合规，请检查各项", "the form does not hold together: check its fields")
    })
}

/// A field as shown.
#[derive(Clone, Debug)]
pub struct FieldView {
    /// name
    pub name: &'static str,
    /// id on the page
    pub id: String,
    /// label
    pub label: &'static str,
    /// may not be empty
    pub must: bool,
    /// which input of the template
    pub kind: &'static str,
    /// what stands in it
    pub value: String,
    /// what can be chosen
    pub opts: Vec<Opt>,
    /// rows of a field with rows, or the values of one with several
    pub rows: Vec<[String; 3]>,
    /// it is the field that was wrong
    pub wrong: bool,
}

/// A form as shown.
#[derive(Clone, Debug)]
pub struct FormView {
    /// code word of the act
    pub act: &'static str,
    /// name of the act
    pub title: String,
    /// asks for a tick
    pub risk: bool,
    /// seldom needed: folded under the others
    pub rare: bool,
    /// shown open
    pub open: bool,
    /// what was wrong
    pub error: String,
    /// chooses a unit: what was proposed is posted with it
    pub chooses: bool,
    /// holds a reply that can be checked before it is sent
    pub replies: bool,
    /// name of its draft
    pub draft: String,
    /// when a draft of it was kept, and the address that shows it
    pub kept: Option<(String, String)>,
    /// fields
    pub fields: Vec<FieldView>,
    /// files may come with it
    pub files: bool,
    /// files that were brought before and wait
    pub waiting: Vec<city::Uploaded>,
}

fn case_choice(input: Input, case: &Case, office: &Office, mine: Option<UnitId>) -> Vec<(String, String)> {
    let numbered = |i: usize, text: &str| ((i + 1).to_string(), format!("{}. {text}", i + 1));
    let steps = |state: StepState| match &case.stage {
        Stage::Rectifying { steps, .. } => {
            let with = steps.iter().enumerate().filter(move |(_, s)| s.state == state);
            with.map(|(i, s)| numbered(i, &s.what)).collect()
        }
        _ => Vec::new(),
    };
    match input {
        Order => {
            let open = case.orders.iter().enumerate().filter(|(_, o)| !o.answered);
            open.map(|(i, o)| numbered(i, &o.words)).collect()
        }
        Task => {
            let open = case.tasks.iter().enumerate().filter(|(_, t)| !t.done && Some(t.unit) == mine);
            open.map(|(i, t)| numbered(i, &t.what)).collect()
        }
        OpenStep => steps(StepState::Open),
        DoneStep => steps(StepState::Finished),
        CoUnit => {
            let names = case.co.iter().filter(|c| !c.done).map(|c| office.unit_name(c.unit));
            names.map(|n| (n.clone(), n)).collect()
        }
        _ => Vec::new(),
    }
}

/// The form of an act for a page. `sent` is what was posted before and refused.
pub fn show(
    form: &ActForm,
    page: &Page,
    case: &Case,
    office: &Arc<Office>,
    mine: Option<UnitId>,
    sent: Option<(&Fields, Option<&Error>)>,
) -> FormView {
    let wrong = sent.and_then(|(_, e)| e).and_then(|e| match e {
        Error::Invalid { field, .. } => Some(field.clone()),
        Error::Refused(r) => r.field.clone(),
        _ => None,
    });
    // Why it failed is asked when it is filed, of those cases that failed and where nobody has said it.
    let cause = |f: &&Field| form.act == Act::Archive && f.name == "cause";
    let asked = form.fields.iter().filter(|f| !cause(f) || case.owes_cause());
    let fields = asked.map(|f| {
        let must = f.must || cause(&f);
        let value = sent.map_or_else(String::new, |(s, _)| s.get(f.name).to_owned());
        let choice = match f.input {
            Pick(words) => words(page.lang),
            other => case_choice(other, case, office, mine),
        };
        let alone = choice.len() == 1 && must;
        let opts = choice.into_iter().map(|(v, label)| Opt { on: v == value || alone, value: v, label });
        let mut value = value.clone();
        if matches!((form.act, f.input), (Act::GrantExtension, Days)) && value.is_empty() {
            value = case.extension.as_ref().map_or_else(String::new, |e| e.days.to_string());
        }
        FieldView {
            name: f.name,
            id: format!("{}-{}", form.act.word(), f.name),
            label: (f.label)(page.t),
            must,
            kind: kind_of(f.input),
            opts: opts.collect(),
            rows: rows_of(f, sent.map(|(s, _)| s)),
            wrong: wrong.as_deref() == Some(f.name),
            value,
        }
    });
    FormView {
        act: form.act.word(),
        title: word(page.lang, form.act),
        risk: form.risk,
        rare: RARE.contains(&form.act),
        open: sent.is_some(),
        error: sent.and_then(|(_, e)| e).map_or_else(String::new, |e| web_kit::explain(page, e)),
        chooses: matches!(form.act, Act::Dispatch | Act::Redispatch | Act::Arbitrate),
        replies: matches!(form.act, Act::Reply | Act::ReplyNegative | Act::AnswerOnSpot),
        draft: format!("case/{}/{}", case.number, form.act.word()),
        kept: None,
        fields: fields.collect(),
        files: form.fields.iter().any(|f| matches!(f.input, Area | Big)),
        waiting: Vec::new(),
    }
}

fn rows_of(field: &Field, sent: Option<&Fields>) -> Vec<[String; 3]> {
    let mut out: Vec<[String; 3]> = match (field.input, sent) {
        (Units, Some(s)) => {
            s.all(field.name).into_iter().map(|u| [u.to_owned(), String::new(), String::new()]).collect()
        }
        (Steps | Tasks, Some(s)) => {
            let sent = rows(s, field.name, ["unit", "what", "due"]);
            sent.into_iter().map(|r| r.map(str::to_owned)).collect()
        }
        _ => Vec::new(),
    };
    if matches!(field.input, Units | Steps | Tasks) {
        out.resize(ROWS.max(out.len()), Default::default());
    }
    out
}

const fn kind_of(input: Input) -> &'static str {
    match input {
        Line => "line",
        Area => "area",
        Big => "big",
        Days => "days",
        Date => "date",
        Moment => "moment",
        Pick(_) | CoUnit | Order | Task | OpenStep | DoneStep => "pick",
        Unit => "unit",
        Units => "units",
        Steps => "steps",
        Tasks => "tasks",
    }
}
