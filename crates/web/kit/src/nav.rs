//! 导航: the areas of the workbench and their pages. Each crate of pages has the table of its own places; the
//! router joins them to areas. A page is shown to the roles it is for; what they may do there is decided at the
//! door, not here.

use kernel::Role;

use crate::Lang;

/// One page in the navigation.
#[derive(Debug)]
pub struct Place {
    /// address
    pub path: &'static str,
    /// its name
    pub text: fn(Lang) -> &'static str,
    /// for whom; empty: everybody
    pub roles: &'static [Role],
}

/// One area: its name and its pages; its own link is its first page that the reader sees.
#[derive(Debug)]
pub struct Area {
    /// its name
    pub text: fn(Lang) -> &'static str,
    /// its pages, as each crate brings them
    pub places: &'static [&'static [Place]],
}

/// One page in the navigation of the portal, for everybody.
#[derive(Debug)]
pub struct FrontPlace {
    /// address
    pub path: &'static str,
    /// the reader is there on pages whose address begins so
    pub at: &'static str,
    /// its name
    pub text: fn(Lang) -> &'static str,
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

fn under(here: &str, path: &str) -> bool {
    // The first page has nothing below it: every other address of the workbench would be.
    if path == "/desk" {
        return here == path;
    }
    here.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Where a page stands in the navigation: at itself, or at the place that it belongs to, whose address is not a part
/// of its own (a case belongs to the list of cases).
pub(crate) fn home_of<'a>(below: &[(&str, &'static str)], here: &'a str) -> &'a str {
    below.iter().find(|(from, _)| under(here, from)).map_or(here, |(_, place)| place)
}

/// The page that holds the form which is sent to `path`: its parent, or the page above where the address goes on with
/// what is done to what. Held against every route by a test of the router.
pub(crate) fn holder(path: &str) -> String {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let keep = match parts.as_slice() {
        ["prefs"] => 0,
        ["walk", _] => return "/walk/".to_owned(),
        ["desk", "ratings", _, _] | [.., "act" | "check" | "hand" | "adjust", _] => parts.len() - 2,
        _ => parts.len().saturating_sub(1),
    };
    format!("/{}", parts[..keep].join("/"))
}

/// The page of the table that `here` is at or below: the longest address wins.
fn place_of(areas: &[Area], here: &str) -> Option<(usize, &'static str)> {
    let places = |a: &Area| a.places.iter().copied().flatten();
    let all = areas.iter().enumerate().flat_map(|(i, a)| places(a).map(move |p| (i, p.path)));
    all.filter(|(_, path)| under(here, path)).max_by_key(|(_, path)| path.len())
}

fn shown(area: &Area, role: Role) -> impl Iterator<Item = &'static Place> + use<> {
    area.places.iter().copied().flatten().filter(move |p| p.roles.is_empty() || p.roles.contains(&role))
}

/// The areas for a reader.
pub(crate) fn areas(areas: &[Area], lang: Lang, role: Role, here: &str) -> Vec<Link> {
    let now = place_of(areas, here).map(|(i, _)| i);
    let links = areas.iter().enumerate().filter_map(|(i, area)| {
        let first = shown(area, role).next()?;
        Some(Link { path: first.path, text: (area.text)(lang), here: now == Some(i) })
    });
    links.collect()
}

/// The pages of the area the reader is in; none when there is only one.
pub(crate) fn pages(areas: &[Area], lang: Lang, role: Role, here: &str) -> Vec<Link> {
    let Some((i, now)) = place_of(areas, here) else { return Vec::new() };
    let links: Vec<_> = shown(&areas[i], role)
        .map(|p| Link { path: p.path, text: (p.text)(lang), here: p.path == now })
        .collect();
    if links.len() > 1 { links } else { Vec::new() }
}

/// The pages of the portal.
pub(crate) fn front(places: &[&'static [FrontPlace]], lang: Lang, here: &str) -> Vec<Link> {
    let all = places.iter().copied().flatten();
    all.map(|p| Link { path: p.path, text: (p.text)(lang), here: here.starts_with(p.at) }).collect()
}

#[cfg(test)]
mod tests {
    use Role::*;

    use super::*;

    const AREAS: &[Area] = &[
        Area { text: |_| "home", places: &[&[Place { path: "/desk", text: |_| "home", roles: &[] }]] },
        Area {
            text: |_| "cases",
            places: &[
                &[
                    Place { path: "/desk/cases", text: |_| "list", roles: &[Handler, Coordinator] },
                    Place { path: "/desk/register", text: |_| "register", roles: &[Coordinator] },
                ],
                &[Place { path: "/desk/cases/hot", text: |_| "hot", roles: &[] }],
            ],
        },
    ];

    #[test]
    fn a_form_is_on_the_page_above_its_address() {
        assert_eq!(holder("/desk/case/1/act/reply"), "/desk/case/1");
        assert_eq!(holder("/desk/case/1/unmask"), "/desk/case/1");
        assert_eq!(holder("/desk/office/staff/act"), "/desk/office/staff");
        assert_eq!(holder("/prefs"), "/");
    }

    #[test]
    fn a_page_may_belong_to_a_place_elsewhere() {
        let below = [("/desk/case", "/desk/cases"), ("/desk/receipt", "/desk/register")];
        assert_eq!(home_of(&below, "/desk/case/9901-2026-0000001"), "/desk/cases");
        assert_eq!(home_of(&below, "/desk/cases"), "/desk/cases");
        assert_eq!(home_of(&below, "/desk/receipt/1"), "/desk/register");
        assert_eq!(home_of(&below, "/desk/boards"), "/desk/boards");
    }

    #[test]
    fn the_longest_address_wins_and_roles_see_their_pages() {
        let here =
            |path| areas(AREAS, Lang::Zh, Coordinator, path).into_iter().find(|l| l.here).map(|l| l.path);
        assert_eq!(here("/desk"), Some("/desk"));
        assert_eq!(here("/desk/cases"), Some("/desk/cases"));
        assert_eq!(here("/desk/register/more"), Some("/desk/cases"));
        let names = |role, path| -> Vec<_> {
            pages(AREAS, Lang::Zh, role, path).into_iter().map(|l| (l.path, l.here)).collect()
        };
        assert_eq!(
            names(Coordinator, "/desk/cases/hot"),
            [("/desk/cases", false), ("/desk/register", false), ("/desk/cases/hot", true)]
        );
        assert_eq!(names(Handler, "/desk/cases").len(), 2, "a page of other roles is not shown");
        assert!(names(Handler, "/desk").is_empty(), "one page needs no second row");
    }
}
