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
