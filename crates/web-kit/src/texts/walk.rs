//! 走流程与事项的文案: texts of the pages of this room (items and walks). In pages: `p.t.walk.key`.

texts! {
    title: "走流程", "Walks";
}
