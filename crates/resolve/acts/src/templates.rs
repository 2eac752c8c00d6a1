//! 答复模板: a unit keeps replies with fields and answers many cases of one matter by them; each reply is looked at before it is sent,
//! and is an act of its own.

use access::{decide, op};
use city::reach::{home, own_unit};
use city::{Door as _, Error, Later};
use kernel::Actor;
use resolve::{Command, ReplyField, Word as _, fields_in, fill_in};
use store::cases;
use store::replies::{self as rows, TemplateRow};

use crate::Cases;
use crate::doors::seen;

/// Cases that are answered at once.
const MOST: usize = 50;
/// The longest name.
const NAME_MAX: usize = 40;

/// A template as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplyTemplate {
    /// its id; 0 for a new one
    pub id: i64,
    /// its name, once in a unit
    pub name: String,
    /// the reply, with fields in braces
    pub text: String,
    /// on which basis
    pub basis: String,
}

/// A reply that was filled in for one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilledReply {
    /// the case
    pub number: String,
    /// its title
    pub title: String,
    /// the reply
    pub text: String,
    /// fields that nobody has filled in
    pub open: Vec<String>,
}

impl ReplyTemplate {
    /// Fields that the case does not fill in: they are asked once for all.
    pub fn asked(&self) -> Vec<String> {
        let own = |f: &&str| ReplyField::read(f).is_none();
        fields_in(&self.text).into_iter().filter(own).map(str::to_owned).collect()
    }
}

fn view(row: TemplateRow) -> ReplyTemplate {
    ReplyTemplate { id: row.id, name: row.name, text: row.text, basis: row.basis }
}

impl Cases {
    /// The templates of the own unit.
    pub fn reply_templates(&self, actor: Actor) -> Later<Vec<ReplyTemplate>> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            decide(&actor, op::WriteTemplates, own_unit(&actor, &home(&actor, &office)))?;
            let unit = actor.unit.ok_or(Error::NotFound)?;
            Ok(rows::of_unit(rd, unit)?.into_iter().map(view).collect())
        })
    }

    /// Keeps a template of the own unit under its name, or takes it out of use; on record.
    pub fn set_reply_template(&self, actor: Actor, new: ReplyTemplate, active: bool) -> Later<i64> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = decide(&actor, op::WriteTemplates, own_unit(&actor, &home(&actor, &office)))?;
            let unit = actor.unit.ok_or(Error::NotFound)?;
            let (name, text) = (new.name.trim(), new.text.trim());
            if name.is_empty() || name.chars().count() > NAME_MAX {
                return Err(Error::invalid(
                    "name",
                    format!("请给模板起个名字（{NAME_MAX} 字以内）"),
                    format!("give it a name, {NAME_MAX} characters at most"),
                ));
            }
            if text.is_empty() || text.chars().count() > resolve::TEXT_MAX || new.basis.chars().count() > 500
            {
                return Err(Error::invalid(
                    "text",
                    format!("请写答复内容（{} 字以内）", resolve::TEXT_MAX),
                    format!("write the reply, {} characters at most", resolve::TEXT_MAX),
                ));
            }
            let row = TemplateRow {
                id: 0,
                unit,
                name: name.to_owned(),
                text: text.to_owned(),
                basis: new.basis.trim().to_owned(),
                active,
                at: tx.now(),
            };
            let id = rows::put(tx, &permit, &row)?;
            let data =
                serde_json::json!({ "unit": unit, "name": row.name, "text": row.text, "active": active });
            city::note(tx, &permit, "set_reply_template", &data.to_string())?;
            Ok(id)
        })
    }

    /// Fills a template in for some cases: their own fields, and the values that were given for the others.
    pub fn fill_replies(
        &self,
        actor: Actor,
        template: i64,
        numbers: Vec<String>,
        given: Vec<(String, String)>,
    ) -> Later<Vec<FilledReply>> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            decide(&actor, op::WriteTemplates, own_unit(&actor, &home(&actor, &office)))?;
            let row =
                rows::by_id(rd, template)?.filter(|t| Some(t.unit) == actor.unit).ok_or(Error::NotFound)?;
            let today = app.city.store().now().date();
            let day = |d: kernel::Date| format!("{}年{}月{}日", d.year(), d.month(), d.day());
            let mut out = Vec::new();
            for number in numbers.iter().take(MOST) {
                let case = seen(rd, &actor, number)?;
                let place =
                    cases::history(rd, case.id, 0)?.into_iter().find_map(|e| match e.happened.asked {
                        Command::Register(r) => r.place,
                        _ => None,
                    });
                let unit = case.stage.owner().map(|u| office.unit_name(u)).unwrap_or_default();
                let value = |name: &str| {
                    let own = ReplyField::read(name).map(|f| match f {
                        ReplyField::Number => case.number.clone(),
                        ReplyField::Title => case.title.clone(),
                        ReplyField::Lodged => day(case.lodged.date()),
                        ReplyField::Today => day(today),
                        ReplyField::Unit => unit.clone(),
                        ReplyField::Place => place.clone().unwrap_or_default(),
                    });
                    own.or_else(|| given.iter().find(|g| g.0 == name).map(|g| g.1.trim().to_owned()))
                        .filter(|v| !v.is_empty())
                };
                let text = fill_in(&row.text, value);
                let open = fields_in(&text).into_iter().map(str::to_owned).collect();
                out.push(FilledReply { number: case.number.clone(), title: case.title.clone(), text, open });
            }
            Ok(out)
        })
    }
}
