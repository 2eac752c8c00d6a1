//! 草稿: a long form kept while it is written, so that a closed window or a power cut costs no more than the last ten
//! seconds. Only who writes it sees it; it is sealed, for it may hold who lodged a case; it ends when the form is sent,
//! or after a week.

use access::{Own, decide, op};
use kernel::{Actor, Moment, StaffId};
use store::drafts;

use crate::{City, Door as _, Error, Later};

/// Drafts of one account.
const MOST: i64 = 100;
/// Bytes of one.
const BYTES: usize = 200_000;
/// Characters of the name of a form.
const NAME: usize = 80;

/// A draft as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// when
    pub at: Moment,
    /// the fields of the form in their order
    pub fields: Vec<(String, String)>,
}

fn own(actor: &Actor) -> Result<StaffId, Error> {
    decide(actor, op::OwnAccount, Own(actor.staff))?;
    actor.staff.ok_or(Error::NotFound)
}

impl City {
    /// Keeps a form as far as it is written; an empty one is forgotten.
    pub fn keep_draft(&self, actor: Actor, form: String, fields: Vec<(String, String)>) -> Later<()> {
        self.write(move |app, tx| {
            let staff = own(&actor)?;
            let text = serde_json::to_vec(&fields).map_err(Error::bug)?;
            if form.is_empty() || form.chars().count() > NAME || text.len() > BYTES {
                return Err(Error::invalid(
                    "draft",
                    "草稿太长，没有保存；请先提交或另存",
                    "the draft is too long and was not kept: send it or keep it elsewhere",
                ));
            }
            if fields.iter().all(|f| f.1.trim().is_empty()) {
                return Ok(drafts::forget(tx, staff, &form)?);
            }
            let full = drafts::get(tx, staff, &form)?.is_none() && drafts::count(tx, staff)? >= MOST;
            if full {
                return Err(Error::invalid(
                    "draft",
                    "草稿已满，没有保存；请先提交写好的表单",
                    "there are too many drafts: send what is written first",
                ));
            }
            Ok(drafts::put(tx, staff, &form, &app.vault().seal_bytes(staff.0, &text)?)?)
        })
    }

    /// The draft of a form.
    pub fn draft(&self, actor: Actor, form: String) -> Later<Option<Draft>> {
        self.read(move |app, rd| {
            let staff = own(&actor)?;
            let Some((at, doc)) = drafts::get(rd, staff, &form)? else { return Ok(None) };
            // One that does not open any more is none: nothing hangs on it.
            let text = app.vault().unseal_bytes(staff.0, &doc).ok();
            let fields = text.and_then(|t| serde_json::from_slice(&t).ok());
            Ok(fields.map(|fields| Draft { at, fields }))
        })
    }

    /// Drafts whose names begin so, with when each was kept.
    pub fn drafts(&self, actor: Actor, begin: String) -> Later<Vec<(String, Moment)>> {
        self.read(move |_, rd| Ok(drafts::names(rd, own(&actor)?, &begin)?))
    }

    /// The form was sent, or is not wanted any more.
    pub fn forget_draft(&self, actor: Actor, form: String) -> Later<()> {
        self.write(move |_, tx| Ok(drafts::forget(tx, own(&actor)?, &form)?))
    }
}
