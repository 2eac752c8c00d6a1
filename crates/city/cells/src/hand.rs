//! 转、收、退: what a coordinator does with matters between cells.

use access::{City, Permit, decide, op};
use city::{Door as _, Error, Later, Office, contact_of, purpose_of};
use kernel::Actor;
use resolve::{Case, Command};
use store::cells::{self as rows, MatterRow, PeerRow};
use store::{Rd, Tx, cases};

use crate::Cells;
use crate::apply::{known_of, save, state_of, step};
use crate::life::{Known, Side, State, Step, Turn};
use crate::message::{Content, Matter};
use crate::peers::{Purpose, purposes_of};
use crate::post::send;

/// 跨域转办, as asked for.
#[derive(Clone, Debug)]
pub struct HandOver {
    /// 受理编号
    pub number: String,
    /// to which cell
    pub peer: String,
    /// why it is theirs, and what is asked of them
    pub note: String,
    /// the contact of the person goes along, for this; empty for no
    pub contact_for: String,
}

/// What a peer says, with its name before it.
pub(crate) fn note_of(name: &str, words: &str) -> String {
    format!("{name}：{words}")
}

fn city_permit(actor: &Actor, office: &Office) -> Result<Permit, Error> {
    Ok(decide(actor, op::HandMatters, City(&office.settings.city))?)
}

pub(crate) fn peer_of(rd: &mut Rd<'_>, id: i64) -> Result<PeerRow, Error> {
    rows::peers(rd)?.into_iter().find(|p| p.id == id).ok_or(Error::NotFound)
}

impl Cells {
    /// 跨域转办: the case is offered to another cell; our clock runs until that cell takes it.
    pub fn hand_over(&self, actor: Actor, asked: HandOver) -> Later<String> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = city_permit(&actor, &office)?;
            let case = cases::by_number(tx, asked.number.trim())?.ok_or(Error::NotFound)?;
            decide(&actor, op::ReadCase, &case)?;
            let peer = rows::peer(tx, &asked.peer)?.filter(|p| p.active).ok_or_else(|| {
                Error::invalid("peer", "请选择对接城市", "choose a city that this one speaks with")
            })?;
            let purposes = purposes_of(&peer);
            let to = || format!("与{}没有约定", peer.name);
            if !purposes.contains(&Purpose::Matters) {
                return Err(Error::invalid("peer", format!("{}跨域转办", to()), "not agreed with that city"));
            }
            let wanted = !asked.contact_for.trim().is_empty();
            if wanted && !purposes.contains(&Purpose::Contact) {
                return Err(Error::invalid(
                    "contact_for",
                    format!("{}传送联系方式：请不要填写", to()),
                    "contacts are not agreed with that city: leave it empty",
                ));
            }
            let purpose = if wanted { Some(purpose_of(&asked.contact_for)?) } else { None };
            let command = Command::HandOver {
                cell: peer.code.parse().map_err(Error::bug)?,
                name: peer.name.clone(),
                note: asked.note.clone(),
            };
            let after = (app.handovers.case_does)(&app.city, tx, &actor, case.id, command)?;
            let subject = app.offer(tx, &office, &peer, &after, &asked.note, wanted)?;
            // What leaves the city is on record beside the act: to whom, and for what the contact.
            let data = serde_json::json!({ "number": case.number, "peer": peer.code, "subject": subject, "contact_for": purpose });
            city::note(tx, &permit, "hand_over", &data.to_string())?;
            Ok(subject)
        })
    }

    fn offer(
        &self,
        tx: &mut Tx<'_>,
        office: &Office,
        peer: &PeerRow,
        case: &Case,
        note: &str,
        with_contact: bool,
    ) -> Result<String, Error> {
        let before = rows::matters_of(tx, case.id, "out")?;
        let again = before.iter().any(|m| m.peer == peer.id && m.state == State::Returned.word());
        let subject = format!("{}/{}", case.number, before.len() + 1);
        let now = tx.now();
        let matter = self.matter_of(tx, case, note, with_contact, again)?;
        let known = Known {
            title: matter.title.clone(),
            note: note.to_owned(),
            origin: case.number.clone(),
            number: None,
            contact: matter.contact.is_some(),
            again,
            recalling: false,
            reason: String::new(),
            stage: String::new(),
            unit: String::new(),
            due: None,
            left: None,
            told: None,
            satisfied: None,
            turns: vec![Turn { at: now, side: Side::Origin }],
        };
        let row = MatterRow {
            id: 0,
            peer: peer.id,
            side: "out".to_owned(),
            subject: subject.clone(),
            case: Some(case.id),
            state: State::Offered.word().to_owned(),
            ver: 1,
            made: now,
            at: now,
            doc: serde_json::to_string(&known).map_err(Error::bug)?,
            content: None,
        };
        rows::put_matter(tx, &row)?;
        send(&self.city, tx, office, peer, &subject, &Content::Offer(Box::new(matter)))?;
        Ok(subject)
    }

    /// As much of a case as another city needs: the words covered; the contact only where it was asked for.
    fn matter_of(
        &self,
        rd: &mut Tx<'_>,
        case: &Case,
        note: &str,
        with_contact: bool,
        again: bool,
    ) -> Result<Matter, Error> {
        let contact = contact_of(&self.city, rd, case.id)?;
        let cover = |text: &str| contact.cover(&hanyu::mask::mask(text));
        let mut words = String::new();
        let mut place = None;
        for e in cases::history(rd, case.id, 0)? {
            let said = match e.happened.asked {
                Command::Register(r) => {
                    place = r.place;
                    r.words
                }
                Command::AddWords { words } => words,
                _ => continue,
            };
            if !words.is_empty() {
                words.push('\n');
            }
            words.push_str(&cover(&said));
        }
        Ok(Matter {
            number: case.number.clone(),
            title: cover(&case.title),
            words: cut(&words),
            kind: case.kind,
            complexity: case.complexity,
            place: place.map(|p| cover(&p)),
            note: cover(note),
            hide_reporter: case.hide_reporter,
            contact: Some(contact).filter(|c| with_contact && !c.is_empty()),
            again,
            at: rd.now(),
        })
    }

    /// 请求撤回: asked for while the other side has not taken it; that side decides, so that it is never both.
    pub fn recall(&self, actor: Actor, id: i64) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = city_permit(&actor, &office)?;
            let mut row = rows::matter_by_id(tx, id)?.filter(|m| m.side == "out").ok_or(Error::NotFound)?;
            let mut known = known_of(&row)?;
            if state_of(&row)? != State::Offered || known.recalling {
                return Err(Error::invalid(
                    "state",
                    "对方已经受理或退回，或已请求撤回",
                    "the other side has decided, or it was asked back already",
                ));
            }
            known.recalling = true;
            save(tx, &mut row, &known)?;
            let peer = peer_of(tx, row.peer)?;
            send(&app.city, tx, &office, &peer, &row.subject, &Content::Recall {})?;
            city::note(tx, &permit, "recall", &serde_json::json!({ "subject": row.subject }).to_string())
        })
    }

    /// 受理来件: it becomes a case here, with a number and a calendar of this city; from now on the clock is ours.
    pub fn accept(&self, actor: Actor, id: i64) -> Later<String> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = city_permit(&actor, &office)?;
            let mut row = rows::matter_by_id(tx, id)?.filter(|m| m.side == "in").ok_or(Error::NotFound)?;
            let mut known = known_of(&row)?;
            let now = tx.now();
            let at = step(tx, &mut row, &mut known, Side::Receiver, Step::Accept, now)?;
            let peer = peer_of(tx, row.peer)?;
            let matter = app.matter_in(&row)?;
            let contact = matter.contact.clone().unwrap_or_default();
            let source = format!("cell/{}/{}", peer.code, row.subject);
            let (case, number) =
                (app.handovers.matter_becomes_case)(&app.city, tx, &actor, &matter, &source, &contact)?;
            (app.handovers.case_does)(&app.city, tx, &actor, case, Command::Accept {})?;
            known.number = Some(number.clone());
            row.case = Some(case);
            row.content = None;
            save(tx, &mut row, &known)?;
            let said = Content::Accepted { number: number.clone(), at };
            send(&app.city, tx, &office, &peer, &row.subject, &said)?;
            let data = serde_json::json!({ "subject": row.subject, "peer": peer.code, "number": number });
            city::note(tx, &permit, "accept_matter", &data.to_string())?;
            Ok(number)
        })
    }

    /// 退回来件: once between two cities, with its reason.
    pub fn give_back(&self, actor: Actor, id: i64, reason: String) -> Later<()> {
        self.write(move |app, tx| {
            let office = app.city.office(tx)?;
            let permit = city_permit(&actor, &office)?;
            let mut row = rows::matter_by_id(tx, id)?.filter(|m| m.side == "in").ok_or(Error::NotFound)?;
            let mut known = known_of(&row)?;
            if known.again {
                return Err(Error::invalid(
                    "reason",
                    "本件已退回过一次，不能再退：请受理，有争议报上级裁定",
                    "it was returned once and not again: take it, and bring a dispute to the level above",
                ));
            }
            let reason = reason.trim().to_owned();
            if reason.is_empty() || reason.chars().count() > 1_000 {
                return Err(Error::invalid(
                    "reason",
                    "请写明退回的理由（1000 字以内）",
                    "say why it is returned, 1,000 characters at most",
                ));
            }
            known.reason.clone_from(&reason);
            row.content = None;
            let now = tx.now();
            let at = step(tx, &mut row, &mut known, Side::Receiver, Step::Return, now)?;
            let peer = peer_of(tx, row.peer)?;
            let said = Content::Returned { reason: reason.clone(), recalled: false, at };
            send(&app.city, tx, &office, &peer, &row.subject, &said)?;
            let data = serde_json::json!({ "subject": row.subject, "peer": peer.code, "reason": reason });
            city::note(tx, &permit, "return_matter", &data.to_string())
        })
    }
}

/// As long as a case may be.
fn cut(text: &str) -> String {
    text.chars().take(resolve::TEXT_MAX).collect()
}
