//! 公开发布: typical cases and answers, after a check for personal data; withdrawn with a trace (rows R13, P5).

use access::{decide, op};
use kernel::{Actor, Moment};
use resolve::Command;
use store::cases;
use store::supervision::{self, PublicationRow};

use crate::Supervision;
use crate::bulletins::{json, parse, stream};
use crate::ratings::append;
use crate::supervision::{PUBLIC, Published, PublishedView, text};
use city::{Door as _, Error, Later};

impl Supervision {
    /// What of a case would be published: words and answer, personal data covered.
    pub fn publication_draft(&self, actor: Actor, number: String) -> Later<Published> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            let case = cases::by_number(rd, &number)?.ok_or(Error::NotFound)?;
            decide(&actor, op::Publish, &case)?;
            let (mut words, mut answer) = (String::new(), String::new());
            for e in cases::history(rd, case.id, 0)? {
                match e.happened.asked {
                    Command::Register(r) => words = r.words,
                    Command::Reply { text, .. }
                    | Command::AnswerOnSpot { text }
                    | Command::Backfill { text } => {
                        answer = text;
                    }
                    _ => {}
                }
            }
            let unit = office.unit_name(case.stage.owner().unwrap_or(case.first_asked));
            let who = city::contact_of(&app.city, rd, case.id)?;
            let cover = |text: &str| who.cover(&hanyu::mask::mask(text));
            Ok(Published {
                title: cover(&case.title),
                words: cover(&words),
                answer: cover(&answer),
                unit,
                typical: false,
            })
        })
    }

    /// Publishes a case, when nothing in it looks like personal data any more.
    pub fn publish(&self, actor: Actor, number: String, what: Published) -> Later<i64> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let case = cases::by_number(tx, &number)?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::Publish, &case)?;
            let what = Published {
                title: text(&what.title),
                words: text(&what.words),
                answer: text(&what.answer),
                // In whose name it stands is said by the case, not by the form.
                unit: office.unit_name(case.stage.owner().unwrap_or(case.first_asked)),
                ..what.clone()
            };
            if what.title.is_empty() || what.answer.is_empty() {
                return Err(Error::invalid("answer", "标题和答复不能为空", "title and answer are needed"));
            }
            let who = city::contact_of(&app.city, tx, case.id)?;
            for (field, t) in [("title", &what.title), ("words", &what.words), ("answer", &what.answer)] {
                if who.is_in(t) {
                    return Err(Error::invalid(
                        field,
                        "文中仍有反映人留下的姓名、电话、证件号码或地址，请遮盖后再公开",
                        "the name, telephone, identity number or address of who lodged the case is still in the text: cover it first",
                    ));
                }
                if let Some(said) = hanyu::mask::refusal(t) {
                    return Err(Error::Invalid { field: field.to_owned(), said });
                }
            }
            let row = PublicationRow {
                id: 0,
                case: case.id,
                state: "shown".to_owned(),
                at: tx.now(),
                doc: json(&what)?,
            };
            let id = supervision::put_publication(tx, &permit, &row)?;
            append(tx, &permit, stream(PUBLIC + id), "publish", &(&number, &what.title))?;
            Ok(id)
        })
    }

    /// Takes a publication back; the trace stays.
    pub fn withdraw(&self, actor: Actor, id: i64, why: String) -> Later<()> {
        self.write(move |_, tx| {
            let mut row = supervision::publication(tx, id)?.ok_or(Error::NotFound)?;
            let case = cases::by_id(tx, row.case)?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::Publish, &case)?;
            if text(&why).is_empty() {
                return Err(Error::invalid("why", "请写明撤下的原因", "say why it is taken back"));
            }
            row.state = "withdrawn".to_owned();
            supervision::put_publication(tx, &permit, &row)?;
            append(tx, &permit, stream(PUBLIC + id), "withdraw", &text(&why))
        })
    }

    /// What is public, the newest first.
    pub fn published(&self, before: Option<(Moment, i64)>) -> Later<Vec<PublishedView>> {
        self.read(move |_, rd| {
            city::reach::public(op::PublicAnswers)?;
            supervision::shown(rd, before, 20)?.into_iter().map(published_of).collect()
        })
    }

    /// What in the words of a publication still looks like personal data: its kind and the words.
    pub fn personal_in(&self, what: &Published) -> Vec<(kernel::Said, String)> {
        let texts = [&what.title, &what.words, &what.answer];
        let found = texts.into_iter().flat_map(|t| hanyu::mask::told(t));
        found.map(|(kind, words)| (kernel::Said::new(kind.zh(), kind.en()), words.to_owned())).collect()
    }

    /// What is, or was, public of a case.
    pub fn published_of_case(&self, actor: Actor, number: String) -> Later<Option<PublishedView>> {
        self.read(move |_, rd| {
            let case = cases::by_number(rd, &number)?.ok_or(Error::NotFound)?;
            decide(&actor, op::Publish, &case)?;
            supervision::publication_of_case(rd, case.id)?.map(published_of).transpose()
        })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "a row becomes a view")]
fn published_of(row: PublicationRow) -> Result<PublishedView, Error> {
    Ok(PublishedView { id: row.id, shown: parse(&row.doc)?, at: row.at, public: row.state == "shown" })
}
