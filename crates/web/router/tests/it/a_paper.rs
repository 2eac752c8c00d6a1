//! A letter, for the tables over all pages.

pub(crate) fn letter() -> papers::NewPaper {
    let document = paper::gongwen::Document {
        mark: None,
        number: String::new(),
        title: "关于值班的通知".into(),
        to: "各科室".into(),
        blocks: papers::body_of("请按时值班。"),
        attachments: vec![],
        org: String::new(),
        date: "2026-03-02".parse().unwrap(),
        copies: String::new(),
        check: None,
    };
    papers::NewPaper {
        kind: papers::PaperKind::Letter,
        source: String::new(),
        subject: 0,
        form: "letter".into(),
        document: Some(document),
        address: papers::Address::default(),
    }
}
