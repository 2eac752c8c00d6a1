//! 插槽: which movement fills which place on whose page. The sibling of the hand-overs: pages meet here and nowhere else.

use std::sync::Arc;

use resolve_pages::Slots;
use web_kit::{CaseKey, Filler, Fragment, Reader, Slot, filler};

use crate::Rooms;

/// The pages of cases.
pub(crate) fn of_cases(rooms: &Rooms) -> Slots {
    let (walk, optimise, supervise) = (&rooms.walk, &rooms.optimise, &rooms.supervise);
    let company = &rooms.company;
    Slots {
        beside_case: Slot::new([
            filler(walk, walk_pages::beside_case),
            filler(supervise, supervise_pages::beside_case),
            filler(company, company_pages::beside_case),
            outside(rooms),
        ]),
        beside_followed_case: Slot::new([filler(supervise, supervise_pages::beside_followed_case)]),
        next: Slot::new([filler(&rooms.people, people_pages::next_at_home)]),
        home: Slot::new([
            filler(&rooms.papers, papers_pages::at_home),
            filler(walk, walk_pages::at_home),
            filler(optimise, optimise_pages::at_home),
            filler(supervise, supervise_pages::at_home),
        ]),
    }
}

/// What lies between a case and somebody outside: another city, or the hotline that sent it; never both, so one filler asks both.
fn outside(rooms: &Rooms) -> Filler<CaseKey, Fragment> {
    let (cells, hotline) = (rooms.cells.clone(), rooms.hotline.clone());
    Arc::new(move |reader: Reader, key: CaseKey| {
        let between = cells_pages::beside_case(cells.clone(), reader.clone(), key.clone());
        let sent = hotline_pages::beside_case(hotline.clone(), reader, key);
        Box::pin(async move {
            let mut all = between.await?;
            all.extend(sent.await?);
            Ok(all)
        })
    })
}
