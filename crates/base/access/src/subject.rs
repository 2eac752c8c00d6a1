//! 对象: what a decision is about. Each kind of subject is a type, and each operation names the one it needs, so
//! that an operation whose reach is a region or a unit cannot be decided without saying which.

use kernel::{Actor, RegionCode, Relation, Role, StaffId, UnitId};
use resolve::{Act, Case, relations};

use crate::{Denied, Reach, gives, may_see};

/// A subject of a decision: does the actor know of it, and does a reach come to it?
///
/// Only the types of this file are subjects.
pub trait Subject: sealed::Sealed {
    /// The kind, as it is printed.
    const KIND: Kind;
    /// May this actor know that it exists? Else the answer is that there is none.
    fn seen_by(&self, actor: &Actor) -> bool;
    /// Does this reach of this actor come to it?
    fn within(&self, actor: &Actor, reach: Reach) -> bool;
    /// The acts of the loop that this actor may do on it; none on what is no case.
    fn acts(&self, _: &Actor) -> Vec<Act> {
        Vec::new()
    }
}
mod sealed {
    pub trait Sealed {}
}

/// The kinds of subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 无: the act itself; what it lists is narrowed row by row
    Nothing,
    /// 全市
    City,
    /// 区划
    Region,
    /// 单位
    Unit,
    /// 件
    Case,
    /// 办件
    Applied,
    /// 大厅
    Hall,
    /// 账号
    Account,
    /// 本人
    Own,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Nothing,
        Self::City,
        Self::Region,
        Self::Unit,
        Self::Case,
        Self::Applied,
        Self::Hall,
        Self::Account,
        Self::Own,
    ];
    /// The Chinese word.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Nothing => "无",
            Self::City => "全市",
            Self::Region => "区划",
            Self::Unit => "单位",
            Self::Case => "件",
            Self::Applied => "办件",
            Self::Hall => "大厅",
            Self::Account => "账号",
            Self::Own => "本人",
        }
    }
    /// The reaches that mean something for this kind; an operation has no other (a law over the table).
    pub const fn reaches(self) -> &'static [Reach] {
        match self {
            Self::Nothing => &[Reach::Open],
            Self::City => &[Reach::City],
            Self::Region => &[Reach::Open, Reach::Line, Reach::Region],
            Self::Unit => &[Reach::Open, Reach::Line, Reach::Region, Reach::Unit],
            Self::Case => &[Reach::Seen, Reach::Region, Reach::Unit, Reach::Own],
            Self::Applied | Self::Hall => &[Reach::Region, Reach::Unit, Reach::Own],
            Self::Account => &[Reach::Region, Reach::Unit],
            Self::Own => &[Reach::Own],
        }
    }
}

/// 无: the operation is about nothing in particular.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

/// 全市: what holds in the whole city; its code.
#[derive(Clone, Copy, Debug)]
pub struct City<'a>(pub &'a RegionCode);

/// 区划: something of a region.
#[derive(Clone, Copy, Debug)]
pub struct Region<'a>(pub &'a RegionCode);

/// 单位: something of a unit in a region; none where the thing belongs to no single unit.
#[derive(Clone, Copy, Debug)]
pub struct Unit<'a> {
    /// whose it is
    pub unit: Option<UnitId>,
    /// where it is
    pub region: &'a RegionCode,
}

/// 办件: an application, by the units that have a part in it. Its applicant is a resident: the caller has checked the code.
#[derive(Clone, Copy, Debug)]
pub struct Applied<'a> {
    /// who received it
    pub reception: UnitId,
    /// who leads it
    pub lead: UnitId,
    /// who else decides or does a step in it
    pub others: &'a [UnitId],
    /// where it is
    pub region: &'a RegionCode,
}

/// 大厅: a hall with what happens in it, by the unit that runs it and by whether the asker is posted there today. Who books
/// or waits there is a resident: the caller has checked the code.
#[derive(Clone, Copy, Debug)]
pub struct Hall<'a> {
    /// who runs it
    pub unit: UnitId,
    /// the asker, where they are posted at one of its windows today
    pub posted: Option<StaffId>,
    /// where it is
    pub region: &'a RegionCode,
}

/// 账号: somebody else's account, or one that is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// its unit
    pub unit: UnitId,
    /// the region of the unit
    pub region: &'a RegionCode,
    /// what it may be
    pub role: Role,
}

/// 本人: what belongs to one account.
#[derive(Clone, Copy, Debug)]
pub struct Own(pub Option<StaffId>);

/// Residents and the system stand nowhere; what they may do is bounded by the table and by what they hold.
const fn nowhere(actor: &Actor) -> bool {
    matches!(actor.role, Role::System | Role::Resident)
}
/// Is the region the actor's own or a part of it?
fn inside(actor: &Actor, region: &RegionCode) -> bool {
    actor.role == Role::System || actor.region.as_ref().is_some_and(|r| r.contains(region))
}
/// Is one of the two a part of the other? 上下级.
fn in_line(actor: &Actor, region: &RegionCode) -> bool {
    nowhere(actor) || actor.region.as_ref().is_some_and(|r| r.contains(region) || region.contains(r))
}

impl sealed::Sealed for Nothing {}
impl Subject for Nothing {
    const KIND: Kind = Kind::Nothing;
    fn seen_by(&self, _: &Actor) -> bool {
        true
    }
    fn within(&self, _: &Actor, reach: Reach) -> bool {
        reach == Reach::Open
    }
}

impl sealed::Sealed for City<'_> {}
impl Subject for City<'_> {
    const KIND: Kind = Kind::City;
    fn seen_by(&self, _: &Actor) -> bool {
        true
    }
    fn within(&self, actor: &Actor, reach: Reach) -> bool {
        reach == Reach::City && inside(actor, self.0)
    }
}

impl sealed::Sealed for Region<'_> {}
impl Subject for Region<'_> {
    const KIND: Kind = Kind::Region;
    fn seen_by(&self, actor: &Actor) -> bool {
        in_line(actor, self.0)
    }
    fn within(&self, actor: &Actor, reach: Reach) -> bool {
        match reach {
            Reach::Open => true,
            Reach::Line => in_line(actor, self.0),
            Reach::Region => inside(actor, self.0),
            Reach::Seen | Reach::City | Reach::Unit | Reach::Own => false,
        }
    }
}

impl Unit<'_> {
    fn is_of(&self, actor: &Actor) -> bool {
        self.unit.is_some() && self.unit == actor.unit
    }
}
impl sealed::Sealed for Unit<'_> {}
impl Subject for Unit<'_> {
    const KIND: Kind = Kind::Unit;
    fn seen_by(&self, actor: &Actor) -> bool {
        self.is_of(actor) || in_line(actor, self.region)
    }
    fn within(&self, actor: &Actor, reach: Reach) -> bool {
        match reach {
            Reach::Unit => self.is_of(actor),
            other => Region(self.region).within(actor, other),
        }
    }
}

impl sealed::Sealed for &Case {}
impl Subject for &Case {
    const KIND: Kind = Kind::Case;
    fn seen_by(&self, actor: &Actor) -> bool {
        may_see(actor, self)
    }
    fn within(&self, actor: &Actor, reach: Reach) -> bool {
        let stands = relations(self, actor);
        let is = |r| stands.contains(&r);
        match reach {
            Reach::Seen => true,
            Reach::Region => is(Relation::InRegion),
            Reach::Unit => is(Relation::Owner) || is(Relation::FirstAsked),
            Reach::Own => is(Relation::Reporter),
            Reach::Open | Reach::Line | Reach::City => false,
        }
    }
    fn acts(&self, actor: &Actor) -> Vec<Act> {
        self.permitted(actor).iter().map(|p| p.act).collect()
    }
}

impl Applied<'_> {
    fn has_part(&self, actor: &Actor) -> bool {
        actor.unit.is_some_and(|u| u == self.reception || u == self.lead || self.others.contains(&u))
    }
}
impl sealed::Sealed for Applied<'_> {}
impl Subject for Applied<'_> {
    const KIND: Kind = Kind::Applied;
    fn seen_by(&self, actor: &Actor) -> bool {
        nowhere(actor)
            || self.has_part(actor)
            || matches!(actor.role, Role::Coordinator | Role::Supervisor | Role::Analyst)
                && inside(actor, self.region)
    }
    fn within(&self, actor: &Actor, reach: Reach) -> bool {
        match reach {
            Reach::Region => inside(actor, self.region),
            Reach::Unit => self.has_part(actor),
            Reach::Own => actor.role == Role::Resident,
            Reach::Open | Reach::Seen | Reach::City | Reach::Line => false,
        }
    }
}

impl Hall<'_> {
    fn is_theirs(&self, actor: &Actor) -> bool {
        actor.unit == Some(self.unit) || self.posted.is_some() && self.posted == actor.staff
    }
}
impl sealed::Sealed for Hall<'_> {}
impl Subject for Hall<'_> {
    const KIND: Kind = Kind::Hall;
    fn seen_by(&self, actor: &Actor) -> bool {
        nowhere(actor) || self.is_theirs(actor) || in_line(actor, self.region)
    }
    fn within(&self, actor: &Actor, reach: Reach) -> bool {
        match reach {
            Reach::Region => inside(actor, self.region),
            Reach::Unit => self.is_theirs(actor),
            Reach::Own => actor.role == Role::Resident,
            Reach::Open | Reach::Seen | Reach::City | Reach::Line => false,
        }
    }
}

impl sealed::Sealed for Account<'_> {}
impl Subject for Account<'_> {
    const KIND: Kind = Kind::Account;
    fn seen_by(&self, actor: &Actor) -> bool {
        actor.unit == Some(self.unit) || inside(actor, self.region)
    }
    fn within(&self, actor: &Actor, reach: Reach) -> bool {
        let near = match reach {
            Reach::Region => inside(actor, self.region),
            Reach::Unit => actor.unit == Some(self.unit),
            _ => false,
        };
        near && gives(actor.role, self.role)
    }
}

impl sealed::Sealed for Own {}
impl Subject for Own {
    const KIND: Kind = Kind::Own;
    fn seen_by(&self, _: &Actor) -> bool {
        true
    }
    fn within(&self, actor: &Actor, reach: Reach) -> bool {
        reach == Reach::Own && self.0.is_some() && self.0 == actor.staff
    }
}

/// Is the subject there for this actor at all?
pub(crate) fn known(actor: &Actor, subject: &impl Subject) -> Result<(), Denied> {
    if subject.seen_by(actor) { Ok(()) } else { Err(Denied::Hidden) }
}

/// A place in the office with something of every kind in it: for tables over all operations.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// the city
    pub city: &'a RegionCode,
    /// the region of what is there
    pub region: &'a RegionCode,
    /// the unit it belongs to
    pub unit: UnitId,
    /// an account there
    pub staff: StaffId,
    /// and its role
    pub role: Role,
    /// a case of that unit and region
    pub case: &'a Case,
}

/// The subject of a kind that is at a place.
pub(crate) trait At<'a> {
    fn at(place: &Place<'a>) -> Self;
}
impl At<'_> for Nothing {
    fn at(_: &Place<'_>) -> Self {
        Self
    }
}
impl<'a> At<'a> for City<'a> {
    fn at(place: &Place<'a>) -> Self {
        Self(place.city)
    }
}
impl<'a> At<'a> for Region<'a> {
    fn at(place: &Place<'a>) -> Self {
        Self(place.region)
    }
}
impl<'a> At<'a> for Unit<'a> {
    fn at(place: &Place<'a>) -> Self {
        Self { unit: Some(place.unit), region: place.region }
    }
}
impl<'a> At<'a> for &'a Case {
    fn at(place: &Place<'a>) -> Self {
        place.case
    }
}
impl<'a> At<'a> for Applied<'a> {
    fn at(place: &Place<'a>) -> Self {
        Self { reception: place.unit, lead: place.unit, others: &[], region: place.region }
    }
}
impl<'a> At<'a> for Hall<'a> {
    fn at(place: &Place<'a>) -> Self {
        Self { unit: place.unit, posted: Some(place.staff), region: place.region }
    }
}
impl<'a> At<'a> for Account<'a> {
    fn at(place: &Place<'a>) -> Self {
        Self { unit: place.unit, region: place.region, role: place.role }
    }
}
impl At<'_> for Own {
    fn at(place: &Place<'_>) -> Self {
        Self(Some(place.staff))
    }
}
