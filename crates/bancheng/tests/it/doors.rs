//! The doors of items and of texts: whatever office sends the table, the same comes out of it.

use catalogue::rows;
use catalogue::sample;

use crate::offices::{ALL, Dress, dressed};

#[test]
fn the_same_items_come_out_of_every_dress() {
    let sheets = rows::export(&[sample::full()]);
    let main = &sheets[0].rows;
    let header: Vec<&str> = main[0].iter().map(String::as_str).collect();
    let want = rows::import(&sheets[..1]).0;
    assert_eq!(want.len(), 1);
    for dress in ALL {
        let bytes = dressed(dress, &header, &main[1..]);
        let read = paper::sheet::read_book(std::io::Cursor::new(bytes), &paper::sheet::Limits::default());
        let read = read.unwrap_or_else(|e| panic!("{dress:?}: {e}"));
        let visible = read.into_iter().map(|(name, rows)| {
            let name =
                if name == "登记" || name.is_empty() || name == "S" { "事项".to_owned() } else { name };
            rows::Sheet { name, rows }
        });
        let (items, problems) = rows::import(&visible.collect::<Vec<_>>());
        if dress == Dress::TwoLines || dress == Dress::XlsxTwoLines {
            // A workbook of items is our own template: its heading has one line, and the page says so.
            assert!(!problems.is_empty(), "{dress:?}");
            continue;
        }
        assert_eq!(items, want, "{dress:?} {problems:?}");
    }
}
