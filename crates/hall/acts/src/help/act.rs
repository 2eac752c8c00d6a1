//! Acts on an order of help: by the applicant with number and code, by the desk, by the helper.

use access::op;
use city::reach::public;
use city::{Contact, Door as _, Error, Later};
use hall::help::{Command, HelpOrder, identity};
use kernel::Actor;
use store::Tx;
use store::help as rows;

use super::{HelpView, Helped, either, helps, read};
use crate::Halls;
use crate::booking::not_staff;
use crate::doors::load;

/// What the applicant can ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HelpAsked {
    /// they want it no more
    Withdraw,
    /// they add something, in their own words
    Say(String),
    /// the list of papers is right
    Acknowledge,
    /// delete what is kept of them now
    Erase,
}

/// Who grants a mandate (委托人); sealed with the rest of what is known of the applicant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grantor {
    /// 姓名
    pub name: String,
    /// 证件号
    pub id_number: String,
}

/// Characters of what is added.
const SAY_MAX: usize = 500;

impl Halls {
    /// An order for the applicant who has its number and code. Changes nothing.
    pub fn follow_help(&self, signed: Option<Actor>, number: String, code: String) -> Later<HelpView> {
        self.read(move |app, rd| {
            public(op::PublicHalls)?;
            not_staff(signed.as_ref())?;
            let o = app.help_by_code(rd, &number, &code)?;
            let l = load(rd, o.hall)?;
            app.help_view(rd, &l.hall, &Actor::resident(), o, true)
        })
    }

    /// One act of the applicant.
    pub fn help_act_by_code(
        &self,
        signed: Option<Actor>,
        number: String,
        code: String,
        asked: HelpAsked,
    ) -> Later<HelpOrder> {
        self.write(move |app, tx| {
            public(op::PublicHalls)?;
            not_staff(signed.as_ref())?;
            let o = app.help_by_code(tx, &number, &code)?;
            app.help_asked(tx, &Actor::resident(), o, &asked)
        })
    }

    /// The same by a clerk, for who calls.
    pub fn help_asked_for(&self, actor: Actor, number: String, asked: HelpAsked) -> Later<HelpOrder> {
        self.write(move |app, tx| {
            let row = rows::by_number(tx, number.trim())?.ok_or(Error::NotFound)?;
            app.help_asked(tx, &actor, read(&row)?, &asked)
        })
    }

    fn help_asked(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        o: HelpOrder,
        asked: &HelpAsked,
    ) -> Result<HelpOrder, Error> {
        let l = load(tx, o.hall)?;
        let words = match asked {
            HelpAsked::Withdraw => return self.help_does(tx, &l.hall, actor, o, Command::Withdraw {}),
            HelpAsked::Acknowledge => return self.help_does(tx, &l.hall, actor, o, Command::Acknowledge {}),
            HelpAsked::Erase => return self.help_does(tx, &l.hall, actor, o, Command::Erase {}),
            HelpAsked::Say(words) => words.trim(),
        };
        if words.is_empty() || words.chars().count() > SAY_MAX {
            return Err(Error::invalid(
                "words",
                format!("请写要补充的话（{SAY_MAX} 字以内）"),
                format!("write what you want to add, at most {SAY_MAX} characters"),
            ));
        }
        let o = self.help_does(tx, &l.hall, actor, o, Command::Say {})?;
        let mut helped = self.helped(tx, o.id)?;
        helped.words.push((tx.now(), words.to_owned()));
        self.keep_helped(tx, o.id, &helped)?;
        Ok(o)
    }

    /// One order for staff: the applicant covered.
    pub fn help_order(&self, actor: Actor, number: String) -> Later<HelpView> {
        self.read(move |app, rd| {
            let row = rows::by_number(rd, number.trim())?.ok_or(Error::NotFound)?;
            let (l, o) = (load(rd, row.hall)?, read(&row)?);
            either(&actor, op::ReadHelp, &l.hall, &o, app.city.store().now().date())?;
            app.help_view(rd, &l.hall, &actor, o, false)
        })
    }

    /// One act of staff. `ver` is the version that was seen: what was done twice at once is done once. The helper is taken from the
    /// register, and with a mandate comes who grants it.
    pub fn help_act(
        &self,
        actor: Actor,
        number: String,
        ver: i64,
        asked: Command,
        grantor: Grantor,
    ) -> Later<HelpOrder> {
        self.write(move |app, tx| {
            let row = rows::by_number(tx, number.trim())?.ok_or(Error::NotFound)?;
            let (l, o) = (load(tx, row.hall)?, read(&row)?);
            either(&actor, op::HandleHelp, &l.hall, &o, tx.now().date())?;
            if o.ver != ver {
                return Err(Error::Changed(store::StoreError::Conflict {
                    stream: rows::stream(o.id),
                    expected: ver,
                    found: o.ver,
                }));
            }
            let mut helped = app.helped(tx, o.id)?;
            let mut asked = asked.clone();
            if let Command::Accept { helper, .. } | Command::Assign { helper, .. } = &mut asked
                && let Some(known) = l.hall.helping.helper(helper.id)
            {
                *helper = known.named();
            }
            let id = o.id;
            if app.signed(&mut asked, &o, &grantor, &mut helped)? {
                app.keep_helped(tx, id, &helped)?;
            }
            // What the applicant left of themselves goes into no record.
            let asked = asked.with_words(|text| helped.contact.cover(text));
            app.help_does(tx, &l.hall, &actor, o, asked)
        })
    }

    /// Fills in a mandate: the agent by the register, the grantor as a digest. Says whether there is one.
    fn signed(
        &self,
        asked: &mut Command,
        o: &HelpOrder,
        grantor: &Grantor,
        helped: &mut Helped,
    ) -> Result<bool, Error> {
        let (Command::Accept { helper, mandate, .. } | Command::Assign { helper, mandate, .. }) = asked
        else {
            let Command::Resume { mandate: Some(m), .. } = asked else { return Ok(false) };
            let Some(helper) = &o.helper else { return Ok(false) };
            (m.agent, m.agent_name) = (helper.id, helper.name.clone());
            m.person = self.granted(grantor, helped)?;
            return Ok(true);
        };
        let Some(m) = mandate else { return Ok(false) };
        (m.agent, m.agent_name) = (helper.id, helper.name.clone());
        m.person = self.granted(grantor, helped)?;
        Ok(true)
    }

    fn granted(&self, grantor: &Grantor, helped: &mut Helped) -> Result<String, Error> {
        let name = grantor.name.trim();
        // Who granted one before is known.
        let id = match grantor.id_number.trim() {
            "" => helped.contact.id_number.clone(),
            given => identity(given).ok_or_else(|| {
                Error::invalid(
                    "id_number",
                    "证件号码不对，请核对（身份证 18 位，末位可为 X）",
                    "the identity number is wrong: check it",
                )
            })?,
        };
        if !name.is_empty() {
            name.clone_into(&mut helped.contact.name);
        }
        helped.contact.bounded()?;
        if id.is_empty() || helped.contact.name.is_empty() {
            return Ok(String::new());
        }
        helped.contact.id_number.clone_from(&id);
        Ok(self.person(&format!("id/{id}")))
    }

    /// The applicant in full: an act on record, with its purpose.
    pub fn show_helped(&self, actor: Actor, number: String, purpose: String) -> Later<(HelpView, Contact)> {
        self.write(move |app, tx| {
            let row = rows::by_number(tx, number.trim())?.ok_or(Error::NotFound)?;
            let (l, o) = (load(tx, row.hall)?, read(&row)?);
            let o = app.shown(tx, &actor, &l.hall, o, &purpose)?;
            let view = app.help_view(tx, &l.hall, &actor, o, true)?;
            Ok((view.clone(), view.contact))
        })
    }

    pub(super) fn shown(
        &self,
        tx: &mut Tx<'_>,
        actor: &Actor,
        of: &hall::Hall,
        o: HelpOrder,
        purpose: &str,
    ) -> Result<HelpOrder, Error> {
        if helps(actor, &o) {
            access::decide(actor, op::OwnHelp, access::Own(actor.staff))?;
        } else {
            crate::doors::door(actor, op::UnmaskHelp, of, tx.now().date())?;
        }
        let contact = self.helped(tx, o.id)?.contact;
        let purpose = contact.cover(purpose.trim());
        self.help_does(tx, of, actor, o, Command::Show { purpose })
    }
}
