//! 来文: what the supervision office sends goes the way of a paper (`papers`): bulletins, whose text is written on their page, and entries
//! of the register, which stand when their paper is signed and not before the unit was heard.

use access::{Permit, Region, decide, op};
use city::Error;
use city::reach::{region_in, unit_in};
use kernel::{Actor, StreamId};
use paper::gongwen::{Document, Run};
use papers::way::{Act, Address};
use papers::{Drawn, Moved, PaperKind, Source};
use store::{Rd, Tx, supervision};
use supervise::Bulletin;

use crate::Supervision;
use crate::bulletins::{json, parse, readable, stream};
use crate::document::document;
use crate::ratings::append;
use crate::supervision::{ACCOUNTS, AccountDoc, AccountState, heard};

/// The word of bulletins as a source.
pub const BULLETIN: &str = "bulletin";
/// The word of entries of the register as a source.
pub const ACCOUNT: &str = "account";

/// Bulletins as papers.
#[derive(Clone, Debug)]
pub struct BulletinPapers(pub Supervision);

/// Entries of the register as papers.
#[derive(Clone, Debug)]
pub struct AccountPapers(pub Supervision);

impl Source for BulletinPapers {
    fn word(&self) -> &'static str {
        BULLETIN
    }
    fn kind(&self) -> PaperKind {
        PaperKind::Bulletin
    }
    fn written_there(&self) -> bool {
        true
    }
    fn href(&self, subject: i64) -> String {
        format!("/desk/bulletins/{subject}")
    }
    fn sealed_as(&self, subject: i64, _: i64) -> (PaperKind, i64) {
        (PaperKind::Bulletin, subject)
    }
    fn drawn(&self, rd: &mut Rd<'_>, actor: &Actor, subject: i64) -> Result<Drawn, Error> {
        let row = supervision::bulletin(rd, subject)?.ok_or(Error::NotFound)?;
        let office = self.0.city.office(rd)?;
        let region = region_in(&row.region, &office);
        if decide(actor, op::WriteBulletins, Region(&region)).is_err() {
            // A draft of the level above is not there for who may not write it.
            readable(actor, &row, &office)?;
        }
        decide(actor, op::WriteBulletins, Region(&region))?;
        if row.state != "draft" {
            return Err(Error::invalid(
                "state",
                "这份公文已经送出或印发，不能再送",
                "this bulletin is on its way already, or issued",
            ));
        }
        let b: Bulletin = parse(&row.doc)?;
        let form = if b.form == supervise::Form::Notice { "full" } else { "letter" };
        Ok(Drawn { document: document(&b), address: Address::default(), form })
    }
    fn moved(&self, tx: &mut Tx<'_>, permit: &Permit, subject: i64, m: Moved<'_>) -> Result<(), Error> {
        let state = match m.act {
            Act::Submit => "moving",
            Act::SendBack | Act::Drop => "draft",
            Act::Issue => "issued",
            Act::Revoke => "revoked",
            _ => return Ok(()),
        };
        let mut row = supervision::bulletin(tx, subject)?.ok_or(Error::NotFound)?;
        if m.act == Act::Issue {
            let mut b: Bulletin = parse(&row.doc)?;
            b.number = m.way.number.as_ref().map_or_else(String::new, ToString::to_string);
            b.date = tx.now().date();
            row.doc = json(&b)?;
        }
        state.clone_into(&mut row.state);
        if !supervision::save_bulletin(tx, permit, &row)? {
            return Err(Error::bug("a bulletin that was not there to move"));
        }
        append(tx, permit, stream(subject), m.act.word(), &(m.paper, state))
    }
}

impl Source for AccountPapers {
    fn word(&self) -> &'static str {
        ACCOUNT
    }
    fn kind(&self) -> PaperKind {
        PaperKind::Notice
    }
    fn href(&self, _: i64) -> String {
        "/desk/watch/register".to_owned()
    }
    fn drawn(&self, rd: &mut Rd<'_>, actor: &Actor, subject: i64) -> Result<Drawn, Error> {
        let row = supervision::account(rd, subject)?.ok_or(Error::NotFound)?;
        let office = self.0.city.office(rd)?;
        decide(actor, op::WriteSupervision, unit_in(&office, row.unit)?)?;
        if actor.unit == Some(row.unit) {
            return Err(Error::NotFound);
        }
        let doc: AccountDoc = parse(&row.doc)?;
        let unit = office.unit(row.unit).map_or_else(String::new, |u| u.name.clone());
        let measure = doc.measure.words().1;
        let mut lines = vec![format!("经查，{}", doc.reason.trim_end_matches('。')) + "。"];
        if !doc.cases.is_empty() {
            lines.push(format!("涉及的件：{}。", doc.cases.join("、")));
        }
        lines.push(if doc.reply.is_empty() {
            "你单位在申辩期内未提出申辩。".to_owned()
        } else {
            format!("你单位申辩：{}。", doc.reply.trim_end_matches('。'))
        });
        lines.push(format!("根据督查工作规定，决定对你单位予以{measure}。请举一反三，认真整改。"));
        let title = format!("关于对{unit}予以{measure}的决定");
        let blocks = lines.into_iter().map(|l| paper::gongwen::Block::Text(vec![Run::plain(l)])).collect();
        let document = Document {
            mark: None,
            number: String::new(),
            title,
            to: unit,
            blocks,
            attachments: Vec::new(),
            org: String::new(),
            date: self.0.city.store().now().date(),
            copies: String::new(),
            check: None,
        };
        let address = Address { agree: Vec::new(), to: vec![row.unit], answer_by: None };
        Ok(Drawn { document, address, form: "notice" })
    }
    fn may_issue(&self, rd: &mut Rd<'_>, subject: i64) -> Result<(), Error> {
        let row = supervision::account(rd, subject)?.ok_or(Error::NotFound)?;
        let office = self.0.city.office(rd)?;
        match AccountState::read(&row.state) {
            AccountState::Withdrawn => {
                Err(Error::invalid("state", "这条登记已经撤销，不能再出文", "this entry was withdrawn"))
            }
            AccountState::Open => heard(row.at, self.0.city.store().now(), &office.rules.calendar),
            AccountState::Answered | AccountState::Final => Ok(()),
        }
    }
    fn moved(&self, tx: &mut Tx<'_>, permit: &Permit, subject: i64, m: Moved<'_>) -> Result<(), Error> {
        let number = m.way.number.as_ref().map_or_else(String::new, ToString::to_string);
        let (to, closing) = match m.act {
            Act::Issue => (AccountState::Final, format!("见{number}")),
            Act::Revoke => (AccountState::Withdrawn, format!("{number}已撤销：{}", m.way.why)),
            _ => return Ok(()),
        };
        let mut row = supervision::account(tx, subject)?.ok_or(Error::NotFound)?;
        let mut doc: AccountDoc = parse(&row.doc)?;
        doc.closing = closing;
        (row.state, row.doc) = (to.words().0.to_owned(), json(&doc)?);
        supervision::save_account(tx, permit, &row)?;
        let at: StreamId = stream(ACCOUNTS + subject);
        append(tx, permit, at, to.words().0, &doc)
    }
}
