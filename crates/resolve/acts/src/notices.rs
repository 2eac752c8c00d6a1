//! 督办函: a paper about a case, to the unit that has it. The text is drawn from the case, covered, and goes on as its drafter writes it.

use access::{Unit, decide, op};
use city::Error;
use kernel::{Actor, CaseId, US_PER_DAY};
use paper::gongwen::{Block, Document, Run};
use papers::way::Address;
use papers::{Drawn, OF_CASES, PaperKind, Source};
use store::{Rd, cases};

use crate::Cases;

/// Cases as a source of papers.
#[derive(Clone, Debug)]
pub struct CasePapers(pub Cases);

impl Source for CasePapers {
    fn word(&self) -> &'static str {
        OF_CASES
    }
    fn kind(&self) -> PaperKind {
        PaperKind::Notice
    }
    fn href(&self, _: i64) -> String {
        "/desk/cases".to_owned()
    }
    fn drawn(&self, rd: &mut Rd<'_>, actor: &Actor, subject: i64) -> Result<Drawn, Error> {
        let case = cases::by_id(rd, CaseId(subject))?
            .filter(|c| access::may_see(actor, c))
            .ok_or(Error::NotFound)?;
        let office = self.0.city.office(rd)?;
        // Whoever holds units to account in the region of the case, and is not its unit.
        let subject = Unit { unit: None, region: &case.region };
        decide(actor, op::WriteSupervision, subject)?;
        let owner = case.stage.owner().ok_or_else(|| {
            Error::invalid("unit", "这一件还没有承办单位，不能出督办函", "no unit has this case yet")
        })?;
        let now = self.0.city.store().now();
        let due = case
            .clock_view(&office.rules.calendar, now)
            .map_or_else(String::new, |c| format!("，办理期限为{}", paper::gongwen::zh_date(c.due.date())));
        let title = hanyu::mask::mask(&case.title);
        let unit = office.unit(owner).map_or_else(String::new, |u| u.name.clone());
        let lines = [
            format!("你单位承办的{}号件“{title}”{due}。", case.number),
            "请尽快核实办理，并书面反馈办理情况；不能按期办结的，说明原因和下一步安排。".to_owned(),
        ];
        let document = Document {
            mark: None,
            number: String::new(),
            title: format!("关于办理{}号件的督办函", case.number),
            to: unit,
            blocks: lines.into_iter().map(|l| Block::Text(vec![Run::plain(l)])).collect(),
            attachments: Vec::new(),
            org: String::new(),
            date: now.date(),
            copies: String::new(),
            check: None,
        };
        let address = Address {
            agree: Vec::new(),
            to: vec![owner],
            answer_by: Some(now.plus_us(7 * US_PER_DAY).date()),
        };
        Ok(Drawn { document, address, form: "notice" })
    }
}
