//! 体验要素 (W5): the checklist of HY 四, four groups with every element that its text names. Each element is
//! answered with evidence. Must not know walks.

/// One element.
#[derive(Debug)]
pub struct Element {
    /// Stable id: group and number.
    pub id: &'static str,
    /// What is looked at.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
    /// Can be judged only where the process is online.
    pub online: bool,
}

/// One group.
#[derive(Debug)]
pub struct Group {
    /// 办事流程 …
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
    /// HY 四(一) …
    pub source: &'static str,
    /// Its elements.
    pub elements: &'static [Element],
}

const fn e(id: &'static str, zh: &'static str, en: &'static str) -> Element {
    Element { id, zh, en, online: false }
}
const fn o(id: &'static str, zh: &'static str, en: &'static str) -> Element {
    Element { id, zh, en, online: true }
}

/// The four groups.
pub const CHECKLIST: [Group; 4] = [
    Group {
        zh: "办事流程",
        en: "process",
        source: "HY 四(一)",
        elements: &[
            e("A1", "办事所需材料", "materials"),
            e("A2", "所需要件数量", "number of documents"),
            e("A3", "办理时限", "time taken"),
            e("A4", "办理环节", "steps"),
            e("A5", "跑路次数", "visits"),
            o("A6", "网上办事", "online service"),
            e("A7", "操作是否简便合理", "simple and sensible to do"),
            e("A8", "办事指南是否清晰准确", "guide clear and right"),
            e("A9", "减环节、减材料、减时限、减跑动、减费用有无空间", "room for the five reductions"),
            e("A10", "民生事项能否就近或掌上查询办理", "everyday services nearby or on the phone"),
        ],
    },
    Group {
        zh: "配套服务",
        en: "service around it",
        source: "HY 四(二)",
        elements: &[
            e("B1", "热线服务", "hotline"),
            o("B2", "网上查询", "online lookup"),
            e("B3", "咨询引导", "advice and direction"),
            e("B4", "服务指南", "guide at hand"),
            e("B5", "办事秩序", "order in the hall"),
            e("B6", "首问负责", "first-asked responsibility"),
            e("B7", "一次性告知", "told everything at once"),
            e("B8", "表格设置", "forms"),
            e("B9", "自助办理", "self-service"),
            e("B10", "投诉监督", "complaints"),
        ],
    },
    Group {
        zh: "线上线下",
        en: "online and offline",
        source: "HY 四(三)",
        elements: &[
            e("C1", "“三集中三到位”改革是否到位", "everything gathered in the hall"),
            e("C2", "是否存在体外循环", "steps outside the system"),
            e("C3", "是否反复跑多次跑", "coming again and again"),
            o("C4", "“一网通办”是否到位", "one network"),
            o("C5", "是否重复登录", "logging in again"),
            o("C6", "是否错链断链", "broken links"),
            o("C7", "是否无法访问", "cannot be reached"),
            o("C8", "是否无法提交", "cannot be submitted"),
            o("C9", "是否反复提交", "submitted again and again"),
            o("C10", "线上线下办理标准是否一致", "same standard online and offline"),
        ],
    },
    Group {
        zh: "业务衔接",
        en: "work between units",
        source: "HY 四(四)",
        elements: &[
            e("D1", "部门内部审批服务权责是否明晰", "powers inside the unit clear"),
            e("D2", "是否存在互相掣肘", "units in each other's way"),
            e("D3", "部门间并联审批是否协同有效", "parallel approval works"),
            e("D4", "上下联动审批是否顺畅", "levels work together"),
        ],
    },
];

/// The element with this id.
pub fn element(id: &str) -> Option<&'static Element> {
    CHECKLIST.iter().flat_map(|g| g.elements).find(|e| e.id == id)
}

/// How many elements there are.
pub fn count() -> usize {
    CHECKLIST.iter().map(|g| g.elements.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_single_and_found() {
        let ids: BTreeSet<_> = CHECKLIST.iter().flat_map(|g| g.elements).map(|e| e.id).collect();
        assert_eq!(ids.len(), count());
        assert_eq!(count(), 34);
        assert_eq!(element("B7").unwrap().zh, "一次性告知");
        assert!(element("Z1").is_none());
    }
}
