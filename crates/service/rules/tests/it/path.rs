use super::*;

struct Walk {
    now: Moment,
    a: Application,
    events: Vec<(Actor, Moment, Happened)>,
}

impl Walk {
    fn new(now: &str) -> Self {
        Self { now: at(now), a: begun(at(now)), events: Vec::new() }
    }
    fn to(&mut self, now: &str) -> &mut Self {
        self.now = at(now);
        self
    }
    fn act(&mut self, who: &Actor, asked: Command) -> &mut Self {
        let act = asked.act();
        let (a, h) = self
            .a
            .clone()
            .act(asked, who, self.now, &rules())
            .unwrap_or_else(|(a, r)| panic!("{act:?} at {:?}: {r}", a.stage));
        self.events.push((who.clone(), self.now, h));
        self.a = a;
        self
    }
    fn refused(&self, who: &Actor, asked: Command) -> Refusal {
        let before = self.a.clone();
        let (after, refusal) = self.a.clone().act(asked, who, self.now, &rules()).unwrap_err();
        assert_eq!(before, after, "a refusal changes nothing");
        refusal
    }
    fn due(&self) -> String {
        self.a.clock.open().unwrap().due(&rules().calendar).0.to_string()
    }
}

fn me() -> Actor {
    Actor::resident()
}
fn clerk() -> Actor {
    actor(Role::Clerk, HALL)
}
fn officer(unit: i64) -> Actor {
    actor(Role::Handler, unit)
}
fn start(task: &str) -> Command {
    Command::StartTask { task: task.into() }
}
fn finish(task: &str) -> Command {
    Command::FinishTask { task: task.into(), passed: true, words: "符合条件".into() }
}
fn decide(task: &str, granted: bool) -> Command {
    Command::Decide {
        task: task.into(),
        granted,
        reason: "依据《食品安全法》第三十五条".into(),
        remedy: if granted { String::new() } else { "可在六十日内申请行政复议".into() },
    }
}

/// apply → receive → correct → steps at three units → special procedure → decide → certificate → post → signed → the
/// deferred material → the commitment checked → closed.
#[test]
fn one_application_goes_from_the_first_field_to_the_archive() {
    // Monday 21 September 2026.
    let mut w = Walk::new("2026-09-21 10:00");
    w.act(&me(), Command::Save { form: FormSeal::default(), materials: vec![hand("id", file())] });
    let now = w.now;
    w.act(&me(), submit(now));
    assert_eq!(w.a.stage, StageKind::Submitted);
    // Friday the 25th is Mid-Autumn: the five working days are 22, 23, 24, 28 and 29.
    assert!(w.due().starts_with("2026-09-29"), "{}", w.due());
    w.act(&clerk(), Command::Receive {});
    let lacks = vec![Lack { what: "id".into(), words: "照片不清，请重新上传正反面".into() }];
    w.act(&clerk(), Command::TellCorrection { lacks: lacks.clone(), advice: String::new() });
    assert_eq!((w.a.stage, w.a.duties()), (StageKind::Correcting, vec![Duty::Applicant]));
    let still = w.refused(&me(), Command::Supplement { form: None, materials: vec![] });
    assert_eq!(still.code, RefusalCode::MaterialMissing);
    w.to("2026-09-22 09:00");
    w.act(&me(), Command::Supplement { form: None, materials: vec![hand("id", file())] });
    let twice = w.refused(&clerk(), Command::TellCorrection { lacks, advice: String::new() });
    assert_eq!(twice.code, RefusalCode::ToldAlready, "told once");
    w.to("2026-09-22 11:00").act(&clerk(), Command::Accept {});
    assert_eq!(w.a.duties(), [Duty::Unit(UnitId(LEAD)), Duty::Unit(UnitId(FIRE))], "all units at once");
    // The units work beside each other; nobody does the step of another, nor before its time.
    assert_eq!(w.refused(&officer(FIRE), start("a1")).code, RefusalCode::NotYours);
    assert_eq!(w.refused(&officer(POWER), start("a2")).code, RefusalCode::NotReady);
    assert_eq!(w.refused(&officer(LEAD), decide("ad", true)).code, RefusalCode::NotReady);
    w.act(&officer(LEAD), start("a1")).act(&officer(FIRE), start("b1"));
    w.to("2026-09-22 15:00").act(&officer(LEAD), finish("a1"));
    let before = w.due();
    w.act(
        &officer(LEAD),
        Command::Pause {
            kind: SpecialKind::ExpertReview,
            days: 3,
            notice: "专家评审 3 个工作日，不计入时限".into(),
        },
    );
    assert!(w.due() > before, "the clock stands still");
    assert_eq!(w.refused(&officer(LEAD), decide("ad", true)).code, RefusalCode::NotReady);
    w.act(
        &officer(POWER),
        Command::CallSurvey { day: "2026-09-23".parse().unwrap(), words: "现场见".into() },
    );
    w.to("2026-09-23 10:00").act(&officer(POWER), start("a2"));
    w.act(&officer(POWER), Command::FinishSurvey { words: "场地符合".into(), passed: true });
    w.act(&officer(POWER), finish("a2"));
    assert_eq!(w.refused(&officer(LEAD), decide("ad", true)).code, RefusalCode::ClockStill);
    w.act(&officer(LEAD), Command::Resume { result: "通过".into() });
    assert_eq!(w.a.clock.open().unwrap().length, Length::Workdays(8));
    w.act(&officer(LEAD), Command::SendBack { task: "a2".into(), reason: "缺照片".into() });
    w.act(&officer(POWER), start("a2")).act(&officer(POWER), finish("a2"));
    assert_eq!(w.a.task("a2").unwrap().1.again, 1, "the rework is seen");
    w.act(&officer(LEAD), decide("ad", true));
    assert_eq!(w.a.stage, StageKind::Handling, "the other part is open");
    w.act(&officer(FIRE), finish("b1"));
    let no_remedy =
        Command::Decide { task: "bd".into(), granted: false, reason: "不符".into(), remedy: " ".into() };
    assert_eq!(w.refused(&officer(FIRE), no_remedy).field.as_deref(), Some("remedy"));
    w.act(&officer(FIRE), decide("bd", true));
    assert_eq!(w.a.stage, StageKind::Decided);
    let certificate = |part| Command::Issue { part, certificate: "JY29901".into(), until: None };
    assert_eq!(
        w.refused(&officer(FIRE), certificate(1)).code,
        RefusalCode::NotGranted,
        "nothing to issue there"
    );
    w.act(&officer(LEAD), certificate(0));
    assert_eq!((w.a.stage, w.a.ending()), (StageKind::Issued, Some(Ending::Granted)));
    w.act(&clerk(), Command::Deliver { delivery: Delivery::Post, trace: "EMS 123".into() });
    assert_eq!(w.a.stage, StageKind::Delivered);
    w.act(&me(), Command::Sign { words: "本人签收".into() });
    assert_eq!(w.a.duties(), [Duty::Applicant, Duty::Unit(UnitId(LEAD))], "what was promised is still owed");
    // The day of the deferred material was the day of submission: it was missed while nobody worked.
    let missed = w.a.owed(w.now, &rules().calendar).unwrap();
    assert_eq!(missed.act(), Act::MissPromise);
    w.act(&Actor::system(), missed);
    w.act(&me(), Command::HandIn { handed: hand("later", file()) });
    w.act(
        &officer(LEAD),
        Command::CheckCommitment { material: "promise".into(), kept: true, words: "现场核实".into() },
    );
    assert_eq!((w.a.stage, w.a.duties().len()), (StageKind::Closed, 0));
    // A commitment found untrue afterwards opens it again for the unit that must act.
    w.act(
        &officer(LEAD),
        Command::CheckCommitment { material: "promise".into(), kept: false, words: "举报属实".into() },
    );
    assert_eq!((w.a.stage, w.a.duties()), (StageKind::Delivered, vec![Duty::Unit(UnitId(LEAD))]));
    w.act(
        &officer(LEAD),
        Command::SettlePromise { material: "promise".into(), words: "撤销许可并记入信用".into() },
    );
    assert_eq!(w.a.stage, StageKind::Closed);

    // Every step on record with start and end: the record alone gives the same application.
    let mut again = begun(at("2026-09-21 10:00"));
    for (who, at, h) in &w.events {
        let text = serde_json::to_string(h).unwrap();
        again = again.evolve(&serde_json::from_str(&text).unwrap(), who, *at);
    }
    assert_eq!(again, w.a);
    let text = serde_json::to_string(&w.a).unwrap();
    assert_eq!(serde_json::from_str::<Application>(&text).unwrap(), w.a);
}

#[test]
fn not_told_in_five_working_days_means_accepted_since_it_was_received() {
    let mut w = Walk::new("2026-09-07 10:00");
    let now = w.now;
    w.act(&me(), submit(now));
    // Monday the 7th: the fifth working day after it is Monday the 14th.
    assert!(w.due().starts_with("2026-09-14"), "{}", w.due());
    w.to("2026-09-14 18:00");
    assert!(w.a.owed(w.now, &rules().calendar).is_none_or(|c| c.act() == Act::WarnYellow));
    w.to("2026-09-15 00:01");
    for asked in [
        Command::Accept {},
        Command::Refuse { ground: RefuseGround::NotOurs, reason: "x".into(), remedy: "y".into() },
        Command::TellCorrection {
            lacks: vec![Lack { what: "id".into(), words: "x".into() }],
            advice: String::new(),
        },
    ] {
        assert_eq!(w.refused(&clerk(), asked).code, RefusalCode::TooLate);
    }
    let owed = w.a.owed(w.now, &rules().calendar).unwrap();
    assert_eq!(owed.act(), Act::AcceptBySilence);
    w.act(&Actor::system(), owed);
    assert_eq!(w.a.accepted, Some(at("2026-09-07 10:00")));
    assert_eq!(w.a.clock.open().unwrap().started, at("2026-09-07 10:00"), "its time has been running");
}

#[test]
fn what_may_stand_in_for_a_material_is_what_the_guide_says() {
    let w = Walk::new("2026-09-07 10:00");
    let with = |h: HandedIn| {
        let mut all = whole(w.now);
        all.retain(|x| x.material != h.material);
        all.push(h);
        Command::Submit {
            form: sealed(),
            materials: all,
            declared: true,
            delivery: Delivery::Window,
            applicant: "p".into(),
        }
    };
    let later = |day: &str| How::Later { until: day.parse().unwrap() };
    let promise = || How::Commitment { text: "承诺".into() };
    let held = || How::Held { resource: String::new(), found: String::new() };
    for (h, ok) in [
        (hand("id", later("2026-09-08")), false),
        (hand("id", promise()), false),
        (hand("id", held()), false),
        (hand("id", How::File { files: vec![] }), false),
        (hand("later", later("2026-09-14")), true),
        (hand("later", later("2026-09-15")), false),
        (hand("later", later("2026-09-06")), false),
        (hand("promise", How::Commitment { text: " ".into() }), false),
        (hand("held", file()), true),
        (hand("extra", file()), true),
        (hand("nothing", file()), false),
    ] {
        let asked = with(h.clone());
        assert_eq!(w.a.decide(asked.clone(), &me(), w.now, &rules()).is_ok(), ok, "{h:?}");
        // At the window a clerk applies with the person, and sees originals.
        assert_eq!(w.a.decide(asked, &clerk(), w.now, &rules()).is_ok(), ok, "{h:?}");
    }
    let seen = with(hand("id", How::Seen { note: String::new() }));
    assert_eq!(w.refused(&me(), seen.clone()).field.as_deref(), Some("m.id"));
    assert!(w.a.decide(seen, &clerk(), w.now, &rules()).is_ok());
    let part = |change: fn(&mut bool, &mut FormSeal, &mut Vec<HandedIn>)| {
        let (mut declared, mut form, mut materials) = (true, sealed(), whole(w.now));
        change(&mut declared, &mut form, &mut materials);
        let delivery = Delivery::Window;
        w.refused(&me(), Command::Submit { form, materials, declared, delivery, applicant: "p".into() })
    };
    assert_eq!(part(|d, _, _| *d = false).code, RefusalCode::NotDeclared);
    assert_eq!(part(|_, f, _| f.filled.clear()).code, RefusalCode::FormIncomplete);
    let lacking = part(|_, _, m| m.truncate(1));
    assert!(lacking.said.zh.contains("材料later、材料promise、材料held"), "{lacking}");
}

#[test]
fn an_item_that_changes_in_mid_form_is_told_and_loses_nothing() {
    let mut w = Walk::new("2026-09-07 10:00");
    w.act(&me(), Command::Save { form: sealed(), materials: vec![hand("id", file())] });
    let mut new = basis();
    new.theme_version = 2;
    new.materials.insert(0, wanted("new", Need::Required));
    w.act(&me(), Command::Rebase { basis: Box::new(new) });
    assert_eq!(w.a.form, sealed());
    assert!(w.a.material("id").unwrap().how.is_some() && w.a.material("new").unwrap().how.is_none());
    let mut other = basis();
    other.theme = "company".into();
    assert_eq!(w.refused(&me(), Command::Rebase { basis: Box::new(other) }).code, RefusalCode::BadBasis);
}
