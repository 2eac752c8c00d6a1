//! The table is whole, one path reads like an office, and random acts from every role never break a life.

#[path = "it/model.rs"]
mod model;
#[path = "it/path.rs"]
mod path;
#[path = "it/table.rs"]
mod table;
#[path = "it/themes.rs"]
mod themes;

use catalogue::{Need, StepKind};
use kernel::{Actor, Moment, Role, StaffId, UnitId};
use service::form::{Field, FieldKind};
use service::*;
use workday::{Length, WorkCalendar};

/// 收件 (hall), 牵头 and deciding unit, another deciding unit, a unit with a step only.
pub const HALL: i64 = 1;
pub const LEAD: i64 = 2;
pub const FIRE: i64 = 3;
pub const POWER: i64 = 4;

pub fn at(text: &str) -> Moment {
    text.parse().unwrap()
}
pub fn rules() -> Rules {
    Rules::new(WorkCalendar::official())
}
pub fn actor(role: Role, unit: i64) -> Actor {
    match role {
        Role::System => Actor::system(),
        Role::Resident => Actor::resident(),
        _ => Actor {
            staff: Some(StaffId(unit * 10)),
            role,
            unit: Some(UnitId(unit)),
            region: Some("9901".parse().unwrap()),
        },
    }
}

fn task(id: &str, part: usize, kind: StepKind, unit: i64, after: &[&str]) -> Task {
    Task {
        id: id.into(),
        part,
        name: format!("{}{id}", kind.zh()),
        kind,
        unit: UnitId(unit),
        after: after.iter().map(|a| (*a).to_owned()).collect(),
        limit: Some(Length::Workdays(2)),
    }
}

fn wanted(id: &str, need: Need) -> Wanted {
    Wanted {
        id: id.into(),
        name: format!("材料{id}"),
        parts: vec![0],
        need,
        defer_days: None,
        commitment: false,
        held: false,
        note: String::new(),
    }
}

/// Two items, parallel steps at three units, one material of each kind, two fields.
pub fn basis() -> Basis {
    let part = |name: &str, unit, result: &str| Part {
        item: format!("code-{name}"),
        handling: String::new(),
        version: 3,
        name: name.into(),
        unit: UnitId(unit),
        result: result.into(),
    };
    let mut later = wanted("later", Need::Deferrable);
    later.defer_days = Some(5);
    let mut promise = wanted("promise", Need::Required);
    promise.commitment = true;
    let mut held = wanted("held", Need::Required);
    held.held = true;
    let field = |code: &str, required| Field {
        code: code.into(),
        name: code.into(),
        kind: FieldKind::Text,
        required,
        help: String::new(),
        options: Vec::new(),
    };
    Basis {
        theme: "restaurant".into(),
        theme_version: 1,
        name: "开办餐饮店".into(),
        parts: vec![part("食品经营许可", LEAD, "食品经营许可证"), part("消防检查", FIRE, "")],
        answers: vec![Answered { question: "有外卖吗？".into(), answer: "有".into() }],
        materials: vec![wanted("id", Need::Required), later, promise, held, wanted("extra", Need::Optional)],
        tasks: vec![
            task("a1", 0, StepKind::Review, LEAD, &[]),
            task("a2", 0, StepKind::Survey, POWER, &["a1"]),
            task("ad", 0, StepKind::Decide, LEAD, &["a1", "a2"]),
            task("b1", 1, StepKind::Review, FIRE, &[]),
            task("bd", 1, StepKind::Decide, FIRE, &["b1"]),
        ],
        fields: vec![field("shop", true), field("remark", false)],
        legal: Some(Length::Workdays(20)),
        promised: Length::Workdays(8),
        lead: UnitId(LEAD),
        reception: UnitId(HALL),
        region: "9901".parse().unwrap(),
    }
}

pub fn begun(now: Moment) -> Application {
    let b = Beginning { basis: basis(), channel: Channel::Online, applicant: None };
    let h = service::begin(b, &rules()).unwrap();
    Application::begin(1, "9901-2026-S000001".into(), &h, now).unwrap()
}

pub fn sealed() -> FormSeal {
    FormSeal { digest: "d1".into(), filled: vec!["shop".into()] }
}
pub fn file() -> How {
    let files = vec![kernel::FileRef {
        hash: "00".repeat(32),
        name: "身份证.pdf".into(),
        kind: "application/pdf".into(),
        size: 9,
    }];
    How::File { files }
}
pub fn hand(material: &str, how: How) -> HandedIn {
    HandedIn { material: material.into(), how }
}
/// Everything as the guide wants it: one file, one deferred, one commitment, one held.
pub fn whole(now: Moment) -> Vec<HandedIn> {
    vec![
        hand("id", file()),
        hand("later", How::Later { until: now.date() }),
        hand("promise", How::Commitment { text: "承诺场所合法使用".into() }),
        hand("held", How::Held { resource: "licence".into(), found: "营业执照在有效期内".into() }),
    ]
}
pub fn submit(now: Moment) -> Command {
    Command::Submit {
        form: sealed(),
        materials: whole(now),
        declared: true,
        delivery: Delivery::Post,
        applicant: "p1".into(),
    }
}
