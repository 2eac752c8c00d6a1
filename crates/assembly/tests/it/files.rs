//! 附件: a file waits, is scanned, belongs to its act.

use super::*;

/// A small picture that says where it was taken.
pub(crate) fn photo() -> Vec<u8> {
    let mut p = b"\xff\xd8\xff\xe1\x00\x15Exif\0\0GPS 38.04,114".to_vec();
    p.extend(
        b"\xff\xc0\x00\x0b\x08\0\x01\0\x01\x01\x01\x11\0\xff\xda\x00\x08\x01\x01\0\0\x3f\0\x12\x34\xff\xd9",
    );
    p
}

#[test]
fn a_file_waits_until_its_act_is_done_and_then_belongs_to_the_case() {
    city(|app, clock| {
        let number = lodge(app);
        act(app, coordinator(), &number, to(2)).unwrap();
        act(app, handler(2), &number, Command::Take {}).unwrap();
        let reply = |text: &str| Command::Reply { text: text.into(), basis: String::new() };
        let up = app.city.upload(&handler(2), "../门头.jpeg", photo()).unwrap();
        assert_eq!((up.file.name.as_str(), up.file.kind.as_str()), ("门头.jpg", "image/jpeg"));
        let with = |who: Actor, text: &str, ticket: &str| {
            app.cases.act_with(who, number.clone(), reply(text), None, vec![ticket.to_owned()]).wait()
        };
        // Refused: the file is still there for the next try, and only for whoever brought it.
        assert!(matches!(with(handler(2), "", &up.ticket), Err(Error::Refused(_))));
        let stolen = with(who(Role::UnitAdmin, 2), "别人的附件", &up.ticket);
        assert!(
            matches!(stolen, Err(Error::Invalid { .. } | Error::Forbidden(_) | Error::Refused(_))),
            "{stolen:?}"
        );
        with(handler(2), "已办好，见照片。", &up.ticket).unwrap();
        assert!(with(handler(2), "再来一次", &up.ticket).is_err(), "a ticket is used once");
        let events = app.cases.events(coordinator(), number.clone(), 0).wait().unwrap();
        let on_record = events.iter().flat_map(|e| &e.happened.files).cloned().collect::<Vec<_>>();
        assert_eq!(on_record, std::slice::from_ref(&up.file));
        let (file, bytes) =
            app.cases.file(coordinator(), number.clone(), up.file.hash.clone()).wait().unwrap();
        assert_eq!((file, bytes.len() as i64), (up.file.clone(), up.file.size));
        assert!(!bytes.windows(3).any(|w| w == b"GPS"), "where it was taken is gone");
        let printed =
            app.cases.print_receipt(coordinator(), number.clone(), "反映人遗失".into()).wait().unwrap();
        let code = printed.code;
        assert!(
            app.cases
                .file_for_resident(None, number.clone(), code.clone(), up.file.hash.clone())
                .wait()
                .is_ok()
        );
        assert_eq!(
            app.cases.file(handler(3), number.clone(), up.file.hash.clone()).wait(),
            Err(Error::NotFound)
        );
        let other = lodge(app);
        assert_eq!(app.cases.file(coordinator(), other, up.file.hash.clone()).wait(), Err(Error::NotFound));
        // An internal note with a file is not the resident's.
        let note = app.city.upload(&coordinator(), "内部.pdf", b"%PDF-1.7 x".to_vec()).unwrap();
        let words = Command::Note { words: "内部材料".into() };
        app.cases.act_with(coordinator(), number.clone(), words, None, vec![note.ticket]).wait().unwrap();
        let hidden = app.cases.file_for_resident(None, number.clone(), code, note.file.hash).wait();
        assert_eq!(hidden, Err(Error::NotFound));
        // What nobody used in a week is no longer taken, and swept.
        let late = app.city.upload(&coordinator(), "旧.pdf", b"%PDF-1.7 old".to_vec()).unwrap();
        clock.move_us(8 * US_PER_DAY);
        assert!(app.city.waiting_files(&coordinator(), vec![late.ticket]).wait().unwrap().is_empty());
        Worker::new(app.clone()).tick().unwrap();
        assert!(app.cases.file(coordinator(), number.clone(), up.file.hash.clone()).wait().is_ok());
    });
}

#[cfg(unix)]
#[test]
fn what_the_citys_scanner_refuses_is_not_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    city(|app, _| {
        let dir = TempDir::new();
        let program = dir.path().join("scan.sh");
        std::fs::write(&program, "#!/bin/sh\n! grep -q VIRUS \"$1\"\n").unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        let app = app.clone().scan_with(Some(&program));
        assert!(app.city.upload(&coordinator(), "a.pdf", b"%PDF-1.7 fine".to_vec()).is_ok());
        let bad = app.city.upload(&coordinator(), "b.pdf", b"%PDF-1.7 VIRUS".to_vec());
        assert!(matches!(bad, Err(Error::Invalid { .. })), "{bad:?}");
        let down = app.scan_with(Some(&dir.path().join("gone"))).city.upload(
            &coordinator(),
            "c.pdf",
            b"%PDF-1.7 c".to_vec(),
        );
        assert!(matches!(down, Err(Error::Store(_))), "nothing passes a scanner that is down");
    });
}
