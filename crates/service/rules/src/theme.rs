//! 一件事 (K4): several items offered as one. What a theme says of itself; how it is put together for one applicant is
//! `package`, what is wrong with it `check_theme`.

use catalogue::ServiceItem;
use catalogue::situation::Situations;
use kernel::{RegionCode, Said};
use serde::{Deserialize, Serialize};
use workday::Length;

use crate::form::{Field, FieldKind};

/// Items of one theme at most.
pub const ITEMS_MAX: usize = crate::PARTS_MAX;

/// One theme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// short code, for addresses: `restaurant`
    pub code: String,
    /// 名称
    pub name: String,
    /// what one gets by it, in a sentence or two
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// 版本, from 1
    #[serde(default = "one")]
    pub version: u32,
    /// where it is offered
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionCode>,
    /// 牵头单位, by name
    pub lead: String,
    /// 收件单位, by name; the lead when empty
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reception: String,
    /// 事项: implementation codes
    pub items: Vec<String>,
    /// questions that choose items: `adds` and `drops` of an answer are codes of items
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choose: Option<Situations>,
    /// 承诺时限: `3wd`, `2h`; worked out from the plan when it is not stated
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<Length>,
    /// names that mean the same material here, the one that is printed first
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same: Vec<Vec<String>>,
    /// the one form
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// where it comes from
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

const fn one() -> u32 {
    1
}

/// A theme with the items it is made of: what a file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThemeFile {
    /// the theme
    pub theme: Theme,
    /// its items, as the catalogue has them
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ServiceItem>,
}

impl ThemeFile {
    /// Reads a file.
    ///
    /// # Errors
    /// Where it cannot be read, with line and column.
    pub fn parse(text: &str) -> Result<Self, Said> {
        serde_json::from_str(text).map_err(|e| {
            Said::new(
                format!("第 {} 行第 {} 列读不懂：{e}", e.line(), e.column()),
                format!("line {}, column {} cannot be read: {e}", e.line(), e.column()),
            )
        })
    }
}

impl Theme {
    /// A single item, offered as it is.
    pub fn of_item(item: &ServiceItem) -> Self {
        Self {
            code: String::new(),
            name: item.name.clone(),
            summary: item.content.clone(),
            version: 0,
            region: item.region.clone(),
            lead: item.unit.clone(),
            reception: String::new(),
            items: vec![item.code.clone()],
            choose: None,
            promised: None,
            same: Vec::new(),
            fields: Vec::new(),
            source: String::new(),
        }
    }
    /// Is it a single item?
    pub fn is_single(&self) -> bool {
        self.code.is_empty()
    }
    /// Items that only some answers add.
    pub(crate) fn optional(&self) -> Vec<&str> {
        let answers = self.choose.iter().flat_map(|c| &c.questions).flat_map(|q| &q.answers);
        answers.flat_map(|a| &a.adds).map(String::as_str).collect()
    }
    /// The fields of the one form: its own, or those that every application needs.
    pub fn form(&self) -> Vec<Field> {
        if self.fields.is_empty() { applicant_fields() } else { self.fields.clone() }
    }
}

/// What every application needs to know of who applies.
pub fn applicant_fields() -> Vec<Field> {
    let field = |code: &str, name: &str, kind, required| Field {
        code: code.to_owned(),
        name: name.to_owned(),
        kind,
        required,
        help: String::new(),
        options: Vec::new(),
    };
    vec![
        field("applicant", "申请人姓名或单位名称", FieldKind::Text, true),
        field("applicant_id", "身份证号", FieldKind::Identity, false),
        field("company_code", "统一社会信用代码（单位填写）", FieldKind::CreditCode, false),
        field("phone", "联系电话", FieldKind::Phone, true),
        field("address", "通讯地址", FieldKind::Text, false),
    ]
}

/// Names of materials that mean the same wherever they occur, the one that is printed first.
const SAME: &[&[&str]] = &[
    &[
        "身份证",
        "居民身份证",
        "身份证明",
        "有效身份证件",
        "申请人身份证",
        "申请人身份证明",
        "身份证件",
        "身份证复印件",
    ],
    &[
        "法定代表人身份证",
        "法定代表人身份证明",
        "法人身份证",
        "法定代表人身份证件",
        "法定代表人（负责人）身份证明",
    ],
    &["营业执照", "营业执照副本", "企业营业执照", "市场主体资格证明", "主体资格证明", "统一社会信用代码证"],
    &[
        "住所使用证明",
        "经营场所使用证明",
        "住所（经营场所）使用证明",
        "房屋使用证明",
        "场地使用证明",
        "房屋租赁合同",
    ],
    &["户口簿", "居民户口簿", "户口本", "家庭户口簿"],
    &["授权委托书", "委托书", "授权书", "经办人授权委托书"],
    &["银行卡", "银行账户", "本人银行卡", "社保卡或银行卡", "银行卡复印件"],
    &["近期免冠照片", "一寸照片", "二寸照片", "免冠照片", "证件照"],
    &["不动产权证书", "房产证", "房屋所有权证", "不动产权属证明"],
    &["用地红线图", "规划红线图", "建设用地红线图"],
];

/// A name as names are compared: without blanks, quotes, brackets and what says only how it is handed in.
pub fn plain_name(name: &str) -> String {
    let mut out: String = name
        .chars()
        .filter(|c| !c.is_whitespace() && !"“”\"'《》「」【】".contains(*c))
        .map(|c| match c {
            '(' => '（',
            ')' => '）',
            other => other,
        })
        .collect();
    for tail in ["（原件及复印件）", "（原件）", "（复印件）", "（电子版）", "原件及复印件", "原件", "扫描件"]
    {
        if let Some(head) = out.strip_suffix(tail).filter(|h| !h.is_empty()) {
            out = head.to_owned();
        }
    }
    out
}

/// The name under which a material is asked for once.
pub fn one_name(name: &str, own: &[Vec<String>]) -> String {
    let plain = plain_name(name);
    let of_theme = own.iter().find(|g| g.iter().any(|n| plain_name(n) == plain)).and_then(|g| g.first());
    let of_all = || SAME.iter().find(|g| g.iter().any(|n| plain_name(n) == plain)).and_then(|g| g.first());
    match of_theme {
        Some(first) => plain_name(first),
        None => of_all().map_or(plain, |n| (*n).to_owned()),
    }
}
