//! 读文的文案: texts of the pages of this room (reading what people write). In pages: `p.t.reading.key`.

texts! {
    title: "读文", "Reading";
}
