//! 工作人员: who sits where, in which role and position. Residents and the system have no account (kernel).

use kernel::Role;
use serde::Serialize;

use crate::dice::Dice;
use crate::names::{mobile, person};
use crate::units::{Unit, UnitKind};

/// One account of the model city.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Staff {
    /// Account name: `hrss.handler1`.
    pub login: String,
    /// Name of nobody.
    pub name: String,
    /// The role of the account.
    pub role: Role,
    /// Position (职务), which targets of campaigns name: 市长, 局长, 科长, 窗口人员 …
    pub position: String,
    /// Key of the unit.
    pub unit: String,
    /// Mobile number of nobody.
    pub phone: String,
}

/// One resident, who has no account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resident {
    /// Name of nobody.
    pub name: String,
    /// Mobile number of nobody.
    pub phone: String,
    /// Identity number that passes its check and belongs to nobody.
    pub identity: String,
}

/// kind of unit, role, position, how many.
#[rustfmt::skip]
const SEATS: [(UnitKind, Role, &str, usize); 26] = [
    (UnitKind::Government, Role::Walker, "主要负责人", 1),
    (UnitKind::Government, Role::Walker, "分管负责人", 2),
    (UnitKind::Government, Role::Handler, "科长", 1),
    (UnitKind::Government, Role::UnitAdmin, "办公室主任", 1),
    (UnitKind::Coordination, Role::Coordinator, "受理科长", 1),
    (UnitKind::Coordination, Role::Coordinator, "受理专员", 2),
    (UnitKind::Coordination, Role::Walker, "局长", 1),
    (UnitKind::Coordination, Role::Walker, "副局长", 1),
    (UnitKind::Coordination, Role::Analyst, "流程再造科长", 1),
    (UnitKind::Coordination, Role::UnitAdmin, "办公室主任", 1),
    (UnitKind::Coordination, Role::Handler, "业务科长", 1),
    (UnitKind::Supervision, Role::Supervisor, "督查室主任", 1),
    (UnitKind::Supervision, Role::Supervisor, "督查专员", 2),
    (UnitKind::Supervision, Role::Volunteer, "义务监督员", 3),
    (UnitKind::Supervision, Role::Evaluator, "评估员", 2),
    (UnitKind::Department, Role::Walker, "局长", 1),
    (UnitKind::Department, Role::Walker, "副局长", 1),
    (UnitKind::Department, Role::Walker, "科长", 1),
    (UnitKind::Department, Role::Handler, "承办人", 2),
    (UnitKind::Department, Role::Clerk, "窗口人员", 1),
    (UnitKind::Department, Role::UnitAdmin, "办公室主任", 1),
    (UnitKind::Utility, Role::Handler, "客服主管", 1),
    (UnitKind::Utility, Role::Clerk, "窗口人员", 1),
    (UnitKind::Hall, Role::Clerk, "窗口人员", 4),
    (UnitKind::Hall, Role::Coordinator, "办不成事窗口专员", 1),
    (UnitKind::Hall, Role::UnitAdmin, "值班主任", 1),
];

/// The accounts of all units, one system administrator first.
pub fn staff(seed: u64, units: &[Unit]) -> Vec<Staff> {
    let mut dice = Dice::new(seed, "staff");
    let mut all = vec![Staff {
        login: "admin".to_owned(),
        name: person(&mut dice),
        role: Role::SystemAdmin,
        position: "系统管理员".to_owned(),
        unit: "approve".to_owned(),
        phone: mobile(&mut dice),
    }];
    for unit in units {
        let mut numbers = [0usize; Role::ALL.len()];
        for (_, role, position, count) in SEATS.iter().filter(|s| s.0 == unit.kind) {
            for _ in 0..*count {
                let n = &mut numbers[*role as usize];
                *n += 1;
                all.push(Staff {
                    login: format!("{}.{}{n}", unit.key, role.word()),
                    name: person(&mut dice),
                    role: *role,
                    position: position_at(unit, position),
                    unit: unit.key.clone(),
                    phone: mobile(&mut dice),
                });
            }
        }
    }
    all
}

/// The leaders of a government have the words that campaigns use: 市长, 副市长; 县(区)长, 副县(区)长.
fn position_at(unit: &Unit, position: &str) -> String {
    let who = match (unit.kind, unit.parent.is_none()) {
        (UnitKind::Government, true) => "市",
        (UnitKind::Government, false) if unit.name.contains('县') => "县",
        (UnitKind::Government, false) => "区",
        _ => return position.to_owned(),
    };
    match position {
        "主要负责人" => format!("{who}长"),
        "分管负责人" => format!("副{who}长"),
        other => other.to_owned(),
    }
}

/// `n` residents.
pub fn residents(seed: u64, n: usize) -> Vec<Resident> {
    let mut dice = Dice::new(seed, "residents");
    (0..n)
        .map(|_| Resident {
            name: person(&mut dice),
            phone: mobile(&mut dice),
            identity: crate::names::identity(&mut dice),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_role_with_an_account_is_there_and_no_login_comes_twice() {
        let units = crate::units();
        let all = staff(1, &units);
        let logins: BTreeSet<_> = all.iter().map(|s| &s.login).collect();
        assert_eq!(logins.len(), all.len());
        let roles: BTreeSet<_> = all.iter().map(|s| s.role).collect();
        let missing: Vec<_> = Role::ALL.into_iter().filter(|r| !roles.contains(r)).collect();
        assert_eq!(missing, [Role::Resident, Role::System], "these two have no account");
        assert!(all.iter().any(|s| s.position == "市长" && s.role == Role::Walker));
        assert!(units.iter().all(|u| all.iter().any(|s| s.unit == u.key)), "an empty office");
    }
}
