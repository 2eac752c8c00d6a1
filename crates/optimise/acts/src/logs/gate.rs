//! 日志之门: a log at the desk of imports: up to 10 GB, looked at only at its beginning, read by a thread of the worker with
//! its progress, kept as Parquet with the figures that a list shows.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use access::{Own, Region, decide, op};
use city::reach::home;
use city::{Error, Office};
use eventlog::error::Limits;
use eventlog::{Mapping, Order, columns, log_stats};
use imports::{Answer, Counts, FieldName, Gate, How, Part, Preview, Question, Run};
use kernel::{Actor, Said};
use serde::{Deserialize, Serialize};
use tabular::{Told, header};

use super::file::{Format, ReadOptions, first_rows_of, format_at, read_log};
use super::kept::ToKeep;
use crate::Logs;

/// The largest file, bytes.
const MOST: u64 = 10 << 30;
/// Bytes between two notes of how far it is.
const STEP: u64 = 16 << 20;
/// Rows of a table that are looked at.
const LOOKED: usize = 200;

/// What a page can say of a log that is kept without reading it (保存的数字).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// different steps
    pub activities: usize,
    /// different ways
    pub variants: usize,
    /// people
    pub resources: usize,
    /// the first and the last time
    pub first_time: Option<String>,
    /// the last
    pub last_time: Option<String>,
    /// seconds that half of the cases take at most
    pub median_s: Option<f64>,
    /// cases in which a step was done again
    pub cases_with_rework: u64,
    /// records without a time
    pub without_time: u64,
}

impl Figures {
    /// Of a log.
    pub fn of(log: &eventlog::Log) -> Self {
        let s = log_stats(log, log.order());
        Self {
            activities: s.activities,
            variants: s.variants,
            resources: s.resources,
            first_time: s.first_time,
            last_time: s.last_time,
            median_s: s.case_duration_s.map(|d| d.median),
            cases_with_rework: s.cases_with_rework,
            without_time: s.without_time,
        }
    }
}

/// How a log was read and what it holds: kept beside its bytes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct KeptMeta {
    /// of a table: which column meant what, for next time
    pub mapping: Option<Mapping>,
    /// of a table: how it was read and what was left
    pub told: Option<Told>,
    /// its figures
    pub figures: Option<Figures>,
}

/// Bounds of a log that is read beside people who work: what it holds in memory, not what its file holds.
pub(super) fn limits() -> Limits {
    Limits { events: 150_000_000, columns: 5_000, text: 2 << 30, ..Limits::default() }
}

/// 日志 at the desk of imports.
#[derive(Clone, Debug)]
pub struct LogFiles(pub Logs);

const FIELDS: [(&str, &str, &str); 7] = [
    ("case", "办件编号", "case"),
    ("activity", "环节", "activity"),
    ("time", "时间（完成）", "time (of completion)"),
    ("clock", "时刻（与日期分列时）", "time of day beside the date"),
    ("start", "开始时间", "time of beginning"),
    ("resource", "经办人", "who did it"),
    ("lifecycle", "开始或完成（状态）", "beginning or end"),
];

fn slot<'m>(mapping: &'m mut Mapping, field: &str) -> Option<&'m mut Option<String>> {
    Some(match field {
        "time" => &mut mapping.time,
        "clock" => &mut mapping.clock,
        "start" => &mut mapping.start,
        "resource" => &mut mapping.resource,
        "lifecycle" => &mut mapping.lifecycle,
        _ => return None,
    })
}

/// The field that a column is taken for.
fn field_of(mapping: &Mapping, column: &str) -> Option<&'static str> {
    let is = |name: &str| !name.is_empty() && name.trim() == column.trim();
    let some = |name: &Option<String>| name.as_deref().is_some_and(is);
    let hits = [
        is(&mapping.case),
        is(&mapping.activity),
        some(&mapping.time),
        some(&mapping.clock),
        some(&mapping.start),
        some(&mapping.resource),
        some(&mapping.lifecycle),
    ];
    hits.iter().position(|hit| *hit).map(|i| FIELDS[i].0)
}

/// What a person said, on top of what was guessed.
fn as_asked(mut mapping: Mapping, how: &How) -> Mapping {
    for asked in &how.asked.columns {
        let gone = |name: &mut String| {
            if name.trim() == asked.column.trim() {
                name.clear();
            }
        };
        gone(&mut mapping.case);
        gone(&mut mapping.activity);
        for (field, ..) in FIELDS {
            if let Some(slot) = slot(&mut mapping, field)
                && slot.as_deref().is_some_and(|n| n.trim() == asked.column.trim())
            {
                *slot = None;
            }
        }
        match asked.field.as_str() {
            "case" => mapping.case.clone_from(&asked.column),
            "activity" => mapping.activity.clone_from(&asked.column),
            field => {
                if let Some(slot) = slot(&mut mapping, field) {
                    *slot = Some(asked.column.clone());
                }
            }
        }
    }
    mapping.date_order = how.asked.date_order;
    mapping
}

/// A table as its first rows show it.
struct Beginning {
    mapping: Mapping,
    told: Told,
}

fn beginning(file: File, how: &How) -> Result<Beginning, Error> {
    let first =
        first_rows_of(file, how.asked.sheet.as_deref(), LOOKED).map_err(|e| Error::told("file", &e))?;
    let rows = first.rows;
    let found = columns::find_header(&rows, None);
    let filled = |r: &&Vec<String>| r.iter().filter(|c| !c.trim().is_empty()).count();
    let (at, lines, names) = match found {
        Some(h) => (h.at, h.lines, h.names),
        None => {
            // The first of the fullest rows.
            let most = rows.iter().map(|r| filled(&r)).max().unwrap_or(0);
            let at = rows.iter().position(|r| filled(&r) == most).unwrap_or(0);
            (at, 1, rows.get(at).cloned().unwrap_or_default())
        }
    };
    let headers = header::unique(&names);
    let body = rows.get(at + lines..).unwrap_or_default();
    let mapping = as_asked(Mapping::guess(&headers, body), how);
    let mut told = Told {
        format: first.format,
        sheet: first.sheet,
        sheets_other: first.others,
        header_rows: (at..at + lines).map(|r| r as u64 + 1).collect(),
        ..Told::default()
    };
    let field = |c: usize| headers.get(c).and_then(|h| field_of(&mapping, h)).map(str::to_owned);
    let likely = |_: usize, samples: &[String]| tabular::value::likely(samples).map(str::to_owned);
    told.columns(&names, &field, body.iter().map(Vec::as_slice), &likely);
    if !told.columns_unused.is_empty() {
        told.note("没有指定含义的列作为环节的属性保留 / columns without a meaning are kept as attributes");
    }
    for asked in &how.asked.columns {
        let same = how.asked.columns.iter().rev().find(|o| o.field == asked.field && !o.field.is_empty());
        if let Some(read) = same.filter(|o| o.column != asked.column) {
            told.two_for_one(&asked.column, &read.column, &asked.field);
        }
    }
    Ok(Beginning { mapping, told })
}

fn missing(mapping: &Mapping) -> Option<Said> {
    let field = mapping.missing()?;
    let (_, zh, en) = FIELDS.iter().find(|f| f.0 == field)?;
    Some(match field {
        "time" => return None,
        _ => Said::new(format!("请指明哪一列是“{zh}”"), format!("say which column is the {en}")),
    })
}

/// A file that tells how much of it was read.
struct Heard<'a, F> {
    file: F,
    at: u64,
    next: u64,
    hear: &'a mut dyn FnMut(u64) -> Result<(), Error>,
    ended: &'a mut Option<Error>,
}

impl<F: Read> Read for Heard<'_, F> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buf)?;
        self.at += n as u64;
        if self.at >= self.next {
            self.next = self.at + STEP;
            if let Err(e) = (self.hear)(self.at >> 20) {
                *self.ended = Some(e);
                return Err(io::Error::other("ended"));
            }
        }
        Ok(n)
    }
}

impl<F: Seek> Seek for Heard<'_, F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = self.file.seek(to)?;
        (self.at, self.next) = (at, at + STEP);
        Ok(at)
    }
}

fn disk(e: &io::Error) -> Error {
    Error::Store(store::StoreError::Disk(e.to_string()))
}

/// Kinds of trouble that are told.
const PROBLEMS: usize = 20;

fn said(p: &eventlog::Problem) -> String {
    let (zh, en) = p.said.split_once(" / ").unwrap_or((p.said, p.said));
    let what = if p.what.is_empty() { String::new() } else { format!("（{}）", p.what) };
    format!("第 {0} 行起 {1} 处{what}：{zh} / {1} times, first in line {0}{what}: {en}", p.line, p.count)
}

fn order(how: &How) -> Order {
    if how.answer("order") == "file" { Order::File } else { Order::Time }
}

impl Gate for LogFiles {
    fn word(&self) -> &'static str {
        "logs"
    }
    fn said(&self) -> (&'static str, &'static str) {
        ("办件日志", "Case logs")
    }
    fn questions(&self) -> Vec<Question> {
        let choices = vec![("time", "按时间", "by time"), ("file", "按文件里的先后", "as in the file")];
        vec![
            Question { word: "order", said: ("环节的先后", "order of steps"), choices },
            Question {
                word: "object",
                said: (
                    "对象日志（OCEL）以哪类对象为件，可不填",
                    "of an object-centric log: whose objects are the cases, may be empty",
                ),
                choices: vec![],
            },
        ]
    }
    fn may(&self, actor: &Actor, office: &Office) -> Result<(), Error> {
        decide(actor, op::ReadLogs, Region(&home(actor, office)))?;
        decide(actor, op::KeepLogs, Own(actor.staff))?;
        Ok(())
    }
    /// What is kept is the Parquet.
    fn brief(&self) -> bool {
        true
    }
    fn most(&self) -> u64 {
        MOST
    }
    fn counts(&self) -> Counts {
        Counts::Megabytes
    }
    fn look(&self, _: &Actor, mut file: File, how: &How) -> Result<Preview, Error> {
        let rows = (file.metadata().map_err(|e| disk(&e))?.len() >> 20).max(1);
        let format = format_at(&mut file).map_err(|e| Error::told("file", &e))?;
        let plain = |told: Told| Preview {
            parts: vec![Part { told, fields: Vec::new() }],
            rows,
            good: rows,
            ..Preview::default()
        };
        if !matches!(format, Format::Csv | Format::Sheet | Format::Parquet) {
            return Ok(plain(Told { format: format.name().to_owned(), ..Told::default() }));
        }
        let Beginning { mapping, told } = beginning(file, how)?;
        let fields = FIELDS
            .map(|(word, zh, en)| FieldName { word: word.to_owned(), said: (zh.to_owned(), en.to_owned()) });
        let parts = vec![Part { told, fields: fields.into() }];
        Ok(Preview { parts, rows, good: rows, trouble: missing(&mapping), ..Preview::default() })
    }
    fn take_in(&self, run: Run<'_>) -> Result<Answer, Error> {
        let Run { actor, name, mut file, digest, how, progress } = run;
        let staff = actor.staff.ok_or(Error::SignIn)?;
        // The same file of the same person is the same log, however often it is begun.
        let id = ledger::hex(&digest)[..10].to_owned() + &format!("{:06x}", staff.0 & 0xff_ffff);
        let seen_at = Some(format!("/desk/logs/{id}"));
        if self.0.city.store().read(|rd| store::kept_logs::get(rd, &id))?.is_some() {
            return Ok(Answer { duplicates: 1, seen_at, ..Answer::default() });
        }
        let told = |e: &dyn std::fmt::Display| Error::told("file", e);
        let format = format_at(&mut file).map_err(|e| told(&e))?;
        let mapping = match format {
            Format::Csv | Format::Sheet | Format::Parquet => {
                let again = file.try_clone().map_err(|e| disk(&e))?;
                Some(beginning(again, how)?.mapping)
            }
            _ => None,
        };
        file.rewind().map_err(|e| disk(&e))?;
        let object = Some(how.answer("object").to_owned()).filter(|o| !o.is_empty());
        let options = ReadOptions {
            order: order(how),
            mapping,
            object_type: object,
            sheet: how.asked.sheet.clone(),
            date_order: how.asked.date_order,
            limits: limits(),
        };
        let mut ended = None;
        let read = {
            let heard = Heard { file: &file, at: 0, next: STEP, hear: &mut *progress, ended: &mut ended };
            read_log(heard, &options)
        };
        if let Some(e) = ended {
            return Err(e);
        }
        let read = read.map_err(|e| told(&e))?;
        let megabytes = file.metadata().map_err(|e| disk(&e))?.len() >> 20;
        progress(megabytes)?;
        let problems: Vec<String> = read.report.problems.iter().take(PROBLEMS).map(said).collect();
        let meta = KeptMeta { mapping: read.mapping, told: read.told, figures: Some(Figures::of(&read.log)) };
        progress(megabytes)?;
        let events = read.log.event_count() as u64;
        let mut answer_told = meta
            .told
            .clone()
            .unwrap_or_else(|| Told { format: read.format.name().to_owned(), ..Told::default() });
        answer_told.notes.extend(problems);
        let keep = ToKeep { id: &id, name, log: &read.log, meta: &meta };
        self.0.keep_heard(actor, keep, &mut || progress(megabytes))?;
        let rejected = answer_told.set_aside_count;
        let cases = read.log.case_count() as u64;
        let aside = vec![*std::mem::take(&mut answer_told.left)];
        Ok(Answer {
            aside,
            rows: events + rejected,
            accepted: events,
            rejected,
            also: vec![("件".to_owned(), "cases".to_owned(), cases)],
            told: vec![answer_told],
            seen_at,
            ..Answer::default()
        })
    }
}
