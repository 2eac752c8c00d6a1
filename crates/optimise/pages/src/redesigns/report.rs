//! 再造报告: everything that is known of a redesign, as one paper to read and to print.

use app::{Office, RedesignView};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use web_kit::{Kit, Oops, day, render, said};

use crate::redesigns::export::view;
use crate::redesigns::view::{Plan, Reality, num};
use crate::{Desk, Page};

/// What the paper says.
#[derive(Template)]
#[template(path = "redesign_report.html")]
pub(crate) struct Report {
    pub p: Page,
    pub number: String,
    pub title: String,
    pub stage: String,
    pub unit: String,
    pub today: String,
    pub plan: Plan,
    pub reality: Option<Reality>,
    pub reviews: Vec<(String, String)>,
    pub insists: Vec<String>,
    pub guide: Vec<String>,
    pub effects: Vec<String>,
}

impl Report {
    /// The paper as the reader's language has it.
    pub fn of(p: Page, office: &Office, v: &RedesignView) -> Self {
        let t = p.t.process;
        let x = &v.proposal;
        let answer = |a| match a {
            optimise::proposal::Answer::Pending => t.r_pending,
            optimise::proposal::Answer::Agreed => t.r_agreed,
            optimise::proposal::Answer::Objected => t.r_objected,
        };
        let name = |id: &str| crate::redesigns::view::name_of(&v.model, id);
        Self {
            number: v.number.clone(),
            title: x.title.clone(),
            stage: said(p.lang, &x.stage.said()),
            unit: v.unit.clone(),
            today: day(p.lang, p.now.date()),
            plan: Plan::of(&p, &office.rules.calendar, &v.model, &v.redesign),
            reality: x.prediction.as_ref().map(|f| Reality::of(&p, f)),
            reviews: x
                .reviews
                .iter()
                .map(|r| (r.name.clone(), format!("{} {}", answer(r.answer), r.words)))
                .collect(),
            insists: (x.constraints.iter())
                .map(|c| {
                    let line = t.constraint.replace("{a}", &name(&c.from)).replace("{b}", &name(&c.to));
                    let (open, close) = (p.t.open_p, p.t.close_p);
                    format!(
                        "{line}{open}{}{}{}{close}",
                        crate::redesigns::view::ground(p.t, c.ground),
                        p.t.colon,
                        c.cite
                    )
                })
                .collect(),
            guide: x.publication.iter().flat_map(|u| &u.guide).map(|s| said(p.lang, s)).collect(),
            effects: (x.effects.iter())
                .map(|m| {
                    format!("{} → {}{}{}", num(m.mean.0), num(m.mean.1), p.t.colon, said(p.lang, &m.reading))
                })
                .collect(),
            p,
        }
    }
}

/// `GET /desk/redesigns/{number}/report`: to read and to print.
pub(crate) async fn report(
    State(kit): State<Kit>,
    desk: Desk,
    Path(number): Path<String>,
) -> Result<Response, Oops> {
    let v = view(&kit, &desk, number).await?;
    let office = kit.app.city.office_now().await?;
    Ok(render(&Report::of(desk.page, &office, &v)))
}
