//! The law of counties: which pages are open whatever is in their path, and that all others are closed to the county beside.

use crate::it::reach::ROLES;

/// Pages that show or take what is everybody's, or the asker's own, whatever is in the path.
fn is_open(path: &str) -> bool {
    // A form of several parts, whose bytes are read before anything is decided.
    path == "/desk/redesigns/{number}/measure-log"
        || !path.starts_with("/desk/")
        || !path.contains('{')
        || path.starts_with("/desk/logs/")
        || path.starts_with("/desk/boards/")
        || path.starts_with("/desk/items/i/")
        // What can be applied for is everybody's; who begins at a window is asked where the item is.
        || path.starts_with("/desk/services/new/")
        || path.starts_with("/desk/services/themes/")
        // What companies may order is everybody's to read; who may change it is asked where it is.
        || path == "/desk/companies/aids/{code}"
        // What offices hold is known to all of them; who may change it is asked where it is.
        || path.starts_with("/desk/data/r/")
        // Sets of indicators are those of the city; which unit fills one in is asked of each.
        || path.starts_with("/desk/indicators/")
        // One's own views, columns and shifts: whose they are is never in the path.
        || path.starts_with("/desk/views/") || path.starts_with("/desk/shifts/")
}

/// The law: of what belongs to a county, nobody of the county beside it opens anything or passes a form.
pub(crate) fn beside_is_closed(page: &str) {
    let part = page.split("\n## ").find(|p| p.starts_with("邻县")).unwrap();
    let mut rows = 0;
    for line in part.lines().filter(|l| l.starts_with("| GET ") || l.starts_with("| POST ")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let path = cells[1].split_once(' ').unwrap().1;
        if is_open(path) {
            continue;
        }
        rows += 1;
        for (role, status) in ROLES.iter().zip(&cells[3..]) {
            assert!(matches!(*status, "403" | "404"), "{role:?} of the county beside: {} {status}", cells[1]);
        }
    }
    assert!(rows > 40, "{rows}");
}
