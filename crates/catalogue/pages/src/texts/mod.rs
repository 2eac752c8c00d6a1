//! 事项各页的文案: the texts of these pages.

mod catalogue;

web_kit::texts! {
    rooms: catalogue;
}
