//! 印章: the life of a seal, sealing an issued bulletin, checking it as anybody, and devices that are slow, refuse or lie.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use ::supervise::{Ask, Filter, Form};
use kernel::{Date, StreamId, StreamKind};
use paper::gongwen::{Block, Check, Document, Run};
use paper::pdf::Fonts;
use papers::{Address, Doing, NewPaper, PaperRules};
use seals::{
    Asked, Device, Devices, Draft, FileDevice, NewSeal, Pages, PaperKind, Question, SealAct, SealKind,
    SealState, Sealed, Seals, Service, ServiceDevice, Trouble, next,
};
use supervise_acts::Edited;

use crate::*;
use assembly::sealed_by;
use papers::Act;

const TOKEN: &str = "a-token-of-the-city";

fn admin() -> Actor {
    who(Role::SystemAdmin, 1)
}

/// A key file, readable by its owner only.
fn key_file(app: &House, place: &std::path::Path, name: &str) {
    let text = seals::new_key("某人", "临江市", app.city.store().now(), None).unwrap();
    keep(&place.join(format!("{name}.pem")), &text, 0o600);
}

fn keep(path: &std::path::Path, text: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn new_seal() -> NewSeal {
    NewSeal {
        name: String::new(),
        kind: SealKind::Unit,
        unit: UnitId(1),
        papers: vec![PaperKind::Bulletin],
        roles: vec![Role::Coordinator],
        picture: None,
    }
}

fn asked(act: SealAct, ver: i64, device: &str) -> Asked {
    Asked {
        act,
        ver,
        device: device.into(),
        valid_to: "2028-03-01".parse().ok(),
        filed: "43060000012345".into(),
        why: "按规定".into(),
    }
}

/// A seal that is in use, its key with this device.
fn in_use(seals: &Seals, device: &str) -> i64 {
    let id = seals.apply(coordinator(), new_seal()).wait().unwrap();
    for (ver, act) in (1..).zip([SealAct::Make, SealAct::File, SealAct::Enable]) {
        seals.act(&admin(), id, &asked(act, ver, device)).unwrap();
    }
    assert_eq!(seals.seal(coordinator(), id).wait().unwrap().state, SealState::InUse);
    id
}

/// The coordination office has another name from now on.
fn rename(app: &House, name: &str) {
    let office = app.city.office_now().wait().unwrap();
    let was = office.unit(UnitId(1)).unwrap();
    let unit = people::NewUnit {
        key: was.key.clone(),
        name: name.into(),
        short: was.short.clone(),
        kind: was.kind.clone(),
        parent: None,
        region: was.region.clone(),
        duties: was.duties.clone(),
    };
    app.people.put_units(Actor::system(), vec![unit]).wait().unwrap();
}

/// Who drafts, and who signs: accounts of the coordination office.
pub(crate) fn drafter_and_signer(app: &House) -> (Actor, Actor) {
    let find = |login: &str| app.people.actor_of(login).unwrap();
    if find("drafter").is_none() {
        let staff = |login: &str, name: &str| NewStaff {
            login: login.into(),
            name: name.into(),
            role: Role::Coordinator,
            unit: "政管办".into(),
            position: String::new(),
            password: None,
        };
        let both = vec![staff("drafter", "拟稿人"), staff("signer", "签发人")];
        app.people.put_staff(Actor::system(), both).unwrap();
        let rules = PaperRules { signs: vec![(UnitId(1), "临政管".into())], ..PaperRules::default() };
        app.papers.set_rules(who(Role::SystemAdmin, 1), rules).wait().unwrap();
    }
    (find("drafter").unwrap(), find("signer").unwrap())
}

/// The drafter of the coordination office.
fn coordinator() -> Actor {
    Actor { staff: Some(StaffId(1)), ..crate::coordinator() }
}

/// A bulletin that was signed, as a paper that waits for its seal.
fn issued(app: &House) -> i64 {
    signed_by(app, "政管办全称")
}

/// The same over this name.
fn signed_by(app: &House, org: &str) -> i64 {
    let (_, signer) = drafter_and_signer(app);
    let id = drafted(app, org);
    let does = |actor: &Actor, ver: i64, act: Act, next: Option<StaffId>| {
        let doing = Doing { act: Some(act), ver, words: String::new(), next };
        app.papers.act(actor.clone(), id, doing).wait().unwrap();
    };
    does(&coordinator(), 1, Act::Submit, signer.staff);
    does(&signer, 2, Act::Issue, None);
    id
}

/// A bulletin that is begun as a paper.
fn drafted(app: &House, org: &str) -> i64 {
    let (drafter, _) = drafter_and_signer(app);
    assert_eq!(drafter, coordinator(), "the first account of a new city");
    app.supervision.figures_ready().unwrap();
    let ask =
        Ask { from: Date::constant(2026, 2, 1), to: Date::constant(2026, 2, 28), filter: Filter::default() };
    let id = app.supervision.draft_bulletin(coordinator(), Form::Monthly, ask).wait().unwrap();
    let b = app.supervision.bulletin(coordinator(), id).wait().unwrap().bulletin;
    let edited = Edited {
        title: b.title,
        to: b.to,
        org: org.into(),
        date: b.date,
        copies: String::new(),
        texts: vec![],
    };
    app.supervision.save_bulletin(coordinator(), id, 1, edited).wait().unwrap();
    let new = NewPaper {
        kind: PaperKind::Bulletin,
        source: supervise_acts::BULLETIN.into(),
        subject: id,
        form: "letter".into(),
        document: None,
        address: Address::default(),
    };
    app.papers.begin(coordinator(), new).wait().unwrap()
}

pub(crate) fn print(d: &Document, mark: &Sealed) -> Result<Pages, Error> {
    let doc = Document {
        mark: None,
        blocks: vec![Block::Text(vec![Run::plain("正文。")])],
        check: Some(Check {
            lines: vec![mark.printed()],
            squares: vec![vec![true, false], vec![false, true]],
        }),
        ..d.clone()
    };
    let fonts = Fonts::of_this_machine().unwrap();
    let (ofd, place) = paper::ofd::write_to_seal(&doc, fonts).unwrap();
    Ok(Pages { ofd, place, pdf: paper::pdf::write(&doc, fonts).unwrap() })
}

fn set(app: &House, seals: &Seals, actor: &Actor, paper: i64, seal: i64) -> Result<Sealed, Error> {
    sealed_by(app.clone(), seals.clone()).papers.seal(actor, paper, seal, print)
}

/// Is a paper sealed?
fn is_sealed(app: &House, paper: i64) -> bool {
    app.papers.paper(coordinator(), paper).wait().unwrap().sealed.is_some()
}

fn acts_on_record(app: &House, stream: StreamId) -> Vec<String> {
    let read = |rd: &mut store::Rd<'_>| store::ledger_rows::events_of(rd, stream, 0, 100);
    app.city.store().read(read).unwrap().into_iter().map(|e| e.act).collect()
}

#[test]
fn an_issued_bulletin_is_sealed_once_and_anybody_checks_it() {
    city(|app, clock| {
        let place = TempDir::new();
        key_file(app, place.path(), "office");
        let seals = Seals::new(app.city.clone(), Devices::in_folder(place.path().to_owned(), None));
        let seal = in_use(&seals, "file:office");
        clock.move_us(US_PER_HOUR);
        let id = issued(app);

        // Not by another unit, nor by a role that it was not given to, nor a draft, nor under another name.
        for actor in [who(Role::Coordinator, 2), who(Role::Supervisor, 1), admin(), who(Role::Analyst, 1)] {
            set(app, &seals, &actor, id, seal).unwrap_err();
        }
        let draft = drafted(app, "政管办全称");
        let e = set(app, &seals, &coordinator(), draft, seal).unwrap_err();
        assert!(e.to_string().contains("“拟稿”环节"), "{e}");
        // Nor by who signed it.
        set(app, &seals, &drafter_and_signer(app).1, id, seal).unwrap_err();
        assert!(seals.seal(coordinator(), seal).wait().unwrap().uses.is_empty(), "a refusal is no use");

        let mark = set(app, &seals, &coordinator(), id, seal).unwrap();
        assert!(mark.trial, "a key file is for trials");
        let found = seals.by_code(&mark.printed().to_lowercase()).wait().unwrap().unwrap();
        assert_eq!(
            (found.row.office.as_str(), found.row.number.as_str()),
            ("政管办全称", "临政管函〔2026〕1号")
        );
        let (ofd, pdf) = (found.ofd.unwrap(), found.pdf.unwrap());
        let options = seal::Options::at(app.city.store().now());
        let report = seal::verify(&ofd, &options).unwrap();
        let s = &report.signatures[0];
        assert!(report.intact() && s.covers_all, "{report:#?}");
        assert_eq!(
            (s.seal_signature, s.valid_when_signed, s.valid_now),
            (Some(true), Some(true), Some(true))
        );
        assert!(s.seal.as_ref().unwrap().name.contains("试用章"), "{:?}", s.seal);
        assert!(s.problems.iter().any(|p| p.code == "self_made"), "{:?}", s.problems);
        for bytes in [&ofd, &pdf] {
            assert_eq!(seals.by_file(bytes.clone()).wait().unwrap().unwrap().code, mark.code);
        }
        assert!(seals.by_file(b"%PDF-1.7".to_vec()).wait().unwrap().is_none());
        assert!(seals.by_code("0000-0000-0000-0000").wait().unwrap().is_none());

        // One flipped byte of a page is named.
        let mut parts = parts_of(&ofd);
        let page = parts.iter_mut().find(|p| p.0.ends_with("Content.xml")).unwrap();
        let at = page.1.iter().position(|b| *b == b'1').unwrap();
        page.1[at] ^= 1;
        let (name, changed) = (page.0.clone(), packed(&parts));
        let report = seal::verify(&changed, &options).unwrap();
        assert!(!report.intact());
        assert!(report.signatures[0].changed.iter().any(|c| c.contains(&name)), "{report:#?}");
        assert!(seals.by_file(changed.clone()).wait().unwrap().is_none());

        // Once only; and everything is on record.
        set(app, &seals, &coordinator(), id, seal).unwrap_err();
        let uses = seals.seal(coordinator(), seal).wait().unwrap().uses;
        assert_eq!(uses.iter().map(|u| u.state.as_str()).collect::<Vec<_>>(), ["kept"]);
        assert_eq!(uses[0].digest, ledger::hex(&seal::Digest::Sm3.of(&ofd)));
        let record = acts_on_record(app, StreamId::new(StreamKind::Seal, seal));
        assert_eq!(record, ["apply", "make", "file", "enable", "use", "used"]);
        let way = acts_on_record(app, StreamId::new(StreamKind::Paper, id));
        assert_eq!(way, ["begin", "submit", "issue", "seal"]);
        let look = |rd: &mut store::Rd<'_>| store::proof::compare_all(rd);
        let compared = app.city.store().read(look).unwrap();
        assert!(compared.findings.is_empty(), "{:?}", compared.findings);

        // Withdrawn: the code says so, and gives nothing out; it cannot be sealed again.
        let why = "印章用错".to_owned();
        let revoke = |actor: Actor, words: &str| {
            let doing = Doing { act: Some(Act::Revoke), ver: 4, words: words.into(), next: None };
            sealed_by(app.clone(), seals.clone()).papers.act(actor, id, doing).wait()
        };
        revoke(who(Role::Coordinator, 2), &why).unwrap_err();
        revoke(coordinator(), "").unwrap_err();
        revoke(coordinator(), &why).unwrap();
        let gone = seals.by_code(&mark.code).wait().unwrap().unwrap();
        assert_eq!((gone.row.state.as_str(), gone.row.why), ("withdrawn", why));
        assert!(gone.ofd.is_none() && gone.pdf.is_none());
        set(app, &seals, &coordinator(), id, seal).unwrap_err();

        // A seal that is suspended seals nothing.
        let other = issued(app);
        seals.act(&coordinator(), seal, &asked(SealAct::Suspend, 4, "")).unwrap();
        let e = set(app, &seals, &coordinator(), other, seal).unwrap_err();
        assert!(e.to_string().contains("已停用"), "{e}");
        seals.act(&admin(), seal, &asked(SealAct::Restore, 5, "")).unwrap();
        set(app, &seals, &coordinator(), other, seal).unwrap();
        // Nor one of a unit that has another name by now.
        let (named, renamed) = (issued(app), "数据局");
        rename(app, renamed);
        let e = set(app, &seals, &coordinator(), signed_by(app, renamed), seal).unwrap_err();
        assert!(e.to_string().contains("更名"), "{e}");
        let house = sealed_by(app.clone(), seals.clone());
        let offered = house.papers.offered(&coordinator(), signed_by(app, renamed)).unwrap();
        assert!(offered.seals.is_empty() && offered.why.unwrap().zh.contains("更名"), "the page says why");
        set(app, &seals, &coordinator(), named, seal).unwrap();
        // And one that has run out neither.
        clock.move_us(800 * US_PER_DAY);
        let late = issued(app);
        let e = set(app, &seals, &coordinator(), late, seal).unwrap_err();
        assert!(e.to_string().contains("已过有效期"), "{e}");
    });
}

/// The seal of a unit is for its papers; that of a person or for one purpose is on the register and under no bulletin.
#[test]
fn a_seal_is_set_under_papers_of_its_kind_and_dates_are_from_today() {
    city(|app, clock| {
        let place = TempDir::new();
        key_file(app, place.path(), "office");
        let seals = Seals::new(app.city.clone(), Devices::in_folder(place.path().to_owned(), None));
        for (kind, name) in [
            (SealKind::Personal, "王小明"),
            (SealKind::Special, "政管办全称审批专用章"),
            (SealKind::Inner, "政管办全称审批科"),
        ] {
            let new = |papers: Vec<PaperKind>| NewSeal { name: name.into(), kind, papers, ..new_seal() };
            let e = seals.apply(coordinator(), new(vec![PaperKind::Bulletin])).wait().unwrap_err();
            assert!(e.to_string().contains("取消勾选"), "{kind:?}: {e}");
            // Notices may have a seal for a special purpose; the others are under no paper at all.
            let fits = if kind == SealKind::Special { vec![PaperKind::Notice] } else { vec![] };
            let id = seals.apply(coordinator(), new(fits)).wait().unwrap();
            let made =
                Asked { valid_to: "2026-01-01".parse().ok(), ..asked(SealAct::Make, 1, "file:office") };
            let e = seals.act(&admin(), id, &made).unwrap_err();
            assert!(e.to_string().contains("今天之后"), "{kind:?}: {e}");
            seals.act(&admin(), id, &asked(SealAct::Make, 1, "file:office")).unwrap();
            seals.act(&admin(), id, &asked(SealAct::File, 2, "")).unwrap();
        }
        let kinds: Vec<_> = seals.directory().wait().unwrap().into_iter().map(|l| l.kind).collect();
        assert_eq!(kinds, [SealKind::Special, SealKind::Inner], "nobody's own seal is listed");
        assert!(seals.apply(coordinator(), NewSeal { papers: vec![], ..new_seal() }).wait().is_err());
        // Today, not the day on which it was applied for.
        let id = seals.apply(coordinator(), new_seal()).wait().unwrap();
        clock.move_us(40 * US_PER_DAY);
        let past = Asked { valid_to: "2026-03-20".parse().ok(), ..asked(SealAct::Make, 1, "file:office") };
        let e = seals.act(&admin(), id, &past).unwrap_err();
        assert!(e.to_string().contains("今天之后"), "{e}");
        // A picture that was brought is seen before somebody makes it.
        assert!(!seals.seal(admin(), id).wait().unwrap().has_picture);
        rename(app, "数据局");
        let e = seals.act(&admin(), id, &asked(SealAct::Make, 1, "file:office")).unwrap_err();
        assert!(e.to_string().contains("更名"), "{e}");
    });
}

/// What the table of the life of a seal does not say cannot be done, and changes nothing.
#[test]
fn a_seal_moves_only_as_its_table_says() {
    city(|app, _| {
        let place = TempDir::new();
        key_file(app, place.path(), "office");
        let seals = Seals::new(app.city.clone(), Devices::in_folder(place.path().to_owned(), None));
        let id = seals.apply(admin(), new_seal()).wait().unwrap();
        // Who applied does not make it.
        let e = seals.act(&admin(), id, &asked(SealAct::Make, 1, "file:office")).unwrap_err();
        assert!(e.to_string().contains("申请人"), "{e}");
        // No device that is not there, and no path.
        for device in ["file:none", "file:../secret", "service", ""] {
            seals.act(&coordinator(), id, &asked(SealAct::Make, 1, device)).unwrap_err();
        }
        assert!(seals.directory().wait().unwrap().is_empty(), "what is not on file is nobody's seal");
        let way = [
            SealAct::Make,
            SealAct::File,
            SealAct::Enable,
            SealAct::Suspend,
            SealAct::Restore,
            SealAct::Suspend,
            SealAct::Cancel,
        ];
        for act in way {
            let before = seals.seal(coordinator(), id).wait().unwrap();
            for wrong in SealAct::ALL.into_iter().filter(|a| next(before.state, *a).is_none()) {
                let e =
                    seals.act(&coordinator(), id, &asked(wrong, before.row.ver, "file:office")).unwrap_err();
                assert!(matches!(e, Error::Invalid { .. }), "{:?} {wrong:?}: {e}", before.state);
            }
            // Nor by who stands elsewhere, nor who saw an older version.
            seals
                .act(&who(Role::Coordinator, 4), id, &asked(act, before.row.ver, "file:office"))
                .unwrap_err();
            seals.act(&who(Role::Handler, 1), id, &asked(act, before.row.ver, "file:office")).unwrap_err();
            if act != SealAct::Make {
                seals.act(&coordinator(), id, &asked(act, before.row.ver - 1, "file:office")).unwrap_err();
            }
            assert_eq!(seals.seal(coordinator(), id).wait().unwrap().row, before.row);
            seals.act(&coordinator(), id, &asked(act, before.row.ver, "file:office")).unwrap();
            let after = seals.seal(coordinator(), id).wait().unwrap();
            assert_eq!(Some(after.state), next(before.state, act).map(|r| r.to));
        }
        let listed = seals.directory().wait().unwrap();
        assert_eq!((listed.len(), listed[0].state, listed[0].trial), (1, SealState::Cancelled, true));
    });
}

/// How the service of a test behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Good,
    Slow,
    Down,
    Refusing,
    Lying,
    Garbled,
}

/// A seal service on this machine; its mood is for signing only.
struct Served {
    url: String,
    mood: Arc<std::sync::Mutex<Mood>>,
}

fn serve(app: &House) -> Served {
    let place = TempDir::new();
    key_file(app, place.path(), "service");
    let key = FileDevice::open(&place.path().join("service.pem"), None).unwrap();
    let service = Service::new(key, TOKEN).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mood = Arc::new(std::sync::Mutex::new(Mood::Good));
    let now = Arc::clone(&mood);
    thread::spawn(move || {
        for line in listener.incoming() {
            let mut line = line.unwrap();
            let mut got = Vec::new();
            let mut piece = [0; 65_536];
            let (head, body) = loop {
                let n = line.read(&mut piece).unwrap();
                got.extend_from_slice(&piece[..n]);
                let Some(end) = got.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
                let head = String::from_utf8(got[..end].to_vec()).unwrap();
                let long = head
                    .lines()
                    .find_map(|l| {
                        l.to_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse().unwrap())
                    })
                    .unwrap_or(0_usize);
                if got.len() >= end + 4 + long {
                    break (head, got[end + 4..].to_vec());
                }
            };
            let first: Vec<&str> = head.lines().next().unwrap().split(' ').collect();
            let authorization =
                head.lines().find_map(|l| l.strip_prefix("authorization: ")).unwrap_or_default();
            let question = Question { method: first[0], path: first[1], authorization, body: &body };
            let mut answer = service.answer(question);
            if first[1] == "/v1/sign" {
                match *now.lock().unwrap() {
                    Mood::Good => {}
                    Mood::Slow => thread::sleep(Duration::from_secs(3)),
                    Mood::Down => answer = (503, String::new()),
                    Mood::Refusing => answer = (422, "{}".into()),
                    Mood::Garbled => answer = (200, "<html>".into()),
                    // A signature with the right key, but over what it was asked first.
                    Mood::Lying => {
                        answer = (200, OTHER.with_borrow(Clone::clone));
                        if answer.1.is_empty() {
                            answer = service.answer(question);
                            OTHER.set(answer.1.clone());
                        }
                    }
                }
            }
            let text = format!(
                "HTTP/1.1 {} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{}",
                answer.0,
                answer.1.len(),
                answer.1
            );
            drop(line.write_all(text.as_bytes()));
        }
    });
    Served { url, mood }
}

std::thread_local! {
    /// The first signature that a lying service gave: it gives it again for everything.
    static OTHER: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
}

#[test]
fn a_service_that_is_slow_refuses_or_lies_seals_nothing_and_each_has_its_word() {
    city(|app, _| {
        let served = serve(app);
        let device = ServiceDevice::patient(&served.url, TOKEN, Duration::from_secs(1));
        let devices = Devices::default()
            .with("service", Arc::new(device))
            .with("closed", Arc::new(ServiceDevice::new("http://127.0.0.1:1", TOKEN)))
            .with("open", Arc::new(ServiceDevice::new("http://seals.example.cn", TOKEN)))
            .with("stranger", Arc::new(ServiceDevice::new(&served.url, "another-token-entirely")));
        let seals = Seals::new(app.city.clone(), devices);
        // What cannot even make a seal.
        let id = seals.apply(coordinator(), new_seal()).wait().unwrap();
        for (name, said) in [("closed", "连接不上"), ("open", "https://"), ("stranger", "令牌")] {
            let e = seals.act(&admin(), id, &asked(SealAct::Make, 1, name)).unwrap_err();
            assert!(e.to_string().contains(said), "{name}: {e}");
        }
        assert_eq!(seals.seal(coordinator(), id).wait().unwrap().state, SealState::Applied);

        let seal = in_use(&seals, "service");
        let moods = [
            (Mood::Slow, "slow"),
            (Mood::Down, "busy"),
            (Mood::Refusing, "refused"),
            (Mood::Garbled, "garbled"),
        ];
        let id = issued(app);
        for (mood, _) in moods {
            *served.mood.lock().unwrap() = mood;
            set(app, &seals, &coordinator(), id, seal).unwrap_err();
        }
        // The first answer of a lying service is right; the second is the first again.
        *served.mood.lock().unwrap() = Mood::Lying;
        set(app, &seals, &coordinator(), issued(app), seal).unwrap();
        let e = set(app, &seals, &coordinator(), id, seal).unwrap_err();
        assert!(e.to_string().contains("与文件不符"), "{e}");
        assert!(!is_sealed(app, id), "nothing is kept");

        *served.mood.lock().unwrap() = Mood::Good;
        set(app, &seals, &coordinator(), id, seal).unwrap();
        let uses = seals.seal(coordinator(), seal).wait().unwrap().uses;
        let told: Vec<_> = uses.iter().rev().map(|u| (u.state.as_str(), u.why.as_str())).collect();
        let mut should: Vec<_> = moods.iter().map(|m| ("failed", m.1)).collect();
        should.extend([("kept", ""), ("failed", "wrong_answer"), ("kept", "")]);
        assert_eq!(told, should);
    });
}

/// A device with which the program ends as soon as it has signed.
#[derive(Debug)]
struct Killed(FileDevice);
impl Device for Killed {
    fn certificate(&self) -> Result<Vec<u8>, Trouble> {
        self.0.certificate()
    }
    fn is_trial(&self) -> Result<bool, Trouble> {
        self.0.is_trial()
    }
    fn make(&self, draft: &Draft) -> Result<Vec<u8>, Trouble> {
        self.0.make(draft)
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Trouble> {
        self.0.sign(message)?;
        panic!("killed between sealing and keeping");
    }
}

#[test]
fn killed_between_sealing_and_keeping_nothing_is_kept_and_the_use_stays_on_record() {
    city(|app, _| {
        let place = TempDir::new();
        key_file(app, place.path(), "office");
        let folder = || Devices::in_folder(place.path().to_owned(), None);
        let seals = Seals::new(app.city.clone(), folder());
        let seal = in_use(&seals, "file:office");
        let id = issued(app);
        let key = FileDevice::open(&place.path().join("office.pem"), None).unwrap();
        let dying = Seals::new(app.city.clone(), folder().with("file:office", Arc::new(Killed(key))));
        let (house, actor) = (app.clone(), coordinator());
        assert!(thread::spawn(move || set(&house, &dying, &actor, id, seal)).join().is_err());
        assert!(!is_sealed(app, id));
        set(app, &seals, &coordinator(), id, seal).unwrap();
        let uses = seals.seal(coordinator(), seal).wait().unwrap().uses;
        let states: Vec<_> = uses.iter().rev().map(|u| u.state.as_str()).collect();
        assert_eq!(states, ["begun", "kept"]);
    });
}

#[test]
fn a_key_file_that_others_may_read_is_not_used() {
    city(|app, _| {
        let place = TempDir::new();
        let text = seals::new_key("某人", "临江市", app.city.store().now(), None).unwrap();
        keep(&place.path().join("open.pem"), &text, 0o644);
        let locked = seals::new_key("某人", "临江市", app.city.store().now(), Some("口令口令")).unwrap();
        keep(&place.path().join("locked.pem"), &locked, 0o644);
        let open = |name: &str, password| FileDevice::open(&place.path().join(name), password).map(drop);
        assert_eq!(open("open.pem", None).unwrap_err().code, "key_file_open");
        open("locked.pem", Some("口令口令")).unwrap();
        assert!(open("locked.pem", None).unwrap_err().said.zh.contains("口令"));
        assert!(open("locked.pem", Some("错")).unwrap_err().said.zh.contains("口令不对"));
        assert_eq!(open("none.pem", None).unwrap_err().code, "key_file");
    });
}

/// Who is asked to sign, and only remembers what.
struct Caught(Vec<u8>, std::cell::RefCell<Vec<u8>>);
impl seal::Signer for Caught {
    fn certificate(&self) -> &[u8] {
        &self.0
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, kernel::Said> {
        *self.1.borrow_mut() = message.to_vec();
        Ok(vec![0x30, 0])
    }
}

/// What is to be signed when this device sets this seal.
fn to_sign(device: &FileDevice, esl: &[u8], at: Moment) -> Vec<u8> {
    let caught = Caught(device.certificate().unwrap(), std::cell::RefCell::default());
    seal::make::stamp(esl, b"paper", "/x", &caught, at).unwrap();
    caught.1.into_inner()
}

#[test]
fn the_reference_service_signs_nothing_but_stamps_with_its_own_seals() {
    city(|app, _| {
        let place = TempDir::new();
        key_file(app, place.path(), "one");
        key_file(app, place.path(), "two");
        let open = |name: &str| FileDevice::open(&place.path().join(name), None).unwrap();
        let (own, other) = (open("one.pem"), open("two.pem"));
        assert!(Service::new(open("one.pem"), "short").is_err());
        let service = Service::new(open("one.pem"), TOKEN).unwrap();
        let now = app.city.store().now();
        let draft = Draft {
            number: "4306000000001".into(),
            name: "章".into(),
            kind: 1,
            created: now,
            valid_to: now.plus_us(9 * US_PER_DAY),
            picture: vec![1],
            width: 42,
            height: 42,
        };
        let bearer = format!("Bearer {TOKEN}");
        let ask = |method: &str, path: &str, authorization: &str, body: &[u8]| {
            service.answer(Question { method, path, authorization, body }).0
        };
        let sign = |message: &[u8]| {
            let body = serde_json::to_vec(&seals::Message { message: base64_of(message) }).unwrap();
            ask("POST", "/v1/sign", &bearer, &body)
        };
        let (good, strange) = (own.make(&draft).unwrap(), other.make(&draft).unwrap());
        assert_eq!(sign(&to_sign(&own, &good, now)), 200);
        // A seal of somebody else, any other bytes, a stamp with something behind it.
        assert_eq!(sign(&to_sign(&other, &strange, now)), 422);
        assert_eq!(sign(b"pay me"), 422);
        assert_eq!(sign(&good), 422);
        assert_eq!(ask("POST", "/v1/sign", &bearer, b"{}"), 400);
        assert_eq!(ask("GET", "/v1/certificate", &bearer, b""), 200);
        assert_eq!(ask("GET", "/v1/certificate", "Bearer wrong", b""), 401);
        assert_eq!(ask("GET", "/v1/keys", &bearer, b""), 404);
    });
}

fn base64_of(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let n = three.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        for i in 0..4 {
            let letter = char::from(LETTERS[(n >> (18 - 6 * i) & 63) as usize]);
            out.push(if i > three.len() { '=' } else { letter });
        }
    }
    out
}

fn parts_of(ofd: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(ofd)).unwrap();
    (0..zip.len())
        .map(|i| {
            let mut part = zip.by_index(i).unwrap();
            let mut data = Vec::new();
            part.read_to_end(&mut data).unwrap();
            (part.name().unwrap().into_owned(), data)
        })
        .collect()
}

fn packed(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, data) in parts {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(data).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
