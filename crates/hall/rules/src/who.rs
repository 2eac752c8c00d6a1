//! Who may: a role standing in a relation to the hall, the window or the booking.

use kernel::{Actor, RegionCode, Role, UnitId};

use crate::words::words;

words! {
    /// How somebody stands to what is acted on (与大厅的关系).
    inherent Standing {
        /// holds the number and the code
        Person = "person", "本人";
        /// posted at this window today
        Window = "window", "本窗口";
        /// helps in this order (帮办员)
        Helper = "helper", "本单帮办员";
        /// of the unit that runs the hall, or posted at any of its windows
        Hall = "hall", "本大厅";
        /// the hall is in their region
        Region = "region", "本区划";
        /// the system itself
        System = "system", "系统";
    }
}

/// A role standing in a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who(pub Role, pub Standing);

/// Where it happens: what the use case knows of the asker.
#[derive(Clone, Copy, Debug)]
pub struct Here<'a> {
    /// the unit that runs the hall
    pub unit: UnitId,
    /// the region of the hall
    pub region: &'a RegionCode,
    /// the asker is posted in the hall today
    pub posted: bool,
    /// and at this window
    pub at_window: bool,
    /// the asker helps in this order
    pub helps: bool,
}

impl Here<'_> {
    /// Does the actor stand so?
    pub fn stands(&self, actor: &Actor, standing: Standing) -> bool {
        match standing {
            Standing::Person => actor.role == Role::Resident,
            Standing::System => actor.role == Role::System,
            Standing::Window => self.at_window,
            Standing::Helper => self.helps,
            Standing::Hall => self.posted || actor.unit == Some(self.unit),
            Standing::Region => actor.region.as_ref().is_some_and(|r| r.contains(self.region)),
        }
    }
    /// Is the actor one of these?
    pub fn is_one_of(&self, actor: &Actor, who: &[Who]) -> bool {
        who.iter().any(|Who(role, standing)| *role == actor.role && self.stands(actor, *standing))
    }
}
