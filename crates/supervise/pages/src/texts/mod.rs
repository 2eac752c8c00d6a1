//! 督导各页的文案: the texts of these pages.

mod indicators;
mod supervise;

web_kit::texts! {
    rooms: supervise indicators;
}
