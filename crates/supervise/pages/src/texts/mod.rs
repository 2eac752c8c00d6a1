//! 督导各页的文案: the texts of these pages.

mod supervise;

web_kit::texts! {
    rooms: supervise;
}
