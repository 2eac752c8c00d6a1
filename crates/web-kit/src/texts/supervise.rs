//! 评价与督导的文案: texts of the pages of this room (ratings and supervision). In pages: `p.t.supervise.key`.

texts! {
    title: "督导", "Supervision";
}
