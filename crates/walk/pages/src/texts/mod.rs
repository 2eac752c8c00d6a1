//! 走流程各页的文案: the texts of these pages.

pub mod walk;

web_kit::texts! {
    rooms: walk;
}
