//! 指南体检 (K3, STANDARDS 2.3): what is wrong in an item before people stumble over it. One row a rule; each
//! finding names the field and proposes a mend. A finding is a proposal for the unit, never a verdict.

use std::collections::BTreeMap;

use kernel::Said;
use serde::Serialize;

use crate::checkup_rules as rules;
pub use crate::checkup_rules::Hit;
use crate::item::ServiceItem;

/// One rule of the check-up.
pub struct Rule {
    /// Stable id: `G01`.
    pub id: &'static str,
    /// The field at fault.
    pub field: &'static str,
    /// What is found, in both languages.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
    /// The mend that is proposed.
    pub mend_zh: &'static str,
    /// English.
    pub mend_en: &'static str,
    /// Where the rule comes from.
    pub source: &'static str,
    /// The check.
    pub check: fn(&ServiceItem) -> Vec<Hit>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GuideFinding {
    /// Which rule.
    pub rule: &'static str,
    /// The field at fault.
    pub path: String,
    /// What is wrong.
    pub said: Said,
    /// How it could be mended.
    pub mend: Said,
}

/// All findings of one item, in the order of the rules; at most 40 of one rule.
pub fn checkup(item: &ServiceItem) -> Vec<GuideFinding> {
    let mut out = Vec::new();
    for rule in RULES {
        for hit in (rule.check)(item).into_iter().take(40) {
            let colon =
                |mark: &str| if hit.what.is_empty() { String::new() } else { format!("{mark}{}", hit.what) };
            out.push(GuideFinding {
                rule: rule.id,
                path: hit.path.unwrap_or_else(|| rule.field.to_owned()),
                said: Said::new(format!("{}{}", rule.zh, colon("：")), format!("{}{}", rule.en, colon(": "))),
                mend: Said::new(rule.mend_zh, rule.mend_en),
            });
        }
    }
    out
}

/// The figure of one unit (体检发现数).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Items looked at.
    pub items: usize,
    /// Items without a finding.
    pub clean: usize,
    /// Findings.
    pub findings: usize,
    /// Findings of each rule.
    pub by_rule: BTreeMap<&'static str, usize>,
}

/// Findings counted for each unit.
pub fn tally<'a>(items: impl IntoIterator<Item = &'a ServiceItem>) -> BTreeMap<&'a str, Tally> {
    let mut units: BTreeMap<&str, Tally> = BTreeMap::new();
    for item in items {
        let t = units.entry(item.unit.as_str()).or_default();
        let found = checkup(item);
        t.items += 1;
        t.clean += usize::from(found.is_empty());
        t.findings += found.len();
        for f in found {
            *t.by_rule.entry(f.rule).or_default() += 1;
        }
    }
    units
}

macro_rules! rules {
    ($($id:literal $field:literal $check:ident $source:literal
        $zh:literal $en:literal => $mend_zh:literal $mend_en:literal;)+) => {
        /// The table of rules.
        pub const RULES: &[Rule] = &[$(Rule {
            id: $id, field: $field, zh: $zh, en: $en, mend_zh: $mend_zh, mend_en: $mend_en, source: $source,
            check: rules::$check,
        }),+];
    };
}

rules! {
    "G01" "promised_limit" at_once_but_days "STANDARDS 2.3"
        "写着即办或当场办，承诺时限却超过 1 个工作日" "said to be done at once, but more than one working day is promised"
        => "改为承诺件，或把承诺时限改为 1 个工作日以内" "make it a promised item, or promise one working day at most";
    "G02" "promised_limit" survey_too_fast "STANDARDS 2.3"
        "有现场勘查环节，承诺时限不足 5 个工作日，多半做不到" "a site survey within fewer than five working days can hardly be kept"
        => "核实勘查用时：能做到就写明怎么做，做不到就改时限" "check how long surveys take; say how it is done, or change the limit";
    "G03" "agent_allowed" attend_but_agent "STANDARDS 2.3"
        "受理条件要求本人到场，却写着可以代办" "the conditions ask for attendance in person, yet agents are allowed"
        => "确需本人到场的取消代办；不需要的删去到场要求" "forbid agents if attendance is needed; otherwise drop the condition";
    "G04" "materials" proof_missing "STANDARDS 2.3"
        "受理条件要的证明不在材料清单里" "a proof that the conditions ask for is not among the materials"
        => "把它列入材料（能共享核验的标为免交），或从条件里删去" "list it (as fetched from shared data if it is), or drop the condition";
    "G05" "conditions" material_in_condition "STANDARDS 2.3"
        "受理条件一栏填的是材料" "a material stands in the field of conditions"
        => "移到材料清单" "move it to the list of materials";
    "G06" "visits" zero_visits_no_way "STANDARDS 2.3"
        "到现场 0 次，却既不能网办也不收快递" "no visits, yet neither online nor by post"
        => "开通网办或快递，或如实填写到现场次数" "offer it online or by post, or state the true number of visits";
    "G07" "visit_reason" visit_without_reason "STANDARDS 2.3"
        "要到现场，却没有写原因" "a visit is needed, but no reason is given"
        => "写明必须到现场的原因；没有原因就改为 0 次" "give the reason, or make it no visit";
    "G08" "results" certificate_without_kind "STANDARDS 2.3"
        "结果名称是证照，类型却不是“出证办结”" "the result is a certificate, but its kind is not 出证办结"
        => "把结果类型改为“出证办结”" "set the kind of the result to 出证办结";
    "G09" "promised_limit" limit_not_work_days "STANDARDS 2.3"
        "时限不是“N 个工作日”" "the limit is not in working days"
        => "换算成工作日填写（《行政许可法》第八十二条）" "state it in working days";
    "G10" "fees" fee_without_standard "STANDARDS 2.3"
        "收费，却没有写明标准或依据" "a fee without its amount or its legal basis"
        => "补上收费标准和依据文号；没有依据的不得收取" "add amount and basis; without a basis it must not be charged";
    "G11" "promised_limit" promised_longer "K1"
        "承诺时限比法定时限还长" "promised longer than the law allows"
        => "承诺时限改为不超过法定时限" "promise no more than the legal limit";
    "G12" "materials" same_twice "K1"
        "同一份材料要了两次" "the same material is asked for twice"
        => "合并为一条，写清份数" "merge them and state the number";
    "G13" "materials" government_issued "K1, O3"
        "向申请人要政府自己核发的证照" "asks the applicant for a document that the government itself issues"
        => "通过数据共享核验，标为免交；暂时共享不了的说明原因" "check it by shared data and mark it as not to be brought";
    "G14" "name" dirty_text "STANDARDS 2.3"
        "文字里混入了网页标签或转义符" "the text holds web markup or escapes"
        => "清理后重新填写" "clean it and fill it in again";
    "G15" "charged" fee_but_free "STANDARDS 2.3"
        "写着不收费，却列了收费项目" "said to be free, yet fees are listed"
        => "核实后改“是否收费”，或删去收费项目" "correct whether it is charged, or remove the fees";
    "G16" "promised_limit" no_promise "STANDARDS 2.3"
        "没有承诺时限" "no limit is promised"
        => "填写承诺办结时限" "fill in the promised limit";
    "G17" "legal_basis" no_basis "STANDARDS 2.3"
        "没有设定依据" "no legal basis"
        => "填写设定依据，写到条款；没有依据的不应作为事项" "fill in the basis down to the article";
    "G18" "legal_limit" no_legal_limit "STANDARDS 2.3"
        "行政许可没有法定时限" "a licence without a legal limit"
        => "没有专门规定的填 20 个工作日（《行政许可法》第四十二条）" "20 working days unless a law says otherwise";
    "G19" "materials" catch_all "K1"
        "兜底材料，申请人不知道要带什么" "a catch-all material: nobody knows what to bring"
        => "逐项写明名称；写不明的删去" "name each document, or drop it";
    "G20" "materials" copies_of_electronic "K1"
        "只收电子件，却要复印件" "electronic only, yet copies are asked for"
        => "份数改为 0，或把形式改为纸质" "set the number to 0, or the form to paper";
    "G21" "depth" depth_contradicts "STANDARDS 2.3"
        "网办深度与跑动次数或办理形式对不上" "the online depth does not fit the visits or the channels"
        => "Ⅳ级应 0 次到场，Ⅲ级及以上应能网办：改其中一个" "level IV means no visit, III and above online: correct one";
    "G22" "windows" window_unknown "STANDARDS 2.3"
        "可以到窗口办，却没有写明地点、时间或电话" "it can be done at a window, but place, hours or telephone are missing"
        => "补上窗口的地点、办理时间和电话" "fill in place, hours and telephone";
    "G23" "materials" defer_without_days "K5"
        "可容缺后补，却没有写几天内补" "may be handed in later, but not by when"
        => "写明补交的工作日数" "state the working days to hand it in";
    "G24" "materials" unused_material "K1, O3"
        "没有一个环节用到这份材料" "no step uses this material"
        => "确认用在哪个环节；用不到就不要再收" "say which step uses it, or stop asking for it";
    "G25" "steps" steps_longer "K1"
        "各环节时限加起来超过承诺时限" "the steps together take longer than promised"
        => "压缩环节时限或改为并行，或修改承诺时限" "shorten or parallel the steps, or change the promise";
    "G26" "results" no_result "STANDARDS 2.3"
        "没有写明办理结果" "no result is named"
        => "写明发什么证照或文书；没有的写“办结告知”" "name the certificate or notice";
    "G27" "conditions" vague_condition "K1"
        "受理条件含糊，申请人无法对照" "a vague condition that nobody can check"
        => "逐条写清楚具体条件，或引到条款" "say it in full, or name the article";
    "G28" "special" special_without_time "STANDARDS 2.6"
        "有特别程序，却没有写明需要多久" "a special procedure without the time it takes"
        => "写明所需时间，并书面告知申请人（《行政许可法》第四十五条）" "state the time and tell the applicant in writing";
    "G29" "materials" id_copy "K1, O3"
        "要身份证或营业执照复印件，窗口核验即可" "a copy of the identity card or business licence, which the window can check itself"
        => "改为出示原件或电子证照，复印由窗口完成" "ask to show the original or the electronic one";
    "G30" "materials" abolished_proof "LC, K5"
        "要已经取消的证明，可以由承诺代替" "a proof that was abolished and can be replaced by a commitment"
        => "改为告知承诺，或由部门间核查" "take a written commitment, or ask the other unit";
    "G31" "consult" no_phone "STANDARDS 2.3"
        "咨询或监督方式里没有可以打通的号码" "no number to call for enquiries or complaints"
        => "填写真实的咨询和监督电话" "fill in real numbers for enquiries and complaints";
    "G32" "in_hall" not_in_hall "K6, HY 四"
        "依申请事项没有进驻大厅，又不能全程网办" "an item on application is neither in the hall nor wholly online"
        => "进驻政务大厅，或开通全程网办" "bring it into the hall, or wholly online";
    "G33" "situations" situation_flaw "K2"
        "情形设置有缺口、矛盾或死路" "the situations have a gap, a contradiction or a dead end"
        => "按提示改问题或选项" "mend the question or the answer";
    "G34" "materials" form_missing "YY, HY 四"
        "要填申请表，却没有给空白表或样表" "a form to fill in, without a blank or a sample"
        => "上传空白表和填写样例" "add the blank form and a filled-in sample";
}
