//! 答复质量: what a reply lacks, shown before it is sent, and signals that it says nothing or is a copy (纸面销号).

use access::{Nothing, decide, op};
use hanyu::minhash::{Fingerprint, counted};
use hanyu::normalise::fold;
use hanyu::reply::{self, Part};
use kernel::{Actor, Moment, Said};
use store::{cases, readings};

use super::{signature_of, words_of};
use crate::Cases;
use city::{Door, Error, Later};

/// Characters of a reply that are weighed.
const CHARS: usize = 20_000;

/// A reply as weighed before it is sent.
#[derive(Clone, Debug)]
pub struct ReplyCheck {
    /// 0 to 100
    pub score: u32,
    /// how much of what was asked it takes up, 0 to 1
    pub relevance: f32,
    /// parts it has
    pub present: Vec<Said>,
    /// what to add, the weightiest first
    pub advice: Vec<Said>,
    /// what it looks like
    pub signals: Vec<Said>,
    /// the case whose reply has the same wording for another problem: number (when it may be seen), percent
    pub copied: Option<(Option<String>, u32)>,
}

/// A reply with a signal, for those who look after replies.
#[derive(Clone, Debug)]
pub struct SignalView {
    /// its case
    pub number: String,
    /// title
    pub title: String,
    /// unit
    pub unit: Option<String>,
    /// when
    pub at: Moment,
    /// 0 to 100
    pub score: i64,
    /// what it looks like
    pub signals: Vec<Said>,
    /// the case with the same wording, when it may be seen
    pub twin: Option<String>,
}

fn part(p: Part) -> Said {
    let (zh, en) = match p {
        Part::Checked => ("查了什么", "what was checked"),
        Part::Found => ("查到什么", "what was found"),
        Part::Action => ("怎么办", "what will be done"),
        Part::Who => ("谁来办", "who does it"),
        Part::When => ("何时办完", "by when"),
        Part::Basis => ("依据", "on which basis"),
        Part::Contact => ("联系方式", "whom to call"),
    };
    Said::new(zh, en)
}

fn signal(word: &str) -> Said {
    match word {
        "empty" => Said::new("几乎没有实质内容", "says hardly anything"),
        "passed_on" => Said::new("只说已转办，没有结果", "only says that it was passed on"),
        "off_topic" => Said::new("没有回应所反映的问题", "does not take up what was asked"),
        "copied" => Said::new("与另一问题的答复文字相同", "same wording as a reply to another problem"),
        other => Said::new(other, other),
    }
}

impl Cases {
    /// Weighs a reply before it is sent. Nothing is kept.
    pub fn check_reply(&self, actor: Actor, number: String, text: String) -> Later<ReplyCheck> {
        self.study(move |app, rd| {
            let case = cases::by_number(rd, &number)?.ok_or(Error::NotFound)?;
            decide(&actor, op::ReadCase, &case)?;
            let office = app.city.office(rd)?;
            let loaded = app.loaded(rd, &office)?;
            let text: String = text.chars().take(CHARS).collect();
            let words = words_of(rd, &case)?;
            let r = reply::review(loaded.cutter(), &case.title, &words.words, &text);
            let letter = signature_of(loaded.cutter(), &case.title, &words.words, &words.place);
            let print = Fingerprint::of(&counted(&fold(&text)));
            let copied = match super::index::twin(rd, case.id, &print, &letter, &text)? {
                Some((id, share)) => {
                    let seen = cases::by_id(rd, id)?.filter(|c| access::may_see(&actor, c));
                    Some((seen.map(|c| c.number), (share * 100.0).round() as u32))
                }
                None => None,
            };
            Ok(ReplyCheck {
                score: r.score,
                relevance: r.relevance,
                present: r.present.iter().map(|p| part(*p)).collect(),
                advice: r.advice,
                signals: r.signals.iter().map(|s| signal(s.word())).collect(),
                copied,
            })
        })
    }

    /// Replies with a signal that this reader may see, the newest first.
    pub fn reply_signals(&self, actor: Actor) -> Later<Vec<SignalView>> {
        self.study(move |app, rd| {
            decide(&actor, op::ReadFigures, Nothing)?;
            let office = app.city.office(rd)?;
            let mut out = Vec::new();
            for r in readings::signalled(rd, 300)? {
                let Some(case) = cases::by_id(rd, r.case)?.filter(|c| access::may_see(&actor, c)) else {
                    continue;
                };
                let twin = match r.twin {
                    Some(id) => {
                        cases::by_id(rd, id)?.filter(|c| access::may_see(&actor, c)).map(|c| c.number)
                    }
                    None => None,
                };
                out.push(SignalView {
                    number: case.number,
                    title: case.title,
                    unit: r.unit.or_else(|| case.stage.owner()).map(|u| office.unit_name(u)),
                    at: r.at,
                    score: r.score,
                    signals: r.signals.split(' ').filter(|s| !s.is_empty()).map(signal).collect(),
                    twin,
                });
                if out.len() == 100 {
                    break;
                }
            }
            Ok(out)
        })
    }
}
