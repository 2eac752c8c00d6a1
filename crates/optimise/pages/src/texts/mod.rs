//! 优化各页的文案: the texts of these pages.

pub mod log;
mod process;
mod trial;

web_kit::texts! {
    rooms: log process trial;
}
