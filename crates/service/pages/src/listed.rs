//! 全部办件: the list with what is asked for; the handled numbers open it.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::UnitId;
use serde::Deserialize;
use service::{Channel, StageKind, Word as _};
use service_acts::{ListAsk, Offered};
use web_kit::{Oops, address, date_of, render, word};

use crate::desk::{Row, row};
use crate::{Desk, Kit, Page, service};

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    number: String,
    /// code of a theme; `-` for single items
    theme: String,
    stage: String,
    channel: String,
    item: String,
    lead: String,
    region: String,
    decided: String,
    late: String,
    from: String,
    to: String,
    before: String,
}

impl Asked {
    /// Everything but the page.
    fn pairs(&self) -> [(&'static str, &str); 10] {
        [
            ("theme", &self.theme),
            ("stage", &self.stage),
            ("channel", &self.channel),
            ("item", &self.item),
            ("lead", &self.lead),
            ("region", &self.region),
            ("decided", &self.decided),
            ("late", &self.late),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }
}

#[derive(Template)]
#[template(path = "services_all.html")]
struct AllHtml {
    p: Page,
    q: Asked,
    themes: Vec<Offered>,
    stages: Vec<(&'static str, String)>,
    channels: Vec<(&'static str, String)>,
    /// what is asked for and has no field of its own here
    kept: Vec<(&'static str, String)>,
    asked: String,
    trouble: String,
    rows: Vec<Row>,
    next: String,
}

/// `GET /desk/services/all`
pub(crate) async fn list(
    State(kit): State<Kit>,
    desk: Desk,
    Query(q): Query<Asked>,
) -> Result<Response, Oops> {
    let p = desk.page.clone();
    let service = service(&kit);
    let number = q.number.trim();
    let mut trouble = String::new();
    if !number.is_empty() {
        match service.application(desk.actor(), number.to_owned()).await {
            Ok(_) => return Ok(Redirect::to(&format!("/desk/services/at/{number}")).into_response()),
            Err(city::Error::NotFound | city::Error::Forbidden(_)) => {
                trouble = p.t.svc_no_number.replace("{number}", number);
            }
            Err(e) => return Err(Oops(e)),
        }
    }
    let ask = ListAsk {
        stage: StageKind::read(&q.stage),
        theme: match q.theme.as_str() {
            "" => None,
            "-" => Some(String::new()),
            code => Some(code.to_owned()),
        },
        item: q.item.clone(),
        channel: Channel::read(&q.channel),
        lead: q.lead.parse().ok().map(UnitId),
        region: q.region.clone(),
        decided: !q.decided.is_empty(),
        late: !q.late.is_empty(),
        from: date_of(&q.from),
        to: date_of(&q.to),
        before: q.before.parse().unwrap_or(0),
    };
    let found = service.applications(desk.actor(), ask).await?;
    let next = found.next.to_string();
    let mut on = q.pairs().to_vec();
    on.push(("before", &next));
    let next = if found.next == 0 { String::new() } else { address("/desk/services/all", &on) };
    let kept = [("item", &q.item), ("lead", &q.lead), ("region", &q.region), ("decided", &q.decided)];
    let kept: Vec<_> = kept.into_iter().filter(|k| !k.1.is_empty()).map(|(n, v)| (n, v.clone())).collect();
    let open = |s: &StageKind| *s != StageKind::Draft;
    Ok(render(&AllHtml {
        themes: service.offered().await?,
        stages: StageKind::ALL.iter().filter(|s| open(s)).map(|s| (s.word(), word(p.lang, *s))).collect(),
        channels: Channel::ALL.iter().map(|c| (c.word(), word(p.lang, *c))).collect(),
        asked: if kept.is_empty() { String::new() } else { p.t.svc_asked_more.to_owned() },
        kept,
        trouble,
        rows: found.lines.into_iter().map(|l| row(&p, l)).collect(),
        next,
        q,
        p,
    }))
}
