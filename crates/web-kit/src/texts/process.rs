//! 流程再造的文案: texts of the pages of this room (redesign). In pages: `p.t.process.key`.

texts! {
    title: "流程再造", "Redesign";
}
