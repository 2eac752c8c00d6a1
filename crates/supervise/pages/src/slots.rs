//! 插槽: what ratings put on the pages of others.

use access::Operation;
use askama::Template;
use supervise::{Level, REASONS};
use web_kit::{CaseKey, Filling, FollowedCase, Fragment, Kit, Oops, Reader, Tile};

use crate::Page;
use crate::rate::{level_label, reason_label};

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

fn fragment(template: &impl Template) -> Result<Vec<Fragment>, Oops> {
    Ok(vec![Fragment { html: template.render().map_err(app::Error::bug)? }])
}

/// Beside a followed case: the button to rate the service once it was answered.
pub fn beside_followed_case(kit: Kit, reader: Reader, case: FollowedCase) -> Filling<Fragment> {
    Box::pin(async move {
        if !kit.app.supervision.case_rateable(case.number.clone(), case.code.clone()).await? {
            return Ok(Vec::new());
        }
        fragment(&RateHtml { p: reader.into(), number: case.number, code: case.code })
    })
}

/// Beside a case that a bad rating made: level and reasons, for those who decide about ratings. The unit that was
/// rated is not told which rating it was.
#[expect(clippy::needless_pass_by_value, reason = "every filler has this form")]
pub fn beside_case(kit: Kit, reader: Reader, case: CaseKey) -> Filling<Fragment> {
    Box::pin(async move {
        let p = Page::from(reader);
        let Some(me) = p.me.as_ref().filter(|_| p.may(Operation::DecideRating)) else {
            return Ok(Vec::new());
        };
        let Some(rating) = kit.app.supervision.rating_of_case(me.actor.clone(), case.id).await? else {
            return Ok(Vec::new());
        };
        let reasons = rating.reasons.split(',').filter_map(|c| REASONS.iter().find(|r| r.code == c));
        let reasons: Vec<_> = reasons.map(|r| reason_label(p.lang, r)).collect();
        let level = Level::of(rating.level).map_or("", |l| level_label(p.lang, l));
        fragment(&RatedHtml { level, reasons: reasons.join("; "), p })
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
        let n = kit.app.supervision.ratings(me.actor.clone(), "appealed".to_owned(), 0).await?.len();
        Ok(Vec::from_iter((n > 0).then(|| Tile {
            label: p.t.supervise.home_appealed.to_owned(),
            count: if n >= PAGE { format!("{PAGE}+") } else { n.to_string() },
            href: "/desk/ratings?state=appealed".to_owned(),
            hot: false,
        })))
    })
}
