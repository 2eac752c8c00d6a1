//! 办件日志的文案: texts of the pages of this room (case logs). In pages: `p.t.log.key`.

texts! {
    title: "办件日志", "Case logs";
}
