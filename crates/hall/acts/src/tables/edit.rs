//! Rows into the documents of halls: all rows of a file are put into the documents first; a hall that changes is kept once, with
//! one version. What the check-up refuses is found row by row.

use std::collections::BTreeMap;

use access::op;
use city::{Door as _, Error, Later, Office};
use hall::{Hall, Handles, Part, Post, Queue, Training, Window};
use kernel::{Actor, Date, Said};
use store::office::StaffRow;
use store::{Rd, items};

use super::hours::{opening, places};
use super::{Became, Kind, Line};
use crate::Halls;
use crate::doors::{door, in_its_unit};

/// A hall on its way: id and version (0: a new one), the document, whether it changed.
struct Draft {
    id: i64,
    ver: i64,
    hall: Hall,
    changed: bool,
}

/// What rows ask the store for, read before they are put.
struct Known {
    office: std::sync::Arc<Office>,
    staff: BTreeMap<String, StaffRow>,
    /// codes of items that are there
    items: std::collections::BTreeSet<String>,
    today: Date,
}

pub(super) fn no(zh: impl Into<String>, en: impl Into<String>) -> Said {
    Said::new(zh, en)
}

/// Several things in one cell.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(['、', ',', '，', ';', '；', '/', ' ', '\n']).map(str::trim).filter(|t| !t.is_empty())
}

fn window_of(line: &Line) -> Result<u16, Said> {
    let text = line.get("window");
    let digits: String = text.trim_end_matches(".0").chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok().filter(|n| *n > 0).ok_or_else(|| {
        no(format!("“{text}”不是窗口号，写作 3"), format!("{text:?} is no number of a window: write 3"))
    })
}

pub(super) fn day_of(line: &Line, field: &str) -> Option<Date> {
    line.get(field).parse().ok()
}

/// Sets what is said; nothing said changes nothing.
fn set(to: &mut String, said: &str) {
    if !said.is_empty() {
        said.clone_into(to);
    }
}

fn queue(h: &mut Hall, line: &Line, known: &Known) -> Result<Became, Said> {
    let letter = line.get("letter").to_ascii_uppercase();
    let old = h.queues.iter().find(|q| q.letter == letter).cloned();
    let fresh = || Queue {
        letter: letter.clone(),
        name: String::new(),
        handles: Handles::default(),
        minutes: 15,
        availability: Vec::new(),
    };
    let mut q = old.clone().unwrap_or_else(fresh);
    set(&mut q.name, line.get("queue"));
    let minutes: String = line.get("minutes").chars().filter(char::is_ascii_digit).collect();
    if !minutes.is_empty() {
        q.minutes = minutes.parse().unwrap_or(0);
    }
    for name in parts(line.get("units")) {
        let unit = known.office.unit_meant(name).map_err(|e| e.said())?.id;
        if !q.handles.units.contains(&unit) {
            q.handles.units.push(unit);
        }
    }
    for code in parts(line.get("items")) {
        if !known.items.contains(code) {
            return Err(no(format!("没有编码为“{code}”的事项"), format!("there is no item {code:?}")));
        }
        if q.handles.items.iter().all(|i| i.0 != code) {
            q.handles.items.push((code.to_owned(), 1));
        }
    }
    match line.get("all") {
        "是" | "√" | "✓" | "有" | "y" | "Y" => q.handles.everything = true,
        "否" | "×" | "无" | "n" | "N" => q.handles.everything = false,
        _ => {}
    }
    Ok(match old {
        Some(old) if old == q => Became::Same,
        Some(_) => {
            h.queues.iter_mut().filter(|o| o.letter == letter).for_each(|o| *o = q.clone());
            Became::Changed
        }
        None => {
            h.queues.push(q);
            Became::Added
        }
    })
}

fn window(h: &mut Hall, line: &Line) -> Result<Became, Said> {
    let number = window_of(line)?;
    let mut queues = Vec::new();
    for name in parts(line.get("queues")) {
        let upper = name.to_ascii_uppercase();
        let found = h.queues.iter().find(|q| q.letter == upper || q.name == name);
        let found = found.ok_or_else(|| {
            no(
                format!("大厅没有业务“{name}”，请先导入业务，或改成已有的代号或名称"),
                format!("the hall has no queue {name:?}: import the queues first"),
            )
        })?;
        if !queues.contains(&found.letter) {
            queues.push(found.letter.clone());
        }
    }
    let old = h.window(number).cloned();
    let mut w = old.clone().unwrap_or_else(|| Window { number, name: String::new(), queues: Vec::new() });
    set(&mut w.name, line.get("name"));
    if !queues.is_empty() {
        w.queues = queues;
    }
    Ok(match old {
        Some(old) if old == w => Became::Same,
        Some(_) => {
            h.windows.iter_mut().filter(|o| o.number == number).for_each(|o| *o = w.clone());
            Became::Changed
        }
        None => {
            h.windows.push(w);
            Became::Added
        }
    })
}

fn post(h: &mut Hall, line: &Line, known: &Known) -> Result<Became, Said> {
    let number = window_of(line)?;
    let login = line.get("login");
    let staff = known.staff.get(login).filter(|s| s.active).ok_or_else(|| {
        no(
            format!("没有在用的账号“{login}”，请先导入名册或核对登录名"),
            format!("no account {login:?} in use: import the roster first, or check the login"),
        )
    })?;
    let text = line.get("part").to_ascii_uppercase();
    let part = match text.chars().next() {
        None | Some('A' | '主') => Part::First,
        Some('B' | '备' | '副') => Part::Second,
        Some(_) => {
            return Err(no(
                format!("“{text}”不是岗别，写 A 岗或 B 岗"),
                format!("{text:?} is neither A nor B"),
            ));
        }
    };
    let mine = |p: &&Post| p.window == number && p.staff == staff.id && p.part == part;
    let old = h.posts.iter().find(mine).cloned();
    let fresh = || Post {
        window: number,
        staff: staff.id,
        unit: staff.unit,
        part,
        from: known.today,
        until: None,
        authority: String::new(),
        training: None,
    };
    let mut new = old.clone().unwrap_or_else(fresh);
    new.from = day_of(line, "from").unwrap_or(new.from);
    new.until = day_of(line, "until").or(new.until);
    set(&mut new.authority, line.get("authority"));
    if !line.get("course").is_empty() {
        let (passed, valid_until) = (day_of(line, "passed"), day_of(line, "valid"));
        let had = new.training.as_ref().filter(|t| t.course == line.get("course"));
        let passed = passed.or(had.map(|t| t.passed));
        let valid_until = valid_until.or(had.map(|t| t.valid_until));
        let (Some(passed), Some(valid_until)) = (passed, valid_until) else {
            return Err(no(
                "培训要有通过日期和有效期至",
                "training needs the day it was passed and the day until which it holds",
            ));
        };
        let mut mark = had.map(|t| t.mark.clone()).unwrap_or_default();
        set(&mut mark, line.get("mark"));
        new.training = Some(Training { course: line.get("course").to_owned(), passed, valid_until, mark });
    }
    Ok(match old {
        Some(old) if old == new => Became::Same,
        Some(old) => {
            h.posts.iter_mut().filter(|p| **p == old).for_each(|p| *p = new.clone());
            Became::Changed
        }
        None => {
            h.posts.push(new);
            Became::Added
        }
    })
}

/// The row of a hall itself.
fn hall(draft: &mut Draft, line: &Line, known: &Known) -> Result<Became, Said> {
    let unit = known.office.unit_meant(line.get("unit")).map_err(|e| e.said())?;
    let old = draft.hall.clone();
    let h = &mut draft.hall;
    h.unit = unit.id;
    match line.get("region") {
        "" if draft.id == 0 => h.region = unit.region.clone(),
        "" => {}
        code => {
            h.region = code.parse().map_err(|_| {
                no(format!("“{code}”不是区划代码"), format!("{code:?} is no code of a region"))
            })?;
        }
    }
    set(&mut h.address, line.get("address"));
    set(&mut h.phone, line.get("phone"));
    Ok(match (draft.id, *h == old) {
        (0, same) if !same || !draft.changed => Became::Added,
        (_, true) => Became::Same,
        _ => Became::Changed,
    })
}

fn empty(name: &str, known: &Known) -> Option<Draft> {
    let unit = known.office.units().first().copied()?;
    let hall = Hall {
        name: name.to_owned(),
        unit: unit.id,
        region: unit.region.clone(),
        address: String::new(),
        phone: String::new(),
        windows: Vec::new(),
        queues: Vec::new(),
        openings: Vec::new(),
        closures: Vec::new(),
        posts: Vec::new(),
        booking: hall::BookingRules::default(),
        queueing: hall::QueueRules::default(),
        misuse: hall::MisuseRules::default(),
        rostering: hall::roster::Rostering::default(),
        helping: hall::help::Helping::default(),
    };
    Some(Draft { id: 0, ver: 0, hall, changed: false })
}

impl Halls {
    /// Puts rows of one kind; `dry` only says what would become of them.
    pub(super) fn put_rows(
        &self,
        actor: Actor,
        kind: Kind,
        lines: Vec<Line>,
        dry: bool,
    ) -> Later<Vec<Became>> {
        match (kind, dry) {
            (Kind::Leave, true) => self.read(move |app, rd| {
                Ok(app.leave_rows(rd, &actor, &lines)?.into_iter().map(|r| r.0).collect())
            }),
            (Kind::Leave, false) => self.write(move |app, tx| {
                let mut out = Vec::with_capacity(lines.len());
                for (became, new) in app.leave_rows(tx, &actor, &lines)? {
                    if let Some(n) = new {
                        app.leave_in(
                            tx,
                            &actor,
                            (n.hall, Some(n.staff)),
                            n.kind,
                            (n.first, n.last),
                            n.hours,
                        )?;
                    }
                    out.push(became);
                }
                Ok(out)
            }),
            (_, true) => self.read(move |app, rd| Ok(app.drafts(rd, &actor, kind, &lines)?.0)),
            (_, false) => self.write(move |app, tx| {
                let (became, drafts) = app.drafts(tx, &actor, kind, &lines)?;
                for d in drafts.into_values().filter(|d| d.changed) {
                    app.put_in(tx, &actor, (d.id, d.ver), &d.hall)?;
                }
                Ok(became)
            }),
        }
    }

    fn drafts(
        &self,
        rd: &mut Rd<'_>,
        actor: &Actor,
        kind: Kind,
        lines: &[Line],
    ) -> Result<(Vec<Became>, BTreeMap<String, Draft>), Error> {
        let office = self.city.office(rd)?;
        let today = self.city.store().now().date();
        let mut known = Known { office, staff: BTreeMap::new(), items: Default::default(), today };
        for line in lines {
            let login = line.get("login");
            if kind == Kind::Posts && !login.is_empty() && !known.staff.contains_key(login) {
                let found = store::office::staff_by_login(rd, login)?;
                known.staff.extend(found.map(|s| (login.to_owned(), s)));
            }
            for code in parts(line.get("items")) {
                if items::by_key(rd, code, "")?.is_some() {
                    known.items.insert(code.to_owned());
                }
            }
        }
        let mut drafts: BTreeMap<String, Draft> = self
            .all(rd)?
            .iter()
            .map(|l| {
                let draft = Draft { id: l.row.id, ver: l.row.ver, hall: l.hall.clone(), changed: false };
                (l.hall.name.clone(), draft)
            })
            .collect();
        let became = lines.iter().map(|line| one(actor, kind, line, &known, &mut drafts)).collect();
        Ok((became, drafts))
    }
}

/// One row, with the door and the check-up of its hall.
fn one(
    actor: &Actor,
    kind: Kind,
    line: &Line,
    known: &Known,
    drafts: &mut BTreeMap<String, Draft>,
) -> Became {
    let name = line.get("hall");
    if kind == Kind::Halls && !name.is_empty() && !drafts.contains_key(name) {
        drafts.extend(empty(name, known).map(|d| (name.to_owned(), d)));
    }
    let Some(draft) = drafts.get_mut(name) else {
        return Became::Refused(no(
            format!("没有大厅“{name}”，请先导入或新建大厅"),
            format!("there is no hall {name:?}: import or make it first"),
        ));
    };
    let before = draft.hall.clone();
    // Somebody else's hall cannot be taken over by naming another unit.
    let own = |h: &Hall| door(actor, op::WriteHall, h, known.today).map(drop);
    let done = match draft.id {
        0 => Ok(()),
        _ => own(&before),
    };
    let done = done.map_err(said_of).and_then(|()| match kind {
        Kind::Halls => hall(draft, line, known),
        Kind::Queues => queue(&mut draft.hall, line, known),
        Kind::Windows => window(&mut draft.hall, line),
        Kind::Openings => opening(&mut draft.hall, line, known.today),
        Kind::Places => places(&mut draft.hall, line, known.today),
        Kind::Posts => post(&mut draft.hall, line, known),
        Kind::Leave => Err(no("请假另行导入", "leave is imported by itself")),
    });
    let done = done.and_then(|became| {
        own(&draft.hall).and_then(|()| in_its_unit(&known.office, &draft.hall)).map_err(said_of)?;
        match hall::faults(&draft.hall).into_iter().next() {
            Some(f) => Err(f.said),
            None => Ok(became),
        }
    });
    match done {
        Ok(became) => {
            draft.changed |= became != Became::Same;
            became
        }
        Err(said) => {
            draft.hall = before;
            Became::Refused(said)
        }
    }
}

/// Why not, in words.
pub(super) fn said_of(e: Error) -> Said {
    match e {
        Error::Forbidden(said) | Error::Invalid { said, .. } => said,
        other => no(format!("不能导入：{other}"), format!("cannot be taken in: {other}")),
    }
}
