//! A small city behind the router, and a browser that keeps its cookie.

use assembly::House;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use city::Settings;
use kernel::{Actor, Role};
use people::{NewStaff, NewUnit};
use testkit::TempDir;
use tower::ServiceExt as _;

pub const PASSWORD: &str = "correct horse battery";

pub struct City {
    pub app: House,
    /// the second node, where there are two
    pub other: Option<House>,
    pub router: Router,
    _dir: TempDir,
}

/// Every city of these tests must stand at its end: all cares of the worker go, nothing is put aside, no job is dead.
impl Drop for City {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let ticks_clean = || {
            assembly::Worker::new(self.app.clone()).tick().unwrap();
            let listed = |rd: &mut store::Rd<'_>| {
                Ok::<_, city::Error>((store::asides::list(rd, 9)?, store::jobs::dead(rd, 9)?))
            };
            let (aside, dead) = self.app.city.store().read(listed).unwrap();
            assert!(aside.is_empty() && dead.is_empty(), "{aside:?} {dead:?}");
        };
        // On a thread of its own: a test may drop its city inside a runtime.
        std::thread::scope(|s| s.spawn(ticks_clean).join().unwrap());
    }
}

/// A city with a coordinating office, two departments and one account for each role.
pub fn city() -> City {
    city_with(web::Options::default(), true)
}

pub fn city_with(options: web::Options, people: bool) -> City {
    city_limited(options, people, city::Limits { forms: 1_000_000, pages: 1_000_000 })
}

pub fn city_limited(options: web::Options, people: bool, limits: city::Limits) -> City {
    let dir = TempDir::new();
    let place = store::Place::Embedded { dir: dir.path().to_owned() };
    let store = store::Store::open(&place, store::Options::default()).unwrap();
    let app = House::open(store, dir.path()).unwrap().limit(limits);
    if people {
        // Answers are waited for on a thread of their own: a test may run inside a runtime.
        std::thread::scope(|s| s.spawn(|| settle(&app)).join().unwrap());
    }
    let router = web::router(&app, options);
    City { app, other: None, router, _dir: dir }
}

/// Two nodes over one database, with nothing in common but the keys: every request goes to another node than the one
/// before, the first to node `first`. The database, a schema of PostgreSQL, is dropped by the caller.
pub fn two_nodes(place: &store::Place, first: usize, limits: city::Limits) -> City {
    let dir = TempDir::new();
    let open = |name: &str| {
        let keys = dir.path().join(name);
        std::fs::create_dir_all(&keys).unwrap();
        if name == "b" {
            for key in ["secret.key", "seal.key"] {
                std::fs::copy(dir.path().join("a").join(key), keys.join(key)).unwrap();
            }
        }
        let store = store::Store::open(place, store::Options::default()).unwrap();
        House::open(store, &keys).unwrap().limit(limits)
    };
    let app = open("a");
    std::thread::scope(|s| s.spawn(|| settle(&app)).join().unwrap());
    let other = open("b");
    let nodes = [&app, &other].map(|house| web::router(house, web::Options::default()));
    let turn = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(first));
    let router = Router::new().fallback_service(tower::service_fn(move |request: Request<Body>| {
        let n = turn.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        nodes[n % 2].clone().oneshot(request)
    }));
    City { app, other: Some(other), router, _dir: dir }
}

fn settle(app: &House) {
    let system = Actor::system;
    let settings = Settings {
        city: "9901".parse().unwrap(),
        name: "云汀市".into(),
        returns_max: None,
        extension_days_max: None,
        rounds_max: None,
    };
    app.city.set_city(system(), settings).wait().unwrap();
    app.people.put_regions(system(), vec![("9901".parse().unwrap(), "云汀市".into())]).wait().unwrap();
    let unit = |key: &str, name: &str, kind: &str| NewUnit {
        key: key.into(),
        name: name.into(),
        short: name.into(),
        kind: kind.into(),
        parent: None,
        region: "9901".parse().unwrap(),
        duties: String::new(),
    };
    let units = vec![
        unit("approve", "审批局", "coordination"),
        unit("hrss", "人社局", "department"),
        unit("land", "资规局", "department"),
    ];
    app.people.put_units(system(), units).wait().unwrap();
    let seats = [
        ("coord", Role::Coordinator, "approve"),
        ("clerk", Role::Clerk, "approve"),
        ("admin", Role::SystemAdmin, "approve"),
        ("super", Role::Supervisor, "approve"),
        ("analyst", Role::Analyst, "approve"),
        ("walker", Role::Walker, "approve"),
        ("handler", Role::Handler, "hrss"),
        ("other", Role::Handler, "land"),
        ("unitadmin", Role::UnitAdmin, "hrss"),
    ];
    let staff = seats.map(|(login, role, unit)| NewStaff {
        login: login.into(),
        name: format!("{login}先生"),
        role,
        unit: unit.into(),
        position: String::new(),
        password: Some(PASSWORD.into()),
    });
    app.people.put_staff(system(), staff.into()).unwrap();
}

/// What came back.
pub struct Page {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: String,
}

impl Page {
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |v| v.to_str().unwrap())
    }
    /// The token of the forms of this page.
    pub fn token(&self) -> String {
        let at = self.body.find("name=\"_t\" value=\"").expect("a form with a token") + 17;
        self.body[at..at + 32].to_owned()
    }
}

/// Somebody with a browser.
pub struct Browser<'a> {
    city: &'a City,
    pub cookie: String,
}

impl<'a> Browser<'a> {
    pub fn new(city: &'a City) -> Self {
        Self { city, cookie: String::new() }
    }
    pub async fn signed_in(city: &'a City, login: &str) -> Self {
        let mut b = Self::new(city);
        let page = b.post("/desk/sign-in", &[("login", login), ("password", PASSWORD)]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{login}: {}", page.body);
        let set = page.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
        b.cookie = set.split(';').next().unwrap().to_owned();
        b
    }
    pub async fn send(&self, request: Request<Body>) -> Page {
        let answer: Response<Body> = self.city.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, 4 << 20).await.unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        Page { status: parts.status, headers: parts.headers, body }
    }
    pub async fn get(&self, path: &str) -> Page {
        let request = Request::get(path).header(header::COOKIE, &self.cookie).header(header::HOST, "bc.test");
        self.send(request.body(Body::empty()).unwrap()).await
    }
    /// Posts a form as our own page would, with the token of the session.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut all: Vec<(String, String)> =
            fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        if !self.cookie.is_empty() {
            all.push(("_t".into(), self.get("/desk/messages").await.token()));
        }
        self.send(self.form(path, "http://bc.test", &all)).await
    }
    pub fn form(&self, path: &str, origin: &str, fields: &[(String, String)]) -> Request<Body> {
        let body: Vec<String> = fields.iter().map(|(n, v)| format!("{}={}", quote(n), quote(v))).collect();
        Request::post(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::HOST, "bc.test")
            .header(header::ORIGIN, origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")))
            .unwrap()
    }
}

fn quote(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// A city that this one speaks with: a matter that was handed to it, and the number of a case that may be.
pub fn between_cities(
    app: &House,
    county: &Actor,
    of_city: &Actor,
    registration: &resolve::Registration,
) -> (i64, String) {
    let peer = cells::NewPeer {
        code: "9902".into(),
        name: "邻市".into(),
        address: String::new(),
        rank: cells::Rank::Below,
        purposes: vec![cells::Purpose::Matters, cells::Purpose::Figures],
        secret: "0123456789abcdef0123456789abcdef".into(),
        active: true,
    };
    app.cells.set_peer(Actor::system(), peer).wait().unwrap();
    let [to_hand, handed] = ["一", "二"].map(|n| {
        let one = resolve::Registration { title: format!("外市的事{n}"), ..registration.clone() };
        let number = app.cases.register(county.clone(), one, city::Contact::default()).wait().unwrap().number;
        let accept = resolve::Command::Accept {};
        app.cases.act(county.clone(), number.clone(), accept, None).wait().unwrap();
        number
    });
    let asked = cells::HandOver {
        number: handed,
        peer: "9902".into(),
        note: "属地管辖".into(),
        contact_for: String::new(),
    };
    app.cells.hand_over(of_city.clone(), asked).wait().unwrap();
    let all = app.cells.matters(of_city.clone(), cells::Side::Origin, None).wait().unwrap();
    (all[0].id, to_hand)
}

/// Everybody has a password of his own.
pub fn own_passwords(app: &assembly::House) {
    let set = || {
        app.city.store().write(|tx| {
            for s in store::office::all_staff(tx, None)? {
                store::office::set_secret(tx, s.id, "", false)?;
            }
            Ok::<_, city::Error>(())
        })
    };
    std::thread::scope(|s| s.spawn(set).join().unwrap()).unwrap();
}
