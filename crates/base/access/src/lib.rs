//! 权: the one door. Every use case asks [`decide`] and gets a [`Permit`], which nothing else can make and
//! without which `store` writes nothing (row X1).
//!
//! Two tables: [`OPERATIONS`] (what a role may do at all) and the loop table of `resolve` (which acts on
//! which case). Who may not see a case is told that there is none. Pure.

mod matrix;
mod operations;
mod reporter;

use kernel::{Actor, Relation, Role, Said};
use resolve::{Act, Case, Word as _, relations};

pub use matrix::permission_matrix;
pub use operations::{OPERATIONS, Operation, Reach, Rule};
pub use reporter::{REPORTER, Side, Sight, may_see_reporter, may_speak_for_reporter, sight};

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

/// May this actor do this? `case` is the case it is about, where it is about one.
///
/// # Errors
/// [`Denied`]; a case that may not be seen is `Hidden` whatever the operation.
pub fn decide(actor: &Actor, operation: Operation, case: Option<&Case>) -> Result<Permit, Denied> {
    let permit = || Ok(Permit { actor: actor.clone(), operation });
    if let Some(case) = case
        && !may_see(actor, case)
    {
        return Err(Denied::Hidden);
    }
    let allowed = match (operation, case) {
        (Operation::Act(act), Some(case)) => case.permitted(actor).iter().any(|p| p.act == act),
        (Operation::Act(_), None) => false,
        (other, case) => operations::reach(actor.role, other).is_some_and(|reach| match case {
            Some(case) => reach.covers(&relations(case, actor)),
            None => true,
        }),
    };
    if allowed { permit() } else { Err(Denied::Forbidden(forbidden(actor.role, operation))) }
}

fn forbidden(role: Role, operation: Operation) -> Said {
    let (zh, en) = match operation {
        Operation::Act(act) => (act.zh(), act.word()),
        other => (other.zh(), other.word()),
    };
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
