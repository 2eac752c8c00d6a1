//! The laws of addresses: what cannot be read is told in words with a way back, an address that only takes a form leads
//! to the page that holds it, a link that is drawn opens, and the navigation says where one is.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::Role;

use crate::it::help::{Browser, City, Page, city_with};
use crate::it::reach::{ROLES, SEATS, Things, routes, settle, subject_of};

fn small_city() -> (City, Things, BTreeMap<String, String>) {
    let city = city_with(web::Options::default(), false);
    let (things, tokens) = std::thread::scope(|s| s.spawn(|| settle(&city.app)).join().unwrap());
    (city, things, tokens)
}

fn as_role<'a>(city: &'a City, tokens: &BTreeMap<String, String>, role: Role, seat: &str) -> Browser<'a> {
    let mut b = Browser::new(city);
    b.cookie = format!("session={}", tokens[&format!("{}.{seat}", role.word())]);
    b
}

/// What is for scripts and files, not for reading.
fn for_scripts(path: &str) -> bool {
    path.starts_with("/walk/") || path.starts_with("/assets/") || path == "/healthz"
}

/// Is it a page in the words of the house, with a way back?
fn fault(page: &Page) -> Option<&'static str> {
    let kind = page.headers.get(header::CONTENT_TYPE).map_or("", |v| v.to_str().unwrap_or_default());
    let s = &page.body;
    if !kind.starts_with("text/html") {
        Some("not a page")
    } else if !s.contains("<title>") || !s.contains("lang=\"") || !s.contains("<h1>") || !s.contains("<main")
    {
        Some("a page without title, language or heading")
    } else if ["deserialize", "Cannot parse", "missing field", "Invalid URL"].iter().any(|w| s.contains(w)) {
        Some("words of a program")
    } else if !s.contains("href=\"/") {
        Some("no way back")
    } else {
        None
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_a_page_in_words() {
    let (city, things, tokens) = small_city();
    let b = as_role(&city, &tokens, Role::Coordinator, "city");
    let session = b.cookie.split_once('=').unwrap().1.to_owned();
    let digest = city.app.city.vault().token_digest(&format!("form:{session}"));
    let form: String = digest[..16].iter().map(|b| format!("{b:02x}")).collect();
    let (mut faults, mut refused) = (Vec::new(), 0);
    // Every name that an address of ours asks by, with what it cannot mean.
    let odd = "a=%FF&after=x&at=x&certain=&days=x&done=%00&from=x&group=x&id=x&item=&kind=x&level=x&limit=x\
               &matter=&month=x&n=x&number=x&page=x&period=x&q=%FF&region=x&skip=x&sort=x&to=x&unit=x&year=x";
    for (path, method) in routes(&city) {
        if for_scripts(&path) || path.ends_with("sign-out") || path.ends_with("/sessions") {
            continue;
        }
        let at = subject_of(&path, &things, 0).unwrap();
        let mut garbled = String::new();
        let mut inside = false;
        for c in path.chars() {
            inside = (inside || c == '{') && c != '}';
            match c {
                '{' => garbled.push_str("%FFx"),
                '}' => {}
                c if !inside => garbled.push(c),
                _ => {}
            }
        }
        let asked: Vec<Request<Body>> = if method == "GET" {
            [at.clone(), format!("{at}?{odd}"), format!("{at}?x=1&x=2"), garbled]
                .iter()
                .map(|a| Request::get(a).header(header::COOKIE, &b.cookie).header(header::HOST, "bc.test"))
                .map(|r| r.body(Body::empty()).unwrap())
                .collect()
        } else {
            let kinds = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", ""];
            let post = |to: &str, kind: &str, body: String| {
                Request::post(to)
                    .header(header::COOKIE, &b.cookie)
                    .header(header::HOST, "bc.test")
                    .header(header::ORIGIN, "http://bc.test")
                    .header(header::CONTENT_TYPE, kind)
                    .body(Body::from(body))
                    .unwrap()
            };
            let mut all: Vec<_> = kinds.iter().map(|k| post(&at, k, "%FF=&&a".into())).collect();
            all.push(post(&garbled, kinds[0], format!("_t={form}")));
            all
        };
        for request in asked {
            let told = format!("{method} {}", request.uri());
            let page = b.send(request).await;
            if page.status.is_client_error() {
                refused += 1;
                faults.extend(fault(&page).map(|f| format!("{told}: {} {f}", page.status)));
            } else if page.status.is_server_error() {
                faults.push(format!("{told}: {}", page.status));
            }
        }
    }
    assert!(refused > 200, "{refused}");
    assert!(faults.is_empty(), "{faults:#?}");
}

#[tokio::test]
async fn an_address_that_takes_a_form_leads_to_the_page_that_holds_it() {
    let (city, things, tokens) = small_city();
    let b = as_role(&city, &tokens, Role::Coordinator, "city");
    let all = routes(&city);
    let pages: BTreeSet<String> =
        all.iter().filter(|r| r.1 == "GET").filter_map(|r| subject_of(&r.0, &things, 0)).collect();
    let mut led = 0;
    for (path, _) in all.iter().filter(|(p, m)| *m == "POST" && !all.contains(&(p.clone(), "GET"))) {
        let at = subject_of(path, &things, 0).unwrap();
        let page = b.get(&at).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "GET {at}");
        assert!(pages.contains(page.location()), "GET {at} leads to {}, which is no page", page.location());
        led += 1;
    }
    assert!(led > 35, "{led}");
}

/// The addresses of our own that a page links to.
fn links(body: &str) -> Vec<String> {
    let each = body.split("href=\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(to, _)| to);
    let own = each.filter(|to| to.starts_with('/') && !to.starts_with("/assets/"));
    let plain = own.map(|to| {
        to.replace("&#38;", "&").replace("&amp;", "&").split('#').next().unwrap_or_default().to_owned()
    });
    // As a browser asks.
    plain
        .map(|to| {
            to.bytes()
                .map(|b| if b.is_ascii_graphic() { char::from(b).to_string() } else { format!("%{b:02X}") })
                .collect()
        })
        .collect()
}

/// An address without the values it asks by: pages that differ by them only are looked at a few times.
fn shape(address: &str) -> String {
    let (path, ask) = address.split_once('?').unwrap_or((address, ""));
    let names: BTreeSet<&str> = ask.split('&').filter_map(|p| p.split('=').next()).collect();
    format!("{path}?{}", names.into_iter().collect::<Vec<_>>().join("&"))
}

#[tokio::test]
async fn a_link_that_is_drawn_opens_and_the_navigation_says_where_one_is() {
    let (city, _, tokens) = small_city();
    let (mut faults, mut seen) = (BTreeSet::new(), 0);
    for (seat, _) in [SEATS[0], SEATS[2]] {
        for role in ROLES {
            let b = as_role(&city, &tokens, role, seat);
            let mut known: BTreeMap<String, usize> = BTreeMap::new();
            let mut todo = vec![("/desk".to_owned(), String::new())];
            while let Some((at, from)) = todo.pop() {
                let times = known.entry(shape(&at)).or_default();
                *times += 1;
                if *times > 1 {
                    continue;
                }
                let page = b.get(&at).await;
                seen += 1;
                let told = |what: &str| format!("{}.{seat}: {at} (on {from}): {what}", role.word());
                if !(page.status.is_success() || page.status.is_redirection()) {
                    faults.insert(told(page.status.as_str()));
                    continue;
                }
                let kind = page.headers.get(header::CONTENT_TYPE).map_or("", |v| v.to_str().unwrap());
                if !kind.starts_with("text/html") {
                    continue;
                }
                let whose = at.starts_with("/desk/account") || at.starts_with("/desk/sign-in");
                if at.starts_with("/desk") && !whose && !page.body.contains("aria-current=\"") {
                    faults.insert(told("the navigation marks nothing"));
                }
                if at.starts_with("/desk") {
                    todo.extend(links(&page.body).into_iter().map(|to| (to, at.clone())));
                }
            }
        }
    }
    assert!(seen > 1_000, "{seen}");
    assert!(faults.is_empty(), "{faults:#?}");
}
