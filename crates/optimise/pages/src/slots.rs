//! 插槽: what redesigns put on the pages of others.

use web_kit::{Filling, Kit, Reader, Tile};

use crate::Page;

/// At home: the redesigns that wait for an answer of the reader's unit.
pub fn at_home(kit: Kit, reader: Reader, (): ()) -> Filling<Tile> {
    Box::pin(async move {
        let p = Page::from(reader);
        let Some(me) = &p.me else { return Ok(Vec::new()) };
        let waiting = kit.app.redesigns.redesigns_to_review(me.actor.clone()).await?.len();
        Ok(Vec::from_iter((waiting > 0).then(|| Tile {
            label: p.t.process.home_waiting.to_owned(),
            count: waiting.to_string(),
            href: "/desk/redesigns".to_owned(),
            hot: false,
        })))
    })
}
