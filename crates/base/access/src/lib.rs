//! 权: the one door. Every use case asks [`decide`] and gets a [`Permit`], which nothing else can make and
//! without which `store` writes nothing (row X1).
//!
//! Three tables: [`OPERATIONS`] (what a role may do and how far), [`GIVES`] (who gives which role) and the loop table
//! of `resolve` (which acts on which case). Who may not see a case is told that there is none. Pure.
//!
//! An operation names the kind of subject it is about. The limits of the city are decided about the city:
//!
//! ```
//! use access::{City, decide, op};
//! # let actor = kernel::Actor::system();
//! # let actor = kernel::Actor { role: kernel::Role::SystemAdmin, region: Some("9901".parse().unwrap()), ..actor };
//! let (city, county) = ("9901".parse().unwrap(), "990102".parse().unwrap());
//! assert!(decide(&actor, op::WriteLimits, City(&city)).is_ok());
//! let of_a_county = kernel::Actor { region: Some(county), ..actor };
//! assert!(decide(&of_a_county, op::WriteLimits, City(&city)).is_err());
//! ```
//!
//! Without a subject, or with one of another kind, it does not compile:
//!
//! ```compile_fail,E0308
//! # let actor = kernel::Actor::system();
//! access::decide(&actor, access::op::WriteLimits, access::Nothing);
//! ```
//! ```compile_fail,E0308
//! # let actor = kernel::Actor::system();
//! access::decide(&actor, access::op::WriteBulletins, access::Nothing);
//! ```
//! ```compile_fail,E0308
//! # let (actor, region) = (kernel::Actor::system(), "9901".parse().unwrap());
//! access::decide(&actor, access::op::WriteCatalogue, access::Region(&region));
//! ```
//! ```compile_fail,E0061
//! # let actor = kernel::Actor::system();
//! access::decide(&actor, access::op::WriteWalks);
//! ```

mod matrix;
mod operations;
mod reporter;
mod subject;

use kernel::{Actor, Relation, Role, Said};
use resolve::{Act, Case, Word as _, relations};

pub use matrix::{Standing, permission_matrix, reach_heading, reach_matrix};
pub use operations::{GIVES, OPERATIONS, Operation, Reach, Rule, allowed, gives, op};
pub use reporter::{REPORTER, Side, Sight, may_see_reporter, may_speak_for_reporter, sight};
pub use subject::{Account, Applied, City, Hall, Kind, Nothing, Own, Place, Region, Subject, Unit};

/// Proof that the door was passed: who, and for what. Only [`decide`] makes it.
#[derive(Clone, Debug)]
pub struct Permit {
    actor: Actor,
    operation: Operation,
}

impl Permit {
    /// Who.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }
    /// For what.
    pub const fn operation(&self) -> Operation {
        self.operation
    }
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// There is nothing here for this actor: answered as if it did not exist (404).
    Hidden,
    /// Seen, but not for this role (403).
    Forbidden(Said),
}

impl std::fmt::Display for Denied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hidden => f.write_str("没有这件 / no such thing"),
            Self::Forbidden(said) => said.fmt(f),
        }
    }
}
impl std::error::Error for Denied {}

/// May this actor do this to this subject?
///
/// # Errors
/// [`Denied`]; a subject that may not be seen is `Hidden` whatever the operation.
#[expect(clippy::needless_pass_by_value, reason = "a subject is a word or two and is named where it is used")]
pub fn decide<'a, O: op::Op>(actor: &Actor, asked: O, subject: O::On<'a>) -> Result<Permit, Denied> {
    let operation = asked.operation();
    subject::known(actor, &subject)?;
    let allowed = match operation {
        Operation::Act(act) => subject.acts(actor).contains(&act),
        other => operations::reach(actor.role, other).is_some_and(|reach| subject.within(actor, reach)),
    };
    if allowed {
        return Ok(Permit { actor: actor.clone(), operation });
    }
    Err(Denied::Forbidden(forbidden(actor.role, operation)))
}

/// Does this role do such a thing at all, somewhere? For what a page offers; it permits nothing.
pub fn offers(actor: &Actor, operation: Operation) -> bool {
    operations::reach(actor.role, operation).is_some()
}

/// As [`offers`], with the words for who is offered none of it. It permits nothing.
///
/// # Errors
/// [`Denied::Forbidden`].
pub fn offered(actor: &Actor, operation: Operation) -> Result<(), Denied> {
    if offers(actor, operation) { Ok(()) } else { Err(Denied::Forbidden(forbidden(actor.role, operation))) }
}

fn forbidden(role: Role, operation: Operation) -> Said {
    let (zh, en) = match operation {
        Operation::Act(act) => (act.zh(), act.word()),
        other => (other.zh(), other.word()),
    };
    if operations::reach(role, operation).is_some() {
        return Said::new(
            format!("这里超出您“{zh}”的范围；请由上级或主管它的单位办理"),
            format!("it lies beyond your reach for “{en}”: ask the level above, or the unit it belongs to"),
        );
    }
    Said::new(
        format!("{}不能“{zh}”；需要时请找本单位管理员或政管办", role.zh()),
        format!("as {role} you may not do “{en}”; ask your administrator or the coordinator"),
    )
}

/// May this actor know that the case exists? By role and relation; units that had it before keep sight of it.
pub fn may_see(actor: &Actor, case: &Case) -> bool {
    let stands = relations(case, actor);
    let is = |r| stands.contains(&r);
    match actor.role {
        Role::System | Role::Resident => true,
        Role::Coordinator | Role::Supervisor | Role::Analyst => is(Relation::InRegion),
        Role::Clerk => is(Relation::FirstAsked) || is(Relation::Owner) || is(Relation::CoHandler),
        Role::Handler | Role::UnitAdmin => {
            is(Relation::Owner)
                || is(Relation::CoHandler)
                || is(Relation::FirstAsked)
                || actor.unit.is_some_and(|u| case.past_owners.contains(&u))
        }
        Role::Walker | Role::SystemAdmin | Role::Volunteer | Role::Evaluator => false,
    }
}

/// The acts this actor may do on this case now.
pub fn acts(actor: &Actor, case: &Case) -> Vec<Act> {
    if !may_see(actor, case) {
        return Vec::new();
    }
    case.permitted(actor).iter().map(|p| p.act).collect()
}
