//! 事项与实施清单 (K1): one service item with everything its implementation list holds (STANDARDS 2.3).
//! Codes are strings and never parsed. Must not know interfaces, spreadsheets or pages.

use kernel::{Date, RegionCode};
use serde::{Deserialize, Serialize};

use crate::situation::Situations;
use crate::words::{
    Audience, BodyNature, Channel, Depth, Handling, ItemKind, ItemState, Level, LimitUnit, Medium, Need,
    Paper, ResultKind, Scope, Source, StepKind,
};

/// A limit (时限): so many of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// How many.
    pub amount: u16,
    /// Of what.
    pub unit: LimitUnit,
}

impl Limit {
    /// So many working days (工作日).
    pub const fn work_days(amount: u16) -> Self {
        Self { amount, unit: LimitUnit::WorkDay }
    }
    /// A length that orders limits of different units: 8 working hours a working day, 5 of 7 days are
    /// working days, 21 of them in a month. Only for comparing, never for a due date.
    pub const fn work_hours(self) -> u32 {
        let n = self.amount as u32;
        match self.unit {
            LimitUnit::WorkDay => n * 8,
            LimitUnit::Day => n * 40 / 7,
            LimitUnit::Hour => n,
            LimitUnit::Month => n * 168,
        }
    }
}

/// One step (环节) of an item's process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Short id, unique in the item: `s1`.
    pub id: String,
    /// 环节名称
    pub name: String,
    /// 环节类型
    pub kind: StepKind,
    /// 办理单位
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// 岗位
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub post: String,
    /// 环节时限
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Ids of the materials it needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consumes: Vec<String>,
    /// Names of what it makes: documents, results, opinions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub produces: Vec<String>,
    /// Ids of the steps that come before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// The law that forces this order; empty when it is only habit (O2).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub order_basis: String,
    /// Must the applicant be present?
    #[serde(default)]
    pub attend: bool,
    /// Can it be done online?
    #[serde(default)]
    pub online: bool,
    /// Does its time count in the promised limit? Hearings, surveys by experts … do not (行政许可法 45).
    #[serde(default = "yes")]
    pub counted: bool,
}

/// One material (材料) that an applicant hands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// Short id, unique in the item: `m1`.
    pub id: String,
    /// 材料名称
    pub name: String,
    /// 材料类型
    pub kind: Paper,
    /// 必要性
    pub need: Need,
    /// 来源渠道
    pub source: Source,
    /// 出具机构
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub issuer: String,
    /// 材料形式
    pub medium: Medium,
    /// 原件份数
    #[serde(default)]
    pub originals: u8,
    /// 复印件份数
    #[serde(default)]
    pub copies: u8,
    /// 纸质材料规格
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub paper_size: String,
    /// 容缺后补: to be handed in within so many working days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defer_days: Option<u16>,
    /// 告知承诺: a written commitment may stand in its place.
    #[serde(default)]
    pub commitment: bool,
    /// The office can fetch it from shared data instead of asking (X8).
    #[serde(default)]
    pub shared: bool,
    /// 依据
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub basis: String,
    /// 空白表: address or file id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub blank_form: String,
    /// 样表
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sample_form: String,
    /// 填报须知
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fill_note: String,
    /// 受理标准
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub accept_standard: String,
}

/// One fee (收费项目).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// 收费项目名称
    pub name: String,
    /// 收费标准 in words
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub standard: String,
    /// The amount in fen when it is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_fen: Option<u64>,
    /// 收费依据
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub basis: String,
    /// 允许减免依据; empty when it cannot be reduced.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub relief: String,
}

/// One window (窗口) where it can be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// 大厅或办理地点
    pub hall: String,
    /// 窗口
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub counter: String,
    /// 地址
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// 办理时间
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hours: String,
    /// 电话
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// The region that this window serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionCode>,
}

/// One result (审批结果).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// 结果名称
    pub name: String,
    /// 结果类型
    pub kind: ResultKind,
    /// 结果样本
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sample: String,
    /// 有效期 in words
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub validity: String,
}

/// 特别程序: its name and the time it takes, of which the applicant must be told (行政许可法 45).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Special {
    /// 种类: 听证, 检验, 专家评审 …
    pub name: String,
    /// How long it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// 依据
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub basis: String,
}

/// 常见问题
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faq {
    /// 问
    pub question: String,
    /// 答
    pub answer: String,
}

const fn yes() -> bool {
    true
}

/// One service item (事项) with its implementation list (实施清单).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceItem {
    /// 实施编码; any width, a string (widths of 24, 31, 36 are in use).
    pub code: String,
    /// 业务办理项编码; several under one implementation code, so that both together are the key.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub handling_code: String,
    /// 基本编码
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub base_code: String,
    /// 事项名称
    pub name: String,
    /// 事项类型
    pub kind: ItemKind,
    /// 办件类型
    pub handling: Handling,
    /// 行使层级
    pub level: Level,
    /// 行政区划
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionCode>,
    /// 实施主体
    pub unit: String,
    /// 实施主体代码 (统一社会信用代码)
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit_code: String,
    /// 实施主体性质
    pub nature: BodyNature,
    /// 委托部门
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub entrusted_by: String,
    /// 联办机构
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joint_units: Vec<String>,
    /// 设定依据
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub legal_basis: Vec<String>,
    /// 行使内容
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content: String,
    /// 权限划分
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub powers: String,
    /// 服务对象
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<Audience>,
    /// 服务主题
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// 受理条件
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<String>,
    /// 法定办结时限
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_limit: Option<Limit>,
    /// 法定办结时限说明
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub legal_limit_note: String,
    /// 承诺办结时限
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised_limit: Option<Limit>,
    /// 承诺办结时限说明
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub promised_limit_note: String,
    /// 特别程序
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub special: Vec<Special>,
    /// 环节
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// 材料
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub materials: Vec<Material>,
    /// 是否收费
    #[serde(default)]
    pub charged: bool,
    /// 收费项目
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fees: Vec<Fee>,
    /// 到办事现场次数
    #[serde(default)]
    pub visits: u8,
    /// 必须到现场原因说明
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub visit_reason: String,
    /// May an agent or helper do it (代办)?
    #[serde(default)]
    pub agent_allowed: bool,
    /// 办理形式
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Channel>,
    /// 网上办理深度
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<Depth>,
    /// 网办地址
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub online_url: String,
    /// 是否支持预约
    #[serde(default)]
    pub appointment: bool,
    /// 是否支持网上支付
    #[serde(default)]
    pub pay_online: bool,
    /// 是否支持物流快递: the result is sent home
    #[serde(default)]
    pub express: bool,
    /// 是否进驻政务大厅
    #[serde(default)]
    pub in_hall: bool,
    /// 通办范围
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// 窗口
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<Window>,
    /// 结果
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<Outcome>,
    /// 数量限制
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub quota: String,
    /// 中介服务
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intermediary: Vec<String>,
    /// 咨询方式
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub consult: String,
    /// 监督投诉方式
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub complain: String,
    /// 常见问题
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faq: Vec<Faq>,
    /// 情形 (K2)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub situations: Option<Situations>,
    /// 状态
    pub state: ItemState,
    /// 版本, from 1.
    pub version: u32,
    /// 生效日期
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<Date>,
    /// 取消日期: the first day on which it no longer holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_to: Option<Date>,
}

/// The five figures that a redesign lowers (减环节 减材料 减时限 减跑动 减费用; O7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiveFigures {
    /// 环节
    pub steps: u32,
    /// 材料 that the applicant must bring (not the ones fetched from shared data)
    pub materials: u32,
    /// 时限 in working hours, see [`Limit::work_hours`]; 0 when nothing is promised
    pub limit_hours: u32,
    /// 跑动
    pub visits: u32,
    /// 费用 in fen, fixed amounts only
    pub fees_fen: u64,
}

impl ServiceItem {
    /// The key of the item: implementation code and handling code.
    pub fn key(&self) -> (&str, &str) {
        (&self.code, &self.handling_code)
    }
    /// The material with this id.
    pub fn material(&self, id: &str) -> Option<&Material> {
        self.materials.iter().find(|m| m.id == id)
    }
    /// The step with this id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|s| s.id == id)
    }
    /// Can it be applied for without going anywhere?
    pub fn is_online(&self) -> bool {
        self.channels.iter().any(|c| matches!(c, Channel::Web | Channel::Mobile))
    }
    /// Does this version hold on `day`? Without a first day it holds from the beginning.
    pub fn in_force_on(&self, day: Date) -> bool {
        self.state == ItemState::InForce
            && self.effective_from.is_none_or(|from| from <= day)
            && self.effective_to.is_none_or(|to| day < to)
    }
    /// The five figures.
    pub fn five_figures(&self) -> FiveFigures {
        let asked = self.materials.iter().filter(|m| m.need != Need::Optional && !m.shared).count();
        FiveFigures {
            steps: u32::try_from(self.steps.len()).unwrap_or(u32::MAX),
            materials: u32::try_from(asked).unwrap_or(u32::MAX),
            limit_hours: self.promised_limit.map_or(0, Limit::work_hours),
            visits: u32::from(self.visits),
            fees_fen: self.fees.iter().filter_map(|f| f.amount_fen).fold(0, u64::saturating_add),
        }
    }
}
