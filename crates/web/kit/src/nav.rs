//! 导航: the areas of the workbench and their pages: one table. A page is shown to the roles it is for; what they
//! may do there is decided at the door, not here.

use kernel::Role;

use crate::Texts;

/// One page in the navigation.
#[derive(Debug)]
pub struct Place {
    /// address
    pub path: &'static str,
    /// its name
    pub text: fn(&Texts) -> &'static str,
    /// for whom; empty: everybody
    pub roles: &'static [Role],
}

/// One area: its name and its pages; its own link is its first page that the reader sees.
#[derive(Debug)]
pub struct Area {
    /// its name
    pub text: fn(&Texts) -> &'static str,
    /// its pages
    pub places: &'static [Place],
}

/// One link of the navigation as a reader sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// address
    pub path: &'static str,
    /// its name
    pub text: &'static str,
    /// the reader is here
    pub here: bool,
}

use Role::*;

const fn place(path: &'static str, text: fn(&Texts) -> &'static str, roles: &'static [Role]) -> Place {
    Place { path, text, roles }
}

/// The table.
pub const AREAS: &[Area] = &[
    Area { text: |t| t.nav_home, places: &[place("/desk", |t| t.nav_home, &[])] },
    Area {
        text: |t| t.nav_cases,
        places: &[
            place(
                "/desk/cases",
                |t| t.nav_list,
                &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin],
            ),
            place("/desk/register", |t| t.nav_register, &[Clerk, Coordinator, Walker, Supervisor]),
            place("/desk/dispatch", |t| t.nav_dispatch, &[Coordinator]),
            place(
                "/desk/hot",
                |t| t.reading.nav_hot,
                &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin],
            ),
            place(
                "/desk/precedents",
                |t| t.reading.nav_precedents,
                &[Clerk, Handler, Coordinator, Supervisor, Analyst, UnitAdmin],
            ),
            place(
                "/desk/reading/replies",
                |t| t.reading.nav_replies,
                &[Coordinator, Supervisor, Analyst, UnitAdmin],
            ),
            place(
                "/desk/reading",
                |t| t.reading.nav_figures,
                &[Coordinator, Supervisor, Analyst, UnitAdmin, SystemAdmin, Evaluator],
            ),
        ],
    },
    Area {
        text: |t| t.walk.title,
        places: &[
            place(
                "/desk/walks",
                |t| t.walk.title,
                &[Walker, Coordinator, Supervisor, Analyst, UnitAdmin, Volunteer, Evaluator],
            ),
            place(
                "/desk/walks/leads",
                |t| t.walk.leads,
                &[Walker, Coordinator, Supervisor, Analyst, UnitAdmin, Volunteer, Evaluator],
            ),
            place(
                "/desk/walks/called-for",
                |t| t.walk.called_for,
                &[Walker, Coordinator, Supervisor, Analyst, UnitAdmin, Volunteer, Evaluator],
            ),
            place(
                "/desk/walks/backward",
                |t| t.walk.backward,
                &[Walker, Coordinator, Supervisor, Analyst, UnitAdmin, Volunteer, Evaluator],
            ),
            place("/desk/items", |t| t.walk.items, &[]),
            place("/desk/items/checkup", |t| t.walk.checkup, &[]),
            place("/desk/items/hall", |t| t.walk.hall, &[]),
            place("/desk/items/plates", |t| t.walk.plates, &[]),
        ],
    },
    Area {
        text: |t| t.process.title,
        places: &[
            place(
                "/desk/redesigns",
                |t| t.process.title,
                &[Analyst, Coordinator, Supervisor, Handler, Clerk, UnitAdmin],
            ),
            place("/desk/logs", |t| t.log.title, &[Analyst, Coordinator, Supervisor]),
        ],
    },
    Area {
        text: |t| t.supervise.title,
        places: &[
            place(
                "/desk/boards",
                |t| t.supervise.boards,
                &[Coordinator, Supervisor, Analyst, UnitAdmin, SystemAdmin, Evaluator],
            ),
            place(
                "/desk/ratings",
                |t| t.supervise.nav_ratings,
                &[Coordinator, Supervisor, Analyst, UnitAdmin, Handler, Clerk],
            ),
            place(
                "/desk/bulletins",
                |t| t.supervise.nav_bulletins,
                &[Coordinator, Supervisor, Analyst, UnitAdmin, SystemAdmin, Evaluator],
            ),
            place(
                "/desk/scores",
                |t| t.supervise.nav_scores,
                &[Coordinator, Supervisor, Analyst, UnitAdmin, Evaluator],
            ),
            place(
                "/desk/watch",
                |t| t.supervise.nav_watch,
                &[Coordinator, Supervisor, UnitAdmin, Volunteer, Evaluator],
            ),
        ],
    },
    Area { text: |t| t.nav_messages, places: &[place("/desk/messages", |t| t.nav_messages, &[])] },
    Area { text: |t| t.nav_office, places: &[place("/desk/office", |t| t.nav_office, &[])] },
];

fn under(here: &str, path: &str) -> bool {
    here.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The page of the table that `here` is at or below: the longest address wins.
fn place_of(here: &str) -> Option<(usize, &'static str)> {
    let all = AREAS.iter().enumerate().flat_map(|(i, a)| a.places.iter().map(move |p| (i, p.path)));
    all.filter(|(_, path)| under(here, path)).max_by_key(|(_, path)| path.len())
}

fn shown(area: &'static Area, role: Role) -> impl Iterator<Item = &'static Place> {
    area.places.iter().filter(move |p| p.roles.is_empty() || p.roles.contains(&role))
}

/// The areas for a reader.
pub(crate) fn areas(t: &Texts, role: Role, here: &str) -> Vec<Link> {
    let now = place_of(here).map(|(i, _)| i);
    let links = AREAS.iter().enumerate().filter_map(|(i, area)| {
        let first = shown(area, role).next()?;
        Some(Link { path: first.path, text: (area.text)(t), here: now == Some(i) })
    });
    links.collect()
}

/// The pages of the area the reader is in; none when there is only one.
pub(crate) fn pages(t: &Texts, role: Role, here: &str) -> Vec<Link> {
    let Some((i, now)) = place_of(here) else { return Vec::new() };
    let links: Vec<_> = shown(&AREAS[i], role)
        .map(|p| Link { path: p.path, text: (p.text)(t), here: p.path == now })
        .collect();
    if links.len() > 1 { links } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ZH;

    #[test]
    fn the_longest_address_wins_and_roles_see_their_pages() {
        let here = |path| areas(&ZH, Coordinator, path).into_iter().find(|l| l.here).map(|l| l.path);
        assert_eq!(here("/desk"), Some("/desk"));
        assert_eq!(here("/desk/cases"), Some("/desk/cases"));
        assert_eq!(here("/desk/office/staff"), Some("/desk/office"));
        let names: Vec<_> =
            pages(&ZH, Coordinator, "/desk/register").into_iter().map(|l| (l.path, l.here)).collect();
        assert_eq!(names[..3], [("/desk/cases", false), ("/desk/register", true), ("/desk/dispatch", false)]);
        assert!(pages(&ZH, Handler, "/desk").is_empty(), "one page needs no second row");
    }

    #[test]
    fn an_address_is_in_the_table_once() {
        let mut all: Vec<_> = AREAS.iter().flat_map(|a| a.places).map(|p| p.path).collect();
        let n = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), n);
        assert!(all.iter().all(|p| p.starts_with("/desk")));
    }
}
