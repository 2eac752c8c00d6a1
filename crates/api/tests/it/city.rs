//! A small city with an account of every role in every relation to the case at hand.

use std::collections::BTreeMap;
use std::path::Path;

use assembly::House;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use city::Settings;
use kernel::{Actor, Relation, Role, UnitId};
use people::{NewStaff, NewUnit};
use serde_json::Value;
use store::{Options, Place, Store};
use testkit::HandClock;
use tower::ServiceExt as _;

/// A working day, ten in the morning.
pub const NOW: &str = "2026-11-23T10:00:00+08:00";
/// Where the case lies.
pub const REGION: &str = "990102";

/// A theme that can be applied for.
const RESTAURANT: &str = include_str!("../../../../data/themes/restaurant.json");

/// Relations an account can have.
pub const STANDS: [(Relation, &str); 5] = [
    (Relation::Owner, "owner"),
    (Relation::CoHandler, "co"),
    (Relation::FirstAsked, "first"),
    (Relation::InRegion, "region"),
    (Relation::Stranger, "stranger"),
];
/// Roles that have accounts.
pub const ROLES: [Role; 10] = [
    Role::Clerk,
    Role::Handler,
    Role::Coordinator,
    Role::Walker,
    Role::Supervisor,
    Role::Analyst,
    Role::UnitAdmin,
    Role::SystemAdmin,
    Role::Volunteer,
    Role::Evaluator,
];

pub struct City {
    app: House,
    pub router: Router,
    pub clock: HandClock,
    pub units: BTreeMap<&'static str, UnitId>,
    tokens: BTreeMap<String, String>,
    _keys: testkit::TempDir,
}

pub struct Got {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {} {}", self.status, String::from_utf8_lossy(&self.body)))
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }
    /// It is a problem of this status and says why.
    pub fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        assert_eq!(self.header("content-type"), "application/problem+json");
        let body = self.json();
        assert_eq!(body["status"], status);
        assert!(
            !body["detail"].as_str().unwrap().is_empty() && !body["instance"].as_str().unwrap().is_empty()
        );
        body
    }
    pub fn ok(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        if self.body.is_empty() { Value::Null } else { self.json() }
    }
}

/// Runs `test` in a small city on each engine.
pub fn on_both(test: impl Fn(&City)) {
    on_sqlite(&test);
    on_postgres(&test);
}
fn roomy() -> api::Options {
    api::Options::default()
}
pub fn on_sqlite(test: impl Fn(&City)) {
    testkit::embedded(|place| with(place, roomy(), &test));
}
pub fn on_postgres(test: impl Fn(&City)) {
    testkit::postgres(|place| with(place, roomy(), &test));
}

pub fn with(place: &Place, options: api::Options, test: &dyn Fn(&City)) {
    with_limit(place, options, 1_000, test);
}

/// The same where strangers may send so many forms in a minute.
pub fn with_limit(place: &Place, options: api::Options, forms: u32, test: &dyn Fn(&City)) {
    let clock = HandClock::at(NOW.parse().unwrap());
    let store =
        Store::open(place, Options { clock: clock.as_clock(), readers: 2, ..Options::default() }).unwrap();
    let keys = testkit::TempDir::new();
    let city = settle(store.clone(), keys, clock, options, forms);
    test(&city);
    city.ticks_clean();
    drop(city);
    store.close();
}

fn settle(store: Store, keys: testkit::TempDir, clock: HandClock, options: api::Options, forms: u32) -> City {
    let app = House::open(store, Path::new(keys.path())).unwrap();
    let app = app.limit(city::Limits { forms, ..city::Limits::default() });
    let system = Actor::system();
    let city = Settings {
        city: "9901".parse().unwrap(),
        name: "小城".into(),
        returns_max: None,
        extension_days_max: None,
        rounds_max: None,
    };
    app.city.set_city(system.clone(), city).wait().unwrap();
    // The units of the case lie elsewhere, so that they stand in one relation only.
    let unit = |key: &str, kind: &str, region: &str| NewUnit {
        key: key.into(),
        name: format!("单位{key}"),
        short: key.into(),
        kind: kind.into(),
        parent: None,
        region: region.parse().unwrap(),
        duties: String::new(),
    };
    let units = vec![
        unit("owner", "department", "990103"),
        unit("co", "department", "990103"),
        unit("first", "hall", "990103"),
        unit("region", "coordination", "9901"),
        unit("stranger", "department", "990199"),
    ];
    app.people.put_units(system.clone(), units).wait().unwrap();
    let mut staff = Vec::new();
    for role in ROLES {
        for (_, key) in STANDS {
            staff.push(NewStaff {
                login: format!("{role}.{key}"),
                name: format!("{}{key}", role.zh()),
                role,
                unit: key.into(),
                position: String::new(),
                password: (role == Role::Coordinator && key == "region").then(|| "correct horse".to_owned()),
            });
        }
    }
    app.people.put_staff(system.clone(), staff.clone()).unwrap();
    let mut file = service::ThemeFile::parse(RESTAURANT).unwrap();
    (file.theme.lead, file.theme.reception) = ("单位owner".into(), "单位first".into());
    for item in &mut file.items {
        item.unit = "单位owner".into();
        for step in item.steps.iter_mut().filter(|s| !s.unit.is_empty()) {
            step.unit = "单位owner".into();
        }
    }
    app.catalogue.take_in_items(&system, file.items).unwrap().wait().unwrap();
    app.services.put_theme(system, file.theme).wait().unwrap();
    let office = app.city.office_now().wait().unwrap();
    let id = |key| office.unit_called(key).unwrap().id;
    let units = STANDS.iter().map(|(_, key)| (*key, id(key))).collect();
    let token = |s: &NewStaff| {
        let region = office.unit_called(&s.unit).map(|u| u.region.clone());
        let admin = Actor { staff: None, role: Role::SystemAdmin, unit: None, region };
        (s.login.clone(), app.people.make_token(&admin, &s.login, "test").unwrap().token)
    };
    let tokens = staff.iter().map(token).collect();
    let router = api::router(app.clone(), options);
    City { app, router, clock, units, tokens, _keys: keys }
}

impl City {
    /// Every city of these tests must stand at its end: all cares of the worker go, nothing is put aside.
    fn ticks_clean(&self) {
        assembly::Worker::new(self.app.clone()).tick().unwrap();
        let listed = |rd: &mut store::Rd<'_>| {
            Ok::<_, city::Error>((store::asides::list(rd, 9)?, store::jobs::dead(rd, 9)?))
        };
        let (aside, dead) = self.app.city.store().read(listed).unwrap();
        assert!(aside.is_empty() && dead.is_empty(), "{aside:?} {dead:?}");
    }
    pub fn token(&self, login: &str) -> &str {
        self.tokens.get(login).unwrap_or_else(|| panic!("no account {login}"))
    }
    pub fn unit(&self, key: &str) -> i64 {
        self.units[key].0
    }
    /// One request as it is.
    pub fn send(&self, request: Request<Body>) -> Got {
        let router = self.router.clone();
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async move {
            let response = router.oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = axum::body::to_bytes(body, 64 << 20).await.unwrap().to_vec();
            Got { status: parts.status, headers: parts.headers, body }
        })
    }
    /// One request of an account (`""` for nobody) with further headers.
    pub fn call(
        &self,
        login: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
        more: &[(&str, &str)],
    ) -> Got {
        let mut request = Request::builder().method(method.parse::<Method>().unwrap()).uri(path);
        if !login.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token(login)));
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(value) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(value.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).unwrap())
    }
    pub fn get(&self, login: &str, path: &str) -> Got {
        self.call(login, "GET", path, None, &[])
    }
    pub fn post(&self, login: &str, path: &str, body: &Value) -> Got {
        self.call(login, "POST", path, Some(body), &[])
    }
    /// What a case is registered with.
    pub fn case_body(&self, kind: &str) -> Value {
        serde_json::json!({
            "kind": kind, "channel": "window", "region": REGION, "title": "办证跑了三趟", "complexity": "simple",
            "words": "材料齐全仍被退回", "first_asked": self.unit("first"),
            "contact": {"name": "王小二", "phone": "13800001234"},
        })
    }
    /// A new case: its number and code.
    pub fn register(&self, kind: &str) -> (String, String) {
        let got = self.post("coordinator.region", "/cases", &self.case_body(kind)).ok(201);
        (got["number"].as_str().unwrap().to_owned(), got["code"].as_str().unwrap().to_owned())
    }
    /// An application that the clerk at the hall began: its number.
    pub fn application(&self) -> String {
        let body = serde_json::json!({"theme": "restaurant", "answers": ["a", "b", "a", "a", "a"]});
        self.post("clerk.first", "/applications", &body).ok(201)["number"].as_str().unwrap().to_owned()
    }
    pub fn act(&self, login: &str, number: &str, body: &Value) -> Got {
        self.post(login, &format!("/cases/{number}/acts"), body)
    }
}
