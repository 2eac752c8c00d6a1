//! Fields that mean the same across forms, and the one form that asks each once (O3, K4).
//!
//! Two fields are the same when their codes are equal; or, with at most one code between them, when names
//! (after synonyms) and formats agree and no stated meanings differ; or when meanings and formats agree.

use std::collections::HashMap;

use serde::Serialize;

use super::Case;
use crate::model::{Field, normal};

/// One field of the merged form.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MergedField {
    /// name as first printed
    pub name: String,
    /// code, when any has one
    #[serde(skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// the fields it stands for, as form.field
    pub same: Vec<String>,
    /// forms, units or steps that need it
    pub needed_by: Vec<String>,
    /// where it can be filled in from; empty: the applicant fills it in
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prefill: Vec<String>,
}

/// One form with every field once.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MergedForm {
    /// forms merged
    pub forms: Vec<String>,
    /// its fields
    pub fields: Vec<MergedField>,
    /// fields that can be filled in from elsewhere
    pub prefilled: usize,
}

/// Names that mean one thing, first the one they are counted as.
const SYNONYMS: &[&[&str]] = &[
    &[
        "申请人名称",
        "申请人",
        "申请人姓名",
        "姓名",
        "申请单位",
        "申请单位名称",
        "applicant",
        "applicantname",
        "name",
    ],
    &[
        "企业名称",
        "单位名称",
        "公司名称",
        "市场主体名称",
        "建设单位",
        "建设单位名称",
        "companyname",
        "company",
        "enterprisename",
    ],
    &[
        "统一社会信用代码",
        "社会信用代码",
        "信用代码",
        "统一信用代码",
        "组织机构代码",
        "creditcode",
        "uscc",
        "unifiedsocialcreditcode",
    ],
    &[
        "身份证号码",
        "身份证号",
        "公民身份号码",
        "证件号码",
        "身份证件号码",
        "证件号",
        "idnumber",
        "idno",
        "idcard",
        "idcardnumber",
    ],
    &[
        "联系电话",
        "电话",
        "手机",
        "手机号",
        "手机号码",
        "联系方式",
        "联系人电话",
        "移动电话",
        "phone",
        "telephone",
        "mobile",
        "tel",
        "phonenumber",
    ],
    &["法定代表人", "法人", "法人代表", "法定代表人姓名", "legalrepresentative", "legalperson"],
    &[
        "住所",
        "地址",
        "注册地址",
        "经营场所",
        "住所地址",
        "通讯地址",
        "联系地址",
        "address",
        "registeredaddress",
    ],
    &["项目名称", "工程名称", "建设项目名称", "projectname"],
    &["项目代码", "统一项目代码", "投资项目代码", "projectcode"],
    &["建设地点", "项目地址", "建设地址", "工程地址", "用地位置", "site", "projectaddress"],
    &["出生日期", "出生年月", "生日", "dateofbirth", "birthday", "birthdate"],
    &["性别", "sex", "gender"],
    &["联系人", "联系人姓名", "contact", "contactperson"],
    &["电子邮箱", "邮箱", "email", "mail", "emailaddress"],
    &["开户银行", "开户行", "bank", "bankname"],
    &["银行账号", "账号", "银行卡号", "account", "bankaccount"],
    &["注册资本", "注册资金", "registeredcapital"],
    &["经营范围", "业务范围", "businessscope"],
    &["建筑面积", "总建筑面积", "floorarea"],
    &["用地面积", "占地面积", "总用地面积", "landarea"],
];

fn name_key(name: &str) -> String {
    let n = normal(name);
    SYNONYMS.iter().find(|list| list.contains(&n.as_str())).map_or(n, |list| list[0].to_owned())
}

/// Formats are compared by family.
fn format_key(format: &str) -> String {
    const SAME: &[&[&str]] = &[
        &["text", "string", "str", "char", "varchar", "文本", "字符", "字符串", "c"],
        &["number", "int", "integer", "decimal", "float", "double", "numeric", "数字", "数值", "n"],
        &["date", "datetime", "yyyy-mm-dd", "yyyymmdd", "日期", "时间", "d"],
        &["id", "idcard", "an18", "c18", "身份证号"],
    ];
    let f = normal(format);
    SAME.iter().find(|l| l.iter().any(|x| normal(x) == f)).map_or(f, |l| l[0].to_owned())
}

/// Do the two mean the same?
pub(super) fn same(a: &Field, b: &Field) -> bool {
    let agree = |x: &str, y: &str| x.is_empty() || y.is_empty() || x == y;
    if !a.code.is_empty() && !b.code.is_empty() {
        return normal(&a.code) == normal(&b.code);
    }
    let formats = agree(&format_key(&a.format), &format_key(&b.format));
    let (ma, mb) = (normal(&a.meaning), normal(&b.meaning));
    if !ma.is_empty() && ma == mb && formats {
        return true;
    }
    let exact = normal(&a.name) == normal(&b.name);
    // A synonym is a weaker sign than the same word: stated meanings must not differ.
    (exact || name_key(&a.name) == name_key(&b.name)) && formats && agree(&ma, &mb)
}

/// All fields of the forms that occur in situation `k`, and the merged form.
pub(super) fn merged(case: &Case<'_>, k: Option<usize>) -> MergedForm {
    let mut out = MergedForm::default();
    let mut firsts: Vec<Vec<&Field>> = Vec::new();
    let mut near: HashMap<String, Vec<usize>> = HashMap::new();
    for form in case.model.forms.iter().filter(|f| case.model.occurs(&f.when, k)) {
        out.forms.push(form.name.clone());
        for field in &form.fields {
            let keys = keys(field);
            let mut candidates: Vec<usize> =
                keys.iter().filter_map(|key| near.get(key)).flatten().copied().collect();
            candidates.sort_unstable();
            // Same as every field gathered so far, so that sameness does not creep.
            let hit = candidates.into_iter().find(|&c| firsts[c].iter().all(|f| same(f, field)));
            let at = hit.unwrap_or_else(|| {
                firsts.push(Vec::new());
                out.fields.push(fresh(field));
                out.fields.len() - 1
            });
            for key in keys {
                let list = near.entry(key).or_default();
                if list.last() != Some(&at) {
                    list.push(at);
                }
            }
            if firsts[at].len() < 32 {
                firsts[at].push(field);
            }
            enter(case, &mut out.fields[at], field, form);
        }
    }
    out.prefilled = out.fields.iter().filter(|f| !f.prefill.is_empty()).count();
    out
}

fn keys(f: &Field) -> Vec<String> {
    let mut keys = vec![format!("n{}", name_key(&f.name))];
    if !f.code.is_empty() {
        keys.push(format!("c{}", normal(&f.code)));
    }
    if !f.meaning.is_empty() {
        keys.push(format!("m{}", normal(&f.meaning)));
    }
    keys
}

fn fresh(f: &Field) -> MergedField {
    MergedField {
        name: f.name.clone(),
        code: String::new(),
        same: Vec::new(),
        needed_by: Vec::new(),
        prefill: Vec::new(),
    }
}

fn enter(case: &Case<'_>, to: &mut MergedField, field: &Field, form: &crate::Form) {
    let once = |list: &mut Vec<String>, word: &str| {
        if !word.is_empty() && !list.iter().any(|w| w == word) {
            list.push(word.to_owned());
        }
    };
    to.same.push(format!("{}.{}", form.name, field.name));
    once(&mut to.needed_by, if form.needed_by.is_empty() { &form.name } else { &form.needed_by });
    let users = case.linked.field_users.get(&normal(&field.name));
    for &j in users.map_or(&[][..], |u| u) {
        once(&mut to.needed_by, &case.model.steps[j].name);
    }
    once(&mut to.prefill, &field.prefill);
    if to.code.is_empty() {
        to.code.clone_from(&field.code);
    }
}
