//! 企的用例 (R11, P2, P3): everything people do with company files. Each use case passes the door (`access`), loads, lets
//! `company` decide, and saves event and rows in one transaction. Must not know pages, HTTP or SQL.

mod aids;
mod batch_pay;
mod batch_views;
mod batches;
mod book;
mod book_tables;
mod claim_views;
mod claims;
mod doorway;
mod file;
mod funds;
mod intake;
mod moments;
mod policies;
mod policy_tables;
mod table;
mod tables;
mod talks;
mod views;
mod whistle;

pub use aids::{AidView, NewAid, OrderView, OrdersAsked};
pub use batch_pay::SheetRow;
pub use batch_views::{BatchLine, BatchView, ObjectionView, ShownList};
pub use batches::{Drawn, Rerun};
pub use book::{DOCUMENT_FILE_MOST, DocumentForm, ItemForm, ItemKey};
pub use claim_views::{ClaimLine, ClaimView, ClaimsAsked, ClaimsPage};
pub use claims::{ClaimDoing, Follows, PolicyAsked};
pub use doorway::Own;
pub use file::{ListPage, NewCompany};
pub use funds::{FundView, NewFund};
pub use intake::{CHUNK, Incoming, Taken};
pub use moments::COMPANY_MOMENTS;
pub use policies::{Ask, BookView, DocumentView, ItemView, Kitchen, PackView};
pub use policy_tables::PolicyTables;
pub use table::{Table, read_table};
pub use tables::CompanyTables;
pub use talks::{NewTalk, PromiseView, TalkView};
pub use views::{CompanyView, EventLine};
pub use whistle::{
    AGAIN_DAYS, By, CallView, CompanyHandovers, NewWhistle, OwnWhistle, What, WhistleCase, WhistleLine,
    WhistleView,
};

use city::{City, Door};

/// The movement 企 over a city. A clone is another handle.
#[derive(Clone, Debug)]
pub struct Companies {
    city: City,
    handovers: CompanyHandovers,
}

impl Companies {
    /// Over a city, with what it hands over.
    pub const fn new(city: City, handovers: CompanyHandovers) -> Self {
        Self { city, handovers }
    }
}

impl Door for Companies {
    fn city(&self) -> &City {
        &self.city
    }
}
