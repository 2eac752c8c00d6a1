//! 件列表的地址: what the address of the list of cases asks for, and the other way round.

use axum::extract::Query as Ask;
use resolve::{Kind, Lateness, StageKind, Word as _};
use serde::Deserialize;
use store::cases::{Query, Sort};
use web_kit::{escape, word};

use crate::lists::{OPEN, scope, tomorrow};
use crate::{Desk, Page};

/// What the address of the list says.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct ListAsk {
    #[serde(default)]
    pub q: String,
    #[serde(default)]
    pub stage: String,
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    pub unit: String,
    #[serde(default)]
    pub scope: String,
    #[serde(default)]
    pub late: String,
    #[serde(default)]
    pub today: String,
    #[serde(default)]
    pub returned: String,
    #[serde(default)]
    pub reopened: String,
    #[serde(default)]
    pub sort: String,
    #[serde(default)]
    pub after: String,
    /// the saved view it began with
    #[serde(default)]
    pub view: String,
    /// stretches that are folded
    #[serde(default)]
    pub fold: String,
}

/// The address of a page of the list, as its question.
pub(crate) fn address(ask: &ListAsk, after: &str) -> String {
    let pairs = [
        ("q", &*ask.q),
        ("stage", &ask.stage),
        ("kind", &ask.kind),
        ("unit", &ask.unit),
        ("scope", &ask.scope),
        ("late", &ask.late),
        ("today", &ask.today),
        ("returned", &ask.returned),
        ("reopened", &ask.reopened),
        ("sort", &ask.sort),
        ("fold", &ask.fold),
        ("view", &ask.view),
        ("after", after),
    ];
    let set: Vec<_> =
        pairs.iter().filter(|(_, v)| !v.is_empty()).map(|(n, v)| format!("{n}={}", escape(v))).collect();
    format!("?{}", set.join("&"))
}

pub(crate) fn sort_of(word: &str) -> Sort {
    match word {
        "newest" => Sort::Newest,
        "support" => Sort::Support,
        _ => Sort::Due,
    }
}

impl ListAsk {
    /// What an address of the list asks for.
    pub(crate) fn of(address: &str) -> Self {
        let uri = format!("/?{}", address.trim_start_matches('?')).parse().ok();
        uri.and_then(|uri| Ask::<Self>::try_from_uri(&uri).ok()).map(|a| a.0).unwrap_or_default()
    }
}

pub(crate) fn query(desk: &Desk, ask: &ListAsk, unit: Option<kernel::UnitId>) -> Query {
    let stages = match ask.stage.as_str() {
        "all" => Vec::new(),
        "open" => OPEN.to_vec(),
        // Who looks for words looks through everything.
        "" if ask.late.is_empty() && ask.today.is_empty() && ask.q.trim().is_empty() => OPEN.to_vec(),
        "" => Vec::new(),
        one => StageKind::ALL.iter().copied().filter(|s| s.word() == one).collect(),
    };
    let after = ask.after.split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    Query {
        stages,
        kind: Kind::ALL.iter().find(|k| k.word() == ask.kind).map(|k| k.word().to_owned()),
        due_before: match (ask.late.as_str(), ask.today.as_str()) {
            ("", "") => None,
            (_, "") => Some(desk.page.now),
            _ => Some(tomorrow(desk.page.now)),
        },
        due_from: (!ask.today.is_empty()).then_some(desk.page.now),
        unit,
        text: Some(ask.q.trim().chars().take(60).collect::<String>()).filter(|q| !q.is_empty()),
        returned: !ask.returned.is_empty(),
        reopened: !ask.reopened.is_empty(),
        sort: sort_of(&ask.sort),
        after,
        limit: 50,
        ..Query::of(scope(desk, &ask.scope))
    }
}

impl ListAsk {
    /// The unit asked for.
    pub(crate) fn unit_in(&self, office: &city::Office) -> Option<kernel::UnitId> {
        office.unit_called(&self.unit).map(|u| u.id).filter(|_| !self.unit.is_empty())
    }
    /// The saved view it began with.
    pub(crate) fn view(&self) -> Option<i64> {
        self.view.parse().ok()
    }
    /// The stretches that are folded.
    pub(crate) fn folded(&self) -> Vec<Lateness> {
        self.fold.split('.').filter_map(Lateness::read).collect()
    }
    /// The same list with a stretch folded that is open, or open that is folded.
    pub(crate) fn toggled(&self, of: Lateness) -> Self {
        let folded = self.folded();
        let now = Lateness::ALL.into_iter().filter(|l| folded.contains(l) != (*l == of));
        Self { fold: now.map(Lateness::word).collect::<Vec<_>>().join("."), ..self.clone() }
    }
    /// Are its rows grouped by when they are due?
    pub(crate) fn grouped(&self) -> bool {
        sort_of(&self.sort) == Sort::Due && self.words().is_empty()
    }
    /// What is asked when nothing is said, said.
    pub(crate) fn spelt(&self) -> Self {
        let open =
            [&self.stage, &self.late, &self.today].iter().all(|f| f.is_empty()) && self.words().is_empty();
        Self { stage: if open { "open".to_owned() } else { self.stage.clone() }, ..self.clone() }
    }
    /// The words looked for.
    pub(crate) fn words(&self) -> &str {
        self.q.trim()
    }
    /// The filter in words, for a file that must say what it holds.
    pub(crate) fn told(&self, p: &Page) -> String {
        let stage = StageKind::ALL.iter().find(|s| s.word() == self.stage).map(|s| word(p.lang, *s));
        let kind = Kind::ALL.iter().find(|k| k.word() == self.kind).map(|k| word(p.lang, *k));
        let open = self.stage == "open"
            || (self.stage.is_empty()
                && self.today.is_empty()
                && self.late.is_empty()
                && self.q.trim().is_empty());
        let on = |set: &str, text: &str| (!set.is_empty()).then(|| text.to_owned());
        let parts = [
            stage,
            open.then(|| p.t.stage_open.to_owned()),
            kind,
            on(&self.unit, &self.unit),
            on(&self.late, p.t.tile_late),
            on(&self.today, p.t.tile_today),
            on(&self.returned, p.t.tile_returned),
            on(&self.reopened, p.t.tile_reopened),
            on(&self.q, &self.q),
        ];
        let told: Vec<_> = parts.into_iter().flatten().collect();
        if told.is_empty() { p.t.stage_all.to_owned() } else { told.join("、") }
    }
}
