//! 插槽: what ratings put on the pages of others.

use access::Operation;
use askama::Template;
use supervise::{Level, REASONS};
use web_kit::{CaseKey, Filling, FollowedCase, Fragment, Lang, Oops, Reader, Tile};

use crate::rate::{level_label, reason_label};
use crate::{Kit, Page};

#[derive(Template)]
#[template(path = "slot_rate.html")]
struct RateHtml {
    p: Page,
    number: String,
    code: String,
}

#[derive(Template)]
#[template(path = "slot_rated.html")]
struct RatedHtml {
    p: Page,
    level: &'static str,
    reasons: String,
}

#[derive(Template)]
#[template(path = "slot_papers.html")]
struct PapersHtml {
    p: Page,
    id: i64,
    may_send: bool,
    lines: Vec<(i64, String, String)>,
}

/// Papers about a case, and the way to one, for who holds units to account.
async fn papers_of(kit: &Kit, p: &Page, case: &CaseKey) -> Result<Vec<Fragment>, Oops> {
    let Some(me) = p.me.as_ref().filter(|_| p.may(Operation::WriteSupervision)) else {
        return Ok(Vec::new());
    };
    let found = kit.acts.papers.about(me.actor.clone(), papers::OF_CASES.to_owned(), case.id.0).await?;
    let line = |l: papers::Line| {
        let stage = if p.lang == Lang::Zh { l.stage.zh() } else { l.stage.en() };
        (l.id, l.title, stage.to_owned())
    };
    let lines: Vec<_> = found.into_iter().map(line).collect();
    // A case that no unit has is nobody's to be held to.
    let may_send =
        kit.acts.papers.drawn(me.actor.clone(), papers::OF_CASES.to_owned(), case.id.0).await.is_ok();
    if lines.is_empty() && !may_send {
        return Ok(Vec::new());
    }
    fragment(&PapersHtml { id: case.id.0, may_send, lines, p: p.clone() })
}

fn fragment(template: &impl Template) -> Result<Vec<Fragment>, Oops> {
    Ok(vec![Fragment { html: template.render().map_err(city::Error::bug)? }])
}

/// Beside a followed case: the button to rate the service once it was answered.
pub fn beside_followed_case(kit: Kit, reader: Reader, case: FollowedCase) -> Filling<Fragment> {
    Box::pin(async move {
        if !kit.acts.supervision.case_rateable(case.number.clone(), case.code.clone()).await? {
            return Ok(Vec::new());
        }
        fragment(&RateHtml { p: reader.into(), number: case.number, code: case.code })
    })
}

/// Beside a case: papers about it; and of one that a bad rating made level and reasons, for those who decide about ratings. The unit that was
/// rated is not told which rating it was.
pub fn beside_case(kit: Kit, reader: Reader, case: CaseKey) -> Filling<Fragment> {
    Box::pin(async move {
        let p = Page::from(reader);
        let mut beside = papers_of(&kit, &p, &case).await?;
        let Some(me) = p.me.as_ref().filter(|_| p.may(Operation::DecideRating)) else {
            return Ok(beside);
        };
        let Some(rating) = kit.acts.supervision.rating_of_case(me.actor.clone(), case.id).await? else {
            return Ok(beside);
        };
        let reasons = rating.reasons.split(',').filter_map(|c| REASONS.iter().find(|r| r.code == c));
        let reasons: Vec<_> = reasons.map(|r| reason_label(p.lang, r)).collect();
        let level = Level::of(rating.level).map_or("", |l| level_label(p.lang, l));
        beside.extend(fragment(&RatedHtml { level, reasons: reasons.join("; "), p })?);
        Ok(beside)
    })
}

/// What one page of ratings holds.
const PAGE: usize = 50;

/// At home: ratings that units appealed against and that wait for a decision.
pub fn at_home(kit: Kit, reader: Reader, (): ()) -> Filling<Tile> {
    Box::pin(async move {
        let p = Page::from(reader);
        let Some(me) = p.me.as_ref().filter(|_| p.may(Operation::DecideRating)) else {
            return Ok(Vec::new());
        };
        let n = kit.acts.supervision.ratings(me.actor.clone(), "appealed".to_owned(), 0).await?.len();
        Ok(Vec::from_iter((n > 0).then(|| Tile {
            label: p.t.supervise.home_appealed.to_owned(),
            count: if n >= PAGE { format!("{PAGE}+") } else { n.to_string() },
            href: "/desk/ratings?state=appealed".to_owned(),
            hot: false,
        })))
    })
}
