//! 反映人: what a reader learns of who lodged a case, and who speaks in their place. The words of a letter are
//! shown with personal data covered; in full they are an act on record with its purpose. The code of a case goes
//! to who took it down, once; printing it again is an act of the loop. Who may is in `access::REPORTER`.

use access::{Region, decide, op};
use hanyu::mask::mask;
use kernel::{Actor, FileRef, Moment, Said, StreamId, StreamKind};
use resolve::{Act, Case, Command};
use store::{Rd, cases, ledger_rows};

use crate::doors::{code_fits, code_in, events_in, seen};
use crate::{CaseView, Cases, EventView};
use city::Contact;
use city::{City, Door, Error, Later};

/// Who lodged a case, in full, and what they said, in full.
#[derive(Clone, Debug)]
pub struct Unmasked {
    /// who
    pub contact: Contact,
    /// everything that happened, nothing covered
    pub events: Vec<EventView>,
}

/// A receipt: the case and the code with which it is followed.
#[derive(Clone, Debug)]
pub struct CaseReceipt {
    /// the case
    pub view: CaseView,
    /// 查询码
    pub code: String,
}

/// What is laid over the words of a letter for one reader (遮盖).
#[derive(Clone, Debug, Default)]
pub(crate) struct Veil {
    /// what the person left, covered wherever the words repeat it
    known: Contact,
    /// the reader must not learn who it was: names of files are covered whole
    whole: bool,
    /// nor when and where exactly it was
    moment: bool,
}

impl Veil {
    /// Who lodged it, masked; none when this reader must not know or nobody left a name.
    pub fn contact(&self) -> Option<Contact> {
        (!self.whole && !self.known.is_empty()).then(|| self.known.masked())
    }
    /// What of a text may be shown.
    pub fn text(&self, text: &str) -> String {
        self.known_covered(&mask(text))
    }
    /// The text with what the person left covered, and nothing else: what the office writes may name its own telephone.
    pub fn known_covered(&self, text: &str) -> String {
        self.known.cover(text)
    }
    /// Who it was, wherever an act of the office repeats it: in every text of the command, whichever command it is.
    fn office_words(&self, asked: Command) -> Command {
        fn walk(veil: &Veil, value: &mut serde_json::Value) -> bool {
            match value {
                serde_json::Value::String(text) => {
                    let covered = veil.known_covered(text);
                    std::mem::replace(text, covered) != *text
                }
                serde_json::Value::Array(all) => all.iter_mut().fold(false, |did, v| walk(veil, v) | did),
                serde_json::Value::Object(all) => all.values_mut().fold(false, |did, v| walk(veil, v) | did),
                _ => false,
            }
        }
        let Some(mut value) = serde_json::to_value(&asked).ok().filter(|_| !self.known.is_empty()) else {
            return asked;
        };
        if walk(self, &mut value) { serde_json::from_value(value).unwrap_or(asked) } else { asked }
    }
    /// When something happened, as exactly as this reader may know it.
    pub fn moment_of(&self, at: Moment, by_resident: bool) -> Moment {
        if self.moment && by_resident { Moment::start_of(at.date()) } else { at }
    }
    /// The name of a file that came with the letter. The kind stays: it says how the file is opened.
    pub fn file(&self, file: &FileRef) -> FileRef {
        let name = if self.whole {
            let kind = file.name.rsplit_once('.').map_or("", |(_, kind)| kind);
            let plain =
                kind.len() <= 5 && !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_alphanumeric());
            if plain { format!("附件.{kind}") } else { "附件".to_owned() }
        } else {
            self.text(&file.name)
        };
        FileRef { name, ..file.clone() }
    }
    /// An event as this reader may see it: covered is what the person said, not what the office answered.
    pub fn event(&self, mut e: EventView) -> EventView {
        if self.moment && e.by_resident {
            e.at = self.moment_of(e.at, true);
            e.recorded = e.at;
        }
        e.happened.asked = self.office_words(e.happened.asked);
        let theirs = match &mut e.happened.asked {
            Command::Register(r) => {
                r.title = self.text(&r.title);
                r.words = self.text(&r.words);
                r.place = r.place.as_deref().filter(|_| !self.moment).map(|p| self.text(p));
                if self.moment {
                    r.source_id = None;
                    r.lodged_at = None;
                }
                true
            }
            Command::AddWords { words } | Command::Callback { words, .. } => {
                *words = self.text(words);
                true
            }
            Command::Amend { title: Some(title), .. } => {
                *title = self.text(title);
                false
            }
            Command::Note { words } | Command::MissedCall { note: words } => {
                *words = self.text(words);
                false
            }
            _ => false,
        };
        if theirs {
            for file in &mut e.happened.files {
                *file = self.file(file);
            }
        }
        e
    }
}

/// Must this reader not learn at which minute and at which window somebody was served who rated it badly? Then who it
/// was is known there.
fn hides_moment(actor: &Actor, case: &Case) -> bool {
    case.kind == resolve::Kind::BadRating && !access::may_see_reporter(actor, case)
}

/// A case as lists show it to a reader: no personal data in its title, and no other words, since what an office wrote
/// may repeat who it was and a list does not fetch who that is.
pub(crate) fn case_in_list(actor: &Actor, mut case: Case) -> Case {
    case.office_words().for_each(String::clear);
    case_for(actor, case)
}

/// A case as its own page shows it: what an office wrote is covered where it repeats who it was.
pub(crate) fn case_on_page(actor: &Actor, veil: &Veil, mut case: Case) -> Case {
    for words in case.office_words() {
        *words = veil.known_covered(words);
    }
    case_for(actor, case)
}

fn case_for(actor: &Actor, mut case: Case) -> Case {
    case.title = mask(&case.title);
    if hides_moment(actor, &case) {
        case.lodged = Moment::start_of(case.lodged.date());
    }
    case
}

/// A title is read by many who may not see the case: it holds no personal data. What it held goes on in the words.
pub(crate) fn plain_title(title: &mut String, words: &mut String, name: &str) {
    let mut covered = mask(title);
    let name = name.trim();
    if name.chars().count() >= 2 && covered.contains(name) {
        let mut letters = name.chars();
        let surname: String = letters.by_ref().take(1).collect();
        covered = covered.replace(name, &format!("{surname}{}", "*".repeat(letters.count())));
    }
    if covered != *title {
        if !words.contains(title.trim()) {
            *words = format!("{}\n{words}", title.trim());
        }
        *title = covered;
    }
}

impl Cases {
    /// What lies over the words of a case for a reader.
    pub(crate) fn veil(&self, rd: &mut Rd<'_>, actor: &Actor, case: &Case) -> Result<Veil, Error> {
        veil_of(&self.city, rd, actor, case)
    }

    /// A file of a case under the name that this reader may know: what the person brought has no name of theirs.
    pub(crate) fn file_name_for(
        &self,
        rd: &mut Rd<'_>,
        actor: &Actor,
        case: &Case,
        file: &FileRef,
    ) -> Result<FileRef, Error> {
        let (office, veil) = (self.city.office(rd)?, self.veil(rd, actor, case)?);
        let mut shown = events_in(rd, &office, case, 0)?.into_iter().map(|e| veil.event(e));
        let named = shown.find_map(|e| e.happened.files.into_iter().find(|f| f.hash == file.hash));
        Ok(named.unwrap_or_else(|| veil.file(file)))
    }

    /// Who lodged a case and what they said, in full. It is an act on record with its purpose.
    pub fn unmask(&self, actor: Actor, number: String, purpose: String) -> Later<Unmasked> {
        self.write(move |app, tx| {
            let case = cases::by_number(tx, &number)?.ok_or(Error::NotFound)?;
            let permit = decide(&actor, op::UnmaskContact, &case)?;
            if !access::may_see_reporter(&actor, &case) {
                return Err(Error::Forbidden(Said::new(
                    "反映人要求对被反映单位保密",
                    "the person asked not to be known to the unit complained about",
                )));
            }
            let purpose = city::purpose_of(&purpose)?;
            let contact = city::contact_of(&app.city, tx, case.id)?;
            let data = serde_json::json!({ "number": case.number, "purpose": purpose }).to_string();
            let stream = StreamId::new(StreamKind::Office, 2);
            let ver = ledger_rows::head_of(tx, stream)?.map_or(0, |h| h.0);
            let now = tx.now();
            tx.append(stream, ver, now, permit.actor(), "unmask_contact", &data)?;
            let office = app.city.office(tx)?;
            Ok(Unmasked { contact, events: events_in(tx, &office, &case, 0)? })
        })
    }

    /// The receipt of a case that the actor has just registered: they hold its code, and so may print it.
    pub fn first_receipt(&self, actor: Actor, number: String, code: String) -> Later<CaseReceipt> {
        self.read(move |app, rd| {
            let case = seen(rd, &actor, &number)?;
            decide(&actor, op::RegisterCase, Region(&case.region))?;
            if !code_fits(&app.city, rd, &number, &code)? {
                return Err(Error::NotFound);
            }
            let office = app.city.office(rd)?;
            Ok(CaseReceipt { view: app.view_in(rd, &office, &actor, case)?, code: code.clone() })
        })
    }

    /// 重打凭证: an act of the loop with its purpose, never of a unit that answers for the case. From then on the
    /// record says beside what comes by this code that the office printed it again.
    pub fn print_receipt(&self, actor: Actor, number: String, purpose: String) -> Later<CaseReceipt> {
        self.write(move |app, tx| {
            let purpose = city::purpose_of(&purpose)?;
            let office = app.city.office(tx)?;
            let case = cases::by_number(tx, &number)?.ok_or(Error::NotFound)?;
            let case = app.act_in(tx, &office, &actor, &case, Command::PrintReceipt { purpose }, None)?;
            let code = code_in(&app.city, tx, &number)?;
            Ok(CaseReceipt { code, view: app.view_in(tx, &office, &actor, case)? })
        })
    }
}

/// What lies over the words of a case for a reader.
pub(crate) fn veil_of(city: &City, rd: &mut Rd<'_>, actor: &Actor, case: &Case) -> Result<Veil, Error> {
    Ok(Veil {
        known: city::contact_of(city, rd, case.id)?,
        whole: !access::may_see_reporter(actor, case),
        moment: hides_moment(actor, case),
    })
}

/// Told to staff who open the link of a person whose case their unit answers.
pub(crate) fn own_case() -> Said {
    Said::new(
        "这是反映人的页面。您的单位正在或曾经承办本件，不能用反映人的凭证答复、补充或评价；请退出登录并由反映人本人办理",
        "this page is for the person who lodged the case; your unit answers for it, so you may not answer, add or rate with their receipt: sign out and leave it to them",
    )
}

/// Did this come by a code that the office had printed again by then?
pub(crate) fn by_printed_code(case: &Case, e: &EventView) -> bool {
    let theirs = matches!(e.act, Act::Callback | Act::AddWords) && e.by_resident;
    theirs && case.reprinted.is_some_and(|ver| ver < e.ver)
}
