//! 插槽: what walks put on the pages of others.

use askama::Template;
use web_kit::{CaseKey, Filling, Fragment, Kit, Reader, Tile, escape};

use crate::Page;

#[derive(Template)]
#[template(path = "slot_backward.html")]
struct BackwardHtml {
    p: Page,
    number: String,
}

/// Beside a case: its way backward from the result (倒推办), for those who may read it.
pub fn beside_case(_: Kit, reader: Reader, case: CaseKey) -> Filling<Fragment> {
    Box::pin(async move {
        let p = Page::from(reader);
        if !p.may(access::Operation::ReadWalks) {
            return Ok(Vec::new());
        }
        let html = BackwardHtml { p, number: escape(&case.number) }.render();
        Ok(vec![Fragment { html: html.map_err(app::Error::bug)? }])
    })
}

/// At home: the walks that were given to the reader and are not done.
pub fn at_home(kit: Kit, reader: Reader, (): ()) -> Filling<Tile> {
    Box::pin(async move {
        let p = Page::from(reader);
        let Some(me) = p.me.as_ref().filter(|_| p.may(access::Operation::RecordWalk)) else {
            return Ok(Vec::new());
        };
        let given = kit.app.walks.my_assignments(me.actor.clone()).await?;
        let open: Vec<_> = given.iter().filter(|g| !g.row.done).collect();
        let today = p.now.date().to_string();
        Ok(Vec::from_iter((!open.is_empty()).then(|| Tile {
            label: p.t.walk.rec_my_tasks.to_owned(),
            count: open.len().to_string(),
            href: "/desk/walks".to_owned(),
            hot: open.iter().any(|g| g.row.by_day < today),
        })))
    })
}
