//! The law of exports (X4): every page of the workbench that shows a table gives it as a workbook, with the rows that the
//! page shows, to exactly those who may see the page; lists of several pages say which page comes next.

use std::fs;
use std::path::Path;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use kernel::Role;

use tower::ServiceExt as _;

use crate::it::help::{Browser, City, city_with};
use crate::it::reach::{ROLES, routes, settle, subject_of};

/// Rows with something in them, of all tables and lists of cards of a page.
fn rows_of(html: &str) -> usize {
    let main = html.split_once("<main").map_or("", |m| m.1);
    let cards = main.matches(" data-row").count();
    cards
        + main
            .split("<tbody")
            .skip(1)
            .map(|t| t.split("</tbody>").next().unwrap_or_default().matches("<tr").count())
            .sum::<usize>()
}

/// Rows of all sheets of a workbook.
async fn rows_in(city: &City, cookie: &str, at: &str) -> usize {
    let request = Request::get(at).header(header::COOKIE, cookie).header(header::HOST, "bc.test");
    let answer = city.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let bytes = to_bytes(answer.into_body(), 16 << 20).await.unwrap();
    let sheets = paper::sheet::read_book(std::io::Cursor::new(bytes), &paper::sheet::Limits::default());
    sheets.map_or(0, |all| all.iter().map(|s| s.1.len()).sum())
}

#[tokio::test]
async fn every_table_leaves_as_a_workbook() {
    let city = city_with(web::Options::default(), false);
    let (things, tokens) = std::thread::scope(|s| s.spawn(|| settle(&city.app)).join().unwrap());
    let mut faults = Vec::new();
    let (mut tables, mut rows) = (0, 0);
    for (path, _) in routes(&city).into_iter().filter(|r| r.1 == "GET" && r.0.starts_with("/desk")) {
        let Some(at) = subject_of(&path, &things, 0) else { continue };
        for role in ROLES {
            let mut b = Browser::new(&city);
            let Some(token) = tokens.get(&format!("{}.a", role.word())) else { continue };
            b.cookie = format!("session={token}");
            let page = b.get(&at).await;
            let shows = page.body.contains("<table") || page.body.contains(" data-row");
            let shows = shows && page.body.contains("<main");
            if page.status != StatusCode::OK || !shows {
                continue;
            }
            let sheet = format!("{at}{}as=xlsx", if at.contains('?') { '&' } else { '?' });
            let book = b.get(&sheet).await;
            let shown = rows_of(&page.body);
            let left = rows_in(&city, &b.cookie, &sheet).await;
            // A row of nothing but buttons and ticks says nothing in a workbook; every other row is there.
            if book.status != StatusCode::OK || left < shown {
                faults
                    .push(format!("{sheet} as {role:?}: {}, {shown} rows shown, {left} in it", book.status));
            }
            tables += 1;
            rows += shown;
            // One role that sees it is enough: it is the same page.
            if shown > 0 || role == Role::Evaluator {
                break;
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(tables > 40 && rows > 40, "the city of this test shows {tables} tables with {rows} rows");
}

#[tokio::test]
async fn who_may_not_see_a_page_gets_no_workbook_of_it() {
    let city = city_with(web::Options::default(), false);
    let (_, tokens) = std::thread::scope(|s| s.spawn(|| settle(&city.app)).join().unwrap());
    for (login, at) in
        [("", "/desk/cases"), ("volunteer.a", "/desk/office/sign-on"), ("handler.a", "/desk/outreach")]
    {
        let mut b = Browser::new(&city);
        b.cookie = tokens.get(login).map_or_else(String::new, |t| format!("session={t}"));
        let (page, book) = (b.get(at).await, b.get(&format!("{at}?as=xlsx")).await);
        assert_ne!(page.status, StatusCode::OK, "{login} {at}");
        assert_eq!(page.status, book.status, "{login} {at}");
    }
}

/// Every template of the program: its path and its text.
fn every_template() -> Vec<(String, String)> {
    fn templates(at: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(at).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && path.file_name().is_none_or(|n| n != "target") {
                templates(&path, found);
            } else if path.extension().is_some_and(|e| e == "html") {
                found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut all = Vec::new();
    templates(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."), &mut all);
    all
}

/// A list of cards leaves when its cards say that they are rows, and what stands in them.
#[test]
fn a_list_of_several_pages_has_rows_that_can_leave() {
    let all = every_template();
    let text_of =
        |name: &str| all.iter().find(|t| t.0.rsplit('/').next() == Some(name)).map_or("", |t| t.1.as_str());
    let mut seen = 0;
    for (name, text) in all.iter().filter(|t| t.1.contains("rel=\"next\"") || t.1.contains("\"views.html\""))
    {
        // What it includes or calls stands in it.
        let parts = text.split("{% ").skip(1).filter(|p| p.starts_with("include") || p.starts_with("import"));
        let parts = parts.filter_map(|p| p.split('"').nth(1)).map(text_of);
        let whole: String = std::iter::once(text.as_str()).chain(parts).collect();
        let at_desk = !["answers.html", "log_variants.html", "pages.html", "views_page.html", "guides.html"]
            .iter()
            .any(|public| name.ends_with(public));
        assert!(
            !at_desk || whole.contains("<table") || whole.contains(" data-row"),
            "{name}: its cards say data-row and data-col, or they do not leave as a workbook"
        );
        seen += 1;
    }
    assert!(seen > 12, "{seen}");
}

/// A list whose next page is not marked would leave by its first page only.
#[test]
fn the_next_page_is_marked_on_every_list() {
    let all = every_template();
    let mut seen = 0;
    for (name, text) in all {
        for (at, _) in text.match_indices("p.t.page_next") {
            seen += 1;
            let link = text[..at].rfind("<a ").map_or("", |i| &text[i..at]);
            assert!(link.contains("rel=\"next\""), "{name}: the link to the next page says so: rel=\"next\"");
        }
    }
    assert!(seen > 10, "{seen}");
}
