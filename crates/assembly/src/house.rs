//! 总装: opens the store and makes the handle of each movement. The only place that knows all of them.

use std::path::Path;
use std::sync::Arc;

use store::Store;

use crate::handover;
use catalogue_acts::{Catalogue, ItemTables};
use cells::Cells;
use city::{City, Error, Limits};
use company_acts::{Companies, CompanyTables, PolicyTables};
use hall_acts::{HallTables, Halls};
use hotline::{Hotlines, OrderTables};
use imports::{Gate, Imports};
use optimise_acts::logs::LogFiles;
use optimise_acts::{Logs, Redesigns};
use outbox::Outbox;
use papers::{Papers, Source};
use people::{People, RosterTables};
use resolve_acts::{CasePapers, Cases, Letters};
use seals::{Devices, Seals};
use service_acts::{Service, ServiceTables};
use shelf::Items;
use supervise_acts::{AccountPapers, BulletinPapers, RatingTables, Supervision};
use walk_acts::{WalkTables, Walks};

/// The house: a handle for each movement over one city. A clone is another handle.
#[derive(Clone, Debug)]
pub struct House {
    /// 机关: store, keys, settings, files, messages
    pub city: City,
    /// 人员: accounts, sign-in, roster
    pub people: People,
    /// 事项库, to read
    pub items: Items,
    /// 事项
    pub catalogue: Catalogue,
    /// 走流程
    pub walks: Walks,
    /// 解难题
    pub cases: Cases,
    /// 优服务: redesigns
    pub redesigns: Redesigns,
    /// 优服务: logs
    pub logs: Logs,
    /// 督
    pub supervision: Supervision,
    /// 办
    pub services: Service,
    /// 企
    pub companies: Companies,
    /// 导入台: files that offices send
    pub imports: Imports,
    /// 厅
    pub halls: Halls,
    /// 发件箱: people and systems outside are told
    pub outbox: Outbox,
    /// 印章: the register of seals, and what was sealed
    pub seals: Seals,
    /// 发文: the way of official papers
    pub papers: Papers,
    /// 城市间: matters handed across and up
    pub cells: Cells,
    /// 热线: orders of hotlines
    pub hotlines: Hotlines,
}

impl House {
    /// The house over a store, with its keys in `keys` (made there when the database is empty).
    ///
    /// # Errors
    /// `WrongKeys`: the database has records and the keys are missing or not its own. `RolledBack`: the database is
    /// older than the seal noted beside it. Otherwise what cannot be read.
    pub fn open(store: Store, keys: &Path) -> Result<Self, Error> {
        let house = Self::over(City::open(store, keys, handover::calendar_recomputes_open_limits)?);
        house.cases.erase_again()?;
        Ok(house)
    }
    /// The same, also over a database that was set back: to verify it, to back it up, to confirm the rollback.
    ///
    /// # Errors
    /// As [`House::open`], but for `RolledBack`.
    pub fn open_to_check(store: Store, keys: &Path) -> Result<Self, Error> {
        Ok(Self::over(City::open_to_check(store, keys, handover::calendar_recomputes_open_limits)?))
    }
    /// Every file that is brought is shown to this program first; it takes the path as its argument and answers
    /// with its exit code: 0 for clean.
    #[must_use]
    pub fn scan_with(self, program: Option<&Path>) -> Self {
        Self::over(self.city.scan_with(program))
    }

    /// What one network may ask without an account, on pages and interface together.
    #[must_use]
    pub fn limit(self, limits: Limits) -> Self {
        Self::over(self.city.limit(limits))
    }

    fn over(city: City) -> Self {
        let items = Items::new(city.clone());
        let people = People::new(city.clone());
        let catalogue = Catalogue::new(city.clone(), items.clone());
        let cases = Cases::new(city.clone());
        let logs = Logs::new(city.clone(), handover::OF_LOGS);
        let supervision = Supervision::new(city.clone(), handover::OF_RATINGS);
        let walks = Walks::new(city.clone(), items.clone(), handover::OF_WALKS);
        let companies = Companies::new(city.clone(), handover::OF_COMPANIES);
        let services = Service::new(city.clone(), handover::OF_SERVICES);
        let halls = Halls::new(city.clone(), handover::OF_HALLS);
        let hotlines = Hotlines::new(city.clone(), handover::OF_HOTLINES);
        let gates: Vec<Arc<dyn Gate>> = vec![
            Arc::new(Letters(cases.clone())),
            Arc::new(OrderTables(hotlines.clone())),
            Arc::new(ItemTables(catalogue.clone())),
            Arc::new(RosterTables(people.clone())),
            Arc::new(RatingTables(supervision.clone())),
            Arc::new(WalkTables(walks.clone())),
            Arc::new(CompanyTables(companies.clone())),
            Arc::new(PolicyTables(companies.clone())),
            Arc::new(ServiceTables(services.clone())),
            Arc::new(HallTables(halls.clone())),
            Arc::new(LogFiles(logs.clone())),
        ];
        let seals = Seals::new(city.clone(), Devices::of_surroundings(city.keys().join("seals")));
        Self {
            papers: papers_of(&city, &seals, &supervision, &cases),
            imports: Imports::new(city.clone(), gates),
            people,
            catalogue,
            walks,
            cases,
            redesigns: Redesigns::new(city.clone(), handover::OF_REDESIGNS),
            logs,
            supervision,
            services,
            companies,
            halls,
            outbox: Outbox::new(city.clone()),
            cells: Cells::new(city.clone(), handover::OF_CELLS),
            hotlines,
            seals,
            items,
            city,
        }
    }
}

/// The way of papers, with the rooms that they come from.
fn papers_of(city: &City, seals: &Seals, supervision: &Supervision, cases: &Cases) -> Papers {
    let sources: Vec<Arc<dyn Source>> = vec![
        Arc::new(BulletinPapers(supervision.clone())),
        Arc::new(AccountPapers(supervision.clone())),
        Arc::new(CasePapers(cases.clone())),
    ];
    Papers::new(city.clone(), seals.clone(), sources)
}

/// The same house with the keys of its seals held elsewhere: for devices that are tried.
#[must_use]
pub fn sealed_by(mut house: House, seals: Seals) -> House {
    house.papers = papers_of(&house.city, &seals, &house.supervision, &house.cases);
    house.seals = seals;
    house
}
