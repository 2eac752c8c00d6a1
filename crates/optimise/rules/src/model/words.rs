//! The table of the words of a model file: one row per field with its other spellings and its meaning.
//!
//! The reader looks every field up here and the table in docs/redesign-model.md is checked against it.
//! Spellings are compared without case, blanks, `_` and `-`.

/// One field of the file format.
#[derive(Clone, Copy, Debug)]
pub struct FieldRow {
    /// the object it belongs to
    pub of: &'static str,
    /// canonical name
    pub name: &'static str,
    /// other spellings
    pub also: &'static [&'static str],
    /// what the value may be
    pub kind: &'static str,
    /// Chinese name
    pub zh: &'static str,
    /// meaning and unit
    pub en: &'static str,
}

macro_rules! rows {
    ($($of:literal: { $($name:literal [$($also:literal),*] $kind:literal $zh:literal $en:literal;)* })*) => {
        &[$($(FieldRow { of: $of, name: $name, also: &[$($also),*], kind: $kind, zh: $zh, en: $en },)*)*]
    };
}

/// Every field that is read.
pub const FIELDS: &[FieldRow] = rows! {
    "model": {
        "format" ["formatversion", "schemaversion", "格式", "格式版本"] "1" "格式版本" "version of this file format; 1 when missing";
        "id" ["code", "itemcode", "编号", "编码", "事项编码", "实施编码"] "text" "编号" "id of the item or theme";
        "name" ["title", "theme", "process", "item", "名称", "事项名称", "事项", "主题", "一件事"] "text" "名称" "name of the item or theme";
        "version" ["itemversion", "revision", "版本"] "text" "事项版本" "version of the item; not used";
        "source" ["drawnfrom", "origin", "来源", "出处", "sources"] "text" "来源" "the public rule or log the model was drawn from";
        "note" ["notes", "description", "comment", "说明", "备注"] "any" "说明" "for readers; not used";
        "time_unit" ["durationunit", "unitoftime", "时间单位"] "minutes, hours, days" "时间单位" "unit of durations that state none; days when missing";
        "hours_per_day" ["workinghoursperday", "dayhours", "每日工时"] "number" "每日工时" "working hours of a working day; 8 when missing";
        "target" ["goal", "目标", "目标时限"] "number or {working_days, hours, source}" "目标" "what shall be reached";
        "situations" ["situation", "scenarios", "variants", "情形"] "list" "情形" "situations with their frequency";
        "units" ["departments", "organisations", "organizations", "resources", "单位", "部门"] "list or {name: staff}" "单位" "units with their staff";
        "staff" ["capacity", "capacities", "staffing", "人员", "人数"] "{unit: number}" "人员" "staff of each unit, when not stated with the unit";
        "steps" ["step", "activities", "tasks", "环节", "步骤"] "list or {id: step}" "环节" "steps in today's order";
        "items" ["事项列表", "事项清单", "所含事项"] "list of {name, steps, orders, materials, forms}" "事项清单" "items joined as one thing, each with its own lists";
        "orders" ["order", "precedence", "precedences", "dependencies", "edges", "arcs", "constraints", "先后", "先后顺序", "顺序", "约束"] "list" "先后顺序" "orders between steps; missing: one after another as listed, by habit";
        "sequence" ["serial", "chain", "串联", "现行顺序"] "list of steps" "现行顺序" "today's order as one chain, by habit";
        "materials" ["material", "documents", "材料", "申请材料"] "list" "材料" "what the applicant is asked for";
        "forms" ["form", "表单", "表格"] "list" "表单" "forms with their fields";
        "arrivals" ["arrival", "interarrival", "arrivalrate", "到达"] "{per_day} or {per_hour} or distribution" "到达" "how cases arrive (simulation)";
        "calendar" ["calendars", "workinghours", "worktime", "shifts", "日历", "班次", "工作时间"] "list of shifts, \"office\" or \"always\"" "班次" "shifts of all units";
    }
    "step": {
        "id" ["code", "key", "编号", "编码"] "text" "编号" "id; the name when missing";
        "name" ["title", "label", "名称", "环节", "环节名称"] "text" "名称" "name; the id when missing";
        "item" ["itemname", "service", "所属事项", "事项"] "text" "所属事项" "item of the theme it belongs to";
        "unit" ["department", "handler", "organisation", "organization", "resource", "role", "单位", "部门", "承办单位", "办理单位"] "text" "单位" "unit that handles it";
        "days" ["workingdays", "workdays", "limitdays", "limit", "timelimit", "legaldays", "durationdays", "maxdays", "工作日", "时限", "办理时限", "天数"] "number, \"5个工作日\", \"2小时\", {value, unit}" "时限" "limit in working days";
        "hours" ["limithours", "durationhours", "小时"] "number" "小时" "limit in working hours";
        "minutes" ["limitminutes", "durationminutes", "分钟"] "number" "分钟" "limit in minutes";
        "duration" ["servicetime", "processingtime", "time", "distribution", "用时", "耗时"] "number, text or distribution" "用时" "how long it takes; in the time unit of the model";
        "work" ["handling", "handlingtime", "touchtime", "effort", "labour", "labor", "实际用时", "工时"] "number, text or distribution" "经办用时" "how long one of the staff is busy; missing: as long as it takes";
        "needs" ["need", "inputs", "input", "requires", "uses", "需要", "所需", "输入"] "list of names or {material|result|field|step: name}" "需要" "materials, fields, results and steps it needs";
        "materials" ["material", "documents", "材料", "所需材料"] "list of names" "所需材料" "more of what it needs";
        "data" ["fields", "datafields", "字段", "数据"] "list of names" "所需字段" "fields it needs";
        "makes" ["make", "outputs", "output", "produces", "results", "result", "产出", "产生", "输出", "结果"] "list of names" "产出" "results it makes";
        "after" ["dependson", "predecessors", "predecessor", "previous", "前置", "前置环节", "前序"] "list of steps or orders" "前置" "steps that come before it";
        "before" ["successors", "successor", "next", "后续", "后续环节"] "list of steps or orders" "后续" "steps that come after it";
        "when" ["condition", "conditions", "situation", "situations", "if", "情形", "条件", "适用情形"] "list of situations" "适用情形" "situations in which it occurs; missing: always";
        "probability" ["prob", "p", "share", "概率", "发生概率"] "0..1" "发生概率" "how often it occurs where it may occur";
        "refuse" ["refusal", "refuserate", "refusalrate", "rejectrate", "rejection", "rejectionrate", "reject", "knockout", "拒绝率", "不予受理率", "退件率"] "0..1" "拒绝率" "how often it ends the case";
        "rework" ["redo", "reworkprobability", "reworkrate", "返工", "补正", "补正率"] "0..1 or {probability, to}" "返工" "how often the case goes back, and to which step";
        "batch" ["batching", "batchsize", "成批", "批量"] "number or {size, max_wait_hours}" "成批" "cases gathered before it begins";
        "priority" ["prio", "优先级"] "whole number" "优先级" "higher is served first";
        "visits" ["visit", "trips", "onsite", "跑动", "跑动次数", "到场次数"] "number" "跑动次数" "visits of the applicant";
        "visit_for" ["visitfor", "visitbecause", "为交"] "list of materials" "跑动缘由" "materials for whose sake alone the visit is made";
        "online" ["fullyonline", "canbeonline", "网办", "全程网办"] "yes or no" "可网办" "can be done online: its visits go";
        "fee" ["fees", "cost", "charge", "price", "费用", "收费"] "number or {amount, cite, ground}" "费用" "fee in yuan";
        "fee_without_basis" ["feewithoutlegalbasis", "无依据收费"] "yes or no" "无依据收费" "the fee has no legal basis: it goes";
        "copies" ["copy", "paper", "份数", "复印件份数"] "number" "份数" "paper copies beyond those of the materials";
        "ground" ["basis", "why", "依据类型", "设立依据类型"] "law, need, habit, unknown" "设立依据" "why the step exists; habit: it may go when nobody needs what it makes";
        "cite" ["citation", "law", "legalbasis", "article", "依据", "法律依据", "设定依据"] "text" "依据" "the rule that demands it";
        "merge" ["mergewith", "mergegroup", "mergekey", "joint", "合并"] "text" "合并" "steps with the same word that may begin together count as one";
        "note" ["notes", "description", "comment", "说明", "备注"] "any" "说明" "for readers; not used";
    }
    "order": {
        "from" ["before", "first", "source", "a", "pred", "predecessor", "前", "先", "前置", "前一环节"] "step" "前" "the step that comes first";
        "to" ["after", "then", "target", "b", "succ", "successor", "后", "后续", "后一环节"] "step" "后" "the step that comes after";
        "ground" ["grounds", "type", "kind", "reason", "basis", "why", "依据类型", "理由", "类型", "性质"] "law, need, habit, unknown" "依据类型" "why; missing: law when a rule is cited, else unknown and kept";
        "cite" ["citation", "law", "legalbasis", "article", "rule", "source", "依据", "法律依据", "条款"] "text" "依据" "the rule, for the ground law";
        "what" ["result", "material", "makes", "needs", "data", "交接物", "结果", "材料"] "name" "交接物" "the result handed over, for the ground need";
        "step" ["id", "环节"] "step" "环节" "the other step, inside after/before";
        "note" ["notes", "description", "comment", "说明", "备注"] "any" "说明" "for readers; not used";
    }
    "material": {
        "name" ["title", "id", "名称", "材料名称", "材料"] "text" "名称" "name";
        "id" ["code", "编号", "编码"] "text" "编号" "not used when there is a name, except that needs may use it";
        "source" ["origin", "from", "sourcetype", "来源", "来源渠道"] "applicant, government, step" "来源" "who has it";
        "issuer" ["issuedby", "issuingunit", "issuingauthority", "authority", "出具单位", "核发单位", "核发机关", "出具机构", "发证机关"] "unit" "出具单位" "the unit that issues it";
        "made_by" ["madeby", "producedby", "fromstep", "resultof", "产生环节", "前序环节"] "step" "产生环节" "the step of this model that makes it";
        "form" ["medium", "format", "形式", "材料形式"] "paper, electronic, either" "形式" "form";
        "original" ["originals", "原件", "原件份数"] "number or yes" "原件" "originals at each hand-in";
        "copies" ["copy", "count", "份数", "复印件", "复印件份数", "纸质份数"] "number" "份数" "paper copies at each hand-in; 1 when missing, 0 for electronic ones";
        "necessity" ["required", "mandatory", "isneed", "必要性", "是否必备", "是否必要"] "required, optional, later or yes/no" "必要性" "must it be handed in";
        "promise" ["promiseable", "promisable", "promiseok", "commitment", "canpromise", "bycommitment", "replaceablebycommitment", "告知承诺", "承诺", "可承诺"] "yes or no" "可告知承诺" "a commitment may replace it";
        "defer" ["deferrable", "deferable", "candefer", "deferred", "later", "容缺", "可容缺", "容缺受理"] "yes or no" "可容缺" "may be handed in later";
        "asked_by" ["asked", "requestedby", "for", "items", "索要方", "索要单位", "索要环节"] "list of steps, items, units" "索要方" "who asks for it; missing: from the needs of the steps";
        "used_by" ["requiredby", "neededby", "users", "steps", "使用环节", "使用单位"] "list of steps, units" "使用环节" "steps that need it, as if they listed it in their needs";
        "when" ["condition", "conditions", "situation", "situations", "if", "情形", "条件", "适用情形"] "list of situations" "适用情形" "situations in which it is asked for";
        "fee" ["fees", "cost", "费用"] "number" "费用" "what the applicant pays to get it, yuan";
        "note" ["notes", "description", "comment", "说明", "备注"] "any" "说明" "for readers; not used";
    }
    "form": {
        "name" ["title", "id", "名称", "表单", "表名"] "text" "名称" "name";
        "needed_by" ["neededby", "unit", "item", "step", "owner", "单位", "事项", "环节", "使用方"] "text" "使用方" "who needs it";
        "when" ["condition", "conditions", "situation", "situations", "if", "情形", "条件"] "list of situations" "适用情形" "situations in which it is filled in";
        "fields" ["items", "columns", "字段", "栏目"] "list of names or fields" "字段" "its fields";
        "note" ["notes", "description", "comment", "说明", "备注"] "any" "说明" "for readers; not used";
    }
    "field": {
        "name" ["title", "label", "id", "名称", "字段", "字段名"] "text" "名称" "name as printed";
        "meaning" ["definition", "description", "desc", "含义", "说明"] "text" "含义" "what is meant";
        "format" ["type", "datatype", "格式", "类型"] "text" "格式" "date, number, id …";
        "code" ["elementcode", "standard", "dataelement", "代码", "编码", "标准代码"] "text" "代码" "code in a data standard";
        "prefill" ["prefillfrom", "source", "from", "prefilled", "预填", "预填来源", "来源"] "text" "预填来源" "where it can be filled in from";
    }
    "situation": {
        "id" ["code", "编号"] "text" "编号" "id; the name when missing";
        "name" ["title", "label", "名称", "情形"] "text" "名称" "name; the id when missing";
        "frequency" ["share", "probability", "weight", "p", "count", "频率", "占比", "概率", "频次"] "number" "频率" "share or number of cases; equal when missing";
        "note" ["notes", "description", "说明"] "any" "说明" "for readers; not used";
    }
    "unit": {
        "id" ["code", "编号"] "text" "编号" "id; the name when missing";
        "name" ["title", "label", "名称", "单位"] "text" "名称" "name; the id when missing";
        "staff" ["amount", "capacity", "servers", "count", "people", "人员", "人数", "编制"] "number" "人数" "how many can work at once; missing: not limited";
        "calendar" ["workinghours", "shifts", "日历", "班次"] "list of shifts, \"office\" or \"always\"" "班次" "its own shifts";
        "note" ["notes", "description", "说明"] "any" "说明" "for readers; not used";
    }
    "shift": {
        "days" ["day", "weekdays", "weekday", "星期"] "1..7 or names" "星期" "days of the week, Monday = 1";
        "from" ["begin", "start", "begintime", "开始"] "hh:mm" "开始" "begin";
        "to" ["end", "stop", "endtime", "结束"] "hh:mm" "结束" "end";
    }
};

/// How spellings are compared: without case, blanks, `_` and `-`.
pub(super) fn squeeze(key: &str) -> String {
    key.chars()
        .filter(|c| !c.is_whitespace() && *c != '_' && *c != '-')
        .flat_map(char::to_lowercase)
        .collect()
}

/// The row of a field.
pub(super) fn row(of: &str, name: &str) -> Option<&'static FieldRow> {
    FIELDS.iter().find(|r| r.of == of && r.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn canonical_names_are_never_another_fields_spelling_and_spellings_are_squeezed() {
        for r in FIELDS {
            let mut own = HashSet::new();
            for also in r.also {
                assert_eq!(*also, squeeze(also), "{}.{}", r.of, r.name);
                assert!(own.insert(also), "{}.{}: {also} twice", r.of, r.name);
            }
        }
    }

    #[test]
    fn the_document_has_every_field() {
        let doc = include_str!("../../../../../docs/redesign-model.md");
        for r in FIELDS {
            let line = format!("| `{}` | {} |", r.name, r.zh);
            assert!(doc.contains(&line), "docs/redesign-model.md misses for {}: {line}", r.of);
        }
    }
}
