//! The doors of items and of texts: whatever office sends the table, the same comes out of it.

use catalogue::rows;
use catalogue::sample;

use crate::offices::books::Book;
use crate::offices::{ALL, dressed};

#[test]
fn the_same_items_come_out_of_every_dress() {
    let sheets = rows::export(&[sample::full()]);
    let main = &sheets[0].rows;
    let header: Vec<&str> = main[0].iter().map(String::as_str).collect();
    let want = rows::import(&sheets[..1]).0;
    assert_eq!(want.len(), 1);
    for dress in ALL {
        let bytes = dressed(dress, &header, &main[1..]);
        let read = paper::sheet::read_sheets(std::io::Cursor::new(bytes), &paper::sheet::Limits::default());
        let (_, read) = read.unwrap_or_else(|e| panic!("{dress:?}: {e}"));
        let done = rows::import_told(&read, &tabular::records::NOTHING_ASKED);
        let (items, problems) = (done.items, done.problems);
        assert_eq!(items, want, "{dress:?} {problems:?}");
    }
    for book in Book::all() {
        let bytes = book.bytes(&header, &main[1..]);
        let read = paper::sheet::read_sheets(std::io::Cursor::new(bytes), &paper::sheet::Limits::default());
        let (_, read) = read.unwrap_or_else(|e| panic!("{book:?}: {e}"));
        let done = rows::import_told(&read, &tabular::records::NOTHING_ASKED);
        assert_eq!(done.items, want, "{book:?} {:?}", done.problems);
        let told = &done.told[0];
        assert_eq!(
            (told.set_aside.len(), told.sheets_other.len()),
            (book.aside(), book.others()),
            "{book:?}"
        );
        assert_eq!(
            (told.header_rows.as_slice(), told.hidden_rows),
            (book.header_rows(), book.hidden_rows()),
            "{book:?}"
        );
    }
}

#[test]
fn the_same_list_on_one_sheet_comes_out_of_every_dress() {
    // What an office keeps: no codes of steps, no state, several materials in a cell.
    let header = ["事项编码", "事项名称", "责任单位", "办理时限（工作日）", "申请材料"];
    let rows: Vec<Vec<String>> = [
        ["FL-01", "食品经营许可", "市监局", "5", "1.申请表；2.身份证（复印件1份）；3.平面图"],
        ["FL-02", "公租房资格确认", "住建局", "15个工作日", "申请表、收入证明、无房证明"],
        ["FL-03", "变更备案", "住建局", "即办件", "无"],
    ]
    .map(|r| r.map(str::to_owned).to_vec())
    .to_vec();
    let want: Vec<(&str, Vec<&str>, Option<u16>)> = vec![
        ("FL-01", vec!["申请表", "身份证", "平面图"], Some(5)),
        ("FL-02", vec!["申请表", "收入证明", "无房证明"], Some(15)),
        ("FL-03", vec![], None),
    ];
    let check = |what: &str, bytes: Vec<u8>| {
        let read = paper::sheet::read_sheets(std::io::Cursor::new(bytes), &paper::sheet::Limits::default());
        let (_, read) = read.unwrap_or_else(|e| panic!("{what}: {e}"));
        let done = rows::import_told(&read, &tabular::records::NOTHING_ASKED);
        let got: Vec<_> = done
            .items
            .iter()
            .map(|i| {
                let names = i.materials.iter().map(|m| m.name.as_str()).collect::<Vec<_>>();
                (i.code.as_str(), names, i.promised_limit.map(|l| l.amount))
            })
            .collect();
        assert_eq!(got, want, "{what} {:?}", done.problems);
        for i in &done.items {
            assert_eq!((i.state, i.steps.len()), (catalogue::ItemState::InForce, 4), "{what}");
        }
        assert!(
            done.told[0].notes.iter().any(|n| n.contains("没有写流程")),
            "{what}: {:?}",
            done.told[0].notes
        );
    };
    for dress in ALL {
        check(&format!("{dress:?}"), dressed(dress, &header, &rows));
    }
    for book in Book::all() {
        check(&format!("{book:?}"), book.bytes(&header, &rows));
    }
}
