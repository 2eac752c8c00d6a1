//! 申请人: following by number and code, acting by the code, the link to rate.

use ::city::Later;
use access::{Unit, decide, op};
use kernel::{Actor, FileRef, Role};
use service::{Act, Command, How, StageKind};
use store::ratings::ServiceRow;

use crate::Service;
use crate::city::City;
pub use crate::draft::Begun;
use crate::draft::opened;
use crate::saved::{act, catch_up};
use crate::views::{ApplicationView, EventView, events, view};

/// What the person who applied may see: all of it but notes among colleagues.
#[derive(Clone, Debug)]
pub struct ApplicantView {
    /// the application
    pub view: ApplicationView,
    /// what happened, and who looked at what was filled in
    pub events: Vec<EventView>,
    /// who used what was issued here, and what for
    pub uses: Vec<UseView>,
}

/// One use of a result by another office (用途留痕).
#[derive(Clone, Debug)]
pub struct UseView {
    /// what was used
    pub name: String,
    /// the unit that looked
    pub unit: String,
    /// when
    pub at: kernel::Moment,
    /// what for
    pub purpose: String,
    /// `used`, `expired`, or `refused`: nobody had granted it
    pub result: String,
}

/// Uses shown at most.
const USES: u32 = 50;

/// What of a line of events belongs to the applicant.
pub(crate) fn shown_to_applicant(a: Act) -> bool {
    !matches!(a, Act::Note | Act::WarnYellow | Act::WarnRed | Act::Save)
}

impl Service {
    /// An application for the person who has its number and code.
    pub fn follow(&self, number: String, code: String) -> Later<ApplicantView> {
        self.city.read(move |city, rd| {
            let me = Actor::resident();
            let a = opened(city, rd, &me, &number, Some(&code))?;
            let office = city.office(rd)?;
            let mut all = events(rd, &office, a.id)?;
            all.retain(|e| shown_to_applicant(e.act));
            let uses = store::held::uses_of(rd, a.id, USES)?
                .into_iter()
                .map(|u| UseView {
                    unit: u.unit.map_or_else(String::new, |id| office.unit_name(id)),
                    name: u.name,
                    at: u.at,
                    purpose: u.purpose,
                    result: u.result,
                })
                .collect();
            Ok(ApplicantView { view: view(city, rd, &office, &me, a)?, events: all, uses })
        })
    }

    /// An act of the person who has the number and the code.
    pub fn act_by_code(&self, number: String, code: String, asked: Command) -> Later<ApplicationView> {
        self.city.write(move |city, tx| {
            let me = Actor::resident();
            let office = city.office(tx)?;
            let a = opened(city, tx, &me, &number, Some(&code))?;
            let a = act(city, tx, &office, &me, a, asked.clone())?;
            view(city, tx, &office, &me, a)
        })
    }

    /// 补交容缺材料: by the applicant with the code, or at the window.
    pub fn hand_in(
        &self,
        actor: Actor,
        number: String,
        code: Option<String>,
        material: String,
        tickets: Vec<String>,
    ) -> Later<ApplicationView> {
        self.city.write(move |city, tx| {
            let office = city.office(tx)?;
            let a = opened(city, tx, &actor, &number, code.as_deref())?;
            let a = catch_up(city, tx, &office, a)?;
            let files = City::files(tx, &actor, &tickets, a.id, a.ver + 1)?;
            let how = if files.is_empty() && actor.role != Role::Resident {
                How::Seen { note: "窗口核验原件".to_owned() }
            } else {
                How::File { files }
            };
            let handed = service::HandedIn { material: material.clone(), how };
            let a = act(city, tx, &office, &actor, a, Command::HandIn { handed })?;
            view(city, tx, &office, &actor, a)
        })
    }

    /// A file of an application for whoever may see it.
    pub fn file(
        &self,
        actor: Actor,
        number: String,
        code: Option<String>,
        hash: String,
    ) -> Later<(FileRef, Vec<u8>)> {
        self.city.read(move |city, rd| {
            let a = opened(city, rd, &actor, &number, code.as_deref())?;
            city.file(rd, a.id, &hash)
        })
    }

    /// The link by which the service is rated, once it was decided; the same one every time.
    pub fn rating_of(&self, number: String, code: String) -> Later<Option<String>> {
        self.city.write(move |city, tx| {
            let a = opened(city, tx, &Actor::resident(), &number, Some(&code))?;
            let decided = matches!(a.stage, StageKind::Issued | StageKind::Delivered | StageKind::Closed);
            let Some(at) = a.decided.filter(|_| decided) else { return Ok(None) };
            let office = city.office(tx)?;
            let unit = crate::views::rates_unit(&a);
            let region = a.basis.region.clone();
            let permit =
                decide(&Actor::system(), op::WriteServices, Unit { unit: Some(unit), region: &region })?;
            let row = ServiceRow {
                id: 0,
                code: format!("own/{}", a.number),
                unit,
                region: region.as_str().to_owned(),
                place: office.unit_name(a.basis.reception),
                item: a.basis.parts.first().map_or_else(String::new, |p| p.name.clone()),
                theme: if a.basis.theme.is_empty() { String::new() } else { a.basis.name.clone() },
                at,
                source: "own".to_owned(),
                case: None,
            };
            city.to_rate(tx, &permit, &row).map(Some)
        })
    }
}
