//! 办理经过: what happened to a case, event by event, as people read it.

use city::Office;
use resolve::{Act, Command};
use resolve_acts::EventView;
use serde_json::Value;
use web_kit::{Lang, date_of, day, when, word};

use crate::{Page, acts};

/// What an event says besides who and when.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub label: String,
    pub value: String,
}

/// One event as shown.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub at: String,
    pub who: String,
    pub act: String,
    pub stage: String,
    pub system: bool,
    pub said: Vec<Said>,
    pub files: Vec<FileView>,
}

/// A file as shown.
#[derive(Clone, Debug)]
pub(crate) struct FileView {
    pub hash: String,
    pub name: String,
    pub size: String,
    /// a picture that is small enough to be shown at once
    pub shown: bool,
}

/// Bytes of a picture that is shown in the timeline.
const SHOWN_MOST: i64 = 2 << 20;

pub(crate) fn file_view(f: &kernel::FileRef) -> FileView {
    let kib = (f.size + 1023) / 1024;
    let size = if kib >= 1024 { format!("{:.1} MB", kib as f64 / 1024.0) } else { format!("{kib} KB") };
    let shown = f.kind.starts_with("image/") && f.size <= SHOWN_MOST;
    FileView { hash: f.hash.clone(), name: f.name.clone(), size, shown }
}

/// Events as the timeline shows them: what the system put on record between two acts of people stands folded.
pub(crate) struct Lines {
    /// what is folded, in words; empty when nothing is
    pub folded: String,
    pub lines: Vec<Line>,
}

pub(crate) fn folded(p: &Page, lines: Vec<Line>) -> Vec<Lines> {
    let mut out: Vec<Lines> = Vec::new();
    for line in lines {
        match out.last_mut() {
            Some(run) if line.system && run.lines[0].system => run.lines.push(line),
            _ => out.push(Lines { folded: String::new(), lines: vec![line] }),
        }
    }
    for run in out.iter_mut().filter(|r| r.lines[0].system) {
        run.folded = p.t.line_system.replace("{n}", &run.lines.len().to_string());
    }
    out
}

fn text_of(lang: Lang, office: &Office, name: &str, v: &Value) -> String {
    let unit_field = matches!(name, "unit" | "suggest" | "lead" | "units" | "first_asked");
    match v {
        Value::Number(n) if unit_field => {
            n.as_i64().map_or_else(String::new, |n| office.unit_name(kernel::UnitId(n)))
        }
        Value::Number(n) => n.to_string(),
        Value::Bool(b) => if *b { "✓" } else { "–" }.to_owned(),
        Value::Array(all) => {
            let each: Vec<_> = all.iter().map(|v| text_of(lang, office, name, v)).collect();
            each.join(if each.iter().any(|e| e.contains(' ')) { "\n" } else { "、" })
        }
        Value::Object(map) => {
            let each: Vec<_> = map.iter().map(|(k, v)| text_of(lang, office, k, v)).collect();
            each.join(" · ")
        }
        Value::String(s) => closed_word(lang, name, s).unwrap_or_else(|| match (date_of(s), s.len()) {
            (Some(d), 10) => day(lang, d),
            _ if s.len() == 25 => s.parse().map_or_else(|_| s.clone(), |m| when(lang, m)),
            _ => s.clone(),
        }),
        Value::Null => String::new(),
    }
}

fn closed_word(lang: Lang, name: &str, s: &str) -> Option<String> {
    use resolve as r;
    fn read<W: resolve::Word>(lang: Lang, s: &str) -> Option<String> {
        W::ALL.iter().find(|w| w.word() == s).map(|w| word(lang, *w))
    }
    match name {
        "kind" => read::<r::Kind>(lang, s),
        "channel" => read::<r::Channel>(lang, s),
        "complexity" => read::<r::Complexity>(lang, s),
        "cause" => read::<r::Cause>(lang, s),
        "level" => read::<r::Level>(lang, s),
        "solved" => read::<r::Solved>(lang, s),
        "satisfied" => read::<r::Satisfaction>(lang, s),
        "reason" => read::<r::RefuseReason>(lang, s)
            .or_else(|| read::<r::ReturnReason>(lang, s))
            .or_else(|| read::<r::PauseReason>(lang, s)),
        _ => None,
    }
}

/// What steps, orders and tasks of a case are called: later events name them by their number only.
#[derive(Debug, Default)]
pub(crate) struct Given {
    steps: Vec<String>,
    orders: Vec<String>,
    tasks: Vec<String>,
}

impl Given {
    /// Takes in what an event gave out.
    fn hears(&mut self, asked: &Command) {
        match asked {
            Command::Plan { steps } => self.steps = steps.iter().map(|s| s.what.clone()).collect(),
            Command::Supervise { words, .. } => self.orders.push(words.clone()),
            Command::Conclude { tasks, .. } => self.tasks.extend(tasks.iter().map(|t| t.what.clone())),
            _ => {}
        }
    }
    /// The name of what a field of an event says by number.
    fn called(&self, field: &str, n: &Value) -> Option<String> {
        let list = match field {
            "step" => &self.steps,
            "order" => &self.orders,
            "task" => &self.tasks,
            _ => return None,
        };
        let at = usize::try_from(n.as_u64()?).ok()?.checked_sub(1)?;
        list.get(at).cloned()
    }
}

/// What an act says, field by field, for a timeline.
fn told(page: &Page, office: &Office, given: &Given, asked: &Command) -> Vec<Said> {
    if matches!(asked, Command::Register(_)) {
        return Vec::new();
    }
    let Ok(Value::Object(map)) = serde_json::to_value(asked) else { return Vec::new() };
    let act = asked.act();
    let mut out = Vec::new();
    let order = acts::form_of(act).map_or(&[][..], |f| f.fields);
    let mut names: Vec<&str> = order.iter().map(|f| f.name).collect();
    names.extend(
        map.keys()
            .map(String::as_str)
            .filter(|k| !matches!(*k, "act" | "cell") && !names.contains(k))
            .collect::<Vec<_>>(),
    );
    for name in names {
        let value = map.get(name).map_or_else(String::new, |v| {
            given.called(name, v).unwrap_or_else(|| text_of(page.lang, office, name, v))
        });
        if !value.is_empty() {
            let label = acts::label_of(act, name, page.t).unwrap_or(match name {
                "from" => page.t.f_from,
                "name" if act == Act::HandOver => page.t.f_peer,
                "calendar" => page.t.f_calendar,
                "before" => page.t.f_before,
                "after" => page.t.f_after,
                _ => "",
            });
            out.push(Said { label: label.to_owned(), value });
        }
    }
    out
}

pub(crate) fn line(page: &Page, office: &Office, given: &mut Given, e: &EventView) -> Line {
    let unit = e.unit.as_deref().map_or_else(String::new, |u| format!(" · {u}"));
    given.hears(&e.happened.asked);
    let mut said = told(page, office, given, &e.happened.asked);
    if e.reprinted {
        said.push(Said { label: String::new(), value: page.t.by_printed_code.to_owned() });
    }
    Line {
        at: when(page.lang, e.at),
        who: format!("{}{unit}", e.who),
        act: word(page.lang, e.act),
        stage: word(page.lang, e.happened.to),
        system: matches!(e.act, Act::WarnYellow | Act::WarnRed | Act::Recompute),
        said,
        files: e.happened.files.iter().map(file_view).collect(),
    }
}
