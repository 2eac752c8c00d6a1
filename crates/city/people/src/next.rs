//! 接下来: what a new city has still to do before the loop runs, a campaign is walked and a bulletin is signed: one table
//! over what there is. Nothing of it is kept; when everything is there the list is gone.

use access::{City, decide, op};
use kernel::{Actor, Role};
use store::standing::{Standing, standing};

use crate::People;
use city::{Door as _, Error, Later};

/// A text in Chinese and English.
pub type Both = (&'static str, &'static str);

/// One step of the first afternoon.
pub struct Step {
    /// its word
    pub word: &'static str,
    /// what is to be done
    pub what: Both,
    /// what it is for
    pub opens: Both,
    /// who does it
    pub who: &'static [Role],
    /// where
    pub href: &'static str,
    /// is it done, by what there is
    pub done: fn(&Standing) -> bool,
    /// steps that must be done before, by their words
    pub after: &'static [&'static str],
    /// without it something is missing; the others can be left
    pub needed: bool,
}

const ADMIN: &[Role] = &[Role::SystemAdmin];
const COORDINATOR: &[Role] = &[Role::Coordinator];
const BOTH: &[Role] = &[Role::SystemAdmin, Role::Coordinator];

/// The steps, in the order in which a city takes them.
pub const STEPS: &[Step] = &[
    Step {
        word: "regions",
        what: ("核对区县（没有区县的不用做）", "Check the districts (where there are any)"),
        opens: (
            "件和走访按区县分开，看板能比较区县",
            "cases and walks by district, boards that compare them",
        ),
        who: ADMIN,
        href: "/desk/office/regions",
        done: |s| s.regions > 1,
        after: &[],
        // There are cities without districts.
        needed: false,
    },
    Step {
        word: "staff",
        what: ("导入单位和人员（现成的花名册就行）", "Bring units and staff, from whatever list there is"),
        opens: ("有单位可转办，有人承办", "units to dispatch to, people who answer"),
        who: ADMIN,
        href: "/desk/import/roster",
        done: |s| s.units > 1 && s.handlers > 0,
        after: &[],
        needed: true,
    },
    Step {
        word: "coordinator",
        what: ("设政管办账号", "An account for the coordinating office"),
        opens: ("受理、转办、回访、组织走流程", "accepting, dispatching, calling back, organising walks"),
        who: ADMIN,
        href: "/desk/office/staff",
        done: |s| s.coordinators > 0,
        after: &["staff"],
        needed: true,
    },
    Step {
        word: "clerk",
        what: ("设第一个窗口账号", "The first account of a window"),
        opens: ("窗口当面登记", "registering at the window"),
        who: ADMIN,
        href: "/desk/office/staff",
        done: |s| s.clerks > 0,
        after: &["staff"],
        needed: true,
    },
    Step {
        word: "passwords",
        what: ("发初始密码", "Hand out first passwords"),
        opens: ("大家能登录", "people can sign in"),
        who: ADMIN,
        href: "/desk/office/roster",
        // Through an identity provider people come without a password, one after the other.
        done: |s| s.ready > 1 && (s.open == 0 || s.bound),
        after: &["staff"],
        needed: true,
    },
    Step {
        word: "limits",
        what: ("确认期限和工作日历", "Confirm limits and calendar"),
        opens: ("每件的到期日都有依据", "every due date has its ground"),
        who: BOTH,
        href: "/desk/office/limits",
        done: |s| s.limits,
        after: &[],
        needed: true,
    },
    Step {
        word: "items",
        what: ("导入事项（现成的事项清单就行）", "Bring the items, from whatever list there is"),
        opens: ("有事项可走，有攻略可发", "items to walk, guides to publish"),
        who: BOTH,
        href: "/desk/import/items",
        done: |s| s.items > 0,
        after: &["staff"],
        needed: true,
    },
    Step {
        word: "case",
        what: ("登记第一件", "Register the first case"),
        opens: (
            "闭环跑起来：受理、转办、答复、回访、归档",
            "the loop runs: accept, dispatch, answer, call back, archive",
        ),
        who: COORDINATOR,
        href: "/desk/register",
        done: |s| s.case,
        after: &["coordinator"],
        needed: true,
    },
    Step {
        word: "walkers",
        what: ("设走流程的领导账号", "Accounts for those who walk"),
        opens: ("有人走流程", "somebody to walk"),
        who: ADMIN,
        href: "/desk/office/staff",
        done: |s| s.walkers > 0,
        after: &["staff"],
        needed: true,
    },
    Step {
        word: "campaign",
        what: ("建第一个走流程行动", "Make the first campaign"),
        opens: ("按规则分派，人人有任务", "walks given out by rule"),
        who: COORDINATOR,
        href: "/desk/walks?new=1",
        done: |s| s.campaign > 0,
        after: &["items", "walkers"],
        needed: true,
    },
    Step {
        word: "given",
        what: ("把行动分派下去", "Give the walks out"),
        opens: ("走查人手机上看到任务", "walkers see their tasks on the phone"),
        who: COORDINATOR,
        href: "/desk/walks/{campaign}/given",
        done: |s| s.given,
        after: &["campaign"],
        needed: true,
    },
    Step {
        word: "walked",
        what: ("等第一个人开始走", "Wait until somebody walks"),
        opens: ("看板、问题清单有数", "figures on the board and the lists"),
        who: COORDINATOR,
        href: "/desk/walks/{campaign}",
        done: |s| s.walked,
        after: &["given"],
        needed: true,
    },
    Step {
        word: "bulletin",
        what: ("起草第一份通报并送签", "Draft the first bulletin and send it to be signed"),
        opens: ("有文可发，数都能点开", "a paper whose every figure opens"),
        who: COORDINATOR,
        href: "/desk/bulletins",
        done: |s| s.issued,
        after: &["case"],
        needed: true,
    },
];

/// A step as somebody sees it.
#[derive(Clone, Debug)]
pub struct Line {
    /// its word
    pub word: &'static str,
    /// what is to be done
    pub what: Both,
    /// what it is for
    pub opens: Both,
    /// it is done
    pub done: bool,
    /// it can be done now
    pub ready: bool,
    /// where; none when somebody else does it
    pub href: Option<String>,
    /// who else does it
    pub who: &'static [Role],
}

/// The list for a role; empty when everything is there.
pub fn list(now: &Standing, role: Role) -> Vec<Line> {
    if STEPS.iter().all(|s| !s.needed || (s.done)(now)) {
        return Vec::new();
    }
    let done = |word: &str| STEPS.iter().any(|s| s.word == word && (s.done)(now));
    let line = |s: &Step| Line {
        word: s.word,
        what: s.what,
        opens: s.opens,
        done: (s.done)(now),
        ready: s.after.iter().all(|w| done(w)),
        href: s.who.contains(&role).then(|| s.href.replace("{campaign}", &now.campaign.to_string())),
        who: s.who,
    };
    STEPS.iter().map(line).collect()
}

impl People {
    /// What comes next, for those who set the city up; empty for everybody else and when everything is there.
    pub fn next(&self, actor: Actor) -> Later<Vec<Line>> {
        self.read(move |app, rd| {
            let office = app.city.office(rd)?;
            decide(&actor, op::WriteLimits, City(&office.settings.city))?;
            Ok::<_, Error>(list(&standing(rd)?, actor.role))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_stands_behind_what_it_needs_and_is_somebodys() {
        for (i, s) in STEPS.iter().enumerate() {
            assert!(
                STEPS.iter().filter(|o| o.word == s.word).count() == 1 && !s.who.is_empty(),
                "{}",
                s.word
            );
            for w in s.after {
                assert!(STEPS[..i].iter().any(|o| o.word == *w), "{} after {w}", s.word);
            }
            assert!(!(s.done)(&Standing::default()), "{} is not done in an empty city", s.word);
        }
    }

    #[test]
    fn the_list_shrinks_to_nothing() {
        let mut now = Standing { regions: 10, units: 1, ..Standing::default() };
        let open = |now: &Standing, role| list(now, role).iter().filter(|l| !l.done).count();
        assert_eq!(open(&now, Role::SystemAdmin), STEPS.len() - 1);
        let first = list(&now, Role::SystemAdmin);
        assert!(first.iter().any(|l| l.word == "campaign" && !l.ready && l.href.is_none()));
        now = Standing {
            units: 9,
            clerks: 1,
            handlers: 3,
            coordinators: 1,
            walkers: 2,
            ready: 7,
            limits: true,
            items: 5,
            case: true,
            campaign: 3,
            given: true,
            walked: true,
            ..now
        };
        let last = list(&now, Role::Coordinator);
        let left: Vec<_> = last.iter().filter(|l| !l.done).collect();
        assert!(left.len() == 1 && left[0].word == "bulletin" && left[0].ready);
        now.issued = true;
        assert!(list(&now, Role::Coordinator).is_empty());
        // A city without districts comes to its end too; one in which somebody cannot sign in does not.
        assert!(list(&Standing { regions: 1, ..now }, Role::Coordinator).is_empty());
        let open_account = Standing { open: 1, ..now };
        let left: Vec<_> = list(&open_account, Role::SystemAdmin).into_iter().filter(|l| !l.done).collect();
        assert!(left.len() == 1 && left[0].word == "passwords");
        assert!(list(&Standing { bound: true, ..open_account }, Role::SystemAdmin).is_empty());
    }
}
